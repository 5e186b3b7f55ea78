"""Read a world from a JSON file. Each problem is reported with its JSON path."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from ..market import Market
from .fields import Field, anything, field_error, flag, items, member, number, read_object, text, texts, times, whole
from .messages import Refusal
from .world import AccountToBe, InstructionToBe, InstrumentToBe, OrderToBe, PositionToBe, World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .messages import Json

TODAY = "{today}"
"""The text in a symbol that is replaced with the sandbox's first day, such as in ``AAPL {today}C00260000``."""
_INSTRUMENT = {
    "symbol": Field(text(), is_required=True),
    "instrument_id": Field(text()),
    "name": Field(text()),
    "kind": Field(member(("COMMON_STOCK", "INDEX"))),
    "style": Field(member(("AMERICAN", "EUROPEAN"))),
    "multiplier": Field(whole(1)),
    "settles_on_open": Field(flag),
    "price": Field(number(above=None)),
    "closing_price": Field(number(above=None)),
}
_POSITION = {
    "symbol": Field(text(), is_required=True),
    "quantity": Field(number(above=None), is_required=True),
    "price": Field(number(above=None)),
    "avg_price": Field(number(above=None)),
    "closing_price": Field(number(above=None)),
}
_INSTRUCTION = {
    "symbol": Field(text(), is_required=True),
    "instruction_type": Field(text()),
    "quantity": Field(whole(1)),
    "idempotency_key": Field(text()),
    "instruction_id": Field(text()),
    "status": Field(text()),
}
_ORDER = {
    "symbol": Field(text(), is_required=True),
    "side": Field(text()),
    "quantity": Field(number()),
    "limit_price": Field(number()),
    "client_order_id": Field(text(64)),
    "order_id": Field(text()),
    "status": Field(text()),
}
_ACCOUNT = {
    "account_id": Field(whole(), is_required=True),
    "api_keys": Field(texts),
    "name": Field(text()),
    "cash": Field(number(above=None)),
    "options_level": Field(whole(0)),
    "subtype": Field(text()),
    "status": Field(text()),
    "positions": Field(items),
    "instructions": Field(items),
    "orders": Field(items),
}
_MARKET = {
    **{name: Field(text()) for name in ("zone", "opens", "closes", "cutoff")},
    "closed": Field(texts),
    "early": Field(times),
    "cutoffs": Field(times),
}
_WORLD = {"market": Field(anything), "instruments": Field(items), "accounts": Field(items)}


def read_file(path: Path, today: date) -> tuple[World, Market]:
    """Read a world and its market from a file. Raises `ValueError` that says what is wrong, and where."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return read_world(document, today), read_market(document.get("market"), "$.market")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    except Refusal as error:
        raise ValueError(f"{path}: {error.details[0]['path']}: {error.details[0]['reason']}") from None
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None


def read_world(document: Any, today: date) -> World:
    """Read a world. Raises `Refusal` 400 that names each problem."""
    world = _read(document, "$", _WORLD)
    return World(
        tuple(
            InstrumentToBe(**_dated(_read(each, path, _INSTRUMENT), today))
            for path, each in _each(world.get("instruments"), "$.instruments")
        ),
        tuple(read_account(each, path, today) for path, each in _each(world.get("accounts"), "$.accounts")),
    )


def read_account(value: Any, path: str, today: date) -> AccountToBe:
    """Read an account with its positions, instructions and orders. Raises `Refusal` 400 that names each problem."""
    account = _read(value, path, _ACCOUNT)
    held = _each(account.pop("positions", None), f"{path}.positions")
    instructed = _each(account.pop("instructions", None), f"{path}.instructions")
    ordered = _each(account.pop("orders", None), f"{path}.orders")
    if "api_keys" in account:
        account["api_keys"] = tuple(account["api_keys"])
    return AccountToBe(
        **account,
        positions=tuple(PositionToBe(**_dated(_read(each, where, _POSITION), today)) for where, each in held),
        instructions=tuple(
            InstructionToBe(**_dated(_read(each, where, _INSTRUCTION), today)) for where, each in instructed
        ),
        orders=tuple(OrderToBe(**_dated(_read(each, where, _ORDER), today)) for where, each in ordered),
    )


def read_market(value: Any, path: str) -> Market:
    """Read a market; New York's if there is none. Raises `Refusal` 400 that names the problem."""
    if value is None:
        return Market()
    given = _read(value, path, _MARKET)
    try:
        for name in ("early", "cutoffs"):
            given[name] = {date.fromisoformat(day): hour for day, hour in given.get(name, {}).items()}
        given["closed"] = [date.fromisoformat(day) for day in given.get("closed", ())]
        return Market(**given)
    except ValueError as error:
        raise field_error(400, [(path, f"{error}")]) from None


def _read(value: Any, path: str, fields: Mapping[str, Field]) -> Json:
    read = read_object(value, path, fields, refuses_unknown=True, status=400)
    return {name: given for name, given in read.items() if given is not None}


def _each(values: Any, path: str) -> list[tuple[str, Any]]:
    return [(f"{path}[{index}]", value) for index, value in enumerate(values or ())]


def _dated(row: Json, today: date) -> Json:
    return {**row, "symbol": row["symbol"].replace(TODAY, f"{today:%y%m%d}")}
