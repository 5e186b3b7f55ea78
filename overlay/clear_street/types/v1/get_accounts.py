"""Types of `get_accounts`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class AccountGetAccountsParams(TypedDict, total=False):
    """The keyword arguments of `get_accounts`."""

    account_id: str | None
    account_name: str | None
    page_size: int | None
    page_token: str | None


class AccountGetAccountsResponse(CallInfo, api.AccountGetAccountsResponse):
    """The reply of `get_accounts`."""

    __slots__ = ("_attempts", "_reconciled")
