"""Bound how long a call may take, and how often it may be sent. docs/safety.md, "Time"."""

from __future__ import annotations

from .arguments import checked_max_retries, checked_not_after, checked_seconds

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DEFAULT_TIMEOUT = 60.0
DEFAULT_CONNECT_TIMEOUT = 5.0
_PHASES = ("connect", "read", "write", "pool")


class Timeout:
    """The time-outs of one attempt, in seconds: `total` until the last byte of the reply, and one for each phase."""

    __slots__ = ("connect", "pool", "read", "total", "write")

    def __init__(self, total: float, connect: float, read: float, write: float, pool: float) -> None:
        self.total: float = total
        self.connect: float = connect
        self.read: float = read
        self.write: float = write
        self.pool: float = pool


class Limits:
    """The limits of a call: the time-out of an attempt, the number of further attempts, the deadline of the whole call
    (seconds), and the last moment at which it may be sent.
    """

    __slots__ = ("deadline", "max_retries", "not_after", "timeout")

    def __init__(self, timeout: Timeout, max_retries: int, deadline: float | None, not_after: datetime | None) -> None:
        self.timeout: Timeout = timeout
        self.max_retries: int = max_retries
        self.deadline: float | None = deadline
        self.not_after: datetime | None = not_after

    def with_arguments(self, given: Mapping[str, object]) -> Limits:
        """Return these limits, changed as a client's arguments say. Raises `ArgumentError`."""
        deadline = given.get("deadline", self.deadline)
        return Limits(
            checked_timeout(given["timeout"]) if "timeout" in given else self.timeout,
            checked_max_retries(given.get("max_retries", self.max_retries)),
            None if deadline is None else checked_seconds("deadline", deadline),
            None,
        )

    def with_options(self, options: Mapping[str, object]) -> Limits:
        """Return these limits, changed as a call's options say; an option that is None changes nothing. Raises
        `ArgumentError`.
        """
        timeout, max_retries = options.get("timeout"), options.get("max_retries")
        deadline, not_after = options.get("deadline"), options.get("not_after")
        return Limits(
            self.timeout if timeout is None else checked_timeout(timeout),
            self.max_retries if max_retries is None else checked_max_retries(max_retries),
            self.deadline if deadline is None else checked_seconds("deadline", deadline),
            self.not_after if not_after is None else checked_not_after(not_after),
        )

    @property
    def call_seconds(self) -> float:
        """The seconds that the call may take: the deadline or, without one, the time-outs of all its attempts."""
        return self.deadline if self.deadline is not None else (self.max_retries + 1) * self.timeout.total


DEFAULT_LIMITS = Limits(Timeout(DEFAULT_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, *[DEFAULT_TIMEOUT] * 3), 2, None, None)


def checked_timeout(value: object) -> Timeout:
    """Return the time-out of an attempt, given in seconds or as an `httpx.Timeout`. Raises `ArgumentError`.

    An `httpx.Timeout` bounds each phase; its largest number bounds the whole attempt, and each phase for which it has
    None.
    """
    if isinstance(value, float) and value == DEFAULT_TIMEOUT:
        return DEFAULT_LIMITS.timeout
    if not all(hasattr(value, phase) for phase in _PHASES):
        total = checked_seconds("timeout", value)
        return Timeout(total, min(DEFAULT_CONNECT_TIMEOUT, total), total, total, total)
    phases = [getattr(value, phase) for phase in _PHASES]
    given = [None if phase is None else checked_seconds("timeout", phase) for phase in phases]
    total = max((phase for phase in given if phase is not None), default=DEFAULT_TIMEOUT)
    connect, read, write, pool = (total if phase is None else phase for phase in given)
    return Timeout(total, connect, read, write, pool)
