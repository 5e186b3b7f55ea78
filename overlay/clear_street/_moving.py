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
    attribute of a client, a raw reply or a caught error (`client.timeout`), or an argument (`strict=`, `timeout=None`).
    """
    by_hand: bool = False
    """Whether a person has to decide what to write."""


DIFFERENCES = (
    Difference("`from clearstreet import ClearStreet`", "`from clear_street import ClearStreet`", ("clearstreet",)),
    Difference("`Client`, `AsyncClient`", "`ClearStreet`, `AsyncClearStreet`", ("Client", "AsyncClient")),
    Difference(
        "`client_instruction_id` of a row, submitted or listed",
        "the same, or `instruction_id`; both in one row must be equal. A model is made with `instruction_id=`",
    ),
    Difference(
        "`rejection` of an instruction",
        "the same; `response.rejections` has `code`, `reason` (the words) and `existing_id` of each",
    ),
    Difference("a field that the spec does not have", '`model_extra["the_field"]`, where the service sends it'),
    Difference(
        "`clearstreet.types.v1`, and a module for each type below it", "`clear_street.types.v1`", ("clearstreet.types",)
    ),
    Difference(
        "`clearstreet.types.SecurityType`, `clearstreet.types.shared.BaseResponse`",
        "both are in `clear_street.types.v1`",
        ("clearstreet.types.SecurityType", "clearstreet.types.shared"),
    ),
    Difference(
        "`PositionList`, `PositionInstructionList`, `OrderList`, `InstrumentIDOrSymbol`, `Instruction`",
        "`list[Position]`, `list[PositionInstruction]`, `list[Order]`, `str`, `PositionInstructionRequestParam`",
        ("PositionList", "PositionInstructionList", "OrderList", "InstrumentIDOrSymbol", "Instruction"),
    ),
    Difference("`client.v1.api_version.get_version()`", "`client.v1.version.get_version()`", (".api_version",)),
    Difference("`api_key` is always passed", "or is in `CLEAR_STREET_API_KEY`, or is a function"),
    Difference("`clearstreet.Timeout`", "`httpx.Timeout`", ("Timeout",)),
    Difference(
        "`APIResponse`, `AsyncAPIResponse`", "`RawResponse`, `AsyncRawResponse`", ("APIResponse", "AsyncAPIResponse")
    ),
    Difference(
        "`omit`, `not_given`",
        "leave the argument out, or None",
        ("omit", "not_given", "NOT_GIVEN", "Omit", "NotGiven"),
    ),
    Difference(
        "`timeout=None`: no limit",
        "there is always one: None is refused for a client, and means the client's own for a call",
        ("timeout=None",),
        by_hand=True,
    ),
    Difference(
        "`instrument_ids=[]` is sent as an empty parameter", "refused: leave the argument out", ("instrument_ids=[]",)
    ),
    Difference("`client.close()` also closes the `http_client` that was handed in", "you close it", ("http_client=",)),
    Difference(
        "`client.api_key`, `client.timeout`, `client.max_retries`, `client.is_closed()`",
        "not to be read; `client.base_url` is a string",
        ("client.api_key", "client.timeout", "client.max_retries", "client.is_closed"),
        by_hand=True,
    ),
    Difference(
        "`with_options(http_client=...)`, `set_default_headers=`",
        "make another client; in `default_headers`, None removes a header",
        ("set_default_headers=",),
        by_hand=True,
    ),
    Difference(
        "`default_query`, headers from the environment",
        "`extra_query` of a call, `default_headers`",
        ("default_query=", "set_default_query=", "client.default_query"),
        by_hand=True,
    ),
    Difference(
        "`client.with_raw_response.v1.positions`",
        "`client.v1.positions.with_raw_response`, which is there too",
        ("client.with_raw_response", "client.with_streaming_response"),
    ),
    Difference(
        "`raw.url`, `raw.method`", "`raw.http_request.url`, `raw.http_request.method`", ("raw.url", "raw.method")
    ),
    Difference(
        '`client.get("/foo", cast_to=httpx.Response, options={...})`',
        "`cast_to=dict`; headers and query are `extra_headers` and `extra_query`",
        ("cast_to=", "options="),
    ),
    Difference("`_strict_response_validation=True`", "`strict=True`", ("_strict_response_validation=",)),
    Difference(
        "models are pydantic's: `model_dump()`, `model_validate()`",
        "attrs classes: `to_dict()`, `from_dict()`; `model_extra` and `model_fields_set` are the same",
        (".model_dump", ".model_copy", ".model_validate", ".model_validate_json", "BaseModel"),
    ),
    Difference(
        "`to_dict()` has datetimes, `to_json()` is indented; both take arguments",
        "`to_dict()` has what the JSON has, timestamps as text; `to_json()` is compact; neither takes any",
        (".to_dict", ".to_json", ".model_dump_json"),
    ),
    Difference("plain strings for statuses and types", 'strings that know their enum; `== "SENT"` works as before'),
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
    Difference("redirects are followed", "they are refused"),
    Difference(
        "`locates`, `omni_ai`, `omni_feed`, `private_markets`, `screener`, `watchlist` of `client.v1`",
        "no methods: `client.get(path, cast_to=dict)`, or keep the other SDK for them",
        (".locates", ".omni_ai", ".omni_feed", ".private_markets", ".screener", ".watchlist"),
        by_hand=True,
    ),
    Difference(
        "`get_portfolio_history`, `patch_account_by_id`, `get_economic_events_calendar`, `get_instruments`, `news`",
        "no methods: `client.get(path, cast_to=dict)`, or keep the other SDK for them",
        (
            ".get_portfolio_history",
            ".patch_account_by_id",
            ".get_economic_events_calendar",
            ".get_instruments",
            ".news",
        ),
        by_hand=True,
    ),
    Difference(
        "a call in a loop that catches `APIConnectionError`, `APITimeoutError` or `InternalServerError` and repeats it",
        "no loop: check `error.outcome_unknown`; what may be sent again, the client has sent again",
        ("except in a loop",),
        by_hand=True,
    ),
)

BY_SIGN = {sign: difference for difference in DIFFERENCES for sign in difference.found_by}


def advice(name: str) -> str | None:
    """Return what to write for an attribute or name of that SDK, None if there is nothing to say of it."""
    for sign in (f".{name}", f"client.{name}", f"raw.{name}", name):
        if (found := BY_SIGN.get(sign)) is not None:
            return f"of Clear Street's own SDK, {found.theirs}; here: {found.ours}"
    return None
