"""Describe an operation: its request, how it may be sent again, and its reply. `rows/` has all operations."""

from __future__ import annotations

from .._config.arguments import argument_error

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Generic, ParamSpec, TypeVar

    from clear_street_api.client import Request

    from .requests import Prepared

    Check = Callable[[Mapping[str, object]], Mapping[str, object] | None]
    P = ParamSpec("P")
    T_co = TypeVar("T_co", covariant=True)

    class _Generic(Generic[P, T_co]):
        pass
else:

    class _Generic:
        """Replaces `typing.Generic`, as in `_client`."""

        __slots__ = ()

        def __class_getitem__(cls, item: object) -> object:
            return cls


class Resend:
    """How an operation may be sent again; the tables in `policy` say what each means.

    No enum: importing that would cost more than building a client.
    """

    READ = "read"
    """It changes nothing, so it may be repeated."""
    SUBMIT = "submit"
    """It submits rows under idempotency keys. Only rows that a look did not find are sent again."""
    CANCEL = "cancel"
    """Repeating it does no harm, and a look shows its effect."""
    REPLACE = "replace"
    """It is never sent again once a byte may have left, but a look may show its effect."""
    ONCE = "once"
    """It is never sent again once a byte may have left: it has no key, and no look shows its effect."""


class Operation(_Generic["P", "T_co"]):
    """An operation: how its request is built, how it may be sent again, and the class of its reply.

    `builder` returns the function that builds the request: the generated one, or one in `requests.py` if more has to be
    checked than the spec says. `enums` returns the enums of its arguments, by name, so that a misspelt member is
    refused. `check` returns a function that raises `ArgumentError` for arguments that exclude or need each other, and
    returns those that are sent in another form. `kind` is the kind of effect that a look can show, a key of the table
    in `_calls/kinds.py`.
    """

    __slots__ = (
        "authenticated",
        "builder",
        "check",
        "enums",
        "kind",
        "method",
        "name",
        "path_template",
        "resend",
        "response",
    )

    def __init__(
        self,
        name: str,
        method: str,
        path_template: str,
        resend: str,
        builder: Callable[[], Callable[P, Request | Prepared]],
        response: Callable[[], type[T_co]] | None,
        *,
        enums: Callable[[], Mapping[str, Any]] | None = None,
        check: Callable[[], Check] | None = None,
        kind: str | None = None,
        authenticated: bool = True,
    ) -> None:
        self.name: str = name
        self.method: str = method
        self.path_template: str = path_template
        self.resend: str = resend
        self.builder: Callable[[], Callable[P, Request | Prepared]] = builder
        self.response: Callable[[], type[T_co]] | None = response
        self.enums: Callable[[], Mapping[str, Any]] | None = enums
        self.check: Callable[[], Check] | None = check
        self.kind: str | None = kind
        self.authenticated: bool = authenticated

    def build(self, *args: P.args, **kwargs: P.kwargs) -> Prepared:
        """Build the request for these arguments. Raises `ArgumentError` if one of them is refused."""
        if self.enums is not None:
            for name, enum in self.enums().items():
                requests.check_members(name, kwargs.get(name), enum)
        if self.check is not None:
            kwargs.update(self.check()(kwargs) or {})
        try:
            built = self.builder()(*args, **kwargs)
        except (ValueError, TypeError) as error:
            raise argument_error(str(error)) from None
        if isinstance(built, requests.Prepared):
            return built
        if "{account_id}" not in self.path_template:
            return requests.Prepared(built)
        # The last parameter of a path is positional, the others are keywords.
        account_id: Any = kwargs["account_id"] if "account_id" in kwargs else args[0]
        return requests.Prepared(built, account_id)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the operation's arguments, without the options."""
        from inspect import signature

        return tuple(signature(self.builder()).parameters)

    @property
    def changes(self) -> bool:
        """Whether a call can change something at the service."""
        return self.resend != Resend.READ

    @property
    def takes(self) -> tuple[str, ...]:
        """Which options a call takes, in the words of `arguments.OPTIONS`."""
        return ("call", *(("change",) if self.changes else ()), *(("submit",) if self.has_rows else ()))

    @property
    def may_look(self) -> bool:
        """Whether a list can settle the outcome of a call."""
        return self.resend in (Resend.SUBMIT, Resend.CANCEL, Resend.REPLACE)

    @property
    def has_rows(self) -> bool:
        """Whether a call submits rows under idempotency keys."""
        return self.resend == Resend.SUBMIT


class Later:
    """A module that is imported when an attribute of it is first used, so that starting imports no generated code."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        from importlib import import_module

        value = getattr(import_module(self._name), name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    from . import requests as requests  # noqa: PLC0414 - `rows/` imports it from here
else:
    # Looked up once, since an import statement in `build` would be executed in each call.
    requests = Later("clear_street._api.requests")
