"""Requests to paths that the package has no method for: `client.get(...)` and its kin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import unquote

from ..errors import ArgumentError
from . import requests as seam
from .operations import OPERATIONS, Operation, Resend

if TYPE_CHECKING:
    from .requests import Prepared

T = TypeVar("T")

UNKNOWN_PATH = "(a path that the spec does not know)"
"""What errors and logs call such a path: the path itself may have account ids in it."""

_NOT_IN_A_PATH = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@%/-]")


def prepared_verb(method: str, path: str, body: object, cast_to: type[T]) -> tuple[Operation[..., T], Prepared, type]:
    """The operation and the request of a generic call, and the class of its value: the known operation of that path, or
    one of its own.
    """
    _check_path(path)
    kind = seam.checked_cast(cast_to)
    for operation in OPERATIONS:
        values = _match(operation, method, path)
        if values is not None:
            _refuse_sibling(operation, path)
            if kind is list:
                raise ArgumentError(
                    f"{operation.name} answers with an object, so `cast_to` cannot be list; use dict, or a model."
                )
            return cast("Operation[..., T]", operation), _known(operation, values, path, body), kind
    resend = Resend.READ if method == "GET" else Resend.ONCE
    prepared = seam.Prepared(seam.raw_request(method.lower(), method, UNKNOWN_PATH, path, body))
    unknown: Operation[[], T] = Operation(method.lower(), lambda: prepared, method, UNKNOWN_PATH, resend, None)
    return unknown, prepared, kind


def _check_path(path: str) -> None:
    if not isinstance(path, str) or not path.startswith("/"):
        raise ArgumentError(f"Expected a path that starts with '/' for `path` but received {path!r}.")
    if bad := _NOT_IN_A_PATH.search(path):
        raise ArgumentError(
            f"The character {bad[0]!r} cannot stand in `path` {path!r}; percent-encode it, and give a query in "
            "`extra_query`."
        )
    if re.search(r"%(?![0-9A-Fa-f]{2})", path):
        raise ArgumentError(f"A '%' in `path` {path!r} does not begin an escape; write %25 for the character itself.")
    for segment in path.split("/")[1:]:
        if not segment:
            raise ArgumentError(f"A segment in `path` {path!r} is empty; put the id in, that was to stand there.")
        try:
            if unquote(segment, errors="strict") in (".", ".."):
                raise ArgumentError(
                    f"The segment {segment!r} in `path` {path!r} would lead to another path; leave it out."
                )
        except UnicodeDecodeError:
            raise ArgumentError(f"The segment {segment!r} in `path` {path!r} is no UTF-8.") from None


def _match(operation: Operation[..., object], method: str, path: str) -> list[str] | None:
    """The path's parameters, where it is that of the operation."""
    if operation.method != method:
        return None
    pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(operation.path_template))
    match = re.fullmatch(pattern, path)
    return [unquote(value) for value in match.groups()] if match else None


def _refuse_sibling(operation: Operation[..., object], path: str) -> None:
    """Refuse a path in which the literal segment of another operation's stands for a parameter."""
    parts, template = path.split("/"), operation.path_template.split("/")
    for other in OPERATIONS:
        theirs = other.path_template.split("/")
        for index, (mine, name) in enumerate(zip(parts, template, strict=True)):
            if "{" in name and theirs[: index + 1] == [*template[:index], unquote(mine)]:
                raise ArgumentError(
                    f"The segment {mine!r} in `path` {path!r} stands for {name}, but leads to another path."
                )


def _known(operation: Operation[..., object], values: list[str], path: str, body: object) -> Prepared:
    """The request of a known operation, given by its path; what the call's rules need is read out of it."""
    is_account = bool(values) and re.fullmatch(r"[0-9]{1,19}", values[0]) is not None
    if not operation.may_look:
        request = seam.raw_request(operation.name, operation.method, operation.path_template, path, body)
        return seam.Prepared(request, account_id=int(values[0]) if is_account else None)
    if not is_account:
        raise ArgumentError(f"Expected an account id in `path` but received {values[0]!r}.")
    account_id = int(values[0])
    if operation.has_rows:
        return seam.submit_position_instructions(account_id, instructions=body)  # type: ignore[arg-type]
    if body is not None:
        raise ArgumentError(f"{operation.name} takes no body: leave `body` out.")
    return seam.cancel_position_instruction(values[1], account_id=account_id)
