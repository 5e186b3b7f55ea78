"""The kinds of effect that a call can look for: one row of a table for each, with all that the call core knows of it.

The core reads these rows and never asks which kind it has: a new kind of effect is a new row. What the service does
with a kind, and what therefore follows, is in docs/safety.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _states as states
from .._api import requests as seam
from .._api.operations import Resend
from .._api.rows import positions
from .._states import INSTRUCTION_STATES, States
from ..errors import InstructionFailedError
from .changes import InstructionChange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from .._api.operations import Operation
    from ..errors import ClearStreetError

Row = Any
"""A row as the service shows it, or as it is submitted: a model of its kind."""


class Field(NamedTuple):
    """A field that two rows which ask for the same have in common."""

    sent: str
    """What a submitted row calls it."""
    shown: str
    """What a listed row calls it."""
    compared: str
    """``"text"``, or ``"number"``: 1.0 is 1."""


class Kind(NamedTuple):
    """A kind of effect."""

    noun: str
    """What one is called."""
    model: Callable[[], type[Any]]
    """The class of its rows, as the service shows them."""

    # Its keys and ids
    key_sent: str
    """The field of a submitted row that has the caller's idempotency key."""
    key_shown: str
    """The field of a listed row that shows it."""
    key_names: Callable[[], tuple[str, ...]]
    """The names of `key_sent` in JSON, the newest first."""
    refuses_used_keys: bool
    """Whether the service is known to refuse a key that was used: without that, rows are sent again after an unknown
    outcome only where the application asks for it.
    """
    ids: tuple[str, ...]
    """The fields of a listed row by which a cancel may name it."""
    nil_id: str | None
    """The id of a row that was refused and is not stored; None where the service has no such."""

    # What a submitted row asks for
    same: tuple[Field, ...]
    """The fields that must agree for two rows to ask for the same, beside the instrument."""
    instrument: tuple[str, ...]
    """The fields that name the instrument, in both rows."""
    body: Callable[[Row], dict[str, Any]]
    """A submitted row as JSON, without its key."""
    unmentioned: Callable[[], type[Any]]
    """The class of a row that no reply has mentioned."""
    refusal: Callable[[str | None], Mapping[str, object]]
    """What a row that was refused shows for this reason, beside what was asked for."""

    # What its rows say
    states: States
    """What its states mean."""
    words_of: Callable[[Row], str | None]
    """Why a row was refused, in the service's words."""
    has_code: Callable[[Row], bool]
    """Whether a row tells by a code why it was refused."""
    existing_id: Callable[[Row], str | None]
    """For a row that was refused as a duplicate, the id of the first one, "" where it names none; else None."""
    duplicate_of: Callable[[str | None], str | None]
    """The same, of a reason alone."""
    duplicate: str
    """The reason of a row whose key was used for something else."""

    # Where it is looked for
    listing: Operation[..., Any]
    """The read that shows its rows."""
    look: Callable[[int, Collection[str]], Sequence[seam.Prepared]]
    """The requests of that read which together show an account's rows with these ids or keys."""
    is_by_id: bool
    """Whether they show no other rows."""

    # How it is followed
    progress: Callable[[Row], object]
    """What of a row is told of when it changes."""
    change: Callable[[Row, Row | None, datetime, bool], Any]
    """What is told: of a row, the row before it, when it was seen, and whether it stepped out of a terminal state."""
    failed: Callable[[str, Sequence[Row], Mapping[str, Any]], ClearStreetError]
    """The error of a wait for rows that failed."""

    # What the caller is told
    next_step: Mapping[str, str]
    """What to do after an unknown outcome, by the operation's `Resend` rule."""
    wrong_id: str
    """What to ask after a 404."""
    by_key: str | None
    """What to say, with the row's `id`, where a cancel was given a key; None where it may name a row by that."""

    def key_of(self, row: Row) -> str | None:
        """The idempotency key that a listed row shows."""
        key: str | None = getattr(row, self.key_shown)
        return key

    def submitted_key(self, row: Row) -> str | None:
        """The idempotency key of a submitted row."""
        key: str | None = getattr(row, self.key_sent)
        return key

    def with_key(self, row: Row, key: str) -> Row:
        """A submitted row under an idempotency key."""
        import attrs

        return attrs.evolve(row, **{self.key_sent: key})

    def unmentioned_row(self, request: Row) -> Row:
        """A submitted row that no reply has mentioned, as it was asked for; its `repr` says so."""
        return self.unmentioned().from_dict({**self._as_shown(request), "status": self.states.undetermined})

    def refused_row(self, request: Row, reason: str | None) -> Row:
        """A submitted row as the service shows one that it refused."""
        row = {**self._as_shown(request), **self.refusal(reason)}
        return self.model().from_dict({name: value for name, value in row.items() if value is not None})

    def _as_shown(self, request: Row) -> dict[str, Any]:
        return {**self.body(request), self.key_shown: self.submitted_key(request)}

    def contradiction(self, rows: Iterable[Row]) -> str | None:
        """The id of something that a list shows twice, in different states or under different keys; None for none."""
        return seam.contradictory_id(rows, self.key_shown, self.nil_id)

    def listed(self, status: int, value: Mapping[str, Any] | None, account_id: int) -> list[Row] | None:
        """The rows of a list, if a reply is all that was asked for and contradicts neither the question nor itself."""
        response: Any = self.listing.response
        rows = seam.listed_rows(response(), status, value, account_id)
        return None if self.contradiction(rows or ()) is not None else rows

    def rows_with_id(self, rows: Iterable[Row], id: str) -> list[Row]:
        """The rows that a cancel of `id` means, however they spell it."""
        return seam.rows_with_id(rows, id, self.ids)


def _instruction_types() -> Any:
    from ..types import v1

    return v1


def _unmentioned_instruction() -> type[Any]:
    from ..types.v1._unmentioned import UnmentionedInstruction

    return UnmentionedInstruction


INSTRUCTION = Kind(
    noun="instruction",
    model=lambda: _instruction_types().PositionInstruction,
    key_sent="instruction_id",
    key_shown="instruction_id",
    key_names=seam.key_names,
    refuses_used_keys=True,
    ids=("id",),
    nil_id=seam.NIL_ID,
    same=(Field("instruction_type", "instruction_type", "text"), Field("quantity", "quantity", "number")),
    instrument=("instrument_id",),
    body=lambda row: {
        "instruction_type": row.instruction_type,
        "instrument_id": row.instrument_id,
        "quantity": row.quantity,
    },
    unmentioned=_unmentioned_instruction,
    refusal=lambda reason: {"id": seam.NIL_ID, "status": "REJECTED", "rejection_reason": reason},
    states=INSTRUCTION_STATES,
    words_of=states.words_of,
    has_code=lambda row: row.rejection is not None,
    existing_id=states.existing_id,
    duplicate_of=states.duplicate_of,
    duplicate="Duplicate exercise instruction",
    listing=positions.GET_POSITION_INSTRUCTIONS,
    look=lambda account_id, _: (positions.GET_POSITION_INSTRUCTIONS.build(account_id),),
    is_by_id=False,
    progress=lambda row: row.status,
    change=lambda row, before, at, is_anomaly: InstructionChange(row, before and before.status, at, is_anomaly),
    failed=lambda message, failed, facts: InstructionFailedError(message, instructions=failed, **facts),
    next_step={
        Resend.SUBMIT: (
            "Do not submit it again under new keys: look for these keys with find_position_instructions() until they "
            "are settled (error.idempotency_keys)"
        ),
        Resend.CANCEL: (
            "Read the instruction's status with get_position_instruction(), or cancel it again by the same id"
        ),
    },
    wrong_id=(
        "Is the id the server's `id` of the instruction, and not the idempotency key that rows call `instruction_id` "
        "or `client_instruction_id`?"
    ),
    by_key="The id given is the idempotency key of the instruction whose server `id` is {!r}: use that",
)

KINDS: dict[str | None, Kind | None] = {None: None, "instruction": INSTRUCTION}
"""The kinds, by the word that an operation's row has for its own; None for an operation whose effect no look shows."""
