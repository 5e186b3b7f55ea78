"""What the functions in `on_event`, an argument of a client, are called with: what a call does, as it happens.

::

    def show(event: Event) -> None:
        print(event)

    client = ClearStreet(on_event=show)

A call begins with a `CallStarted` and ends with one `CallEnded`. Between them, each request has an `AttemptStarted` and
an `AttemptEnded`. No event but `Transition` has an account, an id of the application's, a key, a header or a body, so
all others may be logged.

A function is called where the call is made, on its thread or in its task, and the call goes on when it returns. It
takes one event, and is no coroutine function. An exception that it raises is logged and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ._annotations import resolvable
from ._explained import explain

if TYPE_CHECKING:
    from datetime import datetime

    from clear_street_api.models import Order, PositionInstruction

    from ._outcomes import Attempt

__all__ = [
    "AttemptEnded",
    "AttemptStarted",
    "CallEnded",
    "CallStarted",
    "Departed",
    "Event",
    "Pausing",
    "Transition",
]


class CallStarted(NamedTuple):
    """A call has started: its arguments were taken, and nothing has been sent."""

    call: int
    """The number of the call, which all its events have. No other call in this process has it."""
    operation: str
    """The name of the operation, such as ``"cancel_position_instruction"``."""
    method: str
    """The HTTP method."""
    path_template: str
    """The path with the names of its parameters."""
    base_url: str
    """The URL to which the path is relative."""
    at: datetime
    """When the call began, by the client's clock (aware, UTC)."""


class AttemptStarted(NamedTuple):
    """A request is about to be sent: an attempt, or a look at what an attempt did."""

    call: int
    """The number of the call."""
    operation: str
    """The name of the call's operation."""
    number: int
    """1 for the first attempt, or the first look, of the call."""
    is_look: bool
    """Whether it only reads what an earlier attempt did."""
    method: str
    """The HTTP method of this request: a look has another than the call."""
    path_template: str
    """The path of this request, with the names of its parameters."""


class AttemptEnded(NamedTuple):
    """A request has ended. For a streamed reply, its head has arrived."""

    call: int
    """The number of the call."""
    operation: str
    """The name of the call's operation."""
    number: int
    """The number of the attempt or look, as in its `AttemptStarted`."""
    is_look: bool
    """Whether it only reads what an earlier attempt did."""
    method: str
    """The HTTP method of this request."""
    path_template: str
    """The path of this request, with the names of its parameters."""
    attempt: Attempt
    """Its time, status and outcome, as far as this reply alone tells. The rows of a 5xx, or the end of a streamed
    reply, may tell more.
    """


class Pausing(NamedTuple):
    """The call is about to wait before its next request."""

    call: int
    """The number of the call."""
    operation: str
    """The name of the call's operation."""
    seconds: float
    """How long."""
    because: Literal["backoff", "retry_after"]
    """``"retry_after"`` if the service asked for so long a wait, else ``"backoff"``."""
    until: datetime
    """When it ends, by the client's clock (aware, UTC)."""


class Departed(NamedTuple):
    """A reply departs from the spec in a way that this client has not seen before."""

    call: int
    """The number of the call."""
    operation: str
    """The name of the call's operation."""
    kinds: tuple[str, ...]
    """What is new, such as ``"data[].status: unknown_member, expected PositionInstructionStatus"``."""


class CallEnded(NamedTuple):
    """A call has ended: it returns a value, or raises. A streamed call ends when its response is closed."""

    call: int
    """The number of the call."""
    operation: str
    """The name of the operation."""
    outcome: Literal["done", "failed", "unknown"]
    """``"unknown"`` if the effect may have happened and the client could not find out, else ``"failed"`` if the call
    raises, else ``"done"``.
    """
    error: str | None
    """The class of the exception that the call raises, such as ``"RateLimitError"``; None if it raises none."""
    elapsed: float
    """Seconds since the call began."""
    attempts: int
    """How many attempts it made."""
    looks: int
    """How many lists it read to find out what an attempt did."""
    reconciled: bool
    """Whether a look settled the call, or a part of it."""
    accepted: int
    """For a submit, how many of its rows the service has taken."""
    rejected: int
    """How many of its rows were rejected."""
    undetermined: int
    """How many of its rows a successful reply did not mention."""
    unknown: int
    """How many of its rows may have been taken."""

    @property
    def outcome_unknown(self) -> bool:
        """Whether the effect may have happened and the client could not find out."""
        return self.outcome == "unknown"


class Transition(NamedTuple):
    """A wait or a watch has seen an instruction or an order for the first time, or in another state than before.

    Each wait tells what it sees. This is the only event with ids, accounts and keys, which are in its `row`.
    """

    kind: Literal["instruction", "order"]
    """What it is."""
    row: PositionInstruction | Order
    """The instruction or the order as it is now."""
    previous_status: str | None
    """The status in which it was seen before; None for the first time."""
    at: datetime
    """When the change was seen, by the client's clock (aware, UTC)."""
    is_anomaly: bool
    """Whether it left a terminal state, which should never happen."""


Event: TypeAlias = CallStarted | AttemptStarted | AttemptEnded | Pausing | Departed | CallEnded | Transition
"""What a function in `on_event` takes: any of the events."""

explain(CallStarted, AttemptStarted, AttemptEnded, Pausing, Departed, CallEnded, Transition)
resolvable(globals(), CallStarted, AttemptStarted, AttemptEnded, Pausing, Departed, CallEnded, Transition)
