# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read an account's balances.

Reads what an account holds in cash and margin, and what it can buy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, query_pairs, send_request, send_request_async, whole_number
from ...models.account_get_account_balances_response import AccountGetAccountBalancesResponse
from ...models.error_response import ErrorResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_account_balances"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts/{account_id}/balances"
RESPONSES: Final[dict[int, type[AccountGetAccountBalancesResponse | ErrorResponse]]] = {
    200: AccountGetAccountBalancesResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(account_id: int, *, top_margin_contributors_limit: int | None = None) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: The account to act on.
        top_margin_contributors_limit: How many of the instruments that need the most margin to list. None if it is
            absent.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
    """
    return Request(
        OPERATION,
        METHOD,
        PATH,
        f"/v1/accounts/{whole_number('account_id', account_id, minimum=0)}/balances",
        query=query_pairs(
            (
                "top_margin_contributors_limit",
                None
                if top_margin_contributors_limit is None
                else whole_number("top_margin_contributors_limit", top_margin_contributors_limit, minimum=1),
            ),
        ),
    )


def parse_response(status_code: int, content: bytes) -> AccountGetAccountBalancesResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client, account_id: int, *, top_margin_contributors_limit: int | None = None
) -> AccountGetAccountBalancesResponse | ErrorResponse:
    """Read an account's balances.

    Reads what an account holds in cash and margin, and what it can buy.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        top_margin_contributors_limit: How many of the instruments that need the most margin to list. None if it is
            absent.

    Returns:
        `AccountGetAccountBalancesResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client, build_request(account_id, top_margin_contributors_limit=top_margin_contributors_limit), parse_response
    )


async def asyncio(
    client: httpx.AsyncClient, account_id: int, *, top_margin_contributors_limit: int | None = None
) -> AccountGetAccountBalancesResponse | ErrorResponse:
    """Read an account's balances.

    Reads what an account holds in cash and margin, and what it can buy.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: The account to act on.
        top_margin_contributors_limit: How many of the instruments that need the most margin to list. None if it is
            absent.

    Returns:
        `AccountGetAccountBalancesResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client, build_request(account_id, top_margin_contributors_limit=top_margin_contributors_limit), parse_response
    )
