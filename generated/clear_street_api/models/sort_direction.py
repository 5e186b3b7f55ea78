# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class SortDirection(OpenStrEnum):
    """Direction of an order. Members come and go; clients must tolerate unknown ones."""

    ASC = "ASC"
    """Smallest first."""
    DESC = "DESC"
    """Largest first."""


SortDirectionName = Literal["ASC", "DESC"]
"""The members of `SortDirection`, as plain strings."""
