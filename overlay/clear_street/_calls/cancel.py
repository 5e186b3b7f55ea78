"""Change one thing by its id: cancel it, or replace an order's values. After a lost reply, the list settles the call.

A cancel is repeated under the same id: docs/safety.md, "A cancel whose reply was lost". A replacement is never repeated
once it may have arrived: "Orders".
"""

from __future__ import annotations

from logging import WARNING
from typing import TYPE_CHECKING, TypeVar, cast

from .._api.operations import Resend
from .._logging import log
from .._outcomes import Failure, Outcome, Reply
from . import failures, policy
from .kinds import shows_values
from .policy import Action
from .steps import Completed, attempt, completed_with, look, pause, tell_intent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .call import Call
    from .effects import Flow
    from .kinds import Kind, Row

T = TypeVar("T")


def change(call: Call[T]) -> Flow[Completed[T]]:
    """Send a cancel, and again if that may help, or a replacement, once. Then settle an unknown outcome by looking."""
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
            # Cancelling twice does no harm, so this needs no look first, unlike a submit. A replacement is
            # repeated only if nothing was done.
            again = yield from pause(call)
            if again:
                continue
        if history.may_have_landed:
            # An earlier attempt may have arrived. The last reply, even a refusal, says nothing about that one.
            return (yield from settle(call, result))
        if outcome is Outcome.REFUSED and result.status in (404, 409) and call.time.retry_after is None:
            # A first 404 or 409 is definite. One look lets the error say in which state the row is: ACCEPTED, or
            # CANCELLED already, perhaps by this very request, if a proxy sent it twice.
            rows, _ = yield from look(call, 0)
            if rows is not None:
                failures.note_what_is_shown(call, rows)
        raise failures.error(call, result)


def settle(call: Call[T], last: Reply | Failure) -> Flow[Completed[T]]:
    """Settle a call that has an unknown attempt, by reading the list."""
    history, kind = call.history, cast("Kind", call.asked.kind)
    states = kind.states
    too_late = states.too_late
    if last.status == 409 and history.attempts[-1].outcome == Outcome.REFUSED:
        # ACCEPTED alone may be the state before the cancel arrives. After a 409 it is the reason for the 409.
        too_late |= states.too_late_by_409
    row: Row | None = None
    for number in range(policy.LOOK_TRIES):
        rows, may_look_again = yield from look(call, number)
        if rows is not None:
            failures.note_key_for_id(call, rows)
            row = _only_row(call, rows)
            if row is not None and not (_is_done(call, row) or row.status in too_late):
                row = None
        # The list may lag: a row that is not there yet, or in another state, is looked for again.
        if row is not None or not may_look_again:
            break
    if row is None:
        raise failures.error(call, last)
    history.settle()
    history.reconcile()
    if not _is_done(call, row):
        raise failures.too_late(call, last, row)
    if row.status in states.cancel_failed:
        # Not an error of this call, because the cancel arrived.
        log(WARNING, "the cancel arrived, and failed: %s; a person must look into it", row.status)
    return completed_with(call, cast("Reply", history.last_look), row)


def _only_row(call: Call[T], rows: Sequence[Row]) -> Row | None:
    """Return the row that is changed; None if the list lacks it, or has it in two states, which proves nothing."""
    shown = cast("Kind", call.asked.kind).rows_with_id(rows, call.asked.prepared.id or "")
    return shown[0] if len({row.status for row in shown}) == 1 else None


def _is_done(call: Call[T], row: Row) -> bool:
    """Whether a row shows what was asked for: that the cancel arrived, or the values of the replacement."""
    kind = cast("Kind", call.asked.kind)
    if call.asked.operation.resend == Resend.CANCEL:
        return row.status in kind.states.cancelling
    return shows_values(row, cast("dict[str, object]", call.asked.request.json))
