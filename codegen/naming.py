"""Names and docstrings of the generated code."""

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
# What the body of a class names in lower case: a field of one of these names would hide it from those below.
BUILTINS = {"bool", "classmethod", "dict", "float", "int", "list", "property", "str", "tuple"}
DAYS = {"date", "datetime"}


class Ungeneratable(Exception):
    """Something in the document that cannot become code, and where."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


def expected(value: Any, kind: type[T], place: str, what: str) -> T:
    """The value, which has to be of this kind."""
    if not isinstance(value, kind):
        raise Ungeneratable(place, f"{value!r} is no {what}")
    return value


def class_name(name: str) -> str:
    """The class of a schema, as the generator calls it: it is handed the result, and must find nothing to change."""
    found = str(ClassName(UntrustedString(name), "field_"))
    return found if found == name else class_name(found)


def module_name(name: str) -> str:
    """The module of a class or operation, as the generator calls it."""
    return str(PythonIdentifier(UntrustedString(name), "field_"))


def tag_package(tag: str) -> str:
    """The package of a tag, as the generator calls it."""
    return str(PythonIdentifier(UntrustedString(tag), "tag"))


def words(text: str) -> str:
    """A text with an underscore for all that no name in Python can have."""
    return re.sub(" +", "_", "".join(c if f"a{c}".isidentifier() else " " for c in normalize("NFKC", text)))


def is_text(text: str) -> bool:
    """Whether a text can be written: half of a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode() == text


def path_literal(text: str, place: str) -> str:
    """What a path has between its parameters, percent-encoded: it needs no escape inside of an f-string, either."""
    try:
        # A percent sign that begins an escape is one already.
        return re.sub("%25(?=[0-9A-Fa-f]{2})", "%", quote(text, safe="/:@!$&()*+,;=~"))
    except UnicodeEncodeError:
        raise Ungeneratable(place, f"a path that is no text: {text!r}") from None


def identifier(name: str, taken: set[str]) -> str:
    """The field or argument for a JSON name: the API's own, in snake case, unless Python or its neighbours object."""
    found = snake_case(UntrustedString(words(name)))
    if not found.isidentifier():
        found = f"field_{found}"
    while iskeyword(found) or found in taken:
        found += "_"
    taken.add(found)
    return found


def member_name(value: str | int, taken: set[str]) -> str:
    """The name of an enum's member."""
    sign = "MINUS_" if isinstance(value, int) and value < 0 else ""
    found = normalize("NFKC", sign + words(str(value)).strip("_").upper())
    if not found.isidentifier() or found == "MRO":
        found = f"VALUE_{found}"
    while found in taken:
        found += "_"
    taken.add(found)
    return found


def without_text(code: str) -> str:
    """An expression without the strings in it: what they hold is no name."""
    return re.sub(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", "''", code)


def singular(tag: str) -> str:
    """A tag without its plural: `Positions` speaks of a `Position`."""
    if tag.lower().endswith(("news", "series", "status")):
        return tag
    if tag.endswith("ies"):
        return f"{tag[:-3]}y"
    return tag[:-1] if tag.endswith("s") and not tag.endswith("ss") else tag


def sentence(text: str) -> str:
    """A text on one line, with a capital."""
    line = " ".join(text.split())
    return line[:1].upper() + line[1:]


def docstring(text: str, indent: int = 4) -> str:
    """The docstring of a text, wrapped; lists and indented lines keep their shape. Nothing for no text."""
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
    """A line of a docstring with an escape for each character that source code cannot have.

    Half of a surrogate pair is replaced: a class could not be made with it.
    """
    line = line.encode("utf-8", "replace").decode()
    return "".join(ascii(c)[1:-1] if c != "\t" and category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in line)
