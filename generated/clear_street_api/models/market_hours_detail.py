# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date as _date
from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Date, Drift, Field, Member, Model, Object, Text, Timestamp, keep_text, members
from .market_status import MarketStatus
from .market_type import MarketType
from .trading_sessions import TradingSessions

_MARKET_TYPE = members(MarketType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarketHoursDetail(Model):
    """When a market is open on a day."""

    market: MarketType
    """The market."""
    market_name: str
    """Its name, for display."""
    date: _date
    """The day that was asked for."""
    timezone: str
    """Time zone of the market, by its IANA name."""
    current_time: datetime
    """Date and time in that zone."""
    status: MarketStatus
    """What kind of day it is, and whether the market is open now."""
    today_sessions: TradingSessions
    """The sessions of the day that was asked for; none on a holiday or at a weekend."""
    next_sessions: TradingSessions
    """The sessions of the trading day after it."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("market", "market", Member(MarketType), required=True),
        Field("market_name", "market_name", Text(), required=True),
        Field("date", "date", Date(), required=True),
        Field("timezone", "timezone", Text(), required=True),
        Field("current_time", "current_time", Timestamp(), required=True),
        Field("status", "status", Object("MarketStatus", lambda: MarketStatus), required=True),
        Field("today_sessions", "today_sessions", Object("TradingSessions", lambda: TradingSessions), required=True),
        Field("next_sessions", "next_sessions", Object("TradingSessions", lambda: TradingSessions), required=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            self.market = _MARKET_TYPE[data["market"]]
            value = data["market_name"]
            if value.__class__ is not str:
                return None
            self.market_name = value
            text = data["date"]
            value = _date.fromisoformat(text)
            if text[4::3] != "--":
                return None
            self.date = value
            value = data["timezone"]
            if value.__class__ is not str:
                return None
            self.timezone = value
            text = data["current_time"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "current_time", text, value)
            self.current_time = value
            self.status = MarketStatus.decode_in(data["status"], drift, "status")
            self.today_sessions = TradingSessions.decode_in(data["today_sessions"], drift, "today_sessions")
            self.next_sessions = TradingSessions.decode_in(data["next_sessions"], drift, "next_sessions")
            more = len(data) != 8
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
