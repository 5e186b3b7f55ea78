"""Exercise the options that expire today in the money, let the others go, and close the hedge of those.

    python examples/expiry_day.py
    CLEAR_STREET_API_KEY=... python examples/expiry_day.py NAME CUTOFF

Without arguments it runs on the sandbox. NAME is a part of one account's name, CUTOFF your broker's cut-off for
instructions in New York, such as 17:30; nothing is instructed in the last minute before it. A contract is exercised if
it is in the money by MARGIN and the account can pay for it, a call with buying power and a put with shares. The others
are let go, and shares held against them (short for calls, long for puts) are closed by an order. Keys follow from the
contracts, so when the program is run again nothing happens twice, and the first decision on a contract stands. After
exit status 4 look at the account's orders first.

The exit status is that of `clear-street help exit-codes`: 0 if all is done, 2 if the arguments are wrong, 3 if the
service refused, 4 if an outcome is unknown, 5 if something was not settled in time, 6 if only a part was refused, 7 if
a person has to look, and 8 if the service was not reached or the cut-off has passed.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from clear_street import TERMINAL_STATES, ClearStreet, ClearStreetError, errors
from clear_street.market import Market
from clear_street.sandbox import Sandbox

if TYPE_CHECKING:
    from clear_street.types.v1 import NewOrderRequestParam, Position, PositionInstructionRequestParam

    Decided = tuple[PositionInstructionRequestParam, NewOrderRequestParam | None]

MARGIN, ZERO = Decimal("0.05"), Decimal(0)
OUTCOMES = {"unknown": 4, "rejected": 3, "not_sent": 8}
ERRORS = {
    errors.ArgumentError: 2,
    errors.WaitTimeoutError: 5,
    errors.OrderFailedError: 7,
    errors.APIConnectionError: 8,
    errors.RateLimitError: 8,
    errors.InternalServerError: 8,
}


def decide(client: ClearStreet, account_id: int, rows: list[Position], shares: dict[str, Decimal]) -> list[Decided]:
    """Decide on each contract whose terms and price are known; `shares` is what the account holds."""
    v1 = client.v1
    decided: list[Decided] = []
    funds = v1.accounts.get_account_balances(account_id).data.decimals.buying_power or ZERO
    contracts = v1.instruments.iter_option_contracts(contract_ids=[row.instrument_id for row in rows])
    terms = {each.id: (each.underlying_instrument_id or "", each.decimals.multiplier) for each in contracts}
    stocks = sorted({stock for stock, _ in terms.values()} - {""})
    quotes = v1.instrument_data.market_data.get_snapshots(instrument_ids=stocks) if stocks else ()
    prices = {quote.instrument_id: quote.last_trade.decimals.price for quote in quotes if quote.last_trade}
    for row in rows:
        stock, multiplier = terms.get(row.instrument_id, ("", None))
        symbol, price = row.option, prices.get(stock)
        if symbol is None or symbol.is_adjusted or multiplier is None or price is None:
            print(f"{row.symbol}: adjusted, or without terms or price; a person must decide")
            continue
        is_call, key = symbol.right == "CALL", f"expiry-{symbol.compact}"
        gain = price - symbol.strike if is_call else symbol.strike - price
        count, owned = shares[row.instrument_id], shares.get(stock, ZERO)
        units, cost = count * multiplier, count * multiplier * symbol.strike
        hedge: NewOrderRequestParam | None = None
        is_exercised = gain >= MARGIN and (funds >= cost if is_call else owned >= units)
        if is_exercised and is_call:
            funds -= cost
        elif is_exercised:
            shares[stock] -= units
        elif amount := min(units, max(ZERO, -owned if is_call else owned)):
            shares[stock] += amount if is_call else -amount
            hedge = {
                "id": key,
                "side": "BUY" if is_call else "SELL",
                "quantity": amount,
                "instrument_id": stock,
                "order_type": "LIMIT",
                "limit_price": price,
                "time_in_force": "DAY",
                "extended_hours": True,
            }
        print(f"{symbol.words}: {gain:+} in the money, {'exercise' if is_exercised else 'let go'} {count:f}")
        instruction: PositionInstructionRequestParam = {
            "instruction_type": "EXERCISE" if is_exercised else "DO_NOT_EXERCISE",
            "instrument_id": row.instrument_id,
            "quantity": count,
            "instruction_id": key,
        }
        decided.append((instruction, hedge))
    return decided


def close(client: ClearStreet, account_id: int, hedges: list[NewOrderRequestParam]) -> None:
    """Submit the orders that an earlier run did not submit, and wait until each is filled."""
    ids = [str(order["id"]) for order in hedges]
    known = {order.client_order_id for order in client.v1.orders.iter_orders(account_id, order_ids=ids)}
    if new := [order for order in hedges if order["id"] not in known]:
        client.v1.orders.submit_orders(account_id, orders=new)
    for order in client.v1.orders.wait_for_orders(ids, account_id=account_id):
        print(f"hedge: {order.side} {order.filled_quantity} {order.symbol} {order.status}")


def run(client: ClearStreet, name: str, market: Market) -> set[int]:
    """Find the account, decide on what expires, carry that out, and return the exit statuses."""
    v1 = client.v1
    accounts = [each.id for each in v1.accounts.iter_accounts(account_name=name) if each.status == "ACTIVE"]
    if len(accounts) != 1:
        print(f"{len(accounts)} active accounts have {name!r} in their names; name one.", file=sys.stderr)
        return {2}
    [account_id] = accounts
    market = market.with_hours(*v1.calendar.get_market_hours_calendar(market="us_options"))
    now = client.service_time() or datetime.now(UTC)
    cutoff = market.cutoff_at(market.today(now))
    if cutoff is None or (last := cutoff - timedelta(minutes=1)) <= now:
        print("The market is closed today, or the cut-off has passed.", file=sys.stderr)
        return {8}
    positions = list(v1.positions.iter_positions(account_id))
    shares = {row.instrument_id: row.decimals.quantity or ZERO for row in positions}
    today = [row for row in positions if row.option and market.expires_today(row.option, now)]
    expiring = [row for row in today if shares[row.instrument_id] > 0]
    decided = decide(client, account_id, expiring, shares) if expiring else []
    codes = {7} if len(decided) < len(expiring) else {0}
    if not decided:
        return codes  # nothing expires, or nothing that this program can decide on
    ensured = v1.positions.ensure_position_instructions(
        account_id,
        instructions=[instruction for instruction, _ in decided],
        not_after=last,
        wait=True,
        wait_deadline=(last - now).total_seconds(),
    )
    for key, found in ensured.items():
        print(f"{key}: {found.outcome} {found.status} {found.reason or ''}")
        settled = 0 if found.status == "ACCEPTED" else 7 if found.status in TERMINAL_STATES else 5
        codes.add(OUTCOMES.get(found.outcome, settled))
    hedges = [hedge for _, hedge in decided if hedge and ensured[str(hedge["id"])].status == "ACCEPTED"]
    try:
        if hedges:
            close(client, account_id, hedges)
    except ClearStreetError as error:
        codes.add(code_of(error))
    return codes


def code_of(error: ClearStreetError) -> int:
    """Print an error, and return its exit status."""
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return 4 if error.outcome_unknown else next((code for kind, code in ERRORS.items() if isinstance(error, kind)), 3)


def example() -> Sandbox:
    """A sandbox with an account that holds a call and a put which expire today, and shares against the put."""
    sandbox = Sandbox()
    today = f"{sandbox.clock.now():%y%m%d}"
    sandbox.add_account(1, name="Expiry Desk", cash="150000")
    sandbox.add_position(1, f"AAPL {today}C00260000", 5)
    sandbox.add_position(1, f"SPY {today}P00700000", 3)
    sandbox.add_position(1, "SPY", 300)
    return sandbox


def main(arguments: list[str]) -> int:
    """Run on the sandbox or at the service, and return the exit status."""
    if len(arguments) not in (0, 2):
        print(__doc__, file=sys.stderr)
        return 2
    name, cutoff = arguments or ("Expiry Desk", "17:30")
    try:
        market = Market(cutoff=cutoff)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        with ClearStreet() if arguments else ClearStreet.sandbox(example()) as client:
            codes = run(client, name, market)
    except ClearStreetError as error:
        codes = {code_of(error)}
    partly = {6} if {0, 3} <= codes else set[int]()
    return next(code for code in (4, 7, 6, 3, 5, 8, 2, 0) if code in codes | partly)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
