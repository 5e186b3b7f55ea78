# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Close one position.

Sends closing orders for the position in one instrument and returns the orders. Sent twice, it may trade twice: the
request has no idempotency key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, object_body, parse_reply, path_segment, send_request, send_request_async, whole_number
from ...models.close_positions_request import ClosePositionsRequest
from ...models.error_response import ErrorResponse
from ...models.position_close_position_response import PositionClosePositionResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "close_position"
METHOD: Final = "DELETE"
PATH: Final = "/v1/accounts/{account_id}/positions/{instrument_id}"
RESPONSES: Final[dict[int, type[PositionClosePositionResponse | ErrorResponse]]] = {
    200: PositionClosePositionResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    422: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(instrument_id: str, *, account_id: int, cancel_orders: bool | None = None) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        instrument_id: The instrument whose position to close: its UUID, an equity ticker, or an option's OSI symbol.
            The service resolves it, or answers 422.
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
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions/{path_segment('instrument_id', instrument_id, ('instructions',))}",
        json=object_body(ClosePositionsRequest, {"cancel_orders": cancel_orders}, required=False),
    )


def parse_response(status_code: int, content: bytes) -> PositionClosePositionResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, instrument_id: str, *, account_id: int, cancel_orders: bool | None = None
) -> PositionClosePositionResponse | ErrorResponse:
    """Close one position.

    Sends closing orders for the position in one instrument and returns the orders. Sent twice, it may trade twice: the
    request has no idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_id: The instrument whose position to close: its UUID, an equity ticker, or an option's OSI symbol.
            The service resolves it, or answers 422.
        account_id: The account to act on.
        cancel_orders: Whether to cancel the open orders on what is closed as well.

    Returns:
        `PositionClosePositionResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client, build_request(instrument_id, account_id=account_id, cancel_orders=cancel_orders), parse_response
    )


async def asyncio(
    client: httpx.AsyncClient, instrument_id: str, *, account_id: int, cancel_orders: bool | None = None
) -> PositionClosePositionResponse | ErrorResponse:
    """Close one position.

    Sends closing orders for the position in one instrument and returns the orders. Sent twice, it may trade twice: the
    request has no idempotency key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_id: The instrument whose position to close: its UUID, an equity ticker, or an option's OSI symbol.
            The service resolves it, or answers 422.
        account_id: The account to act on.
        cancel_orders: Whether to cancel the open orders on what is closed as well.

    Returns:
        `PositionClosePositionResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client, build_request(instrument_id, account_id=account_id, cancel_orders=cancel_orders), parse_response
    )
