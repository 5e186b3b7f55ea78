"""The reads around positions: accounts, orders, instruments, market hours and prices."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from clear_street import ArgumentError, ClearStreet
from clear_street._api.operations import Resend
from clear_street._api.rows import every_operation
from clear_street.types.v1 import TimeRange
from support.scripted_service import Service, envelope
from support.spec_tools import spec
from test_schema_drift import CALLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.client_modes import Mode

DAY = date(2028, 1, 21)
READS = sorted(operation.name for operation in every_operation() if operation.resend == Resend.READ)


def examples(operation: str) -> dict[str, Any]:
    """The replies that the spec shows for an operation: those of August's service, and of October's."""
    (found,) = (
        one
        for item in spec()["paths"].values()
        for one in item.values()
        if isinstance(one, dict) and one.get("operationId") == operation
    )
    media = found["responses"]["200"]["content"]["application/json"]
    # A row of another account than was asked for would be of another call's reply.
    return {
        name: json.loads(json.dumps(example["value"]).replace("122503", "7"))
        for name, example in media["examples"].items()
    }


@pytest.mark.parametrize("operation", READS)
def test_every_example_of_the_spec_is_read_without_drift(mode: Mode, operation: str) -> None:
    for name, body in examples(operation).items():
        reply = mode.run(lambda body=body: CALLS[operation](mode.client(Service((200, body)))))

        assert reply.drift == (), name
        assert reply.to_dict() == body, name
        assert pickle.loads(pickle.dumps(reply)) == reply


LISTED: dict[str, Callable[[Any], Any]] = {
    "get_positions": lambda v1: v1.positions.iter_positions(7),
    "get_accounts": lambda v1: v1.accounts.iter_accounts(),
    "get_orders": lambda v1: v1.orders.iter_orders(7),
    "get_executions": lambda v1: v1.orders.iter_executions(7),
    "get_option_contracts": lambda v1: v1.instruments.iter_option_contracts(root="AAPL"),
    "search_instruments": lambda v1: v1.instruments.iter_search_instruments(q="apple"),
}


def test_every_operation_with_pages_is_among_these() -> None:
    token = {"$ref": "#/components/parameters/PageToken"}
    every = [one for item in spec()["paths"].values() for one in item.values() if isinstance(one, dict)]
    odd = sorted(LISTED.keys() ^ {one["operationId"] for one in every if token in one.get("parameters", ())})
    assert not odd, f"{', '.join(odd)}: write a call of its iterator into `LISTED`, or take it out"


@pytest.mark.parametrize("operation", LISTED)
def test_an_iterator_gives_the_rows_of_every_page(mode: Mode, operation: str) -> None:
    [first, *_] = examples(operation).values()
    more = {**first, "metadata": {**first["metadata"], "next_page_token": "t"}}
    service = Service((200, more), (200, {**first, "metadata": {"request_id": "r"}}))
    client = mode.client(service)

    rows = mode.run(lambda: mode.listed(LISTED[operation](client.v1)))

    assert [row.to_dict() for row in rows] == first["data"] * 2
    assert [request.url.params.get("page_token") for request in service.requests] == [None, "t"]


def test_personal_details_are_in_no_repr_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    body = examples("get_account_by_id")["october"]
    account = {**body["data"], "nickname": "Jo"}
    caplog.set_level("DEBUG", "clear_street")

    reply = Service((200, {**body, "data": account})).client().v1.accounts.get_account_by_id(122504)

    shown = f"{reply!r} {reply.data!r} {reply.data.mailing_address!r} {caplog.text}"
    assert reply.data.phone_number == "+1 212 555 0100"
    assert reply.data.mailing_address is not None
    assert reply.data.mailing_address.line1 == "1 Example Street"
    assert "phone_number=<personal>" in shown
    for secret in ("555", "1980", "Example Street", "Floor 2", "10001", "tax_residency='US'", "'Jo'"):
        assert secret not in shown


NOON = datetime(2026, 4, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
FIRST_HOUR, SECOND_HOUR = (datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=fold) for fold in (0, 1))
"""The same time of day twice, before and after summer time ends."""


def changed(**bounds: Any) -> Callable[[Any], Any]:
    """A call with bounds of `updated_at`."""
    return lambda v1: v1.orders.get_orders(7, updated_at=bounds)


WAYS: dict[str, tuple[Any, str]] = {
    "too many contracts": (
        lambda v1: v1.instruments.get_option_contracts(contract_ids=["a"] * 101),
        "received 101;",
    ),
    "orders backwards": (
        lambda v1: v1.orders.get_orders(7, from_=LATER, to=NOON),
        "a time before `to` for `from_` but received '2026-04-24T13:00:00.00:00'",
    ),
    "fills backwards": (lambda v1: v1.orders.get_executions(7, from_=SECOND_HOUR, to=FIRST_HOUR), "for `from_`"),
    "pages backwards": (lambda v1: list(v1.orders.iter_orders(7, from_=LATER, to=NOON)), "for `from_`"),
    "texts backwards": (
        lambda v1: v1.orders.get_executions(7, from_="2026-04-24T12:00:00Z", to="2026-04-24T13:00:00+02:00"),
        "a time before `to`",
    ),
    "a day for a time": (lambda v1: v1.orders.get_orders(7, to="2026-04-24"), "Expected a date-time for `to`"),
    "a time for a day": (
        lambda v1: v1.calendar.get_market_hours_calendar(date="2026-04-24T12:00:00Z"),
        "Expected a date for `date`",
    ),
    "bounds backwards": (changed(gte=LATER, lte=NOON), "'2026-04-24T13:00:00Z' as `gte`"),
    "between two days": (changed(gt="2026-04-24", lt="2026-04-25"), "'2026-04-24' as `gt` and '2026-04-25' as `lt`"),
    "within a moment": (changed(gte=NOON, lt=NOON), "swap them"),
    "after and before": (changed(gt=NOON, lte="2026-04-24T12:00:00+00:00"), "leave one out"),
    "a time without a zone": (
        changed(lt="2026-04-24T12:00:00"),
        r"`updated_at\.lt` but received '2026-04-24T12:00:00'",
    ),
    "a naive time": (changed(lt=NOON.replace(tzinfo=None)), "a time with a zone, or a day"),
    "a number": (changed(lt=5), "received 5;"),
    "no time": (changed(lt="soon"), "received 'soon';"),
    "an empty bound": (changed(lt=""), r"non-empty value for `updated_at\.lt`"),
    "an unknown bound": (changed(since=NOON), "Unknown field 'since'"),
    "no bounds": (lambda v1: v1.orders.get_orders(7, updated_at="2026-04-24"), "Expected a TimeRange"),
    "no contracts": (lambda v1: v1.instruments.get_option_contracts(expiry=None), "none of them"),
    "contracts twice": (
        lambda v1: v1.instruments.get_option_contracts(root="AAPL", contract_ids=["a"]),
        "`root` and `contract_ids`",
    ),
    "two roots": (lambda v1: v1.instruments.get_option_contracts(root="SPX", underlier="SPXW"), "not equal"),
    "no prices": (lambda v1: v1.instrument_data.market_data.get_snapshots(), "none of them"),
    "prices twice": (
        lambda v1: v1.instrument_data.market_data.get_snapshots(
            instrument_ids=["a"], underlying_instrument_id="b", expiry=DAY
        ),
        "`instrument_ids` and `underlying_instrument_id`",
    ),
    "half a chain": (
        lambda v1: v1.instrument_data.market_data.get_snapshots(underlying_instrument_id="b"),
        "give `expiry` too",
    ),
    "a day alone": (
        lambda v1: v1.instrument_data.market_data.get_snapshots(expiry=DAY),
        "give `underlying_instrument_id` too",
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_arguments_that_exclude_each_other_are_refused_before_sending(name: str) -> None:
    call, said = WAYS[name]
    service = Service()

    with pytest.raises(ArgumentError, match=said):
        call(service.client().v1)

    assert service.seen == []


@pytest.mark.parametrize(
    ("bounds", "sent"),
    [
        ({"gte": NOON, "lt": LATER}, {"gte": "2026-04-24T12:00:00Z", "lt": "2026-04-24T13:00:00Z"}),
        ({"gte": SECOND_HOUR, "lte": None}, {"gte": "2026-11-01T06:30:00Z"}),
        ({"gt": date(2026, 4, 24), "lte": "2026-04-25"}, {"gt": "2026-04-24", "lte": "2026-04-25"}),
        ({"gte": "2026-04-24", "lte": DAY}, {"gte": "2026-04-24", "lte": "2028-01-21"}),
        ({"gt": "2026-04-24T12:00:00.123456789Z"}, {"gt": "2026-04-24T12:00:00.123456789Z"}),
        (TimeRange(gte="2026-04-24", lte="2026-04-24"), {"gte": "2026-04-24", "lte": "2026-04-24"}),
        ({"gte": NOON, "lte": NOON}, {"gte": "2026-04-24T12:00:00Z", "lte": "2026-04-24T12:00:00Z"}),
    ],
)
def test_bounds_are_times_days_or_their_texts(bounds: Any, sent: dict[str, str]) -> None:
    service = Service((200, envelope([])))

    service.client().v1.orders.get_orders(7, updated_at=bounds, from_=FIRST_HOUR, to=SECOND_HOUR)

    params = dict(service.requests[0].url.params)
    times = {"from": "2026-11-01T05:30:00Z", "to": "2026-11-01T06:30:00Z"}
    assert params == times | {f"updated_at[{name}]": text for name, text in sent.items()}


TEXTS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "orders": (lambda v1: v1.orders.get_orders(7, from_="2026-04-24T12:00:00.123456789Z"), "12:00:00.123456789Z"),
    "fills": (lambda v1: v1.orders.get_executions(7, to="2026-04-24T12:00:00-04:00"), "12:00:00-04:00"),
    "hours": (lambda v1: v1.calendar.get_market_hours_calendar(date="2026-04-24"), "2026-04-24"),
    "contracts": (lambda v1: v1.instruments.get_option_contracts(root="A", expiry="2026-04-24"), "2026-04-24"),
    "prices": (
        lambda v1: v1.instrument_data.market_data.get_snapshots(underlying_instrument_id="A", expiry="2026-04-24"),
        "2026-04-24",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_of_a_time_or_a_day_is_sent_as_it_is(name: str) -> None:
    call, sent = TEXTS[name]
    service = Service((200, envelope([])))

    call(service.client().v1)

    assert service.requests[0].url.params[[*service.requests[0].url.params][-1]].endswith(sent)


def test_contracts_are_asked_for_under_either_name_or_both() -> None:
    service = Service(otherwise=(200, envelope([])))
    instruments = service.client().v1.instruments

    instruments.get_option_contracts(root="AAPL")
    instruments.get_option_contracts(underlier="AAPL")
    instruments.get_option_contracts(root="AAPL", underlier="AAPL")

    queries = [seen.request.url.query for seen in service.seen]
    assert queries == [b"root=AAPL", b"underlier=AAPL", b"root=AAPL&underlier=AAPL"]


def test_a_generic_path_takes_the_operation_with_its_literal_segment() -> None:
    service = Service(otherwise=(503, envelope(None, {"code": 503, "message": "no"})))
    client = service.client(max_retries=0)

    with pytest.raises(Exception, match="GET /v1/instruments/search: "):
        client.get("/v1/instruments/search", cast_to=dict, extra_query={"q": "apple"})
    with pytest.raises(Exception, match=r"GET /v1/instruments/\{instrument_id\}: "):
        client.get("/v1/instruments/AAPL", cast_to=dict)


def test_a_namespace_within_a_namespace_is_kept() -> None:
    v1 = ClearStreet.sandbox().v1

    assert v1.instrument_data.market_data is v1.instrument_data.market_data


def test_a_member_of_an_enum_is_a_text() -> None:
    service, statuses = Service(), ["NEW", 5]

    with pytest.raises(ArgumentError, match="Expected a string for `status` but received 5"):
        service.client().v1.orders.get_orders(7, status=statuses)  # type: ignore[arg-type]
    assert service.requests == []
