# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class ListingType(OpenStrEnum):
    """How an option is listed. Members come and go; clients must tolerate unknown ones."""

    STANDARD = "STANDARD"
    """With standard terms."""
    FLEX = "FLEX"
    """With its own terms, on an exchange."""
    OTC = "OTC"
    """Over the counter."""
