# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class ExerciseStyle(OpenStrEnum):
    """When an option can be exercised. Members come and go; clients must tolerate unknown ones."""

    AMERICAN = "AMERICAN"
    """On any business day until it expires."""
    EUROPEAN = "EUROPEAN"
    """Only on the day of its expiry."""
