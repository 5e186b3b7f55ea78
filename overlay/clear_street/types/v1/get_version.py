"""Types of `get_version`."""

from __future__ import annotations


import clear_street_api.models as api

from ._facts import CallFacts


class VersionGetVersionResponse(CallFacts, api.VersionGetVersionResponse):
    __doc__ = api.VersionGetVersionResponse.__doc__
    __slots__ = ("_attempts", "_reconciled")
