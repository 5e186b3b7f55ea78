"""`make operation NAME=...`: write into the overlay what an operation of openapi.yaml needs there.

These are its row, its types, and its methods: plain, raw and streamed, and an iterator if its reply comes in pages.
Tables and new files are written as a whole. In a namespace that exists, methods are added at the end of its classes.
The row of an operation that only reads (a GET, or `x-reads: true`) says that it may be repeated. The row of any other
says that it is never sent again once a byte may have left; a person may change that. The docstrings are the document's
own words.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

import twins
from generate import read
from naming import tag_package
from operations import NOTHING, is_success
from prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prepare import Plan

ROOT = Path(__file__).resolve().parents[1]

# The names that a table of rows may use, and the module that each is.
SOURCES = {
    "calls": "clear_street_api.api.{tag}",
    "models": "clear_street_api.models",
    "checks": "clear_street._api.checks",
    "requests": "clear_street._api.requests",
    "types": "clear_street.types.v1",
}
OPTIONS = {
    "CallOptions": "`timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`",
    "ChangingCallOptions": (
        "`not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`"
    ),
}
"""The options that methods take, by the names of their types."""

ROWS = '''"""The operations of the tag {title}."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
{imports}
else:
{later}

{rows}
'''
TAGS = '''"""The operations of the service, one row each: what a call of it may do.

Each tag has its module, imported when its namespace is.
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import TypeGuard

    from ..operations import Operation


def every_operation() -> tuple[Operation[..., object], ...]:
    """Every operation that the spec has."""
    from . import {tags}

    modules = ({tags})
    return tuple(row for module in modules for row in vars(module).values() if _is_operation(row))


def _is_operation(value: object) -> TypeGuard[Operation[..., object]]:
    from ..operations import Operation

    return isinstance(value, Operation)
'''
NAMESPACE = '''"""`client.v1.{dotted}`: {words}"""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import {tag} as operations
from .._config.arguments import Named
from .._caller_async import async_raw, async_streamed

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller_async import AsyncCaller


class Async{name}(Named):
    """{words}"""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> Async{name}WithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return Async{name}WithRawResponse(Async{name}(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> Async{name}WithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return Async{name}WithStreamingResponse(Async{name}(self._caller.shaped("stream")))


class Async{name}WithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, {tag}: Async{name}) -> None:
        pass


class Async{name}WithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, {tag}: Async{name}) -> None:
        pass


resolvable(globals())
'''
PARENT = '''"""`client.v1.{tag}`: {words}"""

from __future__ import annotations

from .._annotations import resolvable
from . import Namespaces

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
{imports}


class Async{name}(Namespaces):
    """{words}"""

    __slots__ = ()

{properties}


resolvable(globals())
'''
VERSION = '''"""Version 1 of the API, as namespaces."""

from __future__ import annotations

import sys

from .._annotations import resolvable
from .._config.arguments import Named, no_name

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .._caller import Caller
    from .._caller_async import AsyncCaller
{imports}

    N = TypeVar("N")

__all__ = [{names}]

class Namespaces(Named):
    """Namespaces, each made once, so that a patch of one is still there at the next access."""

    __slots__ = ("__weakref__", "_caller", "_made")

    def __init__(self, caller: Caller | AsyncCaller) -> None:
        self._caller = caller
        self._made: dict[str, Any] = {{}}

    def _keep(self, name: str, kind: Callable[[Any], N]) -> N:
        if "IPython" in sys.modules:
            from .._config.options import write_signatures

            write_signatures(kind)
        made: N = self._made.setdefault(name, kind(self._caller))
        return made


class V1(Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

{blocking}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise no_name(f"module {{__name__!r}}", name, {{name: name for name in __all__}})
    from importlib import import_module

    plain = name.removeprefix("Async")
    # `MarketData` is in `market_data`, `AsyncMarketData` in `market_data_async`.
    words = "".join(f"_{{letter}}" if letter.isupper() else letter for letter in plain).lstrip("_").lower()
    home = f"{{__name__}}.{{words}}{{'_async' if name != plain else ''}}"
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({{*globals(), *__all__}})


resolvable(globals())
'''
ASYNC_VERSION = '''"""Version 1 of the API, as namespaces of an async client."""

from __future__ import annotations

from .._annotations import resolvable
from . import Namespaces

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
{imports}


class AsyncV1(Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

{awaiting}


resolvable(globals())
'''
PROPERTY = '''    @property
    def {tag}(self) -> {kind}:
        """{words}"""
        made: {kind} | None = self._made.get("{tag}")
        if made is None:
            from .{module} import {kind}

            made = self._keep("{tag}", {kind})
        return made'''


class Unfit(Exception):
    """Raised if this program cannot read a file of the overlay."""


@dataclass(frozen=True)
class Parameter:
    """An argument of an operation."""

    name: str
    annotation: str
    required: bool
    positional: bool
    description: str

    @property
    def declaration(self) -> str:
        """The argument as it is written in a signature."""
        return f"{self.name}: {self.annotation}" if self.required else f"{self.name}: {self.annotation} | None = None"


@dataclass(frozen=True)
class Operation:
    """The facts about an operation that this program writes."""

    name: str
    tag: str
    title: str
    """The tag as the document writes it."""
    method: str
    path: str
    is_read: bool
    authenticated: bool
    response: str
    row: str | None
    """The class of the reply's rows. None if the reply is not a list."""
    page_size: int | None
    """How many rows the service puts on a page. None if the reply does not come in pages."""
    parameters: tuple[Parameter, ...]
    enums: dict[str, str]
    """The enum of each argument that has one."""
    summary: str
    description: str
    models: frozenset[str]
    """The models, enums and types of member names that it uses, directly or through other models."""

    @property
    def resend(self) -> str:
        """The most careful rule for sending it again: `Resend.READ` or `Resend.ONCE`."""
        return "READ" if self.is_read else "ONCE"

    @property
    def options(self) -> str:
        """The type of the options that its methods take."""
        return "CallOptions" if self.is_read else "ChangingCallOptions"

    def signature(self, *more: str) -> str:
        """Return the arguments of a method, as they are written in its signature."""
        positional = [one.declaration for one in self.parameters if one.positional]
        keywords = [one.declaration for one in self.parameters if not one.positional] + [*more]
        stars = ["*"] if keywords else []
        return ", ".join(["self", *positional, *stars, *keywords, f"**options: Unpack[{self.options}]"])

    def passed(self, *without: str) -> str:
        """Return the arguments as a method passes them on."""
        return ", ".join(
            one.name if one.positional else f"{one.name}={one.name}"
            for one in self.parameters
            if one.name not in without
        )


def operation_of(plan: Plan, document: dict[str, Any], name: str) -> Operation:
    """Return the facts about an operation of a document."""
    endpoint, call = plan.facts["endpoints"][name], plan.calls[name]
    response = next((model for status, model in call.replies.items() if is_success(status)), NOTHING)
    raw = next(
        operation
        for operation in document["paths"][call.path].values()
        if isinstance(operation, dict) and operation.get("operationId") == name
    )
    function: Any = ast.parse(f"def f({endpoint['signature']}): ...").body[0]
    positional = {one.arg for one in function.args.args}
    parameters = tuple(
        Parameter(
            one["name"],
            one["narrow"].replace("Iterable[", "Sequence["),
            one["required"],
            one["name"] in positional,
            one["description"],
        )
        for one in endpoint["parameters"]
    )
    enums = {one.name: match[1] for one in parameters if (match := re.search(r"\b(\w+) \| \1Name\b", one.annotation))}
    found, todo = set[str](), [*call.replies.values(), *re.findall(r"\w+", endpoint["signature"])]
    while todo:
        model = todo.pop()
        if model in plan.modules and model not in found:
            found.add(model)
            todo += [one for slot in plan.shapes.get(model, []) for one in slot.kind.classes]
    data = next((slot.kind.annotation for slot in plan.shapes.get(response, []) if slot.key == "data"), "")
    row = re.search(r"list\[(\w+)\]", data)
    size = next((slot.limits.get("default", 1000) for slot in call.parameters if slot.key == "page_size"), None)
    return Operation(
        name=name,
        tag=next(tag for tag, operation in plan.operations if operation == name),
        title=call.tag,
        method=call.method,
        path=call.path,
        is_read=call.is_read,
        authenticated=bool(raw.get("security", document.get("security", ()))),
        response=response,
        row=row[1] if row else None,
        page_size=size if row and any(slot.key == "page_token" for slot in call.parameters) else None,
        parameters=parameters,
        enums=enums,
        summary=endpoint["summary"],
        description=" ".join(endpoint["description"].split()),
        models=frozenset({*found, *(f"{enum}Name" for enum in enums.values())}),
    )


# --- Rows -------------------------------------------------------------------------------------------------------------


def write_row(new: Operation, folder: Path) -> None:
    """Write the operation's row into the table of its tag, and the list of tables."""
    path = folder / f"{new.tag}.py"
    rows = rows_in(path) if path.exists() else []
    enums = ", ".join(f'"{name}": models.{enum}' for name, enum in new.enums.items())
    row = f'{new.name.upper()} = Operation("{new.name}", "{new.method}", "{new.path}", Resend.{new.resend}, '
    row += f"lambda: calls.{new.name}.build_request, lambda: types.{new.response}"
    row += f", enums=lambda: {{{enums}}}" if enums else ""
    row += "" if new.authenticated else ", authenticated=False"
    rows.append(f"{row})")
    used = [name for name in SOURCES if re.search(rf"\b{name}\.", "\n".join(rows))]
    modules = {name: SOURCES[name].format(tag=new.tag) for name in used}
    imports = [f"    from {home} import {last} as {name}" if last != name else f"    from {home} import {name}"
               for name, module in modules.items() for home, last in [split(module)]]  # fmt: skip
    later = [f'    {name} = Later("{module}")' for name, module in modules.items()]
    path.write_text(
        ROWS.format(title=new.title, imports="\n".join(imports), later="\n".join(later), rows="\n".join(rows)), "utf-8"
    )
    tags = sorted(one.stem for one in folder.glob("*.py") if one.stem != "__init__")
    (folder / "__init__.py").write_text(TAGS.format(tags=", ".join(tags)), encoding="utf-8")


def split(module: str) -> tuple[str, str]:
    """Return the package from which a table of rows imports a module, and the module's name in it."""
    home, _, last = module.rpartition(".")
    relative = home.replace("clear_street._api", "..").replace("clear_street.types", "...types")
    return (home if home.startswith("clear_street_api") else relative), last


def rows_in(path: Path) -> list[str]:
    """Return the source of each row of a table."""
    text = path.read_text(encoding="utf-8")
    found: list[str] = []
    for node in ast.parse(text).body[1:]:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            found.append(ast.get_source_segment(text, node) or "")
        elif not isinstance(node, (ast.ImportFrom, ast.If)) and "TYPE_CHECKING" not in ast.unparse(node):
            raise Unfit(f"{path}:{node.lineno} is not a row; a table must contain only rows")
    return found


# --- Types ------------------------------------------------------------------------------------------------------------


def write_types(new: Operation, folder: Path) -> None:
    """Write the response class, the TypedDict of the keyword arguments, and the index of types."""
    params = new.response.removesuffix("Response") + "Params"
    keywords = [one for one in new.parameters if not one.positional]
    total = all(one.required for one in keywords)
    words = {word for one in keywords for word in re.findall(r"\w+", one.annotation)}
    fields = [f"    {one.name}: {in_params(one, new, total=total)}" for one in keywords]
    text = "\n".join(fields)
    lines = [
        f'"""Types of `{new.name}`."""',
        "from __future__ import annotations",
        *imports_of(words),
        *(["from typing import TypedDict"] if fields else []),
        *(["from typing import Required"] if "Required[" in text else []),
        "import clear_street_api.models as api",
        "from ._call_info import CallInfo",
    ]
    if fields:
        lines += [f"class {params}(TypedDict{'' if total else ', total=False'}):"]
        lines += [f'    """The keyword arguments of `{new.name}`."""', "", *fields]
    lines += [f"class {new.response}(CallInfo, api.{new.response}):", f'    """The reply of `{new.name}`."""', ""]
    lines += ['    __slots__ = ("_attempts", "_reconciled")', ""]
    (folder / f"{new.name}.py").write_text("\n".join(lines), "utf-8")
    write_index_of_types(folder, new.models)


def in_params(one: Parameter, new: Operation, *, total: bool) -> str:
    """Return the type of an argument in a TypedDict."""
    kind = re.sub(r"\w+", lambda match: f"api.{match[0]}" if match[0] in new.models else match[0], one.annotation)
    if not one.required:
        return f"{kind} | None"
    return kind if total else f"Required[{kind}]"


def imports_of(words: set[str]) -> list[str]:
    """Return the imports of the standard library's types among these words."""
    sources = {
        "collections.abc": {"Iterable", "Mapping", "Sequence"},
        "datetime": {"date", "datetime"},
        "decimal": {"Decimal"},
        "typing": {"Any"},
    }
    return [f"from {source} import {name}" for source, names in sources.items() for name in sorted(names & words)]


def write_index_of_types(folder: Path, models: Iterable[str]) -> None:
    """Write the index of types, with these models and everything that the modules in the same folder define."""
    path = folder / "__init__.py"
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    here = {name: one.stem for one in sorted(folder.glob("[a-z]*.py")) for name in public_names(one)}
    assigned = {
        node.targets[0].id: node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    if "_GENERATED" not in assigned or "_HERE" not in assigned or "__all__" not in assigned:
        raise Unfit(f"{path} has no tables `_HERE`, `_GENERATED` and `__all__`")
    known = {*ast.literal_eval(assigned["_GENERATED"].value), *ast.literal_eval(assigned["__all__"].value)}
    others = known - {*ast.literal_eval(assigned["_GENERATED"].value)} - here.keys()
    generated = sorted({*ast.literal_eval(assigned["_GENERATED"].value), *models} - here.keys() - others)
    generated = [name for name in generated if not name.endswith("Response") or name in known]
    block = next(node for node in tree.body if isinstance(node, ast.If))
    kept = [
        ast.unparse(node)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and (node.module != "clear_street_api.models") and node.level != 1
    ]
    imports = [f"from clear_street_api.models import {', '.join(generated)}", *kept]
    imports += [f"from .{module} import {name}" for name, module in here.items()]
    written = {
        block: "if TYPE_CHECKING:\n" + indent("\n".join(imports), "    "),
        assigned["_HERE"]: f"_HERE = {here!r}",
        assigned["_GENERATED"]: f"_GENERATED = {tuple(generated)!r}",
        assigned["__all__"]: f"__all__ = {sorted({*here, *generated, *others})!r}",
    }
    path.write_text(replaced(text, written), encoding="utf-8")


def public_names(path: Path) -> list[str]:
    """Return the names of the classes and type aliases that a module defines."""
    found: list[str] = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.append(node.targets[0].id)
    return [name for name in found if name[:1].isupper() and name != "TYPE_CHECKING"]


def replaced(text: str, written: dict[Any, str]) -> str:
    """Return a text with some of its statements replaced."""
    lines = text.splitlines()
    for node, new in sorted(written.items(), key=lambda item: -item[0].lineno):
        lines[node.lineno - 1 : node.end_lineno] = new.splitlines()
    return "\n".join([*lines, ""])


# --- Namespaces -------------------------------------------------------------------------------------------------------


def write_methods(new: Operation, tags: Tags, folder: Path) -> None:
    """Write the methods of the async namespace, plain, raw and streamed, and the index of namespaces."""
    name = class_of(new.tag)
    path = folder / f"{new.tag}{twins.SUFFIX}"
    if not path.exists():
        text = NAMESPACE.format(tag=new.tag, name=name, words=tags.words(new.tag), dotted=tags.dotted(new.tag))
        path.write_text(text, encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    added: dict[Any, str] = {}
    for suffix, shape in (("", ""), ("WithRawResponse", "async_raw"), ("WithStreamingResponse", "async_streamed")):
        node = classes.get(f"Async{name}{suffix}")
        if node is None:
            raise Unfit(f"{path} has no class Async{name}{suffix}")
        line = f"        self.{new.name}: Final = {shape}({new.tag}.{new.name})"
        added[node.body[-1]] = line if shape else "\n\n".join(["", *methods(new)])
    lines = text.splitlines()
    for node, more in sorted(added.items(), key=lambda item: -item[0].lineno):
        lines[node.end_lineno : node.end_lineno] = more.splitlines()
        if isinstance(last := getattr(node, "body", [node])[-1], ast.Pass):
            del lines[last.lineno - 1]
    block = next(node for node in tree.body if isinstance(node, ast.If))
    words = {word for one in new.parameters for word in re.findall(r"\w+", one.annotation)}
    own = sorted({new.response, *(words & new.models), *([new.row] if new.page_size and new.row else [])})
    typed = [
        *imports_of(words),
        f"from .._config.options import {new.options}",
        *(f"from ..types.v1 import {one}" for one in own),
        *(["from .._iterators import AsyncRowIterator"] if new.page_size else []),
    ]
    lines[block.end_lineno or 0 : block.end_lineno or 0] = [f"    {line}" for line in typed]
    used = ["from .._config.secrets import conceal"] if new.page_size else []
    lines[block.lineno - 2 : block.lineno - 2] = used
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    write_parents(tags, folder)
    write_index_of_namespaces(tags, folder)


def methods(new: Operation) -> list[str]:
    """Return the methods of the plain namespace."""
    passed = ", ".join(filter(None, (f"operations.{new.name.upper()}, options", new.passed())))
    found = [
        (
            f"    async def {new.name}({new.signature()}) -> {new.response}:\n"
            f"{docstring(new)}\n        return await self._caller.call({passed})"
        )
    ]
    if new.page_size:
        rows = f"Async{'RowIterator'}[{new.row}, {new.response}]"
        size = f"page_size or {new.page_size}"
        signature = new.signature("listing_deadline: float | None = None")
        passed = ", ".join(filter(None, ("cursor", f"self.{new.name}", new.passed("page_token"), "**options")))
        found.append(
            f"    def {iterator_of(new.name)}({signature}) -> {rows}:\n"
            f"{docstring_of_iterator(new)}\n"
            "        conceal(options)\n"
            "        from .._iterators import AsyncRowIterator, Cursor\n\n"
            f"        caller, rows = self._caller, {size}\n"
            "        limits = caller.settings.limits\n"
            f"        cursor = Cursor(operations.{new.name.upper()}, page_token, rows, caller.clock, limits, options, "
            "listing_deadline)\n"
            f"        return AsyncRowIterator({passed})"
        )
    return found


def iterator_of(operation: str) -> str:
    """Return the name of the iterator over the pages of an operation."""
    return f"iter_{operation.removeprefix('get_').removeprefix('list_')}"


def docstring(new: Operation) -> str:
    """Return the docstring of a method: what it does, what it takes, and when it is sent again."""
    again = (
        "A read: transient failures are retried."
        if new.is_read
        else "Never sent again once a byte may have left, except after a 429."
    )
    pages = f" `{iterator_of(new.name)}` follows the pages." if new.page_size else ""
    arguments = [f"- `{one.name}`: {decapitalised(one.description)}" for one in new.parameters]
    parts = [new.summary, *([new.description + pages] if new.description or pages else [])]
    parts += ["\n".join(map(wrapped, [*arguments, f"- `options`: {OPTIONS[new.options]}; see `{new.options}`."]))]
    parts += [f"{again} Raises `ArgumentError` before anything is sent, and `APIError` or a subclass."]
    return in_quotes(parts)


def docstring_of_iterator(new: Operation) -> str:
    """Return the docstring of an iterator: what it yields, and what it raises."""
    first = (
        f"Return an iterator of every row of `{new.name}`, which fetches page after page. `.pages()` returns the "
        "pages; `.next_page_token` is where to continue later."
    )
    more = (
        f"The arguments are those of `{new.name}`; they and `options` apply to the call for each page. "
        "`listing_deadline` is how many seconds all pages together may take, an hour by default. Iterating raises what "
        f"`{new.name}` raises (the next step then asks for the same page again), `APIResponseValidationError` if the "
        "service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` after "
        "`listing_deadline`."
    )
    return in_quotes([first, more])


def decapitalised(text: str) -> str:
    """Return a text for use after a colon: its first word in lower case, unless that is written in capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def in_quotes(parts: list[str]) -> str:
    """Return the docstring of a method, with quotes and indentation."""
    parts = [part if part.startswith("- ") else wrapped(part) for part in parts]
    return indent('"""' + "\n\n".join(parts) + '\n"""', "        ")


def wrapped(text: str) -> str:
    """Wrap a paragraph, or an item of a list, to the width of a method's docstring."""
    hanging = "  " if text.startswith("- ") else ""
    return fill(" ".join(text.split()), 109, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


class Tags:
    """The tags of a document: the description and the parent of each."""

    def __init__(self, document: dict[str, Any]) -> None:
        tags = document.get("tags", [])
        self._words = {tag_package(tag["name"]): tag.get("description") or tag["name"] for tag in tags}
        self.parents = {tag_package(tag["name"]): tag_package(tag["x-parent"]) for tag in tags if "x-parent" in tag}

    def words(self, tag: str) -> str:
        """Return the first sentence of a tag's description."""
        text = " ".join(self._words.get(tag, class_of(tag)).split())
        return f"{text.partition('. ')[0].removesuffix('.')}."

    def dotted(self, tag: str) -> str:
        """Return the path from `client.v1` to the namespace of a tag."""
        return f"{self.dotted(self.parents[tag])}.{tag}" if tag in self.parents else tag


def class_of(tag: str) -> str:
    """Return the name of a namespace's class."""
    return "".join(word.title() for word in tag.split("_"))


def write_parents(tags: Tags, folder: Path) -> None:
    """Write the namespaces that contain only other namespaces."""
    for parent in sorted({*tags.parents.values()}):
        path = folder / f"{parent}{twins.SUFFIX}"
        below = [tag for tag, one in tags.parents.items() if one == parent and is_there(tag, folder)]
        if path.exists() and "(Namespaces)" not in path.read_text(encoding="utf-8"):
            raise Unfit(f"{path} has its own operations; add its inner namespaces by hand")
        if below:
            imports = "\n".join(f"    from .{tag}_async import Async{class_of(tag)}" for tag in below)
            properties = "\n\n".join(as_property(tag, tags, path, is_async=True) for tag in below)
            path.write_text(
                PARENT.format(
                    tag=parent, name=class_of(parent), words=tags.words(parent), imports=imports, properties=properties
                ),
                encoding="utf-8",
            )


def is_there(tag: str, folder: Path) -> bool:
    """Whether the namespace of a tag exists."""
    return (folder / f"{tag}{twins.SUFFIX}").exists()


def as_property(tag: str, tags: Tags, path: Path, *, is_async: bool) -> str:
    """Return the property for the namespace of a tag."""
    kind, module = (f"Async{class_of(tag)}", f"{tag}_async") if is_async else (class_of(tag), tag)
    source = path.parent / f"{tag}{twins.SUFFIX}"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    words = next(ast.get_docstring(node) for node in tree.body if isinstance(node, ast.ClassDef))
    return PROPERTY.format(tag=tag, kind=kind, module=module, words=words or tags.words(tag))


def write_index_of_namespaces(tags: Tags, folder: Path) -> None:
    """Write `client.v1`, with every namespace that exists."""
    path = folder / "__init__.py"
    every = sorted(
        one.name.removesuffix(twins.SUFFIX) for one in folder.glob(f"*{twins.SUFFIX}") if one.stem != "v1_async"
    )
    top = [tag for tag in every if tag not in tags.parents]
    names = sorted(["V1", "AsyncV1", *(f"{prefix}{class_of(tag)}" for tag in every for prefix in ("", "Async"))])
    imports = [f"    from .{tag} import {class_of(tag)}" for tag in every]
    imports += [f"    from .{tag}_async import Async{class_of(tag)}" for tag in every]
    imports += ["    from .v1_async import AsyncV1"]
    text = VERSION.format(
        imports="\n".join(imports),
        names=", ".join(f'"{name}"' for name in names),
        blocking="\n\n".join(as_property(tag, tags, path, is_async=False) for tag in top),
    )
    path.write_text(text, encoding="utf-8")
    awaiting = "\n\n".join(as_property(tag, tags, path, is_async=True) for tag in top)
    imports = [f"    from .{tag}_async import Async{class_of(tag)}" for tag in top]
    text = ASYNC_VERSION.format(imports="\n".join(imports), awaiting=awaiting)
    (folder / "v1_async.py").write_text(text, encoding="utf-8")


def main() -> int:
    """Add an operation; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the operation, as generated/ calls it")
    parser.add_argument(
        "--root", default=ROOT, type=Path, help="the folder of openapi.yaml, overlay/ and pyproject.toml"
    )
    arguments = parser.parse_args()
    root, name = arguments.root, arguments.name
    overlay = root / "overlay/clear_street"
    document = read(str(root / "openapi.yaml"))
    plan = prepare(document)
    if name not in plan.calls:
        sys.exit(f"operation: openapi.yaml has no {name}; it has {', '.join(plan.calls)}")
    rows = "".join(path.read_text(encoding="utf-8") for path in (overlay / "_api/rows").glob("*.py"))
    if f'"{name}"' in rows:
        sys.exit(f"operation: {name} already has a row")
    new = operation_of(plan, document, name)
    before = contents(overlay)
    if new.response == NOTHING:
        sys.exit(
            f"operation: {name} replies without a body, and methods of a namespace return models; call it with "
            f"client.{new.method.lower()}(..., cast_to=type(None))"
        )
    if f'"{new.response}"' in (overlay / "types/v1/__init__.py").read_text(encoding="utf-8"):
        sys.exit(f"operation: {new.response} is the reply of another operation; give {name} its own component")
    try:
        write_row(new, overlay / "_api/rows")
        write_types(new, overlay / "types/v1")
        write_methods(new, Tags(document), overlay / "v1")
    except Unfit as error:
        sys.exit(f"operation: {error}; fix that file, or codegen/add_operation.py")
    for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "--no-cache", "overlay"], cwd=root, check=True)
    twins.write(root)
    for path, text in contents(overlay).items():
        if before.get(path) != text:
            print(f"operation: {path.relative_to(root)}")
    print('operation: next: CONTRIBUTING.md, "An operation that is not supported yet", step "Review the row"')
    return 0


def contents(folder: Path) -> dict[Path, str]:
    """Return the text of each module in a folder."""
    return {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}


if __name__ == "__main__":
    sys.exit(main())
