# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
"""The operations of one tag, one module each, imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import cancel_all_open_orders as cancel_all_open_orders
    from . import cancel_open_order as cancel_open_order
    from . import get_executions as get_executions
    from . import get_order_by_id as get_order_by_id
    from . import get_orders as get_orders
    from . import replace_order as replace_order
    from . import submit_orders as submit_orders

_OPERATIONS = (
    "get_orders",
    "submit_orders",
    "cancel_all_open_orders",
    "get_order_by_id",
    "cancel_open_order",
    "replace_order",
    "get_executions",
)


def __getattr__(name: str) -> object:
    if name not in _OPERATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OPERATIONS})
