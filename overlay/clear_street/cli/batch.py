"""``clear-street batch`` and ``instructions submit --file``: files of instructions, sent once however often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .._annotations import resolvable
from .._states import REFUSED_STATES, TERMINAL_STATES, words_of
from . import _file
from ._contracts import named, option
from ._exit import Exit, gravest, of_error
from ._table import Column
from ._text import clean, counted, csv_lines, decimal
from .expiring import Line, find_expiring

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from .._calls.ensure import EnsuredInstruction
    from .._client import ClearStreet
    from ..types.v1 import PositionInstruction
    from ._session import Session

CHUNK = 20
"""Rows in one request."""
UNKNOWN, NOT_SENT, REJECTED = "UNKNOWN", "NOT SENT", "REJECTED"
_OVER = REFUSED_STATES | {"CANCELLED"}
"""What the service took and will not carry out."""
_WORDS = {"unknown": UNKNOWN, "not_sent": NOT_SENT, "rejected": REJECTED, "landed": "landed"}


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
    is_refused: bool = False
    """Whether the service refused it when it was sent."""

    @property
    def code(self) -> Exit:
        """The exit status, if it were the only row."""
        if self.is_refused:
            return Exit.REFUSED
        if self.listed is None:
            return {UNKNOWN: Exit.UNKNOWN, NOT_SENT: Exit.NOT_SENT}.get(self.status, Exit.UNSETTLED)
        if self.status in TERMINAL_STATES:
            # That it was cancelled is not what the row asks for.
            return Exit.DONE if self.status == "ACCEPTED" else Exit.FAILED
        return Exit.UNSETTLED

    def take(self, listed: PositionInstruction) -> None:
        """Take in what the service has of it."""
        self.listed, self.id, self.status, self.why = listed, listed.id, clean(listed.status), words_of(listed)

    def take_ensured(self, ensured: EnsuredInstruction) -> None:
        """Take in what is known of it once it was sent."""
        if ensured.outcome == "landed" and ensured.instruction is not None:
            self.take(ensured.instruction)
            return
        self.status, self.why = _WORDS[ensured.outcome], clean(ensured.reason)
        # What was refused as a whole, as for a key that is not valid, was not sent on to where it is accepted.
        is_whole = self.status == NOT_SENT and ensured.error is not None and of_error(ensured.error) is Exit.REFUSED
        self.is_refused = is_whole or self.status == REJECTED

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
    session.tell(
        f"  {counted(len(rows), 'row')}, {len(rows) - len(open_rows)} in the list already, {len(open_rows)} to send"
    )
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
    try:
        _ensure(session, rows, is_waited_for=False)
    except KeyboardInterrupt as error:
        session.is_interrupted = True
        is_unknown = of_error(error) is Exit.UNKNOWN
        for sent in rows:
            sent.status, sent.why = UNKNOWN if is_unknown else NOT_SENT, "it was interrupted"
    session.unknown = tuple(sent.row.key for sent in rows if sent.status == UNKNOWN)
    return all(sent.code not in (Exit.UNKNOWN, Exit.NOT_SENT) for sent in rows)


def _ensure(session: Session, rows: Sequence[Sent], *, is_waited_for: bool) -> None:
    """Look once more, send what is not there, and take in what came of each row."""
    instructions: list[Any] = [
        {
            "instruction_type": sent.row.instruction_type,
            "instrument_id": sent.instrument_id,
            "quantity": sent.row.quantity,
            "instruction_id": sent.row.key,
        }
        for sent in rows
    ]

    def call(client: ClearStreet) -> Mapping[str, EnsuredInstruction]:
        if session.is_dry_run:
            # To ensure anything takes a client that can change something. What would be sent is the same.
            client.v1.positions.submit_position_instructions(session.account, instructions=instructions)
        return client.v1.positions.ensure_position_instructions(
            session.account,
            instructions=instructions,
            not_after=session.not_after(),
            wait=is_waited_for,
            wait_deadline=session.wait_seconds,
        )

    ensured = session.change(call) or {}
    for sent in rows:
        if sent.row.key in ensured:
            sent.take_ensured(ensured[sent.row.key])


def _follow(session: Session, rows: Sequence[Sent]) -> None:
    """Wait until what the service has is settled; what cannot be followed stays as it was."""
    from ..errors import ClearStreetError

    try:
        unknown = [sent for sent in rows if sent.status == UNKNOWN]
        if unknown:
            # The list may show it in a while: the same rows under the same keys are never there twice.
            _ensure(session, unknown, is_waited_for=True)
            session.unknown = tuple(sent.row.key for sent in unknown if sent.status == UNKNOWN)
        going_on = {sent.id: sent for sent in rows if sent.id and sent.status not in TERMINAL_STATES}
        if going_on:
            _wait(session, going_on)
    except (ClearStreetError, KeyboardInterrupt) as error:
        session.is_interrupted = isinstance(error, KeyboardInterrupt)
        session.tell(f"What becomes of them could not be followed: {clean(error) or type(error).__name__}")


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
        Column("WHY", lambda sent: sent.why, importance=5, is_words=True, goes_under=True, is_optional=True),
    )
    session.show(columns, rows, records=[sent.record() for sent in rows])
    counts: dict[str, int] = {}
    for sent in rows:
        counts[sent.status] = counts.get(sent.status, 0) + 1
    session.tell(", ".join(f"{count} {status}" for status, count in counts.items()))
    # Whoever does not wait has what was asked for once the service has it.
    settled = {Exit.UNSETTLED: Exit.DONE} if session.options.get("no_wait") else {}
    code = gravest(settled.get(sent.code, sent.code) for sent in rows)
    if any(sent.listed is not None and sent.status in _OVER for sent in rows):
        session.tell("What was taken and then rejected or cancelled is sent again with --batch and a new name alone.")
    if code in (Exit.UNKNOWN, Exit.NOT_SENT, Exit.UNSETTLED):
        session.tell("Run the same command again: the keys follow from the file, so that nothing is sent twice.")
    if code is Exit.UNKNOWN:
        keys = [sent.row.key for sent in rows if sent.code is Exit.UNKNOWN]
        session.tell(f"OUTCOME UNKNOWN of {counted(len(keys), 'row')}. Look:")
        session.tell(f"  {session.again('instructions', 'find', *keys)}")
    return code


def check(session: Session, name: str, *, batch: str) -> Exit:
    """Check a file, and send nothing."""
    rows = [Sent(row) for row in _keyed(session, name, batch)]
    left = _look(session, name, rows)
    session.tell(
        f"{name}: {counted(len(rows), 'row')} without a problem, {len(rows) - len(left)} in the list already, "
        f"{len(left)} to send"
    )
    return Exit.DONE


def template(session: Session, on: date | None) -> Exit:
    """Write a file of all long options that expire, to be edited."""
    found = find_expiring(session, on or session.today)
    free = [line for line in found.lines if decimal(line.position.available_quantity)]
    rows = [(_suggested(line), line.contract.words, line.position.available_quantity) for line in free]
    session.write(csv_lines([_file.FIELDS, *rows]))
    if not rows:
        session.tell("The account is free to exercise nothing that expires then.")
    if any(not kind for kind, _, _ in rows):
        session.tell(
            "A row without an instruction_type is of a contract whose price is not known: decide on it yourself."
        )
    return Exit.DONE


def _suggested(line: Line) -> str:
    """What a person may want: to exercise what is in the money. "", which cannot be sent, where that is not known."""
    if line.inside is None:
        return ""
    return "EXERCISE" if line.inside > 0 else "DO_NOT_EXERCISE"


resolvable(globals(), Sent)
