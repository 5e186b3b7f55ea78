"""Check the arguments of the operations on orders and build their requests. They are checked further than the spec
says: for what the service would refuse, and for ids that no look could find. docs/safety.md, "Arguments".
"""

from __future__ import annotations

from clear_street_api import models
from clear_street_api.api import orders as calls

from .._config.arguments import argument_error, check_spelling, expected_error
from .requests import Prepared, is_list, is_object

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from clear_street_api.models import NewOrderRequest, TrailingOffsetType

    from ..types.v1 import NewOrderRequestParam

_ID_MAX = 64
"""Characters of an order's `id`."""
_NUMBERS = ("quantity", "limit_price", "stop_price", "limit_offset", "trailing_offset")
_NEEDS = {
    "LIMIT": ("limit_price",),
    "STOP": ("stop_price",),
    "STOP_LIMIT": ("limit_price", "stop_price"),
    "TRAILING_STOP": ("trailing_offset", "trailing_offset_type"),
    "TRAILING_STOP_LIMIT": ("trailing_offset", "trailing_offset_type", "limit_offset"),
    "GOOD_TILL_DATE": ("expires_at",),
}
"""The fields that an order of a type, or of a time in force, must have."""


def submit_orders(account_id: int, *, orders: Iterable[NewOrderRequest | NewOrderRequestParam]) -> Prepared:
    """Check the arguments of `submit_orders` and build its request. Raises `ArgumentError`."""
    if isinstance(orders, (str, bytes, dict)) or not hasattr(orders, "__iter__"):
        name = type(orders).__name__  # pyright: ignore[reportUnknownArgumentType]
        raise expected_error("a list of orders", "orders", name, "put each order into a list: [{...}]")
    rows = [_row(f"orders[{index}]", row) for index, row in enumerate(orders)]
    if not rows:
        raise expected_error("at least one order", "orders", [], "an iterator can be used only once")
    request = calls.submit_orders.build_request(account_id, orders=rows)
    keys: set[str] = set()
    for index, row in enumerate(request.json):
        _check(f"orders[{index}]", row)
        key = row.get("id")
        if key in keys:
            raise argument_error(f"The id {key!r} is used twice in `orders`; give each order an id of its own.")
        keys |= {key} if key is not None else set()
    return Prepared(request, account_id, rows=[models.NewOrderRequest.from_dict(row) for row in request.json])


def cancel_open_order(order_id: str, *, account_id: int) -> Prepared:
    """Check the arguments of `cancel_open_order` and build its request. Raises `ArgumentError`."""
    request = calls.cancel_open_order.build_request(order_id, account_id=account_id)
    return Prepared(request, account_id, str(order_id))


def replace_order(
    order_id: str,
    *,
    account_id: int,
    quantity: str | None = None,
    limit_price: str | None = None,
    stop_price: str | None = None,
    limit_offset: str | None = None,
    trailing_offset: str | None = None,
    trailing_offset_type: TrailingOffsetType | str | None = None,
) -> Prepared:
    """Check the arguments of `replace_order` and build its request. Raises `ArgumentError`."""
    changes = {
        "quantity": quantity,
        "limit_price": limit_price,
        "stop_price": stop_price,
        "limit_offset": limit_offset,
        "trailing_offset": trailing_offset,
        "trailing_offset_type": trailing_offset_type,
    }
    if all(value is None for value in changes.values()):
        raise argument_error(f"Nothing to change: give one of {', '.join(f'`{name}`' for name in changes)}.")
    request = calls.replace_order.build_request(order_id, account_id=account_id, **_with_texts(changes))
    return Prepared(request, account_id, str(order_id))


def orders_of(response: object) -> tuple[int, list[str]]:
    """Return the account and the ids of the orders that a reply has. Raises `ArgumentError`."""
    data: object = getattr(response, "data", None)
    if data is not None and not is_list(data):
        raise expected_error(
            "a reply with orders", "response", type(response).__name__, "wait_for_order() takes one order's id"
        )
    rows: list[Any] = [row for row in data or () if row.id is not None]
    accounts: set[Any] = {row.account_id for row in rows}
    if len(accounts) > 1 or None in accounts:
        raise argument_error(f"Expected orders of one account in `response` but received some of {len(accounts)}.")
    return (accounts.pop() if accounts else 0), [row.id for row in rows]


def _row(where: str, row: Any) -> Mapping[str, Any]:
    """Return a submitted row as a dict, with its numbers as texts. Raises `ArgumentError`."""
    if isinstance(row, models.NewOrderRequest):
        return row.to_dict()
    if not is_object(row):
        raise argument_error(f"Expected a dict or a NewOrderRequest for `{where}` but received {type(row).__name__}.")
    return _with_texts(row)


def _with_texts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) if name in _NUMBERS else value for name, value in row.items() if value is not None}


def _text(value: object) -> object:
    """Return a number as the API takes it, and anything else unchanged.

    A float is not converted, because it cannot represent every number: it is refused later.
    """
    from decimal import Decimal

    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check(where: str, row: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` for an order that cannot be right."""
    for name, enum in (
        ("side", models.Side),
        ("order_type", models.OrderType),
        ("time_in_force", models.TimeInForce),
        ("trailing_offset_type", models.TrailingOffsetType),
        ("position_intent", models.PositionIntent),
    ):
        value = row.get(name)
        if value == "OTHER":
            raise argument_error(
                f"Expected a value to send for `{where}.{name}` but received 'OTHER', which only replies have."
            )
        if value is not None:
            check_spelling(f"{where}.{name}", value, enum)
    if row.get("symbol") is None and row.get("instrument_id") is None:
        raise argument_error(f"Expected an instrument in `{where}`; give its `symbol` or its `instrument_id`.")
    if not _is_positive(row["quantity"]):
        raise argument_error(f"Expected a positive number for `{where}.quantity` but received {row['quantity']!r}.")
    for kind in (row["order_type"], row["time_in_force"]):
        for name in _NEEDS.get(kind, ()):
            if row.get(name) is None:
                raise argument_error(f"Expected a value for `{where}.{name}`, which {kind} needs.")
    _check_strategy(where, row)
    key = row.get("id")
    if key is not None and (not key.strip() or len(key) > _ID_MAX or "," in key):
        # In a query, commas separate ids: an order with a comma in its id could not be looked for.
        raise argument_error(
            f"Expected up to {_ID_MAX} characters without a comma for `{where}.id` but received {key!r}; leave it out, "
            "and the client makes a new id."
        )


def _check_strategy(where: str, row: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` for an order whose strategy does not take its type or its time in force."""
    strategy: Mapping[str, Any] = row.get("strategy") or {}
    name: str = strategy.get("type", "SOR")
    types = {"VWAP": ("MARKET", "LIMIT"), "TWAP": ("MARKET", "LIMIT"), "DMA": ("LIMIT",)}.get(name)
    if types is None:
        return
    if row["order_type"] not in types:
        raise argument_error(
            f"Expected {' or '.join(types)} for `{where}.order_type` but received {row['order_type']!r}; the strategy "
            f"{name} takes no other."
        )
    if row["time_in_force"] != "DAY" or row.get("extended_hours"):
        raise argument_error(
            f"Expected DAY for `{where}.time_in_force`, without `extended_hours`, but received "
            f"{row['time_in_force']!r}; the strategy {name} takes no other."
        )
    if name == "DMA" and strategy.get("destination") is None:
        raise argument_error(f"Expected a value for `{where}.strategy.destination`, which DMA needs.")


def _is_positive(text: str) -> bool:
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text) > 0
    except InvalidOperation:
        return False
