"""Provide documents for tests, ours or changed as a later one could be, and run codegen/ on them."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
REVISIONS = ROOT / "tests/revisions"
CODEGEN_PYTHON = os.environ.get("CODEGEN_PYTHON", str(ROOT / ".tools/codegen/bin/python"))

Json = dict[str, Any]

CANCEL_REPLY = """\
{
  "metadata": {
    "request_id": "request_id",
    "next_page_token": "U3RhaW5sZXNzIHJvY2tz",
    "page_number": 0,
    "previous_page_token": "U3RhaW5sZXNzIHJvY2tz",
    "total_items": 0,
    "total_pages": 0
  },
  "error": {
    "code": 400,
    "message": "Order quantity must be greater than zero",
    "details": [
      {
        "foo": "bar"
      }
    ]
  },
  "data": {
    "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "account_id": 122503,
    "instruction_id": "ui-20260424-001",
    "instruction_type": "EXERCISE",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "quantity": "1",
    "status": "SENT",
    "symbol": "AAPL 280121C00195000",
    "accepted_quantity": null,
    "created_at": "2026-04-24T14:30:00Z",
    "rejection_reason": null,
    "updated_at": "2026-04-24T14:30:00Z"
  }
}"""
"""The reply in the published example of `cancel_position_instruction`, to the letter."""


@cache
def _spec() -> Json:
    document: Json = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    return document


def spec() -> Json:
    """Return a copy of our document, which may be changed."""
    return copy.deepcopy(_spec())


def patched(document: Json, patch: list[Json]) -> Json:
    """Apply a JSON Patch (RFC 6902) to a copy of the document. The operation `copy` is not supported."""
    document = copy.deepcopy(document)
    for step in patch:
        match step["op"]:
            case "test":
                parent, key = _parent(document, step["path"])
                assert parent[key] == step["value"], f"{step['path']} is {parent[key]!r}: the patch is out of date"
            case "move":
                source, old = _parent(document, step["from"])
                parent, key = _parent(document, step["path"])
                parent[key] = source.pop(old)
            case "add" if step["path"].endswith("/-"):
                _at(document, step["path"].removesuffix("/-")).append(step["value"])
            case "add" | "replace":
                parent, key = _parent(document, step["path"])
                assert (key in parent if isinstance(parent, dict) else key < len(parent)) == (step["op"] == "replace")
                parent[key] = step["value"]
            case "remove":
                parent, key = _parent(document, step["path"])
                del parent[key]
            case other:
                raise ValueError(other)
    return document


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name) if isinstance(document, list) else name]
    return document


def _parent(document: Any, pointer: str) -> tuple[Any, Any]:
    above, _, last = pointer.rpartition("/")
    parent = _at(document, above)
    return parent, int(last) if isinstance(parent, list) else last.replace("~1", "/").replace("~0", "~")


def revision(name: str) -> Json:
    """Return our document, changed by one of tests/revisions."""
    return patched(_spec(), yaml.safe_load((REVISIONS / f"{name}.yaml").read_text(encoding="utf-8")))


def adopted(name: str) -> Json:
    """Return our document once it follows a revision: the revision, unless tests/revisions/adopted has another one."""
    ours = REVISIONS / f"adopted/{name}.yaml"
    return patched(_spec(), yaml.safe_load(ours.read_text(encoding="utf-8"))) if ours.exists() else revision(name)


def written(document: Any, path: Path) -> Path:
    """Write the document to a file as JSON."""
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path


def codegen(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script of codegen/ in the generator's environment."""
    assert Path(CODEGEN_PYTHON).exists(), f"no generator at {CODEGEN_PYTHON}: run `make generate` once"
    command = [CODEGEN_PYTHON, str(ROOT / "codegen" / script), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def generated(document: Any, folder: Path) -> Path:
    """Generate a document's package, and return its folder."""
    done = codegen("generate.py", "--spec", written(document, folder / "document.json"), "--out", folder / "generated")
    assert done.returncode == 0, done.stderr
    return folder / "generated"
