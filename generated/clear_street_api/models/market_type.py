# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class MarketType(OpenStrEnum):
    """A market. Members come and go; clients must tolerate unknown ones."""

    US_EQUITIES = "us_equities"
    """Shares in the United States."""
    US_OPTIONS = "us_options"
    """Options in the United States."""
    US_EVENT_CONTRACTS = "us_event_contracts"
    """Event contracts in the United States, listed only if asked for. Since October 2026."""


MarketTypeName = Literal["us_equities", "us_options", "us_event_contracts"]
"""The members of `MarketType`, as plain strings."""
