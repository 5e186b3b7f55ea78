"""Calls of the operations in tests/operations, run by tests/test_new_operation.py on a client that has them."""

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

ACCOUNT = {"id": 122503, "name": "Main", "status": "OPEN", "opened_at": "2026-04-24T14:30:00Z"}
INSTRUMENT = {"id": "i-1", "symbol": "AAPL", "instrument_type": "COMMON_STOCK", "expiry": None}
PATH = {"get_accounts": "/v1/accounts", "get_instrument": "/v1/instruments/BRK%2FB"}
HEADERS = {"X-Desk": "desk-7"}
DATA = {"get_accounts": [ACCOUNT], "get_instrument": INSTRUMENT}


def call(client: Any, operation: str) -> Any:
    """One call of an operation."""
    if operation == "get_accounts":
        return client.get_accounts(page_size=2)
    return client.get_instrument("BRK/B")


def namespace(mode: Mode, service: Service, operation: str) -> Any:
    """The namespace of an operation, of a client on a service."""
    return getattr(mode.client(service).v1, "accounts" if operation == "get_accounts" else "instruments")


def succeeds(mode: Mode, operation: str) -> None:
    """After a failure that may pass it is asked again, and gives its types."""
    service = Service((503, failed(503)), (200, envelope(DATA[operation])))
    reply = mode.run(lambda: call(namespace(mode, service, operation), operation))

    assert [attempt.status_code for attempt in reply.attempts] == [503, 200]
    assert {request.url.raw_path.decode().partition("?")[0] for request in service.requests} == {PATH[operation]}
    assert {request.headers["authorization"] for request in service.requests} == {"Bearer key"}
    assert reply.drift == ()
    assert reply.request_id == "r-1"
    if operation == "get_accounts":
        assert isinstance(reply, types.AccountGetAccountsResponse)
        assert service.requests[-1].url.query == b"page_size=2"
        (account,) = reply.data
        assert isinstance(account, types.Account)
        assert account.status is types.AccountStatus.OPEN
        assert account.opened_at.tzinfo is not None
    else:
        assert isinstance(reply, types.InstrumentGetInstrumentResponse)
        assert reply.data.instrument_type is types.SecurityType.COMMON_STOCK
        assert reply.data.expiry is None


def fails(mode: Mode, operation: str) -> None:
    """Its errors are those of every operation."""
    for status, error in ((401, AuthenticationError), (404, NotFoundError)):
        service = Service((status, failed(status)))
        with pytest.raises(error, match="The service says no") as caught:
            mode.run(lambda service=service: call(namespace(mode, service, operation), operation))
        assert not caught.value.outcome_unknown
        assert service.request
    service = Service((200, envelope(DATA[operation])))
    space = namespace(mode, service, operation)
    mistakes = {
        "get_accounts": lambda: space.get_accounts(page_size=0),
        "get_instrument": lambda: space.get_instrument(".."),
    }
    with pytest.raises(ArgumentError):
        mode.run(mistakes[operation])
    assert service.requests == []


def is_raw(mode: Mode, operation: str) -> None:
    """The reply itself is to be had, whole or streamed."""
    service = Service((200, envelope(DATA[operation]), {"x-trace": "t"}))
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
    """No frame of a traceback shows the headers of a call."""
    space = mode.client(Service((403, failed(403)))).v1.instruments
    with pytest.raises(PermissionDeniedError) as caught:
        mode.run(lambda: space.get_instrument("AAPL", extra_headers=HEADERS))
    told = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert HEADERS["X-Desk"] not in told


def is_never_sent_twice(mode: Mode) -> None:
    """What changes something goes once, into the namespace that was there."""
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


def main() -> None:
    """Make every call, on every mode."""
    for mode in map(Mode, ("sync", "asyncio", "trio")):
        for operation in PATH:
            succeeds(mode, operation)
            fails(mode, operation)
            is_raw(mode, operation)
        keeps_its_secrets(mode)
        is_never_sent_twice(mode)


if __name__ == "__main__":
    main()
