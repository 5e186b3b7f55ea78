"""`make bench`: what the client costs, as ratios of medians, every side in turn within one run.

The sides are this client, httpx with ``json.loads``, and the vendor's SDK. Each figure is taken in a process of its
own; the rounds of all sides are interleaved, so that a machine whose speed drifts slows all of them. Writes RESULTS.md
beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
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
_OURS = "from clear_street import ClearStreet; c = ClearStreet(api_key='k', base_url={url!r}); c.v1.positions"
_VENDOR = "from clearstreet import ClearStreet; c = ClearStreet(api_key='k', base_url={url!r}); c.v1.positions"
_HTTPX = "import httpx; c = httpx.Client(base_url={url!r}, headers={{'Authorization': 'Bearer k'}})"
PROCESSES = {
    ("start", "ours"): _OURS,
    ("start", "vendor"): _VENDOR,
    ("start", "httpx"): "import httpx",
    ("first", "ours"): _OURS + ".get_positions(1)",
    ("first", "httpx"): _HTTPX + "; c.get('/v1/accounts/1/positions').json()",
}


class Bar(NamedTuple):
    """A ratio, and what it must be."""

    name: str
    measure: str
    number: str
    over: str
    """The side that ours is held against; or, with a leading "/", the other way round."""
    bar: float


BARS = (
    Bar("import and client, whole process, CPU", "start", "process", "httpx", 0.20),
    Bar("import and client, whole process, CPU", "start", "process", "vendor", 0.05),
    Bar("first response, whole process, CPU", "first", "process", "httpx", 1.25),
    Bar("peak memory after the first response", "first", "memory", "httpx", 1.10),
    Bar("peak memory with a client built", "start", "memory", "vendor", 0.25),
    Bar("one cancel in memory, CPU", "call", "cpu", "httpx", 0.70),
    Bar("one cancel in memory, CPU", "call", "cpu", "vendor", 0.25),
    Bar("one cancel over loopback, CPU", "loopback", "cpu", "httpx", 0.85),
    Bar("one cancel over loopback, CPU", "loopback", "cpu", "vendor", 0.42),
    Bar("decode 1,000 positions", "decode", "time", "json", 1.75),
    Bar("decode 1,000 positions", "decode", "time", "/vendor", 16),
    Bar("a page of 1,000 over loopback, CPU", "pages", "cpu", "/vendor", 11),
    Bar("100,000 positions held, memory", "hold", "memory", "httpx", 0.85),
    Bar("100,000 positions held, memory", "hold", "memory", "vendor", 0.55),
    Bar("second client over the first, time", "second", "ratio", "", 0.05),
    Bar("8 threads, CPU per request", "threads", "cpu", "httpx", 0.85),
    Bar("8 threads, CPU per request", "threads", "cpu", "vendor", 0.45),
    Bar("100 tasks, requests per second", "concurrent", "rate", "/httpx", 1.0),
    Bar("100 tasks, requests per second", "concurrent", "rate", "/vendor", 1.25),
)


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
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every side of every measure")
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
            sides = dict.fromkeys(["ours", *(b.over.lstrip("/") for b in bars if b.measure == measure and b.over)])
            for round_ in range(arguments.rounds + 1):
                for side in sides:
                    numbers = run(sys.executable, measure, side, url)
                    if round_:
                        samples.setdefault((measure, side), []).append(numbers)
    finally:
        server.kill()
        server.wait()
    lines = ["| measure | over | bar | value | |", "|---|---|---|---|---|"]
    missed = 0
    for bar in bars:
        value = ratio(bar, samples)
        turned = bar.over.startswith("/") and bar.over != "/httpx"
        is_rate = bar.number == "rate"
        met = value >= bar.bar if turned or is_rate else value <= bar.bar
        missed += not met
        sign = "≥" if turned or is_rate else "≤"
        over = {"": "the first", "json": "`json.loads`"}.get(bar.over.lstrip("/"), bar.over.lstrip("/"))
        over = f"{over}, over ours" if turned and not is_rate else over
        lines.append(f"| {bar.name} | {over} | {sign} {bar.bar:g} | {value:.3g} | {'pass' if met else 'MISS'} |")
    table = "\n".join(lines)
    print(table)
    print(f"\n{len(bars) - missed} of {len(bars)} bars met, in {time.monotonic() - started:.0f} s")
    if arguments.write:
        write(table, arguments.rounds)
    return 1 if missed else 0


def ratio(bar: Bar, samples: dict[tuple[str, str], list[dict[str, float]]]) -> float:
    """The median, over the rounds, of the ratio that a bar is about."""
    ours = [numbers[bar.number] for numbers in samples[bar.measure, "ours"]]
    if not bar.over:
        return statistics.median(ours)
    theirs = [numbers[bar.number] for numbers in samples[bar.measure, bar.over.lstrip("/")]]
    turned = bar.over.startswith("/") and bar.number != "rate"
    return statistics.median(b / a if turned else a / b for a, b in zip(ours, theirs, strict=True))


def write(table: str, rounds: int) -> None:
    """RESULTS.md: the table, the machine, the versions and the command."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("httpx", "attrs", "clearstreet"))
    text = f"""# Results

Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}: medians of {rounds} interleaved rounds.

{platform.system()} {platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}; {packages}.

{table}
"""
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
