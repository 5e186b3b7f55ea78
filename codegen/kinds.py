"""The kinds of value that schemas become: how each is spelt in the generated code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from naming import module_name

if TYPE_CHECKING:
    from collections.abc import Collection

# The classes of `types.py` that generated modules name; in expressions each is followed by its arguments.
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

# A string, or as a group the name of what is called: a string is data, whatever it looks like.
CALL = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\b(\w+)(?=\()""")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of value."""

    expression: str
    """The expression that makes it, of classes in `types.py`."""
    annotation: str
    """The type that it reads as."""
    accepts: str
    """The type that a call takes for it."""
    test: str | None = None
    """Where a value needs no conversion: the condition under which `value` is not of this kind."""
    convert: str = "cls.FIELDS[{index}].kind.strict({value})"
    """The expression that reads a value that is as the spec says; it raises for others."""
    shape: str = ""
    """What is asked of the text, where the expression also reads others; `{key}` is its name in JSON."""
    nullable: bool = False
    classes: frozenset[str] = frozenset()
    """The models and enums that it mentions."""
    model: str | None = None
    enum: str | None = None
    items: Kind | None = None
    """A list's items."""
    parts: tuple[Kind, ...] = ()
    """A map's values, or the variants of a union."""

    def or_null(self) -> Kind:
        """The same kind, or null."""
        return replace(self, nullable=True)

    @property
    def is_scalar(self) -> bool:
        """Whether its values are strings, numbers and booleans."""
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
    # The separators of 2026-04-24T14:30:00Z; years before are as good as none.
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
    """A value that is always the same."""
    expression = f"Constant({value!r})"
    if isinstance(value, bool):
        return replace(BOOLEAN, expression=expression, test=f"value is not {value!r}")
    kind = INTEGER if isinstance(value, int) else TEXT
    return replace(kind, expression=expression, test=f"value != {value!r} or {kind.test}")


def member(name: str, plain: str) -> Kind:
    """A member of an enum, whose values are `plain`."""
    kind = Kind(
        expression=f"Member({name})",
        annotation=name,
        accepts=f"{name} | {plain}",
        classes=frozenset({name}),
        enum=name,
    )
    # Integers are not looked up in the table: there True is as good as 1.
    return replace(kind, convert=f"{table(name)}[{{value}}]") if plain == "str" else kind


def table(enum: str) -> str:
    """The constant that holds an enum's members by value, in a module that reads them."""
    return f"_{module_name(enum).upper()}"


def model(name: str) -> Kind:
    """An object with fields of its own."""
    return Kind(
        expression=f'Object("{name}", lambda: {name})',
        annotation=name,
        accepts=f"{name} | Mapping[str, Any]",
        convert=f"{name}.decode_in({{value}}, drift, {{key}})",
        classes=frozenset({name}),
        model=name,
    )


def tagged(kind: Kind, key: str, values: list[str]) -> Kind:
    """An object that is meant where it has one of these values under a key."""
    tags = f"{{{key!r}: ({', '.join(map(repr, values))},)}}"
    return replace(kind, expression=f"{kind.expression.removesuffix(')')}, {tags})")


def array(items: Kind) -> Kind:
    """A list of one kind."""
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
    """An object whose keys are not known beforehand."""
    return Kind(
        expression=f"MapOf({_inner(values)})",
        annotation=f"dict[str, {optional(values, values.annotation)}]",
        accepts=f"Mapping[str, {optional(values, values.accepts)}]",
        classes=values.classes,
        parts=(values,),
    )


def one_of(kinds: list[Kind]) -> Kind:
    """One of several kinds."""
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
    """An annotation of a kind, with None where it is nullable."""
    return f"{annotation} | None" if kind.nullable and annotation not in ("Any", "None") else annotation


def _alternatives(kind: Kind) -> list[str]:
    """The parts of what a call takes for a kind."""
    return kind.accepts.split(" | ") if kind.model is not None or kind.enum is not None else [kind.accepts]


def called(code: str) -> set[str]:
    """The names in an expression that are called, among which are our own classes."""
    return {name for name in CALL.findall(code) if name}


def alias(name: str, taken: Collection[str]) -> str:
    """What one of our own classes is called where a type of the document has its name."""
    return f"_{name}" if name in taken else name


def aliased(code: str, taken: Collection[str]) -> str:
    """An expression with our own classes under their aliases."""
    return CALL.sub(lambda match: alias(match[1], taken) if match[1] in CLASSES else match[0], code)


def imported(names: Collection[str], taken: Collection[str]) -> str:
    """What follows `import`, for our own classes."""
    return ", ".join(f"{name} as {alias(name, taken)}" if name in taken else name for name in sorted(names))


def _inner(kind: Kind) -> str:
    return f"{kind.expression}, nullable=True" if kind.nullable else kind.expression
