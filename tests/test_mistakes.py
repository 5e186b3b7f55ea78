"""Typical mistakes: each is refused before anything is sent, with the argument, the value and what to write instead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

import clear_street
from clear_street import ArgumentError, ClearStreetError
from clear_street.sandbox import Sandbox, SandboxClock
from clear_street.types import v1
from support.client_modes import Mode
from support.key_names import CANCEL_ID, KEY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
CONTRACT = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e02"
SECRET = "s3cr3t"
TEXT: Any = "{}"


class Mistake(NamedTuple):
    """What is written, the class of the error, and what its message has to name."""

    write: Callable[[Any], Any]
    error: type[Exception]
    argument: str
    value: str
    remedy: str


def row(**fields: Any) -> dict[str, Any]:
    """A row to submit, with a mistake in it; None leaves a field out."""
    whole = {"instruction_type": "EXERCISE", "instrument_id": CONTRACT, "quantity": 1, **fields}
    return {name: value for name, value in whole.items() if value is not None}


def wrong(method: str, *arguments: Any, **options: Any) -> Callable[[Any], Any]:
    """A call of a method of the positions."""
    return lambda client: getattr(client.v1.positions, method)(*arguments, **options)


def listing(**options: Any) -> Callable[[Any], Any]:
    """A read with an argument or option."""
    return wrong("get_positions", 0, **options)


def cancelling(id: Any = ID, **options: Any) -> Callable[[Any], Any]:
    """A cancel with an argument or option."""
    return wrong("cancel_position_instruction", id, **{"account_id": 0, **options})


def submitting(instructions: Any, **options: Any) -> Callable[[Any], Any]:
    """A submit of what is no list of rows, or has a row with a mistake."""
    return wrong("submit_position_instructions", 0, instructions=instructions, **options)


def waiting(ids: Any = (ID,), **options: Any) -> Callable[[Any], Any]:
    """A wait with an argument."""
    return wrong("wait_for_position_instructions", ids, **{"account_id": 0, **options})


def making(**arguments: Any) -> Callable[[Any], Any]:
    """A client with an argument."""
    return lambda client: type(client)(**{"api_key": "key", **arguments})


def changing(**options: Any) -> Callable[[Any], Any]:
    """A changed copy of a client."""
    return lambda client: client.with_options(**options)


def _closed(client: Any) -> Any:
    async def awaiting(closing: Any) -> Any:
        await closing
        return await client.v1.positions.close_positions(0)

    closing = client.close()
    return client.v1.positions.close_positions(0) if closing is None else awaiting(closing)


MISTAKES: dict[str, Mistake] = {
    # Accounts.
    "account str": Mistake(wrong("close_positions", "7"), ArgumentError, "account_id", "'7'", "without quotes"),
    "account float": Mistake(wrong("close_positions", 7.0), ArgumentError, "account_id", "7.0", "write 7"),
    "account bool": Mistake(wrong("close_positions", True), ArgumentError, "account_id", "True", "an int"),
    "account None": Mistake(wrong("get_positions", None), ArgumentError, "account_id", "None", "an int"),
    "account Decimal": Mistake(
        wrong("get_positions", Decimal(7)), ArgumentError, "account_id", "Decimal('7')", "write 7"
    ),
    "account too large": Mistake(
        wrong("get_positions", 2**63), ArgumentError, "account_id", str(2**63), "to 9223372036854775807"
    ),
    "account is the key": Mistake(wrong("get_positions", "acct-7"), ArgumentError, "account_id", "'acct-7'", "an int"),
    "account of a wait": Mistake(waiting(account_id="0"), ArgumentError, "account_id", "'0'", "without quotes"),
    "account of a watch": Mistake(
        wrong("watch_position_instructions", "0"), ArgumentError, "account_id", "'0'", "without quotes"
    ),
    "account of an iterator": Mistake(wrong("iter_positions", 7.5), ArgumentError, "account_id", "7.5", "an int"),
    # Ids in a path, and those to wait for.
    "id empty": Mistake(cancelling(""), ArgumentError, CANCEL_ID, "''", "a non-empty value"),
    "id blank": Mistake(cancelling("  "), ArgumentError, CANCEL_ID, "'  '", "a non-empty value"),
    "id None": Mistake(cancelling(None), ArgumentError, CANCEL_ID, "None", "a string"),
    "id int": Mistake(cancelling(7), ArgumentError, CANCEL_ID, "7", "a string"),
    "id bytes": Mistake(cancelling(b"i-1"), ArgumentError, CANCEL_ID, "b'i-1'", "decode"),
    "id dots": Mistake(cancelling(".."), ArgumentError, CANCEL_ID, "'..'", "Expected an id"),
    "id of a row": Mistake(cancelling({"id": ID}), ArgumentError, CANCEL_ID, ID, "its `id`"),
    "instrument None": Mistake(
        wrong("close_position", None, account_id=0), ArgumentError, "instrument_id", "None", "a string"
    ),
    "instrument empty": Mistake(
        wrong("close_position", "", account_id=0), ArgumentError, "instrument_id", "''", "a non-empty value"
    ),
    "instrument int": Mistake(
        wrong("close_position", 7, account_id=0), ArgumentError, "instrument_id", "7", "a string"
    ),
    "look for None": Mistake(
        wrong("get_position_instruction", None, account_id=0), ArgumentError, "`id`", "None", "a string"
    ),
    "look for blank": Mistake(
        wrong("get_position_instruction", " ", account_id=0), ArgumentError, "`id`", "' '", "a non-empty value"
    ),
    "wait for one id": Mistake(waiting(ID), ArgumentError, "`ids`", ID, "list"),
    "wait for none": Mistake(waiting([]), ArgumentError, "`ids`", "[]", "at least one"),
    "wait for None": Mistake(waiting(None), ArgumentError, "`ids`", "None", "list"),
    "wait for an int": Mistake(waiting([7]), ArgumentError, "`ids`", "7", "the server's `id`"),
    "wait for blank": Mistake(waiting([ID, ""]), ArgumentError, "`ids`", "''", "the server's `id`"),
    "wait for a row": Mistake(
        waiting([v1.PositionInstruction.from_dict({})]), ArgumentError, "`ids`", "Instr", "the server's `id`"
    ),
    "wait for the id of nothing": Mistake(
        wrong("wait_for_position_instruction", None, account_id=0), ArgumentError, "`id`", "None", "the server's `id`"
    ),
    "cancel and wait": Mistake(
        wrong("cancel_and_wait", "", account_id=0), ArgumentError, "`id`", "''", "the server's `id`"
    ),
    # Statuses and orders.
    "until misspelt": Mistake(waiting(until="CANCELED"), ArgumentError, "`until`", "'CANCELED'", "'CANCELLED'"),
    "until lower case": Mistake(waiting(until="accepted"), ArgumentError, "`until`", "'accepted'", "'ACCEPTED'"),
    "until empty": Mistake(waiting(until=[]), ArgumentError, "`until`", "[]", "leave it out"),
    "until int": Mistake(waiting(until=7), ArgumentError, "`until`", "7", "'CANCELLED'"),
    "until of ints": Mistake(waiting(until=[7]), ArgumentError, "`until`", "7", "'CANCELLED'"),
    "sort int": Mistake(listing(sort_by=7), ArgumentError, "`sort_by`", "7", "a string"),
    "sort misspelt": Mistake(
        listing(sort_by="MARKETVALUE"), ArgumentError, "`sort_by`", "'MARKETVALUE'", "'MARKET_VALUE'"
    ),
    "sort lower case": Mistake(
        listing(sort_by="market_value"), ArgumentError, "`sort_by`", "'market_value'", "'MARKET_VALUE'"
    ),
    "direction lower case": Mistake(
        listing(sort_direction="desc"), ArgumentError, "`sort_direction`", "'desc'", "'DESC'"
    ),
    "direction empty": Mistake(listing(sort_direction=""), ArgumentError, "`sort_direction`", "''", "leave it out"),
    "type misspelt": Mistake(
        submitting([row(instruction_type="EXERCISES")]),
        ArgumentError,
        "[0].instruction_type",
        "'EXERCISES'",
        "'EXERCISE'",
    ),
    "type lower case": Mistake(
        submitting([row(instruction_type="exercise")]),
        ArgumentError,
        "[0].instruction_type",
        "'exercise'",
        "'EXERCISE'",
    ),
    # Pages.
    "page size 0": Mistake(listing(page_size=0), ArgumentError, "`page_size`", "0", "1 to 1000"),
    "page size 1001": Mistake(listing(page_size=1001), ArgumentError, "`page_size`", "1001", "1 to 1000"),
    "page size str": Mistake(listing(page_size="10"), ArgumentError, "`page_size`", "'10'", "without quotes"),
    "page token int": Mistake(listing(page_token=7), ArgumentError, "`page_token`", "7", "a string"),
    "page token empty": Mistake(listing(page_token=""), ArgumentError, "`page_token`", "''", "leave it out"),
    "instruments str": Mistake(listing(instrument_ids="AAPL"), ArgumentError, "`instrument_ids`", "'AAPL'", "['AAPL']"),
    "instruments empty": Mistake(listing(instrument_ids=[]), ArgumentError, "`instrument_ids`", "[]", "leave it out"),
    "instruments of ints": Mistake(listing(instrument_ids=[7]), ArgumentError, "`instrument_ids`", "7", "a string"),
    "orders str": Mistake(
        wrong("close_positions", 0, cancel_orders="false"), ArgumentError, "`cancel_orders`", "'false'", "True or False"
    ),
    "orders int": Mistake(
        wrong("close_position", "AAPL", account_id=0, cancel_orders=1),
        ArgumentError,
        "`cancel_orders`",
        "1",
        "True or False",
    ),
    # Rows.
    "rows dict": Mistake(submitting(row()), ArgumentError, "`instructions`", "dict", "[{...}]"),
    "rows model": Mistake(
        submitting(v1.PositionInstructionRequest.from_dict(row())), ArgumentError, "`instructions`", "Request", "list"
    ),
    "rows str": Mistake(submitting("EXERCISE"), ArgumentError, "`instructions`", "'EXERCISE'", "list"),
    "rows None": Mistake(submitting(None), ArgumentError, "`instructions`", "None", "list"),
    "rows empty": Mistake(submitting([]), ArgumentError, "`instructions`", "[]", "at least one"),
    "rows generator empty": Mistake(
        lambda client: client.v1.positions.submit_position_instructions(0, instructions=iter(())),
        ArgumentError,
        "`instructions`",
        "iterator",
        "at least one",
    ),
    "rows of lists": Mistake(submitting([[]]), ArgumentError, "`instructions[0]`", "list", "a dict"),
    "row unknown field": Mistake(
        submitting([row(quantty=1)]), ArgumentError, "instructions[0]", "'quantty'", "'quantity'"
    ),
    "row other field": Mistake(
        submitting([row(price=1)]), ArgumentError, "instructions[0]", "'price'", "it takes instr"
    ),
    "row a symbol": Mistake(
        submitting([row(symbol="AAPL")]), ArgumentError, "instructions[0]", "'symbol'", "it takes instr"
    ),
    "row without type": Mistake(
        submitting([row(instruction_type=None)]), ArgumentError, "[0].instruction_type", "None", "'EXERCISE'"
    ),
    "row without instrument": Mistake(
        submitting([row(instrument_id=None)]), ArgumentError, "[0].instrument_id", "None", "contract"
    ),
    "row without quantity": Mistake(
        submitting([row(quantity=None)]), ArgumentError, "[0].quantity", "None", "use an int"
    ),
    "row nil id": Mistake(
        submitting([row(instrument_id="0" * 8 + "-0000-0000-0000-" + "0" * 12)]),
        ArgumentError,
        "[0].instrument_id",
        "00000000-",
        "the id of the contract",
    ),
    "quantity float": Mistake(submitting([row(quantity=1.0)]), ArgumentError, "[0].quantity", "1.0", "use an int"),
    "quantity text": Mistake(submitting([row(quantity="1.0")]), ArgumentError, "[0].quantity", "'1.0'", "use an int"),
    "quantity negative": Mistake(submitting([row(quantity=-1)]), ArgumentError, "[0].quantity", "-1", "positive whole"),
    "quantity zero": Mistake(submitting([row(quantity=0)]), ArgumentError, "[0].quantity", "0", "positive whole"),
    "quantity bool": Mistake(submitting([row(quantity=True)]), ArgumentError, "[0].quantity", "True", "use an int"),
    "key twice": Mistake(
        submitting([row(instruction_id="k"), row(instruction_id="k")]),
        ArgumentError,
        "`instructions`",
        "'k'",
        "of its own",
    ),
    "key blank": Mistake(
        submitting([row(instruction_id=" ")]), ArgumentError, f"[0].{KEY_NAME}", "' '", "leave it out"
    ),
    "key int": Mistake(submitting([row(instruction_id=7)]), ArgumentError, f"[0].{KEY_NAME}", "7", "a string"),
    "find one key": Mistake(
        wrong("find_position_instructions", 0, idempotency_keys="k"), ArgumentError, "`idempotency_keys`", "'k'", "list"
    ),
    "find no key": Mistake(
        wrong("find_position_instructions", 0, idempotency_keys=[]),
        ArgumentError,
        "`idempotency_keys`",
        "[]",
        "at least one",
    ),
    # Zones and times.
    "not_after naive": Mistake(
        cancelling(not_after=SandboxClock().now().replace(tzinfo=None)),
        ArgumentError,
        "`not_after`",
        "datetime.datetime(2026",
        "timezone.utc",
    ),
    "not_after str": Mistake(
        cancelling(not_after="2026-04-24T15:30:00Z"), ArgumentError, "`not_after`", "'2026-04", "datetime.fromisoformat"
    ),
    "not_after date": Mistake(
        cancelling(not_after=date(2026, 4, 24)), ArgumentError, "`not_after`", "datetime.date(2026", "timezone.utc"
    ),
    "not_after timestamp": Mistake(
        cancelling(not_after=1777000000.0), ArgumentError, "`not_after`", "1777000000.0", "datetime.fromtimestamp"
    ),
    "not_after of a read": Mistake(
        listing(not_after=SandboxClock().now()), TypeError, "get_positions()", "'not_after'", "deadline"
    ),
    "timeout str": Mistake(listing(timeout="30"), ArgumentError, "`timeout`", "'30'", "without quotes"),
    "timeout negative": Mistake(listing(timeout=-1), ArgumentError, "`timeout`", "-1", "a positive number of seconds"),
    "timeout zero": Mistake(listing(timeout=0), ArgumentError, "`timeout`", "0", "a positive number of seconds"),
    "timeout inf": Mistake(listing(timeout=float("inf")), ArgumentError, "`timeout`", "inf", "at most 1000000000"),
    "timeout nan": Mistake(listing(timeout=float("nan")), ArgumentError, "`timeout`", "nan", "a positive number of"),
    "timeout bool": Mistake(listing(timeout=True), ArgumentError, "`timeout`", "True", "a positive number of seconds"),
    "timeout timedelta": Mistake(
        listing(timeout=timedelta(seconds=9)), ArgumentError, "`timeout`", "timedelta(seconds=9)", ".total_seconds()"
    ),
    "timeout None": Mistake(making(timeout=None), ArgumentError, "`timeout`", "None", "a positive number of seconds"),
    "deadline negative": Mistake(
        listing(deadline=-0.5), ArgumentError, "`deadline`", "-0.5", "a positive number of seconds"
    ),
    "deadline datetime": Mistake(
        cancelling(deadline=SandboxClock().now()), ArgumentError, "`deadline`", "datetime.datetime(2026", "`not_after`"
    ),
    "grace zero": Mistake(waiting(grace=0), ArgumentError, "`grace`", "0", "a positive number of seconds"),
    "wait deadline None": Mistake(waiting(deadline=None), ArgumentError, "`deadline`", "None", "a positive number of"),
    "retries negative": Mistake(making(max_retries=-1), ArgumentError, "`max_retries`", "-1", "0 or more"),
    "retries float": Mistake(listing(max_retries=2.0), ArgumentError, "`max_retries`", "2.0", "write 2"),
    "retries str": Mistake(listing(max_retries="2"), ArgumentError, "`max_retries`", "'2'", "without quotes"),
    "retries bool": Mistake(listing(max_retries=False), ArgumentError, "`max_retries`", "False", "0 or more"),
    # The API key.
    "api key none": Mistake(making(api_key=None), ArgumentError, "`api_key", "No API key", "CLEAR_STREET_API_KEY"),
    "api key empty": Mistake(making(api_key=""), ArgumentError, "`api_key`", "''", "pass the key itself"),
    "api key newline": Mistake(
        making(api_key=f"{SECRET}\n"), ArgumentError, "`api_key`", "a line break", "exactly as it was issued"
    ),
    "api key bearer": Mistake(
        making(api_key=f"Bearer {SECRET}"), ArgumentError, "`api_key`", "'Bearer '", "the key alone"
    ),
    "api key bytes": Mistake(making(api_key=SECRET.encode()), ArgumentError, "`api_key`", "bytes", "decode"),
    "api key int": Mistake(making(api_key=7), ArgumentError, "`api_key`", "int", "a string"),
    "api key in quotes": Mistake(
        making(api_key=f"'{SECRET}'"), ArgumentError, "`api_key`", "quotes", "exactly as it was issued"
    ),
    # Addresses.
    "environment misspelt": Mistake(
        making(environment="prod"), ArgumentError, "`environment`", "'prod'", "'production'"
    ),
    "environment upper case": Mistake(making(environment="DEV"), ArgumentError, "`environment`", "'DEV'", "'dev'"),
    "url no scheme": Mistake(
        making(base_url="api.clearstreet.com"), ArgumentError, "`base_url`", "'api.clearstreet.com'", "'https://api"
    ),
    "url plain http": Mistake(
        making(base_url="http://api.clearstreet.com"), ArgumentError, "`base_url`", "'http://api", "https"
    ),
    "url query": Mistake(
        making(base_url=f"https://api.clearstreet.com?key={SECRET}"), ArgumentError, "`base_url`", "query", "leave"
    ),
    "url password": Mistake(
        making(base_url=f"https://me:{SECRET}@api.clearstreet.com"), ArgumentError, "`base_url`", "password", "leave"
    ),
    "url None type": Mistake(making(base_url=7), ArgumentError, "`base_url`", "7", "'https://api"),
    # Headers, extra query, extra body.
    "header int": Mistake(
        listing(extra_headers={"X-Trace": 7}), ArgumentError, "`extra_headers`", "'X-Trace'", "a string"
    ),
    "header newline": Mistake(
        listing(extra_headers={"X-Trace": f"{SECRET}\n"}), ArgumentError, "`extra_headers`", "'X-Trace'", "without line"
    ),
    "header name": Mistake(
        making(default_headers={"X Trace": "a"}), ArgumentError, "`default_headers`", "'X Trace'", "letters, digits"
    ),
    "header framing": Mistake(
        listing(extra_headers={"Host": "a"}), ArgumentError, "`extra_headers`", "'Host'", "leave it out"
    ),
    "headers list": Mistake(
        listing(extra_headers=[("X-Trace", "a")]), ArgumentError, "`extra_headers`", "list", "a dict"
    ),
    "query str": Mistake(listing(extra_query="a=b"), ArgumentError, "`extra_query`", "str", "a dict"),
    "query None": Mistake(
        listing(extra_query={"a": None}), ArgumentError, "`extra_query`", "None for 'a'", "leave out"
    ),
    "body list": Mistake(wrong("close_positions", 0, extra_body=[1]), ArgumentError, "`extra_body`", "list", "a dict"),
    "body Decimal": Mistake(
        wrong("close_positions", 0, extra_body={"a": Decimal(1)}),
        ArgumentError,
        "`extra_body`",
        "Decimal",
        "str or int",
    ),
    "body of a read": Mistake(
        listing(extra_body={"a": 1}), ArgumentError, "`extra_body`", "get_positions", "`extra_query`"
    ),
    # Options and flags.
    "option misspelt": Mistake(
        listing(timeouts=3), TypeError, "get_positions()", "'timeouts'", "did you mean 'timeout'?"
    ),
    "option of a vendor": Mistake(
        cancelling(idempotency_key="k"), TypeError, "cancel_position_instruction()", "'idemp", "it takes"
    ),
    "argument misspelt": Mistake(listing(pagesize=3), TypeError, "get_positions()", "'pagesize'", "'page_size'"),
    "argument of a wait": Mistake(
        waiting(timeout=3), TypeError, "wait_for_position_instructions()", "'timeout'", "deadline"
    ),
    "argument of a wait misspelt": Mistake(
        waiting(util="CANCELLED"), TypeError, "wait_for_position_instructions()", "'util'", "did you mean 'until'?"
    ),
    "argument of a watch": Mistake(
        wrong("watch_position_instructions", 0, id=[ID]), TypeError, "watch_position_instructions()", "'id'", "'ids'"
    ),
    "copy unknown": Mistake(changing(readonly=True), TypeError, "with_options()", "'readonly'", "'read_only'"),
    "copy connections": Mistake(changing(http_client=None), TypeError, "with_options()", "'http_client'", "it takes"),
    "sandbox option": Mistake(
        lambda client: type(client).sandbox(strct=True), TypeError, "sandbox()", "'strct'", "did you mean 'strict'?"
    ),
    "sandbox class": Mistake(
        lambda client: type(client).sandbox(Sandbox), ArgumentError, "`sandbox`", "type", "Sandbox()"
    ),
    "sandbox account": Mistake(
        lambda client: type(client).sandbox(122503), ArgumentError, "`sandbox`", "int", "Sandbox()"
    ),
    "sandbox start": Mistake(
        lambda client: SandboxClock(SandboxClock().now().replace(tzinfo=None)),
        ValueError,
        "`start`",
        "datetime.datetime(2026",
        "timezone.utc",
    ),
    "sandbox status": Mistake(
        lambda client: Sandbox().add_instruction(122503, "AAPL 280121C00195000", status="CANCELED"),
        ValueError,
        "`status`",
        "'CANCELED'",
        "Did you mean 'CANCELLED'?",
    ),
    "flag str": Mistake(making(read_only="true"), ArgumentError, "`read_only`", "'true'", "True or False"),
    "flag int": Mistake(
        submitting([row()], raise_on_rejection=1), ArgumentError, "`raise_on_rejection`", "1", "True or False"
    ),
    "hook None": Mistake(making(on_intent="log"), ArgumentError, "`on_intent`", "'log'", "a function"),
    "hook of a wait": Mistake(waiting(on_change=[]), ArgumentError, "`on_change`", "[]", "a function"),
    # Names.
    "name positions": Mistake(
        lambda client: client.positions, AttributeError, "ClearStreet' object", "'positions'", "`v1.positions`"
    ),
    "name of a method": Mistake(
        lambda client: client.get_positions(0),
        AttributeError,
        "ClearStreet' object",
        "'get_positions'",
        "`v1.positions.get_positions`",
    ),
    "name v2": Mistake(lambda client: client.v2, AttributeError, "ClearStreet' object", "'v2'", "`v1`"),
    "name position": Mistake(lambda client: client.v1.position, AttributeError, "V1", "'position'", "`positions`"),
    "name get_position": Mistake(
        lambda client: client.v1.positions.get_position(0),
        AttributeError,
        "Positions",
        "'get_position'",
        "`get_positions`",
    ),
    "name cancel": Mistake(
        lambda client: client.v1.positions.cancel_instruction(ID),
        AttributeError,
        "Positions",
        "'cancel_instruction'",
        "`cancel_position_instruction`",
    ),
    "name list": Mistake(
        lambda client: client.v1.positions.list(0), AttributeError, "Positions", "'list'", "get_positions"
    ),
    "name raw": Mistake(
        lambda client: client.v1.positions.with_raw_response.get_position(0),
        AttributeError,
        "WithRawResponse",
        "'get_position'",
        "`get_positions`",
    ),
    "name of the class": Mistake(
        lambda client: clear_street.Clearstreet, AttributeError, "'clear_street'", "'Clearstreet'", "`ClearStreet`"
    ),
    "name of an error": Mistake(
        lambda client: clear_street.RatelimitError,
        AttributeError,
        "'clear_street'",
        "'RatelimitError'",
        "`RateLimitError`",
    ),
    "name of a type": Mistake(
        lambda client: v1.PositionInstructionsRequest,
        AttributeError,
        "types.v1'",
        "'PositionInstructionsRequest'",
        "`PositionInstructionRequest`",
    ),
    # Generic requests.
    "path relative": Mistake(
        lambda client: client.get("v1/version", cast_to=dict),
        ArgumentError,
        "`path`",
        "'v1/version'",
        "starts with '/'",
    ),
    "path whole url": Mistake(
        lambda client: client.get("https://api.clearstreet.com/v1/version", cast_to=dict),
        ArgumentError,
        "`path`",
        "'https://api",
        "starts with '/'",
    ),
    "path query": Mistake(
        lambda client: client.get("/v1/version?a=b", cast_to=dict),
        ArgumentError,
        "`path`",
        "'/v1/version?a=b'",
        "`extra_query`",
    ),
    "path empty segment": Mistake(
        lambda client: client.delete("/v1/accounts//positions", cast_to=dict),
        ArgumentError,
        "`path`",
        "accounts//pos",
        "id",
    ),
    "path dots": Mistake(
        lambda client: client.get("/v1/../version", cast_to=dict), ArgumentError, "`path`", "'..'", "leave"
    ),
    "cast to a name": Mistake(
        lambda client: client.get("/v1/version", cast_to="dict"),
        ArgumentError,
        "`cast_to`",
        "'dict'",
        "Expected a model",
    ),
    "cast to list": Mistake(
        lambda client: client.get("/v1/version", cast_to=list), ArgumentError, "`cast_to`", "list", "dict"
    ),
    "body no JSON": Mistake(
        lambda client: client.post("/v1/new", cast_to=dict, body={1, 2}), ArgumentError, "`body`", "set", "list"
    ),
    # Closed clients, and one that only reads.
    "closed": Mistake(_closed, ClearStreetError, "client", "closed", "make a new one"),
    "read only": Mistake(
        lambda client: client.with_options(read_only=True).v1.positions.close_positions(0),
        ArgumentError,
        "`read_only=True`",
        "DELETE",
        "use another client",
    ),
    "proxies": Mistake(
        lambda client: clear_street.DefaultHttpxClient(proxies={}), ArgumentError, "`proxies`", "value", "`proxy`"
    ),
    "transport": Mistake(
        making(http_client=httpx.MockTransport(lambda _: httpx.Response(200))),
        ArgumentError,
        "`http_client`",
        "MockTransport",
        "HttpxClient(transport=",
    ),
    # Models.
    "model of text": Mistake(
        lambda client: v1.PositionInstruction.from_dict(TEXT), TypeError, "PositionInstruction", "str", "JSON object"
    ),
}
"""What people write, in either client."""


def outcome(mode: Mode, mistake: Mistake) -> tuple[Exception, list[Any]]:
    """The error of a mistake, and the requests that came to the sandbox."""
    sandbox = Sandbox()
    client = mode.sandbox(sandbox)

    def story() -> Any:
        given = mistake.write(client)
        iterates = hasattr(given, "__next__") or hasattr(given, "__anext__")
        return mode.listed(given) if iterates else given

    with pytest.raises(mistake.error) as caught:
        mode.run(story)
    mode.run(client.close)
    return caught.value, list(sandbox.requests)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_with_argument_value_and_remedy(mode: Mode, name: str) -> None:
    mistake = MISTAKES[name]
    error, requests = outcome(mode, mistake)
    assert requests == []
    said = str(error)
    assert [part for part in mistake[2:] if part not in said] == [], said
    assert SECRET not in said
    assert len(said) < 500


# --- Mistakes in one of the two clients -------------------------------------------------------------------------------


async def _coroutine(*_: object) -> str:
    return SECRET


OF_ONE: dict[str, tuple[bool, Mistake]] = {
    "an async http_client": (
        False,
        Mistake(
            making(http_client=httpx.AsyncClient()), ArgumentError, "`http_client`", "AsyncClient", "AsyncClearStreet"
        ),
    ),
    "a blocking http_client": (
        True,
        Mistake(
            making(http_client=httpx.Client()), ArgumentError, "`http_client`", "received Client", "or use ClearStreet"
        ),
    ),
    "an async key": (
        False,
        Mistake(
            lambda client: client.with_options(api_key=_coroutine).v1.positions.get_positions(0),
            ArgumentError,
            "`api_key`",
            "a coroutine function",
            "use it with AsyncClearStreet",
        ),
    ),
    "an async hook": (
        False,
        Mistake(
            lambda client: client.with_options(on_intent=_coroutine).v1.positions.close_positions(0),
            ArgumentError,
            "`on_intent`",
            "a coroutine function",
            "use it with AsyncClearStreet",
        ),
    ),
    "an async on_change": (
        False,
        Mistake(
            lambda client: client.v1.positions.wait_for_position_instruction(ID, account_id=0, on_change=_coroutine),
            ArgumentError,
            "`on_change`",
            "a coroutine function",
            "use it with AsyncClearStreet",
        ),
    ),
}
"""What people write in the client that is not for it: whether that is the async one, and the mistake."""


@pytest.mark.parametrize("name", OF_ONE)
def test_a_mistake_of_sync_and_async_names_the_other_client(name: str) -> None:
    is_async, mistake = OF_ONE[name]
    sandbox = Sandbox()
    client = Mode("asyncio" if is_async else "sync").sandbox(sandbox)
    with pytest.raises(mistake.error) as caught:
        Mode("asyncio").run(lambda: mistake.write(client))
    Mode("asyncio" if is_async else "sync").run(client.close)
    said = str(caught.value)
    assert [part for part in mistake[2:] if part not in said] == [], said
    assert SECRET not in said
    assert [one for one in sandbox.requests if one.method != "GET"] == []
