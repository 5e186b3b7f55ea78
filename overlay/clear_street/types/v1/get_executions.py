"""Types of `get_executions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class OrderGetExecutionsParams(TypedDict, total=False):
    """The keyword arguments of `get_executions`."""

    order_ids: Sequence[str] | None
    instrument_ids: Sequence[str] | None
    underlying_instrument_ids: Sequence[str] | None
    from_: datetime | str | None
    to: datetime | str | None
    page_size: int | None
    page_token: str | None


class OrderGetExecutionsResponse(CallInfo, api.OrderGetExecutionsResponse):
    """The reply of `get_executions`."""

    __slots__ = ("_attempts", "_reconciled")
