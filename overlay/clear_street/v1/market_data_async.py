"""`client.v1.instrument_data.market_data`: Prices of instruments."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import market_data as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Final, Unpack

    from .._caller_async import AsyncCaller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import MarketDataGetSnapshotsResponse


class AsyncMarketData(Named):
    """Prices of instruments."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncMarketDataWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return AsyncMarketDataWithRawResponse(AsyncMarketData(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncMarketDataWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return AsyncMarketDataWithStreamingResponse(AsyncMarketData(self._caller.shaped("stream")))

    async def get_snapshots(
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
        return await self._caller.call(
            operations.GET_SNAPSHOTS,
            options,
            instrument_ids=instrument_ids,
            underlying_instrument_id=underlying_instrument_id,
            expiry=expiry,
        )


class AsyncMarketDataWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, market_data: AsyncMarketData) -> None:
        self.get_snapshots: Final = async_raw(market_data.get_snapshots)


class AsyncMarketDataWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, market_data: AsyncMarketData) -> None:
        self.get_snapshots: Final = async_streamed(market_data.get_snapshots)


resolvable(globals())
