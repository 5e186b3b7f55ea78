"""Cancel one instruction at the real service, and follow it until it is cancelled.

    CLEAR_STREET_API_KEY=... python examples/cancel_instruction.py ACCOUNT INSTRUCTION_ID

ACCOUNT is the account's number, INSTRUCTION_ID the server's `id` of the instruction (not its idempotency key). The
exit status is that of `clear-street help exit-codes`: 0 if it was cancelled, 2 if the arguments are wrong, 3 if the
service refused, 4 if the outcome of the cancel is unknown, 5 if it was not cancelled in time, 7 if it could not be
cancelled, and 8 if the service was not reached.
"""

from __future__ import annotations

import sys

from clear_street import (
    APIConnectionError,
    ArgumentError,
    ClearStreet,
    ClearStreetError,
    InstructionChange,
    InstructionFailedError,
    InternalServerError,
    RateLimitError,
    WaitTimeoutError,
)


def show(change: InstructionChange) -> None:
    """Print a change of state."""
    print(f"{change.at:%H:%M:%S} {change.instruction.status}")


def status_of(error: ClearStreetError) -> int:
    """The exit status of an error: that of `clear-street help exit-codes`."""
    if error.outcome_unknown:
        return 4
    match error:
        case ArgumentError():
            return 2
        case WaitTimeoutError():
            return 5
        case InstructionFailedError():
            return 7
        case APIConnectionError() | RateLimitError() | InternalServerError():
            return 8
        case _:
            return 3


def main(arguments: list[str]) -> int:
    """Cancel, wait, and return the exit status."""
    if len(arguments) != 2 or not arguments[0].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    account_id, instruction_id = int(arguments[0]), arguments[1]
    try:
        with ClearStreet() as client:
            row = client.v1.positions.cancel_and_wait(instruction_id, account_id=account_id, on_change=show)
    except ClearStreetError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return status_of(error)
    print(f"cancelled: {row.instruction_type} {row.quantity} x {row.symbol}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
