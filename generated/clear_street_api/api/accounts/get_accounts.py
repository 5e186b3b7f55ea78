# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List accounts.

Lists the accounts that the key may see, a page at a time. While `metadata.next_page_token` is set there is another
page; pass it on as `page_token`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...client import Request, parse_reply, query_pairs, query_text, send_request, send_request_async, whole_number
from ...models.account_get_accounts_response import AccountGetAccountsResponse
from ...models.error_response import ErrorResponse

if TYPE_CHECKING:
    import httpx

OPERATION: Final = "get_accounts"
METHOD: Final = "GET"
PATH: Final = "/v1/accounts"
RESPONSES: Final[dict[int, type[AccountGetAccountsResponse | ErrorResponse]]] = {
    200: AccountGetAccountsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    *,
    account_id: str | None = None,
    account_name: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        account_id: Only accounts whose number begins with these digits. This finds several accounts, so compare `id` to
            find one.
        account_name: Only accounts whose full name has this text in it, in upper or lower case.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
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
            ("account_id", None if account_id is None else query_text("account_id", account_id)),
            ("account_name", None if account_name is None else query_text("account_name", account_name)),
            ("page_size", None if page_size is None else whole_number("page_size", page_size, minimum=1, maximum=1000)),
            ("page_token", None if page_token is None else query_text("page_token", page_token)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> AccountGetAccountsResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    *,
    account_id: str | None = None,
    account_name: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> AccountGetAccountsResponse | ErrorResponse:
    """List accounts.

    Lists the accounts that the key may see, a page at a time. While `metadata.next_page_token` is set there is another
    page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: Only accounts whose number begins with these digits. This finds several accounts, so compare `id` to
            find one.
        account_name: Only accounts whose full name has this text in it, in upper or lower case.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `AccountGetAccountsResponse` for 200.
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
        build_request(account_id=account_id, account_name=account_name, page_size=page_size, page_token=page_token),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    *,
    account_id: str | None = None,
    account_name: str | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
) -> AccountGetAccountsResponse | ErrorResponse:
    """List accounts.

    Lists the accounts that the key may see, a page at a time. While `metadata.next_page_token` is set there is another
    page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        account_id: Only accounts whose number begins with these digits. This finds several accounts, so compare `id` to
            find one.
        account_name: Only accounts whose full name has this text in it, in upper or lower case.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.

    Returns:
        `AccountGetAccountsResponse` for 200.
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
        build_request(account_id=account_id, account_name=account_name, page_size=page_size, page_token=page_token),
        parse_response,
    )
