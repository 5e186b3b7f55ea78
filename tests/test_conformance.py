"""The suite that judges an application's program: each judge finds its kind of mistake, and a careful desk has none."""

from __future__ import annotations

import importlib
import json
import logging
import os
import re
import runpy
import signal
import sys
import threading
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clear_street import APIError, WaitTimeoutError
from clear_street.testing import SCENARIOS, Intent, conformance, story
from clear_street.testing.command import main
from clear_street.testing.players import InProcess, OverHTTP
from clear_street.testing.stage import KEY, Stage
from clear_street.testing.suite import judge
from support.key_names import KEY_NAME
from support.programs import run_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from clear_street import AsyncClearStreet, ClearStreet

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
KINDS = ("ACTED TWICE", "LOST TRACK", "TOLD WRONG", "GAVE UP", "TOO EARLY", "HUNG", "LEAKED", "IGNORED")


def example(program: str, name: str) -> Any:
    """A function of one of the examples."""
    return runpy.run_path(str(EXAMPLES / program))[name]


# --- The careful desk -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_found_in_the_example_desk(scenario: str) -> None:
    assert conformance(example("desk.py", "desk"), only=[scenario]) == []


def test_the_desk_is_careful_as_a_command_too(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["submit/nothing-goes-wrong", "cancel/too-late"]
    only = [f"--only={name}" for name in names]

    assert main([*only, "--", sys.executable, str(EXAMPLES / "desk.py")]) == 0

    assert capsys.readouterr().out.splitlines() == [*(f"ok   {name}" for name in names), "2 scenarios, 0 findings"]


def test_the_care_of_the_desk_takes_less_than_15_lines() -> None:
    text = (EXAMPLES / "desk.py").read_text(encoding="utf-8")
    lines = [line.strip() for line in text[text.index("def desk") : text.index("if __name__")].splitlines()]

    assert len([line for line in lines if line and not line.startswith(("#", '"""', "def "))]) < 15


# --- Each judge -------------------------------------------------------------------------------------------------------


def claiming(claim: str) -> Callable[..., list[str]]:
    """A program that does nothing, and claims the same of each row."""
    return lambda client, intent, memory: [claim] * intent.size


def submitting(claim: str, **options: Any) -> Callable[..., list[str]]:
    """A program that submits under new keys, and claims the same of each row."""

    def act(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        rows: Any = list(intent.rows)
        try:
            client.with_options(max_retries=0, **options).v1.positions.submit_position_instructions(
                intent.account_id, instructions=rows
            )
        except APIError:
            if claim == "raise":
                raise
        return [claim] * intent.size

    return act


def cancelling(claim: str) -> Callable[..., list[str]]:
    """A program that cancels, and claims the same of it."""

    def act(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        with suppress(APIError):
            client.v1.positions.cancel_position_instruction(intent.cancel[0], account_id=intent.account_id)
        return [claim]

    return act


def writing(text: str) -> Callable[..., list[str]]:
    """A program that writes something to its log, and claims what is so: nothing was done."""

    def act(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        logging.getLogger("desk").warning("a line")
        logging.getLogger("desk").warning("before %s after", text)
        return ["refused"] * intent.size

    return act


def printing(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    sys.stdout.write(f"printed {KEY}\n")
    return ["refused"] * intent.size


def raising(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    raise ValueError(f"no {KEY}")


def hasty(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    """It asks again at once."""
    for _ in range(2):
        with suppress(APIError):
            client.with_options(max_retries=0).v1.positions.get_position_instructions(intent.account_id)
    return ["refused"] * intent.size


def patient(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    """It waits for a reply for two hours."""
    positions = client.with_options(timeout=7200, max_retries=0).v1.positions
    rows: Any = list(intent.rows)
    positions.submit_position_instructions(intent.account_id, instructions=rows)
    return ["done", "refused"]


def endless(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    """It asks for ever."""
    while True:
        with suppress(WaitTimeoutError):
            client.v1.positions.wait_for_position_instruction(intent.cancel[0], account_id=intent.account_id)


NOTHING, CANCEL = "submit/nothing-goes-wrong", "cancel/nothing-goes-wrong"
BITES: list[tuple[str, str, Callable[..., list[str]], str]] = [
    ("ACTED TWICE", "submit/killed-after-the-effect", submitting("done"), "row 0: 2 effects"),
    ("ACTED TWICE", "submit/two-starts-at-once", submitting("done"), "row 0: 2 effects"),
    ("LOST TRACK", NOTHING, submitting("refused"), "row 0: says refused, it is ACCEPTED"),
    ("LOST TRACK", CANCEL, cancelling("refused"), "row 0: says refused, it is CANCELLED"),
    ("TOLD WRONG", NOTHING, claiming("done"), "row 1: says done, the ledger has nothing"),
    ("TOLD WRONG", NOTHING, submitting("failed"), "row 0: says failed, it is ACCEPTED"),
    ("TOLD WRONG", "submit/rejected-later", submitting("done"), "row 0: says done, it is REJECTED"),
    ("TOLD WRONG", "cancel/too-late", cancelling("done"), "row 0: says done, the ledger has nothing"),
    ("TOLD WRONG", "cancel/failed-then-accepted", cancelling("done"), "row 0: says done, it is ACCEPTED"),
    ("GAVE UP", NOTHING, submitting("unknown"), "row 0: says unknown, a look shows ACCEPTED"),
    ("GAVE UP", NOTHING, claiming("unknown"), "row 1: says unknown, a look shows that it is not there"),
    (
        "GAVE UP",
        CANCEL,
        claiming("finished"),
        "claims nothing: expected 1 of done, refused, failed, unknown in a list, it said",
    ),
    ("GAVE UP", NOTHING, claiming("refused"), "row 0: says refused, and the service did not refuse it"),
    ("GAVE UP", CANCEL, claiming("refused"), "row 0: says refused, and the service did not refuse it"),
    ("GAVE UP", "submit/503", raising, "claims nothing: it raised ValueError('no <the API key>')"),
    ("TOO EARLY", "submit/429-of-the-list", hasty, "GET /v1/accounts/1/positions/instructions was sent 2.0 s before"),
    ("HUNG", "submit/no-reply", patient, "1 of 1 starts did not come to an end"),
    ("HUNG", CANCEL, endless, "1 of 1 starts did not come to an end"),
    ("LEAKED", NOTHING, writing(KEY), "it wrote: before <the API key> after"),
    ("LEAKED", NOTHING, writing(b64encode(KEY.encode()).decode()), "it wrote: before <the API key>"),
    ("LEAKED", NOTHING, printing, "it wrote: printed <the API key>"),
    ("LEAKED", NOTHING, raising, "it wrote: ValueError: no <the API key>"),
    ("IGNORED", "cancel/failed", cancelling("refused"), "row 0: says refused, it is CANCEL_FAILED, and a person"),
    ("IGNORED", "cancel/failed", cancelling("done"), "row 0: says done, it is CANCEL_FAILED, and a person must"),
]


@pytest.mark.parametrize(("kind", "scenario", "program", "detail"), BITES)
def test_a_judge_finds(kind: str, scenario: str, program: Any, detail: str) -> None:
    found = {finding.kind: finding for finding in reversed(conformance(program, only=[scenario]))}

    details = [finding.detail for finding in conformance(program, only=[scenario]) if finding.kind == kind]
    assert any(each.startswith(detail) for each in details), found
    assert str(found[kind]).startswith(f"{scenario:38} {kind:11}  ")
    assert found[kind].story


RIGHT = {
    "a line of a log": ("cancel/too-late", writing("a key")),
    "a failure": ("cancel/failed", cancelling("failed")),
    "a failure, and what followed": ("cancel/failed-then-accepted", cancelling("refused")),
    "a failure, whatever followed": ("cancel/failed-then-accepted", cancelling("failed")),
    "a cancel that was too late": ("cancel/too-late", cancelling("refused")),
    "a cancel": (CANCEL, cancelling("done")),
    "a cancel after a 429": ("cancel/429", cancelling("done")),
    "what nobody can know": ("submit/reply-lost-keys-not-shown", claiming("unknown")),
}


@pytest.mark.parametrize("name", RIGHT)
def test_no_judge_finds_fault_with(name: str) -> None:
    scenario, program = RIGHT[name]

    assert conformance(program, only=[scenario]) == []


def test_a_program_that_waits_for_ever_is_ended() -> None:
    released = threading.Event()

    def stuck(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        released.wait()
        return ["refused"] * intent.size

    found = conformance(stuck, only=[NOTHING], limit=0.01)
    released.set()

    assert [finding.kind for finding in found] == ["HUNG"]


async def awaiting(client: AsyncClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    """As the desk does, in async code."""
    keys = [f"{intent.name} {number}" for number in range(len(intent.rows))]
    rows: Any = [{**row, KEY_NAME: key} for row, key in zip(intent.rows, keys, strict=True)]
    found = await client.v1.positions.ensure_position_instructions(intent.account_id, instructions=rows, wait=True)
    return ["done" if found[key].status == "ACCEPTED" else "refused" for key in keys]


@pytest.mark.parametrize("scenario", [NOTHING, "submit/killed-after-the-effect", "submit/two-starts-at-once"])
def test_a_coroutine_function_is_judged_too(scenario: str) -> None:
    assert conformance(awaiting, only=[scenario]) == []


def test_a_memory_outlives_the_death_of_a_program() -> None:
    seen: list[object] = []

    def act(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        seen.append(dict(memory))
        memory["starts"] = memory.get("starts", 0) + 1
        rows: Any = [{**intent.rows[0], KEY_NAME: "k-1"}]
        client.v1.positions.submit_position_instructions(intent.account_id, instructions=rows)
        return ["done", "refused"]

    conformance(act, only=["submit/killed-before-the-effect"])

    assert seen == [{}, {"starts": 1}]


def test_a_program_that_is_dead_can_send_nothing() -> None:
    def act(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
        rows: Any = [{**intent.rows[0], KEY_NAME: "k-1"}]
        for _ in range(2):
            with suppress(BaseException):
                client.v1.positions.submit_position_instructions(intent.account_id, instructions=rows)
        return ["done", "refused"]

    found = conformance(act, only=["submit/killed-before-the-effect"])

    assert "HUNG" not in {finding.kind for finding in found}
    assert all(finding.story.count("POST") <= 3 for finding in found)


def test_an_unknown_scenario_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="submit/nothing"):
        conformance(claiming("done"), only=["submit/nothing"])


class Remembered(InProcess):
    """Keeps the stage."""

    def stage(self) -> Stage:
        self.seen = super().stage()
        return self.seen


def played(scenario: str) -> object:
    """What the desk met."""
    player = Remembered(example("desk.py", "desk"), 60)
    judge(SCENARIOS[scenario], player)
    stage = player.seen
    told = re.sub(r"key \S+", "", story(stage))
    return told, stage.dialect, stage.unknown_fields, stage.honour_keys, stage.echo_keys, stage.list_lag


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if "nothing" not in name])
def test_a_scenario_makes_a_difference(scenario: str) -> None:
    assert played(scenario) != played(CANCEL if scenario.startswith("cancel") else NOTHING)


# --- The careless programs --------------------------------------------------------------------------------------------


def test_every_kind_is_found_in_the_two_careless_programs() -> None:
    bot = [sys.executable, str(EXAMPLES / "careless_bot.py")]
    names = ["submit/killed-after-the-effect", "submit/two-starts-at-once", "submit/429", "submit/no-reply"]
    of_desk = conformance(example("careless_desk.py", "careless"))
    of_bot = conformance(bot, only=[*names, "cancel/failed"], limit=3)

    assert {finding.kind for finding in of_desk} == {"LOST TRACK", "TOLD WRONG", "GAVE UP", "LEAKED", "IGNORED"}
    assert {finding.kind for finding in of_bot} == {"ACTED TWICE", "TOLD WRONG", "TOO EARLY", "HUNG", "IGNORED"}
    assert {finding.kind for finding in [*of_desk, *of_bot]} == set(KINDS)


# --- Commands ---------------------------------------------------------------------------------------------------------


def judged(*arguments: str, program: str = "") -> int:
    """The exit status for a program that is Python code."""
    return main([*arguments, "--", sys.executable, "-c", program])


def test_a_finding_ends_the_command_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    program = "print('a line of its own'); print('[\"done\"]')"
    assert judged("--only", CANCEL, "--story", program=program) == 1

    told = capsys.readouterr().out.splitlines()
    assert told[:2] == [f"FAIL {CANCEL}", "     TOLD WRONG   row 0: says done, the ledger has nothing"]
    assert told[2:] == ["       nothing happened", "1 scenarios, 1 findings: TOLD WRONG 1"]


def test_findings_are_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged("--only", "cancel/n*", "--only", "cancel/t*", "--json", program="print('[\\n\"done\"]')") == 1

    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found[0] == {
        "scenario": CANCEL,
        "kind": "TOLD WRONG",
        "detail": "row 0: says done, the ledger has nothing",
        "story": "nothing happened",
    }
    assert [each["scenario"] for each in found] == [CANCEL, "cancel/too-late", "cancel/today"]


def test_a_program_that_fails_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    judged("--only", CANCEL, program="raise SystemExit('no such option')")

    assert "it said '', and ended with 1: no such option\n1 scen" in capsys.readouterr().out


def test_a_command_that_hangs_is_ended_with_its_children(capsys: pytest.CaptureFixture[str]) -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    assert judged("--only", CANCEL, "--limit", "0.5", program=child) == 1

    assert "HUNG         1 of 1 starts did not come to an end" in capsys.readouterr().out


def test_whatever_a_program_sends_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    program = """
import json, os, sys, urllib.request
intent = json.load(sys.stdin)
url = f"{os.environ['CLEAR_STREET_BASE_URL']}/v1/accounts/1/positions/instructions"
key = {"Authorization": "Bearer " + os.environ["CLEAR_STREET_API_KEY"]}
for body, kind in (b"7", "text/plain"), (b"7", "application/json"), (b"[7]", "application/json"):
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, {**key, "Content-Type": kind}, method="POST"))
    except OSError:
        pass
print(json.dumps(["refused" for _ in intent["rows"]]))
"""
    assert judged("--only", "submit/key-used", program=program) == 0

    assert capsys.readouterr().out == "ok   submit/key-used\n1 scenarios, 0 findings\n"


def test_what_a_program_keeps_is_searched_for_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    program = """
import json, os, pathlib, sys
intent = json.load(sys.stdin)
pathlib.Path(os.environ["CLEAR_STREET_MEMORY"], "kept").write_text(os.environ["CLEAR_STREET_API_KEY"])
print(json.dumps(["refused" for _ in intent["cancel"]]))
"""
    judged("--only", CANCEL, program=program)

    assert "LEAKED       it wrote: <the API key>" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "which program? Its command follows `--`"),
        (("--only", "submit/nothing", "--", "true"), "no scenario has such a name"),
        (("--", "no-such-program-as-this"), "there is no program 'no-such-program-as-this'"),
    ],
)
def test_where_nothing_can_be_judged_it_ends_with_2(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert why in capsys.readouterr().err


def test_an_interrupted_command_leaves_no_process_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = f"""
import os, pathlib, signal, time
folder = pathlib.Path({str(tmp_path)!r})
(folder / str(os.getpid())).touch()
try:
    (folder / "sent").touch(exist_ok=False)
    os.kill(os.getppid(), signal.SIGINT)
except FileExistsError:
    pass
time.sleep(600)
"""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a worker of the tests may ignore it
    try:
        assert judged("--only", "cancel/*", "--jobs", "2", "--limit", "60", program=program) == 130
    finally:
        signal.signal(signal.SIGINT, before)

    assert "interrupted" in capsys.readouterr().err
    started = [int(path.name) for path in tmp_path.iterdir() if path.name != "sent"]
    assert 1 <= len(started) <= 2
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_nothing_is_started_any_more_after_an_interruption(tmp_path: Path) -> None:
    program = f"import pathlib; pathlib.Path({str(tmp_path)!r}, 'started').touch()"
    player = OverHTTP([sys.executable, "-c", program], 60)
    player.close()
    judge(SCENARIOS[CANCEL], player)

    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("option", ["--limit=0", "--limit=inf", "--limit=soon", "--jobs=0"])
def test_a_number_that_cannot_be_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, "--", "true"])

    assert ended.value.code == 2
    assert f"argument {option.partition('=')[0]}: invalid" in capsys.readouterr().err


def test_python_m_lists_the_scenarios(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert importlib.import_module("clear_street.testing.__main__").main is main
    monkeypatch.setattr(sys, "argv", ["python -m clear_street.testing", "--list"])
    with pytest.raises(SystemExit) as ended:
        run_module("clear_street.testing")

    assert ended.value.code == 0
    assert capsys.readouterr().out.splitlines() == list(SCENARIOS)


def test_an_intent_is_read_as_it_is_written() -> None:
    intent = Intent("a", 1, rows=({"quantity": "1"},), cancel=("c",))

    assert Intent.from_json(intent.to_json()) == intent
