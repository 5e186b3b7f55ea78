"""List the options of clients and calls, and check arguments.

The message of a check names the argument, the value, and what to write instead. `errors` is imported only when an error
is raised, because making a client has to be cheap. docs/safety.md, "Arguments".
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import NoReturn

    from ..errors import ArgumentError


_SECONDS_MAX = 1e9
"""Some thirty years. A longer wait overflows in the operating system."""
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
_FRAMING = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})

OPTIONS = {
    "api_key": ("client", "secret"),
    "base_url": ("client", "secret"),
    "deadline": ("client", "call"),
    "default_headers": ("client", "secret"),
    "environment": ("client",),
    "extra_body": ("call",),
    "extra_headers": ("call", "secret"),
    "extra_query": ("call",),
    "idempotency_key_name": ("client",),
    "max_body_size": ("client",),
    "max_retries": ("client", "call"),
    "not_after": ("change",),
    "on_event": ("client",),
    "on_intent": ("client",),
    "raise_on_rejection": ("client", "submit"),
    "read_only": ("client",),
    "resend_after_unknown": ("client", "submit"),
    "strict": ("client",),
    "timeout": ("client", "call"),
}
"""Every option: who takes it (a client, any call, a call that can change something, a submit), and whether it may be
secret. `options.py` has the same for type checkers.
"""
FLAGS = ("read_only", "strict", "raise_on_rejection", "resend_after_unknown")
"""The options of a client that are True or False."""


def takes(option: str, *takers: str) -> bool:
    """Whether one of the `takers`, such as ``"client"``, takes the option."""
    about = OPTIONS.get(option, ())
    return any(taker in about for taker in takers)


def is_secret(name: str) -> bool:
    """Whether the value of an option may be secret. The value of an unknown name is treated as secret: the name may be
    a misspelt `api_key`.
    """
    return "secret" in OPTIONS.get(name, ("secret",))


def argument_error(message: str) -> ArgumentError:
    """Return the error to raise for an argument. The message has to name the argument, the value and the remedy."""
    from ..errors import ArgumentError

    return ArgumentError(message)


def expected_error(expected: str, argument: str, value: object, advice: str = "") -> ArgumentError:
    """Return the error of an argument: what was expected, what was received and, with `advice`, what to write."""
    return argument_error(f"Expected {expected} for `{argument}` but received {value!r}{advice and '; '}{advice}.")


def as_number(value: object) -> str:
    """Return what to write instead of a value that means a number but is not one; "" for any other value."""
    from datetime import timedelta

    if isinstance(value, str) and value.strip().isdecimal():
        return f"write {value.strip()} without quotes"
    if hasattr(value, "__float__") and not isinstance(value, (int, float)):
        return "use float() of it"
    return "use its .total_seconds()" if isinstance(value, timedelta) else ""


def _as_int(value: object) -> object:
    """Return a whole number of another type, such as numpy's, as an int, and any other value unchanged."""
    as_index: Callable[[object], int] | None = getattr(type(value), "__index__", None)
    if as_index is None or isinstance(value, (int, float)):
        return value
    try:
        return as_index(value)
    except TypeError:  # numpy's booleans have the method, and no value for it
        return value


def check_spelling(argument: str, value: str, known: Iterable[str]) -> None:
    """Raise `ArgumentError` for a name that is nearly one of `known`, but not quite. A name unlike all of them may be a
    new one of the service.
    """
    if value not in (known := list(known)):
        from difflib import get_close_matches

        # Members of an enum are shown as the text that they are; some enums are in lower case.
        names = {str(name).upper(): str(name) for name in known}
        near = get_close_matches(value.strip().upper(), names, n=1, cutoff=0.85)
        if near:
            raise argument_error(f"{value!r} is not known for `{argument}`; did you mean {names[near[0]]!r}?")


def remedy(name: object, known: Sequence[str]) -> str:
    """Return advice for a name that is not one of `known`: the nearest of them or, if none is near, all."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}."


def unexpected(method: str, name: str, known: Sequence[str]) -> TypeError:
    """Return the error of a keyword argument that a method does not have, though its operation may."""
    advice = remedy(name, known)
    if name in known:
        advice = "the operation takes it, this method does not: write it into the path, `extra_query` or the body."
    return TypeError(f"{method}() got an unexpected keyword argument {name!r}; {advice}")


def refuse_unexpected(method: Callable[..., object], given: Mapping[str, object]) -> None:
    """Raise `TypeError` if a keyword argument in `given` is not one of the method's."""
    for name in given:
        code = method.__code__
        raise unexpected(method.__name__, name, code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])


def no_name(owner: str, name: str, known: Mapping[str, str]) -> AttributeError:
    """Return the error of a missing attribute. `known` has the names that exist, and what to write for each."""
    if name.startswith("_") or not known:
        # Python and tools look such names up all the time, and no person reads the advice.
        return AttributeError(f"{owner} has no attribute {name!r}")
    from difflib import get_close_matches

    from .._moving import advice as of_their_name

    # The same name in another namespace is a better guess than a similar name in this one.
    near = [name] if name in known else get_close_matches(name, known, n=1) or get_close_matches(name, known, 1, 0.5)
    advice = f"did you mean `{known[near[0]]}`?" if near else f"it has {', '.join(known.values())}."
    return AttributeError(f"{owner} has no attribute {name!r}; {of_their_name(name) or advice}")


def checked_seconds(argument: str, value: object) -> float:
    """Return a number of seconds if it is positive and finite; else raise `ArgumentError`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= _SECONDS_MAX:
        if (whole := _as_int(value)) is not value:
            return checked_seconds(argument, whole)
        advice = "for a moment use `not_after`" if hasattr(value, "utcoffset") else as_number(value)
        raise expected_error(f"a positive number of seconds (at most {_SECONDS_MAX:.0f})", argument, value, advice)
    return float(value)


def checked_max_retries(value: object) -> int:
    """Return a number of further attempts if it is whole and 0 or more; else raise `ArgumentError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        if (number := _as_int(value)) is not value:
            return checked_max_retries(number)
        whole = isinstance(value, float) and value.is_integer() and value >= 0
        advice = f"write {value:.0f}" if whole else as_number(value)
        raise expected_error("a whole number, 0 or more,", "max_retries", value, advice)
    return value


def checked_not_after(value: object) -> datetime:
    """Return a datetime if it has a time zone; else raise `ArgumentError`."""
    from datetime import datetime

    if not isinstance(value, datetime) or value.utcoffset() is None:
        advice = "give it one, such as datetime.timezone.utc"
        if isinstance(value, str):
            advice = "use datetime.fromisoformat, and a zone such as datetime.timezone.utc"
        elif isinstance(value, (int, float)):
            advice = "use datetime.fromtimestamp(..., timezone.utc)"
        raise expected_error("a datetime with a time zone", "not_after", value, advice)
    return value


def checked_flag(name: str, value: object) -> bool:
    """Return a value that is True or False; else raise `ArgumentError`: the string "false", for example, is truthy."""
    if not isinstance(value, bool):
        raise argument_error(f"Expected True or False for `{name}` but received {value!r}.")
    return value


def problem_of_key(key: object) -> str | None:
    """Return the message for an API key that cannot be sent, without the key; None if it can."""
    if not isinstance(key, str):
        advice = "; decode it" if isinstance(key, bytes) else ""
        kind = type(key).__name__
        return f"Expected a string, or a callable that returns one, for `api_key` but received {kind}{advice}."
    if not key:
        return "Expected a non-empty value for `api_key` but received ''; pass the key itself."
    if key[:7].lower() == "bearer ":
        return "The value of `api_key` begins with 'Bearer ', which the client adds itself; pass the key alone."
    if key[0] in "'\"" and key[0] == key[-1]:
        return "The value of `api_key` is in quotes; pass the key exactly as it was issued."
    if not is_header_value(key):
        return (
            "The value of `api_key` cannot be sent: it begins or ends with white space, or has a line break or another "
            "character that is not printable ASCII; pass the key exactly as it was issued."
        )
    return None


def checked_size(value: object) -> int:
    """Return a number of bytes if it is whole and 1 or more; else raise `ArgumentError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        if (number := _as_int(value)) is not value:
            return checked_size(number)
        raise argument_error(
            f"Expected a whole number of bytes, 1 or more, for `max_body_size` but received {value!r}."
        )
    return value


def checked_key_name(value: object) -> str | None:
    """Return a name of the idempotency key, or None; raise `ArgumentError` for any other value."""
    if value is None:
        return None
    from typing import get_args

    from .options import IdempotencyKeyName

    if value not in (names := get_args(IdempotencyKeyName)):
        raise expected_error(f"one of {', '.join(map(repr, names))}, or None,", "idempotency_key_name", value)
    return str(value)


def problem_of_url(url: str) -> str | None:
    """Return why a URL cannot be used, None if it can. The URL is shown only if no part of it may be a password."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    shown = "received a value that may hold a password" if any(mark in url for mark in "@?#") else f"received {url!r}"
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "the value has a character that a URL cannot have"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "the value is not a URL"
    usable = parts.scheme in ("http", "https") and host
    if "@" in parts.netloc or ("@" in url and not usable):
        return "leave the user name and password out of it, and pass the key as `api_key`"
    if not usable:
        return f"{shown}; write one such as 'https://api.clearstreet.com'"
    if "?" in url or "#" in url:
        return "leave the query and the fragment out"
    if any(segment in (".", "..") for segment in parts.path.lower().replace("%2e", ".").split("/")):
        return f"{shown}; leave '.' and '..' out of its path"
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
        if not _HOST.issuperset(host) or host.replace(".", "").isdigit():
            return f"{shown}, whose host is neither a name nor an IP address"
    if parts.scheme == "http" and not loopback:
        return f"{shown}; over plain http anybody on the network could read the API key (only loopback may use http)"
    return None


def checked_ids(ids: Iterable[str], noun: str) -> Sequence[str]:
    """Return the server's ids of what `noun` names, if there is at least one and none is blank; else raise
    `ArgumentError`.
    """
    if isinstance(ids, str) or not hasattr(ids, "__iter__"):
        raise argument_error(f"Expected a list of ids for `ids` but received {ids!r}; put it into a list.")
    from uuid import UUID

    checked = tuple(str(id_) if isinstance(id_, UUID) else id_ for id_ in ids)
    for id_ in checked:
        if not isinstance(id_, str) or not id_.strip():
            shown = id_ if id_ is None or isinstance(id_, (str, bytes, int)) else type(id_).__name__
            raise argument_error(
                f"Expected a non-empty string for the id of an {noun} but received {shown!r}; "
                "put the server's `id` into `ids`."
            )
    if not checked:
        raise expected_error("at least one id", "ids", [])
    return checked


def checked_states(until: str | Iterable[str] | None, known: Collection[str]) -> Collection[str] | None:
    """Return the states to wait for, None for any terminal one.

    A state that is not in `known` is accepted, unless it looks like a misspelt one. Raises `ArgumentError`.
    """
    if until is None:
        return None
    if not hasattr(until, "__iter__"):
        raise expected_error("a status, or a list of them,", "until", until, "use one such as 'CANCELLED'")
    states = [until] if isinstance(until, str) else list(until)
    for state in states:
        _check_state(state, known)
    if not states:
        raise argument_error(
            f"Expected at least one status for `until` but received {states!r}; "
            "leave it out to wait for any terminal status."
        )
    return frozenset(states)


def _check_state(state: object, known: Collection[str]) -> None:
    """Raise `ArgumentError` for a value that is not a status, or a misspelt one: a wait for it would never end."""
    if not isinstance(state, str) or not state.strip():
        raise argument_error(
            f"Expected the name of a status in `until` but received {state!r}; use one such as 'CANCELLED'."
        )
    check_spelling("until", state, known)


def problem_of_headers(argument: str, headers: Mapping[object, object]) -> str | None:
    """Return the message for headers that cannot be sent, without their values; None if they can."""
    if not hasattr(headers, "items"):
        return f"Expected a dict for `{argument}` but received {type(headers).__name__}."
    for name, value in headers.items():
        lower = name.lower() if isinstance(name, str) else ""
        if not lower or not _TOKEN.issuperset(lower):
            return f"Expected header names in `{argument}` but received {name!r}; use letters, digits and '-'."
        if lower in _FRAMING:
            return f"Header {name!r} in `{argument}` is set by the HTTP connection; leave it out."
        if value is not None and (not isinstance(value, str) or not is_header_value(value)):
            return (
                f"The value of header {name!r} in `{argument}` cannot be sent; "
                "use a string of printable ASCII without line breaks, or None to leave the header out."
            )
    return None


def is_header_value(value: str) -> bool:
    """Whether `value` can be sent as the value of a header: printable ASCII, no white space at its ends."""
    return value.isascii() and value.isprintable() and value == value.strip()


def checked_text(name: str, value: object) -> str:
    """Return a string, or a UUID as a string, if it is not blank and can be sent; else raise `ArgumentError`."""
    from uuid import UUID

    if not isinstance(value, (str, UUID)):
        raise argument_error(f"Expected a string for `{name}` but received {value!r}.")
    # Not `str(value)`: for a member of an enum that may be the member's name.
    text = str.__str__(value) if isinstance(value, str) else str(value)
    if not text.strip():
        raise argument_error(f"Expected a non-empty value for `{name}` but received {value!r}.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argument_error(
            f"Expected text that can be encoded as UTF-8 for `{name}` but received {value!r}; "
            "it has a surrogate, a half of a character: leave it out."
        ) from None
    return text


def checked_keys(keys: Sequence[str]) -> list[str]:
    """Return the keys to look for, if there is at least one and each can be sent; else raise `ArgumentError`."""
    if isinstance(keys, str) or not hasattr(keys, "__iter__"):
        raise argument_error(
            f"Expected a list of keys for `idempotency_keys` but received {keys!r}; put it into a list."
        )
    checked = [checked_text("idempotency_keys", key) for key in keys]
    if not checked:
        raise expected_error("at least one key", "idempotency_keys", checked)
    return checked


class Named:
    """A base class: the error for an unknown attribute names the nearest one that exists."""

    __slots__ = ()

    if TYPE_CHECKING:
        pass  # with `__getattr__`, a type checker would accept every name
    else:

        def __getattr__(self, name: str) -> NoReturn:
            # Python also calls this if a property of that name raised AttributeError: then the name is right.
            plain = name.startswith("_") or hasattr(type(self), name)
            raise no_name(f"{type(self).__name__!r} object", name, {} if plain else _names_in(self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _names_in(owner: object) -> dict[str, str]:
    """Return the public names of an object, and those of its namespaces, each with what to write for it."""
    known: dict[str, str] = {}
    below: dict[str, str] = {}
    for name in dir(owner):
        if name.startswith("_"):
            continue
        known[name] = name
        found = getattr(type(owner), name, None)
        if (
            isinstance(found, property)
            and not name.startswith("with_")
            and isinstance(value := getattr(owner, name), Named)
        ):
            below |= {inner: f"{name}.{path}" for inner, path in _names_in(value).items()}
    return below | known
