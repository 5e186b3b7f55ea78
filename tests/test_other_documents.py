"""codegen/ also makes a good package from documents in another style, and refuses what it cannot generate."""

from __future__ import annotations

import copy
import json
import pickle
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from support.spec_tools import CODEGEN_PYTHON, ROOT, codegen, patched, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.spec_tools import Json

STYLE = ROOT / "tests/other_style.yaml"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package of the document, under a name of its own."""
    folder = tmp_path_factory.mktemp("other")
    done = codegen("generate.py", "--spec", STYLE, "--out", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (folder / "clear_street_api").rename(folder / "other_style_api")
    sys.path.insert(0, str(folder))
    yield folder / "other_style_api"
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def models(package: Path) -> Any:
    return import_module("other_style_api.models")


def operation(name: str) -> Any:
    return import_module(f"other_style_api.api.{name}")


def document() -> Any:
    return yaml.safe_load(STYLE.read_text(encoding="utf-8"))


# --- What there is --------------------------------------------------------------------------------------------------


def test_nothing_of_the_document_is_missing(package: Path, models: Any) -> None:
    operations = {path.relative_to(package / "api").as_posix() for path in package.glob("api/*/*.py")}
    assert {name for name in operations if not name.endswith("__init__.py")} == {
        "things/add_mark.py",
        "things/create_thing.py",
        "news/field_1st.py",
        "things/get_things.py",
        "watch_lists/delete_list_item.py",
        "watch_lists/put_list_item.py",
    }
    schemas = set(document()["components"]["schemas"])
    assert schemas - set(models.__all__) == {"i64", "Id", "AliasOfAnAlias", "Event", "Pet"}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        import_module(".".join(part for part in parts if part != "__init__"))


def test_what_has_no_name_is_called_after_where_it_is(models: Any) -> None:
    get, create = operation("things.get_things"), operation("things.create_thing")

    assert type(get.parse_response(200, b"{}")) is models.ThingGetThingsResponse
    assert type(get.parse_response(404, b"{}")) is models.ThingGetThingsErrorResponse
    assert type(create.parse_response(201, b"{}")) is models.ThingCreateThingResponse


def test_a_name_that_a_schema_of_the_document_has_is_left_to_it(models: Any) -> None:
    assert [member.value for member in models.OrderState] == ["OPEN", "CLOSED"]
    assert [member.value for member in models.OrderStateInline] == ["NEW", "DONE"]
    assert models.Order.from_dict({"state": "DONE"}).state is models.OrderStateInline.DONE


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("EventSplit", {"at": "2026-04-24", "split": "2:1"}),
        ("EventDividend", {"at": "2026-04-24", "dividend": "0.26"}),
        ("EventCircle", {"at": "2026-04-24", "radius": 1.5}),
    ],
)
def test_what_stands_beside_a_union_is_part_of_each_of_its_variants(models: Any, name: str, body: Json) -> None:
    reply = operation("news.field_1st").parse_response(200, json.dumps({"data": body}).encode())

    assert type(reply) is models.NewsField1StResponse
    assert type(reply.data) is getattr(models, name)
    assert (reply.data.at, reply.drift, reply.to_dict()) == (date(2026, 4, 24), (), {"data": body})


def test_enums_have_the_documents_values_under_valid_python_names(models: Any) -> None:
    kinds = document()["components"]["schemas"]["Kind"]["enum"]

    assert [member.value for member in models.Kind] == [str(value) for value in kinds]
    assert [member.value for member in models.Level] == [-1, 0, 1, 200]
    assert [member.value for member in models.Mood] == ["GOOD", "BAD"]
    assert models.Kind.NONE == "None"
    assert models.Kind.VALUE_1ST == "1st"
    assert models.Level.MINUS_1 == -1
    for member in [*models.Kind, *models.Level, models.Kind("new"), models.Level(7)]:
        assert pickle.loads(pickle.dumps(member)) == member


def test_json_and_yaml_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    done = codegen("generate.py", "--spec", written(document(), tmp_path / "spec.json"), "--out", tmp_path)

    assert done.returncode == 0, done.stderr
    for path in package.rglob("*.py"):
        assert path.read_bytes() == (tmp_path / "clear_street_api" / path.relative_to(package)).read_bytes()


def test_the_package_is_strictly_typed(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package, tmp_path / package.name)

    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), package.name]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


# --- Reading and writing --------------------------------------------------------------------------------------------

TREE: Json = {"value": None, "kids": [{"value": 1}, {"value": [2], "owner": {"trees": [{"value": {}}]}}]}
THING: Json = {
    "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "level": -1,
    "class": "c",
    "self": "s",
    "classmethod": "m",
    "list": ["a"],
    "to_dict": "t",
    "_extra": "e",
    "1st": "f",
    "aName": "1",
    "a_name": "2",
    "date": "2026-04-24",
    "at": "2026-04-24T14:30:00Z",
    "kind": "None",
    "mood": "BAD",
    "shape": {"shape": "SQUARE", "side": "2"},
    "number_or_text": "1",
    "levels": {"a": [1, -1], "b": []},
    "marks": ["x", None],
    "moments": ["2026-04-24T14:30:00Z"],
    "pet": {"kind": "Dog"},
    "tree": {**TREE, "by_name": {"oak": TREE}},
    "field": {"text": "x", "request": {"model": {"date": "TODAY", "day": "2026-04-24"}}},
    "response": {"drift": "d", "response": {}},
    "flag": True,
    "nothing": None,
    "anything": {"any": ["thing"]},
}


def read(models: Any, body: Json) -> tuple[Any, list[tuple[str, str]]]:
    drift: list[Any] = []
    thing = models.Thing.from_dict(body, drift=drift)
    return thing, [(path, kind) for path, kind, _ in drift]


def test_a_body_of_the_document_is_read_and_written_as_it_came(models: Any) -> None:
    thing, drift = read(models, THING)

    assert drift == []
    assert thing.to_dict() == THING
    assert list(thing.to_dict()) == list(document()["components"]["schemas"]["Thing"]["properties"])
    assert thing == pickle.loads(pickle.dumps(thing)) == copy.deepcopy(thing)
    assert (thing.class_, thing.self_, thing.to_dict_, thing.extra, thing.field_1st) == ("c", "s", "t", "e", "f")
    assert (thing.a_name, thing.a_name_) == ("1", "2")
    assert (thing.date, thing.at) == (date(2026, 4, 24), datetime(2026, 4, 24, 14, 30, tzinfo=UTC))
    assert thing.level is models.Level.MINUS_1
    assert type(thing.shape) is models.ThingShapeSQUARE
    assert type(thing.tree.by_name["oak"].kids[1].owner.trees[0]) is models.Tree
    assert type(thing.field.request.model) is models.Model
    assert thing.field.request.model.date is models.Date.TODAY
    assert type(thing.response.response) is models.Response


@pytest.mark.parametrize(
    ("body", "variant", "drift"),
    [
        ({"shape": "CIRCLE", "radius": 1}, "ThingShapeCIRCLE", []),
        ({"shape": "SQUARE", "radius": 1}, "ThingShapeSQUARE", [("side", "missing"), ("radius", "unknown_field")]),
        ({"shape": "SQUARE", "side": 7, "new": 1}, "ThingShapeSQUARE", [("side", "type"), ("new", "unknown_field")]),
        ({"shape": "LINE", "side": "7"}, "ThingShapeSQUARE", [("shape", "unknown_member")]),
        ({"side": "7"}, "ThingShapeSQUARE", [("shape", "missing")]),
    ],
)
def test_a_variant_is_known_by_its_constant_and_else_by_what_it_has(
    models: Any, body: Json, variant: str, drift: list[tuple[str, str]]
) -> None:
    thing, found = read(models, {**THING, "shape": body})

    assert type(thing.shape).__name__ == variant
    assert found == [(f"shape.{path}", kind) for path, kind in drift]
    assert thing.to_dict()["shape"] == body


@pytest.mark.parametrize(
    ("body", "variant"),
    [
        ({"kind": "Dog"}, "Dog"),
        ({"kind": "Dog", "claws": 1}, "Dog"),
        ({"kind": "Cat", "bark": 1}, "Cat"),
        ({"kind": "Bird", "bark": 1}, "Dog"),
        ({"kind": [], "bark": 1}, "Dog"),
    ],
)
def test_a_variant_is_known_by_its_discriminator(models: Any, body: Json, variant: str) -> None:
    thing, _ = read(models, {**THING, "pet": body})

    assert type(thing.pet).__name__ == variant
    assert thing.to_dict()["pet"] == body


STRANGE: list[Any] = [
    *[None, True, False, 0, 1, 7, 1.5, 10**30, "", "odd", "class", "CIRCLE", "\ud800", [], {}],
    *[[None], [True], [7, "odd"], [[]], {"a": [True]}, {"a": [7]}, {"value": 1}, {"kids": [1, None]}, {"trees": {}}],
    *[{"shape": "CIRCLE"}, {"shape": ["CIRCLE"]}, {"shape": 1, "side": ""}, {"request": None}, {"date": {}}],
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container with each of its keys, at any depth."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from places(inner)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_other_body_is_read_too_and_nothing_of_it_is_lost(models: Any, data: st.DataObject) -> None:
    body = copy.deepcopy(THING)
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(list(places(body))))
        match data.draw(st.sampled_from(["put", "put", "drop", "add"])):
            case "put":
                container[key] = copy.deepcopy(data.draw(st.sampled_from(STRANGE)))
            case "drop":
                del container[key]
            case _ if isinstance(container, dict):
                container["new"] = copy.deepcopy(data.draw(st.sampled_from(STRANGE)))
            case _:
                container.append(copy.deepcopy(data.draw(st.sampled_from(STRANGE))))

    thing, _ = read(models, body)

    assert json.dumps(thing.to_dict(), sort_keys=True) == json.dumps(body, sort_keys=True)
    assert repr(copy.deepcopy(thing)) == repr(thing)


@pytest.mark.parametrize("name", THING)
def test_a_field_reads_the_same_beside_what_cannot_be_read(models: Any, name: str) -> None:
    beside = "class" if name == "id" else "id"
    fields = {field.key: field.name for field in models.Thing.FIELDS}
    for value in [THING[name], *STRANGE]:
        whole, drift = read(models, {**THING, name: value})
        broken, more = read(models, {**THING, name: value, beside: object()})

        assert repr(getattr(broken, fields[name])) == repr(getattr(whole, fields[name]))
        assert sorted(more) == sorted([*drift, (beside, "type")])


# --- Calls ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({}, ""),
        ({"ids": ["a,b", "c"]}, "?ids=a%2Cb,c"),
        ({"kinds": ["class", "new"]}, "?kinds=class&kinds=new"),
        ({"days": [date(2026, 4, 24), date(2026, 4, 25)]}, "?days=2026-04-24,2026-04-25"),
        ({"from_": datetime(2026, 4, 24, 14, 30, tzinfo=UTC)}, "?from=2026-04-24T14%3A30%3A00Z"),
        (
            {"days": ["2026-04-24"], "from_": "2026-04-24T14:30:00+02:00"},
            "?days=2026-04-24&from=2026-04-24T14%3A30%3A00%2B02%3A00",
        ),
        ({"updated_at_gte": "2026"}, "?updated_at%5Bgte%5D=2026"),
        (
            {"created_at": {"gt": "a b", "lte": date(2026, 4, 24)}},
            "?created_at%5Bgt%5D=a%20b&created_at%5Blte%5D=2026-04-24",
        ),
        ({"created_at": {}}, ""),
        ({"page_size": 5, "kind": "mro", "price": 1.5}, "?page_size=5&kind=mro&price=1.5"),
        ({"id_or_number": "x"}, "?id_or_number=x"),
        ({"id_or_number": 7, "client_": True}, "?id_or_number=7&client=true"),
    ],
)
def test_parameters_of_every_style_are_sent(package: Path, arguments: Json, query: str) -> None:
    request = operation("things.get_things").build_request(7, **arguments)

    assert request.target == f"/v1/accounts/7/things{query}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"days": ["today"]}, "a date for `days`"),
        ({"from_": "2026-04-24T14:30:00"}, "a date-time for `from_`"),
        ({"days": [datetime(2026, 4, 24, tzinfo=UTC)]}, "a date for `days`"),
        ({"from_": datetime(2026, 4, 24)}, "time zone for `from_`"),  # noqa: DTZ001
        ({"created_at": {"gtt": "x"}}, "did you mean 'gt'"),
        ({"created_at": {"gt": ""}}, "`created_at.gt`"),
        ({"created_at": "x"}, "`created_at`"),
        ({"page_size": 6}, "1 to 5 for `page_size`"),
        ({"price": "1"}, "a number for `price`"),
        ({"price": float("nan")}, "finite number for `price`"),
        ({"id_or_number": 1.5}, "a string or integer for `id_or_number`"),
        ({"client_": "yes"}, "True or False for `client_`"),
    ],
)
def test_parameters_that_cannot_be_sent_are_named(package: Path, arguments: Json, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        operation("things.get_things").build_request(7, **arguments)


@pytest.mark.parametrize("body", [{"shape": "CIRCLE", "radius": 1.5}, {"shape": "SQUARE", "side": "2"}])
def test_a_body_of_one_of_several_kinds_is_sent(models: Any, body: Json) -> None:
    create = operation("things.create_thing")
    model = getattr(models, f"ThingCreateThingRequest{body['shape']}")

    assert create.build_request(7, body=body).json == body
    assert create.build_request(7, body=model.from_dict(body)).json == body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"shape": "SQUARE", "radius": 1.5}, "'radius' for ThingCreateThingRequestSQUARE"),
        ({"shape": "SQUARE", "side": 2}, "a string for `body.side`"),
        ({"radius": 1.5}, "ThingCreateThingRequestCIRCLE or ThingCreateThingRequestSQUARE"),
        ({"shape": "CIRCLE", "radius": float("nan")}, "body"),
        (None, "`body`"),
    ],
)
def test_a_body_of_none_of_these_kinds_is_refused(package: Path, body: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        operation("things.create_thing").build_request(7, body=body)


def test_what_a_body_needs_and_may_be_null_is_sent_as_null(package: Path) -> None:
    add = operation("things.add_mark")

    assert add.build_request(text="t").json == {"text": "t", "until": None}
    assert add.build_request(text="t", until=date(2026, 4, 24)).json == {"text": "t", "until": "2026-04-24"}
    assert add.build_request().json is None
    with pytest.raises(TypeError, match="a string for `text`"):
        add.build_request(until=date(2026, 4, 24))


def test_a_body_is_checked_against_the_variant_of_its_discriminator(package: Path) -> None:
    add = operation("things.add_mark")

    assert add.build_request(text="t", about={"kind": "canine"}).json["about"] == {"kind": "canine"}
    with pytest.raises(ValueError, match="'claws' for Dog"):
        add.build_request(text="t", about={"kind": "canine", "claws": 1})


def test_an_object_as_body_becomes_arguments(package: Path) -> None:
    put = operation("watch_lists.put_list_item")

    request = put.build_request(3, class_="a/b", lambda_="l", from_=date(2026, 4, 24), x_labels={"a": "b"})

    assert request.target == "/v1/lists/a%2Fb/items/3"
    assert request.json == {"lambda": "l", "from": "2026-04-24", "x-labels": {"a": "b"}}
    assert put.build_request(3, class_="c").content() is None


def test_without_a_body_a_reply_is_none_and_an_error_is_its_status(models: Any) -> None:
    delete = operation("watch_lists.delete_list_item")
    errors = import_module("other_style_api.errors")
    transport = httpx.MockTransport(lambda request: httpx.Response(204))

    with httpx.Client(transport=transport, base_url="https://service.test") as client:
        assert delete.sync(client, 3, class_="c") is None
    assert type(delete.parse_response(500, b"{}")) is models.BaseResponse
    for status, content in ((404, b""), (502, b"<html>")):
        with pytest.raises(errors.UnexpectedStatus):
            delete.parse_response(status, content)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (200, "ThingGetThingsResponse"),
        (404, "ThingGetThingsErrorResponse"),
        (418, "BaseResponse"),
        (599, "BaseResponse"),
    ],
)
def test_a_class_of_statuses_and_the_rest_have_their_models(package: Path, status: int, name: str) -> None:
    assert type(operation("things.get_things").parse_response(status, b"{}")).__name__ == name


# --- What cannot be generated ---------------------------------------------------------------------------------------

GET = "/paths/~1v1~1accounts~1{account_id}~1things/get"
POST = "/paths/~1v1~1accounts~1{account_id}~1things/post"
SCHEMAS = "/components/schemas"
TEXT = {"type": "string"}


def set_to(path: str, value: Any) -> Json:
    return {"op": "add" if path.endswith("/-") else "replace", "path": path, "value": value}


def added(path: str, value: Any) -> Json:
    return {"op": "add", "path": path, "value": value}


def parameter(**changes: Any) -> Json:
    return set_to(f"{GET}/parameters/-", {"name": "x", "in": "query", "schema": TEXT, **changes})


UNGENERATABLE: dict[str, tuple[Json, str]] = {
    "a header": (parameter(**{"in": "header"}), "a parameter in the header"),
    "a read that may be one": (added(f"{GET}/x-reads", "yes"), "x-reads: expected true or false but found 'yes'"),
    "an unknown style": (parameter(style="pipeDelimited", schema={"type": "array", "items": TEXT}), "pipeDelimited"),
    "an object that is no flat one": (
        parameter(style="deepObject", schema={"$ref": "#/components/schemas/Tree"}),
        "are not all strings",
    ),
    "a parameter of any type": (parameter(schema={}), "a parameter of the type Any"),
    "a limit between two integers": (
        parameter(schema={"type": "integer", "minimum": 0.5}),
        "the minimum 0.5 of an integer",
    ),
    "a limit that is none": (parameter(schema={"type": "integer", "maximum": "9"}), "the maximum '9' of an integer"),
    "a limit without an end": (
        parameter(schema={"type": "integer", "maximum": float("inf")}),
        "the maximum inf of an integer",
    ),
    "a path without its parameter": (
        {"op": "move", "from": "/paths/~1v1~1accounts~1{account_id}~1things", "path": "/paths/~1v1~1{other}~1things"},
        "parameters in the path",
    ),
    "a path described elsewhere": (
        added("/paths/~1v2", {"$ref": "other.yaml#/paths/~1v2"}),
        "a path that is a $ref",
    ),
    "a path of nothing": (added("/paths/~1v2", None), "expected an object of operations but found None"),
    "a method that is none": (added("/paths/~1v2", {"fetch": {}}), "'fetch' is not a known method"),
    "an operation of nothing": (added("/paths/~1v2", {"get": None}), "expected an operation but found None"),
    "a reply of nothing": (set_to(f"{POST}/responses/201", None), "expected an object of responses but found None"),
    "a parameter without a name": (set_to(f"{GET}/parameters/-", {"in": "query"}), "needs `name` and `in`"),
    "a reply of itself": (
        set_to("/components/responses/Failed", {"$ref": "#/components/responses/Failed"}),
        "refers to itself",
    ),
    "properties in a list": (set_to(f"{SCHEMAS}/Circle/properties", ["radius"]), "expected an object of properties"),
    "another server": (added(f"{GET}/servers", [{"url": "https://other.test"}]), "its own servers"),
    "no operationId": ({"op": "remove", "path": f"{GET}/operationId"}, "needs an operationId"),
    "no tag": ({"op": "remove", "path": f"{GET}/tags"}, "and a tag"),
    "two operations of one name": (set_to(f"{POST}/operationId", "getThings"), "a second operation with the name"),
    "a body that is no JSON": (
        set_to(f"{POST}/requestBody/content", {"multipart/form-data": {"schema": {}}}),
        "a body of the type multipart/form-data",
    ),
    "a body that is no plain JSON": (
        set_to(f"{POST}/requestBody/content", {"application/merge-patch+json": {"schema": {}}}),
        "a body of the type application/merge-patch+json",
    ),
    "a reply that is no JSON": (
        set_to(f"{POST}/responses/201/content", {"text/event-stream": {"schema": {}}}),
        "a reply of the type text/event-stream",
    ),
    "a reply that is no object": (
        set_to(f"{POST}/responses/201/content/application~1json/schema", TEXT),
        "not an object with properties",
    ),
    "a reply of nothing but an error": (
        set_to(f"{POST}/responses", {"404": {"description": ""}}),
        "no reply has a body",
    ),
    "a status that is none": (added(f"{POST}/responses/6XX", {"description": ""}), "6XX is not a status"),
    "an unknown schema": (set_to(f"{SCHEMAS}/Id", {"$ref": "#/components/schemas/Gone"}), "there is no such schema"),
    "a schema of another document": (
        set_to(f"{SCHEMAS}/Id", {"$ref": "other.yaml#/Id"}),
        "not a schema of this document",
    ),
    "an unknown type": (set_to(f"{SCHEMAS}/Id/type", "uuid"), "the type 'uuid' is not known"),
    "an enum of mixed types": (set_to(f"{SCHEMAS}/Level/enum", [1, "two"]), "must all be strings, or all integers"),
    "an alias of itself": (
        set_to(f"{SCHEMAS}/Id", {"oneOf": [{"$ref": "#/components/schemas/AliasOfAnAlias"}, {"type": "integer"}]}),
        "contains itself",
    ),
    "a newer property that must be there": (
        added(f"{SCHEMAS}/Circle/properties/radius/x-newer", True),
        "must be optional and nullable",
    ),
    "two schemas of one name": (
        added(f"{SCHEMAS}/base_response", {"properties": {"x": TEXT}}),
        "a second type with the name",
    ),
    "a name that the code needs": (added(f"{SCHEMAS}/Mapping", {"properties": {"x": TEXT}}), "the generated code uses"),
    "typed properties beside others": (
        added(f"{SCHEMAS}/Circle/additionalProperties", TEXT),
        "typed additionalProperties beside properties",
    ),
    "a union among parts": (
        added(f"{SCHEMAS}/Odd", {"allOf": [{"$ref": "#/components/schemas/Circle"}, {"oneOf": [TEXT, {}]}]}),
        "not an object with properties",
    ),
}

NO_DOCUMENTS = {
    "gone": None,
    "twice": '{"openapi": "3.1.0", "openapi": "3.1.0"}',
    "bad": "openapi: 3.1.0\nopenapi: 3.1.0\n",
    "text": "text",
    "empty": "",
}

GENERATE_EACH = """
import contextlib, io, json, sys
codegen, out, *specs = sys.argv[1:]
sys.path.insert(0, codegen)
import generate
said = []
for spec in specs:
    sys.argv = ["generate.py", "--spec", spec, "--out", out]
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        said.append([generate.main(), errors.getvalue()])
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each document that cannot be generated, and of what is no document."""
    folder = tmp_path_factory.mktemp("refused")
    specs = {
        what: written(patched(document(), [step]), folder / f"{number}.json")
        for number, (what, (step, _)) in enumerate(UNGENERATABLE.items())
    }
    for name, text in NO_DOCUMENTS.items():
        specs[name] = folder / f"{name}.yaml"
        if text is not None:
            specs[name].write_text(text, encoding="utf-8")
    command = [CODEGEN_PYTHON, "-c", GENERATE_EACH, *map(str, [ROOT / "codegen", folder / "out", *specs.values()])]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (folder / "out").exists()
    said = json.loads(done.stdout)
    assert {status for status, _ in said} == {1}
    return {what: message for what, (_, message) in zip(specs, said, strict=True)}


@pytest.mark.parametrize("what", UNGENERATABLE)
def test_what_cannot_be_generated_is_refused_with_its_place(refusals: dict[str, str], what: str) -> None:
    _, reason = UNGENERATABLE[what]

    assert refusals[what].startswith("generate: #/")
    assert reason in refusals[what]


@pytest.mark.parametrize("name", NO_DOCUMENTS)
def test_what_is_no_document_is_refused(refusals: dict[str, str], name: str) -> None:
    assert "not an OpenAPI document" in refusals[name] or f"{name}.yaml cannot be read" in refusals[name]


# --- Text of a document is data -------------------------------------------------------------------------------------

HOSTILE = (
    '"""\nraise SystemExit("executed")\n"""',
    '\'"""\\',
    "{{ 7 * 7 }}{% raw %}{# no",
    "{raise_}'\\N{BULLET}\\x",
    "a\x00b\ud800c\u2028d\x85e\rf\x0cg # h",
    'ends with "',
)
IMPORT_ALL = """
import importlib, pathlib, sys
folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
for path in sorted(folder.rglob("*.py")):
    importlib.import_module(".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"))
"""


def with_text(value: Any, text: str) -> Any:
    """A document with a text as each title, summary and description, and beside enum members and properties."""
    if isinstance(value, list):
        return [with_text(item, text) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: with_text(item, text) for key, item in value.items()}
    for key in ("title", "summary", "description"):
        if isinstance(changed.get(key), str):
            changed[key] = text
    if isinstance(changed.get("enum"), list) and "OPEN" in changed["enum"]:
        changed["enum"] = [*changed["enum"], text]
    if isinstance(changed.get("properties"), dict):
        changed["properties"] = {**changed["properties"], text: {"type": "string"}}
    return changed


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_a_document_is_no_code(text: str, tmp_path: Path) -> None:
    hostile = with_text(document(), text)
    hostile["info"]["title"] = text
    (tmp_path / "spec.json").write_text(json.dumps(hostile, default=str), encoding="utf-8")

    done = codegen("generate.py", "--spec", tmp_path / "spec.json", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, str(tmp_path / "out")],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "stride"), [("tests/every_kind.yaml", 1), ("tests/other_style.yaml", 7), ("openapi.yaml", 307)]
)
def test_each_string_of_a_document_is_data(name: str, stride: int, tmp_path: Path) -> None:
    whole = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))

    done = codegen(
        "../tests/support/hostile_documents.py", written(whole, tmp_path / "spec.json"), tmp_path, str(stride)
    )

    assert (done.stdout, done.stderr) == ("[]", "")
    for package in sorted(tmp_path.glob("*/clear_street_api")):
        command = [sys.executable, "-W", "error", "-c", IMPORT_ALL, str(package.parent)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")
        if stride == 1:
            command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), package.name]
            ran = subprocess.run(command, cwd=package.parent, check=False, capture_output=True, text=True)
            assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("text", [*HOSTILE, "..", "?a=1", "%2F%zz"])
def test_hostile_text_in_a_path_is_encoded_or_refused_with_its_place(text: str, tmp_path: Path) -> None:
    hostile = document()
    paths = hostile["paths"]
    old = next(path for path in paths if path.endswith("/things"))
    new = f"{old}/{text}"
    hostile["paths"] = {new if path == old else path: item for path, item in paths.items()}
    (tmp_path / "spec.json").write_text(json.dumps(hostile, default=str), encoding="utf-8")

    done = codegen("generate.py", "--spec", tmp_path / "spec.json", "--out", tmp_path / "out")

    if done.returncode:
        assert done.stderr.startswith("generate: #/paths/")
        assert "Traceback" not in done.stderr
        return
    built = "from clear_street_api.api.things import get_things as o; print(o.build_request(1).path.isascii())"
    code = f"{IMPORT_ALL}\nimport inspect\n{built}"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "out")], check=False, capture_output=True, text=True
    )
    assert (ran.stdout.strip(), ran.stderr) == ("True", "")
