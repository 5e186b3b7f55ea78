# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import DecimalText, Drift, Field, Member, Model, Text, members
from .position_instruction_type import PositionInstructionType

_POSITION_INSTRUCTION_TYPE = members(PositionInstructionType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class PositionInstructionRequest(Model):
    """One instruction to submit."""

    instruction_type: PositionInstructionType
    """What to do."""
    instrument_id: str
    """Id of the option contract."""
    quantity: str
    """Number of contracts to act on, a whole number, at most the available position. Decimal."""
    instruction_id: str | None = None
    """The caller's idempotency key, unique per account: a row whose key was used before is refused as a duplicate. The
    service makes one up if it is null or absent. Called `client_instruction_id` since September 2026.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("instruction_type", "instruction_type", Member(PositionInstructionType), required=True),
        Field("instrument_id", "instrument_id", Text(), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("instruction_id", "instruction_id", Text(), nullable=True, aliases=("client_instruction_id",)),
    )

    @property
    def client_instruction_id(self) -> str | None:
        """`instruction_id`, under another name that the service uses for it."""
        return self.instruction_id

    @client_instruction_id.setter
    def client_instruction_id(self, value: str | None) -> None:
        self.instruction_id = value

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            self.instruction_type = _POSITION_INSTRUCTION_TYPE[data["instruction_type"]]
            value = data["instrument_id"]
            if value.__class__ is not str:
                return None
            self.instrument_id = value
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            if "client_instruction_id" in data:
                return None
            value = data.get("instruction_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "instruction_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.instruction_id = value
            more = len(data) + absent != 4
            if more and cls._named_twice(data):
                return None
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
