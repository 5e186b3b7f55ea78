"""Every exception that this package raises.

::

    ClearStreetError
    ├── ArgumentError (also a ValueError)      an argument was refused; nothing was sent
    ├── APIError                               a call was made and did not succeed
    │   ├── APIConnectionError                 no complete reply arrived
    │   │   └── APITimeoutError                no complete reply arrived in time
    │   ├── CutoffPassedError                  `not_after` passed before it was sent, or sent again
    │   ├── APIResponseValidationError         a 2xx with an unexpected body
    │   └── APIStatusError                     the service answered with an error
    │       ├── BadRequestError                400
    │       ├── AuthenticationError            401
    │       ├── PermissionDeniedError          403
    │       ├── NotFoundError                  404
    │       ├── ConflictError                  409
    │       ├── UnprocessableEntityError       422
    │       ├── RateLimitError                 429
    │       └── InternalServerError            5xx
    ├── InstructionFailedError                 an instruction ended in REJECTED, ENGINE_REJECTED or CANCEL_FAILED
    ├── OrderFailedError                       an order ended in REJECTED, CANCELED or EXPIRED
    └── WaitTimeoutError                       the time of a wait ended before what it waited for was settled

Check ``outcome_unknown`` first, which every error has: it is True exactly if the effect may have happened and the
client could not find out. Errors can be pickled and copied with `copy.deepcopy`, and never contain the API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ._annotations import resolvable
from ._explained import explain
from ._text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clear_street_api.models import APIError as ErrorBody
    from clear_street_api.models import Order, PositionInstruction
    from clear_street_api.types import Response

    from ._outcomes import Attempt
    from ._states import Rejection

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArgumentError",
    "AuthenticationError",
    "BadRequestError",
    "ClearStreetError",
    "ConflictError",
    "CutoffPassedError",
    "InstructionFailedError",
    "InternalServerError",
    "InterruptedCall",
    "NotFoundError",
    "OrderFailedError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestInfo",
    "StateSeen",
    "UnprocessableEntityError",
    "WaitTimeoutError",
]


class RequestInfo(NamedTuple):
    """Which request an error is about."""

    method: str
    """The HTTP method."""
    path_template: str
    """The path with the names of its parameters, such as ``/v1/accounts/{account_id}/positions``. It contains no ids,
    so it may be logged.
    """


if TYPE_CHECKING:
    pass  # with `__getattr__`, a type checker would accept every name
else:

    def _no_name(request: RequestInfo, name: str) -> NoReturn:
        from ._moving import advice

        theirs = "" if name.startswith("_") else f"; {advice('request', 'error')}"
        raise AttributeError(f"'RequestInfo' object has no attribute {name!r}{theirs}", name=name, obj=request)

    RequestInfo.__getattr__ = _no_name


class InterruptedCall(NamedTuple):
    """A changing call that was stopped from outside after it may have had its effect, so that its outcome is unknown.

    A cancelled task, a time-out of the application's own, or Ctrl-C stops a call.
    """

    request: RequestInfo
    """Method and path template of the call."""
    path: str
    """The path itself. It contains the account's id: do not log it."""
    idempotency_keys: tuple[str, ...]
    """For a submit, the idempotency keys of its rows, in the order in which they were given: look for these."""
    started_at: datetime
    """When the call began, by the client's clock (aware, UTC)."""


class StateSeen(NamedTuple):
    """A state in which an instruction or an order was seen during a wait."""

    status: str | None
    """The status, as the service wrote it; None while the instruction was not in the list."""
    at: datetime
    """When the instruction was first seen in this state, by the client's clock (aware, UTC)."""


def _restore(kind: type[ClearStreetError], args: tuple[Any, ...], state: dict[str, Any]) -> ClearStreetError:
    error = kind.__new__(kind, *args)
    error.args = args
    if "response" in state:  # pickled by release 0.1, where `reply` had this name
        state["reply"] = state.pop("response")
    error.__dict__.update(state)
    return error


class ClearStreetError(Exception):
    """The base class of every exception that this package raises."""

    outcome_unknown: bool = False
    """True exactly if the call may have had its effect and the client could not find out."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        explain(cls)

    def __init__(self, *args: object) -> None:
        # Messages quote text of the service or the caller, which may have line breaks. Attributes have it unchanged.
        super().__init__(*(one_line(arg) if isinstance(arg, str) else arg for arg in args))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


class ArgumentError(ClearStreetError, ValueError):
    """An argument cannot be used, and nothing was sent.

    The message names the argument, the value (unless it may be secret) and what to write instead.
    """


class APIError(ClearStreetError):
    """A call was made and did not succeed."""

    message: str
    """What went wrong, without the method and path: the service's own message if it sent one, on one line and cut if
    it is long. For an `APIStatusError`, `body` has it unchanged.
    """
    request: RequestInfo | None
    """Method and path template of the call."""
    request_id: str | None
    """The service's id of the call's last request, to quote to its support; None if that request has no reply, or a
    reply without an id.
    """
    attempts: tuple[Attempt, ...]
    """Each request that was made, with its time, its result, its status and its request id."""
    outcomes: dict[str, str]
    """For a submit, what is known about each row, by its idempotency key: ``"landed"``; ``"rejected"``, which is final;
    ``"refused_for_now"`` (after a 429, or a 5xx which says that nothing was stored: the row may be submitted again);
    ``"not_sent"``; or ``"unknown"``.
    """
    candidates: tuple[PositionInstruction | Order, ...]
    """After an unknown outcome, rows that may be its effect: of a submit, those under another key; of a close, the
    orders that have appeared since the call began. Somebody else may have caused them.
    """
    existing_ids: dict[str, str]
    """For each row of a submit that the service called a duplicate, and that no look could settle: the server's `id` of
    the instruction that it named, by the row's idempotency key.
    """
    reconciled: bool
    """Whether a look at the account's instructions answered what a reply did not, for at least a part of the call."""
    reply: Response | None
    """The decoded reply, if the call succeeded at the service and raised because the application asked for that
    (``strict``, ``raise_on_rejection``); else None.
    """

    def __init__(
        self,
        message: str,
        *,
        request: RequestInfo | None = None,
        request_id: str | None = None,
        attempts: Sequence[Attempt] = (),
        outcomes: Mapping[str, str] | None = None,
        candidates: Sequence[PositionInstruction | Order] = (),
        existing_ids: Mapping[str, str] | None = None,
        reconciled: bool = False,
        reply: Response | None = None,
        outcome_unknown: bool = False,
        advice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = str(self.args[0])
        self.request = request
        self.request_id = request_id
        self.attempts = tuple(attempts)
        self.outcomes = dict(outcomes or {})
        self.candidates = tuple(candidates)
        self.existing_ids = dict(existing_ids or {})
        self.reconciled: bool = reconciled
        self.reply = reply
        self.outcome_unknown: bool = outcome_unknown
        self._advice = advice

    @property
    def idempotency_keys(self) -> tuple[str, ...]:
        """For a submit, the idempotency keys of its rows, in the order in which they were given. Look for these if the
        outcome is unknown.
        """
        return tuple(self.outcomes)

    if TYPE_CHECKING:
        pass  # with `__getattr__`, a type checker would accept every name
    else:

        def __getattr__(self, name: str) -> object:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name == "response":
                message += ": see error.status_code, error.headers and error.body; error.reply is the decoded reply"
            elif not name.startswith("_"):
                from ._moving import advice

                message += f"; {told}" if (told := advice(name, "error")) else ""
            raise AttributeError(message, name=name, obj=self)

    def _summary(self) -> str:
        return self.message

    def __str__(self) -> str:
        parts = [f"{self.request.method} {self.request.path_template}: "] if self.request else []
        parts.append(self._summary())
        facts = [f"request id {one_line(self.request_id, 200)}"] if self.request_id else []
        if self.attempts:
            facts.append(f"{len(self.attempts)} attempt{'s' if len(self.attempts) > 1 else ''}")
        if facts:
            parts.append(f" ({', '.join(facts)})")
        if self.outcome_unknown:
            parts.append(". OUTCOME UNKNOWN: the effect may have happened")
        if self._advice:
            parts.append(f". {one_line(self._advice)}")
        return "".join(parts)


class APIConnectionError(APIError):
    """No complete reply arrived: there was no connection, or the connection broke."""


class APITimeoutError(APIConnectionError):
    """No complete reply arrived in time."""


class CutoffPassedError(APIError):
    """The time in `not_after` passed before the call could be sent, or sent again.

    `outcome_unknown` and `outcomes` say what earlier attempts did. If there were any, ``__cause__`` is the error that
    the call would have raised after the last of them.
    """

    not_after: datetime
    """The time after which nothing may be sent, as the application gave it."""
    client_time: datetime
    """When the call gave up, by the client's clock (aware, UTC)."""

    def __init__(self, message: str, *, not_after: datetime, client_time: datetime, **context: Any) -> None:
        super().__init__(message, **context)
        self.not_after = not_after
        self.client_time = client_time


class APIResponseValidationError(APIError):
    """The service answered a 2xx with an unexpected body: it cannot be read, it does not answer the request or, with
    ``strict``, it departs from the spec.
    """

    status_code: int
    """The HTTP status."""
    body: bytes | None
    """The body, unchanged; None if it was not read to its end."""

    def __init__(self, message: str, *, status_code: int, body: bytes | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.status_code = status_code
        self.body = body


class APIStatusError(APIError):
    """The service answered with an error, or rejected rows and the application asked for an error then."""

    status_code: int
    """The HTTP status."""
    headers: dict[str, str]
    """The reply's headers, with names in lower case."""
    body: object
    """The reply's body: decoded if it is JSON, else the text."""
    error: ErrorBody | None
    """The error in the service's envelope (code, message, details); None if the reply has none."""
    data: tuple[PositionInstruction | Order, ...]
    """For a refused submit, its rows, in the order of the reply; for a refused cancel, the instruction or order, if
    the list shows it.
    """
    retry_after: float | None
    """The seconds that the service asked the client to wait; None if it did not say."""

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        error: ErrorBody | None = None,
        data: Sequence[PositionInstruction | Order] = (),
        retry_after: float | None = None,
        **context: Any,
    ) -> None:
        super().__init__(message, **context)
        self.status_code = status_code
        self.headers = dict(headers or {})
        self.body = body
        self.error = error
        self.data = tuple(data)
        self.retry_after = retry_after

    @property
    def rejections(self) -> list[Rejection]:
        """The instructions in `data`, each with the reason for its rejection."""
        from ._states import rejections

        rows: list[Any] = [row for row in self.data if hasattr(row, "rejection")]
        return rejections(rows)

    @property
    def code(self) -> int | None:
        """The error code in the service's envelope; None if the reply has none."""
        return self.error.code if self.error else None

    def _summary(self) -> str:
        code = f", code {self.code}" if self.code is not None and self.code != self.status_code else ""
        return f"HTTP {self.status_code}{code}: {self.message}"


class BadRequestError(APIStatusError):
    """400: the request is malformed or fails validation."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, wrong or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the API key has no permission for this."""


class NotFoundError(APIStatusError):
    """404: no such account, instrument or instruction."""


class ConflictError(APIStatusError):
    """409: the state at the service does not allow it. The instruction is terminal, or the idempotency key was used."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well formed but cannot be carried out; for example, the service does not know the symbol."""


class RateLimitError(APIStatusError):
    """429: there were too many requests. `retry_after` has the seconds to wait, if the service said so."""


class InternalServerError(APIStatusError):
    """5xx: the service failed. The effect of a changing call may have happened: see `outcome_unknown`."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error_class(status_code: int) -> type[APIStatusError]:
    """Return the class of the error for an HTTP status."""
    if status_code >= 500:
        return InternalServerError
    return _BY_STATUS.get(status_code, APIStatusError)


class InstructionFailedError(ClearStreetError):
    """One or more instructions failed: they ended in REJECTED, ENGINE_REJECTED or CANCEL_FAILED, or in a state other
    than the one waited for.
    """

    instructions: tuple[PositionInstruction, ...]
    """The instructions that failed, each with its `status` and `rejection_reason`."""
    history: tuple[StateSeen, ...]
    """Every state in which the first failed instruction was seen, with its time; empty if there was no wait."""
    rows: tuple[PositionInstruction, ...]
    """Every instruction of the wait, as last seen, in the order of the ids, without those that never appeared."""
    states: dict[str, str | None]
    """The last state of every row of the wait, by id; None if it never appeared."""

    def __init__(
        self,
        message: str,
        *,
        instructions: Sequence[PositionInstruction],
        history: Sequence[StateSeen] = (),
        rows: Sequence[PositionInstruction] = (),
        states: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.history = tuple(history)
        self.rows = tuple(rows)
        self.states = dict(states or {})
        self.instructions = tuple(instructions)

    @property
    def instruction(self) -> PositionInstruction:
        """The first instruction that failed."""
        return self.instructions[0]


class OrderFailedError(ClearStreetError):
    """One or more orders failed: they ended in REJECTED, CANCELED or EXPIRED, or in a state that was not waited for.

    A part may be filled even so: see `filled_quantity`.
    """

    orders: tuple[Order, ...]
    """The orders that failed, each with its `status`, `filled_quantity` and `details`."""
    history: tuple[StateSeen, ...]
    """Every state in which the first failed order was seen, with its time; empty if there was no wait."""
    rows: tuple[Order, ...]
    """Every order of the wait, as last seen, in the order of the ids, without those that never appeared."""
    states: dict[str, str | None]
    """The last state of every order of the wait, by id; None if it never appeared."""

    def __init__(
        self,
        message: str,
        *,
        orders: Sequence[Order],
        history: Sequence[StateSeen] = (),
        rows: Sequence[Order] = (),
        states: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.history = tuple(history)
        self.rows = tuple(rows)
        self.states = dict(states or {})
        self.orders = tuple(orders)

    @property
    def order(self) -> Order:
        """The first order that failed."""
        return self.orders[0]


class WaitTimeoutError(ClearStreetError):
    """The time of a wait ended before its instructions or orders reached the state waited for."""

    last_seen: PositionInstruction | Order | None
    """The first row that did not reach it, as it was last seen; None if it never appeared."""
    history: tuple[StateSeen, ...]
    """Every state in which that row was seen, with its time."""
    rows: tuple[PositionInstruction | Order, ...]
    """Every row of the wait, as last seen, in the order of the ids, without those that never appeared."""
    states: dict[str, str | None]
    """The last state of every row of the wait, by id; None if it never appeared."""

    def __init__(
        self,
        message: str,
        *,
        last_seen: PositionInstruction | Order | None = None,
        history: Sequence[StateSeen] = (),
        rows: Sequence[PositionInstruction | Order] = (),
        states: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.history = tuple(history)
        self.rows = tuple(rows)
        self.states = dict(states or {})
        self.last_seen = last_seen


explain(RequestInfo, InterruptedCall, StateSeen, ClearStreetError)
resolvable(
    globals(),
    RequestInfo,
    InterruptedCall,
    StateSeen,
    ClearStreetError,
    APIError,
    CutoffPassedError,
    APIResponseValidationError,
    APIStatusError,
    InstructionFailedError,
    OrderFailedError,
    WaitTimeoutError,
)
