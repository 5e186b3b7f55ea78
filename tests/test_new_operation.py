"""Adding an operation to the client: `make operation`, and less than thirty lines by hand."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from difflib import ndiff
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from support.spec_tools import ROOT, Json, codegen, generated, spec

if TYPE_CHECKING:
    from pathlib import Path

OPERATIONS = ROOT / "tests/operations"
NAMES = sorted(path.stem for path in OPERATIONS.glob("*.yaml"))

TYPED = """
from clear_street import AsyncClearStreet, ClearStreet, RawResponse
from clear_street.types.v1 import (
    Locker, LockerGetLockersParams, LockerGetLockersResponse, LockerStatus, PaperLanternGetLanternResponse
)

def calls(client: ClearStreet) -> None:
    arguments: LockerGetLockersParams = {"page_size": 1}
    page: LockerGetLockersResponse = client.v1.lockers.get_lockers(**arguments, timeout=1.0)
    lockers: list[Locker] = page.data
    status: LockerStatus = lockers[0].status
    raw: RawResponse[LockerGetLockersResponse] = client.v1.lockers.with_raw_response.get_lockers()
    with client.v1.shop.paper_lanterns.with_streaming_response.get_lantern("AAPL") as streamed:
        reply: PaperLanternGetLanternResponse = streamed.parse()

async def acalls(client: AsyncClearStreet) -> None:
    reply: PaperLanternGetLanternResponse = await client.v1.shop.paper_lanterns.get_lantern("AAPL", max_retries=0)
    raw = await client.v1.shop.paper_lanterns.with_raw_response.get_lantern("AAPL")
    parsed: PaperLanternGetLanternResponse = await raw.parse()
"""
MISTAKES = """
from clear_street import ClearStreet

def calls(client: ClearStreet) -> None:
    client.v1.lockers.get_lockers(page_size="2")
    client.v1.lockers.get_lockers(pagesize=2)
    client.v1.shop.paper_lanterns.get_lantern()
    client.v1.lockers.get_lockers().data[0].nickname
    client.v1.positions.add_note("AAPL", account_id=7)
"""


def merged(document: Json, fragment: Json) -> None:
    """Put what a person has written into the document."""
    for key, value in fragment.items():
        if isinstance(value, dict) and key in document:
            merged(document[key], value)
        elif isinstance(value, list) and key in document:
            document[key] = [*document[key], *value]
        else:
            document[key] = value


def document() -> Json:
    """Our document with the new operations."""
    whole = spec()
    for name in NAMES:
        merged(whole, yaml.safe_load((OPERATIONS / f"{name}.yaml").read_text(encoding="utf-8")))
    return whole


def bench(folder: Path) -> Path:
    """A copy of what the client is made of, its package generated from the document with the new operations."""
    shutil.copytree(ROOT / "overlay", folder / "overlay", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    generated(document(), folder)
    (folder / "document.json").rename(folder / "openapi.yaml")
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client with the new operations, as `make operation` leaves it: nobody has touched it since."""
    folder = bench(tmp_path_factory.mktemp("client"))
    for name in NAMES:
        done = codegen("add_operation.py", name, "--root", folder)
        assert done.returncode == 0, done.stderr
        (folder / f"{name}.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python where that client is the one to be imported, and to be checked."""
    path = os.pathsep.join([str(folder / "generated"), str(folder / "overlay")])
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([path, str(ROOT / "tests")]), "MYPYPATH": path},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_by_hand_is_less_than_thirty_lines(name: str) -> None:
    lines = (OPERATIONS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()

    assert 0 < len([line for line in lines if line.strip()]) < 30


def functions(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {ast.unparse(node) for node in tree if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_no_function_that_was_there_is_changed(client: Path) -> None:
    for path in (ROOT / "overlay").rglob("*.py"):
        lost = functions(path) - functions(client / path.relative_to(ROOT))
        # A shape has a line for each operation, the index of rows a name for each tag.
        assert [one for one in lost if "Final = " not in one and "every_operation" not in one] == [], path


def test_every_file_that_is_written_is_named(client: Path) -> None:
    *files, then = (client / "count_lockers.txt").read_text(encoding="utf-8").splitlines()

    tag = "overlay/clear_street/v1/lockers"
    assert [line.removeprefix("operation: ") for line in files] == [
        "overlay/clear_street/_api/rows/__init__.py",
        "overlay/clear_street/_api/rows/lockers.py",
        "overlay/clear_street/types/v1/__init__.py",
        "overlay/clear_street/types/v1/count_lockers.py",
        "overlay/clear_street/v1/__init__.py",
        f"{tag}.py",
        f"{tag}_async.py",
        "overlay/clear_street/v1/v1_async.py",
    ]
    assert "CONTRIBUTING.md" in then


def test_an_index_of_types_only_gains_lines(client: Path) -> None:
    index = "overlay/clear_street/types/v1/__init__.py"
    before, after = ((folder / index).read_text(encoding="utf-8").splitlines() for folder in (ROOT, client))

    assert [line for line in ndiff(before, after) if line.startswith("-")] == []


def test_the_calls_work_with_retries_errors_raw_access_and_types(client: Path) -> None:
    done = run(client, "-W", "error", "-m", "support.new_operations")

    assert done.returncode == 0, done.stderr


def test_the_tables_are_those_of_the_document(client: Path) -> None:
    code = """
import json
from support import table_guards
assert table_guards.parts(json.load(open("openapi.yaml"))) == []
"""
    done = run(client, "-c", code)

    assert done.returncode == 0, done.stderr


def test_the_linter_and_the_formatter_have_nothing_to_say(client: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        done = run(client, "-m", "ruff", *command, "--no-cache", "overlay")
        assert done.returncode == 0, done.stdout


def mypy(client: Path, **files: str) -> Any:
    for name, text in files.items():
        (client / f"{name}.py").write_text(text, encoding="utf-8")
    names = [f"{name}.py" for name in files]
    return run(client, "-m", "mypy", "--no-error-summary", "--cache-dir", "mypy", "overlay", *names)


def test_the_types_are_strict_and_those_of_the_document(client: Path) -> None:
    done = mypy(client, typed=TYPED)

    assert done.returncode == 0, done.stdout


def test_mistakes_are_type_errors(client: Path) -> None:
    done = mypy(client, mistakes=MISTAKES)

    lines = {line.split(":")[1] for line in done.stdout.splitlines() if ": error: " in line}
    assert lines == {str(number) for number, line in enumerate(MISTAKES.splitlines(), 1) if "client.v1" in line}


def test_an_operation_is_added_once(client: Path) -> None:
    before = (client / "overlay/clear_street/_api/rows/lockers.py").read_bytes()

    done = codegen("add_operation.py", "get_lockers", "--root", client)

    assert done.returncode == 1
    assert "get_lockers already has a row" in done.stderr
    assert (client / "overlay/clear_street/_api/rows/lockers.py").read_bytes() == before


def test_an_operation_that_the_document_does_not_have_is_not_added() -> None:
    done = codegen("add_operation.py", "get_everything")

    assert done.returncode == 1
    assert "openapi.yaml has no get_everything; it has get_positions, close_positions, " in done.stderr


def test_an_operation_without_its_own_type_is_refused_without_writing(tmp_path: Path) -> None:
    folder = bench(tmp_path)
    whole = document()
    lockers = whole["paths"]["/v1/lockers"]["get"]
    whole["paths"]["/v1/doors"] = {
        "delete": {**lockers, "operationId": "delete_doors", "responses": {"204": {"description": "Gone."}}},
        "put": {**lockers, "operationId": "put_doors"},
    }
    (folder / "openapi.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    assert codegen("add_operation.py", "get_lockers", "--root", folder).returncode == 0
    before = {path: path.read_bytes() for path in (folder / "overlay").rglob("*.py")}

    empty, shared = (codegen("add_operation.py", name, "--root", folder) for name in ("delete_doors", "put_doors"))

    assert (empty.returncode, shared.returncode) == (1, 1)
    assert "replies without a body" in empty.stderr
    assert "client.delete(..., cast_to=type(None))" in empty.stderr
    assert "LockerGetLockersResponse is the reply of another operation" in shared.stderr
    assert {path: path.read_bytes() for path in (folder / "overlay").rglob("*.py")} == before


def test_an_overlay_that_has_moved_on_is_left_to_a_person(tmp_path: Path) -> None:
    folder = bench(tmp_path)
    names = folder / "overlay/clear_street/types/v1/__init__.py"
    names.write_text(names.read_text(encoding="utf-8").replace("_GENERATED = (", "_MADE = ("), encoding="utf-8")

    done = codegen("add_operation.py", "get_lockers", "--root", folder)

    assert done.returncode == 1
    assert "types/v1/__init__.py has no tables `_HERE`, `_GENERATED` and `__all__`" in done.stderr
    assert "fix that file, or codegen/add_operation.py" in done.stderr
