# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Date, DecimalText, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class AccountBalancesSod(Model):
    """An account at the start of the day."""

    buying_power: str
    """The amount that it could spend. Decimal."""
    equity: str
    """Cash and the value of all positions. Decimal."""
    long_market_value: str
    """Value of the long positions. Decimal."""
    short_market_value: str
    """Value of the short positions. Decimal."""
    asof: date | None = None
    """The day."""
    trade_cash: str | None = None
    """Cash, including all trades. Decimal."""
    maintenance_margin_requirement: str | None = None
    """Margin needed to keep the positions. Decimal."""
    maintenance_margin_excess: str | None = None
    """Equity above that margin. Decimal."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("buying_power", "buying_power", DecimalText(), required=True),
        Field("equity", "equity", DecimalText(), required=True),
        Field("long_market_value", "long_market_value", DecimalText(), required=True),
        Field("short_market_value", "short_market_value", DecimalText(), required=True),
        Field("asof", "asof", Date(), nullable=True),
        Field("trade_cash", "trade_cash", DecimalText(), nullable=True),
        Field("maintenance_margin_requirement", "maintenance_margin_requirement", DecimalText(), nullable=True),
        Field("maintenance_margin_excess", "maintenance_margin_excess", DecimalText(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
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
            value = data["short_market_value"]
            if value.__class__ is not str:
                return None
            self.short_market_value = value
            value = data.get("asof")
            if value is None:
                if "asof" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            else:
                text = value
                value = date.fromisoformat(text)
                if text[4::3] != "--":
                    return None
            self.asof = value
            value = data.get("trade_cash")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trade_cash" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.trade_cash = value
            value = data.get("maintenance_margin_requirement")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "maintenance_margin_requirement" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            self.maintenance_margin_requirement = value
            value = data.get("maintenance_margin_excess")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "maintenance_margin_excess" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.maintenance_margin_excess = value
            more = len(data) + absent != 8
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
