"""The command line in this process, against a sandbox in memory, with a terminal where a test wants one."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from clear_street import ClearStreet
from clear_street._logging import logger
from clear_street.cli._main import run
from clear_street.cli._world import World
from clear_street.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

KEY = "canary-8c1f"
ACCOUNT = "122503"
OPTION = "AAPL 280121C00195000"
EXPIRING = "AAPL 260424C00260000"


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The result as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """Runs command lines; what it knows can be changed between two of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> None:
        self.sandbox = Sandbox()
        self.clock = self.sandbox.clock
        self.columns = 80
        self.piped: io.StringIO | None = None
        self.terminals: set[str] = set()
        self.connected: list[dict[str, Any]] = []
        self.patch, self._capsys = monkeypatch, capsys
        self.home = home
        self.journal = home / "state" / "clear-street" / "journal.jsonl"
        for name, value in {
            "CLEAR_STREET_API_KEY": KEY,
            "CLEAR_STREET_ACCOUNT": ACCOUNT,
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "TERM": "xterm",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)

    def connect(self, **arguments: Any) -> ClearStreet:
        """Make a client on the sandbox."""
        self.connected.append(arguments)
        return ClearStreet.sandbox(self.sandbox, clock=self.clock, **arguments)

    def __call__(self, *words: str, typed: str | None = None) -> Ran:
        """Run a command line. `typed` is what a person types at its prompt; None where there is no person."""
        streams = {name: getattr(sys, name) for name in ("stdout", "stderr")}
        terminals = self.terminals | ({"stdin"} if typed is not None else set())

        def is_terminal(stream: object) -> bool:
            names = [name for name, value in streams.items() if value is stream]
            return (names[0] if names else "stdin") in terminals

        world = World(self.connect, self.clock.now, is_terminal, lambda: self.columns)
        with self.patch.context() as patch:
            patch.setattr(sys, "stdin", self.piped or io.StringIO("" if typed is None else f"{typed}\n"))
            level = logger.level
            try:
                code = run(words, world)
            finally:
                logger.setLevel(level)
        return Ran(code, *self.read())

    def read(self) -> tuple[str, str]:
        """What was written since it was last read; the key is nowhere in it."""
        out, err = self._capsys.readouterr()
        assert KEY not in out
        assert KEY not in err
        return out, err

    def written_down(self) -> list[Any]:
        """The journal's lines."""
        text = self.journal.read_text(encoding="utf-8") if self.journal.exists() else ""
        assert KEY not in text
        return [json.loads(line) for line in text.splitlines()]

    def effects(self) -> list[str]:
        """What was changed at the service."""
        return [entry.kind for entry in self.sandbox.ledger if entry.kind != "settled"]
