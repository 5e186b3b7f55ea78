# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""List option contracts.

Lists option contracts, a page at a time. Name them in exactly one way: by `root` (or `underlier`), by
`underlying_instrument_id`, or by `contract_ids`; the other parameters narrow them. While `metadata.next_page_token` is
set there is another page; pass it on as `page_token`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

from ...client import (
    Request,
    parse_reply,
    query_flag,
    query_list,
    query_pairs,
    query_text,
    scalar_text,
    send_request,
    send_request_async,
    whole_number,
)
from ...models.error_response import ErrorResponse
from ...models.instrument_get_option_contracts_response import InstrumentGetOptionContractsResponse
from ...types import Date

if TYPE_CHECKING:
    import httpx

    from ...models.contract_type import ContractType

OPERATION: Final = "get_option_contracts"
METHOD: Final = "GET"
PATH: Final = "/v1/instruments/options/contracts"
RESPONSES: Final[dict[int, type[InstrumentGetOptionContractsResponse | ErrorResponse]]] = {
    200: InstrumentGetOptionContractsResponse,
    400: ErrorResponse,
    401: ErrorResponse,
    403: ErrorResponse,
    404: ErrorResponse,
    429: ErrorResponse,
    500: ErrorResponse,
    503: ErrorResponse,
}


def build_request(
    *,
    root: str | None = None,
    underlying_instrument_id: str | None = None,
    contract_ids: Iterable[str] | None = None,
    expiry: date | str | None = None,
    contract_type: ContractType | str | None = None,
    is_settle_on_open: bool | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    underlier: str | None = None,
) -> Request:
    """Return the request that `sync` and `asyncio` send.

    Args:
        root: Only contracts with this root of the OSI symbol. The root of an index also finds its weekly series. Since
            October 2026; give `underlier` to an older service.
        underlying_instrument_id: Only contracts on this instrument, an equity or an index, given by its UUID or symbol.
        contract_ids: Only these contracts, given by UUID or OSI symbol, joined by commas, at most 100.
        expiry: Only contracts that expire on this day.
        contract_type: Only calls, or only puts.
        is_settle_on_open: Only contracts that settle on the opening price, or only those that do not.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        underlier: Only contracts on the instrument with this symbol. Called `root` since October 2026; if both are
            given, they must be equal.

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
            ("root", None if root is None else query_text("root", root)),
            (
                "underlying_instrument_id",
                None
                if underlying_instrument_id is None
                else query_text("underlying_instrument_id", underlying_instrument_id),
            ),
            (
                "contract_ids",
                None if contract_ids is None else ",".join(query_list("contract_ids", contract_ids, query_text)),
            ),
            ("expiry", None if expiry is None else query_text("expiry", scalar_text("expiry", Date(), expiry))),
            ("contract_type", None if contract_type is None else query_text("contract_type", contract_type)),
            (
                "is_settle_on_open",
                None if is_settle_on_open is None else query_flag("is_settle_on_open", is_settle_on_open),
            ),
            ("page_size", None if page_size is None else whole_number("page_size", page_size, minimum=1, maximum=1000)),
            ("page_token", None if page_token is None else query_text("page_token", page_token)),
            ("underlier", None if underlier is None else query_text("underlier", underlier)),
        ),
    )


def parse_response(status_code: int, content: bytes) -> InstrumentGetOptionContractsResponse | ErrorResponse:
    """Return the model of a reply.

    Raises:
        UnexpectedStatus: The spec does not list this status for the operation.
        UnreadableBody: The body is not a JSON object.
    """
    return parse_reply(status_code, content, RESPONSES)


def sync(
    client: httpx.Client,
    *,
    root: str | None = None,
    underlying_instrument_id: str | None = None,
    contract_ids: Iterable[str] | None = None,
    expiry: date | str | None = None,
    contract_type: ContractType | str | None = None,
    is_settle_on_open: bool | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    underlier: str | None = None,
) -> InstrumentGetOptionContractsResponse | ErrorResponse:
    """List option contracts.

    Lists option contracts, a page at a time. Name them in exactly one way: by `root` (or `underlier`), by
    `underlying_instrument_id`, or by `contract_ids`; the other parameters narrow them. While `metadata.next_page_token`
    is set there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        root: Only contracts with this root of the OSI symbol. The root of an index also finds its weekly series. Since
            October 2026; give `underlier` to an older service.
        underlying_instrument_id: Only contracts on this instrument, an equity or an index, given by its UUID or symbol.
        contract_ids: Only these contracts, given by UUID or OSI symbol, joined by commas, at most 100.
        expiry: Only contracts that expire on this day.
        contract_type: Only calls, or only puts.
        is_settle_on_open: Only contracts that settle on the opening price, or only those that do not.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        underlier: Only contracts on the instrument with this symbol. Called `root` since October 2026; if both are
            given, they must be equal.

    Returns:
        `InstrumentGetOptionContractsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return send_request(
        client,
        build_request(
            root=root,
            underlying_instrument_id=underlying_instrument_id,
            contract_ids=contract_ids,
            expiry=expiry,
            contract_type=contract_type,
            is_settle_on_open=is_settle_on_open,
            page_size=page_size,
            page_token=page_token,
            underlier=underlier,
        ),
        parse_response,
    )


async def asyncio(
    client: httpx.AsyncClient,
    *,
    root: str | None = None,
    underlying_instrument_id: str | None = None,
    contract_ids: Iterable[str] | None = None,
    expiry: date | str | None = None,
    contract_type: ContractType | str | None = None,
    is_settle_on_open: bool | None = None,
    page_size: int | None = None,
    page_token: str | None = None,
    underlier: str | None = None,
) -> InstrumentGetOptionContractsResponse | ErrorResponse:
    """List option contracts.

    Lists option contracts, a page at a time. Name them in exactly one way: by `root` (or `underlier`), by
    `underlying_instrument_id`, or by `contract_ids`; the other parameters narrow them. While `metadata.next_page_token`
    is set there is another page; pass it on as `page_token`.

    Args:
        client: The httpx client that sends it. It has the base URL and the credentials.
        root: Only contracts with this root of the OSI symbol. The root of an index also finds its weekly series. Since
            October 2026; give `underlier` to an older service.
        underlying_instrument_id: Only contracts on this instrument, an equity or an index, given by its UUID or symbol.
        contract_ids: Only these contracts, given by UUID or OSI symbol, joined by commas, at most 100.
        expiry: Only contracts that expire on this day.
        contract_type: Only calls, or only puts.
        is_settle_on_open: Only contracts that settle on the opening price, or only those that do not.
        page_size: The largest number of items on a page. Ignored if `page_token` is given.
        page_token: The page to read, as named by an earlier reply. The first page if it is absent.
        underlier: Only contracts on the instrument with this symbol. Called `root` since October 2026; if both are
            given, they must be equal.

    Returns:
        `InstrumentGetOptionContractsResponse` for 200.
        `ErrorResponse` for 400, 401, 403, 404, 429, 500, 503.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An argument cannot be sent.
        UnexpectedStatus: The spec does not list the reply's status for this operation.
        UnreadableBody: The body is not a JSON object.
        httpx.HTTPError: No reply came, or only part of one.
    """
    return await send_request_async(
        client,
        build_request(
            root=root,
            underlying_instrument_id=underlying_instrument_id,
            contract_ids=contract_ids,
            expiry=expiry,
            contract_type=contract_type,
            is_settle_on_open=is_settle_on_open,
            page_size=page_size,
            page_token=page_token,
            underlier=underlier,
        ),
        parse_response,
    )
