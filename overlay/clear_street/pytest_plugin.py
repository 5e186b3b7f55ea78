"""Fixtures of pytest for applications' own tests: ``pytest_plugins = ["clear_street.pytest_plugin"]`` in conftest.py.

Each test has a sandbox of its own, and clients and a server on it. It needs pytest, which this package does not.
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
    """A freshly seeded sandbox, in memory: what is in it, what goes wrong in it, and what came of a test.

    Its time is virtual, so that waiting takes none; in a test with `clear_street_server`, whose clients wait in real
    time, it runs like theirs, from now (at a weekend from Monday).
    """
    is_served = "clear_street_server" in request.fixturenames
    return Sandbox(clock=LiveClock(business_time())) if is_served else Sandbox()


@pytest.fixture
def clear_street_client(clear_street_sandbox: Sandbox) -> Iterator[ClearStreet]:
    """A client on the sandbox; waiting takes no time."""
    with ClearStreet.sandbox(clear_street_sandbox) as client:
        yield client


@pytest.fixture
def async_clear_street_client(clear_street_sandbox: Sandbox) -> AsyncClearStreet:
    """An async client on the sandbox; waiting takes no time, and there is nothing to close."""
    return AsyncClearStreet.sandbox(clear_street_sandbox)


@pytest.fixture
def clear_street_server(clear_street_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """The sandbox as a server on loopback, where clients go that take address and key from the environment."""
    with SandboxServer(clear_street_sandbox) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        monkeypatch.setenv("CLEAR_STREET_API_KEY", "sandbox")
        yield server
