# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class PositionInstructionStatus(OpenStrEnum):
    """State of a position instruction. Members come and go; clients must tolerate unknown ones, and must not take them
    for terminal.
    """

    SENT = "SENT"
    """On its way to the clearing venue. Not terminal."""
    ACCEPTED = "ACCEPTED"
    """Accepted by the clearing venue. Terminal."""
    REJECTED = "REJECTED"
    """Rejected; `rejection_reason` says why. Terminal."""
    ENGINE_REJECTED = "ENGINE_REJECTED"
    """Rejected by the engine behind the service (until July 2026). Terminal."""
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    """Cancellation requested, not yet decided. Not terminal."""
    CANCELLED = "CANCELLED"
    """Cancelled. Terminal."""
    CANCEL_FAILED = "CANCEL_FAILED"
    """Could not be cancelled; `rejection_reason` says why, and a person must check. Terminal."""
    UNKNOWN = "UNKNOWN"
    """The service does not know the state; ask again. Not terminal."""

    @property
    def is_terminal(self) -> bool:
        """Whether no other member can follow. False for a member that the spec does not list."""
        return self._value_ in {"ACCEPTED", "REJECTED", "ENGINE_REJECTED", "CANCELLED", "CANCEL_FAILED"}
