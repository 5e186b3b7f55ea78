"""The rules of position instructions: submitting, listing and cancelling them, and their lives."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from .book import Account, Instruction
from .positions import available, plain
from .wire import Answer, Refusal, is_list, is_object

if TYPE_CHECKING:
    from .book import Book, Instrument, Plan
    from .wire import Call, Json

NIL_ID = "00000000-0000-0000-0000-000000000000"
"""The id of a row that was refused: it is not stored."""
TYPES = ("EXERCISE", "DO_NOT_EXERCISE", "CONTRARY_EXERCISE")
TERMINAL = frozenset({"ACCEPTED", "REJECTED", "ENGINE_REJECTED", "CANCELLED", "CANCEL_FAILED"})
STATUSES = frozenset({"SENT", "CANCEL_REQUESTED", "UNKNOWN"}) | TERMINAL
_REASONS = {
    "REJECTED": "Rejected by the clearing venue",
    "ENGINE_REJECTED": "Rejected by the engine",
    "CANCEL_FAILED": "Too late to cancel",
}


def get_instructions(book: Book, account: Account, call: Call, *, lag: float) -> Answer:
    """The instructions of an account as they were `lag` seconds ago."""
    query = call.query()
    rows = [row for stored in account.instructions.values() if (row := stored.row_at(book.time - lag))]
    if "instrument_id" in query:
        instrument = book.resolve(query["instrument_id"])
        if instrument is None:
            raise Refusal(422, f"{query['instrument_id']!r} resolves to no instrument")
        rows = [row for row in rows if book.instruments[row["instrument_id"]] == instrument]
    return Answer(rows)


def submit(book: Book, account: Account, call: Call, *, honour_keys: bool, echo_keys: bool) -> Answer:
    """Store the instructions of a batch that are allowed; `Refusal` with the rows if none is."""
    rows: list[Json] = []
    refusals: list[Refusal] = []
    for submitted in _submitted(call):
        try:
            instrument = _checked(book, account, submitted, honour_keys=honour_keys)
        except Refusal as refusal:
            refusals.append(refusal)
            rows.append(_refused(book, account, submitted, refusal.message, echo_keys=echo_keys))
        else:
            row = new_row(book, account, instrument, submitted, echo_keys=echo_keys)
            stored = Instruction(
                account.id, submitted.get("instruction_id") or row["instruction_id"], [(book.time, row)]
            )
            account.instructions[row["id"]] = stored
            book.enter("submitted", account.id, row["id"], "SENT", stored.key)
            plan = _plan(book, stored)
            _follow(book, stored, plan, plan.then, plan.after)
            rows.append(row)
    if len(refusals) < len(rows):
        summary = f"{len(refusals)} of {len(rows)} instructions were rejected"
        return Answer(rows, 207, summary) if refusals else Answer(rows)
    statuses = {refusal.status for refusal in refusals}
    message = refusals[0].message if len(rows) == 1 else f"All {len(rows)} instructions were rejected"
    raise Refusal(statuses.pop() if len(statuses) == 1 else 400, message, rows)


def refuse_all(book: Book, account: Account, call: Call, status: int, reason: str, *, echo_keys: bool) -> Refusal:
    """What a submit gets when nothing can be stored."""
    rows = [_refused(book, account, submitted, reason, echo_keys=echo_keys) for submitted in _submitted(call)]
    return Refusal(status, reason, rows)


def cancel(book: Book, account: Account, call: Call) -> Answer:
    """Ask for an instruction to be cancelled; asking again changes nothing."""
    stored = account.instructions.get(call.item)
    if stored is None:
        raise Refusal(404, f"Account {account.id} has no position instruction {call.item!r}")
    status = stored.row["status"]
    if status in TERMINAL:
        raise Refusal(409, f"The position instruction is already {status}")
    if status != "CANCEL_REQUESTED":
        change(book, stored, "CANCEL_REQUESTED", None, "cancel_requested")
        plan = _plan(book, stored)
        _follow(book, stored, plan, plan.cancel_then, plan.cancel_after)
    return Answer(stored.row)


def change(book: Book, stored: Instruction, status: str, reason: str | None, kind: str) -> None:
    """Put an instruction into a status."""
    row = {**stored.row, "status": status, "updated_at": book.timestamp}
    row["rejection_reason"] = (reason or _REASONS[status]) if status in _REASONS else None
    if status == "ACCEPTED":
        row["accepted_quantity"] = row["quantity"]
    stored.versions.append((book.time, row))
    book.enter(kind, stored.account_id, row["id"], status, stored.key)


def new_row(book: Book, account: Account, instrument: Instrument | None, submitted: Json, *, echo_keys: bool) -> Json:
    """The row of an instruction as it was submitted, under a new id."""
    key = submitted.get("instruction_id")
    return {
        "id": book.new_id(),
        "account_id": account.id,
        "instruction_id": key if key and echo_keys else book.new_id(),
        "instruction_type": submitted["instruction_type"],
        "instrument_id": submitted["instrument_id"],
        "quantity": submitted["quantity"],
        "status": "SENT",
        "symbol": instrument.symbol if instrument else "",
        "accepted_quantity": None,
        "created_at": book.timestamp,
        "rejection_reason": None,
        "updated_at": book.timestamp,
    }


def foreign_row(book: Book, call: Call) -> Json:
    """The row of an instruction of another account than the call's, which is being cancelled."""
    account_id = 1 + int(call.account) if re.fullmatch(r"[0-9]+", call.account) else 1
    submitted = {"instruction_type": TYPES[0], "instrument_id": NIL_ID, "quantity": "1"}
    row = new_row(book, Account(account_id, None), None, submitted, echo_keys=False)
    return {**row, "status": "CANCEL_REQUESTED"}


def _refused(book: Book, account: Account, submitted: Json, reason: str, *, echo_keys: bool) -> Json:
    row = new_row(book, account, book.instruments.get(submitted["instrument_id"]), submitted, echo_keys=echo_keys)
    row.update(id=NIL_ID, status="REJECTED", created_at=None, rejection_reason=reason, updated_at=None)
    return row


def _submitted(call: Call) -> list[Json]:
    rows = call.json()
    if not is_list(rows) or not rows:
        raise Refusal(400, "Expected a JSON array of at least one instruction")
    for index, row in enumerate(rows):
        if not is_object(row):
            raise Refusal(400, f"Instruction {index} is not an object")
        for name in ("instruction_type", "instrument_id", "quantity"):
            if not isinstance(row.get(name), str):
                raise Refusal(400, f"`{name}` of instruction {index} is not a string")
        if row["instruction_type"] not in TYPES:
            raise Refusal(400, f"`instruction_type` of instruction {index} is none of {', '.join(TYPES)}")
        key = row.get("instruction_id")
        if key is not None and not (isinstance(key, str) and key.strip()):
            raise Refusal(400, f"`instruction_id` of instruction {index} is no key")
    return rows


def _checked(book: Book, account: Account, submitted: Json, *, honour_keys: bool) -> Instrument:
    key, quantity, kind = submitted.get("instruction_id"), submitted["quantity"], submitted["instruction_type"]
    if key and honour_keys:
        for stored in account.instructions.values():
            if stored.key == key:
                raise Refusal(409, f"Duplicate exercise instruction; existing_id={stored.row['id']}")
    instrument = book.instruments.get(submitted["instrument_id"])
    if instrument is None:
        raise Refusal(404, f"There is no instrument {submitted['instrument_id']!r}")
    if instrument.expiry is None:
        raise Refusal(400, f"{instrument.symbol} is not an options contract")
    today = book.now.date()
    if today > instrument.expiry:
        raise Refusal(400, f"{instrument.symbol} expired on {instrument.expiry}")
    if kind != "EXERCISE" and today != instrument.expiry:
        raise Refusal(400, f"{kind} is allowed only on the expiry date, {instrument.expiry}")
    if today.weekday() >= 5:
        raise Refusal(400, f"{today} is not a business day")
    if not re.fullmatch(r"[0-9]+(\.0*)?", quantity) or not Decimal(quantity):
        raise Refusal(400, "Quantity must be a whole number of contracts greater than zero")
    holding = account.holdings.get(instrument.id)
    if holding is None or holding.quantity < 0:
        raise Refusal(400, f"There is no long position in {instrument.symbol}")
    free = available(account, holding)
    if Decimal(quantity) > free:
        raise Refusal(400, f"Quantity {quantity} exceeds the available position of {plain(free)}")
    return instrument


def _plan(book: Book, stored: Instruction) -> Plan:
    instrument = book.instruments[stored.row["instrument_id"]]
    return next(
        plan
        for plan in reversed(book.plans)
        if (plan.instrument is None or book.resolve(plan.instrument) == instrument)
        and plan.instruction in (None, stored.key, stored.row["id"])
    )


def _follow(book: Book, stored: Instruction, plan: Plan, path: tuple[str, ...], after: float) -> None:
    if not path:
        return
    versions = len(stored.versions)

    def step() -> None:
        # Whatever else befell the instruction in the meantime has taken the plan's place.
        if len(stored.versions) == versions:
            change(book, stored, path[0], plan.reason, "settled")
            _follow(book, stored, plan, path[1:], after)

    book.schedule(after, step)
