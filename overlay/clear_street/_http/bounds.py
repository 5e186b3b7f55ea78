"""The time bounds of the attempt that is being made, for whatever carries it."""

from __future__ import annotations

from contextvars import ContextVar
from time import monotonic


class Bounds:
    """The bounds of one attempt: of its times, in seconds on `time.monotonic`, and of the reply's body, in bytes; and
    whether a byte of its request may have left.
    """

    __slots__ = ("begun", "max_body_size", "not_after", "until")

    def __init__(self, until: float, not_after: float | None, max_body_size: int) -> None:
        self.until: float = until
        self.not_after: float | None = not_after
        self.max_body_size: int = max_body_size
        self.begun: bool = False

    def begin(self, expired: type[Exception]) -> None:
        """Note that the first byte is about to leave; raise `expired` where it may not any more."""
        if self.not_after is not None and monotonic() >= self.not_after:
            raise expired("the time in not_after passed before anything was sent")
        self.begun = True


BOUNDS: ContextVar[Bounds | None] = ContextVar("clear_street_bounds", default=None)
"""The bounds of the attempt that the running thread or task makes; None while a streamed reply is read later on."""


def capped(timeout: float | None, expired: type[Exception]) -> float | None:
    """A time-out in seconds, at most what is left of the attempt; raise `expired` where nothing is."""
    bounds = BOUNDS.get()
    if bounds is None:
        return timeout
    left = bounds.until - monotonic()
    if left <= 0:
        raise expired("the time of the attempt is over")
    return left if timeout is None else min(timeout, left)
