"""Read the proxy and certificate settings of the environment.

They are read when a client is made. They are checked when a call needs them, so that a wrong setting does not affect
other calls.
"""

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
_KEY_LOG = "SSLKEYLOGFILE"
"""Where Python's `ssl` writes the keys of TLS connections, for tools that show what was sent."""


def usable_proxy(url: Secret) -> httpx.Proxy:
    """Return the proxy at a URL, which is wrapped because it may contain a password. Raises `ArgumentError` if it
    cannot be used.
    """
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
    """The proxy that the environment names for https, and the hosts for which it says to use none (NO_PROXY).

    Plain http, which only loopback may use, never goes through a proxy: the proxy would see the API key.
    """

    def __init__(self, name: str, url: Secret, direct: str) -> None:
        self._name = name
        self._url = url
        self._direct = [entry.lower() for entry in direct.replace(",", " ").split()]

    def is_for(self, url: httpx.URL) -> bool:
        """Whether a request to this URL goes through the proxy."""
        hosts = {url.host.lower().rstrip("."), url.raw_host.decode("ascii").lower().rstrip(".")}
        return not any(_names(entry, hosts, url.port or 443) for entry in self._direct)

    def proxy(self) -> httpx.Proxy:
        """Return the proxy. Raises `ArgumentError` if it cannot be used."""
        try:
            return usable_proxy(self._url)
        except ArgumentError as error:
            problem = str(error)
        raise ArgumentError(f"The proxy setting {self._name} of the environment cannot be used: {problem}")


def environment_proxy() -> EnvironmentProxy | None:
    """Return the proxy that the environment names for https, None if it names none."""
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies

    proxies = getproxies()
    for scheme in ("https", "all"):
        if url := proxies.get(scheme, "").strip():
            hidden = Secret(url if "://" in url else f"http://{url}")
            direct = proxies.get("no", "")
            del url, proxies
            return EnvironmentProxy(f"{scheme.upper()}_PROXY", hidden, direct)
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, judged by its name or address without a look-up."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _names(entry: str, hosts: set[str], port: int) -> bool:
    """Whether an entry of NO_PROXY matches a host.

    An entry is a domain, which matches its subdomains too, an address, or a network. With a port it matches only that
    port. Any other entry matches nothing.
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
    """Split an entry into the host, without brackets, and the port, which follows the brackets or the only colon."""
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
    """Return the certificate settings of the environment."""
    return tuple(map(os.environ.get, _CERTIFICATES))


@lru_cache(maxsize=8)
def shared_context(*named: str | None) -> ssl.SSLContext:
    """Return the TLS context that all clients of a process share: making one takes some 20 ms.

    `named` has the certificate settings of the environment; without arguments, the environment is ignored. Raises
    `ArgumentError` if they cannot be used.
    """
    try:
        return httpx.create_ssl_context(trust_env=bool(named))
    except OSError as error:
        keys, problem = error.filename and error.filename == os.environ.get(_KEY_LOG), str(error)
        if not keys and not any(named):
            raise
    setting = f"setting {_KEY_LOG}" if keys else f"certificate setting ({' or '.join(_CERTIFICATES)})"
    raise ArgumentError(f"The {setting} of the environment cannot be used: {problem}")
