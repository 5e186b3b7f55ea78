# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import Boolean, Drift, Field, Integer, Model, Object, Text
from .snapshot_greeks import SnapshotGreeks
from .snapshot_last_trade import SnapshotLastTrade
from .snapshot_quote import SnapshotQuote
from .snapshot_session import SnapshotSession


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class MarketDataSnapshot(Model):
    """The latest prices of an instrument, for a share or unit."""

    instrument_id: str
    """Id of the instrument."""
    symbol: str
    """Symbol of the instrument."""
    session: SnapshotSession | None = None
    """The day's prices."""
    name: str | None = None
    """Name of the instrument."""
    last_quote: SnapshotQuote | None = None
    """The latest quote."""
    last_trade: SnapshotLastTrade | None = None
    """The latest trade that counts as a last sale; an index has its level here, with a `size` of 0."""
    greeks: SnapshotGreeks | None = None
    """How the price of an option moves."""
    cumulative_volume: int | None = None
    """Units traded today. Since October 2026 it is in `session`."""
    open_interest: int | None = None
    """Number of contracts that are open. Since October 2026."""
    short_sale_restricted: bool | None = None
    """Whether short sales are restricted; null says nothing. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("instrument_id", "instrument_id", Text(), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("session", "session", Object("SnapshotSession", lambda: SnapshotSession), nullable=True),
        Field("name", "name", Text(), nullable=True),
        Field("last_quote", "last_quote", Object("SnapshotQuote", lambda: SnapshotQuote), nullable=True),
        Field("last_trade", "last_trade", Object("SnapshotLastTrade", lambda: SnapshotLastTrade), nullable=True),
        Field("greeks", "greeks", Object("SnapshotGreeks", lambda: SnapshotGreeks), nullable=True),
        Field("cumulative_volume", "cumulative_volume", Integer(), nullable=True),
        Field("open_interest", "open_interest", Integer(), nullable=True),
        Field("short_sale_restricted", "short_sale_restricted", Boolean(), nullable=True),
    )

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["instrument_id"]
            if value.__class__ is not str:
                return None
            self.instrument_id = value
            value = data["symbol"]
            if value.__class__ is not str:
                return None
            self.symbol = value
            value = data.get("name")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "name" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.name = value
            value = data.get("cumulative_volume")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "cumulative_volume" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 7
            self.cumulative_volume = value
            value = data.get("open_interest")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "open_interest" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.open_interest = value
            value = data.get("short_sale_restricted")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "short_sale_restricted" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            self.short_sale_restricted = value
            value = data.get("session")
            if value is None:
                if "session" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = SnapshotSession.decode_in(value, drift, "session")
            self.session = value
            value = data.get("last_quote")
            if value is None:
                if "last_quote" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            else:
                value = SnapshotQuote.decode_in(value, drift, "last_quote")
            self.last_quote = value
            value = data.get("last_trade")
            if value is None:
                if "last_trade" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            else:
                value = SnapshotLastTrade.decode_in(value, drift, "last_trade")
            self.last_trade = value
            value = data.get("greeks")
            if value is None:
                if "greeks" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 6
            else:
                value = SnapshotGreeks.decode_in(value, drift, "greeks")
            self.greeks = value
            more = len(data) + absent != 10
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
