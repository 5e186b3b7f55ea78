# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List positions.

Lists the positions of an account, a page at a time. While `metadata.next_page_token` is set there is another page; pass
it on as `page_token`.
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
from ...models.position_get_positions_response import PositionGetPositionsResponse

if TYPE_CHECKING:
    import httpx

    from ...models.position_sort_by import PositionSortBy
    from ...models.sort_direction import SortDirection

OPERATION: Final = "get_positions"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts/{account_id}/positions"
RESPONSES: Final[dict[int, type[PositionGetPositionsResponse | ErrorResponse]]] = {
    200: PositionGetPositionsResponse,
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
    instrument_ids: Iterable[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        instrument_ids: Only the positions in these instruments, joined by commas. All positions if it is absent.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        sort_by: What to order the positions by.
        sort_direction: The direction of the order.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions",
        query=query_pairs(
            (
                "instrument_ids",
                None if instrument_ids is None else ",".join(query_list("instrument_ids", instrument_ids, query_text)),
            ),
            ("page_size", None if page_size is None else whole_number("page_size", page_size, minimum=1, maximum=1000)),
            ("page_token", None if page_token is None else query_text("page_token", page_token)),
            ("sort_by", None if sort_by is None else query_text("sort_by", sort_by)),
            ("sort_direction", None if sort_direction is None else query_text("sort_direction", sort_direction)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> PositionGetPositionsResponse | ErrorResponse:
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
    instrument_ids: Iterable[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> PositionGetPositionsResponse | ErrorResponse:
    """List positions.

    Lists the positions of an account, a page at a time. While `metadata.next_page_token` is set there is another page;
    pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instrument_ids: Only the positions in these instruments, joined by commas. All positions if it is absent.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        sort_by: What to order the positions by.
        sort_direction: The direction of the order.

    Returns:
        `PositionGetPositionsResponse` for 200.
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
            instrument_ids=instrument_ids,
            page_size=page_size,
            page_token=page_token,
            sort_by=sort_by,
            sort_direction=sort_direction,
        ),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    account_id: int,
    *,
    instrument_ids: Iterable[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> PositionGetPositionsResponse | ErrorResponse:
    """List positions.

    Lists the positions of an account, a page at a time. While `metadata.next_page_token` is set there is another page;
    pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instrument_ids: Only the positions in these instruments, joined by commas. All positions if it is absent.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        sort_by: What to order the positions by.
        sort_direction: The direction of the order.

    Returns:
        `PositionGetPositionsResponse` for 200.
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
            instrument_ids=instrument_ids,
            page_size=page_size,
            page_token=page_token,
            sort_by=sort_by,
            sort_direction=sort_direction,
        ),
        parse_response,
    )
