"""The suite that judges an application's own program, on programs that are careful and careless."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clear_street import APIError
from clear_street.testing import Killed, conformance

if TYPE_CHECKING:
    from clear_street import ClearStreet
    from clear_street.testing import Intent

DESK = Path(__file__).resolve().parents[1] / "examples/desk.py"


def careless(client: ClearStreet, intent: Intent, _: dict[str, Any]) -> list[str]:
    """New keys at each start, and whatever raises is taken for a failure of all rows but in the end."""
    rows: Any = list(intent.rows)
    client.with_options(max_retries=0).v1.positions.submit_position_instructions(intent.account_id, instructions=rows)
    return ["done" for _ in rows]


def rash(client: ClearStreet, intent: Intent, _: dict[str, Any]) -> list[str]:
    """An error is taken for a refusal."""
    rows: Any = list(intent.rows)
    plain = client.with_options(max_retries=0, resend_after_unknown=False).v1.positions
    try:
        plain.submit_position_instructions(intent.account_id, instructions=rows)
    except (APIError, Killed):
        return ["refused" for _ in rows]
    return ["done" for _ in rows]


def mute(*_: object) -> list[str]:
    """Nothing is ever known."""
    return ["unknown", "unknown"]


def test_the_example_desk_has_no_finding() -> None:
    done = subprocess.run([sys.executable, DESK], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "0 findings\n"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("program", "kind"),
    [(careless, "ACTED TWICE"), (careless, "TOLD WRONG"), (rash, "LOST TRACK"), (mute, "GAVE UP")],
)
def test_each_judge_finds_a_careless_program(program: Any, kind: str) -> None:
    assert kind in {finding.kind for finding in conformance(program)}
