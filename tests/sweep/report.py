"""Report the results of a sweep: counts, tables, and the page that shows them."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from sweep.cases import Case
from sweep.judge import COLUMNS, Told

if TYPE_CHECKING:
    from collections.abc import Sequence


COUNTS = ("calls", "returned", "raised", "unknown", "undecided", *COLUMNS)
"""What is counted besides: an outcome is "undecided" that was reported unknown though a longer look would show it."""


@dataclass
class Table:
    """The results of a number of calls."""

    name: str
    scenarios: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    """For each operation and way of calling it, the number of calls and of each result."""
    kinds: dict[str, Counter[str]] = field(default_factory=dict[str, "Counter[str]"])
    """The same for each kind of fault or condition."""
    findings: list[tuple[str, Case, Told]] = field(default_factory=list[tuple[str, Case, Told]])
    seconds: float = 0.0

    def add(self, case: Case, told: Told, verdict: Sequence[str], *, over: str = "") -> None:
        """Count one call."""
        scenario = f"{case.operation}, {'async' if case.is_async else 'sync'}{over}"
        counts = self.scenarios.setdefault(scenario, Counter())
        found = dict.fromkeys(verdict)
        for count in (counts, self.kinds.setdefault(case.kind, Counter())):
            count["calls"] += 1
            count["returned" if told.error is None else "raised"] += 1
            count["unknown"] += "unknown" in told.rows
            count.update(found.keys())
        self.findings += [(column, case, told) for column in found if column in COLUMNS]

    @property
    def total(self) -> Counter[str]:
        """Add up the counts of all scenarios."""
        return sum(self.scenarios.values(), Counter())

    @property
    def is_clean(self) -> bool:
        """Whether no call ended in a way in which it may not end."""
        return not self.findings


def shown(tables: Sequence[Table]) -> str:
    """Format the tables, one below the other, and then the calls of the first that went wrong."""
    lines: list[str] = []
    for table in tables:
        lines.append(f"{table.name:48}" + "".join(f"{name:>{len(name) + 2}}" for name in COUNTS))
        for scenario, counts in [*sorted(table.scenarios.items()), ("all", table.total)]:
            lines.append(f"{scenario:48}" + "".join(f"{counts[name]:{len(name) + 2},}" for name in COUNTS))
        for kind, counts in sorted(table.kinds.items()):
            lines.append(f"{kind:48}" + "".join(f"{counts[name]:{len(name) + 2},}" for name in COUNTS))
        lines.append(f"{table.seconds:.1f} seconds\n")
    lines += [f"{column}: {case}\n  {told.rows}: {told.error!r}\n" for column, case, told in tables[0].findings[:20]]
    return "\n".join(lines)


def written(tables: Sequence[Table], seed: int) -> str:
    """Format the counts of each operation as Markdown, with the versions used."""
    names = [table.name.replace("clear_street", "clear-street-client") for table in tables]
    clients = " and ".join(f"{name} {version(name)}" for name in names)
    lines = [
        f"Made by `make faults-compared` on {datetime.now(UTC):%Y-%m-%d}, seed {seed}: {clients}, httpx",
        f"{httpx.__version__}, Python {platform.python_version()}.",
        "",
        f"| client | operation | {' | '.join(('calls', *COLUMNS))} |",
        f"|{'---|' * (3 + len(COLUMNS))}",
    ]
    for table in tables:
        operations: dict[str, Counter[str]] = {}
        for scenario, counts in sorted(table.scenarios.items()):
            operations.setdefault(scenario.partition(",")[0], Counter()).update(counts)
        for operation, counts in [*operations.items(), ("all", table.total)]:
            numbers = " | ".join(f"{counts[name]:,}" for name in ("calls", *COLUMNS))
            lines.append(f"| {table.name} | {operation} | {numbers} |")
    return "\n".join(lines) + "\n"


def write(told: str) -> None:
    """Write the results between their marks in docs/safety.md."""
    page = Path(__file__).parents[2] / "docs/safety.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- make faults-compared -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    page.write_text(before + begin + told + end + after, encoding="utf-8")
