"""What a command is, as plain values: `_main` makes click's objects of them, and tests walk them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._read import account_number, seconds, time_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ._session import Session


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands behind a command by its place."""

    name: str
    """The name under which `Command.run` receives it."""
    metavar: str
    """Its name in the help."""
    is_many: bool = False
    is_required: bool = True
    read: Callable[[str], Any] | None = None
    """Makes a value of the text; ValueError says what is wrong with it."""
    completes: Callable[[Session], Sequence[str]] | None = None
    """What a shell may offer for it."""


@dataclass(frozen=True, slots=True)
class Option:
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
    completes: Callable[[Session], Sequence[str]] | None = None

    @property
    def name(self) -> str:
        """The name under which `Command.run` receives it."""
        return self.flags[-1].lstrip("-").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: how it is called, and what does it."""

    name: str
    """Its words, such as ``instructions submit``."""
    help: str
    """The first line says what it does; what follows are conditions."""
    run: Callable[..., Any]
    """Called with the session and, by name, the values of `takes`; gives the exit status."""
    takes: tuple[Argument | Option, ...] = ()
    changes: bool = False
    """Whether it may change something: only such a command gets hold of a client that can."""
    is_passed_on: bool = False
    """Whether all that stands behind it is for another program's parser."""


GROUPS = {
    "accounts": "List the accounts that the key may see.",
    "orders": "List orders, wait for them, and cancel them.",
    "batch": "Make and check files of instructions.",
    "positions": "List positions, and close them.",
    "instructions": "Submit, follow, cancel, find instructions.",
}
"""The first words of commands that have two, and what they are about."""

FORMATS = ("table", "json", "jsonl", "csv")


COMMON = (
    Option(("--account",), "The account (or CLEAR_STREET_ACCOUNT).", "N", account_number),
    Option(("-o", "--output"), "How results are written.", "FORMAT", choices=FORMATS),
    Option(("-y", "--yes"), "Do not ask before something is changed."),
    Option(("-n", "--dry-run"), "Show what would be sent, and send nothing that changes anything."),
    Option(("--env",), "Which service; production, if nothing is said.", "NAME", choices=("production", "dev")),
    Option(("--base-url",), "Another address (or CLEAR_STREET_BASE_URL).", "URL"),
    Option(("--timeout",), "Seconds for one request.", "SECONDS", seconds),
    Option(("--deadline",), "Seconds for a call with its retries, and for waiting.", "SECONDS", seconds),
    Option(("--utc",), "Show times in UTC; they are New York's otherwise."),
    Option(("-v", "--verbose"), "Write the log to standard error; twice for each attempt.", is_count=True),
)
"""What every command takes, before or after its words."""

CHANGING = (
    Option(("--not-after",), "Send nothing past this time of the day in New York.", "HH:MM[:SS]", time_of_day),
    Option(("--no-wait",), "End when the service has it; do not wait until it is settled."),
    Option(("--journal",), "Where each request is written down before it is sent.", "FILE"),
)
"""What commands that change something take besides."""
