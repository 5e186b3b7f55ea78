"""Make one attempt: bound its time, add the API key, and decide what an exception means for it.

Both drivers use this, so that they differ only in their awaits.

What an attempt may have done, and what proves that it was never sent, is in docs/safety.md under "Words".
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import sys
import time
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import httpx

from .._config.settings import checked_key
from .._logging import log, logger
from .._outcomes import Failure, Reply
from .._signals import raised_by_signal_handler
from ..errors import ArgumentError, ClearStreetError
from .bounds import Bounds
from .client import DefaultAsyncHttpxClient, DefaultHttpxClient, is_replaced
from .decoding import BodyTooLarge, bound, keep, unpacked
from .messages import new_request
from .redaction import shown

if TYPE_CHECKING:
    from .._calls.effects import Send
    from .._config.options import Clock
    from .._config.secrets import Secret
    from .._config.settings import Settings

C = TypeVar("C", bound="httpx.Client | httpx.AsyncClient")
E = TypeVar("E", bound=BaseException)

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class KeyUnavailable(Exception):
    """The callable that the application passed as `api_key` failed."""


_HTTPX_TRANSPORTS = (httpx.HTTPTransport, httpx.AsyncHTTPTransport)
_SENDS = (httpx.Client.send, httpx.AsyncClient.send, DefaultHttpxClient.send, DefaultAsyncHttpxClient.send)
_STACK = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict, OSError, KeyUnavailable)
_STACK_MODULES = ("httpx", "httpcore", "h11", "anyio", "aiohttp", "socksio", "ssl", "socket", "trio", "zlib")


class Sending(Generic[C]):
    """One request while it is being sent: what is known about it so far."""

    __slots__ = (
        "_clock",
        "_parts",
        "_settings",
        "_size",
        "bounds",
        "client",
        "key",
        "request",
        "response",
        "send",
    )

    def __init__(self, send: Send, settings: Settings, client: C, clock: Clock) -> None:
        if client.is_closed:
            raise closed_error()
        self.send: Send = send
        self.client: C = client
        self.key: Secret | None = None
        self.request: httpx.Request | None = None
        self.response: httpx.Response | None = None
        self._settings = settings
        self._clock = clock
        self._parts: list[bytes] = []
        self._size = 0
        # The call's clock may be a test's. Sockets need a time on `time.monotonic`.
        offset = time.monotonic() - clock.monotonic()
        self.bounds: Bounds = Bounds(send.until + offset, settings.max_body_size, send.is_late)

    def new_request(self) -> httpx.Request:
        """Build the request, with the API key."""
        bounds, now = self.bounds, self._clock.monotonic()
        request = new_request(self.send, self._settings.base_url, self.key, self.client, bounds, now)
        # An `api_key` callable may have sent a request of its own: that one does not count.
        self.request = bounds.request = request
        bounds.begun = False
        # Until `end` knows better: a signal handler may raise before it does.
        self.send.begun = True
        return request

    def leave_to_application(self, response: httpx.Response) -> bool:
        """Leave the body of a streamed success to the application, bounded in size. Returns False for other replies."""
        if not (self.send.stream and response.is_success):
            return False
        bound(response, self._settings.max_body_size)
        return True

    def take(self, part: bytes) -> None:
        """Add a part of the body. Raises `BodyTooLarge`."""
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._settings.max_body_size:
            raise BodyTooLarge(self._settings.max_body_size)

    def body(self) -> bytes:
        """Return the body, decompressed."""
        response, content = cast("httpx.Response", self.response), b"".join(self._parts)
        if "content-encoding" in response.headers:
            content = unpacked(response.headers, content, self._settings.max_body_size)
        if self.send.raw:
            keep(response, content)
        return content

    def reply(self, body: bytes | None) -> Reply:
        """Return the result of an attempt with a complete reply. `body` is None if the application reads it."""
        response = cast("httpx.Response", self.response)
        headers, body = shown(response, body, self.key)
        return Reply(response.status_code, headers, body, response, self._clock.monotonic())

    def failed(self, error: BaseException) -> Reply | Failure:
        """Turn an exception into the result of the attempt. Our own errors, and exceptions of the application, are
        raised: they are not failures of an attempt.
        """
        unsent = self.request is None or _is_never_sent(self.client, error, self.request, self.bounds)
        if isinstance(error, httpx.HTTPStatusError) and error.request is self.request:
            # A hook of the application called `raise_for_status`: a complete reply has arrived.
            self.response = error.response
            with contextlib.suppress(httpx.ResponseNotRead):
                return self.reply(error.response.content)
        raised = _raised_by_application(error)
        if raised is not None:
            raise without_request(raised) from None
        cause = without_request(cast("Exception", error))
        response = self.response
        return Failure(
            cause,
            self._clock.monotonic(),
            sent=response is not None or not unsent,
            timed_out=isinstance(cause, (httpx.TimeoutException, TimeoutError)),
            status=None if response is None else response.status_code,
            headers=None if response is None else shown(response, None, self.key)[0],
        )

    def end(self) -> httpx.Response | None:
        """Note whether a byte may have left; return the response that still has to be closed, if any."""
        response, request = self.response, self.request
        # The request holds the bounds, by its trace: without this, only the garbage collector would remove both.
        self.bounds.request = None
        self.send.begun = (
            self.bounds.begun
            or response is not None
            or (request is not None and not _knows_when_sent(self.client, request))
        )
        if response is None or response.is_closed or (self.send.stream and response.is_success):
            return None
        return response

    def log(self, result: Reply | Failure) -> None:
        """Log the attempt, with the template of the path instead of the path, which has the account's id."""
        if logger.isEnabledFor(logging.DEBUG):
            ended = type(result.cause).__name__ if isinstance(result, Failure) else "complete"
            method, path = self.send.request.method, self.send.request.path_template
            log(logging.DEBUG, "%s %s: status %s, %s", method, path, result.status, ended)


def checked(key: object) -> Secret:
    """Return the API key that the application's callable returned. Raises `ArgumentError` if it cannot be used."""
    refuse_awaitable("function for `api_key`", key)
    return checked_key(key)


def closed_error() -> ClearStreetError:
    """Return the error of a call with a client that is closed."""
    return ClearStreetError("The client is closed; make a new one.")


def refuse_awaitable(what: str, answer: object) -> None:
    """Raise `ArgumentError` for an awaitable, for which a blocking client cannot wait."""
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()
        raise ArgumentError(
            f"The {what} is a coroutine function: use it with AsyncClearStreet, or write it without `async`."
        )


def _knows_when_sent(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> bool:
    """Whether `Bounds.begun` is set at the first byte. This package's connections do so, and httpx's own transport, by
    its trace; a mock in its place does not.
    """
    if getattr(client, "keeps_bounds", False):
        return True
    return type(_transport(client, request)) in _HTTPX_TRANSPORTS and not is_replaced(client)


def _is_never_sent(
    client: httpx.Client | httpx.AsyncClient, error: BaseException, request: httpx.Request, bounds: Bounds
) -> bool:
    """Whether it is proven that no byte of a request left.

    An exception of another transport proves nothing, because it may belong to a second try that the transport made. It
    is believed only of a transport without a network, or of a mock in place of httpx's own, and if no response hook
    may have raised it.
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
    """Return the transport for a request; None if the client has a `send` of its own."""
    if type(client).send not in _SENDS:
        return None
    find = getattr(client, "_transport_for_url", None)
    return None if find is None else find(request.url)


def _goes_nowhere() -> tuple[type, ...]:
    """Return the classes of transports that answer within the process."""
    sandbox = sys.modules.get("clear_street.sandbox.transport")
    own = () if sandbox is None else (sandbox.SandboxTransport, sandbox.AsyncSandboxTransport)
    return (httpx.MockTransport, *own)


def _raised_by_application(error: BaseException) -> BaseException | None:
    """Return the exception to raise unchanged if it is not a failure of the attempt, else None.

    Only exceptions of httpx, httpcore, aiohttp, the operating system or TLS are failures of an attempt. One from a
    signal handler is the application's, even if httpcore turned it into one of its own.
    """
    if isinstance(error, ClearStreetError) or not isinstance(error, Exception):
        return error
    if not isinstance(error, _STACK) and not _is_of_stack(error):
        return error
    return raised_by_signal_handler(error)


def _is_of_stack(error: Exception) -> bool:
    """Whether a library below this client raised an exception: a type of its own, or a built-in one, as httpcore may do
    if a proxy's answer makes no sense.
    """
    origin: object = type(error).__module__
    step = error.__traceback__
    while origin == "builtins" and step is not None:
        if step.tb_next is None:
            origin = step.tb_frame.f_globals.get("__name__")
        step = step.tb_next
    return str(origin).partition(".")[0] in _STACK_MODULES


def without_request(error: E) -> E:
    """Remove from an exception what may show the request's headers: its traceback, its causes and the request."""
    error.__cause__ = error.__context__ = None
    if isinstance(error, (httpx.RequestError, httpx.HTTPStatusError)):
        error.request = cast("httpx.Request", None)
    if isinstance(error, httpx.HTTPStatusError):
        error.response = cast("httpx.Response", None)
    if isinstance(error, httpx.LocalProtocolError):
        error.args = ("the request is not valid HTTP; check the headers of your http_client",)
    return error.with_traceback(None)
