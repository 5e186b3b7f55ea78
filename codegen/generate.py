"""`make generate`: make `clear_street_api` from the OpenAPI document, by openapi-python-client with our templates.

Run it with the interpreter of the generator's own environment (requirements/codegen.txt). The packages installed there
decide every byte of the result.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGE = "clear_street_api"
COPIED = ("explained.py", "option_symbol.py", "views.py")
PINS = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}


def main() -> int:
    """Generate the package, or compare it. Return the exit status."""
    parser = argparse.ArgumentParser(description="Make the generated package from an OpenAPI document.")
    parser.add_argument("--spec", default="openapi.yaml", help="the document, JSON or YAML: a path or a URL")
    parser.add_argument("--out", default="generated", type=Path, help=f"the folder in which {PACKAGE} is replaced")
    parser.add_argument("--check", action="store_true", help="write nothing, and list the files that would change")
    arguments = parser.parse_args()
    for name, pinned in PINS.items():
        if version(name) != pinned:
            print(
                f"generate: {name} {version(name)} is installed, but the templates are for {pinned}; "
                "see 'Upgrading the generator' in codegen/README.md",
                file=sys.stderr,
            )
            return 1
    from httpx import HTTPError
    from ruamel.yaml.error import YAMLError

    from naming import Ungeneratable

    try:
        document = read(arguments.spec)
    except (OSError, HTTPError, YAMLError, ValueError) as error:
        print(f"generate: {arguments.spec} cannot be read: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        try:
            package = generate(document, Path(scratch))
        except Ungeneratable as error:
            print(f"generate: {error}", file=sys.stderr)
            return 1
        target: Path = arguments.out / PACKAGE
        if arguments.check:
            stale = differences(package, target)
            for line in stale:
                print(line, file=sys.stderr)
            return 1 if stale else 0
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package, target)
    return 0


def generate(document: dict[str, Any], folder: Path) -> Path:
    """Make the package of a document in an empty folder."""
    from openapi_python_client import generate as run
    from openapi_python_client.config import Config, ConfigFile, MetaType

    from naming import Ungeneratable
    from prepare import literal, prepare

    plan = prepare(document)
    # The facts are a template that the other templates import.
    templates = folder / "templates"
    shutil.copytree(HERE / "templates", templates)
    # Python is copied, not rendered, so that Jinja does not interpret its braces.
    (templates / "runtime").mkdir()
    for path in (HERE / "runtime").glob("*.py"):
        text = f"{{% raw %}}{path.read_text(encoding='utf-8')}{{% endraw %}}"
        (templates / "runtime" / path.name).write_text(text, encoding="utf-8")
    (templates / "facts.jinja").write_text(f"{{% set facts = {literal(plan.facts)} %}}\n", encoding="utf-8")
    source = folder / "openapi.json"
    source.write_text(json.dumps(plan.document), encoding="utf-8")
    package = folder / PACKAGE
    config = Config.from_sources(
        ConfigFile.load_from_path(HERE / "config.yaml"), MetaType.NONE, source, "utf-8", True, package
    )
    with redirect_stdout(StringIO()):
        problems = run(config=config, custom_template_path=templates)
    if problems:
        raise Ungeneratable("the generator", "; ".join(f"{one.header} {one.detail or ''}".strip() for one in problems))
    made = {path.relative_to(package).as_posix() for path in package.glob("*/**/*.py") if path.stem != "__init__"}
    expected = {f"models/{module}.py" for module in plan.modules.values()}
    expected |= {f"api/{tag}/{operation}.py" for tag, operation in plan.operations}
    if made != expected:
        missing, more = sorted(expected - made), sorted(made - expected)
        raise Ungeneratable("the generator", f"it did not write {missing}, and wrote {more} instead")
    # The generator has no templates for these files.
    header = (templates / "header.jinja").read_text(encoding="utf-8")
    for name in COPIED:
        text = (HERE / "runtime" / name).read_text(encoding="utf-8")
        (package / name).write_text(f"{header.rstrip()}\n{text}", encoding="utf-8")
    (package / "py.typed").touch()
    tidy(package)
    return package


def read(spec: str) -> dict[str, Any]:
    """Read the document at a path or URL, as JSON or YAML."""
    from ruamel.yaml import YAML

    loaded: dict[str, Any]

    if spec.startswith(("http://", "https://")):
        import httpx

        text = httpx.get(spec, timeout=30.0, follow_redirects=True).raise_for_status().text
    else:
        text = Path(spec).read_text(encoding="utf-8")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        # JSON may escape a character, such as an emoji, as two halves. YAML would read these as two characters.
        with suppress(ValueError):
            loaded = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique)
            return loaded
    loaded = YAML(typ="safe").load(text)
    return loaded


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of these pairs. Raise if a key is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def tidy(package: Path) -> None:
    """Sort imports and format the code. Settings outside of this function have no effect."""
    ruff = [sys.executable, "-m", "ruff"]
    settings = [
        "--isolated",
        "--no-cache",
        "--quiet",
        "--line-length",
        "120",
        "--target-version",
        "py311",
        str(package),
    ]
    subprocess.run([*ruff, "check", "--fix-only", "--select", "I", *settings], check=True)
    subprocess.run([*ruff, "format", *settings], check=True)


def differences(fresh: Path, known: Path) -> list[str]:
    """Return a line for each file that is not the same in both folders."""
    new, old = tree(fresh), tree(known)
    return [
        f"{name}: {'missing' if name not in old else 'not generated' if name not in new else 'differs'}"
        for name in sorted({*new, *old})
        if new.get(name) != old.get(name)
    ]


def tree(folder: Path) -> dict[str, bytes]:
    """Return the contents of every file in a folder, without Python's caches."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


if __name__ == "__main__":
    sys.exit(main())
