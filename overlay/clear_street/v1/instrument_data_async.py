"""`client.v1.instrument_data`: Data about instruments other than their terms."""

from __future__ import annotations

from .._annotations import resolvable
from . import Namespaces

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from .market_data_async import AsyncMarketData


class AsyncInstrumentData(Namespaces):
    """Data about instruments other than their terms."""

    __slots__ = ()

    @property
    def market_data(self) -> AsyncMarketData:
        """Prices of instruments."""
        made: AsyncMarketData | None = self._made.get("market_data")
        if made is None:
            from .market_data_async import AsyncMarketData

            made = self._keep("market_data", AsyncMarketData)
        return made


resolvable(globals())
