"""The only door into the generated code: requests are built here, bodies become models here.

Each operation has one function with the argument names of the API, so that a change of the spec shows up as a type
error on the line that must follow it. docs/safety.md, "Arguments".
"""

from __future__ import annotations

from .._config.arguments import check_spelling, checked_text, refusal, remedy, unfit

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
"""The id of a row that was refused: it is not stored."""

NoneType: Any = type(None)

_ROW = ("instruction_type", "instrument_id", "quantity")
_NEEDED = {
    "instruction_type": "such as 'EXERCISE'",
    "instrument_id": "use the id of the contract",
}
_QUANTITY_DIGITS = 18


def key_names() -> tuple[str, ...]:
    """The names that the idempotency key has in JSON, the newest first."""
    from clear_street_api.models import PositionInstructionRequest

    return next(spec.keys for spec in PositionInstructionRequest.FIELDS if spec.name == "instruction_id")


class Prepared:
    """A call's request, checked and built; and what the call needs to know to hold a reply against what was asked, and
    to look for its effect.
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
        """What a cancel names."""
        self.rows: Sequence[Any] = rows
        """The rows of a submit."""
        self.instrument: str | None = instrument
        """What a close names: an instrument by its id or symbol."""


def check_members(name: str, value: object, enum: Iterable[str]) -> None:
    """Refuse a misspelt member of an enum, alone or in a list."""
    for member in (value,) if isinstance(value, str) else value if _is_list(value) else ():
        if isinstance(member, str):
            check_spelling(name, member, enum)


def submit_position_instructions(
    account_id: int, *, instructions: Iterable[PositionInstructionRequest | PositionInstructionRequestParam]
) -> Prepared:
    """The request of `submit_position_instructions`."""
    from clear_street_api.api.positions.submit_position_instructions import build_request

    given: object = instructions
    if isinstance(instructions, (str, bytes, dict)) or not hasattr(given, "__iter__"):
        raise unfit(
            "a list of instructions", "instructions", _shown(given), "put each instruction into a list: [{...}]"
        )
    rows = [_instruction(index, row) for index, row in enumerate(instructions)]
    if not rows:
        raise unfit("at least one instruction", "instructions", _shown(given), "an iterator can be used only once")
    keys: set[str] = set()
    for row in rows:
        if row.instruction_id is None:
            continue
        if row.instruction_id in keys:
            raise refusal(
                f"The idempotency key {row.instruction_id!r} is used twice in `instructions`; "
                "give each row a key of its own."
            )
        keys.add(row.instruction_id)
    return Prepared(build_request(account_id, instructions=rows), account_id, rows=rows)


def cancel_position_instruction(instruction_id: str, *, account_id: int) -> Prepared:
    """The request of `cancel_position_instruction`."""
    from clear_street_api.api.positions.cancel_position_instruction import build_request

    request = build_request(instruction_id, account_id=account_id)
    # It may be a UUID.
    return Prepared(request, account_id, instruction_id if isinstance(instruction_id, str) else str(instruction_id))


def close_position(instrument_id: str, *, account_id: int, cancel_orders: bool | None = None) -> Prepared:
    """The request of `close_position`."""
    from clear_street_api.api.positions.close_position import build_request

    request = build_request(instrument_id, account_id=account_id, cancel_orders=cancel_orders)
    return Prepared(request, account_id, instrument=str(instrument_id))


def _shown(rows: object) -> object:
    """What a message shows of what should be a list of rows: their values may fill pages."""
    is_short = rows is None or isinstance(rows, (str, bytes)) or (_is_list(rows) and not rows)
    return rows if is_short else type(rows).__name__


def _instruction(index: int, row: Any) -> PositionInstructionRequest:
    """One submitted row as a model of its own, so that neither its key nor later changes of the caller's object are
    shared.
    """
    from clear_street_api.models import PositionInstructionRequest

    where = f"instructions[{index}]"
    names = key_names()
    fields: Mapping[str, object]
    if isinstance(row, PositionInstructionRequest):
        # A model that was read keeps a second name of the key, as it came, beside its fields.
        kept = _object(getattr(row, "_extra", None)) or {}
        others = {name: kept[name] for name in names if name in kept}
        own = next(name for name in reversed(names) if name not in others)
        fields = row.model_extra | others | {name: getattr(row, name) for name in _ROW} | {own: row.instruction_id}
    elif _is_object(row):
        fields = row
    else:
        raise refusal(
            f"Expected a dict or a PositionInstructionRequest for `{where}` but received {type(row).__name__}."
        )
    for name in fields:
        if name not in _ROW and name not in names:
            raise refusal(f"Unknown field {name!r} in `{where}`; {remedy(name, (*_ROW, *reversed(names)))}")
    for name, advice in _NEEDED.items():
        if fields.get(name) is None:
            raise unfit("a value", f"{where}.{name}", None, advice)
    given = {name: key for name in names if (key := fields.get(name)) is not None}
    for name, key in given.items():
        if isinstance(key, str) and not key.strip():
            raise unfit("a non-empty value", f"{where}.{name}", key, "leave it out to be given a fresh one")
    keys = {checked_text(f"{where}.{name}", key) for name, key in given.items()}
    if len(keys) > 1:
        raise refusal(
            f"Two idempotency keys in `{where}`: {', '.join(f'{key!r} ({name})' for name, key in given.items())}; the "
            "names stand for the same, give one."
        )
    checked = PositionInstructionRequest(
        instruction_type=checked_text(f"{where}.instruction_type", fields.get("instruction_type")),  # type: ignore[arg-type]
        instrument_id=checked_text(f"{where}.instrument_id", fields.get("instrument_id")),
        quantity=_quantity(f"{where}.quantity", fields.get("quantity")),
        instruction_id=keys.pop() if keys else None,
    )
    if not checked.instrument_id.strip("0-"):
        raise refusal(
            f"The all-zero id names no instrument in `{where}.instrument_id`: received {checked.instrument_id!r}; "
            "use the id of the contract."
        )
    from clear_street_api.models import PositionInstructionType

    check_spelling(f"{where}.instruction_type", checked.instruction_type, PositionInstructionType)
    return checked


def _quantity(name: str, value: object) -> str:
    """A number of contracts as the API takes it: a positive whole number, as a string."""
    from decimal import Decimal

    from clear_street_api.types import plain_int

    text = value if isinstance(value, str) else ""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _QUANTITY_DIGITS:
        text = str(int(value)) if value == value.to_integral_value() else ""
    elif (number := plain_int(value)) is not None:
        text = str(number)
    if not (text.isascii() and text.isdigit() and text.strip("0") and len(text) <= _QUANTITY_DIGITS):
        raise refusal(
            f"Expected a positive whole number of contracts for `{name}` but received {value!r}; use an int, a Decimal "
            f"or at most {_QUANTITY_DIGITS} digits (a float is refused since it cannot hold every quantity)."
        )
    return text


def _object(value: object) -> dict[str, Any] | None:
    return value if _is_object(value) else None


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, (list, tuple))


def rows_in(model: type[Any], value: Mapping[str, Any] | None) -> list[Any]:
    """The rows in the `data` of any reply, none where it has no list of them."""
    data: Any = None if value is None else value.get("data")
    rows = data if _is_list(data) else []
    return [model.from_dict(row) for row in map(_object, rows) if row is not None]


def error_in(value: Mapping[str, Any] | None) -> APIError | None:
    """The envelope's error, None where a body has none."""
    from clear_street_api.models import APIError

    error = None if value is None else _object(value.get("error"))
    return None if error is None else APIError.from_dict(error)


def error_message_in(value: Mapping[str, Any] | None) -> str | None:
    """What the envelope's error says, None where a body has none."""
    error = error_in(value)
    return None if error is None else error.message


def request_id_in(value: Mapping[str, Any] | None) -> str | None:
    """The envelope's request id, None where a body has none."""
    metadata = None if value is None else _object(value.get("metadata"))
    request_id = None if metadata is None else metadata.get("request_id")
    return request_id if isinstance(request_id, str) else None


def with_extras(request: Request, *, query: Any, body: Any) -> Request:
    """The request with a call's `extra_query` and `extra_body`."""
    if query is None and body is None:
        return request
    pairs = _query_pairs(query)
    replaced = {name for name, _ in pairs}
    json: Any = request.json
    if body is not None:
        extra, own = _object(body), _object({} if json is None else json)
        if extra is None or not all(isinstance(name, str) for name in extra):
            raise refusal(f"Expected a dict with string keys for `extra_body` but received {type(body).__name__}.")
        if own is None or request.method == "GET" or request.operation == "cancel_position_instruction":
            raise refusal(
                f"The body of {request.operation} is no object: it takes no `extra_body` (received {body!r}); leave it "
                "out, or use `extra_query`."
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
        raise refusal(f"Expected a dict for `extra_query` but received {type(query).__name__}.")
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        for item in value if _is_list(value) else [value]:
            if not isinstance(name, str) or not name or not isinstance(item, (str, int, float)):
                raise refusal(
                    f"Expected strings, numbers or booleans in `extra_query` but received {item!r} for {name!r}; "
                    "leave out what has no value."
                )
            text = str(item).lower() if isinstance(item, bool) else str(item)
            try:
                pairs.append((quote(name, safe=""), quote(text, safe="")))
            except UnicodeEncodeError:
                raise refusal(
                    f"The value for {name!r} in `extra_query` is no text that can be sent: {text!r}."
                ) from None
    return pairs


def _request_like(request: Request, *, query: tuple[tuple[str, str], ...], json: Any) -> Request:
    from clear_street_api.client import Request

    return Request(request.operation, request.method, request.path_template, request.path, query, json)


def submission(request: Request, rows: Sequence[Mapping[str, object]]) -> Request:
    """A submit's request with these rows for its body."""
    return _request_like(request, query=request.query, json=rows)


def raw_request(name: str, method: str, path_template: str, path: str, body: object) -> Request:
    """A request to a path given as it is, checked before."""
    from clear_street_api.client import Request

    _check_json("body", body)
    return Request(name, method, path_template, path, (), body)


def _check_json(argument: str, value: object) -> None:
    from json import dumps

    try:
        dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise refusal(
            f"The value for `{argument}` cannot be sent as JSON: {error}; use dict, list, str or int, float, bool."
        ) from None


def has_data(kind: type[Any], value: Mapping[str, Any], *, exact: bool) -> bool:
    """Whether a reply of this kind has its `data`: a list where the spec demands one; in the place of an object, unless
    `exact`, anything but null.
    """
    if kind not in _DEMANDED:
        _DEMANDED[kind] = _demanded_data(kind)
    demanded = _DEMANDED[kind]
    data = value.get("data")
    return isinstance(data, demanded) if exact or demanded is list else data is not None


_DEMANDED: dict[type[Any], type] = {}


def _demanded_data(kind: type[Any]) -> type:
    """What the spec demands for the `data` of a reply of this kind: a list or a dict."""
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
    """Whether a row in a reply's `data` says that it belongs to another account than `account_id` (0: to anybody's)."""
    data: Any = None if value is None else value.get("data")
    if not account_id:
        return False
    row: Any
    for row in data if _is_list(data) else (data,):
        # A page has a thousand rows: nothing is called for one that is of the account.
        if row.__class__ is dict and row.get("account_id") == account_id:
            continue
        if _is_object(row) and _account_number(row.get("account_id")) not in (None, account_id):
            return True
    return False


def _account_number(value: object) -> int | None:
    """The number of an account that a value may stand for; what cannot be one departs from the spec and claims
    nothing.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def names_other_id(value: Mapping[str, Any], id: str, ids: Sequence[str]) -> bool:
    """Whether the row that is a reply's `data` says, in all of these fields, that it is another than `id` names."""
    data: Any = value.get("data")
    if not _is_object(row := data) or row.get(ids[0]) == id:
        return False
    named = [text for name in ids if isinstance(text := row.get(name), str)]
    return len(named) == len(ids) and id not in named and not any(is_same_id(text, id) for text in named)


def listed_rows(response: type[Any], status: int, value: Mapping[str, Any] | None, account_id: int) -> list[Any] | None:
    """The rows of a list, if a reply is the whole of it and no row is of another account."""
    if status != 200 or value is None or names_other_account(value, account_id):
        return None
    data: Any = value.get("data")
    metadata = _object(value.get("metadata")) or {}
    if not _is_list(data) or metadata.get("next_page_token") not in (None, ""):
        return None
    if not all(_is_object(row) for row in data):
        return None
    rows: list[Any] | None = response.from_dict(value).data
    return rows


def contradictory_id(rows: Iterable[Any], key: str, nil_id: str | None) -> str | None:
    """The id of something that a list shows twice, in different states or under different keys (in the field `key`);
    None for none. Rows that are not stored have no id of their own.
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
    """Whether two texts name the same thing: upper and lower case are alike, and so are the ways to write a UUID."""
    return one == other or canonical_id(one) == canonical_id(other)


def canonical_id(text: str) -> str:
    """An id in lower case; a UUID, however it is written, as its 32 digits."""
    lower = text.strip().lower()
    digits = lower.removeprefix("urn:uuid:").strip("{}").replace("-", "")
    return digits if is_uuid(digits) else lower


def is_uuid(canonical: str) -> bool:
    """Whether a canonical id is that of a UUID."""
    return len(canonical) == 32 and not canonical.strip("0123456789abcdef")


def preload(response: Callable[[], object] | None, listing: Callable[[], object] | None) -> None:
    """Import all that replies and looks are read with, by reading some."""
    from email.utils import parsedate_to_datetime

    from .._states import rejections
    from .json import read_json

    parsedate_to_datetime("Thu, 01 Jan 1970 00:00:00 GMT")
    rejections([])
    kinds: list[Any] = [make() for make in (listing, response) if make is not None]
    for data in (b"[{}]", b"{}"):
        for kind in kinds:
            kind.from_dict(read_json(b'{"metadata": {}, "error": {}, "data": ' + data + b"}"))


def decode_reply(kind: type[T], value: Mapping[str, Any], found: Any) -> T:
    """A whole reply as `kind`; with `found`, an instruction or a list of them, in the place of its `data`."""
    response: Any = kind
    if found is None or isinstance(found, list):
        reply: Any = response.from_dict(value)
        if found is not None:
            reply.data = found
    else:
        reply = response.from_dict({**value, "data": found.to_dict()})
    if value.__class__ is not dict:
        from clear_street_api.types import Drift

        # No field departs, so that decoding has not seen it.
        object.__setattr__(reply, "_drift", (Drift("", "format", "JSON in UTF-8"), *reply.drift))
    whole: T = reply
    return whole


def reads_as(cast_to: object, body: bytes | None) -> bool:
    """Whether a body is what a generic call asked for."""
    from .json import read_json

    if cast_to in (bytes, str, NoneType):
        return True
    value = read_json(body)
    if cast_to is list:
        return isinstance(value, list)
    return isinstance(value, dict) or (cast_to is object and (value is not None or (body or b"").strip() == b"null"))


def read_as(cast_to: object, body: bytes | None) -> object:
    """A body as a generic call asked for it."""
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
    """A known operation's value as a generic call asked for it."""
    if cast_to is NoneType:
        return None
    if cast_to is bytes:
        # Half a surrogate pair, which JSON can escape and UTF-8 cannot say, is escaped again.
        return model.to_json().encode("utf-8", "backslashreplace")
    if cast_to is str:
        return model.to_json()
    if _is_model(cast_to):
        return model if isinstance(model, cast_to) else cast_to.from_dict(model.to_dict())
    return model.to_dict()


def checked_cast(cast_to: object) -> type:
    """The class that a `cast_to` such as ``list[int]`` stands for; refuse one that no body can become."""
    from typing import get_origin

    kind = get_origin(cast_to) or cast_to
    if isinstance(kind, type) and (kind in (dict, list, str, bytes, object, NoneType) or _is_model(kind)):
        return kind
    raise refusal(
        f"Expected a model class, dict, list, str, bytes, object or type(None) for `cast_to` but received {cast_to!r}."
    )


def _is_model(cast_to: object) -> TypeGuard[type[Model]]:
    from clear_street_api.types import Model

    return isinstance(cast_to, type) and issubclass(cast_to, Model)


def rows_with_id(rows: Iterable[Any], id: str, ids: Sequence[str]) -> list[Any]:
    """The rows that have `id` in one of these fields, however they spell it."""
    wanted = canonical_id(id)
    return [row for row in rows if any(_names(getattr(row, name), id, wanted) for name in ids)]


def _names(text: str | None, id: str, wanted: str) -> bool:
    return text is not None and (text == id or canonical_id(text) == wanted)


def by_id(listed: PositionGetPositionInstructionsResponse, id: str) -> PositionInstruction | None:
    """The row with the server's `id`, in a list that shows it in one state."""
    rows = rows_with_id(listed.data or (), id, ("id",))
    if len({row.status for row in rows}) > 1:
        raise _useless(listed, "the list of instructions shows this one twice, in different states")
    return rows[0] if rows else None


def by_key(
    listed: PositionGetPositionInstructionsResponse, keys: Sequence[str]
) -> dict[str, PositionInstruction | None]:
    """The rows under idempotency keys, in a whole list that shows every row's key, and each of these once."""
    from collections import Counter

    rows = listed.data or ()
    shown = Counter([row.instruction_id for row in rows])
    is_part = listed.metadata is not None and bool(listed.metadata.to_dict().get("next_page_token"))
    if is_part or None in shown or any(shown[key] > 1 for key in keys):
        raise _useless(
            listed,
            "the list of instructions is a part of one, or does not show the idempotency key of every row, or one of "
            "these keys twice, so that it cannot tell what is there and what is not",
        )
    found = {row.instruction_id: row for row in rows}
    return {key: found.get(key) for key in keys}


def _useless(listed: PositionGetPositionInstructionsResponse, why: str) -> Exception:
    """The error of a list that does not tell what was asked of it."""
    from ..errors import APIResponseValidationError

    return APIResponseValidationError(why, status_code=200, request_id=request_id_in(listed.to_dict()))
