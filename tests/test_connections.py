"""How many connections a client has open, which one a call gets, and when they are closed."""

from __future__ import annotations

import os
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import anyio
import httpcore
import httpx
import pytest
from httpcore._backends.anyio import AnyIOStream
from httpcore._backends.sync import SyncStream

from clear_street import (
    APIConnectionError,
    APITimeoutError,
    AsyncClearStreet,
    ClearStreetError,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street._http import pool as pool_module
from clear_street._http import transport
from clear_street._http.pool import Pool
from support.client_modes import Mode, settled
from support.raw_server import RawServer, answering, reply, trusting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def service() -> Iterator[RawServer]:
    with RawServer(answering) as service:
        yield service


@pytest.fixture
def other() -> Iterator[RawServer]:
    with RawServer(answering) as other:
        yield other


def run(mode: Mode, url: str, story: Any, http_options: Any = None, **limits: Any) -> Any:
    """What a coroutine function that awaits nothing but `settled(...)` gives of a client with limits."""

    def blocking(http_client: Any) -> Any:
        try:
            story(mode.kind("key", base_url=url, http_client=http_client)).send(None)
        except StopIteration as stop:
            return stop.value

    async def awaiting(http_client: Any) -> Any:
        return await story(mode.kind("key", base_url=url, http_client=http_client))

    return mode.within(
        lambda: mode.http_client(None, limits=httpx.Limits(**limits), **(http_options or {})),
        awaiting if mode.is_async else blocking,
    )


def came(condition: Any) -> bool:
    """Whether it comes true: the service, in its threads, takes a moment to see that a client has gone."""
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.001)
    return bool(condition())


def call(client: Any) -> Any:
    return client.v1.positions.get_positions(1)


class Held:
    """Replies whose bodies are not read: each keeps its connection until it is let go."""

    def __init__(self, mode: Mode) -> None:
        self._stack: Any = AsyncExitStack() if mode.is_async else ExitStack()
        self._replies: list[Any] = []

    async def take(self, client: Any) -> None:
        manager = client.v1.positions.with_streaming_response.get_positions(1)
        enter = getattr(self._stack, "enter_async_context", None) or self._stack.enter_context
        self._replies.append(await settled(enter(manager)))

    async def let_go(self, *, unread: bool = False) -> None:
        for each in () if unread else self._replies:
            await settled(each.read())
        await settled((getattr(self._stack, "aclose", None) or self._stack.close)())


def test_calls_one_after_the_other_share_one(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> None:
        for _ in range(3):
            await settled(call(client))

    run(mode, service.url, story)
    assert (service.accepted, len(service.requests)) == (1, 3)


def test_concurrent_replies_have_one_each_and_the_allowed_number_is_kept(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> list[int]:
        counts: list[int] = []
        for _ in range(2):
            held = Held(mode)
            for _ in range(3):
                await held.take(client)
            await held.let_go()
            counts.append(service.accepted)
        return counts

    assert run(mode, service.url, story, max_keepalive_connections=2) == [3, 4]


def test_no_more_are_open_than_may_be(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> None:
        held = Held(mode)
        await held.take(client)
        await held.take(client)
        with pytest.raises(APITimeoutError) as caught:
            await settled(client.v1.positions.close_positions(1, timeout=0.05, max_retries=0))
        assert [attempt.outcome for attempt in caught.value.attempts] == ["never_sent"]
        await held.let_go()
        await settled(call(client))

    run(mode, service.url, story, max_connections=2)
    assert service.accepted == 2


def test_closing_a_reply_twice_makes_no_second_one_free(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> None:
        raw = await settled(client.v1.positions.with_raw_response.get_positions(1))
        stream = raw.http_response.stream
        await settled(stream.aclose() if mode.is_async else stream.close())
        held = Held(mode)
        await held.take(client)
        with pytest.raises(APITimeoutError):
            await settled(client.v1.positions.close_positions(1, timeout=0.05, max_retries=0))
        await held.let_go()

    run(mode, service.url, story, max_connections=1)


def test_an_idle_one_makes_room_for_another_host(mode: Mode, service: RawServer, other: RawServer) -> None:
    async def story(client: Any) -> None:
        elsewhere = client.with_options(base_url=other.url)
        for each in (client, elsewhere, client):
            await settled(call(each))

    run(mode, service.url, story, max_connections=1)
    assert (service.accepted, other.accepted) == (2, 1)


def test_each_host_has_its_own(mode: Mode, service: RawServer, other: RawServer) -> None:
    async def story(client: Any) -> None:
        elsewhere = client.with_options(base_url=other.url)
        for each in (client, elsewhere, client, elsewhere):
            await settled(call(each))

    run(mode, service.url, story)
    assert (service.accepted, other.accepted) == (1, 1)


def test_one_is_not_used_after_its_time(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> None:
        await settled(call(client))
        await settled(call(client))

    run(mode, service.url, story, keepalive_expiry=0.0)
    assert service.accepted == 2


def test_one_that_nobody_needs_is_closed_after_its_time(mode: Mode) -> None:
    gone: list[int] = []

    def serve(server: RawServer, connection: Any) -> None:
        answering(server, connection)
        gone.append(server.accepted)

    async def story(client: Any) -> None:
        held = Held(mode)
        await held.take(client)
        await held.take(client)
        await held.let_go()
        assert came(lambda: len(gone) == 1)

    with RawServer(serve) as service:
        run(mode, service.url, story, keepalive_expiry=0.0)


def test_one_whose_reply_was_left_unread_is_not_used_again(mode: Mode) -> None:
    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            connection.sendall(reply(["x" * 100_000]))

    async def story(client: Any) -> None:
        held = Held(mode)
        await held.take(client)
        await held.let_go(unread=True)
        await settled(call(client))

    with RawServer(serve) as service:
        run(mode, service.url, story)
        assert service.accepted == 2


def test_closing_refuses_who_still_waits_for_one(service: RawServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    mode = Mode("sync")
    with (
        ThreadPoolExecutor(1) as threads,
        mode.http_client(None, limits=httpx.Limits(max_connections=1)) as http_client,
        mode.kind("key", base_url=service.url, http_client=http_client) as client,
        client.v1.positions.with_streaming_response.get_positions(1),
    ):
        waiting = threads.submit(call, client)
        while not waiting.running():
            time.sleep(0.001)
        time.sleep(0.05)
        http_client.close()
    error = waiting.exception(5)
    assert isinstance(error, ClearStreetError)
    assert not isinstance(error, APIConnectionError)
    assert "closed" in str(error)
    assert service.accepted == 1


def test_another_protocol_than_http_is_refused(mode: Mode) -> None:
    with pytest.raises(httpx.UnsupportedProtocol, match="'ftp'"):
        mode.within(lambda: mode.http_client(None), lambda http_client: http_client.get("ftp://localhost/"))


def test_a_body_that_comes_in_pieces_is_sent(mode: Mode, service: RawServer) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b"a", b"b")

    async def later() -> AsyncIterator[bytes]:
        for piece in pieces():
            yield piece

    def story(http_client: Any) -> Any:
        return http_client.put(service.url, content=later() if mode.is_async else pieces())

    response = mode.within(lambda: mode.http_client(None, headers={"Content-Length": "2"}), story)
    assert response.status_code == 200
    assert b"Content-Length: 2" in service.requests[0]


def test_a_reply_is_read_though_the_request_could_not_be_written_whole(
    mode: Mode, service: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service may answer, and close, before it has read all of a request."""

    def breaking(write: Any) -> Any:
        def blocking(*arguments: Any) -> None:
            write(*arguments)
            raise httpcore.WriteError("Broken pipe")

        async def awaited(*arguments: Any) -> None:
            await write(*arguments)
            raise httpcore.WriteError("Broken pipe")

        return awaited if mode.is_async else blocking

    stream = AnyIOStream if mode.is_async else SyncStream
    monkeypatch.setattr(stream, "write", breaking(stream.write))
    response = mode.within(lambda: mode.http_client(None), lambda http_client: http_client.get(service.url))
    assert response.status_code == 200


SPLIT = b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
BEHIND = {"a reply": reply(["another's"]), "half a reply": reply()[:20], "a byte": b"\n", "a body": b"HTTP/1.1"}


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
def test_one_with_anything_behind_a_reply_is_not_used_again(mode: Mode, behind: bytes, tls: bool) -> None:
    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            connection.sendall(reply() + (behind if len(server.requests) == 1 else b""))

    async def story(client: Any) -> Any:
        await settled(call(client))
        return (await settled(call(client))).data

    with RawServer(serve, tls=tls) as server:
        options = {"verify": trusting()} if tls else {}
        assert run(mode, server.url, story, http_options=options) == []
        assert server.accepted == 2


def test_one_whose_reply_has_a_body_that_it_must_not_have_is_not_reused(mode: Mode) -> None:
    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            connection.sendall(SPLIT if len(server.requests) == 1 else reply())

    async def story(client: Any) -> None:
        await settled(client.delete("/v1/x", cast_to=type(None)))
        await settled(call(client))

    with RawServer(serve) as server:
        run(mode, server.url, story)
        assert server.accepted == 2


def test_tls_records_that_nobody_read_are_noticed(mode: Mode) -> None:
    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            connection.sendall(reply())
            if len(server.requests) == 1:
                connection.sendall(reply(["another's"]))

    async def story(client: Any) -> Any:
        await settled(call(client))
        came(lambda: len(server.requests) == 1)
        return (await settled(call(client))).data

    with RawServer(serve, tls=True) as server:
        assert run(mode, server.url, story, http_options={"verify": trusting()}) == []


def test_one_that_a_dropped_reply_held_is_free_for_others(mode: Mode, service: RawServer) -> None:
    async def story(client: Any) -> None:
        manager = client.v1.positions.with_streaming_response.get_positions(1)
        await settled(manager.__aenter__() if mode.is_async else manager.__enter__())
        del manager
        await settled(call(client))

    run(mode, service.url, story, max_connections=1)


def test_each_event_loop_has_its_own_also_of_a_client_handed_in(service: RawServer) -> None:
    http_client = DefaultAsyncHttpxClient()
    client = AsyncClearStreet("key", base_url=service.url, http_client=http_client, max_retries=0)
    for backend in ("asyncio", "trio", "asyncio"):
        for _ in range(2):
            assert anyio.run(lambda: call(client), backend=backend).data == []
    assert service.accepted == 6


def test_who_waits_for_one_gets_it_in_turn(mode: Mode, service: RawServer) -> None:
    def threads(client: Any) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: call(client), range(40)))

    async def tasks(client: Any) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(call, client)

    mode.within(
        lambda: mode.http_client(None, limits=httpx.Limits(max_connections=2)),
        lambda http: (tasks if mode.is_async else threads)(mode.kind("key", base_url=service.url, http_client=http)),
    )
    assert (len(service.requests), service.accepted) == (40, 2)


def test_who_was_broken_off_while_waiting_holds_up_nobody() -> None:
    pool = Pool(httpcore.ConnectionPool(), httpx.Limits(max_connections=1))
    pool._enter_queue(None)
    use = pool_module._Use()
    assert pool.take(httpcore.Origin(b"http", b"x", 80), use) == []


@pytest.mark.parametrize("name", ["sync", "trio"])  # asyncio knows within one loop which descriptors it had
def test_one_of_another_process_is_let_go(name: str, service: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    mode = Mode(name)

    async def story(client: Any) -> None:
        held = Held(mode)
        await settled(call(client))
        await held.take(client)
        process = os.getpid()
        monkeypatch.setattr(os, "getpid", lambda: process + 1)
        await settled(call(client))
        await settled(call(client))
        monkeypatch.undo()
        await held.let_go(unread=True)

    run(mode, service.url, story)
    assert service.accepted == 2


def test_one_that_cannot_be_looked_into_is_not_used_again() -> None:
    assert not pool_module.is_quiet(object())
    pool_module.abandon(object())


def test_tls_that_cannot_be_read_holds_something_unread() -> None:
    incoming = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="x")
    assert not transport._holds_unread(tls)
    incoming.write(b"no record of TLS at all")
    assert transport._holds_unread(tls)


def test_a_transport_closes_its_connections_at_the_end_of_its_context(mode: Mode) -> None:
    limits = httpx.Limits()

    async def awaiting(url: str) -> int:
        async with transport.AsyncTransport(None, limits, None) as made:
            response = await made.handle_async_request(httpx.Request("GET", url))
            await response.aread()
            return response.status_code

    def blocking(url: str) -> int:
        with transport.Transport(None, limits, None) as made:
            response = made.handle_request(httpx.Request("GET", url))
            response.read()
            return response.status_code

    with RawServer(answering) as server:
        assert mode.run(awaiting if mode.is_async else blocking, server.url) == 200


def test_a_name_is_looked_up_where_no_thread_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "clear_street-look-up":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with RawServer(answering) as server, DefaultHttpxClient() as client:
        assert client.get(server.url.replace("127.0.0.1", "localhost")).is_success
