# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Object
from .session_schedule import SessionSchedule


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class TradingSessions(Model):
    """The sessions of a day. One that does not take place is null or absent."""

    pre_market: SessionSchedule | None = None
    """Before the regular session."""
    regular: SessionSchedule | None = None
    """The regular session."""
    after_hours: SessionSchedule | None = None
    """After the regular session."""
    overnight: SessionSchedule | None = None
    """Overnight, from the evening before. Since October 2026."""
    maintenance: SessionSchedule | None = None
    """When the market is closed for maintenance, also within another session. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("pre_market", "pre_market", Object("SessionSchedule", lambda: SessionSchedule), nullable=True),
        Field("regular", "regular", Object("SessionSchedule", lambda: SessionSchedule), nullable=True),
        Field("after_hours", "after_hours", Object("SessionSchedule", lambda: SessionSchedule), nullable=True),
        Field("overnight", "overnight", Object("SessionSchedule", lambda: SessionSchedule), nullable=True),
        Field("maintenance", "maintenance", Object("SessionSchedule", lambda: SessionSchedule), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data.get("pre_market")
            if value is None:
                if "pre_market" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            else:
                value = SessionSchedule.decode_in(value, drift, "pre_market")
            self.pre_market = value
            value = data.get("regular")
            if value is None:
                if "regular" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            else:
                value = SessionSchedule.decode_in(value, drift, "regular")
            self.regular = value
            value = data.get("after_hours")
            if value is None:
                if "after_hours" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = SessionSchedule.decode_in(value, drift, "after_hours")
            self.after_hours = value
            value = data.get("overnight")
            if value is None:
                if "overnight" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            else:
                value = SessionSchedule.decode_in(value, drift, "overnight")
            self.overnight = value
            value = data.get("maintenance")
            if value is None:
                if "maintenance" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            else:
                value = SessionSchedule.decode_in(value, drift, "maintenance")
            self.maintenance = value
            more = len(data) + absent != 5
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
