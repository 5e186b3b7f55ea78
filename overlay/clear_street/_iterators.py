"""Iterate over a listing that comes in pages, by following `next_page_token`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._annotations import resolvable
from ._config.arguments import checked_seconds
from .errors import APIResponseValidationError, APITimeoutError, RequestInfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
    from typing import ParamSpec, Self

    from ._api.operations import Operation
    from ._config.limits import Limits
    from ._config.options import Clock

    P = ParamSpec("P")

RowT = TypeVar("RowT")
PageT = TypeVar("PageT")

EMPTY_PAGES_MAX = 20
"""How many pages in a row may be empty. With more, the listing may have no end."""
LISTING_SECONDS = 3600.0
"""The default of `listing_deadline`."""
_TOKENS_MAX = 10_000


class Cursor:
    """The position in a listing: the token of the next page, and the tokens that were used.

    `page_size` is how many rows a full page of this listing has. `limits` and `options` bound the call for each page;
    `listing_deadline`, in seconds, bounds all of them together.
    """

    def __init__(
        self,
        operation: Operation[..., object],
        token: str | None,
        page_size: int,
        clock: Clock,
        limits: Limits,
        options: Mapping[str, object],
        listing_deadline: float | None,
    ) -> None:
        self.token: str | None = token
        self.finished: bool = False
        self._left: float = (
            LISTING_SECONDS if listing_deadline is None else checked_seconds("listing_deadline", listing_deadline)
        )
        self._asked = RequestInfo(operation.method, operation.path_template)
        self._clock = clock
        self._limits = limits
        self._options = options
        self._page_size = page_size
        # The hashes of used tokens, in order: a token itself may be long.
        self._followed: dict[int, None] = {}
        self._empty: int = 0
        self._request_id: str | None = None

    def next(self) -> dict[str, Any]:
        """Return the arguments of the call for the next page that differ from page to page.

        Raises `APIResponseValidationError` if the listing would never end, and `APITimeoutError` after
        `listing_deadline`.
        """
        if hash(self.token) in self._followed:
            raise self._endless("did not say" if self.token is None else "repeated a page token, and so did not say")
        if self._empty >= EMPTY_PAGES_MAX:
            raise self._endless(f"sent {self._empty} empty pages in a row, and so did not say")
        if self._left <= 0:
            raise APITimeoutError(
                "the pages of the listing were not fetched within its deadline (`listing_deadline`)",
                request=self._asked,
                request_id=self._request_id,
                advice="Go on from `next_page_token` with a new iterator",
            )
        seconds = self._limits.with_options(self._options).call_seconds
        return {"page_token": self.token, "deadline": min(seconds, self._left)}

    def _endless(self, why: str) -> APIResponseValidationError:
        return APIResponseValidationError(
            f"the service {why} where the listing continues",
            status_code=200,
            request=self._asked,
            request_id=self._request_id,
        )

    def __enter__(self) -> Self:
        self._began = self._clock.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        self._left -= self._clock.monotonic() - self._began

    def advance(self, page: Any) -> None:
        """Advance to the page after `page`."""
        self._followed[hash(self.token)] = None
        if len(self._followed) > _TOKENS_MAX:
            del self._followed[next(iter(self._followed))]
        self._empty = 0 if page.data else self._empty + 1
        self._request_id = page.request_id
        self.token = (page.metadata.next_page_token or None) if page.metadata else None
        self.finished = self.token is None and self._is_last(page)

    def _is_last(self, page: Any) -> bool:
        """Whether a page without a readable token is the last one."""
        if page.metadata is not None:
            return not page.metadata.to_dict().get("next_page_token")
        return len(page.data or ()) < self._page_size


class _Pages(Generic[PageT]):
    """An iterator of the pages that were not fetched yet. After an error, it asks for the same page again."""

    def __init__(self, fetch: Callable[..., PageT], cursor: Cursor, args: Any, kwargs: Any) -> None:
        self._fetch = fetch
        self._cursor = cursor
        self._args = args
        self._kwargs = kwargs

    def __iter__(self) -> Iterator[PageT]:
        return self

    def __next__(self) -> PageT:
        if self._cursor.finished:
            raise StopIteration
        own = self._cursor.next()
        with self._cursor:
            page = self._fetch(*self._args, **{**self._kwargs, **own})
        self._cursor.advance(page)
        return page


class _AsyncPages(Generic[PageT]):
    """An iterator of the pages that were not fetched yet. After an error, it asks for the same page again."""

    def __init__(self, fetch: Callable[..., Awaitable[PageT]], cursor: Cursor, args: Any, kwargs: Any) -> None:
        self._fetch = fetch
        self._cursor = cursor
        self._args = args
        self._kwargs = kwargs

    def __aiter__(self) -> AsyncIterator[PageT]:
        return self

    async def __anext__(self) -> PageT:
        if self._cursor.finished:
            raise StopAsyncIteration
        own = self._cursor.next()
        with self._cursor:
            page = await self._fetch(*self._args, **{**self._kwargs, **own})
        self._cursor.advance(page)
        return page


class _Rows(Generic[RowT]):
    """The base class of both kinds of iterator."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._rows: deque[RowT] = deque()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @property
    def next_page_token(self) -> str | None:
        """The token of the first page that was not fetched yet. Pass it as `page_token` to continue after the rows of
        the earlier pages. None at the start and at the end.
        """
        return self._cursor.token

    def _end(self) -> None:
        self._rows.clear()
        self._cursor.finished = True


class RowIterator(_Rows[RowT], Generic[RowT, PageT]):
    """An iterator of all rows of a listing; `pages()` returns the pages themselves.

    One page is in memory at a time. If a page cannot be fetched, the error of the call is raised, and the next step
    asks for the same page again.
    """

    def __init__(self, cursor: Cursor, fetch: Callable[P, PageT], /, *args: P.args, **kwargs: P.kwargs) -> None:
        super().__init__(cursor)
        self._pages = _Pages(fetch, cursor, args, kwargs)

    def __iter__(self) -> Iterator[RowT]:
        return self

    def __next__(self) -> RowT:
        while not self._rows:
            page: Any = next(self._pages)
            self._rows.extend(page.data or ())
        return self._rows.popleft()

    def pages(self) -> Iterator[PageT]:
        """Return an iterator of the pages that were not fetched yet."""
        return self._pages

    def close(self) -> None:
        """End the iteration. Nothing has to be released if this is not called."""
        self._end()


class AsyncRowIterator(_Rows[RowT], Generic[RowT, PageT]):
    """An iterator of all rows of a listing; `pages()` returns the pages themselves.

    One page is in memory at a time. If a page cannot be fetched, the error of the call is raised, and the next step
    asks for the same page again.
    """

    def __init__(
        self, cursor: Cursor, fetch: Callable[P, Awaitable[PageT]], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        super().__init__(cursor)
        self._pages = _AsyncPages(fetch, cursor, args, kwargs)

    def __aiter__(self) -> AsyncIterator[RowT]:
        return self

    async def __anext__(self) -> RowT:
        while not self._rows:
            page: Any = await anext(self._pages)
            self._rows.extend(page.data or ())
        return self._rows.popleft()

    def pages(self) -> AsyncIterator[PageT]:
        """Return an iterator of the pages that were not fetched yet."""
        return self._pages

    async def aclose(self) -> None:
        """End the iteration. Nothing has to be released if this is not called."""
        self._end()


if TYPE_CHECKING:
    from .types.v1 import Position, PositionGetPositionsResponse

    _Positions = RowIterator[Position, PositionGetPositionsResponse]
    _AsyncPositions = AsyncRowIterator[Position, PositionGetPositionsResponse]
else:
    _Positions, _AsyncPositions = RowIterator, AsyncRowIterator


class PositionIterator(_Positions):
    """An iterator of all positions; `pages()` returns the pages themselves.

    One page is in memory at a time. If a page cannot be fetched, the error of the call is raised, and the next step
    asks for the same page again.
    """


class AsyncPositionIterator(_AsyncPositions):
    """An iterator of all positions; `pages()` returns the pages themselves.

    One page is in memory at a time. If a page cannot be fetched, the error of the call is raised, and the next step
    asks for the same page again.
    """


resolvable(globals())
