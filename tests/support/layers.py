"""Measure the layers of overlay/clear_street, and draw which imports which, for CONTRIBUTING.md.

Run as a program (`make snapshots`) it renews the table and the picture there.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
PACKAGE = ROOT / "overlay/clear_street"
HEAD = ["| no. | layer | files | lines | largest file | its lines |", "|---|---|---|---|---|---|"]
TOLERANCE = 0.15
FEW_LINES = 10
"""By how much a number of the page may differ from what is counted: by this part of it, or by so many lines."""
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip


class Layer(NamedTuple):
    """A row of the table of layers."""

    names: list[str]
    """Its modules and packages, the latter with a slash."""
    lines: dict[str, int]
    """Lines of code by file, without blank ones, comments and docstrings."""


def layers() -> list[Layer]:
    """List the layers from the top, as pyproject.toml has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[Layer] = []
    for row in settings["tool"]["importlinter"]["contracts"][0]["layers"]:
        names = [f"{name}/" if (PACKAGE / name).is_dir() else f"{name}.py" for name in row.split(" | ")]
        files = [path for name in names for path in _files(PACKAGE / name)]
        found.append(Layer(names, {path.relative_to(PACKAGE).as_posix(): lines_of_code(path) for path in files}))
    return found


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


@cache
def lines_of_code(path: Path) -> int:
    """Count the lines that are neither blank nor a comment nor text that stands alone."""
    source = path.read_text(encoding="utf-8")
    texts = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for one in tokens if one.type not in _NO_CODE for line in range(one.start[0], one.end[0] + 1)}
    return len(code - texts)


def sizes() -> list[str]:
    """Return the table: for each layer its files, its lines, and its largest file."""
    rows = HEAD.copy()
    for number, layer in enumerate(layers(), 1):
        largest, most = max(layer.lines.items(), key=lambda item: item[1])
        names = ", ".join(f"`{name}`" for name in layer.names)
        total = sum(layer.lines.values())
        rows.append(f"| {number} | {names} | {len(layer.lines)} | {total} | `{largest}` | {most} |")
    return rows


def differences(written: list[str]) -> list[str]:
    """List the rows of the page that are too far from what is counted now."""
    counted, found = sizes(), list[str]()
    if len(written) != len(counted):
        return [f"there are {len(counted) - 2} layers, and {len(written) - 2} on the page"]
    lines = {f"`{name}`": count for layer in layers() for name, count in layer.lines.items()}
    for then, now in zip(written[2:], counted[2:], strict=True):
        old, new = _cells(then), _cells(now)
        pairs = [
            (int(old[3]), int(new[3])),
            (int(old[5]), int(new[5])),
            # Of two files that are about as large, either may be called the largest.
            (lines.get(old[4], 0), lines[new[4]]),
        ]
        is_true = old[:2] == new[:2] and about(int(old[2]), int(new[2]))
        if not (is_true and all(about(*pair, few=FEW_LINES) for pair in pairs)):
            found.append(f"{then} is now {now}")
    return found


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split(" | ")]


def about(written: int, counted: int, few: int = 0) -> bool:
    """Whether a number is near enough to what is counted."""
    return abs(written - counted) <= max(few, TOLERANCE * counted)


# --- Who imports whom -------------------------------------------------------------------------------------------------


def picture() -> list[str]:
    """Draw a line for each layer, with a mark below the number of each layer that it imports."""
    found = layers()
    homes = {name.rstrip("/").removesuffix(".py"): place for place, layer in enumerate(found) for name in layer.names}
    labels = [_label(layer) for layer in found]
    wide = max(map(len, labels))
    drawn = [" " * (wide + 3) + "".join(f"{number:3}" for number in range(1, len(found) + 1))]
    for place, layer in enumerate(found):
        marks = ["  ."] * len(found)
        for file in layer.lines:
            for module, is_for_annotations in imports(PACKAGE / file):
                home = homes.get(module.split(".")[1]) if "." in module else None
                if home is not None and home != place and marks[home] != "  x":
                    marks[home] = "  o" if is_for_annotations else "  x"
        # A layer imports from those below alone: what is left of the diagonal stays empty.
        drawn.append(f"{place + 1:2} {labels[place]:{wide}}{'   ' * place}  -{''.join(marks[place + 1 :])}")
    return drawn


def _label(layer: Layer) -> str:
    names = [name.removesuffix(".py") for name in layer.names]
    return ", ".join(names) if len(names) < 3 else f"{names[0]} … {names[-1]}"


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the modules of the package that a file imports, anywhere in it, each with whether it is for annotations
    alone. A module that is named in text, because it is imported later, counts too.
    """
    home = path.relative_to(PACKAGE.parent).parts[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_annotations = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = home[: len(home) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            named = [_home_of(alias.name) if module == PACKAGE.name else module for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_module(node.value):
            named = [node.value]
        yield from ((name, id(node) in for_annotations) for name in named if name.startswith(f"{PACKAGE.name}."))


def _is_module(text: str) -> bool:
    if not re.fullmatch(rf"{PACKAGE.name}(\.\w+)+", text):
        return False
    path = PACKAGE.parent / text.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _home_of(name: str) -> str:
    """Return the module that a name of the package itself comes from."""
    if _is_module(f"{PACKAGE.name}.{name}"):
        return f"{PACKAGE.name}.{name}"
    return str(getattr(getattr(import_module(PACKAGE.name), name), "__module__", ""))


# --- The page ---------------------------------------------------------------------------------------------------------


def table_in(page: str) -> list[str]:
    """Return the table as a page has it."""
    return [HEAD[0], *page.partition(HEAD[0] + "\n")[2].partition("\n\n")[0].splitlines()]


def picture_in(page: str) -> list[str]:
    """Return the picture as a page has it."""
    return page.partition(HEAD[0])[2].partition("\n```\n")[2].partition("\n```\n")[0].splitlines()


def renewed(page: str) -> str:
    """Return a page with both as they are now."""
    page = page.replace("\n".join(table_in(page)), "\n".join(sizes()))
    return page.replace("\n".join(picture_in(page)), "\n".join(picture()))


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
