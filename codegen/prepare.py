"""From an OpenAPI document to what the generator and our templates need.

The generator reads a plain document (`Plan.document`) that names every operation and type; what its templates cannot see (styles,
nullability, kinds, which types are whole replies) goes to them as `Plan.facts`. What cannot be generated raises `Ungeneratable`, with the
place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import ClassName, PythonIdentifier, snake_case

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_LINE = 116


class Ungeneratable(Exception):
    """Something in the document that cannot become code, and where."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class Kind:
    """A kind of value: the expression that makes it in `types.py`, its Python type, and what the fast path does."""

    expression: str
    annotation: str
    fast: str
    """How the straight-line code reads it: an expression in ``@``, or for plain checks the test that refuses ``value``."""
    check: bool = False
    aware: bool = False
    names: frozenset[str] = frozenset()
    """The models and enums that it mentions."""
    nullable: bool = False
    enum: str | None = None
    model: str | None = None
    items: Kind | None = None


def _plain(expression: str, annotation: str, test: str) -> Kind:
    return Kind(expression, annotation, test, check=True)


TEXT = _plain("Text()", "str", "value.__class__ is not str")
INTEGER = _plain("Integer()", "int", "value.__class__ is not int")
NUMBER = _plain("Number()", "float", "value.__class__ is not float and value.__class__ is not int")
BOOLEAN = _plain("Boolean()", "bool", "value is not True and value is not False")
ANYTHING = Kind("Anything()", "Any", "@")
TIMESTAMP = Kind("Timestamp()", "datetime", "datetime.fromisoformat(@)", aware=True)
DAY = Kind("Date()", "date", "date.fromisoformat(@)")


@dataclass
class Plan:
    """What `prepare` makes of a document."""

    document: Json
    facts: Json
    modules: dict[str, str] = field(default_factory=dict)
    """Every type's module, by class name."""
    operations: list[tuple[str, str]] = field(default_factory=list)
    """Tag package and operation module of each operation."""


def prepare(document: Json) -> Plan:
    """The plan for a document."""
    return _Preparation(document).plan()


class _Preparation:
    def __init__(self, document: Json) -> None:
        self.document = _as_json(document)
        self.schemas: Json = self.document.get("components", {}).get("schemas", {})
        self.models: dict[str, Json] = {}
        self.enums: dict[str, Json] = {}
        self.replies: set[str] = set()
        self.places: dict[str, str] = {}
        self.busy: list[str] = []

    def plan(self) -> Plan:
        for name in self.schemas:
            self.component(name)
        endpoints: dict[str, Json] = {}
        paths: Json = {}
        operations: list[tuple[str, str]] = []
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    endpoint, stub = self.endpoint(path, method, item[method], item.get("parameters", []))
                    if endpoint["operation"] in endpoints:
                        raise Ungeneratable(f"#/paths/{path}/{method}", f"a second operation {endpoint['operation']}")
                    endpoints[endpoint["operation"]] = endpoint
                    paths.setdefault(path, {})[method] = stub
                    operations.append((snake_case(_untrusted(stub["tags"][0])), endpoint["operation"]))
        self.mark_cycles()
        modules = {name: _module(name) for name in sorted([*self.models, *self.enums])}
        for name, model in self.models.items():
            self.finish_model(name, model)
        facts = {
            "title": self.document["info"]["title"],
            "modules": modules,
            "models": self.models,
            "enums": self.enums,
            "endpoints": endpoints,
        }
        return Plan(self.plain_document(paths), facts, modules, operations)

    # Types

    def component(self, name: str) -> Kind:
        """The kind of a named schema; models and enums become classes, the rest is an alias."""
        if name not in self.schemas:
            raise Ungeneratable(f"#/components/schemas/{name}", "there is no such schema")
        if name in self.busy:
            raise Ungeneratable(f"#/components/schemas/{name}", "an alias that leads back to itself")
        place = f"#/components/schemas/{name}"
        return self.kind(self.schemas[name], _class_name(name), place, component=name)

    def kind(self, schema: Any, hint: str, place: str, component: str | None = None) -> Kind:
        """The kind of any schema; an inline object or enum becomes a class called `hint`."""
        if schema is True or schema == {}:
            return ANYTHING
        if not isinstance(schema, dict):
            raise Ungeneratable(place, "no schema")
        if "$ref" in schema:
            return self.reference(schema["$ref"], place)
        variants = schema.get("oneOf") or schema.get("anyOf")
        if variants:
            return self.union(schema, variants, hint, place, component)
        if "allOf" in schema:
            parts = schema["allOf"]
            if len(parts) == 1 and not schema.get("properties"):
                return self.kind(parts[0], hint, place, component)
            return self.object(self.merged(schema, place), hint, place)
        types = schema.get("type")
        if isinstance(types, list):
            rest = [t for t in types if t != "null"]
            nullable = len(rest) < len(types)
            if not rest:
                return _nullable(ANYTHING)
            if len(rest) == 1:
                kind = self.kind({**schema, "type": rest[0]}, hint, place, component)
            else:
                kind = _one_of([self.kind({**schema, "type": t}, f"{hint}{t.title()}", place) for t in rest])
            return _nullable(kind) if nullable else kind
        if "enum" in schema or "const" in schema:
            return self.enumeration(schema, hint, place)
        if types is None and ("properties" in schema or "additionalProperties" in schema):
            types = "object"
        return self.simple(schema, types, hint, place)

    def simple(self, schema: Json, types: Any, hint: str, place: str) -> Kind:
        match types:
            case "string":
                formats = {"date-time": TIMESTAMP, "date": DAY}
                return formats.get(schema.get("format", ""), TEXT)
            case "integer":
                return INTEGER
            case "number":
                return NUMBER
            case "boolean":
                return BOOLEAN
            case "null":
                return _nullable(ANYTHING)
            case "array":
                items = self.kind(schema.get("items", {}), f"{hint}Item", f"{place}/items")
                return _array(items)
            case "object":
                if schema.get("properties") or hint in self.replies:
                    return self.object(schema, hint, place)
                values = schema.get("additionalProperties", True)
                return _map(
                    ANYTHING
                    if values in (True, False)
                    else self.kind(values, f"{hint}Value", f"{place}/additionalProperties")
                )
            case None:
                return ANYTHING
        raise Ungeneratable(place, f"the type {types!r} is not known")

    def reference(self, target: str, place: str) -> Kind:
        prefix = "#/components/schemas/"
        if not target.startswith(prefix):
            raise Ungeneratable(place, f"{target} is no schema of this document")
        name = target.removeprefix(prefix)
        class_name = _class_name(name)
        if class_name in self.models:
            return _model(class_name)
        if class_name in self.enums:
            return _member(class_name, self.enums[class_name]["base"])
        return self.component(name)

    def union(self, schema: Json, variants: list[Any], hint: str, place: str, component: str | None) -> Kind:
        """One of several; null among them makes it nullable, one alone is itself."""
        kinds: list[Kind] = []
        nullable = False
        for index, variant in enumerate(variants):
            if variant in ({"type": "null"}, {"enum": [None]}, {"const": None}):
                nullable = True
                continue
            title = variant.get("title") if isinstance(variant, dict) else None
            name = (
                f"{hint}{_class_name(title)}"
                if title
                else (hint if len(variants) <= 2 and "null" in str(variants) else f"{hint}Type{index}")
            )
            if isinstance(variant, dict) and schema.get("properties"):
                variant = {"allOf": [{k: v for k, v in schema.items() if k not in ("oneOf", "anyOf")}, variant]}
            kind = self.kind(variant, name, f"{place}/oneOf/{index}")
            nullable = nullable or kind.nullable
            kinds.append(kind)
        if not kinds:
            return _nullable(ANYTHING)
        kind = kinds[0] if len(kinds) == 1 else _one_of(kinds)
        return _nullable(kind) if nullable else kind

    def merged(self, schema: Json, place: str) -> Json:
        """The parts of an `allOf` as one object."""
        properties: Json = {}
        required: list[str] = []
        description = schema.get("description")
        parts = [*schema["allOf"], {k: v for k, v in schema.items() if k != "allOf"}]
        for index, part in enumerate(parts):
            while "$ref" in part:
                part = self.schemas.get(part["$ref"].rpartition("/")[2], {})
            if "allOf" in part:
                part = self.merged(part, f"{place}/allOf/{index}")
            if part.get("oneOf") or part.get("anyOf"):
                raise Ungeneratable(f"{place}/allOf/{index}", "a union inside of allOf")
            for key, value in part.get("properties", {}).items():
                properties[key] = {**properties.get(key, {}), **value} if "const" in value else value
            required += [key for key in part.get("required", []) if key not in required]
            description = description or part.get("description")
        return {"type": "object", "properties": properties, "required": required, "description": description}

    def object(self, schema: Json, name: str, place: str) -> Kind:
        if name in self.models:
            if self.places[name] != place:
                raise Ungeneratable(place, f"a second type of the name {name}, besides {self.places[name]}")
            return _model(name)
        self.places[name] = place
        model = self.models[name] = {"schema": schema, "name": name, "fields": [], "constants": {}}
        required = schema.get("required", [])
        names: set[str] = set()
        for index, (key, value) in enumerate(schema.get("properties", {}).items()):
            where = f"{place}/properties/{key}"
            constant = value.get("const") if isinstance(value, dict) else None
            if constant is not None:
                model["constants"][key] = constant
                value = {
                    **{k: v for k, v in value.items() if k not in ("const", "enum")},
                    "type": "string" if isinstance(constant, str) else "integer",
                }
            kind = self.kind(value, f"{name}{_class_name(key)}", where)
            python_name = _identifier(key)
            if python_name in names or python_name in _RESERVED:
                python_name += "_"
            names.add(python_name)
            model["fields"].append(
                {
                    "name": python_name,
                    "key": key,
                    "of": kind,
                    "required": key in required,
                    "nullable": kind.nullable,
                    "bit": 1 << index,
                    "doc": _docstring(_description(value, self.schemas)),
                }
            )
        return _model(name)

    def enumeration(self, schema: Json, name: str, place: str) -> Kind:
        values = [v for v in schema.get("enum", [schema.get("const")]) if v is not None]
        nullable = len(values) < len(schema.get("enum", values))
        if not values or not (all(isinstance(v, str) for v in values) or all(isinstance(v, int) for v in values)):
            raise Ungeneratable(place, f"an enum of {values!r}, neither all strings nor all integers")
        base = "OpenStrEnum" if isinstance(values[0], str) else "OpenIntEnum"
        if name in self.enums and self.places[name] != place:
            raise Ungeneratable(place, f"a second type of the name {name}, besides {self.places[name]}")
        self.places[name] = place
        text, documented = _member_docs(schema.get("description", ""))
        members: list[Json] = []
        for value in values:
            member = _member_name(value, {m["name"] for m in members})
            members.append({"name": member, "value": repr(value), "doc": _docstring(documented.get(str(value)))})
        self.enums[name] = {"base": base, "doc": _docstring(text or f"{name}."), "members": members, "values": values}
        kind = _member(name, base)
        return _nullable(kind) if nullable else kind

    def mark_cycles(self) -> None:
        """Which models import each other in a circle: those imports come after the class."""
        uses = {
            name: {other for f in model["fields"] for other in f["of"].names if other in self.models}
            for name, model in self.models.items()
        }
        for name, model in self.models.items():
            model["late"] = sorted(other for other in uses[name] if other != name and name in _reachable(uses, other))

    def finish_model(self, name: str, model: Json) -> None:
        fields: list[Json] = model["fields"]
        used: set[str] = set().union(*(f["of"].names for f in fields)) - {name}
        for f in fields:
            kind: Kind = f.pop("of")
            optional = not f["required"] or f["nullable"]
            f["annotation"] = (
                kind.annotation if not optional or kind.annotation == "Any" else f"{kind.annotation} | None"
            )
            f["kind"] = kind.expression
            f["fast"] = "check" if kind.check else "parse"
            f["test"] = kind.fast if kind.check else ""
            f["aware"] = kind.aware
            f["parse"] = kind.fast.replace("#", repr(f["key"])).replace("$", f"cls.FIELDS[{fields.index(f)}].kind")
        model["base"] = "Response" if name in self.replies else "Model"
        model["doc"] = _docstring(model.pop("schema").get("description") or f"{name}.")
        model["has_optional"] = any(not f["required"] for f in fields)
        model["constants"] = repr(model["constants"]) if model["constants"] else ""
        source = " ".join(f"{f['kind']} {f['annotation']} {f['parse']}" for f in fields)
        words = set(re.findall(r"\w+", source))
        from_types = {"Drift", "Field", model["base"]} | (words & _IN_TYPES)
        model["tables"] = [f"{_table(other)} = members({other})" for other in sorted(used) if _table(other) in words]
        if model["tables"]:
            from_types.add("members")
        imports = []
        days = sorted(words & {"date", "datetime"})
        if days:
            imports.append(f"from datetime import {', '.join(days)}")
        imports += ["from typing import Any, ClassVar, Self", "", "from attrs import define", ""]
        imports.append(f"from ..types import {', '.join(sorted(from_types))}")
        imports += [f"from .{_module(other)} import {other}" for other in sorted(used - set(model["late"]))]
        model["imports"] = imports
        model["late_imports"] = [f"from .{_module(other)} import {other}" for other in model.pop("late")]

    # Operations

    def endpoint(self, path: str, method: str, operation: Json, shared: list[Any]) -> tuple[Json, Json]:
        place = f"#/paths/{path.replace('/', '~1')}/{method}"
        if "operationId" not in operation or not operation.get("tags"):
            raise Ungeneratable(place, "an operation needs an operationId and a tag")
        name = _identifier(operation["operationId"])
        prefix = _class_name(_singular(operation["tags"][0])) + _class_name(operation["operationId"])
        parameters = [self.resolved(p, "parameters") for p in [*shared, *operation.get("parameters", [])]]
        parameters = list({(p["in"], p["name"]): p for p in parameters}.values())
        in_path = [p for p in parameters if p["in"] == "path"]
        in_query = [p for p in parameters if p["in"] == "query"]
        for parameter in parameters:
            if parameter["in"] not in ("path", "query"):
                raise Ungeneratable(f"{place}/parameters/{parameter['name']}", f"a parameter in {parameter['in']!r}")
        in_path.sort(key=lambda p: path.index("{" + p["name"] + "}"))
        arguments: list[Json] = []
        if in_path:
            in_path = [in_path[-1], *in_path[:-1]]
        for p in in_path:
            arguments.append(self.argument(p, place, f"{prefix}{_class_name(p['name'])}", required=True))
        path_arguments = {a["key"]: a for a in arguments}
        for p in in_query:
            arguments.append(
                self.argument(p, place, f"{prefix}{_class_name(p['name'])}", required=p.get("required", False))
            )
        body = self.body(operation, path, place, prefix, {a["name"] for a in arguments})
        responses = self.responses(operation, place, prefix)
        queries = [
            (
                f'("{a["key"]}", {a["encoded"]})'
                if a["required"]
                else f'("{a["key"]}", None if {a["name"]} is None else {a["encoded"]})'
            )
            for a in arguments[len(in_path) :]
        ]
        expression = re.sub(r"\{([^}]+)\}", lambda m: "{" + path_arguments[m[1]]["encoded"] + "}", path)
        arguments += body["arguments"] if body else []
        first = arguments[:1] if in_path else []
        rest = sorted(arguments[len(first) :], key=lambda a: not a["required"])
        signature = ", ".join(
            [*(a["declaration"] for a in first), *(["*"] if rest else []), *(a["declaration"] for a in rest)]
        )
        call = ", ".join([*(a["name"] for a in first), *(f"{a['name']}={a['name']}" for a in rest)])
        names = set().union(*(a["kind"].names for a in arguments), body["names"] if body else set(), responses.values())
        code = f"{expression} {' '.join(queries)} {body['expression'] if body else ''} {body['kind'] if body else ''}"
        words = set(re.findall(r"\w+", f"{signature} {code}"))
        client = {"Request", "asend", "parse", "send"} | ({"query"} if queries else set())
        client |= words & {"segment", "whole", "text", "flag", "items", "json_body", "object_body"}
        collections = sorted(words & {"Iterable", "Mapping", "Sequence"})
        days = sorted(words & {"date", "datetime"})
        returns = " | ".join(dict.fromkeys(responses[status] for status in sorted(responses)))
        imports = [f"from collections.abc import {', '.join(collections)}"] if collections else []
        imports += [f"from datetime import {', '.join(days)}"] if days else []
        typing = sorted({"TYPE_CHECKING", "Final"} | (words & {"Any"}))
        imports += [f"from typing import {', '.join(typing)}", ""]
        imports.append(f"from ...client import {', '.join(sorted(client, key=str.lower))}")
        imports += [
            f"from ...models.{_module(n)} import {n}" for n in sorted(names) if n in words or n in responses.values()
        ]
        kinds = sorted(words & _IN_TYPES)
        imports += [f"from ...types import {', '.join(kinds)}"] if kinds else []
        imports += ["", "if TYPE_CHECKING:", "    import httpx"]
        described = [f"- `{a['name']}`: {a['description']}" for a in [*first, *rest]]
        build_doc = "\n".join(
            [
                "The request of the operation.",
                "",
                *(described + [""] if described else []),
                "Raises TypeError or ValueError, naming the argument, for a value that cannot be sent.",
            ]
        )
        endpoint = {
            "operation": name,
            "method": method.upper(),
            "path": path,
            "doc": _docstring(_joined(operation.get("summary"), operation.get("description")), indent=0),
            "build_doc": _docstring(build_doc),
            "imports": imports,
            "signature": signature,
            "signature_after": f", {signature}" if signature else "",
            "arguments": call,
            "path_expression": f'f"{expression}"' if path_arguments else "PATH",
            "query": queries,
            "body": {"kind": body["kind"], "expression": body["expression"]} if body else None,
            "responses": {status: responses[status] for status in sorted(responses)},
            "returns": returns,
        }
        stub = {
            "operationId": operation["operationId"],
            "tags": operation["tags"][:1],
            "parameters": [
                {"name": p["name"], "in": "path", "required": True, "schema": {"type": "string"}} for p in in_path
            ],
            "responses": {"200": {"description": ""}},
        }
        return endpoint, stub

    def argument(self, parameter: Json, place: str, hint: str, *, required: bool) -> Json:
        place = f"{place}/parameters/{parameter['name']}"
        schema = parameter.get("schema", {})
        kind = self.kind(schema, hint, f"{place}/schema")
        name = _identifier(parameter["name"])
        text = "segment" if parameter["in"] == "path" else "text"
        encode, annotation = self.encoder(kind, name, schema, place, text)
        if kind.items is not None:
            if parameter.get("style", "form") != "form" or parameter["in"] != "query":
                raise Ungeneratable(place, f"a list in the style {parameter.get('style')!r}")
            item, _ = self.encoder(kind.items, "item", schema.get("items", {}), place, text)
            encode = f'items("{name}", {name}, {item.partition("(")[0]})'
            if not parameter.get("explode", True):
                encode = f'",".join({encode})'
        return {
            "key": parameter["name"],
            "name": name,
            "kind": kind,
            "required": required,
            "encoded": encode.replace('"item"', f'"{name}"'),
            "declaration": f"{name}: {annotation}" if required else f"{name}: {annotation} | None = None",
            "description": _one_line(parameter.get("description") or schema.get("description") or name),
        }

    def encoder(self, kind: Kind, name: str, schema: Any, place: str, text: str) -> tuple[str, str]:
        """The expression that makes a parameter's text, and the parameter's type."""
        if kind.items is not None:
            return "", f"Sequence[{self.encoder(kind.items, name, {}, place, text)[1]}]"
        if kind.enum is not None:
            return f'{text}("{name}", {name})', f"{kind.enum} | str"
        if kind.expression == "Integer()":
            bounds = [schema.get("minimum"), schema.get("maximum")] if isinstance(schema, dict) else [None, None]
            extra = (
                ""
                if bounds == [None, None]
                else f", {bounds[0]}"
                if bounds[1] is None
                else f", {bounds[0]}, {bounds[1]}"
            )
            return f'whole("{name}", {name}{extra})', "int"
        if kind.expression == "Boolean()":
            return f'flag("{name}", {name})', "bool"
        if kind.expression in ("Timestamp()", "Date()"):
            return f'{text}("{name}", {kind.expression}.write({name}))', kind.annotation
        if kind.annotation == "str":
            return f'{text}("{name}", {name})', "str"
        raise Ungeneratable(place, f"a parameter of the type {kind.annotation}")

    def body(self, operation: Json, path: str, place: str, prefix: str, taken: set[str]) -> Json | None:
        if "requestBody" not in operation:
            return None
        body = self.resolved(operation["requestBody"], "requestBodies")
        content = body.get("content", {})
        place = f"{place}/requestBody"
        if list(content) != ["application/json"]:
            raise Ungeneratable(place, f"a body of {', '.join(content) or 'no type'}")
        schema = content["application/json"].get("schema", {})
        kind = self.kind(schema, f"{prefix}Body", f"{place}/schema")
        required = body.get("required", False)
        description = _one_line(body.get("description") or "the body of the request")
        if kind.model is not None:
            fields = self.models[kind.model]["fields"]
            if not taken & {f["name"] for f in fields} and not self.models[kind.model]["constants"]:
                arguments = [self.field_argument(f) for f in fields]
                values = ", ".join(f"{f['name']}={f['name']}" for f in fields)
                return {
                    "kind": "",
                    "arguments": arguments,
                    "names": {kind.model},
                    "expression": f"object_body({kind.model}({values}), required={required})",
                }
        name = _identifier(path.rstrip("/").rpartition("/")[2]) if kind.items is not None else "body"
        name = name if name not in taken and "{" not in path.rpartition("/")[2] else "body"
        accepted = kind.annotation
        if kind.items is not None and kind.items.model is not None:
            accepted = f"Iterable[{kind.items.model} | Mapping[str, Any]]"
        elif kind.model is not None:
            accepted = f"{kind.model} | Mapping[str, Any]"
        minimum = schema.get("minItems", 0) if isinstance(schema, dict) else 0
        value = f'json_body("{name}", BODY, {name}, {minimum})' if minimum else f'json_body("{name}", BODY, {name})'
        return {
            "kind": kind.expression,
            "names": set(kind.names),
            "expression": value if required else f"None if {name} is None else {value}",
            "arguments": [
                {
                    "key": name,
                    "name": name,
                    "kind": kind,
                    "required": required,
                    "description": description,
                    "declaration": f"{name}: {accepted}" + ("" if required else " | None = None"),
                }
            ],
        }

    def field_argument(self, f: Json) -> Json:
        kind: Kind = f["of"]
        required = f["required"] and not f["nullable"]
        optional = "" if required else " | None = None"
        return {
            "key": f["key"],
            "name": f["name"],
            "kind": kind,
            "required": required,
            "declaration": f"{f['name']}: {kind.annotation}{optional}",
            "description": _one_line((f["doc"] or "").strip('"') or f["key"]),
        }

    def responses(self, operation: Json, place: str, prefix: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for status, response in operation.get("responses", {}).items():
            where = f"{place}/responses/{status}"
            content = self.resolved(response, "responses").get("content", {})
            if not str(status).isdigit():
                raise Ungeneratable(where, "a reply for no single status")
            schema = content.get("application/json", {}).get("schema")
            if schema is None:
                raise Ungeneratable(where, "a reply without a JSON body")
            success = str(status).startswith("2")
            kind = self.kind(schema, f"{prefix}Response" if success else f"{prefix}ErrorResponse", f"{where}/schema")
            if kind.model is None:
                raise Ungeneratable(where, f"a reply that is {kind.annotation}, and no object with fields")
            self.replies.add(kind.model)
            found[int(status)] = kind.model
        return found

    def resolved(self, item: Json, section: str) -> Json:
        while "$ref" in item:
            prefix = f"#/components/{section}/"
            name = item["$ref"].removeprefix(prefix)
            if name not in self.document.get("components", {}).get(section, {}):
                raise Ungeneratable(item["$ref"], "there is no such component")
            item = self.document["components"][section][name]
        return item

    def plain_document(self, paths: Json) -> Json:
        schemas: Json = {name: {"type": "object", "properties": {}} for name in self.models}
        for name, enum in self.enums.items():
            kind = "string" if enum["base"] == "OpenStrEnum" else "integer"
            values = [f"M{i}" for i, _ in enumerate(enum["values"])] if kind == "string" else enum["values"]
            schemas[name] = {"type": kind, "enum": values}
        info = {"title": self.document["info"]["title"], "version": str(self.document["info"]["version"])}
        return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


_RESERVED = {
    "decode",
    "checked",
    "encode",
    "from_dict",
    "to_dict",
    "to_json",
    "model_extra",
    "model_fields_set",
    "drift",
}
_IN_TYPES = {
    "Anything", "Array", "Boolean", "Date", "Integer", "MapOf", "Member", "Number", "Object", "OneOf", "Text", "Timestamp",
    "one", "rows",
}  # fmt: skip


def _nullable(kind: Kind) -> Kind:
    return Kind(**{**kind.__dict__, "nullable": True})


def _model(name: str) -> Kind:
    return Kind(
        f'Object("{name}", lambda: {name})', name, f"one({name}, @, drift, #)", names=frozenset({name}), model=name
    )


def _member(name: str, base: str) -> Kind:
    return Kind(f"Member({name})", name, f"{_table(name)}[@]", names=frozenset({name}), enum=name)


def _table(enum: str) -> str:
    return f"_{_module(enum).upper()}"


def _array(items: Kind) -> Kind:
    expression = f"Array({items.expression}{', nullable=True' if items.nullable else ''})"
    annotation = f"list[{items.annotation}{' | None' if items.nullable and items.annotation != 'Any' else ''}]"
    fast = f"rows({items.model}, @, drift, #)" if items.model and not items.nullable else "$.strict(@)"
    return Kind(expression, annotation, fast, names=items.names, items=items)


def _map(values: Kind) -> Kind:
    expression = f"MapOf({values.expression}{', nullable=True' if values.nullable else ''})"
    annotation = f"dict[str, {values.annotation}{' | None' if values.nullable and values.annotation != 'Any' else ''}]"
    return Kind(expression, annotation, "$.strict(@)", names=values.names)


def _one_of(kinds: list[Kind]) -> Kind:
    kinds = list({kind.expression: kind for kind in kinds}.values())
    annotations = dict.fromkeys(kind.annotation for kind in kinds)
    if "Any" in annotations or len(kinds) == 1:
        return ANYTHING if "Any" in annotations else kinds[0]
    names = frozenset().union(*(kind.names for kind in kinds))
    expression = f"OneOf({', '.join(kind.expression for kind in kinds)})"
    return Kind(expression, " | ".join(annotations), "$.strict(@)", names=names)


def _reachable(uses: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for other in uses[todo.pop()] - seen:
            seen.add(other)
            todo.append(other)
    return seen


def _untrusted(text: str) -> Any:
    return UntrustedString(text)


def _class_name(name: str) -> str:
    return str(ClassName(_untrusted(name), "field_"))


def _identifier(name: str) -> str:
    return str(PythonIdentifier(_untrusted(name), "field_"))


def _module(class_name: str) -> str:
    return str(snake_case(_untrusted(class_name)))


def _singular(tag: str) -> str:
    if tag.endswith("ies"):
        return f"{tag[:-3]}y"
    return tag[:-1] if tag.endswith("s") and not tag.endswith("ss") else tag


def _member_name(value: str | int, taken: set[str]) -> str:
    name = re.sub(r"\W+", "_", str(value).replace("-", "_MINUS_" if isinstance(value, int) else "_")).strip("_").upper()
    if not name or name[0].isdigit() or name == "MRO":
        name = f"VALUE_{name}"
    while name in taken:
        name += "_"
    return name


def _member_docs(description: str) -> tuple[str, dict[str, str]]:
    """A description that lists members as ``- `NAME`: meaning`` lines, apart from what it says of each."""
    documented: dict[str, str] = {}
    rest: list[str] = []
    current: str | None = None
    for line in description.splitlines():
        match = re.match(r"- `([^`]+)`: (.*)", line)
        if match:
            current = match[1]
            documented[current] = match[2]
        elif current is not None and line.startswith("  "):
            documented[current] += f" {line.strip()}"
        else:
            current = None
            rest.append(line)
    return "\n".join(rest).strip(), {key: _sentence(text) for key, text in documented.items()}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(summary: str | None, description: str | None) -> str:
    parts = [part.strip() for part in (summary, description) if part and part.strip()]
    if parts and not parts[0].endswith("."):
        parts[0] += "."
    return "\n\n".join(parts) or "An operation."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _description(schema: Any, schemas: Json) -> str | None:
    return schema.get("description") if isinstance(schema, dict) else None


def _docstring(text: str | None, indent: int = 4) -> str:
    """A docstring of a text, wrapped, as it stands in code at an indentation; nothing for no text."""
    if not text:
        return ""
    from textwrap import wrap

    width = MAX_LINE - indent
    lines: list[str] = []
    for paragraph in text.strip().splitlines():
        lead = "  " if paragraph.startswith("- ") else ""
        lines += wrap(paragraph, width, subsequent_indent=lead, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [line.replace("\\", "\\\\").replace('"""', "'''") for line in lines]
    if len(lines) == 1 and len(lines[0]) < width - 6:
        return f'"""{lines[0]}{" " if lines[0].endswith(chr(34)) else ""}"""'
    pad = " " * indent
    return "\n".join([f'"""{lines[0]}', *(f"{pad}{line}".rstrip() for line in lines[1:]), f'{pad}"""'])


def _as_json(value: Any) -> Any:
    """The document as JSON would have it: YAML reads dates and bare numbers for keys."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def literal(value: Any) -> str:
    """A value as a Jinja literal."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def words(document: Json) -> Iterator[str]:
    """The names of all operations of a document."""
    for item in document.get("paths", {}).values():
        for method in METHODS:
            if method in item:
                yield item[method]["operationId"]
