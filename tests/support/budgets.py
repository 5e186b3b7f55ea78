"""Count what starting, calling and decoding cost. Counts, unlike times, are the same on a busy machine.

``python tests/support/budgets.py`` prints what this Python counts now; with ``--write`` it becomes the budget of this
version in tests/budgets.json, with 2 % to spare. Opcodes are those of Python code: httpx's too where a call goes
through it, our own alone where something is imported. Blocks are pieces of memory from Python's allocator.
"""

from __future__ import annotations

import gc
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

PATH = Path(__file__).parents[1] / "budgets.json"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"

ROW = {
    "account_id": 122503,
    "available_quantity": "10",
    "avg_price": "1.25",
    "closing_price": "1.30",
    "closing_price_date": "2026-04-24",
    "cost_basis": "1250.00",
    "daily_unrealized_pnl": "5.00",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02",
    "instrument_price": "1.3000",
    "instrument_type": "OPTION",
    "market_value": "1300.00",
    "position_type": "LONG_CALL",
    "quantity": "10",
    "symbol": "AAPL 280121C00195000",
    "underlying_instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e03",
    "unrealized_pnl": "50.00",
}
ID = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
INSTRUCTION = {
    "id": ID,
    "account_id": 122503,
    "instruction_id": "ui-20260424-001",
    "instruction_type": "EXERCISE",
    "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e03",
    "quantity": "1",
    "status": "CANCEL_REQUESTED",
    "symbol": "AAPL 280121C00195000",
    "created_at": "2026-04-24T14:30:00Z",
    "updated_at": "2026-04-24T14:30:01Z",
}

ONE_NAME = {"3.11": 258.6, "3.12": 246.5, "3.13": 236.5}
"""Opcodes of the contract's instruction when rows were read under one name of the key, and had no newer fields."""
PAID = "decode: percent that the contract's instruction costs of what it did under one name"
TODAY = "decode: percent that today's instruction costs of the contract's"
LIMITS = {PAID: 105, TODAY: 110}
"""Budgets that are not moved."""


def body(data: object) -> bytes:
    return json.dumps({"metadata": {"request_id": "r-1"}, "error": None, "data": data}).encode()


def opcodes(action: Callable[[], object], *, of: tuple[str, ...] = ()) -> int:
    """Count the opcodes of an action; if packages are named, only theirs."""
    count = 0
    homes = tuple(f"{os.sep}{package}{os.sep}" for package in of)

    def counts(code: CodeType) -> bool:
        return not homes or any(home in code.co_filename for home in homes)

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, counts(frame.f_code)
        count += event == "opcode"
        return trace

    def instruction(code: CodeType, _: int) -> object:
        nonlocal count
        if not counts(code):
            return monitoring.DISABLE
        count += 1
        return None

    if sys.version_info < (3, 12):
        before = sys.gettrace()
        sys.settrace(trace)
        action()
        sys.settrace(before)
        return count
    monitoring: Any = sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, "budgets")
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION, instruction)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION)
    action()
    monitoring.set_events(monitoring.PROFILER_ID, 0)
    monitoring.free_tool_id(monitoring.PROFILER_ID)
    return count


def start() -> dict[str, Any]:
    """Count what importing the package and making a client cost."""
    before = set(sys.modules)

    def action() -> None:
        from clear_street import ClearStreet

        ClearStreet(api_key="key").v1.positions  # noqa: B018

    count = opcodes(action, of=("clear_street", "clear_street_api"))
    return {"start: opcodes": count, "start: modules": sorted(set(sys.modules) - before)}


def call() -> dict[str, Any]:
    """Count what a cancel costs, in memory, after a warm-up."""
    import httpx

    from clear_street import ClearStreet, DefaultHttpxClient

    content = body(INSTRUCTION)
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, content=content, headers={"content-type": "application/json"})
    )
    with DefaultHttpxClient(transport=transport) as http_client:
        client = ClearStreet(api_key="key", http_client=http_client)

        def action() -> None:
            client.v1.positions.cancel_position_instruction(ID, account_id=122503)

        for _ in range(20):
            action()
        gc.collect()
        before = sys.getallocatedblocks()
        gc.disable()
        for _ in range(100):
            action()
        cyclic = gc.collect()
        gc.enable()
        kept = sys.getallocatedblocks() - before
        return {
            "call: opcodes": opcodes(action),
            "call: blocks that 100 leave behind": max(0, kept),
            "call: objects that 100 leave to the garbage collector": cyclic,
        }


def decode() -> dict[str, Any]:
    """Count what decoding a page of 1,000 positions costs, after a warm-up."""
    from clear_street_api.api.positions.get_positions import parse_response
    from clear_street_api.models import Position

    content = body([{**ROW, "cost_basis": f"{number}.50"} for number in range(1000)])
    page = parse_response(200, content)
    count = opcodes(lambda: parse_response(200, content))
    del page
    gc.collect()
    before = sys.getallocatedblocks()
    page = parse_response(200, content)
    gc.collect()
    held = sys.getallocatedblocks() - before
    del page
    return {
        # Per field, so that one more field alone exceeds no budget.
        "decode: opcodes of a field": round(count / 1000 / len(Position.FIELDS), 1),
        "decode: blocks that a row holds": round(held / 1000, 1),
    }


def instructions() -> dict[str, Any]:
    """Count what decoding a list of instructions costs, from the contract's service and from today's.

    Today's row has two fields more.
    """
    from clear_street_api.api.positions.get_position_instructions import parse_response

    def cost(row: dict[str, Any]) -> int:
        content = body([row] * 1000)
        parse_response(200, content)
        return opcodes(lambda: parse_response(200, content))

    row = {**INSTRUCTION, "accepted_quantity": None, "rejection_reason": None}
    newer = {**row, "client_instruction_id": row["instruction_id"], "rejection": None, "underlying_instrument_id": ID}
    del newer["instruction_id"]
    contract, today = cost(row), cost(newer)
    return {
        "decode: opcodes of the contract's instruction": round(contract / 1000, 1),
        PAID: round(contract / 10 / ONE_NAME.get(VERSION, math.inf), 1),
        TODAY: round(100 * today / contract, 1),
    }


PARTS = {"start": start, "call": call, "decode": decode, "instructions": instructions}


def counted() -> dict[str, Any]:
    """Count everything, each part in its own process, without coverage and with a fixed hash seed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}
    environment |= {"PYTHONHASHSEED": "0"}
    counts: dict[str, Any] = {}
    for part in PARTS:
        command = [sys.executable, __file__, part]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
        counts |= json.loads(done.stdout)
    return counts


def main(arguments: list[str]) -> None:
    if arguments and arguments[0] in PARTS:
        sys.stdout.write(json.dumps(PARTS[arguments[0]]()))
        return
    counts = counted()
    if arguments == ["--write"]:
        budgets = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
        budgets[VERSION] = {
            name: value if isinstance(value, list) else math.ceil(value * 1.02) for name, value in counts.items()
        } | LIMITS
        PATH.write_text(json.dumps(dict(sorted(budgets.items())), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(counts, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
