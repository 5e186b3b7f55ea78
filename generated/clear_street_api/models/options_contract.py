# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import (
    Array,
    Boolean,
    Date,
    DecimalText,
    Drift,
    Field,
    Integer,
    Member,
    Model,
    Object,
    Text,
    Timestamp,
    keep_text,
    members,
)
from .contract_type import ContractType
from .exercise_style import ExerciseStyle
from .listing_type import ListingType
from .tick_rule import TickRule

_CONTRACT_TYPE = members(ContractType)
_EXERCISE_STYLE = members(ExerciseStyle)
_LISTING_TYPE = members(ListingType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class OptionsContract(Model):
    """The terms of an option contract."""

    id: str
    """Id of the contract."""
    symbol: str
    """OSI symbol of the contract."""
    contract_type: ContractType
    """Whether it is a call or a put."""
    strike_price: str
    """Price at which it can be exercised. Decimal."""
    expiry: date
    """Day on which it expires."""
    multiplier: str
    """Units of the underlying instrument in a contract. Decimal."""
    exercise_style: ExerciseStyle
    """When it can be exercised."""
    listing_type: ListingType
    """How it is listed."""
    currency: str
    """Currency of its prices (ISO 4217)."""
    exchange: str
    """Where it is listed, as a market identifier code (MIC, ISO 10383)."""
    is_tradable: bool
    """Whether it can be traded."""
    is_marginable: bool
    """Whether it can be bought on margin."""
    is_liquidation_only: bool
    """Whether positions in it can only be closed."""
    underlying_instrument_id: str | None = None
    """Id of the instrument that it is written on."""
    last_trade_cutoff: datetime | None = None
    """When it can last be traded. This is not the cut-off for instructions."""
    is_settle_on_open: bool | None = None
    """Whether it settles on the opening price; its last trading day is then one business day before its expiry."""
    open_interest: int | None = None
    """Number of contracts that are open."""
    tick_rules: list[TickRule] | None = None
    """The steps of its prices. Since October 2026."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Text(), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("contract_type", "contract_type", Member(ContractType), required=True),
        Field("strike_price", "strike_price", DecimalText(), required=True),
        Field("expiry", "expiry", Date(), required=True),
        Field("multiplier", "multiplier", DecimalText(), required=True),
        Field("exercise_style", "exercise_style", Member(ExerciseStyle), required=True),
        Field("listing_type", "listing_type", Member(ListingType), required=True),
        Field("currency", "currency", Text(), required=True),
        Field("exchange", "exchange", Text(), required=True),
        Field("is_tradable", "is_tradable", Boolean(), required=True),
        Field("is_marginable", "is_marginable", Boolean(), required=True),
        Field("is_liquidation_only", "is_liquidation_only", Boolean(), required=True),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
        Field("last_trade_cutoff", "last_trade_cutoff", Timestamp(), nullable=True),
        Field("is_settle_on_open", "is_settle_on_open", Boolean(), nullable=True),
        Field("open_interest", "open_interest", Integer(), nullable=True),
        Field("tick_rules", "tick_rules", Array(Object("TickRule", lambda: TickRule)), nullable=True),
    )

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        value: Any
        kept: dict[str, Any] | None = None
        try:
            value = data["id"]
            if value.__class__ is not str:
                return None
            self.id = value
            value = data["symbol"]
            if value.__class__ is not str:
                return None
            self.symbol = value
            self.contract_type = _CONTRACT_TYPE[data["contract_type"]]
            value = data["strike_price"]
            if value.__class__ is not str:
                return None
            self.strike_price = value
            text = data["expiry"]
            value = date.fromisoformat(text)
            if text[4::3] != "--":
                return None
            self.expiry = value
            value = data["multiplier"]
            if value.__class__ is not str:
                return None
            self.multiplier = value
            self.exercise_style = _EXERCISE_STYLE[data["exercise_style"]]
            self.listing_type = _LISTING_TYPE[data["listing_type"]]
            value = data["currency"]
            if value.__class__ is not str:
                return None
            self.currency = value
            value = data["exchange"]
            if value.__class__ is not str:
                return None
            self.exchange = value
            value = data["is_tradable"]
            if value is not True and value is not False:
                return None
            self.is_tradable = value
            value = data["is_marginable"]
            if value is not True and value is not False:
                return None
            self.is_marginable = value
            value = data["is_liquidation_only"]
            if value is not True and value is not False:
                return None
            self.is_liquidation_only = value
            value = data.get("underlying_instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "underlying_instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            self.underlying_instrument_id = value
            value = data.get("last_trade_cutoff")
            if value is None:
                if "last_trade_cutoff" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "last_trade_cutoff", text, value)
            self.last_trade_cutoff = value
            value = data.get("is_settle_on_open")
            if value is not True and value is not False:
                if value is not None:
                    return None
                if "is_settle_on_open" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 15
            self.is_settle_on_open = value
            value = data.get("open_interest")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "open_interest" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 16
            self.open_interest = value
            value = data.get("tick_rules")
            if value is None:
                if "tick_rules" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 17
            else:
                value = TickRule.decode_rows(value, drift, "tick_rules")
            self.tick_rules = value
            more = len(data) + absent != 18
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
