"""Define the sandbox's clocks. The default one is virtual, so that a run is fast and repeatable."""

from __future__ import annotations

import math
import random
import threading
import time
from datetime import UTC, datetime, timedelta

from ..market import Market

START = datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
"""The time at which a virtual clock begins: a Friday, in trading hours."""


def business_time(now: datetime | None = None, market: Market | None = None) -> datetime:
    """Return the present (or `now`) on a business day of the market, else an hour after the next one opens."""
    market = Market() if market is None else market
    moment = (datetime.now(UTC) if now is None else now).astimezone(UTC)
    today = market.today(moment)
    opens = None if market.is_business_day(today) else market.opens_at(market.next_business_day(today))
    return moment if opens is None else (opens + timedelta(hours=1)).astimezone(UTC)


class SandboxClock:
    """A virtual clock: sleeping moves it forward and takes no real time. Thread-safe.

    `start` is an aware datetime; `seed` makes `random` reproducible.
    """

    def __init__(self, start: datetime = START, *, seed: int = 0) -> None:
        if start.utcoffset() is None:
            raise ValueError(
                f"Expected a datetime with a time zone for `start` but received {start!r}; "
                "give it one, such as datetime.timezone.utc."
            )
        self._start = start.astimezone(UTC)
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._advanced = 0.0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.now().isoformat()}>"

    def monotonic(self) -> float:
        """Return the seconds since the clock began."""
        return self._advanced

    def at(self, monotonic: float) -> datetime:
        """Return the time, in UTC, at which `monotonic` returns a number."""
        return self._start + timedelta(seconds=monotonic)

    def now(self) -> datetime:
        """Return the present time, in UTC."""
        return self.at(self.monotonic())

    def advance(self, seconds: float) -> None:
        """Move the clock forward by a number of seconds. Raises `ValueError` if it is negative."""
        if not seconds >= 0:
            raise ValueError(f"Expected seconds, 0 or more, for `seconds` but received {seconds!r}.")
        with self._lock:
            self._advanced += seconds

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds on this clock."""
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for a number of seconds, letting other tasks run (on asyncio and on trio)."""
        from anyio.lowlevel import checkpoint

        self.advance(seconds)
        await checkpoint()

    def random(self) -> float:
        """Return a random number in [0, 1). The same seed gives the same sequence."""
        return self._random.random()


class LiveClock(SandboxClock):
    """A clock that runs by itself, `rate` times as fast as real time; sleeping takes real time, divided by `rate`."""

    def __init__(self, start: datetime = START, *, seed: int = 0, rate: float = 1.0) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(f"Expected a number greater than 0 for `rate` but received {rate!r}.")
        super().__init__(start, seed=seed)
        self._rate = rate
        self._origin = time.monotonic()

    def monotonic(self) -> float:
        """Return the seconds since the clock began."""
        return self._advanced + (time.monotonic() - self._origin) * self._rate

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds on this clock."""
        time.sleep(seconds / self._rate)

    async def asleep(self, seconds: float) -> None:
        """Wait for a number of seconds, letting other tasks run (on asyncio and on trio)."""
        from anyio import sleep

        await sleep(seconds / self._rate)
