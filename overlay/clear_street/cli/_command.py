"""What a command is, as plain values: `_main` makes click's objects of them, and tests walk them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Argument(NamedTuple):
    """What stands behind a command by its place."""

    name: str
    """The name under which `Command.run` receives it."""
    metavar: str
    """Its name in the help."""
    is_many: bool = False
    is_required: bool = True
    read: Callable[[str], Any] | None = None
    """Makes a value of the text; ValueError says what is wrong with it."""
    choices: tuple[str, ...] = ()
    """All that it may be; empty for anything."""
    completes: str = ""
    """The function that says what a shell may offer for it, as in `Command.run`."""


class Option(NamedTuple):
    """What stands behind a command by its name."""

    flags: tuple[str, ...]
    help: str
    metavar: str | None = None
    """Its value's name in the help, None for a flag."""
    read: Callable[[str], Any] | None = None
    choices: tuple[str, ...] = ()
    is_many: bool = False
    is_count: bool = False
    default: Any = None
    completes: str = ""

    @property
    def name(self) -> str:
        """The name under which `Command.run` receives it."""
        return self.flags[-1].lstrip("-").replace("-", "_")


class Command(NamedTuple):
    """A command: how it is called, and what does it."""

    name: str
    """Its words, such as ``instructions submit``."""
    help: str
    """The first line says what it does; what follows are conditions."""
    run: str
    """The function that does it, as ``module.function`` of this package, so that help imports none of them.

    It is called with the session and, by name, the values of `takes`; it gives the exit status.
    """
    takes: tuple[Argument | Option, ...] = ()
    changes: bool = False
    """Whether it may change something: only such a command gets hold of a client that can."""
    is_passed_on: bool = False
    """Whether all that stands behind it is for another program's parser."""


def function(name: str) -> Callable[..., Any]:
    """The function of this package that a ``module.function`` names."""
    from importlib import import_module

    module, _, attribute = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f".{module}", __package__), attribute)
    return found
