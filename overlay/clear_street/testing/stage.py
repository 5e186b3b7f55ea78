"""The sandbox that a scenario is played on: it acts on a request before or after the service sees it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from .._annotations import resolvable
from ..market import Market
from ..sandbox import Call
from .rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import NoReturn

    from ..sandbox import SandboxClock
    from ..sandbox.messages import Delivery

    Action = Callable[[Call], object]

ACCOUNT = 1
KEY = "conformance-key-7d31c09a5be2"
"""The API key of every program that is judged: nobody may find it in what the program writes."""
SUBMIT = "submit_position_instructions"
CANCEL = "cancel_position_instruction"
LIST = "get_position_instructions"
CUTOFF = "17:30"
_TICK = timedelta(seconds=0.02)
"""What a clock may be coarse by."""


class Stage(Rehearsal):
    """A rehearsal for one scenario.

    A start of the program may take `limit` seconds of its clock. `death` is what a request of a program that is dead
    raises.
    """

    def __init__(self, clock: SandboxClock, *, limit: float, death: type[BaseException]) -> None:
        super().__init__(clock=clock, empty=True, api_keys=[KEY], market=Market(cutoff=CUTOFF))
        self.life("ACCEPTED", every=0.5)
        self.early: list[str] = []
        """Requests before the time that the service had given."""
        self.on_death: Callable[[], object] = bool
        """What ends the program's process."""
        self.on_another: Callable[[], object] = bool
        """What starts the program once more, while it runs."""
        self.is_over: bool = False
        """Whether the program died, or took too long, in its present start."""
        self._limit = limit
        self._death = death
        self._began = 0.0
        self._quiet_until: datetime | None = None
        self._cues: list[_Cue] = []
        self._cueing = threading.Lock()

    @property
    def is_late(self) -> bool:
        """Whether the present start has taken too long."""
        return self.clock.monotonic() - self._began > self._limit

    def begin(self) -> None:
        """Begin a start of the program."""
        self._began, self.is_over = self.clock.monotonic(), False

    def die(self, _: Call | None = None) -> NoReturn:
        """End the program at the request that it is making, and at all that follow in this start."""
        self.is_over = True
        self.on_death()
        raise self._death

    def cue(self, action: Action, *, operation: str | None = SUBMIT, nth: int = 1, after: bool = False) -> None:
        """Let something happen once, right before the nth call of an operation from now on (None: any), or after it."""
        self._cues.append(_Cue(action, operation, nth, is_after=after))

    def deliver(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Delivery:
        """Answer a request, with faults and with what was cued."""
        if self.is_over or self.is_late:
            self.die()
        call = Call.read(method, target, headers, body)
        now = self.clock.now()
        if self._quiet_until is not None and now < self._quiet_until - _TICK:
            left = (self._quiet_until - now).total_seconds()
            self.early.append(f"{method} {target} was sent {left:.1f} s before the time that a 429 had given")
        self._act(call, is_after=False)
        delivery = super().deliver(method, target, headers, body)
        waits = {} if delivery.reply is None else dict(delivery.reply.headers)
        if "Retry-After" in waits:
            self._quiet_until = self.clock.now() + timedelta(seconds=float(waits["Retry-After"]))
        self._act(call, is_after=True)
        return delivery

    def _act(self, call: Call, *, is_after: bool) -> None:
        # No lock is held while it acts: it may start a second process, whose requests are answered meanwhile.
        with self._cueing:
            due = [cue for cue in self._cues if cue.strikes(call, is_after=is_after)]
        for cue in due:
            cue.action(call)


class _Cue:
    """What happens at one call."""

    def __init__(self, action: Action, operation: str | None, nth: int, *, is_after: bool) -> None:
        self.action: Action = action
        self._operation = operation
        self._left = nth
        self._is_after = is_after

    def strikes(self, call: Call, *, is_after: bool) -> bool:
        """Count a call; whether it is the one."""
        if self._is_after is is_after and self._operation in (None, call.operation):
            self._left -= 1
            return self._left == 0
        return False


resolvable(globals())
