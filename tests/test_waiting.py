"""Waiting for instructions and watching them: which states end a wait, which failures do not, and how often it asks."""

from __future__ import annotations

import logging
import threading
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from clear_street import (
    TERMINAL_STATES,
    APIStatusError,
    AsyncClearStreet,
    AuthenticationError,
    ClearStreet,
    ClearStreetError,
    InstructionChange,
    InstructionFailedError,
    NotFoundError,
    PermissionDeniedError,
    WaitTimeoutError,
)
from clear_street.errors import APIResponseValidationError, ArgumentError
from clear_street.sandbox import AsyncSandboxTransport, Fault, Sandbox, SandboxClock, SandboxTransport
from clear_street.types.v1 import PositionInstructionStatus
from support.client_modes import Mode
from support.key_names import KEY_NAME
from support.scripted_service import ROW, Service, envelope, failed, repeating
from support.shared_clock import Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT = 7
EXAMPLE = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
LIST = "get_position_instructions"
FIRST, LONGEST = 0.5, 10.0
"""Seconds between ticks: while something changes, and at most."""


def row(status: str | None, id_: str = "i-1", **fields: object) -> dict[str, object]:
    return {**ROW, "id": id_, KEY_NAME: f"key of {id_}", "status": status, **fields}


def listing(*rows: object) -> tuple[int, object]:
    return 200, envelope(list(rows))


def states(*statuses: str) -> Service:
    """A list in which the instruction goes through these states, one for each reading."""
    return repeating(*(listing(row(status)) for status in statuses))


def wait(client: Any, id_: str = "i-1", **options: Any) -> Any:
    return client.v1.positions.wait_for_position_instruction(id_, account_id=ACCOUNT, **options)


def wait_all(client: Any, ids: object, **options: Any) -> Any:
    return client.v1.positions.wait_for_position_instructions(ids, account_id=ACCOUNT, **options)


def watch(client: Any, **options: Any) -> Any:
    return client.v1.positions.watch_position_instructions(ACCOUNT, **options)


def ticking(mode: Mode, service: Service, *, jitter: float = 0.5) -> tuple[Any, list[float]]:
    """A client, and the times of its requests as they come."""
    clock, times = _Regular(jitter), list[float]()

    def note(request: httpx.Request) -> httpx.Response:
        times.append(clock.monotonic())
        return service.answer(request)

    return mode.client(httpx.MockTransport(note), clock=clock), times


class _Regular(SandboxClock):
    def __init__(self, jitter: float) -> None:
        super().__init__()
        self._jitter = jitter

    def random(self) -> float:
        return self._jitter


class TestTheEndOfAWait:
    @pytest.mark.parametrize("status", ["ACCEPTED", "CANCELLED"])
    def test_is_a_terminal_state(self, mode: Mode, status: str) -> None:
        service = states("SENT", "SENT", "CANCEL_REQUESTED", status)
        assert mode.run(wait, mode.client(service)).status == status
        assert len(service.requests) == 4

    @pytest.mark.parametrize(
        "odd",
        [
            listing(row("CANCELLED"), row("ACCEPTED")),
            listing(row("ACCEPTED"), row("SENT")),
            listing(row("ACCEPTED"), row("SENT", "i-2", account_id=8)),
        ],
        ids=["two ends", "an end and a state", "a row of another account"],
    )
    def test_is_not_in_a_list_that_contradicts_itself_or_the_question(self, mode: Mode, odd: Any) -> None:
        service = Service(odd, odd, listing(row("CANCELLED")))
        assert mode.run(wait, mode.client(service)).status == "CANCELLED"

    @pytest.mark.parametrize("status", ["UNKNOWN", "NEVER_HEARD_OF", "SENT", "CANCEL_REQUESTED"])
    def test_is_no_other_state(self, mode: Mode, status: str) -> None:
        service = states(status, status, "ACCEPTED")
        assert mode.run(wait, mode.client(service)).status == "ACCEPTED"
        assert len(service.requests) == 3

    def test_is_no_row_without_a_status(self, mode: Mode) -> None:
        service = Service(listing(row(None)), listing(row("ACCEPTED")))
        assert mode.run(wait, mode.client(service)).status == "ACCEPTED"

    @pytest.mark.parametrize("status", ["REJECTED", "ENGINE_REJECTED", "CANCEL_FAILED"])
    def test_may_be_a_failure(self, mode: Mode, status: str) -> None:
        clock = SandboxClock()
        service = Service(listing(row("SENT")), listing(row(status, rejection_reason="The venue is closed")))
        with pytest.raises(
            InstructionFailedError, match=rf"^instruction i-1 ended in {status}: The venue is closed$"
        ) as caught:
            mode.run(wait, mode.client(service, clock=clock))
        error = caught.value
        assert error.instruction.status == status
        assert [instruction.id for instruction in error.instructions] == ["i-1"]
        assert [seen.status for seen in error.history] == ["SENT", status]
        assert [seen.at for seen in error.history] == [clock.at(0), clock.now()]
        assert error.outcome_unknown is False

    @pytest.mark.parametrize(
        "until",
        [
            "SENT",
            ["ACCEPTED", "SENT"],
            PositionInstructionStatus.SENT,
            {PositionInstructionStatus.SENT},
            iter(["SENT"]),
        ],
        ids=["name", "names", "member", "members", "iterator"],
    )
    def test_may_be_asked_for(self, until: object) -> None:
        mode = Mode("sync")
        assert mode.run(lambda: wait(mode.client(states("UNKNOWN", "SENT")), until=until)).status == "SENT"

    def test_may_be_a_failure_that_was_asked_for(self, mode: Mode) -> None:
        client = mode.client(states("CANCEL_REQUESTED", "CANCEL_FAILED"))
        assert mode.run(lambda: wait(client, until="CANCEL_FAILED")).status == "CANCEL_FAILED"

    def test_may_be_a_state_that_the_spec_does_not_list_yet(self, mode: Mode) -> None:
        client = mode.client(states("SENT", "PARTIALLY_TAKEN"))
        assert mode.run(lambda: wait(client, until="PARTIALLY_TAKEN")).status == "PARTIALLY_TAKEN"

    def test_is_another_terminal_state_than_asked_for_as_an_error(self, mode: Mode) -> None:
        service = states("CANCEL_REQUESTED", "ACCEPTED")
        with pytest.raises(InstructionFailedError, match=r"ended in ACCEPTED instead of CANCELLED or CANCEL_FAILED$"):
            mode.run(lambda: wait(mode.client(service), until=["CANCEL_FAILED", "CANCELLED"]))
        assert len(service.requests) == 2

    def test_of_several_is_when_all_are_there(self, mode: Mode) -> None:
        service = Service(
            listing(row("SENT", "a"), row("ACCEPTED", "b"), row("SENT", "c")),
            listing(row("CANCELLED", "a"), row("ACCEPTED", "b"), row("SENT", "c")),
        )
        rows = mode.run(lambda: wait_all(mode.client(service), ["b", "a", "b"]))
        assert [(found.id, found.status) for found in rows] == [
            ("b", "ACCEPTED"),
            ("a", "CANCELLED"),
            ("b", "ACCEPTED"),
        ]

    def test_of_several_is_no_failure_while_others_run(self, mode: Mode) -> None:
        service = Service(
            listing(row("SENT", "a"), row("REJECTED", "b"), row("SENT", "c"), row("CANCEL_FAILED", "d")),
            listing(row("ACCEPTED", "a"), row("REJECTED", "b"), row("SENT", "c"), row("CANCEL_FAILED", "d")),
            listing(row("ACCEPTED", "a"), row("REJECTED", "b"), row("CANCELLED", "c"), row("CANCEL_FAILED", "d")),
        )
        with pytest.raises(
            InstructionFailedError, match=r"instruction b ended in REJECTED; all 4 .*1 ACCEPTED"
        ) as caught:
            mode.run(lambda: wait_all(mode.client(service), iter("abcd")))
        assert [instruction.id for instruction in caught.value.instructions] == ["b", "d"]
        assert [seen.status for seen in caught.value.history] == ["REJECTED"]
        assert [found.id for found in caught.value.rows] == list("abcd")
        assert caught.value.states == {"a": "ACCEPTED", "b": "REJECTED", "c": "CANCELLED", "d": "CANCEL_FAILED"}
        assert len(service.requests) == 3

    def test_of_several_tells_of_all_when_the_time_is_over(self, mode: Mode) -> None:
        service = Service(otherwise=listing(row("SENT", "a"), row("REJECTED", "b"), row("ACCEPTED", "c")))
        with pytest.raises(InstructionFailedError, match=r"b ended in REJECTED; all 4 .*1 not in the list") as caught:
            mode.run(lambda: wait_all(mode.client(service), ["a", "b", "c", "d"], deadline=60))
        assert caught.value.states == {"a": "SENT", "b": "REJECTED", "c": "ACCEPTED", "d": None}
        assert [found.id for found in caught.value.rows] == ["a", "b", "c"]
        with pytest.raises(WaitTimeoutError, match=r"a was not settled within 60 s.*; all 2 .*: 1 SENT, 1 ACC") as late:
            mode.run(lambda: wait_all(mode.client(service), ["a", "c"], deadline=60))
        assert late.value.states == {"a": "SENT", "c": "ACCEPTED"}
        assert [found.status for found in late.value.rows] == ["SENT", "ACCEPTED"]

    def test_of_several_waits_for_those_that_run_where_one_never_shows(self, mode: Mode) -> None:
        service = Service(*[listing(row("SENT", "a"))] * 12, listing(row("ACCEPTED", "a")))
        with pytest.raises(WaitTimeoutError, match=r"instruction z did not appear .* within 1 s") as caught:
            mode.run(lambda: wait_all(mode.client(service), ["z", "a"], grace=1))
        assert caught.value.states == {"z": None, "a": "ACCEPTED"}
        assert (caught.value.last_seen, len(service.requests)) == (None, 13)

    @pytest.mark.parametrize(
        ("rows", "told"),
        [
            ([row("ACCEPTED", account_id=ACCOUNT + 1)], "a 2xx reply with an unexpected body"),
            ([row("CANCELLED"), row("ACCEPTED")], "'i-1' twice, with different states or keys"),
            ([row("SENT"), row("ACCEPTED")], "'i-1' twice, with different states or keys"),
        ],
    )
    def test_is_in_no_list_that_cannot_be_an_answer(self, mode: Mode, rows: list[object], told: str) -> None:
        service = Service(listing(*rows), listing(row("CANCELLED")))
        assert mode.run(wait, mode.client(service)).status == "CANCELLED"
        with pytest.raises(WaitTimeoutError, match=rf"the last reading of the list failed: .*{told}"):
            mode.run(lambda: wait(mode.client(Service(otherwise=listing(*rows))), deadline=20))

    def test_is_that_of_an_id_however_it_is_written(self, mode: Mode) -> None:
        mine = "182BD5E56E1A4FE4A799AA6D9A6AB26E"
        service = Service(
            listing(row("SENT", EXAMPLE)), listing(row("CANCELLED", EXAMPLE.upper()), row("ACCEPTED", "i-2"))
        )
        client = mode.client(service)
        found = mode.run(lambda: wait_all(client, [mine, "I-2", EXAMPLE], until=["CANCELLED", "ACCEPTED"]))
        assert [each.status for each in found] == ["CANCELLED", "ACCEPTED", "CANCELLED"]
        assert len(service.requests) == 2
        service = Service(listing(row("SENT", EXAMPLE)), listing(row("ACCEPTED", EXAMPLE.upper())))
        watched = mode.run(lambda: _listed(mode, watch(mode.client(service), ids=[mine])))
        assert watched == [(EXAMPLE, "SENT"), (EXAMPLE.upper(), "ACCEPTED")]

    def test_is_in_no_list_that_has_it_twice_however_written(self, mode: Mode) -> None:
        odd = listing(row("CANCELLED", EXAMPLE), row("SENT", EXAMPLE.upper()))
        service = Service(odd, listing(row("ACCEPTED", EXAMPLE)))
        assert mode.run(lambda: wait(mode.client(service), EXAMPLE)).status == "ACCEPTED"

    def test_of_an_id_written_otherwise_is_told_by_the_callers_name(self, mode: Mode) -> None:
        mine = EXAMPLE.upper()
        with pytest.raises(InstructionFailedError) as caught:
            mode.run(lambda: wait_all(mode.client(Service(listing(row("REJECTED", EXAMPLE)))), [mine]))
        assert caught.value.states == {mine: "REJECTED"}
        assert [seen.status for seen in caught.value.history] == ["REJECTED"]

    def test_may_be_in_a_list_that_has_it_twice_alike(self, mode: Mode) -> None:
        assert mode.run(wait, mode.client(Service(listing(row("ACCEPTED"), row("ACCEPTED"))))).status == "ACCEPTED"

    def test_is_told_by_the_status_itself(self) -> None:
        assert {status for status in PositionInstructionStatus if status.is_terminal} == TERMINAL_STATES
        assert not PositionInstructionStatus("NEVER_HEARD_OF").is_terminal
        assert PositionInstructionStatus.ACCEPTED in TERMINAL_STATES

    def test_of_a_strict_client_is_a_departure_from_the_spec(self, mode: Mode) -> None:
        with pytest.raises(APIResponseValidationError, match=r"data\[0\].status"):
            mode.run(wait, mode.client(states("NEVER_HEARD_OF"), strict=True))


class TestCancelAndWait:
    def test_gives_the_cancelled_row(self, mode: Mode) -> None:
        sandbox = Sandbox()
        client = mode.sandbox(sandbox)
        row = mode.run(lambda: client.v1.positions.cancel_and_wait(EXAMPLE, account_id=0))
        assert (row.id, row.status) == (EXAMPLE, "CANCELLED")
        assert [(seen.method, seen.operation) for seen in sandbox.requests][:2] == [
            ("DELETE", "cancel_position_instruction"),
            ("GET", LIST),
        ]

    @pytest.mark.parametrize(
        ("ends", "told"),
        [("ACCEPTED", "ended in ACCEPTED instead of CANCELLED"), ("CANCEL_FAILED", "ended in CANCEL_FAILED")],
    )
    def test_never_calls_cancelled_what_is_not(self, mode: Mode, ends: str, told: str) -> None:
        sandbox = Sandbox()
        sandbox.plan(instruction=EXAMPLE, cancel_then=[ends], reason="Too late")
        client, changes = mode.sandbox(sandbox), list[InstructionChange]()
        with pytest.raises(InstructionFailedError, match=told) as caught:
            mode.run(lambda: client.v1.positions.cancel_and_wait(EXAMPLE, account_id=0, on_change=changes.append))
        assert caught.value.instruction.status == ends
        assert [change.instruction.status for change in changes] == ["CANCEL_REQUESTED", ends]

    def test_knows_its_outcome_when_the_time_is_over(self, mode: Mode) -> None:
        sandbox = Sandbox()
        sandbox.plan(instruction=EXAMPLE, cancel_then=())
        client = mode.sandbox(sandbox)
        with pytest.raises(WaitTimeoutError, match=r"not settled within 5 s, last seen as CANCEL_REQUESTED") as caught:
            mode.run(lambda: client.v1.positions.cancel_and_wait(EXAMPLE, account_id=0, wait_deadline=5.0))
        assert caught.value.outcome_unknown is False
        assert caught.value.last_seen is not None
        assert caught.value.last_seen.status == "CANCEL_REQUESTED"

    @pytest.mark.parametrize("status", [401, 403])
    def test_tells_of_the_cancel_where_the_list_is_refused(self, mode: Mode, status: int) -> None:
        client = mode.client(Service((200, envelope({**ROW, "id": "i-1"})), (status, failed(status))))
        with pytest.raises(APIStatusError) as caught:
            mode.run(lambda: client.v1.positions.cancel_and_wait("i-1", account_id=7))
        assert (caught.value.status_code, caught.value.outcome_unknown) == (status, False)
        assert ["The service took the cancel" in note for note in caught.value.__notes__] == [True]

    def test_cancels_nothing_when_it_cannot_wait(self, mode: Mode) -> None:
        sandbox = Sandbox()
        client = mode.sandbox(sandbox)
        for options in ({"wait_deadline": 0}, {"on_change": "print"}):
            with pytest.raises(ArgumentError, match=next(iter(options))):
                mode.run(lambda options=options: client.v1.positions.cancel_and_wait(EXAMPLE, account_id=0, **options))
        assert not sandbox.requests


class TestWhatAWaitOutlasts:
    @pytest.mark.parametrize(
        "reply",
        [
            (429, failed(429)),
            (500, failed(500)),
            (503, failed(503)),
            (502, b"<html>Bad gateway</html>"),
            (504, b""),
            (408, failed(408)),
            httpx.ConnectError("refused"),
            httpx.PoolTimeout("busy"),
            httpx.ReadError("reset"),
            httpx.ReadTimeout("slow"),
            httpx.RemoteProtocolError("closed"),
            (200, b"<html>Please log in</html>"),
            (200, b'{"data": ['),
            (200, envelope(None)),
            (200, {"metadata": {"request_id": "r"}}),
        ],
        ids=repr,
    )
    def test_passes(self, mode: Mode, reply: Any) -> None:
        service = Service(reply, listing(row("SENT")), reply, reply, listing(row("ACCEPTED")))
        assert mode.run(wait, mode.client(service)).status == "ACCEPTED"
        assert len(service.requests) == 5

    @pytest.mark.parametrize(
        ("status", "kind"), [(401, AuthenticationError), (403, PermissionDeniedError), (404, NotFoundError)]
    )
    def test_is_not_what_cannot_pass(self, mode: Mode, status: int, kind: type[Exception]) -> None:
        service = Service((status, failed(status)))
        with pytest.raises(kind):
            mode.run(wait, mode.client(service))
        assert len(service.requests) == 1

    @pytest.mark.parametrize("status", [429, 503])
    def test_is_a_silence_as_long_as_the_service_asks_for(self, mode: Mode, status: int) -> None:
        service = Service((status, failed(status), {"Retry-After": "120"}), listing(row("ACCEPTED")))
        client, times = ticking(mode, service)
        mode.run(lambda: wait(client, grace=1))
        assert times == [0, 120]

    def test_is_no_silence_longer_than_the_wait(self, mode: Mode) -> None:
        service = Service((429, failed(429), {"Retry-After": "99999999999"}))
        client, times = ticking(mode, service)
        with pytest.raises(WaitTimeoutError, match=r"could not be read within 20 s; the last reading .*429"):
            mode.run(lambda: wait(client, deadline=20))
        assert times == [0]

    def test_may_be_longer_than_a_system_can_sleep(self, mode: Mode) -> None:
        service = Service((429, failed(429), {"Retry-After": "99999999999"}), listing(row("ACCEPTED")))
        slept: list[float] = []

        class Clock(SandboxClock):
            def advance(self, seconds: float) -> None:
                slept.append(seconds)
                super().advance(seconds * 1000)

        client = mode.client(service, clock=Clock())
        first = mode.run(lambda: _first(watch(client)))
        assert first.instruction.status == "ACCEPTED"
        assert max(slept) <= 3600

    def test_is_told_in_the_log_once(self, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
        down, contradictory = (503, failed(503)), listing(row("CANCELLED"), row("ACCEPTED"))
        service = Service(
            down, down, contradictory, listing(row("SENT")), contradictory, down, listing(row("ACCEPTED"))
        )
        client = mode.client(service)
        assert mode.run(lambda: _listed(mode, watch(client, ids=["i-1"]))) == [("i-1", "SENT"), ("i-1", "ACCEPTED")]
        assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
            f"the list of instructions gives no answer ({kind}): it is read again"
            for kind in ("InternalServerError", "APIResponseValidationError")
        ]

    def test_that_cannot_pass_is_no_line_of_the_log_but_an_error(
        self, mode: Mode, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pytest.raises(AuthenticationError):
            mode.run(wait, mode.client(Service((401, failed(401)))))
        assert "it is read again" not in caplog.text

    def test_is_a_service_that_is_down_for_longer_than_the_grace(self, mode: Mode) -> None:
        service = Service(*[(503, failed(503))] * 20, listing(row("ACCEPTED")))
        assert mode.run(lambda: wait(mode.client(service), grace=2)).status == "ACCEPTED"

    def test_ends_with_its_deadline(self, mode: Mode) -> None:
        service = Service(otherwise=(503, failed(503)))
        client, times = ticking(mode, service)
        with pytest.raises(WaitTimeoutError) as caught:
            mode.run(lambda: wait(client, deadline=60))
        assert str(caught.value) == (
            "instruction i-1 was not looked for: the account's list could not be read within 60 s; the last reading of "
            "the list failed: GET /v1/accounts/{account_id}/positions/instructions: HTTP 503: The service says no "
            "(request id r-1, 1 attempt)"
        )
        assert times[-1] == 59
        assert caught.value.last_seen is None
        assert caught.value.history == ()


def _first(changes: Any) -> Any:
    if hasattr(changes, "__anext__"):
        return anext(changes)
    return next(changes)


class TestTheTimeOfAWait:
    def test_is_over_at_the_deadline(self, mode: Mode) -> None:
        client, times = ticking(mode, states("SENT", "UNKNOWN"))
        clock = client._caller.connections.running().driver.clock
        with pytest.raises(
            WaitTimeoutError, match=r"^instruction i-1 was not settled within 100 s, last seen as UNKNOWN$"
        ) as caught:
            mode.run(lambda: wait(client, deadline=100))
        assert clock.monotonic() == 100
        assert times[-1] == 99
        assert caught.value.last_seen is not None
        assert caught.value.last_seen.status == "UNKNOWN"
        assert [seen.status for seen in caught.value.history] == ["SENT", "UNKNOWN"]
        assert [seen.at for seen in caught.value.history] == [clock.at(times[0]), clock.at(times[1])]
        assert caught.value.outcome_unknown is False

    def test_may_be_shorter_than_a_tick(self, mode: Mode) -> None:
        client, times = ticking(mode, states("SENT"))
        with pytest.raises(WaitTimeoutError):
            mode.run(lambda: wait(client, deadline=0.1))
        assert times == [0]

    def test_is_over_at_its_end_where_nothing_is_read_any_more(self, mode: Mode) -> None:
        client, times = ticking(mode, states("SENT"))
        with pytest.raises(WaitTimeoutError):
            mode.run(lambda: wait(client, deadline=0.75))
        assert times == [0, 0.375]

    def test_bounds_its_readings(self, mode: Mode) -> None:
        service = states("SENT")
        with pytest.raises(WaitTimeoutError):
            mode.run(lambda: wait(mode.client(service), deadline=0.5))
        assert [seen.timeout["read"] for seen in service.seen] == [0.5 - at for at in service.times]
        assert len(service.seen) > 1

    def test_is_no_longer_than_the_grace_for_what_never_appears(self, mode: Mode) -> None:
        client, times = ticking(mode, Service(otherwise=listing(row("SENT", "another"))))
        with pytest.raises(
            WaitTimeoutError, match=r"^instruction i-1 did not appear in the account's list within 30 s$"
        ):
            mode.run(wait, client)
        assert times[-1] == 30

    def test_is_enough_for_what_appears_late(self, mode: Mode) -> None:
        service = Service(listing(), listing(), listing(row("SENT")), listing(), listing(row("ACCEPTED")))
        assert mode.run(wait, mode.client(service)).status == "ACCEPTED"

    def test_ends_before_the_grace_does(self, mode: Mode) -> None:
        client, times = ticking(mode, Service(otherwise=listing()))
        with pytest.raises(WaitTimeoutError, match=r"did not appear in the account's list within 10 s$"):
            mode.run(lambda: wait(client, deadline=10))
        assert times[-1] == 9

    def test_is_lost_on_an_idempotency_key(self, mode: Mode) -> None:
        with pytest.raises(WaitTimeoutError, match=r"idempotency key of the instruction whose server `id` is 'i-2'"):
            mode.run(lambda: wait(mode.client(Service(otherwise=listing(row("SENT", "i-2")))), "key of i-2"))

    def test_takes_in_rows_without_an_id_or_a_key(self, mode: Mode) -> None:
        service = Service(listing({}, row("SENT", "i-2", instruction_id=None), row("ACCEPTED")))
        assert mode.run(wait, mode.client(service)).status == "ACCEPTED"
        watched = watch(mode.client(Service(listing({}, row("ACCEPTED")))))
        assert mode.run(lambda: _listed(mode, watched, most=1)) == [("i-1", "ACCEPTED")]


class TestAStepOutOfATerminalState:
    LISTS = (
        listing(row("ACCEPTED", "a"), row("SENT", "b")),
        listing(row("SENT", "a"), row("SENT", "b")),
        listing(row("ACCEPTED", "a"), row("ACCEPTED", "b")),
    )

    def test_is_told_and_logged(self, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
        changes: list[InstructionChange] = []
        rows = mode.run(lambda: wait_all(mode.client(Service(*self.LISTS)), ["a", "b"], on_change=changes.append))
        assert [found.status for found in rows] == ["ACCEPTED", "ACCEPTED"]
        of_a = [change for change in changes if change.instruction.id == "a"]
        assert [(change.previous_status, change.instruction.status, change.is_anomaly) for change in of_a] == [
            (None, "ACCEPTED", False),
            ("ACCEPTED", "SENT", True),
            ("SENT", "ACCEPTED", False),
        ]
        warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert warnings == ["an instruction left the terminal state ACCEPTED"]

    def test_ends_no_wait(self, mode: Mode) -> None:
        service = Service(*self.LISTS[:2], otherwise=listing(row("SENT", "a"), row("ACCEPTED", "b")))
        with pytest.raises(WaitTimeoutError, match="instruction a was not settled") as caught:
            mode.run(lambda: wait_all(mode.client(service), ["a", "b"]))
        assert [seen.status for seen in caught.value.history] == ["ACCEPTED", "SENT"]


class TestCallbacks:
    def test_are_told_each_change_once(self, mode: Mode) -> None:
        changes: list[InstructionChange] = []
        clock = SandboxClock()
        client = mode.client(states("SENT", "SENT", "ACCEPTED"), clock=clock)
        mode.run(lambda: wait(client, on_change=changes.append))
        assert [(change.previous_status, change.instruction.status) for change in changes] == [
            (None, "SENT"),
            ("SENT", "ACCEPTED"),
        ]
        assert [change.at for change in changes] == [clock.at(0), clock.now()]

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_may_be_coroutine_functions(self, backend: str) -> None:
        mode, seen = Mode(backend), list[str]()

        async def on_change(change: InstructionChange) -> None:
            await anyio.lowlevel.checkpoint()
            seen.append(str(change.instruction.status))

        mode.run(lambda: wait(mode.client(states("SENT", "ACCEPTED")), on_change=on_change))
        assert seen == ["SENT", "ACCEPTED"]

    def test_of_a_blocking_client_may_not(self) -> None:
        async def on_change(change: InstructionChange) -> None:
            raise AssertionError

        with pytest.raises(ArgumentError, match="coroutine function"):
            wait(Mode("sync").client(states("SENT")), on_change=on_change)

    def test_of_a_blocking_client_may_give_nothing_to_wait_for(self) -> None:
        class Later:
            def __await__(self) -> Any:
                raise AssertionError

        with pytest.raises(ArgumentError, match="coroutine function"):
            wait(Mode("sync").client(states("SENT")), on_change=lambda _: Later())

    def test_end_a_wait_with_what_they_raise(self, mode: Mode) -> None:
        def on_change(change: InstructionChange) -> None:
            raise LookupError("enough")

        service = states("SENT", "ACCEPTED")
        with pytest.raises(LookupError, match="enough"):
            mode.run(lambda: wait(mode.client(service), on_change=on_change))
        assert len(service.requests) == 1


def _listed(mode: Mode, changes: Any, most: int | None = None) -> Any:
    """The changes that come, or the first few of them, to be returned from a story."""

    async def awaiting() -> list[tuple[str | None, str | None]]:
        found = []
        async for change in changes:
            found.append((change.instruction.id, change.instruction.status))
            if len(found) == most:
                break
        return found

    def blocking() -> list[tuple[str | None, str | None]]:
        found = []
        for change in changes:
            found.append((change.instruction.id, change.instruction.status))
            if len(found) == most:
                break
        return found

    return awaiting() if mode.is_async else blocking()


class TestAWatch:
    def test_gives_every_row_and_then_every_change(self, mode: Mode) -> None:
        service = Service(
            listing(row("SENT", "a"), row("ACCEPTED", "b")),
            listing(row("SENT", "a"), row("ACCEPTED", "b")),
            otherwise=listing(row("REJECTED", "a"), row("ACCEPTED", "b"), row("NEVER_HEARD_OF", "c")),
        )
        client = mode.client(service)
        assert mode.run(lambda: _listed(mode, watch(client, deadline=60))) == [
            ("a", "SENT"),
            ("b", "ACCEPTED"),
            ("a", "REJECTED"),
            ("c", "NEVER_HEARD_OF"),
        ]

    def test_of_some_rows_ends_when_they_are_terminal(self, mode: Mode) -> None:
        service = Service(
            listing(row("SENT", "a"), row("SENT", "b"), row("SENT", "c")),
            listing(row("SENT", "a"), row("CANCEL_FAILED", "b"), row("SENT", "c")),
            listing(row("ACCEPTED", "a"), row("CANCEL_FAILED", "b"), row("SENT", "c")),
        )
        client = mode.client(service)
        assert mode.run(lambda: _listed(mode, watch(client, ids=["a", "b"]))) == [
            ("a", "SENT"),
            ("b", "SENT"),
            ("b", "CANCEL_FAILED"),
            ("a", "ACCEPTED"),
        ]
        assert len(service.requests) == 3

    def test_gives_all_changes_of_a_list_before_it_reads_another(self, mode: Mode) -> None:
        service = Service(listing(row("SENT", "a"), row("SENT", "b")))
        changes = watch(mode.client(service))
        assert mode.run(lambda: _listed(mode, changes, most=2)) == [("a", "SENT"), ("b", "SENT")]
        assert len(service.requests) == 1

    def test_that_was_closed_has_ended(self, mode: Mode) -> None:
        service = Service(listing(row("SENT", "a"), row("SENT", "b")))
        changes = watch(mode.client(service))
        mode.run(lambda: _listed(mode, changes, most=1))
        mode.run(changes.aclose if mode.is_async else changes.close)
        assert mode.run(lambda: _listed(mode, changes)) == []
        assert len(service.requests) == 1

    def test_reads_no_sooner_at_the_end_of_the_grace_where_all_is_there(self, mode: Mode) -> None:
        client, times = ticking(mode, states("SENT"))
        mode.run(lambda: _listed(mode, watch(client, ids=["i-1"], grace=1, deadline=30)))
        other, expected = ticking(mode, states("SENT"))
        mode.run(lambda: _listed(mode, watch(other, ids=["i-1"], grace=60, deadline=30)))
        assert times == expected

    def test_goes_on_without_an_end(self, mode: Mode) -> None:
        service = Service(*[listing(row("SENT"))] * 500, listing(row("ACCEPTED")))
        client = mode.client(service)
        assert mode.run(lambda: _listed(mode, watch(client), most=2)) == [("i-1", "SENT"), ("i-1", "ACCEPTED")]

    def test_without_an_end_reads_anew_at_the_next_tick_and_not_before(
        self, mode: Mode, caplog: pytest.LogCaptureFixture
    ) -> None:
        service = Service((503, failed(503)), listing(row("SENT")))
        assert mode.run(lambda: _listed(mode, watch(mode.client(service)), most=1)) == [("i-1", "SENT")]
        assert "it is read again" in caplog.text

    def test_ends_at_its_deadline_and_stays_ended(self, mode: Mode) -> None:
        client, times = ticking(mode, states("SENT"))
        changes = watch(client, deadline=30)
        assert mode.run(lambda: _listed(mode, changes)) == [("i-1", "SENT")]
        assert times[-1] == 29
        assert mode.run(lambda: _listed(mode, changes)) == []
        assert times[-1] == 29

    def test_tells_a_step_out_of_a_terminal_state(self, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
        client = mode.client(states("CANCELLED", "SENT"))
        assert mode.run(lambda: _listed(mode, watch(client), most=2)) == [("i-1", "CANCELLED"), ("i-1", "SENT")]
        assert "left the terminal state CANCELLED" in caplog.text

    @pytest.mark.parametrize("others", [[], [row("SENT", "a")]])
    def test_ends_for_an_id_that_never_shows_as_a_wait_does(self, mode: Mode, others: list[Any]) -> None:
        last = [{**other, "status": "ACCEPTED"} for other in others]
        service = Service(*[listing(*others, row("SENT", "real", instruction_id="key-1"))] * 30, listing(*last))
        client, times = ticking(mode, service)
        changes = watch(client, ids=["key-1", *("a" for _ in others)])
        with pytest.raises(
            WaitTimeoutError, match=r"key-1 did not appear .* within 30 s; that is the idempotency key of .* 'real'"
        ) as caught:
            mode.run(lambda: _listed(mode, changes))
        assert caught.value.states == dict([("key-1", None), *(("a", "ACCEPTED") for _ in others)])
        assert (times[-1] > 30) if others else (times[-1] == 30)
        assert len(times) < 35

    def test_ends_with_its_time_before_the_grace_is_over(self, mode: Mode) -> None:
        assert mode.run(lambda: _listed(mode, watch(mode.client(states("SENT")), ids=["z"], deadline=20))) == []

    def test_can_go_on_after_an_error(self, mode: Mode) -> None:
        service = Service(listing(row("SENT")), (401, failed(401)), listing(row("ACCEPTED")))
        client, times = ticking(mode, service)
        changes = watch(client, ids=["i-1"])
        assert mode.run(lambda: _listed(mode, changes, most=1)) == [("i-1", "SENT")]
        with pytest.raises(AuthenticationError):
            mode.run(lambda: _listed(mode, changes))
        assert mode.run(lambda: _listed(mode, changes)) == [("i-1", "ACCEPTED")]
        assert times[2] - times[1] >= FIRST / 2


class TestTicks:
    @pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.5), (0.999, 0.9995)])
    def test_come_less_often_while_nothing_changes(self, mode: Mode, jitter: float, share: float) -> None:
        service = Service(*[listing(row("SENT"))] * 30, listing(row("CANCEL_REQUESTED")), listing(row("ACCEPTED")))
        client, times = ticking(mode, service, jitter=jitter)
        mode.run(wait, client)
        gaps = [later - earlier for earlier, later in pairwise(times)]
        intervals = [min(LONGEST, FIRST * 1.5**n) for n in range(len(gaps))]
        assert gaps[0] == pytest.approx(FIRST * share)
        assert gaps[1:29] == pytest.approx([share * interval for interval in intervals[:28]])
        assert gaps[-1] <= FIRST


@pytest.fixture
def crowd() -> tuple[Sandbox, list[str]]:
    """A sandbox with many instructions that take a minute, on a clock for as many waits."""
    sandbox = Sandbox(clock=Timeline(20), empty=True)
    sandbox.add_account(ACCOUNT)
    sandbox.plan(then=("ACCEPTED",), after=60.0)
    sandbox.add_position(ACCOUNT, "AAPL 280121C00195000", 100)
    instrument = sandbox.add_instrument("AAPL 280121C00195000")
    client = ClearStreet.sandbox(sandbox)
    rows = [{"instruction_type": "EXERCISE", "instrument_id": instrument, "quantity": 1}] * 20
    reply = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows)  # type: ignore[arg-type]
    return sandbox, [str(found.id) for found in reply.data]


def _readings(sandbox: Sandbox) -> list[float]:
    return [(seen.time - sandbox.clock.at(0)).total_seconds() for seen in sandbox.requests if seen.operation == LIST]


def _alone(seconds: float) -> int:
    """How often one wait reads the list in a time."""
    mode, clock = Mode("sync"), Timeline(1)
    service = states("SENT")
    with pytest.raises(WaitTimeoutError):
        wait(mode.client(service, clock=clock), deadline=seconds)
    return len(service.requests)


class TestManyWaits:
    def test_in_threads_read_the_list_once_per_tick(self, crowd: tuple[Sandbox, list[str]]) -> None:
        sandbox, ids = crowd
        client = ClearStreet.sandbox(sandbox)
        found: list[str | None] = []

        def waiting(id_: str) -> None:
            found.append(wait(client, id_).status)
            sandbox.clock.leave()  # type: ignore[attr-defined]

        threads = [threading.Thread(target=waiting, args=(id_,)) for id_ in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert found == ["ACCEPTED"] * 20
        assert len(_readings(sandbox)) <= _alone(65)

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    @pytest.mark.parametrize("slow", [0.0, 0.3, 4.0])
    def test_in_tasks_read_the_list_once_per_tick(
        self, crowd: tuple[Sandbox, list[str]], backend: str, slow: float
    ) -> None:
        sandbox, ids = crowd
        sandbox.faults.add(Fault.slow(slow), operation=LIST, times=None)
        client = AsyncClearStreet.sandbox(sandbox)
        found: list[str | None] = []

        async def waiting(id_: str) -> None:
            found.append((await wait(client, id_)).status)
            sandbox.clock.leave()  # type: ignore[attr-defined]

        async def main() -> None:
            async with anyio.create_task_group() as tasks:
                for id_ in ids:
                    tasks.start_soon(waiting, id_)

        anyio.run(main, backend=backend)
        assert found == ["ACCEPTED"] * 20
        times = _readings(sandbox)
        assert len(times) <= _alone(65)
        assert min(later - earlier for earlier, later in pairwise(times)) >= slow

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_learn_together_what_cannot_pass(self, backend: str) -> None:
        sandbox = Sandbox(clock=Timeline(10), api_keys=["another"])
        client = AsyncClearStreet.sandbox(sandbox)
        raised: list[Exception] = []

        async def waiting() -> None:
            with pytest.raises(AuthenticationError) as caught:
                await wait(client)
            raised.append(caught.value)
            sandbox.clock.leave()  # type: ignore[attr-defined]

        async def main() -> None:
            async with anyio.create_task_group() as tasks:
                for _ in range(10):
                    tasks.start_soon(waiting)

        anyio.run(main, backend=backend)
        assert len(set(map(id, raised))) == 10
        assert len(sandbox.requests) == 1

    def test_one_after_the_other_ask_anew(self, mode: Mode) -> None:
        service = states("ACCEPTED")
        client = mode.client(service)
        mode.run(wait, client)
        mode.run(wait, client)
        assert len(service.requests) == 2
        assert not client._caller.connections.running().shared.readings

    def test_of_other_accounts_services_and_keys_share_nothing(self) -> None:
        requests: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            account_id = int(request.url.path.split("/")[3])
            return httpx.Response(200, json=envelope([row("SENT", account_id=account_id)]))

        client = Mode("sync").client(httpx.MockTransport(answer))
        watches = [
            watch(other)
            for other in (
                client,
                client.with_options(environment="dev"),
                client.with_options(api_key="another"),
                client.with_options(default_headers={"x-tenant": "two"}),
                client.with_options(strict=True),
            )
        ]
        watches.append(client.v1.positions.watch_position_instructions(8))
        for changes in watches:
            next(changes)
        assert len(requests) == len(watches)

    def test_of_which_one_comes_late_read_at_once(self) -> None:
        client, times = ticking(Mode("sync"), states("SENT"))
        other = watch(client)
        next(other)
        with pytest.raises(WaitTimeoutError):
            wait(client, "z", grace=20)
        client._caller.connections.running().driver.clock.advance(0.5)
        next(watch(client))
        assert times[-2:] == [20, 20.5]

    def test_of_which_one_comes_soon_after_a_reading_read_no_sooner(self) -> None:
        client, times = ticking(Mode("sync"), states("SENT"))
        other = watch(client)
        next(other)
        for missing in ("y", "z"):
            with pytest.raises(WaitTimeoutError):
                wait(client, missing, grace=20)
        assert [time for time in times if time >= 20] == [20, 27.5, 35, 40]

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_take_no_list_that_was_asked_for_before_they_came(self, backend: str) -> None:
        clock = Timeline(2)
        replies = iter([listing(row("ACCEPTED", "b")), listing(row("SENT", "b"))])

        async def answer(request: httpx.Request) -> httpx.Response:
            status, document = next(replies, listing(row("ACCEPTED"), row("CANCELLED", "b")))
            if clock.monotonic():
                await clock.asleep(0.25)
            return httpx.Response(status, json=document)

        http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        client = AsyncClearStreet("key", http_client=http_client, clock=clock)
        ended: list[tuple[float, str | None]] = []

        async def first() -> None:
            await wait(client)
            clock.leave()

        async def second() -> None:
            await clock.asleep(0.5)
            found = await wait(client, "b")
            ended.append((round(clock.monotonic(), 6), found.status))
            clock.leave()

        async def main() -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(first)
                tasks.start_soon(second)

        anyio.run(main, backend=backend)
        # The last list came at 1.25, while the other one read it: this one asks for it every tenth of a second.
        assert ended == [(1.3, "CANCELLED")]

    def test_of_copies_share_their_readings(self) -> None:
        service = states("SENT")
        client = Mode("sync").client(service)
        first, second = watch(client), watch(client.with_options(timeout=5.0))
        assert next(first).instruction.status == next(second).instruction.status == "SENT"
        assert len(service.requests) == 1


class _Interrupted(SandboxClock):
    """A clock on which the second sleep is broken off."""

    sleeps = 0

    def _count(self) -> None:
        self.sleeps += 1
        if self.sleeps == 2:
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        self._count()
        super().sleep(seconds)


class TestBreakingOff:
    def test_a_blocking_wait_by_the_keyboard(self) -> None:
        service = states("SENT", "SENT", "ACCEPTED")
        client = Mode("sync").client(service, clock=_Interrupted())
        with pytest.raises(KeyboardInterrupt):
            wait(client)
        assert wait(client).status == "ACCEPTED"

    def test_a_blocking_wait_while_it_reads(self) -> None:
        service, interruptions = states("SENT", "ACCEPTED"), [KeyboardInterrupt()]

        def answer(request: httpx.Request) -> httpx.Response:
            if interruptions:
                raise interruptions.pop()
            return service.handle_request(request)

        client = Mode("sync").client(httpx.MockTransport(answer))
        other = watch(client)
        with pytest.raises(KeyboardInterrupt):
            wait(client)
        assert next(other).instruction.status == "SENT"
        assert wait(client).status == "ACCEPTED"

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    @pytest.mark.parametrize("slow", [0.0, 60.0], ids=["between ticks", "while it reads"])
    def test_a_task(self, backend: str, slow: float) -> None:
        sandbox = Sandbox(clock=Timeline(2))
        if slow:
            sandbox.faults.add(Fault.slow(slow), operation=LIST)
        client = AsyncClearStreet.sandbox(sandbox)

        async def main() -> Any:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(client.v1.positions.wait_for_position_instruction, EXAMPLE, account_id=0))
                await anyio.wait_all_tasks_blocked() if backend == "trio" else await anyio.sleep(0.05)
                tasks.cancel_scope.cancel()
            sandbox.clock.leave()  # type: ignore[attr-defined]
            sandbox.settle(EXAMPLE, "CANCELLED")
            return await client.v1.positions.wait_for_position_instruction(EXAMPLE, account_id=0)

        assert anyio.run(main, backend=backend).status == "CANCELLED"

    def test_by_closing_the_client(self, mode: Mode) -> None:
        client = mode.sandbox()
        mode.run(client.close)
        with pytest.raises(ClearStreetError, match="closed"):
            mode.run(wait, client)


class TestArguments:
    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"until": "CANCELED"}, "did you mean 'CANCELLED'"),
            ({"until": "cancelled"}, "did you mean 'CANCELLED'"),
            ({"until": ["ACCEPTED", "REJECT"]}, "did you mean 'REJECTED'"),
            ({"until": []}, "at least one status for `until`"),
            ({"until": ""}, "name of a status in `until` but received ''"),
            ({"until": 7}, "a status, or a list of them, for `until` but received 7"),
            ({"until": [["ACCEPTED"]]}, "name of a status in `until`"),
            ({"deadline": 0}, "positive number of seconds.* for `deadline`"),
            ({"deadline": float("inf")}, "for `deadline`"),
            ({"deadline": "5"}, "for `deadline`"),
            ({"grace": -1}, "for `grace`"),
            ({"grace": True}, "for `grace`"),
            ({"on_change": 5}, "a function, or None, for `on_change`"),
        ],
    )
    def test_of_a_wait(self, mode: Mode, options: dict[str, Any], told: str) -> None:
        service = states("ACCEPTED")
        with pytest.raises(ArgumentError, match=told):
            mode.run(lambda: wait(mode.client(service), **options))
        assert not service.requests

    @pytest.mark.parametrize(
        ("ids", "told"),
        [
            ("i-1", "put it into a list"),
            (None, "list of ids for `ids` but received None"),
            (7, "list of ids"),
            ([], "at least one id"),
            ([""], "non-empty string for the id of an instruction but received ''"),
            ([" "], "non-empty"),
            ([7], "non-empty string for the id of an instruction but received 7"),
            (["i-1", None], "received None"),
        ],
        ids=repr,
    )
    def test_of_a_wait_for_several(self, mode: Mode, ids: Sequence[str], told: str) -> None:
        service = states("ACCEPTED")
        with pytest.raises(ArgumentError, match=told):
            mode.run(lambda: wait_all(mode.client(service), ids))
        if ids is not None:
            with pytest.raises(ArgumentError, match=told):
                watch(mode.client(service), ids=ids)
        assert not service.requests

    def test_of_a_watch(self, mode: Mode) -> None:
        with pytest.raises(ArgumentError, match="`deadline`"):
            watch(mode.client(states("SENT")), deadline=0)
        with pytest.raises(ArgumentError, match="`grace`"):
            watch(mode.client(states("SENT")), ids=["i-1"], grace=0)

    def test_an_account_is_a_number(self, mode: Mode) -> None:
        client = mode.client(states("SENT"))
        with pytest.raises(ArgumentError, match="account_id"):
            mode.run(lambda: client.v1.positions.wait_for_position_instruction("i-1", account_id="7"))


def test_transports_of_the_sandbox_serve_waits_of_any_client() -> None:
    sandbox = Sandbox()
    sandbox.settle(EXAMPLE, "ACCEPTED")
    with ClearStreet(
        "key", http_client=httpx.Client(transport=SandboxTransport(sandbox)), clock=sandbox.clock
    ) as client:
        assert client.v1.positions.wait_for_position_instruction(EXAMPLE, account_id=0).status == "ACCEPTED"

    async def main() -> Any:
        async with AsyncClearStreet(
            "key", http_client=httpx.AsyncClient(transport=AsyncSandboxTransport(sandbox)), clock=sandbox.clock
        ) as client:
            return await client.v1.positions.wait_for_position_instruction(EXAMPLE, account_id=0)

    assert anyio.run(main).status == "ACCEPTED"
