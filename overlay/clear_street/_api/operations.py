"""The operations of the service, one row each: what a call of it may do."""

from __future__ import annotations

from ..types import v1 as types
from . import requests as seam

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Generic, ParamSpec, TypeVar

    P = ParamSpec("P")
    T_co = TypeVar("T_co", covariant=True)

    class _Generic(Generic[P, T_co]):
        pass
else:

    class _Generic:
        """In the place of `typing.Generic`, as in `_client`."""

        __slots__ = ()

        def __class_getitem__(cls, item: object) -> object:
            return cls


class Resend:
    """How an operation may be sent again; the tables in `_policy` say what each means.

    No enum: importing that would cost more than building a client.
    """

    READ = "read"
    """Changes nothing: may be repeated."""
    SUBMIT = "submit"
    """Rows under idempotency keys: only rows that a look did not find are sent again."""
    CANCEL = "cancel"
    """Repeating it does no harm, and a look tells what came of it."""
    ONCE = "once"
    """Changes something, with no key and no way to look: never again once a byte may have left."""


class Operation(_Generic["P", "T_co"]):
    """An operation: how its request is built, how it may be sent again, and the class of its reply."""

    __slots__ = ("authenticated", "build", "method", "name", "path_template", "resend", "response")

    def __init__(
        self,
        name: str,
        build: Callable[P, seam.Prepared],
        method: str,
        path_template: str,
        resend: str,
        response: Callable[[], type[T_co]] | None,
        *,
        authenticated: bool = True,
    ) -> None:
        self.build: Callable[P, seam.Prepared] = build
        self.name: str = name
        self.method: str = method
        self.path_template: str = path_template
        self.resend: str = resend
        self.response: Callable[[], type[T_co]] | None = response
        self.authenticated: bool = authenticated

    @property
    def changes(self) -> bool:
        """Whether a call can change something at the service."""
        return self.resend != Resend.READ

    @property
    def may_look(self) -> bool:
        """Whether the list of instructions can show what came of a call."""
        return self.resend in (Resend.SUBMIT, Resend.CANCEL)

    @property
    def has_rows(self) -> bool:
        """Whether a call carries rows under idempotency keys."""
        return self.resend == Resend.SUBMIT


_POSITIONS = "/v1/accounts/{account_id}/positions"

GET_POSITIONS = Operation(
    "get_positions", seam.get_positions, "GET", _POSITIONS, Resend.READ, lambda: types.PositionGetPositionsResponse
)
CLOSE_POSITIONS = Operation(
    "close_positions",
    seam.close_positions,
    "DELETE",
    _POSITIONS,
    Resend.ONCE,
    lambda: types.PositionClosePositionsResponse,
)
CLOSE_POSITION = Operation(
    "close_position",
    seam.close_position,
    "DELETE",
    f"{_POSITIONS}/{{instrument_id}}",
    Resend.ONCE,
    lambda: types.PositionClosePositionResponse,
)
GET_POSITION_INSTRUCTIONS = Operation(
    "get_position_instructions",
    seam.get_position_instructions,
    "GET",
    f"{_POSITIONS}/instructions",
    Resend.READ,
    lambda: types.PositionGetPositionInstructionsResponse,
)
SUBMIT_POSITION_INSTRUCTIONS = Operation(
    "submit_position_instructions",
    seam.submit_position_instructions,
    "POST",
    f"{_POSITIONS}/instructions",
    Resend.SUBMIT,
    lambda: types.PositionSubmitPositionInstructionsResponse,
)
CANCEL_POSITION_INSTRUCTION = Operation(
    "cancel_position_instruction",
    seam.cancel_position_instruction,
    "DELETE",
    f"{_POSITIONS}/instructions/{{instruction_id}}",
    Resend.CANCEL,
    lambda: types.PositionCancelPositionInstructionResponse,
)
GET_VERSION = Operation(
    "get_version",
    seam.get_version,
    "GET",
    "/v1/version",
    Resend.READ,
    lambda: types.VersionGetVersionResponse,
    authenticated=False,
)

OPERATIONS = (
    GET_POSITIONS,
    CLOSE_POSITIONS,
    CLOSE_POSITION,
    GET_POSITION_INSTRUCTIONS,
    SUBMIT_POSITION_INSTRUCTIONS,
    CANCEL_POSITION_INSTRUCTION,
    GET_VERSION,
)
"""Every operation that the spec has."""
