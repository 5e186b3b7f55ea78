"""Following `next_page_token`, a page at a time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ._annotations import resolvable
from ._api.operations import GET_POSITIONS
from ._config.limits import checked_seconds
from .errors import APIResponseValidationError, APITimeoutError, RequestInfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from ._config.options import Clock
    from .types.v1 import Position, PositionGetPositionsResponse

PAGE_SIZE_DEFAULT = 1000
"""How many rows the service puts on a page where it is not told."""
EMPTY_PAGES_MAX = 20
"""How many pages in a row may be empty before the listing is taken for one without an end."""
LISTING_SECONDS = 3600.0
"""How long fetching the pages of a listing may take in all, where the application does not say."""
_TOKENS_MAX = 10_000


class Cursor:
    """Where a listing stands: the token of the next page, and those that were followed."""

    def __init__(self, token: str | None, page_size: int | None, clock: Clock, listing_deadline: float | None) -> None:
        self.token: str | None = token
        self.finished: bool = False
        self.left: float = (
            LISTING_SECONDS if listing_deadline is None else checked_seconds("listing_deadline", listing_deadline)
        )
        """Seconds that may still be spent on fetching pages."""
        self._clock = clock
        self._page_size = page_size or PAGE_SIZE_DEFAULT
        # A token may be long: its hash tells as well whether it was followed. In the order in which they were.
        self._followed: dict[int, None] = {}
        self._empty: int = 0
        self._request_id: str | None = None

    def next(self) -> str | None:
        """The token of the page to fetch; an error where the listing would go on for ever, or took too long."""
        if hash(self.token) in self._followed:
            raise self._endless("did not say" if self.token is None else "repeated a page token, and so did not say")
        if self._empty >= EMPTY_PAGES_MAX:
            raise self._endless(f"sent {self._empty} empty pages in a row, and so did not say")
        if self.left <= 0:
            raise APITimeoutError(
                "fetching the pages of the listing took until its deadline (`listing_deadline`)",
                request=RequestInfo(GET_POSITIONS.method, GET_POSITIONS.path_template),
                request_id=self._request_id,
                advice="Go on from `next_page_token` with a new iterator",
            )
        return self.token

    def _endless(self, why: str) -> APIResponseValidationError:
        return APIResponseValidationError(
            f"the service {why} where the listing goes on",
            status_code=200,
            request=RequestInfo(GET_POSITIONS.method, GET_POSITIONS.path_template),
            request_id=self._request_id,
        )

    def __enter__(self) -> None:
        self._began = self._clock.monotonic()

    def __exit__(self, *error: object) -> None:
        self.left -= self._clock.monotonic() - self._began

    def advance(self, page: PositionGetPositionsResponse) -> None:
        """Move on past a page."""
        self._followed[hash(self.token)] = None
        if len(self._followed) > _TOKENS_MAX:
            del self._followed[next(iter(self._followed))]
        self._empty = 0 if page.data else self._empty + 1
        self._request_id = page.request_id
        self.token = (page.metadata.next_page_token or None) if page.metadata else None
        self.finished = self.token is None and self._is_last(page)

    def _is_last(self, page: PositionGetPositionsResponse) -> bool:
        """Whether a page without a readable token is the last one."""
        if page.metadata is not None:
            return not page.metadata.to_dict().get("next_page_token")
        return len(page.data or ()) < self._page_size


class PageIterator:
    """The pages of a listing that were not fetched yet. After an error, going on asks for the same page again."""

    def __init__(self, fetch: Callable[[str | None, float], PositionGetPositionsResponse], cursor: Cursor) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __iter__(self) -> Iterator[PositionGetPositionsResponse]:
        return self

    def __next__(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopIteration
        token = self._cursor.next()
        with self._cursor:
            page = self._fetch(token, self._cursor.left)
        self._cursor.advance(page)
        return page


class AsyncPageIterator:
    """The pages of a listing that were not fetched yet. After an error, going on asks for the same page again."""

    def __init__(
        self, fetch: Callable[[str | None, float], Awaitable[PositionGetPositionsResponse]], cursor: Cursor
    ) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __aiter__(self) -> AsyncIterator[PositionGetPositionsResponse]:
        return self

    async def __anext__(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopAsyncIteration
        token = self._cursor.next()
        with self._cursor:
            page = await self._fetch(token, self._cursor.left)
        self._cursor.advance(page)
        return page


class _Rows:
    """What both kinds of iterator share."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._rows: deque[Position] = deque()

    @property
    def next_page_token(self) -> str | None:
        """The token of the first page that was not fetched yet: hand it in as `page_token` to resume after the rows
        of the pages before. None at the start and at the end.
        """
        return self._cursor.token


class PositionIterator(_Rows):
    """Every position, fetched a page at a time; `pages()` gives the pages themselves.

    One page is held at a time. Where a page cannot be fetched, the error of the call is raised, and going on asks
    for the same page again.
    """

    def __init__(
        self,
        fetch: Callable[[str | None, float], PositionGetPositionsResponse],
        cursor: Cursor,
    ) -> None:
        super().__init__(cursor)
        self._pages = PageIterator(fetch, self._cursor)

    def __iter__(self) -> Iterator[Position]:
        return self

    def __next__(self) -> Position:
        while not self._rows:
            self._rows.extend(next(self._pages).data or ())
        return self._rows.popleft()

    def pages(self) -> Iterator[PositionGetPositionsResponse]:
        """The pages that were not fetched yet."""
        return self._pages


class AsyncPositionIterator(_Rows):
    """Every position, fetched a page at a time; `pages()` gives the pages themselves.

    One page is held at a time. Where a page cannot be fetched, the error of the call is raised, and going on asks
    for the same page again.
    """

    def __init__(
        self,
        fetch: Callable[[str | None, float], Awaitable[PositionGetPositionsResponse]],
        cursor: Cursor,
    ) -> None:
        super().__init__(cursor)
        self._pages = AsyncPageIterator(fetch, self._cursor)

    def __aiter__(self) -> AsyncIterator[Position]:
        return self

    async def __anext__(self) -> Position:
        while not self._rows:
            self._rows.extend((await anext(self._pages)).data or ())
        return self._rows.popleft()

    def pages(self) -> AsyncIterator[PositionGetPositionsResponse]:
        """The pages that were not fetched yet."""
        return self._pages


resolvable(globals())
