# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Search instruments.

Finds instruments, ordered by how well they match, a page at a time. The first row is a guess. While
`metadata.next_page_token` is set there is another page; pass it on as `page_token`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import (
    Request,
    parse_reply,
    query_flag,
    query_pairs,
    query_text,
    send_request,
    send_request_async,
    whole_number,
)
from ...models.error_response import ErrorResponse
from ...models.instrument_search_instruments_response import InstrumentSearchInstrumentsResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "search_instruments"
METHOD: Final = "GET"
PATH: Final = "/v1/instruments/search"
RESPONSES: Final[dict[int, type[InstrumentSearchInstrumentsResponse | ErrorResponse]]] = {
    200: InstrumentSearchInstrumentsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    *,
    q: str,
    asset_class: str | None = None,
    include_inactive: bool | None = None,
    include_ptp: bool | None = None,
    currency: str | None = None,
    country: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        q: What to look for: a ticker, CUSIP, ISIN, OSI root, or a part of a company's name; for options an OSI symbol
            or its beginning, or words such as root, month, strike and side.
        asset_class: Only these classes of assets, joined by commas: `EQUITY`, `OPTION`, `WARRANT`, `BOND`, `FX`,
            `OTHER`. `EQUITY` if it is absent.
        include_inactive: Whether to include instruments that are no longer traded.
        include_ptp: Whether to include publicly traded partnerships.
        currency: Only instruments in this currency (ISO 4217).
        country: Only instruments that were issued in this country.
        page_size: The largest number of instruments on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

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
            ("q", query_text("q", q)),
            ("asset_class", None if asset_class is None else query_text("asset_class", asset_class)),
            (
                "include_inactive",
                None if include_inactive is None else query_flag("include_inactive", include_inactive),
            ),
            ("include_ptp", None if include_ptp is None else query_flag("include_ptp", include_ptp)),
            ("currency", None if currency is None else query_text("currency", currency)),
            ("country", None if country is None else query_text("country", country)),
            ("page_size", None if page_size is None else whole_number("page_size", page_size, minimum=1, maximum=100)),
            ("page_token", None if page_token is None else query_text("page_token", page_token)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> InstrumentSearchInstrumentsResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    *,
    q: str,
    asset_class: str | None = None,
    include_inactive: bool | None = None,
    include_ptp: bool | None = None,
    currency: str | None = None,
    country: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> InstrumentSearchInstrumentsResponse | ErrorResponse:
    """Search instruments.

    Finds instruments, ordered by how well they match, a page at a time. The first row is a guess. While
    `metadata.next_page_token` is set there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        q: What to look for: a ticker, CUSIP, ISIN, OSI root, or a part of a company's name; for options an OSI symbol
            or its beginning, or words such as root, month, strike and side.
        asset_class: Only these classes of assets, joined by commas: `EQUITY`, `OPTION`, `WARRANT`, `BOND`, `FX`,
            `OTHER`. `EQUITY` if it is absent.
        include_inactive: Whether to include instruments that are no longer traded.
        include_ptp: Whether to include publicly traded partnerships.
        currency: Only instruments in this currency (ISO 4217).
        country: Only instruments that were issued in this country.
        page_size: The largest number of instruments on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `InstrumentSearchInstrumentsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 429, 500, 503.

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
            q=q,
            asset_class=asset_class,
            include_inactive=include_inactive,
            include_ptp=include_ptp,
            currency=currency,
            country=country,
            page_size=page_size,
            page_token=page_token,
        ),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    *,
    q: str,
    asset_class: str | None = None,
    include_inactive: bool | None = None,
    include_ptp: bool | None = None,
    currency: str | None = None,
    country: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> InstrumentSearchInstrumentsResponse | ErrorResponse:
    """Search instruments.

    Finds instruments, ordered by how well they match, a page at a time. The first row is a guess. While
    `metadata.next_page_token` is set there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        q: What to look for: a ticker, CUSIP, ISIN, OSI root, or a part of a company's name; for options an OSI symbol
            or its beginning, or words such as root, month, strike and side.
        asset_class: Only these classes of assets, joined by commas: `EQUITY`, `OPTION`, `WARRANT`, `BOND`, `FX`,
            `OTHER`. `EQUITY` if it is absent.
        include_inactive: Whether to include instruments that are no longer traded.
        include_ptp: Whether to include publicly traded partnerships.
        currency: Only instruments in this currency (ISO 4217).
        country: Only instruments that were issued in this country.
        page_size: The largest number of instruments on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `InstrumentSearchInstrumentsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 429, 500, 503.

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
            q=q,
            asset_class=asset_class,
            include_inactive=include_inactive,
            include_ptp=include_ptp,
            currency=currency,
            country=country,
            page_size=page_size,
            page_token=page_token,
        ),
        parse_response,
    )
