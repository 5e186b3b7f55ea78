"""Run flows on the calling thread, and hold what the async driver shares.

A driver performs the effects of a flow, one by one. Drivers and transports are the only modules that use httpx. A
driver knows no particular flow. It holds the connections of a client, one set for each process and, in async, each
event loop, so that a client works after `fork` and in several calls of `asyncio.run`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import httpx

from .._calls.effects import BodyConsumed, Invoke, Read, Send, Sleep
from ..errors import ArgumentError
from .attempts import KeyUnavailable, Sending, checked, closed_error, refuse_awaitable, without_request
from .bounds import BOUNDS, Bounds
from .client import DefaultHttpxClient, send_plain
from .clock import SystemClock
from .library_methods import CLIENT

if TYPE_CHECKING:
    from .._calls.effects import Effect, Flow
    from .._config.secrets import Secret
    from .._config.settings import Settings
    from .._outcomes import Failure, Reply

T = TypeVar("T")
C = TypeVar("C", bound="httpx.Client | httpx.AsyncClient")


class BaseDriver(Generic[C]):
    """The base class of the two drivers: everything that does not wait."""

    if TYPE_CHECKING:

        def _new_client(self) -> C:
            """Make an httpx client, for this process."""
            ...

    def __init__(self, http_client: C | None, clock: Any) -> None:
        self.clock = SystemClock() if clock is None else clock
        self.owned: bool = False
        """Whether closing the driver also closes the supplied httpx client."""
        self.closed: bool = False
        self._supplied: C | None = http_client
        self._own: dict[int, C] = {}

    def client(self) -> C:
        """Return the httpx client to use: the application's, or the one of this process."""
        if self._supplied is not None:
            return self._supplied
        process = os.getpid()
        return self._own.get(process) or self._own.setdefault(process, self._new_client())

    def _begin(self, send: Send, settings: Settings) -> Sending[C]:
        """Begin to send a request (docs/safety.md, "Arguments").

        Raises `ClearStreetError` if the client is closed, and `ArgumentError` for a change if it is read-only.
        """
        if self.closed:
            raise closed_error()
        if settings.read_only and not _only_reads(send):
            raise ArgumentError(
                f"The client is read-only (`read_only=True`) and does not send {send.request.method} "
                f"{send.request.path_template}; use another client for it."
            )
        return Sending(send, settings, self.client(), self.clock)

    def _closing(self) -> list[C]:
        """Note that the driver is closed; return the httpx clients that have to be closed with it."""
        self.closed = True
        clients = [self._own.pop(os.getpid(), None), self._supplied if self.owned else None]
        return [client for client in clients if client is not None]


class Driver(BaseDriver[httpx.Client]):
    """Runs flows on the calling thread. Any number of threads may share one driver."""

    def __init__(self, http_client: httpx.Client | None, clock: Any) -> None:
        super().__init__(http_client, clock)
        if http_client is not None and not isinstance(http_client, CLIENT):
            raise ArgumentError(
                f"Expected an httpx.Client for `http_client` but received {type(http_client).__name__}; pass a "
                "DefaultHttpxClient(transport=...), for example, or use AsyncClearStreet for an async one."
            )

    def run(self, flow: Flow[T], settings: Settings) -> T:
        """Run a flow to its end and return its value."""
        try:
            effect = next(flow)
            while True:
                try:
                    answer = self._perform(effect, settings)
                except BaseException as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(answer)
        except StopIteration as stop:
            value: T = stop.value
            return value
        except BaseException as error:
            # A signal handler raised between two steps. The flow learns of it, so that it can mark the outcome.
            return cast("T", flow.throw(error))

    def close(self) -> None:
        """Close the connections that this driver made."""
        for client in self._closing():
            client.close()

    def abandon(self) -> None:
        """Close the connections of a client that was never closed, with a `ResourceWarning`."""
        if os.getpid() in self._own:
            self.close()
            warn_unclosed("ClearStreet", "close()")

    def _new_client(self) -> httpx.Client:
        return DefaultHttpxClient()

    def _perform(self, effect: Effect, settings: Settings) -> object:
        if isinstance(effect, Send):
            return self._send(effect, settings)
        if isinstance(effect, Sleep):
            return self.clock.sleep(effect.seconds)
        if isinstance(effect, Read):
            return _read(effect, settings)
        hook = cast("Invoke", effect)
        refuse_awaitable("function for `on_intent` or `on_change`", hook.hook(*hook.arguments))
        return True

    def _send(self, send: Send, settings: Settings) -> Reply | Failure:
        sending, outer = self._begin(send, settings), BOUNDS.get()
        try:
            BOUNDS.set(sending.bounds)
            if send.operation.authenticated:
                sending.key = _key(settings)
            response = sending.response = send_plain(sending.client, sending.new_request())
            result: Reply | Failure = sending.reply(_body(sending, response))
        except BaseException as error:
            result = sending.failed(error)
        finally:
            # First, and here: no signal handler runs before a call of a C function has ended.
            BOUNDS.set(outer)
            left_open = sending.end()
            if left_open is not None:
                with contextlib.suppress(Exception):  # the result of the attempt is known already
                    left_open.close()
        sending.log(result)
        return result


def _only_reads(send: Send) -> bool:
    """Whether a request changes nothing: a GET, or a POST of an operation that only reads."""
    method = send.request.method
    return method in ("GET", "HEAD") or (method == "POST" and not send.operation.changes)


def _key(settings: Settings) -> Secret:
    key = settings.api_key
    if not callable(key):
        return key
    try:
        value = key()
    except Exception as error:
        raise KeyUnavailable(f"the api_key callable raised {type(error).__name__}") from None
    return checked(value)


def _body(sending: Sending[httpx.Client], response: httpx.Response) -> bytes | None:
    """Read the body. `response.read()` is slow, so it is used only where httpx has read it already."""
    if sending.leave_to_application(response):
        return None
    if response.is_stream_consumed:
        return response.read()
    for part in cast("httpx.SyncByteStream", response.stream):
        sending.take(part)
    return sending.body()


def _read(effect: Read, settings: Settings) -> object:
    bounds, outer = reading_bounds(effect, settings), BOUNDS.get()
    try:
        BOUNDS.set(bounds)
        return effect.read()
    except httpx.StreamError:
        raise BodyConsumed from None
    except BaseException as error:
        raise without_request(error) from None
    finally:
        BOUNDS.set(outer)


def reading_bounds(effect: Read, settings: Settings) -> Bounds | None:
    """Return the bounds for the rest of a streamed reply; None for one piece of it, which httpx bounds."""
    if effect.seconds is None:
        return None
    return Bounds(time.monotonic() + effect.seconds, settings.max_body_size)


def warn_unclosed(name: str, remedy: str) -> None:
    """Warn that a client was never closed."""
    if not sys.is_finalizing():
        warnings.warn(
            f"{name} was never closed: use it in a `with` statement, or {remedy}", ResourceWarning, stacklevel=3
        )
