"""Find out what happened to a submit whose outcome is unknown; only its idempotency keys are needed.

    CLEAR_STREET_API_KEY=... python examples/settle_unknown.py ACCOUNT KEY...

The keys are those of the error (`error.idempotency_keys`), or of the application's own journal. The process that
submitted need not exist any more. The exit status is that of `clear-street help exit-codes`: 0 if every key has its
instruction, 2 if the arguments are wrong, 3 if the service refused, 4 if some keys have no instruction, and 8 if the
list could not be read. `clear-street instructions find` does the same.
"""

from __future__ import annotations

import sys

from clear_street import (
    APIConnectionError,
    ArgumentError,
    ClearStreet,
    ClearStreetError,
    InternalServerError,
    RateLimitError,
)


def status_of(error: ClearStreetError) -> int:
    """The exit status of an error: that of `clear-street help exit-codes`."""
    if isinstance(error, ArgumentError):
        return 2
    return 8 if isinstance(error, APIConnectionError | RateLimitError | InternalServerError) else 3


def main(arguments: list[str]) -> int:
    """Look once, print what was found, and return the exit status."""
    if len(arguments) < 2 or not arguments[0].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    account_id, keys = int(arguments[0]), arguments[1:]
    try:
        with ClearStreet() as client:
            found = client.v1.positions.find_position_instructions(account_id, idempotency_keys=keys)
    except ClearStreetError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return status_of(error)
    for key, row in found.items():
        print(f"{key}: {'not in the list' if row is None else f'{row.status}, id {row.id}'}")
    if None not in found.values():
        return 0
    print(
        "A row that is not in the list was refused, never arrived, or is still on its way: look again in a minute. If "
        "it is still not there, submit the same row again under the same key: the service refuses a key that it has "
        "taken.",
        file=sys.stderr,
    )
    return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
