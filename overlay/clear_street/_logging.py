"""The package's log: its lines, and `CLEAR_STREET_LOG`, which sends them to standard error."""

from __future__ import annotations

import logging
import traceback

from ._text import one_line
from .errors import ArgumentError

logger = logging.getLogger("clear_street")
logger.addHandler(logging.NullHandler())


def log(level: int, message: str, *values: object) -> None:
    """Log a line: no account id, key or body.

    An application's handler or filter that raises must not turn what succeeded into a failure.
    """
    try:
        logger.log(level, message, *map(_printable, values))
    except Exception:
        if logging.raiseExceptions:
            traceback.print_exc()


def _printable(value: object) -> object:
    """What the service made up, such as a request id, on one line of the log."""
    return one_line(value, 300) if isinstance(value, str) else value


def log_to_stderr(level: str) -> None:
    """Let the logger ``clear_street`` write to standard error, from ``info`` or ``debug`` on."""
    if level.lower() not in ("info", "debug"):
        raise ArgumentError(
            f"Expected 'info' or 'debug' for the environment variable CLEAR_STREET_LOG but received {level!r}."
        )
    logger.setLevel(level.upper())
    handlers = [*logger.handlers, *logging.getLogger().handlers]
    if all(isinstance(handler, logging.NullHandler) for handler in handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
