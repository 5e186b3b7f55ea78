"""Define the meaning of each status of instructions and orders, and read why an instruction was rejected.

A test compares the statuses with the enums of the spec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._annotations import resolvable
from ._explained import explain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clear_street_api.models import PositionInstruction, PositionInstructionRejectionReason

REFUSED_STATES = frozenset({"REJECTED", "ENGINE_REJECTED"})
"""Terminal: the instruction will not be carried out."""
CANCEL_STATES = frozenset({"CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"})
"""A cancel arrived."""
FAILED_STATES = REFUSED_STATES | {"CANCEL_FAILED"}
"""Terminal: what was asked for did not happen."""
TERMINAL_STATES = FAILED_STATES | {"ACCEPTED", "CANCELLED"}
"""The names of the statuses that no other follows. Members of `PositionInstructionStatus` are equal to their names."""
OPEN_STATES = frozenset({"SENT", "CANCEL_REQUESTED", "UNKNOWN"})
"""Not terminal. A status that is not listed here is not terminal either."""
KNOWN_STATES = TERMINAL_STATES | OPEN_STATES
"""Every status that the spec lists."""
LANDED_STATES = KNOWN_STATES - REFUSED_STATES - {"UNKNOWN"}
"""The service took the instruction."""


ORDER_FAILED_STATES = frozenset({"CANCELED", "REJECTED", "EXPIRED"})
"""Terminal: the order was not filled, or only in part (see `filled_quantity`)."""
ORDER_TERMINAL_STATES = ORDER_FAILED_STATES | {"FILLED"}
"""The names of an order's statuses that no other follows."""
ORDER_OPEN_STATES = frozenset(
    {"PENDING_NEW", "QUEUED", "PENDING_TRIGGER", "NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE"}
)
"""Not terminal."""
ORDER_VAGUE_STATES = frozenset({"REPLACED", "DONE_FOR_DAY", "STOPPED", "SUSPENDED", "CALCULATED", "OTHER"})
"""The service does not say whether another status follows. Treated as not terminal, as is a status not listed here."""
ORDER_KNOWN_STATES = ORDER_TERMINAL_STATES | ORDER_OPEN_STATES | ORDER_VAGUE_STATES
"""Every status of an order that the spec lists."""


class States(NamedTuple):
    """What the states of a kind of effect mean for a call and for a wait."""

    taken: frozenset[str]
    """The service took it."""
    refused: frozenset[str]
    """The service rejected it."""
    undetermined: str
    """The state that says nothing."""
    cancelling: frozenset[str]
    """A cancel arrived."""
    cancel_failed: frozenset[str]
    """A cancel arrived and failed: a person must look into it."""
    too_late: frozenset[str]
    """It can no longer be cancelled."""
    too_late_by_409: frozenset[str]
    """It can no longer be cancelled, if the service also answered a 409. Without one, the cancel may not have arrived
    yet.
    """
    failed: frozenset[str]
    """Terminal: what was asked for did not happen."""
    terminal: frozenset[str]
    """No other state follows."""
    known: frozenset[str]
    """Every state that the spec lists."""


INSTRUCTION_STATES: States = States(
    taken=LANDED_STATES,
    refused=REFUSED_STATES,
    undetermined="UNKNOWN",
    cancelling=CANCEL_STATES,
    cancel_failed=frozenset({"CANCEL_FAILED"}),
    too_late=REFUSED_STATES,
    too_late_by_409=frozenset({"ACCEPTED"}),
    failed=FAILED_STATES,
    terminal=TERMINAL_STATES,
    known=KNOWN_STATES,
)
ORDER_STATES: States = States(
    taken=ORDER_KNOWN_STATES - {"REJECTED", "OTHER"},
    refused=frozenset({"REJECTED"}),
    undetermined="OTHER",
    cancelling=frozenset({"PENDING_CANCEL", "CANCELED"}),
    cancel_failed=frozenset(),
    too_late=frozenset({"FILLED", "REJECTED", "EXPIRED"}),
    too_late_by_409=frozenset(),
    failed=ORDER_FAILED_STATES,
    terminal=ORDER_TERMINAL_STATES,
    known=ORDER_KNOWN_STATES,
)


class Rejection(NamedTuple):
    """A rejected row, and the reason."""

    instruction: PositionInstruction
    """The row."""
    reason: str | None
    """The service's own words: `rejection_reason` or else `rejection.description`."""
    existing_id: str | None
    """For a duplicate, the server's `id` of the first instruction with this key; "" if the reason does not name it.
    None if the row is not a duplicate.
    """
    code: PositionInstructionRejectionReason | None
    """The service's code for the reason, such as ``"DUPLICATE_INSTRUCTION"``; None if it has none."""

    @property
    def is_duplicate(self) -> bool:
        """Whether the idempotency key was used before."""
        return self.existing_id is not None


def rejections(rows: Iterable[PositionInstruction]) -> list[Rejection]:
    """Return the rejected rows, each with its reason."""
    return [
        Rejection(row, words_of(row), existing_id(row), None if row.rejection is None else row.rejection.reason)
        for row in rows
    ]


def words_of(row: PositionInstruction) -> str | None:
    """Return why a row was rejected, in the service's words."""
    return row.rejection_reason or (None if row.rejection is None else row.rejection.description)


def existing_id(row: PositionInstruction) -> str | None:
    """Return, for a row that was rejected as a duplicate, the server's id of the first row; "" if the reason does not
    name it; None for other rows. If the reason has a code, the code decides, else the words.
    """
    if row.status in LANDED_STATES:
        return None
    said, why = duplicate_of(words_of(row)), row.rejection
    if why is None or why.reason is None:
        return said
    if why.reason != "DUPLICATE_INSTRUCTION":
        return said if not why.reason.is_known else None
    return (why.metadata or {}).get("existing_id") or said or ""


def duplicate_of(reason: str | None) -> str | None:
    """Return the server's id of which a reason says that something is a duplicate; "" if it names none; None if it does
    not speak of a duplicate.
    """
    if not reason:
        return None
    import re

    # Two searches: one pattern for both words would take time that grows with the square of the reason's length.
    word = re.compile(r"\bduplicate\b", re.IGNORECASE).search(reason)
    match = re.compile(r"\binstruction", re.IGNORECASE).search(reason, word.end()) if word else None
    named = re.search(r"\bexisting_id=([^\s;,]+)", reason[match.end() :]) if match else None
    return (named[1] if named else "") if match else None


explain(Rejection)
resolvable(globals(), Rejection)
