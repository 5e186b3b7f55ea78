"""Bring an intent about once, whatever goes wrong: start it again while it says "unknown".

Intent and claims are described in docs/testing.md, with what judges this program: `make conformance`.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from clear_street import ClearStreet, ConflictError, InstructionFailedError, WaitTimeoutError
from clear_street.testing import Intent

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBMITTED = {"ACCEPTED": "done", "REJECTED": "refused", "ENGINE_REJECTED": "refused", "rejected": "refused"}
WAIT = 5.0  # seconds; what is not known by then is said to be unknown, and looked for at the next start
CANCELLED = {"CANCELLED": "done", "CANCEL_FAILED": "failed", "ACCEPTED": "refused", "REJECTED": "refused"}


def desk(client: ClearStreet, intent: Intent, _: Mapping[str, Any]) -> list[str]:
    """Submit or cancel what is wanted, follow it to its end, and say what is known."""
    if intent.cancel:
        return [cancelled(client, each, intent.account_id) for each in intent.cancel]
    # The keys follow from the intent: whoever is started for it, and when, sends the same ones.
    keys = [str(uuid5(NAMESPACE_OID, f"{intent.name} {number}")) for number in range(len(intent.rows))]
    rows: Any = [{**row, "instruction_id": key} for row, key in zip(intent.rows, keys, strict=True)]
    found = client.v1.positions.ensure_position_instructions(
        intent.account_id, instructions=rows, wait=True, wait_deadline=WAIT
    )
    return [SUBMITTED.get(found[key].status or found[key].outcome, "unknown") for key in keys]


def cancelled(client: ClearStreet, instruction_id: str, account_id: int) -> str:
    """Cancel an instruction, and say what became of it."""
    # However the cancel ends, the list says what the instruction is.
    with suppress(ConflictError, InstructionFailedError, WaitTimeoutError):
        client.v1.positions.cancel_and_wait(instruction_id, account_id=account_id, wait_deadline=WAIT)
    row = client.v1.positions.get_position_instruction(instruction_id, account_id=account_id)
    return "unknown" if row is None else CANCELLED.get(row.status or "", "unknown")


if __name__ == "__main__":
    with ClearStreet(timeout=5) as client:
        print(json.dumps(desk(client, Intent.from_json(sys.stdin.read()), {})))
