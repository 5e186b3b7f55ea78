"""Describe the kinds of effect that a call can look for: one row of a table for each.

Other modules of `_calls` read the row and never ask which kind it is: a new kind of effect is a new row. What the
service does with a kind, and what follows from that: docs/safety.md, "Orders".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._api import requests
from .._api.operations import Resend
from .._api.rows import orders, positions
from .._states import INSTRUCTION_STATES, ORDER_STATES, States, duplicate_of, existing_id, words_of
from ..errors import InstructionFailedError, OrderFailedError
from .changes import InstructionChange, OrderChange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from .._api.operations import Operation
    from ..errors import ClearStreetError

Row: TypeAlias = Any
"""A row as the service shows it, or as it is submitted: an object of the kind's model."""


class Field(NamedTuple):
    """A field that is equal in two rows that ask for the same."""

    sent: str
    """Its name in a submitted row."""
    shown: str
    """Its name in a listed row."""
    compared: str
    """How it is compared: as ``"text"``, or as ``"number"``, so that 1.0 equals 1."""


class Kind(NamedTuple):
    """A kind of effect."""

    noun: str
    """The word for one of its kind."""
    model: Callable[[], type[Any]]
    """The class of its rows as the service shows them."""

    # Its keys and ids
    key_sent: str
    """The field of a submitted row that has the caller's idempotency key."""
    key_shown: str
    """The field of a listed row that has the idempotency key."""
    key_names: Callable[[], tuple[str, ...]]
    """The names of `key_sent` in JSON, the newest first."""
    refuses_used_keys: bool
    """Whether the service is known to refuse a used key. If not, rows are sent again after an unknown outcome only if
    the application asks for it.
    """
    ids: tuple[str, ...]
    """The fields of a listed row whose value a cancel may use as its id."""
    nil_id: str | None
    """The id of a row that was rejected and is not stored; None if the service has no such id."""

    # What a submitted row asks for
    same: tuple[Field, ...]
    """The fields that are equal in two rows that ask for the same, in addition to the instrument."""
    instrument: tuple[str, ...]
    """The fields that name the instrument, in both rows."""
    body: Callable[[Row], dict[str, Any]]
    """Return a submitted row as JSON, without its key."""
    unmentioned: Callable[[], type[Any]]
    """Return the class of a row that no reply has mentioned."""
    refusal: Callable[[str | None], Mapping[str, object]]
    """Return the fields of a row that was rejected for this reason, in addition to what it asked for."""

    # What its rows say
    states: States
    """The meaning of its states."""
    words_of: Callable[[Row], str | None]
    """Return why a row was rejected, in the service's words."""
    has_code: Callable[[Row], bool]
    """Whether a row has a code that says why it was rejected."""
    existing_id: Callable[[Row], str | None]
    """Return, for a row that was rejected as a duplicate, the id of the first row, "" if it names none; else None."""
    duplicate_of: Callable[[str | None], str | None]
    """Return the same, from a reason alone."""
    duplicate: str
    """The reason of a row whose key was used for something else."""

    # Where it is looked for
    listing: Operation[..., Any]
    """The read that shows its rows."""
    look: Callable[[int, Collection[str]], Sequence[requests.Prepared]]
    """Return the requests of that read which together show an account's rows with these ids or keys."""
    is_by_id: bool
    """Whether these requests show no other rows."""

    recent: Callable[[int, datetime | None], requests.Prepared] | None
    """Return the request for the rows that appeared since a time of the service's clock, None if that is not known. The
    field is None if `look` shows these rows too.
    """

    # How it is followed
    progress: Callable[[Row], object]
    """Return the part of a row whose change a watch reports."""
    change: Callable[[Row, Row | None, datetime, bool], Any]
    """Return what a watch reports: for a row, the row before, when it was seen, whether it left a terminal state."""
    failed: Callable[[str, Sequence[Row], Mapping[str, Any]], ClearStreetError]
    """Return the error of a wait for rows that failed."""

    # What messages say
    next_step: Mapping[str, str]
    """What to do after an unknown outcome, by the operation's `Resend` rule."""
    wrong_id: str
    """What a message asks after a 404."""
    by_key: str | None
    """What to do, with the row's `id` filled in, if a cancel was given a key; None if a cancel may use a key."""

    def key_of(self, row: Row) -> str | None:
        """Return the idempotency key of a listed row."""
        key: str | None = getattr(row, self.key_shown)
        return key

    def shows_keys_under(self, rows: Sequence[Row], names: Sequence[str]) -> bool | None:
        """Whether each of the rows of a list has its key under one of `names`, those under which keys are sent; None if
        there are no rows.

        A service that shows keys under another name may ignore the names that are sent.
        """
        if not rows:
            return None
        if {*self.key_names()} <= {*names}:
            return True
        return all(any(shown.get(name) is not None for name in names) for shown in (row.to_dict() for row in rows))

    def submitted_key(self, row: Row) -> str | None:
        """Return the idempotency key of a submitted row."""
        key: str | None = getattr(row, self.key_sent)
        return key

    def with_key(self, row: Row, key: str) -> Row:
        """Return a submitted row with an idempotency key."""
        import attrs

        return attrs.evolve(row, **{self.key_sent: key})

    def unmentioned_row(self, request: Row) -> Row:
        """Return the row for a submitted row that no reply has mentioned. Its `repr` says so."""
        return self.unmentioned().from_dict({**self._as_shown(request), "status": self.states.undetermined})

    def refused_row(self, request: Row, reason: str | None) -> Row:
        """Return a submitted row in the form in which the service shows a rejected one."""
        return self.model().from_dict({**self._as_shown(request), **self.refusal(reason)})

    def _as_shown(self, request: Row) -> dict[str, Any]:
        return {**self.body(request), self.key_shown: self.submitted_key(request)}

    def contradiction(self, rows: Iterable[Row]) -> str | None:
        """Return an id that two rows have in different states or with different keys; None if there is no such id."""
        return requests.contradictory_id(rows, self.key_shown, self.nil_id)

    def listed(self, status: int, value: Mapping[str, Any] | None, account_id: int) -> list[Row] | None:
        """Return the rows of a list; None if it is incomplete, or contradicts the request or itself."""
        response: Any = self.listing.response
        rows = requests.listed_rows(response(), status, value, account_id)
        return None if self.contradiction(rows or ()) is not None else rows

    def rows_with_id(self, rows: Iterable[Row], id: str) -> list[Row]:
        """Return the rows that a cancel of `id` means. Ids may be written in different ways."""
        return requests.rows_with_id(rows, id, self.ids)


def number(text: object) -> Decimal | None:
    """Return the number in a text; None if it is not a number."""
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(text if isinstance(text, str) else "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def shows_values(row: Row, values: Mapping[str, Any]) -> bool:
    """Whether a row shows the values that a replacement asked for. Numbers may be written in different ways."""
    shown = {name: getattr(row, name, None) for name in values}
    return bool(values) and all(
        shown[name] == value or (number(value) is not None and number(value) == number(shown[name]))
        for name, value in values.items()
    )


def _types() -> Any:
    from ..types import v1

    return v1


def _unmentioned_instruction() -> type[Any]:
    from ..types.v1._unmentioned_instruction import UnmentionedInstruction

    return UnmentionedInstruction


def _instruction_as_json(row: Row) -> dict[str, Any]:
    return {
        "instruction_type": row.instruction_type,
        "instrument_id": row.instrument_id,
        "quantity": row.quantity,
    }


def _refused_instruction(reason: str | None) -> Mapping[str, object]:
    return {"id": requests.NIL_ID, "status": "REJECTED", "rejection_reason": reason}


def _has_rejection(row: Row) -> bool:
    return row.rejection is not None


def _look_for_instructions(account_id: int, _: Collection[str]) -> Sequence[requests.Prepared]:
    return (positions.GET_POSITION_INSTRUCTIONS.build(account_id),)


def _status(row: Row) -> object:
    return row.status


def _change_of_instruction(row: Row, before: Row | None, at: datetime, is_anomaly: bool) -> InstructionChange:
    return InstructionChange(row, None if before is None else before.status, at, is_anomaly)


def _failed_instructions(message: str, failed: Sequence[Row], facts: Mapping[str, Any]) -> InstructionFailedError:
    return InstructionFailedError(message, instructions=failed, **facts)


INSTRUCTION = Kind(
    noun="instruction",
    model=lambda: _types().PositionInstruction,
    key_sent="instruction_id",
    key_shown="instruction_id",
    key_names=requests.key_names,
    refuses_used_keys=True,
    ids=("id",),
    nil_id=requests.NIL_ID,
    same=(Field("instruction_type", "instruction_type", "text"), Field("quantity", "quantity", "number")),
    instrument=("instrument_id",),
    body=_instruction_as_json,
    unmentioned=_unmentioned_instruction,
    refusal=_refused_instruction,
    states=INSTRUCTION_STATES,
    words_of=words_of,
    has_code=_has_rejection,
    existing_id=existing_id,
    duplicate_of=duplicate_of,
    duplicate="Duplicate exercise instruction",
    listing=positions.GET_POSITION_INSTRUCTIONS,
    look=_look_for_instructions,
    is_by_id=False,
    recent=None,
    progress=_status,
    change=_change_of_instruction,
    failed=_failed_instructions,
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

CHUNK = 100
"""Ids in one request for orders."""


def _look_for_orders(account_id: int, ids: Collection[str]) -> Sequence[requests.Prepared]:
    """Build the requests for orders with these ids.

    A page has room for twice as many, because each id may be the id of one order and the key of another.
    """
    every = [*ids]
    chunks = [every[start : start + CHUNK] for start in range(0, len(every), CHUNK)]
    return [orders.GET_ORDERS.build(account_id, order_ids=chunk, page_size=2 * CHUNK) for chunk in chunks]


def _words_of_order(row: Row) -> str:
    return "; ".join(filter(None, row.details or ()))


def _used_before(reason: str | None) -> str | None:
    """Return "" for a text that may say that a key was used before, else None.

    The service's words for that are not documented, so any text that may mean it makes the call look.
    """
    import re

    used = re.search(r"\bduplicate|\balready (?:been )?(?:used|exists?)|\bused before", reason or "", re.IGNORECASE)
    return None if used is None else ""


def _unmentioned_order() -> type[Any]:
    from ..types.v1._unmentioned_order import UnmentionedOrder

    return UnmentionedOrder


def _change_of_order(row: Row, before: Row | None, at: datetime, is_anomaly: bool) -> OrderChange:
    if before is None:
        return OrderChange(row, None, None, at, is_anomaly)
    return OrderChange(row, before.status, before.filled_quantity, at, is_anomaly)


def _order_as_json(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.to_dict().items() if name != "id"}


def _refused_order(reason: str | None) -> Mapping[str, object]:
    return {"status": "REJECTED", "details": None if reason is None else [reason]}


def _has_no_code(_: Row) -> bool:
    return False


def _order_used_before(row: Row) -> str | None:
    return _used_before(_words_of_order(row)) if row.status == "REJECTED" else None


def _recent_orders(account_id: int, begun: datetime | None) -> requests.Prepared:
    return orders.GET_ORDERS.build(account_id, from_=begun)


def _progress_of_order(row: Row) -> object:
    return row.status, number(row.filled_quantity)


def _failed_orders(message: str, failed: Sequence[Row], facts: Mapping[str, Any]) -> OrderFailedError:
    return OrderFailedError(message, orders=failed, **facts)


ORDER = Kind(
    noun="order",
    model=lambda: _types().Order,
    key_sent="id",
    key_shown="client_order_id",
    key_names=lambda: ("id",),
    refuses_used_keys=False,
    ids=("id", "client_order_id"),
    nil_id=None,
    same=(
        Field("side", "side", "text"),
        Field("quantity", "quantity", "number"),
        Field("order_type", "order_type", "text"),
    ),
    instrument=("instrument_id", "symbol"),
    body=_order_as_json,
    unmentioned=_unmentioned_order,
    refusal=_refused_order,
    states=ORDER_STATES,
    words_of=_words_of_order,
    has_code=_has_no_code,
    existing_id=_order_used_before,
    duplicate_of=_used_before,
    duplicate="The id was used before, for another order",
    listing=orders.GET_ORDERS,
    look=_look_for_orders,
    is_by_id=True,
    recent=_recent_orders,
    progress=_progress_of_order,
    change=_change_of_order,
    failed=_failed_orders,
    next_step={
        Resend.SUBMIT: (
            "Do not submit it again under new ids: look for these with get_orders(order_ids=...) until they are "
            "settled (error.idempotency_keys). The client does not send it again, because the service is not known to "
            "refuse a used id; with resend_after_unknown=True, as an option of the call, it does"
        ),
        Resend.CANCEL: "Look for the order with get_orders(order_ids=[...]), or cancel it again by the same id",
        Resend.REPLACE: "Do not repeat it: look for the order with get_orders(order_ids=[...]) first",
        Resend.ONCE: (
            "Do not repeat it: look at the positions and orders of the account first (error.candidates has "
            "the orders that may be its effect, if any were seen)"
        ),
    },
    wrong_id="An order that is filled, cancelled, rejected or expired is not open: get_orders(order_ids=...) shows it",
    by_key=None,
)

KINDS: dict[str | None, Kind | None] = {None: None, "instruction": INSTRUCTION, "order": ORDER}
"""The kinds, by the word that an operation's row has for its own; None for an operation whose effect no look shows."""
