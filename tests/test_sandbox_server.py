"""The sandbox over loopback: replies, faults on the socket, connections, and the command that starts it."""

from __future__ import annotations

import json
import runpy
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING, Literal

import httpx
import pytest

from clear_street.sandbox import Fault, LiveClock, Sandbox, SandboxServer
from clear_street.sandbox.faults import HOUR
from clear_street.sandbox.wire import DRIP_PIECES

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
        "instruction_id": "ключ",
    }
    response = client.post("/v1/accounts/122503/positions/instructions", json=[row])
    assert response.json()["data"][0]["instruction_id"] == "ключ"


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


@pytest.mark.parametrize("header", [b"Transfer-Encoding: chunked", b"Content-Length: many"])
def test_a_body_has_a_length(server: SandboxServer, header: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\n" + header + b"\r\n\r\n"))
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 411 Length Required\r\n")
    assert server.sandbox.requests == ()


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
        assert isinstance(server.sandbox.clock, LiveClock)
        assert httpx.get(server.url + VERSION, trust_env=False).status_code == 200


def test_it_speaks_the_dialect_that_it_is_given() -> None:
    sandbox = Sandbox()
    with SandboxServer(sandbox, dialect="today", unknown_fields="refuse", refusal_status=400):
        assert (sandbox.dialect, sandbox.unknown_fields, sandbox.refusal_status) == ("today", "refuse", 400)
    with SandboxServer(sandbox):
        assert (sandbox.dialect, sandbox.unknown_fields, sandbox.refusal_status) == ("today", "refuse", 400)
    with pytest.raises(ValueError, match="received 'tomorrow'"):
        SandboxServer(dialect="tomorrow")  # type: ignore[arg-type]


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
    runpy.run_module("clear_street.sandbox", run_name="__main__")
    assert len(seen[0].json()["data"]) == 7


def test_the_command_takes_a_dialect(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Sandbox] = []
    monkeypatch.setattr(SandboxServer, "wait", lambda server: seen.append(server.sandbox))
    arguments = ["--dialect", "today", "--unknown-fields", "refuse", "--refusal-status", "400"]
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", *arguments])
    runpy.run_module("clear_street.sandbox", run_name="__main__")
    assert [(s.dialect, s.unknown_fields, s.refusal_status) for s in seen] == [("today", "refuse", 400)]
    for wrong in (["--dialect", "Today"], ["--unknown-fields", "drop"], ["--refusal-status", "404"]):
        monkeypatch.setattr(sys, "argv", ["sandbox", *wrong])
        with pytest.raises(SystemExit, match="2"):
            runpy.run_module("clear_street.sandbox", run_name="__main__")
        assert "choose from" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_the_command_says_so_where_it_cannot_have_the_port(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with SandboxServer(Sandbox()) as other:
        wanted = other.url.rpartition(":")[2] if port == "taken" else port
        monkeypatch.setattr(sys, "argv", ["sandbox", "--port", wanted])
        with pytest.raises(SystemExit, match="2"):
            runpy.run_module("clear_street.sandbox", run_name="__main__")
    assert f"cannot listen on port {wanted}: " in capsys.readouterr().err


def test_importing_the_command_starts_nothing() -> None:
    before = threading.active_count()
    runpy.run_module("clear_street.sandbox.__main__", run_name="imported")
    assert threading.active_count() <= before
