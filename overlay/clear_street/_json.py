"""JSON that Python's decoder refuses, though a service may well mean it."""

from __future__ import annotations

import re
from json import dumps, loads
from typing import Any, cast

_DEPTH_MAX = 100
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


class Mended(dict[str, Any]):
    """A JSON object that had to be mended before it could be read."""

    __slots__ = ()


def mended(body: bytes) -> Any:
    """The JSON value that a body means, None where it means none: bytes that are no UTF-8 are replaced, whole numbers
    too long for Python are kept as strings of digits, and what is nested too deep as the text that it is.
    """
    try:
        value = loads(_shallow(body.decode("utf-8-sig", "replace")), parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return Mended(cast("dict[str, Any]", value)) if isinstance(value, dict) else value


def _whole(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits


def _shallow(text: str) -> str:
    parts: list[str] = []
    depth = copied = begun = 0
    for match in _TOKEN.finditer(text):
        if match[0] in ("[", "{"):
            depth += 1
            if depth == _DEPTH_MAX + 1:
                begun = match.start()
        elif match[0] in ("]", "}"):
            depth -= 1
            if depth == _DEPTH_MAX:
                parts += text[copied:begun], dumps(text[begun : match.end()])
                copied = match.end()
    return "".join([*parts, text[copied:]])
