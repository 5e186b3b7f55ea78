# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Cancel a position instruction.

Requests the cancellation of an outstanding instruction and returns the instruction, now `CANCEL_REQUESTED`. Whether it
ends `CANCELLED` or `CANCEL_FAILED` is decided later and shows up in `get_position_instructions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, path_segment, send_request, send_request_async, whole_number
from ...models.error_response import ErrorResponse
from ...models.position_cancel_position_instruction_response import PositionCancelPositionInstructionResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "cancel_position_instruction"
METHOD: Final = "DELETE"
PATH: Final = "/v1/accounts/{account_id}/positions/instructions/{instruction_id}"
RESPONSES: Final[dict[int, type[PositionCancelPositionInstructionResponse | ErrorResponse]]] = {
    200: PositionCancelPositionInstructionResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    409: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(instruction_id: str, *, account_id: int) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        instruction_id: The instruction to cancel, by its server-assigned `id`. Beware of the name: this is **not** the
            caller's idempotency key, which an instruction carries as `instruction_id`.
        account_id: The account to act on.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/positions/instructions/{path_segment('instruction_id', instruction_id)}",
    )


def parse_response(status_code: int, content: bytes) -> PositionCancelPositionInstructionResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, instruction_id: str, *, account_id: int
) -> PositionCancelPositionInstructionResponse | ErrorResponse:
    """Cancel a position instruction.

    Requests the cancellation of an outstanding instruction and returns the instruction, now `CANCEL_REQUESTED`. Whether
    it ends `CANCELLED` or `CANCEL_FAILED` is decided later and shows up in `get_position_instructions`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instruction_id: The instruction to cancel, by its server-assigned `id`. Beware of the name: this is **not** the
            caller's idempotency key, which an instruction carries as `instruction_id`.
        account_id: The account to act on.

    Returns:
        `PositionCancelPositionInstructionResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 409, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(client, build_request(instruction_id, account_id=account_id), parse_response)


async def asyncio(
    client: httpx.AsyncClient, instruction_id: str, *, account_id: int
) -> PositionCancelPositionInstructionResponse | ErrorResponse:
    """Cancel a position instruction.

    Requests the cancellation of an outstanding instruction and returns the instruction, now `CANCEL_REQUESTED`. Whether
    it ends `CANCELLED` or `CANCEL_FAILED` is decided later and shows up in `get_position_instructions`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        instruction_id: The instruction to cancel, by its server-assigned `id`. Beware of the name: this is **not** the
            caller's idempotency key, which an instruction carries as `instruction_id`.
        account_id: The account to act on.

    Returns:
        `PositionCancelPositionInstructionResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 409, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(client, build_request(instruction_id, account_id=account_id), parse_response)
