"""The tree of errors: which one is raised when, its text, its attributes, and that it can be copied."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import clear_street.errors
from clear_street import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ArgumentError,
    Attempt,
    AuthenticationError,
    BadRequestError,
    ClearStreetError,
    ConflictError,
    CutoffPassedError,
    InstructionFailedError,
    InternalServerError,
    NotFoundError,
    OrderFailedError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
    WaitTimeoutError,
)
from clear_street.errors import RequestInfo, StateSeen
from clear_street.sandbox import Sandbox
from clear_street.types.v1 import APIError as ErrorBody
from clear_street.types.v1 import (
    Order,
    PositionInstruction,
    PositionSubmitPositionInstructionsResponse,
)
from support.scripted_service import ROW, Body, Service, envelope, failed, repeating

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.client_modes import Mode

BY_STATUS: dict[int, type[APIStatusError]] = {
    300: APIStatusError,
    302: APIStatusError,
    400: BadRequestError,
    401: AuthenticationError,
    402: APIStatusError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: APIStatusError,
    409: ConflictError,
    410: APIStatusError,
    418: APIStatusError,
    422: UnprocessableEntityError,
    425: APIStatusError,
    429: RateLimitError,
    451: APIStatusError,
    499: APIStatusError,
    500: InternalServerError,
    501: InternalServerError,
    502: InternalServerError,
    503: InternalServerError,
    504: InternalServerError,
    599: InternalServerError,
}


def cancelling(mode: Mode, *replies: Any, **options: Any) -> APIError:
    """The error of a cancel."""
    client = mode.client(repeating(*replies), **{"max_retries": 0, **options})
    with pytest.raises(APIError) as caught:
        mode.run(lambda: client.v1.positions.cancel_position_instruction("i-1", account_id=4711))
    return caught.value


def reading(mode: Mode, *replies: Any, **options: Any) -> APIError:
    """The error of a read."""
    client = mode.client(repeating(*replies), **{"max_retries": 0, **options})
    with pytest.raises(APIError) as caught:
        mode.run(lambda: client.v1.positions.get_positions(4711))
    return caught.value


# --- The tree ---------------------------------------------------------------------------------------------------------


def test_everything_is_under_one_root() -> None:
    tree = {
        name: [kind.__name__ for kind in getattr(clear_street.errors, name).__bases__]
        for name in clear_street.errors.__all__
        if isinstance(getattr(clear_street.errors, name), type)
        and issubclass(getattr(clear_street.errors, name), Exception)
    }
    assert tree == {
        "ClearStreetError": ["Exception"],
        "ArgumentError": ["ClearStreetError", "ValueError"],
        "APIError": ["ClearStreetError"],
        "APIConnectionError": ["APIError"],
        "APITimeoutError": ["APIConnectionError"],
        "CutoffPassedError": ["APIError"],
        "APIResponseValidationError": ["APIError"],
        "APIStatusError": ["APIError"],
        **{
            key: ["APIStatusError"]
            for key in [
                "BadRequestError",
                "AuthenticationError",
                "PermissionDeniedError",
                "NotFoundError",
                "ConflictError",
                "UnprocessableEntityError",
                "RateLimitError",
                "InternalServerError",
            ]
        },
        "InstructionFailedError": ["ClearStreetError"],
        "OrderFailedError": ["ClearStreetError"],
        "WaitTimeoutError": ["ClearStreetError"],
    }


def test_the_tree_is_drawn_where_it_is_defined() -> None:
    drawing = str(clear_street.errors.__doc__)
    for name in clear_street.errors.__all__:
        assert (name in drawing) is name.endswith("Error")


def test_the_package_has_every_error_but_the_values_that_they_carry() -> None:
    exported = {name for name in clear_street.__all__ if name.endswith("Error")}
    assert exported == {name for name in clear_street.errors.__all__ if name.endswith("Error")}


def test_an_argument_error_is_a_value_error_with_a_known_outcome() -> None:
    error = ArgumentError("no")
    assert isinstance(error, ValueError)
    assert not error.outcome_unknown
    assert str(error) == "no"


# --- Status errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "kind"), BY_STATUS.items())
def test_each_status_has_its_class(mode: Mode, status: int, kind: type[APIStatusError]) -> None:
    for error in (reading(mode, (status, failed(status))), cancelling(mode, (status, failed(status)))):
        assert type(error) is kind
        assert isinstance(error, APIStatusError)
        assert error.status_code == status
        assert error.message == "The service says no"


@pytest.mark.parametrize("status", BY_STATUS)
def test_a_refusal_is_known_and_a_failure_of_the_service_is_not(mode: Mode, status: int) -> None:
    assert cancelling(mode, (status, failed(status))).outcome_unknown is (status >= 500)
    assert not reading(mode, (status, failed(status))).outcome_unknown


def test_a_status_error_carries_the_reply(mode: Mode) -> None:
    body = failed(400, "Quantity must be greater than zero")
    body["error"] = {"code": 4001, "message": "Quantity must be greater than zero", "details": [{"field": "q"}]}
    error = cancelling(mode, (400, body, {"X-Other": "o"}))
    assert isinstance(error, BadRequestError)
    assert error.headers["x-other"] == "o"
    assert error.body == body
    assert isinstance(error.error, ErrorBody)
    assert (error.error.code, error.code) == (4001, 4001)
    assert error.error.details == [{"field": "q"}]
    assert error.data == ()
    assert error.rejections == []
    assert error.retry_after is None
    assert error.request_id == "r-1"
    assert error.request == RequestInfo("DELETE", "/v1/accounts/{account_id}/positions/instructions/{instruction_id}")
    [attempt] = error.attempts
    assert isinstance(attempt, Attempt)
    assert (attempt.outcome, attempt.failure, attempt.status_code, attempt.request_id) == ("refused", None, 400, "r-1")
    assert attempt.started_at.utcoffset() is not None
    assert attempt.elapsed >= 0
    assert (error.outcomes, error.idempotency_keys, error.candidates, error.existing_ids) == ({}, (), (), {})
    assert not error.reconciled
    assert error.reply is None


def test_its_text_names_the_request_the_reply_and_the_attempts(mode: Mode) -> None:
    body = envelope(None, {"code": 4291, "message": "Slow down"})
    error = reading(mode, (429, body), max_retries=2)
    assert str(error) == (
        "GET /v1/accounts/{account_id}/positions: HTTP 429, code 4291: Slow down (request id r-1, 3 attempts)"
    )
    assert "4711" not in str(error)


def test_a_code_that_is_the_status_is_not_said_twice(mode: Mode) -> None:
    text = str(reading(mode, (403, failed(403))))
    assert text.endswith("positions: HTTP 403: The service says no (request id r-1, 1 attempt)")


def test_the_text_of_an_unknown_outcome_says_so_and_what_to_do(mode: Mode) -> None:
    error = cancelling(mode, (500, failed(500)))
    assert "OUTCOME UNKNOWN: the effect may have happened" in str(error)
    assert "get_position_instruction()" in str(error)
    assert error.message == "The service says no"


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "120, 120", "Date": "Fri, 24 Apr 2026 14:30:00 GMT"},
        {"Retry-After": "5, 120"},
        {
            "Retry-After": "Fri, 24 Apr 2026 14:32:00 GMT, Fri, 24 Apr 2026 14:32:00 GMT",
            "Date": "Fri, 24 Apr 2026 14:30:00 GMT, Fri, 24 Apr 2026 14:30:00 GMT",
        },
    ],
)
def test_headers_that_a_proxy_doubled_are_one(mode: Mode, headers: dict[str, str]) -> None:
    error = reading(mode, (429, b"", {**headers, "X-Request-Id": "r-9, r-9"}))
    assert isinstance(error, RateLimitError)
    assert (error.retry_after, error.request_id, len(error.attempts)) == (120.0, "r-9", 1)


@pytest.mark.parametrize("headers", [{"Retry-After": "120"}, {"Retry-After": "Fri, 24 Apr 2026 14:32:00 GMT"}])
def test_retry_after_is_in_seconds(mode: Mode, headers: dict[str, str]) -> None:
    error = reading(mode, (429, failed(429), headers), max_retries=2)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 120.0
    assert len(error.attempts) == 1


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"<html><h1>502</h1></html>", "<html><h1>502</h1></html>"),
        (b"", ""),
        (b"[1]", "[1]"),
        (b"\xff", "\ufffd"),
        (b"{}", {}),
        (b'{"error": "text"}', {"error": "text"}),
        (b'{"error": {"code": "x", "message": null}}', {"error": {"code": "x", "message": None}}),
    ],
)
def test_an_error_without_the_envelope_keeps_what_came(mode: Mode, body: bytes, kept: object) -> None:
    for status in (400, 502):
        error = reading(mode, (status, body))
        assert isinstance(error, APIStatusError)
        assert error.body == kept
        assert error.code is None
        assert error.message
        assert str(error).startswith("GET /v1/accounts/{account_id}/positions: HTTP ")


def test_a_404_of_cancel_asks_whether_the_id_is_the_right_one(mode: Mode) -> None:
    error = cancelling(mode, (404, failed(404)), (200, envelope([])))
    assert isinstance(error, NotFoundError)
    assert "Is the id the server's `id` of the instruction, and not the idempotency key" in str(error)
    assert not error.outcome_unknown


def test_a_404_of_cancel_says_so_where_the_id_is_a_key(mode: Mode) -> None:
    sandbox = Sandbox()
    id_ = sandbox.add_instruction(122503, "AAPL 280121C00195000", idempotency_key="mine")
    client = mode.sandbox(sandbox)
    with pytest.raises(NotFoundError, match=f"is the idempotency key of the instruction whose server `id` is '{id_}'"):
        mode.run(lambda: client.v1.positions.cancel_position_instruction("mine", account_id=122503))


# --- No reply ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "kind", "sent"),
    [
        (httpx.ConnectError("refused"), APIConnectionError, False),
        (httpx.ConnectTimeout("late"), APITimeoutError, False),
        (httpx.PoolTimeout("none free"), APITimeoutError, False),
        (httpx.ProxyError("407"), APIConnectionError, False),
        (httpx.ReadError("reset"), APIConnectionError, True),
        (httpx.WriteError("pipe"), APIConnectionError, True),
        (httpx.ReadTimeout("late"), APITimeoutError, True),
        (httpx.WriteTimeout("late"), APITimeoutError, True),
        (httpx.RemoteProtocolError("odd"), APIConnectionError, True),
        (OSError("of a transport"), APIConnectionError, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_lost_connection_says_whether_anything_was_sent(
    mode: Mode, failure: Exception, kind: type[APIError], sent: bool
) -> None:
    error = cancelling(mode, failure)
    assert type(error) is kind
    assert error.outcome_unknown is sent
    detail = f": {failure}" if not sent else ""
    assert error.message.endswith(f": {type(failure).__name__}{detail}")
    assert ("after the request may have been sent" if sent else "before anything was sent") in str(error)
    assert error.request_id is None
    [attempt] = error.attempts
    assert (attempt.failure, attempt.status_code) == (type(failure).__name__, None)
    assert type(reading(mode, failure)) is kind
    assert not reading(mode, failure).outcome_unknown


def test_a_success_that_is_none_carries_its_body(mode: Mode) -> None:
    error = reading(mode, (200, b"<html>"))
    assert isinstance(error, APIResponseValidationError)
    assert (error.status_code, error.body, error.outcome_unknown) == (200, b"<html>", False)


def test_strict_raises_with_the_response_if_a_success_departs(mode: Mode) -> None:
    row = {**ROW, "account_id": 4711, "status": "NEW_STATUS", "quantity": 7}
    error = cancelling(mode, (200, envelope(row)), strict=True)
    assert isinstance(error, APIResponseValidationError)
    assert "data.status: unknown_member" in str(error)
    assert error.reply is not None
    assert len(error.reply.drift) == 2
    assert not error.outcome_unknown
    client = mode.client(Service((200, envelope(row))))
    lenient = mode.run(lambda: client.v1.positions.cancel_position_instruction("i-1", account_id=4711))
    assert lenient.drift == error.reply.drift


def test_strict_names_three_of_the_departures_of_a_success(mode: Mode) -> None:
    row = {**ROW, "account_id": 4711, "status": "NEW_STATUS", "quantity": 7, "venue": "X", "other": 1}
    error = cancelling(mode, (200, envelope(row)), strict=True, raise_on_rejection=True)
    assert "in 4 place(s): " in error.message
    assert error.message.count("expected") == 3


def test_strict_and_raise_on_rejection_let_a_cancel_succeed(mode: Mode) -> None:
    client = mode.client(Service((200, envelope(ROW))), strict=True, raise_on_rejection=True)
    assert mode.run(lambda: client.v1.positions.cancel_position_instruction("i-1", account_id=7)).data.id == "i-1"


def test_a_failure_without_words_is_its_kind(mode: Mode) -> None:
    assert cancelling(mode, httpx.ConnectError("")).message.endswith(" sent: ConnectError")


def test_the_text_of_an_error_has_what_is_known(mode: Mode) -> None:
    assert str(APIError("m")) == "m"
    assert str(APIError("m", request_id="r", advice="Look")) == "m (request id r). Look"
    assert str(APIError("m", request=RequestInfo("GET", "/x"), attempts=[ATTEMPT] * 2)) == "GET /x: m (2 attempts)"


# --- Copies -----------------------------------------------------------------------------------------------------------


INSTRUCTION = PositionInstruction.from_dict(ROW)
RESPONSE = PositionSubmitPositionInstructionsResponse.from_dict(envelope([ROW]))
ATTEMPT = Attempt(datetime(2026, 4, 24, tzinfo=UTC), 0.5, "unknown", "ReadError", None, None)
CONTEXT: dict[str, Any] = {
    "request": RequestInfo("POST", "/v1/x"),
    "request_id": "r",
    "attempts": [ATTEMPT],
    "outcomes": {"k": "unknown"},
    "candidates": [INSTRUCTION],
    "existing_ids": {"k": "i"},
    "reconciled": True,
    "reply": RESPONSE,
    "outcome_unknown": True,
    "advice": "Look",
}
STATUS: dict[str, Any] = {
    "status_code": 409,
    "headers": {"a": "b"},
    "body": {"c": [1]},
    "error": ErrorBody.from_dict({"code": 7, "message": "m"}),
    "data": [INSTRUCTION],
    "retry_after": 3.0,
}
ORDER = Order.from_dict({"id": "o", "status": "CANCELED"})
HISTORY = [StateSeen(None, ATTEMPT.started_at), StateSeen("SENT", ATTEMPT.started_at)]
EXAMPLES: dict[type[ClearStreetError], Callable[[], ClearStreetError]] = {
    ClearStreetError: lambda: ClearStreetError("root"),
    ArgumentError: lambda: ArgumentError("argument"),
    APIError: lambda: APIError("m", **CONTEXT),
    APIConnectionError: lambda: APIConnectionError("m", **CONTEXT),
    APITimeoutError: lambda: APITimeoutError("m", **CONTEXT),
    CutoffPassedError: lambda: CutoffPassedError(
        "m", not_after=ATTEMPT.started_at, client_time=ATTEMPT.started_at, **CONTEXT
    ),
    APIResponseValidationError: lambda: APIResponseValidationError("m", status_code=200, body=b"x", **CONTEXT),
    APIStatusError: lambda: APIStatusError("m", **STATUS, **CONTEXT),
    BadRequestError: lambda: BadRequestError("m", **STATUS, **CONTEXT),
    AuthenticationError: lambda: AuthenticationError("m", **STATUS, **CONTEXT),
    PermissionDeniedError: lambda: PermissionDeniedError("m", **STATUS, **CONTEXT),
    NotFoundError: lambda: NotFoundError("m", **STATUS, **CONTEXT),
    ConflictError: lambda: ConflictError("m", **STATUS, **CONTEXT),
    UnprocessableEntityError: lambda: UnprocessableEntityError("m", **STATUS, **CONTEXT),
    RateLimitError: lambda: RateLimitError("m", **STATUS, **CONTEXT),
    InternalServerError: lambda: InternalServerError("m", **STATUS, **CONTEXT),
    InstructionFailedError: lambda: InstructionFailedError(
        "m", instructions=[INSTRUCTION], history=HISTORY, rows=[INSTRUCTION], states={"i": "SENT"}
    ),
    OrderFailedError: lambda: OrderFailedError(
        "m", orders=[ORDER], history=HISTORY, rows=[ORDER], states={"o": "CANCELED"}
    ),
    WaitTimeoutError: lambda: WaitTimeoutError(
        "m", last_seen=INSTRUCTION, history=HISTORY, rows=[INSTRUCTION], states={"i": "SENT", "j": None}
    ),
}


def test_every_class_has_an_example_here() -> None:
    assert {kind.__name__ for kind in EXAMPLES} == {n for n in clear_street.errors.__all__ if n.endswith("Error")}


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_every_error_survives_pickling_and_copying_whole(kind: type[ClearStreetError], duplicate: Any) -> None:
    error = EXAMPLES[kind]()
    error.add_note("seen at the desk")
    error.outcome_unknown = True
    twin = duplicate(error)
    assert type(twin) is kind
    assert str(twin) == str(error)
    assert twin.args == error.args
    assert vars(twin) == vars(error)
    assert twin.__notes__ == ["seen at the desk"]
    assert twin.outcome_unknown


def test_a_copy_is_one_of_its_own() -> None:
    error = APIStatusError("m", **STATUS, **CONTEXT)
    twin = copy.deepcopy(error)
    twin.outcomes["k"] = "landed"
    twin.data[0].status = INSTRUCTION.status
    assert error.outcomes == {"k": "unknown"}
    assert twin.data[0] is not error.data[0]


def test_an_error_of_a_call_survives_pickling(mode: Mode) -> None:
    for error in (cancelling(mode, (500, failed(500))), cancelling(mode, httpx.ReadError("x"))):
        twin = pickle.loads(pickle.dumps(error))
        assert (str(twin), vars(twin)) == (str(error), vars(error))


def test_the_first_instruction_that_failed_is_at_hand() -> None:
    error = EXAMPLES[InstructionFailedError]()
    assert isinstance(error, InstructionFailedError)
    assert error.instruction is error.instructions[0]
    assert error.history[1] == ("SENT", ATTEMPT.started_at)


# --- Secrets ----------------------------------------------------------------------------------------------------------


def test_no_error_shows_the_key(mode: Mode) -> None:
    key = "s3cret-key"
    errors = [
        cancelling(mode, reply, api_key=key)
        for reply in (
            (401, failed(401)),
            (500, b"<html>"),
            (200, b"[]"),
            httpx.ReadError("lost"),
            httpx.ConnectError(""),
        )
    ]
    for error in errors:
        shown = f"{error} {error!r} {vars(error)} {json.dumps(vars(error), default=repr)}"
        assert key not in shown
        assert key.encode() not in pickle.dumps(error)


# --- What the text of an error may hold -------------------------------------------------------------------------------

HOSTILE_TEXTS = (
    "busy\n2026-11-28 INFO desk: close CONFIRMED\x1b[2K",
    "\u202eDEMRIFNOC esolc",
    "half a pair \ud83d",
    "line\u2028separators\u2029, \x85 and \x00",
    "m" * 1_000_000,
    "\n" * 1_000_000,
)


def _said(message: str) -> list[ClearStreetError]:
    row = PositionInstruction.from_dict({**ROW, "status": "REJECTED", "rejection_reason": message})
    return [
        APIConnectionError(message, **CONTEXT),
        InternalServerError(message, **STATUS, **CONTEXT),
        InstructionFailedError(f"instruction {row.id} ended in {row.status}: {message}", instructions=[row]),
        WaitTimeoutError(message),
        ArgumentError(message),
        APIError("m", request_id=message, advice=message, attempts=[], outcome_unknown=True),
    ]


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_the_text_of_an_error_is_one_line_that_can_be_printed(text: str) -> None:
    for error in _said(text):
        for shown in (str(error), repr(error)):
            assert shown.isprintable()
            assert shown.encode()
            assert len(shown) < 10_000
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_text_of_the_service_is_whole_on_the_body(mode: Mode) -> None:
    for text in HOSTILE_TEXTS:
        error = reading(mode, *((500, Body(json.dumps(failed(500, text)).encode())) for _ in range(3)))
        assert isinstance(error, InternalServerError)
        assert error.error is not None
        assert error.body == failed(500, text)
        assert error.error.message == text
        assert error.message.isprintable()


def test_a_text_in_another_script_is_left_as_it_is() -> None:
    assert str(ClearStreetError("取引\u3000不可: é 😀")) == "取引 不可: é 😀"


def test_the_middle_of_a_long_text_goes_and_its_ends_stay() -> None:
    text = str(ArgumentError("begin" + "x" * 5000 + "the remedy"))
    assert text.startswith("begin")
    assert text.endswith("the remedy")
    assert "(5015 characters in all)" in text


def test_an_error_of_many_rows_names_the_first_of_them(mode: Mode) -> None:
    rows = [{"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1}] * 3000
    client = mode.client(Service(otherwise=httpx.ReadError("lost")), deadline=0.5, resend_after_unknown=False)
    with pytest.raises(APIError) as raised:
        mode.run(lambda: client.v1.positions.submit_position_instructions(7, instructions=rows))
    assert "and 2980 more" in str(raised.value)
    assert len(raised.value.idempotency_keys) == 3000


def test_a_reply_of_httpx_is_not_what_an_error_has() -> None:
    error = APIError("m")
    assert not hasattr(error, "response")
    with pytest.raises(AttributeError, match=r"error\.body"):
        operator.attrgetter("response")(error)
    with pytest.raises(AttributeError, match="'APIError' object has no attribute 'other'"):
        operator.attrgetter("other")(error)


def test_an_error_that_release_0_1_pickled_has_its_reply() -> None:
    rebuild, (kind, args, state) = APIError("m", reply=RESPONSE).__reduce__()
    state["response"] = state.pop("reply")
    assert rebuild(kind, args, state).reply == RESPONSE


def test_what_a_hook_or_transport_raises_is_raised_with_its_meaning(mode: Mode) -> None:
    raised = RuntimeError("of the application")
    service = Service(raised)
    client = mode.client(service)
    with pytest.raises(RuntimeError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert caught.value is raised
    assert (caught.value.outcome_unknown, len(service.requests)) == (True, 1)  # type: ignore[attr-defined]


def test_what_the_libraries_below_raise_of_python_s_own_is_a_failure(mode: Mode) -> None:
    class Odd(Service):
        def answer(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers=httpx.URL(5))  # type: ignore[arg-type]

    client = mode.client(Odd((200,)), max_retries=0)
    with pytest.raises(APIConnectionError, match="TypeError") as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert caught.value.outcome_unknown


def test_a_client_that_sends_in_a_way_of_its_own_proves_nothing() -> None:
    class Own(httpx.Client):
        def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
            raise httpx.ConnectError("refused", request=request)

    client = clear_street.ClearStreet("key", http_client=Own())
    with client, pytest.raises(APIConnectionError) as caught:
        client.v1.positions.close_positions(7)
    assert (caught.value.outcome_unknown, len(caught.value.attempts)) == (True, 1)
