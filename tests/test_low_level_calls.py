"""The low-level calls: what they send for which arguments, what they refuse, and how they read each reply."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import unquote

import httpx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clear_street_api.api.positions import (
    cancel_position_instruction,
    close_position,
    close_positions,
    get_position_instructions,
    get_positions,
    submit_position_instructions,
)
from clear_street_api.api.version import get_version
from clear_street_api.client import Request
from clear_street_api.errors import UnexpectedStatus, UnreadableBody
from clear_street_api.models import (
    ErrorResponse,
    OrderStatus,
    PositionCancelPositionInstructionResponse,
    PositionInstructionRequest,
    PositionInstructionType,
    PositionSortBy,
    SortDirection,
)
from support.key_names import CANCEL_ID, KEY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

SPEC: Json = yaml.safe_load((Path(__file__).parents[1] / "openapi.yaml").read_text(encoding="utf-8"))
BASE_URL = "https://service.test"
ROW: Json = {"instruction_type": "EXERCISE", "instrument_id": "0195f6d0", "quantity": "1", KEY_NAME: "key-1"}


class Case(NamedTuple):
    """An operation, called with some arguments, and what that is to send."""

    operation: str
    args: tuple[Any, ...]
    kwargs: Json
    method: str
    target: str
    body: Any = None

    @property
    def module(self) -> Any:
        return import_module(f"clear_street_api.api.{GROUPS[self.operation]}.{self.operation}")


GROUPS = {
    operation["operationId"]: operation["tags"][0].lower().replace(" ", "_")
    for item in SPEC["paths"].values()
    for operation in item.values()
}
OPENING = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
CLOSING = datetime(2026, 11, 27, 21, tzinfo=UTC)
ORDER: Json = {
    "side": "BUY",
    "quantity": "1",
    "order_type": "LIMIT",
    "time_in_force": "DAY",
    "symbol": "AAPL",
    "limit_price": "195.00",
}
ORDERS = "/v1/accounts/122503/orders"
INSTRUCTIONS = "/v1/accounts/122503/positions/instructions"
CASES = [
    Case("get_positions", (0,), {}, "GET", "/v1/accounts/0/positions"),
    Case(
        "get_positions",
        (122503,),
        {
            "instrument_ids": ["0195f6d0", "BRK,B", "a b"],
            "page_size": 200,
            "page_token": "eyJwYWdlIjoyfQ==",
            "sort_by": PositionSortBy.MARKET_VALUE,
            "sort_direction": "DESC",
        },
        "GET",
        "/v1/accounts/122503/positions?instrument_ids=0195f6d0,BRK%2CB,a%20b&page_size=200"
        "&page_token=eyJwYWdlIjoyfQ%3D%3D&sort_by=MARKET_VALUE&sort_direction=DESC",
    ),
    Case("close_positions", (122503,), {}, "DELETE", "/v1/accounts/122503/positions"),
    Case(
        "close_positions",
        (122503,),
        {"cancel_orders": True},
        "DELETE",
        "/v1/accounts/122503/positions",
        {"cancel_orders": True},
    ),
    Case(
        "close_position",
        ("AAPL 280121C00195000",),
        {"account_id": 122503, "cancel_orders": False},
        "DELETE",
        "/v1/accounts/122503/positions/AAPL%20280121C00195000",
        {"cancel_orders": False},
    ),
    Case("close_position", ("BRK/B",), {"account_id": 1}, "DELETE", "/v1/accounts/1/positions/BRK%2FB"),
    Case("get_position_instructions", (122503,), {}, "GET", INSTRUCTIONS),
    Case(
        "get_position_instructions",
        (122503,),
        {"instrument_id": "AAPL 280121C00195000"},
        "GET",
        f"{INSTRUCTIONS}?instrument_id=AAPL%20280121C00195000",
    ),
    Case(
        "submit_position_instructions",
        (122503,),
        {
            "instructions": [
                ROW,
                PositionInstructionRequest(
                    instruction_type=PositionInstructionType.DO_NOT_EXERCISE, instrument_id="Ω", quantity="2"
                ),
            ]
        },
        "POST",
        INSTRUCTIONS,
        [ROW, {"instruction_type": "DO_NOT_EXERCISE", "instrument_id": "Ω", "quantity": "2"}],
    ),
    Case("cancel_position_instruction", ("182bd5e5",), {"account_id": 122503}, "DELETE", f"{INSTRUCTIONS}/182bd5e5"),
    Case(
        "get_accounts",
        (),
        {"account_id": "1225", "account_name": "Main & Co", "page_size": 1000, "page_token": "e=="},
        "GET",
        "/v1/accounts?account_id=1225&account_name=Main%20%26%20Co&page_size=1000&page_token=e%3D%3D",
    ),
    Case("get_account_by_id", (122503,), {}, "GET", "/v1/accounts/122503"),
    Case("get_account_balances", (122503,), {}, "GET", "/v1/accounts/122503/balances"),
    Case(
        "get_account_balances",
        (122503,),
        {"top_margin_contributors_limit": 5},
        "GET",
        "/v1/accounts/122503/balances?top_margin_contributors_limit=5",
    ),
    Case("get_orders", (122503,), {}, "GET", ORDERS),
    Case(
        "get_orders",
        (122503,),
        {
            "order_ids": ["a", "b,c"],
            "status": [OrderStatus.NEW, "FILLED"],
            "symbol": "BRK/B",
            "instrument_ids": ["0195f6d0"],
            "instrument_type": "OPTION",
            "underlying_instrument_ids": ["0195f6d1"],
            "from_": OPENING,
            "to": CLOSING,
            "updated_at": {"gte": "2026-11-27", "lt": "2026-11-27T21:00:00Z"},
            "page_size": 1,
            "page_token": "p",
        },
        "GET",
        f"{ORDERS}?order_ids=a,b%2Cc&status=NEW,FILLED&symbol=BRK%2FB&instrument_ids=0195f6d0&instrument_type=OPTION"
        "&underlying_instrument_ids=0195f6d1&from=2026-11-27T14%3A30%3A00Z&to=2026-11-27T21%3A00%3A00Z"
        "&updated_at%5Bgte%5D=2026-11-27&updated_at%5Blt%5D=2026-11-27T21%3A00%3A00Z"
        "&page_size=1&page_token=p",
    ),
    Case("get_order_by_id", ("a/b",), {"account_id": 122503}, "GET", f"{ORDERS}/a%2Fb"),
    Case(
        "get_executions",
        (122503,),
        {"order_ids": ["a"], "from_": OPENING},
        "GET",
        "/v1/accounts/122503/executions?order_ids=a&from=2026-11-27T14%3A30%3A00Z",
    ),
    Case("submit_orders", (122503,), {"orders": [ORDER]}, "POST", ORDERS, [ORDER]),
    Case(
        "replace_order",
        ("a b",),
        {"account_id": 122503, "quantity": "2", "limit_price": "1.50"},
        "PATCH",
        f"{ORDERS}/a%20b",
        {"quantity": "2", "limit_price": "1.50"},
    ),
    Case("cancel_open_order", ("182bd5e5",), {"account_id": 122503}, "DELETE", f"{ORDERS}/182bd5e5"),
    Case("cancel_all_open_orders", (122503,), {}, "DELETE", ORDERS),
    Case(
        "cancel_all_open_orders",
        (122503,),
        {"side": "BUY", "type": "LIMIT", "instrument_type": "OPTION", "instrument_ids": ["a", "b"]},
        "DELETE",
        f"{ORDERS}?side=BUY&type=LIMIT&instrument_type=OPTION&instrument_ids=a,b",
    ),
    Case(
        "get_option_contracts",
        (),
        {"root": "SPXW", "contract_ids": ["a", "b"], "expiry": date(2026, 12, 18), "is_settle_on_open": False},
        "GET",
        "/v1/instruments/options/contracts?root=SPXW&contract_ids=a,b&expiry=2026-12-18&is_settle_on_open=false",
    ),
    Case(
        "get_instrument_by_id",
        ("BRK/B",),
        {"include_options_expiry_dates": True},
        "GET",
        "/v1/instruments/BRK%2FB?include_options_expiry_dates=true",
    ),
    Case(
        "search_instruments",
        (),
        {"q": "S&P 500", "include_inactive": False, "page_size": 100},
        "GET",
        "/v1/instruments/search?q=S%26P%20500&include_inactive=false&page_size=100",
    ),
    Case("get_clock", (), {}, "GET", "/v1/clock"),
    Case(
        "get_market_hours_calendar",
        (),
        {"date": date(2026, 11, 27), "market": "us_options"},
        "GET",
        "/v1/calendars/market-hours?date=2026-11-27&market=us_options",
    ),
    Case(
        "get_snapshots",
        (),
        {"instrument_ids": ["a", "b"], "expiry": date(2026, 12, 18)},
        "GET",
        "/v1/market-data/snapshot?instrument_ids=a,b&expiry=2026-12-18",
    ),
    Case("get_version", (), {}, "GET", "/v1/version"),
]
cases = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.operation}({', '.join(map(str, [*case.args, *case.kwargs]))})" for case in CASES]
)


def operations() -> Iterator[tuple[str, str, str, Json]]:
    """Id, method, path and definition of each operation of the spec."""
    for path, item in SPEC["paths"].items():
        for method, operation in item.items():
            yield operation["operationId"], method.upper(), path, operation


def replies() -> Iterator[tuple[str, int, str, Json]]:
    """Operation, status, class name and body of each reply that the spec shows."""
    for name, _, _, operation in operations():
        for status, reply in operation["responses"].items():
            body = SPEC["components"]["responses"][reply["$ref"].rpartition("/")[2]] if "$ref" in reply else reply
            media = body["content"]["application/json"]
            for example in media["examples"].values():
                yield name, int(status), media["schema"]["$ref"].rpartition("/")[2], example["value"]


REPLIES = list(replies())
GOOD = {name: (status, body) for name, status, _, body in reversed(REPLIES) if status == 200}


class Service:
    """Answers every request alike, and keeps them."""

    def __init__(self, status: int = 200, content: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self.status, self.content, self.headers = status, content, headers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.status, content=self.content, headers=self.headers)

    def client(self, **settings: Any) -> httpx.Client:
        return httpx.Client(base_url=BASE_URL, transport=httpx.MockTransport(self), **settings)

    def async_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=BASE_URL, transport=httpx.MockTransport(self))


def service_for(case: Case) -> Service:
    status, body = GOOD[case.operation]
    return Service(status, json.dumps(body).encode())


def check_sent(case: Case, service: Service) -> None:
    (request,) = service.requests
    assert request.method == case.method
    assert request.url.raw_path.decode() == case.target
    assert request.url.host == "service.test"
    assert request.headers["accept"] == "application/json"
    if case.body is None:
        assert request.content == b""
        assert "content-type" not in request.headers
    else:
        assert json.loads(request.content) == case.body
        assert request.headers["content-type"] == "application/json"


# --- What is sent ---------------------------------------------------------------------------------------------------


def test_every_operation_of_the_spec_has_a_case_and_says_what_it_is() -> None:
    odd = sorted({case.operation for case in CASES} ^ {name for name, *_ in operations()})
    assert not odd, (
        f"{', '.join(odd)}: only in one of openapi.yaml and `CASES` of tests/test_low_level_calls.py: "
        "write there what its generated call sends, or take it out"
    )
    for case in CASES:
        module = case.module
        assert (module.OPERATION, module.METHOD, module.PATH) in {known[:3] for known in operations()}
        assert case.operation == module.OPERATION


@cases
def test_a_request_is_built_without_sending_it(case: Case) -> None:
    request = case.module.build_request(*case.args, **case.kwargs)

    assert isinstance(request, Request)
    assert request.operation == case.operation
    assert (request.method, request.path_template) == (case.method, case.module.PATH)
    assert request.target == case.target
    assert request.path == case.target.partition("?")[0]
    assert request.json == case.body
    content = request.content()
    if case.body is None:
        assert content is None
    else:
        assert content == json.dumps(case.body, ensure_ascii=False, separators=(",", ":")).encode()


@cases
def test_a_blocking_call_sends_one_request_and_reads_its_reply(case: Case) -> None:
    service = service_for(case)

    with service.client() as client:
        reply = case.module.sync(client, *case.args, **case.kwargs)

    check_sent(case, service)
    assert reply == case.module.parse_response(service.status, service.content)


@cases
@pytest.mark.anyio
async def test_an_awaited_call_sends_one_request_and_reads_its_reply(case: Case) -> None:
    service = service_for(case)

    async with service.async_client() as client:
        reply = await case.module.asyncio(client, *case.args, **case.kwargs)

    check_sent(case, service)
    assert reply == case.module.parse_response(service.status, service.content)


def test_the_client_decides_where_to_and_as_whom() -> None:
    service = Service(*GOOD_REPLY)

    with service.client(headers={"Authorization": "Bearer key"}) as client:
        client.base_url = httpx.URL("https://proxy.test/clear-street/")
        cancel_position_instruction.sync(client, "x", account_id=1)

    (request,) = service.requests
    assert str(request.url) == "https://proxy.test/clear-street/v1/accounts/1/positions/instructions/x"
    assert request.headers["authorization"] == "Bearer key"


def test_a_redirect_is_not_followed() -> None:
    service = Service(307, b"", {"location": "https://elsewhere.test/"})

    with service.client(follow_redirects=True) as client, pytest.raises(UnexpectedStatus) as caught:
        close_positions.sync(client, 1)

    assert caught.value.status_code == 307
    assert len(service.requests) == 1


# --- Paths ----------------------------------------------------------------------------------------------------------

ids = pytest.mark.parametrize(
    ("build", "name"),
    [
        (cancel_position_instruction.build_request, CANCEL_ID),
        (close_position.build_request, "instrument_id"),
    ],
)


@ids
@given(value=st.text() | st.text(alphabet="./%\\ ?#;:@&=+,\x00é"))
@settings(max_examples=150, deadline=None)
def test_a_path_argument_becomes_one_segment_or_is_refused(
    build: Callable[..., Request], name: str, value: str
) -> None:
    sibling = "instructions" if name == "instrument_id" else ".."
    if not value.strip() or value in (".", "..", sibling):
        with pytest.raises(ValueError, match=f"`{name}`"):
            build(value, account_id=7)
        return

    request = build(value, account_id=7)

    sent = httpx.Client(base_url=BASE_URL).build_request(request.method, request.target).url.raw_path.decode()
    assert sent == request.target
    before, _, last = sent.rpartition("/")
    assert f"{before}/{{{name}}}" == request.path_template.replace("{account_id}", "7")
    assert unquote(last) == value


@ids
@pytest.mark.parametrize("value", ["", " ", "\t\n", "\u2003", ".", "..", "\ud800", "a\udfff"])
def test_a_path_argument_that_leads_elsewhere_is_refused(build: Callable[..., Request], name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}`"):
        build(value, account_id=1)


@ids
@pytest.mark.parametrize("value", [None, 7, True, b"x", ["x"], object()])
def test_a_path_argument_that_is_no_string_is_refused(build: Callable[..., Request], name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"`{name}`"):
        build(value, account_id=1)


def test_an_empty_path_argument_is_refused_in_the_words_of_the_api() -> None:
    with pytest.raises(ValueError, match=r"^Expected a non-empty value for `instruction_id` but received ''$"):
        cancel_position_instruction.build_request("", account_id=1)


@pytest.mark.parametrize("account_id", [0, 1, 2**63 - 1])
def test_an_account_is_a_whole_number(account_id: int) -> None:
    assert get_positions.build_request(account_id).path == f"/v1/accounts/{account_id}/positions"


@pytest.mark.parametrize("account_id", [-1, 2**63, -(2**63)])
def test_an_account_out_of_range_is_refused(account_id: int) -> None:
    with pytest.raises(ValueError, match=r"`account_id`"):
        get_positions.build_request(account_id)


@pytest.mark.parametrize("account_id", [None, "1", 1.0, True, "..", [1]])
def test_an_account_that_is_no_whole_number_is_refused(account_id: Any) -> None:
    with pytest.raises(TypeError, match=r"`account_id`"):
        close_positions.build_request(account_id)


# --- Queries --------------------------------------------------------------------------------------------------------


@given(
    instrument_ids=st.none() | st.lists(st.text().filter(lambda text: text.strip()), min_size=1, max_size=3),
    page_token=st.none() | st.text().filter(lambda text: text.strip()),
)
@settings(max_examples=100, deadline=None)
def test_a_query_arrives_as_it_was_given(instrument_ids: list[str] | None, page_token: str | None) -> None:
    request = get_positions.build_request(1, instrument_ids=instrument_ids, page_token=page_token)

    url = httpx.Client(base_url=BASE_URL).build_request(request.method, request.target).url
    assert url.raw_path.decode() == request.target
    pairs = dict(pair.split("=") for pair in url.query.decode().split("&")) if url.query else {}
    found_ids = [unquote(item) for item in pairs.pop("instrument_ids", "").split(",")]
    assert found_ids == ([""] if instrument_ids is None else instrument_ids)
    assert pairs.keys() == (set() if page_token is None else {"page_token"})
    assert unquote(pairs.get("page_token", "")) == (page_token or "")


@pytest.mark.parametrize("page_size", [1, 1000])
def test_a_page_size_within_the_limits_is_sent(page_size: int) -> None:
    assert get_positions.build_request(1, page_size=page_size).query == (("page_size", str(page_size)),)


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("page_size", 0, ValueError),
        ("page_size", 1001, ValueError),
        ("page_size", "10", TypeError),
        ("page_size", True, TypeError),
        ("page_size", 10.0, TypeError),
        ("page_token", "", ValueError),
        ("page_token", 7, TypeError),
        ("page_token", "\ud800", ValueError),
        ("instrument_ids", "AAPL", TypeError),
        ("instrument_ids", [], ValueError),
        ("instrument_ids", ["AAPL", ""], ValueError),
        ("instrument_ids", [7], TypeError),
        ("instrument_ids", {"AAPL": 1}, TypeError),
        ("sort_by", "", ValueError),
        ("sort_by", 7, TypeError),
    ],
)
def test_a_query_that_cannot_be_sent_is_refused(argument: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"`{argument}`"):
        get_positions.build_request(1, **{argument: value})


def test_a_member_that_the_spec_does_not_list_is_left_to_the_service() -> None:
    request = get_positions.build_request(1, sort_by="VOLUME", sort_direction=SortDirection("SIDEWAYS"))

    assert request.target == "/v1/accounts/1/positions?sort_by=VOLUME&sort_direction=SIDEWAYS"


# --- Bodies ---------------------------------------------------------------------------------------------------------


def submit(*rows: Any) -> Request:
    return submit_position_instructions.build_request(1, instructions=rows)


def test_a_row_without_a_key_is_sent_without_one() -> None:
    row = {name: value for name, value in ROW.items() if name != KEY_NAME}

    assert submit(row, {**row, KEY_NAME: None}).json == [row, row]


def test_rows_may_come_from_any_iterable() -> None:
    request = submit_position_instructions.build_request(1, instructions=(row for row in [ROW, ROW]))

    assert request.json == [ROW, ROW]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"quantity": 1.5}, r"quantity.*1\.5"),
        ({"quantity": 1}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"instruction_type": 7}, "instruction_type"),
        ({"instrumentid": "x"}, "instrumentid.*instrument_id"),
        ({"instruction_key": "x"}, "instruction_key"),
        ({"instrument_id": "\ud800"}, "instruction"),
    ],
)
def test_a_row_that_cannot_be_sent_is_refused(change: Json, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match=text):
        submit(ROW, {**ROW, **change})


@pytest.mark.parametrize("missing", ["instruction_type", "instrument_id", "quantity"])
def test_a_row_that_lacks_something_is_refused(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        submit({name: value for name, value in ROW.items() if name != missing})


@pytest.mark.parametrize("rows", [None, "rows", ROW, 7, [None], ["row"], [7]])
def test_what_is_no_list_of_rows_is_refused(rows: Any) -> None:
    with pytest.raises(TypeError, match="instructions"):
        submit_position_instructions.build_request(1, instructions=rows)


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        submit()


@pytest.mark.parametrize("cancel_orders", ["yes", 1, 0])
def test_a_flag_is_true_or_false(cancel_orders: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="cancel_orders"):
        close_positions.build_request(1, cancel_orders=cancel_orders)


# --- Replies --------------------------------------------------------------------------------------------------------

GOOD_REPLY = GOOD["cancel_position_instruction"][0], json.dumps(GOOD["cancel_position_instruction"][1]).encode()


@pytest.mark.parametrize(
    ("operation", "status", "model", "body"),
    REPLIES,
    ids=[f"{name}-{status}-{index}" for index, (name, status, *_) in enumerate(REPLIES)],
)
def test_each_reply_of_the_spec_becomes_its_model(operation: str, status: int, model: str, body: Json) -> None:
    case = next(case for case in CASES if case.operation == operation)

    reply = case.module.parse_response(status, json.dumps(body).encode())

    assert type(reply).__name__ == model
    assert reply.drift == ()
    assert reply.metadata.request_id == body["metadata"]["request_id"]
    assert reply.model_fields_set == body.keys()


def test_an_error_reply_is_a_value_of_the_low_level_call() -> None:
    body = {"metadata": {"request_id": "r"}, "error": {"code": 404, "message": "Position instruction not found"}}
    service = Service(404, json.dumps(body).encode())

    with service.client() as client:
        reply = cancel_position_instruction.sync(client, "x", account_id=1)

    assert isinstance(reply, ErrorResponse)
    assert reply.error.message == "Position instruction not found"


def test_a_reply_that_departs_from_the_spec_is_read_all_the_same() -> None:
    reply = cancel_position_instruction.parse_response(200, b'{"data": {"id": 7, "status": "ON_HOLD"}}')

    assert isinstance(reply, PositionCancelPositionInstructionResponse)
    assert reply.data.status == "ON_HOLD"
    assert {(drift.path, drift.kind) for drift in reply.drift} >= {
        ("metadata", "missing"),
        ("data.id", "type"),
        ("data.status", "unknown_member"),
    }


@pytest.mark.parametrize("status", [100, 201, 204, 299, 302, 418, 502, 504, 599, 999])
def test_a_status_that_the_spec_does_not_have_is_an_error(status: int) -> None:
    with pytest.raises(UnexpectedStatus, match=str(status)) as caught:
        cancel_position_instruction.parse_response(status, b"<html>secret</html>")

    assert (caught.value.status_code, caught.value.content) == (status, b"<html>secret</html>")
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"<html>secret</html>",
        b'{"secret": ',
        b"[]",
        b"null",
        b"7",
        b'"secret"',
        b"\xff\xfe\xfd",
        b"[" * 100_000,
    ],
    ids=["empty", "blank", "html", "cut-off", "array", "null", "number", "string", "binary", "too-deep"],
)
@pytest.mark.parametrize("status", [200, 404])
def test_a_body_that_is_no_json_object_is_an_error(status: int, content: bytes) -> None:
    with pytest.raises(UnreadableBody, match=str(status)) as caught:
        cancel_position_instruction.parse_response(status, content)

    assert (caught.value.status_code, caught.value.content) == (status, content)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("error", [UnexpectedStatus(599, b"x"), UnreadableBody(200, b"x")])
def test_errors_survive_pickling_and_copying(error: UnexpectedStatus | UnreadableBody) -> None:
    for clone in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(clone) is type(error)
        assert str(clone) == str(error)
        assert (clone.status_code, clone.content) == (error.status_code, error.content)


# --- Requests as values ---------------------------------------------------------------------------------------------


def test_a_request_cannot_be_changed() -> None:
    request = get_version.build_request()

    with pytest.raises(AttributeError):
        request.path = "/v2/version"
    with pytest.raises(AttributeError):
        cast("Any", request).headers = {}
    with pytest.raises(AttributeError):
        del request.path


def test_requests_are_equal_where_they_send_the_same() -> None:
    request = submit(ROW)

    assert request == submit(ROW)
    assert request != submit(ROW, ROW)
    assert request != get_position_instructions.build_request(1)
    for clone in (pickle.loads(pickle.dumps(request)), copy.deepcopy(request)):
        assert clone == request
        assert clone.content() == request.content()


def test_a_sibling_in_the_path_is_no_id() -> None:
    with pytest.raises(ValueError, match="'instructions', which would lead to another path"):
        close_position.build_request("instructions", account_id=7)
    assert close_position.build_request("Instructions", account_id=7).path.endswith("/positions/Instructions")
