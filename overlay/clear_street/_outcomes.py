"""Define the results of an attempt."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from ._annotations import resolvable
from ._explained import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Outcome(StrEnum):
    """What an attempt may have done at the service."""

    NEVER_SENT = "never_sent"
    """Nothing: there was no connection, or none was free in time, or the proxy refused it."""
    RATE_LIMITED = "rate_limited"
    """Nothing: there was a complete 429. The same may be asked for again."""
    REFUSED = "refused"
    """Nothing: there was a complete 3xx (except 303) or 4xx (except 408 and 429)."""
    UNKNOWN = "unknown"
    """Perhaps what was asked: it was sent, and neither refused nor done."""
    DONE = "done"
    """What was asked: there was a complete, readable 2xx."""


class Attempt(NamedTuple):
    """The record of one attempt: one HTTP request."""

    started_at: datetime
    """When it was sent, by the client's clock (aware, UTC)."""
    elapsed: float
    """Seconds until its reply was complete or it failed."""
    outcome: str
    """``"never_sent"``, ``"rate_limited"``, ``"refused"``, ``"unknown"`` or ``"done"``."""
    failure: str | None
    """The kind of failure if no complete reply arrived, such as ``"ConnectTimeout"``; else None."""
    status_code: int | None
    """The HTTP status; None if no reply began."""
    request_id: str | None
    """The service's id of the request; None if the reply has none, or no reply arrived."""


class Reply:
    """A complete reply: status, headers and body.

    `body` is None until a streamed reply is read. `json` is the JSON object in the body, None until it is decoded or if
    there is none. `http_response` is the driver's own object, unchanged. `received` is a time on the monotonic clock.
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
    """The failure of an attempt that has no complete reply.

    `sent` is False only if it is certain that no byte of the request left. `status` and `headers` are those of a reply
    whose body could not be read to its end. `received` is a time on the monotonic clock.
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


explain(Outcome, Attempt)
resolvable(globals(), Attempt)
