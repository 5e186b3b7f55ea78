"""Name the idempotency key of an instruction, in the one place where tests do, and the id that a cancel takes."""

from __future__ import annotations

from typing import Final

KEY_NAME: Final = "instruction_id"
"""What the contract calls the key, in rows that are submitted and in rows that come back."""
NEWER_KEY_NAME: Final = "client_instruction_id"
"""What the service calls it since September 2026."""
KEY_NAMES: Final = (NEWER_KEY_NAME, KEY_NAME)
"""Every name of the key, the newest first."""
CANCEL_ID: Final = "instruction_id"
"""What a cancel calls the server's id of the instruction, in its path and as an argument."""
