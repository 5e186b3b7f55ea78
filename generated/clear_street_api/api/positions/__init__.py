# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""The operations of one tag, one module each, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import cancel_position_instruction as cancel_position_instruction
    from . import close_position as close_position
    from . import close_positions as close_positions
    from . import get_position_instructions as get_position_instructions
    from . import get_positions as get_positions
    from . import submit_position_instructions as submit_position_instructions

_OPERATIONS = (
    "get_positions",
    "close_positions",
    "close_position",
    "get_position_instructions",
    "submit_position_instructions",
    "cancel_position_instruction",
)


def __getattr__(name: str) -> object:
    if name not in _OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OPERATIONS})
