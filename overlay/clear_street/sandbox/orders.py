"""Implement orders: submit, replace, cancel and fill them, and update positions and cash."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .accounts import OPEN, begin_day, buying_power
from .fields import Field, flag, member, moment, number, read_object, text
from .instruments import in_range
from .messages import Answer, Refusal, is_list, is_object, listed, page_of, plain
from .state import Holding, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .dialects import Dialect
    from .messages import Call, Json
    from .state import Account, Instrument, OrderPlan, State

TERMINAL = frozenset({"FILLED", "CANCELED", "REJECTED", "EXPIRED"})
STATUSES = OPEN | TERMINAL | {"REPLACED", "DONE_FOR_DAY", "STOPPED", "SUSPENDED", "CALCULATED", "OTHER"}
TYPES = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP", "TRAILING_STOP_LIMIT")
SIDES: dict[Dialect, tuple[str, ...]] = {"contract": ("BUY", "SELL", "SELL_SHORT"), "today": ("BUY", "SELL")}
_TIMES = ("DAY", "GOOD_TILL_CANCEL", "IMMEDIATE_OR_CANCEL", "FILL_OR_KILL", "GOOD_TILL_DATE")
TIMES_IN_FORCE: dict[Dialect, tuple[str, ...]] = {
    "contract": (*_TIMES, "AT_THE_OPENING", "AT_THE_CLOSE"),
    "today": (*_TIMES, "AT_OPEN", "AT_CLOSE"),
}
SECURITY_TYPES = ("COMMON_STOCK", "PREFERRED_STOCK", "OPTION", "CASH", "INDEX", "OTHER")
RISK_DOMAIN = "com.clearstreet.oems.risk"
TAKEN_AFTER = 0.2
"""Seconds until the exchange accepts a submitted order."""
FILL_AFTER = 1.0
"""Seconds until an accepted order is filled, if the price allows."""
REPLACE_AFTER = 0.5
"""Seconds until a replacement takes effect."""
_NEEDS = {
    "LIMIT": ("limit_price",),
    "STOP": ("stop_price",),
    "STOP_LIMIT": ("limit_price", "stop_price"),
    "TRAILING_STOP": ("trailing_offset", "trailing_offset_type"),
    "TRAILING_STOP_LIMIT": ("trailing_offset", "trailing_offset_type", "limit_offset"),
}
"""The fields that each type of order needs."""
_PRICES = ("limit_price", "stop_price", "limit_offset", "trailing_offset")
_REPLACEABLE = {
    "quantity": Field(number()),
    "limit_price": Field(number()),
    "stop_price": Field(number()),
    "limit_offset": Field(number(above=None)),
    "trailing_offset": Field(number()),
    "trailing_offset_type": Field(member(("PRICE", "BPS"))),
}
_RANGE = re.compile(r"updated_at\[(gt|gte|lt|lte)\]")


class _Wanted(NamedTuple):
    """A valid row of a submit."""

    row: Json
    instrument: Instrument
    cost: Decimal


def get_orders(state: State, account: Account, call: Call) -> Answer:
    """Answer with a page of an account's orders, newest first, as they were `list_lag` seconds ago."""
    query = call.query()
    wanted, statuses = listed(query, "order_ids"), listed(query, "status")
    if not set(statuses or ()) <= STATUSES:
        raise Refusal(400, f"`status` may contain only {', '.join(sorted(STATUSES))}")
    _check_kind(query)
    instruments, underlying = _ids(state, query, "instrument_ids"), _ids(state, query, "underlying_instrument_ids")
    symbol = state.resolve(query["symbol"]) if "symbol" in query else None
    first, last = _range(state, query)
    updated = _updated(state, query)
    rows = [
        row
        for order in reversed(account.orders.values())
        if (row := order.row_at(state.time - state.list_lag))
        and (wanted is None or row["id"] in wanted or row["client_order_id"] in wanted)
        and (statuses is None or row["status"] in statuses)
        and (instruments is None or row["instrument_id"] in instruments)
        and (underlying is None or row["underlying_instrument_id"] in underlying)
        and ("symbol" not in query or (symbol is not None and row["instrument_id"] == symbol.id))
        and query.get("instrument_type", row["instrument_type"]) == row["instrument_type"]
        and (first is None or _moment(row["created_at"]) >= first)
        and (last is None or _moment(row["created_at"]) <= last)
        and all(allows(_moment(row["updated_at"])) for allows in updated)
    ]
    return page_of(rows, query)


def get_order_by_id(_: State, account: Account, call: Call) -> Answer:
    """Answer with an order, given by its id or, while it is open, by its client order id."""
    order = account.orders.get(call.item) or _open(account, call.item)
    if order is None:
        raise Refusal(404, f"Account {account.id} has no order {call.item!r}")
    return Answer(order.row)


def get_executions(state: State, account: Account, call: Call) -> Answer:
    """Answer with a page of an account's executions, newest first."""
    query = call.query()
    wanted = listed(query, "order_ids")
    keys = {order.row["id"]: order.key for order in account.orders.values()}
    instruments, underlying = _ids(state, query, "instrument_ids"), _ids(state, query, "underlying_instrument_ids")
    first, last = _range(state, query)
    rows = [
        {
            **row,
            **state.if_today({"underlying_instrument_type": state.instruments[row["instrument_id"]].underlying_type}),
        }
        for since, row in reversed(account.executions)
        if since <= state.time - state.list_lag
        and (wanted is None or row["order_id"] in wanted or keys[row["order_id"]] in wanted)
        and (instruments is None or row["instrument_id"] in instruments)
        and (underlying is None or row["underlying_instrument_id"] in underlying)
        and (first is None or _moment(row["transaction_time"]) >= first)
        and (last is None or _moment(row["transaction_time"]) <= last)
    ]
    return page_of(rows, query)


def submit_orders(state: State, account: Account, call: Call) -> Answer:
    """Accept a batch of orders. Raises `Refusal` for the whole batch if one order is invalid."""
    wanted = _submitted(state, account, call)
    left, refused = buying_power(account), None
    for index, each in enumerate(wanted):
        if each.row["side"] != "BUY":
            continue
        cost = each.cost * Decimal(each.row["quantity"])
        if cost > left:
            refused = (index, each, cost)
            break
        left -= cost
    if refused is not None:
        raise _risk(state, account, *refused, left)
    orders = [_opened(state, account, each) for each in wanted]
    return Answer([order.row for order in orders])


def replace_order(state: State, account: Account, call: Call) -> Answer:
    """Replace an open order. Its new values are shown at once, and take effect after `REPLACE_AFTER` seconds."""
    order = _open(account, call.item)
    if order is None:
        raise Refusal(404, f"Account {account.id} has no open order {call.item!r}")
    reader = state.reader
    changes = read_object(
        call.json(), "$", _REPLACEABLE, refuses_unknown=reader.refuses_unknown, status=reader.refusal_status
    )
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        raise Refusal(400, "A replacement needs at least one field")
    if "quantity" in given and Decimal(given["quantity"]) <= Decimal(order.row["filled_quantity"]):
        reason = f"{order.row['filled_quantity']} are already filled"
        raise Refusal(400, "The quantity must be more than the filled quantity", details=[_at("$.quantity", reason)])
    quantity = Decimal(given.get("quantity") or order.row["quantity"])
    leaves = plain(quantity - Decimal(order.row["filled_quantity"]))
    change(state, order, "PENDING_REPLACE", "order_replace_requested", **given, leaves_quantity=leaves)
    versions = len(order.versions)

    def replaced() -> None:
        if len(order.versions) == versions:
            change(state, order, _alive(order), "order_settled")
            _schedule_fill(state, account, order)

    state.schedule(REPLACE_AFTER, replaced)
    return Answer(dict(order.row))


def cancel_open_order(state: State, account: Account, call: Call) -> Answer:
    """Ask for an open order to be cancelled; asking again changes nothing."""
    order = _open(account, call.item)
    if order is None:
        raise Refusal(404, f"Account {account.id} has no open order {call.item!r}")
    return Answer(_ask_to_cancel(state, account, order))


def cancel_all_open_orders(state: State, account: Account, call: Call) -> Answer:
    """Request the cancellation of every open order that matches a query. Raises `Refusal` 404 if none does."""
    query, sides = call.query(), SIDES[state.reader.dialect]
    if query.get("side", sides[0]) not in sides:
        raise Refusal(400, f"`side` must be one of {', '.join(sides)}")
    if query.get("type", "OTHER") not in (*TYPES, "OTHER"):
        raise Refusal(400, f"`type` must be one of {', '.join(TYPES)}, OTHER")
    _check_kind(query)
    instruments = _ids(state, query, "instrument_ids")
    matching = [
        order
        for order in account.orders.values()
        if order.row["status"] in OPEN
        and query.get("side", order.row["side"]) == order.row["side"]
        and query.get("type", order.row["order_type"]) == order.row["order_type"]
        and query.get("instrument_type", order.row["instrument_type"]) == order.row["instrument_type"]
        and (instruments is None or order.row["instrument_id"] in instruments)
    ]
    if not matching:
        raise Refusal(404, "No open order matches")
    return Answer([_ask_to_cancel(state, account, order) for order in matching])


def open_order(state: State, account: Account, instrument: Instrument, status: str, values: Json) -> Order:
    """Make an open order, and schedule what happens to it."""
    key = values.get("id") if state.echo_keys else None
    row = _new_row(state, account, instrument, status, {**values, "client_order_id": key})
    order = Order(account.id, values.get("id") or row["client_order_id"], [(state.time, row)])
    order.cost = cost_of(instrument, values.get("limit_price"))
    account.orders[row["id"]] = order
    state.enter("order_created", account.id, row["id"], status, order.key)
    plan = _plan(state, order)
    if plan.then is not None:
        _follow(state, account, order, plan, plan.then, plan.after)
    elif status == "NEW":
        _schedule_fill(state, account, order)
    else:
        _schedule_taking(state, account, order)
    return order


def store(
    state: State,
    account: Account,
    instrument: Instrument,
    status: str,
    values: Json,
    client_order_id: str | None,
    order_id: str | None,
) -> str:
    """Store an earlier order, for which nothing is scheduled, and return its id."""
    row = _new_row(state, account, instrument, status, {**values, "client_order_id": client_order_id})
    row["id"] = order_id or row["id"]
    if status == "FILLED":
        row["filled_quantity"] = row["quantity"]
    if status in TERMINAL:
        row["leaves_quantity"] = "0"
    order = Order(account.id, row["client_order_id"], [(float("-inf"), row)])
    order.cost = cost_of(instrument, values["limit_price"])
    account.orders[row["id"]] = order
    return str(row["id"])


def _new_row(state: State, account: Account, instrument: Instrument, status: str, values: Json) -> Json:
    return {
        "id": state.new_id(),
        "account_id": account.id,
        "client_order_id": values["client_order_id"] or state.new_id(),
        "venue": instrument.venue,
        "side": values["side"],
        "quantity": values["quantity"],
        "order_type": values["order_type"],
        "time_in_force": values["time_in_force"],
        "status": status,
        "filled_quantity": "0",
        "leaves_quantity": values["quantity"],
        "created_at": state.nanoseconds,
        "updated_at": state.nanoseconds,
        "instrument_id": instrument.id,
        "instrument_type": instrument.kind,
        "symbol": instrument.symbol,
        "average_fill_price": None,
        **{name: values.get(name) for name in (*_PRICES, "trailing_offset_type", "expires_at")},
        "extended_hours": bool(values.get("extended_hours")),
        "strategy": values.get("strategy"),
        "underlying_instrument_id": instrument.underlying_id,
        "underlying_instrument_type": instrument.underlying_type,
    }


def foreign_row(state: State, call: Call) -> Json:
    """Make the row of an order of another account than the call's, for a fault."""
    account_id = 1 + int(call.account) if re.fullmatch(r"[0-9]+", call.account) else 1
    now = state.nanoseconds
    return {
        "id": state.new_id(),
        "account_id": account_id,
        "client_order_id": state.new_id(),
        "venue": "XNAS",
        "side": "SELL",
        "quantity": "1",
        "order_type": "MARKET",
        "time_in_force": "DAY",
        "status": "PENDING_CANCEL",
        "filled_quantity": "0",
        "leaves_quantity": "1",
        "created_at": now,
        "updated_at": now,
    }


def cost_of(instrument: Instrument, limit: str | None) -> Decimal:
    """Return what one unit of an order may cost; 0 if the instrument has no price."""
    price = Decimal(limit) if limit is not None else instrument.price or Decimal(0)
    return price * instrument.multiplier


def consider(state: State, account: Account, order: Order) -> None:
    """Fill an order if the price allows it now. Otherwise end it if its time in force does not let it wait."""
    row = order.row
    if row["status"] not in ("NEW", "PARTIALLY_FILLED"):
        return
    price = state.instruments[row["instrument_id"]].price
    if price is not None and _is_reached(row, price):
        fill(state, account, order, Decimal(row["leaves_quantity"]), price)
    elif row["time_in_force"] in ("IMMEDIATE_OR_CANCEL", "FILL_OR_KILL"):
        end(state, order, "CANCELED", "order_cancelled")


def fill(state: State, account: Account, order: Order, quantity: Decimal, price: Decimal) -> None:
    """Fill a quantity of an order, and update the position and the cash of its account."""
    row, instrument = order.row, state.instruments[order.row["instrument_id"]]
    before, signed = Decimal(row["filled_quantity"]), quantity if row["side"] == "BUY" else -quantity
    trade(state, account, instrument, signed, price)
    filled, leaves = before + quantity, Decimal(row["leaves_quantity"]) - quantity
    average = (Decimal(row["average_fill_price"] or 0) * before + price * quantity) / filled
    execution = {
        "id": state.new_id(),
        "order_id": row["id"],
        "side": row["side"],
        "quantity": plain(quantity),
        "transaction_time": state.nanoseconds,
        "price": plain(price),
        "instrument_id": instrument.id,
        "symbol": instrument.symbol,
        "underlying_instrument_id": instrument.underlying_id,
        "venue": instrument.venue,
    }
    account.executions.append((state.time, execution))
    change(
        state,
        order,
        "PARTIALLY_FILLED" if leaves else "FILLED",
        "order_filled",
        filled_quantity=plain(filled),
        leaves_quantity=plain(leaves),
        average_fill_price=plain(average.quantize(Decimal("0.0001"))),
    )


def trade(state: State, account: Account, instrument: Instrument, quantity: Decimal, price: Decimal) -> None:
    """Buy for an account, or sell if `quantity` is negative. Its position, cash and realized gain are updated."""
    begin_day(state, account)
    holding = account.holdings.setdefault(instrument.id, Holding(instrument, Decimal(0), price))
    held = holding.quantity
    if held * quantity >= 0:
        holding.average = (holding.average * abs(held) + price * abs(quantity)) / abs(held + quantity)
    else:
        closed = min(abs(held), abs(quantity)) * (1 if held > 0 else -1)
        account.realized_today += closed * (price - holding.average) * instrument.multiplier
        if abs(quantity) > abs(held):
            holding.average = price
    holding.quantity = held + quantity
    account.cash -= quantity * price * instrument.multiplier
    if not holding.quantity:
        del account.holdings[instrument.id]


def change(state: State, order: Order, status: str, kind: str, **values: Any) -> None:
    """Set the status of an order, and `values` of its row."""
    row = {**order.row, **values, "status": status, "updated_at": state.nanoseconds}
    order.versions.append((state.time, row))
    state.enter(kind, order.account_id, row["id"], status, order.key)


def end(state: State, order: Order, status: str, kind: str, reason: str | None = None) -> None:
    """Set a terminal status of an order, with nothing left to fill."""
    details = {"details": [reason]} if reason is not None else {}
    change(state, order, status, kind, leaves_quantity="0", **details)


def settle(state: State, account: Account, order: Order, status: str, reason: str | None) -> None:
    """Set a status of an order, as the exchange would, and do what the status means, such as fill the order."""
    price = state.instruments[order.row["instrument_id"]].price or Decimal(order.row["limit_price"] or 10)
    leaves = Decimal(order.row["leaves_quantity"])
    if status == "FILLED" and leaves:
        fill(state, account, order, leaves, price)
    elif status == "PARTIALLY_FILLED" and leaves > 1:
        fill(state, account, order, leaves // 2, price)
    elif status == "REJECTED":
        end(state, order, status, "order_rejected", reason or "Rejected by the exchange")
    elif status in TERMINAL:
        end(state, order, status, "order_cancelled" if status == "CANCELED" else "order_settled", reason)
    else:
        change(state, order, status, "order_settled")


def _open(account: Account, item: str) -> Order | None:
    """Return the open order with an id or a client order id; None if there is none."""
    for order in account.orders.values():
        if item in (order.row["id"], order.row["client_order_id"]) and order.row["status"] in OPEN:
            return order
    return None


def _ask_to_cancel(state: State, account: Account, order: Order) -> Json:
    if order.row["status"] != "PENDING_CANCEL":
        change(state, order, "PENDING_CANCEL", "order_cancel_requested")
        plan = _plan(state, order)
        _follow(state, account, order, plan, plan.cancel_then, plan.cancel_after)
    return dict(order.row)


def _alive(order: Order) -> str:
    """Return the status of an open order for which no request is pending."""
    return "NEW" if order.row["filled_quantity"] == "0" else "PARTIALLY_FILLED"


def _plan(state: State, order: Order) -> OrderPlan:
    instrument = state.instruments[order.row["instrument_id"]]
    return next(
        plan
        for plan in reversed(state.order_plans)
        if (plan.instrument is None or state.resolve(plan.instrument) is instrument)
        and plan.order in (None, order.key, order.row["id"])
    )


def _follow(state: State, account: Account, order: Order, plan: OrderPlan, path: tuple[str, ...], after: float) -> None:
    def step() -> None:
        settle(state, account, order, path[0], plan.reason)
        _follow(state, account, order, plan, path[1:], after)

    if path:
        _later(state, order, after, step)


def _schedule_taking(state: State, account: Account, order: Order) -> None:
    def taken() -> None:
        change(state, order, "NEW", "order_settled")
        _schedule_fill(state, account, order)

    _later(state, order, TAKEN_AFTER, taken)


def _schedule_fill(state: State, account: Account, order: Order) -> None:
    _later(state, order, FILL_AFTER, lambda: consider(state, account, order))


def _later(state: State, order: Order, seconds: float, action: Callable[[], object]) -> None:
    """Schedule an action on an order. It is dropped if the order has changed by then."""
    versions = len(order.versions)

    def act() -> None:
        if len(order.versions) == versions:
            action()

    state.schedule(seconds, act)


def _is_reached(row: Json, price: Decimal) -> bool:
    """Whether an order may be filled at a price."""
    buys, kind = row["side"] == "BUY", row["order_type"]
    if kind.startswith("TRAILING"):
        return False
    if "STOP" in kind and not (price >= Decimal(row["stop_price"]) if buys else price <= Decimal(row["stop_price"])):
        return False
    if "LIMIT" in kind:
        return price <= Decimal(row["limit_price"]) if buys else price >= Decimal(row["limit_price"])
    return True


def _submitted(state: State, account: Account, call: Call) -> list[_Wanted]:
    """Read the orders of a submit. Raises `Refusal` that names every problem."""
    rows, reader = call.json(), state.reader
    if not is_list(rows) or not rows:
        raise Refusal(400, "Expected a JSON array of at least one order", details=[_at("$", "expected an array")])
    fields = _fields(reader.dialect)
    read = [
        read_object(row, f"$[{index}]", fields, refuses_unknown=reader.refuses_unknown, status=422)
        for index, row in enumerate(rows)
    ]
    problems: list[tuple[str, str]] = []
    wanted: list[_Wanted] = []
    keys: set[str] = {order.key for order in account.orders.values()} if state.honour_keys else set[str]()
    for index, row in enumerate(read):
        path = f"$[{index}]"
        instrument = _instrument(state, row)
        problems += [(f"{path}.{name}", why) for name, why in _row_problems(state, row, instrument)]
        if row["id"] is not None and row["id"] in keys:
            problems.append((f"{path}.id", f"the id {row['id']!r} was used before on this account"))
        if state.honour_keys and row["id"] is not None:
            keys.add(row["id"])
        if instrument is not None:
            row["quantity"] = plain(Decimal(row["quantity"]))
            wanted.append(_Wanted(row, instrument, cost_of(instrument, row["limit_price"])))
    if problems:
        details = [_at(path, why) for path, why in problems]
        raise Refusal(400, f"{problems[0][0].removeprefix('$')}: {problems[0][1]}", details=details)
    return wanted


def _fields(dialect: Dialect) -> dict[str, Field]:
    fields = {
        "side": Field(member(SIDES[dialect]), is_required=True),
        "quantity": Field(number(), is_required=True),
        "order_type": Field(member(TYPES), is_required=True),
        "time_in_force": Field(member(TIMES_IN_FORCE[dialect]), is_required=True),
        "id": Field(text(64)),
        "symbol": Field(text()),
        "instrument_id": Field(text()),
        **{name: field for name, field in _REPLACEABLE.items() if name != "quantity"},
        "expires_at": Field(moment),
        "extended_hours": Field(flag),
    }
    if dialect == "today":
        fields |= {"position_intent": Field(member(("OPEN", "CLOSE"))), "strategy": Field(_strategy_problem)}
    return fields


def _strategy_problem(value: Any) -> str | None:
    kinds = ("SOR", "VWAP", "TWAP", "DMA")
    if not is_object(value) or value.get("type") not in kinds:
        return f"expected an object whose `type` is one of {', '.join(kinds)}"
    return "`destination` is missing" if value["type"] == "DMA" and not value.get("destination") else None


def _instrument(state: State, row: Json) -> Instrument | None:
    return state.resolve(row["instrument_id"] or row["symbol"] or "")


def _row_problems(state: State, row: Json, instrument: Instrument | None) -> Iterable[tuple[str, str]]:
    """Yield each field of an order that is missing or does not fit the others, and the reason."""
    kind = row["order_type"]
    if row["symbol"] is None and row["instrument_id"] is None:
        yield "symbol", "an order needs `symbol` or `instrument_id`"
    elif instrument is None:
        yield "instrument_id" if row["instrument_id"] else "symbol", "there is no such instrument"
    else:
        if row["symbol"] is not None and state.resolve(row["symbol"]) is not instrument:
            yield "symbol", "it is not the symbol of `instrument_id`"
        if instrument.expiry is not None and instrument.expiry < state.today:
            yield "symbol", f"{instrument.symbol} expired on {instrument.expiry}"
        if instrument.expiry is not None and Decimal(row["quantity"]) % 1:
            yield "quantity", "expected a whole number of contracts"
    for name in _NEEDS.get(kind, ()):
        if row[name] is None:
            yield name, f"{kind} needs `{name}`"
    if row["time_in_force"] == "GOOD_TILL_DATE" and row["expires_at"] is None:
        yield "expires_at", "GOOD_TILL_DATE needs `expires_at`"
    if row["extended_hours"] and kind not in ("LIMIT", "STOP_LIMIT"):
        yield "extended_hours", "only LIMIT and STOP_LIMIT orders are allowed in extended hours"
    strategy = row["strategy"]["type"] if row.get("strategy") else "SOR"
    if strategy != "SOR" and (row["time_in_force"] != "DAY" or row["extended_hours"]):
        yield "strategy", f"{strategy} allows only DAY orders without extended hours"
    if strategy != "SOR" and kind not in ({"LIMIT"} if strategy == "DMA" else {"MARKET", "LIMIT"}):
        yield "strategy", f"{strategy} does not allow {kind} orders"


def _opened(state: State, account: Account, wanted: _Wanted) -> Order:
    return open_order(state, account, wanted.instrument, "PENDING_NEW", wanted.row)


def _risk(state: State, account: Account, index: int, wanted: _Wanted, cost: Decimal, left: Decimal) -> Refusal:
    """Return the refusal of a submit in which one order costs too much. That order is stored as REJECTED."""
    plan = state.order_plans
    state.order_plans = [*plan, plan[0]._replace(then=())]
    order = open_order(state, account, wanted.instrument, "PENDING_NEW", wanted.row)
    state.order_plans = plan
    end(state, order, "REJECTED", "order_rejected", "Insufficient buying power")
    metadata = {
        "order_id": order.row["id"],
        "account_id": f"{account.id}",
        "symbol": wanted.instrument.symbol,
        "side": wanted.row["side"],
        "required_total": plain(cost),
        "available": plain(max(Decimal(0), left)),
        "account_type": account.subtype,
    }
    description = f"The order needs {plain(cost)}, but only {plain(max(Decimal(0), left))} is available"
    return Refusal(
        400,
        "Risk check failed",
        details=[
            {"type": "RISK", "subject": f"order:{order.row['id']}", "description": description},
            {"reason": "BUYING_POWER", "domain": RISK_DOMAIN, "metadata": metadata},
            _at(f"$[{index}].quantity", description),
        ],
    )


def _at(path: str, reason: str) -> Json:
    return {"path": path, "reason": reason}


def _ids(state: State, query: dict[str, str], name: str) -> set[str] | None:
    """Return the ids of the instruments in a list of ids and symbols. None if the query has no such list."""
    items = listed(query, name)
    return None if items is None else {found.id for item in items if (found := state.resolve(item))}


def _check_kind(query: dict[str, str]) -> None:
    if query.get("instrument_type", "OTHER") not in SECURITY_TYPES:
        raise Refusal(400, f"`instrument_type` must be one of {', '.join(SECURITY_TYPES)}")


def _range(state: State, query: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    first, last = (_asked(query[name], name) if name in query else None for name in ("from", "to"))
    if state.reader.dialect == "today" and first is not None and last is not None and first > last:
        raise Refusal(400, "`from` is later than `to`")
    return first, last


def _updated(state: State, query: dict[str, str]) -> Sequence[Callable[[datetime], bool]]:
    """Return the conditions of a query on `updated_at`. The contract's dialect has none."""
    found: list[Callable[[datetime], bool]] = []
    least, most = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for name, value in query.items() if state.reader.dialect == "today" else ():
        if not (match := _RANGE.fullmatch(name)):
            continue
        bound, is_day = _asked(value, name), len(value) == 10
        # A day means its end in "after the day" and "up to the day", and its start otherwise.
        if is_day and match[1] in ("gt", "lte"):
            bound += timedelta(days=1) - timedelta(microseconds=1)
        if match[1] in ("gt", "gte"):
            least = max(least, bound)
        else:
            most = min(most, bound)
        found.append(_COMPARISONS[match[1]](bound))
    if least > most:
        raise Refusal(400, "The bounds of `updated_at` exclude every time")
    return found


_COMPARISONS: dict[str, Callable[[datetime], Callable[[datetime], bool]]] = {
    "gt": lambda bound: lambda time: time > bound,
    "gte": lambda bound: lambda time: time >= bound,
    "lt": lambda bound: lambda time: time < bound,
    "lte": lambda bound: lambda time: time <= bound,
}


def _asked(value: str, name: str) -> datetime:
    """Read a time of a query. A day, or a time without a zone, is in UTC."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, f"`{name}` must be a time, such as 2026-04-24T14:30:00Z") from None
    found = in_range(found, name)
    return found if found.utcoffset() is not None else found.replace(tzinfo=UTC)


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value[:26] + "+00:00")
