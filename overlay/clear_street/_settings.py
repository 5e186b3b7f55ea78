"""What a client is configured with: read from arguments and the environment, checked once, never changed."""

from __future__ import annotations

import os

from ._headers import Headers, Secret, checked_headers, is_header_value
from ._limits import Limits, checked_max_retries, checked_seconds, checked_timeout
from ._refusal import refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .errors import ArgumentError

ENVIRONMENTS = {
    "production": "https://api.clearstreet.com",
    "dev": "https://api-dev.clearstreet.com",
}


class Settings:
    """The configuration of a client; `replace` makes a changed copy."""

    __slots__ = (
        "api_key",
        "base_url",
        "headers",
        "limits",
        "on_intent",
        "raise_on_rejection",
        "read_only",
        "resend_after_unknown",
        "strict",
    )

    api_key: Secret | Callable[[], Any]
    base_url: str
    headers: Headers
    limits: Limits
    on_intent: Callable[..., object] | None
    raise_on_rejection: bool
    read_only: bool
    resend_after_unknown: bool
    strict: bool

    @classmethod
    def resolve(cls, arguments: Mapping[str, Any]) -> Settings:
        """Settings from a client's arguments, and the environment for what they leave out."""
        self = cls()
        self.base_url = _base_url(arguments["base_url"], arguments["environment"])
        self.api_key = _api_key(arguments["api_key"])
        self.headers = checked_headers("default_headers", arguments["default_headers"])
        deadline = arguments["deadline"]
        self.limits = Limits(
            checked_timeout(arguments["timeout"]),
            checked_max_retries(arguments["max_retries"]),
            None if deadline is None else checked_seconds("deadline", deadline),
            None,
        )
        self.on_intent = arguments["on_intent"]
        for name in ("read_only", "strict", "raise_on_rejection", "resend_after_unknown"):
            setattr(self, name, checked_flag(name, arguments[name]))
        return self

    def replace(self, changes: Mapping[str, Any]) -> Settings:
        """A copy in which the arguments named in `changes` have these values."""
        copy = Settings()
        for name in self.__slots__:
            setattr(copy, name, getattr(self, name))
        if "api_key" in changes:
            copy.api_key = _api_key(changes["api_key"])
        if "base_url" in changes or "environment" in changes:
            copy.base_url = _base_url(changes.get("base_url"), changes.get("environment", "production"))
        if "default_headers" in changes:
            copy.headers = checked_headers("default_headers", changes["default_headers"]).over(self.headers)
        if "on_intent" in changes:
            copy.on_intent = changes["on_intent"]
        copy.limits = self.limits.with_options(changes)
        for name in ("read_only", "strict", "raise_on_rejection", "resend_after_unknown"):
            if name in changes:
                setattr(copy, name, checked_flag(name, changes[name]))
        return copy


def checked_flag(name: str, value: object) -> bool:
    """True or False; a truthy string such as "false" is a mistake worth catching."""
    if not isinstance(value, bool):
        raise refusal(f"Expected True or False for `{name}` but received {value!r}.")
    return value


def checked_key(value: object) -> Secret:
    """An API key that can be sent; the message never shows it."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise refusal(
            f"Expected a string, or a callable that returns one, for `api_key` but received {type(value).__name__}."
        )
    if not value:
        raise refusal("Expected a non-empty value for `api_key` but received ''; pass the key itself.")
    if not is_header_value(value):
        raise refusal(
            "The value of `api_key` cannot be sent: it has white space at an end, a line break or a character that is "
            "not printable ASCII; pass the key exactly as it was issued."
        )
    return Secret(value)


def _api_key(value: object) -> Secret | Callable[[], Any]:
    if value is None:
        value = os.environ.get("CLEAR_STREET_API_KEY")
        if not value:
            raise refusal(
                "No API key: pass `api_key=...` or set the environment variable CLEAR_STREET_API_KEY "
                "(ClearStreet.sandbox() needs none)."
            )
    return value if callable(value) else checked_key(value)


def _base_url(base_url: object, environment: object) -> str:
    if environment not in ENVIRONMENTS:
        raise refusal(
            f"Expected one of {', '.join(map(repr, ENVIRONMENTS))} for `environment` but received {environment!r}; "
            "for another host pass `base_url`."
        )
    if base_url is None:
        base_url = os.environ.get("CLEAR_STREET_BASE_URL") or None
    if base_url is None:
        return ENVIRONMENTS[str(environment)]
    return _checked_base_url(str(base_url))


def _checked_base_url(url: str) -> str:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    def refused(remedy: str) -> ArgumentError:
        return refusal(f"Expected an https URL for `base_url`; {remedy}.")

    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise refused("the value has a character that a URL cannot have")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise refused(f"the value is no URL: {error}") from None
    if "@" in parts.netloc:
        raise refused("leave user name and password out of it, the key goes into `api_key`")
    if parts.scheme not in ("http", "https") or not host:
        raise refused(f"received {url!r}, such as 'https://api.clearstreet.com'")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise refused(f"received {url!r}, leave the query and the fragment out")
    if any(segment in (".", "..") for segment in parts.path.lower().replace("%2e", ".").split("/")):
        raise refused(f"received {url!r}, leave '.' and '..' out of its path")
    if parts.scheme == "http":
        try:
            loopback = ip_address(host).is_loopback
        except ValueError:
            loopback = host == "localhost"
        if not loopback:
            raise refused(
                f"received {url!r}, and plain http would show the API key to the network (only loopback may use it)"
            )
    return url.rstrip("/")
