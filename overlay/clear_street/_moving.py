"""What is different from Clear Street's own SDK, ``clearstreet``: one table for the page on moving over, ``migrate``
and the errors of missing attributes.
"""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """One difference: what is written for that SDK, and what to write here, as the page shows them."""

    theirs: str
    ours: str
    found_by: tuple[str, ...] = ()
    """What a program has where this concerns it: a name that it imports (`Timeout`), an attribute (`.api_version`), an
    attribute of a client, a raw reply, a model or a caught error (`client.timeout`), an argument of any call or of one
    function (`strict=`, `timeout=None`, `Error(response=)`), a call (`get_args()`), or a text (`"clearstreet"`).
    """
    by_hand: bool = False
    """Whether a person has to decide what to write."""


_STATUS_ERRORS = (
    "APIStatusError",
    "BadRequestError",
    "AuthenticationError",
    "PermissionDeniedError",
    "NotFoundError",
    "ConflictError",
    "UnprocessableEntityError",
    "RateLimitError",
    "InternalServerError",
)

DIFFERENCES = (
    # Names and types
    Difference("`from clearstreet import ClearStreet`", "`from clear_street import ClearStreet`", ("clearstreet",)),
    Difference(
        '`"clearstreet"` as text: the logger, the distribution',
        'the logger is `"clear_street"`, the distribution `"clear-street-client"`',
        ('"clearstreet"',),
    ),
    Difference(
        "modules that begin with `_`, such as `clearstreet._exceptions`",
        "import the name from `clear_street`",
        ("clearstreet._",),
    ),
    Difference("`Client`, `AsyncClient`", "`ClearStreet`, `AsyncClearStreet`", ("Client", "AsyncClient")),
    Difference(
        "`clearstreet.types.v1`, and a module for each type below it", "`clear_street.types.v1`", ("clearstreet.types",)
    ),
    Difference(
        "`clearstreet.types.SecurityType`, `clearstreet.types.shared.BaseResponse`",
        "both are in `clear_street.types.v1`",
        ("clearstreet.types.SecurityType", "clearstreet.types.shared"),
    ),
    Difference(
        "`PositionList`, `PositionInstructionList`, `OrderList`, `AccountList`, `ExecutionList`",
        "`list[Position]` and so on",
        ("PositionList", "PositionInstructionList", "OrderList", "AccountList", "ExecutionList"),
    ),
    Difference(
        "`InstrumentCoreList`, `OptionsContractList`, `MarketHoursDetailList`",
        "`list[InstrumentCore]` and so on",
        ("InstrumentCoreList", "OptionsContractList", "MarketHoursDetailList"),
    ),
    Difference(
        "`InstrumentIDOrSymbol`, `Instruction`, `APIVersionGetVersionResponse`",
        "`str`, `PositionInstructionRequestParam`, `VersionGetVersionResponse`",
        ("InstrumentIDOrSymbol", "Instruction", "APIVersionGetVersionResponse"),
    ),
    Difference(
        "`RequestOrderType`, `RequestTimeInForce`, `RequestPositionEffect`, `OrderStrategyParam`",
        "`OrderType`, `TimeInForce`, `PositionIntent`, `OrderStrategy`",
        ("RequestOrderType", "RequestTimeInForce", "RequestPositionEffect", "OrderStrategyParam"),
    ),
    Difference(
        "types of calls that have no methods here, such as `Locate`",
        "none; what they return is a `dict`",
        ("a type of theirs",),
        by_hand=True,
    ),
    Difference(
        "`clearstreet.resources`, with `PositionsResource` and so on",
        "`clear_street.v1`, with `Positions` and so on",
        ("resources", "clearstreet.resources"),
    ),
    Difference("`clearstreet.Timeout`", "`httpx.Timeout`", ("Timeout",)),
    Difference(
        "`NoneType`, `Transport`, `ProxiesTypes`",
        "`type(None)`, `httpx.BaseTransport`, what httpx takes as `proxy`",
        ("NoneType", "Transport", "ProxiesTypes"),
    ),
    Difference("`RequestOptions`", "`CallOptions`, whose names are arguments of each call", ("RequestOptions",)),
    Difference(
        "`ENVIRONMENTS`, `DEFAULT_TIMEOUT`, `DEFAULT_MAX_RETRIES`, `DEFAULT_CONNECTION_LIMITS`, `__title__`",
        "no names; the defaults have the same values",
        ("ENVIRONMENTS", "DEFAULT_TIMEOUT", "DEFAULT_MAX_RETRIES", "DEFAULT_CONNECTION_LIMITS", "__title__"),
        by_hand=True,
    ),
    Difference(
        "`Stream`, `AsyncStream`, `stream_cls=`, `file_from_path`, `files=`",
        "nothing: no call returns a stream of events or takes a file",
        ("Stream", "AsyncStream", "stream_cls=", "file_from_path", "files="),
        by_hand=True,
    ),
    Difference(
        "`APIResponse`, `AsyncAPIResponse`", "`RawResponse`, `AsyncRawResponse`", ("APIResponse", "AsyncAPIResponse")
    ),
    Difference(
        "`omit`, `not_given`",
        "leave the argument out, or None",
        ("omit", "not_given", "NOT_GIVEN", "Omit", "NotGiven"),
    ),
    Difference(
        "`Side`, `OrderStatus` and so on are `Literal`s: `get_args(Side)`",
        "enums: `list(Side)`; the `Literal`s are `SideName`, `OrderStatusName`",
        ("get_args()",),
    ),
    # Clients
    Difference("`api_key` is always passed", "or is in `CLEAR_STREET_API_KEY`, or is a function"),
    Difference("a client without a key fails in its first call", "it is refused when it is made"),
    Difference("plain http to any host", "only https, except to this machine"),
    Difference(
        "`timeout=None`: no limit",
        "there is always one: None is refused for a client, and means the client's own for a call",
        ("timeout=None",),
        by_hand=True,
    ),
    Difference(
        "`timeout=30`: for connecting, and again for each part of a reply",
        "for a whole attempt, at most 5 s of it for connecting; `deadline` is for a whole call",
    ),
    Difference(
        "`max_retries=math.inf`",
        "a whole number; `deadline` ends the attempts",
        ("max_retries=math.inf", "max_retries=inf"),
    ),
    Difference(
        "`client.close()` also closes the `http_client` that was handed in, whose timeout counts",
        "you close it; the client's `timeout` counts",
        ("http_client=",),
    ),
    Difference(
        "`DefaultHttpxClient(http2=True)`",
        "refused: HTTP/2 libraries may send a request again by themselves",
        ("http2=True",),
    ),
    Difference(
        "`client.api_key`, `client.timeout`, `client.max_retries`, `client.is_closed()`",
        "not to be read or set; `with_options()` makes a copy with other values",
        ("client.api_key", "client.timeout", "client.max_retries", "client.is_closed"),
        by_hand=True,
    ),
    Difference(
        "`client.base_url` is an `httpx.URL`, and can be set",
        "a string; `with_options(base_url=...)` makes a copy with another",
        ("client.base_url",),
    ),
    Difference(
        "`client.default_headers`, `client.auth_headers`, `client.user_agent`, `client.platform_headers()`",
        "not to be read; `raw.http_request.headers` has what was sent, and nothing named `X-Stainless-...`",
        (
            "client.default_headers",
            "client.auth_headers",
            "client.user_agent",
            "client.platform_headers",
            "client.custom_auth",
            "client.qs",
        ),
        by_hand=True,
    ),
    Difference(
        "`with_options(environment=...)` keeps the address",
        "it is the address of that environment",
        ("with_options(environment=)", "copy(environment=)"),
    ),
    Difference(
        "`with_options(http_client=...)`, `set_default_headers=`",
        "make another client; in `default_headers`, None removes a header",
        ("set_default_headers=",),
        by_hand=True,
    ),
    Difference(
        "`default_query`, headers in `CLEAR_STREET_CUSTOM_HEADERS`",
        "`extra_query` of a call, `default_headers`",
        ("default_query=", "set_default_query=", "client.default_query", '"CLEAR_STREET_CUSTOM_HEADERS"'),
        by_hand=True,
    ),
    Difference(
        "`CLEAR_STREET_LOG` is read by the import, and turns on httpx's log too",
        "it is read when a client is made, and turns on this package's alone; it must be info or debug",
        ('"CLEAR_STREET_LOG"',),
    ),
    Difference("`_strict_response_validation=True`", "`strict=True`", ("_strict_response_validation=",)),
    # Calls
    Difference("`client.v1.api_version.get_version()`", "`client.v1.version.get_version()`", (".api_version",)),
    Difference(
        "`client_instruction_id` of a row, submitted or listed",
        "the same, or `instruction_id`; both in one row must be equal. A model is made with `instruction_id=`",
    ),
    Difference(
        "a row without a `client_instruction_id` or `id` is sent without a key",
        "the client makes one, and sends the row again under it",
    ),
    Difference(
        "arguments and rows are sent as they are",
        "checked first: `ArgumentError`, a `ValueError`, and nothing is sent. `account_id` is an int, a list is "
        "no text, a datetime has a zone, and a row has no other fields",
    ),
    Difference("`expires_at` of an order as text", "a datetime with a time zone", ('"expires_at"',)),
    Difference(
        "`instrument_ids=[]` is sent as an empty parameter", "refused: leave the argument out", ("instrument_ids=[]",)
    ),
    Difference(
        '`extra_query={"ids": [1, 2]}` is sent as `ids=1,2`; dicts and None may be in it',
        'as `ids=1&ids=2`: write `"1,2"`; no dicts, and no None',
        ("extra_query=",),
    ),
    Difference(
        "`extra_body` of any call", "only of one that sends an object: not of a read, not of rows", ("extra_body=",)
    ),
    Difference(
        "`client.request()`, `client.get_api_list()`",
        "`client.get()`, `post()`, `put()`, `patch()`, `delete()`",
        ("client.request", "client.get_api_list"),
        by_hand=True,
    ),
    Difference(
        '`client.get("foo", cast_to=httpx.Response, options={...})`, or a whole URL',
        "`cast_to=dict`; headers and query are `extra_headers` and `extra_query`; the path begins with a slash",
        ("cast_to=", "options="),
    ),
    Difference("redirects are followed", "they are refused", ("follow_redirects=True",)),
    Difference(
        "a call is sent again after 408, 409, 429 and 5xx, and as `X-Should-Retry` says",
        "a read after 408, 429 and 5xx; a call that changes something only where it cannot act twice",
    ),
    Difference(
        "a call in a loop that catches `APIConnectionError`, `APITimeoutError` or `InternalServerError` and repeats it",
        "no loop: check `error.outcome_unknown`; what may be sent again, the client has sent again",
        ("except in a loop",),
        by_hand=True,
    ),
    Difference(
        "`locates`, `omni_ai`, `omni_feed`, `private_markets`, `screener`, `watchlist` of `client.v1`",
        "no methods: `client.get(path, cast_to=dict)`, or keep the other SDK for them",
        (".locates", ".omni_ai", ".omni_feed", ".private_markets", ".screener", ".watchlist"),
        by_hand=True,
    ),
    Difference(
        "`get_portfolio_history`, `patch_account_by_id`, `get_economic_events_calendar`, `get_instruments`, `news`, "
        "`get_daily_summaries`",
        "no methods: `client.get(path, cast_to=dict)`, or keep the other SDK for them",
        (
            ".get_portfolio_history",
            ".patch_account_by_id",
            ".get_economic_events_calendar",
            ".get_instruments",
            ".news",
            ".get_daily_summaries",
        ),
        by_hand=True,
    ),
    Difference(
        "`get_all_instrument_events`, `get_instrument_events`, `get_instrument_fundamentals`, `..._analyst_consensus`, "
        "`..._earnings_transcripts`, `..._balance_sheet_statements`, `..._cash_flow_statements`, "
        "`..._income_statements` of `instrument_data`",
        "no methods: `client.get(path, cast_to=dict)`, or keep the other SDK for them",
        (
            ".get_all_instrument_events",
            ".get_instrument_events",
            ".get_instrument_analyst_consensus",
            ".get_instrument_fundamentals",
            ".get_instrument_earnings_transcripts",
            ".get_instrument_balance_sheet_statements",
            ".get_instrument_cash_flow_statements",
            ".get_instrument_income_statements",
        ),
        by_hand=True,
    ),
    # Replies and models
    Difference(
        "`client.with_raw_response.v1.positions`",
        "`client.v1.positions.with_raw_response`, which is there too",
        (
            "client.with_raw_response",
            "client.with_streaming_response",
            "v1.with_raw_response",
            "v1.with_streaming_response",
            "instrument_data.with_raw_response",
            "instrument_data.with_streaming_response",
        ),
    ),
    Difference(
        "`raw.url`, `raw.method`, `raw.http_version`",
        "`raw.http_request.url`, `raw.http_request.method`, `raw.http_response.http_version`",
        ("raw.url", "raw.method", "raw.http_version"),
    ),
    Difference("`raw.parse(to=...)`", "`parse()` takes nothing; `client.get(path, cast_to=...)`", ("parse(to=)",)),
    Difference(
        "`rejection` of an instruction",
        "the same; `response.rejections` has `code`, `reason` (the words) and `existing_id` of each",
    ),
    Difference("a field that the spec does not have", '`model_extra["the_field"]`, where the service sends it'),
    Difference(
        "models are pydantic's: `model_dump()`, `model_validate()`, `dict()`, `parse_obj()`",
        "attrs classes: `to_dict()`, `from_dict()`; `model_extra` and `model_fields_set` are the same",
        (
            ".model_dump",
            ".model_validate",
            ".model_validate_json",
            "model.dict",
            ".parse_obj",
            ".parse_raw",
            "BaseModel",
        ),
    ),
    Difference(
        "`to_dict()` has datetimes, `to_json()` is indented; both take arguments",
        "`to_dict()` has what the JSON has, timestamps as text; `to_json()` is compact; neither takes any",
        (".to_dict", ".to_json", ".model_dump_json", "model.json"),
    ),
    Difference(
        "`model_copy(update=...)`, `copy(update=...)`, `model_construct()`, `construct()`",
        "`attrs.evolve(row, ...)`, or `from_dict({**row.to_dict(), ...})`; `copy.copy(row)` works",
        (".model_copy", "model.copy", ".model_construct", ".construct"),
    ),
    Difference(
        "`model_fields`, `model_json_schema()`, `model_config`, `model_rebuild()`, `schema()`, `__fields__`",
        "`attrs.fields(Position)`; no schema",
        (
            ".model_fields",
            ".model_json_schema",
            ".model_config",
            ".model_rebuild",
            "model.schema",
            ".__fields__",
            ".__fields_set__",
        ),
        by_hand=True,
    ),
    Difference(
        "a model in a pydantic model of yours, in FastAPI or in a `TypeAdapter`",
        "`arbitrary_types_allowed=True`, or a dict",
        ("TypeAdapter()",),
        by_hand=True,
    ),
    Difference(
        "a loop over a model has names and values; `dict(row)`, `vars(row)`, `row.__dict__`; any attribute can be set",
        "a loop over a reply has its rows; `row.to_dict()`; only fields can be set",
        ("dict(model)", "vars(model)", "model.__dict__"),
    ),
    Difference("plain strings for statuses and types", 'strings that know their enum; `== "SENT"` works as before'),
    Difference(
        "a 2xx whose body is no JSON raises `JSONDecodeError`, one without its `data` is returned",
        "`APIResponseValidationError`",
        ("except JSONDecodeError",),
    ),
    # What calls raise
    Difference(
        "`error.response` is httpx's reply",
        "`error.status_code`, `error.headers`, `error.body`; `error.error` has code, message and details",
        ("error.response",),
    ),
    Difference(
        "`error.request` is httpx's request",
        "`error.request` has the method and the path's template",
        ("error.request",),
    ),
    Difference(
        "`error.body` of every `APIError`, None without a reply",
        "only of an `APIStatusError` and an `APIResponseValidationError`",
        ("error.body",),
    ),
    Difference(
        "`str(error)` and `error.message` are `Error code: 404 - {...}`, or `Connection error.`",
        "`error.message` is the service's own; `str(error)` has the call, the status and the request's id too",
        ("error.message", "error.args"),
    ),
    Difference(
        "`NotFoundError(message, response=..., body=...)`, made in a test",
        "`NotFoundError(message, status_code=404, body=...)`",
        tuple(f"{name}(response=)" for name in _STATUS_ERRORS),
    ),
    Difference(
        "`APIConnectionError(request=...)`, `APITimeoutError(request)`, made in a test",
        "`APIConnectionError(message)`, `APITimeoutError(message)`",
        ("APIConnectionError()", "APITimeoutError()"),
    ),
    Difference(
        "`NotFoundError.status_code` of the class",
        "only an error has it",
        tuple(f"{name}.status_code" for name in _STATUS_ERRORS),
    ),
)

BY_SIGN = {sign: difference for difference in DIFFERENCES for sign in difference.found_by}


def advice(name: str, *owners: str) -> str | None:
    """Return what to write for an attribute or name of that SDK, None if there is nothing to say of it. The owner is
    what has the attribute, such as ``error``; by default a client, a raw reply or a model.
    """
    attributes = [f"{owner}.{name}" for owner in owners or ("", "client", "raw", "model")]
    for sign in (*attributes, name):
        if (found := BY_SIGN.get(sign)) is not None:
            return f"of Clear Street's own SDK, {found.theirs}; here: {found.ours}"
    return None
