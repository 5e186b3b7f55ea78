# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class TimeRange(Model):
    """Bounds of a time, each a date or a date and time. A date stands for its start, or, as `gt` and `lte`, for its end
    (UTC).
    """

    gt: str | None = None
    """Later than this."""
    gte: str | None = None
    """At this, or later."""
    lt: str | None = None
    """Earlier than this."""
    lte: str | None = None
    """At this, or earlier."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("gt", "gt", Text(), nullable=True),
        Field("gte", "gte", Text(), nullable=True),
        Field("lt", "lt", Text(), nullable=True),
        Field("lte", "lte", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data.get("gt")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "gt" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            self.gt = value
            value = data.get("gte")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "gte" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.gte = value
            value = data.get("lt")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "lt" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.lt = value
            value = data.get("lte")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "lte" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.lte = value
            more = len(data) + absent != 4
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
