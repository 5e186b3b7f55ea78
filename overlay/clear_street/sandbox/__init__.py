"""Imitate the service in memory, to try the client without an account.

`Sandbox` is the service: it has state, its own clock, faults on request, and a ledger of every effect, and does no I/O.
Clients reach it in process through `SandboxTransport` and `AsyncSandboxTransport`, or over loopback through
`SandboxServer` (``python -m clear_street.sandbox``).
"""

from __future__ import annotations

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from .clock import LiveClock, SandboxClock
    from .faults import Fault
    from .messages import Call
    from .sandbox import RequestSeen, Sandbox
    from .server import SandboxServer
    from .state import LedgerEntry
    from .transport import AsyncSandboxTransport, SandboxTransport

__all__ = [
    "AsyncSandboxTransport",
    "Call",
    "Fault",
    "LedgerEntry",
    "LiveClock",
    "RequestSeen",
    "Sandbox",
    "SandboxClock",
    "SandboxServer",
    "SandboxTransport",
]

_HOMES = {
    "AsyncSandboxTransport": "transport",
    "Call": "messages",
    "Fault": "faults",
    "LedgerEntry": "state",
    "LiveClock": "clock",
    "RequestSeen": "sandbox",
    "Sandbox": "sandbox",
    "SandboxClock": "clock",
    "SandboxServer": "server",
    "SandboxTransport": "transport",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
