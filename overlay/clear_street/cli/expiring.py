"""``clear-street expiring``: what expires, what is instructed, what is left, and the time to the cut-off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .._states import OPEN_STATES
from . import _time
from ._contracts import is_long, option
from ._exit import Exit
from ._table import Column
from ._text import clean, decimal, money, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, time

    from .._option_symbol import OptionSymbol
    from ..types.v1 import Position, PositionInstruction
    from ._session import Session

NONE = Decimal(0)
_PENDING = OPEN_STATES | {"CANCEL_FAILED"}
"""What may still be carried out: a cancel that failed leaves an instruction where it was."""


@dataclass(frozen=True)
class Line:
    """A contract that expires, and what is instructed on it."""

    position: Position
    contract: OptionSymbol
    instructions: Sequence[PositionInstruction]
    underlying: Decimal | None
    """The price of what it is on, where the account holds that too."""

    def instructed(self, statuses: frozenset[str]) -> Decimal:
        """How many contracts instructions in some statuses are for."""
        return sum((decimal(row.quantity) or NONE for row in self.instructions if row.status in statuses), NONE)

    @property
    def accepted(self) -> Decimal:
        """How many were taken."""
        return self.instructed(frozenset({"ACCEPTED"}))

    @property
    def pending(self) -> Decimal:
        """Of how many it is not settled yet."""
        return self.instructed(frozenset(_PENDING))

    @property
    def left(self) -> Decimal:
        """Of how many nothing was said."""
        return max(NONE, (decimal(self.position.quantity) or NONE) - self.accepted - self.pending)

    @property
    def inside(self) -> Decimal | None:
        """By how much it is in the money; out of it where that is negative, None where nobody knows."""
        if self.underlying is None:
            return None
        gain = self.underlying - self.contract.strike
        return gain if self.contract.right == "CALL" else -gain

    @property
    def moneyness(self) -> str | None:
        """The same for people."""
        inside = self.inside
        return None if inside is None else f"{'in' if inside > 0 else 'out'} {money(abs(inside))}"

    @property
    def note(self) -> str:
        """What is instructed, in words."""
        told = [f"{number(row.quantity)} {clean(row.instruction_type)} {clean(row.status)}" for row in self._live()]
        return ", ".join(told) or "nothing instructed"

    def _live(self) -> list[PositionInstruction]:
        return [row for row in self.instructions if row.status == "ACCEPTED" or row.status in _PENDING]

    def record(self) -> dict[str, Any]:
        """The line for programs."""
        inside = self.inside
        return {
            "symbol": self.position.symbol,
            "instrument_id": self.position.instrument_id,
            "expiry": self.contract.expiry.isoformat(),
            "quantity": self.position.quantity,
            "accepted": f"{self.accepted:f}",
            "pending": f"{self.pending:f}",
            "left": f"{self.left:f}",
            "in_the_money_by": None if inside is None else f"{inside:f}",
            "market_value": self.position.market_value,
        }


def lines(session: Session, on: date) -> tuple[list[Line], int]:
    """The account's long contracts whose last day this is, and how many short ones there are."""
    positions = session.positions()
    found = [(row, contract) for row in positions if (contract := option(row.symbol)) is not None]
    last = [(row, contract) for row, contract in found if session.market.last_day(contract) == on]
    listed = session.instructions() if last else []
    prices = {row.instrument_id: decimal(row.instrument_price) for row in positions}
    return [
        Line(
            row,
            contract,
            [each for each in listed if each.instrument_id == row.instrument_id],
            prices.get(row.underlying_instrument_id or ""),
        )
        for row, contract in last
        if is_long(row)
    ], sum(not is_long(row) for row, _ in last)


def expiring(session: Session, on: date | None, *, cutoff: time | None) -> Exit:
    """Show what expires on a day."""
    now = session.service_now()
    on = on or session.market.today(now)
    rows, shorts = lines(session, on)
    if session.format == "table":
        session.say(_head(session, on, cutoff), "   ")
    columns: Sequence[Column[Line]] = (
        Column("EXPIRES", lambda line: line.contract.words),
        Column("HELD", lambda line: number(line.position.quantity), importance=8, is_number=True),
        Column("ACCEPTED", lambda line: number(line.accepted), importance=6, is_number=True),
        Column("PENDING", lambda line: number(line.pending), importance=6, is_number=True),
        Column("LEFT", lambda line: number(line.left), importance=9, is_number=True, goes_under=True),
        Column("MONEY", lambda line: line.moneyness, importance=5, is_number=True),
        Column("VALUE", lambda line: money(line.position.market_value), importance=4, is_number=True),
        Column("INSTRUCTED", lambda line: line.note, importance=3, is_words=True),
    )
    session.show(columns, rows, records=[line.record() for line in rows])
    if session.format == "table":
        _advise(session, rows, shorts)
    return Exit.DONE


def _head(session: Session, on: date, cutoff: time | None) -> list[str]:
    now = session.service_now().astimezone(session.zone)
    head = [f"account {session.account}", f"{now:%a} {now.day} {now:%b %H:%M:%S %Z} (the service's clock)"]
    moment = session.cutoff_on(on, cutoff)
    if moment is None:
        return head
    left = moment - now
    until = f"{_time.rough(left)} left" if left.total_seconds() > 0 else "that is past"
    return [*head, f"cut-off {moment:%H:%M %Z}: {until}"]


def _advise(session: Session, rows: Sequence[Line], shorts: int) -> None:
    if not rows:
        session.tell("Nothing that the account holds expires then.")
    left = [line for line in rows if line.left]
    if left:
        total = sum((line.left for line in left), NONE)
        session.tell(f"Nothing is said of {number(total)} contract(s). To exercise them:")
        for line in left:
            contract = (
                f"{line.contract.root} {line.contract.expiry:%y%m%d}{line.contract.right[0]}{line.contract.strike}"
            )
            session.tell(f"  {session.again('instructions', 'submit', contract, f'{line.left:f}')}")
    if shorts:
        session.tell(f"{shorts} short position(s) expire, too: they may be assigned.")
