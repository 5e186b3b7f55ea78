# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Get the version of the service.

Returns the release of the service. Needs no API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, send_request, send_request_async
from ...models.error_response import ErrorResponse
from ...models.version_get_version_response import VersionGetVersionResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_version"
METHOD: Final = "GET"
PATH: Final = "/v1/version"
RESPONSES: Final[dict[int, type[VersionGetVersionResponse | ErrorResponse]]] = {
    200: VersionGetVersionResponse,
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


def parse_response(status_code: int, content: bytes) -> VersionGetVersionResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
) -> VersionGetVersionResponse | ErrorResponse:
    """Get the version of the service.

    Returns the release of the service. Needs no API key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.

    Returns:
        `VersionGetVersionResponse` for 200.
        `ErrorResponse` for 429, 500, 503.

    Raises:
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(), parse_response)


async def asyncio(
    client: httpx.AsyncClient,
) -> VersionGetVersionResponse | ErrorResponse:
    """Get the version of the service.

    Returns the release of the service. Needs no API key.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.

    Returns:
        `VersionGetVersionResponse` for 200.
        `ErrorResponse` for 429, 500, 503.

    Raises:
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(), parse_response)
