# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class PositionInstructionRejectionReason(OpenStrEnum):
    """Code of the reason why an instruction was refused. Members come and go; clients must tolerate unknown ones."""

    DNE_NOT_ON_EXPIRY = "DNE_NOT_ON_EXPIRY"
    """`DO_NOT_EXERCISE` on another day than the expiry date."""
    CEA_NOT_ON_EXPIRY = "CEA_NOT_ON_EXPIRY"
    """`CONTRARY_EXERCISE` on another day than the expiry date."""
    INSUFFICIENT_POSITION = "INSUFFICIENT_POSITION"
    """More contracts than the position has available."""
    EXERCISE_PAST_CUTOFF = "EXERCISE_PAST_CUTOFF"
    """After the cut-off of the day, which `metadata.cutoff_time` has."""
    DUPLICATE_INSTRUCTION = "DUPLICATE_INSTRUCTION"
    """The idempotency key was used before; `metadata.existing_id` is that instruction."""
    OPTIONS_LEVEL_EXCEEDED = "OPTIONS_LEVEL_EXCEEDED"
    """The account's options level does not allow it."""
