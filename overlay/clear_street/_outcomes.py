"""What came of an attempt, as plain values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from ._annotations import resolvable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Outcome(StrEnum):
    """What an attempt may have done at the service, by where it ended."""

    NEVER_SENT = "never_sent"
    """No byte of the request left: no connection, or none free in time."""
    RATE_LIMITED = "rate_limited"
    """A complete 429: nothing was done, and it may be asked for again."""
    REFUSED = "refused"
    """A complete 3xx (but 303) or 4xx (but 408 and 429): nothing was done."""
    UNKNOWN = "unknown"
    """Sent, and neither refused nor done: the effect may have happened."""
    DONE = "done"
    """A complete, readable 2xx."""


class Attempt(NamedTuple):
    """One request on the wire, as the call remembers it."""

    started_at: datetime
    """When it was sent, by the client's clock (aware, UTC)."""
    elapsed: float
    """Seconds until its reply was complete, or it failed."""
    outcome: str
    """``"never_sent"``, ``"rate_limited"``, ``"refused"``, ``"unknown"`` or ``"done"``."""
    failure: str | None
    """Where it failed when no complete reply came, such as ``"ConnectTimeout"``; else None."""
    status_code: int | None
    """The HTTP status, None where none came."""
    request_id: str | None
    """The service's id of the request, None where none came."""


class Reply:
    """A complete reply: status, headers and body.

    `body` is None while a streamed reply has not been read; `json` is the object in it, where it was looked for.
    `http_response` is the driver's own object, carried through untouched.
    """

    __slots__ = ("body", "headers", "http_response", "json", "received", "status")

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes | None, http_response: object, received: float
    ) -> None:
        self.status: int = status
        self.headers: Mapping[str, str] = headers
        self.body: bytes | None = body
        self.http_response: object = http_response
        self.json: dict[str, Any] | None = None
        self.received: float = received


class Failure:
    """An attempt that brought no complete reply.

    `sent` is False only when it is certain that no byte of the request left. `status` and `headers` are those of a
    reply whose body broke off.
    """

    __slots__ = ("cause", "headers", "received", "sent", "status", "timed_out")

    def __init__(
        self,
        cause: Exception,
        received: float,
        *,
        sent: bool,
        timed_out: bool,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.cause: Exception = cause
        self.received: float = received
        self.sent: bool = sent
        self.timed_out: bool = timed_out
        self.status: int | None = status
        self.headers: Mapping[str, str] = {} if headers is None else headers


resolvable(globals(), Attempt)
