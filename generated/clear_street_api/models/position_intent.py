# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class PositionIntent(OpenStrEnum):
    """What an order does to a position. Members come and go; clients must tolerate unknown ones."""

    OPEN = "OPEN"
    """Opens one, or adds to it."""
    CLOSE = "CLOSE"
    """Closes one, or reduces it."""


PositionIntentName = Literal["OPEN", "CLOSE"]
"""The members of `PositionIntent`, as plain strings."""
