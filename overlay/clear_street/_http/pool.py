"""The connections of one transport: which are open, who has one, who waits for one.

httpcore's own pool keeps a place for ever that it gave to a task which was cancelled before it connected, promises one
idle connection to many waiters, and goes through all of them whenever one comes or goes. Here whoever has a slot has
a connection for itself, and one who gives up waiting leaves nothing behind. httpcore still makes the connections,
through proxies too.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, cast

import anyio
import httpcore

if TYPE_CHECKING:
    import httpx


class _Connections:
    """The connections that are open; what is to be closed is handed out, as closing may have to be awaited."""

    def __init__(self, source: Any, limits: httpx.Limits, slots: Any) -> None:
        self._create = source.create_connection
        self._max_open: int = _or_no_limit(limits.max_connections)
        self._max_idle: int = min(self._max_open, _or_no_limit(limits.max_keepalive_connections))
        self._slots = slots(self._max_open)
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._busy: set[Any] = set()
        self._closed = False

    def take(self, origin: httpcore.Origin) -> tuple[Any, list[Any]]:
        """For the holder of a slot: a connection to the origin, and those that are to be closed."""
        dead: list[Any] = []
        with self._lock:
            if self._closed:
                self._slots.release()
                raise httpcore.ConnectError("the connections were closed")
            taken: Any = None
            # The one that was used last is the least likely to be closed by the service in the meantime.
            for connection in reversed(self._idle):
                if connection.has_expired():
                    dead.append(connection)
                elif connection.can_handle_request(origin):
                    taken = connection
                    break
            self._idle = [each for each in self._idle if each is not taken and each not in dead]
            if taken is None:
                taken = self._create(origin)
                if len(self._idle) + len(self._busy) >= self._max_open:
                    dead.append(self._idle.pop(0))
            self._busy.add(taken)
        return taken, dead

    def give_back(self, connection: Any) -> list[Any]:
        """Take a connection back, once, with its slot; those that are to be closed."""
        with self._lock:
            if connection not in self._busy:
                return []
            self._busy.remove(connection)
            self._slots.release()
            if self._closed or not connection.is_idle():
                return [connection]
            self._idle.append(connection)
            if len(self._idle) > self._max_idle or (len(self._idle) > 1 and self._idle[0].has_expired()):
                return [self._idle.pop(0)]
            return []

    def end(self) -> list[Any]:
        """Hand out no more; all that are open."""
        with self._lock:
            self._closed = True
            every = [*self._idle, *self._busy]
            self._idle = []
        return every


class Pool(_Connections):
    """For threads."""

    def __init__(self, source: httpcore.ConnectionPool, limits: httpx.Limits) -> None:
        super().__init__(source, limits, threading.Semaphore)

    def handle_request(self, request: httpcore.Request) -> tuple[Any, Any]:
        """The reply, its body unread, and the connection to be given back when it is."""
        if not self._slots.acquire(timeout=_pool_timeout(request)):
            raise httpcore.PoolTimeout("no connection was free in time")
        connection, dead = self.take(request.url.origin)
        try:
            self._close(dead)
            return connection.handle_request(request), connection
        except BaseException:
            self.release(connection)
            raise

    def release(self, connection: Any) -> None:
        """Take back a connection whose reply is done with."""
        self._close(self.give_back(connection))

    def close(self) -> None:
        """Close all connections."""
        self._close(self.end())

    @staticmethod
    def _close(connections: list[Any]) -> None:
        for connection in connections:
            connection.close()


class AsyncPool(_Connections):
    """For the tasks of an event loop."""

    def __init__(self, source: httpcore.AsyncConnectionPool, limits: httpx.Limits) -> None:
        super().__init__(source, limits, anyio.Semaphore)

    async def handle_async_request(self, request: httpcore.Request) -> tuple[Any, Any]:
        """The reply, its body unread, and the connection to be given back when it is."""
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            try:
                with anyio.fail_after(_pool_timeout(request)):
                    await self._slots.acquire()
            except TimeoutError:
                raise httpcore.PoolTimeout("no connection was free in time") from None
        connection, dead = self.take(request.url.origin)
        try:
            await self._close(dead)
            return await connection.handle_async_request(request), connection
        except BaseException:
            await self.release(connection)
            raise

    async def release(self, connection: Any) -> None:
        """Take back a connection whose reply is done with."""
        await self._close(self.give_back(connection))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._close(self.end())

    @staticmethod
    async def _close(connections: list[Any]) -> None:
        for connection in connections:
            with anyio.CancelScope(shield=True):
                await connection.aclose()


def _or_no_limit(limit: int | None) -> int:
    return sys.maxsize if limit is None else limit


def _pool_timeout(request: httpcore.Request) -> float | None:
    timeouts: dict[str, float | None] = cast("Any", request).extensions.get("timeout", {})
    return timeouts.get("pool")
