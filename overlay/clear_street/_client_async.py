"""Define the async client: the same as `_client`, with awaits. A module of its own, since few programs need both."""

from __future__ import annotations

from ._annotations import resolvable
from ._caller_async import AsyncCaller
from ._client import SANDBOX_URL, BaseClient, checked_sandbox
from ._config.secrets import conceal
from .v1.v1_async import AsyncV1

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self, TypeVar, Unpack

    import httpx

    from ._config.options import (
        CallOptions,
        ChangingCallOptions,
        ClientOptions,
        Clock,
        call_options,
        changing_call_options,
        client_options,
    )
    from .sandbox import Sandbox

    T = TypeVar("T")

    _Base = BaseClient[httpx.AsyncClient]
else:
    _Base = BaseClient


class AsyncClearStreet(_Base):
    """The async client, for asyncio and trio. Any number of tasks, and event loops in turn, may share one."""

    __slots__ = ()

    if TYPE_CHECKING:
        _caller: AsyncCaller
        _v1: AsyncV1

    _kind = AsyncCaller
    _namespaces = AsyncV1

    @classmethod
    def sandbox(
        cls, sandbox: Sandbox | None = None, *, clock: Clock | None = None, **options: Unpack[ClientOptions]
    ) -> Self:
        """Make a client that uses the embedded sandbox, without a network and without a key.

        `sandbox` is a `clear_street.sandbox.Sandbox`; by default a new one, with its example accounts. `clock` is the
        client's clock; by default the sandbox's, whose time passes only while the client waits. `options` are the
        client's arguments except `http_client`. Raises as the constructor does.
        """
        if TYPE_CHECKING:
            client_options(**options)
        from ._http.client import DefaultAsyncHttpxClient
        from .sandbox import AsyncSandboxTransport

        conceal(options)
        sandbox = checked_sandbox(sandbox, options)
        http_client = DefaultAsyncHttpxClient(transport=AsyncSandboxTransport(sandbox))
        arguments: ClientOptions = {"api_key": "sandbox", "base_url": SANDBOX_URL, **options}
        client = cls(http_client=http_client, clock=clock or sandbox.clock, **arguments)
        client._caller.connections.running().driver.owned = True
        return client

    @property
    def v1(self) -> AsyncV1:
        """The operations of version 1 of the API."""
        return self._v1

    async def get(self, path: str, *, cast_to: type[T], **options: Unpack[CallOptions]) -> T:
        """Send a GET to a path for which this package has no method.

        `cast_to` is the type of the result: a model, `dict`, `list`, `str`, `bytes`, `object` (any JSON) or
        ``type(None)`` (nothing). The path begins with ``/`` and has no empty segment. If it is the path of a known
        operation, that operation's rules apply. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._verb("GET", path, cast_to, None, options)

    async def post(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """Send a POST with `body`, as JSON, to a path for which this package has no method.

        Arguments and errors are those of `get`. It is never sent again once a byte may have left, unless the path is
        that of a known operation.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return await self._verb("POST", path, cast_to, body, options)

    async def put(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """Send a PUT with `body`, as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return await self._verb("PUT", path, cast_to, body, options)

    async def patch(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """Send a PATCH with `body`, as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return await self._verb("PATCH", path, cast_to, body, options)

    async def delete(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """Send a DELETE, with any `body` as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return await self._verb("DELETE", path, cast_to, body, options)

    async def close(self) -> None:
        """Close the connections that this client made. Later calls raise `ClearStreetError`. An `http_client` of yours
        stays open.
        """
        await self._caller.connections.running().driver.close()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _verb(self, method: str, path: str, cast_to: type[T], body: object, options: Mapping[str, object]) -> T:
        from ._api.verbs import prepared_verb

        conceal(options)
        operation, prepared, kind = prepared_verb(method, path, body, cast_to)
        return await self._caller.send(operation, prepared, options, kind)


resolvable(globals(), AsyncClearStreet)
