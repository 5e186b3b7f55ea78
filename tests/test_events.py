"""Events: what the functions in `on_event` receive about a call, and that they change nothing."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from clear_street import ArgumentError, ClearStreet, ClearStreetError, RateLimitError
from clear_street.events import (
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallStarted,
    Departed,
    Event,
    Pausing,
    Transition,
)
from clear_street.sandbox import Fault, Sandbox
from clear_street.sandbox.faults import CATALOGUE
from support.client_modes import Mode, settled
from support.scripted_service import (
    INSTRUMENT,
    ROW,
    Body,
    Service,
    asked,
    envelope,
    failed,
    lost,
    refused,
    repeating,
    row,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = 122503
ID, KEY, CONTRACT = "id-canary", "key-canary", "AAPL 280121C00195000"
INSTRUCTIONS = "/v1/accounts/{account_id}/positions/instructions"
OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "get_positions": lambda client: client.v1.positions.get_positions(ACCOUNT),
    "close_positions": lambda client: client.v1.positions.close_positions(ACCOUNT),
    "cancel_position_instruction": lambda client: client.v1.positions.cancel_position_instruction(
        ID, account_id=ACCOUNT
    ),
    "submit_position_instructions": lambda client: client.v1.positions.submit_position_instructions(
        ACCOUNT, instructions=[asked(KEY), asked("key-2")]
    ),
}
SUBMITTING, CANCELLING = OPERATIONS["submit_position_instructions"], OPERATIONS["cancel_position_instruction"]
TAKEN = (200, envelope([row(KEY), row("key-2")]))
each_operation = pytest.mark.parametrize("operation", OPERATIONS)


def world() -> Sandbox:
    """A sandbox with an instruction that may be cancelled."""
    sandbox = Sandbox()
    sandbox.add_instruction(ACCOUNT, CONTRACT, instruction_id=ID)
    return sandbox


def called(mode: Mode, client: Any, call: Callable[[Any], Any]) -> Any:
    """Return what a call returns or raises."""

    def story() -> Any:
        return call(client)

    try:
        return mode.run(story)
    except ClearStreetError as error:
        return error


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# --- What is told -----------------------------------------------------------------------------------------------------


def test_a_call_is_told_from_its_start_to_its_end(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    events: list[Event] = []
    client = mode.sandbox(world(), on_event=events.append)

    cancelled = called(mode, client, CANCELLING)

    started, attempt_started, attempt_ended, ended = events
    assert isinstance(started, CallStarted)
    template = f"{INSTRUCTIONS}/{{instruction_id}}"
    assert started[1:-1] == ("cancel_position_instruction", "DELETE", template, "https://sandbox.invalid")
    assert started.at == cancelled.attempts[0].started_at
    request = (started.call, "cancel_position_instruction", 1, False, "DELETE", template)
    assert attempt_started == AttemptStarted(*request)
    assert attempt_ended == AttemptEnded(*request, cancelled.attempts[0])
    assert isinstance(ended, CallEnded)
    assert ended == CallEnded(
        started.call, "cancel_position_instruction", "done", None, ended.elapsed, 1, 0, False, 0, 0, 0, 0
    )
    assert ended.elapsed >= 0
    assert not ended.outcome_unknown
    assert "on_event" not in caplog.text


def test_each_call_has_its_own_number(mode: Mode) -> None:
    events: list[Event] = []
    client = mode.sandbox(on_event=events.append)

    for _ in range(3):
        called(mode, client, OPERATIONS["get_positions"])

    numbers = [event.call for event in events if isinstance(event, CallStarted)]
    assert len(set(numbers)) == 3
    assert [event.call for event in events if isinstance(event, CallEnded)] == numbers


def test_pauses_looks_and_what_they_settled_are_told(mode: Mode) -> None:
    events: list[Event] = []
    sandbox = Sandbox()
    sandbox.faults.add(Fault.rate_limited(2))
    sandbox.faults.add(Fault.after_effect(), nth=2)
    client = mode.sandbox(sandbox, on_event=events.append)

    called(mode, client, SUBMITTING)

    assert kinds(events) == [
        "CallStarted",
        *("AttemptStarted", "AttemptEnded", "Pausing"),
        *("AttemptStarted", "AttemptEnded", "Pausing"),
        *("AttemptStarted", "AttemptEnded", "CallEnded"),
    ]
    requests = [event for event in events if isinstance(event, AttemptStarted)]
    assert [(one.number, one.is_look, one.method, one.path_template) for one in requests] == [
        (1, False, "POST", INSTRUCTIONS),
        (2, False, "POST", INSTRUCTIONS),
        (1, True, "GET", INSTRUCTIONS),
    ]
    ends = [event.attempt for event in events if isinstance(event, AttemptEnded)]
    assert [(end.outcome, end.status_code, end.failure) for end in ends] == [
        ("rate_limited", 429, None),
        ("unknown", None, "ReadError"),
        ("done", 200, None),
    ]
    assert all(end.request_id for end in ends if end.status_code)
    pause, ended = events[3], events[-1]
    assert isinstance(pause, Pausing)
    assert (pause.seconds, pause.because) == (2.0, "retry_after")
    assert isinstance(events[0], CallStarted)
    assert (pause.until - events[0].at).total_seconds() == 2.0
    assert isinstance(ended, CallEnded)
    assert ended[2:4] == ("done", None)
    assert ended[5:] == (2, 1, True, 2, 0, 0, 0)


def test_a_pause_of_the_clients_own_is_backoff(mode: Mode) -> None:
    events: list[Event] = []
    service = Service((503, failed(503)), (503, failed(503)), (200, envelope([])))
    service.clock.advance(100)

    called(mode, mode.client(service, on_event=events.append), OPERATIONS["get_positions"])

    assert [event.because for event in events if isinstance(event, Pausing)] == ["backoff", "backoff"]


def test_times_are_those_of_the_call(mode: Mode) -> None:
    events: list[Event] = []
    service = Service()
    service.clock.advance(1)
    service.steps.extend([service.taking(2, lost()), service.taking(3, TAKEN)])

    called(mode, mode.client(service, on_event=events.append), SUBMITTING)

    attempt, look = [event.attempt for event in events if isinstance(event, AttemptEnded)]
    [pause] = [event for event in events if isinstance(event, Pausing)]
    started, ended = events[0], events[-1]
    assert isinstance(started, CallStarted)
    assert isinstance(ended, CallEnded)
    assert attempt.elapsed == pytest.approx(2.0)
    assert look.elapsed == pytest.approx(3.0)
    assert attempt.started_at == started.at
    assert look.started_at == pause.until
    assert ended.elapsed == pytest.approx(5.0 + pause.seconds)


def test_each_look_is_told_with_what_came_of_it(mode: Mode) -> None:
    events: list[Event] = []
    of_another = (200, envelope([row("another", account_id=7)], request_id="r-2"))
    service = Service(
        lost(),
        (503, b"", {"X-Request-Id": "r-1, r-1"}),
        of_another,
        (200, b"[]"),
        (200, {"metadata": {"request_id": "r-4"}, "error": None}),
    )

    called(mode, mode.client(service, on_event=events.append), SUBMITTING)

    looks = [event for event in events if isinstance(event, AttemptEnded) and event.is_look]
    assert [look.number for look in looks] == [1, 2, 3, 4]
    assert [(look.attempt.outcome, look.attempt.status_code, look.attempt.request_id) for look in looks] == [
        ("unknown", 503, "r-1"),
        ("unknown", 200, "r-2"),
        ("unknown", 200, None),
        ("unknown", 200, "r-4"),
    ]
    assert kinds(events)[3::3] == ["Pausing"] * 4 + ["CallEnded"]


def test_a_look_for_the_effect_of_a_close_is_told(mode: Mode) -> None:
    events: list[Event] = []
    service = repeating(lost(), (200, envelope([])))

    called(mode, mode.client(service, on_event=events.append), OPERATIONS["close_positions"])

    looks = [event for event in events if isinstance(event, AttemptStarted) and event.is_look]
    assert [look.number for look in looks] == [1, 2, 3, 4]
    assert kinds(events).count("Pausing") == 3
    ended = events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.outcome_unknown, ended.error) == (True, "APIConnectionError")
    assert (ended.attempts, ended.looks) == (1, 4)


def test_a_look_that_could_not_be_sent_is_told(mode: Mode) -> None:
    events: list[Event] = []
    keys = iter(["key", *[""] * 9])

    called(mode, mode.client(Service(lost()), api_key=lambda: next(keys), on_event=events.append), SUBMITTING)

    looks = [event.attempt for event in events if isinstance(event, AttemptEnded) and event.is_look]
    assert {(look.outcome, look.failure) for look in looks} == {("never_sent", "ArgumentError")}


@pytest.mark.parametrize(
    ("step", "outcome", "counts"),
    [
        (TAKEN, "done", (2, 0, 0, 0)),
        ((207, envelope([row(KEY), refused("key-2")])), "done", (1, 1, 0, 0)),
        ((422, envelope([refused(KEY), refused("key-2")])), "failed", (0, 2, 0, 0)),
        (lost(), "unknown", (0, 0, 0, 2)),
    ],
    ids=["taken", "one refused", "all refused", "lost"],
)
def test_rows_of_a_submit_are_counted(step: Any, outcome: str, counts: tuple[int, ...], mode: Mode) -> None:
    events: list[Event] = []
    service = Service(step, otherwise=(400, failed(400)))

    called(mode, mode.client(service, on_event=events.append, max_retries=0), SUBMITTING)

    ended = events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.outcome, ended[-4:]) == (outcome, counts)


def test_rows_that_a_reply_does_not_mention_are_counted(mode: Mode) -> None:
    events: list[Event] = []
    service = Service((200, envelope([row(KEY)])), otherwise=(200, envelope([row(KEY)])))

    called(mode, mode.client(service, on_event=events.append, max_retries=0), SUBMITTING)

    ended = events[-1]
    assert isinstance(ended, CallEnded)
    assert ended[-4:] == (1, 0, 1, 0)


def test_the_error_of_a_call_is_told_by_its_class(mode: Mode) -> None:
    events: list[Event] = []
    service = repeating((429, failed(429)))

    error = called(mode, mode.client(service, on_event=events.append, max_retries=0), OPERATIONS["get_positions"])

    assert isinstance(error, RateLimitError)
    ended = events[-1]
    assert isinstance(ended, CallEnded)
    assert ended[2:4] == ("failed", "RateLimitError")


def test_an_error_whose_outcome_is_known_is_a_failure(mode: Mode) -> None:
    events: list[Event] = []
    service = Service((200, envelope({**ROW, "id": ID, "account_id": ACCOUNT, "more": 1})))

    error = called(mode, mode.client(service, on_event=events.append, strict=True), CANCELLING)

    assert error.outcome_unknown is False
    assert events[-1][2:4] == ("failed", "APIResponseValidationError")


def test_an_attempt_that_cannot_be_made_has_an_end(mode: Mode) -> None:
    events: list[Event] = []

    error = called(mode, mode.client(Service(), api_key=lambda: "", on_event=events.append), CANCELLING)

    assert isinstance(error, ArgumentError)
    assert kinds(events) == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]
    attempt = events[2]
    assert isinstance(attempt, AttemptEnded)
    assert attempt.attempt[2:] == ("never_sent", "ArgumentError", None, None)


def test_a_call_whose_arguments_are_refused_has_no_events(mode: Mode) -> None:
    events: list[Event] = []
    client = mode.sandbox(on_event=events.append)

    assert isinstance(called(mode, client, lambda client: client.v1.positions.get_positions("x")), ArgumentError)
    assert events == []


def test_drift_is_told_once(mode: Mode) -> None:
    events: list[Event] = []
    service = repeating((200, envelope([row(KEY, status="ODD", more=1)])))
    client = mode.client(service, on_event=events.append)

    for _ in range(2):
        called(mode, client, lambda client: client.v1.positions.get_position_instructions(ACCOUNT))

    [departed] = [event for event in events if isinstance(event, Departed)]
    assert departed.operation == "get_position_instructions"
    assert departed.kinds == (
        "data[].more: unknown_field, expected nothing",
        "data[].status: unknown_member, expected PositionInstructionStatus",
    )


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_call_that_is_cancelled_has_an_end(backend: str) -> None:
    events: list[Event] = []

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await anyio.sleep_forever()
            raise AssertionError

    mode = Mode(backend)

    async def story() -> None:
        client = mode.client(Hanging(), on_event=events.append)
        with anyio.move_on_after(0.01):
            await CANCELLING(client)

    mode.run(story)
    assert kinds(events) == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]
    attempt, ended = events[2:]
    assert isinstance(attempt, AttemptEnded)
    assert isinstance(ended, CallEnded)
    error = "CancelledError" if backend == "asyncio" else "Cancelled"
    assert (attempt.attempt.outcome, attempt.attempt.failure) == ("unknown", error)
    assert (ended.outcome, ended.error) == ("unknown", error)


# --- Streamed replies -------------------------------------------------------------------------------------------------


def streamed(mode: Mode, service: Any, story: Callable[[Any], Any], *, on_event: Callable[[Event], object]) -> Any:
    client = mode.client(service, on_event=on_event, max_retries=0)
    positions = client.v1.positions.with_streaming_response
    return mode.within(lambda: positions.cancel_position_instruction("i-1", account_id=7), story)


def test_a_streamed_call_ends_when_its_response_is_closed(mode: Mode) -> None:
    events: list[Event] = []

    def parsing(response: Any) -> Any:
        assert kinds(events) == ["CallStarted", "AttemptStarted", "AttemptEnded"]
        return response.parse()

    streamed(mode, Service((200, envelope(ROW))), parsing, on_event=events.append)

    assert kinds(events)[3:] == ["CallEnded"]
    assert events[-1][2:4] == ("done", None)


def test_a_streamed_call_ends_with_the_error_of_its_body(mode: Mode) -> None:
    events: list[Event] = []
    service = Service((200, Body(b"{", httpx.ReadError("reset"))), otherwise=(400, failed(400)))

    with pytest.raises(ClearStreetError):
        streamed(mode, service, lambda response: response.parse(), on_event=events.append)

    assert kinds(events).count("CallEnded") == 1
    assert events[-1][2:4] == ("unknown", "APIConnectionError")


def test_a_raw_response_ends_its_call_once(mode: Mode) -> None:
    events: list[Event] = []
    client = mode.client(Service((200, envelope([]))), on_event=events.append)

    async def story() -> None:
        response = await settled(client.v1.positions.with_raw_response.get_positions(ACCOUNT))
        assert kinds(events)[-1] == "CallEnded"
        await settled(response.close())

    mode.play(story)
    assert kinds(events).count("CallEnded") == 1


# --- Waits ------------------------------------------------------------------------------------------------------------


def test_a_wait_tells_what_it_sees(mode: Mode) -> None:
    events: list[Event] = []
    sandbox = world()
    client = mode.sandbox(sandbox, on_event=events.append)

    done = called(mode, client, lambda client: client.v1.positions.cancel_and_wait(ID, account_id=ACCOUNT))

    seen = [event for event in events if isinstance(event, Transition)]
    assert seen[-1].row == done
    assert [(one.kind, one.previous_status, one.row.status) for one in seen] == [
        ("instruction", None, "CANCEL_REQUESTED"),
        ("instruction", "CANCEL_REQUESTED", "CANCELLED"),
    ]
    assert not any(one.is_anomaly for one in seen)
    assert seen[0].at < seen[1].at


def test_a_watch_of_orders_tells_what_it_sees(mode: Mode) -> None:
    events: list[Event] = []
    client = mode.sandbox(on_event=events.append)

    async def story() -> None:
        [order] = (await settled(client.v1.positions.close_position("AAPL", account_id=ACCOUNT))).data
        await settled(client.v1.orders.wait_for_order(order.id, account_id=ACCOUNT))

    mode.play(story)
    seen = [event for event in events if isinstance(event, Transition)]
    assert {one.kind for one in seen} == {"order"}
    assert seen[-1].row.status == "FILLED"


# --- What is not told -------------------------------------------------------------------------------------------------


@each_operation
def test_no_event_has_an_id_a_key_or_an_account(operation: str, mode: Mode) -> None:
    shown: list[str] = []
    for fault in CATALOGUE:
        sandbox = world()
        sandbox.faults.add(fault, operation=operation)
        client = mode.sandbox(
            sandbox, on_event=lambda event: shown.append(repr(event)), api_key="api-canary", max_retries=1
        )
        called(mode, client, OPERATIONS[operation])

    for canary in (ID, KEY, str(ACCOUNT), "api-canary", CONTRACT, INSTRUMENT):
        assert not [text for text in shown if canary in text]


def test_a_path_that_the_spec_does_not_know_is_not_told(mode: Mode) -> None:
    shown: list[str] = []
    client = mode.client(Service((200, envelope([]))), on_event=lambda event: shown.append(repr(event)), max_retries=0)

    called(mode, client, lambda client: client.post(f"/v1/accounts/{ACCOUNT}/other", cast_to=dict, body={"note": KEY}))

    assert len(shown) == 4
    assert not [text for text in shown if str(ACCOUNT) in text or KEY in text]


# --- What a function does wrong ---------------------------------------------------------------------------------------


def story_of(mode: Mode, operation: str, fault: Fault, **options: Any) -> tuple[Any, ...]:
    """Return what a call with a fault came to: its value or error, the requests, the effects, the time it took."""
    sandbox = world()
    sandbox.faults.add(fault, operation=operation)
    client = mode.sandbox(sandbox, **options)
    came = called(mode, client, OPERATIONS[operation])
    if isinstance(came, ClearStreetError):
        told: Any = (type(came), str(came), vars(came))
    else:
        told = (came.to_dict(), came.attempts, came.reconciled, came.drift)
    requests = [(request.method, request.target, request.status, request.fault) for request in sandbox.requests]
    return repr(told), requests, sandbox.ledger, sandbox.clock.monotonic()


@each_operation
def test_a_function_that_raises_changes_nothing(operation: str, mode: Mode) -> None:
    told: list[str] = []

    def raises(event: Event) -> None:
        told.append(type(event).__name__)
        raise LookupError("the metrics are full")

    for fault in CATALOGUE:
        assert story_of(mode, operation, fault, on_event=raises) == story_of(mode, operation, fault), fault
    assert {"CallStarted", "AttemptStarted", "AttemptEnded", "Pausing", "CallEnded"} <= set(told)
    assert told.count("CallEnded") == len(CATALOGUE)


def test_a_function_that_raises_changes_no_wait(mode: Mode) -> None:
    told: list[str] = []

    def raises(event: Event) -> None:
        told.append(type(event).__name__)
        raise LookupError

    def story_of_a_wait(**options: Any) -> tuple[Any, ...]:
        sandbox = world()
        client = mode.sandbox(sandbox, **options)
        row = called(mode, client, lambda client: client.v1.positions.cancel_and_wait(ID, account_id=ACCOUNT))
        return row, sandbox.ledger, len(sandbox.requests), sandbox.clock.monotonic()

    assert story_of_a_wait(on_event=raises) == story_of_a_wait()
    assert told.count("Transition") == 2


def test_a_function_that_raises_changes_no_streamed_reply(mode: Mode) -> None:
    def raises(event: Event) -> None:
        raise LookupError

    rows = [
        streamed(mode, Service((200, envelope(ROW))), lambda response: response.parse(), on_event=hook)
        for hook in (raises, len)
    ]
    assert rows[0] == rows[1]


def test_what_a_function_raises_is_logged_once_for_its_class(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    def raises(event: Event) -> None:
        raise (LookupError if isinstance(event, CallStarted) else OSError)(f"of {KEY}")

    client = mode.sandbox(on_event=raises)
    for _ in range(2):
        called(mode, client, SUBMITTING)

    name = f"{__name__}.{raises.__qualname__}"
    assert [(record.levelno, record.getMessage()) for record in caplog.records if record.levelno > logging.INFO] == [
        (logging.WARNING, f"on_event: {name} raised {kind}; calls go on, and no more of these are logged")
        for kind in ("LookupError", "OSError")
    ]
    assert KEY not in caplog.text


def test_each_of_several_functions_is_told(mode: Mode) -> None:
    events: list[Event] = []

    class Failing:
        def __call__(self, event: Event) -> None:
            raise OSError

    client = mode.sandbox(world(), on_event=[Failing(), events.append])
    called(mode, client, CANCELLING)

    assert kinds(events) == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]


def test_a_copy_of_a_client_may_have_other_functions(mode: Mode) -> None:
    events: list[Event] = []
    others: list[Event] = []
    client = mode.sandbox(on_event=events.append)

    for other in (client.with_options(on_event=None), client.with_options(on_event=[])):
        called(mode, other, OPERATIONS["get_positions"])
    called(mode, client.with_options(on_event=[others.append]), OPERATIONS["get_positions"])
    called(mode, client.with_options(max_retries=1), OPERATIONS["get_positions"])

    assert len(events) == len(others) == 4


async def coroutine(event: Event) -> None:
    raise AssertionError


class Awaited:
    async def __call__(self, event: Event) -> None:
        raise AssertionError


@pytest.mark.parametrize("value", [coroutine, Awaited(), [print, coroutine]])
def test_a_coroutine_function_is_refused(value: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"`on_event` but received .*a coroutine function; write it without `async`"
    ):
        ClearStreet(api_key="key", on_event=value)


def test_what_is_no_function_is_refused() -> None:
    for value in ("log", 7, [print, None]):
        with pytest.raises(ArgumentError, match="Expected a function, a list of functions, or None, for `on_event`"):
            ClearStreet.sandbox().with_options(on_event=value)  # type: ignore[arg-type]


def test_a_coroutine_that_is_returned_is_closed_and_logged(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    def forgets(event: Event) -> object:
        return coroutine(event)

    called(mode, mode.sandbox(on_event=forgets), CANCELLING)

    assert caplog.text.count("returned a coroutine, which is not awaited") == 1


# --- Interruptions ----------------------------------------------------------------------------------------------------


class Stopped(BaseException):
    """What a function raises to stop the program."""


@pytest.mark.parametrize("at", range(4), ids=["call started", "attempt started", "attempt ended", "call ended"])
def test_an_interruption_is_raised_with_the_outcome(at: int, mode: Mode) -> None:
    events: list[Event] = []

    def stops(event: Event) -> None:
        if len(events) == at + 1:
            raise Stopped

    sandbox = world()
    client = mode.sandbox(sandbox, on_event=[events.append, stops])
    with pytest.raises(Stopped) as caught:
        mode.run(lambda: CANCELLING(client))

    assert kinds(events).count("CallEnded") == 1
    assert kinds(events).count("AttemptStarted") == kinds(events).count("AttemptEnded")
    happened = at >= 2
    assert bool(sandbox.requests) is happened
    assert getattr(caught.value, "outcome_unknown", False) is happened
    assert len(client.interrupted) == happened
    if at < 3:
        assert events[-1][2:4] == ("unknown" if happened else "failed", "Stopped")


def test_an_interruption_at_the_end_of_a_failed_call_tells_the_outcome(mode: Mode) -> None:
    def stops(event: Event) -> None:
        if isinstance(event, CallEnded):
            raise Stopped

    client = mode.client(repeating(lost(), (400, failed(400))), on_event=stops, max_retries=0)
    with pytest.raises(Stopped) as caught:
        mode.run(lambda: SUBMITTING(client))

    assert caught.value.outcome_unknown  # type: ignore[attr-defined]
    assert caught.value.idempotency_keys == (KEY, "key-2")  # type: ignore[attr-defined]
    assert len(caught.value.__notes__) == 1
    assert len(client.interrupted) == 1


def test_an_interruption_of_an_interruption_is_one_interrupted_call(mode: Mode) -> None:
    def stops(event: Event) -> None:
        if isinstance(event, (AttemptEnded, CallEnded)):
            raise Stopped

    client = mode.sandbox(world(), on_event=stops)
    with pytest.raises(Stopped) as caught:
        mode.run(lambda: CANCELLING(client))

    assert caught.value.outcome_unknown  # type: ignore[attr-defined]
    assert len(client.interrupted) == 1


def test_an_interruption_while_a_cut_attempt_is_told_ends_the_call_too(mode: Mode) -> None:
    events: list[Event] = []

    def stops(event: Event) -> None:
        events.append(event)
        if isinstance(event, AttemptEnded):
            raise Stopped

    client = mode.client(Service(), api_key=lambda: "", on_event=stops)
    with pytest.raises(Stopped):
        mode.run(lambda: CANCELLING(client))

    assert kinds(events) == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]


def test_an_interruption_when_a_streamed_call_ends_tells_the_outcome(mode: Mode) -> None:
    def stops(event: Event) -> None:
        if isinstance(event, CallEnded):
            raise Stopped

    with pytest.raises(Stopped) as caught:
        streamed(mode, Service((200, envelope(ROW))), lambda response: response.parse(), on_event=stops)

    assert caught.value.outcome_unknown  # type: ignore[attr-defined]


def test_of_two_interruptions_the_first_is_raised_and_none_is_logged(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[Event] = []

    def stops(event: Event) -> None:
        raise Stopped

    def exits(event: Event) -> None:
        raise SystemExit

    with pytest.raises(Stopped):
        mode.run(lambda: CANCELLING(mode.sandbox(world(), on_event=[stops, exits, len, events.append])))

    assert kinds(events) == ["CallStarted", "CallEnded"]
    assert "on_event" not in caplog.text


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no signals here")
def test_what_a_signal_handler_raises_within_a_function_is_raised() -> None:
    def handler(*_: object) -> None:
        raise TimeoutError("of the application")

    def hangs(event: Event) -> None:
        if isinstance(event, AttemptEnded):
            os.kill(os.getpid(), signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        with ClearStreet.sandbox(world(), on_event=hangs) as client:
            with pytest.raises(TimeoutError, match="of the application") as caught:
                CANCELLING(client)
            assert caught.value.outcome_unknown  # type: ignore[attr-defined]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_slow_function_keeps_no_request_from_its_bounds(mode: Mode) -> None:
    service = Service((503, failed(503)), otherwise=(200, envelope([])))

    def slow(event: Event) -> None:
        if isinstance(event, AttemptEnded):
            service.clock.advance(60)

    error = called(mode, mode.client(service, on_event=slow, deadline=50), OPERATIONS["get_positions"])

    assert isinstance(error, ClearStreetError)
    assert len(service.requests) == 1


def test_without_a_function_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys\nfrom clear_street import ClearStreet\n"
        f"ClearStreet.sandbox().v1.positions.get_positions({ACCOUNT})\n"
        "sys.exit(any(name in sys.modules for name in ('clear_street.events', 'clear_street._calls.telling')))"
    )

    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)
