"""Log, and send the log to standard error if `CLEAR_STREET_LOG` asks for it."""

from __future__ import annotations

import logging
import traceback

from ._text import one_line
from .errors import ArgumentError

logger = logging.getLogger("clear_street")
logger.addHandler(logging.NullHandler())


def log(level: int, message: str, *values: object) -> None:
    """Log a line. It must not contain an account id, a key or a body.

    If a handler or filter of the application raises, that is not allowed to turn a success into a failure.
    """
    try:
        logger.log(level, message, *map(_printable, values))
    except Exception:
        if logging.raiseExceptions:
            traceback.print_exc()


def _printable(value: object) -> object:
    """Return a value from the service, such as a request id, in a form that fits into one line."""
    return one_line(value, 300) if isinstance(value, str) else value


def log_to_stderr(level: str) -> None:
    """Let the logger ``clear_street`` write to standard error, from level ``info`` or ``debug`` on.

    Raises `ArgumentError` for any other level.
    """
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
