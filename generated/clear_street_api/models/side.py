# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class Side(OpenStrEnum):
    """Whether an order buys or sells. Members come and go; clients must tolerate unknown ones."""

    BUY = "BUY"
    """Buy."""
    SELL = "SELL"
    """Sell what is held."""
    SELL_SHORT = "SELL_SHORT"
    """Sell what is not held. Not since September 2026."""
    OTHER = "OTHER"
    """Any other side. Not since September 2026."""


SideName = Literal["BUY", "SELL", "SELL_SHORT", "OTHER"]
"""The members of `Side`, as plain strings."""
