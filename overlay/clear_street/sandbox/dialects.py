"""Write rows, and read those of a submit, in the two dialects of the service.

In the rest of the sandbox a row has the fields of both dialects, and the key of an instruction is `instruction_id`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .._annotations import resolvable
from .messages import Refusal, is_list, is_object

if TYPE_CHECKING:
    from .messages import Json

Dialect = Literal["contract", "today"]
UnknownFields = Literal["ignore", "refuse", "alias"]
RefusalStatus = Literal[400, 422]

DIALECTS: tuple[Dialect, ...] = ("contract", "today")
UNKNOWN_FIELDS: tuple[UnknownFields, ...] = ("ignore", "refuse", "alias")
REFUSAL_STATUSES: tuple[RefusalStatus, ...] = (400, 422)
KEY_NAMES: dict[Dialect, str] = {"contract": "instruction_id", "today": "client_instruction_id"}
"""The name of the caller's idempotency key in each dialect."""
FILTERS: dict[Dialect, tuple[str, ...]] = {
    "contract": ("instrument_id",),
    "today": ("instrument_id", "underlying_instrument_id"),
}
"""The parameters by which each dialect can filter the list of instructions."""
_NAMES = ("instruction_type", "instrument_id", "quantity")
_NEW_IN_INSTRUCTIONS = ("rejection", "underlying_instrument_id")
_NEW_ELSEWHERE = ("underlying_instrument_type", "strategy")
_NEW_STATUSES = ("QUEUED", "PENDING_TRIGGER")
_IN_OTHER_WORDS = {
    "AT_THE_OPENING": "AT_OPEN",
    "AT_THE_CLOSE": "AT_CLOSE",
    "SELL_SHORT": "SELL",
    "ENGINE_REJECTED": "REJECTED",
}
"""The members that today's dialect has in place of those of the contract."""


class Reader(NamedTuple):
    """Reads the rows of a submit."""

    dialect: Dialect
    unknown_fields: UnknownFields
    refusal_status: RefusalStatus
    is_strict: bool = False
    """Whether unknown query parameters and fields are refused in every request."""

    @property
    def refuses_unknown(self) -> bool:
        """Whether unknown fields of a row are refused."""
        return self.is_strict or self.unknown_fields == "refuse"

    @property
    def key_name(self) -> str:
        """The name of a row's key."""
        return KEY_NAMES[self.dialect]

    def read(self, index: int, row: Json) -> Json:
        """Return the known fields of a row, with its key as `instruction_id`.

        Raises `Refusal` for the whole request if a name is refused.
        """
        names = (*_NAMES, self.key_name)
        understood = {name: row.get(name) for name in _NAMES}
        keys = [name for name in KEY_NAMES.values() if name in row]
        takes_either = self.unknown_fields == "alias"
        if takes_either and len(keys) > 1:
            raise self._refusal(index, keys[1], f"duplicate field `{self.key_name}`")
        unknown = [name for name in row if name not in names and not (takes_either and name in keys)]
        if unknown and self.refuses_unknown:
            expected = ", ".join(f"`{name}`" for name in names)
            raise self._refusal(index, unknown[0], f"unknown field `{unknown[0]}`, expected one of {expected}")
        return {**understood, "instruction_id": row.get(keys[0] if takes_either and keys else self.key_name)}

    def _refusal(self, index: int, name: str, why: str) -> Refusal:
        message = f"Failed to deserialize the JSON body into the target type: [{index}]: {why}"
        return Refusal(self.refusal_status, message, details=[{"path": f"$[{index}].{name}", "reason": why}])


def written(data: Any, dialect: Dialect) -> Any:
    """Return the data of a reply, an object or a list, as a dialect writes it."""
    if is_list(data):
        return [written(row, dialect) for row in data]
    if not is_object(data):
        return data
    if dialect == "contract":
        left_out = _NEW_IN_INSTRUCTIONS if "instruction_id" in data else _NEW_ELSEWHERE
        row = {name: value for name, value in data.items() if name not in left_out}
        if row.get("status") in _NEW_STATUSES:
            row["status"] = "PENDING_NEW"
        return row
    row = {KEY_NAMES[dialect] if name == "instruction_id" else name: value for name, value in data.items()}
    for name in ("status", "side", "time_in_force"):
        if isinstance(row.get(name), str):
            row[name] = _IN_OTHER_WORDS.get(row[name], row[name])
    if "position_type" in row:
        row["position_type"] = row["position_type"].partition("_")[0]
    return row


resolvable(globals(), Reader)
