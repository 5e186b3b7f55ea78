# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class AccountType(OpenStrEnum):
    """Whose account it is. Members come and go; clients must tolerate unknown ones."""

    CUSTOMER = "CUSTOMER"
    """A customer's."""
    OTHER = "OTHER"
    """Any other."""
