"""Every operation with every parameter, on the sandbox, in process and over loopback: requests and typed results."""

from __future__ import annotations

import inspect
import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

from clear_street import (
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    UnprocessableEntityError,
)
from clear_street.sandbox import Sandbox, SandboxServer
from clear_street.types import v1
from clear_street.types.v1 import (
    Order,
    OrderStatus,
    OrderType,
    Position,
    PositionCancelPositionInstructionResponse,
    PositionClosePositionResponse,
    PositionClosePositionsResponse,
    PositionGetPositionInstructionsResponse,
    PositionGetPositionsResponse,
    PositionInstruction,
    PositionInstructionRequest,
    PositionInstructionStatus,
    PositionInstructionType,
    PositionSortBy,
    PositionSubmitPositionInstructionsResponse,
    PositionType,
    ResponseMetadata,
    SecurityType,
    Side,
    SortDirection,
    TimeInForce,
    Version,
    VersionGetVersionResponse,
)
from clear_street.v1 import Positions
from support.client_modes import Mode, query_of
from support.key_names import CANCEL_ID, KEY_NAME
from support.scripted_service import Service, envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT = 122503
CONTRACT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
SYMBOL = "AAPL 280121C00195000"
POSITIONS = f"/v1/accounts/{ACCOUNT}/positions"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(params=["in process", "over loopback"])
def ask(
    mode: Mode, sandbox: Sandbox, request: pytest.FixtureRequest
) -> Iterator[Callable[[Callable[[Any], Any]], Any]]:
    """Runs a story of a client on the sandbox."""
    if request.param == "in process":
        client = mode.sandbox(sandbox)
        yield lambda story: mode.run(lambda: story(client))
    else:
        with SandboxServer(sandbox) as server:

            def over_loopback(story: Callable[[Any], Any]) -> Any:
                return mode.within(lambda: mode.client(base_url=server.url, clock=None), story)

            yield over_loopback


def instruction(**fields: Any) -> dict[str, Any]:
    return {"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": 1, **fields}


# --- get_positions ----------------------------------------------------------------------------------------------------


def test_positions_are_typed(ask: Any) -> None:
    response = ask(lambda client: client.v1.positions.get_positions(ACCOUNT))
    assert type(response) is PositionGetPositionsResponse
    assert response.drift == ()
    assert all(type(position) is Position for position in response.data)
    position = next(position for position in response.data if position.symbol == SYMBOL)
    assert position.account_id == ACCOUNT
    assert position.instrument_id == CONTRACT
    assert position.instrument_type is SecurityType.OPTION
    assert position.position_type is PositionType.LONG_CALL
    assert (position.quantity, position.available_quantity) == ("10", "9")
    assert position.market_value == "88350"
    assert type(position.unrealized_pnl) is str
    assert type(position.closing_price_date) is date
    assert type(response.metadata) is ResponseMetadata
    assert response.request_id == response.metadata.request_id
    assert response.error is None


def test_positions_can_be_filtered_sorted_and_paged(ask: Any, sandbox: Sandbox) -> None:
    def story(client: Any) -> Any:
        return client.v1.positions.get_positions(
            ACCOUNT,
            instrument_ids=[CONTRACT, "AAPL", "TSLA"],
            page_size=2,
            sort_by=PositionSortBy.MARKET_VALUE,
            sort_direction=SortDirection.DESC,
        )

    response = ask(story)
    assert [position.symbol for position in response.data] == [SYMBOL, "AAPL"]
    assert response.metadata.next_page_token
    [seen] = sandbox.requests
    assert seen.target == (
        f"{POSITIONS}?instrument_ids={CONTRACT},AAPL,TSLA&page_size=2&sort_by=MARKET_VALUE&sort_direction=DESC"
    )
    token = response.metadata.next_page_token
    rest = ask(
        lambda client: client.v1.positions.get_positions(
            ACCOUNT,
            instrument_ids=(CONTRACT, "AAPL", "TSLA"),
            page_token=token,
            sort_by="MARKET_VALUE",
            sort_direction="DESC",
        )
    )
    assert [position.symbol for position in rest.data] == ["TSLA"]
    assert rest.metadata.next_page_token is None


def test_a_symbol_that_does_not_resolve_is_an_error(ask: Any) -> None:
    with pytest.raises(APIStatusError) as caught:
        ask(lambda client: client.v1.positions.get_positions(ACCOUNT, sort_by="COLOUR"))
    assert type(caught.value) is BadRequestError


# --- close_position, close_positions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cancel_orders", [None, True, False])
def test_closing_a_position_places_orders(ask: Any, sandbox: Sandbox, cancel_orders: bool | None) -> None:
    response = ask(
        lambda client: client.v1.positions.close_position("AAPL", account_id=ACCOUNT, cancel_orders=cancel_orders)
    )
    assert type(response) is PositionClosePositionResponse
    [order] = response.data
    assert type(order) is Order
    assert (order.account_id, order.symbol, order.quantity) == (ACCOUNT, "AAPL", "300")
    assert (order.side, order.order_type) == (Side.SELL, OrderType.MARKET)
    assert isinstance(order.status, OrderStatus)
    assert isinstance(order.time_in_force, TimeInForce)
    assert type(order.created_at) is datetime
    assert order.created_at.utcoffset() == timedelta(0)
    assert response.drift == ()
    [seen] = sandbox.requests
    assert (seen.method, seen.target) == ("DELETE", f"{POSITIONS}/AAPL")
    assert json.loads(seen.body or b"{}") == ({} if cancel_orders is None else {"cancel_orders": cancel_orders})


def test_a_symbol_with_spaces_and_slashes_is_one_segment(ask: Any, sandbox: Sandbox) -> None:
    assert ask(lambda client: client.v1.positions.close_position(SYMBOL, account_id=ACCOUNT)).data
    with pytest.raises(UnprocessableEntityError):
        ask(lambda client: client.v1.positions.close_position("BRK/B", account_id=ACCOUNT))
    assert [seen.target for seen in sandbox.requests] == [
        f"{POSITIONS}/AAPL%20280121C00195000",
        f"{POSITIONS}/BRK%2FB",
    ]


@pytest.mark.parametrize("cancel_orders", [None, True, False])
def test_closing_everything_places_an_order_for_each_position(
    ask: Any, sandbox: Sandbox, cancel_orders: bool | None
) -> None:
    response = ask(lambda client: client.v1.positions.close_positions(ACCOUNT, cancel_orders=cancel_orders))
    assert type(response) is PositionClosePositionsResponse
    assert all(type(order) is Order for order in response.data)
    assert len(response.data) == 7
    assert {order.side for order in response.data} == {Side.SELL, Side.BUY}
    [seen] = sandbox.requests
    assert (seen.method, seen.target) == ("DELETE", POSITIONS)
    assert json.loads(seen.body or b"{}") == ({} if cancel_orders is None else {"cancel_orders": cancel_orders})


# --- get_position_instructions, and one or some of them ---------------------------------------------------------------


def test_instructions_are_typed(ask: Any) -> None:
    response = ask(lambda client: client.v1.positions.get_position_instructions(ACCOUNT))
    assert type(response) is PositionGetPositionInstructionsResponse
    [row] = response.data
    assert type(row) is PositionInstruction
    assert (row.instruction_id, row.symbol) == ("ui-20260424-001", SYMBOL)
    assert row.instruction_type is PositionInstructionType.EXERCISE
    assert row.status is PositionInstructionStatus.ACCEPTED
    assert row.accepted_quantity == "1"
    assert row.created_at is not None
    assert row.created_at.utcoffset() == timedelta(0)
    assert response.drift == ()


def test_instructions_can_be_filtered_by_contract(ask: Any, sandbox: Sandbox) -> None:
    for instrument, count in ((SYMBOL, 1), (CONTRACT, 1), ("AAPL", 0)):
        response = ask(
            lambda client, instrument=instrument: client.v1.positions.get_position_instructions(
                ACCOUNT, instrument_id=instrument
            )
        )
        assert len(response.data) == count
    assert sandbox.requests[0].target == f"{POSITIONS}/instructions?instrument_id=AAPL%20280121C00195000"


def test_one_instruction_is_picked_out_of_the_list(ask: Any) -> None:
    [row] = ask(lambda client: client.v1.positions.get_position_instructions(ACCOUNT)).data
    found = ask(lambda client: client.v1.positions.get_position_instruction(row.id, account_id=ACCOUNT))
    assert type(found) is PositionInstruction
    assert found == row
    assert ask(lambda client: client.v1.positions.get_position_instruction("none", account_id=ACCOUNT)) is None


def test_instructions_are_found_by_their_idempotency_keys(ask: Any) -> None:
    found = ask(
        lambda client: client.v1.positions.find_position_instructions(
            ACCOUNT, idempotency_keys=["ui-20260424-001", "never-used"]
        )
    )
    assert list(found) == ["ui-20260424-001", "never-used"]
    assert found["ui-20260424-001"].symbol == SYMBOL
    assert found["never-used"] is None


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "i-1", "status": "SENT"}],
        [{"id": "i-1", KEY_NAME: "k"}, {"id": "i-2", KEY_NAME: "k"}],
    ],
    ids=["a row without a key", "two rows under a key"],
)
def test_a_list_that_cannot_tell_what_is_there_is_no_answer(mode: Mode, rows: Any) -> None:
    client = mode.client(Service((200, envelope(rows))))
    with pytest.raises(APIResponseValidationError, match="idempotency key") as caught:
        mode.run(lambda: client.v1.positions.find_position_instructions(7, idempotency_keys=["k"]))
    assert caught.value.request_id == "r-1"


@pytest.mark.parametrize("token", ["more", 5])
def test_a_part_of_a_list_cannot_tell_what_is_not_there(mode: Mode, token: Any) -> None:
    part = {"metadata": {"request_id": "r-1", "next_page_token": token}, "data": []}
    client = mode.client(Service((200, part)))
    with pytest.raises(APIResponseValidationError, match="is incomplete") as caught:
        mode.run(lambda: client.v1.positions.find_position_instructions(7, idempotency_keys=["k"]))
    assert caught.value.request_id == "r-1"


# --- submit_position_instructions -------------------------------------------------------------------------------------


def test_a_submitted_batch_comes_back_in_its_order(ask: Any, sandbox: Sandbox) -> None:
    expiring = next(
        position
        for position in ask(lambda client: client.v1.positions.get_positions(ACCOUNT)).data
        if position.symbol == "SPY 260424P00700000"
    )
    rows = [
        instruction(instruction_id="k-1"),
        instruction(instruction_type="DO_NOT_EXERCISE", instrument_id=expiring.instrument_id, quantity="2"),
        PositionInstructionRequest.from_dict(instruction(instruction_id="k-3", quantity="2")),
    ]
    response = ask(lambda client: client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows))
    assert type(response) is PositionSubmitPositionInstructionsResponse
    assert [type(row) for row in response.data] == [PositionInstruction] * 3
    assert [row.status for row in response.data] == [PositionInstructionStatus.SENT] * 3
    assert [row.quantity for row in response.data] == ["1", "2", "2"]
    assert [response.data[0].instruction_id, response.data[2].instruction_id] == ["k-1", "k-3"]
    assert response.data[1].instruction_type is PositionInstructionType.DO_NOT_EXERCISE
    assert response.accepted == response.data
    assert response.rejected == response.undetermined == response.rejections == []
    response.raise_for_rejections()
    assert not response.reconciled
    seen = sandbox.requests[-1]
    assert (seen.method, seen.target) == ("POST", f"{POSITIONS}/instructions")
    assert seen.headers["content-type"] == "application/json"
    assert [entry.kind for entry in sandbox.ledger][:3] == ["submitted"] * 3


def test_a_batch_that_is_refused_in_part_returns_and_can_be_made_to_raise(ask: Any) -> None:
    rows = [instruction(instruction_id="k-1"), instruction(instruction_id="ui-20260424-001"), instruction(quantity=99)]
    response = ask(lambda client: client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows))
    assert [row.status for row in response.data] == ["SENT", "REJECTED", "REJECTED"]
    assert [row.instruction_id for row in response.accepted] == ["k-1"]
    assert response.rejected == response.data[1:]
    assert response.error.message == "2 of 3 instructions were rejected"
    duplicate, too_many = response.rejections
    assert duplicate.is_duplicate
    assert duplicate.existing_id
    assert not too_many.is_duplicate
    assert too_many.existing_id is None
    assert "exceeds" in too_many.reason
    assert duplicate.instruction == response.data[1]
    with pytest.raises(APIStatusError, match="2 of 3 instructions rejected: ui-20260424-001: Duplicate") as caught:
        response.raise_for_rejections()
    error = caught.value
    assert (error.status_code, error.data, error.reply) == (207, tuple(response.rejected), response)
    assert error.rejections == response.rejections
    assert not error.outcome_unknown


def test_raise_on_rejection_makes_such_a_batch_raise(ask: Any) -> None:
    rows = [instruction(instruction_id="k-1"), instruction(quantity=99)]
    with pytest.raises(APIStatusError, match="rejected") as caught:
        ask(
            lambda client: client.v1.positions.submit_position_instructions(
                ACCOUNT, instructions=rows, raise_on_rejection=True
            )
        )
    error = caught.value
    assert type(error.reply) is PositionSubmitPositionInstructionsResponse
    assert [row.status for row in error.reply.data] == ["SENT", "REJECTED"]
    assert error.outcomes["k-1"] == "landed"
    assert not error.outcome_unknown


def test_a_batch_that_is_refused_as_a_whole_raises_with_its_rows(ask: Any) -> None:
    rows = [instruction(instruction_id="ui-20260424-001")]
    with pytest.raises(ConflictError, match="Duplicate") as caught:
        ask(lambda client: client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows))
    error = caught.value
    assert [row.status for row in error.data] == ["REJECTED"]
    [rejection] = error.rejections
    assert rejection.is_duplicate
    assert error.outcomes == {"ui-20260424-001": "rejected"}
    assert error.idempotency_keys == ("ui-20260424-001",)
    assert not error.outcome_unknown


def test_rows_of_a_status_never_heard_of_are_undetermined(mode: Mode) -> None:
    key, row = "k-1", {"id": "i-1", "status": "HALF_SENT", KEY_NAME: "k-1"}
    client = mode.client(Service((200, envelope([row]))))
    response = mode.run(
        lambda: client.v1.positions.submit_position_instructions(7, instructions=[instruction(instruction_id=key)])
    )
    assert response.accepted == response.rejected == []
    [undetermined] = response.undetermined
    assert undetermined.status == "HALF_SENT"
    response.raise_for_rejections()


# --- cancel_position_instruction --------------------------------------------------------------------------------------


def test_cancelling_gives_the_row(ask: Any, sandbox: Sandbox) -> None:
    id_ = sandbox.add_instruction(ACCOUNT, SYMBOL, idempotency_key="k-9")
    response = ask(lambda client: client.v1.positions.cancel_position_instruction(id_, account_id=ACCOUNT))
    assert type(response) is PositionCancelPositionInstructionResponse
    assert type(response.data) is PositionInstruction
    assert (response.data.id, response.data.instruction_id) == (id_, "k-9")
    assert response.data.status is PositionInstructionStatus.CANCEL_REQUESTED
    assert [attempt.outcome for attempt in response.attempts] == ["done"]
    [seen] = sandbox.requests
    assert (seen.method, seen.target, seen.body) == ("DELETE", f"{POSITIONS}/instructions/{id_}", b"")


def test_cancelling_what_is_over_is_a_conflict(ask: Any) -> None:
    [row] = ask(lambda client: client.v1.positions.get_position_instructions(ACCOUNT)).data
    with pytest.raises(ConflictError, match="already ACCEPTED"):
        ask(lambda client: client.v1.positions.cancel_position_instruction(row.id, account_id=ACCOUNT))


# --- get_version ------------------------------------------------------------------------------------------------------


def test_the_version_is_asked_for_without_the_key(ask: Any, sandbox: Sandbox) -> None:
    response = ask(lambda client: client.v1.version.get_version())
    assert type(response) is VersionGetVersionResponse
    assert type(response.data) is Version
    assert response.data.version == "2025-10-31"
    assert "authorization" not in sandbox.requests[0].headers


# --- Every operation --------------------------------------------------------------------------------------------------


ARGUMENTS: dict[str, dict[str, Any]] = {
    "get_positions": {},
    "close_positions": {},
    "close_position": {"instrument_id": "AAPL"},
    "get_position_instructions": {},
    "submit_position_instructions": {"instructions": [instruction()]},
    "cancel_position_instruction": {CANCEL_ID: "i-1"},
}


@pytest.mark.parametrize("operation", ARGUMENTS)
@pytest.mark.parametrize(
    ("account_id", "key", "error"),
    [(ACCOUNT, "stranger", AuthenticationError), (5, "mine", NotFoundError), (999999, "mine", PermissionDeniedError)],
)
def test_every_operation_needs_a_key_and_an_account_that_it_may_see(
    mode: Mode, operation: str, account_id: int, key: str, error: type[APIStatusError]
) -> None:
    sandbox = Sandbox(api_keys=["mine"])
    positions = mode.sandbox(sandbox, api_key=key).v1.positions
    with pytest.raises(error):
        mode.run(lambda: getattr(positions, operation)(account_id=account_id, **ARGUMENTS[operation]))
    assert sandbox.ledger == ()


@pytest.mark.parametrize("operation", ARGUMENTS)
def test_every_operation_has_a_typed_dict_of_its_keywords(operation: str) -> None:
    keywords = [
        parameter.name
        for parameter in inspect.signature(getattr(Positions, operation)).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    name = "".join(word.capitalize() for word in operation.split("_"))
    params = getattr(v1, f"Position{name}Params")
    assert list(get_type_hints(params)) == keywords


@pytest.mark.parametrize("operation", ARGUMENTS)
def test_every_operation_takes_the_options_of_a_call(mode: Mode, operation: str) -> None:
    service = Service(otherwise=(404, envelope(None)))
    positions = mode.client(service).v1.positions
    options = {
        "extra_headers": {"X-Desk": "7"},
        "extra_query": {"trace": "on"},
        "timeout": 5,
        "max_retries": 0,
        "deadline": 9,
    }
    with pytest.raises(NotFoundError):
        mode.run(lambda: getattr(positions, operation)(account_id=7, **ARGUMENTS[operation], **options))
    request = service.requests[0]
    assert request.headers["x-desk"] == "7"
    assert query_of(request) == {"trace": "on"}
    assert request.extensions["timeout"]["read"] == 5.0
