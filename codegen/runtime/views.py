"""Convert models for people and tables: rows as plain dicts, HTML for notebooks, lines of text for terminals."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, cast

from .types import Array, DecimalText, Field, Integer, Kind, MapOf, Model, Number, OpenIntEnum, OpenStrEnum, decimal_of

__all__ = ["lines_of_rows", "records", "table_of_fields", "table_of_rows"]

NUMBERS: Final = ("text", "decimal", "float")
TIMES: Final = ("datetime", "text")

_ROWS_MAX: Final = 100
"""The most rows of a table. Further rows are only counted."""
_FIRST: Final = ("symbol", "status", "quantity", "market_value", "id")
"""The columns that a terminal shows before all others, where it has no room for all."""
_GAP: Final = "  "
_TEXT_MAX: Final = 200
"""The most characters of a cell."""
_LEFT: Final = ' style="text-align: left"'
_RIGHT: Final = ' style="text-align: right"'


def records(rows: Sequence[Model], numbers: str, times: str) -> list[dict[str, Any]]:
    """Return the rows as dicts of plain values."""
    for name, value, known in (("numbers", numbers, NUMBERS), ("times", times, TIMES)):
        if value not in known:
            choice = " or ".join(map(repr, known))
            raise ValueError(f"Expected {choice} for `{name}` but received {value!r}.")
    return [_record(row, numbers, times) for row in rows]


def _record(model: Model, numbers: str, times: str) -> dict[str, Any]:
    # The text of a time is the one that was received, with all its digits.
    texts = model.to_dict() if times == "text" else {}
    found: dict[str, Any] = {}
    for spec in model.FIELDS:
        value = getattr(model, spec.name)
        if texts and isinstance(value, date):
            found[spec.name] = next(texts[key] for key in spec.keys if key in texts)
        else:
            found[spec.name] = _plain(spec.kind, value, numbers, times)
    return found


def _plain(kind: Kind | None, value: Any, numbers: str, times: str) -> Any:
    if isinstance(value, Model):
        return _record(value, numbers, times)
    if isinstance(value, list):
        inner = kind.items if isinstance(kind, Array) else None
        items = cast("list[object]", value)
        return [_plain(inner, item, numbers, times) for item in items]
    if isinstance(value, dict):
        inner = kind.values if isinstance(kind, MapOf) else None
        entries = cast("dict[str, object]", value)
        return {key: _plain(inner, item, numbers, times) for key, item in entries.items()}
    if isinstance(kind, DecimalText):
        return value if numbers == "text" else _number(value, numbers)
    if isinstance(value, (OpenStrEnum, OpenIntEnum)):
        return value.value
    if isinstance(value, datetime):
        return _moment(value, times)
    if isinstance(value, date) and times == "text":
        return value.isoformat()
    return value


def _number(text: Any, numbers: str) -> Decimal | float | None:
    found = decimal_of(text)
    if found is None or numbers == "decimal":
        return found
    return float(found) if isfinite(float(found)) else None


def _moment(value: datetime, times: str) -> datetime | str:
    with suppress(OverflowError):  # near years 1 and 9999 a time in another zone may have no year in UTC
        value = value.astimezone(UTC)
    return value.isoformat() if times == "text" else value


def table_of_fields(model: Model) -> str:
    """Return an HTML table of the fields that a model has."""
    rows = [
        f"<tr><th{_LEFT}>{_escaped(spec.name)}</th>{_cell(_value(model, spec))}</tr>"
        for spec in model.FIELDS
        if getattr(model, spec.name) is not None
    ]
    return f"<table><caption>{_escaped(type(model).__name__)}</caption>{''.join(rows)}</table>"


def table_of_rows(rows: Sequence[Model]) -> str:
    """Return an HTML table of rows, with every field that one of them has."""
    shown = rows[:_ROWS_MAX]
    used = _used(shown)
    head = "".join(f"<th{_side(spec.kind)}>{_escaped(spec.name)}</th>" for spec in used)
    body = "".join(f"<tr>{''.join(_cell(_value(row, spec), _side(spec.kind)) for spec in used)}</tr>" for row in shown)
    return f"<table><caption>{_count(rows)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def lines_of_rows(rows: Sequence[Model], width: int) -> list[str]:
    """Return a table of rows in lines of a width, and a line that counts them and names the columns without room."""
    shown = rows[:_ROWS_MAX]
    used = _used(shown)
    columns = {
        spec.name: [spec.name, *(_line(_value(row, spec)) for row in shown)]
        for spec in sorted(used, key=lambda spec: _FIRST.index(spec.name) if spec.name in _FIRST else len(_FIRST))
    }
    widths: dict[str, int] = {}
    for name, cells in columns.items():
        wide = max(map(_width, cells))
        if not widths or sum(widths.values()) + len(_GAP) * len(widths) + wide <= width:
            widths[name] = wide
    kept = [spec for spec in used if spec.name in widths]
    lines = [
        _GAP.join(_padded(columns[spec.name][index], widths[spec.name], spec.kind) for spec in kept).rstrip()
        for index in range(len(shown) + 1 if used else 0)
    ]
    missing = ", ".join(spec.name for spec in used if spec.name not in widths)
    return [*lines, f"{_count(rows)}{missing and f'; not shown: {missing}'}"]


def _used(rows: Sequence[Model]) -> list[Field]:
    """Return the fields that one of the rows has."""
    specs = rows[0].FIELDS if rows else ()
    return [spec for spec in specs if any(getattr(row, spec.name) is not None for row in rows)]


def _value(model: Model, spec: Field) -> Any:
    """Return what may be shown of a field: not what is about a person."""
    value = getattr(model, spec.name)
    return "<personal>" if spec.personal and value is not None else value


def _count(rows: Sequence[Model]) -> str:
    return f"{len(rows)} rows" if len(rows) <= _ROWS_MAX else f"the first {_ROWS_MAX} of {len(rows)} rows"


def _line(value: Any) -> str:
    return "" if value is None else _visible(_text(value))


def _padded(text: str, width: int, kind: Kind) -> str:
    room = " " * (width - _width(text))
    return room + text if _side(kind) == _RIGHT else text + room


def _width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _side(kind: Kind) -> str:
    return _RIGHT if isinstance(kind, (DecimalText, Integer, Number)) else _LEFT


def _cell(value: Any, side: str = _LEFT) -> str:
    return f"<td{side}>{'' if value is None else _escaped(_text(value))}</td>"


def _text(value: Any) -> str:
    if isinstance(value, (OpenStrEnum, OpenIntEnum)):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else repr(value)


def _escaped(text: str) -> str:
    """Escape a text for HTML."""
    from html import escape

    return escape(_visible(text))


def _visible(text: str) -> str:
    """Return a text without characters that control a terminal, hide other text or reverse its direction."""
    from unicodedata import category

    cut = text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}\u2026"
    return "".join(ascii(c)[1:-1] if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in cut)
