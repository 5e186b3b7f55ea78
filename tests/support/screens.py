"""Run the ``console`` blocks of docs/cli.md on one sandbox: what they show is what a terminal shows.

``python tests/support/screens.py`` writes the page with what is shown now. A line that begins with ``$`` is typed: what
follows is on the screen. ``<!-- screen: ... -->`` before a block says how its terminal, or the service, is different.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from clear_street import ClearStreet
from clear_street.cli._main import run
from clear_street.cli._world import World
from clear_street.sandbox import Fault, Sandbox, SandboxClock

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
START = datetime.fromisoformat("2026-04-24T17:26:30-04:00")
WIDTH = 100
ENVIRONMENT = {"CLEAR_STREET_API_KEY": "key", "CLEAR_STREET_ACCOUNT": "122503", "NO_COLOR": "1", "TERM": "xterm"}
BLOCK = re.compile(r"(?:<!-- screen: (?P<how>.*?) -->\n)?```console\n(?P<shown>.*?)```\n", re.DOTALL)
PROMPT = re.compile(r"(?:\[y/N\]|to go on|all the same): (.*)")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Typed(io.StringIO):
    """What is typed, which a terminal shows."""

    def __init__(self, text: str, screen: io.StringIO) -> None:
        super().__init__(text)
        self._screen = screen

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed's has two types of lines
        line = super().readline()
        self._screen.write(line)
        return line


class Terminal:
    """Runs what is typed into it."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(clock=SandboxClock(START))
        self.width = WIDTH
        self.code = 0
        self._ids: dict[str, str] = {}
        """For each id on the page the one that there really is."""

    def connect(self, **arguments: Any) -> ClearStreet:
        """Make a client on the sandbox."""
        return ClearStreet.sandbox(self.sandbox, clock=self.sandbox.clock, **arguments)

    def prepare(self, how: str) -> None:
        """Let the terminal, or the service, be as a block wants it."""
        self.width = int(how.removesuffix(" columns")) if how.endswith(" columns") else WIDTH
        if how == "the reply is lost, and so is the list":
            self.sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions")
            self.sandbox.faults.add(Fault.answer(503), operation="get_position_instructions", times=None)
        elif how and not how.endswith(" columns"):
            raise ValueError(how)

    def block(self, how: str, shown: str) -> str:
        """What is on the screen once the lines of a block were typed."""
        self.prepare(how)
        parts = re.split(r"^\$ ", shown, flags=re.MULTILINE)
        typed = [part.split("\n", 1) for part in parts[1:]]
        screen = "".join(f"$ {self.type(line, rest)}" for line, rest in typed)
        self.sandbox.faults.clear()
        return screen

    def type(self, line: str, shown: str) -> str:
        """What is on the screen once a line was typed, where the page shows something."""
        words = shlex.split(ID.sub(lambda found: self._ids.get(found[0], found[0]), line))
        screen = io.StringIO()
        if words == ["echo", "$?"]:
            screen.write(f"{self.code}\n")
        elif words[0] == "cat":
            screen.write(Path(words[1]).read_text(encoding="utf-8"))
        elif words[0] == "export":
            name, _, value = words[1].partition("=")
            os.environ[name] = value
        else:
            self._run(words, "".join(f"{answer}\n" for answer in PROMPT.findall(shown)), screen)
        return f"{line}\n{self._with_its_ids(screen.getvalue(), shown)}"

    def _run(self, words: list[str], typed: str, screen: io.StringIO) -> None:
        out, to = screen, None
        if ">" in words:
            words, (to,) = words[: words.index(">")], words[words.index(">") + 1 :]
            out = io.StringIO()
        world = World(
            self.connect,
            self.sandbox.clock.now,
            lambda stream: stream is not out or out is screen,
            lambda: self.width,
        )
        with (
            mock.patch.object(sys, "stdin", _Typed(typed, screen)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(screen),
        ):
            self.code = run(words[1:], world)
        if to is not None:
            Path(to).write_text(out.getvalue(), encoding="utf-8")

    def _with_its_ids(self, text: str, shown: str) -> str:
        """The text with the ids of the page, where the page shows the same otherwise."""
        if ID.sub("", text) == ID.sub("", shown):
            self._ids.update(zip(ID.findall(shown), ID.findall(text), strict=True))
        real = {there: here for here, there in self._ids.items()}
        return ID.sub(lambda found: real.get(found[0], found[0]), text)


@contextlib.contextmanager
def _place() -> Iterator[None]:
    """A folder of its own, and an environment that leads to the sandbox."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        away = dict.fromkeys(("XDG_STATE_HOME", "XDG_CONFIG_HOME"), folder)
        with mock.patch.dict(os.environ, {**ENVIRONMENT, **away}):
            for name in ("CLEAR_STREET_BASE_URL", "CLEAR_STREET_CUTOFF", "FORCE_COLOR"):
                os.environ.pop(name, None)
            yield


def page_as_it_is(text: str) -> str:
    """The page with what its blocks really show."""
    terminal = Terminal()

    def run_again(block: re.Match[str]) -> str:
        shown = terminal.block(block["how"] or "", block["shown"])
        return block[0].replace(block["shown"], shown)

    with _place():
        return BLOCK.sub(run_again, text)


if __name__ == "__main__":
    PAGE.write_text(page_as_it_is(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
