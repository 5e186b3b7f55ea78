"""The types of the API, by version: `clear_street.types.v1`."""

from __future__ import annotations

from . import v1

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["v1"]

if TYPE_CHECKING:
    pass  # with `__getattr__`, a type checker would accept every name
else:

    def __getattr__(name: str) -> NoReturn:
        from .._config.arguments import no_name

        raise no_name(f"module {__name__!r}", name, {known: f"v1.{known}" for known in v1.__all__})
