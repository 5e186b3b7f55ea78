"""Find out what happened to a submit whose outcome is unknown; only its idempotency keys are needed.

    CLEAR_STREET_API_KEY=... python examples/settle_unknown.py ACCOUNT KEY...

The keys are those of the error (`error.idempotency_keys`), or of the application's own journal. The process that
submitted need not exist any more. The exit status is 0 if every key has its instruction, 1 if the list could not be
read, 2 if the arguments are wrong, and 3 if some keys have no instruction.
"""

from __future__ import annotations

import sys

from clear_street import ArgumentError, ClearStreet, ClearStreetError


def main(arguments: list[str]) -> int:
    """Look once, print what was found, and return the exit status."""
    if len(arguments) < 2 or not arguments[0].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    account_id, keys = int(arguments[0]), arguments[1:]
    try:
        with ClearStreet() as client:
            found = client.v1.positions.find_position_instructions(account_id, idempotency_keys=keys)
    except ArgumentError as error:
        print(error, file=sys.stderr)
        return 2
    except ClearStreetError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
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
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
