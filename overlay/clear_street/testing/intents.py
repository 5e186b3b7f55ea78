"""What a program is asked to bring about, and what it claims of that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .._annotations import resolvable
from .._explained import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

CLAIMS = ("done", "refused", "failed", "unknown")
"""What a program may claim of a row; `docs/testing.md` says what each means."""


class Intent(NamedTuple):
    """What a program is to bring about: the same at each start. Either instructions to submit, or ids to cancel."""

    name: str
    """Its name, which no other intent has: keys can be made from it."""
    account_id: int
    """The account."""
    rows: tuple[dict[str, str], ...] = ()
    """Instructions to submit, without keys. A key is the program's own affair."""
    cancel: tuple[str, ...] = ()
    """Ids of instructions to cancel."""

    @property
    def size(self) -> int:
        """How many claims are expected: one for each row, or one for each id."""
        return len(self.rows or self.cancel)

    def to_json(self) -> str:
        """Return it as a program reads it on its standard input."""
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> Intent:
        """Read it from what a program got on its standard input."""
        read = json.loads(text)
        return cls(read["name"], read["account_id"], tuple(read["rows"]), tuple(read["cancel"]))


def read_claims(said: object, size: int) -> tuple[Sequence[str], str | None]:
    """Return what a program claims of each row, and why that is not what was expected, None where it is."""
    claims: list[Any] = [*said] if isinstance(said, (list, tuple)) else []
    if len(claims) == size and all(claim in CLAIMS for claim in claims):
        return claims, None
    return ["unknown"] * size, f"expected {size} of {', '.join(CLAIMS)} in a list, it said {said!r:.200}"


explain(Intent)
resolvable(globals(), Intent)
