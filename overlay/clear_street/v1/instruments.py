# Made by codegen/twins.py from instruments_async.py: edit that file, then `make generate`.
"""`client.v1.instruments`: Instruments and option contracts: their terms, and how to find them."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import instruments as operations
from .._caller import raw, streamed
from .._config.arguments import Named
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Final, Unpack

    from .._caller import Caller
    from .._config.options import CallOptions, call_options
    from .._iterators import RowIterator
    from ..types.v1 import (
        ContractType,
        ContractTypeName,
        InstrumentCore,
        InstrumentGetInstrumentByIDResponse,
        InstrumentGetOptionContractsResponse,
        InstrumentSearchInstrumentsResponse,
        OptionsContract,
    )


class Instruments(Named):
    """Instruments and option contracts: their terms, and how to find them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> InstrumentsWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return InstrumentsWithRawResponse(Instruments(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> InstrumentsWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return InstrumentsWithStreamingResponse(Instruments(self._caller.shaped("stream")))

    def get_option_contracts(
        self,
        *,
        root: str | None = None,
        underlying_instrument_id: str | None = None,
        contract_ids: Sequence[str] | None = None,
        expiry: date | str | None = None,
        contract_type: ContractType | ContractTypeName | None = None,
        is_settle_on_open: bool | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        underlier: str | None = None,
        **options: Unpack[CallOptions],
    ) -> InstrumentGetOptionContractsResponse:
        """List option contracts.

        Lists option contracts, a page at a time. Say which in exactly one way, by `root` (or `underlier`), by
        `underlying_instrument_id`, or by `contract_ids`; the other parameters narrow them. While
        `metadata.next_page_token` is set there is another page; pass it on as `page_token`. `iter_option_contracts`
        follows the pages.

        - `root`: only contracts with this root of the OSI symbol. The root of an index also finds its weekly series.
          Since October 2026; give `underlier` to an older service.
        - `underlying_instrument_id`: only contracts on this instrument, an equity or an index, given by its UUID or
          symbol.
        - `contract_ids`: only these contracts, given by UUID or OSI symbol, joined by commas, at most 100.
        - `expiry`: only contracts that expire on this day.
        - `contract_type`: only calls, or only puts.
        - `is_settle_on_open`: only contracts that settle on the opening price, or only those that do not.
        - `page_size`: the largest number of items on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `underlier`: only contracts on the instrument with this symbol. Called `root` since October 2026; where
          both are given, they must be equal.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
            operations.GET_OPTION_CONTRACTS,
            options,
            root=root,
            underlying_instrument_id=underlying_instrument_id,
            contract_ids=contract_ids,
            expiry=expiry,
            contract_type=contract_type,
            is_settle_on_open=is_settle_on_open,
            page_size=page_size,
            page_token=page_token,
            underlier=underlier,
        )

    def iter_option_contracts(
        self,
        *,
        root: str | None = None,
        underlying_instrument_id: str | None = None,
        contract_ids: Sequence[str] | None = None,
        expiry: date | str | None = None,
        contract_type: ContractType | ContractTypeName | None = None,
        is_settle_on_open: bool | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        underlier: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> RowIterator[OptionsContract, InstrumentGetOptionContractsResponse]:
        """Return an iterator of every row of `get_option_contracts`, which fetches page after page. `.pages()` returns
        the pages; `.next_page_token` is where to continue later.

        The arguments are those of `get_option_contracts`; they and `options` apply to the call for each page.
        `listing_deadline` is how many seconds all pages together may take, an hour by default. Iterating raises what
        `get_option_contracts` raises (the next step then asks for the same page again), `APIResponseValidationError`
        if the service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` after
        `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import Cursor, RowIterator

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(
            operations.GET_OPTION_CONTRACTS, page_token, rows, caller.clock, limits, options, listing_deadline
        )
        return RowIterator(
            cursor,
            self.get_option_contracts,
            root=root,
            underlying_instrument_id=underlying_instrument_id,
            contract_ids=contract_ids,
            expiry=expiry,
            contract_type=contract_type,
            is_settle_on_open=is_settle_on_open,
            page_size=page_size,
            underlier=underlier,
            **options,
        )

    def get_instrument_by_id(
        self, instrument_id: str, *, include_options_expiry_dates: bool | None = None, **options: Unpack[CallOptions]
    ) -> InstrumentGetInstrumentByIDResponse:
        """Read one instrument.

        Reads an instrument by its UUID, ticker or OSI symbol. The terms of an option are in its contract.

        - `instrument_id`: the instrument: its UUID, a ticker, or an option's OSI symbol.
        - `include_options_expiry_dates`: whether to list the days on which options on the instrument expire. They
          are left out where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
            operations.GET_INSTRUMENT_BY_ID,
            options,
            instrument_id,
            include_options_expiry_dates=include_options_expiry_dates,
        )

    def search_instruments(
        self,
        *,
        q: str,
        asset_class: str | None = None,
        include_inactive: bool | None = None,
        include_ptp: bool | None = None,
        currency: str | None = None,
        country: str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        **options: Unpack[CallOptions],
    ) -> InstrumentSearchInstrumentsResponse:
        """Search instruments.

        Finds instruments, ordered by how well they match, a page at a time. The first row is a guess. While
        `metadata.next_page_token` is set there is another page; pass it on as `page_token`.
        `iter_search_instruments` follows the pages.

        - `q`: what to look for: a ticker, CUSIP, ISIN, OSI root, or a part of a company's name; for options an OSI
          symbol or its beginning, or words such as root, month, strike and side.
        - `asset_class`: only these classes of assets, joined by commas: `EQUITY`, `OPTION`, `WARRANT`, `BOND`, `FX`,
          `OTHER`. `EQUITY` where it is absent.
        - `include_inactive`: whether to find instruments, too, that are not traded any more.
        - `include_ptp`: whether to find publicly traded partnerships, too.
        - `currency`: only instruments in this currency (ISO 4217).
        - `country`: only instruments that were issued in this country.
        - `page_size`: the largest number of instruments on a page. Ignored where `page_token` is given.
        - `page_token`: the page to read, as named by an earlier reply. The first page where it is absent.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
            operations.SEARCH_INSTRUMENTS,
            options,
            q=q,
            asset_class=asset_class,
            include_inactive=include_inactive,
            include_ptp=include_ptp,
            currency=currency,
            country=country,
            page_size=page_size,
            page_token=page_token,
        )

    def iter_search_instruments(
        self,
        *,
        q: str,
        asset_class: str | None = None,
        include_inactive: bool | None = None,
        include_ptp: bool | None = None,
        currency: str | None = None,
        country: str | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> RowIterator[InstrumentCore, InstrumentSearchInstrumentsResponse]:
        """Return an iterator of every row of `search_instruments`, which fetches page after page. `.pages()` returns
        the pages; `.next_page_token` is where to continue later.

        The arguments are those of `search_instruments`; they and `options` apply to the call for each page.
        `listing_deadline` is how many seconds all pages together may take, an hour by default. Iterating raises what
        `search_instruments` raises (the next step then asks for the same page again), `APIResponseValidationError` if
        the service repeats a page token or sends 20 empty pages in a row, and `APITimeoutError` after
        `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import Cursor, RowIterator

        caller, rows = self._caller, page_size or 100
        limits = caller.settings.limits
        cursor = Cursor(
            operations.SEARCH_INSTRUMENTS, page_token, rows, caller.clock, limits, options, listing_deadline
        )
        return RowIterator(
            cursor,
            self.search_instruments,
            q=q,
            asset_class=asset_class,
            include_inactive=include_inactive,
            include_ptp=include_ptp,
            currency=currency,
            country=country,
            page_size=page_size,
            **options,
        )


class InstrumentsWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, instruments: Instruments) -> None:
        self.get_option_contracts: Final = raw(instruments.get_option_contracts)
        self.get_instrument_by_id: Final = raw(instruments.get_instrument_by_id)
        self.search_instruments: Final = raw(instruments.search_instruments)


class InstrumentsWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, instruments: Instruments) -> None:
        self.get_option_contracts: Final = streamed(instruments.get_option_contracts)
        self.get_instrument_by_id: Final = streamed(instruments.get_instrument_by_id)
        self.search_instruments: Final = streamed(instruments.search_instruments)


resolvable(globals())
