"""Tests as an application writes them with the kit, for mypy and pyright to check in strict mode; a test runs them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from clear_street import APIError, AsyncClearStreet, ClearStreet
from clear_street.sandbox import Fault, LedgerEntry, SandboxServer
from clear_street.testing import Finding, Intent, Killed, Point, Rehearsal, conformance

if TYPE_CHECKING:
    from collections.abc import Callable

    from clear_street.types.v1 import PositionInstructionRequestParam, PositionSubmitPositionInstructionsResponse

OPTION = "AAPL 280121C00195000"
SUBMIT = "submit_position_instructions"


def wish(option: str, key: str = "k-1", quantity: int = 1) -> PositionInstructionRequestParam:
    return {"instruction_type": "EXERCISE", "instrument_id": option, "quantity": quantity, "instruction_id": key}


def submit(client: ClearStreet, option: str, key: str = "k-1") -> PositionSubmitPositionInstructionsResponse:
    return client.v1.positions.submit_position_instructions(1, instructions=[wish(option, key)])


@pytest.fixture
def option(clear_street_sandbox: Rehearsal) -> str:
    return clear_street_sandbox.hold(1, OPTION, 5)


@pytest.mark.clear_street(every_fault=SUBMIT)
def test_every_fault(clear_street_client: ClearStreet, clear_street_sandbox: Rehearsal, option: str) -> None:
    found = {}
    for _ in range(3):
        found = clear_street_client.v1.positions.ensure_position_instructions(1, instructions=[wish(option)])
    assert found["k-1"].outcome in ("landed", "unknown")
    assert len(clear_street_sandbox.effects.of(kind="submitted")) <= 1


@pytest.mark.clear_street(time="2026-04-24T17:25-04:00", empty=True)
def test_the_marker(clear_street_sandbox: Rehearsal, clear_street_fault: Fault | None) -> None:
    assert clear_street_fault is None
    assert clear_street_sandbox.snapshot() == {}
    assert clear_street_sandbox.clock.now() == datetime(2026, 4, 24, 21, 25, tzinfo=UTC)
    clear_street_sandbox.move_to("17:30")
    assert clear_street_sandbox.clock.now() == datetime(2026, 4, 24, 21, 30, tzinfo=UTC)


def test_a_life(clear_street_client: ClearStreet, clear_street_sandbox: Rehearsal, option: str) -> None:
    clear_street_sandbox.life("SENT", "UNKNOWN", "ACCEPTED", every=2)
    clear_street_sandbox.cancel_life("CANCEL_FAILED")
    instruction_id = submit(clear_street_client, option)[0].id
    assert instruction_id is not None
    clear_street_client.v1.positions.wait_for_position_instruction(instruction_id, account_id=1)
    entries = assert_type(clear_street_sandbox.effects.of(account=1), tuple[LedgerEntry, ...])
    assert [entry.status for entry in entries] == ["SENT", "UNKNOWN", "ACCEPTED"]
    assert assert_type(clear_street_sandbox.effects.net(option), Decimal) == 1
    assert clear_street_sandbox.effects.once(key="k-1").id == instruction_id
    assert clear_street_sandbox.hold(1, OPTION, 6) == option


HAPPENINGS: dict[str, Callable[[Point], None]] = {
    "a lost reply": lambda point: point.lose_reply(),
    "a lost request": lambda point: point.lose_request(),
    "another answer": lambda point: point.answer(503),
    "a rate limit": lambda point: point.rate_limit(30),
    "a late request": lambda point: point.arrive_late(20),
    "a slow reply": lambda point: point.drip(0.1),
    "a replay": lambda point: point.replay(),
    "another reply": lambda point: point.rewrite(lambda value: value),
    "any fault": lambda point: point.fail(Fault.misdelivered()),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_a_point(
    clear_street_client: ClearStreet, clear_street_sandbox: Rehearsal, option: str, happening: str
) -> None:
    HAPPENINGS[happening](clear_street_sandbox.on(SUBMIT, nth=2))
    for key in ("k-1", "k-2"):
        with suppress(APIError):
            submit(clear_street_client, option, key)
    faults = [seen.fault for seen in clear_street_sandbox.requests if seen.method == "POST"]
    assert faults[0] is None
    assert faults[1] is not None


@pytest.mark.parametrize("before", [False, True])
def test_a_death(
    clear_street_client: ClearStreet,
    clear_street_sandbox: Rehearsal,
    option: str,
    before: bool,
) -> None:
    clear_street_sandbox.on(SUBMIT).kill(before=before)
    with pytest.raises(Killed):
        submit(clear_street_client, option)
    if before:
        clear_street_sandbox.effects.none()
        submit(clear_street_client, option)
    clear_street_sandbox.effects.once(key="k-1")
    assert repr(clear_street_sandbox.effects) == "<Effects, entries: 1>"


def test_the_other_clients(async_clear_street_client: AsyncClearStreet, clear_street_server: SandboxServer) -> None:
    assert_type(async_clear_street_client, AsyncClearStreet)
    assert assert_type(clear_street_server.url, str).startswith("http://127.0.0.1:")


def idle(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    return ["refused" for _ in intent.rows or intent.cancel]


def test_judges() -> None:
    found = assert_type(conformance(idle, only=["cancel/too-late"]), list[Finding])
    assert found == []
