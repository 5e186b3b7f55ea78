"""Which error comes of a call that did not succeed: what is known, what is not, and what to do next.

docs/safety.md, "What the caller learns".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._api import requests as seam
from .._api.operations import Resend
from .._outcomes import Failure, Outcome, Reply
from .._states import CANCEL_STATES, TERMINAL_STATES, existing_id, words_of
from .._text import listed
from ..errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    InterruptedCall,
    RequestInfo,
    status_error_class,
)
from . import policy
from .call import NOT_AFTER
from .renaming import refused_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..types.v1 import PositionInstruction
    from .batch import Batch
    from .call import Call

T = TypeVar("T")

_NEXT_STEP = {
    Resend.SUBMIT: (
        "Do not submit it again under new keys: look for these keys with find_position_instructions() until they are "
        "settled (error.idempotency_keys)"
    ),
    Resend.CANCEL: "Read the instruction's status with get_position_instruction(), or cancel it again by the same id",
    Resend.ONCE: "Do not repeat it: look at the positions and orders of the account first",
}
_WRONG_ID = (
    "Is the id the server's `id` of the instruction, and not the idempotency key that rows call `instruction_id` or "
    "`client_instruction_id`?"
)


def error(call: Call[T], result: Reply | Failure, *, outcome_unknown: bool | None = None) -> APIError:
    """The error of a call whose last attempt was `result`."""
    if outcome_unknown is None:
        outcome_unknown = call.operation.changes and call.unresolved is not None
    context = _context(call, outcome_unknown=outcome_unknown)
    error = _last_error(call, result, context)
    if not _is_cut_off(call, result):
        return error
    unsent = all(attempt.outcome == Outcome.NEVER_SENT for attempt in call.attempts)
    what = "nothing was sent" if unsent else f"it was not sent again; the last attempt: {error.message}"
    cut_off = call.cut_off(what, **context)
    cut_off.__cause__ = error if call.attempts else None
    return cut_off


def _is_cut_off(call: Call[T], result: Reply | Failure) -> bool:
    """Whether it was `not_after` that kept the call from being sent, or sent again."""
    never_sent = isinstance(result, Failure) and not result.sent
    return NOT_AFTER in (call.stopped_by, call.passed(result.received) if never_sent else None)


def _last_error(call: Call[T], result: Reply | Failure, context: dict[str, Any]) -> APIError:
    """What the last attempt ended in."""
    if isinstance(result, Failure):
        return _connection_error(call, result, context)
    if result.status < 300 and call.attempts[-1].outcome != Outcome.DONE:
        return APIResponseValidationError(
            "a success whose body is not what the operation answers with",
            status_code=result.status,
            body=result.body,
            **context,
        )
    return _status_error(call, result, context)


def all_refused(call: Call[T]) -> APIStatusError:
    """The error of a submit of which a look showed that every row was refused, with the status that the service has for
    that.
    """
    rows = _batch(call).rejected_rows
    status = 409 if all(existing_id(row) is not None for row in rows) else 422
    message = f"every instruction was refused (found by looking): {_reasons(rows)}"
    return status_error_class(status)(message, status_code=status, data=rows, **_context(call, outcome_unknown=False))


def not_cancelled(call: Call[T], last: Reply | Failure, row: PositionInstruction) -> ConflictError:
    """The error of a cancel that a look showed to have come too late."""
    return ConflictError(
        f"the instruction is {row.status} and can no longer be cancelled (found by looking)",
        status_code=409,
        headers=dict(last.headers),
        data=[row],
        **_context(call, outcome_unknown=False),
    )


def raise_if_refused(call: Call[T], reply: Reply, value: object) -> None:
    """The errors that the application asked for in a readable 2xx: departures from the spec, and rejected rows."""
    drift = getattr(value, "drift", ()) if call.settings.strict else ()
    rejected = call.batch.rejected_rows if call.batch is not None and call.raise_on_rejection else []
    if not drift and not rejected:
        return
    missing = call.batch is not None and bool(call.batch.unsettled)
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
        f"{len(rejected)} instruction(s) refused: {_reasons(rejected)}",
        status_code=reply.status,
        headers=dict(reply.headers),
        body=reply.json,
        error=seam.error_in(reply.json),
        data=rejected,
        **context,
    )


def note_key_for_id(call: Call[T], rows: Sequence[PositionInstruction]) -> None:
    """Remember whether the id that was not found is some row's idempotency key."""
    for row in rows:
        if row.instruction_id == call.prepared.instruction_id:
            call.advice = (
                f"The id given is the idempotency key of the instruction whose server `id` is {row.id!r}: use that"
            )


def note_what_is_shown(call: Call[T], rows: Sequence[PositionInstruction]) -> bool:
    """Remember how the list shows the instruction that could not be cancelled, for the error."""
    note_key_for_id(call, rows)
    shown = seam.rows_with_id(rows, cast("str", call.prepared.instruction_id))
    if len({row.status for row in shown}) == 1:
        call.shown = shown[0]
        status = call.shown.status
        if status in CANCEL_STATES:
            call.advice = f"The list of instructions shows that it is {status} already"
        elif status in TERMINAL_STATES:
            call.advice = f"The list of instructions shows that it was {status}"
        else:
            call.advice = f"The list of instructions shows it as {status}"
    return True


def annotate(call: Call[T], error: BaseException) -> bool:
    """Say on what interrupted a changing call (a cancelled task, Ctrl-C, a client closed) that its outcome is unknown,
    once a byte may have left that was not refused, and remember the call; whether that was so.
    """
    sent = call.in_flight is not None and call.in_flight.begun
    sent = sent or any(attempt.outcome in (Outcome.UNKNOWN, Outcome.DONE) for attempt in call.attempts)
    sent = sent or (call.batch is not None and bool(call.batch.unknown))  # a duplicate of a key of ours
    if not call.operation.changes or not sent:
        return False
    error.outcome_unknown = True  # type: ignore[attr-defined]
    error.idempotency_keys = tuple(call.idempotency_keys)  # type: ignore[attr-defined]
    shown = f" Keys: {listed(call.idempotency_keys)}." if call.idempotency_keys else ""
    error.add_note(
        f"{call.operation.method} {call.operation.path_template} was interrupted. OUTCOME UNKNOWN: the effect may have "
        f"happened.{shown} {_NEXT_STEP[call.operation.resend]}."
    )
    # What the application catches may be another exception (`asyncio.timeout`), or none (`anyio.move_on_after`).
    request = RequestInfo(call.operation.method, call.operation.path_template)
    keys = tuple(call.idempotency_keys)
    call.learnt.interrupted.append(InterruptedCall(request, call.request.path, keys, call.started_at))
    return True


def _context(call: Call[T], *, outcome_unknown: bool, reply: object = None) -> dict[str, Any]:
    last = call.attempts[-1] if call.attempts else None
    return {
        "request": RequestInfo(call.operation.method, call.operation.path_template),
        "request_id": last.request_id if last else None,
        "attempts": tuple(call.attempts),
        "outcomes": call.batch.outcomes() if call.batch else {},
        "candidates": tuple(call.batch.candidates) if call.batch and outcome_unknown else (),
        "existing_ids": call.batch.existing_ids() if call.batch else {},
        "reconciled": call.reconciled,
        "outcome_unknown": outcome_unknown,
        "reply": reply,
        "advice": _advice(call, outcome_unknown=outcome_unknown),
    }


def _advice(call: Call[T], *, outcome_unknown: bool) -> str | None:
    parts = [call.advice] if call.advice else []
    if outcome_unknown and call.batch is None:
        parts.append(_NEXT_STEP[call.operation.resend])
    elif outcome_unknown:
        entries = _batch(call).entries
        open_states = ("unknown", "undetermined")
        open_rows = [entry for entry in entries if entry.state in open_states]
        known = [f"{entry.key} {entry.state}" for entry in entries if entry.state not in open_states]
        unknown = [f"{e.key} (existing_id {e.existing_id})" if e.existing_id else e.key for e in open_rows]
        parts.append(f"Unknown: {listed(unknown)}" + (f"; known: {listed(known)}" if known else ""))
        parts.append(_NEXT_STEP[Resend.SUBMIT])
    return ". ".join(parts) or None


def _batch(call: Call[T]) -> Batch:
    return cast("Batch", call.batch)


def _reasons(rows: Sequence[PositionInstruction]) -> str:
    return "; ".join(f"{row.instruction_id}: {words_of(row)}" for row in rows[:3])


def _status_error(call: Call[T], reply: Reply, context: dict[str, Any]) -> APIStatusError:
    body = reply.json
    rows = call.batch.rejected_rows if call.batch is not None else []
    if call.batch is not None and not rows and not context["outcome_unknown"]:
        rows = seam.instructions_in(body)
    if call.shown is not None:
        rows = [call.shown]
    silence = "the reply does not tell what came of every instruction" if reply.status < 300 else "no message"
    if reply.status == 404 and call.prepared.instruction_id is not None and not call.advice:
        context["advice"] = ". ".join(filter(None, (context["advice"], _WRONG_ID)))
    if call.batch is not None and reply.status in (400, 422) and not rows and (pin := _name_to_pin(call, reply)):
        context["advice"] = ". ".join(filter(None, (context["advice"], pin)))
    return status_error_class(reply.status)(
        seam.error_message_in(body) or _reasons(rows) or silence,
        status_code=reply.status,
        headers=dict(reply.headers),
        body=body if body is not None else (reply.body or b"").decode("utf-8", "replace"),
        error=seam.error_in(body),
        data=rows,
        retry_after=policy.retry_after(reply.headers, call.at(reply.received)),
        **context,
    )


def _name_to_pin(call: Call[T], reply: Reply) -> str | None:
    """What to do where a batch may have been refused for a name of its keys."""
    pinned, names = call.settings.idempotency_key_name, call.key_names
    if pinned is not None and refused_name(reply, seam.key_names()):
        return f"The keys go out as `{pinned}` alone (idempotency_key_name={pinned!r}): leave that out"
    if len(names) == 1 or call.service.keys_echoed:
        return None
    return (
        f"The keys went out under the names {' and '.join(map(repr, names))}: if the service refuses one of these "
        "without saying so, pin the other with idempotency_key_name=..., an option of the client"
    )


def _connection_error(call: Call[T], failure: Failure, context: dict[str, Any]) -> APIConnectionError:
    cause = failure.cause
    if failure.status is not None:
        where = f"while the body of the reply (HTTP {failure.status}) was read"
    elif failure.sent:
        where = "after the request may have been sent"
    else:
        unsent = all(attempt.outcome == Outcome.NEVER_SENT for attempt in call.attempts)
        where = "before anything was sent" if unsent else "before the request was sent again"
    kind = APITimeoutError if failure.timed_out else APIConnectionError
    what = "timed out" if failure.timed_out else "failed"
    detail = f": {cause}" if not failure.sent and str(cause) else ""
    result = kind(f"the connection {what} {where}: {type(cause).__name__}{detail}", **context)
    result.__cause__ = cause
    return result
