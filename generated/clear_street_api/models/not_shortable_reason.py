# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class NotShortableReason(OpenStrEnum):
    """Why an instrument cannot be sold short. Members come and go; clients must tolerate unknown ones."""

    INSUFFICIENT_LOCATE_INVENTORY = "INSUFFICIENT_LOCATE_INVENTORY"
    """Too little of it can be borrowed."""
    UNSUPPORTED_SECURITY = "UNSUPPORTED_SECURITY"
    """The service does not sell such instruments short."""
