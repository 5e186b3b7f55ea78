"""The operations of the tag Market Data."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.api import market_data as calls

    from ...types import v1 as types
    from .. import checks
else:
    calls = Later("clear_street_api.api.market_data")
    checks = Later("clear_street._api.checks")
    types = Later("clear_street.types.v1")

GET_SNAPSHOTS = Operation(
    "get_snapshots",
    "GET",
    "/v1/market-data/snapshot",
    Resend.READ,
    lambda: calls.get_snapshots.build_request,
    lambda: types.MarketDataGetSnapshotsResponse,
    check=lambda: checks.snapshots,
)
