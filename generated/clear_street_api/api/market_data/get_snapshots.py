# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read the latest prices.

Reads the latest prices of instruments. Name them in exactly one way: by `instrument_ids`, or, since October 2026, by
`underlying_instrument_id` and `expiry` together. If one instrument is not known, the whole reply is a 404.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
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
)
from ...models.error_response import ErrorResponse
from ...models.market_data_get_snapshots_response import MarketDataGetSnapshotsResponse
from ...types import Date

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_snapshots"
METHOD: Final = "GET"
PATH: Final = "/v1/market-data/snapshot"
RESPONSES: Final[dict[int, type[MarketDataGetSnapshotsResponse | ErrorResponse]]] = {
    200: MarketDataGetSnapshotsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    *,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_id: str | None = None,
    expiry: date | str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        instrument_ids: These instruments, given by UUID or symbol, joined by commas, at most 100.
        underlying_instrument_id: The contracts on this instrument, given by its UUID or symbol, that expire on the day
            in `expiry`. Since October 2026.
        expiry: The day on which the contracts on the instrument in `underlying_instrument_id` expire. Since October
            2026.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        PATH,
        query=query_pairs(
            (
                "instrument_ids",
                None if instrument_ids is None else ",".join(query_list("instrument_ids", instrument_ids, query_text)),
            ),
            (
                "underlying_instrument_id",
                None
                if underlying_instrument_id is None
                else query_text("underlying_instrument_id", underlying_instrument_id),
            ),
            ("expiry", None if expiry is None else query_text("expiry", scalar_text("expiry", Date(), expiry))),
        ),
    )


def parse_response(status_code: int, content: bytes) -> MarketDataGetSnapshotsResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    *,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_id: str | None = None,
    expiry: date | str | None = None,
) -> MarketDataGetSnapshotsResponse | ErrorResponse:
    """Read the latest prices.

    Reads the latest prices of instruments. Name them in exactly one way: by `instrument_ids`, or, since October 2026,
    by `underlying_instrument_id` and `expiry` together. If one instrument is not known, the whole reply is a 404.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_ids: These instruments, given by UUID or symbol, joined by commas, at most 100.
        underlying_instrument_id: The contracts on this instrument, given by its UUID or symbol, that expire on the day
            in `expiry`. Since October 2026.
        expiry: The day on which the contracts on the instrument in `underlying_instrument_id` expire. Since October
            2026.

    Returns:
        `MarketDataGetSnapshotsResponse` for 200.
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
        build_request(instrument_ids=instrument_ids, underlying_instrument_id=underlying_instrument_id, expiry=expiry),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    *,
    instrument_ids: Iterable[str] | None = None,
    underlying_instrument_id: str | None = None,
    expiry: date | str | None = None,
) -> MarketDataGetSnapshotsResponse | ErrorResponse:
    """Read the latest prices.

    Reads the latest prices of instruments. Name them in exactly one way: by `instrument_ids`, or, since October 2026,
    by `underlying_instrument_id` and `expiry` together. If one instrument is not known, the whole reply is a 404.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_ids: These instruments, given by UUID or symbol, joined by commas, at most 100.
        underlying_instrument_id: The contracts on this instrument, given by its UUID or symbol, that expire on the day
            in `expiry`. Since October 2026.
        expiry: The day on which the contracts on the instrument in `underlying_instrument_id` expire. Since October
            2026.

    Returns:
        `MarketDataGetSnapshotsResponse` for 200.
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
        build_request(instrument_ids=instrument_ids, underlying_instrument_id=underlying_instrument_id, expiry=expiry),
        parse_response,
    )
