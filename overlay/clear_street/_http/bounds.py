"""Pass the bounds of an attempt to the connections that carry it. docs/safety.md, "Time"."""

from __future__ import annotations

from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Bounds:
    """The bounds of one attempt (its end, in seconds on `time.monotonic`, and the size of the reply's body, in bytes),
    and whether a byte of its request may have left.

    `request` is the attempt's own request. The application's hooks may send others in the meantime.
    """

    __slots__ = ("begun", "is_late", "max_body_size", "request", "sending", "until")

    def __init__(self, until: float, max_body_size: int, is_late: Callable[[], bool] | None = None) -> None:
        self.until: float = until
        self.max_body_size: int = max_body_size
        self.is_late: Callable[[], bool] | None = is_late
        self.request: object = None
        self.sending: bool = False
        """Whether the connections are sending `request`, and not another request or an answer to a proxy."""
        self.begun: bool = False

    def begin(self, expired: type[Exception]) -> None:
        """Note that the first byte is about to leave. Raises `expired` if it is too late for that."""
        self.refuse_late(expired)
        self.begun = True

    def refuse_late(self, expired: type[Exception]) -> None:
        """Raise `expired` if `not_after` has passed, by the wall clock or by the monotonic clock."""
        if self.is_late is not None and self.is_late():
            raise expired("the time in not_after passed before anything was sent")


BOUNDS: ContextVar[Bounds | None] = ContextVar("clear_street_bounds", default=None)
"""The bounds of the attempt that the running thread or task makes; None outside of attempts."""


def capped(timeout: float | None, expired: type[Exception]) -> float | None:
    """Return a time-out in seconds, cut to the time that the attempt has left. Raises `expired` if it has none."""
    bounds = BOUNDS.get()
    if bounds is None:
        return timeout
    left = bounds.until - monotonic()
    if left <= 0:
        raise expired("the time of the attempt is over")
    return left if timeout is None else min(timeout, left)
