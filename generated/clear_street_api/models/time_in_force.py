# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Literal

from ..types import OpenStrEnum


class TimeInForce(OpenStrEnum):
    """How long an order stays open. Members come and go; clients must tolerate unknown ones."""

    DAY = "DAY"
    """Until the end of the trading day."""
    GOOD_TILL_CANCEL = "GOOD_TILL_CANCEL"
    """Until it is cancelled."""
    IMMEDIATE_OR_CANCEL = "IMMEDIATE_OR_CANCEL"
    """Executed at once as far as possible, the rest cancelled."""
    FILL_OR_KILL = "FILL_OR_KILL"
    """Executed at once and in full, or cancelled."""
    GOOD_TILL_DATE = "GOOD_TILL_DATE"
    """Until a given date."""
    AT_THE_OPENING = "AT_THE_OPENING"
    """For the opening auction only. Called `AT_OPEN` since September 2026."""
    AT_THE_CLOSE = "AT_THE_CLOSE"
    """For the closing auction only. Called `AT_CLOSE` since September 2026."""
    GOOD_TILL_CROSSING = "GOOD_TILL_CROSSING"
    """Until a crossing session begins. Not since August 2026."""
    GOOD_THROUGH_CROSSING = "GOOD_THROUGH_CROSSING"
    """Until a crossing session ends. Not since August 2026."""
    AT_CROSSING = "AT_CROSSING"
    """For a crossing session only. Not since August 2026."""
    OTHER = "OTHER"
    """Any other time."""
    AT_OPEN = "AT_OPEN"
    """For the opening auction only. Since September 2026."""
    AT_CLOSE = "AT_CLOSE"
    """For the closing auction only. Since September 2026."""


TimeInForceName = Literal[
    "DAY",
    "GOOD_TILL_CANCEL",
    "IMMEDIATE_OR_CANCEL",
    "FILL_OR_KILL",
    "GOOD_TILL_DATE",
    "AT_THE_OPENING",
    "AT_THE_CLOSE",
    "GOOD_TILL_CROSSING",
    "GOOD_THROUGH_CROSSING",
    "AT_CROSSING",
    "OTHER",
    "AT_OPEN",
    "AT_CLOSE",
]
"""The members of `TimeInForce`, as plain strings."""
