"""Tell the functions in `on_event` what a call does. It is imported for the first call of a client that has any.

What they raise changes nothing, but for an interruption: docs/safety.md, "What the caller learns".
"""

from __future__ import annotations

import inspect
from itertools import count
from logging import WARNING
from typing import TYPE_CHECKING, Any, Literal, cast

from .._api import requests
from .._logging import log
from .._outcomes import Attempt, Failure, Outcome, Reply
from .._signals import raised_by_signal_handler
from ..errors import ClearStreetError
from ..events import AttemptEnded, AttemptStarted, CallEnded, CallStarted, Departed, Pausing, Transition
from . import failures, policy
from .changes import InstructionChange
from .steps import is_foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..events import Event
    from .call import Call
    from .changes import OrderChange
    from .effects import Send
    from .kinds import Kind

_NUMBERS = count()


class Listener:
    """Tells the functions in `on_event` what happens to one call, in pairs: whatever started also ends."""

    __slots__ = ("_attempts", "_begun", "_is_over", "_looks", "_number", "_open", "_send")

    def __init__(self) -> None:
        self._number = next(_NUMBERS)
        self._attempts = 0
        self._looks = 0
        self._is_over = False
        self._open: AttemptStarted | None = None
        """The request that is being made."""
        self._send: Send
        self._begun: float

    def start(self, call: Call[Any]) -> None:
        """Tell that a call has started."""
        asked = call.asked
        name, method, path_template = asked.operation.name, asked.operation.method, asked.operation.path_template
        base_url, started_at = asked.settings.base_url, call.time.started_at
        tell(call, CallStarted(self._number, name, method, path_template, base_url, started_at))

    def start_attempt(self, call: Call[Any], send: Send, *, is_look: bool = False) -> None:
        """Tell that a request is about to be sent."""
        self._attempts += not is_look
        self._looks += is_look
        self._send, self._begun = send, call.clock.monotonic()
        number = self._looks if is_look else self._attempts
        request = send.request
        self._open = AttemptStarted(
            self._number, call.asked.operation.name, number, is_look, request.method, request.path_template
        )
        tell(call, self._open)

    def end_attempt(self, call: Call[Any], attempt: Attempt) -> None:
        """Tell how a request ended."""
        started, self._open = cast("AttemptStarted", self._open), None
        tell(call, AttemptEnded(*started, attempt))

    def end_look(self, call: Call[Any], result: Reply | Failure) -> None:
        """Tell how a look ended."""
        json = result.json if isinstance(result, Reply) else None
        response: Any = cast("Kind", call.asked.kind).listing.response
        readable = json is not None and requests.has_data(response(), json, exact=False)
        outcome = policy.classify(result, readable=readable, foreign=is_foreign(call, result))
        failure = type(result.cause).__name__ if isinstance(result, Failure) else None
        request_id = requests.request_id_in(json) or policy.single(result.headers.get("x-request-id", "")) or None
        self.end_attempt(call, self._attempt(call, result.received, outcome, failure, result.status, request_id))

    def pause(self, call: Call[Any], now: float, seconds: float) -> None:
        """Tell that the call is about to wait from `now` on."""
        is_asked = call.time.quiet_until - now >= seconds
        because: Literal["backoff", "retry_after"] = "retry_after" if is_asked else "backoff"
        until = call.time.wall_clock(now + seconds)
        tell(call, Pausing(self._number, call.asked.operation.name, seconds, because, until))

    def depart(self, call: Call[Any], kinds: Sequence[str]) -> None:
        """Tell in which new ways a reply departs from the spec."""
        tell(call, Departed(self._number, call.asked.operation.name, tuple(kinds)))

    def end(self, call: Call[Any], error: BaseException | None) -> None:
        """Tell that a call has ended, with `error` or a value. Only the first time counts."""
        if self._is_over:
            return
        self._is_over = True
        try:
            if self._open is not None:
                outcome = Outcome.UNKNOWN if self._send.begun else Outcome.NEVER_SENT
                now, failure = call.clock.monotonic(), type(error).__name__
                self.end_attempt(call, self._attempt(call, now, outcome, failure, None, None))
        finally:
            tell(call, self._ended(call, error))

    def _attempt(
        self,
        call: Call[Any],
        now: float,
        outcome: Outcome,
        failure: str | None,
        status: int | None,
        request_id: str | None,
    ) -> Attempt:
        begun = self._begun
        return Attempt(call.time.wall_clock(begun), now - begun, outcome.value, failure, status, request_id)

    def _ended(self, call: Call[Any], error: BaseException | None) -> CallEnded:
        batch = call.history.batch
        states = [] if batch is None else [entry.state for entry in batch.entries]
        is_unknown = error.outcome_unknown if isinstance(error, ClearStreetError) else failures.is_in_doubt(call)
        outcome: Literal["done", "failed", "unknown"] = "done"
        if error is not None:
            outcome = "unknown" if is_unknown else "failed"
        return CallEnded(
            self._number,
            call.asked.operation.name,
            outcome,
            None if error is None else type(error).__name__,
            call.clock.monotonic() - call.time.started,
            self._attempts,
            self._looks,
            call.history.reconciled,
            accepted=states.count("landed"),
            rejected=states.count("rejected"),
            undetermined=states.count("undetermined"),
            unknown=states.count("unknown"),
        )


def listen(call: Call[Any]) -> None:
    """Give a call its listener, and tell that it has started."""
    listener = Listener()
    call.history.listen(listener)
    listener.start(call)


def tell(call: Call[Any], event: Event) -> None:
    """Call each function in `on_event` with an event. An exception that one raises is logged, once for each class.

    An interruption, such as Ctrl-C or the exception of a signal handler, is raised when all of them were called.
    """
    interruption: BaseException | None = None
    for function in cast("Sequence[Callable[..., object]]", call.asked.settings.on_event):
        try:
            answer = function(event)
            if inspect.iscoroutine(answer):
                answer.close()
                _note(call, function, "returned a coroutine, which is not awaited")
        except BaseException as error:
            raised = raised_by_signal_handler(error) if isinstance(error, Exception) else error
            if raised is None:
                _note(call, function, f"raised {type(error).__name__}")
            interruption = interruption or raised
    if interruption is not None:
        raise interruption


def tell_transitions(call: Call[Any], changes: Iterable[InstructionChange | OrderChange]) -> None:
    """Tell what a wait or a watch has seen."""
    for change in changes:
        seen = change.previous_status, change.at, change.is_anomaly
        if isinstance(change, InstructionChange):
            tell(call, Transition("instruction", change.instruction, *seen))
        else:
            tell(call, Transition("order", change.order, *seen))


def _note(call: Call[Any], function: Callable[..., object], what: str) -> None:
    """Log what a function did that it should not have, unless that was logged before."""
    name = f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"
    if call.shared.is_new_complaint(f"{name} {what}"):
        log(WARNING, "on_event: %s %s; calls go on, and no more of these are logged", name, what)
