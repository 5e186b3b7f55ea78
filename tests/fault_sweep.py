"""Make calls in which something fails, and compare what the client reports with what really happened at the service.

`python tests/fault_sweep.py --calls 18000 --seed 0` makes that many calls against the sandbox, each with faults or
under an unusual condition, and prints how many ended in a way in which no call may end. The first calls are systematic
(`sweep.cases.systematic`), the rest are random and fixed by the seed. If the package `clearstreet` is installed, the
same calls are made with it too. `--write` writes the results to docs/safety.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import logging
import sys
import time
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import anyio

from sweep.cases import CONNECTIONS, Case, at_random, of_orders, over_loopback, systematic
from sweep.clients import Ours, Theirs
from sweep.judge import Told
from sweep.report import Table, shown, write, written
from sweep.scene import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def sweep(cases: Iterable[Case], subject: Ours | Theirs, *, loopback: Iterable[Case] = ()) -> Table:
    """Make these calls; those in `loopback` over a real connection."""
    table, log, began = Table(subject.name), io.StringIO(), time.monotonic()
    cases = list(cases)
    with _logged(log):
        if isinstance(subject, Ours):
            anyio.run(_run_async, subject, [case for case in cases if case.is_async], table)
            cases = [case for case in cases if not case.is_async]
            for case in loopback:
                told = subject.run_over_loopback(case)
                table.add(replace(case, is_async=CONNECTIONS[case.connection]), *told, over=", loopback")
        for case in cases:
            table.add(replace(case, is_async=False), *subject.run(case))
    if KEY in log.getvalue():
        table.add(Case("the log"), Told([], None, ""), ["leaked"])
    table.seconds = time.monotonic() - began
    return table


async def _run_async(subject: Ours, cases: Iterable[Case], table: Table) -> None:
    for case in cases:
        table.add(case, *await subject.arun(case))


@contextlib.contextmanager
def _logged(into: io.StringIO) -> Iterator[None]:
    logger, handler = logging.getLogger("clear_street"), logging.StreamHandler(into)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


def main(arguments: Sequence[str]) -> int:
    """Run the command line, and return 1 if a call with this package went wrong, else 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=18_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loopback", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--write", action="store_true", help="put the results into docs/safety.md")
    chosen = parser.parse_args(arguments)
    cases = list(itertools.islice(itertools.chain(systematic(), at_random(chosen.seed)), chosen.calls))
    about_orders = list(itertools.islice(of_orders(chosen.seed), chosen.calls // 3))
    tables = [sweep([*cases, *about_orders], Ours(), loopback=over_loopback() if chosen.loopback else ())]
    if find_spec("clearstreet") is not None:
        tables.append(sweep([*cases, *about_orders], Theirs()))
    sys.stdout.write(shown(tables) + "\n")
    if chosen.write:
        write(written(tables, chosen.seed))
    return 0 if tables[0].is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
