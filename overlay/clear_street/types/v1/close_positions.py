"""Types of `close_positions`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class PositionClosePositionsParams(TypedDict, total=False):
    """The keyword arguments of `close_positions`."""

    cancel_orders: bool | None


class PositionClosePositionsResponse(CallInfo, api.PositionClosePositionsResponse):
    """The orders that close an account's positions."""

    __slots__ = ("_attempts", "_reconciled")
