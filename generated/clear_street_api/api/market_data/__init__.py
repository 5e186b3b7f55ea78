# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""The operations of one tag, one module each, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import get_snapshots as get_snapshots

_OPERATIONS = ("get_snapshots",)


def __getattr__(name: str) -> object:
    if name not in _OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OPERATIONS})
