# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class AccountStatus(OpenStrEnum):
    """Whether an account can be used. Members come and go; clients must tolerate unknown ones."""

    ACTIVE = "ACTIVE"
    """It can."""
    INACTIVE = "INACTIVE"
    """Not at present."""
    CLOSED = "CLOSED"
    """It is closed."""
