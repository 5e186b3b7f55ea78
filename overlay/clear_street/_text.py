"""Make text of other origins safe for messages and log lines."""

from __future__ import annotations

LONGEST = 2000
"""Characters. A message that people can read is not longer."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, cut in the middle if it is longer than `longest` characters.

    Control characters, marks that change the direction of writing, and lone surrogates are replaced with Python's
    escapes.
    """
    text = _shortened(text, longest)
    if text.isprintable():
        return text
    return _shortened("".join(char if char.isprintable() else _escaped(char) for char in text), longest)


def listed(items: list[str], most: int = 20) -> str:
    """List the first `most` items, and say how many more there are."""
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
