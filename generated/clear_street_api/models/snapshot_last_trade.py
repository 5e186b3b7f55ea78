# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Integer, Model, Text, Timestamp, keep_text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class SnapshotLastTrade(Model):
    """A trade."""

    price: str
    """Price of a unit. Decimal."""
    size: int
    """Units traded."""
    timestamp: datetime | None = None
    """When it was made. Since October 2026."""
    venue: str | None = None
    """Where it was made, as a MIC. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("price", "price", DecimalText(), required=True),
        Field("size", "size", Integer(), required=True),
        Field("timestamp", "timestamp", Timestamp(), nullable=True),
        Field("venue", "venue", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        kept: dict[str, Any] | None = None
        try:
            value = data["price"]
            if value.__class__ is not str:
                return None
            self.price = value
            value = data["size"]
            if value.__class__ is not int:
                return None
            self.size = value
            value = data.get("timestamp")
            if value is None:
                if "timestamp" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "timestamp", text, value)
            self.timestamp = value
            value = data.get("venue")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "venue" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.venue = value
            more = len(data) + absent != 4
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
