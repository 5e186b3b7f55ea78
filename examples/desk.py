"""Exercise what is wanted, once, whatever goes wrong: start it again while it says "unknown"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clear_street import ClearStreet, new_idempotency_key
from clear_street.testing import conformance

if TYPE_CHECKING:
    from clear_street.testing import Intent

CLAIMS = {"landed": "done", "rejected": "refused"}


def desk(client: ClearStreet, intent: Intent, memory: dict[str, Any]) -> list[str]:
    """Bring the rows about; what is known of each."""
    keys = memory.setdefault("keys", [new_idempotency_key() for _ in intent.rows])  # kept before anything is sent
    rows: Any = [{**row, "instruction_id": key} for row, key in zip(intent.rows, keys, strict=True)]
    found = client.v1.positions.ensure_position_instructions(intent.account_id, instructions=rows, wait=True)
    return [CLAIMS.get(found[key].outcome, "unknown") for key in keys]


if __name__ == "__main__":
    findings = conformance(desk)
    for finding in findings:
        print(*finding)
    print(len(findings), "findings")
    raise SystemExit(bool(findings))
