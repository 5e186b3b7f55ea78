"""Types of `get_orders`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderGetOrdersParams(TypedDict, total=False):
    """The keyword arguments of `get_orders`."""

    order_ids: Sequence[str] | None
    status: Sequence[api.OrderStatus | api.OrderStatusName] | None
    symbol: str | None
    instrument_ids: Sequence[str] | None
    instrument_type: api.SecurityType | api.SecurityTypeName | None
    underlying_instrument_ids: Sequence[str] | None
    from_: datetime | str | None
    to: datetime | str | None
    updated_at: api.TimeRange | Mapping[str, Any] | None
    page_size: int | None
    page_token: str | None


class OrderGetOrdersResponse(CallInfo, api.OrderGetOrdersResponse):
    """The reply of `get_orders`."""

    __slots__ = ("_attempts", "_reconciled")
