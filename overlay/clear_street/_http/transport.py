"""Transports of httpx's whose time bounds are true.

httpx's read time-out starts anew at each byte, so a service that drips its headers holds a call for as long as it
likes. Here each read, write, look-up and handshake is capped by what is left of the attempt (`Bounds`), by a
network backend under httpcore's connections.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, cast

import httpcore
import httpx

from .bounds import BOUNDS, capped
from .decoding import BoundedResponse
from .pool import AsyncPool, Pool
from .seams import Seams, replaced_sending

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

_WRITE_CHUNK = 16384


def _about_to_write(buffer: bytes) -> None:
    bounds = BOUNDS.get()
    if bounds is not None and not bounds.begun and buffer and not buffer.startswith(b"CONNECT "):
        bounds.begin(httpcore.ConnectTimeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, capped(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        _about_to_write(buffer)
        for start in range(0, len(buffer), _WRITE_CHUNK):
            chunk = buffer[start : start + _WRITE_CHUNK]
            self._stream.write(chunk, capped(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = capped(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

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
        return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


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
            # An address that never answers leaves its share of the time to the others.
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
    """The addresses of a host, in time: the system's look-up takes no time-out, so it waits in a thread of its own."""
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
    except RuntimeError:  # none can be had, at the end of the program for one
        look_up()
    else:
        thread.join(timeout)
    if thread.is_alive():
        raise httpcore.ConnectTimeout("timed out while the host's name was looked up")
    if failed:
        raise httpcore.ConnectError(failed[0])
    return found


def looked_up(host: str, port: int, flags: int = 0) -> list[tuple[int, str]]:
    """The addresses of a host, each with its family."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(info[0], str(info[4][0])) for info in found]


def threads_can_start() -> bool:
    """Whether the program is not ending: functions of `atexit` run when its main thread is over."""
    return threading.main_thread().is_alive()


_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def _raise_as_httpx(error: Exception) -> NoReturn:
    """Raise an exception of httpcore's as httpx's, which has the same name."""
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


_CORE_SEAMS = Seams(*[(httpcore.ConnectionPool, name) for name in ("handle_request", "create_connection")])
_SEAMS = Seams(
    *_CORE_SEAMS.methods, (httpx.HTTPTransport, "handle_request"), (httpcore.HTTPConnection, "handle_request")
)
_ASYNC_CORE_SEAMS = Seams(
    *[(httpcore.AsyncConnectionPool, name) for name in ("handle_async_request", "create_connection")]
)
ASYNC_SEAMS = Seams(
    *_ASYNC_CORE_SEAMS.methods,
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpcore.AsyncHTTPConnection, "handle_async_request"),
)


class Transport(httpx.HTTPTransport):
    """HTTP/1.1 over httpcore's connections, with true time bounds.

    It is an `httpx.HTTPTransport`, so that what replaces the methods of that one finds it.
    """

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        options = _source_options(context, limits, proxy)
        source = httpcore.ConnectionPool(network_backend=_Backend(), **options)
        self._connections = Pool(source, limits)
        self._pool: Any = _Passed(self._connections, source)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if _SEAMS.replaced():
            with replaced_sending():
                return super().handle_request(request)
        try:
            response, connection = self._connections.handle_request(_CoreRequest(request, _content(request)))
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)
        return BoundedResponse(
            response.status,
            headers=response.headers,
            stream=_Body(response.stream, partial(self._connections.release, connection)),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Passed:
    """The connections as the pool that `httpx.HTTPTransport` sends by."""

    def __init__(self, connections: Pool, source: httpcore.ConnectionPool) -> None:
        self._connections, self._source = connections, source

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        if _CORE_SEAMS.replaced():
            return self._source.handle_request(request)
        response, connection = self._connections.handle_request(request)
        body = _Body(response.stream, partial(self._connections.release, connection))
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    def __enter__(self) -> None:
        """Enter nothing: connections are made when they are needed."""

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._connections.close()
        self._source.close()


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The same for async clients."""

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        options = _source_options(context, limits, proxy)
        source = httpcore.AsyncConnectionPool(network_backend=_AsyncBackend(), **options)
        self._connections = AsyncPool(source, limits)
        self._pool: Any = _AsyncPassed(self._connections, source)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if ASYNC_SEAMS.replaced():
            with replaced_sending():
                return await super().handle_async_request(request)
        try:
            response, connection = await self._connections.handle_async_request(
                _CoreRequest(request, _async_content(request))
            )
        except _CORE_ERRORS as error:
            _raise_as_httpx(error)
        return BoundedResponse(
            response.status,
            headers=response.headers,
            stream=_AsyncBody(response.stream, partial(self._connections.release, connection)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _AsyncPassed:
    """The connections as the pool that `httpx.AsyncHTTPTransport` sends by."""

    def __init__(self, connections: AsyncPool, source: httpcore.AsyncConnectionPool) -> None:
        self._connections, self._source = connections, source

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if _ASYNC_CORE_SEAMS.replaced():
            return await self._source.handle_async_request(request)
        response, connection = await self._connections.handle_async_request(request)
        body = _AsyncBody(response.stream, partial(self._connections.release, connection))
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    async def __aenter__(self) -> None:
        """Enter nothing: connections are made when they are needed."""

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._connections.aclose()
        await self._source.aclose()


class _CoreRequest(httpcore.Request):
    """A request of httpx's as httpcore's, whose constructor would check again what httpx has checked."""

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
    """A body, as an iterator: an asynchronous generator, left unfinished by a failure, is one that trio warns of."""

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
