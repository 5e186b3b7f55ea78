"""Define models: decoding that never fails on a reply, open enums, and a record of departures from the spec."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum, IntEnum, StrEnum
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    Self,
    SupportsIndex,
    TypeVar,
    cast,
    overload,
)

from attrs import define, field

from .explained import explain

__all__ = [
    "Anything",
    "Array",
    "Boolean",
    "Constant",
    "Date",
    "DecimalText",
    "Decimals",
    "Drift",
    "Field",
    "Integer",
    "Kind",
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
    "Refused",
    "Response",
    "Text",
    "Timestamp",
    "decimal_of",
    "is_listable",
    "keep_text",
    "members",
    "plain_int",
    "plain_text",
]

if TYPE_CHECKING:
    from decimal import Decimal

E = TypeVar("E", bound=Enum)
R = TypeVar("R", bound="Model")

UNREADABLE: Final = object()

RFC_3339: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]|24(?=:00:00)):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-5][0-9])"
)
"""A timestamp. `datetime.fromisoformat` also accepts digits without separators, a year alone, weeks, and no zone."""
FIRST_YEAR: Final = 1971
"""A time before this year is a placeholder for no time: services send the first moment of their calendar."""


class Drift(NamedTuple):
    """One departure of a reply from the spec."""

    path: str
    """The place, such as ``data[3].status``."""
    kind: str
    """What is wrong with it.

    One of ``missing``, ``null``, ``type``, ``format``, ``naive_datetime`` (no time zone), ``zero_time`` (a moment
    that stands for none, such as 0001-01-01 or 1970-01-01), ``unknown_member``, ``unknown_field``,
    ``conflict`` (a field has different values under two of its names).
    """
    expected: str
    """What the spec requires, such as ``string``, ``date-time`` or the name of an enum."""


explain(Drift)


def _under(drift: list[Drift], start: int, prefix: str) -> int:
    """Add a prefix to the paths of what was recorded since `start`; return how much is recorded in all."""
    for index in range(start, len(drift)):
        path, kind, expected = drift[index]
        joint = "" if not path or path.startswith("[") else "."
        drift[index] = Drift(f"{prefix}{joint}{path}", kind, expected)
    return len(drift)


class Refused(TypeError, ValueError):
    """A value cannot be written by a model."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(expected, value)
        self.path = ""

    def under(self, prefix: str) -> Self:
        """Return the same error, for the value that contains this one."""
        joint = "" if not self.path or self.path.startswith("[") else "."
        self.path = f"{prefix}{joint}{self.path}"
        return self

    def __str__(self) -> str:
        expected, value = self.args
        place = f" for `{self.path}`" if self.path else ""
        return f"Expected {expected}{place} but received {value!r}."


class OpenStrEnum(StrEnum):
    """A string enum that accepts members which the spec does not list: they compare as strings."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        explain(cls)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this member."""
        return self._value_ in type(self)._value2member_map_


class OpenIntEnum(IntEnum):
    """An integer enum that accepts members that the spec does not list: they have their value as integers."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        explain(cls)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the spec lists this member."""
        return self._value_ in type(self)._value2member_map_


def is_listable(value: object) -> bool:
    """Whether a value can be used as a list: it is iterable, and not a text or a mapping."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))


def plain_int(value: object) -> int | None:
    """Return a whole number of any type, such as numpy's, as an int; None for anything else, even True and ``1.0``."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else int(value)
    try:
        return operator.index(cast("SupportsIndex", value))
    except TypeError:
        return None


def plain_text(value: object) -> str | None:
    """Return a string of any type, or a UUID, as a plain string; None for anything else."""
    if isinstance(value, str):
        return str.__str__(value)  # an enum's `__str__` may return its name
    from uuid import UUID  # few programs pass one, and the module takes memory

    return str(value) if isinstance(value, UUID) else None


class Kind:
    """A kind of JSON value: how it is read, and written back."""

    __slots__ = ()

    expected: str = ""
    sole: Any = None
    """The value, if the spec lists only one."""
    rewrites: bool = False
    """Whether a value may be written differently from how it was received."""

    def read(self, value: Any, drift: list[Drift]) -> Any:
        """Return a value in Python, or `UNREADABLE`. Departures are recorded, with paths relative to the value."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """Return the value in JSON. Raises `Refused` if it is not of this kind."""
        raise NotImplementedError

    def strict(self, value: Any) -> Any:
        """Return the value in Python if it is exactly as the spec says. Raises `ValueError` otherwise."""
        drift: list[Drift] = []
        found = self.read(value, drift)
        if drift or (self.rewrites and self.write(found) != value):
            raise ValueError(self.expected)
        return found

    def unreadable(self, value: object, drift: list[Drift], kind: str = "type") -> Any:
        """Record that a value could not be read."""
        drift.append(Drift("", "null" if value is None else kind, self.expected))
        return UNREADABLE

    def refusal(self, value: object) -> Refused:
        """Return the error for a value that cannot be written."""
        article = "an" if self.expected[:1].lower() in "aeio" else "a"
        return Refused(f"{article} {self.expected}", value)


class Text(Kind):
    """A string."""

    __slots__ = ()
    expected = "string"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        return value if value.__class__ is str else self.unreadable(value, drift)

    def write(self, value: Any) -> Any:
        text = plain_text(value)
        if text is None:
            raise self.refusal(value)
        return text


class DecimalText(Text):
    """A number as text, so that no digit is lost."""

    __slots__ = ()


class Integer(Kind):
    """A whole number; ``1.0`` is one."""

    __slots__ = ()
    expected = "integer"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is int:
            return value
        if value.__class__ is float and value.is_integer():
            return int(value)
        return self.unreadable(value, drift)

    def write(self, value: Any) -> Any:
        number = plain_int(value)
        if number is None:
            raise self.refusal(value)
        return number


class Number(Kind):
    """A number."""

    __slots__ = ()
    expected = "number"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        return value if value.__class__ is float or value.__class__ is int else self.unreadable(value, drift)

    def write(self, value: Any) -> Any:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.refusal(value)
        return value


class Boolean(Kind):
    """True or False."""

    __slots__ = ()
    expected = "boolean"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        return value if value is True or value is False else self.unreadable(value, drift)

    def write(self, value: Any) -> Any:
        if not isinstance(value, bool):
            # In the words of `query_flag`.
            raise Refused("True or False", value)
        return value


class Timestamp(Kind):
    """An RFC 3339 timestamp, as an aware datetime, which has microseconds; written in UTC, with ``Z``."""

    __slots__ = ()
    expected = "date-time"
    rewrites = True

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not str:
            return self.unreadable(value, drift)
        if not _RFC_3339(value):
            is_naive = _RFC_3339(f"{value}Z") is not None
            return self.unreadable(value, drift, "naive_datetime" if is_naive else "format")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:  # for example 24:00:00
            from dateutil.parser import isoparse

            try:
                moment = isoparse(value)
            except (ValueError, OverflowError):
                return self.unreadable(value, drift, "format")
        if moment.year < FIRST_YEAR:
            drift.append(Drift("", "zero_time", self.expected))
        return moment

    def write(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            raise self.refusal(value)
        if value.utcoffset() is None:
            raise Refused("a datetime with a time zone", value)
        try:
            value = value.astimezone(UTC)
        except OverflowError:  # near years 1 and 9999 a time in another zone may have no year in UTC
            return value.isoformat()
        return value.replace(tzinfo=None).isoformat() + "Z"


class Date(Kind):
    """A calendar day."""

    __slots__ = ()
    expected = "date"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not str:
            return self.unreadable(value, drift)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return self.unreadable(value, drift, "format")
        # Digits without separators, and weeks, are not RFC 3339 dates.
        return day if value[4::3] == "--" else self.unreadable(value, drift, "format")

    def write(self, value: Any) -> Any:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.refusal(value)
        return value.isoformat()


class Null(Kind):
    """Only null, which is handled before a kind reads it."""

    __slots__ = ()
    expected = "null"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        return self.unreadable(value, drift)

    def write(self, value: Any) -> Any:
        raise self.refusal(value)


class Constant(Kind):
    """A string or number that is always the same. It distinguishes objects of different kinds."""

    __slots__ = ("expected", "sole")

    def __init__(self, value: str | int) -> None:
        self.sole = value
        self.expected = repr(value)

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not self.sole.__class__:
            return self.unreadable(value, drift)
        if value != self.sole:
            drift.append(Drift("", "unknown_member", self.expected))
        return value

    def write(self, value: Any) -> Any:
        if value.__class__ is not self.sole.__class__:
            raise self.refusal(value)
        return value


class Anything(Kind):
    """Any JSON value, unchanged."""

    __slots__ = ()
    expected = "anything"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        return value

    def write(self, value: Any) -> Any:
        return value


class Member(Kind):
    """A member of an open enum."""

    __slots__ = ("_enum", "_plain", "expected", "sole")

    def __init__(self, enum: type[OpenStrEnum | OpenIntEnum]) -> None:
        self._enum: Callable[[Any], OpenStrEnum | OpenIntEnum] = enum
        self._plain: type[str | int] = str if issubclass(enum, str) else int
        self.expected = enum.__name__
        self.sole = next(iter(enum)).value if len(enum) == 1 else None

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not self._plain:
            return self.unreadable(value, drift)
        member = self._enum(value)
        if not member.is_known:
            drift.append(Drift("", "unknown_member", self.expected))
        return member

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._plain) or isinstance(value, bool):
            raise self.refusal(value)
        return self._plain(value)


class Object(Kind):
    """A JSON object with fields of its own, as a model."""

    __slots__ = ("_model", "_tags", "expected")

    def __init__(
        self, name: str, model: Callable[[], type[Model]], tags: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._model = model
        self._tags = tags or {}
        self.expected = name

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not dict:
            return self.unreadable(value, drift)
        return self._model().decode(value, drift)

    def element(self, value: Any, drift: list[Drift]) -> Any:
        """Read as `read` does, but make an empty model of a row that is not an object: rows keep their positions."""
        return self._model().decode(value, drift)

    def claims(self, value: Mapping[str, Any]) -> bool:
        """Whether an object has the constants of the model, or of the union around it, and so belongs to it."""
        if self._tags:
            return all(value.get(key) in values for key, values in self._tags.items())
        sole = [(spec.key, spec.kind.sole) for spec in self._model().FIELDS if spec.kind.sole is not None]
        return bool(sole) and all(key in value and value[key] == constant for key, constant in sole)

    def write(self, value: Any) -> Any:
        model = self._model()
        if isinstance(value, Mapping):
            return model.encoded(cast("Mapping[str, Any]", value))
        if not isinstance(value, model):
            raise self.refusal(value)
        return value.encode()


class Array(Kind):
    """A list of one kind."""

    __slots__ = ("_nullable", "expected", "items", "rewrites")

    def __init__(self, items: Kind, *, nullable: bool = False) -> None:
        self.items: Kind = items
        self._nullable = nullable
        self.rewrites = items.rewrites
        self.expected = f"list of {items.expected}"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not list:
            return self.unreadable(value, drift)
        read = self.items.element if isinstance(self.items, Object) else self.items.read
        items: list[Any] = []
        start = len(drift)
        for index, item in enumerate(value):
            items.append(None if item is None and self._nullable else read(item, drift))
            start = _under(drift, start, f"[{index}]")
        return UNREADABLE if UNREADABLE in items else items

    def write(self, value: Any) -> Any:
        if not is_listable(value):
            raise self.refusal(value)
        written: list[Any] = []
        for index, item in enumerate(value):
            try:
                written.append(None if item is None and self._nullable else self.items.write(item))
            except Refused as error:
                raise error.under(f"[{index}]") from None
        return written


class MapOf(Kind):
    """A JSON object whose keys are not known in advance."""

    __slots__ = ("_nullable", "expected", "rewrites", "values")

    def __init__(self, values: Kind, *, nullable: bool = False) -> None:
        self.values: Kind = values
        self._nullable = nullable
        self.rewrites = values.rewrites
        self.expected = f"map of {values.expected}"

    def read(self, value: Any, drift: list[Drift]) -> Any:
        if value.__class__ is not dict:
            return self.unreadable(value, drift)
        read = self.values.element if isinstance(self.values, Object) else self.values.read
        found: dict[str, Any] = {}
        start = len(drift)
        for key, item in value.items():
            found[key] = None if item is None and self._nullable else read(item, drift)
            start = _under(drift, start, key or '""')
        return UNREADABLE if UNREADABLE in found.values() else found

    def write(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.refusal(value)
        written: dict[str, Any] = {}
        for key, item in cast("Mapping[str, Any]", value).items():
            try:
                written[key] = None if item is None and self._nullable else self.values.write(item)
            except Refused as error:
                raise error.under(key) from None
        return written


class OneOf(Kind):
    """One of several kinds: the one whose constants a value has, else the one with the fewest departures."""

    __slots__ = ("_kinds", "expected", "rewrites")

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = kinds
        self.rewrites = any(kind.rewrites for kind in kinds)
        self.expected = " or ".join(kind.expected for kind in kinds)

    def _meant(self, value: Any) -> Kind | None:
        if not isinstance(value, Mapping):
            return None
        found = [
            kind for kind in self._kinds if isinstance(kind, Object) and kind.claims(cast("Mapping[str, Any]", value))
        ]
        return found[0] if len(found) == 1 else None

    def read(self, value: Any, drift: list[Drift]) -> Any:
        meant = self._meant(value)
        if meant is not None:
            return meant.read(value, drift)
        best: tuple[tuple[int, int], Any, list[Drift]] | None = None
        for kind in self._kinds:
            departures: list[Drift] = []
            found = kind.read(value, departures)
            if found is not UNREADABLE:
                # A field that the spec does not know says little about which kind is meant.
                serious = sum(departure.kind != "unknown_field" for departure in departures)
                score = serious, len(departures)
                if best is None or score < best[0]:
                    best = score, found, departures
        if best is None:
            return self.unreadable(value, drift)
        drift += best[2]
        return best[1]

    def write(self, value: Any) -> Any:
        meant = self._meant(value)
        if meant is not None:
            return meant.write(value)
        for kind in self._kinds:
            try:
                return kind.write(value)
            except (TypeError, ValueError):
                continue
        raise self.refusal(value)


class Field(NamedTuple):
    """A field of a model."""

    name: str
    """Its name in Python."""
    key: str
    """Its name in JSON."""
    kind: Kind
    required: bool = False
    nullable: bool = False
    aliases: tuple[str, ...] = ()
    """Its other names in JSON, the newest first."""
    personal: bool = False
    """Whether its value is about a person, so that no `repr` shows it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every name in JSON: the aliases, the newest first, then `key`."""
        return (*self.aliases, self.key)


class _Personal:
    """Replaces a value that is about a person, in a `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<personal>"


_PERSONAL = _Personal()


class _Unread(NamedTuple):
    """Replaces a row's unknown fields if the row is not an object: it holds the value."""

    value: Any


class _Spelt(NamedTuple):
    """A value that was received in a form other than the one in which it may be written."""

    came: Any
    value: Any

    @property
    def differs(self) -> bool:
        """Whether the text that would be written differs from the one that was received."""
        return not isinstance(self.value, datetime) or _MOMENT.write(self.value) != self.came


def keep_text(kept: dict[str, Any] | None, key: str, text: str, moment: datetime) -> dict[str, Any]:
    """Keep the text of a timestamp, because it would be written differently. Raises `ValueError` if it is not one.

    The caller read it with `datetime.fromisoformat`, which accepts any characters after six digits of a fraction.
    """
    if moment.year < FIRST_YEAR or _RFC_3339(text) is None:
        raise ValueError(key)
    # Calling the class would take twice as long.
    spelt = tuple.__new__(_Spelt, (text, moment))  # pyright: ignore[reportUnknownMemberType] - its items are of any type
    if kept is None:
        return {key: spelt}
    kept[key] = spelt
    return kept


_SHOWN_ROWS: Final = 3
"""How many rows of a list a `repr` shows."""
_NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_MACHINERY: Final = frozenset({"FIELDS", "KEYS", "decode", "decode_in", "decode_rows", "encode", "encoded"})
"""The attributes of a model that `dir` does not list, since they are not its fields."""
_MOMENT: Final = Timestamp()
_RFC_3339: Final = re.compile(RFC_3339).fullmatch


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Model:
    """A JSON object with the fields of the spec.

    A field reads None where the object does not have it or has null (`model_fields_set` tells which), and, in a reply
    that breaks the spec, where its value could not be read. What the spec does not know, and what could not be read,
    comes out again in `to_dict()`. So does the text of a timestamp, whose datetime has no more than microseconds.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    KEYS: ClassVar[frozenset[str]] = frozenset()

    # Fields that the spec does not know, and by their JSON names those that could not be read or were spelt otherwise.
    # A dict, an `_Unread` or None: attrs repeats the annotation in modules that do not know that class.
    _extra: Any = field(default=None, alias="_extra")
    # A bit for each field that was null, in the order of FIELDS; then a bit for each alias under which a field came.
    _nulls: int = field(default=0, alias="_nulls")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        explain(cls)
        cls.KEYS = frozenset(key for spec in cls.FIELDS for key in spec.keys)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, drift: list[Drift] | None = None) -> Self:
        """Make a model from a decoded JSON object, whatever its fields contain.

        Departures from the spec are appended to `drift`. Raises `TypeError` if `data` is not a mapping.
        """
        if data.__class__ is not dict:
            if not isinstance(data, Mapping):
                raise TypeError(f"Expected a JSON object for {cls.__name__} but received {type(data).__name__}.")
            data = dict(data)
        return cls.decode(data, [] if drift is None else drift)

    @classmethod
    def decode(cls, data: Any, drift: list[Drift]) -> Self:
        """Make a model from any JSON value, and record its departures from the spec."""
        start = len(drift)
        self = cls._read(data, drift)
        if self is None:
            del drift[start:]
            self = cls._tolerate(data, drift)
        return self

    @classmethod
    def decode_in(cls, value: Any, drift: list[Drift], key: str) -> Self:
        """Make a model from the object in a field. Raises `TypeError` if the value is not an object."""
        if value.__class__ is not dict:
            raise TypeError(key)
        start = len(drift)
        self = cls.decode(value, drift)
        if len(drift) != start:
            _under(drift, start, key)
        return self

    @classmethod
    def decode_rows(cls, values: Any, drift: list[Drift], key: str) -> list[Self]:
        """Make a model from each row of the list in a field. Raises `TypeError` if the value is not a list."""
        if values.__class__ is not list:
            raise TypeError(key)
        read = cls._read
        rows: list[Self] = []
        count = len(drift)
        for value in values:
            row = read(value, drift)
            if row is None:
                del drift[count:]
                row = cls._tolerate(value, drift)
            if len(drift) != count:
                count = _under(drift, count, f"{key}[{len(rows)}]")
            rows.append(row)
        return rows

    @classmethod
    def _read(cls, data: Any, drift: list[Drift]) -> Self | None:
        """Return the model if the object is as the spec says, except for unknown fields; else None."""
        return None

    @classmethod
    def _tolerate(cls, data: Any, drift: list[Drift]) -> Self:
        """Return the model for any value, and record every departure."""
        self = cls.__new__(cls)
        for spec in cls.FIELDS:
            setattr(self, spec.name, None)
        self._nulls = 0
        self._extra = None
        self._begin()
        if data.__class__ is not dict:
            drift.append(Drift("", "null" if data is None else "type", cls.__name__))
            self._extra = _Unread(data)
            return self
        extra: dict[str, Any] = {}
        for index, (name, key, kind, required, nullable, aliases, _) in enumerate(cls.FIELDS):
            if aliases:
                key = self._named(index, data, drift, extra)
            if key not in data:
                if required:
                    drift.append(Drift(key, "missing", kind.expected))
                continue
            value = data[key]
            if value is None:
                self._nulls |= 1 << index
                if not nullable and not isinstance(kind, Anything):
                    drift.append(Drift(key, "null", kind.expected))
                continue
            start = len(drift)
            found = kind.read(value, drift)
            _under(drift, start, key)
            if found is UNREADABLE:
                extra[key] = value
            else:
                setattr(self, name, found)
                if kind.rewrites and kind.write(found) != value:
                    extra[key] = _Spelt(value, found)
        extra.update(cls._strays(data, drift))
        self._extra = extra or None
        return self

    def _named(self, index: int, data: dict[str, Any], drift: list[Drift], extra: dict[str, Any]) -> str:
        """Return the name under which an object has a field: of several, the newest whose value is not null.

        The values of the other names are kept as they came. Values that contradict each other are recorded as drift.
        """
        spec = self.FIELDS[index]
        present = [key for key in spec.keys if key in data]
        if not present:
            return spec.key
        chosen = next((key for key in present if data[key] is not None), present[-1])
        if chosen != spec.key:
            self._nulls |= self._bit(spec, chosen)
        for key in present:
            if key != chosen:
                extra[key] = data[key]
                if data[key] is not None and data[key] != data[chosen]:
                    drift.append(Drift(key, "conflict", f"the value of {chosen}"))
        return chosen

    @classmethod
    def _named_twice(cls, data: dict[str, Any]) -> bool:
        """Whether an object has a field under more than one of its names."""
        return any(sum(key in data for key in spec.keys) > 1 for spec in cls.FIELDS if spec.aliases)

    @classmethod
    def _bit(cls, spec: Field, alias: str) -> int:
        """Return the bit of `_nulls` which says that a field came under an alias."""
        before = len(cls.FIELDS)
        for other in cls.FIELDS:
            if other is spec:
                break
            before += len(other.aliases)
        return 1 << (before + spec.aliases.index(alias))

    def _key(self, spec: Field) -> str:
        """Return the name in JSON under which this object has a field, or would have it."""
        return next((alias for alias in spec.aliases if self._nulls & self._bit(spec, alias)), spec.key)

    def _begin(self) -> None:
        """Set what a model has in addition to its fields."""

    @classmethod
    def _strays(cls, data: dict[str, Any], drift: list[Drift]) -> dict[str, Any]:
        """Return the fields that the spec does not know, and record them as drift."""
        keys = cls.KEYS
        strays = {key: value for key, value in data.items() if key not in keys}
        drift += [Drift(key, "unknown_field", "nothing") for key in strays]
        return strays

    @classmethod
    def encoded(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON object of a caller's mapping, for a request.

        Every field must be known, and every required field must be there. Optional fields that are None are left out.
        """
        for key in data:
            if key not in cls.KEYS:
                from difflib import get_close_matches

                near = get_close_matches(str(key), cls.KEYS, n=1)
                known = ", ".join(spec.key for spec in cls.FIELDS)
                remedy = f"did you mean {near[0]!r}?" if near else f"it takes {known}."
                raise ValueError(f"Unknown field {key!r} for {cls.__name__}; {remedy}")
        written: dict[str, Any] = {}
        for spec in cls.FIELDS:
            kind, required, nullable = spec.kind, spec.required, spec.nullable
            given = {name: data[name] for name in spec.keys if data.get(name) is not None}
            key, value = next(iter(given.items()), (spec.key, None))
            for other, repeated in given.items():
                if other != key and repeated != value:
                    raise ValueError(f"`{other}` and `{key}` are two names of one field; give one of them.")
            if value is not None:
                try:
                    written[key] = kind.write(value)
                except Refused as error:
                    raise error.under(key) from None
            elif required and nullable:
                written[key] = None
            elif required:
                raise kind.refusal(None).under(key)
        return written

    def encode(self) -> Any:
        """Return the JSON value for this model, or the one from which it was read if that was not an object."""
        return self._extra.value if isinstance(self._extra, _Unread) else self.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object: the fields that are set, then those that the spec does not know.

        Raises `Refused`, a `TypeError` and `ValueError` that names the field, for a value that the field cannot have,
        such as a datetime without a time zone.
        """
        extra: dict[str, Any] = self._extra if self._extra.__class__ is dict else {}
        data: dict[str, Any] = {}
        for index, (name, key, kind, _, _, aliases, _) in enumerate(self.FIELDS):
            value = getattr(self, name)
            if aliases:
                key = self._key(self.FIELDS[index])
            known = extra.get(key)
            if value is not None:
                if isinstance(known, _Spelt) and known.value == value:
                    data[key] = known.came
                    continue
                try:
                    data[key] = kind.write(value)
                except Refused as error:
                    raise error.under(name) from None
            elif key in extra and not isinstance(known, _Spelt):
                data[key] = known
            elif self._nulls >> index & 1:
                data[key] = None
        for key, value in extra.items():
            if not isinstance(value, _Spelt):
                data.setdefault(key, value)
        return data

    def to_json(self) -> str:
        """Return the JSON object as text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @property
    def model_fields_set(self) -> frozenset[str]:
        """The names of the fields that the object has, even if they are null or could not be read."""
        extra: dict[str, Any] = self._extra if self._extra.__class__ is dict else {}
        unread = {key for key, value in extra.items() if not isinstance(value, _Spelt)}
        return frozenset(
            spec.name
            for index, spec in enumerate(self.FIELDS)
            if getattr(self, spec.name) is not None or self._nulls >> index & 1 or not unread.isdisjoint(spec.keys)
        )

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that the spec does not know."""
        extra: dict[str, Any] = self._extra if self._extra.__class__ is dict else {}
        return {key: value for key, value in extra.items() if key not in self.KEYS}

    @property
    def decimals(self) -> Decimals:
        """The fields under the same names, with a `Decimal` for each number that is text, and None for anything else.

        ``position.decimals.market_value`` is a `Decimal`; ``position.market_value`` is the text that came.
        """
        return Decimals(self)

    def __dir__(self) -> list[str]:
        names = {name for name in object.__dir__(self) if not name.startswith("_")} - _MACHINERY
        return sorted(name for name in names if hasattr(self, name))

    if not TYPE_CHECKING:  # for a type checker, a model cannot be hashed

        def __hash__(self) -> int:
            raise TypeError(
                f"unhashable type: {type(self).__name__!r}, which can be changed; "
                "take its id, or its `to_json()`, for a set or the key of a dict"
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or other.__class__ is not self.__class__:
            return NotImplemented
        return self._compared() == other._compared()

    def _compared(self) -> tuple[object, ...]:
        """Return what makes two models equal: values and nulls, whatever the names under which fields came."""
        extra: Any = self._extra
        if extra.__class__ is dict:
            others = {key for spec in self.FIELDS if spec.aliases for key in spec.keys if key != self._key(spec)}
            extra = {
                key: value
                for key, value in extra.items()
                if key not in others and not (isinstance(value, _Spelt) and not value.differs)
            } or None
        nulls = self._nulls & ((1 << len(self.FIELDS)) - 1)
        return (extra, nulls, *(getattr(self, spec.name) for spec in self.FIELDS))

    def __repr__(self) -> str:
        shown = [f"{name}={_shown(value)}" for name, value in self.__rich_repr__()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        for spec in self.FIELDS:
            if (value := getattr(self, spec.name)) is not None:
                yield spec.name, _PERSONAL if spec.personal else value
        if self.model_extra:
            # Unknown fields may be about a person too.
            yield "model_extra", _PERSONAL if any(spec.personal for spec in self.FIELDS) else self.model_extra

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a table of the fields, with everything escaped."""
        from .views import table_of_fields

        return table_of_fields(self)


class Decimals:
    """The fields of a model under the same names: a `Decimal` for each number in a text, None for anything else."""

    __slots__ = ("_model",)

    def __init__(self, model: Model) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Decimal | None:
        if name.startswith("_"):  # `copy` looks these up before there is a model
            raise AttributeError(name)
        model = self._model
        for spec in model.FIELDS:
            if name == spec.name or name in spec.aliases:
                return decimal_of(getattr(model, spec.name)) if isinstance(spec.kind, DecimalText) else None
        raise AttributeError(f"{type(model).__name__!r} has no field {name!r}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted(spec.name for spec in self._model.FIELDS if isinstance(spec.kind, DecimalText))

    def __repr__(self) -> str:
        return f"<decimals of {type(self._model).__name__}: {', '.join(f'{k}={v}' for k, v in self.__rich_repr__())}>"

    def __rich_repr__(self) -> Iterator[tuple[str, Decimal | None]]:
        for name in self.__dir__():
            yield name, getattr(self, name)


def decimal_of(text: object) -> Decimal | None:
    """Return the number in a text; None for anything else, such as ``"NaN"``, which would make a sum useless."""
    if not isinstance(text, str) or not re.fullmatch(_NUMBER, text):
        return None
    from decimal import Decimal  # few programs need it, and the module takes memory

    return Decimal(text)


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class Response(Model):
    """The whole body of a reply."""

    _drift: tuple[Drift, ...] = field(default=(), alias="_drift")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, drift: list[Drift] | None = None) -> Self:
        """Make a reply from a decoded JSON object, as a model is made; `drift` is kept on it, too."""
        found: list[Drift] = []
        self = super().from_dict(data, drift=found)
        self._drift = tuple(found)
        if drift is not None:
            drift.extend(found)
        return self

    def _begin(self) -> None:
        self._drift = ()

    @property
    def drift(self) -> tuple[Drift, ...]:
        """The departures of the reply from the spec."""
        return self._drift


@define(kw_only=True, eq=False, repr=False, weakref_slot=False)
class ListResponse(Response, Generic[R]):
    """The whole body of a reply whose data is a list. It can be used like the list of its rows.

    Using the rows raises `TypeError` if the reply breaks its contract and its rows could not be read.
    """

    def _rows(self) -> list[R]:
        rows: Any = getattr(self, "data", None)
        if rows.__class__ is not list:
            raise TypeError(f"{type(self).__name__} has no rows: its `data` could not be read; `drift` says why.")
        return cast("list[R]", rows)

    def __bool__(self) -> bool:
        # A reply is true even if it has no rows.
        return True

    def __len__(self) -> int:
        return len(self._rows())

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows())

    @overload
    def __getitem__(self, index: SupportsIndex) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> list[R]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> R | list[R]:
        return self._rows()[index]

    def records(
        self,
        *,
        numbers: Literal["text", "decimal", "float"] = "text",
        times: Literal["datetime", "text"] = "datetime",
    ) -> list[dict[str, Any]]:
        """Return the rows as dicts of plain values, each with every field, for pandas, polars or a CSV file.

        - `numbers`: the form of numbers that are text, such as a price: ``"text"`` as it came, ``"decimal"`` for a
          `Decimal`, or ``"float"``, which has some 15 digits. A text that is not a number becomes None.
        - `times`: the form of times: ``"datetime"`` in UTC, or ``"text"`` as it came. A date is a `date`, or text.

        Members of enums are plain text; objects in a row are dicts. Fields that the spec does not know are left out.
        """
        from .views import records

        return records(self._rows(), numbers, times)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a table of the rows, with everything escaped."""
        from .views import table_of_rows

        rows: Any = getattr(self, "data", None)
        return super()._repr_html_() if rows.__class__ is not list else table_of_rows(rows)

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Draw what `rich.print` shows: a table of the rows, as wide as the console."""
        from .views import lines_of_rows

        rows: Any = getattr(self, "data", None)
        lines = [repr(self)] if rows.__class__ is not list else lines_of_rows(rows, options.max_width)
        for line in lines:
            # Text of the console's own kind, so that rich is not imported here, and in which nothing is markup.
            text = console.render_str(line, markup=False, emoji=False, highlight=False, overflow="fold")
            text.no_wrap = line is not lines[-1]
            yield text


def members(enum: type[E]) -> dict[Any, E]:
    """Return the members of an enum that the spec lists, by value."""
    return {member.value: member for member in enum}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        items = cast("list[object]", value)
        if len(items) > _SHOWN_ROWS + 1 and isinstance(items[0], Model):
            return f"[{', '.join(map(repr, items[:_SHOWN_ROWS]))}, ... and {len(items) - _SHOWN_ROWS} more]"
        return repr(items)
    if isinstance(value, (OpenStrEnum, OpenIntEnum)):
        return repr(value.value)
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    return repr(value)
