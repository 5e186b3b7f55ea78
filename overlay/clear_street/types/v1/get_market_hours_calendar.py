"""Types of `get_market_hours_calendar`."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class CalendarGetMarketHoursCalendarParams(TypedDict, total=False):
    """The keyword arguments of `get_market_hours_calendar`."""

    date: date | str | None
    market: api.MarketType | api.MarketTypeName | None


class CalendarGetMarketHoursCalendarResponse(CallInfo, api.CalendarGetMarketHoursCalendarResponse):
    """The reply of `get_market_hours_calendar`."""

    __slots__ = ("_attempts", "_reconciled")
