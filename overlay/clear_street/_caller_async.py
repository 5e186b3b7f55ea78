"""Make the calls of an async client's namespaces: the same as `_caller`, with awaits."""

from __future__ import annotations

from ._caller import BaseCaller, called, described
from ._config.secrets import Secret, conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from typing import Any, ParamSpec, TypeVar

    from ._api.operations import Operation
    from ._api.requests import Prepared
    from ._calls.effects import Flow
    from ._http.driver_async import AsyncDriver
    from ._responses import AsyncRawResponse
    from ._running import Running

    P = ParamSpec("P")
    T = TypeVar("T")


class AsyncCaller(BaseCaller):
    """Makes calls and runs flows in the running event loop."""

    __slots__ = ()

    is_async = True

    def shaped(self, shape: str) -> AsyncCaller:
        """Return a caller whose calls return the ``"value"``, a ``"raw"`` response, or one to ``"stream"``."""
        return AsyncCaller(self.connections, self.settings, shape)

    async def call(
        self, operation: Operation[P, T], options: Mapping[str, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call an operation; return the value or, in another shape, the raw or streamed response."""
        conceal(options)
        return await self.send(operation, operation.build(*args, **kwargs), options)

    async def send(
        self,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        cast_to: object = None,
    ) -> T:
        """Send a request that is built already; return what `call` returns."""
        running: Running[AsyncDriver] = self.connections.running()
        call = running.new_call(self.settings, operation, prepared, options, self.shape, cast_to)
        completed: Any = await running.driver.run(running.exchange(call), self.settings)
        value: T = completed.value if self.shape == "value" else running.raw_response(completed, self.settings)
        return value

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its value."""
        running: Running[AsyncDriver] = self.connections.running()
        return await running.driver.run(flow, self.settings)


def async_raw(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[AsyncRawResponse[T]]]:
    """Give an async method the type that it has in a namespace whose calls return raw responses."""
    shaped: Any = method
    return shaped  # type: ignore[no-any-return]


def async_streamed(method: Callable[P, Awaitable[T]]) -> Callable[P, AbstractAsyncContextManager[AsyncRawResponse[T]]]:
    """Return a method whose result is a context manager: entering it makes the call, and gives a streamed response."""

    def manager(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[AsyncRawResponse[T]]:
        from ._responses import AsyncStreamManager

        given = Secret((args, kwargs))
        return AsyncStreamManager(lambda: called(async_raw(method), given))

    return described(manager, method)
