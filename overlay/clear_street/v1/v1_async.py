"""Version 1 of the API, as namespaces of an async client."""

from __future__ import annotations

from .._annotations import resolvable
from . import Namespaces

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from .accounts_async import AsyncAccounts
    from .calendar_async import AsyncCalendar
    from .instrument_data_async import AsyncInstrumentData
    from .instruments_async import AsyncInstruments
    from .orders_async import AsyncOrders
    from .positions_async import AsyncPositions
    from .version_async import AsyncVersion


class AsyncV1(Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

    @property
    def accounts(self) -> AsyncAccounts:
        """The accounts that the key may see, their holders, and their balances."""
        made: AsyncAccounts | None = self._made.get("accounts")
        if made is None:
            from .accounts_async import AsyncAccounts

            made = self._keep("accounts", AsyncAccounts)
        return made

    @property
    def calendar(self) -> AsyncCalendar:
        """The service's time, and the hours of markets."""
        made: AsyncCalendar | None = self._made.get("calendar")
        if made is None:
            from .calendar_async import AsyncCalendar

            made = self._keep("calendar", AsyncCalendar)
        return made

    @property
    def instrument_data(self) -> AsyncInstrumentData:
        """Data about instruments other than their terms."""
        made: AsyncInstrumentData | None = self._made.get("instrument_data")
        if made is None:
            from .instrument_data_async import AsyncInstrumentData

            made = self._keep("instrument_data", AsyncInstrumentData)
        return made

    @property
    def instruments(self) -> AsyncInstruments:
        """Instruments and option contracts: their terms, and how to find them."""
        made: AsyncInstruments | None = self._made.get("instruments")
        if made is None:
            from .instruments_async import AsyncInstruments

            made = self._keep("instruments", AsyncInstruments)
        return made

    @property
    def orders(self) -> AsyncOrders:
        """Sending, changing and cancelling orders, their states, and their fills."""
        made: AsyncOrders | None = self._made.get("orders")
        if made is None:
            from .orders_async import AsyncOrders

            made = self._keep("orders", AsyncOrders)
        return made

    @property
    def positions(self) -> AsyncPositions:
        """Positions of an account, and instructions on its option positions."""
        made: AsyncPositions | None = self._made.get("positions")
        if made is None:
            from .positions_async import AsyncPositions

            made = self._keep("positions", AsyncPositions)
        return made

    @property
    def version(self) -> AsyncVersion:
        """The version of the service."""
        made: AsyncVersion | None = self._made.get("version")
        if made is None:
            from .version_async import AsyncVersion

            made = self._keep("version", AsyncVersion)
        return made


resolvable(globals())
