# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Address(Model):
    """A postal address."""

    line1: str
    """First line, usually street and number."""
    line2: str | None = None
    """Second line."""
    city: str
    """City."""
    state: str | None = None
    """State or province."""
    postal_code: str
    """Postal code."""
    country: str
    """Country."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("line1", "line1", Text(), required=True, personal=True),
        Field("line2", "line2", Text(), nullable=True, personal=True),
        Field("city", "city", Text(), required=True, personal=True),
        Field("state", "state", Text(), nullable=True, personal=True),
        Field("postal_code", "postal_code", Text(), required=True, personal=True),
        Field("country", "country", Text(), required=True, personal=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["line1"]
            if value.__class__ is not str:
                return None
            self.line1 = value
            value = data.get("line2")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "line2" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.line2 = value
            value = data["city"]
            if value.__class__ is not str:
                return None
            self.city = value
            value = data.get("state")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "state" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.state = value
            value = data["postal_code"]
            if value.__class__ is not str:
                return None
            self.postal_code = value
            value = data["country"]
            if value.__class__ is not str:
                return None
            self.country = value
            more = len(data) + absent != 6
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
