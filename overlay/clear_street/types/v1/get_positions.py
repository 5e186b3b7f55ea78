"""Types of `get_positions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class PositionGetPositionsParams(TypedDict, total=False):
    """The keyword arguments of `get_positions`."""

    instrument_ids: Sequence[str] | None
    page_size: int | None
    page_token: str | None
    sort_by: api.PositionSortBy | api.PositionSortByName | None
    sort_direction: api.SortDirection | api.SortDirectionName | None


class PositionGetPositionsResponse(CallInfo, api.PositionGetPositionsResponse):
    """A page of an account's positions."""

    __slots__ = ("_attempts", "_reconciled")
