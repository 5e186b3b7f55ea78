"""Every exception that this package raises.

::

    ClearStreetError
    ├── ArgumentError (also a ValueError)      refused before anything was sent
    ├── APIError                               a call was made
    │   ├── APIConnectionError                 no complete reply came
    │   │   └── APITimeoutError                ... in time
    │   ├── CutoffPassedError                  the time in `not_after` kept it from being sent, or sent again
    │   ├── APIResponseValidationError         a 2xx that is not what it should be
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
    └── WaitTimeoutError                       waiting ended before the instructions did

``outcome_unknown`` on the root is the question to ask first: True exactly when the effect may have happened and it
could not be found out. Errors survive pickling and `copy.deepcopy`, and never hold the API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._annotations import resolvable
from ._text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clear_street_api.models import APIError as ErrorBody
    from clear_street_api.models import PositionInstruction
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
    """The path with its parameters' names, such as ``/v1/accounts/{account_id}/positions``: no ids, so that it can be
    logged.
    """


class InterruptedCall(NamedTuple):
    """A changing call that was stopped from outside (cancelled, timed out by the application, Ctrl-C) after it may have
    had its effect: its outcome is unknown.
    """

    request: RequestInfo
    """Method and path template of the call."""
    path: str
    """The path itself, which has the account's id, so that it does not belong into a log."""
    idempotency_keys: tuple[str, ...]
    """For a submit, the idempotency keys of its rows in the caller's order: what to look for."""
    started_at: datetime
    """When the call began, by the client's clock (aware, UTC)."""


class StateSeen(NamedTuple):
    """One state that an instruction was seen in while it was waited for."""

    status: str | None
    """The status as the service named it; None while the instruction was not in the list."""
    at: datetime
    """When it was first seen in this state, by the client's clock (aware, UTC)."""


def _restore(kind: type[ClearStreetError], args: tuple[Any, ...], state: dict[str, Any]) -> ClearStreetError:
    error = kind.__new__(kind, *args)
    error.args = args
    if "response" in state:  # as release 0.1 called it
        state["reply"] = state.pop("response")
    error.__dict__.update(state)
    return error


class ClearStreetError(Exception):
    """The root of every exception that this package raises."""

    outcome_unknown: bool = False
    """True exactly when the call may have had its effect and it could not be found out whether it has."""

    def __init__(self, *args: object) -> None:
        # Messages quote what the service or the caller made up; the raw text is on the attributes.
        super().__init__(*(one_line(arg) if isinstance(arg, str) else arg for arg in args))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


class ArgumentError(ClearStreetError, ValueError):
    """An argument that cannot be used; nothing was sent. The message names the argument, the value and the remedy."""


class APIError(ClearStreetError):
    """A call that was made and did not succeed."""

    message: str
    """What went wrong, without the request: the service's own message, where it sent one, on one line and of bounded
    length. As it came, it is on `body`.
    """
    request: RequestInfo | None
    """Method and path template of the call."""
    request_id: str | None
    """The service's id of the last request of the call, to quote to its support; None where no reply came."""
    attempts: tuple[Attempt, ...]
    """Each request that was sent, with its time, where it failed, its status and its request id."""
    outcomes: dict[str, str]
    """For a submit, what is known of each row by its idempotency key: ``"landed"``; ``"rejected"``, for good;
    ``"refused_for_now"`` (429, or a 5xx that says that nothing was stored: the same may be asked for again);
    ``"not_sent"``; or ``"unknown"``.
    """
    candidates: tuple[PositionInstruction, ...]
    """For a submit with an unknown outcome, rows that may be its effect under another key."""
    existing_ids: dict[str, str]
    """For rows of a submit that the service called duplicates and no look could show: the server's `id` of the
    instruction that it named, by idempotency key.
    """
    reconciled: bool
    """Whether what is known of the call, or of a part of it, was found by looking at the account's instructions."""
    reply: Response | None
    """The decoded reply, where the call succeeded at the service and the error was asked for (``strict``,
    ``raise_on_rejection``).
    """

    def __init__(
        self,
        message: str,
        *,
        request: RequestInfo | None = None,
        request_id: str | None = None,
        attempts: Sequence[Attempt] = (),
        outcomes: Mapping[str, str] | None = None,
        candidates: Sequence[PositionInstruction] = (),
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
        """For a submit, the idempotency keys of its rows in the caller's order: what to look for when the outcome is
        unknown.
        """
        return tuple(self.outcomes)

    if TYPE_CHECKING:
        pass  # a type checker would take every name for one that is there
    else:

        def __getattr__(self, name: str) -> object:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name == "response":
                message += ": see error.status_code, error.headers and error.body; error.reply is the decoded reply"
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
    """No complete reply came: no connection, or a connection that broke."""


class APITimeoutError(APIConnectionError):
    """No complete reply came in time."""


class CutoffPassedError(APIError):
    """The time in `not_after` kept the call from being sent, or from being sent again.

    `outcome_unknown` and `outcomes` tell what came of attempts before that; where there were any, ``__cause__`` is the
    error that the last of them would have been.
    """

    not_after: datetime
    """The time after which nothing was to be sent."""
    client_time: datetime
    """When the call gave up, by the client's clock (aware, UTC)."""

    def __init__(self, message: str, *, not_after: datetime, client_time: datetime, **context: Any) -> None:
        super().__init__(message, **context)
        self.not_after = not_after
        self.client_time = client_time


class APIResponseValidationError(APIError):
    """A 2xx that is not what it should be: no JSON object, or in strict mode one that departs from the spec."""

    status_code: int
    """The HTTP status."""
    body: bytes | None
    """The body as it came; None where it broke off."""

    def __init__(self, message: str, *, status_code: int, body: bytes | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.status_code = status_code
        self.body = body


class APIStatusError(APIError):
    """The service answered with an error."""

    status_code: int
    """The HTTP status."""
    headers: dict[str, str]
    """The reply's headers, names in lower case."""
    body: object
    """The reply's body: decoded JSON where it is JSON, else the text."""
    error: ErrorBody | None
    """The envelope's error (code, message, details), None where the reply has none."""
    data: tuple[PositionInstruction, ...]
    """For a submit that was refused, its rows, in the order of the reply."""
    retry_after: float | None
    """Seconds that the service asked to wait, None where it did not."""

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        error: ErrorBody | None = None,
        data: Sequence[PositionInstruction] = (),
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
        """The rows in `data`, with the reasons read."""
        from ._states import rejections

        return rejections(self.data)

    @property
    def code(self) -> int | None:
        """The envelope's error code, None where the reply has none."""
        return self.error.code if self.error else None

    def _summary(self) -> str:
        code = f", code {self.code}" if self.code is not None and self.code != self.status_code else ""
        return f"HTTP {self.status_code}{code}: {self.message}"


class BadRequestError(APIStatusError):
    """400: the request is malformed or fails validation."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, wrong or expired."""


class PermissionDeniedError(APIStatusError):
    """403: the API key may not do this."""


class NotFoundError(APIStatusError):
    """404: no such account, instrument or instruction."""


class ConflictError(APIStatusError):
    """409: the state at the service does not allow it: a terminal instruction, or an idempotency key used before."""


class UnprocessableEntityError(APIStatusError):
    """422: understood, and not possible, such as a symbol that does not resolve."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` has the seconds to wait, where the service said so."""


class InternalServerError(APIStatusError):
    """5xx: the service failed. For a changing call the effect may have happened: see `outcome_unknown`."""


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
    """The class of the error that a status stands for."""
    if status_code >= 500:
        return InternalServerError
    return _BY_STATUS.get(status_code, APIStatusError)


class InstructionFailedError(ClearStreetError):
    """Instructions ended in a state that is not success: REJECTED, ENGINE_REJECTED, CANCEL_FAILED, or other than was
    waited for.
    """

    instructions: tuple[PositionInstruction, ...]
    """The rows that failed, each with its `status` and `rejection_reason`."""
    history: tuple[StateSeen, ...]
    """Every state that the first of them was seen in, with its time; empty where nothing was waited for."""
    rows: tuple[PositionInstruction, ...]
    """Every row that was waited for, as last seen, in the order of the ids; without those that never appeared."""
    states: dict[str, str | None]
    """The state of everything that was waited for, by id; None of what never appeared."""

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
        """The first row that failed."""
        return self.instructions[0]


class WaitTimeoutError(ClearStreetError):
    """Waiting ended before the instructions reached the state that was waited for."""

    last_seen: PositionInstruction | None
    """The first row that did not, as it was last seen; None where it never appeared."""
    history: tuple[StateSeen, ...]
    """Every state that it was seen in, with its time."""
    rows: tuple[PositionInstruction, ...]
    """Every row that was waited for, as last seen, in the order of the ids; without those that never appeared."""
    states: dict[str, str | None]
    """The state of everything that was waited for, by id; None of what never appeared."""

    def __init__(
        self,
        message: str,
        *,
        last_seen: PositionInstruction | None = None,
        history: Sequence[StateSeen] = (),
        rows: Sequence[PositionInstruction] = (),
        states: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.history = tuple(history)
        self.rows = tuple(rows)
        self.states = dict(states or {})
        self.last_seen = last_seen


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
    WaitTimeoutError,
)
