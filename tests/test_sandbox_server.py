"""The sandbox over loopback: replies, faults on the socket, connections, and the command that starts it."""

from __future__ import annotations

import importlib
import json
import socket
import struct
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

import httpx
import pytest

from clear_street.sandbox import Fault, LiveClock, Sandbox, SandboxClock, SandboxServer
from clear_street.sandbox.clock import business_time
from clear_street.sandbox.faults import HOUR
from clear_street.sandbox.messages import DRIP_PIECES
from support.key_names import KEY_NAME
from support.programs import run_module

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "/v1/version"
CANCEL = "/v1/accounts/0/positions/instructions/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
HEADERS = {"Authorization": "Bearer key"}
GET = b"GET /v1/version HTTP/1.1\r\nHost: loopback\r\n\r\n"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(Sandbox()) as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers=HEADERS, trust_env=False) as open_client:
        yield open_client


def connect(server: SandboxServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=30)


def read_to_the_end(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


# --- Replies ----------------------------------------------------------------------------------------------------------


def test_it_answers_as_the_sandbox_does(server: SandboxServer, client: httpx.Client) -> None:
    response = client.delete(CANCEL)
    assert (response.status_code, response.json()["data"]["status"]) == (200, "CANCEL_REQUESTED")
    assert response.headers["date"] == "Fri, 24 Apr 2026 14:30:00 GMT"
    assert response.headers["x-request-id"] == response.json()["metadata"]["request_id"]
    assert [entry.kind for entry in server.sandbox.ledger] == ["cancel_requested"]
    assert server.sandbox.requests[0].target == CANCEL


def test_a_body_reaches_the_sandbox(server: SandboxServer, client: httpx.Client) -> None:
    row = {
        "instruction_type": "EXERCISE",
        "instrument_id": server.sandbox.add_instrument("AAPL 280121C00195000"),
        "quantity": "1",
        KEY_NAME: "ключ",
    }
    response = client.post("/v1/accounts/122503/positions/instructions", json=[row])
    assert response.json()["data"][0][KEY_NAME] == "ключ"


@pytest.mark.parametrize("where", ["behind", "between"])
def test_a_stray_reply_comes_over_the_same_connection(
    server: SandboxServer, where: Literal["behind", "between"]
) -> None:
    server.sandbox.faults.add(Fault.stray_reply(where))
    with connect(server) as connection:
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert read_to_the_end(connection).count(b"HTTP/1.1 200 OK") == 2


def test_requests_share_a_connection(server: SandboxServer) -> None:
    with connect(server) as connection:
        connection.sendall(GET + GET + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        replies = read_to_the_end(connection)
    assert replies.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert len(server.sandbox.requests) == 3


def test_the_reply_to_a_head_has_no_body(server: SandboxServer) -> None:
    with connect(server) as connection:
        connection.sendall(GET.replace(b"GET", b"HEAD").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        head, _, body = read_to_the_end(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert body == b""


SUBMIT = b"POST /v1/accounts/122503/positions/instructions HTTP/1.1\r\nAuthorization: Bearer k\r\nConnection: close\r\n"
CHUNKED = SUBMIT + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def asked(server: SandboxServer, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes back of the bytes of a request."""
    with connect(server) as connection:
        connection.sendall(request)
        head, _, body = read_to_the_end(connection).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def test_a_body_may_come_in_chunks(server: SandboxServer) -> None:
    half, rest = (
        b'[{"instruction_type":"EXERCISE","quantity":"1",',
        b'"instrument_id":"0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"}]',
    )
    chunks = b"%x;note=1\r\n%b\r\n%X\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(half), half, len(rest), rest)
    status, _, body = asked(server, CHUNKED + chunks)
    assert (status, json.loads(body)["data"][0]["status"]) == (200, "SENT")
    assert server.sandbox.requests[0].body == half + rest


def test_a_target_may_be_absolute(server: SandboxServer) -> None:
    for origin in (server.url.encode(), b"HTTP://api.example:80"):
        request = b"GET %b/v1/version?a=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % origin
        assert asked(server, request)[0] == 200
    assert [(seen.target, seen.operation) for seen in server.sandbox.requests] == [
        ("/v1/version?a=1", "get_version")
    ] * 2


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (405, b"TRACE /v1/version HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (405, b"OPTIONS /v1/version HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (405, b"BREW /v1/accounts/7/positions HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (404, b"BREW /coffee HTTP/1.1\r\nConnection: close\r\n\r\n"),
        (400, b"GET\r\n\r\n"),
        (400, b"GET /v1/version HTTP/x\r\n\r\n"),
        (505, b"GET /v1/version HTTP/9.0\r\n\r\n"),
        (414, b"GET /" + b"x" * 70_000),
        (431, b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000),
        (431, b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 200 + b"\r\n"),
        (400, SUBMIT + b"Content-Length: many\r\n\r\n"),
        (400, SUBMIT + b"Content-Length: -1\r\n\r\n"),
        (400, SUBMIT + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        (413, SUBMIT + b"Content-Length: 16777217\r\n\r\n"),
        (413, SUBMIT + b"Content-Length: " + b"9" * 6000 + b"\r\n\r\n"),
        (501, SUBMIT + b"Transfer-Encoding: gzip\r\n\r\n"),
        (400, SUBMIT + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
        (413, CHUNKED + b"1000001\r\n"),
        (413, CHUNKED + b"f" * 60_000 + b"\r\n"),
        (400, CHUNKED + b"-1\r\n"),
        (400, CHUNKED + b"\r\n"),
        (400, CHUNKED + b"1" * 70_000),
        (400, CHUNKED + b"1\r\n[]\r\n0\r\n\r\n"),
        (400, CHUNKED + b"0\r\n" + b"X: 1\r\n" * 100),
    ],
)
def test_every_refusal_is_in_the_envelope(server: SandboxServer, status: int, request_: bytes) -> None:
    got, headers, body = asked(server, request_)
    assert got == status, body
    assert (headers["content-type"], headers["content-length"]) == ("application/json", str(len(body)))
    document = json.loads(body)
    assert (document["data"], document["error"]["code"], document["metadata"]) == (
        None,
        status,
        {"request_id": headers["x-request-id"]},
    )
    assert server.sandbox.ledger == ()


def test_the_refusal_of_a_head_has_no_body(server: SandboxServer) -> None:
    assert asked(server, b"HEAD / HTTP/1.1\r\nContent-Length: x\r\n\r\n")[::2] == (400, b"")


def test_a_request_that_breaks_off_is_none(server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    for part in (SUBMIT + b"Content-Length: 9\r\n\r\n[", CHUNKED + b"9\r\n[", CHUNKED + b"0\r\n"):
        with connect(server) as connection:
            connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            read_to_the_end(connection)
    assert [seen.body for seen in server.sandbox.requests] == [b""]
    assert server.sandbox.ledger == ()
    assert capsys.readouterr() == ("", "")


def test_many_clients_are_served_at_once(server: SandboxServer) -> None:
    connections = [connect(server) for _ in range(20)]
    for connection in connections:
        connection.sendall(GET)
    for connection in connections:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        connection.close()


# --- Faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error", "effects"),
    [
        (Fault.never_sent(), httpx.ReadError, 0),
        (Fault.before_effect(), httpx.ReadError, 0),
        (Fault.before_effect("close"), httpx.RemoteProtocolError, 0),
        (Fault.after_effect(), httpx.ReadError, 1),
        (Fault.after_effect("close"), httpx.RemoteProtocolError, 1),
        (Fault.breaks_off("headers"), httpx.RemoteProtocolError, 1),
        (Fault.breaks_off("body"), httpx.RemoteProtocolError, 1),
    ],
)
def test_a_connection_is_lost(
    server: SandboxServer, client: httpx.Client, fault: Fault, error: type[Exception], effects: int
) -> None:
    server.sandbox.faults.add(fault)
    with pytest.raises(error):
        client.delete(CANCEL)
    assert len(server.sandbox.ledger) == effects
    assert client.get(VERSION).status_code == 200


def test_a_body_breaks_off_in_the_middle(server: SandboxServer) -> None:
    server.sandbox.faults.add(Fault.breaks_off("body"))
    with connect(server) as connection:
        connection.sendall(GET)
        head, _, body = read_to_the_end(connection).partition(b"\r\n\r\n")
    whole = int(head.rpartition(b"Content-Length: ")[2])
    assert 0 < len(body) == whole // 2


def test_a_lost_connection_is_no_news(server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.sandbox.faults.add(Fault.after_effect())
    with connect(server) as connection:
        connection.sendall(GET)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with connect(server) as connection:  # accepted after the one before
        connection.sendall(GET)
        assert connection.recv(1)
    server.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(30)
    assert capsys.readouterr() == ("", "")


def test_a_mistake_in_a_test_is_news(server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    def mistake(document: object) -> object:
        raise ZeroDivisionError("a mistake")

    server.sandbox.faults.add(Fault.rewritten(mistake))
    with connect(server) as connection:
        connection.sendall(GET)
        assert connection.recv(1) == b""
    assert "ZeroDivisionError: a mistake" in capsys.readouterr().err


def test_delays_are_on_the_sandbox_s_clock(server: SandboxServer, client: httpx.Client) -> None:
    server.sandbox.faults.add(Fault.slow())
    assert client.get(VERSION).status_code == 200
    assert server.sandbox.clock.monotonic() == HOUR


def test_delays_can_be_waited_out_otherwise() -> None:
    waits: list[float] = []
    with SandboxServer(Sandbox(), sleep=waits.append) as server, connect(server) as connection:
        server.sandbox.faults.add(Fault.slow(3))
        server.sandbox.faults.add(Fault.dripping(0.25))
        connection.sendall(GET + GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        replies = read_to_the_end(connection)
    assert [seconds for seconds in waits if seconds] == [3, *[0.25] * 2 * DRIP_PIECES]
    assert [json.loads(reply.partition(b"\r\n\r\n")[2]) for reply in replies.split(b"HTTP/1.1 200 OK\r\n")[1:]]


# --- Its life ---------------------------------------------------------------------------------------------------------


def test_without_a_sandbox_it_serves_a_live_one() -> None:
    with SandboxServer() as server:
        clock = server.sandbox.clock
        assert isinstance(clock, LiveClock)
        assert abs(business_time() - clock.now()) < timedelta(minutes=5)
        assert httpx.get(server.url + VERSION, trust_env=False).status_code == 200


def test_it_speaks_the_dialect_that_it_is_given() -> None:
    sandbox = Sandbox()
    with SandboxServer(sandbox, dialect="today", unknown_fields="refuse", refusal_status=400):
        assert (sandbox.dialect, sandbox.unknown_fields, sandbox.refusal_status) == ("today", "refuse", 400)
    with SandboxServer(sandbox):
        assert (sandbox.dialect, sandbox.unknown_fields, sandbox.refusal_status) == ("today", "refuse", 400)
    with pytest.raises(ValueError, match="received 'tomorrow'"):
        SandboxServer(dialect="tomorrow")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-27T03:15:00+00:00", "2026-11-27T03:15:00+00:00"),
        ("2026-11-28T03:15:00+00:00", "2026-11-28T03:15:00+00:00"),
        ("2026-11-28T05:15:00+00:00", "2026-11-30T15:30:00+00:00"),
        ("2026-11-29T23:00:00-05:00", "2026-11-30T15:30:00+00:00"),
        ("2026-11-30T00:00:00-05:00", "2026-11-30T05:00:00+00:00"),
    ],
)
def test_a_business_time_is_now_or_on_monday(now: str, begins: str) -> None:
    assert business_time(datetime.fromisoformat(now)) == datetime.fromisoformat(begins)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028, 2031])
def test_the_contracts_of_the_world_are_alive_on_its_first_day(year: int) -> None:
    sandbox = Sandbox(clock=SandboxClock(business_time(datetime(year, 11, 28, 15, tzinfo=UTC))))
    today = sandbox.clock.now().date()
    rows = sandbox.handle("GET", "/v1/accounts/122503/positions", HEADERS).json()["data"]
    options = [row for row in rows if row["instrument_type"] == "OPTION"]
    days = [date.fromisoformat(f"20{row['symbol'].split()[1][:6]}") for row in options]
    assert min(days) == today
    assert days.count(today) == 2
    assert all(day == today or (day.month, day.weekday()) == (1, 4) for day in days)
    lapse = {"instruction_type": "DO_NOT_EXERCISE", "instrument_id": options[days.index(today)]["instrument_id"]}
    body = json.dumps([{**lapse, "quantity": "1"}]).encode()
    headers = {**HEADERS, "Content-Type": "application/json"}
    assert sandbox.handle("POST", "/v1/accounts/122503/positions/instructions", headers, body).status == 200


def test_closing_it_ends_its_connections_and_frees_its_port() -> None:
    server = SandboxServer(Sandbox())
    waiter = threading.Thread(target=server.wait)
    waiter.start()
    with connect(server) as connection:
        connection.sendall(GET)
        assert connection.recv(65536)
        server.close()
        assert connection.recv(1) == b""
    waiter.join(30)
    assert not waiter.is_alive()
    with pytest.raises(ConnectionRefusedError):
        connect(server)
    port = int(server.url.rpartition(":")[2])
    with SandboxServer(Sandbox(), port=port) as again:
        assert again.url == server.url


def test_the_command_serves_until_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[httpx.Response] = []

    def interrupted(server: SandboxServer) -> None:
        target = capsys.readouterr().out.split()[-1]
        assert target.startswith(server.url)
        seen.append(httpx.get(target, headers=HEADERS, trust_env=False))
        raise KeyboardInterrupt

    monkeypatch.setattr(SandboxServer, "wait", interrupted)
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", "--seed", "7"])
    run_module("clear_street.sandbox")
    assert len(seen[0].json()["data"]) == 7
    assert abs(parsedate_to_datetime(seen[0].headers["date"]) - business_time()) < timedelta(minutes=5)


def test_the_command_begins_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[datetime] = []
    monkeypatch.setattr(SandboxServer, "wait", lambda server: begun.append(server.sandbox.clock.now()))
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", "--start", "2027-01-15T20:00:00Z"])
    run_module("clear_street.sandbox")
    assert timedelta(0) <= begun[0] - datetime(2027, 1, 15, 20, tzinfo=UTC) < timedelta(minutes=5)


@pytest.mark.parametrize("start", ["tomorrow", "2027-01-15T20:00:00"])
def test_the_command_takes_no_other_start(
    start: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sandbox", "--start", start])
    with pytest.raises(SystemExit, match="2"):
        run_module("clear_street.sandbox")
    assert "--start" in capsys.readouterr().err


def test_the_command_takes_a_dialect(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Sandbox] = []
    monkeypatch.setattr(SandboxServer, "wait", lambda server: seen.append(server.sandbox))
    arguments = ["--dialect", "today", "--unknown-fields", "refuse", "--refusal-status", "400"]
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", *arguments])
    run_module("clear_street.sandbox")
    assert [(s.dialect, s.unknown_fields, s.refusal_status) for s in seen] == [("today", "refuse", 400)]
    for wrong in (["--dialect", "Today"], ["--unknown-fields", "drop"], ["--refusal-status", "404"]):
        monkeypatch.setattr(sys, "argv", ["sandbox", *wrong])
        with pytest.raises(SystemExit, match="2"):
            run_module("clear_street.sandbox")
        assert "choose from" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_the_command_says_so_where_it_cannot_have_the_port(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with SandboxServer(Sandbox()) as other:
        wanted = other.url.rpartition(":")[2] if port == "taken" else port
        monkeypatch.setattr(sys, "argv", ["sandbox", "--port", wanted])
        with pytest.raises(SystemExit, match="2"):
            run_module("clear_street.sandbox")
    assert f"cannot listen on port {wanted}: " in capsys.readouterr().err


def test_importing_the_command_starts_nothing() -> None:
    before = threading.active_count()
    importlib.reload(importlib.import_module("clear_street.sandbox.__main__"))
    assert threading.active_count() <= before
