"""What the sandbox remembers: instruments, accounts, a ledger, how it behaves, and what is due to happen. No rules."""

from __future__ import annotations

import heapq
import random
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from .._annotations import resolvable
from .dialects import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from .clock import SandboxClock
    from .messages import Json

_OSI = re.compile(r"([A-Z][A-Z0-9.]{0,5}) *(\d{6})([CP])(\d{8})")


class LedgerEntry(NamedTuple):
    """One effect of a request, or of the time that passed since."""

    sequence: int
    """Its place in the ledger, from 1."""
    time: datetime
    """When it happened, on the sandbox's clock (UTC)."""
    kind: str
    """"submitted", "cancel_requested", "settled", "order_created", "order_cancelled" or "order_filled"."""
    account_id: int
    """The account that it happened to."""
    id: str
    """The id of the instruction or order."""
    status: str
    """The status that it left the instruction or order in."""
    key: str
    """An instruction's idempotency key, made by the service where the caller gave none; an order's client order id."""


class Instrument(NamedTuple):
    """Something that positions are held in: an option has an `expiry`, and "CALL" or "PUT" for its `right`."""

    id: str
    symbol: str
    underlying_id: str | None = None
    expiry: date | None = None
    right: str = ""

    @property
    def type(self) -> str:
        """Its `SecurityType`."""
        return "OPTION" if self.expiry else "COMMON_STOCK"

    @property
    def underlying_type(self) -> str | None:
        """The `SecurityType` of what an option is about."""
        return "COMMON_STOCK" if self.expiry else None

    @property
    def multiplier(self) -> int:
        """Shares that one unit is about."""
        return 100 if self.expiry else 1


@dataclass(slots=True)
class Holding:
    """A position: `quantity` is negative when short, prices are per share."""

    instrument: Instrument
    quantity: Decimal
    price: Decimal
    average: Decimal
    close: Decimal


@dataclass(slots=True)
class Instruction:
    """A stored instruction: every version of its row, with the clock's reading from which it holds."""

    account_id: int
    key: str
    versions: list[tuple[float, Json]]

    @property
    def row(self) -> Json:
        """The row as it is now."""
        return self.versions[-1][1]

    def row_at(self, moment: float) -> Json | None:
        """The row as it was, None before it was there."""
        return next((row for since, row in reversed(self.versions) if since <= moment), None)


@dataclass(slots=True)
class Account:
    """An account; `api_keys` are those that may see it, None for every one."""

    id: int
    api_keys: frozenset[str] | None
    holdings: dict[str, Holding] = field(default_factory=dict[str, Holding])
    instructions: dict[str, Instruction] = field(default_factory=dict[str, Instruction])
    orders: dict[str, Json] = field(default_factory=dict[str, "Json"])

    def is_seen_by(self, api_key: str) -> bool:
        """Whether a key may see it."""
        return self.api_keys is None or api_key in self.api_keys


class Plan(NamedTuple):
    """What becomes of instructions: of those on `instrument` and of the one `instruction`, None for any."""

    instrument: str | None = None
    instruction: str | None = None
    then: tuple[str, ...] = ("ACCEPTED",)
    after: float = 3.0
    cancel_then: tuple[str, ...] = ("CANCELLED",)
    cancel_after: float = 2.0
    reason: str | None = None


class Ids:
    """UUIDs of version 7: in the order of their making, and the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._count = 0

    def __call__(self, now: datetime) -> str:
        """The next one, made at an instant."""
        self._count += 1
        milliseconds, tail = int(now.timestamp() * 1000), self._random.getrandbits(62)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | (self._count & 0xFFF) << 64 | 2 << 62 | tail))


class State:
    """The state of one sandbox."""

    def __init__(self, clock: SandboxClock, seed: int, api_keys: frozenset[str] | None = None) -> None:
        self.api_keys = api_keys
        """The API keys that it takes, None for any."""
        self.list_lag: float = 0.0
        """Seconds that the list of instructions lags behind."""
        self.honour_keys: bool = True
        """Whether an idempotency key can be used once only."""
        self.echo_keys: bool = True
        """Whether rows show the key that the caller gave."""
        self.reader: Reader = Reader("contract", "ignore", 422)
        """The names that it knows."""
        self.accounts: dict[int, Account] = {}
        self.instruments: dict[str, Instrument] = {}
        self.ledger: list[LedgerEntry] = []
        self.plans: list[Plan] = [Plan()]
        self.time: float = clock.monotonic()
        self._symbols: dict[str, Instrument] = {}
        self._clock = clock
        self._seed = seed
        self._ids = Ids(f"{seed}")
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._scheduled = 0

    @property
    def now(self) -> datetime:
        """The instant of what is happening, in UTC."""
        return self._clock.at(self.time)

    @property
    def timestamp(self) -> str:
        """The same as the API writes it."""
        return self.timestamp_at(0.0)

    def timestamp_at(self, seconds: float) -> str:
        """The instant `seconds` from now, as the API writes it."""
        return self._clock.at(self.time + seconds).isoformat().replace("+00:00", "Z")

    def new_id(self) -> str:
        """An id for something new."""
        return self._ids(self.now)

    def list_instrument(self, symbol: str, instrument_id: str | None = None) -> Instrument:
        """The instrument of a symbol, made if it is not there."""
        known = self._symbols.get(_canonical(symbol))
        if known is not None:
            return known
        new_id = instrument_id or str(uuid5(UUID(int=0), f"{self._seed} {_canonical(symbol)}"))
        instrument = Instrument(new_id, symbol)
        if option := _OSI.fullmatch(symbol):
            expiry = date.fromisoformat(f"20{option[2][:2]}-{option[2][2:4]}-{option[2][4:]}")
            right = "CALL" if option[3] == "C" else "PUT"
            instrument = Instrument(new_id, symbol, self.list_instrument(option[1]).id, expiry, right)
        self.instruments[new_id] = self._symbols[_canonical(symbol)] = instrument
        return instrument

    def resolve(self, item: str) -> Instrument | None:
        """The instrument of an id or a symbol, None for none."""
        return self.instruments.get(item) or self._symbols.get(_canonical(item))

    def enter(self, kind: str, account_id: int, entity_id: str, status: str, key: str) -> None:
        """Write an effect into the ledger."""
        self.ledger.append(LedgerEntry(len(self.ledger) + 1, self.now, kind, account_id, entity_id, status, key))

    def schedule(self, seconds: float, action: Callable[[], object]) -> None:
        """Let something happen `seconds` later."""
        self._scheduled += 1
        heapq.heappush(self._due, (self.time + seconds, self._scheduled, action))

    def catch_up(self) -> None:
        """Let everything happen that was due, each at its own time."""
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            self.time, _, action = heapq.heappop(self._due)
            action()
        self.time = now


def _canonical(symbol: str) -> str:
    """OSI with its root padded to six, with one space or with none is the same."""
    match = _OSI.fullmatch(symbol)
    return " ".join((match[1], "".join(match.groups()[1:]))) if match else symbol


resolvable(globals(), LedgerEntry, Instrument, Holding, Instruction, Account, Plan)
