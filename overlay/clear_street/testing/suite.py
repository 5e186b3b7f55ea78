"""Drive a program through scenarios, and hold what it claims against what happened."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from .._explained import explain
from .effects import story
from .judges import JUDGES, Played, hidden, rows_of
from .players import InProcess, OverHTTP
from .scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .judges import Start
    from .players import Act, Player
    from .scenarios import Scenario

STARTS = 4
"""How often a program is started while it claims nothing, or "unknown"."""
RESTART_AFTER = 60.0
"""Seconds of the sandbox's clock between two starts."""
SETTLES_IN = 7200.0
"""Seconds of the sandbox's clock after which everything has come to its end."""
LIMIT = 60.0
"""Seconds that a start may take."""
JOBS = 8
"""How many scenarios are played at once, where the program is a command."""


class Finding(NamedTuple):
    """Something that a program did or said wrong."""

    scenario: str
    """The name of the scenario."""
    kind: str
    """``"ACTED TWICE"``, ``"LOST TRACK"``, ``"TOLD WRONG"``, ``"GAVE UP"``, ``"TOO EARLY"``, ``"HUNG"``, ``"LEAKED"``
    or ``"IGNORED"``.
    """
    detail: str
    """Which row, what was claimed, and what is so."""
    story: str
    """The requests, faults and effects, in order."""

    def __str__(self) -> str:
        return f"{self.scenario:38} {self.kind:11}  {self.detail}"


def conformance(
    program: Act | Sequence[str], *, only: Iterable[str] = tuple(SCENARIOS), limit: float = LIMIT, jobs: int = JOBS
) -> list[Finding]:
    """Run a program through every scenario, or through those of `only`; return what it did or said wrong.

    - `program`: a function of a client, an `Intent`, and a memory (a dict that outlives its death), which returns a
      claim for each row; a coroutine function gets an async client. Or the command of a program that does so over HTTP.
    - `only`: names out of `SCENARIOS`.
    - `limit`: how many seconds a start may take.
    - `jobs`: how many scenarios to play at once, where the program is a command.

    While it raises, dies or claims "unknown" it is started again. Raises `KeyError` for an unknown scenario, and
    `OSError` for a command that cannot be started.
    """
    scenarios = [SCENARIOS[name] for name in only]
    player = InProcess(program, limit) if callable(program) else OverHTTP(program, limit)
    return [finding for found in judged(scenarios, player, 1 if callable(program) else jobs) for finding in found]


def check(program: Act | Sequence[str], scenario: str, *, limit: float = LIMIT) -> None:
    """Run a program through one scenario. Raises AssertionError with what was found, and with what happened."""
    __tracebackhide__ = True
    found = conformance(program, only=[scenario], limit=limit)
    if found:
        lines = "\n".join(f"{finding.kind}: {finding.detail}" for finding in found)
        raise AssertionError(f"{scenario}\n{lines}\n{found[0].story}")


def judged(scenarios: Sequence[Scenario], player: Player, jobs: int) -> Iterator[list[Finding]]:
    """Play scenarios, some of them at once, and yield what was found in each, in their order."""
    if jobs == 1:
        yield from (judge(scenario, player) for scenario in scenarios)
        return
    # A program waits most of its time, and scenarios share nothing.
    pool = ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(partial(judge, player=player), scenarios)
    finally:
        # Interrupted, nothing is begun any more, and no process is left behind.
        player.close()
        pool.shutdown(cancel_futures=True)


def judge(scenario: Scenario, player: Player) -> list[Finding]:
    """Play one scenario, and return what the program did or said wrong."""
    stage = player.stage()
    intent = scenario.intent(stage)
    starts: list[Start] = []
    others: list[Start] = []
    with player.starting(stage) as start:

        def start_another() -> None:
            others.append(start(intent))
            stage.begin()

        stage.on_another = start_another
        for number in range(STARTS):
            if number:
                stage.clock.advance(RESTART_AFTER)
            starts.append(start(intent))
            if starts[-1].is_hung or "unknown" not in starts[-1].claims:
                break
    stage.clock.advance(SETTLES_IN)
    # What was started beside it may leave to it what it does not know.
    last = [starts[-1], *(other for other in others if "unknown" not in other.claims)]
    claims = [(each.claims, each.why) for each in last]
    played = Played(
        rows_of(stage, intent, is_possible=scenario.is_possible),
        claims,
        [*starts, *others],
        stage.early,
        scenario.is_open,
    )
    told = story(stage)
    return [
        Finding(scenario.name, kind, hidden(text), told)
        for kind, find in JUDGES.items()
        for text in dict.fromkeys(find(played))
    ]


explain(Finding)
resolvable(globals(), Finding)
