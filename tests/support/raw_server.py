"""Run a server on loopback that does with a connection whatever a test wants, even if it is not HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

CERTIFICATE = str(Path(__file__).with_name("loopback.pem"))
"""Key and certificate of localhost and service.test, signed by itself, valid for a hundred years."""


def trusting() -> ssl.SSLContext:
    """Make the context with which a client trusts the certificate."""
    return ssl.create_default_context(cafile=CERTIFICATE)


class RawServer:
    """Runs `serve(server, connection)` in a thread per connection; a context manager that ends them all."""

    def __init__(
        self, serve: Callable[[RawServer, Any], object], *, tls: bool = False, asks_for_certificate: bool = False
    ) -> None:
        self._serve = serve
        self._tls: ssl.SSLContext | None = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(CERTIFICATE)
            if asks_for_certificate:
                self._tls.verify_mode = ssl.CERT_REQUIRED
                self._tls.load_verify_locations(CERTIFICATE)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._listener.getsockname()[1]
        self.url: str = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.requests: list[bytes] = []
        """The head of each request that was read."""
        self.accepted: int = 0
        self._closing = threading.Event()
        self._read = threading.Event()
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def pause(self, seconds: float) -> bool:
        """Wait. Return False if the server is closing."""
        return not self._closing.wait(seconds)

    def hold(self) -> None:
        """Do nothing until the server closes."""
        self._closing.wait(10)

    def request(self, connection: socket.socket) -> bytes:
        """Read a request, and return its head: empty if the client has closed the connection."""
        read = b""
        while b"\r\n\r\n" not in read:
            if not (part := connection.recv(65536)):
                return b""
            read += part
        head, _, body = read.partition(b"\r\n\r\n")
        length = int(next((v for n, _, v in fields(head) if n == b"content-length"), b"0"))
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head)
        self._read.set()
        return head

    def first_request(self) -> bytes:
        """Wait for the first request, which may arrive after the client has given up, and return its head."""
        self._read.wait(10)
        return self.requests[0]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._connections.append(connection)
            thread = threading.Thread(target=self._run, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        # A client that gives up is what these tests are about.
        with contextlib.suppress(OSError), connection:
            if self._tls is None:
                self._serve(self, connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._connections.append(wrapped)
                    self._serve(self, wrapped)


def fields(head: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Split a head into header fields: name in lower case, colon, value."""
    parts = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    return [(name.lower(), colon, value.strip()) for name, colon, value in parts]


def reply(data: object = None, *, status: str = "200 OK", close: bool = False) -> bytes:
    """Make a reply of the service, as bytes."""
    body = json.dumps({"metadata": {"request_id": "r-1"}, "data": [] if data is None else data}).encode()
    closing = "Connection: close\r\n" if close else ""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{closing}\r\n".encode() + body


def answering(server: RawServer, connection: socket.socket) -> None:
    """Answer every request."""
    while server.request(connection):
        connection.sendall(reply())
