"""Option contracts as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._text import clean, decimal, money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._option_symbol import OptionSymbol
    from ..types.v1 import Position, PositionInstruction

SHARES = 100
"""What a contract is of, unless it was adjusted."""


def option(text: str | None) -> OptionSymbol | None:
    """The contract that a symbol names, in any form; None for a stock."""
    from .._option_symbol import OptionSymbol

    return OptionSymbol.find(text)


def is_meant(row: Position | PositionInstruction, text: str) -> bool:
    """Whether a row is about what a text names: a symbol, however it is written, or the instrument's id."""
    if text == row.instrument_id:
        return True
    wanted = option(text)
    if wanted is not None:
        return wanted == option(row.symbol)
    return text.strip().upper() == (row.symbol or "").upper()


def found(positions: Iterable[Position], text: str) -> Position | None:
    """The position that a text names."""
    return next((position for position in positions if is_meant(position, text)), None)


def named(symbol: str | None) -> str:
    """A contract in words, and anything else by its symbol."""
    contract = option(symbol)
    return clean(symbol) if contract is None else contract.words


def what_it_moves(position: Position, quantity: int, kind: str) -> str | None:
    """What an exercise buys or sells; None where nobody can say, as of an adjusted contract."""
    contract = option(position.symbol)
    if contract is None or contract.is_adjusted or kind == "DO_NOT_EXERCISE":
        return None
    shares, verb = quantity * SHARES, "buys" if contract.right == "CALL" else "sells"
    return f"that {verb} {shares:,} shares at {contract.strike}: {money(shares * contract.strike)} (at 100 a contract)"


def is_long(position: Position) -> bool:
    """Whether it is the account's to exercise."""
    held = decimal(position.quantity)
    return held is not None and held > 0
