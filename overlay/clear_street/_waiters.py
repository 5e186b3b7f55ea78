"""Waiting for instructions: one read of the account's list per tick, whatever the number of instructions waited for.

`Seen` holds what was seen of them; `Poll` reads the list and feeds it. Which states end a wait stands in `_states`.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from . import _seam as seam
from ._effects import JITTER, NOW, TODAY, Invoke, Log, Sleep
from ._exchange import exchange
from ._limits import checked_seconds
from ._operations import GET_POSITION_INSTRUCTIONS, Operation
from ._states import FAILED_STATES, TERMINAL_STATES
from .errors import (
    APIConnectionError,
    APIStatusError,
    ArgumentError,
    InstructionFailedError,
    InternalServerError,
    RateLimitError,
    StateSeen,
    WaitTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from clear_street_api.models import PositionInstruction

    from ._call import Call
    from ._effects import Flow
    from .types.v1 import PositionGetPositionInstructionsResponse

    class NewCall(Protocol):
        """Makes a call, to be run within a flow."""

        def __call__(self, operation: Operation[T], prepared: seam.Prepared, options: dict[str, Any], /) -> Call[T]: ...


T = TypeVar("T")

INTERVAL_FIRST = 0.5
INTERVAL_MAX = 10.0
INTERVAL_GROWTH = 1.5
WARNING = 30


class InstructionChange(NamedTuple):
    """An instruction that was seen in a state that it was not in before."""

    instruction: PositionInstruction
    """The row as it is now."""
    previous_status: str | None
    """The status that it was seen in before, None at first."""
    at: datetime
    """When it was seen, by the client's clock (aware, UTC)."""
    is_anomaly: bool
    """Whether it stepped out of a terminal state, which the service should never do."""


class Seen:
    """What was seen of an account's instructions: of all of them, or of those that are waited for."""

    def __init__(self, ids: Collection[str] | None) -> None:
        self.ids: Collection[str] | None = ids
        self.rows: dict[str, PositionInstruction] = {}
        self.histories: dict[str, list[StateSeen]] = {}
        self.keys: dict[str, str] = {}
        """The server's ids by idempotency key, to recognise a key given for an id."""

    def update(self, rows: Iterable[PositionInstruction], at: datetime) -> list[InstructionChange]:
        """Take a list in; what changed since the one before."""
        changes: list[InstructionChange] = []
        for row in rows:
            if row.id is None or (self.ids is not None and row.id not in self.ids):
                if row.id is not None and row.instruction_id is not None:
                    self.keys[row.instruction_id] = row.id
                continue
            history = self.histories.setdefault(row.id, [])
            previous = history[-1].status if history else None
            self.rows[row.id] = row
            if not history or row.status != previous:
                history.append(StateSeen(row.status, at))
                changes.append(InstructionChange(row, previous, at, previous in TERMINAL_STATES))
        return changes

    @property
    def is_over(self) -> bool:
        """Whether all instructions were asked for by id, and are terminal."""
        return self.ids is not None and all(
            id_ in self.rows and self.rows[id_].status in TERMINAL_STATES for id_ in self.ids
        )

    def history(self, instruction_id: str) -> Sequence[StateSeen]:
        """Every state that an instruction was seen in."""
        return self.histories.get(instruction_id, ())


class Reading:
    """The latest list of an account, shared by all waits of a client, so that together they read it once per tick."""

    __slots__ = ("busy", "latest", "quiet_until")

    def __init__(self) -> None:
        self.latest: tuple[float, Sequence[PositionInstruction]] = (float("-inf"), ())
        """When it was asked for, on the monotonic clock, and its rows."""
        self.busy: list[Poll] = []
        """The poll that reads the list now, none or one."""
        self.quiet_until: float = 0.0
        """When the service may be asked again, on the monotonic clock."""


class Poll:
    """A wait's view of an account: reads its list, or takes the reading of another wait of the same client."""

    def __init__(self, new_call: NewCall, account_id: int, seen: Seen) -> None:
        self._new_call = new_call
        self._prepared = seam.get_position_instructions(account_id)
        self._account_id = account_id
        self._seen = seen
        self._interval = INTERVAL_FIRST
        self._taken: float | None = None
        self._reading = Reading()

    def next(self, until: float) -> Flow[list[InstructionChange]]:
        """Bring what was seen up to date; what changed, nothing where the list could not be had this time.

        A reading that fails in a way that may pass (429, 5xx, no connection) is made up for by the next; other
        errors are raised.
        """
        now: float = yield NOW
        options = {"max_retries": 0, "deadline": max(0.001, until - now)} if until < inf else {"max_retries": 0}
        call = self._new_call(GET_POSITION_INSTRUCTIONS, self._prepared, options)
        reading = self._reading = call.client.readings.setdefault(self._account_id, self._reading)
        begun = reading.latest[0]
        if self._taken is None:
            fresh, self._taken = begun >= now, now
        else:
            fresh = begun > self._taken
        if not fresh and now >= reading.quiet_until and not reading.busy:
            reading.busy.append(self)
            if reading.busy[0] is self:
                try:
                    fresh = yield from self._read(call, now)
                finally:
                    reading.busy.clear()
        if not fresh:
            return []
        self._taken, rows = reading.latest
        today: datetime = yield TODAY
        changes = self._seen.update(rows, today)
        for change in changes:
            if change.is_anomaly:
                yield Log(WARNING, "an instruction left the terminal state %s", change.previous_status)
        return changes

    def pause(self, until: float, *, changed: bool) -> Flow[bool]:
        """Wait for the next tick: longer while nothing changes, with jitter; False where `until` has come."""
        now: float = yield NOW
        if now >= until:
            return False
        jitter: float = yield JITTER
        self._interval = INTERVAL_FIRST if changed else min(INTERVAL_MAX, self._interval * INTERVAL_GROWTH)
        seconds = max(self._interval * (0.5 + jitter / 2), self._reading.quiet_until - now)
        yield Sleep(min(seconds, until - now))
        return True

    def _read(self, call: Call[PositionGetPositionInstructionsResponse], now: float) -> Flow[bool]:
        reading = self._reading
        try:
            completed = yield from exchange(call)
        except (APIConnectionError, InternalServerError, RateLimitError) as error:
            asked = error.retry_after if isinstance(error, APIStatusError) else None
            if asked is not None:
                then: float = yield NOW
                reading.quiet_until = then + asked
            return False
        data = completed.value.data if completed.value is not None else None
        if data is None:
            return False
        reading.latest = (now, data)
        return True


def wait(
    new_call: NewCall,
    account_id: int,
    ids: Sequence[str],
    *,
    until: str | Iterable[str] | None,
    seconds: float,
    grace: float,
    on_change: Callable[[InstructionChange], object] | None,
) -> Flow[list[PositionInstruction]]:
    """Wait until every instruction is in one of the wanted states; their rows, in the order of `ids`."""
    wanted = checked_states(until)
    seconds, grace = checked_seconds("deadline", seconds), checked_seconds("grace", grace)
    seen = Seen(checked_ids(ids))
    poll = Poll(new_call, account_id, seen)
    started: float = yield NOW
    end = started + seconds
    while True:
        changes = yield from poll.next(end)
        for change in changes:
            if on_change is not None:
                yield Invoke(on_change, change)
        failed = [row for id_ in ids if (row := seen.rows.get(id_)) and _has_failed(row, wanted)]
        if failed:
            raise _failure(seen, failed, wanted)
        missing = [id_ for id_ in ids if id_ not in seen.rows]
        if not missing and all(_is_reached(seen.rows[id_], wanted) for id_ in ids):
            return [seen.rows[id_] for id_ in ids]
        now: float = yield NOW
        if missing and now >= started + grace:
            raise _timed_out(seen, missing[0], f"did not appear in the account's list within {grace:g} s")
        if not (yield from poll.pause(min(end, started + grace) if missing else end, changed=bool(changes))):
            late = missing or [id_ for id_ in ids if not _is_reached(seen.rows[id_], wanted)]
            raise _timed_out(seen, late[0], f"was not settled within {seconds:g} s")


class Watch:
    """What goes on with an account's instructions, change after change."""

    def __init__(self, new_call: NewCall, account_id: int, ids: Sequence[str] | None, deadline: float | None) -> None:
        self._seen = Seen(None if ids is None else checked_ids(ids))
        self._poll = Poll(new_call, account_id, self._seen)
        self._seconds = inf if deadline is None else checked_seconds("deadline", deadline)
        self._end: float | None = None
        self._paused = True

    def next(self) -> Flow[list[InstructionChange]]:
        """What changed next; nothing at the end: every instruction watched by id is terminal, or the time is over."""
        now: float = yield NOW
        if self._end is None:
            self._end = now + self._seconds
        while True:
            if not self._paused and not (yield from self._poll.pause(self._end, changed=False)):
                return []
            self._paused = True
            changes = yield from self._poll.next(self._end)
            self._paused = False
            if changes:
                return changes
            if self._seen.is_over:
                return []


class InstructionWatch:
    """An iterator of `InstructionChange`s, which reads the account's list as it is asked for more."""

    def __init__(self, run: Callable[[Flow[list[InstructionChange]]], list[InstructionChange]], watch: Watch) -> None:
        self._run = run
        self._watch = watch
        self._changes: deque[InstructionChange] = deque()

    def __iter__(self) -> Iterator[InstructionChange]:
        return self

    def __next__(self) -> InstructionChange:
        if not self._changes:
            self._changes.extend(self._run(self._watch.next()))
        if not self._changes:
            raise StopIteration
        return self._changes.popleft()


class AsyncInstructionWatch:
    """An iterator of `InstructionChange`s, which reads the account's list as it is asked for more."""

    def __init__(
        self, run: Callable[[Flow[list[InstructionChange]]], Awaitable[list[InstructionChange]]], watch: Watch
    ) -> None:
        self._run = run
        self._watch = watch
        self._changes: deque[InstructionChange] = deque()

    def __aiter__(self) -> AsyncIterator[InstructionChange]:
        return self

    async def __anext__(self) -> InstructionChange:
        if not self._changes:
            self._changes.extend(await self._run(self._watch.next()))
        if not self._changes:
            raise StopAsyncIteration
        return self._changes.popleft()


def _has_failed(row: PositionInstruction, wanted: Collection[str] | None) -> bool:
    if wanted is None:
        return row.status in FAILED_STATES
    return row.status in TERMINAL_STATES and row.status not in wanted


def _is_reached(row: PositionInstruction, wanted: Collection[str] | None) -> bool:
    return row.status in (TERMINAL_STATES if wanted is None else wanted)


def _failure(
    seen: Seen, failed: Sequence[PositionInstruction], wanted: Collection[str] | None
) -> InstructionFailedError:
    row = failed[0]
    asked = "" if wanted is None else f" instead of {' or '.join(sorted(wanted))}"
    reason = f": {row.rejection_reason}" if row.rejection_reason else ""
    return InstructionFailedError(
        f"instruction {row.id} ended in {row.status}{asked}{reason}",
        instructions=failed,
        history=seen.history(str(row.id)),
    )


def _timed_out(seen: Seen, id_: str, what: str) -> WaitTimeoutError:
    row = seen.rows.get(id_)
    advice = ""
    if id_ in seen.keys:
        advice = (
            f"; that is the idempotency key of the instruction whose server `id` is {seen.keys[id_]!r}: wait for that"
        )
    last = f", last seen as {row.status}" if row else ""
    return WaitTimeoutError(f"instruction {id_} {what}{last}{advice}", last_seen=row, history=seen.history(id_))


def checked_ids(ids: Sequence[str]) -> frozenset[str]:
    """The server's ids of instructions, at least one."""
    if isinstance(ids, str):
        raise ArgumentError(f"Expected a list of ids for `ids` but received {ids!r}; put it into a list.")
    for id_ in ids:
        if not isinstance(id_, str) or not id_.strip():
            raise ArgumentError(f"Expected a non-empty string for each of `ids` but received {id_!r}.")
    if not ids:
        raise ArgumentError("Expected at least one id for `ids` but received none.")
    return frozenset(ids)


def checked_states(until: str | Iterable[str] | None) -> Collection[str] | None:
    """The states to wait for: None for any terminal one; one or several names."""
    if until is None:
        return None
    states = frozenset([str(until)] if isinstance(until, str) else map(str, until))
    if not states:
        raise ArgumentError(
            "Expected at least one status for `until` but received none; leave it out to wait for a terminal one."
        )
    return states
