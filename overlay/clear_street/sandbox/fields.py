"""Reads the objects of a request's body field by field, and says by its JSON path which field is refused, and why."""

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
    """One field: what is wrong with a value of it (None for nothing), and whether it may be left out or null."""

    problem: Callable[[Any], str | None]
    is_required: bool = False


def read_object(value: Any, path: str, fields: Mapping[str, Field], *, refuses_unknown: bool, status: int) -> Json:
    """Read the fields that are known of an object; `Refusal` with `status` that names every one that is not right."""
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
    """Refuse a body, with the path and the reason of each thing that is wrong."""
    path, why = problems[0]
    details = [{"path": path, "reason": why} for path, why in problems]
    message = f"Failed to deserialize the JSON body into the target type: {path.removeprefix('$')}: {why}"
    return Refusal(status, message.replace("type: : ", "type: "), details=details)


def text(longest: int | None = None) -> Callable[[Any], str | None]:
    """Take a text that is not empty."""

    def problem(value: Any) -> str | None:
        if not isinstance(value, str) or not value.strip():
            return "expected a text that is not empty"
        return f"expected {longest} characters at most" if longest is not None and len(value) > longest else None

    return problem


def member(members: Sequence[str]) -> Callable[[Any], str | None]:
    """Take one of some words."""

    def problem(value: Any) -> str | None:
        if value in members and isinstance(value, str):
            return None
        return f"unknown variant `{value}`, expected one of {', '.join(members)}"

    return problem


def number(*, above: int | None = 0) -> Callable[[Any], str | None]:
    """Take a decimal number in a text."""

    def problem(value: Any) -> str | None:
        try:
            if isinstance(value, str) and value.isascii() and (found := Decimal(value)).is_finite():
                if found.adjusted() >= _MOST_DIGITS or -int(found.as_tuple().exponent) > _MOST_DIGITS:
                    return f"expected {_MOST_DIGITS} digits at most on each side of the point"
                return None if above is None or found > above else f"expected a number greater than {above}"
        except InvalidOperation:
            pass
        return "expected a decimal number in a text"

    return problem


def flag(value: Any) -> str | None:
    """Take true or false."""
    return None if isinstance(value, bool) else "expected true or false"


def moment(value: Any) -> str | None:
    """Take a time with its zone."""
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).utcoffset() is not None:
            return None
    except ValueError:
        pass
    return "expected a time with its zone, such as 2026-04-24T20:00:00Z"


def whole(least: int | None = None) -> Callable[[Any], str | None]:
    """Take a whole number."""

    def problem(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
            return None
        return "expected a whole number" + ("" if least is None else f", {least} or more")

    return problem


def texts(value: Any) -> str | None:
    """Take a list of texts."""
    return None if is_list(value) and all(isinstance(each, str) for each in value) else "expected a list of texts"


def items(value: Any) -> str | None:
    """Take a list."""
    return None if is_list(value) else "expected a list"


def anything(value: Any) -> str | None:
    """Take whatever it is: what takes it checks it."""
    del value
    return None


def times(value: Any) -> str | None:
    """Take an object of texts."""
    is_right = is_object(value) and all(isinstance(each, str) for each in value.values())
    return None if is_right else "expected an object of times by their days"
