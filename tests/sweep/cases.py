"""List the calls of the sweep: every fault under every condition, one by one, and then at random."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clear_street.sandbox import Fault
from clear_street.sandbox.dialects import DIALECTS
from clear_street.sandbox.faults import CATALOGUE, HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clear_street.sandbox.dialects import Dialect, RefusalStatus, UnknownFields

LISTED = "get_position_instructions"
SUBMIT = "submit_position_instructions"
CANCEL = "cancel_position_instruction"
CLOSES = ("close_position", "close_positions")
READS = ("get_positions", LISTED, "get_version")
OPERATIONS = (SUBMIT, CANCEL, *CLOSES, *READS)
ORDERS_LISTED = "get_orders"
SUBMIT_ORDERS = "submit_orders"
CANCEL_ORDER = "cancel_open_order"
REPLACE_ORDER = "replace_order"
CANCEL_ORDERS = "cancel_all_open_orders"
ORDER_OPERATIONS = (SUBMIT_ORDERS, CANCEL_ORDER, REPLACE_ORDER, CANCEL_ORDERS)
ONCE = (*CLOSES, SUBMIT_ORDERS, REPLACE_ORDER, CANCEL_ORDERS)
"""Operations that are never sent again once a byte may have left."""

FAULTS: tuple[Fault, ...] = (
    *CATALOGUE,
    *(Fault.answer(status) for status in (400, 401, 403, 404, 409, 422, 425)),
    Fault.answer(400, "rows"),
    Fault.answer(403, "html"),
    Fault.rate_limited(90),
)
"""Every fault of the catalogue, and refusals that a gateway may make up."""

DAY = 24 * HOUR
CLOCKS: Mapping[str, tuple[float, float, float, float]] = {
    "right": (0.0, 0.0, 0.0, 0.0),
    "a day ahead": (DAY, 0.0, 0.0, 0.0),
    "a day behind": (-DAY, 0.0, 0.0, 0.0),
    "90 s ahead": (90.0, 0.0, 0.0, 0.0),
    "90 s behind": (-90.0, 0.0, 0.0, 0.0),
    "drifting": (0.0, 0.5, 0.0, 0.0),
    "jumping ahead": (0.0, 0.0, HOUR, 0.0),
    "jumping back": (0.0, 0.0, -HOUR, 0.0),
    "suspended": (0.0, 0.0, 0.0, HOUR),
}
"""Clocks of the client, by what is wrong with them: how far the time of day is ahead of the service's at first, how
much it gains in each second, how far it jumps once a request was made, and how long its machine sleeps then.
"""

_TIMES = tuple(
    Fault.odd_body(kind)
    for kind in ("zero_times", "epoch_times", "null_times", "naive_times", "days_for_times", "digits_for_times")
)


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
    """The quantities of the rows of a submit: 0 means more than there is to exercise, which is refused."""
    used: tuple[int, ...] = ()
    """Rows whose key was used an hour ago."""
    status: str = "SENT"
    """What is to be cancelled: an instruction in this state, or "absent"."""
    lag: float = 0.0
    honour: bool = True
    echo: bool = True
    empty: bool = False
    """Whether the account has had no instruction so far."""
    then: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    is_async: bool = False
    clock: str = "right"
    """The clock of the client, of `CLOCKS`."""
    stopped: int = 0
    """Which wait, of the client or its connection, the application raises an exception in; 0 means none."""
    connection: str = "sandbox"
    """What the client goes over: in process "sandbox", or "lying" (it calls every loss a failure to connect); over
    loopback one of `CONNECTIONS`."""
    before: Fault | None = None
    """What goes wrong with a read that the client makes first, over loopback only."""
    event: str = ""
    """What happens to the process, over loopback: one of `EVENTS`."""
    dialect: Dialect = "contract"
    """The names that the service knows."""
    unknown_fields: UnknownFields = "ignore"
    """What the service does with names that it does not know."""
    refusal_status: RefusalStatus = 422
    """The status of a request that it refuses for its names."""
    renamed: bool = False
    """Whether the client has made a submit before, when the service was of the other dialect."""

    @property
    def is_promised(self) -> bool:
        """Whether anything is promised of it: at a service that takes a key twice, only while nothing speaks for its
        keeping keys, and the rows that the list shows are the account's.
        """
        names = {fault.name for fault in self.faults if fault}
        if self.operation == SUBMIT_ORDERS:
            # Orders are not sent again by themselves, whatever the service does with keys; a proxy may send them again.
            return self.honour or "replayed" not in names
        if self.honour or self.operation != SUBMIT:
            return True
        speaks_for_keys = self.renamed or any(fault and fault.body == "rows" for fault in self.faults)
        return (
            not names & {"late_effect", "replayed"}
            and not speaks_for_keys
            and len(self.rows) == 1
            and not self.used
            and (self.empty or not self.lag)
            and (self.echo or all(look in (None, *_TIMES) for look in self.looks))
        )

    @property
    def submits(self) -> bool:
        """Whether the call has rows under keys."""
        return self.operation in (SUBMIT, SUBMIT_ORDERS)

    @property
    def listed(self) -> str | None:
        """The read that the call looks with, None if it does not look."""
        if self.operation in (SUBMIT, CANCEL):
            return LISTED
        return ORDERS_LISTED if self.operation in (*ORDER_OPERATIONS, *CLOSES) else None

    @property
    def kind(self) -> str:
        """What the call is about, one of `KINDS`."""
        if (self.dialect, self.unknown_fields, self.renamed) != ("contract", "ignore", False):
            return "dialects"
        faults = [fault for fault in (*self.faults, *self.looks, self.before) if fault is not None]
        names = {fault.name.removeprefix("odd_body ") for fault in faults}
        if self.stopped or self.event == "signal":
            return "exceptions of the application"
        if self.connection == "lying" or self.connection.endswith("hook"):
            return "never sent, without proof"
        if self.clock != "right" or any(fault in _TIMES for fault in faults):
            return "clocks"
        if self.before or self.event or names & _OF_OTHERS or any(fault.stray for fault in faults):
            return "reply to another request"
        if names & _PROVING_NOTHING:
            return "what a reply proves"
        if not (self.honour and self.echo) or self.empty or self.lag:
            return "evidence of keys"
        return "losses and refusals"


KINDS = (
    "losses and refusals",
    "reply to another request",
    "clocks",
    "exceptions of the application",
    "never sent, without proof",
    "what a reply proves",
    "evidence of keys",
    "dialects",
)
"""The kinds of things that the calls of the sweep are about."""

_OF_OTHERS = {"misdelivered", "foreign_rows", "other_account", "other_ids"}
_PROVING_NOTHING = {
    *("answer 200", "answer 204", "answer 304", "rows_twice", "error_alone"),
    *("upper_case_ids", "ids_without_hyphens", "upper_case_keys"),
}

SERVICES: tuple[dict[str, Any], ...] = tuple(
    {"dialect": dialect, "unknown_fields": unknown_fields, "refusal_status": status}
    for dialect in DIALECTS
    for unknown_fields, status in (("ignore", 422), ("refuse", 400), ("refuse", 422), ("alias", 422))
)
"""Services of each dialect, with each way to deal with names that they do not know."""

_LOST = (Fault.before_effect(), Fault.after_effect(), Fault.late_effect(1.0))

WORLDS: tuple[dict[str, Any], ...] = (
    *({"clock": clock} for clock in CLOCKS if clock != "right"),
    *({"clock": clock, "options": (("not_after", 5.0), ("max_retries", 4))} for clock in CLOCKS),
    *({"honour": False, "echo": echo, "empty": empty} for echo in (True, False) for empty in (True, False)),
    *({"honour": False, "echo": echo, "empty": True, "lag": 60.0} for echo in (True, False)),
    *({"echo": False, "empty": empty, "lag": lag} for empty in (True, False) for lag in (0.0, 60.0)),
    {"honour": False, "echo": False, "clock": "a day ahead"},
    {"empty": True},
    {"lag": 1.0},
    {"empty": True, "lag": 60.0},
    {"stopped": 1},
    {"stopped": 2},
    {"connection": "lying"},
    {"dialect": "today"},
    {"dialect": "today", "unknown_fields": "refuse"},
    {"dialect": "today", "unknown_fields": "alias"},
    {"dialect": "today", "renamed": True},
)
"""The fields of a case for each unusual condition."""


def systematic() -> Iterator[Case]:
    """Yield every fault, one by one, under every condition, and a few at every kind of service."""
    yield from one_by_one()
    yield from in_every_world()
    yield from at_every_service()


def one_by_one() -> Iterator[Case]:
    """Yield every fault at every attempt of every operation, and on every look."""
    starts = itertools.cycle((Fault.never_sent(), Fault.before_effect(), Fault.after_effect()))
    shapes = [
        *(Case(operation) for operation in OPERATIONS),
        Case(SUBMIT, rows=(1, 0, 2)),
        Case(SUBMIT, keys=True),
        Case(SUBMIT, keys=True, rows=(1, 0, 2), used=(2,)),
        Case(CANCEL, status="ACCEPTED"),
        Case(CANCEL, status="absent"),
    ]
    for shape, fault in itertools.product(shapes, FAULTS):
        yield replace(shape, faults=(fault,), is_async=next(starts).effects == 0)
        yield replace(shape, faults=(fault,) * 3)
        yield replace(shape, faults=(next(starts), fault))
        start = next(starts)
        yield replace(shape, faults=(start, start, fault), is_async=True)
        if shape.operation in (SUBMIT, CANCEL):
            for start in (Fault.before_effect(), Fault.after_effect()):
                yield replace(shape, faults=(start,), looks=(fault,))
            yield replace(shape, faults=(Fault.after_effect(),) * 3, looks=(fault,) * 2, is_async=True)


def in_every_world() -> Iterator[Case]:
    """Yield every fault under every condition: at an attempt, and on the look after an attempt whose reply was lost."""
    attempted = itertools.cycle((Case(SUBMIT, keys=True), Case("close_positions"), Case(SUBMIT), Case(CANCEL)))
    looked = itertools.cycle((Case(SUBMIT, keys=True), Case(SUBMIT), Case(CANCEL), Case(SUBMIT, keys=True)))
    modes = itertools.cycle((False, True, False))
    lost = itertools.cycle(_LOST)
    places = itertools.cycle((0, 1))
    for world, fault in itertools.product(WORLDS, (None, *FAULTS)):
        limited = Fault.rate_limited(2) if "options" in world else next(lost)
        faults = (limited, fault)[next(places) :]
        cases = [
            replace(next(attempted), faults=faults, is_async=next(modes), **world),
            replace(next(looked), faults=(next(lost),), looks=(fault,), is_async=next(modes), **world),
        ]
        yield from (case for case in cases if case.is_promised)


def at_every_service() -> Iterator[Case]:
    """Lost replies and refusals at every kind of service, whether or not it keeps keys and was renamed, the account has
    had instructions, and the list lags.
    """
    faults = (
        None,
        *_LOST,
        Fault.breaks_off("body"),
        *(Fault.answer(503, effect=effect) for effect in (False, True)),
        Fault.answer(503, "rows"),
        *(Fault.answer(status) for status in (400, 409, 422)),
        Fault.rate_limited(2),
    )
    shapes = itertools.cycle(
        (Case(SUBMIT), Case(SUBMIT, keys=True), Case(SUBMIT, rows=(1, 0, 2)), Case(SUBMIT, keys=True))
    )
    modes = itertools.cycle((False, True, False))
    lost = itertools.cycle(_LOST)
    places = itertools.cycle((0, 1))
    states = itertools.product((True, False), (False, True), (0.0, 60.0), (False, True))
    for service, (honour, empty, lag, renamed), fault in itertools.product(SERVICES, states, faults):
        world = {"honour": honour, "empty": empty, "lag": lag, "renamed": renamed, **service}
        cases = [
            replace(next(shapes), faults=(next(lost), fault)[next(places) :], is_async=next(modes), **world),
            replace(next(shapes), faults=(next(lost),), looks=(fault,), is_async=next(modes), **world),
        ]
        yield from (case for case in cases if case.is_promised)


def of_orders(seed: int) -> Iterator[Case]:
    """Yield calls about orders of which something is promised."""
    return (case for case in _of_orders(seed) if case.is_promised)


def _of_orders(seed: int) -> Iterator[Case]:
    """Yield calls about orders: every fault at an attempt and at a look, with orders that live on meanwhile, keys that
    were used, and lists that lag; then calls without end in which anything may be the case.
    """
    modes = itertools.cycle((False, True, False))
    starts = itertools.cycle(_LOST)
    shapes = [
        *(Case(operation, status="NEW") for operation in ORDER_OPERATIONS),
        Case(SUBMIT_ORDERS, keys=True, rows=(1, 2)),
        Case(SUBMIT_ORDERS, keys=True, used=(0,)),
        Case(SUBMIT_ORDERS, honour=False, keys=True, used=(0,)),
        Case(SUBMIT_ORDERS, echo=False),
        Case(SUBMIT_ORDERS, lag=60.0),
        Case(SUBMIT_ORDERS, then=("FILLED",)),
        Case(CANCEL_ORDER, status="NEW", then=("FILLED",)),
        Case(CANCEL_ORDER, status="FILLED"),
        Case(CANCEL_ORDER, status="absent"),
        Case(REPLACE_ORDER, status="NEW", then=("FILLED",)),
        Case(REPLACE_ORDER, status="PARTIALLY_FILLED", lag=60.0),
        Case(CANCEL_ORDERS, status="absent"),
    ]
    for shape, fault in itertools.product(shapes, FAULTS):
        yield replace(shape, faults=(fault,), is_async=next(modes))
        yield replace(shape, faults=(next(starts), fault), is_async=next(modes))
        yield replace(shape, faults=(next(starts),), looks=(fault,), is_async=next(modes))
    draw = random.Random(seed)
    while True:
        rate = draw.choice((0.3, 0.6, 1.0))
        faults = tuple(draw.choice(FAULTS) if draw.random() < rate else None for _ in range(4))
        options: dict[str, Any] = {"max_retries": draw.randrange(5)} if draw.random() < 0.3 else {}
        if draw.random() < 0.2:
            options["deadline"] = draw.choice((0.5, 3.0, 30.0))
        if draw.random() < 0.1:
            options["not_after"] = draw.choice((0.3, 5.0))
        keys = draw.random() < 0.5
        rows = tuple(range(1, draw.choice((2, 2, 3, 5))))
        yield Case(
            draw.choice((*ORDER_OPERATIONS, SUBMIT_ORDERS, CANCEL_ORDER)),
            faults,
            tuple(draw.choice(FAULTS) if draw.random() < 0.3 else None for _ in range(4)),
            keys=keys,
            rows=rows,
            used=tuple(index for index in range(len(rows)) if keys and draw.random() < 0.2),
            status=draw.choice(("NEW", "NEW", "PARTIALLY_FILLED", "FILLED", "absent")),
            lag=draw.choice((0.0, 0.0, 1.0, 60.0)),
            honour=draw.random() < 0.9,
            echo=draw.random() < 0.9,
            then=draw.choice(((), (), ("FILLED",), ("PARTIALLY_FILLED", "FILLED"), ("REJECTED",))),
            options=tuple(options.items()),
            is_async=draw.random() < 0.5,
            clock=draw.choice(("right", "right", *CLOCKS)),
            connection=draw.choice(("sandbox",) * 9 + ("lying",)),
            dialect=draw.choice(DIALECTS),
        )


def at_random(seed: int) -> Iterator[Case]:
    """Yield random calls without end."""
    draw = random.Random(seed)

    def faults(rate: float) -> tuple[Fault | None, ...]:
        return tuple(draw.choice(FAULTS) if draw.random() < rate else None for _ in range(5))

    while True:
        case = _at_random(draw, faults)
        if case.is_promised:
            yield case


def _at_random(draw: random.Random, faults: Any) -> Case:
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
    service = draw.choice(SERVICES[:1] * len(SERVICES) + SERVICES)
    lives = (
        (),
        (),
        ("ACCEPTED",),
        ("REJECTED" if service["dialect"] == "today" else "ENGINE_REJECTED",),
        ("REJECTED",),
    )
    return Case(
        operation,
        faults(draw.choice((0.3, 0.6, 1.0))),
        faults(draw.choice((0.0, 0.0, 0.5))),
        keys=keys,
        rows=rows,
        used=tuple(index for index in range(len(rows)) if keys and draw.random() < 0.2),
        status=draw.choice(("SENT", "SENT", "SENT", "UNKNOWN", "ACCEPTED", "absent")),
        lag=draw.choice((0.0, 0.0, 1.0, 60.0)),
        honour=draw.random() < 0.9,
        echo=draw.random() < 0.9,
        empty=draw.random() < 0.2,
        then=draw.choice(lives),
        options=tuple(options.items()),
        is_async=draw.random() < 0.5,
        clock=draw.choice(("right", "right", *CLOCKS)),
        stopped=draw.choice((0,) * 18 + (1, 2, 4)),
        connection=draw.choice(("sandbox",) * 9 + ("lying",)),
        renamed=draw.random() < 0.1,
        **service,
    )


CONNECTIONS: Mapping[str, bool] = {
    "own": False,
    "own, async": True,
    "DefaultHttpxClient": False,
    "DefaultAsyncHttpxClient": True,
    "DefaultAioHttpClient": True,
    "httpx.Client": False,
    "httpx.AsyncClient": True,
    "DefaultHttpxClient with a hook": False,
}
"""What a client may go over, and whether it is async; the hook sends again, to where nobody listens."""

EVENTS = ("fork", "second loop", "signal")
"""What may happen to a process with a client: it forks, and both use the client; its event loop ends, and another uses
it; a handler of a signal raises something of the application's own.
"""


def over_loopback() -> Iterator[Case]:
    """A few calls for real connections: each kind of loss and of stray reply once over each; and each event."""
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
        Fault.answer(204, "json"),
        Fault.answer(304, "json"),
        *(Fault.stray_reply(where) for where in ("before", "behind", "between")),
    )
    operations = (SUBMIT, CANCEL, "close_positions", "get_positions")
    for operation, fault in itertools.product(operations, kinds):
        yield Case(operation, (fault,), connection="own, async" if fault.lost == "close" else "own")
    turns = itertools.cycle(operations[:3])
    for connection, fault in itertools.product(CONNECTIONS, kinds):
        yield Case(next(turns), (fault,), connection=connection)
    strays = (Fault.stray_reply("behind"), Fault.stray_reply("between"))
    unread = (*strays, Fault.answer(204, "json"), Fault.answer(304, "json"))
    for connection, before in itertools.product(CONNECTIONS, unread):
        # A cancel that comes too late is told from one that arrived: who reads a stray reply tells a falsehood.
        yield Case(CANCEL, status="ACCEPTED", before=before, connection=connection)
        yield Case("close_positions", before=before, connection=connection)
    for connection, is_async in CONNECTIONS.items():
        # Whoever makes an `httpx.AsyncClient` closes it in the event loop that it was made in.
        if is_async and connection != "httpx.AsyncClient":
            yield from (Case(operation, connection=connection, event="second loop") for operation in operations[:3])
        elif connection in ("own", "DefaultHttpxClient"):
            yield from (Case(CANCEL, connection=connection, event="fork") for _ in range(3))
            for operation in operations:
                yield Case(operation, (Fault.slow(),), connection=connection, event="signal")
