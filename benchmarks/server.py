"""A loopback server of canned replies, as light as Python has it, so that a benchmark measures the client."""

from __future__ import annotations

import asyncio
import json
import sys

from data import INSTRUCTION, positions


def _reply(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


CANCELLED = _reply(json.dumps(INSTRUCTION).encode())
PAGE = _reply(positions(1000).replace(b"122503", b"1000"))
ONE = _reply(positions(1).replace(b"122503", b"1"))


class Canned(asyncio.Protocol):
    """Answers each request by its method and the number of the account."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with an empty buffer."""
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete; none has a body."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            reply = CANCELLED if head.startswith(b"DELETE") else PAGE if b"/accounts/1000/" in head else ONE
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.write(reply)


async def main() -> None:
    """Serve on a free port, which is printed, until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
