"""Implement positions: list them, and make the orders that close them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .accounts import OPEN
from .fields import field_error
from .messages import Answer, Refusal, is_object, listed, page_of, plain
from .orders import end, open_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Call, Json
    from .state import Account, Holding, State

_RELEASED = frozenset({"REJECTED", "ENGINE_REJECTED", "CANCELLED"})
"""Statuses in which an instruction no longer reserves its contracts."""
_SORT_KEYS: dict[str, Callable[[Json], Any]] = {
    "SYMBOL": lambda row: row["symbol"],
    "INSTRUMENT_TYPE": lambda row: row["instrument_type"],
    "QUANTITY": lambda row: Decimal(row["quantity"]),
    "MARKET_VALUE": lambda row: Decimal(row["market_value"]),
    "POSITION_TYPE": lambda row: row["position_type"],
    "UNREALIZED_PNL": lambda row: Decimal(row["unrealized_pnl"]),
    "DAILY_UNREALIZED_PNL": lambda row: Decimal(row["daily_unrealized_pnl"]),
    "DAILY_REALIZED_PNL": lambda row: Decimal(row["daily_realized_pnl"]),
}


def get_positions(state: State, account: Account, call: Call) -> Answer:
    """Answer with a page of an account's positions."""
    query = call.query()
    rows = [_row(state, account, holding) for holding in account.holdings.values()]
    items = listed(query, "instrument_ids")
    if items is not None:
        wanted = {instrument.id for item in items if (instrument := state.resolve(item))}
        rows = [row for row in rows if row["instrument_id"] in wanted]
    sort_by, direction = query.get("sort_by"), query.get("sort_direction", "ASC")
    if direction not in ("ASC", "DESC"):
        raise Refusal(400, "`sort_direction` must be ASC or DESC")
    if sort_by is not None:
        if sort_by not in _SORT_KEYS:
            raise Refusal(400, f"`sort_by` must be one of {', '.join(_SORT_KEYS)}")
        rows.sort(key=_SORT_KEYS[sort_by], reverse=direction == "DESC")
    return page_of(rows, query)


def close_positions(state: State, account: Account, call: Call) -> Answer:
    """Make orders that close all positions of an account, except for what instructions and orders reserve."""
    if _cancel_orders(state, call):
        _cancel_working(state, account, None)
    return Answer([order for holding in account.holdings.values() for order in _close(state, account, holding)])


def close_position(state: State, account: Account, call: Call) -> Answer:
    """Make the order that closes one position, except for what is reserved. No order is made if that is all of it."""
    instrument = state.resolve(call.item)
    if instrument is None:
        raise Refusal(422, f"{call.item!r} resolves to no instrument")
    holding = account.holdings.get(instrument.id)
    if holding is None:
        raise Refusal(404, f"There is no position in {instrument.symbol}")
    if _cancel_orders(state, call):
        _cancel_working(state, account, instrument.id)
    return Answer(_close(state, account, holding))


def available(account: Account, holding: Holding) -> Decimal:
    """Return how much of a position no instruction and no working order reserves. Negative for a short position."""
    held = sum(
        Decimal(stored.row["quantity"])
        for stored in account.instructions.values()
        if stored.row["instrument_id"] == holding.instrument.id
        and stored.row["status"] not in _RELEASED
        and not stored.is_exercised
    ) + sum(
        Decimal(order.row["leaves_quantity"])
        for order in account.orders.values()
        if order.row["instrument_id"] == holding.instrument.id and order.row["side"] == _closing_side(holding)
    )
    free = max(Decimal(0), abs(holding.quantity) - held)
    return -free if holding.quantity < 0 else free


def _row(state: State, account: Account, holding: Holding) -> Json:
    instrument, size = holding.instrument, holding.size
    value, cost, base = size * holding.price, size * holding.average, size * holding.close
    side = "LONG" if holding.quantity > 0 else "SHORT"
    return {
        "account_id": account.id,
        "available_quantity": plain(available(account, holding)),
        "instrument_id": instrument.id,
        "instrument_type": instrument.kind,
        "market_value": plain(value),
        "position_type": f"{side}_{instrument.right}" if instrument.right else side,
        "quantity": plain(holding.quantity),
        "symbol": instrument.symbol,
        "avg_price": plain(holding.average),
        "closing_price": plain(holding.close),
        "closing_price_date": f"{state.market.previous_business_day(state.today)}",
        "cost_basis": plain(cost),
        "daily_realized_pnl": "0",
        "daily_unrealized_pnl": plain(value - base),
        "daily_unrealized_pnl_pct": _percent(value - base, base),
        "instrument_price": plain(holding.price),
        "underlying_instrument_id": instrument.underlying_id,
        "underlying_instrument_type": instrument.underlying_type,
        "unrealized_pnl": plain(value - cost),
        "unrealized_pnl_pct": _percent(value - cost, cost),
    }


def _percent(part: Decimal, base: Decimal) -> str | None:
    return plain((part / abs(base) * 100).quantize(Decimal("0.0001"))) if base else None


def _cancel_orders(state: State, call: Call) -> bool:
    options: Any = call.json() if call.body else {}
    if not is_object(options) or not isinstance(cancel_orders := options.get("cancel_orders"), bool | None):
        reason = "expected true or false" if is_object(options) else "expected an object"
        path = "$.cancel_orders" if is_object(options) else "$"
        message = "Expected a JSON object in which `cancel_orders` is true or false"
        raise Refusal(400, message, details=[{"path": path, "reason": reason}])
    unknown = [name for name in options if name != "cancel_orders"]
    if unknown and state.reader.is_strict:
        raise field_error(400, [(f"$.{name}", f"unknown field `{name}`, expected `cancel_orders`") for name in unknown])
    return bool(cancel_orders)


def _close(state: State, account: Account, holding: Holding) -> list[Json]:
    quantity = available(account, holding)
    if not quantity:
        return []
    values = {
        "side": _closing_side(holding),
        "quantity": plain(abs(quantity)),
        "order_type": "MARKET",
        "time_in_force": "DAY",
    }
    return [open_order(state, account, holding.instrument, "NEW", values).row]


def _closing_side(holding: Holding) -> str:
    return "SELL" if holding.quantity > 0 else "BUY"


def _cancel_working(state: State, account: Account, instrument_id: str | None) -> None:
    for order in account.orders.values():
        if order.row["status"] in OPEN and instrument_id in (None, order.row["instrument_id"]):
            end(state, order, "CANCELED", "order_cancelled")
