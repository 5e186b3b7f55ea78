"""Applications' own tests can have the sandbox, and clients on it, as fixtures."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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


def test_the_fixtures_are_there_for_who_asks_for_them(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_application.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, "7 passed" in done.stdout) == (0, True), done.stdout + done.stderr
