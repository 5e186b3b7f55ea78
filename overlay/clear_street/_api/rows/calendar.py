"""The operations of the tag Calendar."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api import models
    from clear_street_api.api import calendar as calls

    from ...types import v1 as types
else:
    calls = Later("clear_street_api.api.calendar")
    models = Later("clear_street_api.models")
    types = Later("clear_street.types.v1")

GET_CLOCK = Operation(
    "get_clock",
    "GET",
    "/v1/clock",
    Resend.READ,
    lambda: calls.get_clock.build_request,
    lambda: types.CalendarGetClockResponse,
)
GET_MARKET_HOURS_CALENDAR = Operation(
    "get_market_hours_calendar",
    "GET",
    "/v1/calendars/market-hours",
    Resend.READ,
    lambda: calls.get_market_hours_calendar.build_request,
    lambda: types.CalendarGetMarketHoursCalendarResponse,
    enums=lambda: {"market": models.MarketType},
)
