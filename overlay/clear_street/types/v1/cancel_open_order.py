"""Types of `cancel_open_order`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._facts import CallFacts


class OrderCancelOpenOrderParams(TypedDict):
    """The keyword arguments of `cancel_open_order`."""

    account_id: int


class OrderCancelOpenOrderResponse(CallFacts, api.OrderCancelOpenOrderResponse):
    """The reply of `cancel_open_order`."""

    __slots__ = ("_attempts", "_reconciled")
