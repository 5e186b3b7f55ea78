"""Types of `get_option_contracts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class InstrumentGetOptionContractsParams(TypedDict, total=False):
    """The keyword arguments of `get_option_contracts`."""

    root: str | None
    underlying_instrument_id: str | None
    contract_ids: Sequence[str] | None
    expiry: date | str | None
    contract_type: api.ContractType | api.ContractTypeName | None
    is_settle_on_open: bool | None
    page_size: int | None
    page_token: str | None
    underlier: str | None


class InstrumentGetOptionContractsResponse(CallInfo, api.InstrumentGetOptionContractsResponse):
    """The reply of `get_option_contracts`."""

    __slots__ = ("_attempts", "_reconciled")
