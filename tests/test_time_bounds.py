"""The time that a call may take, on real sockets, against services that take all they can; proxies and certificates."""

from __future__ import annotations

import contextlib
import inspect
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import anyio
import httpx
import pytest

from clear_street import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ArgumentError,
    ClearStreet,
    CutoffPassedError,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street._http import transport
from clear_street._http.bounds import BOUNDS, Bounds
from clear_street._http.environment import shared_context
from clear_street.sandbox import LiveClock
from support.client_modes import Mode
from support.raw_server import CERTIFICATE, RawServer, answering, fields, reply, trusting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT = 0.1
TOLERANCE = 1.0
"""Seconds over the bound that a busy machine may need."""


def client_of(mode: Mode, url: str, **options: Any) -> Any:
    """A client with connections of its own and the machine's clock."""
    return mode.kind(**{"api_key": "key", "base_url": url, "timeout": TIMEOUT, "max_retries": 0, **options})


def http_client(mode: Mode, **options: Any) -> Any:
    return mode.http_kind(**options)


def story(mode: Mode, client: Any, call: Callable[[Any], Any]) -> Any:
    """A call, the seconds that it took and its error, and the client and its connections closed; to be run."""
    supplied = client._caller.connections.running().driver._supplied

    async def awaiting() -> Any:
        async with client, supplied or contextlib.nullcontext():
            began = time.monotonic()
            try:
                value = call(client)
                return (await value if inspect.isawaitable(value) else value), None, time.monotonic() - began
            except APIError as error:
                return None, error, time.monotonic() - began

    def blocking() -> Any:
        with client, supplied or contextlib.nullcontext():
            began = time.monotonic()
            try:
                return call(client), None, time.monotonic() - began
            except APIError as error:
                return None, error, time.monotonic() - began

    return awaiting() if mode.is_async else blocking()


def tried(mode: Mode, client: Any, call: Callable[[Any], Any] | None = None) -> Any:
    return mode.run(lambda: story(mode, client, call or listing))


def listing(client: Any, **options: Any) -> Any:
    return client.v1.positions.get_positions(1, **options)


def late(mode: Mode, url: str, call: Callable[[Any], Any] = listing, **options: Any) -> APITimeoutError:
    """The error of a call that is out of time, and was so in time."""
    _, error, seconds = tried(mode, client_of(mode, url, **options), call)
    assert isinstance(error, APITimeoutError)
    bound = options.get("deadline", options.get("timeout", TIMEOUT))
    assert bound * 0.8 <= seconds < bound + TOLERANCE
    return error


def never_answers(server: RawServer, connection: socket.socket) -> None:
    server.request(connection)
    server.hold()


def drips_headers(server: RawServer, connection: socket.socket) -> None:
    server.request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    while server.pause(0.02):
        connection.sendall(b"x")


def drips_its_body(server: RawServer, connection: socket.socket) -> None:
    server.request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while server.pause(0.02):
        connection.sendall(b" ")


def drips_chunks(server: RawServer, connection: socket.socket) -> None:
    server.request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while server.pause(0.02):
        connection.sendall(b"1\r\n \r\n")


def never_reads(server: RawServer, connection: socket.socket) -> None:
    server.hold()


def reads_slowly(server: RawServer, connection: socket.socket) -> None:
    while server.pause(0.02):
        connection.recv(4096)


class WithoutJitter(LiveClock):
    """The machine's clock; further attempts follow at once."""

    def random(self) -> float:
        return 0.0


class TestAnAttemptIsBounded:
    @pytest.mark.parametrize("serve", [never_answers, drips_headers, drips_its_body, drips_chunks])
    def test_to_the_last_byte_of_the_reply(self, mode: Mode, serve: Callable[..., None]) -> None:
        with RawServer(serve) as server:
            error = late(mode, server.url)
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]
        assert error.outcome_unknown is False
        status = 200 if serve in (drips_its_body, drips_chunks) else None
        assert error.attempts[0].status_code == status

    @pytest.mark.parametrize("serve", [drips_headers, drips_its_body])
    def test_also_where_its_outcome_counts(self, mode: Mode, serve: Callable[..., None]) -> None:
        with RawServer(serve) as server:
            error = late(mode, server.url, lambda client: client.v1.positions.close_positions(1))
        assert error.outcome_unknown is True

    def test_over_tls(self, mode: Mode) -> None:
        with RawServer(drips_headers, tls=True) as server:
            client = client_of(mode, server.url, http_client=http_client(mode, verify=trusting()))
            _, error, seconds = tried(mode, client)
        assert isinstance(error, APITimeoutError)
        assert seconds < TIMEOUT + TOLERANCE

    def test_in_a_handshake_that_never_ends(self, mode: Mode) -> None:
        with RawServer(never_reads) as server:
            error = late(mode, server.url.replace("http:", "https:"))
            assert server.accepted == 1
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]
        assert "before anything was sent" in str(error)

    @pytest.mark.parametrize("serve", [never_reads, reads_slowly])
    def test_in_sending(self, mode: Mode, serve: Callable[..., None]) -> None:
        body = {"padding": "x" * 8_000_000}
        with RawServer(serve) as server:
            error = late(
                mode, server.url, lambda client: client.post("/v1/things", cast_to=object, body=body), timeout=0.5
            )
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]
        assert error.outcome_unknown is True

    def test_in_looking_up_the_name(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        release, look_up = threading.Event(), socket.getaddrinfo

        def hangs(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
            if host in ("service.test", b"service.test") and not flags & socket.AI_NUMERICHOST:
                release.wait(10)
            return look_up(host, port, family, type, proto, flags)

        def call(client: Any) -> Any:
            # The look-up cannot be stopped, and an event loop waits for its threads when it ends.
            threading.Timer(TIMEOUT * 2, release.set).start()
            return listing(client)

        monkeypatch.setattr(socket, "getaddrinfo", hangs)
        error = late(mode, "https://service.test", call)
        release.set()
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]

    def test_in_waiting_for_a_connection(self, mode: Mode) -> None:
        def busy(client: Any) -> Any:
            async def awaiting() -> Any:
                async with client.v1.positions.with_streaming_response.get_positions(1):
                    await listing(client)

            def blocking() -> Any:
                with client.v1.positions.with_streaming_response.get_positions(1):
                    listing(client)

            return awaiting() if mode.is_async else blocking()

        with RawServer(drips_its_body) as server:
            error = late(mode, server.url, busy, http_client=http_client(mode, limits=httpx.Limits(max_connections=1)))
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "PoolTimeout")]

    def test_before_there_is_a_key(self, mode: Mode) -> None:
        def slow_key() -> str:
            time.sleep(0.002)
            return "key"

        with RawServer(answering) as server:
            error = late(mode, server.url, timeout=0.001, api_key=slow_key)
            assert server.accepted == 0
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_before_there_is_a_key_that_is_awaited(self, backend: str) -> None:
        async def never() -> str:
            await anyio.sleep(60)
            return "key"

        with RawServer(answering) as server:
            error = late(Mode(backend), server.url, api_key=never)
            assert server.accepted == 0
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "TimeoutError")]

    def test_in_reading_a_streamed_reply_by_the_time_out_of_the_call(self, mode: Mode) -> None:
        def parsed(client: Any) -> Any:
            async def awaiting() -> Any:
                async with client.v1.positions.with_streaming_response.get_positions(1, timeout=TIMEOUT) as response:
                    await response.parse()

            def blocking() -> Any:
                with client.v1.positions.with_streaming_response.get_positions(1, timeout=TIMEOUT) as response:
                    response.parse()

            return awaiting() if mode.is_async else blocking()

        with RawServer(drips_its_body) as server:
            _, error, seconds = tried(mode, client_of(mode, server.url, timeout=30.0), parsed)
        assert isinstance(error, APITimeoutError)
        assert seconds < TIMEOUT * 2 + TOLERANCE

    def test_also_on_a_client_of_the_applications_as_far_as_it_can(self, mode: Mode) -> None:
        supplied = httpx.AsyncClient() if mode.is_async else httpx.Client()
        with RawServer(never_answers) as server:
            error = late(mode, server.url, http_client=supplied)
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]

    def test_after_which_the_client_can_go_on(self, mode: Mode) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            drips_headers(server, connection) if server.accepted < 3 else answering(server, connection)

        with RawServer(serve) as server:
            client = client_of(mode, server.url, max_retries=2, deadline=10.0, clock=WithoutJitter())
            value, error, _ = tried(mode, client)
        assert error is None
        assert value.data == []
        assert [attempt.outcome for attempt in value.attempts] == ["unknown", "unknown", "done"]
        assert server.accepted == 3


class TestACallIsBounded:
    def test_by_its_deadline(self, mode: Mode) -> None:
        with RawServer(never_answers) as server:
            error = late(mode, server.url, timeout=30.0, max_retries=9, deadline=0.5)
        assert len(error.attempts) == 1

    def test_by_its_deadline_with_a_look(self, mode: Mode) -> None:
        with RawServer(drips_headers) as server:
            error = late(
                mode,
                server.url,
                lambda client: client.v1.positions.cancel_position_instruction("i-1", account_id=1),
                timeout=30.0,
                deadline=0.5,
            )
            methods = [head.split()[0] for head in server.requests]
        assert error.outcome_unknown is True
        assert methods == [b"DELETE", b"GET"]

    def test_by_the_last_moment_also_where_the_key_came_over_our_connections(self) -> None:
        with RawServer(answering) as keys, RawServer(answering) as server, DefaultHttpxClient() as fetching:

            def key() -> str:
                fetching.get(keys.url)
                time.sleep(0.2)
                return "key"

            with ClearStreet(api_key=key, base_url=server.url) as client:
                not_after = datetime.now(UTC) + timedelta(seconds=0.2)
                with pytest.raises(CutoffPassedError, match="nothing was sent") as caught:
                    client.v1.positions.close_positions(1, not_after=not_after)
            assert (len(keys.requests), len(server.requests)) == (1, 0)
        assert caught.value.outcome_unknown is False

    @pytest.mark.parametrize("proxied", [False, True])
    def test_by_the_last_moment_at_which_a_first_byte_may_leave(
        self, mode: Mode, proxied: bool, service: RawServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look_up = socket.getaddrinfo

        def slow(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
            if not flags & socket.AI_NUMERICHOST:
                time.sleep(0.3)
            return look_up(host, port, family, type, proto, flags)

        monkeypatch.setattr(socket, "getaddrinfo", slow)
        not_after = datetime.now(UTC) + timedelta(seconds=0.2)
        with Proxy(service) as proxy:
            via = proxy.url.replace("127.0.0.1", "localhost") if proxied else None
            client = client_of(
                mode,
                service.url if proxied else service.url.replace("127.0.0.1", "localhost"),
                timeout=5.0,
                max_retries=2,
                http_client=http_client(mode, proxy=via, verify=trusting()),
            )
            _, error, seconds = tried(
                mode, client, lambda client: client.v1.positions.close_positions(1, not_after=not_after)
            )
        assert isinstance(error, CutoffPassedError)
        assert error.outcome_unknown is False
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectTimeout")]
        assert 0.3 <= seconds < TOLERANCE + 0.3
        assert len(proxy.requests) == proxied
        assert not service.requests


class TestConnecting:
    def test_to_a_name_that_there_is_none_of_sends_nothing(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*arguments: Any, **options: Any) -> Any:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        _, error, _ = tried(mode, client_of(mode, "https://service.test"))
        assert isinstance(error, APIConnectionError)
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectError")]

    def test_to_a_name_that_cannot_be_encoded_sends_nothing(self, mode: Mode) -> None:
        _, error, _ = tried(mode, client_of(mode, f"https://{'a' * 70}.test"))
        assert isinstance(error, APIConnectionError)
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]

    def test_to_a_name_without_an_address_sends_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        with DefaultHttpxClient() as client, pytest.raises(httpx.ConnectError, match=r"no address for service.test"):
            client.get("https://service.test")

    def test_to_a_port_where_nobody_listens_sends_nothing(self, mode: Mode) -> None:
        with RawServer(answering) as server:
            url = server.url
        _, error, _ = tried(mode, client_of(mode, url))
        assert isinstance(error, APIConnectionError)
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectError")]

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full backlog refuses, and does not keep silent")
    def test_goes_on_to_the_next_address(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        with RawServer(answering) as server, socket.socket() as silent:
            silent.bind(("127.0.0.2", server.port))
            silent.listen(0)
            crowd = [socket.socket() for _ in range(3)]
            for one in crowd:
                one.setblocking(False)
                one.connect_ex(silent.getsockname())

            def look_up(host: Any, port: Any, *arguments: Any, flags: int = 0, **options: Any) -> Any:
                if flags & socket.AI_NUMERICHOST:
                    raise socket.gaierror(socket.EAI_NONAME, "not a number")
                return [
                    (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))
                    for address in ("127.0.0.2", "127.0.0.1")
                ]

            with monkeypatch.context() as patched:
                patched.setattr(socket, "getaddrinfo", look_up)
                value, error, seconds = tried(
                    mode, client_of(mode, server.url.replace("127.0.0.1", "localhost"), timeout=1.0)
                )
            for one in crowd:
                one.close()
        assert error is None
        assert value.data == []
        assert seconds < 1.0 + TOLERANCE


class TestACertificate:
    def test_that_is_trusted(self, mode: Mode) -> None:
        with RawServer(answering, tls=True) as server:
            client = client_of(mode, server.url, timeout=5.0, http_client=http_client(mode, verify=trusting()))
            value, error, _ = tried(mode, client)
        assert error is None
        assert value.data == []

    def test_that_is_not_trusted_sends_nothing(self, mode: Mode) -> None:
        with RawServer(answering, tls=True) as server:
            _, error, _ = tried(mode, client_of(mode, server.url, timeout=5.0))
        assert isinstance(error, APIConnectionError)
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectError")]
        assert not server.requests

    def test_of_the_environments_choice(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
        with RawServer(answering, tls=True) as server:
            trusted = tried(mode, client_of(mode, server.url, timeout=5.0))
            client = client_of(mode, server.url, timeout=5.0, http_client=http_client(mode, trust_env=False))
            _, error, _ = tried(mode, client)
        assert trusted[0].data == []
        assert isinstance(error, APIConnectionError)

    def test_of_the_clients_own(self, mode: Mode) -> None:
        with RawServer(answering, tls=True, asks_for_certificate=True) as server:
            context = trusting()
            context.load_cert_chain(CERTIFICATE)
            with_one = tried(
                mode, client_of(mode, server.url, timeout=5.0, http_client=http_client(mode, verify=context))
            )
            without, error, _ = tried(
                mode, client_of(mode, server.url, timeout=5.0, http_client=http_client(mode, verify=trusting()))
            )
        assert with_one[0].data == []
        assert without is None
        assert isinstance(error, APIConnectionError)

    @pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
    def test_of_the_clients_own_as_httpx_takes_it(self, mode: Mode) -> None:
        with RawServer(answering, tls=True, asks_for_certificate=True) as server:
            supplied = http_client(mode, verify=trusting(), cert=CERTIFICATE)
            value, error, _ = tried(mode, client_of(mode, server.url, timeout=5.0, http_client=supplied))
        assert error is None
        assert value.data == []

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("SSL_CERT_FILE", "certificate setting \\(SSL_CERT_FILE or SSL_CERT_DIR\\) of the environment"),
            ("SSLKEYLOGFILE", "setting SSLKEYLOGFILE of the environment"),
        ],
    )
    def test_that_is_not_where_the_environment_says(
        self, mode: Mode, name: str, message: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "/nowhere/certificates.pem")
        shared_context.cache_clear()
        client = client_of(mode, "https://service.test")
        with pytest.raises(ArgumentError, match=message):
            tried(mode, client)
        with RawServer(answering) as service:
            value, error, _ = tried(mode, client_of(mode, service.url, timeout=5.0))
        assert error is None
        assert value.data == []

    def test_that_is_missing_is_not_blamed_on_an_environment_without_any(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def nowhere(**_: object) -> NoReturn:
            raise FileNotFoundError("no certificates")

        monkeypatch.setattr(httpx, "create_ssl_context", nowhere)
        shared_context.cache_clear()
        with DefaultHttpxClient(trust_env=False) as client, pytest.raises(FileNotFoundError, match="no certificates"):
            client.get("https://service.test")


class Proxy(RawServer):
    """A proxy that connects to what it is asked for, if it is there, or says no."""

    def __init__(self, target: RawServer | None, *, status: str = "200 Connection established") -> None:
        self._target = target
        self._status = status
        super().__init__(Proxy.connect)

    @staticmethod
    def connect(server: RawServer, connection: socket.socket) -> None:
        assert isinstance(server, Proxy)
        server.request(connection)
        connection.sendall(
            f"HTTP/1.1 {server._status}\r\nContent-Length: 0\r\n\r\n".encode().replace(
                b"Content-Length: 0\r\n" if server._target else b"", b""
            )
        )
        if server._target is None:
            return
        with socket.create_connection(("127.0.0.1", server._target.port)) as onward:
            back = threading.Thread(target=_pump, args=(onward, connection))
            back.start()
            _pump(connection, onward)
            back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def service() -> Iterator[RawServer]:
    with RawServer(answering, tls=True) as server:
        yield server


class TestAProxy:
    def test_carries_calls(self, mode: Mode, service: RawServer) -> None:
        with Proxy(service) as proxy:
            supplied = http_client(mode, verify=trusting(), proxy=proxy.url.replace("//", "//user:pass%20word@"))
            client = client_of(mode, "https://service.test", timeout=5.0, http_client=supplied)
            value, error, _ = tried(mode, client)
        assert error is None
        assert value.data == []
        [connect] = proxy.requests
        assert connect.startswith(b"CONNECT service.test:443 ")
        assert (b"proxy-authorization", b":", b"Basic dXNlcjpwYXNzIHdvcmQ=") in fields(connect)
        assert not [name for name, _, _ in fields(connect) if name == b"authorization"]
        assert [name for name, _, _ in fields(service.requests[0]) if b"authorization" in name] == [b"authorization"]

    @pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"])
    def test_that_refuses_sends_nothing(self, mode: Mode, status: str) -> None:
        with Proxy(None, status=status) as proxy:
            supplied = http_client(mode, proxy=proxy.url)
            client = client_of(mode, "https://service.test", timeout=5.0, http_client=supplied, max_retries=1)
            _, error, _ = tried(mode, client, lambda client: client.v1.positions.close_positions(1))
        assert isinstance(error, APIConnectionError)
        assert error.outcome_unknown is False
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ProxyError")] * 2

    def test_that_never_answers_has_sent_nothing(self, mode: Mode) -> None:
        with RawServer(never_answers) as proxy:
            error = late(mode, "https://service.test", http_client=http_client(mode, proxy=proxy.url))
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]

    @pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_of_the_environment(
        self, mode: Mode, service: RawServer, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
        with Proxy(service) as proxy:
            monkeypatch.setenv(name, f" {proxy.url.removeprefix('http://')} ")
            value, error, _ = tried(mode, client_of(mode, "https://service.test", timeout=5.0))
        assert error is None
        assert value.data == []
        assert len(proxy.requests) == 1

    def test_of_the_environment_keeps_time_bounds(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
        with RawServer(drips_headers, tls=True) as service, Proxy(service) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            late(mode, "https://service.test")

    @pytest.mark.parametrize(
        "direct",
        ["*", "127.0.0.1", "other.test, 127.0.0.1", "127.0.0.0/8,127.0.0.1", "all://127.0.0.1", "[::1],127.0.0.1"],
    )
    def test_is_not_used_for_hosts_that_need_none(
        self, mode: Mode, service: RawServer, direct: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", direct)
        value, error, _ = tried(mode, client_of(mode, service.url, timeout=5.0))
        assert error is None
        assert value.data == []

    @pytest.mark.parametrize(
        ("direct", "host", "proxied"),
        [
            ("service.test", "service.test", False),
            (".service.test", "a.service.test", False),
            ("service.test", "a.service.test", False),
            ("service.test", "otherservice.test", True),
            ("localhost", "localhost", False),
            ("LOCALHOST", "localhost", False),
            ("localhost", "my.localhost", False),
            ("10.0.0.1", "10.0.0.1", False),
            ("10.0.0.1", "110.0.0.1", True),
            ("::1", "[::1]", False),
            ("", "service.test", True),
            ("*.service.test", "a.service.test", False),
            ("other.test service.test", "service.test", False),
            ("Service.Test.", "service.test", False),
            ("service.test:1", "service.test", False),
            ("service.test:2", "service.test", True),
            ("service.test:port", "service.test", True),
            ("https://service.test", "service.test", False),
            ("http://service.test", "service.test", True),
            ("bücher.test", "xn--bcher-kva.test", False),
            ("xn--bcher-kva.test", "bücher.test", False),
            ("10.0.0.0/8", "10.1.2.3", False),
            ("10.9.9.9/8", "10.1.2.3", False),
            ("10.0.0.0/255.0.0.0", "10.1.2.3", False),
            ("10.0.0.0/8", "11.1.2.3", True),
            ("10.0.0.1:1", "10.0.0.1", False),
            ("10.0.0.1:2", "10.0.0.1", True),
            ("[::1]", "[::1]", False),
            ("[::1]:1", "[::1]", False),
            ("[::1]:2", "[::1]", True),
            ("fd00::/8", "[fd12::1]", False),
            ("[fd00::/8]", "[fd12::1]", False),
            ("[fd00::]/8", "[fd12::1]", False),
            ("fd00::/8", "10.0.0.1", True),
            ("10.0.0.0/8", "[::ffff:10.0.0.1]", False),
            ("10.0.0.0/99", "10.0.0.1", True),
            (".", "service.test", True),
            ("nothing.test,*", "service.test", False),
        ],
    )
    def test_is_chosen_by_host(self, host: str, direct: str, proxied: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        with Proxy(None, status="403 Forbidden") as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            monkeypatch.setenv("NO_PROXY", direct)
            monkeypatch.setattr(socket, "getaddrinfo", _only_loopback)
            with DefaultHttpxClient() as client, pytest.raises((httpx.ProxyError, httpx.ConnectError)) as caught:
                client.get(f"https://{host}:1/")
        assert (caught.type is httpx.ProxyError) is proxied

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "HTTPS_PROXY"])
    def test_never_sees_a_call_in_plain_http(self, mode: Mode, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with RawServer(answering) as service, RawServer(answering) as proxy:
            monkeypatch.setenv(name, proxy.url)
            value, error, _ = tried(mode, client_of(mode, service.url, timeout=5.0))
        assert error is None
        assert value.data == []
        assert proxy.accepted == 0

    @pytest.mark.parametrize("url", ["socks://127.0.0.1:7890/", "direct://", "http://user:hunter2@proxy:port"])
    def test_that_cannot_be_used_is_no_matter_on_loopback(
        self, mode: Mode, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", url)
        monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
        for tls in (False, True):
            with RawServer(answering, tls=tls) as service:
                value, error, _ = tried(mode, client_of(mode, service.url, timeout=5.0))
            assert error is None
            assert value.data == []

    def test_is_not_used_without_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with RawServer(answering) as service, RawServer(answering) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            with DefaultHttpxClient(trust_env=False) as client:
                assert client.get(service.url).status_code == 200
        assert proxy.accepted == 0

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://user:hunter2@proxy.test:21",
            "http://user:hunter2@proxy.test:port",
            "//hunter2",
            "socks5://user:hunter2@proxy.test:1080",
        ],
    )
    def test_that_cannot_be_used_is_refused(self, mode: Mode, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for given in (url, httpx.URL("ftp://user:hunter2@proxy.test")):
            with pytest.raises(ArgumentError, match="URL of the proxy cannot be used") as caught:
                http_client(mode, proxy=given)
            assert "hunter2" not in str(caught.value)
        monkeypatch.setenv("HTTPS_PROXY", url)
        with pytest.raises(ArgumentError, match="of the environment cannot be used") as caught:
            tried(mode, client_of(mode, "https://service.test"))
        assert "hunter2" not in str(caught.value)

    def test_may_be_given_as_httpx_has_it(self, service: RawServer) -> None:
        with Proxy(service) as proxy:
            given = httpx.Proxy(proxy.url, auth=("user", "word"), headers={"x-desk": "one"})
            with DefaultHttpxClient(verify=trusting(), proxy=given) as client:
                assert client.get("https://service.test/").status_code == 200
        assert (b"x-desk", b":", b"one") in fields(proxy.requests[0])
        assert (b"proxy-authorization", b":", b"Basic dXNlcjp3b3Jk") in fields(proxy.requests[0])


def _only_loopback(host: Any, port: Any, *arguments: Any, flags: int = 0, **options: Any) -> Any:
    if flags & socket.AI_NUMERICHOST and host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "not a number")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


class TestTheHttpxClient:
    @pytest.mark.parametrize("options", [{"http2": True}, {"proxies": {"https://": "http://proxy.test"}}])
    def test_refuses_what_it_cannot_keep_its_word_with(self, mode: Mode, options: dict[str, Any]) -> None:
        with pytest.raises(ArgumentError, match=next(iter(options))):
            http_client(mode, **options)

    def test_is_an_httpx_client_also_for_other_uses(self, mode: Mode) -> None:
        async def awaiting(url: str) -> Any:
            async with DefaultAsyncHttpxClient() as client:
                found = await client.get(url)
            with pytest.raises(httpx.ReadTimeout):
                async with DefaultAsyncHttpxClient() as client:
                    await client.get(other.url, timeout=0.05)
            return found

        def blocking(url: str) -> Any:
            with DefaultHttpxClient() as client:
                found = client.get(url)
            with pytest.raises(httpx.ReadTimeout), DefaultHttpxClient() as client:
                client.get(other.url, timeout=0.05)
            return found

        with RawServer(answering) as server, RawServer(never_answers) as other:
            response = mode.run(awaiting if mode.is_async else blocking, server.url)
        assert response.json()["data"] == []
        assert response.elapsed

    def test_uses_the_transport_that_it_is_given(self, mode: Mode) -> None:
        canned = httpx.MockTransport(lambda _: httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": []}))
        value, error, _ = tried(
            mode, client_of(mode, "https://service.test", http_client=http_client(mode, transport=canned))
        )
        assert error is None
        assert value.data == []

    def test_uses_the_mounts_and_hooks_that_it_is_given(self, mode: Mode) -> None:
        seen: list[str] = []

        async def anote(request: httpx.Request) -> None:
            seen.append(request.url.host)

        def note(request: httpx.Request) -> None:
            seen.append(request.url.host)

        canned = httpx.MockTransport(lambda _: httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": []}))
        hooks = {"request": [anote if mode.is_async else note]}
        supplied = http_client(mode, mounts={"https://service.test": canned}, event_hooks=hooks)
        value, error, _ = tried(mode, client_of(mode, "https://service.test", http_client=supplied))
        assert error is None
        assert value.data == []
        assert seen == ["service.test"]

    def test_that_is_closed_says_so(self, mode: Mode) -> None:
        client = http_client(mode)
        mode.run(client.aclose if mode.is_async else client.close)
        with pytest.raises(RuntimeError, match="closed"):
            mode.run(lambda: client.get("https://service.test"))


def test_a_reply_that_comes_in_time_is_no_matter_of_bounds(mode: Mode) -> None:
    def serve(server: RawServer, connection: socket.socket) -> None:
        while server.request(connection):
            for byte in reply([]):
                connection.sendall(bytes([byte]))

    with RawServer(serve) as server:
        value, error, _ = tried(mode, client_of(mode, server.url, timeout=5.0))
    assert error is None
    assert value.data == []


@pytest.mark.parametrize("ours", [True, False])
def test_a_request_hook_that_takes_past_not_after_sends_nothing(mode: Mode, ours: bool) -> None:
    def slow(_: object) -> None:
        time.sleep(0.3)

    async def slow_async(_: object) -> None:
        await anyio.sleep(0.3)

    hooks = {"request": [slow_async if mode.is_async else slow]}
    kind = mode.http_kind if ours else (httpx.AsyncClient if mode.is_async else httpx.Client)
    with RawServer(answering) as server:
        client = client_of(mode, server.url, timeout=5, http_client=kind(event_hooks=hooks))
        not_after = datetime.now(UTC) + timedelta(seconds=0.2)
        _, error, _ = tried(mode, client, lambda each: each.v1.positions.close_positions(1, not_after=not_after))
        assert isinstance(error, CutoffPassedError)
        assert (error.outcome_unknown, server.requests) == (False, [])


class Asleep(LiveClock):
    """The machine's clock, whose wall clock alone goes on while the machine sleeps."""

    slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


# Over another's transport, the clock is looked at before the request is handed to it: before the hook.
@pytest.mark.parametrize(
    ("connections", "asleep_in"),
    [("ours", "hook"), ("httpx's", "hook"), ("ours", "api_key"), ("httpx's", "api_key"), ("another's", "api_key")],
)
def test_nothing_is_sent_where_the_machine_slept_past_not_after(mode: Mode, connections: str, asleep_in: str) -> None:
    clock = Asleep()

    def sleep(_: object = None) -> str:
        clock.slept = timedelta(hours=1)
        return "key"

    async def sleep_async(_: object = None) -> str:
        return sleep()

    falls_asleep = sleep_async if mode.is_async else sleep
    options: dict[str, Any] = {"event_hooks": {"request": [falls_asleep]}} if asleep_in == "hook" else {}
    if connections == "another's":
        options["transport"] = httpx.MockTransport(lambda _: pytest.fail("sent"))
    kind = mode.http_kind if connections == "ours" else httpx.AsyncClient if mode.is_async else httpx.Client
    with RawServer(answering) as server:
        client = client_of(
            mode,
            server.url,
            api_key=falls_asleep if asleep_in == "api_key" else "key",
            timeout=5,
            http_client=kind(**options),
            clock=clock,
        )
        not_after = clock.now() + timedelta(minutes=10)
        _, error, _ = tried(mode, client, lambda each: each.v1.positions.close_positions(1, not_after=not_after))
        assert isinstance(error, CutoffPassedError)
        assert (error.outcome_unknown, server.requests) == (False, [])


@pytest.mark.parametrize("ours", [True, False])
def test_what_a_request_hook_sends_is_not_the_request(mode: Mode, ours: bool) -> None:
    def refresh(_: object) -> None:
        with httpx.Client() as other:
            other.get(server.url)

    async def refresh_async(_: object) -> None:
        async with mode.http_kind() as other:
            await other.get(server.url)

    hooks = {"request": [refresh_async if mode.is_async else refresh]}
    kind = mode.http_kind if ours else (httpx.AsyncClient if mode.is_async else httpx.Client)
    with RawServer(answering) as server:
        client = client_of(mode, "http://127.0.0.1:9", http_client=kind(event_hooks=hooks))
        _, error, _ = tried(mode, client, lambda each: each.v1.positions.close_positions(1))
        assert (error.outcome_unknown, len(server.requests)) == (False, 1)


def test_a_socks_greeting_is_no_byte_of_the_request() -> None:
    for handshake, begun in ((b"\x05\x01\x00", False), (b"CONNECT a:1 HTTP/1.1", False), (b"DELETE /x", True)):
        bounds = Bounds(time.monotonic() + 5, 1)
        bounds.request = request = httpx.Request("DELETE", "http://x")
        token = BOUNDS.set(bounds)
        try:
            transport._sending(request)
            transport._about_to_write(handshake)
        finally:
            BOUNDS.reset(token)
        assert bounds.begun is begun


class Retrying(httpx.BaseTransport):
    """Sends again by itself; what it raises is of the second try."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody listens any more", request=request)


def test_another_transport_s_exception_proves_nothing() -> None:
    client = ClearStreet("key", http_client=httpx.Client(transport=Retrying()))
    with client, pytest.raises(APIConnectionError) as caught:
        client.v1.positions.close_positions(1)
    assert (caught.value.outcome_unknown, len(caught.value.attempts)) == (True, 1)
