"""What the operations take and refuse: nothing that is refused leaves the process."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clear_street import ArgumentError, ClearStreet, ClearStreetError, CutoffPassedError
from clear_street.sandbox import SandboxClock
from clear_street.types.v1 import PositionInstructionRequest, PositionInstructionType
from support.client_modes import Mode, query_of
from support.key_names import KEY_NAME
from support.scripted_service import Service, envelope, under_every_name

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CONTRACT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
NOTHING = envelope([])


def instruction(**fields: Any) -> dict[str, Any]:
    return {"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": "1", **fields}


def refused(story: Callable[[Any], Any], mode: Mode | None = None) -> ArgumentError:
    """The error of a call that sent nothing."""
    mode = mode or Mode("sync")
    service = Service((200, NOTHING))
    client = mode.client(service)
    with pytest.raises(ArgumentError) as caught:
        mode.run(lambda: story(client))
    assert service.requests == []
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ClearStreetError)
    assert not caught.value.outcome_unknown
    return caught.value


def sent(story: Callable[[Any], Any], *, data: Any = None) -> httpx.Request:
    """The request of a call, which is answered with `data`."""
    service = Service((200, envelope({"status": "CANCEL_REQUESTED"} if data is None else data)))
    story(Mode("sync").client(service))
    return service.request


def shown(value: object) -> str:
    """The name of a case."""
    return ascii(value)[:12]


def submitted(*instructions: Any) -> list[dict[str, Any]]:
    """The rows that a submit sends."""
    service = Service(otherwise=(200, NOTHING))
    mode = Mode("sync")
    client = mode.client(service)
    client.v1.positions.submit_position_instructions(7, instructions=list(instructions))
    rows: list[dict[str, Any]] = json.loads(service.requests[0].content)
    return rows


# --- Path arguments ---------------------------------------------------------------------------------------------------


def test_an_empty_instruction_id_is_refused_in_the_contracts_words(mode: Mode) -> None:
    error = refused(lambda client: client.v1.positions.cancel_position_instruction("", account_id=7), mode)
    assert str(error) == "Expected a non-empty value for `instruction_id` but received ''"


@pytest.mark.parametrize("method", ["cancel_position_instruction", "close_position", "cancel_and_wait"])
@pytest.mark.parametrize("value", ["", " ", "\t\n", ".", "..", None, 7, b"i-1", "\ud800", "x" * 70_000], ids=shown)
def test_an_id_that_is_no_segment_of_a_path_is_refused(method: str, value: Any) -> None:
    error = refused(lambda client: getattr(client.v1.positions, method)(value, account_id=7))
    assert len(str(error)) < 500


@pytest.mark.parametrize("value", ["", " ", None, 7, b"i-1", "\ud800"], ids=shown)
def test_an_id_that_cannot_be_in_a_list_is_not_looked_for(value: Any) -> None:
    assert "`id`" in str(refused(lambda client: client.v1.positions.get_position_instruction(value, account_id=7)))


@given(st.text(st.characters(exclude_categories=[]), min_size=1, max_size=20))
@example("a/b")
@example("../../positions")
@example("%2e%2e")
@example("a?b#c")
@example("a;b=c")
@example("\\..\\")
@example("…")
@example("/")
@example("a\x00b")
def test_any_other_string_reaches_the_wire_as_exactly_one_segment(value: str) -> None:
    before = b"/v1/accounts/7/positions/instructions/"
    service = Service((200, envelope({"status": "CANCEL_REQUESTED"})))
    try:
        Mode("sync").client(service).v1.positions.cancel_position_instruction(value, account_id=7)
    except ArgumentError:
        assert service.requests == []
        assert (
            not value.strip() or value in (".", "..") or any("\ud800" <= character <= "\udfff" for character in value)
        )
        return
    target = service.request.url.raw_path
    assert target.startswith(before)
    segment = target.removeprefix(before)
    assert not set(segment) & set(b"/?#\\ %\x00") - {ord("%")}
    assert unquote(segment.decode("ascii")) == value
    assert segment.lower() not in (b"", b".", b"..", b"%2e", b"%2e%2e")


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "get_positions": lambda client, account: client.v1.positions.get_positions(account),
    "close_positions": lambda client, account: client.v1.positions.close_positions(account),
    "close_position": lambda client, account: client.v1.positions.close_position("AAPL", account_id=account),
    "get_position_instructions": lambda client, account: client.v1.positions.get_position_instructions(account),
    "submit_position_instructions": lambda client, account: client.v1.positions.submit_position_instructions(
        account, instructions=[instruction()]
    ),
    "cancel_position_instruction": lambda client, account: client.v1.positions.cancel_position_instruction(
        "i-1", account_id=account
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("account_id", [True, "7", 7.0, None, Decimal(7), 2**63])
def test_an_account_id_is_an_int_of_64_bits(operation: Callable[[Any, Any], Any], account_id: object) -> None:
    assert "`account_id`" in str(refused(lambda client: operation(client, account_id)))


@pytest.mark.parametrize("account_id", [0, 122503, 2**63 - 1])
def test_zero_is_an_account_id_like_any_other(account_id: int) -> None:
    request = sent(lambda client: client.v1.positions.cancel_position_instruction("i-1", account_id=account_id))
    assert request.url.path == f"/v1/accounts/{account_id}/positions/instructions/i-1"


class WholeNumber:
    """A whole number that is no int, such as numpy's."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


def test_a_whole_number_of_any_type_is_taken_as_the_int_that_it_is() -> None:
    request = sent(lambda client: client.v1.positions.get_positions(WholeNumber(7), page_size=WholeNumber(3)), data=[])
    assert (request.url.path, request.url.query) == ("/v1/accounts/7/positions", b"page_size=3")
    assert submitted(instruction(quantity=WholeNumber(2)))[0]["quantity"] == "2"


def test_a_whole_number_of_any_type_is_taken_for_an_option() -> None:
    options: dict[str, Any] = {"timeout": WholeNumber(3), "deadline": WholeNumber(9), "max_retries": WholeNumber(0)}
    sizes: dict[str, Any] = {"max_body_size": WholeNumber(9999)}
    with ClearStreet.sandbox(**options, **sizes) as client:
        assert client.v1.positions.get_positions(122503, **options).data
        with pytest.raises(ArgumentError, match="for `max_retries` but received"):
            client.with_options(max_retries=WholeNumber(-1))  # type: ignore[arg-type]


def test_a_number_of_another_type_is_answered_with_what_to_write() -> None:
    class Truth:
        """A truth value that is no bool, such as numpy's."""

        def __index__(self) -> int:
            raise TypeError

    with pytest.raises(ArgumentError, match=r"for `timeout` but received Decimal\('3'\); use float\(\) of it\.$"):
        ClearStreet("key", timeout=Decimal(3))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="for `max_retries` but received"):
        ClearStreet("key", max_retries=Truth())  # type: ignore[arg-type]


def test_a_uuid_is_taken_as_its_text_wherever_an_id_is() -> None:
    contract = UUID(CONTRACT)
    request = sent(lambda client: client.v1.positions.cancel_position_instruction(contract, account_id=7))
    assert request.url.path == f"/v1/accounts/7/positions/instructions/{CONTRACT}"
    request = sent(lambda client: client.v1.positions.get_positions(7, instrument_ids=[contract]), data=[])
    assert request.url.query == f"instrument_ids={CONTRACT}".encode()
    [row] = submitted(instruction(instrument_id=contract, instruction_id=contract))
    assert (row["instrument_id"], row[KEY_NAME]) == (CONTRACT, CONTRACT)


def test_a_uuid_finds_the_row_whose_id_it_is(mode: Mode) -> None:
    row = {"id": CONTRACT, KEY_NAME: CONTRACT, "status": "ACCEPTED"}
    client = mode.client(Service(*[(200, envelope([row]))] * 3))
    positions = client.v1.positions
    found = mode.run(lambda: positions.get_position_instruction(UUID(CONTRACT), account_id=7))
    assert found.id == CONTRACT
    found = mode.run(lambda: positions.find_position_instructions(7, idempotency_keys=[UUID(CONTRACT)]))
    assert found[CONTRACT].id == CONTRACT
    found = mode.run(lambda: positions.wait_for_position_instruction(UUID(CONTRACT), account_id=WholeNumber(7)))
    assert found.id == CONTRACT


def test_a_string_of_another_class_is_sent_as_its_text() -> None:
    class Id(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "another"

    request = sent(lambda client: client.v1.positions.cancel_position_instruction(Id("i-1"), account_id=7))
    assert request.url.path.endswith("/i-1")


# --- Parameters of the query and of small bodies ----------------------------------------------------------------------


def test_none_leaves_a_parameter_out() -> None:
    request = sent(lambda client: client.v1.positions.get_positions(7, page_size=None, instrument_ids=None), data=[])
    assert request.url.query == b""
    request = sent(lambda client: client.v1.positions.close_positions(7, cancel_orders=None))
    assert request.content == b""


def test_lists_are_joined_with_commas_and_enums_may_be_strings() -> None:
    request = sent(
        lambda client: client.v1.positions.get_positions(
            7, instrument_ids=["AAPL", "BRK/B", "a,b&c"], sort_by="MARKET_VALUE", sort_direction="DESC"
        ),
        data=[],
    )
    assert request.url.query == b"instrument_ids=AAPL,BRK%2FB,a%2Cb%26c&sort_by=MARKET_VALUE&sort_direction=DESC"


@pytest.mark.parametrize(
    "arguments",
    [
        {"instrument_ids": "AAPL"},
        {"instrument_ids": []},
        {"instrument_ids": [7]},
        {"instrument_ids": [""]},
        {"instrument_ids": 7},
        {"page_size": 0},
        {"page_size": 1001},
        {"page_size": "10"},
        {"page_size": True},
        {"page_token": ""},
        {"page_token": 7},
        {"sort_by": 7},
        {"sort_direction": ""},
    ],
)
def test_a_parameter_of_the_query_that_cannot_be_meant_is_refused_by_name(arguments: dict[str, Any]) -> None:
    error = refused(lambda client: client.v1.positions.get_positions(7, **arguments))
    assert f"`{next(iter(arguments))}`" in str(error)


@pytest.mark.parametrize("value", ["false", 1, "yes"])
def test_cancel_orders_is_true_or_false(value: Any) -> None:
    assert "cancel_orders" in str(refused(lambda client: client.v1.positions.close_positions(7, cancel_orders=value)))


# --- Submitted instructions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(1, "1"), (10**17, "1" + 17 * "0"), ("12", "12"), ("007", "007"), (Decimal(3), "3"), (Decimal("4.00"), "4")],
)
def test_a_quantity_is_a_positive_whole_number_as_int_digits_or_decimal(quantity: Any, text: str) -> None:
    assert submitted(instruction(quantity=quantity))[0]["quantity"] == text


@pytest.mark.parametrize(
    "quantity",
    [
        *(1.0, 0.5, True, False, None, 0, -1, "", "0", "00", "-1", "+1", "1.0", "1e3", " 1", "one", "\uff11"),
        *(Decimal(0), Decimal(-1), Decimal("0.5"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")),
        *(Decimal("1e400000"), 10**18, "1" * 19, b"1", [1]),
    ],
    ids=repr,
)
def test_any_other_quantity_is_refused_with_the_remedy(quantity: Any) -> None:
    error = refused(
        lambda client: client.v1.positions.submit_position_instructions(
            7, instructions=[instruction(), instruction(quantity=quantity)]
        )
    )
    assert "`instructions[1].quantity`" in str(error)
    assert "int, a Decimal" in str(error)


@given(st.decimals() | st.floats() | st.integers(-(10**30), 10**30) | st.text(max_size=5) | st.booleans() | st.none())
def test_whatever_the_quantity_a_positive_whole_number_is_sent_or_nothing(quantity: Any) -> None:
    try:
        [row] = submitted(instruction(quantity=quantity))
    except ArgumentError:
        return
    assert row["quantity"].isdigit()
    assert int(row["quantity"]) == Decimal(quantity) > 0
    assert type(quantity) in (int, str, Decimal)


@pytest.mark.parametrize(
    "instructions",
    [[], (), None, 7, "EXERCISE", b"", instruction(), PositionInstructionRequest.from_dict(instruction())],
)
def test_a_batch_is_a_list_of_at_least_one(instructions: Any) -> None:
    error = refused(lambda client: client.v1.positions.submit_position_instructions(7, instructions=instructions))
    assert "`instructions`" in str(error)


def test_a_batch_may_be_any_iterable() -> None:
    service = Service(otherwise=(200, NOTHING))
    client = Mode("sync").client(service)
    client.v1.positions.submit_position_instructions(7, instructions=(instruction() for _ in range(3)))
    assert len(json.loads(service.requests[0].content)) == 3


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (7, "`instructions[0]` but received int"),
        (None, "`instructions[0]` but received NoneType"),
        ({}, "`instructions[0].instruction_type` but received None"),
        (instruction(instruction_type=None), "`instructions[0].instruction_type`"),
        (instruction(instruction_type=""), "`instructions[0].instruction_type`"),
        (instruction(instrument_id=7), "`instructions[0].instrument_id` but received 7"),
        (instruction(instrument_id=" "), "`instructions[0].instrument_id`"),
        (instruction(instrument_id="\udc00"), "`instructions[0].instrument_id`"),
        (instruction(instrument_id="00000000-0000-0000-0000-000000000000"), "all-zero id"),
        (instruction(instrument_id="00000000000000000000000000000000"), "all-zero id"),
        (instruction(instruction_id=""), f"`instructions[0].{KEY_NAME}`"),
        (instruction(instruction_id=" \n"), f"`instructions[0].{KEY_NAME}`"),
        (instruction(instruction_id=7), f"`instructions[0].{KEY_NAME}`"),
        (instruction(quantty=1), "Unknown field 'quantty' in `instructions[0]`; did you mean 'quantity'?"),
        (instruction(price=1), "Unknown field 'price' in `instructions[0]`; it takes instruction_type, "),
        (instruction(**{"7": 7}), "Unknown field '7'"),
        (PositionInstructionRequest.from_dict(instruction(price=1)), "Unknown field 'price'"),
        (PositionInstructionRequest.from_dict({}), "`instructions[0].instruction_type`"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(row: Any, says: str) -> None:
    error = refused(lambda client: client.v1.positions.submit_position_instructions(7, instructions=[row]))
    assert says in str(error)


def test_a_key_that_is_used_twice_is_refused() -> None:
    rows = [instruction(instruction_id="same"), instruction(), instruction(instruction_id="same")]
    error = refused(lambda client: client.v1.positions.submit_position_instructions(7, instructions=rows))
    assert "'same' is used twice" in str(error)


def test_rows_may_be_dicts_and_models_and_come_out_the_same() -> None:
    model = PositionInstructionRequest(
        instruction_type=PositionInstructionType.EXERCISE, instrument_id=CONTRACT, quantity="1", instruction_id="k"
    )
    as_model, as_dict = submitted(model), submitted(instruction(instruction_id="k"))
    assert as_model == as_dict == [instruction(**under_every_name("k"))]


def test_an_instruction_type_that_is_new_is_left_to_the_service() -> None:
    assert submitted(instruction(instruction_type="HALF_EXERCISE"))[0]["instruction_type"] == "HALF_EXERCISE"


def test_the_caller_s_rows_are_never_changed() -> None:
    rows: list[Any] = [instruction(quantity=2), PositionInstructionRequest.from_dict(instruction())]
    before = copy.deepcopy(rows)
    sent_rows = submitted(*rows)
    assert rows == before
    assert all(row[KEY_NAME] for row in sent_rows)


def test_each_row_without_a_key_is_given_a_fresh_one() -> None:
    rows = submitted(instruction(), instruction(instruction_id=None), instruction(instruction_id="mine"))
    keys = [row[KEY_NAME] for row in rows]
    assert keys[2] == "mine"
    assert len({*keys}) == 3
    assert len({len(key) for key in keys[:2]}) == 1


# --- Extra headers, query and body ------------------------------------------------------------------------------------


def test_extra_query_is_sent_besides_or_instead_of_the_operation_s_own() -> None:
    request = sent(
        lambda client: client.v1.positions.get_positions(
            7, page_size=5, extra_query={"page_size": 6, "flag": True, "ids": ["a b", 2, 1.5], "none": [], "ü&": "="}
        ),
        data=[],
    )
    assert request.url.query == b"page_size=6&flag=true&ids=a%20b&ids=2&ids=1.5&%C3%BC%26=%3D"


@pytest.mark.parametrize(
    "extra", ["a=b", [("a", "b")], {"a": None}, {"a": {}}, {"": "b"}, {7: "b"}, {"a": ["\ud800"]}, {"\ud800": 1}]
)
def test_an_extra_query_that_cannot_be_sent_is_refused(extra: Any) -> None:
    assert "`extra_query`" in str(refused(lambda client: client.v1.positions.get_positions(7, extra_query=extra)))


def test_extra_body_is_sent_besides_or_instead_of_the_operation_s_own() -> None:
    extra = {"reason": {"text": "rëbalance"}, "cancel_orders": False}
    request = sent(lambda client: client.v1.positions.close_positions(7, cancel_orders=True, extra_body=extra))
    assert json.loads(request.content) == extra
    assert request.headers["content-type"] == "application/json"
    request = sent(lambda client: client.v1.positions.close_position("AAPL", account_id=7, extra_body={"a": 1}))
    assert json.loads(request.content) == {"a": 1}


@pytest.mark.parametrize(
    "extra",
    [[1], "text", {7: 1}, {"a": {1, 2}}, {"a": float("nan")}, {"a": Decimal(1)}, {"a": "\ud800"}, {"a": object()}],
)
def test_an_extra_body_that_is_no_json_object_is_refused(extra: Any) -> None:
    assert "`extra_body`" in str(refused(lambda client: client.v1.positions.close_positions(7, extra_body=extra)))


def test_an_extra_body_that_holds_itself_is_refused() -> None:
    extra: dict[str, Any] = {}
    extra["self"] = extra
    assert "`extra_body`" in str(refused(lambda client: client.v1.positions.close_positions(7, extra_body=extra)))


@pytest.mark.parametrize(
    "operation",
    ["get_positions", "get_position_instructions", "submit_position_instructions", "cancel_position_instruction"],
)
def test_a_body_that_is_no_object_takes_no_extra_body(operation: str) -> None:
    arguments: dict[str, tuple[Any, dict[str, Any]]] = {
        "submit_position_instructions": (7, {"instructions": [instruction()]}),
        "cancel_position_instruction": ("i-1", {"account_id": 7}),
    }
    first, rest = arguments.get(operation, (7, {}))
    error = refused(lambda client: getattr(client.v1.positions, operation)(first, **rest, extra_body={"a": 1}))
    assert f"The body of {operation} is not an object" in str(error)


def test_extra_query_goes_with_a_submit_and_a_cancel_too() -> None:
    service = Service((200, envelope({"status": "CANCEL_REQUESTED"})), otherwise=(200, NOTHING))
    positions = Mode("sync").client(service).v1.positions
    positions.cancel_position_instruction("i-1", account_id=7, extra_query={"trace": 1}, extra_headers={"X-A": "b"})
    positions.submit_position_instructions(7, instructions=[instruction()], extra_query={"trace": 1})
    assert [query_of(request) for request in service.requests[:2]] == [{"trace": "1"}] * 2
    assert service.requests[0].headers["x-a"] == "b"


# --- Keys to look for -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["key", [], None, 7, [""], [7], ["key", " "]], ids=repr)
def test_keys_to_look_for_are_a_list_of_at_least_one(keys: Any) -> None:
    error = refused(lambda client: client.v1.positions.find_position_instructions(7, idempotency_keys=keys))
    assert "`idempotency_keys`" in str(error)


# --- Keywords ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "keyword", "hint"),
    [
        ("get_positions", "time_out", "did you mean 'timeout'?"),
        ("get_positions", "page_sise", "did you mean 'page_size'?"),
        ("get_positions", "not_after", "it takes "),
        ("get_position_instructions", "instument_id", "did you mean 'instrument_id'?"),
        ("close_positions", "cancel_order", "did you mean 'cancel_orders'?"),
        ("close_positions", "not_afterr", "did you mean 'not_after'?"),
        ("close_positions", "raise_on_rejection", "it takes "),
    ],
)
def test_an_unknown_keyword_is_a_type_error_that_names_the_nearest(
    mode: Mode, operation: str, keyword: str, hint: str
) -> None:
    service = Service((200, NOTHING))
    client = mode.client(service)
    with pytest.raises(TypeError, match=rf"{operation}\(\) got an unexpected keyword argument '{keyword}'") as caught:
        mode.run(lambda: getattr(client.v1.positions, operation)(7, **{keyword: 1}))
    assert hint in str(caught.value)
    assert service.requests == []


def test_the_generic_verbs_refuse_unknown_keywords_too(mode: Mode) -> None:
    service = Service((200, NOTHING))
    client = mode.client(service)
    with pytest.raises(TypeError, match=r"post\(\) got an unexpected keyword argument 'jsn'"):
        mode.run(lambda: client.post("/v1/other", cast_to=object, jsn={}))
    assert service.requests == []


def test_a_generic_verb_says_where_to_write_an_argument_of_the_operation(mode: Mode) -> None:
    service = Service((200, NOTHING))
    client = mode.client(service)
    with pytest.raises(TypeError, match=r"'page_size'; the operation takes it, this method does not: write it into"):
        mode.run(lambda: client.get("/v1/accounts/7/positions", cast_to=object, page_size=3))
    assert service.requests == []


# --- not_after --------------------------------------------------------------------------------------------------------


NOW = SandboxClock().now()


@pytest.mark.parametrize("operation", ["close_positions", "submit_position_instructions"])
@pytest.mark.parametrize("value", [datetime(2030, 1, 1), "2030-01-01T00:00:00Z", 1893456000, NOW.date()])  # noqa: DTZ001
def test_not_after_is_a_datetime_with_a_time_zone(operation: str, value: Any) -> None:
    rest = {"instructions": [instruction()]} if operation.startswith("submit") else {}
    error = refused(lambda client: getattr(client.v1.positions, operation)(7, **rest, not_after=value))
    assert "`not_after`" in str(error)
    assert "timezone.utc" in str(error)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=1)])
def test_a_not_after_that_has_passed_is_no_wrong_argument(mode: Mode, ago: timedelta) -> None:
    service = Service((200, envelope({"status": "CANCEL_REQUESTED"})))
    client = mode.client(service)
    with pytest.raises(CutoffPassedError, match=r"has passed .*: nothing was sent") as raised:
        mode.run(lambda: client.v1.positions.cancel_position_instruction("i", account_id=7, not_after=NOW - ago))
    assert not isinstance(raised.value, ValueError)
    assert (raised.value.not_after, raised.value.client_time) == (NOW - ago, NOW)
    assert (raised.value.outcome_unknown, raised.value.attempts, service.requests) == (False, (), [])


def test_a_not_after_in_any_zone_is_taken(mode: Mode) -> None:
    later = (NOW + timedelta(minutes=5)).astimezone(UTC)
    service = Service(otherwise=(200, envelope({"status": "CANCEL_REQUESTED"})))
    client = mode.client(service)
    for moment in (later, later.astimezone()):
        mode.run(
            lambda moment=moment: client.v1.positions.cancel_position_instruction("i", account_id=7, not_after=moment)
        )
    assert len(service.requests) == 2


def test_a_misspelt_member_is_told_as_the_text_that_is_meant(mode: Mode) -> None:
    client = mode.client(Service())
    with pytest.raises(ArgumentError, match="'MARKETVALUE' is not known for `sort_by`; did you mean 'MARKET_VALUE'"):
        mode.run(lambda: client.v1.positions.get_positions(1, sort_by="MARKETVALUE"))
