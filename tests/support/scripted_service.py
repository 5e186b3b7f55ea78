"""A service that answers from a script, for tests of what a call makes of its answers. No network, no real time."""

from __future__ import annotations

import json
from collections import deque
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import httpx
import pytest

from clear_street import ClearStreet
from clear_street.sandbox import SandboxClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clear_street.types.v1 import PositionInstructionRequestParam

    Step = httpx.Response | BaseException | Callable[[httpx.Request], "Step"]

ACCOUNT = 122503
INSTRUMENT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
NIL_ID = "00000000-0000-0000-0000-000000000000"
NOW = "2026-04-24T14:30:00Z"
LONG_AGO = "2026-04-24T13:30:00Z"


class Seen(NamedTuple):
    """One request."""

    at: float
    """Seconds since the script began."""
    method: str
    path: str
    headers: httpx.Headers
    json: Any
    timeout: dict[str, float]


class Service:
    """Takes one step of its script per request: a reply, an exception, or a function of the request that gives either.

    After the last one `otherwise`, or else a request too many ends the test. `client` makes a client on it, whose time
    is `clock`. Replies have the date of that clock unless they have their own, or `dated` is False.
    """

    dated = True
    deceives = False
    """Whether the script takes a used key again and lies about when, so that nobody could know."""

    def __init__(self, *steps: Step, otherwise: Callable[[httpx.Request], Step] | None = None) -> None:
        self.steps: deque[Step] = deque(steps)
        self.otherwise = otherwise
        self.seen: list[Seen] = []
        self.clock = SandboxClock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        content = request.content
        body = json.loads(content) if content else None
        path, timeout = request.url.raw_path.decode(), request.extensions["timeout"]
        self.seen.append(Seen(self.clock.monotonic(), request.method, path, request.headers, body, timeout))
        step = self.steps.popleft() if self.steps else self.otherwise
        if step is None:
            pytest.fail(f"a request too many: {request.method} {request.url}")
        while not isinstance(step, (httpx.Response, BaseException)):
            step = step(request)
        if isinstance(step, BaseException):
            raise step
        if self.dated and "date" not in step.headers:
            step.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return step

    def client(self, **options: Any) -> ClearStreet:
        """A client whose requests come here."""
        http_client = httpx.Client(transport=httpx.MockTransport(self))
        return ClearStreet(**{"api_key": "key", "http_client": http_client, "clock": self.clock, **options})

    def taking(self, seconds: float, step: Step) -> Step:
        """A step that takes some time."""

        def later(_: httpx.Request) -> Step:
            self.clock.advance(seconds)
            return step

        return later

    @property
    def methods(self) -> list[str]:
        """The methods of the requests so far."""
        return [request.method for request in self.seen]

    @property
    def times(self) -> list[float]:
        """When the requests came."""
        return [request.at for request in self.seen]


def reply(status: int = 200, data: Any = None, *, error: Any = None, headers: Any = None) -> httpx.Response:
    """A reply in the service's envelope."""
    document: dict[str, Any] = {"metadata": {"request_id": f"request-{status}"}, "data": data}
    if error is not None or status >= 400:
        document["error"] = {"code": status, "message": error or f"It is a {status}"}
    return httpx.Response(status, json=document, headers=headers)


def row(key: Any = "key-0", **fields: Any) -> dict[str, Any]:
    """The row of an instruction to exercise one contract, just submitted; a field that is ``...`` is left out."""
    known = {
        "id": f"id-of-{key}",
        "account_id": ACCOUNT,
        "instruction_id": key,
        "instruction_type": "EXERCISE",
        "instrument_id": INSTRUMENT,
        "quantity": "1",
        "status": "SENT",
        "symbol": "AAPL 280121C00195000",
        "accepted_quantity": None,
        "created_at": NOW,
        "rejection_reason": None,
        "updated_at": NOW,
    }
    return {name: value for name, value in {**known, **fields}.items() if value is not ...}


def refused(key: Any = "key-0", reason: str = "Quantity exceeds the position", **fields: Any) -> dict[str, Any]:
    """The row of an instruction that was refused."""
    return row(key, **{"id": NIL_ID, "status": "REJECTED", "rejection_reason": reason, "created_at": None, **fields})


def duplicate(key: Any = "key-0", of: str = "the-first", **fields: Any) -> dict[str, Any]:
    """The row of an instruction that was refused because its key was used before."""
    return refused(key, f"Duplicate exercise instruction; existing_id={of}", **fields)


def asked(key: str | None = "key-0", **fields: Any) -> PositionInstructionRequestParam:
    """An instruction to submit, with its key or without."""
    wanted: dict[str, Any] = {"instruction_type": "EXERCISE", "instrument_id": INSTRUMENT, "quantity": 1, **fields}
    return cast("PositionInstructionRequestParam", wanted if key is None else {**wanted, "instruction_id": key})


def under_every_name(key: str) -> dict[str, str]:
    """An idempotency key as it is sent: under each name that the service has for it."""
    return {"client_instruction_id": key, "instruction_id": key}


def lost() -> httpx.ReadError:
    """The connection breaks after the request was sent."""
    return httpx.ReadError("Connection reset by peer")


def unsent() -> httpx.ConnectError:
    """There is no connection to be had."""
    return httpx.ConnectError("Connection refused")


class _Broken(httpx.SyncByteStream):
    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"metadata": {"request_id"'
        raise self._error


def breaking(status: int = 200, error: BaseException | None = None) -> Step:
    """A reply whose body breaks off."""
    return lambda _: httpx.Response(status, stream=_Broken(error or httpx.RemoteProtocolError("Peer closed")))
