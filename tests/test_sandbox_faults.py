"""The sandbox's faults: what fails, where and when, for every fault, in process, through both transports."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street.sandbox import AsyncSandboxTransport, Call, Fault, Sandbox, SandboxTransport
from clear_street.sandbox.faults import CATALOGUE, HOUR, ODD_BODIES
from clear_street.sandbox.messages import DRIP_PIECES
from support.key_names import KEY_NAME, NEWER_KEY_NAME

ACCOUNT = 122503
CALL = "AAPL 280121C00195000"
POSITIONS = f"/v1/accounts/{ACCOUNT}/positions"
INSTRUCTIONS = f"{POSITIONS}/instructions"
HEADERS = {"Authorization": "Bearer key"}
SUBMIT = "submit_position_instructions"


class Outcome(NamedTuple):
    """What a client sees of a call: a reply, or the kind of an error; and the seconds that it took."""

    status: int | None
    body: bytes
    headers: dict[str, str]
    error: type[Exception] | None
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


def send(sandbox: Sandbox, method: str, path: str, value: object = None, timeout: float | None = 60.0) -> Outcome:
    began = sandbox.clock.monotonic()
    with httpx.Client(transport=SandboxTransport(sandbox), base_url="https://host", headers=HEADERS) as client:
        try:
            response = client.request(method, path, json=value, timeout=timeout)
        except httpx.TransportError as error:
            return Outcome(None, b"", {}, type(error), sandbox.clock.monotonic() - began)
    seconds = sandbox.clock.monotonic() - began
    return Outcome(response.status_code, response.content, dict(response.headers), None, seconds)


async def asend(sandbox: Sandbox, method: str, path: str, value: object = None) -> Outcome:
    began = sandbox.clock.monotonic()
    transport = AsyncSandboxTransport(sandbox)
    async with httpx.AsyncClient(transport=transport, base_url="https://host", headers=HEADERS) as client:
        try:
            response = await client.request(method, path, json=value, timeout=60.0)
        except httpx.TransportError as error:
            return Outcome(None, b"", {}, type(error), sandbox.clock.monotonic() - began)
    seconds = sandbox.clock.monotonic() - began
    return Outcome(response.status_code, response.content, dict(response.headers), None, seconds)


def rows(sandbox: Sandbox, *keys: str) -> list[dict[str, str]]:
    instrument_id = sandbox.add_instrument(CALL)
    return [
        {"instruction_type": "EXERCISE", "instrument_id": instrument_id, "quantity": "1", KEY_NAME: key} for key in keys
    ]


def submit(sandbox: Sandbox, *keys: str, timeout: float | None = 60.0) -> Outcome:
    return send(sandbox, "POST", INSTRUCTIONS, rows(sandbox, *keys), timeout)


def submitted(sandbox: Sandbox) -> list[str]:
    return [entry.key for entry in sandbox.ledger if entry.kind == "submitted"]


# --- Nothing goes wrong -----------------------------------------------------------------------------------------------


def test_without_a_fault_the_reply_is_the_service_s(sandbox: Sandbox) -> None:
    outcome = submit(sandbox, "k")
    assert outcome.status == 200
    assert outcome.json["data"][0][KEY_NAME] == "k"
    assert outcome.headers["content-length"] == str(len(outcome.body))
    assert outcome.seconds == 0
    assert sandbox.requests[0].fault is None


@pytest.mark.anyio
@pytest.mark.parametrize("index", range(len(CATALOGUE)), ids=lambda index: f"{CATALOGUE[index].name} {index}")
async def test_both_transports_do_the_same(index: int) -> None:
    fault = CATALOGUE[index]
    outcomes: list[Outcome] = []
    effects: list[Any] = []
    for transport in (send, asend):
        sandbox = Sandbox()
        sandbox.faults.add(fault)
        outcome = transport(sandbox, "POST", INSTRUCTIONS, rows(sandbox, "a", "b"))
        outcomes.append(outcome if isinstance(outcome, Outcome) else await outcome)
        effects.append((sandbox.ledger, sandbox.requests[0].status, sandbox.requests[0].fault))
    assert outcomes[0] == outcomes[1]
    assert effects[0] == effects[1]
    assert effects[0][2] == fault.name


# --- Where a call is lost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error", "seconds"),
    [
        (Fault.never_sent(), httpx.ConnectError, 0),
        (Fault.never_sent("connect_timeout"), httpx.ConnectTimeout, 60),
        (Fault.never_sent("pool_timeout"), httpx.PoolTimeout, 60),
        (Fault.never_sent("proxy_error"), httpx.ProxyError, 0),
        (Fault.before_effect(), httpx.ReadError, 0),
        (Fault.before_effect("close"), httpx.RemoteProtocolError, 0),
        (Fault.before_effect("write_error"), httpx.WriteError, 0),
        (Fault.before_effect(delay=5), httpx.ReadError, 5),
        (Fault.before_effect(delay=HOUR), httpx.ReadTimeout, 60),
    ],
)
def test_lost_before_the_effect(sandbox: Sandbox, fault: Fault, error: type[Exception], seconds: float) -> None:
    sandbox.faults.add(fault)
    outcome = submit(sandbox, "k")
    assert (outcome.error, outcome.seconds) == (error, seconds)
    assert submitted(sandbox) == []
    assert [(request.status, request.fault) for request in sandbox.requests] == [(None, fault.name)]


@pytest.mark.parametrize(
    ("fault", "error", "seconds"),
    [
        (Fault.after_effect(), httpx.ReadError, 0),
        (Fault.after_effect("close"), httpx.RemoteProtocolError, 0),
        (Fault.after_effect(delay=HOUR), httpx.ReadTimeout, 60),
        (Fault.breaks_off("headers"), httpx.RemoteProtocolError, 0),
        (Fault.breaks_off("body"), httpx.RemoteProtocolError, 0),
        (Fault.breaks_off("body", "reset"), httpx.ReadError, 0),
        (Fault.slow(), httpx.ReadTimeout, 60),
    ],
)
def test_lost_after_the_effect(sandbox: Sandbox, fault: Fault, error: type[Exception], seconds: float) -> None:
    sandbox.faults.add(fault)
    outcome = submit(sandbox, "k")
    assert (outcome.error, outcome.seconds) == (error, seconds)
    assert submitted(sandbox) == ["k"]
    assert [(request.status, request.fault) for request in sandbox.requests] == [(200, fault.name)]


def test_a_body_breaks_off_after_its_status_and_headers_came(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.breaks_off("body"))
    with (
        httpx.Client(transport=SandboxTransport(sandbox), base_url="https://host") as client,
        client.stream("GET", "/v1/version") as response,
    ):
        assert response.status_code == 200
        whole = int(response.headers["content-length"])
        chunks = response.iter_raw()
        assert len(next(chunks)) == whole // 2
        with pytest.raises(httpx.RemoteProtocolError):
            next(chunks)


def test_a_request_in_flight_takes_effect_later(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.late_effect(5))
    assert submit(sandbox, "k").error is httpx.ReadError
    sandbox.clock.advance(4)
    assert submitted(sandbox) == []
    sandbox.clock.advance(4)
    assert submitted(sandbox) == ["k"]
    assert sandbox.ledger[0].time == sandbox.clock.at(5)
    assert [row["status"] for row in sandbox.instructions(ACCOUNT)] == ["ACCEPTED", "ACCEPTED"]


def test_of_a_request_in_flight_and_its_repetition_one_takes_effect(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.late_effect(5))
    submit(sandbox, "k")
    assert submit(sandbox, "k").status == 200
    sandbox.clock.advance(10)
    assert submitted(sandbox) == ["k"]


# --- Slow -------------------------------------------------------------------------------------------------------------


def test_a_slow_reply_comes_in_its_time(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.slow(5))
    outcome = submit(sandbox, "k", timeout=5)
    assert (outcome.status, outcome.seconds) == (200, 5)


def test_without_a_time_out_even_the_slowest_reply_comes(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.slow())
    sandbox.faults.add(Fault.never_sent("connect_timeout"))
    assert submit(sandbox, "k", timeout=None).seconds == HOUR
    assert submit(sandbox, "k", timeout=None).error is httpx.ConnectTimeout


def test_a_dripping_reply_takes_its_time_and_no_read_is_late(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.dripping(4))
    outcome = submit(sandbox, "k", timeout=5)
    assert (outcome.status, outcome.seconds) == (200, 2 * DRIP_PIECES * 4)
    assert outcome.json["data"][0][KEY_NAME] == "k"


def test_a_reply_that_drips_too_slowly_is_late(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.dripping(6))
    outcome = submit(sandbox, "k", timeout=5)
    assert (outcome.error, outcome.seconds) == (httpx.ReadTimeout, 5)


# --- Something else answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "headers"),
    [
        (Fault.rate_limited(), {}),
        (Fault.rate_limited(2), {"retry-after": "2"}),
        (Fault.rate_limited(1.5), {"retry-after": "1.5"}),
        (Fault.rate_limited(90, as_date=True), {"retry-after": "Fri, 24 Apr 2026 14:31:30 GMT"}),
    ],
)
def test_too_many_requests(sandbox: Sandbox, fault: Fault, headers: dict[str, str]) -> None:
    sandbox.faults.add(fault)
    outcome = submit(sandbox, "k")
    assert outcome.status == 429
    assert outcome.json["error"]["code"] == 429
    assert {name: value for name, value in outcome.headers.items() if name == "retry-after"} == headers
    assert outcome.headers["date"] == "Fri, 24 Apr 2026 14:30:00 GMT"
    assert submitted(sandbox) == []
    assert sandbox.requests[0].status == 429


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("status", [302, 303, 408, 500, 502, 503, 504, 599])
def test_an_answer_comes_with_or_without_the_effect(sandbox: Sandbox, status: int, effect: bool) -> None:
    sandbox.faults.add(Fault.answer(status, headers=[("Location", "/elsewhere")], effect=effect))
    outcome = submit(sandbox, "k")
    assert (outcome.status, outcome.json["error"]["code"], outcome.json["data"]) == (status, status, None)
    assert outcome.headers["location"] == "/elsewhere"
    assert submitted(sandbox) == (["k"] if effect else [])


def test_an_answer_can_be_html_or_empty(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.answer(502, "html"))
    sandbox.faults.add(Fault.answer(504, "empty"))
    html, empty = submit(sandbox, "k"), submit(sandbox, "k")
    assert (html.headers["content-type"], html.body[:6]) == ("text/html", b"<html>")
    assert ("content-type" in empty.headers, empty.body) == (False, b"")


def test_a_replayed_request_acts_twice_and_the_second_reply_is_seen(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.replayed(), times=2)
    outcome = submit(sandbox, "k")
    assert outcome.status == 409
    assert sandbox.ledger[0].id in outcome.json["error"]["message"]
    assert submitted(sandbox) == ["k"]
    assert len(sandbox.requests) == 1

    sandbox.honour_keys = False
    assert submit(sandbox, "twice").status == 200
    assert submitted(sandbox) == ["k", "twice", "twice"]


# --- Odd bodies -------------------------------------------------------------------------------------------------------


def odd(kind: str, *keys: str) -> Outcome:
    sandbox = Sandbox()
    sandbox.faults.add(Fault.odd_body(kind))
    outcome = submit(sandbox, *keys)
    assert outcome.status == 200
    assert submitted(sandbox) == list(keys)
    assert outcome.headers["content-length"] == str(len(outcome.body))
    return outcome


@pytest.mark.parametrize(
    ("kind", "body"),
    [("empty", b""), ("array", b"[]"), ("null", b"null"), ("not_json", b"<html><body>Service</body></html>")],
)
def test_bodies_that_are_something_else(kind: str, body: bytes) -> None:
    assert odd(kind, "k").body == body


def test_bodies_that_are_broken() -> None:
    with pytest.raises(json.JSONDecodeError):
        _ = odd("truncated", "k").json
    with pytest.raises(UnicodeDecodeError):
        odd("invalid_utf8", "k").body.decode()


def test_bodies_whose_envelope_is_odd() -> None:
    assert "data" not in odd("no_data", "k").json
    assert odd("null_data", "k").json["data"] is None
    assert "metadata" not in odd("no_metadata", "k").json
    beside = odd("error_beside_data", "k").json
    assert beside["error"]["code"] == 400
    assert len(beside["data"]) == 1


def test_bodies_whose_rows_are_others() -> None:
    assert [row[KEY_NAME] for row in odd("rows_reversed", "a", "b").json["data"]] == ["b", "a"]
    assert [row[KEY_NAME] for row in odd("row_dropped", "a", "b").json["data"]] == ["b"]


@pytest.mark.parametrize(
    ("kind", "there", "missing"),
    [
        ("no_keys", {}, {KEY_NAME}),
        ("extra_fields", {"venue_note": "new", "legs": [{"ratio": 1}]}, set()),
        ("renamed_fields", {"status_v2": "SENT", "symbol_v2": CALL}, {"status", "symbol"}),
        ("missing_fields", {}, {"symbol", "quantity"}),
        ("null_fields", {"symbol": None, "quantity": None}, set()),
        ("wrong_types", {"symbol": 7, "quantity": 1.5}, set()),
        ("unknown_members", {"status": "NEVER_HEARD_OF"}, {"position_type"}),
        ("spaced_times", {"created_at": "2026-04-24 14:30:00+00:00"}, set()),
    ],
)
def test_bodies_whose_fields_are_odd(kind: str, there: dict[str, Any], missing: set[str]) -> None:
    [row] = odd(kind, "k").json["data"]
    assert row.items() >= there.items()
    assert not missing & row.keys()


@pytest.mark.parametrize(
    ("kind", "time"),
    [
        ("zero_times", "0001-01-01T00:00:00Z"),
        ("epoch_times", "1970-01-01T00:00:00Z"),
        ("null_times", None),
        ("naive_times", "2026-04-24T14:30:00"),
        ("days_for_times", "2026-04-24"),
        ("digits_for_times", "1777041000000"),
    ],
)
def test_bodies_whose_times_say_nothing(kind: str, time: str | None) -> None:
    [row] = odd(kind, "k").json["data"]
    assert (row["created_at"], row["updated_at"]) == (time, time)


def test_bodies_whose_rows_are_somebody_else_s_or_spelt_otherwise() -> None:
    [usual] = submit(Sandbox(), "k").json["data"]
    assert odd("other_account", "k").json["data"][0]["account_id"] == ACCOUNT + 1
    assert odd("other_ids", "k").json["data"][0]["id"] == usual["id"][:-12] + "0" * 12
    assert odd("upper_case_ids", "k").json["data"][0]["id"] == usual["id"].upper()
    assert odd("ids_without_hyphens", "k").json["data"][0]["instrument_id"] == usual["instrument_id"].replace("-", "")
    assert odd("upper_case_keys", "k").json["data"][0][KEY_NAME] == "K"


def test_bodies_whose_rows_contradict_each_other() -> None:
    rows = odd("rows_twice", "k").json["data"]
    assert [(row[KEY_NAME], row["status"]) for row in rows] == [("k", "CANCELLED"), ("k", "ACCEPTED")]


def test_a_body_with_an_error_alone() -> None:
    document = odd("error_alone", "k").json
    assert "data" not in document
    assert document["error"]["code"] == 504


def test_a_gateway_answers_with_a_message_of_its_own(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.answer(200, "message"))
    assert submit(sandbox, "k").json == {"message": "Endpoint request timed out"}
    assert submitted(sandbox) == []


# --- Replies to other requests ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [False, True])
def test_a_reply_can_be_about_another_account(sandbox: Sandbox, effect: bool) -> None:
    sandbox.faults.add(Fault.misdelivered(effect=effect))
    [row] = submit(sandbox, "k").json["data"]
    assert (row["account_id"], row["status"]) == (ACCOUNT + 1, "CANCEL_REQUESTED")
    assert submitted(sandbox) == ["k"] * effect


def test_a_cancel_s_reply_can_be_about_another_instruction(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.misdelivered())
    asked = sandbox.add_instruction(ACCOUNT, CALL)
    assert send(sandbox, "DELETE", f"{INSTRUCTIONS}/{asked}").json["data"]["id"] != asked


def test_a_stray_reply_comes_before_behind_or_between(sandbox: Sandbox) -> None:
    for where in ("before", "behind", "between"):
        sandbox.faults.add(Fault.stray_reply(where))
    deliveries = [sandbox.deliver("GET", INSTRUCTIONS, HEADERS) for _ in range(3)]
    accounts = [d.reply.json()["data"][0]["account_id"] for d in deliveries if d.reply]
    assert accounts == [ACCOUNT + 1, ACCOUNT, ACCOUNT]
    assert [d.behind.startswith(b"HTTP/1.1 200 OK") for d in deliveries] == [True] * 3
    assert [d.pause > 0 for d in deliveries] == [False, False, True]


def test_a_list_can_have_the_rows_of_other_accounts(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.foreign_rows(), times=None)
    listed = send(sandbox, "GET", INSTRUCTIONS).json["data"]
    assert {row["account_id"] for row in listed} == {ACCOUNT, 0}
    assert send(sandbox, "GET", "/v1/accounts/5/positions/instructions").json["data"] is None
    assert submit(sandbox, "k").json["data"][0]["account_id"] == ACCOUNT


def test_a_duplicate_can_come_without_the_id_of_the_first(sandbox: Sandbox) -> None:
    submit(sandbox, "k")
    sandbox.faults.add(Fault.odd_body("no_existing_id"))
    outcome = submit(sandbox, "k")
    assert outcome.json["data"][0]["rejection_reason"] == "Duplicate exercise instruction"


def test_faults_of_keys_are_of_both_names(sandbox: Sandbox) -> None:
    sandbox.dialect = "today"

    def sent(kind: str, key: str) -> Any:
        sandbox.faults.add(Fault.odd_body(kind))
        row = {"instruction_type": "EXERCISE", "quantity": "1", NEWER_KEY_NAME: key}
        row["instrument_id"] = sandbox.add_instrument(CALL)
        return send(sandbox, "POST", INSTRUCTIONS, [row]).json["data"][0]

    assert not {KEY_NAME, NEWER_KEY_NAME} & sent("no_keys", "a").keys()
    assert sent("upper_case_keys", "b")[NEWER_KEY_NAME] == "B"
    refused = sent("no_existing_id", "b")
    assert refused["rejection"]["description"] == refused["rejection_reason"] == "Duplicate exercise instruction"
    assert (refused["rejection"]["reason"], refused["rejection"]["metadata"]) == ("DUPLICATE_INSTRUCTION", {})


def test_rows_of_other_accounts_are_in_its_dialect_too(sandbox: Sandbox) -> None:
    sandbox.dialect = "today"
    sandbox.faults.add(Fault.foreign_rows())
    listed = send(sandbox, "GET", INSTRUCTIONS).json["data"]
    assert {row["account_id"] for row in listed if NEWER_KEY_NAME in row} == {ACCOUNT, 0}
    assert not any(KEY_NAME in row for row in listed)


@pytest.mark.parametrize("kind", ODD_BODIES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/version"),
        ("GET", POSITIONS),
        ("GET", "/v1/accounts/5/positions"),
        ("DELETE", "/v1/accounts/0/positions/instructions/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"),
    ],
)
def test_every_reply_can_be_odd(sandbox: Sandbox, kind: str, method: str, path: str) -> None:
    sandbox.faults.add(Fault.odd_body(kind))
    outcome = send(sandbox, method, path)
    assert outcome.status == sandbox.requests[0].status
    assert sandbox.requests[0].fault == f"odd_body {kind}"


def test_an_empty_list_has_no_row_to_drop(sandbox: Sandbox) -> None:
    sandbox.add_account(1)
    sandbox.faults.add(Fault.odd_body("row_dropped"))
    assert send(sandbox, "GET", "/v1/accounts/1/positions").json["data"] == []


def test_an_odd_body_that_it_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected one of .* but received 'strange'"):
        Fault.odd_body("strange")


def test_a_reply_can_be_rewritten_at_will(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.rewritten(lambda document: {**document, "data": "mine"}))
    assert submit(sandbox, "k").json["data"] == "mine"


# --- Which calls go wrong ---------------------------------------------------------------------------------------------


def names(sandbox: Sandbox) -> list[str | None]:
    return [request.fault for request in sandbox.requests]


def test_faults_strike_once_each_in_the_order_in_which_they_were_added(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.rate_limited())
    sandbox.faults.add(Fault.replayed())
    for _ in range(3):
        send(sandbox, "GET", POSITIONS)
    assert names(sandbox) == ["rate_limited", "replayed", None]


def test_a_fault_can_have_an_operation_an_nth_call_and_a_number_of_calls(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.rate_limited(), operation=SUBMIT, nth=2, times=2)
    for _ in range(2):
        send(sandbox, "GET", POSITIONS)
    for number in range(5):
        submit(sandbox, str(number))
    assert names(sandbox) == [None, None, None, "rate_limited", "rate_limited", None, None]


def test_a_fault_can_be_for_calls_of_which_something_is_true(sandbox: Sandbox) -> None:
    def is_close(call: Call) -> bool:
        return call.method == "DELETE" and call.item == "AAPL"

    sandbox.faults.add(Fault.rate_limited(), when=is_close, times=None)
    for path in (POSITIONS, f"{POSITIONS}/TSLA", f"{POSITIONS}/AAPL", f"{POSITIONS}/AAPL"):
        send(sandbox, "DELETE", path)
    assert names(sandbox) == [None, None, "rate_limited", "rate_limited"]


def test_faults_can_be_cleared(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.rate_limited(), times=None)
    sandbox.faults.clear()
    assert submit(sandbox, "k").status == 200


def test_no_fault_strikes_the_service_itself(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault.never_sent())
    assert sandbox.handle("GET", POSITIONS, HEADERS).status == 200
    assert submit(sandbox, "k").error is httpx.ConnectError


def test_seeded_faults_are_the_same_for_the_same_seed() -> None:
    def run(seed: int, rate: float) -> list[str | None]:
        sandbox = Sandbox()
        sandbox.faults.seed(seed, rate=rate, operation="get_positions", when=lambda call: call.item == "")
        for _ in range(40):
            send(sandbox, "GET", POSITIONS)
        send(sandbox, "GET", "/v1/version")
        return names(sandbox)

    assert run(1, 0.5) == run(1, 0.5) != run(2, 0.5)
    assert run(1, 0.5)[:40].count(None) in range(5, 36)
    assert run(1, 0) == [None] * 41


def test_seeded_faults_can_be_chosen(sandbox: Sandbox) -> None:
    sandbox.faults.seed(0, rate=1, faults=[Fault.rate_limited()])
    assert [submit(sandbox, "k").status for _ in range(3)] == [429] * 3


@settings(deadline=None)
@given(st.integers(), st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12))
def test_whatever_goes_wrong_a_key_takes_effect_once(seed: int, keys: list[str]) -> None:
    sandbox = Sandbox()
    sandbox.faults.seed(seed, rate=0.8)
    for key in keys:
        submit(sandbox, key)
    sandbox.clock.advance(2 * HOUR)
    assert len(set(submitted(sandbox))) == len(submitted(sandbox))
    assert set(submitted(sandbox)) <= set(keys)
    assert len(sandbox.requests) == len(keys)
