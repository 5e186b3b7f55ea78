# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Boolean, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class ClosePositionsRequest(Model):
    """How to close positions."""

    cancel_orders: bool | None = None
    """Whether to cancel the open orders on what is closed as well."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("cancel_orders", "cancel_orders", Boolean(), nullable=True),)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data.get("cancel_orders")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "cancel_orders" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            self.cancel_orders = value
            more = len(data) + absent != 1
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
