"""The market's days and hours: when it is open, which days are business days, where a day ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OPENS, CLOSES = time(9, 30), time(16)


class Market:
    """A market in its zone: open Monday to Friday but on `closed` days, until an `early` close on some."""

    def __init__(
        self,
        zone: str = "America/New_York",
        *,
        cutoff: time | None = None,
        closed: Iterable[date] = (),
        early: Mapping[date, time] | None = None,
    ) -> None:
        self.zone: ZoneInfo = ZoneInfo(zone)
        self.cutoff: time | None = cutoff
        self.closed: frozenset[date] = frozenset(closed)
        self.early: dict[date, time] = dict(early or {})

    def day_of(self, now: datetime) -> date:
        """Say which day it is there."""
        return now.astimezone(self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Whether it is open on a day."""
        return day.weekday() < 5 and day not in self.closed

    def next_business_day(self, day: date) -> date:
        """Find the first business day after a day."""
        day += timedelta(days=1)
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day

    def previous_business_day(self, day: date) -> date:
        """Find the last business day before a day."""
        day -= timedelta(days=1)
        while not self.is_business_day(day):
            day -= timedelta(days=1)
        return day

    def at(self, day: date, hour: time) -> datetime:
        """Say which instant a time of a day is."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def closes(self, day: date) -> datetime:
        """Say when it closes on a day."""
        return self.at(day, self.early.get(day, CLOSES))

    def cutoff_of(self, day: date) -> datetime | None:
        """Say until when instructions are taken on a day, None for its end."""
        return None if self.cutoff is None else self.at(day, self.cutoff)
