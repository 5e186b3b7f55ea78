# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class PositionType(OpenStrEnum):
    """Direction of a position and, for an option, its right. Members come and go; clients must tolerate unknown ones."""

    LONG = "LONG"
    """Owned."""
    SHORT = "SHORT"
    """Sold short."""
    LONG_CALL = "LONG_CALL"
    """Call options bought. Not since July 2026."""
    SHORT_CALL = "SHORT_CALL"
    """Call options written. Not since July 2026."""
    LONG_PUT = "LONG_PUT"
    """Put options bought. Not since July 2026."""
    SHORT_PUT = "SHORT_PUT"
    """Put options written. Not since July 2026."""
