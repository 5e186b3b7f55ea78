# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class OrderStrategyType(OpenStrEnum):
    """How an order is executed. Members come and go; clients must tolerate unknown ones."""

    SOR = "SOR"
    """Routed to the best venue."""
    VWAP = "VWAP"
    """At the average price by volume."""
    TWAP = "TWAP"
    """At the average price over time."""
    DMA = "DMA"
    """Sent to a given venue."""


OrderStrategyTypeName = Literal["SOR", "VWAP", "TWAP", "DMA"]
"""The members of `OrderStrategyType`, as plain strings."""
