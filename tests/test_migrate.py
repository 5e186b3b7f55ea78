"""Moving over from Clear Street's own SDK: what differs is said line by line, and what is said is enough."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import runpy
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import clear_street
import clear_street.types.v1
from clear_street import APIConnectionError, ClearStreet, NotFoundError, migrate
from clear_street._moving import DIFFERENCES
from clear_street.sandbox import Sandbox, SandboxServer

PAGE = Path(__file__).parents[1] / "docs/moving-over.md"

# Programs as they are written for that SDK, and after each line that is named was changed as it is told.
VERSION = (
    """
    from clearstreet import ClearStreet
    client = ClearStreet(api_key="key", _strict_response_validation=True)
    print(client.v1.api_version.get_version().model_dump()["data"]["version"])
    """,
    """
    from clear_street import ClearStreet
    client = ClearStreet(api_key="key", strict=True)
    print(client.v1.version.get_version().to_dict()["data"]["version"])
    """,
    "2025-10-31\n",
)
LISTING = (
    """
    import clearstreet
    from clearstreet import omit
    from clearstreet.types import SecurityType
    from clearstreet.types.v1.position_get_positions_response import PositionGetPositionsResponse

    def show(page: PositionGetPositionsResponse) -> None:
        kind: SecurityType = "OPTION"
        print(sum(row.instrument_type == kind for row in page.data))

    with clearstreet.Client(api_key="key", timeout=clearstreet.Timeout(5)) as client:
        show(client.v1.positions.get_positions(122503, page_token=omit))
    """,
    """
    import clear_street
    import httpx
    from clear_street.types.v1 import SecurityType
    from clear_street.types.v1 import PositionGetPositionsResponse

    def show(page: PositionGetPositionsResponse) -> None:
        kind: SecurityType = "OPTION"
        print(sum(row.instrument_type == kind for row in page.data))

    with clear_street.ClearStreet(api_key="key", timeout=httpx.Timeout(5)) as client:
        show(client.v1.positions.get_positions(122503))
    """,
    "5\n",
)
CANCEL = (
    """
    from clearstreet import APIConnectionError, ClearStreet, NotFoundError
    client = ClearStreet(api_key="key")
    while True:
        try:
            client.v1.positions.cancel_position_instruction("0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02", account_id=122503)
            break
        except APIConnectionError:
            continue
        except NotFoundError as error:
            print(error.response.status_code, error.request.method)
            break
    """,
    """
    from clear_street import APIConnectionError, ClearStreet, NotFoundError
    client = ClearStreet(api_key="key")
    try:
        client.v1.positions.cancel_position_instruction("0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02", account_id=122503)
    except APIConnectionError as error:
        print("unknown" if error.outcome_unknown else "not sent")
    except NotFoundError as error:
        print(error.status_code, error.request.method)
    """,
    "404 DELETE\n",
)
RAW = (
    """
    from clearstreet import ClearStreet
    client = ClearStreet(api_key="key", default_query={"trace": "1"})
    raw = client.with_raw_response.v1.positions.get_positions(122503)
    print(raw.method, raw.url.path, raw.status_code)
    """,
    """
    from clear_street import ClearStreet
    client = ClearStreet(api_key="key")
    raw = client.v1.positions.with_raw_response.get_positions(122503, extra_query={"trace": "1"})
    print(raw.http_request.method, raw.http_request.url.path, raw.status_code)
    """,
    "GET /v1/accounts/122503/positions 200\n",
)
ASYNC = (
    """
    import asyncio
    from clearstreet import AsyncClient, NOT_GIVEN

    async def count(client: AsyncClient) -> None:
        raw = await client.v1.positions.with_raw_response.get_positions(122503, instrument_ids=[])
        print(raw.method, client.is_closed())
        got = await client.get("/v1/version", cast_to=object, options={"headers": {"X-Desk": "7"}})
        print(type(got).__name__)

    async def main() -> None:
        async with AsyncClient(api_key="key") as client:
            await count(client)

    asyncio.run(main())
    """,
    """
    import asyncio
    from clear_street import AsyncClearStreet

    async def count(client: AsyncClearStreet) -> None:
        raw = await client.v1.positions.with_raw_response.get_positions(122503)
        print(raw.http_request.method)
        got = await client.get("/v1/version", cast_to=dict, extra_headers={"X-Desk": "7"})
        print(type(got).__name__)

    async def main() -> None:
        async with AsyncClearStreet(api_key="key") as client:
            await count(client)

    asyncio.run(main())
    """,
    "GET\ndict\n",
)
ROWS = (
    """
    from typing import get_args
    from clearstreet import ClearStreet, types
    from clearstreet.types.v1 import AccountList, PositionIntent, Side
    client = ClearStreet(api_key="key")
    page = client.v1.positions.get_positions(122503)
    first = page.data[0]
    print(get_args(Side), first.copy(update={"symbol": "X"}).symbol)
    print([dict(row)["quantity"] for row in page.data][0], first.dict()["symbol"])
    print(client.v1.with_raw_response.positions.get_positions(122503).http_version)
    """,
    """
    import attrs
    from clear_street import ClearStreet
    from clear_street.types.v1 import Side
    client = ClearStreet(api_key="key")
    page = client.v1.positions.get_positions(122503)
    first = page.data[0]
    print(tuple(map(str, Side)), attrs.evolve(first, symbol="X").symbol)
    print([row.to_dict()["quantity"] for row in page][0], first.to_dict()["symbol"])
    print(client.v1.positions.with_raw_response.get_positions(122503).http_response.http_version)
    """,
    "('BUY', 'SELL', 'SELL_SHORT', 'OTHER') X\n10 AAPL 280121C00195000\nHTTP/1.1\n",
)
PROGRAMS = pytest.mark.parametrize(
    ("before", "after", "shown"),
    [VERSION, LISTING, CANCEL, RAW, ASYNC, ROWS],
    ids=["version", "listing", "cancel", "raw", "async", "rows"],
)


def lines(source: str) -> list[str]:
    return dedent(source).strip().splitlines()


@PROGRAMS
def test_each_line_that_has_to_change_is_named(before: str, after: str, shown: str) -> None:
    named = {finding.line for finding in migrate.read("\n".join(lines(before)))}
    kept = {line.strip() for line in lines(after)}

    changed = {number for number, line in enumerate(lines(before), 1) if line.strip() not in kept}
    # What a loop repeats goes with the loop, and what is imported from elsewhere with its use.
    with_others = {"while True:", "break", "continue", "except APIConnectionError:", "from typing import get_args"}
    assert {number for number in changed if lines(before)[number - 1].strip() not in with_others} <= named


def snippet(sign: str) -> str:
    """Return lines that have a sign."""
    owner, _, name = sign.rpartition(".")
    function, _, argument = sign.rstrip(")").partition("(")
    makes = {
        "client": "client = ClearStreet()",
        "raw": "raw = client.v1.positions.with_raw_response.get_positions(7)",
        "model": "for model in page.data:\n  pass",
    }
    match sign:
        case "except in a loop":
            return "while True:\n  try: pass\n  except APITimeoutError: pass"
        case "a type of theirs":
            return "from clearstreet.types.v1 import Locate"
        case "clearstreet._":
            return "from clearstreet._exceptions import APIError"
        case _ if sign.startswith(("except ", '"')):
            return f"try: pass\n{sign}: pass" if sign.startswith("except ") else f"f({sign})"
        case _ if sign.endswith(")"):
            argument += "1" if argument.endswith("=") else ""
            return f"{makes['model']}\n{function}({argument})"
        case _ if "=" in sign:
            return f"f({sign}1)" if sign.endswith("=") else f"f({sign})"
        case _ if sign.startswith("clearstreet"):
            return f"import {sign}" if name.islower() else f"from {owner} import {name}"
        case _ if owner == "error":
            return f"try: pass\nexcept OSError as caught: caught.{name}"
        case _ if "." in sign:
            return f"{makes.get(owner, '')}\n{owner or 'x'}{sign[len(owner) :]}"
        case _:
            return f"from clearstreet import {sign}"


@pytest.mark.parametrize("sign", [sign for one in DIFFERENCES for sign in one.found_by])
def test_each_sign_of_the_table_is_found_in_a_program(sign: str) -> None:
    (wanted,) = (one for one in DIFFERENCES if sign in one.found_by)

    assert wanted in [found for _, found in migrate.read(f"import clearstreet\n{snippet(sign)}")]


@pytest.mark.parametrize(
    "program",
    [
        "from clearstreet.types.v1 import Locate",
        "from clearstreet.types.v1.watchlist_detail import WatchlistDetail",
        "import clearstreet.types.v1 as api; f(api.Locate)",
        "from clearstreet.types import v1\nf(v1.Locate)",
        "import clearstreet.types.v1; f(clearstreet.types.v1.Locate)",
    ],
)
def test_a_type_that_only_that_sdk_has_is_found(program: str) -> None:
    assert "none; what they return is a `dict`" in [found.ours for _, found in migrate.read(program)]
    known = migrate.read(program.replace("WatchlistDetail", "Position").replace("Locate", "Position"))
    assert not [found for _, found in known if found.by_hand]


@pytest.mark.parametrize(
    "program",
    [
        "page = client.v1.orders.get_orders(7); page.json()",
        "async def f(): page = await client.v1.orders.get_orders(7); page.json()",
        "[row.json() for row in page.data]",
        "page.data[0].json()",
        "raw = client.v1.orders.with_raw_response.get_orders(7); page = raw.parse(); page.json()",
        "def f(page: Order): page.json()",
    ],
)
def test_a_method_of_a_model_is_found_where_a_name_holds_one(program: str) -> None:
    found = [one.theirs for _, one in migrate.read(f"import clearstreet\n{program}")]
    assert [one for one in found if one.startswith("`to_dict()`")]

    other = migrate.read(
        "import clearstreet, httpx\nhttpx.get('x').json()\n{}.copy()\nresponse.json()\nhttpx.Timeout(5)"
    )
    assert [line for line, _ in other] == [1]


def test_no_cell_of_the_table_ends_early() -> None:
    assert not [one for one in DIFFERENCES if "|" in one.theirs + one.ours]


@PROGRAMS
def test_a_program_that_was_moved_over_runs(
    before: str,
    after: str,
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = tmp_path / "program.py"
    program.write_text("\n".join(lines(after)), encoding="utf-8")

    with SandboxServer(Sandbox(api_keys=["key"])) as server:
        monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
        ran = runpy.run_path(str(program), run_name="__main__")
    if isinstance(client := ran.get("client"), ClearStreet):
        client.close()

    assert capsys.readouterr().out == shown
    assert migrate.main([str(program)]) == 0
    assert capsys.readouterr().out == ""


def test_what_a_person_must_decide_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "bots"
    folder.mkdir()
    (folder / "cancel.py").write_text("\n".join(lines(CANCEL[0])), encoding="utf-8")
    (folder / "version.py").write_text("\n".join(lines(VERSION[0])), encoding="utf-8")

    assert migrate.main([str(folder)]) == 1
    marked = [line for line in capsys.readouterr().out.splitlines() if "BY HAND" in line]
    assert [line.split(": ")[0] for line in marked] == [f"{folder / 'cancel.py'}:7"]
    assert "outcome_unknown" in marked[0]
    assert migrate.main([str(folder / "version.py")]) == 0


@pytest.mark.parametrize("errors", ["(OSError, APIError)", "clearstreet.APITimeoutError", "factory()"])
def test_a_loop_that_repeats_calls_is_found(errors: str) -> None:
    source = f"import clearstreet\nfor _ in range(3):\n  try: pass\n  except {errors}: pass\n  except: pass\n"

    found = [line for line, difference in migrate.read(source) if difference.by_hand]
    assert found == ([] if errors == "factory()" else [4])


def test_a_program_of_another_package_has_nothing_that_differs() -> None:
    assert migrate.read("from .clearstreet import x\nimport pydantic\nm.model_dump()\ntimeout(timeout=None)") == []


@pytest.mark.parametrize("text", ["def", "a\0b"])
def test_what_is_no_program_is_2(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "no.py"
    file.write_text(text, encoding="utf-8")

    assert migrate.main([str(file)]) == 2
    assert migrate.main([str(tmp_path / "lost.py")]) == 2
    assert "no.py: cannot be read" in capsys.readouterr().err


def test_without_a_path_its_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "clear_street.migrate"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (2, "Usage: python -m clear_street.migrate PATH...\n")
    assert migrate.main(["--help"]) == 2
    assert capsys.readouterr().err == done.stderr


def test_the_page_has_the_same_tables() -> None:
    _, *tables = PAGE.read_text(encoding="utf-8").split("| `clearstreet` | here |\n|---|---|\n")
    rows = [row for table in tables for row in table.partition("\n\n")[0].splitlines()]

    assert rows == [f"| {one.theirs} | {one.ours} |" for one in DIFFERENCES]


@pytest.mark.parametrize("name", ["Timeout", "Client", "omit", "APIResponse", "Stream", "DEFAULT_TIMEOUT", "resources"])
def test_an_imported_name_of_that_sdk_is_answered(name: str) -> None:
    with pytest.raises(AttributeError, match=re.escape("of Clear Street's own SDK")):
        getattr(clear_street, name)


def test_what_has_no_method_has_none() -> None:
    gone = {sign[1:] for one in DIFFERENCES if one.ours.startswith("no methods") for sign in one.found_by}
    with ClearStreet.sandbox() as client:
        v1 = client.v1
        namespaces = [v1, *(getattr(v1, name) for name in dir(v1) if not name.startswith("_"))]
        assert gone & {name for namespace in namespaces for name in dir(namespace)} == set()


def test_an_attribute_of_that_sdk_is_answered() -> None:
    with ClearStreet.sandbox() as client:
        for owner, name, ours in (
            (client, "is_closed", "not to be read"),
            (client, "user_agent", "`raw.http_request.headers`"),
            (client, "with_raw_response", "`client.v1.positions.with_raw_response`"),
            (client.v1, "with_streaming_response", "`client.v1.positions.with_raw_response`"),
            (client.v1.instrument_data, "with_raw_response", "`client.v1.positions.with_raw_response`"),
            (client.v1.instrument_data, "get_instrument_events", "`client.get(path, cast_to=dict)`"),
            (client.v1.positions.with_raw_response.get_positions(122503), "url", "`raw.http_request.url`"),
            (
                client.v1.positions.with_raw_response.get_positions(122503),
                "http_version",
                "`raw.http_response.http_ver",
            ),
            (client.v1, "api_version", "`client.v1.version.get_version()`"),
            (client.v1, "watchlist", "`client.get(path, cast_to=dict)`"),
            (clear_street.types, "SecurityType", "did you mean `v1.SecurityType`?"),
        ):
            with pytest.raises(AttributeError, match=re.escape(ours)):
                getattr(owner, name)


def test_an_attribute_of_that_sdk_is_answered_by_errors() -> None:
    with ClearStreet.sandbox() as client, pytest.raises(NotFoundError) as caught:
        client.v1.positions.cancel_position_instruction("lost", account_id=122503)
    request = caught.value.request
    for name in ("url", "headers"):
        with pytest.raises(AttributeError, match=r"`error\.request` has the method and the path's"):
            getattr(request, name)
    with pytest.raises(AttributeError, match="only of an `APIStatusError`"):
        _ = APIConnectionError("lost").body  # type: ignore[attr-defined]
    for owner, name in ((request, "_no"), (caught.value, "_no"), (caught.value, "url")):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'$"):
            getattr(owner, name)
    assert copy.deepcopy(request) == request == pickle.loads(pickle.dumps(request))


def test_an_attribute_of_that_sdk_is_answered_by_models() -> None:
    with ClearStreet.sandbox() as client:
        reply = client.v1.positions.get_positions(122503)
    owners = (reply, reply[0], type(reply[0]), clear_street.types.v1.PositionInstruction)
    for owner in owners:
        for name in ("model_dump", "model_validate", "model_copy", "model_dump_json", "dict", "json", "copy", "schema"):
            with pytest.raises(
                AttributeError, match=rf"has no attribute '{name}'; of Clear Street's own SDK, .*; here: "
            ) as caught:
                getattr(owner, name)
            assert (caught.value.name, caught.value.obj) == (name, None)
            assert not hasattr(owner, name)
        assert "Clear Street's own SDK" in repr(inspect.getattr_static(owner, "model_dump"))
    assert {"model_dump", "dict", "copy"}.isdisjoint(dir(reply[0]))
    assert copy.copy(reply[0]) == reply[0]
    with pytest.raises(AttributeError, match=r"'Position' object has no attribute 'qty'$"):
        _ = reply[0].qty  # type: ignore[attr-defined]


def test_a_type_answers_before_any_call() -> None:
    program = (
        "from clear_street.types.v1 import Position\ntry: Position.model_validate\nexcept AttributeError as e: print(e)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout.startswith("type object 'Position' has no attribute 'model_validate'; of Clear Street's own SDK")
