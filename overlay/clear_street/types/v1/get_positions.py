"""Types of `get_positions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import clear_street_api.models as api

from ._facts import CallFacts


class PositionGetPositionsParams(TypedDict, total=False):
    """The keyword arguments of `get_positions`."""

    instrument_ids: Sequence[str] | None
    page_size: int | None
    page_token: str | None
    sort_by: api.PositionSortBy | api.PositionSortByName | None
    sort_direction: api.SortDirection | api.SortDirectionName | None


class PositionGetPositionsResponse(CallFacts, api.PositionGetPositionsResponse):
    """A page of an account's positions."""

    __slots__ = ("_attempts", "_reconciled")
