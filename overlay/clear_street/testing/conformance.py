"""Hold an application's own program against the ledger: what it claims of its instructions must be what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from .._client import ClearStreet
from .rehearsal import Killed, Rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = 1
STARTS = 4
"""How often a program is started while it raises or says "unknown"."""
_SUBMIT = "submit_position_instructions"


class Intent(NamedTuple):
    """What a program is to bring about: the same at each start."""

    account_id: int
    rows: tuple[dict[str, object], ...]
    """Instructions without keys; one of the program's own names for each is its place."""


class Finding(NamedTuple):
    """Something that a program did or said wrong."""

    scenario: str
    kind: str
    """``"ACTED TWICE"``, ``"LOST TRACK"``, ``"TOLD WRONG"`` or ``"GAVE UP"``."""
    detail: str


SCENARIOS: Mapping[str, Callable[[Rehearsal], object]] = {
    "nothing goes wrong": lambda _: None,
    "reply lost": lambda sandbox: sandbox.on(_SUBMIT).lose_reply(),
    "request lost": lambda sandbox: sandbox.on(_SUBMIT).lose_request(),
    "request late": lambda sandbox: sandbox.on(_SUBMIT).arrive_late(20),
    "rate limited": lambda sandbox: sandbox.on(_SUBMIT).rate_limit(2),
    "503 after the effect": lambda sandbox: sandbox.on(_SUBMIT).answer(503, effect=True),
    "killed before the effect": lambda sandbox: sandbox.on(_SUBMIT).kill(before=True),
    "killed after the effect": lambda sandbox: sandbox.on(_SUBMIT).kill(),
    "the dialect of today": lambda sandbox: setattr(sandbox, "dialect", "today"),
}


def conformance(act: Callable[[ClearStreet, Intent, dict[str, object]], list[str]]) -> list[Finding]:
    """Run a program through every scenario, and return what it did or said wrong.

    It is given a client, the intent, and a memory that outlives its death; it claims "done", "refused" or "unknown" of
    each row. While it raises, dies or says "unknown" it is started again, with a new client.
    """
    return [finding for name, happen in SCENARIOS.items() for finding in _judged(name, happen, act)]


def _judged(
    name: str,
    happen: Callable[[Rehearsal], object],
    act: Callable[[ClearStreet, Intent, dict[str, object]], list[str]],
) -> list[Finding]:
    sandbox = Rehearsal()
    option = sandbox.hold(ACCOUNT, "AAPL 280121C00195000", 10)
    # The second row asks for more than is held: the service refuses it.
    quantities = (1, 99)
    rows: list[dict[str, object]] = [
        {"instruction_type": "EXERCISE", "instrument_id": option, "quantity": each} for each in quantities
    ]
    happen(sandbox)
    memory: dict[str, object] = {}
    claims = ["unknown"] * len(rows)
    for _ in range(STARTS):
        try:
            claims = act(ClearStreet.sandbox(sandbox), Intent(ACCOUNT, tuple(rows)), memory)
        except (Exception, Killed):
            claims = ["unknown"] * len(rows)
        if "unknown" not in claims:
            break
    sandbox.clock.advance(3600)
    found: list[Finding] = []
    for index, (quantity, claim) in enumerate(zip(quantities, claims, strict=True)):
        made = [row for row in sandbox.instructions(ACCOUNT) if row["quantity"] == str(quantity)]
        if len(made) > 1:
            found.append(Finding(name, "ACTED TWICE", f"row {index}: {len(made)} effects"))
        if claim == "refused" and made:
            found.append(Finding(name, "LOST TRACK", f"row {index}: says refused, it is {made[0]['status']}"))
        if claim == "done" and not made:
            found.append(Finding(name, "TOLD WRONG", f"row {index}: says done, the ledger has nothing"))
        if claim == "unknown":
            found.append(Finding(name, "GAVE UP", f"row {index}: says unknown, a look settles it"))
    return found


resolvable(globals(), Intent, Finding)
