"""Types of `get_instrument_by_id`."""

from __future__ import annotations

from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class InstrumentGetInstrumentByIDParams(TypedDict, total=False):
    """The keyword arguments of `get_instrument_by_id`."""

    include_options_expiry_dates: bool | None


class InstrumentGetInstrumentByIDResponse(CallInfo, api.InstrumentGetInstrumentByIDResponse):
    """The reply of `get_instrument_by_id`."""

    __slots__ = ("_attempts", "_reconciled")
