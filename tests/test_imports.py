"""What `import clear_street` brings and costs: its names, and the modules that it must not load."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gc
import importlib
import inspect
import json
import pickle
import pkgutil
import re
import subprocess
import sys
import typing
import weakref
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import clear_street
import clear_street.cli
import clear_street.errors
import clear_street.events
import clear_street.market
import clear_street.migrate
import clear_street.pytest_plugin
import clear_street.sandbox
import clear_street.testing
import clear_street.types
import clear_street.types.v1
import clear_street.v1
from clear_street._config import options

HEAVY = {
    "anyio",
    "asyncio",
    "attr",
    "attrs",
    "dataclasses",
    "httpcore",
    "httpx",
    "inspect",
    "logging",
    "ssl",
    "typing",
}
PUBLIC = [
    clear_street,
    clear_street.errors,
    clear_street.events,
    clear_street.types,
    clear_street.types.v1,
    clear_street.v1,
]
COMMANDS = [
    importlib.import_module(f"clear_street.cli.{path.stem}")
    for path in Path(clear_street.cli.__file__).parent.glob("[a-z]*.py")
]
PROGRAMS = [clear_street.migrate, clear_street.pytest_plugin, *COMMANDS]
each_module = pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`."""
    program = f"{code}\nimport sys, json; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stdout))


def ours(loaded: set[str]) -> set[str]:
    """What `code` loaded beyond what the interpreter itself does."""
    return loaded - loaded_by("pass")


# --- What is loaded ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import clear_street",
        "from clear_street import ClearStreet, AsyncClearStreet",
        "import clear_street; clear_street.ClearStreet(api_key='key').v1.positions",
        "import clear_street; clear_street.AsyncClearStreet(api_key='key').v1.positions",
        "import clear_street; clear_street.ClearStreet('key', timeout=3).with_options(max_retries=1).v1.version",
        "import clear_street.types.v1",
    ],
)
def test_nothing_heavy_is_loaded_before_the_first_call(code: str) -> None:
    loaded = ours(loaded_by(code))
    assert not {name for name in loaded if name.partition(".")[0] in HEAVY}
    assert not {name for name in loaded if name.startswith("clear_street_api")}
    assert "clear_street.errors" not in loaded


def test_importing_the_package_loads_two_modules() -> None:
    assert ours(loaded_by("import clear_street")) - {"__future__"} == {"clear_street", "clear_street._version"}


def test_a_type_loads_the_models_that_it_is_made_of_and_no_httpx() -> None:
    loaded = loaded_by("from clear_street.types.v1 import PositionInstruction")
    models = {name for name in loaded if name.startswith("clear_street_api.models.")}
    assert models == {
        "clear_street_api.models.position_instruction",
        "clear_street_api.models.position_instruction_rejection",
        "clear_street_api.models.position_instruction_rejection_reason",
        "clear_street_api.models.position_instruction_status",
        "clear_street_api.models.position_instruction_type",
    }
    assert "httpx" not in loaded


def test_the_errors_load_neither_httpx_nor_models() -> None:
    loaded = loaded_by("from clear_street import APIStatusError, ConflictError, ArgumentError")
    assert "httpx" not in loaded
    # What `help()` says of their fields is read by that module, when it is asked for.
    assert {name for name in loaded if name.startswith("clear_street_api")} == {
        "clear_street_api",
        "clear_street_api.explained",
    }


# --- Names ------------------------------------------------------------------------------------------------------------


@each_module
def test_everything_in_all_can_be_had_once(module: ModuleType) -> None:
    assert len(module.__all__) == len(set(module.__all__))
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("module", [clear_street, clear_street.types.v1], ids=lambda module: module.__name__)
def test_dir_and_all_agree(module: ModuleType) -> None:
    assert dir(module) == sorted(module.__all__)


@each_module
def test_names_that_there_are_none_of_say_so(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name
    with pytest.raises(ImportError):
        exec(f"from {module.__name__} import no_such_name")


@each_module
def test_every_public_name_is_documented(module: ModuleType) -> None:
    assert module.__doc__
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, (type, ModuleType)) or inspect.isfunction(value):
            assert (value.__doc__ or "").strip(), name
            assert not (value.__doc__ or "").startswith(f"{name}("), name


@each_module
def test_every_public_attribute_of_a_public_class_is_documented(module: ModuleType) -> None:
    for name in module.__all__:
        kind = getattr(module, name)
        if isinstance(kind, type) and kind.__module__.startswith("clear_street."):
            for attribute, value in vars(kind).items():
                described = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
                if inspect.isfunction(described) and not attribute.startswith("_"):
                    assert described.__doc__, f"{name}.{attribute}"


def test_the_async_namespaces_are_found_beside_the_blocking_ones() -> None:
    from clear_street.v1 import positions

    module: Any = positions
    assert module.AsyncPositions is clear_street.v1.AsyncPositions
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name


# --- What other programs read of them ---------------------------------------------------------------------------------


def public_callables() -> dict[str, Any]:
    """The public classes and functions, and the public methods of these classes, by where they are."""
    found: dict[str, Any] = {}
    listed = [*PUBLIC, clear_street.sandbox, clear_street.testing, clear_street.market]
    named = [(module, name) for module in listed for name in module.__all__]
    for module in PROGRAMS:
        own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        named += [(module, name) for name in own if not name.startswith("_")]
    for module, name in named:
        value = getattr(module, name)
        if isinstance(value, type) or inspect.isfunction(value):
            found[f"{value.__module__}.{name}"] = value
    for kind in [value for value in found.values() if isinstance(value, type)]:
        for base in kind.__mro__:
            for name, value in vars(base).items():
                function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
                # What attrs and NamedTuple write has no source.
                public = not name.startswith("_") or name == "__init__"
                if public and inspect.isfunction(function) and function.__code__.co_filename == home(base):
                    found[f"{base.__module__}.{base.__qualname__}.{name}"] = function
    return found


def home(kind: type) -> str | None:
    """The file that a class is defined in, None for those of Python itself."""
    return getattr(sys.modules[kind.__module__], "__file__", None)


def test_the_annotations_of_all_that_is_public_can_be_evaluated() -> None:
    found = public_callables()
    assert len(found) > 200
    for name, value in found.items():
        assert isinstance(typing.get_type_hints(value), dict), name
        if inspect.isfunction(value):
            assert inspect.signature(value, eval_str=True), name


def test_completion_without_types_sees_what_is_imported_for_type_checkers() -> None:
    for path in Path(clear_street.__file__).parent.rglob("*.py"):
        assert "TYPE_CHECKING = False" not in path.read_text(encoding="utf-8"), f"Jedi passes over blocks of {path}"


def test_completion_without_types_finds_the_names_of_options() -> None:
    folder = Path(clear_street.__file__).parent
    tree = ast.parse((folder / "_config/options.py").read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = {node.name: {each.arg for each in node.args.kwonlyargs} for node in functions}
    found = 0
    for path in (folder / "_client.py", folder / "_client_async.py", *folder.glob("v1/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.args.kwarg is None:
                continue
            takes = re.fullmatch(r"Unpack\[(\w+)\]", ast.unparse(node.args.kwarg.annotation or ast.Constant(None)))
            if takes is not None:
                [call] = re.findall(r"(\w+)\(\*\*options\)", ast.unparse(node))
                assert named[call] == set(getattr(options, takes[1]).__annotations__), f"{path.name}: {node.name}"
                found += 1
    assert found > 70


@pytest.mark.parametrize("kind", [clear_street.ClearStreet, clear_street.AsyncClearStreet])
def test_signatures_name_the_options_where_ipython_completes_them(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    positions = kind.sandbox().v1.positions
    try:
        parameters = inspect.signature(positions.close_positions).parameters
        assert list(parameters)[:2] == ["account_id", "cancel_orders"]
        assert set(parameters) > set(options.ChangingCallOptions.__annotations__)
        assert parameters["max_retries"].annotation == int | None
    finally:
        for method in vars(type(positions)).values():
            vars(method).pop("__signature__", None) if inspect.isfunction(method) else None


def test_annotations_are_evaluated_to_what_they_name() -> None:
    from clear_street.types import v1
    from clear_street.v1 import Positions

    hints = typing.get_type_hints(Positions.get_positions)
    assert hints["return"] is v1.PositionGetPositionsResponse
    assert hints["page_size"] == int | None
    assert typing.get_type_hints(clear_street.APIError)["attempts"] == tuple[clear_street.Attempt, ...]
    with pytest.raises(NameError, match="no_such_name"):
        eval("no_such_name", vars(clear_street.errors))


def test_the_methods_of_a_client_can_be_made_tools_of() -> None:
    client = clear_street.ClearStreet.sandbox()
    for positions in (client.v1.positions.with_raw_response, client.v1.positions.with_streaming_response):
        parameters = inspect.signature(positions.get_positions, eval_str=True).parameters
        assert parameters["page_size"].annotation == int | None
        assert typing.get_type_hints(positions.get_positions)["page_size"] == int | None


@pytest.mark.parametrize("kind", [clear_street.ClearStreet, clear_street.AsyncClearStreet])
def test_clients_and_namespaces_can_be_referred_to_weakly(kind: Any) -> None:
    client = kind("key")
    kept = weakref.WeakValueDictionary({"client": client, "v1": client.v1, "positions": client.v1.positions})
    assert len(kept) == 3
    del client
    gc.collect()
    assert len(kept) == 0


@pytest.mark.parametrize(("name", "account_id"), [("iter_positions", 122503), ("watch_position_instructions", 0)])
def test_iterators_end_at_the_end_of_contextlibs_managers(name: str, account_id: int) -> None:
    async def is_over(*, closing: bool) -> bool:
        async with clear_street.AsyncClearStreet.sandbox() as client:
            await client.v1.positions.cancel_position_instruction("182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", account_id=0)
            iterator: Any = getattr(client.v1.positions, name)(account_id)
            async with contextlib.aclosing(iterator) if closing else contextlib.nullcontext():
                await anext(iterator)
            return await anext(iterator, None) is None

    def is_over_too(*, closing: bool) -> bool:
        client = clear_street.ClearStreet.sandbox()
        client.v1.positions.cancel_position_instruction("182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", account_id=0)
        iterator: Any = getattr(client.v1.positions, name)(account_id)
        with contextlib.closing(iterator) if closing else contextlib.nullcontext():
            next(iterator)
        return next(iterator, None) is None

    assert (is_over_too(closing=False), asyncio.run(is_over(closing=False))) == (False, False)
    assert (is_over_too(closing=True), asyncio.run(is_over(closing=True))) == (True, True)


def test_clients_close_at_the_end_of_contextlibs_managers() -> None:
    async def leave() -> clear_street.AsyncClearStreet:
        async with contextlib.aclosing(clear_street.AsyncClearStreet.sandbox()) as client:
            await client.v1.version.get_version()
        return client

    async_client = asyncio.run(leave())
    with pytest.raises(clear_street.ClearStreetError, match="closed"):
        asyncio.run(async_client.v1.version.get_version())
    with contextlib.closing(clear_street.ClearStreet.sandbox()) as client:
        client.v1.version.get_version()
    with pytest.raises(clear_street.ClearStreetError, match="closed"):
        client.v1.version.get_version()


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert clear_street.__version__ == version("clear-street-client")


def test_everything_can_be_imported_by_a_star() -> None:
    names: dict[str, Any] = {}
    exec("from clear_street import *", names)
    exec("from clear_street.types.v1 import *", names)
    assert {"ClearStreet", "PositionInstruction", "new_idempotency_key"} <= names.keys()


def test_the_sandbox_and_the_types_are_attributes_of_the_package() -> None:
    code = "import clear_street; clear_street.sandbox.Sandbox(); clear_street.types.v1.Position; clear_street.errors"
    assert "clear_street.sandbox" in loaded_by(code)


def test_every_module_can_be_imported_by_itself() -> None:
    found = [
        module.name
        for module in pkgutil.walk_packages(clear_street.__path__, "clear_street.")
        if not module.name.endswith("__main__")
    ]
    assert len(found) > 30
    for name in found:
        assert importlib.import_module(name).__doc__, name


def test_classes_say_where_they_can_be_imported_from() -> None:
    for module in (clear_street, clear_street.types.v1):
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type):
                assert pickle.loads(pickle.dumps(kind)) is kind


def test_the_names_of_enum_members_are_those_of_the_enums() -> None:
    from typing import get_args

    from clear_street.types import v1

    for literal, enum in (
        (v1.PositionInstructionTypeName, v1.PositionInstructionType),
        (v1.PositionSortByName, v1.PositionSortBy),
        (v1.SortDirectionName, v1.SortDirection),
    ):
        assert get_args(literal) == tuple(member.value for member in enum)


def test_an_idempotency_key_is_a_fresh_uuid() -> None:
    import uuid

    keys = {clear_street.new_idempotency_key() for _ in range(100)}
    assert len(keys) == 100
    assert {uuid.UUID(key).version for key in keys} <= {4, 7}


@pytest.mark.parametrize("name", ["positions", "version"])
def test_an_async_namespace_is_found_beside_the_blocking_one(name: str) -> None:
    blocking = importlib.import_module(f"clear_street.v1.{name}")
    awaiting = importlib.import_module(f"clear_street.v1.{name}_async")

    kind = f"Async{name.title()}"
    assert getattr(blocking, kind) is getattr(awaiting, kind)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = blocking.nothing
