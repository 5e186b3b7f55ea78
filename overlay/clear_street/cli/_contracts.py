"""Option contracts as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ..types.v1 import Position, PositionInstruction


def is_meant(position: Position | PositionInstruction, text: str) -> bool:
    """Whether a position is in what a text names: its symbol, however it is spaced, or its instrument's id."""
    return text == position.instrument_id or _plain(text) == _plain(position.symbol or "")


def found(positions: Iterable[Position], text: str) -> Position | None:
    """The position that a text names."""
    return next((position for position in positions if is_meant(position, text)), None)


def expiry(_: Position) -> date | None:
    """The day on which a position expires; None where it does not."""
    return None


def _plain(symbol: str) -> str:
    return "".join(symbol.upper().split())
