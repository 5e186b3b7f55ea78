# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Submit orders.

Sends a batch of orders and returns them. Each should have an `id` of the caller's, which serves as its idempotency key
and comes back as `client_order_id`. It is not documented how the service answers an `id` that was used before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ...client import Request, json_body, parse_reply, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.new_order_request import NewOrderRequest
from ...models.order_submit_orders_response import OrderSubmitOrdersResponse
from ...types import Array, Object

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "submit_orders"
METHOD: Final = "POST"
PATH: Final = "/v1/accounts/{account_id}/orders"
BODY: Final = Array(Object("NewOrderRequest", lambda: NewOrderRequest))
RESPONSES: Final[dict[int, type[OrderSubmitOrdersResponse | ErrorResponse]]] = {
    200: OrderSubmitOrdersResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    422: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(account_id: int, *, orders: Iterable[NewOrderRequest | Mapping[str, Any]]) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        orders: The orders to send, at least one.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/orders",
        json=json_body("orders", BODY, orders, at_least=1),
    )


def parse_response(status_code: int, content: bytes) -> OrderSubmitOrdersResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, account_id: int, *, orders: Iterable[NewOrderRequest | Mapping[str, Any]]
) -> OrderSubmitOrdersResponse | ErrorResponse:
    """Submit orders.

    Sends a batch of orders and returns them. Each should have an `id` of the caller's, which serves as its idempotency
    key and comes back as `client_order_id`. It is not documented how the service answers an `id` that was used before.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        orders: The orders to send, at least one.

    Returns:
        `OrderSubmitOrdersResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(account_id, orders=orders), parse_response)


async def asyncio(
    client: httpx.AsyncClient, account_id: int, *, orders: Iterable[NewOrderRequest | Mapping[str, Any]]
) -> OrderSubmitOrdersResponse | ErrorResponse:
    """Submit orders.

    Sends a batch of orders and returns them. Each should have an `id` of the caller's, which serves as its idempotency
    key and comes back as `client_order_id`. It is not documented how the service answers an `id` that was used before.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        orders: The orders to send, at least one.

    Returns:
        `OrderSubmitOrdersResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(account_id, orders=orders), parse_response)
