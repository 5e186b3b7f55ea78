# Made by codegen/twins.py from orders_async.py: edit that file, then `make generate`.
"""`client.v1.orders`: Sending, changing and cancelling orders, their states, and their fills."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import orders as operations
from .._caller import raw, streamed
from .._config.arguments import Named, refuse_unexpected
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any, Final, Never, Unpack

    from .._caller import Caller
    from .._calls.changes import OrderChange
    from .._calls.waiting import OrderWatch
    from .._config.options import (
        CallOptions,
        ChangingCallOptions,
        SubmitCallOptions,
        call_options,
        changing_call_options,
        submit_call_options,
    )
    from .._iterators import RowIterator
    from ..types.v1 import (
        Execution,
        NewOrderRequest,
        NewOrderRequestParam,
        Order,
        OrderCancelAllOpenOrdersResponse,
        OrderCancelOpenOrderResponse,
        OrderGetExecutionsResponse,
        OrderGetOrderByIDResponse,
        OrderGetOrdersResponse,
        OrderReplaceOrderResponse,
        OrderStatus,
        OrderStatusName,
        OrderSubmitOrdersResponse,
        OrderType,
        OrderTypeName,
        PositionClosePositionResponse,
        PositionClosePositionsResponse,
        SecurityType,
        SecurityTypeName,
        Side,
        SideName,
        TimeRange,
        TrailingOffsetType,
        TrailingOffsetTypeName,
    )


class Orders(Named):
    """Sending, changing and cancelling orders, their states, and their fills."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> OrdersWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return OrdersWithRawResponse(Orders(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> OrdersWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return OrdersWithStreamingResponse(Orders(self._caller.shaped("stream")))

    def get_orders(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        status: Sequence[OrderStatus | OrderStatusName] | None = None,
        symbol: str | None = None,
        instrument_ids: Sequence[str] | None = None,
        instrument_type: SecurityType | SecurityTypeName | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
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
        - `updated_at`: only orders that last changed within these bounds, a dict of `gt`, `gte`, `lt` and `lte`. Each
          is an aware datetime, a date, or the text of one; a date stands for its start or, as `gt` and `lte`, for its
          end (UTC). Since October 2026; an older service ignores it.
        - `page_size`: the largest number of items on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
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
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
        updated_at: TimeRange | Mapping[str, Any] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> RowIterator[Order, OrderGetOrdersResponse]:
        """Return an iterator of every row of `get_orders`, which fetches page after page. `.pages()` returns the
        pages; `.next_page_token` is where to continue later.

        The arguments are those of `get_orders`; they and `options` apply to the call for each page. `listing_deadline`
        is how many seconds all pages together may take, an hour by default. Iterating raises what `get_orders` raises
        (the next step then asks for the same page again), `APIResponseValidationError` if the service repeats a page
        token or sends 20 empty pages in a row, and `APITimeoutError` after `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import Cursor, RowIterator

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_ORDERS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return RowIterator(
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

    def get_order_by_id(
        self, order_id: str, *, account_id: int, **options: Unpack[CallOptions]
    ) -> OrderGetOrderByIDResponse:
        """Read one order.

        Reads an order by the server's `id`. The client's id finds it only while it is open, so a 404 for that proves
        nothing.

        - `order_id`: the order, by its server-assigned `id`. The client's id of it is taken only while the order is
          open.
        - `account_id`: the account to act on.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(operations.GET_ORDER_BY_ID, options, order_id, account_id=account_id)

    def get_executions(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str] | None = None,
        instrument_ids: Sequence[str] | None = None,
        underlying_instrument_ids: Sequence[str] | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
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
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
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
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> RowIterator[Execution, OrderGetExecutionsResponse]:
        """Return an iterator of every row of `get_executions`, which fetches page after page. `.pages()` returns the
        pages; `.next_page_token` is where to continue later.

        The arguments are those of `get_executions`; they and `options` apply to the call for each page.
        `listing_deadline` is how many seconds all pages together may take, an hour by default. Iterating raises what
        `get_executions` raises (the next step then asks for the same page again), `APIResponseValidationError` if the
        service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` after `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import Cursor, RowIterator

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_EXECUTIONS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return RowIterator(
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

    def submit_orders(
        self,
        account_id: int,
        *,
        orders: Iterable[NewOrderRequest | NewOrderRequestParam],
        **options: Unpack[SubmitCallOptions],
    ) -> OrderSubmitOrdersResponse:
        """Submit a batch of orders.

        - `account_id`: the account.
        - `orders`: dicts or `NewOrderRequest`s: `side`, `quantity`, `order_type`, `time_in_force`, `symbol` or
          `instrument_id`, the prices that the type needs, and `id`, the idempotency key, unique in the account, which
          comes back as `client_order_id`. A row without one is given a fresh UUID before the first byte leaves.
        - `options`: `raise_on_rejection`, `resend_after_unknown`, `not_after`, `timeout`, `deadline`, `max_retries`,
          `extra_headers`, `extra_query`, `extra_body`; see `SubmitCallOptions`.

        After an unknown attempt the orders are looked for by their ids. Orders that are not found are **not** sent
        again, because the service is not known to refuse a used id, unless the call has `resend_after_unknown=True`.
        The reply's `data` is in the order of `orders`. Raises `ArgumentError` before anything is sent, and `APIError`
        or a subclass, with `outcomes` by id, and `outcome_unknown` if the client could not find out.
        """
        if TYPE_CHECKING:
            submit_call_options(**options)
        return self._caller.call(operations.SUBMIT_ORDERS, options, account_id, orders=orders)

    def cancel_all_open_orders(
        self,
        account_id: int,
        *,
        side: Side | SideName | None = None,
        type: OrderType | OrderTypeName | None = None,
        instrument_type: SecurityType | SecurityTypeName | None = None,
        instrument_ids: Sequence[str] | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> OrderCancelAllOpenOrdersResponse:
        """Cancel all open orders.

        Requests the cancellation of every open order that matches all filters, or of every one without filters, and
        returns the orders.

        - `account_id`: the account to act on.
        - `side`: only orders of this side.
        - `type`: only orders of this type.
        - `instrument_type`: only orders in instruments of this kind.
        - `instrument_ids`: only orders in these instruments, joined by commas.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429. Raises `ArgumentError` before anything is
        sent, `NotFoundError` where no open order matched (nothing was cancelled, and nothing had to be), and `APIError`
        or a subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(
            operations.CANCEL_ALL_OPEN_ORDERS,
            options,
            account_id,
            side=side,
            type=type,
            instrument_type=instrument_type,
            instrument_ids=instrument_ids,
        )

    def cancel_open_order(
        self, order_id: str, *, account_id: int, **options: Unpack[ChangingCallOptions]
    ) -> OrderCancelOpenOrderResponse:
        """Cancel an open order.

        Requests the cancellation of an open order and returns it, now `PENDING_CANCEL`. Whether it ends `CANCELED`
        or `FILLED` is decided by the market and shows up in `get_orders`.

        - `order_id`: the open order, by its `id` or its `client_order_id`.
        - `account_id`: the account to act on.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        After an unknown outcome it is repeated, under the same id, and settled by looking. Raises `ArgumentError`
        before anything is sent, `NotFoundError` where no such order is open (its message tells in which state the order
        is), `ConflictError` where a look shows that it came too late, and `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(operations.CANCEL_OPEN_ORDER, options, order_id, account_id=account_id)

    def replace_order(
        self,
        order_id: str,
        *,
        account_id: int,
        quantity: str | None = None,
        limit_price: str | None = None,
        stop_price: str | None = None,
        limit_offset: str | None = None,
        trailing_offset: str | None = None,
        trailing_offset_type: TrailingOffsetType | TrailingOffsetTypeName | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> OrderReplaceOrderResponse:
        """Change an open order.

        Requests other values for an open order and returns it, now `PENDING_REPLACE`, with the new values. Nothing
        tells two requests apart.

        - `order_id`: the open order, by its `id` or its `client_order_id`.
        - `account_id`: the account to act on.
        - `quantity`: units (shares or contracts) in all, with those that are filled. Decimal.
        - `limit_price`: worst acceptable price, per unit. Decimal.
        - `stop_price`: price that triggers the order, per unit. Decimal.
        - `limit_offset`: distance of the limit from the stop price, per unit. Decimal.
        - `trailing_offset`: distance of the stop price from the watermark. Decimal.
        - `trailing_offset_type`: unit of `trailing_offset`.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429. After an unknown outcome the order is looked
        for: where it shows the values that were asked for, the call succeeds. Raises `ArgumentError` before anything is
        sent, `NotFoundError` where no such order is open, `ConflictError` where a look shows that it came too late, and
        `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(
            operations.REPLACE_ORDER,
            options,
            order_id,
            account_id=account_id,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            limit_offset=limit_offset,
            trailing_offset=trailing_offset,
            trailing_offset_type=trailing_offset_type,
        )

    def wait_for_order(
        self,
        order_id: str,
        *,
        account_id: int,
        until: str | Iterable[str] | None = None,
        deadline: float = 300.0,
        grace: float = 30.0,
        on_change: Callable[[OrderChange], object] | None = None,
        **unknown: Never,
    ) -> Order:
        """Wait until an order is FILLED, or in one of the states in `until`; the order then.

        - `order_id`: its `id` or its `client_order_id`.
        - `account_id`: the account.
        - `until`: a status or several; by default FILLED.
        - `deadline`: seconds to wait at most.
        - `grace`: seconds that it may take to appear among the account's orders.
        - `on_change`: called with each `OrderChange`: of its state, and each time that more of it is filled.

        All waits of a client for orders of one account share one reading per tick. Transient failures (429, 5xx, no
        connection) are retried at the next tick. Raises `ArgumentError`; `OrderFailedError` if the order ends in
        CANCELED, REJECTED, EXPIRED or a terminal state that is not in `until`; `WaitTimeoutError` if it never appears
        or the time is over; and `APIError` or a subclass for other errors.
        """
        refuse_unexpected(Orders.wait_for_order, unknown)
        rows = self.wait_for_orders(
            [order_id], account_id=account_id, until=until, deadline=deadline, grace=grace, on_change=on_change
        )
        return rows[0]

    def wait_for_orders(
        self,
        order_ids: Sequence[str],
        *,
        account_id: int,
        until: str | Iterable[str] | None = None,
        deadline: float = 300.0,
        grace: float = 30.0,
        on_change: Callable[[OrderChange], object] | None = None,
        **unknown: Never,
    ) -> list[Order]:
        """Wait for several orders, as `wait_for_order` does for one; the orders, in the order of `order_ids`.

        It ends when every one of them is settled or the time is over, not with the first that fails; what it raises
        has all of them, in `rows` and `states`.
        """
        refuse_unexpected(Orders.wait_for_orders, unknown)
        from .._calls.kinds import ORDER
        from .._calls.waiting import wait

        flow = wait(
            ORDER,
            self._caller.new_call,
            self._caller.clock,
            account_id,
            order_ids,
            until=until,
            seconds=deadline,
            grace=grace,
            on_change=on_change,
        )
        return self._caller.run(flow)

    def wait_for_orders_of(
        self,
        response: PositionClosePositionResponse
        | PositionClosePositionsResponse
        | OrderSubmitOrdersResponse
        | OrderCancelAllOpenOrdersResponse,
        *,
        until: str | Iterable[str] | None = None,
        deadline: float = 300.0,
        grace: float = 30.0,
        on_change: Callable[[OrderChange], object] | None = None,
        **unknown: Never,
    ) -> list[Order]:
        """Wait for the orders that a reply has, such as that of `close_position`; the orders then, in its order.

        - `response`: what `close_position`, `close_positions`, `submit_orders` or `cancel_all_open_orders` returned.
        - `until`, `deadline`, `grace`, `on_change`: as `wait_for_order`.

        Returns at once where the reply has no orders. Orders without an `id`, of which nothing is known, are passed
        over. Raises as `wait_for_orders`.
        """
        refuse_unexpected(Orders.wait_for_orders_of, unknown)
        from .._api.orders import orders_of

        account_id, order_ids = orders_of(response)
        if not order_ids:
            return []
        return self.wait_for_orders(
            order_ids, account_id=account_id, until=until, deadline=deadline, grace=grace, on_change=on_change
        )

    def watch_orders(
        self,
        account_id: int,
        *,
        order_ids: Sequence[str],
        deadline: float | None = None,
        grace: float = 30.0,
        **unknown: Never,
    ) -> OrderWatch:
        """An iterator of `OrderChange`s: each order as it is at first, then each change of its state, and each time
        that more of it is filled.

        - `account_id`: the account.
        - `order_ids`: the orders, each by its `id` or its `client_order_id`; it ends when all of them are terminal.
        - `deadline`: seconds after which it ends; by default it goes on.
        - `grace`: seconds that orders may take to appear.

        The orders are read once per tick. Transient failures (429, 5xx, no connection) are retried at the next tick.
        Iterating raises `WaitTimeoutError` if one never appears, as soon as the others are terminal, and `APIError` or
        a subclass for other errors.
        """
        refuse_unexpected(Orders.watch_orders, unknown)
        from .._calls.kinds import ORDER
        from .._calls.waiting import OrderWatch, Watch

        caller = self._caller
        watch = Watch(ORDER, caller.new_call, caller.clock, account_id, order_ids, deadline, grace)
        return OrderWatch(caller.run, watch)


class OrdersWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, orders: Orders) -> None:
        self.get_orders: Final = raw(orders.get_orders)
        self.get_order_by_id: Final = raw(orders.get_order_by_id)
        self.get_executions: Final = raw(orders.get_executions)
        self.replace_order: Final = raw(orders.replace_order)
        self.cancel_open_order: Final = raw(orders.cancel_open_order)
        self.cancel_all_open_orders: Final = raw(orders.cancel_all_open_orders)
        self.submit_orders: Final = raw(orders.submit_orders)


class OrdersWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, orders: Orders) -> None:
        self.get_orders: Final = streamed(orders.get_orders)
        self.get_order_by_id: Final = streamed(orders.get_order_by_id)
        self.get_executions: Final = streamed(orders.get_executions)
        self.replace_order: Final = streamed(orders.replace_order)
        self.cancel_open_order: Final = streamed(orders.cancel_open_order)
        self.cancel_all_open_orders: Final = streamed(orders.cancel_all_open_orders)
        self.submit_orders: Final = streamed(orders.submit_orders)


resolvable(globals())
