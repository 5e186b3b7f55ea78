"""Fixtures of pytest for applications' own tests, there as soon as pytest and this package are installed.

Each test has a sandbox of its own, and clients and a server on it. It needs pytest, which this package does not; until
a fixture is used, it imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ._annotations import resolvable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from clear_street import AsyncClearStreet, ClearStreet
    from clear_street.sandbox import Fault, SandboxServer
    from clear_street.testing import Rehearsal

_MARKER = "clear_street(time=None, empty=False, every_fault=None): what the sandbox of a test is like; its time (ISO \
8601), whether it has accounts, and an operation of which each fault strikes the first call, in a test run of its own"

_SCENARIO = "clear_street_scenario"


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marker is."""
    config.addinivalue_line("markers", _MARKER)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each fault, where its marker asks for that, and once for each scenario of the suite."""
    if _SCENARIO in metafunc.fixturenames:
        from clear_street.testing import SCENARIOS

        metafunc.parametrize(_SCENARIO, SCENARIOS)
    marker = metafunc.definition.get_closest_marker("clear_street")
    if marker is None or marker.kwargs.get("every_fault") is None or "clear_street_fault" not in metafunc.fixturenames:
        return
    from clear_street.sandbox.faults import CATALOGUE

    names = [fault.name.replace(" ", "_") for fault in CATALOGUE]
    metafunc.parametrize("clear_street_fault", CATALOGUE, ids=names, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what happened in the sandbox to the report of a test that failed."""
    report = yield
    sandbox: Any = getattr(item, "funcargs", {}).get("clear_street_sandbox")
    if report.failed and sandbox is not None:
        from clear_street.testing import story

        report.sections.append(("Clear Street sandbox: requests, faults, effects", story(sandbox)))
    return report


@pytest.fixture
def clear_street_fault(request: pytest.FixtureRequest) -> Fault | None:
    """The fault of this run of a test whose marker has `every_fault`; None for others."""
    return getattr(request, "param", None)


@pytest.fixture
def clear_street_sandbox(request: pytest.FixtureRequest, clear_street_fault: Fault | None) -> Rehearsal:
    """Give a freshly seeded sandbox, in memory.

    Its time is virtual, so that waiting takes none; in a test with `clear_street_server`, whose clients wait in real
    time, it runs like theirs, from now (at a weekend from Monday).
    """
    from datetime import datetime

    from clear_street.sandbox import LiveClock, SandboxClock
    from clear_street.sandbox.clock import START, business_time
    from clear_street.testing import Rehearsal

    marker = request.node.get_closest_marker("clear_street")
    options: dict[str, Any] = {} if marker is None else marker.kwargs
    start = None if options.get("time") is None else datetime.fromisoformat(options["time"])
    is_served = "clear_street_server" in request.fixturenames
    clock = LiveClock(start or business_time()) if is_served else SandboxClock(start or START)
    sandbox = Rehearsal(clock=clock, empty=options.get("empty", False))
    if clear_street_fault is not None:
        sandbox.on(options["every_fault"]).fail(clear_street_fault)
    return sandbox


@pytest.fixture
def clear_street_client(clear_street_sandbox: Rehearsal) -> Iterator[ClearStreet]:
    """A client on the sandbox; waiting takes no time."""
    from clear_street import ClearStreet

    with ClearStreet.sandbox(clear_street_sandbox) as client:
        yield client


@pytest.fixture
def async_clear_street_client(clear_street_sandbox: Rehearsal) -> AsyncClearStreet:
    """An async client on the sandbox; waiting takes no time, and there is nothing to close."""
    from clear_street import AsyncClearStreet

    return AsyncClearStreet.sandbox(clear_street_sandbox)


@pytest.fixture
def clear_street_server(clear_street_sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """The sandbox as a server on loopback, where clients go that take address and key from the environment."""
    from clear_street.sandbox import SandboxServer

    with SandboxServer(clear_street_sandbox) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        monkeypatch.setenv("CLEAR_STREET_API_KEY", "sandbox")
        yield server


@pytest.fixture
def clear_street_conformance(clear_street_scenario: str) -> Callable[..., None]:
    """A function that judges a program; the test is run once for each scenario, and fails with what was found."""
    from clear_street.testing.suite import check

    def judge(program: Any, *, limit: float = 60.0) -> None:
        __tracebackhide__ = True
        check(program, clear_street_scenario, limit=limit)

    return judge


resolvable(globals())
