"""Make what a client needs for its first call: a driver, and what all its calls share.

This module imports httpx, the flows and the models, and so it is not imported before the first call.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._calls.call import Call
from ._calls.lifecycle import exchange
from ._calls.shared import SharedState
from ._http.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._api.operations import Operation
    from ._api.requests import Prepared
    from ._calls.steps import Completed
    from ._config.settings import Settings
    from ._http.driver_async import AsyncDriver

T = TypeVar("T")
D = TypeVar("D", bound="Driver | AsyncDriver")


class Running(Generic[D]):
    """The driver of a client and its copies, and what their calls share."""

    __slots__ = ("driver", "shared")

    exchange = staticmethod(exchange)

    def __init__(self, driver: D) -> None:
        self.driver: D = driver
        self.shared: SharedState = SharedState()

    def new_call(
        self,
        settings: Settings,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        shape: str = "value",
        cast_to: object = None,
    ) -> Call[T]:
        """Make a call. Run it with ``driver.run(exchange(call), settings)``."""
        if shape != "value":
            self._raw_class()  # imported before anything is sent: an import that fails later would hide a success
        clock = self.driver.clock
        return Call(settings, self.shared, clock, operation, prepared, options, shape, cast_to)

    def raw_response(self, completed: Completed[Any], settings: Settings) -> Any:
        """Make the raw or streamed response of a call, whose body this driver reads."""
        run: Any = partial(self.driver.run, settings=settings)
        return self._raw_class()(completed, run)

    def _raw_class(self) -> Callable[[Completed[Any], Any], Any]:
        from ._responses import AsyncRawResponse, RawResponse

        return RawResponse if isinstance(self.driver, Driver) else AsyncRawResponse


def running(http_client: Any, clock: Any, *, is_async: bool) -> Running[Any]:
    """Make what the calls of one client share, with an async driver or a blocking one."""
    if not is_async:
        return Running(Driver(http_client, clock))
    from ._http.driver_async import AsyncDriver

    return Running(AsyncDriver(http_client, clock))
