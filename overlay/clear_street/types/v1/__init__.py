"""The types of version 1, under the API's own names.

The response classes are the generated ones with what the client knows of the call that brought them; the rest are
the generated models and enums themselves. A `…Params` TypedDict names the arguments of an operation. Everything is
imported when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.models import (
        APIError,
        BaseResponse,
        ErrorResponse,
        Order,
        OrderStatus,
        OrderStrategy,
        OrderStrategyType,
        OrderType,
        Position,
        PositionInstruction,
        PositionInstructionRejection,
        PositionInstructionRejectionReason,
        PositionInstructionRequest,
        PositionInstructionStatus,
        PositionInstructionType,
        PositionInstructionTypeName,
        PositionSortBy,
        PositionSortByName,
        PositionType,
        QueueState,
        ResponseMetadata,
        SecurityType,
        Side,
        SortDirection,
        SortDirectionName,
        TimeInForce,
        TrailingOffsetType,
        Version,
    )
    from clear_street_api.types import Drift

    from ..._states import Rejection
    from .cancel_position_instruction import (
        PositionCancelPositionInstructionParams,
        PositionCancelPositionInstructionResponse,
    )
    from .close_position import PositionClosePositionParams, PositionClosePositionResponse
    from .close_positions import PositionClosePositionsParams, PositionClosePositionsResponse
    from .get_position_instructions import (
        PositionGetPositionInstructionsParams,
        PositionGetPositionInstructionsResponse,
    )
    from .get_positions import PositionGetPositionsParams, PositionGetPositionsResponse
    from .get_version import VersionGetVersionResponse
    from .submit_position_instructions import (
        PositionInstructionRequestParam,
        PositionSubmitPositionInstructionsParams,
        PositionSubmitPositionInstructionsResponse,
    )

_HERE = {
    "PositionCancelPositionInstructionParams": "cancel_position_instruction",
    "PositionCancelPositionInstructionResponse": "cancel_position_instruction",
    "PositionClosePositionParams": "close_position",
    "PositionClosePositionResponse": "close_position",
    "PositionClosePositionsParams": "close_positions",
    "PositionClosePositionsResponse": "close_positions",
    "PositionGetPositionInstructionsParams": "get_position_instructions",
    "PositionGetPositionInstructionsResponse": "get_position_instructions",
    "PositionGetPositionsParams": "get_positions",
    "PositionGetPositionsResponse": "get_positions",
    "VersionGetVersionResponse": "get_version",
    "PositionInstructionRequestParam": "submit_position_instructions",
    "PositionSubmitPositionInstructionsParams": "submit_position_instructions",
    "PositionSubmitPositionInstructionsResponse": "submit_position_instructions",
}
_GENERATED = (
    "APIError",
    "BaseResponse",
    "ErrorResponse",
    "Order",
    "OrderStatus",
    "OrderStrategy",
    "OrderStrategyType",
    "OrderType",
    "Position",
    "PositionInstruction",
    "PositionInstructionRejection",
    "PositionInstructionRejectionReason",
    "PositionInstructionRequest",
    "PositionInstructionStatus",
    "PositionInstructionType",
    "PositionInstructionTypeName",
    "PositionSortBy",
    "PositionSortByName",
    "PositionType",
    "QueueState",
    "ResponseMetadata",
    "SecurityType",
    "Side",
    "SortDirection",
    "SortDirectionName",
    "TimeInForce",
    "TrailingOffsetType",
    "Version",
)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _HERE:
        home = f"{__name__}.{_HERE[name]}"
    elif name in _GENERATED:
        home = "clear_street_api.models"
    elif name == "Rejection":
        home = "clear_street._states"
    elif name == "Drift":
        home = "clear_street_api.types"
    else:
        from ..._config.arguments import no_name

        raise no_name(f"module {__name__!r}", name, {name: name for name in __all__})
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "APIError",
    "BaseResponse",
    "Drift",
    "ErrorResponse",
    "Order",
    "OrderStatus",
    "OrderStrategy",
    "OrderStrategyType",
    "OrderType",
    "Position",
    "PositionCancelPositionInstructionParams",
    "PositionCancelPositionInstructionResponse",
    "PositionClosePositionParams",
    "PositionClosePositionResponse",
    "PositionClosePositionsParams",
    "PositionClosePositionsResponse",
    "PositionGetPositionInstructionsParams",
    "PositionGetPositionInstructionsResponse",
    "PositionGetPositionsParams",
    "PositionGetPositionsResponse",
    "PositionInstruction",
    "PositionInstructionRejection",
    "PositionInstructionRejectionReason",
    "PositionInstructionRequest",
    "PositionInstructionRequestParam",
    "PositionInstructionStatus",
    "PositionInstructionType",
    "PositionInstructionTypeName",
    "PositionSortBy",
    "PositionSortByName",
    "PositionSubmitPositionInstructionsParams",
    "PositionSubmitPositionInstructionsResponse",
    "PositionType",
    "QueueState",
    "Rejection",
    "ResponseMetadata",
    "SecurityType",
    "Side",
    "SortDirection",
    "SortDirectionName",
    "TimeInForce",
    "TrailingOffsetType",
    "Version",
    "VersionGetVersionResponse",
]
