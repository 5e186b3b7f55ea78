"""Nothing that can go wrong with a call makes the client cause an effect twice, or tell a falsehood, or hang."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clear_street.errors import APIConnectionError
from clear_street.sandbox import Fault
from fault_sweep import (
    CANCEL,
    COLUMNS,
    COUNTS,
    FAULTS,
    KEY,
    OPERATIONS,
    SUBMIT,
    Case,
    Ours,
    Scene,
    Told,
    at_random,
    main,
    over_loopback,
    shown,
    sweep,
    systematic,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def check(cases: Iterable[Case]) -> None:
    table = sweep(cases, Ours())
    assert table.total["calls"] > 0
    assert table.is_clean, shown([table])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_fault_of_an_attempt_and_of_a_look(operation: str) -> None:
    cases = [case for case in systematic() if case.operation == operation]
    check(case for case in cases if len(case.faults) == 1 and len(case.looks) <= 1)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_share_of_the_faults_of_later_attempts(operation: str) -> None:
    cases = [case for case in systematic() if case.operation == operation]
    check([case for case in cases if len(case.faults) > 1][::7])


def test_anything_at_any_time() -> None:
    check(itertools.islice(at_random(20260424), 600))


def test_the_results_that_docs_show_are_of_every_operation_and_name_no_fault() -> None:
    _, _, rest = (Path(__file__).parent.parent / "docs/safety.md").read_text("utf-8").partition("-->\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in rest.splitlines() if line[:1] == "|"]
    assert rows[0] == ["client", "operation", "calls", *COLUMNS]
    ours = {row[1]: row[3:] for row in rows if row[0] == "clear_street"}
    assert ours == {operation: ["0"] * len(COLUMNS) for operation in (*OPERATIONS, "all")}


def test_real_connections_are_lost_in_the_same_ways() -> None:
    table = sweep([], Ours(), loopback=over_loopback())
    assert table.is_clean, shown([table])


def test_every_operation_meets_every_fault_at_every_attempt() -> None:
    met = {(case.operation, fault, place) for case in systematic() for place, fault in enumerate(case.faults)}
    assert {(o, fault, place) for o in OPERATIONS for fault in FAULTS for place in range(3)} <= met


# --- The judge --------------------------------------------------------------------------------------------------------


def verdict(case: Case, told: list[str], requests: int = 1, **details: Any) -> list[str]:
    """What is said of a made-up account of a call that made this many requests."""
    scene = Scene(case)
    headers, body = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}, b""
    for _ in range(requests):
        scene.sandbox.deliver("DELETE", f"/v1/accounts/122503/positions/instructions/{scene.id}", headers, body)
    scene.sandbox.clock.advance(details.pop("seconds", 0.0))
    return scene.verdict(Told(told, **{"error": None, "text": "told", **details}), bound=180.0)


LANDED, LOST, REFUSED = Case(CANCEL), Case(CANCEL, (Fault.before_effect(),)), Case(CANCEL, status="ACCEPTED")


@pytest.mark.parametrize(
    ("case", "told", "found"),
    [
        (LANDED, "landed", []),
        (LANDED, "rejected", ["misreported"]),
        (LANDED, "unknown", ["undecided"]),
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


def test_the_judge_counts_effects() -> None:
    scene = Scene(Case(SUBMIT))
    for _ in range(2):
        scene.sandbox.handle(
            "POST",
            "/v1/accounts/122503/positions/instructions",
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
            str(scene.instructions).replace("'", '"').encode(),
        )
    assert "duplicated" in scene.verdict(Told(["landed"], None, "told"), bound=180.0)
    scene = Scene(Case("close_positions", (Fault.before_effect(),)))
    for _ in range(2):
        scene.sandbox.deliver("DELETE", "/v1/accounts/122503/positions", {"Authorization": f"Bearer {KEY}"})
    assert "duplicated" in scene.verdict(Told(["landed"], None, "told"), bound=180.0)


def test_the_table_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--calls", "20", "--seed", "3", "--no-loopback"]) == 0
    head, *rows = [line.rsplit(maxsplit=len(COUNTS)) for line in capsys.readouterr().out.splitlines() if "  " in line]
    assert head == ["clear_street", *COUNTS]
    for name, *counts in rows:
        calls, returned, raised, _, _, *wrong = map(int, counts)
        assert calls == returned + raised > 0, name
        assert wrong == [0] * len(COLUMNS)
    assert [(name, calls) for name, calls, *_ in rows[-1:]] == [("all", "20")]
