# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class PositionSortBy(OpenStrEnum):
    """What to order positions by. Members come and go; clients must tolerate unknown ones."""

    SYMBOL = "SYMBOL"
    """`symbol`."""
    INSTRUMENT_TYPE = "INSTRUMENT_TYPE"
    """`instrument_type`."""
    QUANTITY = "QUANTITY"
    """`quantity`."""
    MARKET_VALUE = "MARKET_VALUE"
    """`market_value`."""
    POSITION_TYPE = "POSITION_TYPE"
    """`position_type`."""
    UNREALIZED_PNL = "UNREALIZED_PNL"
    """`unrealized_pnl`."""
    DAILY_UNREALIZED_PNL = "DAILY_UNREALIZED_PNL"
    """`daily_unrealized_pnl`."""
    DAILY_REALIZED_PNL = "DAILY_REALIZED_PNL"
    """`daily_realized_pnl`."""


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
