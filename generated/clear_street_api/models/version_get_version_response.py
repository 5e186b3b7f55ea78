# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Object, Response
from .api_error import APIError
from .response_metadata import ResponseMetadata
from .version import Version


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class VersionGetVersionResponse(Response):
    """The release of the service."""

    metadata: ResponseMetadata
    """About the reply itself."""
    error: APIError | None = None
    """Null or absent on success; beside `data` in a 2xx it is a remark, such as the summary of a 207."""
    data: Version
    """The release."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("metadata", "metadata", Object("ResponseMetadata", lambda: ResponseMetadata), required=True),
        Field("error", "error", Object("APIError", lambda: APIError), nullable=True),
        Field("data", "data", Object("Version", lambda: Version), required=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            self.metadata = ResponseMetadata.decode_in(data["metadata"], drift, "metadata")
            value = data.get("error")
            if value is None:
                if "error" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            else:
                value = APIError.decode_in(value, drift, "error")
            self.error = value
            self.data = Version.decode_in(data["data"], drift, "data")
            more = len(data) + absent != 3
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        self._drift = ()
        return self
