# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Change an open order.

Requests new values for an open order and returns it, now `PENDING_REPLACE`, with the new values. The request has no
idempotency key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, object_body, parse_reply, path_segment, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.order_replace_order_response import OrderReplaceOrderResponse
from ...models.replace_order_request import ReplaceOrderRequest

if TYPE_CHECKING:
    import httpx

    from ...models.trailing_offset_type import TrailingOffsetType

OPERATION: Final = "replace_order"
METHOD: Final = "PATCH"
PATH: Final = "/v1/accounts/{account_id}/orders/{order_id}"
RESPONSES: Final[dict[int, type[OrderReplaceOrderResponse | ErrorResponse]]] = {
    200: OrderReplaceOrderResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    order_id: str,
    *,
    account_id: int,
    quantity: str | None = None,
    limit_price: str | None = None,
    stop_price: str | None = None,
    limit_offset: str | None = None,
    trailing_offset: str | None = None,
    trailing_offset_type: TrailingOffsetType | str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        order_id: The open order, by its `id` or its `client_order_id`.
        account_id: The account to act on.
        quantity: Units (shares or contracts) in all, including filled ones. Decimal.
        limit_price: Worst acceptable price, per unit. Decimal.
        stop_price: Price that triggers the order, per unit. Decimal.
        limit_offset: Distance of the limit from the stop price, per unit. Decimal.
        trailing_offset: Distance of the stop price from the watermark. Decimal.
        trailing_offset_type: Unit of `trailing_offset`.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/orders/{path_segment('order_id', order_id)}",
        json=object_body(
            ReplaceOrderRequest,
            {
                "quantity": quantity,
                "limit_price": limit_price,
                "stop_price": stop_price,
                "limit_offset": limit_offset,
                "trailing_offset": trailing_offset,
                "trailing_offset_type": trailing_offset_type,
            },
            required=True,
        ),
    )


def parse_response(status_code: int, content: bytes) -> OrderReplaceOrderResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    order_id: str,
    *,
    account_id: int,
    quantity: str | None = None,
    limit_price: str | None = None,
    stop_price: str | None = None,
    limit_offset: str | None = None,
    trailing_offset: str | None = None,
    trailing_offset_type: TrailingOffsetType | str | None = None,
) -> OrderReplaceOrderResponse | ErrorResponse:
    """Change an open order.

    Requests new values for an open order and returns it, now `PENDING_REPLACE`, with the new values. The request has no
    idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        order_id: The open order, by its `id` or its `client_order_id`.
        account_id: The account to act on.
        quantity: Units (shares or contracts) in all, including filled ones. Decimal.
        limit_price: Worst acceptable price, per unit. Decimal.
        stop_price: Price that triggers the order, per unit. Decimal.
        limit_offset: Distance of the limit from the stop price, per unit. Decimal.
        trailing_offset: Distance of the stop price from the watermark. Decimal.
        trailing_offset_type: Unit of `trailing_offset`.

    Returns:
        `OrderReplaceOrderResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client,
        build_request(
            order_id,
            account_id=account_id,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            limit_offset=limit_offset,
            trailing_offset=trailing_offset,
            trailing_offset_type=trailing_offset_type,
        ),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    order_id: str,
    *,
    account_id: int,
    quantity: str | None = None,
    limit_price: str | None = None,
    stop_price: str | None = None,
    limit_offset: str | None = None,
    trailing_offset: str | None = None,
    trailing_offset_type: TrailingOffsetType | str | None = None,
) -> OrderReplaceOrderResponse | ErrorResponse:
    """Change an open order.

    Requests new values for an open order and returns it, now `PENDING_REPLACE`, with the new values. The request has no
    idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        order_id: The open order, by its `id` or its `client_order_id`.
        account_id: The account to act on.
        quantity: Units (shares or contracts) in all, including filled ones. Decimal.
        limit_price: Worst acceptable price, per unit. Decimal.
        stop_price: Price that triggers the order, per unit. Decimal.
        limit_offset: Distance of the limit from the stop price, per unit. Decimal.
        trailing_offset: Distance of the stop price from the watermark. Decimal.
        trailing_offset_type: Unit of `trailing_offset`.

    Returns:
        `OrderReplaceOrderResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client,
        build_request(
            order_id,
            account_id=account_id,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            limit_offset=limit_offset,
            trailing_offset=trailing_offset,
            trailing_offset_type=trailing_offset_type,
        ),
        parse_response,
    )
