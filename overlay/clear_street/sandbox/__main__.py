"""``python -m clear_street.sandbox``: serve the sandbox over HTTP on loopback until interrupted."""

from __future__ import annotations

import contextlib
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..market import Market
from . import control
from .clock import LiveClock, SandboxClock, business_time
from .dialects import DIALECTS, REFUSAL_STATUSES, UNKNOWN_FIELDS
from .sandbox import Sandbox
from .seed_file import read_file
from .server import SandboxServer
from .world import ACCOUNT_ID

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the sandbox until interrupted."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not _is_loopback(options.listen) and not options.yes_not_loopback:
        parser.error(
            f"{options.listen} is not loopback: other machines could reach the sandbox. "
            "If you want that, add --yes-not-loopback"
        )
    try:
        sandbox = _sandbox(options)
    except ValueError as error:
        parser.error(f"{error}")
    for name, operation, nth in options.fault:
        try:
            sandbox.faults.add(control.FAULTS[name](), operation=operation, nth=nth)
        except TypeError as error:
            parser.error(f"--fault: {name} needs arguments: POST it to {control.PREFIX}/faults ({error})")
    # A stepped clock moves only on request, so the delay of a fault takes real time.
    sleep = time.sleep if options.clock.rate is None else None
    try:
        serving = SandboxServer(sandbox, port=options.port, host=options.listen, sleep=sleep)
    except (OSError, OverflowError) as error:
        parser.error(f"cannot listen on port {options.port}: {error}; --port 0 picks a free one")
    with serving as server:
        if options.quiet:
            print(server.url, flush=True)
        else:
            key = options.key[0] if options.key else "sandbox"
            print(f"Sandbox at {server.url} (accepts {'the given keys' if options.key else 'any API key'}). Try:")
            print(
                f"  curl -H 'Authorization: Bearer {key}' {server.url}/v1/accounts/{_an_account(sandbox)}/positions",
                flush=True,
            )
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()


class _Pace(NamedTuple):
    """How fast the clock runs; None if it moves only on request."""

    rate: float | None


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m clear_street.sandbox", description="Serve the sandbox on loopback.")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on; 0 for a free one (default: 8080)")
    parser.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--yes-not-loopback", action="store_true", help="let other machines reach it")
    parser.add_argument("--seed", type=int, default=0, help="number from which all ids are made (default: 0)")
    parser.add_argument(
        "--seed-file", type=Path, metavar="FILE", help="JSON file with your own accounts (default: built-in ones)"
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY",
        help="accept this API key; may be repeated (default: accept any)",
    )
    parser.add_argument("--dialect", choices=DIALECTS, default="contract", help="names in rows (default: contract)")
    parser.add_argument(
        "--unknown-fields",
        choices=UNKNOWN_FIELDS,
        default="ignore",
        help="how to treat an unknown name in a submitted row; alias: accept either name of the key (default: ignore)",
    )
    parser.add_argument(
        "--refusal-status",
        choices=REFUSAL_STATUSES,
        type=int,
        default=422,
        help="status of the reply if a submit is refused because of a name (default: 422)",
    )
    parser.add_argument("--strict", action="store_true", help="refuse every unknown query parameter and field")
    parser.add_argument(
        "--start",
        "--time",
        type=_moment,
        default=None,
        help="time at which the sandbox begins, in ISO 8601 with a zone (default: now, or the next business day)",
    )
    parser.add_argument(
        "--clock",
        type=_pace,
        default=_Pace(1.0),
        metavar="PACE",
        help="live, stepped (moves only on requests to /_sandbox/clock), or 60x for 60 times as fast (default: live)",
    )
    parser.add_argument(
        "--cutoff",
        default=None,
        metavar="HH:MM",
        help="time in New York until which instructions are accepted (default: no limit)",
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="NAME[:OPERATION[:NTH]]",
        help="fault that is applied once, such as after_effect:submit_position_instructions:2; may be repeated",
    )
    parser.add_argument("--quiet", action="store_true", help="print only the address")
    return parser


def _sandbox(options: Namespace) -> Sandbox:
    market, world = Market(cutoff=options.cutoff), None
    start = options.start or business_time(market=market)
    if options.seed_file is not None:
        world, own = read_file(options.seed_file, market.today(start))
        market = own if options.cutoff is None else _with_cutoff(own, options.cutoff)
    rate = options.clock.rate
    clock = SandboxClock(start, seed=options.seed) if rate is None else LiveClock(start, seed=options.seed, rate=rate)
    return Sandbox(
        seed=options.seed,
        clock=clock,
        api_keys=options.key or None,
        dialect=options.dialect,
        unknown_fields=options.unknown_fields,
        refusal_status=options.refusal_status,
        strict=options.strict,
        market=market,
        world=world,
    )


def _with_cutoff(market: Market, cutoff: str) -> Market:
    return Market(
        market.zone,
        opens=market.opens,
        closes=market.closes,
        cutoff=cutoff,
        closed=market.closed,
        early=market.early,
        cutoffs=market.cutoffs,
    )


def _an_account(sandbox: Sandbox) -> str:
    accounts = sandbox.snapshot()
    return f"{ACCOUNT_ID}" if f"{ACCOUNT_ID}" in accounts else next(iter(accounts), "1")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ArgumentTypeError(f"{text!r} has no time zone, such as Z")
    return moment


def _pace(text: str) -> _Pace:
    if text in ("live", "stepped"):
        return _Pace(1.0 if text == "live" else None)
    digits = text.removesuffix("x")
    if digits == text or not digits.replace(".", "", 1).isdigit() or not float(digits):
        raise ArgumentTypeError(f"{text!r} is not live, stepped or a pace such as 60x")
    return _Pace(float(digits))


def _fault(text: str) -> tuple[str, str | None, int]:
    try:
        return control.read_fault(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{error}") from None


if __name__ == "__main__":
    main()
