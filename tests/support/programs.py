"""Run what users run with ``python -m``, within the process of the tests."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def run_module(name: str) -> None:
    """Run the `__main__` of a package.

    `runpy` would ask the package's loader for code, and pytest's loader gives none.
    """
    path = Path(str(import_module(name).__file__)).with_name("__main__.py")
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    exec(code, {"__name__": "__main__", "__package__": name, "__file__": str(path)})
