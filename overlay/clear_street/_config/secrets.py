"""What may be secret, the API key and the values of headers, kept out of every `repr`, traceback and pickle.

A frame that an exception passes through keeps its local variables, and tools print them. So what may be secret goes
behind a `Secret` in the first frame that has it, before anything can be raised. docs/safety.md, "Secrets".
"""

from __future__ import annotations

from .arguments import refusal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
_FRAMING = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})

_PLAIN_OPTIONS = frozenset(
    {
        "deadline",
        "environment",
        "extra_body",
        "extra_query",
        "idempotency_key_name",
        "max_retries",
        "not_after",
        "on_intent",
        "raise_on_rejection",
        "read_only",
        "resend_after_unknown",
        "strict",
        "timeout",
    }
)
"""Options that are no secret; one that there is none of may be a secret's, misspelt."""


class Secret:
    """Something that shows itself only when asked to."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def reveal(self) -> Any:
        """The thing itself."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled")


class Headers:
    """Header names in lower case and their values, None for one to leave out; `repr` shows only the names."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: dict[str, str | None]) -> None:
        self._pairs = pairs

    def over(self, other: Headers) -> Headers:
        """These headers, and those of `other` that these do not name."""
        return Headers({**other._pairs, **self._pairs}) if self._pairs else other

    @property
    def left_out(self) -> list[str]:
        """The names of headers that are not to be sent."""
        return [name for name, value in self._pairs.items() if value is None]

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, value in self._pairs.items() if value is not None)

    def __repr__(self) -> str:
        return f"<headers {', '.join(self._pairs)}>"

    def __reduce__(self) -> str:
        raise TypeError("headers may hold secrets and cannot be pickled")


def concealed(value: object) -> Any:
    """A value that may be secret behind a `Secret`; a callable, or None, as it is."""
    return value if value is None or callable(value) or isinstance(value, Secret) else Secret(value)


def conceal(options: object) -> None:
    """Put what may be secret among keyword arguments behind a `Secret`, in place."""
    given: Any = options
    for name in given:
        if name not in _PLAIN_OPTIONS:
            given[name] = concealed(given[name])


def checked_headers(argument: str, headers: Secret | None) -> Headers:
    """The headers of an argument, or an `ArgumentError` that names the header but never its value."""
    if headers is None:
        return Headers({})
    problem = _problem_of_headers(argument, headers.reveal())
    if problem is not None:
        raise refusal(problem)
    return Headers({name.lower(): value for name, value in headers.reveal().items()})


def _problem_of_headers(argument: str, headers: Mapping[object, object]) -> str | None:
    if not hasattr(headers, "items"):
        return f"Expected a dict for `{argument}` but received {type(headers).__name__}."
    for name, value in headers.items():
        lower = name.lower() if isinstance(name, str) else ""
        if not lower or not _TOKEN.issuperset(lower):
            return f"Expected header names in `{argument}` but received {name!r}; use letters, digits and '-'."
        if lower in _FRAMING:
            return f"Header {name!r} in `{argument}` frames the message and cannot be set; leave it out."
        if value is not None and (not isinstance(value, str) or not is_header_value(value)):
            return (
                f"The value of header {name!r} in `{argument}` cannot be sent; "
                "use a string of printable ASCII without line breaks, or None to leave the header out."
            )
    return None


def is_header_value(value: str) -> bool:
    """Whether `value` can be sent as the value of a header: printable ASCII, no white space at its ends."""
    return value.isascii() and value.isprintable() and value == value.strip()
