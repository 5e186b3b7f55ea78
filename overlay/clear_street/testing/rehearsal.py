"""A sandbox with words for tests."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from .._annotations import resolvable
from ..sandbox import Fault, Sandbox
from .effects import Effects

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from ..sandbox import Call


class Killed(BaseException):
    """The process "died" at this point: an application that catches `Exception` does not see it."""


class Point:
    """The nth call of an operation: what goes wrong there."""

    def __init__(self, sandbox: Sandbox, operation: str, nth: int, times: int | None) -> None:
        self._sandbox = sandbox
        self._operation = operation
        self._nth = nth
        self._times = times

    def __repr__(self) -> str:
        return f"<Point: call {self._nth} of {self._operation}>"

    def fail(self, fault: Fault) -> None:
        """Let any fault strike."""
        self._sandbox.faults.add(fault, operation=self._operation, nth=self._nth, times=self._times)

    def lose_reply(self) -> None:
        """The service does what it was asked, and the connection is lost before its reply."""
        self.fail(Fault.after_effect())

    def lose_request(self) -> None:
        """The connection is lost before the service reads the request."""
        self.fail(Fault.before_effect())

    def answer(self, status: int, *, effect: bool = False) -> None:
        """Something answers in the service's place; with `effect` after the service did what it was asked."""
        self.fail(Fault.answer(status, effect=effect))

    def rate_limit(self, retry_after: float | None = None) -> None:
        """The service answers 429, with a Retry-After of some seconds."""
        self.fail(Fault.rate_limited(retry_after))

    def arrive_late(self, seconds: float) -> None:
        """The connection is lost, and the request arrives some seconds later."""
        self.fail(Fault.late_effect(seconds))

    def drip(self, seconds: float) -> None:
        """The reply comes in pieces, one every so many seconds."""
        self.fail(Fault.dripping(seconds))

    def replay(self) -> None:
        """A proxy delivers the request twice, and returns the second reply."""
        self.fail(Fault.replayed())

    def rewrite(self, rewrite: Callable[[Any], Any]) -> None:
        """The JSON value of the reply is passed through a function."""
        self.fail(Fault.rewritten(rewrite))

    def kill(self, *, before: bool = False) -> None:
        """The process dies after the effect and before its reply, or `before` the effect: `Killed` is raised."""
        if not before:
            self.rewrite(_die)
            return

        def die(call: Call) -> bool:
            _die(call)

        self._sandbox.faults.add(Fault.before_effect(), operation=self._operation, when=_nth(self._nth, die))


class Rehearsal(Sandbox):
    """A sandbox with words for tests: what is held, how it changes, what goes wrong, and what was done."""

    _then: tuple[str, ...] = ("ACCEPTED",)
    _after: float = 3.0

    @property
    def effects(self) -> Effects:
        """What happened, to be asserted on."""
        return Effects(self)

    def hold(self, account_id: int, symbol: str, quantity: int | str) -> str:
        """Give an account, which is opened if it is not there, a position; return the instrument's id."""
        if f"{account_id}" not in self.snapshot():
            self.add_account(account_id)
        return self.add_position(account_id, symbol, quantity)

    def life(self, *statuses: str, every: float = 3.0) -> None:
        """Let what is submitted from now on take these statuses, one every so many seconds; SENT is the first."""
        self._then, self._after = tuple(statuses[1:] if statuses[:1] == ("SENT",) else statuses), every
        self.plan(then=self._then, after=every)

    def cancel_life(self, *statuses: str, every: float = 2.0) -> None:
        """Let what is cancelled from now on take these statuses, one every so many seconds."""
        self.plan(then=self._then, after=self._after, cancel_then=statuses, cancel_after=every)

    def on(self, operation: str, *, nth: int = 1, times: int | None = 1) -> Point:
        """Return the nth call of an operation from now on (and the calls after it, `times` in all), to say what goes
        wrong there.
        """
        return Point(self, operation, nth, times)

    def move_to(self, moment: str) -> None:
        """Move the clock to a time of the market's day, such as "17:30"."""
        self.advance_to(datetime.combine(self.today, time.fromisoformat(moment), self.market.zone))


def _die(_: object) -> NoReturn:
    raise Killed


def _nth(nth: int, action: Callable[[Call], bool]) -> Callable[[Call], bool]:
    """Return a function that acts at the nth call alone."""
    calls: list[Call] = []

    def when(call: Call) -> bool:
        calls.append(call)
        return len(calls) == nth and action(call)

    return when


resolvable(globals())
