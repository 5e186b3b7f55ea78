"""The sandbox's time: virtual by default, so that a run is fast and always the same."""

from __future__ import annotations

import math
import random
import threading
import time
from datetime import UTC, datetime, timedelta

from ..market import Market

START = datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
"""When the sandbox's time begins: a Friday, in trading hours."""


def business_time(now: datetime | None = None, market: Market | None = None) -> datetime:
    """The present (or `now`) if it is a business day where the market is, else the next one, an hour after it opens."""
    market = Market() if market is None else market
    moment = (datetime.now(UTC) if now is None else now).astimezone(UTC)
    today = market.today(moment)
    opens = None if market.is_business_day(today) else market.opens_at(market.next_business_day(today))
    return moment if opens is None else (opens + timedelta(hours=1)).astimezone(UTC)


class SandboxClock:
    """A clock on which sleeping takes no time: it moves the clock instead. Thread-safe.

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
        """Seconds since the clock began."""
        return self._advanced

    def at(self, monotonic: float) -> datetime:
        """The instant, in UTC, of a reading of `monotonic`."""
        return self._start + timedelta(seconds=monotonic)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.at(self.monotonic())

    def advance(self, seconds: float) -> None:
        """Move the clock forward by a number of seconds; ValueError if it is negative."""
        if not seconds >= 0:
            raise ValueError(f"Expected seconds, 0 or more, for `seconds` but received {seconds!r}.")
        with self._lock:
            self._advanced += seconds

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for a number of seconds, letting other tasks run (on asyncio and on trio)."""
        from anyio.lowlevel import checkpoint

        self.advance(seconds)
        await checkpoint()

    def random(self) -> float:
        """A random float in [0, 1), the same sequence for the same seed."""
        return self._random.random()


class LiveClock(SandboxClock):
    """A sandbox clock that runs by itself, `rate` times as fast as others, and on which sleeping takes its time."""

    def __init__(self, start: datetime = START, *, seed: int = 0, rate: float = 1.0) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(f"Expected a number greater than 0 for `rate` but received {rate!r}.")
        super().__init__(start, seed=seed)
        self._rate = rate
        self._origin = time.monotonic()

    def monotonic(self) -> float:
        """Seconds since the clock began."""
        return self._advanced + (time.monotonic() - self._origin) * self._rate

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        time.sleep(seconds / self._rate)

    async def asleep(self, seconds: float) -> None:
        """Wait for a number of seconds, letting other tasks run (on asyncio and on trio)."""
        from anyio import sleep

        await sleep(seconds / self._rate)
