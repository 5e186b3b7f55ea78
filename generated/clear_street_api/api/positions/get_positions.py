# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List positions.

Lists the positions of an account, a page at a time. While `metadata.next_page_token` is set there is another page;
pass it on as `page_token`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ...client import Request, asend, items, parse, query, send, text, whole
from ...models.error_response import ErrorResponse
from ...models.position_get_positions_response import PositionGetPositionsResponse
from ...models.position_sort_by import PositionSortBy
from ...models.sort_direction import SortDirection

if TYPE_CHECKING:
    import httpx

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
    instrument_ids: Sequence[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> Request:
    """The request of the operation.

    - `account_id`: The account to act on.
    - `instrument_ids`: Only the positions in these instruments, joined by commas. All positions where it is absent.
    - `page_size`: The largest number of items on a page. Ignored where `page_token` is given.
    - `page_token`: The page to read, as named by an earlier reply. The first page where it is absent.
    - `sort_by`: What to order the positions by.
    - `sort_direction`: The direction of the order.

    Raises TypeError or ValueError, naming the argument, for a value that cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole('account_id', account_id)}/positions",
        query(
            (
                "instrument_ids",
                None if instrument_ids is None else ",".join(items("instrument_ids", instrument_ids, text)),
            ),
            ("page_size", None if page_size is None else whole("page_size", page_size, 1, 1000)),
            ("page_token", None if page_token is None else text("page_token", page_token)),
            ("sort_by", None if sort_by is None else text("sort_by", sort_by)),
            ("sort_direction", None if sort_direction is None else text("sort_direction", sort_direction)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> PositionGetPositionsResponse | ErrorResponse:
    """The model of a reply.

    Raises `UnexpectedStatus` where the spec has none for the status, `UnreadableBody` where the body is no JSON object.
    """
    return parse(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    account_id: int,
    *,
    instrument_ids: Sequence[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> PositionGetPositionsResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return send(
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
    instrument_ids: Sequence[str] | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    sort_by: PositionSortBy | str | None = None,
    sort_direction: SortDirection | str | None = None,
) -> PositionGetPositionsResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return await asend(
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
