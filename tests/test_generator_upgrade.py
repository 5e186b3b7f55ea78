"""Upgrading the generator: its pins, the origins of the templates, and every function of generated code is called."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from support.spec_tools import CODEGEN_PYTHON, ROOT, codegen, generated

ORIGINS = ROOT / "codegen/origins.txt"
TEMPLATES = ROOT / "codegen/templates"
PAGE = (ROOT / "codegen/README.md").read_text(encoding="utf-8").partition("## Upgrading the generator\n")[2]
LOCK = (ROOT / "requirements/codegen.txt").read_text(encoding="utf-8")
LOCKED = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)(?! *;)", LOCK, re.MULTILINE))

INSTALLED = """
import json
from importlib.metadata import distributions
print(json.dumps({one.name.lower().replace("_", "-").replace(".", "-"): one.version for one in distributions()}))
"""


def in_codegen(code: str, **environment: str) -> str:
    done = subprocess.run(
        [CODEGEN_PYTHON, "-c", code],
        env={**os.environ, **environment},
        cwd=ROOT / "codegen",
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- Pins -----------------------------------------------------------------------------------------------------------


def test_what_is_installed_is_what_is_pinned() -> None:
    installed = json.loads(in_codegen(INSTALLED))

    odd = {name: (installed.get(name), version) for name, version in LOCKED.items() if installed.get(name) != version}
    assert {name for name in odd if name != "colorama"} == set(), (
        f"the generator's environment is not that of requirements/codegen.txt (installed, pinned): {odd}; "
        "run `make clean generate`, or follow 'Upgrading the generator' in codegen/README.md"
    )


def test_the_pins_are_the_same_everywhere() -> None:
    pins = json.loads(in_codegen("import json; from generate import PINS; print(json.dumps(PINS))"))

    assert pins.keys() >= {"openapi-python-client", "ruff"}
    for name, version in pins.items():
        assert LOCKED[name] == version
        assert f"\n{name}=={version}\n" in (ROOT / "requirements/codegen.in").read_text(encoding="utf-8")
    assert "--hash=sha256:" in LOCK


# --- Where our templates come from ----------------------------------------------------------------------------------


def test_the_stock_templates_are_those_that_ours_took_the_place_of() -> None:
    done = codegen("origins.py")

    known, found = ORIGINS.read_text(encoding="utf-8").splitlines(), done.stdout.splitlines()
    changed = sorted({line.split()[-1] for line in {*known} ^ {*found}})
    assert known == found, (
        f"not what our templates took the place of: {', '.join(changed)}; "
        "follow 'Upgrading the generator' in codegen/README.md"
    )


def test_every_template_of_the_stock_generator_that_is_used_is_ours() -> None:
    recorded = {line.split()[-1] for line in ORIGINS.read_text(encoding="utf-8").splitlines()[1:]}

    assert recorded == {path.name for path in TEMPLATES.iterdir()} - {"header.jinja"}
    for path in TEMPLATES.iterdir():
        used = re.findall(r"{%-? *(?:include|from|import|extends) +\"([^\"]+)\"", path.read_text(encoding="utf-8"))
        copied = {f"runtime/{one.name}" for one in (ROOT / "codegen/runtime").glob("*.py")}
        assert {*used} <= {one.name for one in TEMPLATES.iterdir()} | copied | {"facts.jinja"}


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The generator as its next release could be: another version, and one template that is not what it was."""
    home = in_codegen("import openapi_python_client as one; print(one.__path__[0])").strip()
    package = tmp_path / "openapi_python_client"
    shutil.copytree(home, package, ignore=shutil.ignore_patterns("__pycache__"))
    model = package / "templates/model.py.jinja"
    model.write_text(f"{model.read_text(encoding='utf-8')}\n# new\n", encoding="utf-8")
    about = tmp_path / "openapi_python_client-0.30.0.dist-info/METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: openapi-python-client\nVersion: 0.30.0\n", encoding="utf-8")
    return tmp_path


def test_the_next_release_is_refused_until_it_is_pinned(next_release: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [CODEGEN_PYTHON, "generate.py", "--spec", str(ROOT / "openapi.yaml"), "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(next_release)},
        cwd=ROOT / "codegen",
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "generate: openapi-python-client 0.30.0 is installed, but the templates are for 0.29.1; "
        "see 'Upgrading the generator' in codegen/README.md\n"
    )
    assert not (tmp_path / "out").exists()


def test_the_next_release_says_which_templates_are_to_be_looked_at(next_release: Path) -> None:
    code = "import runpy; print('\\n'.join(runpy.run_path('origins.py')['origins']()))"
    found = in_codegen(code, PYTHONPATH=str(next_release)).splitlines()

    known = ORIGINS.read_text(encoding="utf-8").splitlines()
    assert found[0] == "openapi-python-client 0.30.0"
    assert {line.split()[-1] for line in {*known[1:]} ^ {*found[1:]}} == {"model.py.jinja"}


def test_the_page_names_every_step() -> None:
    for step in (
        "requirements/codegen.in",
        "`make lock`",
        "PINS",
        "codegen/origins.txt",
        "`make generate`",
        "`make test`",
    ):
        assert step in PAGE


# --- What the templates emit ----------------------------------------------------------------------------------------

OVERLOADS = ["/types.py:ListResponse.__getitem__"] * 2
ABSTRACT = [*OVERLOADS, "/types.py:Kind.read", "/types.py:Kind.write", "/types.py:Model._read"]
"""What every class below has a version of its own of, and what is for type checkers alone."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is generated from a document of every kind."""
    document = yaml.safe_load((ROOT / "tests/every_kind.yaml").read_text(encoding="utf-8"))
    return generated(document, tmp_path_factory.mktemp("every"))


def test_no_template_emits_code_that_was_never_imported_and_called(package: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "tests/support/generated_calls.py")],
        env={**os.environ, "PYTHONPATH": str(package)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert sorted(json.loads(done.stdout)) == sorted(ABSTRACT)


def test_every_template_has_a_part_in_it(package: Path) -> None:
    made = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}

    root = "clear_street_api"
    assert made == {
        *(
            f"{root}/{name}.py"
            for name in ("__init__", "client", "errors", "explained", "option_symbol", "types", "views")
        ),
        *(
            f"{root}/models/{name}.py"
            for name in ("__init__", "circle", "colour", "day", "mark", "marks_reply", "search")
        ),
        *(
            f"{root}/models/{name}.py"
            for name in ("tone", "tone_name", "size", "square", "thing", "thing_put_thing_made", "thing_reply")
        ),
        *(f"{root}/api/{name}.py" for name in ("__init__", "things/__init__", "thing_marks/__init__")),
        *(f"{root}/api/things/{name}_thing{'s' * (name == 'post')}.py" for name in ("patch", "post", "put")),
        *(f"{root}/api/thing_marks/{name}_marks.py" for name in ("drop", "find")),
    }


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "generated"],
        ["ruff", "format", "--check", "--no-cache", "generated"],
        ["codespell", "generated"],
        ["mypy", "--strict", "--no-error-summary", "--config-file=", "--cache-dir=mypy", "generated"],
        ["pyright"],
    ],
    ids=" ".join,
)
def test_what_every_template_emits_passes_every_check_of_ours(
    package: Path, tmp_path: Path, command: list[str]
) -> None:
    shutil.copytree(package, tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({**settings, "include": ["generated"]}), encoding="utf-8")
    bin_ = Path(sys.executable).parent

    done = subprocess.run(
        [bin_ / command[0], *command[1:]],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
