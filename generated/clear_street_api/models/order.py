# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import (
    Array,
    Boolean,
    DecimalText,
    Drift,
    Field,
    Integer,
    Member,
    Model,
    Object,
    Text,
    Timestamp,
    keep_text,
    members,
)
from .order_status import OrderStatus
from .order_strategy import OrderStrategy
from .order_type import OrderType
from .queue_state import QueueState
from .security_type import SecurityType
from .side import Side
from .time_in_force import TimeInForce
from .trailing_offset_type import TrailingOffsetType

_ORDER_STATUS = members(OrderStatus)
_ORDER_TYPE = members(OrderType)
_QUEUE_STATE = members(QueueState)
_SECURITY_TYPE = members(SecurityType)
_SIDE = members(Side)
_TIME_IN_FORCE = members(TimeInForce)
_TRAILING_OFFSET_TYPE = members(TrailingOffsetType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Order(Model):
    """An order, as sent to close a position."""

    id: str
    """Server-assigned id of the order."""
    account_id: int
    """Account that the order belongs to."""
    client_order_id: str
    """Id of the order on the client's side."""
    venue: str
    """Where the order is traded, as a market identifier code (MIC, ISO 10383)."""
    side: Side
    """Whether the order buys or sells."""
    quantity: str
    """Units (shares or contracts) ordered. Decimal."""
    order_type: OrderType
    """How the order's price is set."""
    time_in_force: TimeInForce
    """How long the order stays open."""
    status: OrderStatus
    """Current state of the order."""
    filled_quantity: str
    """Units executed so far. Decimal."""
    leaves_quantity: str
    """Units still open for execution. Decimal."""
    created_at: datetime
    """When the order was created."""
    updated_at: datetime
    """When the order last changed."""
    instrument_id: str | None = None
    """Id of the instrument; null if no single instrument resolves."""
    instrument_type: SecurityType | None = None
    """Kind of the instrument; null if no single instrument resolves."""
    symbol: str | None = None
    """Symbol of the instrument; null if no single instrument resolves."""
    average_fill_price: str | None = None
    """Average price of the executions so far, per unit. Decimal."""
    limit_price: str | None = None
    """Worst acceptable price of a limit order, per unit. Decimal."""
    stop_price: str | None = None
    """Price that triggers a stop order, per unit. Decimal."""
    limit_offset: str | None = None
    """Distance of the limit from the stop price of a trailing stop-limit order, per unit. Decimal."""
    trailing_offset: str | None = None
    """Distance of the stop price from the watermark, in the unit of `trailing_offset_type`. Decimal."""
    trailing_limit_px: str | None = None
    """Current limit price of a trailing stop-limit order, per unit. Decimal."""
    trailing_stop_px: str | None = None
    """Current stop price of a trailing order, per unit. Decimal."""
    trailing_watermark_px: str | None = None
    """Best price seen since the trailing order began, per unit. Decimal."""
    trailing_offset_type: TrailingOffsetType | None = None
    """Unit of `trailing_offset`."""
    trailing_watermark_ts: datetime | None = None
    """When `trailing_watermark_px` was seen."""
    expires_at: datetime | None = None
    """When the order expires."""
    releases_at: datetime | None = None
    """When a queued order is released to the market."""
    extended_hours: bool | None = None
    """Whether the order may trade outside regular hours."""
    queue_state: QueueState | None = None
    """State of a queued order; null if it was never queued."""
    details: list[str] | None = None
    """Remarks on the order."""
    underlying_instrument_id: str | None = None
    """Id of the instrument that a derivative is written on."""
    underlying_instrument_type: SecurityType | None = None
    """Kind of the instrument that a derivative is written on. Since September 2026."""
    strategy: OrderStrategy | None = None
    """How the order is executed. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Text(), required=True),
        Field("account_id", "account_id", Integer(), required=True),
        Field("client_order_id", "client_order_id", Text(), required=True),
        Field("venue", "venue", Text(), required=True),
        Field("side", "side", Member(Side), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("order_type", "order_type", Member(OrderType), required=True),
        Field("time_in_force", "time_in_force", Member(TimeInForce), required=True),
        Field("status", "status", Member(OrderStatus), required=True),
        Field("filled_quantity", "filled_quantity", DecimalText(), required=True),
        Field("leaves_quantity", "leaves_quantity", DecimalText(), required=True),
        Field("created_at", "created_at", Timestamp(), required=True),
        Field("updated_at", "updated_at", Timestamp(), required=True),
        Field("instrument_id", "instrument_id", Text(), nullable=True),
        Field("instrument_type", "instrument_type", Member(SecurityType), nullable=True),
        Field("symbol", "symbol", Text(), nullable=True),
        Field("average_fill_price", "average_fill_price", DecimalText(), nullable=True),
        Field("limit_price", "limit_price", DecimalText(), nullable=True),
        Field("stop_price", "stop_price", DecimalText(), nullable=True),
        Field("limit_offset", "limit_offset", DecimalText(), nullable=True),
        Field("trailing_offset", "trailing_offset", DecimalText(), nullable=True),
        Field("trailing_limit_px", "trailing_limit_px", DecimalText(), nullable=True),
        Field("trailing_stop_px", "trailing_stop_px", DecimalText(), nullable=True),
        Field("trailing_watermark_px", "trailing_watermark_px", DecimalText(), nullable=True),
        Field("trailing_offset_type", "trailing_offset_type", Member(TrailingOffsetType), nullable=True),
        Field("trailing_watermark_ts", "trailing_watermark_ts", Timestamp(), nullable=True),
        Field("expires_at", "expires_at", Timestamp(), nullable=True),
        Field("releases_at", "releases_at", Timestamp(), nullable=True),
        Field("extended_hours", "extended_hours", Boolean(), nullable=True),
        Field("queue_state", "queue_state", Member(QueueState), nullable=True),
        Field("details", "details", Array(Text()), nullable=True),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
        Field("underlying_instrument_type", "underlying_instrument_type", Member(SecurityType), nullable=True),
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
        value: Any
        kept: dict[str, Any] | None = None
        try:
            value = data["id"]
            if value.__class__ is not str:
                return None
            self.id = value
            value = data["account_id"]
            if value.__class__ is not int:
                return None
            self.account_id = value
            value = data["client_order_id"]
            if value.__class__ is not str:
                return None
            self.client_order_id = value
            value = data["venue"]
            if value.__class__ is not str:
                return None
            self.venue = value
            self.side = _SIDE[data["side"]]
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            self.order_type = _ORDER_TYPE[data["order_type"]]
            self.time_in_force = _TIME_IN_FORCE[data["time_in_force"]]
            self.status = _ORDER_STATUS[data["status"]]
            value = data["filled_quantity"]
            if value.__class__ is not str:
                return None
            self.filled_quantity = value
            value = data["leaves_quantity"]
            if value.__class__ is not str:
                return None
            self.leaves_quantity = value
            text = data["created_at"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "created_at", text, value)
            self.created_at = value
            text = data["updated_at"]
            value = datetime.fromisoformat(text)
            if text[4::3] != "--T::Z" or text < "1971":
                kept = keep_text(kept, "updated_at", text, value)
            self.updated_at = value
            value = data.get("instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            self.instrument_id = value
            value = data.get("instrument_type")
            if value is None:
                if "instrument_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            else:
                value = _SECURITY_TYPE[value]
            self.instrument_type = value
            value = data.get("symbol")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "symbol" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 15
            self.symbol = value
            value = data.get("average_fill_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "average_fill_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 16
            self.average_fill_price = value
            value = data.get("limit_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 17
            self.limit_price = value
            value = data.get("stop_price")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "stop_price" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 18
            self.stop_price = value
            value = data.get("limit_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "limit_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 19
            self.limit_offset = value
            value = data.get("trailing_offset")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_offset" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 20
            self.trailing_offset = value
            value = data.get("trailing_limit_px")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_limit_px" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 21
            self.trailing_limit_px = value
            value = data.get("trailing_stop_px")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_stop_px" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 22
            self.trailing_stop_px = value
            value = data.get("trailing_watermark_px")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "trailing_watermark_px" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 23
            self.trailing_watermark_px = value
            value = data.get("trailing_offset_type")
            if value is None:
                if "trailing_offset_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 24
            else:
                value = _TRAILING_OFFSET_TYPE[value]
            self.trailing_offset_type = value
            value = data.get("trailing_watermark_ts")
            if value is None:
                if "trailing_watermark_ts" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 25
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "trailing_watermark_ts", text, value)
            self.trailing_watermark_ts = value
            value = data.get("expires_at")
            if value is None:
                if "expires_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 26
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "expires_at", text, value)
            self.expires_at = value
            value = data.get("releases_at")
            if value is None:
                if "releases_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 27
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "releases_at", text, value)
            self.releases_at = value
            value = data.get("extended_hours")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "extended_hours" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 28
            self.extended_hours = value
            value = data.get("queue_state")
            if value is None:
                if "queue_state" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 29
            else:
                value = _QUEUE_STATE[value]
            self.queue_state = value
            value = data.get("details")
            if value is None:
                if "details" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 30
            else:
                value = cls.FIELDS[30].kind.strict(value)
            self.details = value
            value = data.get("underlying_instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "underlying_instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 31
            self.underlying_instrument_id = value
            value = data.get("underlying_instrument_type")
            if value is None:
                if "underlying_instrument_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 32
            else:
                value = _SECURITY_TYPE[value]
            self.underlying_instrument_type = value
            value = data.get("strategy")
            if value is None:
                if "strategy" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 33
            else:
                value = OrderStrategy.decode_in(value, drift, "strategy")
            self.strategy = value
            more = len(data) + absent != 34
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
