"""``clear-street positions``: list and close positions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._columns import of_orders, of_positions
from ._contracts import found, is_meant, option
from ._exit import Exit, Problem
from ._text import clean, decimal, money, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..types.v1 import Order, Position
    from ._session import Session


def symbols(session: Session) -> list[str]:
    """What the account holds, without blanks: a shell would take what stands behind one for another word."""
    held = [(row.symbol, option(row.symbol)) for row in session.positions()]
    return [clean(symbol) if contract is None else contract.compact for symbol, contract in held]


def list_positions(
    session: Session, *, type: str | None, symbol: str | None, sort: str | None, desc: bool, limit: int | None
) -> Exit:
    """List an account's positions."""
    rows = session.positions(sort_by=sort, sort_direction="DESC" if desc else None)
    if type is not None:
        rows = [row for row in rows if type.upper() in (row.instrument_type, row.position_type)]
    if symbol is not None:
        rows = [row for row in rows if is_meant(row, symbol) or _is_on(row, symbol)]
    rows = rows[:limit]
    session.show(of_positions(), rows, records=[row.to_dict() for row in rows])
    return Exit.DONE


def _is_on(position: Position, underlying: str) -> bool:
    words = (position.symbol or "").split()
    return bool(words) and words[0] == underlying.upper()


def close(session: Session, symbol: str | None, *, all: bool, cancel_orders: bool, confirm_account: str | None) -> Exit:
    """Close a position, or all of them."""
    if all == (symbol is not None):
        raise Problem("Say which: one SYMBOL, or --all. Nothing was sent.")
    session.looks = ("orders", "list")
    session.keep_cutoff()
    held = session.positions()
    if symbol is None:
        return _close_all(session, held, cancel_orders=cancel_orders, confirm_account=confirm_account)
    position = found(held, symbol)
    if position is None:
        raise Problem(f"Account {session.account} holds no {clean(symbol)}. Nothing was sent.")
    session.agree(
        (
            *session.where(),
            f"close        {clean(position.symbol)}, by an order at the market",
            f"quantity     {number(position.quantity)} held, {number(position.available_quantity)} free",
            f"value        {money(position.market_value)}",
            _orders_stay(cancel_orders=cancel_orders),
            _NEVER_REPEATED,
        ),
        "Close it?",
    )
    reply = session.change(
        lambda client: client.v1.positions.close_position(
            position.instrument_id,
            account_id=session.account,
            cancel_orders=cancel_orders or None,
            not_after=session.not_after(),
        )
    )
    return Exit.DONE if reply is None else _placed(session, reply.data)


_NEVER_REPEATED = (
    "note         a close is never sent again by itself: if its reply is lost, you must look at the orders"
)


def _orders_stay(*, cancel_orders: bool) -> str:
    return "open orders  " + ("are cancelled first" if cancel_orders else "stay")


def _close_all(session: Session, held: list[Position], *, cancel_orders: bool, confirm_account: str | None) -> Exit:
    if not held:
        raise Problem(f"Account {session.account} has no positions. Nothing was sent.")
    value = sum((decimal(position.market_value) or Decimal(0) for position in held), Decimal(0))
    session.agree(
        (
            *session.where(),
            f"close        ALL {len(held)} positions, {money(value)} in value, by orders at the market",
            _orders_stay(cancel_orders=cancel_orders),
            _NEVER_REPEATED,
        ),
        "Type the account number to go on",
        typed=str(session.account),
        given=confirm_account,
    )
    reply = session.change(
        lambda client: client.v1.positions.close_positions(
            session.account, cancel_orders=cancel_orders or None, not_after=session.not_after()
        )
    )
    return Exit.DONE if reply is None else _placed(session, reply.data)


def _placed(session: Session, orders: Sequence[Order] | None) -> Exit:
    rows = list(orders or ())
    if session.format == "table":
        session.tell(f"{len(rows)} order{'' if len(rows) == 1 else 's'} placed")
    session.show(of_orders(session.zone), rows, records=[row.to_dict() for row in rows])
    return Exit.DONE


resolvable(globals())
