"""The httpx clients of this package: true time bounds, shared TLS, and proxies whose passwords stay hidden."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .._secrets import Secret
from ..errors import ArgumentError
from .transport import AsyncTransport, Transport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def _context(verify: ssl.SSLContext | str | bool, cert: Any, *, trust_env: bool) -> ssl.SSLContext:
    if verify is not True or cert is not None:
        return httpx.create_ssl_context(verify=verify, cert=cert, trust_env=trust_env)
    return _shared_context(*(map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")) if trust_env else ()))


@lru_cache(maxsize=8)
def _shared_context(*environment: str | None) -> ssl.SSLContext:
    """One TLS context for all clients of a process: each costs some 20 ms."""
    return httpx.create_ssl_context(trust_env=bool(environment))


def _concealed(proxy: str | httpx.URL | httpx.Proxy | None) -> Secret | httpx.Proxy | None:
    """A proxy's URL, which may have a password in it, as what tracebacks may show."""
    return Secret(str(proxy)) if isinstance(proxy, (str, httpx.URL)) else proxy


def _proxy(proxy: Secret | httpx.Proxy | None) -> httpx.Proxy | None:
    if not isinstance(proxy, Secret):
        return proxy
    from importlib.util import find_spec

    with suppress(ValueError, httpx.InvalidURL):
        usable = httpx.Proxy(proxy.reveal())
        if usable.url.host and (usable.url.scheme in ("http", "https") or find_spec("socksio") is not None):
            return usable
    raise ArgumentError(
        "The URL of the proxy cannot be used; write it as http://user:password@host:port, without a password if it "
        "needs none (socks5:// needs the package socksio)."
    )


def _environment_proxies() -> dict[str, httpx.Proxy | None]:
    """The proxy that the environment names for https, and None for hosts that need none, under httpx's patterns.

    None is used for plain http, which goes to loopback alone: a proxy would see the API key.
    """
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    proxies = getproxies()
    url, direct = proxies.get("https") or proxies.get("all"), proxies.get("no", "")
    del proxies
    if not url or "*" in (hosts := [host for part in direct.split(",") if (host := part.strip())]):
        return {}
    hidden = Secret(url if "://" in url else f"http://{url}")
    del url
    return {"https://": _proxy(hidden), **{_pattern(host): None for host in hosts}}


def _pattern(host: str) -> str:
    """An entry of NO_PROXY as httpx's pattern: an address, localhost, or a domain and all below it."""
    from ipaddress import ip_address

    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host if "://" in host else f"all://{'' if host.lower() == 'localhost' else '*'}{host}"
    return f"all://[{address}]" if address.version == 6 else f"all://{address}"


_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
_PLAIN = {"stream": True, "auth": None, "follow_redirects": False}


def _refuse_options(options: Mapping[str, Any]) -> None:
    if options.get("http2"):
        raise ArgumentError(
            "Expected False for `http2` but received True: HTTP/2 libraries send streams again by themselves."
        )
    if "proxies" in options:
        raise ArgumentError("`proxies` is not taken; use `proxy`, or `mounts` for several.")


def _own_transports(
    make: Callable[[httpx.Proxy | None], T], hidden: Secret | httpx.Proxy | None, *, trust_env: bool
) -> tuple[T, dict[str, T | None]]:
    """The transport of a client, by way of the proxy that it was given; and those of the environment, by httpx's
    patterns, where it was given none.
    """
    proxies = _environment_proxies() if hidden is None and trust_env else {}
    return make(_proxy(hidden)), {key: None if proxy is None else make(proxy) for key, proxy in proxies.items()}


class DefaultHttpxClient(httpx.Client):
    """An `httpx.Client` with this package's defaults, to be adjusted and handed in as `http_client`.

    It takes what `httpx.Client` takes, but for `http2`. Its own transport keeps time bounds exactly; one that you
    pass keeps them as far as httpx can.
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
        self.keeps_bounds: bool = transport is None and not mounts
        if transport is None:
            make = partial(Transport, _context(verify, cert, trust_env=trust_env), limits)
            transport, found = _own_transports(make, hidden, trust_env=trust_env)
            mounts = {**found, **(mounts or {})}
        super().__init__(transport=transport, mounts=mounts, trust_env=trust_env, **options)
        self._only_transport = None if mounts else transport

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx; a request as this package sends it goes straight to the transport: no cookies are kept."""
        if self._only_transport is None or options != _PLAIN or any(self.event_hooks.values()) or self.is_closed:
            return super().send(request, **options)
        try:
            response = self._only_transport.handle_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        return response


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An `httpx.AsyncClient` with this package's defaults, to be adjusted and handed in as `http_client`.

    It takes what `httpx.AsyncClient` takes, but for `http2`. Its own transport keeps time bounds exactly; one that
    you pass keeps them as far as httpx can.
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
        self.keeps_bounds: bool = transport is None and not mounts
        if transport is None:
            make = partial(self._new_transport, _context(verify, cert, trust_env=trust_env), limits)
            transport, found = _own_transports(make, hidden, trust_env=trust_env)
            mounts = {**found, **(mounts or {})}
        super().__init__(transport=transport, mounts=mounts, trust_env=trust_env, **options)
        self._only_transport = None if mounts else transport

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """As httpx; a request as this package sends it goes straight to the transport: no cookies are kept."""
        if self._only_transport is None or options != _PLAIN or any(self.event_hooks.values()) or self.is_closed:
            return await super().send(request, **options)
        try:
            response = await self._only_transport.handle_async_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        return response

    def _new_transport(
        self, context: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> httpx.AsyncBaseTransport:
        return AsyncTransport(context, limits, proxy)


class DefaultAioHttpClient(DefaultAsyncHttpxClient):
    """A `DefaultAsyncHttpxClient` over aiohttp's connections, which carry several times as many calls at once.

    It keeps time bounds exactly too, and works in asyncio, not in trio. Raises ImportError without the extra
    ``aiohttp``.
    """

    def _new_transport(
        self, context: ssl.SSLContext, limits: httpx.Limits, proxy: httpx.Proxy | None
    ) -> httpx.AsyncBaseTransport:
        try:
            from .aiohttp import AiohttpTransport
        except ModuleNotFoundError as error:
            raise ImportError(
                f"DefaultAioHttpClient needs the extra `aiohttp`: pip install 'clear-street[aiohttp]' ({error})."
            ) from None
        return AiohttpTransport(context, limits, proxy)
