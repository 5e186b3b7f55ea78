"""Where the API key comes from: never the command line, which every user of a machine can read."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .._config.secrets import Secret
from ._exit import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY, KEY_COMMAND, KEY_FILE = "CLEAR_STREET_API_KEY", "CLEAR_STREET_KEY_COMMAND", "CLEAR_STREET_KEY_FILE"
COMMAND_SECONDS = 60.0
"""What a command that prints the key may take: it may ask a person for a password."""


class Key(NamedTuple):
    """The key, and where it is from."""

    secret: Secret
    source: str


def find_key(environ: Mapping[str, str]) -> Key:
    """The key from the environment, from the command that it names, or from a file; `Problem` where there is none."""
    if environ.get(KEY):
        return Key(Secret(environ[KEY]), KEY)
    if environ.get(KEY_COMMAND):
        return Key(_printed(environ[KEY_COMMAND]), KEY_COMMAND)
    path = Path(environ[KEY_FILE]) if environ.get(KEY_FILE) else folder(environ, "CONFIG") / "key"
    if environ.get(KEY_FILE) or path.exists():
        return Key(_read(path), str(path))
    raise Problem(
        f"There is no API key: set {KEY}, or {KEY_COMMAND} to a command that prints it, or write it into {path} "
        "with mode 0600. It is never taken from the command line."
    )


def folder(environ: Mapping[str, str], kind: str) -> Path:
    """Where this program keeps its ``CONFIG`` or its ``STATE``."""
    below = {"CONFIG": Path(".config"), "STATE": Path(".local", "state")}[kind]
    given = environ.get(f"XDG_{kind}_HOME")
    return (Path(given) if given else Path.home() / below) / "clear-street"


def _printed(command: str) -> Secret:
    try:
        words = shlex.split(command)
        code, printed = _run(words)
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise Problem(f"The command in {KEY_COMMAND} could not be run: {type(error).__name__}") from None
    if code:
        raise Problem(f"The command in {KEY_COMMAND} ended with {code}; it was to print the key.")
    return _single_line(printed, f"The command in {KEY_COMMAND} printed")


def _run(words: list[str]) -> tuple[int, Secret]:
    # A frame of its own: no exception of what follows goes through one that has the key among its variables.
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False, timeout=COMMAND_SECONDS)
    return done.returncode, Secret(done.stdout)


def _read(path: Path) -> Secret:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name != "nt" and mode & 0o077:
            raise Problem(f"{path} has mode {mode:04o}, so that others may read the key: chmod 600 {path}")
        return _single_line(Secret(path.read_bytes()), f"{path} has")
    except OSError as error:
        raise Problem(f"The key file {path} cannot be read: {error.strerror}") from None


def _single_line(content: Secret, whose: str) -> Secret:
    lines = [Secret(line.strip()) for line in content.reveal().splitlines() if line.strip()]
    if len(lines) != 1:
        raise Problem(f"{whose} {len(lines)} lines that are not empty; the key is one.")
    try:
        return Secret(lines[0].reveal().decode("ascii"))
    except UnicodeDecodeError:
        raise Problem(f"{whose} a character that a key cannot have.") from None
