"""Types of `get_account_by_id`."""

from __future__ import annotations

import clear_street_api.models as api

from ._call_info import CallInfo


class AccountGetAccountByIDResponse(CallInfo, api.AccountGetAccountByIDResponse):
    """The reply of `get_account_by_id`."""

    __slots__ = ("_attempts", "_reconciled")
