# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Close all positions.

Sends closing orders for every position of the account and returns the orders. Sent twice, it may trade twice: the
request has no idempotency key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, object_body, parse_reply, send_request, send_request_async, whole_number
from ...models.close_positions_request import ClosePositionsRequest
from ...models.error_response import ErrorResponse
from ...models.position_close_positions_response import PositionClosePositionsResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "close_positions"
METHOD: Final = "DELETE"
PATH: Final = "/v1/accounts/{account_id}/positions"
RESPONSES: Final[dict[int, type[PositionClosePositionsResponse | ErrorResponse]]] = {
    200: PositionClosePositionsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(account_id: int, *, cancel_orders: bool | None = None) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        cancel_orders: Whether to cancel the open orders on what is closed as well.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions",
        json=object_body(ClosePositionsRequest, {"cancel_orders": cancel_orders}, required=False),
    )


def parse_response(status_code: int, content: bytes) -> PositionClosePositionsResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, account_id: int, *, cancel_orders: bool | None = None
) -> PositionClosePositionsResponse | ErrorResponse:
    """Close all positions.

    Sends closing orders for every position of the account and returns the orders. Sent twice, it may trade twice: the
    request has no idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        cancel_orders: Whether to cancel the open orders on what is closed as well.

    Returns:
        `PositionClosePositionsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(account_id, cancel_orders=cancel_orders), parse_response)


async def asyncio(
    client: httpx.AsyncClient, account_id: int, *, cancel_orders: bool | None = None
) -> PositionClosePositionsResponse | ErrorResponse:
    """Close all positions.

    Sends closing orders for every position of the account and returns the orders. Sent twice, it may trade twice: the
    request has no idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        cancel_orders: Whether to cancel the open orders on what is closed as well.

    Returns:
        `PositionClosePositionsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(account_id, cancel_orders=cancel_orders), parse_response)
