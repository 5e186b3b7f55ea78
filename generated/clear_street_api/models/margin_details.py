# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Array, DecimalText, Drift, Field, Model, Object
from .margin_details_usage import MarginDetailsUsage
from .margin_session_details import MarginSessionDetails
from .margin_top_contributor import MarginTopContributor


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarginDetails(Model):
    """Requirements and excess of a margin account."""

    initial_margin_requirement: str
    """Margin needed to open the positions. Decimal."""
    initial_margin_excess: str
    """Equity above that margin. Decimal."""
    maintenance_margin_requirement: str
    """Margin needed to keep the positions. Decimal."""
    maintenance_margin_excess: str
    """Equity above that margin. Decimal."""
    overnight_margin_requirement: str | None = None
    """Margin needed overnight. Since October 2026. Decimal."""
    overnight_margin_excess: str | None = None
    """Equity above that margin. Since October 2026. Decimal."""
    intraday_details: MarginSessionDetails | None = None
    """Buying power during the day. Since October 2026."""
    overnight_details: MarginSessionDetails | None = None
    """Buying power overnight. Since October 2026."""
    top_contributors: list[MarginTopContributor] | None = None
    """The instruments that need the most margin. Absent if they were not asked for."""
    usage: MarginDetailsUsage | None = None
    """How much of the margin is used."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("initial_margin_requirement", "initial_margin_requirement", DecimalText(), required=True),
        Field("initial_margin_excess", "initial_margin_excess", DecimalText(), required=True),
        Field("maintenance_margin_requirement", "maintenance_margin_requirement", DecimalText(), required=True),
        Field("maintenance_margin_excess", "maintenance_margin_excess", DecimalText(), required=True),
        Field("overnight_margin_requirement", "overnight_margin_requirement", DecimalText(), nullable=True),
        Field("overnight_margin_excess", "overnight_margin_excess", DecimalText(), nullable=True),
        Field(
            "intraday_details",
            "intraday_details",
            Object("MarginSessionDetails", lambda: MarginSessionDetails),
            nullable=True,
        ),
        Field(
            "overnight_details",
            "overnight_details",
            Object("MarginSessionDetails", lambda: MarginSessionDetails),
            nullable=True,
        ),
        Field(
            "top_contributors",
            "top_contributors",
            Array(Object("MarginTopContributor", lambda: MarginTopContributor)),
            nullable=True,
        ),
        Field("usage", "usage", Object("MarginDetailsUsage", lambda: MarginDetailsUsage), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["initial_margin_requirement"]
            if value.__class__ is not str:
                return None
            self.initial_margin_requirement = value
            value = data["initial_margin_excess"]
            if value.__class__ is not str:
                return None
            self.initial_margin_excess = value
            value = data["maintenance_margin_requirement"]
            if value.__class__ is not str:
                return None
            self.maintenance_margin_requirement = value
            value = data["maintenance_margin_excess"]
            if value.__class__ is not str:
                return None
            self.maintenance_margin_excess = value
            value = data.get("overnight_margin_requirement")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "overnight_margin_requirement" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.overnight_margin_requirement = value
            value = data.get("overnight_margin_excess")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "overnight_margin_excess" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.overnight_margin_excess = value
            value = data.get("intraday_details")
            if value is None:
                if "intraday_details" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            else:
                value = MarginSessionDetails.decode_in(value, drift, "intraday_details")
            self.intraday_details = value
            value = data.get("overnight_details")
            if value is None:
                if "overnight_details" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            else:
                value = MarginSessionDetails.decode_in(value, drift, "overnight_details")
            self.overnight_details = value
            value = data.get("top_contributors")
            if value is None:
                if "top_contributors" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            else:
                value = MarginTopContributor.decode_rows(value, drift, "top_contributors")
            self.top_contributors = value
            value = data.get("usage")
            if value is None:
                if "usage" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            else:
                value = MarginDetailsUsage.decode_in(value, drift, "usage")
            self.usage = value
            more = len(data) + absent != 10
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
