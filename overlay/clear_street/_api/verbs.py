"""Prepare requests to paths for which the package has no method: `client.get(...)`, `client.post(...)` and so on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import unquote

from ..errors import ArgumentError
from . import requests
from .operations import Operation, Resend
from .rows import every_operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .requests import Prepared

T = TypeVar("T")

UNKNOWN_PATH = "(a path that the spec does not know)"
"""The name of such a path in errors and logs. The path itself may contain account ids."""

_NOT_IN_A_PATH = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@%/-]")


def prepared_verb(method: str, path: str, body: object, cast_to: type[T]) -> tuple[Operation[..., T], Prepared, type]:
    """Return the operation and the request of a generic call, and the class of its value.

    If the path is that of a known operation, it is that operation; else a new one. Raises `ArgumentError`.
    """
    _check_path(path)
    kind = requests.checked_cast(cast_to)
    operation = _best_match(method, path)
    if operation is not None:
        if kind is list:
            raise ArgumentError(
                f"The reply of {operation.name} is an object, so `cast_to` cannot be list; use dict, or a model."
            )
        return cast("Operation[..., T]", operation), _known(operation, path, body), kind
    resend = Resend.READ if method == "GET" else Resend.ONCE
    prepared = requests.Prepared(requests.raw_request(method.lower(), method, UNKNOWN_PATH, path, body))
    unknown: Operation[[], T] = Operation(method.lower(), method, UNKNOWN_PATH, resend, lambda: lambda: prepared, None)
    return unknown, prepared, kind


def _check_path(path: str) -> None:
    if not isinstance(path, str) or not path.startswith("/"):
        raise ArgumentError(f"Expected a path that starts with '/' for `path` but received {path!r}.")
    if bad := _NOT_IN_A_PATH.search(path):
        raise ArgumentError(
            f"The character {bad[0]!r} is not allowed in `path` {path!r}; percent-encode it, and pass a query as "
            "`extra_query`."
        )
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        raise ArgumentError(f"A '%' in `path` {path!r} does not begin an escape; write %25 for the character itself.")
    for segment in path.split("/")[1:]:
        if not segment:
            raise ArgumentError(f"A segment in `path` {path!r} is empty; fill in the id.")
        try:
            if unquote(segment, errors="strict") in (".", ".."):
                raise ArgumentError(
                    f"The segment {segment!r} in `path` {path!r} would lead to another path; leave it out."
                )
        except UnicodeDecodeError:
            raise ArgumentError(
                f"The segment {segment!r} in `path` {path!r} is not UTF-8 when it is decoded; percent-encode UTF-8."
            ) from None


def _best_match(method: str, path: str) -> Operation[..., object] | None:
    """Return the operation of a path; of several, as the service does, the one whose literal segments come first."""
    every = every_operation()
    fitting = [one for one in every if one.method == method and _parameters(one, path) is not None]
    if not fitting:
        return None
    best = min(fitting, key=lambda one: [segment[:1] == "{" for segment in one.path_template.split("/")])
    _refuse_sibling(best, path, every)
    return best


def _parameters(operation: Operation[..., object], path: str) -> dict[str, str] | None:
    """Return the parameters of a path; None if it is not a path of the operation."""
    parts, template = path.split("/"), operation.path_template.split("/")
    if len(parts) != len(template):
        return None
    found: dict[str, str] = {}
    for mine, name in zip(parts, template, strict=True):
        if name[:1] == "{":
            found[name[1:-1]] = unquote(mine)
        elif mine != name:
            return None
    return found


def _refuse_sibling(operation: Operation[..., object], path: str, every: Iterable[Operation[..., object]]) -> None:
    """Raise `ArgumentError` if a parameter in a path is equal to a literal segment of another operation's path."""
    parts, template = path.split("/"), operation.path_template.split("/")
    for other in every:
        theirs = other.path_template.split("/")
        for index, (mine, name) in enumerate(zip(parts, template, strict=True)):
            if "{" in name and theirs[: index + 1] == [*template[:index], unquote(mine)]:
                raise ArgumentError(
                    f"The segment {mine!r} in `path` {path!r} is in place of {name} but leads to another path; "
                    "use an id."
                )


def _known(operation: Operation[..., object], path: str, body: object) -> Prepared:
    """Prepare the request of a known operation from its path, with what the call's rules need."""
    given = _parameters(operation, path) or {}
    number = given.get("account_id", "")
    account_id = int(number) if re.fullmatch(r"[0-9]{1,19}", number) else None
    if operation.may_look and account_id is None:
        raise ArgumentError(f"Expected an account id in `path` but received {number!r}.")
    if not operation.may_look or operation.resend == Resend.REPLACE:
        request = requests.raw_request(operation.name, operation.method, operation.path_template, path, body)
        return requests.Prepared(request, account_id, given.get("order_id"))
    if operation.has_rows:
        (*_, rows) = operation.arguments
        return operation.build(account_id, **{rows: body})
    if body is not None:
        raise ArgumentError(f"{operation.name} takes no body: leave `body` out.")
    (*_, named) = given.values()
    return operation.build(named, account_id=account_id)
