"""Implement accounts: list them, and answer with their details and balances."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from .access import key_of
from .messages import Answer, Refusal, page_of, plain
from .state import DayStart

if TYPE_CHECKING:
    from .messages import Call, Json
    from .state import Account, State

OPEN = frozenset({"PENDING_NEW", "QUEUED", "PENDING_TRIGGER", "NEW", "PARTIALLY_FILLED", "PENDING_CANCEL"}) | {
    "PENDING_REPLACE"
}
"""Statuses in which an order is open: it may be cancelled, and its cost counts against the buying power."""
SUBTYPES = ("CASH", "MARGIN", "OTHER")
STATUSES = ("ACTIVE", "INACTIVE", "CLOSED")
_INITIAL, _MAINTENANCE, _LEVERAGE = Decimal("0.5"), Decimal("0.25"), 4
"""The sandbox's margin rules: initial margin, maintenance margin, and the day's multiple of the excess."""


def get_accounts(state: State, call: Call) -> Answer:
    """Answer with a page of the accounts that the key may see, filtered by part of the number or the name."""
    api_key, query = key_of(state, call), call.query()
    number, name = query.get("account_id", ""), query.get("account_name", "").casefold()
    rows = [
        account_row(state, account)
        for account in state.accounts.values()
        if account.is_seen_by(api_key) and f"{account.id}".startswith(number) and name in account.name.casefold()
    ]
    return page_of(sorted(rows, key=lambda row: row["id"]), query)


def get_account_by_id(state: State, account: Account, _: Call) -> Answer:
    """Answer with an account and its holder's personal details."""
    return Answer(
        {
            **account_row(state, account),
            "country_of_tax_residency": "US",
            "date_of_birth": None,
            "mailing_address": {
                "line1": "1 Example Street",
                "line2": None,
                "city": "New York",
                "state": "NY",
                "postal_code": "10001",
                "country": "US",
            },
            "phone_number": "+1 212 555 0100",
        }
    )


def get_account_balances(state: State, account: Account, call: Call) -> Answer:
    """Answer with the balances of an account and its buying power."""
    limit = call.query().get("top_margin_contributors_limit")
    if limit is not None and (not re.fullmatch(r"[0-9]{1,9}", limit) or int(limit) < 1):
        raise Refusal(400, "`top_margin_contributors_limit` must be a whole number, 1 or more")
    cash, start = account.cash, begin_day(state, account)
    long, short = long_value(account), short_value(account)
    equity, unsettled = cash + long + short, cash - start.cash
    unrealized = sum((each.size * (each.price - each.average) for each in account.holdings.values()), Decimal(0))
    daily = sum((each.size * (each.price - each.close) for each in account.holdings.values()), Decimal(0))
    is_margin = account.subtype == "MARGIN"
    row: Json = {
        "account_id": account.id,
        "currency": "USD",
        "margin_type": "REG_T" if is_margin else "NONE",
        "sod": {
            "buying_power": plain(start.buying_power),
            "equity": plain(start.equity),
            "long_market_value": plain(start.long_value),
            "short_market_value": plain(start.short_value),
            "asof": f"{start.day}",
            "trade_cash": plain(start.cash),
            "maintenance_margin_requirement": None,
            "maintenance_margin_excess": None,
        },
        "buying_power": plain(buying_power(account)),
        "equity": plain(equity),
        "long_market_value": plain(long),
        "short_market_value": plain(short),
        "settled_cash": plain(start.cash),
        "trade_cash": plain(cash),
        "withdrawable_cash": plain(max(Decimal(0), min(start.cash, cash))),
        "unsettled_credits": plain(max(Decimal(0), unsettled)),
        "unsettled_debits": plain(max(Decimal(0), -unsettled)),
        "open_order_adjustment": plain(-_ordered(account)),
        "unrealized_pnl": plain(unrealized),
        "daily_unrealized_pnl": plain(daily),
        "daily_realized_pnl": plain(account.realized_today),
        "daily_pnl": plain(daily + account.realized_today),
        "daily_change": plain(equity - start.equity),
        "multiplier": f"{_LEVERAGE}" if is_margin else "1",
    }
    if is_margin:
        row["margin_details"] = _margin_details(state, account, equity, int(limit) if limit else None)
    return Answer(row)


def account_row(state: State, account: Account) -> Json:
    """Return the row of an account, without personal details."""
    return {
        "id": account.id,
        "account_holder_entity_id": 1_000_000 + abs(account.id) % 1_000_000,
        **state.if_today({"account_holder_entity_kind": "LEGAL_ENTITY"}),
        "full_name": account.name,
        "short_name": account.name.split()[0],
        "open_date": "2024-01-02",
        "options_level": account.options_level,
        "status": account.status,
        "subtype": account.subtype,
        "type": "CUSTOMER",
        "close_date": None,
    }


def buying_power(account: Account) -> Decimal:
    """Return the amount that an account can still spend."""
    if account.subtype != "MARGIN":
        return max(Decimal(0), account.cash - _ordered(account))
    equity = account.cash + long_value(account) + short_value(account)
    return max(Decimal(0), (equity - _required(account, _MAINTENANCE)) * _LEVERAGE - _ordered(account))


def begin_day(state: State, account: Account) -> DayStart:
    """Return what an account was worth when the day began. The first call of a day records it."""
    day = state.today
    if account.day_start is None or account.day_start.day != day:
        long, short = long_value(account), short_value(account)
        equity = account.cash + long + short
        account.day_start = DayStart(day, account.cash, equity, long, short, buying_power(account))
        account.realized_today = Decimal(0)
    return account.day_start


def long_value(account: Account) -> Decimal:
    """Return the value of an account's long positions."""
    return sum((each.size * each.price for each in account.holdings.values() if each.quantity > 0), Decimal(0))


def short_value(account: Account) -> Decimal:
    """Return the value of an account's short positions, which is negative or 0."""
    return sum((each.size * each.price for each in account.holdings.values() if each.quantity < 0), Decimal(0))


def _required(account: Account, share: Decimal) -> Decimal:
    return sum((abs(each.size * each.price) * share for each in account.holdings.values()), Decimal(0))


def _ordered(account: Account) -> Decimal:
    """Return what the open orders to buy may still cost."""
    return sum(
        (
            Decimal(order.row["leaves_quantity"]) * order.cost
            for order in account.orders.values()
            if order.row["status"] in OPEN and order.row["side"] == "BUY"
        ),
        Decimal(0),
    )


def _margin_details(state: State, account: Account, equity: Decimal, limit: int | None) -> Json:
    initial, maintenance = _required(account, _INITIAL), _required(account, _MAINTENANCE)
    overnight = {"overnight_margin_requirement": plain(initial), "overnight_margin_excess": plain(equity - initial)}
    details: Json = {
        "initial_margin_requirement": plain(initial),
        "initial_margin_excess": plain(equity - initial),
        "maintenance_margin_requirement": plain(maintenance),
        "maintenance_margin_excess": plain(equity - maintenance),
        **state.if_today(
            {
                **overnight,
                "intraday_details": {"buying_power": plain(buying_power(account)), "multiplier": f"{_LEVERAGE}"},
                "overnight_details": {"buying_power": plain(max(Decimal(0), equity - initial) * 2), "multiplier": "2"},
            }
        ),
        "usage": {"used": plain(maintenance), "total": plain(equity)},
    }
    if limit is not None:
        details["top_contributors"] = _contributors(state, account)[:limit]
    return details


def _contributors(state: State, account: Account) -> list[Json]:
    values: dict[str, Decimal] = {}
    for holding in account.holdings.values():
        about = holding.instrument.underlying_id or holding.instrument.id
        values[about] = values.get(about, Decimal(0)) + abs(holding.size * holding.price)
    return [
        {
            "underlying_instrument_id": about,
            "initial_margin_requirement": plain(value * _INITIAL),
            "maintenance_margin_requirement": plain(value * _MAINTENANCE),
            "market_value": plain(value),
            **state.if_today({"overnight_margin_requirement": plain(value * _INITIAL)}),
        }
        for about, value in sorted(values.items(), key=lambda item: -item[1])
    ]
