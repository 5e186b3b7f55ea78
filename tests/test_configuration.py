"""The settings of a client: key, address, times, headers, connections; and which values it refuses."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, get_type_hints

import anyio
import httpx
import pytest

import clear_street
from clear_street import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    ArgumentError,
    AsyncClearStreet,
    ClearStreet,
    ClearStreetError,
    ConflictError,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from clear_street._config.arguments import FLAGS, OPTIONS, takes
from clear_street._config.options import CallOptions, ChangingCallOptions, ClientOptions, SubmitCallOptions
from clear_street.sandbox import Fault, Sandbox, SandboxClock, SandboxServer
from support.client_modes import Mode, query_of
from support.scripted_service import ROW, Body, Service, envelope, failed

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = envelope({"version": "2025-10-31"})
LISTED = envelope([])
INSTRUCTIONS = "/v1/accounts/7/positions/instructions"


def listing(client: Any) -> Any:
    return client.v1.positions.get_position_instructions(7)


def cancelling(client: Any) -> Any:
    return client.v1.positions.cancel_position_instruction("i-1", account_id=7)


def sent(mode: Mode, story: Callable[[Any], Any] = listing, **options: Any) -> httpx.Request:
    """The request that a client with these options sends."""
    service = Service((200, LISTED))
    client = mode.client(service, **options)
    mode.run(lambda: story(client))
    return service.request


# --- The API key ------------------------------------------------------------------------------------------------------


def test_the_key_is_sent_as_it_is(mode: Mode) -> None:
    assert sent(mode, api_key="My API Key").headers["authorization"] == "Bearer My API Key"


def test_the_key_can_come_from_the_environment(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_API_KEY", "from-environment")
    assert sent(mode, api_key=None).headers["authorization"] == "Bearer from-environment"
    assert sent(mode, api_key="argument").headers["authorization"] == "Bearer argument"


def test_the_key_can_come_from_a_function_that_is_asked_each_time(mode: Mode) -> None:
    keys = iter(["first", "second"])
    service = Service(otherwise=(200, LISTED))
    client = mode.client(service, api_key=lambda: next(keys))
    mode.run(lambda: listing(client))
    mode.run(lambda: listing(client))
    assert [request.headers["authorization"] for request in service.requests] == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_an_async_client_the_function_may_be_a_coroutine_function(backend: str) -> None:
    async def key() -> str:
        return "awaited"

    assert sent(Mode(backend), api_key=key).headers["authorization"] == "Bearer awaited"


@pytest.mark.parametrize(
    "value", ["", "new\nline", "carriage\r", "tab\tbed", " before", "after ", " ", "schlüssel", "\0"]
)
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(mode: Mode, value: str) -> None:
    with pytest.raises(ArgumentError, match="`api_key`") as caught:
        mode.kind(api_key=value)
    assert not value.strip() or value.strip() not in str(caught.value)


@pytest.mark.parametrize("value", [b"bytes", 7, ["key"]])
def test_a_key_that_is_no_string_is_refused_without_being_shown(mode: Mode, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"`api_key` but received {type(value).__name__}"):
        mode.kind(api_key=value)


@pytest.mark.parametrize("environment", [None, ""])
def test_a_missing_key_is_refused_with_what_to_do(
    mode: Mode, environment: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if environment is not None:
        monkeypatch.setenv("CLEAR_STREET_API_KEY", environment)
    with pytest.raises(ArgumentError, match=r"api_key.*CLEAR_STREET_API_KEY.*sandbox"):
        mode.kind()


def test_a_key_from_the_environment_that_cannot_be_sent_is_refused(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_API_KEY", "two\nlines")
    with pytest.raises(ArgumentError) as caught:
        mode.kind()
    assert "lines" not in str(caught.value)


def test_a_blocking_client_refuses_a_coroutine_function_for_the_key() -> None:
    async def key() -> str:
        return "awaited"

    service = Service((200, LISTED))
    client = ClearStreet(api_key=key, http_client=DefaultHttpxClient(transport=service))
    with pytest.raises(ArgumentError, match=r"`api_key`.*AsyncClearStreet"):
        listing(client)
    assert service.requests == []


@pytest.mark.parametrize("value", ["two\nlines", "", None])
def test_a_key_from_a_function_that_cannot_be_sent_stops_the_call(mode: Mode, value: object) -> None:
    service = Service((200, LISTED))
    client = mode.client(service, api_key=lambda: value)
    with pytest.raises(ArgumentError, match="`api_key`") as caught:
        mode.run(lambda: listing(client))
    assert "lines" not in str(caught.value)
    assert service.requests == []


def test_a_function_that_gives_no_key_ends_the_call_unsent(mode: Mode) -> None:
    def key() -> str:
        raise OSError("the vault with secret-path is sealed")

    service = Service((200, LISTED))
    client = mode.client(service, api_key=key)
    with pytest.raises(APIConnectionError, match=r"before anything was sent.*OSError") as caught:
        mode.run(lambda: cancelling(client))
    assert "secret-path" not in str(caught.value)
    assert not caught.value.outcome_unknown
    assert service.requests == []


def test_the_key_is_not_in_the_repr(mode: Mode) -> None:
    client = mode.client(Service((200, LISTED)), api_key="s3cret")
    assert repr(client) == f"<{mode.kind.__name__} https://api.clearstreet.com>"
    assert "s3cret" not in repr(vars(client) if hasattr(client, "__dict__") else client)


# --- Where it goes ----------------------------------------------------------------------------------------------------


def test_the_default_is_production(mode: Mode) -> None:
    assert str(sent(mode).url) == f"https://api.clearstreet.com{INSTRUCTIONS}"


def test_dev_is_the_other_environment(mode: Mode) -> None:
    assert str(sent(mode, environment="dev").url) == f"https://api-dev.clearstreet.com{INSTRUCTIONS}"


@pytest.mark.parametrize("environment", ["Production", "staging", "", ["dev"]])
def test_an_unknown_environment_is_refused(mode: Mode, environment: Any) -> None:
    with pytest.raises(ArgumentError, match=r"'production', 'dev'.*`environment`.*`base_url`"):
        mode.kind(api_key="key", environment=environment)


def test_the_environment_variable_stands_for_the_address(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_BASE_URL", "https://other.example")
    assert str(sent(mode).url) == f"https://other.example{INSTRUCTIONS}"


@pytest.mark.parametrize("environment", ["production", "dev"])
def test_code_that_says_dev_never_acts_on_what_a_variable_says(
    mode: Mode, environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mode.client(Service((200, b"")))
    monkeypatch.setenv("CLEAR_STREET_BASE_URL", "https://api.clearstreet.com")
    for make in (partial(mode.kind, "key"), client.with_options):
        with pytest.raises(ArgumentError, match=f"`environment` is '{environment}', but CLEAR_STREET_BASE_URL is set"):
            make(environment=environment)
    both = mode.kind("key", environment=environment, base_url="https://mine.example")
    assert both.base_url == "https://mine.example"


def test_the_argument_overrides_the_environment_variable(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_BASE_URL", "https://other.example")
    assert str(sent(mode, base_url="https://mine.example").url) == f"https://mine.example{INSTRUCTIONS}"


def test_an_empty_environment_variable_counts_as_none(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEAR_STREET_BASE_URL", "")
    assert mode.client(Service((200, b""))).base_url == "https://api.clearstreet.com"


@pytest.mark.parametrize(
    ("base_url", "start"),
    [
        ("https://gateway.example/clear/street", "https://gateway.example/clear/street/v1/"),
        ("https://gateway.example/clear/street/", "https://gateway.example/clear/street/v1/"),
        ("https://gateway.example:8443/", "https://gateway.example:8443/v1/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/"),
        ("http://127.9.8.7", "http://127.9.8.7/v1/"),
        ("http://[::1]:8080/", "http://[::1]:8080/v1/"),
        ("http://localhost:1/x", "http://localhost:1/x/v1/"),
        ("http://LOCALHOST", "http://localhost/v1/"),
        (httpx.URL("https://url.example/"), "https://url.example/v1/"),
    ],
)
def test_a_base_url_may_have_port_and_path_and_be_http_to_loopback(mode: Mode, base_url: Any, start: str) -> None:
    assert str(sent(mode, base_url=base_url).url).startswith(start)


@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("http://api.clearstreet.com", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("http://localhost.example", "plain http"),
        ("http://128.0.0.1", "plain http"),
        ("http://[::2]", "plain http"),
        ("https://user:s3cret@host", "user name and password"),
        ("https://s3cret@host", "user name and password"),
        ("https://host?key=1", "query"),
        ("https://host/?", "query"),
        ("https://host#part", "fragment"),
        ("https://host/a/../b", "'..'"),
        ("https://host/%2E%2e/b", "'..'"),
        ("https://host/.", "'..'"),
        ("https://host/a b", "character"),
        ("https://host\\a", "character"),
        ("https://host\n.example", "character"),
        ("https://hôst", "character"),
        ("https://host:port", "not a URL"),
        ("https://host:99999", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://", "such as"),
        ("https:///path", "such as"),
        ("ftp://host", "such as"),
        ("host", "such as"),
        ("//host", "such as"),
        ("", "such as"),
        ("https://999.1.1.1", "host"),
        ("https://ho%73t", "host"),
        ("https://ho*st", "host"),
        (7, "such as"),
    ],
)
def test_a_base_url_that_could_mislead_is_refused(mode: Mode, base_url: Any, why: str) -> None:
    with pytest.raises(ArgumentError, match="`base_url`") as caught:
        mode.kind(api_key="key", base_url=base_url)
    assert why in str(caught.value)
    assert "s3cret" not in str(caught.value)


# --- Times ------------------------------------------------------------------------------------------------------------


def test_by_default_an_attempt_has_60_s_and_5_s_of_them_to_connect(mode: Mode) -> None:
    assert sent(mode).extensions["timeout"] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}


@pytest.mark.parametrize(
    ("timeout", "phases"),
    [
        (30, {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}),
        (0.5, {"connect": 0.5, "read": 0.5, "write": 0.5, "pool": 0.5}),
        (httpx.Timeout(20, connect=2), {"connect": 2.0, "read": 20.0, "write": 20.0, "pool": 20.0}),
        (httpx.Timeout(9, read=None), {"connect": 9.0, "read": 9.0, "write": 9.0, "pool": 9.0}),
        (httpx.Timeout(None), {"connect": 60.0, "read": 60.0, "write": 60.0, "pool": 60.0}),
    ],
)
def test_the_timeout_is_a_number_of_seconds_or_httpx_s_own(mode: Mode, timeout: Any, phases: object) -> None:
    assert sent(mode, timeout=timeout).extensions["timeout"] == phases
    story = lambda client: client.v1.positions.get_position_instructions(7, timeout=timeout)  # noqa: E731
    assert sent(mode, story).extensions["timeout"] == phases


BAD_SECONDS = [0, -1, float("nan"), float("inf"), 1e10, 10**400, True, "60", Fraction(1), httpx.Timeout(0)]


@pytest.mark.parametrize("timeout", [None, *BAD_SECONDS])
def test_a_timeout_that_is_no_positive_number_is_refused(mode: Mode, timeout: Any) -> None:
    with pytest.raises(ArgumentError, match=r"positive number of seconds.*`timeout`"):
        mode.kind(api_key="key", timeout=timeout)
    with pytest.raises(ArgumentError, match=r"positive number of seconds.*`timeout`"):
        mode.client(Service((200, LISTED))).with_options(timeout=timeout)


@pytest.mark.parametrize("seconds", BAD_SECONDS)
def test_no_call_takes_a_timeout_or_deadline_that_is_no_positive_number(mode: Mode, seconds: Any) -> None:
    service = Service((200, LISTED))
    client = mode.client(service)
    with pytest.raises(ArgumentError, match="`timeout`"):
        mode.run(lambda: client.v1.positions.get_positions(7, timeout=seconds))
    with pytest.raises(ArgumentError, match="`deadline`"):
        mode.run(lambda: client.v1.positions.get_positions(7, deadline=seconds))
    with pytest.raises(ArgumentError, match="`deadline`"):
        mode.kind(api_key="key", deadline=seconds)
    assert service.requests == []


def test_the_deadline_bounds_the_attempts_and_the_waits_between_them(mode: Mode) -> None:
    clock = SandboxClock()
    service = Service(otherwise=(503, b"", {"Retry-After": "20"}))
    client = mode.client(service, deadline=30, clock=clock)
    with pytest.raises(APIStatusError):
        mode.run(lambda: listing(client))
    assert [request.extensions["timeout"]["read"] for request in service.requests] == [30.0, 10.0]
    assert clock.monotonic() == 20.0


def test_a_call_may_have_a_deadline_of_its_own_and_none_means_the_client_s(mode: Mode) -> None:
    service = Service(otherwise=(200, LISTED))
    client = mode.client(service, deadline=30, timeout=20)
    for options in ({"deadline": 3}, {"deadline": None, "timeout": None, "max_retries": None}, {"timeout": 4}):
        mode.run(lambda options=options: client.v1.positions.get_positions(7, **options))
    assert [request.extensions["timeout"]["read"] for request in service.requests] == [3.0, 20.0, 4.0]


# --- Retries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "attempts"), [({}, 3), ({"max_retries": 0}, 1), ({"max_retries": 4}, 5)])
def test_max_retries_is_the_number_of_further_attempts(mode: Mode, options: dict[str, int], attempts: int) -> None:
    for at_the_client in (True, False):
        service = Service(otherwise=(503, b""))
        client = mode.client(service, **options if at_the_client else {})
        call_options = {} if at_the_client else options
        with pytest.raises(APIStatusError) as caught:
            mode.run(lambda: client.v1.positions.get_positions(7, **call_options))  # noqa: B023
        assert len(service.requests) == len(caught.value.attempts) == attempts


@pytest.mark.parametrize("value", [-1, 1.0, True, "2", None])
def test_max_retries_that_is_no_whole_number_is_refused(mode: Mode, value: Any) -> None:
    with pytest.raises(ArgumentError, match="whole number, 0 or more, for `max_retries`"):
        mode.kind(api_key="key", max_retries=value)


# --- Headers ----------------------------------------------------------------------------------------------------------


def test_every_request_says_who_asks_and_what_for(mode: Mode) -> None:
    headers = sent(mode).headers
    product = f"clear-street-python/{clear_street.__version__} "
    assert headers["user-agent"].startswith(product)
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in headers["user-agent"]
    assert headers["accept"] == "application/json"
    assert "content-type" not in headers


def test_default_headers_are_sent_and_override_the_client_s_own(mode: Mode) -> None:
    headers = sent(mode, default_headers={"X-Desk": "options", "USER-AGENT": "mine"}).headers
    assert (headers["x-desk"], headers.get_list("user-agent")) == ("options", ["mine"])


def test_none_leaves_a_header_out(mode: Mode) -> None:
    headers = sent(mode, default_headers={"User-Agent": None, "Accept-Encoding": None}).headers
    assert "user-agent" not in headers
    assert "accept-encoding" not in headers


def test_a_call_s_headers_come_before_the_client_s(mode: Mode) -> None:
    def story(client: Any) -> Any:
        extra = {"X-Desk": "futures", "x-gone": None}
        return client.v1.positions.get_position_instructions(7, extra_headers=extra)

    headers = sent(mode, story, default_headers={"X-Desk": "options", "X-Gone": "1", "X-Kept": "2"}).headers
    assert (headers["x-desk"], "x-gone" in headers, headers["x-kept"]) == ("futures", False, "2")


@pytest.mark.parametrize(
    "headers",
    [
        {"": "value"},
        {"two words": "value"},
        {"col:on": "value"},
        {"new\nline": "value"},
        {"Ümlaut": "value"},
        {7: "value"},
        {"X-Value": "new\r\nline"},
        {"X-Value": "ümlaut"},
        {"X-Value": " space"},
        {"X-Value": 7},
        {"X-Value": b"bytes"},
        {"Content-Length": "7"},
        {"transfer-encoding": "chunked"},
        {"Host": "elsewhere.example"},
        {"Connection": "close"},
        [("X-List", "value")],
        "X-Text: value",
    ],
)
def test_refused_headers_are_named_without_their_values(mode: Mode, headers: Any) -> None:
    service = Service((200, LISTED))
    client = mode.client(service)
    with pytest.raises(ArgumentError, match="default_headers") as caught:
        mode.kind(api_key="key", default_headers=headers)
    assert "value" not in str(caught.value).replace("value of", "")
    with pytest.raises(ArgumentError, match="extra_headers"):
        mode.run(lambda: client.v1.positions.get_positions(7, extra_headers=headers))
    assert service.requests == []


# --- Copies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["with_options", "copy"])
def test_a_copy_differs_in_what_is_named_and_shares_the_connections(mode: Mode, method: str) -> None:
    service = Service(otherwise=(200, LISTED))
    client = mode.client(service, api_key="one", timeout=7, default_headers={"X-A": "1"})
    twin = getattr(client, method)(api_key="two", default_headers={"X-B": "2"}, base_url="https://copy.example")
    assert type(twin) is type(client)
    mode.run(lambda: listing(client))
    mode.run(lambda: listing(twin))
    before, after = service.requests
    assert before.url.host == "api.clearstreet.com"
    assert after.url.host == "copy.example"
    assert [r.headers["authorization"] for r in service.requests] == ["Bearer one", "Bearer two"]
    assert [(r.headers.get("x-a"), r.headers.get("x-b")) for r in service.requests] == [("1", None), ("1", "2")]
    assert [r.extensions["timeout"]["read"] for r in service.requests] == [7.0, 7.0]


def test_each_setting_can_be_changed_in_a_copy(mode: Mode) -> None:
    client = mode.client(Service((503, b""), (503, b""), (200, LISTED)), max_retries=0, strict=True)
    with pytest.raises(APIStatusError):
        mode.run(lambda: listing(client))
    assert mode.run(lambda: listing(client.with_options(max_retries=1, strict=False))).data == []
    assert client.with_options(environment="dev").base_url == "https://api-dev.clearstreet.com"
    assert client.with_options(environment="dev").with_options(timeout=3).base_url == "https://api-dev.clearstreet.com"
    assert client.with_options(base_url="https://a.example").with_options(base_url=None).base_url == client.base_url
    with pytest.raises(ArgumentError, match="read-only"):
        mode.run(lambda: cancelling(client.with_options(read_only=True)))


def test_a_deadline_can_be_taken_back_in_a_copy(mode: Mode) -> None:
    service = Service((200, LISTED))
    client = mode.client(service, deadline=5).with_options(deadline=None)
    mode.run(lambda: listing(client))
    assert service.request.extensions["timeout"]["read"] == 60.0


@pytest.mark.parametrize(
    ("option", "hint"), [("time_out", "did you mean 'timeout'?"), ("http_client", "it takes api_key, ")]
)
def test_an_unknown_option_is_a_type_error_with_a_hint(mode: Mode, option: str, hint: str) -> None:
    client = mode.client(Service((200, LISTED)))
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{option}'") as caught:
        client.with_options(**{option: 7})
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "option", ["api_key", "base_url", "environment", "max_retries", "default_headers", "on_intent"]
)
def test_what_the_client_refuses_a_copy_refuses_too(mode: Mode, option: str) -> None:
    client = mode.client(Service((200, LISTED)))
    with pytest.raises(ArgumentError, match=option):
        client.with_options(**{option: object()})
    with pytest.raises(ArgumentError, match=option):
        mode.kind(**{"api_key": "key", option: object()})


@pytest.mark.parametrize("option", ["read_only", "strict", "raise_on_rejection", "resend_after_unknown"])
@pytest.mark.parametrize("value", ["false", 1, None])
def test_what_is_true_or_false_must_be_one_of_the_two(mode: Mode, option: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=f"True or False for `{option}`"):
        mode.kind(**{"api_key": "key", option: value})
    with pytest.raises(ArgumentError, match=f"True or False for `{option}`"):
        mode.client(Service((200, LISTED))).with_options(**{option: value})


def test_copy_copy_makes_a_copy_but_deepcopy_and_pickle_refuse(mode: Mode) -> None:
    client = mode.client(Service((200, LISTED)))
    assert mode.run(lambda: listing(copy.copy(client))).data == []
    for duplicate in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="with_options"):
            duplicate(client)


# --- read_only --------------------------------------------------------------------------------------------------------


CHANGES: dict[str, Callable[[Any], Any]] = {
    "cancel": cancelling,
    "submit": lambda client: client.v1.positions.submit_position_instructions(
        7, instructions=[{"instruction_type": "EXERCISE", "instrument_id": "x", "quantity": 1}]
    ),
    "close": lambda client: client.v1.positions.close_position("x", account_id=7),
    "close all": lambda client: client.v1.positions.close_positions(7),
    "cancel_and_wait": lambda client: client.v1.positions.cancel_and_wait("i-1", account_id=7),
    "raw": lambda client: client.v1.positions.with_raw_response.cancel_position_instruction("i-1", account_id=7),
    "post": lambda client: client.post("/v1/other", cast_to=object),
    "put": lambda client: client.put("/v1/other", cast_to=object),
    "patch": lambda client: client.patch("/v1/other", cast_to=object),
    "delete": lambda client: client.delete("/v1/other", cast_to=object),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_read_only_client_sends_no_change(mode: Mode, change: Callable[[Any], Any]) -> None:
    service = Service((200, LISTED))
    client = mode.client(service, read_only=True)
    with pytest.raises(ArgumentError, match=r"read-only.*DELETE|read-only.*P(OS|U|ATC)") as caught:
        mode.run(lambda: change(client))
    assert not caught.value.outcome_unknown
    assert service.requests == []


def test_a_read_only_client_reads(mode: Mode) -> None:
    assert sent(mode, read_only=True).method == "GET"
    assert sent(mode, lambda client: client.get("/v1/other", cast_to=object), read_only=True).method == "GET"


# --- The end of a client ----------------------------------------------------------------------------------------------


def closing(client: Any) -> Any:
    return client.close()


def test_a_client_is_a_context_manager(mode: Mode) -> None:
    client = mode.sandbox()
    assert mode.within(lambda: client, lambda entered: entered is client)
    with pytest.raises(ClearStreetError, match="closed"):
        mode.run(client.v1.version.get_version)


def test_a_closed_client_and_its_copies_say_so(mode: Mode) -> None:
    client = mode.sandbox()
    twin = client.with_options(timeout=3)
    assert mode.run(client.v1.version.get_version).data.version
    mode.run(lambda: closing(client))
    mode.run(lambda: closing(client))
    for either in (client, twin):
        with pytest.raises(ClearStreetError, match="The client is closed; make a new one") as caught:
            mode.run(lambda either=either: cancelling(either))
        assert not caught.value.outcome_unknown


def test_a_client_that_was_never_used_can_be_closed(mode: Mode) -> None:
    client = mode.client()
    mode.run(lambda: closing(client))
    with pytest.raises(ClearStreetError, match="closed"):
        mode.run(lambda: listing(client))


def test_a_client_that_the_application_supplied_stays_open(mode: Mode) -> None:
    mine = mode.http_client(Service((200, LISTED)))
    client = mode.kind(api_key="key", http_client=mine)
    mode.run(lambda: closing(client))
    assert not mine.is_closed
    mode.run(lambda: listing(mode.kind(api_key="key", http_client=mine)))


def test_a_supplied_client_that_the_application_closed_says_so(mode: Mode) -> None:
    service = Service((200, LISTED))
    for kind in (None, httpx.AsyncClient if mode.is_async else httpx.Client):
        mine = mode.http_client(service) if kind is None else kind(transport=service)
        client = mode.client(http_client=mine)
        mode.run(lambda mine=mine: mine.aclose() if mode.is_async else mine.close())
        with pytest.raises(ClearStreetError, match="closed") as caught:
            mode.run(lambda client=client: cancelling(client))
        assert not caught.value.outcome_unknown
    assert service.requests == []


def test_threads_share_the_connections_that_the_first_of_them_makes() -> None:
    with (
        SandboxServer(Sandbox()) as server,
        ClearStreet(api_key="key", base_url=server.url) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        versions = list(pool.map(lambda _: client.v1.version.get_version().data.version, range(16)))
    assert versions == ["2025-10-31"] * 16
    with pytest.raises(ClearStreetError, match="closed"):
        client.v1.version.get_version()


# --- Connections of the application's own -----------------------------------------------------------------------------


def plain_client(mode: Mode, service: Service, **options: Any) -> Any:
    return (httpx.AsyncClient if mode.is_async else httpx.Client)(transport=service, **options)


def test_a_host_of_the_http_client_is_the_one_that_is_named(mode: Mode) -> None:
    service = Service((200, LISTED))
    mine = mode.http_client(service, headers={"Host": "desk.example"})
    mode.run(lambda: listing(mode.client(http_client=mine)))
    assert service.request.headers.get_list("host") == ["desk.example"]


def test_a_supplied_httpx_client_keeps_its_headers_params_and_cookies(mode: Mode) -> None:
    service = Service((200, LISTED))
    mine = plain_client(
        mode,
        service,
        headers={"X-Mine": "1", "Authorization": "Basic no", "X-Gone": "1", "User-Agent": "mine"},
        params={"trace": "on"},
        cookies={"session": "abc"},
        base_url="https://ignored.example",
    )
    client = mode.client(http_client=mine, default_headers={"X-Gone": None})
    mode.run(lambda: client.v1.positions.get_positions(7, page_size=5))
    request = service.request
    assert query_of(request) == {"trace": "on", "page_size": "5"}
    assert request.headers["cookie"] == "session=abc"
    assert request.headers.get_list("authorization") == ["Bearer key"]
    assert (request.headers["x-mine"], "x-gone" in request.headers) == ("1", False)
    assert request.headers["user-agent"].startswith("clear-street-python/")
    assert request.url.host == "api.clearstreet.com"


def test_headers_of_a_supplied_client_are_sent_unless_left_out(mode: Mode) -> None:
    service = Service((200, LISTED))
    mine = plain_client(mode, service, headers={"X-Mine": "1", "X-Gone": "1"})
    client = mode.client(http_client=mine, default_headers={"x-gone": None})
    mode.run(lambda: listing(client))
    assert (service.request.headers["x-mine"], "x-gone" in service.request.headers) == ("1", False)


@pytest.mark.parametrize("ours", [True, False])
def test_event_hooks_of_a_supplied_client_are_called(mode: Mode, ours: bool) -> None:
    seen: list[str] = []

    async def seeing_later(message: httpx.Request | httpx.Response) -> None:
        seen.append(type(message).__name__)

    def seeing(message: httpx.Request | httpx.Response) -> None:
        seen.append(type(message).__name__)

    hook = seeing_later if mode.is_async else seeing
    service = Service((200, LISTED))
    make = mode.http_client if ours else lambda service, **options: plain_client(mode, service, **options)
    mine = make(service, event_hooks={"request": [hook], "response": [hook]})
    mode.run(lambda: listing(mode.client(http_client=mine)))
    assert seen == ["Request", "Response"]


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("ours", [True, False])
def test_a_hooks_own_connect_error_is_no_proof_that_nothing_was_sent(mode: Mode, ours: bool, bare: bool) -> None:
    def audit(response: httpx.Response) -> None:
        raise httpx.ConnectError("refused", request=None if bare else httpx.Request("POST", "https://audit.example"))

    async def audit_later(response: httpx.Response) -> None:
        audit(response)

    service = Service((200, envelope([])), otherwise=(404,))
    make = mode.http_client if ours else lambda service, **options: plain_client(mode, service, **options)
    client = mode.client(http_client=make(service, event_hooks={"response": [audit_later if mode.is_async else audit]}))
    with pytest.raises(APIConnectionError, match="OUTCOME UNKNOWN") as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert service.methods.count("DELETE") == 1
    assert [attempt.outcome for attempt in caught.value.attempts] == ["unknown"]


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("reads", [True, False])
def test_a_hook_that_raises_on_a_status_makes_no_secret_of_the_reply(mode: Mode, ours: bool, reads: bool) -> None:
    def check(response: httpx.Response) -> None:
        if reads:
            response.read()
        response.raise_for_status()

    async def check_later(response: httpx.Response) -> None:
        if reads:
            await response.aread()
        response.raise_for_status()

    service = Service((409, Body(json.dumps(failed(409, "too late")).encode())), otherwise=(404,))
    make = mode.http_client if ours else lambda service, **options: plain_client(mode, service, **options)
    client = mode.client(http_client=make(service, event_hooks={"response": [check_later if mode.is_async else check]}))
    with pytest.raises(APIError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    # A body that was not read may be anything.
    assert (type(caught.value), caught.value.outcome_unknown) == (
        (ConflictError, False) if reads else (APIConnectionError, True)
    )
    assert [attempt.status_code for attempt in caught.value.attempts] == [409]
    assert getattr(caught.value.__cause__, "response", None) is None


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("hooks", [True, False])
def test_a_client_that_cannot_connect_sent_nothing_unless_a_hook_may(mode: Mode, ours: bool, hooks: bool) -> None:
    async def seeing_later(response: httpx.Response) -> None:
        raise AssertionError

    service = Service(otherwise=httpx.ConnectError("refused"))
    make = mode.http_client if ours else lambda service, **options: plain_client(mode, service, **options)
    client = mode.client(http_client=make(service, event_hooks={"response": [seeing_later] if hooks else []}))
    with pytest.raises(APIConnectionError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert (service.methods.count("DELETE"), caught.value.outcome_unknown) == ((1, True) if hooks else (3, False))


@pytest.mark.parametrize("ours", [True, False])
def test_mounts_of_a_supplied_client_are_used(mode: Mode, ours: bool) -> None:
    mounted, other = Service((200, LISTED)), Service((200, LISTED))
    make = mode.http_client if ours else lambda service, **options: plain_client(mode, service, **options)
    mine = make(other, mounts={"https://api-dev.clearstreet.com": mounted})
    mode.run(lambda: listing(mode.client(http_client=mine, environment="dev")))
    assert (len(mounted.requests), other.requests) == (1, [])


def test_failing_to_close_a_supplied_transports_reply_is_no_error(mode: Mode) -> None:
    class Stuck(Body):
        def close(self) -> None:
            raise LookupError("stuck")

        async def aclose(self) -> None:
            raise LookupError("stuck")

    service = Service((200, Stuck(b"{", httpx.ReadError("Connection reset by peer"))), otherwise=(404,))
    client = mode.client(http_client=plain_client(mode, service))
    with pytest.raises(APIConnectionError, match="OUTCOME UNKNOWN"):
        mode.run(lambda: client.v1.positions.close_positions(7))


def test_the_supplied_clients_redirects_and_auth_are_not_used(mode: Mode) -> None:
    service = Service((302, b"", {"Location": "https://elsewhere.example/"}))
    mine = plain_client(mode, service, follow_redirects=True, auth=("user", "password"))
    client = mode.client(http_client=mine)
    with pytest.raises(APIStatusError, match="HTTP 302") as caught:
        mode.run(lambda: cancelling(client))
    assert not caught.value.outcome_unknown
    assert service.request.headers["authorization"] == "Bearer key"


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_a_redirect_is_a_refusal(mode: Mode, status: int) -> None:
    service = Service((status, b"", {"Location": "/v1/version"}))
    client = mode.client(service)
    with pytest.raises(APIStatusError, match=f"HTTP {status}"):
        mode.run(lambda: listing(client))
    assert len(service.requests) == 1


@pytest.mark.parametrize("given", [httpx.MockTransport(lambda _: httpx.Response(200)), "https://proxy.example", object])
def test_what_is_no_httpx_client_is_refused(mode: Mode, given: Any) -> None:
    with pytest.raises(ArgumentError, match="`http_client`"):
        mode.kind(api_key="key", http_client=given)


def test_a_client_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"httpx\.Client for `http_client` but received AsyncClient"):
        ClearStreet(api_key="key", http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    with httpx.Client() as mine, pytest.raises(ArgumentError, match=r"httpx\.AsyncClient for `http_client`"):
        AsyncClearStreet(api_key="key", http_client=mine)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [DefaultHttpxClient, DefaultAsyncHttpxClient])
def test_the_default_httpx_clients_refuse_http2(kind: Any) -> None:
    with pytest.raises(ArgumentError, match="`http2`"):
        kind(http2=True)
    assert not kind(http2=False).is_closed


def test_the_default_httpx_clients_are_httpx_s_own() -> None:
    assert issubclass(DefaultHttpxClient, httpx.Client)
    assert issubclass(DefaultAsyncHttpxClient, httpx.AsyncClient)


# --- The sandbox ------------------------------------------------------------------------------------------------------


def test_the_sandbox_needs_neither_key_nor_network(mode: Mode) -> None:
    client = mode.sandbox()
    assert mode.run(lambda: client.v1.positions.get_positions(122503)).data
    assert repr(client) == f"<{mode.kind.__name__} https://sandbox.invalid>"


def test_the_sandbox_s_client_can_have_a_clock_of_its_own(mode: Mode) -> None:
    sandbox, clock = Sandbox(), SandboxClock()
    sandbox.faults.add(Fault.rate_limited(2))
    mode.run(mode.sandbox(sandbox, clock=clock).v1.version.get_version)
    assert (clock.monotonic(), sandbox.clock.monotonic()) == (2.0, 0.0)


def test_the_sandbox_takes_the_client_s_options_but_for_connections(mode: Mode) -> None:
    sandbox = Sandbox(api_keys=["right"])
    assert mode.run(lambda: mode.sandbox(sandbox, api_key="right").v1.positions.get_positions(122503)).data
    with pytest.raises(APIStatusError, match="HTTP 401"):
        mode.run(lambda: mode.sandbox(sandbox, api_key="wrong").v1.positions.get_positions(122503))
    for option in ("http_client", "api_keys"):
        with pytest.raises(TypeError, match=rf"^sandbox\(\) got an unexpected keyword argument '{option}'; .*api_key"):
            mode.sandbox(sandbox, **{option: None})
    with pytest.raises(ArgumentError, match=r"clear_street\.sandbox\.Sandbox for `sandbox` but received dict"):
        mode.kind.sandbox({})


def test_waiting_on_the_sandbox_takes_no_time(mode: Mode) -> None:
    sandbox = Sandbox()
    sandbox.add_instruction(122503, "AAPL 280121C00195000", instruction_id="i-1")
    row = mode.run(lambda: mode.sandbox(sandbox).v1.positions.cancel_and_wait("i-1", account_id=122503))
    assert row.status == "CANCELLED"
    assert sandbox.clock.monotonic() > 1.0


# --- on_intent --------------------------------------------------------------------------------------------------------


def test_on_intent_sees_a_change_before_it_is_sent_and_can_stop_it(mode: Mode) -> None:
    intents: list[tuple[tuple[str, ...], str, str]] = []
    service = Service((200, envelope(ROW)))

    def intend(keys: tuple[str, ...], request: Any) -> None:
        intents.append((keys, request.method, request.path))
        assert service.requests == []
        raise LookupError("the journal is full")

    client = mode.client(service, on_intent=intend)
    with pytest.raises(LookupError, match="journal"):
        mode.run(lambda: cancelling(client))
    assert intents == [((), "DELETE", f"{INSTRUCTIONS}/i-1")]
    assert service.requests == []
    mode.run(client.v1.version.get_version)


def test_on_intent_may_be_a_coroutine_function_in_an_async_client_only() -> None:
    seen: list[str] = []

    async def intend(keys: tuple[str, ...], request: Any) -> None:
        seen.append(request.operation)

    service = Service(otherwise=(200, envelope(ROW)))
    for backend in ("asyncio", "trio"):
        mode = Mode(backend)
        client = mode.client(service, on_intent=intend)
        mode.run(lambda client=client: cancelling(client))
    assert seen == ["cancel_position_instruction"] * 2


def test_the_clock_of_the_attempts_is_the_one_that_was_given(mode: Mode) -> None:
    start = datetime(2030, 1, 2, tzinfo=UTC)
    client = mode.client(Service((200, LISTED)), clock=SandboxClock(start))
    assert mode.run(lambda: listing(client)).attempts[0].started_at == start


async def _forever(*_: object) -> None:
    await anyio.sleep(60)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_on_intent_has_until_the_deadline(backend: str) -> None:
    mode, service = Mode(backend), Service((200, envelope([])))
    client = mode.client(service, on_intent=_forever, deadline=0.05)
    with pytest.raises(APITimeoutError, match="on_intent took until the deadline") as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert (service.requests, caught.value.outcome_unknown) == ([], False)


# --- A key that goes bad ----------------------------------------------------------------------------------------------


def test_a_key_that_goes_bad_within_a_call_is_no_argument_error(mode: Mode) -> None:
    keys = iter(["good", "bad\n", "good"])
    service = Service(httpx.ReadError("reset"), (200, envelope([{**ROW, "id": "i-1", "status": "CANCEL_REQUESTED"}])))
    client = mode.client(service, api_key=lambda: next(keys), max_retries=1)
    cancelled = mode.run(lambda: client.v1.positions.cancel_position_instruction("i-1", account_id=7))
    assert [attempt.outcome for attempt in cancelled.attempts] == ["unknown", "never_sent"]
    assert cancelled.reconciled is True
    keys, service = iter(["good", "bad\n"]), Service((429, b""))
    client = mode.client(service, api_key=lambda: next(keys), max_retries=1)
    with pytest.raises(APIConnectionError) as caught:
        mode.run(lambda: client.v1.positions.close_positions(7))
    assert (type(caught.value), caught.value.outcome_unknown) == (APIConnectionError, False)


def test_a_key_that_goes_bad_before_a_look_leaves_the_outcome_unknown(mode: Mode) -> None:
    keys = chain(["good"], repeat("bad\n"))
    client = mode.client(Service(httpx.ReadError("reset")), api_key=lambda: next(keys))
    with pytest.raises(APIConnectionError) as caught:
        mode.run(lambda: client.v1.positions.cancel_position_instruction("i-1", account_id=7))
    assert caught.value.outcome_unknown is True


@pytest.mark.parametrize(
    ("declared", "takers"),
    [
        (CallOptions, ("call",)),
        (ChangingCallOptions, ("call", "change")),
        (SubmitCallOptions, ("call", "change", "submit")),
        (ClientOptions, ("client",)),
    ],
)
def test_the_options_declared_for_type_checkers_are_those_of_the_table(declared: Any, takers: tuple[str, ...]) -> None:
    table = {name for name in OPTIONS if takes(name, *takers)}

    odd = table ^ {*declared.__annotations__}
    assert not odd, (
        f"{', '.join(sorted(odd))}: in one of `OPTIONS` in _config/arguments.py and `{declared.__name__}` in "
        "_config/options.py alone; write it into both"
    )


def test_options_that_are_declared_true_or_false_are_checked_as_such() -> None:
    declared = get_type_hints(ClientOptions)

    assert {name for name in declared if declared[name] is bool} == {*FLAGS}, (
        "an option that is True or False is declared `bool` in _config/options.py and listed in `FLAGS` of "
        "_config/arguments.py; write it into both"
    )


NEVER_READ = (
    "its value is never read: `BaseClient.__init__` in _client.py hands a client's on to `Settings._take` in "
    "_config/settings.py, which reads it; `Asked` in _calls/call.py reads a call's; limits are read by `Limits` in "
    "_config/limits.py"
)


@pytest.mark.parametrize("name", sorted(ClientOptions.__annotations__))
def test_each_option_of_a_client_is_read(name: str) -> None:
    wrong: Any = {"api_key": "key", name: object()}
    try:
        ClearStreet(**wrong)
        refusal = ""
    except (ArgumentError, TypeError) as error:
        refusal = str(error) if isinstance(error, ArgumentError) else ""

    assert f"`{name}`" in refusal, f"`{name}` of a client: {NEVER_READ}"


@pytest.mark.parametrize("name", sorted(SubmitCallOptions.__annotations__))
def test_each_option_of_a_call_is_read(name: str) -> None:
    wrong: Any = {name: object()}
    row: Any = {"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1}
    try:
        Service().client().v1.positions.submit_position_instructions(7, instructions=[row], **wrong)
        refusal = ""
    except (ArgumentError, pytest.fail.Exception) as error:  # the latter: the service was asked
        refusal = str(error)

    assert f"`{name}`" in refusal, f"`{name}` of a call: {NEVER_READ}"
