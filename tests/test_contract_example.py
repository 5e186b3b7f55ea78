"""The contract's example: its code runs unchanged, and its response is read and written field by field."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from clear_street import AsyncClearStreet, ClearStreet
from clear_street.sandbox import Sandbox, SandboxServer
from clear_street.types.v1 import (
    APIError,
    PositionCancelPositionInstructionResponse,
    PositionInstruction,
    PositionInstructionStatus,
    PositionInstructionType,
    ResponseMetadata,
)
from support.scripted_service import Service
from support.spec_tools import CANCEL_REPLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.client_modes import Mode

CODE = """\
from clear_street import ClearStreet

client = ClearStreet(
    api_key="My API Key",
)
response = client.v1.positions.cancel_position_instruction(
    instruction_id="182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
    account_id=0,
)
print(response)
"""

INSTRUCTION_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
TARGET = f"/v1/accounts/0/positions/instructions/{INSTRUCTION_ID}"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(Sandbox(api_keys=["My API Key"])) as running:
        yield running


@pytest.fixture
def response(mode: Mode) -> PositionCancelPositionInstructionResponse:
    client = mode.client(Service((200, CANCEL_REPLY.encode())))
    found: PositionCancelPositionInstructionResponse = mode.run(
        lambda: client.v1.positions.cancel_position_instruction(instruction_id=INSTRUCTION_ID, account_id=0)
    )
    return found


# --- The code ---------------------------------------------------------------------------------------------------------


def test_the_code_runs_as_it_stands(
    server: SandboxServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLEAR_STREET_BASE_URL", server.url)
    names: dict[str, Any] = {}
    exec(compile(CODE, "example", "exec"), names)
    names["client"].close()
    assert isinstance(names["response"], PositionCancelPositionInstructionResponse)
    assert names["response"].data.status == "CANCEL_REQUESTED"
    assert capsys.readouterr().out == f"{names['response']!r}\n"
    [request] = server.sandbox.requests
    assert (request.method, request.target, request.body) == ("DELETE", TARGET, b"")
    assert request.headers["authorization"] == "Bearer My API Key"


def test_the_code_runs_as_a_program_of_its_own(server: SandboxServer) -> None:
    program = [sys.executable, "-W", "error::DeprecationWarning", "-c", CODE]
    environment = {"CLEAR_STREET_BASE_URL": server.url, "PATH": ""}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("PositionCancelPositionInstructionResponse(")
    assert "status='CANCEL_REQUESTED'" in done.stdout


def test_the_code_runs_with_base_url_as_an_argument(server: SandboxServer) -> None:
    with ClearStreet(api_key="My API Key", base_url=server.url) as client:
        response = client.v1.positions.cancel_position_instruction(instruction_id=INSTRUCTION_ID, account_id=0)
    assert response.data.status is PositionInstructionStatus.CANCEL_REQUESTED


@pytest.mark.anyio
async def test_the_async_code_differs_by_two_words(server: SandboxServer) -> None:
    async with AsyncClearStreet(api_key="My API Key", base_url=server.url) as client:
        response = await client.v1.positions.cancel_position_instruction(instruction_id=INSTRUCTION_ID, account_id=0)
    assert response.data.status is PositionInstructionStatus.CANCEL_REQUESTED


def test_the_id_may_be_positional(server: SandboxServer) -> None:
    with ClearStreet(api_key="My API Key", base_url=server.url) as client:
        client.v1.positions.cancel_position_instruction(INSTRUCTION_ID, account_id=0)
    assert server.sandbox.requests[0].target == TARGET


# --- The response -----------------------------------------------------------------------------------------------------


def test_every_field_has_the_type_of_the_contract(response: PositionCancelPositionInstructionResponse) -> None:
    assert type(response) is PositionCancelPositionInstructionResponse

    metadata = response.metadata
    assert type(metadata) is ResponseMetadata
    assert metadata.request_id == "request_id"
    assert metadata.next_page_token == "U3RhaW5sZXNzIHJvY2tz"
    assert (metadata.page_number, type(metadata.page_number)) == (0, int)
    assert metadata.previous_page_token == "U3RhaW5sZXNzIHJvY2tz"
    assert (metadata.total_items, metadata.total_pages) == (0, 0)

    error = response.error
    assert type(error) is APIError
    assert (error.code, type(error.code)) == (400, int)
    assert error.message == "Order quantity must be greater than zero"
    assert error.details == [{"foo": "bar"}]

    data = response.data
    assert type(data) is PositionInstruction
    assert (data.id, type(data.id)) == ("0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02", str)
    assert (data.account_id, type(data.account_id)) == (122503, int)
    assert (data.instruction_id, type(data.instruction_id)) == ("ui-20260424-001", str)
    assert data.instruction_type is PositionInstructionType.EXERCISE
    assert (data.instrument_id, type(data.instrument_id)) == ("0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02", str)
    assert (data.quantity, type(data.quantity)) == ("1", str)
    assert data.status is PositionInstructionStatus.SENT
    assert (data.symbol, type(data.symbol)) == ("AAPL 280121C00195000", str)
    assert data.accepted_quantity is None
    assert data.created_at == datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
    assert data.created_at.utcoffset() is not None
    assert data.rejection_reason is None
    assert data.updated_at == datetime(2026, 4, 24, 14, 30, tzinfo=UTC)


def test_it_departs_from_the_spec_in_nothing(response: PositionCancelPositionInstructionResponse) -> None:
    assert response.drift == ()
    assert response.model_extra == response.data.model_extra == {}
    assert response.data.model_fields_set == json.loads(CANCEL_REPLY)["data"].keys()


def test_it_encodes_back_to_itself(response: PositionCancelPositionInstructionResponse) -> None:
    assert response.to_dict() == json.loads(CANCEL_REPLY)
    assert json.loads(response.to_json()) == json.loads(CANCEL_REPLY)
    assert list(response.to_dict()["data"]) == list(json.loads(CANCEL_REPLY)["data"])


def test_it_knows_its_call(response: PositionCancelPositionInstructionResponse) -> None:
    assert response.request_id == "request_id"
    assert not response.reconciled
    [attempt] = response.attempts
    assert (attempt.outcome, attempt.status_code, attempt.request_id) == ("done", 200, "request_id")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_copy_of_it_is_equal_and_knows_the_same(
    response: PositionCancelPositionInstructionResponse, duplicate: Any
) -> None:
    twin = duplicate(response)
    assert type(twin) is type(response)
    assert (twin, twin.attempts, twin.reconciled, twin.request_id) == (
        response,
        response.attempts,
        response.reconciled,
        response.request_id,
    )


def test_one_that_no_call_brought_has_no_attempts() -> None:
    response = PositionCancelPositionInstructionResponse.from_dict(json.loads(CANCEL_REPLY))
    assert (response.attempts, response.reconciled, response.request_id) == ((), False, "request_id")
    assert pickle.loads(pickle.dumps(response)).attempts == ()
    assert PositionCancelPositionInstructionResponse.from_dict({}).request_id is None
