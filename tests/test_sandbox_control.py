"""The sandbox as a server: controlling it over HTTP, seed files, and the command line that starts it."""

from __future__ import annotations

import json
import socket
import sys
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street.market import Market
from clear_street.sandbox import LiveClock, Sandbox, SandboxClock, SandboxServer
from clear_street.sandbox.messages import Refusal
from clear_street.sandbox.seed_file import read_market, read_world
from support.key_names import KEY_NAME
from support.programs import run_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCOUNT = 122503
CALL = "AAPL 280121C00195000"
EXPIRING = "AAPL 260424C00260000"
INSTRUCTIONS = f"/v1/accounts/{ACCOUNT}/positions/instructions"
TODAY = date(2026, 4, 24)


class Control:
    """Plain requests to the control path of a server."""

    def __init__(self, server: SandboxServer) -> None:
        self.server, self.sandbox = server, server.sandbox
        self.client = httpx.Client(base_url=server.url, headers={"Authorization": "Bearer key"}, trust_env=False)

    def ask(self, path: str) -> Any:
        response = self.client.get(f"/_sandbox/{path}")
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def tell(self, path: str, body: object = None) -> Any:
        response = self.client.post(f"/_sandbox/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def refused(self, path: str, body: object) -> str:
        response = self.client.post(f"/_sandbox/{path}", json=body)
        assert response.status_code in (400, 404), response.text
        message: str = response.json()["error"]["message"]
        return message

    def submit(self, key: str = "k") -> httpx.Response:
        row = {
            "instruction_type": "EXERCISE",
            "instrument_id": self.sandbox.add_instrument(CALL),
            "quantity": "1",
            KEY_NAME: key,
        }
        return self.client.post(INSTRUCTIONS, json=[row])


@pytest.fixture
def control() -> Iterator[Control]:
    with SandboxServer(Sandbox()) as server:
        made = Control(server)
        with made.client:
            yield made


# --- Who may use it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:80", "127.1.2.3"])
def test_a_loopback_host_may_use_it(control: Control, host: str) -> None:
    assert control.client.get("/_sandbox/ledger", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_host_may_not_use_it(control: Control, host: str, method: str) -> None:
    response = control.client.request(method, "/_sandbox/faults", headers={"Host": host}, json={"fault": "slow"})
    assert response.status_code == 403
    assert response.json()["data"] is None
    assert control.ask("faults") == []


def test_a_page_of_another_origin_may_not_use_it(control: Control) -> None:
    for origin, status in [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 200)]:
        assert control.client.get("/_sandbox/ledger", headers={"Origin": origin}).status_code == status


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_changes_anything_is_json(control: Control, content_type: str, method: str) -> None:
    headers = {"Content-Type": content_type}
    response = control.client.request(method, "/_sandbox/faults", headers=headers, content=b'{"fault": "slow"}')
    assert response.status_code == 415
    assert control.ask("faults") == []


def test_a_method_that_it_does_not_have_is_refused(control: Control) -> None:
    response = control.client.put("/_sandbox/faults")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, DELETE")
    assert control.client.post("/_sandbox/ledger", json={}).headers["allow"] == "GET"
    assert control.client.request("TRACE", "/_sandbox/ledger").status_code == 405
    assert control.client.head("/_sandbox/ledger").content == b""
    assert "ledger, requests" in control.client.get("/_sandbox/leger").json()["error"]["message"]


def test_what_there_is_can_be_asked(control: Control) -> None:
    paths = control.ask("")
    assert "/_sandbox/faults" in paths
    assert control.client.get("/_sandbox").json()["data"] == paths


def test_a_method_that_the_api_does_not_have_is_refused(control: Control) -> None:
    for method in ("TRACE", "OPTIONS", "PUT"):
        response = control.client.request(method, "/v1/version")
        assert (response.status_code, response.headers["allow"]) == (405, "GET")
        assert response.json()["error"]["code"] == 405


# --- What it is asked -------------------------------------------------------------------------------------------------


def test_the_ledger_and_the_requests_are_shown(control: Control) -> None:
    control.submit()
    [entry] = control.ask("ledger")
    assert (entry["kind"], entry["key"], entry["time"]) == ("submitted", "k", "2026-04-24T14:30:00Z")
    [seen] = control.ask("requests")
    assert (seen["operation"], seen["status"]) == ("submit_position_instructions", 200)
    assert json.loads(seen["body"])[0][KEY_NAME] == "k"
    assert seen["headers"]["authorization"] == "<secret>"
    control.client.headers.pop("Authorization")
    control.client.get("/v1/version")
    assert "authorization" not in control.ask("requests")[1]["headers"]


def test_the_state_is_shown_and_how_it_behaves_is_told(control: Control) -> None:
    state = control.ask("state")
    assert state["clock"] == {"now": "2026-04-24T14:30:00Z", "market": "2026-04-24T10:30:00-04:00"}
    assert state["accounts"][f"{ACCOUNT}"]["cash"] == "250000"
    assert {"symbol": "TSLA", "quantity": "-40"}.items() <= state["accounts"][f"{ACCOUNT}"]["positions"][-1].items()
    told = control.tell("state", {"list_lag": 5, "honour_keys": False, "dialect": "today", "strict": True})
    assert told["list_lag"] == control.sandbox.list_lag == 5
    assert (control.sandbox.honour_keys, control.sandbox.dialect, control.sandbox.strict) == (False, "today", True)
    assert "Did you mean 'today'?" in control.refused("state", {"dialect": "Today"})
    assert "`strict`" in control.refused("state", {"strict": "yes"})
    assert "list_lag" in control.refused("state", {"lag": 5})
    assert "`list_lag`" in control.refused("state", {"list_lag": -1})


# --- Faults -----------------------------------------------------------------------------------------------------------


def test_a_lost_reply_is_lost_to_any_client(control: Control) -> None:
    control.tell("faults", {"fault": "after_effect", "operation": "submit_position_instructions", "nth": 2})
    assert control.submit("first").status_code == 200
    with pytest.raises(httpx.TransportError):
        control.submit("second")
    assert [entry["key"] for entry in control.ask("ledger")] == ["first", "second"]
    assert control.ask("requests")[1]["fault"] == "after_effect"


def test_faults_have_their_arguments_and_are_cleared(control: Control) -> None:
    control.tell("faults", {"fault": "rate_limited", "retry_after": 2, "times": None})
    control.tell(
        "faults", {"fault": "answer", "status": 503, "body": "empty", "effect": True, "headers": [["X-A", "b"]]}
    )
    assert control.ask("faults") == [
        {"fault": "rate_limited", "operation": None, "nth": 1, "left": None},
        {"fault": "answer 503", "operation": None, "nth": 1, "left": 1},
    ]
    assert control.client.get("/v1/version").headers["retry-after"] == "2"
    cleared = control.client.request("DELETE", "/_sandbox/faults", headers={"Content-Type": "application/json"})
    assert cleared.json()["data"] == control.ask("faults") == []
    assert control.client.get("/v1/version").status_code == 200


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"fault": "rate_limit"}, "never_sent, before_effect, after_effect"),
        ({"fault": "rewritten"}, "no fault 'rewritten'"),
        ({}, "no fault None"),
        ([], "no fault []"),
        ({"fault": "slow", "operation": "submit"}, "submit_position_instructions"),
        ({"fault": "slow", "second": 1}, "unknown field `second`, expected one of `fault`"),
        ({"fault": "slow", "seconds": "x"}, "`delay`"),
        ({"fault": "slow", "nth": 0}, "`nth`"),
        ({"fault": "slow", "times": "all"}, "`times`"),
        ({"fault": "answer"}, "status"),
        ({"fault": "answer", "status": 500, "effect": "no"}, "`effect`"),
        ({"fault": "answer", "status": 500, "headers": {"a": "b"}}, "`headers`"),
        ({"fault": "answer", "status": 500, "headers": [["a", 1]]}, "`headers`"),
        ({"fault": "odd_body", "kind": "none"}, "not_json"),
        ({"fault": "stray_reply", "where": "after"}, "between"),
        ({"fault": "odd_body", "kind": []}, "unhashable"),
    ],
)
def test_a_fault_that_there_is_none_of_is_refused(control: Control, body: object, told: str) -> None:
    assert told in control.refused("faults", body)
    assert control.ask("faults") == []


# --- Time, plans, settling --------------------------------------------------------------------------------------------


def test_time_is_moved(control: Control) -> None:
    assert control.tell("clock", {"advance": 90})["now"] == "2026-04-24T14:31:30Z"
    assert control.tell("clock", {"to": "17:30"})["market"] == "2026-04-24T17:30:00-04:00"
    assert control.tell("clock", {"to": "2026-04-24T22:00:00Z"})["market"] == "2026-04-24T18:00:00-04:00"
    assert control.ask("clock")["now"] == "2026-04-24T22:00:00Z"


BAD_TIMES: list[object] = [
    {},
    {"advance": 1, "to": "17:30"},
    {"advance": -1},
    {"advance": True},
    {"advance": "1"},
    {"to": "09:30"},
    {"to": "soon"},
    {"to": "25:00"},
    {"to": "2026-04-24T22:00:00"},
    {"forward": 1},
    [],
]


@pytest.mark.parametrize("body", BAD_TIMES, ids=range(len(BAD_TIMES)))
def test_time_goes_forward_only(control: Control, body: object) -> None:
    assert control.refused("clock", body)
    assert control.ask("clock")["now"] == "2026-04-24T14:30:00Z"


def test_what_becomes_of_instructions_and_orders_is_planned(control: Control) -> None:
    control.tell("plans", {"then": ["REJECTED"], "reason": "Not today", "instrument": CALL})
    control.tell("plans", {"of": "orders", "then": "REJECTED", "after": 2})
    [row] = control.submit().json()["data"]
    [order] = control.client.request("DELETE", f"/v1/accounts/{ACCOUNT}/positions/TSLA").json()["data"]
    control.tell("clock", {"advance": 5})
    account = control.ask("state")["accounts"][f"{ACCOUNT}"]
    assert {each["id"]: each["status"] for each in account["instructions"]}[row["id"]] == "REJECTED"
    assert {each["id"]: each["status"] for each in account["orders"]} == {order["id"]: "REJECTED"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"then": "ACCEPTD"}, "Did you mean 'ACCEPTED'?"),
        ({"of": "orders", "then": ["FILED"]}, "Did you mean 'FILLED'?"),
        ({"of": "trades"}, "instructions, orders"),
        ({"order": "k"}, "unknown field `order`"),
        ({"than": "ACCEPTED"}, "`then`"),
        ({"then": {}}, "a list of statuses"),
        ({"then": [[]]}, "`then`"),
        ({"instrument": "APPL"}, "AAPL"),
        ({"after": -1}, "`after`"),
        ([], "expected an object"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(control: Control, body: object, told: str) -> None:
    assert told in control.refused("plans", body)


def test_an_instruction_is_settled(control: Control) -> None:
    [row] = control.submit().json()["data"]
    control.tell("settle", {"id": row["id"], "status": "REJECTED", "reason": "No"})
    assert control.sandbox.instructions(ACCOUNT)[1]["rejection_reason"] == "No"
    assert "has the id 'x'" in control.refused("settle", {"id": "x", "status": "REJECTED"})
    assert "REJECTED" in control.refused("settle", {"id": row["id"], "status": "REJECTD"})
    assert "$.status" in control.client.post("/_sandbox/settle", json={"id": "x"}).text


def test_prices_accounts_and_instruments_are_added(control: Control) -> None:
    assert control.tell("prices", {"instrument": "AAPL", "price": "1"}) == {"instrument": "AAPL", "price": "1"}
    [made] = control.tell("instruments", {"symbol": "QQQ", "price": "500"})
    assert control.sandbox.add_instrument("QQQ") == made
    assert len(control.tell("instruments", [{"symbol": "A"}, {"symbol": "B"}])) == 2
    body = {
        "account_id": 7,
        "cash": "5",
        "api_keys": ["k"],
        "positions": [{"symbol": "QQQ {today}C00001000", "quantity": "2"}],
    }
    account = control.tell("accounts", body)
    assert (account["account_id"], account["cash"]) == (7, "5")
    assert account["positions"][0]["symbol"] == "QQQ 260424C00001000"
    assert "AAPL" in control.refused("prices", {"instrument": "APPL", "price": "1"})
    wrong = {"account_id": 7, "positions": [{"symbol": "X", "quantity": "0"}]}
    assert "$.accounts[0].positions[0]: Expected a quantity" in control.refused("accounts", wrong)


def test_it_begins_again(control: Control) -> None:
    control.submit()
    control.tell("clock", {"advance": 86400 * 3})
    control.tell("faults", {"fault": "slow", "operation": "get_orders"})
    control.tell("state", {"list_lag": 5, "dialect": "today", "honour_keys": False})
    control.tell("accounts", {"account_id": 7})
    state = control.tell("reset", {})
    assert control.ask("ledger") == control.ask("requests") == control.ask("faults") == []
    assert (state["list_lag"], state["dialect"], state["honour_keys"]) == (0, "contract", True)
    assert "7" not in state["accounts"]
    # Its time goes on, and what expires today is of that day.
    assert state["clock"]["now"] == "2026-04-27T14:30:00Z"
    assert "AAPL 260427C00260000" in [row["symbol"] for row in state["accounts"][f"{ACCOUNT}"]["positions"]]
    assert control.submit().status_code == 200
    assert "unknown field" in control.refused("reset", {"seed": 1})


def test_what_is_no_json_is_refused(control: Control) -> None:
    headers = {"Content-Type": "application/json"}
    assert control.client.post("/_sandbox/faults", content=b"{", headers=headers).status_code == 400
    assert control.client.post("/_sandbox/reset", headers=headers).status_code == 200


# --- A world of one's own ---------------------------------------------------------------------------------------------

WORLD = {
    "market": {
        "cutoff": "17:30",
        "closed": ["2026-12-25"],
        "early": {"2026-11-27": "13:00"},
        "cutoffs": {"2026-11-27": "14:00"},
    },
    "instruments": [{"symbol": "AAPL", "price": "270", "name": "Apple"}],
    "accounts": [
        {
            "account_id": 1,
            "name": "Desk",
            "positions": [{"symbol": "AAPL {today}C00260000", "quantity": "5", "price": "10"}],
            "instructions": [{"symbol": "AAPL {today}C00260000", "quantity": 2, "status": "ACCEPTED"}],
            "orders": [{"symbol": "AAPL {today}C00260000", "side": "SELL", "quantity": "1", "limit_price": "12"}],
        }
    ],
}


def test_a_world_is_read() -> None:
    world = read_world(WORLD, TODAY)
    sandbox = Sandbox(world=world)
    [row] = sandbox.instructions(1)
    assert (row["symbol"], row["quantity"], row["status"]) == (EXPIRING, "2", "ACCEPTED")
    assert [(order["symbol"], order["limit_price"]) for order in sandbox.orders(1)] == [(EXPIRING, "12")]
    assert sandbox.snapshot().keys() == {"1"}
    market = read_market(WORLD["market"], "$.market")
    assert market == Market(
        cutoff="17:30",
        closed=[date(2026, 12, 25)],
        early={date(2026, 11, 27): time(13)},
        cutoffs={date(2026, 11, 27): time(14)},
    )
    assert read_market(None, "$.market") == Market()
    assert Sandbox(world=read_world({}, TODAY)).snapshot() == {}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "$"),
        ({"account": []}, "$.account"),
        ({"accounts": {}}, "$.accounts"),
        ({"accounts": [7]}, "$.accounts[0]"),
        ({"accounts": [{"name": "x"}]}, "$.accounts[0].account_id"),
        ({"accounts": [{"account_id": "1"}]}, "$.accounts[0].account_id"),
        ({"accounts": [{"account_id": 1, "api_keys": "k"}]}, "$.accounts[0].api_keys"),
        ({"accounts": [{"account_id": 1, "options_level": -1}]}, "$.accounts[0].options_level"),
        ({"accounts": [{"account_id": 1}, {"account_id": 2, "cash": "x"}]}, "$.accounts[1].cash"),
        ({"accounts": [{"account_id": 1, "positions": [{}]}]}, "$.accounts[0].positions[0].symbol"),
        ({"accounts": [{"account_id": 1, "instructions": [1]}]}, "$.accounts[0].instructions[0]"),
        (
            {"accounts": [{"account_id": 1, "orders": [{"symbol": "X", "quantity": 1}]}]},
            "$.accounts[0].orders[0].quantity",
        ),
        ({"instruments": [{"symbol": "X", "multiplier": 0}]}, "$.instruments[0].multiplier"),
        ({"instruments": [{"symbol": "X", "style": "ASIAN"}]}, "$.instruments[0].style"),
    ],
)
def test_a_world_that_is_not_right_is_refused_with_its_path(document: object, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_world(document, TODAY)
    assert refused.value.details[0]["path"] == path


BAD_MARKETS: list[object] = [
    {"zone": "Mars"},
    {"cutoff": "half past"},
    {"closed": ["soon"]},
    {"early": {"2026": "13:00"}},
    {"early": []},
    {"early": {"2026-11-27": 13}},
    {"close": "16:00"},
    7,
]


@pytest.mark.parametrize("market", BAD_MARKETS, ids=range(len(BAD_MARKETS)))
def test_a_market_that_is_not_right_is_refused_with_its_path(market: object) -> None:
    with pytest.raises(Refusal) as refused:
        read_market(market, "$.market")
    assert refused.value.details[0]["path"].startswith("$.market")


# --- The command line -------------------------------------------------------------------------------------------------


class Command:
    """The command, run with arguments until it serves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def run(self, *arguments: str, during: Callable[[SandboxServer], object] = lambda _: None) -> str:
        self.monkeypatch.setattr(SandboxServer, "wait", during)
        self.monkeypatch.setattr(sys, "argv", ["sandbox", "--port", "0", *arguments])
        run_module("clear_street.sandbox")
        return self.capsys.readouterr().out

    def sandbox(self, *arguments: str) -> Sandbox:
        seen: list[Sandbox] = []
        self.run(*arguments, during=lambda server: seen.append(server.sandbox))
        return seen[0]

    def refused(self, *arguments: str) -> str:
        with pytest.raises(SystemExit, match="2"):
            self.run(*arguments)
        return self.capsys.readouterr().err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_the_clock_runs_stands_or_hurries(command: Command) -> None:
    start = ("--time", "2026-04-24T17:20-04:00")
    stepped = command.sandbox("--clock", "stepped", *start)
    assert not isinstance(stepped.clock, LiveClock)
    assert stepped.clock.now() == datetime(2026, 4, 24, 21, 20, tzinfo=UTC)
    assert isinstance(command.sandbox("--clock", "live", *start).clock, LiveClock)
    fast = command.sandbox("--clock", "6000x", *start).clock
    before = fast.monotonic()
    fast.sleep(60)
    assert fast.monotonic() - before >= 60
    for wrong in ("60", "x", "0x", "slow", "-1x", "1e9x"):
        assert "--clock" in command.refused("--clock", wrong)
    with pytest.raises(ValueError, match="`rate`"):
        LiveClock(rate=0)


def test_on_a_stepped_clock_nothing_settles_until_it_is_moved(command: Command) -> None:
    def during(server: SandboxServer) -> None:
        control = Control(server)
        control.tell("faults", {"fault": "slow", "seconds": 0.01})
        assert control.submit().status_code == 200
        assert [entry["kind"] for entry in control.ask("ledger")] == ["submitted"]
        control.tell("clock", {"advance": 3})
        assert [entry["kind"] for entry in control.ask("ledger")] == ["submitted", "settled"]
        control.client.close()

    command.run("--clock", "stepped", "--time", "2026-04-24T10:30-04:00", during=during)


def test_past_the_cut_off_that_it_is_given_nothing_is_taken(command: Command) -> None:
    late = command.sandbox("--cutoff", "17:30", "--time", "2026-04-24T17:31-04:00", "--clock", "stepped")
    row = {"instruction_type": "DO_NOT_EXERCISE", "instrument_id": late.add_instrument(EXPIRING), "quantity": "1"}
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
    reply = late.handle("POST", INSTRUCTIONS, headers, json.dumps([row]).encode())
    assert reply.status == 400
    assert "cut-off" in reply.json()["error"]["message"]
    assert "`cutoff`" in command.refused("--cutoff", "noon")


def test_it_takes_the_keys_that_it_is_given(command: Command) -> None:
    def during(server: SandboxServer) -> None:
        for key, status in [("one", 200), ("two", 200), ("three", 401)]:
            path = f"{server.url}/v1/accounts"
            assert httpx.get(path, headers={"Authorization": f"Bearer {key}"}, trust_env=False).status_code == status

    out = command.run("--key", "one", "--key", "two", during=during)
    assert "Bearer one" in out


def test_it_may_print_its_address_alone(command: Command) -> None:
    assert command.run("--quiet").startswith("http://127.0.0.1:")


def test_a_seed_file_is_its_world(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(WORLD), encoding="utf-8")
    arguments = ("--seed-file", f"{path}", "--time", "2026-04-24T10:30-04:00")
    sandbox = command.sandbox(*arguments)
    assert sandbox.snapshot()["1"]["positions"][0]["symbol"] == EXPIRING
    assert sandbox.market.cutoff == time(17, 30)
    assert command.sandbox(*arguments, "--cutoff", "16:00").market.cutoff == time(16)
    assert command.sandbox(*arguments, "--cutoff", "16:00").market.early == {date(2026, 11, 27): time(13)}
    assert "/v1/accounts/1/positions" in command.run(*arguments)
    path.write_text('{"accounts": []}', encoding="utf-8")
    assert "/v1/accounts/1/positions" in command.run(*arguments)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"accounts": [{"account_id": "x"}]}', "$.accounts[0].account_id: expected a whole number"),
        (
            '{"accounts": [{"account_id": 1, "positions": [{"symbol": "X", "quantity": "0"}]}]}',
            "$.accounts[0].positions[0]: ",
        ),
        ('{"accounts": [{"account_id": 1, "subtype": "X"}]}', "$.accounts[0]: Expected one of CASH, MARGIN"),
        (
            '{"accounts": [{"account_id": 1, "instructions": [{"symbol": "X", "status": "DONE"}]}]}',
            "$.accounts[0].instructions[0]: Expected one of",
        ),
        ("{", "is not JSON"),
        ("[]", "$: expected an object"),
        ('{"market": {"zone": "Mars"}}', "$.market: "),
        (None, "No such file"),
    ],
)
def test_a_seed_file_that_is_not_right_is_refused(
    command: Command, tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "world.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert told in command.refused("--seed-file", f"{path}")


def test_faults_are_given_on_the_command_line(command: Command) -> None:
    wanted = "after_effect:submit_position_instructions:2"
    sandbox = command.sandbox("--fault", wanted, "--fault", "replayed", "--strict")
    assert [(rule.name, rule.operation, rule.nth) for rule in sandbox.faults.rules] == [
        ("after_effect", "submit_position_instructions", 2),
        ("replayed", None, 1),
    ]
    assert sandbox.strict
    for wrong, told in [
        ("after_efect", "there is no fault 'after_efect'; there are never_sent"),
        ("slow:submit", "there is no operation 'submit'; there are cancel_all_open_orders"),
        ("slow:get_orders:x", "not the number of a call"),
        ("slow:get_orders:0", "not the number of a call"),
        ("answer", "/_sandbox/faults"),
    ]:
        assert told in command.refused("--fault", wrong)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.1", "example.com"])  # nothing is listened on
def test_other_machines_are_let_in_only_if_that_is_said(command: Command, address: str) -> None:
    assert "--yes-not-loopback" in command.refused("--listen", address)


def test_it_listens_where_it_is_told_to(command: Command) -> None:
    assert command.run("--quiet", "--listen", "localhost").startswith("http://localhost:")
    assert command.run("--quiet", "--listen", "0.0.0.0", "--yes-not-loopback").startswith("http://0.0.0.0:")


def test_a_server_takes_a_host() -> None:
    with SandboxServer(Sandbox(clock=SandboxClock()), host="127.0.0.1") as server:
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))).close()
