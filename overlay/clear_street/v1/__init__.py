"""Version 1 of the API, as namespaces."""

from __future__ import annotations

from .positions import AsyncPositions, Positions
from .version import AsyncVersion, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._caller import AsyncCaller, Caller

__all__ = ["V1", "AsyncPositions", "AsyncV1", "AsyncVersion", "Positions", "Version"]


class V1:
    """Version 1 of the API."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def positions(self) -> Positions:
        """Positions of an account, and instructions on its option positions."""
        return Positions(self._caller)

    @property
    def version(self) -> Version:
        """The version of the service."""
        return Version(self._caller)


class AsyncV1:
    """Version 1 of the API."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def positions(self) -> AsyncPositions:
        """Positions of an account, and instructions on its option positions."""
        return AsyncPositions(self._caller)

    @property
    def version(self) -> AsyncVersion:
        """The version of the service."""
        return AsyncVersion(self._caller)
