"""Every command there is, with its options, as plain values: help needs no more than this."""

from __future__ import annotations

from ._command import Argument, Command, Option
from ._read import account_number, at_least_one, day, pair, seconds, since, time_of_day

TYPES = ("EXERCISE", "DO_NOT_EXERCISE", "CONTRARY_EXERCISE")
"""What an instruction may say."""
SORTS = (
    "SYMBOL",
    "INSTRUMENT_TYPE",
    "QUANTITY",
    "MARKET_VALUE",
    "POSITION_TYPE",
    "UNREALIZED_PNL",
    "DAILY_UNREALIZED_PNL",
    "DAILY_REALIZED_PNL",
)
"""What the service can sort positions by."""
FORMATS = ("table", "json", "jsonl", "csv")
SHELLS = ("bash", "zsh", "fish")
TOPICS = ("exit-codes",)

GROUPS = {
    "accounts": "List the accounts that the key may see.",
    "orders": "List orders, wait for them, and cancel them.",
    "batch": "Make and check files of instructions.",
    "positions": "List positions, and close them.",
    "instructions": "Submit, follow, cancel, find instructions.",
}
"""The first words of commands that have two, and what they are about."""

COMMON = (
    Option(("--account",), "The account (or CLEAR_STREET_ACCOUNT).", "N", account_number),
    Option(("-o", "--output"), "How results are written.", "FORMAT", choices=FORMATS),
    Option(("-y", "--yes"), "Do not ask before something is changed."),
    Option(("-n", "--dry-run"), "Show what would be sent, and send nothing that changes anything."),
    Option(("--env",), "Which service; production by default.", "NAME", choices=("production", "dev")),
    Option(("--base-url",), "Another address (or CLEAR_STREET_BASE_URL).", "URL"),
    Option(("--timeout",), "Seconds for one request.", "SECONDS", seconds),
    Option(("--deadline",), "Seconds for a call with its retries, and for waiting.", "SECONDS", seconds),
    Option(("--utc",), "Show times in UTC instead of New York's."),
    Option(("-v", "--verbose"), "Write the log to standard error; -vv adds each attempt.", is_count=True),
)
"""What every command takes, before or after its words."""

CHANGING = (
    Option(("--not-after",), "Send nothing past this time of the day in New York.", "HH:MM[:SS]", time_of_day),
    Option(("--no-wait",), "End when the service has it; do not wait until it is settled."),
    Option(("--journal",), "Where each request is written down before it is sent.", "FILE"),
)
"""What commands that change something take besides."""

_DATE = Argument("on", "[DATE]", is_required=False, read=day)
_BATCH = Option(("--batch",), "A name that makes the same file another batch.", "NAME", default="")
_UNTIL = Option(("--until",), "A status to wait for; may be given several times.", "STATUS", is_many=True)
_OPEN = Option(("--open",), "Only those that are not settled yet.")
_IDS = Argument("ids", "ID...", is_many=True, completes="instructions.open_ids")
_ORDERS = Argument("ids", "ID...", is_many=True, completes="orders.open_orders")


def _optional(ids: Argument) -> Argument:
    return ids._replace(metavar=f"[{ids.metavar}]", is_required=False)


COMMANDS: tuple[Command, ...] = (
    Command(
        "expiring",
        "Show what expires, what is instructed, what is left.\n\nWithout a DATE: today, by the service's clock. "
        "ITM, ATM, OTM: in, at or out of the money, and by how much, by the last trade of the underlying.",
        "expiring.expiring",
        (
            _DATE,
            Option(
                ("--cutoff",),
                "The time of the day until which instructions are taken (or CLEAR_STREET_CUTOFF).",
                "HH:MM",
                time_of_day,
            ),
        ),
    ),
    Command(
        "positions list",
        "List an account's positions.",
        "positions.list_positions",
        (
            Option(("--type",), "Only those of this type, such as OPTION or LONG_CALL.", "TYPE"),
            Option(
                ("--symbol",), "Only this one, or those on this underlying.", "SYMBOL", completes="positions.symbols"
            ),
            Option(("--sort",), f"What to sort by: {', '.join(SORTS)}.", "FIELD", choices=SORTS),
            Option(("--desc",), "Sort in descending order."),
            Option(("--limit",), "At most this many.", "N", at_least_one),
        ),
    ),
    Command(
        "positions close",
        "Close a position, or all of them, by orders at the market.\n\nClosing is never repeated by itself: after an "
        "unknown outcome look at positions and orders.",
        "positions.close",
        (
            Argument("symbol", "SYMBOL", is_required=False, completes="positions.symbols"),
            Option(("--all",), "Close every position of the account. The account's number has to be typed."),
            Option(("--cancel-orders",), "Cancel open orders in it first."),
            Option(("--confirm-account",), "The account's number, for --all where there is no terminal.", "N"),
        ),
        changes=True,
    ),
    Command(
        "instructions list",
        "List an account's instructions.",
        "instructions.list_instructions",
        (
            _optional(_IDS),
            _OPEN,
            Option(("--symbol",), "Only those on this contract.", "SYMBOL", completes="positions.symbols"),
            Option(("--since",), "Only those made since a day, or since a time of today.", "WHEN", since),
        ),
    ),
    Command(
        "instructions submit",
        "Submit an instruction on a contract that the account holds, and follow it until it is settled.\n\n"
        "Where CLEAR_STREET_CUTOFF has a time of the day, one on a contract that expires today is not sent past it.",
        "instructions.submit",
        (
            Argument("symbol", "[SYMBOL", is_required=False, completes="positions.symbols"),
            Argument("quantity", "QTY]", is_required=False, read=at_least_one),
            Option(("--type",), "What is to be done.", "TYPE", choices=TYPES, default="EXERCISE"),
            Option(("--key",), "The idempotency key: that of an earlier try, to send the same again.", "KEY"),
            Option(("--file",), "Submit the rows of a file instead: CSV or JSON lines; - is standard input.", "FILE"),
            _BATCH,
        ),
        changes=True,
    ),
    Command(
        "instructions cancel",
        "Cancel instructions by their ids, and follow them until they are CANCELLED.",
        "instructions.cancel",
        (_IDS,),
        changes=True,
    ),
    Command(
        "instructions wait",
        "Wait until instructions are settled, or in a status; at most --deadline seconds, 300 by default.",
        "instructions.wait",
        (_IDS, _UNTIL),
    ),
    Command(
        "instructions watch",
        "Watch an account's instructions, or some of them until they are settled; Ctrl-C ends it.",
        "instructions.watch",
        (_optional(_IDS),),
    ),
    Command(
        "instructions find",
        "Find instructions by their idempotency keys.\n\nIt settles a submit whose outcome is unknown: what is found "
        "was accepted.",
        "instructions.find",
        (Argument("keys", "KEY...", is_many=True, completes="instructions.keys"),),
    ),
    Command(
        "batch template",
        "Write a CSV file of the long options that expire.\n\nWithout a DATE: today, by the service's clock. It says "
        "EXERCISE of what is in the money, and DO_NOT_EXERCISE of the rest. Edit it, then: clear-street instructions "
        "submit --file FILE",
        "batch.template",
        (_DATE,),
    ),
    Command(
        "batch check",
        "Check a file of instructions, and send nothing.",
        "batch.check",
        (Argument("name", "FILE"), _BATCH),
    ),
    Command("accounts list", "List the accounts that the key may see.", "orders.list_accounts"),
    Command("orders list", "List an account's orders.", "orders.list_orders", (_optional(_ORDERS), _OPEN)),
    Command(
        "orders wait",
        "Wait until orders are FILLED, or in a status.\n\nAt most --deadline seconds, 300 by default.",
        "orders.wait",
        (_ORDERS, _UNTIL),
    ),
    Command("orders cancel", "Ask for orders to be cancelled.", "orders.cancel", (_ORDERS,), changes=True),
    Command(
        "get",
        "GET any path of the API.\n\nFor example: clear-street get /v1/version",
        "get.get",
        (
            Argument("path", "PATH"),
            Option(
                ("-q", "--query"),
                "A parameter of the query; may be given several times.",
                "NAME=VALUE",
                pair,
                is_many=True,
            ),
        ),
    ),
    Command(
        "doctor",
        "Look at key, address, clock and replies, and say what helps.\n\nWith -o json it is a report for support, "
        "without secrets.",
        "doctor.doctor",
    ),
    Command(
        "sandbox",
        "Serve the sandbox on loopback; --help has its options.",
        "sandbox.sandbox",
        (Argument("words", "[OPTIONS]", is_many=True, is_required=False),),
        is_passed_on=True,
    ),
    Command(
        "conformance",
        "Judge a program against a sandbox; --help has its options.",
        "conformance.conformance",
        (Argument("words", "[OPTIONS] -- PROGRAM ...", is_many=True, is_required=False),),
        is_passed_on=True,
    ),
    Command(
        "help",
        "Tell about a topic: exit-codes.",
        "about.tell",
        (Argument("topic", "TOPIC", choices=TOPICS),),
    ),
    Command(
        "completion",
        "Let a shell complete command lines.\n\nFor example, in ~/.bashrc: . <(clear-street completion bash)\n\n"
        "Symbols and ids of the account are completed, too, where the service answers within a second.",
        "_main.completion",
        (Argument("shell", "|".join(SHELLS), choices=SHELLS),),
    ),
)
