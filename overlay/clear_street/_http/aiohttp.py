"""Send requests over aiohttp's connections (the extra ``aiohttp``), with the same bounds and checks as over httpcore's.

aiohttp makes, pools and reads the connections; its parser is written in C. The request is written here, and not by
aiohttp's `ClientSession`, because that sends a GET or a DELETE again by itself if a connection breaks, and has its own
cookies, redirects, headers and passwords.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
from base64 import b64encode
from contextvars import ContextVar
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn, cast

import aiohttp
import httpx
from aiohttp.abc import ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from ..errors import ArgumentError
from .bounds import BOUNDS, capped
from .decoding import BoundedResponse
from .library_methods import is_made_as_now, socket_functions
from .pool import has_stray_body
from .transport import ASYNC_TRANSPORT_METHODS, AsyncTransport, looked_up, threads_can_start

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator

    from aiohttp.connector import Connection
    from aiohttp.http_parser import RawResponseMessage
    from aiohttp.streams import StreamReader
    from aiohttp.tracing import Trace

_HEAD = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.1(?:\r\n[!#-'*+.^_`|~0-9A-Za-z-]+: [^\0\r\n]*)*")
_HEAD_MAX = 160 * 1024
"""Bytes of the head of a reply, or of one header, at most: the same as for the default connections."""
_HEAD_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]+)[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_PARSER_LIMITS: dict[str, Any] = {
    name: _HEAD_MAX
    for name in ("max_line_size", "max_field_size", "max_headers")
    if name in signature(ResponseHandler.set_response_params).parameters
}
_FOREVER = 1e9
_UNTIMED = aiohttp.ClientTimeout(total=None)
_FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)


class _Attempt:
    """The progress of a request, and the time that it has for its current phase."""

    __slots__ = ("expired", "fresh", "limit", "phases", "sent")

    def __init__(self, phases: dict[str, float | None]) -> None:
        self.phases = phases
        self.expired: type[httpx.TimeoutException] = httpx.PoolTimeout
        self.limit = asyncio.timeout_at(_end_of(phases.get("pool"), httpx.PoolTimeout))
        self.fresh: bool = False
        self.sent: bool = False

    def go_on(self, seconds: float | None, expired: type[httpx.TimeoutException]) -> None:
        """Begin the next phase, which may take `seconds`; after that `expired` is raised."""
        self.expired = expired
        end = _end_of(seconds, expired)
        if end != self.limit.when():
            self.limit.reschedule(end)


def _end_of(seconds: float | None, expired: type[httpx.TimeoutException]) -> float | None:
    """Return when a phase ends, on the event loop's clock, rounded to milliseconds so that phases share a timer."""
    left = capped(seconds, expired)
    return None if left is None else round(asyncio.get_running_loop().time() + left, 3)


_ATTEMPT: ContextVar[_Attempt] = ContextVar("clear_street_attempt")


class _Protocol(ResponseHandler):
    """Gives aiohttp's parser a whole head, with one Content-Length: aiohttp refuses a reply that has it twice, but a
    proxy may repeat it with the same value.
    """

    _head: bytes | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.made_with = socket_functions()

    def set_response_params(self, **options: Any) -> None:
        self._head = b""
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            data = self._head + data
            self._head = None
            end = _HEAD_END.search(data)
            if end is None and len(data) < _HEAD_MAX:
                self._head = data
                self.start_timeout()
                return None
            if end is not None and data[9:10] == b"1" and data[9:12] != b"101":  # another head follows
                super().data_received(data[: end.end()])
                self._head = b""
                data = data[end.end() :]
                return self.data_received(data) if data else None
            if end is not None:
                data = _with_one_length(data, end.end())
        return super().data_received(data)


def _with_one_length(data: bytes, end: int) -> bytes:
    """Remove repeated, equal lengths from the first bytes of a reply, whose head ends at `end`."""
    lengths = _LENGTH.findall(data, 0, end)
    if len(lengths) < 2 or len(set(lengths)) > 1:
        return data
    return _LENGTH.sub(b"", data[:end], len(lengths) - 1) + data[end:]


class _Resolver(aiohttp.ThreadedResolver):
    """Looks names up on the calling thread if the program is ending, since no thread can be started then."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if threads_can_start():
            return await super().resolve(host, port, family)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=found, proto=0, flags=socket.AI_NUMERICHOST)
            for found, address in looked_up(host, port)
        ]


class _Connector(aiohttp.TCPConnector):
    def __init__(self, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        cast("Any", super()).__init__(**options)
        self._factory: Any = partial(_Protocol, loop=loop)

    def __del__(self, *default: Any) -> None:
        if not self._loop.is_closed():  # a closed loop has closed the connections too
            super().__del__(*default)

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        attempt = _ATTEMPT.get()
        attempt.fresh = True
        attempt.go_on(attempt.phases.get("connect"), httpx.ConnectTimeout)
        return await super()._create_connection(req, traces, timeout)


class _Connections:
    """The connections of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, context: ssl.SSLContext | None, limits: httpx.Limits) -> None:
        self._loop = loop
        keeps = limits.max_keepalive_connections != 0
        expiry = _FOREVER if limits.keepalive_expiry is None else limits.keepalive_expiry
        self.connector = _Connector(
            loop,
            ssl=context or True,
            limit=limits.max_connections or 0,
            force_close=not keeps,
            keepalive_timeout=expiry if keeps else None,
            resolver=_Resolver(),
        )
        self._routes: dict[str, aiohttp.ClientRequest] = {}

    def route(self, origin: str, proxy: httpx.Proxy | None) -> aiohttp.ClientRequest:
        """Return the object that tells aiohttp where to connect, through which proxy."""
        if origin not in self._routes:
            url = URL(origin, encoded=True)
            via: dict[str, Any] = {}
            if proxy is not None:
                headers = [("Host", url.host_port_subcomponent), *_texts(_proxy_headers(proxy))]
                via = {"proxy": URL(str(proxy.url), encoded=True), "proxy_headers": headers}
            # The constructor has a parameter for the session, but never uses it.
            self._routes[origin] = aiohttp.ClientRequest(
                "GET", url, loop=self._loop, session=cast("aiohttp.ClientSession", None), **via
            )
        return self._routes[origin]

    async def connection(self, route: aiohttp.ClientRequest, attempt: _Attempt) -> Connection:
        """Return an open connection that has no unread bytes: they would be taken for the reply."""
        while True:
            try:
                connection = await self.connector.connect(route, [], _UNTIMED)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if self.connector.closed and task is not None and not task.cancelling():
                    raise httpx.ConnectError("the connections were closed") from None
                raise
            if _is_quiet(connection, fresh=attempt.fresh):
                return connection
            connection.close()
            if attempt.fresh:
                raise httpx.ConnectError("the service closed the connection before anything was sent")


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: Connection, content: StreamReader, read_timeout: float | None) -> None:
        self._connection = connection
        self._content = content
        self._read_timeout = read_timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._content
        try:
            while not content.at_eof():
                if content.is_eof():
                    yield content.read_nowait()
                    continue
                async with asyncio.timeout(capped(self._read_timeout, httpx.ReadTimeout)):
                    part = await content.readany()
                yield part
        except TimeoutError as error:
            raise httpx.ReadTimeout("the time of the attempt is over") from error
        except _FAILURES as error:
            _raise_as_httpx(error, sent=True)

    def whole(self) -> bytes | None:
        """Return the body if all of it has arrived, else None."""
        content = self._content
        return content.read_nowait() if content.is_eof() and content.exception() is None else None

    async def aclose(self) -> None:
        _drop(self._connection)


class _Reply(BoundedResponse):
    async def aread(self) -> bytes:
        """Read the body. httpx would pass it through four generators, even if all of it has arrived."""
        if isinstance(self.stream, _Body) and not self.is_stream_consumed and "content-encoding" not in self.headers:
            content = self.stream.whole()
            if content is not None:
                self._content = content
                self._num_bytes_downloaded = len(content)
                self.is_stream_consumed = self.is_closed = True
        return await super().aread()


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends requests by HTTP/1.1 over aiohttp's connections, in asyncio. Each event loop has its own.

    If a tool replaced a method of httpx or httpcore, the default connections are used, which call it.
    """

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None) -> None:
        if proxy is not None and (proxy.url.scheme not in ("http", "https") or proxy.ssl_context is not None):
            raise ArgumentError(
                "With aiohttp a proxy must be an http or https one, without a TLS context of its own; "
                "use DefaultAsyncHttpxClient for this proxy."
            )
        self._context = context
        self._limits = limits
        self._proxy = proxy
        self._default = AsyncTransport(context, limits, proxy)
        self._made: dict[asyncio.AbstractEventLoop, tuple[_Connections, AsyncGenerator[None, None]]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if ASYNC_TRANSPORT_METHODS.replaced():
            return await self._default.handle_async_request(request)
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"expected http or https in the URL but received {url.scheme!r}")
        connections = await self._connections()
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        written = _written(request, self._proxy, await request.aread())
        attempt = _Attempt(request.extensions.get("timeout", {}))
        token = _ATTEMPT.set(attempt)
        try:
            async with attempt.limit:
                connection = await connections.connection(connections.route(origin, self._proxy), attempt)
                try:
                    message, content = await _exchanged(connection, attempt, written, request)
                except BaseException:
                    _drop(connection)
                    raise
        except TimeoutError as error:
            raise attempt.expired("the time of the attempt is over") from error
        except _FAILURES as error:
            _raise_as_httpx(error, sent=attempt.sent)
        finally:
            _ATTEMPT.reset(token)
        return _Reply(
            message.code,
            headers=message.raw_headers,
            stream=_Body(connection, content, attempt.phases.get("read")),
            extensions={
                "http_version": b"HTTP/%d.%d" % message.version,
                "reason_phrase": message.reason.encode("ascii", "replace"),
            },
        )

    async def aclose(self) -> None:
        await self._default.aclose()
        self._forget_ended_loops()
        entry = self._made.get(asyncio.get_running_loop()) if self._made else None
        if entry is not None:
            await entry[1].aclose()

    def _forget_ended_loops(self) -> None:
        for loop in [each for each in list(self._made) if each.is_closed()]:
            self._made.pop(loop, None)

    async def _connections(self) -> _Connections:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ArgumentError(
                "DefaultAioHttpClient works in asyncio alone; on trio leave `http_client` out, or use "
                "DefaultAsyncHttpxClient."
            ) from None
        if loop not in self._made:
            self._forget_ended_loops()
            connections = _Connections(loop, self._context, self._limits)
            keeper = self._closed_with_the_loop(loop, connections)
            self._made[loop] = connections, keeper
            await keeper.__anext__()
        return self._made[loop][0]

    async def _closed_with_the_loop(
        self, loop: asyncio.AbstractEventLoop, connections: _Connections
    ) -> AsyncGenerator[None, None]:
        """Close the connections when their event loop ends, since a loop then closes its asynchronous generators."""
        try:
            yield
        finally:
            self._made.pop(loop, None)
            await connections.connector.close()


async def _exchanged(
    connection: Connection, attempt: _Attempt, written: bytes, request: httpx.Request
) -> tuple[RawResponseMessage, StreamReader]:
    """Write a request once, and read the head of its reply."""
    protocol = cast("ResponseHandler", connection.protocol)
    transport = cast("asyncio.Transport", connection.transport)
    read, whole = attempt.phases.get("read"), capped(None, httpx.ConnectTimeout)
    protocol.set_response_params(
        skip_payload=request.method == "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=read if whole is None or (read is not None and read < whole) else None,
        **_PARSER_LIMITS,
    )
    attempt.go_on(None, httpx.ReadTimeout)
    bounds = BOUNDS.get()
    if bounds is not None and bounds.request is request:
        bounds.begin(httpx.ConnectTimeout)
    attempt.sent = True
    transport.write(written)
    protocol.start_timeout()
    message, content = await protocol.read()
    while message.code < 200 and message.code != 101:
        message, content = await protocol.read()
    keep = not has_stray_body(message.code, list(message.raw_headers))
    content.on_eof(partial(_give_back, connection, keep=keep))
    if not content.is_eof():
        _end_with(protocol, content)
    return message, content


def _end_with(protocol: ResponseHandler, content: StreamReader) -> None:
    """Fail the body when its connection is closed before its end. aiohttp only closes it if a chunk is malformed."""
    closed = protocol.closed
    if closed is None:
        _cut_body(content)
        return
    cut_body = partial(_cut_body, content)

    def read() -> None:
        closed.remove_done_callback(cut_body)

    closed.add_done_callback(cut_body)
    content.on_eof(read)
    closed.remove_done_callback(_retrieve)
    closed.add_done_callback(_retrieve)


def _cut_body(content: StreamReader, _: object = None) -> None:
    if not content.is_eof() and content.exception() is None:
        content.set_exception(aiohttp.ClientPayloadError("the connection was closed within the body"))


def _retrieve(closed: asyncio.Future[None]) -> None:
    """Retrieve the exception, so that asyncio does not warn that nobody did."""
    closed.exception()


def _give_back(connection: Connection, *, keep: bool) -> None:
    """Return a connection to the pool when its reply has been read; close it if the request is not all written."""
    transport = connection.transport
    if transport is not None and (not keep or transport.get_write_buffer_size()):
        _drop(connection)
    connection.release()


def _is_quiet(connection: Connection, *, fresh: bool) -> bool:
    """Whether a connection is open, has no unread bytes, and no tool has mocked sockets since it was made. The socket
    is asked for bytes, because a busy event loop may not have read them yet.
    """
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing() or protocol.should_close:
        return False
    return fresh or (is_made_as_now(protocol) and not _is_readable(transport.get_extra_info("socket").fileno()))


def _is_readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _drop(connection: Connection) -> None:
    """Close a connection without writing the rest; one that was returned to the pool is left alone."""
    transport = connection.transport
    if transport is not None:
        transport.abort()
    connection.close()


def _written(request: httpx.Request, proxy: httpx.Proxy | None, content: bytes) -> bytes:
    """Return the bytes of a request."""
    url, headers = request.url, request.headers.raw
    target = url.raw_path
    if proxy is not None and url.scheme == "http":
        target = str(url).partition("#")[0].encode("ascii")
        headers = [*headers, *_proxy_headers(proxy)]
    if "transfer-encoding" in request.headers:
        content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if content else b"0\r\n\r\n"
    head = b"\r\n".join(
        [b"%b %b HTTP/1.1" % (request.method.encode(), target), *[b"%b: %b" % header for header in headers]]
    )
    if _HEAD.fullmatch(head) is None or head.count(b"\n") != len(headers):
        raise httpx.LocalProtocolError("the request is not valid HTTP")
    return head + b"\r\n\r\n" + content


def _proxy_headers(proxy: httpx.Proxy) -> list[tuple[bytes, bytes]]:
    headers = proxy.headers.raw
    if proxy.raw_auth is not None:
        headers = [*headers, (b"Proxy-Authorization", b"Basic " + b64encode(b":".join(proxy.raw_auth)))]
    return headers


def _texts(headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _raise_as_httpx(error: Exception, *, sent: bool) -> NoReturn:
    """Raise an error of aiohttp or the operating system as the exception of httpx that means the same."""
    kind: type[httpx.TransportError] = httpx.ReadError
    if not sent:
        kind = httpx.ProxyError if isinstance(error, aiohttp.ClientHttpProxyError) else httpx.ConnectError
    elif isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, HttpProcessingError)):
        kind = httpx.RemoteProtocolError
    raise kind(str(getattr(error, "os_error", error))) from error
