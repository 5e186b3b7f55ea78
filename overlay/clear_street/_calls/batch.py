"""The rows of a submit: what is known of each, under its idempotency key.

Replies and looks are taken in here and matched by key, never by position or id. Pure: no I/O, no clock.

What each may say of a row (docs/safety.md, "What a reply may prove"): a 2xx that it landed, was refused, or is unknown;
a refusal that it was refused, but for one that an earlier attempt may have brought about; a look that it is there, and
never that it is not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .._api.requests import canonical_id, is_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from .kinds import Kind, Row

    Wish = tuple[str | Decimal | None, ...]

CLOCK_SLACK = timedelta(seconds=60)
"""How far the service's clock may be off ours, where it does not tell its own."""
SERVICE_SLACK = timedelta(seconds=2)
"""How far the clocks of the service's machines may be off each other."""
FIRST_YEAR = 2010
"""Times before it, such as 0001-01-01 and 1970-01-01, stand for none: the service is younger."""


class Entry:
    """One row of the batch."""

    __slots__ = ("existing_id", "key", "kind", "minted", "request", "row", "state")

    def __init__(self, kind: Kind, key: str, request: Row, *, minted: bool) -> None:
        self.kind: Kind = kind
        self.key: str = key
        self.request: Row = request
        self.minted: bool = minted
        self.state: str = "not_sent"
        """``"not_sent"``, ``"refused_for_now"``, ``"rejected"``, ``"landed"``; ``"unknown"``: an attempt may have
        brought it about; or ``"undetermined"``: a readable 2xx did not say.
        """
        self.row: Row | None = None
        """The row as the service has it, None while neither a reply nor a look has shown it."""
        self.existing_id: str | None = None
        """The server's id of the row that the service called this one a duplicate of."""

    def settle(self, state: str, row: Row | None) -> None:
        """Remember what came of it."""
        self.state, self.row = state, row

    def shown(self) -> Row:
        """The row as the service has it, or else as it was asked for."""
        if self.row is not None:
            return self.row
        if self.state == "rejected":
            return self.kind.refused_row(self.request, None)
        return self.kind.unmentioned_row(self.request)

    def note_duplicate(self, first: str | None) -> None:
        """It came back as a duplicate, of the row that has this id ("" for none named): of what may be the call's own
        doing, so that it is to be looked for, if its key is minted or an earlier attempt unknown.
        """
        if first is not None and (self.minted or self.state == "unknown"):
            self.state, self.existing_id = "unknown", first or None

    def is_same(self, row: Row) -> bool | None:
        """Whether `row` asks for the same; None where it does not say, or where only one of the two names the
        instrument by a UUID.
        """
        wish, theirs = _shown(self.kind, row), _names(self.kind, row)
        if None in wish or not theirs:
            return None
        if wish != _sent(self.kind, self.request):
            return False
        ours = _names(self.kind, self.request)
        if theirs & ours:
            return True
        return False if _is_fully_named(self.kind, theirs) or (_has_uuid(theirs) and _has_uuid(ours)) else None


class Wanted:
    """What some entries ask for, so that a row of a list is held against all of them at once."""

    __slots__ = ("_instruments", "_kind")

    def __init__(self, kind: Kind, entries: Sequence[Entry]) -> None:
        self._kind: Kind = kind
        # By what is asked for, the canonical names of the instruments; None for one that is not named by a UUID.
        self._instruments: dict[Wish, set[str | None]] = {}
        for entry in entries:
            names = _names(kind, entry.request)
            of_wish = self._instruments.setdefault(_sent(kind, entry.request), set())
            of_wish |= names if _has_uuid(names) else {*names, None}

    def may_have(self, row: Row) -> bool:
        """Whether `row` asks for the same as one of them, or does not say: `Entry.is_same` is not False."""
        wish, theirs = _shown(self._kind, row), _names(self._kind, row)
        if None in wish or not theirs:
            return bool(self._instruments)
        names = self._instruments.get(wish)
        if names is None:
            return False
        if theirs & names:
            return True
        return not _is_fully_named(self._kind, theirs) and (None in names or not _has_uuid(theirs))


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
        "kind",
        "unmatched_rows",
    )

    def __init__(
        self, kind: Kind, entries: Sequence[Entry], started_at: datetime, begun_there: Callable[[], datetime | None]
    ) -> None:
        """`started_at` is when the call began by our clock; `begun_there` tells the earliest time that the service's
        own can have shown then, None while that is not known.
        """
        self.kind: Kind = kind
        self.entries: Sequence[Entry] = entries
        self._started_at: datetime = started_at
        self._ask_begun_there: Callable[[], datetime | None] = begun_there
        self._begun_there: datetime | None = None
        self.keys_kept: bool = False
        """True once a look that counted showed rows, all of them with keys."""
        self.keys_honoured: bool = True
        """False once a look shows a row without a key: the service may not keep ours."""
        self.candidates: list[Row] = []
        """Rows that may be the effect of rows of ours, but cannot be matched with them."""
        self.unmatched_rows: list[Row] = []
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
    def rejected_rows(self) -> list[Row]:
        """The rows that were refused, as far as a reply or a look has shown them."""
        return [entry.row for entry in self.entries if entry.state == "rejected" and entry.row is not None]

    def outcomes(self) -> dict[str, str]:
        """What is known of each row, by key."""
        return {entry.key: "unknown" if entry.state == "undetermined" else entry.state for entry in self.entries}

    def existing_ids(self) -> dict[str, str]:
        """What the service called unsettled rows duplicates of: server ids by key."""
        return {entry.key: entry.existing_id for entry in self.unsettled if entry.existing_id}

    def rows(self) -> list[Row]:
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

    def says_nothing_was_stored(self, rows: Sequence[Row]) -> bool:
        """Whether a 5xx's rows say that nothing was stored: each open key once, REJECTED, under the all-zero id."""
        kind = self.kind
        keys = sorted(kind.key_of(row) or "" for row in rows)
        return (
            kind.nil_id is not None
            and not self.unknown
            and keys == sorted(entry.key for entry in self.open)
            and all(
                row.status == "REJECTED" and row.id == kind.nil_id and kind.existing_id(row) is None for row in rows
            )
        )

    def is_echoed(self, rows: Sequence[Row]) -> bool | None:
        """Whether the rows of a reply, of any status, bear our keys; None where it has no rows."""
        return all(self.kind.key_of(row) in self._by_key for row in rows) if rows else None

    def apply_success(self, rows: Sequence[Row]) -> None:
        """A readable 2xx to an attempt with the open rows; what it does not say stays to be looked for."""
        kind, states, mine = self.kind, self.kind.states, self._matched(rows)
        self.unmatched_rows = [row for row in rows if kind.key_of(row) not in mine]
        for entry in self.open:
            row = mine.get(entry.key)
            entry.note_duplicate(None if row is None else kind.existing_id(row))
            if row is not None and row.status in states.taken:
                entry.settle("landed", row)
            elif entry.state != "unknown":
                entry.settle("rejected" if row is not None and row.status in states.refused else "undetermined", row)

    def apply_rejection(self, rows: Sequence[Row], reason: str | None, status: int) -> None:
        """A refusal of an attempt with the open rows, with the reason that it gives for all of them.

        A 409 says of every row that it is a duplicate, whatever its words, unless a row has a code that says otherwise.
        """
        kind, states, mine = self.kind, self.kind.states, self._matched(rows)
        reasons = [reason, *(kind.words_of(row) for row in rows if kind.key_of(row) not in self._by_key)]
        used = next((first for text in reasons if (first := kind.duplicate_of(text)) is not None), None)
        if used and len(self.open) > 1:
            used = ""  # it does not say of which row
        for entry in self.open:
            row = mine.get(entry.key)
            first = used if row is None else kind.existing_id(row)
            coded = row is not None and kind.has_code(row)
            entry.note_duplicate("" if first is None and status == 409 and not coded else first)
            if row is not None and row.status in states.taken:
                entry.state = "unknown"
            elif entry.state != "unknown":
                entry.settle("rejected", row)

    def apply_list(self, rows: Sequence[Row]) -> None:
        """A list that counts: presence settles a row, absence nothing."""
        self.keys_kept, self._begun_there = bool(rows), self._ask_begun_there()
        found = self._matched(rows)
        for entry in self.unsettled:
            if entry.key in found:
                self._found(entry, found[entry.key])
        self.candidates = self._possible_effects(rows)

    def apply_list_without_keys(self, rows: Sequence[Row]) -> None:
        """A list of which not all rows show an id and a key: a sign that keys may not be honoured."""
        self.keys_honoured, self._begun_there = False, self._ask_begun_there()
        self.candidates = self._possible_effects(rows)

    def _possible_effects(self, rows: Sequence[Row]) -> list[Row]:
        """Rows of the list that may be the effect of an unsettled row, but cannot be matched with it."""
        unsettled = {entry.key: entry for entry in self.unsettled}
        wanted = Wanted(self.kind, list(unsettled.values()))

        def may_be_ours(row: Row) -> bool:
            key = self.kind.key_of(row)
            if key in self._by_key:
                return key in unsettled
            return not self._is_older(row) and wanted.may_have(row)

        return [row for row in rows if may_be_ours(row)]

    def _matched(self, rows: Sequence[Row]) -> dict[str, Row]:
        """The rows under our keys, but for keys that are there twice."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            key = self.kind.key_of(row)
            if key is not None and key in self._by_key:
                found.setdefault(key, []).append(row)
        return {key: same[0] for key, same in found.items() if len(same) == 1}

    def _found(self, entry: Entry, row: Row) -> None:
        """The list shows a row under the key of an open one. It is ours if we minted the key, or if it asks for the
        same and does not seem to be older than the call; it is another's if it asks for something else and is older.
        Otherwise it stays a candidate.
        """
        same = entry.is_same(row)
        if entry.minted or (same and not self._seems_older(row)):
            entry.settle("rejected" if row.status in self.kind.states.refused else "landed", row)
        elif same is False and self._is_older(row):
            reason = f"{self.kind.duplicate}; existing_id={row.id}"
            entry.settle("rejected", self.kind.refused_row(entry.request, reason))

    def _is_older(self, row: Row) -> bool:
        """Whether a row is older than the call by the service's own clock, the only one that can tell."""
        begun, created = self._begun_there, _believed(row.created_at)
        return begun is not None and created is not None and created < begun - SERVICE_SLACK

    def _seems_older(self, row: Row) -> bool:
        """Whether a row is older by the service's clock or, where that is not known, may be so by ours."""
        if self._begun_there is not None:
            return self._is_older(row)
        created = _believed(row.created_at)
        return created is not None and created < self._started_at - CLOCK_SLACK


def _believed(time: datetime | None) -> datetime | None:
    """A time that can be meant: in a zone, and none that stands for "not set"."""
    return None if time is None or time.tzinfo is None or time.year < FIRST_YEAR else time


def _sent(kind: Kind, request: Row) -> Wish:
    """What a submitted row asks for, beside the instrument."""
    return tuple(_READ[field.compared](getattr(request, field.sent)) for field in kind.same)


def _shown(kind: Kind, row: Row) -> Wish:
    """What a listed row asks for, beside the instrument; None in the place of a field that it does not show."""
    return tuple(_READ[field.compared](getattr(row, field.shown)) for field in kind.same)


def _names(kind: Kind, row: Row) -> set[str]:
    """The canonical names that a row has for its instrument."""
    return {canonical_id(name) for field in kind.instrument if (name := getattr(row, field)) is not None}


def _is_fully_named(kind: Kind, names: set[str]) -> bool:
    """Whether a row shows every name that its instrument has, its id and its symbol."""
    return len(names) == len(kind.instrument) > 1


def _has_uuid(names: set[str]) -> bool:
    return any(map(is_uuid, names))


def _number(quantity: str | None) -> Decimal | None:
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(quantity or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_READ: dict[str, Callable[[Any], str | Decimal | None]] = {"text": lambda text: text, "number": _number}
