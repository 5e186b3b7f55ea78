"""Bodies of replies, compressed or not: what is read, and how much at most."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import APIConnectionError, APITimeoutError, ArgumentError
from clear_street._http.decoding import Decoder
from support.raw_server import RawServer
from support.scripted_service import Body, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.client_modes import Mode

MEGABYTE = 2**20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
}
ACCOUNT = b'{"metadata": {"request_id": "r-1"}, "data": []}'


def packed_spaces(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * MEGABYTE) for _ in range(megabytes)) + packer.flush()


def closed(mode: Mode, service: Service, **options: Any) -> Any:
    """Close everything, once, by a service without a list of orders. Returns the error."""
    service.otherwise = (404,)
    client = mode.client(service, max_retries=0, **options)
    with pytest.raises(APIConnectionError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert service.methods.count("DELETE") == 1
    return caught.value


@pytest.mark.parametrize("name", PACKERS)
@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=4), cuts=st.integers(1, 50))
def test_what_was_packed_is_unpacked_however_it_comes(name: str, parts: list[bytes], cuts: int) -> None:
    members = parts if "zip" in name.lower() else [b"".join(parts)]
    packed = b"".join(PACKERS[name](part) for part in members)
    decoder = Decoder(httpx.Headers({"Content-Encoding": name}), 10_000)
    pieces = [decoder.decode(packed[start : start + cuts]) for start in range(0, len(packed), cuts)]
    assert b"".join(pieces) + decoder.flush() == b"".join(parts)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("deflate", raw_deflate(ACCOUNT)),
        ("gzip, gzip", gzip.compress(gzip.compress(ACCOUNT))),
        ("gzip, gzip", gzip.compress(ACCOUNT)),
        ("gzip, identity", gzip.compress(ACCOUNT)),
        ("gzip", gzip.compress(ACCOUNT[:9]) + gzip.compress(ACCOUNT[9:])),
        ("gzip", gzip.compress(ACCOUNT) + b"\0\0"),
        ("deflate", zlib.compress(ACCOUNT) + b"more"),
    ],
    ids=["raw", "twice", "named twice", "identity", "members", "zeros behind", "more behind"],
)
def test_each_encoding_that_is_asked_for_can_be_read(mode: Mode, encoding: str, packed: bytes) -> None:
    client = mode.client(Service((200, Body(packed), {"Content-Encoding": encoding})))
    assert mode.run(lambda: client.v1.positions.get_positions(7)).data == []


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "identity"])
def test_a_body_that_is_too_long_leaves_a_change_unknown(mode: Mode, encoding: str) -> None:
    content = b" " * 3_000_000
    for _ in encoding.split(",") if encoding != "identity" else []:
        content = gzip.compress(content)
    error = closed(mode, Service((200, Body(content), {"Content-Encoding": encoding})), max_body_size=2_000_000)
    assert error.outcome_unknown
    assert "BodyTooLarge" in str(error)
    assert error.attempts[0].status_code == 200


def test_a_body_without_encoding_is_read_to_its_bound_alone(mode: Mode) -> None:
    body = Body(*[b" " * 1000] * 10)
    assert closed(mode, Service((200, body)), max_body_size=4_500).outcome_unknown
    assert closed(mode, Service((200, Body(*[b" " * 1000] * 10))), max_body_size=9_999).outcome_unknown


def test_a_small_bound_lets_through_what_keeps_it(mode: Mode) -> None:
    client = mode.client(Service((200, ACCOUNT)), max_body_size=len(ACCOUNT))
    assert mode.run(lambda: client.v1.positions.get_positions(7)).data == []


@pytest.mark.parametrize("encoding", [", ".join(["gzip"] * 6), "gzip", "deflate"])
def test_a_body_that_cannot_be_unpacked_leaves_a_change_unknown(mode: Mode, encoding: str) -> None:
    assert closed(mode, Service((200, Body(b"\x1f\x8bno"), {"Content-Encoding": encoding}))).outcome_unknown


def test_no_memory_for_a_body_is_a_body_that_cannot_be_read(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Decoder, "_unpacked", unpacked)
    assert closed(mode, Service((200, Body(gzip.compress(ACCOUNT)), {"Content-Encoding": "gzip"}))).outcome_unknown


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_hook_that_reads_a_bomb_reads_to_the_bound(mode: Mode) -> None:
    bomb = gzip.compress(packed_spaces(4))

    def serve(server: RawServer, connection: Any) -> None:
        while server.request(connection):
            head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % len(bomb) + bomb)

    def read(response: Any) -> None:
        response.read()

    async def aread(response: Any) -> None:
        await response.aread()

    def story(http_client: Any) -> Any:
        client = mode.kind("key", base_url=server.url, http_client=http_client, max_retries=0, max_body_size=MEGABYTE)
        return client.v1.positions.close_positions(7)

    with RawServer(serve) as server, pytest.raises(APIConnectionError, match="BodyTooLarge") as caught:
        mode.within(lambda: mode.http_client(None, event_hooks={"response": [aread if mode.is_async else read]}), story)
    assert caught.value.outcome_unknown


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_streamed_body_ends_at_the_bound(mode: Mode) -> None:
    bomb = Body(packed_spaces(4))
    client = mode.client(Service((200, bomb, {"Content-Encoding": "gzip"})), max_body_size=MEGABYTE)

    def pieces(reply: Any) -> Any:
        return mode.listed(reply.iter_bytes())

    with pytest.raises(APIConnectionError, match="BodyTooLarge"):
        mode.within(lambda: client.v1.positions.with_streaming_response.get_positions(7), pieces)


def test_unpacking_ends_with_the_time_of_the_attempt(mode: Mode) -> None:
    empty_members = gzip.compress(gzip.compress(b"") * 2_000_000)
    bomb = (200, Body(empty_members), {"Content-Encoding": "gzip, gzip"})
    client = mode.client(Service(bomb, otherwise=(404,)), timeout=0.01, max_retries=0)
    with pytest.raises(APITimeoutError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("name", ["br", "zstd"])
def test_httpx_s_own_decoders_are_bounded_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice:
        """Unpacks each byte to a hundred."""

        def decode(self, data: bytes) -> bytes:
            return data * 100

        def flush(self) -> bytes:
            return b""

    monkeypatch.setitem(httpx._decoders.SUPPORTED_DECODERS, name, Twice)
    headers = httpx.Headers({"Content-Encoding": name})
    decoder = Decoder(headers, 10_000)
    assert (len(decoder.decode(b"a" * 100)), decoder.flush()) == (10_000, b"")
    with pytest.raises(httpx.DecodingError, match="10000 bytes"):
        decoder.decode(b"a")


def test_an_encoding_that_nobody_knows_is_left_as_it_came(mode: Mode) -> None:
    client = mode.client(Service((200, ACCOUNT, {"Content-Encoding": "odd"})))
    assert mode.run(lambda: client.v1.positions.get_positions(7)).data == []


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "1", None])
def test_the_bound_is_a_whole_number_of_bytes(mode: Mode, value: Any) -> None:
    with pytest.raises(ArgumentError, match="max_body_size"):
        mode.kind("key", max_body_size=value)
