# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Anything, Array, Drift, Field, Integer, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class APIError(Model):
    """What went wrong."""

    code: int
    """Code of the error, in the manner of HTTP status codes."""
    message: str
    """Explanation for people; not for programs to read."""
    details: list[Any] | None = None
    """Further facts, without a fixed form."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("code", "code", Integer(), required=True),
        Field("message", "message", Text(), required=True),
        Field("details", "details", Array(Anything(), nullable=True), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["code"]
            if value.__class__ is not int:
                return None
            self.code = value
            value = data["message"]
            if value.__class__ is not str:
                return None
            self.message = value
            value = data.get("details")
            if value is None:
                if "details" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = cls.FIELDS[2].kind.strict(value)
            self.details = value
            more = len(data) + absent != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
