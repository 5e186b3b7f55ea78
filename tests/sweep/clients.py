"""Make the calls of the sweep with its clients: this package, over every kind of connection, and the vendor's SDK."""

from __future__ import annotations

import contextlib
import io
import signal
import socket
import threading
import traceback
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn
from unittest import mock

import anyio
import httpx

from clear_street import (
    AsyncClearStreet,
    ClearStreet,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street.errors import APIError, ClearStreetError
from clear_street.sandbox import AsyncSandboxTransport, SandboxServer, SandboxTransport
from support.key_names import KEY_NAME
from sweep.cases import CONNECTIONS, ORDER_OPERATIONS, READS, SUBMIT, Case
from sweep.judge import LANDED, REFUSED, Told, verdict
from sweep.processes import in_two_processes
from sweep.scene import ACCOUNT, KEY, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = "https://sandbox.invalid"


class Ours:
    """Makes calls with this package."""

    name = "clear_street"

    def run(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call. Time passes while the client waits."""
        scene = Scene(case)
        options: dict[str, Any] = {"api_key": KEY, "clock": scene.clock, "on_intent": scene.note}
        with contextlib.ExitStack() as stack:
            if case.connection == "lying":
                lying = stack.enter_context(httpx.Client(transport=_Lying(SandboxTransport(scene.sandbox))))
                client = ClearStreet(base_url=URL, http_client=lying, **options)
            else:
                client = ClearStreet.sandbox(scene.sandbox, **options)
            with client:
                if case.renamed:
                    _result(lambda: _submit_before(client, scene))
                    scene.rename()
                result = _result(lambda: _call(client, scene))
        return self._judged(scene, result)

    async def arun(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call with the async client."""
        scene = Scene(case)
        options: dict[str, Any] = {"api_key": KEY, "clock": scene.clock, "on_intent": scene.note}
        async with contextlib.AsyncExitStack() as stack:
            if case.connection == "lying":
                transport = _AsyncLying(AsyncSandboxTransport(scene.sandbox))
                lying = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
                client = AsyncClearStreet(base_url=URL, http_client=lying, **options)
            else:
                client = AsyncClearStreet.sandbox(scene.sandbox, **options)
            async with client:
                if case.renamed:
                    await _aresult(lambda: _submit_before(client, scene))
                    scene.rename()
                result = await _aresult(lambda: _call(client, scene))
        return self._judged(scene, result)

    def run_over_loopback(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call over a real connection: slow replies are really slow, and the client's timeouts are short."""
        scene, release = Scene(case), threading.Event()

        def sleep(seconds: float) -> None:
            release.wait(0.02 if case.event == "fork" else min(seconds, 5.0))

        timeout = 5.0 if case.event else 0.15
        options: dict[str, Any] = {"clock": scene.clock, "timeout": timeout, "on_intent": scene.note}
        found: list[str] = []
        with SandboxServer(scene.sandbox, sleep=sleep) as server:
            try:
                if CONNECTIONS[case.connection]:
                    result = self._in_loops(scene, server.url, options)
                else:
                    with _http_client(case.connection) as http_client:
                        client = ClearStreet(KEY, base_url=server.url, http_client=http_client, **options)
                        result = self._in_process(scene, client, found)
            finally:
                release.set()
        told, wrong = self._judged(scene, result, real_bound=4.0, never_sent=frozenset())
        if case.before or any(fault is not None and fault.status == 304 for fault in case.faults):
            # Bytes are left over after the reply to the first request. A connection that has some is given up, whatever
            # the service answers next: the client asks again for a reply that it never saw.
            wrong = [one for one in wrong if one != "wasted"]
        return told, found + wrong

    def _in_process(self, scene: Scene, client: ClearStreet, found: list[str]) -> Any:
        with client:
            if scene.case.before or scene.case.event:
                _result(client.v1.version.get_version)
            match scene.case.event:
                case "signal":
                    with _alarmed(0.05, scene.alarm):
                        return _result(lambda: _call(client, scene))
                case "fork":
                    result, is_right = in_two_processes(client, scene)
                    found += [] if is_right else ["misreported"]
                    return result
                case _:
                    return _result(lambda: _call(client, scene))

    def _in_loops(self, scene: Scene, url: str, options: dict[str, Any]) -> Any:
        """The call, after a read if one is to be made, that in an event loop of its own where a second is to come."""
        case, made = scene.case, list[Any]()

        async def first() -> None:
            http_client = _async_http_client(case.connection)
            made.append(http_client)
            made.append(AsyncClearStreet(KEY, base_url=url, http_client=http_client, **options))
            if case.before or case.event:
                await _aresult(made[1].v1.version.get_version)

        async def second() -> Any:
            result = await _aresult(lambda: _call(made[1], scene))
            await made[1].close()
            if made[0] is not None:
                await made[0].aclose()
            return result

        async def both() -> Any:
            await first()
            return await second()

        if case.event != "second loop":
            return anyio.run(both)
        anyio.run(first)
        return anyio.run(second)

    def _judged(self, scene: Scene, result: Any, **bounds: Any) -> tuple[Told, list[str]]:
        options, told = dict(scene.case.options), self._told(scene, result)
        bound = options.get("deadline") or 60.0 * (options.get("max_retries", 2) + 1)
        return told, verdict(scene, told, bound=bound + 1.0, **bounds)

    def _told(self, scene: Scene, result: Any) -> Told:
        """Read the outcome from a result or an error."""
        count, submits = len(scene.quantities), scene.case.submits
        if not isinstance(result, BaseException):
            rows = ["landed"]
            if submits:
                parts = len(result.accepted) + len(result.rejected) + len(result.undetermined)
                key = KEY_NAME if scene.case.operation == SUBMIT else "client_order_id"
                in_order = tuple(getattr(row, key) for row in result.data[:count]) == tuple(scene.keys)
                rows = [_state(row.status) for row in result.data[:count]]
                rows = rows if in_order and parts == len(result.data) else ["odd"] * count
            return Told(rows, None, repr(result))
        if result is scene.stop:
            is_unknown = getattr(result, "outcome_unknown", False)
            return Told(["unknown" if is_unknown else "rejected"] * count, result, _everything(result))
        if not isinstance(result, ClearStreetError):
            return Told(["unknown"] * count, result, "")
        rows = ["unknown" if result.outcome_unknown else "rejected"]
        if submits:
            outcomes = result.outcomes if isinstance(result, APIError) else {}
            rows = [outcome if outcome in ("landed", "unknown") else "rejected" for outcome in outcomes.values()]
            if tuple(outcomes) != tuple(scene.keys) or result.outcome_unknown != ("unknown" in rows):
                rows = ["odd"] * count
        return Told(rows, result, _everything(result))


class Theirs:
    """Makes the same calls with the blocking client of the package `clearstreet`."""

    name = "clearstreet"

    def __init__(self) -> None:
        self._module: Any = import_module("clearstreet")

    def run(self, case: Case) -> tuple[Told, list[str]]:
        """Make the call. Its pauses pass on the sandbox's clock."""
        scene = Scene(case)
        http_client = httpx.Client(transport=SandboxTransport(scene.sandbox))
        client = self._module.ClearStreet(api_key=KEY, base_url="https://sandbox.invalid", http_client=http_client)
        resource = client.v1.api_version if case.operation == "get_version" else client.v1.positions
        resource = client.v1.orders if case.operation in ORDER_OPERATIONS else resource
        with mock.patch("time.sleep", scene.sandbox.clock.sleep):
            result = _result(lambda: getattr(resource, case.operation)(**scene.arguments()))
        told = self._told(scene, result)
        return told, verdict(scene, told, bound=200.0)

    def _told(self, scene: Scene, result: Any) -> Told:
        """Read the outcome from a result or an error: after a lost connection, a time-out or a 5xx it is unknown."""
        count = len(scene.quantities)
        if not isinstance(result, BaseException):
            data = getattr(result, "data", None) if scene.case.submits else None
            rows = [_state(getattr(row, "status", None)) for row in data or ()][:count]
            rows += ["unknown" if scene.case.submits else "landed"] * (count - len(rows))
            return Told(rows, None, repr(result))
        if not isinstance(result, self._module.ClearStreetError):
            return Told(["unknown"] * count, result, "")
        status = getattr(result, "status_code", 500)
        known = scene.case.operation in READS or (status < 500 and status not in (303, 408))
        return Told(["rejected" if known else "unknown"] * count, result, f"{result!s} {result!r}")


def _everything(error: BaseException) -> str:
    """Collect all text that an error can show."""
    shown = io.StringIO()
    traceback.print_exception(error, file=shown)
    return f"{error!s} {error!r} {vars(error)!r} {shown.getvalue()}"


def _call(client: Any, scene: Scene) -> Any:
    operation = scene.case.operation
    namespace = client.v1.version if operation == "get_version" else client.v1.positions
    namespace = client.v1.orders if operation in ORDER_OPERATIONS else namespace
    method = getattr(namespace, operation)
    return method(**scene.arguments(), **scene.options())


def _submit_before(client: Any, scene: Scene) -> Any:
    row = {**scene.usual, "quantity": "7"}
    return client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[row])


class _Lying(httpx.BaseTransport):
    """A transport that reports every lost connection as a failure to connect, as some that are not httpx's do."""

    def __init__(self, transport: SandboxTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._transport.handle_request(request)
        except httpx.TransportError as error:
            raise httpx.ConnectTimeout(str(error), request=request) from error


class _AsyncLying(httpx.AsyncBaseTransport):
    """The async version of that transport."""

    def __init__(self, transport: AsyncSandboxTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._transport.handle_async_request(request)
        except httpx.TransportError as error:
            raise httpx.ConnectTimeout(str(error), request=request) from error


@contextlib.contextmanager
def _http_client(kind: str) -> Iterator[httpx.Client | None]:
    """Make what the application supplies as `http_client`."""
    if kind == "own":
        yield None
        return
    kinds: dict[str, Callable[[], httpx.Client]] = {
        "DefaultHttpxClient": DefaultHttpxClient,
        "httpx.Client": httpx.Client,
        "DefaultHttpxClient with a hook": lambda: DefaultHttpxClient(event_hooks={"response": [_send_again]}),
    }
    with kinds[kind]() as made:
        yield made


def _async_http_client(kind: str) -> httpx.AsyncClient | None:
    kinds: dict[str, Callable[[], httpx.AsyncClient | None]] = {
        "own, async": lambda: None,
        "DefaultAsyncHttpxClient": DefaultAsyncHttpxClient,
        "httpx.AsyncClient": httpx.AsyncClient,
        "DefaultAioHttpClient": DefaultAioHttpClient if find_spec("aiohttp") else DefaultAsyncHttpxClient,
    }
    return kinds[kind]()


def _send_again(response: httpx.Response) -> None:
    """A hook that sends a request again after an error reply, to a port on which nobody listens any more."""
    if response.status_code in (200, 429):
        return
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)


@contextlib.contextmanager
def _alarmed(seconds: float, raised: Callable[[], BaseException]) -> Iterator[None]:
    """Let a signal handler raise in the middle of the block."""

    def handler(*_: object) -> NoReturn:
        raise raised()

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _result(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return error


async def _aresult(call: Callable[[], Any]) -> Any:
    try:
        return await call()
    except Exception as error:
        return error


def _state(status: object) -> str:
    return "landed" if status in LANDED else "rejected" if status in REFUSED else "unknown"
