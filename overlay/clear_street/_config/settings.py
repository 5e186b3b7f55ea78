"""Read and check the settings of a client, from its arguments and the environment. They never change."""

from __future__ import annotations

import os

from .arguments import (
    FLAGS,
    OPTIONS,
    argument_error,
    checked_flag,
    checked_key_name,
    checked_size,
    problem_of_key,
    problem_of_url,
    takes,
    unexpected,
)
from .limits import DEFAULT_LIMITS, Limits
from .secrets import Headers, Secret, checked_headers, concealed

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

ENVIRONMENTS = {
    "production": "https://api.clearstreet.com",
    "dev": "https://api-dev.clearstreet.com",
}


class Settings:
    """The settings of a client. `replace` makes a changed copy."""

    __slots__ = (
        "api_key",
        "base_url",
        "headers",
        "idempotency_key_name",
        "limits",
        "max_body_size",
        "on_event",
        "on_intent",
        "raise_on_rejection",
        "read_only",
        "resend_after_unknown",
        "strict",
    )

    if TYPE_CHECKING:  # annotations that are evaluated would slow down each start
        api_key: Secret | Callable[[], Any]
        base_url: str
        headers: Headers
        idempotency_key_name: str | None
        limits: Limits
        max_body_size: int
        on_event: tuple[Callable[..., object], ...] | None
        on_intent: Callable[..., object] | None
        raise_on_rejection: bool
        read_only: bool
        resend_after_unknown: bool
        strict: bool

    @classmethod
    def resolve(cls, arguments: Mapping[str, Any]) -> Settings:
        """Return the settings for all arguments of a client, in which secrets are wrapped already.

        For a key or an address that is None the environment is read. Raises `ArgumentError`.
        """
        self = cls()
        self.headers, self.limits = Headers({}), DEFAULT_LIMITS
        self._take(arguments)
        return self

    def replace(self, changes: Mapping[str, Any]) -> Settings:
        """Return a copy in which the arguments in `changes` have their new values. Raises `TypeError` for an unknown
        name and `ArgumentError` for a value that cannot be used.
        """
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
        if "on_event" in given:
            self.on_event = given["on_event"]
            if self.on_event is not None:
                from .hooks import checked_event_hooks

                self.on_event = checked_event_hooks(self.on_event)
        if "on_intent" in given:
            self.on_intent = given["on_intent"]
            if self.on_intent is not None:
                from .hooks import checked_intent_hook

                self.on_intent = checked_intent_hook(self.on_intent)
        if "idempotency_key_name" in given:
            self.idempotency_key_name = checked_key_name(given["idempotency_key_name"])
        if "max_body_size" in given:
            self.max_body_size = checked_size(given["max_body_size"])
        self.limits = self.limits.with_arguments(given)
        for name in FLAGS:
            if name in given:
                setattr(self, name, checked_flag(name, given[name]))


def refuse_unknown(method: str, options: Mapping[str, object]) -> None:
    """Raise `TypeError` for a name that is not an option of a client."""
    for name in options:
        if not takes(name, "client"):
            raise unexpected(method, name, [name for name in OPTIONS if takes(name, "client")])


def checked_key(value: object) -> Secret:
    """Return an API key, wrapped, if it can be sent; else raise `ArgumentError`, which never shows the key."""
    hidden = value if isinstance(value, Secret) else Secret(value)
    del value
    problem = problem_of_key(hidden.reveal())
    if problem is not None:
        raise argument_error(problem)
    return hidden


def _api_key(value: Secret | Callable[[], Any] | None) -> Secret | Callable[[], Any]:
    if value is None:
        value = concealed(os.environ.get("CLEAR_STREET_API_KEY") or None)
    if value is None:
        raise argument_error(
            "No API key: pass `api_key=...` or set the environment variable CLEAR_STREET_API_KEY "
            "(ClearStreet.sandbox() needs none)."
        )
    return value if callable(value) else checked_key(value)


def _base_url(base_url: Secret | Callable[..., object] | None, environment: object) -> str:
    if environment is not None and (not isinstance(environment, str) or environment not in ENVIRONMENTS):
        raise argument_error(
            f"Expected one of {', '.join(map(repr, ENVIRONMENTS))} for `environment` but received {environment!r}; "
            "for another host pass `base_url`."
        )
    if base_url is None:
        base_url = concealed(os.environ.get("CLEAR_STREET_BASE_URL") or None)
        if base_url is not None and environment is not None:
            raise argument_error(
                f"`environment` is {environment!r}, but CLEAR_STREET_BASE_URL is set too: leave one of them out, or "
                "pass the address that you mean as `base_url`."
            )
    if base_url is None:
        return ENVIRONMENTS[environment or "production"]
    url = str(base_url.reveal() if isinstance(base_url, Secret) else base_url)
    problem = problem_of_url(url)
    if problem is not None:
        del url
        raise argument_error(f"Expected an https URL for `base_url` or CLEAR_STREET_BASE_URL; {problem}.")
    return url.rstrip("/")
