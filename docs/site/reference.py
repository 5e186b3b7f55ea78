"""The pages of the reference: every public name of the package, with what its docstring says of it.

What is public, tests/support/public_api.py says. Names that pages show as code become links to their places here.
"""

from __future__ import annotations

import ast
import html
import inspect
import re
import sys
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from clear_street_api.explained import meanings  # noqa: E402
from support import public_api  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as SitePage

NAMES, HOMES = public_api.public()
WIDTH = 88
"""How many characters of a signature stand on one line."""


class Page(NamedTuple):
    """A page of the reference."""

    path: str
    title: str
    names: str
    """The names that it has, as a pattern. A name is on the first page whose pattern it matches."""
    text: str


PAGES = [
    Page(one["path"], one["title"], "|".join(one["names"]), one["text"])
    for one in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["page"]
]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for page in PAGES:
        text = "\n".join(_page(page))
        files.append(File.generated(config, f"reference/{page.path}.md", content=text))
    return files


def on_page_content(content: str, page: SitePage, **_: object) -> str:
    """Make links of names that are shown as code, except in headings, links and blocks."""

    def linked(match: re.Match[str]) -> str:
        name = match["name"]
        place = _places().get(html.unescape(name)) if name else None
        if not name:
            return match[0]
        # Long names are broken behind these signs, where a phone has no room for them.
        shown = re.sub(r"(?<=[_./=,])(?=\w)", "<wbr>", name) if len(name) > 16 else name
        return (
            f'<a class="name" href="{get_relative_url(place, page.url)}"><code>{shown}</code></a>'
            if place
            else f"<code>{shown}</code>"
        )

    def typed(match: re.Match[str]) -> str:
        return re.sub(r"[A-Za-z_]\w*", lambda word: _link(word[0], page.url), match[0])

    content = re.sub(r'(?<=<p class="type"><code>)[^<]*', typed, content)
    skipped = r"<h[1-6].*?</h[1-6]>|<a\b.*?</a>|<pre.*?</pre>"
    return re.sub(rf"{skipped}|<code>(?P<name>[^<]+)</code>", linked, content, flags=re.DOTALL)


def _link(word: str, url: str) -> str:
    place = _places().get(word)
    return f'<a href="{get_relative_url(place, url)}">{word}</a>' if place and word[0].isupper() else word


@cache
def _on() -> dict[str, str]:
    """Return the page of each name, at its first home."""
    found: dict[str, str] = {}
    for name, value in NAMES.items():
        if HOMES[id(value)] == name:
            page = next((page for page in PAGES if re.fullmatch(page.names, name)), None)
            if page is None:
                raise PluginError(f"docs/site/reference.py has no page for {name}")
            found[name] = f"reference/{page.path}.html"
    return found


@cache
def _places() -> dict[str, str]:
    """Return the place of everything that code in a sentence may name."""
    found: dict[str, str] = {}

    def say(name: str, place: str) -> None:
        found.setdefault(name, place)

    for name, page in _on().items():
        place = f"{page}#{name}"
        say(name, place)
        say(name.rpartition(".")[2], place)
    errors = [name for name in _on() if name.endswith("Error")]
    for name, page in _on().items():
        kind, short = NAMES[name], name.rpartition(".")[2]
        if not inspect.isclass(kind):
            continue
        for member in public_api.members(kind, HOMES):
            place = f"{page}#{name}.{member}"
            say(f"{short}.{member}", place)
            if name.startswith("clear_street.v1.") and not short.startswith(("Async", "V1")):
                words = re.sub(r"(?<!^)(?=[A-Z])", "_", short).lower()
                say(f"client.v1.{words}.{member}", place)
                say(f"{words}.{member}", place)
                say(member, place)
            elif short == "ClearStreet":
                say(f"client.{member}", place)
            elif name in errors:
                say(f"error.{member}", place)
            elif short == "Sandbox":
                say(f"sandbox.{member}", place)
    say("outcome_unknown", found["ClearStreetError.outcome_unknown"])
    say("error.outcome_unknown", found["ClearStreetError.outcome_unknown"])
    return found


def _page(page: Page) -> Iterator[str]:
    yield f"# {page.title}\n\n{page.text}\n"
    if page.path.startswith("types-"):
        yield '<div class="types"></div>\n'
    names = [name for name, path in _on().items() if path == f"reference/{page.path}.html"]
    # Clients, the methods of a namespace, and what other classes inherit from come first, and async classes last.
    first = r"clear_street\.(v1\..*|ClearStreet|ClearStreetError|APIError)"
    for name in sorted(names, key=lambda name: (_twin(name) is not None, not re.fullmatch(first, name))):
        if not inspect.ismodule(NAMES[name]):
            yield from _entry(name)
        else:
            yield f"## `{name}` {{ #{name} }}\n\n{inspect.getdoc(NAMES[name])}\n"
    if page.path == "low-level":
        yield from _operations()


def _twin(name: str) -> str | None:
    """Return the blocking class of an async one."""
    module, _, short = name.rpartition(".")
    plain = f"{module}.{short.removeprefix('Async')}"
    return plain if short.startswith("Async") and plain in NAMES else None


def _entry(name: str) -> Iterator[str]:
    value, short = NAMES[name], name.rpartition(".")[2]
    exclude = " data-search-exclude" if _twin(name) else ""
    if "__" in name:  # Markdown would make the name bold
        yield f'<h2 id="{name}" class="entry"><code>{short}</code></h2>\n'
    else:
        yield f"## `{short}` {{ #{name} .entry{exclude} }}\n"
    others = [other for other, one in NAMES.items() if one is value and other != name]
    yield f'<p class="type"><code>{name.rpartition(".")[0]}</code></p>\n'
    if others:
        shown = ", ".join(f'<code id="{other}">{other}</code>' for other in others)
        yield f"Also as {shown}.\n"
    if inspect.isclass(value):
        yield from _class(name, value, exclude)
    elif inspect.isfunction(value):
        yield _signature(short, public_api.signature(value))
        yield _markdown(inspect.getdoc(value) or "")
    elif isinstance(value, str):
        yield "The version of this package."
    else:
        yield _markdown(_assigned().get(short, ""))
        if isinstance(value, (frozenset, dict)):
            yield "\n" + ", ".join(f"`{one}`" for one in sorted(map(str, value))) + ".\n"
        else:
            yield f"\n`{value}`\n" if isinstance(value, tuple) else _signature("", str(value).replace("typing.", ""))


def _class(name: str, kind: type, exclude: str) -> Iterator[str]:
    short, twin = name.rpartition(".")[2], _twin(name)
    members = public_api.members(kind, HOMES)
    has_init = "__init__" in members
    if has_init:
        yield _signature(short, members.pop("__init__"))
    bases = [HOMES[id(base)].rpartition(".")[2] for base in kind.__mro__[1:] if id(base) in HOMES]
    if bases:
        yield f"Has everything that `{bases[0]}` has.\n"
    written = vars(kind).get("__doc__")
    yield _markdown(inspect.cleandoc(getattr(written, "text", written) or ""))
    if has_init and not twin:
        yield _markdown(inspect.cleandoc(inspect.getattr_static(kind, "__init__").__doc__ or ""))
    texts = meanings(kind) | _of_method(kind)
    for member, found in members.items():
        yield f"### `{member}` {{ #{name}.{member} .member{exclude} }}\n"
        static = inspect.getattr_static(kind, member, None)
        function = getattr(static, "fget", None) or getattr(static, "__func__", static)
        if inspect.isfunction(function):
            doc = inspect.getdoc(function) or ""
            if isinstance(static, property):
                yield _type(found.removeprefix(" -> "))
            else:
                yield _signature(member, found)
            is_same = twin is not None and doc == inspect.getdoc(getattr(NAMES[twin], member, None))
            yield f"As `{NAMES[twin or name].__name__}.{member}`.\n" if is_same else _markdown(doc)
        else:
            yield _type(found.removeprefix(": ").removeprefix(" = "))
            yield _markdown(texts.get(member, ""))


def _type(text: str) -> str:
    return f'<p class="type"><code>{html.escape(text, quote=False)}</code></p>\n'


def _signature(name: str, text: str) -> str:
    """Return a signature as a block, with a line for each parameter where it is long."""
    words = [word for word in ("async", "classmethod", "staticmethod") if text.endswith(f" {word}")]
    text = text.removesuffix(f" {words[0]}") if words else text
    text = re.sub(r"^\((self|cls)(, )?", "(", text)
    before = {"async": "async def ", "classmethod": "@classmethod\ndef ", "staticmethod": "@staticmethod\ndef "}
    start = before[words[0]] if words else "def " if name and name[0].islower() else ""
    if len(name + text) > WIDTH:
        inside, returns = _split(text)
        lines = "".join(f"    {one},\n" for one in inside)
        text = f"(\n{lines}){returns}" if text.startswith("(") else text
    return f"```python\n{start}{name}{text}\n```\n"


def _split(text: str) -> tuple[list[str], str]:
    """Return the parameters of a signature, and what is behind them."""
    parts: list[str] = []
    depth, current = 0, ""
    for index, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if index and not depth:
            return [*parts, current.strip()] if current.strip() else parts, text[index + 1 :]
        if sign == "," and depth == 1:
            parts.append(current.strip())
            current = ""
        elif index:
            current += sign
    return parts, ""


def _markdown(text: str) -> str:
    """Return a docstring as Markdown: a list has an empty line before it."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("- ") and lines and lines[-1] and not lines[-1].startswith(("- ", "  ")):
            lines.append("")
        lines.append(line)
    # Two spaces of a continued line are enough for people, but not for Markdown.
    joined = re.sub(r"\n  (?=\S)", " ", "\n".join(lines))
    return joined.replace("``", "`") + "\n"


@cache
def _assigned() -> dict[str, str]:
    """Return the texts beneath what modules assign."""
    found: dict[str, str] = {}
    for path in (*(ROOT / "overlay").rglob("*.py"), *(ROOT / "generated").rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for above, below in pairwise(body):
            target = above.targets[0] if isinstance(above, ast.Assign) else getattr(above, "target", None)
            if isinstance(target, ast.Name) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                found.setdefault(target.id, str(below.value.value))
    return found


def _of_method(kind: type) -> dict[str, str]:
    """Return what the keyword arguments of an operation mean, which its method says."""
    operation = re.fullmatch(r"The keyword arguments of `(\w+)`\.", inspect.getdoc(kind) or "")
    if not operation:
        return {}
    holders = [value for name, value in NAMES.items() if name.startswith("clear_street.v1.")]
    method = next(getattr(holder, operation[1]) for holder in holders if hasattr(holder, operation[1]))
    text = re.sub(r"\n  (?=\S)", " ", inspect.getdoc(method) or "")
    found: dict[str, str] = {}
    for names, meaning in re.findall(r"^- (`[^:]*`): (.*)$", text, flags=re.MULTILINE):
        found |= dict.fromkeys(re.findall(r"`(\w+)`", names), meaning[:1].upper() + meaning[1:])
    return found


def _operations() -> Iterator[str]:
    yield "## Operations\n"
    yield (
        "Each operation is a module of `clear_street_api.api`, with `sync`, `asyncio`, and the two halves of a call: "
        "`build_request` and `parse_response`.\n"
    )
    yield "| module | what it calls |\n|---|---|"
    for path in sorted((ROOT / "generated/clear_street_api/api").glob("*/*.py")):
        if path.stem != "__init__":
            doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            yield f"| `clear_street_api.api.{path.parent.name}.{path.stem}` | {doc.partition('. ')[0].rstrip('.')} |"
