"""The operations that the sandbox answers: method, path and query parameters of each. Its rules are in `sandbox.py`."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote


class Path(NamedTuple):
    """Where an operation is reached."""

    method: str
    path: str
    """The path, with its parameters in braces: the account, and one more at most."""
    query: tuple[str, ...] = ()
    """The names of its query parameters."""


_ACCOUNT = "/v1/accounts/{account_id}"
_POSITIONS = f"{_ACCOUNT}/positions"
_PAGE = ("page_size", "page_token")

# Of two paths that match, the first one counts: a literal segment stands before a parameter.
PATHS: dict[str, Path] = {
    "get_version": Path("GET", "/v1/version"),
    "get_positions": Path("GET", _POSITIONS, ("instrument_ids", *_PAGE, "sort_by", "sort_direction")),
    "close_positions": Path("DELETE", _POSITIONS),
    "get_position_instructions": Path(
        "GET", f"{_POSITIONS}/instructions", ("instrument_id", "underlying_instrument_id")
    ),
    "submit_position_instructions": Path("POST", f"{_POSITIONS}/instructions"),
    "close_position": Path("DELETE", f"{_POSITIONS}/{{instrument_id}}"),
    "cancel_position_instruction": Path("DELETE", f"{_POSITIONS}/instructions/{{instruction_id}}"),
}
"""Each operation, by its operationId."""
OPERATIONS = tuple(sorted(PATHS))
"""The operations, by their operationIds."""


def route(path: str) -> tuple[dict[str, str], str, str]:
    """Find the operations of a path by method, its account and its other parameter; empty where there is none."""
    segments = path.split("/")
    for template, operations in _BY_PATH.items():
        found = _match(template, segments)
        if found is not None:
            account = found.pop("{account_id}", "")
            return operations, account, next(iter(found.values()), "")
    return {}, "", ""


def _match(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    found: dict[str, str] = {}
    for expected, segment in zip(template, segments, strict=True):
        if not expected.startswith("{"):
            if expected != segment:
                return None
        # An account that is empty is one that is refused, any other parameter that is empty makes another path.
        elif segment or expected == "{account_id}":
            found[expected] = unquote(segment)
        else:
            return None
    return found


def _by_path() -> dict[tuple[str, ...], dict[str, str]]:
    tables: dict[tuple[str, ...], dict[str, str]] = {}
    for operation, (method, path, _) in PATHS.items():
        tables.setdefault(tuple(path.split("/")), {})[method] = operation
    return tables


_BY_PATH = _by_path()
