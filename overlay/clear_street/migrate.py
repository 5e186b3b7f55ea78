"""``python -m clear_street.migrate PATH...``: what differs for a program that was written for Clear Street's own SDK.

It reads the program and changes nothing. For each line that a difference concerns, it prints what that SDK has and what
to write here. It ends with 1 if a person has to decide something, and with 2 if a file cannot be read.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from ._annotations import resolvable
from ._explained import explain
from ._moving import BY_SIGN, Difference
from .types import v1

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
    """Return what an expression makes: a client, a raw reply, a model, or None for anything else."""
    match value:
        case ast.Await(value=inner):
            return _kind(inner)
        case ast.Attribute(attr="data") | ast.Subscript(value=ast.Attribute(attr="data")):
            return "model"  # rows, one of which a loop names
        case ast.Call(func=function):
            names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
            if _last(function) in _CLIENTS:
                return "client"
            if _last(function) == "parse":
                return "model"  # of a raw reply
            if names & {"with_raw_response", "with_streaming_response"}:
                return "raw"
            return "model" if "v1" in names else None
        case _:
            return None


def _kinds(tree: ast.AST) -> dict[str, str]:
    """Return which names of a program are clients, raw replies, models and caught errors."""
    kinds: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[target], value=value)
                | ast.withitem(context_expr=value, optional_vars=ast.expr() as target)
                | ast.For(target=target, iter=value)
                | ast.comprehension(target=target, iter=value)
            ):
                if kind := _kind(value):
                    kinds[ast.unparse(target)] = kind
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if _last(annotation) in _CLIENTS:
                kinds[name] = "client"
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if _last(annotation) in v1.__all__:
                kinds[name] = "model"
            case ast.ExceptHandler(name=str(name)):
                kinds[name] = "error"
            case _:
                pass
    return kinds


def _imported(tree: ast.AST) -> dict[str, str]:
    """Return the names that a program imports from that SDK, each with where it is there."""
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        for module in _modules(node):
            for name in cast("ast.Import | ast.ImportFrom", node).names:
                if isinstance(node, ast.ImportFrom):
                    imported[name.asname or name.name] = f"{module}.{name.name}"
                elif name.name == module:
                    imported[name.asname or "clearstreet"] = module if name.asname else "clearstreet"
    return imported


def _signs(tree: ast.AST, kinds: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield each line that has a sign of a difference, and the sign."""
    imported = _imported(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                for module in _modules(node):
                    yield from ((node.lineno, sign) for sign in _of_import(node, module))
            case ast.Name(id=name) if name in imported:
                yield from ((node.lineno, sign) for sign in _of_name(*imported[name].rpartition(".")[::2]))
            case ast.Attribute(value=value, attr=name):
                owner = ast.unparse(value)
                yield node.lineno, f"{kinds.get(owner) or _kind(value) or _last(value)}.{name}"
                yield node.lineno, f"{_last(value)}.{name}"
                yield node.lineno, f".{name}"
                first, _, rest = owner.partition(".")
                module = f"{imported.get(first)}.{rest}".rstrip(".")
                if module.startswith("clearstreet") and module.islower():
                    yield from ((node.lineno, sign) for sign in _of_name(module, name))
            case ast.Call():
                yield from _of_call(node, kinds)
            case ast.Constant(value=str(text)):
                yield node.lineno, f'"{text}"'
            case ast.While() | ast.For() | ast.AsyncFor():
                yield from ((line, "except in a loop") for line in _repeats(node))
            case ast.ExceptHandler(type=ast.expr() as caught):
                yield from ((node.lineno, f"except {_last(one)}") for one in _expressions(caught))
            case _:
                pass


def _of_import(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[str]:
    types = module.startswith("clearstreet.types")
    yield "clearstreet.types" if types else "clearstreet"
    yield ".".join(module.split(".")[:3])
    yield ".".join(module.split(".")[:2])
    if module.startswith("clearstreet._"):
        yield "clearstreet._"
    if isinstance(node, ast.ImportFrom):
        for name in node.names:
            yield from _of_name(module, name.name)


def _of_name(module: str, name: str) -> Iterator[str]:
    """Yield the signs of a name of one of that SDK's modules."""
    yield name
    yield f"{module}.{name}"
    if module.startswith("clearstreet.types.v1") and name[0].isupper() and name not in {*v1.__all__, *BY_SIGN}:
        yield "a type of theirs"


def _of_call(call: ast.Call, kinds: dict[str, str]) -> Iterator[tuple[int, str]]:
    name = _last(call.func)
    yield call.lineno, f"{name}()"
    for argument in call.args:
        yield call.lineno, f"{name}({kinds.get(ast.unparse(argument)) or _kind(argument)})"
    for keyword in call.keywords:
        line = keyword.value.lineno
        yield line, f"{keyword.arg}="
        yield line, f"{keyword.arg}={ast.unparse(keyword.value)}"
        yield line, f"{name}({keyword.arg}=)"


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
