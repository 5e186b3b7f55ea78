"""What the client tells after calls that go wrong, held against what really happened at the service.

`python tests/fault_sweep.py --calls 10000 --seed 0` makes that many calls against the sandbox, each with faults on its
way, and prints how many ended in one of the ways in which none may end. The calls are a systematic part (every fault of
the catalogue, at every attempt, for every operation) and a random one, fixed by the seed. Where the package
`clearstreet` is installed, the same calls are made with it too. `--write` puts what came of them into docs/safety.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import logging
import platform
import random
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import anyio
import httpx

from clear_street import AsyncClearStreet, ClearStreet
from clear_street.errors import APIError, ClearStreetError
from clear_street.sandbox import Fault, Sandbox, SandboxServer, SandboxTransport
from clear_street.sandbox.faults import CATALOGUE, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clear_street.sandbox import RequestSeen

KEY = "sk-fault-sweep-3f9d27c1"
ACCOUNT = 122503
SYMBOL = "AAPL 280121C00195000"
LISTED = "get_position_instructions"
SUBMIT = "submit_position_instructions"
CANCEL = "cancel_position_instruction"
CLOSES = ("close_position", "close_positions")
READS = ("get_positions", LISTED, "get_version")
OPERATIONS = (SUBMIT, CANCEL, *CLOSES, *READS)
NEVER_SENT = frozenset({"connect_error", "connect_timeout", "pool_timeout", "proxy_error"})
CANCELLING = {"CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"}
LANDED = {"SENT", "ACCEPTED"} | CANCELLING
REFUSED = {"REJECTED", "ENGINE_REJECTED"}

FAULTS: tuple[Fault, ...] = (
    *CATALOGUE,
    *(Fault.answer(status) for status in (400, 401, 403, 404, 409, 422, 425)),
    Fault.answer(400, "rows"),
    Fault.answer(403, "html"),
    Fault.rate_limited(90),
)
"""Every fault of the catalogue, and refusals that a gateway may make up."""

COLUMNS = ("duplicated", "misreported", "foreign", "hung", "early", "wasted", "leaked")
"""The ways in which no call may end."""

COUNTS = ("calls", "returned", "raised", "unknown", "undecided", *COLUMNS)
"""What is counted besides: an outcome is "undecided" that was reported unknown though a longer look would show it."""


@dataclass(frozen=True)
class Case:
    """One call, and what goes wrong with it: `faults` strike the requests of the call's own operation, one after the
    other, `looks` those for the list of instructions that a submit or a cancel makes besides; None is no fault.
    """

    operation: str
    faults: tuple[Fault | None, ...] = ()
    looks: tuple[Fault | None, ...] = ()
    keys: bool = False
    """Whether the rows of a submit have keys of the caller's."""
    rows: tuple[int, ...] = (1,)
    """The quantities of the rows of a submit: 0 stands for more than there is to exercise, which is refused."""
    used: tuple[int, ...] = ()
    """Rows whose key was used an hour ago."""
    status: str = "SENT"
    """What is to be cancelled: an instruction in this state, or "absent"."""
    lag: float = 0.0
    echo: bool = True
    then: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    is_async: bool = False


@dataclass
class Told:
    """What a client told of a call: for each row "landed", "rejected" or "unknown" (a cancel or close is one row)."""

    rows: list[str]
    error: BaseException | None
    text: str
    """All that could show a secret; empty where the error is none of the client's own."""


@dataclass
class Table:
    """What came of a number of calls."""

    name: str
    scenarios: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    """For each operation and way of calling it, how many calls there were, and what came of them."""
    findings: list[tuple[str, Case, Told]] = field(default_factory=list[tuple[str, Case, Told]])
    seconds: float = 0.0

    def add(self, case: Case, told: Told, verdict: Sequence[str], *, over: str = "") -> None:
        """Count one call."""
        scenario = f"{case.operation}, {'async' if case.is_async else 'sync'}{over}"
        counts = self.scenarios.setdefault(scenario, Counter())
        counts["calls"] += 1
        counts["returned"] += told.error is None
        counts["raised"] += told.error is not None
        counts["unknown"] += "unknown" in told.rows
        for column in dict.fromkeys(verdict):
            counts[column] += 1
            if column in COLUMNS:
                self.findings.append((column, case, told))

    @property
    def total(self) -> Counter[str]:
        """The counts of all scenarios."""
        return sum(self.scenarios.values(), Counter())

    @property
    def is_clean(self) -> bool:
        """Whether no call ended in a way in which none may end."""
        return not self.findings


class Scene:
    """A sandbox that was made ready for a case, and the arguments of its call."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sandbox = sandbox = Sandbox(list_lag=case.lag, echo_keys=case.echo)
        sandbox.add_position(ACCOUNT, SYMBOL, 1000)
        sandbox.plan(then=case.then, after=0.2)
        instrument_id = sandbox.add_instrument(SYMBOL)
        rows = case.rows if case.operation == SUBMIT else (1,)
        self.quantities = [quantity or 5000 + index for index, quantity in enumerate(rows)]
        self.instructions: list[dict[str, Any]] = [
            {"instruction_type": "EXERCISE", "instrument_id": instrument_id, "quantity": str(quantity)}
            for quantity in self.quantities
        ]
        for index, row in enumerate(self.instructions):
            if case.keys:
                row["instruction_id"] = f"caller-{index}"
            if index in case.used:
                sandbox.add_instruction(ACCOUNT, SYMBOL, quantity=1, idempotency_key=f"caller-{index}")
        self.id = "0195f6d0-0000-7000-8000-000000000000"
        if case.operation == CANCEL and case.status != "absent":
            self.id = sandbox.add_instruction(ACCOUNT, SYMBOL, status=case.status)
        self.stored = {row["id"] for row in sandbox.instructions(ACCOUNT)}
        self._set_faults(case.operation, case.faults)
        if case.operation in (SUBMIT, CANCEL):
            self._set_faults(LISTED, case.looks)
        self.keys: Sequence[str] = ()
        """The idempotency keys under which the rows go, as the client says beforehand."""
        self.began = sandbox.clock.monotonic()
        self.began_for_real = time.monotonic()

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
                return {"account_id": ACCOUNT, "instruction_id": self.id}
            case "close_position":
                return {"account_id": ACCOUNT, "instrument_id": SYMBOL}
            case _:
                return {"account_id": ACCOUNT}

    def options(self) -> dict[str, Any]:
        """The options of the call."""
        options = dict(self.case.options)
        if "not_after" in options:
            options["not_after"] = self.sandbox.clock.now() + timedelta(seconds=options["not_after"])
        return options

    def note(self, keys: Sequence[str], request: object) -> None:
        """Hook of the client: remember the keys."""
        self.keys = keys

    def verdict(
        self, told: Told, *, bound: float, real_bound: float = 10.0, never_sent: frozenset[str] = NEVER_SENT
    ) -> list[str]:
        """What is wrong with what was told; `never_sent` names the faults that strike before anything is sent."""
        case, sandbox = self.case, self.sandbox
        found: list[str] = []
        if sandbox.clock.monotonic() - self.began > bound or time.monotonic() - self.began_for_real > real_bound:
            found.append("hung")
        if told.error is not None and not told.text:
            found.append("foreign")
        if KEY in told.text:
            found.append("leaked")
        requests = [request for request in sandbox.requests if request.operation == case.operation]
        looks = [request for request in sandbox.requests if request.operation != case.operation]
        if any(map(_is_final, requests[:-1])) or any(map(_is_refusal, looks[:-1])):
            found.append("wasted")
        if self._is_early():
            found.append("early")
        sandbox.list_lag = 0.0
        shown = {row["id"]: row for row in sandbox.instructions(ACCOUNT)}
        sandbox.clock.advance(3 * HOUR)
        done = self._truth()
        repeatable = never_sent | {"rate_limited"}
        if any(count > 1 for count in done) or (
            case.operation in CLOSES and any(request.fault not in repeatable for request in requests[:-1])
        ):
            found.append("duplicated")
        if case.operation in READS:
            return found + ["misreported"] * ("unknown" in told.rows)
        replayed = case.keys and any(request.fault == "replayed" for request in requests)
        for count, state, quantity in zip(done, told.rows, self.quantities, strict=True):
            # A row under a key of the caller's that a proxy replayed is a duplicate by the service's own word, and no
            # client can tell it from a key that was used before.
            is_refused = not count or replayed or self._died(quantity)
            if (state == "landed" and not count) or (state == "rejected" and not is_refused) or state == "odd":
                found.append("misreported")
            if state == "unknown" and case.echo and self._is_among(quantity, shown):
                found.append("undecided")
        return found

    def _truth(self) -> list[int]:
        """How often each row of the call took effect."""
        ledger = self.sandbox.ledger
        if self.case.operation == SUBMIT:
            rows = [row for row in self.sandbox.instructions(ACCOUNT) if row["id"] not in self.stored]
            return [sum(row["quantity"] == str(quantity) for row in rows) for quantity in self.quantities]
        kind = "cancel_requested" if self.case.operation == CANCEL else "order_created"
        return [min(1, sum(entry.kind == kind for entry in ledger))]

    def _died(self, quantity: int) -> bool:
        """Whether a row was stored, and refused later."""
        return any(
            row["quantity"] == str(quantity) and row["status"] in REFUSED
            for row in self.sandbox.instructions(ACCOUNT)
            if row["id"] not in self.stored and self.case.operation == SUBMIT
        )

    def _is_among(self, quantity: int, shown: dict[str, Any]) -> bool:
        """Whether the list of instructions shows what became of a row."""
        if self.case.operation == SUBMIT:
            return any(row["quantity"] == str(quantity) for id_, row in shown.items() if id_ not in self.stored)
        return self.case.operation == CANCEL and shown.get(self.id, {}).get("status") in CANCELLING

    def _is_early(self) -> bool:
        """Whether anything was sent before the service wanted to be asked again."""
        seen: Counter[str | None] = Counter()
        quiet_until = self.sandbox.clock.at(self.began)
        for request in self.sandbox.requests:
            if request.time < quiet_until - timedelta(microseconds=10):
                return True
            faults = self.case.faults if request.operation == self.case.operation else self.case.looks
            nth = seen[request.operation]
            seen[request.operation] += 1
            fault = faults[nth] if nth < len(faults) else None
            if fault is not None and fault.retry_after is not None:
                quiet_until = request.time + timedelta(seconds=fault.retry_after)
        return False


def _is_refusal(request: RequestSeen) -> bool:
    """Whether a request was answered, and with what cannot change."""
    arrived = not (request.fault or "").startswith(("breaks_off", "after_effect", "slow"))
    status = request.status or 0
    return arrived and 300 <= status < 500 and status not in (303, 408, 429)


def _is_final(request: RequestSeen) -> bool:
    return _is_refusal(request) or (request.fault is None and request.status is not None and request.status < 300)


class Ours:
    """Calls made with this package."""

    name = "clear_street"

    def run(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call; time passes as the client waits."""
        scene = Scene(case)
        with ClearStreet.sandbox(scene.sandbox, api_key=KEY, on_intent=scene.note) as client:
            result = _result(lambda: self._call(client, scene))
        return self._judged(scene, result)

    async def arun(self, case: Case) -> tuple[Told, list[str]]:
        """The same with the async client."""
        scene = Scene(case)
        async with AsyncClearStreet.sandbox(scene.sandbox, api_key=KEY, on_intent=scene.note) as client:
            result = await _aresult(lambda: self._call(client, scene))
        return self._judged(scene, result)

    def run_over_loopback(self, case: Case) -> tuple[Told, list[str]]:
        """The same over a real connection: what is slow takes its time, the client has little patience."""
        scene, release = Scene(case), threading.Event()

        def sleep(seconds: float) -> None:
            release.wait(min(seconds, 5.0))

        options: dict[str, Any] = {"clock": scene.sandbox.clock, "timeout": 0.15, "on_intent": scene.note}
        with SandboxServer(scene.sandbox, sleep=sleep) as server:
            try:
                if case.is_async:
                    result = anyio.run(self._over_loopback, scene, server.url, options)
                else:
                    with ClearStreet(KEY, base_url=server.url, **options) as client:
                        result = _result(lambda: self._call(client, scene))
            finally:
                release.set()
        return self._judged(scene, result, real_bound=4.0, never_sent=frozenset())

    async def _over_loopback(self, scene: Scene, url: str, options: dict[str, Any]) -> Any:
        async with AsyncClearStreet(KEY, base_url=url, **options) as client:
            return await _aresult(lambda: self._call(client, scene))

    def _call(self, client: Any, scene: Scene) -> Any:
        operation = scene.case.operation
        method = getattr(client.v1.version if operation == "get_version" else client.v1.positions, operation)
        return method(**scene.arguments(), **scene.options())

    def _judged(self, scene: Scene, result: Any, **bounds: Any) -> tuple[Told, list[str]]:
        options, told = dict(scene.case.options), self._told(scene, result)
        bound = options.get("deadline") or 60.0 * (options.get("max_retries", 2) + 1)
        return told, scene.verdict(told, bound=bound + 1.0, **bounds)

    def _told(self, scene: Scene, result: Any) -> Told:
        """What a result or an error says."""
        count, submits = len(scene.quantities), scene.case.operation == SUBMIT
        if not isinstance(result, BaseException):
            rows = ["landed"]
            if submits:
                parts = len(result.accepted) + len(result.rejected) + len(result.undetermined)
                in_order = tuple(row.instruction_id for row in result.data[:count]) == tuple(scene.keys)
                rows = [_state(row.status) for row in result.data[:count]]
                rows = rows if in_order and parts == len(result.data) else ["odd"] * count
            return Told(rows, None, repr(result))
        if not isinstance(result, ClearStreetError):
            return Told(["unknown"] * count, result, "")
        shown = io.StringIO()
        traceback.print_exception(result, file=shown)
        text = f"{result!s} {result!r} {vars(result)!r} {shown.getvalue()}"
        rows = ["unknown" if result.outcome_unknown else "rejected"]
        if submits:
            outcomes = result.outcomes if isinstance(result, APIError) else {}
            rows = [outcome.replace("not_sent", "rejected") for outcome in outcomes.values()]
            if tuple(outcomes) != tuple(scene.keys) or result.outcome_unknown != ("unknown" in rows):
                rows = ["odd"] * count
        return Told(rows, result, text)


class Theirs:
    """The same calls made with the package `clearstreet`, on its blocking client."""

    name = "clearstreet"

    def __init__(self) -> None:
        self._module: Any = import_module("clearstreet")

    def run(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call; its pauses pass on the sandbox's clock."""
        scene = Scene(case)
        http_client = httpx.Client(transport=SandboxTransport(scene.sandbox))
        client = self._module.ClearStreet(api_key=KEY, base_url="https://sandbox.invalid", http_client=http_client)
        resource = client.v1.api_version if case.operation == "get_version" else client.v1.positions
        with mock.patch("time.sleep", scene.sandbox.clock.sleep):
            result = _result(lambda: getattr(resource, case.operation)(**scene.arguments()))
        told = self._told(scene, result)
        return told, scene.verdict(told, bound=200.0)

    def _told(self, scene: Scene, result: Any) -> Told:
        """What a result or an error says: of a lost connection, a time-out and a 5xx that the outcome is unknown."""
        count = len(scene.quantities)
        if not isinstance(result, BaseException):
            data = getattr(result, "data", None) if scene.case.operation == SUBMIT else None
            rows = [_state(getattr(row, "status", None)) for row in data or ()][:count]
            rows += ["unknown" if scene.case.operation == SUBMIT else "landed"] * (count - len(rows))
            return Told(rows, None, repr(result))
        if not isinstance(result, self._module.ClearStreetError):
            return Told(["unknown"] * count, result, "")
        status = getattr(result, "status_code", 500)
        known = scene.case.operation in READS or (status < 500 and status not in (303, 408))
        return Told(["rejected" if known else "unknown"] * count, result, f"{result!s} {result!r}")


def _result(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is judged
        return error


async def _aresult(call: Callable[[], Any]) -> Any:
    try:
        return await call()
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is judged
        return error


def _state(status: object) -> str:
    return "landed" if status in LANDED else "rejected" if status in REFUSED else "unknown"


def systematic() -> Iterator[Case]:
    """Every fault at every attempt of every operation, and on every look."""
    starts = (Fault.never_sent(), Fault.before_effect(), Fault.after_effect())
    shapes = [
        *(Case(operation) for operation in OPERATIONS),
        Case(SUBMIT, rows=(1, 0, 2)),
        Case(SUBMIT, keys=True),
        Case(SUBMIT, keys=True, rows=(1, 0, 2), used=(2,)),
        Case(CANCEL, status="ACCEPTED"),
        Case(CANCEL, status="absent"),
    ]
    for shape, fault in itertools.product(shapes, FAULTS):
        yield replace(shape, faults=(fault,))
        yield replace(shape, faults=(fault,), is_async=True)
        yield replace(shape, faults=(fault,) * 3)
        for start in starts:
            yield replace(shape, faults=(start, fault))
            yield replace(shape, faults=(start, start, fault), is_async=True)
        if shape.operation in (SUBMIT, CANCEL):
            for start in starts[1:]:
                yield replace(shape, faults=(start,), looks=(fault,))
            yield replace(shape, faults=(Fault.after_effect(),) * 3, looks=(fault,) * 2, is_async=True)


def at_random(seed: int) -> Iterator[Case]:
    """Calls without end in which anything may be the case."""
    draw = random.Random(seed)

    def faults(rate: float) -> tuple[Fault | None, ...]:
        return tuple(draw.choice(FAULTS) if draw.random() < rate else None for _ in range(5))

    while True:
        operation = draw.choice((SUBMIT, SUBMIT, SUBMIT, CANCEL, CANCEL, *CLOSES, *READS))
        options: dict[str, Any] = {}
        if draw.random() < 0.3:
            options["max_retries"] = draw.randrange(5)
        if draw.random() < 0.2:
            options["deadline"] = draw.choice((0.5, 3.0, 30.0))
        if operation not in READS and draw.random() < 0.1:
            options["not_after"] = draw.choice((0.3, 5.0))
        if operation == SUBMIT and draw.random() < 0.1:
            options["resend_after_unknown"] = False
        if operation == SUBMIT and draw.random() < 0.1:
            options["raise_on_rejection"] = True
        rows = tuple(draw.choice((0, index, index, index)) for index in range(1, draw.choice((2, 2, 3, 5))))
        keys = draw.random() < 0.5
        yield Case(
            operation,
            faults(draw.choice((0.3, 0.6, 1.0))),
            faults(draw.choice((0.0, 0.0, 0.5))),
            keys=keys,
            rows=rows,
            used=tuple(index for index in range(len(rows)) if keys and draw.random() < 0.2),
            status=draw.choice(("SENT", "SENT", "SENT", "UNKNOWN", "ACCEPTED", "absent")),
            lag=draw.choice((0.0, 0.0, 1.0, 60.0)),
            echo=draw.random() < 0.95,
            then=draw.choice(((), (), ("ACCEPTED",), ("ENGINE_REJECTED",), ("REJECTED",))),
            options=tuple(options.items()),
            is_async=draw.random() < 0.5,
        )


def over_loopback() -> Iterator[Case]:
    """A few calls for real connections: each kind of loss once, for each kind of operation."""
    kinds = (
        Fault.before_effect(),
        Fault.before_effect("close"),
        Fault.before_effect(delay=HOUR),
        Fault.after_effect(),
        Fault.after_effect(delay=HOUR),
        Fault.breaks_off("headers"),
        Fault.breaks_off("body"),
        Fault.breaks_off("body", "reset"),
        Fault.slow(),
        Fault.dripping(0.1),
        Fault.dripping(0.001),
        Fault.rate_limited(2),
        Fault.answer(502, "html", effect=True),
        Fault.answer(303, "empty", headers=[("Location", "/v1/version")], effect=True),
        Fault.odd_body("truncated"),
    )
    for operation, fault in itertools.product((SUBMIT, CANCEL, "close_positions", "get_positions"), kinds):
        yield Case(operation, (fault,), is_async=fault.lost == "close")


def sweep(cases: Iterable[Case], subject: Ours | Theirs, *, loopback: Iterable[Case] = ()) -> Table:
    """Make these calls; those in `loopback` over a real connection."""
    table, log, began = Table(subject.name), io.StringIO(), time.monotonic()
    cases = list(cases)
    with _logged(log):
        if isinstance(subject, Ours):
            anyio.run(_run_async, subject, [case for case in cases if case.is_async], table)
            cases = [case for case in cases if not case.is_async]
            for case in loopback:
                table.add(case, *subject.run_over_loopback(case), over=", loopback")
        for case in cases:
            table.add(replace(case, is_async=False), *subject.run(case))
    if KEY in log.getvalue():
        table.add(Case("the log"), Told([], None, ""), ["leaked"])
    table.seconds = time.monotonic() - began
    return table


async def _run_async(subject: Ours, cases: Iterable[Case], table: Table) -> None:
    for case in cases:
        table.add(case, *await subject.arun(case))


@contextlib.contextmanager
def _logged(into: io.StringIO) -> Iterator[None]:
    logger, handler = logging.getLogger("clear_street"), logging.StreamHandler(into)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def shown(tables: Sequence[Table]) -> str:
    """The tables, one below the other, and what went wrong with calls of the first."""
    lines: list[str] = []
    for table in tables:
        lines.append(f"{table.name:48}" + "".join(f"{name:>{len(name) + 2}}" for name in COUNTS))
        for scenario, counts in [*sorted(table.scenarios.items()), ("all", table.total)]:
            lines.append(f"{scenario:48}" + "".join(f"{counts[name]:{len(name) + 2},}" for name in COUNTS))
        lines.append(f"{table.seconds:.1f} seconds\n")
    lines += [f"{column}: {case}\n  {told.rows}: {told.error!r}\n" for column, case, told in tables[0].findings[:20]]
    return "\n".join(lines)


def written(tables: Sequence[Table], seed: int) -> str:
    """The counts of each operation as Markdown, with what they were taken on."""
    clients = " and ".join(f"{name.replace('_', '-')} {version(name)}" for name in (table.name for table in tables))
    lines = [
        f"Made by `make faults-compared` on {datetime.now(UTC):%Y-%m-%d}, seed {seed}: {clients}, httpx",
        f"{httpx.__version__}, Python {platform.python_version()}.",
        "",
        f"| client | operation | {' | '.join(('calls', *COLUMNS))} |",
        f"|{'---|' * (3 + len(COLUMNS))}",
    ]
    for table in tables:
        operations: dict[str, Counter[str]] = {}
        for scenario, counts in sorted(table.scenarios.items()):
            operations.setdefault(scenario.partition(",")[0], Counter()).update(counts)
        for operation, counts in [*operations.items(), ("all", table.total)]:
            numbers = " | ".join(f"{counts[name]:,}" for name in ("calls", *COLUMNS))
            lines.append(f"| {table.name} | {operation} | {numbers} |")
    return "\n".join(lines) + "\n"


def write(told: str) -> None:
    """Put the results between their marks in docs/safety.md."""
    page = Path(__file__).parent.parent / "docs/safety.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- make faults-compared -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    page.write_text(before + begin + told + end + after, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """The command line; 1 where a call with this package ended in a way in which none may end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loopback", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--write", action="store_true", help="put the results into docs/safety.md")
    chosen = parser.parse_args(arguments)
    cases = list(itertools.islice(itertools.chain(systematic(), at_random(chosen.seed)), chosen.calls))
    tables = [sweep(cases, Ours(), loopback=over_loopback() if chosen.loopback else ())]
    if find_spec("clearstreet") is not None:
        tables.append(sweep(cases, Theirs()))
    sys.stdout.write(shown(tables) + "\n")
    if chosen.write:
        write(written(tables, chosen.seed))
    return 0 if tables[0].is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
