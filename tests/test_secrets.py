"""Secrets show nowhere, however a call ends: the API key, the values of headers, the password of a proxy."""

from __future__ import annotations

import base64
import copy
import gc
import html
import inspect
import json
import logging
import pickle
import warnings
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from itertools import cycle, product
from traceback import TracebackException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import ArgumentError, ClearStreetError, CutoffPassedError
from clear_street._config.secrets import Headers, Secret
from clear_street._http import redaction
from clear_street.errors import APIConnectionError, APIError
from clear_street.sandbox import SandboxClock
from support.client_modes import Mode, settled
from support.key_names import KEY_NAME
from support.raw_server import RawServer, answering, reply
from support.scripted_service import ROW, Body, Service, envelope, failed, repeating

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping

    Story = Callable[[Any], Awaitable[object]]

# What is secret stands here and nowhere else: a traceback shows the local variables of tests as well.
KEY = "canary-in-the-key-4f1d"
DEFAULT_HEADER = "canary-in-a-default-header-8c2e"
COOKIE = "canary-in-a-cookie-93ab"
EXTRA_HEADER = "canary-in-an-extra-header-d07b"
PROXY = "canary-in-the-proxy-61fa"
URL = "canary-in-the-url-2b9c"
SECRETS = (KEY, DEFAULT_HEADER, COOKIE, EXTRA_HEADER, PROXY, URL)
IN_THE_CLEAR = {secret: (secret.encode(),) for secret in SECRETS} | {
    PROXY: (PROXY.encode(), base64.b64encode(f"user:{PROXY}".encode()))
}

HEADERS = {"X-Secret": DEFAULT_HEADER, "Cookie": f"session={COOKIE}"}
EXTRA: dict[str, Any] = {"extra_headers": {"X-Extra": EXTRA_HEADER}}
KEYS: dict[str, Any] = {"string": KEY, "callable": lambda: KEY}

INSTRUCTION = {"instruction_type": "EXERCISE", "instrument_id": ROW["instrument_id"], "quantity": 1}
POSITION = {"symbol": "AAPL", "quantity": "1", "instrument_type": "COMMON_STOCK"}


# --- The search -------------------------------------------------------------------------------------------------------


def found_in(shown: str | bytes) -> set[str]:
    """The secrets that a text or bytes show."""
    content = shown.encode("utf-8", "replace") if isinstance(shown, str) else shown
    return {secret for secret, forms in IN_THE_CLEAR.items() if any(form in content for form in forms)}


def parts_of(thing: object, *, opaque: tuple[type, ...] = (), seen: dict[int, object] | None = None) -> Iterator[str]:
    """Yield the `repr` of a thing and of all that its variables hold, at any depth, except what is `opaque`."""
    seen = {} if seen is None else seen
    if id(thing) in seen or isinstance(thing, type) or inspect.ismodule(thing) or inspect.isroutine(thing):
        return
    seen[id(thing)] = thing
    yield repr(thing)
    if isinstance(thing, (str, bytes, *opaque)):
        return
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()) if name != "__weakref__"]
    inside: list[object] = [getattr(thing, name, None) for name in slots]
    inside += getattr(thing, "__dict__", {}).values()
    if isinstance(thing, dict):
        inside += [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        inside += thing
    for part in inside:
        yield from parts_of(part, opaque=opaque, seen=seen)


def chain_of(error: BaseException | None, seen: set[int] | None = None) -> Iterator[BaseException]:
    """Yield an exception with its causes and contexts, also those that a traceback would leave out."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        yield from chain_of(other, seen)


def shown_by_error(error: BaseException) -> Iterator[tuple[str, str | bytes]]:
    """Every way in which an exception can show itself."""
    for one in chain_of(error):
        yield "str", str(one)
        yield "repr", repr(one)
        yield "args", repr(one.args)
        yield "notes", repr(getattr(one, "__notes__", ()))
        yield "vars", "\n".join(parts_of(one))
        yield "traceback", "".join(TracebackException.from_exception(one, capture_locals=True).format())
        if isinstance(one, ClearStreetError):
            yield "pickle", pickle.dumps(one)


def shown_by_value(value: object) -> Iterator[tuple[str, str | bytes]]:
    """Yield every text in which the result of a call can show itself."""
    yield "str", str(value)
    yield "repr", repr(value)
    yield "vars", "\n".join(parts_of(value))
    yield "pickle", pickle.dumps(value)


def shown_by_holder(thing: object) -> Iterator[tuple[str, str | bytes]]:
    """Every way in which something can show itself that has to hold secrets, or httpx's own request, for its work."""
    yield "str", str(thing)
    yield "repr", repr(thing)
    opaque = (Secret, Headers, httpx.Client, httpx.AsyncClient, httpx.Response)
    yield "vars", "\n".join(parts_of(thing, opaque=opaque))
    with suppress(TypeError, AttributeError, pickle.PicklingError):
        yield "pickle", pickle.dumps(thing)


def shown_by_records(records: list[logging.LogRecord]) -> Iterator[tuple[str, str]]:
    """Every way in which the log can show something."""
    for record in records:
        yield "log", f"{record.getMessage()} {vars(record)!r}"


def leaks(shown: Iterator[tuple[str, str | bytes]]) -> list[tuple[str, str]]:
    """Where which secret shows."""
    return sorted({(place, secret) for place, text in shown for secret in found_in(text)})


class Watch:
    """Sees all that stories show: what they give or raise, what is logged, and warnings."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self.raised: list[BaseException] = []
        self.given: list[object] = []
        self.warned: list[warnings.WarningMessage] = []
        for name in ("", "clear_street", "httpx", "httpcore"):
            caplog.set_level(logging.DEBUG, name or None)

    def see(self, mode: Mode, story: Story, client: Any) -> None:
        """Run a story, and check that its result shows no secret."""
        error: BaseException | None = None
        try:
            self.given.append(mode.play(story, client))
            assert leaks(shown_by_value(self.given[-1])) == []
        except AssertionError:
            raise
        except BaseException as caught:  # noqa: BLE001 - an interruption shows what it met as well
            error = caught
        if error is not None:
            self.raised.append(error)
            assert leaks(shown_by_error(error)) == []
        self.look_at_the_log()

    def look_at_the_log(self) -> None:
        """Find nothing in what was logged so far."""
        assert leaks(shown_by_records(self._caplog.records)) == []
        self._caplog.clear()


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture) -> Iterator[Watch]:
    """Sees the logs of all packages on the way, and every warning."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        watch = Watch(caplog)
        watch.warned = warned
        yield watch
    assert [found_in(f"{warning.message!r} {vars(warning)}") for warning in warned] == [set()] * len(warned)


@asynccontextmanager
async def entered(manager: Any) -> AsyncGenerator[Any]:
    """A context manager of either kind."""
    if hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


async def each(iterable: Any) -> AsyncIterator[Any]:
    """The items of an iterable of either kind."""
    if hasattr(iterable, "__aiter__"):
        async for item in iterable:
            yield item
    else:
        for item in iterable:
            yield item


# --- What is asked of a client ----------------------------------------------------------------------------------------


async def get_positions(client: Any) -> object:
    return await settled(client.v1.positions.get_positions(7, **EXTRA))


async def get_position_instructions(client: Any) -> object:
    return await settled(client.v1.positions.get_position_instructions(7, **EXTRA))


async def submit(client: Any) -> object:
    return await settled(client.v1.positions.submit_position_instructions(7, instructions=[INSTRUCTION], **EXTRA))


async def cancel(client: Any) -> object:
    return await settled(client.v1.positions.cancel_position_instruction("i-1", account_id=7, **EXTRA))


async def close_position(client: Any) -> object:
    return await settled(client.v1.positions.close_position("AAPL", account_id=7, **EXTRA))


async def close_positions(client: Any) -> object:
    return await settled(client.v1.positions.close_positions(7, **EXTRA))


async def get_version(client: Any) -> object:
    return await settled(client.v1.version.get_version(**EXTRA))


async def strict(client: Any) -> object:
    return await settled(client.with_options(strict=True).v1.positions.get_position_instructions(7, **EXTRA))


async def raising_on_rejection(client: Any) -> object:
    picky = client.with_options(raise_on_rejection=True)
    return await settled(picky.v1.positions.submit_position_instructions(7, instructions=[INSTRUCTION], **EXTRA))


async def a_verb(client: Any) -> object:
    return await settled(client.post("/v1/other", cast_to=dict, body={"a": 1}, **EXTRA))


async def raw(client: Any) -> object:
    response = await settled(client.v1.positions.with_raw_response.get_position_instructions(7, **EXTRA))
    assert leaks(shown_by_holder(response)) == []
    assert leaks(shown_by_value(response.attempts)) == []
    return await settled(response.parse())


async def streamed(client: Any) -> object:
    manager = client.v1.positions.with_streaming_response.get_position_instructions(7, **EXTRA)
    async with entered(manager) as response:
        assert leaks(shown_by_holder(manager)) == leaks(shown_by_holder(response)) == []
        return await settled(response.parse())


async def streamed_by_lines(client: Any) -> object:
    async with entered(client.v1.positions.with_streaming_response.close_positions(7, **EXTRA)) as response:
        return [line async for line in each(response.iter_lines())]


async def pages(client: Any) -> object:
    listing = client.v1.positions.iter_positions(7, **EXTRA)
    assert leaks(shown_by_holder(listing)) == []
    return [page async for page in each(listing.pages())]


async def wait(client: Any) -> object:
    return await settled(client.v1.positions.wait_for_position_instruction("i-1", account_id=7, deadline=5))


async def cancel_and_wait(client: Any) -> object:
    return await settled(client.v1.positions.cancel_and_wait("i-1", account_id=7, wait_deadline=5, **EXTRA))


async def a_watch(client: Any) -> object:
    changes = client.v1.positions.watch_position_instructions(7, deadline=5)
    assert leaks(shown_by_holder(changes)) == []
    return [change async for change in each(changes)]


async def find(client: Any) -> object:
    positions = client.v1.positions
    return await settled(positions.find_position_instructions(7, idempotency_keys=["key-1"], **EXTRA))


STORIES = (
    *(get_positions, get_position_instructions, submit, cancel, close_position, close_positions, get_version),
    *(strict, raising_on_rejection, a_verb, raw, streamed, streamed_by_lines, pages, find),
    *(wait, cancel_and_wait, a_watch),
)

REFUSED = {**ROW, "id": "00000000-0000-0000-0000-000000000000", "status": "REJECTED", "rejection_reason": "No"}
ODD = {**ROW, "status": "NEW", "quantity": 1, "venue": "X"}
REPLIES: Mapping[str, tuple[Exception | tuple[Any, ...], ...]] = {
    "rows": ((200, envelope([ROW])),),
    "one row": ((200, envelope(ROW)),),
    "settled": ((200, envelope(ROW)), (200, envelope([{**ROW, "status": "CANCELLED"}]))),
    "a version": ((200, envelope({"version": "1"})),),
    "refused rows": ((207, envelope([REFUSED])),),
    "a departure": ((200, envelope([ODD, POSITION], {"code": 7})),),
    "nothing": ((200, b""),),
    "no JSON": ((200, b"<html>"),),
    "no object": ((200, b"[1]"),),
    "mended JSON": ((200, b'{"data": [{"id": "\xff"}]}'),),
    "too deep": ((200, b'{"data": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),),
    "broken off": ((200, Body(b'{"data"', httpx.RemoteProtocolError("peer closed connection"))),),
    "body too late": ((200, Body(b'{"data"', httpx.ReadTimeout("timed out"))),),
    "error broken off": ((500, Body(b'{"error"', httpx.ReadError("reset"))),),
    "redirect": ((302, b"", {"Location": "https://elsewhere.example/"}),),
    "see other": ((303, b"", {"Location": "https://elsewhere.example/"}),),
    **{str(status): ((status, failed(status)),) for status in (400, 401, 403, 404, 408, 409, 422, 429, 500, 503)},
    "refused rows for now": ((503, envelope([REFUSED])),),
    "gateway": ((502, b"<html>Bad gateway"),),
    "later": ((429, failed(429), {"Retry-After": "90"}),),
    "no connection": (httpx.ConnectError("Connection refused"),),
    "connection too late": (httpx.ConnectTimeout("timed out"),),
    "no free connection": (httpx.PoolTimeout("timed out"),),
    "proxy": (httpx.ProxyError("407 Proxy Authentication Required"),),
    "reset": (httpx.ReadError("Connection reset by peer"),),
    "too late": (httpx.ReadTimeout("timed out"),),
    "not written": (httpx.WriteError("Broken pipe"),),
    "no HTTP": (httpx.RemoteProtocolError("illegal status line"),),
    "header that breaks HTTP": (httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"),),
    "foreign": (RuntimeError("something else"),),
}


def made(mode: Mode, key: str, http_client: Any, **options: Any) -> Any:
    """A client with all the secrets; waiting takes it no time."""
    return mode.kind(
        KEYS[key], default_headers=HEADERS, http_client=http_client, **{"clock": SandboxClock(), **options}
    )


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_whatever_the_service_answers_no_secret_shows(mode: Mode, story: Story, watch: Watch) -> None:
    for answers, key in zip(REPLIES.values(), cycle(KEYS)):
        service = repeating(*answers)
        watch.see(mode, story, made(mode, key, mode.http_client(service)))
        # They were there to be shown.
        sent = service.requests[-1].headers
        assert found_in(repr(sent.raw)) >= {DEFAULT_HEADER, COOKIE, *([KEY] if story is not get_version else [])}
    assert watch.raised
    assert watch.given


ECHO = f"Authorization: Bearer {KEY}"
ECHOES = {
    "message": (401, failed(401, ECHO)),
    "details": (400, envelope(None, {"code": 400, "message": "No", "details": [{"header": ECHO}]})),
    "rows": (409, envelope([{**REFUSED, KEY_NAME: "key-1", "rejection_reason": ECHO}])),
    "headers": (403, failed(403), {"X-Echo": ECHO, "X-Request-Id": KEY}),
    "page": (502, ECHO.encode()),
    "page of a success": (200, ECHO.encode()),
    "page broken off": (500, Body(ECHO.encode(), httpx.ReadError("reset")), {"X-Request-Id": KEY}),
    "remark": (200, {**envelope([ROW], {"code": 1, "message": ECHO}), "metadata": {"request_id": KEY}}),
    "value": (200, envelope({**ROW, "status": ECHO, "venue": ECHO})),
    "name": (200, envelope([{**ROW, KEY: 1}])),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_key_that_the_service_repeats_is_not_handed_on(mode: Mode, echo: Any, watch: Watch) -> None:
    stories = (get_positions, submit, cancel, close_position, strict, raw, find, a_verb, wait, cancel_and_wait)
    for story, key in product(stories, KEYS):
        watch.see(mode, story, made(mode, key, mode.http_client(Service(echo))))
    shown = "".join(text for thing in (*watch.raised, *watch.given) for text in parts_of(thing))
    assert "<secret>" in shown


def test_a_short_key_is_not_looked_for_in_replies(mode: Mode) -> None:
    client = mode.client(Service((200, envelope([ROW]))), api_key=ROW[KEY_NAME])
    [row] = mode.play(get_position_instructions, client).data
    assert row.instruction_id == ROW[KEY_NAME]


def test_an_interruption_shows_no_secret(mode: Mode, watch: Watch) -> None:
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    for story in (get_positions, submit, cancel, close_position, raw, streamed, cancel_and_wait):
        watch.see(mode, story, made(mode, "callable", mode.http_client(httpx.MockTransport(interrupt))))
    assert {type(error) for error in watch.raised} == {KeyboardInterrupt}


def test_a_function_that_gives_no_usable_key_shows_no_secret(mode: Mode, watch: Watch) -> None:
    def failing() -> str:
        raise LookupError(KEY)

    for key in (failing, lambda: KEY + "\n", lambda: [KEY], KEY.encode):
        for story in (get_positions, cancel, streamed):
            service = Service((200, envelope([])))
            watch.see(mode, story, mode.client(service, api_key=key, default_headers=HEADERS))
            assert service.requests == []
    assert {type(error) for error in watch.raised} == {APIConnectionError, ArgumentError}


# --- What is refused --------------------------------------------------------------------------------------------------

UNUSABLE_CLIENTS: tuple[dict[str, Any], ...] = (
    *({"api_key": key} for key in (KEY + "\n", f" {KEY}", f"{KEY}\0", f"{KEY}ü", KEY.encode(), [KEY], {"key": KEY})),
    *({"default_headers": {"X-Secret": value}} for value in (DEFAULT_HEADER + "\r\n", f"{DEFAULT_HEADER} ", 1.5)),
    *({"default_headers": {"X-Secret": value}} for value in ([DEFAULT_HEADER], DEFAULT_HEADER.encode())),
    *({"default_headers": {name: DEFAULT_HEADER}} for name in ("", "a b", "Host", "Content-Length", 7)),
    *({"default_headers": headers} for headers in (DEFAULT_HEADER, [("X-Secret", DEFAULT_HEADER)], 7)),
    *({"base_url": f"{scheme}user:{URL}@{rest}"} for scheme in ("https://", "http://", "") for rest in ("a.b", "a/?q")),
    *({"base_url": f"{scheme}user:{URL}@127.0.0.1:99999"} for scheme in ("https:", "https:/", "https:///", "")),
    *({"base_url": f"https://a.example{rest}"} for rest in (f"/?token={URL}", f"#{URL}", f" {URL}", f":{URL}")),
    *({name: "wrong"} for name in ("environment", "timeout", "deadline", "max_retries", "read_only", "on_intent")),
    {"http_client": "wrong"},
)


@pytest.mark.parametrize("number", range(len(UNUSABLE_CLIENTS)))
def test_a_client_that_is_refused_shows_no_secret(mode: Mode, number: int, watch: Watch) -> None:
    async def new(_: object) -> object:
        return mode.kind(**{"api_key": KEY, "default_headers": HEADERS} | UNUSABLE_CLIENTS[number])

    async def new_copy(client: Any) -> object:
        return client.with_options(**UNUSABLE_CLIENTS[number])

    async def new_sandbox(_: object) -> object:
        return mode.kind.sandbox(**{"default_headers": HEADERS} | UNUSABLE_CLIENTS[number])

    for story in (new, new_copy, new_sandbox):
        watch.see(mode, story, made(mode, "string", None))
    assert {type(error) for error in watch.raised} <= {ArgumentError, TypeError}
    assert len(watch.raised) == 3


UNUSABLE_OPTIONS: tuple[dict[str, Any], ...] = (
    *({"extra_headers": {"X-Extra": value}} for value in (EXTRA_HEADER + "\n", [EXTRA_HEADER], EXTRA_HEADER.encode())),
    *({"extra_headers": {name: EXTRA_HEADER}} for name in ("", "a b", "Transfer-Encoding", 7)),
    *({"extra_headers": headers} for headers in (EXTRA_HEADER, [("X-Extra", EXTRA_HEADER)])),
    *({name: "wrong"} for name in ("timeout", "max_retries", "deadline", "extra_query")),
    {"extra_header": {"X-Extra": EXTRA_HEADER}},
    {"headers": {"X-Extra": EXTRA_HEADER}},
    {"api_key": KEY},
)


@pytest.mark.parametrize("number", range(len(UNUSABLE_OPTIONS)))
def test_a_call_that_is_refused_shows_no_secret(mode: Mode, number: int, watch: Watch) -> None:
    async def plain(client: Any) -> object:
        return await settled(client.v1.positions.get_positions(7, **EXTRA | UNUSABLE_OPTIONS[number]))

    async def changing(client: Any) -> object:
        positions = client.v1.positions.with_raw_response
        return await settled(
            positions.cancel_position_instruction("i", account_id=7, **EXTRA | UNUSABLE_OPTIONS[number])
        )

    async def streaming(client: Any) -> object:
        positions = client.v1.positions.with_streaming_response
        async with entered(positions.close_position("i", account_id=7, **EXTRA | UNUSABLE_OPTIONS[number])) as response:
            return response

    async def a_page(client: Any) -> object:
        listing = client.v1.positions.iter_positions(7, **EXTRA | UNUSABLE_OPTIONS[number])
        return [row async for row in each(listing)]

    async def a_verb(client: Any) -> object:
        return await settled(client.put("/v1/other", cast_to=dict, **EXTRA | UNUSABLE_OPTIONS[number]))

    async def settling(client: Any) -> object:
        positions = client.v1.positions
        return await settled(positions.cancel_and_wait("i", account_id=7, **EXTRA | UNUSABLE_OPTIONS[number]))

    service = Service((200, envelope([])))
    for story in (plain, changing, streaming, a_page, a_verb, settling):
        watch.see(mode, story, made(mode, "string", mode.http_client(service)))
    assert {type(error) for error in watch.raised} <= {ArgumentError, TypeError}
    assert len(watch.raised) == 6
    assert service.requests == []


async def an_empty_id(client: Any) -> object:
    return await settled(client.v1.positions.cancel_position_instruction("", account_id=7, **EXTRA))


async def no_account(client: Any) -> object:
    return await settled(client.v1.positions.get_positions("7", **EXTRA))


async def no_rows(client: Any) -> object:
    return await settled(client.v1.positions.submit_position_instructions(7, instructions=[], **EXTRA))


async def no_path(client: Any) -> object:
    return await settled(client.get("v1", cast_to=dict, **EXTRA))


async def no_type(client: Any) -> object:
    return await settled(client.get("/v1", cast_to=int, **EXTRA))


async def no_page(client: Any) -> object:
    return [row async for row in each(client.v1.positions.iter_positions(7, page_size="x", **EXTRA))]


async def no_keys(client: Any) -> object:
    return await settled(client.v1.positions.find_position_instructions(7, idempotency_keys=[], **EXTRA))


async def no_deadline(client: Any) -> object:
    return await settled(client.v1.positions.cancel_and_wait("i", account_id=7, wait_deadline=0, **EXTRA))


async def no_change_allowed(client: Any) -> object:
    return await close_position(client.with_options(read_only=True))


async def no_time(client: Any) -> object:
    long_ago = SandboxClock().now().replace(year=2000)
    return await settled(client.v1.positions.close_positions(7, not_after=long_ago, **EXTRA))


async def closed(client: Any) -> object:
    await settled(client.close())
    return await get_positions(client)


@pytest.mark.parametrize(
    "story",
    [an_empty_id, no_account, no_rows, no_path, no_type, no_page, no_keys, no_deadline, no_change_allowed, no_time],
    ids=lambda story: story.__name__,
)
def test_an_argument_that_is_refused_shows_no_secret(mode: Mode, story: Story, watch: Watch) -> None:
    service = Service((200, envelope([])))
    watch.see(mode, story, made(mode, "string", mode.http_client(service)))
    [error] = watch.raised
    assert isinstance(error, (ArgumentError, CutoffPassedError))
    assert service.requests == []


# --- What holds secrets -----------------------------------------------------------------------------------------------


def test_a_client_and_what_hangs_on_it_show_no_secret(mode: Mode, watch: Watch) -> None:
    client = made(mode, "string", mode.http_client(Service((200, envelope([])))))
    for thing in (
        *(client, client.with_options(timeout=3), client.v1, client.v1.positions, client.v1.version),
        *(client.v1.positions.with_raw_response, client.v1.positions.with_streaming_response),
        client.v1.positions.get_positions,
    ):
        assert leaks(shown_by_holder(thing)) == []
    watch.look_at_the_log()


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy], ids=lambda each: each.__name__)
def test_what_hides_a_secret_cannot_be_copied_away(duplicate: Callable[[object], object]) -> None:
    for hidden in (Secret(KEY), Headers({"x-secret": DEFAULT_HEADER})):
        with pytest.raises(TypeError, match="cannot be pickled") as caught:
            duplicate(hidden)
        assert leaks(shown_by_error(caught.value)) == []


def test_what_is_told_of_an_intent_shows_no_secret(mode: Mode, watch: Watch) -> None:
    def look(keys: tuple[str, ...], request: Any) -> None:
        assert leaks(shown_by_value((keys, request.operation))) == []
        assert leaks(shown_by_holder(request)) == []
        raise LookupError("the journal is full")

    for story in (submit, cancel, close_position, a_verb):
        watch.see(mode, story, made(mode, "string", mode.http_client(Service((200, envelope([])))), on_intent=look))
    assert {type(error) for error in watch.raised} == {LookupError}


def test_a_closed_client_shows_no_secret(mode: Mode, watch: Watch) -> None:
    watch.see(mode, closed, made(mode, "string", None))
    [error] = watch.raised
    assert "closed" in str(error)


# --- Over sockets: below us are httpcore and h11, with frames, errors and logs of their own ---------------------------


def saying(content: bytes) -> Callable[[RawServer, socket.socket], None]:
    """Answers the first request of each connection with some bytes, and goes."""

    def serve(server: RawServer, connection: socket.socket) -> None:
        if server.request(connection):
            connection.sendall(content)

    return serve


def silent(server: RawServer, connection: socket.socket) -> None:
    """Reads a request, and says nothing."""
    server.request(connection)
    server.hold()


SERVERS = {
    "rows": answering,
    "gone": saying(b""),
    "silent": silent,
    **{str(status): saying(reply(status=f"{status} Is what it is")) for status in (302, 401, 404, 429, 503)},
    "no HTTP": saying(b"220 mail.example ESMTP\r\n\r\n"),
    "head broken off": saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "bad header": saying(b"HTTP/1.1 200 OK\r\nNo header\r\n\r\n"),
    "body broken off": saying(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data"'),
    "bad chunk": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "not compressed": saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
}


async def over_a_socket(client: Any) -> object:
    """Read, cancel and stream; return the result of the last."""
    async with entered(client):
        for story in (get_positions, cancel, streamed_by_lines):
            with suppress(APIError):
                await story(client)
        return await streamed(client)


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
def test_over_a_socket_no_secret_shows(mode: Mode, serve: Callable[..., object], watch: Watch) -> None:
    with RawServer(serve) as server:
        watch.see(mode, over_a_socket, made(mode, "string", None, base_url=server.url, timeout=0.05, max_retries=1))
        assert found_in(server.first_request()) == {KEY, DEFAULT_HEADER, COOKIE, EXTRA_HEADER}


def test_where_nobody_listens_and_where_tls_fails_no_secret_shows(mode: Mode, watch: Watch) -> None:
    with RawServer(lambda _, connection: connection.sendall(b"220 mail.example ESMTP\r\n")) as server:
        for scheme in ("https", "http"):
            url = server.url.replace("http", scheme)
            watch.see(mode, over_a_socket, made(mode, "string", None, base_url=url, max_retries=1))
    watch.see(mode, over_a_socket, made(mode, "string", None, base_url=server.url))
    assert {type(error) for error in watch.raised} == {APIConnectionError}


def test_a_client_that_was_never_closed_shows_no_secret(mode: Mode, watch: Watch) -> None:
    with RawServer(answering) as server:
        watch.see(mode, get_positions, made(mode, "string", None, base_url=server.url))
        gc.collect()
    assert [str(warning.message) for warning in watch.warned if "never closed" in str(warning.message)]


@contextmanager
def proxied(serve: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> Generator[RawServer]:
    """A server that is the environment's proxy for https."""
    with RawServer(serve) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PROXY}@127.0.0.1:{server.port}")
        yield server


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
def test_the_password_of_the_environment_s_proxy_shows_nowhere(
    mode: Mode, serve: Callable[..., object], watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(serve, monkeypatch) as server:
        client = made(mode, "string", None, base_url="https://service.test", timeout=0.1, max_retries=1)
        watch.see(mode, over_a_socket, client)
        assert found_in(server.first_request()) == {PROXY}
    assert {error.__class__ for error in watch.raised} <= {APIConnectionError, *APIConnectionError.__subclasses__()}
    assert watch.raised


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
def test_the_password_of_a_proxy_given_to_the_connections_shows_nowhere(
    mode: Mode, serve: Callable[..., object], watch: Watch
) -> None:
    async def through_the_proxy(client: Any) -> object:
        async with entered(connections):
            return await over_a_socket(client)

    with RawServer(serve) as server:
        connections = mode.http_kind(proxy=f"http://user:{PROXY}@127.0.0.1:{server.port}")
        client = made(mode, "string", connections, base_url="http://127.0.0.1:9", timeout=0.1, max_retries=1)
        assert leaks(shown_by_holder(client)) == leaks(iter([("repr", repr(connections))])) == []
        watch.see(mode, through_the_proxy, client)
        assert found_in(server.first_request()) >= {PROXY, KEY}


UNUSABLE_PROXIES = (
    *(
        f"{scheme}user:{PROXY}@{rest}"
        for scheme in ("http://", "ftp://", "socks5://", "")
        for rest in ("[bad", "a:b", "")
    ),
    f"http://user:{PROXY}@127.0.0.1:999999",
    f"ftp://user:{PROXY}@a.example",
)


@pytest.mark.parametrize("number", range(len(UNUSABLE_PROXIES)))
def test_a_proxy_that_cannot_be_used_shows_no_password(
    mode: Mode, number: int, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def given(_: object) -> object:
        connections = mode.http_kind(proxy=UNUSABLE_PROXIES[number])
        await settled(connections.aclose() if mode.is_async else connections.close())
        return repr(connections)

    watch.see(mode, given, None)
    monkeypatch.setenv("HTTPS_PROXY", UNUSABLE_PROXIES[number])
    watch.see(mode, over_a_socket, made(mode, "string", None))
    assert {type(error) for error in watch.raised} <= {ArgumentError, APIConnectionError}
    assert isinstance(watch.raised[-1], ClearStreetError)


# --- A secret that the service repeats in another spelling ------------------------------------------------------------

ODD_KEY = "sk/live+Zm9vYmFy/cXV4+" + KEY + "=="
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "upper case": str.upper,
    "System.Text.Json": lambda key: key.replace("+", "\\u002B"),
    "System.Text.Json, HTML": lambda key: key.replace("+", "\\u0026#x2B;").replace("/", "\\u0026#47;"),
    "PHP": lambda key: key.replace("/", "\\/"),
    "JSON in JSON": lambda key: key.replace("/", "\\\\/").replace("+", "\\\\u002b"),
    "escaped throughout": lambda key: "".join(f"\\u{ord(char):04X}" for char in key),
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded, lower case": lambda key: quote(key, safe="").lower(),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "HTML": lambda key: key.replace("+", "&#43;").replace("/", "&#x2F;").replace("=", "&equals;"),
    "HTML twice": lambda key: key.replace("+", "&amp;#43;").replace("/", "&amp;sol;"),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 of the pair": lambda key: base64.b64encode(f"user:{key}".encode()).decode(),
    "base64 for URLs": lambda key: base64.urlsafe_b64encode(f"a{key}".encode()).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
}


def _shows(text: str, secret: str) -> bool:
    """Whether a text shows the secret in any of its spellings."""
    bare = unquote(unquote(html.unescape(html.unescape(text)))).lower()
    encoded = [base64.b64encode(bytes(n) + secret.encode())[4:-4].decode().lower() for n in range(3)]
    return any(form in bare for form in (secret.lower(), secret.encode().hex(), *encoded))


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_key_spelt_otherwise_is_not_handed_on(mode: Mode, spelt: Callable[[str], str], status: int) -> None:
    text = (
        f'{{"metadata": {{"request_id": "r"}}, "error": {{"code": 7, "message": "bad {spelt(ODD_KEY)}!"}}, "data": 1}}'
    )
    headers = {"x-note": spelt(ODD_KEY)}
    service = Service((status, text.encode(), headers), otherwise=(404,))
    client = mode.client(service, api_key=ODD_KEY, strict=True, max_retries=0)
    with pytest.raises(APIError) as raised:
        mode.run(lambda: client.v1.positions.close_positions(7))
    error: Any = raised.value
    assert "<secret>" in (error.body.decode() if status == 200 else error.message)
    for way, shown in shown_by_error(error):
        if way == "traceback":  # which shows the variables of this test
            continue
        assert not _shows(shown if isinstance(shown, str) else shown.decode("latin-1"), ODD_KEY)


def repeated(key: str, content: bytes, *, status: int = 200) -> bytes | None:
    """What is made of a reply's body to a request with this key."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json", "X-Short": "short"}
    response = httpx.Response(status, request=httpx.Request("GET", "https://service.test", headers=headers))
    return redaction.shown(response, content, Secret(key))[1]


@given(
    st.lists(st.sampled_from(["{}", "\\u{:04x}", "%{:02X}", "&#{};"]), min_size=40, max_size=40), st.text(max_size=20)
)
def test_a_key_is_found_however_its_characters_are_spelt(forms: list[str], around: str) -> None:
    key = "canary/of+40=characters_in_the~key.0123!"
    spelt = "".join(form.format(char if form == "{}" else ord(char)) for form, char in zip(forms, key, strict=True))
    before, after = (json.dumps(around)[1:-1] + mark for mark in ("<", ">"))
    content = f"{before} {spelt} {after}".encode()
    assert repeated(key, content) == f"{before} <secret> {after}".encode()


def test_what_has_no_secret_is_left_as_it_is() -> None:
    for content in (b"", b"\\u0063anary %63 &#99; application/json short", b"100 %", b"\\", b"&;%zz\\u12"):
        assert repeated("canary-in-the-key", content, status=400) is content


def test_an_error_of_nothing_but_escapes_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_ESCAPES_MAX", 3)
    content = rb"a\/b%41 canary-in-the-key c&amp;d canary%2din-the-key"
    assert repeated("canary-in-the-key", content, status=400) == rb"a\/b%41 <secret> c"
    assert repeated("canary-in-the-key", content) == rb"a\/b%41 <secret> c&amp;d canary%2din-the-key"


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"Authorization": "Bearer other-desk-token-5512"}, "other-desk-token-5512"),
        ({"Authorization": 'Digest username="desk-user-1", response="9f8e7d6c5b"'}, "9f8e7d6c5b"),
        ({"Cookie": "a=1; session=cookie-value-9931"}, "cookie-value-9931"),
        ({"X-Desk": "desk-value-77"}, "desk-value-77"),
    ],
)
def test_the_value_of_a_header_is_not_in_an_error(mode: Mode, headers: dict[str, str], secret: str) -> None:
    service = Service(otherwise=(400, failed(400, f"bad {secret} {secret.upper()} {secret.encode().hex()}")))
    positions = [mode.client(service).v1.positions, mode.client(service, default_headers=headers).v1.positions]
    for read in (partial(positions[0].get_positions, extra_headers=headers), positions[1].get_positions):
        with pytest.raises(APIError) as raised:
            mode.run(read, 7)
        assert raised.value.message == "bad <secret> <secret> <secret>"


def test_data_that_is_the_same_as_a_header_s_value_is_kept(mode: Mode) -> None:
    client = mode.client(
        Service((200, envelope([ROW]))), default_headers={"X-Mode": "EXERCISE", "X-Id": ROW["instrument_id"]}
    )
    [row] = mode.play(get_position_instructions, client).data
    assert (row.instruction_type, row.instrument_id) == ("EXERCISE", ROW["instrument_id"])


def test_an_id_of_the_application_s_own_is_no_secret(mode: Mode) -> None:
    client = mode.client(
        Service((400, failed(400, "trace 550e8400-e29b"))), default_headers={"X-Request-Id": "550e8400-e29b"}
    )
    with pytest.raises(APIError, match="trace 550e8400-e29b"):
        mode.run(lambda: client.v1.positions.get_positions(7))
