# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import Boolean, DecimalText, Drift, Field, Member, Model, Object, Text, Timestamp, keep_text, members
from .order_strategy import OrderStrategy
from .order_type import OrderType
from .position_intent import PositionIntent
from .side import Side
from .time_in_force import TimeInForce
from .trailing_offset_type import TrailingOffsetType

_ORDER_TYPE = members(OrderType)
_POSITION_INTENT = members(PositionIntent)
_SIDE = members(Side)
_TIME_IN_FORCE = members(TimeInForce)
_TRAILING_OFFSET_TYPE = members(TrailingOffsetType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class NewOrderRequest(Model):
    """An order to send."""

    side: Side
    """Whether to buy or to sell. `SELL_SHORT` is refused since September 2026."""
    quantity: str
    """Units (shares or contracts) to trade. Decimal."""
    order_type: OrderType
    """How the order's price is set."""
    time_in_force: TimeInForce
    """How long the order stays open. For auctions `AT_THE_OPENING` and `AT_THE_CLOSE`, named `AT_OPEN`, `AT_CLOSE`
    since September 2026.
    """
    id: str | None = None
    """The caller's id of the order, unique in the account, which comes back as `client_order_id`. The service makes one
    up if it is null or absent.
    """
    symbol: str | None = None
    """Equity ticker or OSI symbol. An order has this or `instrument_id`."""
    instrument_id: str | None = None
    """UUID or symbol of the instrument."""
    limit_price: str | None = None
    """Worst acceptable price, per unit; for LIMIT and STOP_LIMIT. Decimal."""
    stop_price: str | None = None
    """Price that triggers the order, per unit; for STOP and STOP_LIMIT. Decimal."""
    limit_offset: str | None = None
    """Distance of the limit from the stop price, per unit; for TRAILING_STOP_LIMIT. Decimal."""
    trailing_offset: str | None = None
    """Distance of the stop price from the watermark; for trailing orders. Decimal."""
    trailing_offset_type: TrailingOffsetType | None = None
    """Unit of `trailing_offset`."""
    expires_at: datetime | None = None
    """When the order expires; for GOOD_TILL_DATE."""
    extended_hours: bool | None = None
    """Whether the order may trade outside regular hours."""
    position_intent: PositionIntent | None = None
    """Whether the order opens or closes a position. Since October 2026."""
    strategy: OrderStrategy | None = None
    """How the order is executed. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("side", "side", Member(Side), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("order_type", "order_type", Member(OrderType), required=True),
        Field("time_in_force", "time_in_force", Member(TimeInForce), required=True),
        Field("id", "id", Text(), nullable=True),
        Field("symbol", "symbol", Text(), nullable=True),
        Field("instrument_id", "instrument_id", Text(), nullable=True),
        Field("limit_price", "limit_price", DecimalText(), nullable=True),
        Field("stop_price", "stop_price", DecimalText(), nullable=True),
        Field("limit_offset", "limit_offset", DecimalText(), nullable=True),
        Field("trailing_offset", "trailing_offset", DecimalText(), nullable=True),
        Field("trailing_offset_type", "trailing_offset_type", Member(TrailingOffsetType), nullable=True),
        Field("expires_at", "expires_at", Timestamp(), nullable=True),
        Field("extended_hours", "extended_hours", Boolean(), nullable=True),
        Field("position_intent", "position_intent", Member(PositionIntent), nullable=True),
        Field("strategy", "strategy", Object("OrderStrategy", lambda: OrderStrategy), nullable=True),
    )

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        kept: dict[str, Any] | None = None
        try:
            self.side = _SIDE[data["side"]]
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            self.order_type = _ORDER_TYPE[data["order_type"]]
            self.time_in_force = _TIME_IN_FORCE[data["time_in_force"]]
            value = data.get("id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.id = value
            value = data.get("symbol")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "symbol" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.symbol = value
            value = data.get("instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            self.instrument_id = value
            value = data.get("limit_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.limit_price = value
            value = data.get("stop_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "stop_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.stop_price = value
            value = data.get("limit_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            self.limit_offset = value
            value = data.get("trailing_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 10
            self.trailing_offset = value
            value = data.get("trailing_offset_type")
            if value is None:
                if "trailing_offset_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 11
            else:
                value = _TRAILING_OFFSET_TYPE[value]
            self.trailing_offset_type = value
            value = data.get("expires_at")
            if value is None:
                if "expires_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 12
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "expires_at", text, value)
            self.expires_at = value
            value = data.get("extended_hours")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "extended_hours" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            self.extended_hours = value
            value = data.get("position_intent")
            if value is None:
                if "position_intent" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            else:
                value = _POSITION_INTENT[value]
            self.position_intent = value
            value = data.get("strategy")
            if value is None:
                if "strategy" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 15
            else:
                value = OrderStrategy.decode_in(value, drift, "strategy")
            self.strategy = value
            more = len(data) + absent != 16
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
