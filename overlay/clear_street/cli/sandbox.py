"""``clear-street sandbox``: the sandbox as a server, with the options of ``python -m clear_street.sandbox``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._command import Argument, Command
from ._exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._session import Session


def sandbox(_: Session, words: Sequence[str]) -> Exit:
    """Serve the sandbox until interrupted."""
    from ..sandbox.__main__ import main

    main(list(words))
    return Exit.DONE


COMMANDS = (
    Command(
        "sandbox",
        "Serve the sandbox on loopback; --help has its options.",
        sandbox,
        (Argument("words", "[OPTIONS]", is_many=True, is_required=False),),
        is_passed_on=True,
    ),
)
