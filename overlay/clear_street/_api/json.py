"""Read bodies as JSON: with Python's decoder, or for a large body with that of the extra ``speed``.

What both refuse, although its meaning is clear, is repaired.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from json import dumps, loads
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 16384
"""Bytes. Importing the faster decoder takes 10 ms, and Python's own reads a smaller body in less than 0.1 ms."""
_DEPTH_MAX = 100
_MENDED_MAX = 1 << 20
"""Bytes. A larger body is not repaired if it is nested too deep, because that needs a slow scan."""
# Match an unterminated string to the end, or every later quote would scan it again, which takes quadratic time.
_STRING_OR_BRACKET = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]'


class Mended(dict[str, Any]):
    """A JSON object that had to be repaired before it could be read."""

    __slots__ = ()


def read_object(body: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object in a body; None if there is none."""
    value = read_json(body)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def read_json(body: bytes | None) -> Any:
    """Return the JSON value in a body; None if there is none."""
    if not body:
        return None
    try:
        return loads(body.decode()) if len(body) < LARGE else loads_fast(body)
    except (ValueError, RecursionError):
        return _loads_slowly(body)


def _loads_slowly(body: bytes) -> Any:
    try:
        return loads(body)  # reads a byte order mark, UTF-16 and UTF-32 too
    except (ValueError, RecursionError):
        return mended(body)


def loads_fast(body: bytes) -> Any:
    """Do what `json.loads` does, with the faster decoder if there is one and it can read the body."""
    decode = _decoder()
    if decode is not None:
        with suppress(ValueError, RecursionError):
            return decode(body)
    return loads(body)


@cache
def _decoder() -> Callable[[bytes], Any] | None:
    try:
        import msgspec
    except ImportError:
        return None
    # Some releases before 0.21 misread whole numbers of more than 64 bits. Since then its errors are ValueErrors.
    return msgspec.json.decode if issubclass(msgspec.DecodeError, ValueError) else None


def mended(body: bytes) -> Any:
    """Repair a body and return its JSON value; None if it cannot be repaired.

    Bytes that are not UTF-8 are replaced. A whole number that is too long for Python becomes a string of its digits. A
    value that is nested too deep becomes the text of its JSON, if the body is not large.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        value = loads(text, parse_int=_whole)
    except ValueError:
        return None
    except RecursionError:
        if len(text) > _MENDED_MAX:
            return None
        try:
            value = loads(_shallow(text), parse_int=_whole)
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
    for match in re.finditer(_STRING_OR_BRACKET, text, re.DOTALL):
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
