"""`make generate`: the OpenAPI document becomes `clear_street_api`, by openapi-python-client with our templates.

Run by the interpreter of the generator's own environment (requirements/codegen.txt), since ruff's version decides most of the bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "clear_street_api"
PINS = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}


def main() -> int:
    """Generate; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", default="openapi.yaml", help="the document: a path or a URL")
    parser.add_argument("--out", default="generated", type=Path, help=f"the folder in which {PACKAGE} is made anew")
    arguments = parser.parse_args()
    for name, pinned in PINS.items():
        if version(name) != pinned:
            print(
                f"generate: {name} {version(name)} is installed, and the templates are for {pinned}; "
                "see 'Upgrading the generator' in codegen/README.md",
                file=sys.stderr,
            )
            return 1
    from prepare import Ungeneratable

    try:
        generate(arguments.spec, arguments.out)
    except Ungeneratable as error:
        print(f"generate: {error}", file=sys.stderr)
        return 1
    return 0


def generate(spec: str, out: Path) -> None:
    """Make the package anew in `out`."""
    from openapi_python_client import generate as run
    from openapi_python_client.config import Config, ConfigFile, MetaType

    from prepare import Ungeneratable, literal, prepare

    plan = prepare(read(spec))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        templates = folder / "templates"
        shutil.copytree(HERE / "templates", templates)
        (templates / "facts.jinja").write_text("{% set facts = " + literal(plan.facts) + " %}\n", encoding="utf-8")
        document = folder / "openapi.json"
        document.write_text(json.dumps(plan.document), encoding="utf-8")
        package = folder / PACKAGE
        config = Config.from_sources(
            ConfigFile.load_from_path(HERE / "config.yaml"), MetaType.NONE, document, "utf-8", True, package
        )
        sys.stdout, stdout = sys.stderr, sys.stdout
        try:
            errors = run(config=config, custom_template_path=templates)
        finally:
            sys.stdout = stdout
        for error in errors:
            raise Ungeneratable(spec, f"the generator: {error.header} {error.detail or ''}")
        made = {str(p.relative_to(package)) for p in package.rglob("*.py")}
        expected = {f"models/{module}.py" for module in plan.modules.values()}
        expected |= {f"api/{tag}/{operation}.py" for tag, operation in plan.operations}
        if missing := sorted(expected - made):
            raise Ungeneratable(spec, f"the generator left out {', '.join(missing)}")
        (package / "py.typed").touch()
        tidy(package)
        target = out / PACKAGE
        shutil.rmtree(target, ignore_errors=True)
        out.mkdir(parents=True, exist_ok=True)
        shutil.copytree(package, target)


def read(spec: str) -> dict[str, object]:
    """The document at a path or URL, JSON or YAML."""
    from ruamel.yaml import YAML

    if spec.startswith(("http://", "https://")):
        import httpx

        text = httpx.get(spec, timeout=30.0, follow_redirects=True).raise_for_status().text
    else:
        text = Path(spec).read_text(encoding="utf-8")
    loaded: dict[str, object] = YAML(typ="safe").load(text)
    return loaded


def tidy(package: Path) -> None:
    """Sort imports, drop those that nothing uses, and format, with settings that nothing outside can change."""
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--isolated", "--line-length", "120", "--target-version", "py311", "--no-cache", "--quiet"]
    subprocess.run(
        [
            *ruff,
            "check",
            "--isolated",
            "--no-cache",
            "--quiet",
            "--fix-only",
            "--line-length",
            "120",
            "--target-version",
            "py311",
            "--select",
            "I,F401",
            str(package),
        ],
        check=True,
    )
    subprocess.run([*ruff, "format", *settings, str(package)], check=True)


if __name__ == "__main__":
    sys.exit(main())
