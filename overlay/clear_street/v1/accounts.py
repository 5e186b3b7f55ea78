# Made by codegen/twins.py from accounts_async.py: edit that file, then `make generate`.
"""`client.v1.accounts`: The accounts that the key may see, their holders, and their balances."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import accounts as operations
from .._caller import raw, streamed
from .._config.arguments import Named
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Final, Unpack

    from .._caller import Caller
    from .._config.options import CallOptions, call_options
    from .._iterators import RowIterator
    from ..types.v1 import (
        Account,
        AccountGetAccountBalancesResponse,
        AccountGetAccountByIDResponse,
        AccountGetAccountsResponse,
    )


class Accounts(Named):
    """The accounts that the key may see, their holders, and their balances."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AccountsWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return AccountsWithRawResponse(Accounts(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AccountsWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return AccountsWithStreamingResponse(Accounts(self._caller.shaped("stream")))

    def get_accounts(
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
        return self._caller.call(
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
    ) -> RowIterator[Account, AccountGetAccountsResponse]:
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
        from .._iterators import Cursor, RowIterator

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_ACCOUNTS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return RowIterator(
            cursor, self.get_accounts, account_id=account_id, account_name=account_name, page_size=page_size, **options
        )

    def get_account_by_id(self, account_id: int, **options: Unpack[CallOptions]) -> AccountGetAccountByIDResponse:
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
        return self._caller.call(operations.GET_ACCOUNT_BY_ID, options, account_id)

    def get_account_balances(
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
        return self._caller.call(
            operations.GET_ACCOUNT_BALANCES,
            options,
            account_id,
            top_margin_contributors_limit=top_margin_contributors_limit,
        )


class AccountsWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, accounts: Accounts) -> None:
        self.get_accounts: Final = raw(accounts.get_accounts)
        self.get_account_by_id: Final = raw(accounts.get_account_by_id)
        self.get_account_balances: Final = raw(accounts.get_account_balances)


class AccountsWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, accounts: Accounts) -> None:
        self.get_accounts: Final = streamed(accounts.get_accounts)
        self.get_account_by_id: Final = streamed(accounts.get_account_by_id)
        self.get_account_balances: Final = streamed(accounts.get_account_balances)


resolvable(globals())
