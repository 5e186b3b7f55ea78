"""`generated/` is what codegen/ makes of openapi.yaml, to the byte; it imports lightly; other documents do as well."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "generated"
PACKAGE = GENERATED / "clear_street_api"
HEADER = "# Generated from the OpenAPI document"

Json = dict[str, Any]


@pytest.fixture(scope="session")
def codegen_python() -> str:
    """The interpreter of the generator's own environment."""
    python = Path(os.environ.get("CODEGEN_PYTHON", ROOT / ".tools/codegen/bin/python"))
    if not python.exists():
        pytest.fail(f"no generator at {python}: run `make generate` once, or set CODEGEN_PYTHON", pytrace=False)
    return str(python)


def generate(
    python: str, spec: Path, out: Path, *, cwd: Path = ROOT, check: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            python,
            str(ROOT / "codegen/generate.py"),
            "--spec",
            str(spec),
            "--out",
            str(out),
            *(["--check"] if check else []),
        ],
        cwd=cwd,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def child(code: str, *arguments: str, path: Path | None = None) -> Any:
    """What Python code prints as JSON, in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(path or ""), os.environ.get("PYTHONPATH")])),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# --- The committed tree ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_generating_again_gives_the_same_bytes(codegen_python: str, tmp_path: Path, seed: str) -> None:
    # A folder above the output with settings of its own must not matter.
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\nindent-width = 2\n", encoding="utf-8")

    done = generate(codegen_python, ROOT / "openapi.yaml", tmp_path / "out", cwd=tmp_path, PYTHONHASHSEED=seed)

    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "out") == tree(GENERATED)


def test_the_check_passes_on_what_is_committed_and_notices_a_single_byte(codegen_python: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "clear_street_api", ignore=shutil.ignore_patterns("__pycache__"))

    assert generate(codegen_python, ROOT / "openapi.yaml", tmp_path, check=True).returncode == 0

    changed = tmp_path / "clear_street_api/models/position.py"
    changed.write_bytes(changed.read_bytes().replace(b"avg_price", b"avg_pricf", 1))
    (tmp_path / "clear_street_api/py.typed").unlink()
    (tmp_path / "clear_street_api/models/stray.py").touch()
    before = tree(tmp_path)
    done = generate(codegen_python, ROOT / "openapi.yaml", tmp_path, check=True)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "models/position.py: differs",
        "models/stray.py: not generated",
        "py.typed: missing",
    ]
    assert tree(tmp_path) == before


def test_what_was_there_before_does_not_stay(codegen_python: str, tmp_path: Path) -> None:
    stale = tmp_path / "clear_street_api/models/stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()

    assert generate(codegen_python, ROOT / "openapi.yaml", tmp_path).returncode == 0

    assert not stale.exists()


def test_every_file_says_that_it_is_generated_and_how() -> None:
    for name, content in tree(PACKAGE).items():
        if name.endswith(".py"):
            first = content.decode().splitlines()[0]
            assert first.startswith(HEADER), name
            assert "`make generate`" in first


def test_the_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_every_module_imports() -> None:
    for name in tree(GENERATED):
        if name.endswith(".py"):
            import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def test_nothing_of_the_document_is_missing() -> None:
    spec: Json = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    models = import_module("clear_street_api.models")
    operations = {
        (operation["tags"][0].lower(), operation["operationId"])
        for item in spec["paths"].values()
        for operation in item.values()
    }

    assert set(models.__all__) == set(spec["components"]["schemas"])
    assert {
        (path.parent.name, path.stem) for path in PACKAGE.glob("api/*/*.py") if path.stem != "__init__"
    } == operations


# --- What importing costs -------------------------------------------------------------------------------------------

LOADED = "import json, sys; {}; print(json.dumps(sorted(sys.modules)))"


def loaded(statement: str) -> set[str]:
    return set(child(LOADED.format(statement)))


ENVELOPE = {"api_error", "error_response", "response_metadata"}
INSTRUCTION = {"position_instruction", "position_instruction_status", "position_instruction_type"}
ORDER = {"order", "order_status", "order_type", "queue_state", "security_type", "side", "time_in_force"}


@pytest.mark.parametrize(
    ("operation", "models"),
    [
        (
            "positions.cancel_position_instruction",
            {"position_cancel_position_instruction_response"} | ENVELOPE | INSTRUCTION,
        ),
        (
            "positions.close_position",
            {"close_positions_request", "position_close_position_response", "trailing_offset_type"} | ENVELOPE | ORDER,
        ),
        ("version.get_version", {"version", "version_get_version_response"} | ENVELOPE),
    ],
)
def test_importing_an_operation_loads_its_own_models_and_no_http(operation: str, models: set[str]) -> None:
    modules = loaded(f"import clear_street_api.api.{operation}")

    prefix = "clear_street_api.models."
    assert {name.removeprefix(prefix) for name in modules if name.startswith(prefix)} == models
    assert not modules & {"httpx", "httpcore", "anyio", "ssl", "asyncio", "dateutil"}


@pytest.mark.parametrize("package", ["clear_street_api", "clear_street_api.models", "clear_street_api.api.positions"])
def test_importing_a_package_loads_next_to_nothing(package: str) -> None:
    modules = loaded(f"import {package}")

    assert not modules & {"attrs", "attr", "httpx", "clear_street_api.types"}


def test_a_model_is_imported_when_it_is_first_used() -> None:
    modules = loaded("from clear_street_api.models import PositionType")

    assert {name for name in modules if name.startswith("clear_street_api.models.")} == {
        "clear_street_api.models.position_type"
    }


def test_the_models_are_listed() -> None:
    models = import_module("clear_street_api.models")

    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match="NoSuchModel"):
        _ = models.NoSuchModel


# --- The generator --------------------------------------------------------------------------------------------------


def test_another_version_of_the_generator_is_refused(codegen_python: str, tmp_path: Path) -> None:
    about = tmp_path / "openapi_python_client-0.99.0.dist-info/METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: openapi-python-client\nVersion: 0.99.0\n", encoding="utf-8")

    done = generate(codegen_python, ROOT / "openapi.yaml", tmp_path / "out", PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    assert "openapi-python-client 0.99.0" in done.stderr
    assert "0.29.1" in done.stderr
    assert "codegen/README.md" in done.stderr
    assert not (tmp_path / "out").exists()


# A document in another style: nothing is named that can be inlined.
INLINE: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Other", "version": "1"},
    "paths": {
        "/things/{kind}/{thing_id}": {
            "parameters": [
                {"name": "kind", "in": "path", "required": True, "schema": {"$ref": "#/components/schemas/Code"}}
            ],
            "get": {
                "operationId": "get_thing",
                "tags": ["Things"],
                "parameters": [
                    {
                        "name": "thing_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "format": "uuid"},
                    },
                    {"name": "state", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "since", "in": "query", "schema": {"type": "string", "format": "date"}},
                    {"name": "live", "in": "query", "required": True, "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": {
                        "description": "Found.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/Envelope"},
                                        {
                                            "type": "object",
                                            "required": ["data"],
                                            "properties": {"data": {"$ref": "#/components/schemas/Thing"}},
                                        },
                                    ]
                                }
                            }
                        },
                    }
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Envelope": {
                "type": "object",
                "required": ["request_id"],
                "properties": {"request_id": {"type": "string"}},
            },
            "Id": {"type": "string", "format": "uuid"},
            "Code": {"type": "integer"},
            "Level": {"type": "integer", "enum": [-1, 1, 2]},
            "Circle": {"type": "object", "required": ["radius"], "properties": {"radius": {"type": "number"}}},
            "Square": {"type": "object", "required": ["side"], "properties": {"side": {"type": "number"}}},
            "Shape": {
                "oneOf": [
                    {
                        "allOf": [
                            {"$ref": f"#/components/schemas/{name}"},
                            {
                                "type": "object",
                                "required": ["shape"],
                                "properties": {"shape": {"type": "string", "const": name.lower()}},
                            },
                        ]
                    }
                    for name in ("Circle", "Square")
                ]
            },
            "Thing": {
                "type": "object",
                "required": ["id", "level"],
                "properties": {
                    "id": {"$ref": "#/components/schemas/Id"},
                    "level": {"$ref": "#/components/schemas/Level"},
                    "class": {"oneOf": [{"type": "null"}, {"oneOf": [{"type": "string"}, {"type": "integer"}]}]},
                    "parent": {"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]},
                    "shapes": {"type": "array", "items": {"$ref": "#/components/schemas/Shape"}},
                    "limits": {"type": "object", "additionalProperties": {"type": "string"}},
                    "by_name": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Circle"}},
                    "grid": {"type": "array", "items": {"type": "array", "items": {"type": ["integer", "null"]}}},
                    "notes": {},
                    "ratio": {"type": "number"},
                    "address": {"type": "object", "properties": {"city": {"type": "string"}}},
                },
            },
        }
    },
}

THING: Json = {
    "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "level": -1,
    "class": 7,
    "parent": {"id": "p", "level": 2, "class": None},
    "shapes": [{"shape": "square", "side": 2}, {"shape": "circle", "radius": 1.5}],
    "limits": {"day": "100"},
    "by_name": {"a": {"radius": 1}},
    "grid": [[1, None], []],
    "notes": {"any": ["thing"]},
    "ratio": 0.5,
    "address": {"city": "Berlin"},
}

ODD_THING: Json = {
    **THING,
    "level": 9,
    "shapes": [{"shape": "line"}],
    "limits": {"day": 1},
    "grid": [["x"]],
    "ratio": "y",
}

READ_THINGS = """
import json, sys
from clear_street_api.api.things.get_thing import build_request, parse_response
thing, odd = (parse_response(200, json.dumps({"request_id": "r", "data": json.loads(data)})) for data in sys.argv[1:])
values = {name: getattr(thing.data, name) for name in thing.data.model_fields_set}
values |= {"square": thing.data.shapes[0], "circle": thing.data.shapes[1], "named": thing.data.by_name["a"]}
print(json.dumps({
    "reply": type(thing).__name__,
    "types": {name: type(value).__name__ for name, value in values.items()},
    "numbers": [thing.data.shapes[0].side, thing.data.shapes[1].radius, thing.data.ratio],
    "drift": [thing.drift, sorted([path, kind] for path, kind, _ in odd.drift)],
    "written": [thing.data.to_dict(), odd.data.to_dict()],
    "target": build_request("x/y", kind=3, live=True, state=["a", "b,c"]).target,
}))
"""


def written(document: Json, folder: Path) -> Path:
    spec = folder / "document.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    return spec


def test_a_document_in_another_style_is_generated_too(codegen_python: str, tmp_path: Path) -> None:
    done = generate(codegen_python, written(INLINE, tmp_path), tmp_path / "out")
    assert done.returncode == 0, done.stderr

    found = child(READ_THINGS, json.dumps(THING), json.dumps(ODD_THING), path=tmp_path / "out")

    types: dict[str, str] = found["types"]
    assert found["reply"] == "ThingGetThingResponse"
    assert types["square"] != types["circle"]
    assert (
        types.items() >= {"id": "str", "level": "Level", "class_": "int", "parent": "Thing", "named": "Circle"}.items()
    )
    assert types.items() >= {"limits": "dict", "grid": "list", "notes": "dict", "ratio": "float"}.items()
    assert found["numbers"] == [2, 1.5, 0.5]
    assert found["target"] == "/things/3/x%2Fy?state=a&state=b%2Cc&live=true"
    assert found["written"] == [THING, ODD_THING]
    regular, odd = found["drift"]
    assert regular == []
    assert [path for path, kind in odd if kind == "type"] == ["data.grid[0][0]", "data.limits.day", "data.ratio"]
    assert ["data.level", "unknown_member"] in odd
    assert any(path.startswith("data.shapes[0]") for path, _ in odd)


def refused(python: str, folder: Path, change: Any) -> str:
    document: Json = json.loads(json.dumps(INLINE))
    change(document)
    done = generate(python, written(document, folder), folder / "out")
    assert done.returncode == 1
    assert not (folder / "out").exists()
    return done.stderr


def operation(document: Json) -> Any:
    return document["paths"]["/things/{kind}/{thing_id}"]["get"]


UNGENERATABLE = {
    "header": (
        lambda document: operation(document)["parameters"].append({"name": "x-trace", "in": "header", "schema": {}}),
        ["x-trace", "header"],
    ),
    "unknown reference": (
        lambda document: document["components"]["schemas"]["Thing"]["properties"].update(
            {"owner": {"$ref": "#/components/schemas/Owner"}}
        ),
        ["Owner"],
    ),
    "mixed enum": (
        lambda document: document["components"]["schemas"]["Level"].update(enum=[1, "two"]),
        ["Level", "enum"],
    ),
    "reply that is no object": (
        lambda document: operation(document)["responses"].update(
            {"202": {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}}
        ),
        ["get", "202"],
    ),
    "multipart body": (
        lambda document: operation(document).update(
            requestBody={"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
        ),
        ["requestBody", "multipart/form-data"],
    ),
    "operation without an id": (lambda document: operation(document).pop("operationId"), ["get", "operationId"]),
    "unknown type": (
        lambda document: document["components"]["schemas"]["Id"].update(type="uuid"),
        ["Id", "uuid"],
    ),
}


@pytest.mark.parametrize("what", UNGENERATABLE)
def test_what_cannot_be_generated_is_refused_with_its_place(codegen_python: str, tmp_path: Path, what: str) -> None:
    change, said = UNGENERATABLE[what]

    message = refused(codegen_python, tmp_path, change)

    assert "Traceback" not in message
    assert all(word in message for word in said), message
