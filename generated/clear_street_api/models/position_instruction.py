# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from attrs import define

from ..option_symbol import OptionSymbol
from ..types import DecimalText, Drift, Field, Integer, Member, Model, Object, Text, Timestamp, keep_text, members
from .position_instruction_rejection import PositionInstructionRejection
from .position_instruction_status import PositionInstructionStatus
from .position_instruction_type import PositionInstructionType

_POSITION_INSTRUCTION_STATUS = members(PositionInstructionStatus)
_POSITION_INSTRUCTION_TYPE = members(PositionInstructionType)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class PositionInstruction(Model):
    """An instruction for an option position, and its state."""

    id: str
    """Server-assigned id, the one that cancel takes in its path. All zeros on a row refused on submit, which is not
    stored.
    """
    account_id: int
    """Account that the instruction belongs to."""
    instruction_id: str
    """The caller's idempotency key, as submitted, or one that the service made up if none was given. It is not the id
    that cancel takes. Called `client_instruction_id` since September 2026.
    """
    instruction_type: PositionInstructionType
    """What to do."""
    instrument_id: str
    """Id of the option contract."""
    quantity: str
    """Number of contracts to act on. Decimal."""
    status: PositionInstructionStatus
    """Current state of the instruction."""
    symbol: str
    """OSI symbol of the option contract, for display."""
    accepted_quantity: str | None = None
    """Number of contracts that the clearing venue accepted, if the instruction is `ACCEPTED`. Decimal."""
    created_at: datetime | None = None
    """When the service first accepted the instruction."""
    rejection_reason: str | None = None
    """Why the instruction ended `REJECTED`, `ENGINE_REJECTED` or `CANCEL_FAILED`, for people to read. In a 207 it is
    about this row alone; the envelope's `error` sums up the batch.
    """
    rejection: PositionInstructionRejection | None = None
    """Why the instruction was refused, for programs; null if it was not. Since September 2026; the service advises it
    in place of `rejection_reason`.
    """
    underlying_instrument_id: str | None = None
    """Id of the instrument that the contract is written on. Since September 2026."""
    updated_at: datetime | None = None
    """When the state last changed."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("id", "id", Text(), required=True),
        Field("account_id", "account_id", Integer(), required=True),
        Field("instruction_id", "instruction_id", Text(), required=True, aliases=("client_instruction_id",)),
        Field("instruction_type", "instruction_type", Member(PositionInstructionType), required=True),
        Field("instrument_id", "instrument_id", Text(), required=True),
        Field("quantity", "quantity", DecimalText(), required=True),
        Field("status", "status", Member(PositionInstructionStatus), required=True),
        Field("symbol", "symbol", Text(), required=True),
        Field("accepted_quantity", "accepted_quantity", DecimalText(), nullable=True),
        Field("created_at", "created_at", Timestamp(), nullable=True),
        Field("rejection_reason", "rejection_reason", Text(), nullable=True),
        Field(
            "rejection",
            "rejection",
            Object("PositionInstructionRejection", lambda: PositionInstructionRejection),
            nullable=True,
        ),
        Field("underlying_instrument_id", "underlying_instrument_id", Text(), nullable=True),
        Field("updated_at", "updated_at", Timestamp(), nullable=True),
    )

    @property
    def client_instruction_id(self) -> str:
        """`instruction_id`, under another name that the service uses for it."""
        return self.instruction_id

    @client_instruction_id.setter
    def client_instruction_id(self, value: str) -> None:
        self.instruction_id = value

    @property
    def option(self) -> OptionSymbol | None:
        """The option contract that `symbol` names. None if it is not the symbol of an option."""
        return OptionSymbol.find(self.symbol)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        kept: dict[str, Any] | None = None
        try:
            value = data["id"]
            if value.__class__ is not str:
                return None
            self.id = value
            value = data["account_id"]
            if value.__class__ is not int:
                return None
            self.account_id = value
            if "client_instruction_id" in data:
                value = data["client_instruction_id"]
                nulls |= 1 << 14
            else:
                value = data["instruction_id"]
            if value.__class__ is not str:
                return None
            self.instruction_id = value
            self.instruction_type = _POSITION_INSTRUCTION_TYPE[data["instruction_type"]]
            value = data["instrument_id"]
            if value.__class__ is not str:
                return None
            self.instrument_id = value
            value = data["quantity"]
            if value.__class__ is not str:
                return None
            self.quantity = value
            self.status = _POSITION_INSTRUCTION_STATUS[data["status"]]
            value = data["symbol"]
            if value.__class__ is not str:
                return None
            self.symbol = value
            value = data.get("accepted_quantity")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "accepted_quantity" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 8
            self.accepted_quantity = value
            value = data.get("created_at")
            if value is None:
                if "created_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 9
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "created_at", text, value)
            self.created_at = value
            value = data.get("rejection_reason")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "rejection_reason" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 10
            self.rejection_reason = value
            value = data.get("updated_at")
            if value is None:
                if "updated_at" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 13
            else:
                text = value
                value = datetime.fromisoformat(text)
                if text[4::3] != "--T::Z" or text < "1971":
                    kept = keep_text(kept, "updated_at", text, value)
            self.updated_at = value
            # The number of fields says whether all newer fields are there, or none. If others are there in their place,
            # a `KeyError` ends this, and the object is read field by field.
            count = len(data) + absent
            if count == 14:
                value = data["underlying_instrument_id"]
                if value.__class__ is not str:
                    if value is not None:
                        return None
                    nulls |= 1 << 12
                self.underlying_instrument_id = value
                value = data["rejection"]
                if value is None:
                    nulls |= 1 << 11
                else:
                    value = PositionInstructionRejection.decode_in(value, drift, "rejection")
                self.rejection = value
                self._nulls = nulls
                self._extra = kept
                return self
            if count == 12:
                self.underlying_instrument_id = self.rejection = None
                self._nulls = nulls
                self._extra = kept
                return self
            value = data.get("underlying_instrument_id")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "underlying_instrument_id" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 12
            self.underlying_instrument_id = value
            value = data.get("rejection")
            if value is None:
                if "rejection" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 11
            else:
                value = PositionInstructionRejection.decode_in(value, drift, "rejection")
            self.rejection = value
            more = len(data) + absent != 14
            if more and cls._named_twice(data):
                return None
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        if kept is not None:
            self._extra = {**kept, **self._extra} if more else kept
        return self
