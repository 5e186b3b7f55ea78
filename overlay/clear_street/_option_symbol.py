"""`OptionSymbol`, which rows have, too: it comes with the generated package."""

from __future__ import annotations

from clear_street_api.option_symbol import OptionSymbol

__all__ = ["OptionSymbol"]
