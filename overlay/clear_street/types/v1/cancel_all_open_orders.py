"""Types of `cancel_all_open_orders`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderCancelAllOpenOrdersParams(TypedDict, total=False):
    """The keyword arguments of `cancel_all_open_orders`."""

    side: api.Side | api.SideName | None
    type: api.OrderType | api.OrderTypeName | None
    instrument_type: api.SecurityType | api.SecurityTypeName | None
    instrument_ids: Sequence[str] | None


class OrderCancelAllOpenOrdersResponse(CallInfo, api.OrderCancelAllOpenOrdersResponse):
    """The reply of `cancel_all_open_orders`."""

    __slots__ = ("_attempts", "_reconciled")
