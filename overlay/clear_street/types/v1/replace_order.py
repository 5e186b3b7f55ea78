"""Types of `replace_order`."""

from __future__ import annotations

from typing import Required, TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderReplaceOrderParams(TypedDict, total=False):
    """The keyword arguments of `replace_order`."""

    account_id: Required[int]
    quantity: str | None
    limit_price: str | None
    stop_price: str | None
    limit_offset: str | None
    trailing_offset: str | None
    trailing_offset_type: api.TrailingOffsetType | api.TrailingOffsetTypeName | None


class OrderReplaceOrderResponse(CallInfo, api.OrderReplaceOrderResponse):
    """The reply of `replace_order`."""

    __slots__ = ("_attempts", "_reconciled")
