"""`client.v1.orders`: What became of orders, and their fills."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import orders as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, Final, Unpack

    from .._caller_async import AsyncCaller
    from .._config.options import CallOptions
    from .._iterators import AsyncRowIterator
    from ..types.v1 import (
        Execution,
        Order,
        OrderGetExecutionsResponse,
        OrderGetOrderByIDResponse,
        OrderGetOrdersResponse,
        OrderStatus,
        OrderStatusName,
        SecurityType,
        SecurityTypeName,
        TimeRange,
    )


class AsyncOrders(Named):
    """What became of orders, and their fills."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncOrdersWithRawResponse:
        """The same operations, giving the reply itself: status, headers, attempts, and `parse()` for the value."""
        return AsyncOrdersWithRawResponse(AsyncOrders(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncOrdersWithStreamingResponse:
        """The same operations as context managers, giving the reply before its body was read."""
        return AsyncOrdersWithStreamingResponse(AsyncOrders(self._caller.shaped("stream")))

    async def get_orders(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        status: Sequence[OrderStatus | OrderStatusName] | None = None,
        symbol: str | None = None,
        instrument_ids: Sequence[str] | None = None,
        instrument_type: SecurityType | SecurityTypeName | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        updated_at: TimeRange | Mapping[str, Any] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OrderGetOrdersResponse:
        """List orders.

        Lists the orders of an account, a page at a time. While `metadata.next_page_token` is set there is another
        page; pass it on as `page_token`. With `order_ids` it finds an order at any time by either of its ids.
        `iter_orders` follows the pages.

        - `account_id`: the account to act on.
        - `order_ids`: only these orders, by the server's `id` or the client's id, joined by commas.
        - `status`: only orders in one of these states, joined by commas.
        - `symbol`: only what is on the instrument with this symbol.
        - `instrument_ids`: only what is on these instruments, given by UUID or symbol, joined by commas.
        - `instrument_type`: only what is on instruments of this kind.
        - `underlying_instrument_ids`: only what is on contracts that are written on these instruments, given by UUID
          or symbol, joined by commas.
        - `from_`: only what happened at this moment or later.
        - `to`: only what happened at this moment or earlier.
        - `updated_at`: only orders that last changed within these bounds. Since October 2026; an older service
          ignores it.
        - `page_size`: the largest number of items on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `options`: see `CallOptions`.

        A read: repeated after failures that may pass. Raises `ArgumentError` before anything is sent, and `APIError`
        or a subclass.
        """
        return await self._caller.call(
            operations.GET_ORDERS,
            options,
            account_id,
            order_ids=order_ids,
            status=status,
            symbol=symbol,
            instrument_ids=instrument_ids,
            instrument_type=instrument_type,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            updated_at=updated_at,
            page_size=page_size,
            page_token=page_token,
        )

    def iter_orders(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        status: Sequence[OrderStatus | OrderStatusName] | None = None,
        symbol: str | None = None,
        instrument_ids: Sequence[str] | None = None,
        instrument_type: SecurityType | SecurityTypeName | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        updated_at: TimeRange | Mapping[str, Any] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncRowIterator[Order, OrderGetOrdersResponse]:
        """Every row of `get_orders`, page after page, as an iterator; `.pages()` gives the pages, `.next_page_token` a
        place to resume.

        The arguments are those of `get_orders`, repeated for each page; `options` hold for each page's call.
        `listing_deadline` is the seconds that fetching the pages may take in all, an hour by default. Raises, while
        iterating, what `get_orders` raises (going on asks for the same page again), `APIResponseValidationError`
        where the service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` at the end of
        `listing_deadline`.
        """
        conceal(options)
        from .._iterators import AsyncRowIterator, Cursor

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_ORDERS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return AsyncRowIterator(
            cursor,
            self.get_orders,
            account_id,
            order_ids=order_ids,
            status=status,
            symbol=symbol,
            instrument_ids=instrument_ids,
            instrument_type=instrument_type,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            updated_at=updated_at,
            page_size=page_size,
            **options,
        )

    async def get_order_by_id(
        self, order_id: str, *, account_id: int, **options: Unpack[CallOptions]
    ) -> OrderGetOrderByIDResponse:
        """Read one order.

        Reads an order by the server's `id`. The client's id finds it only while it is open, so a 404 for that proves
        nothing.

        - `order_id`: the order, by its server-assigned `id`. The client's id of it is taken only while the order is
          open.
        - `account_id`: the account to act on.
        - `options`: see `CallOptions`.

        A read: repeated after failures that may pass. Raises `ArgumentError` before anything is sent, and `APIError`
        or a subclass.
        """
        return await self._caller.call(operations.GET_ORDER_BY_ID, options, order_id, account_id=account_id)

    async def get_executions(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        instrument_ids: Sequence[str] | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> OrderGetExecutionsResponse:
        """List fills.

        Lists the fills of an account's orders, the newest first, a page at a time. While `metadata.next_page_token`
        is set there is another page; pass it on as `page_token`. `iter_executions` follows the pages.

        - `account_id`: the account to act on.
        - `order_ids`: only these orders, by the server's `id` or the client's id, joined by commas.
        - `instrument_ids`: only what is on these instruments, given by UUID or symbol, joined by commas.
        - `underlying_instrument_ids`: only what is on contracts that are written on these instruments, given by UUID
          or symbol, joined by commas.
        - `from_`: only what happened at this moment or later.
        - `to`: only what happened at this moment or earlier.
        - `page_size`: the largest number of items on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `options`: see `CallOptions`.

        A read: repeated after failures that may pass. Raises `ArgumentError` before anything is sent, and `APIError`
        or a subclass.
        """
        return await self._caller.call(
            operations.GET_EXECUTIONS,
            options,
            account_id,
            order_ids=order_ids,
            instrument_ids=instrument_ids,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            page_size=page_size,
            page_token=page_token,
        )

    def iter_executions(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        instrument_ids: Sequence[str] | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncRowIterator[Execution, OrderGetExecutionsResponse]:
        """Every row of `get_executions`, page after page, as an iterator; `.pages()` gives the pages,
        `.next_page_token` a place to resume.

        The arguments are those of `get_executions`, repeated for each page; `options` hold for each page's call.
        `listing_deadline` is the seconds that fetching the pages may take in all, an hour by default. Raises, while
        iterating, what `get_executions` raises (going on asks for the same page again), `APIResponseValidationError`
        where the service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` at the end of
        `listing_deadline`.
        """
        conceal(options)
        from .._iterators import AsyncRowIterator, Cursor

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_EXECUTIONS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return AsyncRowIterator(
            cursor,
            self.get_executions,
            account_id,
            order_ids=order_ids,
            instrument_ids=instrument_ids,
            underlying_instrument_ids=underlying_instrument_ids,
            from_=from_,
            to=to,
            page_size=page_size,
            **options,
        )


class AsyncOrdersWithRawResponse(Named):
    """The operations, each giving its raw response."""

    def __init__(self, orders: AsyncOrders) -> None:
        self.get_orders: Final = async_raw(orders.get_orders)
        self.get_order_by_id: Final = async_raw(orders.get_order_by_id)
        self.get_executions: Final = async_raw(orders.get_executions)


class AsyncOrdersWithStreamingResponse(Named):
    """The operations, each giving a context manager of its raw response."""

    def __init__(self, orders: AsyncOrders) -> None:
        self.get_orders: Final = async_streamed(orders.get_orders)
        self.get_order_by_id: Final = async_streamed(orders.get_order_by_id)
        self.get_executions: Final = async_streamed(orders.get_executions)


resolvable(globals())
