# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Date, Drift, Field, Integer, Member, Model, Text, members
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

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("account_id", "account_id", Integer(), required=True),
        Field("available_quantity", "available_quantity", Text(), required=True),
        Field("instrument_id", "instrument_id", Text(), required=True),
        Field("instrument_type", "instrument_type", Member(SecurityType), required=True),
        Field("market_value", "market_value", Text(), required=True),
        Field("position_type", "position_type", Member(PositionType), required=True),
        Field("quantity", "quantity", Text(), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("avg_price", "avg_price", Text(), nullable=True),
        Field("closing_price", "closing_price", Text(), nullable=True),
        Field("cost_basis", "cost_basis", Text(), nullable=True),
        Field("daily_realized_pnl", "daily_realized_pnl", Text(), nullable=True),
        Field("daily_unrealized_pnl", "daily_unrealized_pnl", Text(), nullable=True),
        Field("daily_unrealized_pnl_pct", "daily_unrealized_pnl_pct", Text(), nullable=True),
        Field("instrument_price", "instrument_price", Text(), nullable=True),
        Field("unrealized_pnl", "unrealized_pnl", Text(), nullable=True),
        Field("unrealized_pnl_pct", "unrealized_pnl_pct", Text(), nullable=True),
        Field("closing_price_date", "closing_price_date", Date(), nullable=True),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = cls.__new__(cls)
        absent = nulls = 0
        try:
            get = data.get
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
            value = get("avg_price")
            if value is None:
                if "avg_price" in data:
                    nulls |= 256
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.avg_price = value
            value = get("closing_price")
            if value is None:
                if "closing_price" in data:
                    nulls |= 512
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.closing_price = value
            value = get("cost_basis")
            if value is None:
                if "cost_basis" in data:
                    nulls |= 1024
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.cost_basis = value
            value = get("daily_realized_pnl")
            if value is None:
                if "daily_realized_pnl" in data:
                    nulls |= 2048
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.daily_realized_pnl = value
            value = get("daily_unrealized_pnl")
            if value is None:
                if "daily_unrealized_pnl" in data:
                    nulls |= 4096
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.daily_unrealized_pnl = value
            value = get("daily_unrealized_pnl_pct")
            if value is None:
                if "daily_unrealized_pnl_pct" in data:
                    nulls |= 8192
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.daily_unrealized_pnl_pct = value
            value = get("instrument_price")
            if value is None:
                if "instrument_price" in data:
                    nulls |= 16384
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.instrument_price = value
            value = get("unrealized_pnl")
            if value is None:
                if "unrealized_pnl" in data:
                    nulls |= 32768
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.unrealized_pnl = value
            value = get("unrealized_pnl_pct")
            if value is None:
                if "unrealized_pnl_pct" in data:
                    nulls |= 65536
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.unrealized_pnl_pct = value
            value = get("closing_price_date")
            if value is None:
                if "closing_price_date" in data:
                    nulls |= 131072
                else:
                    absent += 1
            else:
                value = date.fromisoformat(value)
            self.closing_price_date = value
            value = get("underlying_instrument_id")
            if value is None:
                if "underlying_instrument_id" in data:
                    nulls |= 262144
                else:
                    absent += 1
            elif value.__class__ is not str:
                return None
            self.underlying_instrument_id = value
            extra = len(data) + absent != 19
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if extra else None
        return self
