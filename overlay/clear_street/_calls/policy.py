"""The decisions of a call: what an attempt came to, and what to do next. Pure: tables and arithmetic.

An attempt ends in one of the five `Outcome`s, by where it failed (`classify`). What follows depends on the
operation's `Resend` rule alone (`decide`, by the table), and how long to wait first on the number of attempts
(`backoff`) and on what the service asked (`retry_after`). docs/safety.md, "What may be sent again".
"""

from __future__ import annotations

from enum import Enum

from .._api.operations import Resend
from .._outcomes import Failure, Outcome, Reply

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

BACKOFF_FIRST = 0.5
BACKOFF_MAX = 8.0
RETRY_AFTER_MAX = 60.0
"""Seconds: a service that asks for more is not waited for."""
LOOK_TRIES = 4
LOOK_SHARE = 0.2
LOOK_RESERVE_MAX = 2.0
"""Seconds: of a call's deadline, this share, at most this much, is kept for looking."""


class Action(Enum):
    """What to do after an attempt."""

    RETURN = "return"
    RAISE = "raise"
    AGAIN = "again"
    """Wait, and send again while there are attempts and time left."""
    LOOK = "look"
    """Read the list of instructions before anything else."""


_OUTCOMES = (Outcome.NEVER_SENT, Outcome.RATE_LIMITED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.DONE)
_TABLE = {
    # never sent,   429,          other refusal, unknown,       done
    Resend.READ: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.AGAIN, Action.RETURN),
    Resend.SUBMIT: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.LOOK, Action.RETURN),
    Resend.CANCEL: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.AGAIN, Action.RETURN),
    Resend.ONCE: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.RAISE, Action.RETURN),
}
NEXT = {resend: dict(zip(_OUTCOMES, actions, strict=True)) for resend, actions in _TABLE.items()}


def classify(result: Reply | Failure, *, readable: bool, foreign: bool = False) -> Outcome:
    """What an attempt came to.

    `readable` says of a 2xx whether its body is what the operation answers with; `foreign` of any reply whether it is
    about something else than what was asked.
    """
    if isinstance(result, Failure):
        return Outcome.UNKNOWN if result.sent else Outcome.NEVER_SENT
    if foreign:
        return Outcome.UNKNOWN
    status = result.status
    if 200 <= status < 300:
        return Outcome.DONE if readable else Outcome.UNKNOWN
    if status == 429:
        return Outcome.RATE_LIMITED
    if status in (303, 408) or not 300 <= status < 500:
        return Outcome.UNKNOWN
    return Outcome.REFUSED


def decide(resend: str, outcome: Outcome, status: int | None) -> Action:
    """What to do after an attempt whose reply began with `status`, as far as attempts and time allow it."""
    if resend == Resend.CANCEL and outcome is Outcome.UNKNOWN and status is not None and 200 <= status < 300:
        return Action.LOOK  # a 2xx says that it arrived: repeating it can only blur what a look will show
    return NEXT[resend][outcome]


def backoff(sent: int, jitter: float) -> float:
    """Seconds to wait after `sent` attempts: exponential, with full jitter (`jitter` is drawn from [0, 1))."""
    return jitter * min(BACKOFF_MAX, BACKOFF_FIRST * 2.0 ** min(sent - 1, 10))


def retry_after(headers: Mapping[str, str], today: datetime) -> float | None:
    """Seconds that a reply asks to wait, None where it does not, or not readably.

    A date is measured against the reply's own ``Date``, since its clock and ours may differ; against `today` where
    it has none.
    """
    value = single(headers.get("retry-after", ""))
    if not value:
        return None
    numbers = [part.strip() for part in value.split(",")]
    if all(number.isascii() and number.replace(".", "", 1).isdigit() for number in numbers):
        return max(map(float, numbers))  # of several the longest: never earlier than asked
    then, now = http_date(value), http_date(single(headers.get("date", "")))
    return None if then is None else max(0.0, (then - (now or today)).total_seconds())


def single(value: str) -> str:
    """A header's value; one that a proxy doubled, as in ``"5, 5"``, as one."""
    parts = [part.strip() for part in value.split(",")]
    for length in range(1, len(parts) // 2 + 1):
        if len(parts) % length == 0 and parts == parts[:length] * (len(parts) // length):
            return ", ".join(parts[:length])
    return value.strip()


def http_date(value: str) -> datetime | None:
    """An HTTP-date in any of its three forms, one of which leaves the zone out; None where it cannot be read."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def look_reserve(call_seconds: float) -> float:
    """Seconds of a call's deadline that are kept for looking."""
    return min(LOOK_RESERVE_MAX, LOOK_SHARE * call_seconds)
