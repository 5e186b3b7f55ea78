"""How a namespace reaches its client's driver: settings and connections, joined."""

from __future__ import annotations

from ._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn, ParamSpec, TypeVar

    from ._api.operations import Operation
    from ._api.requests import Prepared
    from ._calls.call import Call
    from ._calls.effects import Flow
    from ._config.options import Clock
    from ._config.settings import Settings
    from ._http.driver import AsyncDriver, Driver

    P = ParamSpec("P")
    T = TypeVar("T")


class Connections:
    """The connections of a client and its copies, made when they are first needed: that imports httpx."""

    __slots__ = ("_arguments", "_is_async", "_made")

    def __init__(self, *, is_async: bool, http_client: Any, clock: Any) -> None:
        self._is_async = is_async
        self._arguments: tuple[Any, Any] = (http_client, clock)
        self._made: dict[str, Any] = {}
        if http_client is not None:
            self.driver()

    def driver(self) -> Any:
        """The driver, sync or async: one for all threads."""
        if not self._made:
            from ._http import driver as _driver

            kind = _driver.AsyncDriver if self._is_async else _driver.Driver
            # Of two threads that come here at once one wins; a lock held while the process forks would stay held.
            self._made.setdefault("driver", kind(*self._arguments))
        return self._made["driver"]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client's connections cannot be pickled or copied; make a client where it is needed")

    def __del__(self) -> None:
        for driver in self._made.values():
            driver.abandon()


class _Caller:
    __slots__ = ("connections", "settings", "shape")

    def __init__(self, connections: Connections, settings: Settings, shape: str = "value") -> None:
        self.connections: Connections = connections
        self.settings: Settings = settings
        self.shape: str = shape

    @property
    def clock(self) -> Clock:
        """Time and chance, as the flows of this client see them."""
        driver: Driver = self.connections.driver()
        clock: Clock = driver.clock
        return clock

    def new_call(self, operation: Operation[..., T], prepared: Prepared, options: Mapping[str, object]) -> Call[T]:
        """A call that a flow makes."""
        driver: Driver = self.connections.driver()
        return driver.new_call(self.settings, operation, prepared, options)


class Caller(_Caller):
    """Makes calls and runs flows on the calling thread."""

    __slots__ = ()

    is_async = False

    def shaped(self, shape: str) -> Caller:
        """A caller whose calls give ``"value"``, ``"raw"`` or ``"stream"``."""
        return Caller(self.connections, self.settings, shape)

    def call(
        self, operation: Operation[P, T], options: Mapping[str, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A whole call of an operation; its value (or, in another shape, what stands for it)."""
        conceal(options)
        return self.send(operation, operation.build(*args, **kwargs), options)

    def send(
        self,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        cast_to: object = None,
    ) -> T:
        """The same, of a request that is built."""
        driver: Driver = self.connections.driver()
        return driver.call(self.settings, operation, prepared, options, self.shape, cast_to)

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        driver: Driver = self.connections.driver()
        return driver.run(flow, self.settings)


class AsyncCaller(_Caller):
    """Makes calls and runs flows in the running event loop."""

    __slots__ = ()

    is_async = True

    def shaped(self, shape: str) -> AsyncCaller:
        """A caller whose calls give ``"value"``, ``"raw"`` or ``"stream"``."""
        return AsyncCaller(self.connections, self.settings, shape)

    async def call(
        self, operation: Operation[P, T], options: Mapping[str, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A whole call of an operation; its value (or, in another shape, what stands for it)."""
        conceal(options)
        return await self.send(operation, operation.build(*args, **kwargs), options)

    async def send(
        self,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        cast_to: object = None,
    ) -> T:
        """The same, of a request that is built."""
        driver: AsyncDriver = self.connections.driver()
        return await driver.call(self.settings, operation, prepared, options, self.shape, cast_to)

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        driver: AsyncDriver = self.connections.driver()
        return await driver.run(flow, self.settings)
