# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Close all positions.

Sends closing orders for every position of the account and returns the orders. Sent twice, it may trade twice: the
request has no idempotency key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, asend, object_body, parse, send, whole
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
    """The request of the operation.

    - `account_id`: The account to act on.
    - `cancel_orders`: Whether to cancel the open orders on what is closed as well.

    Raises TypeError or ValueError, naming the argument, for a value that cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole('account_id', account_id)}/positions",
        (),
        object_body(ClosePositionsRequest(cancel_orders=cancel_orders), required=False),
    )


def parse_response(status_code: int, content: bytes) -> PositionClosePositionsResponse | ErrorResponse:
    """The model of a reply.

    Raises `UnexpectedStatus` where the spec has none for the status, `UnreadableBody` where the body is no JSON object.
    """
    return parse(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, account_id: int, *, cancel_orders: bool | None = None
) -> PositionClosePositionsResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return send(client, build_request(account_id, cancel_orders=cancel_orders), parse_response)


async def asyncio(
    client: httpx.AsyncClient, account_id: int, *, cancel_orders: bool | None = None
) -> PositionClosePositionsResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return await asend(client, build_request(account_id, cancel_orders=cancel_orders), parse_response)
