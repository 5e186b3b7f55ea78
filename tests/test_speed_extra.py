"""The extra `speed`: a page is decoded faster, into the same values as without it."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clear_street._api import json as _json
from clear_street.types.v1 import PositionGetPositionsResponse
from support.scripted_service import Service, envelope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.client_modes import Mode

PAGE = envelope([{"account_id": 7, "symbol": f"AAPL {number}", "quantity": "1"} for number in range(1000)])
REFUSED = object()


@pytest.fixture
def afresh() -> Iterator[None]:
    """What was found out about the decoder is forgotten, before and after."""
    _json._decoder.cache_clear()
    yield
    _json._decoder.cache_clear()


@pytest.fixture
def absent(afresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without the extra."""
    monkeypatch.setitem(sys.modules, "msgspec", None)


def read(loads: Any, body: bytes) -> object:
    """What a decoder makes of a body, by its exact types, order and digits: NaN is NaN, -0.0 is not 0.0."""
    try:
        return repr(loads(body))
    except (ValueError, RecursionError):
        return REFUSED


def whole(body: bytes) -> bytes:
    """The body, so long that it is not left to Python's decoder for its size."""
    return body + b" " * _json.LARGE


numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)
documents = st.builds(
    lambda value, ascii_, encoding: json.dumps(value, ensure_ascii=ascii_).encode(encoding, "surrogatepass"),
    values,
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
)
fragments = st.sampled_from(
    [
        *(
            b'{"a":',
            b'"a"',
            b'"\\ud800"',
            b'"\\udc00\\ud800"',
            b'"\xed\xa0\x80"',
            b'"\xff"',
            b"NaN",
            b"-Infinity",
            b"1E400",
        ),
        *(
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b" ",
            b"\n",
            b"\x0c",
            b"\x00",
            b"\xef\xbb\xbf",
            b"01",
            b"1.",
            b"-",
            b"null",
        ),
        *(b"18446744073709551616", b"-9223372036854775809", b"19634976212899355889", b"9" * 5000, b"[" * 90, b"]" * 90),
    ]
)
bodies = (
    documents
    | numbers.map(str.encode)
    | st.lists(fragments).map(b"".join)
    | st.binary()
    | st.builds(lambda body, cut, rest: body[:cut] + rest, documents, st.integers(0, 200), st.binary(max_size=3))
)


class TestItAgreesWithPythonsDecoder:
    @given(bodies)
    @example(b'{"a": 1, "b": 2, "a": 3}')
    @example(b'{"a": -0, "b": -0.0, "c": 1.7976931348623159e308}')
    @example(b'\xef\xbb\xbf{"a": 1}')
    @example(b'"\\ud83d\\ude00"')
    @example(b"[" * 100_000)
    def test_about_every_body(self, body: bytes) -> None:
        assert read(_json.loads_fast, body) == read(json.loads, body)

    def test_about_whatever_is_nested_less_deep_than_it_can_read(self) -> None:
        body = b'{"a":[' * 200 + b"1.50" + b"]}" * 200
        assert _json.loads_fast(body) == json.loads(body)

    @pytest.mark.parametrize(
        "odd",
        [b"\xff", b'"\\ud800"', b"9" * 5000, b"[" * 50_000 + b"]" * 50_000, b"NaN", b"Infinity", b"1" * 40],
        ids=["encoding", "surrogate", "long", "deep", "nan", "infinity", "big"],
    )
    def test_about_a_reply_with_something_odd(self, odd: bytes, afresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
        body = whole(b'{"metadata": {"request_id": "r-1"}, "data": [{"symbol": "AAPL"}], "odd": ' + odd + b"}")
        with_it = _json.read_object(body)
        _json._decoder.cache_clear()
        monkeypatch.setitem(sys.modules, "msgspec", None)
        without_it = _json.read_object(body)
        assert type(with_it) is type(without_it)
        assert repr(with_it) == repr(without_it)


class TestItIsUsed:
    def test_for_a_page(self, mode: Mode, afresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_json, "loads", None)
        read = mode.within(
            lambda: mode.client(Service((200, PAGE))), lambda client: client.v1.positions.get_positions(7)
        )
        assert [row.symbol for row in read.data] == [f"AAPL {number}" for number in range(1000)]

    def test_not_for_a_small_reply_since_importing_it_takes_longer(self) -> None:
        program = """
import sys
from clear_street import ClearStreet
with ClearStreet.sandbox() as client:
    client.v1.version.get_version()
print("msgspec" in sys.modules)
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout == "False\n"


class TestWithoutIt:
    def test_a_page_reads_the_same(self, mode: Mode, absent: None) -> None:
        read = mode.within(
            lambda: mode.client(Service((200, PAGE))), lambda client: client.v1.positions.get_positions(7)
        )
        assert read == PositionGetPositionsResponse.from_dict(PAGE)
        assert _json._decoder() is None

    def test_a_release_that_misreads_whole_numbers_is_left_alone(
        self, afresh: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = ModuleType("msgspec")
        old.DecodeError = type("DecodeError", (Exception,), {})  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "msgspec", old)
        assert _json.loads_fast(b"19634976212899355889") == 19634976212899355889
