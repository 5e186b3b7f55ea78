# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Text, Timestamp, keep_text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class SessionSchedule(Model):
    """When a session begins and ends."""

    open: datetime
    """When it begins."""
    close: datetime
    """When it ends."""
    time_until_open: str | None = None
    """How long until it begins, as an ISO 8601 duration, from the moment of the reply; null once it has begun."""
    time_until_close: str | None = None
    """How long until it ends, as an ISO 8601 duration, from the moment of the reply; null while it is not open."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("open", "open", Timestamp(), required=True),
        Field("close", "close", Timestamp(), required=True),
        Field("time_until_open", "time_until_open", Text(), nullable=True),
        Field("time_until_close", "time_until_close", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            text = data["open"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "open", text, value)
            self.open = value
            text = data["close"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "close", text, value)
            self.close = value
            value = data.get("time_until_open")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "time_until_open" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.time_until_open = value
            value = data.get("time_until_close")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "time_until_close" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.time_until_close = value
            more = len(data) + absent != 4
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
