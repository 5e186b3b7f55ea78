"""`clear-street doctor`: each thing that is wrong is named in one line, with what helps, and no secret is shown."""

from __future__ import annotations

import email.utils
import importlib.metadata
import json
import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clear_street import ClearStreet
from clear_street.sandbox import Fault, Sandbox, SandboxClock
from support.command_line import KEY
from support.key_names import KEY_NAME, NEWER_KEY_NAME
from support.raw_server import CERTIFICATE, RawServer

if TYPE_CHECKING:
    from support.command_line import CommandLine, Ran


def findings(ran: Ran) -> dict[str, tuple[str, str]]:
    """What was found of each thing."""
    return {line["what"]: (line["state"], line["found"]) for line in ran.json}


def doctor(command_line: CommandLine, *words: str) -> tuple[int, dict[str, tuple[str, str]]]:
    ran = command_line("doctor", "-o", "json", *words)
    return ran.code, findings(ran)


def test_all_is_well(command_line: CommandLine) -> None:
    command_line.patch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    code, found = doctor(command_line)
    assert code == 0
    assert {state for state, _ in found.values()} == {"ok", "note"}
    assert found["program"] == ("ok", "/usr/bin/clear-street is what the shell runs")
    assert found["key"] == ("ok", "from CLEAR_STREET_API_KEY (not shown)")
    assert found["clock"][1] == "this machine and the service agree to 1.0 s"
    assert found["account"][1] == "122503: 7 positions, of which 2 expire today"
    assert found["dialect"][1] == f"the service calls idempotency keys {KEY_NAME}"
    assert found["spec"][1] == "replies are as the spec says"
    assert found["variables"][1].startswith("set: CLEAR_STREET_ACCOUNT, CLEAR_STREET_API_KEY")
    assert "tls" not in found or found["tls"][0] == "note"
    assert command_line("doctor").out.splitlines()[0].split() == ["STATE", "WHAT", "FOUND"]


def test_without_a_key_it_is_2_and_the_rest_is_looked_at(command_line: CommandLine) -> None:
    command_line.patch.delenv("CLEAR_STREET_API_KEY")
    code, found = doctor(command_line)
    assert code == 2
    assert found["key"][0] == "FAIL"
    assert found["service"][0] == "ok"
    assert "account" not in found


def test_a_clock_that_is_wrong_is_a_warning(command_line: CommandLine) -> None:
    for hours, where in ((-1, "behind"), (1, "ahead of")):
        command_line.clock = SandboxClock(command_line.sandbox.clock.now() + timedelta(hours=hours))
        code, found = doctor(command_line)
        assert (code, found["clock"][0]) == (0, "warn")
        assert re.match(rf"this machine is (1 h 00 min|59 min 5\d s) {where} the service", found["clock"][1])


def versions(server: RawServer, connection: Any) -> None:
    """Answer each request with a version."""
    while server.request(connection):
        body = json.dumps({"metadata": {"request_id": "r-1"}, "error": None, "data": {"version": "2025-10-31"}})
        now = email.utils.formatdate(usegmt=True)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nDate: {now}"
        connection.sendall(f"{head}\r\n\r\n{body}".encode())


def test_the_certificate_of_the_connection_is_told(command_line: CommandLine) -> None:
    command_line.connect = ClearStreet  # type: ignore[method-assign, assignment]
    command_line.patch.setenv("SSL_CERT_FILE", CERTIFICATE)
    command_line.patch.delenv("CLEAR_STREET_ACCOUNT")
    command_line.patch.delenv("SSL_CERT_DIR", raising=False)
    with RawServer(versions, tls=True) as server:
        code, found = doctor(command_line, "--base-url", server.url.replace("127.0.0.1", "localhost"))
    assert (code, found["tls"][0]) == (0, "ok")
    assert re.fullmatch(r"TLSv1\.3, certificate signed by .*localhost.*, valid until \w{3} .* GMT", found["tls"][1])


def test_an_account_without_instructions_shows_no_dialect(command_line: CommandLine) -> None:
    command_line.sandbox.add_account(7)
    _, found = doctor(command_line, "--account", "7")
    assert found["dialect"][1] == "not seen: the account has no instructions"


def test_the_dialect_of_the_service_is_told(command_line: CommandLine) -> None:
    command_line.sandbox = Sandbox(dialect="today")
    command_line.clock = command_line.sandbox.clock
    _, found = doctor(command_line)
    assert found["dialect"][1] == f"the service calls idempotency keys {NEWER_KEY_NAME}"


def test_no_secret_is_in_the_report(command_line: CommandLine) -> None:
    command_line.patch.setenv("CLEAR_STREET_KEY_COMMAND", f"echo {KEY}")
    command_line.patch.setenv("HTTPS_PROXY", f"http://{KEY}:{KEY}@127.0.0.1:9/{KEY}")
    for words in ((), ("-o", "json"), ("-o", "jsonl"), ("-o", "csv"), ("-vv",)):
        ran = command_line("doctor", *words)
        assert KEY not in ran.out + ran.err
        assert "CLEAR_STREET_KEY_COMMAND" in ran.out


def test_an_address_that_cannot_be_one_is_2(command_line: CommandLine) -> None:
    command_line.connect = ClearStreet  # type: ignore[method-assign, assignment]
    code, found = doctor(command_line, "--base-url", "http://example.com")
    assert (code, found["address"][0]) == (2, "FAIL")


def test_a_certificate_that_is_not_trusted_is_8(command_line: CommandLine) -> None:
    command_line.connect = ClearStreet  # type: ignore[method-assign, assignment]
    with RawServer(lambda server, connection: None, tls=True) as server:
        code, found = doctor(command_line, "--base-url", server.url, "--timeout", "5")
    assert code == 8
    assert "set SSL_CERT_FILE to a file with the certificate that signed it" in found["service"][1]


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        (f"http://user:{KEY}@127.0.0.1:9", "127.0.0.1:9"),
        ("127.0.0.1:9", "127.0.0.1:9"),
        ("http://127.0.0.1", "127.0.0.1"),
        ("http://[", "(which is no URL)"),
    ],
)
def test_a_proxy_that_does_not_answer_is_8(command_line: CommandLine, proxy: str, shown: str) -> None:
    command_line.patch.setenv("HTTPS_PROXY", proxy)
    command_line.sandbox.faults.add(Fault.never_sent(), times=None)
    code, found = doctor(command_line)
    assert code == 8
    assert f"is the proxy {shown} right, which HTTPS_PROXY names?" in found["service"][1]
    assert f"HTTPS_PROXY names the proxy {shown}, unless" in found["address"][1]


def test_a_service_that_is_not_there_is_8(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.never_sent(), times=None)
    code, found = doctor(command_line)
    assert code == 8
    assert "is the address right" in found["service"][1]


def test_a_key_that_is_refused_is_3(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.answer(401), operation="get_positions")
    code, found = doctor(command_line)
    assert (code, found["account"][0]) == (3, "FAIL")
    command_line.sandbox.faults.add(Fault.answer(404), operation="get_version")
    code, found = doctor(command_line)
    assert (code, found["service"][0]) == (3, "FAIL")


def test_what_is_not_known_is_no_failure(command_line: CommandLine) -> None:
    command_line.patch.setattr(shutil, "which", lambda name: None)
    command_line.patch.delenv("CLEAR_STREET_ACCOUNT")
    command_line.sandbox.faults.add(Fault.answer(503), operation="get_version", nth=2, times=None)
    code, found = doctor(command_line)
    assert code == 0
    assert [found[what][0] for what in ("program", "account", "clock")] == ["warn", "note", "warn"]


def test_replies_that_depart_from_the_spec_are_named(command_line: CommandLine) -> None:
    def newer(body: Any) -> Any:
        return {**body, "data": [{**row, "new": 1} for row in body["data"]]}

    command_line.sandbox.faults.add(Fault.rewritten(newer), operation="get_positions")
    code, found = doctor(command_line)
    assert (code, found["spec"][0]) == (0, "warn")
    assert "depart from the spec in 7 places: unknown_field" in found["spec"][1]


def test_a_package_that_is_not_there_is_left_out(command_line: CommandLine) -> None:
    def version(name: str) -> str:
        if name == "msgspec":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1"

    command_line.patch.setattr(importlib.metadata, "version", version)
    _, found = doctor(command_line)
    assert found["versions"][1].endswith("httpx 1, attrs 1, click 1, rich 1, aiohttp 1")


def test_plain_http_and_certificates_are_told(command_line: CommandLine) -> None:
    command_line.patch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    command_line.patch.delenv("SSL_CERT_DIR", raising=False)
    command_line.patch.setattr(ClearStreet, "base_url", "http://127.0.0.1:1")
    _, found = doctor(command_line)
    assert found["address"][1] == "http://127.0.0.1:1; plain http, no proxy; trusts SSL_CERT_FILE=/etc/own.pem"
