"""Build requests for httpx."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from .._version import __version__
from ..errors import ArgumentError
from .library_methods import CLIENT, refuse_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from .._calls.effects import Send
    from .._config.secrets import Secret
    from .bounds import Bounds

_PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
USER_AGENT = f"clear-street-python/{__version__} (httpx {httpx.__version__}; {_PYTHON})".encode()


def new_request(
    send: Send,
    base_url: str,
    key: Secret | None,
    client: httpx.Client | httpx.AsyncClient,
    bounds: Bounds,
    now: float,
) -> httpx.Request:
    """Build the request of an attempt, with the headers, parameters and cookies of the httpx client.

    No phase may take longer than the time that the attempt has left. Raises `ArgumentError` for a URL that cannot be
    sent.
    """
    content = send.request.content()
    own = {b"accept": b"application/json", b"user-agent": USER_AGENT}
    if content is not None:
        own[b"content-type"] = b"application/json"
    if key is not None:
        own[b"authorization"] = b"Bearer " + key.reveal().encode()
    left_out: list[bytes] = []
    if send.headers:
        own |= {name.encode(): value.encode() for name, value in send.headers}
        left_out = [name.encode() for name in send.headers.left_out]
        for unwanted in left_out:
            own.pop(unwanted, None)
    timeout, left = send.timeout, max(0.001, send.until - now)
    to_begin = left
    extensions: dict[str, Any] = {}
    # This package's connections check `not_after` right before the first byte. For those of httpx, a trace does it.
    if not getattr(client, "keeps_bounds", False):
        extensions["trace"] = _traced(bounds) if isinstance(client, CLIENT) else _atraced(bounds)
        if send.not_after is not None:
            bounds.refuse_late(httpx.ConnectTimeout)
            to_begin = min(left, max(0.001, send.not_after - now))
    extensions["timeout"] = {
        "connect": min(timeout.connect, to_begin),
        "read": min(timeout.read, left),
        "write": min(timeout.write, left),
        "pool": min(timeout.pool, to_begin),
    }
    target = send.request.target
    if client.params:
        target = f"{target}{'&' if '?' in target else '?'}{client.params}"
    try:
        url = _url(base_url + target)
    except httpx.InvalidURL as error:
        raise ArgumentError(f"The URL of {send.request.operation} cannot be sent: {error}.") from None
    refuse_unseen(client, url)
    # Given the content, httpx would build the headers twice, to add the length.
    if content is not None:
        own[b"Content-Length"] = str(len(content)).encode()
    elif send.request.method in ("POST", "PUT", "PATCH"):
        own[b"Content-Length"] = b"0"
    headers = _headers(tuple(client.headers.raw), tuple(own.items()), tuple(left_out), url.netloc)
    body = httpx.ByteStream(content or b"")
    request = httpx.Request(send.request.method, url, headers=headers, stream=body, extensions=extensions)
    request.read()
    if client.cookies:
        client.cookies.set_cookie_header(request)
    return request


@lru_cache(maxsize=64)
def _headers(
    of_client: tuple[tuple[bytes, bytes], ...],
    own: tuple[tuple[bytes, bytes], ...],
    left_out: tuple[bytes, ...],
    host: bytes,
) -> httpx.Headers:
    """Return the headers of a request: its own, the host, and those of the httpx client that it does not set or leave
    out itself. Most calls of a client have the same, so they are cached; httpx copies them.
    """
    settled = (*(name for name, _ in own), *left_out)
    others = [(name, value) for name, value in of_client if name.lower() not in settled]
    if b"host" not in [name.lower() for name, _ in others]:
        others.insert(0, (b"Host", host))
    return httpx.Headers([*others, *own])


def _traced(bounds: Bounds) -> Callable[[str, Mapping[str, Any]], None]:
    def trace(event: str, info: Mapping[str, Any]) -> None:
        if _is_first_byte(event, info):
            bounds.begin(httpcore.ConnectTimeout)

    return trace


def _atraced(bounds: Bounds) -> Callable[[str, Mapping[str, Any]], Coroutine[None, None, None]]:
    async def trace(event: str, info: Mapping[str, Any]) -> None:
        if _is_first_byte(event, info):
            bounds.begin(httpcore.ConnectTimeout)

    return trace


def _is_first_byte(event: str, info: Mapping[str, Any]) -> bool:
    """Whether httpcore is about to write the request itself, and not the one that opens a tunnel through a proxy."""
    return event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT"


@lru_cache(maxsize=256)
def _url(url: str) -> httpx.URL:
    """Parse a URL. Parsing takes a third of the time of a call, and polls repeat their URL, so the result is cached."""
    return httpx.URL(url)
