"""Find imports that happen after the first byte of a change has left: they may fail, and hide what was done.

``python -m support.late_imports OPERATION SHAPE``, in tests/, makes one kind of call against many replies and lists.
The shape is ``value``, ``raw``, ``stream`` or ``async``. It prints a line for each call that imports something after
its first change was sent. It needs a process of its own, because a module is imported once.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx

from clear_street import AsyncClearStreet, ClearStreet
from support.key_names import KEY_NAME, NEWER_KEY_NAME

NOW = "2026-04-24T14:30:00Z"
NEW: Any = {"instrument_id": "x", "quantity": 1}
NEW_ORDER: Any = {**NEW, "side": "BUY", "order_type": "MARKET", "time_in_force": "DAY"}
EXERCISE: Any = {**NEW, "instruction_type": "EXERCISE"}
CALLS: dict[str, Any] = {
    "close_positions": lambda v1: v1.positions.close_positions(7),
    "cancel_position_instruction": lambda v1: v1.positions.cancel_position_instruction("i", account_id=7),
    "submit_position_instructions": lambda v1: v1.positions.submit_position_instructions(7, instructions=[EXERCISE]),
    "ensure_position_instructions": lambda v1: v1.positions.ensure_position_instructions(
        7, instructions=[{**EXERCISE, KEY_NAME: "k"}], wait=True
    ),
    "submit_orders": lambda v1: v1.orders.submit_orders(7, orders=[{**NEW_ORDER, "id": "k"}]),
    "cancel_open_order": lambda v1: v1.orders.cancel_open_order("i", account_id=7),
    "replace_order": lambda v1: v1.orders.replace_order("i", account_id=7, limit_price="2"),
    "cancel_all_open_orders": lambda v1: v1.orders.cancel_all_open_orders(7),
}
SHAPES = {"raw": "with_raw_response", "stream": "with_streaming_response"}


def envelope(data: Any, error: Any = None) -> bytes:
    return json.dumps({"metadata": {"request_id": "r"}, "data": data, "error": error}).encode()


def row(**fields: Any) -> dict[str, Any]:
    """Make a row that is an instruction and an order."""
    return {
        "id": "i",
        "account_id": 7,
        "symbol": "A",
        "status": "SENT",
        "created_at": NOW,
        "updated_at": NOW,
        KEY_NAME: "k",
        "client_order_id": "k",
        "quantity": "1",
        "instrument_id": "x",
        "instruction_type": "EXERCISE",
        "side": "BUY",
        "order_type": "MARKET",
        "time_in_force": "DAY",
        **fields,
    }


def refusal(status: int, message: str, data: Any = None) -> tuple[int, dict[str, str], bytes]:
    return status, {}, envelope(data, {"code": status, "message": message, "details": [{"a": 1}]})


REJECTED = row(status="REJECTED", rejection_reason="Duplicate; existing_id=a", details=["used before"])
DATA: list[Any] = [
    *([row()], row(), [], [REJECTED], REJECTED, row(status="REJECTED", rejection={"code": "DUPLICATE", "reason": "x"})),
    *([row(status="NEVER_HEARD_OF", surprise=1, quantity=5, created_at="0001-01-01T00:00:00Z")], [row(id=None)]),
]
REPLIES: list[Any] = [
    *((200, {}, envelope(data)) for data in DATA),
    *((200, {}, body) for body in (b"", b"<html>", b'{"metadata": {"request_id": "\xff"', b'{"metadata": {}}')),
    (200, {}, envelope([row()]) + b" " * 70_000),
    (200, {"content-encoding": "gzip"}, gzip.compress(envelope([row()]))),
    *((200, {"content-encoding": coding}, b"no such thing") for coding in ("gzip", "deflate", "br", "identity")),
    (200, {"date": "Fri, 24 Apr 2026 14:30:05 GMT"}, envelope([row()])),
    *((status, {}, b"") for status in (204, 302, 403, 408, 500)),
    *(refusal(status, f"unknown field {NEWER_KEY_NAME}") for status in (400, 401, 404, 409)),
    *(refusal(status, "no", [REJECTED]) for status in (422, 503)),
    *((429, {"retry-after": after}, b"") for after in ("0.01", "Fri, 24 Apr 2099 14:30:05 GMT")),
    *(httpx.ReadError("gone"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("what?"), httpx.ConnectError("no")),
    *(OSError(32, "pipe"), KeyboardInterrupt(), RuntimeError("the application's")),
]
OTHER = row(id="z", client_order_id="z", **{KEY_NAME: "z"})
LISTS = [
    *(envelope(rows) for rows in ([row()], [], [OTHER], [row(status="CANCELLED")], [REJECTED], [row(status="WHAT")])),
    *(envelope([row(client_order_id=None, **{KEY_NAME: None})]), b"no list"),
]


class Clock:
    """A clock that only sleeping moves, because that of the sandbox imports more than the client does."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return datetime(2026, 4, 24, 14, 30, tzinfo=UTC) + timedelta(seconds=self.passed)

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    async def asleep(self, seconds: float) -> None:
        self.passed += seconds

    def random(self) -> float:
        return 0.5


class Service:
    """Answers changes with one reply and reads with one list; remembers what was imported before the first change."""

    def __init__(self, reply: Any, listed: bytes) -> None:
        self.imported: set[str] = set()
        self._reply, self._listed = reply, listed

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=self._listed)
        self.imported = self.imported or set(sys.modules)
        if isinstance(self._reply, BaseException):
            raise self._reply
        status, headers, body = self._reply
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        return self.answer(request)


def call(operation: str, shape: str, service: Service) -> None:
    """Make a call, and do with its result or error what an application would."""
    http_client = httpx.Client(transport=httpx.MockTransport(service.answer))
    client = ClearStreet("key", http_client=http_client, max_retries=1, clock=Clock())
    if operation == "post":
        client.post("/v1/accounts/7/unknown", cast_to=dict, body={"a": 1})
        return
    v1: Any = client.v1
    if shape in SHAPES:
        v1 = SimpleNamespace(**{part: getattr(getattr(v1, part), SHAPES[shape]) for part in ("positions", "orders")})
    result = CALLS[operation](v1)
    if shape == "raw":
        result = result.parse()
    if shape == "stream":
        with result as response:
            result = response.parse()
    repr(result)


async def call_async(operation: str, service: Service) -> None:
    """Make a call with the async client."""
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(service.answer_async))
    client = AsyncClearStreet("key", http_client=http_client, max_retries=1, clock=Clock())
    if operation == "post":
        await client.post("/v1/accounts/7/unknown", cast_to=dict, body={"a": 1})
    else:
        repr(await CALLS[operation](client.v1))


def main(operation: str, shape: str) -> None:
    """Make the calls."""
    for reply in REPLIES:
        for listed in LISTS:
            service = Service(reply, listed)
            try:
                if shape == "async":
                    asyncio.run(call_async(operation, service))
                else:
                    call(operation, shape, service)
            except BaseException as error:  # an error is as good as a value here, but it is shown, as a log would
                str(error)
            late = set(sys.modules) - service.imported if service.imported else set[str]()
            if late:
                print(operation, shape, reply, listed, sorted(late))


if __name__ == "__main__":
    main(*sys.argv[1:])
