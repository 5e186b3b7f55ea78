"""Every command there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import about, get, instructions, positions, sandbox

if TYPE_CHECKING:
    from ._command import Command

COMMANDS: tuple[Command, ...] = (
    *positions.COMMANDS,
    *instructions.COMMANDS,
    *get.COMMANDS,
    *sandbox.COMMANDS,
    *about.COMMANDS,
)
