"""Make a call, from its first request to its value or error: a flow, which `_http.driver` runs.

The operation's rule (`Resend`) selects the flow. `policy` has the table of what is sent again; `failures` makes errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._api.operations import Resend
from .._outcomes import Outcome
from . import failures, policy
from .cancel import change
from .policy import Action
from .steps import Completed, attempt, completed_with, explain, log_end, note_candidates, pause, tell_intent
from .submit import submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._outcomes import Reply
    from .call import Call
    from .effects import Flow

T = TypeVar("T")


def exchange(call: Call[T]) -> Flow[Completed[T]]:
    """Make a whole call. Its end is logged, and an interruption is marked with the outcome."""
    asked, history = call.asked, call.history
    operation = asked.operation
    try:
        if asked.settings.on_event is not None:
            from .telling import listen

            listen(call)
        if operation.changes:
            # docs/safety.md, "Replies that are not what they should be": an import that fails later hides a success.
            call.preload()
        completed = yield from _FLOWS.get(operation.resend, _plain)(call)
        log_end(call, "reconciled" if history.reconciled else "done")
        # A streamed call ends when its response is closed.
        if history.listener is not None and not asked.stream:
            history.listener.end(call, None)
    except BaseException as error:
        try:
            explain(call, error)
        except BaseException as interruption:
            # docs/safety.md, "What the caller learns": it takes the place of an error that may say "unknown".
            failures.annotate(call, interruption)
            raise
        raise
    return completed


def _plain(call: Call[T]) -> Flow[Completed[T]]:
    """Read, close, or change something by a path that the spec does not know.

    docs/safety.md, "Closing positions": once a byte may have left, a change is never sent again. Rows that a
    look shows may be its effect, but that is never certain.
    """
    asked = call.asked
    if asked.operation.changes and asked.settings.on_intent is not None:
        yield from tell_intent(call, asked.settings.on_intent, (), asked.request)
    while True:
        result, outcome = yield from attempt(call, asked.request)
        # For a change, the table has AGAIN only if nothing was done: never sent, or a 429.
        action = policy.decide(asked.operation.resend, outcome, result.status)
        if action is Action.RETURN:
            return completed_with(call, cast("Reply", result))
        if action is Action.AGAIN:
            again = yield from pause(call)
            if again:
                continue
        if outcome is Outcome.UNKNOWN and asked.kind is not None:
            yield from note_candidates(call)
        raise failures.error(call, result)


_FLOWS: dict[str, Callable[[Call[Any]], Flow[Completed[Any]]]] = {
    Resend.SUBMIT: submit,
    Resend.CANCEL: change,
    Resend.REPLACE: change,
}
"""The flows of calls that may be sent again after an unknown outcome; all others are plain."""
