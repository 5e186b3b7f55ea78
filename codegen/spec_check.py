"""`make spec-check SPEC=...`: report what another OpenAPI document of the service changes for us, as Markdown or JSON.

Exit status: 0 if nothing changes, 1 if no change breaks a client, 2 if a change does, 3 if the document cannot be read.
Operations that we do not support, and differences that baseline.yaml lists, are reported but do not count as changes.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import traceback
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from httpx import HTTPError
from ruamel.yaml.error import YAMLError

from compare import ROOT, SERVICE, Change, Listed, compare, listed
from generate import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas import Json

UNREADABLE = 3
SEARCHED = ("overlay/**/*.py", "tests/**/*.py", "examples/**/*.py", "benchmarks/**/*.py", "docs/**/*.md", "*.md")

# Uses


@cache
def words() -> dict[str, dict[str, set[int]]]:
    """Return the lines of each file on which a word is: in Python a name or a whole literal, in Markdown any word."""
    paths = sorted({path for pattern in SEARCHED for path in ROOT.glob(pattern)})
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {path: _in_python(text) if path.endswith(".py") else _in_text(text) for path, text in texts.items()}


def _in_python(text: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=str(word), end_lineno=int(line)):
                found.setdefault(word, set()).add(line)
            case ast.keyword(arg=str(word), lineno=line) | ast.arg(arg=str(word), lineno=line):
                found.setdefault(word, set()).add(line)
            case ast.Constant(value=str() | int() as word, lineno=line):
                # A message names a field by its path: f"{where}.instruction_id".
                found.setdefault(str(word).removeprefix("."), set()).add(line)
            case ast.Name(id=word, lineno=line):
                found.setdefault(word, set()).add(line)
            case ast.FunctionDef(name=word, lineno=line) | ast.AsyncFunctionDef(name=word, lineno=line):
                found.setdefault(word, set()).add(line)
            case _:
                pass
    return found


def _in_text(text: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.findall(r"\w+", line):
            found.setdefault(word, set()).add(number)
    return found


def uses(names: Iterable[str]) -> dict[str, list[int]]:
    """Return the lines of each file that use one of these names."""
    found = {path: sorted(set().union(*(index.get(name, ()) for name in names))) for path, index in words().items()}
    return {path: lines for path, lines in found.items() if lines}


def used(change: Change) -> dict[str, list[int]]:
    """Return the lines of each file that use a changed name. Empty if the change is not one of names."""
    return uses(change.names) if change.is_of_names else {}


# Standing differences


def standing(changes: Iterable[Change]) -> list[Change]:
    """Return the changes, each with the reason that baseline.yaml gives for keeping it.

    An entry of baseline.yaml holds for every operation, or only for those that it names with `of`.
    """
    baseline: Any = read(str(ROOT / "codegen/baseline.yaml"))

    def reason(change: Change) -> str | None:
        named = {change.what} if change.where else {f"{status} {change.what}" for status in change.statuses}
        found = (e for e in baseline if e["what"] in named and change.operation in e.get("of", [change.operation]))
        return next((entry["reason"] for entry in found), None)

    return [replace(change, standing=reason(change)) for change in changes]


# Reports


def exit_status(changes: Iterable[Change]) -> int:
    """Return 0 if nothing changes, 1 if no change breaks a client, 2 if one does."""
    return max((2 if change.breaking else 1 for change in changes if change.standing is None), default=0)


def as_json(changes: list[Change], unsupported: list[Listed]) -> str:
    """Return the report for programs."""
    report = {
        "exit_status": exit_status(changes),
        "changes": [
            {
                **{key: value for key, value in asdict(change).items() if key != "names"},
                "uses": [f"{path}:{line}" for path, lines in used(change).items() for line in lines],
            }
            for change in changes
        ],
        "unsupported": [{"operation": o.name, "method": o.method, "path": o.path} for o in unsupported],
    }
    return json.dumps(report, indent=2)


def as_markdown(spec: str, ours: Json, changes: list[Change], unsupported: list[Listed]) -> str:
    """Return the report for people: dangers first, standing differences last."""
    stand = sorted((change for change in changes if change.standing is not None), key=lambda one: one.note is None)
    kept = {(change.what, change.statuses if not change.where else ()): change for change in reversed(stand)}
    changes = [change for change in changes if change.standing is None]
    breaking = sum(change.breaking for change in changes)
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}, {breaking or 'none'} breaking"
    lines: list[str] = []
    if dangers := dict.fromkeys(change.danger for change in changes if change.danger is not None):
        lines += ["> **Dangerous.** The changes affect what these promises of the client depend on:", ">"]
        lines += [*(f"> - {danger}" for danger in dangers), ""]
    lines += [
        f"# spec-check: {count if changes else 'no changes'}",
        "",
        f"`{spec}` compared with our `openapi.yaml`, for the operations that we support.",
        "",
    ]
    for name in [SERVICE, *(operation.name for operation in listed(ours))]:
        own = sorted((c for c in changes if c.operation == name), key=lambda change: not change.breaking)
        if own:
            lines += [f"## {name}", "", *map(sentence, own), ""]
    places_of = {change.names: used(change) for change in changes if change.names and change.is_of_names}
    if places_of:
        lines += ["## Where changed names are used", ""]
        for names, places in places_of.items():
            marks = [f"`{path}:{','.join(map(str, numbers))}`" for path, numbers in places.items()]
            lines.append(f"- `{names[0]}`: {' '.join(marks) or 'not found by name'}")
        lines.append("")
    if kept:
        lines += ["## Standing differences", "", *map(kept_sentence, kept.values()), ""]
    if unsupported:
        lines += ["## Not supported", ""]
        lines += [*(f"- `{o.name}`: {o.method} {o.path}" for o in unsupported), ""]
    return "\n".join(lines)


def sentence(change: Change) -> str:
    """Return a change as one line."""
    marks = [*(["dangerous"] if change.danger else []), *(["breaking"] if change.breaking else []), change.direction]
    mark = f"**{', '.join(marks)}**" if change.breaking else change.direction
    statuses = f" {', '.join(change.statuses)}" if change.statuses else ""
    subject = f"`{change.where}` " if change.where else ""
    return f"- {mark}{statuses}: {subject}{change.what}{f'; {change.note}' if change.note else ''}"


def kept_sentence(change: Change) -> str:
    """Return a standing difference as one line, which covers every place that has it."""
    subject = "" if change.where else f"{', '.join(change.statuses)} "
    return f"- {subject}{change.what}{f'; {change.note}' if change.note else ''}: {change.standing}"


def main() -> int:
    """Print the report, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", help="the other document: a path or a URL")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    arguments = parser.parse_args()
    try:
        theirs = read(arguments.spec)
    except (OSError, HTTPError, YAMLError, ValueError) as error:
        print(f"spec-check: {arguments.spec} cannot be read: {error}", file=sys.stderr)
        return UNREADABLE
    if not isinstance(theirs, dict) or not isinstance(theirs.get("paths"), dict):
        print(f"spec-check: {arguments.spec} is not an OpenAPI document: it has no paths", file=sys.stderr)
        return UNREADABLE
    ours = read(str(ROOT / "openapi.yaml"))
    changes, unsupported = compare(ours, theirs)
    changes = standing(changes)
    if arguments.json:
        print(as_json(changes, unsupported))
    else:
        print(as_markdown(arguments.spec, ours, changes, unsupported))
    return exit_status(changes)


if __name__ == "__main__":
    try:
        status = main()
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        status = UNREADABLE  # Python's own status would be 1, which means that no change breaks a client.
    sys.exit(status)
