"""``clear-street expiring``: what expires, what is instructed, what is left, and the time to the cut-off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .._annotations import resolvable
from .._states import REFUSED_STATES
from . import _time
from ._contracts import is_long, option
from ._exit import Exit
from ._table import Column
from ._text import clean, counted, decimal, money, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, time

    from .._option_symbol import OptionSymbol
    from ..types.v1 import Position, PositionInstruction
    from ._session import Session

NONE = Decimal(0)
_OVER = REFUSED_STATES | {"CANCELLED"}
"""What will not be carried out. What has a status that is not known may be, and what could not be cancelled."""
_MOST_AT_ONCE = 100
"""Instruments in one request for prices."""


@dataclass(frozen=True)
class Line:
    """A contract that expires, and what is instructed on it."""

    position: Position
    contract: OptionSymbol
    instructions: Sequence[PositionInstruction]
    """Those that may be carried out."""
    underlying: Decimal | None
    """The price of what it is on; None where it is not known."""

    def _instructed(self, *, is_accepted: bool) -> Decimal:
        rows = [row for row in self.instructions if (row.status == "ACCEPTED") is is_accepted]
        return sum((decimal(row.quantity) or NONE for row in rows), NONE)

    @property
    def accepted(self) -> Decimal:
        """How many contracts accepted instructions are for."""
        return self._instructed(is_accepted=True)

    @property
    def pending(self) -> Decimal:
        """How many contracts other instructions are for, which are not settled yet."""
        return self._instructed(is_accepted=False)

    @property
    def left(self) -> Decimal:
        """For how many contracts nothing is instructed."""
        return max(NONE, (decimal(self.position.quantity) or NONE) - self.accepted - self.pending)

    @property
    def inside(self) -> Decimal | None:
        """By how much it is in the money; out of it where that is negative, None where it is not known."""
        if self.underlying is None or self.contract.is_adjusted:
            return None
        gain = self.underlying - self.contract.strike
        return gain if self.contract.right == "CALL" else -gain

    @property
    def moneyness(self) -> str:
        """The same for people."""
        inside = self.inside
        if inside is None:
            return "unknown"
        return f"{'ITM' if inside > 0 else 'OTM' if inside < 0 else 'ATM'} {money(abs(inside))}"

    @property
    def instructed(self) -> str:
        """What is instructed, in words."""
        counts: dict[str, Decimal] = {}
        for row in self.instructions:
            what = f"{clean(row.instruction_type)} {clean(row.status)}"
            counts[what] = counts.get(what, NONE) + (decimal(row.quantity) or NONE)
        return ", ".join(f"{number(count)} {what}" for what, count in counts.items()) or "nothing"

    def title(self, day: date) -> str:
        """The contract in words: without its expiry, where that is the day that all is about."""
        contract = self.contract
        return (
            contract.words if contract.expiry != day else f"{contract.root} {contract.strike} {contract.right.lower()}"
        )

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
            "underlying_price": None if self.underlying is None else f"{self.underlying:f}",
            "market_value": self.position.market_value,
        }


class Expiring(NamedTuple):
    """What an account holds that expires on a day."""

    lines: list[Line]
    """The long contracts."""
    shorts: int
    """How many short positions there are."""


def find_expiring(session: Session, on: date) -> Expiring:
    """Find the account's contracts whose last day this is."""
    positions = session.positions()
    market = session.market_on(on)
    found = [(row, contract) for row in positions if (contract := option(row.symbol)) is not None]
    last = [(row, contract) for row, contract in found if market.last_day(contract) == on]
    longs = [(row, contract) for row, contract in last if is_long(row)]
    listed = [row for row in session.instructions() if row.status not in _OVER] if longs else []
    prices: dict[str, Decimal] = {}
    if longs:
        prices = {row.instrument_id: price for row in positions if (price := decimal(row.instrument_price)) is not None}
        prices |= _latest(session, sorted({row.underlying_instrument_id or "" for row, _ in longs} - {""}))
    lines = [
        Line(
            row,
            contract,
            [each for each in listed if each.instrument_id == row.instrument_id],
            prices.get(row.underlying_instrument_id or ""),
        )
        for row, contract in longs
    ]
    return Expiring(lines, len(last) - len(longs))


def _latest(session: Session, instruments: Sequence[str]) -> dict[str, Decimal]:
    """The prices of the last trades, as far as the service tells them to this account."""
    from ..errors import ClearStreetError

    found: dict[str, Decimal] = {}
    try:
        for start in range(0, len(instruments), _MOST_AT_ONCE):
            some = instruments[start : start + _MOST_AT_ONCE]
            for row in session.aside.v1.instrument_data.market_data.get_snapshots(instrument_ids=some).data or ():
                price = decimal(row.last_trade.price) if row.last_trade is not None else None
                if price is not None:
                    found[row.instrument_id] = price
    except ClearStreetError as error:
        session.tell(f"The latest prices could not be read; those of what the account holds are used: {clean(error)}")
    return found


def expiring(session: Session, on: date | None, *, cutoff: time | None) -> Exit:
    """Show what expires on a day."""
    day = on or session.today
    found = find_expiring(session, day)
    if session.format == "table":
        session.say(list(_head(session, day, cutoff)), "   ")
    columns: Sequence[Column[Line]] = (
        Column("EXPIRES", lambda line: line.title(day)),
        Column("HELD", lambda line: number(line.position.quantity), importance=7, is_number=True),
        Column("LEFT", lambda line: number(line.left), importance=9, is_number=True, goes_under=True),
        Column("MONEYNESS", lambda line: line.moneyness, importance=8, is_number=True, goes_under=True),
        Column("INSTRUCTED", lambda line: line.instructed, importance=6, is_words=True, goes_under=True),
        Column("VALUE", lambda line: money(line.position.market_value), importance=4, is_number=True),
        Column("UNDERLYING", lambda line: money(line.underlying), importance=3, is_number=True),
    )
    if found.lines or session.format != "table":
        session.show(columns, found.lines, records=[line.record() for line in found.lines])
    else:
        session.tell("The account is long no contract that expires then.")
    if session.format == "table":
        _advise(session, found)
    return Exit.DONE


def _head(session: Session, day: date, cutoff: time | None) -> Iterator[str]:
    now = session.service_now().astimezone(session.zone)
    yield f"account {session.account}"
    yield f"{now:%a} {now.day} {now:%b %H:%M:%S %Z} (the service's clock)"
    market = session.market_on(day)
    close = market.closes_at(day)
    if close is None:
        yield f"the market is closed on {day:%a} {day.day} {day:%b}"
    elif day in market.early:
        yield f"the market closes early, at {close:%H:%M %Z}"
    moment = session.cutoff_on(day, cutoff)
    if moment is not None:
        cut = _time.Cutoff(moment, moment - now)
        yield f"cut-off {moment:%H:%M %Z}: {'passed' if cut.is_past else f'{_time.rough(cut.left)} left'}"


def _advise(session: Session, found: Expiring) -> None:
    left = [line for line in found.lines if line.left]
    inside = [line for line in left if line.inside is not None and line.inside > 0]
    if inside:
        session.tell(f"In the money, with nothing instructed: {_count(inside)}. To exercise:")
        for line in inside:
            contract = line.contract
            symbol = f"{contract.root} {contract.expiry:%y%m%d}{contract.right[0]}{contract.strike}"
            session.tell(f"  {session.again('instructions', 'submit', symbol, f'{line.left:f}')}")
    outside = [line for line in left if line.inside is not None and line.inside <= 0]
    if outside:
        session.tell(f"Not in the money, with nothing instructed: {_count(outside)}.")
    unknown = [line for line in left if line.inside is None]
    if unknown:
        session.tell(
            f"With nothing instructed, and no price to tell whether they are in the money: {_count(unknown)}. "
            "Decide on these yourself."
        )
    if found.shorts:
        session.tell(f"Short positions that expire too, and may be assigned: {found.shorts}.")


def _count(lines: Iterable[Line]) -> str:
    return counted(sum((line.left for line in lines), NONE), "contract")


resolvable(globals(), Line, Expiring)
