# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read one instrument.

Reads an instrument by its UUID, ticker or OSI symbol. The terms of an option are in its contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, path_segment, query_flag, query_pairs, send_request, send_request_async
from ...models.error_response import ErrorResponse
from ...models.instrument_get_instrument_by_id_response import InstrumentGetInstrumentByIDResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_instrument_by_id"
METHOD: Final = "GET"
PATH: Final = "/v1/instruments/{instrument_id}"
RESPONSES: Final[dict[int, type[InstrumentGetInstrumentByIDResponse | ErrorResponse]]] = {
    200: InstrumentGetInstrumentByIDResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(instrument_id: str, *, include_options_expiry_dates: bool | None = None) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        instrument_id: The instrument: its UUID, a ticker, or an option's OSI symbol.
        include_options_expiry_dates: Whether to list the days on which options on the instrument expire. They are left
            out if it is absent.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/instruments/{path_segment('instrument_id', instrument_id, ('options', 'search'))}",
        query=query_pairs(
            (
                "include_options_expiry_dates",
                None
                if include_options_expiry_dates is None
                else query_flag("include_options_expiry_dates", include_options_expiry_dates),
            ),
        ),
    )


def parse_response(status_code: int, content: bytes) -> InstrumentGetInstrumentByIDResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, instrument_id: str, *, include_options_expiry_dates: bool | None = None
) -> InstrumentGetInstrumentByIDResponse | ErrorResponse:
    """Read one instrument.

    Reads an instrument by its UUID, ticker or OSI symbol. The terms of an option are in its contract.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_id: The instrument: its UUID, a ticker, or an option's OSI symbol.
        include_options_expiry_dates: Whether to list the days on which options on the instrument expire. They are left
            out if it is absent.

    Returns:
        `InstrumentGetInstrumentByIDResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client, build_request(instrument_id, include_options_expiry_dates=include_options_expiry_dates), parse_response
    )


async def asyncio(
    client: httpx.AsyncClient, instrument_id: str, *, include_options_expiry_dates: bool | None = None
) -> InstrumentGetInstrumentByIDResponse | ErrorResponse:
    """Read one instrument.

    Reads an instrument by its UUID, ticker or OSI symbol. The terms of an option are in its contract.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instrument_id: The instrument: its UUID, a ticker, or an option's OSI symbol.
        include_options_expiry_dates: Whether to list the days on which options on the instrument expire. They are left
            out if it is absent.

    Returns:
        `InstrumentGetInstrumentByIDResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client, build_request(instrument_id, include_options_expiry_dates=include_options_expiry_dates), parse_response
    )
