"""Check arguments that exclude or need each other. docs/safety.md, "Arguments"."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple, TypeGuard

from .._config.arguments import argument_error, expected_error

_CONTRACTS_MAX = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def option_contracts(given: Mapping[str, object]) -> None:
    """Raise `ArgumentError` unless exactly one argument of `get_option_contracts` says which contracts are meant."""
    root, underlier = given.get("root"), given.get("underlier")
    if root is not None and underlier is not None and root != underlier:
        raise argument_error(
            f"`root` {root!r} and `underlier` {underlier!r} mean the same and are not equal; give only one of them."
        )
    names = {
        "root": root if root is not None else underlier,
        "underlying_instrument_id": given.get("underlying_instrument_id"),
        "contract_ids": given.get("contract_ids"),
    }
    _exactly_one(
        "get_option_contracts", "`root` (or `underlier`), `underlying_instrument_id` and `contract_ids`", names
    )
    ids = names["contract_ids"]
    if isinstance(ids, Sized) and not isinstance(ids, str) and len(ids) > _CONTRACTS_MAX:
        raise expected_error(
            f"at most {_CONTRACTS_MAX} contracts", "contract_ids", len(ids), "split them over several calls"
        )


def snapshots(given: Mapping[str, object]) -> None:
    """Raise `ArgumentError` unless `get_snapshots` is given exactly one way to tell which instruments are meant."""
    underlying, expiry = given.get("underlying_instrument_id"), given.get("expiry")
    if (underlying is None) != (expiry is None):
        missing = "expiry" if expiry is None else "underlying_instrument_id"
        raise argument_error(
            f"`underlying_instrument_id` and `expiry` need each other; give `{missing}` too, or neither."
        )
    names = {"instrument_ids": given.get("instrument_ids"), "underlying_instrument_id": underlying}
    _exactly_one("get_snapshots", "`instrument_ids`, or `underlying_instrument_id` with `expiry`", names)


def orders(given: Mapping[str, object]) -> Mapping[str, object] | None:
    """Raise `ArgumentError` if no order can lie between the times that `get_orders` is given. Return the bounds of
    `updated_at` as texts.
    """
    executions(given)
    bounds = given.get("updated_at")
    return None if bounds is None else {"updated_at": _updated_at(bounds)}


def executions(given: Mapping[str, object]) -> None:
    """Raise `ArgumentError` if `from_` is later than `to`."""
    first, last = _read(given.get("from_")), _read(given.get("to"))
    if _is_aware(first) and _is_aware(last) and _since_epoch(first) > _since_epoch(last):
        raise argument_error(
            f"Expected a time before `to` for `from_` but received {first.isoformat()!r}, and "
            f"{last.isoformat()!r} for `to`; swap them, or leave one out."
        )


class _Bound(NamedTuple):
    """A bound of a range of times."""

    name: str
    text: str
    moment: timedelta
    """Since 1970."""
    is_outside: bool
    """Whether the moment itself is outside the range."""


def _updated_at(bounds: object) -> object:
    """Return the bounds as texts. Raise `ArgumentError` if one is not a time, or if no time lies between them."""
    from clear_street_api.models import TimeRange

    names = ("gt", "gte", "lt", "lte")
    if isinstance(bounds, TimeRange):
        bounds = bounds.model_extra | {name: getattr(bounds, name) for name in names}
    if not _is_mapping(bounds):
        return bounds  # refused when the request is built, as is an unknown name
    found = [_bound(name, value) for name in names if (value := bounds.get(name)) not in (None, "")]
    for least, most in product(found, found):
        is_range = least.name in ("gt", "gte") and most.name in ("lt", "lte")
        # Two bounds at the same moment leave that moment between them only if both include it.
        if is_range and (least.moment, least.is_outside or most.is_outside) > (most.moment, False):
            raise argument_error(
                f"Expected bounds with a time between them for `updated_at` but received {least.text!r} as "
                f"`{least.name}` and {most.text!r} as `{most.name}`; swap them, or leave one out."
            )
    return {**bounds, **{bound.name: bound.text for bound in found}}


def _bound(name: str, value: object) -> _Bound:
    """Read a bound. A day means its start or, as `gt` and `lte`, its end (UTC)."""
    read = _read(value)
    if _is_aware(read):
        from clear_street_api.types import Timestamp

        text = value if isinstance(value, str) else str(Timestamp().write(read))
        return _Bound(name, text, _since_epoch(read), is_outside=name in ("gt", "lt"))
    if not isinstance(read, date) or isinstance(read, datetime):
        raise expected_error(
            "a time with a zone, or a day",
            f"updated_at.{name}",
            value,
            "write a datetime with a time zone, a date, or a text such as '2026-04-24T14:30:00Z' or '2026-04-24'",
        )
    end = _DAY if name in ("gt", "lte") else timedelta()
    start = _since_epoch(datetime.combine(read, time(), UTC))
    return _Bound(name, read.isoformat(), start + end, is_outside=name in ("lt", "lte"))


def _read(value: object) -> object:
    """Read the text of a time or a day; None if it is neither. Return any other value as it is."""
    from clear_street_api.types import UNREADABLE, Date, Timestamp

    if not isinstance(value, str):
        return value
    readings = (kind.read(value, []) for kind in (Timestamp(), Date()))
    return next((reading for reading in readings if reading is not UNREADABLE), None)


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _is_aware(value: object) -> TypeGuard[datetime]:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _since_epoch(moment: datetime) -> timedelta:
    """Return the time since 1970. Python compares two times of the same zone without regard to summer time."""
    return moment - _EPOCH


def _exactly_one(operation: str, ways: str, given: Mapping[str, object]) -> None:
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        received = " and ".join(f"`{name}`" for name in named) or "none of them"
        raise argument_error(f"{operation} takes exactly one of {ways} but received {received}.")
