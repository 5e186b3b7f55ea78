# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read the service's clock.

Reads the service's time, to compare this machine's clock with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, send_request, send_request_async
from ...models.calendar_get_clock_response import CalendarGetClockResponse
from ...models.error_response import ErrorResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_clock"
METHOD: Final = "GET"
PATH: Final = "/v1/clock"
RESPONSES: Final[dict[int, type[CalendarGetClockResponse | ErrorResponse]]] = {
    200: CalendarGetClockResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request() -> Request:
    """Return the request that `sync` and `asyncio` send."""
    return Request(
        OPERATION,
        METHOD,
        PATH,
        PATH,
    )


def parse_response(status_code: int, content: bytes) -> CalendarGetClockResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
) -> CalendarGetClockResponse | ErrorResponse:
    """Read the service's clock.

    Reads the service's time, to compare this machine's clock with.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.

    Returns:
        `CalendarGetClockResponse` for 200.
        `ErrorResponse` for 400, 401, 429, 500, 503.

    Raises:
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(), parse_response)


async def asyncio(
    client: httpx.AsyncClient,
) -> CalendarGetClockResponse | ErrorResponse:
    """Read the service's clock.

    Reads the service's time, to compare this machine's clock with.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.

    Returns:
        `CalendarGetClockResponse` for 200.
        `ErrorResponse` for 400, 401, 429, 500, 503.

    Raises:
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(), parse_response)
