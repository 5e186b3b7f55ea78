"""A service that changes: whatever a success holds, the call succeeds, the rows that are good are there, and what is
odd is named, in the response and once in the log.

The departures are read off openapi.yaml: for each operation, at each place of its reply.
"""

from __future__ import annotations

import copy
import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street._api.json import read_object
from clear_street.errors import APIResponseValidationError
from clear_street_api.types import Model
from support.client_modes import Mode, settled
from support.key_names import KEY_NAME
from support.scripted_service import envelope
from support.spec_tools import spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Json = dict[str, Any]
    Path = tuple[str | int, ...]

SPEC = spec()
INSTRUMENT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
KEYS = ("key-1", "key-2")
ROW = {"instruction_type": "EXERCISE", "instrument_id": INSTRUMENT, "quantity": 1}
NEW_ORDER = {"side": "SELL", "quantity": 1, "order_type": "MARKET", "time_in_force": "DAY", "symbol": "AAPL"}

CALLS: dict[str, Callable[[Any], Any]] = {
    "get_positions": lambda client: client.v1.positions.get_positions(7),
    "close_positions": lambda client: client.v1.positions.close_positions(7),
    "close_position": lambda client: client.v1.positions.close_position("AAPL", account_id=7),
    "get_position_instructions": lambda client: client.v1.positions.get_position_instructions(7),
    "submit_position_instructions": lambda client: client.v1.positions.submit_position_instructions(
        7, instructions=[{**ROW, KEY_NAME: key} for key in KEYS]
    ),
    "cancel_position_instruction": lambda client: client.v1.positions.cancel_position_instruction("i", account_id=7),
    "get_accounts": lambda client: client.v1.accounts.get_accounts(),
    "get_account_by_id": lambda client: client.v1.accounts.get_account_by_id(7),
    "get_account_balances": lambda client: client.v1.accounts.get_account_balances(7),
    "get_clock": lambda client: client.v1.calendar.get_clock(),
    "get_market_hours_calendar": lambda client: client.v1.calendar.get_market_hours_calendar(),
    "get_orders": lambda client: client.v1.orders.get_orders(7),
    "get_order_by_id": lambda client: client.v1.orders.get_order_by_id("o", account_id=7),
    "get_executions": lambda client: client.v1.orders.get_executions(7),
    "get_option_contracts": lambda client: client.v1.instruments.get_option_contracts(root="AAPL"),
    "get_instrument_by_id": lambda client: client.v1.instruments.get_instrument_by_id("AAPL"),
    "search_instruments": lambda client: client.v1.instruments.search_instruments(q="apple"),
    "get_snapshots": lambda client: client.v1.instrument_data.market_data.get_snapshots(instrument_ids=["AAPL"]),
    "submit_orders": lambda client: client.v1.orders.submit_orders(
        7, orders=[{**NEW_ORDER, "id": key} for key in KEYS]
    ),
    "cancel_all_open_orders": lambda client: client.v1.orders.cancel_all_open_orders(7),
    "cancel_open_order": lambda client: client.v1.orders.cancel_open_order("i", account_id=7),
    "replace_order": lambda client: client.v1.orders.replace_order("i", account_id=7, quantity="2"),
    "get_version": lambda client: client.v1.version.get_version(),
}
SUBMIT, CANCEL = "submit_position_instructions", "cancel_position_instruction"
BY_ID = (CANCEL, "cancel_open_order", "replace_order")
SUBMITS = {SUBMIT: KEY_NAME, "submit_orders": "client_order_id"}
"""Submits, and what their rows call the idempotency key."""
NEED_DATA = (*SUBMITS, *BY_ID)
"""Operations for which a success without `data` says nothing; it says nothing for a read either."""
CLOSES = ("close_position", "close_positions", "cancel_all_open_orders")
"""Nor of these if it has an `error`, or is not even in the envelope."""
CHANGES = (*NEED_DATA, *CLOSES)


# --- Replies as the spec has them -------------------------------------------------------------------------------------


def resolved(schema: Json) -> Json:
    """The schema with references followed, `allOf` merged, and null put into `type`."""
    if "$ref" in schema:
        return resolved(SPEC["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        parts = [resolved(part) for part in schema["allOf"]]
        return {
            "type": "object",
            "required": [name for part in parts for name in part.get("required", ())],
            "properties": {name: inner for part in parts for name, inner in part["properties"].items()},
        }
    if "oneOf" in schema:
        one = resolved(schema["oneOf"][0])
        return {**one, "type": [one["type"], "null"]}
    return schema


def types_of(schema: Json) -> list[str]:
    """Return the JSON types of a schema; an empty result means any."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


def reply_schemas() -> dict[str, Json]:
    """The schema of the reply of each operation's success."""
    operations = [operation for item in SPEC["paths"].values() for operation in item.values()]
    return {
        operation["operationId"]: resolved(operation["responses"]["200"]["content"]["application/json"]["schema"])
        for operation in operations
    }


SCHEMAS = reply_schemas()


def is_answer(name: str, body: Json) -> bool:
    """Whether a successful reply is what the operation answers with."""
    data = body.get("data")
    if name in (*BY_ID, *CLOSES) and body.get("error") and not (data and isinstance(data, (list, dict))):
        return False
    if name in CLOSES and isinstance(body.get("metadata"), dict) and not body.get("error"):
        return True
    if name not in CHANGES and isinstance(SAMPLES[name]["data"], dict):
        return data is not None
    return isinstance(data, type(SAMPLES[name]["data"]))


def sample(schema: Json, name: str = "", row: int = 0) -> Any:
    """A value with every field; texts say that they are."""
    schema = resolved(schema)
    match types_of(schema):
        case ["object", *_]:
            if "additionalProperties" in schema:
                return {"detail": sample(schema["additionalProperties"], name, row)}
            return {key: sample(inner, key, row) for key, inner in schema["properties"].items()}
        case ["array", *_]:
            return [sample(schema["items"], name, index) for index in range(2)]
        case ["string", *_] if "enum" in schema:
            return schema["enum"][0]
        case ["string", *_] if schema.get("format") == "date-time":
            return "2026-04-24T14:30:00Z"
        case ["string", *_] if schema.get("format") == "date":
            return "2026-04-24"
        case ["string", *_]:
            return {
                "id": "ij"[row],
                KEY_NAME: KEYS[row],
                "client_order_id": KEYS[row],
                "instrument_id": INSTRUMENT,
            }.get(name, f"text of {name} {row}")
        case ["integer", *_]:
            return 7 if name == "account_id" else 86420 + row
        case ["boolean", *_]:
            return True
        case []:
            return {"value": row}
        case other:
            raise AssertionError(f"no sample of {other}")


SAMPLES = {name: sample(schema) for name, schema in SCHEMAS.items()}


def test_every_operation_of_the_spec_is_among_these() -> None:
    odd = sorted(CALLS.keys() ^ SCHEMAS.keys())
    assert not odd, (
        f"{', '.join(odd)}: only in one of openapi.yaml and `CALLS` of tests/test_schema_drift.py: "
        "write a call of it there, or take it out"
    )


# --- Departures -------------------------------------------------------------------------------------------------------


class Departure(NamedTuple):
    """One thing that the service does to a place of its replies."""

    what: str
    path: Path
    """The field; for "added" the object."""
    value: Any = None
    drift: tuple[tuple[str, str], ...] = ()
    """The names in the object around it and the kinds of departure that are recorded; none where the spec allows it."""

    def __str__(self) -> str:
        return f"{shown(self.path)} {self.what} {self.value!r}"

    def apply(self, body: Any) -> None:
        """Do it."""
        holder = at(body, self.path[:-1])
        key: Any = self.path[-1]
        match self.what:
            case "removed":
                del holder[key]
            case "renamed":
                holder[f"{key}_v2"] = holder.pop(key)
            case "added":
                holder[key]["field_v2"] = self.value
            case _:
                holder[key] = self.value

    @property
    def holder(self) -> Path:
        """The object that it is done to."""
        return self.path if self.what == "added" else self.path[:-1]

    @property
    def expected(self) -> set[tuple[str, str]]:
        """Path and kind of what is recorded of it."""
        holder = shown(self.path if self.what == "a row that is none:" else self.holder)
        return {(f"{holder}.{name}".strip("."), kind) for name, kind in self.drift}

    @property
    def hides_data(self) -> bool:
        """Whether the reply then has no `data`."""
        return self.path == ("data",) and self.what != "added"

    @property
    def hides_key(self) -> bool:
        """Whether the first row then has no idempotency key."""
        return (
            self.path in (("data", 0, KEY_NAME), ("data", 0, "client_order_id")) or self.what == "a row that is none:"
        )

    def in_every_row(self) -> list[Departure]:
        """The same, done to every row."""
        if self.path[:2] != ("data", 0):
            return [self]
        return [self._replace(path=("data", row, *self.path[2:])) for row in range(2)]


def at(body: Any, path: Path) -> Any:
    """What stands at a path."""
    for key in path:
        body = body[key]
    return body


def shown(path: Path) -> str:
    """A path as `Drift` writes it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def fields(schema: Json, path: Path = ()) -> Iterator[tuple[Path, Json, bool]]:
    """Each field of a reply, at any depth, in the first row of each list: its schema, and whether it is required."""
    schema = resolved(schema)
    types = types_of(schema)
    if "object" in types:
        for name, inner in schema.get("properties", {}).items():
            yield (*path, name), resolved(inner), name in schema.get("required", ())
            yield from fields(inner, (*path, name))
    elif "array" in types:
        yield from fields(schema["items"], (*path, 0))


def objects(schema: Json, path: Path = ()) -> Iterator[Path]:
    """Each object of a reply that has fields of its own, at any depth."""
    schema = resolved(schema)
    if "properties" in schema:
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from objects(inner, (*path, name))
    if "items" in schema:
        yield from objects(schema["items"], (*path, 0))


JSON_TYPES: dict[str, Any] = {
    "string": "text of another type",
    "integer": -13579,
    "number": 1.5,
    "boolean": True,
    "array": ["text of a list"],
    "object": {"a": "text of an object"},
}


def departures_of(schema: Json) -> Iterator[Departure]:
    """Everything that can be done to a reply, a place at a time."""
    for path, field, required in fields(schema):
        types, name = types_of(field), str(path[-1])
        missing = ((name, "missing"),) if required else ()
        yield Departure("removed", path, drift=missing)
        yield Departure("renamed", path, drift=(*missing, (f"{name}_v2", "unknown_field")))
        yield Departure("null", path, drift=() if not types or "null" in types else ((name, "null"),))
        for other, value in JSON_TYPES.items():
            if types and other not in types:
                yield Departure("another type:", path, value, ((name, "type"),))
        if "enum" in field:
            yield Departure("another member:", path, "MEMBER_V2", ((name, "unknown_member"),))
        if field.get("format") in ("date", "date-time"):
            yield Departure("another format:", path, "text of a date", ((name, "format"),))
        if field.get("format") == "date-time":
            yield Departure("no zone:", path, "2026-04-24T14:30:00", ((name, "naive_datetime"),))
    for path in objects(schema):
        if path:
            yield Departure("added", path, {"a": "text of a new field"}, (("field_v2", "unknown_field"),))
    for path, field, _ in fields(schema):
        if resolved(field.get("items", {})).get("type") == "object":
            nothings: tuple[Any, ...] = (None, 7, "text of no row", True, [])
            for value in nothings:
                kind = "null" if value is None else "type"
                yield Departure("a row that is none:", (*path, 0), value, (("", kind),))


DEPARTURES = {name: tuple(departures_of(schema)) for name, schema in SCHEMAS.items()}


def changed(name: str, *departures: Departure) -> Json:
    """The reply of an operation after these were done to it."""
    body: Json = copy.deepcopy(SAMPLES[name])
    for departure in departures:
        departure.apply(body)
    return body


def answered(mode: Mode, name: str, body: object, listed: Sequence[Json] = (), **options: Any) -> Any:
    """A client whose service answers an operation with a body, and looks with a list of instructions."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: httpx.Request) -> httpx.Response:
        if name in NEED_DATA and request.method == "GET":
            return httpx.Response(200, json=envelope(listed))
        return httpx.Response(200, content=content)

    return mode.client(httpx.MockTransport(answer), **options)


def reading(response: Any, path: Path) -> Any:
    """What a response has at a path."""
    for key in path:
        response = getattr(response, str(key)) if isinstance(response, Model) else response[key]
    return response


def leaves(body: Any, path: Path = ()) -> Iterator[Path]:
    """The path of each value of a reply."""
    if path[-1:] == ("details",) or not isinstance(body, (dict, list)):
        yield path
        return
    keys: Any = body if isinstance(body, dict) else range(len(body))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any JSON
    for key in keys:
        yield from leaves(body[key], (*path, key))


def departures_in(response: Any) -> set[tuple[str, str]]:
    """Path and kind of what a response says of its departures."""
    return {(path, kind) for path, kind, _ in response.drift}


# --- One departure at a time, at every place --------------------------------------------------------------------------

OPERATIONS = pytest.mark.parametrize("name", CALLS)


@OPERATIONS
def test_a_departure_costs_neither_the_success_nor_a_good_value(mode: Mode, name: str) -> None:
    async def story() -> None:
        whole = await settled(CALLS[name](answered(mode, name, SAMPLES[name])))
        assert whole.drift == ()
        assert whole.to_dict() == SAMPLES[name]
        for departure in DEPARTURES[name]:
            if departure.hides_data:
                continue
            body = changed(name, departure)
            response = await settled(CALLS[name](answered(mode, name, body)))
            assert departures_in(response) == departure.expected, departure
            loses_row = name in SUBMITS and departure.hides_key
            damaged = ("data", 0) if loses_row else departure.path
            for leaf in leaves(SAMPLES[name]):
                if departure.what == "added" or leaf[: len(damaged)] != damaged:
                    assert reading(response, leaf) == reading(whole, leaf), f"{departure}: {shown(leaf)}"
            if loses_row:
                assert getattr(response.undetermined[0], SUBMITS[name]) == KEYS[0], departure
            else:
                assert_kept(response, departure, body)

    mode.play(story)


def assert_kept(response: Any, departure: Departure, body: Json) -> None:
    """Check that the place of a departure reads None or its value, and that nothing of the body is dropped."""
    holder, name = reading(response, departure.holder), departure.path[-1]
    if departure.what == "added":
        assert holder.model_extra == {"field_v2": departure.value}, departure
    elif departure.what == "renamed":
        assert holder.model_extra == {f"{name}_v2": at(body, departure.holder)[f"{name}_v2"]}, departure
    elif departure.what == "a row that is none:":
        assert holder[name].model_fields_set == frozenset(), departure
    elif departure.what == "another member:":
        member = reading(holder, (name,))
        assert (member, member.is_known) == (departure.value, False), departure
    else:
        assert reading(holder, (name,)) is None, departure
    assert response.to_dict() == body, departure


@OPERATIONS
def test_strict_raises_with_the_response_and_the_log_has_no_values(
    mode: Mode, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(departure: Departure) -> None:
        everywhere = departure.in_every_row()
        expected = {each for one in everywhere for each in one.expected}
        client = answered(mode, name, changed(name, *everywhere), strict=True)
        for _ in range(2):
            if not expected:
                assert departures_in(await settled(CALLS[name](client))) == set()
                continue
            with pytest.raises(APIResponseValidationError, match="departs from the spec") as caught:
                await settled(CALLS[name](client))
            error = caught.value
            assert departures_in(error.reply) == expected, departure
            assert error.outcome_unknown == (name in SUBMITS and departure.hides_key), departure
            assert error.status_code == 200
            assert [attempt.outcome for attempt in error.attempts] == ["done"]
        begin = f"{name}: the reply departs from the spec: "
        kinds = {f"{begin}{path.replace('[0]', '[]').replace('[1]', '[]')}: {kind}" for path, kind in expected}
        logged = [line for record in caplog.records if "undetermined" not in (line := record.getMessage())]
        assert {line.partition(", expected ")[0] for line in logged} == kinds, departure
        assert len(logged) == len(kinds), departure
        assert not [line for line in logged if re.search("text of|MEMBER_V2|13579", line)], departure
        caplog.clear()

    async def stories() -> None:
        for departure in DEPARTURES[name]:
            if not departure.hides_data:
                await story(departure)

    mode.play(stories)


@pytest.mark.parametrize("name", NEED_DATA)
@pytest.mark.parametrize("strict", [False, True])
def test_a_change_whose_reply_has_no_data_is_unknown_unless_it_is_found(mode: Mode, name: str, strict: bool) -> None:
    first, second = (
        {"id": id_, KEY_NAME: key, "account_id": 7, "status": "CANCEL_REQUESTED", "symbol": "A", **ROW}
        for id_, key in zip(("i", "j"), KEYS, strict=True)
    )
    found: list[Json] = [{**first, "quantity": "1"}, {**second, "quantity": "1"}]
    if "order" in name:
        orders: list[Json] = SAMPLES["get_orders"]["data"]
        quantity = "1" if name in SUBMITS else "2"
        found = [{**row, **NEW_ORDER, "status": "PENDING_CANCEL", "quantity": quantity} for row in orders]
        found = found if name in SUBMITS else found[:1]

    async def story() -> None:
        for departure in DEPARTURES[name]:
            if not departure.hides_data:
                continue
            body = changed(name, departure)
            with pytest.raises(APIResponseValidationError, match="OUTCOME UNKNOWN") as caught:
                await settled(CALLS[name](answered(mode, name, body, strict=strict, max_retries=0)))
            assert caught.value.outcome_unknown, departure
            assert json.loads(caught.value.body or b"") == body
            response = await settled(CALLS[name](answered(mode, name, body, found, strict=strict)))
            assert response.reconciled, departure
            assert [row.status for row in response.data or ()] if name in SUBMITS else response.data.id == "i"

    mode.play(story)


@pytest.mark.parametrize("name", sorted(CALLS.keys() - CHANGES))
@pytest.mark.parametrize("strict", [False, True])
def test_a_read_whose_reply_has_no_data_is_made_again_and_then_an_error(mode: Mode, name: str, strict: bool) -> None:
    async def story() -> None:
        for departure in DEPARTURES[name]:
            body = changed(name, departure)
            if not departure.hides_data or is_answer(name, body):
                continue
            with pytest.raises(APIResponseValidationError, match="a 2xx reply with an unexpected body") as caught:
                await settled(CALLS[name](answered(mode, name, body, strict=strict)))
            assert not caught.value.outcome_unknown, departure
            assert json.loads(caught.value.body or b"") == body
            assert [attempt.outcome for attempt in caught.value.attempts] == ["unknown"] * 3

    mode.play(story)


def came_to(call: Callable[[], Any]) -> Any:
    """What a call gives, or the error that its reply is not what it should be."""
    try:
        return call()
    except APIResponseValidationError as error:
        return error


# --- Many at a time ---------------------------------------------------------------------------------------------------


def several(name: str) -> st.SearchStrategy[list[Departure]]:
    """Departures that can be done to one reply, one after the other: no one's place is within another's."""
    return st.lists(st.sampled_from(DEPARTURES[name]), max_size=6).map(apart)


def apart(drawn: list[Departure]) -> list[Departure]:
    kept: list[Departure] = []
    for departure in drawn:
        if not any(is_within(departure.path, other.path) or is_within(other.path, departure.path) for other in kept):
            kept.append(departure)
    return kept


def is_within(path: tuple[Any, ...], outer: tuple[Any, ...]) -> bool:
    return path[: len(outer)] == outer


@OPERATIONS
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_departs_at_once_a_row_that_does_not_is_whole(name: str, data: st.DataObject) -> None:
    mode = Mode(data.draw(st.sampled_from(["sync", "asyncio"])))
    departures = data.draw(several(name))
    body = changed(name, *departures)
    response = came_to(lambda: mode.run(lambda: CALLS[name](answered(mode, name, body))))
    if not is_answer(name, body):
        assert isinstance(response, APIResponseValidationError)
        assert response.outcome_unknown == (name in CHANGES)
        return
    if isinstance(SAMPLES[name].get("data"), list) and isinstance(body.get("data"), list):
        assert response.data[1].to_dict() == SAMPLES[name]["data"][1]
    assert bool(response.drift) == any(departure.drift for departure in departures)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@OPERATIONS
@given(
    body=st.dictionaries(st.sampled_from(["data", "metadata", "error"]) | st.text(), json_values),
    of_face=st.sampled_from(["sync", "asyncio"]),
)
@settings(max_examples=25, deadline=None)
def test_any_object_is_a_success_unless_its_data_is_needed(name: str, body: Json, of_face: str) -> None:
    mode = Mode(of_face)
    response = came_to(lambda: mode.run(lambda: CALLS[name](answered(mode, name, body))))
    assert isinstance(response, APIResponseValidationError) != is_answer(name, body)
    assert response.attempts[0].outcome == ("done" if is_answer(name, body) else "unknown")


# --- Bodies that Python's decoder refuses -----------------------------------------------------------------------------

MARK = '"text of symbol 0"'
DAMAGE: dict[str, tuple[str, bytes, Any]] = {
    "no UTF-8": (MARK, b'"na\xe9"', "na\ufffd"),
    "half a character": (MARK, b'"\xe2\x82"', "\ufffd"),
    "a number too long": ('"account_id": 7', b'"account_id": ' + b"9" * 5000, None),
    "nested too deep": (MARK, b"[" * 50_000 + b"]" * 50_000, None),
    "nested too deep, with texts": (MARK, b'[{"a": "]}\\"", "b": ' * 25_000 + b"1" + b"}]" * 25_000, None),
}


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", ["get_positions", "get_position_instructions", SUBMIT])
@pytest.mark.parametrize(("mark", "value", "reads"), DAMAGE.values(), ids=DAMAGE)
def test_json_that_python_refuses_costs_no_good_row(mode: Mode, name: str, mark: str, value: bytes, reads: Any) -> None:
    body = json.dumps(SAMPLES[name]).encode().replace(mark.encode(), value, 1)

    async def story() -> None:
        whole = await settled(CALLS[name](answered(mode, name, SAMPLES[name])))
        response = await settled(CALLS[name](answered(mode, name, body)))
        assert response.data[1] == whole.data[1]
        assert ("", "format") in departures_in(response)
        damaged = response.data[0]
        assert (damaged.symbol if mark == MARK else damaged.account_id) == reads
        assert damaged.quantity == whole.data[0].quantity
        with pytest.raises(APIResponseValidationError, match="JSON in UTF-8") as caught:
            await settled(CALLS[name](answered(mode, name, body, strict=True)))
        assert not caught.value.outcome_unknown

    mode.play(story)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"data": [}', b"\xff", b'{"data": [' + b"[" * 50_000 + b"}"])
def test_what_cannot_be_mended_is_no_success(mode: Mode, body: bytes) -> None:
    for name, call in CALLS.items():
        client = answered(mode, name, body, max_retries=0)
        with pytest.raises(APIResponseValidationError) as caught:
            mode.run(call, client)
        assert caught.value.outcome_unknown == (not name.startswith(("get_", "search_")))
        assert caught.value.body == body


@pytest.mark.parametrize("end", [b"", b"\\"])
def test_a_text_that_never_ends_is_found_to_be_none_in_no_time(end: bytes) -> None:
    body = b'{"data": "' + b'\\"' * 100_000 + end
    begun = time.process_time()
    test_what_cannot_be_mended_is_no_success(Mode("sync"), body)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "body", [b"[" * 1_000_000, b'{"a":' * 1_000_000, b'{"data":' + b"[" * 900_000 + b"]" * 900_000 + b"}"]
)
def test_a_large_body_that_is_nested_too_deep_is_refused_at_once(body: bytes) -> None:
    started = time.process_time()
    assert read_object(body) is None
    assert time.process_time() - started < 5
