"""What may befall a program: a table of scenarios, each with what is asked of the program and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._annotations import resolvable
from ..sandbox import Fault
from ..sandbox.dialects import KEY_NAMES
from ..sandbox.messages import Refusal, is_list, is_object
from .intents import Intent
from .stage import ACCOUNT, CANCEL, LIST, SUBMIT, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..sandbox import Call

    Setting = Callable[[Stage], object]

OPTION = "AAPL 280121C00195000"
_OTHER = "MSFT 280121C00450000"
_QUANTITIES = ("1", "99")
"""The second row asks for more than is held: the service refuses it."""
_HOUR = 3600.0


class Scenario(NamedTuple):
    """One thing that may befall a program."""

    name: str
    """Its name; before the slash what the program is asked for."""
    sets: Setting
    """Sets the stage."""
    status: str = "SENT"
    """The status of the instruction that is to be cancelled."""
    is_open: bool = False
    """Whether nobody can learn what happened, so that "unknown" is right to the end."""
    is_possible: bool = True
    """Whether what is asked, the first row of a submit, can be brought about."""

    def intent(self, stage: Stage) -> Intent:
        """Set the stage, and return what is asked of the program."""
        option = stage.hold(ACCOUNT, OPTION, 10)
        stage.hold(ACCOUNT, _OTHER, 10)
        name = f"conformance {self.name}"
        if self.name.startswith("cancel/"):
            stored = stage.add_instruction(ACCOUNT, OPTION, quantity=2, status=self.status, idempotency_key="earlier")
            intent = Intent(name, ACCOUNT, cancel=(stored,))
        else:
            row = {"instruction_type": "EXERCISE", "instrument_id": option}
            intent = Intent(name, ACCOUNT, rows=tuple({**row, "quantity": each} for each in _QUANTITIES))
        self.sets(stage)
        return intent


def _fault(fault: Fault, operation: str = SUBMIT, times: int | None = 1) -> Setting:
    return lambda stage: stage.on(operation, times=times).fail(fault)


def _both(*settings: Setting) -> Setting:
    def both(stage: Stage) -> None:
        for each in settings:
            each(stage)

    return both


def _with(**attributes: Any) -> Setting:
    def change(stage: Stage) -> None:
        for name, value in attributes.items():
            setattr(stage, name, value)

    return change


def _killed(operation: str = SUBMIT, *, after: bool) -> Setting:
    return lambda stage: stage.cue(stage.die, operation=operation, after=after)


def _killed_later(stage: Stage) -> None:
    """Kill the program at the first request that follows its submit."""
    stage.cue(lambda _: stage.cue(stage.die, operation=None), after=True)


def _key_used(stage: Stage) -> None:
    """Let the keys of a submit have been used for something else, right before it arrives."""

    def use(call: Call) -> None:
        for key in keys_in(call):
            stage.add_instruction(ACCOUNT, _OTHER, idempotency_key=key)

    stage.cue(use)


def keys_in(call: Call) -> list[str]:
    """Return the idempotency keys of a submit."""
    try:
        rows: Any = call.json()
    except Refusal:
        return []
    objects = [row for row in rows if is_object(row)] if is_list(rows) else []
    found = dict.fromkeys(row[name] for row in objects for name in KEY_NAMES.values() if isinstance(row.get(name), str))
    return list(found)


def _cutoff(fault: Fault) -> Setting:
    """Let the cut-off pass between the first submit and all that follows."""

    def pass_by(stage: Stage) -> None:
        stage.move_to("17:29:50")
        stage.on(SUBMIT).fail(fault)
        stage.cue(lambda _: stage.move_to("17:30:01"), after=True)

    return pass_by


_LOST = _fault(Fault.after_effect())
_NAMED: Mapping[str, Setting] = {
    "submit/nothing-goes-wrong": lambda _: None,
    "submit/reply-lost": _LOST,
    "submit/request-lost": _fault(Fault.before_effect()),
    "submit/request-late": _fault(Fault.late_effect(2.0)),
    "submit/request-an-hour-late": _fault(Fault.late_effect(_HOUR)),
    "submit/half-a-reply": _fault(Fault.breaks_off("body")),
    "submit/no-reply": _fault(Fault.slow(_HOUR)),
    "submit/503": _fault(Fault.answer(503)),
    "submit/503-after-the-effect": _fault(Fault.answer(503, effect=True)),
    "submit/503-with-rows": _fault(Fault.answer(503, "rows")),
    "submit/429": _fault(Fault.rate_limited(2)),
    "submit/429-of-the-list": _fault(Fault.rate_limited(2), LIST),
    "submit/207-reversed": _fault(Fault.odd_body("rows_reversed")),
    "submit/207-without-a-row": _fault(Fault.odd_body("row_dropped")),
    "submit/reply-of-another": _fault(Fault.misdelivered(effect=True)),
    "submit/delivered-twice": _fault(Fault.replayed()),
    "submit/list-lags": _with(list_lag=3.0),
    "submit/reply-lost-list-lags": _both(_LOST, _with(list_lag=3.0)),
    "submit/reply-lost-list-down": _both(_LOST, _fault(Fault.answer(503), LIST, 3)),
    "submit/key-used": _key_used,
    "submit/reply-lost-keys-not-honoured": _both(_LOST, _with(honour_keys=False)),
    "submit/reply-lost-keys-not-shown": _both(_LOST, _with(echo_keys=False)),
    "submit/rejected-later": lambda stage: stage.life("SENT", "REJECTED", every=0.5),
    "submit/settles-slowly": lambda stage: stage.life("SENT", "UNKNOWN", "ACCEPTED", every=1.0),
    "submit/killed-before-the-effect": _killed(after=False),
    "submit/killed-after-the-effect": _killed(after=True),
    "submit/killed-after-the-reply": _killed_later,
    "submit/killed-list-lags": _both(_killed(after=True), _with(list_lag=62.0)),
    "submit/two-starts-at-once": lambda stage: stage.cue(lambda _: stage.on_another()),
    "submit/cutoff-passes-unsent": _cutoff(Fault.rate_limited(1)),
    "submit/cutoff-passes-sent": _cutoff(Fault.after_effect()),
    "submit/today": _with(dialect="today"),
    "submit/today-reply-lost": _both(_LOST, _with(dialect="today")),
    "submit/today-refuses-older-names": _with(dialect="today", unknown_fields="refuse"),
    "submit/today-killed-after-the-effect": _both(_killed(after=True), _with(dialect="today")),
    "cancel/nothing-goes-wrong": lambda _: None,
    "cancel/reply-lost": _fault(Fault.after_effect(), CANCEL),
    "cancel/request-lost": _fault(Fault.before_effect(), CANCEL),
    "cancel/503": _fault(Fault.answer(503), CANCEL),
    "cancel/429": _fault(Fault.rate_limited(2), CANCEL),
    "cancel/failed": lambda stage: stage.cancel_life("CANCEL_FAILED", every=0.5),
    "cancel/failed-reply-lost": _both(
        _fault(Fault.after_effect(), CANCEL), lambda stage: stage.cancel_life("CANCEL_FAILED", every=0.5)
    ),
    "cancel/failed-then-accepted": lambda stage: stage.cancel_life("CANCEL_FAILED", "ACCEPTED", every=0.5),
    "cancel/too-late": lambda _: None,
    "cancel/killed-after-the-effect": _killed(CANCEL, after=True),
    "cancel/list-lags": _both(_fault(Fault.after_effect(), CANCEL), _with(list_lag=3.0)),
    "cancel/today": _with(dialect="today"),
}
_STATUS = {"cancel/too-late": "ACCEPTED"}
_OPEN = ("submit/reply-lost-keys-not-shown",)
_IMPOSSIBLE = ("submit/key-used", "submit/cutoff-passes-unsent", "cancel/too-late")
SCENARIOS: Mapping[str, Scenario] = {
    name: Scenario(name, sets, _STATUS.get(name, "SENT"), name in _OPEN, name not in _IMPOSSIBLE)
    for name, sets in _NAMED.items()
}
"""Every scenario, by its name."""

resolvable(globals(), Scenario)
