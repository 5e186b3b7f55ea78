"""Whatever fails in a call, the client causes no effect twice, reports nothing false, and does not hang."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clear_street.errors import APIConnectionError
from clear_street.sandbox import Fault
from fault_sweep import main, sweep
from support.key_names import KEY_NAME, NEWER_KEY_NAME
from sweep.cases import (
    CANCEL,
    FAULTS,
    KINDS,
    OPERATIONS,
    ORDER_OPERATIONS,
    SERVICES,
    SUBMIT,
    WORLDS,
    Case,
    at_every_service,
    at_random,
    in_every_world,
    of_orders,
    one_by_one,
    over_loopback,
    systematic,
)
from sweep.clients import Ours
from sweep.judge import COLUMNS, Told
from sweep.judge import verdict as judged
from sweep.report import COUNTS, shown
from sweep.scene import KEY, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable


def kinds(cases: Iterable[Case]) -> list[str]:
    """The kinds that there are among cases, for a test of each."""
    there = {case.kind for case in cases}
    return [kind for kind in KINDS if kind in there]


def check(cases: Iterable[Case]) -> None:
    table = sweep(cases, Ours())
    assert table.total["calls"] > 0
    assert table.is_clean, shown([table])


def share(cases: Iterable[Case], kind: str, every: int) -> list[Case]:
    return [case for case in cases if case.kind == kind][::every]


@pytest.mark.parametrize("kind", kinds(one_by_one()))
def test_every_fault_of_an_attempt_and_of_a_look(kind: str) -> None:
    check(share((case for case in one_by_one() if len(case.faults) == 1 and len(case.looks) <= 1), kind, 1))


@pytest.mark.parametrize("kind", kinds(one_by_one()))
def test_a_share_of_the_faults_of_later_attempts(kind: str) -> None:
    check(share((case for case in one_by_one() if len(case.faults) > 1), kind, 7))


@pytest.mark.parametrize("kind", kinds(in_every_world()))
def test_a_share_of_the_faults_in_every_kind_of_world(kind: str) -> None:
    check(share(in_every_world(), kind, 7))


def test_lost_replies_and_refusals_at_every_kind_of_service() -> None:
    check(itertools.islice(at_every_service(), 0, None, 3))


def test_orders_under_a_share_of_the_faults() -> None:
    check(itertools.islice(of_orders(20260424), 0, 3000, 5))


def test_anything_at_any_time() -> None:
    check(itertools.islice(at_random(20260424), 600))


def test_the_results_in_docs_are_of_every_operation_and_name_no_fault() -> None:
    _, _, rest = (Path(__file__).parent.parent / "docs/safety.md").read_text("utf-8").partition("-->\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in rest.splitlines() if line[:1] == "|"]
    assert rows[0] == ["client", "operation", "calls", *COLUMNS]
    ours = {row[1]: row[3:] for row in rows if row[0] == "clear_street"}
    assert ours == {operation: ["0"] * len(COLUMNS) for operation in (*OPERATIONS, *ORDER_OPERATIONS, "all")}


@pytest.mark.parametrize("kind", kinds(over_loopback()))
def test_real_connections_are_lost_in_the_same_ways(kind: str) -> None:
    table = sweep([], Ours(), loopback=share(over_loopback(), kind, 1))
    assert table.is_clean, shown([table])


def test_every_operation_meets_every_fault_at_every_attempt() -> None:
    met = {(case.operation, fault, place) for case in systematic() for place, fault in enumerate(case.faults)}
    assert {(o, fault, place) for o in OPERATIONS for fault in FAULTS for place in range(3)} <= met


def test_every_kind_of_world_meets_every_fault() -> None:
    fields = {name for world in WORLDS for name in world}
    met = {
        (fault, *(getattr(case, name) for name in sorted(fields)))
        for case in in_every_world()
        for fault in (*case.faults, *case.looks)
    }
    usual = Case(SUBMIT)
    worlds = [
        tuple({**{n: getattr(usual, n) for n in fields}, **world}[n] for n in sorted(fields))
        for world in WORLDS
        if world.get("honour", True)
    ]
    assert {(fault, *world) for world in worlds for fault in FAULTS} <= met


def test_every_kind_of_service_meets_every_state_of_its_account() -> None:
    met = {
        (case.dialect, case.unknown_fields, case.refusal_status, case.honour, case.empty, bool(case.lag), case.renamed)
        for case in at_every_service()
    }
    states = {
        state
        for state in itertools.product((True, False), repeat=4)
        if state[0] or ((state[1] or not state[2]) and not state[3])
    }
    assert met == {(*service.values(), *state) for service in SERVICES for state in states}


# --- The judge --------------------------------------------------------------------------------------------------------


def verdict(case: Case, told: list[str], requests: int = 1, **details: Any) -> list[str]:
    """What is said of a made-up account of a call that made this many requests."""
    scene = Scene(case)
    headers, body = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}, b""
    for _ in range(requests):
        scene.sandbox.deliver("DELETE", f"/v1/accounts/122503/positions/instructions/{scene.id}", headers, body)
    scene.sandbox.clock.advance(details.pop("seconds", 0.0))
    return judged(scene, Told(told, **{"error": None, "text": "told", **details}), bound=180.0)


LANDED, LOST, REFUSED = Case(CANCEL), Case(CANCEL, (Fault.before_effect(),)), Case(CANCEL, status="ACCEPTED")


@pytest.mark.parametrize(
    ("case", "told", "found"),
    [
        (LANDED, "landed", []),
        (LANDED, "rejected", ["misreported"]),
        (LANDED, "unknown", ["misreported", "undecided"]),
        (LANDED, "odd", ["misreported"]),
        (LOST, "landed", ["misreported"]),
        (LOST, "rejected", []),
        (LOST, "unknown", []),
        (REFUSED, "landed", ["misreported"]),
        (REFUSED, "rejected", []),
    ],
)
def test_the_judge_compares_what_was_told_with_what_happened(case: Case, told: str, found: list[str]) -> None:
    assert verdict(case, [told]) == found


def test_the_judge_sees_the_other_ways_in_which_no_call_may_end() -> None:
    found = {
        *verdict(LANDED, ["landed"], seconds=200.0),
        *verdict(LANDED, ["landed"], error=ValueError(), text=""),
        *verdict(LANDED, ["landed"], error=APIConnectionError(KEY), text=f"no connection with {KEY}"),
        *verdict(LANDED, ["landed"], requests=2),
        *verdict(Case(CANCEL, (Fault.rate_limited(2),)), ["landed"], requests=2),
        *verdict(LOST, ["landed"]),
    }
    assert found == set(COLUMNS) - {"duplicated"}


@pytest.mark.parametrize(
    ("is_told", "sent", "found"), [(True, 0, []), (True, 1, []), (False, 0, ["foreign"]), (True, 2, ["wasted"])]
)
def test_the_judge_wants_what_the_application_raised_and_nothing_after(
    is_told: bool, sent: int, found: list[str]
) -> None:
    scene = Scene(Case("get_version"))
    raised = scene.alarm()
    for _ in range(sent):
        scene.sandbox.deliver("GET", "/v1/version", {})
    told = Told(["unknown" if is_told else "landed"], raised if is_told else None, "told")
    assert judged(scene, told, bound=180.0) == found


@pytest.mark.parametrize(
    ("unknown_fields", "names", "found"),
    [
        ("refuse", [(KEY_NAME, NEWER_KEY_NAME), (NEWER_KEY_NAME,)], []),
        ("alias", [(KEY_NAME, NEWER_KEY_NAME), (NEWER_KEY_NAME,)], []),
        ("refuse", [(KEY_NAME,), (KEY_NAME,), (NEWER_KEY_NAME,)], ["wasted"]),
        ("refuse", [(), (NEWER_KEY_NAME,)], ["wasted"]),
    ],
)
def test_the_judge_lets_names_be_changed_once(unknown_fields: Any, names: list[Any], found: list[str]) -> None:
    scene = Scene(Case(SUBMIT, rows=(0,), dialect="today", unknown_fields=unknown_fields, refusal_status=400))
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    for keys in names:
        rows = [{**row, **dict.fromkeys(keys, "k")} for row in scene.instructions]
        scene.sandbox.handle("POST", "/v1/accounts/122503/positions/instructions", headers, json.dumps(rows).encode())
    assert judged(scene, Told(["rejected"], None, "told"), bound=180.0) == found


def test_the_judge_wants_a_call_with_which_nothing_went_wrong_to_be_known() -> None:
    scene = Scene(Case(SUBMIT, dialect="today"))
    assert judged(scene, Told(["unknown"], None, "told"), bound=180.0) == ["misreported"]


def test_the_judge_wants_nothing_sent_past_its_time() -> None:
    scene = Scene(Case("close_positions", options=(("not_after", 5.0),)))
    scene.sandbox.clock.advance(6.0)
    scene.sandbox.deliver("DELETE", "/v1/accounts/122503/positions", {"Authorization": f"Bearer {KEY}"})
    assert judged(scene, Told(["landed"], None, "told"), bound=180.0) == ["hung"]


def test_the_judge_counts_effects() -> None:
    scene = Scene(Case(SUBMIT))
    for _ in range(2):
        scene.sandbox.handle(
            "POST",
            "/v1/accounts/122503/positions/instructions",
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
            str(scene.instructions).replace("'", '"').encode(),
        )
    assert "duplicated" in judged(scene, Told(["landed"], None, "told"), bound=180.0)
    scene = Scene(Case("close_positions", (Fault.before_effect(),)))
    for _ in range(2):
        scene.sandbox.deliver("DELETE", "/v1/accounts/122503/positions", {"Authorization": f"Bearer {KEY}"})
    assert "duplicated" in judged(scene, Told(["landed"], None, "told"), bound=180.0)


def test_the_table_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--calls", "20", "--seed", "3", "--no-loopback"]) == 0
    head, *rows = [line.rsplit(maxsplit=len(COUNTS)) for line in capsys.readouterr().out.splitlines() if "  " in line]
    assert head == ["clear_street", *COUNTS]
    for name, *counts in rows:
        calls, returned, raised, _, _, *wrong = map(int, counts)
        assert calls == returned + raised > 0, name
        assert wrong == [0] * len(COLUMNS)
    # The calls that were asked for, and more so that each condition has one.
    assert [int(calls) >= 20 for name, calls, *_ in rows if name == "all"] == [True]
