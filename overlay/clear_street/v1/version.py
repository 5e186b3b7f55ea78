# Made by codegen/twins.py from version_async.py: edit that file, then `make generate`.
"""`client.v1.version`: the version of the API that the service runs."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import version as operations
from .._caller import raw, streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller import Caller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import VersionGetVersionResponse


class Version(Named):
    """The version of the service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> VersionWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return VersionWithRawResponse(Version(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> VersionWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return VersionWithStreamingResponse(Version(self._caller.shaped("stream")))

    def get_version(self, **options: Unpack[CallOptions]) -> VersionGetVersionResponse:
        """Return the version of the API that the service runs. The request has no API key.

        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(operations.GET_VERSION, options)


class VersionWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, version: Version) -> None:
        self.get_version: Final = raw(version.get_version)


class VersionWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, version: Version) -> None:
        self.get_version: Final = streamed(version.get_version)


resolvable(globals())


if TYPE_CHECKING:
    pass  # with `__getattr__`, a type checker would accept any name
else:

    def __getattr__(name: str) -> object:
        # The first release defined the async classes here, too.
        if not name.startswith("Async"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import version_async

        return getattr(version_async, name)
