"""Types of `cancel_open_order`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderCancelOpenOrderParams(TypedDict):
    """The keyword arguments of `cancel_open_order`."""

    account_id: int


class OrderCancelOpenOrderResponse(CallInfo, api.OrderCancelOpenOrderResponse):
    """The reply of `cancel_open_order`."""

    __slots__ = ("_attempts", "_reconciled")
