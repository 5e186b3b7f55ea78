# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarginTopContributor(Model):
    """An instrument that needs margin, together with the contracts on it."""

    underlying_instrument_id: str
    """Id of the instrument."""
    initial_margin_requirement: str
    """Margin needed to open the positions in it. Decimal."""
    maintenance_margin_requirement: str
    """Margin needed to keep them. Decimal."""
    market_value: str
    """Their value. Decimal."""
    overnight_margin_requirement: str | None = None
    """Margin needed overnight. Since October 2026. Decimal."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), required=True),
        Field("initial_margin_requirement", "initial_margin_requirement", DecimalText(), required=True),
        Field("maintenance_margin_requirement", "maintenance_margin_requirement", DecimalText(), required=True),
        Field("market_value", "market_value", DecimalText(), required=True),
        Field("overnight_margin_requirement", "overnight_margin_requirement", DecimalText(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["underlying_instrument_id"]
            if value.__class__ is not str:
                return None
            self.underlying_instrument_id = value
            value = data["initial_margin_requirement"]
            if value.__class__ is not str:
                return None
            self.initial_margin_requirement = value
            value = data["maintenance_margin_requirement"]
            if value.__class__ is not str:
                return None
            self.maintenance_margin_requirement = value
            value = data["market_value"]
            if value.__class__ is not str:
                return None
            self.market_value = value
            value = data.get("overnight_margin_requirement")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "overnight_margin_requirement" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.overnight_margin_requirement = value
            more = len(data) + absent != 5
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
