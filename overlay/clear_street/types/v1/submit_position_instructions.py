"""Types of `submit_position_instructions`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Required, TypedDict

import clear_street_api.models as api

from ..._explained import explain
from ..._states import KNOWN_STATES, LANDED_STATES, REFUSED_STATES, Rejection, rejections, words_of
from ...errors import APIStatusError
from ._call_info import CallInfo


class PositionInstructionRequestParam(TypedDict, total=False):
    """An instruction to submit, as a dict."""

    instruction_type: Required[api.PositionInstructionType | api.PositionInstructionTypeName]
    """What to do with the contracts."""
    instrument_id: Required[str]
    """The options contract."""
    quantity: Required[int | str | Decimal]
    """Number of contracts, a positive whole number."""
    instruction_id: str | None
    """The idempotency key, unique in the account. Without one, the client makes a new UUID."""
    client_instruction_id: str | None
    """The idempotency key, under the name that the service has had for it since September 2026."""


class PositionSubmitPositionInstructionsParams(TypedDict):
    """The keyword arguments of `submit_position_instructions`."""

    instructions: Iterable[api.PositionInstructionRequest | PositionInstructionRequestParam]


class PositionSubmitPositionInstructionsResponse(CallInfo, api.PositionSubmitPositionInstructionsResponse):
    """The rows of a submitted batch, in the order in which they were given."""

    __slots__ = ("_attempts", "_reconciled")

    @property
    def accepted(self) -> list[api.PositionInstruction]:
        """The rows that the service took."""
        return [row for row in self.data or () if row.status in LANDED_STATES]

    @property
    def rejected(self) -> list[api.PositionInstruction]:
        """The rows that the service rejected, each with its `rejection_reason`."""
        return [row for row in self.data or () if row.status in REFUSED_STATES]

    @property
    def undetermined(self) -> list[api.PositionInstruction]:
        """The rows that the reply did not mention, and no look showed. Treat their outcome as unknown."""
        return [row for row in self.data or () if row.status not in KNOWN_STATES or row.status == "UNKNOWN"]

    @property
    def rejections(self) -> list[Rejection]:
        """The rows that the service rejected, each with the reason."""
        return rejections(self.rejected)

    def raise_for_rejections(self) -> None:
        """Raise `APIStatusError` if a row was rejected, with the rejected rows in `data` and this in `reply`."""
        rejected = self.rejected
        if rejected:
            reasons = "; ".join(f"{row.instruction_id}: {words_of(row)}" for row in rejected[:3])
            raise APIStatusError(
                f"{len(rejected)} of {len(self.data)} instructions rejected: {reasons}",
                status_code=self.attempts[-1].status_code or 207 if self.attempts else 207,
                error=self.error,
                data=rejected,
                request_id=self.request_id,
                attempts=self.attempts,
                reply=self,
                outcome_unknown=bool(self.undetermined),
            )


explain(PositionInstructionRequestParam)
