"""Provide pytest fixtures for applications' tests: ``pytest_plugins = ["clear_street.pytest_plugin"]`` in conftest.py.

Each test has its own sandbox, and clients and a server that use it. This module needs pytest; the package does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clear_street import AsyncClearStreet, ClearStreet
from clear_street.sandbox import LiveClock, Sandbox, SandboxServer
from clear_street.sandbox.clock import business_time

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clear_street_sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Make a new sandbox with example accounts. A test changes its state, injects faults, and reads the result.

    Its time is virtual, so waiting takes no time. With `clear_street_server`, whose clients wait in real time, its
    clock runs in real time too, from now or, at a weekend, from Monday.
    """
    is_served = "clear_street_server" in request.fixturenames
    return Sandbox(clock=LiveClock(business_time())) if is_served else Sandbox()


@pytest.fixture
def clear_street_client(clear_street_sandbox: Sandbox) -> Iterator[ClearStreet]:
    """Make a client that uses the sandbox. Waiting takes no time."""
    with ClearStreet.sandbox(clear_street_sandbox) as client:
        yield client


@pytest.fixture
def async_clear_street_client(clear_street_sandbox: Sandbox) -> AsyncClearStreet:
    """Make an async client that uses the sandbox. Waiting takes no time, and it need not be closed."""
    return AsyncClearStreet.sandbox(clear_street_sandbox)


@pytest.fixture
def clear_street_server(clear_street_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """Run the sandbox as a server on loopback, and set the environment variables with its address and a key."""
    with SandboxServer(clear_street_sandbox) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        monkeypatch.setenv("CLEAR_STREET_API_KEY", "sandbox")
        yield server
