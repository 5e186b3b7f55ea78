# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Submit position instructions.

Submits a batch of instructions. Each row is accepted or rejected on its own: all accepted is a 200, some a 207, none an
error status whose `data` usually still has every row. `EXERCISE` is allowed on any business day for a long option
position, `DO_NOT_EXERCISE` and `CONTRARY_EXERCISE` only on the contract's expiry date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ...client import Request, json_body, parse_reply, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.position_instruction_request import PositionInstructionRequest
from ...models.position_submit_position_instructions_error_response import (
    PositionSubmitPositionInstructionsErrorResponse,
)
from ...models.position_submit_position_instructions_response import PositionSubmitPositionInstructionsResponse
from ...types import Array, Object

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "submit_position_instructions"
METHOD: Final = "POST"
PATH: Final = "/v1/accounts/{account_id}/positions/instructions"
BODY: Final = Array(Object("PositionInstructionRequest", lambda: PositionInstructionRequest))
RESPONSES: Final[
    dict[
        int,
        type[
            PositionSubmitPositionInstructionsResponse | PositionSubmitPositionInstructionsErrorResponse | ErrorResponse
        ],
    ]
] = {
    200: PositionSubmitPositionInstructionsResponse,
    207: PositionSubmitPositionInstructionsResponse,
    400: PositionSubmitPositionInstructionsErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: PositionSubmitPositionInstructionsErrorResponse,
    409: PositionSubmitPositionInstructionsErrorResponse,
    429: ErrorResponse,
    500: PositionSubmitPositionInstructionsErrorResponse,
    503: PositionSubmitPositionInstructionsErrorResponse,
}


def build_request(
    account_id: int, *, instructions: Iterable[PositionInstructionRequest | Mapping[str, Any]]
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        instructions: The instructions, at least one.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions/instructions",
        json=json_body("instructions", BODY, instructions, at_least=1),
    )


def parse_response(
    status_code: int, content: bytes
) -> PositionSubmitPositionInstructionsResponse | PositionSubmitPositionInstructionsErrorResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, account_id: int, *, instructions: Iterable[PositionInstructionRequest | Mapping[str, Any]]
) -> PositionSubmitPositionInstructionsResponse | PositionSubmitPositionInstructionsErrorResponse | ErrorResponse:
    """Submit position instructions.

    Submits a batch of instructions. Each row is accepted or rejected on its own: all accepted is a 200, some a 207,
    none an error status whose `data` usually still has every row. `EXERCISE` is allowed on any business day for a long
    option position, `DO_NOT_EXERCISE` and `CONTRARY_EXERCISE` only on the contract's expiry date.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instructions: The instructions, at least one.

    Returns:
        `PositionSubmitPositionInstructionsResponse` for 200, 207.
        `PositionSubmitPositionInstructionsErrorResponse` for 400, 404, 409, 500, 503.
        `ErrorResponse` for 401, 403, 429.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(account_id, instructions=instructions), parse_response)


async def asyncio(
    client: httpx.AsyncClient,
    account_id: int,
    *,
    instructions: Iterable[PositionInstructionRequest | Mapping[str, Any]],
) -> PositionSubmitPositionInstructionsResponse | PositionSubmitPositionInstructionsErrorResponse | ErrorResponse:
    """Submit position instructions.

    Submits a batch of instructions. Each row is accepted or rejected on its own: all accepted is a 200, some a 207,
    none an error status whose `data` usually still has every row. `EXERCISE` is allowed on any business day for a long
    option position, `DO_NOT_EXERCISE` and `CONTRARY_EXERCISE` only on the contract's expiry date.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        instructions: The instructions, at least one.

    Returns:
        `PositionSubmitPositionInstructionsResponse` for 200, 207.
        `PositionSubmitPositionInstructionsErrorResponse` for 400, 404, 409, 500, 503.
        `ErrorResponse` for 401, 403, 429.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(account_id, instructions=instructions), parse_response)
