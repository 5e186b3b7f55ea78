# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class AccountSubtype(OpenStrEnum):
    """Whether an account can borrow. Members come and go; clients must tolerate unknown ones."""

    CASH = "CASH"
    """It cannot."""
    MARGIN = "MARGIN"
    """It can."""
    OTHER = "OTHER"
    """Any other."""
