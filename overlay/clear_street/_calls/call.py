"""One call: what was asked for, its bounds, and what is known of it so far.

docs/safety.md, "Time", says what each bound is of.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .._api import requests as seam
from .._config.arguments import unexpected
from .._config.secrets import Headers, checked_headers, concealed
from .._config.settings import checked_flag
from .._outcomes import Attempt, Failure, Outcome, Reply
from ..errors import CutoffPassedError, RequestInfo
from ..types.v1._facts import record_call
from . import policy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clear_street_api.client import Request

    from .._api.operations import Operation
    from .._config.limits import Limits
    from .._config.options import Clock
    from .._config.settings import Settings
    from ..types.v1 import PositionInstruction
    from .batch import Batch
    from .effects import Send
    from .shared import Learnt, Service

T = TypeVar("T")

_preload = cache(seam.preload)

NOT_AFTER = "the time in `not_after`"
_INDEX = re.compile(r"\[\d+\]")
_DRIFT_KINDS_MAX = 1000
_COMMON = ("extra_headers", "extra_query", "extra_body", "timeout", "max_retries", "deadline")
_CHANGING = ("not_after",)
_SUBMIT = ("raise_on_rejection", "resend_after_unknown")


class Call(Generic[T]):
    """The state of one call. `begin` starts its clocks; attempts are recorded with `record`."""

    batch: Batch | None = None
    in_flight: Send | None = None
    unresolved: Reply | Failure | None = None
    """The last attempt that may have had its effect, while that is open."""
    reconciled: bool = False
    """Whether what came of the call, or of a part of it, was found by looking."""
    last_look: Reply | None = None
    """The last complete list of instructions that was read to settle the call."""
    shown: PositionInstruction | None = None
    """What a cancel was refused for, as the list shows it."""
    advice: str | None = None
    """What the caller should know beside the error itself."""
    not_after_at: float | None = None
    """When `not_after` comes (monotonic)."""
    quiet_until: float = 0.0
    """When the service may be asked again (monotonic)."""
    retry_after: float | None = None
    refused_names: tuple[str, ...] = ()
    """The names of the idempotency key that the service has refused."""
    renamed: int = 0
    """How many attempts were refused for such a name, and made again under another."""
    stopped_by: str | None = None
    """Which bound kept the call from being sent, or sent again."""

    def __init__(
        self,
        settings: Settings,
        learnt: Learnt,
        clock: Clock,
        operation: Operation[..., T],
        prepared: seam.Prepared,
        options: Mapping[str, object],
        *,
        shape: str = "value",
        cast_to: object = None,
    ) -> None:
        self.settings: Settings = settings
        self.learnt: Learnt = learnt
        self.service: Service = learnt.at(settings.base_url)
        self.clock: Clock = clock
        self.operation: Operation[..., T] = operation
        self.prepared: seam.Prepared = prepared
        self.request: Request = prepared.request
        self.headers: Headers = settings.headers
        self.limits: Limits = settings.limits
        self.raise_on_rejection: bool = settings.raise_on_rejection
        self.resend_after_unknown: bool = settings.resend_after_unknown
        self.stream: bool = shape == "stream"
        self.raw: bool = shape != "value"
        """Whether somebody will see httpx's own response."""
        self.cast_to: object = cast_to
        self.attempts: list[Attempt] = []
        if options:
            self._take(options)

    def _take(self, options: Mapping[str, object]) -> None:
        """Check the call's own options, and let them go before those of the client."""
        _check_options(self.operation, options)
        self.request = seam.with_extras(self.request, query=options.get("extra_query"), body=options.get("extra_body"))
        headers = concealed(options.get("extra_headers"))
        self.headers = checked_headers("extra_headers", headers).over(self.headers)
        self.limits = self.limits.with_options(options)
        self.raise_on_rejection = _flag(options, "raise_on_rejection", self.raise_on_rejection)
        self.resend_after_unknown = _flag(options, "resend_after_unknown", self.resend_after_unknown)

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names under which the keys of a submit go out: the one that is pinned, or all that the service may
        know.
        """
        pinned = self.settings.idempotency_key_name
        return (pinned,) if pinned is not None else self.service.key_names or seam.key_names()

    def begin(self) -> None:
        """Start the call's clocks; refuse a `not_after` that has passed."""
        now, today = self.clock.monotonic(), self.clock.now()
        self.started = now
        self.started_at = today
        seconds = self.limits.call_seconds
        self.deadline_at: float = now + seconds
        looks = self.operation.may_look
        self.send_until: float = self.deadline_at - (policy.look_reserve(seconds) if looks else 0.0)
        if self.limits.not_after is not None:
            left = (self.limits.not_after - today).total_seconds()
            if left <= 0:
                keys = [row.instruction_id for row in self.prepared.rows if row.instruction_id is not None]
                raise self.cut_off("nothing was sent", outcomes=dict.fromkeys(keys, "not_sent"))
            self.not_after_at = now + left

    def preload(self) -> None:
        """Import what the way back may need, while nothing was sent: later there may be no module, or no descriptor."""
        _preload(self.operation.response)

    def at(self, now: float) -> datetime:
        """The wall clock at a moment of the monotonic one."""
        return self.started_at + timedelta(seconds=now - self.started)

    def note(self, result: Reply | Failure) -> None:
        """Remember when the service wants to be asked again."""
        self.retry_after = policy.retry_after(result.headers, self.at(result.received))
        if self.retry_after is not None:
            self.quiet_until = result.received + self.retry_after

    def record(self, started: float, result: Reply | Failure, outcome: Outcome, request_id: str | None) -> None:
        """Remember an attempt."""
        if outcome is not Outcome.DONE:
            self.note(result)
        if outcome is Outcome.UNKNOWN:
            self.unresolved = result
        self.attempts.append(
            Attempt(
                started_at=self.at(started),
                elapsed=result.received - started,
                outcome=outcome.value,
                failure=type(result.cause).__name__ if isinstance(result, Failure) else None,
                status_code=result.status,
                request_id=request_id or policy.single(result.headers.get("x-request-id", "")) or None,
            )
        )

    def put_off(self) -> None:
        """The last attempt's 5xx has rows that say that nothing was stored."""
        self.unresolved = None
        self.attempts[-1] = self.attempts[-1]._replace(outcome=Outcome.REFUSED.value)

    def lose(self, result: Reply | Failure) -> None:
        """The body of the last attempt's reply, streamed, broke off or cannot be read."""
        self.unresolved = result
        failure = type(result.cause).__name__ if isinstance(result, Failure) else None
        self.attempts[-1] = self.attempts[-1]._replace(outcome=Outcome.UNKNOWN.value, failure=failure)
        if self.batch is not None:
            self.batch.lost()

    def passed(self, moment: float) -> str | None:
        """Which bound forbids to send at a moment of the monotonic clock, None for none.

        The monotonic clock stands still while a machine sleeps, and the wall clock may be set back: `not_after` holds
        by each of them.
        """
        if self.not_after_at is not None and self.limits.not_after is not None:
            left_by_wall = (self.limits.not_after - self.clock.now()).total_seconds()
            if moment >= self.not_after_at or moment - self.clock.monotonic() >= left_by_wall:
                return NOT_AFTER
        if moment >= self.send_until:
            return "the deadline"
        return None

    def is_late(self) -> bool:
        """Whether `not_after` has come, by either clock."""
        return self.passed(self.clock.monotonic()) == NOT_AFTER

    def cut_off(self, what: str, **context: Any) -> CutoffPassedError:
        """The error of a call that `not_after` kept from being sent, or sent again."""
        cutoff = cast("datetime", self.limits.not_after)
        today = self.clock.now()
        has = "has passed" if today >= cutoff else "comes before it may be sent again"
        context.setdefault("request", RequestInfo(self.operation.method, self.operation.path_template))
        return CutoffPassedError(
            f"{NOT_AFTER}, {cutoff.isoformat()}, {has} (it is {today.isoformat()} by the client's clock): {what}",
            not_after=cutoff,
            client_time=today,
            **context,
        )

    def decode(self, reply: Reply, found: object) -> T:
        """The call's value: of the reply, or of `found` under the reply's envelope."""
        if self.operation.response is None:
            return cast("T", seam.read_as(self.cast_to, reply.body))
        document = reply.json or {}
        if reply is self.last_look and isinstance(found, list):
            document = {**document, "data": [row.to_dict() for row in cast("list[PositionInstruction]", found)]}
        value: Any = seam.decode_reply(self.operation.response(), document, found)
        record_call(value, tuple(self.attempts), reconciled=self.reconciled)
        return cast("T", value if self.cast_to is None else seam.cast_model(self.cast_to, value))

    def new_drift(self, value: object) -> set[str]:
        """Kinds of departure from the spec in a value that were not seen before by this client."""
        drift = getattr(value, "drift", ())
        if not drift:
            return set()
        kinds = {f"{_INDEX.sub('[]', d.path)}: {d.kind}, expected {d.expected}" for d in drift}
        seen = self.learnt.drift_seen
        new = set(islice(kinds - seen, max(0, _DRIFT_KINDS_MAX - len(seen))))
        seen |= new
        return new

    @property
    def idempotency_keys(self) -> list[str]:
        """The keys of a submit's rows, in the caller's order."""
        return [entry.key for entry in self.batch.entries] if self.batch else []


def _flag(options: Mapping[str, object], name: str, default: bool) -> bool:
    value = options.get(name)
    return default if value is None else checked_flag(name, value)


def _check_options(operation: Operation[..., T], options: Mapping[str, object]) -> None:
    known: tuple[str, ...] = _COMMON
    if operation.changes:
        known += _CHANGING
    if operation.has_rows:
        known += _SUBMIT
    for name in options:
        if name not in known:
            names = (*seam.arguments_of(operation.name), *known)
            raise unexpected(operation.name, name, names)
