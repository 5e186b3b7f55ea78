# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List fills.

Lists the fills of an account's orders, the newest first, a page at a time. While `metadata.next_page_token` is set
there is another page; pass it on as `page_token`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ...client import (
    Request,
    parse_reply,
    query_list,
    query_pairs,
    query_text,
    scalar_text,
    send_request,
    send_request_async,
    whole_number,
)
from ...models.error_response import ErrorResponse
from ...models.order_get_executions_response import OrderGetExecutionsResponse
from ...types import Timestamp

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_executions"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts/{account_id}/executions"
RESPONSES: Final[dict[int, type[OrderGetExecutionsResponse | ErrorResponse]]] = {
    200: OrderGetExecutionsResponse,
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
    order_ids: Iterable[str] | None = None,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_ids: Iterable[str] | None = None,
    from_: datetime | str | None = None,
    to: datetime | str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        order_ids: Only these orders, by the server's `id` or the client's id, joined by commas.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.
        underlying_instrument_ids: Only orders or fills of contracts that are written on these instruments (UUIDs or
            symbols, joined by commas).
        from_: Only what happened at this moment or later.
        to: Only what happened at this moment or earlier.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/executions",
        query=query_pairs(
            ("order_ids", None if order_ids is None else ",".join(query_list("order_ids", order_ids, query_text))),
            (
                "instrument_ids",
                None if instrument_ids is None else ",".join(query_list("instrument_ids", instrument_ids, query_text)),
            ),
            (
                "underlying_instrument_ids",
                None
                if underlying_instrument_ids is None
                else ",".join(query_list("underlying_instrument_ids", underlying_instrument_ids, query_text)),
            ),
            ("from", None if from_ is None else query_text("from_", scalar_text("from_", Timestamp(), from_))),
            ("to", None if to is None else query_text("to", scalar_text("to", Timestamp(), to))),
            ("page_size", None if page_size is None else whole_number("page_size", page_size, minimum=1, maximum=1000)),
            ("page_token", None if page_token is None else query_text("page_token", page_token)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> OrderGetExecutionsResponse | ErrorResponse:
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
    order_ids: Iterable[str] | None = None,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_ids: Iterable[str] | None = None,
    from_: datetime | str | None = None,
    to: datetime | str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> OrderGetExecutionsResponse | ErrorResponse:
    """List fills.

    Lists the fills of an account's orders, the newest first, a page at a time. While `metadata.next_page_token` is set
    there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        order_ids: Only these orders, by the server's `id` or the client's id, joined by commas.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.
        underlying_instrument_ids: Only orders or fills of contracts that are written on these instruments (UUIDs or
            symbols, joined by commas).
        from_: Only what happened at this moment or later.
        to: Only what happened at this moment or earlier.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `OrderGetExecutionsResponse` for 200.
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
            account_id,
            order_ids=order_ids,
            instrument_ids=instrument_ids,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            page_size=page_size,
            page_token=page_token,
        ),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    account_id: int,
    *,
    order_ids: Iterable[str] | None = None,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_ids: Iterable[str] | None = None,
    from_: datetime | str | None = None,
    to: datetime | str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> OrderGetExecutionsResponse | ErrorResponse:
    """List fills.

    Lists the fills of an account's orders, the newest first, a page at a time. While `metadata.next_page_token` is set
    there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        order_ids: Only these orders, by the server's `id` or the client's id, joined by commas.
        instrument_ids: Only orders or fills of these instruments, given by UUID or symbol, joined by commas.
        underlying_instrument_ids: Only orders or fills of contracts that are written on these instruments (UUIDs or
            symbols, joined by commas).
        from_: Only what happened at this moment or later.
        to: Only what happened at this moment or earlier.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `OrderGetExecutionsResponse` for 200.
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
            account_id,
            order_ids=order_ids,
            instrument_ids=instrument_ids,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            page_size=page_size,
            page_token=page_token,
        ),
        parse_response,
    )
