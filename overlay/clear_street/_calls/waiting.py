"""Wait for instructions or orders, and watch them, with one reading of an account's list per tick for all waits.

`Seen` stores what was seen; `Poll` reads the list and updates it. `_states` says which states end a wait, and `kinds`
has everything else that depends on what is waited for.

docs/safety.md, "Waiting".
"""

from __future__ import annotations

import os
from collections import deque
from copy import copy
from logging import WARNING
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from .._annotations import resolvable
from .._api import requests
from .._config.arguments import checked_ids, checked_seconds, checked_states
from .._logging import log
from .._outcomes import Outcome
from ..errors import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ArgumentError,
    InstructionFailedError,
    RequestInfo,
    StateSeen,
    WaitTimeoutError,
)
from .changes import InstructionChange, OrderChange
from .effects import Invoke, Sleep
from .lifecycle import exchange
from .shared import INTERVAL_FIRST, Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from .._api.operations import Operation
    from .._config.options import Clock
    from .._states import States
    from ..errors import ClearStreetError
    from .call import Call
    from .effects import Flow
    from .kinds import Kind, Row

    class NewCall(Protocol):
        """Makes a call, to be run within a flow."""

        def __call__(
            self, operation: Operation[..., T], prepared: requests.Prepared, options: dict[str, Any], /
        ) -> Call[T]: ...


T = TypeVar("T")
C = TypeVar("C")

BUSY_INTERVAL = 0.1
"""Seconds after which a wait checks again whether another wait has read the list."""
GRACE = 30.0
"""Seconds within which an instruction has to appear in the list."""
LAST_LOOK = 1.0
"""Seconds before the end of a wait at which the list is read once more, however long the interval is."""
SLEEP_MAX = 3600.0
"""The longest sleep, in seconds. A service may ask for a longer wait than an operating system can sleep."""

_PASSING = (Outcome.NEVER_SENT, Outcome.RATE_LIMITED, Outcome.UNKNOWN)


class Seen:
    """What was seen of an account's rows of one kind: of those with given ids or, without ids, of all of them.

    Ids and keys are stored in their canonical form, because the service and the caller may write them differently.
    """

    def __init__(self, kind: Kind, ids: Collection[str]) -> None:
        self.kind: Kind = kind
        self.given: Collection[str] = ids
        """The ids as the caller wrote them."""
        self.ids: Collection[str] = frozenset(map(requests.canonical_id, ids))
        self.rows: dict[str, Row] = {}
        self.histories: dict[str, list[StateSeen]] = {}
        self.keys: dict[str, str] = {}
        """The server's ids by idempotency key, to recognise a key that was given as an id."""

    def update(self, rows: Iterable[Row], at: datetime) -> list[Any]:
        """Store the rows of a list; return what changed since the last one."""
        changes: list[Any] = []
        for row in rows:
            if row.id is None:
                continue
            ids = self._named(row)
            if not ids:
                if (key := self.kind.key_of(row)) is not None:
                    self.keys[requests.canonical_id(key)] = row.id
                continue
            previous = self.rows.get(ids[0])
            for id_ in ids:
                self.rows[id_] = row
                history = self.histories.setdefault(id_, [])
                if previous is None or row.status != previous.status:
                    history.append(StateSeen(row.status, at))
            if previous is None or self.kind.progress(row) != self.kind.progress(previous):
                left = None if previous is None or row.status == previous.status else previous.status
                changes.append(self.kind.change(row, previous, at, left in self.kind.states.terminal))
        return changes

    def _named(self, row: Row) -> list[str]:
        """Return the given ids that mean a row or, if no ids were given, the row's own."""
        if not self.ids:
            return [requests.canonical_id(row.id)]
        shown = [text for name in self.kind.ids if (text := getattr(row, name)) is not None]
        return [id_ for id_ in map(requests.canonical_id, shown) if id_ in self.ids]

    @property
    def is_over(self) -> bool:
        """Whether ids were given, and every row that appeared is terminal."""
        return bool(self.ids) and all(row.status in self.kind.states.terminal for row in self.rows.values())

    def facts(self, ids: Iterable[str]) -> dict[str, Any]:
        """Return what an error has about everything with these ids: `rows` and `states`."""
        shown = {id_: self.row(id_) for id_ in ids}
        return {
            "rows": [row for row in shown.values() if row is not None],
            "states": {id_: None if row is None else row.status for id_, row in shown.items()},
        }

    def row(self, id: str) -> Row | None:
        """Return a row as it was last seen; None if it never appeared."""
        return self.rows.get(requests.canonical_id(id))

    def history(self, id: str) -> Sequence[StateSeen]:
        """Return every state in which a row was seen."""
        return self.histories.get(requests.canonical_id(id), ())


class Poll:
    """A wait's view of an account: reads its list, or takes the reading of another wait of the same client."""

    def __init__(self, new_call: NewCall, clock: Clock, account_id: int, seen: Seen) -> None:
        self._new_call = new_call
        self._clock = clock
        self._kind = seen.kind
        self._account_id = account_id
        # Checks the account before anything is sent.
        self._prepared = seen.kind.look(account_id, seen.given)[0]
        self._seen = seen
        self._reading = Reading()
        self._since: float | None = None
        self._raised: APIError | None = None
        self.taken: float = -inf
        """When the latest list that this wait used was asked for, on the monotonic clock."""

    @property
    def error(self) -> APIError | None:
        """Why the list could not be read the last time; None if it could."""
        return self._reading.error

    def next(self, until: float) -> Flow[list[Any]]:
        """Update what was seen, if there is a new list; return what changed.

        Transient failures (429, 5xx, no connection) are retried at the next tick. Other errors are raised.
        """
        now = self._clock.monotonic()
        call = self._call(self._prepared, now, until)
        reading = self._reading = call.shared.readings.setdefault(self._key(call), self._reading)
        if self._since is None:
            self._since, self._raised = now - INTERVAL_FIRST, reading.error
            reading.join(self._seen)
            if reading.begun <= self._since or not self._is_read():
                reading.hurry(now)
        if now < until and reading.reader.acquire(blocking=False):
            try:
                if reading.due <= now:
                    yield from self._read(call, now, until)
            finally:
                reading.reader.release()
        if reading.error is not None and reading.error is not self._raised and not _may_pass(reading.error):
            self._raised = reading.error
            raise copy(reading.error)
        if reading.begun <= max(self._since, self.taken) or not self._is_read():
            return []
        self.taken = reading.begun
        changes = self._seen.update(reading.rows, reading.at)
        if changes:
            reading.hurry(now)
        if call.asked.settings.on_event is not None:
            from .telling import tell_transitions

            tell_transitions(call, changes)
        for change in changes:
            if change.is_anomaly:
                log(WARNING, "an %s left the terminal state %s", self._kind.noun, change.previous_status)
        return changes

    def pause(self, until: float, *, look_at: float = inf) -> Flow[bool]:
        """Wait for the next tick. There is one at `look_at` at the latest, and one shortly before `until`.

        Returns False, without waiting, if `until` has passed.
        """
        now = self._clock.monotonic()
        if now >= until:
            return False
        reading = self._reading
        for moment in (look_at, until - LAST_LOOK):
            if moment > now:
                reading.tick_by(moment)
        wake = reading.due if reading.due > now else now + BUSY_INTERVAL
        yield Sleep(min(wake, until, now + SLEEP_MAX) - now)
        return True

    def _call(self, prepared: requests.Prepared, now: float, until: float) -> Call[Any]:
        options = {"max_retries": 0, "deadline": max(0.001, until - now)} if until < inf else {"max_retries": 0}
        return self._new_call(self._kind.listing, prepared, options)

    def _key(self, call: Call[Any]) -> object:
        """Return what two waits must have in common to share a list: client settings and account.

        The process is part of it, because after a fork a copied lock of another thread would never be released.
        """
        settings = call.asked.settings
        return (
            os.getpid(),
            settings.base_url,
            id(settings.api_key),
            id(settings.headers),
            settings.strict,
            self._prepared.account_id,
            self._kind.noun,
        )

    def _is_read(self) -> bool:
        """Whether the latest list shows everything that is waited for. A list by ids may lack ids of newer waits."""
        return not self._kind.is_by_id or self._reading.ids.issuperset(self._seen.given)

    def _read(self, call: Call[Any], begun: float, until: float) -> Flow[None]:
        reading = self._reading
        was_answered, asked = reading.error is None, None
        ids = reading.ids_asked_for()
        rows: list[Row] = []
        try:
            for prepared in self._kind.look(self._account_id, sorted(ids)):
                completed = yield from exchange(self._call(prepared, begun, until))
                rows += cast("Any", completed.value).data
        except APIError as error:
            reading.error = error
            asked = error.retry_after if isinstance(error, APIStatusError) else None
        else:
            reading.error = _contradiction(self._kind, rows)
            if reading.error is None:
                reading.at = call.clock.now()
                reading.rows, reading.ids, reading.begun = rows, ids, begun
        # A wait or watch that continues may do so for hours, so it says so in the log.
        if was_answered and reading.error is not None and _may_pass(reading.error):
            name = type(reading.error).__name__
            log(WARNING, "the list of %ss gives no answer (%s): it is read again", self._kind.noun, name)
        now = call.clock.monotonic()
        jitter = call.clock.random()
        if asked is not None:
            reading.quiet_until = now + asked
        reading.end_tick(now, jitter)


def wait(
    kind: Kind,
    new_call: NewCall,
    clock: Clock,
    account_id: int,
    ids: Iterable[str],
    *,
    until: str | Iterable[str] | None,
    seconds: float,
    grace: float,
    on_change: Callable[[Any], object] | None,
) -> Flow[list[Row]]:
    """Return a flow that waits until everything with these ids is in a wanted state, and returns the rows in the order
    of `ids`.

    `ArgumentError` is raised immediately, and not when the flow is run.
    """
    wanted = checked_states(until, kind.states.known)
    seconds, grace = checked_seconds("deadline", seconds), checked_seconds("grace", grace)
    ids = checked_ids(ids, kind.noun)
    if on_change is not None and not callable(on_change):
        raise ArgumentError(f"Expected a function, or None, for `on_change` but received {on_change!r}.")
    seen = Seen(kind, ids)
    return _waiting(Poll(new_call, clock, account_id, seen), clock, seen, ids, wanted, seconds, grace, on_change)


def _waiting(
    poll: Poll,
    clock: Clock,
    seen: Seen,
    ids: Sequence[str],
    wanted: Collection[str] | None,
    seconds: float,
    grace: float,
    on_change: Callable[[Any], object] | None,
) -> Flow[list[Row]]:
    started, states = clock.monotonic(), seen.kind.states
    end, appearing_until = started + seconds, started + grace
    while True:
        changes = yield from poll.next(end)
        for change in changes:
            if on_change is not None:
                yield Invoke(on_change, change)
        shown = {id_: seen.row(id_) for id_ in ids}
        rows = [row for row in shown.values() if row is not None]
        failed = [row for row in rows if _has_failed(row, wanted, states)]
        running = [row for row in rows if not _has_failed(row, wanted, states) and not _is_reached(row, wanted, states)]
        missing = [id_ for id_ in ids if shown[id_] is None]
        if not missing and not running and not failed:
            return [row for id_ in ids if (row := shown[id_]) is not None]
        given_up = poll.taken >= appearing_until
        # A failure is raised only when all are settled, so that the error has the final state of each.
        is_over = not running and (not missing or given_up)
        if is_over or not (yield from poll.pause(end, look_at=appearing_until if missing else inf)):
            if failed:
                raise _failure(seen, ids, failed, wanted)
            raise _timed_out(
                poll, seen, ids, missing[0] if missing else str(running[0].id), grace if is_over else seconds
            )


def after_cancel(flow: Flow[T]) -> Flow[T]:
    """Run a wait that follows a cancel. If the wait fails, its error has a note that the cancel itself succeeded."""
    try:
        return (yield from flow)
    except InstructionFailedError:
        raise
    except BaseException as error:
        error.add_note("The service took the cancel. Only the wait for its end failed.")
        raise


class Watch:
    """Yields the changes of an account's rows of one kind, one after the other."""

    def __init__(
        self,
        kind: Kind,
        new_call: NewCall,
        clock: Clock,
        account_id: int,
        ids: Iterable[str] | None,
        deadline: float | None,
        grace: float,
    ) -> None:
        self._clock = clock
        self._grace = checked_seconds("grace", grace)
        is_of_all = ids is None and not kind.is_by_id
        self._ids: Sequence[str] = () if is_of_all else checked_ids(cast("Iterable[str]", ids), kind.noun)
        self._seen = Seen(kind, self._ids)
        self._poll = Poll(new_call, clock, account_id, self._seen)
        self._seconds = inf if deadline is None else checked_seconds("deadline", deadline)
        self._end: float | None = None
        self._appearing_until: float = inf
        self.closed: bool = False

    def next(self) -> Flow[list[Any]]:
        """Wait for the next changes and return them; return none at the end.

        The end is when everything with the given ids is terminal, or the time is over. Raises `WaitTimeoutError` if an
        id does not appear within the grace time, as soon as the others are terminal.
        """
        now = self._clock.monotonic()
        if self._end is None:
            self._end, self._appearing_until = now + self._seconds, now + self._grace
        while not self.closed:
            missing = [id_ for id_ in self._ids if self._seen.row(id_) is None]
            is_over = self._seen.is_over
            if is_over and not missing:
                break
            changes = yield from self._poll.next(self._end)
            if changes:
                return changes
            if is_over and self._poll.taken >= self._appearing_until:
                raise _timed_out(self._poll, self._seen, self._ids, missing[0], self._grace)
            if not (yield from self._poll.pause(self._end, look_at=self._appearing_until if missing else inf)):
                break
        return []


class ChangeWatch(Generic[C]):
    """An iterator of changes. It reads the account's list when the next change is asked for."""

    def __init__(self, run: Callable[[Flow[list[C]]], list[C]], watch: Watch) -> None:
        self._run = run
        self._watch = watch
        self._changes: deque[C] = deque()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __iter__(self) -> Iterator[C]:
        return self

    def __next__(self) -> C:
        if not self._changes:
            self._changes.extend(self._run(self._watch.next()))
        if not self._changes:
            raise StopIteration
        return self._changes.popleft()

    def close(self) -> None:
        """End the iteration. Nothing has to be released if this is not called."""
        self._changes.clear()
        self._watch.closed = True


class AsyncChangeWatch(Generic[C]):
    """An iterator of changes. It reads the account's list when the next change is asked for."""

    def __init__(self, run: Callable[[Flow[list[C]]], Awaitable[list[C]]], watch: Watch) -> None:
        self._run = run
        self._watch = watch
        self._changes: deque[C] = deque()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __aiter__(self) -> AsyncIterator[C]:
        return self

    async def __anext__(self) -> C:
        if not self._changes:
            self._changes.extend(await self._run(self._watch.next()))
        if not self._changes:
            raise StopAsyncIteration
        return self._changes.popleft()

    async def aclose(self) -> None:
        """End the iteration. Nothing has to be released if this is not called."""
        self._changes.clear()
        self._watch.closed = True


class InstructionWatch(ChangeWatch[InstructionChange]):
    """An iterator of `InstructionChange`s. It reads the account's list when the next change is asked for."""


class AsyncInstructionWatch(AsyncChangeWatch[InstructionChange]):
    """An iterator of `InstructionChange`s. It reads the account's list when the next change is asked for."""


class OrderWatch(ChangeWatch[OrderChange]):
    """An iterator of `OrderChange`s. It reads the account's orders when the next change is asked for."""


class AsyncOrderWatch(AsyncChangeWatch[OrderChange]):
    """An iterator of `OrderChange`s. It reads the account's orders when the next change is asked for."""


def _contradiction(kind: Kind, rows: Sequence[Row]) -> APIError | None:
    """Return the error of a list that contradicts itself (docs/safety.md, "Waiting"); None for any other list."""
    id_ = kind.contradiction(rows)
    if id_ is None:
        return None
    request = RequestInfo(kind.listing.method, kind.listing.path_template)
    message = f"the list has the {kind.noun} {id_!r} twice, with different states or keys"
    return APIResponseValidationError(message, status_code=200, request=request)


def _may_pass(error: APIError) -> bool:
    """Whether the next reading may succeed after one that failed with `error`."""
    return not error.attempts or error.attempts[-1].outcome in _PASSING


def _has_failed(row: Row, wanted: Collection[str] | None, states: States) -> bool:
    if wanted is None:
        return row.status in states.failed
    return row.status in states.terminal and row.status not in wanted


def _is_reached(row: Row, wanted: Collection[str] | None, states: States) -> bool:
    return row.status in (states.terminal if wanted is None else wanted)


def _failure(seen: Seen, ids: Sequence[str], failed: Sequence[Row], wanted: Collection[str] | None) -> ClearStreetError:
    kind, row = seen.kind, failed[0]
    asked = "" if wanted is None else f" instead of {' or '.join(sorted(wanted))}"
    words = kind.words_of(row)
    reason = f": {words}" if words else ""
    given = next(id_ for id_ in ids if seen.row(id_) is row)
    message = f"{kind.noun} {row.id} ended in {row.status}{asked}{reason}{_others(seen, ids)}"
    return kind.failed(message, failed, {"history": seen.history(given), **seen.facts(ids)})


def _others(seen: Seen, ids: Sequence[str]) -> str:
    """Return, for several ids, how many are in which state."""
    states: list[str | None] = list(seen.facts(ids)["states"].values())
    counts = [f"{states.count(state)} {state or 'not in the list'}" for state in dict.fromkeys(states)]
    return f"; all {len(states)} (error.states): {', '.join(counts)}" if len(states) > 1 else ""


def _timed_out(poll: Poll, seen: Seen, ids: Sequence[str], id_: str, seconds: float) -> WaitTimeoutError:
    row, server_id = seen.row(id_), seen.keys.get(requests.canonical_id(id_))
    if row is not None:
        what = f"was not settled within {seconds:g} s, last seen as {row.status}"
    elif poll.taken > -inf:
        what = f"did not appear in the account's list within {seconds:g} s"
    else:
        what = f"was not looked for: the account's list could not be read within {seconds:g} s"
    advice = ""
    if server_id is not None:
        advice = (
            f"; that is the idempotency key of the {seen.kind.noun} whose server `id` is {server_id!r}: wait for that"
        )
    failing = f"; the last reading of the list failed: {poll.error}" if poll.error else ""
    return WaitTimeoutError(
        f"{seen.kind.noun} {id_} {what}{advice}{_others(seen, ids)}{failing}",
        last_seen=row,
        history=seen.history(id_),
        **seen.facts(ids),
    )


resolvable(globals(), InstructionWatch, AsyncInstructionWatch, OrderWatch, AsyncOrderWatch)
