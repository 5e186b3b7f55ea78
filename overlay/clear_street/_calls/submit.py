"""A submit: rows under idempotency keys; after an unknown attempt a look, and only what it did not find is sent again.

docs/safety.md, "A submit whose reply was lost".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from .._api import requests as seam
from .._api.keys import new_idempotency_key
from .._outcomes import Failure, Outcome, Reply
from . import failures, policy
from .policy import Action
from .renaming import refused_name
from .steps import Completed, attempt, completed_with, is_foreign, look, pause, tell_intent

if TYPE_CHECKING:
    from clear_street_api.client import Request

    from ..types.v1 import PositionInstruction
    from .batch import Batch, Entry
    from .call import Call
    from .effects import Flow

T = TypeVar("T")

_RENAMES_MAX = 2
"""How often a call sends its rows again under another name of their keys."""


def submit(call: Call[T]) -> Flow[Completed[T]]:
    """Submit the rows; after an unknown attempt look, and send again only what the list does not show."""
    batch = call.batch = _batch(call)
    yield from tell_intent(call, tuple(entry.key for entry in batch.entries), _submission(call, batch))
    while True:
        names = call.key_names
        result, outcome = yield from attempt(call, _submission(call, batch))
        action = policy.decide(call.operation.resend, outcome, result.status)
        # A streamed reply has not been read: it is settled when the application reads it.
        if action is Action.RETURN and cast("Reply", result).body is None:
            return completed_with(call, cast("Reply", result))
        rows = _rows(call, batch, result)
        # Refused for a field's name alone: nothing was done, so the same keys go again under a name that is known.
        if action is Action.RAISE and not rows and _rename(call, names, cast("Reply", result)):
            continue
        # A 5xx whose rows say that nothing was stored is a refusal for now, not an unknown outcome.
        if action is Action.LOOK and (result.status or 0) >= 500 and batch.is_put_off(rows):
            call.put_off()
            action = Action.AGAIN
        if action is Action.RETURN:
            batch.take_done(rows)
        elif action is Action.RAISE:
            reply = cast("Reply", result)
            batch.take_refusal(rows, seam.error_message_in(reply.json), reply.status)
        elif action is Action.LOOK:
            batch.lost()
        elif outcome is not Outcome.NEVER_SENT:
            batch.put_off()
        # The pause comes before the look: a first attempt that is still under way has time to show.
        again = action in (Action.AGAIN, Action.LOOK) and _may_try(call, batch) and (yield from pause(call))
        if action is Action.AGAIN and again:
            continue
        counted = yield from look_for_rows(call, batch, again=again)
        if not (again and counted and batch.unsettled and _may_resend(call, batch)):
            break
        if not (yield from pause(call, backoff=False)):
            break
    return merged(call, batch, result)


def _batch(call: Call[T]) -> Batch:
    """The rows, each under its key: the caller's, or a fresh one before the first byte leaves."""
    from .batch import Batch, Entry

    entries: list[Entry] = []
    for row in call.prepared.rows:
        key = row.instruction_id
        if key is None:
            minted = new_idempotency_key()
            entries.append(Entry(minted, seam.with_key(row, minted), minted=True))
        else:
            entries.append(Entry(key, row, minted=False))
    return Batch(entries, call.started_at, lambda: call.service.earliest(call.started))


def _rename(call: Call[T], sent: tuple[str, ...], reply: Reply) -> bool:
    """Whether a refusal is one of a name under which keys were sent, and there is another to send them under at once,
    which the client remembers: nothing was done, and the keys stay the same.
    """
    if reply.status not in (400, 422) or not (refused := refused_name(reply, seam.key_names())):
        return False
    pinned = call.settings.idempotency_key_name is not None
    if pinned or call.renamed == _RENAMES_MAX or call.retry_after is not None or call.passed(call.clock.monotonic()):
        return False
    if refused.is_double:
        then = (refused.name,) if refused.name in sent else sent[:1]
    else:
        call.refused_names += (refused.name,)
        then = tuple(name for name in sent if name not in call.refused_names)
        then = then or tuple(name for name in seam.key_names() if name not in (*sent, *call.refused_names))
    if not then or then == sent:
        call.service.key_names = None
        return False
    call.renamed += 1
    call.service.key_names = then
    return True


def _rows(call: Call[T], batch: Batch, result: Reply | Failure) -> list[PositionInstruction]:
    """The rows of a reply to a submit; whether they bear our keys is remembered for later calls too."""
    rows = seam.instructions_in(result.json) if isinstance(result, Reply) and not is_foreign(call, result) else []
    echoed = batch.is_echoed(rows)
    if echoed:
        call.service.keys_echoed = True
    elif echoed is False:
        call.service.keys_honoured = False
    return rows


def take_done(call: Call[T], batch: Batch, reply: Reply | Failure) -> None:
    """Settle the rows by a readable 2xx; what it does not say stays to be looked for."""
    batch.take_done(_rows(call, batch, reply))


def look_for_rows(call: Call[T], batch: Batch, *, again: bool) -> Flow[bool]:
    """Look until every row is settled or, with `again`, the open ones may be sent again; whether a list counted."""
    counted = False
    if not batch.unsettled:
        return False
    for number in range(policy.LOOK_TRIES):
        rows, may_look_again = yield from look(call, number)
        if rows is not None:
            counted = True
            before = len(batch.unsettled)
            batch.take_look(rows)
            call.reconciled = call.reconciled or len(batch.unsettled) < before
            if not batch.unsettled or (again and _may_resend(call, batch)):
                break
        if not may_look_again:
            break
    return counted


def _may_try(call: Call[T], batch: Batch) -> bool:
    """Whether nothing speaks against sending the open rows again, as far as is known before a look."""
    return not batch.unsettled or (
        call.resend_after_unknown and call.service.keys_honoured and batch.keys_honoured and not batch.candidates
    )


def _may_resend(call: Call[T], batch: Batch) -> bool:
    """Whether the open rows may be sent again after a look: nothing speaks against it, and the service was seen to keep
    keys, which alone protect from a second effect. An empty list is evidence of nothing.
    """
    return _may_try(call, batch) and (not batch.unsettled or call.service.keys_echoed or batch.keys_kept)


def merged(call: Call[T], batch: Batch, last: Reply | Failure) -> Completed[T]:
    """What came of a submit, all attempts and looks taken together."""
    if batch.unknown:
        raise failures.error(call, last, outcome_unknown=True)
    call.unresolved = None
    answer = last if isinstance(last, Reply) and call.attempts[-1].outcome in (Outcome.DONE, Outcome.REFUSED) else None
    if batch.refused:
        raise failures.all_refused(call) if call.reconciled and answer is None else failures.error(call, last)
    reply = answer if answer is not None and answer.status < 300 else call.last_look
    return completed_with(call, cast("Reply", reply), batch.rows())


def _submission(call: Call[T], batch: Batch) -> Request:
    return seam.submission(call.request, [entry.request for entry in batch.open], call.key_names)
