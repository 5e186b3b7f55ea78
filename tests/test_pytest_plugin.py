"""Applications' own tests can have the sandbox, and clients on it, as fixtures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from clear_street.sandbox.faults import CATALOGUE

CONFTEST = 'pytest_plugins = ["clear_street.pytest_plugin"]\n'

TESTS = """
import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from clear_street import APIError, ClearStreet
from clear_street.sandbox import Fault


@pytest.mark.parametrize("once", [1, 2])
def test_each_test_has_its_own_sandbox(clear_street_client, clear_street_sandbox, once):
    clear_street_client.v1.positions.close_position("AAPL", account_id=122503)
    assert [entry.kind for entry in clear_street_sandbox.ledger] == ["order_created"]


def test_faults_strike_the_client(clear_street_client, clear_street_sandbox):
    clear_street_sandbox.faults.add(Fault.after_effect(), operation="close_position")
    with pytest.raises(APIError) as raised:
        clear_street_client.v1.positions.close_position("AAPL", account_id=122503)
    assert raised.value.outcome_unknown


def test_the_async_client_is_on_the_same_one(async_clear_street_client, clear_street_sandbox):
    found = asyncio.run(async_clear_street_client.v1.positions.get_positions(122503))
    assert len(found.data) == 7
    assert len(clear_street_sandbox.requests) == 1


def test_the_server_is_where_the_environment_points(clear_street_server, clear_street_sandbox):
    with ClearStreet() as client:
        assert len(client.v1.positions.get_positions(122503).data) == 7
    assert len(clear_street_sandbox.requests) == 1


def test_time_runs_at_the_server_as_it_does_for_its_clients(clear_street_server, clear_street_sandbox):
    before = clear_street_sandbox.clock.monotonic()
    time.sleep(0.001)
    assert clear_street_sandbox.clock.monotonic() > before
    ahead = clear_street_sandbox.clock.now() - datetime.now(UTC)
    assert timedelta(minutes=-1) < ahead < timedelta(days=4)
    assert clear_street_sandbox.clock.now().weekday() < 5
    with ClearStreet() as client:
        example = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
        clear_street_sandbox.plan(instruction=example, cancel_after=0.001)
        assert client.v1.positions.cancel_and_wait(example, account_id=0, wait_deadline=30).status == "CANCELLED"


def test_time_is_virtual_without_a_server(clear_street_sandbox):
    before = clear_street_sandbox.clock.monotonic()
    time.sleep(0.001)
    assert clear_street_sandbox.clock.monotonic() == before
"""


KIT = (Path(__file__).parent / "typing/user_tests.py").read_text(encoding="utf-8")

SUITE = """
def idle(client, intent, memory):
    return ["refused"] * intent.size


def test_my_desk(clear_street_conformance):
    clear_street_conformance(idle, limit=5)


def hopeful(client, intent, memory):
    if intent.cancel:
        return ["refused"]
    client.v1.positions.submit_position_instructions(intent.account_id, instructions=list(intent.rows))
    return ["done"] * intent.size


def test_another(clear_street_conformance):
    clear_street_conformance(hopeful)
"""

FAILING = """
def test_it_fails(clear_street_client, clear_street_sandbox):
    clear_street_sandbox.on("close_position").lose_reply()
    try:
        clear_street_client.v1.positions.close_position("AAPL", account_id=122503)
    except Exception:
        pass
    clear_street_sandbox.effects.none()


def test_another(clear_street_sandbox):
    clear_street_sandbox.effects.once(key="k-1")


def test_without_a_sandbox():
    assert False
"""


def run(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_application.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_kit_needs_no_conftest(tmp_path: Path) -> None:
    done = run(tmp_path, KIT, "--strict-markers")

    assert done.returncode == 0, done.stdout + done.stderr
    # One run for each fault, the marker, the life, nine points, two deaths, the other clients, the judges.
    assert len(CATALOGUE) >= 58
    assert f"{len(CATALOGUE) + 15} passed" in done.stdout


def test_a_failure_shows_the_story(tmp_path: Path) -> None:
    done = run(tmp_path, FAILING)

    assert "3 failed" in done.stdout
    assert done.stdout.count("Clear Street sandbox: requests, faults, effects") == 2
    assert "DELETE /v1/accounts/122503/positions/AAPL -> 200 [after_effect]" in done.stdout
    assert "order_created: account 122503" in done.stdout
    assert "Expected one effect under the key 'k-1', there are 0" in done.stdout
    assert "nothing happened" in done.stdout


def test_each_scenario_is_a_test_of_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, SUITE, "-k", "submit/nothing-goes-wrong or cancel/too-late")

    assert "2 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "test_another[submit/nothing-goes-wrong]" in done.stdout
    assert "GAVE UP: row 0: says refused, and the service did not refuse it" in done.stdout
    assert "TOLD WRONG: row 1: says done, the ledger has nothing" in done.stdout
    assert "submitted: account 1, SENT" in done.stdout


def test_nothing_is_imported_until_a_fixture_is_used(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "pytest", "-q", "--fixtures"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert "clear_street.sandbox" not in done.stderr
    assert "httpx" not in done.stderr
    for name in ("clear_street_sandbox", "clear_street_client", "async_clear_street_client", "clear_street_server"):
        assert f"\n{name} -- " in done.stdout


def test_the_fixtures_are_there_for_who_asks_for_them(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_application.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, "7 passed" in done.stdout) == (0, True), done.stdout + done.stderr
