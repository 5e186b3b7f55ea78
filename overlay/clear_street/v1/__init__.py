"""Version 1 of the API, as namespaces."""

from __future__ import annotations

from .._annotations import resolvable
from .._config.arguments import Named, no_name

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .._caller import AsyncCaller, Caller
    from .positions import Positions
    from .positions_async import AsyncPositions
    from .version import Version
    from .version_async import AsyncVersion

    N = TypeVar("N")

__all__ = ["V1", "AsyncPositions", "AsyncV1", "AsyncVersion", "Positions", "Version"]


class _Namespaces(Named):
    """Namespaces, each made once: what a test patches on one is there at the next access."""

    __slots__ = ("__weakref__", "_caller", "_made")

    def __init__(self, caller: Caller | AsyncCaller) -> None:
        self._caller = caller
        self._made: dict[Any, Any] = {}

    def _kept(self, kind: Callable[[Any], N]) -> N:
        made: N = self._made.get(kind) or self._made.setdefault(kind, kind(self._caller))
        return made


class V1(_Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

    @property
    def positions(self) -> Positions:
        """Positions of an account, and instructions on its option positions."""
        from .positions import Positions

        return self._kept(Positions)

    @property
    def version(self) -> Version:
        """The version of the service."""
        from .version import Version

        return self._kept(Version)


class AsyncV1(_Namespaces):
    """Version 1 of the API."""

    __slots__ = ()

    @property
    def positions(self) -> AsyncPositions:
        """Positions of an account, and instructions on its option positions."""
        from .positions_async import AsyncPositions

        return self._kept(AsyncPositions)

    @property
    def version(self) -> AsyncVersion:
        """The version of the service."""
        from .version_async import AsyncVersion

        return self._kept(AsyncVersion)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise no_name(f"module {__name__!r}", name, {name: name for name in __all__})
    home = name.removeprefix("Async").lower() + ("_async" if name.startswith("Async") else "")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


resolvable(globals())
