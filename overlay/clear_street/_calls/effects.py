"""Define the effects: what a flow asks its driver to do, because it may block.

A flow is a generator. It yields an effect, and the driver sends back the answer. A flow does no I/O itself, and uses
only the clock that it was given, so that the blocking and the async driver run the same flows.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from clear_street_api.client import Request

    from .._api.operations import Operation
    from .._config.limits import Timeout
    from .._config.secrets import Headers


T = TypeVar("T")


class Effect:
    """The base class of what a flow asks its driver to do."""

    __slots__ = ()


Flow = Generator[Effect, Any, T]


class Send(Effect):
    """Send one request; the answer is a `Reply`, or a `Failure` if there is no complete reply (with `stream`, if its
    head is not complete). A failure of the network never raises.

    `timeout` bounds the phases, `until` the whole attempt. The first byte must not leave after `not_after`, or if
    `is_late()`. Both moments are on the monotonic clock. `raw` says that the application will see httpx's response.
    `begun` says afterwards whether a byte may have left, even if the driver was interrupted.
    """

    __slots__ = (
        "begun",
        "headers",
        "is_late",
        "not_after",
        "operation",
        "raw",
        "request",
        "stream",
        "timeout",
        "until",
    )

    def __init__(
        self,
        operation: Operation[..., Any],
        request: Request,
        headers: Headers,
        *,
        timeout: Timeout,
        until: float,
        not_after: float | None = None,
        is_late: Callable[[], bool] | None = None,
        stream: bool,
        raw: bool,
    ) -> None:
        self.operation: Operation[..., Any] = operation
        self.request: Request = request
        self.headers: Headers = headers
        self.timeout: Timeout = timeout
        self.until: float = until
        self.not_after: float | None = not_after
        self.is_late: Callable[[], bool] | None = is_late
        self.stream: bool = stream
        self.raw: bool = raw
        self.begun: bool = False


class Sleep(Effect):
    """Wait for this number of seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds: float = seconds


class Read(Effect):
    """Read from a streamed reply, within `seconds` (None: only httpx's own time-outs apply); the answer is what `read`
    returns, awaited if it is awaitable.

    Raises `BodyConsumed`, or the error of the connection, without anything that shows the request's headers.
    """

    __slots__ = ("read", "seconds")

    def __init__(self, read: Callable[[], object], seconds: float | None = None) -> None:
        self.read: Callable[[], object] = read
        self.seconds: float | None = seconds


class BodyConsumed(Exception):
    """A streamed reply cannot be read again: it was read, or it was closed."""


class Invoke(Effect):
    """Call a hook of the application: a plain function or, in an async client, also a coroutine function.

    The answer is whether it ended before `until`, on the monotonic clock. A coroutine is cancelled at that moment.
    """

    __slots__ = ("arguments", "hook", "until")

    def __init__(self, hook: Callable[..., object], *arguments: object, until: float | None = None) -> None:
        self.hook: Callable[..., object] = hook
        self.arguments = arguments
        self.until: float | None = until
