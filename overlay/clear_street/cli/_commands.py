"""Every command there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import about, batch, doctor, expiring, get, instructions, positions, sandbox

if TYPE_CHECKING:
    from ._command import Command

COMMANDS: tuple[Command, ...] = (
    *expiring.COMMANDS,
    *positions.COMMANDS,
    *instructions.COMMANDS,
    *batch.COMMANDS,
    *get.COMMANDS,
    *doctor.COMMANDS,
    *sandbox.COMMANDS,
    *about.COMMANDS,
)
