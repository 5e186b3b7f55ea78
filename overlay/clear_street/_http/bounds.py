"""The time bounds of the attempt that is being made, for whatever carries it."""

from __future__ import annotations

from contextvars import ContextVar
from inspect import CO_VARARGS
from time import monotonic
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class Bounds:
    """The bounds of one attempt: of its times, in seconds on `time.monotonic`, and of the reply's body, in bytes; and
    whether a byte of its request may have left.

    `request` is what the attempt sends: hooks of the application's may send others in the meantime.
    """

    __slots__ = ("begun", "is_late", "max_body_size", "request", "sending", "until")

    def __init__(self, until: float, max_body_size: int, is_late: Callable[[], bool] | None = None) -> None:
        self.until: float = until
        self.max_body_size: int = max_body_size
        self.is_late: Callable[[], bool] | None = is_late
        self.request: object = None
        self.sending: bool = False
        """Whether the connections are at work for `request`."""
        self.begun: bool = False

    def begin(self, expired: type[Exception]) -> None:
        """Note that the first byte is about to leave; raise `expired` where it may not any more."""
        self.refuse_late(expired)
        self.begun = True

    def refuse_late(self, expired: type[Exception]) -> None:
        """Raise `expired` where `not_after` has come, by the wall clock or by the monotonic one."""
        if self.is_late is not None and self.is_late():
            raise expired("the time in not_after passed before anything was sent")


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


def raised_by_signal_handler(error: BaseException) -> BaseException | None:
    """The exception of a signal handler of the application's, of which httpcore may have made one of its own."""
    seen: BaseException | None = error
    while seen is not None and not _is_of_signal_handler(seen):
        seen = seen.__cause__
    return seen


def _is_of_signal_handler(error: BaseException) -> bool:
    """Whether an exception was raised in a signal handler: Python calls it with the frame that it interrupts."""
    step = error.__traceback__
    while step is not None and (inner := step.tb_next) is not None:
        code, interrupted = inner.tb_frame.f_code, step.tb_frame
        names = code.co_varnames[: code.co_argcount + bool(code.co_flags & CO_VARARGS)]
        for value in [inner.tb_frame.f_locals.get(name) for name in names]:
            given = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
            if any(each is interrupted for each in given):
                return True
        step = inner
    return False
