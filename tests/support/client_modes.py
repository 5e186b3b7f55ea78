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
        """Make one of the package's httpx clients, blocking or async as this mode is."""
        return self.http_kind(transport=transport, **options)

    def client(self, transport: Any = None, **options: Any) -> Any:
        """Make a client that sends to a transport, or over its own connections. Its waits take no time."""
        clock = transport.clock if isinstance(transport, Service) else SandboxClock()
        arguments: dict[str, Any] = {"api_key": "key", "clock": clock, **options}
        if transport is not None:
            arguments["http_client"] = self.http_client(transport)
        return self.kind(**arguments)

    def sandbox(self, sandbox: Sandbox | None = None, **options: Any) -> Any:
        """Make a client of a sandbox."""
        return self.kind.sandbox(sandbox, **options)

    def run(self, story: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function, and return its result; if that is a coroutine, the coroutine's result."""
        if not self.is_async:
            return story(*arguments)

        async def main() -> Any:
            return await settled(story(*arguments))

        return anyio.run(main, backend=self.name)

    def play(self, story: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """Run a coroutine function that awaits the client's results through `settled`, and return its result.

        With a blocking client it never waits, so it is run to its end at once.
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
        """Enter a context manager, call `story` with what it gives, and return the result."""

        def blocking() -> Any:
            with manager() as entered:
                return story(entered)

        async def awaiting() -> Any:
            async with manager() as entered:
                return await settled(story(entered))

        return self.run(awaiting if self.is_async else blocking)

    def listed(self, iterable: Any) -> Any:
        """List the items of an iterable, blocking or async as this mode is. A story returns the result."""

        async def awaiting() -> list[Any]:
            return [item async for item in iterable]

        return awaiting() if self.is_async else list(iterable)


async def settled(value: Any) -> Any:
    """Return the value, awaited if it can be."""
    return await value if inspect.isawaitable(value) else value


def query_of(request: httpx.Request) -> Mapping[str, str]:
    """Return the query of a request."""
    return dict(request.url.params)
