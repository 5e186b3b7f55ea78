"""Code as an application writes it, for mypy and pyright to check in strict mode; a test runs it on the sandbox."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, assert_never, assert_type

import httpx

from clear_street import (
    APIError,
    APIStatusError,
    AsyncClearStreet,
    AsyncRawResponse,
    Attempt,
    ClearStreet,
    ClearStreetError,
    ClientOptions,
    ConflictError,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    InstructionChange,
    InstructionFailedError,
    RateLimitError,
    RawResponse,
    WaitTimeoutError,
    new_idempotency_key,
)
from clear_street.events import AttemptEnded, CallEnded, Event, Transition
from clear_street.sandbox import Sandbox
from clear_street.types.v1 import (
    Order,
    OrderStatus,
    Position,
    PositionCancelPositionInstructionParams,
    PositionCancelPositionInstructionResponse,
    PositionClosePositionParams,
    PositionClosePositionResponse,
    PositionClosePositionsResponse,
    PositionGetPositionInstructionsResponse,
    PositionGetPositionsParams,
    PositionGetPositionsResponse,
    PositionInstruction,
    PositionInstructionRequest,
    PositionInstructionRequestParam,
    PositionInstructionStatus,
    PositionInstructionType,
    PositionSortBy,
    PositionSubmitPositionInstructionsResponse,
    PositionType,
    Rejection,
    ResponseMetadata,
    Side,
    VersionGetVersionResponse,
)

ACCOUNT_ID = 122503
CONTRACT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"


def told(event: Event) -> None:
    """A function for `on_event`."""
    match event:
        case AttemptEnded():
            assert_type(event.attempt.status_code, int | None)
        case CallEnded():
            assert_type(event.outcome, Literal["done", "failed", "unknown"])
            assert_type(event.outcome_unknown, bool)
        case Transition():
            assert_type(event.row, PositionInstruction | Order)
        case _:
            assert_type(event.call, int)


def configure() -> ClearStreet:
    """Every way to make a client."""
    key: str = "key"
    ClearStreet(key)
    ClearStreet(api_key=lambda: key, environment="dev", timeout=httpx.Timeout(5, read=30), default_headers={"X-A": "b"})
    http_client = DefaultHttpxClient(proxy="http://127.0.0.1:9")
    client = ClearStreet(
        api_key=key,
        base_url="http://127.0.0.1:1",
        timeout=3,
        deadline=10.5,
        max_retries=0,
        default_headers={"X-Desk": "options", "User-Agent": None},
        http_client=http_client,
        read_only=False,
        strict=True,
        raise_on_rejection=True,
        resend_after_unknown=False,
        on_intent=lambda keys, request: f"{keys} {request.path}",
        on_event=[told, lambda event: event._asdict()],
    )
    http_client.close()
    options: ClientOptions = {"timeout": 4.0, "max_retries": 1}
    assert_type(client.with_options(**options), ClearStreet)
    assert_type(client.copy(read_only=True, deadline=None), ClearStreet)
    assert_type(client.base_url, str)
    return ClearStreet.sandbox(Sandbox(seed=7), strict=True)


def read(client: ClearStreet) -> None:
    """Positions and instructions."""
    positions = client.v1.positions
    page = positions.get_positions(
        ACCOUNT_ID,
        instrument_ids=["AAPL", CONTRACT],
        page_size=10,
        sort_by=PositionSortBy.QUANTITY,
        sort_direction="ASC",
        timeout=5,
        extra_headers={"X-A": "b"},
        extra_query={"a": True, "b": [2.5]},
    )
    assert_type(page, PositionGetPositionsResponse)
    assert_type(page.metadata, ResponseMetadata)
    assert_type(page.metadata.next_page_token, str | None)
    assert_type(page.data, list[Position])
    assert_type(page.attempts, tuple[Attempt, ...])
    assert_type(page.request_id, str | None)
    for position in positions.iter_positions(ACCOUNT_ID, sort_by="SYMBOL"):
        assert_type(position, Position)
        assert_type(position.quantity, str)
        assert_type(position.unrealized_pnl, str | None)
        assert_type(position.closing_price_date, date | None)
        if position.position_type is PositionType.LONG_CALL:
            Decimal(position.market_value)
    pages = positions.iter_positions(ACCOUNT_ID, page_size=2).pages()
    assert_type(pages, Iterator[PositionGetPositionsResponse])

    arguments: PositionGetPositionsParams = {"page_size": 5, "sort_by": "MARKET_VALUE"}
    positions.get_positions(ACCOUNT_ID, **arguments)

    listed = positions.get_position_instructions(ACCOUNT_ID, instrument_id=CONTRACT)
    assert_type(listed, PositionGetPositionInstructionsResponse)
    assert_type(listed.data, list[PositionInstruction])
    one = positions.get_position_instruction(listed.data[0].id, account_id=ACCOUNT_ID)
    assert_type(one, PositionInstruction | None)
    found = positions.find_position_instructions(ACCOUNT_ID, idempotency_keys=[new_idempotency_key()])
    assert_type(found, dict[str, PositionInstruction | None])
    assert_type(client.v1.version.get_version(), VersionGetVersionResponse)


def describe(row: PositionInstruction) -> str:
    """What a row's state means."""
    assert_type(row.status, PositionInstructionStatus)
    assert_type(row.created_at, datetime | None)
    if row.status == "SENT":
        return "under way"
    match row.status:
        case PositionInstructionStatus.ACCEPTED:
            return f"accepted: {row.accepted_quantity}"
        case PositionInstructionStatus.REJECTED | PositionInstructionStatus.ENGINE_REJECTED:
            return f"refused: {row.rejection_reason}"
        case status if not status.is_known:
            return f"new: {status}"
        case _:
            return row.status.lower()


def change(client: ClearStreet) -> None:
    """Submit, cancel, wait, close."""
    positions = client.v1.positions
    as_dict: PositionInstructionRequestParam = {
        "instruction_type": "EXERCISE",
        "instrument_id": CONTRACT,
        "quantity": Decimal(1),
        "instruction_id": new_idempotency_key(),
    }
    as_model = PositionInstructionRequest(
        instruction_type=PositionInstructionType.EXERCISE, instrument_id=CONTRACT, quantity="1"
    )
    response = positions.submit_position_instructions(
        ACCOUNT_ID,
        instructions=[as_dict, as_model, {"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": 1}],
        not_after=datetime.now(UTC) + timedelta(days=36500),
        raise_on_rejection=False,
    )
    assert_type(response, PositionSubmitPositionInstructionsResponse)
    assert_type(response.accepted, list[PositionInstruction])
    assert_type(response.rejections, list[Rejection])
    assert_type(response.reconciled, bool)
    response.raise_for_rejections()
    for row in response.data:
        describe(row)

    arguments: PositionCancelPositionInstructionParams = {"account_id": ACCOUNT_ID}
    cancelled = positions.cancel_position_instruction(response.data[0].id, **arguments)
    assert_type(cancelled, PositionCancelPositionInstructionResponse)
    assert_type(cancelled.data, PositionInstruction)
    assert_type(cancelled.data.instruction_type, PositionInstructionType)

    assert_type(positions.cancel_and_wait(response.data[2].id, account_id=ACCOUNT_ID), PositionInstruction)

    changes: list[InstructionChange] = []
    row = positions.wait_for_position_instruction(
        cancelled.data.id, account_id=ACCOUNT_ID, until=["CANCELLED"], deadline=60, on_change=changes.append
    )
    assert_type(row, PositionInstruction)
    rows = positions.wait_for_position_instructions([response.data[1].id], account_id=ACCOUNT_ID)
    assert_type(rows, list[PositionInstruction])
    for seen in positions.watch_position_instructions(ACCOUNT_ID, ids=[row.id]):
        assert_type(seen, InstructionChange)

    close: PositionClosePositionParams = {"account_id": ACCOUNT_ID, "cancel_orders": True}
    closed = positions.close_position("AAPL", **close)
    assert_type(closed, PositionClosePositionResponse)
    assert_type(closed.data, list[Order])
    order = closed.data[0]
    assert_type(order.side, Side)
    assert_type(order.status, OrderStatus)
    assert_type(order.details, list[str] | None)
    assert_type(positions.close_positions(ACCOUNT_ID, cancel_orders=False), PositionClosePositionsResponse)


def fail(client: ClearStreet) -> Literal["conflict", "wait", "status", "unknown", "known"]:
    """Errors as an application handles them."""
    try:
        client.v1.positions.cancel_position_instruction("0", account_id=ACCOUNT_ID)
    except ConflictError as error:
        assert_type(error.status_code, int)
        return "conflict"
    except RateLimitError as error:
        assert_type(error.retry_after, float | None)
        return "wait"
    except (InstructionFailedError, WaitTimeoutError) as error:
        assert_type(error.outcome_unknown, bool)
        return "wait"
    except APIStatusError as error:
        assert_type(error.data, tuple[PositionInstruction | Order, ...])
        assert_type(error.code, int | None)
        return "status"
    except APIError as error:
        assert_type(error.outcomes, dict[str, str])
        assert_type(error.idempotency_keys, tuple[str, ...])
        return "unknown" if error.outcome_unknown else "known"
    except ClearStreetError:
        return "known"
    return "known"


def report(came: Literal["conflict", "wait", "status", "unknown", "known"]) -> bool:
    """Whether a person must look."""
    match came:
        case "conflict" | "wait" | "status" | "known":
            return False
        case "unknown":
            return True
        case _:
            assert_never(came)


def look_closer(client: ClearStreet) -> None:
    """Raw and streamed replies, and paths that there is no method for."""
    raw = client.v1.positions.with_raw_response.get_positions(ACCOUNT_ID, page_size=1)
    assert_type(raw, RawResponse[PositionGetPositionsResponse])
    assert_type(raw.parse(), PositionGetPositionsResponse)
    assert_type(raw.headers, httpx.Headers)
    assert_type(raw.elapsed, timedelta)
    streamed = client.v1.positions.with_streaming_response.get_position_instructions(ACCOUNT_ID)
    assert_type(streamed, AbstractContextManager[RawResponse[PositionGetPositionInstructionsResponse]])
    with streamed as response:
        assert_type(response.iter_bytes(), Iterator[bytes])
        for line in response.iter_lines():
            assert_type(line, str)

    path = f"/v1/accounts/{ACCOUNT_ID}/positions"
    assert_type(client.get(path, cast_to=dict[str, Any]), dict[str, Any])
    assert_type(client.get(path, cast_to=PositionGetPositionsResponse), PositionGetPositionsResponse)
    assert_type(client.get(path, cast_to=bytes, extra_query={"page_size": 1}), bytes)
    assert_type(client.get(path, cast_to=object), object)
    assert_type(client.get(path, cast_to=type(None)), None)
    assert_type(client.delete(path, cast_to=str, body={"cancel_orders": True}), str)


async def on_every_loop(client: AsyncClearStreet) -> None:
    """The same, awaited."""
    positions = client.v1.positions
    assert_type(await positions.get_positions(ACCOUNT_ID), PositionGetPositionsResponse)
    async for position in positions.iter_positions(ACCOUNT_ID):
        assert_type(position, Position)
    assert_type(positions.iter_positions(ACCOUNT_ID).pages(), AsyncIterator[PositionGetPositionsResponse])
    submitted = await positions.submit_position_instructions(
        ACCOUNT_ID, instructions=[{"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": 1}]
    )
    cancelled = await positions.cancel_position_instruction(
        instruction_id=submitted.data[0].id, account_id=ACCOUNT_ID, not_after=None, max_retries=5
    )
    assert_type(cancelled, PositionCancelPositionInstructionResponse)
    row = await positions.wait_for_position_instruction(cancelled.data.id, account_id=ACCOUNT_ID)
    assert_type(row, PositionInstruction)
    async for seen in positions.watch_position_instructions(ACCOUNT_ID, ids=[row.id], deadline=5):
        assert_type(seen, InstructionChange)

    raw = await positions.with_raw_response.get_position_instructions(ACCOUNT_ID)
    assert_type(raw, AsyncRawResponse[PositionGetPositionInstructionsResponse])
    assert_type(await raw.parse(), PositionGetPositionInstructionsResponse)
    streamed = positions.with_streaming_response.get_positions(ACCOUNT_ID)
    assert_type(streamed, AbstractAsyncContextManager[AsyncRawResponse[PositionGetPositionsResponse]])
    async with streamed as response:
        assert_type(await response.read(), bytes)
        assert_type(response.iter_bytes(100), AsyncIterator[bytes])

    assert_type(await client.get("/v1/version", cast_to=dict[str, Any]), dict[str, Any])
    assert_type(client.with_options(timeout=3), AsyncClearStreet)


def configure_async() -> AsyncClearStreet:
    """Every way to make an async client."""

    async def key() -> str:
        return "key"

    AsyncClearStreet(api_key=key, http_client=DefaultAsyncHttpxClient(verify=False))
    return AsyncClearStreet.sandbox()


def mistakes(client: ClearStreet) -> None:
    """What a type checker must find: each line has an ignore that would be reported if it were unused."""
    ClearStreet(api_key="key", http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    ClearStreet(api_key="key", environment="staging")  # type: ignore[arg-type]
    client.with_options(time_out=3)  # type: ignore[call-arg]
    client.v1.positions.get_positions("7")  # type: ignore[arg-type]
    client.v1.positions.get_positions(7, not_after=None)  # type: ignore[call-arg]
    client.v1.positions.get_positions(7, sort_by="COLOUR")  # type: ignore[arg-type]
    client.v1.positions.cancel_position_instruction("i")  # type: ignore[call-arg]
    client.v1.positions.close_positions(7, True)  # type: ignore[call-arg]
    row: PositionInstructionRequestParam = {
        "instruction_type": "EXERCISE",
        "instrument_id": CONTRACT,
        "quantity": 1.0,  # type: ignore[typeddict-item]
    }
    client.v1.positions.submit_position_instructions(7, instructions=row)  # type: ignore[arg-type]
