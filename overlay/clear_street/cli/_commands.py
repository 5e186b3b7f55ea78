"""Every command there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import about, batch, expiring, get, instructions, orders, positions, sandbox
from ._command import Command

if TYPE_CHECKING:
    from ._exit import Exit
    from ._session import Session


def _doctor(session: Session) -> Exit:
    # It looks at much of the machine, which takes longer to import than the help of everything else.
    from .doctor import doctor

    return doctor(session)


COMMANDS: tuple[Command, ...] = (
    *expiring.COMMANDS,
    *positions.COMMANDS,
    *instructions.COMMANDS,
    *batch.COMMANDS,
    *orders.COMMANDS,
    *get.COMMANDS,
    Command(
        "doctor",
        "Look at key, address, clock and replies, and say what helps.\n\nWith -o json it is a report for support, "
        "without secrets.",
        _doctor,
    ),
    *sandbox.COMMANDS,
    *about.COMMANDS,
)
