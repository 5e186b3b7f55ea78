"""The command line at a terminal: what is redrawn, completed and interrupted there, and where the key comes from."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import io
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clear_street import cli
from clear_street.cli import _key, _time
from clear_street.cli._command import function
from clear_street.cli._commands import COMMANDS
from clear_street.cli._exit import Exit, Problem
from clear_street.cli._world import World
from clear_street.sandbox import Fault, LiveClock, Sandbox, SandboxServer
from clear_street.sandbox.clock import START
from support.command_line import ACCOUNT, EXPIRING, KEY, OPTION, CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = (sys.executable, "-m", "clear_street.cli")
ESCAPE = "\x1b"


def submitted(command_line: CommandLine) -> str:
    """The id of an instruction that is under way."""
    ran = command_line("-y", "-o", "json", "instructions", "submit", EXPIRING, "2", "--no-wait")
    return str(ran.json[0]["id"])


# --- Watching ---------------------------------------------------------------------------------------------------------


def test_changes_are_lines_where_there_is_no_terminal(command_line: CommandLine) -> None:
    number = submitted(command_line)
    ran = command_line("instructions", "watch", number)
    assert ran.code == 0
    assert [line.split("  ")[3] for line in ran.out.splitlines()] == ["SENT", "SENT -> ACCEPTED"]


def test_changes_are_told_to_programs(command_line: CommandLine) -> None:
    number = submitted(command_line)
    lines = command_line("instructions", "watch", number, "-o", "jsonl").lines
    assert [(line["status"], line["previous_status"]) for line in lines] == [("SENT", None), ("ACCEPTED", "SENT")]
    rows = command_line("instructions", "watch", number, "-o", "csv").out.splitlines()
    assert rows[0].startswith("at,id,instruction_id,symbol")
    assert len(rows) == 2


def test_a_watch_that_sees_a_failure_is_7(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=["REJECTED"])
    assert command_line("instructions", "watch", submitted(command_line)).code == 7


def test_a_watch_that_ends_too_soon_is_5(command_line: CommandLine) -> None:
    command_line.sandbox.plan(then=[])
    assert command_line("instructions", "watch", submitted(command_line), "--deadline", "5").code == 5


def test_a_step_out_of_a_settled_state_is_pointed_out(command_line: CommandLine) -> None:
    number = submitted(command_line)
    command_line("instructions", "wait", number)

    def step_back(body: Any) -> Any:
        return {**body, "data": [{**row, "status": "SENT"} for row in body["data"]]}

    command_line.sandbox.faults.add(
        Fault.rewritten(step_back), operation="get_position_instructions", nth=2, times=None
    )
    ran = command_line("instructions", "watch", "--deadline", "5")
    assert "ACCEPTED -> SENT (it had been settled!)" in ran.out


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
@pytest.mark.parametrize("columns", [30, 50, 120])
def test_a_watch_is_redrawn_on_a_terminal(command_line: CommandLine, columns: int, environment: dict[str, str]) -> None:
    for name, value in {**environment, "COLUMNS": str(columns), "LINES": "6"}.items():
        command_line.patch.setenv(name, value)
    command_line.terminals, command_line.columns = {"stdout"}, columns
    number = submitted(command_line)
    ran = command_line("instructions", "watch", number)
    assert ran.code == 0
    assert "\x1b[?1049h" in ran.out
    assert "\x1b[?1049l" in ran.out
    assert "ACCEPTED" in ran.out.rpartition("\x1b[?1049l")[2]
    drawn = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", re.sub(r"\x1b\[(H|\?1049l)", "\n", ran.out))
    assert max(len(line) for line in drawn.splitlines()) <= max(columns, 30)


def test_a_dumb_terminal_gets_lines(command_line: CommandLine) -> None:
    command_line.patch.setenv("TERM", "dumb")
    command_line.terminals = {"stdout"}
    assert ESCAPE not in command_line("instructions", "watch", submitted(command_line)).out


# --- The key ----------------------------------------------------------------------------------------------------------


def without_key(command_line: CommandLine) -> Path:
    command_line.patch.delenv("CLEAR_STREET_API_KEY")
    file = Path(os.environ["XDG_CONFIG_HOME"], "clear-street", "key")
    file.parent.mkdir(parents=True)
    return file


def test_a_command_prints_the_key(command_line: CommandLine) -> None:
    without_key(command_line)
    command_line.patch.setenv("CLEAR_STREET_KEY_COMMAND", f"{sys.executable} -c 'print(\"{KEY}\")'")
    assert command_line("positions", "list").code == 0
    assert command_line.connected[0]["api_key"]() == KEY


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("{python} -c 'import sys; sys.exit(3)'", "ended with 3"),
        ("{python} -c 'print(1); print(2)'", "2 lines"),
        ("{python} -c ''", "0 lines"),
        ("{python} -c 'import sys; sys.stdout.buffer.write(bytes([200]))'", "character"),
        ("/no/such/program", "FileNotFoundError"),
        ("'", "ValueError"),
        (" ", "IndexError"),
    ],
)
def test_a_command_that_prints_no_key_is_2(command_line: CommandLine, command: str, why: str) -> None:
    without_key(command_line)
    command_line.patch.setenv("CLEAR_STREET_KEY_COMMAND", command.format(python=sys.executable))
    ran = command_line("positions", "list")
    assert ran.code == 2
    assert why in ran.err


def test_a_file_has_the_key(command_line: CommandLine) -> None:
    file = without_key(command_line)
    file.write_text(f"{KEY}\n", encoding="ascii")
    file.chmod(0o600)
    assert command_line("positions", "list").code == 0
    file.chmod(0o644)
    ran = command_line("positions", "list")
    assert ran.code == 2
    assert f"{file} has mode 0644" in ran.err


def test_without_a_key_it_says_where_one_can_be(command_line: CommandLine) -> None:
    without_key(command_line)
    assert "CLEAR_STREET_KEY_COMMAND" in command_line("positions", "list").err
    command_line.patch.setenv("CLEAR_STREET_KEY_FILE", "/no/such/file")
    ran = command_line("positions", "list")
    assert ran.code == 2
    assert "cannot be read" in ran.err


def test_the_key_is_in_no_frame_that_an_error_passes_through(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{KEY}\n{KEY}\n", encoding="ascii")
    with pytest.raises(Problem, match="2 lines") as caught:
        _key.find_key({_key.KEY_COMMAND: f"cat {tmp_path / 'keys'}"})
    for frame, _ in traceback.walk_tb(caught.tb):
        if "cli/_key" in frame.f_code.co_filename:
            assert KEY not in repr(frame.f_locals)


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_the_account_is_asked_for(command_line: CommandLine) -> None:
    command_line.patch.setenv("CLEAR_STREET_ACCOUNT", "none")
    assert command_line("positions", "list").code == 2
    command_line.patch.delenv("CLEAR_STREET_ACCOUNT")
    assert "Which account?" in command_line("positions", "list").err


def test_options_reach_the_client(command_line: CommandLine) -> None:
    command_line("get", "/v1/version", "--timeout", "3", "--deadline", "4", "--env", "dev")
    (given,) = command_line.connected
    assert (given["timeout"], given["deadline"], given["environment"], given["read_only"]) == (3.0, 4.0, "dev", True)


def test_times_are_new_york_s_or_utc(command_line: CommandLine) -> None:
    command_line.columns = 200
    assert " 09:30:00" in command_line("instructions", "list").out
    assert " 13:30:00" in command_line("instructions", "list", "--utc").out


def test_a_zone_that_the_machine_does_not_know_is_2() -> None:
    with pytest.raises(Problem, match="tzdata"):
        _time.zone("Nowhere/Never")


def test_lengths_of_time_are_for_people() -> None:
    from datetime import timedelta

    assert _time.span(timedelta(seconds=192.9)) == "3 min 12 s"
    assert _time.span(timedelta(hours=2, minutes=3)) == "2 h 03 min"


# --- The journal ------------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_down_is_not_sent(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    words = ("-y", "instructions", "submit", EXPIRING, "2", "--journal")
    ran = command_line(*words, str(tmp_path / "file" / "journal"))
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert command_line.effects() == []

    def half(file: int, content: bytes) -> int:
        return len(content) // 2

    command_line.patch.setattr(os, "write", half)
    assert command_line(*words, str(tmp_path / "journal")).code == 2
    assert command_line.effects() == []


def test_the_journal_is_on_the_disk_before_anything_is_sent(command_line: CommandLine) -> None:
    order: list[str] = []
    fsync = os.fsync

    def watched(file: int) -> None:
        order.append("on the disk")
        fsync(file)

    def seen(body: Any) -> Any:
        order.append("sent")
        return body

    command_line.patch.setattr(os, "fsync", watched)
    command_line.sandbox.faults.add(Fault.rewritten(seen), operation="submit_position_instructions")
    number = submitted(command_line)
    assert order == ["on the disk", "on the disk", "sent"]
    (line,) = command_line.written_down()
    assert line["operation"] == "submit_position_instructions"
    assert line["url"] == f"https://sandbox.invalid/v1/accounts/{ACCOUNT}/positions/instructions"
    assert command_line("instructions", "find", *line["idempotency_keys"], "-o", "json").json[0]["id"] == number
    assert command_line.journal.stat().st_mode & 0o777 == 0o600


# --- Completion -------------------------------------------------------------------------------------------------------


def completed(command_line: CommandLine, words: str) -> list[str]:
    command_line.patch.setenv("_CLEAR_STREET_COMPLETE", "bash_complete")
    command_line.patch.setenv("COMP_WORDS", f"clear-street {words}")
    command_line.patch.setenv("COMP_CWORD", str(len(words.split(" "))))
    with pytest.raises(SystemExit) as ended:
        command_line()
    assert ended.value.code == 0
    out, err = command_line.read()
    assert err == ""
    return [line.partition(",")[2] for line in out.splitlines() if line]


def test_shells_complete_words_symbols_and_ids(command_line: CommandLine) -> None:
    order = command_line("-y", "-o", "json", "positions", "close", "TSLA").json[0]["id"]
    number = submitted(command_line)
    assert completed(command_line, "instructions submit --type ") == [
        "EXERCISE",
        "DO_NOT_EXERCISE",
        "CONTRARY_EXERCISE",
    ]
    assert completed(command_line, "positions close SP") == ["SPY260424P00700000"]
    assert completed(command_line, "instructions cancel ") == [number]
    assert completed(command_line, "orders cancel ") == [order]
    assert completed(command_line, "instructions find ui") == ["ui-20260424-001"]
    assert completed(command_line, "help ") == ["exit-codes"]
    assert completed(command_line, "completion z") == ["zsh"]
    assert completed(command_line, "posi") == ["positions"]


def test_where_the_service_does_not_answer_nothing_is_completed(command_line: CommandLine) -> None:
    command_line.sandbox.faults.add(Fault.slow(30), times=None)
    assert completed(command_line, "positions close ") == []
    assert command_line.connected[0]["deadline"] == 0.8


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_what_completes(command_line: CommandLine, shell: str) -> None:
    ran = command_line("completion", shell)
    assert ran.code == 0
    assert f"_CLEAR_STREET_COMPLETE={shell}_complete" in ran.out
    assert command_line("completion", "tcsh").code == 2


# --- The program ------------------------------------------------------------------------------------------------------


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("clear_street.cli.__main__").main()
    assert ended.value.code == 2
    assert "pip install 'clear-street-client[cli]'" in capsys.readouterr().err


def test_importing_the_package_loads_neither_click_nor_rich() -> None:
    code = "import clear_street, sys; assert not {'click', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


HELP = """
import json, sys
sys.path.insert(0, {tests!r})
from support.budgets import opcodes
import click
from clear_street.cli import main

def run():
    try:
        main()
    except SystemExit:
        pass

before = set(sys.modules)
sys.argv = ["clear-street", *{words!r}]
count = opcodes(run, of=("clear_street",))
json.dump([count, sorted(set(sys.modules) - before), sorted(sys.modules)], sys.stderr)
"""
"""Runs a command line; how many opcodes of ours that takes, and which modules."""
HELP_OPCODES = 7_300
"""What help may cost beside importing click: what it costs, and 5 %. `--help` is to take 0.8 of `import httpx` at most,
and took 0.6 with so many."""


@pytest.mark.parametrize("words", [("--help",), ("instructions", "submit", "--help"), ("--version",)])
def test_help_loads_what_it_needs_and_no_more(words: tuple[str, ...]) -> None:
    code = HELP.format(tests=str(Path(__file__).parent), words=words)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, loaded, everything = json.loads(done.stderr)
    ours = {name for name in loaded if name.startswith("clear_street")}
    assert ours == {
        f"clear_street.cli.{name}" for name in ("_command", "_commands", "_exit", "_main", "_read", "_world")
    }
    assert set(loaded) - ours <= {"click._textwrap", "textwrap", "gettext", "locale", "_locale", "httpx._main"}
    assert not {"httpx", "rich", "attr", "anyio", "clear_street_api"} & set(everything)
    assert count <= HELP_OPCODES


def test_the_version_is_the_package_s(command_line: CommandLine) -> None:
    from clear_street import __version__

    assert command_line("--version").out == f"clear-street {__version__}\n"


def test_the_sandbox_takes_its_own_options(command_line: CommandLine) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line("sandbox", "--port", "none")
    assert ended.value.code == 2


def test_ctrl_c_before_a_command_runs_is_130(command_line: CommandLine) -> None:
    from clear_street.cli import _main

    def interrupted(columns: int) -> None:
        raise KeyboardInterrupt

    command_line.patch.setattr(_main, "build", interrupted)
    assert command_line("positions", "list").code == Exit.INTERRUPTED


def test_the_sandbox_is_served_until_interrupted(command_line: CommandLine) -> None:
    served: list[list[str]] = []
    command_line.patch.setattr("clear_street.sandbox.__main__.main", served.append)
    assert command_line("sandbox", "--port", "0", "-h").code == 0
    assert served == [["--port", "0", "-h"]]


def test_a_program_is_judged_by_its_own_options(command_line: CommandLine) -> None:
    judged: list[list[str]] = []

    def main(words: list[str]) -> int:
        judged.append(words)
        return 1

    assert "submit/" in command_line("conformance", "--list").out
    ran = command_line("conformance", "--", "./no-such-bot")
    assert (ran.code, "there is no program './no-such-bot'" in ran.err) == (2, True)
    command_line.patch.setattr("clear_street.testing.command.main", main)
    assert command_line("conformance", "--only", "cancel/*", "--", "./bot", "--help").code == 1
    assert judged == [["--only", "cancel/*", "./bot", "--help"]]


def test_streams_of_any_kind_can_be_written_to(command_line: CommandLine) -> None:
    command_line.patch.setattr(sys, "stderr", io.StringIO())
    assert command_line("help", "exit-codes").code == 0


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SandboxServer]:
    """A sandbox in real time, and an environment that leads to it."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    with SandboxServer(Sandbox(clock=LiveClock(START))) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        monkeypatch.setenv("CLEAR_STREET_API_KEY", KEY)
        monkeypatch.setenv("CLEAR_STREET_ACCOUNT", ACCOUNT)
        yield server


def test_a_person_at_a_terminal_submits(service: SandboxServer) -> None:
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover
        os.execv(PROGRAM[0], [*PROGRAM, "instructions", "submit", OPTION, "1", "--no-wait"])
    seen, until = b"", time.monotonic() + 60
    answered = False
    while time.monotonic() < until:
        if select.select([terminal], [], [], 1)[0]:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        if b"[y/N]: " in seen and not answered:
            os.write(terminal, b"y\n")
            answered = True
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, seen
    assert b"SENT" in seen
    assert KEY.encode() not in seen
    assert [entry.kind for entry in service.sandbox.ledger if entry.kind == "submitted"] == ["submitted"]


@pytest.mark.parametrize("nth", [1, 2])
def test_killed_for_real_and_run_again_it_ends_right(service: SandboxServer, tmp_path: Path, nth: int) -> None:
    service.sandbox.add_position(int(ACCOUNT), "IBM 260424C00100000", 40)
    (tmp_path / "forty.csv").write_text("instruction_type,symbol,quantity\n" + "EXERCISE,IBM 260424C100,1\n" * 40)
    words = (*PROGRAM, "-y", "instructions", "submit", "--no-wait", "--file", str(tmp_path / "forty.csv"))
    started: list[subprocess.Popen[bytes]] = []

    def kill(body: Any) -> Any:
        # The service has the rows, and the program hears no more of it.
        started[0].kill()
        return body

    service.sandbox.faults.add(Fault.rewritten(kill), operation="submit_position_instructions", nth=nth)
    started.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
    assert started[0].wait(60) < 0
    again = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert f"{20 * nth} in the list already" in again.stderr
    assert sum(entry.kind == "submitted" for entry in service.sandbox.ledger) == 40


def test_the_program_reads_over_loopback(service: SandboxServer) -> None:
    words = ("positions", "list", "-o", "json", "-vv")
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) == 7
    assert "get_positions" in done.stderr
    assert KEY not in done.stdout + done.stderr
    assert {request.method for request in service.sandbox.requests} == {"GET"}


def test_verbose_writes_the_log(command_line: CommandLine, caplog: pytest.LogCaptureFixture) -> None:
    command_line("get", "/v1/version", "-v")
    assert {record.levelname for record in caplog.records} == {"INFO"}
    command_line("get", "/v1/version", "-vv")
    assert {record.levelname for record in caplog.records} == {"INFO", "DEBUG"}
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("environment", "sizes", "columns"),
    [
        ({"COLUMNS": "57"}, [132, 132], 57),
        ({"COLUMNS": "0"}, [132, 50], 132),
        ({"COLUMNS": "wide"}, [None, 50], 50),
        ({}, [0, None], 80),
    ],
)
def test_the_width_is_the_terminal_s(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sizes: list[int | None], columns: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with contextlib.ExitStack() as stack:
        for name, size in zip(("__stdout__", "__stderr__"), sizes, strict=True):
            monkeypatch.setattr(sys, name, None if size is None else stack.enter_context(terminal(size)))
        assert World().columns() == columns


@contextlib.contextmanager
def terminal(columns: int) -> Iterator[Any]:
    """A stream on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream
    os.close(ours)


def test_every_command_and_completion_names_a_function() -> None:
    for command in COMMANDS:
        assert callable(function(command.run))
        for taken in command.takes:
            assert not taken.completes or callable(function(taken.completes))


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_help_fits_the_terminal(command_line: CommandLine, columns: int) -> None:
    command_line.columns = columns
    for words in ((), ("instructions",), ("instructions", "cancel"), ("positions", "close")):
        lines = command_line(*words, "--help").out.splitlines()
        assert max(len(line) for line in lines if "|" not in line) <= columns
    text = " ".join(command_line("--help").out.partition("Commands:")[2].split())
    assert "List the accounts that the key may see." in text
    assert "..." not in text
