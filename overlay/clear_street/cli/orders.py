"""``clear-street orders`` and ``accounts``: list orders, wait for them and cancel them; list accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._columns import of_accounts, of_orders
from ._contracts import named
from ._exit import Exit, gravest, of_error
from ._text import clean, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..types.v1 import Order
    from ._session import Session

OVER = ("FILLED", "CANCELED", "REJECTED", "EXPIRED")
"""Statuses after which nothing more comes of an order."""


def _orders(session: Session) -> list[Order]:
    return list(session.client.v1.orders.iter_orders(session.account))


def open_orders(session: Session) -> list[str]:
    """The ids of orders of which something is still to come."""
    return [clean(row.id) for row in _orders(session) if row.status not in OVER]


def _show(session: Session, rows: Sequence[Order]) -> None:
    session.show(of_orders(session.zone), rows, records=[row.to_dict() for row in rows])


def list_orders(session: Session, ids: Sequence[str], *, open: bool) -> Exit:
    """List an account's orders."""
    rows = [row for row in _orders(session) if not ids or row.id in ids]
    _show(session, [row for row in rows if not (open and row.status in OVER)])
    return Exit.DONE


def wait(session: Session, ids: Sequence[str], *, until: Sequence[str]) -> Exit:
    """Wait for orders."""
    from ..errors import OrderFailedError, WaitTimeoutError

    try:
        rows: Sequence[Order] = session.client.v1.orders.wait_for_orders(
            list(ids), account_id=session.account, until=tuple(until) or None, deadline=session.wait_seconds
        )
    except OrderFailedError as error:
        _show(session, error.rows)
        session.tell_error(error, Exit.FAILED)
        return Exit.FAILED
    except WaitTimeoutError as error:
        session.tell_error(error, Exit.UNSETTLED)
        session.tell(f"See: {session.again('orders', 'wait', *ids)}")
        return Exit.UNSETTLED
    _show(session, rows)
    return Exit.DONE


def cancel(session: Session, ids: Sequence[str]) -> Exit:
    """Ask for orders to be cancelled."""
    session.looks = ("orders", "list", *ids)
    session.keep_cutoff()
    listed = {row.id: row for row in _orders(session)}
    session.agree((*session.where(), *(f"cancel       {_named(listed.get(item), item)}" for item in ids)), "Cancel?")
    codes: list[Exit] = []
    for item in ids:
        try:
            _cancel_one(session, item)
        except Exception as error:
            if len(ids) == 1:
                raise
            codes.append(of_error(error))
            session.tell(f"{clean(item)}: {clean(error)}")
            if codes[-1] in (Exit.UNKNOWN, Exit.NOT_SENT):
                break
        else:
            codes.append(Exit.DONE)
    if Exit.UNKNOWN in codes:
        session.tell("OUTCOME UNKNOWN: look before anything else:")
        session.tell(f"  {session.again(*session.looks)}")
    if not session.is_dry_run:
        _show(session, [row for row in _orders(session) if row.id in ids])
    return gravest(codes)


def _cancel_one(session: Session, item: str) -> None:
    session.change(
        lambda client: client.v1.orders.cancel_open_order(
            item, account_id=session.account, not_after=session.not_after()
        )
    )


def _named(row: Order | None, item: str) -> str:
    if row is None:
        return f"{clean(item)}, which the list does not show"
    what = f"{clean(row.side)} {number(row.leaves_quantity)} of {number(row.quantity)} {named(row.symbol)}"
    return f"{what}, {clean(row.status)}, id {clean(item)}"


def list_accounts(session: Session) -> Exit:
    """List the accounts that the key may see."""
    rows = list(session.client.v1.accounts.iter_accounts())
    session.show(of_accounts(), rows, records=[row.to_dict() for row in rows])
    return Exit.DONE


resolvable(globals())
