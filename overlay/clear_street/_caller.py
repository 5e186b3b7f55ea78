"""Make the calls of a client's namespaces: plain, raw and streamed ones."""

from __future__ import annotations

from ._config.secrets import Secret, conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any, NoReturn, ParamSpec, TypeVar

    from ._api.operations import Operation
    from ._api.requests import Prepared
    from ._calls.call import Call
    from ._calls.effects import Flow
    from ._config.options import Clock
    from ._config.settings import Settings
    from ._http.driver import Driver
    from ._responses import RawResponse
    from ._running import Running

    P = ParamSpec("P")
    T = TypeVar("T")


class Connections:
    """The connections of a client and its copies, made when they are first needed because that imports httpx."""

    __slots__ = ("_arguments", "_is_async", "_made")

    def __init__(self, *, is_async: bool, http_client: Any, clock: Any) -> None:
        self._is_async = is_async
        self._arguments: tuple[Any, Any] = (http_client, clock)
        self._made: dict[str, Any] = {}
        if http_client is not None:
            self.running()

    def running(self) -> Any:
        """Return the driver and what calls share, made once for all threads."""
        if not self._made:
            from ._running import running

            # If two threads do this at the same time, one of the two results is used. No lock: after a fork it could
            # stay locked.
            self._made.setdefault("running", running(*self._arguments, is_async=self._is_async))
        return self._made["running"]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled or copied; make a client where it is needed, or use with_options()")

    def __del__(self) -> None:
        for running in self._made.values():
            running.driver.abandon()


class BaseCaller:
    """What both kinds of caller share."""

    __slots__ = ("connections", "settings", "shape")

    def __init__(self, connections: Connections, settings: Settings, shape: str = "value") -> None:
        self.connections: Connections = connections
        self.settings: Settings = settings
        self.shape: str = shape

    @property
    def clock(self) -> Clock:
        """The clock that the flows of this client use."""
        clock: Clock = self.connections.running().driver.clock
        return clock

    def new_call(self, operation: Operation[..., T], prepared: Prepared, options: Mapping[str, object]) -> Call[T]:
        """Make a call, to be run within a flow."""
        running: Running[Any] = self.connections.running()
        return running.new_call(self.settings, operation, prepared, options)


class Caller(BaseCaller):
    """Makes calls and runs flows on the calling thread."""

    __slots__ = ()

    is_async = False

    def shaped(self, shape: str) -> Caller:
        """Return a caller whose calls return the ``"value"``, a ``"raw"`` response, or one to ``"stream"``."""
        return Caller(self.connections, self.settings, shape)

    def call(
        self, operation: Operation[P, T], options: Mapping[str, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call an operation; return the value or, in another shape, the raw or streamed response."""
        conceal(options)
        return self.send(operation, operation.build(*args, **kwargs), options)

    def send(
        self,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        cast_to: object = None,
    ) -> T:
        """Send a request that is built already; return what `call` returns."""
        running: Running[Driver] = self.connections.running()
        call = running.new_call(self.settings, operation, prepared, options, self.shape, cast_to)
        completed: Any = running.driver.run(running.exchange(call), self.settings)
        value: T = completed.value if self.shape == "value" else running.raw_response(completed, self.settings)
        return value

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its value."""
        running: Running[Driver] = self.connections.running()
        return running.driver.run(flow, self.settings)


# --- Methods of namespaces whose calls return raw or streamed responses -----------------------------------------------


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """Give a method the type that it has in a namespace whose calls return raw responses."""
    shaped: Any = method
    return shaped  # type: ignore[no-any-return]


def streamed(method: Callable[P, T]) -> Callable[P, AbstractContextManager[RawResponse[T]]]:
    """Return a method whose result is a context manager: entering it makes the call, and gives a streamed response."""

    def manager(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[RawResponse[T]]:
        from ._responses import StreamManager

        given = Secret((args, kwargs))
        return StreamManager(lambda: called(raw(method), given))

    return described(manager, method)


def called(method: Callable[..., T], given: Secret) -> T:
    """Call a method with arguments that were hidden, so that no frame in between shows them in a traceback."""
    return method(*given.reveal()[0], **given.reveal()[1])


def described(function: T, method: Any) -> T:
    """Let a function look like a method, as `functools.wraps` does, which would take longer to import."""
    named: Any = function
    named.__name__, named.__doc__, named.__wrapped__ = method.__name__, method.__doc__, method
    named.__annotations__ = method.__annotations__
    return function
