# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class OrderType(OpenStrEnum):
    """How an order's price is set. Members come and go; clients must tolerate unknown ones."""

    MARKET = "MARKET"
    """At the best price available."""
    LIMIT = "LIMIT"
    """At the limit price or better."""
    STOP = "STOP"
    """A market order once the stop price is reached."""
    STOP_LIMIT = "STOP_LIMIT"
    """A limit order once the stop price is reached."""
    TRAILING_STOP = "TRAILING_STOP"
    """A stop order whose stop price follows the market."""
    TRAILING_STOP_LIMIT = "TRAILING_STOP_LIMIT"
    """A stop-limit order whose prices follow the market."""
    OTHER = "OTHER"
    """Any other type."""


OrderTypeName = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TRAILING_STOP", "TRAILING_STOP_LIMIT", "OTHER"]
"""The members of `OrderType`, as plain strings."""
