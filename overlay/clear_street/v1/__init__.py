"""Version 1 of the API, as namespaces."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._caller import AsyncCaller, Caller
    from .positions import Positions
    from .positions_async import AsyncPositions
    from .version import Version
    from .version_async import AsyncVersion

__all__ = ["V1", "AsyncPositions", "AsyncV1", "AsyncVersion", "Positions", "Version"]


class V1:
    """Version 1 of the API."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def positions(self) -> Positions:
        """Positions of an account, and instructions on its option positions."""
        from .positions import Positions

        return Positions(self._caller)

    @property
    def version(self) -> Version:
        """The version of the service."""
        from .version import Version

        return Version(self._caller)


class AsyncV1:
    """Version 1 of the API."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def positions(self) -> AsyncPositions:
        """Positions of an account, and instructions on its option positions."""
        from .positions_async import AsyncPositions

        return AsyncPositions(self._caller)

    @property
    def version(self) -> AsyncVersion:
        """The version of the service."""
        from .version_async import AsyncVersion

        return AsyncVersion(self._caller)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = name.removeprefix("Async").lower() + ("_async" if name.startswith("Async") else "")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
