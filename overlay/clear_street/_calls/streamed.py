"""Finish a call whose reply the application reads itself, when it has been read or could not be read to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._api.json import read_object
from .._api.operations import Resend
from .._outcomes import Failure
from ..errors import ClearStreetError
from . import failures
from .cancel import settle
from .effects import BodyConsumed, Read
from .steps import Completed, completed_with, explain, is_foreign, is_readable, note_candidates
from .submit import apply_success, look_for_rows, merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._outcomes import Reply
    from .call import Call
    from .effects import Flow

T = TypeVar("T")


def finish(completed: Completed[T], read: Callable[[], object]) -> Flow[None]:
    """Read the body of a streamed reply, and settle the call by it, or by the error of reading it."""
    try:
        body: bytes | BaseException = yield Read(read, completed.call.asked.limits.timeout.total)
    except BodyConsumed:
        raise _consumed(completed) from None
    except BaseException as error:
        body = error.with_traceback(None)
    try:
        settled = yield from _settled(completed, body)
    except BaseException as error:
        explain(completed.call, error)
        raise
    completed.value = settled.value


def read_whole(completed: Completed[T], read: Callable[[], object]) -> Flow[Any]:
    """Read the whole body of a reply, within the time-out of an attempt."""
    return (yield from _read(completed, Read(read, completed.call.asked.limits.timeout.total)))


def read_piece(completed: Completed[T], read: Callable[[], object]) -> Flow[Any]:
    """Read the next piece of a body. Returns None at its end."""
    return (yield from _read(completed, Read(read)))


def _read(completed: Completed[T], effect: Read) -> Flow[Any]:
    """Read bytes of a streamed reply. If that fails, raise the error of the call, whose outcome may be unknown."""
    try:
        return (yield effect)
    except BodyConsumed:
        raise _consumed(completed) from None
    except BaseException as error:
        cause = error.with_traceback(None)
    call = completed.call
    try:
        result = _broken_off(call, completed.reply, cause)
    except BaseException as interruption:
        explain(call, interruption)
        raise
    call.history.mark_unknown(result)
    failure = failures.error(call, result)
    explain(call, failure)
    raise failure


def _consumed(completed: Completed[T]) -> ClearStreetError:
    """Return the error for a body that was already consumed. If an earlier read failed, the outcome stays unknown."""
    error = ClearStreetError(
        "The body can be read only once, and only within the `with` statement of its response: it was read piece by "
        "piece, or the statement has ended. Make the call again without streaming if it is a read."
    )
    error.outcome_unknown = completed.call.asked.operation.changes and completed.call.history.may_have_landed
    return error


def _settled(completed: Completed[T], body: bytes | BaseException) -> Flow[Completed[T]]:
    """Settle a call by a streamed reply, as by any other reply, except that nothing is sent again."""
    call, reply = completed.call, completed.reply
    history = call.history
    batch = history.batch
    result: Reply | Failure = reply
    if isinstance(body, BaseException):
        result = _broken_off(call, reply, body)
    else:
        reply.body, reply.json = body, read_object(body)
    if is_foreign(call, result) or not is_readable(call, result):
        history.mark_unknown(result)
    elif batch is None:
        return completed_with(call, reply)
    else:
        apply_success(call, batch, result)
    if batch is not None:
        yield from look_for_rows(call, batch, again=False)
        return merged(call, batch, result)
    if call.asked.operation.resend in (Resend.CANCEL, Resend.REPLACE):
        return (yield from settle(call, result))
    if call.asked.kind is not None:
        yield from note_candidates(call)
    raise failures.error(call, result)


def _broken_off(call: Call[T], reply: Reply, error: BaseException) -> Failure:
    """Return the failure of a reply whose body could not be read to its end; raise an interruption unchanged."""
    if not isinstance(error, Exception):
        raise error
    now = call.clock.monotonic()
    timed_out = "Timeout" in type(error).__name__
    return Failure(error, now, sent=True, timed_out=timed_out, status=reply.status, headers=reply.headers)
