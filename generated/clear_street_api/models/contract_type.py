# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class ContractType(OpenStrEnum):
    """Whether an option is to buy or to sell. Members come and go; clients must tolerate unknown ones."""

    CALL = "CALL"
    """The right to buy."""
    PUT = "PUT"
    """The right to sell."""


ContractTypeName = Literal["CALL", "PUT"]
"""The members of `ContractType`, as plain strings."""
