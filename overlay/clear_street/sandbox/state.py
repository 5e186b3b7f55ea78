"""Hold the state of the sandbox: instruments, accounts, ledger, settings and scheduled actions. No rules."""

from __future__ import annotations

import heapq
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from .._annotations import resolvable
from .._explained import explain
from .dialects import Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time

    from ..market import Market
    from .clock import SandboxClock
    from .messages import Json

_OSI = re.compile(r"([A-Z][A-Z0-9.]{0,5}) *(\d{6})([CP])(\d{8})")


class LedgerEntry(NamedTuple):
    """One effect of a request, or of time that passed after it."""

    sequence: int
    """Its number in the ledger, from 1."""
    time: datetime
    """When it happened, on the sandbox's clock (UTC)."""
    kind: str
    """What happened, one of `KINDS`."""
    account_id: int
    """The account that it changed."""
    id: str
    """The id of the instruction or order, or of the instrument if a position was assigned or expired."""
    status: str
    """The status of the instruction or order after it."""
    key: str
    """An instruction's idempotency key (made by the service if the caller gave none), or an order's client order id."""


KINDS = (
    "submitted",
    "cancel_requested",
    "settled",
    "exercised",
    "assigned",
    "expired",
    "order_created",
    "order_rejected",
    "order_filled",
    "order_cancel_requested",
    "order_cancelled",
    "order_replace_requested",
    "order_settled",
)
"""The kinds of ledger entries: of instructions, of positions at the end of a day, and of orders."""


@dataclass(slots=True, eq=False)
class Instrument:
    """A stock, an index or an option. An option has an `expiry`, and "CALL" or "PUT" as its `right`."""

    id: str
    symbol: str
    underlying: Instrument | None = None
    expiry: date | None = None
    right: str = ""
    strike: Decimal = Decimal(0)
    name: str | None = None
    kind: str = "COMMON_STOCK"
    style: str = "AMERICAN"
    multiplier: int = 1
    settles_on_open: bool = False
    price: Decimal | None = None
    """The price of one unit; None if it is not known."""
    close: Decimal | None = None
    """The price at the close of the previous day."""

    @property
    def underlying_id(self) -> str | None:
        """The id of an option's underlying instrument."""
        return self.underlying.id if self.underlying else None

    @property
    def underlying_type(self) -> str | None:
        """The `SecurityType` of an option's underlying instrument."""
        return self.underlying.kind if self.underlying else None

    @property
    def root(self) -> str:
        """The root of an option's symbol, or the whole symbol of anything else."""
        match = _OSI.fullmatch(self.symbol)
        return match[1] if match else self.symbol

    @property
    def venue(self) -> str:
        """The MIC of the exchange on which it is traded."""
        return "XCBO" if self.expiry or self.kind == "INDEX" else "XNAS"

    @property
    def intrinsic(self) -> Decimal:
        """The intrinsic value of an option for one unit of its underlying; 0 if that has no price."""
        spot = self.underlying.price if self.underlying else None
        if spot is None:
            return Decimal(0)
        return max(Decimal(0), spot - self.strike if self.right == "CALL" else self.strike - spot)


@dataclass(slots=True)
class Holding:
    """A position. `quantity` is negative for a short one; `average` is the average cost of a unit."""

    instrument: Instrument
    quantity: Decimal
    average: Decimal

    @property
    def price(self) -> Decimal:
        """The price of a unit, or its average cost if the instrument has no price."""
        return self.average if self.instrument.price is None else self.instrument.price

    @property
    def close(self) -> Decimal:
        """The price of a unit at the close of the previous day, or its present price if that is not known."""
        return self.price if self.instrument.close is None else self.instrument.close

    @property
    def size(self) -> Decimal:
        """The quantity in units of the underlying: the quantity times the multiplier."""
        return self.quantity * self.instrument.multiplier


@dataclass(slots=True)
class Instruction:
    """A stored instruction: each version of its row, with the time from which it is valid."""

    account_id: int
    key: str
    versions: list[tuple[float, Json]]
    is_exercised: bool = False
    """Whether it was carried out at the end of a day, so that it no longer reserves contracts."""

    @property
    def row(self) -> Json:
        """The present row."""
        return self.versions[-1][1]

    def row_at(self, moment: float) -> Json | None:
        """Return the row at a time; None if it did not exist yet."""
        return next((row for since, row in reversed(self.versions) if since <= moment), None)


@dataclass(slots=True)
class Order(Instruction):
    """A stored order, with its versions like an instruction. Its `key` is its client order id."""

    cost: Decimal = Decimal(0)
    """The most that one unit may cost."""


@dataclass(slots=True)
class Account:
    """An account. `api_keys` are the keys that may see it; None means every key."""

    id: int
    api_keys: frozenset[str] | None
    name: str = "Example Account"
    cash: Decimal = Decimal(0)
    options_level: int = 3
    subtype: str = "MARGIN"
    status: str = "ACTIVE"
    holdings: dict[str, Holding] = field(default_factory=dict[str, Holding])
    instructions: dict[str, Instruction] = field(default_factory=dict[str, Instruction])
    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    executions: list[tuple[float, Json]] = field(default_factory=list[tuple[float, "Json"]])
    realized_today: Decimal = Decimal(0)
    """The gain that was realized today."""
    day_start: DayStart | None = None
    """What the account was worth when the day began. None before `begin_day` was first called."""

    def is_seen_by(self, api_key: str) -> bool:
        """Whether a key may see the account."""
        return self.api_keys is None or api_key in self.api_keys


class DayStart(NamedTuple):
    """What an account was worth when the day began."""

    day: date
    cash: Decimal
    equity: Decimal
    long_value: Decimal
    short_value: Decimal
    buying_power: Decimal


class Plan(NamedTuple):
    """How the status of instructions changes. `instrument` and `instruction` select them; None means any."""

    instrument: str | None = None
    instruction: str | None = None
    then: tuple[str, ...] = ("ACCEPTED",)
    after: float = 3.0
    cancel_then: tuple[str, ...] = ("CANCELLED",)
    cancel_after: float = 2.0
    reason: str | None = None


class OrderPlan(NamedTuple):
    """How the status of orders changes. `instrument` and `order` select them; None means any."""

    instrument: str | None = None
    order: str | None = None
    then: tuple[str, ...] | None = None
    """The statuses that an order takes; None if prices decide."""
    after: float = 1.0
    cancel_then: tuple[str, ...] = ("CANCELED",)
    cancel_after: float = 1.0
    reason: str | None = None


class Ids:
    """Makes UUIDs of version 7. They sort by the order in which they are made, and depend only on seed and time."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._count = 0

    def __call__(self, now: datetime) -> str:
        """Return the next UUID, for a time."""
        self._count += 1
        milliseconds, tail = int(now.timestamp() * 1000), self._random.getrandbits(62)
        return str(UUID(int=milliseconds << 80 | 7 << 76 | (self._count & 0xFFF) << 64 | 2 << 62 | tail))


class State:
    """The state of one sandbox."""

    def __init__(self, clock: SandboxClock, seed: int, api_keys: frozenset[str] | None, market: Market) -> None:
        self.api_keys = api_keys
        """The API keys that it accepts; None means any."""
        self.market = market
        """The market's days and hours."""
        self.list_lag: float = 0.0
        """By how many seconds the list of instructions lags."""
        self.honour_keys: bool = True
        """Whether an idempotency key can be used only once."""
        self.echo_keys: bool = True
        """Whether rows show the key that the caller gave."""
        self.reader: Reader = Reader("contract", "ignore", 422)
        """The reader of submitted rows, which knows the dialect."""
        self.accounts: dict[int, Account] = {}
        self.instruments: dict[str, Instrument] = {}
        self.ledger: list[LedgerEntry] = []
        self.plans: list[Plan] = [Plan()]
        self.order_plans: list[OrderPlan] = [OrderPlan()]
        self.time: float = clock.monotonic()
        self._symbols: dict[str, Instrument] = {}
        self._clock = clock
        self._seed = seed
        self._ids = Ids(f"{seed}")
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._scheduled = 0

    @property
    def now(self) -> datetime:
        """The time of the present action, in UTC."""
        return self._clock.at(self.time)

    @property
    def timestamp(self) -> str:
        """The time of the present action, as the API writes it."""
        return self.timestamp_at(0.0)

    @property
    def nanoseconds(self) -> str:
        """The time of the present action with nine fraction digits, as the API writes the times of orders."""
        return precise(self.now)

    def timestamp_at(self, seconds: float) -> str:
        """Return the time `seconds` from now, as the API writes it."""
        return self._clock.at(self.time + seconds).isoformat().replace("+00:00", "Z")

    @property
    def today(self) -> date:
        """The present day in the market's time zone."""
        return self.market.today(self.now)

    def at(self, day: date, hour: time) -> datetime:
        """Return a day and an hour in the market's time zone as a datetime."""
        return datetime.combine(day, hour, self.market.zone)

    def live_contracts(self) -> list[Instrument]:
        """List the option contracts that have not expired."""
        return [each for each in self.instruments.values() if each.expiry is not None and each.expiry >= self.today]

    def if_today(self, fields: Json) -> Json:
        """Return fields that only today's dialect has; none in the contract's dialect."""
        return fields if self.reader.dialect == "today" else {}

    def new_id(self) -> str:
        """Return a new id."""
        return self._ids(self.now)

    def list_instrument(self, symbol: str, instrument_id: str | None = None) -> Instrument:
        """Return the instrument with a symbol. It is made if it does not exist."""
        known = self._symbols.get(_canonical(symbol))
        if known is not None:
            return known
        new_id = instrument_id or str(uuid5(UUID(int=0), f"{self._seed} {_canonical(symbol)}"))
        instrument = Instrument(new_id, symbol)
        if option := _OSI.fullmatch(symbol):
            instrument.expiry = date.fromisoformat(f"20{option[2][:2]}-{option[2][2:4]}-{option[2][4:]}")
            instrument.right = "CALL" if option[3] == "C" else "PUT"
            instrument.strike = Decimal(option[4]) / 1000
            instrument.underlying = self.list_instrument(option[1])
            instrument.kind, instrument.multiplier = "OPTION", 100
        self.instruments[new_id] = self._symbols[_canonical(symbol)] = instrument
        return instrument

    def resolve(self, item: str) -> Instrument | None:
        """Return the instrument with an id or a symbol; None if there is none."""
        return self.instruments.get(item) or self._symbols.get(_canonical(item))

    def enter(self, kind: str, account_id: int, entity_id: str, status: str, key: str) -> None:
        """Write an effect into the ledger."""
        self.ledger.append(LedgerEntry(len(self.ledger) + 1, self.now, kind, account_id, entity_id, status, key))

    def schedule(self, seconds: float, action: Callable[[], object]) -> None:
        """Schedule an action `seconds` from now."""
        self._scheduled += 1
        heapq.heappush(self._due, (self.time + seconds, self._scheduled, action))

    def catch_up(self) -> None:
        """Run every action that is due, each at its own time."""
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            self.time, _, action = heapq.heappop(self._due)
            action()
        self.time = now


def precise(moment: datetime) -> str:
    """Return a time in UTC with nine fraction digits."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"


def _canonical(symbol: str) -> str:
    """Return a symbol in one form. An OSI symbol may have its root padded to six, one space, or none."""
    match = _OSI.fullmatch(symbol)
    return " ".join((match[1], "".join(match.groups()[1:]))) if match else symbol


explain(LedgerEntry)
resolvable(globals(), LedgerEntry, Instrument, Holding, Instruction, Account, DayStart, Plan, OrderPlan)
