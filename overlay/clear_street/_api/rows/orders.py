"""The operations of the tag Orders."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api import models
    from clear_street_api.api import orders as calls

    from ...types import v1 as types
    from .. import checks
    from .. import orders as requests
else:
    calls = Later("clear_street_api.api.orders")
    checks = Later("clear_street._api.checks")
    models = Later("clear_street_api.models")
    requests = Later("clear_street._api.orders")
    types = Later("clear_street.types.v1")

GET_ORDERS = Operation(
    "get_orders",
    "GET",
    "/v1/accounts/{account_id}/orders",
    Resend.READ,
    lambda: calls.get_orders.build_request,
    lambda: types.OrderGetOrdersResponse,
    enums=lambda: {"status": models.OrderStatus, "instrument_type": models.SecurityType},
    check=lambda: checks.orders,
)
GET_ORDER_BY_ID = Operation(
    "get_order_by_id",
    "GET",
    "/v1/accounts/{account_id}/orders/{order_id}",
    Resend.READ,
    lambda: calls.get_order_by_id.build_request,
    lambda: types.OrderGetOrderByIDResponse,
)
GET_EXECUTIONS = Operation(
    "get_executions",
    "GET",
    "/v1/accounts/{account_id}/executions",
    Resend.READ,
    lambda: calls.get_executions.build_request,
    lambda: types.OrderGetExecutionsResponse,
    check=lambda: checks.executions,
)
SUBMIT_ORDERS = Operation(
    "submit_orders",
    "POST",
    "/v1/accounts/{account_id}/orders",
    Resend.SUBMIT,
    lambda: requests.submit_orders,
    lambda: types.OrderSubmitOrdersResponse,
    kind="order",
)
CANCEL_ALL_OPEN_ORDERS = Operation(
    "cancel_all_open_orders",
    "DELETE",
    "/v1/accounts/{account_id}/orders",
    Resend.ONCE,
    lambda: calls.cancel_all_open_orders.build_request,
    lambda: types.OrderCancelAllOpenOrdersResponse,
    enums=lambda: {"side": models.Side, "type": models.OrderType, "instrument_type": models.SecurityType},
)
CANCEL_OPEN_ORDER = Operation(
    "cancel_open_order",
    "DELETE",
    "/v1/accounts/{account_id}/orders/{order_id}",
    Resend.CANCEL,
    lambda: requests.cancel_open_order,
    lambda: types.OrderCancelOpenOrderResponse,
    kind="order",
)
REPLACE_ORDER = Operation(
    "replace_order",
    "PATCH",
    "/v1/accounts/{account_id}/orders/{order_id}",
    Resend.REPLACE,
    lambda: requests.replace_order,
    lambda: types.OrderReplaceOrderResponse,
    enums=lambda: {"trailing_offset_type": models.TrailingOffsetType},
    kind="order",
)
