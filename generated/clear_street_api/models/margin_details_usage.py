# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarginDetailsUsage(Model):
    """How much of the margin is used."""

    used: str
    """Margin that is used. Decimal."""
    total: str
    """Margin in total. Decimal."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("used", "used", DecimalText(), required=True),
        Field("total", "total", DecimalText(), required=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        try:
            value = data["used"]
            if value.__class__ is not str:
                return None
            self.used = value
            value = data["total"]
            if value.__class__ is not str:
                return None
            self.total = value
            more = len(data) != 2
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
