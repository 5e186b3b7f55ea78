"""Remove secrets from replies, if the service repeats them in any form. docs/safety.md, "Secrets".

The API key is a secret and, in errors, so are the values of other headers that were sent.
"""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from .._config.secrets import Secret

    Needle = tuple[bytes, bytes]

SHOWN = b"<secret>"
_SHORTEST = 12
_SHORTEST_IN_ERRORS = 8
"""Bytes. A shorter value is not looked for, because it may be a part of other words."""
_NO_SECRET = frozenset(
    b"accept accept-charset accept-encoding accept-language cache-control connection content-length content-type date "
    b"host idempotency-key traceparent tracestate user-agent x-correlation-id x-request-id".split()
)
_NAMES = (
    "amp:& apos:' ast:* bsol:\\ colon:: comma:, commat:@ dollar:$ equals:= excl:! grave:` gt:> hat:^ lbrace:{ lbrack:[ "
    'lcub:{ lowbar:_ lpar:( lsqb:[ lt:< num:# percnt:% period:. plus:+ quest:? quot:" rbrace:} rbrack:] rcub:} rpar:) '
    "rsqb:] semi:; sol:/ verbar:|"
)
_NAMED = {name.encode(): char.encode() for name, _, char in (pair.partition(":") for pair in _NAMES.split())}

_ESCAPE = re.compile(
    # An escape begins with one of three characters. A backslash may be escaped itself: the first of several counts.
    rb"[\\&%](?<!\\\\)(?:(?:(?<=&)|(?<=\\)\\*+u0026)(?:amp;)*"
    rb"(?:#x0*(?P<html>[0-9a-f]{1,6});?|#0*(?P<decimal>[0-9]{1,7});?|(?P<name>" + b"|".join(_NAMED) + rb");)"
    rb"|(?:(?<=%)|(?<=\\)\\*+u0025)(?:25)*(?P<percent>[0-9a-f]{2})"
    rb"|(?<=\\)\\*+(?:u(?P<json>[0-9a-f]{4})|x(?P<python>[0-9a-f]{2})|(?P<char>[^\w\\])))"
)  # for text in lower case
_LARGE = 16_384
"""Bytes. In a longer body it is quicker to check first which rare characters of a secret are missing from it."""
_RARE = b"kwvjqzxybfghumpcdlsrniotae-_./+=~"
"""The characters of keys, the rarest in the replies of the service first."""
_PROBES = 6
_UPPER = bytes(range(256)).upper()
_BACKSLASH, _PERCENT, _AMPERSAND = b"\\%&"
_values = itemgetter(1)
_ESCAPES_MAX = 100_000
"""After so many escapes, which take a tenth of a second, no more are decoded, and the body of an error is cut there."""


def shown(response: httpx.Response, body: bytes | None, key: Secret | None) -> tuple[httpx.Headers, bytes | None]:
    """Return the headers and the body of a reply, with `SHOWN` in place of the API key.

    The key is found as it was sent, in another case, in base64 or hexadecimal digits, and with characters escaped as in
    JSON, URLs and HTML. In an error, the values of the other headers that were sent are replaced too; in a success they
    are not, because its data may be the same by chance.
    """
    headers = response.headers
    is_error = not 200 <= response.status_code < 300
    if is_error:
        sent = [value for name, value in response.request.headers.raw if name.lower() not in _NO_SECRET]
        needles = _needles(tuple(sent), _SHORTEST_IN_ERRORS)
    elif key is None:
        return headers, body
    else:
        needles = _needles((key.reveal().encode(),), _SHORTEST)
    raw = headers.raw
    whole = b"\n".join([*map(_values, raw), body or b""])
    if _redacted(needles, whole, is_error=is_error) is whole:
        return headers, body
    redacted = [(name, _redacted(needles, value, is_error=is_error)) for name, value in raw]
    return httpx.Headers(redacted), None if body is None else _redacted(needles, body, is_error=is_error)


def _redacted(needles: tuple[Needle, ...], content: bytes, *, is_error: bool) -> bytes:
    # `in` first tries a text as a number, so it is slower than `find`, and several times as slow as for a number.
    has_escapes = _BACKSLASH in content or _PERCENT in content or _AMPERSAND in content
    if len(content) > _LARGE and not has_escapes:
        needles = _possible(needles, content)
    if not needles:
        return content
    plain = lower = content.lower()
    if has_escapes:
        plain, count = _ESCAPE.subn(_meant, lower, _ESCAPES_MAX)
        if is_error and count == _ESCAPES_MAX:
            *_, last = islice(_ESCAPE.finditer(lower), _ESCAPES_MAX)
            return _redacted(needles, content[: last.start()], is_error=True)
    for text, rare in needles:
        if rare[0] in plain and plain.find(text) >= 0:
            return _replaced(content, lower, needles)
    return content


def _possible(needles: tuple[Needle, ...], content: bytes) -> tuple[Needle, ...]:
    """Return the needles whose rarest characters are all in a text without escapes, in upper or lower case."""
    found: dict[int, bool] = {}

    def is_there(char: int) -> bool:
        if char not in found:
            found[char] = char in content or _UPPER[char] in content
        return found[char]

    return tuple(needle for needle in needles if all(map(is_there, needle[1])))


@lru_cache(maxsize=128)
def _needles(values: tuple[bytes, ...], shortest: int) -> tuple[Needle, ...]:
    """Return what to look for, in lower case, the longest first, each with its rarest characters, the rarest first."""
    found: set[bytes] = set()
    for value in values:
        parts = re.split(rb"[\s;,]+", value)
        for part in [value, *parts, *(part.partition(b"=")[2].strip(b'"') for part in parts)]:
            if len(part) >= shortest:
                found |= {part, part.hex().encode(), *_in_base64(part)}
    texts = sorted({text.lower() for text in found}, key=lambda text: (-len(text), text))
    return tuple((text, bytes(char for char in _RARE if char in text)[:_PROBES] or text) for text in texts)


def _in_base64(part: bytes) -> list[bytes]:
    """Return the base64 text of a part, at each of three offsets within a longer text, in both alphabets."""
    texts: list[bytes] = []
    for before in range(3):
        text = b64encode(bytes(before) + part).rstrip(b"=")
        # The first and last characters may also contain bits of the neighbouring bytes: leave them out.
        text = text[-(-before * 8 // 6) : (before + len(part)) * 8 // 6]
        texts += text, text.translate(bytes.maketrans(b"+/", b"-_"))
    return texts


def _meant(escape: re.Match[bytes]) -> bytes:
    """Return the byte that an escape means; 0xff for a character that no header can have."""
    kind, text = escape.lastgroup, escape[escape.lastgroup or 0]
    if kind == "char":
        return text
    if kind == "name":
        return _NAMED[text]
    code = int(text, 10 if kind == "decimal" else 16)
    return bytes([code]).lower() if code < 128 else b"\xff"


def _replaced(content: bytes, lower: bytes, needles: tuple[Needle, ...]) -> bytes:
    plain = bytearray()
    # Pairs of positions: from each pair to the next, plain text and content advance together, byte by byte.
    at_plain, at_content = [0], [0]
    end = 0
    for escape in islice(_ESCAPE.finditer(lower), _ESCAPES_MAX):
        plain += lower[end : escape.start()]
        at_plain.append(len(plain))
        at_content.append(escape.start())
        plain += _meant(escape)
        at_plain.append(len(plain))
        at_content.append(end := escape.end())
    plain += lower[end:]

    def original(position: int) -> int:
        index = bisect(at_plain, position) - 1
        return at_content[index] + position - at_plain[index]

    parts: list[bytes] = []
    end = 0
    for found in re.finditer(b"|".join(re.escape(text) for text, _ in needles), plain):
        parts += content[end : original(found.start())], SHOWN
        end = original(found.end())
    return b"".join([*parts, content[end:]])
