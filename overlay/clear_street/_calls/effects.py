"""What a flow asks its driver to do: everything that may block.

A flow is a generator that yields these and is sent the answers. It does no I/O, and its only clock is the one that it
was given, so that the blocking and the awaiting driver run the very same policy.
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
    """Something that only a driver can do."""

    __slots__ = ()


Flow = Generator[Effect, Any, T]


class Send(Effect):
    """Send one request; the answer is a `Reply`, complete unless `stream`, or a `Failure`. Never raises on what the
    network does.

    `timeout` bounds the phases; `until` bounds the whole, on the clock's monotonic axis; no first byte leaves after
    `not_after`, on the same axis, or once `is_late` says so. `raw` says that somebody will see httpx's own response.
    `begun` tells afterwards whether a byte may have left, also when the driver was interrupted.
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
    """Wait for a number of seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds: float = seconds


class Read(Effect):
    """Read a streamed reply, in `seconds` seconds at most (None: as long as httpx lets it); the answer is what `read`
    gives, or what that gives when it is awaited.

    Raises `BodyConsumed`, or what went wrong, without what may show the request's headers.
    """

    __slots__ = ("read", "seconds")

    def __init__(self, read: Callable[[], object], seconds: float | None = None) -> None:
        self.read: Callable[[], object] = read
        self.seconds: float | None = seconds


class BodyConsumed(Exception):
    """A streamed reply cannot be read any more: it was read, or closed."""


class Invoke(Effect):
    """Run a hook of the application's (a plain function, or in an async client also a coroutine function); the answer
    is whether it ended before `until`, on the clock's monotonic axis: one that is awaited then is interrupted.
    """

    __slots__ = ("arguments", "hook", "until")

    def __init__(self, hook: Callable[..., object], *arguments: object, until: float | None = None) -> None:
        self.hook: Callable[..., object] = hook
        self.arguments = arguments
        self.until: float | None = until
