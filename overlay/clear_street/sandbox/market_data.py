"""Implement market data: the present prices of instruments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from .instruments import day, ids_of, underlying_of
from .messages import Answer, Refusal, listed, plain

if TYPE_CHECKING:
    from .messages import Call, Json
    from .state import Instrument, State

_SPREAD = Decimal("0.01")


def get_snapshots(state: State, call: Call) -> Answer:
    """Answer with the prices of instruments or, in today's dialect, of every contract with an expiry."""
    query = call.query()
    items = listed(query, "instrument_ids")
    about = query.get("underlying_instrument_id") if state.reader.dialect == "today" else None
    if (items is None) == (about is None):
        raise Refusal(400, "Expected `instrument_ids`, or `underlying_instrument_id` with `expiry`")
    if about is not None:
        if "expiry" not in query:
            raise Refusal(400, "`underlying_instrument_id` needs `expiry`")
        underlying, expiry = underlying_of(state, about), day(query["expiry"], "expiry")
        found = [each for each in state.live_contracts() if each.underlying is underlying and each.expiry == expiry]
    else:
        found = ids_of(state, items or [], "instrument_ids")
    return Answer([_snapshot(state, each) for each in found])


def _snapshot(state: State, each: Instrument) -> Json:
    price, close, is_index = each.price, each.close, each.kind == "INDEX"
    row: Json = {
        "instrument_id": each.id,
        "symbol": each.symbol,
        "name": each.name,
        "last_quote": None if price is None or is_index else _quote(state, price),
        "last_trade": None
        if price is None
        else {
            "price": plain(price),
            "size": 0 if is_index else 100,
            **state.if_today({"timestamp": state.nanoseconds, "venue": each.venue}),
        },
        "greeks": None,
        "cumulative_volume": None,
        "session": _session(state, price, close, is_index=is_index),
        **state.if_today({"open_interest": 100 if each.expiry else None, "short_sale_restricted": None}),
    }
    if each.expiry is not None and price is not None:
        row["greeks"] = _greeks(state, each, price)
    return row


def _quote(state: State, price: Decimal) -> Json:
    bid, ask = max(Decimal(0), price - _SPREAD), price + _SPREAD
    times = {"bid_timestamp": state.nanoseconds, "ask_timestamp": state.nanoseconds}
    return {
        "bid": plain(bid),
        "ask": plain(ask),
        "midpoint": plain((bid + ask) / 2),
        "bid_size": 10,
        "ask_size": 10,
        **state.if_today({**times, "bid_venue": "XNAS", "ask_venue": "XNAS"}),
    }


def _session(state: State, price: Decimal | None, close: Decimal | None, *, is_index: bool) -> Json | None:
    change = None if price is None or close is None else price - close
    prices = {
        "previous_close": None if close is None else plain(close),
        "change": None if change is None else plain(change),
        "change_percent": None
        if change is None or not close
        else plain((change / close * 100).quantize(Decimal("0.0001"))),
    }
    # In the contract's dialect a session without prices is left out. In today's it is there, and its prices are null.
    if state.reader.dialect == "contract" and None in prices.values():
        return None
    return {
        **prices,
        "previous_close_unadjusted": None,
        **state.if_today(
            {
                "ohlv_applicable": not is_index,
                "open": prices["previous_close"],
                "high": None,
                "low": None,
                "cumulative_volume": None,
                "ohlv_date": f"{state.today}",
            }
        ),
    }


def _greeks(state: State, each: Instrument, price: Decimal) -> Json:
    delta = Decimal(0) if not each.intrinsic else Decimal(1 if each.right == "CALL" else -1)
    return {
        "theo_price": plain(price),
        # Today's service does not publish the volatility: it sends 0.
        "iv": "0" if state.reader.dialect == "today" else "0.25",
        "delta": plain(delta),
        "gamma": "0",
        "vega": "0",
        "theta": "0",
        "rho": "0",
        "timestamp": state.nanoseconds,
    }
