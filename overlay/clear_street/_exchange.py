"""The life of a call, from its first byte to its value or error: flows, driven by `_driver`.

`exchange` is the whole of it. What is decided here by table stands in `_policy`; which error comes out, in `_failures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from . import _failures as failures
from . import _policy as policy
from . import _seam as seam
from ._batch import Batch, Entry
from ._effects import JITTER, MINT_KEY, NOW, TODAY, Invoke, Log, Send, Sleep
from ._operations import Resend
from ._outcomes import Failure, Outcome, Reply
from ._policy import Action
from ._states import CANCEL_STATES, REFUSED_STATES
from .errors import ArgumentError, ClearStreetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from clear_street_api.client import Request
    from clear_street_api.models import PositionInstruction

    from ._call import Call
    from ._effects import Flow

T = TypeVar("T")

INFO, WARNING = 20, 30


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


def finish(completed: Completed[T], body: bytes | Exception) -> Flow[None]:
    """The value of a streamed reply, when its body has been read, or what reading it failed with."""
    call, reply = completed.call, completed.reply
    now: float = yield NOW
    result: Reply | Failure = reply
    if isinstance(body, Exception):
        timed_out = isinstance(body, TimeoutError) or "Timeout" in type(body).__name__
        result = Failure(body, now, sent=True, timed_out=timed_out, status=reply.status, headers=reply.headers)
    else:
        reply.body, reply.json = body, seam.read_object(body)
    if isinstance(result, Failure) or not _readable(call, reply):
        call.unresolved = result
        raise failures.error(call, result)
    call.stream = False
    completed.value = (yield from _completed(call, reply)).value


def exchange(call: Call[T]) -> Flow[Completed[T]]:
    """A whole call."""
    now: float = yield NOW
    today: datetime = yield TODAY
    call.begin(now, today)
    try:
        completed = yield from _flow(call)
    except (ArgumentError, GeneratorExit):
        raise
    except ClearStreetError as error:
        yield from _log(call, type(error).__name__ + (", outcome unknown" if error.outcome_unknown else ""))
        raise
    except BaseException as error:
        failures.annotate(call, error)
        raise
    yield from _log(call, "reconciled" if call.reconciled else "done")
    return completed


def _flow(call: Call[T]) -> Flow[Completed[T]]:
    if call.operation.resend == Resend.SUBMIT:
        return (yield from _submit(call))
    if call.operation.changes and call.settings.on_intent is not None:
        yield Invoke(call.settings.on_intent, (), call.request)
    if call.operation.resend == Resend.CANCEL:
        return (yield from _cancel(call))
    return (yield from _plain(call))


def _log(call: Call[T], came_to: str) -> Flow[None]:
    """One line per call: no account, no id but the request's, no body."""
    now: float = yield NOW
    last = call.attempts[-1] if call.attempts else None
    yield Log(
        INFO,
        "%s (%s %s): %s, status %s, request id %s, attempts %d, %.3f s",
        call.operation.name,
        call.operation.method,
        call.operation.path_template,
        came_to,
        last.status_code if last else None,
        last.request_id if last else None,
        len(call.attempts),
        now - call.started,
    )


def _plain(call: Call[T]) -> Flow[Completed[T]]:
    """Reads, closes, and changing requests to paths that the spec does not know."""
    while True:
        result, outcome = yield from _attempt(call, call.request)
        action = policy.decide(call.operation.resend, outcome, result)
        if action is Action.RETURN:
            return (yield from _completed(call, cast("Reply", result)))
        if action is Action.AGAIN and (yield from _pause(call)):
            continue
        raise failures.error(call, result)


def _cancel(call: Call[T]) -> Flow[Completed[T]]:
    """A cancel: repeated under the same id, then settled by looking."""
    while True:
        result, outcome = yield from _attempt(call, call.request)
        action = policy.decide(call.operation.resend, outcome, result)
        if action is Action.RETURN:
            call.unresolved = None
            return (yield from _completed(call, cast("Reply", result)))
        if action is Action.AGAIN and (yield from _pause(call)):
            continue
        if call.unresolved is not None:
            return (yield from _settle_cancel(call, result))
        if result.status == 404:
            yield from _look(call, lambda rows: failures.note_key_for_id(call, rows), tries=1)
        raise failures.error(call, result)


def _settle_cancel(call: Call[T], last: Reply | Failure) -> Flow[Completed[T]]:
    """What came of a cancel of which an attempt ended unknown, as the list of instructions shows it."""
    settled: list[PositionInstruction] = []

    def shows(rows: list[PositionInstruction]) -> bool:
        refused = REFUSED_STATES | {"ACCEPTED"} if last.status == 409 else REFUSED_STATES
        settled[:] = [
            row
            for row in rows
            if row.id == call.prepared.instruction_id and (row.status in CANCEL_STATES or row.status in refused)
        ]
        return bool(settled)

    yield from _look(call, shows)
    if not settled:
        raise failures.error(call, last, outcome_unknown=True)
    row = settled[0]
    call.unresolved, call.reconciled = None, True
    if row.status not in CANCEL_STATES:
        raise failures.not_cancelled(call, last, row)
    if row.status == "CANCEL_FAILED":
        yield Log(WARNING, "the cancel arrived, and failed: CANCEL_FAILED; a person must look")
    return (yield from _completed(call, cast("Reply", call.last_look), row))


def _submit(call: Call[T]) -> Flow[Completed[T]]:
    """A submit: rows under keys; after an unknown attempt a look, and only what it did not find is sent again."""
    entries: list[Entry] = []
    for row in call.prepared.rows:
        key = row.instruction_id
        if key is None:
            minted: str = yield MINT_KEY
            entries.append(Entry(minted, seam.with_key(row, minted), minted=True))
        else:
            entries.append(Entry(key, row, minted=False))
    batch = call.batch = Batch(entries, call.started_at)
    if call.settings.on_intent is not None:
        yield Invoke(call.settings.on_intent, tuple(entry.key for entry in entries), _submission(call, batch))
    while True:
        result, outcome = yield from _attempt(call, _submission(call, batch))
        action = policy.decide(call.operation.resend, outcome, result)
        if call.stream and action is Action.RETURN:
            return (yield from _completed(call, cast("Reply", result)))
        rows = seam.instructions_in(result.json) if isinstance(result, Reply) else []
        if action in (Action.RETURN, Action.RAISE):
            batch.take_reply(rows, done=action is Action.RETURN)
            break
        if (
            action is Action.LOOK
            and result.status is not None
            and result.status >= 500
            and batch.is_known_refusal(rows)
        ):
            call.known_refusal()
            if (yield from _pause(call)):
                continue
            batch.take_reply(rows, done=False)
            break
        if action is Action.LOOK:
            batch.lost()
        again = yield from _pause(call)
        if action is Action.AGAIN and again:
            continue
        if not again or not call.resend_after_unknown:
            break
        counted = yield from _look(call, lambda rows: _take(call, batch, rows, enough=True))
        if not batch.open or not counted or not _may_resend(call, batch):
            break
    if not batch.keys_honoured:
        call.client.keys_honoured = False
    if any(entry.state in ("unknown", "undetermined") for entry in batch.entries):
        yield from _look(call, lambda rows: _take(call, batch, rows, enough=False))
    return (yield from _merged(call, batch, result))


def _merged(call: Call[T], batch: Batch, last: Reply | Failure) -> Flow[Completed[T]]:
    """What came of a submit, all attempts and looks taken together."""
    if batch.unknown:
        raise failures.error(call, last, outcome_unknown=True)
    call.unresolved = None
    states = {entry.state for entry in batch.entries}
    if states == {"rejected"} or "not_sent" in states:
        raise failures.error(call, last)
    reply = last if isinstance(last, Reply) and last.status < 300 else cast("Reply", call.last_look)
    return (yield from _completed(call, reply, batch.rows()))


def _completed(call: Call[T], reply: Reply, found: object = None) -> Flow[Completed[T]]:
    """The value of a call that succeeded: the reply's own, or `found` under the reply's envelope."""
    if call.stream and found is None:
        return Completed(call, reply, None)
    value = call.decode(reply, found)
    if call.batch is not None and any(entry.state == "rejected" for entry in call.batch.entries):
        yield Log(WARNING, "%s: the service refused some of the rows", call.operation.name)
    for kind in sorted(call.new_drift(value)):
        yield Log(WARNING, "%s: the reply departs from the spec: %s", call.operation.name, kind)
    failures.raise_if_refused(call, reply, value)
    return Completed(call, reply, value)


def _take(call: Call[T], batch: Batch, rows: list[PositionInstruction], *, enough: bool) -> bool:
    before = len(batch.open)
    batch.take_look(rows)
    call.reconciled = call.reconciled or len(batch.open) < before
    return enough or not batch.open


def _may_resend(call: Call[T], batch: Batch) -> bool:
    return batch.keys_honoured and call.client.keys_honoured and not batch.candidates


def _submission(call: Call[T], batch: Batch) -> Request:
    return seam.submission(call.request, [entry.request for entry in batch.open])


def _attempt(call: Call[T], request: Request) -> Flow[tuple[Reply | Failure, Outcome]]:
    """Send once, within the time that is left, and remember it."""
    now: float = yield NOW
    if now >= call.send_until:
        return Failure(TimeoutError("the deadline passed"), now, sent=False, timed_out=True), Outcome.NEVER_SENT
    send = Send(
        request,
        call.headers,
        timeout=call.limits.timeout,
        until=min(now + call.limits.timeout.total, call.send_until),
        not_after=call.not_after_at,
        stream=call.stream,
        authenticated=call.operation.authenticated,
    )
    call.in_flight = send
    result: Reply | Failure = yield send
    call.in_flight = None
    if isinstance(result, Reply) and result.body is not None:
        result.json = seam.read_object(result.body)
    outcome = policy.classify(result, readable=_readable(call, result))
    request_id = seam.request_id_in(result.json) if isinstance(result, Reply) else None
    call.record(now, result, outcome, request_id)
    return result, outcome


def _readable(call: Call[T], result: Reply | Failure) -> bool:
    """Whether a reply is what the operation answers with, as far as the call relies on it."""
    if isinstance(result, Failure):
        return False
    if result.body is None:
        return True
    if call.operation.response is None:
        return seam.reads_as(call.cast_to, result.body)
    if result.json is None:
        return False
    data = result.json.get("data")
    if call.operation.resend == Resend.SUBMIT:
        return isinstance(data, list)
    return call.operation.resend != Resend.CANCEL or isinstance(data, dict)


def _pause(call: Call[T]) -> Flow[bool]:
    """Wait before sending again; False where there is no attempt or no time left for it, or the service asked for more
    than that.
    """
    if len(call.attempts) > call.limits.max_retries or (call.retry_after or 0.0) > policy.RETRY_AFTER_MAX:
        return False
    now: float = yield NOW
    jitter: float = yield JITTER
    seconds = policy.backoff(len(call.attempts), jitter) if call.retry_after is None else call.quiet_until - now
    then = now + max(0.0, seconds)
    if then >= call.send_until or (call.not_after_at is not None and then >= call.not_after_at):
        return False
    yield Sleep(then - now)
    return True


def _look(
    call: Call[T], enough: Callable[[list[PositionInstruction]], bool], tries: int = policy.LOOK_TRIES
) -> Flow[bool]:
    """Read the account's instructions until a complete list is `enough`; whether any complete list came."""
    request = seam.get_position_instructions(cast("int", call.prepared.account_id)).request
    counted = False
    for number in range(tries):
        now: float = yield NOW
        jitter: float = yield JITTER
        wait = max(call.quiet_until - now, policy.backoff(number, jitter) if number else 0.0)
        if now + wait >= call.deadline_at or wait > policy.RETRY_AFTER_MAX:
            break
        if wait > 0:
            yield Sleep(wait)
            now = yield NOW
        send = Send(
            request,
            call.headers,
            timeout=call.limits.timeout,
            until=min(now + call.limits.timeout.total, call.deadline_at),
            not_after=None,
            stream=False,
            authenticated=True,
        )
        result: Reply | Failure = yield send
        call.note(result)
        if isinstance(result, Reply):
            rows = seam.complete_instructions(result.status, result.body)
            if rows is not None:
                counted = True
                call.last_look = result
                if enough(rows):
                    break
            elif 400 <= result.status < 500 and result.status not in (408, 429):
                break
    return counted
