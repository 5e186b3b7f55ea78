# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, MapOf, Member, Model, Text, members
from .position_instruction_rejection_reason import PositionInstructionRejectionReason

_POSITION_INSTRUCTION_REJECTION_REASON = members(PositionInstructionRejectionReason)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class PositionInstructionRejection(Model):
    """Why an instruction was refused, for programs."""

    reason: PositionInstructionRejectionReason
    """Code of the reason."""
    domain: str
    """Which part of the service refused it, such as `com.clearstreet.oems.exercise`."""
    metadata: dict[str, str]
    """Details of the reason, such as `existing_id` for a duplicate, `available` and `requested` for too little to
    exercise, `cutoff_time` for an instruction that came too late.
    """
    description: str | None = None
    """The reason, for people to read."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("reason", "reason", Member(PositionInstructionRejectionReason), required=True),
        Field("domain", "domain", Text(), required=True),
        Field("metadata", "metadata", MapOf(Text()), required=True),
        Field("description", "description", Text(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            self.reason = _POSITION_INSTRUCTION_REJECTION_REASON[data["reason"]]
            value = data["domain"]
            if value.__class__ is not str:
                return None
            self.domain = value
            self.metadata = cls.FIELDS[2].kind.strict(data["metadata"])
            value = data.get("description")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "description" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.description = value
            more = len(data) + absent != 4
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
