"""The rules of positions: listing them, and the orders that close them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .messages import Answer, Refusal, is_object, page_token, read_page_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Call, Json
    from .state import Account, Holding, State

FILL_AFTER = 1.0
"""Seconds in which an order that closes a position fills."""
_WORKING = "NEW"
_RELEASED = frozenset({"REJECTED", "ENGINE_REJECTED", "CANCELLED"})
"""Statuses in which an instruction no longer holds the contracts that it was for."""
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
    """A page of an account's positions."""
    query = call.query()
    rows = [_row(state, account, holding) for holding in account.holdings.values()]
    if "instrument_ids" in query:
        wanted = {state.resolve(item) for item in query["instrument_ids"].split(",")}
        rows = [row for row in rows if state.instruments[row["instrument_id"]] in wanted]
    sort_by, direction = query.get("sort_by"), query.get("sort_direction", "ASC")
    if direction not in ("ASC", "DESC"):
        raise Refusal(400, "`sort_direction` is neither ASC nor DESC")
    if sort_by is not None:
        if sort_by not in _SORT_KEYS:
            raise Refusal(400, f"`sort_by` is none of {', '.join(_SORT_KEYS)}")
        rows.sort(key=_SORT_KEYS[sort_by], reverse=direction == "DESC")
    if "page_token" in query:
        offset, size = read_page_token(query["page_token"])
    else:
        offset, size = 0, _page_size(query.get("page_size", "1000"))
    page = {
        "next_page_token": page_token(offset + size, size) if offset + size < len(rows) else None,
        "page_number": offset // size + 1,
        "previous_page_token": page_token(max(0, offset - size), size) if offset else None,
        "total_items": len(rows),
        "total_pages": -(-len(rows) // size),
    }
    return Answer(rows[offset : offset + size], page=page)


def close_positions(state: State, account: Account, call: Call) -> Answer:
    """Orders that close whatever of an account's positions nothing holds."""
    if _cancel_orders(call):
        _cancel_working(state, account, None)
    return Answer([order for holding in account.holdings.values() for order in _close(state, account, holding)])


def close_position(state: State, account: Account, call: Call) -> Answer:
    """The order that closes what nothing holds of one position; none if something holds it all."""
    instrument = state.resolve(call.item)
    if instrument is None:
        raise Refusal(422, f"{call.item!r} resolves to no instrument")
    holding = account.holdings.get(instrument.id)
    if holding is None:
        raise Refusal(404, f"There is no position in {instrument.symbol}")
    if _cancel_orders(call):
        _cancel_working(state, account, instrument.id)
    return Answer(_close(state, account, holding))


def available(account: Account, holding: Holding) -> Decimal:
    """What of a position no instruction and no working order holds; negative when short, as the quantity."""
    held = sum(
        Decimal(stored.row["quantity"])
        for stored in account.instructions.values()
        if stored.row["instrument_id"] == holding.instrument.id and stored.row["status"] not in _RELEASED
    ) + sum(
        Decimal(order["leaves_quantity"])
        for order in account.orders.values()
        if order["instrument_id"] == holding.instrument.id
    )
    free = max(Decimal(0), abs(holding.quantity) - held)
    return -free if holding.quantity < 0 else free


def plain(number: Decimal) -> str:
    """A decimal as the API writes it: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _row(state: State, account: Account, holding: Holding) -> Json:
    instrument, size = holding.instrument, holding.quantity * holding.instrument.multiplier
    value, cost, base = size * holding.price, size * holding.average, size * holding.close
    side = "LONG" if holding.quantity > 0 else "SHORT"
    closed_on = state.now.date() - timedelta(days=1)
    while closed_on.weekday() >= 5:
        closed_on -= timedelta(days=1)
    return {
        "account_id": account.id,
        "available_quantity": plain(available(account, holding)),
        "instrument_id": instrument.id,
        "instrument_type": instrument.type,
        "market_value": plain(value),
        "position_type": f"{side}_{instrument.right}" if instrument.right else side,
        "quantity": plain(holding.quantity),
        "symbol": instrument.symbol,
        "avg_price": plain(holding.average),
        "closing_price": plain(holding.close),
        "closing_price_date": closed_on.isoformat(),
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


def _page_size(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1000:
        raise Refusal(400, "`page_size` is not a whole number from 1 to 1000")
    return int(text)


def _cancel_orders(call: Call) -> bool:
    options: Any = call.json() if call.body else {}
    if not is_object(options) or not isinstance(cancel_orders := options.get("cancel_orders"), bool | None):
        raise Refusal(400, "Expected a JSON object in which `cancel_orders` is true or false")
    return bool(cancel_orders)


def _close(state: State, account: Account, holding: Holding) -> list[Json]:
    quantity = available(account, holding)
    if not quantity:
        return []
    order: Json = {
        "id": state.new_id(),
        "account_id": account.id,
        "client_order_id": state.new_id(),
        "venue": "XCBO" if holding.instrument.right else "XNAS",
        "side": "SELL" if quantity > 0 else "BUY",
        "quantity": plain(abs(quantity)),
        "order_type": "MARKET",
        "time_in_force": "DAY",
        "status": _WORKING,
        "filled_quantity": "0",
        "leaves_quantity": plain(abs(quantity)),
        "created_at": state.timestamp,
        "updated_at": state.timestamp,
        "instrument_id": holding.instrument.id,
        "instrument_type": holding.instrument.type,
        "symbol": holding.instrument.symbol,
        "average_fill_price": None,
        "extended_hours": False,
        "underlying_instrument_id": holding.instrument.underlying_id,
        "underlying_instrument_type": holding.instrument.underlying_type,
    }
    account.orders[order["id"]] = order
    state.enter("order_created", account.id, order["id"], _WORKING, order["client_order_id"])

    def fill() -> None:
        if order["status"] == _WORKING:
            holding.quantity -= quantity
            if not holding.quantity:
                del account.holdings[holding.instrument.id]
            order.update(filled_quantity=order["quantity"], average_fill_price=plain(holding.price))
            _end(state, order, "FILLED", "order_filled")

    state.schedule(FILL_AFTER, fill)
    return [dict(order)]


def _cancel_working(state: State, account: Account, instrument_id: str | None) -> None:
    for order in account.orders.values():
        if order["status"] == _WORKING and instrument_id in (None, order["instrument_id"]):
            _end(state, order, "CANCELED", "order_cancelled")


def _end(state: State, order: Json, status: str, kind: str) -> None:
    order.update(status=status, leaves_quantity="0", updated_at=state.timestamp)
    state.enter(kind, order["account_id"], order["id"], status, order["client_order_id"])
