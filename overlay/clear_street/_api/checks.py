"""Checks of arguments that exclude or need each other. docs/safety.md, "Arguments"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._config.arguments import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


def option_contracts(given: Mapping[str, object]) -> None:
    """Raise `ArgumentError` unless `get_option_contracts` is told in exactly one way which contracts are meant."""
    root, underlier = given.get("root"), given.get("underlier")
    if root is not None and underlier is not None and root != underlier:
        raise refusal(
            f"`root` {root!r} and `underlier` {underlier!r} name the same thing and are not equal; give one of them."
        )
    names = {
        "root": root if root is not None else underlier,
        "underlying_instrument_id": given.get("underlying_instrument_id"),
        "contract_ids": given.get("contract_ids"),
    }
    _exactly_one(
        "get_option_contracts", "`root` (or `underlier`), `underlying_instrument_id` and `contract_ids`", names
    )


def snapshots(given: Mapping[str, object]) -> None:
    """Raise `ArgumentError` unless `get_snapshots` is told in exactly one way which instruments are meant."""
    underlying, expiry = given.get("underlying_instrument_id"), given.get("expiry")
    if (underlying is None) != (expiry is None):
        missing = "expiry" if expiry is None else "underlying_instrument_id"
        raise refusal(
            f"`underlying_instrument_id` and `expiry` are given together or not at all; `{missing}` is missing."
        )
    names = {"instrument_ids": given.get("instrument_ids"), "underlying_instrument_id": underlying}
    _exactly_one("get_snapshots", "`instrument_ids`, or `underlying_instrument_id` with `expiry`", names)


def _exactly_one(operation: str, ways: str, given: Mapping[str, object]) -> None:
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        received = " and ".join(f"`{name}`" for name in named) or "none of them"
        raise refusal(f"{operation} takes exactly one of {ways} but received {received}.")
