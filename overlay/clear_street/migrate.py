"""``python -m clear_street.migrate PATH...``: what differs for a program that was written for Clear Street's own SDK.

It reads the program and changes nothing. For each line that a difference concerns, it prints what that SDK has and what
to write here. It ends with 1 if a person has to decide something, and with 2 if a file cannot be read.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ._annotations import resolvable
from ._explained import explain
from ._moving import BY_SIGN, Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Finding", "main", "read"]

_CLIENTS = ("ClearStreet", "AsyncClearStreet", "Client", "AsyncClient", "with_options", "copy")
_REPEATED = {"APIConnectionError", "APITimeoutError", "InternalServerError", "APIError", "APIStatusError"}


class Finding(NamedTuple):
    """A line of a program that a difference concerns."""

    line: int
    """The number of the line, from 1."""
    difference: Difference
    """What differs, with what to write instead."""


explain(Finding)


def read(source: str) -> list[Finding]:
    """Return what differs in a program, in the order of its lines. A program that does not import ``clearstreet`` has
    nothing that differs. Raises SyntaxError if it is no Python.
    """
    tree = ast.parse(source)
    if not any(_modules(node) for node in ast.walk(tree)):
        return []
    kinds = _kinds(tree)
    found = {(line, BY_SIGN[sign]) for line, sign in _signs(tree, kinds) if sign in BY_SIGN}
    return sorted((Finding(*one) for one in found), key=lambda finding: (finding.line, finding.difference.theirs))


def _modules(node: ast.AST) -> list[str]:
    """Return the modules of that SDK that a statement imports."""
    match node:
        case ast.Import(names=names):
            modules = [name.name for name in names]
        case ast.ImportFrom(module=str(module), level=0):
            modules = [module]
        case _:
            modules = []
    return [module for module in modules if module.partition(".")[0] == "clearstreet"]


def _last(node: ast.expr) -> str:
    """Return the last name of an expression such as ``clearstreet.ClearStreet``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _kind(value: ast.expr) -> str | None:
    """Return what an expression makes: a client, a raw reply, or None for anything else."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return None
    if _last(value.func) in _CLIENTS:
        return "client"
    inner = {node.attr for node in ast.walk(value.func) if isinstance(node, ast.Attribute)}
    return "raw" if inner & {"with_raw_response", "with_streaming_response"} else None


def _kinds(tree: ast.AST) -> dict[str, str]:
    """Return which names of a program are clients, raw replies and caught errors."""
    kinds: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[target], value=value)
                | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
            ):
                if kind := _kind(value):
                    kinds[ast.unparse(target)] = kind
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if _last(annotation) in _CLIENTS:
                kinds[name] = "client"
            case ast.ExceptHandler(name=str(name)):
                kinds[name] = "error"
            case _:
                pass
    return kinds


def _imported(tree: ast.AST) -> dict[str, str]:
    """Return the names that a program imports from that SDK, each with what it is called there."""
    return {
        name.asname or name.name.partition(".")[0]: "clearstreet" if isinstance(node, ast.Import) else name.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and _modules(node)
        for name in node.names
    }


def _signs(tree: ast.AST, kinds: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield each line that has a sign of a difference, and the sign."""
    imported = _imported(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                for module in _modules(node):
                    yield from _of_import(node, module)
            case ast.Name(id=name) if name in imported:
                yield node.lineno, imported[name]
            case ast.Attribute(value=value, attr=name):
                owner = ast.unparse(value)
                kind = kinds.get(owner) or _kind(value)
                yield node.lineno, f"{kind}.{name}"
                yield node.lineno, f".{name}"
                if imported.get(owner.partition(".")[0]) == "clearstreet":
                    yield node.lineno, name
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    yield keyword.value.lineno, f"{keyword.arg}="
                    yield keyword.value.lineno, f"{keyword.arg}={ast.unparse(keyword.value)}"
            case ast.While() | ast.For() | ast.AsyncFor():
                yield from ((line, "except in a loop") for line in _repeats(node))
            case _:
                pass


def _of_import(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[tuple[int, str]]:
    types = module.startswith("clearstreet.types")
    yield node.lineno, "clearstreet.types" if types else "clearstreet"
    yield node.lineno, ".".join(module.split(".")[:3])
    for name in node.names:
        yield node.lineno, name.name
        yield node.lineno, f"{module}.{name.name}"


def _repeats(loop: ast.While | ast.For | ast.AsyncFor) -> Iterator[int]:
    """Yield the lines of a loop that catch what may mean an unknown outcome."""
    for node in ast.walk(loop):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught = set(map(_last, _expressions(node.type)))
            if caught & _REPEATED:
                yield node.lineno


def _expressions(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _files(paths: Sequence[str]) -> Iterator[Path]:
    """Yield the files that are named, and the Python files below the folders that are named."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        else:
            yield path


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what differs in each file, and return the exit status."""
    paths = sys.argv[1:] if arguments is None else arguments
    if not paths or any(path.startswith("-") for path in paths):
        print("Usage: python -m clear_street.migrate PATH...", file=sys.stderr)
        return 2
    status = 0
    for file in _files(paths):
        try:
            findings = read(file.read_text(encoding="utf-8"))
        except (OSError, SyntaxError, ValueError) as error:
            print(f"{file}: cannot be read: {error}", file=sys.stderr)
            status = 2
            continue
        for line, difference in findings:
            mark = "BY HAND: " if difference.by_hand else ""
            print(f"{file}:{line}: {mark}{difference.theirs} -> {difference.ours}")
        if any(finding.difference.by_hand for finding in findings):
            status = max(status, 1)
    return status


if __name__ == "__main__":
    sys.exit(main())


resolvable(globals())
