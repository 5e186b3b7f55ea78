"""Refusing an argument without importing the tree of errors: a client that is only built costs next to nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .errors import ArgumentError


def refusal(message: str) -> ArgumentError:
    """The error to raise: the message names the argument, the value and the remedy."""
    from .errors import ArgumentError

    return ArgumentError(message)


def remedy(name: object, known: Sequence[str]) -> str:
    """What to say of a name that is none of those known: the nearest of them, or all."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}."
