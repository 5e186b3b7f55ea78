"""Define httpx transports that enforce the time bounds of an attempt exactly. docs/safety.md, "Time".

httpx's read time-out restarts at each byte, so a service that sends a byte now and then could make a call endless.
Here a network backend under httpcore's connections limits each read, write, look-up and handshake to the time that
the attempt has left (`Bounds`).
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, cast
from weakref import WeakKeyDictionary, finalize

import httpcore
import httpx

from .._signals import raised_by_signal_handler
from .bounds import BOUNDS, capped
from .decoding import BoundedResponse
from .library_methods import LibraryMethods, replaced_sending, socket_functions
from .pool import AsyncPool, Pool, has_stray_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator

_WRITE_CHUNK = 16384


_HANDSHAKES = (b"CONNECT ", b"\x05", b"\x01")
"""The first bytes of what is sent to a proxy alone, to open a tunnel: CONNECT, SOCKS 5 and its login."""


def _about_to_write(buffer: bytes) -> None:
    bounds = BOUNDS.get()
    if bounds is not None and bounds.sending and not bounds.begun and buffer and not buffer.startswith(_HANDSHAKES):
        bounds.begin(httpcore.ConnectTimeout)


def _sending(request: object) -> None:
    """Note whether what the connections send from now on is the attempt's own request."""
    bounds = BOUNDS.get()
    if bounds is not None:
        bounds.sending = bounds.request is request


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, tls: tuple[Any, ...] = ()) -> None:
        self._stream = stream
        self._tls = tls
        self.made_with = socket_functions()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, capped(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        _about_to_write(buffer)
        for start in range(0, len(buffer), _WRITE_CHUNK):
            chunk = buffer[start : start + _WRITE_CHUNK]
            try:
                self._stream.write(chunk, capped(timeout, httpcore.WriteTimeout))
            except httpcore.WriteError as error:
                # httpcore ignores a WriteError, since a reply may have arrived. A signal handler's must be raised.
                raise raised_by_signal_handler(error) or error from None

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = capped(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, (stream.get_extra_info("ssl_object"), *self._tls))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def has_unread(self) -> bool:
        """Whether bytes were read from the socket that nobody has asked for."""
        return any(map(_holds_unread, self._tls))

    def abandon(self) -> None:
        """Close the socket, and nothing else."""
        os.close(self._stream.get_extra_info("socket").detach())


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, tls: tuple[Any, ...] = ()) -> None:
        self._stream = stream
        self._tls = tls
        self.made_with = socket_functions()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, capped(timeout, httpcore.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        _about_to_write(buffer)
        await self._stream.write(buffer, capped(timeout, httpcore.WriteTimeout))

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        left = capped(timeout, httpcore.ConnectTimeout)
        stream = await self._stream.start_tls(ssl_context, server_hostname, left)
        return _AsyncStream(stream, (stream.get_extra_info("ssl_object"), *self._tls))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self.has_unread() or self._stream.get_extra_info(info)
        return self._stream.get_extra_info(info)

    def has_unread(self) -> bool:
        """Whether bytes were read from the socket that nobody has asked for."""
        stream: Any = getattr(self._stream, "_stream", None)
        while hasattr(stream, "transport_stream"):
            stream = stream.transport_stream
        # On asyncio, anyio has a queue of bytes that arrived; on trio they stay in the socket.
        queue = getattr(getattr(stream, "_protocol", None), "read_queue", ())
        return bool(queue) or any(map(_holds_unread, self._tls))

    def abandon(self) -> None:
        """Close the socket, and nothing else."""
        held = self._stream.get_extra_info("socket")
        os.close(getattr(held, "_sock", held).detach())
        _ABANDONED.append(self)  # if it were collected, asyncio would warn that it was not closed


_ABANDONED: list[_AsyncStream] = []


def _holds_unread(tls: Any) -> bool:
    """Whether a TLS connection holds bytes that nobody has read, encrypted or not."""
    if not isinstance(tls, ssl.SSLObject):
        return bool(tls.pending())  # bytes that are not decrypted are still in the socket
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except OSError:
        pass
    return True


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        until = None if timeout is None else monotonic() + timeout
        addresses = _addresses(host, port, capped(timeout, httpcore.ConnectTimeout))
        failed: Exception = httpcore.ConnectError(f"no address for {host}")
        for untried in range(len(addresses), 0, -1):
            # Each address has an equal share of the time, so that one that never answers does not use up all of it.
            left = capped(None if until is None else max(0.001, until - monotonic()), httpcore.ConnectTimeout)
            share = None if left is None else left / untried
            try:
                return _Stream(
                    self._backend.connect_tcp(addresses[-untried], port, share, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if not threads_can_start():
            host = next((address for _, address in looked_up(host, port)), host)
        left = capped(timeout, httpcore.ConnectTimeout)
        return _AsyncStream(await self._backend.connect_tcp(host, port, left, local_address, socket_options))


def _addresses(host: str, port: int, timeout: float | None) -> list[str]:
    """Look up the addresses of a host, in a thread of its own because the system's look-up has no time-out."""
    with suppress(OSError, UnicodeError):
        return [address for _, address in looked_up(host, port, socket.AI_NUMERICHOST)]
    found: list[str] = []
    failed: list[str] = []

    def look_up() -> None:
        try:
            found.extend(address for _, address in looked_up(host, port))
        except (OSError, UnicodeError) as error:
            failed.append(str(error))

    thread = threading.Thread(target=look_up, name="clear_street-look-up", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no thread can be started, for example at the end of the program
        look_up()
    else:
        thread.join(timeout)
    if thread.is_alive():
        raise httpcore.ConnectTimeout("timed out while the host's name was looked up")
    if failed:
        raise httpcore.ConnectError(failed[0])
    return found


def looked_up(host: str, port: int, flags: int = 0) -> list[tuple[int, str]]:
    """Look up the addresses of a host, each with its family."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(info[0], str(info[4][0])) for info in found]


def threads_can_start() -> bool:
    """Whether threads can be started: not when the main thread has ended, as in functions of `atexit`."""
    return threading.main_thread().is_alive()


_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def _raise_as_httpx(error: Exception) -> NoReturn:
    """Raise an exception of httpcore as the one of httpx that has the same name."""
    raise getattr(httpx, type(error).__name__, httpx.TransportError)(str(error)) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any, release: Callable[[], None]) -> None:
        self._stream, self._release = stream, release

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._release()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, stream: Any, release: Callable[[], Awaitable[None]]) -> None:
        self._stream, self._release = stream, release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            await self._release()


_CORE_METHODS = LibraryMethods(*[(httpcore.ConnectionPool, name) for name in ("handle_request", "create_connection")])
TRANSPORT_METHODS = LibraryMethods(
    *_CORE_METHODS.methods, (httpx.HTTPTransport, "handle_request"), (httpcore.HTTPConnection, "handle_request")
)
_ASYNC_CORE_METHODS = LibraryMethods(
    *[(httpcore.AsyncConnectionPool, name) for name in ("handle_async_request", "create_connection")]
)
ASYNC_TRANSPORT_METHODS = LibraryMethods(
    *_ASYNC_CORE_METHODS.methods,
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpcore.AsyncHTTPConnection, "handle_async_request"),
)


class _Pools:
    """The pools of connections, one for each process."""

    def __init__(self, source: httpcore.ConnectionPool, limits: httpx.Limits) -> None:
        self._new_pool = partial(Pool, source, limits)
        self._pools: dict[int, Pool] = {os.getpid(): self._new_pool()}

    def current(self) -> Pool:
        """Return the pool of this process."""
        process = os.getpid()
        return self._pools.get(process) or self._after_fork(process)

    def _after_fork(self, process: int) -> Pool:
        others = [self._pools.pop(each, None) for each in list(self._pools) if each != process]
        for pool in filter(None, others):
            pool.let_go()
        return self._pools.setdefault(process, self._new_pool())

    def close(self) -> None:
        self.current().close()


class Transport(httpx.HTTPTransport):
    """Sends requests by HTTP/1.1 over httpcore's connections, within exact time bounds. Each process has its own.

    It is an `httpx.HTTPTransport`, so that tools that replace methods of that class affect it too.
    """

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        options = _source_options(context, limits, proxy)
        source = httpcore.ConnectionPool(network_backend=_Backend(), **options)
        self._pools = _Pools(source, limits)
        self._pool: Any = _Passed(self._pools, source)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _sending(request)
        if TRANSPORT_METHODS.replaced():
            with replaced_sending():
                return super().handle_request(request)
        pool = self._pools.current()
        try:
            response, use = pool.handle_request(_CoreRequest(request, _content(request)))
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)
        keep = not has_stray_body(response.status, response.headers)
        return BoundedResponse(
            response.status,
            headers=response.headers,
            stream=_Body(response.stream, partial(pool.release, use, keep=keep)),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Passed:
    """The connections, in the form of the pool that `httpx.HTTPTransport` expects."""

    def __init__(self, pools: _Pools, source: httpcore.ConnectionPool) -> None:
        self._pools, self._source = pools, source

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        if _CORE_METHODS.replaced():
            return self._source.handle_request(request)
        pool = self._pools.current()
        response, use = pool.handle_request(request)
        keep = not has_stray_body(response.status, response.headers)
        body = _Body(response.stream, partial(pool.release, use, keep=keep))
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    def __enter__(self) -> None:
        """Do nothing: connections are made when they are needed."""

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._pools.close()
        self._source.close()


class _AsyncPools:
    """The pools of connections, one for each event loop in each process."""

    def __init__(self, source: httpcore.AsyncConnectionPool, limits: httpx.Limits) -> None:
        self._new_pool = partial(AsyncPool, source, limits)
        self._pools: WeakKeyDictionary[object, tuple[int, AsyncPool, AsyncGenerator[None, None]]] = WeakKeyDictionary()

    async def current(self) -> AsyncPool:
        """Return the pool of the running event loop."""
        loop, process = running_loop(), os.getpid()
        entry = self._pools.get(loop)
        if entry is None or entry[0] != process:
            self._let_go(process)
            pool = self._new_pool()
            held: list[object] = []
            keeper = _closed_with_the_loop(pool, held)
            entry = self._pools[loop] = (process, pool, keeper)
            # `held` keeps the sockets alive until the generator has closed them: the garbage collector removes all
            # objects of a cycle together, in any order.
            held.append(entry)
            for owner in (self, loop):
                finalize(owner, held.clear).atexit = False
            await keeper.__anext__()
        return entry[1]

    def _let_go(self, process: int) -> None:
        """Close the sockets of other processes, and of event loops that were closed without closing generators."""
        for loop, (maker, pool, _) in list(self._pools.items()):
            if maker != process or getattr(loop, "is_closed", bool)():
                self._pools.pop(loop, None)
                pool.let_go()

    async def aclose(self) -> None:
        self._let_go(os.getpid())
        entry = self._pools.pop(running_loop(), None)
        if entry is not None and entry[0] == os.getpid():
            await entry[2].aclose()


class AsyncTransport(httpx.AsyncHTTPTransport):
    """Sends requests as `Transport` does, for async clients. Each event loop has its own connections too."""

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        options = _source_options(context, limits, proxy)
        source = httpcore.AsyncConnectionPool(network_backend=_AsyncBackend(), **options)
        self._pools = _AsyncPools(source, limits)
        self._pool: Any = _AsyncPassed(self._pools, source)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _sending(request)
        if ASYNC_TRANSPORT_METHODS.replaced():
            with replaced_sending():
                return await super().handle_async_request(request)
        pool = await self._pools.current()
        try:
            response, use = await pool.handle_async_request(_CoreRequest(request, _async_content(request)))
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)
        keep = not has_stray_body(response.status, response.headers)
        return BoundedResponse(
            response.status,
            headers=response.headers,
            stream=_AsyncBody(response.stream, partial(pool.release, use, keep=keep)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _AsyncPassed:
    """The connections, in the form of the pool that `httpx.AsyncHTTPTransport` expects."""

    def __init__(self, pools: _AsyncPools, source: httpcore.AsyncConnectionPool) -> None:
        self._pools, self._source = pools, source

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if _ASYNC_CORE_METHODS.replaced():
            return await self._source.handle_async_request(request)
        pool = await self._pools.current()
        response, use = await pool.handle_async_request(request)
        keep = not has_stray_body(response.status, response.headers)
        body = _AsyncBody(response.stream, partial(pool.release, use, keep=keep))
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    async def __aenter__(self) -> None:
        """Do nothing: connections are made when they are needed."""

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._pools.aclose()
        await self._source.aclose()


async def _closed_with_the_loop(pool: AsyncPool, held: list[object]) -> AsyncGenerator[None, None]:
    """Close the connections when their event loop ends or the transport is garbage: both close this generator."""
    try:
        yield
    finally:
        held.clear()
        await pool.aclose()


def running_loop() -> object:
    """Return an object that identifies the running event loop, of asyncio or trio."""
    import asyncio  # not at the top: it takes a tenth of the memory of a blocking client, which does not need it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        import trio

        return trio.lowlevel.current_trio_token()


class _CoreRequest(httpcore.Request):
    """A request of httpx in the form of httpcore's. The constructor of that one would repeat httpx's checks."""

    def __init__(self, request: httpx.Request, content: Any) -> None:
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpcore.UnsupportedProtocol(f"expected http or https in the URL but received {url.scheme!r}")
        self.method = request.method.encode("ascii")
        self.url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        self.headers = request.headers.raw
        self.stream = content
        self.extensions = request.extensions


def _content(request: httpx.Request) -> Any:
    try:
        return (request.content,) if request.content else ()
    except httpx.RequestNotRead:
        return request.stream


def _async_content(request: httpx.Request) -> Any:
    try:
        return _Content(request.content)
    except httpx.RequestNotRead:
        return request.stream


class _Content:
    """A body, as an iterator. It is not a generator, because trio warns of one that a failure left unfinished."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = b""

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._left = self._content
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        part, self._left = self._left, b""
        return part


def _source_options(context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> dict[str, Any]:
    return {
        "ssl_context": context,
        "proxy": None if proxy is None else _core_proxy(proxy),
        "keepalive_expiry": limits.keepalive_expiry,
    }


def _core_proxy(proxy: httpx.Proxy) -> httpcore.Proxy:
    url = httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/")
    return httpcore.Proxy(url, auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=proxy.ssl_context)
