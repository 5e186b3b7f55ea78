"""Changes of the spec, made in advance: what happens is what tests/revisions/README.md says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street import (
    ClearStreet,
    DefaultHttpxClient,
    InstructionFailedError,
    NotFoundError,
    UnprocessableEntityError,
    WaitTimeoutError,
)
from clear_street.errors import APIError
from clear_street.sandbox import Fault, Sandbox, SandboxTransport
from clear_street_api.api.positions.cancel_position_instruction import parse_response
from clear_street_api.errors import UnexpectedStatus
from support import future_client, table_guards
from support.future_client import ACCOUNT, CALL, SUBMIT, instruction, settled, submitted
from support.key_names import KEY_NAME, KEY_NAMES, NEWER_KEY_NAME
from support.spec_tools import REVISIONS, ROOT, Json, adopted, codegen, generated, revision, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = sorted(path.stem for path in REVISIONS.glob("*.yaml"))
PACKAGE = "clear_street_api"

each_revision = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("rehearsal"))


class Workshop:
    """Carries revisions out, each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = cache(self._report)
        self.tree = cache(self._tree)
        self.tomorrow = cache(self._tomorrow)

    def _report(self, name: str) -> Json:
        done = codegen("spec_check.py", "--json", self._document(name))
        found: Json = json.loads(done.stdout)
        assert done.returncode == found["exit_status"]
        return found

    def _document(self, name: str) -> Path:
        return written(revision(name), self.folder / f"{name}.json")

    def _tree(self, name: str) -> Path:
        (self.folder / name).mkdir(exist_ok=True)
        return generated(adopted(name), self.folder / name)

    def changed(self, name: str) -> list[str]:
        """The files of generated/ that the revision changes."""
        old, new = _contents(ROOT / "generated" / PACKAGE), _contents(self.tree(name) / PACKAGE)
        return sorted(path for path in {*old, *new} if old.get(path) != new.get(path))

    def type_errors(self, name: str, overlay: Path = ROOT / "overlay") -> list[tuple[str, int, int, str]]:
        """What mypy says of an overlay on the revised package: file, line, column and message."""
        # One place for the package of each revision: only what it changes is checked anew.
        package = self.folder / "package"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(self.tree(name), package)
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty", "--show-column-numbers",
             "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(self.folder / "mypy"), str(overlay)],
            cwd=self.folder,
            env={**os.environ, "MYPYPATH": os.pathsep.join([str(package), str(overlay)])},
            check=False,
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr or done.stdout
        found = re.findall(r"clear_street/(\S+?):(\d+):(\d+): error: (.*)", done.stdout)
        assert len(found) == done.stdout.count(": error: "), done.stdout
        return [(path, int(line), int(column), message) for path, line, column, message in found]

    def _tomorrow(self, name: str) -> Path:
        """The overlay as it must become: where mypy, the tables and the report point, and nowhere else."""
        overlay = self.folder / name / "overlay"
        shutil.copytree(ROOT / "overlay", overlay, ignore=shutil.ignore_patterns("__pycache__"))
        package = overlay / "clear_street"
        for path, old, new in EDITS.get(name, []):
            text = (package / path).read_text(encoding="utf-8")
            assert re.search(old, text, re.MULTILINE), f"{path} has no {old} any more: mend EDITS"
            (package / path).write_text(re.sub(old, new, text, flags=re.MULTILINE), encoding="utf-8")
        assert self.type_errors(name, overlay) == []
        return overlay

    def tell(self, name: str) -> None:
        """Have tomorrow's client tell its story, which fails where it is not so."""
        path = [str(self.tree(name)), str(self.tomorrow(name)), str(ROOT / "tests")]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "support.future_client", name],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


EDITS = {
    "enum_member_added": [("_states.py", r'"ACCEPTED", "CANCELLED"\}', '"ACCEPTED", "CANCELLED", "EXPIRED"}')],
    "enum_member_gone": [("_states.py", r', "ENGINE_REJECTED"', "")],
    "idempotency_key_renamed": [
        (
            "types/v1/submit_position_instructions.py",
            r"^    client_instruction_id: str \| None$",
            "    client_instruction_id: str | None\n    order_reference: str | None",
        ),
        (
            "_config/options.py",
            r'"instruction_id"\]$',
            '"instruction_id", "order_reference"]',
        ),
    ],
    "path_changed": [
        (
            "_api/rows/positions.py",
            r'"/v1/accounts/\{account_id\}/positions/instructions/\{instruction_id\}"',
            '"/v1/accounts/{account_id}/position-instructions/{instruction_id}"',
        )
    ],
}
"""What mypy cannot see, since it is text: the report and the tables name it."""


# --- What the page says ---------------------------------------------------------------------------------------------


LINE = re.compile(r"^- ([^:]+): (.+\n(?:  .+\n)*)", re.MULTILINE)


@cache
def page() -> dict[str, dict[str, str]]:
    """The page's lines, by revision and by what they are about."""
    sections = re.split(r"^## (\w+)\n", (REVISIONS / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        name: {key: " ".join(text.split()) for key, text in LINE.findall(body)}
        for name, body in zip(sections[1::2], sections[2::2], strict=True)
    }


def told(story: Callable[..., None]) -> str:
    """What a story says of itself."""
    return " ".join((story.__doc__ or "").split())


def listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def test_the_page_has_every_revision() -> None:
    assert sorted(page()) == NAMES
    assert len(NAMES) >= 6


def summary(report: Json) -> str:
    """A report in short: its exit status, and each thing that changed, once."""
    sentences: dict[str, None] = {}
    for change in report["changes"]:
        field = re.split(r"[.\s]", change["where"])[-1].removesuffix("[]")
        subject = f"`{field}` " if field else f"{', '.join(change['statuses'])} " if change["statuses"] else ""
        danger = "dangerous, " if change["danger"] else ""
        breaking = "standing" if change["standing"] else "breaking" if change["breaking"] else "not breaking"
        sentences[f"{change['direction']}, {danger}{breaking}: {subject}{change['what']}"] = None
    return "; ".join([str(report["exit_status"]), *sentences])


@each_revision
def test_the_report_is_as_the_page_says(workshop: Workshop, name: str) -> None:
    assert page()[name]["spec-check"] == summary(workshop.report(name))


@each_revision
def test_the_files_of_the_generated_package_are_those_that_the_page_says(workshop: Workshop, name: str) -> None:
    assert page()[name]["generated"] == listed(workshop.changed(name))


@each_revision
def test_the_type_errors_are_where_the_page_says(workshop: Workshop, name: str) -> None:
    errors = workshop.type_errors(name)

    assert page()[name]["type errors"] == listed(sorted({path for path, *_ in errors}))


@each_revision
def test_the_tables_part_from_the_document_as_the_page_says(name: str) -> None:
    assert page()[name]["tables"] == listed(
        [sentence.partition(":")[0] for sentence in table_guards.parts(adopted(name))]
    )


# --- Yesterday's client, tomorrow's server --------------------------------------------------------------------------


class Tomorrow(httpx.BaseTransport):
    """The sandbox as tomorrow's server: what comes in and what goes out is rewritten."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        request: Callable[[httpx.Request], httpx.Request] = lambda request: request,
        status: Callable[[httpx.Request, int], int] = lambda request, status: status,
        row: Callable[[Json], object] = lambda row: None,
    ) -> None:
        self.inner = SandboxTransport(sandbox)
        self.request, self.status, self.row = request, status, row

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        response = self.inner.handle_request(self.request(request))
        document = json.loads(response.read())
        data = document.get("data")
        for row in data if isinstance(data, list) else [data]:
            if isinstance(row, dict):
                self.row(row)
        return httpx.Response(self.status(request, response.status_code), json=document)


def client(sandbox: Sandbox, **rewriting: Any) -> ClearStreet:
    http_client = DefaultHttpxClient(transport=Tomorrow(sandbox, **rewriting))
    return ClearStreet(api_key="key", base_url="https://x.invalid", http_client=http_client, clock=sandbox.clock)


def field_added() -> None:
    """The field is kept in `model_extra`, and named in `drift`."""
    page = client(Sandbox(), row=lambda row: row.update(lot_size="100")).v1.positions.get_positions(ACCOUNT)

    assert page.data[0].model_extra == {"lot_size": "100"}
    assert page.data[0].to_dict()["lot_size"] == "100"
    assert [departure[:2] for departure in page.drift[:1]] == [("data[0].lot_size", "unknown_field")]


def enum_member_added() -> None:
    """The member is kept, not known, and named in `drift`; a wait does not end with it, and lasts to its deadline."""
    sandbox = Sandbox()
    id_ = settled(sandbox, "ACCEPTED")
    yesterday = client(sandbox, row=lambda row: row.update(status="EXPIRED"))

    listed = yesterday.v1.positions.get_position_instructions(ACCOUNT)
    with pytest.raises(WaitTimeoutError) as caught:
        yesterday.v1.positions.wait_for_position_instruction(id_, account_id=ACCOUNT)

    assert listed.data[0].status == "EXPIRED"
    assert not listed.data[0].status.is_known
    assert listed.drift[0][:2] == ("data[0].status", "unknown_member")
    assert caught.value.last_seen is not None
    assert caught.value.last_seen.status == "EXPIRED"


def enum_member_gone() -> None:
    """Nothing changes: REJECTED ends a wait as ENGINE_REJECTED did."""
    sandbox = Sandbox()
    id_ = settled(sandbox, "REJECTED")

    with pytest.raises(InstructionFailedError, match="REJECTED"):
        client(sandbox).v1.positions.wait_for_position_instruction(id_, account_id=ACCOUNT)


def error_status_added() -> None:
    """It is an `UnprocessableEntityError` with the refused rows, and nothing is unknown."""
    sandbox = Sandbox()
    yesterday = client(sandbox, status=lambda request, status: 422 if status == 400 else status)

    with pytest.raises(UnprocessableEntityError) as caught:
        yesterday.v1.positions.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox, 10_000)])

    assert [row.status for row in caught.value.data] == ["REJECTED"]
    assert not caught.value.outcome_unknown


def under_another_name(name: str) -> dict[str, Any]:
    """A server that knows the key by this name, and drops every other."""

    def request(given: httpx.Request) -> httpx.Request:
        if given.method != "POST":
            return given
        rows = [
            {key: value for key, value in row.items() if key not in KEY_NAMES}
            | ({KEY_NAME: row[name]} if name in row else {})
            for row in json.loads(given.content)
        ]
        return httpx.Request(given.method, given.url, headers={"Authorization": "Bearer key"}, json=rows)

    def row(given: Json) -> None:
        given[name] = given.pop(KEY_NAME)

    return {"request": request, "row": row}


def idempotency_key_under_its_newer_name() -> None:
    """Nothing changes: rows are sent and read under either name, and a submit whose reply is lost is settled by
    looking.
    """
    sandbox = Sandbox()
    yesterday = client(sandbox, **under_another_name(NEWER_KEY_NAME)).v1.positions
    sandbox.faults.add(Fault.after_effect(), operation=SUBMIT)
    reply = yesterday.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
    assert [row.instruction_id for row in reply.accepted] == ["key-1"]
    assert reply.drift == ()
    assert submitted(sandbox) == 1


def idempotency_key_renamed() -> None:
    """Nothing is sent twice, on an account without instructions whose list lags as well: rows come back
    `undetermined`, and after a lost reply a submit raises, outcome unknown.
    """
    worlds: tuple[dict[str, Any], ...] = ({}, {"empty": True, "list_lag": 30})
    for options in worlds:
        sandbox = Sandbox(**options)
        if options:
            sandbox.add_account(ACCOUNT)
            sandbox.add_position(ACCOUNT, CALL, 8)
        yesterday = client(sandbox, **under_another_name("order_reference")).v1.positions
        reply = yesterday.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
        assert [row.instruction_id for row in reply.undetermined] == ["key-1"]
        assert submitted(sandbox) == 1

        sandbox = Sandbox(**options)
        if options:
            sandbox.add_account(ACCOUNT)
            sandbox.add_position(ACCOUNT, CALL, 8)
        yesterday = client(sandbox, **under_another_name("order_reference")).v1.positions
        sandbox.faults.add(Fault.after_effect(), operation=SUBMIT)
        with pytest.raises(APIError) as caught:
            yesterday.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
        assert caught.value.outcome_unknown
        assert caught.value.outcomes == {"key-1": "unknown"}
        assert submitted(sandbox) == 1


def nested_object_added() -> None:
    """The object is kept in `model_extra`, and named in `drift`."""
    sandbox = Sandbox()
    new = {"trade_date": "2026-04-24", "quantity": "100"}

    reply = client(sandbox, row=lambda row: row.update(settlement=new)).v1.positions.submit_position_instructions(
        ACCOUNT, instructions=[instruction(sandbox)]
    )

    assert reply.data[0].model_extra == {"settlement": new}
    assert {departure.kind for departure in reply.drift} == {"unknown_field"}


def path_changed() -> None:
    """A cancel is refused with a 404, and nothing was done."""

    def request(given: httpx.Request) -> httpx.Request:
        # Where the path was there is nothing now.
        url = str(given.url).replace("/positions/instructions/", "/gone/")
        return httpx.Request(given.method, url, headers={"Authorization": "Bearer key"})

    sandbox = Sandbox()
    id_ = sandbox.add_instruction(ACCOUNT, CALL)

    with pytest.raises(NotFoundError) as caught:
        client(sandbox, request=request).v1.positions.cancel_position_instruction(id_, account_id=ACCOUNT)

    assert not caught.value.outcome_unknown
    assert sandbox.ledger == ()


def required_field_nullable() -> None:
    """The field reads None, and the null is named in `drift`; a submit whose reply is lost is not sent again."""
    sandbox = Sandbox()
    yesterday = client(sandbox, row=lambda row: row.update(quantity=None)).v1.positions
    listed = yesterday.get_position_instructions(ACCOUNT)
    assert listed.data[0].quantity is None
    assert listed.drift[0][:2] == ("data[0].quantity", "null")

    # Whether the row under the caller's key is the one that was sent cannot be told without its quantity.
    sandbox.faults.add(Fault.after_effect(), operation=SUBMIT)
    with pytest.raises(APIError) as caught:
        yesterday.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
    assert caught.value.outcome_unknown
    assert submitted(sandbox) == 1


def success_status_added() -> None:
    """A 202 is a success like any other; the low-level call raises `UnexpectedStatus`."""
    sandbox = Sandbox()
    id_ = sandbox.add_instruction(ACCOUNT, CALL)
    yesterday = client(sandbox, status=lambda request, status: 202 if request.method == "DELETE" else status)

    reply = yesterday.v1.positions.cancel_position_instruction(id_, account_id=ACCOUNT)

    assert reply.data.status == "CANCEL_REQUESTED"
    assert reply.attempts[-1].status_code == 202
    with pytest.raises(UnexpectedStatus):
        parse_response(202, reply.to_json().encode())


@each_revision
def test_yesterdays_client_gets_on_with_tomorrows_server_as_the_page_says(name: str) -> None:
    story = globals()[name]

    assert page()[name]["yesterday's client, tomorrow's server"] == told(story)
    story()


@each_revision
def test_tomorrows_client_gets_on_with_yesterdays_server_as_the_page_says(workshop: Workshop, name: str) -> None:
    assert page()[name]["tomorrow's client, yesterday's server"] == told(getattr(future_client, name))
    workshop.tell(name)
