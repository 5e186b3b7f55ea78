"""Define `Market`: the days and hours of an options market, and the cut-off for exercise instructions.

Every question about the present takes the moment as an argument, so that the caller chooses the clock:
`client.service_time()` is the service's. A `Market` does no I/O, and knows only the holidays that it is given.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, Protocol

from ._annotations import resolvable
from ._option_symbol import OptionSymbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Market"]

_DAY: Final = timedelta(days=1)
_FAR: Final = 366
"""Days. A year without a business day is a mistake."""
_is_time: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII).fullmatch


class _Session(Protocol):
    @property
    def open(self) -> datetime: ...
    @property
    def close(self) -> datetime: ...


class _Sessions(Protocol):
    @property
    def regular(self) -> _Session | None: ...


class _Hours(Protocol):
    """A row of the service's calendar of market hours."""

    @property
    def date(self) -> date: ...
    @property
    def today_sessions(self) -> _Sessions: ...
    @property
    def next_sessions(self) -> _Sessions: ...


class Market:
    """The days and hours of an options market, and the cut-off for exercise instructions.

    - `zone`: the name of a time zone, or a `tzinfo`.
    - `opens`, `closes`: times of day there, as ``"HH:MM"``, ``"HH:MM:SS"`` or a `datetime.time`.
    - `cutoff`: the time of day until which instructions are taken; None if there is no cut-off. Ask your broker: no
      operation of the service returns it.
    - `closed`: days from Monday to Friday that are not business days.
    - `early`: days that close early, with the time of the close. The cut-off of such a day is as long after its close
      as on other days.
    - `cutoffs`: the cut-offs of single days, which override the rule above.

    Raises `ValueError` or `TypeError` for an argument that cannot be used; the message names it.
    """

    __slots__ = ("closed", "closes", "cutoff", "cutoffs", "early", "opens", "zone")

    zone: tzinfo
    """The time zone of the market."""
    opens: time
    """The time of day at which the session begins."""
    closes: time
    """The time of day at which the session ends."""
    cutoff: time | None
    """The time of day until which instructions are taken; None if there is no cut-off."""
    closed: frozenset[date]
    """Days from Monday to Friday that are not business days."""
    early: Mapping[date, time]
    """Days that close early, with the time of the close."""
    cutoffs: Mapping[date, time]
    """The cut-offs of single days."""

    def __init__(
        self,
        zone: str | tzinfo = "America/New_York",
        *,
        opens: str | time = "09:30",
        closes: str | time = "16:00",
        cutoff: str | time | None = None,
        closed: Iterable[date] = (),
        early: Mapping[date, str | time] | None = None,
        cutoffs: Mapping[date, str | time] | None = None,
    ) -> None:
        self.zone = _zone(zone)
        self.opens = _time(opens, "opens")
        self.closes = _time(closes, "closes")
        self.cutoff = None if cutoff is None else _time(cutoff, "cutoff")
        self.closed = frozenset(_day(one, "closed") for one in closed)
        self.early = _times(early, "early")
        self.cutoffs = _times(cutoffs, "cutoffs")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Market) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    def __hash__(self) -> int:
        return hash((str(self.zone), self.opens, self.closes, self.cutoff, self.closed))

    def __repr__(self) -> str:
        cutoff = "none" if self.cutoff is None else _short(self.cutoff)
        return (
            f"<Market {self.zone} {_short(self.opens)}-{_short(self.closes)}, cut-off {cutoff}, "
            f"closed days: {len(self.closed)}, early closes: {len(self.early)}>"
        )

    def today(self, now: datetime) -> date:
        """Return the date in the market at a moment (aware)."""
        return self._local(now).date()

    def is_business_day(self, day: date) -> bool:
        """Whether the market opens on a day."""
        day = _day(day, "day")
        return day.weekday() < 5 and day not in self.closed

    def next_business_day(self, day: date) -> date:
        """Return the first business day after a day."""
        return self._seek(_day(day, "day"), _DAY)

    def previous_business_day(self, day: date) -> date:
        """Return the last business day before a day."""
        return self._seek(_day(day, "day"), -_DAY)

    def opens_at(self, day: date) -> datetime | None:
        """Return when the market opens on a day (aware); None if it is not a business day."""
        return self._on(day, self.opens) if self.is_business_day(day) else None

    def closes_at(self, day: date) -> datetime | None:
        """Return when the market closes on a day (aware); None if it is not a business day."""
        return self._on(day, self.early.get(day, self.closes)) if self.is_business_day(day) else None

    def cutoff_at(self, day: date) -> datetime | None:
        """Return the cut-off of a day (aware); None if it is not a business day, or the market has no cut-off."""
        close = self.closes_at(day)
        if close is None:
            return None
        if day in self.cutoffs:
            return self._on(day, self.cutoffs[day])
        if self.cutoff is None:
            return None
        # Computed in local time, so that a change to or from summer time in between makes no difference.
        after = datetime.combine(day, self.cutoff) - datetime.combine(day, self.closes)
        return (close.replace(tzinfo=None) + after).replace(tzinfo=self.zone)

    def is_open(self, now: datetime) -> bool:
        """Whether the market is in session at a moment (aware)."""
        day = self.today(now)
        opens, closes = self.opens_at(day), self.closes_at(day)
        return opens is not None and closes is not None and _utc(opens) <= _utc(now) < _utc(closes)

    def time_to_cutoff(self, now: datetime) -> timedelta | None:
        """Return the time from a moment (aware) to the cut-off of its day: negative if that has passed, None if it is
        not a business day. Raises `ValueError` if the market has no cut-off on that day.
        """
        day = self.today(now)
        cutoff = self.cutoff_at(day)
        if cutoff is None and self.is_business_day(day):
            raise ValueError(f"{self!r} has no cut-off on {day}; pass your broker's, for example cutoff='17:30'.")
        return None if cutoff is None else _utc(cutoff) - _utc(now)

    def last_day(self, symbol: OptionSymbol | str) -> date:
        """Return the last business day of a contract: its expiry or, if the market is closed then, the one before."""
        expiry = _symbol(symbol).expiry
        return expiry if self.is_business_day(expiry) else self.previous_business_day(expiry)

    def expires_today(self, symbol: OptionSymbol | str, now: datetime) -> bool:
        """Whether the day of a moment (aware) is the last business day of a contract.

        `symbol` may have any form that `OptionSymbol.parse` reads. Raises `ValueError` if it is not an option's.
        """
        return self.last_day(symbol) == self.today(now)

    def with_hours(self, *rows: _Hours) -> Market:
        """Return the same market with the closed days and early closes in rows of the service's calendar.

        Each row of ``client.v1.calendar.get_market_hours_calendar(...)`` covers its own day, the next trading day, and
        the days between them.
        """
        closed, early = set(self.closed), dict(self.early)
        for row in rows:
            # A reply may lack a field that the spec requires: that says nothing about the day.
            today: _Sessions | None = row.today_sessions
            following = getattr(row.next_sessions, "regular", None)
            told: dict[date, _Session | None] = {} if today is None else {row.date: today.regular}
            if following is not None:
                last = self.today(following.open)
                told |= {row.date + _DAY * n: None for n in range(1, min((last - row.date).days, _FAR))}
                told[last] = following
            for day, session in told.items():
                closed.discard(day)
                early.pop(day, None)
                if session is None:
                    closed |= {day} if day.weekday() < 5 else set()
                elif (close := self._local(session.close).time()) != self.closes:
                    early[day] = close
        return Market(
            self.zone,
            opens=self.opens,
            closes=self.closes,
            cutoff=self.cutoff,
            closed=closed,
            early=early,
            cutoffs=self.cutoffs,
        )

    def _local(self, now: datetime) -> datetime:
        if not isinstance(now, datetime) or now.utcoffset() is None:
            raise TypeError(f"Expected a datetime with a time zone but received {now!r}; use datetime.now(UTC).")
        return now.astimezone(self.zone)

    def _on(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone)

    def _seek(self, day: date, step: timedelta) -> date:
        for _ in range(_FAR):
            day += step
            if self.is_business_day(day):
                return day
        raise ValueError(f"{self!r} has no business day in a year; check its `closed`.")


def _zone(zone: str | tzinfo) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError(
            f"Expected the name of a time zone for `zone` but received {zone!r}; use one like 'America/New_York' (on "
            "a machine without time zones, `pip install tzdata` first)."
        ) from None


def _day(day: date, name: str) -> date:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise TypeError(f"Expected a date for `{name}` but received {day!r}; use `today(moment)` for a moment.")
    return day


def _time(moment: str | time, name: str) -> time:
    found = time.fromisoformat(moment) if isinstance(moment, str) and _is_time(moment) else moment
    if not isinstance(found, time) or found.tzinfo is not None:
        raise ValueError(
            f"Expected a time of the market's day for `{name}` but received {moment!r}; write it like '16:00'."
        )
    return found


def _times(times: Mapping[date, str | time] | None, name: str) -> Mapping[date, time]:
    return {_day(day, name): _time(moment, name) for day, moment in (times or {}).items()}


def _symbol(symbol: OptionSymbol | str) -> OptionSymbol:
    return symbol if isinstance(symbol, OptionSymbol) else OptionSymbol.parse(symbol)


def _short(moment: time) -> str:
    return moment.isoformat("auto" if moment.second else "minutes")


def _utc(moment: datetime) -> datetime:
    """Return a moment in UTC. Python subtracts two times of the same zone without regard to summer time."""
    return moment.astimezone(UTC)


resolvable(globals(), Market)
