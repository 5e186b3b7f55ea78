"""The operations of the tag Version."""

from __future__ import annotations

from ..operations import Later, Operation, Resend

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from clear_street_api.api import version as calls

    from ...types import v1 as types
else:
    calls, types = Later("clear_street_api.api.version"), Later("clear_street.types.v1")

GET_VERSION = Operation(
    "get_version",
    "GET",
    "/v1/version",
    Resend.READ,
    lambda: calls.get_version.build_request,
    lambda: types.VersionGetVersionResponse,
    authenticated=False,
)
