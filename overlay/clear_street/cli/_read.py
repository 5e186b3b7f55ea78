"""What people type, read as values. What cannot be is a ValueError that says why."""

from __future__ import annotations

from datetime import date, time


def seconds(text: str) -> float:
    """A number of seconds, above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise ValueError(f"{text!r} is no number of seconds above 0")
    return value


def account_number(text: str) -> int:
    """The number of an account."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ValueError(f"{text!r} is no account number")
    return int(text)


def time_of_day(text: str) -> time:
    """``17:30`` or ``17:30:15``."""
    parts = text.split(":")
    if not (len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) == 2 for part in parts)):
        raise ValueError(f"{text!r} is no time of the day, such as 17:30 or 17:30:15")
    hour, minute, second = (*map(int, parts), 0, 0)[:3]
    return time(hour, minute, second)


def at_least_one(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ValueError(f"{text!r} is no whole number from 1 on")
    return int(text)


def pair(text: str) -> tuple[str, str]:
    """``name=value``."""
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise ValueError(f"{text!r} is not of the form NAME=VALUE")
    return name, value


def since(text: str) -> date | time:
    """``2026-04-24``, or a time of today."""
    try:
        return time_of_day(text) if ":" in text else date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a day, such as 2026-04-24, nor a time of today, such as 09:30") from None


def day(text: str) -> date:
    """``2026-04-24``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day, such as 2026-04-24") from None
