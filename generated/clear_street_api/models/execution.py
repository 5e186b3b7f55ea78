# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import DecimalText, Drift, Field, Member, Model, Text, Timestamp, keep_text, members
from .security_type import SecurityType
from .side import Side

_SECURITY_TYPE = members(SecurityType)
_SIDE = members(Side)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Execution(Model):
    """A fill of an order."""

    id: str
    """Id of the fill."""
    order_id: str
    """The server's `id` of the order."""
    side: Side
    """Whether it bought or sold."""
    quantity: str
    """Units (shares or contracts) filled. Decimal."""
    transaction_time: datetime
    """When it was filled."""
    price: str | None = None
    """Price of a unit; null for a fill of several legs. Decimal."""
    instrument_id: str | None = None
    """Id of the instrument; null if there are several."""
    symbol: str | None = None
    """Symbol of the instrument; null if there are several."""
    underlying_instrument_id: str | None = None
    """Id of the instrument that a contract is written on."""
    underlying_instrument_type: SecurityType | None = None
    """Kind of that instrument. Since October 2026."""
    venue: str | None = None
    """Where it was filled, in the venue's own spelling."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Text(), required=True),
        Field("order_id", "order_id", Text(), required=True),
        Field("side", "side", Member(Side), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("transaction_time", "transaction_time", Timestamp(), required=True),
        Field("price", "price", DecimalText(), nullable=True),
        Field("instrument_id", "instrument_id", Text(), nullable=True),
        Field("symbol", "symbol", Text(), nullable=True),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
        Field("underlying_instrument_type", "underlying_instrument_type", Member(SecurityType), nullable=True),
        Field("venue", "venue", Text(), nullable=True),
    )

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            value = data["id"]
            if value.__class__ is not str:
                return None
            self.id = value
            value = data["order_id"]
            if value.__class__ is not str:
                return None
            self.order_id = value
            self.side = _SIDE[data["side"]]
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            text = data["transaction_time"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "transaction_time", text, value)
            self.transaction_time = value
            value = data.get("price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.price = value
            value = data.get("instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            self.instrument_id = value
            value = data.get("symbol")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "symbol" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.symbol = value
            value = data.get("underlying_instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "underlying_instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.underlying_instrument_id = value
            value = data.get("underlying_instrument_type")
            if value is None:
                if "underlying_instrument_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            else:
                value = _SECURITY_TYPE[value]
            self.underlying_instrument_type = value
            value = data.get("venue")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "venue" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 10
            self.venue = value
            more = len(data) + absent != 11
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
