"""Types of `cancel_position_instruction`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class PositionCancelPositionInstructionParams(TypedDict):
    """The keyword arguments of `cancel_position_instruction`."""

    account_id: int


class PositionCancelPositionInstructionResponse(CallInfo, api.PositionCancelPositionInstructionResponse):
    """An instruction whose cancellation was requested."""

    __slots__ = ("_attempts", "_reconciled")
