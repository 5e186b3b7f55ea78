"""The types of methods whose caller gives raw or streamed responses: at run time they are the methods themselves."""

from __future__ import annotations

from ._config.secrets import Secret

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from typing import Any, ParamSpec, TypeVar

    from ._responses import AsyncRawResponse, RawResponse

    P = ParamSpec("P")
    T = TypeVar("T")


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """A method of a namespace whose caller has the shape ``"raw"``."""
    shaped: Any = method
    return shaped  # type: ignore[no-any-return]


def async_raw(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[AsyncRawResponse[T]]]:
    """An async method of a namespace whose caller has the shape ``"raw"``."""
    shaped: Any = method
    return shaped  # type: ignore[no-any-return]


def streamed(method: Callable[P, T]) -> Callable[P, AbstractContextManager[RawResponse[T]]]:
    """A method of a namespace whose caller has the shape ``"stream"``: called when the context is entered."""

    def manager(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[RawResponse[T]]:
        from ._responses import StreamManager

        given = Secret((args, kwargs))
        return StreamManager(lambda: _called(raw(method), given))

    return _described(manager, method)


def async_streamed(method: Callable[P, Awaitable[T]]) -> Callable[P, AbstractAsyncContextManager[AsyncRawResponse[T]]]:
    """An async method of a namespace whose caller has the shape ``"stream"``: called when the context is entered."""

    def manager(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[AsyncRawResponse[T]]:
        from ._responses import AsyncStreamManager

        given = Secret((args, kwargs))
        return AsyncStreamManager(lambda: _called(async_raw(method), given))

    return _described(manager, method)


def _called(method: Callable[..., T], given: Secret) -> T:
    """What a method gives for arguments that stay out of the frames between."""
    return method(*given.reveal()[0], **given.reveal()[1])


def _described(function: T, method: Any) -> T:
    """`function` with the name, docstring and signature of `method`; functools would cost more to import."""
    described: Any = function
    described.__name__, described.__doc__, described.__wrapped__ = method.__name__, method.__doc__, method
    return function
