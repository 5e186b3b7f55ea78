"""Version 1 of the API, as namespaces."""

from __future__ import annotations

import sys

from .._annotations import resolvable
from .._config.arguments import Named, no_name

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .._caller import Caller
    from .._caller_async import AsyncCaller
    from .accounts import Accounts
    from .accounts_async import AsyncAccounts
    from .calendar import Calendar
    from .calendar_async import AsyncCalendar
    from .instrument_data import InstrumentData
    from .instrument_data_async import AsyncInstrumentData
    from .instruments import Instruments
    from .instruments_async import AsyncInstruments
    from .market_data import MarketData
    from .market_data_async import AsyncMarketData
    from .orders import Orders
    from .orders_async import AsyncOrders
    from .positions import Positions
    from .positions_async import AsyncPositions
    from .v1_async import AsyncV1
    from .version import Version
    from .version_async import AsyncVersion

    N = TypeVar("N")

__all__ = [
    "V1",
    "Accounts",
    "AsyncAccounts",
    "AsyncCalendar",
    "AsyncInstrumentData",
    "AsyncInstruments",
    "AsyncMarketData",
    "AsyncOrders",
    "AsyncPositions",
    "AsyncV1",
    "AsyncVersion",
    "Calendar",
    "InstrumentData",
    "Instruments",
    "MarketData",
    "Orders",
    "Positions",
    "Version",
]


class Namespaces(Named):
    """Namespaces, each made once, so that a patch of one is still there at the next access."""

    __slots__ = ("__weakref__", "_caller", "_made")

    def __init__(self, caller: Caller | AsyncCaller) -> None:
        self._caller = caller
        self._made: dict[str, Any] = {}

    def _keep(self, name: str, kind: Callable[[Any], N]) -> N:
        if "IPython" in sys.modules:
            from .._config.options import write_signatures

            write_signatures(kind)
        made: N = self._made.setdefault(name, kind(self._caller))
        return made


class V1(Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

    @property
    def accounts(self) -> Accounts:
        """The accounts that the key may see, their holders, and their balances."""
        made: Accounts | None = self._made.get("accounts")
        if made is None:
            from .accounts import Accounts

            made = self._keep("accounts", Accounts)
        return made

    @property
    def calendar(self) -> Calendar:
        """The service's time, and the hours of markets."""
        made: Calendar | None = self._made.get("calendar")
        if made is None:
            from .calendar import Calendar

            made = self._keep("calendar", Calendar)
        return made

    @property
    def instrument_data(self) -> InstrumentData:
        """Data about instruments other than their terms."""
        made: InstrumentData | None = self._made.get("instrument_data")
        if made is None:
            from .instrument_data import InstrumentData

            made = self._keep("instrument_data", InstrumentData)
        return made

    @property
    def instruments(self) -> Instruments:
        """Instruments and option contracts: their terms, and how to find them."""
        made: Instruments | None = self._made.get("instruments")
        if made is None:
            from .instruments import Instruments

            made = self._keep("instruments", Instruments)
        return made

    @property
    def orders(self) -> Orders:
        """Sending, changing and cancelling orders, their states, and their fills."""
        made: Orders | None = self._made.get("orders")
        if made is None:
            from .orders import Orders

            made = self._keep("orders", Orders)
        return made

    @property
    def positions(self) -> Positions:
        """Positions of an account, and instructions on its option positions."""
        made: Positions | None = self._made.get("positions")
        if made is None:
            from .positions import Positions

            made = self._keep("positions", Positions)
        return made

    @property
    def version(self) -> Version:
        """The version of the service."""
        made: Version | None = self._made.get("version")
        if made is None:
            from .version import Version

            made = self._keep("version", Version)
        return made


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise no_name(f"module {__name__!r}", name, {name: name for name in __all__})
    from importlib import import_module

    plain = name.removeprefix("Async")
    # `MarketData` is in `market_data`, `AsyncMarketData` in `market_data_async`.
    words = "".join(f"_{letter}" if letter.isupper() else letter for letter in plain).lstrip("_").lower()
    home = f"{__name__}.{words}{'_async' if name != plain else ''}"
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


resolvable(globals())
