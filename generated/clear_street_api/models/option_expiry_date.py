# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date as _date
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Boolean, Date, Drift, Field, Model


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class OptionExpiryDate(Model):
    """A day on which options on an instrument expire."""

    date: _date
    """The day."""
    has_settles_on_open: bool
    """Whether some of them settle on the opening price."""
    has_settles_on_close: bool
    """Whether some of them settle on the closing price."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("date", "date", Date(), required=True),
        Field("has_settles_on_open", "has_settles_on_open", Boolean(), required=True),
        Field("has_settles_on_close", "has_settles_on_close", Boolean(), required=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        value: Any
        try:
            text = data["date"]
            value = _date.fromisoformat(text)
            if text[4::3] != "--":
                return None
            self.date = value
            value = data["has_settles_on_open"]
            if value is not True and value is not False:
                return None
            self.has_settles_on_open = value
            value = data["has_settles_on_close"]
            if value is not True and value is not False:
                return None
            self.has_settles_on_close = value
            more = len(data) != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
