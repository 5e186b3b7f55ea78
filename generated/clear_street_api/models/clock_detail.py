# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Timestamp, keep_text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class ClockDetail(Model):
    """The service's time."""

    clock: datetime
    """Date and time, in UTC."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("clock", "clock", Timestamp(), required=True),)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            text = data["clock"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "clock", text, value)
            self.clock = value
            more = len(data) != 1
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
