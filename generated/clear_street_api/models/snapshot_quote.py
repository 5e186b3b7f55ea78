# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Integer, Model, Text, Timestamp, keep_text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class SnapshotQuote(Model):
    """A quote; a missing side is null."""

    bid: str | None = None
    """Price that is bid for a unit. Decimal."""
    ask: str | None = None
    """Price that is asked for a unit. Decimal."""
    midpoint: str | None = None
    """The middle between them. Decimal."""
    bid_size: int | None = None
    """Units that are bid for."""
    ask_size: int | None = None
    """Units that are offered."""
    bid_timestamp: datetime | None = None
    """When the bid was made. Since October 2026."""
    ask_timestamp: datetime | None = None
    """When the offer was made. Since October 2026."""
    bid_venue: str | None = None
    """Venue of the bid, as a MIC. Since October 2026."""
    ask_venue: str | None = None
    """Venue of the offer, as a MIC. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("bid", "bid", DecimalText(), nullable=True),
        Field("ask", "ask", DecimalText(), nullable=True),
        Field("midpoint", "midpoint", DecimalText(), nullable=True),
        Field("bid_size", "bid_size", Integer(), nullable=True),
        Field("ask_size", "ask_size", Integer(), nullable=True),
        Field("bid_timestamp", "bid_timestamp", Timestamp(), nullable=True),
        Field("ask_timestamp", "ask_timestamp", Timestamp(), nullable=True),
        Field("bid_venue", "bid_venue", Text(), nullable=True),
        Field("ask_venue", "ask_venue", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        kept: dict[str, Any] | None = None
        try:
            value = data.get("bid")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "bid" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 0
            self.bid = value
            value = data.get("ask")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "ask" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.ask = value
            value = data.get("midpoint")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "midpoint" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.midpoint = value
            value = data.get("bid_size")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "bid_size" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.bid_size = value
            value = data.get("ask_size")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "ask_size" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.ask_size = value
            value = data.get("bid_timestamp")
            if value is None:
                if "bid_timestamp" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "bid_timestamp", text, value)
            self.bid_timestamp = value
            value = data.get("ask_timestamp")
            if value is None:
                if "ask_timestamp" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "ask_timestamp", text, value)
            self.ask_timestamp = value
            value = data.get("bid_venue")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "bid_venue" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.bid_venue = value
            value = data.get("ask_venue")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "ask_venue" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.ask_venue = value
            more = len(data) + absent != 9
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
