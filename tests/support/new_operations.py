"""Call the operations in tests/operations. tests/test_new_operation.py runs this on a client that has them."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from traceback import TracebackException
from typing import Any

import pytest

from clear_street import APIConnectionError, ArgumentError, AuthenticationError, NotFoundError, PermissionDeniedError
from support.client_modes import Mode
from support.scripted_service import Service, envelope, failed

# The checkout's own client does not have them.
types: Any = import_module("clear_street.types.v1")

LOCKER = {"id": 122503, "name": "Main", "status": "OPEN", "opened_at": "2026-04-24T14:30:00Z"}
LANTERN = {"id": "i-1", "symbol": "AAPL", "instrument_type": "COMMON_STOCK", "expiry": None}
PATH = {"get_lockers": "/v1/lockers", "get_lantern": "/v1/shop/lanterns/BRK%2FB"}
HEADERS = {"X-Desk": "desk-7"}
DATA = {"get_lockers": [LOCKER], "get_lantern": LANTERN}


def call(client: Any, operation: str) -> Any:
    """Call an operation."""
    if operation == "get_lockers":
        return client.get_lockers(page_size=2)
    return client.get_lantern("BRK/B")


def namespace(mode: Mode, service: Service, operation: str) -> Any:
    """Return the namespace of an operation, of a client that sends to a service."""
    v1 = mode.client(service).v1
    return v1.lockers if operation == "get_lockers" else v1.shop.paper_lanterns


def succeeds(mode: Mode, operation: str) -> None:
    """Check that it is sent again after a temporary failure, and returns its types."""
    service = Service((503, failed(503)), (200, envelope(DATA[operation])))
    reply = mode.run(lambda: call(namespace(mode, service, operation), operation))

    assert [attempt.status_code for attempt in reply.attempts] == [503, 200]
    assert {request.url.raw_path.decode().partition("?")[0] for request in service.requests} == {PATH[operation]}
    assert {request.headers["authorization"] for request in service.requests} == {"Bearer key"}
    assert reply.drift == ()
    assert reply.request_id == "r-1"
    if operation == "get_lockers":
        assert isinstance(reply, types.LockerGetLockersResponse)
        assert service.requests[-1].url.query == b"page_size=2"
        (account,) = reply.data
        assert isinstance(account, types.Locker)
        assert account.status is types.LockerStatus.OPEN
        assert account.opened_at.tzinfo is not None
    else:
        assert isinstance(reply, types.PaperLanternGetLanternResponse)
        assert reply.data.instrument_type is types.SecurityType.COMMON_STOCK
        assert reply.data.expiry is None


def fails(mode: Mode, operation: str) -> None:
    """Check that its errors are those of every operation."""
    for status, error in ((401, AuthenticationError), (404, NotFoundError)):
        service = Service((status, failed(status)))
        with pytest.raises(error, match="The service says no") as caught:
            mode.run(lambda service=service: call(namespace(mode, service, operation), operation))
        assert not caught.value.outcome_unknown
        assert service.request
    service = Service((200, envelope(DATA[operation])))
    space = namespace(mode, service, operation)
    mistakes = {
        "get_lockers": lambda: space.get_lockers(page_size=0),
        "get_lantern": lambda: space.get_lantern(".."),
    }
    with pytest.raises(ArgumentError):
        mode.run(mistakes[operation])
    assert service.requests == []


def is_raw(mode: Mode, operation: str) -> None:
    """Check that the reply itself can be had, whole or streamed."""
    service = Service(otherwise=(200, envelope(DATA[operation]), {"x-trace": "t"}))
    space = namespace(mode, service, operation)

    async def parsed() -> Any:
        raw = await call(space.with_raw_response, operation)
        return raw.headers["x-trace"], (await raw.parse()).to_dict()["data"]

    def parsed_now() -> Any:
        raw = call(space.with_raw_response, operation)
        return raw.headers["x-trace"], raw.parse().to_dict()["data"]

    assert mode.run(parsed if mode.is_async else parsed_now) == ("t", DATA[operation])
    assert b'"r-1"' in mode.within(lambda: call(space.with_streaming_response, operation), lambda raw: raw.read())


def keeps_its_secrets(mode: Mode) -> None:
    """Check that no frame of a traceback shows the headers of a call."""
    space = mode.client(Service((403, failed(403)))).v1.shop.paper_lanterns
    with pytest.raises(PermissionDeniedError) as caught:
        mode.run(lambda: space.get_lantern("AAPL", extra_headers=HEADERS))
    told = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert HEADERS["X-Desk"] not in told


def is_never_sent_twice(mode: Mode) -> None:
    """Check that a change is sent once, and that its method is in the namespace that existed before."""
    service = Service((201, envelope({"text": "hold"})))
    client = mode.client(service)
    reply = mode.run(
        lambda: client.v1.positions.add_note("AAPL", account_id=7, text="hold", valid_until=date(2026, 4, 24))
    )
    assert reply.data.text == "hold"
    assert service.request.url.raw_path == b"/v1/accounts/7/positions/AAPL/notes?valid_until=2026-04-24"
    assert service.request.content == b'{"text":"hold"}'

    service = Service(ConnectionError("lost"))
    with pytest.raises(APIConnectionError) as caught:
        mode.run(lambda: mode.client(service).v1.positions.add_note("AAPL", account_id=7, text="hold"))
    assert caught.value.outcome_unknown
    assert service.request


def iterates(mode: Mode) -> None:
    """Its pages are followed, each asked for with the same arguments."""
    page = {**envelope([LOCKER]), "metadata": {"request_id": "r-1", "next_page_token": "2"}}
    service = Service((200, page), (200, envelope([LOCKER, LOCKER])))
    listing = mode.client(service).v1.lockers.iter_lockers(page_size=2)

    async def listed() -> list[Any]:
        return [row async for row in listing]

    rows = mode.run(listed if mode.is_async else lambda: list(listing))
    assert [row.status for row in rows] == [types.LockerStatus.OPEN] * 3
    assert [request.url.query for request in service.requests] == [b"page_size=2", b"page_size=2&page_token=2"]


def asks_again_what_only_reads(mode: Mode) -> None:
    """A POST that only reads is repeated, and its misspelt members are refused."""
    service = Service((503, failed(503)), (200, envelope({"count": 3})))
    client = mode.client(service)
    assert mode.run(lambda: client.v1.lockers.count_lockers(status="OPEN")).data.count == 3
    assert [request.method for request in service.requests] == ["POST", "POST"]
    with pytest.raises(ArgumentError, match="did you mean 'OPEN'"):
        mode.run(lambda: client.v1.lockers.count_lockers(status="OPENN"))


def main() -> None:
    """Make every call in every mode."""
    for mode in map(Mode, ("sync", "asyncio", "trio")):
        for operation in PATH:
            succeeds(mode, operation)
            fails(mode, operation)
            is_raw(mode, operation)
        keeps_its_secrets(mode)
        iterates(mode)
        asks_again_what_only_reads(mode)
        is_never_sent_twice(mode)


if __name__ == "__main__":
    main()
