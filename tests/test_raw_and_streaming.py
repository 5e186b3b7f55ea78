"""Replies as they came: `with_raw_response`, and `with_streaming_response` before their bodies were read."""

from __future__ import annotations

import gc
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from clear_street import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    ArgumentError,
    AsyncRawResponse,
    ClearStreetError,
    ConflictError,
    InternalServerError,
    RawResponse,
)
from clear_street.sandbox import Sandbox, SandboxServer
from clear_street.types.v1 import (
    PositionCancelPositionInstructionResponse,
    PositionGetPositionsResponse,
    PositionSubmitPositionInstructionsResponse,
    VersionGetVersionResponse,
)
from support.client_modes import Mode, settled
from support.key_names import CANCEL_ID, KEY_NAME
from support.scripted_service import ROW, Body, Service, envelope, failed
from test_schema_drift import CALLS as EVERY_CALL
from test_schema_drift import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = 122503
POSITIONS = json.dumps(envelope([])).encode()
CANCELLED = json.dumps(envelope(ROW)).encode()
CALLS: dict[str, dict[str, Any]] = {
    "get_positions": {},
    "close_positions": {},
    "close_position": {"instrument_id": "AAPL"},
    "get_position_instructions": {},
    "submit_position_instructions": {
        "instructions": [{"instruction_type": "EXERCISE", "instrument_id": "x", "quantity": 1, KEY_NAME: "k"}]
    },
    "cancel_position_instruction": {CANCEL_ID: "i-1"},
}


def parsing(response: Any) -> Any:
    return response.parse()


def streaming(mode: Mode, service: Any, operation: str, story: Callable[[Any], Any]) -> Any:
    """What `story` gives of an operation's streamed reply."""
    positions = mode.client(service).v1.positions
    method = getattr(positions.with_streaming_response, operation)
    return mode.within(lambda: method(account_id=7, **CALLS[operation]), story)


# --- Raw --------------------------------------------------------------------------------------------------------------


def test_a_raw_response_has_the_reply_and_the_value(mode: Mode) -> None:
    service = Service((200, CANCELLED, {"X-Request-Id": "from-the-header", "X-Other": "o"}))
    positions = mode.client(service).v1.positions

    async def story() -> Any:
        raw = await settled(positions.with_raw_response.cancel_position_instruction("i-1", account_id=7))
        return raw, await settled(raw.parse()), await settled(raw.read())

    def blocking() -> Any:
        raw = positions.with_raw_response.cancel_position_instruction("i-1", account_id=7)
        return raw, raw.parse(), raw.read()

    raw, value, body = mode.run(story if mode.is_async else blocking)
    assert type(raw) is (AsyncRawResponse if mode.is_async else RawResponse)
    assert type(value) is PositionCancelPositionInstructionResponse
    assert value.data.status == "CANCEL_REQUESTED"
    assert body == CANCELLED
    assert raw.status_code == 200
    assert raw.headers["X-OTHER"] == "o"
    assert raw.request_id == "r-1"
    assert isinstance(raw.http_response, httpx.Response)
    assert raw.http_response.json() == envelope(ROW)
    assert raw.http_request is service.request
    assert raw.http_request.method == "DELETE"
    assert raw.is_closed
    assert isinstance(raw.elapsed, timedelta)
    assert raw.elapsed >= timedelta(0)
    assert raw.retries_taken == 0
    assert raw.attempts == value.attempts
    assert not raw.reconciled
    assert repr(raw) == f"<{type(raw).__name__} [200]>"


def test_a_raw_response_tells_of_the_attempts_before_it(mode: Mode) -> None:
    service = Service((503, failed(503)), httpx.ConnectError("no"), (200, POSITIONS))
    positions = mode.client(service).v1.positions
    raw = mode.run(lambda: positions.with_raw_response.get_positions(7))
    assert raw.retries_taken == 2
    assert [attempt.outcome for attempt in raw.attempts] == ["unknown", "never_sent", "done"]
    assert [attempt.failure for attempt in raw.attempts] == [None, "ConnectError", None]
    assert [attempt.status_code for attempt in raw.attempts] == [503, None, 200]


def test_the_request_id_falls_back_to_the_header(mode: Mode) -> None:
    service = Service((200, b'{"data": []}', {"X-Request-Id": "from-the-header"}))
    positions = mode.client(service).v1.positions
    assert mode.run(lambda: positions.with_raw_response.get_positions(7)).request_id == "from-the-header"


@pytest.mark.parametrize("operation", CALLS)
def test_every_raw_response_has_the_value_of_the_plain_call(mode: Mode, operation: str) -> None:
    sandbox = Sandbox()
    plain, raw_client = mode.sandbox(sandbox), mode.sandbox(Sandbox())
    arguments = dict(CALLS[operation])
    if operation == "cancel_position_instruction":
        arguments[CANCEL_ID] = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    if operation == "submit_position_instructions":
        arguments["instructions"] = [
            {**arguments["instructions"][0], "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"}
        ]
    account_id = 0 if operation == "cancel_position_instruction" else ACCOUNT
    value = mode.run(lambda: getattr(plain.v1.positions, operation)(account_id=account_id, **arguments))

    async def story() -> Any:
        method = getattr(raw_client.v1.positions.with_raw_response, operation)
        raw = await settled(method(account_id=account_id, **arguments))
        return raw, await settled(raw.parse())

    raw, parsed = mode.run(story) if mode.is_async else anyio.run(story)
    assert parsed == value
    assert type(parsed) is type(value)
    assert raw.status_code == 200


def test_the_version_has_raw_and_streamed_responses_too(mode: Mode) -> None:
    client = mode.sandbox()
    assert mode.run(client.v1.version.with_raw_response.get_version).status_code == 200
    value = mode.within(client.v1.version.with_streaming_response.get_version, parsing)
    assert type(value) is VersionGetVersionResponse


def test_errors_of_a_raw_call_are_those_of_the_plain_one(mode: Mode) -> None:
    positions = mode.client(Service(otherwise=(409, failed(409)))).v1.positions
    with pytest.raises(ConflictError):
        mode.run(lambda: positions.with_raw_response.cancel_position_instruction("i-1", account_id=7))
    with pytest.raises(ArgumentError, match="`instruction_id`"):
        mode.run(lambda: positions.with_raw_response.cancel_position_instruction("", account_id=7))


def test_a_submit_gives_its_merged_value_also_raw(mode: Mode) -> None:
    rows = [{**ROW, KEY_NAME: "b", "status": "SENT"}, {**ROW, KEY_NAME: "a", "status": "SENT"}]
    positions = mode.client(Service((200, envelope(rows)))).v1.positions
    instructions = [
        {"instruction_type": "EXERCISE", "instrument_id": "x", "quantity": 1, KEY_NAME: key} for key in "ab"
    ]

    def story() -> Any:
        return positions.with_raw_response.submit_position_instructions(7, instructions=instructions)

    raw = mode.run(story)
    value = mode.run(raw.parse)
    assert [row.instruction_id for row in value.data] == ["a", "b"]
    assert [row[KEY_NAME] for row in raw.http_response.json()["data"]] == ["b", "a"]


# --- Streamed ---------------------------------------------------------------------------------------------------------


def test_a_streamed_reply_is_read_when_asked_for_and_closed_afterwards(mode: Mode) -> None:
    body = Body(POSITIONS[:10], POSITIONS[10:])
    seen: list[Any] = []

    def story(response: Any) -> Any:
        seen.append(response)
        assert (response.status_code, body.begun, response.is_closed) == (200, False, False)
        assert response.headers["x-other"] == "o"
        assert response.request_id is None
        return response.parse()

    value = streaming(mode, Service((200, body, {"X-Other": "o"})), "get_positions", story)
    assert type(value) is PositionGetPositionsResponse
    assert value.data == []
    assert value.request_id == "r-1"
    assert (body.begun, body.closed, seen[0].is_closed) == (True, True, True)


def test_a_streamed_reply_that_nobody_reads_is_closed(mode: Mode) -> None:
    body = Body(POSITIONS)
    streaming(mode, Service((200, body)), "get_positions", lambda response: None)
    assert (body.begun, body.closed) == (False, True)


def test_a_streamed_reply_is_closed_where_the_application_fails(mode: Mode) -> None:
    body = Body(POSITIONS)

    def story(response: Any) -> Any:
        raise LookupError("the application's own")

    with pytest.raises(LookupError):
        streaming(mode, Service((200, body)), "close_positions", story)
    assert body.closed


def test_a_streamed_reply_can_be_closed_by_hand(mode: Mode) -> None:
    body = Body(POSITIONS)
    streaming(mode, Service((200, body)), "get_positions", lambda response: response.close())
    assert (body.begun, body.closed) == (False, True)


def test_nothing_is_sent_before_the_context_is_entered(mode: Mode) -> None:
    service = Service((200, POSITIONS))
    manager = mode.client(service).v1.positions.with_streaming_response.close_positions(7)
    assert service.requests == []
    mode.within(lambda: manager, lambda response: None)
    assert len(service.requests) == 1


def test_the_bytes_of_a_streamed_reply_come_whole_in_pieces_or_by_lines(mode: Mode) -> None:
    lines = b'{"data":\n[]}\n'

    def service() -> Service:
        return Service((200, Body(lines[:3], lines[3:])))

    assert streaming(mode, service(), "get_positions", lambda response: response.read()) == lines
    pieces = streaming(mode, service(), "get_positions", lambda response: mode.listed(response.iter_bytes()))
    assert pieces == [lines[:3], lines[3:]]
    pieces = streaming(mode, service(), "get_positions", lambda response: mode.listed(response.iter_bytes(4)))
    assert pieces == [lines[:4], lines[4:8], lines[8:12], lines[12:]]
    text = streaming(mode, service(), "get_positions", lambda response: mode.listed(response.iter_lines()))
    assert text == ['{"data":', "[]}"]
    text = streaming(mode, service(), "get_positions", lambda response: mode.listed(response.iter_text()))
    assert "".join(text) == lines.decode()
    text = streaming(mode, service(), "get_positions", lambda response: mode.listed(response.iter_text(4)))
    assert text == ['{"da', 'ta":', "\n[]}", "\n"]


@pytest.mark.parametrize(("ask", "body"), [("text", POSITIONS.decode()), ("json", json.loads(POSITIONS))])
def test_the_body_of_a_reply_can_be_had_as_text_and_as_json(mode: Mode, ask: str, body: object) -> None:
    def service() -> Service:
        return Service((200, Body(POSITIONS[:10], POSITIONS[10:])))

    assert streaming(mode, service(), "get_positions", lambda response: getattr(response, ask)()) == body
    raw = mode.run(mode.client(service()).v1.positions.with_raw_response.get_positions, 7)
    assert mode.run(getattr(raw, ask)) == body


def test_a_body_that_was_read_can_be_parsed_and_parsed_again(mode: Mode) -> None:
    async def awaiting(response: Any) -> Any:
        return await response.read(), await response.parse(), await response.parse()

    def blocking(response: Any) -> Any:
        return response.read(), response.parse(), response.parse()

    body, once, twice = streaming(
        mode, Service((200, Body(POSITIONS))), "get_positions", awaiting if mode.is_async else blocking
    )
    assert body == POSITIONS
    assert once.data == []
    assert once is twice


@pytest.mark.parametrize("read", ["parse", "read"])
def test_a_body_that_was_taken_in_pieces_is_gone(mode: Mode, read: str) -> None:
    async def awaiting(response: Any) -> Any:
        await mode.listed(response.iter_bytes())
        return await getattr(response, read)()

    def blocking(response: Any) -> Any:
        mode.listed(response.iter_bytes())
        return getattr(response, read)()

    service = Service((200, Body(CANCELLED)))
    with pytest.raises(ClearStreetError, match="body can be read only once") as caught:
        streaming(mode, service, "cancel_position_instruction", awaiting if mode.is_async else blocking)
    assert not caught.value.outcome_unknown
    assert len(service.requests) == 1


@pytest.mark.parametrize(("operation", "unknown"), [("get_positions", False), ("close_positions", True)])
@pytest.mark.parametrize("read", ["parse", "read"])
def test_what_a_broken_body_left_unknown_stays_unknown(mode: Mode, operation: str, unknown: bool, read: str) -> None:
    errors: list[ClearStreetError] = []

    async def story(response: Any) -> None:
        for _ in range(2):
            with pytest.raises(ClearStreetError) as caught:
                await settled(getattr(response, read)())
            errors.append(caught.value)

    service = Service(
        (200, Body(POSITIONS[:10], httpx.ReadError("Connection reset by peer"))), otherwise=(200, envelope([]))
    )
    if mode.is_async:
        streaming(mode, service, operation, story)
    else:
        streaming(mode, service, operation, lambda response: mode.play(story, response))
    assert [error.outcome_unknown for error in errors] == [unknown, unknown]


def test_a_body_cannot_be_read_after_its_context(mode: Mode) -> None:
    for story in (parsing, lambda response: response.read(), lambda response: mode.listed(response.iter_lines())):
        response = streaming(mode, Service((200, Body(CANCELLED))), "cancel_position_instruction", lambda r: r)
        with pytest.raises(ClearStreetError, match="body can be read only once"):
            mode.run(story, response)


@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")  # on trio, of httpx's own
def test_an_iteration_may_be_left_early(mode: Mode) -> None:
    body = Body(POSITIONS[:10], POSITIONS[10:])

    async def awaiting(response: Any) -> Any:
        pieces = response.iter_bytes()
        first = await anext(pieces)
        await pieces.aclose()
        return first

    def blocking(response: Any) -> Any:
        pieces = response.iter_bytes()
        first = next(pieces)
        pieces.close()
        return first

    story = awaiting if mode.is_async else blocking
    assert streaming(mode, Service((200, body)), "close_positions", story) == POSITIONS[:10]
    assert body.closed
    gc.collect()


@pytest.mark.parametrize("operation", CALLS)
def test_an_error_status_raises_on_entering(mode: Mode, operation: str) -> None:
    body = Body(json.dumps(failed(409, "No")).encode())
    with pytest.raises(ConflictError, match="HTTP 409: No"):
        streaming(mode, Service(otherwise=(409, body)), operation, lambda response: pytest.fail("it was entered"))
    assert body.closed


def test_a_streamed_call_is_repeated_as_a_plain_one_is(mode: Mode) -> None:
    service = Service((503, failed(503)), (200, Body(POSITIONS)))
    response = streaming(mode, service, "get_positions", lambda response: response)
    assert response.retries_taken == 1
    service = Service((503, failed(503)), otherwise=(200, envelope([])))
    with pytest.raises(InternalServerError) as caught:
        streaming(mode, service, "close_positions", lambda response: None)
    assert caught.value.outcome_unknown


READS: dict[str, Callable[[Mode, Any], Any]] = {
    "parse": lambda mode, response: response.parse(),
    "read": lambda mode, response: response.read(),
    "iter_bytes": lambda mode, response: mode.listed(response.iter_bytes()),
    "iter_lines": lambda mode, response: mode.listed(response.iter_lines()),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_body_that_breaks_off_leaves_a_change_unknown(
    mode: Mode, operation: str, read: Callable[[Mode, Any], Any]
) -> None:
    body = Body(b'{"data": {', httpx.ReadError("reset"))
    service = Service((200, body), otherwise=(500, failed(500)))
    with pytest.raises(APIConnectionError, match=r"while the body of the reply \(HTTP 200\) was read") as caught:
        streaming(mode, service, operation, lambda response: read(mode, response))
    changes = not operation.startswith("get_")
    assert caught.value.outcome_unknown is changes
    assert caught.value.attempts[0].outcome == "unknown"
    assert caught.value.attempts[0].failure == "ReadError"
    assert caught.value.idempotency_keys == (("k",) if operation.startswith("submit") else ())
    assert all(value == "unknown" for value in caught.value.outcomes.values())
    assert body.closed
    assert sum(request.method != "GET" for request in service.requests) == changes


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_body_that_does_not_come_in_time_is_a_timeout(mode: Mode, read: Callable[[Mode, Any], Any]) -> None:
    body = Body(b"{", httpx.ReadTimeout("too slow"))
    with pytest.raises(APITimeoutError):
        streaming(mode, Service((200, body)), "get_positions", lambda response: read(mode, response))


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_an_interruption_while_a_change_is_read_carries_what_it_means(
    mode: Mode, read: Callable[[Mode, Any], Any]
) -> None:
    class Stop(BaseException):
        pass

    class Interrupted(Body):
        def _next(self) -> Any:
            yield b"{"
            raise Stop

    with pytest.raises(Stop) as caught:
        streaming(mode, Service((200, Interrupted())), "close_positions", lambda response: read(mode, response))
    assert caught.value.outcome_unknown  # type: ignore[attr-defined]
    assert "OUTCOME UNKNOWN" in caught.value.__notes__[0]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
@pytest.mark.parametrize("operation", CALLS)
def test_a_body_that_cannot_be_read_is_an_error_of_parse(mode: Mode, operation: str, body: bytes) -> None:
    service = Service((200, Body(body)), otherwise=(500, failed(500)))
    with pytest.raises(APIResponseValidationError, match=r"HTTP 200|a 2xx reply with an unexpected body") as caught:
        streaming(mode, service, operation, parsing)
    assert caught.value.outcome_unknown is not operation.startswith("get_")
    assert (caught.value.status_code, caught.value.body) == (200, body)


def test_a_streamed_cancel_that_broke_off_is_settled_by_looking(mode: Mode) -> None:
    service = Service((200, Body(b"{", httpx.ReadError("reset"))), (200, envelope([ROW])))
    value = streaming(mode, service, "cancel_position_instruction", parsing)
    assert value.reconciled
    assert value.data.id == "i-1"


def test_a_streamed_submit_parses_to_its_rows(mode: Mode) -> None:
    service = Service((200, Body(json.dumps(envelope([{**ROW, KEY_NAME: "k", "status": "SENT"}])).encode())))
    value = streaming(mode, service, "submit_position_instructions", parsing)
    assert type(value) is PositionSubmitPositionInstructionsResponse
    assert [row.instruction_id for row in value.accepted] == ["k"]


def test_streaming_works_over_a_socket(mode: Mode) -> None:
    with SandboxServer(Sandbox()) as server:

        def story(client: Any) -> Any:
            positions = client.v1.positions

            async def awaiting() -> Any:
                async with positions.with_streaming_response.get_positions(ACCOUNT) as response:
                    return [piece async for piece in response.iter_bytes(100)]

            def blocking() -> Any:
                with positions.with_streaming_response.get_positions(ACCOUNT) as response:
                    return list(response.iter_bytes(100))

            return awaiting() if mode.is_async else blocking()

        pieces = mode.within(lambda: mode.client(base_url=server.url, clock=None), story)
    assert len(json.loads(b"".join(pieces))["data"]) == 7
    assert {len(piece) for piece in pieces[:-1]} == {100}


# --- Every operation --------------------------------------------------------------------------------------------------


class Asked:
    """A stand-in for a client that takes down which method was called, and with what."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.arguments: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def __getattr__(self, name: str) -> Asked:
        self.path.append(name)
        return self

    def __call__(self, *arguments: Any, **options: Any) -> None:
        self.arguments = (arguments, options)


def shaped(client: Any, operation: str, shape: str) -> Any:
    """Call the raw or streamed method of an operation as `EVERY_CALL` calls the plain one."""
    asked = Asked()
    EVERY_CALL[operation](asked)
    *namespaces, name = asked.path
    namespace = client
    for part in namespaces:
        namespace = getattr(namespace, part)
    arguments, options = asked.arguments
    return getattr(getattr(namespace, f"with_{shape}_response"), name)(*arguments, **options)


@pytest.mark.parametrize("operation", EVERY_CALL)
def test_each_operation_has_its_value_raw_and_streamed_too(mode: Mode, operation: str) -> None:
    def client() -> Any:
        return mode.client(Service((200, SAMPLES[operation])))

    async def raw() -> Any:
        response = await settled(shaped(client(), operation, "raw"))
        return await settled(response.parse())

    value = mode.run(lambda: EVERY_CALL[operation](client()))
    assert mode.play(raw) == value
    assert mode.within(lambda: shaped(client(), operation, "streaming"), parsing) == value
