# Made by codegen/twins.py from instrument_data_async.py: edit that file, then `make generate`.
"""`client.v1.instrument_data`: Data about instruments other than their terms."""

from __future__ import annotations

from .._annotations import resolvable
from . import Namespaces

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from .market_data import MarketData


class InstrumentData(Namespaces):
    """Data about instruments other than their terms."""

    __slots__ = ()

    @property
    def market_data(self) -> MarketData:
        """Prices of instruments."""
        made: MarketData | None = self._made.get("market_data")
        if made is None:
            from .market_data import MarketData

            made = self._keep("market_data", MarketData)
        return made


resolvable(globals())
