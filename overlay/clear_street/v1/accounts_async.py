"""`client.v1.accounts`: The accounts that the key may see, their holders, and their balances."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import accounts as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller_async import AsyncCaller
    from .._config.options import CallOptions, call_options
    from .._iterators import AsyncRowIterator
    from ..types.v1 import (
        Account,
        AccountGetAccountBalancesResponse,
        AccountGetAccountByIDResponse,
        AccountGetAccountsResponse,
    )


class AsyncAccounts(Named):
    """The accounts that the key may see, their holders, and their balances."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncAccountsWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return AsyncAccountsWithRawResponse(AsyncAccounts(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncAccountsWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return AsyncAccountsWithStreamingResponse(AsyncAccounts(self._caller.shaped("stream")))

    async def get_accounts(
        self,
        *,
        account_id: str | None = None,
        account_name: str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> AccountGetAccountsResponse:
        """List accounts.

        Lists the accounts that the key may see, a page at a time. While `metadata.next_page_token` is set there is
        another page; pass it on as `page_token`. `iter_accounts` follows the pages.

        - `account_id`: only accounts whose number begins with these digits. This finds several accounts, so compare
          `id` to find one.
        - `account_name`: only accounts whose full name has this text in it, in upper or lower case.
        - `page_size`: the largest number of items on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._caller.call(
            operations.GET_ACCOUNTS,
            options,
            account_id=account_id,
            account_name=account_name,
            page_size=page_size,
            page_token=page_token,
        )

    def iter_accounts(
        self,
        *,
        account_id: str | None = None,
        account_name: str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncRowIterator[Account, AccountGetAccountsResponse]:
        """Return an iterator of every row of `get_accounts`, which fetches page after page. `.pages()` returns the
        pages; `.next_page_token` is where to continue later.

        The arguments are those of `get_accounts`; they and `options` apply to the call for each page.
        `listing_deadline` is how many seconds all pages together may take, an hour by default. Iterating raises what
        `get_accounts` raises (the next step then asks for the same page again), `APIResponseValidationError` if the
        service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` after `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import AsyncRowIterator, Cursor

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_ACCOUNTS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return AsyncRowIterator(
            cursor, self.get_accounts, account_id=account_id, account_name=account_name, page_size=page_size, **options
        )

    async def get_account_by_id(self, account_id: int, **options: Unpack[CallOptions]) -> AccountGetAccountByIDResponse:
        """Read one account.

        Reads an account with personal details of its holder. To learn its status or options level, list accounts
        instead.

        - `account_id`: the account to act on.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._caller.call(operations.GET_ACCOUNT_BY_ID, options, account_id)

    async def get_account_balances(
        self, account_id: int, *, top_margin_contributors_limit: int | None = None, **options: Unpack[CallOptions]
    ) -> AccountGetAccountBalancesResponse:
        """Read an account's balances.

        Reads what an account holds in cash and margin, and what it can buy.

        - `account_id`: the account to act on.
        - `top_margin_contributors_limit`: how many of the instruments that need the most margin to list. None are
          listed where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return await self._caller.call(
            operations.GET_ACCOUNT_BALANCES,
            options,
            account_id,
            top_margin_contributors_limit=top_margin_contributors_limit,
        )


class AsyncAccountsWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, accounts: AsyncAccounts) -> None:
        self.get_accounts: Final = async_raw(accounts.get_accounts)
        self.get_account_by_id: Final = async_raw(accounts.get_account_by_id)
        self.get_account_balances: Final = async_raw(accounts.get_account_balances)


class AsyncAccountsWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, accounts: AsyncAccounts) -> None:
        self.get_accounts: Final = async_streamed(accounts.get_accounts)
        self.get_account_by_id: Final = async_streamed(accounts.get_account_by_id)
        self.get_account_balances: Final = async_streamed(accounts.get_account_balances)


resolvable(globals())
