"""Define faults, and decide which calls have one."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .._annotations import resolvable
from .._explained import explain
from .arguments import at_least, one_of, whole_number
from .dialects import KEY_NAMES
from .messages import compact, is_list, is_object
from .paths import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .messages import Call

    Predicate = Callable[[Call], bool]
    NeverSent = Literal["connect_error", "connect_timeout", "pool_timeout", "proxy_error"]
    Loss = Literal["reset", "close", "write_error"]
    Stray = Literal["before", "behind", "between"]
    Body = Literal["json", "html", "empty", "rows", "message", "other"]
    Rewrite = Callable[[bytes], bytes]

HOUR = 3600.0
_NAMES = {
    "lost": ("connect_error", "connect_timeout", "pool_timeout", "proxy_error", "reset", "close", "write_error"),
    "cut": ("headers", "body"),
    "body": ("json", "html", "empty", "rows", "message", "other"),
    "stray": ("before", "behind", "between"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one call. Make it with one of the named constructors.

    Times are seconds on the sandbox's clock. A connection breaks by ``"reset"``, ``"close"`` (an orderly end, too soon)
    or ``"write_error"``. If a `delay` is longer than the client's time-out, the client times out first.
    """

    name: str
    """The name of the fault, as in `RequestSeen.fault`."""
    effects: int = 1
    """How often the service handles the request immediately."""
    late: float | None = None
    """After how many seconds it handles the request once more; None for never."""
    delay: float = 0.0
    """After how many seconds the first byte of the reply arrives, or the connection breaks."""
    drip: float = 0.0
    """The seconds before each piece of the reply."""
    lost: NeverSent | Loss | None = None
    """How the connection breaks; None if it does not."""
    cut: Literal["headers", "body"] | None = None
    """The part of the reply within which it breaks; None for before the reply."""
    status: int | None = None
    """The status of a reply that replaces the service's own; None if none does. Its body and headers follow."""
    body: Body = "json"
    """What the body of that reply is, as in `answer`."""
    headers: tuple[tuple[str, str], ...] = ()
    """The headers of that reply, besides those of its body."""
    retry_after: float | None = None
    """The seconds that its `Retry-After` asks the client to wait; None if it has none."""
    retry_after_date: bool = False
    """Whether `Retry-After` is a date instead of a number of seconds."""
    rewrite: Rewrite | None = None
    """How the body of the service's own reply is changed."""
    stray: Stray | None = None
    """Where on the connection a reply arrives that nobody asked for."""
    foreign: bool = False
    """Whether a list of instructions has the rows of the other accounts too."""

    def __post_init__(self) -> None:
        at_least(0, late=self.late, delay=self.delay, drip=self.drip, retry_after=self.retry_after)
        for argument, known in _NAMES.items():
            if getattr(self, argument) is not None:
                one_of(argument, getattr(self, argument), known)
        if self.status is not None and not (type(self.status) is int and 200 <= self.status <= 999):
            raise ValueError(f"Expected a status of HTTP from 200 to 999 but received {self.status!r}.")

    @classmethod
    def never_sent(cls, how: NeverSent = "connect_error") -> Fault:
        """Let the client get no connection, so that no byte is sent."""
        return cls(how, effects=0, lost=how)

    @classmethod
    def before_effect(cls, lost: Loss = "reset", *, delay: float = 0.0) -> Fault:
        """Break the connection before the service reads the request."""
        return cls("before_effect", effects=0, lost=lost, delay=delay)

    @classmethod
    def after_effect(cls, lost: Loss = "reset", *, delay: float = 0.0) -> Fault:
        """Break the connection after the service has done what it was asked, before its reply."""
        return cls("after_effect", lost=lost, delay=delay)

    @classmethod
    def late_effect(cls, seconds: float, lost: Loss = "reset", *, delay: float = 0.0) -> Fault:
        """Break the connection while the request is on its way. The service handles it after `seconds`."""
        return cls("late_effect", effects=0, late=seconds, lost=lost, delay=delay)

    @classmethod
    def breaks_off(cls, part: Literal["headers", "body"], lost: Literal["reset", "close"] = "close") -> Fault:
        """Break the connection in the middle of the reply's headers or body."""
        return cls(f"breaks_off {part}", lost=lost, cut=part)

    @classmethod
    def slow(cls, seconds: float = HOUR) -> Fault:
        """Delay the reply by `seconds`. The effect happens immediately."""
        return cls("slow", delay=seconds)

    @classmethod
    def dripping(cls, seconds: float) -> Fault:
        """Send headers and body in `messages.DRIP_PIECES` pieces each, one every `seconds`."""
        return cls("dripping", drip=seconds)

    @classmethod
    def replayed(cls) -> Fault:
        """Deliver the request twice, as a proxy may, and return the second reply."""
        return cls("replayed", effects=2)

    @classmethod
    def answer(
        cls, status: int, body: Body = "json", *, headers: Iterable[tuple[str, str]] = (), effect: bool = False
    ) -> Fault:
        """Answer in place of the service; with `effect`, after the service has done what it was asked.

        The body is the ``"json"`` envelope of an error, ``"html"``, ``"empty"``, the ``"message"`` of a gateway that
        knows no envelope, or, as when the clearing venue is unavailable, ``"rows"``: for a submit the envelope with
        every row rejected. With ``"other"`` it has a row of another account.
        """
        return cls(f"answer {status}", effects=int(effect), status=status, body=body, headers=tuple(headers))

    @classmethod
    def rate_limited(cls, retry_after: float | None = None, *, as_date: bool = False) -> Fault:
        """Answer a 429, with a Retry-After of `retry_after` seconds if given, as an HTTP-date if `as_date`."""
        return cls("rate_limited", effects=0, status=429, retry_after=retry_after, retry_after_date=as_date)

    @classmethod
    def odd_body(cls, kind: str) -> Fault:
        """Change the body of the service's own reply; `ODD_BODIES` has the kinds. Raises `ValueError` for any other."""
        if kind not in ODD_BODIES:
            raise ValueError(f"Expected one of {', '.join(ODD_BODIES)} for `kind` but received {kind!r}.")
        return cls(f"odd_body {kind}", rewrite=ODD_BODIES[kind])

    @classmethod
    def misdelivered(cls, *, effect: bool = False) -> Fault:
        """Answer with the reply to another account's request; with `effect`, the service does what it was asked."""
        return cls("misdelivered", effects=int(effect), status=200, body="other")

    @classmethod
    def stray_reply(cls, where: Stray) -> Fault:
        """Send a reply about another account, which nobody asked for, in addition to the service's own.

        It arrives ``"before"`` that, so that it is read instead; ``"behind"`` it, in the same segment; or
        ``"between"`` this reply and the next request. In process there are no connections: the last two do nothing.
        """
        return cls(f"stray {where}", stray=where)

    @classmethod
    def foreign_rows(cls) -> Fault:
        """Add the rows of all other accounts to a list of instructions."""
        return cls("foreign_rows", foreign=True)

    @classmethod
    def rewritten(cls, rewrite: Callable[[Any], Any]) -> Fault:
        """Replace the JSON value of the service's own reply with what `rewrite` returns for it."""
        return cls("rewritten", rewrite=lambda body: compact(rewrite(json.loads(body))))


def _fixed(content: bytes) -> Rewrite:
    return lambda _: content


def _document(edit: Callable[[dict[str, Any]], object]) -> Rewrite:
    def rewrite(body: bytes) -> bytes:
        document = json.loads(body)
        edit(document)
        return compact(document)

    return rewrite


def _rows(edit: Callable[[list[Any]], object]) -> Rewrite:
    return _document(lambda document: edit(document["data"]) if is_list(document["data"]) else None)


def _row(edit: Callable[[dict[str, Any]], object]) -> Rewrite:
    def edit_rows(document: dict[str, Any]) -> None:
        data = document["data"]
        for row in data if is_list(data) else [data]:
            if is_object(row):
                edit(row)

    return _document(edit_rows)


def _rename(row: dict[str, Any]) -> None:
    row.update({f"{name}_v2": row.pop(name) for name in ("status", "symbol") if name in row})


def _without_key(row: dict[str, Any]) -> None:
    for name in KEY_NAMES.values():
        row.pop(name, None)


def _forget(row: dict[str, Any]) -> None:
    for name in ("symbol", "quantity"):
        row.pop(name, None)


def _never_heard_of(row: dict[str, Any]) -> None:
    row.update({name: "NEVER_HEARD_OF" for name in ("status", "position_type") if name in row})


def _times(edit: Callable[[str], object]) -> Rewrite:
    def edit_row(row: dict[str, Any]) -> None:
        row.update({name: edit(row[name]) for name in ("created_at", "updated_at") if isinstance(row.get(name), str)})

    return _row(edit_row)


def _spelt(names: tuple[str, ...], edit: Callable[[str], str]) -> Rewrite:
    def edit_row(row: dict[str, Any]) -> None:
        row.update({name: edit(row[name]) for name in names if isinstance(row.get(name), str)})

    return _row(edit_row)


def _twice(rows: list[Any]) -> None:
    rows[:] = [{**row, "status": status} for row in rows for status in ("CANCELLED", "ACCEPTED")]


def _elsewhere(row: dict[str, Any]) -> None:
    row.update({name: row[name] + 1 for name in ("account_id",) if name in row})


def _error_alone(document: dict[str, Any]) -> None:
    document.pop("data")
    document.update(error={"code": 504, "message": "Endpoint request timed out"})


ODD_BODIES: dict[str, Rewrite] = {
    "empty": _fixed(b""),
    "not_json": _fixed(b"<html><body>Service</body></html>"),
    "array": _fixed(b"[]"),
    "null": _fixed(b"null"),
    "truncated": lambda body: body[: len(body) // 2],
    "invalid_utf8": lambda body: body.replace(b'":"', b'":"\xff\xfe', 1),
    "no_data": _document(lambda document: document.pop("data")),
    "null_data": _document(lambda document: document.update(data=None)),
    "no_metadata": _document(lambda document: document.pop("metadata")),
    "error_beside_data": _document(lambda document: document.update(error={"code": 400, "message": "Something else"})),
    "rows_reversed": _rows(lambda rows: rows.reverse()),
    "row_dropped": _rows(lambda rows: rows.pop(0) if rows else None),
    "no_keys": _row(_without_key),
    "extra_fields": _row(lambda row: row.update(venue_note="new", legs=[{"ratio": 1}])),
    "renamed_fields": _row(_rename),
    "missing_fields": _row(_forget),
    "null_fields": _row(lambda row: row.update(symbol=None, quantity=None)),
    "wrong_types": _row(lambda row: row.update(symbol=7, quantity=1.5)),
    "unknown_members": _row(_never_heard_of),
    "spaced_times": lambda body: re.sub(rb'(\d{4}-\d\d-\d\d)T([\d:.]+)Z"', rb'\1 \2+00:00"', body),
    "no_existing_id": lambda body: re.sub(rb'; existing_id=[0-9a-f-]+|"existing_id":"[0-9a-f-]+"', b"", body),
    "zero_times": _times(lambda _: "0001-01-01T00:00:00Z"),
    "epoch_times": _times(lambda _: "1970-01-01T00:00:00Z"),
    "null_times": _times(lambda _: None),
    "naive_times": _times(lambda time: time.removesuffix("Z")),
    "days_for_times": _times(lambda time: time[:10]),
    "digits_for_times": _times(lambda _: "1777041000000"),
    "other_account": _row(_elsewhere),
    "other_ids": _spelt(("id",), lambda text: text[:-12] + "0" * 12),
    "upper_case_ids": _spelt(("id", "instrument_id"), str.upper),
    "ids_without_hyphens": _spelt(("id", "instrument_id"), lambda text: text.replace("-", "")),
    "upper_case_keys": _spelt(tuple(KEY_NAMES.values()), str.upper),
    "rows_twice": _rows(_twice),
    "error_alone": _document(_error_alone),
}
"""The ways to change a reply's body, by kind."""

CATALOGUE: tuple[Fault, ...] = (
    Fault.never_sent(),
    Fault.never_sent("connect_timeout"),
    Fault.never_sent("pool_timeout"),
    Fault.never_sent("proxy_error"),
    Fault.before_effect("reset"),
    Fault.before_effect("close"),
    Fault.before_effect("write_error"),
    Fault.before_effect(delay=HOUR),
    Fault.after_effect("reset"),
    Fault.after_effect("close"),
    Fault.after_effect(delay=HOUR),
    Fault.late_effect(1.0),
    Fault.late_effect(HOUR, "close"),
    Fault.breaks_off("headers"),
    Fault.breaks_off("body"),
    Fault.breaks_off("body", "reset"),
    Fault.slow(1.0),
    Fault.slow(),
    Fault.dripping(0.01),
    Fault.replayed(),
    Fault.rate_limited(),
    Fault.rate_limited(2),
    Fault.rate_limited(2, as_date=True),
    *(Fault.answer(status, "rows") for status in (500, 503)),
    Fault.answer(302, "empty", headers=[("Location", "/v1/version")]),
    Fault.answer(303, "empty", headers=[("Location", "/v1/version")], effect=True),
    *(Fault.answer(status, effect=effect) for status in (408, 500, 503) for effect in (False, True)),
    *(Fault.answer(502, "html", effect=effect) for effect in (False, True)),
    *(Fault.answer(504, "empty", effect=effect) for effect in (False, True)),
    *(Fault.answer(200, body, effect=effect) for body in ("json", "message") for effect in (False, True)),
    *(Fault.answer(204, "json", effect=effect) for effect in (False, True)),
    Fault.answer(304, "json"),
    *(Fault.misdelivered(effect=effect) for effect in (False, True)),
    *(Fault.stray_reply(where) for where in ("before", "behind", "between")),
    Fault.foreign_rows(),
    *(Fault.odd_body(kind) for kind in ODD_BODIES),
)
"""One fault of every kind, for random runs."""


class Faults:
    """The rules that decide which calls have a fault. A call has at most one: that of the first rule that is due."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def __repr__(self) -> str:
        return f"<Faults, rules: {len(self._rules)}>"

    def add(
        self,
        fault: Fault,
        *,
        operation: str | None = None,
        when: Predicate | None = None,
        nth: int = 1,
        times: int | None = 1,
    ) -> None:
        """Apply `fault` to calls of an operation (its operationId) for which `when` is true; None means any call.

        It applies from the `nth` such call from now on, to `times` calls in all (None: to every one). If several faults
        are due, the one that was added first is applied. Raises `ValueError` for an unknown operation.
        """
        _check_rule([fault], operation, when)
        whole_number("nth", nth, 1)
        if times is not None:
            whole_number("times", times, 1)
        self._rules.append(_Rule(fault.name, lambda: fault, operation, when, nth, times))

    def seed(
        self,
        seed: int,
        *,
        rate: float,
        faults: Iterable[Fault] = CATALOGUE,
        operation: str | None = None,
        when: Predicate | None = None,
    ) -> None:
        """Apply one of `faults` to such calls with probability `rate`; `seed` fixes which one, and when."""
        draws, choices = random.Random(seed), tuple(faults)
        _check_rule(choices, operation, when)
        at_least(0, rate=rate)
        if rate > 1:
            raise ValueError(f"Expected a probability from 0 to 1 for `rate` but received {rate!r}.")
        self._rules.append(
            _Rule("any", lambda: draws.choice(choices) if draws.random() < rate else None, operation, when, 1, None)
        )

    @property
    def rules(self) -> tuple[_Rule, ...]:
        """Return all rules, also those that are used up."""
        return tuple(self._rules)

    def clear(self) -> None:
        """Remove all rules."""
        self._rules.clear()

    def strike(self, call: Call) -> Fault | None:
        """Count a call, and return its fault; None if it has none."""
        due = [rule for rule in self._rules if rule.is_due(call)]
        return next((fault for rule in due if (fault := rule.strike()) is not None), None)


def _check_rule(faults: Sequence[object], operation: str | None, when: object) -> None:
    if not faults or not all(isinstance(fault, Fault) for fault in faults):
        raise ValueError(f"Expected a `Fault`, made by one of its constructors, but received {faults!r}.")
    if operation is not None:
        one_of("operation", operation, OPERATIONS)
    if when is not None and not callable(when):
        raise ValueError(f"Expected a function of a call, or None, for `when` but received {when!r}.")


@dataclass(slots=True)
class _Rule:
    name: str
    draw: Callable[[], Fault | None]
    operation: str | None
    when: Predicate | None
    nth: int
    left: int | None
    seen: int = 0

    def is_due(self, call: Call) -> bool:
        if self.operation not in (None, call.operation) or (self.when is not None and not self.when(call)):
            return False
        self.seen += 1
        return self.seen >= self.nth and self.left != 0

    def strike(self) -> Fault | None:
        if self.left is not None:
            self.left -= 1
        return self.draw()


explain(Fault)
resolvable(globals(), Fault, _Rule)
