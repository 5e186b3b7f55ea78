"""Check the arguments that set a sandbox up, so that a mistake in a test raises where it is made."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import inf
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection

_T = TypeVar("_T")


def one_of(argument: str, value: object, known: Collection[_T]) -> _T:
    """Raise `ValueError` for a value that is not one of `known`. The message lists those, and the nearest."""
    for each in known:
        if each == value:
            return each
    from difflib import get_close_matches

    names = [str(each) for each in known]
    near = "".join(f" Did you mean {each!r}?" for each in get_close_matches(str(value), names, 1))
    raise ValueError(f"Expected one of {', '.join(names)} for `{argument}` but received {value!r}.{near}")


def at_least(least: float, **values: object) -> None:
    """Raise `ValueError` for a value that is not a finite number of at least `least`, or None."""
    for argument, value in values.items():
        is_right = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value < inf
        if value is not None and not is_right:
            raise ValueError(f"Expected a number, {least:g} or more, for `{argument}` but received {value!r}.")


def whole_number(argument: str, value: object, least: int) -> None:
    """Raise `ValueError` for a value that is not a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"Expected a whole number, {least} or more, for `{argument}` but received {value!r}.")


def decimal(argument: str, value: object) -> Decimal:
    """Return a number, given as text or a whole number, as an exact decimal. Raises `ValueError`."""
    try:
        if (
            isinstance(value, (str, int, Decimal))
            and not isinstance(value, bool)
            and (number := Decimal(value)).is_finite()
        ):
            return number
    except InvalidOperation:
        pass
    raise ValueError(f"Expected a number as a text, such as '12.5', for `{argument}` but received {value!r}.")
