"""Ensure that instructions are there once, whatever happened before: look, send what is missing, look, wait.

docs/safety.md, "Ensuring instructions".
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from .._annotations import resolvable
from .._api import requests
from .._api.rows.positions import SUBMIT_POSITION_INSTRUCTIONS
from .._config.arguments import OPTIONS, checked_flag, checked_seconds, takes, unexpected
from .._explained import explain
from ..errors import APIError, ArgumentError, ClearStreetError, CutoffPassedError
from . import policy
from .batch import Batch, Entry
from .effects import Sleep
from .kinds import INSTRUCTION
from .lifecycle import exchange
from .waiting import GRACE
from .waiting import wait as wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from .._config.options import Clock
    from .._config.settings import Settings
    from ..types.v1 import PositionInstruction
    from .call import Call
    from .effects import Flow
    from .kinds import Row
    from .shared import Keys, Service

    NewCall = Callable[..., Call[Any]]

EnsuredOutcome = Literal["landed", "rejected", "unknown", "not_sent"]

_OF_SUBMITS = ("not_after", "extra_query")
"""The options that do not apply to its reads."""


class EnsuredInstruction(NamedTuple):
    """What is known of one instruction that was to be ensured."""

    key: str
    """Its idempotency key."""
    outcome: EnsuredOutcome
    """``"landed"``: the service has it; `status` is its state. ``"rejected"``: the service refused it.
    ``"unknown"``: it may be there. ``"not_sent"``: the list does not show it, and the service has not taken it.
    """
    instruction: PositionInstruction | None
    """The row as the service showed it last; None if it has not shown one that asks for the same."""
    reason: str | None
    """Why it did not land, or has not reached a terminal state; None otherwise."""
    error: ClearStreetError | None
    """The error of the last call that was made for it; None if there was none."""

    @property
    def status(self) -> str | None:
        """The status of the row as the service showed it last; None if it has not shown the row."""
        return None if self.instruction is None else self.instruction.status


class _Wish:
    """One instruction that has to be there, and what is known of it."""

    def __init__(self, row: Row) -> None:
        self.entry: Entry = Entry(INSTRUCTION, cast("str", INSTRUCTION.submitted_key(row)), row)
        self.outcome: EnsuredOutcome = "unknown"
        self.row: Row | None = None
        self.reason: str | None = None
        self.error: ClearStreetError | None = None
        self.is_doubtful: bool = False
        """Whether this client has sent it before, without learning its outcome."""

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return self.entry.key

    def settle(
        self, outcome: EnsuredOutcome, row: Row | None, reason: str | None, error: ClearStreetError | None = None
    ) -> None:
        """Record what is known of it."""
        self.outcome, self.row, self.reason, self.error = outcome, row, reason, error

    def show(self, row: Row) -> None:
        """Settle it by a row with its key: that row is ours if it asks for the same, however old it is."""
        same = self.entry.is_same(row)
        if same is None:
            self.settle("unknown", None, f"the instruction {row.id} has this key, and does not show what it asks for")
        elif not same:
            self.settle("rejected", None, f"the instruction {row.id}, which asks for something else, has this key")
        elif row.status in INSTRUCTION.states.refused:
            self.settle("rejected", row, INSTRUCTION.words_of(row))
        else:
            self.settle("landed", row, None)

    def take(self, entry: Entry, error: APIError | None) -> None:
        """Settle it by what a submit ended with."""
        row, state = entry.row, entry.state
        if state == "rejected" and row is None and not _says_used(error):
            # The whole request was refused, perhaps by a proxy, so nobody checked whether the key was used before.
            state = "nothing_done"
        why = (row is not None and INSTRUCTION.words_of(row)) or (str(error) if error else "the reply does not say why")
        is_used = row is None or INSTRUCTION.existing_id(row) is not None
        if state == "landed":
            self.settle("landed", row, None)
        elif state == "rejected" and not is_used and not self.is_doubtful:
            self.settle("rejected", row, why, error)
        elif state in ("not_sent", "refused_for_now", "nothing_done") and not self.is_doubtful:
            self.settle("not_sent", None, why, error)
        else:
            # The key was used before; or the outcome is unknown; or an earlier request may still arrive.
            self.settle("unknown", None, why, error)

    def result(self) -> EnsuredInstruction:
        """Return what is known of it, for the application."""
        return EnsuredInstruction(self.key, self.outcome, self.row, self.reason, self.error)


def _says_used(error: APIError | None) -> bool:
    """Whether a refusal without a row of this key may mean that the key was used before."""
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    rows = requests.rows_in(INSTRUCTION.model(), body if requests.is_object(body) else None)
    words = (getattr(error, "message", None), *map(INSTRUCTION.words_of, rows))
    return status == 409 or any(INSTRUCTION.duplicate_of(text) is not None for text in words)


def ensure(
    new_call: NewCall,
    clock: Clock,
    settings: Settings,
    account_id: int,
    instructions: Iterable[Any],
    *,
    wait: bool,
    wait_deadline: float,
    options: Mapping[str, Any],
) -> Flow[dict[str, EnsuredInstruction]]:
    """Return a flow that ensures that instructions are there. Its result is what is known of each, by key.

    `ArgumentError` is raised immediately, and not when the flow is run. The flow raises no error of a call.
    """
    for name in options:
        if not takes(name, "call", "change"):
            known = (name for name in OPTIONS if takes(name, "call", "change"))
            raise unexpected("ensure_position_instructions", name, ("instructions", "wait", "wait_deadline", *known))
    seconds = checked_seconds("wait_deadline", wait_deadline) if checked_flag("wait", wait) else None
    prepared = SUBMIT_POSITION_INSTRUCTIONS.build(account_id, instructions=instructions)
    if any(INSTRUCTION.submitted_key(row) is None for row in prepared.rows):
        raise ArgumentError(
            "Expected an idempotency key (`instruction_id`) in each row of `instructions`: by it, a "
            "later call finds out that the row is there; make one with new_idempotency_key(), and store it."
        )
    if settings.read_only:
        raise ArgumentError(
            "The client is read-only (`read_only=True`) and submits nothing; use another client for it."
        )
    limits = settings.limits.with_options(options)
    ensuring = _Ensuring(new_call, clock, settings, account_id, prepared.rows, options)
    # Check all options before anything is sent. A `not_after` that has passed is not a mistake: the list is still read.
    with suppress(CutoffPassedError):
        new_call(SUBMIT_POSITION_INSTRUCTIONS, prepared, ensuring.submit_options(limits.call_seconds))
    return ensuring.run(limits.call_seconds, seconds)


class _Ensuring:
    """The flow, and what is known so far."""

    def __init__(
        self,
        new_call: NewCall,
        clock: Clock,
        settings: Settings,
        account_id: int,
        rows: Sequence[Row],
        options: Mapping[str, Any],
    ) -> None:
        self._new_call = new_call
        self._clock = clock
        self._settings = settings
        self._account_id = account_id
        self._options = options
        self._wishes: list[_Wish] = [_Wish(row) for row in rows]
        self._quiet_until = 0.0
        """When the service may be asked again, on the monotonic clock."""

    def submit_options(self, seconds: float) -> dict[str, Any]:
        """Return the options of the submit, which may take this number of seconds."""
        return {**self._options, "deadline": seconds, "raise_on_rejection": False}

    def run(self, seconds: float, wait_seconds: float | None) -> Flow[dict[str, EnsuredInstruction]]:
        """Look, send what is missing, look for what is unknown and, if asked to, wait for terminal states."""
        end = self._clock.monotonic() + seconds
        is_seen = yield from self._look(end, is_first=True)
        if is_seen:
            yield from self._submit(end)
            if wait_seconds is not None:
                end = self._clock.monotonic() + wait_seconds
            yield from self._look_for_unknown(end, waits=wait_seconds is not None)
            if wait_seconds is not None:
                yield from self._follow(end)
        return {wish.key: wish.result() for wish in self._wishes}

    def _with(self, outcome: EnsuredOutcome) -> list[_Wish]:
        return [wish for wish in self._wishes if wish.outcome == outcome]

    def _left(self, end: float) -> float:
        return end - self._clock.monotonic()

    def _pause(self, seconds: float, end: float) -> Flow[bool]:
        """Wait for some seconds, or for as long as the service asked if that is longer.

        Returns False, without waiting, if there is no time for that.
        """
        seconds = max(seconds, self._quiet_until - self._clock.monotonic())
        if seconds >= self._left(end):
            return False
        yield Sleep(seconds)
        return True

    def _look(self, end: float, *, is_first: bool = False) -> Flow[bool]:
        """Read the list, and settle unknown rows by it. Returns whether the list counts.

        A row that the first list does not show may be sent. If a later list does not show it, that says nothing.
        """
        listing, left = INSTRUCTION.listing, max(0.001, self._left(end))
        rows: Sequence[Row] | None = None
        reason, error = "the list of instructions is incomplete, or contradicts itself", None
        options = {name: value for name, value in self._options.items() if name not in _OF_SUBMITS}
        call: Call[Any] = self._new_call(listing, listing.build(self._account_id), {**options, "deadline": left})
        try:
            completed = yield from exchange(call)
            rows = INSTRUCTION.listed(completed.reply.status, completed.reply.json, self._account_id)
        except APIError as caught:
            reason, error = f"the list of instructions could not be read: {caught}", caught
        self._quiet_until = max(self._quiet_until, call.time.quiet_until)
        keys = call.service.keys_of(INSTRUCTION.noun)
        if any(INSTRUCTION.key_of(row) is None for row in rows or ()):
            # The service may not keep keys. A later list does not take that back.
            keys.barred.update((self._account_id, wish.key) for wish in self._with("unknown"))
            rows = None
        if rows is None or any(row.id is None for row in rows):
            for wish in self._with("unknown"):
                wish.settle("unknown", None, wish.reason or reason, wish.error or error)
            return False
        for wish in self._with("unknown"):
            found = {requests.canonical_id(row.id): row for row in rows if INSTRUCTION.key_of(row) == wish.key}
            if len(found) > 1:
                wish.settle("unknown", None, f"the list has this key {len(found)} times: {', '.join(found)}")
            elif found:
                wish.show(*found.values())
            elif is_first:
                wish.settle("not_sent", None, "there was no time left to send it")
        self._hold_back(keys, call.service, rows)
        return True

    def _hold_back(self, keys: Keys, service: Service, rows: Sequence[Row]) -> None:
        """Leave rows unknown that this client sent before without learning their outcome, and must not send again.

        docs/safety.md, "A submit whose reply was lost", says when a row may be sent again.
        """
        doubts: dict[tuple[datetime, float], set[str]] = {}
        for wish in self._with("not_sent"):
            if (begun := keys.doubts.get((self._account_id, wish.key))) is not None:
                doubts.setdefault(begun, set()).add(wish.key)
        for (started_at, started), of_one in doubts.items():
            entries = [Entry(INSTRUCTION, wish.key, wish.entry.request) for wish in self._wishes]
            for entry in entries:
                entry.state = "unknown" if entry.key in of_one else "landed"
            batch = Batch(INSTRUCTION, entries, started_at, partial(service.earliest, started))
            batch.apply_list(rows, keys.names_sent(INSTRUCTION.key_names(), self._settings.idempotency_key_name))
            is_kept = keys.honoured and keys.are_kept(batch.keys_kept)
            for wish in (wish for wish in self._wishes if wish.key in of_one):
                wish.is_doubtful = True
                if batch.forbids_resending:
                    keys.barred.add((self._account_id, wish.key))
                is_barred = (self._account_id, wish.key) in keys.barred
                if not (self._settings.resend_after_unknown and is_kept and not is_barred):
                    wish.settle(
                        "unknown", None, "it was sent before, the list does not show it, and it must not be sent again"
                    )

    def _submit(self, end: float) -> Flow[None]:
        """Send what the list does not show."""
        missing, left = self._with("not_sent"), self._left(end)
        if not missing or left <= 0:
            return
        rows = [wish.entry.request for wish in missing]
        prepared = SUBMIT_POSITION_INSTRUCTIONS.build(self._account_id, instructions=rows)
        options = self.submit_options(left - policy.look_reserve(left))
        try:
            call: Call[Any] = self._new_call(SUBMIT_POSITION_INSTRUCTIONS, prepared, options)
        except CutoffPassedError as late:
            for wish in missing:
                wish.take(wish.entry, late)
            return
        error: APIError | None = None
        try:
            yield from exchange(call)
        except APIError as caught:
            error = caught
        self._quiet_until = max(self._quiet_until, call.time.quiet_until)
        entries = {entry.key: entry for entry in cast("Batch", call.history.batch).entries}
        for wish in missing:
            wish.take(entries[wish.key], error)

    def _look_for_unknown(self, end: float, *, waits: bool) -> Flow[None]:
        """Look for unsettled rows: a few times or, with `waits`, for as long as rows may take to appear."""
        end, number = min(end, self._clock.monotonic() + GRACE), 0
        while self._with("unknown") and (waits or number < policy.LOOK_TRIES):
            seconds = policy.backoff(number, self._clock.random()) if number else 0.0
            is_time = yield from self._pause(seconds, end)
            if not is_time:
                break
            yield from self._look(end)
            number += 1

    def _follow(self, end: float) -> Flow[None]:
        """Wait until the rows that the service has are terminal."""
        open_rows: dict[str, _Wish] = {}
        for wish in self._with("landed"):
            row: Row = wish.row
            if row.status in INSTRUCTION.states.terminal:
                continue
            if row.id is None:
                wish.settle("landed", row, "the service does not show its id, so it was not waited for")
                continue
            wish.settle("landed", row, "there was no time left to wait for its end")
            open_rows[requests.canonical_id(row.id)] = wish
        if not open_rows or not (yield from self._pause(0.0, end)):
            return
        error: ClearStreetError | None = None
        try:
            rows = yield from wait_for(
                INSTRUCTION,
                self._new_call,
                self._clock,
                self._account_id,
                list(open_rows),
                until=None,
                seconds=self._left(end),
                grace=GRACE,
                on_change=None,
            )
        except ClearStreetError as caught:
            error, rows = caught, getattr(caught, "rows", [])
        for row in rows:
            wish = open_rows.pop(requests.canonical_id(row.id))
            is_over, is_refused = row.status in INSTRUCTION.states.terminal, row.status in INSTRUCTION.states.refused
            why = INSTRUCTION.words_of(row) if is_over else str(error)
            wish.settle("rejected" if is_refused else "landed", row, why, None if is_over else error)
        for wish in open_rows.values():
            wish.settle("landed", wish.row, str(error), error)


explain(EnsuredInstruction)
resolvable(globals(), EnsuredInstruction)
