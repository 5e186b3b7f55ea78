# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class SecurityType(OpenStrEnum):
    """Kind of an instrument. Members come and go; clients must tolerate unknown ones."""

    COMMON_STOCK = "COMMON_STOCK"
    """Common shares."""
    PREFERRED_STOCK = "PREFERRED_STOCK"
    """Preferred shares."""
    OPTION = "OPTION"
    """An option contract."""
    CASH = "CASH"
    """Cash."""
    INDEX = "INDEX"
    """An index."""
    OTHER = "OTHER"
    """Any other kind."""


SecurityTypeName = Literal["COMMON_STOCK", "PREFERRED_STOCK", "OPTION", "CASH", "INDEX", "OTHER"]
"""The members of `SecurityType`, as plain strings."""
