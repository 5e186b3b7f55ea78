"""The columns of tables of the API's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._states import words_of
from ._table import Column
from ._text import day_and_time, money, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from ..types.v1 import Account, Order, Position, PositionInstruction


def of_positions() -> Sequence[Column[Position]]:
    """The columns of positions."""
    return (
        Column("SYMBOL", lambda row: row.symbol),
        Column("TYPE", lambda row: row.position_type, importance=4),
        Column("QTY", lambda row: number(row.quantity), importance=9, is_number=True),
        Column("FREE", lambda row: number(row.available_quantity), importance=8, is_number=True),
        Column("PRICE", lambda row: money(row.instrument_price), importance=5, is_number=True),
        Column("VALUE", lambda row: money(row.market_value), importance=7, is_number=True),
        Column("P/L", lambda row: money(row.unrealized_pnl), importance=6, is_number=True),
    )


def of_instructions(zone: tzinfo) -> Sequence[Column[PositionInstruction]]:
    """The columns of instructions."""
    return (
        Column("SYMBOL", lambda row: row.symbol),
        Column("TYPE", lambda row: row.instruction_type, importance=6, goes_under=True),
        Column("QTY", lambda row: number(row.quantity), importance=9, is_number=True, goes_under=True),
        Column("STATUS", lambda row: row.status, importance=8, goes_under=True),
        Column("ID", lambda row: row.id, importance=5, goes_under=True),
        Column("CHANGED", lambda row: day_and_time(row.updated_at, zone), importance=4),
        Column("KEY", lambda row: row.instruction_id, importance=2),
        Column("WHY", words_of, importance=7, is_words=True, goes_under=True, is_optional=True),
    )


def of_orders(zone: tzinfo) -> Sequence[Column[Order]]:
    """The columns of orders."""
    return (
        Column("SYMBOL", lambda row: row.symbol),
        Column("SIDE", lambda row: row.side, importance=8, goes_under=True),
        Column("QTY", lambda row: number(row.quantity), importance=9, is_number=True, goes_under=True),
        Column("FILLED", lambda row: number(row.filled_quantity), importance=6, is_number=True),
        Column("STATUS", lambda row: row.status, importance=8, goes_under=True),
        Column("ORDER", lambda row: row.order_type, importance=4),
        Column("CREATED", lambda row: day_and_time(row.created_at, zone), importance=3),
        Column("ID", lambda row: row.id, importance=5, goes_under=True),
    )


def of_accounts() -> Sequence[Column[Account]]:
    """The columns of accounts."""
    return (
        Column("ACCOUNT", lambda row: row.id),
        Column("NAME", lambda row: row.short_name, importance=8, is_words=True, goes_under=True),
        Column("STATUS", lambda row: row.status, importance=7, goes_under=True),
        Column("TYPE", lambda row: row.type, importance=6, goes_under=True),
        Column("OPTIONS LEVEL", lambda row: row.options_level, importance=5),
    )
