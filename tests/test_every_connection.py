"""Every documented way of making connections takes the same replies, sends the same requests and ends the same way."""

from __future__ import annotations

import gzip
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from clear_street import (
    APIError,
    AsyncClearStreet,
    ClearStreet,
    ClearStreetError,
    CutoffPassedError,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street.sandbox import SandboxClock
from support.key_names import KEY_NAME
from support.raw_server import RawServer, fields

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = json.dumps({"metadata": {"request_id": "r-1"}, "data": []}).encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


class Way:
    """A way of making connections."""

    def __init__(self, backend: str, kind: Callable[[], Any] | None) -> None:
        self.backend, self.kind = backend, kind
        self.ours: bool = kind not in (httpx.Client, httpx.AsyncClient)

    def __repr__(self) -> str:
        return f"{self.backend}-{'own' if self.kind is None else getattr(self.kind, '__name__', '')}"

    def calls(self, url: str, call: Callable[[Any], Any], times: int = 1, **options: Any) -> list[Any]:
        """What calls on a client come to, one after the other: replies, or errors."""
        arguments = {"api_key": "key", "base_url": url, "max_retries": 0, "timeout": 5.0, **options}
        came: list[Any] = []
        if self.backend == "sync":
            http_client = self.kind and self.kind()
            with ClearStreet(http_client=http_client, **arguments) as client:
                for _ in range(times):
                    try:
                        came.append(call(client))
                    except ClearStreetError as error:
                        came.append(error)
            if http_client is not None:
                http_client.close()
            return came

        async def main() -> None:
            http_client = self.kind and self.kind()
            async with AsyncClearStreet(http_client=http_client, **arguments) as client:
                for _ in range(times):
                    try:
                        came.append(await call(client))
                    except ClearStreetError as error:
                        came.append(error)
            if http_client is not None:
                await http_client.aclose()

        anyio.run(main, backend=self.backend)
        return came


WAYS = [
    *[Way("sync", kind) for kind in (None, DefaultHttpxClient, httpx.Client)],
    *[Way("asyncio", kind) for kind in (None, DefaultAsyncHttpxClient, DefaultAioHttpClient, httpx.AsyncClient)],
    *[Way("trio", kind) for kind in (None, DefaultAsyncHttpxClient, httpx.AsyncClient)],
]
each_way = pytest.mark.parametrize("way", WAYS, ids=repr)


def close(client: Any) -> Any:
    return client.v1.positions.close_positions(1)


def sending(*pieces: bytes, after: Callable[[RawServer], object] | None = None) -> Callable[[RawServer, Any], None]:
    """A service that answers each request with these bytes, piece by piece."""

    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            for piece in pieces:
                connection.sendall(piece)
                if len(pieces) > 1:
                    server.pause(0.005)
            if after is not None:
                after(server)
                return

    return serve


def head(*lines: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(line + b"\r\n" for line in lines)


WHOLE: dict[str, tuple[bytes, ...]] = {
    "as usual": (head() + LENGTH + b"\r\n" + BODY,),
    "in small pieces": tuple((head() + LENGTH + b"\r\n" + BODY)[at : at + 7] for at in range(0, 130, 7)),
    "the length twice": (head() + LENGTH + LENGTH + b"\r\n" + BODY,),
    "the length twice in pieces": (head() + LENGTH, LENGTH.lower(), b"\r\n", BODY),
    "the length twice after a 103": (
        head(status=b"103 Early Hints"),
        b"\r\n" + head() + LENGTH + LENGTH + b"\r\n" + BODY,
    ),
    "150 headers": (head(*[b"X-%d: %d" % (n, n) for n in range(150)]) + LENGTH + b"\r\n" + BODY,),
    "a header of 70,000 bytes": (head(b"X-Long: " + b"a" * 70000) + LENGTH + b"\r\n" + BODY,),
    "a header without a value": (head(b"X-Empty:") + LENGTH + b"\r\n" + BODY,),
    "chunks": (head(b"Transfer-Encoding: chunked") + b"\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",),
    "a chunk extension": (
        head(b"Transfer-Encoding: chunked") + b"\r\n%x;a=b\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",
    ),
    "no reason": (b"HTTP/1.1 200 \r\n" + LENGTH + b"\r\n" + BODY,),
    "until the end": (head(b"Connection: close") + b"\r\n" + BODY,),
    "three hints before it": (head(status=b"103 Early Hints") + b"\r\n",) * 3 + (head() + LENGTH + b"\r\n" + BODY,),
}


@each_way
@pytest.mark.parametrize("name", WHOLE)
def test_takes_a_whole_reply(way: Way, name: str) -> None:
    after = (lambda server: None) if name == "until the end" else None
    with RawServer(sending(*WHOLE[name], after=after)) as service:
        first, second = way.calls(service.url, close, 2)
    assert (first.data, second.data) == ([], [])
    assert len(service.requests) == 2


for coding, packed in (
    ("gzip", gzip.compress(BODY)),
    ("gzip", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
    ("x-gzip", gzip.compress(BODY)),
):
    WHOLE[f"{coding}, {len(packed)} bytes"] = (
        head(f"Content-Encoding: {coding}".encode(), b"Content-Length: %d" % len(packed)) + b"\r\n" + packed,
    )

BROKEN: dict[str, bytes] = {
    "two lengths that differ": head() + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY,
    "a body that breaks off": head() + LENGTH + b"\r\n" + BODY[:-1],
    "a head that breaks off": head() + LENGTH,
    "chunks that break off": head(b"Transfer-Encoding: chunked") + b"\r\n%x\r\n" % len(BODY) + BODY,
    "a chunk without a size": head(b"Transfer-Encoding: chunked") + b"\r\nsize\r\n" + BODY,
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "a head without an end": head(*[b"X-%d: %s" % (n, b"a" * 1000) for n in range(400)]),
}


def closes(service: RawServer) -> int:
    """Count the closes; one whose outcome is unknown is followed by looks for orders."""
    return sum(request.startswith(b"DELETE") for request in service.requests)


@each_way
@pytest.mark.parametrize("name", BROKEN)
def test_says_unknown_of_a_close_whose_reply_is_broken(way: Way, name: str) -> None:
    with RawServer(sending(BROKEN[name], after=lambda server: None)) as service:
        [error] = way.calls(service.url, close)
    assert isinstance(error, APIError)
    assert error.outcome_unknown is True
    assert closes(service) == 1


@each_way
def test_sends_a_change_once_on_a_connection_that_is_lost(way: Way) -> None:
    def lose_the_second(server: RawServer, connection: Any) -> None:
        server.request(connection)
        connection.sendall(WHOLE["as usual"][0])
        server.request(connection)

    with RawServer(lose_the_second) as service:
        first, second = way.calls(service.url, close, 2, max_retries=2)
    assert first.data == []
    assert second.outcome_unknown is True
    assert closes(service) == 2


@each_way
def test_follows_no_redirect_and_reads_no_netrc(way: Way) -> None:
    with RawServer(sending(head(b"Location: /elsewhere", status=b"307 x") + b"Content-Length: 0\r\n\r\n")) as service:
        [error] = way.calls(service.url, close)
    assert (error.status_code, error.outcome_unknown) == (307, False)
    assert len(service.requests) == 1
    sent = [value for name, _, value in fields(service.requests[0]) if name == b"authorization"]
    assert sent == [b"Bearer key"]


@each_way
def test_says_that_nothing_was_sent_where_nobody_listens(way: Way) -> None:
    with RawServer(lambda *_: None) as service:
        url = service.url
    [error] = way.calls(url, close)
    assert error.outcome_unknown is False
    assert [attempt.outcome for attempt in error.attempts] == ["never_sent"]


@pytest.mark.parametrize("way", [way for way in WAYS if way.ours], ids=repr)
def test_bounds_an_attempt_whose_reply_drips(way: Way) -> None:
    def drip(server: RawServer, connection: Any) -> None:
        server.request(connection)
        connection.sendall(head())
        while server.pause(0.02):
            connection.sendall(b"X: y\r\n")

    with RawServer(drip) as service:
        began = time.monotonic()
        [error] = way.calls(service.url, close, timeout=0.3)
        took = time.monotonic() - began
    assert error.outcome_unknown is True
    assert took < 1.5


# --- What docs/safety.md promises of calls ----------------------------------------------------------------------------

ROW: dict[str, Any] = {
    "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "account_id": 1,
    KEY_NAME: "k-1",
    "instruction_type": "EXERCISE",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e03",
    "quantity": "1",
    "status": "SENT",
    "symbol": "AAPL 280121C00195000",
}
OTHER = {**ROW, "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e04", KEY_NAME: "k-0", "quantity": "3"}
LOST = b""


def of(*rows: dict[str, Any], status: str = "200 OK", headers: str = "") -> bytes:
    """A reply with these rows."""
    content = json.dumps({"metadata": {"request_id": "r-1"}, "error": None, "data": list(rows)}).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


class Scripted(RawServer):
    """Answers each method with its replies, one after the other, the last of them again; loses those that are empty."""

    def __init__(self, **replies: list[bytes]) -> None:
        self._replies = replies
        super().__init__(lambda _, connection: self._answer(connection))

    @property
    def methods(self) -> list[str]:
        """The methods of the requests that were read, in order."""
        return [request.split()[0].decode() for request in self.requests]

    def _answer(self, connection: Any) -> None:
        while self.request(connection):
            replies = self._replies[self.methods[-1]]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if not reply:
                return
            connection.sendall(reply)


def told(way: Way, service: Scripted, call: Callable[[Any], Any], **options: Any) -> Any:
    """What a call comes to, while waiting takes no time."""
    [came] = way.calls(service.url, call, **{"max_retries": 2, "clock": SandboxClock(), **options})
    return came


def submit(client: Any) -> Any:
    row = {name: ROW[name] for name in ("instruction_type", "instrument_id", "quantity", KEY_NAME)}
    return client.v1.positions.submit_position_instructions(1, instructions=[row])


def cancel(client: Any) -> Any:
    return client.v1.positions.cancel_position_instruction(ROW["id"], account_id=1)


def read(client: Any) -> Any:
    return client.v1.positions.get_position_instructions(1)


@each_way
def test_looks_for_rows_whose_reply_was_lost(way: Way) -> None:
    with Scripted(POST=[LOST], GET=[of(ROW)]) as service:
        response = told(way, service, submit)
    assert [row.id for row in response.accepted] == [ROW["id"]]
    assert response.reconciled
    assert service.methods == ["POST", "GET"]


@each_way
def test_sends_rows_that_no_look_finds_again_under_their_keys(way: Way) -> None:
    with Scripted(POST=[LOST, of(ROW)], GET=[of(OTHER)]) as service:
        response = told(way, service, submit)
    assert [row.id for row in response.accepted] == [ROW["id"]]
    assert service.methods.count("POST") == 2


@each_way
def test_says_unknown_of_rows_that_no_list_settles(way: Way) -> None:
    with Scripted(POST=[LOST], GET=[of()]) as service:
        error = told(way, service, submit)
    assert (error.outcome_unknown, error.outcomes) == (True, {"k-1": "unknown"})
    assert service.methods.count("POST") == 1


@each_way
def test_settles_a_cancel_whose_reply_was_lost_by_the_list(way: Way) -> None:
    row = {**ROW, "status": "CANCEL_REQUESTED"}
    with Scripted(DELETE=[LOST, of(status="409 Conflict")], GET=[of(row)]) as service:
        response = told(way, service, cancel)
    assert response.data.status == "CANCEL_REQUESTED"
    assert service.methods == ["DELETE", "DELETE", "GET"]


@each_way
def test_reads_again_what_was_lost_or_failed(way: Way) -> None:
    with Scripted(GET=[LOST, of(status="503 Unavailable"), of(ROW)]) as service:
        response = told(way, service, read)
    assert [row.id for row in response.data] == [ROW["id"]]
    assert len(service.requests) == 3


@each_way
def test_sends_a_close_again_after_a_429_alone(way: Way) -> None:
    refused = of(status="429 Too Many", headers="Retry-After: 7\r\nRetry-After: 7\r\n")
    clock = SandboxClock()
    with Scripted(DELETE=[refused, of()]) as service:
        before = clock.monotonic()
        response = told(way, service, close, clock=clock)
    assert response.data == []
    assert service.methods == ["DELETE", "DELETE"]
    assert clock.monotonic() - before >= 7


@each_way
def test_sends_nothing_after_not_after(way: Way) -> None:
    clock = SandboxClock()
    cutoff = clock.now() + timedelta(seconds=5)
    with Scripted(DELETE=[of(status="429 Too Many", headers="Retry-After: 30\r\n")]) as service:
        error = told(way, service, lambda client: client.v1.positions.close_positions(1, not_after=cutoff), clock=clock)
        clock.sleep(6)
        late = told(way, service, lambda client: client.v1.positions.close_positions(1, not_after=cutoff), clock=clock)
    assert error.outcome_unknown is False
    assert isinstance(late, CutoffPassedError)
    assert service.methods == ["DELETE"]


@each_way
def test_takes_no_reply_about_another_account(way: Way) -> None:
    with Scripted(DELETE=[of({"id": "o-1", "account_id": 2})], GET=[of()]) as service:
        error = told(way, service, close)
    assert error.outcome_unknown is True
    assert service.methods.count("DELETE") == 1


@each_way
def test_shows_a_key_nowhere_that_the_service_repeats(way: Way) -> None:
    key = "key-that-nobody-may-see"
    headers = f"X-Seen: Bearer {key}\r\n"
    with Scripted(GET=[of({"seen": f"Bearer {key}"}, status="400 Bad Request", headers=headers)]) as service:
        error = told(way, service, read, api_key=key)
    assert error.status_code == 400
    assert key not in f"{error}{error!r}{error.headers}{error.body}{vars(error)}"
    assert key.encode() in service.requests[0]


@each_way
def test_sends_no_change_if_it_may_only_read(way: Way) -> None:
    with Scripted(GET=[of(ROW)]) as service:
        assert told(way, service, read, read_only=True).data
        error = told(way, service, close, read_only=True)
    assert "read-only" in str(error)
    assert service.methods == ["GET"]


@pytest.mark.parametrize("way", [way for way in WAYS if way.ours], ids=repr)
def test_takes_no_bytes_that_follow_a_reply_for_the_next(way: Way) -> None:
    with Scripted(GET=[of(OTHER) + of(OTHER), of(ROW)]) as service:
        came = way.calls(service.url, read, 2)
    assert [reply.data[0].id for reply in came] == [OTHER["id"], ROW["id"]]
    assert service.accepted == 2
