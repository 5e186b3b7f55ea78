"""Provide a clock for several threads or tasks: when all of them sleep, it goes to the time when the first wakes up."""

from __future__ import annotations

import heapq
import threading
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from clear_street.sandbox import SandboxClock

if TYPE_CHECKING:
    from collections.abc import Callable


class Timeline(SandboxClock):
    """Virtual time for `parties` threads or tasks, each of which calls `leave` when it is done. Jitter is constant."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self._parties = parties
        self._sleepers: list[tuple[float, int, Callable[[], object]]] = []
        self._sleeps = 0
        self._turns = threading.Lock()

    def random(self) -> float:
        """Return the middle of the range."""
        return 0.5

    def sleep(self, seconds: float) -> None:
        """Block until all sleep, and this one is the first to wake up."""
        if seconds > 0:
            wake = threading.Event()
            self._add(seconds, wake.set)
            if not wake.wait(30):
                raise AssertionError("the others neither sleep nor leave")

    async def asleep(self, seconds: float) -> None:
        """Wait until all sleep, and this one is the first to wake up."""
        if seconds > 0:
            wake = anyio.Event()
            self._add(seconds, wake.set)
            await wake.wait()
        else:
            await anyio.lowlevel.checkpoint()

    def leave(self) -> None:
        """Leave: the others go on without this one."""
        with self._turns:
            self._parties -= 1
            self._turn()

    def _add(self, seconds: float, wake: Callable[[], object]) -> None:
        with self._turns:
            self._sleeps += 1
            heapq.heappush(self._sleepers, (self.monotonic() + seconds, self._sleeps, wake))
            self._turn()

    def _turn(self) -> None:
        if self._sleepers and len(self._sleepers) >= self._parties:
            at, _, wake = heapq.heappop(self._sleepers)
            self.advance(max(0.0, at - self.monotonic()))
            wake()
