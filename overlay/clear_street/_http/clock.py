"""Get the time and random numbers from the machine, and sleep: what a client uses if it is not given a `clock`."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from functools import partial

import anyio

# freezegun replaces `time.monotonic`, but not this function. With a clock that stands still a wait would never end.
_monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else time.monotonic


class SystemClock:
    """The machine's clocks, sleep and random numbers. A test passes another object as `clock`."""

    monotonic = staticmethod(_monotonic)
    """Return the seconds on a clock that never jumps, and that no test stops."""

    def now(self) -> datetime:
        """Return the time of day (aware, UTC)."""
        return datetime.now(UTC)

    def random(self) -> float:
        """Return a random number in [0, 1)."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for this number of seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for this number of seconds, in asyncio or trio."""
        await anyio.sleep(seconds)
