"""Orders: what is sent again, how they are followed, and what a call reports after its reply was lost."""

from __future__ import annotations

import json
import re
import sys
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street import (
    ORDER_TERMINAL_STATES,
    APIConnectionError,
    APIError,
    APIStatusError,
    ArgumentError,
    BadRequestError,
    ClearStreet,
    ConflictError,
    NotFoundError,
    OrderFailedError,
    WaitTimeoutError,
)
from clear_street._calls.kinds import KINDS
from clear_street._states import ORDER_OPEN_STATES, ORDER_STATES, ORDER_VAGUE_STATES
from clear_street.sandbox import Fault, Sandbox
from clear_street.types.v1 import NewOrderRequest, Order, OrderStatus
from support.client_modes import Mode, settled
from support.key_names import KEY_NAME
from support.scripted_service import ACCOUNT, LONG_AGO, NOW, Service, breaking, envelope, lost, reply, unsent

if TYPE_CHECKING:
    from collections.abc import Callable

SHARE = "0195f6d0-4f10-7b6a-9c3d-2e8f7a1b0c01"
NEW: Any = {"side": "BUY", "quantity": 10, "order_type": "LIMIT", "limit_price": "1", "time_in_force": "DAY"}
WANTED: Any = {**NEW, "symbol": "AAPL"}


def order(key: str = "key-0", **fields: Any) -> dict[str, Any]:
    """Make the row of an order as the service shows it."""
    return {
        "id": f"order-of-{key}",
        "account_id": ACCOUNT,
        "client_order_id": key,
        "venue": "XNAS",
        "side": "BUY",
        "quantity": "10",
        "order_type": "LIMIT",
        "time_in_force": "DAY",
        "status": "NEW",
        "filled_quantity": "0",
        "leaves_quantity": "10",
        "created_at": NOW,
        "updated_at": NOW,
        "instrument_id": SHARE,
        "symbol": "AAPL",
        "limit_price": "1.00",
        **fields,
    }


def listing(*rows: object) -> tuple[int, object]:
    return 200, envelope(list(rows))


def shown(code: int, /, **fields: Any) -> Callable[[httpx.Request], Any]:
    """Make a step that shows the order that was submitted."""
    return lambda request: (code, envelope([order(json.loads(request.content)[0]["id"], **fields)]))


def submit(client: Any, *rows: Any, **options: Any) -> Any:
    return client.v1.orders.submit_orders(ACCOUNT, orders=rows or [{**WANTED, "id": "key-0"}], **options)


def cancel(client: Any, **options: Any) -> Any:
    return client.v1.orders.cancel_open_order("order-of-key-0", account_id=ACCOUNT, **options)


def replace(client: Any, **options: Any) -> Any:
    return client.v1.orders.replace_order("order-of-key-0", account_id=ACCOUNT, limit_price="2.50", **options)


def close_all(client: Any, **options: Any) -> Any:
    return client.v1.positions.close_positions(ACCOUNT, **options)


def close_nobodys(client: Any) -> Any:
    return client.v1.positions.close_positions(0)


def cancel_all(client: Any) -> Any:
    return client.v1.orders.cancel_all_open_orders(ACCOUNT, side="BUY")


def failure(call: Callable[..., Any], service: Service, *arguments: Any, **options: Any) -> APIError:
    with pytest.raises(APIError) as raised:
        call(service.client(), *arguments, **options)
    return raised.value


def orders_of(error: APIError) -> list[str]:
    return [row.client_order_id for row in error.candidates if isinstance(row, Order)]


# --- The table --------------------------------------------------------------------------------------------------------


def test_the_states_of_orders_are_those_of_the_spec() -> None:
    assert {status.value for status in OrderStatus} == ORDER_STATES.known
    assert {status for status in OrderStatus if status.is_terminal} == ORDER_TERMINAL_STATES


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind is not None], ids=lambda kind: kind.noun)
def test_the_states_of_a_kind_contradict_each_other_nowhere(kind: Any) -> None:
    states = kind.states
    assert states.taken.isdisjoint(states.refused)
    assert states.cancelling.isdisjoint(states.too_late | states.too_late_by_409)
    assert states.failed <= states.terminal
    assert states.taken | states.refused | {states.undetermined} == states.known
    assert KINDS[kind.noun] is kind


def test_the_page_on_safety_has_every_state_where_the_table_has_it() -> None:
    page = (Path(__file__).parent.parent / "docs/safety.md").read_text(encoding="utf-8")
    table = page.partition("**States of orders**")[2].partition("\n\n**")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert [set(re.findall(r"`([A-Z_]+)`", row)) for row in rows] == [
        ORDER_STATES.terminal - ORDER_STATES.failed,
        ORDER_STATES.failed,
        ORDER_OPEN_STATES,
        ORDER_VAGUE_STATES,
    ]


# --- Submitting -------------------------------------------------------------------------------------------------------


def test_each_order_has_its_key_before_the_first_byte_leaves(mode: Mode) -> None:
    sandbox = Sandbox()
    response = mode.run(lambda: submit(mode.sandbox(sandbox), WANTED, {**WANTED, "id": "mine"}))
    made_up, mine = response.data
    assert mine.client_order_id == "mine"
    assert len(made_up.client_order_id) == 36
    assert response.accepted == response.data
    assert response.rejected == response.undetermined == []


def test_an_order_whose_reply_was_lost_is_found_by_its_key(mode: Mode) -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault.after_effect(), operation="submit_orders")
    response = mode.run(lambda: submit(mode.sandbox(sandbox), WANTED))
    assert response.reconciled
    assert response.data[0].status == "PENDING_NEW"
    assert [entry.kind for entry in sandbox.ledger].count("order_created") == 1
    assert [seen.operation for seen in sandbox.requests] == ["submit_orders", "get_orders"]


@pytest.mark.parametrize(("lag", "is_found"), [(0.3, True), (60.0, False)])
def test_an_order_that_the_list_shows_late_is_found_or_unknown(lag: float, is_found: bool) -> None:
    sandbox = Sandbox(list_lag=lag)
    sandbox.faults.add(Fault.after_effect(), operation="submit_orders")
    client = ClearStreet.sandbox(sandbox)

    if is_found:
        assert submit(client).reconciled
    else:
        with pytest.raises(APIConnectionError) as raised:
            submit(client)
        assert (raised.value.outcome_unknown, raised.value.outcomes) == (True, {"key-0": "unknown"})
    sandbox.clock.advance(60)

    assert [row.client_order_id for row in client.v1.orders.get_orders(ACCOUNT, order_ids=["key-0"])] == ["key-0"]
    assert [entry.kind for entry in sandbox.ledger].count("order_created") == 1
    assert [seen.operation for seen in sandbox.requests].count("submit_orders") == 1


def test_an_order_that_is_not_found_is_not_sent_again() -> None:
    service = Service(lost(), otherwise=listing())
    error = failure(submit, service)
    assert error.outcome_unknown
    assert error.outcomes == {"key-0": "unknown"}
    assert service.methods.count("POST") == 1
    assert "not known to refuse a used id" in str(error)


def test_it_is_sent_again_where_the_call_asks_for_that() -> None:
    service = Service()
    service.steps.extend([reply(200, [order("first")]), lost(), listing(), listing(), reply(200, [order("key-0")])])
    client = service.client()
    submit(client, {**WANTED, "id": "first"})
    response = submit(client, {**WANTED, "id": "key-0"}, resend_after_unknown=True)
    assert [row.client_order_id for row in response.data] == ["key-0"]
    assert service.methods.count("POST") == 3


def test_not_even_then_where_a_new_order_may_be_its_effect() -> None:
    service = Service(
        lost(), otherwise=lambda request: listing(*([] if "order_ids" in str(request.url) else [order("x")]))
    )
    error = failure(submit, service, resend_after_unknown=True)
    assert service.methods.count("POST") == 1
    assert orders_of(error) == ["x"]


@pytest.mark.parametrize(
    "listed",
    [
        [listing(order("x", id=None))],
        [listing(order("x")), listing()],
        [listing(order("x")), reply(500)],
        [reply(500)],
        [reply(403)],
        [lost()],
    ],
    ids=["no id", "gone", "unread later", "unread", "refused", "lost"],
)
def test_not_even_then_without_a_list_in_which_no_order_may_be_its_effect(listed: list[Any]) -> None:
    """One that was seen once may be its effect, even if a later list does not show it."""
    service = Service(reply(200, [order("first")]), lost())
    client = service.client()
    submit(client, {**WANTED, "id": "first"})
    *firsts, last = listed
    shown = iter(firsts)
    service.otherwise = lambda request: listing() if "order_ids" in str(request.url) else next(shown, last)
    with pytest.raises(APIConnectionError) as raised:
        submit(client, resend_after_unknown=True)
    assert (raised.value.outcomes, service.methods.count("POST")) == ({"key-0": "unknown"}, 2)


def test_an_order_is_found_by_its_key_where_the_others_cannot_be_read() -> None:
    rows = [{**WANTED, "id": "key-0"}, {**WANTED, "id": "key-1"}]
    service = Service(lost(), otherwise=lambda request: listing(order()) if "order_ids" in str(request.url) else lost())
    error = failure(submit, service, *rows)
    assert error.outcomes == {"key-0": "landed", "key-1": "unknown"}


@pytest.mark.parametrize("number", [1, 150], ids=["one order", "two chunks"])
def test_no_list_is_asked_for_once_the_deadline_has_passed(number: int) -> None:
    service = Service()
    service.steps.extend([lost(), service.taking(30.0, listing())])
    error = failure(submit, service, *({**WANTED, "id": f"key-{one}"} for one in range(number)), deadline=30.0)
    assert (error.outcome_unknown, service.methods) == (True, ["POST", "GET"])


@pytest.mark.parametrize(
    ("fields", "is_candidate"),
    [
        ({}, True),
        ({"quantity": "10.0"}, True),
        ({"quantity": "9"}, False),
        ({"side": "SELL"}, False),
        ({"order_type": "MARKET"}, False),
        ({"instrument_id": None, "symbol": None}, True),
        ({"symbol": "MSFT", "instrument_id": "0195f6d0-4f10-7b6a-9c3d-000000000000"}, False),
        ({"created_at": LONG_AGO}, False),
    ],
    ids=str,
)
def test_candidates_ask_for_the_same_and_are_not_older(fields: dict[str, Any], is_candidate: bool) -> None:
    rows = [order("somebody's", **fields)]
    service = Service(lost(), otherwise=lambda request: listing(*([] if "order_ids" in str(request.url) else rows)))
    assert orders_of(failure(submit, service)) == (["somebody's"] if is_candidate else [])


def test_an_order_with_another_id_of_its_instrument_is_no_candidate() -> None:
    rows = [order("somebody's", symbol=None, instrument_id="0195f6d0-4f10-7b6a-9c3d-000000000000")]
    service = Service(lost(), otherwise=lambda request: listing(*([] if "order_ids" in str(request.url) else rows)))
    assert orders_of(failure(submit, service, {**WANTED, "id": "key-0", "instrument_id": SHARE})) == []


def test_many_orders_are_looked_for_in_chunks() -> None:
    rows = [{**WANTED, "id": f"key-{number}"} for number in range(250)]

    def found(request: httpx.Request) -> Any:
        return listing(*(order(key) for key in request.url.params["order_ids"].split(",")))

    service = Service(lost(), otherwise=found)
    response = submit(service.client(), *rows)
    assert [row.client_order_id for row in response.data] == [row["id"] for row in rows]
    assert service.methods == ["POST", "GET", "GET", "GET"]


def test_a_look_that_fails_midway_settles_nothing() -> None:
    rows = [{**WANTED, "id": f"key-{number}"} for number in range(150)]
    error = failure(submit, Service(lost(), otherwise=reply(403)), *rows)
    assert set(error.outcomes.values()) == {"unknown"}


def test_an_order_that_the_look_shows_as_rejected_is_rejected() -> None:
    rejected = order(status="REJECTED", details=["Insufficient buying power"])
    error = failure(submit, Service(lost(), listing(rejected)))
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.outcome_unknown, error.outcomes) == (422, False, {"key-0": "rejected"})
    assert "Insufficient buying power" in str(error)


def test_an_order_that_was_rejected_without_a_reason_is_told_as_such() -> None:
    error = failure(submit, Service(lost(), listing(order(status="REJECTED"))))
    assert "key-0: no reason given" in str(error)


def test_a_refusal_is_definite(mode: Mode) -> None:
    sandbox = Sandbox()
    with pytest.raises(BadRequestError, match="Risk check failed") as raised:
        mode.run(lambda: submit(mode.sandbox(sandbox), {**WANTED, "quantity": 10**9}))
    assert raised.value.outcome_unknown is False
    assert list(raised.value.outcomes.values()) == ["rejected"]


def test_a_refusal_with_its_order_says_why() -> None:
    row = order(status="REJECTED", details=["BUYING_POWER"])
    error = failure(submit, Service((400, {**envelope([row]), "error": {"code": 400, "message": "Risk check failed"}})))
    assert isinstance(error, BadRequestError)
    assert (error.outcome_unknown, error.outcomes) == (False, {"key-0": "rejected"})
    assert [row.details for row in error.data if isinstance(row, Order)] == [["BUYING_POWER"]]


@pytest.mark.parametrize("unread", [1, 9])
def test_it_is_not_sent_again_while_new_orders_cannot_be_read(unread: int) -> None:
    """The list by ids shows that the service keeps keys, and not whether it knows the order by another one."""

    def answer(request: httpx.Request) -> Any:
        if request.method == "POST":
            return shown(200)(request)
        if "order_ids" in request.url.params:
            return listing(order())
        return listing() if service.methods.count("GET") > 2 * unread else reply(500)

    service = Service(lost(), otherwise=answer)
    rows = [{**WANTED, "id": "key-0"}, {**WANTED, "id": "key-1"}]
    if unread == 1:
        assert len(submit(service.client(), *rows, resend_after_unknown=True).data) == 2
        return
    error = failure(submit, service, *rows, resend_after_unknown=True)
    assert (error.outcomes, service.methods.count("POST")) == ({"key-0": "landed", "key-1": "unknown"}, 1)


def test_an_order_that_both_lists_of_a_look_show_is_one() -> None:
    rows = [{**WANTED, "id": "key-0"}, {**WANTED, "id": "key-1"}]
    error = failure(submit, Service(lost(), otherwise=listing(order())), *rows)
    assert error.outcomes == {"key-0": "landed", "key-1": "unknown"}


def test_a_refusal_without_words_is_definite_too() -> None:
    error = failure(submit, Service((400, {})))
    assert isinstance(error, BadRequestError)
    assert (error.outcome_unknown, error.outcomes) == (False, {"key-0": "rejected"})


def test_an_order_that_is_refused_without_its_row_has_its_key_and_no_id() -> None:
    rows = [{**WANTED, "id": "key-0"}, {**WANTED, "id": "key-1"}]
    client = Service((400, envelope([order()])), listing(order())).client(strict=True)
    response = submit(client, *rows)
    (refused,) = response.rejected
    assert (refused.client_order_id, refused.id, response.drift) == ("key-1", None, ())
    assert refused.to_dict()["details"] is None


def test_an_order_of_a_409_is_looked_for_whatever_the_words_of_its_row() -> None:
    service = Service(shown(409, status="REJECTED", details=["BUYING_POWER"]))
    service.otherwise = lambda request: listing(order(request.url.params["order_ids"]))
    assert submit(service.client(), WANTED).reconciled


def test_only_a_rejected_order_is_read_as_a_duplicate() -> None:
    service = Service(shown(200, status="QUEUED_ELSEWHERE", details=["The id was already used, and is free again"]))
    assert submit(service.client(), WANTED).undetermined
    assert service.methods == ["POST"]


def test_the_fixed_name_of_keys_of_instructions_is_none_of_orders() -> None:
    service = Service(listing(order()))
    client = service.client(idempotency_key_name=KEY_NAME)
    submit(client)
    assert json.loads(service.requests[0].content)[0]["id"] == "key-0"
    assert KEY_NAME not in json.loads(service.requests[0].content)[0]


def test_a_key_that_was_used_is_told_as_refused() -> None:
    sandbox = Sandbox()
    client = ClearStreet.sandbox(sandbox)
    submit(client, {**WANTED, "id": "mine"})
    with pytest.raises(BadRequestError, match="used before") as raised:
        submit(client, {**WANTED, "id": "mine"})
    assert raised.value.outcomes == {"mine": "rejected"}


def test_a_minted_key_that_is_called_used_is_looked_for() -> None:
    """A proxy sent the request twice: the second is refused, and the order is there."""
    service = Service()
    service.steps.append(reply(400, error="the id was used before on this account"))
    service.otherwise = lambda request: listing(order(request.url.params["order_ids"]))
    response = submit(service.client(), WANTED)
    assert (response.reconciled, response.data[0].status) == (True, "NEW")


def test_a_reply_without_its_order_leaves_it_undetermined() -> None:
    response = submit(Service(reply(200, [order("made-up")]), otherwise=listing()).client())
    (row,) = response.undetermined
    assert row.client_order_id == "key-0"
    assert "not mentioned" in repr(row)


def test_orders_without_ids_in_a_5xx_do_not_show_that_nothing_was_stored() -> None:
    rows = [order(status="REJECTED", id=None)]
    error = failure(submit, Service((503, envelope(rows)), otherwise=listing()), max_retries=0)
    assert (error.outcome_unknown, error.outcomes) == (True, {"key-0": "unknown"})


@pytest.mark.parametrize("other", [{"side": "SELL"}, {"symbol": "MSFT"}], ids=str)
def test_an_older_order_under_the_key_for_something_else_is_a_duplicate(other: dict[str, Any]) -> None:
    """An order shows its instrument by id and symbol, so another symbol is another instrument."""
    service = Service(lost(), otherwise=listing(order(**other, created_at=LONG_AGO)))
    error = failure(submit, service)
    assert isinstance(error, ConflictError)
    assert error.outcomes == {"key-0": "rejected"}


def test_what_cannot_be_right_is_refused_before_it_is_sent() -> None:
    client = Service().client()
    for wrong, said in (
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": 0}, "positive"),
        ({"quantity": "x"}, "positive"),
        ({"side": "BUYY"}, "side"),
        ({"order_type": "OTHER"}, "OTHER"),
        ({"symbol": None}, "instrument"),
        ({"limit_price": None}, "LIMIT needs"),
        ({"time_in_force": "GOOD_TILL_DATE"}, "GOOD_TILL_DATE needs"),
        ({"order_type": "STOP", "strategy": {"type": "TWAP"}, "stop_price": "1"}, "MARKET or LIMIT .* 'STOP'; .* TWAP"),
        ({"order_type": "MARKET", "strategy": {"type": "DMA"}}, "Expected LIMIT .* DMA"),
        ({"time_in_force": "GOOD_TILL_CANCEL", "strategy": {"type": "VWAP"}}, "Expected DAY .* VWAP"),
        ({"extended_hours": True, "strategy": {"type": "VWAP"}}, "without `extended_hours`"),
        ({"strategy": {"type": "DMA"}}, "destination"),
        ({"id": "a,b"}, "comma"),
        ({"id": "x" * 65}, "64"),
        ({"id": " "}, "comma"),
        ({"colour": "red"}, "colour"),
    ):
        with pytest.raises(ArgumentError, match=said):
            submit(client, {**WANTED, **wrong})
    batches: tuple[tuple[Any, str], ...] = (
        ([], "at least one"),
        (WANTED, "list of orders"),
        ([7], "dict"),
        ([{**WANTED, "id": "a"}, {**WANTED, "id": "a"}], "twice"),
    )
    for rows, said in batches:
        with pytest.raises(ArgumentError, match=said):
            client.v1.orders.submit_orders(ACCOUNT, orders=rows)


def test_numbers_and_models_go_out_as_the_api_takes_them() -> None:
    service = Service(reply(200, [order("a"), order("b")]))
    strategy = {"type": "DMA", "destination": "XNAS"}
    model = NewOrderRequest.from_dict({**WANTED, "quantity": "3", "id": "b", "strategy": strategy})
    submit(service.client(), {**WANTED, "id": "a", "limit_price": Decimal("1.50"), "strategy": None}, model)
    first, second = service.seen[0].json
    assert (first["quantity"], first["limit_price"], second["quantity"]) == ("10", "1.50", "3")
    assert second["strategy"] == strategy


@pytest.mark.parametrize("name", ["AT_THE_OPENING", "AT_OPEN", "AT_THE_CLOSE", "AT_CLOSE"])
def test_auctions_go_out_under_the_name_that_was_given(name: str) -> None:
    service = Service(reply(200, [order()]))
    submit(service.client(), {**WANTED, "id": "key-0", "time_in_force": name, "side": "SELL_SHORT"})
    assert (service.seen[0].json[0]["time_in_force"], service.seen[0].json[0]["side"]) == (name, "SELL_SHORT")


# --- Cancelling -------------------------------------------------------------------------------------------------------


def test_a_cancel_whose_reply_was_lost_is_sent_again(mode: Mode) -> None:
    service = Service(lost(), reply(200, order(status="PENDING_CANCEL")))
    response = mode.run(lambda: cancel(mode.client(service)))
    assert (response.data.status, service.methods) == ("PENDING_CANCEL", ["DELETE", "DELETE"])


@pytest.mark.parametrize("status", ["PENDING_CANCEL", "CANCELED"])
def test_a_404_after_a_lost_cancel_is_settled_by_looking(status: str) -> None:
    service = Service(lost(), reply(404), listing(order(status=status)))
    response = cancel(service.client())
    assert (response.reconciled, response.data.status) == (True, status)
    assert "order_ids=order-of-key-0" in service.seen[-1].path


@pytest.mark.parametrize("status", ["FILLED", "REJECTED", "EXPIRED"])
def test_an_order_that_ended_before_a_lost_cancel_came_too_late(status: str) -> None:
    error = failure(cancel, Service(lost(), reply(404), listing(order(status=status))))
    assert isinstance(error, ConflictError)
    assert error.outcome_unknown is False
    assert status in str(error)


def test_an_order_that_fills_while_its_cancel_is_lost_came_too_late() -> None:
    sandbox = Sandbox()
    client = ClearStreet.sandbox(sandbox)
    placed = submit(client, {**WANTED, "limit_price": "1000"}).data[0].id
    sandbox.faults.add(Fault.before_effect(delay=5.0), operation="cancel_open_order")

    with pytest.raises(ConflictError, match="FILLED") as raised:
        client.v1.orders.cancel_open_order(placed, account_id=ACCOUNT)

    assert (raised.value.outcome_unknown, len(raised.value.attempts)) == (False, 2)
    seen = [request.operation for request in sandbox.requests]
    assert seen == ["submit_orders", "cancel_open_order", "cancel_open_order", "get_orders"]


def test_an_order_that_is_open_after_a_lost_cancel_is_unknown() -> None:
    error = failure(cancel, Service(lost(), lost(), lost(), otherwise=listing(order(status="PARTIALLY_FILLED"))))
    assert error.outcome_unknown
    assert "cancel it again by the same id" in str(error)


def test_a_first_404_tells_in_which_state_the_order_is() -> None:
    error = failure(cancel, Service(reply(404), listing(order(status="FILLED"))))
    assert isinstance(error, NotFoundError)
    assert error.outcome_unknown is False
    assert [row.status for row in error.data] == ["FILLED"]
    assert "was FILLED" in str(error)


def test_an_order_may_be_named_by_its_key_too() -> None:
    service = Service(reply(200, order(status="PENDING_CANCEL")))
    response = service.client().v1.orders.cancel_open_order("key-0", account_id=ACCOUNT)
    assert response.data.id == "order-of-key-0"


def test_a_reply_about_another_order_is_no_answer() -> None:
    other = order("other", status="PENDING_CANCEL")
    service = Service(reply(200, other), listing(order(status="PENDING_CANCEL")))
    response = cancel(service.client())
    assert (response.reconciled, response.data.client_order_id) == (True, "key-0")


def test_a_streamed_cancel_that_breaks_off_is_settled_by_looking() -> None:
    service = Service(breaking(), listing(order(status="CANCELED")))
    orders = service.client().v1.orders.with_streaming_response
    with orders.cancel_open_order("order-of-key-0", account_id=ACCOUNT) as response:
        assert response.parse().data.status == "CANCELED"


def test_nothing_to_cancel_is_told_as_such(mode: Mode) -> None:
    sandbox = Sandbox(empty=True)
    sandbox.add_account(ACCOUNT)
    with pytest.raises(NotFoundError, match="nothing was cancelled, and nothing had to be") as raised:
        mode.run(lambda: mode.sandbox(sandbox).v1.orders.cancel_all_open_orders(ACCOUNT))
    assert raised.value.outcome_unknown is False


def test_only_a_404_says_that_nothing_had_to_be_cancelled() -> None:
    assert "nothing had to be" not in str(failure(cancel_all, Service(reply(403))))


def test_cancelling_all_is_never_repeated() -> None:
    service = Service(lost())
    error = failure(cancel_all, service)
    assert error.outcome_unknown
    assert service.methods == ["DELETE"]


# --- Replacing --------------------------------------------------------------------------------------------------------


def test_a_replacement_is_sent_again_while_nothing_was_done(mode: Mode) -> None:
    service = Service(unsent(), reply(429), reply(200, order(status="PENDING_REPLACE", limit_price="2.5")))
    assert mode.run(lambda: replace(mode.client(service))).data.limit_price == "2.5"


@pytest.mark.parametrize("status", ["PENDING_REPLACE", "NEW", "FILLED"])
def test_a_lost_replacement_is_settled_where_its_values_show(status: str) -> None:
    service = Service(lost(), listing(order(status=status, limit_price="2.5")))
    response = replace(service.client())
    assert (response.reconciled, response.data.status) == (True, status)
    assert service.methods == ["PATCH", "GET"]


@pytest.mark.parametrize(
    ("shown", "is_settled"),
    [
        ({"trailing_offset": "0.50", "trailing_offset_type": "PRICE"}, True),
        ({"trailing_offset": "0.5", "trailing_offset_type": "BPS"}, False),
        ({"trailing_offset": "0.7", "trailing_offset_type": "PRICE"}, False),
        ({"trailing_offset": "0.5", "trailing_offset_type": None}, False),
        ({"trailing_offset": "0.5"}, False),
    ],
    ids=str,
)
def test_a_lost_replacement_is_settled_by_all_of_its_values(shown: dict[str, Any], is_settled: bool) -> None:
    service = Service(lost(), otherwise=listing(order(**shown)))
    change: Any = {"trailing_offset": "0.5", "trailing_offset_type": "PRICE"}
    orders = service.client().v1.orders
    if is_settled:
        assert orders.replace_order("order-of-key-0", account_id=ACCOUNT, **change).reconciled
        return
    with pytest.raises(APIConnectionError) as raised:
        orders.replace_order("order-of-key-0", account_id=ACCOUNT, **change)
    assert raised.value.outcome_unknown


def test_a_lost_replacement_of_an_order_that_filled_came_too_late() -> None:
    error = failure(replace, Service(lost(), listing(order(status="FILLED"))))
    assert isinstance(error, ConflictError)
    assert "can no longer be replaced" in str(error)


def test_a_lost_replacement_whose_values_do_not_show_is_unknown() -> None:
    service = Service(lost(), otherwise=listing(order()))
    error = failure(replace, service)
    assert error.outcome_unknown
    assert service.methods.count("PATCH") == 1


def test_a_streamed_replacement_that_breaks_off_is_settled_by_looking() -> None:
    service = Service(breaking(), listing(order(limit_price="2.50")))
    orders = service.client().v1.orders.with_streaming_response
    with orders.replace_order("order-of-key-0", account_id=ACCOUNT, limit_price="2.50") as response:
        assert response.parse().reconciled


def test_a_replacement_changes_something() -> None:
    with pytest.raises(ArgumentError, match="Nothing to change"):
        Service().client().v1.orders.replace_order("o", account_id=ACCOUNT)


def test_a_replacement_by_its_path_is_never_repeated() -> None:
    bodies: list[tuple[Any, bool]] = [
        ({"limit_price": "1"}, True),
        ({"limit_price": "2"}, False),
        ({}, False),
        ([], False),
    ]
    for body, is_settled in bodies:
        service = Service(lost(), otherwise=listing(order("o", id="o")))
        path = f"/v1/accounts/{ACCOUNT}/orders/o"
        if is_settled:
            assert service.client().patch(path, cast_to=dict, body=body)["data"]["id"] == "o"
        else:
            with pytest.raises(APIConnectionError):
                service.client().patch(path, cast_to=dict, body=body)
        assert service.methods.count("PATCH") == 1


def test_orders_by_their_path_are_submitted_by_the_same_rules() -> None:
    service = Service(lost(), listing(order()))
    path = f"/v1/accounts/{ACCOUNT}/orders"
    body: Any = service.client().post(path, cast_to=dict, body=[{**WANTED, "id": "key-0"}])
    assert body["data"][0]["id"] == "order-of-key-0"


# --- Following --------------------------------------------------------------------------------------------------------


def test_a_watch_tells_each_state_and_each_fill(mode: Mode) -> None:
    sandbox = Sandbox()
    sandbox.plan_orders(then=["PARTIALLY_FILLED", "PARTIALLY_FILLED", "FILLED"])
    client = mode.sandbox(sandbox)

    async def story() -> list[tuple[Any, ...]]:
        response = await settled(submit(client, {**WANTED, "order_type": "MARKET", "limit_price": None, "id": "a"}))
        watch = client.v1.orders.watch_orders(ACCOUNT, order_ids=[response.data[0].id])
        told: list[Any] = [change async for change in watch] if mode.is_async else list(watch)
        return [(c.previous_status, c.previous_filled_quantity, c.order.status, c.order.filled_quantity) for c in told]

    told = mode.play(story)
    assert told == [
        (None, None, "PENDING_NEW", "0"),
        ("PENDING_NEW", "0", "PARTIALLY_FILLED", "5"),
        ("PARTIALLY_FILLED", "5", "PARTIALLY_FILLED", "7"),
        ("PARTIALLY_FILLED", "7", "FILLED", "10"),
    ]


def test_a_wait_ends_when_every_order_is_filled(mode: Mode) -> None:
    sandbox = Sandbox()
    client = mode.sandbox(sandbox)

    async def story() -> list[Order]:
        market = {**WANTED, "order_type": "MARKET", "limit_price": None}
        response = await settled(submit(client, {**market, "id": "a"}, {**market, "id": "b"}))
        first, second = response.data
        assert (await settled(client.v1.orders.wait_for_order("a", account_id=ACCOUNT))).status == "FILLED"
        rows: list[Order] = await settled(
            client.v1.orders.wait_for_orders([second.id, "a", first.id], account_id=ACCOUNT)
        )
        return rows

    assert [row.client_order_id for row in mode.play(story)] == ["b", "a", "a"]


@pytest.mark.parametrize("status", ["CANCELED", "REJECTED", "EXPIRED"])
def test_a_wait_for_an_order_that_fails_tells_so(status: str) -> None:
    service = Service(otherwise=listing(order(status=status, filled_quantity="4", details=["too far away"])))
    with pytest.raises(OrderFailedError, match=f"{status}: too far away") as raised:
        service.client().v1.orders.wait_for_order("key-0", account_id=ACCOUNT)
    assert (raised.value.order.filled_quantity, raised.value.states) == ("4", {"key-0": status})
    assert [state.status for state in raised.value.history] == [status]


def test_a_wait_may_be_for_any_states() -> None:
    service = Service(otherwise=listing(order(status="CANCELED")))
    orders = service.client().v1.orders
    assert orders.wait_for_order("key-0", account_id=ACCOUNT, until="CANCELED").status == "CANCELED"
    with pytest.raises(ArgumentError, match="CANCELED"):
        orders.wait_for_order("key-0", account_id=ACCOUNT, until="CANCELLED")


def test_an_order_that_never_appears_ends_a_wait() -> None:
    service = Service(otherwise=listing())
    with pytest.raises(WaitTimeoutError, match="order key-0 did not appear"):
        service.client().v1.orders.wait_for_order("key-0", account_id=ACCOUNT, grace=5)


@pytest.mark.parametrize("status", sorted(ORDER_STATES.known - ORDER_STATES.terminal))
def test_other_states_do_not_end_a_wait(status: str) -> None:
    service = Service(listing(order(status=status)), otherwise=listing(order(status="FILLED")))
    assert service.client().v1.orders.wait_for_order("key-0", account_id=ACCOUNT).status == "FILLED"


def test_a_wait_reads_orders_by_their_ids_in_chunks() -> None:
    ids = [f"key-{number}" for number in range(150)]

    def found(request: httpx.Request) -> Any:
        return listing(*(order(key, status="FILLED") for key in request.url.params["order_ids"].split(",")))

    service = Service(otherwise=found)
    rows = service.client().v1.orders.wait_for_orders(ids, account_id=ACCOUNT)
    assert [row.client_order_id for row in rows] == ids
    assert len(service.seen) == 2


def test_watches_share_a_reading_whatever_each_asks_for() -> None:
    service = Service(otherwise=lambda request: listing(
        *(order(key, status="FILLED") for key in request.url.params["order_ids"].split(","))
    ))  # fmt: skip
    orders = service.client().v1.orders
    first = orders.watch_orders(ACCOUNT, order_ids=["a"])
    second = orders.watch_orders(ACCOUNT, order_ids=["a", "b"])
    assert next(first).order.client_order_id == "a"
    assert {next(second).order.client_order_id, next(second).order.client_order_id} == {"a", "b"}
    third = orders.watch_orders(ACCOUNT, order_ids=["b"])
    assert next(third).order.client_order_id == "b"
    assert len(service.seen) == 2


def test_a_wait_that_joins_others_soon_reads_its_own_ids() -> None:
    service = Service(otherwise=lambda request: listing(
        *(order(key, status="NEW") for key in request.url.params["order_ids"].split(",") if key == "a")
    ))  # fmt: skip
    orders = service.client().v1.orders
    other = orders.watch_orders(ACCOUNT, order_ids=["a"])
    next(other)
    with pytest.raises(WaitTimeoutError):
        orders.wait_for_order("z", account_id=ACCOUNT, grace=30)  # meanwhile the ticks become rare
    began = service.clock.monotonic()
    service.otherwise = reply(503)
    with pytest.raises(WaitTimeoutError, match="was not looked for: the account's list could not be read"):
        orders.wait_for_order("b", account_id=ACCOUNT, deadline=20)
    assert next(time for time in service.times if time > began) == began + 0.5


def test_waits_may_join_from_many_threads_while_others_read() -> None:
    service = Service()
    service.otherwise = lambda request: listing(*map(order, request.url.params["order_ids"].split(",")))
    orders = service.client().v1.orders
    watches = [orders.watch_orders(ACCOUNT, order_ids=[f"key-{number}"]) for number in range(250)]
    told: list[str | None] = []
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda part=part: told.extend(next(one).order.client_order_id for one in part))
            for part in (watches[start::4] for start in range(4))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    finally:
        sys.setswitchinterval(interval)
    assert len(told) == len(watches)


@pytest.mark.parametrize("ids", [None, [], "key-0"], ids=repr)
def test_a_watch_of_orders_needs_their_ids(ids: Any) -> None:
    with pytest.raises(ArgumentError, match="`ids`"):
        Service().client().v1.orders.watch_orders(ACCOUNT, order_ids=ids)


def test_a_cancelled_order_of_which_more_was_filled_has_left_no_state(caplog: pytest.LogCaptureFixture) -> None:
    ended = order(status="CANCELED", filled_quantity="4")
    service = Service(listing(ended, order("b")), listing({**ended, "filled_quantity": "5"}, order("b")))
    changes = service.client().v1.orders.watch_orders(ACCOUNT, order_ids=["key-0", "b"])
    told = [next(changes) for _ in range(3)]
    assert [(c.order.filled_quantity, c.is_anomaly) for c in told] == [("4", False), ("0", False), ("5", False)]
    assert "left the terminal state" not in caplog.text


def test_the_orders_of_a_close_are_followed_in_one_line(mode: Mode) -> None:
    client = mode.sandbox(Sandbox())

    async def story() -> Any:
        closed = await settled(client.v1.positions.close_position("AAPL", account_id=ACCOUNT))
        return await settled(client.v1.orders.wait_for_orders_of(closed))

    (filled,) = mode.play(story)
    assert (filled.symbol, filled.status) == ("AAPL", "FILLED")


def test_a_reply_without_orders_needs_no_wait(mode: Mode) -> None:
    service = Service(reply(200, []))
    client = mode.client(service)

    async def story() -> Any:
        closed = await settled(client.v1.positions.close_positions(ACCOUNT))
        return await settled(client.v1.orders.wait_for_orders_of(closed))

    assert mode.play(story) == []
    assert len(service.seen) == 1


def test_orders_of_two_accounts_are_not_followed_at_once() -> None:
    client = Service(reply(200, [order()]), reply(200, order())).client()
    response = submit(client)
    response.data.append(Order.from_dict(order("b", account_id=1)))
    with pytest.raises(ArgumentError, match="one account"):
        client.v1.orders.wait_for_orders_of(response)
    one: Any = replace(client)
    with pytest.raises(ArgumentError, match="wait_for_order"):
        client.v1.orders.wait_for_orders_of(one)


# --- What a close may have done ---------------------------------------------------------------------------------------


def test_a_close_tells_which_orders_may_be_its_effect(mode: Mode) -> None:
    sandbox = Sandbox()
    client = mode.sandbox(sandbox)

    async def story() -> APIError:
        await settled(submit(client, {**WANTED, "id": "before"}))
        sandbox.clock.advance(60)
        sandbox.faults.add(Fault.after_effect(), operation="close_position")
        with pytest.raises(APIConnectionError) as raised:
            await settled(client.v1.positions.close_position("AAPL", account_id=ACCOUNT))
        return raised.value

    error = mode.play(story)
    assert error.outcome_unknown
    assert [row.symbol for row in error.candidates] == ["AAPL"]
    assert "before" not in orders_of(error)
    assert [seen.operation for seen in sandbox.requests].count("close_position") == 1


@pytest.mark.parametrize(
    ("instrument", "vague"),
    [("AAPL", ["by its id", "by its symbol"]), (SHARE, ["by its symbol"])],
    ids=["symbol", "id"],
)
def test_orders_in_another_instrument_are_no_effect_of_a_close(instrument: str, vague: list[str]) -> None:
    """An order that shows one name of its instrument alone may be the effect, except where two ids differ."""
    other = {"symbol": "MSFT", "instrument_id": "0195f6d0-4f10-7b6a-9c3d-000000000000"}
    rows = [
        order("by both", **other),
        order("by its id", **{**other, "symbol": None}),
        order("by its symbol", **{**other, "instrument_id": None}),
    ]

    def close(client: Any) -> Any:
        return client.v1.positions.close_position(instrument, account_id=ACCOUNT)

    assert orders_of(failure(close, Service(lost(), otherwise=listing(*rows)))) == vague


@pytest.mark.parametrize(
    "first",
    [listing(), lost(), breaking(), reply(500), reply(429), reply(403, [order(account_id=1)])],
    ids=["nothing", "lost", "broken off", "500", "429", "another account"],
)
def test_a_close_looks_again_as_the_list_may_lag_or_not_come(first: Any) -> None:
    service = Service(lost(), first, listing(order()))
    error = failure(close_all, service)
    assert orders_of(error) == ["key-0"]
    assert service.methods == ["DELETE", "GET", "GET"]


def test_a_close_does_not_look_again_where_the_list_is_refused() -> None:
    service = Service(lost(), reply(403))
    assert failure(close_all, service).outcome_unknown
    assert service.methods == ["DELETE", "GET"]


@pytest.mark.parametrize(("asked", "deadline", "times"), [(60, 61, [0, 60]), (61, 90, [0]), (30, 30, [0])])
def test_a_close_looks_when_the_service_may_be_asked_again(asked: int, deadline: float, times: list[float]) -> None:
    """A wait of more than a minute, or up to the deadline, is not begun."""
    service = Service(reply(503, headers={"Retry-After": str(asked)}), listing(order()))
    error = failure(close_all, service, deadline=deadline)
    assert (error.outcome_unknown, service.times, service.clock.monotonic()) == (True, times, times[-1])


def test_an_order_without_an_id_may_be_an_effect_and_an_older_one_not() -> None:
    rows = [order("older", created_at=LONG_AGO), order("without an id", id=None)]
    assert orders_of(failure(close_all, Service(lost(), listing(*rows)))) == ["without an id"]


@pytest.mark.parametrize(("deadline", "looks"), [(30.0, 4), (0.1, 1)])
def test_a_close_looks_four_times_at_most_and_within_its_deadline(deadline: float, looks: int) -> None:
    service = Service(lost(), otherwise=listing())
    began = service.clock.monotonic()
    error = failure(close_all, service, deadline=deadline)
    assert (error.candidates, error.outcome_unknown) == ((), True)
    assert service.methods == ["DELETE", *["GET"] * looks]
    assert service.clock.monotonic() - began <= deadline


@pytest.mark.parametrize(
    "step", [lost, lambda: reply(403), lambda: reply(200, [order()], headers={})], ids=["lost", "refused", "read"]
)
def test_a_close_keeps_its_own_error_whatever_the_look_comes_to(step: Any) -> None:
    service = Service(lost(), otherwise=lambda _: step())
    error = failure(close_all, service)
    assert isinstance(error, APIConnectionError)
    assert error.outcome_unknown


def test_a_close_does_not_look_past_its_deadline() -> None:
    service = Service()
    service.steps.append(service.taking(10.0, lost()))
    error = failure(close_all, service, deadline=10.0)
    assert error.candidates == ()
    assert service.methods == ["DELETE"]


def test_nothing_is_looked_for_on_account_0_which_is_nobodys() -> None:
    service = Service(lost())
    error = failure(close_nobodys, service)
    assert (error.candidates, service.methods, service.clock.monotonic()) == ((), ["DELETE"], 0)


def test_what_a_close_looks_at_is_asked_for_from_its_own_beginning() -> None:
    service = Service(reply(200, []), lost(), otherwise=listing(order()))
    client = service.client()
    client.v1.positions.close_positions(ACCOUNT)
    service.clock.advance(3600)
    with pytest.raises(APIConnectionError):
        client.v1.positions.close_positions(ACCOUNT)
    begun = service.clock.now() - timedelta(minutes=1)
    asked = httpx.URL(f"https://example.com{service.seen[-1].path}").params["from"]
    assert asked[:13] == begun.isoformat()[:13]
