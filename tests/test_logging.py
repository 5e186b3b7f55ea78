"""The log: a line for each call, one for each attempt where asked for, and warnings; nothing of what was in them."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street import ArgumentError, ClearStreet
from clear_street.errors import APIError
from clear_street.sandbox import SandboxClock
from support.key_names import KEY_NAME
from support.scripted_service import ROW, Body, Service, envelope, failed, repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from support.client_modes import Mode

ACCOUNT = 90817263
ID = "id-of-the-instruction"
KEY = "key-of-the-instruction"
INSTRUCTION = {**ROW, "id": ID, "account_id": ACCOUNT, KEY_NAME: KEY}
POSITIONS = "/v1/accounts/{account_id}/positions"
INSTRUCTIONS = f"{POSITIONS}/instructions"

CALLS: dict[str, tuple[str, object, Callable[[Any], Any]]] = {
    "get_positions": (f"GET {POSITIONS}", [], lambda client: client.v1.positions.get_positions(ACCOUNT)),
    "close_positions": (f"DELETE {POSITIONS}", [], lambda client: client.v1.positions.close_positions(ACCOUNT)),
    "close_position": (
        f"DELETE {POSITIONS}/{{instrument_id}}",
        [],
        lambda client: client.v1.positions.close_position("AAPL", account_id=ACCOUNT),
    ),
    "get_position_instructions": (
        f"GET {INSTRUCTIONS}",
        [INSTRUCTION],
        lambda client: client.v1.positions.get_position_instructions(ACCOUNT),
    ),
    "submit_position_instructions": (
        f"POST {INSTRUCTIONS}",
        [{**INSTRUCTION, "status": "SENT"}],
        lambda client: client.v1.positions.submit_position_instructions(
            ACCOUNT,
            instructions=[
                {
                    "instruction_type": "EXERCISE",
                    "instrument_id": ROW["instrument_id"],
                    "quantity": 1,
                    KEY_NAME: KEY,
                }
            ],
        ),
    ),
    "cancel_position_instruction": (
        f"DELETE {INSTRUCTIONS}/{{instruction_id}}",
        INSTRUCTION,
        lambda client: client.v1.positions.cancel_position_instruction(ID, account_id=ACCOUNT),
    ),
    "get_version": ("GET /v1/version", {"version": "1"}, lambda client: client.v1.version.get_version()),
    "post": (
        "POST (a path that the spec does not know)",
        [],
        lambda client: client.post(f"/v1/accounts/{ACCOUNT}/other", cast_to=dict, body={"note": KEY}),
    ),
}
LISTING = CALLS["get_position_instructions"][2]
CANCELLING = CALLS["cancel_position_instruction"][2]
GONE = httpx.ReadError("Connection reset by peer")


@pytest.fixture(autouse=True)
def debug(caplog: pytest.LogCaptureFixture) -> None:
    """Everything is logged."""
    caplog.set_level(logging.DEBUG, "clear_street")


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """What was logged at a level since the last time, all of it by the one logger."""
    found = [record.getMessage() for record in caplog.records if record.levelno == level]
    assert {record.name for record in caplog.records} <= {"clear_street"}
    return found


def made(mode: Mode, story: Callable[[Any], Any], *replies: Any, **options: Any) -> Any:
    """Make a call, and return its value or the error that it raises."""
    client = mode.client(repeating(*replies), **options)
    try:
        return mode.run(lambda: story(client))
    except APIError as error:
        return error


# --- One line for each call -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_one_line_with_its_path_template(mode: Mode, name: str, caplog: pytest.LogCaptureFixture) -> None:
    path, data, story = CALLS[name]
    made(mode, story, (200, envelope(data), {"X-Request-Id": "r-1"}))
    assert lines(caplog, logging.INFO) == [f"{name} ({path}): done, status 200, request id r-1, attempts 1, 0.000 s"]
    assert lines(caplog, logging.DEBUG) == [f"{path}: status 200, complete"]
    assert lines(caplog, logging.WARNING) == []


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_a_handler_that_raises_does_not_lose_a_success(
    mode: Mode, level: int, shown: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk is full")

    logger, handler = logging.getLogger("clear_street"), Full(level)
    monkeypatch.setattr(logging, "raiseExceptions", shown)
    monkeypatch.setattr(logger, "handlers", [handler])
    logger.setLevel(level)
    service = Service((200, envelope(INSTRUCTION)))
    _, _, story = CALLS["cancel_position_instruction"]
    assert mode.run(story, mode.client(service)).data.id == ID
    assert len(service.requests) == 1
    assert ("the disk is full" in capsys.readouterr().err) == shown


@pytest.mark.parametrize(
    ("name", "replies", "came_to"),
    [
        ("get_positions", [(401, failed(401))], "AuthenticationError, status 401, request id r-1, attempts 1"),
        ("get_positions", [(200, b"<html>")], "APIResponseValidationError, status 200, request id None, attempts 3"),
        ("get_positions", [httpx.ConnectError("no")], "APIConnectionError, status None, request id None, attempts 3"),
        ("get_positions", [GONE, (200, envelope([]))], "done, status 200, request id r-1, attempts 2"),
        (
            "close_positions",
            [(500, b"")],
            "InternalServerError, outcome unknown, status 500, request id None, attempts 1",
        ),
        ("close_positions", [GONE], "APIConnectionError, outcome unknown, status None, request id None, attempts 1"),
        (
            "cancel_position_instruction",
            [GONE, GONE, GONE, (200, envelope([INSTRUCTION]))],
            "reconciled, status None, request id None, attempts 3",
        ),
        (
            "submit_position_instructions",
            [(504, b"", {"X-Request-Id": "r-2"}), (200, envelope([INSTRUCTION]))],
            "reconciled, status 504, request id r-2, attempts 1",
        ),
    ],
)
def test_the_line_says_what_came_of_the_call(
    mode: Mode, name: str, replies: list[Any], came_to: str, caplog: pytest.LogCaptureFixture
) -> None:
    path, _, story = CALLS[name]
    made(mode, story, *replies)
    [line] = lines(caplog, logging.INFO)
    assert line.startswith(f"{name} ({path}): {came_to}, ")


def test_the_time_is_that_of_the_whole_call_waits_included(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    made(mode, LISTING, (429, failed(429), {"Retry-After": "3"}), (200, envelope([])))
    [line] = lines(caplog, logging.INFO)
    assert line.endswith("attempts 2, 3.000 s")


def test_the_time_of_a_later_call_is_its_own(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    client = mode.client(Service((429, failed(429), {"Retry-After": "3"}), otherwise=(200, envelope([]))))
    for _ in range(2):
        mode.run(lambda: LISTING(client))
    assert [line.rpartition(", ")[2] for line in lines(caplog, logging.INFO)] == ["3.000 s", "0.000 s"]


def test_a_call_of_which_nothing_was_sent_has_no_attempt(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    clock = SandboxClock()

    def losing_time(keys: tuple[str, ...], request: Any) -> None:
        clock.advance(10)

    made(mode, CANCELLING, (200, envelope([])), deadline=5, on_intent=losing_time, clock=clock)
    [line] = lines(caplog, logging.INFO)
    assert line.endswith("APITimeoutError, status None, request id None, attempts 0, 10.000 s")


def test_what_is_refused_before_it_is_a_call_is_not_logged(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    client = mode.client(Service((200, envelope([]))), read_only=True)
    with pytest.raises(ArgumentError):
        mode.run(lambda: CANCELLING(client))
    with pytest.raises(ArgumentError):
        mode.run(lambda: client.v1.positions.get_positions("x"))
    assert caplog.records == []


def test_a_request_id_that_the_service_made_up_cannot_forge_a_line(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    forged: dict[str, object] = {"metadata": {"request_id": "r\nget_version: done\x1b[2J"}, "data": []}
    made(mode, LISTING, (200, forged))
    [line] = lines(caplog, logging.INFO)
    assert r"request id r\nget_version: done\x1b[2J, attempts 1" in line


@pytest.mark.parametrize(
    ("body", "came_to"),
    [
        (Body(b'{"metadata": {}, ', b'"data": []}'), []),
        (Body(b'{"metadata": {}', GONE), ["APIConnectionError, outcome unknown, status 200"]),
        (Body(b"<html>"), ["APIResponseValidationError, outcome unknown, status 200"]),
    ],
    ids=["readable", "broken off", "unreadable"],
)
def test_a_streamed_reply_that_cannot_be_read_has_a_line_more(
    mode: Mode, body: Body, came_to: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = mode.client(Service((200, body), otherwise=(200, envelope([]))))
    streaming = client.v1.positions.with_streaming_response
    with suppress(APIError):
        mode.within(lambda: streaming.close_positions(ACCOUNT), lambda response: response.parse())
    found = [re.findall(r"\): (.*), request id", line)[0] for line in lines(caplog, logging.INFO)]
    assert found == ["done, status 200", *came_to]


def test_a_body_whose_bytes_break_off_has_a_line_more(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    service = Service((200, Body(b'{"metadata": {}', GONE)))
    streaming = mode.client(service).v1.positions.with_streaming_response
    with pytest.raises(APIError):
        mode.within(lambda: streaming.close_positions(ACCOUNT), lambda response: response.read())
    assert ["outcome unknown" in line for line in lines(caplog, logging.INFO)] == [False, True]


# --- One for each attempt ---------------------------------------------------------------------------------------------


def test_each_attempt_and_each_look_is_a_line_for_debugging(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    replies = [httpx.ConnectTimeout("slow"), (429, failed(429)), GONE, (503, b""), (200, envelope([INSTRUCTION]))]
    made(mode, CANCELLING, *replies)
    cancel, look = f"DELETE {INSTRUCTIONS}/{{instruction_id}}", f"GET {INSTRUCTIONS}"
    assert lines(caplog, logging.DEBUG) == [
        f"{cancel}: status None, ConnectTimeout",
        f"{cancel}: status 429, complete",
        f"{cancel}: status None, ReadError",
        f"{look}: status 503, complete",
        f"{look}: status 200, complete",
    ]


def test_a_body_that_breaks_off_has_its_status(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    made(mode, LISTING, (500, Body(b"<", httpx.ReadTimeout("slow"))), max_retries=0)
    assert lines(caplog, logging.DEBUG) == [f"GET {INSTRUCTIONS}: status 500, ReadTimeout"]


@pytest.mark.parametrize(("level", "count"), [("INFO", 1), ("WARNING", 0)])
def test_the_level_is_that_of_the_logger(mode: Mode, level: str, count: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(level, "clear_street")
    made(mode, LISTING, (200, envelope([])))
    assert len(caplog.records) == count


# --- Warnings ---------------------------------------------------------------------------------------------------------


def test_rows_that_were_refused_beside_others_are_a_warning(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    other = {**INSTRUCTION, KEY_NAME: "other", "status": "REJECTED", "rejection_reason": "a private reason"}

    def submitting(client: Any) -> Any:
        row = {"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1}
        rows = [{**row, KEY_NAME: KEY}, {**row, KEY_NAME: "other"}]
        return client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows)

    response = made(mode, submitting, (207, envelope([{**INSTRUCTION, "status": "SENT"}, other])))
    assert len(response.rejected) == 1
    assert lines(caplog, logging.WARNING) == ["submit_position_instructions: the service rejected some of the rows"]


ODD = {**INSTRUCTION, "status": "PRIVATE_VALUE", "quantity": 90817263, "venue": "PRIVATE_VALUE"}
DEPARTURES = [
    "data[].quantity: type, expected string",
    "data[].status: unknown_member, expected PositionInstructionStatus",
    "data[].venue: unknown_field, expected nothing",
]


def departures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The kinds of departure from the spec that were logged since the last time."""
    found = lines(caplog, logging.WARNING)
    caplog.clear()
    return [line.partition(": the reply departs from the spec: ")[2] for line in found]


def test_a_departure_from_the_spec_is_a_warning_once_for_each_kind(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    client = mode.client(Service(otherwise=(200, envelope([ODD, INSTRUCTION, ODD]))))
    mode.run(lambda: LISTING(client))
    assert departures(caplog) == DEPARTURES
    mode.run(lambda: LISTING(client))
    mode.run(lambda: LISTING(client.with_options(timeout=3)))
    assert departures(caplog) == []
    made(mode, LISTING, (200, envelope([ODD])))
    assert departures(caplog) == DEPARTURES


def test_a_departure_is_logged_with_strict_and_for_a_streamed_reply(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    made(mode, LISTING, (200, envelope([ODD])), strict=True)
    assert departures(caplog) == DEPARTURES
    streaming = mode.client(Service((200, envelope([ODD])))).v1.positions.with_streaming_response
    mode.within(lambda: streaming.get_position_instructions(ACCOUNT), lambda response: response.parse())
    assert departures(caplog) == DEPARTURES


def test_a_service_that_makes_up_fields_without_end_cannot_fill_the_log(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    replies = [
        (200, envelope([{**INSTRUCTION, **{f"f{100 * page + n}": 1 for n in range(100)}}])) for page in range(12)
    ]
    client = mode.client(repeating(*replies))
    for _ in replies:
        mode.run(lambda: LISTING(client))
    assert len(departures(caplog)) == 1000


def test_a_field_name_that_the_service_made_up_cannot_forge_a_line(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    made(mode, LISTING, (200, envelope([{**INSTRUCTION, "a\nb": 1}])))
    assert departures(caplog) == [r"data[].a\nb: unknown_field, expected nothing"]


# --- What is never in it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_neither_accounts_nor_ids_nor_bodies_are_in_the_log(
    mode: Mode, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for replies in (
        [(200, envelope(CALLS[name][1], {"code": 7, "message": KEY}))],
        [(200, envelope([ODD]))],
        [(200, envelope(ODD))],
        [(409, failed(409, f"{KEY} of {ACCOUNT}: {ID}"))],
        [GONE, (200, envelope([INSTRUCTION, ODD]))],
        [(500, f"{KEY} of {ACCOUNT}: {ID}".encode())],
    ):
        made(mode, CALLS[name][2], *replies)
    assert len(lines(caplog, logging.INFO)) == 6
    for private in (str(ACCOUNT), ID, KEY, "PRIVATE_VALUE", "AAPL", str(ROW["instrument_id"])):
        assert not [record for record in caplog.records if private in f"{record.getMessage()}{vars(record)}"]


# --- Handlers ---------------------------------------------------------------------------------------------------------

LOGGER = logging.getLogger("clear_street")


@contextmanager
def unconfigured() -> Generator[None]:
    """An application that has not set up logging."""
    level, before = LOGGER.level, [taken_off(logger) for logger in (LOGGER, logging.getLogger())]
    LOGGER.setLevel(logging.NOTSET)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        for logger, handlers in zip((LOGGER, logging.getLogger()), before, strict=True):
            taken_off(logger)
            for handler in handlers:
                logger.addHandler(handler)


def taken_off(logger: logging.Logger) -> list[logging.Handler]:
    """The handlers of a logger that do something, which it then has no more."""
    handlers = [handler for handler in logger.handlers if type(handler) is not logging.NullHandler]
    for handler in handlers:
        logger.removeHandler(handler)
    return handlers


def test_an_application_without_logging_sees_no_line_and_no_handler(
    mode: Mode, capsys: pytest.CaptureFixture[str]
) -> None:
    with unconfigured():
        made(mode, LISTING, (200, envelope([ODD])))
        assert capsys.readouterr() == ("", "")
        assert logging.getLogger().handlers == []
        assert [type(handler) for handler in LOGGER.handlers] == [logging.NullHandler]
        assert (LOGGER.level, LOGGER.propagate) == (logging.NOTSET, True)


@pytest.mark.parametrize("level", ["info", "INFO", "debug", "Debug"])
def test_the_environment_can_ask_for_the_log_on_standard_error(
    mode: Mode, level: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLEAR_STREET_LOG", level)
    with unconfigured():
        mode.client(Service((200, b"")))
        made(mode, LISTING, (200, envelope([{**INSTRUCTION, "venue": "X"}])))
        assert logging.getLogger().handlers == []
    out, err = capsys.readouterr()
    expected = [
        f"DEBUG clear_street: GET {INSTRUCTIONS}: status 200, complete",
        "WARNING clear_street: get_position_instructions: the reply departs from the spec: data[].venue:",
        f"INFO clear_street: get_position_instructions (GET {INSTRUCTIONS}): done, status 200, request id r-1, ",
    ][0 if level.lower() == "debug" else 1 :]
    assert out == ""
    written = err.splitlines()
    assert len(written) == len(expected)
    for line, start in zip(written, expected, strict=True):
        assert re.match(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}} {re.escape(start)}", line)


@pytest.mark.parametrize("logger", [LOGGER, logging.getLogger()], ids=["clear_street", "root"])
def test_a_handler_of_the_application_s_own_is_enough(
    mode: Mode, logger: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLEAR_STREET_LOG", "info")
    with unconfigured():
        own = logging.StreamHandler()
        own.setFormatter(logging.Formatter("mine: %(message)s"))
        logger.addHandler(own)
        made(mode, LISTING, (200, envelope([])))
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("mine: get_position_instructions (GET")


@pytest.mark.parametrize("level", ["loud", "warning", "1", " info"])
def test_an_unknown_level_is_refused(mode: Mode, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_LOG", level)
    with pytest.raises(ArgumentError, match=rf"'info' or 'debug'.*CLEAR_STREET_LOG.*'{level}'"):
        mode.client(Service((200, b"")))


def test_an_empty_level_means_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLEAR_STREET_LOG", "")
    with unconfigured():
        ClearStreet.sandbox().v1.version.get_version()
    assert capsys.readouterr() == ("", "")


def test_a_program_of_its_own_writes_the_log() -> None:
    program = "from clear_street import ClearStreet; ClearStreet.sandbox().v1.version.get_version()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"CLEAR_STREET_LOG": "debug"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == ""
    debug, info = done.stderr.splitlines()
    assert "DEBUG clear_street: GET /v1/version: status 200" in debug
    assert "INFO clear_street: get_version (GET /v1/version): done, status 200" in info
