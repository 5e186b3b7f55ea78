"""The life of a call, from its first byte to its value or error: flows, driven by `_driver`.

`exchange` is the whole of it. What is decided here by table stands in `_policy`; which error comes out, in `_failures`.
"""

from __future__ import annotations

from logging import INFO, WARNING
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from .._api import requests as seam
from .._api.json import read_object
from .._api.keys import new_idempotency_key
from .._api.operations import Resend
from .._logging import log, logger
from .._outcomes import Failure, Outcome, Reply
from .._states import CANCEL_STATES, REFUSED_STATES
from ..errors import APIError, ArgumentError
from . import failures, policy
from .effects import Invoke, Send, Sleep
from .policy import Action
from .renaming import refused_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clear_street_api.client import Request
    from clear_street_api.models import PositionInstruction

    from .batch import Batch, Entry
    from .call import Call
    from .effects import Flow

T = TypeVar("T")

_RENAMES_MAX = 2
"""How often a call sends its rows again under another name of their keys."""


class Completed(Generic[T]):
    """A call that succeeded: its value (None while a streamed reply has not been read) and the last reply."""

    __slots__ = ("call", "reply", "value")

    def __init__(self, call: Call[T], reply: Reply, value: T | None) -> None:
        self.call: Call[T] = call
        self.reply: Reply = reply
        self.value: T | None = value

    @property
    def http_response(self) -> Any:
        """The driver's own object."""
        return self.reply.http_response


def exchange(call: Call[T]) -> Flow[Completed[T]]:
    """A whole call."""
    call.begin()
    try:
        completed = yield from _flow(call)
        _log(call, "reconciled" if call.reconciled else "done")
    except BaseException as error:
        _explain(call, error)
        raise
    return completed


def finish(completed: Completed[T], body: bytes | BaseException) -> Flow[None]:
    """The value of a streamed reply, out of its body, or out of what reading that failed with."""
    try:
        settled = yield from _finish(completed, body)
    except BaseException as error:
        _explain(completed.call, error)
        raise
    completed.value = settled.value


def lost(completed: Completed[T], error: BaseException) -> NoReturn:
    """Raise what it means that a streamed reply broke off while the application read its bytes."""
    call = completed.call
    try:
        result = _broken(call, completed.reply, error)
    except BaseException as interruption:
        _explain(call, interruption)
        raise
    call.lose(result)
    failure = failures.error(call, result)
    _explain(call, failure)
    raise failure


def _explain(call: Call[T], error: BaseException) -> None:
    """Let whatever a call ends in tell what may have happened."""
    if isinstance(error, APIError):
        _log(call, type(error).__name__ + (", outcome unknown" if error.outcome_unknown else ""))
    elif failures.annotate(call, error):
        _log(call, f"interrupted by {type(error).__name__}, outcome unknown", WARNING)


def _flow(call: Call[T]) -> Flow[Completed[T]]:
    resend = call.operation.resend
    if resend == Resend.READ:
        return (yield from _plain(call))
    call.preload()
    if resend == Resend.SUBMIT:
        return (yield from _submit(call))
    yield from _tell_intent(call, (), call.request)
    if resend == Resend.CANCEL:
        return (yield from _cancel(call))
    return (yield from _plain(call))


def _tell_intent(call: Call[T], keys: tuple[str, ...], request: Request) -> Flow[None]:
    """Tell the application what is about to be sent; what it raises stops the call."""
    hook = call.settings.on_intent
    if hook is None:
        return
    in_time: bool = yield Invoke(hook, keys, request, until=call.deadline_at)
    if not in_time:
        now = call.clock.monotonic()
        late = TimeoutError("on_intent took until the deadline")
        raise failures.error(call, Failure(late, now, sent=False, timed_out=True))


def _finish(completed: Completed[T], body: bytes | BaseException) -> Flow[Completed[T]]:
    """What a streamed reply comes to: it is settled as one that came whole, but that nothing is sent again."""
    call, reply = completed.call, completed.reply
    result: Reply | Failure = reply
    if isinstance(body, BaseException):
        result = _broken(call, reply, body)
    else:
        reply.body, reply.json = body, read_object(body)
    if _foreign(call, result) or not _readable(call, result):
        call.lose(result)
    elif call.batch is None:
        return _completed(call, reply)
    else:
        call.batch.take_done(_rows(call, call.batch, result))
    if call.batch is not None:
        yield from _look_for_rows(call, call.batch, again=False)
        return _merged(call, call.batch, result)
    if call.operation.resend == Resend.CANCEL:
        return (yield from _settle_cancel(call, result))
    raise failures.error(call, result)


def _broken(call: Call[T], reply: Reply, error: BaseException) -> Failure:
    """The failure of a reply whose body broke off; an interruption goes on its way."""
    if not isinstance(error, Exception):
        raise error
    now = call.clock.monotonic()
    timed_out = isinstance(error, TimeoutError) or "Timeout" in type(error).__name__
    return Failure(error, now, sent=True, timed_out=timed_out, status=reply.status, headers=reply.headers)


def _log(call: Call[T], came_to: str, level: int = INFO) -> None:
    """One line per call: no account, no id but the request's, no body."""
    if not logger.isEnabledFor(level):
        return
    last = call.attempts[-1] if call.attempts else None
    log(
        level,
        "%s (%s %s): %s, status %s, request id %s, attempts %d, %.3f s",
        call.operation.name,
        call.operation.method,
        call.operation.path_template,
        came_to,
        last.status_code if last else None,
        last.request_id if last else None,
        len(call.attempts),
        call.clock.monotonic() - call.started,
    )


def _plain(call: Call[T]) -> Flow[Completed[T]]:
    """Reads, closes, and changing requests to paths that the spec does not know."""
    while True:
        result, outcome = yield from _attempt(call, call.request)
        action = policy.decide(call.operation.resend, outcome, result.status)
        if action is Action.RETURN:
            return _completed(call, cast("Reply", result))
        if action is Action.AGAIN and (yield from _pause(call)):
            continue
        raise failures.error(call, result)


def _cancel(call: Call[T]) -> Flow[Completed[T]]:
    """A cancel: repeated under the same id, then settled by looking."""
    while True:
        result, outcome = yield from _attempt(call, call.request)
        action = policy.decide(call.operation.resend, outcome, result.status)
        if action is Action.RETURN:
            call.unresolved = None
            return _completed(call, cast("Reply", result))
        if action is Action.AGAIN and (yield from _pause(call)):
            continue
        if call.unresolved is not None:
            return (yield from _settle_cancel(call, result))
        if outcome is Outcome.REFUSED and result.status in (404, 409) and call.retry_after is None:
            yield from _look(call, lambda rows: failures.note_what_is_shown(call, rows), tries=1)
        raise failures.error(call, result)


def _settle_cancel(call: Call[T], last: Reply | Failure) -> Flow[Completed[T]]:
    """What came of a cancel of which an attempt ended unknown, as the list of instructions shows it."""
    settled: list[PositionInstruction] = []
    too_late = REFUSED_STATES
    if last.status == 409 and call.attempts[-1].outcome == Outcome.REFUSED:
        too_late |= {"ACCEPTED"}

    def shows(rows: Sequence[PositionInstruction]) -> bool:
        failures.note_key_for_id(call, rows)
        shown = seam.rows_with_id(rows, cast("str", call.prepared.instruction_id))
        if len({row.status for row in shown}) == 1 and shown[0].status in CANCEL_STATES | too_late:
            settled.append(shown[0])
        return bool(settled)

    yield from _look(call, shows)
    if not settled:
        raise failures.error(call, last)
    row = settled[0]
    call.unresolved, call.reconciled = None, True
    if row.status in too_late:
        raise failures.not_cancelled(call, last, row)
    if row.status == "CANCEL_FAILED":
        log(WARNING, "the cancel arrived, and failed: CANCEL_FAILED; a person must look")
    return _completed(call, cast("Reply", call.last_look), row)


def _submit(call: Call[T]) -> Flow[Completed[T]]:
    """A submit: rows under keys; after an unknown attempt a look, and only what it did not find is sent again."""
    from .batch import Batch, Entry

    entries: list[Entry] = []
    for row in call.prepared.rows:
        key = row.instruction_id
        if key is None:
            minted = new_idempotency_key()
            entries.append(Entry(minted, seam.with_key(row, minted), minted=True))
        else:
            entries.append(Entry(key, row, minted=False))
    batch = call.batch = Batch(entries, call.started_at, lambda: call.service.earliest(call.started))
    yield from _tell_intent(call, tuple(entry.key for entry in entries), _submission(call, batch))
    while True:
        names = call.key_names
        result, outcome = yield from _attempt(call, _submission(call, batch))
        action = policy.decide(call.operation.resend, outcome, result.status)
        if action is Action.RETURN and cast("Reply", result).body is None:
            return _completed(call, cast("Reply", result))
        rows = _rows(call, batch, result)
        if action is Action.RAISE and not rows and _rename(call, names, cast("Reply", result)):
            continue
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
        again = action in (Action.AGAIN, Action.LOOK) and _may_try(call, batch) and (yield from _pause(call))
        if action is Action.AGAIN and again:
            continue
        counted = yield from _look_for_rows(call, batch, again=again)
        if not (again and counted and batch.unsettled and _may_resend(call, batch)):
            break
        if not (yield from _pause(call, backoff=False)):
            break
    return _merged(call, batch, result)


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
    rows = seam.instructions_in(result.json) if isinstance(result, Reply) and not _foreign(call, result) else []
    echoed = batch.is_echoed(rows)
    if echoed:
        call.service.keys_echoed = True
    elif echoed is False:
        call.service.keys_honoured = False
    return rows


def _look_for_rows(call: Call[T], batch: Batch, *, again: bool) -> Flow[bool]:
    """Look for rows of which it is not known what came, until all are settled or, if `again`, may be sent again;
    whether any list counted.
    """
    if not batch.unsettled:
        return False

    def enough(rows: Sequence[PositionInstruction]) -> bool:
        before = len(batch.unsettled)
        batch.take_look(rows)
        call.reconciled = call.reconciled or len(batch.unsettled) < before
        return not batch.unsettled or (again and _may_resend(call, batch))

    return (yield from _look(call, enough))


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


def _merged(call: Call[T], batch: Batch, last: Reply | Failure) -> Completed[T]:
    """What came of a submit, all attempts and looks taken together."""
    if batch.unknown:
        raise failures.error(call, last, outcome_unknown=True)
    call.unresolved = None
    answer = last if isinstance(last, Reply) and call.attempts[-1].outcome in (Outcome.DONE, Outcome.REFUSED) else None
    if batch.refused:
        raise failures.all_refused(call) if call.reconciled and answer is None else failures.error(call, last)
    reply = answer if answer is not None and answer.status < 300 else call.last_look
    return _completed(call, cast("Reply", reply), batch.rows())


def _completed(call: Call[T], reply: Reply, found: object = None) -> Completed[T]:
    """The value of a call that succeeded: the reply's own, or `found` under the reply's envelope."""
    if reply.body is None:
        return Completed(call, reply, None)
    value = call.decode(reply, found)
    if call.batch is not None and call.batch.rejected_rows:
        log(WARNING, "%s: the service refused some of the rows", call.operation.name)
    if call.batch is not None and (silent := len(call.batch.undetermined)):
        log(WARNING, "%s: the reply does not tell what came of %d row(s): undetermined", call.operation.name, silent)
    for kind in sorted(call.new_drift(value)):
        log(WARNING, "%s: the reply departs from the spec: %s", call.operation.name, kind)
    failures.raise_if_refused(call, reply, value)
    return Completed(call, reply, value)


def _submission(call: Call[T], batch: Batch) -> Request:
    return seam.submission(call.request, [entry.request for entry in batch.open], call.key_names)


def _attempt(call: Call[T], request: Request) -> Flow[tuple[Reply | Failure, Outcome]]:
    """Send once, within the time that is left, and remember it."""
    now = call.clock.monotonic()
    if passed := call.passed(now):
        call.stopped_by = passed
        return Failure(TimeoutError(f"{passed} had passed"), now, sent=False, timed_out=True), Outcome.NEVER_SENT
    send = Send(
        request,
        call.headers,
        timeout=call.limits.timeout,
        until=min(now + call.limits.timeout.total, call.send_until),
        not_after=call.not_after_at,
        stream=call.stream,
        raw=call.raw,
        authenticated=call.operation.authenticated,
    )
    call.in_flight = send
    result = yield from _sent(call, send)
    if isinstance(result, Reply) and result.body is not None:
        result.json = read_object(result.body)
    foreign = _foreign(call, result)
    outcome = policy.classify(result, readable=not foreign and _readable(call, result), foreign=foreign)
    request_id = seam.request_id_in(result.json) if isinstance(result, Reply) else None
    call.record(now, result, outcome, request_id)
    call.in_flight = None
    return result, outcome


def _sent(call: Call[T], send: Send) -> Flow[Reply | Failure]:
    """What sending comes to. A key that goes bad within a call is no wrong argument any more: nothing was sent."""
    try:
        result: Reply | Failure = yield send
    except ArgumentError as error:
        if not call.attempts:
            raise
        now = call.clock.monotonic()
        return Failure(error, now, sent=False, timed_out=False)
    call.service.note(result.headers, result.received)
    return result


def _foreign(call: Call[T], result: Reply | Failure) -> bool:
    """Whether a reply is about something else than what was asked: rows of another account, or, as the answer to a
    cancel, another instruction. The page of the contract shows a call with account 0, which is nobody's, beside a reply
    of another: such a call is not held against its reply.
    """
    asked = call.prepared
    if isinstance(result, Failure) or result.json is None or not asked.account_id:
        return False
    if seam.names_other_account(result.json, asked.account_id):
        return True
    return asked.instruction_id is not None and seam.names_other_id(result.json, asked.instruction_id)


def _readable(call: Call[T], result: Reply | Failure) -> bool:
    """Whether a reply is what the operation answers with, as far as the call relies on it."""
    if isinstance(result, Failure):
        return False
    if result.body is None:
        return True
    resend = call.operation.resend
    if seam.is_bare_error(result.json) and resend in (Resend.CANCEL, Resend.ONCE):
        return False
    if call.operation.response is None:
        return seam.reads_as(call.cast_to, result.body)
    if result.json is None:
        return False
    # Of a read, another value in the place of an object reads None and is drift, like any other field.
    if seam.has_data(call.operation.response(), result.json, exact=call.operation.changes):
        return True
    # A close without its orders is answered at least in the service's own envelope: what a gateway says when it gave up
    # waiting can come with a 200 as well.
    is_answer = isinstance(result.json.get("metadata"), dict) and not result.json.get("error")
    return resend == Resend.ONCE and is_answer


def _pause(call: Call[T], *, backoff: bool = True) -> Flow[bool]:
    """Wait before sending again, as long as the service asked, or else, with `backoff`, a random while; False where
    there is no attempt or no time left for it, or the service asked for more than that.
    """
    retries = len(call.attempts) - call.renamed
    if retries > call.limits.max_retries or (call.retry_after or 0.0) > policy.RETRY_AFTER_MAX:
        return False
    now = call.clock.monotonic()
    then = max(now, call.quiet_until)
    if backoff and call.retry_after is None:
        jitter = call.clock.random()
        then = max(then, now + policy.backoff(len(call.attempts), jitter))
    call.stopped_by = call.passed(then)
    if call.stopped_by:
        return False
    if then > now:
        yield Sleep(then - now)
    return True


def _look(
    call: Call[T], enough: Callable[[Sequence[PositionInstruction]], bool], tries: int = policy.LOOK_TRIES
) -> Flow[bool]:
    """Read the account's instructions until a list that counts is `enough`; whether any list counted."""
    request = seam.get_position_instructions(cast("int", call.prepared.account_id)).request
    counted = False
    for number in range(tries):
        now = call.clock.monotonic()
        jitter = call.clock.random()
        wait = max(call.quiet_until - now, policy.backoff(number, jitter) if number else 0.0)
        if now + wait >= call.deadline_at or wait > policy.RETRY_AFTER_MAX:
            break
        if wait > 0:
            yield Sleep(wait)
            now = call.clock.monotonic()
        send = Send(
            request,
            call.headers,
            timeout=call.limits.timeout,
            until=min(now + call.limits.timeout.total, call.deadline_at),
            not_after=None,
            stream=False,
            raw=call.raw,
            authenticated=True,
        )
        result = yield from _sent(call, send)
        call.note(result)
        rows: Sequence[PositionInstruction] | None = None
        if isinstance(result, Reply):
            result.json = read_object(result.body)
            rows = seam.listed_instructions(result.status, result.json, call.prepared.account_id or 0)
        if rows is None:
            if policy.classify(result, readable=False, foreign=_foreign(call, result)) is Outcome.REFUSED:
                break
        elif call.batch is not None and any(row.instruction_id is None for row in rows):
            call.batch.take_keyless(rows)
        elif all(row.id is not None for row in rows):
            counted, call.last_look = True, cast("Reply", result)
            if enough(rows):
                break
    return counted
