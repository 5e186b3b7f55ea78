# Made by codegen/twins.py from market_data_async.py: edit that file, then `make generate`.
"""`client.v1.instrument_data.market_data`: Prices of instruments."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import market_data as operations
from .._caller import raw, streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Final, Unpack

    from .._caller import Caller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import MarketDataGetSnapshotsResponse


class MarketData(Named):
    """Prices of instruments."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> MarketDataWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return MarketDataWithRawResponse(MarketData(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> MarketDataWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return MarketDataWithStreamingResponse(MarketData(self._caller.shaped("stream")))

    def get_snapshots(
        self,
        *,
        instrument_ids: Sequence[str] | None = None,
        underlying_instrument_id: str | None = None,
        expiry: date | str | None = None,
        **options: Unpack[CallOptions],
    ) -> MarketDataGetSnapshotsResponse:
        """Read the latest prices.

        Reads the latest prices of instruments. Say which in exactly one way, by `instrument_ids`, or, since October
        2026, by `underlying_instrument_id` and `expiry` together. One instrument that is not known makes a 404 of
        the whole call.

        - `instrument_ids`: these instruments, given by UUID or symbol, joined by commas, at most 100.
        - `underlying_instrument_id`: the contracts on this instrument, given by its UUID or symbol, that expire on
          the day in `expiry`. Since October 2026.
        - `expiry`: the day on which the contracts on the instrument in `underlying_instrument_id` expire. Since
          October 2026.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
            operations.GET_SNAPSHOTS,
            options,
            instrument_ids=instrument_ids,
            underlying_instrument_id=underlying_instrument_id,
            expiry=expiry,
        )


class MarketDataWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, market_data: MarketData) -> None:
        self.get_snapshots: Final = raw(market_data.get_snapshots)


class MarketDataWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, market_data: MarketData) -> None:
        self.get_snapshots: Final = streamed(market_data.get_snapshots)


resolvable(globals())
