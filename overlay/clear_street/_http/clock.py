"""The machine's clocks, sleep and randomness, as a client uses them where it is given no other `clock`."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from functools import partial

import anyio

# The same clock by a name that freezegun leaves alone: a wait on one that stands still would never end.
_monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else time.monotonic


class SystemClock:
    """The machine's own clocks, sleep and randomness. A test hands in another one as `clock`."""

    monotonic = staticmethod(_monotonic)
    """Seconds on a clock that never steps, nor stands still in a test that freezes the time of the program."""

    def now(self) -> datetime:
        """The time of day (aware, UTC)."""
        return datetime.now(UTC)

    def random(self) -> float:
        """A random number in [0, 1)."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for some seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for some seconds, in asyncio or trio."""
        await anyio.sleep(seconds)
