"""`make bench`: what the client costs, as ratios of the best rounds, every side in turn within one run.

Each figure is taken in a process of its own; the rounds of all sides are interleaved, so that a machine whose speed
drifts slows all of them. With ``--write`` the table goes to RESULTS.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent

# Whole processes, with nothing in them but what is measured.
_MEMORY = """
with open("/proc/self/status") as f:
    print('{"memory": %f}' % (int(f.read().split("VmHWM:")[1].split()[0]) / 1024))
"""
# Without the extras: msgspec reads faster, and with click and rich httpx imports a command line of its own.
_BARE = "import sys; sys.modules.update(msgspec=None, click=None); "
_OURS = _BARE + "from clear_street import ClearStreet; c = ClearStreet(api_key='k'{options}); c.v1.positions"
_VENDOR = _BARE + "from clearstreet import ClearStreet; c = ClearStreet(api_key='k'); c.v1.positions"
_HTTPX = _BARE + "import httpx; c = httpx.Client(base_url={url!r}, headers={{'Authorization': 'Bearer k'}})"
PROCESSES = {
    ("start", "ours"): _OURS.format(options=""),
    ("start", "vendor"): _VENDOR,
    ("start", "httpx"): _BARE + "import httpx",
    ("first", "ours"): _OURS.format(options=", base_url={url!r}") + ".get_positions(1)",
    ("first", "httpx"): _HTTPX + "; c.get('/v1/accounts/1/positions').json()",
}


class Bar(NamedTuple):
    """The figure of one side over that of another, and what the ratio must be."""

    name: str
    measure: str
    number: str
    of: str
    over: str
    limit: float | None
    """None where there is nothing to hold: the ratio is only told."""
    at_least: bool = False


BARS = (
    Bar("import and client, whole process, CPU", "start", "process", "ours", "httpx", 0.20),
    Bar("import and client, whole process, CPU", "start", "process", "ours", "vendor", 0.05),
    Bar("first response, whole process, CPU", "first", "process", "ours", "httpx", 1.25),
    Bar("peak memory after the first response", "first", "memory", "ours", "httpx", 1.10),
    Bar("peak memory with a client built", "start", "memory", "ours", "vendor", 0.25),
    Bar("one cancel in memory, CPU", "call", "cpu", "ours", "httpx", 0.70),
    Bar("one cancel in memory, CPU", "call", "cpu", "ours", "vendor", 0.25),
    Bar("one cancel over loopback, CPU", "loopback", "cpu", "ours", "httpx", 0.85),
    Bar("one cancel over loopback, CPU", "loopback", "cpu", "ours", "vendor", 0.42),
    Bar("decode 1,000 positions, time", "decode", "time", "ours", "json", 1.75),
    Bar("decode 1,000 positions, time", "decode", "time", "vendor", "ours", 16, at_least=True),
    Bar("decode 1,000 positions, time", "decode", "time", "stock", "ours", None),
    Bar("decode 1,000 positions, time", "decode", "time", "speed", "json", 1.3),
    Bar("a page of 1,000 over loopback, CPU", "pages", "cpu", "vendor", "ours", 11, at_least=True),
    Bar("100,000 positions held, memory", "hold", "memory", "ours", "httpx", 0.85),
    Bar("100,000 positions held, memory", "hold", "memory", "ours", "vendor", 0.55),
    Bar("another client in a process, time", "build", "time", "second", "first", 0.05),
    Bar("8 threads, CPU per request", "threads", "cpu", "ours", "httpx", 0.85),
    Bar("8 threads, CPU per request", "threads", "cpu", "ours", "vendor", 0.45),
    Bar("100 tasks, requests per second", "concurrent", "rate", "ours", "httpx", 1.0, at_least=True),
    Bar("100 tasks, requests per second", "concurrent", "rate", "ours", "vendor", 1.25, at_least=True),
    Bar("100 tasks, requests per second", "concurrent", "rate", "aiohttp", "httpx", 5, at_least=True),
    Bar("100 tasks, requests per second", "concurrent", "rate", "aiohttp", "vendor_aiohttp", 3, at_least=True),
    Bar("100 tasks, requests per second", "concurrent", "rate", "aiohttp", "raw_aiohttp", None),
)

SIDES = {
    "ours": "this client",
    "speed": "this client with `speed`",
    "aiohttp": "this client with `aiohttp`",
    "second": "the second",
    "first": "the first",
    "json": "`json.loads`",
    "httpx": "httpx",
    "stock": "the stock generator's code",
    "vendor": "the vendor's SDK",
    "vendor_aiohttp": "the vendor's SDK with its aiohttp",
    "raw_aiohttp": "aiohttp",
}


def run(python: str, measure: str, side: str, url: str) -> dict[str, float]:
    """One side of one measure; `process` is the whole process's CPU."""
    if (measure, side) in PROCESSES:
        command = [python, "-c", PROCESSES[measure, side].format(url=url) + _MEMORY]
    else:
        command = [python, str(HERE / "worker.py"), measure, side, url]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=_on_first_core,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    numbers: dict[str, float] = json.loads(done.stdout)
    numbers["process"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return numbers


def _on_first_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _on_last_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> int:
    """Measure, print the table, write RESULTS.md; the exit status says whether every bar was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of every side of every measure")
    parser.add_argument("--only", help="one measure")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    arguments = parser.parse_args()
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, str(HERE / "server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_on_last_core,
    )
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    bars = [bar for bar in BARS if arguments.only in (None, bar.measure)]
    samples: dict[tuple[str, str], list[dict[str, float]]] = {}
    try:
        for measure in dict.fromkeys(bar.measure for bar in bars):
            sides = dict.fromkeys(side for bar in bars if bar.measure == measure for side in (bar.of, bar.over))
            for round_ in range(arguments.rounds + 1):
                for side in sides:
                    numbers = run(sys.executable, measure, side, url)
                    if round_:
                        samples.setdefault((measure, side), []).append(numbers)
    finally:
        server.kill()
        server.wait()
    values = [ratio(bar, samples) for bar in bars]
    missed = [bar for bar, value in zip(bars, values, strict=True) if not is_met(bar, value)]
    table = "\n".join(
        ["| measure | of | over | bar | value | |", "|---|---|---|---|---|---|", *map(shown, bars, values)]
    )
    print(table)
    held = sum(bar.limit is not None for bar in bars)
    print(f"\n{held - len(missed)} of {held} bars met, in {time.monotonic() - started:.0f} s")
    if arguments.write:
        write(table, arguments.rounds)
    return 1 if missed else 0


def ratio(bar: Bar, samples: dict[tuple[str, str], list[dict[str, float]]]) -> float:
    """The ratio of the best values of both sides. What else a machine does makes a round worse, never better."""
    best = max if bar.number == "rate" else min
    of, over = (best(numbers[bar.number] for numbers in samples[bar.measure, side]) for side in (bar.of, bar.over))
    return of / over


def is_met(bar: Bar, value: float) -> bool:
    """Whether a ratio is what it must be."""
    return bar.limit is None or (value >= bar.limit if bar.at_least else value <= bar.limit)


def shown(bar: Bar, value: float) -> str:
    """A line of the table."""
    limit = "" if bar.limit is None else f"{'≥' if bar.at_least else '≤'} {bar.limit:g}"
    verdict = "" if bar.limit is None else "pass" if is_met(bar, value) else "MISS"
    return f"| {bar.name} | {SIDES[bar.of]} | {SIDES[bar.over]} | {limit} | {value:.3g} | {verdict} |"


def write(table: str, rounds: int) -> None:
    """Write RESULTS.md: the table, the machine, the versions and the command."""
    names = ("httpx", "httpcore", "attrs", "msgspec", "aiohttp", "clearstreet")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    told = f"""Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}: the best of {rounds} interleaved rounds, on
{platform.system()} {platform.machine()} with {os.cpu_count()} cores; Python {platform.python_version()}; {packages}.

{table}
"""
    (HERE / "RESULTS.md").write_text(f"# Results\n\n{told}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
