# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from ..types import OpenStrEnum


class QueueState(OpenStrEnum):
    """State of a queued order. Members come and go; clients must tolerate unknown ones."""

    AWAITING_RELEASE = "AWAITING_RELEASE"
    """Held back until its release time."""
    RELEASED = "RELEASED"
    """Sent on to the market."""
