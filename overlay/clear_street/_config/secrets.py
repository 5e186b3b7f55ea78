"""Hide what may be secret (the API key, the values of headers) from every `repr`, traceback and pickle.

A traceback holds the local variables of its frames, and tools print them. So what may be secret is wrapped in a
`Secret` in the first frame that has it, before anything can be raised. docs/safety.md, "Secrets".
"""

from __future__ import annotations

from .arguments import argument_error, is_secret, problem_of_headers

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Secret:
    """A value that only `reveal` shows."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def reveal(self) -> Any:
        """Return the value."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled")


class Headers:
    """Headers: names in lower case with their values, None for one to leave out. `repr` shows only the names."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: dict[str, str | None]) -> None:
        self._pairs = pairs

    def over(self, other: Headers) -> Headers:
        """Return these headers, and those of `other` that these do not name."""
        return Headers({**other._pairs, **self._pairs}) if self._pairs else other

    @property
    def left_out(self) -> list[str]:
        """The names of headers that must not be sent."""
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
    """Return a value wrapped in a `Secret`; None, a callable and a `Secret` are returned unchanged."""
    return value if value is None or callable(value) or isinstance(value, Secret) else Secret(value)


def conceal(options: object) -> None:
    """Wrap those of the keyword arguments that may be secret, in place."""
    given: Any = options
    for name in given:
        if is_secret(name):
            given[name] = concealed(given[name])


def checked_headers(argument: str, headers: Secret | None) -> Headers:
    """Return the headers of an argument if they can be sent; else raise `ArgumentError`, which never shows a value."""
    if headers is None:
        return Headers({})
    problem = problem_of_headers(argument, headers.reveal())
    if problem is not None:
        raise argument_error(problem)
    return Headers({name.lower(): value for name, value in headers.reveal().items()})
