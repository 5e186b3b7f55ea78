"""Hold the state of a call in three parts: what was asked, how much time is left, and what has happened.

Only the methods of a part change it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

from .._api import requests
from .._config.arguments import OPTIONS, checked_flag, takes, unexpected
from .._config.secrets import checked_headers, concealed
from .._outcomes import Attempt, Failure, Outcome, Reply
from ..errors import CutoffPassedError, RequestInfo
from ..types.v1._call_info import record_call
from . import policy
from .kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from clear_street_api.client import Request

    from .._api.operations import Operation
    from .._config.limits import Limits
    from .._config.options import Clock
    from .._config.settings import Settings
    from .batch import Batch
    from .effects import Send
    from .kinds import Kind, Row
    from .renaming import RefusedName
    from .shared import Keys, Service, SharedState

    class Listener(Protocol):
        """What tells the functions in `on_event` what happens to one call: `telling.Listener`."""

        def start_attempt(self, call: Call[Any], send: Send, *, is_look: bool = False) -> None:
            """Tell that a request is about to be sent."""
            ...

        def end_attempt(self, call: Call[Any], attempt: Attempt) -> None:
            """Tell how a request ended."""
            ...

        def end_look(self, call: Call[Any], result: Reply | Failure) -> None:
            """Tell how a look ended."""
            ...

        def pause(self, call: Call[Any], now: float, seconds: float) -> None:
            """Tell that the call is about to wait from `now` on."""
            ...

        def depart(self, call: Call[Any], kinds: Sequence[str]) -> None:
            """Tell in which new ways a reply departs from the spec."""
            ...

        def end(self, call: Call[Any], error: BaseException | None) -> None:
            """Tell that a call has ended, with `error` or a value. Only the first time counts."""
            ...


T = TypeVar("T")


@cache
def _preload(response: Callable[[], object] | None, kind: str | None) -> None:
    """Import what reading a reply, and looking for an effect of this kind, may need."""
    looks = KINDS[kind]
    if looks is None:
        requests.preload(response)
        return
    looks.look(1, ("an id",))
    if looks.recent is not None:
        looks.recent(1, None)
    looks.unmentioned()
    requests.preload(response, looks.listing.response)


NOT_AFTER = "the time in `not_after`"


class Asked(Generic[T]):
    """What was asked: an operation, its request, and the options, those of the call before those of the client.

    It does not change.
    """

    __slots__ = (
        "_resends",
        "cast_to",
        "headers",
        "kind",
        "limits",
        "operation",
        "prepared",
        "raise_on_rejection",
        "raw",
        "request",
        "settings",
        "stream",
    )

    def __init__(
        self,
        settings: Settings,
        operation: Operation[..., T],
        prepared: requests.Prepared,
        options: Mapping[str, object],
        shape: str,
        cast_to: object,
    ) -> None:
        """Check and store what was asked. Raises `TypeError` for an unknown option, `ArgumentError` for a bad value."""
        request, headers, limits = prepared.request, settings.headers, settings.limits
        raises, resends = settings.raise_on_rejection, None
        if options:
            _check_options(operation, options)
            request = requests.with_extras(request, query=options.get("extra_query"), body=options.get("extra_body"))
            headers = checked_headers("extra_headers", concealed(options.get("extra_headers"))).over(headers)
            limits = limits.with_options(options)
            raises = _flag(options, "raise_on_rejection", raises)
            if options.get("resend_after_unknown") is not None:
                resends = checked_flag("resend_after_unknown", options["resend_after_unknown"])
        self.settings: Final = settings
        self.operation: Final = operation
        self.kind: Final[Kind | None] = KINDS[operation.kind]
        """The kind of effect, if a look can show it, else None."""
        self.prepared: Final = prepared
        self.request: Final[Request] = request
        self.headers: Final = headers
        self.limits: Final = limits
        self.raise_on_rejection: Final = raises
        self._resends: Final[bool | None] = resends
        self.stream: Final = shape == "stream"
        """Whether the application reads the body itself."""
        self.raw: Final = shape != "value"
        """Whether the application will see httpx's own response."""
        self.cast_to: Final = cast_to

    @property
    def resend_after_unknown(self) -> bool:
        """Whether rows that a look did not find are sent again. The call's option decides. Without one, the client's
        does, and it applies only if the service is known to refuse a used key.
        """
        if self._resends is not None:
            return self._resends
        return self.settings.resend_after_unknown and cast("Kind", self.kind).refuses_used_keys

    @property
    def info(self) -> RequestInfo:
        """The method and path template, for errors."""
        return RequestInfo(self.operation.method, self.operation.path_template)


class TimeLeft:
    """How much time a call has left, and when the service may be asked again. Moments are on the monotonic clock.

    docs/safety.md, "Time", says what each bound limits.
    """

    __slots__ = (
        "_not_after",
        "clock",
        "deadline_at",
        "not_after_at",
        "quiet_until",
        "retry_after",
        "send_until",
        "started",
        "started_at",
        "stopped_by",
    )

    def __init__(self, clock: Clock, limits: Limits, *, may_look: bool) -> None:
        """Start the call's time; with `may_look`, a part of it is reserved for looks."""
        self.clock: Clock = clock
        self.started: float = clock.monotonic()
        self.started_at: datetime = clock.now()
        seconds = limits.call_seconds
        self.deadline_at: float = self.started + seconds
        self.send_until: float = self.deadline_at - (policy.look_reserve(seconds) if may_look else 0.0)
        """The end of the time in which requests other than looks may be sent."""
        self._not_after = limits.not_after
        self.not_after_at: float | None = None
        """The moment of `not_after`."""
        if limits.not_after is not None:
            self.not_after_at = self.started + (limits.not_after - self.started_at).total_seconds()
        self.quiet_until: float = 0.0
        """The service asked not to be asked again before this moment."""
        self.retry_after: float | None = None
        """The seconds that the last reply asked the client to wait."""
        self.stopped_by: str | None = None
        """The bound because of which the call was not sent, or not sent again."""

    def wall_clock(self, moment: float) -> datetime:
        """Return the time of day at a moment of the monotonic clock."""
        return self.started_at + timedelta(seconds=moment - self.started)

    def passed_bound(self, moment: float) -> str | None:
        """Return the bound that forbids sending at a moment; None if none does.

        The monotonic clock stands still while a machine sleeps, and the wall clock may be set back. So `not_after` has
        passed if either clock says so.
        """
        if self.not_after_at is not None:
            left_by_wall = (cast("datetime", self._not_after) - self.clock.now()).total_seconds()
            if moment >= self.not_after_at or moment - self.clock.monotonic() >= left_by_wall:
                return NOT_AFTER
        if moment >= self.send_until:
            return "the deadline"
        return None

    def is_late(self) -> bool:
        """Whether `not_after` has passed, by either clock."""
        return self.passed_bound(self.clock.monotonic()) == NOT_AFTER

    def stop(self, bound: str | None) -> None:
        """Record the bound because of which the call is not sent, or not sent again; None if there is none."""
        self.stopped_by = bound

    def note_retry_after(self, result: Reply | Failure) -> None:
        """Record how long the service asked the client to wait, if it did."""
        self.retry_after = policy.retry_after(result.headers, self.wall_clock(result.received))
        if self.retry_after is not None:
            self.quiet_until = result.received + self.retry_after


class History:
    """What has happened to a call so far, and what is known about its effect."""

    batch: Batch | None = None
    """The rows of a submit."""
    in_flight: Send | None = None
    """The attempt that is being made."""
    may_have_landed: bool = False
    """Whether an attempt ended unknown and nothing has settled it: its effect may have happened."""
    reconciled: bool = False
    """Whether a look settled the call, or a part of it."""
    last_look: Reply | None = None
    """The last list that was read to settle the call, and that counts."""
    shown: Row | None = None
    """The row whose cancel was refused, as the list shows it."""
    advice: str | None = None
    """What the caller should know in addition to the error's message."""
    refused_names: tuple[str, ...] = ()
    """The names of the idempotency key that the service has refused."""
    was_interrupted: bool = False
    """Whether the call is in `client.interrupted`."""
    renamed: int = 0
    """How many attempts were refused because of such a name, and made again under another."""

    candidates: Sequence[Row] = ()
    """Rows that may be the effect of a call without keys."""
    listener: Listener | None = None
    """Tells the functions in `on_event`; None if there are none."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    @property
    def retries(self) -> int:
        """How many retries there are, with the next attempt: attempts under another name of the keys do not count."""
        return len(self.attempts) - self.renamed

    @property
    def idempotency_keys(self) -> list[str]:
        """The keys of a submit's rows, in the order in which the rows were given."""
        return [entry.key for entry in self.batch.entries] if self.batch else []

    def listen(self, listener: Listener) -> None:
        """Set who is told of what happens."""
        self.listener = listener

    def submit(self, batch: Batch) -> None:
        """Set the rows of a submit."""
        self.batch = batch

    def begin_attempt(self, send: Send) -> None:
        """Record that an attempt is about to be made."""
        self.in_flight = send

    def end_attempt(
        self, started_at: datetime, elapsed: float, result: Reply | Failure, outcome: Outcome, request_id: str | None
    ) -> None:
        """Record the result of an attempt."""
        if outcome is Outcome.UNKNOWN:
            self.may_have_landed = True
        failure = type(result.cause).__name__ if isinstance(result, Failure) else None
        request_id = request_id or policy.single(result.headers.get("x-request-id", "")) or None
        self.attempts.append(Attempt(started_at, elapsed, outcome.value, failure, result.status, request_id))
        # docs/safety.md, "What the caller learns". This is last because a signal handler may raise between two steps:
        # at each of them the attempt must be in one of the two places.
        self.in_flight = None

    def mark_refused_for_now(self) -> None:
        """Record that the last attempt's 5xx says that nothing was stored."""
        self.attempts[-1] = self.attempts[-1]._replace(outcome=Outcome.REFUSED.value)

    def mark_unknown(self, result: Reply | Failure) -> None:
        """Record that the last attempt's reply, which is streamed, could not be read or does not answer the request."""
        self.may_have_landed = True
        failure = type(result.cause).__name__ if isinstance(result, Failure) else None
        self.attempts[-1] = self.attempts[-1]._replace(outcome=Outcome.UNKNOWN.value, failure=failure)
        if self.batch is not None:
            self.batch.mark_open_unknown()

    def settle(self) -> None:
        """Record that the outcome of the call is known."""
        self.may_have_landed = False

    def reconcile(self) -> None:
        """Record that a look settled the call, or some of its rows."""
        self.reconciled = True

    def note_look(self, reply: Reply) -> None:
        """Record a list that counts."""
        self.last_look = reply

    def note_candidates(self, rows: Sequence[Row]) -> None:
        """Remember rows that may be the effect of a call without keys."""
        self.candidates = rows

    def note_refused_name(self, refused: RefusedName) -> None:
        """Record a name of the idempotency key that the service does not know."""
        if not refused.is_double:
            self.refused_names += (refused.name,)

    def note_renaming(self) -> None:
        """Count an attempt that is made again under another name of the keys: it is not a retry."""
        self.renamed += 1

    def note_interruption(self) -> None:
        """Record that the call is in `client.interrupted`."""
        self.was_interrupted = True

    def note_shown(self, row: Row) -> None:
        """Record how the list shows a row that could not be cancelled."""
        self.shown = row

    def advise(self, advice: str) -> None:
        """Record what the caller should know in addition to the error's message."""
        self.advice = advice


class Call(Generic[T]):
    """One call: what was asked, how much time is left, what has happened, and what it shares with other calls."""

    __slots__ = ("asked", "clock", "history", "service", "shared", "time")

    def __init__(
        self,
        settings: Settings,
        shared: SharedState,
        clock: Clock,
        operation: Operation[..., T],
        prepared: requests.Prepared,
        options: Mapping[str, object],
        shape: str,
        cast_to: object,
    ) -> None:
        """Check what was asked, and start the call's time.

        Raises `TypeError` or `ArgumentError` for options, and `CutoffPassedError` if `not_after` has passed already.
        """
        self.clock: Clock = clock
        self.shared: SharedState = shared
        self.service: Service = shared.at(settings.base_url)
        self.asked: Asked[T] = Asked(settings, operation, prepared, options, shape, cast_to)
        self.time: TimeLeft = TimeLeft(clock, self.asked.limits, may_look=operation.may_look)
        self.history: History = History()
        if self.time.not_after_at is not None and self.time.is_late():
            # Rows are of a kind: an operation without one has none.
            given = [cast("Kind", self.asked.kind).submitted_key(row) for row in prepared.rows]
            keys = [key for key in given if key is not None]
            raise self.cut_off("nothing was sent", outcomes=dict.fromkeys(keys, "not_sent"))

    @property
    def keys(self) -> Keys:
        """What earlier replies showed about how the service treats the keys of a submit."""
        return self.service.keys_of(cast("Kind", self.asked.kind).noun)

    @property
    def known_key_names(self) -> tuple[str, ...]:
        """Every name of the idempotency key that the spec lists, the newest first."""
        return cast("Kind", self.asked.kind).key_names()

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names under which the keys of a submit are sent: the one that the client's `idempotency_key_name` fixes,
        or all that the service may know.
        """
        return self.keys.names_sent(self.known_key_names, self.asked.settings.idempotency_key_name)

    def note_doubts(self) -> None:
        """Remember the rows of a submit that it has brought about, or may have."""
        batch = self.history.batch
        if batch is None:
            return
        begun, account_id = (self.time.started_at, self.time.started), cast("int", self.asked.prepared.account_id)
        rows = [(account_id, entry.key) for entry in batch.entries if entry.state != "rejected"]
        for row in rows:
            self.keys.doubts.setdefault(row, begun)
        if batch.forbids_resending:
            self.keys.barred.update(rows)

    def preload(self) -> None:
        """Import what reading the reply may need, before anything is sent. Later the import might fail."""
        operation = self.asked.operation
        _preload(operation.response, operation.kind)

    def cut_off(self, what: str, **context: Any) -> CutoffPassedError:
        """Return the error of a call that was not sent, or not sent again, because of `not_after`."""
        cutoff = cast("datetime", self.asked.limits.not_after)
        today = self.clock.now()
        has = "has passed" if today >= cutoff else "comes before the call may be sent again"
        context.setdefault("request", self.asked.info)
        return CutoffPassedError(
            f"{NOT_AFTER}, {cutoff.isoformat()}, {has} (it is {today.isoformat()} by the client's clock): {what}",
            not_after=cutoff,
            client_time=today,
            **context,
        )

    def decode(self, reply: Reply, found: object) -> T:
        """Make the call's value from the reply or, in the reply's envelope, from `found`."""
        asked, history = self.asked, self.history
        value: Any
        if asked.operation.response is None:
            value = requests.read_as(asked.cast_to, reply.body)
            return value  # type: ignore[no-any-return]
        document = cast("dict[str, Any]", reply.json)
        if reply is history.last_look and isinstance(found, list):
            # A row without an account was made here, because the service did not show one: it is no drift of its reply.
            shown = [row.to_dict() for row in cast("Sequence[Row]", found) if row.account_id is not None]
            document = {**document, "data": shown}
        value = requests.decode_reply(asked.operation.response(), document, found)
        record_call(value, tuple(history.attempts), reconciled=history.reconciled)
        if asked.cast_to is not None:
            value = requests.cast_model(asked.cast_to, value)
        return value  # type: ignore[no-any-return]


def _flag(options: Mapping[str, object], name: str, default: bool) -> bool:
    value = options.get(name)
    return default if value is None else checked_flag(name, value)


def _check_options(operation: Operation[..., T], options: Mapping[str, object]) -> None:
    for name in options:
        if not takes(name, *operation.takes):
            known = (*operation.arguments, *(name for name in OPTIONS if takes(name, *operation.takes)))
            raise unexpected(operation.name, name, known)
