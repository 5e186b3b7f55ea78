# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Array, Drift, Field, ListResponse, Object
from .api_error import APIError
from .position_instruction import PositionInstruction
from .response_metadata import ResponseMetadata


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class PositionSubmitPositionInstructionsErrorResponse(ListResponse[PositionInstruction]):
    """The outcome of a batch of which no row was accepted."""

    metadata: ResponseMetadata
    """About the reply itself."""
    error: APIError
    """What went wrong with the batch as a whole."""
    data: list[PositionInstruction] | None = None
    """Usually every row of the batch, `REJECTED` with its reason; null or absent otherwise."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("metadata", "metadata", Object("ResponseMetadata", lambda: ResponseMetadata), required=True),
        Field("error", "error", Object("APIError", lambda: APIError), required=True),
        Field("data", "data", Array(Object("PositionInstruction", lambda: PositionInstruction)), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            self.metadata = ResponseMetadata.decode_in(data["metadata"], drift, "metadata")
            self.error = APIError.decode_in(data["error"], drift, "error")
            value = data.get("data")
            if value is None:
                if "data" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            else:
                value = PositionInstruction.decode_rows(value, drift, "data")
            self.data = value
            more = len(data) + absent != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        self._drift = ()
        return self
