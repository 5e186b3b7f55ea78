# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""Requests as plain values, how arguments become part of them, and how they are sent on an httpx client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import quote

from .errors import UnexpectedStatus, UnreadableBody
from .types import Kind, Model

if TYPE_CHECKING:
    import httpx

__all__ = [
    "Request",
    "asend",
    "flag",
    "items",
    "json_body",
    "object_body",
    "parse",
    "query",
    "segment",
    "send",
    "text",
    "whole",
]

M = TypeVar("M", bound=Model)

_INT64_MAX: Final = 2**63 - 1


class Request:
    """A request, ready to be sent: path and query are percent-encoded, `json` is None where it has no body."""

    __slots__ = ("json", "method", "operation", "path", "path_template", "query")

    operation: str
    """The operation's id in the spec."""
    method: str
    """The HTTP method."""
    path_template: str
    """The path with its parameters' names."""
    path: str
    """The path itself."""
    query: tuple[tuple[str, str], ...]
    """Names and values of the query."""
    json: Any
    """The body before it is encoded."""

    def __init__(
        self,
        operation: str,
        method: str,
        path_template: str,
        path: str,
        query: tuple[tuple[str, str], ...] = (),
        json: Any = None,
    ) -> None:
        for name, value in zip(
            ("operation", "method", "path_template", "path", "query", "json"),
            (operation, method, path_template, path, query, json),
            strict=True,
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Request cannot be changed: {name}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Request) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path_template}>"

    def __reduce__(self) -> tuple[type[Request], tuple[Any, ...]]:
        return Request, (self.operation, self.method, self.path_template, self.path, self.query, self.json)

    @property
    def target(self) -> str:
        """The path with its query."""
        if not self.query:
            return self.path
        return f"{self.path}?{'&'.join(f'{name}={value}' for name, value in self.query)}"

    def content(self) -> bytes | None:
        """The body as UTF-8, None where there is none."""
        if self.json is None:
            return None
        return json.dumps(self.json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def segment(name: str, value: object) -> str:
    """A string as exactly one segment of a path; ValueError or TypeError for one that would lead to another path."""
    if not isinstance(value, str):
        raise TypeError(f"Expected a string for `{name}` but received {value!r}.")
    if not value.strip():
        raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}")
    if value in (".", ".."):
        raise ValueError(f"Expected an id for `{name}` but received {value!r}, which would lead to another path.")
    return _quoted(name, str(value))


def whole(name: str, value: object, minimum: int | None = None, maximum: int | None = None) -> str:
    """A whole number within its bounds, as text."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"Expected an int for `{name}` but received {value!r}.")
    low = -_INT64_MAX - 1 if minimum is None else minimum
    high = _INT64_MAX if maximum is None else maximum
    if not low <= value <= high:
        raise ValueError(f"Expected {low} to {high} for `{name}` but received {value!r}.")
    return str(int(value))


def text(name: str, value: object) -> str:
    """A string of a query, percent-encoded."""
    if not isinstance(value, str):
        raise TypeError(f"Expected a string for `{name}` but received {value!r}.")
    if not value.strip():
        raise ValueError(f"Expected a non-empty value for `{name}` but received {value!r}; leave it out instead.")
    return _quoted(name, str(value))


def flag(name: str, value: object) -> str:
    """True or False, as text."""
    if not isinstance(value, bool):
        raise TypeError(f"Expected True or False for `{name}` but received {value!r}.")
    return "true" if value else "false"


def items(name: str, values: object, encode: Callable[[str, object], str]) -> list[str]:
    """A list of a query, each item encoded."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(f"Expected a list for `{name}` but received {values!r}.")
    encoded = [encode(name, value) for value in cast("Iterable[object]", values)]
    if not encoded:
        raise ValueError(f"Expected at least one item for `{name}` but received none; leave it out instead.")
    return encoded


def query(*pairs: tuple[str, str | list[str] | None]) -> tuple[tuple[str, str], ...]:
    """The query of those parameters that have a value; a list repeats its name."""
    return tuple(
        (name, item)
        for name, value in pairs
        if value is not None
        for item in (value if isinstance(value, list) else [value])
    )


def json_body(name: str, kind: Kind, value: object, minimum: int = 0) -> Any:
    """A body, checked; the message of an error names the argument."""
    try:
        body = kind.write(value)
    except (TypeError, ValueError) as error:
        joint = "" if str(error).startswith("[") else ": "
        raise type(error)(f"{name}{joint}{error}") from None
    if minimum and len(body) < minimum:
        raise ValueError(f"Expected at least {minimum} for `{name}` but received {value!r}.")
    return body


def object_body(body: Model, *, required: bool) -> Any:
    """A body made of arguments; None where none of them is given and it may be left out."""
    data = body.to_dict()
    return data if data or required else None


def _quoted(name: str, value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ValueError(f"The value for `{name}` is no text that can be sent: {value!r}.") from None


def parse(status_code: int, content: bytes, models: Mapping[int, type[M]]) -> M:
    """The model of a reply; `UnexpectedStatus` where the spec has none for the status, `UnreadableBody` where it is no JSON object."""
    model = models.get(status_code)
    if model is None:
        raise UnexpectedStatus(status_code, content)
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


def send(client: httpx.Client, request: Request, parse: Callable[[int, bytes], M]) -> M:
    """Send a request once, with the client's own base URL and headers; what becomes of the reply."""
    response = client.send(_built(client, request), follow_redirects=False)
    return parse(response.status_code, response.content)


async def asend(client: httpx.AsyncClient, request: Request, parse: Callable[[int, bytes], M]) -> M:
    """Send a request once, with the client's own base URL and headers; what becomes of the reply."""
    response = await client.send(_built(client, request), follow_redirects=False)
    return parse(response.status_code, response.content)
