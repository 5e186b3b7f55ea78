"""Files of instructions: what is wrong with them, and that the same file sent again sends nothing twice."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street.cli import _commands, _file
from clear_street.sandbox import Fault
from support.command_line import EXPIRING, OPTION
from support.key_names import KEY_NAME

if TYPE_CHECKING:
    from support.command_line import CommandLine, Ran

HEADER = "instruction_type,symbol,quantity"
TWO = ("EXERCISE,AAPL 24 Apr 2026 260 call,2", "DO_NOT_EXERCISE,SPY 260424P700,3")
DAY = date(2026, 4, 24)


def write(command_line: CommandLine, *rows: str, header: str = HEADER) -> str:
    """A file; its name."""
    name = command_line.home / "friday.csv"
    name.write_text("".join(f"{line}\n" for line in (header, *rows)), encoding="utf-8")
    return str(name)


def submit(command_line: CommandLine, name: str, *words: str) -> Ran:
    """Submit a file."""
    return command_line("-y", "instructions", "submit", "--file", name, *words)


def statuses(ran: Ran) -> list[str]:
    """What came of each row."""
    return [row["status"] for row in ran.json]


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_file_are_sent_and_followed(command_line: CommandLine) -> None:
    ran = submit(command_line, write(command_line, *TWO))
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "LINE  TYPE             QTY  CONTRACT                   STATUS",
        "   2  EXERCISE           2  AAPL 24 Apr 2026 260 call  ACCEPTED",
        "   3  DO_NOT_EXERCISE    3  SPY 24 Apr 2026 700 put    ACCEPTED",
    ]
    assert "2 rows, 0 in the list already, 2 to send" in ran.err
    assert command_line.effects() == ["submitted"] * 2


def test_the_same_file_sends_nothing_twice(command_line: CommandLine) -> None:
    name = write(command_line, *TWO)
    submit(command_line, name)
    ran = submit(command_line, name)
    assert (ran.code, command_line.effects()) == (0, ["submitted"] * 2)
    assert "2 in the list already, 0 to send" in ran.err
    # Written otherwise, with a row before it, it is the same; under another name, and on another day, it is not.
    name = write(
        command_line, f"EXERCISE,{EXPIRING},1", f"EXERCISE,{EXPIRING},2", "DO_NOT_EXERCISE,SPY260424P00700000,3"
    )
    assert "3 rows, 2 in the list already, 1 to send" in submit(command_line, name).err
    assert submit(command_line, write(command_line, TWO[0]), "--batch", "second").code == 0
    assert command_line.effects() == ["submitted"] * 4


def test_json_lines_and_standard_input_do_as_well(command_line: CommandLine) -> None:
    rows = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in TWO]
    content = "".join(f"{json.dumps(row)}\n\n" for row in rows).encode("utf-8-sig")

    class Piped(io.StringIO):
        buffer = io.BytesIO(content)

    command_line.piped = Piped()
    assert submit(command_line, "-", "--no-wait").code == 0
    assert submit(command_line, write(command_line, *TWO)).code == 0
    assert command_line.effects() == ["submitted"] * 2


def test_a_key_of_a_row_s_own_wins(command_line: CommandLine) -> None:
    header = f"{HEADER},{KEY_NAME}"
    name = write(command_line, f"EXERCISE,{EXPIRING},2,mine", f"EXERCISE,{EXPIRING},1,", header=header)
    ran = submit(command_line, name, "-o", "json")
    assert [row[KEY_NAME] == "mine" for row in ran.json] == [True, False]
    name = write(command_line, f"EXERCISE,{EXPIRING},1,mine", header=header)
    ran = submit(command_line, name)
    assert ran.code == 2
    assert f"line 2, {KEY_NAME}: mine was used for EXERCISE 2 AAPL 24 Apr 2026 260 call" in ran.err


def test_many_rows_are_sent_some_at_a_time_with_a_bar(command_line: CommandLine) -> None:
    command_line.sandbox.add_position(122503, "IBM 260424C00100000", 50)
    name = write(command_line, *["EXERCISE,IBM 260424C100,1"] * 45)
    command_line.terminals = {"stderr"}
    ran = submit(command_line, name, "--no-wait", "-o", "json")
    assert statuses(ran) == ["SENT"] * 45
    assert "submitting" in ran.err
    assert len(command_line.written_down()) == 3
    assert len({row[KEY_NAME] for row in ran.json}) == 45


# --- What goes wrong --------------------------------------------------------------------------------------------------


def refuse(command_line: CommandLine, wanted: int) -> None:
    """Let the service hold fewer contracts than it lists."""

    def more(body: Any) -> Any:
        return {**body, "data": [{**row, "available_quantity": "99"} for row in body["data"]]}

    command_line.sandbox.faults.add(Fault.rewritten(more), operation="get_positions", times=wanted)


def test_some_refused_is_6_and_all_refused_is_3(command_line: CommandLine) -> None:
    refuse(command_line, 2)
    ran = submit(command_line, write(command_line, f"EXERCISE,{EXPIRING},2", f"EXERCISE,{EXPIRING},9"))
    assert ran.code == 6
    assert "1 ACCEPTED, 1 REJECTED" in ran.err
    assert "exceeds the available position of 3" in ran.out
    ran = submit(command_line, write(command_line, f"EXERCISE,{EXPIRING},9"), "-o", "json")
    assert (ran.code, statuses(ran)) == (3, ["REJECTED"])


def test_an_unknown_row_is_4_and_the_same_command_settles_it(command_line: CommandLine) -> None:
    faults = command_line.sandbox.faults
    faults.add(Fault.after_effect(), operation="submit_position_instructions")
    faults.add(Fault.answer(503), operation="get_position_instructions", nth=3, times=None)
    name = write(command_line, *TWO)
    ran = submit(command_line, name)
    assert ran.code == 4
    assert "2 UNKNOWN" in ran.err
    assert "Run the same command again" in ran.err
    faults.clear()
    assert command_line(*ran.err.splitlines()[-1].split()[1:]).code == 0
    ran = submit(command_line, name)
    assert (ran.code, command_line.effects()) == (0, ["submitted"] * 2)


def test_a_row_that_the_reply_lacks_is_4(command_line: CommandLine) -> None:
    command_line.sandbox.echo_keys = False
    ran = submit(command_line, write(command_line, *TWO), "-o", "json")
    assert (ran.code, statuses(ran)) == (4, ["UNKNOWN"] * 2)


def test_what_is_unknown_is_4_whatever_goes_wrong_after_it(command_line: CommandLine) -> None:
    faults = command_line.sandbox.faults
    faults.add(Fault.after_effect(), operation="submit_position_instructions")
    faults.add(Fault.answer(503), operation="get_position_instructions", nth=3, times=None)

    def full(text: str) -> int:
        raise OSError(28, "No space left on device")

    command_line.patch.setattr(sys.stdout, "write", full)
    ran = submit(command_line, write(command_line, *TWO))
    assert ran.code == 4
    assert command_line.effects() == ["submitted"] * 2
    assert ran.err.splitlines()[-1].startswith("  clear-street instructions find ")
    assert len(ran.err.splitlines()[-1].split()) == 5


def test_a_batch_that_is_refused_as_a_whole_is_3(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.answer(403), operation="submit_position_instructions", times=None)
    ran = submit(command_line, write(command_line, *TWO), "-o", "json")
    assert (ran.code, statuses(ran), command_line.effects()) == (3, ["NOT SENT"] * 2, [])


def test_a_conflict_that_names_no_row_is_no_refusal(command_line: CommandLine) -> None:
    # The list does not show it yet, and the service only says that something is in conflict.
    command_line.sandbox.list_lag = 20.0
    name = write(command_line, f"EXERCISE,{EXPIRING},1")
    submit(command_line, name, "--no-wait")
    command_line.sandbox.faults.add(Fault.answer(409), operation="submit_position_instructions")
    ran = submit(command_line, name)
    assert (ran.code, command_line.effects()) == (0, ["submitted"])


def test_what_never_left_is_8(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.never_sent(), operation="submit_position_instructions", times=None)
    ran = submit(command_line, write(command_line, *TWO), "-o", "json")
    assert (ran.code, statuses(ran), command_line.effects()) == (8, ["NOT SENT"] * 2, [])


def test_what_ends_badly_is_7_and_what_takes_too_long_5(command_line: CommandLine) -> None:
    command_line.sandbox.plan(instrument=EXPIRING, then=["REJECTED"])
    ran = submit(command_line, write(command_line, *TWO))
    assert ran.code == 7
    assert "is sent again with --batch and a new name alone" in ran.err
    command_line.sandbox.plan(then=[])
    ran = submit(command_line, write(command_line, f"EXERCISE,{OPTION},1"), "--deadline", "3")
    assert ran.code == 5


def test_a_row_that_somebody_cancelled_is_not_done(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=[])
    name = write(command_line, f"EXERCISE,{EXPIRING},1")
    (row,) = submit(command_line, name, "--no-wait", "-o", "json").json
    assert command_line("-y", "instructions", "cancel", row["id"]).code == 0
    ran = submit(command_line, name, "-o", "json")
    assert (ran.code, statuses(ran)) == (7, ["CANCELLED"])
    assert command_line.effects().count("submitted") == 1


def test_a_row_that_was_sent_before_the_list_shows_it_is_found(command_line: CommandLine) -> None:
    command_line.sandbox.list_lag = 20.0
    name = write(command_line, f"EXERCISE,{EXPIRING},1")
    assert submit(command_line, name, "--no-wait").code == 0
    ran = submit(command_line, name, "--deadline", "60")
    assert (ran.code, command_line.effects()) == (0, ["submitted"])


def test_a_duplicate_that_names_no_other_is_looked_for(command_line: CommandLine) -> None:
    command_line.sandbox.list_lag = 20.0
    name = write(command_line, f"EXERCISE,{EXPIRING},1")
    submit(command_line, name, "--no-wait")

    def nameless(body: Any) -> Any:
        command_line.sandbox.list_lag = 0.0
        rejection = {"reason": "DUPLICATE_INSTRUCTION", "metadata": {}, "description": "Duplicate"}
        rows = [{**row, "rejection": rejection, "rejection_reason": "Duplicate instruction"} for row in body["data"]]
        return {**body, "data": rows}

    command_line.sandbox.faults.add(Fault.rewritten(nameless), operation="submit_position_instructions")
    ran = submit(command_line, name, "-o", "json")
    assert (ran.code, statuses(ran), command_line.effects()) == (0, ["ACCEPTED"], ["submitted"])


def test_what_cannot_be_followed_is_5(command_line: CommandLine) -> None:
    faults = command_line.sandbox.faults
    faults.add(Fault.answer(401), operation="get_position_instructions", nth=3, times=None)
    ran = submit(command_line, write(command_line, *TWO))
    assert ran.code == 5
    assert "could not be followed" in ran.err


def interrupt(body: Any) -> Any:
    """A person stops the program here."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("operation", "nth", "code"),
    [("submit_position_instructions", 1, 4), ("get_position_instructions", 2, 130)],
)
def test_ctrl_c_tells_what_is_known(command_line: CommandLine, operation: str, nth: int, code: int) -> None:
    command_line.sandbox.faults.add(Fault.rewritten(interrupt), operation=operation, nth=nth)
    ran = submit(command_line, write(command_line, *TWO), "-o", "json")
    assert ran.code == code
    assert len(ran.json) == 2


class Killed(BaseException):
    """The process ends here, without a word."""


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("is_after", [True, False])
def test_killed_anywhere_and_run_again_it_ends_right(command_line: CommandLine, nth: int, is_after: bool) -> None:
    command_line.sandbox.add_position(122503, "IBM 260424C00100000", 40)
    name = write(command_line, *["EXERCISE,IBM 260424C100,1"] * 40)

    def kill(body: Any) -> Any:
        raise Killed

    fault = Fault.rewritten(kill)
    operation = "submit_position_instructions" if is_after else None
    command_line.sandbox.faults.add(fault, operation=operation, nth=nth)
    try:
        submit(command_line, name)
    except Killed:
        command_line.read()
    assert submit(command_line, name).code == 0
    assert command_line.effects() == ["submitted"] * 40
    ran = submit(command_line, name)
    assert (ran.code, command_line.effects()) == (0, ["submitted"] * 40)


# --- What is wrong with a file ----------------------------------------------------------------------------------------


def test_every_problem_of_a_file_is_told_with_its_line(command_line: CommandLine) -> None:
    header = f"{HEADER},{KEY_NAME}"
    name = write(
        command_line,
        f"EXCERCISE,{OPTION},1,a",
        f"EXERCISE,{OPTION},0,b",
        "",
        ",,,c",
        "EXERCISE,AAPL,2,d",
        f"EXERCISE,{OPTION},1",
        f"EXERCISE,{OPTION},1,e",
        f"EXERCISE,{OPTION},1,e",
        header=header,
    )
    ran = command_line("batch", "check", name)
    assert ran.code == 2
    assert ran.err.splitlines() == [
        f"{name}: 7 rows, 9 problems; nothing was sent",
        "  line 2, instruction_type: 'EXCERCISE' is none of EXERCISE, DO_NOT_EXERCISE, CONTRARY_EXERCISE",
        "  line 3, quantity: '0' is no positive whole number",
        "  line 5, instruction_type: it is missing",
        "  line 5, quantity: it is missing",
        "  line 5, symbol: it is missing",
        "  line 6, symbol: 'AAPL' is no symbol of an option, such as 'AAPL 280121C00195000'",
        "  line 7, 3 cells under 4 names",
        f"  line 8, {KEY_NAME}: 'e' is there 2 times",
        f"  line 9, {KEY_NAME}: 'e' is there 2 times",
    ]


def test_what_the_account_cannot_do_is_told_with_its_line(command_line: CommandLine) -> None:
    command_line.sandbox.add_position(122503, "IBM 260423C00100000", 1)
    name = write(
        command_line,
        "DO_NOT_EXERCISE,MSFT 15 Jan 2027 450 put,1",
        "EXERCISE,TSLA 21 Jan 2028 195 call,1",
        "EXERCISE,NVDA 270115C00200000,1",
        f"EXERCISE,{EXPIRING},4",
        f"EXERCISE,{EXPIRING},5",
        "EXERCISE,IBM 260423C100,1",
    )
    assert command_line("batch", "check", name).err.splitlines()[1:] == [
        "  line 2, instruction_type: DO_NOT_EXERCISE is for the expiry day alone, 2027-01-15",
        "  line 3, symbol: account 122503 holds no TSLA 21 Jan 2028 195 call",
        "  line 4, symbol: account 122503 holds no NVDA 15 Jan 2027 200 call",
        "  line 6, quantity: 9 of AAPL 24 Apr 2026 260 call in this file, 5 free",
        "  line 7, symbol: IBM 23 Apr 2026 100 call expired on 2026-04-23",
    ]
    assert command_line("batch", "check", write(command_line, *TWO)).code == 0
    assert command_line.effects() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "has no rows"),
        (b"instruction_type,symbol,quantity\n", "has no rows"),
        (b"\xff\xfe", "is not in UTF-8"),
        (b'{"instruction_type": "EXERCISE"\n', "line 1, this is no JSON object"),
        (b"{}\n[]\n", "line 2, this is no JSON object"),
        (b'{"quantity": true, "symbol": 1, "instruction_type": "EXERCISE"}', "symbol: 1 is no symbol"),
        (f'{{"{KEY_NAME}": 1}}'.encode(), f"{KEY_NAME}: 1 is no text"),
        (b"type,symbol,quantity\nEXERCISE,X,1\n", "type: there is no such column"),
    ],
)
def test_a_file_that_cannot_be_read_is_2(command_line: CommandLine, content: bytes, why: str) -> None:
    name = command_line.home / "file"
    name.write_bytes(content)
    ran = command_line("batch", "check", str(name))
    assert ran.code == 2
    assert why in ran.err
    assert command_line.sandbox.requests == ()


# --- Templates --------------------------------------------------------------------------------------------------------


def test_a_template_has_what_expires_and_can_be_sent(command_line: CommandLine) -> None:
    ran = command_line("batch", "template")
    assert ran.out.splitlines() == [
        HEADER,
        "EXERCISE,AAPL 24 Apr 2026 260 call,5",
        "DO_NOT_EXERCISE,SPY 24 Apr 2026 700 put,3",
    ]
    name = command_line.home / "template.csv"
    name.write_text(ran.out, encoding="utf-8")
    assert submit(command_line, str(name)).code == 0
    ran = command_line("batch", "template", "2026-04-24")
    assert (ran.code, ran.out) == (0, f"{HEADER}\n")
    assert "The account is free to exercise nothing" in ran.err


def test_a_template_leaves_to_a_person_what_has_no_price(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.answer(403), operation="get_snapshots")
    ran = command_line("batch", "template")
    assert ran.out.splitlines()[1:] == ["EXERCISE,AAPL 24 Apr 2026 260 call,5", ",SPY 24 Apr 2026 700 put,3"]
    assert "decide on it yourself" in ran.err
    name = command_line.home / "template.csv"
    name.write_text(ran.out, encoding="utf-8")
    ran = submit(command_line, str(name))
    assert (ran.code, command_line.effects()) == (2, [])
    assert "line 3, instruction_type: it is missing" in ran.err


# --- Keys -------------------------------------------------------------------------------------------------------------

rows = st.lists(
    st.builds(
        lambda kind, symbol, quantity: _file.Row(0, kind, symbol, quantity, ""),
        st.sampled_from(_commands.TYPES),
        st.sampled_from([OPTION, EXPIRING, "SPY 260424P00700000"]),
        st.integers(1, 3),
    ),
    max_size=8,
)


@given(rows, rows)
def test_the_keys_of_rows_outlast_rows_before_them(some: list[_file.Row], more: list[_file.Row]) -> None:
    def keys(listed: list[_file.Row], **other: Any) -> list[str]:
        given = {"account": 1, "day": DAY, "batch": "", **other}
        return [row.key for row in _file.with_keys(listed, **given)]

    assert len(set(keys(some))) == len(some)
    assert sorted(keys([*some, *more])) == sorted(keys([*more, *some]))
    assert set(keys(some)) <= set(keys([*more, *some]))
    for other in ({"account": 2}, {"day": date(2026, 4, 27)}, {"batch": "b"}):
        assert not set(keys(some)) & set(keys(some, **other))


def test_the_key_of_a_content_never_changes() -> None:
    (row,) = _file.with_keys([_file.Row(2, "EXERCISE", "AAPL 21 Jan 2028 195 call", 2, "")], 122503, DAY, "")
    assert row.key == "e142cc6a-5571-583f-b40a-8e7ff3107728"
