"""How a body is read as JSON: by Python's decoder, where it is large by that of the extra ``speed``, and mended where
these refuse what a service may well mean.
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
"""Bytes; to import a faster decoder, once, costs 10 ms, and Python's own reads a smaller body in less than 0.1 ms."""
_DEPTH_MAX = 100
_MENDED_MAX = 1 << 20
"""Bytes: what is nested too deep is gone through bracket by bracket, and a larger body is not."""
# A string that never ends is one to the end: not to match it would be found out anew at each quote within.
_STRING_OR_BRACKET = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]'


class Mended(dict[str, Any]):
    """A JSON object that had to be mended before it could be read."""

    __slots__ = ()


def read_object(body: bytes | None) -> dict[str, Any] | None:
    """The JSON object that a body holds, None where it holds none."""
    value = read_json(body)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def read_json(body: bytes | None) -> Any:
    """The JSON value that a body holds, None where it holds none."""
    if not body:
        return None
    try:
        return loads(body.decode()) if len(body) < LARGE else loads_fast(body)
    except (ValueError, RecursionError):
        return _loads_slowly(body)


def _loads_slowly(body: bytes) -> Any:
    try:
        return loads(body)  # also with a byte order mark, or in UTF-16 or 32
    except (ValueError, RecursionError):
        return mended(body)


def loads_fast(body: bytes) -> Any:
    """As `json.loads`, which reads whatever the faster decoder refuses."""
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
    # What it raises is a ValueError since 0.21; of the releases before, some misread whole numbers beyond 64 bits.
    return msgspec.json.decode if issubclass(msgspec.DecodeError, ValueError) else None


def mended(body: bytes) -> Any:
    """The JSON value that a body means, None where it means none: bytes that are no UTF-8 are replaced, whole numbers
    too long for Python are kept as strings of digits, and what is nested too deep, in a body that is not large, as the
    text that it is.
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
