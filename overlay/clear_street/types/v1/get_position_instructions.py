"""Types of `get_position_instructions`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class PositionGetPositionInstructionsParams(TypedDict, total=False):
    """The keyword arguments of `get_position_instructions`."""

    instrument_id: str | None
    underlying_instrument_id: str | None


class PositionGetPositionInstructionsResponse(CallInfo, api.PositionGetPositionInstructionsResponse):
    """An account's instructions."""

    __slots__ = ("_attempts", "_reconciled")
