"""What a client is configured with: read from arguments and the environment, checked once, never changed."""

from __future__ import annotations

import os

from .arguments import refusal, unexpected, unfit
from .limits import DEFAULT_LIMITS, Limits
from .secrets import Headers, Secret, checked_headers, concealed, is_header_value

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

ENVIRONMENTS = {
    "production": "https://api.clearstreet.com",
    "dev": "https://api-dev.clearstreet.com",
}
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
_FLAGS = ("read_only", "strict", "raise_on_rejection", "resend_after_unknown")
_OPTIONS = (
    "api_key",
    "environment",
    "base_url",
    "timeout",
    "deadline",
    "max_retries",
    "max_body_size",
    "default_headers",
    "on_intent",
    "idempotency_key_name",
    *_FLAGS,
)


class Settings:
    """The configuration of a client; `replace` makes a changed copy."""

    __slots__ = (
        "api_key",
        "base_url",
        "headers",
        "idempotency_key_name",
        "limits",
        "max_body_size",
        "on_intent",
        "raise_on_rejection",
        "read_only",
        "resend_after_unknown",
        "strict",
    )

    if TYPE_CHECKING:  # evaluated, annotations would cost at each start
        api_key: Secret | Callable[[], Any]
        base_url: str
        headers: Headers
        idempotency_key_name: str | None
        limits: Limits
        max_body_size: int
        on_intent: Callable[..., object] | None
        raise_on_rejection: bool
        read_only: bool
        resend_after_unknown: bool
        strict: bool

    @classmethod
    def resolve(cls, arguments: Mapping[str, Any]) -> Settings:
        """Settings from all arguments of a client, what may be secret of them concealed; the environment stands in for
        those that are None.
        """
        self = cls()
        self.headers, self.limits = Headers({}), DEFAULT_LIMITS
        self._take(arguments)
        return self

    def replace(self, changes: Mapping[str, Any]) -> Settings:
        """A copy in which the arguments named in `changes` have these values."""
        refuse_unknown("with_options", changes)
        copy = Settings()
        for name in self.__slots__:
            setattr(copy, name, getattr(self, name))
        copy._take(changes)
        return copy

    def _take(self, given: Mapping[str, Any]) -> None:
        if "api_key" in given:
            self.api_key = _api_key(given["api_key"])
        if "base_url" in given or "environment" in given:
            self.base_url = _base_url(given.get("base_url"), given.get("environment"))
        if "default_headers" in given:
            self.headers = checked_headers("default_headers", given["default_headers"]).over(self.headers)
        if "on_intent" in given:
            self.on_intent = _hook(given["on_intent"])
        if "idempotency_key_name" in given:
            self.idempotency_key_name = _key_name(given["idempotency_key_name"])
        if "max_body_size" in given:
            self.max_body_size = _size(given["max_body_size"])
        self.limits = self.limits.with_arguments(given)
        for name in _FLAGS:
            if name in given:
                setattr(self, name, checked_flag(name, given[name]))


def refuse_unknown(method: str, options: Mapping[str, object]) -> None:
    """Raise TypeError where one of the options of a client is none."""
    for name in options:
        if name not in _OPTIONS:
            raise unexpected(method, name, _OPTIONS)


def checked_flag(name: str, value: object) -> bool:
    """True or False; a truthy string such as "false" is a mistake worth catching."""
    if not isinstance(value, bool):
        raise refusal(f"Expected True or False for `{name}` but received {value!r}.")
    return value


def checked_key(value: object) -> Secret:
    """An API key that can be sent; the message never shows it."""
    hidden = value if isinstance(value, Secret) else Secret(value)
    del value
    problem = _problem_of_key(hidden.reveal())
    if problem is not None:
        raise refusal(problem)
    return hidden


def _problem_of_key(key: object) -> str | None:
    if not isinstance(key, str):
        advice = "; decode it" if isinstance(key, bytes) else ""
        kind = type(key).__name__
        return f"Expected a string, or a callable that returns one, for `api_key` but received {kind}{advice}."
    if not key:
        return "Expected a non-empty value for `api_key` but received ''; pass the key itself."
    if key[:7].lower() == "bearer ":
        return "The value of `api_key` begins with 'Bearer ', which the client adds by itself; pass the key alone."
    if key[0] in "'\"" and key[0] == key[-1]:
        return "The value of `api_key` stands in quotes; pass the key exactly as it was issued."
    if not is_header_value(key):
        return (
            "The value of `api_key` cannot be sent: it has white space at an end, a line break or a character that is "
            "not printable ASCII; pass the key exactly as it was issued."
        )
    return None


def _api_key(value: Secret | Callable[[], Any] | None) -> Secret | Callable[[], Any]:
    if value is None:
        value = concealed(os.environ.get("CLEAR_STREET_API_KEY") or None)
    if value is None:
        raise refusal(
            "No API key: pass `api_key=...` or set the environment variable CLEAR_STREET_API_KEY "
            "(ClearStreet.sandbox() needs none)."
        )
    return value if callable(value) else checked_key(value)


def _size(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise refusal(f"Expected a whole number of bytes, 1 or more, for `max_body_size` but received {value!r}.")
    return value


def _key_name(value: object) -> str | None:
    if value is None:
        return None
    from typing import get_args

    from .options import IdempotencyKeyName

    if value not in (names := get_args(IdempotencyKeyName)):
        raise unfit(f"one of {', '.join(map(repr, names))}, or None,", "idempotency_key_name", value)
    return str(value)


def _hook(value: object) -> Callable[..., object] | None:
    if value is not None and not callable(value):
        raise refusal(f"Expected a function, or None, for `on_intent` but received {value!r}.")
    return value


def _base_url(base_url: Secret | Callable[..., object] | None, environment: object) -> str:
    if environment is not None and (not isinstance(environment, str) or environment not in ENVIRONMENTS):
        raise refusal(
            f"Expected one of {', '.join(map(repr, ENVIRONMENTS))} for `environment` but received {environment!r}; "
            "for another host pass `base_url`."
        )
    if base_url is None:
        base_url = concealed(os.environ.get("CLEAR_STREET_BASE_URL") or None)
        if base_url is not None and environment is not None:
            raise refusal(
                f"`environment` is {environment!r}, and CLEAR_STREET_BASE_URL is set too: leave one of them out, or "
                "say with `base_url` which address is meant."
            )
    if base_url is None:
        return ENVIRONMENTS[environment or "production"]
    url = str(base_url.reveal() if isinstance(base_url, Secret) else base_url)
    problem = _problem_of_url(url)
    if problem is not None:
        del url
        raise refusal(f"Expected an https URL for `base_url` or CLEAR_STREET_BASE_URL; {problem}.")
    return url.rstrip("/")


def _problem_of_url(url: str) -> str | None:
    """Why a URL is refused; it is shown only where no part of it can be a password."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    shown = "received another" if any(mark in url for mark in "@?#") else f"received {url!r}"
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "the value has a character that a URL cannot have"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "the value is no URL"
    usable = parts.scheme in ("http", "https") and host
    if "@" in parts.netloc or ("@" in url and not usable):
        return "leave user name and password out of it, the key goes into `api_key`"
    if not usable:
        return f"{shown}, such as 'https://api.clearstreet.com'"
    if "?" in url or "#" in url:
        return "leave the query and the fragment out"
    if any(segment in (".", "..") for segment in parts.path.lower().replace("%2e", ".").split("/")):
        return f"{shown}, leave '.' and '..' out of its path"
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
        if not _HOST.issuperset(host) or host.replace(".", "").isdigit():
            return f"{shown}, whose host is neither a name nor an IP address"
    if parts.scheme == "http" and not loopback:
        return f"{shown}, and plain http would show the API key to the network (only loopback may use it)"
    return None
