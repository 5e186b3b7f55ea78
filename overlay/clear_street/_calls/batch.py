"""Track what is known about each row of a submit, by its idempotency key.

Rows of replies and looks are matched by key, never by position or id. Pure: no I/O, no clock.

What each may prove about a row (docs/safety.md, "What a reply may prove"): a 2xx, that it landed, was rejected, or is
unknown; a refusal, that it was rejected, unless an earlier attempt may have submitted it; a look, that it is there, but
never that it is not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .._api.requests import canonical_id, is_uuid
from .kinds import number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from .kinds import Kind, Row

    Wish = tuple[str | Decimal | None, ...]

CLOCK_SLACK = timedelta(seconds=60)
"""How much the service's clock may differ from ours, if its replies do not have its time."""
SERVICE_SLACK = timedelta(seconds=2)
"""How much the clocks of the service's machines may differ from each other."""
FIRST_YEAR = 2010
"""The service is younger. An earlier time, such as 0001-01-01 or 1970-01-01, is a placeholder for no time."""


class Entry:
    """What is known about one row of a submit."""

    __slots__ = ("existing_id", "key", "kind", "minted", "request", "row", "state")

    def __init__(self, kind: Kind, key: str, request: Row, *, minted: bool = False) -> None:
        self.kind: Kind = kind
        self.key: str = key
        self.request: Row = request
        self.minted: bool = minted
        self.state: str = "not_sent"
        """``"not_sent"``, ``"refused_for_now"``, ``"rejected"`` or ``"landed"``; ``"unknown"`` if an attempt may have
        submitted it; ``"undetermined"`` if a readable 2xx did not mention it.
        """
        self.row: Row | None = None
        """The row as the service has it; None until a reply or a look shows it."""
        self.existing_id: str | None = None
        """The server's id of the row of which the service called this one a duplicate."""

    def settle(self, state: str, row: Row | None) -> None:
        """Set the state and the row as the service has it."""
        self.state, self.row = state, row

    def shown(self) -> Row:
        """Return the row as the service has it or, if it was never shown, as it was submitted."""
        if self.row is not None:
            return self.row
        if self.state == "rejected":
            return self.kind.refused_row(self.request, None)
        return self.kind.unmentioned_row(self.request)

    def note_duplicate(self, first: str | None) -> None:
        """Record that the service called this row a duplicate of the row with the id `first` ("" if it named none; None
        if it did not call it a duplicate).

        If this client made the key, or an earlier attempt is unknown, the first row may be the call's own: it is looked
        for.
        """
        if first is not None and (self.minted or self.state == "unknown"):
            self.state, self.existing_id = "unknown", first or None

    def is_same(self, row: Row) -> bool | None:
        """Whether `row` asks for the same. None if it does not show enough, or if only one of the two names the
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
    """What several entries ask for, so that a listed row is compared with all of them in one step."""

    __slots__ = ("_instruments", "_kind")

    def __init__(self, kind: Kind, entries: Sequence[Entry]) -> None:
        self._kind: Kind = kind
        # For each wish, the canonical names of its instruments; None stands for one that has no UUID.
        self._instruments: dict[Wish, set[str | None]] = {}
        for entry in entries:
            names = _names(kind, entry.request)
            of_wish = self._instruments.setdefault(_sent(kind, entry.request), set())
            of_wish |= names if _has_uuid(names) else {*names, None}

    def may_have(self, row: Row) -> bool:
        """Whether `row` may ask for the same as one of the entries: `Entry.is_same` is True or None."""
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
    """The rows of one submit, in the order in which they were given."""

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
        "others_are_seen",
        "unmatched_rows",
    )

    def __init__(
        self, kind: Kind, entries: Sequence[Entry], started_at: datetime, begun_there: Callable[[], datetime | None]
    ) -> None:
        """Begin with rows of which none was sent.

        `started_at` is when the call began, by our clock. `begun_there` returns the earliest time that the service's
        clock can have shown at that moment, None while that is not known.
        """
        self.kind: Kind = kind
        self.entries: Sequence[Entry] = entries
        self._started_at: datetime = started_at
        self._ask_begun_there: Callable[[], datetime | None] = begun_there
        self._begun_there: datetime | None = None
        self.keys_kept: bool | None = None
        """Whether the last look that counts has shown rows with keys under the names that are sent: None if it has
        shown no rows, False if any look has shown that the service has another name for keys.
        """
        self.keys_honoured: bool = True
        """False if a look has shown a row without a key: the service may not keep keys."""
        self.others_are_seen: bool = True
        """False if the last look did not show rows under other keys, of which one may be an effect of this call."""
        self.candidates: list[Row] = []
        """Listed rows that may be the effect of rows of this call, but cannot be matched with them."""
        self.unmatched_rows: list[Row] = []
        """Rows of a readable 2xx that cannot be matched with a row of this call."""
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
        """The rows that an unknown attempt may have submitted."""
        return [entry for entry in self.entries if entry.state == "unknown"]

    @property
    def undetermined(self) -> list[Entry]:
        """The rows that a readable 2xx did not mention, and no look has shown."""
        return [entry for entry in self.entries if entry.state == "undetermined"]

    @property
    def nothing_was_taken(self) -> bool:
        """Whether it is known that the service took no row."""
        return all(entry.state in ("not_sent", "refused_for_now", "rejected") for entry in self.entries)

    @property
    def rejected_rows(self) -> list[Row]:
        """The rejected rows that a reply or a look has shown."""
        return [entry.row for entry in self.entries if entry.state == "rejected" and entry.row is not None]

    @property
    def forbids_resending(self) -> bool:
        """Whether a look has shown a sign that the service does not keep keys, which no later look takes back."""
        return bool(self.candidates) or not self.keys_honoured or self.keys_kept is False

    def outcomes(self) -> dict[str, str]:
        """Return what is known about each row, by key."""
        return {entry.key: "unknown" if entry.state == "undetermined" else entry.state for entry in self.entries}

    def existing_ids(self) -> dict[str, str]:
        """Return, for unsettled rows that the service called duplicates, the ids of the first rows, by key."""
        return {entry.key: entry.existing_id for entry in self.unsettled if entry.existing_id}

    def rows(self) -> list[Row]:
        """Return every row, as the service has it or as submitted, and then rows that cannot be matched with one."""
        return [entry.shown() for entry in self.entries] + self.unmatched_rows

    def mark_open_unknown(self) -> None:
        """Record that an attempt with the open rows ended unknown."""
        for entry in self.open:
            entry.state = "unknown"

    def mark_open_refused_for_now(self) -> None:
        """Record that an attempt with the open rows was refused for now."""
        for entry in self.open:
            if entry.state == "not_sent":
                entry.state = "refused_for_now"

    def says_nothing_was_stored(self, rows: Sequence[Row]) -> bool:
        """Whether the rows of a 5xx say that nothing was stored: each open key once, REJECTED, with the all-zero id."""
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
        """Whether all rows of a reply have keys of this call; None if it has no rows."""
        return all(self.kind.key_of(row) in self._by_key for row in rows) if rows else None

    def apply_success(self, rows: Sequence[Row]) -> None:
        """Settle open rows by a readable 2xx. Those that it does not mention are undetermined."""
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
        """Settle open rows by a refusal, whose `reason` applies to all of them.

        A 409 means that every row is a duplicate, whatever its words, except a row with a code that says otherwise.
        """
        kind, states, mine = self.kind, self.kind.states, self._matched(rows)
        reasons = [reason, *(kind.words_of(row) for row in rows if kind.key_of(row) not in self._by_key)]
        used = next((first for text in reasons if (first := kind.duplicate_of(text)) is not None), None)
        if used and len(self.open) > 1:
            used = ""  # the reason does not say which row is the duplicate
        for entry in self.open:
            row = mine.get(entry.key)
            first = used if row is None else kind.existing_id(row)
            coded = row is not None and kind.has_code(row)
            entry.note_duplicate("" if first is None and status == 409 and not coded else first)
            if row is not None and row.status in states.taken:
                entry.state = "unknown"
            elif entry.state != "unknown":
                entry.settle("rejected", row)

    def apply_list(self, rows: Sequence[Row], names: Sequence[str]) -> None:
        """Settle rows that a list shows, if it counts. A row that is missing is not settled: the list may lag.

        `names` are those under which keys are sent.
        """
        self._begun_there = self._ask_begun_there()
        if self.keys_kept is not False:
            self.keys_kept = self.kind.shows_keys_under(rows, names)
        found = self._matched(rows)
        for entry in self.unsettled:
            if entry.key in found:
                self._found(entry, found[entry.key])
        self.candidates = self._possible_effects(rows)

    def apply_list_without_keys(self, rows: Sequence[Row]) -> None:
        """Record a list with a row that has no key. It settles nothing: the service may not keep keys."""
        self.keys_honoured, self._begun_there = False, self._ask_begun_there()
        self.candidates = self._possible_effects(rows)

    def _possible_effects(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that may be the effect of an unsettled row, but cannot be matched with it.

        A list may lag, so what an earlier one showed counts too.
        """
        unsettled = {entry.key: entry for entry in self.unsettled}
        wanted = Wanted(self.kind, list(unsettled.values()))

        def may_be_ours(row: Row) -> bool:
            key = self.kind.key_of(row)
            if key in self._by_key:
                return key in unsettled
            return not self._is_older(row) and wanted.may_have(row)

        shown = {row.id for row in rows}
        earlier = [row for row in self.candidates if row.id not in shown]
        return [row for row in (*earlier, *rows) if may_be_ours(row)]

    def _matched(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Return the rows that have keys of this call, by key, except keys that two rows have."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            key = self.kind.key_of(row)
            if key is not None and key in self._by_key:
                found.setdefault(key, []).append(row)
        return {key: same[0] for key, same in found.items() if len(same) == 1}

    def _found(self, entry: Entry, row: Row) -> None:
        """Settle an open row, if a listed row with its key decides it.

        The listed row is the call's own if this client made the key, or if it asks for the same and does not seem older
        than the call. If it asks for something else and is older, the open row is a duplicate. Otherwise the outcome
        stays unknown.
        """
        same = entry.is_same(row)
        if entry.minted or (same and not self._seems_older(row)):
            entry.settle("rejected" if row.status in self.kind.states.refused else "landed", row)
        elif same is False and self._is_older(row):
            reason = f"{self.kind.duplicate}; existing_id={row.id}"
            entry.settle("rejected", self.kind.refused_row(entry.request, reason))

    def _is_older(self, row: Row) -> bool:
        """Whether a row is older than the call by the service's own clock, the only one that can tell."""
        return is_older(row, self._begun_there)

    def _seems_older(self, row: Row) -> bool:
        """Whether a row is older by the service's clock or, if that is not known, may be older by ours."""
        if self._begun_there is not None:
            return self._is_older(row)
        created = _believed(row.created_at)
        return created is not None and created < self._started_at - CLOCK_SLACK


def is_older(row: Row, begun: datetime | None) -> bool:
    """Whether a row is older than a call that began at a time of the service's own clock; None: not known."""
    created = _believed(row.created_at)
    return begun is not None and created is not None and created < begun - SERVICE_SLACK


def names_same_instrument(kind: Kind, row: Row, instrument: str) -> bool:
    """Whether a row may be in an instrument that is named by its id or symbol: False where it shows that it is not."""
    theirs, ours = _names(kind, row), _canonical(instrument)
    return ours in theirs or not (_is_fully_named(kind, theirs) or (is_uuid(ours) and _has_uuid(theirs)))


def _believed(time: datetime | None) -> datetime | None:
    """Return a time if it has a zone and is not a placeholder for no time; else None."""
    return None if time is None or time.tzinfo is None or time.year < FIRST_YEAR else time


def _sent(kind: Kind, request: Row) -> Wish:
    """Return what a submitted row asks for, except the instrument."""
    return tuple(_READ[field.compared](getattr(request, field.sent)) for field in kind.same)


def _shown(kind: Kind, row: Row) -> Wish:
    """Return what a listed row asks for, except the instrument; None for a field that it does not show."""
    return tuple(_READ[field.compared](getattr(row, field.shown)) for field in kind.same)


def _names(kind: Kind, row: Row) -> set[str]:
    """The canonical names that a row has for its instrument."""
    # An option's symbol is written with more or fewer spaces.
    return {_canonical(name) for field in kind.instrument if (name := getattr(row, field)) is not None}


def _canonical(instrument: str) -> str:
    return canonical_id("".join(instrument.split()))


def _is_fully_named(kind: Kind, names: set[str]) -> bool:
    """Whether a row shows every name that an instrument has: its id and its symbol."""
    return len(names) == len(kind.instrument) > 1


def _has_uuid(names: set[str]) -> bool:
    return any(map(is_uuid, names))


_READ: dict[str, Callable[[Any], str | Decimal | None]] = {"text": lambda text: text, "number": number}
