"""Submit rows under idempotency keys. After an unknown attempt, look, and send again only the rows that were not found.

docs/safety.md, "A submit whose reply was lost".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from .._api import requests
from .._api.keys import new_idempotency_key
from .._outcomes import Failure, Outcome, Reply
from . import failures, policy
from .policy import Action
from .renaming import RefusedName, refused_name
from .steps import Completed, attempt, completed_with, is_foreign, look, pause, tell_intent

if TYPE_CHECKING:
    from clear_street_api.client import Request

    from .batch import Batch, Entry
    from .call import Call
    from .effects import Flow
    from .kinds import Kind, Row

T = TypeVar("T")


def submit(call: Call[T]) -> Flow[Completed[T]]:
    """Submit the rows. After an unknown attempt, look, and send again only the rows that the list does not show."""
    asked, batch = call.asked, _batch(call)
    call.history.submit(batch)
    if asked.settings.on_intent is not None:
        # A separate request: if the application changes it, that does not change what is sent.
        shown = _submission(call, batch, call.key_names)
        yield from tell_intent(call, asked.settings.on_intent, call.history.idempotency_keys, shown)
    request, built_for = asked.request, None
    while True:
        names = call.key_names
        if built_for != (len(batch.open), names):
            # Rows are only ever removed from the open ones, so the same number means the same rows.
            request, built_for = _submission(call, batch, names), (len(batch.open), names)
        result, outcome = yield from attempt(call, request)
        action = policy.decide(asked.operation.resend, outcome, result.status)
        if action is Action.RETURN and cast("Reply", result).body is None:
            # The reply is streamed and not read yet: `streamed` settles it when the application reads it.
            call.note_doubts()
            return completed_with(call, cast("Reply", result))
        rows = _rows(call, batch, result)
        refused = _refused_name(call, cast("Reply", result)) if action is Action.RAISE and not rows else None
        if refused is not None:
            # Only a field's name was refused, so nothing was done: send the same keys under a name that is known.
            renamed = _rename(call, names, refused)
            if renamed:
                continue
        if action is Action.LOOK and (result.status or 0) >= 500 and batch.says_nothing_was_stored(rows):
            # docs/safety.md, "What may be sent again": after such a 5xx the rows are refused for now, not unknown.
            call.history.mark_refused_for_now()
            action = Action.AGAIN
        _apply(batch, action, result, outcome, rows)
        again = action in (Action.AGAIN, Action.LOOK) and _may_try(call, batch)
        if again:
            # Pause before the look, so that a first attempt that is still on its way has time to appear in the list.
            again = yield from pause(call)
        if again and action is Action.AGAIN:
            continue
        counted = yield from look_for_rows(call, batch, again=again)
        if not (again and counted and batch.unsettled and _may_resend(call, batch)):
            break
        # The list may lag, so a row that it does not show may still have arrived. The keys prevent a second effect.
        again = yield from pause(call, backoff=False)
        if not again:
            break
    return merged(call, batch, result)


def _batch(call: Call[T]) -> Batch:
    """Make the batch: each row has the application's key or, made before the first byte leaves, a new one."""
    from .batch import Batch, Entry

    kind = cast("Kind", call.asked.kind)
    entries: list[Entry] = []
    for row in call.asked.prepared.rows:
        key = kind.submitted_key(row)
        if key is None:
            minted = new_idempotency_key()
            entries.append(Entry(kind, minted, kind.with_key(row, minted), minted=True))
        else:
            entries.append(Entry(kind, key, row))
    time = call.time
    return Batch(kind, entries, time.started_at, lambda: call.service.earliest(time.started))


def _refused_name(call: Call[T], reply: Reply) -> RefusedName | None:
    """Return the name of the key that a reply refuses, if the rows may be sent again immediately; else None."""
    if reply.status not in (400, 422):
        return None
    # Rows are sent again under another name as often as there are names, at most.
    if call.asked.settings.idempotency_key_name is not None or call.history.renamed == len(call.known_key_names):
        return None
    if call.time.retry_after is not None or call.time.passed_bound(call.clock.monotonic()):
        return None
    return refused_name(reply, call.known_key_names)


def _rename(call: Call[T], sent: tuple[str, ...], refused: RefusedName) -> bool:
    """Choose other names for the keys, which the client then uses. Returns False, and resets the names, if there are
    none.
    """
    call.history.note_refused_name(refused)
    if refused.is_double:
        then = (refused.name,) if refused.name in sent else sent
    else:
        gone = call.history.refused_names
        then = tuple(name for name in sent if name not in gone)
        then = then or tuple(name for name in call.known_key_names if name not in (*sent, *gone))
    if not then or then == sent:
        call.keys.use_names(None)
        return False
    call.keys.use_names(then)
    call.history.note_renaming()
    return True


def _rows(call: Call[T], batch: Batch, result: Reply | Failure) -> list[Row]:
    """Read the rows of a reply to a submit. Whether they have this call's keys is recorded for later calls too."""
    is_ours = isinstance(result, Reply) and not is_foreign(call, result)
    rows = requests.rows_in(batch.kind.model(), cast("Reply", result).json) if is_ours else []
    call.keys.note_echo(batch.is_echoed(rows))
    return rows


def _apply(batch: Batch, action: Action, result: Reply | Failure, outcome: Outcome, rows: list[Row]) -> None:
    """Record what an attempt proves about the open rows (docs/safety.md, "What a reply may prove")."""
    if action is Action.RETURN:
        batch.apply_success(rows)
    elif action is Action.RAISE:
        reply = cast("Reply", result)
        batch.apply_rejection(rows, requests.error_message_in(reply.json), reply.status)
    elif action is Action.LOOK:
        batch.mark_open_unknown()
    elif outcome is not Outcome.NEVER_SENT:
        batch.mark_open_refused_for_now()


def apply_success(call: Call[T], batch: Batch, reply: Reply | Failure) -> None:
    """Settle the rows by a readable 2xx. Those that it does not mention are undetermined."""
    batch.apply_success(_rows(call, batch, reply))


def look_for_rows(call: Call[T], batch: Batch, *, again: bool) -> Flow[bool]:
    """Look until every row is settled or, with `again`, the open rows may be sent again.

    Returns whether one of the lists counts.
    """
    counted = False
    if not batch.unsettled:
        return False
    for number in range(policy.LOOK_TRIES):
        rows, may_look_again = yield from look(call, number)
        if rows is not None:
            counted = True
            before = len(batch.unsettled)
            batch.apply_list(rows, call.key_names)
            if len(batch.unsettled) < before:
                call.history.reconcile()
            if not batch.unsettled or (again and _may_resend(call, batch)):
                break
        if not may_look_again:
            break
    return counted


def _may_try(call: Call[T], batch: Batch) -> bool:
    """Whether nothing that is known before a look forbids sending the open rows again."""
    if not batch.unsettled:
        return True
    is_safe = call.keys.honoured and batch.others_are_seen and not batch.forbids_resending
    return call.asked.resend_after_unknown and is_safe


def _may_resend(call: Call[T], batch: Batch) -> bool:
    """Whether the open rows may be sent again after a look.

    That needs evidence that the service keeps keys, because only they prevent a second effect. An empty list is no
    evidence, and keys under a name that is not sent are evidence against it.
    """
    return _may_try(call, batch) and call.keys.are_kept(batch.keys_kept)


def merged(call: Call[T], batch: Batch, last: Reply | Failure) -> Completed[T]:
    """Combine all attempts and looks into the result of a submit. Raises the call's error if there is no result."""
    history = call.history
    if batch.unknown:
        raise failures.error(call, last, outcome_unknown=True)
    history.settle()
    is_answer = isinstance(last, Reply) and history.attempts[-1].outcome in (Outcome.DONE, Outcome.REFUSED)
    if batch.nothing_was_taken:
        raise failures.all_refused(call) if history.reconciled and not is_answer else failures.error(call, last)
    # If the last attempt has no readable success, the rows were found in a list: its envelope is the result's.
    answer = cast("Reply", last)
    reply = answer if is_answer and answer.status < 300 else cast("Reply", history.last_look)
    return completed_with(call, reply, batch.rows())


def _submission(call: Call[T], batch: Batch, names: tuple[str, ...]) -> Request:
    """Build the request for the open rows, each with its key under all of these names."""
    rows = [{**batch.kind.body(entry.request), **dict.fromkeys(names, entry.key)} for entry in batch.open]
    return requests.submission(call.asked.request, rows)
