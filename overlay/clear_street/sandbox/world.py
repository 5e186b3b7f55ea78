"""The world that a sandbox begins with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .exchange import Sandbox

ACCOUNT_ID = 122503
OTHER_ACCOUNT_ID = 122504
EXAMPLE_ACCOUNT_ID = 0
FOREIGN_ACCOUNT_ID = 999999
EXAMPLE_INSTRUCTION_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
EXAMPLE_INSTRUMENT_ID = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
EXAMPLE_SYMBOL = "AAPL 280121C00195000"
EXAMPLE_EXPIRY = date(2028, 1, 21)


def january(year: int) -> str:
    """The day on which options of January expire, its third Friday, as in a symbol."""
    first = date(year, 1, 1)
    return f"{first + timedelta(days=(4 - first.weekday()) % 7 + 14):%y%m%d}"


def populate(sandbox: Sandbox) -> None:
    """Give a sandbox accounts to try every operation on.

    Every contract is alive on the day on which the sandbox's clock begins. 122503 has long options (two expire on that
    day), a short one, stocks, and an instruction that is accepted, so that cancelling it is refused. 122504 is another
    account. 0 has the outstanding instruction of the example of `cancel_position_instruction`. 999999 belongs to
    somebody else: no key may see it.
    """
    today = sandbox.clock.now().date()
    example = EXAMPLE_SYMBOL if today < EXAMPLE_EXPIRY else f"AAPL {january(today.year + 2)}C00195000"
    next_year = january(today.year + 1)
    sandbox.add_instrument(example, instrument_id=EXAMPLE_INSTRUMENT_ID)

    sandbox.add_account(ACCOUNT_ID)
    sandbox.add_position(ACCOUNT_ID, example, 10, price="88.35", avg_price="71.2", closing_price="86.9")
    sandbox.add_position(
        ACCOUNT_ID, f"AAPL {today:%y%m%d}C00260000", 5, price="9.4", avg_price="6.15", closing_price="8.8"
    )
    sandbox.add_position(
        ACCOUNT_ID, f"SPY {today:%y%m%d}P00700000", 3, price="0.02", avg_price="3.1", closing_price="0.4"
    )
    sandbox.add_position(
        ACCOUNT_ID, f"MSFT {next_year}P00450000", 4, price="31.05", avg_price="28", closing_price="30.5"
    )
    sandbox.add_position(
        ACCOUNT_ID, f"NVDA {next_year}C00200000", -2, price="24.7", avg_price="27.9", closing_price="25.1"
    )
    sandbox.add_position(ACCOUNT_ID, "AAPL", 300, price="269.4", avg_price="188.12", closing_price="268.05")
    sandbox.add_position(ACCOUNT_ID, "TSLA", -40, price="402.1", avg_price="415.6", closing_price="405")
    sandbox.add_instruction(ACCOUNT_ID, example, idempotency_key="ui-20260424-001", status="ACCEPTED")

    sandbox.add_account(OTHER_ACCOUNT_ID)
    sandbox.add_position(OTHER_ACCOUNT_ID, example, 2, price="88.35", avg_price="90", closing_price="86.9")
    sandbox.add_position(OTHER_ACCOUNT_ID, "MSFT", "12.5", price="470.02", avg_price="455", closing_price="468.8")

    sandbox.add_account(EXAMPLE_ACCOUNT_ID)
    sandbox.add_position(EXAMPLE_ACCOUNT_ID, example, 1, price="88.35")
    sandbox.add_instruction(EXAMPLE_ACCOUNT_ID, example, instruction_id=EXAMPLE_INSTRUCTION_ID)

    sandbox.add_account(FOREIGN_ACCOUNT_ID, api_keys=())
