"""When a call is sent again, how long it waits and when it gives up: the decisions as tables, and whole reads."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street._api.operations import Resend
from clear_street._api.rows import every_operation
from clear_street._calls.policy import Action, backoff, classify, decide, look_reserve, retry_after
from clear_street._outcomes import Failure, Outcome, Reply
from clear_street.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ArgumentError,
    AuthenticationError,
    InternalServerError,
    RateLimitError,
    WaitTimeoutError,
)
from support.scripted_service import ACCOUNT, Service, breaking, lost, reply, row, unsent

AGAIN, LOOK, RAISE, RETURN = Action.AGAIN, Action.LOOK, Action.RAISE, Action.RETURN


def ok() -> httpx.Response:
    return reply(data=[])


def read(client: Any, **options: Any) -> Any:
    return client.v1.positions.get_positions(ACCOUNT, **options)


def dated(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


# --- What an attempt came to ------------------------------------------------------------------------------------------


def test_a_complete_reply_is_classified_by_its_status() -> None:
    came_to = {status: classify(Reply(status, {}, b"", None, 0.0), readable=True) for status in range(200, 600)}
    assert {status for status in came_to if came_to[status] is Outcome.DONE} == set(range(200, 300))
    assert {status for status in came_to if came_to[status] is Outcome.RATE_LIMITED} == {429}
    assert {status for status in came_to if came_to[status] is Outcome.UNKNOWN} == {303, 408, *range(500, 600)}
    refused = {status for status in came_to if came_to[status] is Outcome.REFUSED}
    assert refused == set(range(300, 500)) - {303, 408, 429}


def test_a_success_that_cannot_be_read_tells_nothing() -> None:
    came_to = {classify(Reply(status, {}, b"", None, 0.0), readable=False) for status in range(200, 300)}
    assert came_to == {Outcome.UNKNOWN}


@pytest.mark.parametrize("status", [100, 199, 600, 999])
def test_a_status_that_means_nothing_tells_nothing(status: int) -> None:
    assert classify(Reply(status, {}, b"", None, 0.0), readable=False) is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [None, 200, 404])
def test_a_reply_that_never_became_complete_tells_nothing(status: int | None) -> None:
    failure = Failure(OSError(), 0.0, sent=True, timed_out=False, status=status)
    assert classify(failure, readable=False) is Outcome.UNKNOWN


def test_what_was_never_sent_is_known_to_have_done_nothing() -> None:
    assert classify(Failure(OSError(), 0.0, sent=False, timed_out=True), readable=False) is Outcome.NEVER_SENT


# --- What follows -----------------------------------------------------------------------------------------------------

TABLE: dict[str, dict[Outcome, Action]] = {
    Resend.READ: {Outcome.NEVER_SENT: AGAIN, Outcome.RATE_LIMITED: AGAIN, Outcome.UNKNOWN: AGAIN},
    Resend.SUBMIT: {Outcome.NEVER_SENT: AGAIN, Outcome.RATE_LIMITED: AGAIN, Outcome.UNKNOWN: LOOK},
    Resend.CANCEL: {Outcome.NEVER_SENT: AGAIN, Outcome.RATE_LIMITED: AGAIN, Outcome.UNKNOWN: AGAIN},
    Resend.ONCE: {Outcome.NEVER_SENT: AGAIN, Outcome.RATE_LIMITED: AGAIN, Outcome.UNKNOWN: RAISE},
}


@pytest.mark.parametrize("resend", TABLE)
@pytest.mark.parametrize("outcome", Outcome)
def test_what_follows_an_outcome(resend: str, outcome: Outcome) -> None:
    always = {Outcome.REFUSED: RAISE, Outcome.DONE: RETURN}
    assert decide(resend, outcome, None) is {**always, **TABLE[resend]}[outcome]


@pytest.mark.parametrize("status", [200, 204, 299])
def test_an_unreadable_success_of_a_cancel_is_looked_for_and_not_repeated(status: int) -> None:
    assert decide(Resend.CANCEL, Outcome.UNKNOWN, status) is LOOK
    assert decide(Resend.READ, Outcome.UNKNOWN, status) is AGAIN
    assert decide(Resend.ONCE, Outcome.UNKNOWN, status) is RAISE


def test_each_operation_has_its_rule() -> None:
    reads = [operation.name for operation in every_operation() if operation.resend == Resend.READ]
    assert all(name.startswith(("get_", "search_")) for name in reads)
    assert {operation.name: operation.resend for operation in every_operation() if operation.name not in reads} == {
        "submit_position_instructions": Resend.SUBMIT,
        "cancel_position_instruction": Resend.CANCEL,
        "close_position": Resend.ONCE,
        "close_positions": Resend.ONCE,
        "submit_orders": Resend.SUBMIT,
        "cancel_open_order": Resend.CANCEL,
        "replace_order": Resend.REPLACE,
        "cancel_all_open_orders": Resend.ONCE,
    }


# --- How long to wait -------------------------------------------------------------------------------------------------


@given(sent=st.integers(1, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_backoff_is_exponential_with_full_jitter_between_its_bounds(sent: int, jitter: float) -> None:
    assert backoff(sent, 0.0) == 0
    assert backoff(sent, jitter) == pytest.approx(jitter * backoff(sent, 1.0))
    assert backoff(sent, 1.0) <= backoff(sent + 1, 1.0) <= 8


def test_backoff_doubles_from_half_a_second_to_eight() -> None:
    assert [backoff(sent, 1.0) for sent in range(1, 8)] == [0.5, 1, 2, 4, 8, 8, 8]


REPLIED = datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
OURS = REPLIED + timedelta(hours=5)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, None, None),
        ("", None, None),
        ("0", None, 0),
        ("2", None, 2),
        (" 2 ", None, 2),
        ("1.5", None, 1.5),
        ("120", None, 120),
        ("-1", None, None),
        ("inf", None, None),
        ("nan", None, None),
        ("1.2.3", None, None),
        ("1e3", None, None),
        ("1_0", None, None),
        ("soon", None, None),
        ("2, 3", None, 3.0),
        ("2, soon", None, None),
        ("\u00b2", None, None),
        ("2, \u00b2", None, None),
        (", ".join([dated(REPLIED + timedelta(seconds=7))] * 2), ", ".join([dated(REPLIED)] * 3), 7),
        ("Fri, 24 Apr 2026 16:30:07 +0200", dated(REPLIED), 7),
        (dated(REPLIED + timedelta(seconds=7)), dated(REPLIED), 7),
        (dated(REPLIED - timedelta(seconds=7)), dated(REPLIED), 0),
        ("Friday, 24-Apr-26 14:30:07 GMT", dated(REPLIED), 7),
        ("Fri Apr 24 14:30:07 2026", dated(REPLIED), 7),
        (dated(OURS + timedelta(seconds=7)), None, 7),
        (dated(OURS + timedelta(seconds=7)), "when it suits", 7),
        ("Fri, 99 Apr 2026 14:30:07 GMT", dated(REPLIED), None),
        ("Fri, 24 Apr 2026 14:30:07 +99999999999999", dated(REPLIED), None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: str | None, date: str | None, seconds: float | None) -> None:
    headers = {"retry-after": value, "date": date}
    assert retry_after({name: text for name, text in headers.items() if text is not None}, OURS) == seconds


@given(value=st.text(), date=st.text())
def test_whatever_retry_after_says_it_is_seconds_or_nothing(value: str, date: str) -> None:
    seconds = retry_after({"retry-after": value, "date": date}, OURS)
    assert seconds is None or seconds >= 0


def test_a_fifth_of_the_deadline_at_most_two_seconds_is_kept_for_looks() -> None:
    assert [look_reserve(seconds) for seconds in (1.0, 5.0, 10.0, 180.0)] == [0.2, 1.0, 2.0, 2.0]


# --- Reads ------------------------------------------------------------------------------------------------------------


PASSING: dict[str, Any] = {
    "no connection": unsent(),
    "connecting too slow": httpx.ConnectTimeout("slow"),
    "no free connection": httpx.PoolTimeout("busy"),
    "proxy": httpx.ProxyError("503"),
    "reset": lost(),
    "too slow": httpx.ReadTimeout("slow"),
    "write error": httpx.WriteError("broken pipe"),
    "closed": httpx.RemoteProtocolError("closed"),
    "broken success": breaking(200),
    "broken refusal": breaking(404),
    "429": reply(429),
    "303": reply(303),
    "408": reply(408),
    "500": reply(500),
    "502": httpx.Response(502, html="<html>"),
    "504": httpx.Response(504),
    "no JSON": httpx.Response(200, text="not JSON"),
    "no object": httpx.Response(200, json=[]),
    "nothing": httpx.Response(204),
}


@pytest.mark.parametrize("failure", PASSING)
def test_a_read_is_repeated_after_a_failure_that_may_pass(failure: str) -> None:
    service = Service(PASSING[failure], ok())
    response = read(service.client())
    assert service.methods == ["GET", "GET"]
    assert [attempt.outcome for attempt in response.attempts][1:] == ["done"]


@pytest.mark.parametrize(
    "status", [300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 418, 422, 425, 451]
)
def test_an_answer_that_cannot_change_is_not_asked_for_again(status: int) -> None:
    service = Service(reply(status, headers={"Location": "/v1/version", "Retry-After": "1"}))
    with pytest.raises(APIStatusError) as raised:
        read(service.client())
    assert raised.value.status_code == status
    assert raised.value.outcome_unknown is False
    assert raised.value.retry_after == 1
    assert len(service.seen) == 1


@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": {}}, {"data": "x"}], ids=repr)
def test_a_read_without_its_data_is_made_again(data: dict[str, object]) -> None:
    without = httpx.Response(200, json={"metadata": {"request_id": "r"}, **data})
    service = Service(without, without, httpx.Response(200, json={"data": [], "metadata": {"request_id": "r"}}))
    assert read(service.client()).data == []
    assert len(service.seen) == 3


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
def test_at_most_max_retries_further_attempts(retries: int) -> None:
    service = Service(*(reply(500) for _ in range(retries + 1)))
    with pytest.raises(InternalServerError) as raised:
        read(service.client(), max_retries=retries)
    assert raised.value.outcome_unknown is False
    assert len(raised.value.attempts) == len(service.seen) == retries + 1


def test_two_further_attempts_by_default_and_the_last_error_is_raised() -> None:
    service = Service(reply(500), lost(), reply(429))
    with pytest.raises(RateLimitError) as raised:
        read(service.client())
    assert [(a.outcome, a.status_code, a.failure, a.request_id) for a in raised.value.attempts] == [
        ("unknown", 500, None, "request-500"),
        ("unknown", None, "ReadError", None),
        ("rate_limited", 429, None, "request-429"),
    ]
    assert raised.value.request_id == "request-429"
    assert raised.value.attempts[0].started_at == datetime(2026, 4, 24, 14, 30, tzinfo=UTC)


def test_an_attempt_tells_when_it_was_sent_and_how_long_it_took() -> None:
    service = Service()
    service.steps.extend([service.taking(3.0, reply(500)), service.taking(0.25, ok())])
    attempts = read(service.client()).attempts
    assert [attempt.elapsed for attempt in attempts] == [3.0, 0.25]
    assert (attempts[1].started_at - attempts[0].started_at).total_seconds() == pytest.approx(service.times[1])


def test_the_waits_grow_between_their_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(*(reply(500) for _ in range(8)))
    monkeypatch.setattr(service.clock, "random", lambda: 0.5)
    with pytest.raises(InternalServerError):
        read(service.client(), max_retries=7)
    waits = [later - earlier for earlier, later in zip(service.times, service.times[1:], strict=False)]
    assert waits == pytest.approx([backoff(sent, 0.5) for sent in range(1, 8)])


def test_a_list_in_which_nothing_changes_is_read_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(otherwise=reply(data=[row()]))
    monkeypatch.setattr(service.clock, "random", lambda: 1.0)
    with pytest.raises(WaitTimeoutError):
        service.client().v1.positions.wait_for_position_instruction("id-of-key-0", account_id=ACCOUNT, deadline=60)
    waits = [later - earlier for earlier, later in zip(service.times[1:], service.times[2:-1], strict=False)]
    assert waits == pytest.approx([min(10, 0.5 * 1.5**number) for number in range(len(waits))])
    assert len(waits) > 8


@pytest.mark.parametrize("asked", ["0", "0.001", "2", "2.5", "60"])
def test_retry_after_is_obeyed_exactly(asked: str) -> None:
    service = Service(reply(503, headers={"Retry-After": asked}), ok())
    read(service.client())
    assert service.times == [0, float(asked)]


def test_retry_after_counts_from_the_end_of_the_reply() -> None:
    service = Service()
    service.steps.extend([service.taking(10.0, reply(429, headers={"Retry-After": "2"})), ok()])
    read(service.client())
    assert service.times == [0, 12]


def test_retry_after_as_a_date_counts_by_the_clock_of_the_service() -> None:
    headers = {"Date": "Mon, 01 Jan 2024 00:00:00 GMT", "Retry-After": "Mon, 01 Jan 2024 00:00:05 GMT"}
    service = Service(reply(429, headers=headers), ok())
    read(service.client())
    assert service.times == [0, 5]


def test_retry_after_as_a_date_counts_by_our_clock_if_there_is_no_other() -> None:
    service = Service(reply(429, headers={"Retry-After": "Fri, 24 Apr 2026 14:30:05 GMT"}), ok())
    read(service.client())
    assert service.times == [0, 5]


def test_a_service_that_asks_for_more_than_a_minute_is_not_waited_for() -> None:
    service = Service(reply(429, headers={"Retry-After": "61"}))
    with pytest.raises(RateLimitError) as raised:
        read(service.client())
    assert raised.value.retry_after == 61
    assert service.clock.monotonic() == 0


def test_a_service_that_asks_for_more_than_is_left_is_not_waited_for() -> None:
    service = Service(reply(503, headers={"Retry-After": "5"}))
    with pytest.raises(InternalServerError) as raised:
        read(service.client(), deadline=5.0)
    assert raised.value.retry_after == 5
    assert service.clock.monotonic() == 0


def test_the_deadline_bounds_the_whole_call() -> None:
    service = Service()
    service.steps.extend(service.taking(4.0, reply(500)) for _ in range(9))
    with pytest.raises(InternalServerError):
        read(service.client(), deadline=10.0, max_retries=8)
    assert len(service.seen) == 3
    assert service.times[-1] < 10
    assert service.seen[-1].timeout["read"] == pytest.approx(10 - service.times[-1])


def test_by_default_the_deadline_is_what_the_attempts_may_take_together() -> None:
    service = Service()
    service.steps.extend(service.taking(21.0, reply(500)) for _ in range(9))
    with pytest.raises(InternalServerError):
        read(service.client(timeout=20.0, max_retries=2))
    assert len(service.seen) == 3
    assert service.seen[2].timeout["read"] == pytest.approx(60 - service.times[2])


def test_the_timeout_bounds_an_attempt() -> None:
    service = Service(ok(), ok(), ok())
    client = service.client(timeout=20.0)
    read(client)
    read(client, timeout=3.0)
    read(client, timeout=httpx.Timeout(9.0, connect=1.0))
    assert [request.timeout for request in service.seen] == [
        {"connect": 5, "read": 20, "write": 20, "pool": 20},
        {"connect": 3, "read": 3, "write": 3, "pool": 3},
        {"connect": 1, "read": 9, "write": 9, "pool": 9},
    ]


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout("slow"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("busy")]
)
def test_a_time_out_is_a_timeout_error(failure: httpx.TimeoutException) -> None:
    with pytest.raises(APITimeoutError) as raised:
        read(Service(failure).client(), max_retries=0)
    assert raised.value.__cause__ is failure
    assert raised.value.outcome_unknown is False


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (unsent, "failed before anything was sent: ConnectError: Connection refused"),
        (lost, "failed after the request may have been sent: ReadError"),
        (lambda: breaking(200), "failed while the body of the reply (HTTP 200) was read: RemoteProtocolError"),
        (lambda: httpx.ReadTimeout("slow"), "timed out after the request may have been sent: ReadTimeout"),
    ],
)
def test_a_connection_error_says_where_it_failed(step: Any, words: str) -> None:
    with pytest.raises(APIConnectionError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read(Service(step()).client(), max_retries=0)


def test_a_connection_error_after_others_is_about_the_last_attempt() -> None:
    with pytest.raises(APIConnectionError, match="failed before the request was sent again: ConnectError"):
        read(Service(reply(500), unsent()).client(), max_retries=1)


def test_a_connection_error_says_that_nothing_was_sent_if_so() -> None:
    with pytest.raises(APIConnectionError, match="failed before anything was sent: ConnectError"):
        read(Service(unsent(), unsent()).client(), max_retries=1)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"null", b'"text"', b"{", b"[" * 100_000])
def test_a_success_that_is_no_json_object_is_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(APIResponseValidationError) as raised:
        read(Service(httpx.Response(200, content=body)).client(), max_retries=0)
    assert (raised.value.status_code, raised.value.body, raised.value.outcome_unknown) == (200, body, False)


@pytest.mark.parametrize("body", [b"{\x00abc", b'{"data": [], "metadata": {"request_id": "\xff"}}', b"\xff\xfe{\x00"])
def test_a_body_of_any_bytes_is_read_or_refused(body: bytes) -> None:
    result: Any = None
    with contextlib.suppress(APIResponseValidationError):
        result = read(Service(httpx.Response(200, content=body)).client(), max_retries=0)
    assert result is None or result.data == []


def test_a_supplied_client_follows_no_redirect_and_adds_no_auth() -> None:
    service = Service(reply(307, headers={"Location": "https://elsewhere.example/"}))
    http_client = httpx.Client(transport=service, auth=("user", "word"), follow_redirects=True)
    with pytest.raises(APIStatusError) as raised:
        read(service.client(http_client=http_client))
    assert raised.value.status_code == 307
    assert [request.headers["authorization"] for request in service.seen] == ["Bearer key"]


def test_a_refusal_of_the_key_is_not_repeated() -> None:
    with pytest.raises(AuthenticationError, match=r"GET /v1/accounts/\{account_id\}/positions: HTTP 401: It is a 401"):
        read(Service(reply(401)).client())


def test_only_changing_calls_have_a_last_moment() -> None:
    with pytest.raises(TypeError, match="not_after"):
        read(Service().client(), not_after=datetime.now(UTC))
    with pytest.raises(ArgumentError, match="max_retries"):
        read(Service().client(), max_retries=-1)
