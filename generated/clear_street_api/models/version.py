# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Version(Model):
    """A release of the service."""

    version: str
    """Name of the release, in practice a date (`YYYY-MM-DD`)."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("version", "version", Text(), required=True),)

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        nulls = 0
        try:
            value = data["version"]
            if value.__class__ is not str:
                return None
            self.version = value
            more = len(data) != 1
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
