"""``python -m clear_street.testing``: judge a program that is a command, over HTTP."""

from __future__ import annotations

import json
import shutil
import sys
from argparse import REMAINDER, ArgumentParser
from collections import Counter
from fnmatch import fnmatchcase
from math import inf
from typing import TYPE_CHECKING

from .players import OverHTTP
from .scenarios import SCENARIOS
from .suite import JOBS, LIMIT, judged

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from .suite import Finding


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the program whose command follows ``--``, and print a line for each scenario and each finding.

    Returns 0 where there is no finding, 1 where there is one, 2 where nothing could be judged, and 130 after Ctrl-C.
    """
    parser = _parser()
    options = parser.parse_args(sys.argv[1:] if arguments is None else list(arguments))
    if options.list:
        print(*SCENARIOS, sep="\n")
        return 0
    names = [name for name in SCENARIOS if any(fnmatchcase(name, pattern) for pattern in options.only or ["*"])]
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    why = _why_not(command, names)
    if why is not None:
        print(f"{parser.prog}: {why}", file=sys.stderr)
        return 2
    try:
        return _judge(names, command, options)
    except KeyboardInterrupt:
        print(f"{parser.prog}: interrupted", file=sys.stderr)
        return 130


def _judge(names: Sequence[str], command: Sequence[str], options: Namespace) -> int:
    found: list[Finding] = []
    each = judged([SCENARIOS[name] for name in names], OverHTTP(command, options.limit), options.jobs)
    for name, of_one in zip(names, each, strict=True):
        found += of_one
        for line in _lines(name, of_one, options):
            print(line, flush=True)
    if not options.json:
        print(summary(found, len(names)))
    return 1 if found else 0


def _lines(name: str, found: Sequence[Finding], options: Namespace) -> Iterator[str]:
    if options.json:
        yield from (json.dumps(finding._asdict()) for finding in found)
        return
    yield f"{'FAIL' if found else 'ok':4} {name}"
    yield from (f"     {finding.kind:11}  {finding.detail}" for finding in found)
    if options.story and found:
        yield from (f"       {line}" for line in found[0].story.splitlines())


def summary(found: Sequence[Finding], scenarios: int) -> str:
    """Return how many findings there are, and of which kinds."""
    kinds = Counter(finding.kind for finding in found)
    counted = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return f"{scenarios} scenarios, {len(found)} findings{counted and f': {counted}'}"


def _why_not(command: Sequence[str], names: Sequence[str]) -> str | None:
    if not names:
        return "no scenario has such a name; --list shows all"
    if not command:
        return "which program? Its command follows `--`, such as: -- ./bot --dry-run"
    return None if shutil.which(command[0]) else f"there is no program {command[0]!r}"


def _seconds(text: str) -> float:
    if not 0 < float(text) < inf:
        raise ValueError
    return float(text)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m clear_street.testing",
        description="Judge a program: its claims, on standard output, are held against what happened in a sandbox.",
        epilog="It ends with 0 where there is no finding, 1 where there is one, 2 where nothing could be judged.",
    )
    parser.add_argument(
        "--only", action="append", metavar="PATTERN", help="play these scenarios alone, such as 'cancel/*'; repeatable"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the scenarios")
    parser.add_argument(
        "--limit", type=_seconds, default=LIMIT, metavar="SECONDS", help=f"what a start may take (default: {LIMIT:g})"
    )
    parser.add_argument(
        "--jobs", type=_count, default=JOBS, metavar="N", help=f"how many scenarios to play at once (default: {JOBS})"
    )
    parser.add_argument("--story", action="store_true", help="show requests, faults and effects of what fails")
    parser.add_argument("--json", action="store_true", help="print each finding as one line of JSON")
    parser.add_argument("command", nargs=REMAINDER, metavar="-- COMMAND ...", help="the program and its arguments")
    return parser
