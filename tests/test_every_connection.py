"""Every documented way of making connections takes the same replies, sends the same requests and ends the same way."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from clear_street import (
    APIError,
    AsyncClearStreet,
    ClearStreet,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
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
                    except APIError as error:
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
                    except APIError as error:
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
