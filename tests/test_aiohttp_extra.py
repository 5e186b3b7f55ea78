"""The extra `aiohttp`: what is promised of time, faults and connections holds over its connections too.

The tests imported here are those of the default connections; every one runs on real sockets.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from aiohttp.client_proto import ResponseHandler

import test_connections as connections
import test_running_conditions as conditions
from clear_street import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ArgumentError,
    AsyncClearStreet,
    ClearStreet,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
)
from clear_street._http import aiohttp as _aiohttp
from clear_street._http import driver_async as _driver
from clear_street.sandbox import SandboxServer
from fault_sweep import sweep
from support.client_modes import Mode
from support.raw_server import RawServer, answering, fields, reply, trusting
from sweep.cases import KINDS, over_loopback
from sweep.clients import Ours
from sweep.report import shown
from test_connections import came
from test_secrets import (
    test_a_client_that_was_never_closed_shows_no_secret,
    test_a_proxy_that_cannot_be_used_shows_no_password,
    test_over_a_socket_no_secret_shows,
    test_the_password_of_a_proxy_given_to_the_connections_shows_nowhere,
    test_the_password_of_the_environment_s_proxy_shows_nowhere,
    test_where_nobody_listens_and_where_tls_fails_no_secret_shows,
    watch,
)
from test_time_bounds import (
    Proxy,
    TestACallIsBounded,
    TestACertificate,
    TestAnAttemptIsBounded,
    TestConnecting,
    TestTheHttpxClient,
    service,
)
from test_time_bounds import TestAProxy as _TestAProxy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

__all__ = [
    "TestACallIsBounded",
    "TestACertificate",
    "TestAnAttemptIsBounded",
    "TestConnecting",
    "TestTheHttpxClient",
    "service",
    "test_a_client_that_was_never_closed_shows_no_secret",
    "test_a_proxy_that_cannot_be_used_shows_no_password",
    "test_over_a_socket_no_secret_shows",
    "test_the_password_of_a_proxy_given_to_the_connections_shows_nowhere",
    "test_the_password_of_the_environment_s_proxy_shows_nowhere",
    "test_where_nobody_listens_and_where_tls_fails_no_secret_shows",
    "watch",
]

KEY = "sk-aiohttp-5be1c2"
RESET = struct.pack("ii", 1, 0)


@pytest.fixture(autouse=True)
def over_aiohttp(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connections that an async client makes of its own are the extra's."""
    monkeypatch.setattr(_driver, "DefaultAsyncHttpxClient", DefaultAioHttpClient)


@pytest.fixture
def mode() -> Mode:
    """The async client on asyncio, which alone has the extra."""
    mode = Mode("asyncio")
    mode.http_kind = DefaultAioHttpClient
    return mode


@pytest.fixture
def plain() -> Iterator[RawServer]:
    """A service in plain http that answers every request."""
    with RawServer(answering) as plain:
        yield plain


def calling(url: str, story: Callable[[AsyncClearStreet], Awaitable[Any]], **options: Any) -> Any:
    """What a story gives of a client over aiohttp's connections, enabled as applications do."""
    http_options = options.pop("http_options", {})

    async def main() -> Any:
        arguments: dict[str, Any] = {"timeout": 5.0, "max_retries": 0, **options}
        async with (
            DefaultAioHttpClient(**http_options) as http_client,
            AsyncClearStreet(KEY, base_url=url, http_client=http_client, **arguments) as client,
        ):
            return await story(client)

    return asyncio.run(main())


def failing(url: str, operation: str = "close_positions", **options: Any) -> APIConnectionError:
    """The error of a call that gets no reply."""

    async def story(client: AsyncClearStreet) -> APIConnectionError:
        with pytest.raises(APIConnectionError) as caught:
            await getattr(client.v1.positions, operation)(1)
        return caught.value

    error: APIConnectionError = calling(url, story, **options)
    return error


# --- What an attempt may have done, by where it failed ----------------------------------------------------------------


def after(*sent: bytes, reset: bool = False) -> Callable[[RawServer, socket.socket], None]:
    """A service that reads a request, sends this, and closes the connection or resets it."""

    def serve(server: RawServer, connection: socket.socket) -> None:
        server.request(connection)
        for part in sent:
            connection.sendall(part)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    return serve


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

LOST = {
    "closed before a reply": (after(), "RemoteProtocolError", None),
    "reset before a reply": (after(reset=True), "ReadError", None),
    "closed in the head": (after(b"HTTP/1.1 200 OK\r\nContent-Le"), "RemoteProtocolError", None),
    "reset in the head": (after(b"HTTP/1.1 200 OK\r\nContent-Le", reset=True), "ReadError", None),
    "closed in the body": (after(HEAD, b'{"data": [', b'"x"'), "RemoteProtocolError", 200),
    "closed in a chunk": (after(CHUNKED, b"a\r\n{"), "RemoteProtocolError", 200),
    "closed between chunks": (after(CHUNKED, b"1\r\n{\r\n"), "RemoteProtocolError", 200),
    "no status": (after(b"hello\r\n\r\n"), "RemoteProtocolError", None),
    "a bad header": (after(b"HTTP/1.1 200 OK\r\nna me: x\r\n\r\n"), "RemoteProtocolError", None),
    "a bad length": (after(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "RemoteProtocolError", None),
    "a bad chunk": (after(CHUNKED, b"zz\r\n"), "RemoteProtocolError", 200),
    "a header without end": (after(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), "RemoteProtocolError", None),
}


def requests_for(server: RawServer, operation: str) -> int:
    """Count the requests of an operation; after a close there are looks for orders too."""
    method = b"DELETE" if operation == "close_positions" else b"GET"
    return sum(request.startswith(method + b" /v1/accounts/1/positions") for request in server.requests)


class TestALostReply:
    @pytest.mark.parametrize("name", LOST)
    @pytest.mark.parametrize("operation", ["close_positions", "get_positions"])
    def test_leaves_the_outcome_unknown_and_the_request_sent_once(self, name: str, operation: str) -> None:
        serve, failure, status = LOST[name]
        with RawServer(serve) as server:
            error = failing(server.url, operation)
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]
        assert error.outcome_unknown is (operation == "close_positions")
        if (error.attempts[0].status_code, status) != (None, 200):  # a head that came together with what is wrong
            assert (error.attempts[0].failure, error.attempts[0].status_code) == (failure, status)
        assert requests_for(server, operation) == 1

    def test_in_a_chunk_of_a_connection_that_is_gone_already(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            connection.sendall(CHUNKED)
            server.hold()

        monkeypatch.setattr(ResponseHandler, "closed", None)
        with RawServer(serve) as server:
            error = failing(server.url)
        assert (error.attempts[0].failure, error.outcome_unknown) == ("RemoteProtocolError", True)

    @pytest.mark.parametrize("reset", [False, True])
    @pytest.mark.parametrize("operation", ["close_positions", "get_positions"])
    def test_on_a_kept_connection_is_no_reason_to_send_again(self, operation: str, reset: bool) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            connection.sendall(reply([]))
            after(reset=reset)(server, connection)

        async def story(client: AsyncClearStreet) -> APIConnectionError:
            await client.v1.positions.get_positions(1)
            with pytest.raises(APIConnectionError) as caught:
                await getattr(client.v1.positions, operation)(1)
            return caught.value

        with RawServer(serve) as server:
            error = calling(server.url, story)
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]
        # The first call of get_positions, on the same connection, was answered.
        assert requests_for(server, operation) == (2 if operation == "get_positions" else 1)

    def test_between_two_bytes_by_the_read_time_out_of_httpx(self) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            connection.sendall(HEAD)
            server.hold()

        with RawServer(serve) as server:
            error = failing(server.url, timeout=httpx.Timeout(10.0, read=0.05))
        assert isinstance(error, APITimeoutError)
        assert error.attempts[0].elapsed < 5

    def test_within_a_body_that_is_streamed_by_the_read_time_out(self) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            connection.sendall(HEAD + b"{")
            server.hold()

        async def story(client: AsyncClearStreet) -> bytes:
            async with client.v1.positions.with_streaming_response.get_positions(1, timeout=0.2) as response:
                pieces = response.iter_bytes()
                first = await anext(pieces)
                with pytest.raises(APITimeoutError):
                    await anext(pieces)
            return first

        with RawServer(serve) as server:
            assert calling(server.url, story) == b"{"

    def test_shows_no_key(self) -> None:
        with RawServer(after(reset=True)) as server:
            error = failing(server.url, http_options={"headers": {"x-desk": KEY}})
        shown_ = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert KEY not in shown_ + repr(error) + repr(vars(error))


class TestWhatNeverLeft:
    def test_to_a_port_where_nobody_listens(self) -> None:
        with RawServer(answering) as server:
            url = server.url
        error = failing(url)
        assert error.outcome_unknown is False
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectError")]

    @pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"], ids=["gone", "says"])
    def test_to_a_service_that_closes_at_once(
        self, greeting: bytes, mode: Mode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = _aiohttp._Connector._create_connection

        async def slow(*arguments: Any) -> Any:
            made = await create(*arguments)
            if made.closed is not None:
                await asyncio.wait([made.closed])
            return made

        def serve(server: RawServer, connection: socket.socket) -> None:
            connection.sendall(greeting)

        monkeypatch.setattr(_aiohttp._Connector, "_create_connection", slow)
        with RawServer(serve) as server:
            error = failing(server.url)
            assert server.accepted == 1
        assert [(attempt.outcome, attempt.failure) for attempt in error.attempts] == [("never_sent", "ConnectError")]

    @pytest.mark.parametrize("with_poll", [True, False])
    def test_on_a_connection_that_was_closed_while_the_event_loop_was_busy(
        self, with_poll: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not with_poll:
            monkeypatch.delattr(select, "poll")

        async def story(client: AsyncClearStreet) -> Any:
            await client.v1.positions.get_positions(1)
            time.sleep(0.1)  # noqa: ASYNC251 - what applications should not do
            return await client.v1.positions.close_positions(1)

        with RawServer(raw(reply([]))) as server:
            value = calling(server.url, story)
        assert [attempt.outcome for attempt in value.attempts] == ["done"]
        assert (server.accepted, len(server.requests)) == (2, 2)

    def test_for_want_of_a_connection_when_all_are_closed(self) -> None:
        async def main() -> APIConnectionError:
            http_client = DefaultAioHttpClient(limits=httpx.Limits(max_connections=1))
            async with AsyncClearStreet(KEY, base_url=server.url, http_client=http_client, max_retries=0) as client:
                first, second = [asyncio.ensure_future(client.v1.positions.close_positions(1)) for _ in range(2)]
                await asyncio.to_thread(came, lambda: server.requests)
                await http_client.aclose()
                results = await asyncio.gather(first, second, return_exceptions=True)
            assert [getattr(result, "outcome_unknown", None) for result in results] == [True, False]
            assert isinstance(results[1], APIConnectionError)
            return results[1]

        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            server.hold()

        with RawServer(serve) as server:
            error = asyncio.run(main())
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]

    @pytest.mark.parametrize("header", [("x-desk", "one\r\nx-two: 2"), ("x desk", "one"), ("x-desk", "a\0b")])
    def test_for_a_header_that_breaks_http(self, header: tuple[str, str], plain: RawServer) -> None:
        error = failing(plain.url, http_options={"headers": dict([header])})
        assert error.outcome_unknown is False
        assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]
        assert plain.accepted == 0


def test_real_connections_are_lost_without_a_falsehood() -> None:
    usual = [case for case in over_loopback() if case.connection.startswith("own") and case.kind == KINDS[0]]
    cases = [replace(case, connection="DefaultAioHttpClient") for case in usual]
    table = sweep([], Ours(), loopback=cases)
    assert table.total["calls"] == len(cases)
    assert table.is_clean, shown([table])


# --- What goes over the wire ------------------------------------------------------------------------------------------


class TestARequest:
    def test_is_the_one_that_the_default_connections_send(self, plain: RawServer) -> None:
        async def story(client: AsyncClearStreet) -> None:
            await client.v1.positions.get_positions(1, instrument_ids=["a b", "ü/%2e"], extra_query={"q": "1&2"})
            await client.get("/v1/x/%2e%2e%2f/~a", cast_to=object, extra_headers={"Accept-Encoding": "gzip"})
            await client.post("/v1/x", cast_to=object, body={"a": "ü"})
            await client.delete("/v1/x", cast_to=object)

        async def by_default() -> None:
            async with (
                DefaultAsyncHttpxClient(headers=own) as http_client,
                AsyncClearStreet(KEY, base_url=plain.url, http_client=http_client, default_headers=left) as client,
            ):
                await story(client)

        own, left = {"x-desk": "one"}, {"user-agent": None, "accept": None}
        calling(plain.url, story, http_options={"headers": own}, default_headers=left)
        asyncio.run(by_default())
        heads = [(head.split(b"\r\n")[0], sorted(fields(head))) for head in plain.requests]
        assert len(heads) == 8
        assert heads[:4] == heads[4:]

    def test_that_is_large_arrives_whole(self) -> None:
        with SandboxServer() as server:
            rows: list[Any] = [
                {"instruction_type": "EXERCISE", "instrument_id": f"0195f6d0-{number}", "quantity": 1}
                for number in range(20_000)
            ]

            async def story(client: AsyncClearStreet) -> APIError:
                with pytest.raises(APIError) as caught:
                    await client.v1.positions.submit_position_instructions(122503, instructions=rows)
                return caught.value

            error = calling(server.url, story, timeout=30.0)
            (request, *_) = server.sandbox.requests
        assert len(json.loads(request.body)) == 20_000
        assert not error.outcome_unknown

    def test_that_comes_in_pieces_is_sent_in_chunks(self) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            read = b""
            while not read.endswith(b"0\r\n\r\n"):
                read += connection.recv(65536)
            bodies.append(read.partition(b"\r\n\r\n")[2])
            connection.sendall(reply([], close=True))

        async def pieces() -> Any:
            yield b"one"
            yield b"two"

        async def nothing() -> Any:
            for piece in list[bytes]():
                yield piece

        async def main() -> None:
            async with DefaultAioHttpClient() as client:
                await client.post(server.url, content=pieces())
                await client.post(server.url, content=nothing())

        bodies: list[bytes] = []
        with RawServer(serve) as server:
            asyncio.run(main())
        assert bodies == [b"6\r\nonetwo\r\n0\r\n\r\n", b"0\r\n\r\n"]

    def test_has_no_cookie_redirect_or_password_that_nobody_asked_for(
        self, plain: RawServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            while server.request(connection):
                connection.sendall(
                    b"HTTP/1.1 307 Elsewhere\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n"
                    b"Location: " + plain.url.encode() + b"\r\n\r\n"
                )

        async def story(client: AsyncClearStreet) -> None:
            for _ in range(2):
                with pytest.raises(APIError, match="307"):
                    await client.v1.positions.close_positions(1)

        (tmp_path / "netrc").write_text("default login user password word\n", encoding="utf-8")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        with RawServer(serve) as server:
            calling(server.url, story)
        names = [name for head in server.requests for name, _, _ in fields(head)]
        assert len(server.requests) == 2
        assert b"cookie" not in names
        assert all((b"authorization", b":", b"Bearer " + KEY.encode()) in fields(head) for head in server.requests)
        assert plain.accepted == 0


def raw(*replies: bytes) -> Callable[[RawServer, socket.socket], None]:
    """A service with these replies, one to each request; then it closes the connection."""

    def serve(server: RawServer, connection: socket.socket) -> None:
        for each in replies:
            server.request(connection)
            connection.sendall(each)

    return serve


BODY = json.dumps({"metadata": {"request_id": "r-1"}, "data": []}).encode()
SIZED = b"Content-Length: %d\r\n" % len(BODY)
ZIPPED = gzip.compress(BODY)

REPLIES = {
    "with its length": b"HTTP/1.1 200 OK\r\n" + SIZED + b"\r\n" + BODY,
    "in chunks": CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
    "to the end": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\n" + SIZED + b"\r\n" + BODY,
    "compressed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(ZIPPED), ZIPPED),
    "after others": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n%b\r\n%b"
    % (SIZED, BODY),
    "with a long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 50_000 + b"\r\n" + SIZED + b"\r\n" + BODY,
    "without a reason": b"HTTP/1.1 200 \r\n" + SIZED + b"\r\n" + BODY,
}


class TestAReply:
    @pytest.mark.parametrize("name", REPLIES)
    def test_is_read(self, name: str) -> None:
        async def story(client: AsyncClearStreet) -> Any:
            raw_response = await client.v1.positions.with_raw_response.get_positions(1)
            return await raw_response.parse(), raw_response.http_response

        with RawServer(raw(REPLIES[name])) as server:
            value, response = calling(server.url, story)
        assert value.data == []
        assert response.content == BODY
        assert response.http_version == ("HTTP/1.0" if name == "of HTTP/1.0" else "HTTP/1.1")
        assert response.reason_phrase == ("" if name == "without a reason" else "OK")

    def test_without_a_body_is_read(self) -> None:
        async def main() -> Any:
            async with DefaultAioHttpClient() as client:
                return [
                    (response.status_code, response.content, response.headers.get("content-length"))
                    for response in (await client.head(server.url), await client.get(server.url))
                ]

        with RawServer(raw(b"HTTP/1.1 200 OK\r\n" + SIZED + b"\r\n", b"HTTP/1.1 204 None\r\n\r\n")) as server:
            assert asyncio.run(main()) == [(200, b"", str(len(BODY))), (204, b"", None)]
        assert server.accepted == 1

    def test_that_is_large_is_read(self) -> None:
        rows = [{"symbol": f"AAPL {number}" + "x" * 500} for number in range(2000)]

        async def story(client: AsyncClearStreet) -> Any:
            first = await client.v1.positions.get_positions(1)
            async with client.v1.positions.with_streaming_response.get_positions(1) as response:
                pieces = [piece async for piece in response.iter_bytes()]
            return first, b"".join(pieces)

        def serve(server: RawServer, connection: socket.socket) -> None:
            while server.request(connection):
                connection.sendall(reply(rows))

        with RawServer(serve) as server:
            value, streamed = calling(server.url, story)
        assert [row.symbol for row in value.data] == [row["symbol"] for row in rows]
        assert json.loads(streamed)["data"] == rows
        assert server.accepted == 1

    def test_that_nobody_asked_for_is_not_taken_for_the_next(self) -> None:
        stray = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"data": 42}'

        def serve(server: RawServer, connection: socket.socket) -> None:
            server.request(connection)
            connection.sendall(reply([]))
            if server.accepted == 1:
                server.pause(0.05)
                connection.sendall(stray)
                server.hold()

        async def story(client: AsyncClearStreet) -> Any:
            await client.v1.positions.get_positions(1)
            await asyncio.sleep(0.2)
            return await client.v1.positions.close_positions(1)

        with RawServer(serve) as server:
            value = calling(server.url, story)
            assert (server.accepted, len(server.requests)) == (2, 2)
        assert value.data == []

    def test_that_comes_before_the_request_was_taken_ends_the_connection(self) -> None:
        def serve(server: RawServer, connection: socket.socket) -> None:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
            server.hold()

        async def story(client: AsyncClearStreet) -> None:
            for _ in range(2):
                with pytest.raises(APIError, match="413"):
                    await client.post("/v1/things", cast_to=object, body={"padding": "x" * 8_000_000})

        with RawServer(serve) as server:
            calling(server.url, story)
            assert server.accepted == 2


class TestAProxy(_TestAProxy):
    def test_for_plain_http_is_told_who_asks(self) -> None:
        async def main() -> int:
            given = httpx.Proxy(proxy.url, auth=("user", "word"), headers={"x-desk": "one"})
            async with DefaultAioHttpClient(proxy=given) as client:
                return (await client.get("http://service.test/a?b#c")).status_code

        with RawServer(answering) as proxy:
            assert asyncio.run(main()) == 200
        (head,) = proxy.requests
        assert head.startswith(b"GET http://service.test/a?b HTTP/1.1\r\n")
        assert (b"proxy-authorization", b":", b"Basic dXNlcjp3b3Jk") in fields(head)
        assert (b"x-desk", b":", b"one") in fields(head)

    def test_keeps_its_connections(self, plain: RawServer) -> None:
        async def main() -> None:
            async with DefaultAioHttpClient(proxy=proxy.url, verify=trusting()) as client:
                for _ in range(3):
                    assert (await client.get("https://service.test/")).status_code == 200

        with RawServer(answering, tls=True) as target, Proxy(target) as proxy:
            asyncio.run(main())
            assert (proxy.accepted, target.accepted) == (1, 1)

    def test_with_a_tls_context_of_its_own_is_refused(self) -> None:
        with pytest.raises(ArgumentError, match="DefaultAsyncHttpxClient"):
            DefaultAioHttpClient(proxy=httpx.Proxy("https://proxy.test", ssl_context=trusting()))


# --- Where it lives, and how many connections there are ---------------------------------------------------------------


class TestConnections:
    @pytest.fixture
    def service(self, plain: RawServer) -> RawServer:
        return plain

    @pytest.fixture
    def other(self) -> Iterator[RawServer]:
        with RawServer(answering) as other:
            yield other

    test_of_calls_in_turn = staticmethod(connections.test_calls_one_after_the_other_share_one)
    test_to_each_host = staticmethod(connections.test_each_host_has_its_own)
    test_after_their_time = staticmethod(connections.test_one_is_not_used_after_its_time)
    test_by_another_protocol = staticmethod(connections.test_another_protocol_than_http_is_refused)
    test_left_open = conditions.TestGoing.test_leaves_no_descriptor_behind
    test_closed = conditions.TestGoing.test_with_a_goodbye_is_quiet
    test_gone = conditions.TestAKeptConnection.test_that_the_service_closed_is_replaced
    test_dead = conditions.TestAKeptConnection.test_that_turns_out_dead_has_sent_the_request


class TestEventLoops:
    def test_one_after_the_other_share_a_client(self, plain: RawServer) -> None:
        http_client = DefaultAioHttpClient()
        client = AsyncClearStreet(KEY, base_url=plain.url, http_client=http_client)

        async def main() -> None:
            for _ in range(2):
                await client.v1.positions.get_positions(1)

        for _ in range(3):
            asyncio.run(main())
        assert (plain.accepted, len(plain.requests)) == (3, 6)
        asyncio.run(http_client.aclose())

    def test_at_the_same_time_share_a_client(self, plain: RawServer) -> None:
        http_client, together = DefaultAioHttpClient(), threading.Barrier(4)
        client = AsyncClearStreet(KEY, base_url=plain.url, http_client=http_client)

        async def main() -> None:
            await client.v1.positions.get_positions(1)
            await asyncio.to_thread(together.wait)
            await client.v1.positions.get_positions(1)

        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(asyncio.run, main()) for _ in range(4)]:
                done.result()
        assert (plain.accepted, len(plain.requests)) == (4, 8)
        asyncio.run(http_client.aclose())

    def test_that_are_closed_in_a_hurry_keep_nothing_alive(self) -> None:
        http_client = DefaultAioHttpClient()

        async def main() -> None:
            await http_client.get(server.url)

        with RawServer(raw(reply([], close=True))) as server:
            for _ in range(3):
                loop = asyncio.new_event_loop()
                loop.run_until_complete(main())
                loop.close()
        assert len(http_client._transport.made["plain"]._made) == 1  # type: ignore[attr-defined]
        asyncio.run(http_client.aclose())

    def test_other_than_those_of_asyncio_are_refused(self, plain: RawServer) -> None:
        async def main() -> None:
            async with (
                DefaultAioHttpClient() as http_client,
                AsyncClearStreet(KEY, base_url=plain.url, http_client=http_client) as client,
            ):
                with pytest.raises(ArgumentError, match="works in asyncio alone"):
                    await client.v1.positions.close_positions(1)

        anyio.run(main, backend="trio")
        assert plain.accepted == 0

    def test_is_no_matter_for_a_blocking_client(self) -> None:
        with pytest.raises(ArgumentError, match=r"httpx\.Client for `http_client`"):
            ClearStreet(KEY, http_client=DefaultAioHttpClient())  # type: ignore[arg-type]


def test_cancelled_tasks_leave_the_connections_usable(plain: RawServer) -> None:
    async def story(client: AsyncClearStreet) -> int:
        cancelled = 0
        for steps in range(200):
            tasks = [asyncio.ensure_future(client.v1.positions.get_positions(1)) for _ in range(20)]
            for _ in range(steps % 40):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            cancelled += sum(isinstance(result, asyncio.CancelledError) for result in results)
        await asyncio.gather(*(client.v1.positions.get_positions(1) for _ in range(50)))
        return cancelled

    limits = httpx.Limits(max_connections=5)
    assert calling(plain.url, story, http_options={"limits": limits}) > 1000


def test_no_connection_is_kept_where_none_may_be(plain: RawServer) -> None:
    async def story(client: AsyncClearStreet) -> None:
        for _ in range(2):
            await client.v1.positions.get_positions(1)

    calling(plain.url, story, http_options={"limits": httpx.Limits(max_keepalive_connections=0)})
    assert plain.accepted == 2


def test_connections_may_be_kept_for_ever(plain: RawServer) -> None:
    async def story(client: AsyncClearStreet) -> None:
        for _ in range(2):
            await client.v1.positions.get_positions(1)

    calling(plain.url, story, http_options={"limits": httpx.Limits()})
    calling(plain.url, story, http_options={"limits": httpx.Limits(keepalive_expiry=None)})
    assert plain.accepted == 2


def test_without_the_extra_the_error_names_the_remedy() -> None:
    program = """
import sys
sys.modules["aiohttp"] = None
from clear_street import *
try:
    DefaultAioHttpClient()
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "pip install 'clear-street-client[aiohttp]'" in done.stdout


def test_the_name_alone_does_not_load_aiohttp() -> None:
    program = "import sys; from clear_street import DefaultAioHttpClient; print('aiohttp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
