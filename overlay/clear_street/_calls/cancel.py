"""A cancel: repeated under the same id, and settled by the list where its reply was lost.

docs/safety.md, "A cancel whose reply was lost".
"""

from __future__ import annotations

from logging import WARNING
from typing import TYPE_CHECKING, TypeVar, cast

from .._api import requests as seam
from .._logging import log
from .._outcomes import Failure, Outcome, Reply
from .._states import CANCEL_STATES, REFUSED_STATES
from . import failures, policy
from .policy import Action
from .steps import Completed, attempt, completed_with, look, pause

if TYPE_CHECKING:
    from ..types.v1 import PositionInstruction
    from .call import Call
    from .effects import Flow

T = TypeVar("T")


def cancel(call: Call[T]) -> Flow[Completed[T]]:
    """Cancel; repeat that under the same id, which does no harm; then settle it by looking."""
    while True:
        result, outcome = yield from attempt(call, call.request)
        action = policy.decide(call.operation.resend, outcome, result.status)
        if action is Action.RETURN:
            call.unresolved = None
            return completed_with(call, cast("Reply", result))
        if action is Action.AGAIN and (yield from pause(call)):
            continue
        # An earlier attempt may have arrived: what came last does not clear it.
        if call.unresolved is not None:
            return (yield from settle_cancel(call, result))
        # A first 404 or 409 is definite. One look tells the caller which state the instruction is in.
        if outcome is Outcome.REFUSED and result.status in (404, 409) and call.retry_after is None:
            rows, _ = yield from look(call, 0)
            if rows is not None:
                failures.note_what_is_shown(call, rows)
        raise failures.error(call, result)


def settle_cancel(call: Call[T], last: Reply | Failure) -> Flow[Completed[T]]:
    """Find out by the list what came of a cancel of which an attempt is unknown."""
    too_late = REFUSED_STATES
    # ACCEPTED alone may be the state before the cancel arrives; with a 409 it is the reason why it cannot.
    if last.status == 409 and call.attempts[-1].outcome == Outcome.REFUSED:
        too_late |= {"ACCEPTED"}
    row: PositionInstruction | None = None
    for number in range(policy.LOOK_TRIES):
        rows, may_look_again = yield from look(call, number)
        if rows is not None:
            failures.note_key_for_id(call, rows)
            shown = seam.rows_with_id(rows, cast("str", call.prepared.instruction_id))
            # One id in two states is a contradiction, and proves neither.
            if len({one.status for one in shown}) == 1 and shown[0].status in CANCEL_STATES | too_late:
                row = shown[0]
        if row is not None or not may_look_again:
            break
    if row is None:
        raise failures.error(call, last)
    call.unresolved, call.reconciled = None, True
    if row.status in too_late:
        raise failures.not_cancelled(call, last, row)
    if row.status == "CANCEL_FAILED":
        log(WARNING, "the cancel arrived, and failed: CANCEL_FAILED; a person must look")
    return completed_with(call, cast("Reply", call.last_look), row)
