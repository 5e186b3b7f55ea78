"""Types of `search_instruments`."""

from __future__ import annotations

from typing import Required, TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class InstrumentSearchInstrumentsParams(TypedDict, total=False):
    """The keyword arguments of `search_instruments`."""

    q: Required[str]
    asset_class: str | None
    include_inactive: bool | None
    include_ptp: bool | None
    currency: str | None
    country: str | None
    page_size: int | None
    page_token: str | None


class InstrumentSearchInstrumentsResponse(CallInfo, api.InstrumentSearchInstrumentsResponse):
    """The reply of `search_instruments`."""

    __slots__ = ("_attempts", "_reconciled")
