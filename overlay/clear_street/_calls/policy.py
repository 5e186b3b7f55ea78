"""Decide what an attempt may have done, and what to do next. Pure functions: tables and arithmetic.

`classify` sorts attempts into the five outcomes. `decide` looks up what follows, by the operation's `Resend` rule, in a
table. `backoff` and `retry_after` say how long to wait first. docs/safety.md, "What may be sent again".
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
BACKOFF_GROWTH = 2.0
BACKOFF_MAX = 8.0
"""Seconds of the longest first pause between attempts, how much longer each next one is, and of the longest pause."""
RETRY_AFTER_MAX = 60.0
"""Seconds. If the service asks for a longer wait, the call ends instead."""
LOOK_TRIES = 4
LOOK_SHARE = 0.2
LOOK_RESERVE_MAX = 2.0
"""The share of a call's deadline that is reserved for looks, and its maximum in seconds."""


class Action(Enum):
    """What to do after an attempt."""

    RETURN = "return"
    RAISE = "raise"
    AGAIN = "again"
    """Wait and send again, if attempts and time are left."""
    LOOK = "look"
    """Read the list that shows the effect before anything else."""


_OUTCOMES = (Outcome.NEVER_SENT, Outcome.RATE_LIMITED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.DONE)
_TABLE = {
    # never sent,   429,          other refusal, unknown,       done
    Resend.READ: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.AGAIN, Action.RETURN),
    Resend.SUBMIT: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.LOOK, Action.RETURN),
    Resend.CANCEL: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.AGAIN, Action.RETURN),
    Resend.REPLACE: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.LOOK, Action.RETURN),
    Resend.ONCE: (Action.AGAIN, Action.AGAIN, Action.RAISE, Action.RAISE, Action.RETURN),
}
NEXT = {resend: dict(zip(_OUTCOMES, actions, strict=True)) for resend, actions in _TABLE.items()}


def classify(result: Reply | Failure, *, readable: bool, foreign: bool = False) -> Outcome:
    """Return what an attempt may have done.

    `readable` says whether a 2xx has what the call relies on; `foreign`, whether a reply answers another request.
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
    """Return what to do after an attempt, if attempts and time allow it. `status` is None if no reply began."""
    if resend == Resend.CANCEL and outcome is Outcome.UNKNOWN and (status or 0) // 100 == 2:
        return Action.LOOK  # a 2xx says that the cancel arrived: another one could only change what a look shows
    return NEXT[resend][outcome]


def backoff(sent: int, jitter: float) -> float:
    """Return the seconds to wait after `sent` attempts: exponential, with full jitter (`jitter` is from [0, 1))."""
    return jitter * min(BACKOFF_MAX, BACKOFF_FIRST * BACKOFF_GROWTH ** min(sent - 1, 10))


def retry_after(headers: Mapping[str, str], today: datetime) -> float | None:
    """Return the seconds that a reply asks the client to wait, None if it does not, or not in a readable way.

    A date is compared with the reply's own ``Date``, since the service's clock may differ from ours; without one, with
    `today`.
    """
    value = single(headers.get("retry-after", ""))
    if not value:
        return None
    numbers = [part.strip() for part in value.split(",")]
    if all(number.isascii() and number.replace(".", "", 1).isdigit() for number in numbers):
        return max(map(float, numbers))  # the longest of several, so that the client never waits less than asked
    then, now = http_date(value), http_date(single(headers.get("date", "")))
    return None if then is None else max(0.0, (then - (now or today)).total_seconds())


def single(value: str) -> str:
    """Return the value of a header. A value that a proxy repeated, as in ``"5, 5"``, is returned once."""
    parts = [part.strip() for part in value.split(",")]
    for length in range(1, len(parts) // 2 + 1):
        if len(parts) % length == 0 and parts == parts[:length] * (len(parts) // length):
            return ", ".join(parts[:length])
    return value.strip()


def http_date(value: str) -> datetime | None:
    """Read an HTTP-date in any of its three forms, one of which has no zone. Returns None if it cannot be read."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def look_reserve(call_seconds: float) -> float:
    """Return the seconds of a call's deadline that are reserved for looks."""
    return min(LOOK_RESERVE_MAX, LOOK_SHARE * call_seconds)
