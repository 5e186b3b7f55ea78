# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Member, Model, members
from .trailing_offset_type import TrailingOffsetType

_TRAILING_OFFSET_TYPE = members(TrailingOffsetType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class ReplaceOrderRequest(Model):
    """New values for an open order; what is null or absent does not change."""

    quantity: str | None = None
    """Units (shares or contracts) in all, including filled ones. Decimal."""
    limit_price: str | None = None
    """Worst acceptable price, per unit. Decimal."""
    stop_price: str | None = None
    """Price that triggers the order, per unit. Decimal."""
    limit_offset: str | None = None
    """Distance of the limit from the stop price, per unit. Decimal."""
    trailing_offset: str | None = None
    """Distance of the stop price from the watermark. Decimal."""
    trailing_offset_type: TrailingOffsetType | None = None
    """Unit of `trailing_offset`."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("quantity", "quantity", DecimalText(), nullable=True),
        Field("limit_price", "limit_price", DecimalText(), nullable=True),
        Field("stop_price", "stop_price", DecimalText(), nullable=True),
        Field("limit_offset", "limit_offset", DecimalText(), nullable=True),
        Field("trailing_offset", "trailing_offset", DecimalText(), nullable=True),
        Field("trailing_offset_type", "trailing_offset_type", Member(TrailingOffsetType), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data.get("quantity")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "quantity" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            self.quantity = value
            value = data.get("limit_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.limit_price = value
            value = data.get("stop_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "stop_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.stop_price = value
            value = data.get("limit_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.limit_offset = value
            value = data.get("trailing_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.trailing_offset = value
            value = data.get("trailing_offset_type")
            if value is None:
                if "trailing_offset_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            else:
                value = _TRAILING_OFFSET_TYPE[value]
            self.trailing_offset_type = value
            more = len(data) + absent != 6
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
