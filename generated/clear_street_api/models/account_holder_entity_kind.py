# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class AccountHolderEntityKind(OpenStrEnum):
    """Whether the holder of an account is a person. Members come and go; clients must tolerate unknown ones."""

    NATURAL_PERSON = "NATURAL_PERSON"
    """A person."""
    LEGAL_ENTITY = "LEGAL_ENTITY"
    """A company, or another body."""
    OTHER = "OTHER"
    """Any other."""
