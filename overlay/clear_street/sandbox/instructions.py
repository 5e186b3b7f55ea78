"""Implement position instructions: submit, list and cancel them, and change their status as planned."""

from __future__ import annotations

import re
from datetime import UTC, time
from decimal import Decimal
from typing import TYPE_CHECKING

from .dialects import FILTERS
from .messages import Answer, Refusal, is_list, is_object, plain
from .positions import available
from .state import Account, Instruction

if TYPE_CHECKING:
    from datetime import datetime

    from .messages import Call, Json
    from .state import Instrument, Plan, State

NIL_ID = "00000000-0000-0000-0000-000000000000"
"""The id of a rejected row, which is not stored."""
TYPES = ("EXERCISE", "DO_NOT_EXERCISE", "CONTRARY_EXERCISE")
TERMINAL = frozenset({"ACCEPTED", "REJECTED", "ENGINE_REJECTED", "CANCELLED", "CANCEL_FAILED"})
STATUSES = frozenset({"SENT", "CANCEL_REQUESTED", "UNKNOWN"}) | TERMINAL
EXERCISE_DOMAIN = "com.clearstreet.oems.exercise"
CLEARING_DOMAIN = "com.clearstreet.oems.clearing"
_INVALID, _BY_VENUE, _NO_VENUE = "INVALID_INSTRUCTION", "REJECTED_BY_VENUE", "VENUE_UNAVAILABLE"
"""The sandbox's own reason codes, where the service has published none. A client must accept unknown codes."""
_END_OF_DAY = time(23, 59, 59)
_REASONS = {
    "REJECTED": "Rejected by the clearing venue",
    "ENGINE_REJECTED": "Rejected by the engine",
    "CANCEL_FAILED": "Too late to cancel",
}


class _Rejected(Refusal):
    """Raised for a row that is rejected: the field, the reason in words, and the reason as a code with metadata."""

    def __init__(self, status: int, field: str, message: str, code: str = _INVALID, **metadata: str) -> None:
        super().__init__(status, message)
        self.field: str = field
        self.rejection: Json = _rejection(message, code, EXERCISE_DOMAIN, **metadata)


def _rejection(description: str, code: str, domain: str, **metadata: str) -> Json:
    return {"reason": code, "domain": domain, "metadata": metadata, "description": description}


def get_instructions(state: State, account: Account, call: Call) -> Answer:
    """Answer with an account's instructions, filtered by the query, as they were `list_lag` seconds ago."""
    query = call.query()
    rows = [row for stored in account.instructions.values() if (row := stored.row_at(state.time - state.list_lag))]
    for name in FILTERS[state.reader.dialect]:
        if name in query:
            instrument = state.resolve(query[name])
            if instrument is None:
                raise Refusal(422, f"{query[name]!r} resolves to no instrument")
            rows = [row for row in rows if row[name] == instrument.id]
    return Answer(rows)


def submit(state: State, account: Account, call: Call) -> Answer:
    """Store the allowed instructions of a batch. Raises `Refusal` with the rows if none is allowed."""
    rows: list[Json] = []
    refusals: list[_Rejected] = []
    details: list[Json] = []
    for index, submitted in enumerate(_submitted(state, call)):
        try:
            instrument = _checked(state, account, submitted)
        except _Rejected as refusal:
            refusals.append(refusal)
            details.append({"path": f"$[{index}].{refusal.field}", "reason": refusal.message})
            rows.append(_refused(state, account, submitted, refusal.rejection))
        else:
            row = new_row(state, account, instrument, submitted, echo_keys=state.echo_keys)
            stored = Instruction(
                account.id, submitted.get("instruction_id") or row["instruction_id"], [(state.time, row)]
            )
            account.instructions[row["id"]] = stored
            state.enter("submitted", account.id, row["id"], "SENT", stored.key)
            plan = _plan(state, stored)
            _follow(state, stored, plan, plan.then, plan.after)
            rows.append(row)
    if len(refusals) < len(rows):
        summary = f"{len(refusals)} of {len(rows)} instructions were rejected"
        return Answer(rows, 207, summary, details=details) if refusals else Answer(rows)
    statuses = {refusal.status for refusal in refusals}
    message = refusals[0].message if len(rows) == 1 else f"All {len(rows)} instructions were rejected"
    raise Refusal(statuses.pop() if len(statuses) == 1 else 400, message, rows, details)


def refuse_all(state: State, account: Account, call: Call, status: int) -> Refusal:
    """Return the reply to a submit while the clearing venue is unavailable."""
    why = _rejection("The clearing venue is unavailable", _NO_VENUE, CLEARING_DOMAIN)
    rows = [_refused(state, account, submitted, why) for submitted in _submitted(state, call)]
    return Refusal(status, why["description"], rows)


def cancel(state: State, account: Account, call: Call) -> Answer:
    """Request the cancellation of an instruction. A second request changes nothing."""
    stored = account.instructions.get(call.item)
    if stored is None:
        raise Refusal(404, f"Account {account.id} has no position instruction {call.item!r}")
    status = stored.row["status"]
    if status in TERMINAL:
        raise Refusal(409, f"The position instruction is already {status}")
    if status != "CANCEL_REQUESTED":
        change(state, stored, "CANCEL_REQUESTED", None, "cancel_requested")
        plan = _plan(state, stored)
        _follow(state, stored, plan, plan.cancel_then, plan.cancel_after)
    return Answer(stored.row)


def change(state: State, stored: Instruction, status: str, reason: str | None, kind: str) -> None:
    """Set the status of an instruction."""
    row = {**stored.row, "status": status, "updated_at": state.timestamp}
    words = (reason or _REASONS[status]) if status in _REASONS else None
    row["rejection_reason"] = words
    row["rejection"] = None
    if words is not None and status != "CANCEL_FAILED":
        row["rejection"] = _rejection(words, _BY_VENUE, CLEARING_DOMAIN)
    if status == "ACCEPTED":
        row["accepted_quantity"] = row["quantity"]
    stored.versions.append((state.time, row))
    state.enter(kind, stored.account_id, row["id"], status, stored.key)


def new_row(state: State, account: Account, instrument: Instrument | None, submitted: Json, *, echo_keys: bool) -> Json:
    """Return the row of a submitted instruction, with a new id."""
    key = submitted.get("instruction_id")
    return {
        "id": state.new_id(),
        "account_id": account.id,
        "instruction_id": key if key and echo_keys else state.new_id(),
        "instruction_type": submitted["instruction_type"],
        "instrument_id": submitted["instrument_id"],
        "quantity": submitted["quantity"],
        "status": "SENT",
        "symbol": instrument.symbol if instrument else "",
        "accepted_quantity": None,
        "created_at": state.timestamp,
        "rejection_reason": None,
        "updated_at": state.timestamp,
        "rejection": None,
        "underlying_instrument_id": instrument.underlying_id if instrument else None,
    }


def foreign_row(state: State, call: Call) -> Json:
    """Return the row of an instruction of another account than the call's, for a fault."""
    account_id = 1 + int(call.account) if re.fullmatch(r"[0-9]+", call.account) else 1
    submitted = {"instruction_type": TYPES[0], "instrument_id": NIL_ID, "quantity": "1"}
    row = new_row(state, Account(account_id, None), None, submitted, echo_keys=False)
    return {**row, "status": "CANCEL_REQUESTED"}


def _refused(state: State, account: Account, submitted: Json, why: Json) -> Json:
    row = new_row(
        state, account, state.instruments.get(submitted["instrument_id"]), submitted, echo_keys=state.echo_keys
    )
    row.update(id=NIL_ID, status="REJECTED", created_at=None, updated_at=None)
    row.update(rejection_reason=why["description"], rejection=why)
    return row


def _submitted(state: State, call: Call) -> list[Json]:
    reader = state.reader
    rows = call.json()
    if not is_list(rows) or not rows:
        raise _unreadable("$", "Expected a JSON array of at least one instruction")
    understood: list[Json] = []
    for index, submitted in enumerate(rows):
        path = f"$[{index}]"
        if not is_object(submitted):
            raise _unreadable(path, f"Instruction {index} is not an object")
        row = reader.read(index, submitted)
        for name in ("instruction_type", "instrument_id", "quantity"):
            if not isinstance(row.get(name), str):
                raise _unreadable(f"{path}.{name}", f"`{name}` of instruction {index} is not a string")
        if row["instruction_type"] not in TYPES:
            why = f"`instruction_type` of instruction {index} must be one of {', '.join(TYPES)}"
            raise _unreadable(f"{path}.instruction_type", why)
        key = row.get("instruction_id")
        if key is not None and not (isinstance(key, str) and key.strip()):
            raise _unreadable(
                f"{path}.{reader.key_name}", f"`{reader.key_name}` of instruction {index} is not a key that can be used"
            )
        understood.append(row)
    return understood


def _unreadable(path: str, why: str) -> Refusal:
    return Refusal(400, why, details=[{"path": path, "reason": why}])


def _checked(state: State, account: Account, submitted: Json) -> Instrument:
    key, quantity, kind = submitted.get("instruction_id"), submitted["quantity"], submitted["instruction_type"]
    if key and state.honour_keys:
        for stored in account.instructions.values():
            if stored.key == key:
                existing = stored.row["id"]
                words = f"Duplicate exercise instruction; existing_id={existing}"
                raise _Rejected(409, state.reader.key_name, words, "DUPLICATE_INSTRUCTION", existing_id=existing)
    instrument = state.instruments.get(submitted["instrument_id"])
    if instrument is None:
        raise _Rejected(404, "instrument_id", f"There is no instrument {submitted['instrument_id']!r}")
    if instrument.expiry is None:
        raise _Rejected(400, "instrument_id", f"{instrument.symbol} is not an options contract")
    _check_day(state, instrument, kind)
    if not re.fullmatch(r"[0-9]+(\.0*)?", quantity) or not Decimal(quantity):
        raise _Rejected(400, "quantity", "Quantity must be a whole number of contracts greater than zero")
    holding = account.holdings.get(instrument.id)
    if holding is None or holding.quantity < 0:
        words = f"There is no long position in {instrument.symbol}"
        raise _Rejected(400, "quantity", words, "INSUFFICIENT_POSITION", available="0", requested=quantity)
    free = available(account, holding)
    if Decimal(quantity) > free:
        words = f"Quantity {quantity} exceeds the available position of {plain(free)}"
        raise _Rejected(400, "quantity", words, "INSUFFICIENT_POSITION", available=plain(free), requested=quantity)
    return instrument


def _check_day(state: State, instrument: Instrument, kind: str) -> None:
    """Reject an instruction that is not allowed today, or no longer."""
    today, expiry, market = state.today, instrument.expiry, state.market
    if expiry is None or today > expiry:
        ends = market.cutoff_at(expiry or today) or state.at(expiry or today, _END_OF_DAY)
        words = f"{instrument.symbol} expired on {expiry}"
        raise _Rejected(400, "instrument_id", words, "EXERCISE_PAST_CUTOFF", cutoff_time=_written(ends))
    # If the market is closed on the expiry date, the last day is the business day before it.
    last = expiry if market.is_business_day(expiry) else market.previous_business_day(expiry)
    if today not in (expiry, last) and (kind != "EXERCISE" or instrument.style == "EUROPEAN"):
        words = f"{kind} is allowed only on the expiry date, {expiry}"
        code = {"DO_NOT_EXERCISE": "DNE_NOT_ON_EXPIRY", "CONTRARY_EXERCISE": "CEA_NOT_ON_EXPIRY"}.get(kind, _INVALID)
        raise _Rejected(400, "instruction_type", words, code, expiry=f"{expiry}", business_date=f"{today}")
    if not market.is_business_day(today):
        raise _Rejected(400, "instruction_type", f"{today} is not a business day")
    cutoff = market.cutoff_at(today)
    if cutoff is not None and state.now >= cutoff:
        words = f"The cut-off for instructions was at {cutoff.astimezone(market.zone):%H:%M:%S} on {today}"
        raise _Rejected(400, "instruction_type", words, "EXERCISE_PAST_CUTOFF", cutoff_time=_written(cutoff))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plan(state: State, stored: Instruction) -> Plan:
    instrument = state.instruments[stored.row["instrument_id"]]
    return next(
        plan
        for plan in reversed(state.plans)
        if (plan.instrument is None or state.resolve(plan.instrument) == instrument)
        and plan.instruction in (None, stored.key, stored.row["id"])
    )


def _follow(state: State, stored: Instruction, plan: Plan, path: tuple[str, ...], after: float) -> None:
    if not path:
        return
    versions = len(stored.versions)

    def step() -> None:
        # If the instruction has changed in the meantime, the plan no longer applies to it.
        if len(stored.versions) == versions:
            change(state, stored, path[0], plan.reason, "settled")
            _follow(state, stored, plan, path[1:], after)

    state.schedule(after, step)
