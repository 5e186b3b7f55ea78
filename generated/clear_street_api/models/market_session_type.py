# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class MarketSessionType(OpenStrEnum):
    """A session of a market. Members come and go; clients must tolerate unknown ones."""

    PRE_MARKET = "pre_market"
    """Before the regular session."""
    REGULAR = "regular"
    """The regular session."""
    AFTER_HOURS = "after_hours"
    """After the regular session."""
    OVERNIGHT = "overnight"
    """Overnight, from the evening before. Since October 2026."""
