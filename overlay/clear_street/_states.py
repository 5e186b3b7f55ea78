"""What each status of an instruction or an order means, checked by a test against the enums of the spec; and why an
instruction was refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._annotations import resolvable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clear_street_api.models import PositionInstruction, PositionInstructionRejectionReason

REFUSED_STATES = frozenset({"REJECTED", "ENGINE_REJECTED"})
"""Terminal: the instruction will not be carried out."""
CANCEL_STATES = frozenset({"CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"})
"""A cancel arrived."""
FAILED_STATES = REFUSED_STATES | {"CANCEL_FAILED"}
"""Terminal, and not what anybody asked for."""
TERMINAL_STATES = FAILED_STATES | {"ACCEPTED", "CANCELLED"}
"""The names of the statuses after which nothing follows; members of `PositionInstructionStatus` are in it as well."""
OPEN_STATES = frozenset({"SENT", "CANCEL_REQUESTED", "UNKNOWN"})
"""Something follows; so it does after any status that is not listed here."""
KNOWN_STATES = TERMINAL_STATES | OPEN_STATES
"""Every status that the spec lists."""
LANDED_STATES = KNOWN_STATES - REFUSED_STATES - {"UNKNOWN"}
"""The service took the instruction."""


ORDER_FAILED_STATES = frozenset({"CANCELED", "REJECTED", "EXPIRED"})
"""Terminal, and not all of the order was filled; a part may be: see `filled_quantity`."""
ORDER_TERMINAL_STATES = ORDER_FAILED_STATES | {"FILLED"}
"""The names of an order's statuses after which nothing follows."""
ORDER_OPEN_STATES = frozenset(
    {"PENDING_NEW", "QUEUED", "PENDING_TRIGGER", "NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE"}
)
"""Something follows."""
ORDER_VAGUE_STATES = frozenset({"REPLACED", "DONE_FOR_DAY", "STOPPED", "SUSPENDED", "CALCULATED", "OTHER"})
"""Nobody says whether something follows: taken for not terminal, as any status that is not listed here."""
ORDER_KNOWN_STATES = ORDER_TERMINAL_STATES | ORDER_OPEN_STATES | ORDER_VAGUE_STATES
"""Every status of an order that the spec lists."""


class States(NamedTuple):
    """What the states of a kind of effect mean to a call, and to a wait."""

    taken: frozenset[str]
    """The service took it."""
    refused: frozenset[str]
    """It did not."""
    undetermined: str
    """The state that tells nothing."""
    cancelling: frozenset[str]
    """A cancel arrived."""
    cancel_failed: frozenset[str]
    """Of these: the cancel failed, and a person must look."""
    too_late: frozenset[str]
    """It can no longer be cancelled."""
    too_late_by_409: frozenset[str]
    """It can no longer be cancelled where the service answered with a 409; alone, these may be the states before the
    cancel arrives.
    """
    failed: frozenset[str]
    """Terminal, and not what anybody asked for."""
    terminal: frozenset[str]
    """Nothing follows."""
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
    """A row that was refused, and why."""

    instruction: PositionInstruction
    """The row."""
    reason: str | None
    """The service's own words, `rejection_reason` or else `rejection.description`."""
    existing_id: str | None
    """For a duplicate, the server's `id` of the first instruction under the key; "" where the reason does not name it.
    None otherwise.
    """
    code: PositionInstructionRejectionReason | None
    """The service's code of the reason, such as ``"DUPLICATE_INSTRUCTION"``; None where it gives none."""

    @property
    def is_duplicate(self) -> bool:
        """Whether the idempotency key was used before."""
        return self.existing_id is not None


def rejections(rows: Iterable[PositionInstruction]) -> list[Rejection]:
    """The refused rows, with their reasons read."""
    return [
        Rejection(row, words_of(row), existing_id(row), None if row.rejection is None else row.rejection.reason)
        for row in rows
    ]


def words_of(row: PositionInstruction) -> str | None:
    """Why a row was refused, in the service's words."""
    return row.rejection_reason or (None if row.rejection is None else row.rejection.description)


def existing_id(row: PositionInstruction) -> str | None:
    """For a row refused as a duplicate, the server's id of the first one; "" where the reason does not name it; None
    for other rows. A code decides where there is one, else the words do.
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
    """What a reason says that something is a duplicate of: a server's id, "" where it names none, None where it does
    not say so.
    """
    if not reason:
        return None
    import re

    # Word by word: one pattern for both would take time that grows with the square of the reason's length.
    word = re.compile(r"\bduplicate\b", re.IGNORECASE).search(reason)
    match = re.compile(r"\binstruction", re.IGNORECASE).search(reason, word.end()) if word else None
    named = re.search(r"\bexisting_id=([^\s;,]+)", reason[match.end() :]) if match else None
    return (named[1] if named else "") if match else None


resolvable(globals(), Rejection)
