"""Types of `close_position`."""

from __future__ import annotations

from typing import Required, TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class PositionClosePositionParams(TypedDict, total=False):
    """The keyword arguments of `close_position`."""

    account_id: Required[int]
    cancel_orders: bool | None


class PositionClosePositionResponse(CallInfo, api.PositionClosePositionResponse):
    """The orders that close a position."""

    __slots__ = ("_attempts", "_reconciled")
