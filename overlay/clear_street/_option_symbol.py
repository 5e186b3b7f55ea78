"""Export `OptionSymbol`, which the generated package defines because rows of replies use it too."""

from __future__ import annotations

from clear_street_api.option_symbol import OptionSymbol

__all__ = ["OptionSymbol"]
