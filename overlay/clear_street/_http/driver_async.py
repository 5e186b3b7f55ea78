"""Run flows in an event loop: the same as `driver`, with awaits."""

from __future__ import annotations

import contextlib
import inspect
import os
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import httpx

from .._calls.effects import BodyConsumed, Invoke, Read, Send, Sleep
from .._config.settings import checked_key
from ..errors import ArgumentError
from .attempts import KeyUnavailable, without_request
from .bounds import BOUNDS
from .client import DefaultAsyncHttpxClient, asend_plain
from .driver import BaseDriver, reading_bounds, warn_unclosed
from .library_methods import ASYNC_CLIENT

if TYPE_CHECKING:
    from .._calls.effects import Effect, Flow
    from .._config.secrets import Secret
    from .._config.settings import Settings
    from .._outcomes import Failure, Reply
    from .attempts import Sending

T = TypeVar("T")


class AsyncDriver(BaseDriver[httpx.AsyncClient]):
    """Runs flows in the running event loop of asyncio or trio."""

    def __init__(self, http_client: httpx.AsyncClient | None, clock: Any) -> None:
        super().__init__(http_client, clock)
        if http_client is not None and not isinstance(http_client, ASYNC_CLIENT):
            raise ArgumentError(
                f"Expected an httpx.AsyncClient for `http_client` but received {type(http_client).__name__}; pass a "
                "DefaultAsyncHttpxClient(transport=...), for example, or use ClearStreet for a blocking one."
            )

    async def run(self, flow: Flow[T], settings: Settings) -> T:
        """Run a flow to its end and return its value."""
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
            # A signal handler raised between two steps. The flow learns of it, so that it can mark the outcome.
            return cast("T", flow.throw(error))

    async def close(self) -> None:
        """Close the connections that this driver made in the running event loop."""
        for client in self._closing():
            await client.aclose()

    def abandon(self) -> None:
        """Warn if a client was never closed. Its connections close when the garbage collector removes their owner."""
        if not self.closed and os.getpid() in self._own:
            warn_unclosed("AsyncClearStreet", "await close()")

    def _new_client(self) -> httpx.AsyncClient:
        return DefaultAsyncHttpxClient()

    async def _perform(self, effect: Effect, settings: Settings) -> object:
        if isinstance(effect, Send):
            return await self._send(effect, settings)
        if isinstance(effect, Sleep):
            return await self.clock.asleep(effect.seconds)
        if isinstance(effect, Read):
            return await _read(effect, settings)
        hook = cast("Invoke", effect)
        answer = hook.hook(*hook.arguments)
        left = None if hook.until is None else hook.until - self.clock.monotonic()
        with anyio.move_on_after(left) as scope:
            if inspect.isawaitable(answer):
                await answer
        return not scope.cancelled_caught

    async def _send(self, send: Send, settings: Settings) -> Reply | Failure:
        sending, outer = self._begin(send, settings), BOUNDS.get()
        if send.operation.changes:
            # anyio imports the part for this event loop when it is first used: not after the effect, where it may fail.
            anyio.get_cancelled_exc_class()
        try:
            BOUNDS.set(sending.bounds)
            if send.operation.authenticated:
                sending.key = await _key(settings, sending.bounds.until)
            response = sending.response = await asend_plain(sending.client, sending.new_request())
            result: Reply | Failure = sending.reply(await _body(sending, response))
        except BaseException as error:
            result = sending.failed(error)
        finally:
            # First, and here: no signal handler runs before a call of a C function has ended.
            BOUNDS.set(outer)
            left_open = sending.end()
            if left_open is not None:
                with contextlib.suppress(Exception):  # the result of the attempt is known already
                    await left_open.aclose()
        sending.log(result)
        return result


async def _key(settings: Settings, until: float) -> Secret:
    key = settings.api_key
    if not callable(key):
        return key
    with anyio.fail_after(max(0.0, until - time.monotonic())):
        try:
            value = key()
            if inspect.isawaitable(value):
                value = await value
        except Exception as error:
            raise KeyUnavailable(f"the api_key callable raised {type(error).__name__}") from None
    return checked_key(value)


async def _body(sending: Sending[httpx.AsyncClient], response: httpx.Response) -> bytes | None:
    """Read the body. `response.aread()` is slow, so it is used only where httpx has read it already."""
    if sending.leave_to_application(response):
        return None
    if response.is_stream_consumed:
        return await response.aread()
    async for part in cast("httpx.AsyncByteStream", response.stream):
        sending.take(part)
    return sending.body()


async def _read(effect: Read, settings: Settings) -> object:
    bounds, outer = reading_bounds(effect, settings), BOUNDS.get()
    try:
        BOUNDS.set(bounds)
        return await cast("Any", effect.read())
    except httpx.StreamError:
        raise BodyConsumed from None
    except BaseException as error:
        raise without_request(error) from None
    finally:
        BOUNDS.set(outer)
