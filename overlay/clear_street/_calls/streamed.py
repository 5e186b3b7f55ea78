"""A reply whose body the application reads itself: what it comes to when it was read, or when that broke off."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from .._api.json import read_object
from .._api.operations import Resend
from .._outcomes import Failure
from . import failures
from .cancel import settle_cancel
from .steps import Completed, completed_with, explain, is_foreign, is_readable
from .submit import look_for_rows, merged, take_done

if TYPE_CHECKING:
    from .._outcomes import Reply
    from .call import Call
    from .effects import Flow

T = TypeVar("T")


def finish(completed: Completed[T], body: bytes | BaseException) -> Flow[None]:
    """The value of a streamed reply, out of its body, or out of what reading that failed with."""
    try:
        settled = yield from _settled(completed, body)
    except BaseException as error:
        explain(completed.call, error)
        raise
    completed.value = settled.value


def lost(completed: Completed[T], error: BaseException) -> NoReturn:
    """Raise what it means that a streamed reply broke off while the application read its bytes."""
    call = completed.call
    try:
        result = _broken_off(call, completed.reply, error)
    except BaseException as interruption:
        explain(call, interruption)
        raise
    call.lose(result)
    failure = failures.error(call, result)
    explain(call, failure)
    raise failure


def _settled(completed: Completed[T], body: bytes | BaseException) -> Flow[Completed[T]]:
    """What a streamed reply comes to: it is settled as one that came whole, but that nothing is sent again."""
    call, reply = completed.call, completed.reply
    result: Reply | Failure = reply
    if isinstance(body, BaseException):
        result = _broken_off(call, reply, body)
    else:
        reply.body, reply.json = body, read_object(body)
    if is_foreign(call, result) or not is_readable(call, result):
        call.lose(result)
    elif call.batch is None:
        return completed_with(call, reply)
    else:
        take_done(call, call.batch, result)
    if call.batch is not None:
        yield from look_for_rows(call, call.batch, again=False)
        return merged(call, call.batch, result)
    if call.operation.resend == Resend.CANCEL:
        return (yield from settle_cancel(call, result))
    raise failures.error(call, result)


def _broken_off(call: Call[T], reply: Reply, error: BaseException) -> Failure:
    """The failure of a reply whose body broke off; an interruption goes on its way."""
    if not isinstance(error, Exception):
        raise error
    now = call.clock.monotonic()
    timed_out = isinstance(error, TimeoutError) or "Timeout" in type(error).__name__
    return Failure(error, now, sent=True, timed_out=timed_out, status=reply.status, headers=reply.headers)
