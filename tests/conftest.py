"""What every test has: an environment without settings of ours, and the client's faces."""

from __future__ import annotations

import os

import pytest

from faces import Face


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own settings decide no test."""
    for name in os.environ:
        if name.startswith("CLEAR_STREET_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def face(request: pytest.FixtureRequest) -> Face:
    """The client, blocking, on asyncio and on trio."""
    return Face(request.param)
