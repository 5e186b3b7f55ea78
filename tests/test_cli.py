"""The command line: what it shows, what it asks, what it sends, and the exit status that it ends with."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street.cli import _exit, _text, _time
from clear_street.cli._command import Command
from clear_street.cli._commands import COMMANDS, GROUPS, SORTS, TYPES
from clear_street.cli._exit import Exit, Problem
from clear_street.cli._table import Column, layout, table
from clear_street.errors import ClearStreetError
from clear_street.market import Market
from clear_street.sandbox import Fault, Sandbox, SandboxClock
from support import screens
from support.command_line import ACCOUNT, EXPIRING, KEY, OPTION

if TYPE_CHECKING:
    from support.command_line import CommandLine

SUBMIT = ("instructions", "submit", EXPIRING, "2")
ESCAPE = "\x1b"
CHANGING: dict[str, tuple[tuple[str, ...], ...]] = {
    "positions close": (("AAPL",), ("--all", "--confirm-account", ACCOUNT)),
    "instructions submit": ((EXPIRING, "2"), ("--file", "{file}")),
    "instructions cancel": (("{id}",),),
    "orders cancel": (("{order}",),),
}
"""What each changing command is called with."""


def submitted(command_line: CommandLine) -> str:
    """The id of an instruction that is under way."""
    command_line.sandbox.plan(then=[])
    ran = command_line("-y", "-o", "json", *SUBMIT, "--no-wait")
    return str(ran.json[0]["id"])


def filled(command_line: CommandLine, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words, with an instruction's id and a file's name where they are wanted."""
    made = {"{id}": submitted, "{file}": file_of_one_row, "{order}": order}
    return tuple(made[word](command_line) if word in made else word for word in words)


def file_of_one_row(command_line: CommandLine) -> str:
    """A file of instructions."""
    name = command_line.home / "batch.csv"
    name.write_text(f"instruction_type,symbol,quantity\nEXERCISE,{EXPIRING},1\n", encoding="utf-8")
    return str(name)


def order(command_line: CommandLine) -> str:
    """The id of an order that is open."""
    return str(command_line("-y", "-o", "json", "positions", "close", "TSLA").json[0]["id"])


# --- Results ----------------------------------------------------------------------------------------------------------


def test_positions_are_a_table(command_line: CommandLine) -> None:
    ran = command_line("positions", "list")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == [
        "SYMBOL                TYPE        QTY  FREE   PRICE       VALUE        P/L",
        "AAPL 280121C00195000  LONG_CALL    10     9   88.35   88,350.00  17,150.00",
    ]


def test_json_has_the_names_and_strings_of_the_api(command_line: CommandLine) -> None:
    ran = command_line("-o", "json", "positions", "list")
    assert ran.json[0]["market_value"] == "88350"
    assert command_line("-o", "jsonl", "positions", "list").lines == ran.json


def test_csv_has_every_field(command_line: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(command_line("positions", "list", "-o", "csv").out)))
    assert rows[1]["market_value"] == "4700"
    assert set(rows[0]) >= set(command_line("positions", "list", "-o", "json").json[0])


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "json", "positions", "list", "--limit", "1"),
        ("positions", "-o", "json", "list", "--limit", "1"),
        ("positions", "list", "--limit", "1", "-o", "json"),
        ("-o", "csv", "positions", "list", "--limit", "1", "-o", "json"),
    ],
)
def test_options_stand_before_or_after_the_command(command_line: CommandLine, words: tuple[str, ...]) -> None:
    expected = command_line("positions", "list", "-o", "json").json[:1]
    assert command_line(*words).json == expected


@pytest.mark.parametrize(
    ("words", "symbols"),
    [
        (("--type", "long_put"), ["SPY 260424P00700000", "MSFT 270115P00450000"]),
        (("--type", "OPTION", "--symbol", "nvda"), ["NVDA 270115C00200000"]),
        (("--symbol", "AAPL260424C00260000"), [EXPIRING]),
        (("--sort", "market_value", "--desc", "--limit", "1"), [OPTION]),
        (("--symbol", "GOOG"), []),
    ],
)
def test_positions_are_chosen_and_sorted(command_line: CommandLine, words: tuple[str, ...], symbols: list[str]) -> None:
    assert [row["symbol"] for row in command_line("positions", "list", "-o", "json", *words).json] == symbols


def test_what_can_be_sorted_by_is_what_the_service_knows() -> None:
    from clear_street.types.v1 import PositionSortBy

    assert tuple(member.value for member in PositionSortBy) == SORTS


def test_what_can_be_submitted_is_what_the_service_knows() -> None:
    from clear_street.types.v1 import PositionInstructionType

    assert tuple(member.value for member in PositionInstructionType) == TYPES


def test_instructions_are_listed(command_line: CommandLine) -> None:
    number = submitted(command_line)
    command_line.columns = 200
    assert len(command_line("instructions", "list", "-o", "jsonl").lines) == 2
    for words in (
        ("--open",),
        (number,),
        ("--symbol", EXPIRING),
        ("--since", "10:20"),
        ("--since", "2026-04-24", "--open"),
    ):
        rows = command_line("instructions", "list", "-o", "json", *words).json
        assert [row["id"] for row in rows] == [number]
    assert len(command_line("instructions", "list", "--since", "2026-04-24", "-o", "jsonl").lines) == 2
    ran = command_line("instructions", "list", "--since", "2026-04-25")
    assert (ran.code, ran.out, ran.err) == (0, "", "There are none.\n")


def test_any_path_can_be_read(command_line: CommandLine) -> None:
    assert command_line("get", "/v1/version").json["data"] == {"version": "2025-10-31"}
    path = f"/v1/accounts/{ACCOUNT}/positions"
    rows = command_line("get", path, "-q", "page_size=1", "-q", "sort_by=SYMBOL", "-o", "jsonl").lines
    assert [row["symbol"] for row in rows[0]["data"]] == ["AAPL"]


def test_a_reader_that_goes_away_ends_no_run() -> None:
    code = "import sys; from clear_street.cli._main import run; sys.exit(run(['help', 'exit-codes', '-o', 'jsonl']))"
    read = subprocess.run(
        [sys.executable, "-c", code],
        stdout=_closed_pipe(),
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (read.returncode, read.stderr.splitlines()) == (0, [])


def _closed_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


# --- What the service says --------------------------------------------------------------------------------------------


def hostile(body: Any) -> Any:
    """A reply whose texts are meant to do harm."""
    return {
        **body,
        "data": [{**row, "symbol": f"[/red] {ESCAPE}[2J", "avg_price": "=1+1", "position_type": f"{ESCAPE}]0;x\x07"}
                 for row in body["data"]],
    }  # fmt: skip


@pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv"])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_no_text_of_the_service_reaches_the_terminal_as_an_escape(
    command_line: CommandLine, format: str, is_terminal: bool
) -> None:
    command_line.sandbox.faults.add(Fault.rewritten(hostile), operation="get_positions", times=None)
    command_line.terminals = {"stdout"} if is_terminal else set()
    command_line.columns = 200
    ran = command_line("positions", "list", "-o", format)
    assert ran.code == 0
    assert "[/red]" in ran.out
    left = re.sub(r"\x1b\[[0-9;]*m", "", ran.out)
    assert ESCAPE not in left
    assert "\x07" not in left


def test_no_text_of_the_service_is_a_formula_in_a_spreadsheet(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.rewritten(hostile), operation="get_positions")
    rows = list(csv.DictReader(io.StringIO(command_line("positions", "list", "-o", "csv").out)))
    assert rows[0]["avg_price"] == "'=1+1"
    assert rows[4]["quantity"] == "-2"


def test_text_that_the_terminal_cannot_show_ends_no_run(tmp_path: Any) -> None:
    code = "import sys; from clear_street.cli._main import run; sys.exit(run(['get', '/é']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONIOENCODING": "ascii", "CLEAR_STREET_API_KEY": KEY, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "\\xe9" in done.stderr


# --- Colours ----------------------------------------------------------------------------------------------------------


def test_colours_are_for_terminals(command_line: CommandLine) -> None:
    assert ESCAPE not in command_line("instructions", "list").out
    command_line.terminals = {"stdout"}
    assert ESCAPE in command_line("instructions", "list").out


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_declined(command_line: CommandLine, name: str, value: str) -> None:
    command_line.terminals = {"stdout"}
    command_line.patch.setenv(name, value)
    assert ESCAPE not in command_line("instructions", "list").out


def test_colours_can_be_demanded(command_line: CommandLine) -> None:
    command_line.patch.setenv("FORCE_COLOR", "1")
    ran = command_line("instructions", "list")
    assert ESCAPE in ran.out
    assert "ui-20260424-001" in ran.out


@pytest.mark.parametrize("columns", [20, 30, 34, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("what", ["positions", "instructions"])
def test_a_table_fits_and_no_number_is_cropped(command_line: CommandLine, what: str, columns: int) -> None:
    command_line.sandbox.plan(then=["REJECTED"], reason="Not today")
    command_line("-y", *SUBMIT)
    whole = command_line(what, "list").out.splitlines()
    titles, cells = whole[0].split(), {word for line in whole[1:] for word in line.split()}
    command_line.terminals = {"stdout"}
    command_line.patch.setenv("NO_COLOR", "1")
    command_line.columns = columns
    ran = command_line(what, "list")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= max(30, columns)
    assert {word for line in lines[1:] for word in line.split()} <= cells | set(titles)
    shown = lines[0].split() + [line.split()[0] for line in lines[1:] if line.startswith(" ")]
    dropped = [title for title in titles if title not in shown]
    assert ran.err == (f"not shown: {', '.join(dropped)} (-o csv has all)\n" if dropped else "")


def test_a_bar_is_shown_where_there_is_more_than_one_page(command_line: CommandLine) -> None:
    path = f"/v1/accounts/{ACCOUNT}/positions"
    token = command_line("get", path, "-q", "page_size=1").json["metadata"]["next_page_token"]

    def first_of_several(body: Any) -> Any:
        metadata = {**body["metadata"], "next_page_token": token, "total_items": 7}
        return {**body, "data": body["data"][:1], "metadata": metadata}

    for terminals in ({"stderr"}, set[str]()):
        command_line.terminals = terminals
        command_line.sandbox.faults.add(Fault.rewritten(first_of_several), operation="get_positions")
        ran = command_line("positions", "list", "-o", "json")
        assert len(ran.json) == 7
        assert ("positions" in ran.err) is bool(terminals)


def test_a_question_is_broken_between_words(command_line: CommandLine) -> None:
    command_line.terminals, command_line.columns = {"stderr"}, 40
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "10:00")
    assert command_line(*SUBMIT, typed="no").err.splitlines()[-2:] == [
        "The cut-off has passed. Type",
        "'late' to send it all the same: Nothing was sent.",
    ]


def test_what_is_set_in_goes_on_further_in(command_line: CommandLine) -> None:
    command_line.terminals, command_line.columns = {"stderr"}, 40
    name = command_line.home / "f"
    name.write_text(f"instruction_type,symbol,quantity\nLET GO,{OPTION},1\n", encoding="utf-8")
    assert command_line("batch", "check", str(name)).err.splitlines()[-3:] == [
        "  line 2, instruction_type: 'LET GO'",
        "    is none of EXERCISE,",
        "    DO_NOT_EXERCISE, CONTRARY_EXERCISE",
    ]


def test_lines_for_people_are_broken_between_words(command_line: CommandLine) -> None:
    command_line.terminals, command_line.columns = {"stdout", "stderr"}, 40
    command_line.patch.setenv("NO_COLOR", "1")
    ran = command_line("expiring", "--cutoff", "17:30")
    assert ran.out.splitlines()[:4] == [
        "account 122503",
        "Fri 24 Apr 10:30:01 EDT (the service's",
        "clock)",
        "cut-off 17:30 EDT: 6 h 59 min left",
    ]
    assert "  clear-street instructions submit 'AAPL 260424C260' 5" in ran.err.splitlines()
    assert max(len(line) for line in ran.err.splitlines() if "clear-street" not in line) <= 40


# --- Exit statuses ----------------------------------------------------------------------------------------------------


def test_the_table_of_exit_statuses_is_printed(command_line: CommandLine) -> None:
    ran = command_line("help", "exit-codes", "-o", "json")
    assert [line["code"] for line in ran.json] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 130] == [int(code) for code in Exit]
    assert "Where several hold: 4, then 7, 6, 3, 5, 8." in command_line("help", "exit-codes").err
    assert command_line("help", "nothing").code == 2


def test_done_is_0(command_line: CommandLine) -> None:
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == ["SENT", "ACCEPTED"]


@pytest.mark.parametrize(
    "words",
    [
        ("--account", "x", "positions", "list"),
        ("positions", "list", "--limit", "0"),
        ("positions", "list", "--timeout", "-1"),
        ("positions", "list", "--timeout", "soon"),
        ("positions", "clsoe", "AAPL"),
        ("positions", "close"),
        ("positions", "close", "AAPL", "--all"),
        ("positions", "close", "GOOG"),
        ("positions",),
        ("nothing",),
        ("instructions", "submit"),
        ("instructions", "submit", EXPIRING),
        ("instructions", "submit", EXPIRING, "1", "--file", "x"),
        ("instructions", "submit", "--file", "/no/such/file"),
        ("instructions", "submit", "GOOG 280121C00195000", "1"),
        ("instructions", "submit", EXPIRING, "0"),
        ("instructions", "submit", EXPIRING, "1", "--not-after", "5pm"),
        ("instructions", "list", "--since", "yesterday"),
        ("get", "v1/version"),
        ("get", "/v1/version", "-q", "x"),
        ("-y", "positions", "close", "--all"),
        ("positions", "close", "--all", "--confirm-account", "1"),
        ("--account", "122503", "--env", "prod", "positions", "list"),
    ],
)
def test_what_is_called_wrongly_is_2(command_line: CommandLine, words: tuple[str, ...]) -> None:
    ran = command_line(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert command_line.effects() == []


def test_a_command_that_is_misspelt_is_named(command_line: CommandLine) -> None:
    assert "Did you mean close?" in command_line("positions", "clsoe").err


def test_a_refusal_is_3(command_line: CommandLine) -> None:
    ran = command_line("-y", "instructions", "submit", EXPIRING, "999")
    assert ran.code == 3
    assert "exceeds the available position of 5" in ran.err


def lose_the_reply(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions")
    command_line.sandbox.faults.add(Fault.answer(503), operation="get_position_instructions", times=None)


def test_an_unknown_outcome_is_4_and_tells_how_to_look(command_line: CommandLine) -> None:
    lose_the_reply(command_line)
    ran = command_line("-y", "--account", ACCOUNT, *SUBMIT)
    assert (ran.code, ran.out) == (4, "")
    (key,) = command_line.written_down()[0]["idempotency_keys"]
    assert ran.err.splitlines()[-3].startswith("OUTCOME UNKNOWN  POST /v1/accounts/{account_id}/positions/instructions")
    assert "error.idempotency_keys" not in ran.err
    assert f"  clear-street instructions find {key} --account {ACCOUNT}" in ran.err.splitlines()
    command_line.sandbox.faults.clear()
    assert command_line(*ran.err.splitlines()[-1].split()[1:]).code == 0


def test_an_unknown_outcome_is_told_to_programs(command_line: CommandLine) -> None:
    lose_the_reply(command_line)
    ran = command_line("-y", *SUBMIT, "-o", "json")
    told = json.loads(ran.err.splitlines()[-1])
    (key,) = command_line.written_down()[0]["idempotency_keys"]
    assert ran.code == told["exit_code"] == 4
    assert told["outcome_unknown"] is True
    assert told["outcomes"] == {key: "unknown"}


def test_a_row_that_the_reply_does_not_have_is_4(command_line: CommandLine) -> None:
    command_line.sandbox.echo_keys = False
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 4
    assert "instructions find" in ran.err


def test_a_key_that_is_not_found_is_4(command_line: CommandLine) -> None:
    ran = command_line("instructions", "find", "ui-20260424-001", "k-2")
    assert ran.code == 4
    assert "k-2: not in the list" in ran.err
    ran = command_line("instructions", "find", "k-2")
    assert (ran.code, ran.out, ran.err.splitlines()[0]) == (4, "", "k-2: not in the list")
    assert command_line("instructions", "find", "ui-20260424-001").code == 0


def test_what_is_not_settled_in_time_is_5(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=[])
    ran = command_line("-y", *SUBMIT, "--deadline", "5")
    assert ran.code == 5
    number = ran.out.split(" id ")[1].split()[0]
    assert f"clear-street instructions wait {number}" in ran.err
    assert command_line("instructions", "wait", number, "--deadline", "1").code == 5
    assert command_line("instructions", "wait", number, "--until", "SENT").code == 0


def test_what_cannot_be_followed_any_more_is_5_because_it_was_sent(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=[])
    command_line.sandbox.faults.add(Fault.answer(401), operation="get_position_instructions", times=None)
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 5
    assert "The service has it" in ran.err


def test_a_position_is_named_by_its_instrument_too(command_line: CommandLine) -> None:
    number = command_line("positions", "list", "-o", "json").json[0]["instrument_id"]
    assert "AAPL 21 Jan 2028 195 call" in command_line("-n", "instructions", "submit", number, "1").err


def test_what_fails_after_it_was_sent_is_5(command_line: CommandLine) -> None:
    def full(text: str) -> int:
        raise OSError(28, "No space left on device")

    command_line.patch.setattr(sys.stdout, "write", full)
    ran = command_line("-y", *SUBMIT)
    assert (ran.code, command_line.effects()) == (5, ["submitted"])
    assert "What was asked for was sent, and the service has it." in ran.err
    assert command_line("positions", "list").code == 1


@pytest.mark.parametrize("status", ["REJECTED", "ENGINE_REJECTED"])
def test_what_ends_badly_is_7(command_line: CommandLine, status: str) -> None:
    command_line.sandbox.plan(then=[status], reason="Not today")
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 7
    assert "Not today" in ran.out
    assert command_line("-y", *SUBMIT, "-o", "json").json[0]["status"] == status


def test_a_failure_is_told_to_programs(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=["REJECTED"], reason="Not today")
    ran = command_line("-y", *SUBMIT, "-o", "jsonl")
    assert [row["status"] for row in ran.lines] == ["REJECTED"]
    told = json.loads(ran.err.splitlines()[-1])
    assert (ran.code, told["exit_code"], told["error"]) == (7, 7, "InstructionFailedError")


def test_a_submit_that_somebody_cancels_is_7(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=["CANCEL_REQUESTED", "CANCELLED"])
    ran = command_line("-y", *SUBMIT)
    assert (ran.code, ran.out.splitlines()[-1].split()[0]) == (7, "CANCELLED")


def test_a_cancel_that_fails_is_7(command_line: CommandLine) -> None:
    number = submitted(command_line)
    command_line.sandbox.plan(cancel_then=["CANCEL_FAILED"])
    ran = command_line("-y", "instructions", "cancel", number)
    assert ran.code == 7
    assert [line.split()[0] for line in ran.out.splitlines()] == ["CANCEL_REQUESTED", "CANCEL_FAILED"]


@pytest.mark.parametrize("fault", [Fault.never_sent(), Fault.rate_limited(retry_after=3600)])
def test_what_never_left_is_8(command_line: CommandLine, fault: Fault) -> None:
    command_line.sandbox.faults.add(fault, times=None)
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 8
    assert "Nothing was done" in ran.err


def test_a_bug_is_1_and_shown_where_only_if_asked(command_line: CommandLine) -> None:
    command_line.patch.setattr(command_line, "connect", _broken)
    ran = command_line("positions", "list")
    assert ran.code == 1
    assert "A bug of this program: RuntimeError" in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in command_line("-v", "positions", "list").err


def _broken(**arguments: object) -> None:
    raise RuntimeError("broken")


def test_ctrl_c_is_130_while_nothing_is_unknown_and_4_else(command_line: CommandLine) -> None:
    def interrupt(body: Any) -> Any:
        raise KeyboardInterrupt

    command_line.sandbox.faults.add(Fault.rewritten(interrupt), operation="get_positions")
    ran = command_line("-y", *SUBMIT)
    assert (ran.code, ran.err) == (130, "Interrupted.\n")
    command_line.sandbox.faults.add(Fault.rewritten(interrupt), operation="submit_position_instructions")
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 4
    assert "OUTCOME UNKNOWN  it was interrupted after it may have been sent" in ran.err
    assert "instructions find" in ran.err
    command_line.sandbox.faults.add(Fault.rewritten(interrupt), operation="get_position_instructions")
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 130
    assert "The service has it" in ran.err


def test_of_several_the_gravest_decides() -> None:
    assert _exit.gravest([]) is Exit.DONE
    assert _exit.gravest([Exit.DONE, Exit.REFUSED]) is Exit.PARTLY
    order = [Exit.UNKNOWN, Exit.FAILED, Exit.PARTLY, Exit.REFUSED, Exit.UNSETTLED, Exit.NOT_SENT]
    for index, code in enumerate(order):
        assert _exit.gravest(order[index:]) is code
    assert _exit.of_error(Problem("x", Exit.REFUSED)) is Exit.REFUSED
    assert _exit.of_error(ClearStreetError("x")) is Exit.DECLINED


# --- Changing something -----------------------------------------------------------------------------------------------


def test_every_changing_command_is_tried_here() -> None:
    assert {command.name for command in COMMANDS if command.changes} == set(CHANGING)
    assert {command.name.split()[0] for command in COMMANDS if " " in command.name} == set(GROUPS)


CALLS = [(name, words) for name, calls in CHANGING.items() for words in calls]


@pytest.mark.parametrize(("name", "words"), CALLS)
def test_a_dry_run_shows_the_request_and_reads_only(
    command_line: CommandLine, name: str, words: tuple[str, ...]
) -> None:
    words = filled(command_line, words)
    before, seen = command_line.effects(), len(command_line.sandbox.requests)
    ran = command_line("-n", *name.split(), *words)
    assert ran.code == 0
    assert re.search(r"^(POST|DELETE|PUT|PATCH) https://", ran.out, re.MULTILINE)
    assert "Authorization: Bearer <secret>" in ran.out
    assert command_line.effects() == before
    assert {request.method for request in command_line.sandbox.requests[seen:]} == {"GET"}
    assert json.loads(command_line("-n", "-o", "json", *name.split(), *words).out)["method"] in ("POST", "DELETE")


@pytest.mark.parametrize(("name", "words"), CALLS)
def test_without_a_person_and_without_yes_nothing_is_sent(
    command_line: CommandLine, name: str, words: tuple[str, ...]
) -> None:
    words = filled(command_line, words)
    if "--confirm-account" in words:
        words = words[:1]
    before = command_line.effects()
    ran = command_line(*name.split(), *words)
    assert ran.code == 2
    assert "Nothing was sent" in ran.err
    assert command_line.effects() == before


@pytest.mark.parametrize(("name", "words"), CALLS)
def test_what_is_agreed_to_is_written_down_and_sent(
    command_line: CommandLine, name: str, words: tuple[str, ...]
) -> None:
    words = filled(command_line, words)
    before, journal = command_line.effects(), len(command_line.written_down())
    ran = command_line("-y", *name.split(), *words, "--no-wait")
    assert ran.code == 0
    assert len(command_line.effects()) > len(before)
    assert len(command_line.written_down()) == journal + 1


def test_a_command_that_says_that_it_reads_cannot_change_anything(command_line: CommandLine) -> None:
    from clear_street.cli import _main

    def sneak(session: Any) -> Exit:
        session.agree((), "?")
        session.change(lambda client: client.v1.positions.close_positions(session.account))
        return Exit.DONE

    command_line.patch.setitem(sys.modules, "clear_street.cli.mine", SimpleNamespace(sneak=sneak))
    command_line.patch.setattr(_main, "COMMANDS", (*COMMANDS, Command("sneak", "Close all.", "mine.sneak")))
    ran = command_line("-y", "sneak")
    assert ran.code == 1
    assert "that nobody has agreed to" in ran.err
    assert command_line.effects() == []


@pytest.mark.parametrize(("typed", "code"), [("y", 0), ("YES", 0), ("", 1), ("n", 1), ("j", 1)])
def test_a_person_is_asked(command_line: CommandLine, typed: str, code: int) -> None:
    ran = command_line(*SUBMIT, typed=typed)
    assert ran.code == code
    assert command_line.effects() == ([] if code else ["submitted"])
    assert "account      122503   https://sandbox.invalid" in ran.err
    assert "Send it? [y/N]: " in ran.err


@pytest.mark.parametrize(("typed", "code"), [(ACCOUNT, 0), ("122504", 1), ("y", 1)])
def test_closing_all_wants_the_account_number_typed(command_line: CommandLine, typed: str, code: int) -> None:
    ran = command_line("positions", "close", "--all", "-y", typed=typed)
    assert ran.code == code
    assert "ALL 7 positions, 165,272.00 in value" in ran.err
    assert bool(command_line.effects()) is not bool(code)


def test_closing_all_of_nothing_sends_nothing(command_line: CommandLine) -> None:
    command_line.sandbox.add_account(7)
    assert command_line("--account", "7", "positions", "close", "--all", "--confirm-account", "7").code == 2


def test_a_close_whose_reply_is_lost_says_where_to_look(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.after_effect(), operation="close_position")
    ran = command_line("positions", "close", "AAPL", "-y")
    assert ran.code == 4
    order = command_line("orders", "list", "-o", "json").json[0]["id"]
    assert ran.err.splitlines()[-2:] == [
        "  clear-street orders list",
        f"What may be its effect has appeared since: {order}",
    ]
    command_line.sandbox.faults.add(Fault.after_effect(), operation="close_position")
    ran = command_line("positions", "close", "TSLA", "-y", "-o", "json")
    assert len(json.loads(ran.err.splitlines()[-1])["candidates"]) == 1


def test_orders_that_a_close_placed_are_listed(command_line: CommandLine) -> None:
    ran = command_line("positions", "close", "AAPL", "-y", "--cancel-orders")
    assert "1 order placed" in ran.err
    assert "open orders  are cancelled first" in ran.err
    assert ran.out.splitlines()[1].split()[:3] == ["AAPL", "SELL", "300"]
    assert command_line("positions", "close", "TSLA", "-y", "-o", "json").json[0]["side"] == "BUY"


def test_several_are_cancelled_and_each_is_told(command_line: CommandLine) -> None:
    first, second = submitted(command_line), submitted(command_line)
    ran = command_line("-y", "instructions", "cancel", first, "no-such-id", second)
    assert ran.code == 6
    assert ran.out.count("CANCELLED") == 2
    assert "no-such-id, which the list does not show" in ran.err


def test_a_cancel_that_is_refused_is_3(command_line: CommandLine) -> None:
    assert command_line("-y", "instructions", "cancel", "no-such-id").code == 3
    assert command_line("-y", "instructions", "cancel", "no-such-id", "nor-this").code == 3


def test_after_a_cancel_of_unknown_outcome_no_other_is_made(command_line: CommandLine) -> None:
    first, second = submitted(command_line), submitted(command_line)
    faults = command_line.sandbox.faults
    faults.add(Fault.after_effect(), operation="cancel_position_instruction", times=None)
    faults.add(Fault.answer(503), operation="get_position_instructions", nth=2, times=None)
    ran = command_line("-y", "instructions", "cancel", first, second)
    assert ran.code == 4
    assert ran.err.splitlines()[-1] == f"  clear-street instructions list {first} {second}"
    faults.clear()
    rows = command_line("instructions", "list", first, second, "-o", "json").json
    assert [row["status"] for row in rows] == ["CANCELLED", "SENT"]


# --- Cut-off ----------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_past_the_time_that_was_given(command_line: CommandLine) -> None:
    ran = command_line("-y", *SUBMIT, "--not-after", "10:30:10")
    assert ran.code == 0
    assert "not after    10:30:10 EDT by the service's clock: in 0 min 0" in ran.err
    ran = command_line("-y", *SUBMIT, "--not-after", "10:29")
    assert ran.code == 8
    assert "passed" in ran.err


@pytest.mark.parametrize("wrong", [-3600, 3600])
def test_the_clock_of_the_service_decides(command_line: CommandLine, wrong: int) -> None:
    # It is 10:30 there, and an hour earlier or later here.
    command_line.clock = SandboxClock(command_line.sandbox.clock.now() + timedelta(seconds=wrong))
    assert command_line("-y", *SUBMIT, "--no-wait", "--not-after", "10:31").code == 0
    assert command_line("-y", *SUBMIT, "--no-wait", "--not-after", "10:29").code == 8


def test_a_service_that_does_not_tell_its_time_keeps_no_cutoff(command_line: CommandLine) -> None:
    ahead = _time.service_time("Fri, 24 Apr 2026 14:30:00 GMT", *[command_line.sandbox.clock.now()] * 2)
    assert ahead.doubt == ahead.ahead == timedelta(seconds=1)
    with pytest.raises(Problem, match="does not tell its time"):
        _time.service_time(None, *[command_line.sandbox.clock.now()] * 2)


def test_what_expires_today_is_not_sent_past_the_cutoff(command_line: CommandLine) -> None:
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "17:30")
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 0
    assert "not after    17:30:00 EDT by the service's clock: in 6 h 59 min" in ran.err
    command_line.sandbox.clock.advance(7 * 3600 + 1)
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 2
    assert "17:30:00 EDT by the service's clock: passed" in ran.err
    assert command_line.effects() == ["submitted"]


@pytest.mark.parametrize(("typed", "code"), [("late", 0), ("y", 1)])
def test_past_the_cutoff_a_person_types_that_it_is_late(command_line: CommandLine, typed: str, code: int) -> None:
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "10:00")
    assert command_line(*SUBMIT, typed=typed).code == code
    assert command_line.effects() == ([] if code else ["submitted"])


def test_a_cutoff_of_the_environment_is_for_what_expires_today(command_line: CommandLine) -> None:
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "10:00")
    assert "not after" not in command_line("-y", "instructions", "submit", OPTION, "1").err
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "5pm")
    ran = command_line("-y", *SUBMIT)
    assert (ran.code, command_line.effects()) == (2, ["submitted"])
    assert "CLEAR_STREET_CUTOFF: '5pm' is no time of the day" in ran.err


# --- What expires -----------------------------------------------------------------------------------------------------


def test_what_expires_is_shown_with_what_is_left(command_line: CommandLine) -> None:
    command_line("-y", *SUBMIT)
    command_line.sandbox.plan(then=[])
    for _ in range(2):
        command_line("-y", "instructions", "submit", "SPY 260424P700", "1", "--type", "do_not_exercise", "--no-wait")
    ran = command_line("expiring")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "account 122503   Fri 24 Apr 10:30:04 EDT (the service's clock)",
        "EXPIRES        HELD  LEFT  MONEYNESS  INSTRUCTED                 VALUE  UNDERLYING",
        "AAPL 260 call     5     3   ITM 9.40  2 EXERCISE ACCEPTED     4,700.00      269.40",
        "SPY 700 put       3     1  OTM 12.35  2 DO_NOT_EXERCISE SENT      6.00      712.35",
    ]
    assert ran.err.splitlines() == [
        "In the money, with nothing instructed: 3 contracts. To exercise:",
        "  clear-street instructions submit 'AAPL 260424C260' 3",
        "Not in the money, with nothing instructed: 1 contract.",
    ]
    row = command_line("expiring", "2026-04-24", "-o", "json").json[0]
    assert (row["left"], row["accepted"], row["in_the_money_by"], row["underlying_price"]) == ("3", "2", "9.4", "269.4")


def test_what_is_instructed_is_shown_at_any_width(command_line: CommandLine) -> None:
    command_line("-y", *SUBMIT)
    command_line.terminals = {"stdout"}
    command_line.patch.setenv("NO_COLOR", "1")
    for command_line.columns in range(30, 130):
        ran = command_line("expiring")
        assert "nothing" in ran.out
        assert "2 EXERCISE ACCEPTED" in " ".join(ran.out.split())
        for cell in ("3", "ITM 9.40"):
            assert f" {cell} " in ran.out.replace("\n", " ")


def test_without_a_price_nobody_is_told_to_exercise(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.answer(403), operation="get_snapshots", times=None)
    command_line.sandbox.add_position(int(ACCOUNT), "AAPL1 260424C00100000", 2)
    ran = command_line("expiring")
    assert [line.split()[5:7] for line in ran.out.splitlines()[2:]] == [
        ["ITM", "9.40"],
        ["unknown", "nothing"],
        ["unknown", "nothing"],
    ]
    assert "The latest prices could not be read" in ran.err
    assert "no price to tell whether they are in the money: 5 contracts. Decide on these yourself." in ran.err
    assert ran.err.count("instructions submit") == 1


def test_a_trade_that_is_not_known_leaves_the_price_of_the_position(command_line: CommandLine) -> None:
    def without_trade(body: Any) -> Any:
        return {**body, "data": [{**row, "last_trade": None} for row in body["data"]]}

    command_line.sandbox.faults.add(Fault.rewritten(without_trade), operation="get_snapshots")
    assert [row["in_the_money_by"] for row in command_line("expiring", "-o", "json").json] == ["9.4", None]


def test_a_status_that_nobody_knows_counts_as_instructed(command_line: CommandLine) -> None:
    command_line("-y", *SUBMIT)

    def newer(body: Any) -> Any:
        return {**body, "data": [{**row, "status": "PARKED"} for row in body["data"]]}

    command_line.sandbox.faults.add(Fault.rewritten(newer), operation="get_position_instructions")
    row = command_line("expiring", "-o", "json").json[0]
    assert (row["left"], row["accepted"], row["pending"]) == ("3", "0", "2")


def test_another_day_may_have_nothing_or_short_options(command_line: CommandLine) -> None:
    ran = command_line("expiring", "2026-04-27")
    assert "The account is long no contract that expires then." in ran.err
    assert "EXPIRES" not in ran.out
    assert command_line("expiring", "2026-04-27", "-o", "json").json == []
    ran = command_line("expiring", "2027-01-15", "-o", "jsonl")
    assert [row["symbol"] for row in ran.lines] == ["MSFT 270115P00450000"]
    assert "Short positions that expire too, and may be assigned: 1." in command_line("expiring", "2027-01-15").err
    assert command_line("expiring", "tomorrow").code == 2


def test_the_calendar_of_the_service_has_the_last_word(command_line: CommandLine) -> None:
    # The market closes early on Friday the 24th, and is closed on Friday the 15th of January.
    market = Market(early={date(2026, 4, 24): "13:00"}, closed=[date(2027, 1, 15)])
    command_line.sandbox = Sandbox(market=market)
    command_line.clock = command_line.sandbox.clock
    ran = command_line("expiring", "--cutoff", "17:30")
    assert "the market closes early, at 13:00 EDT   cut-off 17:30 EDT: 6 h 59 min left" in ran.out
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "17:30")
    assert "cut-off 14:30 EDT: 3 h 59 min left" in command_line("expiring").out
    assert "not after    14:30:00 EDT by the service's clock: in 3 h 59 min" in command_line("-n", *SUBMIT).err
    assert "MSFT 15 Jan 2027 450 put" in command_line("expiring", "2027-01-14").out
    ran = command_line("expiring", "2027-01-15")
    assert "the market is closed on Fri 15 Jan" in ran.out
    assert "cut-off" not in ran.out


def test_a_calendar_that_cannot_be_read_stops_nobody(command_line: CommandLine) -> None:
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "17:30")
    command_line.sandbox.faults.add(Fault.answer(503), operation="get_market_hours_calendar", times=None)
    ran = command_line("-y", *SUBMIT)
    assert ran.code == 0
    assert ran.err.count("The calendar could not be read, so an early close would not be known") == 1
    assert "not after    17:30:00 EDT" in ran.err


@pytest.mark.parametrize(
    ("minute", "told"), [(25, "cut-off 17:30 EDT: 0 h 04 min left"), (31, "cut-off 17:30 EDT: passed")]
)
def test_the_time_to_the_cutoff_is_the_service_s(command_line: CommandLine, minute: int, told: str) -> None:
    command_line.clock = SandboxClock(command_line.sandbox.clock.now() - timedelta(days=3))
    command_line.sandbox.clock.advance(6 * 3600 + (30 + minute) * 60)
    assert told in command_line("expiring", "--cutoff", "17:30").out
    command_line.patch.setenv("CLEAR_STREET_CUTOFF", "17:30")
    assert told in command_line("expiring").out


def test_what_an_exercise_moves_is_said_where_it_is_known(command_line: CommandLine) -> None:
    ran = command_line("-n", "instructions", "submit", "aapl 260424c260", "2")
    assert "contract     AAPL 24 Apr 2026 260 call   (AAPL 260424C00260000)" in ran.err
    assert "that buys 200 shares at 260: 52,000.00 (at 100 a contract)" in ran.err
    assert (
        "that sells 100 shares at 700: 70,000.00"
        in command_line("-n", "instructions", "submit", "SPY 260424P700", "1").err
    )
    command_line.sandbox.add_position(int(ACCOUNT), "AAPL1 260424C00260000", 5)
    assert "shares" not in command_line("-n", "instructions", "submit", "AAPL1 260424C260", "1").err


# --- Text -------------------------------------------------------------------------------------------------------------


def test_numbers_keep_every_digit() -> None:
    assert [_text.number(text) for text in ("-16084", "12.50", "x\x1b", None)] == ["-16,084", "12.50", "x\\x1b", "-"]
    assert [_text.money(text) for text in ("4700", "0.125", "1e3", "NaN", "1e99", None)] == [
        "4,700.00",
        "0.125",
        "1,000.00",
        "NaN",
        "1e99",
        "-",
    ]


def test_wide_characters_take_two_columns() -> None:
    assert _text.width("a\u0301\u4e2d") == 3


def test_a_missing_time_is_a_dash() -> None:
    assert _text.clock_time(None, _time.new_york()) == "-"
    assert _text.day_and_time(None, _time.new_york()) == "-"


@given(st.lists(st.lists(st.text(max_size=30), min_size=4, max_size=4), max_size=5), st.integers(30, 200))
def test_a_table_never_cuts_a_cell_off(rows: list[list[str]], room: int) -> None:
    columns: list[Column[list[str]]] = [
        Column("FIRST", lambda row: row[0]),
        Column("NUMBER", lambda row: row[1], importance=8, is_number=True, goes_under=True),
        Column("WHY", lambda row: row[2], importance=6, is_words=True),
        Column("LAST", lambda row: row[3], importance=2),
    ]
    shown = table(columns, rows)
    laid = layout(shown, room)
    text = "".join(piece for line in laid.lines for piece, _ in line)
    for cells in shown.rows:
        for column, cell in zip(columns, cells, strict=True):
            assert column.title in laid.dropped or all(word in text for word in cell.split())
    first = max((_text.width(cells[0]) for cells in shown.rows), default=0)
    assert max(sum(_text.width(piece) for piece, _ in line) for line in laid.lines) <= max(room, first)


@given(st.text())
def test_a_cell_of_a_csv_is_never_a_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(_text.csv_lines([[text]]))) if text else [[""]]
    assert row[0][:1] not in tuple("=@\t\r")
    assert row[0][:1] not in ("+", "-") or re.fullmatch(r"[+-][0-9].*", row[0])


# --- The page ---------------------------------------------------------------------------------------------------------

PAGE = screens.PAGE.read_text(encoding="utf-8")


def test_the_screens_of_the_page_are_what_a_terminal_shows() -> None:
    assert screens.page_as_it_is(PAGE) == PAGE


def test_the_page_has_the_table_of_exit_statuses() -> None:
    rows = [f"| {int(line.code)} | {line.meaning} | {line.again} |" for line in _exit.MEANINGS]
    assert "\n".join(rows) in PAGE


def test_the_page_has_every_command() -> None:
    for command in COMMANDS:
        assert f"`{command.name}" in PAGE, command.name


# --- Orders and accounts ----------------------------------------------------------------------------------------------


def test_orders_are_listed_awaited_and_cancelled(command_line: CommandLine) -> None:
    first = order(command_line)
    assert [row["id"] for row in command_line("orders", "list", "--open", "-o", "json").json] == [first]
    assert command_line("orders", "wait", first).code == 0
    assert command_line("orders", "list", first, "-o", "json").json[0]["status"] == "FILLED"
    ran = command_line("-y", "orders", "cancel", first)
    assert ran.code == 3
    second = str(command_line("-y", "-o", "json", "positions", "close", "AAPL").json[0]["id"])
    ran = command_line("-y", "orders", "cancel", second, "no-such-id")
    assert ran.code == 6
    assert "no-such-id, which the list does not show" in ran.err
    assert command_line("orders", "wait", second).code == 7
    assert command_line("orders", "wait", "no-such-id", "--deadline", "1").code == 5


def test_a_cancel_of_an_order_that_is_lost_is_4(command_line: CommandLine) -> None:
    first = order(command_line)
    command_line.sandbox.faults.add(Fault.after_effect(), operation="cancel_open_order", times=None)
    command_line.sandbox.faults.add(Fault.answer(503), operation="get_order_by_id", times=None)
    ran = command_line("-y", "orders", "cancel", first, "another")
    assert ran.code == 4
    assert f"  clear-street orders list {first} another" in ran.err.splitlines()


def test_accounts_are_listed(command_line: CommandLine) -> None:
    assert int(ACCOUNT) in [row["id"] for row in command_line("accounts", "list", "-o", "json").json]
    assert ACCOUNT in command_line("accounts", "list").out
