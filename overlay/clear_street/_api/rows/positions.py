"""The operations of the tag Positions."""

from __future__ import annotations

from ..operations import Later, Operation, Resend, requests

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api import models
    from clear_street_api.api import positions as calls

    from ...types import v1 as types
else:
    calls, models = Later("clear_street_api.api.positions"), Later("clear_street_api.models")
    types = Later("clear_street.types.v1")

GET_POSITIONS = Operation(
    "get_positions",
    "GET",
    "/v1/accounts/{account_id}/positions",
    Resend.READ,
    lambda: calls.get_positions.build_request,
    lambda: types.PositionGetPositionsResponse,
    enums=lambda: {"sort_by": models.PositionSortBy, "sort_direction": models.SortDirection},
)
CLOSE_POSITIONS = Operation(
    "close_positions",
    "DELETE",
    "/v1/accounts/{account_id}/positions",
    Resend.ONCE,
    lambda: calls.close_positions.build_request,
    lambda: types.PositionClosePositionsResponse,
    kind="order",
)
CLOSE_POSITION = Operation(
    "close_position",
    "DELETE",
    "/v1/accounts/{account_id}/positions/{instrument_id}",
    Resend.ONCE,
    lambda: requests.close_position,
    lambda: types.PositionClosePositionResponse,
    kind="order",
)
GET_POSITION_INSTRUCTIONS = Operation(
    "get_position_instructions",
    "GET",
    "/v1/accounts/{account_id}/positions/instructions",
    Resend.READ,
    lambda: calls.get_position_instructions.build_request,
    lambda: types.PositionGetPositionInstructionsResponse,
)
SUBMIT_POSITION_INSTRUCTIONS = Operation(
    "submit_position_instructions",
    "POST",
    "/v1/accounts/{account_id}/positions/instructions",
    Resend.SUBMIT,
    lambda: requests.submit_position_instructions,
    lambda: types.PositionSubmitPositionInstructionsResponse,
    kind="instruction",
)
CANCEL_POSITION_INSTRUCTION = Operation(
    "cancel_position_instruction",
    "DELETE",
    "/v1/accounts/{account_id}/positions/instructions/{instruction_id}",
    Resend.CANCEL,
    lambda: requests.cancel_position_instruction,
    lambda: types.PositionCancelPositionInstructionResponse,
    kind="instruction",
)
