"""Take the steps that every flow consists of: an attempt, a pause, a look at the list, the value at the end."""

from __future__ import annotations

from logging import INFO, WARNING
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from .._api import requests
from .._api.json import read_object
from .._api.operations import Resend
from .._logging import log, logger
from .._outcomes import Failure, Outcome, Reply
from ..errors import APIError, ArgumentError
from . import failures, policy
from .batch import SERVICE_SLACK, is_older, names_same_instrument
from .effects import Invoke, Send, Sleep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from clear_street_api.client import Request

    from .call import Call
    from .effects import Flow
    from .kinds import Kind, Row

T = TypeVar("T")


class Completed(Generic[T]):
    """A call that succeeded: its value (None until a streamed reply is read) and the last reply."""

    __slots__ = ("call", "reply", "value")

    def __init__(self, call: Call[T], reply: Reply, value: T | None) -> None:
        self.call: Call[T] = call
        self.reply: Reply = reply
        self.value: T | None = value


def attempt(call: Call[T], request: Request) -> Flow[tuple[Reply | Failure, Outcome]]:
    """Make one attempt within the time that is left, and record it. Returns its result and what it may have done."""
    asked, time, now = call.asked, call.time, call.clock.monotonic()
    if passed := time.passed_bound(now):
        time.stop(passed)
        return Failure(TimeoutError(f"{passed} had passed"), now, sent=False, timed_out=True), Outcome.NEVER_SENT
    timeout = asked.limits.timeout
    send = Send(
        asked.operation,
        request,
        asked.headers,
        timeout=timeout,
        until=min(now + timeout.total, time.send_until),
        not_after=time.not_after_at,
        is_late=None if time.not_after_at is None else time.is_late,
        stream=asked.stream,
        raw=asked.raw,
    )
    history = call.history
    history.begin_attempt(send)
    if history.listener is not None:
        history.listener.start_attempt(call, send)
    try:
        result: Reply | Failure = yield send
    except ArgumentError as error:
        result = _never_sent(call, error)
    call.service.note(result.headers, result.received)
    request_id: str | None = None
    if isinstance(result, Reply):
        result.json = read_object(result.body)
        request_id = requests.request_id_in(result.json)
    outcome = policy.classify(result, readable=is_readable(call, result), foreign=is_foreign(call, result))
    if outcome is not Outcome.DONE:
        time.note_retry_after(result)
    history.end_attempt(time.wall_clock(now), result.received - now, result, outcome, request_id)
    if history.listener is not None:
        history.listener.end_attempt(call, history.attempts[-1])
    return result, outcome


def _never_sent(call: Call[T], error: Exception) -> Failure:
    """Return the failure of a request that could not be made, as when the API key cannot be used. Before the first
    attempt the error is raised; later, that would hide what earlier attempts did.
    """
    if not call.history.attempts:
        raise error
    return Failure(error, call.clock.monotonic(), sent=False, timed_out=False)


def _sleep(call: Call[T], now: float, seconds: float) -> Sleep:
    """Return the effect of waiting between two requests, from `now` on."""
    if call.history.listener is not None:
        call.history.listener.pause(call, now, seconds)
    return Sleep(seconds)


def is_foreign(call: Call[T], result: Reply | Failure) -> bool:
    """Whether a reply answers another request: it has rows of another account or, after a cancel, of another id.

    docs/safety.md, "What a reply may prove". A call for account 0, which is nobody's, is never compared with its reply:
    the contract's example shows such a call with a reply of another account.
    """
    asked = call.asked.prepared
    if isinstance(result, Failure) or result.json is None or not asked.account_id:
        return False
    if requests.names_other_account(result.json, asked.account_id):
        return True
    kind = call.asked.kind
    return asked.id is not None and kind is not None and requests.names_other_id(result.json, asked.id, kind.ids)


def is_readable(call: Call[T], result: Reply | Failure) -> bool:
    """Whether a reply has what the call relies on. docs/safety.md, "Replies that are not what they should be"."""
    if isinstance(result, Failure):
        return False
    if result.body is None:
        return True
    asked, resend = call.asked, call.asked.operation.resend
    if requests.is_bare_error(result.json) and resend in (Resend.CANCEL, Resend.REPLACE, Resend.ONCE):
        return False
    if asked.operation.response is None:
        return requests.reads_as(asked.cast_to, result.body)
    if result.json is None:
        return False
    # In the reply to a read, a value that is not an object reads None and counts as drift, as for any field.
    if requests.has_data(asked.operation.response(), result.json, exact=asked.operation.changes):
        return True
    # A reply to a close may lack the orders, but must have the service's envelope: a gateway that stopped waiting may
    # answer with a 200 too.
    is_answer = isinstance(result.json.get("metadata"), dict) and not result.json.get("error")
    return resend == Resend.ONCE and is_answer


def pause(call: Call[T], *, backoff: bool = True) -> Flow[bool]:
    """Wait before sending again: as long as the service asked or else, with `backoff`, a random time.

    Returns False, without waiting, if no attempt or not enough time is left, or if the service asked for too long a
    wait. docs/safety.md, "What may be sent again".
    """
    time, history = call.time, call.history
    if history.retries > call.asked.limits.max_retries or (time.retry_after or 0.0) > policy.RETRY_AFTER_MAX:
        return False
    now = call.clock.monotonic()
    then = max(now, time.quiet_until)
    if backoff and time.retry_after is None:
        then = max(then, now + policy.backoff(len(history.attempts), call.clock.random()))
    passed = time.passed_bound(then)
    time.stop(passed)
    if passed:
        return False
    if then > now:
        yield _sleep(call, now, then - now)
    return True


def look(call: Call[T], number: int) -> Flow[tuple[Sequence[Row] | None, bool]]:
    """Read the list that shows the effect once, after `number` earlier looks.

    Returns the rows, None if the list does not count, and whether another look may help. docs/safety.md, "What a reply
    may prove", says which list counts.
    """
    in_time = yield from _pause_before_look(call, number)
    if not in_time:
        return None, False
    asked, batch = call.asked, call.history.batch
    kind = cast("Kind", asked.kind)
    rows: list[Row] = []
    may_look_again = True
    ids = (asked.prepared.id or "",) if batch is None else [entry.key for entry in batch.unsettled]
    result: Reply | Failure | None = None
    for prepared in kind.look(asked.prepared.account_id or 0, ids):
        result = yield from read_list(call, prepared)
        found = _listed(call, result)
        if found is None:
            return None, not _is_refusal(call, result)
        rows += found
    if batch is not None and kind.recent is not None and not {*ids} <= {kind.key_of(row) for row in rows}:
        # A list by keys shows no rows with other keys. Those may be ours too, so they are read separately.
        recent, may_look_again = yield from recent_rows(call)
        batch.others_are_seen = recent is not None
        rows += [row for row in recent or () if row.id is None or not kind.rows_with_id(rows, row.id)]
    if batch is not None and any(kind.key_of(row) is None for row in rows):
        # The row without a key may be ours. So the list settles nothing, and the service may not keep keys.
        batch.apply_list_without_keys(rows)
        return None, may_look_again
    if any(row.id is None for row in rows):
        return None, may_look_again
    call.history.note_look(cast("Reply", result))
    return rows, may_look_again


def _pause_before_look(call: Call[T], number: int) -> Flow[bool]:
    """Wait before a look, after `number` earlier ones.

    Returns False, without waiting, if not enough time is left, or if the service asked for too long a wait.
    """
    time, now = call.time, call.clock.monotonic()
    jitter = call.clock.random()
    wait = max(time.quiet_until - now, policy.backoff(number, jitter) if number else 0.0)
    if now + wait >= time.deadline_at or wait > policy.RETRY_AFTER_MAX:
        return False
    if wait > 0:
        yield _sleep(call, now, wait)
    return True


def _listed(call: Call[T], result: Reply | Failure) -> list[Row] | None:
    """Return the rows of a list; None if it does not count."""
    if isinstance(result, Failure):
        return None
    return cast("Kind", call.asked.kind).listed(result.status, result.json, call.asked.prepared.account_id or 0)


def _is_refusal(call: Call[T], result: Reply | Failure) -> bool:
    """Whether the service refused to show a list. That is final: another read would be answered in the same way."""
    return policy.classify(result, readable=False, foreign=is_foreign(call, result)) is Outcome.REFUSED


def recent_rows(call: Call[T]) -> Flow[tuple[list[Row] | None, bool]]:
    """Read, once, the rows that have appeared since the call began, by the service's own clock.

    Returns the rows, None if the list does not count, and whether another look may help.
    """
    kind, account_id = cast("Kind", call.asked.kind), call.asked.prepared.account_id
    if not account_id:
        return [], False
    begun = call.service.earliest(call.time.started)
    recent = cast("Callable[[int, datetime | None], requests.Prepared]", kind.recent)
    result = yield from read_list(call, recent(account_id, None if begun is None else begun - SERVICE_SLACK))
    listed = _listed(call, result)
    if listed is None:
        return None, not _is_refusal(call, result)
    begun = call.service.earliest(call.time.started)
    return [row for row in listed if not is_older(row, begun)], True


def note_candidates(call: Call[T]) -> Flow[None]:
    """Look for what may be the effect of a call without keys, a few times because the list may lag.

    docs/safety.md, "Closing positions".
    """
    instrument = call.asked.prepared.instrument
    kind = cast("Kind", call.asked.kind)
    for number in range(policy.LOOK_TRIES):
        in_time = yield from _pause_before_look(call, number)
        if not in_time:
            return
        recent, may_look_again = yield from recent_rows(call)
        rows = [row for row in recent or () if instrument is None or names_same_instrument(kind, row, instrument)]
        call.history.note_candidates(rows)
        if rows or not may_look_again:
            return


def read_list(call: Call[T], prepared: requests.Prepared) -> Flow[Reply | Failure]:
    """Read a list once, within the time that the call has left. If none is left, nothing is sent."""
    asked, time, now = call.asked, call.time, call.clock.monotonic()
    if now >= time.deadline_at:
        return _never_sent(call, TimeoutError("the deadline had passed"))
    listener = call.history.listener
    send = Send(
        cast("Kind", asked.kind).listing,
        prepared.request,
        asked.headers,
        timeout=asked.limits.timeout,
        until=min(now + asked.limits.timeout.total, time.deadline_at),
        stream=False,
        raw=asked.raw,
    )
    if listener is not None:
        listener.start_attempt(call, send, is_look=True)
    try:
        result: Reply | Failure = yield send
    except ArgumentError as error:
        result = _never_sent(call, error)
    call.service.note(result.headers, result.received)
    time.note_retry_after(result)
    if isinstance(result, Reply):
        result.json = read_object(result.body)
    if listener is not None:
        listener.end_look(call, result)
    return result


def completed_with(call: Call[T], reply: Reply, found: object = None) -> Completed[T]:
    """Return a call that succeeded, with the reply's own value or, in the reply's envelope, `found`.

    Raises what the application asked for (`strict`, `raise_on_rejection`).
    """
    if reply.body is None:
        return Completed(call, reply, None)
    value, batch, name = call.decode(reply, found), call.history.batch, call.asked.operation.name
    if batch is not None and batch.rejected_rows:
        log(WARNING, "%s: the service rejected some of the rows", name)
    if batch is not None and (silent := len(batch.undetermined)):
        call.note_doubts()
        log(WARNING, "%s: the reply does not say what happened to %d row(s): undetermined", name, silent)
    if kinds := call.shared.new_drift(value):
        _note_drift(call, kinds)
    if call.asked.settings.strict or batch is not None:
        failures.raise_if_refused(call, reply, value)
    return Completed(call, reply, value)


def _note_drift(call: Call[T], kinds: Sequence[str]) -> None:
    """Log in which new ways a reply departs from the spec."""
    for kind in kinds:
        log(WARNING, "%s: the reply departs from the spec: %s", call.asked.operation.name, kind)
    if call.history.listener is not None:
        call.history.listener.depart(call, kinds)


def tell_intent(call: Call[T], hook: Callable[..., object], keys: Sequence[str], request: Request) -> Flow[None]:
    """Call the application's `on_intent` with what is about to be sent. An exception of the hook ends the call."""
    in_time: bool = yield Invoke(hook, tuple(keys), request, until=call.time.deadline_at)
    if not in_time:
        now = call.clock.monotonic()
        late = TimeoutError("on_intent took until the deadline")
        raise failures.error(call, Failure(late, now, sent=False, timed_out=True))


def explain(call: Call[T], error: BaseException) -> None:
    """Log the error that ends a call; mark an interruption with the outcome.

    docs/safety.md, "What the caller learns".
    """
    if failures.is_in_doubt(call):
        call.note_doubts()
    end(call, error)
    if isinstance(error, APIError):
        log_end(call, type(error).__name__ + (", outcome unknown" if error.outcome_unknown else ""))
    elif failures.annotate(call, error):
        log_end(call, f"interrupted by {type(error).__name__}, outcome unknown", WARNING)


def end(call: Call[T], error: BaseException | None = None) -> None:
    """Tell the functions in `on_event` that a call has ended, if that was not told before."""
    listener = call.history.listener
    if listener is not None:
        try:
            listener.end(call, error)
        except BaseException as interruption:
            # It takes the place of the error, and so has to say what happened to the call.
            failures.annotate(call, interruption)
            raise


def log_end(call: Call[T], ending: str, level: int = INFO) -> None:
    """Log one line for the call: the request id, but no account, no other id and no body."""
    if not logger.isEnabledFor(level):
        return
    attempts, operation = call.history.attempts, call.asked.operation
    last = attempts[-1] if attempts else None
    log(
        level,
        "%s (%s %s): %s, status %s, request id %s, attempts %d, %.3f s",
        operation.name,
        operation.method,
        operation.path_template,
        ending,
        last.status_code if last else None,
        last.request_id if last else None,
        len(attempts),
        call.clock.monotonic() - call.time.started,
    )
