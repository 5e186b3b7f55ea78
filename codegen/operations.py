"""Turn the operations of a document into arguments, the code that makes a request of them, and a model per reply."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kinds import BOOLEAN, CLASSES, DATE, DECIMAL, INTEGER, TEXT, TIMESTAMP, Kind, alias, aliased, called, imported
from naming import (
    DAYS,
    Ungeneratable,
    class_name,
    docstring,
    expected,
    identifier,
    is_text,
    module_name,
    path_literal,
    sentence,
    singular,
    tag_package,
    without_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas import Json, Schemas

# OpenAPI says to ignore header parameters with these names: other parts of a document describe them.
SAID_ELSEWHERE = {("header", "accept"), ("header", "authorization"), ("header", "content-type")}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PATH_ITEM = {*METHODS, "description", "parameters", "servers", "summary"}
# Functions of `client.py` that a module of an operation uses: no argument may have one of these names.
HELPERS = {
    "json_body",
    "object_body",
    "parse_reply",
    "path_segment",
    "query_flag",
    "query_list",
    "query_object",
    "query_pairs",
    "query_text",
    "scalar_text",
    "send_request",
    "send_request_async",
    "whole_number",
}
NOTHING = "nothing"
"""Used as the model of a reply without a body."""


@dataclass(frozen=True)
class Slot:
    """A property of a model, a parameter, or a body."""

    key: str
    kind: Kind
    required: bool
    place: str = "property"
    """``"path"`` or ``"query"`` for a parameter, ``"body"`` for a body."""
    joined: bool = False
    """Whether a list in a query is one comma-joined value."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """The limits that the schema sets, and the default."""
    aliases: tuple[str, ...] = ()
    """Other names of a property in JSON."""

    @property
    def keys(self) -> frozenset[str]:
        """All names in JSON."""
        return frozenset({self.key, *self.aliases})


@dataclass(frozen=True)
class Call:
    """An operation: its request and its replies."""

    method: str
    path: str
    tag: str
    parameters: list[Slot]
    body: Slot | None
    replies: Mapping[int, str]
    """The model of each status, or `NOTHING`. The key 4 means every other 4xx, 0 every other status."""
    is_read: bool
    """Whether it changes nothing: it is a GET or HEAD, or the document says `x-reads: true`."""


@dataclass(frozen=True)
class Argument:
    """An argument of a generated call."""

    name: str
    key: str
    annotation: str
    description: str
    required: bool
    encoded: str = ""
    """The expression that returns the parameter's text or, for an object in the query, its pairs."""

    @property
    def declaration(self) -> str:
        """The argument as it is written in a signature."""
        return f"{self.name}: {self.annotation}" if self.required else f"{self.name}: {self.annotation} | None = None"


@dataclass(frozen=True)
class Body:
    """The body of a request."""

    slot: Slot
    arguments: list[Argument]
    expression: str
    """The expression that makes the body from the arguments."""
    kind: str
    """The expression for the constant `BODY` that `expression` uses. Empty if it uses none."""


class Operations:
    """The operations of a document, in the order of its paths."""

    def __init__(self, document: Json, schemas: Schemas) -> None:
        self.calls: dict[str, Call] = {}
        self.modules: list[tuple[str, str]] = []
        self.stubs: Json = {}
        self._document = document
        self._schemas = schemas

    def endpoints(self) -> Json:
        """Return what the template of an operation's module needs, by operation."""
        found: Json = {}
        for path, item in self._document["paths"].items():
            if path.startswith("x-"):
                continue
            where = f"#/paths/{path.replace('/', '~1')}"
            if "$ref" in expected(item, dict, where, "an object of operations"):
                raise Ungeneratable(where, "a path that is a $ref")
            if unknown := [key for key in item if key not in PATH_ITEM and not key.startswith("x-")]:
                raise Ungeneratable(where, f"{unknown[0]!r} is not a known method")
            for method in METHODS:
                if method in item:
                    place = f"{where}/{method}"
                    operation = expected(item[method], dict, place, "an operation")
                    if "servers" in item or "servers" in operation:
                        raise Ungeneratable(place, "an operation that has its own servers")
                    if "operationId" not in operation or not operation.get("tags"):
                        raise Ungeneratable(place, "an operation needs an operationId and a tag")
                    name = module_name(operation["operationId"])
                    if name in found:
                        raise Ungeneratable(place, f"a second operation with the name {name}")
                    found[name] = self._endpoint(name, method, path, {"parameters": [], **operation}, item, place)
                    self.modules.append((tag_package(operation["tags"][0]), name))
                    # The generator only has to write the module, so it needs no real path.
                    self.stubs[f"/{len(self.stubs)}"] = {
                        method: {
                            "operationId": name,
                            "tags": [tag_package(operation["tags"][0])],
                            "responses": {"200": {"description": ""}},
                        }
                    }
        given = [slot for call in self.calls.values() for slot in (*call.parameters, call.body) if slot is not None]
        self._schemas.name_members(slot.kind for slot in given)
        for endpoint in found.values():
            endpoint["parameters"] = [self._parameter_description(argument) for argument in endpoint["parameters"]]
        return found

    def _endpoint(self, name: str, method: str, path: str, operation: Json, item: Json, place: str) -> Json:
        prefix = class_name(singular(operation["tags"][0])) + class_name(operation["operationId"])
        written = [
            self._resolved(p, "parameters", place) for p in [*item.get("parameters", ()), *operation["parameters"]]
        ]
        if any(not {"in", "name"} <= parameter.keys() for parameter in written):
            raise Ungeneratable(place, "a parameter needs `name` and `in`")
        parameters = {(p["in"], p["name"]): p for p in written if (p["in"], p["name"].lower()) not in SAID_ELSEWHERE}
        keys = re.findall(r"{([^}]+)}", path)
        if {key for where, key in parameters if where == "path"} != set(keys):
            raise Ungeneratable(place, "the parameters in the path are not the path parameters that are described")
        # The path's last parameter names the resource itself, so it comes first.
        order = [("path", key) for key in [*keys[-1:], *keys[:-1]]]
        order += [one for one in parameters if one[0] != "path"]
        taken = {*HELPERS, "build_request", "client", "parse_response", "self"}
        slots: list[Slot] = []
        arguments: list[Argument] = []
        for one in order:
            slot, argument = self._parameter(parameters[one], prefix, place, taken)
            slots.append(slot)
            arguments.append(argument)
        in_path = {argument.key: argument for argument in arguments[: len(keys)]}
        in_query = arguments[len(keys) :]
        body = self._body(operation, path, prefix, place, taken)
        if body:
            arguments += body.arguments
        replies = self._replies(operation, prefix, place)
        # An error without a body has no model; its status is enough.
        known = {status: model for status, model in replies.items() if model != NOTHING or is_success(status)}
        models = list(dict.fromkeys(model for model in known.values() if model != NOTHING))
        optional = ["None"] if NOTHING in known.values() else []
        classes = self._schemas.classes
        is_read = expected(
            operation.get("x-reads", method in ("get", "head")), bool, f"{place}/x-reads", "true or false"
        )
        self.calls[name] = Call(
            method.upper(), path, operation["tags"][0], slots, body.slot if body else None, replies, is_read
        )
        summary, description = _texts(operation)
        parts = re.split(r"{([^}]+)}", path)
        literals = [path_literal(part, place) for part in parts[::2]]
        if not path.startswith("/") or {".", ".."} & {*path.split("/")}:
            raise Ungeneratable(place, f"a path that does not begin with / or has . or .. in it: {path!r}")
        encoded = [aliased(self._in_path(in_path[key], path), classes) for key in parts[1::2]]
        if odd := [code for code in encoded if re.search(r'["\\{}]', code)]:
            raise Ungeneratable(place, f"a path parameter whose code cannot stand in an f-string: {odd[0]}")
        filled = literals[0] + "".join(f"{{{code}}}{rest}" for code, rest in zip(encoded, literals[1:], strict=True))
        return {
            "operation": name,
            "method": method.upper(),
            "path": path,
            "path_expression": f'f"{filled}"' if keys else "PATH" if filled == path else repr(filled),
            "query": [aliased(_pair(a), classes) for a in in_query],
            "body": {"kind": aliased(body.kind, classes), "expression": body.expression} if body else None,
            "replies": {status: "NoneType" if model == NOTHING else model for status, model in known.items()},
            "returns": " | ".join([*models, *optional]),
            "request": alias("Request", classes),
            **self._signature(arguments, first=bool(keys)),
            "parameters": arguments,
            "summary": summary,
            "description": description,
            "doc": docstring(f"{summary}\n\n{description}", indent=0),
            **_docs(summary, description, arguments, known),
            **self._imports(arguments, body, [*known.values()], in_query),
        }

    def _in_path(self, argument: Argument, path: str) -> str:
        """Return the expression for a segment of a path.

        The expression refuses a value that would lead to the path of another operation.
        """
        if not argument.encoded.startswith("path_segment("):
            return argument.encoded
        before, found, _ = path.partition(f"/{{{argument.key}}}")
        place = before.split("/")
        siblings: set[str] = set()
        for other in self._document["paths"] if found else ():
            parts = other.split("/")
            if len(parts) > len(place) and all(a == b or "{" in a + b for a, b in zip(place, parts, strict=False)):
                siblings |= {parts[len(place)]} if re.fullmatch(r"[\w.~-]+", parts[len(place)]) else set()
        return f"{argument.encoded[:-1]}, {tuple(sorted(siblings))!r})" if siblings else argument.encoded

    def _signature(self, arguments: list[Argument], *, first: bool) -> Json:
        positional, rest = arguments[:first], arguments[first:]
        rest = sorted(rest, key=lambda argument: not argument.required)
        star = ["*"] if rest else []
        return {
            "signature": ", ".join([a.declaration for a in positional] + star + [a.declaration for a in rest]),
            "arguments": ", ".join([a.name for a in positional] + [f"{a.name}={a.name}" for a in rest]),
        }

    def _parameter_description(self, argument: Argument) -> Json:
        """Return what the overlay needs to declare an argument. In `narrow`, an enum's members replace any text."""
        narrow = argument.annotation
        for name, enum in self._schemas.enums.items():
            if enum["names"] is not None:
                narrow = re.sub(rf"\b{name} \| str\b", f"{name} | {enum['names']}", narrow)
        return {
            "name": argument.name,
            "annotation": argument.annotation,
            "narrow": narrow,
            "required": argument.required,
            "description": argument.description,
        }

    def _imports(
        self, arguments: list[Argument], body: Body | None, models: list[str], in_query: list[Argument]
    ) -> Json:
        """Return what the module imports. `typed_imports` are used only in annotations."""
        code = " ".join([*(a.encoded for a in arguments), *models, *([body.expression, body.kind] if body else [])])
        annotations = " ".join(a.annotation for a in arguments)
        mentioned, typed = (set(re.findall(r"\b\w+\b(?!\()", without_text(text))) for text in (code, annotations))
        used = mentioned | called(code)
        taken = self._schemas.classes
        client = {
            "Request",
            "parse_reply",
            "send_request",
            "send_request_async",
            *(used & HELPERS),
            *(["query_pairs"] if in_query else []),
        }
        sources = {
            "collections.abc": typed & {"Iterable", "Mapping"},
            "datetime": typed & DAYS,
            "types": {"NoneType"} if NOTHING in models else set(),
            "typing": {"TYPE_CHECKING", "Final", *(typed & {"Any"})},
            "...client": client,
            "...types": called(code) & CLASSES,
        }
        lines = [f"from {source} import {imported(names, taken)}" for source, names in sources.items() if names]
        models_of = {
            key: [f"from ...models.{module_name(name)} import {name}" for name in sorted(names & taken)]
            for key, names in (("imports", mentioned), ("typed_imports", typed - mentioned))
        }
        return {**models_of, "imports": lines + models_of["imports"]}

    def _parameter(self, parameter: Json, prefix: str, place: str, taken: set[str]) -> tuple[Slot, Argument]:
        key, where = parameter["name"], parameter["in"]
        place = f"{place}/parameters/{key}"
        if where not in ("path", "query"):
            raise Ungeneratable(place, f"a parameter in the {where}")
        if not is_text(key):
            raise Ungeneratable(place, f"a name that is not valid text: {key!r}")
        schema = self._schemas.resolved(parameter.get("schema", {}))
        kind = self._schemas.kind(parameter.get("schema", {}), f"{prefix}{class_name(key)}", f"{place}/schema")
        name = identifier(key, taken)
        joined = not parameter.get("explode", True)
        usual = "form" if where == "query" else "simple"
        style = parameter.get("style", usual)
        if kind.model is not None and where == "query" and style in ("form", "deepObject") and not joined:
            if any(not one["kind"].is_scalar for one in self._schemas.models[kind.model]):
                raise Ungeneratable(
                    place, "an object in the query with fields that are not all strings, numbers or booleans"
                )
            within = repr(key if style == "deepObject" else "")
            encoded = f"query_object({name!r}, {kind.expression}, {name}, within={within})"
        elif style != usual or (kind.items is not None and where == "path"):
            raise Ungeneratable(place, f"{'a list' if kind.items else 'a value'} in the {where} with the style {style}")
        elif kind.items is None:
            encoded = _encoded(kind, name, where, schema, place)
        else:
            encoded = f"query_list({name!r}, {name}, {_item_encoder(kind.items, place)})"
            encoded = f'",".join({encoded})' if joined else encoded
        required = where == "path" or parameter.get("required", False)
        description = sentence(parameter.get("description") or schema.get("description") or "")
        limits = self._schemas.limits(schema)
        single = kind.items or kind
        is_time = replace(single, nullable=False) in (TIMESTAMP, DATE)
        accepted = kind.accepts.replace(single.accepts, f"{single.accepts} | str") if is_time else kind.accepts
        return (
            Slot(key, kind, required, where, joined and kind.items is not None, limits),
            Argument(name, key, accepted, description, required, encoded),
        )

    def _body(self, operation: Json, path: str, prefix: str, place: str, taken: set[str]) -> Body | None:
        if "requestBody" not in operation:
            return None
        place = f"{place}/requestBody"
        body = self._resolved(operation["requestBody"], "requestBodies", place)
        content = body.get("content", {})
        media = _json_media({name: content[name] for name in content if "+" not in name})
        if media is None:
            raise Ungeneratable(place, f"a body of the type {', '.join(content)}")
        written = media.get("schema", {})
        kind = self._schemas.kind(written, f"{prefix}Request", f"{place}/schema")
        schema = self._schemas.resolved(written)
        required = body.get("required", False)
        slot = Slot("", kind, required, "body", limits=self._schemas.limits(schema))
        fields = self._schemas.models[kind.model] if kind.model else []
        if fields and not taken & {one["name"] for one in fields}:
            taken |= {one["name"] for one in fields}
            arguments = [
                Argument(
                    one["name"],
                    one["key"],
                    one["kind"].accepts,
                    sentence(one["description"]),
                    required and one["required"] and not one["kind"].nullable,
                )
                for one in fields
            ]
            values = ", ".join(f"{one['key']!r}: {one['name']}" for one in fields)
            return Body(slot, arguments, f"object_body({kind.model}, {{{values}}}, required={required})", "")
        last = path.rpartition("/")[2]
        # The argument for a list has the name of the path's last part.
        name = identifier(last if kind.items and "{" not in last else "body", taken)
        least = f", at_least={schema['minItems']}" if schema.get("minItems") else ""
        expression = f'json_body("{name}", BODY, {name}{least})'
        argument = Argument(
            name, name, kind.accepts, sentence(body.get("description") or "The body of the request."), required
        )
        return Body(
            slot, [argument], expression if required else f"None if {name} is None else {expression}", kind.expression
        )

    def _replies(self, operation: Json, prefix: str, place: str) -> dict[int, str]:
        replies: dict[int, str] = {}
        for status, reply in operation.get("responses", {}).items():
            if status.startswith("x-"):
                continue
            where = f"{place}/responses/{status}"
            number = _status(status, where)
            content = self._resolved(reply, "responses", where).get("content")
            media = _json_media(content or {})
            if not content or (media is None and not is_success(number)):
                replies[number] = NOTHING
                continue
            if media is None:
                raise Ungeneratable(where, f"a reply of the type {', '.join(content)}")
            schema = media.get("schema", {})
            hint = f"{prefix}Response" if status[0] == "2" else f"{prefix}ErrorResponse"
            if not self._schemas.is_free(hint, schema):
                hint += status
            kind = self._schemas.kind(schema, hint, f"{where}/schema")
            if kind.model is None:
                raise Ungeneratable(
                    where, f"a reply of the type {kind.annotation}, which is not an object with properties"
                )
            self._schemas.replies.add(kind.model)
            replies[number] = kind.model
        if not any(model != NOTHING or is_success(status) for status, model in replies.items()):
            raise Ungeneratable(place, "no reply has a body or a 2xx status")
        return dict(sorted(replies.items(), key=lambda item: (item[0] < 100, -item[0] if item[0] < 100 else item[0])))

    def _resolved(self, item: Json, section: str, place: str) -> Json:
        seen: list[str] = []
        while "$ref" in expected(item, dict, place, f"an object of {section}"):
            prefix, _, name = item["$ref"].rpartition("/")
            known = self._document.get("components", {}).get(section, {})
            seen.append(item["$ref"])
            if seen.count(item["$ref"]) > 1:
                raise Ungeneratable(place, f"{item['$ref']} refers to itself")
            if prefix != f"#/components/{section}" or name not in known:
                raise Ungeneratable(place, f"there is no {item['$ref']}")
            item = known[name]
        return item


def _status(status: str, place: str) -> int:
    """Return a status as a number: 4 for 4XX, 0 for `default`."""
    if status == "default":
        return 0
    if re.fullmatch(r"[1-5]XX", status):
        return int(status[0])
    if re.fullmatch(r"[1-5]\d\d", status):
        return int(status)
    raise Ungeneratable(place, f"{status} is not a status")


def _status_name(status: int) -> str:
    """Return a status for a docstring."""
    return "any other status" if not status else f"{status}XX" if status < 10 else str(status)


def is_success(status: int) -> bool:
    """Whether a status, or a class of statuses such as 2, is a success."""
    return status == 2 or 200 <= status < 300


def _json_media(content: Json) -> Json | None:
    """Return the description of a JSON body. None if no type of the body is JSON."""
    found = [media for name, media in content.items() if re.match(r"application/([\w.-]+\+)?json\s*(;|$)", name)]
    return found[0] if found else None


def _encoded(kind: Kind, name: str, where: str, schema: Json, place: str) -> str:
    """Return the expression that makes the text of a parameter."""
    text = "path_segment" if where == "path" else "query_text"
    plain = replace(kind, nullable=False)
    if plain in (TEXT, DECIMAL) or (kind.enum is not None and kind.accepts.endswith(" | str")):
        return f"{text}({name!r}, {name})"
    if plain == BOOLEAN:
        return f"query_flag({name!r}, {name})"
    if plain == INTEGER or kind.enum is not None:
        limits = {"minimum": 0} if where == "path" else {}
        limits |= {limit: schema[limit] for limit in ("minimum", "maximum") if limit in schema}
        if odd := [f"{limit} {value!r}" for limit, value in limits.items() if type(value) is not int]:
            raise Ungeneratable(place, f"the {odd[0]} of an integer is not an integer")
        return (
            f"whole_number({', '.join([repr(name), name, *(f'{limit}={value}' for limit, value in limits.items())])})"
        )
    if kind.is_scalar:
        return f"{text}({name!r}, scalar_text({name!r}, {kind.expression}, {name}))"
    raise Ungeneratable(place, f"a parameter of the type {kind.annotation}")


def _item_encoder(kind: Kind, place: str) -> str:
    """Return the function that makes the text of a list's item."""
    encoded = _encoded(kind, "value", "query", {}, place)
    if "scalar_text(" not in encoded:
        return encoded.partition("(")[0]
    return f"lambda name, value: query_text(name, scalar_text(name, {kind.expression}, value))"


def _pair(argument: Argument) -> str:
    """Return the code for what a parameter adds to the query."""
    if argument.encoded.startswith("query_object("):
        return f"*{argument.encoded}"
    given = "" if argument.required else f"None if {argument.name} is None else "
    return f"({quote(argument.key, safe='')!r}, {given}{argument.encoded})"


def _texts(operation: Json) -> tuple[str, str]:
    """Return the summary and the description."""
    summary = sentence(operation.get("summary") or operation.get("operationId", ""))
    return f"{summary.removesuffix('.')}.", operation.get("description", "").strip()


def _docs(summary: str, description: str, arguments: list[Argument], replies: Mapping[int, str]) -> dict[str, str]:
    """Return the docstrings of an operation's functions."""
    described = [f"    {one.name}: {one.description}" for one in arguments if one.description]
    models: dict[str, list[str]] = {}
    for status, model in replies.items():
        models.setdefault(model, []).append(_status_name(status))
    returned = {
        model: "    None for {}, which has no body." if model == NOTHING else f"    `{model}` for {{}}."
        for model in models
    }
    wrong = ["    TypeError: An argument is of the wrong type.", "    ValueError: An argument cannot be sent."]
    send = [
        summary,
        "",
        *([description, ""] if description else []),
        "Args:",
        "    client: The httpx client that sends it. It has the base URL and the credentials.",
        *described,
        "",
        "Returns:",
        *(returned[model].format(", ".join(statuses)) for model, statuses in models.items()),
        "",
        "Raises:",
        *(wrong if arguments else []),
        "    UnexpectedStatus: The spec does not list the reply's status for this operation.",
        "    UnreadableBody: The body is not a JSON object.",
        "    httpx.HTTPError: No reply came, or only part of one.",
    ]
    build = [
        "Return the request that `sync` and `asyncio` send.",
        "",
        *(["Args:", *described, ""] if described else []),
    ]
    build += ["Raises:", *wrong] if arguments else []
    return {"send_doc": docstring("\n".join(send)), "build_doc": docstring("\n".join(build))}
