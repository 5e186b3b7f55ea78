"""Parse requests and build replies. No state."""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard
from urllib.parse import parse_qsl

from .._annotations import resolvable
from .._explained import explain
from .paths import route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

Json = dict[str, Any]


_MOST_PAGES = 1_000_000


class Refusal(Exception):
    """Raised for the error reply that the service sends instead of doing what it was asked."""

    def __init__(self, status: int, message: str, data: list[Json] | None = None, details: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.status: int = status
        self.message: str = message
        self.data: list[Json] | None = data
        self.details: Sequence[Json] = details


class Answer(NamedTuple):
    """The content of a reply: data, status, message and details of an error, metadata of a page."""

    data: Any
    status: int = 200
    message: str | None = None
    page: Mapping[str, Any] = {}
    details: Sequence[Json] = ()


class Call(NamedTuple):
    """A request as the service understands it."""

    method: str
    """The HTTP method."""
    target: str
    """Path and query, as sent."""
    headers: Mapping[str, str]
    """The headers, names in lower case."""
    body: bytes
    """The body; empty if there is none."""
    operation: str | None
    """The operationId; None if the API has no such method and path."""
    allowed: tuple[str, ...]
    """The methods that the path allows; empty for an unknown path."""
    account: str
    """The account in the path, decoded; empty if there is none."""
    item: str
    """The last parameter of the path, decoded, such as an instrument or an instruction; empty if there is none."""

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
        """Return the call that a request makes. The target may be a URL, as proxies receive it."""
        if match := re.match(r"https?://[^/?#]*", target, re.IGNORECASE):
            target = target[match.end() :]
        operations, account, item = route(target.partition("?")[0])
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method, target, lowered, body, operations.get(method), tuple(operations), account, item)

    def query(self) -> dict[str, str]:
        """Return the parameters of the query. Raises `Refusal` 400 if one is there twice."""
        pairs = parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        query = dict(pairs)
        if len(query) < len(pairs):
            raise Refusal(400, "A query parameter was given more than once")
        return query

    def json(self) -> Any:
        """Return the value of the body. Raises `Refusal` 400 if it is not JSON, or its Content-Type does not say so."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(400, "Expected a body of Content-Type application/json")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Refusal(400, f"The body is not JSON: {error}") from None


class Reply(NamedTuple):
    """An HTTP reply."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def json(self) -> Any:
        """Return the value of the body."""
        return json.loads(self.body)

    def fields(self) -> list[tuple[str, str]]:
        """Return the headers, with the length of the body."""
        return [*self.headers, ("Content-Length", str(len(self.body)))]

    def head(self) -> bytes:
        """Return the status line and the headers as they are sent."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in self.fields())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Delivery(NamedTuple):
    """The result of a request: a reply, and what the transport or server has to do with the connection."""

    reply: Reply | None
    """The reply; None if no byte of it arrives."""
    lost: str | None = None
    """How the connection breaks before the reply is complete; None if it does not."""
    cut: str | None = None
    """The part of the reply within which it breaks: "headers" or "body"."""
    delay: float = 0.0
    """Seconds before the first byte, or before the connection breaks."""
    drip: float = 0.0
    """Seconds before each piece of headers and body; 0 if they are not sent in pieces."""
    behind: bytes = b""
    """Bytes that follow the reply."""
    pause: float = 0.0
    """Seconds between the reply and those bytes."""


DRIP_PIECES = 8
"""How many pieces the headers, and then the body, of a dripping reply are sent in."""


def pieces(content: bytes) -> list[bytes]:
    """Cut `content` into the pieces of a dripping reply. No piece is empty."""
    size = max(1, -(-len(content) // DRIP_PIECES))
    return [content[start : start + size] for start in range(0, len(content), size)]


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[Json]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def compact(value: object) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def plain(number: Decimal) -> str:
    """Return a decimal as the API writes it, without an exponent and without zeros at the end."""
    text = format(number, "f") if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(query: Mapping[str, str], name: str) -> list[str] | None:
    """Read a query parameter that is a comma-joined list. None if it is not there."""
    return query[name].split(",") if name in query else None


def page_of(rows: Sequence[Any], query: Mapping[str, str], largest: int = 1000) -> Answer:
    """Answer with the page of rows that a query asks for."""
    if "page_token" in query:
        offset, size = read_page_token(query["page_token"])
    else:
        offset, size = 0, _page_size(query.get("page_size", f"{largest}"), largest)
    page = {
        "next_page_token": page_token(offset + size, size) if offset + size < len(rows) else None,
        "page_number": offset // size + 1,
        "previous_page_token": page_token(max(0, offset - size), size) if offset else None,
        "total_items": len(rows),
        "total_pages": -(-len(rows) // size),
    }
    return Answer(rows[offset : offset + size], page=page)


def _page_size(text: str, largest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= largest:
        raise Refusal(400, f"`page_size` is not a whole number from 1 to {largest}")
    return int(text)


def page_token(offset: int, size: int) -> str:
    """Return an opaque cursor, in base64url."""
    return urlsafe_b64encode(compact({"page": offset // size + 1, "size": size})).decode().rstrip("=")


def read_page_token(token: str) -> tuple[int, int]:
    """Return the offset and the page size of a cursor. Raises `Refusal` 400 if it is not one."""
    try:
        padded = token + "=" * (-len(token) % 4)
        found = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        page, size = found["page"], found.get("size", 1000)
        if type(page) is int and type(size) is int and 1 <= page <= _MOST_PAGES and 1 <= size <= 1000:
            return (page - 1) * size, size
    except (binascii.Error, AttributeError, KeyError, TypeError, ValueError):
        pass
    raise Refusal(400, "`page_token` is not a token of this service")


explain(Call)
resolvable(globals(), Answer, Call, Reply, Delivery)
