"""Describe each kind of value that a schema allows, and the generated code that reads and writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from naming import module_name

if TYPE_CHECKING:
    from collections.abc import Collection

# The classes of `types.py` that generated modules use. In expressions each is followed by its arguments.
CLASSES = {
    "Anything",
    "Array",
    "Boolean",
    "Constant",
    "Date",
    "DecimalText",
    "Drift",
    "Field",
    "Integer",
    "ListResponse",
    "MapOf",
    "Member",
    "Model",
    "Null",
    "Number",
    "Object",
    "OneOf",
    "OpenIntEnum",
    "OpenStrEnum",
    "OptionSymbol",
    "Response",
    "Text",
    "Timestamp",
}

# Matches a string, or a name before a bracket as group 1. So text inside a string is never taken for a call.
CALL = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\b(\w+)(?=\()""")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of value, with the code that the generated modules have for it."""

    expression: str
    """The expression for this kind, with classes of `types.py`."""
    annotation: str
    """The type of a value that was read."""
    accepts: str
    """The type of a value that a call accepts."""
    test: str | None = None
    """The condition that `value` is not of this kind. None if a value has to be converted."""
    convert: str = "cls.FIELDS[{index}].kind.strict({value})"
    """The expression that reads a value. It raises if the value is not as the spec says."""
    shape: str = ""
    """A check of the text, for a `convert` that accepts more than the spec. `{key}` is the name in JSON."""
    nullable: bool = False
    classes: frozenset[str] = frozenset()
    """The models and enums that the code uses."""
    model: str | None = None
    enum: str | None = None
    items: Kind | None = None
    """The kind of a list's items."""
    parts: tuple[Kind, ...] = ()
    """The kind of a map's values, or those of a union's variants."""

    def or_null(self) -> Kind:
        """Return this kind with null allowed."""
        return replace(self, nullable=True)

    @property
    def is_scalar(self) -> bool:
        """Whether all values are strings, numbers or booleans."""
        if self.items is not None or self.model is not None or self.annotation in ("Any", "None"):
            return False
        return not self.annotation.startswith("dict[") and all(part.is_scalar for part in self.parts)


def _plain(name: str, annotation: str, test: str) -> Kind:
    return Kind(expression=f"{name}()", annotation=annotation, accepts=annotation, test=test, convert="{value}")


TEXT = _plain("Text", "str", "value.__class__ is not str")
DECIMAL = _plain("DecimalText", "str", "value.__class__ is not str")
INTEGER = _plain("Integer", "int", "value.__class__ is not int")
NUMBER = _plain("Number", "float", "value.__class__ is not float and value.__class__ is not int")
BOOLEAN = _plain("Boolean", "bool", "value is not True and value is not False")
NULL = _plain("Null", "None", "value is not None").or_null()
ANYTHING = Kind(expression="Anything()", annotation="Any", accepts="Any", convert="{value}", nullable=True)
TIMESTAMP = Kind(
    expression="Timestamp()",
    annotation="datetime",
    accepts="datetime",
    convert="datetime.fromisoformat({value})",
    # `keep_text` checks a time that is not written like 2026-04-24T14:30:00Z, or may be too early to be one.
    shape='if text[4::3] != "--T::Z" or text < "1971":\n    kept = keep_text(kept, {key}, text, value)',
)
DATE = Kind(
    expression="Date()",
    annotation="date",
    accepts="date",
    convert="date.fromisoformat({value})",
    shape='if text[4::3] != "--":\n    return None',
)


def constant(value: str | int) -> Kind:
    """Return the kind of a value that is always the same."""
    expression = f"Constant({value!r})"
    if isinstance(value, bool):
        return replace(BOOLEAN, expression=expression, test=f"value is not {value!r}")
    kind = INTEGER if isinstance(value, int) else TEXT
    return replace(kind, expression=expression, test=f"value != {value!r} or {kind.test}")


def member(name: str, plain: str) -> Kind:
    """Return the kind of an enum's members. `plain` is `str` or `int`."""
    kind = Kind(
        expression=f"Member({name})",
        annotation=name,
        accepts=f"{name} | {plain}",
        classes=frozenset({name}),
        enum=name,
    )
    # Integers are not looked up in the table, because a dict takes True for 1.
    return replace(kind, convert=f"{table(name)}[{{value}}]") if plain == "str" else kind


def table(enum: str) -> str:
    """Return the name of the constant with an enum's members by value, in a module that reads them."""
    return f"_{module_name(enum).upper()}"


def model(name: str) -> Kind:
    """Return the kind of an object that has a model."""
    return Kind(
        expression=f'Object("{name}", lambda: {name})',
        annotation=name,
        accepts=f"{name} | Mapping[str, Any]",
        convert=f"{name}.decode_in({{value}}, drift, {{key}})",
        classes=frozenset({name}),
        model=name,
    )


def tagged(kind: Kind, key: str, values: list[str]) -> Kind:
    """Return the kind of a variant that is chosen if its object has one of these values under a key."""
    tags = f"{{{key!r}: ({', '.join(map(repr, values))},)}}"
    return replace(kind, expression=f"{kind.expression.removesuffix(')')}, {tags})")


def array(items: Kind) -> Kind:
    """Return the kind of a list."""
    kind = Kind(
        expression=f"Array({_inner(items)})",
        annotation=f"list[{optional(items, items.annotation)}]",
        accepts=f"Iterable[{optional(items, items.accepts)}]",
        classes=items.classes,
        items=items,
    )
    if items.model is None or items.nullable:
        return kind
    return replace(kind, convert=f"{items.model}.decode_rows({{value}}, drift, {{key}})")


def mapping(values: Kind) -> Kind:
    """Return the kind of an object whose keys are not known in advance."""
    return Kind(
        expression=f"MapOf({_inner(values)})",
        annotation=f"dict[str, {optional(values, values.annotation)}]",
        accepts=f"Mapping[str, {optional(values, values.accepts)}]",
        classes=values.classes,
        parts=(values,),
    )


def one_of(kinds: list[Kind]) -> Kind:
    """Return the kind of a union."""
    nullable = any(kind.nullable for kind in kinds)
    flat = [part for kind in kinds for part in (kind.parts if kind.expression.startswith("OneOf(") else (kind,))]
    kinds = list({kind.expression: kind for kind in flat if kind.annotation != "None"}.values())
    if not kinds:
        return NULL
    if any(kind.annotation == "Any" for kind in kinds):
        return ANYTHING
    found = kinds[0]
    if len(kinds) > 1:
        found = Kind(
            expression=f"OneOf({', '.join(kind.expression for kind in kinds)})",
            annotation=" | ".join(dict.fromkeys(kind.annotation for kind in kinds)),
            accepts=" | ".join(dict.fromkeys(accepted for kind in kinds for accepted in _alternatives(kind))),
            classes=frozenset[str]().union(*(kind.classes for kind in kinds)),
            parts=tuple(kinds),
        )
    return found.or_null() if nullable else found


def optional(kind: Kind, annotation: str) -> str:
    """Return an annotation, with None added if the kind is nullable."""
    return f"{annotation} | None" if kind.nullable and annotation not in ("Any", "None") else annotation


def _alternatives(kind: Kind) -> list[str]:
    """Return the parts of the type that a call accepts for a kind."""
    return kind.accepts.split(" | ") if kind.model is not None or kind.enum is not None else [kind.accepts]


def called(code: str) -> set[str]:
    """Return the names that an expression calls. Classes of `types.py` are among them."""
    return {name for name in CALL.findall(code) if name}


def alias(name: str, taken: Collection[str]) -> str:
    """Return the name under which a module imports a class of `types.py`: with an underscore if a model has it."""
    return f"_{name}" if name in taken else name


def aliased(code: str, taken: Collection[str]) -> str:
    """Return an expression with the aliases of the classes of `types.py`."""
    return CALL.sub(lambda match: alias(match[1], taken) if match[1] in CLASSES else match[0], code)


def imported(names: Collection[str], taken: Collection[str]) -> str:
    """Return what follows `import`, for classes of `types.py`."""
    return ", ".join(f"{name} as {alias(name, taken)}" if name in taken else name for name in sorted(names))


def _inner(kind: Kind) -> str:
    return f"{kind.expression}, nullable=True" if kind.nullable else kind.expression
