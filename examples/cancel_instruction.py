"""Cancel one instruction at the real service, and follow it until it is cancelled.

    CLEAR_STREET_API_KEY=... python examples/cancel_instruction.py ACCOUNT INSTRUCTION_ID

ACCOUNT is the account's number, INSTRUCTION_ID the server's `id` of the instruction (not its idempotency key). The
exit status is 0 if it was cancelled, 1 if it was not, or not in time, 2 if the arguments are wrong, and 3 if the
outcome of the cancel is unknown.
"""

from __future__ import annotations

import sys

from clear_street import ArgumentError, ClearStreet, ClearStreetError, InstructionChange


def show(change: InstructionChange) -> None:
    """Print a change of state."""
    print(f"{change.at:%H:%M:%S} {change.instruction.status}")


def main(arguments: list[str]) -> int:
    """Cancel, wait, and return the exit status."""
    if len(arguments) != 2 or not arguments[0].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    account_id, instruction_id = int(arguments[0]), arguments[1]
    try:
        with ClearStreet() as client:
            row = client.v1.positions.cancel_and_wait(instruction_id, account_id=account_id, on_change=show)
    except ArgumentError as error:
        print(error, file=sys.stderr)
        return 2
    except ClearStreetError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 3 if error.outcome_unknown else 1
    print(f"cancelled: {row.instruction_type} {row.quantity} x {row.symbol}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
