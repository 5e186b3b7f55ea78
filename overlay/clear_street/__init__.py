"""The Clear Street client: `ClearStreet` for threads, `AsyncClearStreet` for asyncio and trio.

Errors are in `clear_street.errors`, events in `clear_street.events`, the API's types in `clear_street.types.v1`, and a
sandbox to try things in `clear_street.sandbox`. Each name is imported when it is first used.
"""

from __future__ import annotations

import sys

from ._version import __version__

# False at run time. Jedi, which completes names in editors and IPython, would ignore the block after a plain False.
TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from . import errors, events, market, sandbox, types
    from ._api.keys import new_idempotency_key
    from ._calls.changes import InstructionChange, OrderChange
    from ._calls.ensure import EnsuredInstruction
    from ._calls.waiting import AsyncInstructionWatch, AsyncOrderWatch, InstructionWatch, OrderWatch
    from ._client import ClearStreet
    from ._client_async import AsyncClearStreet
    from ._config.options import CallOptions, ChangingCallOptions, ClientOptions, SubmitCallOptions
    from ._http.client import DefaultAioHttpClient, DefaultAsyncHttpxClient, DefaultHttpxClient
    from ._iterators import AsyncPositionIterator, AsyncRowIterator, PositionIterator, RowIterator
    from ._option_symbol import OptionSymbol
    from ._outcomes import Attempt
    from ._responses import AsyncRawResponse, RawResponse
    from ._states import ORDER_TERMINAL_STATES, TERMINAL_STATES
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
        OrderFailedError,
        PermissionDeniedError,
        RateLimitError,
        UnprocessableEntityError,
        WaitTimeoutError,
    )

_HOMES = {
    "_client": ("ClearStreet",),
    "_client_async": ("AsyncClearStreet",),
    "errors": (
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
        "OrderFailedError",
        "PermissionDeniedError",
        "RateLimitError",
        "UnprocessableEntityError",
        "WaitTimeoutError",
    ),
    "_api.keys": ("new_idempotency_key",),
    "_calls.changes": ("InstructionChange", "OrderChange"),
    "_calls.ensure": ("EnsuredInstruction",),
    "_calls.waiting": ("AsyncInstructionWatch", "AsyncOrderWatch", "InstructionWatch", "OrderWatch"),
    "_config.options": ("CallOptions", "ChangingCallOptions", "ClientOptions", "SubmitCallOptions"),
    "_http.client": ("DefaultAioHttpClient", "DefaultAsyncHttpxClient", "DefaultHttpxClient"),
    "_iterators": ("AsyncPositionIterator", "AsyncRowIterator", "PositionIterator", "RowIterator"),
    "_option_symbol": ("OptionSymbol",),
    "_outcomes": ("Attempt",),
    "_responses": ("AsyncRawResponse", "RawResponse"),
    "_states": ("ORDER_TERMINAL_STATES", "TERMINAL_STATES"),
}

__all__ = [
    "ORDER_TERMINAL_STATES",
    "TERMINAL_STATES",
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArgumentError",
    "AsyncClearStreet",
    "AsyncInstructionWatch",
    "AsyncOrderWatch",
    "AsyncPositionIterator",
    "AsyncRawResponse",
    "AsyncRowIterator",
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
    "EnsuredInstruction",
    "InstructionChange",
    "InstructionFailedError",
    "InstructionWatch",
    "InternalServerError",
    "NotFoundError",
    "OptionSymbol",
    "OrderChange",
    "OrderFailedError",
    "OrderWatch",
    "PermissionDeniedError",
    "PositionIterator",
    "RateLimitError",
    "RawResponse",
    "RowIterator",
    "SubmitCallOptions",
    "UnprocessableEntityError",
    "WaitTimeoutError",
    "__version__",
    "errors",
    "events",
    "market",
    "new_idempotency_key",
    "sandbox",
    "types",
]


def _module(name: str) -> object:
    # `importlib.import_module` does the same, but imports `warnings` too, which takes time.
    whole = f"{__name__}.{name}"
    __import__(whole)
    return sys.modules[whole]


def __getattr__(name: str) -> object:
    if name in ("errors", "events", "market", "sandbox", "types"):
        return _module(name)
    if name.startswith("_"):
        # The import system looks up each private module here before it imports it: keep that fast.
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(_module(home), name)
            return value
    from ._config.arguments import no_name

    raise no_name(f"module {__name__!r}", name, {name: name for name in __all__})


def __dir__() -> list[str]:
    return sorted(__all__)
