"""`client.get`, `post`, `put`, `patch` and `delete`: paths that the spec does not know, and those that it does."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    ArgumentError,
    ConflictError,
    InternalServerError,
    NotFoundError,
)
from clear_street.sandbox import Fault, Sandbox
from clear_street.types.v1 import (
    Position,
    PositionCancelPositionInstructionResponse,
    PositionGetPositionsResponse,
    PositionSubmitPositionInstructionsResponse,
)
from support.client_modes import Mode, query_of
from support.scripted_service import ROW, Service, envelope, failed

ACCOUNT = 122503
CONTRACT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
INSTRUCTIONS = f"/v1/accounts/{ACCOUNT}/positions/instructions"
VERBS = ["get", "post", "put", "patch", "delete"]
NOTHING: Any = type(None)


def asked(mode: Mode, verb: str, path: str, service: Service, **options: Any) -> Any:
    client = mode.client(service, max_retries=1)
    return mode.run(lambda: getattr(client, verb)(path, **{"cast_to": object, **options}))


# --- Requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_a_request_goes_to_its_path_with_the_key(mode: Mode, verb: str) -> None:
    service = Service((200, {"found": True}))
    assert asked(mode, verb, "/v1/new-things/7:a%2Fb", service) == {"found": True}
    request = service.request
    assert (request.method, str(request.url)) == (
        verb.upper(),
        "https://api.clearstreet.com/v1/new-things/7:a%2Fb",
    )
    assert request.headers["authorization"] == "Bearer key"
    assert request.content == b""


@pytest.mark.parametrize("verb", VERBS[1:])
@pytest.mark.parametrize(
    "body", [{"ü": [1, None, 1.5]}, [{"a": "b"}], "text", 0, False], ids=lambda value: repr(value).split(" at 0x")[0]
)
def test_a_body_is_sent_as_json(mode: Mode, verb: str, body: object) -> None:
    service = Service((200, {}))
    asked(mode, verb, "/v1/things", service, body=body)
    assert json.loads(service.request.content) == body
    assert service.request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body",
    [{1, 2}, float("nan"), object(), "\ud800", {"a": b"bytes"}, {("a",): 1}],
    ids=lambda value: repr(value).split(" at 0x")[0],
)
def test_a_body_that_is_no_json_is_refused(mode: Mode, body: object) -> None:
    service = Service((200, {}))
    with pytest.raises(ArgumentError, match="`body`"):
        asked(mode, "post", "/v1/things", service, body=body)
    assert service.requests == []


def test_the_options_of_a_call_are_taken(mode: Mode) -> None:
    service = Service((200, {}))
    options = {
        "extra_headers": {"X-A": "1"},
        "extra_query": {"page": 2},
        "extra_body": {"b": 2},
        "timeout": 3,
        "not_after": None,
    }
    asked(mode, "post", "/v1/things", service, body={"a": 1}, **options)
    assert service.request.headers["x-a"] == "1"
    assert query_of(service.request) == {"page": "2"}
    assert json.loads(service.request.content) == {"a": 1, "b": 2}
    assert service.request.extensions["timeout"]["read"] == 3.0


def test_a_list_takes_no_extra_body_and_a_get_none_at_all(mode: Mode) -> None:
    service = Service((200, {}))
    for verb, options in (("post", {"body": [1]}), ("post", {"body": "text"}), ("get", {})):
        with pytest.raises(ArgumentError, match="takes no `extra_body`"):
            asked(mode, verb, "/v1/things", service, extra_body={"a": 1}, **options)
    assert service.requests == []


# --- The guard of the path --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("", "v1/things", "https://elsewhere.example/v1", "//elsewhere.example/v1", "/", "/v1//things", "/v1/things/"),
        *("/v1/../secrets", "/v1/.", "/v1/./things", "/v1/%2e%2e/secrets", "/v1/%2E./things", "/v1/.%2e"),
        *("/v1/things?a=b", "/v1/things#part", "/v1\\things", "/v1/a b", "/v1/a\tb", "/v1/a\nb", "/v1/\x00", "/v1/ü"),
        *("/v1/100%", "/v1/%zz", "/v1/%ff", "/v1/<a>", '/v1/"a"', "/v1/{id}", "/v1/a|b", "/@elsewhere.example//x"),
        *(None, 7, b"/v1/things"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("verb", VERBS)
def test_a_path_that_could_lead_elsewhere_is_refused(verb: str, path: Any) -> None:
    service = Service((200, {}))
    with pytest.raises(ArgumentError, match="`path`"):
        asked(Mode("sync"), verb, path, service)
    assert service.requests == []


@given(st.text("/.%2eE?#\\ @:;=a1é\n", max_size=12))
def test_whatever_the_path_a_request_stays_on_the_origin_and_on_that_path(path: str) -> None:
    service = Service((200, {}))
    client = Mode("sync").client(service, base_url="https://api.example/prefix")
    try:
        client.get(path, cast_to=object)
    except ArgumentError:
        assert service.requests == []
        return
    assert str(service.request.url) == f"https://api.example/prefix{path}"
    assert httpx.URL(str(service.request.url)).host == "api.example"


def test_an_id_left_out_does_not_become_a_request_to_close_everything() -> None:
    service, instrument_id = Service((200, envelope([]))), ""
    with pytest.raises(ArgumentError, match="empty"):
        asked(Mode("sync"), "delete", f"/v1/accounts/7/positions/{instrument_id}", service)
    assert service.requests == []


# --- Casts ------------------------------------------------------------------------------------------------------------


BODY = '{"symbol": "AAPL", "ü": 1}'.encode()


@pytest.mark.parametrize(
    ("cast_to", "value"),
    [
        (dict, {"symbol": "AAPL", "ü": 1}),
        (dict[str, Any], {"symbol": "AAPL", "ü": 1}),
        (object, {"symbol": "AAPL", "ü": 1}),
        (str, BODY.decode()),
        (bytes, BODY),
        (NOTHING, None),
    ],
    ids=repr,
)
def test_a_reply_becomes_what_was_asked_for(mode: Mode, cast_to: Any, value: object) -> None:
    assert asked(mode, "get", "/v1/things", Service((200, BODY)), cast_to=cast_to) == value


def test_a_reply_can_become_a_model(mode: Mode) -> None:
    position = asked(mode, "get", "/v1/things", Service((200, BODY)), cast_to=Position)
    assert type(position) is Position
    assert (position.symbol, position.model_extra) == ("AAPL", {"ü": 1})


@pytest.mark.parametrize(("cast_to", "body"), [(list, b"[1]"), (list[int], b"[2]"), (object, b"null"), (object, b"7")])
def test_json_that_is_no_object_can_be_asked_for(mode: Mode, cast_to: Any, body: bytes) -> None:
    assert asked(mode, "get", "/v1/things", Service((200, body)), cast_to=cast_to) == json.loads(body)


def test_half_a_surrogate_pair_does_not_lose_a_success(mode: Mode) -> None:
    row = {**ROW, "account_id": ACCOUNT, "symbol": "\ud800"}
    service = Service((200, json.dumps(envelope(row)).encode()))
    body = asked(mode, "delete", f"{INSTRUCTIONS}/i-1", service, cast_to=bytes)
    assert json.loads(body)["data"]["symbol"] == "\ud800"


@pytest.mark.parametrize("cast_to", [bytes, str, NOTHING])
def test_an_empty_reply_is_no_error_where_no_json_was_asked_for(mode: Mode, cast_to: Any) -> None:
    assert not asked(mode, "delete", "/v1/things", Service((204, b"")), cast_to=cast_to)


def test_text_that_is_no_utf8_is_replaced(mode: Mode) -> None:
    assert asked(mode, "get", "/v1/things", Service((200, b"a\xff")), cast_to=str) == "a\ufffd"


@pytest.mark.parametrize(
    ("cast_to", "body"),
    [
        (dict, b"[]"),
        (Position, b"[]"),
        (list, b"{}"),
        (object, b""),
        (dict, b"<html>"),
        (dict, b"null"),
        (object, b"{"),
    ],
)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_reply_that_is_not_what_was_asked_for_is_an_error(mode: Mode, verb: str, cast_to: Any, body: bytes) -> None:
    service = Service(otherwise=(200, body))
    with pytest.raises(APIResponseValidationError) as caught:
        asked(mode, verb, "/v1/things", service, cast_to=cast_to)
    assert caught.value.outcome_unknown is (verb == "post")
    assert len(service.requests) == (2 if verb == "get" else 1)


@pytest.mark.parametrize(
    "cast_to",
    [None, int, float, "dict", set, httpx.Response, {}, tuple[int]],
    ids=lambda value: repr(value).split(" at 0x")[0],
)
def test_a_cast_that_no_body_can_become_is_refused(mode: Mode, cast_to: Any) -> None:
    service = Service((200, {}))
    with pytest.raises(ArgumentError, match="`cast_to`"):
        asked(mode, "post", "/v1/things", service, cast_to=cast_to)
    assert service.requests == []


# --- What is sent again -----------------------------------------------------------------------------------------------


def test_a_get_is_repeated(mode: Mode) -> None:
    service = Service((503, failed(503)), (200, {"ok": 1}))
    assert asked(mode, "get", "/v1/things", service) == {"ok": 1}


@pytest.mark.parametrize("verb", VERBS[1:])
@pytest.mark.parametrize("reply", [(503, b""), (408, b""), (303, b""), httpx.ReadError("lost"), httpx.ReadTimeout("")])
def test_a_change_is_never_repeated_once_a_byte_may_have_left(mode: Mode, verb: str, reply: Any) -> None:
    service = Service(reply)
    with pytest.raises((APIStatusError, APIConnectionError), match="OUTCOME UNKNOWN") as caught:
        asked(mode, verb, "/v1/things", service)
    assert caught.value.outcome_unknown
    assert len(service.requests) == 1


@pytest.mark.parametrize("verb", VERBS[1:])
@pytest.mark.parametrize("reply", [(429, b""), httpx.ConnectError("no"), httpx.PoolTimeout(""), httpx.ProxyError("")])
def test_a_change_is_repeated_where_nothing_was_done(mode: Mode, verb: str, reply: Any) -> None:
    service = Service(reply, (200, {"ok": 1}))
    assert asked(mode, verb, "/v1/things", service) == {"ok": 1}
    assert len(service.requests) == 2


def test_an_unknown_path_is_named_nowhere(mode: Mode) -> None:
    with pytest.raises(NotFoundError) as caught:
        asked(mode, "get", "/v1/accounts/4711/things", Service((404, failed(404))))
    assert "4711" not in str(caught.value)
    assert "a path that the spec does not know" in str(caught.value)
    assert caught.value.request is not None
    assert caught.value.request.method == "GET"


# --- Paths that the spec knows ----------------------------------------------------------------------------------------


def known(mode: Mode, sandbox: Sandbox, verb: str, path: str, cast_to: Any = dict, **options: Any) -> Any:
    client = mode.sandbox(sandbox)
    return mode.run(lambda: getattr(client, verb)(path, cast_to=cast_to, **options))


def test_a_known_read_gives_what_was_asked_for(mode: Mode) -> None:
    path = f"/v1/accounts/{ACCOUNT}/positions"
    sandbox = Sandbox()
    response = known(mode, sandbox, "get", path, PositionGetPositionsResponse)
    assert type(response) is PositionGetPositionsResponse
    assert len(response.data) == 7
    assert len(response.attempts) == 1
    for cast_to in (dict, object):
        assert len(known(mode, sandbox, "get", path, cast_to)["data"]) == 7
    for cast_to in (str, bytes):
        assert len(json.loads(known(mode, sandbox, "get", path, cast_to))["data"]) == 7
    assert known(mode, sandbox, "get", path, NOTHING) is None
    version = known(mode, sandbox, "get", "/v1/version", PositionGetPositionsResponse)
    assert version.to_dict()["data"] == {"version": "2025-10-31"}


def test_a_known_operation_cannot_become_a_list(mode: Mode) -> None:
    sandbox = Sandbox()
    with pytest.raises(ArgumentError, match=r"reply of get_positions is an object.*`cast_to`"):
        known(mode, sandbox, "get", f"/v1/accounts/{ACCOUNT}/positions", list)
    assert sandbox.requests == ()


def test_a_known_submit_is_reconciled(mode: Mode) -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions")
    body = [{"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": 1}]
    response = known(mode, sandbox, "post", INSTRUCTIONS, PositionSubmitPositionInstructionsResponse, body=body)
    assert response.reconciled
    assert [row.status for row in response.accepted] == ["SENT"]
    assert [entry.kind for entry in sandbox.ledger].count("submitted") == 1


def test_a_known_cancel_is_reconciled(mode: Mode) -> None:
    sandbox = Sandbox()
    sandbox.add_instruction(ACCOUNT, "AAPL 280121C00195000", instruction_id="a/b")
    for _ in range(3):
        sandbox.faults.add(Fault.after_effect(), operation="cancel_position_instruction")
    path = f"{INSTRUCTIONS}/a%2Fb"
    response = known(mode, sandbox, "delete", path, PositionCancelPositionInstructionResponse)
    assert response.reconciled
    assert response.data.id == "a/b"
    assert {seen.target for seen in sandbox.requests if seen.method == "DELETE"} == {path}


@pytest.mark.parametrize("path", [f"/v1/accounts/{ACCOUNT}/positions", f"/v1/accounts/{ACCOUNT}/positions/AAPL"])
def test_a_known_close_is_never_repeated(mode: Mode, path: str) -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault.answer(503, effect=True))
    with pytest.raises(InternalServerError) as caught:
        known(mode, sandbox, "delete", path, body={"cancel_orders": True})
    assert caught.value.outcome_unknown
    assert [seen.operation for seen in sandbox.requests if seen.method != "GET"] == [sandbox.requests[0].operation]
    assert json.loads(sandbox.requests[0].body) == {"cancel_orders": True}


def test_what_a_known_operation_refuses_is_refused(mode: Mode) -> None:
    sandbox = Sandbox()
    for verb, path, options in (
        ("post", INSTRUCTIONS, {}),
        ("post", INSTRUCTIONS, {"body": []}),
        ("post", INSTRUCTIONS, {"body": [{"quantity": 1.5}]}),
        ("delete", f"{INSTRUCTIONS}/i-1", {"body": {}}),
        ("post", "/v1/accounts/me/positions/instructions", {"body": [{}]}),
        ("delete", f"/v1/accounts/{'9' * 30}/positions/instructions/i-1", {}),
    ):
        with pytest.raises(ArgumentError):
            known(mode, sandbox, verb, path, **options)
    assert sandbox.requests == ()


def test_the_rules_of_a_known_operation_hold_for_its_errors(mode: Mode) -> None:
    service = Service(otherwise=(409, failed(409, "already ACCEPTED")))
    with pytest.raises(ConflictError, match=r"DELETE /v1/accounts/\{account_id\}/positions/instructions/\{instruct"):
        asked(mode, "delete", f"{INSTRUCTIONS}/i-1", service)
    assert [request.method for request in service.requests] == ["DELETE", "GET"]


def test_a_known_path_in_another_spelling_is_unknown_and_thus_not_repeated(mode: Mode) -> None:
    service = Service((503, failed(503)))
    with pytest.raises(InternalServerError) as caught:
        asked(mode, "delete", "/v1/accounts/7/%70ositions/instructions/i-1", service)
    assert caught.value.outcome_unknown
    assert len(service.requests) == 1


def test_another_method_on_a_known_path_is_unknown(mode: Mode) -> None:
    service = Service((200, envelope([ROW])))
    assert asked(mode, "put", INSTRUCTIONS, service, body={"a": 1})["data"] == [ROW]


@pytest.mark.parametrize("segment", ["instructions", "%69nstructions"])
def test_a_sibling_in_the_place_of_a_parameter_is_refused(mode: Mode, segment: str) -> None:
    client = mode.client(Service())
    with pytest.raises(ArgumentError, match="leads to another path"):
        mode.run(lambda: client.delete(f"/v1/accounts/7/positions/{segment}", cast_to=dict))
    with pytest.raises(ArgumentError, match="would lead to another path"):
        mode.run(lambda: client.v1.positions.close_position("instructions", account_id=7))
