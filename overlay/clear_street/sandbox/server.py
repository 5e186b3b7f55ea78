"""Serve a sandbox over loopback: a real HTTP server, whose faults happen on the socket."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, cast

from .._annotations import resolvable
from . import control
from .clock import LiveClock, business_time
from .messages import Refusal, pieces
from .sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from .dialects import Dialect, RefusalStatus, UnknownFields


_LINGER = "hh" if sys.platform == "win32" else "ii"


MAX_BODY = 16 * 1024 * 1024
"""Bytes. A longer body is refused with 413."""
MAX_LINE = 65536
MAX_TRAILERS = 100
_TOO_LARGE = f"A body has {MAX_BODY} bytes at most"


class SandboxServer:
    """Serves a `Sandbox` over HTTP/1.1 on loopback from its construction until `close`; also a context manager.

    - `sandbox`: the sandbox to serve; by default a new one on a `LiveClock` that begins now or, at a weekend, on
      Monday. With a virtual clock no time passes while a client waits: pass ``Sandbox(clock=LiveClock())``.
    - `port`: 0 means a free one.
    - `host`: with one that is not loopback, other machines can connect.
    - `sleep`: a function that waits for a fault's delay, in seconds; by default on the sandbox's clock, where a delay
      takes real time only if the clock is live.
    - `dialect`, `unknown_fields`, `refusal_status`: set these attributes of the sandbox; None does not change them.

    A client that sends a request has a connection already, so a fault that should leave it without one resets it.
    Requests below ``/_sandbox/`` control the sandbox (`control.py`).
    """

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        sleep: Callable[[float], None] | None = None,
        dialect: Dialect | None = None,
        unknown_fields: UnknownFields | None = None,
        refusal_status: RefusalStatus | None = None,
    ) -> None:
        self.sandbox: Sandbox = Sandbox(clock=LiveClock(business_time())) if sandbox is None else sandbox
        if dialect is not None:
            self.sandbox.dialect = dialect
        if unknown_fields is not None:
            self.sandbox.unknown_fields = unknown_fields
        if refusal_status is not None:
            self.sandbox.refusal_status = refusal_status
        self._host = host
        self._tcp = _Server((host, port), _Handler)
        self._tcp.sandbox = self.sandbox
        self._tcp.sleep = self.sandbox.clock.sleep if sleep is None else sleep
        self._thread = threading.Thread(target=self._tcp.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"<SandboxServer {self.url}>"

    @property
    def url(self) -> str:
        """The URL at which it listens, such as ``http://127.0.0.1:8080``."""
        return f"http://{self._host}:{self._tcp.server_address[1]}"

    def wait(self) -> None:
        """Block until the server is closed."""
        self._thread.join()

    def close(self) -> None:
        """Stop listening, and end the connections that are open."""
        self._tcp.shutdown()
        self._tcp.server_close()
        self._thread.join()
        for connection in tuple(self._tcp.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    sandbox: Sandbox
    sleep: Callable[[float], None]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: set[Any] = set()

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A connection that breaks, whichever side broke it, is what this server is for.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two a reply waits for the client's delayed acknowledgement of its first packet.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _respond(self) -> None:
        try:
            body = self._body()
        except Refusal as refusal:
            self.send_error(refusal.status, refusal.message)
            return
        server = cast("_Server", self.server)
        if self.path.partition("?")[0].startswith(f"{control.PREFIX}/") or self.path == control.PREFIX:
            self._control(server.sandbox, body)
            return
        delivery = server.sandbox.deliver(self.command, self.path, dict(self.headers.items()), body)
        server.sleep(delivery.delay)
        if delivery.reply is not None:
            head, content = delivery.reply.head(), b"" if self.command == "HEAD" else delivery.reply.body
            if delivery.cut == "headers":
                head, content = head[: len(head) // 2], b""
            elif delivery.cut == "body":
                content = content[: len(content) // 2]
            whole = head + content + (b"" if delivery.pause else delivery.behind)
            for piece in [*pieces(head), *pieces(content)] if delivery.drip else [whole]:
                server.sleep(delivery.drip)
                self.wfile.write(piece)
                self.wfile.flush()
            if delivery.pause:
                server.sleep(delivery.pause)
                self.wfile.write(delivery.behind)
                self.wfile.flush()
        self.close_connection = self.close_connection or delivery.lost is not None
        if delivery.lost not in (None, "close"):
            self._reset()

    def _control(self, sandbox: Sandbox, body: bytes) -> None:
        asked = (self.command, self.path, dict(self.headers.items()), body)
        reply = sandbox.reply(lambda: control.answer(sandbox, *asked), control.allowed_methods(self.path))
        self.wfile.write(reply.head() + (b"" if self.command == "HEAD" else reply.body))
        self.wfile.flush()

    def parse_request(self) -> bool:
        """Parse the head of a request. The sandbox answers every method."""
        is_understood = super().parse_request()
        setattr(self, f"do_{self.command}", self._respond)
        return is_understood

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read with an error in the service's envelope, and close the connection."""
        server, self.close_connection = cast("_Server", self.server), True
        reply = server.sandbox.refuse(int(code), explain or message or HTTPStatus(code).phrase)
        head = reply._replace(headers=(*reply.headers, ("Connection", "close"))).head()
        self.wfile.write(head + (b"" if getattr(self, "command", None) == "HEAD" else reply.body))
        self.wfile.flush()

    def _body(self) -> bytes:
        """Read the body of the request. Raises `Refusal` if that cannot be done."""
        lengths = set(self.headers.get_all("Content-Length", ()))
        coding = self.headers.get("Transfer-Encoding")
        if coding is not None:
            if coding.strip().lower() != "chunked":
                raise Refusal(501, f"The transfer coding {coding!r} is not supported")
            if lengths:
                raise Refusal(400, "A body has chunks or a length, not both")
            return self._chunks()
        length = lengths.pop().strip() if lengths else "0"
        if lengths or not (length.isascii() and length.isdigit()):
            raise Refusal(400, "Content-Length is not a whole number")
        if len(length) > 12 or int(length) > MAX_BODY:
            raise Refusal(413, _TOO_LARGE)
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        body = b""
        while True:
            line = self.rfile.readline(MAX_LINE)
            digits = line.partition(b";")[0].strip()
            if not line.endswith(b"\n") or not digits or digits.strip(b"0123456789abcdefABCDEF"):
                raise Refusal(400, "The body is not made of chunks")
            size = int(digits, 16)
            if len(body) + size > MAX_BODY:
                raise Refusal(413, _TOO_LARGE)
            if not size:
                break
            body += self._exactly(size)
            if self.rfile.readline(3) not in (b"\r\n", b"\n"):
                raise Refusal(400, "The body is not made of chunks")
        for _ in range(MAX_TRAILERS):
            if self.rfile.readline(MAX_LINE) in (b"\r\n", b"\n", b""):
                return body
        raise Refusal(400, "The body has too many trailers")

    def _exactly(self, size: int) -> bytes:
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionAbortedError("the client went away in the middle of its request")
        return content

    def finish(self) -> None:
        """Close the connection, even if the client is gone and the rest cannot be written."""
        try:
            super().finish()
        finally:
            self.rfile.close()

    def _reset(self) -> None:
        # Closed with a linger time of zero, before the server shuts it down in good order, a socket sends a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
        for end in (self.rfile, self.wfile, self.connection):
            end.close()
        raise ConnectionResetError("as the fault asked")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: `Sandbox.requests` has every request."""


resolvable(globals())
