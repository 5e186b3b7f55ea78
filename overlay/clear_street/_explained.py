"""Export `explain` and `meanings`, which the generated package defines because models use them too."""

from __future__ import annotations

from clear_street_api.explained import explain, meanings

__all__ = ["explain", "meanings"]
