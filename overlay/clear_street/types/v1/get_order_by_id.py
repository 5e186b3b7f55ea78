"""Types of `get_order_by_id`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderGetOrderByIDParams(TypedDict):
    """The keyword arguments of `get_order_by_id`."""

    account_id: int


class OrderGetOrderByIDResponse(CallInfo, api.OrderGetOrderByIDResponse):
    """The reply of `get_order_by_id`."""

    __slots__ = ("_attempts", "_reconciled")
