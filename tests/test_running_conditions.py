"""Where a client can be used: in threads, event loops, forks and pickles; and what is left after it is closed."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import gc
import itertools
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from clear_street import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncClearStreet,
    ClearStreet,
    ClearStreetError,
    ConflictError,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    InstructionFailedError,
    WaitTimeoutError,
)
from clear_street.sandbox import Sandbox, SandboxClock, SandboxServer
from support.client_modes import Mode
from support.key_names import CANCEL_ID, KEY_NAME
from support.late_imports import CALLS, SHAPES
from support.raw_server import RawServer, answering, reply
from support.scripted_service import ROW, Service, envelope, failed, repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ACCOUNT = 122503
EXAMPLE = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
DESCRIPTORS = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors cannot be counted here")


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def settle(count: Callable[[], int], most: int) -> int:
    """The count once it is down to `most`: a server in this process takes a moment to see that a client has gone."""
    until = time.monotonic() + 5
    while count() > most and time.monotonic() < until:
        time.sleep(0.01)
    return count()


class TestThreads:
    def test_share_a_client(self, server: SandboxServer) -> None:
        ids = [server.sandbox.add_instruction(ACCOUNT, "AAPL 280121C00195000") for _ in range(8)]
        with ClearStreet("key", base_url=server.url) as client:

            def work(number: int) -> list[str | None]:
                mine = client.with_options(default_headers={"x-thread": str(number)})
                found = [mine.v1.positions.get_positions(ACCOUNT).data[0].symbol for _ in range(20)]
                row = mine.v1.positions.cancel_position_instruction(ids[number], account_id=ACCOUNT).data
                return [*found, row.id]

            with ThreadPoolExecutor(8) as threads:
                results = list(threads.map(work, range(8)))
        assert [result[-1] for result in results] == ids
        assert {symbol for result in results for symbol in result[:-1]} == {results[0][0]}
        seen = [request for request in server.sandbox.requests if request.method == "DELETE"]
        assert {request.headers["x-thread"] for request in seen} == set(map(str, range(8)))
        assert len(seen) == 8
        assert len([entry for entry in server.sandbox.ledger if entry.kind == "cancel_requested"]) == 8


class TestEventLoops:
    def test_one_after_the_other_share_a_client(self, server: SandboxServer) -> None:
        client = AsyncClearStreet("key", base_url=server.url)

        async def main() -> int:
            first, second = await asyncio.gather(
                client.v1.positions.get_positions(ACCOUNT), client.v1.positions.get_positions(ACCOUNT)
            )
            return len(first.data) + len(second.data)

        assert [asyncio.run(main()) for _ in range(3)] == [14, 14, 14]

        async def with_trio() -> int:
            return len((await client.v1.positions.get_positions(ACCOUNT)).data)

        assert anyio.run(with_trio, backend="trio") == 7
        assert anyio.run(with_trio, backend="trio") == 7

        async def last() -> int:
            async with client:
                return await with_trio()

        assert asyncio.run(last()) == 7

    def test_at_the_same_time_share_a_client(self, server: SandboxServer) -> None:
        client, together = AsyncClearStreet("key", base_url=server.url), threading.Barrier(3)

        async def main() -> int:
            first = len((await client.v1.positions.get_positions(ACCOUNT)).data)
            await anyio.to_thread.run_sync(together.wait)
            return first + len((await client.v1.positions.get_positions(ACCOUNT)).data)

        with ThreadPoolExecutor(3) as threads:
            backends = ["asyncio", "asyncio", "trio"]
            assert list(threads.map(lambda backend: anyio.run(main, backend=backend), backends)) == [14, 14, 14]
        anyio.run(client.close)

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_keep_their_connections(self, backend: str) -> None:
        with RawServer(answering) as service:
            client = AsyncClearStreet("key", base_url=service.url)

            async def main() -> None:
                for _ in range(3):
                    await client.v1.positions.get_positions(1)

            anyio.run(main, backend=backend)
            assert service.accepted == 1
            anyio.run(main, backend=backend)
            assert service.accepted == 2
            anyio.run(client.close, backend=backend)

    @DESCRIPTORS
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_take_their_connections_with_them(self, backend: str) -> None:
        with RawServer(answering) as service:
            client = AsyncClearStreet("key", base_url=service.url)

            async def main() -> None:
                await client.v1.positions.get_positions(1)

            before = descriptors()
            for _ in range(5):
                anyio.run(main, backend=backend)
            assert settle(descriptors, before) <= before
            anyio.run(client.close, backend=backend)


def script(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, in which every warning is an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", text, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@FORKS
class TestForks:
    def test_make_connections_of_their_own(self) -> None:
        program = """
import os, sys
from clear_street import ClearStreet

client = ClearStreet("key", base_url=sys.argv[1])
assert client.v1.positions.get_positions(1).data == []
child = os.fork()
assert client.v1.positions.get_positions(1).data == []
assert client.v1.positions.get_positions(1).data == []
if not child:
    client.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert client.v1.positions.get_positions(1).data == []
client.close()
"""
        with RawServer(answering) as service:
            done = script(program, service.url)
            assert (done.returncode, done.stderr) == (0, "")
            assert service.accepted == 2
            assert len(service.requests) == 6

    def test_make_connections_of_their_own_in_a_client_handed_in(self) -> None:
        program = """
import os, sys
from clear_street import ClearStreet, DefaultHttpxClient

http_client = DefaultHttpxClient()
client = ClearStreet("key", base_url=sys.argv[1], http_client=http_client, max_retries=0)
client.v1.positions.get_positions(1)
child = os.fork()
for _ in range(20):
    assert client.get(f"/v1/{bool(child)}", cast_to=dict)["data"] == [f"/v1/{bool(child)}"]
http_client.close()
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""

        def serve(server: RawServer, connection: Any) -> None:
            while head := server.request(connection):
                time.sleep(0.001)
                connection.sendall(reply([head.split(b" ")[1].decode()]))

        with RawServer(serve) as service:
            done = script(program, service.url)
            assert (done.returncode, done.stderr) == (0, "")
            assert service.accepted == 2

    @pytest.mark.parametrize("module", ["asyncio", "trio"])
    def test_make_connections_of_their_own_in_loops_and_a_client_handed_in(self, module: str) -> None:
        program = """
import anyio, os, sys
from clear_street import AsyncClearStreet, DefaultAsyncHttpxClient

client = AsyncClearStreet("key", base_url=sys.argv[1], http_client=DefaultAsyncHttpxClient(), max_retries=0)

async def call():
    assert (await client.v1.positions.get_positions(1)).data == []

for _ in range(2):
    anyio.run(call, backend=sys.argv[2])
child = os.fork()
anyio.run(call, backend=sys.argv[2])
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
        with RawServer(answering) as service:
            done = script(program, service.url, module)
            assert (done.returncode, done.stderr) == (0, "")
            assert service.accepted == 4

    def test_make_connections_of_their_own_in_event_loops(self) -> None:
        program = """
import asyncio, os, sys
from clear_street import AsyncClearStreet

client = AsyncClearStreet("key", base_url=sys.argv[1])

async def main():
    assert (await client.v1.positions.get_positions(1)).data == []

asyncio.run(main())
child = os.fork()
asyncio.run(main())
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
asyncio.run(main())
asyncio.run(client.close())
"""
        with RawServer(answering) as service:
            done = script(program, service.url)
            assert (done.returncode, done.stderr) == (0, "")
            assert len(service.requests) == 4

    def test_inherit_no_wait_of_another_thread(self) -> None:
        program = """
import os, sys, threading, time, warnings
from clear_street import ClearStreet

warnings.simplefilter("ignore")  # a process with threads should not fork, and some do
client = ClearStreet("key", base_url=sys.argv[1])
wait = lambda: client.v1.positions.wait_for_position_instruction("i-1", account_id=7, deadline=20)
thread = threading.Thread(target=wait, daemon=True)
thread.start()
while sys.stdin.read(1) != "x":
    pass
child = os.fork()
if not child:
    os._exit(0 if wait().status == "ACCEPTED" else 1)
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
        row = {**ROW, "status": "ACCEPTED"}

        def serve(service: RawServer, connection: Any) -> None:
            while service.request(connection):
                if service.accepted == 1:
                    process.stdin.write("x")  # type: ignore[union-attr]
                    process.stdin.flush()  # type: ignore[union-attr]
                    service.hold()
                connection.sendall(reply([row]))

        with RawServer(serve) as service:
            process = subprocess.Popen(
                [sys.executable, "-c", program, service.url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            with process:
                began = time.monotonic()
                assert process.wait(30) == 0
                assert time.monotonic() - began < 10


def _wait_errors(status: str) -> ClearStreetError:
    client = Mode("sync").client(Service(otherwise=(200, envelope([{**ROW, "status": status}]))))
    with pytest.raises((WaitTimeoutError, InstructionFailedError)) as caught:
        client.v1.positions.wait_for_position_instruction("i-1", account_id=7, deadline=5)
    return caught.value


def _call_error(*replies: Any, call: Callable[[Any], object] | None = None, **options: Any) -> ClearStreetError:
    client = Mode("sync").client(repeating(*replies), **options)
    with pytest.raises(APIError) as caught:
        (call or _cancel)(client)
    return caught.value


def _cancel(client: Any) -> object:
    return client.v1.positions.cancel_position_instruction("i-1", account_id=7)


def _submit(client: Any) -> object:
    instruction = {"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1}
    return client.v1.positions.submit_position_instructions(7, instructions=[{**instruction, KEY_NAME: "key-1"}])


ERRORS: dict[str, Callable[[], ClearStreetError]] = {
    "status": lambda: _call_error((409, failed(409))),
    "html": lambda: _call_error((403, b"<html>No</html>")),
    "lost": lambda: _call_error(httpx.ReadError("reset"), max_retries=0),
    "timed out": lambda: _call_error(httpx.ReadTimeout("slow"), max_retries=0),
    "unreadable": lambda: _call_error((200, b"<html>")),
    "strict": lambda: _call_error((200, envelope({**ROW, "status": "NEW"})), strict=True),
    "candidates": lambda: _call_error(
        (500, failed(500)),
        (200, envelope([{**ROW, KEY_NAME: "another", "status": "SENT"}])),
        call=_submit,
    ),
    "rows": lambda: _call_error(
        (409, {**failed(409), "data": [{**ROW, "status": "REJECTED", "rejection_reason": "Duplicate instruction"}]}),
        call=_submit,
    ),
    "wait": lambda: _wait_errors("SENT"),
    "failed": lambda: _wait_errors("REJECTED"),
}


class TestCopies:
    @pytest.mark.parametrize("name", ERRORS)
    def test_of_errors_say_the_same(self, name: str) -> None:
        error = ERRORS[name]()
        copies = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
        for same in (*copies, copy.copy(error), copy.deepcopy(error)):
            assert type(same) is type(error)
            assert str(same) == str(error)
            assert same.args == error.args
            assert vars(same) == vars(error)
            assert same.outcome_unknown is error.outcome_unknown

    def test_of_errors_are_of_every_kind(self) -> None:
        kinds = {type(make()) for make in ERRORS.values()}
        assert kinds >= {
            ConflictError,
            APIConnectionError,
            APITimeoutError,
            APIResponseValidationError,
            WaitTimeoutError,
            InstructionFailedError,
        }

    def test_of_responses_are_equal(self) -> None:
        with ClearStreet.sandbox() as client:
            positions = client.v1.positions
            listed = positions.get_positions(ACCOUNT)
            cancelled = positions.cancel_position_instruction(EXAMPLE, account_id=0)
        for response in (listed, cancelled):
            for same in (pickle.loads(pickle.dumps(response)), copy.deepcopy(response), copy.copy(response)):
                assert same == response
                assert same.attempts == response.attempts
                assert same.drift == response.drift

    def test_of_changes_are_equal(self) -> None:
        client = Mode("sync").client(Service((200, envelope([ROW]))))
        change = next(client.v1.positions.watch_position_instructions(7))
        assert pickle.loads(pickle.dumps(change)) == copy.deepcopy(change) == change

    def test_of_clients_are_refused(self, mode: Mode) -> None:
        client = mode.sandbox()
        name = type(client).__name__
        for duplicate in (pickle.dumps, copy.deepcopy):
            with pytest.raises(
                TypeError, match=rf"^{name} holds connections and a secret and cannot be pickled or copied"
            ):
                duplicate(client)
            raw = mode.run(client.v1.version.with_raw_response.get_version)
            for part in (client.v1, client.v1.positions, client.v1.positions.with_raw_response, raw):
                with pytest.raises(TypeError, match="cannot be pickled"):
                    duplicate(part)

    def test_of_unused_clients_are_refused(self, mode: Mode) -> None:
        client = mode.kind(api_key=os.getcwd)
        for thing in (client, client.v1.positions):
            with pytest.raises(TypeError, match="cannot be pickled"):
                pickle.dumps(thing)

    def test_that_share_connections_are_what_copying_a_client_gives(self, mode: Mode) -> None:
        client = mode.sandbox()
        same = copy.copy(client)
        assert len(mode.run(lambda: same.v1.positions.get_positions(ACCOUNT)).data) == 7
        mode.run(same.close)
        with pytest.raises(ClearStreetError, match="closed"):
            mode.run(lambda: client.v1.positions.get_positions(ACCOUNT))


class TestCancelledTasks:
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_leave_the_connections_usable(self, backend: str) -> None:
        chance, cancelled, done = random.Random(7), 0, 0

        async def one(client: AsyncClearStreet) -> None:
            nonlocal cancelled, done
            try:
                await client.v1.positions.get_positions(1)
            except BaseException:
                cancelled += 1
                raise
            done += 1

        async def main() -> None:
            nonlocal done
            limits = httpx.Limits(max_connections=10)
            async with (
                DefaultAsyncHttpxClient(limits=limits) as http_client,
                AsyncClearStreet("key", base_url=service.url, http_client=http_client, timeout=20.0) as client,
            ):
                while cancelled < 2_000:
                    async with anyio.create_task_group() as tasks:
                        for _ in range(20):
                            tasks.start_soon(one, client)
                        for _ in range(chance.randrange(40)):
                            await anyio.lowlevel.checkpoint()
                        tasks.cancel_scope.cancel()
                done = 0
                async with anyio.create_task_group() as tasks:
                    for _ in range(200):
                        tasks.start_soon(one, client)

        with RawServer(answering) as service:
            anyio.run(main, backend=backend)
            assert service.accepted > 100  # many had got as far as a connection
        assert cancelled >= 2_000
        assert done == 200


AT_EXIT = """
import asyncio, atexit, sys
from clear_street import AsyncClearStreet, ClearStreet, DefaultAioHttpClient
kind, url = sys.argv[1:]

async def last():
    http_client = DefaultAioHttpClient() if kind == "aiohttp" else None
    async with AsyncClearStreet("key", base_url=url, max_retries=0, http_client=http_client) as client:
        print((await client.v1.positions.close_positions(1)).data)
    if http_client is not None:
        await http_client.aclose()

def blocking():
    with ClearStreet("key", base_url=url, max_retries=0) as client:
        print(client.v1.positions.close_positions(1).data)

# What a first call loads is loaded by one: modules cannot start executors of their own while the program ends.
blocking()
asyncio.run(last())
atexit.register(blocking if kind == "sync" else lambda: asyncio.run(last()))
"""


@pytest.mark.parametrize("kind", ["sync", "async", "aiohttp"])
def test_a_last_call_at_exit_to_a_host_by_name_leaves(kind: str) -> None:
    with RawServer(answering) as service:
        url = service.url.replace("127.0.0.1", "localhost")
        command = [sys.executable, "-c", AT_EXIT, kind, url]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.stdout, ended.stderr) == ("[]\n" * 3, "")


@DESCRIPTORS
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("supplied", [None, DefaultAioHttpClient])
def test_loops_that_just_end_leave_no_descriptors(supplied: Any, caplog: pytest.LogCaptureFixture) -> None:
    with RawServer(answering) as service:
        http_client = supplied and supplied()
        client = AsyncClearStreet("key", base_url=service.url, http_client=http_client)

        async def call() -> None:
            await client.v1.positions.get_positions(1)

        def end() -> None:
            loop = asyncio.new_event_loop()
            loop.run_until_complete(call())
            loop.close()

        before = descriptors()
        for _ in range(10):
            end()
        gc.collect()
        assert settle(descriptors, before + 4) <= before + 4
        asyncio.run(client.close())
        if http_client is not None:
            asyncio.run(http_client.aclose())
        gc.collect()
    assert not caplog.records


class TestGoing:
    @DESCRIPTORS
    def test_leaves_no_descriptor_behind(self, mode: Mode) -> None:
        async def awaiting(url: str) -> None:
            for _ in range(500):
                async with AsyncClearStreet("key", base_url=url) as client:
                    await client.v1.positions.get_positions(1)

        def blocking(url: str) -> None:
            for _ in range(1000):
                with ClearStreet("key", base_url=url) as client:
                    client.v1.positions.get_positions(1)

        with RawServer(answering) as service:
            before = descriptors()
            mode.run(awaiting if mode.is_async else blocking, service.url)
            assert settle(descriptors, before) <= before

    @DESCRIPTORS
    def test_without_a_goodbye_warns_and_leaves_nothing_behind(self) -> None:
        with RawServer(answering) as service:
            before = descriptors()
            client = ClearStreet("key", base_url=service.url)
            client.v1.positions.get_positions(1)
            goodbye = r"^ClearStreet was never closed: use it in a `with` statement, or close\(\)$"
            with pytest.warns(ResourceWarning, match=goodbye):
                del client
            assert settle(descriptors, before) <= before

    @DESCRIPTORS
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_a_client_left_open_in_a_running_loop_warns_and_is_cleaned_up(self, backend: str) -> None:
        async def main() -> None:
            before = descriptors()
            client = AsyncClearStreet("key", base_url=service.url)
            await client.v1.positions.get_positions(1)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                del client
                gc.collect()
                for _ in range(10):
                    await anyio.sleep(0.001)
                gc.collect()
            assert [str(warning.message) for warning in caught if "clear_street._" not in str(warning.message)] == [
                "AsyncClearStreet was never closed: use it in a `with` statement, or await close()"
            ]
            assert settle(descriptors, before) <= before

        with RawServer(answering) as service:
            anyio.run(main, backend=backend)

    @pytest.mark.parametrize("used", [False, True])
    def test_without_a_goodbye_is_no_matter_where_nothing_is_open(self, mode: Mode, used: bool) -> None:
        def story(client: Any) -> Any:
            return client.v1.positions.get_positions(ACCOUNT) if used else None

        mode.run(story, mode.sandbox() if used else mode.kind("key"))
        gc.collect()

    def test_with_a_goodbye_is_quiet(self, mode: Mode) -> None:
        with RawServer(answering) as service:

            async def awaiting(client: Any) -> None:
                await client.v1.positions.get_positions(1)
                await client.close()
                await client.close()

            def blocking(client: Any) -> None:
                client.v1.positions.get_positions(1)
                client.close()
                client.close()

            mode.run(awaiting if mode.is_async else blocking, mode.kind("key", base_url=service.url))
            gc.collect()

    def test_closes_also_where_warnings_are_errors(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ignored: list[Any] = []
        monkeypatch.setattr(sys, "unraisablehook", ignored.append)
        with RawServer(answering) as service:
            client = ClearStreet("key", base_url=service.url)
            http_client = client._caller.connections.running().driver.client()
            client.v1.positions.get_positions(1)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                del client
                gc.collect()
            assert http_client.is_closed
        assert [type(one.exc_value) for one in ignored] == [ResourceWarning]

    def test_while_the_interpreter_ends_is_quiet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with RawServer(answering) as service:
            client = ClearStreet("key", base_url=service.url)
            client.v1.positions.get_positions(1)
            monkeypatch.setattr(sys, "is_finalizing", lambda: True)
            del client
            gc.collect()

    @pytest.mark.parametrize("kind", ["ClearStreet", "AsyncClearStreet"])
    def test_at_the_end_of_the_program_is_quiet(self, kind: str) -> None:
        program = """
import asyncio, inspect, sys
import clear_street

client = getattr(clear_street, sys.argv[1])("key", base_url=sys.argv[2])

async def main():
    await client.v1.positions.get_positions(1)

asyncio.run(main()) if sys.argv[1].startswith("Async") else client.v1.positions.get_positions(1)
"""
        with RawServer(answering) as service:
            done = script(program, kind, service.url)
        assert (done.returncode, done.stderr) == (0, "")


class TestAKeptConnection:
    def test_that_the_service_closed_is_replaced(self, mode: Mode) -> None:
        def serve(service: RawServer, connection: Any) -> None:
            service.request(connection)
            connection.sendall(reply([]))

        def twice(client: Any) -> Any:
            async def awaiting() -> Any:
                await client.v1.positions.close_positions(1)
                await anyio.sleep(0.05)
                return await client.v1.positions.close_positions(1)

            def blocking() -> Any:
                client.v1.positions.close_positions(1)
                time.sleep(0.05)
                return client.v1.positions.close_positions(1)

            return awaiting() if mode.is_async else blocking()

        with RawServer(serve) as service:
            response = mode.run(lambda: _closing(mode, mode.kind("key", base_url=service.url), twice))
            assert service.accepted == 2
        assert len(response.attempts) == 1

    def test_that_turns_out_dead_has_sent_the_request(self, mode: Mode) -> None:
        def serve(service: RawServer, connection: Any) -> None:
            service.request(connection)
            connection.sendall(reply([]))
            service.request(connection)

        def twice(client: Any) -> Any:
            async def awaiting() -> Any:
                await client.v1.positions.close_positions(1)
                with pytest.raises(APIConnectionError) as caught:
                    await client.v1.positions.close_positions(1)
                return caught.value

            def blocking() -> Any:
                client.v1.positions.close_positions(1)
                with pytest.raises(APIConnectionError) as caught:
                    client.v1.positions.close_positions(1)
                return caught.value

            return awaiting() if mode.is_async else blocking()

        with RawServer(serve) as service:
            error = mode.run(lambda: _closing(mode, mode.kind("key", base_url=service.url), twice))
            assert sum(request.startswith(b"DELETE") for request in service.requests) == 2
        assert error.outcome_unknown is True
        assert [attempt.outcome for attempt in error.attempts] == ["unknown"]


def _closing(mode: Mode, client: Any, story: Callable[[Any], Any]) -> Any:
    """What a story gives of a client that is closed after it."""

    async def awaiting() -> Any:
        async with client:
            return await story(client)

    def blocking() -> Any:
        with client:
            return story(client)

    return awaiting() if mode.is_async else blocking()


def test_the_sandbox_serves_threads_and_loops_alike() -> None:
    sandbox = Sandbox()
    with ClearStreet.sandbox(sandbox) as client, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: len(client.v1.positions.get_positions(ACCOUNT).data), range(40)))
    assert found == [7] * 40
    assert len(sandbox.requests) == 40


# --- Calls that are stopped from outside ------------------------------------------------------------------------------


class _Hanging(httpx.AsyncBaseTransport):
    """Takes every request, answers none, and counts them."""

    def __init__(self) -> None:
        self.taken: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.taken += 1
        await anyio.sleep_forever()
        raise AssertionError("nothing wakes it")


async def _in_a_timeout(call: Callable[[], Any]) -> None:
    async with asyncio.timeout(0.01):
        await call()


async def _in_fail_after(call: Callable[[], Any]) -> None:
    with anyio.fail_after(0.01):
        await call()


async def _in_wait_for(call: Callable[[], Any]) -> None:
    await asyncio.wait_for(call(), 0.01)


async def _in_a_task_group(call: Callable[[], Any]) -> None:
    async def fail() -> None:
        await anyio.sleep(0.01)
        raise TimeoutError("the other task")

    async with asyncio.TaskGroup() as group:
        group.create_task(call())
        group.create_task(fail())


async def _in_anyio_s_task_group(call: Callable[[], Any]) -> None:
    with anyio.fail_after(0.01):
        async with anyio.create_task_group() as group:
            group.start_soon(call)


async def _in_move_on_after(call: Callable[[], Any]) -> None:
    with anyio.move_on_after(0.01):
        await call()
    raise TimeoutError("nothing was raised")


STOPPED = (_in_a_timeout, _in_fail_after, _in_wait_for, _in_a_task_group, _in_anyio_s_task_group, _in_move_on_after)


@pytest.mark.parametrize("stopped", STOPPED)
def test_a_call_stopped_from_outside_is_told(stopped: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "clear_street")
    row = {"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1, KEY_NAME: "k"}

    async def main() -> tuple[Any, ...]:
        transport = _Hanging()
        http_client = DefaultAsyncHttpxClient(transport=transport)
        client = AsyncClearStreet("key", base_url="https://service.test", http_client=http_client)
        positions = client.v1.positions
        calls: list[Callable[[], Any]] = [
            lambda: positions.close_positions(ACCOUNT),
            lambda: positions.submit_position_instructions(ACCOUNT, instructions=[row]),  # type: ignore[list-item]
            lambda: positions.get_positions(ACCOUNT),
        ]
        for call in calls:
            with pytest.raises((TimeoutError, ExceptionGroup)):
                await stopped(call)
        await http_client.aclose()
        assert transport.taken == 3
        return client.with_options(timeout=1).interrupted

    close, submit = asyncio.run(main())
    assert (close.request.method, close.path) == ("DELETE", f"/v1/accounts/{ACCOUNT}/positions")
    assert (close.idempotency_keys, submit.idempotency_keys) == ((), ("k",))
    assert close.started_at <= submit.started_at
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert all("interrupted by Cancelled" in line and "outcome unknown" in line for line in caplog.messages)


def test_a_call_stopped_before_anything_was_sent_is_not_told() -> None:
    async def main() -> Any:
        async def key() -> str:
            await anyio.sleep_forever()
            return "key"

        async with AsyncClearStreet(key, base_url="https://service.test") as client:
            with anyio.move_on_after(0.01):
                await client.v1.positions.close_positions(ACCOUNT)
            return client.interrupted

    assert asyncio.run(main()) == ()


def test_ctrl_c_in_a_blocking_call_is_told() -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with (
        httpx.Client(transport=httpx.MockTransport(interrupt)) as http_client,
        ClearStreet("key", base_url="https://service.test", http_client=http_client) as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.v1.positions.close_positions(ACCOUNT)
    assert [call.request.method for call in client.interrupted] == ["DELETE"]


class SoftTimeLimit(Exception):
    pass


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
@pytest.mark.parametrize("kind", [SoftTimeLimit, TimeoutError, ConnectionResetError, ValueError])
@pytest.mark.parametrize("operation", ["get_positions", "close_positions", "cancel_position_instruction"])
def test_what_a_signal_handler_raises_goes_on_its_way(operation: str, kind: type[Exception]) -> None:
    def handler(*_: object) -> None:
        raise kind("of the application")

    def serve(server: RawServer, connection: Any) -> None:
        if server.request(connection):
            os.kill(os.getpid(), signal.SIGALRM)
            server.hold()

    arguments = {CANCEL_ID: "i-1"} if operation.startswith("cancel") else {}
    before = signal.signal(signal.SIGALRM, handler)
    try:
        with RawServer(serve) as service, ClearStreet("key", base_url=service.url, timeout=5) as client:
            with pytest.raises(kind, match="of the application") as caught:
                getattr(client.v1.positions, operation)(account_id=7, **arguments)
            assert getattr(caught.value, "outcome_unknown", False) is (operation != "get_positions")
            assert len(service.requests) == 1
    finally:
        signal.signal(signal.SIGALRM, before)


class Stopped(BaseException):
    """What a signal handler of the application raises."""


SUBMITTED = {"instruction_type": "EXERCISE", "instrument_id": "AAPL", "quantity": "1", KEY_NAME: "k-1"}
ANSWERED: dict[str, tuple[dict[str, Any], object]] = {
    "close_positions": ({}, []),
    "cancel_position_instruction": ({CANCEL_ID: "i-1"}, {"id": "i-1", "status": "CANCEL_REQUESTED"}),
    "submit_position_instructions": ({"instructions": [SUBMITTED]}, [{**SUBMITTED, "id": "i-1", "status": "SENT"}]),
}


class Steps:
    """The steps at which Python runs signal handlers: where a function begins, and where one written in C has ended."""

    def __init__(self) -> None:
        self.left = 0

    def count(self) -> None:
        """Begin to count the steps, and raise at the one that was asked for."""
        sys.setprofile(self._step)

    def _step(self, frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename != __file__:
            self.left -= 1
            if self.left == 0:
                raise Stopped


def context_of_the_package() -> dict[str, object]:
    return {each.name: value for each, value in contextvars.copy_context().items() if each.name.startswith("clear_")}


def tried(how_many: int, *, every: int) -> Iterator[int]:
    """Each step at which a call ends, and some of those before."""
    return itertools.chain(range(1, how_many - 50, every), range(max(1, how_many - 50), how_many + 20))


# What is raised while a generator expression is destroyed is ignored by Python.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "lost"])
@pytest.mark.parametrize("operation", ANSWERED)
def test_a_signal_at_any_step_after_the_reply_leaves_the_outcome_unknown(operation: str, is_lost: bool) -> None:
    arguments, data = ANSWERED[operation]
    unknown: list[bool] = []
    steps = Steps()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=envelope([]))
        steps.count()
        if is_lost:
            raise httpx.ReadError("lost", request=request)
        return httpx.Response(200, json=envelope(data))

    def stopped(client: ClearStreet, at: int) -> BaseException | None:
        steps.left = at
        try:
            getattr(client.v1.positions, operation)(account_id=7, **arguments)
        except APIError as error:
            unknown.append(error.outcome_unknown)
        except (Stopped, TypeError) as stopped:  # Python 3.11 may make a TypeError of what a profile function raises
            return stopped
        finally:
            sys.setprofile(None)
        return None

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http_client,
        ClearStreet("key", base_url="https://service.test", http_client=http_client, clock=SandboxClock()) as whole,
    ):
        client = whole.with_options(max_retries=0, deadline=2)
        stopped(client, sys.maxsize)  # everything is loaded
        before = context_of_the_package()
        stopped(client, sys.maxsize)
        how_many = sys.maxsize - steps.left
        assert how_many > 100
        for at in tried(how_many, every=17 if is_lost else 1):
            caught = stopped(client, at)
            assert caught is None or getattr(caught, "outcome_unknown", False), f"step {at} after the reply"
        assert context_of_the_package() == before
    assert all(unknown)
    assert unknown or not is_lost


OPERATIONS = [*CALLS, "post"]


@pytest.mark.parametrize(
    ("operation", "shape"),
    [
        *((operation, shape) for operation in OPERATIONS for shape in ("value", "async")),
        *((operation, shape) for operation in ("close_positions", "submit_orders") for shape in SHAPES),
    ],
)
def test_what_the_way_back_needs_is_imported_before_a_change_is_sent(operation: str, shape: str) -> None:
    program = [sys.executable, "-W", "error", "-m", "support.late_imports", operation, shape]
    done = subprocess.run(program, cwd=Path(__file__).parent, check=False, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("", "")


def test_an_event_loop_has_what_a_pause_needs_before_a_change_is_sent() -> None:
    """On trio with a client of httpx's own, nothing but the pause before a look uses anyio."""
    program = """
import sys
import httpx, trio
from clear_street import APIConnectionError, AsyncClearStreet

def answer(request):
    known.append(set(sys.modules))
    raise httpx.ReadError("gone")

async def main():
    client = AsyncClearStreet("key", http_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    try:
        await client.v1.positions.close_position("i", account_id=7, deadline=0.2)
    except APIConnectionError as error:
        assert error.outcome_unknown
    assert len(known) > 1
    assert not set(sys.modules) - known[0], set(sys.modules) - known[0]

known = []
trio.run(main)
"""
    assert script(program).stderr == ""
