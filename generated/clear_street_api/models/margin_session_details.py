# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarginSessionDetails(Model):
    """What an account can buy in a part of the day."""

    buying_power: str
    """The amount that it can spend. Decimal."""
    multiplier: str | None = None
    """The buying power as a multiple of the equity. Decimal."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("buying_power", "buying_power", DecimalText(), required=True),
        Field("multiplier", "multiplier", DecimalText(), nullable=True),
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
            value = data.get("multiplier")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "multiplier" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.multiplier = value
            more = len(data) + absent != 2
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
