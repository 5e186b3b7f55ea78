"""Whose clock it is: the service's, in New York, for all that has to do with a cut-off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ._exit import Exit, Problem

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

CUTOFF = "CLEAR_STREET_CUTOFF"
"""The variable that has the time of the day past which instructions on what expires are not taken."""
LATE = "late"
"""What a person types to send something past the cut-off."""


class ServiceTime(NamedTuple):
    """The service's clock beside this machine's, as far as a reply told it."""

    ahead: timedelta
    """How much the service's clock is ahead of this machine's, at most."""
    doubt: timedelta
    """By how much less it may be: its `Date` has whole seconds, and the reply took its time."""

    def at(self, here: datetime) -> datetime:
        """What it is there, at the latest, when it is `here` by this machine's clock."""
        return here + self.ahead

    def here(self, there: datetime) -> datetime:
        """What it is by this machine's clock, at the earliest, when it is `there` by the service's."""
        return there - self.ahead


class Cutoff(NamedTuple):
    """A moment, and how far it is away by the service's clock."""

    moment: datetime
    left: timedelta

    @property
    def is_past(self) -> bool:
        """Whether there is no time left."""
        return self.left <= timedelta(0)

    def __str__(self) -> str:
        return f"{self.moment:%H:%M:%S %Z}"


def service_time(date: str | None, before: datetime, after: datetime) -> ServiceTime:
    """The service's clock, from the `Date` of a reply that was asked for and came between two moments of ours."""
    from email.utils import parsedate_to_datetime

    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        raise Problem("The service does not tell its time, so no cut-off can be kept.", Exit.REFUSED) from None
    # It was `told`, or up to a second more, at some moment between `before` and `after`.
    return ServiceTime(told + timedelta(seconds=1) - before, after - before + timedelta(seconds=1))


def span(left: timedelta) -> str:
    """A length of time, to the second."""
    total = int(left.total_seconds())
    return rough(left) if total >= 3600 else f"{total // 60} min {total % 60:02} s"


def rough(left: timedelta) -> str:
    """A length of time, to the minute."""
    total = int(left.total_seconds())
    return f"{total // 3600} h {total // 60 % 60:02} min"


def new_york() -> ZoneInfo:
    """The zone that the market lives in."""
    return zone("America/New_York")


def zone(name: str) -> ZoneInfo:
    """A time zone; `Problem` where this machine does not know it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise Problem(f"This machine knows no time zone {name}: pip install tzdata") from None
