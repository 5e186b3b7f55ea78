"""Follow an account's instructions: print each change of state, until all are settled or Ctrl-C is pressed.

    CLEAR_STREET_API_KEY=... python examples/watch.py ACCOUNT [INSTRUCTION_ID...]

With ids (the server's, not the idempotency keys) it ends when each of them is in a terminal state. Without ids it does
not end by itself. The client is read-only, so this program cannot change anything. The exit status is that of
`clear-street help exit-codes`: 2 if the arguments are wrong, 3 if the service refused, 8 if the list could not be read,
130 after Ctrl-C, and otherwise 0. `clear-street instructions watch` does the same.
"""

from __future__ import annotations

import asyncio
import sys

from clear_street import (
    APIConnectionError,
    ArgumentError,
    AsyncClearStreet,
    ClearStreetError,
    InternalServerError,
    RateLimitError,
)


async def watch(account_id: int, ids: list[str]) -> None:
    """Print changes as they happen."""
    async with AsyncClearStreet(read_only=True) as client:
        async for change in client.v1.positions.watch_position_instructions(account_id, ids=ids or None):
            row = change.instruction
            note = " (it had been terminal!)" if change.is_anomaly else ""
            print(f"{change.at:%H:%M:%S} {row.id} {change.previous_status or '-'} -> {row.status}{note}", flush=True)


def status_of(error: ClearStreetError) -> int:
    """The exit status of an error: that of `clear-street help exit-codes`."""
    if isinstance(error, ArgumentError):
        return 2
    return 8 if isinstance(error, APIConnectionError | RateLimitError | InternalServerError) else 3


def main(arguments: list[str]) -> int:
    """Watch, and return the exit status."""
    if not arguments or not arguments[0].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    try:
        asyncio.run(watch(int(arguments[0]), arguments[1:]))
    except KeyboardInterrupt:
        return 130
    except ClearStreetError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return status_of(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
