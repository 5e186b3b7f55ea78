"""The rules that openapi.yaml keeps: it is valid, complete, described and illustrated, and true to the service."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from support.key_names import KEY_NAME
from support.spec_tools import CANCEL_REPLY

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
ZERO_ID = "00000000-0000-0000-0000-000000000000"

# --- What the service is known to do ---------------------------------------------------------------------------------


class Expected(NamedTuple):
    method: str
    path: str
    tag: str
    parameters: str
    body: str
    success: str
    errors: str


OPERATIONS = {
    "get_positions": Expected(
        method="get",
        path="/v1/accounts/{account_id}/positions",
        tag="Positions",
        parameters="AccountId InstrumentIds PageSize PageToken SortBy SortDirection",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "close_positions": Expected(
        method="delete",
        path="/v1/accounts/{account_id}/positions",
        tag="Positions",
        parameters="AccountId",
        body="ClosePositionsRequest?",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "close_position": Expected(
        method="delete",
        path="/v1/accounts/{account_id}/positions/{instrument_id}",
        tag="Positions",
        parameters="AccountId InstrumentId",
        body="ClosePositionsRequest?",
        success="200",
        errors="400 401 403 404 422 429 500 503",
    ),
    "get_position_instructions": Expected(
        method="get",
        path="/v1/accounts/{account_id}/positions/instructions",
        tag="Positions",
        parameters="AccountId InstrumentIdFilter UnderlyingInstrumentIdFilter",
        body="",
        success="200",
        errors="400 401 403 404 422 429 500 503",
    ),
    "submit_position_instructions": Expected(
        method="post",
        path="/v1/accounts/{account_id}/positions/instructions",
        tag="Positions",
        parameters="AccountId",
        body="[PositionInstructionRequest]",
        success="200 207",
        errors="400 401 403 404 409 429 500 503",
    ),
    "cancel_position_instruction": Expected(
        method="delete",
        path="/v1/accounts/{account_id}/positions/instructions/{instruction_id}",
        tag="Positions",
        parameters="AccountId InstructionId",
        body="",
        success="200",
        errors="400 401 403 404 409 429 500 503",
    ),
    "get_accounts": Expected(
        method="get",
        path="/v1/accounts",
        tag="Accounts",
        parameters="AccountIdPrefix AccountName PageSize PageToken",
        body="",
        success="200",
        errors="400 401 403 429 500 503",
    ),
    "get_account_by_id": Expected(
        method="get",
        path="/v1/accounts/{account_id}",
        tag="Accounts",
        parameters="AccountId",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_account_balances": Expected(
        method="get",
        path="/v1/accounts/{account_id}/balances",
        tag="Accounts",
        parameters="AccountId TopMarginContributorsLimit",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_clock": Expected(
        method="get",
        path="/v1/clock",
        tag="Calendar",
        parameters="",
        body="",
        success="200",
        errors="400 401 429 500 503",
    ),
    "get_market_hours_calendar": Expected(
        method="get",
        path="/v1/calendars/market-hours",
        tag="Calendar",
        parameters="CalendarDate MarketFilter",
        body="",
        success="200",
        errors="400 401 429 500 503",
    ),
    "get_orders": Expected(
        method="get",
        path="/v1/accounts/{account_id}/orders",
        tag="Orders",
        parameters="AccountId OrderIds OrderStatuses SymbolFilter InstrumentIdsFilter"
        " InstrumentTypeFilter UnderlyingInstrumentIdsFilter From To UpdatedAt PageSize"
        " PageToken",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_order_by_id": Expected(
        method="get",
        path="/v1/accounts/{account_id}/orders/{order_id}",
        tag="Orders",
        parameters="AccountId OrderId",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_executions": Expected(
        method="get",
        path="/v1/accounts/{account_id}/executions",
        tag="Orders",
        parameters="AccountId OrderIds InstrumentIdsFilter UnderlyingInstrumentIdsFilter From To PageSize PageToken",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_option_contracts": Expected(
        method="get",
        path="/v1/instruments/options/contracts",
        tag="Instruments",
        parameters="ContractRoot ContractUnderlying ContractIds ExpiryFilter ContractTypeFilter"
        " IsSettleOnOpen PageSize PageToken ContractUnderlier",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "search_instruments": Expected(
        method="get",
        path="/v1/instruments/search",
        tag="Instruments",
        parameters="SearchText AssetClass IncludeInactive IncludePtp CurrencyFilter CountryFilter"
        " SearchPageSize PageToken",
        body="",
        success="200",
        errors="400 401 403 429 500 503",
    ),
    "get_instrument_by_id": Expected(
        method="get",
        path="/v1/instruments/{instrument_id}",
        tag="Instruments",
        parameters="AnyInstrumentId IncludeOptionsExpiryDates",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_snapshots": Expected(
        method="get",
        path="/v1/market-data/snapshot",
        tag="Market Data",
        parameters="SnapshotInstrumentIds SnapshotUnderlying SnapshotExpiry",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "submit_orders": Expected(
        method="post",
        path="/v1/accounts/{account_id}/orders",
        tag="Orders",
        parameters="AccountId",
        body="[NewOrderRequest]",
        success="200",
        errors="400 401 403 404 422 429 500 503",
    ),
    "cancel_all_open_orders": Expected(
        method="delete",
        path="/v1/accounts/{account_id}/orders",
        tag="Orders",
        parameters="AccountId OrderSide OrderTypeFilter InstrumentTypeFilter InstrumentIdsFilter",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "cancel_open_order": Expected(
        method="delete",
        path="/v1/accounts/{account_id}/orders/{order_id}",
        tag="Orders",
        parameters="AccountId OpenOrderId",
        body="",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "replace_order": Expected(
        method="patch",
        path="/v1/accounts/{account_id}/orders/{order_id}",
        tag="Orders",
        parameters="AccountId OpenOrderId",
        body="ReplaceOrderRequest",
        success="200",
        errors="400 401 403 404 429 500 503",
    ),
    "get_version": Expected(
        method="get",
        path="/v1/version",
        tag="Version",
        parameters="",
        body="",
        success="200",
        errors="429 500 503",
    ),
}

PARAMETERS = {
    "AccountId": "path account_id: int64",
    "InstrumentId": "path instrument_id: string",
    "InstructionId": "path instruction_id: string",
    "InstrumentIds": "query instrument_ids: optional [string]",
    "InstrumentIdFilter": "query instrument_id: optional string",
    "UnderlyingInstrumentIdFilter": "query underlying_instrument_id: optional string",
    "PageSize": "query page_size: optional integer",
    "PageToken": "query page_token: optional string",
    "OpenOrderId": "path order_id: string",
    "OrderSide": "query side: optional Side",
    "OrderTypeFilter": "query type: optional OrderType",
    "SortBy": "query sort_by: optional PositionSortBy",
    "SortDirection": "query sort_direction: optional SortDirection",
    "AccountIdPrefix": "query account_id: optional string",
    "AccountName": "query account_name: optional string",
    "TopMarginContributorsLimit": "query top_margin_contributors_limit: optional integer",
    "CalendarDate": "query date: optional date",
    "MarketFilter": "query market: optional MarketType",
    "OrderId": "path order_id: string",
    "OrderIds": "query order_ids: optional [string]",
    "OrderStatuses": "query status: optional [OrderStatus]",
    "SymbolFilter": "query symbol: optional string",
    "InstrumentIdsFilter": "query instrument_ids: optional [string]",
    "InstrumentTypeFilter": "query instrument_type: optional SecurityType",
    "UnderlyingInstrumentIdsFilter": "query underlying_instrument_ids: optional [string]",
    "From": "query from: optional date-time",
    "To": "query to: optional date-time",
    "UpdatedAt": "query updated_at: optional TimeRange",
    "AnyInstrumentId": "path instrument_id: string",
    "ContractRoot": "query root: optional string",
    "ContractUnderlier": "query underlier: optional string",
    "ContractUnderlying": "query underlying_instrument_id: optional string",
    "ContractIds": "query contract_ids: optional [string]",
    "ExpiryFilter": "query expiry: optional date",
    "ContractTypeFilter": "query contract_type: optional ContractType",
    "IsSettleOnOpen": "query is_settle_on_open: optional boolean",
    "IncludeOptionsExpiryDates": "query include_options_expiry_dates: optional boolean",
    "SearchText": "query q: string",
    "AssetClass": "query asset_class: optional string",
    "IncludeInactive": "query include_inactive: optional boolean",
    "IncludePtp": "query include_ptp: optional boolean",
    "CurrencyFilter": "query currency: optional string",
    "CountryFilter": "query country: optional string",
    "SearchPageSize": "query page_size: optional integer",
    "SnapshotInstrumentIds": "query instrument_ids: optional [string]",
    "SnapshotUnderlying": "query underlying_instrument_id: optional string",
    "SnapshotExpiry": "query expiry: optional date",
}

# In the notation of `spell`: a trailing `?` is a property that may be null or absent, all others are always there.
OBJECTS = {
    "ResponseMetadata": """
        request_id: string
        next_page_token: string?
        page_number: integer?
        previous_page_token: string?
        total_items: integer?
        total_pages: integer?
    """,
    "APIError": """
        code: integer
        message: string
        details: [any]?
    """,
    "BaseResponse": """
        metadata: ResponseMetadata
        error: APIError?
    """,
    "ErrorResponse": """
        metadata: ResponseMetadata
        error: APIError
        data: null?
    """,
    "Position": """
        account_id: int64
        available_quantity: string
        instrument_id: string
        instrument_type: SecurityType
        market_value: string
        position_type: PositionType
        quantity: string
        symbol: string
        avg_price: string?
        closing_price: string?
        cost_basis: string?
        daily_realized_pnl: string?
        daily_unrealized_pnl: string?
        daily_unrealized_pnl_pct: string?
        instrument_price: string?
        unrealized_pnl: string?
        unrealized_pnl_pct: string?
        closing_price_date: date?
        underlying_instrument_id: string?
        underlying_instrument_type: SecurityType?
    """,
    "PositionGetPositionsResponse": "data: [Position]",
    "ClosePositionsRequest": "cancel_orders: boolean?",
    "Order": """
        id: string
        account_id: int64
        client_order_id: string
        venue: string
        side: Side
        quantity: string
        order_type: OrderType
        time_in_force: TimeInForce
        status: OrderStatus
        filled_quantity: string
        leaves_quantity: string
        created_at: date-time
        updated_at: date-time
        instrument_id: string?
        instrument_type: SecurityType?
        symbol: string?
        average_fill_price: string?
        limit_price: string?
        stop_price: string?
        limit_offset: string?
        trailing_offset: string?
        trailing_limit_px: string?
        trailing_stop_px: string?
        trailing_watermark_px: string?
        trailing_offset_type: TrailingOffsetType?
        trailing_watermark_ts: date-time?
        expires_at: date-time?
        releases_at: date-time?
        extended_hours: boolean?
        queue_state: QueueState?
        details: [string]?
        underlying_instrument_id: string?
        underlying_instrument_type: SecurityType?
        strategy: OrderStrategy?
    """,
    "OrderStrategy": """
        type: OrderStrategyType
        destination: string?
        start_at: date-time?
        end_at: date-time?
    """,
    "PositionClosePositionsResponse": "data: [Order]",
    "PositionClosePositionResponse": "data: [Order]",
    "PositionInstruction": """
        id: string
        account_id: int64
        instruction_id: string
        instruction_type: PositionInstructionType
        instrument_id: string
        quantity: string
        status: PositionInstructionStatus
        symbol: string
        accepted_quantity: string?
        created_at: date-time?
        rejection_reason: string?
        rejection: PositionInstructionRejection?
        underlying_instrument_id: string?
        updated_at: date-time?
    """,
    "PositionInstructionRejection": """
        reason: PositionInstructionRejectionReason
        domain: string
        metadata: object
        description: string?
    """,
    "PositionInstructionRequest": """
        instruction_type: PositionInstructionType
        instrument_id: string
        quantity: string
        instruction_id: string?
    """,
    "PositionGetPositionInstructionsResponse": "data: [PositionInstruction]",
    "PositionSubmitPositionInstructionsResponse": "data: [PositionInstruction]",
    "PositionSubmitPositionInstructionsErrorResponse": """
        metadata: ResponseMetadata
        error: APIError
        data: [PositionInstruction]?
    """,
    "PositionCancelPositionInstructionResponse": "data: PositionInstruction",
    "Account": """
        id: int64
        account_holder_entity_id: int64
        account_holder_entity_kind: AccountHolderEntityKind?
        full_name: string
        short_name: string
        open_date: date
        options_level: int64
        status: AccountStatus
        subtype: AccountSubtype
        type: AccountType
        close_date: date?
    """,
    "AccountWithPersonalDetails": """
        id: int64
        account_holder_entity_id: int64
        account_holder_entity_kind: AccountHolderEntityKind?
        full_name: string
        short_name: string
        open_date: date
        options_level: int64
        status: AccountStatus
        subtype: AccountSubtype
        type: AccountType
        close_date: date?
        country_of_tax_residency: string?
        date_of_birth: date?
        mailing_address: Address?
        phone_number: string?
    """,
    "Address": """
        line1: string
        line2: string?
        city: string
        state: string?
        postal_code: string
        country: string
    """,
    "AccountGetAccountsResponse": "data: [Account]",
    "AccountGetAccountByIDResponse": "data: AccountWithPersonalDetails",
    "AccountBalances": """
        account_id: int64
        currency: string
        margin_type: MarginType
        sod: AccountBalancesSod
        buying_power: string
        equity: string
        long_market_value: string
        settled_cash: string
        trade_cash: string
        withdrawable_cash: string
        unsettled_credits: string
        unsettled_debits: string
        open_order_adjustment: string
        unrealized_pnl: string
        daily_unrealized_pnl: string
        daily_realized_pnl: string
        daily_pnl: string
        daily_change: string
        short_market_value: string?
        multiplier: string?
        margin_details: MarginDetails?
    """,
    "AccountBalancesSod": """
        buying_power: string
        equity: string
        long_market_value: string
        short_market_value: string
        asof: date?
        trade_cash: string?
        maintenance_margin_requirement: string?
        maintenance_margin_excess: string?
    """,
    "MarginDetails": """
        initial_margin_requirement: string
        initial_margin_excess: string
        maintenance_margin_requirement: string
        maintenance_margin_excess: string
        overnight_margin_requirement: string?
        overnight_margin_excess: string?
        intraday_details: MarginSessionDetails?
        overnight_details: MarginSessionDetails?
        top_contributors: [MarginTopContributor]?
        usage: MarginDetailsUsage?
    """,
    "MarginSessionDetails": """
        buying_power: string
        multiplier: string?
    """,
    "MarginTopContributor": """
        underlying_instrument_id: string
        initial_margin_requirement: string
        maintenance_margin_requirement: string
        market_value: string
        overnight_margin_requirement: string?
    """,
    "MarginDetailsUsage": """
        used: string
        total: string
    """,
    "AccountGetAccountBalancesResponse": "data: AccountBalances",
    "ClockDetail": "clock: date-time",
    "CalendarGetClockResponse": "data: ClockDetail",
    "MarketHoursDetail": """
        market: MarketType
        market_name: string
        date: date
        timezone: string
        current_time: date-time
        status: MarketStatus
        today_sessions: TradingSessions
        next_sessions: TradingSessions
    """,
    "MarketStatus": """
        day_type: DayType
        is_open: boolean
        current_session: MarketSessionType?
    """,
    "TradingSessions": """
        pre_market: SessionSchedule?
        regular: SessionSchedule?
        after_hours: SessionSchedule?
        overnight: SessionSchedule?
        maintenance: SessionSchedule?
    """,
    "SessionSchedule": """
        open: date-time
        close: date-time
        time_until_open: string?
        time_until_close: string?
    """,
    "CalendarGetMarketHoursCalendarResponse": "data: [MarketHoursDetail]",
    "TimeRange": """
        gt: string?
        gte: string?
        lt: string?
        lte: string?
    """,
    "Execution": """
        id: string
        order_id: string
        side: Side
        quantity: string
        transaction_time: date-time
        price: string?
        instrument_id: string?
        symbol: string?
        underlying_instrument_id: string?
        underlying_instrument_type: SecurityType?
        venue: string?
    """,
    "OrderGetOrdersResponse": "data: [Order]",
    "OrderGetOrderByIDResponse": "data: Order",
    "OrderGetExecutionsResponse": "data: [Execution]",
    "OptionsContract": """
        id: string
        symbol: string
        contract_type: ContractType
        strike_price: string
        expiry: date
        multiplier: string
        exercise_style: ExerciseStyle
        listing_type: ListingType
        currency: string
        exchange: string
        is_tradable: boolean
        is_marginable: boolean
        is_liquidation_only: boolean
        underlying_instrument_id: string?
        last_trade_cutoff: date-time?
        is_settle_on_open: boolean?
        open_interest: int64?
        tick_rules: [TickRule]?
    """,
    "InstrumentCore": """
        id: string
        symbol: string
        venue: string
        country_of_issue: string
        currency: string
        is_tradable: boolean
        is_marginable: boolean
        is_fractionable: boolean
        is_liquidation_only: boolean
        is_short_prohibited: boolean
        is_threshold_security: boolean
        is_ptp: boolean
        easy_to_borrow: boolean
        name: string?
        instrument_type: SecurityType?
        adv: string?
        notional_adv: string?
        previous_close: string?
        cax_adjusted_previous_close: string?
        long_margin_rate: string?
        short_margin_rate: string?
        shortable_attribute: ShortableAttribute?
        not_shortable_reasons: [NotShortableReason]?
        tick_rules: [TickRule]?
    """,
    "Instrument": """
        id: string
        symbol: string
        venue: string
        country_of_issue: string
        currency: string
        is_tradable: boolean
        is_marginable: boolean
        is_fractionable: boolean
        is_liquidation_only: boolean
        is_short_prohibited: boolean
        is_threshold_security: boolean
        is_ptp: boolean
        easy_to_borrow: boolean
        name: string?
        instrument_type: SecurityType?
        adv: string?
        notional_adv: string?
        previous_close: string?
        cax_adjusted_previous_close: string?
        long_margin_rate: string?
        short_margin_rate: string?
        shortable_attribute: ShortableAttribute?
        not_shortable_reasons: [NotShortableReason]?
        tick_rules: [TickRule]?
        options_contract_expiry_dates: [OptionExpiryDate]?
        options_expiry_dates: [date]?
    """,
    "OptionExpiryDate": """
        date: date
        has_settles_on_open: boolean
        has_settles_on_close: boolean
    """,
    "TickRule": """
        start_price: string
        tick_size: string
        end_price: string?
    """,
    "InstrumentGetOptionContractsResponse": "data: [OptionsContract]",
    "InstrumentGetInstrumentByIDResponse": "data: Instrument",
    "InstrumentSearchInstrumentsResponse": "data: [InstrumentCore]",
    "MarketDataSnapshot": """
        instrument_id: string
        symbol: string
        session: SnapshotSession?
        name: string?
        last_quote: SnapshotQuote?
        last_trade: SnapshotLastTrade?
        greeks: SnapshotGreeks?
        cumulative_volume: int64?
        open_interest: integer?
        short_sale_restricted: boolean?
    """,
    "SnapshotQuote": """
        bid: string?
        ask: string?
        midpoint: string?
        bid_size: integer?
        ask_size: integer?
        bid_timestamp: date-time?
        ask_timestamp: date-time?
        bid_venue: string?
        ask_venue: string?
    """,
    "SnapshotLastTrade": """
        price: string
        size: integer
        timestamp: date-time?
        venue: string?
    """,
    "SnapshotSession": """
        previous_close: string?
        change: string?
        change_percent: string?
        previous_close_unadjusted: string?
        ohlv_applicable: boolean?
        open: string?
        high: string?
        low: string?
        cumulative_volume: integer?
        ohlv_date: date?
    """,
    "SnapshotGreeks": """
        theo_price: string
        iv: string
        delta: string
        gamma: string
        vega: string
        theta: string
        rho: string
        timestamp: date-time
    """,
    "MarketDataGetSnapshotsResponse": "data: [MarketDataSnapshot]",
    "NewOrderRequest": """
        side: Side
        quantity: string
        order_type: OrderType
        time_in_force: TimeInForce
        id: string?
        symbol: string?
        instrument_id: string?
        limit_price: string?
        stop_price: string?
        limit_offset: string?
        trailing_offset: string?
        trailing_offset_type: TrailingOffsetType?
        expires_at: date-time?
        extended_hours: boolean?
        position_intent: PositionIntent?
        strategy: OrderStrategy?
    """,
    "ReplaceOrderRequest": """
        quantity: string?
        limit_price: string?
        stop_price: string?
        limit_offset: string?
        trailing_offset: string?
        trailing_offset_type: TrailingOffsetType?
    """,
    "OrderSubmitOrdersResponse": "data: [Order]",
    "OrderCancelAllOpenOrdersResponse": "data: [Order]",
    "OrderCancelOpenOrderResponse": "data: Order",
    "OrderReplaceOrderResponse": "data: Order",
    "Version": "version: string",
    "VersionGetVersionResponse": "data: Version",
}

ENUMS = {
    "SecurityType": "COMMON_STOCK PREFERRED_STOCK OPTION CASH INDEX OTHER",
    "PositionType": "LONG SHORT LONG_CALL SHORT_CALL LONG_PUT SHORT_PUT",
    "PositionSortBy": "SYMBOL INSTRUMENT_TYPE QUANTITY MARKET_VALUE POSITION_TYPE UNREALIZED_PNL DAILY_UNREALIZED_PNL"
    " DAILY_REALIZED_PNL",
    "SortDirection": "ASC DESC",
    "Side": "BUY SELL SELL_SHORT OTHER",
    "OrderType": "MARKET LIMIT STOP STOP_LIMIT TRAILING_STOP TRAILING_STOP_LIMIT OTHER",
    "OrderStatus": "PENDING_NEW NEW PARTIALLY_FILLED FILLED CANCELED REJECTED EXPIRED PENDING_CANCEL PENDING_REPLACE"
    " REPLACED DONE_FOR_DAY STOPPED SUSPENDED CALCULATED OTHER QUEUED PENDING_TRIGGER",
    "OrderStrategyType": "SOR VWAP TWAP DMA",
    "TimeInForce": "DAY GOOD_TILL_CANCEL IMMEDIATE_OR_CANCEL FILL_OR_KILL GOOD_TILL_DATE AT_THE_OPENING AT_THE_CLOSE"
    " GOOD_TILL_CROSSING GOOD_THROUGH_CROSSING AT_CROSSING OTHER AT_OPEN AT_CLOSE",
    "PositionIntent": "OPEN CLOSE",
    "QueueState": "AWAITING_RELEASE RELEASED",
    "TrailingOffsetType": "PRICE BPS",
    "PositionInstructionType": "EXERCISE DO_NOT_EXERCISE CONTRARY_EXERCISE",
    "PositionInstructionRejectionReason": "DNE_NOT_ON_EXPIRY CEA_NOT_ON_EXPIRY INSUFFICIENT_POSITION"
    " EXERCISE_PAST_CUTOFF DUPLICATE_INSTRUCTION OPTIONS_LEVEL_EXCEEDED",
    "PositionInstructionStatus": "SENT ACCEPTED REJECTED ENGINE_REJECTED CANCEL_REQUESTED CANCELLED CANCEL_FAILED"
    " UNKNOWN",
    "AccountStatus": "ACTIVE INACTIVE CLOSED",
    "AccountType": "CUSTOMER OTHER",
    "AccountSubtype": "CASH MARGIN OTHER",
    "AccountHolderEntityKind": "NATURAL_PERSON LEGAL_ENTITY OTHER",
    "MarginType": "OTHER NONE PORTFOLIO_MARGIN RISK_BASED_HAIRCUT_BROKER_DEALER REG_T"
    " RISK_BASED_HAIRCUT_MARKET_MAKER CIRO FUTURES_NLV FUTURES_TOT_EQ",
    "MarketType": "us_equities us_options us_event_contracts",
    "MarketSessionType": "pre_market regular after_hours overnight",
    "DayType": "TRADING_DAY EARLY_CLOSE HOLIDAY WEEKEND",
    "ContractType": "CALL PUT",
    "ExerciseStyle": "AMERICAN EUROPEAN",
    "ListingType": "STANDARD FLEX OTC",
    "ShortableAttribute": "EASY_TO_BORROW HARD_TO_BORROW NOT_SHORTABLE",
    "NotShortableReason": "INSUFFICIENT_LOCATE_INVENTORY UNSUPPORTED_SECURITY",
}

TERMINAL_STATUSES = "ACCEPTED REJECTED ENGINE_REJECTED CANCELLED CANCEL_FAILED"


# --- Reading the document --------------------------------------------------------------------------------------------


TEXT = (Path(__file__).parent.parent / "openapi.yaml").read_text(encoding="utf-8")
SPEC: dict[str, Any] = yaml.safe_load(TEXT)
COMPONENTS: dict[str, dict[str, Any]] = SPEC["components"]
SCHEMAS = COMPONENTS["schemas"]


class Node(NamedTuple):
    pointer: str
    """JSON pointer into the document."""
    value: Any


def children(node: Node) -> Iterator[Node]:
    inner: Any = node.value
    if isinstance(inner, list):
        inner = dict(enumerate(cast("list[object]", inner)))
    if isinstance(inner, dict):
        for name, value in cast("dict[object, object]", inner).items():
            yield Node(f"{node.pointer}/{str(name).replace('~', '~0').replace('/', '~1')}", value)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from walk(child)


def key(node: Node) -> str:
    return node.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def find(pointer: str) -> Node:
    """The object at a pointer (`#/...` or `/...`), behind any number of references."""
    found = Node("", SPEC)
    for part in pointer.removeprefix("#").split("/")[1:]:
        found = next((child for child in children(found) if child.pointer.endswith(f"/{part}")), Node("", None))
        assert found.pointer, f"{pointer} leads nowhere"
    return find(found.value["$ref"]) if set(found.value) == {"$ref"} else found


def references(node: Node) -> Iterator[str]:
    yield from (each.value for each in walk(node) if key(each) == "$ref")


def operations() -> Iterator[Node]:
    for path in children(Node("/paths", SPEC["paths"])):
        yield from (method for method in children(path) if key(method) in METHODS)


def odd(found: set[str], table: str, known: set[str]) -> str:
    """What to do where the document and a table of this file differ."""
    return (
        f"{', '.join(sorted(found ^ known))}: only in one of openapi.yaml and {table} of tests/test_spec.py: "
        "write there what the service does, or take it out"
    )


def parted(what: str, table: str) -> str:
    """What to do where the document and an entry of a table of this file say different things."""
    return (
        f"{what}: openapi.yaml (left) and {table} of tests/test_spec.py (right) say different things; write what the "
        "service does into both"
    )


def facts(operation: Node) -> Expected:
    """What the service is known to do for an operation."""
    name = operation.value["operationId"]
    assert name in OPERATIONS, odd({name}, "`OPERATIONS`", set())
    return OPERATIONS[name]


def parameters(operation: Node) -> list[Node]:
    declared = Node(f"{operation.pointer}/parameters", operation.value.get("parameters", []))
    return [find(parameter.pointer) for parameter in children(declared)]


def responses(operation: Node) -> dict[str, Node]:
    declared = Node(f"{operation.pointer}/responses", operation.value["responses"])
    return {key(response): find(response.pointer) for response in children(declared)}


def bodies(operation: Node) -> Iterator[tuple[str, Node]]:
    """The JSON bodies of an operation, as media type objects: `request`, and each reply under its status."""
    holders = dict(responses(operation))
    if "requestBody" in operation.value:
        holders["request"] = find(f"{operation.pointer}/requestBody")
    for name, holder in holders.items():
        assert list(holder.value["content"]) == ["application/json"], f"{holder.pointer} is not JSON"
        yield name, find(f"{holder.pointer}/content/application~1json")


def schemas() -> Iterator[Node]:
    """Every schema object, also within others."""

    def nested(schema: Node) -> Iterator[Node]:
        yield schema
        for child in children(schema):
            if key(child) in {"properties", "allOf", "anyOf", "oneOf"}:
                for each in children(child):
                    yield from nested(each)
            elif key(child) == "items":
                yield from nested(child)

    for node in walk(Node("", SPEC)):
        if key(node) == "schema":
            yield from nested(node)
    for component in children(Node("/components/schemas", SCHEMAS)):
        yield from nested(component)


def spell(schema: dict[str, Any]) -> str:
    """A schema in one word: `string`, `int64`, `Position`, `[Order]`, `any`; with `|null` where it may be null."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "oneOf" in schema:
        *variants, null = schema["oneOf"]
        assert null == {"type": "null"}
        return "/".join(spell(variant) for variant in variants) + "|null"
    declared = schema.get("type", "any")
    if isinstance(declared, list):
        bare, null = cast("list[str]", declared)
        assert null == "null"
        return spell({**schema, "type": bare}) + "|null"
    if declared == "array":
        return f"[{spell(schema['items'])}]"
    # That a text is a number is ours to say; the service says that it is text.
    return str(declared if schema.get("format") == "decimal" else schema.get("format", declared))


def spell_member(schema: dict[str, Any], *, required: bool) -> str:
    word = spell(schema)
    if required:
        return word
    if word == "null":
        return "null?"
    return f"{word.removesuffix('|null')}?" if word.endswith("|null") else f"optional {word}"


def spell_object(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required", [])
    assert set(required) <= set(schema["properties"])
    return [f"{name}: {spell_member(each, required=name in required)}" for name, each in schema["properties"].items()]


REGISTRY: Registry[Any] = Registry[Any]().with_resource("urn:spec", DRAFT202012.create_resource(SPEC))
FORMATS = FormatChecker(formats=["date", "date-time"])


def validator(schema_pointer: str) -> Any:
    return Draft202012Validator({"$ref": f"urn:spec#{schema_pointer}"}, registry=REGISTRY, format_checker=FORMATS)


def mistakes(value: object, schema_pointer: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(schema_pointer).iter_errors(value)]


each_operation = pytest.mark.parametrize("operation", list(operations()), ids=lambda node: node.value["operationId"])


# --- The document ----------------------------------------------------------------------------------------------------


def test_is_valid_openapi_3_1() -> None:
    assert SPEC["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(SPEC).iter_errors()] == []


def test_means_the_same_as_json() -> None:
    """An unquoted timestamp, for one, would not be a string."""
    assert json.loads(json.dumps(SPEC)) == SPEC


def test_no_key_is_given_twice() -> None:
    """Of two, YAML would silently keep the last."""
    root = yaml.SafeLoader(TEXT).get_single_node()
    assert root is not None
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            names = [name.value for name, _ in node.value]
            assert len(names) == len(set(names)), node.start_mark
            waiting.extend(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def test_the_servers_are_production_and_development() -> None:
    assert [server["url"] for server in SPEC["servers"]] == [
        "https://api.clearstreet.com",
        "https://api-dev.clearstreet.com",
    ]


def test_every_operation_but_the_version_needs_a_bearer_token() -> None:
    schemes = {name: (scheme["type"], scheme["scheme"]) for name, scheme in COMPONENTS["securitySchemes"].items()}
    assert schemes == {"BearerAuth": ("http", "bearer")}
    assert SPEC["security"] == [{"BearerAuth": []}]
    overrides = {each.value["operationId"]: each.value["security"] for each in operations() if "security" in each.value}
    assert overrides == {"get_version": []}


def test_every_reference_resolves() -> None:
    for reference in references(Node("", SPEC)):
        assert reference.startswith("#/components/")
        find(reference)


def test_no_component_is_unused() -> None:
    used: set[str] = set()
    waiting = list(references(Node("/paths", SPEC["paths"])))
    while waiting:
        if (reference := waiting.pop()) not in used:
            used.add(reference)
            waiting.extend(references(find(reference)))
    used |= {f"#/components/securitySchemes/{name}" for requirement in SPEC["security"] for name in requirement}
    assert used == {f"#/components/{kind}/{name}" for kind, named in COMPONENTS.items() for name in named}


def test_every_tag_is_declared_and_used() -> None:
    used = {tag for each in operations() for tag in each.value["tags"]}
    parents = {tag["x-parent"] for tag in SPEC["tags"] if "x-parent" in tag}
    assert {tag["name"] for tag in SPEC["tags"]} == used | parents


# --- Operations ------------------------------------------------------------------------------------------------------


def test_the_operations_are_those_of_the_service() -> None:
    found = {each.value["operationId"] for each in operations()}
    assert found == set(OPERATIONS), odd(found, "`OPERATIONS`", set(OPERATIONS))
    assert len(list(operations())) == len(OPERATIONS)


@each_operation
def test_an_operation_is_named_tagged_and_described(operation: Node) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation.value["operationId"])
    assert operation.value["tags"] == [facts(operation).tag], parted("its tag", "`OPERATIONS`")
    assert operation.value["summary"].strip()
    assert operation.value["description"].strip()


@each_operation
def test_an_operation_takes_and_answers_what_the_service_does(operation: Node) -> None:
    expected = facts(operation)
    at = f"/paths/{expected.path.replace('/', '~1')}/{expected.method}"
    assert operation.pointer == at, parted("path and method", "`OPERATIONS`")
    taken = [key(parameter) for parameter in parameters(operation)]
    assert taken == expected.parameters.split(), parted("parameters, in their order", "`OPERATIONS`")
    body = ""
    if "requestBody" in operation.value:
        holder = find(f"{operation.pointer}/requestBody").value
        body = spell(holder["content"]["application/json"]["schema"]) + ("" if holder["required"] else "?")
    assert body == expected.body, parted("the request's body", "`OPERATIONS`")
    statuses = [*expected.success.split(), *expected.errors.split()]
    assert list(responses(operation)) == statuses, parted("statuses, in their order", "`OPERATIONS`")


@each_operation
def test_every_path_parameter_is_declared_and_required(operation: Node) -> None:
    path = operation.pointer.split("/")[2]
    declared = [each.value for each in parameters(operation) if each.value["in"] == "path"]
    assert [each["name"] for each in declared] == re.findall(r"{(\w+)}", path)
    assert all(each["required"] is True for each in declared)


@each_operation
def test_parameters_and_errors_are_named_components(operation: Node) -> None:
    for each in parameters(operation):
        assert each.pointer.startswith("/components/parameters/"), (
            f"{each.value['name']}: put it into components/parameters, and refer to it"
        )
    for status, response in responses(operation).items():
        assert response.pointer.startswith("/components/responses/") == (status >= "400"), (
            f"{status}: an error refers to one of components/responses, a success is written where it belongs"
        )


@each_operation
def test_the_response_class_is_named_after_tag_and_operation(operation: Node) -> None:
    operation_id = operation.value["operationId"]
    pascal = "".join("ID" if word == "id" else word.capitalize() for word in operation_id.split("_"))
    base = operation.value["tags"][0].removesuffix("s").replace(" ", "") + pascal
    for status, body in bodies(operation):
        if status.startswith("2"):
            assert spell(body.value["schema"]) == f"{base}Response"
        elif status != "request":
            own = operation_id == "submit_position_instructions" and status in {"400", "404", "409", "500", "503"}
            assert spell(body.value["schema"]) == (f"{base}ErrorResponse" if own else "ErrorResponse")


@each_operation
def test_too_many_requests_may_say_when_to_come_back(operation: Node) -> None:
    response = responses(operation)["429"]
    assert list(response.value["headers"]) == ["Retry-After"]
    header = find(f"{response.pointer}/headers/Retry-After").value
    assert not header.get("required", False)
    assert spell(header["schema"]) == "string"


def test_a_batch_has_at_least_one_instruction() -> None:
    operation = next(each for each in operations() if each.value["operationId"] == "submit_position_instructions")
    body = find(f"{operation.pointer}/requestBody/content/application~1json/schema").value
    assert body["minItems"] == 1


# --- Parameters ------------------------------------------------------------------------------------------------------


def test_the_parameters_are_those_of_the_service() -> None:
    found = {
        name: f"{each['in']} {each['name']}: {spell_member(each['schema'], required=each.get('required', False))}"
        for name, each in COMPONENTS["parameters"].items()
    }
    assert found.keys() == PARAMETERS.keys(), odd(set(found), "`PARAMETERS`", set(PARAMETERS))
    assert found == PARAMETERS, parted("where a parameter is, its name and its type", "`PARAMETERS`")


def test_lists_in_a_query_are_joined_by_commas() -> None:
    for parameter in COMPONENTS["parameters"].values():
        if parameter["schema"].get("type") == "array":
            assert (parameter["style"], parameter["explode"]) == ("form", False), parameter["name"]


def test_a_page_has_1_to_1000_items() -> None:
    schema = COMPONENTS["parameters"]["PageSize"]["schema"]
    assert (schema["minimum"], schema["maximum"], schema["default"]) == (1, 1000, 1000)


def test_cancel_warns_that_its_path_does_not_take_the_idempotency_key() -> None:
    description = COMPONENTS["parameters"]["InstructionId"]["description"]
    assert "server-assigned `id`" in description
    assert "**not** the caller's idempotency key" in description


# --- Schemas ---------------------------------------------------------------------------------------------------------


def test_the_schemas_are_those_of_the_service() -> None:
    known = set(OBJECTS) | set(ENUMS)
    assert set(SCHEMAS) == known, odd(set(SCHEMAS), "`OBJECTS` or, if it is an enum, `ENUMS`", known)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_has_exactly_the_properties_of_the_service(name: str) -> None:
    schema = SCHEMAS[name]
    if "allOf" in schema:
        base, schema = schema["allOf"]
        assert base == {"$ref": "#/components/schemas/BaseResponse"}
    assert schema["type"] == "object"
    known = [line.strip() for line in OBJECTS[name].strip().splitlines()]
    assert spell_object(schema) == known, parted("its properties, in their order", "`OBJECTS`")


@pytest.mark.parametrize("name", OBJECTS)
def test_a_success_is_the_envelope_with_data(name: str) -> None:
    wrapped = name.endswith("Response") and name != "BaseResponse" and not name.endswith("ErrorResponse")
    assert ("allOf" in SCHEMAS[name]) == wrapped


def test_objects_are_open_to_new_fields() -> None:
    closing = {"unevaluatedProperties", "maxProperties", "propertyNames"}
    assert [schema.pointer for schema in schemas() if closing & set(schema.value)] == []
    assert [each.pointer for each in schemas() if each.value.get("additionalProperties") is False] == []


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_lists_and_explains_exactly_the_members_of_the_service(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["type"] == "string"
    assert schema["enum"] == ENUMS[name].split(), parted("its members, in their order", "`ENUMS`")
    assert re.findall(r"^- `(\w+)`: \S.*\.$", schema["description"], flags=re.MULTILINE) == schema["enum"], (
        "its description explains each member, in their order, on a line of its own: - `NAME`: words."
    )
    assert "clients must tolerate unknown ones" in " ".join(schema["description"].split())


def test_enums_are_named_components() -> None:
    found = {schema.pointer.removeprefix("/components/schemas/") for schema in schemas() if "enum" in schema.value}
    assert found == set(ENUMS), odd(found, "`ENUMS`", set(ENUMS)) + "; an enum is one of components/schemas"


def test_the_terminal_statuses_are_marked() -> None:
    description = SCHEMAS["PositionInstructionStatus"]["description"]
    assert re.findall(r"^- `(\w+)`: .* Terminal\.$", description, flags=re.MULTILINE) == TERMINAL_STATUSES.split()
    others = re.findall(r"^- `(\w+)`: .* Not terminal\.$", description, flags=re.MULTILINE)
    assert sorted(TERMINAL_STATUSES.split() + others) == sorted(ENUMS["PositionInstructionStatus"].split())


# --- Descriptions ----------------------------------------------------------------------------------------------------


def described() -> Iterator[Node]:
    """Everything that a reader meets and that has to say what it means."""
    yield Node("/info", SPEC["info"])
    for section in ("servers", "tags"):
        yield from children(Node(f"/{section}", SPEC[section]))
    for operation in operations():
        yield operation
        yield from responses(operation).values()
        if "requestBody" in operation.value:
            yield find(f"{operation.pointer}/requestBody")
    for kind in children(Node("/components", COMPONENTS)):
        yield from children(kind)
    for schema in schemas():
        is_property = schema.pointer.split("/")[-2] == "properties"
        is_variant = schema.pointer.split("/")[-2] in {"allOf", "oneOf", "anyOf"}
        if is_property or not (is_variant or "$ref" in schema.value):
            yield schema


def test_everything_is_described_in_sentences() -> None:
    nodes = {node.pointer: node.value for node in described()}
    assert [
        pointer for pointer, value in nodes.items() if not str(value.get("description", "")).strip().endswith(".")
    ] == []


def test_a_number_that_is_text_has_the_format_decimal_and_says_so() -> None:
    fields = {node.pointer: node.value for node in described() if "/properties/" in node.pointer}

    said = {pointer for pointer, value in fields.items() if str(value["description"]).strip().endswith("Decimal.")}
    assert said == {pointer for pointer, value in fields.items() if value.get("format") == "decimal"}
    assert said


# --- Examples --------------------------------------------------------------------------------------------------------


def examples(operation: Node) -> Iterator[tuple[str, str, Any]]:
    """Body (`request` or a status), pointer of its schema, and value of each example."""
    for name, body in bodies(operation):
        for example in children(Node(f"{body.pointer}/examples", body.value["examples"])):
            assert example.value["summary"].strip(), f"{example.pointer} has no summary"
            yield name, f"{body.pointer}/schema", example.value["value"]


def examples_of(operation_id: str, name: str) -> list[Any]:
    operation = next(each for each in operations() if each.value["operationId"] == operation_id)
    return [value for body, _, value in examples(operation) if body == name]


@pytest.mark.parametrize("value", ["2026-04-24T14:30:00", "2026-04-24", "today"])
def test_the_check_of_examples_checks_formats(value: str) -> None:
    assert mistakes(value, "/components/schemas/Order/properties/created_at")
    assert not mistakes("2026-04-24T14:30:00Z", "/components/schemas/Order/properties/created_at")


@each_operation
def test_every_body_has_examples_and_they_fit_its_schema(operation: Node) -> None:
    shown = list(examples(operation))
    assert {name for name, _, _ in shown} == {name for name, _ in bodies(operation)}
    assert {name: found for name, schema, value in shown if (found := mistakes(value, schema))} == {}


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_has_an_example_that_fits_its_schema(name: str) -> None:
    pointer = f"/components/parameters/{name}"
    assert mistakes(COMPONENTS["parameters"][name]["example"], f"{pointer}/schema") == []


@pytest.mark.parametrize("name", COMPONENTS["headers"])
def test_every_header_has_examples_that_fit_its_schema(name: str) -> None:
    shown = [example["value"] for example in COMPONENTS["headers"][name]["examples"].values()]
    assert shown
    assert [found for value in shown if (found := mistakes(value, f"/components/headers/{name}/schema"))] == []


@each_operation
def test_the_error_in_an_example_has_the_code_of_its_status(operation: Node) -> None:
    for name, _, value in examples(operation):
        if name != "request" and name >= "207":
            assert value["error"]["code"] == int(name)


def test_the_cancel_example_is_the_published_one_to_the_letter() -> None:
    shown = [json.dumps(value, indent=2) for value in examples_of("cancel_position_instruction", "200")]
    assert CANCEL_REPLY in shown
    written = "\n".join(line.strip() for line in TEXT.splitlines())
    assert "\n".join(line.strip() for line in CANCEL_REPLY.splitlines()) in written


@pytest.mark.parametrize("operation_id", ["get_positions", "close_positions", "get_position_instructions"])
def test_lists_are_shown_with_several_items(operation_id: str) -> None:
    assert any(len(value["data"]) > 1 for value in examples_of(operation_id, "200"))


def test_a_partly_rejected_batch_is_shown_in_the_order_of_the_request() -> None:
    (request, *_), (reply,) = (examples_of("submit_position_instructions", name) for name in ("request", "207"))
    rows = reply["data"]
    assert [row[KEY_NAME] for row in rows] == [row[KEY_NAME] for row in request]
    assert {row["status"] for row in rows} == {"SENT", "REJECTED"}
    for row in rows:
        rejected = row["status"] == "REJECTED"
        assert (row["id"] == ZERO_ID) == rejected
        assert (row["rejection_reason"] is not None) == rejected


def test_a_batch_of_duplicates_is_shown_with_and_without_the_first_id() -> None:
    (reply,) = examples_of("submit_position_instructions", "409")
    assert {(row["id"], row["status"]) for row in reply["data"]} == {(ZERO_ID, "REJECTED")}
    reasons = [row["rejection_reason"].partition("; existing_id=") for row in reply["data"]]
    assert {reason for reason, _, _ in reasons} == {"Duplicate exercise instruction"}
    assert {bool(existing_id) for _, _, existing_id in reasons} == {True, False}


def test_timestamps_are_shown_with_z_and_with_an_offset() -> None:
    shown = [node.value for node in walk(Node("", SPEC)) if key(node) in {"created_at", "updated_at"}]
    timestamps = [value for value in shown if isinstance(value, str)]
    assert any(value.endswith("Z") for value in timestamps)
    assert any(re.search(r"[+-]\d\d:\d\d$", value) for value in timestamps)
