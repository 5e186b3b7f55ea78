"""Prepare an OpenAPI document for the generator and our templates.

The generator reads a plain document (`Plan.document`), which only names every operation and type. The templates also
read `Plan.facts`, which has what the generator would not pass on: styles, nullability, kinds, which types are whole
replies. `Ungeneratable` is raised for what cannot be generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from naming import Ungeneratable, docstring, module_name
from operations import NOTHING, Operations, Slot
from schemas import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from operations import Call
    from schemas import Json


@dataclass
class Plan:
    """The result of `prepare`."""

    document: Json
    """The plain document for the generator."""
    facts: Json
    calls: dict[str, Call]
    """The operations by name."""
    shapes: dict[str, list[Slot]]
    """The properties of each model. If a reply has no body, `NOTHING` is there too, with none."""
    modules: dict[str, str]
    """The module of each type, by class name."""
    operations: list[tuple[str, str]]
    """The tag's package and the module of each operation."""


def prepare(document: Json) -> Plan:
    """Return the plan for a document."""
    document = plain(document)
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise Ungeneratable("#", "this is not an OpenAPI document: it has no paths")
    info = {"title": "API", **document.get("info", {})}
    schemas = Schemas(document.get("components", {}).get("schemas", {}))
    for name in schemas.components:
        schemas.component(name)
    operations = Operations(document, schemas)
    endpoints = operations.endpoints()
    modules = {name: module_name(name) for name in sorted([*schemas.models, *schemas.enums])}
    if len(set(modules.values())) < len(modules):
        twice = sorted(module for module in modules.values() if list(modules.values()).count(module) > 1)
        raise Ungeneratable("#/components/schemas", f"several types have the module {twice[0]}")
    named = {enum["names"]: modules[name] for name, enum in schemas.enums.items() if enum["names"] is not None}
    facts = {
        "doc": docstring(
            f"{info['title']}: a low-level client, one module per operation in `api` and per type in `models`.",
            indent=0,
        ),
        "modules": dict(sorted((modules | named).items())),
        "models": {name: schemas.model_description(name) for name in schemas.models},
        "enums": schemas.enums,
        "endpoints": endpoints,
    }
    stub = {
        "openapi": "3.1.0",
        "info": {"title": "API", "version": ""},
        "paths": operations.stubs,
        "components": {"schemas": schemas.stubs()},
    }
    shapes = {
        name: [
            Slot(
                field["key"],
                field["kind"],
                field["required"],
                limits=field["limits"],
                aliases=tuple(alias["key"] for alias in field["aliases"]),
            )
            for field in fields
        ]
        for name, fields in schemas.models.items()
    }
    if any(NOTHING in call.replies.values() for call in operations.calls.values()):
        shapes[NOTHING] = []
    return Plan(stub, facts, operations.calls, shapes, modules, operations.modules)


# The value that a key has if the document leaves its value empty.
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("description", "summary", "title"), ""),
    **{key: [] for key in ("parameters", "required", "tags")},
    **{key: {} for key in ("components", "info", "properties", "schemas")},
}


# Limits that may be written `1.0`, which is the number 1 in JSON.
WHOLE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems")


def plain(value: Any) -> Any:
    """Return a document with JSON's types.

    YAML reads some texts and keys as dates or numbers, and empty values as None.
    """
    if isinstance(value, dict):
        return {
            ("null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)): EMPTY[key]
            if item is None and key in EMPTY
            else str(item)
            if key in ("description", "summary", "title") and type(item) in (int, float)
            else int(item)
            if key in WHOLE and type(item) is float and item.is_integer()
            else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def literal(value: Any) -> str:
    """Return a value as Jinja writes it."""
    if isinstance(value, dict):
        return _enclosed("{}", (f"{literal(key)}: {literal(item)}" for key, item in value.items()))
    if isinstance(value, list):
        return _enclosed("[]", map(literal, value))
    return repr(value)


def _enclosed(brackets: str, items: Iterable[str]) -> str:
    return f"{brackets[0]}{', '.join(items)}{brackets[1]}"
