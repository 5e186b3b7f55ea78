"""The guards: what the client relies on, what applications rely on, and tables that must match the document."""

from __future__ import annotations

import ast
import inspect
import re
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street import (
    APIError,
    ArgumentError,
    AsyncClearStreet,
    CallOptions,
    ChangingCallOptions,
    ClearStreet,
    DefaultHttpxClient,
    SubmitCallOptions,
)
from clear_street._api.operations import Resend
from clear_street._api.rows import every_operation
from support import public_api, table_guards
from support.key_names import KEY_NAMES
from support.spec_tools import ROOT, codegen, patched, revision, spec, written

if TYPE_CHECKING:
    from pathlib import Path

SURFACE = ROOT / "tests/surface.md"
CANCEL = "/paths/~1v1~1accounts~1{account_id}~1positions~1instructions~1{instruction_id}/delete"
each_operation = pytest.mark.parametrize("operation", every_operation(), ids=lambda operation: operation.name)

# --- The name of the key ----------------------------------------------------------------------------------------------

NAMED_HERE = {
    "support/key_names.py",
    "support/budgets.py",  # a program that finds no other module of the tests
}


def test_tests_name_the_idempotency_key_as_text_in_one_place() -> None:
    naming = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path.parent.name == "typing":  # written as an application's code is
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in KEY_NAMES:
                naming.add(path.relative_to(ROOT / "tests").as_posix())

    assert naming == NAMED_HERE, (
        f"{', '.join(sorted(naming - NAMED_HERE))}: has a name of the key as text; use `KEY_NAME` or another name from "
        "tests/support/key_names.py"
    )


# --- The surface of the service that the client relies on -----------------------------------------------------------


def test_the_surface_is_the_one_that_was_reviewed() -> None:
    done = codegen("surface.py")

    assert done.returncode == 0, done.stderr
    assert done.stdout == SURFACE.read_text(encoding="utf-8"), "openapi.yaml has changed: `make snapshots`, and review"


@pytest.mark.parametrize(
    ("path", "value", "gone", "new"),
    [
        ("/components/schemas/PositionInstruction/properties/quantity/type", ["string", "null"],
         "- quantity: string", "- quantity: string, may be null"),
        ("/components/schemas/PositionInstructionStatus/enum/4", "REFUSED", "- CANCEL_REQUESTED", "- REFUSED"),
        ("/components/schemas/PositionInstruction/required/7", "created_at",
         "- symbol: string", "- symbol: string, optional"),
        ("/components/parameters/PageSize/schema/maximum", 500,
         "- query page_size: integer, optional, default 1000, maximum 1000, minimum 1",
         "- query page_size: integer, optional, default 1000, maximum 500, minimum 1"),
        ("/components/parameters/InstrumentIds/explode", True,
         "- query instrument_ids: list of string, optional, comma-joined",
         "- query instrument_ids: list of string, optional"),
        ("/paths/~1v1~1version/get/security", [{"BearerAuth": []}], "- sends no API key", None),
        (f"{CANCEL}/tags", ["Cancels"], None, "- tag: Cancels"),
        (f"{CANCEL}/x-reads", True, None, "- changes nothing"),
    ],
)  # fmt: skip
def test_whatever_changes_shows_on_a_line_of_its_own(
    tmp_path: Path, path: str, value: object, gone: str | None, new: str | None
) -> None:
    step = {"op": "add" if path.endswith("/x-reads") else "replace", "path": path, "value": value}
    document = patched(spec(), [step])

    lines = codegen("surface.py", written(document, tmp_path / "document.json")).stdout.splitlines()

    known = SURFACE.read_text(encoding="utf-8").splitlines()
    assert gone is None or lines.count(gone) < known.count(gone)
    assert new is None or lines.count(new) > known.count(new)


# --- The tables -----------------------------------------------------------------------------------------------------


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    assert table_guards.operations_that_part(spec()) == []


def test_what_waits_go_by_is_the_enum_of_the_document() -> None:
    assert table_guards.states_that_part(spec()) == []


def test_plain_strings_and_dicts_for_arguments_are_those_of_the_document() -> None:
    assert table_guards.names_that_part(spec()) == []


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"op": "remove", "path": "/paths/~1v1~1version"},
         ("get_version: in overlay/clear_street/_api/rows, and not in the document: take its row, types and "
         "methods out")),
        ({"op": "replace", "path": "/paths/~1v1~1version/get/operationId", "value": "get_release"},
         ("get_release: in the document, and without a row in overlay/clear_street/_api/rows: "
         "`make operation NAME=get_release` writes it")),
        ({"op": "move", "from": "/paths/~1v1~1version", "path": "/paths/~1v2~1version"},
         ("get_version: GET /v1/version in overlay/clear_street/_api/rows, GET /v2/version in the document: "
         "mend the row")),
        ({"op": "remove", "path": "/paths/~1v1~1version/get/security"},
         ("get_version: whether it needs the API key is not what overlay/clear_street/_api/rows says: "
         "mend `authenticated` there")),
        ({"op": "move", "from": CANCEL, "path": CANCEL.replace("/delete", "/get")},
         "cancel_position_instruction: a GET may not be sent again as 'cancel': mend the row, or `x-reads`"),
        ({"op": "replace", "path": f"{CANCEL}/tags", "value": ["Cancels"]},
         ("cancel_position_instruction: no client.v1.cancels.cancel_position_instruction: "
         "write the method, or take the operation out")),
        ({"op": "add", "path": "/components/parameters/PageToken/schema/$ref", "value": "#/components/schemas/Side"},
         ("get_orders: `page_token` as a Side is in the document or in overlay/clear_street/_api/rows alone: "
         "mend `enums` there")),
        ({"op": "replace", "path": "/components/schemas/ReplaceOrderRequest/properties/trailing_offset_type",
          "value": {"type": "string"}},
         ("replace_order: `trailing_offset_type` as a TrailingOffsetType is in the document or in "
         "overlay/clear_street/_api/rows alone: mend `enums` there")),
        ({"op": "remove", "path": "/components/schemas/SortDirection/enum/0"},
         "SortDirectionName: ASC is in one of `SortDirection` and the document alone"),
        ({"op": "remove", "path": "/components/schemas/PositionInstructionRequest/required/0"},
         "PositionInstructionRequestParam: what it requires is not what the document requires"),
    ],
)  # fmt: skip
def test_a_table_that_parts_from_the_document_is_named(patch: dict[str, Any], said: str) -> None:
    assert said in table_guards.parts(patched(spec(), [patch]))


def test_a_status_new_or_gone_is_named_with_what_it_means_for_waiting() -> None:
    (gone,) = table_guards.states_that_part(revision("enum_member_gone"))
    (new,) = table_guards.states_that_part(revision("enum_member_added"))

    assert gone.startswith("ENGINE_REJECTED: not in the document any more; terminal in ")
    assert "a wait for it alone would last to its deadline" in gone
    assert new.startswith("EXPIRED: new in the document; waits take it for not terminal")


def package(operation: Any) -> str:
    """The package that an operation is in, which is also its namespace."""
    (path,) = (ROOT / "generated/clear_street_api/api").glob(f"*/{operation.name}.py")
    return path.parent.name


def namespace(kind: Any, operation: Any) -> Any:
    """The namespace of an operation, of a client of a kind."""
    found = kind(api_key="key").v1
    for name in table_guards.namespace_of(spec(), tag_of(operation)).split("."):
        found = getattr(found, name)
    return found


@each_operation
def test_a_method_takes_the_arguments_of_the_generated_call(operation: Any) -> None:
    tag = package(operation)
    build = import_module(f"clear_street_api.api.{tag}.{operation.name}").build_request
    expected = {name: (one.kind, one.default) for name, one in inspect.signature(build).parameters.items()}
    for space in (namespace(kind, operation) for kind in (ClearStreet, AsyncClearStreet)):
        for method in (getattr(space, operation.name), *repeating(space, operation.name)):
            taken = {name: (one.kind, one.default) for name, one in inspect.signature(method).parameters.items()}
            more = {"options", "listing_deadline", "wait_deadline", "on_change"}
            odd = {name for name in {*taken, *expected} - more if taken.get(name) != expected.get(name)}
            assert not odd, (
                f"{', '.join(sorted(odd))}: not the same in {method.__qualname__} and in the document; "
                f"write it into the signature in overlay/clear_street/v1/{tag}_async.py, hand it on, and say in the "
                "docstring what it is, then `make generate`"
            )


OPTIONS = (CallOptions, ChangingCallOptions, SubmitCallOptions)


@each_operation
def test_a_docstring_lists_the_options_that_a_call_takes(operation: Any) -> None:
    method = getattr(namespace(AsyncClearStreet, operation), operation.name)
    declared = str(inspect.signature(method).parameters["options"].annotation)
    kind = next(one for one in OPTIONS if f"[{one.__name__}]" in declared)
    listed = " ".join((inspect.getdoc(method) or "").split()).partition("- `options`: ")[2].partition("; see ")[0]
    odd = {*re.findall(r"`(\w+)`", listed)} ^ {*kind.__annotations__}

    assert not odd, (
        f"{', '.join(sorted(odd))}: in one of `{kind.__name__}` and the docstring of {method.__qualname__} alone; "
        f"write it there, in overlay/clear_street/v1/{package(operation)}_async.py, then `make generate`; for new "
        "operations, into `OPTIONS` in codegen/add_operation.py"
    )


def repeating(space: Any, operation: str) -> list[Any]:
    """The methods that take the arguments of an operation besides itself: its iterator, and what waits after it."""
    iterator = f"iter_{operation.removeprefix('get_')}"
    waiting = {"cancel_position_instruction": "cancel_and_wait"}.get(operation)
    return [getattr(space, name) for name in (iterator, waiting) if name and hasattr(type(space), name)]


SAMPLES: dict[str, Any] = {"bool": True, "int": 7, "date": date(2026, 4, 24), "str": "a"}


def sample(parameter: inspect.Parameter) -> Any:
    """A value for an argument, by its annotation."""
    text = str(parameter.annotation)
    if "Mapping[" in text:
        return {"gte": "2026-04-24"}
    if "Sequence[" in text or "Iterable[" in text:
        return ["a"]
    if "datetime" in text:
        return datetime(2026, 4, 24, tzinfo=UTC)
    found = [value for name, value in SAMPLES.items() if re.search(rf"\b{name}\b", text)]
    assert found, f"`{parameter.name}`: there is no sample of {text}; add one to `SAMPLES` of tests/test_surface.py"
    return found[0]


HAND_ON = (
    "each argument of the generated call is in the signature of the method, and in its call; write it there, in "
    "overlay/clear_street/v1/<tag>_async.py, then `make generate`. If a value of the test's own is refused, give "
    "`SAMPLES` of tests/test_surface.py another."
)


@pytest.mark.parametrize(
    "operation", [one for one in every_operation() if one.resend != Resend.SUBMIT], ids=lambda operation: operation.name
)
def test_each_argument_reaches_the_service_also_of_an_iterator(monkeypatch: pytest.MonkeyPatch, operation: Any) -> None:
    build = import_module(f"clear_street_api.api.{package(operation)}.{operation.name}").build_request
    parameters = inspect.signature(build).parameters
    given = {name: sample(one) for name, one in parameters.items()}
    positional = [given.pop(name) for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    enums = operation.enums() if operation.enums is not None else {}
    given |= {name: [next(iter(enum))] if isinstance(given[name], list) else next(iter(enum))
              for name, enum in enums.items()}  # fmt: skip
    expected = build(*positional, **given)
    # Where arguments exclude each other, the row's own check is not what is asked here.
    monkeypatch.setattr(operation, "check", None)
    names = [operation.name, f"iter_{operation.name.removeprefix('get_')}"]
    for name in names:
        sent: list[httpx.Request] = []
        transport = httpx.MockTransport(lambda request, sent=sent: sent.append(request) or httpx.Response(403))
        with DefaultHttpxClient(transport=transport) as http_client:
            method = getattr(namespace(partial(ClearStreet, http_client=http_client), operation), name, None)
            if method is None:
                continue
            with suppress(APIError):
                try:
                    list(method(*positional, **given))
                except (TypeError, ArgumentError) as refused:
                    pytest.fail(f"{method.__qualname__} refuses them ({refused}): {HAND_ON}")
        if not sent:
            pytest.fail(f"{method.__qualname__} sends nothing: {HAND_ON}")
        query = sent[0].url.query.decode()
        assert (query, sent[0].content or None) == (
            "&".join(f"{key}={value}" for key, value in expected.query),
            expected.content(),
        ), f"{method.__qualname__} sends less, or more: {HAND_ON}"


def tag_of(operation: Any) -> str:
    """The tag of an operation, as the document has it."""
    return next(
        str(one["tags"][0])
        for item in spec()["paths"].values()
        for one in item.values()
        if isinstance(one, dict) and one.get("operationId") == operation.name
    )


@each_operation
def test_an_operation_has_its_types(operation: Any) -> None:
    types = import_module("clear_street.types.v1")
    response = operation.response()
    generated = import_module("clear_street_api.models")

    own = f"overlay/clear_street/types/v1/{operation.name}.py"

    assert getattr(types, response.__name__, None) == response, (
        f"{response.__name__}: `response` of the row has it, and clear_street.types.v1 has none or another; write it "
        f"into {own}, and its name into overlay/clear_street/types/v1/__init__.py"
    )
    assert issubclass(response, getattr(generated, response.__name__, ())), (
        f"{response.__name__}: not a subclass of the generated class of that name; write it as its base in {own}, or "
        "call it as openapi.yaml does"
    )
    arguments = import_module(f"clear_street_api.api.{package(operation)}.{operation.name}")
    keywords = {
        name
        for name, one in inspect.signature(arguments.build_request).parameters.items()
        if one.kind == inspect.Parameter.KEYWORD_ONLY
    }
    named = response.__name__.removesuffix("Response") + "Params"
    odd = keywords ^ {*getattr(getattr(types, named, None), "__annotations__", ())}
    assert not odd, (
        f"{', '.join(sorted(odd))}: in one of the generated call and `{named}` alone; write it into that class in "
        f"{own}, or take it out there (a class that is new is named in overlay/clear_street/types/v1/__init__.py too)"
    )


# --- The public Python API ------------------------------------------------------------------------------------------


def test_the_public_api_is_the_one_that_was_reviewed() -> None:
    committed, lines = public_api.PAGE.read_text(encoding="utf-8"), public_api.page()

    assert committed.splitlines()[2:] == lines, (
        "the public API has changed: say so in CHANGELOG.md, then `make snapshots`\n"
        + public_api.difference(committed, lines)
    )


FIRST = "# Changelog\n\n## Unreleased\n\n- The first version.\n"
PAGE = public_api.renewed("", ["clear_street.a"], FIRST)


def test_a_change_of_the_public_api_demands_an_entry_in_the_changelog() -> None:
    with pytest.raises(ValueError, match=r"CHANGELOG\.md does not say so yet"):
        public_api.renewed(PAGE, ["clear_street.b"], FIRST)
    with pytest.raises(ValueError, match=r"CHANGELOG\.md does not say so yet"):
        public_api.renewed(PAGE, ["clear_street.b"], f"{FIRST}\n## 0.0.9\n\n- Older.\n")

    renewed = public_api.renewed(PAGE, ["clear_street.b"], f"{FIRST}- `a` is called `b`.\n")

    assert renewed.splitlines()[2:] == ["clear_street.b"]
    assert public_api.renewed(renewed, ["clear_street.b"], FIRST) == renewed


def test_what_has_come_and_gone_is_shown() -> None:
    assert public_api.difference(PAGE, ["clear_street.b"]).splitlines()[1:] == ["-clear_street.a", "+clear_street.b"]


@pytest.mark.parametrize(
    "line",
    [
        "clear_street.ArgumentError(ClearStreetError, ValueError)",
        "clear_street.types.v1.PositionInstruction.accepted_quantity: str | None",
        "clear_street.types.v1.PositionInstructionStatus.CANCEL_FAILED = 'CANCEL_FAILED'",
        "clear_street.types.v1.PositionCancelPositionInstructionResponse.data: PositionInstruction",
        "clear_street.types.v1.PositionCancelPositionInstructionParams.account_id: int",
        "clear_street.v1.AsyncPositions.with_raw_response -> AsyncPositionsWithRawResponse",
        "clear_street.AsyncClearStreet.close(self) -> None async",
        "clear_street.errors.ConflictError = clear_street.ConflictError",
    ],
)
def test_the_page_has_names_signatures_fields_members_and_bases(line: str) -> None:
    assert line in public_api.page()


# --- The generated tree ---------------------------------------------------------------------------------------------


def test_nothing_lies_beside_the_generated_package() -> None:
    assert {path.name for path in (ROOT / "generated").iterdir()} - {"__pycache__"} == {"clear_street_api"}
