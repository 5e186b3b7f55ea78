"""What happened in a sandbox, to be asserted on; a failure shows the requests, faults and effects in order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .._annotations import resolvable

if TYPE_CHECKING:
    from datetime import datetime

    from ..sandbox import LedgerEntry, Sandbox

_MADE = ("submitted", "order_created")
_STANDS_NOT = ("REJECTED", "ENGINE_REJECTED", "CANCELLED")


def story(sandbox: Sandbox) -> str:
    """Return what happened, one line for each request (with its fault) and each effect, in order."""
    lines: list[tuple[datetime, str]] = []
    for seen in sandbox.requests:
        fault = f" [{seen.fault}]" if seen.fault else ""
        lines.append((seen.time, f"{seen.method} {seen.target} -> {seen.status or 'not received'}{fault}"))
    lines += [
        (each.time, f"    {each.kind}: account {each.account_id}, {each.status}, key {each.key}")
        for each in sandbox.ledger
    ]
    # The sort is stable: of one instant, the requests come before the effects.
    in_order = sorted(lines, key=lambda line: line[0])
    return "\n".join(f"{time:%H:%M:%S.%f} {text}" for time, text in in_order) or "nothing happened"


class Effects:
    """The effects in a sandbox. Its assertions raise AssertionError with the whole story."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __repr__(self) -> str:
        return f"<Effects, entries: {len(self._sandbox.ledger)}>"

    def of(
        self, *, account: int | None = None, kind: str | None = None, key: str | None = None
    ) -> tuple[LedgerEntry, ...]:
        """Return the entries of the ledger that fit what is given."""
        return tuple(
            entry
            for entry in self._sandbox.ledger
            if account in (None, entry.account_id) and kind in (None, entry.kind) and key in (None, entry.key)
        )

    def once(self, *, key: str) -> LedgerEntry:
        """Assert that exactly one instruction or order was made under a key, and return its entry."""
        made = [entry for entry in self.of(key=key) if entry.kind in _MADE]
        if len(made) != 1:
            raise AssertionError(f"Expected one effect under the key {key!r}, there are {len(made)}:\n{self._story()}")
        return made[0]

    def none(self) -> None:
        """Assert that nothing happened."""
        if self._sandbox.ledger:
            raise AssertionError(f"Expected no effect, there are {len(self._sandbox.ledger)}:\n{self._story()}")

    def net(self, instrument_id: str) -> Decimal:
        """Return how many contracts of an instrument were instructed, without what was refused or cancelled since."""
        submitted = {entry.id for entry in self.of(kind="submitted")}
        rows = [
            row
            for account in self._sandbox.snapshot().values()
            for row in account["instructions"]
            if row["id"] in submitted and row["instrument_id"] == instrument_id and row["status"] not in _STANDS_NOT
        ]
        return sum((Decimal(row["quantity"]) for row in rows), Decimal(0))

    def _story(self) -> str:
        return story(self._sandbox)


resolvable(globals())
