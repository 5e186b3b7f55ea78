"""What the pages say is true: their examples run and print what they show, and whatever they name exists."""

from __future__ import annotations

import inspect
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sybil import Document
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

from clear_street import (
    CallOptions,
    ChangingCallOptions,
    ClearStreet,
    ClientOptions,
    SubmitCallOptions,
    __version__,
    errors,
)
from clear_street._http import driver as _driver
from clear_street.sandbox import Fault, Sandbox, SandboxServer
from clear_street.v1 import Positions
from support import layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sybil import Example

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
TEXT = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}

each_page = pytest.mark.parametrize("page", TEXT)


# --- The examples -----------------------------------------------------------------------------------------------------


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The service that a client without arguments uses; waiting takes no time on its clock."""
    with SandboxServer(Sandbox(api_keys=["My API Key"])) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        monkeypatch.setenv("CLEAR_STREET_API_KEY", "My API Key")
        monkeypatch.setattr(_driver, "SystemClock", lambda: server.sandbox.clock)
        monkeypatch.chdir(tmp_path)
        yield server.sandbox


@each_page
def test_its_python_runs_and_prints_what_is_shown(
    page: str, service: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate = PythonEvaluator()

    def run(example: Example) -> None:
        capsys.readouterr()
        evaluate(example)

    def compare(shown: Example) -> None:
        assert capsys.readouterr().out == shown.parsed, f"{page}:{shown.line}"

    document = Document.parse(str(ROOT / page), CodeBlockParser("python", run), CodeBlockParser("text", compare))
    try:
        for example in document:
            example.evaluate()
    finally:
        for left in document.namespace.values():
            if isinstance(left, ClearStreet):
                left.close()


def test_their_python_passes_the_strict_type_checker(tmp_path: Path) -> None:
    for page, text in TEXT.items():
        blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        if blocks:
            name = re.sub(r"\W", "_", page)
            (tmp_path / f"{name}.py").write_text("\n".join(blocks), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", *sorted(tmp_path.iterdir())],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


# --- What the pages name ----------------------------------------------------------------------------------------------


def quoted(page: str) -> set[str]:
    """What a page shows as code within a sentence."""
    prose = re.sub(r"^```.*?^```", "", TEXT[page], flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


def table(page: str, head: str) -> dict[str, list[str]]:
    """Return the cells of the table with this head, by the names in its rows' first cells."""
    _, _, body = TEXT[page].partition(f"\n| {head} |")
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in body.partition("\n\n")[0].splitlines()]
    return {name: row[1:] for row in rows[2:] for name in re.findall(r"`([^`]+)`", row[0])}


@each_page
def test_its_commands_are_targets_of_make(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

    commands = [code for code in quoted(page) if code.startswith("make ")]
    commands += re.findall(r"^(make .*)$", TEXT[page], flags=re.MULTILINE)
    assert {word for command in commands if "=" not in (word := command.split()[1])} <= targets


@each_page
def test_its_files_are_there(page: str) -> None:
    names = {re.sub(r"<[^>]+>", "*", code) for code in quoted(page) if re.fullmatch(r"[\w.<>-]*/?[\w./<>-]*", code)}
    paths = {name for name in names if re.search(r"\.(py|md|yaml|toml|txt|in|jinja|typed)$|/$", name)}

    made = tuple(re.findall(r"^/(.+/)$", (ROOT / ".gitignore").read_text(encoding="utf-8"), flags=re.MULTILINE))
    homes = (ROOT, ROOT / "overlay/clear_street", ROOT / "codegen", ROOT / "tests", ROOT / "tests/support")
    lost = [path for path in paths if not path.startswith(made) and not any(any(home.glob(path)) for home in homes)]
    assert lost == []


@each_page
def test_its_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", TEXT[page]):
        path, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.is_file(), target
        headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
        assert not anchor or anchor in anchors, target


@each_page
def test_its_environment_variables_are_read(page: str) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "overlay/clear_street").rglob("*.py"))

    assert set(re.findall(r"CLEAR_STREET_[A-Z_]+", TEXT[page])) <= set(re.findall(r"CLEAR_STREET_[A-Z_]+", source))


# --- What the pages list --------------------------------------------------------------------------------------------


def test_its_environment_variables_are_all_of_them() -> None:
    files = set((ROOT / "overlay/clear_street").rglob("*.py"))
    files.remove(ROOT / "overlay/clear_street/_moving.py")  # it has those that only the other SDK reads
    source = "".join(path.read_text(encoding="utf-8") for path in files)

    assert (
        set(re.findall(r"\bCLEAR_STREET_[A-Z_]+", source)) <= table("docs/reference.md", "environment variable").keys()
    )


def test_its_arguments_are_those_of_the_client() -> None:
    parameters = list(inspect.signature(ClearStreet).parameters.values())
    listed = table("docs/reference.md", "argument")

    assert list(listed) == [one.name for one in parameters], (
        'docs/reference.md, "Arguments of a client", has not the arguments of ClearStreet in their order (_client.py)'
    )
    for one in parameters[1:]:
        default = f'"{one.default}"' if isinstance(one.default, str) else repr(one.default)
        assert listed[one.name][0] == ("`CLEAR_STREET_BASE_URL`" if one.name == "base_url" else f"`{default}`"), (
            f"`{one.name}`: write its default, {default}, into docs/reference.md"
        )
    odd = ClientOptions.__annotations__.keys() ^ (listed.keys() - {"http_client", "clock"})
    assert not odd, (
        f"{', '.join(sorted(odd))}: in one of `ClientOptions` in _config/options.py, `BaseClient.__init__` in "
        '_client.py and docs/reference.md, "Arguments of a client", and not in all; write it there'
    )


def test_its_options_are_those_of_the_calls() -> None:
    rows = table("docs/reference.md", "option")

    every, changing = CallOptions.__annotations__.keys(), ChangingCallOptions.__annotations__.keys()
    submit = SubmitCallOptions.__annotations__.keys()
    for calls, declared in {"all": every, "changing": changing - every, "submit": submit - changing}.items():
        odd = {name for name, row in rows.items() if row[0] == calls} ^ declared
        assert not odd, (
            f'{", ".join(sorted(odd))}: in one of _config/options.py and docs/reference.md, "Options of a call", '
            f'with "{calls}"; write it into both'
        )


def test_it_names_every_method() -> None:
    methods = {name for name in vars(Positions) if not name.startswith(("_", "with_"))}

    assert methods <= quoted("README.md")


def test_its_tree_has_every_error() -> None:
    shown = set(
        re.findall(r"\w+Error\b", TEXT["docs/reference.md"].partition("\nClearStreetError ")[2].partition("```")[0])
    )

    kinds = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, Exception)}
    assert shown | {"ClearStreetError"} == kinds | {"ValueError"}


def test_it_is_short() -> None:
    assert len(TEXT["README.md"].splitlines()) <= 200


def test_the_layers_are_those_of_the_contract() -> None:
    rows = TEXT["CONTRIBUTING.md"].partition("\n| layer | ")[2].partition("\n\n")[0].splitlines()[2:]
    names = [re.findall(r"`([^`]+)`", row.split(" | ")[0]) for row in rows]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]

    assert [{name.strip("/").removesuffix(".py") for name in layer} for layer in names] == [
        set(layer.split(" | ")) for layer in contract
    ], "the table of layers in CONTRIBUTING.md and `layers` in pyproject.toml differ; write the same into both"


def test_the_layers_are_about_as_large_as_the_page_says() -> None:
    odd = layers.differences(layers.table_in(TEXT["CONTRIBUTING.md"]))

    assert not odd, "\n".join([*odd, "`make snapshots` writes the table of CONTRIBUTING.md anew"])


def test_the_picture_shows_which_layer_imports_which() -> None:
    shown, found = layers.picture_in(TEXT["CONTRIBUTING.md"]), layers.picture()

    assert shown == found, "`make snapshots` draws the picture in CONTRIBUTING.md anew; look at which import is new"


def test_a_row_of_sizes_that_is_no_longer_so_is_named() -> None:
    table = layers.sizes()
    assert layers.differences(table) == []

    *cells, lines = table[6].strip("| ").split(" | ")
    for number, is_named in ((f"{int(lines) * 1.1:.0f}", False), (f"{int(lines) * 1.5:.0f}", True)):
        row = f"| {' | '.join(cells)} | {number} |"
        assert layers.differences([*table[:6], row, *table[7:]]) == [f"{row} is now {table[6]}"] * is_named
    assert layers.differences(table[:-1]) == [f"there are {len(table) - 2} layers, and {len(table) - 3} on the page"]


def test_the_page_is_renewed_as_the_tests_read_it() -> None:
    page = TEXT["CONTRIBUTING.md"]
    first = layers.picture_in(page)[1]
    stale = page.replace(first, first.replace("x", "o")).replace(
        layers.table_in(page)[2], "| 1 | `gone` | 1 | 1 | `a` | 1 |"
    )
    renewed = layers.renewed(stale)

    assert layers.picture_in(renewed) == layers.picture()
    assert layers.table_in(renewed) == layers.sizes()
    assert renewed.count("\n") == page.count("\n")


def test_each_rule_of_a_call_is_named_in_the_code_that_obeys_it() -> None:
    headings = set(re.findall(r"^## (.+)$", TEXT["docs/safety.md"], flags=re.MULTILINE))
    code = " ".join(
        " ".join(path.read_text(encoding="utf-8").split()) for path in (ROOT / "overlay/clear_street").rglob("*.py")
    )
    named = set(re.findall(r'docs/safety\.md, "([^"]+)"', code))

    assert named == headings - {"Words", "What this rests on", "How to see it"}


def test_every_helper_of_the_tests_is_named() -> None:
    tests = TEXT["CONTRIBUTING.md"].partition("## Tests")[2].partition("\n## ")[0]
    found = {path.name for path in (ROOT / "tests/support").glob("*.py")}
    assert {name for name in found if f"`{name}`" not in tests} == {"__init__.py"}


def test_a_helper_of_the_tests_is_in_the_folder_for_helpers() -> None:
    assert {path.name for path in (ROOT / "tests").glob("*.py") if not path.name.startswith("test_")} == {
        "conformance_report.py",
        "conftest.py",
        "fault_sweep.py",
        "fuzz.py",
        "mutants.py",
        "release_check.py",
    }


def test_the_name_of_a_test_has_at_most_70_characters() -> None:
    for path in (ROOT / "tests").glob("test_*.py"):
        names = re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
        assert [name for name in names if len(name) > 70] == [], path.name


def test_the_changelog_begins_with_this_version() -> None:
    sections = re.findall(r"^## \[?([^\]\s]+)", TEXT["CHANGELOG.md"], flags=re.MULTILINE)

    assert next(section for section in sections if section != "Unreleased") == __version__


# --- The programs -----------------------------------------------------------------------------------------------------


EXAMPLE_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


def run(program: str, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of one of the examples."""
    path = str(ROOT / "examples" / program)
    monkeypatch.setattr("sys.argv", [path, *arguments])
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_the_demo_goes_from_the_positions_to_a_refused_cancel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("demo.py", monkeypatch=monkeypatch) == 0

    told = capsys.readouterr().out
    states = re.findall(r"LONG_CALL|\bSENT|CANCEL_REQUESTED -> CANCELLED|ConflictError, HTTP 409|: False", told)
    assert list(dict.fromkeys(states)) == [
        "LONG_CALL", "SENT", "CANCEL_REQUESTED -> CANCELLED", "ConflictError, HTTP 409", ": False",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["cancel_instruction.py", "0", EXAMPLE_ID], 0, "cancelled: EXERCISE 1 x AAPL 280121C00195000"),
        (["cancel_instruction.py", "0", "absent"], 3, "NotFoundError"),
        (["cancel_instruction.py", "0", ".."], 2, "`instruction_id`"),
        (["cancel_instruction.py", "zero", EXAMPLE_ID], 2, "CLEAR_STREET_API_KEY=..."),
        (["settle_unknown.py", "122503", "ui-20260424-001"], 0, "ui-20260424-001: ACCEPTED, id "),
        (["settle_unknown.py", "122503", "ui-20260424-001", "k"], 4, "k: not in the list"),
        (["settle_unknown.py", "122503", ""], 2, "`idempotency_keys`"),
        (["settle_unknown.py", "999999", "k"], 3, "PermissionDeniedError"),
        (["settle_unknown.py", "122503"], 2, "CLEAR_STREET_API_KEY=..."),
        (["watch.py", "122503", " "], 2, "received ' '"),
        (["watch.py", "999999"], 3, "PermissionDeniedError"),
        (["watch.py"], 2, "CLEAR_STREET_API_KEY=..."),
        (["expiry_day.py"], 0, "hedge: SELL 300 SPY FILLED"),
        (["expiry_day.py", "Trading"], 2, "CLEAR_STREET_API_KEY=..."),
        (["expiry_day.py", "Trading", "5pm"], 2, "`cutoff`"),
        (["expiry_day.py", "Example", "17:30"], 2, "3 active accounts have 'Example' in their names"),
        (["expiry_day.py", "Trading", "10:00"], 8, "the cut-off has passed"),
        (["expiry_day.py", "Savings", "17:30"], 0, ""),
    ],
)
def test_an_example_says_how_it_ended(
    arguments: list[str],
    status: int,
    said: str,
    service: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(*arguments, monkeypatch=monkeypatch) == status
    assert said in "".join(capsys.readouterr())


def test_a_cancel_of_which_nothing_is_known_has_an_exit_status_of_its_own(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults.add(Fault.answer(502), times=None)

    assert run("cancel_instruction.py", "0", EXAMPLE_ID, monkeypatch=monkeypatch) == 4
    assert "OUTCOME UNKNOWN" in capsys.readouterr().err


def test_watching_ends_when_all_is_settled(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.settle(EXAMPLE_ID, "ACCEPTED")

    assert run("watch.py", "0", EXAMPLE_ID, monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.endswith(f" {EXAMPLE_ID} - -> ACCEPTED\n")


def test_expiry_day_does_nothing_twice_when_it_is_run_again(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add_position(122503, "TSLA 260424C00410000", 1)  # out of the money, and 40 shares are short against it

    for _ in range(2):
        assert run("expiry_day.py", "Trading", "17:30", monkeypatch=monkeypatch) == 0

    effects = [entry.kind for entry in service.ledger]
    assert [effects.count(kind) for kind in ("submitted", "order_created", "order_filled")] == [3, 1, 1]
    told = capsys.readouterr().out
    assert "AAPL 24 Apr 2026 260 call: +9.4 in the money, exercise 5" in told
    assert "SPY 24 Apr 2026 700 put: -12.35 in the money, let go 3" in told
    assert told.count("hedge: BUY 40 TSLA FILLED") == 1


@pytest.mark.parametrize(
    ("of", "broken", "nth", "status"),
    [
        ("get_position_instructions", 503, 1, 4),
        ("submit_position_instructions", 403, 1, 8),
        ("get_option_contracts", 503, 1, 8),
        ("get_orders", 403, 1, 6),
        ("get_orders", 503, 2, 4),  # the reply to the submit is lost, and no look shows the order
    ],
)
def test_expiry_day_ends_with_the_gravest_status(
    of: str, broken: int, nth: int, status: int, service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add_position(122503, "TSLA 260424C00410000", 1)
    service.faults.add(Fault.answer(broken), operation=of, nth=nth, times=None)
    service.faults.add(Fault.after_effect(), operation="submit_orders")

    assert run("expiry_day.py", "Trading", "17:30", monkeypatch=monkeypatch) == status


def test_expiry_day_leaves_to_a_person_what_it_cannot_decide_on(
    service: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add_position(122504, "AAPL1 260424C00260000", 1)

    assert run("expiry_day.py", "Savings", "17:30", monkeypatch=monkeypatch) == 7
    assert "AAPL1 260424C00260000: adjusted" in capsys.readouterr().out
    assert list(service.ledger) == []
