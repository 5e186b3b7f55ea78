# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Build requests as plain values from arguments, and send them with an httpx client."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from .errors import UnexpectedStatus, UnreadableBody
from .explained import explain
from .types import UNREADABLE, Date, Kind, Model, Refused, Timestamp, is_listable, plain_int, plain_text

if TYPE_CHECKING:
    import httpx

__all__ = [
    "Request",
    "json_body",
    "object_body",
    "parse_reply",
    "path_segment",
    "query_flag",
    "query_list",
    "query_object",
    "query_pairs",
    "query_text",
    "scalar_text",
    "send_request",
    "send_request_async",
    "whole_number",
]

M = TypeVar("M", bound=Model | None)

_SHOWN_MAX = 2**63
"""A message shows a number of another type as an integer only below this: it could have thousands of digits."""


class Request:
    """A request, ready to send. Path and query are percent-encoded; `json` is None if it has no body."""

    __slots__ = ("json", "method", "operation", "path", "path_template", "query")

    operation: str
    """The operationId in the spec."""
    method: str
    """The HTTP method."""
    path_template: str
    """The path with the names of its parameters."""
    path: str
    """The path itself."""
    query: tuple[tuple[str, str], ...]
    """Names and values of the query."""
    json: Any
    """The body, before it is encoded."""

    def __init__(
        self,
        operation: str,
        method: str,
        path_template: str,
        path: str,
        query: tuple[tuple[str, str], ...] = (),
        json: Any = None,
    ) -> None:
        set_field = object.__setattr__
        set_field(self, "operation", operation)
        set_field(self, "method", method)
        set_field(self, "path_template", path_template)
        set_field(self, "path", path)
        set_field(self, "query", query)
        set_field(self, "json", json)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Request cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Request cannot be changed: {name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path_template}>"

    def __reduce__(self) -> tuple[type[Request], tuple[Any, ...]]:
        return Request, (self.operation, self.method, self.path_template, self.path, self.query, self.json)

    @property
    def target(self) -> str:
        """The path with the query."""
        if not self.query:
            return self.path
        return f"{self.path}?{'&'.join(f'{name}={value}' for name, value in self.query)}"

    def content(self) -> bytes | None:
        """Return the body in UTF-8; None if the request has no body."""
        if self.json is None:
            return None
        return _as_bytes(self.json)


explain(Request)


def path_segment(name: str, value: object, siblings: tuple[str, ...] = ()) -> str:
    """Percent-encode a string as exactly one segment of a path.

    Raises `ValueError` or `TypeError` if it would lead to another path, such as one of `siblings`.
    """
    text = _filled(name, value)
    if text in (".", "..", *siblings):
        raise ValueError(f"Expected an id for `{name}` but received {value!r}, which would lead to another path.")
    return _quoted(name, text)


def whole_number(name: str, value: object, minimum: int = -(2**63), maximum: int = 2**63 - 1) -> str:
    """Return a whole number as text. Raises `TypeError`, or `ValueError` if it is outside of its limits."""
    number = plain_int(value)
    if number is None:
        raise TypeError(f"Expected an int for `{name}` but received {value!r}{_instead(value)}.")
    if not minimum <= number <= maximum:
        raise ValueError(f"Expected {minimum} to {maximum} for `{name}` but received {value!r}.")
    return str(number)


def query_text(name: str, value: object) -> str:
    """Percent-encode a string for a query. Raises `TypeError` or `ValueError`."""
    return _quoted(name, _filled(name, value, "; leave it out instead."))


def query_flag(name: str, value: object) -> str:
    """Return True or False as text. Raises `TypeError`."""
    if not isinstance(value, bool):
        raise TypeError(f"Expected True or False for `{name}` but received {value!r}.")
    return "true" if value else "false"


def query_list(name: str, values: Any, encode: Callable[[str, object], str]) -> list[str]:
    """Encode each item of a list for a query. Raises `TypeError` or `ValueError`."""
    if not is_listable(values):
        inside = f"; put it into a list: [{values!r}]" if isinstance(values, str) else ""
        raise TypeError(f"Expected a list for `{name}` but received {values!r}{inside}.")
    encoded = [encode(name, value) for value in values]
    if not encoded:
        raise ValueError(f"Expected at least one item for `{name}` but received {values!r}; leave it out instead.")
    return encoded


def scalar_text(name: str, kind: Kind, value: object) -> str:
    """Return a string, number or boolean as text, before it is encoded. The text of a time or day is sent as it is."""
    if isinstance(value, str) and isinstance(kind, (Timestamp, Date)) and kind.read(value, []) is not UNREADABLE:
        return value
    try:
        return _as_text(name, kind.write(value))
    except Refused as error:
        raise error.under(name) from None


def query_object(name: str, kind: Kind, value: object, *, within: str) -> list[tuple[str, str]]:
    """Return what each field of an object adds to the query: ``field=text``, or ``within[field]=text``."""
    if value is None:
        return []
    try:
        fields = cast("dict[str, Any]", kind.write(value))
    except Refused as error:
        raise error.under(name) from None
    return [
        (_quoted(name, f"{within}[{field}]" if within else field), query_text(place, _as_text(place, text)))
        for field, text in fields.items()
        for place in [f"{name}.{field}"]
    ]


def query_pairs(*pairs: tuple[str, str | list[str] | None]) -> tuple[tuple[str, str], ...]:
    """Return the query for the parameters that have a value. A list repeats its name."""
    return tuple(
        (name, item)
        for name, value in pairs
        if value is not None
        for item in (value if isinstance(value, list) else [value])
    )


def json_body(name: str, kind: Kind, value: object, *, at_least: int = 0) -> Any:
    """Check a body and return it."""
    try:
        body = kind.write(value)
    except Refused as error:
        raise error.under(name) from None
    if at_least and len(body) < at_least:
        raise ValueError(f"Expected at least {at_least} for `{name}` but received {value!r}.")
    return _sendable(name, body)


def object_body(model: type[Model], values: dict[str, Any], *, required: bool) -> Any:
    """Make a body from arguments. Return None if none is given and the body is optional."""
    if not required and all(value is None for value in values.values()):
        return None
    return _sendable("body", model.encoded(values))


def _sendable(name: str, body: Any) -> Any:
    try:
        _as_bytes(body)
    except ValueError as error:
        raise ValueError(f"The value for `{name}` cannot be sent as JSON: {error}.") from None
    return body


def _as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"Expected a finite number for `{name}` but received {value!r}.")
    return value if isinstance(value, str) else json.dumps(value)


def _instead(value: object) -> str:
    """Return what to write instead of a value of another type, if that is obvious."""
    if isinstance(value, str) and value.strip().isdecimal():
        return f"; write {value.strip()} without quotes"
    if isinstance(value, float) and value.is_integer() and abs(value) < _SHOWN_MAX:
        return f"; write {value:.0f}"
    from decimal import Decimal  # not at the top: only messages need it, and the module takes memory

    if isinstance(value, Decimal) and value.is_finite() and abs(value) < _SHOWN_MAX and value == int(value):
        return f"; write {int(value)}"
    if isinstance(value, bytes):
        return "; decode it"
    return "; use its `id`" if isinstance(value, Mapping) else ""


def _filled(name: str, value: object, remedy: str = "") -> str:
    text = plain_text(value)
    if text is None:
        raise TypeError(f"Expected a string for `{name}` but received {value!r}{_instead(value)}.")
    if not text.strip():
        raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}{remedy}")
    return text


def _quoted(name: str, value: str) -> str:
    # Almost every id is like this, and `quote` takes longer to find that nothing has to be encoded.
    if value.isascii() and value.replace("-", "").isalnum():
        return value
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ValueError(
            f"The value for `{name}` cannot be sent: {value!r} has a surrogate, a half of a character."
        ) from None


def parse_reply(status_code: int, content: bytes, models: Mapping[int, type[M]]) -> M:
    """Make the model of a reply, by its status. The key 4 of `models` means every other 4xx, 0 every other status.

    Raises:
        UnexpectedStatus: There is no model for the status.
        UnreadableBody: The body is not a JSON object.
    """
    model = models.get(status_code) or models.get(status_code // 100) or models.get(0)
    if model is None:
        raise UnexpectedStatus(status_code, content)
    if not issubclass(model, Model):  # NoneType, for a reply without a body
        return cast("M", None)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableBody(status_code, content) from None
    if not isinstance(value, dict):
        raise UnreadableBody(status_code, content)
    return model.from_dict(cast("dict[str, Any]", value))


def _built(client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    headers = {"accept": "application/json"}
    content = request.content()
    if content is not None:
        headers["content-type"] = "application/json"
    return client.build_request(request.method, request.target, content=content, headers=headers)


def send_request(client: httpx.Client, request: Request, parse: Callable[[int, bytes], M]) -> M:
    """Send a request once, with the base URL and headers of the client; return what `parse` makes of the reply."""
    response = client.send(_built(client, request), follow_redirects=False)
    return parse(response.status_code, response.content)


async def send_request_async(client: httpx.AsyncClient, request: Request, parse: Callable[[int, bytes], M]) -> M:
    """Send a request once, with the base URL and headers of the client; return what `parse` makes of the reply."""
    response = await client.send(_built(client, request), follow_redirects=False)
    return parse(response.status_code, response.content)
