"""What a watch and `on_change` tell of: one type for each kind of effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable

if TYPE_CHECKING:
    from datetime import datetime

    from ..types.v1 import PositionInstruction


class InstructionChange(NamedTuple):
    """An instruction that was seen in a state that it was not in before."""

    instruction: PositionInstruction
    """The row as it is now."""
    previous_status: str | None
    """The status that it was seen in before, None at first."""
    at: datetime
    """When it was seen, by the client's clock (aware, UTC)."""
    is_anomaly: bool
    """Whether it stepped out of a terminal state, which the service should never do."""


resolvable(globals(), InstructionChange)
