"""Hold what the calls of one client share: what replies showed about the service, and each account's latest list."""

from __future__ import annotations

import re
from collections import deque
from datetime import timedelta
from itertools import islice
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet, WeakValueDictionary

from . import policy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ..errors import APIError, InterruptedCall
    from .kinds import Row

    class AsksForIds(Protocol):
        """A wait, as far as the reading that it shares uses it."""

        given: Collection[str]


INTERVAL_FIRST = 0.5
INTERVAL_MAX = 10.0
INTERVAL_GROWTH = 1.5
"""Seconds between two readings of a list, at first and at most, and the factor after each one without a change."""
_INDEX = re.compile(r"\[\d+\]")
_DRIFT_KINDS_MAX = 1000
_INTERRUPTED_MAX = 1000
_REPLIES_MAX = 16
"""How many replies' headers are stored. The last `Date` among them is read only if the age of a row is needed."""


class Keys:
    """What replies showed about how the service treats the idempotency keys of one kind of effect."""

    __slots__ = ("barred", "doubts", "echoed", "honoured", "names")

    def __init__(self) -> None:
        self.honoured: bool = True
        """False if a reply did not contain an idempotency key that was sent."""
        self.echoed: bool = False
        """Whether a reply contained the keys that were sent."""
        self.names: tuple[str, ...] | None = None
        """The names under which keys are sent, after the service refused others; None if it has refused none."""
        self.doubts: dict[tuple[int, str], tuple[datetime, float]] = {}
        """The rows, by account and key, that calls may have brought about without learning whether they did; when the
        first of them began, by our wall clock and the monotonic one.
        """
        self.barred: set[tuple[int, str]] = set()
        """The rows, by account and key, that must not be sent again: there was a sign that their keys are not kept."""

    def note_echo(self, echoed: bool | None) -> None:
        """Record whether a reply contained the keys that were sent; None if it had no rows."""
        if echoed:
            self.echoed = True
        elif echoed is False:
            self.honoured = False

    def are_kept(self, listed: bool | None) -> bool:
        """Whether there is evidence that the service keeps keys: a list that shows rows decides (`listed`; None if it
        shows none), or else an earlier reply.
        """
        return self.echoed if listed is None else listed

    def names_sent(self, known: tuple[str, ...], pinned: str | None) -> tuple[str, ...]:
        """Return the names under which keys are sent: the one that the client fixes, or those that are not refused."""
        return (pinned,) if pinned in known else self.names or known

    def use_names(self, names: tuple[str, ...] | None) -> None:
        """Send keys under these names from now on; None means all known names."""
        self.names = names


class Service:
    """What replies from one `base_url` showed about the service there. It is never used for another address."""

    __slots__ = ("_keys", "_replies")

    def __init__(self) -> None:
        self._keys: dict[str, Keys] = {}
        self._replies: deque[tuple[Mapping[str, str], float]] = deque(maxlen=_REPLIES_MAX)

    def keys_of(self, noun: str) -> Keys:
        """Return what is known about the keys of a kind of effect."""
        return self._keys.get(noun) or self._keys.setdefault(noun, Keys())

    def note(self, headers: Mapping[str, str], received: float) -> None:
        """Store the headers of a reply, and when it arrived (monotonic)."""
        self._replies.append((headers, received))

    def earliest(self, moment: float) -> datetime | None:
        """Return the earliest time that the service's clock can have shown at a moment of our monotonic clock; None if
        no reply had its time.

        A reply's date was written before the reply arrived, so the travel time can only make the result earlier.
        """
        # A reply with an `age` is from a cache: its date is that of an earlier reply.
        dated = [reply for reply in tuple(self._replies) if "date" in reply[0] and "age" not in reply[0]]
        if not dated:
            return None
        headers, received = dated[-1]
        then = policy.http_date(policy.single(headers["date"]))
        try:
            return None if then is None else then + timedelta(seconds=moment - received)
        except OverflowError:
            return None


class SharedState:
    """What the calls of a client and its copies share: knowledge about the service, and lists for waits."""

    __slots__ = ("_complaints", "_services", "drift_seen", "interrupted", "readings")

    def __init__(self) -> None:
        self._services: dict[str, Service] = {}
        self._complaints: set[str] = set()
        self.drift_seen: set[str] = set()
        """The kinds of departure from the spec that were logged."""
        self.interrupted: deque[InterruptedCall] = deque(maxlen=_INTERRUPTED_MAX)
        """The latest changing calls that were stopped after they may have had their effect."""
        self.readings: WeakValueDictionary[object, Reading] = WeakValueDictionary()
        """The latest list of each account and kind of effect, while a wait uses it."""

    def new_drift(self, value: object) -> list[str]:
        """Record the kinds of departure from the spec in a value; return those that are new, sorted."""
        drift = getattr(value, "drift", ())
        if not drift:
            return []
        kinds = {f"{_INDEX.sub('[]', d.path)}: {d.kind}, expected {d.expected}" for d in drift}
        seen = self.drift_seen
        new = set(islice(kinds - seen, max(0, _DRIFT_KINDS_MAX - len(seen))))
        seen |= new
        return sorted(new)

    def is_new_complaint(self, complaint: str) -> bool:
        """Record what a function in `on_event` did that it should not have; return whether that is new."""
        is_new = complaint not in self._complaints
        self._complaints.add(complaint)
        return is_new

    def note_interrupted(self, call: InterruptedCall) -> None:
        """Record a call that was stopped after it may have had its effect."""
        self.interrupted.append(call)

    def at(self, base_url: str) -> Service:
        """Return what is known about the service at one address."""
        return self._services.get(base_url) or self._services.setdefault(base_url, Service())


class Reading:
    """The latest list of an account. All waits of a client share it, so that together they read it once per tick.

    Times are on the monotonic clock.
    """

    __slots__ = (
        "__weakref__",
        "_waits",
        "_waits_change",
        "at",
        "begun",
        "due",
        "ended",
        "error",
        "ids",
        "interval",
        "quiet_until",
        "reader",
        "rows",
    )

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.ids: frozenset[str] = frozenset()
        """The ids that were asked for, if the list shows only those."""
        self._waits: WeakSet[AsksForIds] = WeakSet()
        self._waits_change: Lock = Lock()
        self.begun: float = -inf
        """When the list was asked for."""
        self.at: datetime
        """When the list arrived, by the client's clock."""
        self.error: APIError | None = None
        """Why the list could not be read the last time; None if it could."""
        self.ended: float = -inf
        """When the last attempt to read it ended."""
        self.due: float = -inf
        """When the next tick is."""
        self.quiet_until: float = -inf
        """The service asked not to be asked again before this moment."""
        self.interval: float = INTERVAL_FIRST
        self.reader: Lock = Lock()
        """Locked by the wait that is reading the list."""

    def join(self, wait: AsksForIds) -> None:
        """Let a wait share the list, as long as it exists."""
        with self._waits_change:
            self._waits.add(wait)

    def ids_asked_for(self) -> frozenset[str]:
        """Return the ids that the waits which share the list were given."""
        with self._waits_change:
            return frozenset(id_ for wait in self._waits for id_ in wait.given)

    def end_tick(self, now: float, jitter: float) -> None:
        """Set the time of the next tick. The interval grows with each tick without a change."""
        self.ended = now
        self.due = max(self.quiet_until, now + self.interval * (0.5 + jitter / 2))
        self.interval = min(INTERVAL_MAX, self.interval * INTERVAL_GROWTH)

    def hurry(self, now: float) -> None:
        """Return to the shortest interval, because something changed."""
        self.interval = INTERVAL_FIRST
        self.tick_by(max(now, self.ended + INTERVAL_FIRST))

    def tick_by(self, moment: float) -> None:
        """Make sure that there is a tick at a moment, or before it."""
        self.due = max(self.quiet_until, min(self.due, moment))
