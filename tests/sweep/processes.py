"""Use a client in two processes at once, after a fork."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

from clear_street.errors import ConflictError
from sweep.scene import ACCOUNT

if TYPE_CHECKING:
    from clear_street import ClearStreet
    from sweep.scene import Scene

CALLS = 8


def in_two_processes(client: ClearStreet, scene: Scene) -> tuple[Any, bool]:
    """Cancel the scene's instruction here, and in a child one that is past cancelling, some times: the last result, and
    whether all were told what is so.
    """
    accepted = scene.accepted
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the server's threads stay in the parent
        child = os.fork()
    if not child:
        wrong = CALLS
        try:
            wrong = sum(not _is_refused(client, accepted) for _ in range(CALLS))
        finally:
            os.write(writing, str(wrong).encode())
            os._exit(0)
    os.close(writing)
    result: Any = None
    is_right = True
    try:
        for _ in range(CALLS):
            try:
                result = client.v1.positions.cancel_position_instruction(scene.id, account_id=ACCOUNT)
            except Exception as error:
                result = error
                is_right = False
    finally:
        wrong_there = int(os.read(reading, 10) or CALLS)
        os.close(reading)
        os.waitpid(child, 0)
    return result, is_right and not wrong_there


def _is_refused(client: ClearStreet, instruction_id: str) -> bool:
    try:
        client.v1.positions.cancel_position_instruction(instruction_id, account_id=ACCOUNT)
    except ConflictError as error:
        return not error.outcome_unknown
    except Exception:
        return False
    return False
