"""A desk with the vendor's SDK, which `make conformance-compared` judges: the same keys at each start, errors by class.

What ended in an error that says nothing is claimed to be unknown, and the list is read until all has come to its end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from clearstreet import APIError, APIStatusError, ClearStreet

SUBMITTED = {"ACCEPTED": "done", "REJECTED": "refused", "ENGINE_REJECTED": "refused"}
CANCELLED = {"CANCELLED": "done", "CANCEL_FAILED": "failed", "ACCEPTED": "refused", "REJECTED": "refused"}
LOOKS, PAUSE = 10, 0.5
"""How often the list is read, and the seconds between."""


def desk(client: Any, intent: dict[str, Any]) -> list[str]:
    """Submit or cancel what is wanted, follow it, and say what is known."""
    positions, account_id = client.v1.positions, intent["account_id"]
    keys = [str(uuid5(NAMESPACE_OID, f"{intent['name']} {number}")) for number in range(len(intent["rows"]))]
    claims = dict.fromkeys(keys or intent["cancel"], "unknown")
    try:
        for each in intent["cancel"]:
            positions.cancel_position_instruction(each, account_id=account_id)
        if keys:
            # The key under both of its names, so that neither dialect of the service misses it.
            named = [{"instruction_id": key, "client_instruction_id": key} for key in keys]
            rows = [{**row, **names} for row, names in zip(intent["rows"], named, strict=True)]
            reply = positions.submit_position_instructions(account_id, instructions=rows)
            claims.update({_key(row): SUBMITTED.get(row.status, "unknown") for row in reply.data})
    except APIStatusError as error:
        if 400 <= error.status_code < 500 and keys:
            return ["refused" for _ in keys]
    known = CANCELLED if intent["cancel"] else SUBMITTED
    for _ in range(LOOKS):
        for row in positions.get_position_instructions(account_id).data:
            claims.update({name: known.get(row.status, "unknown") for name in (_key(row), row.id) if name in claims})
        if "unknown" not in claims.values():
            break
        time.sleep(PAUSE)
    return [claims[name] for name in keys or intent["cancel"]]


def _key(row: Any) -> str:
    return getattr(row, "client_instruction_id", None) or getattr(row, "instruction_id", "")


if __name__ == "__main__":
    with ClearStreet(api_key=os.environ["CLEAR_STREET_API_KEY"], timeout=5) as client:
        read = json.load(sys.stdin)
        try:
            print(json.dumps(desk(client, read)))
        except APIError:
            print(json.dumps(["unknown" for _ in read["rows"] or read["cancel"]]))
