"""Judge the desk in this folder, in process and as a command, and two careless programs: what is found in each."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from careless_desk import careless
from desk import desk

from clear_street.testing import SCENARIOS, conformance

if TYPE_CHECKING:
    from collections.abc import Callable

    from clear_street.testing import Finding

FOLDER = Path(__file__).parent
CAREFUL: dict[str, Callable[[], list[Finding]]] = {
    "desk": lambda: conformance(desk),
    "desk.py, over HTTP": lambda: conformance([sys.executable, str(FOLDER / "desk.py")]),
}
CARELESS: dict[str, Callable[[], list[Finding]]] = {
    "careless_desk": lambda: conformance(careless),
    "careless_bot.py, over HTTP": lambda: conformance([sys.executable, str(FOLDER / "careless_bot.py")], limit=5),
}


def main() -> int:
    """Judge all, and return 0 where nothing is found in the desk."""
    wrong = 0
    for name, judged in {**CAREFUL, **CARELESS}.items():
        found = judged()
        wrong += len(found) if name in CAREFUL else 0
        print(f"{name}: {len(SCENARIOS)} scenarios, {len(found)} findings")
        if name in CAREFUL:
            print(*(f"  {finding}" for finding in found), sep="\n", end="\n" * bool(found))
        else:
            print(*(f"  {kind:12} {count}" for kind, count in Counter(each.kind for each in found).items()), sep="\n")
    return min(wrong, 1)


if __name__ == "__main__":
    raise SystemExit(main())
