# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import Date, DecimalText, Drift, Field, Integer, Member, Model, Text, members
from .position_type import PositionType
from .security_type import SecurityType

_POSITION_TYPE = members(PositionType)
_SECURITY_TYPE = members(SecurityType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Position(Model):
    """What an account holds of one instrument."""

    account_id: int
    """Account that holds the position."""
    available_quantity: str
    """Units (shares or contracts) free to trade or exercise. Decimal."""
    instrument_id: str
    """Id of the instrument."""
    instrument_type: SecurityType
    """Kind of the instrument."""
    market_value: str
    """Value of the position at the current price, as an amount of money. Decimal."""
    position_type: PositionType
    """Direction of the position and, for an option, its right."""
    quantity: str
    """Units (shares or contracts) held, negative when short. Decimal."""
    symbol: str
    """Symbol of the instrument: an equity ticker, or an option's OSI symbol."""
    avg_price: str | None = None
    """Average price at which the position was opened, per unit. Decimal."""
    closing_price: str | None = None
    """Last closing price of the instrument, per unit. Decimal."""
    cost_basis: str | None = None
    """What the position cost, as an amount of money. Decimal."""
    daily_realized_pnl: str | None = None
    """Profit or loss realised today, as an amount of money. Decimal."""
    daily_unrealized_pnl: str | None = None
    """Profit or loss of today not yet realised, as an amount of money. Decimal."""
    daily_unrealized_pnl_pct: str | None = None
    """Profit or loss of today not yet realised, in percent of its base. Decimal."""
    instrument_price: str | None = None
    """Current price of the instrument, per unit. Decimal."""
    unrealized_pnl: str | None = None
    """Profit or loss not yet realised, as an amount of money. Decimal."""
    unrealized_pnl_pct: str | None = None
    """Profit or loss not yet realised, in percent of its base. Decimal."""
    closing_price_date: date | None = None
    """Trading day of `closing_price`."""
    underlying_instrument_id: str | None = None
    """Id of the instrument that a derivative is written on."""
    underlying_instrument_type: SecurityType | None = None
    """Kind of the instrument that a derivative is written on. Since September 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("account_id", "account_id", Integer(), required=True),
        Field("available_quantity", "available_quantity", DecimalText(), required=True),
        Field("instrument_id", "instrument_id", Text(), required=True),
        Field("instrument_type", "instrument_type", Member(SecurityType), required=True),
        Field("market_value", "market_value", DecimalText(), required=True),
        Field("position_type", "position_type", Member(PositionType), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("avg_price", "avg_price", DecimalText(), nullable=True),
        Field("closing_price", "closing_price", DecimalText(), nullable=True),
        Field("cost_basis", "cost_basis", DecimalText(), nullable=True),
        Field("daily_realized_pnl", "daily_realized_pnl", DecimalText(), nullable=True),
        Field("daily_unrealized_pnl", "daily_unrealized_pnl", DecimalText(), nullable=True),
        Field("daily_unrealized_pnl_pct", "daily_unrealized_pnl_pct", DecimalText(), nullable=True),
        Field("instrument_price", "instrument_price", DecimalText(), nullable=True),
        Field("unrealized_pnl", "unrealized_pnl", DecimalText(), nullable=True),
        Field("unrealized_pnl_pct", "unrealized_pnl_pct", DecimalText(), nullable=True),
        Field("closing_price_date", "closing_price_date", Date(), nullable=True),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
        Field("underlying_instrument_type", "underlying_instrument_type", Member(SecurityType), nullable=True),
    )

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["account_id"]
            if value.__class__ is not int:
                return None
            self.account_id = value
            value = data["available_quantity"]
            if value.__class__ is not str:
                return None
            self.available_quantity = value
            value = data["instrument_id"]
            if value.__class__ is not str:
                return None
            self.instrument_id = value
            self.instrument_type = _SECURITY_TYPE[data["instrument_type"]]
            value = data["market_value"]
            if value.__class__ is not str:
                return None
            self.market_value = value
            self.position_type = _POSITION_TYPE[data["position_type"]]
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            value = data["symbol"]
            if value.__class__ is not str:
                return None
            self.symbol = value
            value = data.get("avg_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "avg_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.avg_price = value
            value = data.get("closing_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "closing_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            self.closing_price = value
            value = data.get("cost_basis")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "cost_basis" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 10
            self.cost_basis = value
            value = data.get("daily_realized_pnl")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "daily_realized_pnl" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 11
            self.daily_realized_pnl = value
            value = data.get("daily_unrealized_pnl")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "daily_unrealized_pnl" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 12
            self.daily_unrealized_pnl = value
            value = data.get("daily_unrealized_pnl_pct")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "daily_unrealized_pnl_pct" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            self.daily_unrealized_pnl_pct = value
            value = data.get("instrument_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "instrument_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            self.instrument_price = value
            value = data.get("unrealized_pnl")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "unrealized_pnl" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 15
            self.unrealized_pnl = value
            value = data.get("unrealized_pnl_pct")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "unrealized_pnl_pct" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 16
            self.unrealized_pnl_pct = value
            value = data.get("closing_price_date")
            if value is None:
                if "closing_price_date" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 17
            else:
                text = value
                value = date.fromisoformat(text)
                if text[4::3] != "--":
                    return None
            self.closing_price_date = value
            value = data.get("underlying_instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "underlying_instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 18
            self.underlying_instrument_id = value
            value = data.get("underlying_instrument_type")
            if value is None:
                if "underlying_instrument_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 19
            else:
                value = _SECURITY_TYPE[value]
            self.underlying_instrument_type = value
            more = len(data) + absent != 20
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
