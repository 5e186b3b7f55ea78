"""Define the types of the options that calls take in addition to their own arguments, for editors and type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

from .._annotations import resolvable
from .._explained import explain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    import httpx

    from clear_street_api.client import Request

    from ..events import Event

    QueryValue = str | int | float | bool


IdempotencyKeyName = Literal["client_instruction_id", "instruction_id"]
"""The names of the idempotency key in JSON, as they are in the spec."""


class Clock(Protocol):
    """Where a client gets the time and random numbers from, and how it waits."""

    def monotonic(self) -> float:
        """Return the seconds on a clock that never jumps, as `time.monotonic` does."""
        ...

    def now(self) -> datetime:
        """Return the time of day (aware, UTC)."""
        ...

    def random(self) -> float:
        """Return a random number in [0, 1)."""
        ...

    def sleep(self, seconds: float) -> object:
        """Block for this number of seconds."""
        ...

    def asleep(self, seconds: float) -> Awaitable[object]:
        """Wait for this number of seconds, in asyncio or trio."""
        ...


class CallOptions(TypedDict, total=False):
    """The options of every call. An option that is None or left out has the value that the client has for it."""

    extra_headers: Mapping[str, str | None] | None
    """Headers to send in addition to the client's. One of the same name replaces it; None leaves it out."""
    extra_query: Mapping[str, QueryValue | Sequence[QueryValue]] | None
    """Query parameters to send in addition to the operation's. One of the same name replaces it."""
    extra_body: Mapping[str, object] | None
    """Fields to send in addition to the operation's, if its body is an object. One of the same name replaces it."""
    timeout: float | httpx.Timeout | None
    """Seconds for one attempt, to the last byte of its reply."""
    max_retries: int | None
    """How many further attempts the call may make."""
    deadline: float | None
    """Seconds for the whole call, with all attempts, waits and looks."""


class ChangingCallOptions(CallOptions, total=False):
    """The options of a call that can change something at the service."""

    not_after: datetime | None
    """The last moment (an aware datetime) at which a request of the call may be sent."""


class SubmitCallOptions(ChangingCallOptions, total=False):
    """The options of a submit."""

    raise_on_rejection: bool | None
    """Whether the call raises if a row is rejected, even if others are accepted."""
    resend_after_unknown: bool | None
    """Whether rows are sent again, under the same keys, if an attempt ended unknown and a look did not find them."""


class ClientOptions(TypedDict, total=False):
    """What `with_options` can change: every argument of a client except `http_client` and `clock`."""

    api_key: str | Callable[[], str | Awaitable[str]] | None
    """The key, or a function that returns it."""
    environment: Literal["production", "dev"] | None
    """``"production"`` or ``"dev"``."""
    base_url: str | None
    """An address to use instead of the environment's."""
    timeout: float | httpx.Timeout
    """Seconds for one attempt, to the last byte of its reply."""
    deadline: float | None
    """Seconds for a whole call, with all attempts, waits and looks."""
    max_retries: int
    """How many further attempts a call may make."""
    max_body_size: int
    """The most bytes that the body of a reply may have, decompressed."""
    default_headers: Mapping[str, str | None] | None
    """Headers for every request, in addition to the client's. None leaves one out."""
    read_only: bool
    """Whether every request except GET and HEAD is refused."""
    strict: bool
    """Whether a successful reply that departs from the spec raises."""
    raise_on_rejection: bool
    """Whether a submit raises if a row is rejected, even if others are accepted."""
    resend_after_unknown: bool
    """Whether rows of a submit are sent again if an attempt ended unknown and a look did not find them."""
    idempotency_key_name: IdempotencyKeyName | None
    """The only name under which the keys of rows are sent."""
    on_intent: Callable[[tuple[str, ...], Request], object] | None
    """What is called with the idempotency keys and the request before the first byte of a changing call."""
    on_event: Callable[[Event], object] | Sequence[Callable[[Event], object]] | None
    """A function, or several, that is told what each call does."""


explain(CallOptions, ChangingCallOptions, SubmitCallOptions, ClientOptions)


def write_signatures(kind: object) -> None:
    """Write the names of call options into the signatures of a class's methods.

    IPython and Jedi complete the arguments of an object's methods by their signatures, where `Unpack` says nothing.
    """
    import inspect
    from typing import get_args, get_type_hints

    methods: Mapping[str, Any] = vars(kind)
    for method in methods.values():
        if "options" not in getattr(method, "__annotations__", ()):
            continue
        signature = inspect.signature(method, eval_str=True)
        *own, options = signature.parameters.values()
        [named] = get_args(options.annotation)
        named_ones = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
            for name, hint in get_type_hints(named).items()
        ]
        method.__signature__ = signature.replace(parameters=[*own, *named_ones])


# Jedi, which completes names in editors and in IPython, does not know `Unpack`. It finds the names of a method's
# options in the functions that the method calls with `**options`. These stand where only type checkers and Jedi look.
if TYPE_CHECKING:

    def call_options(
        *,
        extra_headers: object = None,
        extra_query: object = None,
        extra_body: object = None,
        timeout: object = None,
        max_retries: object = None,
        deadline: object = None,
    ) -> None:
        """Name the options of every call."""

    def changing_call_options(
        *,
        extra_headers: object = None,
        extra_query: object = None,
        extra_body: object = None,
        timeout: object = None,
        max_retries: object = None,
        deadline: object = None,
        not_after: object = None,
    ) -> None:
        """Name the options of a call that can change something."""

    def submit_call_options(
        *,
        extra_headers: object = None,
        extra_query: object = None,
        extra_body: object = None,
        timeout: object = None,
        max_retries: object = None,
        deadline: object = None,
        not_after: object = None,
        raise_on_rejection: object = None,
        resend_after_unknown: object = None,
    ) -> None:
        """Name the options of a submit."""

    def client_options(
        *,
        api_key: object = None,
        environment: object = None,
        base_url: object = None,
        timeout: object = None,
        deadline: object = None,
        max_retries: object = None,
        max_body_size: object = None,
        default_headers: object = None,
        read_only: object = None,
        strict: object = None,
        raise_on_rejection: object = None,
        resend_after_unknown: object = None,
        idempotency_key_name: object = None,
        on_intent: object = None,
        on_event: object = None,
    ) -> None:
        """Name what `with_options` can change."""


resolvable(globals())
