# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class OrderStatus(OpenStrEnum):
    """State of an order. Members come and go; clients must tolerate unknown ones."""

    PENDING_NEW = "PENDING_NEW"
    """Received, not yet acknowledged by the venue."""
    NEW = "NEW"
    """Acknowledged, nothing executed."""
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    """Executed in part."""
    FILLED = "FILLED"
    """Executed in full."""
    CANCELED = "CANCELED"
    """Cancelled."""
    REJECTED = "REJECTED"
    """Refused."""
    EXPIRED = "EXPIRED"
    """Its time in force has run out."""
    PENDING_CANCEL = "PENDING_CANCEL"
    """Cancellation requested, not yet confirmed."""
    PENDING_REPLACE = "PENDING_REPLACE"
    """Replacement requested, not yet confirmed."""
    REPLACED = "REPLACED"
    """Replaced by another order."""
    DONE_FOR_DAY = "DONE_FOR_DAY"
    """No more executions today."""
    STOPPED = "STOPPED"
    """Guaranteed at a price, not yet executed."""
    SUSPENDED = "SUSPENDED"
    """Taken out of trading for now."""
    CALCULATED = "CALCULATED"
    """Done for the day, with the figures being worked out."""
    OTHER = "OTHER"
    """Any other state."""
    QUEUED = "QUEUED"
    """Held back by the service, and open. Since September 2026."""
    PENDING_TRIGGER = "PENDING_TRIGGER"
    """Waits for its trigger, and is open. Since September 2026."""

    @property
    def is_terminal(self) -> bool:
        """Whether no other member can follow. False for a member that the spec does not list."""
        return self._value_ in {"FILLED", "CANCELED", "REJECTED", "EXPIRED"}


OrderStatusName = Literal[
    "PENDING_NEW",
    "NEW",
    "PARTIALLY_FILLED",
    "FILLED",
    "CANCELED",
    "REJECTED",
    "EXPIRED",
    "PENDING_CANCEL",
    "PENDING_REPLACE",
    "REPLACED",
    "DONE_FOR_DAY",
    "STOPPED",
    "SUSPENDED",
    "CALCULATED",
    "OTHER",
    "QUEUED",
    "PENDING_TRIGGER",
]
"""The members of `OrderStatus`, as plain strings."""
