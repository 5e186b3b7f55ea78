# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class TickRule(Model):
    """The step of prices within a band."""

    start_price: str
    """Lowest price of the band. Decimal."""
    tick_size: str
    """The step of prices in the band. Decimal."""
    end_price: str | None = None
    """Lowest price above the band; null for the last band. Decimal."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("start_price", "start_price", DecimalText(), required=True),
        Field("tick_size", "tick_size", DecimalText(), required=True),
        Field("end_price", "end_price", DecimalText(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["start_price"]
            if value.__class__ is not str:
                return None
            self.start_price = value
            value = data["tick_size"]
            if value.__class__ is not str:
                return None
            self.tick_size = value
            value = data.get("end_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "end_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.end_price = value
            more = len(data) + absent != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
