# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Boolean, Date, DecimalText, Drift, Field, Integer, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class SnapshotSession(Model):
    """The day's prices of an instrument."""

    previous_close: str | None = None
    """Closing price of the trading day before, adjusted for corporate actions. Decimal."""
    change: str | None = None
    """Change of the price since then. Decimal."""
    change_percent: str | None = None
    """That change in percent. Decimal."""
    previous_close_unadjusted: str | None = None
    """Closing price of the trading day before without the adjustment, if there was one. Decimal."""
    ohlv_applicable: bool | None = None
    """Whether there are such prices; false for an index. Since October 2026."""
    open: str | None = None
    """First price of the day. Since October 2026. Decimal."""
    high: str | None = None
    """Highest price of the day. Since October 2026. Decimal."""
    low: str | None = None
    """Lowest price of the day. Since October 2026. Decimal."""
    cumulative_volume: int | None = None
    """Units traded on the day. Since October 2026."""
    ohlv_date: date | None = None
    """The day of these prices. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("previous_close", "previous_close", DecimalText(), nullable=True),
        Field("change", "change", DecimalText(), nullable=True),
        Field("change_percent", "change_percent", DecimalText(), nullable=True),
        Field("previous_close_unadjusted", "previous_close_unadjusted", DecimalText(), nullable=True),
        Field("ohlv_applicable", "ohlv_applicable", Boolean(), nullable=True),
        Field("open", "open", DecimalText(), nullable=True),
        Field("high", "high", DecimalText(), nullable=True),
        Field("low", "low", DecimalText(), nullable=True),
        Field("cumulative_volume", "cumulative_volume", Integer(), nullable=True),
        Field("ohlv_date", "ohlv_date", Date(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data.get("previous_close")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "previous_close" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            self.previous_close = value
            value = data.get("change")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "change" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.change = value
            value = data.get("change_percent")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "change_percent" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.change_percent = value
            value = data.get("previous_close_unadjusted")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "previous_close_unadjusted" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.previous_close_unadjusted = value
            value = data.get("ohlv_applicable")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "ohlv_applicable" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.ohlv_applicable = value
            value = data.get("open")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "open" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.open = value
            value = data.get("high")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "high" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            self.high = value
            value = data.get("low")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "low" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.low = value
            value = data.get("cumulative_volume")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "cumulative_volume" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.cumulative_volume = value
            value = data.get("ohlv_date")
            if value is None:
                if "ohlv_date" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            else:
                text = value
                value = date.fromisoformat(text)
                if text[4::3] != "--":
                    return None
            self.ohlv_date = value
            more = len(data) + absent != 10
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
