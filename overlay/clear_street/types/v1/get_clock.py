"""Types of `get_clock`."""

from __future__ import annotations

import clear_street_api.models as api

from ._call_info import CallInfo


class CalendarGetClockResponse(CallInfo, api.CalendarGetClockResponse):
    """The reply of `get_clock`."""

    __slots__ = ("_attempts", "_reconciled")
