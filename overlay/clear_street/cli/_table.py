"""Tables that fit: whole columns go where there is no room, and are named; nothing is cut off. No drawing here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ._text import NOTHING, clean, width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

R = TypeVar("R")

GAP = 2
"""Blanks between columns."""
WORDS_MIN = 20
"""Columns that text which may go on on the next line has at least."""
EMPTY = frozenset({"", NOTHING})
GOOD = frozenset({"ACCEPTED", "FILLED"})
BAD = frozenset({"REJECTED", "ENGINE_REJECTED", "CANCEL_FAILED"})
OPEN = frozenset({"UNKNOWN", "CANCEL_REQUESTED", "NOT SENT"})


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column of a table."""

    title: str
    text: Callable[[R], Any]
    """What stands in it for a row."""
    importance: int = 5
    """Those with more of it get the room; the first column of a table always does."""
    is_number: bool = False
    is_words: bool = False
    """Whether its text may go on on the next line."""
    goes_under: bool = False
    """Whether it is written below its row where there is no room beside the others."""
    is_optional: bool = False
    """Whether it is left out where no row has anything in it."""


class Table(NamedTuple):
    """A table: what stands in it, not how wide it is."""

    columns: Sequence[Column[Any]]
    rows: Sequence[Sequence[str]]
    """The cells of each row, made harmless."""


class Laid(NamedTuple):
    """A table as it fits somewhere."""

    lines: list[list[tuple[str, str]]]
    """For each line its pieces, with a style: "", "title", "good", "bad" or "open"."""
    dropped: list[str]
    """The titles of columns that there was no room for."""


def table(columns: Sequence[Column[R]], rows: Sequence[R]) -> Table:
    """A table of some rows."""
    cells = [[clean(column.text(row)) for row in rows] for column in columns]
    used = [index for index, column in enumerate(columns) if not (column.is_optional and set(cells[index]) <= EMPTY)]
    return Table([columns[index] for index in used], list(zip(*(cells[index] for index in used), strict=True)))


def layout(shown: Table, room: int | None) -> Laid:
    """The lines of a table that is `room` columns wide at most; as wide as it is for None.

    The first column stays, however wide it is: a terminal wraps what does not fit, and shows all of it.
    """
    kept = list(range(len(shown.columns))) if room is None else _fitting(shown, room)
    widths = {index: _width(shown, index) for index in kept}
    if room is not None:
        for index in kept:
            if shown.columns[index].is_words:
                spare = room - sum(widths.values()) - GAP * (len(kept) - 1)
                widths[index] = max(_least(shown, index), min(widths[index], widths[index] + spare))
    dropped = [index for index in range(len(shown.columns)) if index not in kept]
    below = [index for index in dropped if shown.columns[index].goes_under and _below(shown, index) <= (room or 0)]
    titles = [column.title for column in shown.columns]
    lines = [_line(shown, kept, widths, titles, is_title=True)]
    for row in shown.rows:
        lines.extend(_wrapped(shown, kept, widths, row))
        said = [index for index in below if row[index] not in EMPTY]
        for index in said:
            lines.extend(_under(titles[index], row[index], room or 0))
    return Laid(lines, [titles[index] for index in dropped if index not in below])


def _fitting(shown: Table, room: int) -> list[int]:
    """The columns that there is room for: of two that do not both fit, the one that matters more."""
    kept = [0]
    for index in sorted(range(1, len(shown.columns)), key=lambda index: -shown.columns[index].importance):
        if _needed(shown, [*kept, index]) <= room:
            kept.append(index)
    return sorted(kept)


def _below(shown: Table, index: int) -> int:
    """The columns that a cell of a column needs below its row, behind its title."""
    if shown.columns[index].is_words:
        return 0  # it may be of several lines
    return 2 + width(shown.columns[index].title) + max((width(row[index]) for row in shown.rows), default=0)


def _under(title: str, cell: str, room: int) -> list[list[tuple[str, str]]]:
    """The lines of a cell below its row."""
    first, *others = wrap(cell, room - 2 - width(title))
    return [[(f" {title} ", "title"), (first, _style(cell))], *([(f"  {line}", "")] for line in others)]


def _width(shown: Table, index: int) -> int:
    return max(width(cells[index]) for cells in (*shown.rows, [column.title for column in shown.columns]))


def _least(shown: Table, index: int) -> int:
    """The columns that a column needs at least."""
    whole = _width(shown, index)
    if not shown.columns[index].is_words:
        return whole
    words = [width(word) for cells in shown.rows for word in cells[index].split(" ")]
    return min(whole, max(WORDS_MIN, *words, width(shown.columns[index].title)))


def _needed(shown: Table, kept: list[int]) -> int:
    return sum(_least(shown, index) for index in kept) + GAP * (len(kept) - 1)


def _wrapped(
    shown: Table, kept: list[int], widths: dict[int, int], cells: Sequence[str]
) -> list[list[tuple[str, str]]]:
    """The lines of one row."""
    stacks = [
        wrap(cell, widths[index]) if index in widths and shown.columns[index].is_words else [cell]
        for index, cell in enumerate(cells)
    ]
    height = max(len(stacks[index]) for index in kept)
    return [
        _line(shown, kept, widths, [stack[number] if number < len(stack) else "" for stack in stacks])
        for number in range(height)
    ]


def _line(
    shown: Table, kept: list[int], widths: dict[int, int], cells: Sequence[str], *, is_title: bool = False
) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for place, index in enumerate(kept):
        cell, column = cells[index], shown.columns[index]
        blanks = " " * (widths[index] - width(cell))
        is_last = place == len(kept) - 1
        before, after = (blanks, "") if column.is_number else ("", "" if is_last else blanks)
        pieces.append((("" if place == 0 else " " * GAP) + before, ""))
        pieces.append((cell, "title" if is_title else _style(cell)))
        pieces.append((after, ""))
    return [(text, style) for text, style in pieces if text]


def _style(cell: str) -> str:
    if cell in GOOD:
        return "good"
    return "bad" if cell in BAD else "open" if cell in OPEN else ""


def wrap(text: str, room: int) -> list[str]:
    """The lines of a text, broken between words; a word that is longer than a line is not broken."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def pack(pieces: Sequence[str], gap: str, room: int | None) -> list[str]:
    """The lines of pieces that stay whole where they fit at all, as many on a line as fit."""
    lines: list[str] = []
    for piece in pieces:
        if lines and (room is None or width(lines[-1]) + len(gap) + width(piece) <= room):
            lines[-1] += f"{gap}{piece}"
        else:
            lines.extend([piece] if room is None else wrap(piece, room))
    return lines
