"""What the calls of one client share: what replies have told of the service, and the latest list of each account."""

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
        """What a wait has seen, as far as its reading needs it."""

        given: Collection[str]


INTERVAL_FIRST = 0.5
INTERVAL_MAX = 10.0
INTERVAL_GROWTH = 1.5
"""Seconds between two readings of a list: at first, at most, and the factor with each in which nothing changes."""
_INDEX = re.compile(r"\[\d+\]")
_DRIFT_KINDS_MAX = 1000
_INTERRUPTED_MAX = 1000
_REPLIES_MAX = 16
"""Replies whose headers are kept, so that the last `Date` among them can be read when an age is asked for."""


class Keys:
    """What the replies have told of how the service treats the idempotency keys of one kind of effect."""

    __slots__ = ("echoed", "honoured", "names")

    def __init__(self) -> None:
        self.honoured: bool = True
        """False once a reply did not echo an idempotency key."""
        self.echoed: bool = False
        """True once a reply echoed one."""
        self.names: tuple[str, ...] | None = None
        """The names under which it took keys after it had refused others; None while it has refused none."""

    def note_echo(self, echoed: bool | None) -> None:
        """Remember whether a reply bore the keys that were sent; None where it had no rows."""
        if echoed:
            self.echoed = True
        elif echoed is False:
            self.honoured = False

    def use_names(self, names: tuple[str, ...] | None) -> None:
        """Send keys under these names from now on; None for all that there are."""
        self.names = names


class Service:
    """What the replies from one `base_url` have told of the service there. It says nothing of any other."""

    __slots__ = ("_keys", "_replies")

    def __init__(self) -> None:
        self._keys: dict[str, Keys] = {}
        self._replies: deque[tuple[Mapping[str, str], float]] = deque(maxlen=_REPLIES_MAX)

    def keys_of(self, noun: str) -> Keys:
        """What was learnt of the keys of a kind of effect."""
        return self._keys.get(noun) or self._keys.setdefault(noun, Keys())

    def note(self, headers: Mapping[str, str], received: float) -> None:
        """Remember the headers of a reply, and when it came (monotonic)."""
        self._replies.append((headers, received))

    def earliest(self, moment: float) -> datetime | None:
        """The earliest time that the service's own clock can have shown at a moment of our monotonic one; None where it
        has not told its time.

        The date was written before the reply came, never after: the time on the way only makes this earlier.
        """
        # A cache's reply has the date of another.
        dated = [reply for reply in tuple(self._replies) if "date" in reply[0] and "age" not in reply[0]]
        if not dated:
            return None
        headers, received = dated[-1]
        then = policy.http_date(policy.single(headers["date"]))
        try:
            return None if then is None else then + timedelta(seconds=moment - received)
        except OverflowError:
            return None


class Learnt:
    """What the calls of one client have learnt from the service, shared by them and by those of its copies."""

    __slots__ = ("_services", "drift_seen", "interrupted", "readings")

    def __init__(self) -> None:
        self._services: dict[str, Service] = {}
        self.drift_seen: set[str] = set()
        """Kinds of departure from the spec that were logged."""
        self.interrupted: deque[InterruptedCall] = deque(maxlen=_INTERRUPTED_MAX)
        """The last changing calls that were stopped after they may have had their effect."""
        self.readings: WeakValueDictionary[object, Reading] = WeakValueDictionary()
        """The latest list of each account and kind of effect, while somebody waits for it."""

    def new_drift(self, value: object) -> list[str]:
        """Remember the kinds of departure from the spec in a value; those that were not seen before, in order."""
        drift = getattr(value, "drift", ())
        if not drift:
            return []
        kinds = {f"{_INDEX.sub('[]', d.path)}: {d.kind}, expected {d.expected}" for d in drift}
        seen = self.drift_seen
        new = set(islice(kinds - seen, max(0, _DRIFT_KINDS_MAX - len(seen))))
        seen |= new
        return sorted(new)

    def note_interrupted(self, call: InterruptedCall) -> None:
        """Remember a call that was stopped after it may have had its effect."""
        self.interrupted.append(call)

    def at(self, base_url: str) -> Service:
        """What was learnt at one address."""
        return self._services.get(base_url) or self._services.setdefault(base_url, Service())


class Reading:
    """The latest list of an account, shared by all waits of a client, so that together they read it once per tick.

    Times are on the monotonic clock.
    """

    __slots__ = (
        "__weakref__",
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
        "waits",
    )

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.ids: frozenset[str] = frozenset()
        """The ids that were asked for, where the list shows only those."""
        self.waits: WeakSet[AsksForIds] = WeakSet()
        """The waits that share it: which ids they ask for."""
        self.begun: float = -inf
        """When the list was asked for."""
        self.at: datetime
        """When it came, by the client's clock."""
        self.error: APIError | None = None
        """Why the list could not be read the last time, None where it could."""
        self.ended: float = -inf
        """When the last attempt to read it ended."""
        self.due: float = -inf
        """When the next tick is."""
        self.quiet_until: float = -inf
        """When the service may be asked again."""
        self.interval: float = INTERVAL_FIRST
        self.reader: Lock = Lock()
        """Held by the wait that reads the list now."""

    def end_tick(self, now: float, jitter: float) -> None:
        """Put the next tick off, longer with each tick in which nothing changes."""
        self.ended = now
        self.due = max(self.quiet_until, now + self.interval * (0.5 + jitter / 2))
        self.interval = min(INTERVAL_MAX, self.interval * INTERVAL_GROWTH)

    def hurry(self, now: float) -> None:
        """Tick often again: something changes."""
        self.interval = INTERVAL_FIRST
        self.tick_by(max(now, self.ended + INTERVAL_FIRST))

    def tick_by(self, moment: float) -> None:
        """Have a tick at a moment, if none is due before."""
        self.due = max(self.quiet_until, min(self.due, moment))
