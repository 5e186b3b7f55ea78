"""The operations of the tag Accounts."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.api import accounts as calls

    from ...types import v1 as types
else:
    calls = Later("clear_street_api.api.accounts")
    types = Later("clear_street.types.v1")

GET_ACCOUNTS = Operation(
    "get_accounts",
    "GET",
    "/v1/accounts",
    Resend.READ,
    lambda: calls.get_accounts.build_request,
    lambda: types.AccountGetAccountsResponse,
)
GET_ACCOUNT_BY_ID = Operation(
    "get_account_by_id",
    "GET",
    "/v1/accounts/{account_id}",
    Resend.READ,
    lambda: calls.get_account_by_id.build_request,
    lambda: types.AccountGetAccountByIDResponse,
)
GET_ACCOUNT_BALANCES = Operation(
    "get_account_balances",
    "GET",
    "/v1/accounts/{account_id}/balances",
    Resend.READ,
    lambda: calls.get_account_balances.build_request,
    lambda: types.AccountGetAccountBalancesResponse,
)
