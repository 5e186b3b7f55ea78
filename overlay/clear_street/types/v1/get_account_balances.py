"""Types of `get_account_balances`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class AccountGetAccountBalancesParams(TypedDict, total=False):
    """The keyword arguments of `get_account_balances`."""

    top_margin_contributors_limit: int | None


class AccountGetAccountBalancesResponse(CallInfo, api.AccountGetAccountBalancesResponse):
    """The reply of `get_account_balances`."""

    __slots__ = ("_attempts", "_reconciled")
