"""The rows of a submit: what is known of each, under its idempotency key.

Replies and looks are taken in here and matched by key, never by position or id. Pure: no I/O, no clock.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ._seam import NIL_ID, unresolved_row
from ._states import REFUSED_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from clear_street_api.models import PositionInstruction, PositionInstructionRequest

CLOCK_SLACK = timedelta(seconds=60)
"""How far the service's clock may be off ours."""

_DUPLICATE = re.compile(r"duplicate\b.*?instruction(?:.*?existing_id=(?P<existing_id>[^\s;,]+))?", re.IGNORECASE)


def existing_id(row: PositionInstruction) -> str | None:
    """For a row refused as a duplicate, the server's id of the first one; "" where the reason does not name it; None
    for other rows.
    """
    if row.status not in REFUSED_STATES or not row.rejection_reason:
        return None
    match = _DUPLICATE.search(row.rejection_reason)
    return (match["existing_id"] or "") if match else None


class Entry:
    """One row of the batch."""

    __slots__ = ("existing_id", "key", "minted", "request", "row", "sent", "state")

    def __init__(self, key: str, request: PositionInstructionRequest, *, minted: bool) -> None:
        self.key: str = key
        self.request: PositionInstructionRequest = request
        self.minted: bool = minted
        self.state: str = "not_sent"
        """``"not_sent"``, ``"unknown"``, ``"landed"``, ``"rejected"``, or ``"undetermined"``: a readable 2xx did not
        say.
        """
        self.row: PositionInstruction | None = None
        self.existing_id: str | None = None

    @property
    def open(self) -> bool:
        """Whether it is not known yet what came of the row."""
        return self.state not in ("landed", "rejected")

    def settle(self, row: PositionInstruction) -> None:
        """The row as the service has it."""
        self.row = row
        self.state = "rejected" if row.status in REFUSED_STATES else "landed"

    def is_same(self, row: PositionInstruction) -> bool:
        """Whether `row` asks for the same: type, instrument and, as a number, quantity."""
        return (
            row.instruction_type == self.request.instruction_type
            and row.instrument_id == self.request.instrument_id
            and _number(row.quantity) == _number(self.request.quantity)
        )


class Batch:
    """The rows of one submit call, in the caller's order."""

    __slots__ = ("_by_key", "candidates", "entries", "keys_honoured", "started_at", "strangers")

    def __init__(self, entries: Sequence[Entry], started_at: datetime) -> None:
        self.entries: Sequence[Entry] = entries
        self.started_at: datetime = started_at
        self.keys_honoured: bool = True
        """False once a reply or a look shows that the service may not keep our keys."""
        self.candidates: list[PositionInstruction] = []
        """Rows under other keys that may be the effect of rows of ours."""
        self.strangers: list[PositionInstruction] = []
        """Rows of replies under no key of ours."""
        self._by_key = {entry.key: entry for entry in entries}

    @property
    def open(self) -> list[Entry]:
        """The rows of which it is not known yet what came."""
        return [entry for entry in self.entries if entry.open]

    @property
    def unknown(self) -> list[Entry]:
        """The rows that an unresolved attempt may have brought about."""
        return [entry for entry in self.entries if entry.state == "unknown"]

    def outcomes(self) -> dict[str, str]:
        """What is known of each row, by key."""
        return {entry.key: "unknown" if entry.state == "undetermined" else entry.state for entry in self.entries}

    def rows(self) -> list[PositionInstruction]:
        """Every row: as the service has it, or as asked for with the status UNKNOWN; then rows of replies under no key
        of ours.
        """
        return [entry.row or unresolved_row(entry.request) for entry in self.entries] + self.strangers

    def lost(self) -> None:
        """An attempt with the open rows ended without telling what it did."""
        for entry in self.open:
            entry.state = "unknown"

    def is_known_refusal(self, rows: Sequence[PositionInstruction]) -> bool:
        """Whether an error reply's rows say that nothing was stored: each open key once, refused, under the all-zero
        id.
        """
        keys = sorted(row.instruction_id for row in rows if row.instruction_id is not None)
        return (
            not self.unknown
            and keys == sorted(entry.key for entry in self.open)
            and len(keys) == len(rows)
            and all(row.status in REFUSED_STATES and row.id == NIL_ID for row in rows)
        )

    def take_reply(self, rows: Sequence[PositionInstruction], *, done: bool) -> None:
        """A readable reply to an attempt with the open rows: a 2xx (`done`) or a refusal, in which a row without an
        answer was not done.
        """
        for entry in self.open:
            mine = [row for row in rows if row.instruction_id == entry.key]
            maybe_ours = entry.minted or entry.state == "unknown"
            if len(mine) > 1:
                entry.state = "unknown"
            elif mine:
                duplicate_of = existing_id(mine[0])
                refused = mine[0].status in REFUSED_STATES
                if duplicate_of is not None and maybe_ours:
                    entry.state, entry.existing_id = "unknown", duplicate_of or None
                elif not refused or entry.state != "unknown":
                    entry.settle(mine[0])
                    entry.existing_id = duplicate_of or None
            elif done:
                entry.state = "undetermined" if entry.state == "not_sent" else entry.state
            elif entry.state != "unknown":
                entry.state = "rejected"
        self.strangers += [row for row in rows if row.instruction_id not in self._by_key]
        if done and any(row.instruction_id not in self._by_key for row in rows):
            self.keys_honoured = False

    def take_look(self, rows: Iterable[PositionInstruction]) -> None:
        """The account's instructions: presence settles a row, absence nothing."""
        self.candidates = []
        found: dict[str | None, list[PositionInstruction]] = {}
        for row in rows:
            found.setdefault(row.instruction_id, []).append(row)
        for entry in self.open:
            mine = found.get(entry.key, [])
            if len(mine) == 1:
                self._found(entry, mine[0])
            elif mine:
                self.keys_honoured = False
            else:
                self.candidates += [
                    row
                    for row in rows
                    if row.instruction_id not in self._by_key
                    and entry.is_same(row)
                    and (row.created_at is None or row.created_at >= self.started_at - CLOCK_SLACK)
                    and row not in self.candidates
                ]

    def _found(self, entry: Entry, row: PositionInstruction) -> None:
        is_new = row.created_at is None or row.created_at >= self.started_at - CLOCK_SLACK
        if entry.minted or (entry.is_same(row) and is_new):
            entry.settle(row)
        else:
            entry.settle(
                unresolved_row(
                    entry.request,
                    id=NIL_ID,
                    status="REJECTED",
                    rejection_reason=f"Duplicate exercise instruction; existing_id={row.id}",
                )
            )
            entry.existing_id = row.id


def _number(quantity: str | None) -> Decimal | None:
    try:
        return Decimal(quantity or "")
    except InvalidOperation:
        return None
