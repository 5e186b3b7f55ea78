"""Files of instructions: their rows, the keys that follow from what stands in them, and what is wrong with them."""

from __future__ import annotations

import io
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ._commands import TYPES
from ._contracts import found, is_long, named, option
from ._exit import Problem
from ._text import clean, counted, decimal, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from ..market import Market
    from ..types.v1 import Position, PositionInstruction

FIELDS = ("instruction_type", "symbol", "quantity")
"""What every row has."""
KEY = "instruction_id"
"""What a row may have besides: an idempotency key of its own."""
STANDARD_INPUT = "-"
_NAMESPACE = "6f8c1f0e-5a53-4c41-9b0c-2d1a7f4b9e36"
"""Of the keys that follow from the content of a file. Another one would make the same file another batch."""


class Fault(NamedTuple):
    """Something wrong in a file."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.what}"


@dataclass(frozen=True)
class Row:
    """A row of a file."""

    line: int
    instruction_type: str
    symbol: str
    quantity: int
    key: str
    """The idempotency key; "" while it is to follow from the content."""

    @property
    def content(self) -> tuple[str, str, str]:
        """What the row asks for, however it is written."""
        contract = option(self.symbol)
        return self.instruction_type, self.symbol if contract is None else contract.api, str(self.quantity)


def read(name: str) -> list[Row]:
    """The rows of a file; `Problem` with all that is wrong, and where."""
    text = _text(name)
    begun = text.lstrip()
    records = list(_json_lines(text) if begun.startswith("{") else _csv(text))
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, record in records:
        if isinstance(record, str):
            faults.append(Fault(line, record))
        elif wrong := list(_wrong(record)):
            faults.extend(Fault(line, what) for what in wrong)
        else:
            rows.append(_row(line, record))
    keys = Counter(row.key for row in rows if row.key)
    faults.extend(
        Fault(row.line, f"{KEY}: {row.key!r} is there {keys[row.key]} times") for row in rows if keys[row.key] > 1
    )
    if not records:
        raise Problem(f"{name} has no rows. Nothing was sent.")
    if faults:
        raise refused(name, len(records), faults)
    return rows


def refused(name: str, rows: int, faults: Sequence[Fault]) -> Problem:
    """What ends a run whose file cannot be used."""
    listed = "\n".join(f"  {clean(fault)}" for fault in sorted(faults))
    return Problem(f"{name}: {counted(rows, 'row')}, {counted(len(faults), 'problem')}; nothing was sent\n{listed}")


def _text(name: str) -> str:
    from pathlib import Path

    try:
        content = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(f"{name} is not in UTF-8. Nothing was sent.") from None
    except OSError as error:
        raise Problem(f"{name} cannot be read: {error.strerror}. Nothing was sent.") from None


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for line, content in enumerate(text.splitlines(), 1):
        if content.strip():
            record = _object(content)
            yield line, "this is no JSON object" if record is None else record


def _object(content: str) -> dict[str, Any] | None:
    import json

    try:
        record: Any = json.loads(content)
    except ValueError:
        return None
    return cast("dict[str, Any]", record) if isinstance(record, dict) else None


def _csv(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    import csv

    reader = csv.reader(io.StringIO(text))
    names = [name.strip() for name in next(reader, list[str]())]
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            yield reader.line_num, f"{len(cells)} cells under {len(names)} names"
        else:
            # A cell that this program wrote for a spreadsheet may have a sign before it.
            yield reader.line_num, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}


def _wrong(record: Mapping[str, Any]) -> Iterator[str]:
    for name in record:
        if name not in (*FIELDS, KEY):
            yield f"{name}: there is no such column; there are {', '.join((*FIELDS, KEY))}"
    for name in FIELDS:
        if record.get(name) in (None, ""):
            yield f"{name}: it is missing"
    kind, symbol, quantity, key = (record.get(name) for name in (*FIELDS, KEY))
    if kind not in (None, "", *TYPES):
        yield f"instruction_type: {kind!r} is none of {', '.join(TYPES)}"
    if quantity not in (None, "") and _whole(quantity) is None:
        yield f"quantity: {quantity!r} is no positive whole number"
    if symbol not in (None, "") and (not isinstance(symbol, str) or option(symbol) is None):
        yield f"symbol: {symbol!r} is no symbol of an option, such as 'AAPL 280121C00195000'"
    if not isinstance(key, str | None):
        yield f"{KEY}: {key!r} is no text"


def _whole(value: object) -> int | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) else None


def _row(line: int, record: Mapping[str, Any]) -> Row:
    kind, symbol, quantity = (record[name] for name in FIELDS)
    return Row(line, kind, symbol, int(quantity), record.get(KEY) or "")


def with_keys(rows: Iterable[Row], account: int, day: date, batch: str) -> list[Row]:
    """The rows, each under its key: its own, or one that follows from what it asks for, on this day in this batch.

    The number of the line is no part of it: a row that is put before it does not change it. Of rows that ask for the
    same, the nth has the nth key.
    """
    import json
    from uuid import UUID, uuid5

    seen: Counter[tuple[str, str, str]] = Counter()
    keyed: list[Row] = []
    for row in rows:
        key = row.key
        if not key:
            seen[row.content] += 1
            parts = (str(account), day.isoformat(), batch, *row.content, str(seen[row.content]))
            key = str(uuid5(UUID(_NAMESPACE), json.dumps(parts)))
        keyed.append(Row(row.line, row.instruction_type, row.symbol, row.quantity, key))
    return keyed


def check(rows: Sequence[Row], held: Sequence[Position], account: int, market: Market, today: date) -> list[Fault]:
    """What is wrong with rows that are to be sent, as far as it can be known here."""
    faults: list[Fault] = []
    asked: Counter[str] = Counter()
    for row in rows:
        position, contract = found(held, row.symbol), option(row.symbol)
        if position is None or contract is None or not is_long(position):
            faults.append(Fault(row.line, f"symbol: account {account} holds no {named(row.symbol)}"))
            continue
        last = market.last_day(contract)
        if last < today:
            faults.append(Fault(row.line, f"symbol: {contract.words} expired on {last}"))
        elif row.instruction_type != "EXERCISE" and last != today:
            faults.append(
                Fault(row.line, f"instruction_type: {row.instruction_type} is for the expiry day alone, {last}")
            )
        asked[contract.api] += row.quantity
        free = decimal(position.available_quantity)
        if free is not None and asked[contract.api] > free:
            faults.append(
                Fault(
                    row.line,
                    f"quantity: {asked[contract.api]} of {contract.words} in this file, {number(free)} free",
                )
            )
    return faults


def differing(rows: Iterable[Row], listed: Mapping[str, PositionInstruction | None]) -> list[Fault]:
    """Rows whose key was used for something else."""
    faults: list[Fault] = []
    for row in rows:
        other = listed.get(row.key)
        if other is None:
            continue
        theirs = (str(other.instruction_type), option(other.symbol), decimal(other.quantity))
        if theirs != (row.instruction_type, option(row.symbol), decimal(row.quantity)):
            used = f"{clean(other.instruction_type)} {number(other.quantity)} {named(other.symbol)}"
            faults.append(Fault(row.line, f"{KEY}: {clean(row.key)} was used for {used}"))
    return faults
