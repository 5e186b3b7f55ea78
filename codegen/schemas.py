"""Turn the schemas of a document into classes, and each of their fields into a `Kind`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kinds import (
    ANYTHING,
    BOOLEAN,
    CLASSES,
    DATE,
    DECIMAL,
    INTEGER,
    NULL,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Kind,
    alias,
    aliased,
    array,
    called,
    constant,
    imported,
    mapping,
    member,
    model,
    one_of,
    optional,
    table,
    tagged,
)
from naming import (
    BUILTINS,
    DAYS,
    Ungeneratable,
    class_name,
    docstring,
    expected,
    identifier,
    member_name,
    module_name,
    sentence,
    without_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]

# Attributes that every model has: a field with one of these names gets another.
ATTRIBUTES = {
    "FIELDS",
    "KEYS",
    "decimals",
    "decode",
    "decode_in",
    "decode_rows",
    "drift",
    "encode",
    "encoded",
    "from_dict",
    "model_extra",
    "model_fields_set",
    "option",
    "records",
    "self",
    "to_dict",
    "to_json",
}
# Names that generated modules use besides the classes of `types.py`: no class may have one of them.
NAMES = {"Any", "ClassVar", "Final", "Iterable", "Mapping", "OpenIntEnum", "OpenStrEnum", "Self"}

# The keys of a schema that restrict values. The other keys are for people.
STRUCTURE = {
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "items",
    "oneOf",
    "properties",
    "required",
    "type",
}


# The keys of a schema that limit the size of a value, and its default.
LIMITS = (
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "default"),
)


UNIONS = ("oneOf", "anyOf")


class Schemas:
    """The types of a document: its components, and each inline schema once `kind` is called for it."""

    def __init__(self, components: Json) -> None:
        self.components = components
        self.models: dict[str, list[Json]] = {}
        self.enums: dict[str, Json] = {}
        self.replies: set[str] = set()
        self._sources: dict[str, tuple[str, Json]] = {}
        self._inline: dict[str, Json] = {}
        self._aliases: dict[str, Kind | None] = {}
        self._reserved = {class_name(name): schema for name, schema in components.items()}

    def component(self, name: str) -> Kind:
        """Return the kind of a component. Objects and enums become classes; everything else is an alias."""
        place = f"#/components/schemas/{name}"
        if name not in self.components:
            raise Ungeneratable(place, "there is no such schema")
        if name not in self._aliases:
            self._aliases[name] = None
            self._aliases[name] = self.kind(self.components[name], class_name(name), place)
        found = self._aliases[name]
        if found is not None:
            return found
        source, _ = self._sources.get(class_name(name), ("", None))
        if source == place or source.startswith(f"{place}/"):
            return model(class_name(name))
        raise Ungeneratable(place, "it contains itself, and is not an object with properties")

    def names_of(self, enum: str) -> str | None:
        """Return the name for the type of an enum's members as plain strings.

        None if the members are integers, or if another type has that name.
        """
        name = f"{enum}Name"
        return name if self.enums[enum]["base"] == "OpenStrEnum" and name not in self.classes else None

    def name_members(self, asked: Iterable[Kind]) -> None:
        """Set `names` of each enum that callers may give. Call it when all classes are known."""
        for name in {one for kind in asked for each in kind.classes for one in (each, *self._reachable(each))}:
            if name in self.enums:
                self.enums[name]["names"] = self.names_of(name)

    @property
    def classes(self) -> set[str]:
        """The names of all models and enums."""
        return {*self.models, *self.enums}

    def is_free(self, hint: str, schema: Json) -> bool:
        """Whether a schema may use a name: it needs none, or no other schema has used it."""
        return "$ref" in schema or self._inline.setdefault(hint, schema) == schema

    def kind(self, schema: Any, hint: str, place: str) -> Kind:
        """Return the kind of any schema. An inline object or enum becomes a class with the name `hint`."""
        if schema is True or schema == {}:
            return ANYTHING
        if not isinstance(schema, dict):
            raise Ungeneratable(place, f"{schema!r} is not a schema")
        if schema.get("nullable"):
            return self.kind({**schema, "nullable": False}, hint, place).or_null()
        if "$ref" in schema:
            prefix, _, name = schema["$ref"].rpartition("/")
            if prefix != "#/components/schemas":
                raise Ungeneratable(place, f"{schema['$ref']} is not a schema of this document")
            return self.component(name)
        for word in UNIONS:
            if self._has_variants(schema, word):
                return self._union(schema, word, hint, place)
        if "allOf" in schema:
            return self._all_of(schema, hint, place)
        types = schema.get("type")
        if isinstance(types, list):
            alone = len([one for one in types if one != "null"]) == 1
            return one_of(
                [self.kind({**schema, "type": t}, hint if alone else f"{hint}{class_name(t)}", place) for t in types]
            )
        if is_null(schema):
            return NULL
        if "const" in schema:
            if not isinstance(schema["const"], (str, int)):
                raise Ungeneratable(place, f"the constant {schema['const']!r} is neither a string nor an integer")
            return constant(schema["const"])
        if "enum" in schema:
            return self._enum(schema, hint, place)
        return self._plain(schema, hint, place)

    def _all_of(self, schema: Json, hint: str, place: str) -> Kind:
        """Merge the parts into one object. If a part is a union, the kind is a union of such objects."""
        for index, part in enumerate(schema["allOf"]):
            for word in UNIONS:
                if len(schema["allOf"]) > 1 and self._has_variants(whole := self.resolved(part), word):
                    # The other parts belong to every variant of the union.
                    beside = {key: value for key, value in whole.items() if key != word}
                    rest = [*schema["allOf"][:index], beside, *schema["allOf"][index + 1 :]]
                    union = {**schema, "allOf": rest, word: whole[word]}
                    return self._union(union, word, hint, f"{place}/allOf/{index}")
        parts = [part for part in schema["allOf"] if STRUCTURE & part.keys()]
        if len(parts) == 1 and not STRUCTURE & schema.keys() - {"allOf", "type"}:
            return self.kind(parts[0], hint, f"{place}/allOf/{schema['allOf'].index(parts[0])}")
        return self._object(self._merged(schema, place), hint, place)

    def _plain(self, schema: Json, hint: str, place: str) -> Kind:
        implied = "object" if "properties" in schema or "additionalProperties" in schema else None
        match schema.get("type", implied):
            case "string":
                formats = {"date-time": TIMESTAMP, "date": DATE, "decimal": DECIMAL}
                return formats.get(schema.get("format", ""), TEXT)
            case "integer":
                return INTEGER
            case "number":
                return NUMBER
            case "boolean":
                return BOOLEAN
            case "array":
                return array(self.kind(schema.get("items", {}), f"{hint}Item", f"{place}/items"))
            case "object":
                values = schema.get("additionalProperties", True)
                if not schema.get("properties"):
                    return mapping(self.kind(values or {}, f"{hint}Value", f"{place}/additionalProperties"))
                if isinstance(values, dict) and values:
                    raise Ungeneratable(f"{place}/additionalProperties", "typed additionalProperties beside properties")
                return self._object(schema, hint, place)
            case None:
                return ANYTHING
            case unknown:
                raise Ungeneratable(place, f"the type {unknown!r} is not known")

    def _has_variants(self, schema: Json, word: str) -> bool:
        """Whether a union is one of types. If its variants only list required properties, it is not."""
        variants = [one for one in schema.get(word, ()) if not is_null(one)]
        return word in schema and not all(one and self.resolved(one).keys() <= {"required"} for one in variants)

    def _union(self, schema: Json, word: str, hint: str, place: str) -> Kind:
        variants = schema[word]
        named = [variant for variant in variants if not is_null(variant)]
        constants = [self.resolved(variant) for variant in named]
        if len(constants) > 1 and all("const" in one or len(one.get("enum", ())) == 1 for one in constants):
            return self._spelt_out(schema, variants, constants, hint, place)
        names = [self._variant_name(variant, index) for index, variant in enumerate(variants)]
        kinds: list[Kind] = []
        for index, variant in enumerate(variants):
            own = names[index] if names.count(names[index]) == 1 else f"Variant{index + 1}"
            name = hint if len(named) == 1 else f"{hint}{own}"
            common = {key: schema[key] for key in ("allOf", "type", "properties", "required") if key in schema}
            if common.keys() & {"allOf", "properties"} and not is_null(variant):
                variant = {"allOf": [common, variant]}  # the common part belongs to every variant
            kind = self.kind(variant, name, f"{place}/{word}/{index}")
            kinds.append(self._discriminated(kind, schema.get("discriminator", {}), variants[index]))
        return one_of(kinds)

    def _discriminated(self, kind: Kind, discriminator: Json, variant: Any) -> Kind:
        """Return a variant with the values of the discriminator that select it.

        They are those of the mapping, or else the name of its schema.
        """
        if kind.model is None or "propertyName" not in discriminator or "$ref" not in variant:
            return kind
        name = variant["$ref"].rpartition("/")[2]
        mapping = discriminator.get("mapping", {})
        values = [value for value, schema in mapping.items() if schema.rpartition("/")[2] == name]
        return tagged(kind, discriminator["propertyName"], values or [name])

    def _spelt_out(self, schema: Json, variants: list[Any], constants: list[Json], hint: str, place: str) -> Kind:
        """Return the kind of an enum that is written as a union of constants, each with its description."""
        values = [one["const"] if "const" in one else one["enum"][0] for one in constants]
        lines = [f"- `{v}`: {sentence(one.get('description', ''))}" for v, one in zip(values, constants, strict=True)]
        text = "\n".join([schema.get("description", ""), "", *(line for line in lines if not line.endswith(": "))])
        kind = self._enum({"enum": values, "description": text.strip()}, hint, place)
        return kind.or_null() if len(variants) > len(constants) else kind

    def _variant_name(self, variant: Any, index: int) -> str:
        """Return a name for a variant: its component, title, only constant or only property, or else its number."""
        if isinstance(variant, dict):
            if "$ref" in variant:
                return class_name(variant["$ref"].rpartition("/")[2])
            if "title" in variant:
                return class_name(variant["title"])
            for part in [variant, *variant.get("allOf", ())]:
                for value in part.get("properties", {}).values():
                    constants = [value.get("const"), *value.get("enum", ())] if isinstance(value, dict) else []
                    if len(found := [one for one in constants if isinstance(one, str)]) == 1:
                        return class_name(found[0])
            if len(variant.get("properties", ())) == 1:
                return class_name(next(iter(variant["properties"])))
        return f"Variant{index + 1}"

    def resolved(self, schema: Any) -> Json:
        """Return the schema that a reference leads to, or the schema itself."""
        seen: list[str] = []
        while isinstance(schema, dict) and "$ref" in schema and schema["$ref"] not in seen:
            seen.append(schema["$ref"])
            schema = self.components.get(schema["$ref"].rpartition("/")[2], {})
        return schema if isinstance(schema, dict) else {}

    def limits(self, schema: Any) -> Json:
        """Return the limits that a schema sets, also if it is nullable."""
        found = self.resolved(schema)
        variants = [one for word in ("oneOf", "anyOf", "allOf") for one in found.get(word, ()) if not is_null(one)]
        inner = self.limits(variants[0]) if len(variants) == 1 else {}
        return {**inner, **{limit: found[limit] for limit in LIMITS if limit in found}}

    def _merged(self, schema: Json, place: str) -> Json:
        """Return the parts of an `allOf` as one object."""
        properties: Json = {}
        required: dict[str, None] = {}
        description = schema.get("description")
        own = {key: value for key, value in schema.items() if key != "allOf"}
        for index, written in enumerate([*schema["allOf"], own]):
            where = f"{place}/allOf/{index}"
            if "$ref" in written:
                self.kind(written, "", where)
            part = self.resolved(written)
            if "allOf" in part:
                part = self._merged(part, where)
            if part.get("oneOf") or part.get("anyOf") or part.get("type", "object") != "object":
                raise Ungeneratable(where, "a part that is not an object with properties")
            if isinstance(part.get("additionalProperties"), dict) and part["additionalProperties"]:
                raise Ungeneratable(f"{where}/additionalProperties", "typed additionalProperties beside properties")
            for key, value in part.get("properties", {}).items():
                properties[key] = {**properties.get(key, {}), **value} if "const" in value else value
            required |= dict.fromkeys(part.get("required", ()))
            description = description or part.get("description")
        return {"type": "object", "properties": properties, "required": list(required), "description": description}

    def _own_name(self, hint: str, schema: Json, place: str) -> str:
        """Return the name of a class. If a component has the name `hint`, an inline schema gets another."""
        name = class_name(hint)
        owner = place.removeprefix("#/components/schemas/").partition("/")[0]
        is_free = name not in self._reserved or class_name(owner) == name or self._reserved[name] == schema
        return name if is_free else f"{name}Inline"

    def _claim(self, name: str, schema: Json, place: str) -> bool:
        """Reserve a class name. Return whether the same type has reserved it before."""
        known = self._sources.setdefault(name, (place, schema))
        if known[1] != schema:
            raise Ungeneratable(place, f"a second type with the name {name}; the first is {known[0]}")
        if name in NAMES:
            raise Ungeneratable(place, f"the generated code uses the name {name} itself")
        return name in self.models or name in self.enums

    def _object(self, schema: Json, hint: str, place: str) -> Kind:
        name = self._own_name(hint, schema, place)
        if self._claim(name, schema, place):
            return model(name)
        fields: list[Json] = []
        self.models[name] = fields
        taken = set(ATTRIBUTES)
        expected(schema.get("required", []), list, place, "a list of required properties")
        for key, value in expected(schema["properties"], dict, place, "an object of properties").items():
            fields.append(
                {
                    "key": key,
                    "name": identifier(key, taken),
                    "kind": self.kind(value, f"{name}{class_name(key)}", f"{place}/properties/{key}"),
                    "required": key in schema.get("required", ()),
                    "description": value.get("description", "") if isinstance(value, dict) else "",
                    "limits": self.limits(value),
                    "aliases": self._other_names(value, schema["properties"], f"{place}/properties/{key}"),
                    "personal": self._says(value, "x-personal", f"{place}/properties/{key}"),
                    "newer": self._says(value, "x-newer", f"{place}/properties/{key}"),
                }
            )
            if fields[-1]["newer"] and (fields[-1]["required"] or not fields[-1]["kind"].nullable):
                raise Ungeneratable(
                    f"{place}/properties/{key}/x-newer", "a newer property must be optional and nullable"
                )
        bit = len(fields)
        for field in fields:
            field["aliases"] = [
                {"key": key, "name": identifier(key, taken), "bit": bit + number}
                for number, key in enumerate(field["aliases"])
            ]
            bit += len(field["aliases"])
        return model(name)

    def _other_names(self, schema: Any, properties: Json, place: str) -> list[str]:
        """Return the other names of a property in JSON, newest first (`x-aliases`)."""
        given = schema.get("x-aliases", []) if isinstance(schema, dict) else []
        names = expected(given, list, f"{place}/x-aliases", "a list of names")
        for name in names:
            if not isinstance(name, str) or not name or name in properties or names.count(name) > 1:
                raise Ungeneratable(f"{place}/x-aliases", f"{name!r} is not text, or already a name here")
        return list(names)

    def _says(self, schema: Any, word: str, place: str) -> bool:
        """Whether a property has `x-personal` (no `repr` shows it) or `x-newer` (older services do not send it)."""
        given = schema.get(word, False) if isinstance(schema, dict) else False
        return expected(given, bool, f"{place}/{word}", "true or false")

    def _terminal(self, schema: Json, values: list[Any], place: str) -> str | None:
        """Return the terminal members of an enum (`x-terminal`) as Python code. None if it names none."""
        given = expected(schema.get("x-terminal", []), list, f"{place}/x-terminal", "a list of members")
        for value in given:
            if value not in values:
                raise Ungeneratable(f"{place}/x-terminal", f"{value!r} is not a member")
        return f"{{{', '.join(map(repr, given))}}}" if given else None

    def _enum(self, schema: Json, hint: str, place: str) -> Kind:
        name = self._own_name(hint, schema, place)
        values = [value for value in schema["enum"] if value is not None]
        plain = "str" if all(isinstance(value, str) for value in values) else "int"
        if not values or not (plain == "str" or all(type(value) is int for value in values)):
            raise Ungeneratable(place, f"an enum of {values!r}: its members must all be strings, or all integers")
        kind = member(name, plain)
        if not self._claim(name, schema, place):
            text, meanings = member_docs(schema.get("description", ""))
            taken: set[str] = set()
            self.enums[name] = {
                "base": "OpenStrEnum" if plain == "str" else "OpenIntEnum",
                "values": values,
                "doc": docstring(text or f"{name}."),
                "members": [
                    {
                        "name": member_name(value, taken),
                        "value": repr(value),
                        "doc": docstring(meanings.get(str(value), "")),
                    }
                    for value in values
                ],
                "terminal": self._terminal(schema, values, place),
                "names": None,
            }
        return kind.or_null() if len(values) < len(schema["enum"]) else kind

    def model_description(self, name: str) -> Json:
        """Return what the template of a model needs."""
        fields = [self._field_description(index, field) for index, field in enumerate(self.models[name])]
        used = {one for field in self.models[name] for one in field["kind"].classes} - {name}
        late = sorted(other for other in used if name in self._reachable(other))
        enums = sorted(used & self.enums.keys())
        rows = self._rows(name) if name in self.replies else None
        base = "Model" if name not in self.replies else "Response" if rows in (None, name, *late) else "ListResponse"
        symbols = [
            one["name"] for one in self.models[name] if one["key"] == "symbol" and one["kind"].annotation == "str"
        ]
        spelt = self._spelt(fields, with_properties=bool(symbols))
        words = set(re.findall(r"\w+", without_text(" ".join(f"{f['annotation']} {f['read']}" for f in fields))))
        tables = [f"{table(enum)} = members({enum})" for enum in enums if table(enum) in words]
        code = " ".join(field["kind"].expression for field in self.models[name])
        own = {"Drift", "Field", base, *(called(code) & CLASSES), *(["members"] if tables else [])}
        keeps_text = any("keep_text(" in field["shape"] for field in fields)
        own |= {"keep_text"} if keeps_text else set()
        days = sorted(f"{day} as {spelt[day]}" if spelt[day] != day else day for day in words & DAYS)
        for field in fields:
            field["annotation"] = re.sub(r"\w+", lambda match: spelt.get(match[0], match[0]), field["annotation"])
            field["read"] = re.sub(r"\w+(?=\.fromisoformat\()", lambda match: spelt[match[0]], field["read"])
        # Other models are read last: if a plain field cannot be read, no model has to be read a second time.
        reads = sorted(fields, key=lambda field: not field["plain"])
        return {
            "own": {one: alias(one, self.classes) for one in ("Drift", "Field", "OptionSymbol")},
            "base": alias(base, self.classes) + (f"[{rows}]" if base == "ListResponse" else ""),
            "is_reply": base != "Model",
            "symbol": symbols[0] if symbols else None,
            "spelt": spelt,
            "doc": docstring(self._sources[name][1].get("description") or f"{name}."),
            "fields": fields,
            # The first assignment decides which type a type checker gives to a variable.
            "value_is_typed": any(field["shape"] and field["required"] and not field["nullable"] for field in fields),
            "reads": [field for field in reads if not field["newer"]],
            "newer": [field for field in reads if field["newer"]],
            "keeps_text": keeps_text,
            "some_absent": any(not field["required"] for field in fields),
            "imports": [
                *(
                    ["import builtins as _builtins"]
                    if any(one.startswith("_builtins.") for one in spelt.values())
                    else []
                ),
                *([f"from datetime import {', '.join(days)}"] if days else []),
                "from typing import Any, ClassVar, Self",
                "from attrs import define",
                *([f"from ..option_symbol import {imported({'OptionSymbol'}, self.classes)}"] if symbols else []),
                f"from ..types import {imported(own, self.classes)}",
                *(f"from .{module_name(other)} import {other}" for other in sorted(used - set(late))),
            ],
            "late_imports": [f"from .{module_name(other)} import {other}" for other in late],
            "tables": tables,
        }

    def _rows(self, name: str) -> str | None:
        """Return the model of a reply's rows. None if the reply is not a list of objects."""
        kinds = [field["kind"] for field in self.models[name] if field["key"] == "data"]
        items = kinds[0].items if kinds else None
        return None if items is None or items.nullable else items.model

    def _spelt(self, fields: list[Json], *, with_properties: bool) -> dict[str, str]:
        """Return how a class body writes each built-in type and date. A field with such a name would hide it."""
        named = {field["name"] for field in fields} | {one["name"] for field in fields for one in field["aliases"]}
        with_properties = with_properties or any(field["aliases"] for field in fields)
        used = {"classmethod", "list", "tuple", *(["property"] if with_properties else [])}
        used |= set(re.findall(r"\w+", " ".join(field["annotation"] for field in fields)))
        spelt = {name: f"_builtins.{name}" if name in named & used else name for name in BUILTINS}
        return spelt | {name: f"_{name}" if name in named else name for name in DAYS}

    def _field_description(self, index: int, field: Json) -> Json:
        kind: Kind = field["kind"]
        nullable = kind.nullable
        value = f"data[{field['key']!r}]" if field["required"] and not nullable else "value"
        value = "text" if kind.shape else value
        return {
            "name": field["name"],
            "key": field["key"],
            "required": field["required"],
            "nullable": nullable,
            "plain": kind.classes <= self.enums.keys(),
            "aliases": field["aliases"],
            "personal": field["personal"],
            "newer": field["newer"],
            "annotation": optional(kind if field["required"] else kind.or_null(), kind.annotation),
            "expression": aliased(kind.expression, self.classes),
            "doc": docstring(field["description"]),
            "index": index,
            "test": kind.test or "",
            "shape": kind.shape.format(key=repr(field["key"])),
            "read": kind.convert.format(value=value, key=repr(field["key"]), index=index),
        }

    def _reachable(self, start: str) -> set[str]:
        """Return the models that a model contains, at any depth."""
        seen: set[str] = set()
        todo = [start]
        while todo:
            for field in self.models.get(todo.pop(), ()):
                new = field["kind"].classes - seen
                seen |= new
                todo += new
        return seen

    def stubs(self) -> Json:
        """Return the types of the plain document, with only what the generator needs to write their modules."""
        stubs: Json = {name: {"type": "object", "properties": {}} for name in self.models}
        for name, enum in self.enums.items():
            values = enum["values"]
            plain = enum["base"] == "OpenIntEnum"
            stubs[name] = {"enum": values if plain else [f"M{index}" for index, _ in enumerate(values)]}
            stubs[name]["type"] = "integer" if plain else "string"
        return stubs


def is_null(schema: Any) -> bool:
    """Whether a schema allows null and nothing else."""
    return isinstance(schema, dict) and (
        schema.get("type") == "null" or schema.get("enum") == [None] or schema.get("const", 0) is None
    )


def member_docs(description: str) -> tuple[str, Mapping[str, str]]:
    """Split a description into its text and its ``- `MEMBER`: meaning`` lines."""
    meanings: dict[str, str] = {}
    rest: list[str] = []
    current = ""
    for line in description.splitlines():
        match = re.match(r"- `([^`]+)`: (.*)", line)
        if match:
            current = match[1]
            meanings[current] = match[2]
        elif current and line.startswith("  "):
            meanings[current] += f" {line}"
        else:
            current = ""
            rest.append(line)
    return "\n".join(rest).strip(), {key: sentence(text) for key, text in meanings.items()}
