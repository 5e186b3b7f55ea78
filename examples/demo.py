"""Show what this client is for, on the sandbox: no account, no key, no network, no waiting.

It lists the option positions, submits an exercise and a do-not-exercise, cancels one by the id that the server gave it,
follows it from CANCEL_REQUESTED to CANCELLED, and shows the error of a cancel that the service refuses.
"""

from __future__ import annotations

from clear_street import ClearStreet, ConflictError, InstructionChange
from clear_street.sandbox import Sandbox
from clear_street.types.v1 import PositionInstruction, SecurityType

ACCOUNT_ID = 122503


def show(row: PositionInstruction) -> None:
    """Print an instruction."""
    print(f"    {row.instruction_type:<16} {row.quantity:>3} x {row.symbol:<22} {row.status:<16} id {row.id}")


def show_change(change: InstructionChange) -> None:
    """Print a change of state."""
    print(f"    {change.at:%H:%M:%S}  {change.previous_status or '':>16} -> {change.instruction.status}")


def main() -> None:
    """Run the demo."""
    sandbox = Sandbox()
    today = f"{sandbox.clock.now():%y%m%d}"
    with ClearStreet.sandbox(sandbox) as client:
        positions = client.v1.positions

        print("On the sandbox that comes with the package: no account, no key, no network.\n")
        print(f"Option positions of account {ACCOUNT_ID}:")
        options = [p for p in positions.iter_positions(ACCOUNT_ID) if p.instrument_type == SecurityType.OPTION]
        for position in options:
            print(
                f"    {position.symbol:<22} {position.position_type:<11} {position.quantity:>4}"
                f"   market value {position.market_value:>12}"
            )

        long = [p for p in options if p.position_type in ("LONG_CALL", "LONG_PUT")]
        to_exercise = next(p for p in long if today not in p.symbol)
        to_let_go = next(p for p in long if today in p.symbol and p.position_type == "LONG_PUT")

        print("\nSubmit an exercise and a do-not-exercise:")
        submitted = positions.submit_position_instructions(
            ACCOUNT_ID,
            instructions=[
                {"instruction_type": "EXERCISE", "instrument_id": to_exercise.instrument_id, "quantity": 1},
                {"instruction_type": "DO_NOT_EXERCISE", "instrument_id": to_let_go.instrument_id, "quantity": 2},
            ],
        )
        for row in submitted.data:
            show(row)

        print("\nCancel the exercise by its server-assigned id:")
        exercise = submitted.data[0]
        response = positions.cancel_position_instruction(instruction_id=exercise.id, account_id=ACCOUNT_ID)
        show(response.data)

        print("\nFollow it until the cancel has taken hold:")
        show(
            positions.wait_for_position_instruction(
                exercise.id, account_id=ACCOUNT_ID, until="CANCELLED", on_change=show_change
            )
        )

        print("\nCancel it once more, which the service refuses:")
        try:
            positions.cancel_position_instruction(instruction_id=exercise.id, account_id=ACCOUNT_ID)
        except ConflictError as error:
            print(f"    {type(error).__name__}, HTTP {error.status_code}: {error.message}")
            print(f"    outcome_unknown: {error.outcome_unknown}")


if __name__ == "__main__":
    main()
