"""`make spec-check` reports what another document changes for a client, in which direction, and where we use it."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from support.key_names import KEY_NAME, NEWER_KEY_NAME
from support.spec_tools import CODEGEN_PYTHON, REVISIONS, ROOT, Json, codegen, patched, revision, spec, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMAS = "/components/schemas"
INSTRUCTION = f"{SCHEMAS}/PositionInstruction"
SUBMITTED = f"{SCHEMAS}/PositionInstructionRequest"
POSITIONS = "/paths/~1v1~1accounts~1{account_id}~1positions"
INSTRUCTIONS = f"{POSITIONS}~1instructions"
CANCEL = f"{INSTRUCTIONS}~1{{instruction_id}}"
EVERY_SUBMIT_STATUS = ("200", "207", "400", "404", "409", "500", "503")


class Rule(NamedTuple):
    """A patch of our document, and the change that the report names for it."""

    patch: list[Json]
    operation: str
    direction: str
    where: str
    what: str
    breaking: bool
    statuses: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further changes that the report names, there or at other operations."""


def replace(path: str, value: object) -> Json:
    return {"op": "replace", "path": path, "value": value}


def add(path: str, value: object) -> Json:
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> Json:
    return {"op": "remove", "path": path}


def move(source: str, path: str) -> Json:
    return {"op": "move", "from": source, "path": path}


def reply(content: str) -> Json:
    schema = {"$ref": f"#/components/schemas/{content}"}
    return {"description": "", "content": {"application/json": {"schema": schema}}}


TEXT = {"type": "string"}
LIST = "get_position_instructions"
SUBMIT = "submit_position_instructions"
RULES = {
    "reply: optional field added": Rule(
        [add(f"{SCHEMAS}/Position/properties/lot", TEXT)],
        *("get_positions", "reply", "data[].lot", "is new (string, optional)", False, ("200",)),
    ),
    "reply: required field added": Rule(
        [add(f"{SCHEMAS}/Position/properties/lot", TEXT), add(f"{SCHEMAS}/Position/required/-", "lot")],
        *("get_positions", "reply", "data[].lot", "is new (string, required)", False, ("200",)),
    ),
    "reply: field removed": Rule(
        [remove(f"{SCHEMAS}/Position/properties/cost_basis")],
        *("get_positions", "reply", "data[].cost_basis", "is gone", True, ("200",)),
    ),
    "reply: field renamed": Rule(
        [move(f"{INSTRUCTION}/properties/accepted_quantity", f"{INSTRUCTION}/properties/quantity_accepted")],
        *(SUBMIT, "reply", "data[].accepted_quantity"),
        *("is gone, and `quantity_accepted` is new: likely a rename", True, EVERY_SUBMIT_STATUS),
    ),
    "reply: field renamed, its type being one of a kind": Rule(
        [
            move(f"{INSTRUCTION}/properties/status", f"{INSTRUCTION}/properties/state"),
            replace(f"{INSTRUCTION}/required/6", "state"),
        ],
        *(LIST, "reply", "data[].status", "is gone, and `state` is new: likely a rename", True, ("200",)),
    ),
    "reply: one field for another that does not look like it": Rule(
        [remove(f"{INSTRUCTION}/properties/symbol"), add(f"{INSTRUCTION}/properties/venue", TEXT)],
        *(LIST, "reply", "data[].symbol", "is gone", True, ("200",), ("is new (string, optional)",)),
    ),
    "reply: renamed and made nullable": Rule(
        [
            move(f"{INSTRUCTION}/properties/symbol", f"{INSTRUCTION}/properties/osi_symbol"),
            replace(f"{INSTRUCTION}/properties/osi_symbol/type", ["string", "null"]),
            replace(f"{INSTRUCTION}/required/7", "osi_symbol"),
        ],
        *(LIST, "reply", "data[].symbol", "may now be null", True, ("200",)),
        ("is gone, and `osi_symbol` is new: likely a rename",),
    ),
    "reply: field made optional": Rule(
        [remove(f"{INSTRUCTION}/required/7")],
        *(LIST, "reply", "data[].symbol", "may now be absent", True, ("200",)),
    ),
    "reply: field made required": Rule(
        [add(f"{INSTRUCTION}/required/-", "created_at")],
        *(LIST, "reply", "data[].created_at", "is now always present", False, ("200",)),
    ),
    "reply: field made nullable": Rule(
        [replace(f"{INSTRUCTION}/properties/symbol/type", ["string", "null"])],
        *(LIST, "reply", "data[].symbol", "may now be null", True, ("200",)),
    ),
    "reply: optional field no longer nullable": Rule(
        [replace(f"{INSTRUCTION}/properties/created_at/type", "string")],
        *(LIST, "reply", "data[].created_at", "may no longer be null", False, ("200",)),
    ),
    "reply: list item made nullable": Rule(
        [
            replace(
                f"{SCHEMAS}/PositionGetPositionsResponse/allOf/1/properties/data/items",
                {"oneOf": [{"$ref": "#/components/schemas/Position"}, {"type": "null"}]},
            )
        ],
        *("get_positions", "reply", "data[]", "may now be null", True, ("200",)),
    ),
    "reply: type changed": Rule(
        [replace(f"{SCHEMAS}/Position/properties/quantity/type", "number")],
        *("get_positions", "reply", "data[].quantity", "was string and is now number", True, ("200",)),
    ),
    "reply: format changed": Rule(
        [remove(f"{SCHEMAS}/Order/properties/created_at/format")],
        *("close_position", "reply", "data[].created_at", "was date-time and is now string", True, ("200",)),
    ),
    "reply: enum member gone": Rule(
        [remove(f"{SCHEMAS}/SecurityType/enum/4")],
        *("get_positions", "reply", "data[].instrument_type"),
        *("no longer has the member `INDEX` of `SecurityType`", True, ("200",)),
    ),
    "reply: enum member new": Rule(
        [add(f"{SCHEMAS}/SecurityType/enum/-", "BOND")],
        *("get_positions", "reply", "data[].instrument_type"),
        *("has the new member `BOND` of `SecurityType`", False, ("200",)),
    ),
    "reply: enum member renamed": Rule(
        [replace(f"{SCHEMAS}/OrderStatus/{place}", "CANCELLED") for place in ("enum/4", "x-terminal/1")],
        *("close_position", "reply", "data[].status"),
        *(
            "no longer has the member `CANCELED` of `OrderStatus`, and `CANCELLED` is new: likely a rename",
            True,
            ("200",),
        ),
    ),
    "reply: success status new": Rule(
        [add(f"{CANCEL}/delete/responses/202", reply("PositionCancelPositionInstructionResponse"))],
        *("cancel_position_instruction", "reply", ""),
        *("is a new status (PositionCancelPositionInstructionResponse)", True, ("202",)),
    ),
    "reply: error status new": Rule(
        [add(f"{POSITIONS}/get/responses/410", reply("ErrorResponse"))],
        *("get_positions", "reply", "", "is a new status (ErrorResponse)", False, ("410",)),
    ),
    "reply: statuses told apart no longer": Rule(
        [remove(f"{INSTRUCTIONS}/post/responses/207")],
        *(SUBMIT, "reply", "", "is no longer documented", False, ("207",)),
    ),
    "reply: the only success gone": Rule(
        [move(f"{POSITIONS}/get/responses/200", f"{POSITIONS}/get/responses/302")],
        *("get_positions", "reply", "", "is no longer documented", True, ("200",)),
        ("is a new status (PositionGetPositionsResponse)",),
    ),
    "request: optional field added": Rule(
        [add(f"{SUBMITTED}/properties/memo", TEXT)],
        *(SUBMIT, "request", "[].memo", "is new (string, optional)", False),
    ),
    "request: required field added": Rule(
        [add(f"{SUBMITTED}/properties/memo", TEXT), add(f"{SUBMITTED}/required/-", "memo")],
        *(SUBMIT, "request", "[].memo", "is new (string, required)", True),
    ),
    "request: field removed": Rule(
        [remove(f"{SUBMITTED}/properties/quantity")],
        *(SUBMIT, "request", "[].quantity", "is gone", True),
    ),
    "request: field made optional": Rule(
        [remove(f"{SUBMITTED}/required/2")],
        *(SUBMIT, "request", "[].quantity", "is now optional", False),
    ),
    "request: field made required": Rule(
        [add(f"{SUBMITTED}/required/-", KEY_NAME)],
        *(SUBMIT, "request", "[].instruction_id", "is now required", True),
    ),
    "request: field made nullable": Rule(
        [replace(f"{SUBMITTED}/properties/quantity/type", ["string", "null"])],
        *(SUBMIT, "request", "[].quantity", "may now be null", False),
    ),
    "request: field no longer nullable": Rule(
        [replace(f"{SUBMITTED}/properties/instruction_id/type", "string")],
        *(SUBMIT, "request", "[].instruction_id", "may no longer be null", True),
    ),
    "request: enum member gone": Rule(
        [remove(f"{SCHEMAS}/PositionSortBy/enum/0")],
        *("get_positions", "request", "query sort_by"),
        *("no longer has the member `SYMBOL` of `PositionSortBy`", True),
    ),
    "request: optional parameter added": Rule(
        [add(f"{INSTRUCTIONS}/get/parameters/-", {"name": "state", "in": "query", "schema": TEXT})],
        *(LIST, "request", "query state", "is new (string, optional)", False),
    ),
    "request: required parameter added": Rule(
        [add(f"{INSTRUCTIONS}/get/parameters/-", {"name": "on", "in": "query", "required": True, "schema": TEXT})],
        *(LIST, "request", "query on", "is new (string, required)", True),
    ),
    "request: parameter renamed": Rule(
        [replace("/components/parameters/PageToken/name", "page_cursor")],
        *("get_positions", "request", "query page_token"),
        *("is gone, and `page_cursor` is new: likely a rename", True),
    ),
    "request: list sent another way": Rule(
        [replace("/components/parameters/InstrumentIds/explode", True)],
        *("get_positions", "request", "query instrument_ids", "is now sent once for each item", True),
    ),
    "request: limit lowered": Rule(
        [replace("/components/parameters/PageSize/schema/maximum", 500)],
        *("get_positions", "request", "query page_size", "has the maximum 500 (was 1000)", True),
    ),
    "request: limit raised": Rule(
        [replace("/components/parameters/PageSize/schema/maximum", 5000)],
        *("get_positions", "request", "query page_size", "has the maximum 5000 (was 1000)", False),
    ),
    "request: exclusive limit": Rule(
        [add("/components/parameters/PageSize/schema/exclusiveMinimum", 9)],
        *("get_positions", "request", "query page_size", "has the exclusiveMinimum 9 (was none)", True),
    ),
    "request: limit of a field that may be null": Rule(
        [add(f"{SUBMITTED}/properties/instruction_id/maxLength", 32)],
        *(SUBMIT, "request", "[].instruction_id", "has the maxLength 32 (was none)", True),
    ),
    "request: default changed": Rule(
        [replace("/components/parameters/PageSize/schema/default", 100)],
        *("get_positions", "request", "query page_size", "has the default 100 (was 1000)", False),
    ),
    "request: type widened": Rule(
        [replace(f"{SUBMITTED}/properties/quantity", {"type": ["string", "integer"]})],
        *(SUBMIT, "request", "[].quantity", "was string and is now integer or string", False),
    ),
    "request: enum opened": Rule(
        [replace("/components/parameters/SortBy/schema", TEXT)],
        *("get_positions", "request", "query sort_by", "was PositionSortBy and is now string", False),
    ),
    "request: text narrowed to an enum": Rule(
        [replace(f"{SUBMITTED}/properties/quantity", {"type": "string", "enum": ["1", "2"]})],
        *(SUBMIT, "request", "[].quantity", "was string and is now PositionInstructionRequestQuantity", True),
    ),
    "reply: anything narrowed to a map": Rule(
        [replace(f"{SCHEMAS}/APIError/properties/details/items", {"type": "object"})],
        *(
            "get_version",
            "reply",
            "error.details[]",
            "was anything and is now map of anything",
            False,
            ("200", "429", "500", "503"),
        ),
        ("may no longer be null",),
    ),
    "reply: text narrowed to an enum": Rule(
        [replace(f"{SCHEMAS}/Position/properties/quantity", {"type": "string", "enum": ["1", "2"]})],
        *("get_positions", "reply", "data[].quantity", "was string and is now PositionQuantity", False, ("200",)),
    ),
    "reply: one more type": Rule(
        [replace(f"{SCHEMAS}/Position/properties/quantity", {"type": ["string", "integer"]})],
        *("get_positions", "reply", "data[].quantity", "was string and is now integer or string", True, ("200",)),
    ),
    "request: optional header": Rule(
        [add(f"{POSITIONS}/get/parameters/-", {"name": "X-Trace", "in": "header", "schema": TEXT})],
        *("get_positions", "request", "header X-Trace", "is new (optional), and cannot be generated", False),
    ),
    "request: required header": Rule(
        [
            add(
                f"{POSITIONS}/get/parameters/-",
                {"name": "X-Trace", "in": "header", "required": True, "schema": TEXT},
            )
        ],
        *("get_positions", "request", "header X-Trace", "is new (required), and cannot be generated", True),
    ),
    "request: body now required": Rule(
        [replace("/components/requestBodies/ClosePositions/required", True)],
        *("close_positions", "request", "", "the body is now required", True),
    ),
    "request: parameters in another order": Rule(
        [move(CANCEL, "/paths/~1v1~1instructions~1{instruction_id}~1accounts~1{account_id}")],
        *("cancel_position_instruction", "request", ""),
        "was DELETE /v1/accounts/{account_id}/positions/instructions/{instruction_id} and is now "
        "DELETE /v1/instructions/{instruction_id}/accounts/{account_id}",
        True,
    ),
    "another server": Rule(
        [replace("/servers/0/url", "https://api.clearstreet.test")],
        *("service", "request", "server"),
        "was https://api-dev.clearstreet.com, https://api.clearstreet.com and is now "
        "https://api-dev.clearstreet.com, https://api.clearstreet.test",
        True,
    ),
    "one more server": Rule(
        [add("/servers/-", {"url": "https://eu.clearstreet.test/"})],
        *("service", "request", "server"),
        "was https://api-dev.clearstreet.com, https://api.clearstreet.com and is now "
        "https://api-dev.clearstreet.com, https://api.clearstreet.com, https://eu.clearstreet.test",
        False,
    ),
    "another way to say who calls": Rule(
        [
            replace(
                "/components/securitySchemes", {"BearerAuth": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}
            )
        ],
        *("service", "request", "credentials", "was bearer and is now header x-api-key", True),
    ),
    "the same way in other words": Rule(
        [
            replace("/components/securitySchemes", {"Login": {"type": "openIdConnect", "openIdConnectUrl": "x"}}),
            move("/paths/~1v1~1version", "/paths/~1v2~1version"),
        ],
        *("get_version", "request", "", "was GET /v1/version and is now GET /v2/version", True),
    ),
    "request: body gone": Rule(
        [remove(f"{POSITIONS}/delete/requestBody")],
        *("close_positions", "request", "", "no longer takes a body", True),
    ),
    "request: body now needed": Rule(
        [
            add(
                f"{CANCEL}/delete/requestBody",
                {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ClosePositionsRequest"}}},
                },
            )
        ],
        *("cancel_position_instruction", "request", "", "needs a body (ClosePositionsRequest)", True),
    ),
    "request: API key now needed": Rule(
        [replace("/paths/~1v1~1version/get/security", [{"BearerAuth": []}])],
        *("get_version", "request", "", "now needs the API key", True),
    ),
    "operation gone": Rule(
        [remove("/paths/~1v1~1version")],
        *("get_version", "request", "", "is gone", True),
    ),
    "operation renamed and moved": Rule(
        [
            move("/paths/~1v1~1version", "/paths/~1v1~1service-version"),
            replace("/paths/~1v1~1service-version/get/operationId", "get_service_version"),
        ],
        *("get_version", "request", ""),
        *("is gone, and `get_service_version` (GET /v1/service-version) is new: likely a rename", True),
    ),
    "operation renamed": Rule(
        [replace("/paths/~1v1~1version/get/operationId", "get_release")],
        *("get_version", "request", ""),
        *("is now called `get_release`: requests stay the same, and so can our name", False),
    ),
    "path changed": Rule(
        [move("/paths/~1v1~1version", "/paths/~1v2~1version")],
        *("get_version", "request", "", "was GET /v1/version and is now GET /v2/version", True),
    ),
    "method changed": Rule(
        [move(f"{CANCEL}/delete", f"{CANCEL}/post")],
        *("cancel_position_instruction", "request", ""),
        "was DELETE /v1/accounts/{account_id}/positions/instructions/{instruction_id} and is now "
        "POST /v1/accounts/{account_id}/positions/instructions/{instruction_id}",
        True,
    ),
}

DRIVER = """
import json, sys
sys.path.insert(0, "codegen")
from spec_check import as_json, as_markdown, compare, read, standing
ours = read("openapi.yaml")
compared = [compare(ours, document) for document in json.load(sys.stdin)]
found = [(standing(changes), others) for changes, others in compared]
print(json.dumps([{**json.loads(as_json(*each)), "page": as_markdown("theirs.json", ours, *each)} for each in found]))
"""


def reports(documents: list[Json]) -> list[Json]:
    """Return the reports on these documents, each with its page. They share a process, because starting one is slow."""
    given = json.dumps(documents, default=str)
    done = subprocess.run(
        [CODEGEN_PYTHON, "-c", DRIVER], cwd=ROOT, input=given, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: list[Json] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def ruled() -> dict[str, Json]:
    documents = [patched(spec(), rule.patch) for rule in RULES.values()]
    return dict(zip(RULES, reports(documents), strict=True))


def check(document: Any, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return codegen("spec_check.py", *options, written(document, folder / "theirs.json"))


@cache
def revised() -> dict[str, Json]:
    """Return the report on each revision."""
    names = [path.stem for path in REVISIONS.glob("*.yaml")]
    return dict(zip(names, reports([revision(name) for name in names]), strict=True))


def report(name: str) -> Json:
    """Return the report on a revision."""
    return revised()[name]


def markdown(name: str) -> str:
    """Return the report on a revision as Markdown."""
    page: str = report(name)["page"]
    return page


# --- The rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
def test_a_change_is_named_with_its_direction_and_whether_it_breaks(ruled: dict[str, Json], name: str) -> None:
    rule, report = RULES[name], ruled[name]

    found = [
        change
        for change in report["changes"]
        if (change["operation"], change["where"]) == (rule.operation, rule.where)
        and (change["direction"], change["what"]) == (rule.direction, rule.what)
    ]
    assert len(found) == 1, report["changes"]
    assert found[0]["breaking"] == rule.breaking
    assert tuple(found[0]["statuses"]) == rule.statuses
    assert report["exit_status"] == (2 if any(change["breaking"] for change in report["changes"]) else 1)


@pytest.mark.parametrize("name", RULES)
def test_nothing_else_is_said_to_have_changed(ruled: dict[str, Json], name: str) -> None:
    said = {change["what"] for change in ruled[name]["changes"]}

    assert said == {RULES[name].what, *RULES[name].also}


def test_our_own_document_is_no_change() -> None:
    done = codegen("spec_check.py", ROOT / "openapi.yaml")

    assert done.returncode == 0
    assert done.stdout.startswith("# spec-check: no changes\n")


def test_an_object_that_holds_itself_is_compared_once(tmp_path: Path) -> None:
    document = spec()
    document["components"]["schemas"]["Position"]["properties"]["legs"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Position"},
    }

    found = json.loads(check(document, tmp_path, "--json").stdout)

    assert [(change["where"], change["what"]) for change in found["changes"]] == [
        ("data[].legs", "is new (list of Position, optional)")
    ]


# --- The same service, in another style -----------------------------------------------------------------------------


def restyled(document: Json) -> Json:
    """Return our document in another style: the same facts in another order, split and named in other ways."""
    components = document["components"]
    inlined = {name for name in components["schemas"] if name.endswith("Response") and name != "BaseResponse"}

    def restyle(node: Any) -> Any:
        if isinstance(node, list):
            return [restyle(item) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref", "")
        section, _, name = reference.removeprefix("#/components/").partition("/")
        if section in ("parameters", "responses", "requestBodies") or name in inlined:
            return restyle(components[section][name])
        if name and section == "schemas":
            return {"oneOf": [{"oneOf": [{"$ref": reference}]}]} if name == "OrderStatus" else {"$ref": reference}
        words = {key for key in ("description", "summary") if isinstance(node.get(key), str)}
        node = {key: restyle(value) for key, value in node.items() if key not in {*words, "examples"}}
        match node.get("type"):
            case [kind, "null"]:
                return {"oneOf": [{"type": "null"}, restyle({**node, "type": kind})]}
            case "integer" if node.get("format") == "int64":
                return {"$ref": "#/components/schemas/i64"}
            case "string" if set(node) == {"type"}:
                return {"type": "string", "format": "uuid"}
        return node

    paths = {path: restyle(item) for path, item in reversed(document["paths"].items())}
    paths["/v1/documents"] = {
        "post": {
            "operationId": "upload_document",
            "tags": ["Documents"],
            "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}},
            "responses": {"204": {"description": "Taken."}},
        }
    }
    schemas = {name: restyle(schema) for name, schema in components["schemas"].items() if name not in inlined}
    schemas |= {"i64": {"type": "integer", "format": "int64"}, "Strange": {"type": "hyperreal"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "The whole API", "version": date(2026, 11, 20)},
        "security": [{"Bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}}},
    }


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_the_same_service_in_another_style_is_no_change(tmp_path: Path, suffix: str) -> None:
    theirs = tmp_path / f"theirs.{suffix}"
    text = json.dumps(restyled(spec()), default=str) if suffix == "json" else yaml.safe_dump(restyled(spec()))
    theirs.write_text(text, encoding="utf-8")

    done = codegen("spec_check.py", theirs)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("# spec-check: no changes\n")


def test_what_is_not_supported_is_listed_and_not_in_the_way(tmp_path: Path) -> None:
    done = check(restyled(spec()), tmp_path)

    assert done.returncode == 0
    assert "## Not supported\n\n- `upload_document`: POST /v1/documents\n" in done.stdout


def test_a_change_is_found_in_another_style_as_well(tmp_path: Path) -> None:
    changed = restyled(revision("idempotency_key_renamed"))

    found = json.loads(check(changed, tmp_path, "--json").stdout)

    assert found["changes"] == report("idempotency_key_renamed")["changes"]


def test_an_ungeneratable_operation_says_why_and_hides_no_other(tmp_path: Path) -> None:
    document = patched(
        revision("field_added"),
        [replace(f"{SUBMITTED}/properties/quantity", {"type": "hyperreal"})],
    )

    done = check(document, tmp_path)

    assert done.returncode == 2
    submit = done.stdout.partition("## submit_position_instructions\n")[2].partition("\n## ")[0]
    assert "**breaking, request**: cannot be generated: " in submit
    assert "hyperreal" in submit
    assert "quantity" in submit
    assert "`data[].lot_size` is new" in done.stdout


# --- What the client's promises depend on ---------------------------------------------------------------------------


def test_the_rename_of_the_key_is_dangerous_for_the_idempotency_of_submit() -> None:
    page, found = markdown("idempotency_key_renamed"), report("idempotency_key_renamed")

    assert found["exit_status"] == 2
    assert page.startswith("> **Dangerous.**")
    dangers = {(one["operation"], one["direction"]): one["danger"] for one in found["changes"] if one["danger"]}
    assert set(dangers) == {(SUBMIT, "request"), (SUBMIT, "reply"), (LIST, "reply")}
    assert all(danger.startswith("the idempotency of submit") for danger in dangers.values())
    assert page.count("instruction_id` is gone\n") == 4
    assert page.count("**dangerous, breaking, ") == 3


PROMISES = [
    (f"{SUBMITTED}/properties/instruction_id", [(SUBMIT, "request")]),
    (f"{INSTRUCTION}/properties/instruction_id", [(SUBMIT, "reply"), (LIST, "reply")]),
    (f"{INSTRUCTION}/properties/id", [(SUBMIT, "reply"), (LIST, "reply")]),
    (f"{INSTRUCTION}/properties/status", [(SUBMIT, "reply"), (LIST, "reply")]),
    (f"{INSTRUCTION}/properties/rejection_reason", [(SUBMIT, "reply")]),
    (f"{SCHEMAS}/ResponseMetadata/properties/next_page_token", [(LIST, "reply")]),
    (f"{SCHEMAS}/BaseResponse/properties/metadata", [(LIST, "reply")]),
    (
        f"{SCHEMAS}/PositionCancelPositionInstructionResponse/allOf/1/properties/data",
        [("cancel_position_instruction", "reply")],
    ),
    (f"{SCHEMAS}/PositionSubmitPositionInstructionsResponse/allOf/1/properties/data", [(SUBMIT, "reply")]),
]


def test_whatever_a_promise_rests_on_is_dangerous_to_lose() -> None:
    found = reports([patched(spec(), [remove(pointer)]) for pointer, _ in PROMISES])

    for (pointer, expected), lost in zip(PROMISES, found, strict=True):
        dangers = {(change["operation"], change["direction"]) for change in lost["changes"] if change["danger"]}
        assert dangers == set(expected), pointer


def test_a_field_beside_it_is_not_dangerous(ruled: dict[str, Json]) -> None:
    assert [change["danger"] for change in ruled["reply: field removed"]["changes"]] == [None]


def test_a_status_that_comes_or_goes_says_what_it_means_for_waiting() -> None:
    gone, new = markdown("enum_member_gone"), markdown("enum_member_added")

    assert "`ENGINE_REJECTED` of `PositionInstructionStatus`; waiting: remove it from" in gone
    assert "(where it is terminal); a wait for it alone would last until its deadline" in gone
    assert "`EXPIRED` of `PositionInstructionStatus`; waiting: it counts as not terminal until" in new
    assert gone.count("waiting:") == new.count("waiting:") == 1


STATUSES = {
    "get_position_instructions": "200 400 403 404 503",
    "submit_position_instructions": "200 207 400 403 404 409 500 503",
    "cancel_position_instruction": "200 403 404 409 503",
    "get_positions": "200 403 500",
    "close_position": "200 400 403 500",
    "close_positions": "200 400 403 500",
    "get_version": "200 500",
}
"""The statuses that the service documents."""
MEMBERS_GONE = {
    "PositionInstructionStatus": {"ENGINE_REJECTED"},
    "PositionType": {"LONG_CALL", "SHORT_CALL", "LONG_PUT", "SHORT_PUT"},
    "SecurityType": {"PREFERRED_STOCK", "OTHER"},
    "Side": {"SELL_SHORT", "OTHER"},
    "TimeInForce": {
        *("GOOD_TILL_CROSSING", "GOOD_THROUGH_CROSSING", "AT_CROSSING"),
        *("AT_THE_OPENING", "AT_THE_CLOSE"),
    },
}


def of_today(key: str = NEWER_KEY_NAME) -> Json:
    """Return our document as today's service publishes it, with this name of the key."""
    document = spec()
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for word in [word for word in schema if word.startswith("x-")]:
            del schema[word]
    for schema in (schemas["PositionInstruction"], schemas["PositionInstructionRequest"]):
        schema["properties"][key] = schema["properties"].pop(KEY_NAME)
        del schema["properties"][key]["x-aliases"]
        schema["required"] = [key if name == KEY_NAME else name for name in schema["required"]]
    for enum, gone in MEMBERS_GONE.items():
        schemas[enum]["enum"] = [member for member in schemas[enum]["enum"] if member not in gone]
    for item in document["paths"].values():
        for operation in item.values():
            if operation["operationId"] in STATUSES:
                known = STATUSES[operation["operationId"]].split()
                operation["responses"] = {status: operation["responses"][status] for status in known}
    return document


def test_the_document_of_today_has_no_danger_and_its_differences_stand() -> None:
    (found,) = reports([of_today()])

    assert found["exit_status"] == 0, found["page"]
    assert {change["danger"] for change in found["changes"]} == {None}
    assert {change["standing"] for change in found["changes"]} >= {"last summer's service sends it"}
    assert found["page"].startswith("# spec-check: no changes\n")
    stand = found["page"].partition("## Standing differences\n\n")[2]
    assert sum(len(gone) for gone in MEMBERS_GONE.values()) == stand.count("no longer has the member")
    assert "\n- 429 is no longer documented: a gateway limits every operation\n" in stand
    assert "## Where changed names are used" not in found["page"]


def test_what_stands_of_one_operation_does_not_stand_of_another() -> None:
    document = of_today()
    del document["paths"]["/v1/accounts/{account_id}/positions/instructions/{instruction_id}"]["delete"]["responses"][
        "404"
    ]
    (found,) = reports([document])

    assert found["exit_status"] == 1
    assert "## cancel_position_instruction\n\n- reply 404: is no longer documented\n" in found["page"]
    assert "## Where changed names are used" not in found["page"]


def test_the_next_name_of_the_key_is_the_first_line_of_the_report() -> None:
    (found,) = reports([of_today("order_reference")])

    assert found["page"].startswith("> **Dangerous.**")
    assert found["exit_status"] == 2
    assert found["page"].count("\n- `") == 1  # only the uses of the key are listed


def test_a_new_danger_stands_before_all_that_stands() -> None:
    (found,) = reports([patched(of_today(), [remove(f"{INSTRUCTION}/properties/status")])])

    assert found["exit_status"] == 2
    assert found["page"].startswith("> **Dangerous.**")
    assert found["page"].index("`data[].status` is gone") < found["page"].index("## Standing differences")


# --- Where changed names are used -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word", "homes"),
    [
        ("idempotency_key_renamed", KEY_NAME, {"overlay", "tests", "examples"}),
        ("enum_member_gone", "ENGINE_REJECTED", {"overlay", "tests"}),
        ("path_changed", "cancel_position_instruction", {"overlay", "tests"}),
    ],
)
def test_every_use_is_a_line_that_says_the_word(name: str, word: str, homes: set[str]) -> None:
    uses = {use for change in report(name)["changes"] for use in change["uses"]}

    assert {use.partition("/")[0] for use in uses} >= homes
    assert not [use for use in uses if use.startswith("generated/")]
    for use in uses:
        path, _, line = use.partition(":")
        text = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert re.search(rf"\b{word}\b", text, re.IGNORECASE), use


def test_no_line_of_the_overlay_that_uses_it_is_left_out() -> None:
    uses = set(report("idempotency_key_renamed")["changes"][0]["uses"])
    used = re.compile(r"\.instruction_id\b|\"instruction_id\"|\binstruction_id=(?!`)|^ +instruction_id: ")

    for path in (ROOT / "overlay").rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if used.search(line):
                assert f"{path.relative_to(ROOT).as_posix()}:{number}" in uses


# --- The command ----------------------------------------------------------------------------------------------------


def test_markdown_and_json_say_the_same() -> None:
    page, found = markdown("required_field_nullable"), report("required_field_nullable")

    assert page.startswith("# spec-check: 3 changes, 3 breaking\n")
    assert len(found["changes"]) == 3
    for change in found["changes"]:
        line = f"- **breaking, reply** {', '.join(change['statuses'])}: `{change['where']}` {change['what']}"
        section = page.partition(f"## {change['operation']}\n")[2].partition("\n## ")[0]
        assert line in section
    for use in {use for change in found["changes"] for use in change["uses"]}:
        path, _, number = use.partition(":")
        assert re.search(rf"`{re.escape(path)}:(?:\d+,)*{number}[,`]", page), use


@pytest.mark.parametrize(("name", "status"), [("field_added", 1), ("path_changed", 2)])
def test_the_exit_status_says_whether_anything_breaks(tmp_path: Path, name: str, status: int) -> None:
    done = check(revision(name), tmp_path)

    assert done.returncode == report(name)["exit_status"] == status
    assert done.stdout.splitlines()[0] == markdown(name).splitlines()[0]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "cannot be read"),
        ("openapi: [", "cannot be read"),
        ("- a list", "not an OpenAPI document"),
        ("openapi: 3.1.0", "not an OpenAPI document"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, document: str | None, said: str) -> None:
    theirs = tmp_path / "theirs.yaml"
    if document is not None:
        theirs.write_text(document, encoding="utf-8")

    done = codegen("spec_check.py", theirs)

    assert done.returncode == 3
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_check_that_breaks_off_does_not_say_that_nothing_breaks(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.json"
    theirs.write_text('{"a":' * 100_000, encoding="utf-8")

    done = codegen("spec_check.py", theirs)

    assert done.returncode == 3
    assert done.stdout == ""


@pytest.fixture
def published() -> Iterator[str]:
    body = json.dumps(restyled(revision("field_added")), default=str).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/openapi.json"
        server.shutdown()
        thread.join()


def test_a_document_is_taken_from_a_url(published: str) -> None:
    done = codegen("spec_check.py", published)

    assert done.returncode == 1, done.stderr
    assert "`data[].lot_size` is new" in done.stdout


def test_make_runs_it_in_the_environment_of_the_generator() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "spec-check", "SPEC=theirs.yaml", "ARGS=--json"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ".tools/codegen/bin/python codegen/spec_check.py --json 'theirs.yaml'"
