"""``python -m clear_street.sandbox``: the sandbox as an HTTP server on loopback, until interrupted."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import TYPE_CHECKING

from .clock import LiveClock, business_time
from .dialects import DIALECTS, REFUSAL_STATUSES, UNKNOWN_FIELDS
from .sandbox import Sandbox
from .server import SandboxServer
from .world import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = ArgumentParser(prog="python -m clear_street.sandbox", description="Serve the sandbox on loopback.")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on; 0 for a free one (default: 8080)")
    parser.add_argument("--seed", type=int, default=0, help="number that fixes every id (default: 0)")
    parser.add_argument("--dialect", choices=DIALECTS, default="contract", help="names in rows (default: contract)")
    parser.add_argument(
        "--unknown-fields",
        choices=UNKNOWN_FIELDS,
        default="ignore",
        help="what becomes of an unknown name in a submitted row; alias: the key has either name (default: ignore)",
    )
    parser.add_argument(
        "--refusal-status",
        choices=REFUSAL_STATUSES,
        type=int,
        default=422,
        help="status of a submit that is refused for its names (default: 422)",
    )
    parser.add_argument(
        "--start",
        type=_moment,
        default=None,
        help="when the sandbox's time begins, in ISO 8601 with a zone (default: now, or the next business day)",
    )
    options = parser.parse_args(arguments)
    sandbox = Sandbox(
        seed=options.seed,
        clock=LiveClock(options.start or business_time()),
        dialect=options.dialect,
        unknown_fields=options.unknown_fields,
        refusal_status=options.refusal_status,
    )
    try:
        serving = SandboxServer(sandbox, port=options.port)
    except (OSError, OverflowError) as error:
        parser.error(f"cannot listen on port {options.port}: {error}; --port 0 takes a free one")
    with serving as server:
        print(f"Sandbox at {server.url} (any API key will do). Try:")
        print(f"  curl -H 'Authorization: Bearer sandbox' {server.url}/v1/accounts/{ACCOUNT_ID}/positions", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ArgumentTypeError(f"{text!r} has no time zone, such as Z")
    return moment


if __name__ == "__main__":
    main()
