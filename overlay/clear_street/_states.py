"""What each status of an instruction means, checked by a test against the enum of the spec; and why one was refused."""

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
