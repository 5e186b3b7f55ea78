"""What applications' own tests are written with: a sandbox with words for tests, and assertions on what happened.

The fixtures of `clear_street.pytest_plugin` give these.
"""

from __future__ import annotations

from .conformance import Finding, Intent, conformance
from .effects import Effects, story
from .rehearsal import Killed, Point, Rehearsal

__all__ = ["Effects", "Finding", "Intent", "Killed", "Point", "Rehearsal", "conformance", "story"]
