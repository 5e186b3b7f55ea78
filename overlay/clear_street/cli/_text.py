"""Values as text: numbers, moments, and what the service says, made harmless for terminals and spreadsheets."""

from __future__ import annotations

import io
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from unicodedata import combining, east_asian_width

from .._text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

NOTHING = "-"
"""Stands for what is not known."""
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""What a cell begins with that a spreadsheet may take for a formula; the last four are wide forms of the first."""


def clean(value: object) -> str:
    """Text on one line, with nothing in it that a terminal would obey."""
    return NOTHING if value is None else one_line(str(value))


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def number(value: str | Decimal | None) -> str:
    """A number with its thousands apart: every digit that came is there."""
    read = decimal(value)
    return clean(value) if read is None else f"{read:,f}"


def money(value: str | Decimal | None) -> str:
    """The same, with two decimals at least."""
    read = decimal(value)
    if read is None:
        return clean(value)
    exponent = read.as_tuple().exponent
    return f"{read:,.2f}" if isinstance(exponent, int) and exponent > -2 else f"{read:,f}"


def decimal(value: object) -> Decimal | None:
    """The number that a text stands for; None where it stands for none."""
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read.adjusted()) < 40 else None


def counted(count: int | Decimal, noun: str) -> str:
    """How many of something."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def clock_time(moment: datetime | None, zone: tzinfo) -> str:
    """The time of a day."""
    return NOTHING if moment is None else f"{moment.astimezone(zone):%H:%M:%S}"


def day_and_time(moment: datetime | None, zone: tzinfo) -> str:
    """A day and a time."""
    return NOTHING if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def compact_json(value: object) -> str:
    """JSON on one line. All in it is printable ASCII."""
    import json

    return json.dumps(value, separators=(",", ":"), default=str).replace("\x7f", "\\u007f")


def pretty_json(value: object) -> str:
    """JSON for people and programs. All in it is printable ASCII, but for line breaks."""
    import json

    return json.dumps(value, indent=2, default=str).replace("\x7f", "\\u007f")


def csv_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = one_line(value if isinstance(value, str) else compact_json(value), 1_000_000)
    if text.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV."""
    import csv

    with io.StringIO() as text:
        writer = csv.writer(text, lineterminator="\n")
        for row in rows:
            writer.writerow([csv_cell(cell) for cell in row])
        return text.getvalue()
