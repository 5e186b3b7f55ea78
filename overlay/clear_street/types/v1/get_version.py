"""Types of `get_version`."""

from __future__ import annotations

import clear_street_api.models as api

from ._call_info import CallInfo


class VersionGetVersionResponse(CallInfo, api.VersionGetVersionResponse):
    """The version of the service."""

    __slots__ = ("_attempts", "_reconciled")
