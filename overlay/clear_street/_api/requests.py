"""Build requests with the generated code, and decode bodies with its models.

Each operation has one function with the argument names of the API, so that a change of the spec shows up as a type
error on the line that must follow it. docs/safety.md, "Arguments".
"""

from __future__ import annotations

from clear_street_api import models
from clear_street_api.api import positions as calls

from .._config.arguments import argument_error, check_spelling, checked_text, expected_error, remedy

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, ParamSpec, TypeGuard, TypeVar

    from clear_street_api.client import Request
    from clear_street_api.models import (
        APIError,
        PositionGetPositionInstructionsResponse,
        PositionInstruction,
        PositionInstructionRequest,
    )
    from clear_street_api.types import Model

    from ..types.v1 import PositionInstructionRequestParam

    P = ParamSpec("P")
    T = TypeVar("T")

NIL_ID = "00000000-0000-0000-0000-000000000000"
"""The id of a rejected row, which is not stored."""

NoneType: Any = type(None)

_ROW = ("instruction_type", "instrument_id", "quantity")
_NEEDED = {
    "instruction_type": "such as 'EXERCISE'",
    "instrument_id": "use the id of the contract",
}
_QUANTITY_DIGITS = 18


def key_names() -> tuple[str, ...]:
    """Return the names of the idempotency key in JSON, the newest first."""
    return next(spec.keys for spec in models.PositionInstructionRequest.FIELDS if spec.name == "instruction_id")


class Prepared:
    """A request that was checked and built, and what the call needs to compare the reply with it and to look for its
    effect.
    """

    __slots__ = ("account_id", "id", "instrument", "request", "rows")

    def __init__(
        self,
        request: Request,
        account_id: int | None = None,
        id: str | None = None,
        rows: Sequence[Any] = (),
        instrument: str | None = None,
    ) -> None:
        self.request: Request = request
        self.account_id: int | None = None if account_id is None else int(account_id)
        self.id: str | None = id
        """The id that a cancel is for."""
        self.rows: Sequence[Any] = rows
        """The rows of a submit."""
        self.instrument: str | None = instrument
        """The id or symbol of the instrument that a close is for."""


def check_members(name: str, value: object, enum: Iterable[str]) -> None:
    """Raise `ArgumentError` for a misspelt member of an enum, alone or in a list."""
    for member in (value,) if isinstance(value, str) else value if is_list(value) else ():
        if isinstance(member, str):
            check_spelling(name, member, enum)


def submit_position_instructions(
    account_id: int, *, instructions: Iterable[PositionInstructionRequest | PositionInstructionRequestParam]
) -> Prepared:
    """Check the arguments of `submit_position_instructions` and build its request. Raises `ArgumentError`."""
    given: object = instructions
    if isinstance(instructions, (str, bytes, dict)) or not hasattr(given, "__iter__"):
        raise expected_error(
            "a list of instructions", "instructions", _shown(given), "put each instruction into a list: [{...}]"
        )
    rows = [_instruction(index, row) for index, row in enumerate(instructions)]
    if not rows:
        raise expected_error(
            "at least one instruction", "instructions", _shown(given), "an iterator can be used only once"
        )
    keys: set[str] = set()
    for row in rows:
        if row.instruction_id is None:
            continue
        if row.instruction_id in keys:
            raise argument_error(
                f"The idempotency key {row.instruction_id!r} is used twice in `instructions`; "
                "give each row a key of its own."
            )
        keys.add(row.instruction_id)
    request = calls.submit_position_instructions.build_request(account_id, instructions=rows)
    return Prepared(request, account_id, rows=rows)


def cancel_position_instruction(instruction_id: str, *, account_id: int) -> Prepared:
    """Check the arguments of `cancel_position_instruction` and build its request. Raises `ArgumentError`."""
    request = calls.cancel_position_instruction.build_request(instruction_id, account_id=account_id)
    # The id may be a UUID object.
    return Prepared(request, account_id, instruction_id if isinstance(instruction_id, str) else str(instruction_id))


def close_position(instrument_id: str, *, account_id: int, cancel_orders: bool | None = None) -> Prepared:
    """Check the arguments of `close_position` and build its request. Raises `ArgumentError`."""
    request = calls.close_position.build_request(instrument_id, account_id=account_id, cancel_orders=cancel_orders)
    return Prepared(request, account_id, instrument=str(instrument_id))


def _shown(rows: object) -> object:
    """Return a short form, for a message, of what should be a list of rows."""
    is_short = rows is None or isinstance(rows, (str, bytes)) or (is_list(rows) and not rows)
    return rows if is_short else type(rows).__name__


def _instruction(index: int, row: Any) -> PositionInstructionRequest:
    """Check one submitted row and copy it into a model, so that adding a key does not change the caller's object, nor
    later changes of that object the request. Raises `ArgumentError`.
    """
    where = f"instructions[{index}]"
    names = key_names()
    fields: Mapping[str, object]
    if isinstance(row, models.PositionInstructionRequest):
        # A model that was read from JSON has a second name of the key among its extra fields.
        kept = _object(getattr(row, "_extra", None)) or {}
        others = {name: kept[name] for name in names if name in kept}
        own = next(name for name in reversed(names) if name not in others)
        fields = row.model_extra | others | {name: getattr(row, name) for name in _ROW} | {own: row.instruction_id}
    elif is_object(row):
        fields = row
    else:
        raise argument_error(
            f"Expected a dict or a PositionInstructionRequest for `{where}` but received {type(row).__name__}."
        )
    for name in fields:
        if name not in _ROW and name not in names:
            raise argument_error(f"Unknown field {name!r} in `{where}`; {remedy(name, (*_ROW, *reversed(names)))}")
    for name, advice in _NEEDED.items():
        if fields.get(name) is None:
            raise expected_error("a value", f"{where}.{name}", None, advice)
    given = {name: key for name in names if (key := fields.get(name)) is not None}
    for name, key in given.items():
        if isinstance(key, str) and not key.strip():
            raise expected_error(
                "a non-empty value", f"{where}.{name}", key, "leave it out, and the client makes a new key"
            )
    keys = {checked_text(f"{where}.{name}", key) for name, key in given.items()}
    if len(keys) > 1:
        raise argument_error(
            f"Two idempotency keys in `{where}`: {', '.join(f'{key!r} ({name})' for name, key in given.items())}; both "
            "are names of the same key: give only one."
        )
    checked = models.PositionInstructionRequest(
        instruction_type=checked_text(f"{where}.instruction_type", fields.get("instruction_type")),  # type: ignore[arg-type]
        instrument_id=checked_text(f"{where}.instrument_id", fields.get("instrument_id")),
        quantity=_quantity(f"{where}.quantity", fields.get("quantity")),
        instruction_id=keys.pop() if keys else None,
    )
    if not checked.instrument_id.strip("0-"):
        raise argument_error(
            f"The all-zero id names no instrument in `{where}.instrument_id`: received {checked.instrument_id!r}; "
            "use the id of the contract."
        )
    check_spelling(f"{where}.instruction_type", checked.instruction_type, models.PositionInstructionType)
    return checked


def _quantity(name: str, value: object) -> str:
    """Return a positive whole number of contracts as a string, as the API expects it. Raises `ArgumentError`."""
    from decimal import Decimal

    from clear_street_api.types import plain_int

    text = value if isinstance(value, str) else ""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _QUANTITY_DIGITS:
        text = str(int(value)) if value == value.to_integral_value() else ""
    elif (number := plain_int(value)) is not None:
        text = str(number)
    if not (text.isascii() and text.isdigit() and text.strip("0") and len(text) <= _QUANTITY_DIGITS):
        raise argument_error(
            f"Expected a positive whole number of contracts for `{name}` but received {value!r}; use an int, a Decimal "
            f"or at most {_QUANTITY_DIGITS} digits (not a float: it cannot represent every quantity)."
        )
    return text


def _object(value: object) -> dict[str, Any] | None:
    return value if is_object(value) else None


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value of unknown type is a dict."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value of unknown type is a list."""
    return isinstance(value, (list, tuple))


def rows_in(model: type[Any], value: Mapping[str, Any] | None) -> list[Any]:
    """Return the rows in the `data` of any reply; none if that is not a list."""
    data: Any = None if value is None else value.get("data")
    rows = data if is_list(data) else []
    return [model.from_dict(row) for row in map(_object, rows) if row is not None]


def error_in(value: Mapping[str, Any] | None) -> APIError | None:
    """Return the error in the service's envelope; None if a body has none."""
    error = None if value is None else _object(value.get("error"))
    return None if error is None else models.APIError.from_dict(error)


def error_message_in(value: Mapping[str, Any] | None) -> str | None:
    """Return the message of the error in the service's envelope; None if a body has none."""
    error = error_in(value)
    return None if error is None else error.message


def request_id_in(value: Mapping[str, Any] | None) -> str | None:
    """Return the request id in the service's envelope; None if a body has none."""
    metadata = None if value is None else _object(value.get("metadata"))
    request_id = None if metadata is None else metadata.get("request_id")
    return request_id if isinstance(request_id, str) else None


def with_extras(request: Request, *, query: Any, body: Any) -> Request:
    """Return the request with a call's `extra_query` and `extra_body`. Raises `ArgumentError`."""
    if query is None and body is None:
        return request
    pairs = _query_pairs(query)
    replaced = {name for name, _ in pairs}
    json: Any = request.json
    if body is not None:
        extra, own = _object(body), _object({} if json is None else json)
        if extra is None or not all(isinstance(name, str) for name in extra):
            raise argument_error(
                f"Expected a dict with string keys for `extra_body` but received {type(body).__name__}."
            )
        if own is None or request.method == "GET" or request.operation == "cancel_position_instruction":
            raise argument_error(
                f"The body of {request.operation} is not an object: it takes no `extra_body` (received {body!r}); "
                "leave it out, or use `extra_query`."
            )
        json = own | extra
        _check_json("extra_body", json)
    kept = [pair for pair in request.query if pair[0] not in replaced]
    return _request_like(request, query=(*kept, *pairs), json=json)


def _query_pairs(query: Any) -> list[tuple[str, str]]:
    from urllib.parse import quote

    if query is None:
        return []
    given: dict[Any, Any] | None = _object(query)
    if given is None:
        raise argument_error(f"Expected a dict for `extra_query` but received {type(query).__name__}.")
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        for item in value if is_list(value) else [value]:
            if not isinstance(name, str) or not name or not isinstance(item, (str, int, float)):
                raise argument_error(
                    f"Expected strings, numbers or booleans in `extra_query` but received {item!r} for {name!r}; "
                    "leave out a parameter that has no value."
                )
            text = str(item).lower() if isinstance(item, bool) else str(item)
            try:
                pairs.append((quote(name, safe=""), quote(text, safe="")))
            except UnicodeEncodeError:
                raise argument_error(
                    f"The value for {name!r} in `extra_query` cannot be sent: {text!r} has a surrogate, a half of a "
                    "character; leave it out."
                ) from None
    return pairs


def _request_like(request: Request, *, query: tuple[tuple[str, str], ...], json: Any) -> Request:
    from clear_street_api.client import Request

    return Request(request.operation, request.method, request.path_template, request.path, query, json)


def submission(request: Request, rows: Sequence[Mapping[str, object]]) -> Request:
    """Return a submit's request with these rows as its body."""
    return _request_like(request, query=request.query, json=rows)


def raw_request(name: str, method: str, path_template: str, path: str, body: object) -> Request:
    """Build a request to a path that was checked already. Raises `ArgumentError` for a body that is not JSON."""
    from clear_street_api.client import Request

    _check_json("body", body)
    return Request(name, method, path_template, path, (), body)


def _check_json(argument: str, value: object) -> None:
    from json import dumps

    try:
        dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise argument_error(
            f"The value for `{argument}` cannot be sent as JSON: {error}; use dict, list, str or int, float, bool."
        ) from None


def has_data(kind: type[Any], value: Mapping[str, Any], *, exact: bool) -> bool:
    """Whether a reply of this kind has its `data`.

    If the spec requires a list, it must be a list. If it requires an object, any value except null will do, unless
    `exact`.
    """
    if kind not in _DEMANDED:
        _DEMANDED[kind] = _demanded_data(kind)
    demanded = _DEMANDED[kind]
    data = value.get("data")
    return isinstance(data, demanded) if exact or demanded is list else data is not None


_DEMANDED: dict[type[Any], type] = {}


def _demanded_data(kind: type[Any]) -> type:
    """Return the type that the spec requires for the `data` of a reply of this kind: list or dict."""
    from clear_street_api.types import Array

    (spec,) = (spec for spec in kind.FIELDS if spec.key == "data")
    return list if isinstance(spec.kind, Array) else dict


def is_bare_error(value: Mapping[str, Any] | None) -> bool:
    """Whether a reply has an `error`, and no row or object in its `data`."""
    if value is None or not value.get("error"):
        return False
    data = value.get("data")
    return not data or not isinstance(data, (list, tuple, dict))


def names_other_account(value: Mapping[str, Any] | None, account_id: int) -> bool:
    """Whether a row in a reply's `data` belongs to another account. Account 0 is never compared."""
    data: Any = None if value is None else value.get("data")
    if not account_id:
        return False
    row: Any
    for row in data if is_list(data) else (data,):
        # A page may have a thousand rows: avoid function calls for a row of the right account.
        if row.__class__ is dict and row.get("account_id") == account_id:
            continue
        if is_object(row) and _account_number(row.get("account_id")) not in (None, account_id):
            return True
    return False


def _account_number(value: object) -> int | None:
    """Return the account number that a value means; None if it cannot be one: that is drift, and proves nothing."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def names_other_id(value: Mapping[str, Any], id: str, ids: Sequence[str]) -> bool:
    """Whether the row in a reply's `data` has all of these fields, and none of them equal to `id`."""
    data: Any = value.get("data")
    if not is_object(data) or data.get(ids[0]) == id:
        return False
    named = [text for name in ids if isinstance(text := data.get(name), str)]
    return len(named) == len(ids) and id not in named and not any(is_same_id(text, id) for text in named)


def listed_rows(response: type[Any], status: int, value: Mapping[str, Any] | None, account_id: int) -> list[Any] | None:
    """Return the rows of a list; None if the reply is not the whole list, or has a row of another account."""
    if status != 200 or value is None or names_other_account(value, account_id):
        return None
    data: Any = value.get("data")
    metadata = _object(value.get("metadata")) or {}
    if not is_list(data) or metadata.get("next_page_token") not in (None, ""):
        return None
    if not all(is_object(row) for row in data):
        return None
    rows: list[Any] | None = response.from_dict(value).data
    return rows


def contradictory_id(rows: Iterable[Any], key: str, nil_id: str | None) -> str | None:
    """Return an id that two rows of a list have in different states, or with different keys (the field `key`).

    Returns None if there is no such id. Rows that are not stored have no id of their own.
    """
    shown: dict[str | None, tuple[str | None, str | None]] = {None: (None, None)}
    for row in rows:
        if row.id is not None and row.id != nil_id:
            said = (row.status, getattr(row, key))
            if shown.setdefault(canonical_id(row.id), said) != said:
                id_: str = row.id
                return id_
    return None


def is_same_id(one: str, other: str) -> bool:
    """Whether two ids are the same. Upper and lower case, and the ways to write a UUID, make no difference."""
    return one == other or canonical_id(one) == canonical_id(other)


def canonical_id(text: str) -> str:
    """Return the canonical form of an id: lower case, and for a UUID its 32 digits."""
    lower = text.strip().lower()
    digits = lower.removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return digits if is_uuid(digits) else lower


def is_uuid(canonical: str) -> bool:
    """Whether an id in canonical form is a UUID."""
    return len(canonical) == 32 and not canonical.strip("0123456789abcdef")


def preload(*responses: Callable[[], object] | None) -> None:
    """Import everything that reading replies and looks needs, by reading some."""
    from email.utils import parsedate_to_datetime

    from .._states import rejections
    from .json import loads_fast, read_json

    parsedate_to_datetime("Thu, 01 Jan 1970 00:00:00 GMT")
    rejections([])
    error_in({"error": {}})
    loads_fast(b"{}")  # what reads a large body
    read_json(b"?")  # what repairs a body that is no JSON
    kinds: list[Any] = [make() for make in responses if make is not None]
    for data in (b"[{}]", b"{}"):
        for kind in kinds:
            kind.from_dict(read_json(b'{"metadata": {}, "error": {}, "data": ' + data + b"}"))


def decode_reply(kind: type[T], value: Mapping[str, Any], found: Any) -> T:
    """Decode a whole reply as `kind`. `found`, a row or a list of rows, replaces its `data` unless it is None."""
    response: Any = kind
    if found is None or isinstance(found, list):
        reply: Any = response.from_dict(value)
        if found is not None:
            reply.data = found
    else:
        reply = response.from_dict({**value, "data": found.to_dict()})
    if value.__class__ is not dict:
        from clear_street_api.types import Drift

        # The body was repaired, which decoding cannot see.
        object.__setattr__(reply, "_drift", (Drift("", "format", "JSON in UTF-8"), *reply.drift))
    whole: T = reply
    return whole


def reads_as(cast_to: object, body: bytes | None) -> bool:
    """Whether a body can become what a generic call asked for."""
    from .json import read_json

    if cast_to in (bytes, str, NoneType):
        return True
    value = read_json(body)
    if cast_to is list:
        return isinstance(value, list)
    return isinstance(value, dict) or (cast_to is object and (value is not None or (body or b"").strip() == b"null"))


def read_as(cast_to: object, body: bytes | None) -> object:
    """Return a body as the type that a generic call asked for."""
    from .json import read_json

    if cast_to is NoneType:
        return None
    if cast_to is bytes:
        return body
    if cast_to is str:
        return (body or b"").decode("utf-8", "replace")
    value = read_json(body)
    return cast_to.from_dict(value) if _is_model(cast_to) else value


def cast_model(cast_to: object, model: Model) -> object:
    """Return a known operation's value as the type that a generic call asked for."""
    if cast_to is NoneType:
        return None
    if cast_to is bytes:
        # JSON can contain a lone surrogate as an escape. UTF-8 cannot, so it is escaped again.
        return model.to_json().encode("utf-8", "backslashreplace")
    if cast_to is str:
        return model.to_json()
    if _is_model(cast_to):
        return model if isinstance(model, cast_to) else cast_to.from_dict(model.to_dict())
    return model.to_dict()


def checked_cast(cast_to: object) -> type:
    """Return the class of a `cast_to` such as ``list[int]``. Raises `ArgumentError` if no body can become it."""
    from typing import get_origin

    kind = get_origin(cast_to) or cast_to
    if isinstance(kind, type) and (kind in (dict, list, str, bytes, object, NoneType) or _is_model(kind)):
        return kind
    raise argument_error(
        f"Expected a model class, dict, list, str, bytes, object or type(None) for `cast_to` but received {cast_to!r}."
    )


def _is_model(cast_to: object) -> TypeGuard[type[Model]]:
    from clear_street_api.types import Model

    return isinstance(cast_to, type) and issubclass(cast_to, Model)


def rows_with_id(rows: Iterable[Any], id: str, ids: Sequence[str]) -> list[Any]:
    """Return the rows that have `id` in one of these fields. Ids may be written in different ways."""
    wanted = canonical_id(id)
    return [row for row in rows if any(_names(getattr(row, name), id, wanted) for name in ids)]


def _names(text: str | None, id: str, wanted: str) -> bool:
    return text is not None and (text == id or canonical_id(text) == wanted)


def by_id(listed: PositionGetPositionInstructionsResponse, id: str) -> PositionInstruction | None:
    """Return the row with the server's `id`; None if there is none. Raises if the list shows it in two states."""
    rows = rows_with_id(listed.data or (), id, ("id",))
    if len({row.status for row in rows}) > 1:
        raise _useless(listed, "the list of instructions has this one twice, in different states")
    return rows[0] if rows else None


def by_key(
    listed: PositionGetPositionInstructionsResponse, keys: Sequence[str]
) -> dict[str, PositionInstruction | None]:
    """Return the rows with these idempotency keys. Raises if the list is incomplete, lacks a key, or has one twice."""
    from collections import Counter

    rows = listed.data or ()
    shown = Counter([row.instruction_id for row in rows])
    is_part = listed.metadata is not None and bool(listed.metadata.to_dict().get("next_page_token"))
    if is_part or None in shown or any(shown[key] > 1 for key in keys):
        raise _useless(
            listed,
            "the list of instructions is incomplete, or has a row without an idempotency key, or has one of these keys "
            "twice, so it does not prove which instructions exist",
        )
    found = {row.instruction_id: row for row in rows}
    return {key: found.get(key) for key in keys}


def _useless(listed: PositionGetPositionInstructionsResponse, why: str) -> Exception:
    """Return the error of a list that does not answer the question."""
    from ..errors import APIResponseValidationError

    return APIResponseValidationError(why, status_code=200, request_id=request_id_in(listed.to_dict()))
