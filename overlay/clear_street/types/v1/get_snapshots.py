"""Types of `get_snapshots`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

import clear_street_api.models as api

from ._call_info import CallInfo


class MarketDataGetSnapshotsParams(TypedDict, total=False):
    """The keyword arguments of `get_snapshots`."""

    instrument_ids: Sequence[str] | None
    underlying_instrument_id: str | None
    expiry: date | str | None


class MarketDataGetSnapshotsResponse(CallInfo, api.MarketDataGetSnapshotsResponse):
    """The reply of `get_snapshots`."""

    __slots__ = ("_attempts", "_reconciled")
