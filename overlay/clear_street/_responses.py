"""Define what `with_raw_response` and `with_streaming_response` return: the reply itself, and its value."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from ._annotations import resolvable
from ._calls.steps import end
from ._calls.streamed import finish, read_piece, read_whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from datetime import timedelta
    from types import TracebackType

    import httpx

    from ._calls.effects import Flow
    from ._calls.steps import Completed
    from ._outcomes import Attempt

T = TypeVar("T")
Piece = TypeVar("Piece", bytes, str)


class _Raw(Generic[T]):
    """The base class of both kinds of raw response."""

    __slots__ = ("_completed", "_run")

    def __init__(self, completed: Completed[T], run: Callable[[Flow[Any]], Any]) -> None:
        """Store the completed call, and `run`, which runs a flow: the body is read by one."""
        self._completed = completed
        self._run = run

    if TYPE_CHECKING:
        pass  # with `__getattr__`, a type checker would accept every name
    else:

        def __getattr__(self, name: str) -> NoReturn:
            from ._config.arguments import no_name

            # Python also calls this if a property of that name raised AttributeError: then the name is right.
            plain = hasattr(type(self), name)
            known = {} if plain else {known: known for known in dir(type(self)) if not known.startswith("_")}
            raise no_name(f"{type(self).__name__!r} object", name, known)

    @property
    def http_response(self) -> httpx.Response:
        """httpx's own response: that of the attempt that succeeded, or of the look that settled the call."""
        return cast("httpx.Response", self._completed.reply.http_response)

    @property
    def http_request(self) -> httpx.Request:
        """httpx's own request."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The reply's headers."""
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """The service's id of the request; None if the reply has none."""
        return self.attempts[-1].request_id

    @property
    def is_closed(self) -> bool:
        """Whether the reply was read to its end, or closed."""
        return self.http_response.is_closed

    @property
    def elapsed(self) -> timedelta:
        """The time from sending the request to the end of the reply or, if that is streamed, of its headers."""
        from datetime import timedelta

        return timedelta(seconds=self.attempts[-1].elapsed)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each request that was made."""
        return tuple(self._completed.call.history.attempts)

    @property
    def retries_taken(self) -> int:
        """How many attempts were made after the first."""
        return len(self.attempts) - 1

    @property
    def reconciled(self) -> bool:
        """Whether a look at the account's instructions answered what a reply did not."""
        return self._completed.call.history.reconciled

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"


class RawResponse(_Raw[T]):
    """A reply, with `parse()` for its value. The body of a streamed reply is read when it is asked for."""

    __slots__ = ()

    def parse(self) -> T:
        """Return the value of the call, the same that the plain method returns.

        For a streamed body, raises `APIResponseValidationError` if it cannot be read as the operation's reply, and
        `APIConnectionError` if the connection breaks before its end.
        """
        if self._completed.value is None and self._completed.call.asked.stream:
            self._run(finish(self._completed, self.http_response.read))
        return cast("T", self._completed.value)

    def read(self) -> bytes:
        """Return the whole body. Raises `APIConnectionError` if the connection breaks."""
        return cast("bytes", self._run(read_whole(self._completed, self.http_response.read)))

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the body in pieces, decompressed. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.iter_bytes(chunk_size))

    def text(self) -> str:
        """Return the whole body as text. Raises what `read` raises."""
        self.read()
        return self.http_response.text

    def json(self) -> Any:
        """Return the whole body, decoded from JSON. Raises what `read` raises, and `ValueError` if it is not JSON."""
        self.read()
        return self.http_response.json()

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Yield the body in pieces, as text. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.iter_text(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Yield the body line by line. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.iter_lines())

    def close(self) -> None:
        """Close the reply, and return its connection to the pool."""
        try:
            self.http_response.close()
        finally:
            end(self._completed.call)

    def _pieces(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        next_piece = partial(next, pieces, None)
        while (piece := self._run(read_piece(self._completed, next_piece))) is not None:
            yield piece


class AsyncRawResponse(_Raw[T]):
    """A reply, with `await parse()` for its value. The body of a streamed reply is read when it is asked for."""

    __slots__ = ()

    async def parse(self) -> T:
        """Return the value of the call, the same that the plain method returns.

        For a streamed body, raises `APIResponseValidationError` if it cannot be read as the operation's reply, and
        `APIConnectionError` if the connection breaks before its end.
        """
        if self._completed.value is None and self._completed.call.asked.stream:
            await self._run(finish(self._completed, self.http_response.aread))
        return cast("T", self._completed.value)

    async def read(self) -> bytes:
        """Return the whole body. Raises `APIConnectionError` if the connection breaks."""
        return cast("bytes", await self._run(read_whole(self._completed, self.http_response.aread)))

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the body in pieces, decompressed. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.aiter_bytes(chunk_size))

    async def text(self) -> str:
        """Return the whole body as text. Raises what `read` raises."""
        await self.read()
        return self.http_response.text

    async def json(self) -> Any:
        """Return the whole body, decoded from JSON. Raises what `read` raises, and `ValueError` if it is not JSON."""
        await self.read()
        return self.http_response.json()

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Yield the body in pieces, as text. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.aiter_text(chunk_size))

    def iter_lines(self) -> AsyncIterator[str]:
        """Yield the body line by line. Raises `APIConnectionError` if the connection breaks."""
        return self._pieces(self.http_response.aiter_lines())

    async def close(self) -> None:
        """Close the reply, and return its connection to the pool."""
        try:
            await self.http_response.aclose()
        finally:
            end(self._completed.call)

    async def _pieces(self, pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
        next_piece = partial(anext, pieces, None)
        while (piece := await self._run(read_piece(self._completed, next_piece))) is not None:
            yield piece


class StreamManager(Generic[T]):
    """A context manager: entering it makes the call, leaving it closes the reply."""

    __slots__ = ("_call", "_response")

    def __init__(self, call: Callable[[], RawResponse[T]]) -> None:
        self._call = call

    def __enter__(self) -> RawResponse[T]:
        self._response = self._call()
        return self._response

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._response.close()


class AsyncStreamManager(Generic[T]):
    """A context manager: entering it makes the call, leaving it closes the reply."""

    __slots__ = ("_call", "_response")

    def __init__(self, call: Callable[[], Awaitable[AsyncRawResponse[T]]]) -> None:
        self._call = call

    async def __aenter__(self) -> AsyncRawResponse[T]:
        self._response = await self._call()
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._response.close()


resolvable(globals(), RawResponse, AsyncRawResponse)
