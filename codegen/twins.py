"""Make the blocking namespaces from the async ones: `v1/<namespace>.py` from `v1/<namespace>_async.py`.

The two differ only in words of Python's grammar and in names, so it is enough to replace these.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("overlay/clear_street/v1")
SUFFIX = "_async.py"
BANNER = "# Made by codegen/twins.py from {source}: edit that file, then `make generate`.\n"
REST = """

if TYPE_CHECKING:
    pass  # with `__getattr__`, a type checker would accept any name
else:

    def __getattr__(name: str) -> object:
        # The first release defined the async classes here, too.
        if not name.startswith("Async"):
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        from . import {module}

        return getattr({module}, name)
"""

WITH_ASYNC_CLASSES = ("positions_async", "version_async")
"""Sources whose async classes can also be imported from the blocking module, as in the first release."""

WORDS = (
    (re.compile(r"\basync (def|for|with)\b"), r"\1"),
    (re.compile(r"\bawait "), ""),
    (re.compile(r"\bAsync(?=[A-Z])"), ""),
    (re.compile(r"\basync_(?=raw\b|streamed\b)"), ""),
    (re.compile(r"(from \.+\w+)_async\b"), r"\1"),
    (re.compile(r"\b(__)?a(enter|exit|iter|next)__"), r"__\2__"),
)
"""What is replaced and the replacement, in this order."""


def twin(source: Path) -> str:
    """Return the text of a blocking module, made from its async source."""
    text = source.read_text(encoding="utf-8")
    for pattern, replacement in WORDS:
        text = pattern.sub(replacement, text)
    rest = REST.format(module=source.stem) if source.stem in WITH_ASYNC_CLASSES else ""
    return formatted(BANNER.format(source=source.name) + text + rest)


def formatted(text: str) -> str:
    """Return Python code, formatted and with sorted imports, by ruff with the settings of generated code."""
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--isolated", "--no-cache", "--quiet", "--line-length", "120", "--target-version", "py311"]
    for command in (["check", "--fix-only", "--select", "I"], ["format"]):
        done = subprocess.run([*ruff, *command, *settings, "-"], input=text, capture_output=True, text=True, check=True)
        text = done.stdout
    return text


def twins(root: Path = ROOT) -> dict[Path, str]:
    """Return the text that each blocking module should have, by path."""
    sources = sorted(path for path in (root / FOLDER).glob(f"*{SUFFIX}") if path.name != "v1_async.py")
    return {source.with_name(source.name.removesuffix(SUFFIX) + ".py"): twin(source) for source in sources}


def stale(root: Path = ROOT) -> dict[Path, str]:
    """Return the text that each outdated blocking module should have, by path."""
    return {
        path: text
        for path, text in twins(root).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def write(root: Path = ROOT) -> None:
    """Write the blocking modules that are outdated."""
    for path, text in stale(root).items():
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Write the blocking modules, or compare them. Return the exit status."""
    parser = argparse.ArgumentParser(description="Make the blocking namespaces from the async ones.")
    parser.add_argument("--check", action="store_true", help="write nothing, and list the files that would change")
    if not parser.parse_args().check:
        write()
        return 0
    found = stale()
    for path in found:
        print(f"{path.relative_to(ROOT).as_posix()}: differs", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
