"""Refusing an argument without importing the tree of errors: a client that is only built costs next to nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import ArgumentError


def refusal(message: str) -> ArgumentError:
    """The error to raise: the message names the argument, the value and the remedy."""
    from .errors import ArgumentError

    return ArgumentError(message)
