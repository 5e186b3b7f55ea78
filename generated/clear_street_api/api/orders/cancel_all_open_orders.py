# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Cancel all open orders.

Requests the cancellation of every open order that matches all filters, or of every one without filters, and returns the
orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ...client import (
    Request,
    parse_reply,
    query_list,
    query_pairs,
    query_text,
    send_request,
    send_request_async,
    whole_number,
)
from ...models.error_response import ErrorResponse
from ...models.order_cancel_all_open_orders_response import OrderCancelAllOpenOrdersResponse

if TYPE_CHECKING:
    import httpx

    from ...models.order_type import OrderType
    from ...models.security_type import SecurityType
    from ...models.side import Side

OPERATION: Final = "cancel_all_open_orders"
METHOD: Final = "DELETE"
PATH: Final = "/v1/accounts/{account_id}/orders"
RESPONSES: Final[dict[int, type[OrderCancelAllOpenOrdersResponse | ErrorResponse]]] = {
    200: OrderCancelAllOpenOrdersResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    account_id: int,
    *,
    side: Side | str | None = None,
    type: OrderType | str | None = None,
    instrument_type: SecurityType | str | None = None,
    instrument_ids: Iterable[str] | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        side: Only orders of this side.
        type: Only orders of this type.
        instrument_type: Only orders of instruments of this kind.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/orders",
        query=query_pairs(
            ("side", None if side is None else query_text("side", side)),
            ("type", None if type is None else query_text("type", type)),
            ("instrument_type", None if instrument_type is None else query_text("instrument_type", instrument_type)),
            (
                "instrument_ids",
                None if instrument_ids is None else ",".join(query_list("instrument_ids", instrument_ids, query_text)),
            ),
        ),
    )


def parse_response(status_code: int, content: bytes) -> OrderCancelAllOpenOrdersResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    account_id: int,
    *,
    side: Side | str | None = None,
    type: OrderType | str | None = None,
    instrument_type: SecurityType | str | None = None,
    instrument_ids: Iterable[str] | None = None,
) -> OrderCancelAllOpenOrdersResponse | ErrorResponse:
    """Cancel all open orders.

    Requests the cancellation of every open order that matches all filters, or of every one without filters, and returns
    the orders.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        side: Only orders of this side.
        type: Only orders of this type.
        instrument_type: Only orders of instruments of this kind.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.

    Returns:
        `OrderCancelAllOpenOrdersResponse` for 200.
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
        build_request(account_id, side=side, type=type, instrument_type=instrument_type, instrument_ids=instrument_ids),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    account_id: int,
    *,
    side: Side | str | None = None,
    type: OrderType | str | None = None,
    instrument_type: SecurityType | str | None = None,
    instrument_ids: Iterable[str] | None = None,
) -> OrderCancelAllOpenOrdersResponse | ErrorResponse:
    """Cancel all open orders.

    Requests the cancellation of every open order that matches all filters, or of every one without filters, and returns
    the orders.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        side: Only orders of this side.
        type: Only orders of this type.
        instrument_type: Only orders of instruments of this kind.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.

    Returns:
        `OrderCancelAllOpenOrdersResponse` for 200.
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
        build_request(account_id, side=side, type=type, instrument_type=instrument_type, instrument_ids=instrument_ids),
        parse_response,
    )
