# Made by codegen/twins.py from positions_async.py: edit that file, then `make generate`.
"""`client.v1.positions`: the operations on positions and position instructions, with waits and watches."""

from __future__ import annotations

from .._annotations import resolvable
from .._api.rows import positions as operations
from .._caller import raw, streamed
from .._config.arguments import Named, checked_keys, checked_seconds, checked_text, refuse_unexpected
from .._config.secrets import conceal

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Final, Never, Unpack

    from clear_street_api.models import PositionInstruction, PositionInstructionRequest, PositionSortBy, SortDirection

    from .._caller import Caller
    from .._calls.changes import InstructionChange
    from .._calls.ensure import EnsuredInstruction
    from .._calls.waiting import InstructionWatch
    from .._config.options import (
        CallOptions,
        ChangingCallOptions,
        SubmitCallOptions,
        call_options,
        changing_call_options,
        submit_call_options,
    )
    from .._iterators import PositionIterator
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


class Positions(Named):
    """Positions of an account, and instructions on its option positions."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> PositionsWithRawResponse:
        """The same operations, but they return the reply itself: status, headers, attempts, and `parse()`."""
        return PositionsWithRawResponse(Positions(self._caller.shaped("raw")))

    @property
    def with_streaming_response(self) -> PositionsWithStreamingResponse:
        """The same operations as context managers, which give the reply before its body is read."""
        return PositionsWithStreamingResponse(Positions(self._caller.shaped("stream")))

    def get_positions(
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
        """Return one page of an account's positions. `iter_positions` returns all of them.

        - `account_id`: the account.
        - `instrument_ids`: only positions in these instruments.
        - `page_size`: positions per page, 1 to 1000 (the service's default is 1000). Ignored with a `page_token`.
        - `page_token`: where to continue: the `metadata.next_page_token` of the last page.
        - `sort_by`, `sort_direction`: the order, such as ``"MARKET_VALUE"``, ``"DESC"``.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
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
    ) -> PositionIterator:
        """Return an iterator of every position of an account, which fetches page after page. `.pages()` returns the
        pages; `.next_page_token` is where to continue later.

        The arguments are those of `get_positions`; they and `options` apply to the call for each page. One page is in
        memory at a time. `listing_deadline` is how many seconds all pages together may take, an hour by default.
        Iterating raises what `get_positions` raises (the next step then asks for the same page again),
        `APIResponseValidationError` if the service repeats a page token or sends 20 empty pages in a row, and
        `APITimeoutError` after `listing_deadline`.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        from .._iterators import Cursor, PositionIterator

        caller, rows = self._caller, page_size or 1000
        limits = caller.settings.limits
        cursor = Cursor(operations.GET_POSITIONS, page_token, rows, caller.clock, limits, options, listing_deadline)
        return PositionIterator(
            cursor,
            self.get_positions,
            account_id,
            instrument_ids=instrument_ids,
            page_size=page_size,
            sort_by=sort_by,
            sort_direction=sort_direction,
            **options,
        )

    def close_positions(
        self, account_id: int, *, cancel_orders: bool | None = None, **options: Unpack[ChangingCallOptions]
    ) -> PositionClosePositionsResponse:
        """Close every position of an account. The service places an order for each, and replies with the orders.

        - `account_id`: the account.
        - `cancel_orders`: whether to cancel open orders first.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429: it has no key. After an unknown outcome the
        account's orders are read up to four times, within `deadline`, and `error.candidates` has those that may be the
        effect: look at them, and at the positions, before you close again. Raises `ArgumentError` before anything is
        sent, and `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(operations.CLOSE_POSITIONS, options, account_id, cancel_orders=cancel_orders)

    def close_position(
        self,
        instrument_id: str,
        *,
        account_id: int,
        cancel_orders: bool | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> PositionClosePositionResponse:
        """Close an account's position in one instrument. The service places orders, and replies with them.

        - `instrument_id`: the instrument's id, or a symbol (equity ticker or OSI), which the service resolves.
        - `account_id`: the account.
        - `cancel_orders`: whether to cancel open orders in the instrument first.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        Never sent again once a byte may have left, except after a 429; see `close_positions`. Raises `ArgumentError`
        before anything is sent, `UnprocessableEntityError` where the instrument does not resolve, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(
            operations.CLOSE_POSITION, options, instrument_id, account_id=account_id, cancel_orders=cancel_orders
        )

    def get_position_instructions(
        self,
        account_id: int,
        *,
        instrument_id: str | None = None,
        underlying_instrument_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> PositionGetPositionInstructionsResponse:
        """Return an account's instructions with their current states, in one list.

        - `account_id`: the account.
        - `instrument_id`: only those on this contract (id or OSI symbol).
        - `underlying_instrument_id`: only those on contracts on this instrument (id or symbol). The service has had
          this filter since September 2026, and ignored it before.
        - `options`: `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`; see
          `CallOptions`.

        A read: transient failures are retried. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._caller.call(
            operations.GET_POSITION_INSTRUCTIONS,
            options,
            account_id,
            instrument_id=instrument_id,
            underlying_instrument_id=underlying_instrument_id,
        )

    def get_position_instruction(
        self, id: str, *, account_id: int, **options: Unpack[CallOptions]
    ) -> PositionInstruction | None:
        """Return one instruction by the server's `id`; None if the account's list does not have it.

        The service has no operation for a single instruction, so the list is read. The list may lag behind a submit, so
        None proves nothing. Raises what `get_position_instructions` raises.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        checked = checked_text("id", id)
        listed = self.get_position_instructions(account_id, **options)
        from .._api.requests import by_id

        return by_id(listed, checked)

    def find_position_instructions(
        self, account_id: int, *, idempotency_keys: Sequence[str], **options: Unpack[CallOptions]
    ) -> dict[str, PositionInstruction | None]:
        """Return the instructions with these `idempotency_keys`, by key; None for a key that the list does not have.

        This settles a submit whose outcome is unknown, even from another process: a row that is found was accepted.
        None proves nothing while the submit may still be on its way, and rejected rows never appear. Raises what
        `get_position_instructions` raises, and `APIResponseValidationError` if the list is incomplete or has rows
        without keys, so that a missing key would say nothing.
        """
        if TYPE_CHECKING:
            call_options(**options)
        conceal(options)
        keys = checked_keys(idempotency_keys)
        listed = self.get_position_instructions(account_id, **options)
        from .._api.requests import by_key

        return by_key(listed, keys)

    def submit_position_instructions(
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
          digits), and `instruction_id`, the idempotency key, unique in the account. A row without one gets a
          new UUID before the first byte leaves.
        - `options`: `raise_on_rejection`, `resend_after_unknown`, `not_after`, `timeout`, `deadline`, `max_retries`,
          `extra_headers`, `extra_query`, `extra_body`; see `SubmitCallOptions`.

        Rows are never carried out twice: after an unknown attempt the account's list is read, and only rows that it
        does not show are sent again, under the same keys. The reply's `data` is in the order of `instructions`;
        `accepted`, `rejected` and `undetermined` divide its rows among them. Raises `ArgumentError` before anything is
        sent, `APIStatusError` if every row was rejected (`data` has the rows), and `APIError` or a subclass, with
        `outcomes` by key, and `outcome_unknown` if the client could not find out.
        """
        if TYPE_CHECKING:
            submit_call_options(**options)
        return self._caller.call(
            operations.SUBMIT_POSITION_INSTRUCTIONS, options, account_id, instructions=instructions
        )

    def ensure_position_instructions(
        self,
        account_id: int,
        *,
        instructions: Iterable[PositionInstructionRequest | PositionInstructionRequestParam],
        wait: bool = False,
        wait_deadline: float = 300.0,
        **options: Unpack[ChangingCallOptions],
    ) -> dict[str, EnsuredInstruction]:
        """Bring instructions about once, whatever happened before; what is known of each then, by idempotency key.

        - `account_id`: the account.
        - `instructions`: as `submit_position_instructions`, each with its own `instruction_id`, the idempotency key.
        - `wait`: whether to wait for what the service has until it is in a terminal state.
        - `wait_deadline`: seconds to wait at most.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`; `deadline` is for all of it, but the wait.

        Reads the account's list first, and submits what it does not show, under the same keys. Call it again, from
        any process, while an outcome is ``"unknown"`` or ``"not_sent"``. Raises `ArgumentError` before anything is
        sent, and otherwise no error of a call: see `EnsuredInstruction.outcome`, `.reason` and `.error`.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        conceal(options)
        from .._calls.ensure import ensure

        caller = self._caller
        flow = ensure(
            caller.new_call,
            caller.clock,
            caller.settings,
            account_id,
            instructions,
            wait=wait,
            wait_deadline=wait_deadline,
            options=options,
        )
        return caller.run(flow)

    def cancel_position_instruction(
        self, instruction_id: str, *, account_id: int, **options: Unpack[ChangingCallOptions]
    ) -> PositionCancelPositionInstructionResponse:
        """Ask the service to cancel an outstanding instruction; the reply has the row, in CANCEL_REQUESTED.

        - `instruction_id`: the server's `id` of the instruction, and not the idempotency key, which rows call
          `instruction_id`.
        - `account_id`: the account of the instruction.
        - `options`: `not_after`, `timeout`, `deadline`, `max_retries`, `extra_headers`, `extra_query`, `extra_body`;
          see `ChangingCallOptions`.

        CANCELLED or CANCEL_FAILED follows later: see `cancel_and_wait`. After an unknown attempt the cancel is sent
        again, under the same id, and settled by looking. Raises `ArgumentError` before anything is sent,
        `NotFoundError` if the account has no such instruction, `ConflictError` if it is already terminal, and
        `APIError` or a subclass.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._caller.call(operations.CANCEL_POSITION_INSTRUCTION, options, instruction_id, account_id=account_id)

    def wait_for_position_instruction(
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
        """Wait until an instruction is in a terminal state, or in one of those in `until`; return its row.

        - `id`: the server's `id`.
        - `account_id`: the account.
        - `until`: one or more statuses; by default any terminal one that is not a failure (ACCEPTED, CANCELLED).
        - `deadline`: how many seconds to wait at most.
        - `grace`: within how many seconds it has to appear in the account's list.
        - `on_change`: called with each `InstructionChange`.

        All waits of a client for one account share one read of its list per tick. Transient failures (429, 5xx, no
        connection) are retried at the next tick. Raises `ArgumentError`; `InstructionFailedError` if the instruction
        ends in REJECTED, ENGINE_REJECTED, CANCEL_FAILED or a terminal state that is not in `until`; `WaitTimeoutError`
        if it never appears or the time is over; and `APIError` or a subclass for other errors.
        """
        refuse_unexpected(Positions.wait_for_position_instruction, unknown)
        rows = self.wait_for_position_instructions(
            [id], account_id=account_id, until=until, deadline=deadline, grace=grace, on_change=on_change
        )
        return rows[0]

    def wait_for_position_instructions(
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
        """Wait for several instructions, as `wait_for_position_instruction` does for one; return their rows, in the
        order of `ids`.

        The wait ends when every instruction is settled or the time is over, and not at the first failure. The error
        has all instructions, in `rows` and `states`.
        """
        refuse_unexpected(Positions.wait_for_position_instructions, unknown)
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
        return self._caller.run(flow)

    def cancel_and_wait(
        self,
        instruction_id: str,
        *,
        account_id: int,
        wait_deadline: float = 300.0,
        on_change: Callable[[InstructionChange], object] | None = None,
        **options: Unpack[ChangingCallOptions],
    ) -> PositionInstruction:
        """Cancel an instruction and wait until it is CANCELLED; return its row.

        - `instruction_id`, `account_id`, `options`: those of `cancel_position_instruction`.
        - `wait_deadline`: how many seconds to wait at most, after the cancel.
        - `on_change`: called with each `InstructionChange`.

        Raises what `cancel_position_instruction` raises; `InstructionFailedError` if the instruction ends in
        CANCEL_FAILED, or was ACCEPTED before the cancel took effect; and `WaitTimeoutError` if the time is over, with
        `outcome_unknown` False, because the service took the cancel.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
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
        self.cancel_position_instruction(instruction_id, account_id=account_id, **options)
        rows: list[PositionInstruction] = self._caller.run(after_cancel(flow))
        return rows[0]

    def watch_position_instructions(
        self,
        account_id: int,
        *,
        ids: Sequence[str] | None = None,
        deadline: float | None = None,
        grace: float = 30.0,
        **unknown: Never,
    ) -> InstructionWatch:
        """Return an iterator of `InstructionChange`s: each instruction as first seen, and then each change of state.

        - `account_id`: the account.
        - `ids`: only these instructions (the server's `id`s). The iterator then ends when all of them are terminal.
        - `deadline`: after how many seconds it ends; by default it does not end.
        - `grace`: within how many seconds those in `ids` have to appear in the account's list.

        The list is read once per tick. Transient failures (429, 5xx, no connection) are retried at the next tick.
        Iterating raises `WaitTimeoutError` if one of `ids` never appears, as soon as the others are terminal, and
        `APIError` or a subclass for other errors.
        """
        refuse_unexpected(Positions.watch_position_instructions, unknown)
        from .._calls.kinds import INSTRUCTION
        from .._calls.waiting import InstructionWatch, Watch

        caller = self._caller
        watch = Watch(INSTRUCTION, caller.new_call, caller.clock, account_id, ids, deadline, grace)
        return InstructionWatch(caller.run, watch)


class PositionsWithRawResponse(Named):
    """The operations, each of which returns its raw response."""

    def __init__(self, positions: Positions) -> None:
        self.get_positions: Final = raw(positions.get_positions)
        self.close_positions: Final = raw(positions.close_positions)
        self.close_position: Final = raw(positions.close_position)
        self.get_position_instructions: Final = raw(positions.get_position_instructions)
        self.submit_position_instructions: Final = raw(positions.submit_position_instructions)
        self.cancel_position_instruction: Final = raw(positions.cancel_position_instruction)


class PositionsWithStreamingResponse(Named):
    """The operations, each of which returns a context manager for its raw response."""

    def __init__(self, positions: Positions) -> None:
        self.get_positions: Final = streamed(positions.get_positions)
        self.close_positions: Final = streamed(positions.close_positions)
        self.close_position: Final = streamed(positions.close_position)
        self.get_position_instructions: Final = streamed(positions.get_position_instructions)
        self.submit_position_instructions: Final = streamed(positions.submit_position_instructions)
        self.cancel_position_instruction: Final = streamed(positions.cancel_position_instruction)


resolvable(globals())


if TYPE_CHECKING:
    pass  # with `__getattr__`, a type checker would accept any name
else:

    def __getattr__(name: str) -> object:
        # The first release defined the async classes here, too.
        if not name.startswith("Async"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import positions_async

        return getattr(positions_async, name)
