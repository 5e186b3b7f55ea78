"""OpenTelemetry: the spans and metrics of calls, as an exporter gets them, and that nothing in them is private."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import httpx
import pytest
from opentelemetry import context, trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import url_attributes as new_url_attributes
from opentelemetry.semconv.attributes import (
    error_attributes,
    http_attributes,
    network_attributes,
    server_attributes,
    url_attributes,
)
from opentelemetry.semconv.metrics import http_metrics

from clear_street import AsyncClearStreet, ClearStreet, ClearStreetError
from clear_street.events import AttemptEnded, AttemptStarted, CallEnded, CallStarted, Departed
from clear_street.opentelemetry import OpenTelemetry
from clear_street.sandbox import Fault, Sandbox, SandboxServer
from clear_street.sandbox.faults import CATALOGUE
from support.client_modes import Mode, settled
from support.scripted_service import INSTRUMENT, Service, asked, envelope, failed, lost, refused, repeating, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan

ACCOUNT = 122503
ID, KEY, API_KEY, CONTRACT = "id-canary", "key-canary", "api-canary-of-the-test", "AAPL 280121C00195000"
CANARIES = (str(ACCOUNT), ID, KEY, API_KEY, CONTRACT, INSTRUMENT)
INSTRUCTIONS = "/v1/accounts/{account_id}/positions/instructions"


class Telemetry:
    """OpenTelemetry with an exporter and a reader in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])
        self.hook = OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters)

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended, in the order in which they began."""
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def points(self) -> dict[str, list[tuple[dict[str, Any], Any]]]:
        """The attributes and the value, or the count, of each point of each metric."""
        data = json.loads(self.reader.get_metrics_data().to_json())  # type: ignore[union-attr]
        return {
            metric["name"]: [
                (point["attributes"], point.get("value", point.get("count"))) for point in metric["data"]["data_points"]
            ]
            for resource in data["resource_metrics"]
            for scope in resource["scope_metrics"]
            for metric in scope["metrics"]
        }

    def text(self) -> str:
        """Everything that was exported."""
        found = [span.to_json() for span in self.spans]
        return "\n".join([*found, json.dumps(self.points())])

    def close(self) -> None:
        """Stop the exporters."""
        self.tracers.shutdown()
        self.meters.shutdown()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    made = Telemetry()
    yield made
    made.close()


def submitting(client: Any, key: str = KEY) -> Any:
    return client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked(key)])


def cancelling(client: Any) -> Any:
    return client.v1.positions.cancel_position_instruction(ID, account_id=ACCOUNT)


def listing(client: Any) -> Any:
    return client.v1.positions.get_positions(ACCOUNT)


def run(mode: Mode, client: Any, call: Callable[[Any], Any]) -> Any:
    try:
        return mode.run(lambda: call(client))
    except ClearStreetError as error:
        return error


class Shown(NamedTuple):
    """A span, as far as a test compares it."""

    name: str
    kind: str
    parent: str | None
    status: str
    attributes: dict[str, Any]


def shown(spans: list[ReadableSpan]) -> list[Shown]:
    names = {span.context.span_id: span.name for span in spans if span.context}
    return [
        Shown(
            span.name,
            span.kind.name,
            None if span.parent is None else names[span.parent.span_id],
            span.status.status_code.name,
            dict(span.attributes or {}),
        )
        for span in spans
    ]


# --- Spans ------------------------------------------------------------------------------------------------------------


def test_the_spans_of_a_submit_whose_reply_was_lost(mode: Mode, telemetry: Telemetry) -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault.rate_limited(2))
    sandbox.faults.add(Fault.after_effect(), nth=2)

    run(mode, mode.sandbox(sandbox, on_event=telemetry.hook), submitting)

    call, name = "clear_street.submit_position_instructions", f"POST {INSTRUCTIONS}"
    request = {
        "http.request.method": "POST",
        "url.template": INSTRUCTIONS,
        "url.full": f"https://sandbox.invalid{INSTRUCTIONS}",
        "server.address": "sandbox.invalid",
        "server.port": 443,
        "network.protocol.name": "http",
        "clear_street.look": False,
    }
    spans = shown(telemetry.spans)
    ids = [span.attributes.pop("clear_street.request_id", None) for span in spans]
    assert [one is not None for one in ids] == [False, True, False, True]
    assert spans == [
        Shown(
            call,
            "INTERNAL",
            None,
            "UNSET",
            {
                "clear_street.operation": "submit_position_instructions",
                "clear_street.outcome": "done",
                "clear_street.outcome_unknown": False,
                "clear_street.attempts": 2,
                "clear_street.looks": 1,
                "clear_street.reconciled": True,
                "clear_street.rows.accepted": 1,
                "clear_street.rows.rejected": 0,
                "clear_street.rows.undetermined": 0,
                "clear_street.rows.unknown": 0,
            },
        ),
        Shown(
            name,
            "CLIENT",
            call,
            "ERROR",
            {
                **request,
                "http.response.status_code": 429,
                "error.type": "429",
                "clear_street.outcome": "rate_limited",
            },
        ),
        Shown(
            name,
            "CLIENT",
            call,
            "ERROR",
            {
                **request,
                "http.request.resend_count": 1,
                "error.type": "ReadError",
                "clear_street.outcome": "unknown",
            },
        ),
        Shown(
            f"GET {INSTRUCTIONS}",
            "CLIENT",
            call,
            "UNSET",
            {
                **request,
                "http.request.method": "GET",
                "http.response.status_code": 200,
                "clear_street.look": True,
                "clear_street.outcome": "done",
            },
        ),
    ]


def test_the_span_of_a_call_that_fails(mode: Mode, telemetry: Telemetry) -> None:
    service = Service((200, b"no JSON"), otherwise=(400, failed(400, f"of {KEY}")))

    run(mode, mode.client(service, on_event=telemetry.hook, max_retries=0), submitting)

    call, attempt, *looks = shown(telemetry.spans)
    assert call.status == "ERROR"
    assert call.attributes["error.type"] == "APIResponseValidationError"
    assert call.attributes["clear_street.outcome"] == "unknown"
    assert call.attributes["clear_street.outcome_unknown"] is True
    assert call.attributes["clear_street.rows.unknown"] == 1
    assert (attempt.attributes["error.type"], attempt.attributes["http.response.status_code"]) == ("unknown", 200)
    assert {look.attributes["error.type"] for look in looks} == {"400"}
    assert [span.status.description for span in telemetry.spans] == [None] * (2 + len(looks))


def test_an_unknown_path_is_in_no_span(mode: Mode, telemetry: Telemetry) -> None:
    client = mode.client(
        Service((200, envelope([]))), on_event=telemetry.hook, base_url="http://127.0.0.1/desk", max_retries=0
    )

    run(mode, client, lambda client: client.get(f"/v1/accounts/{ACCOUNT}/other", cast_to=dict))

    _, attempt = shown(telemetry.spans)
    assert attempt.name == "GET"
    assert attempt.attributes["url.full"] == "http://127.0.0.1/desk"
    assert (attempt.attributes["server.address"], attempt.attributes["server.port"]) == ("127.0.0.1", 80)
    assert "url.template" not in attempt.attributes
    assert not [canary for canary in CANARIES if canary in telemetry.text()]


def test_drift_is_on_the_span_of_the_call(mode: Mode, telemetry: Telemetry) -> None:
    service = Service((200, envelope([row(KEY, status="ODD")])))

    run(
        mode,
        mode.client(service, on_event=telemetry.hook),
        lambda client: client.v1.positions.get_position_instructions(ACCOUNT),
    )

    assert shown(telemetry.spans)[0].attributes["clear_street.drift"] == (
        "data[].status: unknown_member, expected PositionInstructionStatus",
    )


def test_the_spans_are_below_that_of_the_application(mode: Mode, telemetry: Telemetry) -> None:
    tracer = trace.get_tracer("application", tracer_provider=telemetry.tracers)
    client = mode.sandbox(on_event=telemetry.hook)

    async def story() -> None:
        with tracer.start_as_current_span("work") as work:
            await settled(listing(client))
            assert trace.get_current_span() is work

    mode.play(story)
    assert [(span.name, span.parent) for span in shown(telemetry.spans)] == [
        ("work", None),
        ("clear_street.get_positions", "work"),
        ("GET /v1/accounts/{account_id}/positions", "clear_street.get_positions"),
    ]


def test_what_happens_within_a_request_is_below_its_span(mode: Mode, telemetry: Telemetry) -> None:
    tracer = trace.get_tracer("application", tracer_provider=telemetry.tracers)

    def key() -> str:
        with tracer.start_as_current_span("vault"):
            return API_KEY

    run(mode, mode.sandbox(on_event=telemetry.hook, api_key=key), listing)

    assert [span.parent for span in shown(telemetry.spans) if span.name == "vault"] == [
        "GET /v1/accounts/{account_id}/positions"
    ]


def test_a_request_that_is_cut_leaves_no_context_behind(mode: Mode, telemetry: Telemetry) -> None:
    def stop(request: httpx.Request) -> Any:
        raise KeyboardInterrupt

    client = mode.client(Service(stop), on_event=telemetry.hook)

    async def story() -> None:
        before = context.get_current()
        with pytest.raises(KeyboardInterrupt):
            await settled(cancelling(client))
        assert context.get_current() == before

    mode.play(story)
    call, attempt = shown(telemetry.spans)
    assert attempt.attributes["error.type"] == call.attributes["error.type"] == "KeyboardInterrupt"
    assert call.attributes["clear_street.outcome_unknown"] is True


def test_a_context_that_the_application_has_set_is_left(telemetry: Telemetry) -> None:
    """As where the end of a request is told in another task than its start."""
    hook = telemetry.hook
    common = (1, "get_positions", 1, False, "GET", "/v1")
    with ClearStreet.sandbox() as client:
        attempt = listing(client).attempts[0]

    def story() -> None:
        hook(CallStarted(1, "get_positions", "GET", "/v1", "https://service.test", attempt.started_at))
        hook(AttemptStarted(*common))
        context.attach(context.set_value("of the application", 1))
        hook(AttemptEnded(*common, attempt))
        assert context.get_value("of the application") == 1

    copy_context().run(story)


def test_events_of_a_call_whose_start_was_missed_are_no_spans(telemetry: Telemetry) -> None:
    common = (1, "get_positions", 1, False, "GET", "/v1")
    with ClearStreet.sandbox() as client:
        attempt = listing(client).attempts[0]

    telemetry.hook(AttemptStarted(*common))
    telemetry.hook(AttemptEnded(*common, attempt))
    telemetry.hook(Departed(1, "get_positions", ("x",)))
    telemetry.hook(CallEnded(1, "get_positions", "done", None, 0.1, 1, 0, False, 0, 0, 0, 0))

    assert telemetry.spans == []
    assert repr(telemetry.hook) == "<OpenTelemetry>"


# --- Many calls at once -----------------------------------------------------------------------------------------------


def check_trees(telemetry: Telemetry, count: int) -> None:
    """Each call is the root of a tree of its own, with its own two attempts and its look."""
    spans = telemetry.spans
    roots = [span for span in spans if span.parent is None]
    assert len(roots) == count
    for root in roots:
        assert root.context is not None
        below = [span for span in spans if span.parent and span.parent.span_id == root.context.span_id]
        assert [span.name for span in below] == [f"POST {INSTRUCTIONS}", f"GET {INSTRUCTIONS}"]
        assert {span.context.trace_id for span in below if span.context} == {root.context.trace_id}
    assert len(spans) == 3 * count
    assert not [canary for canary in CANARIES if canary in telemetry.text()]


def losing() -> Sandbox:
    """A sandbox that takes each submit, and loses the reply."""
    sandbox = Sandbox(api_keys=[API_KEY])
    sandbox.faults.add(Fault.after_effect(), operation="submit_position_instructions", times=None)
    return sandbox


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_calls_of_many_tasks_are_kept_apart(backend: str, telemetry: Telemetry) -> None:
    async def main() -> None:
        async with (
            AsyncClearStreet.sandbox(losing(), on_event=telemetry.hook, api_key=API_KEY) as client,
            anyio.create_task_group() as group,
        ):
            for number in range(5):
                group.start_soon(submitting, client, f"{KEY}-{number}")

    anyio.run(main, backend=backend)
    check_trees(telemetry, 5)


def test_calls_of_many_threads_are_kept_apart(telemetry: Telemetry) -> None:
    with (
        ClearStreet.sandbox(losing(), on_event=telemetry.hook, api_key=API_KEY) as client,
        ThreadPoolExecutor(5) as threads,
    ):
        list(threads.map(lambda number: submitting(client, f"{KEY}-{number}"), range(5)))

    check_trees(telemetry, 5)


# --- Nothing private, no doubles --------------------------------------------------------------------------------------


@pytest.fixture
def instrumented(telemetry: Telemetry) -> Iterator[None]:
    """Every httpx client is instrumented, as by ``opentelemetry-instrument``."""
    HTTPXClientInstrumentor().instrument(tracer_provider=telemetry.tracers, meter_provider=telemetry.meters)
    yield
    HTTPXClientInstrumentor().uninstrument()


@pytest.mark.usefixtures("instrumented")
@pytest.mark.parametrize("supplied", [False, True], ids=["our connections", "httpx's own"])
def test_with_instrumentation_of_httpx_no_span_comes_twice(supplied: bool, mode: Mode, telemetry: Telemetry) -> None:
    async def story(url: str) -> None:
        http_client: Any = None
        if supplied:
            http_client = httpx.AsyncClient() if mode.is_async else httpx.Client()
        client = mode.kind(api_key=API_KEY, base_url=url, http_client=http_client, on_event=telemetry.hook)
        await settled(submitting(client))
        await settled(client.close())
        if supplied:
            # Other requests of the same client have spans as before: the test would notice one of ours.
            await settled(http_client.get(f"{url}/v1/version"))
            await settled(http_client.aclose() if mode.is_async else http_client.close())

    with SandboxServer(Sandbox(api_keys=[API_KEY])) as server:
        mode.play(story, server.url)
        assert all("traceparent" not in request.headers for request in server.sandbox.requests[:1])

    assert [span.name for span in telemetry.spans] == [
        "clear_street.submit_position_instructions",
        f"POST {INSTRUCTIONS}",
        *(["GET"] if supplied else []),
    ]
    assert not [canary for canary in CANARIES if canary in telemetry.text()]


@pytest.mark.parametrize("call", [submitting, cancelling, listing], ids=["submit", "cancel", "read"])
def test_no_span_metric_or_log_line_has_an_id_or_a_key(
    call: Callable[[Any], Any], mode: Mode, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in CATALOGUE:
        sandbox = Sandbox(api_keys=[API_KEY])
        sandbox.add_instruction(ACCOUNT, CONTRACT, instruction_id=ID)
        sandbox.faults.add(fault)
        run(mode, mode.sandbox(sandbox, on_event=telemetry.hook, api_key=API_KEY, max_retries=1), call)

    written = telemetry.text() + caplog.text
    assert len(telemetry.spans) > 2 * len(CATALOGUE)
    assert not [canary for canary in CANARIES if canary in written]


# --- Metrics ----------------------------------------------------------------------------------------------------------


def test_metrics_of_requests_and_calls(mode: Mode, telemetry: Telemetry) -> None:
    service = Service(lost(), otherwise=(400, failed(400)))
    client = mode.client(service, on_event=telemetry.hook, base_url="https://service.test:8443", max_retries=0)

    run(mode, client, submitting)

    points = telemetry.points()
    request = {"server.address": "service.test", "server.port": 8443, "url.template": INSTRUCTIONS}
    assert points.pop("http.client.request.duration") == [
        ({**request, "http.request.method": "POST", "error.type": "ReadError"}, 1),
        ({**request, "http.request.method": "GET", "http.response.status_code": 400, "error.type": "400"}, 1),
    ]
    operation = {"clear_street.operation": "submit_position_instructions"}
    assert points.pop("clear_street.call.duration") == [
        ({**operation, "clear_street.outcome": "unknown", "error.type": "APIConnectionError"}, 1)
    ]
    assert points == {"clear_street.outcome_unknown": [(operation, 1)]}


def test_durations_have_the_buckets_of_the_conventions(mode: Mode, telemetry: Telemetry) -> None:
    run(mode, mode.sandbox(on_event=telemetry.hook), listing)

    data: Any = telemetry.reader.get_metrics_data()
    metrics = {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    assert set(metrics) == {"http.client.request.duration", "clear_street.call.duration"}
    for metric in metrics.values():
        assert metric.unit == "s"
        [point] = metric.data.data_points
        assert point.explicit_bounds == (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


def test_what_waits_see_is_counted(mode: Mode, telemetry: Telemetry) -> None:
    sandbox = Sandbox()
    sandbox.add_instruction(ACCOUNT, CONTRACT, instruction_id=ID)

    run(
        mode,
        mode.sandbox(sandbox, on_event=telemetry.hook),
        lambda client: client.v1.positions.cancel_and_wait(ID, account_id=ACCOUNT),
    )

    common = {"clear_street.kind": "instruction", "clear_street.anomaly": False}
    cancelled = {"clear_street.status": "CANCELLED", "clear_street.previous_status": "CANCEL_REQUESTED"}
    assert telemetry.points()["clear_street.transitions"] == [
        ({**common, "clear_street.status": "CANCEL_REQUESTED"}, 1),
        ({**common, **cancelled}, 1),
    ]
    assert not [canary for canary in CANARIES if canary in telemetry.text()]


def test_a_state_that_the_service_left_out_is_counted(mode: Mode, telemetry: Telemetry) -> None:
    service = repeating((200, envelope([row(KEY, status=None)])), (200, envelope([row(KEY, status="ACCEPTED")])))

    run(
        mode,
        mode.client(service, on_event=telemetry.hook),
        lambda client: client.v1.positions.wait_for_position_instruction(f"id-of-{KEY}", account_id=ACCOUNT),
    )

    common = {"clear_street.kind": "instruction", "clear_street.anomaly": False}
    assert telemetry.points()["clear_street.transitions"] == [
        (common, 1),
        ({**common, "clear_street.status": "ACCEPTED"}, 1),
    ]


# --- Names and the extra ----------------------------------------------------------------------------------------------


def test_names_are_those_of_the_conventions(telemetry: Telemetry) -> None:
    modules = (error_attributes, http_attributes, network_attributes, server_attributes, url_attributes)
    conventional = {value for module in modules for value in vars(module).values() if isinstance(value, str)}
    conventional |= {new_url_attributes.URL_TEMPLATE, http_metrics.HTTP_CLIENT_REQUEST_DURATION}
    service = Service(lost(), (503, failed(503)), otherwise=(200, envelope([refused(KEY)])))
    run(Mode("sync"), Mode("sync").client(service, on_event=telemetry.hook), submitting)

    points = telemetry.points()
    used = {name for span in telemetry.spans for name in span.attributes or ()} | set(points)
    used |= {name for values in points.values() for attributes, _ in values for name in attributes}
    assert {name for name in used if not name.startswith("clear_street.")} <= conventional
    assert {
        "http.request.method",
        "http.request.resend_count",
        "http.response.status_code",
        "url.full",
        "url.template",
        "server.address",
        "server.port",
        "network.protocol.name",
        "error.type",
    } <= used


def test_without_providers_nothing_is_recorded(mode: Mode) -> None:
    hook = OpenTelemetry()

    assert run(mode, mode.sandbox(on_event=hook), listing).data


def test_a_client_loads_nothing_of_it() -> None:
    program = (
        "import sys\nfrom clear_street import ClearStreet\n"
        f"ClearStreet.sandbox(on_event=print).v1.positions.get_positions({ACCOUNT})\n"
        "sys.exit('opentelemetry' in sys.modules)"
    )

    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "clear_street.opentelemetry")

    with pytest.raises(ImportError, match=r"pip install 'clear-street-client\[opentelemetry\]'"):
        import clear_street.opentelemetry  # noqa: F401
