"""The operations of the service, one row each: what a call of it may do.

Each tag has its module, imported when its namespace is.
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import TypeGuard

    from ..operations import Operation


def every_operation() -> tuple[Operation[..., object], ...]:
    """Every operation that the spec has."""
    from . import accounts, calendar, instruments, market_data, orders, positions, version

    modules = (accounts, calendar, instruments, market_data, orders, positions, version)
    return tuple(row for module in modules for row in vars(module).values() if _is_operation(row))


def _is_operation(value: object) -> TypeGuard[Operation[..., object]]:
    from ..operations import Operation

    return isinstance(value, Operation)
