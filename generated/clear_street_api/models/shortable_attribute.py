# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class ShortableAttribute(OpenStrEnum):
    """Whether an instrument can be sold short. Members come and go; clients must tolerate unknown ones."""

    EASY_TO_BORROW = "EASY_TO_BORROW"
    """It can."""
    HARD_TO_BORROW = "HARD_TO_BORROW"
    """Only if it can be borrowed."""
    NOT_SHORTABLE = "NOT_SHORTABLE"
    """It cannot."""
