"""The types of the API, by version: `clear_street.types.v1`."""

from __future__ import annotations

from . import v1

__all__ = ["v1"]
