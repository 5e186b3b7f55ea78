"""What a run finds outside of itself; tests bring their own."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TextIO

    from .._client import ClearStreet

NARROWEST = 30
"""Columns that a terminal is taken to have at least."""
_USUAL = 80


def _connect(**arguments: Any) -> ClearStreet:
    from .._client import ClearStreet

    return ClearStreet(**arguments)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _columns() -> int:
    """The terminal's columns. What `shutil` says of it, without importing `shutil`, which takes long."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return int(given)
    for stream in (sys.__stdout__, sys.__stderr__):
        # Either may be closed, or lead elsewhere.
        with suppress(AttributeError, ValueError, OSError):
            if columns := os.get_terminal_size(stream.fileno()).columns:  # type: ignore[union-attr]
                return columns
    return _USUAL


class World(NamedTuple):
    """What a run finds outside of itself."""

    connect: Callable[..., ClearStreet] = _connect
    """Makes the client."""
    now: Callable[[], datetime] = _now
    """This machine's clock."""
    is_terminal: Callable[[TextIO], bool] = lambda stream: stream.isatty()
    columns: Callable[[], int] = _columns
