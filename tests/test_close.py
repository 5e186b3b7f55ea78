"""Closing positions, and any other change that has no key and that no look can settle: never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    CutoffPassedError,
    RateLimitError,
)
from support.scripted_service import ACCOUNT, Service, breaking, envelope, lost, reply, unsent

if TYPE_CHECKING:
    from collections.abc import Callable

    from clear_street import ClearStreet

CALLS: dict[str, Callable[..., Any]] = {
    "close_position": lambda client, **options: client.v1.positions.close_position(
        "AAPL", account_id=ACCOUNT, cancel_orders=True, **options
    ),
    "close_positions": lambda client, **options: client.v1.positions.close_positions(ACCOUNT, **options),
    "delete by path": lambda client, **options: client.delete(
        f"/v1/accounts/{ACCOUNT}/positions", cast_to=dict, **options
    ),
    "post": lambda client, **options: client.post("/v1/unheard-of", cast_to=dict, body={"a": 1}, **options),
    "put": lambda client, **options: client.put("/v1/unheard-of", cast_to=dict, body={"a": 1}, **options),
    "patch": lambda client, **options: client.patch("/v1/unheard-of", cast_to=dict, body={"a": 1}, **options),
    "delete": lambda client, **options: client.delete("/v1/unheard-of", cast_to=dict, **options),
}


NO_ORDERS = (200, envelope([]))
"""The account's orders, which are looked at for what may be the effect of a close."""
CLOSES = ("close_position", "close_positions", "delete by path")


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return CALLS[request.param]


def failure(call: Callable[..., Any], service: Service, **options: Any) -> APIError:
    client: ClearStreet = service.client()
    with pytest.raises(APIError) as raised:
        call(client, **options)
    return raised.value


UNKNOWN: dict[str, Any] = {
    "reset": lost,
    "stale connection": lambda: httpx.RemoteProtocolError("Server disconnected without sending a response."),
    "write error": lambda: httpx.WriteError("Broken pipe"),
    "too slow": lambda: httpx.ReadTimeout("slow"),
    "303": lambda: reply(303),
    "408": lambda: reply(408),
    "500": lambda: reply(500),
    "502": lambda: httpx.Response(502, html="<html>"),
    "503": lambda: reply(503, headers={"Retry-After": "1"}),
    "504": lambda: httpx.Response(504),
    "broken success": breaking,
    "broken refusal": lambda: breaking(400),
    "empty": lambda: httpx.Response(200),
    "no content": lambda: httpx.Response(204),
    "no JSON": lambda: httpx.Response(200, text="OK"),
    "no object": lambda: httpx.Response(200, json=[]),
}


@pytest.mark.parametrize("how", UNKNOWN)
def test_it_is_never_sent_again_once_a_byte_may_have_left(call: Callable[..., Any], how: str) -> None:
    service = Service(UNKNOWN[how](), otherwise=NO_ORDERS)
    error = failure(call, service, max_retries=5)
    assert error.outcome_unknown is True
    assert [method for method in service.methods if method != "GET"] == [service.methods[0]]
    assert "OUTCOME UNKNOWN" in str(error)
    assert "Do not repeat it" in str(error)
    assert [attempt.outcome for attempt in error.attempts] == ["unknown"]


@pytest.mark.parametrize("name", ["close_position", "close_positions"])
def test_an_error_beside_what_is_no_order_is_no_answer(name: str) -> None:
    service = Service(reply(200, {"a": 1}, error="Endpoint request timed out"), otherwise=NO_ORDERS)
    assert failure(CALLS[name], service).outcome_unknown is True


def test_it_is_sent_again_while_nothing_was_done(call: Callable[..., Any]) -> None:
    failures: list[Any] = [
        unsent(),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.ProxyError("503"),
        reply(429),
    ]
    service = Service(*failures, reply(200, []))
    call(service.client(), max_retries=len(failures))
    assert len({(seen.method, seen.path, str(seen.json)) for seen in service.seen}) == 1
    assert len(service.seen) == 6


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 409, 422, 425])
def test_a_refusal_is_definite(call: Callable[..., Any], status: int) -> None:
    error = failure(call, Service(reply(status)))
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.outcome_unknown) == (status, False)
    assert "OUTCOME UNKNOWN" not in str(error)


def test_what_did_nothing_to_the_end_is_known_to_have_done_nothing(call: Callable[..., Any]) -> None:
    assert failure(call, Service(unsent(), unsent(), unsent())).outcome_unknown is False
    assert failure(call, Service(reply(429), reply(429), reply(429))).outcome_unknown is False


def test_a_wait_that_is_too_long_is_not_begun(call: Callable[..., Any]) -> None:
    service = Service(reply(429, headers={"Retry-After": "61"}))
    error = failure(call, service)
    assert isinstance(error, RateLimitError)
    assert (error.outcome_unknown, error.retry_after, service.clock.monotonic()) == (False, 61, 0)


def test_nothing_is_sent_again_after_the_last_moment(call: Callable[..., Any]) -> None:
    service = Service(reply(429, headers={"Retry-After": "5"}))
    error = failure(call, service, not_after=service.clock.now() + timedelta(seconds=5))
    assert (type(error), type(error.__cause__)) == (CutoffPassedError, RateLimitError)
    assert error.outcome_unknown is False


def test_nothing_is_sent_where_the_key_took_until_the_last_moment(call: Callable[..., Any]) -> None:
    service = Service()

    def api_key() -> str:
        service.clock.advance(5)
        return "key"

    with pytest.raises(CutoffPassedError, match="nothing was sent") as raised:
        call(service.client(api_key=api_key), not_after=service.clock.now() + timedelta(seconds=5))
    assert (raised.value.outcome_unknown, [attempt.outcome for attempt in raised.value.attempts]) == (
        False,
        ["never_sent"],
    )


def test_connecting_takes_until_the_last_moment_at_most(call: Callable[..., Any]) -> None:
    service = Service(reply(200, []))
    call(service.client(timeout=60), not_after=service.clock.now() + timedelta(seconds=2))
    assert service.seen[0].timeout == {"connect": 2, "pool": 2, "write": 60, "read": 60}


def test_the_hook_is_told_and_can_stop_it(call: Callable[..., Any]) -> None:
    told: list[Any] = []

    def on_intent(keys: Any, request: Any) -> None:
        told.append((keys, request.method))
        raise LookupError("not in the journal")

    with pytest.raises(LookupError):
        call(Service().client(on_intent=on_intent))
    assert [keys for keys, _ in told] == [()]


def test_nothing_is_sent_where_the_hook_took_until_the_deadline(call: Callable[..., Any]) -> None:
    service = Service()
    with pytest.raises(APITimeoutError, match="the deadline had passed") as raised:
        call(service.client(on_intent=lambda *_: service.clock.advance(5.0)), deadline=5.0)
    assert (raised.value.outcome_unknown, raised.value.attempts) == (False, ())


def test_ctrl_c_leaves_the_outcome_unknown(call: Callable[..., Any]) -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        call(Service(KeyboardInterrupt()).client())
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]
    assert "Do not repeat it" in raised.value.__notes__[0]


def test_a_reply_without_its_data_is_a_success() -> None:
    response = (
        Service(httpx.Response(200, json={"metadata": {"request_id": "r"}}))
        .client()
        .v1.positions.close_positions(ACCOUNT)
    )
    assert response.data is None
    assert response.drift


@pytest.mark.parametrize("close", CLOSES)
@pytest.mark.parametrize(
    "body",
    [
        {"message": "Endpoint request timed out"},
        {"error": {"code": 500, "message": "clearing venue down"}},
        {"metadata": {"request_id": "r"}, "data": None, "error": {"code": 504, "message": "timed out"}},
        {"metadata": {"request_id": "r"}, "data": [], "error": {"code": 504, "message": "timed out"}},
        {"metadata": {"request_id": "r"}, "data": [{"account_id": 1}]},
    ],
    ids=str,
)
def test_a_success_that_is_no_answer_is_none(close: str, body: Any) -> None:
    service = Service(httpx.Response(200, json=body), otherwise=NO_ORDERS)
    with pytest.raises(APIResponseValidationError) as raised:
        CALLS[close](service.client())
    assert (raised.value.outcome_unknown, service.methods.count("DELETE")) == (True, 1)


@pytest.mark.parametrize("cast_to", [dict, str, bytes, object, type(None)])
def test_neither_is_an_error_without_data_to_a_request_of_any_other_kind(cast_to: Any) -> None:
    service = Service(httpx.Response(200, json={"error": {"message": "timed out"}}))
    with pytest.raises(APIResponseValidationError) as raised:
        service.client().post("/v1/unheard-of", cast_to=cast_to)
    assert raised.value.outcome_unknown is True


@pytest.mark.parametrize("close", CLOSES)
def test_an_error_beside_orders_does_not_raise(close: str) -> None:
    order = {"account_id": ACCOUNT, "id": "order-1"}
    CALLS[close](Service(reply(200, [order], error="a remark")).client())


def test_nothing_is_sent_past_the_last_moment_by_either_clock(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service()
    began, slept = service.clock.now(), [0.0]
    now = service.clock.now
    monkeypatch.setattr(service.clock, "now", lambda: now() + timedelta(seconds=slept[0]))

    def asleep(_: httpx.Request) -> httpx.Response:
        slept[0] = 3600.0  # the monotonic clock stands still meanwhile
        return reply(429)

    service.steps.extend([asleep, reply(200, [])])
    with pytest.raises(APIError) as raised:
        call(service.client(), not_after=began + timedelta(minutes=5))
    assert (raised.value.outcome_unknown, len(service.methods)) == (False, 1)


def test_strict_raises_with_the_reply_where_it_departs_from_the_spec() -> None:
    with pytest.raises(APIResponseValidationError) as raised:
        Service(reply(200, [{}])).client(strict=True).v1.positions.close_positions(ACCOUNT)
    assert raised.value.outcome_unknown is False
    assert raised.value.reply is not None


@pytest.mark.parametrize(
    "how", [breaking, lambda: httpx.Response(200, stream=httpx.ByteStream(b"OK"))], ids=["broken off", "no JSON"]
)
def test_a_streamed_reply_that_cannot_be_read_leaves_the_outcome_unknown(how: Any) -> None:
    service = Service(how(), otherwise=NO_ORDERS)
    positions = service.client().v1.positions.with_streaming_response
    with positions.close_positions(ACCOUNT) as response, pytest.raises(APIError) as raised:
        response.parse()
    assert isinstance(raised.value, (APIConnectionError, APIResponseValidationError))
    assert raised.value.outcome_unknown is True
    assert "GET" in service.methods  # what may be its effect is looked for, as where the reply came whole


def test_a_streamed_reply_that_breaks_off_leaves_the_outcome_unknown() -> None:
    positions = Service(breaking()).client().v1.positions.with_streaming_response
    with positions.close_positions(ACCOUNT) as response, pytest.raises(APIConnectionError) as raised:
        list(response.iter_bytes())
    assert raised.value.outcome_unknown is True
    assert raised.value.message.endswith("(HTTP 200) was read: RemoteProtocolError")
    assert [attempt.outcome for attempt in raised.value.attempts] == ["unknown"]


def test_a_read_that_ends_badly_is_never_of_unknown_outcome() -> None:
    error = failure(lambda client: client.get("/v1/unheard-of", cast_to=dict), Service(lost(), lost(), lost()))
    assert error.outcome_unknown is False


def test_a_loss_that_is_noticed_after_the_last_moment_is_a_loss(call: Callable[..., Any]) -> None:
    """Only what `not_after` kept from being sent ends in its error: this was sent before."""
    service = Service(otherwise=NO_ORDERS)
    service.steps.append(service.taking(5.0, lost()))
    error = failure(call, service, not_after=service.clock.now() + timedelta(seconds=5))
    assert not isinstance(error, CutoffPassedError)
    assert error.outcome_unknown is True
