# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List position instructions.

Lists the instructions of an account, all in one reply. There is no GET for a single instruction: read the list and pick
by `id`. Rows rejected on submit are not stored and never appear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, query_pairs, query_text, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.position_get_position_instructions_response import PositionGetPositionInstructionsResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_position_instructions"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts/{account_id}/positions/instructions"
RESPONSES: Final[dict[int, type[PositionGetPositionInstructionsResponse | ErrorResponse]]] = {
    200: PositionGetPositionInstructionsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    422: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    account_id: int, *, instrument_id: str | None = None, underlying_instrument_id: str | None = None
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        instrument_id: Only the instructions on this instrument, given by its UUID or symbol. All if it is absent.
        underlying_instrument_id: Only the instructions on contracts that are written on this instrument, given by its
            UUID or symbol. All if it is absent. Since September 2026; an older service ignores it.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions/instructions",
        query=query_pairs(
            ("instrument_id", None if instrument_id is None else query_text("instrument_id", instrument_id)),
            (
                "underlying_instrument_id",
                None
                if underlying_instrument_id is None
                else query_text("underlying_instrument_id", underlying_instrument_id),
            ),
        ),
    )


def parse_response(status_code: int, content: bytes) -> PositionGetPositionInstructionsResponse | ErrorResponse:
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
    instrument_id: str | None = None,
    underlying_instrument_id: str | None = None,
) -> PositionGetPositionInstructionsResponse | ErrorResponse:
    """List position instructions.

    Lists the instructions of an account, all in one reply. There is no GET for a single instruction: read the list and
    pick by `id`. Rows rejected on submit are not stored and never appear.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instrument_id: Only the instructions on this instrument, given by its UUID or symbol. All if it is absent.
        underlying_instrument_id: Only the instructions on contracts that are written on this instrument, given by its
            UUID or symbol. All if it is absent. Since September 2026; an older service ignores it.

    Returns:
        `PositionGetPositionInstructionsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client,
        build_request(account_id, instrument_id=instrument_id, underlying_instrument_id=underlying_instrument_id),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    account_id: int,
    *,
    instrument_id: str | None = None,
    underlying_instrument_id: str | None = None,
) -> PositionGetPositionInstructionsResponse | ErrorResponse:
    """List position instructions.

    Lists the instructions of an account, all in one reply. There is no GET for a single instruction: read the list and
    pick by `id`. Rows rejected on submit are not stored and never appear.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instrument_id: Only the instructions on this instrument, given by its UUID or symbol. All if it is absent.
        underlying_instrument_id: Only the instructions on contracts that are written on this instrument, given by its
            UUID or symbol. All if it is absent. Since September 2026; an older service ignores it.

    Returns:
        `PositionGetPositionInstructionsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 422, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client,
        build_request(account_id, instrument_id=instrument_id, underlying_instrument_id=underlying_instrument_id),
        parse_response,
    )
