"""Make the error of a call that did not succeed: what is known, what is not, and what to do next.

docs/safety.md, "What the caller learns".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._api import requests
from .._api.operations import Resend
from .._outcomes import Failure, Outcome, Reply
from .._text import listed
from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    InterruptedCall,
    status_error_class,
)
from . import policy
from .call import NOT_AFTER
from .renaming import refused_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .batch import Batch
    from .call import Call
    from .kinds import Kind, Row

T = TypeVar("T")

_NEXT_STEP = "Do not repeat it: look at the positions and orders of the account first"
"""What to do after an unknown outcome that no look can settle."""
_NOTHING_TO_DO = {"cancel_all_open_orders": "No open order matched: nothing was cancelled, and nothing had to be"}
"""What a 404 means to operations that may find nothing to do."""


def error(call: Call[T], result: Reply | Failure, *, outcome_unknown: bool | None = None) -> APIError:
    """Return the error of a call whose last attempt was `result`."""
    if outcome_unknown is None:
        outcome_unknown = call.asked.operation.changes and call.history.may_have_landed
    context = _context(call, outcome_unknown=outcome_unknown)
    error = _last_error(call, result, context)
    if not _is_cut_off(call, result):
        return error
    unsent = all(attempt.outcome == Outcome.NEVER_SENT for attempt in call.history.attempts)
    what = "nothing was sent" if unsent else f"it was not sent again; the last attempt: {error.message}"
    cut_off = call.cut_off(what, **context)
    cut_off.__cause__ = error if call.history.attempts else None
    return cut_off


def _is_cut_off(call: Call[T], result: Reply | Failure) -> bool:
    """Whether the call was not sent, or not sent again, because of `not_after`."""
    never_sent = isinstance(result, Failure) and not result.sent
    return NOT_AFTER in (call.time.stopped_by, call.time.passed_bound(result.received) if never_sent else None)


def _last_error(call: Call[T], result: Reply | Failure, context: dict[str, Any]) -> APIError:
    """Return the error of the last attempt."""
    if isinstance(result, Failure):
        return _connection_error(call, result, context)
    if result.status < 300 and call.history.attempts[-1].outcome != Outcome.DONE:
        return APIResponseValidationError(
            "a 2xx reply with an unexpected body",
            status_code=result.status,
            body=result.body,
            **context,
        )
    return _status_error(call, result, context)


def all_refused(call: Call[T]) -> APIStatusError:
    """Return the error of a submit if a look showed that every row was rejected. Its status is the one with which the
    service answers such a submit.
    """
    batch = cast("Batch", call.history.batch)
    kind, rows = batch.kind, batch.rejected_rows
    status = 409 if all(kind.existing_id(row) is not None for row in rows) else 422
    message = f"the list shows that every {kind.noun} was rejected: {_reasons(kind, rows)}"
    return status_error_class(status)(message, status_code=status, data=rows, **_context(call, outcome_unknown=False))


def too_late(call: Call[T], last: Reply | Failure, row: Row) -> ConflictError:
    """Return the error of a cancel, or a replacement, that came too late, as a look showed."""
    what = "replaced" if call.asked.operation.resend == Resend.REPLACE else "cancelled"
    return ConflictError(
        f"the list shows the {cast('Kind', call.asked.kind).noun} as {row.status}: it can no longer be {what}",
        status_code=409,
        headers=dict(last.headers),
        data=[row],
        **_context(call, outcome_unknown=False),
    )


def raise_if_refused(call: Call[T], reply: Reply, value: object) -> None:
    """Raise what the application asked for after a readable 2xx.

    `strict` asks for an error if the reply departs from the spec, `raise_on_rejection` if a row was rejected.
    """
    drift = getattr(value, "drift", ()) if call.asked.settings.strict else ()
    batch = call.history.batch
    rejected = batch.rejected_rows if batch is not None and call.asked.raise_on_rejection else []
    if not drift and not rejected:
        return
    kind = call.asked.kind
    missing = batch is not None and bool(batch.unsettled)
    context = _context(call, outcome_unknown=missing, reply=value)
    if drift:
        shown = ", ".join(f"{d.path}: {d.kind}, expected {d.expected}" for d in drift[:3])
        raise APIResponseValidationError(
            f"the reply departs from the spec in {len(drift)} place(s): {shown}",
            status_code=reply.status,
            body=reply.body,
            **context,
        )
    raise APIStatusError(
        f"{len(rejected)} {cast('Kind', kind).noun}(s) rejected: {_reasons(cast('Kind', kind), rejected)}",
        status_code=reply.status,
        headers=dict(reply.headers),
        body=reply.json,
        error=requests.error_in(reply.json),
        data=rejected,
        **context,
    )


def note_key_for_id(call: Call[T], rows: Sequence[Row]) -> None:
    """Add advice if the id that was not found is the idempotency key of a row."""
    kind = cast("Kind", call.asked.kind)
    for row in rows:
        if kind.by_key is not None and kind.key_of(row) == call.asked.prepared.id:
            call.history.advise(kind.by_key.format(row.id))


def note_what_is_shown(call: Call[T], rows: Sequence[Row]) -> None:
    """Add to the error of a refused cancel how the list shows the row."""
    note_key_for_id(call, rows)
    kind = cast("Kind", call.asked.kind)
    shown = kind.rows_with_id(rows, call.asked.prepared.id or "")
    if len({row.status for row in shown}) != 1:
        return
    call.history.note_shown(shown[0])
    status, the_list = shown[0].status, f"The list of {kind.noun}s shows"
    if status in kind.states.cancelling:
        call.history.advise(f"{the_list} that it is {status} already")
    elif status in kind.states.terminal:
        call.history.advise(f"{the_list} that it was {status}")
    else:
        call.history.advise(f"{the_list} it as {status}")


def annotate(call: Call[T], error: BaseException) -> bool:
    """Mark the exception that interrupted a changing call with the outcome of the call; return whether it is unknown.

    It is unknown if a byte may have left and the request was not refused. The call is then in `client.interrupted`. A
    cancelled task, Ctrl-C and closing the client interrupt a call. What interrupts an interruption is marked too; the
    call is there once.
    """
    if not is_in_doubt(call):
        return False
    operation, keys = call.asked.operation, call.history.idempotency_keys
    error.outcome_unknown = True  # type: ignore[attr-defined]
    error.idempotency_keys = tuple(keys)  # type: ignore[attr-defined]
    shown = f" Keys: {listed(keys)}." if keys else ""
    note = (
        f"{operation.method} {operation.path_template} was interrupted. OUTCOME UNKNOWN: the effect may have "
        f"happened.{shown} {_next_step(call)}."
    )
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
    # The application may catch another exception (`asyncio.timeout`) or none (`anyio.move_on_after`), so the note alone
    # is not enough.
    if not call.history.was_interrupted:
        interrupted = InterruptedCall(call.asked.info, call.asked.request.path, tuple(keys), call.time.started_at)
        call.shared.note_interrupted(interrupted)
        call.history.note_interruption()
    return True


def is_in_doubt(call: Call[T]) -> bool:
    """Whether an interruption at this moment leaves unknown whether the call had its effect."""
    history = call.history
    sent = history.in_flight is not None and history.in_flight.begun
    sent = sent or any(attempt.outcome in (Outcome.UNKNOWN, Outcome.DONE) for attempt in history.attempts)
    sent = sent or (history.batch is not None and bool(history.batch.unknown))  # a duplicate of a key of ours
    return call.asked.operation.changes and sent


def _context(call: Call[T], *, outcome_unknown: bool, reply: object = None) -> dict[str, Any]:
    history = call.history
    batch = history.batch
    return {
        "request": call.asked.info,
        "request_id": history.attempts[-1].request_id if history.attempts else None,
        "attempts": tuple(history.attempts),
        "outcomes": batch.outcomes() if batch else {},
        "candidates": tuple(batch.candidates if batch else history.candidates) if outcome_unknown else (),
        "existing_ids": batch.existing_ids() if batch else {},
        "reconciled": history.reconciled,
        "outcome_unknown": outcome_unknown,
        "reply": reply,
        "advice": _advice(call, outcome_unknown=outcome_unknown),
    }


def _advice(call: Call[T], *, outcome_unknown: bool) -> str:
    batch = call.history.batch
    parts = [call.history.advice] if call.history.advice else []
    if outcome_unknown and batch is not None:
        open_states = ("unknown", "undetermined")
        open_rows = [entry for entry in batch.entries if entry.state in open_states]
        known = [f"{entry.key} {entry.state}" for entry in batch.entries if entry.state not in open_states]
        unknown = [f"{e.key} (existing_id {e.existing_id})" if e.existing_id else e.key for e in open_rows]
        parts.append(f"Unknown: {listed(unknown)}" + (f"; known: {listed(known)}" if known else ""))
    if outcome_unknown:
        parts.append(_next_step(call))
    return ". ".join(parts)


def _next_step(call: Call[T]) -> str:
    kind = call.asked.kind
    return _NEXT_STEP if kind is None else kind.next_step[call.asked.operation.resend]


def _reasons(kind: Kind, rows: Sequence[Row]) -> str:
    return "; ".join(f"{kind.key_of(row)}: {kind.words_of(row) or 'no reason given'}" for row in rows[:3])


def _status_error(call: Call[T], reply: Reply, context: dict[str, Any]) -> APIStatusError:
    body, kind, batch, shown = reply.json, call.asked.kind, call.history.batch, call.history.shown
    rows = batch.rejected_rows if batch is not None else []
    if batch is not None and not rows and not context["outcome_unknown"]:
        rows = requests.rows_in(batch.kind.model(), body)
    if shown is not None:
        rows = [shown]
    reasons = "" if kind is None else _reasons(kind, rows)
    if kind is not None and reply.status < 300:
        reasons = reasons or f"the reply does not say what happened to every {kind.noun}"
    advice = None
    if kind is not None and reply.status == 404 and call.asked.prepared.id is not None and not call.history.advice:
        advice = kind.wrong_id
    if reply.status == 404:
        advice = advice or _NOTHING_TO_DO.get(call.asked.operation.name)
    if batch is not None and reply.status in (400, 422) and not rows:
        advice = _key_name_advice(call, reply)
    context["advice"] = ". ".join(filter(None, (context["advice"], advice)))
    return status_error_class(reply.status)(
        requests.error_message_in(body) or reasons or "no message",
        status_code=reply.status,
        headers=dict(reply.headers),
        body=body if body is not None else (reply.body or b"").decode("utf-8", "replace"),
        error=requests.error_in(body),
        data=rows,
        retry_after=policy.retry_after(reply.headers, call.time.wall_clock(reply.received)),
        **context,
    )


def _key_name_advice(call: Call[T], reply: Reply) -> str | None:
    """Return what to do if a batch may have been refused because of a name of its keys."""
    pinned, names = call.asked.settings.idempotency_key_name, call.key_names
    if pinned is not None and refused_name(reply, call.known_key_names):
        return (
            f"The keys were sent under the name {pinned!r} alone, as idempotency_key_name={pinned!r} asks: leave that "
            "option of the client out"
        )
    if len(names) == 1 or call.keys.echoed:
        return None
    return (
        f"The keys were sent under the names {' and '.join(map(repr, names))}: if the service refuses one of these "
        "without saying so, set idempotency_key_name, an option of the client, to the other"
    )


def _connection_error(call: Call[T], failure: Failure, context: dict[str, Any]) -> APIConnectionError:
    cause = failure.cause
    if failure.status is not None:
        where = f"while the body of the reply (HTTP {failure.status}) was read"
    elif failure.sent:
        where = "after the request may have been sent"
    else:
        unsent = all(attempt.outcome == Outcome.NEVER_SENT for attempt in call.history.attempts)
        where = "before anything was sent" if unsent else "before the request was sent again"
    kind = APITimeoutError if failure.timed_out else APIConnectionError
    what = "timed out" if failure.timed_out else "failed"
    detail = f": {cause}" if not failure.sent and str(cause) else ""
    result = kind(f"the connection {what} {where}: {type(cause).__name__}{detail}", **context)
    result.__cause__ = cause
    return result
