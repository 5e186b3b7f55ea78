# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Model, Timestamp, keep_text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class SnapshotGreeks(Model):
    """How the price of an option moves, for a unit and not for a contract."""

    theo_price: str
    """Theoretical price. Decimal."""
    iv: str
    """Implied volatility. Always `0` since October 2026, and not to be used. Decimal."""
    delta: str
    """Change for a change of the underlying price. Decimal."""
    gamma: str
    """Change of delta for a change of the underlying price. Decimal."""
    vega: str
    """Change for a change of volatility by 1.0. Decimal."""
    theta: str
    """Change in a trading day. Decimal."""
    rho: str
    """Change for a change of the interest rate by 1.0. Decimal."""
    timestamp: datetime
    """When this was computed."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("theo_price", "theo_price", DecimalText(), required=True),
        Field("iv", "iv", DecimalText(), required=True),
        Field("delta", "delta", DecimalText(), required=True),
        Field("gamma", "gamma", DecimalText(), required=True),
        Field("vega", "vega", DecimalText(), required=True),
        Field("theta", "theta", DecimalText(), required=True),
        Field("rho", "rho", DecimalText(), required=True),
        Field("timestamp", "timestamp", Timestamp(), required=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            value = data["theo_price"]
            if value.__class__ is not str:
                return None
            self.theo_price = value
            value = data["iv"]
            if value.__class__ is not str:
                return None
            self.iv = value
            value = data["delta"]
            if value.__class__ is not str:
                return None
            self.delta = value
            value = data["gamma"]
            if value.__class__ is not str:
                return None
            self.gamma = value
            value = data["vega"]
            if value.__class__ is not str:
                return None
            self.vega = value
            value = data["theta"]
            if value.__class__ is not str:
                return None
            self.theta = value
            value = data["rho"]
            if value.__class__ is not str:
                return None
            self.rho = value
            text = data["timestamp"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "timestamp", text, value)
            self.timestamp = value
            more = len(data) != 8
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
