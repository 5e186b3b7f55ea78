"""Fixtures of pytest for applications' own tests: ``pytest_plugins = ["clear_street.pytest_plugin"]`` in conftest.py.

Each test has a sandbox of its own, and clients and a server on it. It needs pytest, which this package does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clear_street import AsyncClearStreet, ClearStreet
from clear_street.sandbox import Sandbox, SandboxServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clear_street_sandbox() -> Sandbox:
    """A freshly seeded sandbox, in memory: what is in it, what goes wrong in it, and what came of a test."""
    return Sandbox()


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
