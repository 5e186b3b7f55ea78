# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""The operations of one tag, one module each, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import get_instrument_by_id as get_instrument_by_id
    from . import get_option_contracts as get_option_contracts
    from . import search_instruments as search_instruments

_OPERATIONS = (
    "get_option_contracts",
    "search_instruments",
    "get_instrument_by_id",
)


def __getattr__(name: str) -> object:
    if name not in _OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OPERATIONS})
