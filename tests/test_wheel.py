"""The wheel: it has both packages, complete, and nothing else, and works away from the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from email.parser import BytesParser
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[1]
PACKAGES = {"clear_street": ROOT / "overlay", "clear_street_api": ROOT / "generated"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Run with -I and -S, so that no .pth file leads back to the checkout: argv is the wheel, the dependencies, the modules.
IMPORT_ALL = """
import importlib, sys
wheel, dependencies, *modules = sys.argv[1:]
sys.path[:0] = [wheel, dependencies]
strays = [f for name in modules if not (f := importlib.import_module(name).__file__).startswith(wheel)]
sys.exit(f"imported from elsewhere: {strays}" if strays else 0)
"""


def build(kind: str, source: Path, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (artifact,) = into.iterdir()
    return artifact


def contents(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata_of(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(name))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_holds_both_packages_whole_and_nothing_else(wheel: Path) -> None:
    about = wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"
    expected = {f"{about}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    for package, root in PACKAGES.items():
        files = {path.relative_to(root) for path in (root / package).rglob("*") if path.is_file()}
        expected |= {path.as_posix() for path in files if "__pycache__" not in path.parts}

    assert contents(wheel) == expected


@pytest.mark.parametrize("package", PACKAGES)
def test_tells_type_checkers_that_it_is_typed(wheel: Path, package: str) -> None:
    assert f"{package}/py.typed" in contents(wheel)


def test_holds_code_and_markers_only(wheel: Path) -> None:
    shipped = {PurePosixPath(name) for name in contents(wheel)}

    assert {path.parts[0] for path in shipped if not path.parts[0].endswith(".dist-info")} == set(PACKAGES)
    assert {path.name for path in shipped if path.parts[0] in PACKAGES and path.suffix != ".py"} == {"py.typed"}


def test_the_long_description_has_no_relative_link(wheel: Path) -> None:
    metadata = metadata_of(wheel)
    text = str(metadata.get_payload())

    assert metadata["Description-Content-Type"] == "text/markdown"
    assert re.findall(r"\]\((?!https:)[^)]*\)", text) == []
    assert "`docs/tasks/index.md`" in text
    assert "independent of Clear Street" in text
    assert "Independent" in metadata["Summary"]


def test_says_what_it_needs(wheel: Path) -> None:
    metadata = metadata_of(wheel)
    assert metadata["Name"] == "clear-street-client"
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    needs = [need for need in metadata.get_all("Requires-Dist", []) if "extra ==" not in need]
    assert {need.strip("<>=.,0123456789 ") for need in needs} == {
        "anyio",
        "attrs",
        "httpcore",
        "httpx",
        "python-dateutil",
    }
    assert set(metadata.get_all("Provides-Extra", [])) == {"aiohttp", "cli", "opentelemetry", "speed"}


def test_every_module_imports_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    modules = sorted(
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in contents(wheel)
        if name.endswith(".py")
    )
    python = [sys.executable, "-I", "-S", "-W", "error", "-c", IMPORT_ALL]
    paths = [str(tmp_path / "installed"), sysconfig.get_path("purelib")]

    child = subprocess.run([*python, *paths, *modules], cwd=tmp_path, check=False, capture_output=True, text=True)

    assert child.returncode == 0, child.stderr


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        names = {PurePosixPath(name).relative_to(sdist.name.removesuffix(".tar.gz")) for name in archive.getnames()}
    listed = {path.as_posix() for path in names}
    assert {"CHANGELOG.md", "Makefile", "docs/safety.md", "tests/test_wheel.py", "codegen/prepare.py"} <= listed
    # The command line, since extractall's safe form and its warnings differ between the Pythons that are supported.
    subprocess.run([sys.executable, "-m", "tarfile", "--extract", str(sdist), str(tmp_path)], check=True)

    rebuilt = build("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "wheel")

    assert contents(rebuilt) == contents(wheel)
