"""Following `next_page_token`, a page at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Generic, TypeVar

from .errors import APIResponseValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from clear_street_api.models import Position

    from .types.v1 import PositionGetPositionsResponse

T = TypeVar("T")


class Cursor:
    """Where a listing stands: the token of the next page, and those that were followed."""

    __slots__ = ("_followed", "finished", "token")

    def __init__(self, token: str | None) -> None:
        self.token: str | None = token
        self.finished: bool = False
        self._followed: set[str] = set()

    def advance(self, page: PositionGetPositionsResponse) -> None:
        """Move on past a page; a token that was followed before ends the listing with an error, since it would go on
        for ever.
        """
        if self.token is not None:
            self._followed.add(self.token)
        token = page.metadata.next_page_token if page.metadata else None
        if token is not None and token in self._followed:
            raise APIResponseValidationError(
                "the service repeated a page token, so that the listing would never end",
                status_code=200,
                request_id=page.metadata.request_id,
            )
        self.token = token
        self.finished = not token


class _Pages(Generic[T]):
    """What both kinds of iterator share."""

    def __init__(self, fetch: Callable[[str | None], T], page_token: str | None) -> None:
        self._fetch = fetch
        self._cursor = Cursor(page_token)
        self._rows: deque[Position] = deque()

    @property
    def next_page_token(self) -> str | None:
        """The token of the first page that was not fetched yet: hand it in as `page_token` to resume there. None at
        the start and at the end.
        """
        return self._cursor.token

    def _take(self, page: PositionGetPositionsResponse) -> PositionGetPositionsResponse:
        self._cursor.advance(page)
        return page


class PositionIterator(_Pages["PositionGetPositionsResponse"]):
    """Every position, fetched a page at a time; `pages()` gives the pages themselves.

    One page is held at a time. Where a page cannot be fetched, the error of the call is raised, and going on asks
    for the same page again.
    """

    def __iter__(self) -> Iterator[Position]:
        return self

    def __next__(self) -> Position:
        while not self._rows:
            self._rows.extend(self._next_page().data or ())
        return self._rows.popleft()

    def pages(self) -> Iterator[PositionGetPositionsResponse]:
        """The pages that were not fetched yet."""
        while not self._cursor.finished:
            yield self._next_page()

    def _next_page(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopIteration
        return self._take(self._fetch(self._cursor.token))


class AsyncPositionIterator(_Pages[Awaitable["PositionGetPositionsResponse"]]):
    """Every position, fetched a page at a time; `pages()` gives the pages themselves.

    One page is held at a time. Where a page cannot be fetched, the error of the call is raised, and going on asks
    for the same page again.
    """

    def __aiter__(self) -> AsyncIterator[Position]:
        return self

    async def __anext__(self) -> Position:
        while not self._rows:
            self._rows.extend((await self._next_page()).data or ())
        return self._rows.popleft()

    async def pages(self) -> AsyncIterator[PositionGetPositionsResponse]:
        """The pages that were not fetched yet."""
        while not self._cursor.finished:
            yield await self._next_page()

    async def _next_page(self) -> PositionGetPositionsResponse:
        if self._cursor.finished:
            raise StopAsyncIteration
        return self._take(await self._fetch(self._cursor.token))
