"""What was seen of instructions that are watched, as lines for people and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._table import Column, Table, layout, pack, table
from ._text import clean, clock_time, compact_json, csv_lines, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .._calls.changes import InstructionChange
    from ._session import Session

FIELDS = ("at", "id", "instruction_id", "symbol", "instruction_type", "quantity", "previous_status", "status")


def record(change: InstructionChange) -> dict[str, Any]:
    """A change, for programs: the row, and what is not in it."""
    return {**change.instruction.to_dict(), "previous_status": change.previous_status, "at": change.at.isoformat()}


def _changed(change: InstructionChange) -> datetime:
    """When it changed, by the service's clock; where the service does not tell it, when it was seen."""
    return change.instruction.updated_at or change.at


class Watched:
    """The last change of each instruction that was seen."""

    def __init__(self, session: Session) -> None:
        self.last: dict[str, InstructionChange] = {}
        self._session = session
        self._has_header = False

    def take(self, change: InstructionChange) -> None:
        """Take a change in."""
        # A new dict, because another thread draws.
        self.last = {**self.last, change.instruction.id: change}

    def line(self, change: InstructionChange) -> str:
        """A change as a line of output."""
        if self._session.format in ("json", "jsonl"):
            return f"{compact_json(record(change))}\n"
        if self._session.format == "csv":
            header = "" if self._has_header else f"{','.join(FIELDS)}\n"
            self._has_header = True
            return header + csv_lines([[record(change).get(name) for name in FIELDS]])
        row = change.instruction
        was = f"{clean(change.previous_status)} -> " if change.previous_status else ""
        odd = " (it had been settled!)" if change.is_anomaly else ""
        at = clock_time(_changed(change), self._session.zone)
        return f"{at}  {clean(row.id)}  {clean(row.symbol)}  {was}{clean(row.status)}{odd}\n"

    def table(self) -> Table:
        """All that was seen."""
        zone = self._session.zone
        columns: Sequence[Column[InstructionChange]] = (
            Column("SYMBOL", lambda change: change.instruction.symbol),
            Column("TYPE", lambda change: change.instruction.instruction_type, importance=6),
            Column("QTY", lambda change: number(change.instruction.quantity), importance=9, is_number=True),
            Column("STATUS", lambda change: change.instruction.status, importance=8, goes_under=True),
            Column("WAS", lambda change: change.previous_status, importance=5, is_optional=True),
            Column("AT", lambda change: clock_time(_changed(change), zone), importance=7),
            Column("ID", lambda change: change.instruction.id, importance=3),
        )
        return table(columns, list(self.last.values()))

    def lines(self, columns: int, rows: int) -> list[list[tuple[str, str]]]:
        """What is shown of it at the moment, on a screen of this size: the latest changes, if not all fit."""
        session = self._session
        now = clock_time(session.service_now(), session.zone)
        laid = layout(self.table(), columns)
        told = (now, f"account {session.account}", "Ctrl-C ends it", clean(session.client.base_url))
        head = [[(pack(told, " · ", columns)[0], "")]]
        foot = [[(f"not shown: {', '.join(laid.dropped)}"[:columns], "")]] if laid.dropped else []
        spare = max(1, rows - len(head) - len(foot) - 1)
        return [*head, laid.lines[0], *laid.lines[1:][-spare:], *foot]
