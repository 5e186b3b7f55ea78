"""What each status of an instruction means, checked by a test against the enum of the spec."""

from __future__ import annotations

REFUSED_STATES = frozenset({"REJECTED", "ENGINE_REJECTED"})
"""Terminal: the instruction will not be carried out."""
CANCEL_STATES = frozenset({"CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"})
"""A cancel arrived."""
FAILED_STATES = REFUSED_STATES | {"CANCEL_FAILED"}
"""Terminal, and not what anybody asked for."""
TERMINAL_STATES = FAILED_STATES | {"ACCEPTED", "CANCELLED"}
"""Nothing follows."""
OPEN_STATES = frozenset({"SENT", "CANCEL_REQUESTED", "UNKNOWN"})
"""Something follows; so it does after any status that is not listed here."""
KNOWN_STATES = TERMINAL_STATES | OPEN_STATES
"""Every status that the spec lists."""
