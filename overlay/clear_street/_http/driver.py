"""Everything that waits or does I/O: the blocking and the awaiting driver of the flows.

A driver answers a flow's effects, one by one. It is the only place, with the transport under it, that knows httpx.
It keeps the connections of a client, one set per process and, in async, per event loop, so that a client survives
`fork` and several `asyncio.run`.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
import random
import sys
import time
import warnings
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import httpx

from .._calls.call import Call, Learnt
from .._calls.effects import Invoke, Send, Sleep
from .._calls.lifecycle import exchange
from .._calls.streamed import finish, lost
from .._config.settings import Settings, checked_key
from .._logging import log, logger
from .._outcomes import Failure, Reply
from ..errors import ArgumentError, ClearStreetError
from .bounds import BOUNDS, Bounds, raised_by_signal_handler
from .client import DefaultAsyncHttpxClient, DefaultHttpxClient, is_replaced
from .decoding import BodyTooLarge, bound, keep, unpacked
from .messages import new_request
from .redaction import shown
from .seams import ASYNC_CLIENT, CLIENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._api.operations import Operation
    from .._api.requests import Prepared
    from .._calls.effects import Effect, Flow
    from .._calls.steps import Completed
    from .._config.secrets import Secret

    T = TypeVar("T")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_GONE = "The body is gone: it was read piece by piece, or the context of its response was left."


# The same clock by a name that freezegun leaves alone: a wait on one that stands still would never end.
_monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else time.monotonic


class SystemClock:
    """The machine's own clocks, sleep and randomness. A test hands in another one as `clock`."""

    def monotonic(self) -> float:
        """Seconds on a clock that never steps, nor stands still in a test that freezes the time of the program."""
        return _monotonic()

    def now(self) -> datetime:
        """The time of day (aware, UTC)."""
        return datetime.now(UTC)

    def random(self) -> float:
        """A random number in [0, 1)."""
        return random.random()

    def sleep(self, seconds: float) -> None:
        """Block for some seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for some seconds, in asyncio or trio."""
        await anyio.sleep(seconds)


class KeyUnavailable(Exception):
    """The application's `api_key` callable failed."""


class _Driver:
    """What the two drivers share: all that needs no waiting."""

    def __init__(self, clock: Any) -> None:
        self.clock = SystemClock() if clock is None else clock
        self.owned: bool = False
        """Whether a supplied client is ours to close."""
        self.closed: bool = False
        self.learnt = Learnt()

    def new_call(
        self,
        settings: Settings,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        *,
        shape: str = "value",
        cast_to: object = None,
    ) -> Call[T]:
        """A call with its state, to be run as `exchange(call)`."""
        return Call(settings, self.learnt, self.clock, operation, prepared, options, shape=shape, cast_to=cast_to)

    def _refuse(self, effect: Send, settings: Settings) -> None:
        _refuse_closed(self.closed)
        if settings.read_only and effect.request.method not in ("GET", "HEAD"):
            raise ArgumentError(
                f"The client is read-only (`read_only=True`) and does not send {effect.request.method} "
                f"{effect.request.path_template}; use another client for it."
            )

    def _bounds(self, effect: Send, max_body_size: int) -> Bounds:
        """The attempt's bounds, moved from the clock of the flow to the one that sockets live by."""
        offset = time.monotonic() - self.clock.monotonic()
        not_after = None if effect.not_after is None else effect.not_after + offset
        return Bounds(effect.until + offset, not_after, max_body_size)

    def _failed(
        self,
        error: BaseException,
        request: httpx.Request | None,
        response: httpx.Response | None,
        key: Secret | None,
        *,
        unsent: bool,
    ) -> Reply | Failure:
        """What an attempt that raised came to. A refusal of ours, or an interruption, is none: it goes on its way."""
        if isinstance(error, httpx.HTTPStatusError) and error.request is request:
            # A hook of the application's makes an error of the reply's status, as `raise_for_status` does.
            response = error.response
            with contextlib.suppress(httpx.ResponseNotRead):
                return self._reply(response, response.content, key)
        raised = _by_application(error)
        if raised is not None:
            raise _bare(raised) from None
        error = _bare(cast("Exception", error))
        sent = response is not None or not unsent
        return Failure(
            error,
            self.clock.monotonic(),
            sent=sent,
            timed_out=isinstance(error, (httpx.TimeoutException, TimeoutError)),
            status=None if response is None else response.status_code,
            headers=None if response is None else shown(response, None, key)[0],
        )

    def _reply(self, response: httpx.Response, body: bytes | None, key: Secret | None) -> Reply:
        headers, body = shown(response, body, key)
        return Reply(response.status_code, headers, body, response, self.clock.monotonic())

    def _log_attempt(self, effect: Send, result: Reply | Failure) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            came = type(result.cause).__name__ if isinstance(result, Failure) else "complete"
            method, path = effect.request.method, effect.request.path_template
            log(logging.DEBUG, "%s %s: status %s, %s", method, path, result.status, came)


class Driver(_Driver):
    """Runs flows on the calling thread; one driver serves any number of threads."""

    def __init__(self, http_client: httpx.Client | None, clock: Any) -> None:
        super().__init__(clock)
        if http_client is not None and not isinstance(http_client, CLIENT):
            raise ArgumentError(
                f"Expected an httpx.Client for `http_client` but received {type(http_client).__name__}; pass a "
                "DefaultHttpxClient(transport=...) or the like, or use AsyncClearStreet for an async one."
            )
        self._supplied = http_client
        self._own: dict[int, httpx.Client] = {}

    def call(
        self,
        settings: Settings,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        shape: str,
        cast_to: object,
    ) -> T:
        """A whole call: its value, or in another shape than "value" its raw response."""
        call = self.new_call(settings, operation, prepared, options, shape=shape, cast_to=cast_to)
        if shape == "value":
            completed: Any = self.run(exchange(call), settings)
            value: T = completed.value
            return value
        from .._responses import RawResponse

        return cast("T", RawResponse(self.run(exchange(call), settings), self))

    def finish(self, completed: Completed[T]) -> None:
        """Read the body of a streamed reply, and the value out of it."""
        try:
            body: bytes | BaseException = self.read(completed)
        except httpx.StreamError:
            raise _gone(completed) from None
        except BaseException as error:
            body = _bare(error)
        self.run(finish(completed, body), completed.call.settings)

    def lost(self, completed: Completed[T], error: BaseException) -> None:
        """Raise what it means that the application could not read a streamed body."""
        if isinstance(error, httpx.StreamError):
            raise _gone(completed) from None
        lost(completed, _bare(error))

    def run(self, flow: Flow[T], settings: Settings) -> T:
        """Drive a flow to its end."""
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
            # One that came between two steps is told of what it interrupts: the flow raises it.
            return cast("T", flow.throw(error))

    def close(self) -> None:
        """Close the connections that this driver made."""
        self.closed = True
        client = self._own.pop(os.getpid(), None)
        if client is not None:
            client.close()
        if self.owned and self._supplied is not None:
            self._supplied.close()

    def abandon(self) -> None:
        """Close what a client left open that was never closed, with a warning."""
        if os.getpid() in self._own:
            self.close()
            _warn_unclosed("ClearStreet", "close()")

    def client(self) -> httpx.Client:
        """The httpx client in use: the application's, or this process's own."""
        if self._supplied is not None:
            return self._supplied
        process = os.getpid()
        return self._own.get(process) or self._own.setdefault(process, DefaultHttpxClient())

    def read(self, completed: Completed[Any]) -> bytes:
        """The rest of a streamed body, within the time-out of an attempt."""
        token = BOUNDS.set(_reading_bounds(completed.call))
        try:
            body: bytes = completed.http_response.read()
            return body
        finally:
            BOUNDS.reset(token)

    def _perform(self, effect: Effect, settings: Settings) -> object:
        if isinstance(effect, Send):
            return self._send(effect, settings)
        if isinstance(effect, Sleep):
            return self.clock.sleep(effect.seconds)
        hook = cast("Invoke", effect)
        _refuse_awaitable("function for `on_intent` or `on_change`", hook.hook(*hook.arguments))
        return True

    def _send(self, effect: Send, settings: Settings) -> Reply | Failure:
        self._refuse(effect, settings)
        client = self.client()
        _refuse_closed(client.is_closed)
        bounds = self._bounds(effect, settings.max_body_size)
        key = request = response = None
        token = BOUNDS.set(bounds)
        try:
            key = self._key(settings) if effect.authenticated else None
            request = new_request(effect, settings.base_url, key, client, bounds, self.clock.monotonic())
            bounds.request, bounds.begun = request, False  # where an API key was asked for, another request was sent
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
            body = _read(effect, response, settings.max_body_size)
            result: Reply | Failure = self._reply(response, body, key)
        except BaseException as error:
            unsent = request is None or _is_never_sent(client, error, request, bounds)
            result = self._failed(error, request, response, key, unsent=unsent)
        finally:
            effect.begun = (
                bounds.begun or response is not None or (request is not None and not _knows_when_sent(client, request))
            )
            BOUNDS.reset(token)
            if response is not None and not (response.is_closed or (effect.stream and response.is_success)):
                with contextlib.suppress(Exception):  # what came of the attempt is known by now
                    response.close()
        self._log_attempt(effect, result)
        return result

    def _key(self, settings: Settings) -> Secret:
        key = settings.api_key
        if not callable(key):
            return key
        try:
            value = key()
        except Exception as error:
            raise KeyUnavailable(f"the api_key callable raised {type(error).__name__}") from None
        _refuse_awaitable("function for `api_key`", value)
        return checked_key(value)


class AsyncDriver(_Driver):
    """Runs flows in the running event loop, of asyncio or trio."""

    def __init__(self, http_client: httpx.AsyncClient | None, clock: Any) -> None:
        super().__init__(clock)
        if http_client is not None and not isinstance(http_client, ASYNC_CLIENT):
            raise ArgumentError(
                f"Expected an httpx.AsyncClient for `http_client` but received {type(http_client).__name__}; pass a "
                "DefaultAsyncHttpxClient(transport=...) or the like, or use ClearStreet for a blocking one."
            )
        self._supplied = http_client
        self._own: dict[int, httpx.AsyncClient] = {}

    async def call(
        self,
        settings: Settings,
        operation: Operation[..., T],
        prepared: Prepared,
        options: Mapping[str, object],
        shape: str,
        cast_to: object,
    ) -> T:
        """A whole call: its value, or in another shape than "value" its raw response."""
        call = self.new_call(settings, operation, prepared, options, shape=shape, cast_to=cast_to)
        if shape == "value":
            completed: Any = await self.run(exchange(call), settings)
            value: T = completed.value
            return value
        from .._responses import AsyncRawResponse

        return cast("T", AsyncRawResponse(await self.run(exchange(call), settings), self))

    async def finish(self, completed: Completed[T]) -> None:
        """Read the body of a streamed reply, and the value out of it."""
        try:
            body: bytes | BaseException = await self.read(completed)
        except httpx.StreamError:
            raise _gone(completed) from None
        except BaseException as error:
            body = _bare(error)
        await self.run(finish(completed, body), completed.call.settings)

    async def lost(self, completed: Completed[T], error: BaseException) -> None:
        """Raise what it means that the application could not read a streamed body."""
        if isinstance(error, httpx.StreamError):
            raise _gone(completed) from None
        lost(completed, _bare(error))

    async def run(self, flow: Flow[T], settings: Settings) -> T:
        """Drive a flow to its end."""
        try:
            effect = next(flow)
            while True:
                try:
                    answer = await self._perform(effect, settings)
                except BaseException as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(answer)
        except StopIteration as stop:
            value: T = stop.value
            return value
        except BaseException as error:
            # One that came between two steps is told of what it interrupts: the flow raises it.
            return cast("T", flow.throw(error))

    async def close(self) -> None:
        """Close the connections that this driver made in the running event loop."""
        self.closed = True
        client = self._own.pop(os.getpid(), None)
        if client is not None:
            await client.aclose()
        if self.owned and self._supplied is not None:
            await self._supplied.aclose()

    def abandon(self) -> None:
        """Warn where a client was never closed; its event loop closes the connections when the keeper of them goes."""
        if not self.closed and os.getpid() in self._own:
            _warn_unclosed("AsyncClearStreet", "await close()")

    def client(self) -> httpx.AsyncClient:
        """The httpx client in use: the application's, or this process's own."""
        if self._supplied is not None:
            return self._supplied
        process = os.getpid()
        return self._own.get(process) or self._own.setdefault(process, DefaultAsyncHttpxClient())

    async def read(self, completed: Completed[Any]) -> bytes:
        """The rest of a streamed body, within the time-out of an attempt."""
        token = BOUNDS.set(_reading_bounds(completed.call))
        try:
            body: bytes = await completed.http_response.aread()
            return body
        finally:
            BOUNDS.reset(token)

    async def _perform(self, effect: Effect, settings: Settings) -> object:
        if isinstance(effect, Send):
            return await self._send(effect, settings)
        if isinstance(effect, Sleep):
            return await self.clock.asleep(effect.seconds)
        hook = cast("Invoke", effect)
        answer = hook.hook(*hook.arguments)
        left = None if hook.until is None else hook.until - self.clock.monotonic()
        with anyio.move_on_after(left) as scope:
            if inspect.isawaitable(answer):
                await answer
        return not scope.cancelled_caught

    async def _send(self, effect: Send, settings: Settings) -> Reply | Failure:
        self._refuse(effect, settings)
        client = self.client()
        _refuse_closed(client.is_closed)
        bounds = self._bounds(effect, settings.max_body_size)
        key = request = response = None
        token = BOUNDS.set(bounds)
        try:
            key = await self._key(settings, bounds) if effect.authenticated else None
            request = new_request(effect, settings.base_url, key, client, bounds, self.clock.monotonic())
            bounds.request, bounds.begun = request, False  # where an API key was asked for, another request was sent
            response = await client.send(request, stream=True, auth=None, follow_redirects=False)
            body = await _aread(effect, response, settings.max_body_size)
            result: Reply | Failure = self._reply(response, body, key)
        except BaseException as error:
            unsent = request is None or _is_never_sent(client, error, request, bounds)
            result = self._failed(error, request, response, key, unsent=unsent)
        finally:
            effect.begun = (
                bounds.begun or response is not None or (request is not None and not _knows_when_sent(client, request))
            )
            BOUNDS.reset(token)
            if response is not None and not (response.is_closed or (effect.stream and response.is_success)):
                with contextlib.suppress(Exception):  # what came of the attempt is known by now
                    await response.aclose()
        self._log_attempt(effect, result)
        return result

    async def _key(self, settings: Settings, bounds: Bounds) -> Secret:
        key = settings.api_key
        if not callable(key):
            return key
        with anyio.fail_after(max(0.0, bounds.until - time.monotonic())):
            try:
                value = key()
                if inspect.isawaitable(value):
                    value = await value
            except Exception as error:
                raise KeyUnavailable(f"the api_key callable raised {type(error).__name__}") from None
        return checked_key(value)


def _read(send: Send, response: httpx.Response, limit: int) -> bytes | None:
    """The body, None of one that the application reads. httpx's own way to it costs a good part of a call."""
    if send.stream and response.is_success:
        bound(response, limit)
        return None
    if response.is_stream_consumed:
        return response.read()
    size, parts = 0, list[bytes]()
    for part in cast("httpx.SyncByteStream", response.stream):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit)
    return _unpacked(send, response, b"".join(parts), limit)


async def _aread(send: Send, response: httpx.Response, limit: int) -> bytes | None:
    if send.stream and response.is_success:
        bound(response, limit)
        return None
    if response.is_stream_consumed:
        return await response.aread()
    size, parts = 0, list[bytes]()
    async for part in cast("httpx.AsyncByteStream", response.stream):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BodyTooLarge(limit)
    return _unpacked(send, response, b"".join(parts), limit)


def _unpacked(send: Send, response: httpx.Response, content: bytes, limit: int) -> bytes:
    if "content-encoding" in response.headers:
        content = unpacked(response.headers, content, limit)
    if send.raw:
        keep(response, content)
    return content


def _reading_bounds(call: Call[Any]) -> Bounds:
    """The bounds of what is left of a streamed reply."""
    return Bounds(time.monotonic() + call.limits.timeout.total, None, call.settings.max_body_size)


def _refuse_closed(closed: bool) -> None:
    if closed:
        raise ClearStreetError("The client is closed; make a new one.")


def _refuse_awaitable(what: str, answer: object) -> None:
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise ArgumentError(
            f"The {what} is a coroutine function: use it with AsyncClearStreet, or make it a plain function."
        )


def _gone(completed: Completed[Any]) -> ClearStreetError:
    """The error of a body that cannot be read any more; that it broke off once leaves unknown what came of a change."""
    error = ClearStreetError(_GONE)
    error.outcome_unknown = completed.call.operation.changes and completed.call.unresolved is not None
    return error


def _warn_unclosed(name: str, remedy: str) -> None:
    if not sys.is_finalizing():
        warnings.warn(
            f"{name} was never closed: use it in a `with` statement, or {remedy}", ResourceWarning, stacklevel=3
        )


E = TypeVar("E", bound=BaseException)


def _knows_when_sent(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> bool:
    """Whether `Bounds.begun` is told of the first byte: by connections of this package's, or by httpx's own transport,
    which traces what it does. A mock in its place traces nothing.
    """
    if getattr(client, "keeps_bounds", False):
        return True
    return type(_transport(client, request)) in _HTTPX_TRANSPORTS and not is_replaced(client)


def _is_never_sent(
    client: httpx.Client | httpx.AsyncClient, error: BaseException, request: httpx.Request, bounds: Bounds
) -> bool:
    """Whether it is proven that no byte of a request left. The exception of another transport proves nothing: it may
    be of a second try; only a transport that goes nowhere is believed, or a mock in the place of httpx's own, for what
    is no answer to a hook.
    """
    if _knows_when_sent(client, request):
        return not bounds.begun
    try:
        own = isinstance(error, _NEVER_SENT) and error.request is request
    except RuntimeError:
        return False
    if not own or bounds.begun or client.event_hooks["response"]:
        return False
    transport = _transport(client, request)
    return isinstance(transport, _goes_nowhere()) or type(transport) in _HTTPX_TRANSPORTS


def _transport(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> object:
    """The transport that a request takes, None where a client sends in a way of its own."""
    if type(client).send not in (httpx.Client.send, httpx.AsyncClient.send, *_OWN_SENDS):
        return None
    find = getattr(client, "_transport_for_url", None)
    return None if find is None else find(request.url)


def _goes_nowhere() -> tuple[type, ...]:
    """The transports that answer within the process."""
    sandbox = sys.modules.get("clear_street.sandbox.transport")
    own = () if sandbox is None else (sandbox.SandboxTransport, sandbox.AsyncSandboxTransport)
    return (httpx.MockTransport, *own)


_HTTPX_TRANSPORTS = (httpx.HTTPTransport, httpx.AsyncHTTPTransport)
_OWN_SENDS = (DefaultHttpxClient.send, DefaultAsyncHttpxClient.send)
_STACK = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict, OSError, KeyUnavailable)
_STACK_MODULES = ("httpx", "httpcore", "h11", "anyio", "aiohttp", "socksio", "ssl", "socket", "trio", "zlib")


def _by_application(error: BaseException) -> BaseException | None:
    """What goes on its way, as it is no failure of an attempt: only what httpx, httpcore, aiohttp, the system or TLS
    raise is one. A `TimeoutError` out of a signal handler is the application's, though httpcore may call it its own.
    """
    if isinstance(error, ClearStreetError) or not isinstance(error, Exception):
        return error
    if not isinstance(error, _STACK) and not _is_of_stack(error):
        return error
    return raised_by_signal_handler(error)


def _is_of_stack(error: Exception) -> bool:
    """Whether a module under this client raised an exception, of its own or of Python's, as where a proxy talks
    nonsense.
    """
    origin: object = type(error).__module__
    step = error.__traceback__
    while origin == "builtins" and step is not None:
        if step.tb_next is None:
            origin = step.tb_frame.f_globals.get("__name__")
        step = step.tb_next
    return str(origin).partition(".")[0] in _STACK_MODULES


def _bare(error: E) -> E:
    """An exception without what may show the request's headers: the frames below, their exceptions, the request."""
    error.__cause__ = error.__context__ = None
    if isinstance(error, (httpx.RequestError, httpx.HTTPStatusError)):
        error.request = cast("httpx.Request", None)
    if isinstance(error, httpx.HTTPStatusError):
        error.response = cast("httpx.Response", None)
    if isinstance(error, httpx.LocalProtocolError):
        error.args = ("the request breaks HTTP, perhaps by a header of the http_client",)
    return error.with_traceback(None)
