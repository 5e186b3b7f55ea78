"""What the benchmarks send and decode: distinct rows, with the fields that the service usually sends."""

from __future__ import annotations

import json
from typing import Any

INSTRUCTION_ID = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"

INSTRUCTION: dict[str, Any] = {
    "metadata": {"request_id": "0195f6d0-0000-7000-8000-000000000001"},
    "error": None,
    "data": {
        "id": INSTRUCTION_ID,
        "account_id": 122503,
        "instruction_id": "ui-20260424-001",
        "instruction_type": "EXERCISE",
        "instrument_id": "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e03",
        "quantity": "1",
        "status": "CANCEL_REQUESTED",
        "symbol": "AAPL 280121C00195000",
        "accepted_quantity": None,
        "created_at": "2026-04-24T14:30:00Z",
        "rejection_reason": None,
        "updated_at": "2026-04-24T14:30:01Z",
    },
}


def row(number: int) -> dict[str, Any]:
    """A position: 16 of its 19 fields."""
    return {
        "account_id": 122503,
        "available_quantity": f"{number % 97 + 1}",
        "instrument_id": f"0195f6d0-a1b2-7c3d-8e4f-{number:012d}",
        "instrument_type": "OPTION",
        "market_value": f"{number * 12.25:.2f}",
        "position_type": "LONG_CALL",
        "quantity": f"{number % 97 + 1}",
        "symbol": f"AAPL 280121C{number:08d}",
        "avg_price": f"{number * 0.11:.2f}",
        "closing_price": f"{number * 0.12:.2f}",
        "cost_basis": f"{number * 11.5:.2f}",
        "daily_unrealized_pnl": f"{number * 0.75:.2f}",
        "instrument_price": f"{number * 0.1225:.4f}",
        "unrealized_pnl": f"{number * 0.7:.2f}",
        "closing_price_date": f"2026-04-{number % 28 + 1:02d}",
        "underlying_instrument_id": f"0195f6d0-a1b2-7c3d-8e4f-{number % 50:012d}",
    }


def positions(count: int, first: int = 0) -> bytes:
    """A page of positions."""
    page = {
        "metadata": {"request_id": "0195f6d0-0000-7000-8000-000000000002", "total_items": count},
        "error": None,
        "data": [row(first + number) for number in range(count)],
    }
    return json.dumps(page).encode()
