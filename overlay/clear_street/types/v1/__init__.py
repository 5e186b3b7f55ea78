"""The types of version 1, under the API's own names.

The response classes are the generated ones with what the client knows of the call that brought them; the rest are
the generated models and enums themselves. A `…Params` TypedDict names the arguments of an operation. Everything is
imported when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.models import (
        Account,
        AccountBalances,
        AccountBalancesSod,
        AccountHolderEntityKind,
        AccountStatus,
        AccountSubtype,
        AccountType,
        AccountWithPersonalDetails,
        Address,
        APIError,
        BaseResponse,
        ClockDetail,
        DayType,
        ErrorResponse,
        MarginDetails,
        MarginDetailsUsage,
        MarginSessionDetails,
        MarginTopContributor,
        MarginType,
        MarketHoursDetail,
        MarketSessionType,
        MarketStatus,
        MarketType,
        MarketTypeName,
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
        SessionSchedule,
        Side,
        SortDirection,
        SortDirectionName,
        TimeInForce,
        TradingSessions,
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
    from .get_account_balances import AccountGetAccountBalancesParams, AccountGetAccountBalancesResponse
    from .get_account_by_id import AccountGetAccountByIDResponse
    from .get_accounts import AccountGetAccountsParams, AccountGetAccountsResponse
    from .get_clock import CalendarGetClockResponse
    from .get_market_hours_calendar import CalendarGetMarketHoursCalendarParams, CalendarGetMarketHoursCalendarResponse
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
    "AccountGetAccountBalancesParams": "get_account_balances",
    "AccountGetAccountBalancesResponse": "get_account_balances",
    "AccountGetAccountByIDResponse": "get_account_by_id",
    "AccountGetAccountsParams": "get_accounts",
    "AccountGetAccountsResponse": "get_accounts",
    "CalendarGetClockResponse": "get_clock",
    "CalendarGetMarketHoursCalendarParams": "get_market_hours_calendar",
    "CalendarGetMarketHoursCalendarResponse": "get_market_hours_calendar",
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
    "Account",
    "AccountBalances",
    "AccountBalancesSod",
    "AccountHolderEntityKind",
    "AccountStatus",
    "AccountSubtype",
    "AccountType",
    "AccountWithPersonalDetails",
    "Address",
    "BaseResponse",
    "ClockDetail",
    "DayType",
    "ErrorResponse",
    "MarginDetails",
    "MarginDetailsUsage",
    "MarginSessionDetails",
    "MarginTopContributor",
    "MarginType",
    "MarketHoursDetail",
    "MarketSessionType",
    "MarketStatus",
    "MarketType",
    "MarketTypeName",
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
    "SessionSchedule",
    "Side",
    "SortDirection",
    "SortDirectionName",
    "TimeInForce",
    "TradingSessions",
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
    "Account",
    "AccountBalances",
    "AccountBalancesSod",
    "AccountGetAccountBalancesParams",
    "AccountGetAccountBalancesResponse",
    "AccountGetAccountByIDResponse",
    "AccountGetAccountsParams",
    "AccountGetAccountsResponse",
    "AccountHolderEntityKind",
    "AccountStatus",
    "AccountSubtype",
    "AccountType",
    "AccountWithPersonalDetails",
    "Address",
    "BaseResponse",
    "CalendarGetClockResponse",
    "CalendarGetMarketHoursCalendarParams",
    "CalendarGetMarketHoursCalendarResponse",
    "ClockDetail",
    "DayType",
    "Drift",
    "ErrorResponse",
    "MarginDetails",
    "MarginDetailsUsage",
    "MarginSessionDetails",
    "MarginTopContributor",
    "MarginType",
    "MarketHoursDetail",
    "MarketSessionType",
    "MarketStatus",
    "MarketType",
    "MarketTypeName",
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
    "SessionSchedule",
    "Side",
    "SortDirection",
    "SortDirectionName",
    "TimeInForce",
    "TradingSessions",
    "TrailingOffsetType",
    "Version",
    "VersionGetVersionResponse",
]
