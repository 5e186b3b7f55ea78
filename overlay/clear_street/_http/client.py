"""Define the httpx clients of this package: exact time bounds, a shared TLS context, hidden passwords of proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import httpx

from .._annotations import resolvable
from .._config.secrets import Secret
from ..errors import ArgumentError
from .environment import certificates, environment_proxy, is_loopback, shared_context, usable_proxy
from .library_methods import CLIENT, LibraryMethods, refuse_older_connections, replaced_sending
from .transport import ASYNC_TRANSPORT_METHODS, TRANSPORT_METHODS, AsyncTransport, Transport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping

T = TypeVar("T")
Make: TypeAlias = "Callable[[ssl.SSLContext | None, httpx.Limits, httpx.Proxy | None], T]"


def _concealed(proxy: str | httpx.URL | httpx.Proxy | None) -> Secret | httpx.Proxy | None:
    """Wrap the URL of a proxy, which may contain a password, so that a traceback does not show it."""
    return Secret(str(proxy)) if isinstance(proxy, (str, httpx.URL)) else proxy


_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)


def _refuse_options(options: Mapping[str, Any]) -> None:
    if options.get("http2"):
        raise ArgumentError(
            "Expected False for `http2` but received True: HTTP/2 libraries may send a request again by themselves."
        )
    if "proxies" in options:
        raise ArgumentError("`proxies` cannot be passed, whatever its value; use `proxy`, or `mounts` for several.")


class _Routing(Generic[T]):
    """The transports of a client: for plain http, through the proxy of the environment, and any other https.

    A transport for https is made when a call needs it, so that a wrong setting of the environment does not affect other
    calls.
    """

    def __init__(
        self,
        make: Make[T],
        verify: ssl.SSLContext | str | bool,
        cert: Any,
        limits: httpx.Limits,
        hidden: Secret | httpx.Proxy | None,
        *,
        trust_env: bool,
    ) -> None:
        self._proxy = usable_proxy(hidden) if isinstance(hidden, Secret) else hidden
        self._environment = environment_proxy() if hidden is None and trust_env else None
        self._certificates = certificates() if trust_env else ()
        self._make, self._limits = make, limits
        self._context: ssl.SSLContext | None = None
        if verify is not True or cert is not None:
            self._context = httpx.create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)
        plain = make(self._context, limits, self._proxy)
        self.made: dict[str, T] = {"plain": plain}
        if self._context is not None:
            self.made["direct"] = plain

    def transport(self, url: httpx.URL) -> T:
        """Return the transport for a URL. Raises `ArgumentError` if a setting of the environment cannot be used."""
        if url.scheme != "https":
            return self.made["plain"]
        if self._environment is not None and self._environment.is_for(url):
            try:
                return self.made.get("proxied") or self._new("proxied", self._environment.proxy())
            except ArgumentError:
                if not is_loopback(url.host):
                    raise
        return self.made.get("direct") or self._new("direct", self._proxy)

    def _new(self, name: str, proxy: httpx.Proxy | None) -> T:
        context = self._context or shared_context(*self._certificates)
        return self.made.setdefault(name, self._make(context, self._limits, proxy))


class _Routes(_Routing[httpx.BaseTransport], httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.transport(request.url).handle_request(request)

    def close(self) -> None:
        for transport in set(self.made.values()):
            transport.close()


class _AsyncRoutes(_Routing[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.transport(request.url).handle_async_request(request)

    async def aclose(self) -> None:
        for transport in set(self.made.values()):
            await transport.aclose()


_SENDING = frozenset(
    {"send", "_send_handling_auth", "_send_handling_redirects", "_send_single_request", "_transport_for_url"}
)
_CLIENT_METHODS = LibraryMethods(*[(httpx.Client, name) for name in sorted(_SENDING)])
_ASYNC_CLIENT_METHODS = LibraryMethods(*[(httpx.AsyncClient, name) for name in sorted(_SENDING)])


def is_replaced(client: httpx.Client | httpx.AsyncClient) -> bool:
    """Whether a tool has replaced methods that a client sends with."""
    if isinstance(client, CLIENT):
        return _CLIENT_METHODS.replaced() or TRANSPORT_METHODS.replaced()
    return _ASYNC_CLIENT_METHODS.replaced() or ASYNC_TRANSPORT_METHODS.replaced()


class DefaultHttpxClient(httpx.Client):
    """An `httpx.Client` with this package's defaults, to configure and pass as `http_client`.

    It takes the arguments of `httpx.Client` except `http2`. Its own transport keeps time bounds exactly; one that you
    pass keeps them as well as httpx can. Raises `ArgumentError` for `http2=True` and `proxies`.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | str | bool = True,
        cert: Any = None,
        trust_env: bool = True,
        limits: httpx.Limits = _LIMITS,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        mounts: Mapping[str, httpx.BaseTransport | None] | None = None,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> None:
        hidden = _concealed(proxy)
        del proxy
        _refuse_options(options)
        own: httpx.BaseTransport | None = None
        if transport is None:
            own = transport = _Routes(self._new_transport, verify, cert, limits, hidden, trust_env=trust_env)
        super().__init__(transport=transport, mounts=mounts, trust_env=trust_env, **options)
        self.keeps_bounds: bool = self._transport is own and not mounts

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request, as httpx's client does."""
        if self._is_replaced():
            with replaced_sending():
                return super().send(request, **options)
        return super().send(request, **options)

    def _send_plain(self, request: httpx.Request) -> httpx.Response:
        """Pass a request directly to the transport, without cookies.

        If there are hooks, mounts, a `send` of the application's or a method that a tool replaced, httpx sends it.
        """
        if self._is_replaced():
            with replaced_sending():
                return self.send(request, stream=True, auth=None, follow_redirects=False)
        if self._mounts or any(self._event_hooks.values()) or self.is_closed:
            return self.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            response = self._transport.handle_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        return response

    def _is_replaced(self) -> bool:
        return _CLIENT_METHODS.replaced() or not vars(self).keys().isdisjoint(_SENDING) or type(self).send is not _SEND

    def _new_transport(
        self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> httpx.BaseTransport:
        return Transport(context, limits, proxy)


_SEND = DefaultHttpxClient.send


def send_plain(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Send a request; the body of the response is not read. No header is added and no redirect is followed."""
    plain: Callable[[httpx.Request], httpx.Response] | None = getattr(client, "_send_plain", None)
    if plain is not None:
        return plain(request)
    refuse_older_connections(client, request.url)
    return client.send(request, stream=True, auth=None, follow_redirects=False)


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` with this package's defaults, to configure and pass as `http_client`.

    It takes the arguments of `httpx.AsyncClient` except `http2`. Its own transport keeps time bounds exactly; one that
    you pass keeps them as well as httpx can. Raises `ArgumentError` for `http2=True` and `proxies`.
    """

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | str | bool = True,
        cert: Any = None,
        trust_env: bool = True,
        limits: httpx.Limits = _LIMITS,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        mounts: Mapping[str, httpx.AsyncBaseTransport | None] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Any,
    ) -> None:
        hidden = _concealed(proxy)
        del proxy
        _refuse_options(options)
        own: httpx.AsyncBaseTransport | None = None
        if transport is None:
            own = transport = _AsyncRoutes(self._new_transport, verify, cert, limits, hidden, trust_env=trust_env)
        super().__init__(transport=transport, mounts=mounts, trust_env=trust_env, **options)
        self.keeps_bounds: bool = self._transport is own and not mounts

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request, as httpx's client does."""
        if self._is_replaced():
            with replaced_sending():
                return await super().send(request, **options)
        return await super().send(request, **options)

    async def _send_plain(self, request: httpx.Request) -> httpx.Response:
        """Pass a request directly to the transport, without cookies.

        If there are hooks, mounts, a `send` of the application's or a method that a tool replaced, httpx sends it.
        """
        if self._is_replaced():
            with replaced_sending():
                return await self.send(request, stream=True, auth=None, follow_redirects=False)
        if self._mounts or any(self._event_hooks.values()) or self.is_closed:
            return await self.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        return response

    def _is_replaced(self) -> bool:
        return (
            _ASYNC_CLIENT_METHODS.replaced()
            or not vars(self).keys().isdisjoint(_SENDING)
            or type(self).send is not _ASEND
        )

    def _new_transport(
        self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> httpx.AsyncBaseTransport:
        return AsyncTransport(context, limits, proxy)


_ASEND = DefaultAsyncHttpxClient.send


async def asend_plain(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request; the body of the response is not read. No header is added and no redirect is followed."""
    plain: Callable[[httpx.Request], Awaitable[httpx.Response]] | None = getattr(client, "_send_plain", None)
    if plain is not None:
        return await plain(request)
    refuse_older_connections(client, request.url)
    return await client.send(request, stream=True, auth=None, follow_redirects=False)


class DefaultAioHttpClient(DefaultAsyncHttpxClient):
    """A `DefaultAsyncHttpxClient` over aiohttp's connections, which carry several times as many concurrent calls.

    It keeps time bounds exactly too. It works in asyncio, not in trio. Raises `ImportError` without the extra
    ``aiohttp``.
    """

    def _new_transport(
        self, context: ssl.SSLContext | None, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> httpx.AsyncBaseTransport:
        try:
            from .aiohttp import AiohttpTransport
        except ModuleNotFoundError as error:
            raise ImportError(
                f"DefaultAioHttpClient needs the extra `aiohttp`: pip install 'clear-street-client[aiohttp]' ({error})."
            ) from None
        return AiohttpTransport(context, limits, proxy)


resolvable(globals())
