"""Make the names and the docstrings of the generated code."""

from __future__ import annotations

import re
from keyword import iskeyword
from textwrap import wrap
from typing import Any, TypeVar
from unicodedata import category, normalize
from urllib.parse import quote

from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import ClassName, PythonIdentifier, snake_case

T = TypeVar("T")

WIDTH = 120
# Types that a class body uses: a field with one of these names would hide the type from the lines below it.
BUILTINS = {"bool", "classmethod", "dict", "float", "int", "list", "property", "str", "tuple"}
DAYS = {"date", "datetime"}


class Ungeneratable(Exception):
    """Raised for something in the document that cannot become code. The message begins with its place."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


def expected(value: Any, kind: type[T], place: str, what: str) -> T:
    """Return the value if it has this type. `what` names the type for the error."""
    if not isinstance(value, kind):
        raise Ungeneratable(place, f"expected {what} but found {value!r}")
    return value


def class_name(name: str) -> str:
    """Return the generator's name for the class of a schema. The generator would leave this name unchanged."""
    found = str(ClassName(UntrustedString(name), "field_"))
    return found if found == name else class_name(found)


def module_name(name: str) -> str:
    """Return the generator's name for the module of a class or an operation."""
    return str(PythonIdentifier(UntrustedString(name), "field_"))


def tag_package(tag: str) -> str:
    """Return the generator's name for the package of a tag."""
    return str(PythonIdentifier(UntrustedString(tag), "tag"))


def words(text: str) -> str:
    """Return a text with underscores in place of what no Python name can contain."""
    return re.sub(" +", "_", "".join(c if f"a{c}".isidentifier() else " " for c in normalize("NFKC", text)))


def is_text(text: str) -> bool:
    """Whether a text can be encoded. Half of a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode() == text


def path_literal(text: str, place: str) -> str:
    """Percent-encode a part of a path. The result can stand in an f-string without further escapes."""
    try:
        # A percent sign that begins an escape must not be escaped again.
        return re.sub("%25(?=[0-9A-Fa-f]{2})", "%", quote(text, safe="/:@!$&()*+,;=~"))
    except UnicodeEncodeError:
        raise Ungeneratable(place, f"a path that is not valid text: {text!r}") from None


def identifier(name: str, taken: set[str]) -> str:
    """Return the field or argument for a JSON name, and add it to `taken`.

    It is the JSON name in snake case. An underscore follows if it is a keyword or taken.
    """
    found = snake_case(UntrustedString(words(name)))
    if not found.isidentifier():
        found = f"field_{found}"
    while iskeyword(found) or found in taken:
        found += "_"
    taken.add(found)
    return found


def member_name(value: str | int, taken: set[str]) -> str:
    """Return the name for a member of an enum, and add it to `taken`."""
    sign = "MINUS_" if isinstance(value, int) and value < 0 else ""
    found = normalize("NFKC", sign + words(str(value)).strip("_").upper())
    if not found.isidentifier() or found == "MRO":
        found = f"VALUE_{found}"
    while found in taken:
        found += "_"
    taken.add(found)
    return found


def without_text(code: str) -> str:
    """Return an expression with its strings emptied, so that only names are left in it."""
    return re.sub(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", "''", code)


def singular(tag: str) -> str:
    """Return a tag in the singular: `Position` for `Positions`."""
    if tag.lower().endswith(("news", "series", "status")):
        return tag
    if tag.endswith("ies"):
        return f"{tag[:-3]}y"
    return tag[:-1] if tag.endswith("s") and not tag.endswith("ss") else tag


def sentence(text: str) -> str:
    """Return a text on one line, with a capital letter first."""
    line = " ".join(text.split())
    return line[:1].upper() + line[1:]


def docstring(text: str, indent: int = 4) -> str:
    """Return a text as a docstring, wrapped. Lists and indented lines keep their shape. Empty for an empty text."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        lead = line[: len(line) - len(line.lstrip())]
        hanging = f"{lead}  " if line.lstrip().startswith("- ") else f"{lead}{lead}"
        lines += wrap(
            line.strip(),
            WIDTH - indent - (0 if lines else len('"""')),
            initial_indent=lead,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    if not lines:
        return ""
    lines = [_printable(line.replace("\\", "\\\\")).replace('"""', r"\"\"\"") for line in lines]
    pad = " " * indent
    if len(lines) == 1 and not lines[0].endswith('"') and indent + len(lines[0]) + 6 <= WIDTH:
        return f'"""{lines[0]}"""'
    return "\n".join([f'"""{lines[0]}', *(f"{pad}{line}".rstrip() for line in lines[1:]), f'{pad}"""'])


def _printable(line: str) -> str:
    """Escape each character of a docstring's line that source code cannot contain.

    Half of a surrogate pair is replaced, because no class can be made with it.
    """
    line = line.encode("utf-8", "replace").decode()
    return "".join(ascii(c)[1:-1] if c != "\t" and category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in line)
