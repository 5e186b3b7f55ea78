"""Give every test an environment without our settings. Define fixtures for the client's modes and the command line."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from support.client_modes import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command_line import CommandLine

# No deadline: a busy machine takes its time over an example. The same code is tried with the same examples each
# time, so that a failure belongs to the change; `make explore` draws new ones.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the machine's own settings, so that no test depends on them."""
    for name in os.environ:
        if name.startswith("CLEAR_STREET_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Run a test with each mode of the client: blocking, on asyncio, on trio."""
    return Mode(request.param)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage is collected: a finalizer that runs where JSON is nested too deep for Python would fail for that."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    """`clear-street`, on a sandbox of its own."""
    from support.command_line import CommandLine

    return CommandLine(monkeypatch, capsys, tmp_path)
