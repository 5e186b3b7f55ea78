"""Define what a watch yields and what `on_change` is called with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from .._explained import explain

if TYPE_CHECKING:
    from datetime import datetime

    from ..types.v1 import Order, PositionInstruction


class InstructionChange(NamedTuple):
    """A change of an instruction: it was seen for the first time, or in another state than before."""

    instruction: PositionInstruction
    """The instruction as it is now."""
    previous_status: str | None
    """The status in which it was seen before; None for the first time."""
    at: datetime
    """When the change was seen, by the client's clock (aware, UTC)."""
    is_anomaly: bool
    """Whether the instruction left a terminal state, which should never happen."""


class OrderChange(NamedTuple):
    """A change of an order: it was seen for the first time, in another state than before, or with more of it filled."""

    order: Order
    """The order as it is now."""
    previous_status: str | None
    """The status in which it was seen before; None for the first time."""
    previous_filled_quantity: str | None
    """How much of it was filled before; None for the first time."""
    at: datetime
    """When the change was seen, by the client's clock (aware, UTC)."""
    is_anomaly: bool
    """Whether the order left a terminal state, which should never happen."""


explain(InstructionChange, OrderChange)
resolvable(globals(), InstructionChange, OrderChange)
