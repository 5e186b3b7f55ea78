# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""The types of the spec, one module each, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import Account
    from .account_balances import AccountBalances
    from .account_balances_sod import AccountBalancesSod
    from .account_get_account_balances_response import AccountGetAccountBalancesResponse
    from .account_get_account_by_id_response import AccountGetAccountByIDResponse
    from .account_get_accounts_response import AccountGetAccountsResponse
    from .account_holder_entity_kind import AccountHolderEntityKind
    from .account_status import AccountStatus
    from .account_subtype import AccountSubtype
    from .account_type import AccountType
    from .account_with_personal_details import AccountWithPersonalDetails
    from .address import Address
    from .api_error import APIError
    from .base_response import BaseResponse
    from .calendar_get_clock_response import CalendarGetClockResponse
    from .calendar_get_market_hours_calendar_response import CalendarGetMarketHoursCalendarResponse
    from .clock_detail import ClockDetail
    from .close_positions_request import ClosePositionsRequest
    from .day_type import DayType
    from .error_response import ErrorResponse
    from .margin_details import MarginDetails
    from .margin_details_usage import MarginDetailsUsage
    from .margin_session_details import MarginSessionDetails
    from .margin_top_contributor import MarginTopContributor
    from .margin_type import MarginType
    from .market_hours_detail import MarketHoursDetail
    from .market_session_type import MarketSessionType
    from .market_status import MarketStatus
    from .market_type import MarketType, MarketTypeName
    from .order import Order
    from .order_status import OrderStatus
    from .order_strategy import OrderStrategy
    from .order_strategy_type import OrderStrategyType
    from .order_type import OrderType
    from .position import Position
    from .position_cancel_position_instruction_response import PositionCancelPositionInstructionResponse
    from .position_close_position_response import PositionClosePositionResponse
    from .position_close_positions_response import PositionClosePositionsResponse
    from .position_get_position_instructions_response import PositionGetPositionInstructionsResponse
    from .position_get_positions_response import PositionGetPositionsResponse
    from .position_instruction import PositionInstruction
    from .position_instruction_rejection import PositionInstructionRejection
    from .position_instruction_rejection_reason import PositionInstructionRejectionReason
    from .position_instruction_request import PositionInstructionRequest
    from .position_instruction_status import PositionInstructionStatus
    from .position_instruction_type import PositionInstructionType, PositionInstructionTypeName
    from .position_sort_by import PositionSortBy, PositionSortByName
    from .position_submit_position_instructions_error_response import PositionSubmitPositionInstructionsErrorResponse
    from .position_submit_position_instructions_response import PositionSubmitPositionInstructionsResponse
    from .position_type import PositionType
    from .queue_state import QueueState
    from .response_metadata import ResponseMetadata
    from .security_type import SecurityType
    from .session_schedule import SessionSchedule
    from .side import Side
    from .sort_direction import SortDirection, SortDirectionName
    from .time_in_force import TimeInForce
    from .trading_sessions import TradingSessions
    from .trailing_offset_type import TrailingOffsetType
    from .version import Version
    from .version_get_version_response import VersionGetVersionResponse

__all__ = [
    "APIError",
    "Account",
    "AccountBalances",
    "AccountBalancesSod",
    "AccountGetAccountBalancesResponse",
    "AccountGetAccountByIDResponse",
    "AccountGetAccountsResponse",
    "AccountHolderEntityKind",
    "AccountStatus",
    "AccountSubtype",
    "AccountType",
    "AccountWithPersonalDetails",
    "Address",
    "BaseResponse",
    "CalendarGetClockResponse",
    "CalendarGetMarketHoursCalendarResponse",
    "ClockDetail",
    "ClosePositionsRequest",
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
    "PositionCancelPositionInstructionResponse",
    "PositionClosePositionResponse",
    "PositionClosePositionsResponse",
    "PositionGetPositionInstructionsResponse",
    "PositionGetPositionsResponse",
    "PositionInstruction",
    "PositionInstructionRejection",
    "PositionInstructionRejectionReason",
    "PositionInstructionRequest",
    "PositionInstructionStatus",
    "PositionInstructionType",
    "PositionInstructionTypeName",
    "PositionSortBy",
    "PositionSortByName",
    "PositionSubmitPositionInstructionsErrorResponse",
    "PositionSubmitPositionInstructionsResponse",
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
    "VersionGetVersionResponse",
]

_MODULES = {
    "APIError": "api_error",
    "Account": "account",
    "AccountBalances": "account_balances",
    "AccountBalancesSod": "account_balances_sod",
    "AccountGetAccountBalancesResponse": "account_get_account_balances_response",
    "AccountGetAccountByIDResponse": "account_get_account_by_id_response",
    "AccountGetAccountsResponse": "account_get_accounts_response",
    "AccountHolderEntityKind": "account_holder_entity_kind",
    "AccountStatus": "account_status",
    "AccountSubtype": "account_subtype",
    "AccountType": "account_type",
    "AccountWithPersonalDetails": "account_with_personal_details",
    "Address": "address",
    "BaseResponse": "base_response",
    "CalendarGetClockResponse": "calendar_get_clock_response",
    "CalendarGetMarketHoursCalendarResponse": "calendar_get_market_hours_calendar_response",
    "ClockDetail": "clock_detail",
    "ClosePositionsRequest": "close_positions_request",
    "DayType": "day_type",
    "ErrorResponse": "error_response",
    "MarginDetails": "margin_details",
    "MarginDetailsUsage": "margin_details_usage",
    "MarginSessionDetails": "margin_session_details",
    "MarginTopContributor": "margin_top_contributor",
    "MarginType": "margin_type",
    "MarketHoursDetail": "market_hours_detail",
    "MarketSessionType": "market_session_type",
    "MarketStatus": "market_status",
    "MarketType": "market_type",
    "MarketTypeName": "market_type",
    "Order": "order",
    "OrderStatus": "order_status",
    "OrderStrategy": "order_strategy",
    "OrderStrategyType": "order_strategy_type",
    "OrderType": "order_type",
    "Position": "position",
    "PositionCancelPositionInstructionResponse": "position_cancel_position_instruction_response",
    "PositionClosePositionResponse": "position_close_position_response",
    "PositionClosePositionsResponse": "position_close_positions_response",
    "PositionGetPositionInstructionsResponse": "position_get_position_instructions_response",
    "PositionGetPositionsResponse": "position_get_positions_response",
    "PositionInstruction": "position_instruction",
    "PositionInstructionRejection": "position_instruction_rejection",
    "PositionInstructionRejectionReason": "position_instruction_rejection_reason",
    "PositionInstructionRequest": "position_instruction_request",
    "PositionInstructionStatus": "position_instruction_status",
    "PositionInstructionType": "position_instruction_type",
    "PositionInstructionTypeName": "position_instruction_type",
    "PositionSortBy": "position_sort_by",
    "PositionSortByName": "position_sort_by",
    "PositionSubmitPositionInstructionsErrorResponse": "position_submit_position_instructions_error_response",
    "PositionSubmitPositionInstructionsResponse": "position_submit_position_instructions_response",
    "PositionType": "position_type",
    "QueueState": "queue_state",
    "ResponseMetadata": "response_metadata",
    "SecurityType": "security_type",
    "SessionSchedule": "session_schedule",
    "Side": "side",
    "SortDirection": "sort_direction",
    "SortDirectionName": "sort_direction",
    "TimeInForce": "time_in_force",
    "TradingSessions": "trading_sessions",
    "TrailingOffsetType": "trailing_offset_type",
    "Version": "version",
    "VersionGetVersionResponse": "version_get_version_response",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
