"""`CLEAR_STREET_LOG`: the package's log on standard error, for applications that have not set up logging."""

from __future__ import annotations

import logging

from .errors import ArgumentError


def log_to_stderr(level: str) -> None:
    """Let the logger ``clear_street`` write to standard error, from ``info`` or ``debug`` on."""
    if level.lower() not in ("info", "debug"):
        raise ArgumentError(
            f"Expected 'info' or 'debug' for the environment variable CLEAR_STREET_LOG but received {level!r}."
        )
    logger = logging.getLogger("clear_street")
    logger.setLevel(level.upper())
    handlers = [*logger.handlers, *logging.getLogger().handlers]
    if all(isinstance(handler, logging.NullHandler) for handler in handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
