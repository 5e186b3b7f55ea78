"""End a day of the market: orders expire, contracts are exercised or assigned, and expired contracts are removed."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .accounts import OPEN
from .orders import end, trade

if TYPE_CHECKING:
    from datetime import date

    from .state import Account, Holding, State

_LAST = time(23, 59, 59, 999_000)
_BY_EXCEPTION = Decimal("0.01")
"""How far in the money a contract must be to be exercised without an instruction when it expires."""


def schedule(state: State, day: date) -> None:
    """Schedule the end of a day, and of every later day, just before midnight in the market's time zone."""
    last = state.at(day, _LAST)

    def over() -> None:
        for account in state.accounts.values():
            _end_orders(state, account, day)
            _exercise(state, account)
            _expire(state, account, day)
        schedule(state, day + timedelta(days=1))

    state.schedule(max(0.0, (last - state.now).total_seconds()), over)


def _end_orders(state: State, account: Account, day: date) -> None:
    for order in account.orders.values():
        expiry = state.instruments[order.row["instrument_id"]].expiry
        is_over = expiry is not None and expiry <= day
        is_kept = order.row["time_in_force"] in ("GOOD_TILL_CANCEL", "GOOD_TILL_DATE")
        if order.row["status"] in OPEN and (is_over or not is_kept):
            end(state, order, "EXPIRED", "order_settled")


def _exercise(state: State, account: Account) -> None:
    """Carry out the exercise instructions that are accepted at the end of the day."""
    for stored in account.instructions.values():
        row = stored.row
        if row["status"] != "ACCEPTED" or row["instruction_type"] != "EXERCISE" or stored.is_exercised:
            continue
        stored.is_exercised = True
        holding = account.holdings.get(row["instrument_id"])
        quantity = min(Decimal(row["quantity"]), holding.quantity) if holding else Decimal(0)
        if holding is not None and quantity > 0:
            _settle(state, account, holding, quantity)
            state.enter("exercised", account.id, row["id"], "ACCEPTED", stored.key)


def _expire(state: State, account: Account, day: date) -> None:
    """Exercise or assign the expiring contracts that are in the money, and remove all expiring contracts."""
    for holding in list(account.holdings.values()):
        contract = holding.instrument
        if contract.expiry is None or contract.expiry > day:
            continue
        quantity = _exercised_by_itself(account, holding)
        if quantity:
            _settle(state, account, holding, quantity)
            kind = "exercised" if quantity > 0 else "assigned"
            state.enter(kind, account.id, contract.id, "EXPIRED", "")
        if contract.id in account.holdings:
            trade(state, account, contract, -holding.quantity, Decimal(0))
        state.enter("expired", account.id, contract.id, "EXPIRED", "")


def _exercised_by_itself(account: Account, holding: Holding) -> Decimal:
    """Return how many contracts of a position are exercised at expiry. Negative for the assignment of a short one."""
    is_worth_it = holding.instrument.intrinsic >= _BY_EXCEPTION
    if holding.quantity < 0:
        return holding.quantity if is_worth_it else Decimal(0)
    against = Decimal(0)
    for stored in account.instructions.values():
        row = stored.row
        if row["instrument_id"] == holding.instrument.id and row["status"] == "ACCEPTED" and not stored.is_exercised:
            stored.is_exercised = True
            if row["instruction_type"] == "CONTRARY_EXERCISE" or is_worth_it:
                against += Decimal(row["quantity"])
    against = min(against, holding.quantity)
    return holding.quantity - against if is_worth_it else against


def _settle(state: State, account: Account, holding: Holding, quantity: Decimal) -> None:
    """Exchange contracts for the underlying at the strike, or for cash if the underlying is an index."""
    contract = holding.instrument
    if contract.underlying is None or contract.underlying.kind == "INDEX":
        trade(state, account, contract, -quantity, contract.intrinsic)
        return
    sign, premium = (1 if contract.right == "CALL" else -1), holding.average
    # The cost of the contracts becomes part of the cost of the shares, so that the account pays only the strike.
    trade(state, account, contract, -quantity, premium)
    trade(state, account, contract.underlying, quantity * contract.multiplier * sign, contract.strike + sign * premium)
