"""A submitted instruction that the reply to its submit did not mention."""

from __future__ import annotations

from clear_street_api.models import PositionInstruction

_SAYS_SO = "<not mentioned by the 2xx: its outcome is not known>)"


class UnmentionedInstruction(PositionInstruction):
    """A submitted row of which no reply and no look says what became of it; its fields are what was asked for."""

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {_SAYS_SO}"
