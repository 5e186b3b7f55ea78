"""Tools that mock, record or trace httpx: while one is active, no request leaves that it does not see."""

from __future__ import annotations

import functools
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpcore
import httpx
import pytest

from clear_street import (
    APIConnectionError,
    APITimeoutError,
    AsyncClearStreet,
    ClearStreet,
    ClearStreetError,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street._http.library_methods import LibraryMethods
from clear_street.sandbox import SandboxClock
from support.client_modes import settled
from support.raw_server import RawServer, answering
from support.scripted_service import envelope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from support.client_modes import Mode

MOCKED = envelope([])
MOCKED["metadata"] = {"request_id": "mocked"}


@pytest.fixture
def service() -> Iterator[RawServer]:
    with RawServer(answering) as server:
        yield server


def ways(mode: Mode) -> list[Any]:
    """Each way of making connections that this mode has."""
    if not mode.is_async:
        return [None, DefaultHttpxClient, httpx.Client]
    kinds = [None, DefaultAsyncHttpxClient, httpx.AsyncClient]
    return [*kinds, DefaultAioHttpClient] if mode.name == "asyncio" else kinds


def closed_on_each(
    mode: Mode, service: RawServer, story: Callable[[Any], Any] | None = None, kinds: list[Any] | None = None
) -> list[Any]:
    """Close all positions over each kind of connection, and return the reply or the error."""

    def act(client: Any) -> Any:
        return client.v1.positions.close_positions(1)

    def blocking(kind: Any) -> Any:
        client = ClearStreet("key", base_url=service.url, http_client=kind and kind(), clock=SandboxClock())
        with _closing(client):
            return (story or act)(client)

    async def awaiting(kind: Any) -> Any:
        client = AsyncClearStreet("key", base_url=service.url, http_client=kind and kind(), clock=SandboxClock())
        async with _aclosing(client):
            return await (story or act)(client)

    came: list[Any] = []
    for kind in kinds or ways(mode):
        try:
            came.append(mode.run(awaiting if mode.is_async else blocking, kind))
        except ClearStreetError as error:
            came.append(error)
    return came


@contextmanager
def _closing(client: Any) -> Iterator[None]:
    try:
        yield
    finally:
        supplied = client._caller.connections._arguments[0]
        client.close()
        if supplied is not None:
            supplied.close()


@asynccontextmanager
async def _aclosing(client: Any) -> AsyncIterator[None]:
    try:
        yield
    finally:
        supplied = client._caller.connections._arguments[0]
        await client.close()
        if supplied is not None:
            await supplied.aclose()


def replaced(mode: Mode, method: str, answer: Callable[[], Any]) -> Any:
    """A patch of one of httpx's or httpcore's methods by a function that answers itself."""
    owner_name, _, name = method.partition(".")
    library = httpx if hasattr(httpx, owner_name) else httpcore
    owner = getattr(library, f"Async{owner_name}" if mode.is_async else owner_name)
    if mode.is_async and name == "handle_request":
        name = "handle_async_request"

    async def awaiting(*arguments: Any, **options: Any) -> Any:
        return answer()

    def blocking(*arguments: Any, **options: Any) -> Any:
        return answer()

    transport = httpx.MockTransport(lambda request: answer())
    if name == "_transport_for_url":
        return mock.patch.object(owner, name, return_value=transport)
    return mock.patch.object(owner, name, awaiting if mode.is_async else blocking)


def reply() -> httpx.Response:
    return httpx.Response(200, json=MOCKED, request=httpx.Request("DELETE", "https://mocked.test"))


def core_reply() -> httpcore.Response:
    class Body(httpx.ByteStream):
        pass

    return httpcore.Response(200, content=Body(reply().content))


SEEN: list[tuple[str, Callable[[], Any]]] = [
    ("HTTPTransport.handle_request", reply),
    ("Client._send_single_request", reply),
    ("Client._send_handling_redirects", reply),
    ("Client._send_handling_auth", reply),
    ("Client.send", reply),
    ("Client._transport_for_url", reply),
    ("ConnectionPool.handle_request", core_reply),
    ("HTTPConnection.handle_request", core_reply),
]


@pytest.mark.parametrize(("method", "answer"), SEEN, ids=[method for method, _ in SEEN])
def test_a_replaced_method_sees_every_request(
    mode: Mode, service: RawServer, method: str, answer: Callable[[], Any]
) -> None:
    with replaced(mode, method, answer):
        came = closed_on_each(mode, service)
    assert [each.request_id for each in came] == ["mocked"] * len(came)
    assert service.accepted == 0


@pytest.mark.parametrize("method", [method for method, _ in SEEN])
@pytest.mark.parametrize(
    ("error", "unknown", "kind"),
    [
        (httpx.ReadTimeout("mocked"), True, APITimeoutError),
        (httpx.ConnectError("mocked"), False, APIConnectionError),
    ],
    ids=["ReadTimeout", "ConnectError"],
)
def test_a_failure_that_is_mocked_means_what_a_real_one_does(
    mode: Mode, service: RawServer, method: str, error: Exception, unknown: bool, kind: type[Exception]
) -> None:
    core = getattr(httpcore, type(error).__name__)
    failure = core("mocked") if "Connection" in method else error

    def fail() -> Any:
        if isinstance(failure, httpx.RequestError):
            raise type(failure)(str(failure))
        raise type(failure)(str(failure))

    with replaced(mode, method, fail):
        came = closed_on_each(mode, service)
    # httpx itself says for which request a failure is, unless it is replaced from the first function on.
    if method in ("HTTPTransport.handle_request", "Client._transport_for_url") or "Connection" in method:
        assert [(type(each), each.outcome_unknown) for each in came] == [(kind, unknown)] * len(came)
    else:
        assert all(each.outcome_unknown or not unknown for each in came)
    assert service.accepted == 0


def elsewhere(service: RawServer, method: str) -> Any:
    """A patch by which each connection that is made goes to another service."""
    connect = socket.socket.connect

    class Mocked(socket.socket):
        def connect(self, address: Any) -> None:
            connect(self, ("127.0.0.1", service.port))

    if method == "socket":
        return mock.patch.object(socket, "socket", Mocked)
    return mock.patch.object(socket.socket, "connect", Mocked.connect)


@pytest.mark.parametrize("method", ["socket", "socket.connect"])
def test_a_mock_of_sockets_sees_requests_of_a_client_that_has_connections(
    mode: Mode, service: RawServer, method: str
) -> None:
    def story(client: Any) -> Any:
        client.v1.positions.get_positions(1)
        with elsewhere(mocked, method):
            client.v1.positions.close_positions(1)
        return client.v1.positions.get_positions(2)

    async def astory(client: Any) -> Any:
        await client.v1.positions.get_positions(1)
        with elsewhere(mocked, method):
            await client.v1.positions.close_positions(1)
        return await client.v1.positions.get_positions(2)

    plain = (httpx.Client, httpx.AsyncClient)
    kinds = [kind for kind in ways(mode) if kind not in plain]
    with RawServer(answering) as mocked:
        came = closed_on_each(mode, service, astory if mode.is_async else story, kinds)
    assert [each.data for each in came] == [[]] * len(kinds)
    assert [request.split(b"/")[3] for request in service.requests] == [b"1", b"2"] * len(kinds)
    assert [request.split()[0] for request in mocked.requests] == [b"DELETE"] * len(kinds)
    service.requests.clear()
    with RawServer(answering) as mocked:
        [error] = closed_on_each(mode, service, astory if mode.is_async else story, [plain[mode.is_async]])
    assert type(error) is ClearStreetError
    assert not error.outcome_unknown
    assert "while the mock is active" in str(error)
    assert [request.split()[0] for request in service.requests + mocked.requests] == [b"GET"]


def test_a_client_without_connections_is_used_while_sockets_are_mocked(service: RawServer) -> None:
    with (
        RawServer(answering) as mocked,
        httpx.Client(limits=httpx.Limits(max_keepalive_connections=0)) as http_client,
        ClearStreet("key", base_url=service.url, http_client=http_client) as client,
    ):
        client.v1.positions.get_positions(1)
        with elsewhere(mocked, "socket"):
            client.v1.positions.close_positions(1)
            client.v1.positions.get_positions(1)
    assert (len(service.requests), len(mocked.requests)) == (1, 2)


def test_a_tracer_makes_no_proof_of_what_a_retrying_transport_raises(service: RawServer) -> None:
    class Retrying(httpx.BaseTransport):
        """A request like it is sent, its reply lost; the second try is refused."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            with httpx.HTTPTransport() as transport:
                transport.handle_request(httpx.Request(request.method, request.url, headers=request.headers))
            raise httpx.ConnectError("refused", request=request)

    real = httpx.HTTPTransport.handle_request

    def traced(*arguments: Any) -> httpx.Response:
        return real(*arguments)

    with (
        mock.patch.object(httpx.HTTPTransport, "handle_request", traced),
        httpx.Client(transport=Retrying()) as http_client,
        ClearStreet("key", base_url=service.url, http_client=http_client, max_retries=0) as client,
        pytest.raises(APIConnectionError) as caught,
    ):
        client.v1.positions.close_positions(1)
    assert caught.value.outcome_unknown
    assert [request for request in service.requests if request.startswith(b"DELETE")] == service.requests[:1]


@pytest.mark.parametrize("name", ["request", "delete", "stream", "build_request"])
def test_what_no_request_goes_through_lets_none_out_while_it_is_mocked(
    mode: Mode, service: RawServer, name: str
) -> None:
    kind = httpx.AsyncClient if mode.is_async else httpx.Client
    real = getattr(kind, name)

    def story(client: Any) -> Any:
        with mock.patch.object(kind, name):
            return client.v1.positions.close_positions(1)

    async def astory(client: Any) -> Any:
        with mock.patch.object(kind, name):
            return await client.v1.positions.close_positions(1)

    came = closed_on_each(mode, service, astory if mode.is_async else story)
    assert {type(each) for each in came} == {ClearStreetError}
    assert all(f"{kind.__name__}.{name} was replaced" in str(each) and not each.outcome_unknown for each in came)
    assert service.accepted == 0
    assert getattr(kind, name) is real


def test_while_httpx_has_a_mock_for_its_client_nothing_leaves(mode: Mode, service: RawServer) -> None:
    name = "AsyncClient" if mode.is_async else "Client"

    def story(client: Any) -> Any:
        with mock.patch(f"httpx.{name}"):
            return client.v1.positions.close_positions(1)

    async def astory(client: Any) -> Any:
        with mock.patch(f"httpx.{name}"):
            return await client.v1.positions.close_positions(1)

    assert {type(each) for each in closed_on_each(mode, service, astory if mode.is_async else story)} == {
        ClearStreetError
    }
    assert service.accepted == 0


def test_a_wrapper_that_says_so_hinders_no_call(mode: Mode, service: RawServer) -> None:
    kind = httpx.AsyncClient if mode.is_async else httpx.Client

    @functools.wraps(kind.request)
    def traced(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("no request of this package goes through it")

    with mock.patch.object(kind, "request", traced):
        came = closed_on_each(mode, service)
    assert [each.data for each in came] == [[]] * len(came)


def test_a_mock_beside_it_hinders_no_client_that_reaches_no_network(mode: Mode) -> None:
    kind = httpx.AsyncClient if mode.is_async else httpx.Client
    with mock.patch.object(kind, "post"):
        answer = mode.within(mode.sandbox, lambda client: client.v1.version.get_version())
    assert answer.data


def test_a_tracer_of_the_transport_keeps_the_connections_and_their_bounds(mode: Mode, service: RawServer) -> None:
    kind = httpx.AsyncHTTPTransport if mode.is_async else httpx.HTTPTransport
    name = "handle_async_request" if mode.is_async else "handle_request"
    real, seen = getattr(kind, name), []

    def traced(transport: Any, request: httpx.Request) -> Any:
        seen.append(str(request.url))
        return real(transport, request)

    with mock.patch.object(kind, name, traced):
        came = closed_on_each(mode, service)
    assert [each.data for each in came] == [[]] * len(came)
    assert len(seen) == len(came) == service.accepted


def test_a_tracer_of_the_pool_passes_requests_on(mode: Mode, service: RawServer) -> None:
    kind = httpcore.AsyncConnectionPool if mode.is_async else httpcore.ConnectionPool
    name = "handle_async_request" if mode.is_async else "handle_request"
    real, seen = getattr(kind, name), []

    def traced(pool: Any, request: httpcore.Request) -> Any:
        seen.append(request)
        return real(pool, request)

    with mock.patch.object(kind, name, traced):
        came = closed_on_each(mode, service)
    assert [each.data for each in came] == [[]] * len(came)
    assert len(seen) == len(came)


def test_a_method_that_was_replaced_before_the_import_counts_as_replaced() -> None:
    real = httpx.HTTPTransport.handle_request
    with mock.patch.object(httpx.HTTPTransport, "handle_request", functools.wraps(real)(lambda *_: None)):
        methods = LibraryMethods((httpx.HTTPTransport, "handle_request"))
        assert methods.replaced()
    assert not methods.replaced()


def test_another_method_of_httpx_in_its_place_counts_as_a_replacement() -> None:
    methods = LibraryMethods((httpx.HTTPTransport, "handle_request"))
    with mock.patch.object(httpx.HTTPTransport, "handle_request", httpx.MockTransport.handle_request):
        assert methods.replaced()


def test_a_client_made_while_its_transport_is_mocked_uses_that_one(service: RawServer) -> None:
    transport = httpx.MockTransport(lambda request: reply())
    with (
        mock.patch.object(httpx.Client, "_init_transport", return_value=transport),
        ClearStreet("key", base_url=service.url) as client,
    ):
        assert client.v1.positions.close_positions(1).request_id == "mocked"
    assert service.accepted == 0


def test_a_client_of_ours_that_is_used_by_itself_goes_by_a_mock_too(mode: Mode, service: RawServer) -> None:
    async def awaiting() -> Any:
        async with DefaultAsyncHttpxClient() as client:
            return (await client.get(service.url)).json()

    def blocking() -> Any:
        with DefaultHttpxClient() as client:
            return client.get(service.url).json()

    with replaced(mode, "HTTPTransport.handle_request", reply):
        assert mode.run(awaiting if mode.is_async else blocking) == MOCKED
    assert service.accepted == 0


def test_a_method_of_one_http_client_can_be_replaced(service: RawServer) -> None:
    transport = httpx.MockTransport(lambda request: reply())
    with (
        DefaultHttpxClient() as http_client,
        mock.patch.object(http_client, "_transport_for_url", return_value=transport),
    ):
        client = ClearStreet("key", base_url=service.url, http_client=http_client)
        assert client.v1.positions.close_positions(1).request_id == "mocked"
    with DefaultHttpxClient() as http_client, mock.patch.object(http_client, "_transport", transport):
        client = ClearStreet("key", base_url=service.url, http_client=http_client)
        assert client.v1.positions.close_positions(1).request_id == "mocked"
    assert service.accepted == 0


def test_a_method_of_a_client_s_namespace_can_be_patched(mode: Mode) -> None:
    client = mode.kind("key")
    with mock.patch.object(client.v1.positions, "close_positions", return_value="mocked"):
        assert mode.run(lambda: client.v1.positions.close_positions(1)) == "mocked"
    assert not isinstance(client.v1.positions.close_positions, mock.Mock)


@pytest.mark.parametrize("where", ["instance", "subclass"])
@pytest.mark.parametrize(
    ("error", "unknown"),
    [(httpx.ReadTimeout("mocked"), True), (httpx.ConnectError("mocked"), False)],
    ids=["ReadTimeout", "ConnectError"],
)
def test_a_send_of_the_application_s_proves_nothing(mode: Mode, where: str, error: Exception, unknown: bool) -> None:
    sent: list[Any] = []

    def blocking(*arguments: Any, **options: Any) -> Any:
        sent.append(arguments)
        raise error

    async def awaiting(*arguments: Any, **options: Any) -> Any:
        blocking(*arguments)

    send = awaiting if mode.is_async else blocking
    kind: Any = DefaultAsyncHttpxClient if mode.is_async else DefaultHttpxClient
    http_client = type("Mine", (kind,), {"send": send} if where == "subclass" else {})()
    if where == "instance":
        http_client.send = send
    client = mode.kind("key", http_client=http_client, clock=SandboxClock())

    async def story() -> None:
        await settled(client.v1.positions.close_positions(122503))

    with pytest.raises(APIConnectionError) as caught:
        mode.play(story)
    assert caught.value.outcome_unknown is unknown
    methods = [arguments[-1].method for arguments in sent]
    assert methods.count("DELETE") == (1 if unknown else 3)
