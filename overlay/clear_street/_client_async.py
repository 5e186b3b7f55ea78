"""The async client: `_client`, with its awaits. It stands apart, since few programs load both."""

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

    from ._config.options import CallOptions, ChangingCallOptions, ClientOptions, Clock
    from .sandbox import Sandbox

    T = TypeVar("T")

    _Base = BaseClient[httpx.AsyncClient]
else:
    _Base = BaseClient


class AsyncClearStreet(_Base):
    """The client, for asyncio and trio: one may be shared by any number of tasks and, in turn, event loops."""

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
        """A client on the embedded sandbox, without network or key; time passes only as the client waits.

        `sandbox` is a `clear_street.sandbox.Sandbox`, a freshly seeded one by default; `clock` is the client's, by
        default the sandbox's; `options` are the client's own arguments, but for its connections.
        """
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
        """Version 1 of the API."""
        return self._v1

    async def get(self, path: str, *, cast_to: type[T], **options: Unpack[CallOptions]) -> T:
        """GET a path that this package has no method for.

        `cast_to` is what becomes of the body: a model, `dict`, `list`, `str`, `bytes`, `object` (any JSON) or
        ``type(None)`` (nothing). The path starts with ``/``, has no empty segment, and stays on the client's origin;
        where it is that of a known operation, that operation's rules hold.
        """
        return await self._verb("GET", path, cast_to, None, options)

    async def post(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """POST `body`, as JSON, to a path that this package has no method for; as `get`, but never sent again once a
        byte may have left.
        """
        return await self._verb("POST", path, cast_to, body, options)

    async def put(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """PUT `body`, as JSON, to a path that this package has no method for; as `post`."""
        return await self._verb("PUT", path, cast_to, body, options)

    async def patch(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """PATCH with `body`, as JSON, a path that this package has no method for; as `post`."""
        return await self._verb("PATCH", path, cast_to, body, options)

    async def delete(
        self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]
    ) -> T:
        """DELETE a path that this package has no method for, with `body` as JSON if one is given; as `post`."""
        return await self._verb("DELETE", path, cast_to, body, options)

    async def close(self) -> None:
        """Close the connections that this client made; calls after that raise `ClearStreetError`. One of yours stays
        open.
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
