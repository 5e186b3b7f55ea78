# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Member, Model, Text, Timestamp, keep_text, members
from .order_strategy_type import OrderStrategyType

_ORDER_STRATEGY_TYPE = members(OrderStrategyType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class OrderStrategy(Model):
    """How an order is executed."""

    type: OrderStrategyType
    """Kind of the strategy."""
    destination: str | None = None
    """Where a `DMA` order is sent."""
    start_at: datetime | None = None
    """When a `VWAP` or `TWAP` order begins; at once if it is null or absent."""
    end_at: datetime | None = None
    """When a `VWAP` or `TWAP` order ends; at the close if it is null or absent."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("type", "type", Member(OrderStrategyType), required=True),
        Field("destination", "destination", Text(), nullable=True),
        Field("start_at", "start_at", Timestamp(), nullable=True),
        Field("end_at", "end_at", Timestamp(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        kept: dict[str, Any] | None = None
        try:
            self.type = _ORDER_STRATEGY_TYPE[data["type"]]
            value = data.get("destination")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "destination" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.destination = value
            value = data.get("start_at")
            if value is None:
                if "start_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "start_at", text, value)
            self.start_at = value
            value = data.get("end_at")
            if value is None:
                if "end_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "end_at", text, value)
            self.end_at = value
            more = len(data) + absent != 4
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
