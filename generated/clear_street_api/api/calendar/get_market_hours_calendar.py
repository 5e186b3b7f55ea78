# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read market hours.

Reads when markets are open on a day and on the next trading day. This says nothing about the cut-off for instructions,
which is earlier or later than the close.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, query_pairs, query_text, scalar_text, send_request, send_request_async
from ...models.calendar_get_market_hours_calendar_response import CalendarGetMarketHoursCalendarResponse
from ...models.error_response import ErrorResponse
from ...types import Date

if TYPE_CHECKING:
    import httpx

    from ...models.market_type import MarketType

OPERATION: Final = "get_market_hours_calendar"
METHOD: Final = "GET"
PATH: Final = "/v1/calendars/market-hours"
RESPONSES: Final[dict[int, type[CalendarGetMarketHoursCalendarResponse | ErrorResponse]]] = {
    200: CalendarGetMarketHoursCalendarResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(*, date: date | str | None = None, market: MarketType | str | None = None) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        date: The day whose hours to read. If it is absent, today in the market's time zone.
        market: Only this market. Shares and options if it is absent.

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
            ("date", None if date is None else query_text("date", scalar_text("date", Date(), date))),
            ("market", None if market is None else query_text("market", market)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> CalendarGetMarketHoursCalendarResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, *, date: date | str | None = None, market: MarketType | str | None = None
) -> CalendarGetMarketHoursCalendarResponse | ErrorResponse:
    """Read market hours.

    Reads when markets are open on a day and on the next trading day. This says nothing about the cut-off for
    instructions, which is earlier or later than the close.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        date: The day whose hours to read. If it is absent, today in the market's time zone.
        market: Only this market. Shares and options if it is absent.

    Returns:
        `CalendarGetMarketHoursCalendarResponse` for 200.
        `ErrorResponse` for 400, 401, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(date=date, market=market), parse_response)


async def asyncio(
    client: httpx.AsyncClient, *, date: date | str | None = None, market: MarketType | str | None = None
) -> CalendarGetMarketHoursCalendarResponse | ErrorResponse:
    """Read market hours.

    Reads when markets are open on a day and on the next trading day. This says nothing about the cut-off for
    instructions, which is earlier or later than the close.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        date: The day whose hours to read. If it is absent, today in the market's time zone.
        market: Only this market. Shares and options if it is absent.

    Returns:
        `CalendarGetMarketHoursCalendarResponse` for 200.
        `ErrorResponse` for 400, 401, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(date=date, market=market), parse_response)
