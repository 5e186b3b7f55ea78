"""The rows of a submit: what is known of each, under its idempotency key.

Replies and looks are taken in here and matched by key, never by position or id. Pure: no I/O, no clock.

What each may say of a row (docs/safety.md, "What a reply may prove"): a 2xx that it landed, was refused, or is unknown;
a refusal that it was refused, but for one that an earlier attempt may have brought about; a look that it is there, and
never that it is not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .._api.requests import NIL_ID, canonical_id, is_uuid, refused_row, unresolved_row
from .._states import LANDED_STATES, REFUSED_STATES, duplicate_of, existing_id, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from ..types.v1 import PositionInstruction, PositionInstructionRequest


CLOCK_SLACK = timedelta(seconds=60)
"""How far the service's clock may be off ours, where it does not tell its own."""
SERVICE_SLACK = timedelta(seconds=2)
"""How far the clocks of the service's machines may be off each other."""
FIRST_YEAR = 2010
"""Times before it, such as 0001-01-01 and 1970-01-01, stand for none: the service is younger."""


class Entry:
    """One row of the batch."""

    __slots__ = ("existing_id", "key", "minted", "request", "row", "state")

    def __init__(self, key: str, request: PositionInstructionRequest, *, minted: bool) -> None:
        self.key: str = key
        self.request: PositionInstructionRequest = request
        self.minted: bool = minted
        self.state: str = "not_sent"
        """``"not_sent"``, ``"refused_for_now"``, ``"rejected"``, ``"landed"``; ``"unknown"``: an attempt may have
        brought it about; or ``"undetermined"``: a readable 2xx did not say.
        """
        self.row: PositionInstruction | None = None
        """The row as the service has it, None while neither a reply nor a look has shown it."""
        self.existing_id: str | None = None
        """The server's id of the row that the service called this one a duplicate of."""

    def settle(self, state: str, row: PositionInstruction | None) -> None:
        """Remember what came of it."""
        self.state, self.row = state, row

    def shown(self) -> PositionInstruction:
        """The row as the service has it, or else as it was asked for."""
        unseen = refused_row(self.request, None) if self.state == "rejected" else None
        return self.row or unseen or unresolved_row(self.request)

    def note_duplicate(self, first: str | None) -> None:
        """It came back as a duplicate, of the row that has this id ("" for none named): of what may be the call's own
        doing, so that it is to be looked for, if its key is minted or an earlier attempt unknown.
        """
        if first is not None and (self.minted or self.state == "unknown"):
            self.state, self.existing_id = "unknown", first or None

    def is_same(self, row: PositionInstruction) -> bool | None:
        """Whether `row` asks for the same: type, instrument and, as a number, quantity; None where it does not say, or
        where only one of the two names the instrument by a UUID.
        """
        request, quantity = self.request, _number(row.quantity)
        if row.instruction_type is None or row.instrument_id is None or quantity is None:
            return None
        if row.instruction_type != request.instruction_type or quantity != _number(request.quantity):
            return False
        theirs, ours = canonical_id(row.instrument_id), canonical_id(request.instrument_id)
        if theirs == ours:
            return True
        return False if is_uuid(theirs) and is_uuid(ours) else None


class Wanted:
    """What some entries ask for, so that a row of a list is held against all of them at once."""

    __slots__ = ("_instruments",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        # By type and quantity, the canonical ids of the instruments; None for one that is not named by a UUID.
        self._instruments: dict[tuple[str | None, Decimal | None], set[str | None]] = {}
        for entry in entries:
            request = entry.request
            named = canonical_id(request.instrument_id)
            ids = self._instruments.setdefault((request.instruction_type, _number(request.quantity)), set())
            ids |= {named} if is_uuid(named) else {named, None}

    def may_have(self, row: PositionInstruction) -> bool:
        """Whether `row` asks for the same as one of them, or does not say: `Entry.is_same` is not False."""
        quantity = _number(row.quantity)
        if row.instruction_type is None or row.instrument_id is None or quantity is None:
            return bool(self._instruments)
        ids = self._instruments.get((row.instruction_type, quantity))
        if ids is None:
            return False
        theirs = canonical_id(row.instrument_id)
        return theirs in ids or None in ids or not is_uuid(theirs)


class Batch:
    """The rows of one submit call, in the caller's order."""

    __slots__ = (
        "_ask_begun_there",
        "_begun_there",
        "_by_key",
        "_started_at",
        "candidates",
        "entries",
        "keys_honoured",
        "keys_kept",
        "unmatched_rows",
    )

    def __init__(
        self, entries: Sequence[Entry], started_at: datetime, begun_there: Callable[[], datetime | None]
    ) -> None:
        """`started_at` is when the call began by our clock; `begun_there` tells the earliest time that the service's
        own can have shown then, None while that is not known.
        """
        self.entries: Sequence[Entry] = entries
        self._started_at: datetime = started_at
        self._ask_begun_there: Callable[[], datetime | None] = begun_there
        self._begun_there: datetime | None = None
        self.keys_kept: bool = False
        """True once a look that counted showed rows, all of them with keys."""
        self.keys_honoured: bool = True
        """False once a look shows a row without a key: the service may not keep ours."""
        self.candidates: list[PositionInstruction] = []
        """Rows that may be the effect of rows of ours, but cannot be matched with them."""
        self.unmatched_rows: list[PositionInstruction] = []
        """Rows of a readable 2xx that cannot be matched with one of ours."""
        self._by_key = {entry.key: entry for entry in entries}

    @property
    def open(self) -> list[Entry]:
        """The rows that neither a reply nor a look has shown."""
        return [entry for entry in self.entries if entry.row is None]

    @property
    def unsettled(self) -> list[Entry]:
        """The open rows that a look may settle."""
        return [entry for entry in self.open if entry.state in ("unknown", "undetermined")]

    @property
    def unknown(self) -> list[Entry]:
        """The rows that an unresolved attempt may have brought about."""
        return [entry for entry in self.entries if entry.state == "unknown"]

    @property
    def undetermined(self) -> list[Entry]:
        """The rows of which a readable 2xx did not say what came, and no look could tell."""
        return [entry for entry in self.entries if entry.state == "undetermined"]

    @property
    def nothing_was_taken(self) -> bool:
        """Whether it is known that no row was taken."""
        return all(entry.state in ("not_sent", "refused_for_now", "rejected") for entry in self.entries)

    @property
    def rejected_rows(self) -> list[PositionInstruction]:
        """The rows that were refused, as far as a reply or a look has shown them."""
        return [entry.row for entry in self.entries if entry.state == "rejected" and entry.row is not None]

    def outcomes(self) -> dict[str, str]:
        """What is known of each row, by key."""
        return {entry.key: "unknown" if entry.state == "undetermined" else entry.state for entry in self.entries}

    def existing_ids(self) -> dict[str, str]:
        """What the service called unsettled rows duplicates of: server ids by key."""
        return {entry.key: entry.existing_id for entry in self.unsettled if entry.existing_id}

    def rows(self) -> list[PositionInstruction]:
        """Every row: as the service has it, or as asked for; then rows that cannot be matched with one of ours."""
        return [entry.shown() for entry in self.entries] + self.unmatched_rows

    def mark_open_unknown(self) -> None:
        """An attempt with the open rows ended without telling what it did."""
        for entry in self.open:
            entry.state = "unknown"

    def mark_open_refused_for_now(self) -> None:
        """An attempt with the open rows was refused for now."""
        for entry in self.open:
            if entry.state == "not_sent":
                entry.state = "refused_for_now"

    def says_nothing_was_stored(self, rows: Sequence[PositionInstruction]) -> bool:
        """Whether a 5xx's rows say that nothing was stored: each open key once, REJECTED, under the all-zero id."""
        keys = sorted(row.instruction_id or "" for row in rows)
        return (
            not self.unknown
            and keys == sorted(entry.key for entry in self.open)
            and all(row.status == "REJECTED" and row.id == NIL_ID and existing_id(row) is None for row in rows)
        )

    def is_echoed(self, rows: Sequence[PositionInstruction]) -> bool | None:
        """Whether the rows of a reply, of any status, bear our keys; None where it has no rows."""
        return all(row.instruction_id in self._by_key for row in rows) if rows else None

    def apply_success(self, rows: Sequence[PositionInstruction]) -> None:
        """A readable 2xx to an attempt with the open rows; what it does not say stays to be looked for."""
        mine = self._matched(rows)
        self.unmatched_rows = [row for row in rows if row.instruction_id not in mine]
        for entry in self.open:
            row = mine.get(entry.key)
            entry.note_duplicate(None if row is None else existing_id(row))
            if row is not None and row.status in LANDED_STATES:
                entry.settle("landed", row)
            elif entry.state != "unknown":
                entry.settle("rejected" if row is not None and row.status in REFUSED_STATES else "undetermined", row)

    def apply_rejection(self, rows: Sequence[PositionInstruction], reason: str | None, status: int) -> None:
        """A refusal of an attempt with the open rows, with the reason that it gives for all of them.

        A 409 says of every row that it is a duplicate, whatever its words, unless a row has a code that says otherwise.
        """
        mine = self._matched(rows)
        reasons = [reason, *(words_of(row) for row in rows if row.instruction_id not in self._by_key)]
        used = next((first for text in reasons if (first := duplicate_of(text)) is not None), None)
        if used and len(self.open) > 1:
            used = ""  # it does not say of which row
        for entry in self.open:
            row = mine.get(entry.key)
            first = used if row is None else existing_id(row)
            coded = row is not None and row.rejection is not None
            entry.note_duplicate("" if first is None and status == 409 and not coded else first)
            if row is not None and row.status in LANDED_STATES:
                entry.state = "unknown"
            elif entry.state != "unknown":
                entry.settle("rejected", row)

    def apply_list(self, rows: Sequence[PositionInstruction]) -> None:
        """The account's instructions: presence settles a row, absence nothing."""
        self.keys_kept, self._begun_there = bool(rows), self._ask_begun_there()
        found = self._matched(rows)
        for entry in self.unsettled:
            if entry.key in found:
                self._found(entry, found[entry.key])
        self.candidates = self._possible_effects(rows)

    def apply_list_without_keys(self, rows: Sequence[PositionInstruction]) -> None:
        """The account's instructions, not all of which show an id and a key: a sign that keys may not be honoured."""
        self.keys_honoured, self._begun_there = False, self._ask_begun_there()
        self.candidates = self._possible_effects(rows)

    def _possible_effects(self, rows: Sequence[PositionInstruction]) -> list[PositionInstruction]:
        """Rows of the list that may be the effect of an unsettled row, but cannot be matched with it."""
        unsettled = {entry.key: entry for entry in self.unsettled}
        wanted = Wanted(list(unsettled.values()))

        def may_be_ours(row: PositionInstruction) -> bool:
            if row.instruction_id in self._by_key:
                return row.instruction_id in unsettled
            return not self._is_older(row) and wanted.may_have(row)

        return [row for row in rows if may_be_ours(row)]

    def _matched(self, rows: Sequence[PositionInstruction]) -> dict[str, PositionInstruction]:
        """The rows under our keys, but for keys that are there twice."""
        found: dict[str, list[PositionInstruction]] = {}
        for row in rows:
            if row.instruction_id in self._by_key:
                found.setdefault(row.instruction_id, []).append(row)
        return {key: same[0] for key, same in found.items() if len(same) == 1}

    def _found(self, entry: Entry, row: PositionInstruction) -> None:
        """The list shows a row under the key of an open one. It is ours if we minted the key, or if it asks for the
        same and does not seem to be older than the call; it is another's if it asks for something else and is older.
        Otherwise it stays a candidate.
        """
        same = entry.is_same(row)
        if entry.minted or (same and not self._seems_older(row)):
            entry.settle("rejected" if row.status in REFUSED_STATES else "landed", row)
        elif same is False and self._is_older(row):
            reason = f"Duplicate exercise instruction; existing_id={row.id}"
            entry.settle("rejected", refused_row(entry.request, reason))

    def _is_older(self, row: PositionInstruction) -> bool:
        """Whether a row is older than the call by the service's own clock, the only one that can tell."""
        begun, created = self._begun_there, _believed(row.created_at)
        return begun is not None and created is not None and created < begun - SERVICE_SLACK

    def _seems_older(self, row: PositionInstruction) -> bool:
        """Whether a row is older by the service's clock or, where that is not known, may be so by ours."""
        if self._begun_there is not None:
            return self._is_older(row)
        created = _believed(row.created_at)
        return created is not None and created < self._started_at - CLOCK_SLACK


def _believed(time: datetime | None) -> datetime | None:
    """A time that can be meant: in a zone, and none that stands for "not set"."""
    return None if time is None or time.tzinfo is None or time.year < FIRST_YEAR else time


def _number(quantity: str | None) -> Decimal | None:
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(quantity or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
