"""`make operation NAME=...`: write into the overlay what an operation of openapi.yaml needs there.

That is its row in the operation table, its door in the seam, its types, and its methods: plain, raw and streamed, in
the async namespace, which is made where the tag has none; the blocking namespace follows from it. A GET may be
repeated; whatever else is never sent again once a byte may have left, until a person knows better and says so in the
row. Docstrings are the document's own words, to be made better, too.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import twins
from generate import read
from operations import NOTHING, is_success
from prepare import prepare

if TYPE_CHECKING:
    from prepare import Plan

ROOT = Path(__file__).resolve().parents[1]

# The classes of a namespace, in their order: suffix, and the function that gives a method its shape.
CLASSES = (("", ""), ("WithRawResponse", "async_raw"), ("WithStreamingResponse", "async_streamed"))
NAMESPACE = '''"""`client.v1.{tag}`."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import {tag} as operations
from .._config.arguments import Named
from .._caller import async_raw, async_streamed

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller import AsyncCaller


class Async{name}(Named):
    """{name} of the service."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> Async{name}WithRawResponse:
        """The same operations, giving the reply itself: status, headers, attempts, and `parse()` for the value."""
        return Async{name}WithRawResponse(Async{name}(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> Async{name}WithStreamingResponse:
        """The same operations as context managers, giving the reply before its body was read."""
        return Async{name}WithStreamingResponse(Async{name}(self._caller.shaped("stream")))


class Async{name}WithRawResponse(Named):
    """The operations, each giving its raw response."""

    def __init__(self, {tag}: Async{name}) -> None:


class Async{name}WithStreamingResponse(Named):
    """The operations, each giving a context manager of its raw response."""

    def __init__(self, {tag}: Async{name}) -> None:


resolvable(globals())
'''


ROWS = '''"""The operations of the tag `{tag}`."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.api import {tag} as calls

    from ...types import v1 as types
else:
    calls, types = Later("clear_street_api.api.{tag}"), Later("clear_street.types.v1")

'''
TAGS = '''"""The operations of the service, one row each: what a call of it may do.

Each tag has its module, imported when its namespace is.
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from ..operations import Operation


def every_operation() -> tuple[Operation[..., object], ...]:
    """Every operation that the spec has."""
    from ..operations import Operation
    from . import {tags}

    modules = ({tags})
    return tuple(row for module in modules for row in vars(module).values() if isinstance(row, Operation))
'''


class Unfit(Exception):
    """Something in the overlay is not where it was when this was written."""


@dataclass(frozen=True)
class Operation:
    """What is written of an operation."""

    name: str
    tag: str
    method: str
    path: str
    response: str
    signature: str
    """Its arguments, as a function declares them."""
    passed: str
    """Its arguments, as one function hands them to the next."""
    described: str
    """What it does, and its arguments."""
    models: frozenset[str]
    """The models and enums that it brings, itself or through others."""

    @property
    def resend(self) -> str:
        """The most careful rule for sending it again."""
        return "READ" if self.method == "GET" else "ONCE"

    @property
    def options(self) -> str:
        """The type of the options that its methods take."""
        return "CallOptions" if self.method == "GET" else "ChangingCallOptions"

    @property
    def keywords(self) -> dict[str, str]:
        """Its keyword arguments, with their types."""
        function = ast.parse(f"def f({self.signature}): ...").body[0]
        args = function.args if isinstance(function, ast.FunctionDef) else None
        return {one.arg: ast.unparse(one.annotation) for one in args.kwonlyargs if one.annotation} if args else {}

    def imports(self, text: str) -> list[str]:
        """What the types in a text are imported from."""
        words = set(re.findall(r"\w+", text))
        sources = {"collections.abc": {"Iterable", "Mapping"}, "datetime": {"date", "datetime"}, "typing": {"Any"}}
        sources["clear_street_api.models"] = set(self.models)
        return [f"from {source} import {name}" for source, names in sources.items() for name in sorted(names & words)]


def operation_of(plan: Plan, name: str) -> Operation:
    """An operation of a document; LookupError where there is none of this name."""
    endpoint, call = plan.facts["endpoints"][name], plan.calls[name]
    response = next((model for status, model in call.replies.items() if is_success(status)), NOTHING)
    found, todo = set[str](), [*call.replies.values(), *re.findall(r"\w+", endpoint["signature"])]
    while todo:
        model = todo.pop()
        if model in plan.modules and model not in found:
            found.add(model)
            todo += [one for slot in plan.shapes.get(model, []) for one in slot.kind.classes]
    summary = endpoint["doc"].strip('"').partition("\n")[0]
    arguments = re.findall(r"^ +(\w+): (.+(?:\n {12}.+)*)", endpoint["build_doc"].partition("Raises:")[0], re.MULTILINE)
    return Operation(
        name=name,
        tag=next(tag for tag, operation in plan.operations if operation == name),
        method=call.method,
        path=call.path,
        response=response,
        signature=endpoint["signature"],
        passed=endpoint["arguments"],
        described="\n".join([summary, "", *(wrapped(f"- `{key}`: {text}") for key, text in arguments)]),
        models=frozenset(found),
    )


def wrapped(text: str) -> str:
    """An item of a list, as a docstring of a method holds it."""
    return fill(" ".join(text.split()), 112, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def put(path: Path, text: str, *, before: str | None = None, after: str | None = None) -> None:
    """Put text before or after what a file has once; at its end where neither is given."""
    known = path.read_text(encoding="utf-8")
    anchor = before or after or ""
    if anchor and known.count(anchor) != 1:
        raise Unfit(f"{path} has {anchor!r} {known.count(anchor)} times")
    head, _, tail = known.partition(anchor) if anchor else (known, "", "")
    written = f"{head}{text}{anchor}{tail}" if before else f"{head}{anchor}{text}{tail}"
    path.write_text(written, encoding="utf-8")


def annotate(path: Path, lines: list[str]) -> None:
    """Import what annotations alone need."""
    put(path, "".join(f"    {line}\n" for line in lines), after="\nif TYPE_CHECKING:\n")


def add_row(new: Operation, folder: Path) -> None:
    """The row of the table of the operation's tag, which is made where it is new."""
    path = folder / f"{new.tag}.py"
    if not path.exists():
        path.write_text(ROWS.format(tag=new.tag), encoding="utf-8")
        tags = sorted(one.stem for one in folder.glob("*.py") if one.stem != "__init__")
        (folder / "__init__.py").write_text(TAGS.format(tags=", ".join(tags)), encoding="utf-8")
    row = f'{new.name.upper()} = Operation("{new.name}", "{new.method}", "{new.path}", Resend.{new.resend}, '
    row += f"lambda: calls.{new.name}.build_request, lambda: types.{new.response})\n"
    put(path, row)


def add_types(new: Operation, folder: Path) -> None:
    """The response class, the TypedDict of the keyword arguments, and their names."""
    listed = (folder / "__init__.py").read_text(encoding="utf-8")
    params = new.response.removesuffix("Response") + "Params"
    own = [new.response, *([params] if new.keywords else [])]
    public = [name for name in sorted(new.models) if not name.endswith("Response") and f'"{name}"' not in listed]
    fields = [f"    {name}: {kind}" for name, kind in new.keywords.items()]
    is_total = "None" not in " ".join(fields)
    lines = [
        f'"""Types of `{new.name}`."""',
        "from __future__ import annotations",
        *new.imports("\n".join(fields)),
        *(["from typing import TypedDict"] if fields else []),
        "import clear_street_api.models as api",
        "from ._facts import CallFacts",
    ]
    if fields:
        lines += [f"class {params}(TypedDict{'' if is_total else ', total=False'}):"]
        lines += [f'    """The keyword arguments of `{new.name}`."""', "", *fields]
    lines += [f"class {new.response}(CallFacts, api.{new.response}):", f'    """The reply of `{new.name}`."""', ""]
    (folder / f"{new.name}.py").write_text(
        "\n".join([*lines, '    __slots__ = ("_attempts", "_reconciled")', ""]), "utf-8"
    )
    names = [f"from .{new.name} import {name}" for name in own]
    annotate(folder / "__init__.py", [*names, *(f"from clear_street_api.models import {name}" for name in public)])
    put(folder / "__init__.py", "".join(f'    "{name}": "{new.name}",\n' for name in own), after="\n_HERE = {\n")
    put(folder / "__init__.py", "".join(f'    "{name}",\n' for name in public), after="\n_GENERATED = (\n")
    put(folder / "__init__.py", "".join(f'    "{name}",\n' for name in [*own, *public]), after="\n__all__ = [\n")


def add_methods(new: Operation, folder: Path) -> None:
    """The methods of the async namespace, in every shape."""
    name = "".join(word.title() for word in new.tag.split("_"))
    path = folder / f"{new.tag}{twins.SUFFIX}"
    if not path.exists():
        add_namespace(new.tag, name, folder)
    annotate(path, [*new.imports(new.signature), f"from .._config.options import {new.options}",
                    f"from ..types.v1 import {new.response}"])  # fmt: skip
    again = (
        "A read: repeated after failures that may pass."
        if new.resend == "READ"
        else ("Never sent again once a byte may have left, except after a 429.")
    )
    doc = f"{new.described}\n- `options`: see `{new.options}`.\n\n{again} Raises `APIError` and its kin."
    text = re.sub(r"\n(?=.)", "\n        ", doc)
    signature = ", ".join(["self", *([new.signature] if new.signature else []), f"**options: Unpack[{new.options}]"])
    passed = f"operations.{new.name.upper()}, options" + (f", {new.passed}" if new.passed else "")
    plain = f"\n    async def {new.name}({signature}) -> {new.response}:\n"
    plain += f'        """{text}\n        """\n        return await self._caller.call({passed})'
    following = [f"\n\n\nclass Async{name}{suffix}(Named):" for suffix, _ in CLASSES[1:]]
    for (_, shape), after in zip(CLASSES, [*following, "\n\n\nresolvable("], strict=True):
        method = f"        self.{new.name}: Final = {shape}({new.tag}.{new.name})" if shape else plain
        put(path, f"\n{method}", before=after)


def add_namespace(tag: str, name: str, folder: Path) -> None:
    """A namespace without operations."""
    (folder / f"{tag}{twins.SUFFIX}").write_text(NAMESPACE.format(tag=tag, name=name), encoding="utf-8")
    imports = [f"from .{tag} import {name}", f"from .{tag}_async import Async{name}"]
    annotate(folder / "__init__.py", imports)
    put(folder / "__init__.py", f'"Async{name}", "{name}", ', after="\n__all__ = [")
    for prefix, module, after in (
        ("", tag, "\n\n\nclass AsyncV1(_Namespaces):"),
        ("Async", f"{tag}_async", "\n\n\ndef __getattr__("),
    ):
        head = f"\n\n    @property\n    def {tag}(self) -> {prefix}{name}:\n"
        kind = f"{prefix}{name}"
        body = f'        """{name} of the service."""\n        made: {kind} | None = self._made.get("{tag}")\n'
        body += f"        if made is None:\n            from .{module} import {kind}\n\n"
        body += f'            made = self._keep("{tag}", {kind})\n        return made'
        put(folder / "__init__.py", head + body, before=after)


def main() -> int:
    """Add an operation; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the operation, as generated/ calls it")
    parser.add_argument(
        "--root", default=ROOT, type=Path, help="the folder of openapi.yaml, overlay/ and pyproject.toml"
    )
    arguments = parser.parse_args()
    root, name = arguments.root, arguments.name
    overlay = root / "overlay/clear_street"
    plan = prepare(read(str(root / "openapi.yaml")))
    if name not in plan.calls:
        sys.exit(f"operation: openapi.yaml has no {name}; it has {', '.join(plan.calls)}")
    rows = "".join(path.read_text(encoding="utf-8") for path in (overlay / "_api/rows").glob("*.py"))
    if f'"{name}"' in rows:
        sys.exit(f"operation: {name} has its row already")
    new = operation_of(plan, name)
    if new.response == NOTHING:
        sys.exit(
            f"operation: {name} answers without a body, and namespaces give models; "
            f"client.{new.method.lower()}(..., cast_to=type(None)) calls it"
        )
    if f'"{new.response}"' in (overlay / "types/v1/__init__.py").read_text(encoding="utf-8"):
        sys.exit(f"operation: {new.response} is the reply of another operation; give {name} a component of its own")
    try:
        add_row(new, overlay / "_api/rows")
        add_types(new, overlay / "types/v1")
        add_methods(new, overlay / "v1")
    except Unfit as error:
        sys.exit(f"operation: {error}; mend codegen/add_operation.py")
    for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "--no-cache", "overlay"], cwd=root, check=True)
    twins.write(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
