"""Ensuring instructions: looked for first, submitted once under the caller's keys, and never raised for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street import ArgumentError, ClearStreet
from clear_street.errors import APIError, CutoffPassedError, WaitTimeoutError
from clear_street.sandbox import Fault, Sandbox
from clear_street.sandbox.faults import CATALOGUE
from support.key_names import KEY_NAME
from support.scripted_service import ACCOUNT, Service, asked, duplicate, lost, refused, repeating, reply, row

if TYPE_CHECKING:
    import httpx

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
    assert "exceeds the available position" in (found["bad"].reason or "")


@pytest.mark.parametrize("answer", [Fault.answer(401), Fault.answer(302, "empty"), Fault.answer(400, "html")])
def test_a_refusal_that_does_not_show_the_row_proves_nothing_of_it(sandbox: Sandbox, answer: Fault) -> None:
    sandbox.faults.add(answer, operation="submit_position_instructions")
    client = ClearStreet.sandbox(sandbox)
    found = ensure(client, wish(sandbox, "k"))["k"]

    assert (found.outcome, found.instruction) == ("not_sent", None)
    assert isinstance(found.error, APIError)
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


def test_a_service_that_is_never_reached_took_nothing(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.never_sent(), operation="submit_position_instructions", times=None)
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


def test_the_service_is_not_asked_before_the_time_that_it_gave() -> None:
    busy = reply(429, headers={"Retry-After": "30"})
    service = Service(reply(data=[]), lost(), busy, otherwise=reply(data=[row()]))
    found = ensure(service.client())["key-0"]

    assert found.outcome == "landed"
    assert service.times[3] - service.times[2] >= 30


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
        ({"instructions": []}, "at least one instruction"),
        ({"instructions": [asked(), asked()]}, "used twice"),
        ({"instructions": [asked(quantity=0)]}, "quantity"),
        ({"wait": "yes"}, "`wait`"),
        ({"wait": True, "wait_deadline": 0}, "`wait_deadline`"),
        ({"deadline": -1}, "`deadline`"),
        ({"not_after": datetime.fromisoformat("2026-04-24")}, "`not_after`"),
        ({"timeout": "soon"}, "`timeout`"),
    ],
)
def test_arguments_that_cannot_be_right_are_refused_first(arguments: dict[str, Any], words: str) -> None:
    service = Service()
    with pytest.raises(ArgumentError, match=words):
        service.client().v1.positions.ensure_position_instructions(ACCOUNT, **{"instructions": [asked()], **arguments})


def test_options_that_a_submit_alone_takes_are_refused() -> None:
    with pytest.raises(TypeError, match="raise_on_rejection"):
        ensure(Service().client(), raise_on_rejection=True)


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
