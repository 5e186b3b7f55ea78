"""Define `Sandbox`, which answers requests as the service does, and lets tests set it up and inspect it. No I/O."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from .._explained import explain
from ..market import Market
from . import accounts, calendar, day_end, instructions, instruments, market_data, orders, positions
from .access import account_of, key_of, with_account, with_key
from .arguments import at_least, decimal, one_of, whole_number
from .clock import SandboxClock
from .dialects import DIALECTS, REFUSAL_STATUSES, UNKNOWN_FIELDS, written
from .faults import Fault, Faults
from .messages import Answer, Call, Delivery, Refusal, Reply, compact, plain
from .paths import PATHS
from .state import Account, Holding, Ids, Instruction, OrderPlan, Plan, State
from .world import World, default_world

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from .dialects import Dialect, RefusalStatus, UnknownFields
    from .messages import Json
    from .state import Instrument, LedgerEntry
    from .world import AccountToBe, InstrumentToBe

VERSION = "2025-10-31"
STRAY_AFTER = 0.005
"""How many seconds after a reply a stray one arrives, before the next request."""
_RULES: dict[str, Callable[[State, Call], Answer]] = {
    "get_version": lambda _state, _call: Answer({"version": VERSION}),
    "get_clock": with_key(calendar.get_clock),
    "get_market_hours_calendar": with_key(calendar.get_market_hours_calendar),
    "get_accounts": with_key(accounts.get_accounts),
    "get_account_by_id": with_account(accounts.get_account_by_id),
    "get_account_balances": with_account(accounts.get_account_balances),
    "get_positions": with_account(positions.get_positions),
    "close_positions": with_account(positions.close_positions),
    "close_position": with_account(positions.close_position),
    "get_position_instructions": with_account(instructions.get_instructions),
    "submit_position_instructions": with_account(instructions.submit),
    "cancel_position_instruction": with_account(instructions.cancel),
    "get_orders": with_account(orders.get_orders),
    "submit_orders": with_account(orders.submit_orders),
    "cancel_all_open_orders": with_account(orders.cancel_all_open_orders),
    "get_order_by_id": with_account(orders.get_order_by_id),
    "cancel_open_order": with_account(orders.cancel_open_order),
    "replace_order": with_account(orders.replace_order),
    "get_executions": with_account(orders.get_executions),
    "get_option_contracts": with_key(instruments.get_option_contracts),
    "search_instruments": with_key(instruments.search_instruments),
    "get_instrument_by_id": with_key(instruments.get_instrument_by_id),
    "get_snapshots": with_key(market_data.get_snapshots),
}
"""The function that answers each operation of `paths.PATHS`, from the state, the account if any, and the call."""


class RequestSeen(NamedTuple):
    """One request that a client made, whether or not it arrived."""

    time: datetime
    """When the client made it, on the sandbox's clock (UTC)."""
    method: str
    """Its HTTP method."""
    target: str
    """Its path and query."""
    headers: Mapping[str, str]
    """Its headers, with names in lower case."""
    body: bytes
    """Its body; empty if it had none."""
    operation: str | None
    """Its operationId; None if the API has no such method and path."""
    status: int | None
    """The status of the reply, even if that did not arrive; None if the service did not see the request."""
    fault: str | None
    """The name of the fault that was applied; None if there was none."""


class Sandbox:
    """The service, in memory. Requests go to `handle`; all other methods set it up or inspect it. Thread-safe.

    It begins with the accounts, positions and instructions of `world`, by default `world.default_world`; if `empty`,
    with none. `api_keys` are the keys that it accepts; None means any. `seed` fixes every id. `clock` is its clock, by
    default a virtual `SandboxClock`.

    Three attributes make it less reliable, and can be changed at any time. `list_lag` is how many seconds the list of
    instructions lags. Without `honour_keys` an idempotency key may be used twice. Without `echo_keys` rows have keys of
    the service's own instead of the caller's.

    Three more say which names it knows. `dialect` is "contract" or "today": today, rows have their key as
    `client_instruction_id`, and a `rejection`; the list can be filtered by `underlying_instrument_id`; and nothing is
    ENGINE_REJECTED. `unknown_fields` says what it does with a name in a submitted row that the dialect does not have:
    "ignore" it; "refuse" the request with `refusal_status`, 400 or 422; or "alias": accept either name of the key, and
    refuse a row that has both.

    With `strict` it refuses every query parameter that neither dialect has, and every field of a body that its own
    dialect does not have.

    Its day is New York's, and its business days are Monday to Friday, unless `market` says otherwise. At the end of a
    day, accepted instructions are carried out, and expired contracts are removed.

    Raises `ValueError` for an argument that cannot be used.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        clock: SandboxClock | None = None,
        api_keys: Iterable[str] | None = None,
        empty: bool = False,
        list_lag: float = 0.0,
        honour_keys: bool = True,
        echo_keys: bool = True,
        dialect: Dialect = "contract",
        unknown_fields: UnknownFields = "ignore",
        refusal_status: RefusalStatus = 422,
        strict: bool = False,
        market: Market | None = None,
        world: World | None = None,
    ) -> None:
        self.clock: SandboxClock = SandboxClock(seed=seed) if clock is None else clock
        self.faults: Faults = Faults()
        self._seed = seed
        self._api_keys = None if api_keys is None else frozenset(api_keys)
        self._world = World() if empty and world is None else world
        self._market = Market() if market is None else market
        self._state = State(self.clock, seed, self._api_keys, self._market)
        self.list_lag = list_lag
        self.honour_keys = honour_keys
        self.echo_keys = echo_keys
        self.dialect = dialect
        self.unknown_fields = unknown_fields
        self.refusal_status = refusal_status
        self.strict = strict
        self._first_reader = self._state.reader
        self._first_behaviour = (list_lag, honour_keys, echo_keys)
        self._new_request_id = Ids(f"{seed} requests")
        self._requests: list[RequestSeen] = []
        self._lock = threading.RLock()
        self._begin()

    def __repr__(self) -> str:
        return f"<Sandbox {self.clock.now().isoformat()}, accounts: {len(self._state.accounts)}>"

    def _begin(self) -> None:
        day_end.schedule(self._state, self._state.today)
        world = default_world(self._state.today) if self._world is None else self._world
        self.begin_with(world.instruments, world.accounts)

    def begin_with(self, instruments: Sequence[InstrumentToBe] = (), accounts: Sequence[AccountToBe] = ()) -> list[str]:
        """Add what worlds are made of, and return the ids of the instruments; ValueError says which one is wrong."""
        ids: list[str] = []
        for index, instrument in enumerate(instruments):
            with _error_path(f"$.instruments[{index}]"):
                ids.append(self.add_instrument(**instrument._asdict()))
        for index, account in enumerate(accounts):
            path, named = f"$.accounts[{index}]", account._asdict()
            held, instructed, ordered = (named.pop(name) for name in ("positions", "instructions", "orders"))
            with _error_path(path):
                self.add_account(**named)
            for nth, position in enumerate(held):
                with _error_path(f"{path}.positions[{nth}]"):
                    self.add_position(account.account_id, **position._asdict())
            for nth, instruction in enumerate(instructed):
                with _error_path(f"{path}.instructions[{nth}]"):
                    self.add_instruction(account.account_id, **instruction._asdict())
            for nth, order in enumerate(ordered):
                with _error_path(f"{path}.orders[{nth}]"):
                    self.add_order(account.account_id, **order._asdict())
        return ids

    def reset(self) -> None:
        """Return to the first state and settings, with an empty ledger and no faults. The clock is not changed."""
        with self._lock:
            self.faults.clear()
            self._requests.clear()
            self._state = State(self.clock, self._seed, self._api_keys, self._market)
            self._state.reader = self._first_reader
            self._state.list_lag, self._state.honour_keys, self._state.echo_keys = self._first_behaviour
            self._begin()

    @property
    def market(self) -> Market:
        """The days and hours of the market."""
        return self._market

    @property
    def today(self) -> date:
        """The present day where the market is."""
        return self._market.today(self.clock.now())

    def advance_to(self, moment: datetime) -> None:
        """Move the clock forward to a moment. Raises `ValueError` if that has passed."""
        seconds = (moment - self.clock.now()).total_seconds()
        if seconds < 0:
            raise ValueError(f"The clock is past {moment.isoformat()} already, and only moves forward.")
        self.clock.advance(seconds)

    @property
    def list_lag(self) -> float:
        """How many seconds the list of instructions lags."""
        return self._state.list_lag

    @list_lag.setter
    def list_lag(self, list_lag: float) -> None:
        at_least(0, list_lag=list_lag)
        self._state.list_lag = list_lag

    @property
    def honour_keys(self) -> bool:
        """Whether an idempotency key can be used only once."""
        return self._state.honour_keys

    @honour_keys.setter
    def honour_keys(self, honour_keys: bool) -> None:
        self._state.honour_keys = honour_keys

    @property
    def echo_keys(self) -> bool:
        """Whether rows show the key that the caller gave."""
        return self._state.echo_keys

    @echo_keys.setter
    def echo_keys(self, echo_keys: bool) -> None:
        self._state.echo_keys = echo_keys

    @property
    def dialect(self) -> Dialect:
        """The dialect of requests and replies: "contract" or "today"."""
        return self._state.reader.dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._state.reader = self._state.reader._replace(dialect=one_of("dialect", dialect, DIALECTS))

    @property
    def unknown_fields(self) -> UnknownFields:
        """What happens to names in a submitted row that the dialect does not have: "ignore", "refuse" or "alias"."""
        return self._state.reader.unknown_fields

    @unknown_fields.setter
    def unknown_fields(self, unknown_fields: UnknownFields) -> None:
        known = one_of("unknown_fields", unknown_fields, UNKNOWN_FIELDS)
        self._state.reader = self._state.reader._replace(unknown_fields=known)

    @property
    def refusal_status(self) -> RefusalStatus:
        """The status of the reply to a request that is refused because of its names."""
        return self._state.reader.refusal_status

    @refusal_status.setter
    def refusal_status(self, refusal_status: RefusalStatus) -> None:
        known = one_of("refusal_status", refusal_status, REFUSAL_STATUSES)
        self._state.reader = self._state.reader._replace(refusal_status=known)

    @property
    def strict(self) -> bool:
        """Whether every unknown query parameter and field of a body is refused."""
        return self._state.reader.is_strict

    @strict.setter
    def strict(self, strict: bool) -> None:
        self._state.reader = self._state.reader._replace(is_strict=strict)

    def add_account(
        self,
        account_id: int,
        *,
        api_keys: Iterable[str] | None = None,
        name: str = "Example Account",
        cash: str = "100000",
        options_level: int = 3,
        subtype: str = "MARGIN",
        status: str = "ACTIVE",
    ) -> None:
        """Open an account, seen only by `api_keys` (None: by every key); `subtype` is its `AccountSubtype`."""
        if type(account_id) is not int or not -(2**63) <= account_id < 2**63:
            raise ValueError(f"Expected a 64-bit whole number for `account_id` but received {account_id!r}.")
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"Expected a text that is not empty for `name` but received {name!r}.")
        whole_number("options_level", options_level, 0)
        one_of("subtype", subtype, accounts.SUBTYPES)
        one_of("status", status, accounts.STATUSES)
        keys = None if api_keys is None else frozenset(api_keys)
        with self._lock:
            account = Account(account_id, keys, name, decimal("cash", cash), options_level, subtype, status)
            self._state.accounts[account_id] = account

    def add_instrument(
        self,
        symbol: str,
        *,
        instrument_id: str | None = None,
        name: str | None = None,
        kind: str | None = None,
        style: str | None = None,
        multiplier: int | None = None,
        settles_on_open: bool | None = None,
        price: str | None = None,
        closing_price: str | None = None,
    ) -> str:
        """List an instrument, an option if `symbol` is OSI, and return its id; the same one for the same symbol.

        `kind` is "INDEX" for an index; `style` is an option's `ExerciseStyle`. What is not given does not change; a new
        instrument is a stock, or an American option on 100 shares, without a price.
        """
        given = {"price": price, "closing_price": closing_price}
        prices = {each: None if value is None else decimal(each, value) for each, value in given.items()}
        if kind is not None:
            one_of("kind", kind, ("COMMON_STOCK", "INDEX"))
        if style is not None:
            one_of("style", style, ("AMERICAN", "EUROPEAN"))
        if multiplier is not None:
            whole_number("multiplier", multiplier, 1)
        with self._lock:
            instrument = self._state.list_instrument(symbol, instrument_id)
            instrument.name = name or instrument.name
            instrument.kind = kind or instrument.kind
            instrument.style = style or instrument.style
            instrument.multiplier = multiplier or instrument.multiplier
            if settles_on_open is not None:
                instrument.settles_on_open = settles_on_open
            if prices["closing_price"] is not None:
                instrument.close = prices["closing_price"]
            if prices["price"] is not None:
                self._price(instrument, prices["price"])
            return instrument.id

    def set_price(self, instrument: str, price: str) -> None:
        """Change the price of an instrument, given by its id or symbol. Orders at that price are filled."""
        number = decimal("price", price)
        with self._lock:
            self._state.catch_up()
            self._price(self._instrument("instrument", instrument), number)

    def _price(self, instrument: Instrument, price: Decimal) -> None:
        instrument.price = price
        for account in self._state.accounts.values():
            for order in account.orders.values():
                if order.row["instrument_id"] == instrument.id:
                    orders.consider(self._state, account, order)

    def add_position(
        self,
        account_id: int,
        symbol: str,
        quantity: int | str,
        *,
        price: str | None = None,
        avg_price: str | None = None,
        closing_price: str | None = None,
    ) -> str:
        """Give an account a position (negative: short) and return its instrument's id.

        `price` is the new price of the instrument (default: the one that it has, else 10). It is the default of the
        other prices.
        """
        held = decimal("quantity", quantity)
        if not held:
            raise ValueError("Expected a quantity other than 0 for `quantity`: a position cannot be empty.")
        given = {"price": price, "avg_price": avg_price, "closing_price": closing_price}
        prices = {each: None if value is None else decimal(each, value) for each, value in given.items()}
        with self._lock:
            account, instrument = self._account(account_id), self._state.list_instrument(symbol)
            costs = prices["price"] or instrument.price or Decimal(10)
            self._price(instrument, costs if prices["price"] is None else prices["price"])
            if prices["closing_price"] is not None:
                instrument.close = prices["closing_price"]
            average = prices["avg_price"]
            account.holdings[instrument.id] = Holding(instrument, held, costs if average is None else average)
            return instrument.id

    def add_instruction(
        self,
        account_id: int,
        symbol: str,
        *,
        instruction_type: str = "EXERCISE",
        quantity: int = 1,
        idempotency_key: str | None = None,
        instruction_id: str | None = None,
        status: str = "SENT",
    ) -> str:
        """Store an instruction, an hour old, that stays in `status` until cancelled or settled; return its id."""
        one_of("instruction_type", instruction_type, instructions.TYPES)
        self._check_status("status", status)
        whole_number("quantity", quantity, 1)
        with self._lock:
            self._state.catch_up()
            account, instrument = self._account(account_id), self._state.list_instrument(symbol)
            submitted = {
                "instruction_id": idempotency_key,
                "instruction_type": instruction_type,
                "instrument_id": instrument.id,
                "quantity": str(quantity),
            }
            row = instructions.new_row(self._state, account, instrument, submitted, echo_keys=True)
            made = self._state.timestamp_at(-3600.0)
            row.update(id=instruction_id or row["id"], status=status, created_at=made, updated_at=made)
            row["accepted_quantity"] = row["quantity"] if status == "ACCEPTED" else None
            account.instructions[row["id"]] = Instruction(account_id, row["instruction_id"], [(float("-inf"), row)])
            return str(row["id"])

    def add_order(
        self,
        account_id: int,
        symbol: str,
        *,
        side: str = "BUY",
        quantity: int | str = 1,
        limit_price: str | None = None,
        client_order_id: str | None = None,
        order_id: str | None = None,
        status: str = "NEW",
    ) -> str:
        """Store an order that stays in `status` until it is cancelled, replaced or settled, and return its id.

        It is a LIMIT order with a `limit_price`, else a MARKET order, and outlives the day. One that is NEW fills when
        `set_price` brings its price.
        """
        one_of("side", side, orders.SIDES[self.dialect])
        one_of("status", status, sorted(orders.STATUSES))
        amount, limit = (
            decimal("quantity", quantity),
            None if limit_price is None else decimal("limit_price", limit_price),
        )
        if amount <= 0:
            raise ValueError(f"Expected a number greater than 0 for `quantity` but received {quantity!r}.")
        values = {
            "side": side,
            "quantity": plain(amount),
            "order_type": "MARKET" if limit is None else "LIMIT",
            "limit_price": None if limit is None else plain(limit),
            "time_in_force": "GOOD_TILL_CANCEL",
        }
        with self._lock:
            self._state.catch_up()
            account, instrument = self._account(account_id), self._state.list_instrument(symbol)
            return orders.store(self._state, account, instrument, status, values, client_order_id, order_id)

    def plan(
        self,
        *,
        instrument: str | None = None,
        instruction: str | None = None,
        then: str | Sequence[str] = ("ACCEPTED",),
        after: float = 3.0,
        cancel_then: str | Sequence[str] = ("CANCELLED",),
        cancel_after: float = 2.0,
        reason: str | None = None,
    ) -> None:
        """Plan which statuses instructions take that are submitted or cancelled from now on.

        A submitted one takes each status of `then`, `after` seconds after the last; a cancelled one each of
        `cancel_then`, in steps of `cancel_after`; with ``()`` its status does not change. `reason` is the reason of a
        rejection. `instrument` (id or symbol) and `instruction` (idempotency key or server id) limit the plan to those.
        The latest plan that applies is used. Raises `ValueError` for an unknown instrument or status.
        """
        for name, statuses in (("then", then), ("cancel_then", cancel_then)):
            for status in [statuses] if isinstance(statuses, str) else statuses:
                self._check_status(name, status)
        at_least(0, after=after, cancel_after=cancel_after)
        path, cancel_path = ((each,) if isinstance(each, str) else tuple(each) for each in (then, cancel_then))
        with self._lock:
            if instrument is not None:
                self._instrument("instrument", instrument)
            self._state.plans.append(Plan(instrument, instruction, path, after, cancel_path, cancel_after, reason))

    def plan_orders(
        self,
        *,
        instrument: str | None = None,
        order: str | None = None,
        then: str | Sequence[str] | None = None,
        after: float = 1.0,
        cancel_then: str | Sequence[str] = ("CANCELED",),
        cancel_after: float = 1.0,
        reason: str | None = None,
    ) -> None:
        """Plan which statuses orders take that are made or cancelled from now on, also orders that close positions.

        An order takes each status of `then`, `after` seconds after the last: "FILLED" fills the rest of it,
        "PARTIALLY_FILLED" half of the rest, "REJECTED" rejects it with `reason`; with ``()`` its status does not
        change. With None prices decide: it is filled after a second, if its price is reached. A cancelled order takes
        each status of `cancel_then`, in steps of `cancel_after`. `instrument` (id or symbol) and `order` (client order
        id or server id) limit the plan to those. The latest plan that applies is used. Raises `ValueError` for an
        unknown instrument or status.
        """
        for name, statuses in (("then", then or ()), ("cancel_then", cancel_then)):
            for status in [statuses] if isinstance(statuses, str) else statuses:
                one_of(name, status, sorted(orders.STATUSES))
        at_least(0, after=after, cancel_after=cancel_after)
        path, cancel_path = ((each,) if isinstance(each, str) else tuple(each) for each in (then or (), cancel_then))
        with self._lock:
            if instrument is not None:
                self._instrument("instrument", instrument)
            made = OrderPlan(
                instrument, order, None if then is None else path, after, cancel_path, cancel_after, reason
            )
            self._state.order_plans.append(made)

    def settle(self, item_id: str, status: str, *, reason: str | None = None) -> None:
        """Put an instruction or an order, given by its server id, into `status`, and cancel what was planned for it.

        An order that is FILLED or PARTIALLY_FILLED moves its account's position and cash. Raises
        `LookupError` for an unknown id and `ValueError` for an unknown status.
        """
        with self._lock:
            self._state.catch_up()
            for account in self._state.accounts.values():
                if order := account.orders.get(item_id):
                    one_of("status", status, sorted(orders.STATUSES))
                    return orders.settle(self._state, account, order, status, reason)
            self._check_status("status", status)
            for account in self._state.accounts.values():
                if stored := account.instructions.get(item_id):
                    return instructions.change(self._state, stored, status, reason, "settled")
        raise LookupError(f"No position instruction and no order has the id {item_id!r}.")

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every effect of requests and of time, in order."""
        with self._lock:
            self._state.catch_up()
            return tuple(self._state.ledger)

    @property
    def requests(self) -> tuple[RequestSeen, ...]:
        """Every request so far, in order, also those that did not arrive because of a fault."""
        with self._lock:
            return tuple(self._requests)

    def instructions(self, account_id: int) -> tuple[Json, ...]:
        """Return the instructions of an account as they are, even if the list lags."""
        with self._lock:
            self._state.catch_up()
            stored = self._account(account_id).instructions.values()
            return tuple(written(each.row, self.dialect) for each in stored)

    def snapshot(self) -> Json:
        """Return everything in the accounts, by the account's number as a string."""
        with self._lock:
            self._state.catch_up()
            return {
                f"{account.id}": {
                    "account_id": account.id,
                    "name": account.name,
                    "cash": plain(account.cash),
                    "positions": [
                        {
                            "symbol": holding.instrument.symbol,
                            "instrument_id": holding.instrument.id,
                            "quantity": plain(holding.quantity),
                        }
                        for holding in account.holdings.values()
                    ],
                    "instructions": [written(each.row, self.dialect) for each in account.instructions.values()],
                    "orders": [written(each.row, self.dialect) for each in account.orders.values()],
                }
                for account in self._state.accounts.values()
            }

    def orders(self, account_id: int) -> tuple[Json, ...]:
        """Return the orders of an account."""
        with self._lock:
            self._state.catch_up()
            return tuple(written(order.row, self.dialect) for order in self._account(account_id).orders.values())

    def _instrument(self, argument: str, item: str) -> Instrument:
        by_symbol = {known.symbol: known for known in self._state.instruments.values()}
        return self._state.resolve(item) or by_symbol[one_of(argument, item, by_symbol)]

    def _account(self, account_id: int) -> Account:
        if account := self._state.accounts.get(account_id):
            return account
        known = ", ".join(map(str, self._state.accounts)) or "none"
        raise LookupError(f"There is no account {account_id!r}; there are {known}. `add_account` opens one.")

    def refuse(self, status: int, message: str) -> Reply:
        """Return the reply to a request that cannot be read: an error in the service's envelope. It is not recorded."""

        def refusing() -> Answer:
            raise Refusal(status, message)

        return self.reply(refusing)

    def reply(self, answer: Callable[[], Answer], allowed: tuple[str, ...] = ()) -> Reply:
        """Return a reply that is not one of the API. It is not recorded. `allowed` are the methods for a 405."""
        with self._lock:
            self._state.catch_up()
            return self._serve(Call.read("", "", {}, b"")._replace(allowed=allowed), lambda _: answer())

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Answer a request, without faults. `target` is the path and query; header names may be in any case."""
        with self._lock:
            self._state.catch_up()
            return self._handle(Call.read(method, target, headers, body))

    def deliver(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Delivery:
        """Answer a request, with faults. Its effects happen here; delays and broken connections in the transport."""
        with self._lock:
            self._state.catch_up()
            call = Call.read(method, target, headers, body)
            fault = self.faults.strike(call)
            if fault is None:
                return Delivery(self._handle(call))
            replies = [self._serve(call, self._answer) for _ in range(fault.effects)]
            if fault.late is not None:
                self._state.schedule(fault.late, lambda: self._serve(call, self._answer))
            if fault.status is not None:
                replies.append(self._stand_in(call, fault, fault.status))
            self._record(call, replies[-1].status if replies else None, fault.name)
            if fault.lost is not None and fault.cut is None:
                return Delivery(None, fault.lost, delay=fault.delay)
            reply = replies[-1]
            if fault.rewrite is not None:
                reply = reply._replace(body=fault.rewrite(reply.body))
            if fault.foreign and call.operation in ("get_position_instructions", "get_orders"):
                reply = reply._replace(body=self._with_foreign_rows(call, reply.body))
            behind = b""
            if fault.stray is not None:
                stray = self._stand_in(call, Fault.misdelivered(), 200)
                first, second = (stray, reply) if fault.stray == "before" else (reply, stray)
                reply, behind = first, second.head() + second.body
            pause = STRAY_AFTER if fault.stray == "between" else 0.0
            return Delivery(reply, fault.lost, fault.cut, fault.delay, fault.drip, behind, pause)

    def _handle(self, call: Call) -> Reply:
        reply = self._serve(call, self._answer)
        self._record(call, reply.status, None)
        return reply

    def _record(self, call: Call, status: int | None, fault: str | None) -> None:
        method, target, headers, body, operation = call[:5]
        self._requests.append(RequestSeen(self._state.now, method, target, headers, body, operation, status, fault))

    def _serve(self, call: Call, answer: Callable[[Call], Answer], headers: Iterable[tuple[str, str]] = ()) -> Reply:
        try:
            data, status, message, page, details = answer(call)
        except Refusal as refusal:
            data, status, message, page, details = refusal.data, refusal.status, refusal.message, {}, refusal.details
        request_id = self._new_request_id(self._state.now)
        detailed = {"details": list(details)} if details else {}
        document = {
            "metadata": {"request_id": request_id, **page},
            "error": None if message is None else {"code": status, "message": message, **detailed},
            "data": written(data, self.dialect),
        }
        allow = [("Allow", ", ".join(call.allowed))] if status == 405 else []
        common = [self._date(), ("Content-Type", "application/json"), ("X-Request-Id", request_id)]
        return Reply(status, (*common, *allow, *headers), compact(document))

    def _date(self) -> tuple[str, str]:
        return "Date", format_datetime(self._state.now, usegmt=True)

    def _answer(self, call: Call) -> Answer:
        if call.operation is None:
            raise Refusal(405, f"{call.method} is not allowed here") if call.allowed else Refusal(404, "No such path")
        if self.strict:
            self._refuse_unknown_parameters(call, call.operation)
        return _RULES[call.operation](self._state, call)

    def _refuse_unknown_parameters(self, call: Call, operation: str) -> None:
        if operation != "get_version":
            key_of(self._state, call)
        known = PATHS[operation].query + PATHS[operation].of_today
        unknown = [name for name in call.query() if name not in known]
        if unknown:
            why = f"unknown parameter, expected {', '.join(known) or 'none'}"
            details = [{"path": f"$query.{name}", "reason": why} for name in unknown]
            raise Refusal(400, f"The operation has no query parameter `{unknown[0]}`", details=details)

    def _check_status(self, argument: str, status: str) -> None:
        one_of(
            argument,
            status,
            sorted(instructions.STATUSES - ({"ENGINE_REJECTED"} if self.dialect == "today" else set())),
        )

    def _with_foreign_rows(self, call: Call, body: bytes) -> bytes:
        document: Json = json.loads(body)
        others = [account for account in self._state.accounts.values() if str(account.id) != call.account]
        if document["data"] is not None:
            stored = (each.orders if call.operation == "get_orders" else each.instructions for each in others)
            document["data"] += written([each.row for of_one in stored for each in of_one.values()], self.dialect)
        return compact(document)

    def _stand_in(self, call: Call, fault: Fault, status: int) -> Reply:
        headers = fault.headers
        if fault.retry_after is not None:
            later = format_datetime(self._state.now + timedelta(seconds=fault.retry_after), usegmt=True)
            headers += (("Retry-After", later if fault.retry_after_date else str(fault.retry_after)),)
        if fault.body == "html":
            page = f"<html><body><h1>{status}</h1></body></html>".encode()
            return Reply(status, (self._date(), ("Content-Type", "text/html"), *headers), page)
        if fault.body == "empty":
            return Reply(status, (self._date(), *headers), b"")
        if fault.body == "message":
            message = {"message": "Endpoint request timed out"}
            return Reply(status, (self._date(), ("Content-Type", "application/json"), *headers), compact(message))

        def stand_in(call: Call) -> Answer:
            if fault.body == "other":
                is_order = "/orders" in call.target
                row = (orders if is_order else instructions).foreign_row(self._state, call)
                is_one = call.operation is not None and not PATHS[call.operation].is_list
                return Answer(row if is_one else [row], status)
            if fault.body == "rows" and call.operation == "submit_position_instructions":
                raise instructions.refuse_all(self._state, account_of(self._state, call), call, status)
            raise Refusal(status, "The service cannot answer now")

        return self._serve(call, stand_in, headers)


@contextmanager
def _error_path(path: str) -> Generator[None]:
    """Add to an error where in a world the mistake is."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


explain(RequestSeen)
resolvable(globals(), RequestSeen)
