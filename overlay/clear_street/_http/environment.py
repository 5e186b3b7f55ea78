"""What the environment says of proxies and certificates, read when a client is made and judged when a call needs it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import httpx

from .._config.secrets import Secret
from ..errors import ArgumentError

if TYPE_CHECKING:
    import ssl
    from ipaddress import IPv4Address, IPv6Address

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def usable_proxy(url: Secret) -> httpx.Proxy:
    """A proxy's URL, hidden because it may have a password in it, as httpx has it; refuse one that cannot be used."""
    from importlib.util import find_spec

    with suppress(ValueError, httpx.InvalidURL):
        proxy = httpx.Proxy(url.reveal())
        if proxy.url.host and (proxy.url.scheme in ("http", "https") or find_spec("socksio") is not None):
            return proxy
    raise ArgumentError(
        "The URL of the proxy cannot be used; write it as http://user:password@host:port, without a password if it "
        "needs none (socks5:// needs the package socksio)."
    )


class EnvironmentProxy:
    """The proxy that the environment names for https, and the hosts that it says need none (NO_PROXY).

    There is none for plain http, which goes to loopback alone: a proxy would see the API key.
    """

    def __init__(self, name: str, url: Secret, direct: str) -> None:
        self._name = name
        self._url = url
        self._direct = [entry.lower() for entry in direct.replace(",", " ").split()]

    def is_for(self, url: httpx.URL) -> bool:
        """Whether a request to this URL is to go by way of the proxy."""
        hosts = {url.host.lower().rstrip("."), url.raw_host.decode("ascii").lower().rstrip(".")}
        return not any(_names(entry, hosts, url.port or 443) for entry in self._direct)

    def proxy(self) -> httpx.Proxy:
        """The proxy; refuse one that cannot be used."""
        try:
            return usable_proxy(self._url)
        except ArgumentError as error:
            problem = str(error)
        raise ArgumentError(f"What the environment says of proxies ({self._name}) cannot be used: {problem}")


def environment_proxy() -> EnvironmentProxy | None:
    """The proxy of the environment, if it names one for https."""
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies

    proxies = getproxies()
    for scheme in ("https", "all"):
        if url := proxies.get(scheme):
            hidden = Secret(url if "://" in url else f"http://{url}")
            direct = proxies.get("no", "")
            del url, proxies
            return EnvironmentProxy(f"{scheme.upper()}_PROXY", hidden, direct)
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address alone."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _names(entry: str, hosts: set[str], port: int) -> bool:
    """Whether an entry of NO_PROXY names a host: a domain with all below it, an address, or a network.

    With a port it is about that one alone. An entry that is nothing of these names no host.
    """
    scheme, _, entry = entry.rpartition("://")
    if scheme not in ("", "all", "https"):
        return False
    entry, own_port = _split_port(entry)
    if own_port not in ("", str(port)):
        return False
    addresses = [address for host in hosts if (address := _address(host)) is not None]
    if addresses:
        with suppress(ValueError):
            network = ip_network(entry.partition("%")[0], strict=False)
            return any(address in network for address in addresses)
    domain = entry.removeprefix("*").strip(".")
    return entry == "*" or (domain != "" and any(f".{host}".endswith(f".{domain}") for host in hosts))


def _split_port(entry: str) -> tuple[str, str]:
    """An entry without brackets, and its port: what follows brackets or the only colon."""
    if entry.startswith("["):
        inner, _, rest = entry[1:].partition("]")
        size, _, port = rest.partition(":")
        return inner + size, port
    host, _, port = entry.partition(":")
    return (entry, "") if ":" in port else (host, port)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def certificates() -> tuple[str | None, ...]:
    """What the environment says of certificates."""
    return tuple(map(os.environ.get, _CERTIFICATES))


@lru_cache(maxsize=8)
def shared_context(*named: str | None) -> ssl.SSLContext:
    """One TLS context for all clients of a process: each costs some 20 ms. `named` is what the environment said of
    certificates, nothing where it is not asked.
    """
    try:
        return httpx.create_ssl_context(trust_env=bool(named))
    except OSError as error:
        if not any(named):
            raise
        problem = str(error)
    raise ArgumentError(
        f"What the environment says of certificates ({' or '.join(_CERTIFICATES)}) cannot be used: {problem}"
    )
