"""Spans and metrics of a client's calls, for OpenTelemetry. It needs the extra ``opentelemetry``.

::

    client = ClearStreet(on_event=OpenTelemetry())

A call is one INTERNAL span, and each of its requests a CLIENT span below that: its attempts, and its looks at what an
attempt did. They are made from the events of the call, which have no account, no id, no key and no body, so none can be
in a span. Names and attributes are those of OpenTelemetry's semantic conventions for HTTP, and ``clear_street.…`` where
there are none.

An instrumentation of httpx, or of what is below it, makes no spans of these requests: their URLs have the account's id.
Nothing is added to a request either, so no ``traceparent`` is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from ._annotations import resolvable
from ._version import __version__
from .events import AttemptEnded, AttemptStarted, CallEnded, CallStarted, Departed, Transition

try:
    from opentelemetry import context, metrics, trace
except ModuleNotFoundError as _missing:
    raise ImportError(
        "clear_street.opentelemetry needs the extra `opentelemetry`: pip install 'clear-street-client[opentelemetry]' "
        f"({_missing})."
    ) from None

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextvars import Token

    from opentelemetry.context import Context

    from .events import Event

__all__ = ["OpenTelemetry"]

# A private name, which the instrumentations of HTTP libraries use too: there is no public one.
_SUPPRESS = getattr(context, "_SUPPRESS_HTTP_INSTRUMENTATION_KEY", "suppress_http_instrumentation")
Attributes: TypeAlias = "dict[str, str | bool | int | float | Sequence[str]]"
_PORTS = {"http": 80, "https": 443}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds: the boundaries that the conventions have for the duration of HTTP requests."""


class _Call:
    """The spans of a call, while it is made."""

    __slots__ = ("attached", "base_url", "context", "drift", "measured", "request", "server", "span", "token")

    def __init__(self, span: trace.Span, base_url: str) -> None:
        url = urlsplit(base_url)
        self.span: trace.Span = span
        self.context: Context = trace.set_span_in_context(span)
        self.base_url: str = base_url
        self.server: Attributes = {
            "server.address": url.hostname or "",
            "server.port": url.port or _PORTS[url.scheme],
        }
        self.drift: list[str] = []
        self.request: trace.Span | None = None
        """The span of the request that is being made."""
        self.measured: Attributes
        """What is said of that request in metrics."""
        self.attached: Context
        self.token: Token[Context]

    def enter(self, span: trace.Span) -> None:
        """Make a request's span the current one, and silence instrumentations."""
        self.request = span
        self.attached = context.set_value(_SUPPRESS, value=True, context=trace.set_span_in_context(span))
        self.token = context.attach(self.attached)

    def leave(self) -> trace.Span | None:
        """Make current what was before, unless another context is current now; return the span of the request."""
        span, self.request = self.request, None
        if span is not None and context.get_current() is self.attached:
            context.detach(self.token)
        return span


class OpenTelemetry:
    """A function for `on_event` that makes spans and metrics. Any number of clients may share one."""

    __slots__ = ("_calls", "_durations", "_requests", "_tracer", "_transitions", "_unknown")

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        """Use these providers; by default, those that the application has set."""
        self._tracer = trace.get_tracer("clear_street", __version__, tracer_provider)
        self._calls: dict[int, _Call] = {}
        meter = metrics.get_meter("clear_street", __version__, meter_provider)
        self._requests = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._durations = meter.create_histogram(
            "clear_street.call.duration",
            "s",
            "Duration of calls, with their attempts, pauses and looks.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._unknown = meter.create_counter(
            "clear_street.outcome_unknown", "{call}", "Calls whose effect may have happened."
        )
        self._transitions = meter.create_counter(
            "clear_street.transitions", "{transition}", "States of instructions and orders that waits have seen."
        )

    def __repr__(self) -> str:
        return "<OpenTelemetry>"

    def __call__(self, event: Event) -> None:
        """Take an event."""
        match event:
            case CallStarted():
                self._start(event)
            case AttemptStarted():
                self._start_request(event)
            case AttemptEnded():
                self._end_request(event)
            case Departed():
                if (call := self._calls.get(event.call)) is not None:
                    call.drift += event.kinds
            case CallEnded():
                self._end(event)
            case Transition():
                self._transitions.add(1, _of_transition(event))
            case _:
                pass

    def _start(self, event: CallStarted) -> None:
        attributes = {"clear_street.operation": event.operation}
        span = self._tracer.start_span(f"clear_street.{event.operation}", attributes=attributes)
        self._calls[event.call] = _Call(span, event.base_url)

    def _start_request(self, event: AttemptStarted) -> None:
        call = self._calls.get(event.call)
        if call is None:
            return
        call.measured = {**call.server, "http.request.method": event.method}
        name, url = event.method, call.base_url
        # What stands for the template of a path that the spec does not know is no path.
        if event.path_template.startswith("/"):
            call.measured["url.template"] = event.path_template
            name, url = f"{event.method} {event.path_template}", f"{call.base_url}{event.path_template}"
        about: Attributes = {"url.full": url, "network.protocol.name": "http", "clear_street.look": event.is_look}
        if event.number > 1:
            about["http.request.resend_count"] = event.number - 1
        attributes = {**call.measured, **about}
        call.enter(self._tracer.start_span(name, call.context, trace.SpanKind.CLIENT, attributes))

    def _end_request(self, event: AttemptEnded) -> None:
        call = self._calls.get(event.call)
        span = None if call is None else call.leave()
        if call is None or span is None:
            return
        attempt = event.attempt
        about: Attributes = {}
        if attempt.status_code is not None:
            about["http.response.status_code"] = attempt.status_code
        if attempt.outcome != "done":
            refused = attempt.status_code is not None and attempt.status_code >= 300
            about["error.type"] = attempt.failure or (str(attempt.status_code) if refused else attempt.outcome)
            span.set_status(trace.StatusCode.ERROR)
        if attempt.request_id is not None:
            span.set_attribute("clear_street.request_id", attempt.request_id)
        span.set_attributes({"clear_street.outcome": attempt.outcome, **about})
        span.end()
        self._requests.record(attempt.elapsed, {**call.measured, **about}, call.context)

    def _end(self, event: CallEnded) -> None:
        call = self._calls.pop(event.call, None)
        if call is None:
            return
        about: Attributes = {"clear_street.outcome": event.outcome}
        if event.error is not None:
            about["error.type"] = event.error
            # Without a description: messages have ids.
            call.span.set_status(trace.StatusCode.ERROR)
        call.span.set_attributes({**about, **_of_call(event)})
        if call.drift:
            call.span.set_attribute("clear_street.drift", call.drift)
        call.span.end()
        operation = {"clear_street.operation": event.operation}
        self._durations.record(event.elapsed, {**operation, **about}, call.context)
        if event.outcome_unknown:
            self._unknown.add(1, operation, call.context)


def _of_call(event: CallEnded) -> Attributes:
    """Return what the span of a call says of its end; of rows, only where the call has any."""
    rows = {
        "clear_street.rows.accepted": event.accepted,
        "clear_street.rows.rejected": event.rejected,
        "clear_street.rows.undetermined": event.undetermined,
        "clear_street.rows.unknown": event.unknown,
    }
    return {
        "clear_street.outcome_unknown": event.outcome_unknown,
        "clear_street.attempts": event.attempts,
        "clear_street.looks": event.looks,
        "clear_street.reconciled": event.reconciled,
        **(rows if any(rows.values()) else {}),
    }


def _of_transition(event: Transition) -> Attributes:
    found: Attributes = {"clear_street.kind": event.kind, "clear_street.anomaly": event.is_anomaly}
    for name, status in (("status", event.row.status), ("previous_status", event.previous_status)):
        if status is not None:
            found[f"clear_street.{name}"] = str(status)
    return found


resolvable(globals(), OpenTelemetry)
