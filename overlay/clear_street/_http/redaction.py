"""What of a reply may be shown: neither the API key nor the value of another header that was sent, however a service
spells it when it repeats it.
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

SHOWN = b"<secret>"
_SHORTEST = 12
_SHORTEST_IN_ERRORS = 8
"""Bytes: what is shorter is not looked for, since it may well be a part of other words."""
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
    # An escape begins with one of three characters; of several backslashes, which may be escaped themselves, the first.
    rb"[\\&%](?<!\\\\)(?:(?:(?<=&)|(?<=\\)\\*+u0026)(?:amp;)*"
    rb"(?:#x0*(?P<html>[0-9a-f]{1,6});?|#0*(?P<decimal>[0-9]{1,7});?|(?P<name>" + b"|".join(_NAMED) + rb");)"
    rb"|(?:(?<=%)|(?<=\\)\\*+u0025)(?:25)*(?P<percent>[0-9a-f]{2})"
    rb"|(?<=\\)\\*+(?:u(?P<json>[0-9a-f]{4})|x(?P<python>[0-9a-f]{2})|(?P<char>[^\w\\])))"
)  # of what is in lower case
_LARGE = 16_384
"""Bytes: in a body that is longer, a look for characters that it lacks is quicker than a search for what has them."""
_RARE = b"jqzxkwvybfghumpcdlsrniotae-_./+=~"
"""The characters of keys, the rarest in the replies of services first."""
_PROBES = 6
_ESCAPES_MAX = 100_000
"""What has more escapes is not gone through further; an error's text ends there. They take a tenth of a second."""


def shown(response: httpx.Response, body: bytes | None, key: Secret | None) -> tuple[httpx.Headers, bytes | None]:
    """The headers and the body of a reply, `SHOWN` in the place of the API key: as it was sent, in another case, in
    base64 or hexadecimal digits, or with characters escaped as JSON, URLs and HTML do. Of an error, in the place of the
    other headers' values that were sent, too: a success has data that may well be the same as one of these.
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
    whole = b"\n".join([*map(itemgetter(1), raw), body or b""])
    if _redacted(needles, whole, is_error=is_error) is whole:
        return headers, body
    redacted = [(name, _redacted(needles, value, is_error=is_error)) for name, value in raw]
    return httpx.Headers(redacted), None if body is None else _redacted(needles, body, is_error=is_error)


def _redacted(needles: tuple[bytes, ...], content: bytes, *, is_error: bool) -> bytes:
    has_escapes = b"\\" in content or b"%" in content or b"&" in content
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
    for needle in needles:
        if needle in plain:
            return _replaced(content, lower, needles)
    return content


def _possible(needles: tuple[bytes, ...], content: bytes) -> tuple[bytes, ...]:
    """The needles of which no rare character is missing in a text without escapes, in either case."""
    found: dict[bytes, bool] = {}

    def is_there(char: bytes) -> bool:
        if char not in found:
            found[char] = char in content or char.upper() in content
        return found[char]

    return tuple(needle for needle in needles if all(map(is_there, _rarest(needle))))


@lru_cache(maxsize=256)
def _rarest(needle: bytes) -> tuple[bytes, ...]:
    """Some characters of a needle, the rarest first."""
    return tuple(_RARE[at : at + 1] for at in range(len(_RARE)) if _RARE[at] in needle)[:_PROBES]


@lru_cache(maxsize=128)
def _needles(values: tuple[bytes, ...], shortest: int) -> tuple[bytes, ...]:
    """What to look for, in lower case, what is longer first."""
    found: set[bytes] = set()
    for value in values:
        parts = re.split(rb"[\s;,]+", value)
        for part in [value, *parts, *(part.partition(b"=")[2].strip(b'"') for part in parts)]:
            if len(part) >= shortest:
                found |= {part, part.hex().encode(), *_in_base64(part)}
    return tuple(sorted({needle.lower() for needle in found}, key=lambda needle: (-len(needle), needle)))


def _in_base64(part: bytes) -> list[bytes]:
    """The characters that it makes wherever it stands in a text, in either alphabet."""
    texts: list[bytes] = []
    for before in range(3):
        text = b64encode(bytes(before) + part).rstrip(b"=")
        # A character of six bits at either end may be made by the neighbour too.
        text = text[-(-before * 8 // 6) : (before + len(part)) * 8 // 6]
        texts += text, text.translate(bytes.maketrans(b"+/", b"-_"))
    return texts


def _meant(escape: re.Match[bytes]) -> bytes:
    """The byte that an escape stands for; another one for what no header can hold."""
    kind, text = escape.lastgroup, escape[escape.lastgroup or 0]
    if kind == "char":
        return text
    if kind == "name":
        return _NAMED[text]
    code = int(text, 10 if kind == "decimal" else 16)
    return bytes([code]).lower() if code < 128 else b"\xff"


def _replaced(content: bytes, lower: bytes, needles: tuple[bytes, ...]) -> bytes:
    plain = bytearray()
    # Where the plain text and the content run side by side, one to one, from there to the next pair.
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
    for found in re.finditer(b"|".join(map(re.escape, needles)), plain):
        parts += content[end : original(found.start())], SHOWN
        end = original(found.end())
    return b"".join([*parts, content[end:]])
