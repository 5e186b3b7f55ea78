# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read one order.

Reads an order by the server's `id`. The client's id finds it only while it is open, so a 404 for that proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, path_segment, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.order_get_order_by_id_response import OrderGetOrderByIDResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_order_by_id"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts/{account_id}/orders/{order_id}"
RESPONSES: Final[dict[int, type[OrderGetOrderByIDResponse | ErrorResponse]]] = {
    200: OrderGetOrderByIDResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(order_id: str, *, account_id: int) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        order_id: The order, by its server-assigned `id`. The client's id is accepted only while the order is open.
        account_id: The account to act on.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/orders/{path_segment('order_id', order_id)}",
    )


def parse_response(status_code: int, content: bytes) -> OrderGetOrderByIDResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(client: httpx.Client, order_id: str, *, account_id: int) -> OrderGetOrderByIDResponse | ErrorResponse:
    """Read one order.

    Reads an order by the server's `id`. The client's id finds it only while it is open, so a 404 for that proves
    nothing.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        order_id: The order, by its server-assigned `id`. The client's id is accepted only while the order is open.
        account_id: The account to act on.

    Returns:
        `OrderGetOrderByIDResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(order_id, account_id=account_id), parse_response)


async def asyncio(
    client: httpx.AsyncClient, order_id: str, *, account_id: int
) -> OrderGetOrderByIDResponse | ErrorResponse:
    """Read one order.

    Reads an order by the server's `id`. The client's id finds it only while it is open, so a 404 for that proves
    nothing.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        order_id: The order, by its server-assigned `id`. The client's id is accepted only while the order is open.
        account_id: The account to act on.

    Returns:
        `OrderGetOrderByIDResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(order_id, account_id=account_id), parse_response)
