"""Pool the connections of one transport: which are open, which are in use, and who waits for one.

httpcore's own pool leaks a slot when a task is cancelled before it connects, promises one idle connection to many
waiters, and goes through all of them at each change. Here a user of a slot has a connection for itself, and a waiter
that gives up leaves nothing behind. httpcore still makes the connections, through proxies too.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import anyio
import httpcore

from .library_methods import is_made_as_now

if TYPE_CHECKING:
    import httpx

_WAKE_SECONDS = 0.1
"""How long a waiting thread waits for a signal before it checks: a signal handler that raises may lose the signal."""


class _Use:
    """The use of a connection. Only the user holds it, so that a weak reference shows that the user is gone."""

    __slots__ = ("__weakref__", "connection")

    def __init__(self) -> None:
        self.connection: Any = None


class _Turn:
    """A place in the queue for a connection. Only the waiter holds it: a weak reference shows that it is gone."""

    __slots__ = ("__weakref__", "signal")

    def __init__(self, signal: Any) -> None:
        self.signal: Any = signal


class _Connections:
    """The open connections. Methods return those that the caller has to close, because closing may need an await.

    The number of open connections is counted each time and never stored: a signal handler may raise between any two
    steps, and a stored number would then be wrong. A connection whose user is gone does not count.
    """

    def __init__(self, source: Any, limits: httpx.Limits) -> None:
        self._create = source.create_connection
        self._max_open: int = _or_no_limit(limits.max_connections)
        self._max_idle: int = min(self._max_open, _or_no_limit(limits.max_keepalive_connections))
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._busy: dict[int, tuple[Any, weakref.ref[_Use]]] = {}
        self._waiting: deque[weakref.ref[_Turn]] = deque()
        self._closed = False

    def take(self, origin: httpcore.Origin, use: _Use, turn: _Turn | None = None) -> list[Any] | None:
        """Give `use` a connection to the origin; return the connections to close.

        Returns None if no further connection may be open, or if others have waited longer.
        """
        dead: list[Any] = []
        with self._lock:
            if self._closed:
                raise httpcore.ConnectError("the connections were closed")
            if len(self._busy) >= self._max_open:
                dead += [connection for connection, user in self._busy.values() if user() is None]
                self._busy = {key: busy for key, busy in self._busy.items() if busy[0] not in dead}
                if len(self._busy) >= self._max_open:
                    return None
            if turn is None and self._waiting and self._next_turn() is not None:
                return None
            found: Any = None
            # The most recently used connection is the least likely to have been closed by the service.
            for connection in reversed(self._idle):
                if connection.has_expired() or not is_made_as_now(_stream(connection)):
                    dead.append(connection)
                elif connection.can_handle_request(origin):
                    found = connection
                    break
            self._idle = [each for each in self._idle if each is not found and each not in dead]
            if found is None:
                found = self._create(origin)
                if self._idle and len(self._idle) + len(self._busy) >= self._max_open:
                    dead.append(self._idle.pop(0))
            use.connection = found
            self._busy[id(found)] = found, weakref.ref(use)
        return dead

    def give_back(self, use: _Use, *, keep: bool) -> list[Any]:
        """Return the connection of `use` to the pool, if that was not done before; return the connections to close."""
        with self._lock:
            connection, use.connection = use.connection, None
            if self._busy.pop(id(connection), None) is None:
                return []
            if not keep or self._closed or not connection.is_idle() or not is_quiet(connection):
                return [connection]
            self._idle.append(connection)
            if len(self._idle) > self._max_idle or (len(self._idle) > 1 and self._idle[0].has_expired()):
                return [self._idle.pop(0)]
            return []

    def _next_turn(self) -> _Turn | None:
        """Return the place of the longest waiter that still waits, None if there is none."""
        while self._waiting:
            turn = self._waiting[0]()
            if turn is not None:
                return turn
            with suppress(IndexError):
                self._waiting.popleft()
        return None

    def _enter_queue(self, signal: Any) -> tuple[_Turn, weakref.ref[_Turn]]:
        turn = _Turn(signal)
        place = weakref.ref(turn)
        self._waiting.append(place)
        return turn, place

    def _leave_queue(self, place: weakref.ref[_Turn]) -> None:
        with suppress(ValueError):
            self._waiting.remove(place)

    def end(self) -> list[Any]:
        """Refuse further use; return all open connections."""
        with self._lock:
            self._closed = True
            every = [*self._idle, *[connection for connection, _ in self._busy.values()]]
            self._idle = []
        return every

    def let_go(self) -> None:
        """Close the sockets of connections that another process or event loop made, without sending anything: the
        process that made them still uses the connections.
        """
        every = [*self._idle, *[connection for connection, _ in self._busy.values()]]
        self._idle, self._busy = [], {}
        for connection in every:
            abandon(connection)


class Pool(_Connections):
    """The pool for threads."""

    def handle_request(self, request: httpcore.Request) -> tuple[Any, Any]:
        """Send a request; return the reply, its body unread, and the use of its connection, to release afterwards."""
        use = _Use()
        try:
            dead = self.take(request.url.origin, use)
            if dead is None:
                dead = self._wait(request, use)
            self._close(dead)
            return use.connection.handle_request(request), use
        except BaseException:
            self.release(use, keep=False)
            raise

    def _wait(self, request: httpcore.Request, use: _Use) -> list[Any]:
        """Wait until this thread may use a connection. Raises `httpcore.PoolTimeout`."""
        timeout = _pool_timeout(request)
        until = None if timeout is None else monotonic() + timeout
        # `threading.Event` and the like are Python code, which a signal handler may interrupt halfway; a lock is not.
        lock = threading.Lock()
        lock.acquire()
        turn, place = self._enter_queue(lock)
        try:
            while True:
                left = _WAKE_SECONDS if until is None else min(_WAKE_SECONDS, until - monotonic())
                if left <= 0:
                    raise httpcore.PoolTimeout("no connection was free in time")
                lock.acquire(timeout=left)
                dead = self.take(request.url.origin, use, turn)
                if dead is not None:
                    return dead
        finally:
            self._leave_queue(place)
            self._wake()

    def _wake(self) -> None:
        turn = self._next_turn()
        if turn is not None:
            with suppress(RuntimeError):  # it was signalled already
                turn.signal.release()

    def release(self, use: _Use, *, keep: bool = True) -> None:
        """Return a connection to the pool when its reply has been read."""
        dead = self.give_back(use, keep=keep)
        if self._waiting:
            self._wake()
        self._close(dead)

    def close(self) -> None:
        """Close all connections."""
        self._close(self.end())

    @staticmethod
    def _close(connections: list[Any]) -> None:
        for connection in connections:
            connection.close()


class AsyncPool(_Connections):
    """The pool for the tasks of an event loop."""

    async def handle_async_request(self, request: httpcore.Request) -> tuple[Any, Any]:
        """Send a request; return the reply, its body unread, and the use of its connection, to release afterwards."""
        use = _Use()
        try:
            dead = self.take(request.url.origin, use)
            if dead is None:
                dead = await self._wait(request, use)
            await self._close(dead)
            return await use.connection.handle_async_request(request), use
        except BaseException:
            await self.release(use, keep=False)
            raise

    async def _wait(self, request: httpcore.Request, use: _Use) -> list[Any]:
        """Wait until this task may use a connection. Raises `httpcore.PoolTimeout`."""
        turn, place = self._enter_queue(anyio.Event())
        try:
            with anyio.fail_after(_pool_timeout(request)):
                while True:
                    await turn.signal.wait()
                    turn.signal = anyio.Event()
                    dead = self.take(request.url.origin, use, turn)
                    if dead is not None:
                        return dead
        except TimeoutError:
            raise httpcore.PoolTimeout("no connection was free in time") from None
        finally:
            self._leave_queue(place)
            self._wake()

    def _wake(self) -> None:
        turn = self._next_turn()
        if turn is not None:
            turn.signal.set()

    async def release(self, use: _Use, *, keep: bool = True) -> None:
        """Return a connection to the pool when its reply has been read."""
        dead = self.give_back(use, keep=keep)
        if self._waiting:
            self._wake()
        await self._close(dead)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._close(self.end())

    @staticmethod
    async def _close(connections: list[Any]) -> None:
        for connection in connections:
            with anyio.CancelScope(shield=True):
                await connection.aclose()


def has_stray_body(status: int, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a reply that cannot have a body announces one. Its bytes could be read as the next reply."""
    if status not in (204, 304):
        return False
    lengths = [value.strip() for name, value in headers if name.lower() in (b"content-length", b"transfer-encoding")]
    return any(length != b"0" for length in lengths)


def is_quiet(connection: Any) -> bool:
    """Whether nothing arrived after the last reply. Otherwise it would be taken for the reply to the next request.

    Bytes that httpcore and anyio have read already show only in their private attributes. If a later release has no
    such attributes, the answer is no, and no connection is used twice.
    """
    parser, stream = getattr(_innermost(connection), "_h11_state", None), _stream(connection)
    if parser is None or stream is None:
        return False
    rest, ended = parser.trailing_data
    return not rest and not ended and not stream.has_unread()


def abandon(connection: Any) -> None:
    """Close the socket of a connection and nothing else: no TLS message is sent, and no event loop takes part."""
    stream = _stream(connection)
    if stream is not None:
        with suppress(OSError, ValueError):
            stream.abandon()


def _innermost(connection: Any) -> Any:
    """Return the connection that speaks HTTP, inside those that connect or go through a proxy."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return connection


def _stream(connection: Any) -> Any:
    return getattr(_innermost(connection), "_network_stream", None)


def _or_no_limit(limit: int | None) -> int:
    return sys.maxsize if limit is None else limit


def _pool_timeout(request: httpcore.Request) -> float | None:
    timeouts: dict[str, float | None] = cast("Any", request).extensions.get("timeout", {})
    return timeouts.get("pool")
