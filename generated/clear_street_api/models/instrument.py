# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import Array, Boolean, Date, DecimalText, Drift, Field, Member, Model, Object, Text, members
from .not_shortable_reason import NotShortableReason
from .option_expiry_date import OptionExpiryDate
from .security_type import SecurityType
from .shortable_attribute import ShortableAttribute
from .tick_rule import TickRule

_SECURITY_TYPE = members(SecurityType)
_SHORTABLE_ATTRIBUTE = members(ShortableAttribute)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Instrument(Model):
    """An instrument and, if asked for, the days on which options on it expire."""

    id: str
    """Id of the instrument."""
    symbol: str
    """Symbol of the instrument."""
    venue: str
    """Where it is listed, as a market identifier code (MIC, ISO 10383)."""
    country_of_issue: str
    """Country in which it was issued."""
    currency: str
    """Currency of its prices (ISO 4217)."""
    is_tradable: bool
    """Whether it can be traded."""
    is_marginable: bool
    """Whether it can be bought on margin."""
    is_fractionable: bool
    """Whether fractions of a unit can be traded."""
    is_liquidation_only: bool
    """Whether positions in it can only be closed."""
    is_short_prohibited: bool
    """Whether selling it short is forbidden."""
    is_threshold_security: bool
    """Whether it is on a list of securities that often fail to be delivered."""
    is_ptp: bool
    """Whether it is a publicly traded partnership."""
    easy_to_borrow: bool
    """Whether it is easy to borrow."""
    name: str | None = None
    """Its name."""
    instrument_type: SecurityType | None = None
    """Kind of the instrument."""
    adv: str | None = None
    """Average daily volume, in units. Decimal."""
    notional_adv: str | None = None
    """Average daily volume, in money. Decimal."""
    previous_close: str | None = None
    """Closing price of the trading day before. Decimal."""
    cax_adjusted_previous_close: str | None = None
    """That price, adjusted for corporate actions. Decimal."""
    long_margin_rate: str | None = None
    """Margin rate of a long position. Decimal."""
    short_margin_rate: str | None = None
    """Margin rate of a short position. Decimal."""
    shortable_attribute: ShortableAttribute | None = None
    """Whether it can be sold short. Since October 2026."""
    not_shortable_reasons: list[NotShortableReason] | None = None
    """If it cannot be sold short, the reason. Since October 2026."""
    tick_rules: list[TickRule] | None = None
    """The steps of its prices. They say nothing about those of its options. Since October 2026."""
    options_contract_expiry_dates: list[OptionExpiryDate] | None = None
    """Days on which options on it expire, and how those settle."""
    options_expiry_dates: list[date] | None = None
    """Days on which options on it expire. Deprecated."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Text(), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("venue", "venue", Text(), required=True),
        Field("country_of_issue", "country_of_issue", Text(), required=True),
        Field("currency", "currency", Text(), required=True),
        Field("is_tradable", "is_tradable", Boolean(), required=True),
        Field("is_marginable", "is_marginable", Boolean(), required=True),
        Field("is_fractionable", "is_fractionable", Boolean(), required=True),
        Field("is_liquidation_only", "is_liquidation_only", Boolean(), required=True),
        Field("is_short_prohibited", "is_short_prohibited", Boolean(), required=True),
        Field("is_threshold_security", "is_threshold_security", Boolean(), required=True),
        Field("is_ptp", "is_ptp", Boolean(), required=True),
        Field("easy_to_borrow", "easy_to_borrow", Boolean(), required=True),
        Field("name", "name", Text(), nullable=True),
        Field("instrument_type", "instrument_type", Member(SecurityType), nullable=True),
        Field("adv", "adv", DecimalText(), nullable=True),
        Field("notional_adv", "notional_adv", DecimalText(), nullable=True),
        Field("previous_close", "previous_close", DecimalText(), nullable=True),
        Field("cax_adjusted_previous_close", "cax_adjusted_previous_close", DecimalText(), nullable=True),
        Field("long_margin_rate", "long_margin_rate", DecimalText(), nullable=True),
        Field("short_margin_rate", "short_margin_rate", DecimalText(), nullable=True),
        Field("shortable_attribute", "shortable_attribute", Member(ShortableAttribute), nullable=True),
        Field("not_shortable_reasons", "not_shortable_reasons", Array(Member(NotShortableReason)), nullable=True),
        Field("tick_rules", "tick_rules", Array(Object("TickRule", lambda: TickRule)), nullable=True),
        Field(
            "options_contract_expiry_dates",
            "options_contract_expiry_dates",
            Array(Object("OptionExpiryDate", lambda: OptionExpiryDate)),
            nullable=True,
        ),
        Field("options_expiry_dates", "options_expiry_dates", Array(Date()), nullable=True),
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
            value = data["id"]
            if value.__class__ is not str:
                return None
            self.id = value
            value = data["symbol"]
            if value.__class__ is not str:
                return None
            self.symbol = value
            value = data["venue"]
            if value.__class__ is not str:
                return None
            self.venue = value
            value = data["country_of_issue"]
            if value.__class__ is not str:
                return None
            self.country_of_issue = value
            value = data["currency"]
            if value.__class__ is not str:
                return None
            self.currency = value
            value = data["is_tradable"]
            if value is not True and value is not False:
                return None
            self.is_tradable = value
            value = data["is_marginable"]
            if value is not True and value is not False:
                return None
            self.is_marginable = value
            value = data["is_fractionable"]
            if value is not True and value is not False:
                return None
            self.is_fractionable = value
            value = data["is_liquidation_only"]
            if value is not True and value is not False:
                return None
            self.is_liquidation_only = value
            value = data["is_short_prohibited"]
            if value is not True and value is not False:
                return None
            self.is_short_prohibited = value
            value = data["is_threshold_security"]
            if value is not True and value is not False:
                return None
            self.is_threshold_security = value
            value = data["is_ptp"]
            if value is not True and value is not False:
                return None
            self.is_ptp = value
            value = data["easy_to_borrow"]
            if value is not True and value is not False:
                return None
            self.easy_to_borrow = value
            value = data.get("name")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "name" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            self.name = value
            value = data.get("instrument_type")
            if value is None:
                if "instrument_type" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 14
            else:
                value = _SECURITY_TYPE[value]
            self.instrument_type = value
            value = data.get("adv")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "adv" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 15
            self.adv = value
            value = data.get("notional_adv")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "notional_adv" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 16
            self.notional_adv = value
            value = data.get("previous_close")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "previous_close" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 17
            self.previous_close = value
            value = data.get("cax_adjusted_previous_close")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "cax_adjusted_previous_close" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 18
            self.cax_adjusted_previous_close = value
            value = data.get("long_margin_rate")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "long_margin_rate" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 19
            self.long_margin_rate = value
            value = data.get("short_margin_rate")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "short_margin_rate" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 20
            self.short_margin_rate = value
            value = data.get("shortable_attribute")
            if value is None:
                if "shortable_attribute" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 21
            else:
                value = _SHORTABLE_ATTRIBUTE[value]
            self.shortable_attribute = value
            value = data.get("not_shortable_reasons")
            if value is None:
                if "not_shortable_reasons" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 22
            else:
                value = cls.FIELDS[22].kind.strict(value)
            self.not_shortable_reasons = value
            value = data.get("options_expiry_dates")
            if value is None:
                if "options_expiry_dates" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 25
            else:
                value = cls.FIELDS[25].kind.strict(value)
            self.options_expiry_dates = value
            value = data.get("tick_rules")
            if value is None:
                if "tick_rules" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 23
            else:
                value = TickRule.decode_rows(value, drift, "tick_rules")
            self.tick_rules = value
            value = data.get("options_contract_expiry_dates")
            if value is None:
                if "options_contract_expiry_dates" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 24
            else:
                value = OptionExpiryDate.decode_rows(value, drift, "options_contract_expiry_dates")
            self.options_contract_expiry_dates = value
            more = len(data) + absent != 26
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
