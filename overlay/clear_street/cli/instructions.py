"""``clear-street instructions``: submit, follow, cancel and find instructions on option positions."""

from __future__ import annotations

import sys
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, cast

from .._annotations import resolvable
from .._states import FAILED_STATES, TERMINAL_STATES, words_of
from ._columns import of_instructions
from ._contracts import found, is_meant, named, option, what_it_moves
from ._exit import Exit, Problem, gravest, of_error
from ._text import clean, clock_time, number
from ._time import new_york
from .batch import submit_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from .._calls.changes import InstructionChange
    from ..types.v1 import Position, PositionInstruction
    from ._session import Session


def open_ids(session: Session) -> list[str]:
    """The ids of instructions of which something is still to come."""
    return [clean(row.id) for row in session.instructions() if row.status not in TERMINAL_STATES]


def keys(session: Session) -> list[str]:
    """The keys of the account's instructions."""
    return [clean(row.instruction_id) for row in session.instructions()]


def list_instructions(
    session: Session, ids: Sequence[str], *, open: bool, symbol: str | None, since: date | time | None
) -> Exit:
    """List an account's instructions."""
    rows = session.instructions()
    if ids:
        rows = [row for row in rows if row.id in ids]
    if open:
        rows = [row for row in rows if row.status not in TERMINAL_STATES]
    if symbol is not None:
        rows = [row for row in rows if is_meant(row, symbol)]
    if since is not None:
        start = _start(session, since)
        rows = [row for row in rows if row.created_at is not None and row.created_at >= start]
    show(session, rows)
    return Exit.DONE


def _start(session: Session, since: date | time) -> datetime:
    if isinstance(since, time):
        return datetime.combine(session.world.now().astimezone(new_york()).date(), since, new_york())
    return datetime.combine(since, time(), new_york())


def show(session: Session, rows: Sequence[PositionInstruction]) -> None:
    """Write instructions as results."""
    session.show(of_instructions(session.zone), rows, records=[row.to_dict() for row in rows])


def submit(
    session: Session,
    symbol: str | None,
    quantity: int | None,
    *,
    type: str,
    key: str | None,
    file: str | None,
    batch: str,
) -> Exit:
    """Submit one instruction, or those of a file."""
    if file is not None and symbol is None and key is None:
        return submit_file(session, file, batch)
    if file is not None or symbol is None or quantity is None:
        raise Problem("Give SYMBOL and QTY, or --file FILE. Nothing was sent.")
    return _submit(session, symbol, quantity, type, key)


def _submit(session: Session, symbol: str, quantity: int, type: str, key: str | None) -> Exit:
    """Submit one instruction, and follow it."""
    position = found(session.positions(), symbol)
    if position is None:
        raise Problem(f"Account {session.account} holds no {clean(symbol)}. Nothing was sent.")
    from .._api.keys import new_idempotency_key

    key = key or new_idempotency_key()
    session.agree_in_time([option(position.symbol)], _facts(position, quantity, type), "Send it?")
    row: Any = {
        "instruction_type": type,
        "instrument_id": position.instrument_id,
        "quantity": quantity,
        "instruction_id": key,
    }
    reply = session.change(
        lambda client: client.v1.positions.submit_position_instructions(
            session.account,
            instructions=[row],
            not_after=session.not_after(),
        )
    )
    if reply is None:
        return Exit.DONE
    sent = next((row for row in reply.accepted if row.instruction_id == key), None)
    if sent is None:
        raise _undetermined(key)
    _say_row(session, sent, f"key {key}")
    return settle(session, [sent], until="ACCEPTED")


def _facts(position: Position, quantity: int, type: str) -> list[str]:
    return [
        f"instruction  {type}",
        f"contract     {named(position.symbol)}   ({clean(position.symbol)})",
        f"quantity     {quantity} of {number(position.available_quantity)} free ({number(position.quantity)} held)",
        *(f"             {moved}" for moved in [what_it_moves(position, quantity, type)] if moved),
    ]


def _undetermined(key: str) -> Problem:
    return Problem("the reply does not say what became of the row, and the list does not show it", Exit.UNKNOWN, [key])


def settle(session: Session, rows: Sequence[PositionInstruction], *, until: str) -> Exit:
    """Follow instructions that the service has until they are in a status; the exit status.

    What was sent is known: that it cannot be followed is no unknown outcome.
    """
    if session.options.get("no_wait"):
        show_unless_table(session, rows)
        return Exit.DONE
    try:
        return _wait(session, {row.id: row.status for row in rows}, (until,))
    except (Exception, KeyboardInterrupt) as error:
        code = Exit.INTERRUPTED if isinstance(error, KeyboardInterrupt) else Exit.UNSETTLED
        raise Problem(
            f"The service has it; what becomes of it was not seen ({clean(error) or type(error).__name__}). "
            f"See: {session.again('instructions', 'wait', *(row.id for row in rows))}",
            code,
        ) from None


def wait(session: Session, ids: Sequence[str], *, until: Sequence[str]) -> Exit:
    """Wait for instructions, telling each change."""
    return _wait(session, dict.fromkeys(ids), until)


def _wait(session: Session, told: Mapping[str, str | None], until: Sequence[str]) -> Exit:
    """Wait for instructions, of which a state was told already."""
    from ..errors import InstructionFailedError, WaitTimeoutError

    def say(change: InstructionChange) -> None:
        row = change.instruction
        if change.previous_status is not None or row.status != told.get(row.id):
            _say_row(session, row)

    ids = list(told)
    try:
        rows: Sequence[PositionInstruction] = session.client.v1.positions.wait_for_position_instructions(
            ids,
            account_id=session.account,
            until=tuple(until) or None,
            deadline=session.wait_seconds,
            on_change=say,
        )
    except (InstructionFailedError, WaitTimeoutError) as error:
        show_unless_table(session, cast("Sequence[PositionInstruction]", error.rows))
        code = of_error(error)
        # People have read of a failure: its row was told.
        if code is Exit.UNSETTLED or session.format != "table":
            session.tell_error(error, code)
        if code is Exit.UNSETTLED:
            session.tell(f"See: {session.again('instructions', 'wait', *ids)}")
        return code
    show_unless_table(session, rows)
    return Exit.DONE


def show_unless_table(session: Session, rows: Sequence[PositionInstruction]) -> None:
    """Write rows for programs; people have read of them."""
    if session.format != "table":
        show(session, rows)


def cancel(session: Session, ids: Sequence[str]) -> Exit:
    """Cancel instructions, and follow them."""
    session.looks = ("instructions", "list", *ids)
    session.keep_cutoff()
    listed = {row.id: row for row in session.instructions()}
    session.agree((*session.where(), *(f"cancel       {_named(listed.get(item), item)}" for item in ids)), "Cancel?")
    codes: list[Exit] = []
    asked: list[PositionInstruction] = []
    for item in ids:
        try:
            reply = _cancel_one(session, item)
        except Exception as error:
            if len(ids) == 1:
                raise
            codes.append(of_error(error))
            session.tell(f"{clean(item)}: {clean(error)}")
            if codes[-1] in (Exit.UNKNOWN, Exit.NOT_SENT):
                break
        else:
            if reply is not None:
                asked.append(reply)
                _say_row(session, reply)
    if codes and codes[-1] is Exit.UNKNOWN:
        session.tell("OUTCOME UNKNOWN: look before anything else:")
        session.tell(f"  {session.again(*session.looks)}")
    if asked:
        codes.append(settle(session, asked, until="CANCELLED"))
    return gravest(codes)


def _cancel_one(session: Session, item: str) -> PositionInstruction | None:
    reply = session.change(
        lambda client: client.v1.positions.cancel_position_instruction(
            item, account_id=session.account, not_after=session.not_after()
        )
    )
    return None if reply is None else reply.data


def _named(row: PositionInstruction | None, item: str) -> str:
    if row is None:
        return f"{clean(item)}, which the list does not show"
    return f"{row.instruction_type} {number(row.quantity)} x {clean(row.symbol)}, {clean(row.status)}, id {clean(item)}"


def _say_row(session: Session, row: PositionInstruction, more: str | None = None) -> None:
    words = [f"{clean(row.status):<16}", clock_time(row.updated_at, session.zone), f"id {clean(row.id)}"]
    more = more or words_of(row)
    if session.format == "table":
        session.say([*words, *([clean(more)] if more else [])])


def find(session: Session, keys: Sequence[str]) -> Exit:
    """Find instructions by their keys."""
    listed = session.client.v1.positions.find_position_instructions(session.account, idempotency_keys=list(keys))
    rows = [row for row in listed.values() if row is not None]
    if rows or session.format != "table":
        show(session, rows)
    missing = [key for key, row in listed.items() if row is None]
    for key in missing:
        session.tell(f"{clean(key)}: not in the list")
    if not missing:
        return Exit.DONE
    session.tell(
        "What is not in the list was refused, was lost, or is on its way: look again in a minute. If it is not there "
        "then, send it again under the same key (--key): the service refuses a key that it has taken before."
    )
    return Exit.UNKNOWN


def watch(session: Session, ids: Sequence[str]) -> Exit:
    """Follow instructions until all are settled, or Ctrl-C."""
    from ._watch import Watched

    watched = Watched(session)
    is_redrawn = session.format == "table" and session.can_redraw
    if is_redrawn:
        session.service_now()  # now, and not in the thread that draws
    changes = session.client.v1.positions.watch_position_instructions(
        session.account, ids=list(ids) or None, deadline=session.options.get("deadline")
    )
    if is_redrawn:
        from ._screen import live

        try:
            with live(sys.stdout, watched.lines, is_colourful=session.is_colourful):
                for change in changes:
                    watched.take(change)
        finally:
            session.draw(watched.table())
    else:
        for change in changes:
            watched.take(change)
            session.write(watched.line(change))
    states = [change.instruction.status for change in watched.last.values()]
    if any(status in FAILED_STATES for status in states):
        return Exit.FAILED
    return Exit.DONE if all(status in TERMINAL_STATES for status in states) else Exit.UNSETTLED


resolvable(globals())
