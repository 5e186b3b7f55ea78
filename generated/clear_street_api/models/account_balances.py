# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Integer, Member, Model, Object, Text, members
from .account_balances_sod import AccountBalancesSod
from .margin_details import MarginDetails
from .margin_type import MarginType

_MARGIN_TYPE = members(MarginType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class AccountBalances(Model):
    """What an account holds in cash and margin, and what it can buy."""

    account_id: int
    """Account number."""
    currency: str
    """Currency of all amounts (ISO 4217)."""
    margin_type: MarginType
    """How the margin of the account is computed."""
    sod: AccountBalancesSod
    """The account at the start of the day."""
    buying_power: str
    """The amount that the account can still spend. Decimal."""
    equity: str
    """Cash, and the value of all positions; short positions count negative. Decimal."""
    long_market_value: str
    """Value of the long positions. Decimal."""
    settled_cash: str
    """Cash that is settled. Decimal."""
    trade_cash: str
    """Cash, including the trades of the day. Decimal."""
    withdrawable_cash: str
    """Cash that can be taken out. Decimal."""
    unsettled_credits: str
    """Money that the account will receive when trades settle. Decimal."""
    unsettled_debits: str
    """Money that the account will pay when trades settle. Decimal."""
    open_order_adjustment: str
    """What open orders add to the buying power; negative if they reduce it. Decimal."""
    unrealized_pnl: str
    """Profit or loss of open positions. Decimal."""
    daily_unrealized_pnl: str
    """Profit or loss of open positions since the start of the day. Decimal."""
    daily_realized_pnl: str
    """Profit or loss of positions that were closed today. Decimal."""
    daily_pnl: str
    """Profit or loss of the day. Decimal."""
    daily_change: str
    """Change of the equity since the start of the day. Decimal."""
    short_market_value: str | None = None
    """Value of the short positions; zero if it is absent. Decimal."""
    multiplier: str | None = None
    """Buying power as a multiple of the equity. Since October 2026 the overnight multiple differs. Decimal."""
    margin_details: MarginDetails | None = None
    """Requirements and excess of a margin account, null for others."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("account_id", "account_id", Integer(), required=True),
        Field("currency", "currency", Text(), required=True),
        Field("margin_type", "margin_type", Member(MarginType), required=True),
        Field("sod", "sod", Object("AccountBalancesSod", lambda: AccountBalancesSod), required=True),
        Field("buying_power", "buying_power", DecimalText(), required=True),
        Field("equity", "equity", DecimalText(), required=True),
        Field("long_market_value", "long_market_value", DecimalText(), required=True),
        Field("settled_cash", "settled_cash", DecimalText(), required=True),
        Field("trade_cash", "trade_cash", DecimalText(), required=True),
        Field("withdrawable_cash", "withdrawable_cash", DecimalText(), required=True),
        Field("unsettled_credits", "unsettled_credits", DecimalText(), required=True),
        Field("unsettled_debits", "unsettled_debits", DecimalText(), required=True),
        Field("open_order_adjustment", "open_order_adjustment", DecimalText(), required=True),
        Field("unrealized_pnl", "unrealized_pnl", DecimalText(), required=True),
        Field("daily_unrealized_pnl", "daily_unrealized_pnl", DecimalText(), required=True),
        Field("daily_realized_pnl", "daily_realized_pnl", DecimalText(), required=True),
        Field("daily_pnl", "daily_pnl", DecimalText(), required=True),
        Field("daily_change", "daily_change", DecimalText(), required=True),
        Field("short_market_value", "short_market_value", DecimalText(), nullable=True),
        Field("multiplier", "multiplier", DecimalText(), nullable=True),
        Field("margin_details", "margin_details", Object("MarginDetails", lambda: MarginDetails), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["account_id"]
            if value.__class__ is not int:
                return None
            self.account_id = value
            value = data["currency"]
            if value.__class__ is not str:
                return None
            self.currency = value
            self.margin_type = _MARGIN_TYPE[data["margin_type"]]
            value = data["buying_power"]
            if value.__class__ is not str:
                return None
            self.buying_power = value
            value = data["equity"]
            if value.__class__ is not str:
                return None
            self.equity = value
            value = data["long_market_value"]
            if value.__class__ is not str:
                return None
            self.long_market_value = value
            value = data["settled_cash"]
            if value.__class__ is not str:
                return None
            self.settled_cash = value
            value = data["trade_cash"]
            if value.__class__ is not str:
                return None
            self.trade_cash = value
            value = data["withdrawable_cash"]
            if value.__class__ is not str:
                return None
            self.withdrawable_cash = value
            value = data["unsettled_credits"]
            if value.__class__ is not str:
                return None
            self.unsettled_credits = value
            value = data["unsettled_debits"]
            if value.__class__ is not str:
                return None
            self.unsettled_debits = value
            value = data["open_order_adjustment"]
            if value.__class__ is not str:
                return None
            self.open_order_adjustment = value
            value = data["unrealized_pnl"]
            if value.__class__ is not str:
                return None
            self.unrealized_pnl = value
            value = data["daily_unrealized_pnl"]
            if value.__class__ is not str:
                return None
            self.daily_unrealized_pnl = value
            value = data["daily_realized_pnl"]
            if value.__class__ is not str:
                return None
            self.daily_realized_pnl = value
            value = data["daily_pnl"]
            if value.__class__ is not str:
                return None
            self.daily_pnl = value
            value = data["daily_change"]
            if value.__class__ is not str:
                return None
            self.daily_change = value
            value = data.get("short_market_value")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "short_market_value" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 18
            self.short_market_value = value
            value = data.get("multiplier")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "multiplier" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 19
            self.multiplier = value
            self.sod = AccountBalancesSod.decode_in(data["sod"], drift, "sod")
            value = data.get("margin_details")
            if value is None:
                if "margin_details" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 20
            else:
                value = MarginDetails.decode_in(value, drift, "margin_details")
            self.margin_details = value
            more = len(data) + absent != 21
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
