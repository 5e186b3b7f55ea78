"""Implement the calendar: the service's time, and when markets are open."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from .instruments import day as read_day
from .messages import Answer, Refusal

if TYPE_CHECKING:
    from datetime import date

    from .dialects import Dialect
    from .messages import Call, Json
    from .state import State

_NAMES = {"us_equities": "US Equities", "us_options": "US Options", "us_event_contracts": "US Event Contracts"}
_MARKETS: dict[Dialect, tuple[str, ...]] = {
    "contract": ("us_equities", "us_options"),
    "today": ("us_equities", "us_options", "us_event_contracts"),
}
_PRE_MARKET, _AFTER_HOURS = time(4), time(20)


def get_clock(state: State, _: Call) -> Answer:
    """Answer with the service's time."""
    return Answer({"clock": state.nanoseconds})


def get_market_hours_calendar(state: State, call: Call) -> Answer:
    """Answer with the hours of markets on a day and on the next trading day."""
    query, markets = call.query(), _MARKETS[state.reader.dialect]
    if query.get("market", markets[0]) not in markets:
        raise Refusal(400, f"`market` must be one of {', '.join(markets)}")
    day = read_day(query["date"], "date") if "date" in query else state.today
    asked = [query["market"]] if "market" in query else list(markets[:2])
    return Answer([_hours(state, market, day) for market in asked])


def _hours(state: State, name: str, day: date) -> Json:
    market, now = state.market, state.now
    today = state.today
    sessions = _sessions(state, today)
    current = next((kind for kind, (begins, ends) in sessions.items() if begins <= now < ends), None)
    following = market.next_business_day(day)
    return {
        "market": name,
        "market_name": _NAMES[name],
        "date": f"{day}",
        "timezone": f"{market.zone}",
        "current_time": now.astimezone(market.zone).isoformat(),
        "status": {"day_type": _day_type(state, day), "is_open": current is not None, "current_session": current},
        "today_sessions": {
            kind: _schedule(state, *times, is_now=True) for kind, times in _sessions(state, day).items()
        },
        "next_sessions": {
            kind: _schedule(state, *times, is_now=False) for kind, times in _sessions(state, following).items()
        },
    }


def _day_type(state: State, day: date) -> str:
    if day.weekday() >= 5:
        return "WEEKEND"
    if not state.market.is_business_day(day):
        return "HOLIDAY"
    return "EARLY_CLOSE" if day in state.market.early else "TRADING_DAY"


def _sessions(state: State, day: date) -> dict[str, tuple[datetime, datetime]]:
    """Return the sessions of a day; empty if the market is closed."""
    market = state.market
    opens, closes = market.opens_at(day), market.closes_at(day)
    if opens is None or closes is None:
        return {}
    sessions = {"pre_market": (state.at(day, _PRE_MARKET), opens), "regular": (opens, closes)}
    if day not in market.early:
        sessions["after_hours"] = (closes, state.at(day, _AFTER_HOURS))
    return sessions


def _schedule(state: State, begins: datetime, ends: datetime, *, is_now: bool) -> Json:
    now, zone = state.now, state.market.zone
    return {
        "open": begins.astimezone(zone).isoformat(),
        "close": ends.astimezone(zone).isoformat(),
        "time_until_open": _duration(begins - now) if is_now and now < begins else None,
        "time_until_close": _duration(ends - now) if is_now and begins <= now < ends else None,
    }


def _duration(left: timedelta) -> str:
    """Write a duration in ISO 8601, in hours, minutes and seconds."""
    seconds = int(left.total_seconds())
    parts = ((seconds // 3600, "H"), (seconds // 60 % 60, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
