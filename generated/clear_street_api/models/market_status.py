# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Boolean, Drift, Field, Member, Model, members
from .day_type import DayType
from .market_session_type import MarketSessionType

_DAY_TYPE = members(DayType)
_MARKET_SESSION_TYPE = members(MarketSessionType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarketStatus(Model):
    """What kind of day it is, and whether a market is open now."""

    day_type: DayType
    """Kind of the day."""
    is_open: bool
    """Whether the market is open now, whatever day was asked for."""
    current_session: MarketSessionType | None = None
    """The session that is on now; null while the market is closed."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("day_type", "day_type", Member(DayType), required=True),
        Field("is_open", "is_open", Boolean(), required=True),
        Field("current_session", "current_session", Member(MarketSessionType), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            self.day_type = _DAY_TYPE[data["day_type"]]
            value = data["is_open"]
            if value is not True and value is not False:
                return None
            self.is_open = value
            value = data.get("current_session")
            if value is None:
                if "current_session" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = _MARKET_SESSION_TYPE[value]
            self.current_session = value
            more = len(data) + absent != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
