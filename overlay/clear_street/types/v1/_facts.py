"""What a response tells beside its body: how the call went that brought it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._annotations import resolvable

if TYPE_CHECKING:
    from clear_street_api.models import ResponseMetadata
    from clear_street_api.types import Drift

    from ..._outcomes import Attempt


class CallFacts:
    """Mixed into every response class."""

    __slots__ = ()

    if TYPE_CHECKING:
        metadata: ResponseMetadata

        @property
        def drift(self) -> tuple[Drift, ...]: ...

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each request that the call sent, with its time, status and request id; empty where no call brought the
        response.
        """
        return getattr(self, "_attempts", ())

    @property
    def reconciled(self) -> bool:
        """Whether what came of the call was found by looking at the account's instructions, after an attempt that
        ended unknown.
        """
        return getattr(self, "_reconciled", False)

    @property
    def request_id(self) -> str | None:
        """The service's id of the request, to quote to its support; None where it sent none."""
        return self.metadata.request_id if self.metadata is not None else None

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        return {**state, "_attempts": self.attempts, "_reconciled": self.reconciled}

    def __setstate__(self, state: dict[str, Any]) -> None:
        record_call(self, state.pop("_attempts"), reconciled=state.pop("_reconciled"))
        super().__setstate__(state)  # type: ignore[misc]


def record_call(response: CallFacts, attempts: tuple[Attempt, ...], *, reconciled: bool) -> None:
    """Remember how the call went that brought a response."""
    object.__setattr__(response, "_attempts", attempts)
    object.__setattr__(response, "_reconciled", reconciled)


resolvable(globals())
