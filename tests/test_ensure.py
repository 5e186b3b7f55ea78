"""Ensuring instructions: looked for first, submitted once under the caller's keys, and never raised for."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street import ArgumentError, ClearStreet
from clear_street.errors import APIConnectionError, APIError, CutoffPassedError, WaitTimeoutError
from clear_street.events import AttemptEnded
from clear_street.sandbox import Fault, Sandbox
from clear_street.sandbox.faults import CATALOGUE
from support.key_names import KEY_NAME, NEWER_KEY_NAME
from support.scripted_service import ACCOUNT, LONG_AGO, Service, asked, duplicate, lost, refused, repeating, reply, row

if TYPE_CHECKING:
    from clear_street import EnsuredInstruction
    from support.client_modes import Mode

SYMBOL = "AAPL 280121C00195000"


def ensure(client: ClearStreet, *rows: Any, **options: Any) -> dict[str, EnsuredInstruction]:
    return client.v1.positions.ensure_position_instructions(ACCOUNT, instructions=rows or [asked()], **options)


def outcomes(found: dict[str, EnsuredInstruction]) -> dict[str, str]:
    return {key: result.outcome for key, result in found.items()}


def methods(sandbox: Sandbox) -> list[str]:
    return [request.method for request in sandbox.requests]


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox()
    sandbox.add_position(ACCOUNT, SYMBOL, 10)
    return sandbox


def wish(sandbox: Sandbox, key: str, quantity: int = 1) -> dict[str, Any]:
    instrument = sandbox.add_instrument(SYMBOL)
    return {
        "instruction_type": "EXERCISE",
        "instrument_id": instrument,
        "quantity": quantity,
        KEY_NAME: key,
    }


def submitted(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry.key for entry in sandbox.ledger if entry.kind == "submitted")


def test_what_is_missing_is_sent_and_what_is_there_is_not(mode: Mode, sandbox: Sandbox) -> None:
    client = mode.sandbox(sandbox)
    ensuring = client.v1.positions.ensure_position_instructions

    mode.run(lambda: ensuring(ACCOUNT, instructions=[wish(sandbox, "k-1")]))
    found = mode.run(lambda: ensuring(ACCOUNT, instructions=[wish(sandbox, "k-2"), wish(sandbox, "k-1")], wait=True))

    assert list(found) == ["k-2", "k-1"]
    assert {(each.outcome, each.status, each.reason, each.error) for each in found.values()} == {
        ("landed", "ACCEPTED", None, None)
    }
    assert submitted(sandbox) == {"k-1": 1, "k-2": 1}
    assert len(mode.run(lambda: ensuring(ACCOUNT, instructions=[wish(sandbox, "k-1")]))) == 1
    assert methods(sandbox).count("POST") == 2


def test_a_row_that_was_there_before_the_call_is_ours_however_old(sandbox: Sandbox) -> None:
    sandbox.add_instruction(ACCOUNT, SYMBOL, quantity=1, idempotency_key="k", status="ACCEPTED")
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True)["k"]

    assert (found.outcome, found.status) == ("landed", "ACCEPTED")
    assert methods(sandbox) == ["GET"]


def test_a_row_that_asks_for_something_else_is_not_ours(sandbox: Sandbox) -> None:
    theirs = sandbox.add_instruction(ACCOUNT, SYMBOL, quantity=2, idempotency_key="k", status="ACCEPTED")
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"))["k"]

    assert (found.outcome, found.instruction, found.status) == ("rejected", None, None)
    assert theirs in (found.reason or "")
    assert "something else" in (found.reason or "")
    assert methods(sandbox) == ["GET"]


def test_a_row_that_does_not_show_what_it_asks_for_is_unknown() -> None:
    service = Service(reply(data=[row(quantity=None)]), otherwise=reply(data=[row(quantity=None)]))
    found = ensure(service.client())["key-0"]

    assert (found.outcome, found.instruction) == ("unknown", None)
    assert "does not show what it asks for" in (found.reason or "")
    assert set(service.methods) == {"GET"}


def test_a_key_that_is_listed_twice_is_unknown() -> None:
    twice: Any = (200, {"metadata": {}, "error": None, "data": [row(id="i-1"), row(id="i-2")]})
    found = ensure(repeating(twice).client())["key-0"]

    assert found.outcome == "unknown"
    assert "2 times: i-1, i-2" in (found.reason or "")


def test_a_refused_row_is_rejected_beside_one_that_landed(sandbox: Sandbox) -> None:
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "good"), wish(sandbox, "bad", 99), wait=True)

    assert outcomes(found) == {"good": "landed", "bad": "rejected"}
    assert found["bad"].error is None
    assert "exceeds the available position" in (found["bad"].reason or "")


@pytest.mark.parametrize("answer", [Fault.answer(401), Fault.answer(302, "empty"), Fault.answer(400, "html")])
def test_a_refusal_that_does_not_show_the_row_proves_nothing_of_it(sandbox: Sandbox, answer: Fault) -> None:
    sandbox.faults.add(answer, operation="submit_position_instructions")
    client = ClearStreet.sandbox(sandbox)
    found = ensure(client, wish(sandbox, "k"))["k"]

    assert (found.outcome, found.instruction) == ("not_sent", None)
    assert isinstance(found.error, APIError)
    assert found.reason == str(found.error)
    assert ensure(client, wish(sandbox, "k"))["k"].outcome == "landed"


def test_a_used_key_in_a_refusal_that_hides_the_row_is_unknown(sandbox: Sandbox) -> None:
    client = ClearStreet.sandbox(sandbox)
    ensure(client, wish(sandbox, "k"))
    sandbox.list_lag = 60.0
    sandbox.faults.add(Fault.odd_body("upper_case_keys"), operation="submit_position_instructions")
    found = ensure(client, wish(sandbox, "k"), wish(sandbox, "bad", 99))

    assert outcomes(found)["k"] == "unknown"


@pytest.mark.parametrize(("status", "outcome"), [("REJECTED", "rejected"), ("CANCELLED", "landed")])
def test_the_end_that_was_waited_for_is_told(sandbox: Sandbox, status: str, outcome: str) -> None:
    sandbox.plan(then=status, reason="the venue said so")
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True)["k"]

    assert (found.outcome, found.status, found.error) == (outcome, status, None)
    assert found.reason == ("the venue said so" if outcome == "rejected" else None)


def test_what_was_rejected_before_is_not_sent_again(sandbox: Sandbox) -> None:
    sandbox.add_instruction(ACCOUNT, SYMBOL, idempotency_key="k", status="REJECTED")
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"))["k"]

    assert (found.outcome, found.status, methods(sandbox)) == ("rejected", "REJECTED", ["GET"])


def test_a_wait_that_runs_out_leaves_what_landed(sandbox: Sandbox) -> None:
    sandbox.plan(then=())
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True, wait_deadline=5)["k"]

    assert (found.outcome, found.status) == ("landed", "SENT")
    assert isinstance(found.error, WaitTimeoutError)
    assert "was not settled" in (found.reason or "")


def test_a_wait_that_cannot_read_the_list_leaves_what_landed(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.answer(403), operation="get_position_instructions", nth=2, times=None)
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True)["k"]

    assert (found.outcome, found.status) == ("landed", "SENT")
    assert isinstance(found.error, APIError)


def test_nothing_is_sent_where_the_list_does_not_tell_what_is_there(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.answer(503), operation="get_position_instructions", times=None)
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True)["k"]

    assert found.outcome == "unknown"
    assert isinstance(found.error, APIError)
    assert "could not be read" in (found.reason or "")
    assert "POST" not in methods(sandbox)


def test_a_list_that_is_refused_is_not_read_again(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.answer(403), operation="get_position_instructions", times=None)

    assert outcomes(ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"), wait=True)) == {"k": "unknown"}
    assert methods(sandbox) == ["GET"]


@pytest.mark.parametrize("kind", ["no_keys", "rows_twice"])
def test_a_list_that_does_not_count_is_none(sandbox: Sandbox, kind: str) -> None:
    sandbox.add_instruction(ACCOUNT, SYMBOL, quantity=3)
    sandbox.faults.add(Fault.odd_body(kind), operation="get_position_instructions", times=None)
    found = ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"))["k"]

    assert (found.outcome, found.error) == ("unknown", None)
    assert "incomplete, or contradicts itself" in (found.reason or "")
    assert "POST" not in methods(sandbox)


def test_past_the_cut_off_the_list_is_read_and_nothing_is_sent(sandbox: Sandbox) -> None:
    sandbox.add_instruction(ACCOUNT, SYMBOL, idempotency_key="there", status="ACCEPTED")
    rows = [wish(sandbox, "there"), wish(sandbox, "missing")]
    found = ensure(ClearStreet.sandbox(sandbox), *rows, not_after=datetime(2026, 4, 24, 14, tzinfo=UTC), wait=True)

    assert outcomes(found) == {"there": "landed", "missing": "not_sent"}
    assert isinstance(found["missing"].error, CutoffPassedError)
    assert set(methods(sandbox)) == {"GET"}


@pytest.mark.parametrize("fault", [Fault.never_sent(), Fault.answer(429)])
def test_a_service_that_is_never_reached_or_busy_took_nothing(sandbox: Sandbox, fault: Fault) -> None:
    sandbox.faults.add(fault, operation="submit_position_instructions", times=None)
    client = ClearStreet.sandbox(sandbox)

    assert outcomes(ensure(client, wish(sandbox, "k"))) == {"k": "not_sent"}
    sandbox.faults.clear()
    assert outcomes(ensure(client, wish(sandbox, "k"))) == {"k": "landed"}


def test_a_look_that_takes_all_the_time_leaves_none_to_send() -> None:
    service = Service()
    service.steps.append(service.taking(1.0, reply(data=[])))
    found = ensure(service.client(), deadline=1.0)["key-0"]

    assert (found.outcome, found.reason) == ("not_sent", "there was no time left to send it")
    assert service.methods == ["GET"]


def test_a_key_that_was_used_is_looked_for_until_the_list_shows_it(sandbox: Sandbox) -> None:
    ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"))
    sandbox.list_lag = 20.0
    sandbox.add_instruction(ACCOUNT, SYMBOL, idempotency_key="another")
    client = ClearStreet.sandbox(sandbox)

    assert outcomes(ensure(client, wish(sandbox, "k"), deadline=5)) == {"k": "unknown"}
    assert outcomes(ensure(client, wish(sandbox, "k"), wait=True)) == {"k": "landed"}
    assert submitted(sandbox) == {"k": 1}


@pytest.mark.parametrize("answer", [reply(409), reply(409, [duplicate(of="i-0")]), (409, b"", {"Retry-After": "3"})])
def test_a_used_key_of_another_instruction_is_told_of(answer: Any) -> None:
    shown = reply(data=[row(id="i-0", quantity="7")])
    service = Service(reply(data=[]), answer, otherwise=shown)
    found = ensure(service.client())["key-0"]

    assert (found.outcome, found.instruction) == ("rejected", None)
    assert "i-0" in (found.reason or "")


def test_a_list_with_a_row_that_has_no_id_is_none() -> None:
    service = Service(reply(data=[row("other", id=None)]))

    assert outcomes(ensure(service.client())) == {"key-0": "unknown"}
    assert service.methods == ["GET"]


@pytest.mark.parametrize("data", [[row(status="UNKNOWN")], [row(status="SOMETHING_NEW")], []])
def test_a_reply_that_does_not_say_what_happened_leaves_it_unknown(data: Any) -> None:
    service = Service(reply(data=[]), reply(data=data), otherwise=reply(data=[]))
    found = ensure(service.client())["key-0"]

    assert (found.outcome, found.instruction, found.error) == ("unknown", None, None)
    assert found.reason == "the reply does not say why"


def test_what_a_submit_met_is_told_and_not_what_later_looks_met() -> None:
    service = Service(reply(data=[]), lost(), otherwise=reply(403))
    found = ensure(service.client())["key-0"]

    assert found.outcome == "unknown"
    assert isinstance(found.error, APIConnectionError)
    assert found.reason == str(found.error)


def test_an_unknown_row_is_looked_for_four_times_the_first_at_once() -> None:
    service = Service(reply(data=[]), reply(409), otherwise=reply(data=[]))

    assert outcomes(ensure(service.client())) == {"key-0": "unknown"}
    assert service.methods == ["GET", "POST", "GET", "GET", "GET", "GET"]
    assert service.times[:3] == [0.0, 0.0, 0.0]
    assert all(before < after for before, after in pairwise(service.times[2:]))


@pytest.mark.parametrize(("wait_deadline", "until"), [(300, 30), (5, 5)])
def test_with_wait_an_unknown_row_is_looked_for_as_long_as_it_may_lag(wait_deadline: float, until: float) -> None:
    service = Service(reply(data=[]), reply(409), otherwise=reply(data=[]))

    assert outcomes(ensure(service.client(), wait=True, wait_deadline=wait_deadline)) == {"key-0": "unknown"}
    assert len(service.times) > 6 or until == 5
    assert until / 2 < service.times[-1] < until


def test_the_service_is_not_asked_before_the_time_that_it_gave() -> None:
    busy = reply(429, headers={"Retry-After": "30"})
    service = Service(reply(data=[]), lost(), busy, otherwise=reply(data=[row()]))
    found = ensure(service.client())["key-0"]

    assert found.outcome == "landed"
    assert service.times[3] - service.times[2] >= 30


@pytest.mark.parametrize("is_of_submit", [True, False])
def test_looks_keep_to_the_time_that_the_last_reply_gave(is_of_submit: bool) -> None:
    later = {"Retry-After": "20"}
    used = (409, b"", later) if is_of_submit else reply(409)
    service = Service(reply(data=[]), used, reply(data=[]) if is_of_submit else reply(429, headers=later))
    service.otherwise = reply(data=[row()])
    found = ensure(service.client(max_retries=0))["key-0"]

    assert found.outcome == "landed"
    assert service.times[:4] == ([0.0, 0.0, 20.0, service.times[-1]] if is_of_submit else [0.0, 0.0, 0.0, 20.0])


def test_no_look_is_made_at_the_deadline() -> None:
    service = Service(reply(data=[]), (409, b"", {"Retry-After": "10"}), otherwise=reply(data=[row()]))

    assert outcomes(ensure(service.client(), deadline=10)) == {"key-0": "unknown"}
    assert len(service.seen) == 2


def test_the_wait_for_an_end_keeps_to_the_time_that_the_service_gave() -> None:
    there = row("there")
    busy = reply(429, headers={"Retry-After": "40"})
    service = Service(reply(data=[there]), reply(409), busy, otherwise=reply(data=[{**there, "status": "ACCEPTED"}]))
    found = ensure(service.client(max_retries=0), asked("there"), asked(), wait=True)

    assert outcomes(found) == {"there": "landed", "key-0": "unknown"}
    assert found["there"].status == "ACCEPTED"
    assert service.times == [0.0, 0.0, 0.0, 40.0]


def test_a_wait_without_time_says_so() -> None:
    there = row("there")
    busy = reply(429, headers={"Retry-After": "40"})
    service = Service(reply(data=[there]), reply(409), busy)
    found = ensure(service.client(max_retries=0), asked("there"), asked(), wait=True, wait_deadline=40)["there"]

    assert (found.outcome, found.status) == ("landed", "SENT")
    assert found.reason == "there was no time left to wait for its end"


def test_a_row_without_an_id_is_not_waited_for_and_says_so() -> None:
    service = Service(reply(data=[]), reply(data=[row(id=None)]))
    found = ensure(service.client(), wait=True)["key-0"]

    assert (found.outcome, found.status, found.error) == ("landed", "SENT", None)
    assert "does not show its id" in (found.reason or "")


def test_nothing_that_landed_is_nothing_to_wait_for() -> None:
    service = Service(reply(data=[]), reply(429, headers={"Retry-After": "20"}))

    assert outcomes(ensure(service.client(max_retries=0), wait=True)) == {"key-0": "not_sent"}
    assert service.clock.monotonic() == 0.0


def test_a_wait_begins_at_once_and_may_be_longer_than_the_deadline() -> None:
    service = Service(reply(data=[]), reply(data=[row()]), otherwise=reply(data=[row()]))
    accepted = reply(data=[row(status="ACCEPTED")])
    service.otherwise = lambda _: accepted if service.clock.monotonic() > 60 else reply(data=[row()])
    found = ensure(service.client(), wait=True, deadline=5)["key-0"]

    assert (found.outcome, found.status) == ("landed", "ACCEPTED")
    assert service.times[:3] == [0.0, 0.0, 0.0]


def test_a_short_deadline_is_that_of_each_request() -> None:
    service = Service(reply(data=[]), reply(data=[row()]))

    assert outcomes(ensure(service.client(), deadline=0.5)) == {"key-0": "landed"}
    first, second = (seen.timeout["read"] for seen in service.seen)
    assert first == 0.5
    assert 0 < second < 0.5


def test_a_submit_that_takes_all_of_its_time_leaves_some_for_a_look() -> None:
    service = Service()

    def never(request: httpx.Request) -> Any:
        service.clock.advance(request.extensions["timeout"]["read"])
        return httpx.ReadTimeout("It takes too long")

    service.steps.extend([reply(data=[]), never, never, reply(data=[row()])])

    assert outcomes(ensure(service.client(), deadline=10)) == {"key-0": "landed"}
    assert service.methods == ["GET", "POST", "GET", "GET"]
    assert service.times[-1] < 10


def test_rows_are_not_sent_again_unless_keys_were_seen_to_be_kept() -> None:
    # An account without instructions, and every reply to a submit is lost.
    def answer(request: httpx.Request) -> Any:
        return lost() if request.method == "POST" else reply(data=[])

    service = repeating(answer)
    client = service.client()
    found = [ensure(client)["key-0"] for _ in range(3)]

    assert [each.outcome for each in found] == ["unknown"] * 3
    assert "must not be sent again" in (found[-1].reason or "")
    assert service.methods.count("POST") == 1


def test_a_row_that_may_be_ours_under_another_key_is_not_sent_again(sandbox: Sandbox) -> None:
    sandbox.echo_keys = False
    sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions")
    sandbox.faults.add(Fault.answer(503), operation="get_position_instructions", nth=2, times=4)
    client = ClearStreet.sandbox(sandbox)
    found = [ensure(client, wish(sandbox, "k"))["k"].outcome for _ in range(3)]

    assert found == ["unknown"] * 3
    assert len(sandbox.instructions(ACCOUNT)) == 1 + len(Sandbox().instructions(ACCOUNT))


@pytest.mark.parametrize("is_streamed", [False, True])
def test_what_a_reply_left_open_is_not_sent_again(is_streamed: bool) -> None:
    service = Service(reply(data=[row("made-up")]), otherwise=reply(data=[row("made-up")]))
    client = service.client()
    if is_streamed:
        submit = client.v1.positions.with_streaming_response.submit_position_instructions
        with submit(ACCOUNT, instructions=[asked()]):
            pass
    else:
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked()])
    found = ensure(client)["key-0"]

    assert found.outcome == "unknown"
    assert "must not be sent again" in (found.reason or "")
    assert service.methods.count("POST") == 1


def test_a_row_that_was_refused_is_not_doubtful_beside_one_that_is() -> None:
    service = Service(reply(data=[refused()]), *[reply(data=[])] * 4)
    client = service.client()
    client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked(), asked("key-1")])
    service.steps.extend([reply(data=[]), reply(data=[refused()])])

    assert outcomes(ensure(client)) == {"key-0": "rejected"}


def doubtful(service: Service, *others: Any) -> ClearStreet:
    """Make a client that has sent `asked()`, and perhaps others, without learning what came of it."""
    service.steps.extend([reply(data=[]), lost(), *[reply(data=[])] * 8])
    client = service.client(max_retries=0)
    assert set(outcomes(ensure(client, asked(), *others)).values()) == {"unknown"}
    assert not service.steps
    return client


def test_what_was_doubtful_is_sent_again_once_keys_are_seen_to_be_kept() -> None:
    service = Service()
    client = doubtful(service)
    older = row("other", created_at=LONG_AGO)
    new = row("new", quantity="3")
    service.steps.extend([reply(data=[older, new]), reply(data=[row()])])

    assert outcomes(ensure(client)) == {"key-0": "landed"}


def test_a_doubtful_row_holds_back_no_other() -> None:
    service = Service()
    client = doubtful(service)
    service.steps.extend([reply(data=[]), reply(data=[row("key-1")]), *[reply(data=[])] * 4])
    found = ensure(client, asked(), asked("key-1"))

    assert outcomes(found) == {"key-0": "unknown", "key-1": "landed"}
    assert "must not be sent again" in (found["key-0"].reason or "")
    assert [each[KEY_NAME] for each in service.seen[-5].json] == ["key-1"]


def test_a_row_that_fits_another_of_the_call_holds_no_doubtful_one_back() -> None:
    service = Service()
    client = doubtful(service)
    service.steps.extend([reply(data=[row("other", quantity="3")]), reply(data=[row(), row("key-1", quantity="3")])])

    assert outcomes(ensure(client, asked(), asked("key-1", quantity=3))) == {"key-0": "landed", "key-1": "landed"}


def test_a_doubtful_row_is_not_sent_where_a_new_row_may_be_it() -> None:
    service = Service()
    client = doubtful(service)
    service.otherwise = reply(data=[row("other")])

    assert outcomes(ensure(client)) == {"key-0": "unknown"}
    assert service.methods.count("POST") == 1


SIGNS = {
    "a new row under another key": row("made-up"),
    "a row without a key": row(None, quantity="5"),
    "a key under another name": row(quantity="5", **{KEY_NAME: ..., NEWER_KEY_NAME: "other"}),
}
"""What a list shows where the service may not keep keys; the client sends them under one name."""


@pytest.mark.parametrize("by", ["submit", "ensure"])
@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_a_sign_that_keys_are_not_kept_is_not_taken_back(sign: Any, by: str) -> None:
    shown, kept = reply(data=[sign]), reply(data=[row("other", created_at=LONG_AGO)])
    service = Service(lost(), *[shown if by == "submit" else reply(data=[])] * 4)
    client = service.client(max_retries=0, idempotency_key_name=KEY_NAME)
    with pytest.raises(APIConnectionError):
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked()])
    if by == "ensure":
        service.otherwise = shown
        ensure(client)
    service.otherwise = kept

    assert outcomes(ensure(client)) == {"key-0": "unknown"}
    assert service.methods.count("POST") == 1


def test_a_doubtful_row_is_not_sent_where_a_reply_lacked_a_key() -> None:
    service = Service()
    client = doubtful(service)
    service.steps.extend([reply(data=[]), reply(data=[row("made-up", quantity="3")])])
    service.otherwise = reply(data=[row("other", quantity="5")])
    ensure(client, asked("key-1", quantity=3))

    assert outcomes(ensure(client)) == {"key-0": "unknown"}
    assert service.methods.count("POST") == 2


def test_without_leave_to_send_again_it_only_looks(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.before_effect(), operation="submit_position_instructions")
    client = ClearStreet.sandbox(sandbox, resend_after_unknown=False)

    assert [ensure(client, wish(sandbox, "k"))["k"].outcome for _ in range(2)] == ["unknown"] * 2
    assert methods(sandbox).count("POST") == 1
    assert ensure(ClearStreet.sandbox(sandbox), wish(sandbox, "k"))["k"].outcome == "landed"


def test_what_a_submit_left_unknown_is_remembered_and_settled(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions")
    sandbox.faults.add(Fault.answer(503), operation="get_position_instructions", times=4)
    client = ClearStreet.sandbox(sandbox)
    with pytest.raises(APIError):
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[wish(sandbox, "k")])  # type: ignore[list-item]

    assert outcomes(ensure(client, wish(sandbox, "k"))) == {"k": "landed"}
    assert submitted(sandbox) == {"k": 1}


def test_a_later_refusal_does_not_settle_what_may_still_arrive() -> None:
    def answer(request: httpx.Request) -> Any:
        return lost() if request.method == "POST" else reply(data=[row("other", quantity="5")])

    service = Service(otherwise=answer)
    client = service.client()
    assert ensure(client, max_retries=0)["key-0"].outcome == "unknown"
    for last in (reply(400, [refused()]), reply(429)):
        service.steps.extend([reply(data=[row("other", quantity="5")]), last])
        assert ensure(client, max_retries=0)["key-0"].outcome == "unknown"


@pytest.mark.parametrize(("when", "outcome"), [("key", "rejected"), ("flight", "unknown"), ("pause", "rejected")])
def test_an_interruption_casts_doubt_where_a_row_may_have_left(when: str, outcome: str) -> None:
    """The key is asked for before a byte leaves; the pause follows a reply that says that nothing was stored."""
    stops = {"key": False, "pause": False, when: True}
    service = Service()
    asleep = service.clock.sleep

    def api_key() -> str:
        if stops["key"]:
            raise KeyboardInterrupt
        return "key"

    def sleep(seconds: float) -> None:
        if stops["pause"]:
            raise KeyboardInterrupt
        asleep(seconds)

    service.clock.sleep = sleep  # type: ignore[method-assign]
    service.steps.append(KeyboardInterrupt() if when == "flight" else reply(503, [refused()]))
    client = service.client(api_key=api_key)
    with pytest.raises(KeyboardInterrupt):
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked()])
    stops.clear()
    stops.update(key=False, pause=False)
    service.steps.clear()
    service.steps.extend([reply(data=[row("other", quantity="5")]), reply(400, [refused()])])
    service.otherwise = reply(data=[row("other", quantity="5")])
    assert ensure(client, max_retries=0)["key-0"].outcome == outcome


def test_a_row_is_doubtful_if_its_reply_came_but_was_not_read() -> None:
    service = Service(reply(data=[row()]))
    ended: list[AttemptEnded] = []

    def stop(event: object) -> None:
        if isinstance(event, AttemptEnded) and not ended:
            ended.append(event)
            raise KeyboardInterrupt

    client = service.client(on_event=stop)
    with pytest.raises(KeyboardInterrupt):
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked()])
    service.otherwise = reply(data=[])

    assert outcomes(ensure(client)) == {"key-0": "unknown"}
    assert service.methods.count("POST") == 1


def test_an_interruption_is_raised_and_the_row_is_doubtful(sandbox: Sandbox) -> None:
    class Stop(BaseException):
        pass

    def rewrite(_: Any) -> Any:
        raise Stop

    sandbox.faults.add(Fault.rewritten(rewrite), operation="submit_position_instructions")
    client = ClearStreet.sandbox(sandbox)
    with pytest.raises(Stop) as raised:
        ensure(client, wish(sandbox, "k"))

    assert raised.value.idempotency_keys == ("k",)  # type: ignore[attr-defined]
    assert outcomes(ensure(client, wish(sandbox, "k"))) == {"k": "landed"}
    assert submitted(sandbox) == {"k": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"instructions": [asked(None)]}, "idempotency key"),
        ({"instructions": [asked(), asked(None)]}, "idempotency key"),
        ({"instructions": []}, "at least one instruction"),
        ({"instructions": [asked(), asked()]}, "used twice"),
        ({"instructions": [asked(quantity=0)]}, "quantity"),
        ({"wait": "yes"}, "`wait`"),
        ({"wait": True, "wait_deadline": 0}, "`wait_deadline`"),
        ({"deadline": -1}, "`deadline`"),
        ({"not_after": datetime.fromisoformat("2026-04-24")}, "`not_after`"),
        ({"timeout": "soon"}, "`timeout`"),
        ({"extra_body": {"dry": "no"}}, "`extra_body`"),
        ({"extra_query": 7}, "`extra_query`"),
    ],
)
def test_arguments_that_cannot_be_right_are_refused_first(arguments: dict[str, Any], words: str) -> None:
    service = Service()
    with pytest.raises(ArgumentError, match=words):
        service.client().v1.positions.ensure_position_instructions(ACCOUNT, **{"instructions": [asked()], **arguments})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raise_on_rejection", "it takes instructions, wait, wait_deadline, deadline, extra_body, extra_headers, "),
        ("instruction", "did you mean 'instructions'?"),
        ("waits", "did you mean 'wait'?"),
        ("wait_for_deadline", "did you mean 'wait_deadline'?"),
        ("deadlines", "did you mean 'deadline'?"),
        ("not_before", "did you mean 'not_after'?"),
    ],
)
def test_options_that_it_does_not_take_are_refused_first(name: str, words: str) -> None:
    service = Service()
    with pytest.raises(
        TypeError,
        match=re.escape(f"ensure_position_instructions() got an unexpected keyword argument {name!r}; {words}"),
    ):
        ensure(service.client(), **{name: True})
    assert service.methods == []


def test_a_read_only_client_sends_nothing() -> None:
    with pytest.raises(ArgumentError, match="read-only"):
        ensure(Service().client(read_only=True))


def test_extra_headers_go_with_every_request() -> None:
    service = Service(reply(data=[]), reply(data=[row()]))
    ensure(service.client(), extra_headers={"X-Desk": "7"}, extra_query={"dry": "no"})

    assert [request.headers["X-Desk"] for request in service.requests] == ["7", "7"]
    assert [request.path.partition("?")[2] for request in service.seen] == ["", "dry=no"]


EVERY_FAULT = st.sampled_from(CATALOGUE)


@settings(max_examples=100)
@given(
    rounds=st.lists(
        st.tuples(
            st.lists(st.none() | EVERY_FAULT, max_size=4),
            st.lists(st.none() | EVERY_FAULT, max_size=6),
            st.booleans(),
            st.booleans(),
            st.sampled_from([0.0, 0.0, 20.0]),
        ),
        min_size=1,
        max_size=5,
    ),
    rows=st.lists(st.sampled_from(["good", "good", "bad", "other", "there"]), min_size=1, max_size=4),
)
def test_again_and_again_it_acts_once_and_tells_the_truth(rounds: Any, rows: Any) -> None:
    sandbox = Sandbox()
    sandbox.add_position(ACCOUNT, SYMBOL, 100)
    sandbox.plan(then=("ACCEPTED",), after=3.0)
    wishes = []
    for index, kind in enumerate(rows):
        key = f"{kind}-{index}"
        wishes.append(wish(sandbox, key, 1000 if kind == "bad" else 1))
        if kind in ("other", "there"):
            quantity = 2 if kind == "other" else 1
            sandbox.add_instruction(ACCOUNT, SYMBOL, idempotency_key=key, quantity=quantity, status="ACCEPTED")
    client = ClearStreet.sandbox(sandbox)
    for posts, gets, is_new, waits, lag in rounds:
        sandbox.faults.clear()
        sandbox.list_lag = lag
        for operation, faults in (("submit_position_instructions", posts), ("get_position_instructions", gets)):
            for nth, fault in enumerate(faults, 1):
                if fault is not None:
                    sandbox.faults.add(fault, operation=operation, nth=nth)
        if is_new:
            client = ClearStreet.sandbox(sandbox)
        before, began = submitted(sandbox), sandbox.clock.monotonic()
        found = ensure(client, *wishes, wait=waits)
        after = submitted(sandbox)

        assert list(found) == [each[KEY_NAME] for each in wishes]
        assert sandbox.clock.monotonic() - began <= 180 + 300 * waits + 1
        truth = {each[KEY_NAME]: each["status"] for each in sandbox.instructions(ACCOUNT)}
        for key, each in found.items():
            if each.outcome == "landed":
                assert after[key] == 1 or key.startswith("there")
                assert each.status != "ACCEPTED" or truth[key] == "ACCEPTED"
            elif each.outcome == "rejected":
                assert key.startswith(("bad", "other"))
                assert not after[key]
            elif each.outcome == "not_sent":
                assert after[key] == before[key]
        # Time enough for a request that was late; and then, without faults, it is settled.
        assert all(count == 1 for count in submitted(sandbox).values())
    sandbox.clock.advance(7200)
    assert all(count == 1 for count in submitted(sandbox).values())
    sandbox.faults.clear()
    sandbox.list_lag = 0.0
    last = outcomes(ensure(ClearStreet.sandbox(sandbox), *wishes, wait=True))
    assert last == {key: "rejected" if key.startswith(("bad", "other")) else "landed" for key in last}
    assert submitted(sandbox) == {key: 1 for key in last if key.startswith("good")}
