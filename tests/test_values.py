"""What rows and replies give besides their text: numbers, symbols, plain records, tables, and one readable line."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from clear_street import AsyncClearStreet, ClearStreet, OptionSymbol
from clear_street.sandbox import AsyncSandboxTransport, Fault, Sandbox, SandboxServer, SandboxTransport
from clear_street.testing import Rehearsal
from clear_street.types.v1 import (
    AccountWithPersonalDetails,
    Order,
    Position,
    PositionClosePositionsResponse,
    PositionGetPositionInstructionsResponse,
    PositionGetPositionsResponse,
    PositionInstruction,
    VersionGetVersionResponse,
)
from support.key_names import KEY_NAME

POSITION: dict[str, Any] = {
    "account_id": 122503,
    "available_quantity": "1",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "instrument_type": "OPTION",
    "market_value": "9660.00",
    "position_type": "LONG_CALL",
    "quantity": "-2",
    "symbol": "AAPL 280121C00195000",
    "avg_price": None,
    "closing_price_date": "2026-04-23",
}
INSTRUCTION: dict[str, Any] = {
    "id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e01",
    "account_id": 122503,
    KEY_NAME: "1001",
    "instruction_type": "EXERCISE",
    "instrument_id": "i-1",
    "quantity": "1",
    "status": "REJECTED",
    "symbol": "AAPL 280121C00195000",
    "rejection": {"reason": "DUPLICATE_INSTRUCTION", "description": "used"},
    "created_at": "2026-04-24T10:30:00.123456789-04:00",
}


def page(*rows: Any, **more: Any) -> PositionGetPositionsResponse:
    body = {"metadata": {"request_id": "r"}, "error": None, "data": list(rows), **more}
    return PositionGetPositionsResponse.from_dict(body)


def row(**changes: Any) -> Position:
    return Position.from_dict({**POSITION, **changes})


# --- Numbers --------------------------------------------------------------------------------------------------------


def test_numbers_that_are_text_are_decimals_under_the_same_names() -> None:
    position = row()

    assert position.decimals.market_value == Decimal("9660.00")
    assert str(position.decimals.market_value) == position.market_value == "9660.00"
    assert position.decimals.quantity == -2
    assert position.decimals.avg_price is None
    assert position.decimals.unrealized_pnl is None


@pytest.mark.parametrize(
    "text", ["", "much", "NaN", "Infinity", "-Infinity", "1_000", "1,000", "\u0661", " 1", "1 ", "0x1", "1e1000"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert row(market_value=text).decimals.market_value is None
    assert page(row(market_value=text).to_dict()).records(numbers="decimal")[0]["market_value"] is None
    assert page(row(market_value=text).to_dict()).records()[0]["market_value"] == text


@pytest.mark.parametrize("value", [7, True, ["1"], {"a": "1"}])
def test_what_is_no_text_at_all_is_none(value: Any) -> None:
    assert row(market_value=value).decimals.market_value is None


def test_only_fields_that_are_numbers_are_taken_for_numbers() -> None:
    instruction = PositionInstruction.from_dict(INSTRUCTION)

    assert instruction.decimals.instruction_id is None
    assert instruction.decimals.account_id is None
    assert instruction.decimals.client_instruction_id is None
    assert instruction.decimals.created_at is None
    with pytest.raises(AttributeError, match="'PositionInstruction' has no field 'quantty'"):
        _ = instruction.decimals.quantty


def test_the_view_lists_and_shows_its_numbers_and_can_be_copied() -> None:
    numbers = row().decimals

    assert {"market_value", "quantity", "avg_price"} < set(dir(numbers))
    assert "symbol" not in dir(numbers)
    assert repr(numbers).startswith("<decimals of Position: available_quantity=1, avg_price=None,")
    assert copy.copy(numbers).quantity == pickle.loads(pickle.dumps(numbers)).quantity == -2


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_no_digit_is_lost(number: Decimal) -> None:
    assert row(market_value=str(number)).decimals.market_value == number


# --- Symbols --------------------------------------------------------------------------------------------------------


def test_a_row_of_an_option_has_its_symbol_in_parts_and_others_none() -> None:
    assert row().option == OptionSymbol("AAPL", date(2028, 1, 21), "CALL", 195)
    assert row(symbol="AAPL").option is row(symbol=None).option is row(symbol=7).option is None
    assert PositionInstruction.from_dict(INSTRUCTION).option == row().option
    assert Order.from_dict({"symbol": "AAPL  280121P00195000"}).option == OptionSymbol.parse("AAPL 280121P195")


# --- A reply is a list of its rows ----------------------------------------------------------------------------------


def test_a_reply_has_the_length_the_items_and_the_order_of_its_rows() -> None:
    reply = page(POSITION, {**POSITION, "symbol": "SPY"}, {**POSITION, "symbol": "TSLA"})

    assert len(reply) == 3
    assert [position.symbol for position in reply] == ["AAPL 280121C00195000", "SPY", "TSLA"]
    assert reply[-1].symbol == "TSLA"
    assert reply[1:] == reply.data[1:]
    assert reply[0] in reply
    assert list(reversed(reply)) == reply.data[::-1]
    with pytest.raises(IndexError):
        _ = reply[3]


def test_a_reply_is_true_whether_or_not_it_has_rows() -> None:
    assert (bool(page()), len(page()), list(page())) == (True, 0, [])


@pytest.mark.parametrize("data", [None, {}, "rows", 7])
def test_a_reply_with_unreadable_rows_does_not_pass_for_an_empty_one(data: Any) -> None:
    reply = page(data=data)

    for ask in (len, iter, list, lambda reply: reply[0], lambda reply: reply.records()):
        with pytest.raises(TypeError, match="PositionGetPositionsResponse has no rows: its `data` could not be read"):
            ask(reply)
    assert reply.drift


def test_every_reply_that_lists_rows_is_a_list_of_them() -> None:
    client = ClearStreet.sandbox()

    submitted = client.v1.positions.submit_position_instructions(
        122503,
        instructions=[{"instruction_type": "EXERCISE", "instrument_id": POSITION["instrument_id"], "quantity": 1}],
    )

    assert [instruction.status for instruction in submitted] == ["SENT"]
    assert submitted[0].id in {one.id for one in client.v1.positions.get_position_instructions(122503)}
    assert not hasattr(VersionGetVersionResponse, "__len__")


# --- Records --------------------------------------------------------------------------------------------------------


def test_records_are_plain_dicts_with_every_field() -> None:
    (record,) = page({**POSITION, "new": 1}).records()

    assert list(record) == [spec.name for spec in Position.FIELDS]
    assert {name: record[name] for name in POSITION} == {**POSITION, "closing_price_date": date(2026, 4, 23)}
    assert type(record["position_type"]) is str
    assert record["unrealized_pnl"] is None


def test_numbers_are_text_decimals_or_floats_by_choice() -> None:
    reply = page(POSITION)

    assert [reply.records(numbers=kind)[0]["market_value"] for kind in ("text", "decimal", "float")] == [
        "9660.00", Decimal("9660.00"), 9660.0
    ]  # fmt: skip
    assert type(reply.records(numbers="float")[0]["quantity"]) is float
    assert reply.records(numbers="decimal")[0]["symbol"] == "AAPL 280121C00195000"
    assert page({**POSITION, "market_value": "1" + "0" * 400}).records(numbers="float")[0]["market_value"] is None


def test_times_are_moments_in_utc_or_the_text_that_came() -> None:
    reply = PositionGetPositionInstructionsResponse.from_dict({"data": [INSTRUCTION]})

    moment = reply.records()[0]["created_at"]
    assert moment == datetime(2026, 4, 24, 14, 30, 0, 123456, tzinfo=UTC)
    assert moment.utcoffset() == timedelta()
    assert reply.records(times="text")[0]["created_at"] == "2026-04-24T10:30:00.123456789-04:00"
    assert page(POSITION).records(times="text")[0]["closing_price_date"] == "2026-04-23"
    early = PositionGetPositionInstructionsResponse.from_dict(
        {"data": [{**INSTRUCTION, "created_at": "0001-01-01T00:00:00+09:00"}]}
    )
    assert early.records()[0]["created_at"].year == 1


def test_objects_and_lists_in_a_row_are_plain_too() -> None:
    reply = PositionGetPositionInstructionsResponse.from_dict({"data": [INSTRUCTION]})
    orders = PositionClosePositionsResponse.from_dict({"data": [{"details": ["a"], "limit_price": "1.5"}]})

    assert reply.records()[0]["rejection"]["reason"] == "DUPLICATE_INSTRUCTION"
    assert type(reply.records()[0]["rejection"]) is dict
    assert type(reply.records()[0]["rejection"]["reason"]) is str
    assert (orders.records(numbers="float")[0]["details"], orders.records(numbers="float")[0]["limit_price"]) == (
        ["a"],
        1.5,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"numbers": "double"}, "Expected 'text' or 'decimal' or 'float' for `numbers` but received 'double'"),
        ({"times": None}, "Expected 'datetime' or 'text' for `times` but received None"),
    ],
)
def test_another_choice_is_named(arguments: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        page().records(**arguments)


# --- What is shown --------------------------------------------------------------------------------------------------


def test_a_reply_shows_in_one_line_its_first_rows_and_how_many_follow() -> None:
    whole, cut = repr(page(*[POSITION] * 4)), repr(page(*[{**POSITION, "symbol": "A\nB"}] * 1000))

    assert whole.count("Position(") == 4
    assert cut.count("Position(") == 3
    assert ", ... and 997 more]" in cut
    assert "\n" not in cut


def test_what_a_client_gives_shows_in_one_line_what_it_is() -> None:
    sandbox = Sandbox(empty=True)
    sandbox.faults.add(Fault.answer(503))
    client, other = ClearStreet.sandbox(), AsyncClearStreet.sandbox()
    positions = client.v1.positions

    shown = [client, client.v1, positions, positions.with_raw_response, positions.iter_positions(122503)]
    shown += [positions.watch_position_instructions(122503), other.v1.positions.watch_position_instructions(122503)]
    shown += [other.v1.positions.iter_positions(122503), sandbox, sandbox.clock, sandbox.faults]
    shown += [SandboxTransport(sandbox), AsyncSandboxTransport(sandbox), Rehearsal().on("get_positions", nth=2)]
    assert [repr(one) for one in shown] == [
        "<ClearStreet https://sandbox.invalid>",
        "<V1>",
        "<Positions>",
        "<PositionsWithRawResponse>",
        "<PositionIterator>",
        "<InstructionWatch>",
        "<AsyncInstructionWatch>",
        "<AsyncPositionIterator>",
        "<Sandbox 2026-04-24T14:30:00+00:00, accounts: 0>",
        "<SandboxClock 2026-04-24T14:30:00+00:00>",
        "<Faults, rules: 1>",
        "<SandboxTransport to <Sandbox 2026-04-24T14:30:00+00:00, accounts: 0>>",
        "<AsyncSandboxTransport to <Sandbox 2026-04-24T14:30:00+00:00, accounts: 0>>",
        "<Point: call 2 of get_positions>",
    ]


def test_a_server_shows_where_it_listens() -> None:
    with SandboxServer(Sandbox(empty=True)) as server:
        assert repr(server) == f"<SandboxServer {server.url}>"


def test_completion_lists_fields_and_what_people_call_and_no_machinery() -> None:
    names = set(dir(row()))

    assert {spec.name for spec in Position.FIELDS} < names
    assert names - {spec.name for spec in Position.FIELDS} == {
        "decimals", "from_dict", "model_extra", "model_fields_set", "option", "to_dict", "to_json"
    }  # fmt: skip
    assert {"data", "records", "drift", "attempts"} < set(dir(page()))


def test_a_row_has_no_hash_and_says_what_to_take_instead() -> None:
    with pytest.raises(
        TypeError, match=r"unhashable type: 'Position', which can be changed; take its id, or its `to_json"
    ):
        {row()}


class Html(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str | None] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {value for _, value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "&amp;", "'", "a\u202eb", "\x1b[2J", "\x00"]
)
def test_a_notebook_shows_a_table_in_which_everything_is_escaped(text: str) -> None:
    odd = {**POSITION, "symbol": text, "position_type": text, "market_value": text}
    for shown in (page(odd)._repr_html_(), row(**odd)._repr_html_(), page(odd, data=None)._repr_html_()):
        found = Html(shown)
        assert found.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert found.attributes <= {"text-align: left", "text-align: right"}
        assert not {"\u202e", "\x1b", "\x00"} & set(shown)
    assert text in Html(page(odd)._repr_html_()).text or not text.isprintable()


def test_a_table_has_the_fields_that_are_there_and_numbers_to_the_right() -> None:
    shown = page(*[POSITION] * 101)._repr_html_()

    assert Html(shown).text.startswith("the first 100 of 101 rows account_id available_quantity ")
    assert "unrealized_pnl" not in shown
    assert shown.count("<tr>") == 101
    assert '<td style="text-align: right">9660.00</td>' in shown
    assert '<td style="text-align: left">LONG_CALL</td>' in shown
    assert '<td style="text-align: left">2026-04-23</td>' in shown
    assert "<caption>0 rows</caption>" in page()._repr_html_()
    assert "<td" in row(symbol="x" * 1000)._repr_html_()
    assert "x" * 201 not in row(symbol="x" * 1000)._repr_html_()


def test_rich_is_handed_the_fields() -> None:
    assert dict(row().__rich_repr__())["symbol"] == "AAPL 280121C00195000"
    assert dict(row().decimals.__rich_repr__())["quantity"] == -2


def drawn(shown: object, width: int = 80) -> list[str]:
    """What rich draws on a terminal of a width."""
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system="standard")
    console.print(shown)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.splitlines()


def test_rich_draws_a_reply_as_a_table_with_numbers_to_the_right() -> None:
    lines = drawn(page(POSITION, {**POSITION, "market_value": "-1.5", "symbol": "\u4e2d\u6587"}), 200)

    assert lines[0].split() == [spec.name for spec in Position.FIELDS if POSITION.get(spec.name) is not None]
    ends = {line.index(value) + len(value) for line, value in zip(lines, ("market_value", "9660.00"), strict=False)}
    assert len(ends) == 1
    # The two characters are as wide as four.
    assert lines[2].index("2026-04-23") == lines[1].index("2026-04-23") - 2
    assert lines[3:] == ["2 rows"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_a_table_names_the_columns_that_have_no_room_and_cuts_none(width: int) -> None:
    lines = drawn(page(POSITION), width)

    head, cells = lines[0].split(), lines[1].split("  ")
    assert "symbol" in head
    assert all(len(line) <= width for line in lines[:2])
    assert {cell.strip() for cell in cells if cell} <= {str(value) for value in POSITION.values()}
    missing = " ".join(lines[2:]).partition("not shown: ")[2].split(",")
    assert {*head, *map(str.strip, missing)} == {name for name, value in POSITION.items() if value is not None}


def test_a_table_is_text_and_nothing_in_it_is_markup() -> None:
    (_, line, count) = drawn(page({"symbol": "[red]a[/] :smile: \x1b[2J\u202e"}))

    assert line == r"[red]a[/] :smile: \x1b[2J\u202e"
    assert count == "1 rows"
    assert drawn(page()) == ["0 rows"]
    assert drawn(page(data=None))[0].startswith("PositionGetPositionsResponse(")
    assert drawn(page(*[POSITION] * 101))[101].startswith("the first 100 of 101 rows; not shown: ")


def test_a_table_does_not_show_what_is_about_a_person() -> None:
    account = AccountWithPersonalDetails.from_dict({"id": 1, "phone_number": "555-0100"})

    for shown in (account._repr_html_(), " ".join(drawn(account))):
        assert "555-0100" not in shown
        assert "personal" in shown


def test_what_is_shown_needs_no_rich() -> None:
    code = (
        "import sys; from clear_street.types.v1 import PositionGetPositionsResponse as Page;"
        "page = Page.from_dict({'data': [{'symbol': 'A'}]}); repr(page), page._repr_html_(), page.__rich_console__;"
        "assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
