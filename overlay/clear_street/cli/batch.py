"""``clear-street batch`` and ``instructions submit --file``: files of instructions, sent once however often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .._states import FAILED_STATES, TERMINAL_STATES, words_of
from . import _file
from ._contracts import named, option
from ._exit import Exit, gravest, of_error
from ._table import Column
from ._text import clean, csv_lines, decimal
from .expiring import find_expiring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from .._states import Rejection
    from ..types.v1 import PositionInstruction
    from ._session import Session

CHUNK = 20
"""Rows in one request."""
UNKNOWN, NOT_SENT, LANDED, REJECTED = "UNKNOWN", "NOT SENT", "landed", "REJECTED"


@dataclass
class Sent:
    """A row, and what came of it."""

    row: _file.Row
    instrument_id: str = ""
    status: str = NOT_SENT
    why: str | None = None
    listed: PositionInstruction | None = None
    id: str = ""
    """The server's id, "" while it is not known."""

    @property
    def code(self) -> Exit:
        """The exit status, if it were the only row."""
        if self.status == NOT_SENT:
            return Exit.NOT_SENT
        if self.listed is None:
            return {UNKNOWN: Exit.UNKNOWN, REJECTED: Exit.REFUSED}.get(self.status, Exit.UNSETTLED)
        if self.status in FAILED_STATES:
            return Exit.FAILED
        return Exit.DONE if self.status in TERMINAL_STATES else Exit.UNSETTLED

    def take(self, listed: PositionInstruction) -> None:
        """Take in what the service has of it."""
        self.listed, self.id, self.status, self.why = listed, listed.id, clean(listed.status), words_of(listed)

    def record(self) -> dict[str, Any]:
        """The row for programs."""
        kind, symbol, quantity = self.row.content
        return {
            "line": self.row.line,
            "instruction_type": kind,
            "symbol": symbol,
            "quantity": quantity,
            "instruction_id": self.row.key,
            "status": self.status,
            "why": self.why,
            "id": self.id or None,
        }


def submit_file(session: Session, name: str, batch: str) -> Exit:
    """Submit what a file asks for and is not there yet, and follow it."""
    rows = [Sent(row) for row in _keyed(session, name, batch)]
    open_rows = _look(session, name, rows)
    session.tell(f"  {len(rows)} row(s), {len(rows) - len(open_rows)} in the list already, {len(open_rows)} to send")
    if open_rows:
        _agree(session, open_rows)
        session.follow("submitting", _send_all(session, open_rows))
    if session.is_dry_run:
        return Exit.DONE
    if not (session.options.get("no_wait") or session.is_interrupted):
        _follow(session, rows)
    code = _report(session, rows)
    return Exit.INTERRUPTED if session.is_interrupted and code is not Exit.UNKNOWN else code


def _keyed(session: Session, name: str, batch: str) -> list[_file.Row]:
    rows = _file.read(name)
    return _file.with_keys(rows, session.account, session.today, batch)


def _look(session: Session, name: str, rows: Sequence[Sent]) -> list[Sent]:
    """The rows that the account's list does not have; `Problem` where one of them cannot be right."""
    keys = [sent.row.key for sent in rows]
    listed = session.client.v1.positions.find_position_instructions(session.account, idempotency_keys=keys)
    faults = _file.differing((sent.row for sent in rows), listed)
    for sent in rows:
        if (row := listed[sent.row.key]) is not None:
            sent.take(row)
    left = [sent for sent in rows if sent.listed is None]
    held = session.positions() if left else []
    if left:
        market = session.market_on(session.today)
        faults += _file.check([sent.row for sent in left], held, session.account, market, session.today)
    if faults:
        raise _file.refused(name, len(rows), faults)
    ids = {option(position.symbol): position.instrument_id for position in held}
    for sent in left:
        sent.instrument_id = ids[option(sent.row.symbol)]
    return left


def _agree(session: Session, rows: Sequence[Sent]) -> None:
    counts: dict[tuple[str, str], int] = {}
    for sent in rows:
        what = (sent.row.instruction_type, named(sent.row.symbol))
        counts[what] = counts.get(what, 0) + sent.row.quantity
    facts = [f"{quantity:>6} x     {kind} {contract}" for (kind, contract), quantity in counts.items()]
    session.agree_in_time([option(sent.row.symbol) for sent in rows], facts, f"Send {len(rows)}?")


def _send_all(session: Session, rows: Sequence[Sent]) -> Iterator[tuple[int, int]]:
    """Send rows, some at a time, until one request does not tell what came of it."""
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        if not _send(session, some):
            return
        yield start + len(some), len(rows)


def _send(session: Session, rows: Sequence[Sent]) -> bool:
    """Send rows in one request; whether it makes sense to go on."""
    instructions: list[Any] = [
        {
            "instruction_type": sent.row.instruction_type,
            "instrument_id": sent.instrument_id,
            "quantity": sent.row.quantity,
            "instruction_id": sent.row.key,
        }
        for sent in rows
    ]
    by_key = {sent.row.key: sent for sent in rows}
    try:
        reply = session.change(
            lambda client: client.v1.positions.submit_position_instructions(
                session.account, instructions=instructions, not_after=session.not_after()
            )
        )
    except (Exception, KeyboardInterrupt) as error:
        session.is_interrupted = isinstance(error, KeyboardInterrupt)
        _take_error(by_key, error)
        return of_error(error) is Exit.REFUSED
    if reply is None:
        return True
    # A reply may have rows that nobody asked for; one of ours that it lacks is unknown.
    for sent in rows:
        sent.status, sent.why = UNKNOWN, "the reply does not say what became of it"
    for row in (row for row in reply.accepted if row.instruction_id in by_key):
        by_key[row.instruction_id].take(row)
    _take_rejections(by_key, reply.rejections)
    return all(sent.status != UNKNOWN for sent in rows)


def _take_error(by_key: dict[str, Sent], error: BaseException) -> None:
    """What an error tells of each row."""
    outcomes: dict[str, str] = getattr(error, "outcomes", {})
    for key, sent in by_key.items():
        outcome = outcomes.get(key, "unknown" if of_error(error) is Exit.UNKNOWN else "not_sent")
        sent.why = clean(error)
        sent.status = {"landed": LANDED, "rejected": REJECTED, "unknown": UNKNOWN}.get(outcome, NOT_SENT)
    rejected = {key: sent for key, sent in by_key.items() if sent.status == REJECTED}
    _take_rejections(rejected, getattr(error, "rejections", ()))


def _take_rejections(by_key: dict[str, Sent], rejections: Iterable[Rejection]) -> None:
    for row, why, existing_id, _ in (each for each in rejections if each.instruction.instruction_id in by_key):
        sent = by_key[row.instruction_id]
        # A duplicate is there already: its key stands for what the row asks for. The list will show it.
        sent.status, sent.why, sent.id = REJECTED if existing_id is None else LANDED, why, existing_id or ""


def _follow(session: Session, rows: Sequence[Sent]) -> None:
    """Wait until what the service has is settled; what cannot be followed stays as it was."""
    from ..errors import ClearStreetError

    try:
        _find(session, [sent for sent in rows if sent.status == LANDED and not sent.id])
        going_on = {sent.id: sent for sent in rows if sent.id and sent.status not in TERMINAL_STATES}
        if going_on:
            _wait(session, going_on)
    except (ClearStreetError, KeyboardInterrupt) as error:
        session.is_interrupted = isinstance(error, KeyboardInterrupt)
        session.tell(f"What becomes of them could not be followed: {clean(error) or type(error).__name__}")


def _find(session: Session, rows: Sequence[Sent]) -> None:
    """Look for rows that are there, of which nothing else is known."""
    if rows:
        keys = [sent.row.key for sent in rows]
        listed = session.client.v1.positions.find_position_instructions(session.account, idempotency_keys=keys)
        there = {key: row for key, row in listed.items() if row is not None}
        for sent in (sent for sent in rows if sent.row.key in there):
            sent.take(there[sent.row.key])


def _wait(session: Session, rows: dict[str, Sent]) -> None:
    from ..errors import InstructionFailedError, WaitTimeoutError

    try:
        seen: Sequence[PositionInstruction] = session.client.v1.positions.wait_for_position_instructions(
            list(rows), account_id=session.account, deadline=session.wait_seconds
        )
    except (InstructionFailedError, WaitTimeoutError) as error:
        seen = cast("Sequence[PositionInstruction]", error.rows)
    for row in seen:
        rows[row.id].take(row)


def _report(session: Session, rows: Sequence[Sent]) -> Exit:
    """Show what came of each row; the exit status."""
    columns: Sequence[Column[Sent]] = (
        Column("LINE", lambda sent: sent.row.line, is_number=True),
        Column("TYPE", lambda sent: sent.row.instruction_type, importance=6, goes_under=True),
        Column("QTY", lambda sent: sent.row.quantity, importance=9, is_number=True, goes_under=True),
        Column("CONTRACT", lambda sent: named(sent.row.symbol), importance=8, goes_under=True),
        Column("STATUS", lambda sent: sent.status, importance=10, goes_under=True),
        Column("WHY", lambda sent: sent.why, importance=7, is_words=True, goes_under=True, is_optional=True),
    )
    session.show(columns, rows, records=[sent.record() for sent in rows])
    counts: dict[str, int] = {}
    for sent in rows:
        counts[sent.status] = counts.get(sent.status, 0) + 1
    session.tell(", ".join(f"{count} {status}" for status, count in counts.items()))
    # Whoever does not wait has what was asked for once the service has it.
    settled = {Exit.UNSETTLED: Exit.DONE} if session.options.get("no_wait") else {}
    code = gravest(settled.get(sent.code, sent.code) for sent in rows)
    if code in (Exit.UNKNOWN, Exit.NOT_SENT, Exit.UNSETTLED):
        session.tell("Run the same command again: the keys follow from the file, so that nothing is sent twice.")
    if code is Exit.UNKNOWN:
        keys = [sent.row.key for sent in rows if sent.code is Exit.UNKNOWN]
        session.tell(f"OUTCOME UNKNOWN of {len(keys)} row(s). Look:")
        session.tell(f"  {session.again('instructions', 'find', *keys)}")
    return code


def check(session: Session, name: str, *, batch: str) -> Exit:
    """Check a file, and send nothing."""
    rows = [Sent(row) for row in _keyed(session, name, batch)]
    left = _look(session, name, rows)
    session.tell(f"{name}: {len(rows)} row(s) are right, {len(left)} are to be sent")
    return Exit.DONE


def template(session: Session, on: date | None) -> Exit:
    """Write a file of all long options that expire, to be edited."""
    found = find_expiring(session, on or session.today, with_prices=False)
    free = [(line.contract.words, line.position.available_quantity) for line in found.lines]
    rows = [(words, quantity) for words, quantity in free if decimal(quantity)]
    session.write(csv_lines(_file.template(rows)))
    if not rows:
        session.tell("Nothing that the account is free to exercise expires then.")
    return Exit.DONE
