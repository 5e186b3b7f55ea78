"""``clear-street help`` and ``completion``: what is told of the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._command import Argument, Command
from ._exit import MEANINGS, Exit, Problem
from ._table import Column

if TYPE_CHECKING:
    from ._exit import Meaning
    from ._session import Session

TOPICS = ("exit-codes",)


def tell(session: Session, topic: str) -> Exit:
    """Tell about a topic."""
    if topic not in TOPICS:
        raise Problem(f"There is no topic {topic!r}; there is {', '.join(TOPICS)}. For commands: clear-street --help")
    columns: tuple[Column[Meaning], ...] = (
        Column("CODE", lambda line: int(line.code), is_number=True),
        Column("MEANING", lambda line: line.meaning, is_words=True),
        Column("SAFE TO RUN AGAIN?", lambda line: line.again, is_words=True),
    )
    records = [{"code": int(line.code), "meaning": line.meaning, "again": line.again} for line in MEANINGS]
    session.show(columns, MEANINGS, records=records)
    if session.format == "table":
        session.tell("Where several hold: 4, then 7, 6, 3, 5, 8.")
    return Exit.DONE


def shell_name(text: str) -> str:
    """A shell that there is completion for."""
    if text not in SHELLS:
        raise ValueError(f"{text!r} is none of {', '.join(SHELLS)}")
    return text


def completion(session: Session, shell: str) -> Exit:
    """Write what lets a shell complete this program's command lines."""
    from ._main import completion_source

    session.write(f"{completion_source(shell)}\n")
    return Exit.DONE


SHELLS = ("bash", "zsh", "fish")

COMMANDS = (
    Command(
        "completion",
        "Let a shell complete command lines.\n\nFor example, in ~/.bashrc: . <(clear-street completion bash)\n\n"
        "Symbols and ids of the account are completed, too, where the service answers within a second.",
        completion,
        (Argument("shell", "bash|zsh|fish", read=shell_name, completes=lambda _: SHELLS),),
    ),
    Command(
        "help",
        "Tell about a topic: exit-codes.",
        tell,
        (Argument("topic", "TOPIC", completes=lambda _: TOPICS),),
    ),
)
