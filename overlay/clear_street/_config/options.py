"""The options that every call takes besides its own arguments, typed for editors and type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypedDict

from .._annotations import resolvable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    import httpx

    from clear_street_api.client import Request

    QueryValue = str | int | float | bool


IdempotencyKeyName = Literal["client_instruction_id", "instruction_id"]
"""The names of the idempotency key in JSON, as they are in the spec."""


class Clock(Protocol):
    """Time and chance, as a client sees them."""

    def monotonic(self) -> float:
        """Seconds on a clock that never steps."""
        ...

    def now(self) -> datetime:
        """The time of day (aware, UTC)."""
        ...

    def random(self) -> float:
        """A random number in [0, 1)."""
        ...

    def sleep(self, seconds: float) -> object:
        """Block for some seconds."""
        ...

    def asleep(self, seconds: float) -> Awaitable[object]:
        """Wait for some seconds, in asyncio or trio."""
        ...


class CallOptions(TypedDict, total=False):
    """Options of any call. None, or leaving one out, means the client's own setting."""

    extra_headers: Mapping[str, str | None] | None
    """Headers to send besides, or instead of, the client's; None as a value leaves the header out."""
    extra_query: Mapping[str, QueryValue | Sequence[QueryValue]] | None
    """Query parameters to send besides, or instead of, the operation's own."""
    extra_body: Mapping[str, object] | None
    """Fields to send besides, or instead of, the operation's own, where its body is an object."""
    timeout: float | httpx.Timeout | None
    """Seconds for one attempt, to the last byte of its reply."""
    max_retries: int | None
    """How many further attempts the call may make."""
    deadline: float | None
    """Seconds for the whole call: attempts, waits and looks together."""


class ChangingCallOptions(CallOptions, total=False):
    """Options of a call that can change something at the service."""

    not_after: datetime | None
    """The last moment (an aware datetime) at which anything may be sent."""


class SubmitCallOptions(ChangingCallOptions, total=False):
    """Options of a submit."""

    raise_on_rejection: bool | None
    """Whether rejected rows raise, also where others were accepted."""
    resend_after_unknown: bool | None
    """Whether rows that a look did not find are sent again after an unknown outcome."""


class ClientOptions(TypedDict, total=False):
    """What `with_options` can change: the client's own arguments, but for its connections."""

    api_key: str | Callable[[], str | Awaitable[str]] | None
    environment: Literal["production", "dev"] | None
    base_url: str | None
    timeout: float | httpx.Timeout
    deadline: float | None
    max_retries: int
    max_body_size: int
    default_headers: Mapping[str, str | None] | None
    read_only: bool
    strict: bool
    raise_on_rejection: bool
    resend_after_unknown: bool
    idempotency_key_name: IdempotencyKeyName | None
    on_intent: Callable[[tuple[str, ...], Request], object] | None


resolvable(globals())
