"""Read the objects of a request's body field by field. Each problem is reported with its JSON path and its reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from .messages import Refusal, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .messages import Json


_MOST_DIGITS = 12


class Field(NamedTuple):
    """A field: a function that returns what is wrong with a value, or None; and whether the field is required."""

    problem: Callable[[Any], str | None]
    is_required: bool = False


def read_object(value: Any, path: str, fields: Mapping[str, Field], *, refuses_unknown: bool, status: int) -> Json:
    """Read the known fields of an object. Raises `Refusal` with `status` that names every problem."""
    if not is_object(value):
        raise field_error(status, [(path, "expected an object")])
    problems: list[tuple[str, str]] = []
    for name, field in fields.items():
        if value.get(name) is None:
            if field.is_required:
                problems.append((f"{path}.{name}", f"missing field `{name}`"))
        elif why := field.problem(value[name]):
            problems.append((f"{path}.{name}", why))
    if refuses_unknown:
        expected = ", ".join(f"`{name}`" for name in fields)
        problems += [
            (f"{path}.{name}", f"unknown field `{name}`, expected one of {expected}")
            for name in value
            if name not in fields
        ]
    if problems:
        raise field_error(status, problems)
    return {name: value.get(name) for name in fields}


def field_error(status: int, problems: Sequence[tuple[str, str]]) -> Refusal:
    """Return the refusal of a body, with the path and the reason of each problem."""
    path, why = problems[0]
    details = [{"path": path, "reason": why} for path, why in problems]
    message = f"Failed to deserialize the JSON body into the target type: {path.removeprefix('$')}: {why}"
    return Refusal(status, message.replace("type: : ", "type: "), details=details)


def text(longest: int | None = None) -> Callable[[Any], str | None]:
    """Accept a text that is not empty."""

    def problem(value: Any) -> str | None:
        if not isinstance(value, str) or not value.strip():
            return "expected text that is not empty"
        return f"expected at most {longest} characters" if longest is not None and len(value) > longest else None

    return problem


def member(members: Sequence[str]) -> Callable[[Any], str | None]:
    """Accept one of some words."""

    def problem(value: Any) -> str | None:
        if value in members and isinstance(value, str):
            return None
        return f"unknown variant `{value}`, expected one of {', '.join(members)}"

    return problem


def number(*, above: int | None = 0) -> Callable[[Any], str | None]:
    """Accept a decimal number as text."""

    def problem(value: Any) -> str | None:
        try:
            if isinstance(value, str) and value.isascii() and (found := Decimal(value)).is_finite():
                if found.adjusted() >= _MOST_DIGITS or -int(found.as_tuple().exponent) > _MOST_DIGITS:
                    return f"expected at most {_MOST_DIGITS} digits on each side of the point"
                return None if above is None or found > above else f"expected a number greater than {above}"
        except InvalidOperation:
            pass
        return "expected a decimal number as text"

    return problem


def flag(value: Any) -> str | None:
    """Accept true or false."""
    return None if isinstance(value, bool) else "expected true or false"


def moment(value: Any) -> str | None:
    """Accept a time with a zone."""
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).utcoffset() is not None:
            return None
    except ValueError:
        pass
    return "expected a time with a zone, such as 2026-04-24T20:00:00Z"


def whole(least: int | None = None) -> Callable[[Any], str | None]:
    """Accept a whole number."""

    def problem(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
            return None
        return "expected a whole number" + ("" if least is None else f", {least} or more")

    return problem


def texts(value: Any) -> str | None:
    """Accept a list of texts."""
    return None if is_list(value) and all(isinstance(each, str) for each in value) else "expected a list of texts"


def items(value: Any) -> str | None:
    """Accept a list."""
    return None if is_list(value) else "expected a list"


def anything(value: Any) -> str | None:
    """Accept anything. The function that uses the value checks it."""
    del value
    return None


def times(value: Any) -> str | None:
    """Accept an object of texts."""
    is_right = is_object(value) and all(isinstance(each, str) for each in value.values())
    return None if is_right else "expected an object with a time for each day"
