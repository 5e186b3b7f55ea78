# Made by codegen/twins.py from calendar_async.py: edit that file, then `make generate`.
"""`client.v1.calendar`: The service's time, and the hours of markets."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import calendar as operations
from .._caller import raw, streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from datetime import date
    from typing import Final, Unpack

    from .._caller import Caller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import CalendarGetClockResponse, CalendarGetMarketHoursCalendarResponse, MarketType, MarketTypeName


class Calendar(Named):
    """The service's time, and the hours of markets."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> CalendarWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return CalendarWithRawResponse(Calendar(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> CalendarWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return CalendarWithStreamingResponse(Calendar(self._caller.shaped("stream")))

    def get_clock(self, **options: Unpack[CallOptions]) -> CalendarGetClockResponse:
        """Read the service's clock.

        Reads the service's time, to compare this machine's clock with.

        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(operations.GET_CLOCK, options)

    def get_market_hours_calendar(
        self,
        *,
        date: date | str | None = None,
        market: MarketType | MarketTypeName | None = None,
        **options: Unpack[CallOptions],
    ) -> CalendarGetMarketHoursCalendarResponse:
        """Read market hours.

        Reads when markets are open on a day and on the trading day after it. This says nothing of the cut-off for
        instructions, which is earlier or later than the close.

        - `date`: the day to tell of. Today, where the market is, if it is absent.
        - `market`: only this market. Shares and options where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(operations.GET_MARKET_HOURS_CALENDAR, options, date=date, market=market)


class CalendarWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, calendar: Calendar) -> None:
        self.get_clock: Final = raw(calendar.get_clock)
        self.get_market_hours_calendar: Final = raw(calendar.get_market_hours_calendar)


class CalendarWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, calendar: Calendar) -> None:
        self.get_clock: Final = streamed(calendar.get_clock)
        self.get_market_hours_calendar: Final = streamed(calendar.get_market_hours_calendar)


resolvable(globals())
