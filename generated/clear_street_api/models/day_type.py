# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class DayType(OpenStrEnum):
    """Kind of a day for a market. Members come and go; clients must tolerate unknown ones."""

    TRADING_DAY = "TRADING_DAY"
    """A whole trading day."""
    EARLY_CLOSE = "EARLY_CLOSE"
    """A trading day on which the regular session ends early."""
    HOLIDAY = "HOLIDAY"
    """A holiday: no session."""
    WEEKEND = "WEEKEND"
    """A Saturday or Sunday: no session."""
