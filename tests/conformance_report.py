"""Judge the example desk, in process and as a command, and two careless programs: what is found in each.

``python tests/conformance_report.py`` is `make conformance`, which fails if anything is found in the desk, or if a kind
of finding is in neither of the careless programs. Where the vendor's SDK is installed, a desk with it is judged too;
`--write` writes the counts to docs/testing.md.
"""

from __future__ import annotations

import platform
import runpy
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from clear_street.testing import SCENARIOS, conformance
from clear_street.testing.judges import JUDGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clear_street.testing import Finding

ROOT = Path(__file__).parents[1]
KINDS = tuple(JUDGES)


class Judged(NamedTuple):
    """A program, and what was found in it."""

    name: str
    what: str
    findings: Sequence[Finding]

    def counts(self) -> list[int]:
        kinds = Counter(finding.kind for finding in self.findings)
        return [len(self.findings), *(kinds[kind] for kind in KINDS)]


def _function(program: str, name: str) -> Any:
    return runpy.run_path(str(ROOT / "examples" / program))[name]


def _command(program: str) -> list[str]:
    return [sys.executable, str(ROOT / program)]


def judged() -> list[Judged]:
    """Judge all programs."""
    desk, careless = _function("desk.py", "desk"), _function("careless_desk.py", "careless")
    found = [
        Judged("`examples/desk.py`", "this package, in process", conformance(desk)),
        Judged("`examples/desk.py`", "this package, over HTTP", conformance(_command("examples/desk.py"))),
        Judged("`examples/careless_desk.py`", "this package without care, in process", conformance(careless)),
        Judged(
            "`examples/careless_bot.py`",
            "no client, over HTTP",
            conformance(_command("examples/careless_bot.py"), limit=5),
        ),
    ]
    if find_spec("clearstreet") is not None:
        findings = conformance(_command("benchmarks/vendor_desk.py"))
        found.append(
            Judged("`benchmarks/vendor_desk.py`", f"clearstreet {version('clearstreet')}, over HTTP", findings)
        )
    return found


def shown(programs: Sequence[Judged]) -> str:
    """Format the counts as a table in Markdown."""
    lines = [
        f"| program | with | findings | {' | '.join(f'`{kind}`' for kind in KINDS)} |",
        f"|{'---|' * (3 + len(KINDS))}",
        *(f"| {name} | {what} | {' | '.join(map(str, one.counts()))} |" for one in programs for name, what, _ in [one]),
    ]
    return "\n".join(lines) + "\n"


def write(table: str) -> None:
    """Write the counts between their marks in docs/testing.md."""
    page = ROOT / "docs/testing.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- make conformance-compared -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    made = (
        f"Made by `make conformance-compared` on {datetime.now(UTC):%Y-%m-%d}, {len(SCENARIOS)} scenarios,\n"
        f"Python {platform.python_version()}.\n\n"
    )
    page.write_text(before + begin + made + table + end + after, encoding="utf-8")


def main() -> int:
    """Judge all programs; return 0 where the suite says of them what it should."""
    programs = judged()
    table = shown(programs)
    careful = [finding for program in programs[:2] for finding in program.findings]
    in_careless = {finding.kind for program in programs[2:4] for finding in program.findings}
    sys.stdout.write(f"{len(SCENARIOS)} scenarios\n{table}")
    sys.stdout.write("".join(f"{finding}\n" for finding in careful))
    if "--write" in sys.argv[1:]:
        write(table)
    return 0 if not careful and in_careless == set(KINDS) else 1


if __name__ == "__main__":
    raise SystemExit(main())
