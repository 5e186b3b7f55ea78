"""The sandbox's other operations: accounts, orders, instruments, the calendar, prices; and the end of a day."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street.market import Market
from clear_street.sandbox import Fault, Sandbox, SandboxClock, SandboxTransport
from clear_street.sandbox.paths import PATHS, route
from clear_street.sandbox.world import EXAMPLE_ORDER_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = 122503
CALL = "AAPL 280121C00195000"
EXPIRING = "AAPL 260424C00260000"
EXPIRING_PUT = "SPY 260424P00700000"
ORDERS = f"/v1/accounts/{ACCOUNT}/orders"
CONTRACTS = "/v1/instruments/options/contracts"
HOURS = "/v1/calendars/market-hours"
SNAPSHOTS = "/v1/market-data/snapshot"

ORDER = {
    "id",
    "account_id",
    "client_order_id",
    "venue",
    "side",
    "quantity",
    "order_type",
    "time_in_force",
    "status",
    "filled_quantity",
    "leaves_quantity",
    "created_at",
    "updated_at",
}
ACCOUNT_ROW = {
    "id",
    "account_holder_entity_id",
    "full_name",
    "short_name",
    "open_date",
    "options_level",
    "status",
    "subtype",
    "type",
}
BALANCES = {
    "account_id",
    "currency",
    "margin_type",
    "sod",
    "buying_power",
    "equity",
    "long_market_value",
    "settled_cash",
    "trade_cash",
    "withdrawable_cash",
    "unsettled_credits",
    "unsettled_debits",
    "open_order_adjustment",
    "unrealized_pnl",
    "daily_unrealized_pnl",
    "daily_realized_pnl",
    "daily_pnl",
    "daily_change",
}
CONTRACT = {
    "id",
    "symbol",
    "contract_type",
    "strike_price",
    "expiry",
    "multiplier",
    "exercise_style",
    "listing_type",
    "currency",
    "exchange",
    "is_tradable",
    "is_marginable",
    "is_liquidation_only",
}
INSTRUMENT = {
    "id",
    "symbol",
    "venue",
    "country_of_issue",
    "currency",
    "is_tradable",
    "is_marginable",
    "is_fractionable",
    "is_liquidation_only",
    "is_short_prohibited",
    "is_threshold_security",
    "is_ptp",
    "easy_to_borrow",
}


class Service:
    """Plain requests over httpx to a sandbox in process."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = httpx.Client(
            transport=SandboxTransport(sandbox), base_url="http://sandbox", headers={"Authorization": "Bearer key"}
        )

    def __call__(self, method: str, path: str, body: object = None, **query: str) -> httpx.Response:
        return self.client.request(method, path, json=body, params=query or None)

    def data(self, path: str, **query: str) -> Any:
        response = self("GET", path, **query)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def refused(self, path: str, **query: str) -> int:
        response = self("GET", path, **query)
        assert response.json()["data"] is None
        return response.status_code

    def submit(self, *rows: dict[str, Any], account: int = ACCOUNT) -> httpx.Response:
        return self("POST", f"/v1/accounts/{account}/orders", list(rows))

    def order(self, order_id: str) -> Any:
        return self.data(f"{ORDERS}/{order_id}")

    def after(self, seconds: float, order_id: str) -> tuple[str, str, str]:
        self.sandbox.clock.advance(seconds)
        row = self.order(order_id)
        return row["status"], row["filled_quantity"], row["leaves_quantity"]

    def instruct(self, symbol: str, quantity: int, kind: str = "EXERCISE", account: int = ACCOUNT) -> httpx.Response:
        row = {
            "instruction_type": kind,
            "instrument_id": self.sandbox.add_instrument(symbol),
            "quantity": f"{quantity}",
        }
        return self("POST", f"/v1/accounts/{account}/positions/instructions", [row])

    def positions(self, account: int = ACCOUNT) -> dict[str, str]:
        return {row["symbol"]: row["quantity"] for row in self.data(f"/v1/accounts/{account}/positions")}

    def cash(self, account: int = ACCOUNT) -> Decimal:
        return Decimal(self.data(f"/v1/accounts/{account}/balances")["trade_cash"])


def buy(symbol: str = "AAPL", quantity: str = "10", **fields: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "side": "BUY",
        "quantity": quantity,
        "order_type": "MARKET",
        "time_in_force": "DAY",
        **fields,
    }


def limit(price: str, **fields: Any) -> dict[str, Any]:
    return buy(**{"order_type": "LIMIT", "limit_price": price, **fields})


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def service(sandbox: Sandbox) -> Iterator[Service]:
    made = Service(sandbox)
    with made.client:
        yield made


@pytest.fixture
def today(sandbox: Sandbox, service: Service) -> Service:
    sandbox.dialect = "today"
    return service


# --- Accounts ---------------------------------------------------------------------------------------------------------


def test_the_accounts_are_those_that_the_key_may_see(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(7, api_keys=["other"])
    rows = service.data("/v1/accounts")
    assert [row["id"] for row in rows] == [0, ACCOUNT, 122504]
    assert all(row.keys() - {"close_date"} == ACCOUNT_ROW for row in rows)
    assert service.client.get("/v1/accounts", headers={"Authorization": "Bearer other"}).json()["data"][1]["id"] == 7


def test_accounts_are_found_by_a_prefix_and_a_part_of_the_name(service: Service) -> None:
    def found(**query: str) -> list[int]:
        return [row["id"] for row in service.data("/v1/accounts", **query)]

    assert found(account_id="1225") == [ACCOUNT, 122504]
    assert found(account_name="TRADING") == [ACCOUNT]
    assert found(account_id="1225", account_name="savings") == [122504]
    assert found(account_id="0", account_name="savings") == []
    assert found(page_size="1") == [0]


def test_an_account_has_personal_details(service: Service) -> None:
    row = service.data(f"/v1/accounts/{ACCOUNT}")
    personal = {"country_of_tax_residency", "date_of_birth", "mailing_address", "phone_number"}
    assert row.keys() - {"close_date"} == ACCOUNT_ROW | personal
    assert service.refused("/v1/accounts/5") == 404
    assert service.refused("/v1/accounts/999999") == 403


def test_only_the_accounts_of_today_say_what_their_holder_is(today: Service) -> None:
    assert today.data(f"/v1/accounts/{ACCOUNT}")["account_holder_entity_kind"] == "LEGAL_ENTITY"
    assert today.data("/v1/accounts")[0]["account_holder_entity_kind"] == "LEGAL_ENTITY"


def test_balances_are_of_cash_and_positions(service: Service) -> None:
    row = service.data(f"/v1/accounts/{ACCOUNT}/balances")
    assert row.keys() == BALANCES | {"short_market_value", "multiplier", "margin_details"}
    values = [Decimal(each["market_value"]) for each in service.data(f"/v1/accounts/{ACCOUNT}/positions")]
    assert Decimal(row["long_market_value"]) == sum(value for value in values if value > 0)
    assert Decimal(row["short_market_value"]) == sum(value for value in values if value < 0)
    assert Decimal(row["equity"]) == 250000 + sum(values)
    assert (row["margin_type"], row["trade_cash"], row["open_order_adjustment"]) == ("REG_T", "250000", "0")
    assert "top_contributors" not in row["margin_details"]


def test_only_a_margin_account_has_margin_details(service: Service) -> None:
    row = service.data("/v1/accounts/122504/balances")
    assert row.keys() == BALANCES | {"short_market_value", "multiplier"}
    assert (row["margin_type"], row["multiplier"], row["buying_power"]) == ("NONE", "1", "20000")


def test_the_largest_contributors_to_margin_come_when_asked_for(service: Service) -> None:
    balances = f"/v1/accounts/{ACCOUNT}/balances"
    rows = service.data(balances, top_margin_contributors_limit="2")["margin_details"]["top_contributors"]
    assert [row["underlying_instrument_id"] for row in rows] == [
        service.sandbox.add_instrument("AAPL"),
        service.sandbox.add_instrument("TSLA"),
    ]
    for wrong in ("0", "x", ""):
        assert service.refused(balances, top_margin_contributors_limit=wrong) == 400


def test_today_margin_is_told_overnight_too(today: Service) -> None:
    details = today.data(f"/v1/accounts/{ACCOUNT}/balances", top_margin_contributors_limit="1")["margin_details"]
    assert {"overnight_margin_requirement", "overnight_margin_excess"} <= details.keys()
    assert details["intraday_details"]["multiplier"] == "4"
    assert details["overnight_details"]["multiplier"] == "2"
    assert "overnight_margin_requirement" in details["top_contributors"][0]


def test_an_open_order_takes_buying_power_and_a_fill_moves_cash(service: Service) -> None:
    balances = f"/v1/accounts/{ACCOUNT}/balances"
    before = service.data(balances)
    service.submit(limit("200", quantity="5"))
    during = service.data(balances)
    assert during["open_order_adjustment"] == "-1000"
    assert Decimal(before["buying_power"]) - Decimal(during["buying_power"]) == 1000
    service.sandbox.clock.advance(5)
    service.sandbox.set_price("AAPL", "199.5")
    after = service.data(balances)
    assert (after["trade_cash"], after["settled_cash"], after["unsettled_debits"]) == ("249002.5", "250000", "997.5")
    assert after["sod"]["trade_cash"] == "250000"


def test_what_is_sold_is_gained_today(service: Service) -> None:
    balances = f"/v1/accounts/{ACCOUNT}/balances"
    service.submit(buy(side="SELL", quantity="100"))
    service.sandbox.clock.advance(5)
    row = service.data(balances)
    assert row["daily_realized_pnl"] == "8128"
    assert (row["unsettled_credits"], row["withdrawable_cash"]) == ("26940", "250000")
    service.sandbox.clock.advance(86400)
    assert service.data(balances)["daily_realized_pnl"] == "0"


# --- The lives of orders ----------------------------------------------------------------------------------------------


def test_an_order_is_taken_and_fills(sandbox: Sandbox, service: Service) -> None:
    response = service.submit(buy(id="mine"))
    assert response.status_code == 200
    [row] = response.json()["data"]
    assert row.keys() >= ORDER
    assert (row["status"], row["client_order_id"], row["symbol"]) == ("PENDING_NEW", "mine", "AAPL")
    assert row["created_at"] == "2026-04-24T14:30:00.000000000Z"
    assert service.after(0.2, row["id"]) == ("NEW", "0", "10")
    assert service.after(1, row["id"]) == ("FILLED", "10", "0")
    assert service.order(row["id"])["average_fill_price"] == "269.4"
    assert service.positions()["AAPL"] == "310"
    assert [(entry.kind, entry.status, entry.key) for entry in sandbox.ledger] == [
        ("order_created", "PENDING_NEW", "mine"),
        ("order_settled", "NEW", "mine"),
        ("order_filled", "FILLED", "mine"),
    ]


def test_an_order_without_an_id_gets_one(service: Service) -> None:
    first, second = service.submit(buy(), buy(id=None)).json()["data"]
    assert first["client_order_id"] != second["client_order_id"]


def test_a_limit_waits_for_its_price(sandbox: Sandbox, service: Service) -> None:
    [low, high] = service.submit(limit("250"), limit("269.4")).json()["data"]
    [sell, _] = service.submit(limit("300", side="SELL"), limit("1", symbol="TSLA")).json()["data"]
    assert service.after(60, low["id"])[0] == "NEW"
    assert service.order(high["id"])["status"] == "FILLED"
    sandbox.set_price("AAPL", "250")
    assert service.order(low["id"])["average_fill_price"] == "250"
    sandbox.set_price("AAPL", "301")
    assert service.order(sell["id"])["average_fill_price"] == "301"


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"order_type": "STOP", "stop_price": "280"}, "281"),
        ({"order_type": "STOP", "stop_price": "260", "side": "SELL"}, "259"),
        ({"order_type": "STOP_LIMIT", "stop_price": "280", "limit_price": "285"}, "281"),
    ],
)
def test_a_stop_waits_for_its_trigger(sandbox: Sandbox, service: Service, fields: dict[str, str], price: str) -> None:
    [row] = service.submit(buy(**fields)).json()["data"]
    assert service.after(60, row["id"])[0] == "NEW"
    sandbox.set_price("AAPL", price)
    assert service.order(row["id"])["status"] == "FILLED"


def test_a_trailing_order_waits(sandbox: Sandbox, service: Service) -> None:
    trailing = {"order_type": "TRAILING_STOP", "trailing_offset": "1", "trailing_offset_type": "PRICE"}
    [row] = service.submit(buy(**trailing)).json()["data"]
    assert service.after(60, row["id"])[0] == "NEW"
    sandbox.settle(row["id"], "FILLED")
    assert service.after(0, row["id"]) == ("FILLED", "10", "0")


@pytest.mark.parametrize("kind", ["IMMEDIATE_OR_CANCEL", "FILL_OR_KILL"])
def test_an_order_that_may_not_wait_is_cancelled(service: Service, kind: str) -> None:
    [row, other] = service.submit(limit("1", time_in_force=kind), buy(time_in_force=kind)).json()["data"]
    assert service.after(5, row["id"]) == ("CANCELED", "0", "0")
    assert service.order(other["id"])["status"] == "FILLED"


def test_what_has_no_price_does_not_fill(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_instrument("QUIET")
    [row] = service.submit(buy("QUIET", "1")).json()["data"]
    assert service.after(60, row["id"])[0] == "NEW"


def test_an_order_can_be_planned_to_fill_in_parts(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(instrument="TSLA", then=["PARTIALLY_FILLED", "FILLED"], after=2)
    [row] = service("DELETE", f"/v1/accounts/{ACCOUNT}/positions/TSLA").json()["data"]
    assert row["status"] == "NEW"
    assert service.after(2, row["id"]) == ("PARTIALLY_FILLED", "20", "20")
    assert service.positions()["TSLA"] == "-20"
    assert service.after(2, row["id"]) == ("FILLED", "40", "0")
    assert "TSLA" not in service.positions()
    rows = service.data(f"/v1/accounts/{ACCOUNT}/executions", order_ids=row["id"])
    assert [(each["quantity"], each["price"], each["side"]) for each in rows] == [("20", "402.1", "BUY")] * 2


def test_a_close_can_be_planned_to_be_refused(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(then="REJECTED", reason="The market is halted")
    [row] = service("DELETE", f"/v1/accounts/{ACCOUNT}/positions/TSLA").json()["data"]
    assert service.after(1, row["id"]) == ("REJECTED", "0", "0")
    assert service.order(row["id"])["details"] == ["The market is halted"]
    assert service.positions()["TSLA"] == "-40"
    assert [entry.kind for entry in sandbox.ledger] == ["order_created", "order_rejected"]


@pytest.mark.parametrize("status", ["SUSPENDED", "DONE_FOR_DAY", "EXPIRED", "REPLACED"])
def test_an_order_can_be_put_into_any_status(sandbox: Sandbox, service: Service, status: str) -> None:
    sandbox.plan_orders(order="mine", then=status)
    [row, other] = service.submit(buy(id="mine"), buy()).json()["data"]
    assert service.after(5, row["id"])[0] == status
    assert service.order(other["id"])["status"] == "FILLED"


def test_a_plan_of_nothing_leaves_an_order_as_it_is(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(then=())
    [row] = service.submit(buy()).json()["data"]
    assert service.after(600, row["id"])[0] == "PENDING_NEW"
    sandbox.settle(row["id"], "PARTIALLY_FILLED")
    assert service.after(0, row["id"]) == ("PARTIALLY_FILLED", "5", "5")
    with pytest.raises(ValueError, match="PARTIALLY_FILLED"):
        sandbox.settle(row["id"], "PARTLY_FILLED")


def test_only_today_an_order_is_queued(sandbox: Sandbox, service: Service) -> None:
    [row] = service.submit(limit("1")).json()["data"]
    sandbox.settle(row["id"], "QUEUED")
    assert service.order(row["id"])["status"] == "PENDING_NEW"
    sandbox.dialect = "today"
    assert service.order(row["id"])["status"] == "QUEUED"
    assert service.order(row["id"])["strategy"] is None


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (lambda sandbox: sandbox.plan_orders(then="FILED"), "FILLED"),
        (lambda sandbox: sandbox.plan_orders(cancel_then=["CANCELLED"]), "CANCELED"),
        (lambda sandbox: sandbox.plan_orders(after=-1), "`after`"),
        (lambda sandbox: sandbox.plan_orders(instrument="APPL"), "AAPL"),
        (lambda sandbox: sandbox.set_price("APPL", "1"), "SPY"),
        (lambda sandbox: sandbox.set_price("AAPL", "one"), "`price`"),
        (lambda sandbox: sandbox.add_order(122503, "AAPL", status="OPEN"), "QUEUED"),
        (lambda sandbox: sandbox.add_order(122503, "AAPL", side="HOLD"), "SELL_SHORT"),
        (lambda sandbox: sandbox.add_order(122503, "AAPL", quantity=0), "greater than 0"),
        (lambda sandbox: sandbox.add_order(122503, "AAPL", limit_price="x"), "`limit_price`"),
        (lambda sandbox: sandbox.add_instrument("X", kind="BOND"), "INDEX"),
        (lambda sandbox: sandbox.add_instrument("X", style="european"), "EUROPEAN"),
        (lambda sandbox: sandbox.add_instrument("X", multiplier=0), "`multiplier`"),
        (lambda sandbox: sandbox.add_account(1, cash="much"), "`cash`"),
        (lambda sandbox: sandbox.add_account(1, name=" "), "`name`"),
        (lambda sandbox: sandbox.add_account(1, subtype="MARGN"), "MARGIN"),
        (lambda sandbox: sandbox.add_account(1, status="OPEN"), "ACTIVE"),
        (lambda sandbox: sandbox.add_account(1, options_level=-1), "`options_level`"),
    ],
)
def test_a_mistake_in_setting_up_is_refused(mistake: Callable[[Sandbox], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        mistake(Sandbox())


def test_an_order_can_be_there_before(sandbox: Sandbox, service: Service) -> None:
    waiting = sandbox.add_order(ACCOUNT, "AAPL", quantity=3, limit_price="200", client_order_id="mine")
    filled = sandbox.add_order(ACCOUNT, "TSLA", side="SELL", status="FILLED", order_id="an-id")
    assert filled == "an-id"
    assert service.after(86400, waiting) == ("NEW", "0", "3")
    assert service.after(0, filled) == ("FILLED", "1", "0")
    assert [row["id"] for row in service.data(ORDERS, order_ids="mine")] == [waiting]
    sandbox.set_price("AAPL", "200")
    assert service.after(0, waiting) == ("FILLED", "3", "0")
    assert service.order(filled)["order_type"] == "MARKET"
    # The other of the two orders of the examples was on a contract that expired.
    [example, expired] = reversed(service.data("/v1/accounts/0/orders"))
    assert expired["status"] == "EXPIRED"
    assert service("DELETE", f"/v1/accounts/0/orders/{example['id']}").status_code == 200


def test_positions_are_opened_added_to_and_turned_round(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    for side, quantity, price, held in [
        ("BUY", "10", "100", ("10", "100")),
        ("BUY", "30", "200", ("40", "175")),
        ("SELL", "50", "180", ("-10", "180")),
        ("BUY", "4", "170", ("-6", "180")),
    ]:
        sandbox.set_price("AAPL", price)
        service.submit(buy(side=side, quantity=quantity), account=1)
        sandbox.clock.advance(5)
        [row] = service.data("/v1/accounts/1/positions")
        assert (row["quantity"], row["avg_price"]) == held
    assert service.data("/v1/accounts/1/balances")["daily_realized_pnl"] == "240"


# --- Submitting orders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "status", "path"),
    [
        ({"side": None}, 422, "$[1].side"),
        ({"side": "SHORT"}, 422, "$[1].side"),
        ({"quantity": "0"}, 422, "$[1].quantity"),
        ({"quantity": 10}, 422, "$[1].quantity"),
        ({"quantity": "ten"}, 422, "$[1].quantity"),
        ({"order_type": "OTHER"}, 422, "$[1].order_type"),
        ({"time_in_force": "AT_OPEN"}, 422, "$[1].time_in_force"),
        ({"id": "x" * 65}, 422, "$[1].id"),
        ({"id": ""}, 422, "$[1].id"),
        ({"extended_hours": "yes"}, 422, "$[1].extended_hours"),
        ({"expires_at": "tomorrow"}, 422, "$[1].expires_at"),
        ({"expires_at": "2026-04-24T20:00:00"}, 422, "$[1].expires_at"),
        ({"symbol": None}, 400, "$[1].symbol"),
        ({"symbol": "NOPE"}, 400, "$[1].symbol"),
        ({"instrument_id": "NOPE"}, 400, "$[1].instrument_id"),
        ({"instrument_id": "TSLA"}, 400, "$[1].symbol"),
        ({"order_type": "LIMIT"}, 400, "$[1].limit_price"),
        ({"order_type": "STOP"}, 400, "$[1].stop_price"),
        ({"order_type": "TRAILING_STOP_LIMIT"}, 400, "$[1].trailing_offset"),
        ({"time_in_force": "GOOD_TILL_DATE"}, 400, "$[1].expires_at"),
        ({"extended_hours": True}, 400, "$[1].extended_hours"),
        ({"symbol": CALL, "quantity": "1.5"}, 400, "$[1].quantity"),
        ({"symbol": "AAPL 260423C00260000"}, 400, "$[1].symbol"),
        ({"id": "first"}, 400, "$[1].id"),
    ],
)
def test_a_field_that_is_refused_is_named_by_its_path(
    sandbox: Sandbox, service: Service, fields: dict[str, Any], status: int, path: str
) -> None:
    sandbox.add_instrument("AAPL 260423C00260000")
    response = service.submit(buy(id="first"), buy(**fields))
    assert response.status_code == status
    error = response.json()["error"]
    assert path in [detail["path"] for detail in error["details"]]
    assert path.removeprefix("$") in error["message"]
    assert sandbox.ledger == ()


@pytest.mark.parametrize("body", [{}, [], [1], "text"])
def test_orders_come_in_an_array_of_objects(service: Service, body: object) -> None:
    response = service("POST", ORDERS, body)
    assert response.status_code in (400, 422)
    assert response.json()["error"]["details"]


def test_an_id_is_used_once(sandbox: Sandbox, service: Service) -> None:
    assert service.submit(buy(id="k")).status_code == 200
    again = service.submit(buy(id="k"))
    assert again.status_code == 400
    assert again.json()["error"]["details"] == [
        {"path": "$[0].id", "reason": "the id 'k' was used before on this account"}
    ]
    sandbox.honour_keys = False
    assert service.submit(buy(id="k"), buy(id="k")).status_code == 200
    sandbox.echo_keys = False
    assert service.submit(buy(id="k")).json()["data"][0]["client_order_id"] != "k"


def test_a_service_of_today_knows_other_words(service: Service, sandbox: Sandbox) -> None:
    old = buy("TSLA", "1", side="SELL_SHORT", time_in_force="AT_THE_OPENING")
    new = buy(time_in_force="AT_OPEN", position_intent="OPEN", strategy={"type": "SOR"})
    [row] = service.submit(old).json()["data"]
    assert service.submit(new).status_code == 422
    sandbox.dialect = "today"
    assert service.submit(old).status_code == 422
    assert service.submit(new).json()["data"][0]["strategy"] == {"type": "SOR"}
    shown = service.order(row["id"])
    assert (shown["side"], shown["time_in_force"]) == ("SELL", "AT_OPEN")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"strategy": {"type": "BEST"}}, 422),
        ({"strategy": "SOR"}, 422),
        ({"strategy": {"type": "DMA"}, "order_type": "LIMIT", "limit_price": "1"}, 422),
        ({"strategy": {"type": "DMA", "destination": "XNAS"}}, 400),
        ({"strategy": {"type": "VWAP"}, "time_in_force": "GOOD_TILL_CANCEL"}, 400),
        ({"strategy": {"type": "TWAP"}, "order_type": "STOP", "stop_price": "1"}, 400),
        ({"strategy": {"type": "VWAP"}}, 200),
        ({"strategy": {"type": "DMA", "destination": "XNAS"}, "order_type": "LIMIT", "limit_price": "1"}, 200),
    ],
)
def test_a_strategy_goes_with_some_orders(today: Service, fields: dict[str, Any], status: int) -> None:
    assert today.submit(buy(**fields)).status_code == status


def test_an_order_that_costs_too_much_is_refused_with_its_id(sandbox: Sandbox, service: Service) -> None:
    response = service.submit(buy(quantity="1"), buy(quantity="100000", side="SELL"), buy(quantity="100000"))
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["message"] == "Risk check failed"
    subject, reason, place = error["details"]
    assert (reason["reason"], reason["domain"]) == ("BUYING_POWER", "com.clearstreet.oems.risk")
    order_id = reason["metadata"]["order_id"]
    assert subject["subject"] == f"order:{order_id}"
    assert place["path"] == "$[2].quantity"
    assert service.order(order_id)["status"] == "REJECTED"
    assert [entry.kind for entry in sandbox.ledger] == ["order_created", "order_rejected"]
    sandbox.clock.advance(60)
    assert service.order(order_id)["status"] == "REJECTED"


# --- Finding orders ---------------------------------------------------------------------------------------------------


def test_an_order_is_found_by_either_of_its_ids(service: Service) -> None:
    [row] = service.submit(buy(id="mine")).json()["data"]
    assert service.order("mine")["id"] == row["id"]
    service.sandbox.clock.advance(5)
    assert service.refused(f"{ORDERS}/mine") == 404
    assert service.order(row["id"])["status"] == "FILLED"
    for wanted in ("mine", row["id"], f"nothing,{row['id']}"):
        assert [each["id"] for each in service.data(ORDERS, order_ids=wanted)] == [row["id"]]
    assert service.data(ORDERS, order_ids="nothing") == []
    assert service.refused(f"/v1/accounts/122504/orders/{row['id']}") == 404


def test_orders_are_listed_newest_first_and_filtered(sandbox: Sandbox, service: Service) -> None:
    service.submit(buy(id="a"))
    sandbox.clock.advance(60)
    service.submit(limit("1", id="b"), buy(CALL, "1", id="c"))

    def keys(**query: str) -> list[str]:
        return [row["client_order_id"] for row in service.data(ORDERS, **query)]

    assert keys() == ["c", "b", "a"]
    assert keys(status="FILLED,CANCELED") == ["a"]
    assert keys(symbol="AAPL") == ["b", "a"]
    assert keys(symbol="NOPE") == []
    assert keys(instrument_ids=f"{sandbox.add_instrument(CALL)},NOPE") == ["c"]
    assert keys(underlying_instrument_ids="AAPL") == ["c"]
    assert keys(instrument_type="OPTION") == ["c"]
    assert keys(**{"from": "2026-04-24T14:31:00Z"}) == ["c", "b"]
    assert keys(to="2026-04-24T14:30:59Z") == ["a"]
    assert keys(page_size="2") == ["c", "b"]
    for wrong in ({"from": "yesterday"}, {"status": "FILLED,DONE"}, {"instrument_type": "SHARE"}):
        assert service.refused(ORDERS, **wrong) == 400


def test_only_today_orders_are_filtered_by_their_last_change(today: Service) -> None:
    today.submit(limit("1", id="a"))
    today.sandbox.clock.advance(3 * 86400 - 3600)
    today.submit(limit("1", id="b"))

    def keys(**query: str) -> list[str]:
        named = {f"updated_at[{name}]": value for name, value in query.items()}
        return [row["client_order_id"] for row in today.data(ORDERS, **named)]

    # The first order expired at the end of its day, which is the 25th in UTC.
    assert keys(gte="2026-04-25", lte="2026-04-25") == ["a"]
    assert keys(gt="2026-04-25") == ["b"]
    assert [row["client_order_id"] for row in today.data(ORDERS, **{"updated_at[gt]": "2026-04-25", "page_size": "1"})]
    assert keys(lt="2026-04-25") == []
    assert keys(gt="2026-04-25T04:00:00", lt="2026-04-27T13:30:00Z") == []
    assert today.refused(ORDERS, **{"updated_at[gt]": "2026-04-27", "updated_at[lt]": "2026-04-26"}) == 400
    assert today.refused(ORDERS, **{"from": "2026-04-27", "to": "2026-04-26"}) == 400
    today.sandbox.dialect = "contract"
    assert keys(gt="2026-04-26") == ["b", "a"]
    assert today.data(ORDERS, **{"from": "2026-04-27", "to": "2026-04-26"}) == []


def test_a_list_of_orders_lags_as_that_of_instructions(sandbox: Sandbox, service: Service) -> None:
    sandbox.list_lag = 30
    [row] = service.submit(buy()).json()["data"]
    assert service.data(ORDERS) == []
    assert service.order(row["id"])["status"] == "PENDING_NEW"
    sandbox.clock.advance(30)
    assert [each["status"] for each in service.data(ORDERS)] == ["PENDING_NEW"]
    assert service.data(f"/v1/accounts/{ACCOUNT}/executions") == []
    sandbox.clock.advance(30)
    assert len(service.data(f"/v1/accounts/{ACCOUNT}/executions")) == 1


def test_executions_are_filtered(sandbox: Sandbox, service: Service) -> None:
    path = f"/v1/accounts/{ACCOUNT}/executions"
    service.submit(buy(id="a"), buy(CALL, "1", id="b"))
    sandbox.clock.advance(5)
    rows = service.data(path)
    assert [row["symbol"] for row in rows] == [CALL, "AAPL"]
    assert rows[0].keys() >= {"id", "order_id", "side", "quantity", "transaction_time"}
    assert "underlying_instrument_type" not in rows[0]
    assert [row["symbol"] for row in service.data(path, order_ids="a")] == ["AAPL"]
    assert [row["symbol"] for row in service.data(path, instrument_ids=CALL)] == [CALL]
    assert [row["symbol"] for row in service.data(path, underlying_instrument_ids="AAPL")] == [CALL]
    assert service.data(path, **{"from": "2026-04-24T14:31:00Z"}) == []
    assert service.data(path, to="2026-04-24T14:30:00Z") == []
    sandbox.dialect = "today"
    assert service.data(path)[0]["underlying_instrument_type"] == "COMMON_STOCK"


# --- Cancelling and replacing orders ----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["id", "client_order_id"])
def test_an_open_order_is_cancelled(sandbox: Sandbox, service: Service, by: str) -> None:
    [row] = service.submit(limit("1")).json()["data"]
    for _ in range(2):
        answer = service("DELETE", f"{ORDERS}/{row[by]}")
        assert (answer.status_code, answer.json()["data"]["status"]) == (200, "PENDING_CANCEL")
    assert service.after(1, row["id"]) == ("CANCELED", "0", "0")
    assert service("DELETE", f"{ORDERS}/{row[by]}").status_code == 404
    assert [entry.kind for entry in sandbox.ledger] == [
        "order_created",
        "order_cancel_requested",
        "order_cancelled",
    ]


def test_an_order_can_fill_while_it_is_being_cancelled(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(cancel_then="FILLED")
    [row] = service.submit(buy()).json()["data"]
    service("DELETE", f"{ORDERS}/{row['id']}")
    assert service.after(1, row["id"])[0] == "FILLED"


def test_every_open_order_that_matches_is_cancelled(sandbox: Sandbox, service: Service) -> None:
    service.submit(limit("1", id="a"), buy(CALL, "1", order_type="LIMIT", limit_price="1", id="b"))
    service.submit(buy(side="SELL", order_type="STOP", stop_price="1", id="c"))

    def cancelled(**query: str) -> list[str] | int:
        answer = service("DELETE", ORDERS, **query)
        return [row["client_order_id"] for row in answer.json()["data"]] if answer.status_code == 200 else 404

    assert cancelled(side="SELL", type="LIMIT") == 404
    assert cancelled(type="STOP") == ["c"]
    assert cancelled(instrument_ids=CALL) == ["b"]
    assert cancelled(instrument_type="COMMON_STOCK", side="BUY") == ["a"]
    assert cancelled(side="BUY") == ["a", "b"]
    sandbox.clock.advance(5)
    assert cancelled() == 404
    assert service("DELETE", ORDERS, side="SHORT").status_code == 400
    assert service("DELETE", ORDERS, type="SPREAD").status_code == 400
    assert service("DELETE", ORDERS, instrument_type="SHARE").status_code == 400


def test_an_open_order_is_replaced_and_lives_on(sandbox: Sandbox, service: Service) -> None:
    [row] = service.submit(limit("1", id="a")).json()["data"]
    sandbox.clock.advance(5)
    answer = service("PATCH", f"{ORDERS}/a", {"limit_price": "300", "quantity": "4"})
    shown = answer.json()["data"]
    assert answer.status_code == 200
    assert (shown["id"], shown["status"], shown["limit_price"]) == (row["id"], "PENDING_REPLACE", "300")
    assert (shown["quantity"], shown["leaves_quantity"]) == ("4", "4")
    assert service.after(0.5, row["id"])[0] == "NEW"
    assert service.after(1, row["id"]) == ("FILLED", "4", "0")
    assert service("PATCH", f"{ORDERS}/a", {"quantity": "4"}).status_code == 404
    assert [entry.kind for entry in sandbox.ledger][2:] == ["order_replace_requested", "order_settled", "order_filled"]


def test_a_replacement_changes_something_that_can_be_changed(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(then="PARTIALLY_FILLED")
    [row] = service.submit(buy(id="a")).json()["data"]
    sandbox.clock.advance(1)
    path = f"{ORDERS}/a"
    for body, status in [
        ({}, 400),
        ([], 422),
        ({"quantity": "-1"}, 422),
        ({"quantity": "5"}, 400),
        ({"side": "SELL"}, 400),
    ]:
        assert service("PATCH", path, body).status_code == status
    assert service("PATCH", path, {"quantity": "6"}).json()["data"]["leaves_quantity"] == "1"
    service("DELETE", path)
    assert service.after(5, row["id"]) == ("CANCELED", "5", "0")


def test_what_is_replaced_lives_on_with_what_is_filled(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan_orders(then="PARTIALLY_FILLED")
    [row] = service.submit(buy(id="a")).json()["data"]
    sandbox.clock.advance(1)
    service("PATCH", f"{ORDERS}/a", {"quantity": "8"})
    assert service.after(0.5, row["id"]) == ("PARTIALLY_FILLED", "5", "3")
    assert service.after(1, row["id"]) == ("FILLED", "8", "0")


# --- Instruments ------------------------------------------------------------------------------------------------------


def test_contracts_are_asked_for_in_exactly_one_way(service: Service) -> None:
    rows = service.data(CONTRACTS, underlier="AAPL")
    assert [row["symbol"] for row in rows] == [EXPIRING, CALL]
    assert all(row.keys() >= CONTRACT and "tick_rules" not in row for row in rows)
    by_id = service.data(CONTRACTS, underlying_instrument_id=service.sandbox.add_instrument("AAPL"))
    assert by_id == service.data(CONTRACTS, underlying_instrument_id="AAPL") == rows
    assert service.data(CONTRACTS, contract_ids=f"{CALL},AAPL260424C00260000") == rows
    assert service.refused(CONTRACTS) == 400
    assert service.refused(CONTRACTS, root="AAPL") == 400
    assert service.refused(CONTRACTS, underlier="AAPL", contract_ids=CALL) == 400
    assert service.refused(CONTRACTS, underlier="NOPE") == 404
    assert service.refused(CONTRACTS, underlying_instrument_id="NOPE") == 404
    assert service.refused(CONTRACTS, contract_ids="NOPE") == 404
    assert service.refused(CONTRACTS, contract_ids=",".join([CALL] * 101)) == 400
    assert service.data(CONTRACTS, underlier="TSLA") == []
    assert service.data(CONTRACTS, contract_ids="TSLA") == []


def test_a_contract_says_what_an_exerciser_asks(service: Service) -> None:
    [row] = service.data(CONTRACTS, contract_ids=CALL)
    assert (
        row.items()
        >= {
            "expiry": "2028-01-21",
            "strike_price": "195",
            "contract_type": "CALL",
            "exercise_style": "AMERICAN",
            "multiplier": "100",
            "underlying_instrument_id": service.sandbox.add_instrument("AAPL"),
            "last_trade_cutoff": "2028-01-21T21:00:00Z",
            "is_settle_on_open": False,
        }.items()
    )
    [index] = service.data(CONTRACTS, underlier="SPX")
    assert (index["exercise_style"], index["is_settle_on_open"]) == ("EUROPEAN", True)
    # What settles on the open is traded for the last time on the day before.
    assert (index["expiry"], index["last_trade_cutoff"]) == ("2027-01-15", "2027-01-14T21:00:00Z")


def test_contracts_are_narrowed(service: Service) -> None:
    service.sandbox.add_instrument("AAPL 280121P00195000")

    def symbols(**query: str) -> list[str]:
        return [row["symbol"] for row in service.data(CONTRACTS, underlier="AAPL", **query)]

    assert symbols(expiry="2026-04-24") == [EXPIRING]
    assert symbols(contract_type="PUT") == ["AAPL 280121P00195000"]
    assert symbols(is_settle_on_open="true") == []
    assert len(symbols(is_settle_on_open="false")) == 3
    assert len(symbols(page_size="2")) == 2
    for wrong in ({"expiry": "soon"}, {"contract_type": "call"}, {"is_settle_on_open": "no"}):
        assert service.refused(CONTRACTS, underlier="AAPL", **wrong) == 400


def test_today_contracts_have_a_root(today: Service) -> None:
    today.sandbox.add_instrument("SPXW 260430P07000000")
    assert [row["symbol"] for row in today.data(CONTRACTS, root="SPX")] == [
        "SPX 270115C07000000",
        "SPXW 260430P07000000",
    ]
    rows = today.data(CONTRACTS, root="AAPL")
    assert rows == today.data(CONTRACTS, underlier="AAPL") == today.data(CONTRACTS, root="AAPL", underlier="AAPL")
    assert rows[0]["tick_rules"]
    assert today.refused(CONTRACTS, root="AAPL", underlier="SPY") == 400


def test_an_instrument_is_found_by_id_ticker_or_symbol(service: Service) -> None:
    instrument_id = service.sandbox.add_instrument(CALL)
    for item in (instrument_id, CALL, "AAPL  280121C00195000"):
        row = service.data(f"/v1/instruments/{quote(item)}")
        assert row.keys() >= INSTRUMENT
        assert (row["id"], row["instrument_type"]) == (instrument_id, "OPTION")
    assert service.data("/v1/instruments/SPX")["instrument_type"] == "INDEX"
    assert service.refused("/v1/instruments/NOPE") == 404


def test_the_expiry_dates_of_an_instrument_come_when_asked_for(service: Service) -> None:
    assert "options_expiry_dates" not in service.data("/v1/instruments/AAPL")
    row = service.data("/v1/instruments/AAPL", include_options_expiry_dates="true")
    assert row["options_expiry_dates"] == ["2026-04-24", "2028-01-21"]
    assert row["options_contract_expiry_dates"][0] == {
        "date": "2026-04-24",
        "has_settles_on_open": False,
        "has_settles_on_close": True,
    }
    assert service.refused("/v1/instruments/AAPL", include_options_expiry_dates="1") == 400


def test_instruments_are_searched_for(service: Service) -> None:
    def symbols(q: str, **query: str) -> list[str]:
        return [row["symbol"] for row in service.data("/v1/instruments/search", q=q, **query)]

    assert symbols("aapl") == ["AAPL"]
    assert symbols("sp") == ["SPX", "SPY"]
    assert symbols("microsoft") == ["MSFT"]
    assert symbols("aapl 26", asset_class="OPTION") == [EXPIRING]
    assert symbols("aapl", asset_class="OPTION,EQUITY", page_size="2") == ["AAPL", EXPIRING]
    assert symbols("aapl", currency="EUR") == symbols("aapl", country="DE") == symbols("nothing") == []
    for wrong in ({"q": ""}, {"q": "a", "asset_class": "SHARE"}, {"q": "a", "page_size": "101"}):
        assert service.refused("/v1/instruments/search", **wrong) == 400
    assert service.refused("/v1/instruments/search") == 400


def test_today_instruments_say_whether_they_can_be_sold_short(today: Service) -> None:
    assert today.data("/v1/instruments/AAPL")["shortable_attribute"] == "EASY_TO_BORROW"


# --- The calendar -----------------------------------------------------------------------------------------------------


def test_the_clock_is_the_sandbox_s(service: Service) -> None:
    service.sandbox.clock.advance(0.25)
    assert service.data("/v1/clock") == {"clock": "2026-04-24T14:30:00.250000000Z"}


def test_markets_are_open_on_a_trading_day(service: Service) -> None:
    equities, options = service.data(HOURS)
    assert (equities["market"], options["market"]) == ("us_equities", "us_options")
    assert options == {
        "market": "us_options",
        "market_name": "US Options",
        "date": "2026-04-24",
        "timezone": "America/New_York",
        "current_time": "2026-04-24T10:30:00-04:00",
        "status": {"day_type": "TRADING_DAY", "is_open": True, "current_session": "regular"},
        "today_sessions": {
            "pre_market": {
                "open": "2026-04-24T04:00:00-04:00",
                "close": "2026-04-24T09:30:00-04:00",
                "time_until_open": None,
                "time_until_close": None,
            },
            "regular": {
                "open": "2026-04-24T09:30:00-04:00",
                "close": "2026-04-24T16:00:00-04:00",
                "time_until_open": None,
                "time_until_close": "PT5H30M",
            },
            "after_hours": {
                "open": "2026-04-24T16:00:00-04:00",
                "close": "2026-04-24T20:00:00-04:00",
                "time_until_open": "PT5H30M",
                "time_until_close": None,
            },
        },
        "next_sessions": {
            kind: {
                "open": f"2026-04-27T{opens}:00-04:00",
                "close": f"2026-04-27T{closes}:00-04:00",
                "time_until_open": None,
                "time_until_close": None,
            }
            for kind, opens, closes in [
                ("pre_market", "04:00", "09:30"),
                ("regular", "09:30", "16:00"),
                ("after_hours", "16:00", "20:00"),
            ]
        },
    }


def test_a_day_may_be_closed_or_end_early() -> None:
    market = Market(closed=[date(2026, 11, 26)], early={date(2026, 11, 27): time(13)})
    service = Service(Sandbox(market=market))

    def hours(day: str) -> Any:
        [row] = service.data(HOURS, date=day, market="us_options")
        return row

    holiday = hours("2026-11-26")
    assert (holiday["status"]["day_type"], holiday["today_sessions"]) == ("HOLIDAY", {})
    assert holiday["next_sessions"]["regular"]["close"] == "2026-11-27T13:00:00-05:00"
    early = hours("2026-11-27")
    assert early["status"]["day_type"] == "EARLY_CLOSE"
    assert early["today_sessions"].keys() == {"pre_market", "regular"}
    weekend = hours("2026-11-28")
    assert (weekend["status"]["day_type"], weekend["today_sessions"]) == ("WEEKEND", {})
    assert weekend["next_sessions"]["regular"]["open"] == "2026-11-30T09:30:00-05:00"
    assert service.refused(HOURS, date="today") == service.refused(HOURS, market="us_bonds") == 400


def test_only_today_event_contracts_have_hours(today: Service) -> None:
    assert [row["market"] for row in today.data(HOURS)] == ["us_equities", "us_options"]
    assert len(today.data(HOURS, market="us_event_contracts")) == 1
    today.sandbox.dialect = "contract"
    assert today.refused(HOURS, market="us_event_contracts") == 400


def test_outside_every_session_markets_are_closed(service: Service) -> None:
    service.sandbox.clock.advance(10 * 3600)
    status = service.data(HOURS)[0]["status"]
    assert (status["is_open"], status["current_session"]) == (False, None)
    service.sandbox.clock.advance(3 * 3600 + 30)
    assert service.data(HOURS, date="2026-04-25")[0]["date"] == "2026-04-25"


def test_a_span_of_time_has_no_zeros(service: Service) -> None:
    service.sandbox.clock.advance(5.5 * 3600 - 1)
    regular = service.data(HOURS)[0]["today_sessions"]["regular"]
    assert regular["time_until_close"] == "PT1S"
    service.sandbox.clock.advance(0.5)
    assert service.data(HOURS)[0]["today_sessions"]["regular"]["time_until_close"] == "PT0S"


# --- Prices -----------------------------------------------------------------------------------------------------------


def test_snapshots_have_the_prices_of_instruments(service: Service) -> None:
    stock, option, index = service.data(SNAPSHOTS, instrument_ids=f"AAPL,{CALL},SPX,AAPL")
    assert stock.keys() >= {"instrument_id", "symbol", "session"}
    assert stock["last_trade"] == {"price": "269.4", "size": 100}
    assert stock["last_quote"] == {
        "bid": "269.39",
        "ask": "269.41",
        "midpoint": "269.4",
        "bid_size": 10,
        "ask_size": 10,
    }
    assert stock["session"] == {
        "previous_close": "268.05",
        "change": "1.35",
        "change_percent": "0.5036",
        "previous_close_unadjusted": None,
    }
    assert (option["greeks"]["delta"], option["greeks"]["iv"]) == ("1", "0.25")
    assert (index["last_quote"], index["last_trade"]) == (None, {"price": "7120.4", "size": 0})
    [put] = service.data(SNAPSHOTS, instrument_ids="MSFT 270115P00450000")
    assert put["greeks"]["delta"] == "0"


def test_what_nobody_knows_the_price_of_has_none(service: Service) -> None:
    service.sandbox.add_instrument("QUIET")
    service.sandbox.add_instrument("FREE", price="0", closing_price="0")
    quiet, free = service.data(SNAPSHOTS, instrument_ids="QUIET,FREE")
    assert (quiet["last_quote"], quiet["last_trade"], quiet["session"]) == (None, None, None)
    assert free["session"] is None
    assert free["last_quote"]["bid"] == "0"
    service.sandbox.dialect = "today"
    quiet, free = service.data(SNAPSHOTS, instrument_ids="QUIET,FREE")
    assert quiet["session"]["previous_close"] is None
    assert free["session"]["change_percent"] is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"instrument_ids": ""}, 400),
        ({"instrument_ids": ",".join(["AAPL"] * 101)}, 400),
        ({"instrument_ids": "AAPL,NOPE"}, 404),
        ({"underlying_instrument_id": "AAPL", "expiry": "2026-04-24"}, 400),
    ],
)
def test_snapshots_are_asked_for_by_ids(service: Service, query: dict[str, str], status: int) -> None:
    assert service.refused(SNAPSHOTS, **query) == status


def test_today_a_whole_expiry_has_its_snapshots(today: Service) -> None:
    [row] = today.data(SNAPSHOTS, underlying_instrument_id="AAPL", expiry="2026-04-24")
    assert row["symbol"] == EXPIRING
    assert row["greeks"]["iv"] == "0"
    assert row["session"]["ohlv_applicable"] is True
    assert {"timestamp", "venue"} <= row["last_trade"].keys()
    for query, status in [
        ({"underlying_instrument_id": "AAPL"}, 400),
        ({"underlying_instrument_id": "AAPL", "expiry": "2026-04-24", "instrument_ids": "AAPL"}, 400),
        ({"underlying_instrument_id": "NOPE", "expiry": "2026-04-24"}, 404),
    ]:
        assert today.refused(SNAPSHOTS, **query) == status


# --- The end of a day -------------------------------------------------------------------------------------------------

TO_MIDNIGHT = 13.5 * 3600
"""Seconds from the sandbox's start to midnight in New York."""


def test_what_is_exercised_moves_positions_and_cash_at_the_end_of_the_day(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    sandbox.add_position(1, CALL, 5, avg_price="10")
    sandbox.add_position(1, "MSFT 270115P00450000", 3, avg_price="10")
    service.instruct(CALL, 2, account=1)
    service.instruct("MSFT 270115P00450000", 1, account=1)
    sandbox.clock.advance(TO_MIDNIGHT - 1)
    assert service.positions(1) == {CALL: "5", "MSFT 270115P00450000": "3"}
    sandbox.clock.advance(1)
    assert service.positions(1) == {CALL: "3", "MSFT 270115P00450000": "2", "AAPL": "200", "MSFT": "-100"}
    assert service.cash(1) == 100000 - 2 * 100 * 195 + 100 * 450
    shares = {row["symbol"]: row["avg_price"] for row in service.data("/v1/accounts/1/positions")}
    # What a contract cost is a part of what its shares cost.
    assert (shares["AAPL"], shares["MSFT"]) == ("205", "440")
    exercised = [entry for entry in sandbox.ledger if entry.kind == "exercised" and entry.account_id == 1]
    assert [entry.status for entry in exercised] == ["ACCEPTED", "ACCEPTED"]
    sandbox.clock.advance(3 * 86400)
    assert service.positions(1)[CALL] == "3"
    rows = service.data("/v1/accounts/1/positions")
    assert {row["symbol"]: row["available_quantity"] for row in rows}[CALL] == "3"


def test_what_was_not_accepted_is_not_exercised(sandbox: Sandbox, service: Service) -> None:
    sandbox.plan(then="REJECTED")
    service.instruct(CALL, 1)
    before = service.cash()
    sandbox.clock.advance(TO_MIDNIGHT)
    # One contract was accepted before; the others that expired were in or out of the money.
    assert service.positions()[CALL] == "9"
    assert service.cash() == before - 100 * 195 - 5 * 100 * 260


def test_contracts_go_when_they_expire(sandbox: Sandbox, service: Service) -> None:
    sandbox.clock.advance(TO_MIDNIGHT - 1)
    assert {EXPIRING, EXPIRING_PUT} <= service.positions().keys()
    assert service.data(CONTRACTS, contract_ids=EXPIRING)
    sandbox.clock.advance(1)
    assert not {EXPIRING, EXPIRING_PUT} & service.positions().keys()
    # In the money: exercised by exception. Out of the money: gone without a trace.
    assert service.positions()["AAPL"] == "900"
    assert [row["symbol"] for row in service.data(CONTRACTS, underlier="AAPL")] == [CALL]
    assert "SPY" not in service.positions()
    kinds = [entry.kind for entry in sandbox.ledger if entry.id == sandbox.add_instrument(EXPIRING)]
    assert kinds == ["exercised", "expired"]


@pytest.mark.parametrize(
    ("symbol", "kind", "shares"),
    [
        (EXPIRING, "DO_NOT_EXERCISE", "800"),
        (EXPIRING, "CONTRARY_EXERCISE", "800"),
        (EXPIRING, "EXERCISE", "900"),
        (EXPIRING_PUT, "DO_NOT_EXERCISE", None),
        (EXPIRING_PUT, "CONTRARY_EXERCISE", "-100"),
    ],
)
def test_an_instruction_counts_at_expiry(
    sandbox: Sandbox, service: Service, symbol: str, kind: str, shares: str | None
) -> None:
    assert service.instruct(symbol, 1, kind).status_code == 200
    sandbox.clock.advance(TO_MIDNIGHT)
    assert service.positions().get("AAPL" if symbol == EXPIRING else "SPY") == shares


def test_a_short_contract_in_the_money_is_assigned(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    sandbox.add_position(1, EXPIRING, -2)
    sandbox.add_position(1, EXPIRING_PUT, -1)
    sandbox.clock.advance(TO_MIDNIGHT)
    assert service.positions(1) == {"AAPL": "-200"}
    assert service.cash(1) == 100000 + 2 * 100 * 260
    kinds = [entry.kind for entry in sandbox.ledger if entry.account_id == 1]
    assert kinds == ["assigned", "expired", "expired"]


def test_an_index_option_is_settled_in_cash(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    sandbox.add_instrument("SPXW 260424C07000000", style="EUROPEAN")
    sandbox.add_instrument("SPXW", kind="INDEX", price="7120.4")
    sandbox.add_position(1, "SPXW 260424C07000000", 1)
    sandbox.clock.advance(TO_MIDNIGHT)
    assert service.positions(1) == {}
    assert service.cash(1) == 100000 + 12040


def test_a_european_option_is_exercised_on_its_expiry_date_only(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_position(ACCOUNT, "SPX 270115C07000000", 1)
    answer = service.instruct("SPX 270115C07000000", 1)
    assert answer.status_code == 400
    assert "only on the expiry date" in answer.json()["data"][0]["rejection_reason"]


def test_what_is_underlying_without_a_price_is_not_worth_it(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    sandbox.add_position(1, "QUIET 260424C00001000", 1)
    sandbox.clock.advance(TO_MIDNIGHT)
    assert service.positions(1) == {}
    assert [entry.kind for entry in sandbox.ledger if entry.account_id == 1] == ["expired"]


def test_an_order_of_the_day_ends_with_it(sandbox: Sandbox, service: Service) -> None:
    until = {"time_in_force": "GOOD_TILL_DATE", "expires_at": "2026-05-01T20:00:00Z"}
    rows = [limit("1"), limit("1", time_in_force="GOOD_TILL_CANCEL"), limit("1", **until)]
    [day, kept, dated] = service.submit(*rows).json()["data"]
    assert service.after(TO_MIDNIGHT, day["id"]) == ("EXPIRED", "0", "0")
    assert service.order(kept["id"])["status"] == service.order(dated["id"])["status"] == "NEW"


def test_what_was_sold_since_cannot_be_exercised(sandbox: Sandbox, service: Service) -> None:
    sandbox.add_account(1)
    sandbox.add_position(1, CALL, 1)
    service.instruct(CALL, 1, account=1)
    service.submit(buy(CALL, "1", side="SELL"), account=1)
    sandbox.clock.advance(TO_MIDNIGHT)
    assert service.positions(1) == {}


# --- The market's day and cut-off -------------------------------------------------------------------------------------


def at(hour: int, minute: int, **options: Any) -> Service:
    """A sandbox at a time of New York's 24 April 2026."""
    return Service(Sandbox(clock=SandboxClock(datetime(2026, 4, 24, hour + 4, minute, tzinfo=UTC)), **options))


def test_past_the_cut_off_no_instruction_is_taken() -> None:
    market = Market(cutoff=time(17, 30))
    assert at(17, 29, market=market).instruct(EXPIRING, 1, "DO_NOT_EXERCISE").status_code == 200
    late = at(17, 31, market=market, dialect="today").instruct(EXPIRING, 1, "DO_NOT_EXERCISE")
    assert late.status_code == 400
    [row] = late.json()["data"]
    assert row["rejection_reason"] == "The cut-off for instructions was at 17:30:00 on 2026-04-24"
    assert row["rejection"]["reason"] == "EXERCISE_PAST_CUTOFF"
    assert row["rejection"]["metadata"] == {"cutoff_time": "2026-04-24T21:30:00Z"}
    assert late.json()["error"]["details"] == [{"path": "$[0].instruction_type", "reason": row["rejection_reason"]}]


def test_the_day_is_new_york_s() -> None:
    # At 21:00 in New York it is the next day in UTC; without a cut-off the contract is alive until midnight.
    service = Service(Sandbox())
    service.sandbox.clock.advance(10.5 * 3600)
    assert service.instruct(EXPIRING, 1, "DO_NOT_EXERCISE").status_code == 200


def test_the_day_before_a_closed_expiry_date_is_the_last_one() -> None:
    service = at(12, 0, market=Market(closed=[date(2026, 4, 27)]))
    service.sandbox.add_position(ACCOUNT, "AAPL 260427C00250000", 2)
    service.sandbox.add_position(ACCOUNT, "AAPL 260428C00250000", 2)
    assert service.instruct("AAPL 260427C00250000", 1, "DO_NOT_EXERCISE").status_code == 200
    assert service.instruct("AAPL 260428C00250000", 1, "DO_NOT_EXERCISE").status_code == 400
    service.sandbox.clock.advance(4 * 86400)
    assert service.sandbox.today == date(2026, 4, 28)
    # Of two, in the money, one was exercised when the date was over.
    assert service.positions()["AAPL"] == "1000"


def test_on_a_closed_day_nothing_is_exercised() -> None:
    answer = at(12, 0, market=Market(closed=[date(2026, 4, 24)])).instruct(CALL, 1)
    assert "2026-04-24 is not a business day" in answer.json()["error"]["message"]


# --- Faults and strictness --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("submit_orders", lambda service: service.submit(buy())),
        ("cancel_open_order", lambda service: service("DELETE", f"{ORDERS}/open")),
        ("replace_order", lambda service: service("PATCH", f"{ORDERS}/open", {"quantity": "3"})),
        ("cancel_all_open_orders", lambda service: service("DELETE", ORDERS)),
        ("get_orders", lambda service: service("GET", ORDERS)),
        ("get_account_balances", lambda service: service("GET", f"/v1/accounts/{ACCOUNT}/balances")),
        ("get_snapshots", lambda service: service("GET", SNAPSHOTS, instrument_ids="AAPL")),
    ],
)
def test_a_reply_of_every_operation_can_be_lost(
    sandbox: Sandbox, service: Service, operation: str, ask: Callable[[Service], object]
) -> None:
    service.submit(limit("1", id="open"))
    before = len(sandbox.ledger)
    sandbox.faults.add(Fault.before_effect(), operation=operation)
    with pytest.raises(httpx.TransportError):
        ask(service)
    assert len(sandbox.ledger) == before
    sandbox.faults.add(Fault.after_effect(), operation=operation)
    with pytest.raises(httpx.TransportError):
        ask(service)
    assert (len(sandbox.ledger) > before) == (not operation.startswith("get_"))
    assert sandbox.requests[-1].operation == operation


def test_a_reply_about_orders_can_be_another_account_s(sandbox: Sandbox, service: Service) -> None:
    service.submit(buy(id="mine"))
    service.submit(buy("AAPL", "1", id="theirs"), account=122504)
    sandbox.faults.add(Fault.foreign_rows(), operation="get_orders")
    assert [row["client_order_id"] for row in service.data(ORDERS)][:2] == ["mine", "theirs"]
    sandbox.faults.add(Fault.misdelivered(), operation="cancel_open_order")
    stray = service("DELETE", f"{ORDERS}/mine").json()["data"]
    assert (stray["account_id"], stray["status"]) == (ACCOUNT + 1, "PENDING_CANCEL")
    assert service.order("mine")["status"] == "PENDING_NEW"
    sandbox.faults.add(Fault.misdelivered(), operation="get_orders")
    assert service.data(ORDERS)[0]["account_id"] == ACCOUNT + 1


def test_a_strict_sandbox_refuses_what_it_does_not_know() -> None:
    service = Service(Sandbox(strict=True))
    answer = service("GET", ORDERS, symbols="AAPL", page_size="1")
    assert answer.status_code == 400
    [detail] = answer.json()["error"]["details"]
    assert detail["path"] == "$query.symbols"
    assert "symbol" in detail["reason"]
    assert service.submit(buy(note="x")).json()["error"]["details"][0]["path"] == "$[0].note"
    assert service("DELETE", f"{ORDERS.replace('orders', 'positions')}", {"cancel": True}).status_code == 400
    row = {"instruction_type": "EXERCISE", "instrument_id": "x", "quantity": "1", "note": "x"}
    instructions = f"/v1/accounts/{ACCOUNT}/positions/instructions"
    assert service("POST", instructions, [row]).json()["error"]["details"][0]["path"] == "$[0].note"
    assert service("GET", instructions, underlying_instrument_id="AAPL").status_code == 200
    assert service.client.get(f"{ORDERS}?x=1", headers={"Authorization": ""}).status_code == 401
    service.sandbox.unknown_fields = "alias"
    assert service("POST", instructions, [row]).json()["error"]["details"][0]["path"] == "$[0].note"
    assert service("GET", "/v1/version", x="1").status_code == 400
    service.sandbox.strict = False
    assert not service.sandbox.strict
    assert service.submit(buy(note="x")).status_code == 200


def test_a_refused_instruction_names_its_field(service: Service) -> None:
    answer = service.instruct(CALL, 100)
    [detail] = answer.json()["error"]["details"]
    assert detail["path"] == "$[0].quantity"
    assert "exceeds the available position" in detail["reason"]


def test_a_date_that_no_market_knows_is_refused(today: Service) -> None:
    for day in ("0289-12-02", "9999-12-31"):
        assert today.refused(HOURS, date=day) == 400
        assert today.refused(ORDERS, **{"updated_at[gt]": day}) == 400
        assert today.refused(ORDERS, **{"from": f"{day}T00:00:00Z"}) == 400


@pytest.mark.parametrize("quantity", ["1e999999", "1e-999999", "0.0000000000001", "10000000000000"])
def test_a_number_has_so_many_digits_at_most(service: Service, quantity: str) -> None:
    answer = service.submit(buy(quantity=quantity))
    assert answer.status_code == 422
    assert "digits" in answer.json()["error"]["details"][0]["reason"]


VALUES = st.sampled_from(["", "AAPL", CALL, "true", "2026-04-24", "1", "FILLED", "BUY"]) | st.text(max_size=12)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(PATHS)), st.dictionaries(VALUES, VALUES, max_size=2), st.data())
def test_nothing_that_is_asked_breaks_it(operation: str, extra: dict[str, str], data: st.DataObject) -> None:
    where = PATHS[operation]
    names = [*where.query, *where.of_today]
    chosen = data.draw(st.dictionaries(st.sampled_from(names), VALUES)) if names else {}
    body = data.draw(st.none() | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(buy(), VALUES))))
    path = where.path.replace("{account_id}", f"{ACCOUNT}")
    path = re.sub(r"{\w+}", lambda _: quote(data.draw(VALUES), safe=""), path)
    target = f"{path}?{urlencode(chosen | extra)}"
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
    sandbox = Sandbox(dialect=data.draw(st.sampled_from(["contract", "today"])))
    reply = sandbox.handle(where.method, target, headers, b"" if body is None else json.dumps(body).encode())
    assert reply.status < 500
    sandbox.clock.advance(2 * 86400)
    assert sandbox.snapshot()


STEPS = st.one_of(
    st.tuples(
        st.just("submit"),
        st.fixed_dictionaries(
            {
                "symbol": st.sampled_from(["AAPL", CALL]),
                "side": st.sampled_from(["BUY", "SELL"]),
                "quantity": st.integers(1, 9).map(str),
                "order_type": st.just("LIMIT"),
                "limit_price": st.integers(1, 300).map(str),
                "time_in_force": st.sampled_from(["DAY", "GOOD_TILL_CANCEL", "IMMEDIATE_OR_CANCEL"]),
            }
        ),
    ),
    st.tuples(st.sampled_from(["cancel", "replace"]), st.integers(0, 5)),
    st.tuples(st.just("price"), st.integers(1, 300)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.6, 2.0])),
    st.tuples(st.just("plan"), st.sampled_from([None, "PARTIALLY_FILLED", "REJECTED", ("PARTIALLY_FILLED", "FILLED")])),
    st.tuples(st.just("close"), st.sampled_from(["AAPL", CALL])),
)


@settings(deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_orders_executions_positions_and_cash_agree(steps: list[tuple[str, Any]]) -> None:
    sandbox = Sandbox(empty=True)
    sandbox.add_account(1, cash="1000000")
    sandbox.add_position(1, "AAPL", 50, price="150")
    sandbox.add_position(1, CALL, 20, price="10")
    service = Service(sandbox)
    for kind, value in steps:
        orders = sandbox.orders(1)
        if kind == "submit":
            service.submit(value, account=1)
        elif kind in ("cancel", "replace") and orders:
            path = f"/v1/accounts/1/orders/{orders[value % len(orders)]['id']}"
            service("DELETE", path) if kind == "cancel" else service("PATCH", path, {"quantity": f"{value + 1}"})
        elif kind == "price":
            sandbox.set_price("AAPL", f"{value}")
        elif kind == "wait":
            sandbox.clock.advance(value)
        elif kind == "plan":
            sandbox.plan_orders(then=value)
        elif kind == "close":
            service("DELETE", f"/v1/accounts/1/positions/{quote(value)}")
    executions = service.data("/v1/accounts/1/executions")
    signed = [Decimal(each["quantity"]) * (1 if each["side"] == "BUY" else -1) for each in executions]
    sizes = {"AAPL": 1, CALL: 100}
    spent = sum(
        quantity * Decimal(each["price"]) * sizes[each["symbol"]]
        for quantity, each in zip(signed, executions, strict=True)
    )
    assert service.cash(1) == 1000000 - spent
    held = service.positions(1)
    for symbol, began in (("AAPL", 50), (CALL, 20)):
        moved = sum(quantity for quantity, each in zip(signed, executions, strict=True) if each["symbol"] == symbol)
        assert Decimal(held.get(symbol, "0")) == began + moved
    for order in sandbox.orders(1):
        filled = sum(Decimal(each["quantity"]) for each in executions if each["order_id"] == order["id"])
        assert Decimal(order["filled_quantity"]) == filled
        open_or_done = Decimal(order["quantity"]) - filled
        is_over = order["status"] in ("CANCELED", "REJECTED", "EXPIRED")
        assert Decimal(order["leaves_quantity"]) == (0 if is_over else open_or_done)
    entries = [entry.id for entry in sandbox.ledger if entry.kind == "order_filled"]
    assert len(entries) == len(executions)


EVERY_READ = [
    "/v1/accounts",
    f"/v1/accounts/{ACCOUNT}",
    f"/v1/accounts/{ACCOUNT}/balances",
    ORDERS,
    f"/v1/accounts/{ACCOUNT}/executions",
    f"{CONTRACTS}?underlier=AAPL",
    "/v1/instruments/AAPL",
    "/v1/instruments/search?q=aapl",
    "/v1/clock",
    HOURS,
    f"{SNAPSHOTS}?instrument_ids=AAPL",
    f"/v1/accounts/{ACCOUNT}/positions",
    f"/v1/accounts/{ACCOUNT}/positions/instructions",
    f"/v1/accounts/0/orders/{EXAMPLE_ORDER_ID}",
]


def test_every_operation_that_reads_is_among_these() -> None:
    reads = {name for name, where in PATHS.items() if where.method == "GET"} - {"get_version"}
    odd = sorted(reads ^ {route(path.partition("?")[0])[0]["GET"] for path in EVERY_READ})
    assert not odd, f"{', '.join(odd)}: write a path of it into `EVERY_READ`, with what it has to be asked with"


@pytest.mark.parametrize("path", EVERY_READ)
def test_every_operation_needs_a_key(service: Service, path: str) -> None:
    assert service.client.get(path).status_code == 200
    assert service.client.get(path, headers={"Authorization": ""}).status_code == 401
