"""Control a sandbox over HTTP, beside the API: read its state, and set faults, time, plans and accounts.

Its paths begin with ``/_sandbox/``. A web page that is open in a browser must not reach them: every request names a
loopback host, none comes from another origin, and what changes anything says that it is JSON, which no page may send.
"""

from __future__ import annotations

import inspect
import json
import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from .faults import Fault
from .fields import Field, anything, flag, items, number, read_object, text
from .messages import Answer, Refusal, is_list, is_object
from .paths import OPERATIONS
from .seed_file import read_account, read_world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .messages import Json
    from .sandbox import Sandbox

PREFIX = "/_sandbox"
_LOOPBACK = re.compile(r"(https?://)?(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_NOT_OVER_HTTP = ("rewritten",)
"""Faults that need a function, which no request can send."""
FAULTS: dict[str, Callable[..., Fault]] = {
    name: getattr(Fault, name)
    for name, member in vars(Fault).items()
    if isinstance(member, classmethod) and name not in _NOT_OVER_HTTP
}
"""The constructors of faults, by name."""
_SETTINGS = ("list_lag", "honour_keys", "echo_keys", "dialect", "unknown_fields", "refusal_status", "strict")
_ANY = Field(anything)
_PLAN = dict.fromkeys(("then", "after", "cancel_then", "cancel_after", "reason", "instrument"), _ANY)


class Endpoint(NamedTuple):
    """What GET, POST and DELETE do on one path."""

    ask: Callable[[Sandbox], Any] | None = None
    tell: Callable[[Sandbox, Any], Any] | None = None
    clear: Callable[[Sandbox], Any] | None = None


def answer(sandbox: Sandbox, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer a request to the control path. Raises `Refusal` if it is not allowed or not valid."""
    lowered = {name.lower(): value for name, value in headers.items()}
    if not _LOOPBACK.fullmatch(lowered.get("host", "")) or not _LOOPBACK.fullmatch(lowered.get("origin", "localhost")):
        raise Refusal(403, "Only this machine may use the control path: `Host` or `Origin` is not a loopback address")
    path = target.partition("?")[0].removeprefix(PREFIX).strip("/")
    endpoint = _ENDPOINTS.get(path)
    if endpoint is None:
        raise Refusal(404, f"There is no {path!r} here; there are {', '.join(filter(None, _ENDPOINTS))}")
    by_method: dict[str, Callable[..., Any] | None] = {
        "GET": endpoint.ask,
        "POST": endpoint.tell,
        "DELETE": endpoint.clear,
    }
    does = by_method.get(method)
    if does is None:
        raise Refusal(405, f"{method} is not allowed here")
    if method != "GET" and lowered.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "Expected Content-Type application/json")
    try:
        return Answer(does(sandbox, json.loads(body or b"{}")) if method == "POST" else does(sandbox))
    except LookupError as error:
        raise Refusal(404, f"{error.args[0]}") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise Refusal(400, f"{error}") from None


def allowed_methods(target: str) -> tuple[str, ...]:
    """Return the methods of a control path."""
    endpoint = _ENDPOINTS.get(target.partition("?")[0].removeprefix(PREFIX).strip("/"), Endpoint())
    return tuple(m for m, does in zip(("GET", "POST", "DELETE"), endpoint, strict=True) if does is not None)


def read_fault(words: str) -> tuple[str, str | None, int]:
    """Read a fault of the command line: its name, operation and nth call. Raises `ValueError` if it is not one."""
    name, _, rest = words.partition(":")
    operation, _, nth = rest.partition(":")
    if name not in FAULTS:
        raise ValueError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
    if operation and operation not in OPERATIONS:
        raise ValueError(f"there is no operation {operation!r}; there are {', '.join(OPERATIONS)}")
    if nth and not (nth.isascii() and nth.isdigit() and int(nth)):
        raise ValueError(f"{nth!r} is not the number of a call, such as 2")
    return name, operation or None, int(nth or 1)


def _paths(sandbox: Sandbox) -> list[str]:
    del sandbox
    return [f"{PREFIX}/{path}" for path in _ENDPOINTS if path]


def _ledger(sandbox: Sandbox) -> list[Json]:
    return [{**entry._asdict(), "time": _written(entry.time)} for entry in sandbox.ledger]


def _requests(sandbox: Sandbox) -> list[Json]:
    return [
        {
            **seen._asdict(),
            "time": _written(seen.time),
            # A real API key may have been sent here by mistake, so it is not shown.
            "headers": {**seen.headers, **({"authorization": "<secret>"} if "authorization" in seen.headers else {})},
            "body": seen.body.decode("utf-8", "replace"),
        }
        for seen in sandbox.requests
    ]


def _state(sandbox: Sandbox) -> Json:
    return {
        **{name: getattr(sandbox, name) for name in _SETTINGS},
        "clock": _clock(sandbox),
        "faults": _faults(sandbox),
        "accounts": sandbox.snapshot(),
    }


def _set(sandbox: Sandbox, body: Any) -> Json:
    given = _read(body, dict.fromkeys(_SETTINGS, _ANY))
    for name in ("honour_keys", "echo_keys", "strict"):
        if name in given and flag(given[name]):
            raise ValueError(f"`{name}` must be true or false")
    for name, value in given.items():
        setattr(sandbox, name, value)
    return {name: getattr(sandbox, name) for name in _SETTINGS}


def _clock(sandbox: Sandbox) -> Json:
    now = sandbox.clock.now()
    return {"now": _written(now), "market": now.astimezone(sandbox.market.zone).isoformat()}


def _move_clock(sandbox: Sandbox, body: Any) -> Json:
    given = _read(body, {"advance": _ANY, "to": Field(text())})
    if len(given) != 1:
        raise ValueError("Expected either `advance`, in seconds, or `to`, a time")
    if "to" in given:
        sandbox.advance_to(_moment(sandbox, given["to"]))
    elif isinstance(given["advance"], (int, float)) and not isinstance(given["advance"], bool):
        sandbox.clock.advance(given["advance"])
    else:
        raise ValueError(f"Expected seconds, 0 or more, for `advance` but received {given['advance']!r}.")
    return _clock(sandbox)


def _moment(sandbox: Sandbox, words: str) -> datetime:
    """Read a time with a zone, or a time of the market's day."""
    try:
        hour = time.fromisoformat(words) if ":" in words and len(words) <= 8 else None
        moment = datetime.fromisoformat(words) if hour is None else None
    except ValueError:
        wanted = "'17:30' or '2026-04-24T17:30-04:00'"
        raise ValueError(f"Expected a time, such as {wanted}, but received {words!r}.") from None
    if hour is not None:
        return datetime.combine(sandbox.clock.now().astimezone(sandbox.market.zone).date(), hour, sandbox.market.zone)
    if moment is None or moment.utcoffset() is None:
        raise ValueError(f"{words!r} has no time zone, such as -04:00")
    return moment


def _faults(sandbox: Sandbox) -> list[Json]:
    return [
        {"fault": rule.name, "operation": rule.operation, "nth": rule.nth, "left": rule.left}
        for rule in sandbox.faults.rules
    ]


def _add_fault(sandbox: Sandbox, body: Any) -> list[Json]:
    asked: Json = body if is_object(body) else {"fault": body}
    name = asked.get("fault")
    if not isinstance(name, str) or name not in FAULTS:
        raise ValueError(f"There is no fault {name!r}; there are {', '.join(FAULTS)}")
    made = FAULTS[name]
    arguments = list(inspect.signature(made).parameters)
    given = _read(body, dict.fromkeys(("fault", "operation", "nth", "times", *arguments), _ANY))
    values = {name: given[name] for name in arguments if name in given}
    for name in ("effect", "as_date"):
        if name in values and flag(values[name]):
            raise ValueError(f"`{name}` must be true or false")
    if "headers" in values:
        values["headers"] = _pairs(values["headers"])
    times = asked.get("times", 1)
    sandbox.faults.add(made(**values), operation=given.get("operation"), nth=given.get("nth", 1), times=times)
    return _faults(sandbox)


def _pairs(value: Any) -> list[tuple[str, str]]:
    if is_list(value) and all(is_list(pair) and [type(each) for each in pair] == [str, str] for pair in value):
        return [(name, text) for name, text in value]
    raise ValueError("Expected a list of pairs of texts for `headers`")


def _clear_faults(sandbox: Sandbox) -> list[Json]:
    sandbox.faults.clear()
    return []


def _plan(sandbox: Sandbox, body: Any) -> Json:
    of_orders = is_object(body) and body.get("of") == "orders"
    given = _read(body, {"of": _ANY, "order" if of_orders else "instruction": _ANY, **_PLAN})
    kind = given.pop("of", "instructions")
    if kind not in ("instructions", "orders"):
        raise ValueError(f"Expected one of instructions, orders for `of` but received {kind!r}.")
    for name in ("then", "cancel_then"):
        if name in given and not isinstance(given[name], str) and items(given[name]):
            raise ValueError(f"Expected a status or a list of statuses for `{name}` but received {given[name]!r}.")
    (sandbox.plan_orders if of_orders else sandbox.plan)(**given)
    return {"of": kind, **given}


def _settle(sandbox: Sandbox, body: Any) -> Json:
    given = _read(
        body,
        {"id": Field(text(), is_required=True), "status": Field(text(), is_required=True)} | {"reason": Field(text())},
    )
    sandbox.settle(given["id"], given["status"], reason=given.get("reason"))
    return given


def _add_account(sandbox: Sandbox, body: Any) -> Json:
    account = read_account(body, "$", sandbox.today)
    sandbox.begin_with(accounts=(account,))
    added: Json = sandbox.snapshot()[f"{account.account_id}"]
    return added


def _add_instruments(sandbox: Sandbox, body: Any) -> list[str]:
    world = read_world({"instruments": body if is_list(body) else [body]}, sandbox.today)
    return sandbox.begin_with(instruments=world.instruments)


def _set_price(sandbox: Sandbox, body: Any) -> Json:
    given = _read(
        body, {"instrument": Field(text(), is_required=True), "price": Field(number(above=None), is_required=True)}
    )
    sandbox.set_price(given["instrument"], given["price"])
    return given


def _reset(sandbox: Sandbox, body: Any) -> Json:
    _read(body, {})
    sandbox.reset()
    return _state(sandbox)


def _read(body: Any, fields: Mapping[str, Field]) -> Json:
    read = read_object(body, "$", fields, refuses_unknown=True, status=400)
    return {name: value for name, value in read.items() if value is not None}


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


_ENDPOINTS: dict[str, Endpoint] = {
    "": Endpoint(ask=_paths),
    "ledger": Endpoint(ask=_ledger),
    "requests": Endpoint(ask=_requests),
    "state": Endpoint(ask=_state, tell=_set),
    "clock": Endpoint(ask=_clock, tell=_move_clock),
    "faults": Endpoint(ask=_faults, tell=_add_fault, clear=_clear_faults),
    "plans": Endpoint(tell=_plan),
    "settle": Endpoint(tell=_settle),
    "prices": Endpoint(tell=_set_price),
    "instruments": Endpoint(tell=_add_instruments),
    "accounts": Endpoint(tell=_add_account),
    "reset": Endpoint(tell=_reset),
}
