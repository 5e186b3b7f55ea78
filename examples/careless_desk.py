"""How not to do it: a desk that logs its request, takes any error for a refusal and a cancel for its end, never looks.

`make conformance` shows what is found in it. `examples/desk.py` does the same with care.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from clear_street import APIError, ClearStreet, new_idempotency_key
from clear_street.testing import Intent

if TYPE_CHECKING:
    from collections.abc import MutableMapping


def careless(client: ClearStreet, intent: Intent, memory: MutableMapping[str, Any]) -> list[str]:
    """Submit or cancel what is wanted, and say what the first reply seems to say."""
    if "sent" in memory:
        return ["unknown"] * intent.size  # it may be there, and nobody looks
    memory["sent"] = True
    positions = client.with_options(max_retries=0, resend_after_unknown=False).v1.positions
    try:
        for each in intent.cancel:
            positions.cancel_position_instruction(each, account_id=intent.account_id)
        if intent.cancel:
            return ["done"]  # it was only asked for
        rows: Any = [{**row, "instruction_id": new_idempotency_key()} for row in intent.rows]
        reply = positions.with_raw_response.submit_position_instructions(intent.account_id, instructions=rows)
        logging.getLogger("desk").warning("sent with %s", dict(reply.http_request.headers))
        return ["refused" if row.status == "REJECTED" else "done" for row in reply.parse().data]
    except APIError:
        return ["refused"] * intent.size


if __name__ == "__main__":
    with ClearStreet() as client:
        print(json.dumps(careless(client, Intent.from_json(sys.stdin.read()), {})))
