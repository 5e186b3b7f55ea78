"""Start a program: a callable in this process, or a command in a process of its own, over HTTP."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from inspect import iscoroutinefunction
from io import StringIO
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from .._annotations import resolvable
from .._client import ClearStreet
from .._client_async import AsyncClearStreet
from ..sandbox import LiveClock, SandboxClock, SandboxServer
from .intents import read_claims
from .judges import Start
from .rehearsal import Killed
from .stage import KEY, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol, TextIO

    from .intents import Intent

    Act = (
        Callable[[ClearStreet, Intent, dict[str, Any]], Sequence[str]]
        | Callable[[AsyncClearStreet, Intent, dict[str, Any]], Coroutine[Any, Any, Sequence[str]]]
    )
    Starts = Callable[[Intent], Start]

    class Player(Protocol):
        """Starts a program, as often as wanted, on one stage after the other."""

        def stage(self) -> Stage:
            """Return a new stage for it."""
            ...

        def starting(self, stage: Stage) -> AbstractContextManager[Starts]:
            """Give, for the time of a ``with`` block, a function that starts it."""
            ...

        def close(self) -> None:
            """End what runs, and start nothing any more."""
            ...


VIRTUAL_LIMIT = 1800.0
"""Seconds of the sandbox's clock that a start may take in this process."""


class InProcess:
    """Starts a callable in this process, on a clock of its own. A start may take `limit` seconds of real time."""

    def __init__(self, act: Act, limit: float) -> None:
        self._act = act
        self._limit = limit

    def stage(self) -> Stage:
        """Return a new stage for it."""
        return Stage(SandboxClock(), limit=VIRTUAL_LIMIT, death=Killed)

    @contextmanager
    def starting(self, stage: Stage) -> Generator[Starts]:
        """Give a function that starts it; its memory outlives its starts."""
        memory: dict[str, Any] = {}
        yield lambda intent: self._start(stage, intent, memory)

    def _start(self, stage: Stage, intent: Intent, memory: dict[str, Any]) -> Start:
        said: list[object] = []
        raised: list[BaseException] = []

        def act() -> None:
            try:
                said.append(_called(self._act, stage, intent, memory))
            except BaseException as error:
                raised.append(error)

        stage.begin()
        # A thread can be left behind where the program waits for ever.
        thread = threading.Thread(target=contextvars.copy_context().run, args=(act,), daemon=True)
        with _written() as written:
            thread.start()
            thread.join(self._limit)
        is_hung = thread.is_alive() or stage.is_late
        is_dead, stage.is_over = stage.is_over, True
        text = "\n".join([*written, *map(_traceback, raised), repr(memory), repr(said)])
        if is_dead or is_hung or raised:
            why = f"it raised {raised[0]!r:.200}" if raised and not is_dead else "it was ended"
            return Start(["unknown"] * intent.size, text, why, is_hung)
        claims, why_not = read_claims(said[0], intent.size)
        return Start(claims, text, why_not)

    def close(self) -> None:
        """Do nothing: it runs while it is waited for."""


class OverHTTP:
    """Starts a command, with the service's address and key in its environment. A start may take `limit` seconds."""

    def __init__(self, command: Sequence[str], limit: float) -> None:
        self._command = command
        self._limit = limit
        self._running: set[subprocess.Popen[str]] = set()
        self._is_closed = False
        self._starting = threading.Lock()

    def stage(self) -> Stage:
        """Return a new stage for it."""
        return Stage(LiveClock(), limit=inf, death=ConnectionAbortedError)

    @contextmanager
    def starting(self, stage: Stage) -> Generator[Starts]:
        """Give a function that starts it; a folder outlives its starts."""
        with SandboxServer(stage) as server, TemporaryDirectory() as folder:
            yield lambda intent: self._start(stage, intent, server.url, folder)

    def _start(self, stage: Stage, intent: Intent, url: str, folder: str) -> Start:
        environment = {
            **os.environ,
            "CLEAR_STREET_BASE_URL": url,
            "CLEAR_STREET_API_KEY": KEY,
            "CLEAR_STREET_MEMORY": folder,
            "NO_PROXY": "127.0.0.1",
        }
        stage.begin()
        pipe = subprocess.PIPE
        with self._starting:
            if self._is_closed:
                return Start(["unknown"] * intent.size, is_hung=True)
            process = subprocess.Popen(
                self._command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=environment,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        stage.on_death = lambda: _kill(process)
        is_hung = False
        try:
            output, errors = process.communicate(intent.to_json(), self._limit)
        except subprocess.TimeoutExpired:
            is_hung = True
            _kill(process)
            output, errors = process.communicate()
        finally:
            self._running.discard(process)
        is_dead, stage.is_over = stage.is_over, True
        kept = [path.read_text("utf-8", "replace") for path in Path(folder).rglob("*") if path.is_file()]
        text = "\n".join([output, errors, *kept])
        if is_dead or is_hung or self._is_closed:
            return Start(["unknown"] * intent.size, text, "it was ended", is_hung or self._is_closed)
        claims, why = read_claims(_last_json(output), intent.size)
        last = "".join(errors.strip().splitlines()[-1:])
        return Start(claims, text, why and f"{why}, and ended with {process.returncode}: {last:.200}")

    def close(self) -> None:
        """End the processes that run, and start none any more."""
        with self._starting:
            self._is_closed = True
            for process in tuple(self._running):
                _kill(process)


def _called(act: Act, stage: Stage, intent: Intent, memory: dict[str, Any]) -> object:
    """Call a program with a client of its kind, and return what it said."""
    call: Any = act
    if not iscoroutinefunction(act):
        with ClearStreet.sandbox(stage, api_key=KEY) as client:
            return call(client, intent, memory)

    async def acting() -> object:
        async with AsyncClearStreet.sandbox(stage, api_key=KEY) as client:
            return await call(client, intent, memory)

    return asyncio.run(acting())


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a process at once, with those that it started."""
    # Where there are no groups of processes, the process alone.
    kill: Callable[[int, int], None] = os.killpg if hasattr(os, "killpg") else os.kill
    with suppress(ProcessLookupError):
        kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _last_json(output: str) -> object:
    """Return the JSON value that is the last line of an output, or all of it; the text where it is none."""
    for text in (output.strip().rpartition("\n")[2], output):
        try:
            return json.loads(text)
        except ValueError:
            continue
    return output


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@contextmanager
def _written() -> Generator[list[str]]:
    """Collect what is written to the log, and to standard output and error, which go where they went."""
    log, collected = StringIO(), list[str]()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with redirect_stdout(_Tee(sys.stdout)) as output, redirect_stderr(_Tee(sys.stderr)) as errors:
            yield collected
    finally:
        root.removeHandler(handler)
    collected += [log.getvalue(), output.getvalue(), errors.getvalue()]


class _Tee(StringIO):
    """Keeps what is written, and passes it on."""

    def __init__(self, other: TextIO) -> None:
        super().__init__()
        self._other = other

    def write(self, text: str) -> int:
        self._other.write(text)
        return super().write(text)


resolvable(globals())
