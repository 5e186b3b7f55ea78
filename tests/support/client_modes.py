"""Run one test body with each mode of the client: blocking, on asyncio, on trio. Also a service of canned replies."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from clear_street import AsyncClearStreet, ClearStreet, DefaultAsyncHttpxClient, DefaultHttpxClient
from clear_street.sandbox import SandboxClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from clear_street.sandbox import Sandbox

METADATA = {"request_id": "r-1"}
ROW = {
    "id": "i-1",
    "account_id": 7,
    "instruction_id": "key-1",
    "instruction_type": "EXERCISE",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "quantity": "1",
    "status": "CANCEL_REQUESTED",
    "symbol": "AAPL 280121C00195000",
}


def envelope(data: object, error: object = None) -> dict[str, object]:
    """The body of a reply."""
    return {"metadata": METADATA, "error": error, "data": data}


def failed(status: int, message: str = "The service says no") -> dict[str, object]:
    """The body of an error reply."""
    return envelope(None, {"code": status, "message": message})


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and may break off; tells whether it was begun and closed."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces
        self.begun: bool = False
        self.closed: bool = False

    def _next(self) -> Iterator[bytes]:
        self.begun = True
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def __iter__(self) -> Iterator[bytes]:
        return self._next()

    # No asynchronous generator: trio warns of one that is left early.
    def __aiter__(self) -> AsyncIterator[bytes]:
        self._left = self._next()
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class Wire(httpx.MockTransport):
    """Answers with what it was given, in turn, the last for ever; records the requests that came.

    Each is an exception to raise, or a reply: its status, then, if it has them, its body (bytes, a `Body`, or what
    becomes JSON) and headers.
    """

    def __init__(self, *replies: Exception | tuple[Any, ...]) -> None:
        super().__init__(self._answer)
        self._replies = list(replies)
        self.requests: list[httpx.Request] = []

    @property
    def request(self) -> httpx.Request:
        """The only request that came."""
        [request] = self.requests
        return request

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        status, body, headers = (*reply, b"", {})[:3] if len(reply) < 2 else (*reply, {})[:3]
        if isinstance(body, Body):
            return httpx.Response(status, stream=body, headers=headers)
        if isinstance(body, bytes):
            return httpx.Response(status, content=body, headers=headers)
        return httpx.Response(status, json=body, headers=headers)


class Mode:
    """A way to use the client: blocking ("sync"), or on one of the event loops ("asyncio", "trio")."""

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.is_async: bool = name != "sync"
        self.kind: Any = AsyncClearStreet if self.is_async else ClearStreet
        self.http_kind: Any = DefaultAsyncHttpxClient if self.is_async else DefaultHttpxClient

    def http_client(self, transport: Any, **options: Any) -> Any:
        """An httpx client of the package's, of this mode's kind."""
        return self.http_kind(transport=transport, **options)

    def client(self, transport: Any = None, **options: Any) -> Any:
        """A client on a transport (none, and it has its own connections), on whose clock waiting takes no time."""
        arguments: dict[str, Any] = {"api_key": "key", "clock": SandboxClock(), **options}
        if transport is not None:
            arguments["http_client"] = self.http_client(transport)
        return self.kind(**arguments)

    def sandbox(self, sandbox: Sandbox | None = None, **options: Any) -> Any:
        """A client on a sandbox."""
        return self.kind.sandbox(sandbox, **options)

    def run(self, story: Callable[..., Any], *arguments: Any) -> Any:
        """What a function gives, or what the coroutine comes to that it gives."""
        if not self.is_async:
            return story(*arguments)

        async def main() -> Any:
            return await settled(story(*arguments))

        return anyio.run(main, backend=self.name)

    def play(self, story: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """What a coroutine function comes to that awaits what a client gives through `settled`: with a blocking client
        there is nothing to wait for.
        """
        if self.is_async:
            return self.run(story, *arguments)
        coroutine: Any = story(*arguments)
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
        raise AssertionError("a blocking client awaits nothing")

    def within(self, manager: Callable[[], Any], story: Callable[[Any], Any]) -> Any:
        """What `story` gives of what a context manager gives."""

        def blocking() -> Any:
            with manager() as entered:
                return story(entered)

        async def awaiting() -> Any:
            async with manager() as entered:
                return await settled(story(entered))

        return self.run(awaiting if self.is_async else blocking)

    def listed(self, iterable: Any) -> Any:
        """The items of an iterable of this mode's kind, to be returned from a story."""

        async def awaiting() -> list[Any]:
            return [item async for item in iterable]

        return awaiting() if self.is_async else list(iterable)


async def settled(value: Any) -> Any:
    """The value, awaited if it can be."""
    return await value if inspect.isawaitable(value) else value


def query_of(request: httpx.Request) -> Mapping[str, str]:
    """The query of a request."""
    return dict(request.url.params)
