"""Provide a service that answers from a script, without network or real time, to test how calls deal with replies."""

from __future__ import annotations

import json
from collections import deque
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import httpx
import pytest

from clear_street import ClearStreet
from clear_street.sandbox import SandboxClock
from support.key_names import KEY_NAME, KEY_NAMES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from clear_street.types.v1 import PositionInstructionRequestParam

    Step = httpx.Response | tuple[Any, ...] | BaseException | Callable[[httpx.Request], "Step"]

ACCOUNT = 122503
INSTRUMENT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
NIL_ID = "00000000-0000-0000-0000-000000000000"
NOW = "2026-04-24T14:30:00Z"
LONG_AGO = "2026-04-24T13:30:00Z"


class Seen(NamedTuple):
    """One request, and when it came: seconds since the script began."""

    at: float
    request: httpx.Request

    @property
    def method(self) -> str:
        """Its method."""
        return self.request.method

    @property
    def path(self) -> str:
        """Its path and query, as they were sent."""
        return self.request.url.raw_path.decode()

    @property
    def headers(self) -> httpx.Headers:
        """Its headers."""
        return self.request.headers

    @property
    def json(self) -> Any:
        """Its body; None where it has none."""
        return json.loads(self.request.content) if self.request.content else None

    @property
    def timeout(self) -> dict[str, float]:
        """Seconds that each part of it may take."""
        timeout: dict[str, float] = self.request.extensions["timeout"]
        return timeout


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and may break off. It records whether it was begun, and whether it was closed."""

    def __init__(self, *pieces: bytes | BaseException) -> None:
        self._pieces = pieces
        self.begun: bool = False
        self.closed: bool = False

    def _next(self) -> Iterator[bytes]:
        self.begun = True
        for piece in self._pieces:
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    def __iter__(self) -> Iterator[bytes]:
        return self._next()

    # No asynchronous generator: trio warns of one that is left early.
    def __aiter__(self) -> AsyncIterator[bytes]:
        self._left = self._next()
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class Service(httpx.MockTransport):
    """A transport that answers each request with the next step of its script, for clients of every mode.

    A step is a reply, an exception to raise, or a function of the request that gives either. A reply is an
    `httpx.Response`, or a tuple that can be a step more than once: status, body (bytes, a `Body`, or what becomes
    JSON) and headers, the last two if there are any. After the last step comes `otherwise`; without it, one more
    request fails the test. Replies have the date of `clock` unless they have their own, or `dated` is False.
    """

    dated = True
    deceives = False
    """Whether the script takes a used key again and gives a false time, so that no client could know."""

    def __init__(self, *steps: Step, otherwise: Step | None = None) -> None:
        super().__init__(self.answer)
        self.steps: deque[Step] = deque(steps)
        self.otherwise = otherwise
        self.seen: list[Seen] = []
        self.clock = SandboxClock()

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Take the next step."""
        self.seen.append(Seen(self.clock.monotonic(), request))
        step = self.steps.popleft() if self.steps else self.otherwise
        if step is None:
            pytest.fail(f"a request too many: {request.method} {request.url}")
        while not isinstance(step, (httpx.Response, BaseException, tuple)):
            step = step(request)
        if isinstance(step, BaseException):
            raise step
        response = _response(*step) if isinstance(step, tuple) else step
        if self.dated and "date" not in response.headers:
            response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)
        return response

    def client(self, **options: Any) -> ClearStreet:
        """Make a blocking client that sends its requests here."""
        http_client = httpx.Client(transport=self)
        return ClearStreet(**{"api_key": "key", "http_client": http_client, "clock": self.clock, **options})

    def taking(self, seconds: float, step: Step) -> Step:
        """Make a step that takes some time."""

        def later(_: httpx.Request) -> Step:
            self.clock.advance(seconds)
            return step

        return later

    @property
    def requests(self) -> list[httpx.Request]:
        """The requests so far."""
        return [seen.request for seen in self.seen]

    @property
    def request(self) -> httpx.Request:
        """The only request that came."""
        [request] = self.requests
        return request

    @property
    def methods(self) -> list[str]:
        """The methods of the requests so far."""
        return [request.method for request in self.seen]

    @property
    def times(self) -> list[float]:
        """When the requests came."""
        return [request.at for request in self.seen]


def repeating(*steps: Step) -> Service:
    """Make a service whose last step also answers every later request."""
    return Service(*steps[:-1], otherwise=steps[-1])


def _response(status: int, body: Any = b"", headers: Any = None) -> httpx.Response:
    if isinstance(body, Body):
        return httpx.Response(status, stream=body, headers=headers)
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers=headers)
    return httpx.Response(status, json=body, headers=headers)


def envelope(data: Any, error: Any = None, request_id: str = "r-1") -> dict[str, Any]:
    """Make the JSON document of a reply."""
    return {"metadata": {"request_id": request_id}, "error": error, "data": data}


def failed(status: int, message: str = "The service says no") -> dict[str, Any]:
    """Make the JSON document of an error reply."""
    return envelope(None, {"code": status, "message": message})


def reply(status: int = 200, data: Any = None, *, error: Any = None, headers: Any = None) -> httpx.Response:
    """Make a reply in the service's envelope: an error if the status says so, or if `error`, its message, is given."""
    problem = None
    if error is not None or status >= 400:
        problem = {"code": status, "message": error or f"It is a {status}"}
    return httpx.Response(status, json=envelope(data, problem, f"request-{status}"), headers=headers)


def row(key: Any = "key-0", **fields: Any) -> dict[str, Any]:
    """Make the row of an instruction to exercise one contract, just submitted. A field that is ``...`` is left out."""
    known = {
        "id": f"id-of-{key}",
        "account_id": ACCOUNT,
        KEY_NAME: key,
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


ROW = row("key-1", id="i-1", account_id=7, status="CANCEL_REQUESTED")
"""The row of an instruction that is to be cancelled."""


def refused(key: Any = "key-0", reason: str = "Quantity exceeds the position", **fields: Any) -> dict[str, Any]:
    """Make the row of an instruction that was refused."""
    return row(key, **{"id": NIL_ID, "status": "REJECTED", "rejection_reason": reason, "created_at": None, **fields})


def duplicate(key: Any = "key-0", of: str = "the-first", **fields: Any) -> dict[str, Any]:
    """Make the row of an instruction that was refused because its key was used before."""
    return refused(key, f"Duplicate exercise instruction; existing_id={of}", **fields)


def asked(key: str | None = "key-0", **fields: Any) -> PositionInstructionRequestParam:
    """Make an instruction to submit, with a key or without."""
    wanted: dict[str, Any] = {"instruction_type": "EXERCISE", "instrument_id": INSTRUMENT, "quantity": 1, **fields}
    return cast("PositionInstructionRequestParam", wanted if key is None else {**wanted, KEY_NAME: key})


def under_every_name(key: str) -> dict[str, str]:
    """Return an idempotency key as it is sent: under each name that the service has for it."""
    return dict.fromkeys(KEY_NAMES, key)


def lost() -> httpx.ReadError:
    """Make the error of a connection that breaks after the request was sent."""
    return httpx.ReadError("Connection reset by peer")


def unsent() -> httpx.ConnectError:
    """Make the error of a connection that could not be made."""
    return httpx.ConnectError("Connection refused")


def breaking(status: int = 200, error: BaseException | None = None) -> Step:
    """Make a reply whose body breaks off."""
    return lambda _: (status, Body(b'{"metadata": {"request_id"', error or httpx.RemoteProtocolError("Peer closed")))
