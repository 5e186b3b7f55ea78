"""Run tomorrow's client against yesterday's server: a story for each of tests/revisions, with the page's text.

Run as a program, with a revision's package and overlay on the path, it tells the story of that revision.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from clear_street import BadRequestError, ClearStreet, InstructionFailedError, NotFoundError, WaitTimeoutError
from clear_street.sandbox import Fault, Sandbox
from support import table_guards
from support.key_names import KEY_NAME
from support.spec_tools import adopted

ACCOUNT = 122503
CALL = "AAPL 280121C00195000"
SUBMIT = "submit_position_instructions"


def instruction(sandbox: Sandbox, quantity: int = 1, **key: str) -> Any:
    """Make a row to submit."""
    return {
        "instruction_type": "EXERCISE",
        "instrument_id": sandbox.add_instrument(CALL),
        "quantity": quantity,
        **(key or {KEY_NAME: "key-1"}),
    }


def submitted(sandbox: Sandbox) -> int:
    """Count the instructions that the service has taken."""
    return sum(entry.kind == "submitted" for entry in sandbox.ledger)


def settled(sandbox: Sandbox, status: str) -> str:
    """Make an instruction in a state, and return its id."""
    id_ = sandbox.add_instruction(ACCOUNT, CALL)
    sandbox.settle(id_, status, reason="because")
    return id_


def field_added(client: ClearStreet, sandbox: Sandbox) -> None:
    """The field reads None, and nothing departs from the spec."""
    page = client.v1.positions.get_positions(ACCOUNT)
    assert [getattr(position, "lot_size", "?") for position in page.data] == [None] * len(page.data)
    assert page.drift == ()


def enum_member_added(client: ClearStreet, sandbox: Sandbox) -> None:
    """Nothing changes: the member never comes, and a wait ends as it did."""
    submit = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
    row = client.v1.positions.wait_for_position_instruction(submit.data[0].id, account_id=ACCOUNT)
    assert row.status == "ACCEPTED"
    assert submit.drift == ()


def enum_member_gone(client: ClearStreet, sandbox: Sandbox) -> None:
    """The member is kept, not known, and named in `drift`; a wait does not end with it, and lasts to its deadline."""
    id_ = settled(sandbox, "ENGINE_REJECTED")
    listed = client.v1.positions.get_position_instructions(ACCOUNT)
    (row,) = [row for row in listed.data if row.id == id_]
    assert row.status == "ENGINE_REJECTED"
    assert not row.status.is_known
    assert "unknown_member" in {departure.kind for departure in listed.drift}
    with pytest.raises(WaitTimeoutError) as caught:
        client.v1.positions.wait_for_position_instruction(id_, account_id=ACCOUNT)
    assert caught.value.last_seen is not None
    assert caught.value.last_seen.status == "ENGINE_REJECTED"


def error_status_added(client: ClearStreet, sandbox: Sandbox) -> None:
    """A refusal is a 400, as it was."""
    with pytest.raises(BadRequestError) as caught:
        client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox, 10_000)])
    assert [row.status for row in caught.value.data] == ["REJECTED"]


def idempotency_key_renamed(client: ClearStreet, sandbox: Sandbox) -> None:
    """Nothing changes: rows are sent under all three names, and come back under the old one."""
    row = instruction(sandbox, order_reference="key-1")
    reply = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[row])
    assert [getattr(row, "order_reference", "?") for row in reply.accepted] == ["key-1"]

    row = instruction(sandbox, order_reference="key-2")
    sandbox.faults.add(Fault.after_effect(), operation=SUBMIT)
    reply = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[row])
    assert [row.instruction_id for row in reply.accepted] == ["key-2"]
    assert submitted(sandbox) == 2


def idempotency_key_under_its_newer_name(client: ClearStreet, sandbox: Sandbox) -> None:
    """Nothing changes: it is the same client."""
    reply = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
    assert [row.instruction_id for row in reply.accepted] == ["key-1"]
    assert reply.drift == ()


def nested_object_added(client: ClearStreet, sandbox: Sandbox) -> None:
    """The object reads None, and nothing departs from the spec."""
    reply = client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[instruction(sandbox)])
    assert getattr(reply.data[0], "settlement", "?") is None
    assert reply.drift == ()


def path_changed(client: ClearStreet, sandbox: Sandbox) -> None:
    """A cancel is refused with a 404, and nothing was done."""
    id_ = sandbox.add_instruction(ACCOUNT, CALL)
    with pytest.raises(NotFoundError) as caught:
        client.v1.positions.cancel_position_instruction(id_, account_id=ACCOUNT)
    assert not caught.value.outcome_unknown
    assert sandbox.ledger == ()
    assert sandbox.requests[0].target == f"/v1/accounts/{ACCOUNT}/position-instructions/{id_}"


def required_field_nullable(client: ClearStreet, sandbox: Sandbox) -> None:
    """Nothing changes: the field always has a value."""
    id_ = settled(sandbox, "REJECTED")
    with pytest.raises(InstructionFailedError) as caught:
        client.v1.positions.wait_for_position_instruction(id_, account_id=ACCOUNT)
    assert caught.value.instruction.quantity == "1"


def success_status_added(client: ClearStreet, sandbox: Sandbox) -> None:
    """Nothing changes: a cancel answers with a 200."""
    id_ = sandbox.add_instruction(ACCOUNT, CALL)
    reply = client.v1.positions.cancel_position_instruction(id_, account_id=ACCOUNT)
    assert reply.data.status == "CANCEL_REQUESTED"
    assert reply.attempts[-1].status_code == 200


def main() -> None:
    """Check that the client's tables are those of the revised document, and run a story."""
    name = sys.argv[1]
    assert table_guards.parts(adopted(name)) == []
    sandbox = Sandbox()
    with ClearStreet.sandbox(sandbox) as client:
        globals()[name](client, sandbox)


if __name__ == "__main__":
    main()
