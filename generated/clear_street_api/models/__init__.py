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
    from .contract_type import ContractType, ContractTypeName
    from .day_type import DayType
    from .error_response import ErrorResponse
    from .execution import Execution
    from .exercise_style import ExerciseStyle
    from .instrument import Instrument
    from .instrument_core import InstrumentCore
    from .instrument_get_instrument_by_id_response import InstrumentGetInstrumentByIDResponse
    from .instrument_get_option_contracts_response import InstrumentGetOptionContractsResponse
    from .instrument_search_instruments_response import InstrumentSearchInstrumentsResponse
    from .listing_type import ListingType
    from .margin_details import MarginDetails
    from .margin_details_usage import MarginDetailsUsage
    from .margin_session_details import MarginSessionDetails
    from .margin_top_contributor import MarginTopContributor
    from .margin_type import MarginType
    from .market_data_get_snapshots_response import MarketDataGetSnapshotsResponse
    from .market_data_snapshot import MarketDataSnapshot
    from .market_hours_detail import MarketHoursDetail
    from .market_session_type import MarketSessionType
    from .market_status import MarketStatus
    from .market_type import MarketType, MarketTypeName
    from .new_order_request import NewOrderRequest
    from .not_shortable_reason import NotShortableReason
    from .option_expiry_date import OptionExpiryDate
    from .options_contract import OptionsContract
    from .order import Order
    from .order_cancel_all_open_orders_response import OrderCancelAllOpenOrdersResponse
    from .order_cancel_open_order_response import OrderCancelOpenOrderResponse
    from .order_get_executions_response import OrderGetExecutionsResponse
    from .order_get_order_by_id_response import OrderGetOrderByIDResponse
    from .order_get_orders_response import OrderGetOrdersResponse
    from .order_replace_order_response import OrderReplaceOrderResponse
    from .order_status import OrderStatus, OrderStatusName
    from .order_strategy import OrderStrategy
    from .order_strategy_type import OrderStrategyType, OrderStrategyTypeName
    from .order_submit_orders_response import OrderSubmitOrdersResponse
    from .order_type import OrderType, OrderTypeName
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
    from .position_intent import PositionIntent, PositionIntentName
    from .position_sort_by import PositionSortBy, PositionSortByName
    from .position_submit_position_instructions_error_response import PositionSubmitPositionInstructionsErrorResponse
    from .position_submit_position_instructions_response import PositionSubmitPositionInstructionsResponse
    from .position_type import PositionType
    from .queue_state import QueueState
    from .replace_order_request import ReplaceOrderRequest
    from .response_metadata import ResponseMetadata
    from .security_type import SecurityType, SecurityTypeName
    from .session_schedule import SessionSchedule
    from .shortable_attribute import ShortableAttribute
    from .side import Side, SideName
    from .snapshot_greeks import SnapshotGreeks
    from .snapshot_last_trade import SnapshotLastTrade
    from .snapshot_quote import SnapshotQuote
    from .snapshot_session import SnapshotSession
    from .sort_direction import SortDirection, SortDirectionName
    from .tick_rule import TickRule
    from .time_in_force import TimeInForce, TimeInForceName
    from .time_range import TimeRange
    from .trading_sessions import TradingSessions
    from .trailing_offset_type import TrailingOffsetType, TrailingOffsetTypeName
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
    "ContractType",
    "ContractTypeName",
    "DayType",
    "ErrorResponse",
    "Execution",
    "ExerciseStyle",
    "Instrument",
    "InstrumentCore",
    "InstrumentGetInstrumentByIDResponse",
    "InstrumentGetOptionContractsResponse",
    "InstrumentSearchInstrumentsResponse",
    "ListingType",
    "MarginDetails",
    "MarginDetailsUsage",
    "MarginSessionDetails",
    "MarginTopContributor",
    "MarginType",
    "MarketDataGetSnapshotsResponse",
    "MarketDataSnapshot",
    "MarketHoursDetail",
    "MarketSessionType",
    "MarketStatus",
    "MarketType",
    "MarketTypeName",
    "NewOrderRequest",
    "NotShortableReason",
    "OptionExpiryDate",
    "OptionsContract",
    "Order",
    "OrderCancelAllOpenOrdersResponse",
    "OrderCancelOpenOrderResponse",
    "OrderGetExecutionsResponse",
    "OrderGetOrderByIDResponse",
    "OrderGetOrdersResponse",
    "OrderReplaceOrderResponse",
    "OrderStatus",
    "OrderStatusName",
    "OrderStrategy",
    "OrderStrategyType",
    "OrderStrategyTypeName",
    "OrderSubmitOrdersResponse",
    "OrderType",
    "OrderTypeName",
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
    "PositionIntent",
    "PositionIntentName",
    "PositionSortBy",
    "PositionSortByName",
    "PositionSubmitPositionInstructionsErrorResponse",
    "PositionSubmitPositionInstructionsResponse",
    "PositionType",
    "QueueState",
    "ReplaceOrderRequest",
    "ResponseMetadata",
    "SecurityType",
    "SecurityTypeName",
    "SessionSchedule",
    "ShortableAttribute",
    "Side",
    "SideName",
    "SnapshotGreeks",
    "SnapshotLastTrade",
    "SnapshotQuote",
    "SnapshotSession",
    "SortDirection",
    "SortDirectionName",
    "TickRule",
    "TimeInForce",
    "TimeInForceName",
    "TimeRange",
    "TradingSessions",
    "TrailingOffsetType",
    "TrailingOffsetTypeName",
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
    "ContractType": "contract_type",
    "ContractTypeName": "contract_type",
    "DayType": "day_type",
    "ErrorResponse": "error_response",
    "Execution": "execution",
    "ExerciseStyle": "exercise_style",
    "Instrument": "instrument",
    "InstrumentCore": "instrument_core",
    "InstrumentGetInstrumentByIDResponse": "instrument_get_instrument_by_id_response",
    "InstrumentGetOptionContractsResponse": "instrument_get_option_contracts_response",
    "InstrumentSearchInstrumentsResponse": "instrument_search_instruments_response",
    "ListingType": "listing_type",
    "MarginDetails": "margin_details",
    "MarginDetailsUsage": "margin_details_usage",
    "MarginSessionDetails": "margin_session_details",
    "MarginTopContributor": "margin_top_contributor",
    "MarginType": "margin_type",
    "MarketDataGetSnapshotsResponse": "market_data_get_snapshots_response",
    "MarketDataSnapshot": "market_data_snapshot",
    "MarketHoursDetail": "market_hours_detail",
    "MarketSessionType": "market_session_type",
    "MarketStatus": "market_status",
    "MarketType": "market_type",
    "MarketTypeName": "market_type",
    "NewOrderRequest": "new_order_request",
    "NotShortableReason": "not_shortable_reason",
    "OptionExpiryDate": "option_expiry_date",
    "OptionsContract": "options_contract",
    "Order": "order",
    "OrderCancelAllOpenOrdersResponse": "order_cancel_all_open_orders_response",
    "OrderCancelOpenOrderResponse": "order_cancel_open_order_response",
    "OrderGetExecutionsResponse": "order_get_executions_response",
    "OrderGetOrderByIDResponse": "order_get_order_by_id_response",
    "OrderGetOrdersResponse": "order_get_orders_response",
    "OrderReplaceOrderResponse": "order_replace_order_response",
    "OrderStatus": "order_status",
    "OrderStatusName": "order_status",
    "OrderStrategy": "order_strategy",
    "OrderStrategyType": "order_strategy_type",
    "OrderStrategyTypeName": "order_strategy_type",
    "OrderSubmitOrdersResponse": "order_submit_orders_response",
    "OrderType": "order_type",
    "OrderTypeName": "order_type",
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
    "PositionIntent": "position_intent",
    "PositionIntentName": "position_intent",
    "PositionSortBy": "position_sort_by",
    "PositionSortByName": "position_sort_by",
    "PositionSubmitPositionInstructionsErrorResponse": "position_submit_position_instructions_error_response",
    "PositionSubmitPositionInstructionsResponse": "position_submit_position_instructions_response",
    "PositionType": "position_type",
    "QueueState": "queue_state",
    "ReplaceOrderRequest": "replace_order_request",
    "ResponseMetadata": "response_metadata",
    "SecurityType": "security_type",
    "SecurityTypeName": "security_type",
    "SessionSchedule": "session_schedule",
    "ShortableAttribute": "shortable_attribute",
    "Side": "side",
    "SideName": "side",
    "SnapshotGreeks": "snapshot_greeks",
    "SnapshotLastTrade": "snapshot_last_trade",
    "SnapshotQuote": "snapshot_quote",
    "SnapshotSession": "snapshot_session",
    "SortDirection": "sort_direction",
    "SortDirectionName": "sort_direction",
    "TickRule": "tick_rule",
    "TimeInForce": "time_in_force",
    "TimeInForceName": "time_in_force",
    "TimeRange": "time_range",
    "TradingSessions": "trading_sessions",
    "TrailingOffsetType": "trailing_offset_type",
    "TrailingOffsetTypeName": "trailing_offset_type",
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
