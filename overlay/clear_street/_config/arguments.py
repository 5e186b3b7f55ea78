"""Refusing an argument without importing the tree of errors: a client that is only built costs next to nothing."""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import NoReturn

    from ..errors import ArgumentError


def refusal(message: str) -> ArgumentError:
    """The error to raise: the message names the argument, the value and the remedy."""
    from ..errors import ArgumentError

    return ArgumentError(message)


def unfit(expected: str, argument: str, value: object, advice: str = "") -> ArgumentError:
    """The error of an argument: what was expected, what came, and what to write instead where that is not plain."""
    return refusal(f"Expected {expected} for `{argument}` but received {value!r}{advice and '; '}{advice}.")


def as_number(value: object) -> str:
    """What to write in the place of something that is no number, but means one; "" where it does not."""
    from datetime import timedelta

    if isinstance(value, str) and value.strip().isdecimal():
        return f"write {value.strip()} without quotes"
    return "use its .total_seconds()" if isinstance(value, timedelta) else ""


def check_spelling(argument: str, value: str, known: Iterable[str]) -> None:
    """Refuse a name that is all but one of those known; one that is like none of them may be new."""
    if value not in (known := list(known)):
        from difflib import get_close_matches

        near = get_close_matches(value.strip().upper(), known, n=1, cutoff=0.85)
        if near:
            raise refusal(f"There is no {value!r} for `{argument}`; did you mean {near[0]!r}?")


def remedy(name: object, known: Sequence[str]) -> str:
    """What to say of a name that is none of those known: the nearest of them, or all."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}."


def unexpected(method: str, name: str, known: Sequence[str]) -> TypeError:
    """The error of a keyword argument that a method does not have."""
    return TypeError(f"{method}() got an unexpected keyword argument {name!r}; {remedy(name, known)}")


def refuse_unexpected(method: Callable[..., object], given: Mapping[str, object]) -> None:
    """Raise TypeError where a method is given keyword arguments that it does not have."""
    for name in given:
        code = method.__code__
        raise unexpected(method.__name__, name, code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])


def no_name(owner: str, name: str, known: Mapping[str, str]) -> AttributeError:
    """The error of a name that is not there; `known` has the names that are, and what to write for each."""
    if name.startswith("_") or not known:
        # Python and tools look for such names by themselves: no time is lost on advice.
        return AttributeError(f"{owner} has no attribute {name!r}")
    from difflib import get_close_matches

    # A name that is there, only elsewhere, goes before one that is spelt like it.
    near = [name] if name in known else get_close_matches(name, known, n=1) or get_close_matches(name, known, 1, 0.5)
    advice = f"did you mean `{known[near[0]]}`?" if near else f"it has {', '.join(known.values())}."
    return AttributeError(f"{owner} has no attribute {name!r}; {advice}")


class Named:
    """What has public names, and says of a misspelt one where the nearest is."""

    __slots__ = ()

    if TYPE_CHECKING:
        pass  # a type checker would take every name for one that is there
    else:

        def __getattr__(self, name: str) -> NoReturn:
            # A property that failed is no misspelt name.
            plain = name.startswith("_") or hasattr(type(self), name)
            raise no_name(f"{type(self).__name__!r} object", name, {} if plain else _names_in(self))


def _names_in(owner: object) -> dict[str, str]:
    """The public names of an object, and of the namespaces below it by their paths."""
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
