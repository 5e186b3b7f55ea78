"""Send valid and invalid requests, made by schemathesis, to the sandbox. Fail if a reply departs from the spec.

`make fuzz` runs it, in an environment with schemathesis. Its arguments are passed on to schemathesis.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from clear_street.sandbox import LiveClock, Sandbox, SandboxServer

ROOT = Path(__file__).parents[1]
FUZZ = ROOT / ".tools/fuzz"
SPEC = ROOT / "openapi.yaml"
OPTIONS = (
    "--checks=all",
    # What the schema allows may be refused all the same: an account has so many contracts, an instrument is not listed.
    # That the examples of the spec succeed is held by tests/test_sandbox.py.
    "--exclude-checks=positive_data_acceptance",
    "--continue-on-failure",
    "--max-examples=10",
    "--seed=1",
    "--warnings=off",
)


def main() -> int:
    """Serve the sandbox, let schemathesis loose on it, and end as that ends."""
    sandbox = Sandbox(
        api_keys=["fuzz"],
        clock=LiveClock(datetime(2026, 4, 24, 14, 30, tzinfo=UTC), rate=60),
        # What the spec does not name is to be refused, with a status that the spec has for every operation.
        strict=True,
        refusal_status=400,
    )
    with SandboxServer(sandbox) as server:
        key = "Authorization: Bearer fuzz"
        command = [f"{FUZZ / 'bin/st'}", "run", f"{SPEC}", "--url", server.url, "--header", key, *OPTIONS]
        return subprocess.run([*command, *sys.argv[1:]], cwd=FUZZ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
