"""What another OpenAPI document of the service changes for those who are its client by ours.

Both documents go through `prepare`, as they do before they are generated, so that only what would reach a client is
compared: not order or wording, nor how a document names its schemas and splits them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from naming import Ungeneratable, module_name
from operations import METHODS, is_success
from prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kinds import Kind
    from operations import Call, Slot
    from prepare import Plan
    from schemas import Json

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
REQUEST, REPLY = "request", "reply"
SERVICE = "service"
"""In the place of an operation: what concerns them all."""

_SUBMIT, _LIST, _CANCEL = "submit_position_instructions", "get_position_instructions", "cancel_position_instruction"
_KEYS = "the idempotency of submit: "
SAFETY = {
    (_SUBMIT, REQUEST, "[].instruction_id"): (
        f"{_KEYS}where a key does not arrive under its name the service makes one up, and a row sent again acts twice"
    ),
    (_SUBMIT, REPLY, "data[].instruction_id"): f"{_KEYS}the rows of a reply are matched by this key",
    (_SUBMIT, REPLY, "data[].id"): f"{_KEYS}the all-zero id says that a refused row was not stored",
    (_SUBMIT, REPLY, "data[].rejection_reason"): f"{_KEYS}its text tells a duplicate from a refusal",
    (_SUBMIT, REPLY, "data[].status"): "the outcome of submit: which rows were accepted, and which refused",
    (_LIST, REPLY, "data[].instruction_id"): f"{_KEYS}after a lost reply its rows are looked for by this key",
    (_LIST, REPLY, "data[].id"): "what came of a cancel, and waiting: rows are looked for by this id",
    (_LIST, REPLY, "data[].status"): "what came of a submit or a cancel, and waiting: rows are judged by it",
    (_LIST, REPLY, "metadata.next_page_token"): (
        "what came of a submit or a cancel: only a list without a next page is the whole list"
    ),
    (_CANCEL, REQUEST, "path instruction_id"): "cancel: it names what is cancelled",
    (_CANCEL, REPLY, "data"): "the outcome of cancel: without its row a reply is taken for lost",
}
"""What the client's promises rest on, by operation, direction and place."""

STATUS = (_LIST, REPLY, "data[].status")
"""The enum that waits go by,"""
STATES = "overlay/clear_street/_states.py"
"""and what they know of its members."""

WORDS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "datetime": "date-time",
    "Any": "anything",
    "None": "null",
}
"""JSON's names of what Python calls otherwise."""

TEXTS = ("Text()", "DecimalText()")
"""Kinds of any text."""


@dataclass(frozen=True)
class Change:
    """One difference for those who call an operation."""

    operation: str
    direction: str
    """``"request"`` or ``"reply"``."""
    where: str
    """The place in the body (``data[].status``), or ``path`` or ``query`` with a parameter's name; empty for the
    operation itself.
    """
    what: str
    """What became of the place, in a few words."""
    breaking: bool
    names: tuple[str, ...]
    """What code that uses the place names."""
    statuses: tuple[str, ...] = ()
    """The replies that it is in."""
    danger: str | None = None
    """Which of the client's promises rests on it."""
    standing: str | None = None
    """Why it is to stay, where `baseline.yaml` has it."""
    note: str | None = None

    @property
    def is_of_names(self) -> bool:
        """Whether a name is not what it was: of an operation, a field or a member."""
        if not self.where:
            return not self.statuses
        return self.what.startswith(("is gone", "has lost the member"))


class Place(NamedTuple):
    """Where a comparison has got to."""

    operation: str
    direction: str
    where: str
    ours: Plan
    theirs: Plan
    models: frozenset[tuple[str, str]] = frozenset()
    """The pairs of models on the way here: one that comes again is not entered again."""

    def at(self, where: str) -> Place:
        """A place below or beside this one."""
        return self._replace(where=where)

    def change(
        self, what: str, *, breaking: bool, names: tuple[str, ...] | None = None, note: str | None = None
    ) -> Change:
        """A change here; `names` is by default the last part of the place."""
        if names is None:
            last = re.split(r"[.\s]", re.sub(r"\[\]|\{\}", "", self.where))[-1]
            names = (last,) if last else names_of(self.operation)
        danger = self.promise() if breaking else None
        return Change(self.operation, self.direction, self.where, what, breaking, names, danger=danger, note=note)

    def promise(self) -> str | None:
        """Which promise rests on this place, or on one below it."""
        for (operation, direction, where), promise in SAFETY.items():
            is_here = where == self.where or (self.where and where.startswith((f"{self.where}.", f"{self.where}[")))
            if is_here and (operation, direction) == self[:2]:
                return promise
        return None


# Kinds and slots


def label(kind: Kind, *, named: bool = True) -> str:
    """A kind in words; models and enums by their names or, where these do not matter, as what they are."""
    if kind.items is not None:
        return f"list of {label(kind.items, named=named)}"
    if kind.model is not None:
        return kind.model if named else "object"
    if kind.enum is not None:
        return kind.enum if named else "enum"
    if kind.expression.startswith("Constant("):
        return f"always {kind.expression.removeprefix('Constant(').removesuffix(')')}"
    parts = [label(part, named=named) for part in variants(kind)]
    if is_map(kind):
        return f"map of {parts[0]}"
    return " or ".join(parts) or WORDS.get(kind.annotation, kind.annotation)


def variants(kind: Kind) -> list[Kind]:
    """The parts of a kind, in an order that does not depend on the document."""
    return sorted(kind.parts, key=lambda part: label(part, named=False))


def is_map(kind: Kind) -> bool:
    """Whether its parts are a map's values, and no union's variants."""
    return kind.annotation.startswith("dict[")


def takes(kind: Kind, other: Kind) -> bool:
    """Whether every value of another kind is one of this kind, in JSON and in Python."""
    if kind.annotation == "Any" or kind.expression == other.expression:
        return True
    if other.parts and not is_map(other):
        return all(takes(kind, part) for part in other.parts)
    if kind.parts and not is_map(kind):
        return any(takes(part, other) for part in kind.parts)
    if kind.items is not None and other.items is not None:
        return takes(kind.items, other.items)
    if is_map(kind) and is_map(other):
        return takes(kind.parts[0], other.parts[0])
    if other.enum is not None:
        return kind.expression in (TEXTS if other.accepts.endswith(" | str") else ("Integer()",))
    python = {"int": ("int", "float")}.get(other.annotation, (other.annotation,))
    return kind.expression in (*TEXTS, "Integer()", "Number()", "Boolean()") and kind.annotation in python


def compare_kinds(place: Place, ours: Kind, theirs: Kind) -> Iterator[Change]:
    """How the values of one place differ."""
    if ours.items is not None and theirs.items is not None:
        inside = place.at(f"{place.where}[]")
        yield from compare_nullable(inside, ours.items, theirs.items, was_optional=False)
        yield from compare_kinds(inside, ours.items, theirs.items)
    elif ours.model is not None and theirs.model is not None:
        yield from compare_models(place, ours.model, theirs.model)
    elif ours.enum is not None and theirs.enum is not None:
        yield from compare_enums(place, ours.enum, theirs.enum)
    elif label(ours, named=False) != label(theirs, named=False):
        fits = takes(theirs, ours) if place.direction == REQUEST else takes(ours, theirs)
        yield place.change(f"was {label(ours)} and is now {label(theirs)}", breaking=not fits)
    else:
        inside = place.at(f"{place.where}{{}}") if is_map(ours) else place
        for one, other in zip(variants(ours), variants(theirs), strict=True):
            yield from compare_kinds(inside, one, other)


def compare_models(place: Place, ours: str, theirs: str) -> Iterator[Change]:
    """How the properties of two objects differ."""
    if (ours, theirs) in place.models:
        return
    place = place._replace(models=place.models | {(ours, theirs)})
    prefix = f"{place.where}." if place.where else ""
    old, new = place.ours.shapes[ours], place.theirs.shapes[theirs]
    yield from compare_slots(place, old, new, lambda slot: f"{prefix}{slot.key}")


def compare_slots(
    place: Place, ours: Sequence[Slot], theirs: Sequence[Slot], where: Callable[[Slot], str]
) -> Iterator[Change]:
    """How two sets of properties or parameters differ; what is gone and what is new are paired where alike.

    A property is the same under any of its names.
    """
    same = {slot.key: other for slot in ours for other in theirs if is_same(slot, other)}
    gone = [slot for slot in ours if slot.key not in same]
    fresh = [slot for slot in theirs if slot not in same.values()]
    renamed = {slot.key: other for slot, other in pairs(gone, fresh, alike_slots)}
    for slot in gone:
        also = f", and `{renamed[slot.key].key}` is new: likely a rename" if slot.key in renamed else ""
        told = place.direction == REQUEST or slot.kind.annotation != "None"
        yield place.at(where(slot)).change(f"is gone{also}", breaking=told)
    for slot in fresh:
        if slot not in renamed.values():
            needed = place.direction == REQUEST and slot.required
            how = "required" if slot.required else "optional"
            null = ", may be null" if slot.kind.nullable else ""
            what = f"is new ({label(slot.kind)}, {how}{null})"
            yield place.at(where(slot)).change(what, breaking=needed, names=())
    for slot in ours:
        other = same.get(slot.key) or renamed.get(slot.key)
        if other is not None:
            yield from compare_slot(place.at(where(slot)), slot, other)


def is_same(one: Slot, other: Slot) -> bool:
    """Whether two properties or parameters share a name."""
    return one.place == other.place and not one.keys.isdisjoint(other.keys)


def compare_slot(place: Place, ours: Slot, theirs: Slot) -> Iterator[Change]:
    """How one property, parameter or body differs from what it was."""
    reply = place.direction == REPLY
    if ours.required and not theirs.required:
        what = "may now be absent" if reply else "is now optional"
        yield place.change(what, breaking=reply and not ours.kind.nullable)
    if theirs.required and not ours.required:
        yield place.change("is now always there" if reply else "is now required", breaking=not reply)
    yield from compare_nullable(place, ours.kind, theirs.kind, was_optional=not ours.required)
    if ours.joined != theirs.joined:
        how = "as one comma-joined value" if theirs.joined else "once for each item"
        yield place.change(f"is now sent {how}", breaking=True)
    for limit in sorted({*ours.limits, *theirs.limits}) if not reply else ():
        old, new = ours.limits.get(limit), theirs.limits.get(limit)
        if old != new:
            was, now = ("none" if value is None else value for value in (old, new))
            yield place.change(f"has the {limit} {now} (was {was})", breaking=is_narrower(limit, old, new))
    yield from compare_kinds(place, ours.kind, theirs.kind)


def is_narrower(limit: str, old: Any, new: Any) -> bool:
    """Whether some of what could be sent under a limit no longer can; a default concerns what is not sent."""
    if new is None or limit == "default":
        return False
    return old is None or limit in ("pattern", "multipleOf") or (new < old) == ("max" in limit.lower())


def compare_nullable(place: Place, ours: Kind, theirs: Kind, *, was_optional: bool) -> Iterator[Change]:
    """Whether null has come or gone; to those who read what may be absent a null is nothing new."""
    if theirs.nullable and not ours.nullable:
        yield place.change("may now be null", breaking=place.direction == REPLY and not was_optional)
    elif ours.nullable and not theirs.nullable:
        yield place.change("may no longer be null", breaking=place.direction == REQUEST)


def compare_enums(place: Place, ours: str, theirs: str) -> Iterator[Change]:
    """Which members have come and gone. Clients take any member, so that none of it endangers what they promise."""
    old, new = place.ours.facts["enums"][ours]["values"], place.theirs.facts["enums"][theirs]["values"]
    gone, fresh = [m for m in old if m not in new], [m for m in new if m not in old]
    renamed = dict(pairs(gone, fresh, lambda one, other: similar(str(one), str(other), 0.7)))
    for member in gone:
        also = f", and `{renamed[member]}` is new: likely a rename" if member in renamed else ""
        what = f"has lost the member `{member}` of `{ours}`{also}"
        note = waiting(place, member, gone=True)
        yield replace(place.change(what, breaking=True, names=(str(member),), note=note), danger=None)
    for member in fresh:
        if member not in renamed.values():
            note = waiting(place, member, gone=False)
            yield place.change(f"has the new member `{member}` of `{ours}`", breaking=False, names=(), note=note)


def waiting(place: Place, member: object, *, gone: bool) -> str | None:
    """What a status that has come or gone means for those who wait."""
    if place[:3] != STATUS:
        return None
    if not gone:
        return f"waiting: it is taken for not terminal until {STATES} says otherwise"
    kind = "terminal" if member in _tables()["TERMINAL_STATES"] else "not terminal"
    return f"waiting: it leaves {STATES} (where it is {kind}); a wait for it alone would last to its deadline"


def _tables() -> dict[str, Any]:
    """The tables of statuses: their module cannot be imported here, where its package is not installed."""
    found: dict[str, Any] = {}
    for node in ast.parse((ROOT / STATES).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            exec(compile(ast.Module([node], []), STATES, "exec"), found)
    return found


# Likeness


def pairs(gone: Iterable[T], fresh: Iterable[T], alike: Callable[[T, T], float]) -> list[tuple[T, T]]:
    """What is gone with what is new, where they look alike: the likest first, each once."""
    left, right = list(gone), list(fresh)
    scored = [(alike(one, other), i, j) for i, one in enumerate(left) for j, other in enumerate(right)]
    found: list[tuple[int, int]] = []
    for score, i, j in sorted(scored, key=lambda pair: -pair[0]):
        if score > 0 and all(i != a and j != b for a, b in found):
            found.append((i, j))
    return [(left[i], right[j]) for i, j in sorted(found)]


def similar(one: str, other: str, least: float) -> float:
    """How alike two names are, 0 where less than `least`: by their letters, or by the words that they share."""
    words = [set(re.findall(r"[a-z]+|[0-9]+", name.lower())) for name in (one, other)]
    shared = len(words[0] & words[1])
    score = SequenceMatcher(None, one, other).ratio()
    if shared and shared == min(map(len, words)):
        score = max(score, 0.9)
    elif 2 * shared >= max(map(len, words)):
        score = max(score, 0.6)
    return score if score >= least else 0


def alike_slots(one: Slot, other: Slot) -> float:
    """Whether one may be the other under a new name: less of it need be alike where the type is one of a kind."""
    if one.place != other.place or label(one.kind, named=False) != label(other.kind, named=False):
        return 0
    special = label(one.kind) == label(other.kind) != label(one.kind, named=False)
    return similar(one.key, other.key, 0.3 if special else 0.6)


# Operations


class Listed(NamedTuple):
    """An operation as a document lists it."""

    name: str
    method: str
    path: str
    operation: Json

    @property
    def route(self) -> tuple[str, str]:
        """What a request is routed by: the names of parameters play no part in it."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


def listed(document: Json) -> list[Listed]:
    """The operations of a document."""
    return [
        Listed(module_name(item[method].get("operationId", f"{method}_{path}")), method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if isinstance(item, dict) and isinstance(item.get(method), dict)
    ]


def names_of(operation: str) -> tuple[str, ...]:
    """What code calls an operation."""
    return (operation, operation.upper())


def only(document: Json, operation: Listed) -> Json:
    """The document with this operation alone and the components that it needs: no other part is in the way."""
    item = document["paths"][operation.path]
    kept = {key: value for key, value in item.items() if key not in METHODS or key.upper() == operation.method}
    components: Json = {}
    todo: list[Any] = [kept]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        if not isinstance(node, dict):
            continue
        todo += node.values()
        match = re.fullmatch(r"#/components/([^/]+)/([^/]+)", str(node.get("$ref", "")))
        if match and match[2] in document.get("components", {}).get(match[1], {}):
            section = components.setdefault(match[1], {})
            if match[2] not in section:
                section[match[2]] = document["components"][match[1]][match[2]]
                todo.append(section[match[2]])
    return {**document, "paths": {operation.path: kept}, "components": components}


def compare(ours: Json, theirs: Json) -> tuple[list[Change], list[Listed]]:
    """The changes of each operation of ours, and the operations of theirs that we do not support."""
    changes = compare_services(ours, theirs)
    supported = {operation.name for operation in listed(ours)}
    named = {operation.name: operation for operation in listed(theirs)}
    routed = {operation.route: operation for operation in listed(theirs) if operation.name not in supported}
    used: list[Listed] = []
    for mine in listed(ours):
        other = named.get(mine.name) or routed.get(mine.route)
        if other is not None:
            used.append(other)
            changes += compare_operations(mine, other, ours, theirs)
        else:
            also = ""
            for _, near in pairs([mine], routed.values(), lambda a, b: similar(a.name, b.name, 0.6)):
                also = f", and `{near.name}` ({near.method} {near.path}) is new: likely a rename"
            changes.append(Change(mine.name, REQUEST, "", f"is gone{also}", True, names_of(mine.name)))
    return changes, [operation for operation in listed(theirs) if operation not in used]


def compare_services(ours: Json, theirs: Json) -> list[Change]:
    """What concerns every operation: where the service is, and how it learns who calls; as far as they say so."""
    changes: list[Change] = []
    for what, find in (("server", servers), ("credentials", credentials)):
        old, new = find(ours), find(theirs)
        if new and old != new:
            was, now = (", ".join(found) or "none" for found in (old, new))
            lost = tuple(one for one in old if one not in new)
            text = f"was {was} and is now {now}"
            changes.append(Change(SERVICE, REQUEST, what, text, bool(lost), lost if what == "server" else ()))
    return changes


def servers(document: Json) -> list[str]:
    """Where the service is."""
    return sorted(server["url"].rstrip("/") for server in document.get("servers") or ())


def credentials(document: Json) -> list[str]:
    """How a caller says who it is, as it goes over the wire."""
    found: set[str] = set()
    for scheme in (document.get("components") or {}).get("securitySchemes", {}).values():
        name = str(scheme.get("name", scheme.get("scheme", ""))).lower()
        is_bearer = scheme.get("type") in ("oauth2", "openIdConnect") or name in ("bearer", "authorization")
        found.add("bearer" if is_bearer else f"{scheme.get('in', 'http')} {name}")
    return sorted(found)


def compare_operations(mine: Listed, other: Listed, ours: Json, theirs: Json) -> list[Change]:
    """The changes of one operation."""
    changes: list[Change] = []

    def note(what: str, *, breaking: bool) -> None:
        changes.append(Change(mine.name, REQUEST, "", what, breaking, names_of(mine.name)))

    if mine.name != other.name:
        note(f"is now called `{other.name}`: the wire is the same, and our name can stay", breaking=False)
    if mine.route != other.route:
        note(f"was {mine.method} {mine.path} and is now {other.method} {other.path}", breaking=True)
    if needs_key(ours, mine) is False and needs_key(theirs, other) is True:
        note("now needs the API key", breaking=True)
    document, beside = without_headers(only(theirs, other), other)
    for name, required in beside.items():
        text = f"is new ({'required' if required else 'optional'}), and cannot be generated"
        changes.append(Change(mine.name, REQUEST, name, text, required, ()))
    try:
        plans = prepare(only(ours, mine)), prepare(document)
    except Ungeneratable as error:
        note(f"cannot be generated: {error}", breaking=True)
        return changes
    calls = plans[0].calls[mine.name], plans[1].calls[other.name]
    place = Place(mine.name, REQUEST, "", *plans)
    return [*changes, *compare_requests(place, *calls), *compare_replies(place._replace(direction=REPLY), *calls)]


def without_headers(document: Json, operation: Listed) -> tuple[Json, dict[str, bool]]:
    """A document of one operation without its headers and cookies, and these, with whether each is required."""
    found: dict[str, bool] = {}

    def rest(holder: Json) -> Json:
        kept: list[Any] = []
        for written in holder.get("parameters") or ():
            parameter = written
            if "$ref" in written:
                known = document["components"].get("parameters", {})
                parameter = known.get(written["$ref"].rpartition("/")[2], written)
            if parameter.get("in") in ("header", "cookie"):
                found[f"{parameter['in']} {parameter['name']}"] = parameter.get("required", False)
            else:
                kept.append(written)
        return {**holder, "parameters": kept} if "parameters" in holder else holder

    method = operation.method.lower()
    item = rest(document["paths"][operation.path])
    return {**document, "paths": {operation.path: {**item, method: rest(item[method])}}}, found


def needs_key(document: Json, operation: Listed) -> bool | None:
    """Whether an operation needs credentials; None where the document does not say."""
    security = operation.operation.get("security", document.get("security"))
    return None if security is None else any(security)


def compare_requests(place: Place, ours: Call, theirs: Call) -> Iterator[Change]:
    """How the parameters and the bodies of two calls differ."""
    yield from compare_slots(
        place, ours.parameters, path_aligned(ours, theirs), lambda slot: f"{slot.place} {slot.key}"
    )
    if ours.body is not None and theirs.body is not None:
        for change in compare_slot(place, ours.body, theirs.body):
            yield change if change.where else replace(change, what=f"the body {change.what}")
    elif ours.body is not None:
        yield place.change("takes no body any more", breaking=True)
    elif theirs.body is not None:
        how = "needs" if theirs.body.required else "can now have"
        yield place.change(f"{how} a body ({label(theirs.body.kind)})", breaking=theirs.body.required)


def path_aligned(ours: Call, theirs: Call) -> list[Slot]:
    """Their parameters, those in the path under our names where both paths are of one form: names stay at home."""
    old, new = (re.findall(r"\{([^}]*)\}", call.path) for call in (ours, theirs))
    forms = {re.sub(r"\{[^}]*\}", "{}", call.path) for call in (ours, theirs)}
    names = dict(zip(new, old, strict=True)) if len(forms) == 1 else {}
    return [replace(s, key=names.get(s.key, s.key)) if s.place == "path" else s for s in theirs.parameters]


def compare_replies(place: Place, ours: Call, theirs: Call) -> list[Change]:
    """How the replies differ, status by status; what several statuses have in common is said once."""
    found: dict[Change, list[str]] = {}
    for status, model in ours.replies.items():
        other = reply(theirs, status)
        if other is not None:
            differences = list(compare_models(place, model, other))
        else:
            alone = is_success(status) and not any(is_success(one) for one in theirs.replies)
            differences = [place.change("is no status any more", breaking=alone, names=(status_name(status),))]
        for change in differences:
            found.setdefault(change, []).append(status_name(status))
    for status, model in theirs.replies.items():
        if reply(ours, status) is None:
            change = place.change(f"is a new status ({model})", breaking=is_success(status), names=())
            found.setdefault(change, []).append(status_name(status))
    return [replace(change, statuses=tuple(statuses)) for change, statuses in found.items()]


def reply(call: Call, status: int) -> str | None:
    """The model of a status, also where it has one only as one of many."""
    return call.replies.get(status) or call.replies.get(status // 100) or call.replies.get(0)


def status_name(status: int) -> str:
    """A status as a document has it."""
    return "default" if status == 0 else f"{status}XX" if status < 100 else str(status)
