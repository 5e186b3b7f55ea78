"""Find where the client's hand-written tables differ from the document: a sentence for each place."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING

from clear_street import ClearStreet
from clear_street._api.operations import Resend
from clear_street._api.rows import every_operation
from clear_street._config.options import IdempotencyKeyName
from clear_street._states import KNOWN_STATES, ORDER_KNOWN_STATES, ORDER_TERMINAL_STATES, TERMINAL_STATES
from clear_street.types import v1 as types
from clear_street_api import models as api
from support.key_names import KEY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from support.spec_tools import Json

METHODS = {"get", "put", "post", "delete", "patch"}
TABLE = "overlay/clear_street/_api/rows"
STATES = "overlay/clear_street/_states.py"


def operations_that_part(document: Json) -> list[str]:
    """Compare the operation table with the document, in both directions."""
    table = {operation.name: operation for operation in every_operation()}
    listed = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    client = ClearStreet(api_key="key")
    found = [f"{name}: in {TABLE}, and not in the document: take its row, types and methods out" for name in table
             if name not in listed]  # fmt: skip
    for name, (method, path, operation) in listed.items():
        if name not in table:
            found.append(
                f"{name}: in the document, and without a row in {TABLE}: `make operation NAME={name}` writes it"
            )
            continue
        row, tag = table[name], namespace_of(document, operation["tags"][0])
        if (row.method, row.path_template) != (method, path):
            found.append(
                f"{name}: {row.method} {row.path_template} in {TABLE}, {method} {path} in the document: mend the row"
            )
        if row.authenticated != bool(operation.get("security", document["security"])):
            found.append(f"{name}: whether it needs the API key is not what {TABLE} says: mend `authenticated` there")
        if operation.get("x-reads", method == "GET") != (row.resend == Resend.READ):
            found.append(f"{name}: a {method} may not be sent again as {row.resend!r}: mend the row, or `x-reads`")
        replies = {_model(reply) for status, reply in operation["responses"].items() if str(status).startswith("2")}
        if row.response is None or replies != {row.response().__name__}:
            found.append(f"{name}: answers with {', '.join(sorted(replies))}, which is not what {TABLE} says: mend it")
        enums = {} if row.enums is None else {argument: enum.__name__ for argument, enum in row.enums().items()}
        for argument, enum in sorted(enum_arguments(document, path, operation).items() ^ enums.items()):
            found.append(f"{name}: `{argument}` as a {enum} is in the document or in {TABLE} alone: mend `enums` there")
        if row.enums is not None and any(enum is not getattr(api, enum.__name__) for enum in row.enums().values()):
            found.append(f"{name}: an enum of its row is none of the document's: mend `enums` in {TABLE}")
        if not callable(_attribute(client.v1, f"{tag}.{name}")):
            found.append(f"{name}: no client.v1.{tag}.{name}: write the method, or take the operation out")
    return found


def namespace_of(document: Json, tag: str) -> str:
    """The namespace of a tag below `client.v1`, dotted where it is within another."""
    parents = {one["name"]: one.get("x-parent") for one in document["tags"]}
    name = tag.lower().replace(" ", "_")
    return f"{namespace_of(document, parents[tag])}.{name}" if parents.get(tag) else name


def enum_arguments(document: Json, path: str, operation: Json) -> dict[str, str]:
    """The enums of an operation's arguments by their names: of its parameters, and of the fields of an object body."""
    shared: list[Json] = document["paths"][path].get("parameters", [])
    parameters = [_pointed(document, one) for one in (*shared, *operation.get("parameters", ()))]
    schemas = {one["name"]: one["schema"] for one in parameters}
    if "requestBody" in operation:
        body = _pointed(document, operation["requestBody"])["content"]["application/json"]["schema"]
        schemas |= _pointed(document, body).get("properties", {})
    references = {
        name: each["$ref"]
        for name, schema in schemas.items()
        for each in (schema, schema.get("items", {}), *schema.get("oneOf", ()))
        if "enum" in _pointed(document, each) and "$ref" in each
    }
    return {name: reference.rpartition("/")[2] for name, reference in references.items()}


def _pointed(document: Json, schema: Json) -> Json:
    """What a reference points to."""
    found: Json = schema
    for name in schema.get("$ref", "#").split("/")[1:]:
        found = document[name] if found is schema else found[name]
    return found


def _attribute(owner: object, dotted: str) -> object:
    for name in dotted.split("."):
        owner = getattr(owner, name, None)
    return owner


def _model(reply: Json) -> str:
    name: str = reply["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return name


def states_that_part(document: Json) -> list[str]:
    """Compare the states that waits use with the document's enum, and say what a difference means for waiting."""
    return [
        *_states_that_part(document, "PositionInstructionStatus", KNOWN_STATES, TERMINAL_STATES),
        *_states_that_part(document, "OrderStatus", ORDER_KNOWN_STATES, ORDER_TERMINAL_STATES),
    ]


def _states_that_part(document: Json, enum: str, known: frozenset[str], terminal: Collection[str]) -> list[str]:
    members = set(document["components"]["schemas"][enum]["enum"])
    gone, new = known - members, members - known
    return [
        *(
            f"{member}: not in the document any more; {'terminal' if member in terminal else 'not terminal'} in "
            f"{STATES}, so that a wait for it alone would last to its deadline: take it out"
            for member in sorted(gone)
        ),
        *(
            f"{member}: new in the document; waits take it for not terminal: say in {STATES} whether it is"
            for member in sorted(new)
        ),
    ]


def names_that_part(document: Json) -> list[str]:
    """Compare the plain strings and dicts that arguments may be with the document's enums and objects."""
    schemas = document["components"]["schemas"]
    found: list[str] = []
    for enum in ("PositionInstructionType", "PositionSortBy", "SortDirection"):
        literals = set(typing.get_args(getattr(types, f"{enum}Name")))
        if literals != set(schemas[enum]["enum"]):
            odd = ", ".join(sorted(literals ^ set(schemas[enum]["enum"])))
            found.append(f"{enum}Name: {odd} is in one of `{enum}` and the document alone")
    row, schema = types.PositionInstructionRequestParam, schemas["PositionInstructionRequest"]
    keys = {key for name, field in schema["properties"].items() for key in (name, *field.get("x-aliases", ()))}
    if odd_keys := sorted({*row.__annotations__} ^ keys):
        found.append(f"PositionInstructionRequestParam: {', '.join(odd_keys)} is in one of it and the document alone")
    if odd_keys := sorted({*typing.get_args(IdempotencyKeyName)} ^ {*keys_of(schema["properties"])}):
        found.append(f"IdempotencyKeyName: {', '.join(odd_keys)} is in one of it and the document alone")
    hints = typing.get_type_hints(row, include_extras=True, localns={**vars(types), "api": api})
    if {name for name, hint in hints.items() if typing.get_origin(hint) is typing.Required} != {*schema["required"]}:
        found.append("PositionInstructionRequestParam: what it requires is not what the document requires")
    return found


def keys_of(properties: Json) -> tuple[str, ...]:
    """Return the names of the idempotency key in a document, the newest first."""
    return next(
        (*field.get("x-aliases", ()), name)
        for name, field in properties.items()
        if KEY_NAME in (name, *field.get("x-aliases", ()))
    )


def parts(document: Json) -> list[str]:
    """List all differences between the client's tables and the document."""
    return [*operations_that_part(document), *states_that_part(document), *names_that_part(document)]
