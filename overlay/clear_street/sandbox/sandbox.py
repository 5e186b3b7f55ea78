"""The service: one object that takes requests and gives replies, with what sets it up and looks inside. No I/O."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from . import instructions, positions
from .access import account_of, with_account
from .arguments import at_least, decimal, one_of, whole_number
from .clock import SandboxClock
from .dialects import DIALECTS, REFUSAL_STATUSES, UNKNOWN_FIELDS, written
from .faults import Fault, Faults
from .messages import Answer, Call, Delivery, Refusal, Reply, compact
from .state import Account, Holding, Ids, Instruction, Plan, State
from .world import default_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from .dialects import Dialect, RefusalStatus, UnknownFields
    from .messages import Json
    from .state import LedgerEntry
    from .world import World

VERSION = "2025-10-31"
STRAY_AFTER = 0.005
"""Seconds after a reply at which a stray one comes between it and the next request."""
_RULES: dict[str, Callable[[State, Call], Answer]] = {
    "get_version": lambda _state, _call: Answer({"version": VERSION}),
    "get_positions": with_account(positions.get_positions),
    "close_positions": with_account(positions.close_positions),
    "close_position": with_account(positions.close_position),
    "get_position_instructions": with_account(instructions.get_instructions),
    "submit_position_instructions": with_account(instructions.submit),
    "cancel_position_instruction": with_account(instructions.cancel),
}
"""What answers each operation of `paths.PATHS`. A rule takes the state, the account if it has one, and the call."""


class RequestSeen(NamedTuple):
    """One request that a client made, whether or not it arrived."""

    time: datetime
    """When, on the sandbox's clock (UTC)."""
    method: str
    """Its HTTP method."""
    target: str
    """Its path and query."""
    headers: Mapping[str, str]
    """Its headers, names in lower case."""
    body: bytes
    """Its body, empty where it had none."""
    operation: str | None
    """Its operationId, None where method and path are none of the API's."""
    status: int | None
    """The status of the reply, even if that was lost; None where the service did not see the request."""
    fault: str | None
    """The name of the fault that struck, None for none."""


class Sandbox:
    """The service, in memory. `handle` is its face; everything else sets it up or looks inside. Thread-safe.

    It begins with the accounts, positions and instructions of `world.default_world`, unless `empty`. `api_keys` are
    those it takes, None for any. `seed` fixes every id, `clock` is its time (default: a virtual `SandboxClock`).

    Three attributes, which can be changed at any time, make it behave worse: `list_lag` is how many seconds the list of
    instructions lags behind; without `honour_keys` an idempotency key may be used twice; without `echo_keys` rows show
    a key of the service's own.

    Three more, checked wherever they are set, say which names it knows. `dialect` is "contract" or "today"; today rows
    have their key as `client_instruction_id` and a `rejection`, the list can be filtered by `underlying_instrument_id`,
    and nothing is ENGINE_REJECTED. `unknown_fields` is what becomes of a name in a submitted row that the dialect does
    not have: "ignore" it; "refuse" the request with `refusal_status`, 400 or 422; or "alias": take either name of the
    key, and refuse both in one row.

    Its day is that of its clock in UTC, its business days are Monday to Friday.
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
    ) -> None:
        self.clock: SandboxClock = SandboxClock(seed=seed) if clock is None else clock
        self.faults: Faults = Faults()
        self._state = State(self.clock, seed, None if api_keys is None else frozenset(api_keys))
        self.list_lag = list_lag
        self.honour_keys = honour_keys
        self.echo_keys = echo_keys
        self.dialect = dialect
        self.unknown_fields = unknown_fields
        self.refusal_status = refusal_status
        self._new_request_id = Ids(f"{seed} requests")
        self._requests: list[RequestSeen] = []
        self._lock = threading.RLock()
        if not empty:
            self._begin_with(default_world(self.clock.now().date()))

    def _begin_with(self, world: World) -> None:
        for instrument in world.instruments:
            self.add_instrument(**instrument._asdict())
        for account in world.accounts:
            self.add_account(account.account_id, api_keys=account.api_keys)
            for position in account.positions:
                self.add_position(account.account_id, **position._asdict())
            for instruction in account.instructions:
                self.add_instruction(account.account_id, **instruction._asdict())

    @property
    def list_lag(self) -> float:
        """Seconds that the list of instructions lags behind."""
        return self._state.list_lag

    @list_lag.setter
    def list_lag(self, list_lag: float) -> None:
        at_least(0, list_lag=list_lag)
        self._state.list_lag = list_lag

    @property
    def honour_keys(self) -> bool:
        """Whether an idempotency key can be used once only."""
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
        """The dialect that it speaks from now on."""
        return self._state.reader.dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._state.reader = self._state.reader._replace(dialect=one_of("dialect", dialect, DIALECTS))

    @property
    def unknown_fields(self) -> UnknownFields:
        """What becomes of names in a submitted row that the dialect does not have."""
        return self._state.reader.unknown_fields

    @unknown_fields.setter
    def unknown_fields(self, unknown_fields: UnknownFields) -> None:
        known = one_of("unknown_fields", unknown_fields, UNKNOWN_FIELDS)
        self._state.reader = self._state.reader._replace(unknown_fields=known)

    @property
    def refusal_status(self) -> RefusalStatus:
        """The status of a request that is refused for its names."""
        return self._state.reader.refusal_status

    @refusal_status.setter
    def refusal_status(self, refusal_status: RefusalStatus) -> None:
        known = one_of("refusal_status", refusal_status, REFUSAL_STATUSES)
        self._state.reader = self._state.reader._replace(refusal_status=known)

    def add_account(self, account_id: int, *, api_keys: Iterable[str] | None = None) -> None:
        """Open an account, seen only by `api_keys` (None: by every key)."""
        if type(account_id) is not int or not -(2**63) <= account_id < 2**63:
            raise ValueError(f"Expected a 64-bit whole number for `account_id` but received {account_id!r}.")
        with self._lock:
            self._state.accounts[account_id] = Account(account_id, None if api_keys is None else frozenset(api_keys))

    def add_instrument(self, symbol: str, *, instrument_id: str | None = None) -> str:
        """List an instrument, an option if `symbol` is OSI, and return its id; the same one for the same symbol."""
        with self._lock:
            return self._state.list_instrument(symbol, instrument_id).id

    def add_position(
        self,
        account_id: int,
        symbol: str,
        quantity: int | str,
        *,
        price: str = "10",
        avg_price: str | None = None,
        closing_price: str | None = None,
    ) -> str:
        """Give an account a position (negative: short; prices default to `price`) and return its instrument's id."""
        given = {"price": price, "avg_price": avg_price, "closing_price": closing_price}
        prices = [decimal(name, price if value is None else value) for name, value in given.items()]
        held = decimal("quantity", quantity)
        if not held:
            raise ValueError("Expected a quantity other than 0 for `quantity`: a position of nothing is none.")
        with self._lock:
            account, instrument = self._account(account_id), self._state.list_instrument(symbol)
            account.holdings[instrument.id] = Holding(instrument, held, *prices)
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
        """Say what becomes of instructions that are submitted or cancelled from now on.

        A submitted one takes each status of `then`, `after` seconds after the last; a cancelled one each of
        `cancel_then` in steps of `cancel_after`; ``()`` leaves it as it is. `reason` is the rejection reason. It holds
        for those on `instrument` (id or symbol) and for the one `instruction` (idempotency key or server id), where
        given; the latest plan wins. ValueError for an instrument or a status that there is none of.
        """
        for name, statuses in (("then", then), ("cancel_then", cancel_then)):
            for status in [statuses] if isinstance(statuses, str) else statuses:
                self._check_status(name, status)
        at_least(0, after=after, cancel_after=cancel_after)
        path, cancel_path = ((each,) if isinstance(each, str) else tuple(each) for each in (then, cancel_then))
        with self._lock:
            if instrument is not None and self._state.resolve(instrument) is None:
                one_of("instrument", instrument, [known.symbol for known in self._state.instruments.values()])
            self._state.plans.append(Plan(instrument, instruction, path, after, cancel_path, cancel_after, reason))

    def settle(self, instruction_id: str, status: str, *, reason: str | None = None) -> None:
        """Put an instruction, by its server id, into `status` and drop what was planned for it; else LookupError."""
        self._check_status("status", status)
        with self._lock:
            self._state.catch_up()
            for account in self._state.accounts.values():
                if stored := account.instructions.get(instruction_id):
                    return instructions.change(self._state, stored, status, reason, "settled")
        raise LookupError(f"No position instruction has the id {instruction_id!r}.")

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every effect of requests and of time, in its order."""
        with self._lock:
            self._state.catch_up()
            return tuple(self._state.ledger)

    @property
    def requests(self) -> tuple[RequestSeen, ...]:
        """Every request so far, in its order, those that faults kept from arriving among them."""
        with self._lock:
            return tuple(self._requests)

    def instructions(self, account_id: int) -> tuple[Json, ...]:
        """The instructions of an account as they really are, whatever the list shows."""
        with self._lock:
            self._state.catch_up()
            stored = self._account(account_id).instructions.values()
            return tuple(written(each.row, self.dialect) for each in stored)

    def orders(self, account_id: int) -> tuple[Json, ...]:
        """The orders of an account."""
        with self._lock:
            self._state.catch_up()
            return tuple(written(order, self.dialect) for order in self._account(account_id).orders.values())

    def _account(self, account_id: int) -> Account:
        if account := self._state.accounts.get(account_id):
            return account
        known = ", ".join(map(str, self._state.accounts)) or "none"
        raise LookupError(f"There is no account {account_id!r}; there are {known}. `add_account` opens one.")

    def refuse(self, status: int, message: str) -> Reply:
        """The reply to what is no request that could be handled: the envelope of an error. It is not recorded."""

        def refusing(_: Call) -> Answer:
            raise Refusal(status, message)

        with self._lock:
            self._state.catch_up()
            return self._serve(Call.read("", "", {}, b""), refusing)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """The reply to a request, which no fault strikes. `target` is path and query; header names are in any case."""
        with self._lock:
            self._state.catch_up()
            return self._handle(Call.read(method, target, headers, body))

    def deliver(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Delivery:
        """What comes back of a request that faults may strike. Effects happen here; a face acts out the delays."""
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
            if fault.foreign and call.operation == "get_position_instructions":
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
            data, status, message, page = answer(call)
        except Refusal as refusal:
            data, status, message, page = refusal.data, refusal.status, refusal.message, {}
        request_id = self._new_request_id(self._state.now)
        document = {
            "metadata": {"request_id": request_id, **page},
            "error": None if message is None else {"code": status, "message": message},
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
        return _RULES[call.operation](self._state, call)

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
            rows = [stored.row for account in others for stored in account.instructions.values()]
            document["data"] += written(rows, self.dialect)
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
                row = instructions.foreign_row(self._state, call)
                is_one = call.operation in ("cancel_position_instruction", "get_version")
                return Answer(row if is_one else [row], status)
            if fault.body == "rows" and call.operation == "submit_position_instructions":
                raise instructions.refuse_all(self._state, account_of(self._state, call), call, status)
            raise Refusal(status, "The service cannot answer now")

        return self._serve(call, stand_in, headers)


resolvable(globals(), RequestSeen)
