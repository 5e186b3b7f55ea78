"""The models: what they read, what they keep of what they cannot read, what they write, how they behave as values."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest
import yaml
from dateutil.parser import isoparse
from hypothesis import given, settings
from hypothesis import strategies as st

import clear_street_api.models
from clear_street_api.models import (
    APIError,
    ErrorResponse,
    Order,
    Position,
    PositionCancelPositionInstructionResponse,
    PositionGetPositionsResponse,
    PositionInstruction,
    PositionInstructionRequest,
    PositionInstructionStatus,
    PositionInstructionType,
    PositionSubmitPositionInstructionsErrorResponse,
    PositionType,
    ResponseMetadata,
)
from clear_street_api.types import Drift, Model, OpenStrEnum, Response, Timestamp
from support.key_names import KEY_NAME, KEY_NAMES, NEWER_KEY_NAME
from support.spec_tools import CANCEL_REPLY

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

SPEC: Json = yaml.safe_load((Path(__file__).parents[1] / "openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS: Json = SPEC["components"]["schemas"]
MODELS: dict[str, type[Model]] = {
    name: getattr(clear_street_api.models, name) for name, schema in SCHEMAS.items() if "enum" not in schema
}
ENUMS: dict[str, type[OpenStrEnum]] = {
    name: getattr(clear_street_api.models, name) for name, schema in SCHEMAS.items() if "enum" in schema
}
REPLIES = {
    content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    for owner in [SPEC["components"], *(operation for item in SPEC["paths"].values() for operation in item.values())]
    for reply in owner["responses"].values()
    if (content := reply.get("content"))
}

# The example of the API's own page on cancelling.
EXAMPLE: Json = json.loads(CANCEL_REPLY)
INSTRUCTION: Json = EXAMPLE["data"]
POSITION: Json = {
    "account_id": 122503,
    "available_quantity": "1",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "instrument_type": "OPTION",
    "market_value": "9660.00",
    "position_type": "LONG_CALL",
    "quantity": "2",
    "symbol": "AAPL 280121C00195000",
}

# --- The spec, read a second time: which bodies match it, and where a body departs from it ----------------------------


def resolved(schema: Json) -> Json:
    """The schema with references followed, `allOf` merged, and null put into `type`."""
    if "$ref" in schema:
        return resolved(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        parts = [resolved(part) for part in schema["allOf"]]
        return {
            "type": "object",
            "required": [name for part in parts for name in part.get("required", ())],
            "properties": {name: inner for part in parts for name, inner in part["properties"].items()},
        }
    if "oneOf" in schema:
        variant, null = schema["oneOf"]
        assert null == {"type": "null"}
        one = resolved(variant)
        return {**one, "type": [one["type"], "null"]}
    return schema


def types_of(schema: Json) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else types


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2), max_leaves=4
)
new_names = st.text(min_size=1).filter(lambda name: not name.startswith("["))
moments = st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the strategy adds the time zone
    lambda moment: moment.isoformat().replace("+00:00", "Z")
)


def matching(schema: Json) -> st.SearchStrategy[Any]:
    """Values that match a schema."""
    schema = resolved(schema)
    kinds = types_of(schema)
    rest = [kind for kind in kinds if kind != "null"]
    null: st.SearchStrategy[Any] = st.none() if len(rest) < len(kinds) else st.nothing()
    match rest:
        case ["object"]:
            if "additionalProperties" in schema:
                return null | st.dictionaries(st.text(), matching(schema["additionalProperties"]), max_size=2)
            fields = {name: matching(inner) for name, inner in schema["properties"].items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            return null | st.fixed_dictionaries(required, optional=fields)
        case ["array"]:
            return null | st.lists(matching(schema["items"]), max_size=3)
        case ["string"] if "enum" in schema:
            return null | st.sampled_from(schema["enum"])
        case ["string"]:
            formats = {"date-time": moments, "date": st.dates().map(date.isoformat)}
            return null | formats.get(schema.get("format", ""), st.text())
        case ["integer"]:
            return null | st.integers()
        case ["boolean"]:
            return null | st.booleans()
        case []:
            return null if kinds else anything
    raise AssertionError(f"no strategy for {schema}")


def departures(schema: Json, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and kind of each departure of a value from a schema, in the words of `Drift`."""
    schema = resolved(schema)
    kinds = types_of(schema)
    if not kinds or (value is None and "null" in kinds):
        return
    match value:
        case None:
            yield path, "null"
        case dict() if "object" in kinds:
            joint = f"{path}." if path else ""
            if "additionalProperties" in schema:
                for name, inner in value.items():
                    yield from departures(schema["additionalProperties"], inner, joint + (name or '""'))
                return
            yield from ((f"{joint}{name}", "missing") for name in schema.get("required", ()) if name not in value)
            for name, inner in value.items():
                if name in schema["properties"]:
                    yield from departures(schema["properties"][name], inner, f"{joint}{name}")
                else:
                    yield f"{joint}{name}", "unknown_field"
        case list() if "array" in kinds:
            for index, inner in enumerate(value):
                yield from departures(schema["items"], inner, f"{path}[{index}]")
        case str() if "string" in kinds:
            yield from ((path, kind) for kind in departures_of_text(schema, value))
        case bool() if "boolean" in kinds:
            pass
        case int() if "integer" in kinds and not isinstance(value, bool):
            pass
        case float() if "integer" in kinds and value.is_integer():
            pass
        case _:
            yield path, "type"


def departures_of_text(schema: Json, value: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield "unknown_member"
    match schema.get("format"):
        case "date" if read_day(value) is None:
            yield "format"
        case "date-time":
            moment = read_moment(value)
            if moment is None:
                yield "format" if read_moment(f"{value}Z") is None else "naive_datetime"
            elif moment.year < 1971:
                yield "zero_time"
        case _:
            pass


def canonical(schema: Json, value: Any) -> Any:
    """Return a value as a model writes it: unchanged, except that whole numbers have no fraction."""
    schema = resolved(schema)
    kinds = types_of(schema)
    if isinstance(value, dict) and "object" in kinds:
        fields = schema.get("properties", {})
        return {name: canonical(fields.get(name, {}), inner) for name, inner in value.items()}
    if isinstance(value, list) and "array" in kinds:
        rows = types_of(resolved(schema["items"])) == ["object"]
        readable = rows or all(kind not in ("type", "null") for _, kind in departures(schema, value))
        return [canonical(schema["items"], inner) for inner in value] if readable else value
    if isinstance(value, float) and "integer" in kinds and value.is_integer():
        return int(value)
    return value


def read_moment(text: str) -> datetime | None:
    """The moment of an RFC 3339 timestamp; 24:00:00 passes, too."""
    day, clock, zone = text[:10], text[11:19], text[19:].lstrip("0123456789.")
    if (
        read_day(day) is None
        or text[10:11] not in ("T", "t", " ")
        or not re.fullmatch(r"\d\d:\d\d:\d\d", clock, re.ASCII)
    ):
        return None
    if not re.fullmatch(r"(\.\d+)?", text[19 : len(text) - len(zone)], re.ASCII):
        return None
    if not re.fullmatch(r"[Zz]|[+-]\d\d:[0-5]\d", zone, re.ASCII):
        return None
    with suppress(ValueError, OverflowError):
        return isoparse(text.upper().replace(" ", "T"))
    return None


def read_day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


clocks = st.from_regex(r"\d\d:\d\d(:\d\d)?([.,]\d{1,12})?", fullmatch=True, alphabet="0123456789:.,") | st.sampled_from(
    ["14:30:00", "143000", "14", "24:00:00", "23:59:60", "14:30:00.125", "14:30:00.123456789", "14:30:00.000000"]
)
texts_of_moments = st.builds(
    "{}{}{}{}".format,
    st.dates().map(str)
    | st.sampled_from(["2026-04-24", "20260424", "2026-W17-5", "2026", "2026-4-24", "1777041000000", "1970-01-01"]),
    st.sampled_from("TTTt _|"),
    clocks,
    st.sampled_from(["Z", "Z", "z", "", "+00:00", "-04:00", "+0400", "+04", "+24:00", "+05:30:10", "Z\n", "\ud800"]),
)
"""Timestamps, and what looks like one."""


def as_text(value: Any) -> str:
    """JSON as text, so that 1 and True differ and the order of an object's members does not matter."""
    return json.dumps(value, sort_keys=True)


def found(drift: list[Drift]) -> list[tuple[str, str]]:
    return sorted((path, kind) for path, kind, _ in drift)


# --- Mutations ------------------------------------------------------------------------------------------------------

strange = (
    scalars
    | st.lists(scalars, max_size=1)
    | st.dictionaries(new_names, scalars, max_size=1)
    | st.sampled_from(
        [
            "",
            "NEVER_HEARD_OF",
            "2026-04-24T14:30:00",
            "2026-04-24T14:30:00.123456789Z",
            "20260424T143000Z",
            "1777041000000",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00+00:00",
            "2026-04-24 14:30:00+00:00",
            "2026-04-24T10:30:00.125-04:00",
            "2026-04-24",
            "24 April 2026",
            1.0,
            -0.0,
            10**400,
            1e300,
            "\ud800",
            "\x00",
        ]
    )
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container with each of its keys or indexes, at any depth."""
    members: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for key, inner in members:
        yield value, key
        yield from places(inner)


@st.composite
def mutated(draw: st.DrawFn, schema: Json) -> Json:
    """Draw a body that matches a schema except for one to three random changes."""
    body: Json = copy.deepcopy(draw(matching(schema)))
    for _ in range(draw(st.integers(1, 3))):
        targets = list(places(body))
        if not targets:
            break
        container, key = draw(st.sampled_from(targets))
        action = draw(st.sampled_from(["drop", "null", "retype", "rename", "add"]))
        if action == "drop":
            del container[key]
        elif action == "null":
            container[key] = None
        elif action == "retype":
            container[key] = draw(strange)
        elif isinstance(container, list):
            container.insert(key, draw(strange))
        elif action == "rename":
            container[f"{key}_"] = container.pop(key)
        else:
            container[draw(new_names)] = draw(anything)
    return body


names = pytest.mark.parametrize("name", MODELS)
some = settings(max_examples=15, deadline=None)
thorough = settings(max_examples=25, deadline=None)


@names
@given(data=st.data())
@some
def test_a_body_of_the_spec_is_read_without_drift_and_written_as_it_came(name: str, data: st.DataObject) -> None:
    body = data.draw(matching(SCHEMAS[name]))
    drift: list[Drift] = []

    model = MODELS[name].from_dict(body, drift=drift)

    assert drift == []
    assert as_text(model.to_dict()) == as_text(body)
    assert as_text(json.loads(model.to_json())) == as_text(body)
    assert model.model_fields_set == body.keys()
    assert model.model_extra == {}


@names
@given(data=st.data())
@thorough
def test_any_other_body_is_read_with_drift_and_nothing_dropped(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    body = data.draw(mutated(schema))
    untouched = copy.deepcopy(body)
    drift: list[Drift] = []

    model = MODELS[name].from_dict(body, drift=drift)

    assert as_text(body) == as_text(untouched)
    assert found(drift) == sorted(departures(schema, body))
    assert as_text(model.to_dict()) == as_text(canonical(schema, body))
    again = MODELS[name].from_dict(model.to_dict())
    assert as_text(again.to_dict()) == as_text(model.to_dict())


@given(body=mutated(SCHEMAS["PositionGetPositionsResponse"]))
@thorough
def test_no_row_is_lost(body: Json) -> None:
    rows = body.get("data")

    read = PositionGetPositionsResponse.from_dict(body).data

    assert len(read) == len(rows) if isinstance(rows, list) else read is None
    assert read is None or all(type(row) is Position for row in read)


@names
@given(data=st.data())
@some
def test_values_survive_pickling_and_copying(name: str, data: st.DataObject) -> None:
    model = MODELS[name].from_dict(data.draw(mutated(SCHEMAS[name])))

    for clone in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model), attrs.evolve(model)):
        assert type(clone) is type(model)
        assert clone == model
        assert repr(clone) == repr(model)
        assert as_text(clone.to_dict()) == as_text(model.to_dict())
        assert not isinstance(model, Response) or cast("Response", clone).drift == model.drift


@names
@given(data=st.data())
@some
def test_a_field_that_cannot_be_read_leaves_the_others_as_they_are(name: str, data: st.DataObject) -> None:
    body: Json = data.draw(matching(SCHEMAS[name]))
    bad = data.draw(st.sampled_from(sorted(resolved(SCHEMAS[name])["properties"])))
    whole = MODELS[name].from_dict(body)

    broken = MODELS[name].from_dict({**body, bad: object()})

    fields = [field.name for field in attrs.fields(MODELS[name]) if not field.name.startswith("_")]
    assert [getattr(broken, field) for field in fields if field != bad] == [
        getattr(whole, field) for field in fields if field != bad
    ]


# --- The example, field by field ------------------------------------------------------------------------------------


def test_the_example_field_by_field() -> None:
    response = PositionCancelPositionInstructionResponse.from_dict(EXAMPLE)
    metadata, error, row = response.metadata, response.error, response.data
    moment = datetime(2026, 4, 24, 14, 30, tzinfo=UTC)

    assert metadata.request_id == "request_id"
    assert metadata.next_page_token == metadata.previous_page_token == "U3RhaW5sZXNzIHJvY2tz"
    assert (metadata.page_number, metadata.total_items, metadata.total_pages) == (0, 0, 0)
    assert error is not None
    assert (error.code, error.message) == (400, "Order quantity must be greater than zero")
    assert error.details == [{"foo": "bar"}]
    assert row.id == row.instrument_id == "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
    assert row.account_id == 122503
    assert row.instruction_id == "ui-20260424-001"
    assert row.instruction_type is PositionInstructionType.EXERCISE
    assert row.quantity == "1"
    assert row.status is PositionInstructionStatus.SENT
    assert row.symbol == "AAPL 280121C00195000"
    assert row.accepted_quantity is None
    assert row.created_at == row.updated_at == moment
    assert row.rejection_reason is None
    assert response.drift == ()
    assert response.to_dict() == EXAMPLE
    assert json.loads(response.to_json()) == EXAMPLE


def test_the_fields_of_a_model_are_those_of_the_spec_in_its_order() -> None:
    for name, model in MODELS.items():
        fields = [field.name for field in attrs.fields(model) if not field.name.startswith("_")]
        assert fields == list(resolved(SCHEMAS[name])["properties"])


def test_an_optional_field_need_not_be_given_and_a_required_one_must() -> None:
    for name, model in MODELS.items():
        schema = resolved(SCHEMAS[name])
        required = {field.name for field in attrs.fields(model) if field.default is attrs.NOTHING}
        assert required == set(schema.get("required", ()))


# --- Replies that break the spec ------------------------------------------------------------------------------------


NO_MOMENTS = (
    *("2026", "20260424", "1777041000", "1777041000000", "1777041000000000", "20260424T143000Z", "2026-04-24", ""),
    *(
        "2026-W17-5T14:30:00Z",
        "2026-04-24T14Z",
        "2026-04-24T14:30Z",
        "2026-04-24T14:30:00,5Z",
        "2026-04-24T14:30:00+04",
    ),
    *("2026-04-24T14:30:00+0400", "2026-04-24_14:30:00Z", "2026-04-24T14:30:00Z\n", "2016-12-31T23:59:60Z"),
)
NAIVE = ("2026-04-24T14:30:00", "2026-04-24 14:30:00.125", "0001-01-01T00:00:00")


def drift_of(**changes: Any) -> tuple[PositionInstruction, list[Drift]]:
    drift: list[Drift] = []
    return PositionInstruction.from_dict({**INSTRUCTION, **changes}, drift=drift), drift


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("quantity", 1, Drift("quantity", "type", "string")),
        ("quantity", None, Drift("quantity", "null", "string")),
        ("account_id", "122503", Drift("account_id", "type", "integer")),
        ("account_id", True, Drift("account_id", "type", "integer")),
        ("account_id", 1.5, Drift("account_id", "type", "integer")),
        ("status", 7, Drift("status", "type", "PositionInstructionStatus")),
        ("status", None, Drift("status", "null", "PositionInstructionStatus")),
        ("created_at", 1777041000, Drift("created_at", "type", "date-time")),
        ("created_at", "soon", Drift("created_at", "format", "date-time")),
        ("created_at", "2026-04-24T14:30:60Z", Drift("created_at", "format", "date-time")),
        *(("created_at", text, Drift("created_at", "format", "date-time")) for text in NO_MOMENTS),
        *(("created_at", text, Drift("created_at", "naive_datetime", "date-time")) for text in NAIVE),
    ],
)
def test_a_value_that_cannot_be_read_is_none_and_kept(field: str, value: Any, expected: Drift) -> None:
    row, drift = drift_of(**{field: value})

    assert getattr(row, field) is None
    assert drift == [expected]
    assert row.to_dict() == {**INSTRUCTION, field: value}
    assert row.model_extra == {}
    assert field in row.model_fields_set


def test_a_required_field_that_is_absent_reads_none() -> None:
    body = {name: value for name, value in INSTRUCTION.items() if name != "status"}
    drift: list[Drift] = []

    row = PositionInstruction.from_dict(body, drift=drift)

    assert row.status is None
    assert drift == [Drift("status", "missing", "PositionInstructionStatus")]
    assert row.to_dict() == body
    assert "status" not in row.model_fields_set


def test_a_member_that_the_spec_does_not_list_is_kept_as_an_open_member() -> None:
    row, drift = drift_of(status="ON_HOLD")

    assert isinstance(row.status, PositionInstructionStatus)
    assert row.status == "ON_HOLD"
    assert not row.status.is_known
    assert drift == [Drift("status", "unknown_member", "PositionInstructionStatus")]
    assert row.to_dict()["status"] == "ON_HOLD"


def test_a_field_that_the_spec_does_not_know_is_kept() -> None:
    row, drift = drift_of(venue={"mic": "XCBO"}, id="x")

    assert row.model_extra == {"venue": {"mic": "XCBO"}}
    assert [(path, kind) for path, kind, _ in drift] == [("venue", "unknown_field")]
    assert row.to_dict()["venue"] == {"mic": "XCBO"}
    assert "venue" not in row.model_fields_set


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-24T14:30:00Z", datetime(2026, 4, 24, 14, 30, tzinfo=UTC)),
        ("2026-04-24T14:30:00z", datetime(2026, 4, 24, 14, 30, tzinfo=UTC)),
        ("2026-04-24 14:30:00+00:00", datetime(2026, 4, 24, 14, 30, tzinfo=UTC)),
        ("2026-04-24T10:30:00-04:00", datetime(2026, 4, 24, 14, 30, tzinfo=UTC)),
        ("2026-04-24T14:30:00.125Z", datetime(2026, 4, 24, 14, 30, 0, 125000, tzinfo=UTC)),
        ("2026-04-23T24:00:00Z", datetime(2026, 4, 24, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_every_form_that_the_service_may_send(text: str, moment: datetime) -> None:
    row, drift = drift_of(created_at=text)

    assert row.created_at == moment
    assert drift == []
    assert row.to_dict() == {**INSTRUCTION, "created_at": text}


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000Z",
        "1969-12-31T19:00:00-05:00",
        "1900-01-01T00:00:00+00:00",
    ],
)
def test_a_zero_time_is_read_and_is_drift(text: str) -> None:
    row, drift = drift_of(created_at=text)

    assert row.created_at is not None
    assert row.created_at.year < 1971
    assert drift == [Drift("created_at", "zero_time", "date-time")]
    assert row.to_dict() == {**INSTRUCTION, "created_at": text}


@given(text=texts_of_moments | st.text(max_size=30))
@settings(deadline=None, max_examples=200)
def test_a_timestamp_reads_the_same_alone_in_a_row_and_beside_drift(text: str) -> None:
    alone: list[Drift] = []
    read = Timestamp().read(text, alone)
    row, drift = drift_of(created_at=text)
    beside, more = drift_of(created_at=text, quantity=1)

    assert row.created_at == beside.created_at == (read if isinstance(read, datetime) else None) == read_moment(text)
    assert (
        [one.kind for one in alone]
        == [one.kind for one in drift]
        == [*departures_of_text({"format": "date-time"}, text)]
    )
    assert more == [Drift("quantity", "type", "string"), *drift]
    assert row.to_dict()["created_at"] == beside.to_dict()["created_at"] == text


def test_a_timestamp_is_written_as_it_came_until_it_is_changed() -> None:
    text = "2026-04-24T10:30:00.123456789-04:00"
    row, _ = drift_of(created_at=text, venue="XCBO")

    assert row.created_at == datetime(2026, 4, 24, 14, 30, 0, 123456, tzinfo=UTC)
    for copied in (row, copy.deepcopy(row), pickle.loads(pickle.dumps(row)), attrs.evolve(row, quantity="2")):
        assert copied.to_dict()["created_at"] == text
    assert row.model_extra == {"venue": "XCBO"}
    later = attrs.evolve(row, created_at=row.created_at + timedelta(seconds=1))
    assert later.to_dict()["created_at"] == "2026-04-24T14:30:01.123456Z"
    without = attrs.evolve(row, created_at=None)
    assert "created_at" not in without.to_dict()
    assert "created_at" not in without.model_fields_set


@pytest.mark.parametrize(("text", "equal"), [("00.123456Z", True), ("00.1234560Z", False), ("00.123456+00:00", False)])
def test_rows_are_equal_where_they_are_written_alike(text: str, equal: bool) -> None:
    row, _ = drift_of(created_at=f"2026-04-24T14:30:{text}")
    made = attrs.evolve(drift_of()[0], created_at=datetime(2026, 4, 24, 14, 30, 0, 123456, tzinfo=UTC))

    assert (row == made) is (row.to_dict() == made.to_dict()) is equal


def test_rich_shows_what_a_model_has_and_not_how_it_keeps_it() -> None:
    row, _ = drift_of(venue="XCBO", created_at="2026-04-24T14:30:00.123456789Z")
    names = [field.name for field in row.FIELDS if getattr(row, field.name) is not None]

    assert list(row.__rich_repr__()) == [
        *((name, getattr(row, name)) for name in names),
        ("model_extra", {"venue": "XCBO"}),
    ]


def test_a_whole_number_may_have_a_fraction_of_zero() -> None:
    row, drift = drift_of(account_id=122503.0)

    assert row.account_id == 122503
    assert type(row.account_id) is int
    assert drift == []


@pytest.mark.parametrize(
    ("stray", "kind"), [(None, "null"), (7, "type"), ("row", "type"), (["row"], "type"), (True, "type")]
)
def test_a_row_that_is_no_object_keeps_its_place(stray: Any, kind: str) -> None:
    body = {"metadata": {"request_id": "r"}, "error": None, "data": [POSITION, stray, POSITION]}

    response = PositionGetPositionsResponse.from_dict(body)

    assert [row.symbol for row in response.data] == [POSITION["symbol"], None, POSITION["symbol"]]
    assert response.drift == (Drift("data[1]", kind, "Position"),)
    assert response.to_dict() == body


def test_what_the_spec_says_is_null_is_kept_where_it_is_not() -> None:
    body = {"metadata": {"request_id": "r"}, "error": {"code": 500, "message": "m"}, "data": [7]}

    response = ErrorResponse.from_dict(body)

    assert response.data is None
    assert response.drift == (Drift("data", "type", "null"),)
    assert response.to_dict() == body


def test_a_list_with_an_item_of_another_type_is_kept_whole() -> None:
    drift: list[Drift] = []

    order = Order.from_dict({"details": ["one", 2, None]}, drift=drift)

    assert order.details is None
    assert [one for one in drift if one.path.startswith("details")] == [
        Drift("details[1]", "type", "string"),
        Drift("details[2]", "null", "string"),
    ]
    assert order.to_dict() == {"details": ["one", 2, None]}


KEYLESS: Json = {key: value for key, value in EXAMPLE["data"].items() if key != KEY_NAME}


@pytest.mark.parametrize("name", KEY_NAMES)
def test_a_key_is_read_and_written_under_either_name(name: str) -> None:
    body = {name: "key-1", **KEYLESS}
    drift: list[Drift] = []
    row = PositionInstruction.from_dict(body, drift=drift)

    assert (row.instruction_id, row.client_instruction_id) == ("key-1", "key-1")
    assert drift == []
    assert row.to_dict() == body
    assert row == PositionInstruction.from_dict({KEY_NAME: "key-1", **KEYLESS})
    for copied in (pickle.loads(pickle.dumps(row)), copy.deepcopy(row), attrs.evolve(row)):
        assert copied == row
        assert copied.to_dict() == body
    assert KEY_NAME in row.model_fields_set
    assert row.model_extra == {}
    row.client_instruction_id = "key-2"
    assert row.instruction_id == "key-2"
    assert row.to_dict() == {**body, name: "key-2"}


@pytest.mark.parametrize(
    ("old", "new", "read", "kinds"),
    [
        ("k", "k", "k", []),
        ("k", None, "k", []),
        (None, "k", "k", []),
        ("old", "new", "new", ["conflict"]),
        (7, "new", "new", ["conflict"]),
        ("old", 7, None, ["conflict", "type"]),
        (None, None, None, ["null"]),
    ],
)
def test_of_two_names_the_newest_with_a_value_counts(old: Any, new: Any, read: Any, kinds: list[str]) -> None:
    body = {KEY_NAME: old, NEWER_KEY_NAME: new, **KEYLESS}
    drift: list[Drift] = []
    row = PositionInstruction.from_dict(body, drift=drift)

    assert row.instruction_id == read
    assert [one.kind for one in drift] == kinds
    assert row.to_dict() == body


NEWER: Json = {
    "rejection": {"reason": "INSUFFICIENT_POSITION", "domain": "d", "metadata": {"available": "1"}, "description": "x"},
    "underlying_instrument_id": "u-1",
}


@pytest.mark.parametrize("name", KEY_NAMES)
@pytest.mark.parametrize("more", [{}, {"one": 1}, {"one": 1, "two": "2"}])
@pytest.mark.parametrize("states", list(itertools.product(("there", "null", "absent"), repeat=2)))
def test_newer_fields_may_be_there_null_or_absent(name: str, more: Json, states: tuple[str, str]) -> None:
    newer: Json = {
        key: value if state == "there" else None
        for (key, value), state in zip(NEWER.items(), states, strict=True)
        if state != "absent"
    }
    body = {name: "key-1", **KEYLESS, **newer, **more}
    for older in ([], ["accepted_quantity"], ["created_at", "updated_at"]):
        for key in older:
            body.pop(key)
        drift: list[Drift] = []
        row = PositionInstruction.from_dict(body, drift=drift)

        assert row.to_dict() == body
        assert row.model_extra == more
        assert row.model_fields_set == {KEY_NAME, *body} - {name if name != KEY_NAME else "", *more}
        assert [one.kind for one in drift] == ["unknown_field"] * len(more)
        assert (row.rejection is not None, row.underlying_instrument_id) == (
            states[0] == "there",
            newer.get("underlying_instrument_id"),
        )


def test_a_key_that_cannot_be_read_is_a_field_that_is_there() -> None:
    for name in KEY_NAMES:
        row = PositionInstruction.from_dict({**KEYLESS, name: 7})
        assert row.instruction_id is None
        assert KEY_NAME in row.model_fields_set


def test_rows_are_equal_whatever_name_the_key_came_under() -> None:
    new, old = KEY_NAMES
    bodies: list[Json] = [{old: "k"}, {new: "k"}, {old: "k", new: "k"}, {old: "k", new: None}, {old: None, new: "k"}]
    rows = [PositionInstruction.from_dict({**KEYLESS, **body}) for body in [*bodies, {old: "other", new: "k"}]]

    assert all(row == rows[0] for row in rows)
    assert all(pickle.loads(pickle.dumps(row)) == rows[0] for row in rows)
    assert rows[0] != PositionInstruction.from_dict({**KEYLESS, new: "other"})
    assert rows[0] != PositionInstruction.from_dict({**KEYLESS, new: None})
    for row in rows:
        with pytest.raises(TypeError, match="unhashable"):
            hash(row)


def test_a_request_takes_either_name_and_no_two_different_values() -> None:
    row = {"instruction_type": "EXERCISE", "instrument_id": "i-1", "quantity": "1"}
    for name in KEY_NAMES:
        assert PositionInstructionRequest.encoded({**row, name: "k"}) == {**row, name: "k"}
        assert PositionInstructionRequest.from_dict({**row, name: "k"}).to_dict() == {**row, name: "k"}
    both = {**row, KEY_NAME: "k", NEWER_KEY_NAME: "k"}
    assert PositionInstructionRequest.encoded(both) == {**row, NEWER_KEY_NAME: "k"}
    with pytest.raises(ValueError, match="`instruction_id` and `client_instruction_id` are two names of one field"):
        PositionInstructionRequest.encoded({**both, KEY_NAME: "other"})


def test_drift_says_where_at_any_depth() -> None:
    body = {
        "metadata": {"request_id": 7, "page_size": 3},
        "error": {"code": 207},
        "data": [POSITION, {**POSITION, "position_type": "FLAT"}],
    }

    response = PositionGetPositionsResponse.from_dict(body)

    assert set(response.drift) == {
        Drift("metadata.request_id", "type", "string"),
        Drift("metadata.page_size", "unknown_field", response.drift[1].expected),
        Drift("error.message", "missing", "string"),
        Drift("data[1].position_type", "unknown_member", "PositionType"),
    }
    assert response.to_dict() == body


def test_numbers_that_json_does_not_have_are_no_obstacle() -> None:
    body = json.loads('{"code": NaN, "message": Infinity, "details": [NaN, 1e999], "more": -Infinity}')

    error = APIError.from_dict(body)

    assert error.code is None
    assert error.message is None
    assert error.to_json() == '{"code":NaN,"message":Infinity,"details":[NaN,Infinity],"more":-Infinity}'


def test_what_the_spec_does_not_know_may_be_nested_as_deep_as_json_can() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = [deep]

    error = APIError.from_dict({"code": 400, "message": "m", "details": [deep], "cause": deep})

    assert error.model_extra == {"cause": deep}
    assert error.details == [deep]


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_what_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(TypeError, match="JSON object"):
        ErrorResponse.from_dict(body)


def test_any_mapping_is_an_object() -> None:
    class Wrapped(dict[str, Any]):
        pass

    assert PositionInstruction.from_dict(Wrapped(INSTRUCTION)) == PositionInstruction.from_dict(INSTRUCTION)


def test_drift_is_also_appended_to_the_list_of_the_caller() -> None:
    drift = [Drift("before", "type", "string")]

    response = ErrorResponse.from_dict({}, drift=drift)

    assert drift[1:] == list(response.drift)
    assert found(drift[1:]) == [("error", "missing"), ("metadata", "missing")]


def test_only_whole_replies_have_a_drift_of_their_own() -> None:
    assert {name for name in MODELS if issubclass(MODELS[name], Response)} == REPLIES


def test_a_subclass_is_read_as_itself() -> None:
    class Reply(PositionCancelPositionInstructionResponse):
        __slots__ = ()

    assert type(Reply.from_dict(EXAMPLE)) is Reply
    assert type(Reply.from_dict({**EXAMPLE, "data": 7})) is Reply


# --- Values ---------------------------------------------------------------------------------------------------------


def instruction(**changes: Any) -> PositionInstruction:
    return PositionInstruction.from_dict({**INSTRUCTION, **changes})


def test_models_are_equal_where_they_stand_for_the_same_object() -> None:
    assert instruction() == instruction()
    assert instruction() != instruction(quantity="2")
    assert instruction() != instruction(extra=1)
    assert instruction(quantity=1) != instruction(quantity=2)
    assert instruction() != INSTRUCTION
    assert ResponseMetadata(request_id="r") != Position.from_dict({})


def test_absent_and_null_can_be_told_apart() -> None:
    absent, null = (
        ResponseMetadata.from_dict({"request_id": "r"}),
        ResponseMetadata.from_dict({"request_id": "r", "page_number": None}),
    )

    assert absent.page_number is null.page_number is None
    assert absent.model_fields_set == {"request_id"}
    assert null.model_fields_set == {"request_id", "page_number"}
    assert absent.to_dict() == {"request_id": "r"}
    assert null.to_dict() == {"request_id": "r", "page_number": None}
    assert absent != null
    assert attrs.evolve(null, request_id="s").to_dict() == {"request_id": "s", "page_number": None}


def test_models_have_no_hash_since_they_can_change() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(instruction())


def test_models_take_no_field_that_they_do_not_have() -> None:
    with pytest.raises(AttributeError):
        instruction().state = "SENT"  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        ResponseMetadata(request_id="r", page=1)  # type: ignore[call-arg]


def test_the_repr_shows_what_is_set() -> None:
    row = instruction(symbol=None)

    assert repr(row) == (
        "PositionInstruction(id='0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02', account_id=122503, "
        "instruction_id='ui-20260424-001', instruction_type='EXERCISE', "
        "instrument_id='0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02', quantity='1', status='SENT', "
        "created_at=2026-04-24T14:30:00+00:00, updated_at=2026-04-24T14:30:00+00:00)"
    )
    assert repr(Position.from_dict({"closing_price_date": "2026-04-23"})) == "Position(closing_price_date=2026-04-23)"
    assert repr(Position.from_dict({"symbol": "AAPL", "venue": "XCBO"})) == (
        "Position(symbol='AAPL', model_extra={'venue': 'XCBO'})"
    )
    assert repr(PositionGetPositionsResponse.from_dict({"data": [POSITION]})).startswith(
        "PositionGetPositionsResponse(data=[Position(account_id=122503, available_quantity='1', "
    )


def test_a_changed_copy_keeps_what_is_unknown() -> None:
    row = instruction(venue="XCBO", quantity=1)

    changed = attrs.evolve(row, status=PositionInstructionStatus.CANCELLED)

    assert changed.to_dict() == {**row.to_dict(), "status": "CANCELLED"}
    assert attrs.evolve(row, quantity="3").to_dict()["quantity"] == "3"
    assert row.status is PositionInstructionStatus.SENT


def test_a_match_statement_takes_a_model_apart() -> None:
    match instruction(status="ON_HOLD"):
        case PositionInstruction(status="ON_HOLD", quantity=quantity):
            assert quantity == "1"
        case _:
            pytest.fail("not matched")


# --- Enums ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_members_of_the_spec(name: str) -> None:
    assert [member.value for member in ENUMS[name]] == SCHEMAS[name]["enum"]
    assert all(member.is_known and member.name == member.value.upper() for member in ENUMS[name])


@pytest.mark.parametrize("name", ENUMS)
@given(value=st.text())
@settings(max_examples=20, deadline=None)
def test_an_enum_is_open(name: str, value: str) -> None:
    enum = ENUMS[name]

    member = enum(value)

    assert isinstance(member, enum)
    assert member == value
    assert member == enum(value)
    assert hash(member) == hash(value)
    assert str(member) == member.value == value
    assert member.is_known == (value in SCHEMAS[name]["enum"])
    assert [listed.value for listed in enum] == SCHEMAS[name]["enum"]
    for clone in (pickle.loads(pickle.dumps(member)), copy.copy(member), copy.deepcopy(member)):
        assert type(clone) is enum
        assert clone == member
        assert clone.is_known == member.is_known
    assert json.dumps(member) == json.dumps(value)


def test_listed_members_are_the_same_objects_after_pickling() -> None:
    assert pickle.loads(pickle.dumps(PositionType.LONG_CALL)) is PositionType.LONG_CALL
    assert copy.deepcopy(PositionType.LONG_CALL) is PositionType.LONG_CALL


def test_an_enum_takes_nothing_but_strings() -> None:
    with pytest.raises(ValueError, match="7"):
        PositionType(cast("str", 7))


# --- Written by hand ------------------------------------------------------------------------------------------------


def test_a_model_made_by_hand_leaves_out_what_is_none() -> None:
    row = PositionInstructionRequest(
        instruction_type=PositionInstructionType.EXERCISE, instrument_id="AAPL 280121C00195000", quantity="1"
    )

    assert row.to_dict() == {
        "instruction_type": "EXERCISE",
        "instrument_id": "AAPL 280121C00195000",
        "quantity": "1",
    }
    assert row.to_json() == '{"instruction_type":"EXERCISE","instrument_id":"AAPL 280121C00195000","quantity":"1"}'
    assert all(type(value) is str for value in row.to_dict().values())


def test_a_moment_is_written_in_utc() -> None:
    eastern = timezone(timedelta(hours=-4))

    row = attrs.evolve(instruction(), created_at=datetime(2026, 4, 24, 10, 30, tzinfo=eastern))

    assert row.to_dict()["created_at"] == "2026-04-24T14:30:00Z"


def test_a_moment_without_a_time_zone_is_not_written() -> None:
    row = attrs.evolve(instruction(), created_at=datetime(2026, 4, 24, 14, 30))  # noqa: DTZ001

    with pytest.raises(ValueError, match=r"time zone.*created_at"):
        row.to_dict()


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (PositionInstructionRequest, "quantity", 1.5),
        (PositionInstructionRequest, "quantity", 1),
        (PositionInstructionRequest, "instruction_type", 7),
        (Position, "account_id", "122503"),
        (Position, "account_id", True),
        (Position, "closing_price_date", "2026-04-23"),
        (Order, "created_at", "2026-04-24T14:30:00Z"),
        (Order, "extended_hours", 1),
        (Order, "details", "one"),
        (Order, "details", ["one", 2]),
        (ErrorResponse, "metadata", "r"),
    ],
)
def test_a_value_of_another_type_is_not_written(model: type[Model], field: str, value: Any) -> None:
    made = attrs.evolve(model.from_dict({}), **{field: value})

    with pytest.raises((TypeError, ValueError), match=field):
        made.to_dict()


def test_rows_of_a_failed_submit_are_typed() -> None:
    body = {
        "metadata": {"request_id": "r"},
        "error": {"code": 409, "message": "All instructions are duplicates"},
        "data": [{**INSTRUCTION, "status": "REJECTED"}],
    }

    response = PositionSubmitPositionInstructionsErrorResponse.from_dict(body)

    assert response.data is not None
    assert response.data[0].status is PositionInstructionStatus.REJECTED
    assert PositionSubmitPositionInstructionsErrorResponse.from_dict({**body, "data": None}).data is None
