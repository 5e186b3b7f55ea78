"""Following `next_page_token`, a page at a time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ._operations import GET_POSITIONS
from .errors import APIResponseValidationError, RequestInfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from clear_street_api.models import Position

    from .types.v1 import PositionGetPositionsResponse

PAGE_SIZE_DEFAULT = 1000
"""How many rows the service puts on a page where it is not told."""


class Cursor:
    """Where a listing stands: the token of the next page, and those that were followed."""

    def __init__(self, token: str | None, page_size: int | None) -> None:
        self.token: str | None = token
        self.finished: bool = False
        self._page_size = page_size or PAGE_SIZE_DEFAULT
        self._followed: set[str | None] = set()
        self._request_id: str | None = None

    def next(self) -> str | None:
        """The token of the page to fetch; an error where it was followed before, since the listing would go on for
        ever.
        """
        if self.token in self._followed:
            why = "did not say" if self.token is None else "repeated a page token, and so did not say"
            raise APIResponseValidationError(
                f"the service {why} where the listing goes on",
                status_code=200,
                request=RequestInfo(GET_POSITIONS.method, GET_POSITIONS.path_template),
                request_id=self._request_id,
            )
        return self.token

    def advance(self, page: PositionGetPositionsResponse) -> None:
        """Move on past a page; an error, and no move, where its rows cannot be read: that they are none would be
        false.
        """
        if page.data is None and page.to_dict().get("data", page) is not None:
            raise APIResponseValidationError(
                "the service sent a page whose positions cannot be read",
                status_code=200,
                request=RequestInfo(GET_POSITIONS.method, GET_POSITIONS.path_template),
                request_id=page.request_id,
                attempts=page.attempts,
                reply=page,
            )
        self._followed.add(self.token)
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

    def __init__(self, fetch: Callable[[str | None], PositionGetPositionsResponse], cursor: Cursor) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __iter__(self) -> Iterator[PositionGetPositionsResponse]:
        return self

    def __next__(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopIteration
        page = self._fetch(self._cursor.next())
        self._cursor.advance(page)
        return page


class AsyncPageIterator:
    """The pages of a listing that were not fetched yet. After an error, going on asks for the same page again."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[PositionGetPositionsResponse]], cursor: Cursor) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __aiter__(self) -> AsyncIterator[PositionGetPositionsResponse]:
        return self

    async def __anext__(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopAsyncIteration
        page = await self._fetch(self._cursor.next())
        self._cursor.advance(page)
        return page


class _Rows:
    """What both kinds of iterator share."""

    def __init__(self, page_token: str | None, page_size: int | None) -> None:
        self._cursor = Cursor(page_token, page_size)
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
        fetch: Callable[[str | None], PositionGetPositionsResponse],
        page_token: str | None,
        page_size: int | None,
    ) -> None:
        super().__init__(page_token, page_size)
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
        fetch: Callable[[str | None], Awaitable[PositionGetPositionsResponse]],
        page_token: str | None,
        page_size: int | None,
    ) -> None:
        super().__init__(page_token, page_size)
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
