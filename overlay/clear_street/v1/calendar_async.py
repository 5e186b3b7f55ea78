"""`client.v1.calendar`: The service's time, and the hours of markets."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import calendar as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from datetime import date
    from typing import Final, Unpack

    from .._caller_async import AsyncCaller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import CalendarGetClockResponse, CalendarGetMarketHoursCalendarResponse, MarketType, MarketTypeName


class AsyncCalendar(Named):
    """The service's time, and the hours of markets."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncCalendarWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return AsyncCalendarWithRawResponse(AsyncCalendar(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncCalendarWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return AsyncCalendarWithStreamingResponse(AsyncCalendar(self._caller.shaped("stream")))

    async def get_clock(self, **options: Unpack[CallOptions]) -> CalendarGetClockResponse:
        """Read the service's clock.

        Reads the service's time, to compare this machine's clock with.

        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._caller.call(operations.GET_CLOCK, options)

    async def get_market_hours_calendar(
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
        return await self._caller.call(operations.GET_MARKET_HOURS_CALENDAR, options, date=date, market=market)


class AsyncCalendarWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, calendar: AsyncCalendar) -> None:
        self.get_clock: Final = async_raw(calendar.get_clock)
        self.get_market_hours_calendar: Final = async_raw(calendar.get_market_hours_calendar)


class AsyncCalendarWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, calendar: AsyncCalendar) -> None:
        self.get_clock: Final = async_streamed(calendar.get_clock)
        self.get_market_hours_calendar: Final = async_streamed(calendar.get_market_hours_calendar)


resolvable(globals())
