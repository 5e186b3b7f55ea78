"""`client.v1.version`: the version of the API that the service runs."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import version as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller_async import AsyncCaller
    from .._config.options import CallOptions, call_options
    from ..types.v1 import VersionGetVersionResponse


class AsyncVersion(Named):
    """The version of the service."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncVersionWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return AsyncVersionWithRawResponse(AsyncVersion(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncVersionWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return AsyncVersionWithStreamingResponse(AsyncVersion(self._caller.shaped("stream")))

    async def get_version(self, **options: Unpack[CallOptions]) -> VersionGetVersionResponse:
        """Return the version of the API that the service runs. The request has no API key.

        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._caller.call(operations.GET_VERSION, options)


class AsyncVersionWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, version: AsyncVersion) -> None:
        self.get_version: Final = async_raw(version.get_version)


class AsyncVersionWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, version: AsyncVersion) -> None:
        self.get_version: Final = async_streamed(version.get_version)


resolvable(globals())
