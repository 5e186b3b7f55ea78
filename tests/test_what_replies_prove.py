"""Reports compared with what happened, when replies and lists are wrong: nothing false is reported as known."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street.errors import APIError
from support.key_names import KEY_NAME
from support.scripted_service import ACCOUNT, INSTRUMENT, NIL_ID, Service, asked, lost, reply, row, unsent

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = 999
ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
ANOTHER_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26f"
TIMES = (None, "2026-04-24T14:30:00Z", "2026-04-24T13:30:00Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026")

times = st.sampled_from(TIMES)
spellings = st.sampled_from(
    [INSTRUMENT, INSTRUMENT.upper(), INSTRUMENT.replace("-", ""), f"urn:uuid:{INSTRUMENT}", "AAPL 280121C00195000"]
)
gateways = st.sampled_from(
    [
        lambda: httpx.Response(200, json={"message": "Endpoint request timed out"}),
        lambda: httpx.Response(200, json={"error": {"code": 504, "message": "timed out"}}),
        lambda: httpx.Response(200, json={"error": {"code": 504, "message": "timed out"}, "data": None}),
        lambda: httpx.Response(200, text="OK"),
        lambda: httpx.Response(502, html="<html>"),
        lambda: reply(503),
        lost,
    ]
)
skews = st.sampled_from([-86400.0, -600.0, -90.0, 0.0, 90.0, 600.0, 86400.0])


def told(service: Service, call: Callable[[Any], Any], skew: float) -> Any:
    """The result or the error of a call by a client whose wall clock is off."""
    now = service.clock.now
    service.clock.now = lambda: now() + timedelta(seconds=skew)  # type: ignore[method-assign]

    def answer(request: httpx.Request) -> httpx.Response:
        response = service.answer(request)
        if service.dated:
            response.headers["Date"] = now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return response

    client = service.client(http_client=httpx.Client(transport=httpx.MockTransport(answer)))
    try:
        return call(client)
    except APIError as error:
        return error


@st.composite
def submits(draw: st.DrawFn) -> tuple[Service, list[str], list[str]]:
    """A service that takes rows, or does not, lies in what it replies, and lists them with others'; its ledger."""
    ledger: list[str] = []
    posts: list[str] = []
    keeps_keys = draw(st.booleans())
    created = draw(times)
    spelt = draw(spellings)
    lags = draw(st.integers(0, 5))
    was_shown = False
    strangers = draw(
        st.lists(
            st.sampled_from(
                [
                    row("other", created_at="2026-04-24T13:30:00Z", quantity="9"),
                    row("key-0", account_id=OTHER, id="theirs"),
                    row("stray", account_id=OTHER, quantity="9"),
                    row("other", id="twice", status="ACCEPTED", quantity="9"),
                    row("other", id="twice", status="CANCELLED", quantity="9"),
                ]
            ),
            max_size=3,
        )
    )

    def submit(request: httpx.Request) -> Any:
        (key,) = [sent[KEY_NAME] for sent in json.loads(request.content)]
        posts.append(key)
        takes = draw(st.booleans())
        used = keeps_keys and key in ledger
        if takes and not used:
            ledger.append(key)
        if not draw(st.booleans()):
            return draw(st.sampled_from([draw(gateways)(), unsent()])) if not takes else draw(gateways)()
        if draw(st.booleans()):
            return reply(200, [row(key, account_id=OTHER)])
        if used:
            reason = f"Duplicate exercise instruction; existing_id=id-of-{key}"
            return reply(409, [row(key, id=NIL_ID, status="REJECTED", rejection_reason=reason)])
        mine = row(key) if takes else row(key, id=NIL_ID, status="REJECTED", rejection_reason="no position")
        return reply(200 if takes else 422, [mine])

    def look(_: httpx.Request) -> Any:
        nonlocal lags, was_shown
        lags -= 1
        if lags >= 0:
            return reply(200, [])
        if draw(st.integers(0, 3)) == 0:
            return draw(gateways)()
        shown = [
            row(key if keeps_keys else f"made-up-{n}", id=f"id-{n}", instrument_id=spelt, created_at=created)
            for n, key in enumerate(ledger)
        ]
        # The next list may come from a machine that lags behind.
        is_behind = was_shown and draw(st.booleans())
        was_shown = was_shown or bool(shown)
        return reply(200, strangers if is_behind else [*strangers, *shown])

    service = Service(otherwise=lambda request: submit(request) if request.method == "POST" else look(request))
    service.dated = draw(st.booleans())
    service.deceives = not keeps_keys and created == "2026-04-24T13:30:00Z"
    return service, ledger, posts


@given(world=submits(), skew=skews, is_minted=st.booleans())
@settings(max_examples=300, deadline=None)
def test_what_is_told_of_a_submit_is_what_happened(
    world: tuple[Service, list[str], list[str]], skew: float, is_minted: bool
) -> None:
    service, ledger, posts = world
    rows = [asked(None if is_minted else "key-0")]
    result = told(service, lambda c: c.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows), skew)
    key = posts[0]
    if isinstance(result, APIError):
        assert result.outcome_unknown == (result.outcomes[key] == "unknown")
        if not result.outcome_unknown:
            assert key not in ledger
            assert result.outcomes[key] in ("rejected", "not_sent")
    elif result.accepted:
        assert key in ledger
        assert result.accepted[0].account_id == ACCOUNT
    else:
        assert result.undetermined
    # A service that shows keys, does not keep them, and says that the row is an hour older than the call cannot be told
    # from an honest one: see docs/safety.md, "What this rests on".
    assert ledger.count(key) <= 1 or service.deceives


@given(
    replies=st.lists(
        gateways
        | st.builds(
            lambda named, account, status: lambda: reply(200, row(id=named, account_id=account, status=status)),
            st.sampled_from([ANOTHER_ID, "another"]),
            st.sampled_from([ACCOUNT, OTHER]),
            st.sampled_from(["CANCEL_REQUESTED", "CANCELLED"]),
        )
        | st.just(lambda: reply(200, row(id=ID, account_id=OTHER, status="CANCEL_REQUESTED"))),
        min_size=3,
        max_size=3,
    ),
    shown=st.lists(
        st.tuples(
            st.sampled_from([ID, ID.upper(), ANOTHER_ID]),
            st.sampled_from([ACCOUNT, OTHER]),
            st.sampled_from(["SENT", "ACCEPTED", "CANCELLED", "CANCEL_REQUESTED", "REJECTED"]),
        ),
        max_size=3,
    ),
)
@settings(max_examples=300, deadline=None)
def test_what_is_told_of_a_cancel_is_what_the_list_shows(
    replies: list[Callable[[], Any]], shown: list[tuple[str, int, str]]
) -> None:
    """No reply here is an answer: only a list that contradicts nothing settles it."""
    rows = [
        row(f"key-{n}", id=named, account_id=account, status=status) for n, (named, account, status) in enumerate(shown)
    ]
    steps = [make() for make in replies]
    service = Service(otherwise=lambda request: steps.pop(0) if request.method == "DELETE" else reply(200, rows))
    result = told(service, lambda c: c.v1.positions.cancel_position_instruction(ID, account_id=ACCOUNT), 0.0)
    states = {status for named, _, status in shown if named.lower() == ID}
    is_whole = all(account == ACCOUNT for _, account, _ in shown) and len(states) == 1
    if not isinstance(result, APIError):
        assert is_whole
        assert states == {result.data.status}
        assert result.data.status in ("CANCELLED", "CANCEL_REQUESTED")
    elif not result.outcome_unknown:
        assert is_whole
        assert states == {"REJECTED"}


@given(make=gateways | st.just(lambda: reply(200, [{"account_id": OTHER, "id": "order"}])))
@settings(deadline=None)
@pytest.mark.parametrize("call", ["close_positions", "close_position"])
def test_no_close_is_told_to_have_been_done_by_what_is_no_answer(call: str, make: Callable[[], Any]) -> None:
    service = Service(make(), otherwise=(404,))
    arguments: tuple[Any, ...] = ("AAPL",) if call == "close_position" else ()
    result = told(service, lambda c: getattr(c.v1.positions, call)(*arguments, account_id=ACCOUNT), 0.0)
    assert isinstance(result, APIError)
    assert (result.outcome_unknown, service.methods.count("DELETE")) == (True, 1)
