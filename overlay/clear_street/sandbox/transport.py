"""Connect httpx clients to a sandbox in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import httpx

from .._annotations import resolvable
from .messages import DRIP_PIECES, pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from .clock import SandboxClock
    from .messages import Delivery, Reply
    from .sandbox import Sandbox

_NEVER_SENT: dict[str, tuple[type[httpx.TransportError], str, str]] = {
    "connect_error": (httpx.ConnectError, "Connection refused", ""),
    "connect_timeout": (httpx.ConnectTimeout, "Timed out while connecting", "connect"),
    "pool_timeout": (httpx.PoolTimeout, "Timed out while waiting for a connection", "pool"),
    "proxy_error": (httpx.ProxyError, "503 Service Unavailable", ""),
}
_LOST: dict[str, tuple[type[httpx.TransportError], str]] = {
    "reset": (httpx.ReadError, "Connection reset by peer"),
    "close": (httpx.RemoteProtocolError, "Peer closed the connection without a complete reply"),
    "write_error": (httpx.WriteError, "Broken pipe"),
}


class SandboxTransport(httpx.BaseTransport):
    """A transport for `httpx.Client(transport=...)`. Requests go to a `Sandbox`; faults become httpx's exceptions.

    Time passes on the sandbox's clock, which the time-outs of a request use too.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox: Sandbox = sandbox

    def __repr__(self) -> str:
        return f"<SandboxTransport to {self.sandbox!r}>"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. Raises an `httpx.TransportError` if a fault asks for one."""
        request.read()
        waits = _Exchange(request).waits(self.sandbox)
        while True:
            try:
                self.sandbox.clock.sleep(next(waits))
            except StopIteration as done:
                response: httpx.Response = done.value
                return response


class AsyncSandboxTransport(httpx.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient(transport=...)`, like `SandboxTransport`. Other tasks run at every request."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox: Sandbox = sandbox

    def __repr__(self) -> str:
        return f"<AsyncSandboxTransport to {self.sandbox!r}>"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. Raises an `httpx.TransportError` if a fault asks for one."""
        await request.aread()
        waits = _Exchange(request).waits(self.sandbox)
        while True:
            try:
                await self.sandbox.clock.asleep(next(waits))
            except StopIteration as done:
                response: httpx.Response = done.value
                return response


class _Exchange:
    """One request and what comes back of it, for both kinds of transport: yields the seconds to wait."""

    def __init__(self, request: httpx.Request) -> None:
        self.request: httpx.Request = request
        self.timeouts: dict[str, float | None] = request.extensions.get("timeout", {})

    def waits(self, sandbox: Sandbox) -> Generator[float, None, httpx.Response]:
        request = self.request
        delivery = sandbox.deliver(
            request.method, request.url.raw_path.decode("ascii"), dict(request.headers), request.content
        )
        if delivery.lost in _NEVER_SENT:
            kind, message, phase = _NEVER_SENT[delivery.lost]
            yield self.timeouts.get(phase) or 0.0
            raise kind(message, request=request)
        yield from self.reading(delivery.delay)
        for _ in range(DRIP_PIECES if delivery.drip else 0):
            yield from self.reading(delivery.drip)
        if delivery.reply is None or delivery.cut == "headers":
            self.lose(delivery)
        reply = delivery.reply
        return httpx.Response(
            reply.status, headers=reply.fields(), stream=_Body(self, sandbox.clock, delivery, reply), request=request
        )

    def reading(self, seconds: float) -> Generator[float, None, None]:
        timeout = self.timeouts.get("read")
        if timeout is not None and seconds > timeout:
            yield timeout
            raise httpx.ReadTimeout("Timed out while reading the reply", request=self.request)
        yield seconds

    def lose(self, delivery: Delivery) -> NoReturn:
        kind, message = _LOST[str(delivery.lost)]
        raise kind(message, request=self.request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a reply, for both kinds of transport. It may arrive in slow pieces, or break off."""

    def __init__(self, exchange: _Exchange, clock: SandboxClock, delivery: Delivery, reply: Reply) -> None:
        self._exchange = exchange
        self._clock = clock
        self._delivery = delivery
        self._content = reply.body

    def _parts(self) -> Generator[float | bytes, None, None]:
        """Seconds to wait, and what comes after them."""
        delivery, content = self._delivery, self._content
        if delivery.cut == "body":
            yield content[: len(content) // 2]
            self._exchange.lose(delivery)
        elif delivery.drip:
            for piece in pieces(content):
                yield from self._exchange.reading(delivery.drip)
                yield piece
        else:
            yield content

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts():
            if isinstance(part, bytes):
                yield part
            else:
                self._clock.sleep(part)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts():
            if isinstance(part, bytes):
                yield part
            else:
                await self._clock.asleep(part)


resolvable(globals())
