"""Texts that others made up, as they may stand in a message or in a line of a log."""

from __future__ import annotations

LONGEST = 2000
"""Characters: no message that means to be read is longer."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """A text on one line, without control characters, marks that turn the direction of writing, or halves of surrogate
    pairs: they are written as Python escapes them. What is too long loses its middle.
    """
    text = _shortened(text, longest)
    if text.isprintable():
        return text
    return _shortened("".join(char if char.isprintable() else _escaped(char) for char in text), longest)


def listed(items: list[str], most: int = 20) -> str:
    """The first of some items, and how many there are more."""
    more = len(items) - most
    return ", ".join(items if more <= 0 else [*items[:most], f"and {more} more"])


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    mark = f" ... ({len(text)} characters in all) ... "
    tail = longest // 4
    return f"{text[: longest - tail - len(mark)]}{mark}{text[-tail:]}"


def _escaped(char: str) -> str:
    return " " if char in "\u00a0\u202f\u3000" else char.encode("unicode_escape").decode()
