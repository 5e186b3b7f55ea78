"""How not to do it: a bot that sends again at once and under new keys, knows no time-out, and calls every 2xx done.

It needs nothing but Python. `make conformance` shows what is found in it; `examples/desk.py` does the same with care.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

TRIES = 3


def call(method: str, path: str, body: object = None) -> Any:
    """Send a request; the value of its reply."""
    headers = {"Authorization": f"Bearer {os.environ['CLEAR_STREET_API_KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(os.environ["CLEAR_STREET_BASE_URL"] + path, data, headers, method=method)) as reply:  # noqa: S310
        return json.load(reply)


def act(intent: dict[str, Any]) -> list[str]:
    """Submit or cancel what is wanted, and say what the first 2xx seems to say."""
    path = f"/v1/accounts/{intent['account_id']}/positions/instructions"
    for _ in range(TRIES):
        try:
            for each in intent["cancel"]:
                call("DELETE", f"{path}/{each}")
            if intent["rows"]:
                call("POST", path, [{**row, "instruction_id": str(uuid4())} for row in intent["rows"]])
        except OSError:
            continue
        return ["done" for _ in intent["rows"] or intent["cancel"]]
    return ["refused" for _ in intent["rows"] or intent["cancel"]]


if __name__ == "__main__":
    print(json.dumps(act(json.load(sys.stdin))))
