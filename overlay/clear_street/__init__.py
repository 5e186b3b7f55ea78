"""The Clear Street client: `ClearStreet` for threads, `AsyncClearStreet` for asyncio and trio.

Errors are in `clear_street.errors`, the API's types in `clear_street.types.v1`, a sandbox to try it on in
`clear_street.sandbox`. All names are imported when they are first used.
"""

from __future__ import annotations

import sys

from ._version import __version__

# False; Jedi, which completes names in editors and IPython, would pass over the block after a plain False.
TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from . import errors, sandbox, types
    from ._client import AsyncClearStreet, ClearStreet
    from ._http.client import DefaultAioHttpClient, DefaultAsyncHttpxClient, DefaultHttpxClient
    from ._keys import new_idempotency_key
    from ._options import CallOptions, ChangingCallOptions, ClientOptions, SubmitCallOptions
    from ._outcomes import Attempt
    from ._pagination import AsyncPositionIterator, PositionIterator
    from ._responses import AsyncRawResponse, RawResponse
    from ._states import TERMINAL_STATES
    from ._waiters import AsyncInstructionWatch, InstructionChange, InstructionWatch
    from .errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        ArgumentError,
        AuthenticationError,
        BadRequestError,
        ClearStreetError,
        ConflictError,
        CutoffPassedError,
        InstructionFailedError,
        InternalServerError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        UnprocessableEntityError,
        WaitTimeoutError,
    )

_HOMES = {
    "AsyncClearStreet": "_client",
    "AsyncInstructionWatch": "_waiters",
    "AsyncPositionIterator": "_pagination",
    "AsyncRawResponse": "_responses",
    "Attempt": "_outcomes",
    "CallOptions": "_options",
    "ChangingCallOptions": "_options",
    "ClearStreet": "_client",
    "ClientOptions": "_options",
    "DefaultAioHttpClient": "_http.client",
    "DefaultAsyncHttpxClient": "_http.client",
    "DefaultHttpxClient": "_http.client",
    "InstructionChange": "_waiters",
    "InstructionWatch": "_waiters",
    "PositionIterator": "_pagination",
    "RawResponse": "_responses",
    "SubmitCallOptions": "_options",
    "TERMINAL_STATES": "_states",
    "new_idempotency_key": "_keys",
}
_ERRORS = (
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
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "UnprocessableEntityError",
    "WaitTimeoutError",
)

__all__ = [
    "TERMINAL_STATES",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArgumentError",
    "AsyncClearStreet",
    "AsyncInstructionWatch",
    "AsyncPositionIterator",
    "AsyncRawResponse",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "CallOptions",
    "ChangingCallOptions",
    "ClearStreet",
    "ClearStreetError",
    "ClientOptions",
    "ConflictError",
    "CutoffPassedError",
    "DefaultAioHttpClient",
    "DefaultAsyncHttpxClient",
    "DefaultHttpxClient",
    "InstructionChange",
    "InstructionFailedError",
    "InstructionWatch",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "PositionIterator",
    "RateLimitError",
    "RawResponse",
    "SubmitCallOptions",
    "UnprocessableEntityError",
    "WaitTimeoutError",
    "__version__",
    "errors",
    "new_idempotency_key",
    "sandbox",
    "types",
]


def _module(name: str) -> object:
    # importlib.import_module, which does the same, would load `warnings` too.
    __import__(f"{__name__}.{name}")
    return sys.modules[f"{__name__}.{name}"]


def __getattr__(name: str) -> object:
    if name in ("errors", "sandbox", "types"):
        return _module(name)
    if name in _ERRORS:
        home = "errors"
    elif name in _HOMES:
        home = _HOMES[name]
    else:
        if name.startswith("_"):
            # The import system asks for each module in this way, before it loads it.
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ._refusal import no_name

        raise no_name(f"module {__name__!r}", name, {name: name for name in __all__})
    value = globals()[name] = getattr(_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
