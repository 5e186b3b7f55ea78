# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Read and write the symbol of an option contract, in every form that is in use."""

from __future__ import annotations

import builtins
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self

from .explained import explain

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["OptionSymbol"]

Right = Literal["CALL", "PUT"]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FULL_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_RIGHTS: Final[dict[str, Right]] = {"C": "CALL", "P": "PUT"}
_ROOT: Final = r"(?P<root>[0-9]?[A-Z][A-Z0-9.]{0,5})"
# A strike with leading zeros would look like an OSI symbol that was cut off.
_NUMBER: Final = r"(?:0|[1-9]\d{0,4})(?:\.\d{1,3})?"
_IS_ROOT: Final = r"(?=.{1,6}\Z)[0-9]?[A-Z][A-Z0-9.]*"
_CODED: Final = (
    rf"{_ROOT} *"
    rf"(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d) ?(?P<right>[CP]) ?(?P<strike>\d{{8}}|{_NUMBER})"
)
_WORDED: Final = (
    rf"{_ROOT} +(?P<day>\d\d?) +"
    rf"(?P<month>[A-Z]+) +(?P<year>\d{{4}}) +(?P<strike>{_NUMBER}) +(?P<right>CALL|PUT)"
)
_FLAGS: Final = re.ASCII | re.IGNORECASE
_FORMS: Final = "write it like 'AAPL  280121C00195000', 'AAPL 280121C195' or 'AAPL 21 Jan 2028 195 call'"


class _Builtins(dict[str, Any]):
    """The builtins of this module, and `Decimal` for its annotations.

    The module of `Decimal` takes memory, and most programs never make a symbol. So it is loaded only when a symbol is
    made or an annotation is evaluated.
    """

    def __missing__(self, name: str) -> Any:
        if name != "Decimal":
            raise KeyError(name)
        from decimal import Decimal

        return Decimal


class _Parts(NamedTuple):
    root: str
    """The root: the ticker without signs, with a digit at the end if the contract was adjusted."""
    expiry: date
    """The day on which the contract expires."""
    right: Right
    """``"CALL"`` or ``"PUT"``."""
    strike: Decimal
    """The price per unit, with at most three decimal places."""


# Names in annotations of functions are looked up in the module's builtins, those of a class in the class's own.
globals()["__builtins__"] = _Builtins(vars(builtins))
type.__setattr__(_Parts, "__builtins__", __builtins__)


class OptionSymbol(_Parts):
    """The symbol of an option contract, as the Options Symbology Initiative (OSI) defines it.

    ``str(symbol)`` is the 21 characters of OSI, and `api` the form that the service uses. Symbols are sorted by root,
    expiry, right and strike. Raises `ValueError` or `TypeError` for parts that no symbol can have.
    """

    __slots__ = ()

    def __new__(cls, root: str, expiry: date, right: Right, strike: Decimal | int | str) -> Self:
        if not isinstance(root, str) or not re.fullmatch(_IS_ROOT, root, re.ASCII):
            raise ValueError(f"Expected 1 to 6 capitals, digits or dots for `root` but received {root!r}.")
        if not isinstance(expiry, date) or isinstance(expiry, datetime):
            raise TypeError(f"Expected a date for `expiry` but received {expiry!r}; use its `.date()`.")
        if not 2000 <= expiry.year <= 2099:
            raise ValueError(f"Expected a year from 2000 to 2099 for `expiry` but received {expiry.isoformat()!r}.")
        if right not in ("CALL", "PUT"):
            raise ValueError(f"Expected 'CALL' or 'PUT' for `right` but received {right!r}.")
        if isinstance(strike, float):
            raise TypeError(f"Expected a Decimal for `strike` but received {strike!r}; write Decimal('{strike}').")
        from decimal import Decimal, InvalidOperation

        try:
            price = Decimal(strike)
            is_fit = 0 < price < 100_000 and price == price.quantize(Decimal("0.001"))
        except (InvalidOperation, ValueError):
            is_fit, price = False, Decimal(0)
        if not is_fit:
            raise ValueError(f"Expected 0.001 to 99999.999 for `strike` but received {strike!r}.")
        return super().__new__(cls, root, expiry, right, Decimal(f"{price.normalize():f}"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the symbol in a text.

        It may be padded OSI (``"AAPL  280121C00195000"``), have one space or none (``"AAPL280121C00195000"``), have
        its strike as a plain number (``"AAPL 280121C195"``), or be in words (``"AAPL 21 Jan 2028 195 call"``). Capitals
        do not matter. Raises `ValueError`, which names the text, for anything else, such as the ticker of a stock.
        """
        if not isinstance(text, str):
            raise TypeError(f"Expected a string for the symbol of an option but received {text!r}.")
        # Compiled only when a symbol is read; `re` has a cache.
        stripped = text.strip()
        found = re.fullmatch(_CODED, stripped, _FLAGS) or re.fullmatch(_WORDED, stripped, _FLAGS)
        if found is None:
            raise ValueError(f"{text!r} is not the symbol of an option; {_FORMS}.")
        from decimal import Decimal

        month, year, strike = found["month"], int(found["year"]), found["strike"]
        number = int(month) if month.isdigit() else _month(month)
        try:
            expiry = date(year if year >= 100 else 2000 + year, number, int(found["day"]))
            price = Decimal(strike).scaleb(-3) if len(strike) == 8 and strike.isdigit() else Decimal(strike)
            return cls(found["root"].upper(), expiry, _RIGHTS[found["right"][0].upper()], price)
        except ValueError as error:
            raise ValueError(f"{text!r} is not the symbol of an option: {str(error).rstrip('.')}; {_FORMS}.") from None

    @classmethod
    def find(cls, text: object) -> Self | None:
        """Return the symbol in a text; None if it is not one."""
        try:
            return cls.parse(text) if isinstance(text, str) else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.root:<6}{self._tail}"

    @property
    def api(self) -> str:
        """The symbol as the service writes it, with one space: ``"AAPL 280121C00195000"``."""
        return f"{self.root} {self._tail}"

    @property
    def compact(self) -> str:
        """The symbol without a space: ``"AAPL280121C00195000"``."""
        return f"{self.root}{self._tail}"

    @property
    def words(self) -> str:
        """The symbol in words: ``"AAPL 21 Jan 2028 195 call"``."""
        day = self.expiry
        return f"{self.root} {day.day} {_MONTHS[day.month - 1]} {day.year} {self.strike} {self.right.lower()}"

    @property
    def is_adjusted(self) -> bool:
        """Whether the root ends in a digit, as after a split or a merger: the contract may not be for 100 units."""
        return self.root[-1].isdigit()

    @property
    def _tail(self) -> str:
        return f"{self.expiry:%y%m%d}{self.right[0]}{int(self.strike * 1000):08}"


explain(OptionSymbol)


def _month(name: str) -> int:
    """Return the number of a month from its name, or the first three letters of it; 0 if it is not a month."""
    lower = name.lower()
    return next((number for number, full in enumerate(_FULL_MONTHS, start=1) if lower in (full, full[:3])), 0)
