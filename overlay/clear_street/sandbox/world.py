"""Define the data with which a sandbox begins: instruments, and accounts with positions, instructions and orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

ACCOUNT_ID = 122503
OTHER_ACCOUNT_ID = 122504
EXAMPLE_ACCOUNT_ID = 0
FOREIGN_ACCOUNT_ID = 999999
EXAMPLE_INSTRUCTION_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
EXAMPLE_ORDER_ID = "0195f6d1-0a2b-7d11-8c55-6e4f3a2b1c01"
EXAMPLE_OPEN_ORDER_ID = "0195f6d1-0a2b-7d11-8c55-6e4f3a2b1c03"
EXAMPLE_INSTRUMENT_ID = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
EXAMPLE_STOCK_ID = "0195f6d0-4f10-7b6a-9c3d-2e8f7a1b0c01"
EXAMPLE_EXPIRING_ID = "0195f6d0-b3c4-7d5e-9f60-6b7c8d9e0f04"
EXAMPLE_SYMBOL = "AAPL 280121C00195000"
EXAMPLE_EXPIRY = date(2028, 1, 21)


class InstrumentToBe(NamedTuple):
    """An instrument to list: the arguments of `Sandbox.add_instrument`."""

    symbol: str
    instrument_id: str | None = None
    name: str | None = None
    kind: str | None = None
    style: str | None = None
    multiplier: int | None = None
    settles_on_open: bool | None = None
    price: str | None = None
    closing_price: str | None = None


class PositionToBe(NamedTuple):
    """A position of an account: the arguments of `Sandbox.add_position`."""

    symbol: str
    quantity: int | str
    price: str | None = None
    avg_price: str | None = None
    closing_price: str | None = None


class InstructionToBe(NamedTuple):
    """An instruction of an account: the arguments of `Sandbox.add_instruction`."""

    symbol: str
    instruction_type: str = "EXERCISE"
    quantity: int = 1
    idempotency_key: str | None = None
    instruction_id: str | None = None
    status: str = "SENT"


class OrderToBe(NamedTuple):
    """An order of an account: the arguments of `Sandbox.add_order`."""

    symbol: str
    side: str = "BUY"
    quantity: str = "1"
    limit_price: str | None = None
    client_order_id: str | None = None
    order_id: str | None = None
    status: str = "NEW"


class AccountToBe(NamedTuple):
    """An account to open: the arguments of `Sandbox.add_account`, and its positions, instructions and orders."""

    account_id: int
    api_keys: tuple[str, ...] | None = None
    name: str = "Example Account"
    cash: str = "100000"
    options_level: int = 3
    subtype: str = "MARGIN"
    status: str = "ACTIVE"
    positions: tuple[PositionToBe, ...] = ()
    instructions: tuple[InstructionToBe, ...] = ()
    orders: tuple[OrderToBe, ...] = ()


class World(NamedTuple):
    """Everything that a sandbox begins with."""

    instruments: tuple[InstrumentToBe, ...] = ()
    accounts: tuple[AccountToBe, ...] = ()


def default_world(today: date) -> World:
    """Return accounts for trying every operation, for a sandbox that begins on the day `today`.

    No contract has expired on that day. Account 122503 has long options (two expire on that day), a short option,
    stocks, and an accepted instruction, whose cancel is refused. 122504 is a second account. 0 has the outstanding
    instruction in the spec's example of `cancel_position_instruction`, and the open orders in its examples of orders.
    999999 belongs to somebody else: no key may see it.
    """
    example = EXAMPLE_SYMBOL if today < EXAMPLE_EXPIRY else f"AAPL {january(today.year + 2)}C00195000"
    next_year = january(today.year + 1)
    return World(
        (
            InstrumentToBe("AAPL", EXAMPLE_STOCK_ID, name="Apple Inc.", price="269.4", closing_price="268.05"),
            InstrumentToBe("SPY", name="SPDR S&P 500 ETF Trust", price="712.35", closing_price="708.9"),
            InstrumentToBe("MSFT", name="Microsoft Corporation", price="470.02", closing_price="468.8"),
            InstrumentToBe("NVDA", name="NVIDIA Corporation", price="205.3", closing_price="206.1"),
            InstrumentToBe("TSLA", name="Tesla, Inc.", price="402.1", closing_price="405"),
            InstrumentToBe("SPX", name="S&P 500 Index", kind="INDEX", price="7120.4", closing_price="7085.1"),
            InstrumentToBe(f"SPX {next_year}C07000000", style="EUROPEAN", settles_on_open=True, price="310"),
            InstrumentToBe(example, EXAMPLE_INSTRUMENT_ID),
            InstrumentToBe(f"AAPL {today:%y%m%d}C00260000", EXAMPLE_EXPIRING_ID),
        ),
        (
            AccountToBe(
                ACCOUNT_ID,
                name="Example Trading LLC",
                cash="250000",
                positions=(
                    PositionToBe(example, 10, "88.35", "71.2", "86.9"),
                    PositionToBe(f"AAPL {today:%y%m%d}C00260000", 5, "9.4", "6.15", "8.8"),
                    PositionToBe(f"SPY {today:%y%m%d}P00700000", 3, "0.02", "3.1", "0.4"),
                    PositionToBe(f"MSFT {next_year}P00450000", 4, "31.05", "28", "30.5"),
                    PositionToBe(f"NVDA {next_year}C00200000", -2, "24.7", "27.9", "25.1"),
                    PositionToBe("AAPL", 300, "269.4", "188.12", "268.05"),
                    PositionToBe("TSLA", -40, "402.1", "415.6", "405"),
                ),
                instructions=(InstructionToBe(example, idempotency_key="ui-20260424-001", status="ACCEPTED"),),
            ),
            AccountToBe(
                OTHER_ACCOUNT_ID,
                name="Example Savings",
                cash="20000",
                subtype="CASH",
                positions=(
                    PositionToBe(example, 2, "88.35", "90", "86.9"),
                    PositionToBe("MSFT", "12.5", "470.02", "455", "468.8"),
                ),
            ),
            AccountToBe(
                EXAMPLE_ACCOUNT_ID,
                positions=(PositionToBe(example, 1, "88.35"),),
                instructions=(InstructionToBe(example, instruction_id=EXAMPLE_INSTRUCTION_ID),),
                orders=(
                    OrderToBe("AAPL", limit_price="150", order_id=EXAMPLE_ORDER_ID),
                    OrderToBe(
                        f"AAPL {today:%y%m%d}C00260000", "SELL", limit_price="20", order_id=EXAMPLE_OPEN_ORDER_ID
                    ),
                ),
            ),
            AccountToBe(FOREIGN_ACCOUNT_ID, api_keys=()),
        ),
    )


def january(year: int) -> str:
    """Return the third Friday of a January, on which options expire, as it is written in a symbol."""
    first = date(year, 1, 1)
    return f"{first + timedelta(days=(4 - first.weekday()) % 7 + 14):%y%m%d}"
