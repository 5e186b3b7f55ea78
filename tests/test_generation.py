"""`generated/` is what codegen/ makes of openapi.yaml, to the byte, with the pinned generator; it imports lightly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from support.spec_tools import CODEGEN_PYTHON, ROOT, spec

GENERATED = ROOT / "generated"
PACKAGE = GENERATED / "clear_street_api"
HEADER = "# Generated from the OpenAPI document"


def generate(
    *options: str, out: Path, cwd: Path = ROOT, python: str = CODEGEN_PYTHON, **environment: str
) -> subprocess.CompletedProcess[str]:
    if not Path(python).exists():
        pytest.fail(f"no generator at {python}: run `make generate` once, or set CODEGEN_PYTHON", pytrace=False)
    command = [python, str(ROOT / "codegen/generate.py"), "--spec", str(ROOT / "openapi.yaml"), "--out", str(out)]
    return subprocess.run(
        [*command, *options], cwd=cwd, env={**os.environ, **environment}, check=False, capture_output=True, text=True
    )


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


# --- The committed tree ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_generating_again_gives_the_same_bytes_and_says_nothing(tmp_path: Path, seed: str) -> None:
    # Neither the settings of a folder above nor files that were there before change the result.
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\nindent-width = 2\n", encoding="utf-8")
    stale = tmp_path / "out/clear_street_api/models/stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()

    done = generate(out=tmp_path / "out", cwd=tmp_path, PYTHONHASHSEED=seed)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert tree(tmp_path / "out") == tree(GENERATED)


def test_the_check_passes_on_what_is_committed() -> None:
    done = generate("--check", out=GENERATED)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_check_would_notice_a_single_byte(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "clear_street_api", ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "clear_street_api/models/position.py"
    changed.write_bytes(changed.read_bytes().replace(b"avg_price", b"avg_pricf", 1))
    (tmp_path / "clear_street_api/py.typed").unlink()
    (tmp_path / "clear_street_api/models/stray.py").touch()
    before = tree(tmp_path)

    done = generate("--check", out=tmp_path)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "models/position.py: differs",
        "models/stray.py: not generated",
        "py.typed: missing",
    ]
    assert tree(tmp_path) == before


def test_every_file_says_that_it_is_generated_and_how() -> None:
    for name, content in tree(PACKAGE).items():
        if name.endswith(".py"):
            first = content.decode().splitlines()[0]
            assert first.startswith(HEADER), name
            assert "`make generate`" in first


@pytest.mark.parametrize("name", ["client.py", "errors.py", "explained.py", "option_symbol.py", "types.py", "views.py"])
def test_what_is_the_same_in_every_package_is_copied_word_for_word(name: str) -> None:
    header, _, text = (PACKAGE / name).read_text(encoding="utf-8").partition("\n")

    assert header.startswith(HEADER)
    assert text == (ROOT / "codegen/runtime" / name).read_text(encoding="utf-8")


def test_the_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_every_module_imports() -> None:
    for name in tree(GENERATED):
        if name.endswith(".py"):
            import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def test_nothing_of_the_document_is_missing() -> None:
    document = spec()
    models = import_module("clear_street_api.models")
    operations = {
        (operation["tags"][0].lower().replace(" ", "_"), operation["operationId"])
        for item in document["paths"].values()
        for operation in item.values()
    }

    names = {f"{name}Name" for name in document["components"]["schemas"]}  # of the members of an enum that callers give
    assert set(models.__all__) - names == set(document["components"]["schemas"])
    assert {
        (path.parent.name, path.stem) for path in PACKAGE.glob("api/*/*.py") if path.stem != "__init__"
    } == operations


# --- What importing costs -------------------------------------------------------------------------------------------

LOADED = "import json, sys; {}; print(json.dumps(sorted(sys.modules)))"


def loaded(statement: str) -> set[str]:
    """The modules that a process has imported after a statement."""
    command = [sys.executable, "-W", "error", "-c", LOADED.format(statement)]
    return set(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


ENVELOPE = {"api_error", "error_response", "response_metadata"}
INSTRUCTION = {"position_instruction", "position_instruction_status", "position_instruction_type"}
INSTRUCTION |= {"position_instruction_rejection", "position_instruction_rejection_reason"}
ORDER = {"order", "order_status", "order_type", "queue_state", "security_type", "side", "time_in_force"}
ORDER |= {"order_strategy", "order_strategy_type"}


@pytest.mark.parametrize(
    ("operation", "models"),
    [
        (
            "positions.cancel_position_instruction",
            {"position_cancel_position_instruction_response"} | ENVELOPE | INSTRUCTION,
        ),
        (
            "positions.close_position",
            {"close_positions_request", "position_close_position_response", "trailing_offset_type"} | ENVELOPE | ORDER,
        ),
        ("version.get_version", {"version", "version_get_version_response"} | ENVELOPE),
    ],
)
def test_importing_an_operation_loads_its_own_models_and_no_http(operation: str, models: set[str]) -> None:
    modules = loaded(f"import clear_street_api.api.{operation}")

    prefix = "clear_street_api.models."
    assert {name.removeprefix(prefix) for name in modules if name.startswith(prefix)} == models
    assert not modules & {"httpx", "httpcore", "anyio", "ssl", "asyncio", "dateutil"}


@pytest.mark.parametrize("package", ["clear_street_api", "clear_street_api.models", "clear_street_api.api.positions"])
def test_importing_a_package_loads_next_to_nothing(package: str) -> None:
    modules = loaded(f"import {package}")

    assert not modules & {"attrs", "attr", "httpx", "clear_street_api.types"}


def test_a_model_is_imported_when_it_is_first_used() -> None:
    modules = loaded("from clear_street_api.models import PositionType")

    assert {name for name in modules if name.startswith("clear_street_api.models.")} == {
        "clear_street_api.models.position_type"
    }


def test_the_models_are_listed() -> None:
    models = import_module("clear_street_api.models")

    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match="NoSuchModel"):
        _ = models.NoSuchModel


# --- The generator --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["openapi-python-client", "ruff"])
def test_another_version_of_the_generator_is_refused(tmp_path: Path, name: str) -> None:
    about = tmp_path / f"{name.replace('-', '_')}-99.0.dist-info/METADATA"
    about.parent.mkdir()
    about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n", encoding="utf-8")

    done = generate(out=tmp_path / "out", PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    assert f"{name} 99.0 is installed" in done.stderr
    assert "codegen/README.md" in done.stderr
    assert not (tmp_path / "out").exists()
