"""From an OpenAPI document to what the generator and our templates need.

The generator reads a plain document (`Plan.document`) that names every operation and type. What its templates cannot
see, such as styles, nullability, kinds, or which types are whole replies, goes to them as `Plan.facts`. What cannot be
generated raises `Ungeneratable`.
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
    """What `prepare` makes of a document."""

    document: Json
    """The plain document."""
    facts: Json
    calls: dict[str, Call]
    """The operations, by name."""
    shapes: dict[str, list[Slot]]
    """The properties of each model; of `NOTHING`, where there are replies without a body, none."""
    modules: dict[str, str]
    """Every type's module, by class name."""
    operations: list[tuple[str, str]]
    """Tag package and operation module of each operation."""


def prepare(document: Json) -> Plan:
    """The plan for a document."""
    document = plain(document)
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise Ungeneratable("#", "this is no OpenAPI document: it has no paths")
    info = {"title": "API", **document.get("info", {})}
    schemas = Schemas(document.get("components", {}).get("schemas", {}))
    for name in schemas.components:
        schemas.component(name)
    operations = Operations(document, schemas)
    endpoints = operations.endpoints()
    modules = {name: module_name(name) for name in sorted([*schemas.models, *schemas.enums])}
    if len(set(modules.values())) < len(modules):
        twice = sorted(module for module in modules.values() if list(modules.values()).count(module) > 1)
        raise Ungeneratable("#/components/schemas", f"several types for the module {twice[0]}")
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


# What a key without a value stands for.
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("description", "summary", "title"), ""),
    **{key: [] for key in ("parameters", "required", "tags")},
    **{key: {} for key in ("components", "info", "properties", "schemas")},
}


# Limits, which may be written `1.0`: in JSON that is the number 1.
WHOLE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems")


def plain(value: Any) -> Any:
    """A document as JSON would have it: YAML reads dates, numbers for keys and texts, and nothing where nothing is."""
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
    """A value as Jinja spells it."""
    if isinstance(value, dict):
        return _enclosed("{}", (f"{literal(key)}: {literal(item)}" for key, item in value.items()))
    if isinstance(value, list):
        return _enclosed("[]", map(literal, value))
    return repr(value)


def _enclosed(brackets: str, items: Iterable[str]) -> str:
    return f"{brackets[0]}{', '.join(items)}{brackets[1]}"
