# Generated from the OpenAPI document by openapi-python-client with the templates in codegen/. Do not edit: run `make generate`.
from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import define

from ..types import Drift, Field, Integer, Model, Text


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class ResponseMetadata(Model):
    """About the reply itself, and its place in a paginated list."""

    request_id: str
    """Identifies the request; quote it to support."""
    next_page_token: str | None = None
    """Opaque token (base64url) of the next page; null or absent on the last one."""
    page_number: int | None = None
    """Number of this page."""
    previous_page_token: str | None = None
    """Opaque token (base64url) of the page before; null or absent on the first one."""
    total_items: int | None = None
    """Number of items on all pages together."""
    total_pages: int | None = None
    """Number of pages."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("request_id", "request_id", Text(), required=True),
        Field("next_page_token", "next_page_token", Text(), nullable=True),
        Field("page_number", "page_number", Integer(), nullable=True),
        Field("previous_page_token", "previous_page_token", Text(), nullable=True),
        Field("total_items", "total_items", Integer(), nullable=True),
        Field("total_pages", "total_pages", Integer(), nullable=True),
    )

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        self = object.__new__(cls)
        absent = nulls = 0
        try:
            value = data["request_id"]
            if value.__class__ is not str:
                return None
            self.request_id = value
            value = data.get("next_page_token")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "next_page_token" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 1
            self.next_page_token = value
            value = data.get("page_number")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "page_number" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 2
            self.page_number = value
            value = data.get("previous_page_token")
            if value.__class__ is not str:
                if value is not None:
                    return None
                if "previous_page_token" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 3
            self.previous_page_token = value
            value = data.get("total_items")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "total_items" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 4
            self.total_items = value
            value = data.get("total_pages")
            if value.__class__ is not int:
                if value is not None:
                    return None
                if "total_pages" not in data:
                    absent += 1
                else:
                    nulls |= 1 << 5
            self.total_pages = value
            more = len(data) + absent != 6
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
        self._nulls = nulls
        self._extra = cls._strays(data, drift) if more else None
        return self
