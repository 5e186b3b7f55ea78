"""Add to responses how their call went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._annotations import resolvable
from ._theirs import install

if TYPE_CHECKING:
    from clear_street_api.models import ResponseMetadata
    from clear_street_api.types import Drift

    from ..._outcomes import Attempt


class CallInfo:
    """A mixin of every response class: attempts, request id, and whether a look answered."""

    __slots__ = ()

    if TYPE_CHECKING:
        metadata: ResponseMetadata

        @property
        def drift(self) -> tuple[Drift, ...]: ...

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each request that the call made, with its time, result, status and request id; empty if the response is not
        from a call.
        """
        return getattr(self, "_attempts", ())

    @property
    def reconciled(self) -> bool:
        """Whether a look answered what the reply did not, for at least a part of the call, after an unknown attempt."""
        return getattr(self, "_reconciled", False)

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, to quote to its support; None if the reply has none."""
        return self.metadata.request_id if self.metadata is not None else None

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        return {**state, "_attempts": self.attempts, "_reconciled": self.reconciled}

    def __setstate__(self, state: dict[str, Any]) -> None:
        record_call(self, state.pop("_attempts"), reconciled=state.pop("_reconciled"))
        super().__setstate__(state)  # type: ignore[misc]


def record_call(response: CallInfo, attempts: tuple[Attempt, ...], *, reconciled: bool) -> None:
    """Store in a response how its call went."""
    object.__setattr__(response, "_attempts", attempts)
    object.__setattr__(response, "_reconciled", reconciled)


install()
resolvable(globals())
