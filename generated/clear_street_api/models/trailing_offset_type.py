# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class TrailingOffsetType(OpenStrEnum):
    """Unit of a trailing offset. Members come and go; clients must tolerate unknown ones."""

    PRICE = "PRICE"
    """An amount of money per unit of the instrument."""
    BPS = "BPS"
    """Basis points, hundredths of a percent, of the price."""


TrailingOffsetTypeName = Literal["PRICE", "BPS"]
"""The members of `TrailingOffsetType`, as plain strings."""
