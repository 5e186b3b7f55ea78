# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class PositionInstructionType(OpenStrEnum):
    """What to do with an option position. Members come and go; clients must tolerate unknown ones."""

    EXERCISE = "EXERCISE"
    """Exercise. Allowed on any business day, for a long position."""
    DO_NOT_EXERCISE = "DO_NOT_EXERCISE"
    """Let the contracts expire. Only on the expiry date."""
    CONTRARY_EXERCISE = "CONTRARY_EXERCISE"
    """The contrary of what would happen at expiry without it. Only on the expiry date."""


PositionInstructionTypeName = Literal["EXERCISE", "DO_NOT_EXERCISE", "CONTRARY_EXERCISE"]
"""The members of `PositionInstructionType`, as plain strings."""
