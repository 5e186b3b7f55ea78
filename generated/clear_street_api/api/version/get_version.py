# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Get the version of the service.

Tells which release of the service answers. Needs no API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, asend, parse, send
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
    """The request of the operation.

    Raises TypeError or ValueError, naming the argument, for a value that cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        PATH,
    )


def parse_response(status_code: int, content: bytes) -> VersionGetVersionResponse | ErrorResponse:
    """The model of a reply.

    Raises `UnexpectedStatus` where the spec has none for the status, `UnreadableBody` where the body is no JSON object.
    """
    return parse(status_code, content, RESPONSES)


def sync(client: httpx.Client) -> VersionGetVersionResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return send(client, build_request(), parse_response)


async def asyncio(client: httpx.AsyncClient) -> VersionGetVersionResponse | ErrorResponse:
    """Send the request of `build_request` once and give `parse_response` of its reply; raises what they and httpx raise."""
    return await asend(client, build_request(), parse_response)
