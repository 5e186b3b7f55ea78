"""`Market`: days, sessions and cut-offs of an options market, at a moment of whatever clock one has."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import ClearStreet, OptionSymbol, market
from clear_street.market import Market
from clear_street.sandbox import SandboxClock
from support.scripted_service import Service

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY = date(2026, 4, 24)
GOOD_FRIDAY = date(2026, 4, 3)
DAY_AFTER_THANKSGIVING = date(2026, 11, 27)
THANKSGIVING = date(2026, 11, 26)
MARKET = Market(cutoff="17:30", closed=[GOOD_FRIDAY, THANKSGIVING], early={DAY_AFTER_THANKSGIVING: "13:00"})

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def at(clock: str, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), NEW_YORK)


# --- Days -----------------------------------------------------------------------------------------------------------


def test_business_days_are_weekdays_that_are_not_closed() -> None:
    assert MARKET.is_business_day(FRIDAY)
    assert not MARKET.is_business_day(date(2026, 4, 25))
    assert not MARKET.is_business_day(GOOD_FRIDAY)
    assert MARKET.next_business_day(date(2026, 4, 2)) == date(2026, 4, 6)
    assert MARKET.previous_business_day(date(2026, 4, 6)) == date(2026, 4, 2)
    assert MARKET.next_business_day(FRIDAY) == date(2026, 4, 27)


@given(day=days)
def test_the_next_business_day_is_the_first_one_that_follows(day: date) -> None:
    following = MARKET.next_business_day(day)

    assert MARKET.is_business_day(following)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert not any(map(MARKET.is_business_day, between))
    assert MARKET.previous_business_day(following) == (
        day if MARKET.is_business_day(day) else MARKET.previous_business_day(day)
    )


def test_a_market_that_never_opens_is_named() -> None:
    never = Market(closed=[FRIDAY + timedelta(days=n) for n in range(500)])

    with pytest.raises(ValueError, match="no business day in a year"):
        never.next_business_day(FRIDAY)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 4, 25, 3, 59, tzinfo=UTC), FRIDAY),
        (datetime(2026, 4, 25, 4, 0, tzinfo=UTC), date(2026, 4, 25)),
        (datetime(2026, 4, 25, 12, 0, tzinfo=timezone(timedelta(hours=9))), FRIDAY),
    ],
)
def test_the_day_is_that_of_the_market_and_not_of_the_moment(moment: datetime, day: date) -> None:
    assert MARKET.today(moment) == day


# --- Hours ----------------------------------------------------------------------------------------------------------


def test_the_session_is_from_its_open_until_before_its_close() -> None:
    assert [MARKET.is_open(at(clock)) for clock in ("09:29:59", "09:30", "15:59:59", "16:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert not MARKET.is_open(at("12:00", GOOD_FRIDAY))
    assert MARKET.is_open(at("12:59", DAY_AFTER_THANKSGIVING))
    assert not MARKET.is_open(at("13:00", DAY_AFTER_THANKSGIVING))
    assert (MARKET.opens_at(FRIDAY), MARKET.closes_at(FRIDAY)) == (at("09:30"), at("16:00"))
    assert MARKET.opens_at(GOOD_FRIDAY) is MARKET.closes_at(GOOD_FRIDAY) is MARKET.cutoff_at(GOOD_FRIDAY) is None


def test_the_cutoff_is_as_long_after_an_early_close_unless_it_is_said() -> None:
    assert MARKET.cutoff_at(FRIDAY) == at("17:30")
    assert MARKET.cutoff_at(DAY_AFTER_THANKSGIVING) == at("14:30", DAY_AFTER_THANKSGIVING)
    own = Market(cutoff="17:30", early={FRIDAY: time(13)}, cutoffs={FRIDAY: "17:30"})
    assert own.cutoff_at(FRIDAY) == at("17:30")
    before_the_close = Market(cutoff="15:45", early={FRIDAY: "13:00"})
    assert before_the_close.cutoff_at(FRIDAY) == at("12:45")


def test_the_time_to_the_cutoff_is_negative_once_it_has_passed() -> None:
    assert MARKET.time_to_cutoff(at("17:26:38")) == timedelta(minutes=3, seconds=22)
    assert MARKET.time_to_cutoff(at("17:30")) == timedelta()
    assert MARKET.time_to_cutoff(at("18:00").astimezone(UTC)) == timedelta(minutes=-30)
    assert MARKET.time_to_cutoff(at("12:00", GOOD_FRIDAY)) is None


def test_time_passes_as_it_does_where_the_clocks_change() -> None:
    changing = Market("America/New_York", opens="00:30", closes="04:00", cutoff="05:00", closed=[])
    sunday_night = Market("Asia/Jerusalem", opens="00:30", closes="04:00", cutoff="05:00")
    friday = date(2026, 3, 27)  # at 02:00 the clocks of Jerusalem go forward by an hour
    midnight = datetime.combine(friday, time(), ZoneInfo("Asia/Jerusalem"))

    assert sunday_night.time_to_cutoff(midnight) == timedelta(hours=4)
    assert changing.time_to_cutoff(at("00:00")) == timedelta(hours=5)


def test_a_market_without_a_cutoff_says_so() -> None:
    assert Market().cutoff_at(FRIDAY) is None
    with pytest.raises(ValueError, match=r"no cut-off on 2026-04-24; pass your broker's, for example cutoff='17:30'"):
        Market().time_to_cutoff(at("12:00"))
    assert Market(cutoffs={FRIDAY: "15:00"}).time_to_cutoff(at("14:00")) == timedelta(hours=1)


# --- Contracts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "symbol", ["AAPL 260424C00260000", "AAPL  260424C00260000", OptionSymbol.parse("AAPL 260424C260")]
)
def test_a_contract_expires_on_the_day_of_the_market(symbol: OptionSymbol | str) -> None:
    assert MARKET.expires_today(symbol, at("00:00"))
    assert MARKET.expires_today(symbol, at("23:59:59"))
    assert not MARKET.expires_today(symbol, at("23:59:59", date(2026, 4, 23)))
    assert not MARKET.expires_today(symbol, at("00:00", date(2026, 4, 25)))


def test_a_contract_whose_expiry_is_no_business_day_ends_on_the_one_before() -> None:
    assert MARKET.last_day("AAPL 260403C00260000") == date(2026, 4, 2)
    assert MARKET.expires_today("AAPL 260425C00260000", at("12:00"))


def test_a_symbol_that_is_none_of_an_option_is_named() -> None:
    with pytest.raises(ValueError, match="'AAPL' is not the symbol of an option"):
        MARKET.expires_today("AAPL", at("12:00"))


# --- The service's calendar -----------------------------------------------------------------------------------------


def sessions(day: date, close: str = "16:00") -> Any:
    return SimpleNamespace(regular=SimpleNamespace(open=at("09:30", day), close=at(close, day)))


def hours(day: date, today: Any, following: Any) -> Any:
    return SimpleNamespace(date=day, today_sessions=today, next_sessions=following)


NONE = SimpleNamespace(regular=None)


def test_the_calendar_of_the_service_tells_closed_days_and_early_closes() -> None:
    wednesday = date(2026, 11, 25)
    rows = [hours(wednesday, sessions(wednesday), sessions(DAY_AFTER_THANKSGIVING, "13:00"))]

    told = Market(cutoff="17:30").with_hours(*rows)

    assert told == Market(cutoff="17:30", closed=[THANKSGIVING], early={DAY_AFTER_THANKSGIVING: "13:00"})
    assert hash(told) == hash(Market(cutoff="17:30", closed=[THANKSGIVING]))
    assert told != Market(cutoff="17:30")


def test_the_calendar_of_the_service_is_believed_before_what_was_said() -> None:
    said = Market(closed=[FRIDAY], early={date(2026, 4, 27): "13:00"})

    told = said.with_hours(hours(FRIDAY, sessions(FRIDAY), sessions(date(2026, 4, 27))))

    assert told == Market()
    assert said.with_hours() == said


def test_a_day_without_a_regular_session_is_closed() -> None:
    saturday = date(2026, 4, 25)

    assert Market().with_hours(hours(GOOD_FRIDAY, NONE, NONE)) == Market(closed=[GOOD_FRIDAY])
    assert Market().with_hours(hours(saturday, NONE, sessions(date(2026, 4, 27)))) == Market()


def test_a_row_that_breaks_its_contract_tells_nothing() -> None:
    assert Market().with_hours(hours(FRIDAY, None, None)) == Market()


# --- What it is made of ---------------------------------------------------------------------------------------------


def test_it_shows_in_one_line_what_it_is_and_can_be_kept() -> None:
    assert repr(MARKET) == "<Market America/New_York 09:30-16:00, cut-off 17:30, closed days: 2, early closes: 1>"
    assert (
        repr(Market(UTC, opens="09:30:15"))
        == "<Market UTC 09:30:15-16:00, cut-off none, closed days: 0, early closes: 0>"
    )
    assert pickle.loads(pickle.dumps(MARKET)) == MARKET != market


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"zone": "America/Gotham"}, ValueError, r"`zone` but received 'America/Gotham'.*pip install tzdata"),
        ({"zone": "../etc"}, ValueError, "`zone`"),
        ({"zone": None}, ValueError, "`zone`"),
        ({"cutoff": "25:00"}, ValueError, r"`cutoff` but received '25:00'; write it like '16:00'"),
        ({"cutoff": "5pm"}, ValueError, "`cutoff`"),
        ({"closes": time(16, tzinfo=UTC)}, ValueError, "`closes`"),
        ({"opens": 930}, ValueError, "`opens`"),
        ({"closed": ["2026-04-03"]}, TypeError, "`closed`"),
        ({"closed": [at("12:00")]}, TypeError, r"`closed`.*today\(moment\)"),
        ({"early": {"2026-11-27": "13:00"}}, TypeError, "`early`"),
        ({"early": {FRIDAY: "1"}}, ValueError, "`early`"),
        ({"cutoffs": {FRIDAY: None}}, ValueError, "`cutoffs`"),
    ],
)
def test_what_cannot_be_is_named(arguments: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Market(**arguments)


@pytest.mark.parametrize("now", [at("12:00").replace(tzinfo=None), FRIDAY, "now", 0.0])
def test_a_moment_has_a_time_zone(now: Any) -> None:
    with pytest.raises(TypeError, match="a datetime with a time zone but received"):
        MARKET.time_to_cutoff(now)


@pytest.mark.parametrize("day", [at("12:00"), "2026-04-24"])
def test_a_day_is_no_moment(day: Any) -> None:
    with pytest.raises(TypeError, match="a date for `day` but received"):
        MARKET.is_business_day(day)


# --- The service's clock --------------------------------------------------------------------------------------------


def test_the_clock_of_the_service_is_known_from_its_last_reply() -> None:
    client = ClearStreet.sandbox()
    assert client.service_time() is None

    client.v1.version.get_version()

    assert client.service_time() == datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
    assert MARKET.time_to_cutoff(client.service_time() or at("00:00")) == timedelta(hours=7)


def test_the_clock_of_the_service_goes_on_whatever_this_machine_has() -> None:
    reply = httpx.Response(
        200,
        json={"metadata": {"request_id": "r"}, "data": {"version": "1"}},
        headers={"date": "Fri, 24 Apr 2026 21:29:00 GMT"},
    )
    service = Service(reply)
    client = service.client()
    client.v1.version.get_version()
    service.clock.advance(30)

    assert isinstance(service.clock, SandboxClock)
    assert client.service_time() == datetime(2026, 4, 24, 21, 29, 30, tzinfo=UTC)
    assert client.with_options(timeout=1).service_time() == datetime(2026, 4, 24, 21, 29, 30, tzinfo=UTC)
    assert client.with_options(base_url="https://other.invalid").service_time() is None
    assert MARKET.time_to_cutoff(client.service_time() or at("00:00")) == timedelta(seconds=30)
