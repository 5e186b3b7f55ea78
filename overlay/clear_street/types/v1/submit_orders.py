"""Types of `submit_orders`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Required, TypedDict

import clear_street_api.models as api

from ..._explained import explain
from ..._states import ORDER_STATES
from ._call_info import CallInfo


class NewOrderRequestParam(TypedDict, total=False):
    """An order to submit, as a dict."""

    side: Required[api.Side | api.SideName]
    """Whether to buy or to sell."""
    quantity: Required[int | str | Decimal]
    """Units (shares or contracts)."""
    order_type: Required[api.OrderType | api.OrderTypeName]
    """How the order's price is set."""
    time_in_force: Required[api.TimeInForce | api.TimeInForceName]
    """How long the order stands."""
    id: str | None
    """The idempotency key, unique in the account; replies have it as `client_order_id`. Without one, the client makes a
    new UUID.
    """
    symbol: str | None
    """Equity ticker or OSI symbol; this or `instrument_id`."""
    instrument_id: str | None
    """UUID or symbol of the instrument."""
    limit_price: int | str | Decimal | None
    """Worst acceptable price, per unit."""
    stop_price: int | str | Decimal | None
    """Price that triggers the order, per unit."""
    limit_offset: int | str | Decimal | None
    """Distance of the limit from the stop price, per unit."""
    trailing_offset: int | str | Decimal | None
    """Distance of the stop price from the watermark."""
    trailing_offset_type: api.TrailingOffsetType | api.TrailingOffsetTypeName | None
    """Unit of `trailing_offset`."""
    expires_at: datetime | None
    """When the order expires."""
    extended_hours: bool | None
    """Whether the order may trade outside regular hours."""
    position_intent: api.PositionIntent | api.PositionIntentName | None
    """Whether the order opens or closes a position. Since October 2026."""
    strategy: api.OrderStrategy | Mapping[str, Any] | None
    """How the order is worked. Since October 2026."""


class OrderSubmitOrdersParams(TypedDict):
    """The keyword arguments of `submit_orders`."""

    orders: Iterable[api.NewOrderRequest | NewOrderRequestParam]


class OrderSubmitOrdersResponse(CallInfo, api.OrderSubmitOrdersResponse):
    """The orders of a submitted batch, in the order in which they were given."""

    __slots__ = ("_attempts", "_reconciled")

    @property
    def accepted(self) -> list[api.Order]:
        """The orders that the service took."""
        return [row for row in self.data or () if row.status in ORDER_STATES.taken]

    @property
    def rejected(self) -> list[api.Order]:
        """The orders that the service rejected, each with its `details`."""
        return [row for row in self.data or () if row.status in ORDER_STATES.refused]

    @property
    def undetermined(self) -> list[api.Order]:
        """The orders that the reply did not mention, and no look showed. Treat their outcome as unknown."""
        return [row for row in self.data or () if row.status not in ORDER_STATES.taken | ORDER_STATES.refused]


explain(NewOrderRequestParam)
