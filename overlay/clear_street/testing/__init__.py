"""What applications' own tests are written with: a sandbox with words for tests, assertions on what happened, and
judges of a whole program.

The fixtures of `clear_street.pytest_plugin` give the first two; `python -m clear_street.testing` judges commands.
"""

from __future__ import annotations

from .effects import Effects, story
from .intents import CLAIMS, Intent
from .rehearsal import Killed, Point, Rehearsal
from .scenarios import SCENARIOS
from .suite import Finding, conformance

__all__ = [
    "CLAIMS",
    "SCENARIOS",
    "Effects",
    "Finding",
    "Intent",
    "Killed",
    "Point",
    "Rehearsal",
    "conformance",
    "story",
]
