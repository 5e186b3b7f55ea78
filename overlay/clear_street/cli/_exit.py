"""Exit statuses: what each says, and which of several a run ends with."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Exit(IntEnum):
    """What a run came to."""

    DONE = 0
    DECLINED = 1
    USAGE = 2
    REFUSED = 3
    UNKNOWN = 4
    UNSETTLED = 5
    PARTLY = 6
    FAILED = 7
    NOT_SENT = 8
    INTERRUPTED = 130


class Meaning(NamedTuple):
    """A line of the table of exit statuses."""

    code: Exit
    meaning: str
    again: str
    """Whether it is safe to run the same again."""


MEANINGS = (
    Meaning(Exit.DONE, "done: every row was accepted, or the state that was asked for was reached", "-"),
    Meaning(Exit.DECLINED, "declined at the prompt; or a bug of this program (-v shows where)", "yes"),
    Meaning(
        Exit.USAGE, "wrong arguments, file or key, or the extra is missing: nothing was sent", "after you correct it"
    ),
    Meaning(Exit.REFUSED, "refused by the service; of several rows, all of them", "no: refused again"),
    Meaning(Exit.UNKNOWN, "OUTCOME UNKNOWN: it may have happened", "NO: find it first"),
    Meaning(Exit.UNSETTLED, "sent and known, but not settled within --deadline", "no need: wait"),
    Meaning(Exit.PARTLY, "some rows were accepted and some refused", "the refused ones"),
    Meaning(
        Exit.FAILED,
        "ended as REJECTED, ENGINE_REJECTED or CANCEL_FAILED, or as CANCELLED after a submit",
        "no: a person must look",
    ),
    Meaning(Exit.NOT_SENT, "not reached, or rate limited for too long: nothing was sent", "yes"),
    Meaning(Exit.INTERRUPTED, "Ctrl-C with nothing unknown (else 4)", "as the message says"),
)

_GRAVEST_FIRST = (
    Exit.UNKNOWN,
    Exit.FAILED,
    Exit.PARTLY,
    Exit.REFUSED,
    Exit.UNSETTLED,
    Exit.NOT_SENT,
)


class Problem(Exception):
    """Ends a run, with a message for people and an exit status."""

    def __init__(self, message: str, code: Exit = Exit.USAGE, unknown: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.outcomes = dict.fromkeys(unknown, "unknown")
        self.message = message
        self.code = code


def gravest(codes: Iterable[Exit]) -> Exit:
    """The status of a run in which several things came out differently."""
    found = set(codes)
    if Exit.REFUSED in found and Exit.DONE in found:
        found.add(Exit.PARTLY)
    return next((code for code in _GRAVEST_FIRST if code in found), Exit.DONE)


def of_error(error: BaseException) -> Exit:
    """The status for something that the client raised."""
    from .. import errors

    if getattr(error, "outcome_unknown", False):
        return Exit.UNKNOWN
    match error:
        case KeyboardInterrupt():
            return Exit.INTERRUPTED
        case Problem():
            return error.code
        case errors.ArgumentError():
            return Exit.USAGE
        case errors.InstructionFailedError() | errors.OrderFailedError():
            return Exit.FAILED
        case errors.WaitTimeoutError():
            return Exit.UNSETTLED
        case errors.RateLimitError() | errors.InternalServerError():
            return Exit.NOT_SENT
        case errors.APIConnectionError() | errors.CutoffPassedError():
            return Exit.NOT_SENT
        case errors.APIError():
            return Exit.REFUSED
        case _:
            return Exit.DECLINED
