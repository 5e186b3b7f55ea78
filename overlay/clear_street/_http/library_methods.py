"""Find out whether a tool has replaced methods of httpx and httpcore that send a request.

Tools that mock, record or trace httpx replace such methods with their own functions. This package's connections do not
call some of these methods, which is faster. If one was replaced, a request is sent through it, or not at all. Other
tools mock sockets, and see only connections that are made while they are active: older connections are not used then.
"""

from __future__ import annotations

import socket
import sys
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import httpcore
import httpx

from ..errors import ClearStreetError
from .bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Generator

_FUNCTIONS = (type(httpx.Request.read), type(httpcore.Request.__init__))
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_ASKING = ("request", "get", "post", "put", "patch", "delete", "stream", "build_request", "_init_transport")
CLIENT, ASYNC_CLIENT = httpx.Client, httpx.AsyncClient


class LibraryMethods:
    """Methods of other libraries, as they were when this module was imported."""

    def __init__(self, *methods: tuple[Any, str]) -> None:
        self.methods: tuple[tuple[Any, str], ...] = methods
        owners = dict.fromkeys(owner for owner, _ in methods)
        looks = [(owner, attrgetter(*(name for other, name in methods if other is owner))) for owner in owners]
        # httpx's own `stream` is a generator function that contextlib wraps.
        are_own = all(
            (_wraps if name == "stream" else _is_own)(owner, name, method) for owner, name, method in self._now()
        )
        self._own = [(owner, look, look(owner) if are_own else None) for owner, look in looks]

    def replaced(self) -> bool:
        """Whether one of the methods is no longer the library's own."""
        for owner, look, own in self._own:
            if look(owner) != own:
                return not all(_is_own(*each) for each in self._now())
        return False

    def unwrapped(self) -> list[str]:
        """The methods that were replaced with something that does not wrap the library's own."""
        return [f"{owner.__name__}.{name}" for owner, name, method in self._now() if not _wraps(owner, name, method)]

    def _now(self) -> list[tuple[Any, str, Any]]:
        return [(owner, name, getattr(owner, name)) for owner, name in self.methods]


def _is_own(owner: Any, name: str, method: Any) -> bool:
    """Whether a method is the library's own. A wrapper may have its name and module, but not its global variables."""
    if owner is httpx:  # a tracer may have replaced a class with a subclass
        return isinstance(method, type) and issubclass(method, (CLIENT, ASYNC_CLIENT))
    if type(method) not in _FUNCTIONS or not method.__module__.startswith(("httpx.", "httpcore.")):
        return False
    home = sys.modules.get(method.__module__)
    names = [f"{each.__name__}.{name}" for each in owner.__mro__]
    return home is not None and method.__globals__ is vars(home) and method.__qualname__ in names


def _wraps(owner: Any, name: str, method: Any) -> bool:
    for _ in range(10):
        if _is_own(owner, name, method):
            return True
        method = method.func if isinstance(method, partial) else getattr(method, "__wrapped__", None)
    return False


_SYNC_ASKING = LibraryMethods(*[(httpx.Client, name) for name in _ASKING], (httpx, "Client"))
_ASYNC_ASKING = LibraryMethods(*[(httpx.AsyncClient, name) for name in _ASKING], (httpx, "AsyncClient"))


def refuse_unseen(client: httpx.Client | httpx.AsyncClient, url: httpx.URL) -> None:
    """Raise `ClearStreetError` if a mock replaced a method that this client does not call, and connections are real.

    Otherwise a test that believes that nothing is sent would send. A function that wraps httpx's own, as its
    ``__wrapped__`` shows, is not a mock: it may trace.
    """
    asking = _SYNC_ASKING if isinstance(client, CLIENT) else _ASYNC_ASKING
    if not asking.replaced():
        return
    mocked = asking.unwrapped()
    transport = cast("Any", client)._transport_for_url(url)
    real = getattr(client, "keeps_bounds", False) or isinstance(
        transport, (httpx.HTTPTransport, httpx.AsyncHTTPTransport)
    )
    if mocked and real:
        raise ClearStreetError(
            f"{mocked[0]} was replaced, perhaps by a mock, but this client does not call it; "
            "nothing was sent. Mock `send` of httpx's client, or use the sandbox or httpx.MockTransport."
        )


def socket_functions() -> tuple[Any, ...]:
    """Return the functions that connect. Tools that mock or forbid sockets replace one of them."""
    kind = socket.socket
    return kind, getattr(kind, "connect", None), socket.create_connection, socket.getaddrinfo


def is_made_as_now(stream: Any) -> bool:
    """Whether the functions that made a connection are those in use. If not, a mock would not see what it sends."""
    return getattr(stream, "made_with", None) == socket_functions()


_FIRST_USED_WITH: WeakKeyDictionary[Any, tuple[Any, ...]] = WeakKeyDictionary()


def refuse_older_connections(client: httpx.Client | httpx.AsyncClient, url: httpx.URL) -> None:
    """Raise `ClearStreetError` if a plain httpx client has connections, and sockets were mocked since its first use.

    httpx does not say when a connection was made, so any of them may be older than the mock, which would not see it.
    """
    functions = socket_functions()
    if _FIRST_USED_WITH.setdefault(client, functions) == functions:
        return
    if getattr(getattr(cast("Any", client)._transport_for_url(url), "_pool", None), "connections", None):
        raise ClearStreetError(
            "Sockets were replaced, perhaps by a mock, since this http_client made its connections; nothing was sent. "
            "Make the http_client while the mock is active, or use a DefaultHttpxClient or DefaultAsyncHttpxClient."
        )
    _FIRST_USED_WITH[client] = functions


@contextmanager
def replaced_sending() -> Generator[None]:
    """Note that a replaced method sends the request: unless no connection was made, a byte may have left."""
    try:
        yield
    except _NEVER_SENT:
        raise
    except BaseException:
        _note_begun()
        raise
    _note_begun()


def _note_begun() -> None:
    bounds = BOUNDS.get()
    if bounds is not None:
        bounds.begun = True
