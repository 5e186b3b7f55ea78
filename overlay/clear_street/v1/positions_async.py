"""`client.v1.positions`: the operations on positions and position instructions, and what is built on them."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import positions as operations
from .._caller_async import async_raw, async_streamed
from .._config.arguments import Named, checked_keys, checked_seconds, checked_text, refuse_unexpected
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Final, Never, Unpack

    from clear_street_api.models import PositionInstruction, PositionInstructionRequest, PositionSortBy, SortDirection

    from .._caller_async import AsyncCaller
    from .._calls.changes import InstructionChange
    from .._calls.waiting import AsyncInstructionWatch
    from .._config.options import CallOptions, ChangingCallOptions, SubmitCallOptions
    from .._iterators import AsyncPositionIterator
    from ..types.v1 import (
        PositionCancelPositionInstructionResponse,
        PositionClosePositionResponse,
        PositionClosePositionsResponse,
        PositionGetPositionInstructionsResponse,
        PositionGetPositionsResponse,
        PositionInstructionRequestParam,
        PositionSortByName,
        PositionSubmitPositionInstructionsResponse,
        SortDirectionName,
    )


class AsyncPositions(Named):
    """Positions of an account, and instructions on its option positions."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> AsyncPositionsWithRawResponse:
        """The same operations, giving the reply itself: status, headers, attempts, and `parse()` for the value."""
        return AsyncPositionsWithRawResponse(AsyncPositions(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> AsyncPositionsWithStreamingResponse:
        """The same operations as context managers, giving the reply before its body was read."""
        return AsyncPositionsWithStreamingResponse(AsyncPositions(self._caller.shaped("stream")))

    async def get_positions(
        self,
        account_id: int,
        *,
        instrument_ids: Sequence[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        sort_by: PositionSortBy | PositionSortByName | None = None,
        sort_direction: SortDirection | SortDirectionName | None = None,
        **options: Unpack[CallOptions],
    ) -> PositionGetPositionsResponse:
        """One page of an account's positions; `iter_positions` gives them all.

        - `account_id`: the account.
        - `instrument_ids`: only positions in these instruments.
        - `page_size`: positions per page, 1 to 1000 (the service's default is 1000); ignored with a `page_token`.
        - `page_token`: where to go on: `metadata.next_page_token` of the page before.
        - `sort_by`, `sort_direction`: the order, such as ``"MARKET_VALUE"``, ``"DESC"``.
        - `options`: see `CallOptions`.

        A read: repeated after failures that may pass. Raises `ArgumentError` before anything is sent, and
        `APIError` and its kin.
        """
        return await self._caller.call(
            operations.GET_POSITIONS,
            options,
            account_id,
            instrument_ids=instrument_ids,
            page_size=page_size,
            page_token=page_token,
            sort_by=sort_by,
            sort_direction=sort_direction,
        )

    def iter_positions(
        self,
        account_id: int,
        *,
        instrument_ids: Sequence[str] | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        sort_by: PositionSortBy | PositionSortByName | None = None,
        sort_direction: SortDirection | SortDirectionName | None = None,
        listing_deadline: float | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncPositionIterator:
        """Every position of an account, page after page, as an iterator; `.pages()` gives the pages,
        `.next_page_token` a place to resume.

        The arguments are those of `get_positions`, and are repeated for each page; `options` hold for each page's
        call. One page is held at a time. `listing_deadline` is the seconds that fetching the pages may take in all, an
        hour by default. Raises, while iterating, what `get_positions` raises (going on asks for the same page again),
        `APIResponseValidationError` where the service repeats a page token or sends 20 empty pages in a row, and
        `APITimeoutError` at the end of `listing_deadline`.
        """
        conceal(options)
        from .._iterators import AsyncPositionIterator, Cursor

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_POSITIONS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return AsyncPositionIterator(
            cursor,
            self.get_positions,
            account_id,
            instrument_ids=instrument_ids,
            page_size=page_size,
            sort_by=sort_by,
            sort_direction=sort_direction,
            **options,
        )

    async def close_positions(
        self, account_id: int, *, cancel_orders: bool | None = None, **options: Unpack[ChangingCallOptions]
    ) -> PositionClosePositionsResponse:
        """Close every position of an account: the service places an order for each, and answers with the orders.

        - `account_id`: the account.
        - `cancel_orders`: whether open orders are cancelled first.
        - `options`: see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429: it has no key and cannot be looked for.
        After an error with `outcome_unknown` look at positions and orders first. Raises `ArgumentError` before
        anything is sent, and `APIError` and its kin.
        """
        return await self._caller.call(operations.CLOSE_POSITIONS, options, account_id, cancel_orders=cancel_orders)

    async def close_position(
        self,
        instrument_id: str,
        *,
        account_id: int,
        cancel_orders: bool | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> PositionClosePositionResponse:
        """Close an account's position in one instrument: the service places orders, and answers with them.

        - `instrument_id`: the instrument's id, or a symbol (equity ticker or OSI), which the service resolves.
        - `account_id`: the account.
        - `cancel_orders`: whether open orders in it are cancelled first.
        - `options`: see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429; see `close_positions`. Raises
        `ArgumentError` before anything is sent, `UnprocessableEntityError` where the instrument does not resolve,
        and `APIError` and its kin.
        """
        return await self._caller.call(
            operations.CLOSE_POSITION, options, instrument_id, account_id=account_id, cancel_orders=cancel_orders
        )

    async def get_position_instructions(
        self,
        account_id: int,
        *,
        instrument_id: str | None = None,
        underlying_instrument_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PositionGetPositionInstructionsResponse:
        """An account's instructions with their current states, in one list.

        - `account_id`: the account.
        - `instrument_id`: only those on this contract (id or OSI symbol).
        - `underlying_instrument_id`: only those on contracts on this instrument (id or symbol). The service has this
          filter since September 2026, and ignores it before.
        - `options`: see `CallOptions`.

        A read: repeated after failures that may pass. Raises `ArgumentError` before anything is sent, and
        `APIError` and its kin.
        """
        return await self._caller.call(
            operations.GET_POSITION_INSTRUCTIONS,
            options,
            account_id,
            instrument_id=instrument_id,
            underlying_instrument_id=underlying_instrument_id,
        )

    async def get_position_instruction(
        self, id: str, *, account_id: int, **options: Unpack[CallOptions]
    ) -> PositionInstruction | None:
        """One instruction by the server's `id`, out of the account's list (the service has no operation for one); None
        where it is not there.

        The list may lag behind a submit by moments: None proves nothing. Raises what `get_position_instructions`
        raises.
        """
        conceal(options)
        checked = checked_text("id", id)
        listed = await self.get_position_instructions(account_id, **options)
        from .._api.requests import by_id

        return by_id(listed, checked)

    async def find_position_instructions(
        self, account_id: int, *, idempotency_keys: Sequence[str], **options: Unpack[CallOptions]
    ) -> dict[str, PositionInstruction | None]:
        """The instructions that were submitted under these idempotency keys, by key; None for a key under which there
        is none yet.

        This settles a submit whose outcome is unknown, also from another process: a row that is here was accepted.
        None proves nothing while the submit may still be under way, and refused rows never appear. Raises what
        `get_position_instructions` raises, and `APIResponseValidationError` where the list is a part of one or rows
        come without keys, so that absence would say nothing.
        """
        conceal(options)
        keys = checked_keys(idempotency_keys)
        listed = await self.get_position_instructions(account_id, **options)
        from .._api.requests import by_key

        return by_key(listed, keys)

    async def submit_position_instructions(
        self,
        account_id: int,
        *,
        instructions: Iterable[PositionInstructionRequest | PositionInstructionRequestParam],
        **options: Unpack[SubmitCallOptions],
    ) -> PositionSubmitPositionInstructionsResponse:
        """Submit a batch of instructions to exercise, or not to exercise, option positions.

        - `account_id`: the account.
        - `instructions`: dicts or `PositionInstructionRequest`s: `instruction_type` (``"EXERCISE"``,
          ``"DO_NOT_EXERCISE"``, ``"CONTRARY_EXERCISE"``), `instrument_id`, `quantity` (contracts: int, Decimal or
          digits), and `instruction_id`, the idempotency key, unique in the account. A row without one is given a
          fresh UUID before the first byte leaves.
        - `options`: see `SubmitCallOptions`.

        Rows are never submitted twice: after an unknown outcome the account's list is read, and only rows that it
        does not show are sent again, under the same keys. The reply's `data` is in the order of `instructions`;
        `accepted`, `rejected` and `undetermined` part its rows. Raises `ArgumentError` before anything is sent,
        `APIStatusError` where every row was refused (`data` has the rows), and `APIError` with `outcome_unknown`
        and `outcomes` (by key) where it could not be found out.
        """
        return await self._caller.call(
            operations.SUBMIT_POSITION_INSTRUCTIONS, options, account_id, instructions=instructions
        )

    async def cancel_position_instruction(
        self, instruction_id: str, *, account_id: int, **options: Unpack[ChangingCallOptions]
    ) -> PositionCancelPositionInstructionResponse:
        """Ask for an outstanding instruction to be cancelled; answers with the row, CANCEL_REQUESTED.

        - `instruction_id`: the server's `id` of the instruction; not the idempotency key, which rows call
          `instruction_id`.
        - `account_id`: the account that it belongs to.
        - `options`: see `ChangingCallOptions`.

        CANCELLED or CANCEL_FAILED follows later: see `cancel_and_wait`. After an unknown outcome it is repeated,
        under the same id, and settled by looking. Raises `ArgumentError` before anything is sent, `NotFoundError`
        where the account has no such instruction, `ConflictError` where it is already terminal, and `APIError` and
        its kin.
        """
        return await self._caller.call(
            operations.CANCEL_POSITION_INSTRUCTION, options, instruction_id, account_id=account_id
        )

    async def wait_for_position_instruction(
        self,
        id: str,
        *,
        account_id: int,
        until: str | Iterable[str] | None = None,
        deadline: float = 300.0,
        grace: float = 30.0,
        on_change: Callable[[InstructionChange], object] | None = None,
        **unknown: Never,
    ) -> PositionInstruction:
        """Wait until an instruction is in a terminal state, or in one of those in `until`; its row then.

        - `id`: the server's `id`.
        - `account_id`: the account.
        - `until`: a status or several; by default any terminal one that is no failure (ACCEPTED, CANCELLED).
        - `deadline`: seconds to wait at most.
        - `grace`: seconds that it may take to appear in the account's list.
        - `on_change`: called with each `InstructionChange`.

        All waits of a client on one account share one read of its list per tick; ticks outlast 429, 5xx and lost
        connections. Raises `InstructionFailedError` where it ends in REJECTED, ENGINE_REJECTED, CANCEL_FAILED or a
        terminal state other than asked for, `WaitTimeoutError` where it never appears or the time is over, and
        `APIError` and its kin for errors that cannot pass.
        """
        refuse_unexpected(AsyncPositions.wait_for_position_instruction, unknown)
        rows = await self.wait_for_position_instructions(
            [id], account_id=account_id, until=until, deadline=deadline, grace=grace, on_change=on_change
        )
        return rows[0]

    async def wait_for_position_instructions(
        self,
        ids: Sequence[str],
        *,
        account_id: int,
        until: str | Iterable[str] | None = None,
        deadline: float = 300.0,
        grace: float = 30.0,
        on_change: Callable[[InstructionChange], object] | None = None,
        **unknown: Never,
    ) -> list[PositionInstruction]:
        """Wait for several instructions, as `wait_for_position_instruction` does for one; their rows, in the order of
        `ids`.

        It ends when every one of them is settled or the time is over, not with the first that fails; what it raises
        has all of them, in `rows` and `states`.
        """
        refuse_unexpected(AsyncPositions.wait_for_position_instructions, unknown)
        from .._calls.kinds import INSTRUCTION
        from .._calls.waiting import wait

        flow = wait(
            INSTRUCTION,
            self._caller.new_call,
            self._caller.clock,
            account_id,
            ids,
            until=until,
            seconds=deadline,
            grace=grace,
            on_change=on_change,
        )
        return await self._caller.run(flow)

    async def cancel_and_wait(
        self,
        instruction_id: str,
        *,
        account_id: int,
        wait_deadline: float = 300.0,
        on_change: Callable[[InstructionChange], object] | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> PositionInstruction:
        """Cancel an instruction and wait until it is CANCELLED; its row then.

        - `instruction_id`, `account_id`, `options`: as `cancel_position_instruction`.
        - `wait_deadline`: seconds to wait at most, after the cancel.
        - `on_change`: called with each `InstructionChange`.

        Raises what `cancel_position_instruction` raises; `InstructionFailedError` where it ends in CANCEL_FAILED,
        or was ACCEPTED before the cancel took hold; and `WaitTimeoutError`, with `outcome_unknown` False: the
        cancel was requested.
        """
        conceal(options)
        from .._calls.kinds import INSTRUCTION
        from .._calls.waiting import GRACE, after_cancel, wait

        flow = wait(
            INSTRUCTION,
            self._caller.new_call,
            self._caller.clock,
            account_id,
            [instruction_id],
            until="CANCELLED",
            seconds=checked_seconds("wait_deadline", wait_deadline),
            grace=GRACE,
            on_change=on_change,
        )
        await self.cancel_position_instruction(instruction_id, account_id=account_id, **options)
        rows: list[PositionInstruction] = await self._caller.run(after_cancel(flow))
        return rows[0]

    def watch_position_instructions(
        self,
        account_id: int,
        *,
        ids: Sequence[str] | None = None,
        deadline: float | None = None,
        grace: float = 30.0,
        **unknown: Never,
    ) -> AsyncInstructionWatch:
        """An iterator of `InstructionChange`s: each instruction as it is at first, then each change of state.

        - `account_id`: the account.
        - `ids`: only these instructions (server's `id`s); the iterator then ends when all of them are terminal.
        - `deadline`: seconds after which it ends; by default it goes on.
        - `grace`: seconds that those in `ids` may take to appear in the account's list.

        Reads the list once per tick; ticks outlast 429, 5xx and lost connections. Raises, while iterating,
        `WaitTimeoutError` where one of `ids` never appears, once the others are terminal, and `APIError` and its kin
        for errors that cannot pass.
        """
        refuse_unexpected(AsyncPositions.watch_position_instructions, unknown)
        from .._calls.kinds import INSTRUCTION
        from .._calls.waiting import AsyncInstructionWatch, Watch

        caller = self._caller
        watch = Watch(INSTRUCTION, caller.new_call, caller.clock, account_id, ids, deadline, grace)
        return AsyncInstructionWatch(caller.run, watch)


class AsyncPositionsWithRawResponse(Named):
    """The operations, each giving its raw response."""

    def __init__(self, positions: AsyncPositions) -> None:
        self.get_positions: Final = async_raw(positions.get_positions)
        self.close_positions: Final = async_raw(positions.close_positions)
        self.close_position: Final = async_raw(positions.close_position)
        self.get_position_instructions: Final = async_raw(positions.get_position_instructions)
        self.submit_position_instructions: Final = async_raw(positions.submit_position_instructions)
        self.cancel_position_instruction: Final = async_raw(positions.cancel_position_instruction)


class AsyncPositionsWithStreamingResponse(Named):
    """The operations, each giving a context manager of its raw response."""

    def __init__(self, positions: AsyncPositions) -> None:
        self.get_positions: Final = async_streamed(positions.get_positions)
        self.close_positions: Final = async_streamed(positions.close_positions)
        self.close_position: Final = async_streamed(positions.close_position)
        self.get_position_instructions: Final = async_streamed(positions.get_position_instructions)
        self.submit_position_instructions: Final = async_streamed(positions.submit_position_instructions)
        self.cancel_position_instruction: Final = async_streamed(positions.cancel_position_instruction)


resolvable(globals())
