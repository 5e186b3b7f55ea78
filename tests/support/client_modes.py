"""Run one test body with each mode of the client: blocking, on asyncio, on trio."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import anyio

from clear_street import AsyncClearStreet, ClearStreet, DefaultAsyncHttpxClient, DefaultHttpxClient
from clear_street.sandbox import SandboxClock
from support.scripted_service import Service

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import httpx

    from clear_street.sandbox import Sandbox


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
        """A client whose requests go to a transport, or over its own connections; waiting takes it no time."""
        clock = transport.clock if isinstance(transport, Service) else SandboxClock()
        arguments: dict[str, Any] = {"api_key": "key", "clock": clock, **options}
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
