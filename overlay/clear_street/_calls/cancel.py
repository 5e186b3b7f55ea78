"""Cancel one thing: repeat the cancel under the same id, and settle it by the list if a reply was lost.

docs/safety.md, "A cancel whose reply was lost".
"""

from __future__ import annotations

from logging import WARNING
from typing import TYPE_CHECKING, TypeVar, cast

from .._logging import log
from .._outcomes import Failure, Outcome, Reply
from . import failures, policy
from .policy import Action
from .steps import Completed, attempt, completed_with, look, pause, tell_intent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .call import Call
    from .effects import Flow
    from .kinds import Kind, Row

T = TypeVar("T")


def cancel(call: Call[T]) -> Flow[Completed[T]]:
    """Cancel, again if needed; if an attempt ended unknown, settle it by looking at the list."""
    asked, history = call.asked, call.history
    if asked.settings.on_intent is not None:
        yield from tell_intent(call, asked.settings.on_intent, (), asked.request)
    while True:
        result, outcome = yield from attempt(call, asked.request)
        action = policy.decide(asked.operation.resend, outcome, result.status)
        if action is Action.RETURN:
            # The service took this cancel, so it makes no difference whether an earlier attempt arrived.
            history.settle()
            return completed_with(call, cast("Reply", result))
        if action is Action.AGAIN:
            # Cancelling twice does no harm, so this needs no look first, unlike a submit.
            again = yield from pause(call)
            if again:
                continue
        if history.may_have_landed:
            # An earlier attempt may have arrived, whatever the last result is: a refusal does not settle it.
            return (yield from settle_cancel(call, result))
        if outcome is Outcome.REFUSED and result.status in (404, 409) and call.time.retry_after is None:
            # A first 404 or 409 is definite. One look lets the error say in which state the row is: ACCEPTED, or
            # CANCELLED already, perhaps by this very request, if a proxy sent it twice.
            rows, _ = yield from look(call, 0)
            if rows is not None:
                failures.note_what_is_shown(call, rows)
        raise failures.error(call, result)


def settle_cancel(call: Call[T], last: Reply | Failure) -> Flow[Completed[T]]:
    """Settle a cancel that has an unknown attempt, by reading the list."""
    history, states = call.history, cast("Kind", call.asked.kind).states
    too_late = states.too_late
    if last.status == 409 and history.attempts[-1].outcome == Outcome.REFUSED:
        # ACCEPTED alone may be the state before the cancel arrives. After a 409 it is the reason for the 409.
        too_late |= states.too_late_by_409
    row: Row | None = None
    for number in range(policy.LOOK_TRIES):
        rows, may_look_again = yield from look(call, number)
        if rows is not None:
            failures.note_key_for_id(call, rows)
            row = _settled_row(call, rows, states.cancelling | too_late)
        # The list may lag, so a row that is missing, or in another state, is looked for again.
        if row is not None or not may_look_again:
            break
    if row is None:
        raise failures.error(call, last)
    history.settle()
    history.reconcile()
    if row.status in too_late:
        raise failures.not_cancelled(call, last, row)
    if row.status in states.cancel_failed:
        # Not an error of this call, because the cancel arrived.
        log(WARNING, "the cancel arrived, and failed: %s; a person must look into it", row.status)
    return completed_with(call, cast("Reply", history.last_look), row)


def _settled_row(call: Call[T], rows: Sequence[Row], states: Collection[str]) -> Row | None:
    """Return the row with the cancel's id, None if it is not in one of `states`. An id in two states proves nothing."""
    shown = cast("Kind", call.asked.kind).rows_with_id(rows, call.asked.prepared.id or "")
    return shown[0] if len({row.status for row in shown}) == 1 and shown[0].status in states else None
