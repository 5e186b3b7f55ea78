"""Set up the conditions of a call of the sweep: a sandbox, and the clock of the client."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from clear_street.sandbox import Fault, Sandbox, SandboxClock
from clear_street.sandbox.dialects import KEY_NAMES
from clear_street.sandbox.messages import compact
from support.key_names import CANCEL_ID, KEY_NAME
from sweep.cases import (
    CANCEL,
    CLOCKS,
    CLOSES,
    ORDER_OPERATIONS,
    SUBMIT,
    Case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from clear_street.sandbox import RequestSeen

KEY = "sk-fault-sweep-3f9d27c1"
ACCOUNT = 122503
OTHER = 122504
SYMBOL = "AAPL 280121C00195000"
ORDER: dict[str, Any] = {
    "side": "BUY",
    "order_type": "LIMIT",
    "time_in_force": "DAY",
    "symbol": "AAPL",
    "limit_price": "1",
}
"""An order that waits for its price."""


class Stopped(Exception):
    """An exception that the application itself raises in the middle of a call, as a signal handler does."""


class StoppingClock(SandboxClock):
    """The sandbox's clock. In the `nth` wait after `begin` the application raises `stop`."""

    def __init__(self, nth: int, stop: Stopped) -> None:
        super().__init__()
        self.has_stopped: bool = False
        self._is_counting = False
        self._sent: Callable[[], int] = lambda: 0
        self._sent_until_then = 0
        self._left = nth
        self._stop = stop

    def begin(self, sent: Callable[[], int]) -> None:
        """Count waits from now on. `sent` returns how many requests were sent."""
        self._sent, self._is_counting = sent, True

    def interrupt(self, may_have_sent: int) -> None:
        """Note that something else than a wait raised, when at most so many requests may have been sent."""
        self.has_stopped, self._sent_until_then = True, may_have_sent

    def went_on(self) -> bool:
        """Return whether anything was sent after the exception."""
        return self.has_stopped and self._sent() > self._sent_until_then

    def advance(self, seconds: float) -> None:
        """Set the clock forward, or raise."""
        super().advance(seconds)
        if self._is_counting:
            self._left -= 1
            if self._left == 0:
                self.has_stopped, self._sent_until_then = True, self._sent()
                raise self._stop


class ClientClock:
    """The client's clock, one of `CLOCKS`. It is read off the sandbox's clock, which is right."""

    def __init__(self, sandbox: Sandbox, kind: str) -> None:
        self._sandbox = sandbox
        self._ahead, self._gain, self._jump, self._asleep = CLOCKS[kind]
        self._slept = 0.0
        self.requests_before = 0
        """The requests that were made before the call."""

    def _look_up(self) -> float:
        """Read the service's clock, after the jump or sleep that happens while the first request is on its way."""
        clock = self._sandbox.clock
        if (self._jump or self._asleep) and len(self._sandbox.requests) > self.requests_before:
            self._ahead += self._jump
            if self._asleep:
                SandboxClock.advance(clock, self._asleep)
            self._slept, self._jump, self._asleep = self._asleep, 0.0, 0.0
        return clock.monotonic()

    def monotonic(self) -> float:
        """Return the seconds during which the machine did not sleep."""
        return self._look_up() - self._slept

    def now(self) -> datetime:
        """Return the time of day by this clock."""
        passed = self._look_up()
        return self._sandbox.clock.at(passed + self._ahead + self._gain * passed)

    def random(self) -> float:
        """Return the sandbox's random number."""
        return self._sandbox.clock.random()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._sandbox.clock.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait."""
        await self._sandbox.clock.asleep(seconds)


class Scene:
    """A sandbox that is set up for a case, the clock of its client, and the arguments of its call."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.stop = Stopped("of the application's own")
        self.time = StoppingClock(case.stopped, self.stop)
        self.sandbox = sandbox = Sandbox(
            clock=self.time,
            list_lag=case.lag,
            honour_keys=case.honour,
            echo_keys=case.echo,
            empty=case.empty,
            dialect=case.dialect,
            unknown_fields=case.unknown_fields,
            refusal_status=case.refusal_status,
        )
        for account in (ACCOUNT, OTHER) if case.empty else ():
            sandbox.add_account(account)
        self.clock = ClientClock(sandbox, case.clock)
        sandbox.add_position(OTHER, SYMBOL, 1000)
        sandbox.add_position(ACCOUNT, SYMBOL, 1000)
        is_of_orders = case.operation in ORDER_OPERATIONS
        if is_of_orders:
            sandbox.plan_orders(then=case.then, after=0.7)
        else:
            sandbox.plan(then=case.then, after=0.2)
        instrument_id = sandbox.add_instrument(SYMBOL)
        rows = case.rows if case.submits else (1,)
        self.quantities = [quantity or 5000 + index for index, quantity in enumerate(rows)]
        self.usual: dict[str, Any] = {"instruction_type": "EXERCISE", "instrument_id": instrument_id}
        self.instructions: list[dict[str, Any]] = [
            {**self.usual, "quantity": str(quantity)} for quantity in self.quantities
        ]
        self.orders = [{**ORDER, "quantity": str(quantity)} for quantity in self.quantities]
        for index, (row, order) in enumerate(zip(self.instructions, self.orders, strict=True)):
            if case.keys:
                row[KEY_NAME] = order["id"] = f"caller-{index}"
            if index in case.used and is_of_orders:
                sandbox.add_order(ACCOUNT, "AAPL", quantity=9, limit_price="1", client_order_id=f"caller-{index}")
            elif index in case.used:
                sandbox.add_instruction(ACCOUNT, SYMBOL, quantity=1, idempotency_key=f"caller-{index}")
        self.order_id = "0195f6d0-0000-7000-8000-000000000000"
        if is_of_orders and case.status not in ("absent", "SENT"):
            self.order_id = sandbox.add_order(ACCOUNT, "AAPL", quantity=10, limit_price="1", status=case.status)
        if is_of_orders and case.then and case.status == "NEW":
            self.order_id = self._placed()  # it lives on while the call is made
        self.id = "0195f6d0-0000-7000-8000-000000000000"
        if case.operation == CANCEL and case.status != "absent":
            self.id = sandbox.add_instruction(ACCOUNT, SYMBOL, status=case.status)
        self.accepted = sandbox.add_instruction(ACCOUNT, SYMBOL, status="ACCEPTED") if case.event == "fork" else ""
        self.keys: Sequence[str] = ()
        """The idempotency keys of the rows, as `on_intent` gave them before sending."""
        self._before = 0
        if case.renamed:
            sandbox.dialect = "contract" if case.dialect == "today" else "today"
        else:
            self.begin()

    def _placed(self) -> str:
        """Submit an order beside the client, and return its id."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        body = compact([{**ORDER, "quantity": "10"}])
        self.sandbox.handle("POST", f"/v1/accounts/{ACCOUNT}/orders", headers, body)
        id_: str = self.sandbox.orders(ACCOUNT)[-1]["id"]
        return id_

    def begin(self) -> None:
        """Let the faults of the case happen from now on, and judge from here."""
        case, sandbox = self.case, self.sandbox
        sandbox.faults.clear()
        self.stored = {row["id"] for row in (*sandbox.instructions(ACCOUNT), *sandbox.orders(ACCOUNT))}
        self.logged = len(sandbox.ledger)
        self._set_faults(case.operation, case.faults)
        if case.listed is not None and case.operation not in CLOSES:
            self._set_faults(case.listed, case.looks)
        if case.before is not None:
            self._set_faults("get_version", [case.before])
        self._before = self.clock.requests_before = len(sandbox.requests)
        self.began = sandbox.clock.monotonic()
        self.began_for_client = self.clock.monotonic()
        self.began_for_real = monotonic()
        self.time.begin(lambda: len(sandbox.requests))

    def rename(self) -> None:
        """Switch the service to the case's dialect from now on."""
        self.sandbox.dialect = self.case.dialect
        self.begin()

    def alarm(self) -> Stopped:
        """The exception that a signal handler raises."""
        before = sum(request.operation != self.case.operation for request in self.sandbox.requests)
        # The server may be about to note the call's own request.
        self.time.interrupt(before + 1)
        return self.stop

    @property
    def requests(self) -> list[RequestSeen]:
        """Return the requests that the client sent."""
        seen = self.sandbox.requests[self._before :]
        return [request for request in seen if f"/{OTHER}/" not in request.target]

    def _set_faults(self, operation: str, faults: Iterable[Fault | None]) -> None:
        for nth, fault in enumerate(faults, 1):
            if fault is not None:
                self.sandbox.faults.add(fault, operation=operation, nth=nth)

    def arguments(self) -> dict[str, Any]:
        """The arguments of the call, those of ours among them that other clients do not have left out."""
        match self.case.operation:
            case "get_version":
                return {}
            case "submit_position_instructions":
                return {"account_id": ACCOUNT, "instructions": self.instructions}
            case "cancel_position_instruction":
                return {"account_id": ACCOUNT, CANCEL_ID: self.id}
            case "submit_orders":
                return {"account_id": ACCOUNT, "orders": self.orders}
            case "cancel_open_order":
                return {"account_id": ACCOUNT, "order_id": self.order_id}
            case "replace_order":
                return {"account_id": ACCOUNT, "order_id": self.order_id, "limit_price": "2"}
            case "close_position":
                return {"account_id": ACCOUNT, "instrument_id": SYMBOL}
            case _:
                return {"account_id": ACCOUNT}

    def options(self) -> dict[str, Any]:
        """Return the options of the call."""
        options = dict(self.case.options)
        if "not_after" in options:
            options["not_after"] = self.clock.now() + timedelta(seconds=options["not_after"])
        return options

    def note(self, keys: Sequence[str], request: object) -> None:
        """Hook of the client: remember the keys. Where lists will have rows of another account, that uses them too."""
        self.keys = keys
        if self.case.operation == SUBMIT and any(look is not None and look.foreign for look in self.case.looks):
            name = KEY_NAMES[self.sandbox.dialect]
            rows = [{**row, name: key} for row, key in zip(self.instructions, keys, strict=True)]
            for row in rows if name != KEY_NAME else ():
                row.pop(KEY_NAME, None)
            headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
            self.sandbox.handle("POST", f"/v1/accounts/{OTHER}/positions/instructions", headers, compact(rows))
