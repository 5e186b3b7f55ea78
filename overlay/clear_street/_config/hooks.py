"""Check the functions that an application gives to a client. It is imported only where it gives any."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from .arguments import argument_error, expected_error

if TYPE_CHECKING:
    from collections.abc import Callable


def checked_intent_hook(value: object) -> Callable[..., object]:
    """Return a function for `on_intent`; raise `ArgumentError` for any other value."""
    if not callable(value):
        raise expected_error("a function, or None,", "on_intent", value)
    return value


def checked_event_hooks(value: object) -> tuple[Callable[..., object], ...] | None:
    """Return the functions for `on_event`, None for an empty list; raise `ArgumentError` for any other value.

    A coroutine function is refused: an event is told where it happens, and nothing is awaited there.
    """
    given: Any = value
    hooks: tuple[Any, ...] = tuple(given) if isinstance(value, (list, tuple)) else (given,)
    for hook in hooks:
        if not callable(hook):
            raise expected_error("a function, a list of functions, or None,", "on_event", given)
        if iscoroutinefunction(hook) or iscoroutinefunction(type(hook).__call__):
            raise argument_error(
                f"Expected a plain function for `on_event` but received {hook!r}, a coroutine function; write it "
                "without `async`."
            )
    return hooks or None
