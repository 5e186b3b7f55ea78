"""List the operations that the sandbox answers, and find the one of a request. Their rules are in `sandbox.py`."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote


class Path(NamedTuple):
    """The method, path and query parameters of an operation."""

    method: str
    path: str
    """The path, with its parameters in braces: the account, and at most one more."""
    query: tuple[str, ...] = ()
    """The names of its query parameters."""
    of_today: tuple[str, ...] = ()
    """The names of further ones that only today's dialect has."""
    is_list: bool = False
    """Whether the data of its reply is a list."""


_ACCOUNT = "/v1/accounts/{account_id}"
_POSITIONS = f"{_ACCOUNT}/positions"
_ORDERS = f"{_ACCOUNT}/orders"
_PAGE = ("page_size", "page_token")

# The first path that matches is used, so a literal segment must come before a parameter.
PATHS: dict[str, Path] = {
    "get_version": Path("GET", "/v1/version"),
    "get_clock": Path("GET", "/v1/clock"),
    "get_market_hours_calendar": Path("GET", "/v1/calendars/market-hours", ("date", "market"), is_list=True),
    "get_accounts": Path("GET", "/v1/accounts", ("account_id", "account_name", *_PAGE), is_list=True),
    "get_account_by_id": Path("GET", _ACCOUNT),
    "get_account_balances": Path("GET", f"{_ACCOUNT}/balances", ("top_margin_contributors_limit",)),
    "get_positions": Path("GET", _POSITIONS, ("instrument_ids", *_PAGE, "sort_by", "sort_direction"), is_list=True),
    "close_positions": Path("DELETE", _POSITIONS, is_list=True),
    "get_position_instructions": Path(
        "GET", f"{_POSITIONS}/instructions", ("instrument_id",), ("underlying_instrument_id",), is_list=True
    ),
    "submit_position_instructions": Path("POST", f"{_POSITIONS}/instructions", is_list=True),
    "close_position": Path("DELETE", f"{_POSITIONS}/{{instrument_id}}", is_list=True),
    "cancel_position_instruction": Path("DELETE", f"{_POSITIONS}/instructions/{{instruction_id}}"),
    "get_orders": Path(
        "GET",
        _ORDERS,
        (
            "order_ids",
            "status",
            "symbol",
            "instrument_ids",
            "instrument_type",
            "underlying_instrument_ids",
            "from",
            "to",
            *_PAGE,
        ),
        ("updated_at[gt]", "updated_at[gte]", "updated_at[lt]", "updated_at[lte]"),
        is_list=True,
    ),
    "submit_orders": Path("POST", _ORDERS, is_list=True),
    "cancel_all_open_orders": Path(
        "DELETE", _ORDERS, ("side", "type", "instrument_type", "instrument_ids"), is_list=True
    ),
    "get_order_by_id": Path("GET", f"{_ORDERS}/{{order_id}}"),
    "cancel_open_order": Path("DELETE", f"{_ORDERS}/{{order_id}}"),
    "replace_order": Path("PATCH", f"{_ORDERS}/{{order_id}}"),
    "get_executions": Path(
        "GET",
        f"{_ACCOUNT}/executions",
        ("order_ids", "instrument_ids", "underlying_instrument_ids", "from", "to", *_PAGE),
        is_list=True,
    ),
    "get_option_contracts": Path(
        "GET",
        "/v1/instruments/options/contracts",
        (
            "underlier",
            "underlying_instrument_id",
            "contract_ids",
            "expiry",
            "contract_type",
            "is_settle_on_open",
            *_PAGE,
        ),
        ("root",),
        is_list=True,
    ),
    "search_instruments": Path(
        "GET",
        "/v1/instruments/search",
        ("q", "asset_class", "include_inactive", "include_ptp", "currency", "country", *_PAGE),
        is_list=True,
    ),
    "get_instrument_by_id": Path("GET", "/v1/instruments/{instrument_id}", ("include_options_expiry_dates",)),
    "get_snapshots": Path(
        "GET",
        "/v1/market-data/snapshot",
        ("instrument_ids",),
        ("underlying_instrument_id", "expiry"),
        is_list=True,
    ),
}
"""The path of each operation, by operationId."""
OPERATIONS = tuple(sorted(PATHS))
"""The operationIds, sorted."""


def route(path: str) -> tuple[dict[str, str], str, str]:
    """Return the operations of a path by method, its account, and its other parameter. What is not there is empty."""
    segments = path.split("/")
    for template, operations in _BY_PATH.items():
        found = _match(template, segments)
        if found is not None:
            account = found.pop("{account_id}", "")
            return operations, account, next(iter(found.values()), "")
    return {}, "", ""


def _match(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    found: dict[str, str] = {}
    for expected, segment in zip(template, segments, strict=True):
        if not expected.startswith("{"):
            if expected != segment:
                return None
        # An empty account matches, and is refused later. Any other empty parameter makes another path.
        elif segment or expected == "{account_id}":
            found[expected] = unquote(segment)
        else:
            return None
    return found


def _by_path() -> dict[tuple[str, ...], dict[str, str]]:
    tables: dict[tuple[str, ...], dict[str, str]] = {}
    for operation, where in PATHS.items():
        tables.setdefault(tuple(where.path.split("/")), {})[where.method] = operation
    return tables


_BY_PATH = _by_path()
