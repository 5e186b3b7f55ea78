"""Implement instruments: list option contracts, find an instrument, search."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, TypeVar

from .messages import Answer, Refusal, listed, page_of, plain

if TYPE_CHECKING:
    from .messages import Call, Json
    from .state import Instrument, State

MOST_IDS = 100
ASSET_CLASSES = ("EQUITY", "OPTION", "WARRANT", "BOND", "FX", "OTHER")
_WEEKLY = "W"
_YEARS = range(1970, 2101)
_Date = TypeVar("_Date", bound=date)


def get_option_contracts(state: State, call: Call) -> Answer:
    """Answer with a page of option contracts, chosen by root, underlying instrument or ids, exactly one of them."""
    query = call.query()
    found = _asked(state, query)
    kind = query.get("contract_type")
    if kind not in (None, "CALL", "PUT"):
        raise Refusal(400, "`contract_type` must be one of CALL, PUT")
    wanted = day(query["expiry"], "expiry") if "expiry" in query else None
    on_open = boolean(query, "is_settle_on_open")
    rows = [
        _contract(state, each, expiry)
        for each in sorted(found, key=lambda each: each.symbol)
        if (expiry := each.expiry) is not None
        and wanted in (None, expiry)
        and kind in (None, each.right)
        and on_open in (None, each.settles_on_open)
    ]
    return page_of(rows, query)


def get_instrument_by_id(state: State, call: Call) -> Answer:
    """Answer with an instrument, given by its id, ticker or OSI symbol."""
    query, instrument = call.query(), state.resolve(call.item)
    if instrument is None:
        raise Refusal(404, f"{call.item!r} resolves to no instrument")
    row = core(state, instrument)
    if boolean(query, "include_options_expiry_dates"):
        dates: dict[date, set[bool]] = {}
        for each in state.live_contracts():
            if each.underlying is instrument and each.expiry is not None:
                dates.setdefault(each.expiry, set()).add(each.settles_on_open)
        row["options_contract_expiry_dates"] = [
            {"date": f"{each}", "has_settles_on_open": True in kinds, "has_settles_on_close": False in kinds}
            for each, kinds in sorted(dates.items())
        ]
        row["options_expiry_dates"] = [f"{each}" for each in sorted(dates)]
    return Answer(row)


def search_instruments(state: State, call: Call) -> Answer:
    """Answer with a page of the instruments that match a text, the best match first."""
    query = call.query()
    wanted = query.get("q", "").strip().casefold()
    if not wanted:
        raise Refusal(400, "`q` is missing")
    classes = listed(query, "asset_class") or ["EQUITY"]
    if not set(classes) <= set(ASSET_CLASSES):
        raise Refusal(400, f"`asset_class` may contain only {', '.join(ASSET_CLASSES)}")
    for name in ("include_inactive", "include_ptp"):
        boolean(query, name)
    compact = wanted.replace(" ", "")
    ranked: list[tuple[int, str, Instrument]] = []
    for each in state.instruments.values():
        symbol, called = each.symbol.replace(" ", "").casefold(), (each.name or "").casefold()
        if ("OPTION" if each.expiry else "EQUITY") not in classes or (each.expiry and each.expiry < state.today):
            continue
        if symbol.startswith(compact):
            ranked.append((0 if symbol == compact else 1, each.symbol, each))
        elif wanted in called and not each.expiry:
            ranked.append((2, each.symbol, each))
    rows = [core(state, each) for _, _, each in sorted(ranked, key=lambda item: item[:2])]
    if query.get("currency", "USD").upper() != "USD" or query.get("country", "US").upper() != "US":
        rows = []
    return page_of(rows, query, largest=100)


def core(state: State, instrument: Instrument) -> Json:
    """Return the row of an instrument."""
    close = None if instrument.close is None else plain(instrument.close)
    is_stock = instrument.kind == "COMMON_STOCK"
    return {
        "id": instrument.id,
        "symbol": instrument.symbol,
        "venue": instrument.venue,
        "country_of_issue": "US",
        "currency": "USD",
        "is_tradable": instrument.kind != "INDEX" and not (instrument.expiry and instrument.expiry < state.today),
        "is_marginable": is_stock,
        "is_fractionable": is_stock,
        "is_liquidation_only": False,
        "is_short_prohibited": False,
        "is_threshold_security": False,
        "is_ptp": False,
        "easy_to_borrow": is_stock,
        "name": instrument.name,
        "instrument_type": instrument.kind,
        "adv": None,
        "notional_adv": None,
        "previous_close": close,
        "cax_adjusted_previous_close": close,
        "long_margin_rate": "0.25" if is_stock else None,
        "short_margin_rate": "0.3" if is_stock else None,
        **state.if_today(
            {
                "shortable_attribute": "EASY_TO_BORROW" if is_stock else None,
                "not_shortable_reasons": None,
                "tick_rules": [{"start_price": "0", "tick_size": "0.01"}],
            }
        ),
    }


def ids_of(state: State, items: list[str], name: str) -> list[Instrument]:
    """Return the instruments with 1 to 100 ids or symbols, each once. Raises `Refusal` 404 if one does not exist."""
    if not any(items) or len(items) > MOST_IDS:
        raise Refusal(400, f"`{name}` must have 1 to {MOST_IDS} ids or symbols")
    found: dict[str, Instrument] = {}
    for item in items:
        instrument = state.resolve(item)
        if instrument is None:
            raise Refusal(404, f"{item!r} resolves to no instrument")
        found[instrument.id] = instrument
    return list(found.values())


def underlying_of(state: State, item: str) -> Instrument:
    """Return the underlying instrument with an id or symbol. Raises `Refusal` 404 if it does not exist."""
    instrument = state.resolve(item)
    if instrument is None:
        raise Refusal(404, f"{item!r} resolves to no instrument")
    return instrument


def day(text: str, name: str) -> date:
    """Read a date of a query."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"`{name}` must be a date, such as 2026-04-24") from None
    return in_range(found, name)


def in_range(found: _Date, name: str) -> _Date:
    """Return a date or a time of a query. Raises `Refusal` if its year is out of range."""
    if found.year not in _YEARS:
        raise Refusal(400, f"`{name}` must have a year from {_YEARS[0]} to {_YEARS[-1]}")
    return found


def boolean(query: dict[str, str], name: str) -> bool | None:
    """Read a parameter that is true or false. None if it is not there."""
    text = query.get(name)
    if text not in (None, "true", "false"):
        raise Refusal(400, f"`{name}` must be true or false")
    return None if text is None else text == "true"


def _asked(state: State, query: dict[str, str]) -> list[Instrument]:
    root = query.get("underlier")
    if state.reader.dialect == "today" and "root" in query:
        if root not in (None, query["root"]):
            raise Refusal(400, "`root` and `underlier` differ")
        root = query["root"]
    ways = [root, query.get("underlying_instrument_id"), query.get("contract_ids")]
    if sum(way is not None for way in ways) != 1:
        name = "root" if state.reader.dialect == "today" else "underlier"
        raise Refusal(400, f"Expected exactly one of `{name}`, `underlying_instrument_id`, `contract_ids`")
    if query.get("contract_ids") is not None:
        return ids_of(state, query["contract_ids"].split(","), "contract_ids")
    contracts = state.live_contracts()
    if root is None:
        underlying = underlying_of(state, query["underlying_instrument_id"])
        return [each for each in contracts if each.underlying is underlying]
    named = state.resolve(root)
    # The root of an index also selects its weekly series.
    roots = (root, root + _WEEKLY) if named is not None and named.kind == "INDEX" else (root,)
    found = [each for each in contracts if each.root in roots]
    if not found and named is None:
        raise Refusal(404, f"No contract has the root {root!r}")
    return found


def _contract(state: State, each: Instrument, expiry: date) -> Json:
    return {
        "id": each.id,
        "symbol": each.symbol,
        "contract_type": each.right,
        "strike_price": plain(each.strike),
        "expiry": f"{expiry}",
        "multiplier": f"{each.multiplier}",
        "exercise_style": each.style,
        "listing_type": "STANDARD",
        "currency": "USD",
        "exchange": each.venue,
        "is_tradable": True,
        "is_marginable": False,
        "is_liquidation_only": False,
        "underlying_instrument_id": each.underlying_id,
        "last_trade_cutoff": _last_trade(state, each, expiry),
        "is_settle_on_open": each.settles_on_open,
        "open_interest": None,
        **state.if_today({"tick_rules": [{"start_price": "0", "tick_size": "0.01"}]}),
    }


def _last_trade(state: State, each: Instrument, expiry: date) -> str | None:
    """Return when trading in a contract ends. One that settles on the open stops on the business day before."""
    market = state.market
    closes = market.closes_at(market.previous_business_day(expiry) if each.settles_on_open else expiry)
    return None if closes is None else closes.astimezone(UTC).isoformat().replace("+00:00", "Z")
