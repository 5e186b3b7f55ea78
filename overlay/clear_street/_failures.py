"""Which error comes of a call that did not succeed: what is known, what is not, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from . import _policy as policy
from . import _seam as seam
from ._batch import existing_id
from ._outcomes import Failure, Reply
from ._states import REFUSED_STATES
from .errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    RequestInfo,
    status_error_class,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clear_street_api.models import PositionInstruction

    from ._call import Call

T = TypeVar("T")

_NEXT_STEP = {
    "submit": (
        "Do not submit it again under new keys: look for these keys with find_position_instructions() until they are "
        "settled (error.idempotency_keys)"
    ),
    "cancel": "Read the instruction's status with get_position_instruction(), or cancel it again by the same id",
    "once": "Do not repeat it: look at the positions and orders of the account first",
}
_WRONG_ID = (
    "Is the id the server's `id` of the instruction, and not the idempotency key that rows call `instruction_id`?"
)


def error(call: Call[T], result: Reply | Failure, *, outcome_unknown: bool | None = None) -> APIError:
    """The error of a call whose last attempt was `result`."""
    if outcome_unknown is None:
        outcome_unknown = call.operation.changes and call.unresolved is not None
    context = _context(call, outcome_unknown=outcome_unknown)
    rows = _refused_rows(call)
    if isinstance(result, Reply) and (result.status >= 300 or rows):
        return _status_error(call, result, rows, context)
    if rows and not outcome_unknown:
        duplicate = all(existing_id(row) is not None for row in rows)
        status = 409 if duplicate else 422
        return status_error_class(status)("every instruction was refused", status_code=status, data=rows, **context)
    if isinstance(result, Reply):
        return APIResponseValidationError(
            "a success whose body is not what the operation answers with",
            status_code=result.status,
            body=result.body,
            **context,
        )
    return _connection_error(result, context)


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
    if not drift and not (call.batch and call.raise_on_rejection):
        return
    unknown = call.batch is not None and bool(call.batch.open)
    context = _context(call, outcome_unknown=unknown, response=value)
    if drift:
        shown = ", ".join(f"{d.path}: {d.kind}, expected {d.expected}" for d in drift[:3])
        raise APIResponseValidationError(
            f"the reply departs from the spec in {len(drift)} place(s): {shown}",
            status_code=reply.status,
            body=reply.body,
            **context,
        )
    rows = [entry.row for entry in call.batch.entries if entry.row is not None] if call.batch else []
    rejected = [row for row in rows if row.status in REFUSED_STATES]
    if call.raise_on_rejection and rejected:
        raise rejection_error(rejected, reply.status, context)


def rejection_error(rejected: Sequence[PositionInstruction], status: int, context: Mapping[str, Any]) -> APIStatusError:
    """The error of a batch of which rows were refused."""
    reasons = "; ".join(f"{row.instruction_id}: {row.rejection_reason}" for row in rejected[:3])
    return APIStatusError(
        f"{len(rejected)} instruction(s) refused: {reasons}", status_code=status, data=rejected, **context
    )


def note_key_for_id(call: Call[T], rows: list[PositionInstruction]) -> bool:
    """Remember whether the id that was not found is some row's idempotency key."""
    for row in rows:
        if row.instruction_id == call.prepared.instruction_id:
            call.advice = (
                f"The id given is the idempotency key of the instruction whose server `id` is {row.id!r}: use that"
            )
    return True


def annotate(call: Call[T], error: BaseException) -> None:
    """Say on what interrupted a changing call (a cancelled task, Ctrl-C) that its outcome is unknown, once a byte may
    have left.
    """
    begun = call.in_flight is not None and call.in_flight.begun
    if not call.operation.changes or not (begun or call.unresolved is not None):
        return
    error.outcome_unknown = True  # type: ignore[attr-defined]
    error.idempotency_keys = tuple(call.idempotency_keys)  # type: ignore[attr-defined]
    keys = f" Keys: {', '.join(call.idempotency_keys)}." if call.idempotency_keys else ""
    error.add_note(
        f"{call.operation.method} {call.operation.path_template} was interrupted. OUTCOME UNKNOWN: the effect may have "
        f"happened.{keys} {_NEXT_STEP[call.operation.resend]}."
    )


def _context(call: Call[T], *, outcome_unknown: bool, response: object = None) -> dict[str, Any]:
    last = call.attempts[-1] if call.attempts else None
    return {
        "request": RequestInfo(call.operation.method, call.operation.path_template),
        "request_id": last.request_id if last else None,
        "attempts": tuple(call.attempts),
        "outcomes": call.batch.outcomes() if call.batch else {},
        "candidates": tuple(call.batch.candidates) if call.batch else (),
        "outcome_unknown": outcome_unknown,
        "response": response,
        "advice": _advice(call, outcome_unknown=outcome_unknown),
    }


def _advice(call: Call[T], *, outcome_unknown: bool) -> str | None:
    if call.advice:
        return call.advice
    if not outcome_unknown:
        return None
    if call.batch is None:
        return _NEXT_STEP[call.operation.resend]
    known = [f"{entry.key} {entry.state}" for entry in call.batch.entries if not entry.open]
    unknown = [
        entry.key + (f" (existing_id {entry.existing_id})" if entry.existing_id else "") for entry in call.batch.open
    ]
    text = f"Unknown: {', '.join(unknown)}"
    if known:
        text += f"; known: {', '.join(known)}"
    return f"{text}. {_NEXT_STEP['submit']}"


def _refused_rows(call: Call[T]) -> list[PositionInstruction]:
    if call.batch is None:
        return []
    return [entry.row for entry in call.batch.entries if entry.row is not None and entry.state == "rejected"]


def _status_error(
    call: Call[T], reply: Reply, rows: Sequence[PositionInstruction], context: dict[str, Any]
) -> APIStatusError:
    body = reply.json
    envelope = seam.error_in(body)
    kind = status_error_class(reply.status)
    message = (envelope.message if envelope else None) or "no message"
    if reply.status == 404 and call.prepared.instruction_id is not None and context["advice"] is None:
        context["advice"] = _WRONG_ID
    return kind(
        message,
        status_code=reply.status,
        headers=dict(reply.headers),
        body=body if body is not None else (reply.body or b"").decode("utf-8", "replace"),
        error=envelope,
        data=rows,
        retry_after=policy.retry_after(reply.headers, call.at(reply.received)),
        **context,
    )


def _connection_error(failure: Failure, context: dict[str, Any]) -> APIConnectionError:
    cause = failure.cause
    name = type(cause).__name__
    where = "before anything was sent" if not failure.sent else "after the request may have been sent"
    if failure.status is not None:
        where = f"while the body of the reply (HTTP {failure.status}) was read"
    kind = APITimeoutError if failure.timed_out else APIConnectionError
    what = "timed out" if failure.timed_out else "failed"
    detail = f" {cause}" if not failure.sent and str(cause) else ""
    result = kind(f"the connection {what} {where}: {name}{detail}", **context)
    result.__cause__ = cause
    return result
