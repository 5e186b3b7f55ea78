"""Types of `get_positions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

import clear_street_api.models as api

from ._facts import CallFacts

PositionSortByName = Literal[
    "SYMBOL",
    "INSTRUMENT_TYPE",
    "QUANTITY",
    "MARKET_VALUE",
    "POSITION_TYPE",
    "UNREALIZED_PNL",
    "DAILY_UNREALIZED_PNL",
    "DAILY_REALIZED_PNL",
]
"""The members of `PositionSortBy`, as plain strings."""

SortDirectionName = Literal["ASC", "DESC"]
"""The members of `SortDirection`, as plain strings."""


class PositionGetPositionsParams(TypedDict, total=False):
    """The keyword arguments of `get_positions`."""

    instrument_ids: Sequence[str] | None
    page_size: int | None
    page_token: str | None
    sort_by: api.PositionSortBy | PositionSortByName | None
    sort_direction: api.SortDirection | SortDirectionName | None


class PositionGetPositionsResponse(CallFacts, api.PositionGetPositionsResponse):
    """A page of an account's positions."""

    __slots__ = ("_attempts", "_reconciled")
