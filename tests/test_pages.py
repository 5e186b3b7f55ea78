"""Iterating over positions: every row once, page after page, whatever happens on the way."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    ClearStreet,
    ClearStreetError,
)
from clear_street import _iterators as _pagination
from clear_street.errors import ArgumentError
from clear_street.sandbox import Fault, Sandbox, SandboxClock
from clear_street.sandbox.faults import CATALOGUE
from clear_street.types.v1 import Position
from support.client_modes import Mode, query_of
from support.scripted_service import Service, envelope, failed

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT = 122503
POSITION = {
    "account_id": ACCOUNT,
    "available_quantity": "1",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "instrument_type": "OPTION",
    "market_value": "88.35",
    "position_type": "LONG_CALL",
    "quantity": "1",
    "symbol": "AAPL 280121C00195000",
}


PASSING = [f for f in CATALOGUE if f.rewrite is None and f.status not in (200, 204, 302, 304) and f.stray != "before"]
"""Faults that a further attempt makes good."""


def page(symbols: str, token: object = None, **metadata: object) -> tuple[int, dict[str, Any]]:
    """A page with a row for each letter."""
    rows = [{**POSITION, "symbol": symbol} for symbol in symbols]
    return 200, {**envelope(rows), "metadata": {"request_id": f"of {symbols}", "next_page_token": token, **metadata}}


def positions(client: Any, **options: Any) -> Any:
    return client.v1.positions.iter_positions(ACCOUNT, **options)


def symbols(rows: Sequence[Position]) -> str:
    return "".join(position.symbol for position in rows)


async def _aone(iterator: Any) -> Any:
    return await anext(iterator)


def one(iterator: Any) -> Any:
    """The next item, to be returned from a story."""
    return _aone(iterator) if hasattr(iterator, "__anext__") else next(iterator)


def drained(mode: Mode, iterator: Any) -> tuple[str, Exception | None]:
    """The symbols that come before the end, or before an error; and that error."""
    found = ""
    while True:
        try:
            found += mode.run(lambda: one(iterator)).symbol
        except (StopIteration, StopAsyncIteration):
            return found, None
        except ClearStreetError as error:
            return found, error


def listed(mode: Mode, iterator: Any) -> Any:
    return mode.run(lambda: mode.listed(iterator))


class TestEveryRow:
    @pytest.mark.parametrize("page_size", [None, 1, 2, 3, 7, 1000])
    def test_comes_once(self, mode: Mode, page_size: int | None) -> None:
        client = mode.sandbox()
        whole = mode.run(lambda: client.v1.positions.get_positions(ACCOUNT))
        rows = listed(mode, positions(client, page_size=page_size))
        assert rows == whole.data
        assert len(rows) == 7

    def test_comes_with_the_filters_and_the_order_that_were_asked_for(self, mode: Mode) -> None:
        service = Service(page("ab", "t1"), page("cd", "t2"), page("e"))
        iterator = positions(
            mode.client(service),
            instrument_ids=["x", "y z"],
            page_size=2,
            sort_by="MARKET_VALUE",
            sort_direction="DESC",
            extra_headers={"x-desk": "one"},
            extra_query={"view": "all"},
        )
        assert symbols(listed(mode, iterator)) == "abcde"
        asked = {
            "instrument_ids": "x,y z",
            "page_size": "2",
            "sort_by": "MARKET_VALUE",
            "sort_direction": "DESC",
            "view": "all",
        }
        assert [query_of(request) for request in service.requests] == [
            asked,
            {**asked, "page_token": "t1"},
            {**asked, "page_token": "t2"},
        ]
        assert {request.headers["x-desk"] for request in service.requests} == {"one"}

    def test_comes_in_pages(self, mode: Mode) -> None:
        service = Service(page("ab", "t1"), page("", "t2"), page("c"))
        pages = listed(mode, positions(mode.client(service)).pages())
        assert [symbols(found.data) for found in pages] == ["ab", "", "c"]
        assert [found.request_id for found in pages] == ["of ab", "of ", "of c"]

    def test_comes_past_empty_pages(self, mode: Mode) -> None:
        service = Service(page("", "t1"), page("", "t2"), page("ab"))
        assert symbols(listed(mode, positions(mode.client(service)))) == "ab"

    def test_comes_from_rows_and_pages_in_turn(self, mode: Mode) -> None:
        iterator = positions(mode.client(Service(page("ab", "t1"), page("cd", "t2"), page("ef"))))
        assert mode.run(lambda: one(iterator)).symbol == "a"
        assert symbols(mode.run(lambda: one(iterator.pages())).data) == "cd"
        assert symbols(listed(mode, iterator)) == "bef"
        assert listed(mode, iterator.pages()) == []

    def test_may_be_none(self, mode: Mode) -> None:
        service = Service((200, {"data": [], "metadata": {"request_id": "r"}}))
        assert listed(mode, positions(mode.client(service))) == []
        assert len(service.requests) == 1

    def test_is_kept_however_odd_it_is(self, mode: Mode) -> None:
        odd = [{**POSITION, "symbol": 7}, "no object", {**POSITION, "symbol": "c"}]
        rows = listed(mode, positions(mode.client(Service((200, envelope(odd))))))
        assert [row.symbol for row in rows] == [None, None, "c"]

    @given(st.lists(st.text("abc", max_size=4), min_size=1, max_size=6), st.integers(0, 6))
    def test_comes_once_however_it_is_paged_and_resumed(self, texts: list[str], stop: int) -> None:
        pages = [page(text, f"t{n + 1}" if n + 1 < len(texts) else None) for n, text in enumerate(texts)]

        def answer(request: httpx.Request) -> httpx.Response:
            status, body = pages[int(query_of(request).get("page_token", "t0")[1:])]
            return httpx.Response(status, json=body)

        with httpx.Client(transport=httpx.MockTransport(answer)) as http_client:
            client = ClearStreet("key", http_client=http_client)
            first, found = positions(client), ""
            for _ in range(min(stop, len(texts))):
                found += symbols(next(first.pages()).data)
            if stop < len(texts):
                found += symbols(list(positions(client, page_token=first.next_page_token)))
        assert found == "".join(texts)


class TestResuming:
    def test_begins_at_a_token(self, mode: Mode) -> None:
        client = mode.sandbox()
        whole = listed(mode, positions(client))
        iterator = positions(client, page_size=3)
        assert iterator.next_page_token is None
        first = [mode.run(lambda: one(iterator)) for _ in range(3)]
        token = iterator.next_page_token
        assert token is not None
        assert first + listed(mode, positions(client, page_size=3, page_token=token)) == whole

    def test_has_no_token_at_the_end(self, mode: Mode) -> None:
        iterator = positions(mode.client(Service(page("a", "t1"), page("b", ""))))
        assert symbols(listed(mode, iterator)) == "ab"
        assert iterator.next_page_token is None
        assert listed(mode, iterator) == []


class TestARepeatedToken:
    @pytest.mark.parametrize(
        ("pages", "rows"),
        [
            ([page("ab", "t1"), page("cd", "t1")], "abcd"),
            ([page("ab", "t1"), page("cd", "t2"), page("ef", "t1")], "abcdef"),
            ([page("", "t1"), page("", "t1")], ""),
        ],
    )
    def test_is_an_error_after_the_rows(self, mode: Mode, pages: list[Any], rows: str) -> None:
        service = Service(*pages)
        iterator = positions(mode.client(service))
        found, error = drained(mode, iterator)
        assert found == rows
        assert isinstance(error, APIResponseValidationError)
        assert str(error) == (
            "GET /v1/accounts/{account_id}/positions: the service repeated a page token, and so did not say where the "
            f"listing continues (request id {pages[-1][1]['metadata']['request_id']})"
        )
        assert len(service.requests) == len(pages)
        for same in (iterator, iterator.pages()):
            with pytest.raises(APIResponseValidationError, match="repeated a page token"):
                mode.run(lambda same=same: one(same))
        assert len(service.requests) == len(pages)

    def test_is_one_that_the_listing_began_with(self, mode: Mode) -> None:
        found, error = drained(mode, positions(mode.client(Service(page("a", "t1"))), page_token="t1"))
        assert found == "a"
        assert isinstance(error, APIResponseValidationError)


class TestAFailingPage:
    @pytest.mark.parametrize(
        "fault", [pytest.param(fault, id=f"{number} {fault.name}") for number, fault in enumerate(PASSING)]
    )
    def test_costs_and_repeats_no_row(self, mode: Mode, fault: Fault) -> None:
        sandbox = Sandbox()
        client = mode.sandbox(sandbox)
        whole = listed(mode, positions(client))
        sandbox.faults.add(fault, operation="get_positions", nth=2)
        assert listed(mode, positions(client, page_size=2)) == whole

    def test_is_asked_for_again_after_an_error(self, mode: Mode) -> None:
        service = Service(
            page("ab", "t1"),
            httpx.ReadError("reset"),
            (500, failed(500)),
            page("cd", "t2"),
            (404, failed(404)),
            page("ef"),
        )
        iterator = positions(mode.client(service, max_retries=0))
        parts = [drained(mode, iterator) for _ in range(4)]
        assert [(found, type(error).__name__) for found, error in parts] == [
            ("ab", "APIConnectionError"),
            ("", "InternalServerError"),
            ("cd", "NotFoundError"),
            ("ef", "NoneType"),
        ]
        tokens = [query_of(request).get("page_token") for request in service.requests]
        assert tokens == [None, "t1", "t1", "t1", "t2", "t2"]

    def test_is_asked_for_again_in_pages(self, mode: Mode) -> None:
        service = Service(page("ab", "t1"), httpx.ReadError("reset"), page("cd"))
        pages = positions(mode.client(service, max_retries=0)).pages()
        assert symbols(mode.run(lambda: one(pages)).data) == "ab"
        with pytest.raises(APIConnectionError):
            mode.run(lambda: one(pages))
        assert [symbols(found.data) for found in listed(mode, pages)] == ["cd"]

    @pytest.mark.parametrize(
        "body",
        [
            {"metadata": {"request_id": "odd"}},
            {"metadata": {"request_id": "odd"}, "items": []},
            {"metadata": {"request_id": "odd"}, "data": None},
            {"metadata": {"request_id": "odd"}, "data": {"rows": []}},
            {"metadata": {"request_id": "odd"}, "data": "none"},
        ],
        ids=repr,
    )
    def test_is_one_whose_rows_cannot_be_read(self, mode: Mode, body: object) -> None:
        service = Service(page("ab", "t1"), *[(200, body)] * 3, page("cd"))
        iterator = positions(mode.client(service))
        found, error = drained(mode, iterator)
        assert found == "ab"
        assert isinstance(error, APIResponseValidationError)
        assert error.request_id == "odd"
        assert error.outcome_unknown is False
        assert error.body is not None
        assert len(error.attempts) == 3
        assert drained(mode, iterator) == ("cd", None)

    def test_is_none_that_was_asked_for_wrongly(self, mode: Mode) -> None:
        service = Service(page("a"))
        iterator = positions(mode.client(service), page_size=0)
        with pytest.raises(ArgumentError, match="page_size"):
            mode.run(lambda: one(iterator))
        assert not service.requests


class TestOddMetadata:
    @pytest.mark.parametrize("metadata", [{}, {"request_id": "r"}, {"next_page_token": ""}, {"total_pages": 9}, None])
    def test_without_a_token_is_the_last_page(self, mode: Mode, metadata: object) -> None:
        service = Service(page("ab", "t1"), (200, {"data": page("cd")[1]["data"], "metadata": metadata}))
        assert symbols(listed(mode, positions(mode.client(service)))) == "abcd"

    @pytest.mark.parametrize("token", [7, ["t"], {"token": "t"}, True])
    def test_with_an_unreadable_token_does_not_pass_for_the_end(self, mode: Mode, token: object) -> None:
        found, error = drained(mode, positions(mode.client(Service(page("ab", token)))))
        assert found == "ab"
        assert isinstance(error, APIResponseValidationError)
        assert "the service did not say where the listing continues (request id of ab)" in str(error)

    @pytest.mark.parametrize("metadata", [{}, {"metadata": []}, {"meta": {"next_page_token": "t"}}], ids=repr)
    def test_that_is_missing_after_a_full_page_does_not_pass_for_the_end(
        self, mode: Mode, metadata: dict[str, object]
    ) -> None:
        service = Service(otherwise=(200, {"data": page("ab")[1]["data"], **metadata}))
        found, error = drained(mode, positions(mode.client(service), page_size=2))
        assert found == "ab"
        assert isinstance(error, APIResponseValidationError)
        assert "did not say where the listing continues" in str(error)
        assert drained(mode, positions(mode.client(service), page_size=3)) == ("ab", None)
        assert drained(mode, positions(mode.client(service))) == ("ab", None)


def test_one_page_is_held_at_a_time(mode: Mode) -> None:
    service = Service(*(page("abcdefghij", f"t{n}") for n in range(1, 40)), page("z"))
    iterator, most = positions(mode.client(service)), 0

    def blocking() -> None:
        nonlocal most
        for number, _ in enumerate(iterator):
            if number % 60 == 5:
                most = max(most, alive())

    async def awaiting() -> None:
        nonlocal most
        number = 0
        async for _ in iterator:
            number += 1
            if number % 60 == 5:
                most = max(most, alive())

    def alive() -> int:
        return sum(type(item) is Position for item in gc.get_objects()) - before

    gc.collect()
    before = sum(type(item) is Position for item in gc.get_objects())
    mode.run(awaiting if mode.is_async else blocking)
    assert 0 < most <= 10
    assert len(service.requests) == 40


class TestAListingWithoutAnEnd:
    def test_of_empty_pages_is_an_error(self, mode: Mode) -> None:
        service = Service(*(page("", f"t-{number}") for number in range(200)))
        rows, error = drained(mode, positions(mode.client(service)))
        assert (rows, type(error)) == ("", APIResponseValidationError)
        assert "20 empty pages in a row" in str(error)
        assert len(service.requests) == 20

    def test_may_have_empty_pages_between_rows(self, mode: Mode) -> None:
        service = Service(*(page("A" if number % 18 == 0 else "", f"t-{number}") for number in range(36)), page("B"))
        assert drained(mode, positions(mode.client(service))) == ("AAB", None)

    def test_ends_at_its_deadline_and_can_be_gone_on_with(self, mode: Mode) -> None:
        clock = SandboxClock()

        def slow(request: httpx.Request) -> httpx.Response:
            clock.advance(4.0)
            return httpx.Response(200, json=page("A", f"t-{clock.monotonic()}")[1])

        client = mode.client(httpx.MockTransport(slow), clock=clock)
        iterator = positions(client, listing_deadline=10.0)
        rows, error = drained(mode, iterator)
        assert (rows, type(error)) == ("AAA", APITimeoutError)
        assert "listing_deadline" in str(error)
        assert iterator.next_page_token is not None

    def test_bounds_each_page_by_what_is_left(self, mode: Mode) -> None:
        service = Service(*[httpx.ConnectError("refused")] * 20)
        clock = SandboxClock()
        started = clock.monotonic()
        _, error = drained(mode, positions(mode.client(service, clock=clock), listing_deadline=0.001, max_retries=9))
        assert isinstance(error, APIConnectionError)
        assert clock.monotonic() - started < 1

    @pytest.mark.parametrize("seconds", [0, -1, "x", True])
    def test_takes_no_deadline_that_is_none(self, mode: Mode, seconds: Any) -> None:
        with pytest.raises(ArgumentError, match="listing_deadline"):
            positions(mode.client(Service()), listing_deadline=seconds)

    def test_forgets_the_oldest_tokens(self, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_pagination, "_TOKENS_MAX", 3)
        service = Service(*(page("A", f"t-{number}") for number in range(9)), page("B", "t-7"))
        rows, error = drained(mode, positions(mode.client(service)))
        assert (rows, type(error)) == ("AAAAAAAAAB", APIResponseValidationError)
