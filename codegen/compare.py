"""Compare another OpenAPI document of the service with ours, and list what changes for a client.

Both documents go through `prepare`, which also runs before code is generated. So only what a client can see is
compared, and not order, wording, or the way in which a document names and splits its schemas.
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
"""Used as the operation of a change that concerns all operations."""

_SUBMIT, _LIST, _CANCEL = "submit_position_instructions", "get_position_instructions", "cancel_position_instruction"
_KEYS = "the idempotency of submit: "
SAFETY = {
    (_SUBMIT, REQUEST, "[].instruction_id"): (
        f"{_KEYS}without our key the service makes one up, and a row that is sent again takes effect twice"
    ),
    (_SUBMIT, REPLY, "data[].instruction_id"): f"{_KEYS}the client matches the rows of a reply by this key",
    (_SUBMIT, REPLY, "data[].id"): f"{_KEYS}the all-zero id says that a rejected row was not stored",
    (_SUBMIT, REPLY, "data[].rejection_reason"): f"{_KEYS}its text says whether a rejected row was a duplicate",
    (_SUBMIT, REPLY, "data[].status"): "the outcome of submit: which rows were accepted, and which rejected",
    (_LIST, REPLY, "data[].instruction_id"): f"{_KEYS}if a reply is lost, the client looks for its rows by this key",
    (_LIST, REPLY, "data[].id"): "the outcome of a cancel, and waiting: the client finds rows by this id",
    (_LIST, REPLY, "data[].status"): "the outcome of a submit or a cancel, and waiting: it is the state of a row",
    (_LIST, REPLY, "metadata.next_page_token"): (
        "the outcome of a submit or a cancel: a list is complete only if it has no next page"
    ),
    (_CANCEL, REQUEST, "path instruction_id"): "cancel: it says which instruction to cancel",
    (_CANCEL, REPLY, "data"): "the outcome of cancel: a reply without its row counts as no reply",
}
"""The promise of the client that depends on each place, by operation, direction and place."""

STATUS = (_LIST, REPLY, "data[].status")
"""The enum of an instruction's status, which decides when a wait ends."""
STATES = "overlay/clear_street/_states.py"
"""The module that says which members of that enum are terminal."""

WORDS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "datetime": "date-time",
    "Any": "anything",
    "None": "null",
}
"""The names that JSON uses for Python's types."""

TEXTS = ("Text()", "DecimalText()")
"""The kinds that accept any text."""


@dataclass(frozen=True)
class Change:
    """One difference that callers of an operation can see."""

    operation: str
    direction: str
    """``"request"`` or ``"reply"``."""
    where: str
    """The place in the body (``data[].status``), or ``path`` or ``query`` and a parameter's name.

    Empty for a change of the operation itself.
    """
    what: str
    """What changed there, in a few words."""
    breaking: bool
    names: tuple[str, ...]
    """The names that code uses for this place."""
    statuses: tuple[str, ...] = ()
    """The statuses of the replies in which it is."""
    danger: str | None = None
    """The promise of the client that depends on the place. None if no promise does."""
    standing: str | None = None
    """The reason that `baseline.yaml` gives for keeping this difference. None if it is not listed there."""
    note: str | None = None

    @property
    def is_of_names(self) -> bool:
        """Whether the name of an operation, a field or a member changed or was removed."""
        if not self.where:
            return not self.statuses
        return self.what.startswith(("is gone", "no longer has the member"))


class Place(NamedTuple):
    """The place that is being compared."""

    operation: str
    direction: str
    where: str
    ours: Plan
    theirs: Plan
    models: frozenset[tuple[str, str]] = frozenset()
    """The pairs of models around this place. They are not compared again if they contain themselves."""

    def at(self, where: str) -> Place:
        """Return a place below or beside this one."""
        return self._replace(where=where)

    def change(
        self, what: str, *, breaking: bool, names: tuple[str, ...] | None = None, note: str | None = None
    ) -> Change:
        """Return a change at this place. `names` is by default the last part of the place."""
        if names is None:
            last = re.split(r"[.\s]", re.sub(r"\[\]|\{\}", "", self.where))[-1]
            names = (last,) if last else names_of(self.operation)
        danger = self.promise() if breaking else None
        return Change(self.operation, self.direction, self.where, what, breaking, names, danger=danger, note=note)

    def promise(self) -> str | None:
        """Return the promise that depends on this place or on one below it. None if no promise does."""
        for (operation, direction, where), promise in SAFETY.items():
            is_here = where == self.where or (self.where and where.startswith((f"{self.where}.", f"{self.where}[")))
            if is_here and (operation, direction) == self[:2]:
                return promise
        return None


# Kinds and slots


def label(kind: Kind, *, named: bool = True) -> str:
    """Describe a kind in words. With `named`, models and enums have their names; otherwise "object" and "enum"."""
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
    """Return the parts of a kind, in an order that does not depend on the document."""
    return sorted(kind.parts, key=lambda part: label(part, named=False))


def is_map(kind: Kind) -> bool:
    """Whether the kind is a map, so that its parts are the map's values and not the variants of a union."""
    return kind.annotation.startswith("dict[")


def takes(kind: Kind, other: Kind) -> bool:
    """Whether every value of the other kind is also a value of this kind, in JSON and in Python."""
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
    """Yield the differences between the values at one place."""
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
    """Yield the differences between the properties of two objects."""
    if (ours, theirs) in place.models:
        return
    place = place._replace(models=place.models | {(ours, theirs)})
    prefix = f"{place.where}." if place.where else ""
    old, new = place.ours.shapes[ours], place.theirs.shapes[theirs]
    yield from compare_slots(place, old, new, lambda slot: f"{prefix}{slot.key}")


def compare_slots(
    place: Place, ours: Sequence[Slot], theirs: Sequence[Slot], where: Callable[[Slot], str]
) -> Iterator[Change]:
    """Yield the differences between two lists of properties or parameters.

    Two of them are the same if they share any name. One that is gone and one that is new are reported as a likely
    rename if they look alike.
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
    """Whether two properties or parameters share at least one name."""
    return one.place == other.place and not one.keys.isdisjoint(other.keys)


def compare_slot(place: Place, ours: Slot, theirs: Slot) -> Iterator[Change]:
    """Yield the differences between two versions of a property, a parameter or a body."""
    reply = place.direction == REPLY
    if ours.required and not theirs.required:
        what = "may now be absent" if reply else "is now optional"
        yield place.change(what, breaking=reply and not ours.kind.nullable)
    if theirs.required and not ours.required:
        yield place.change("is now always present" if reply else "is now required", breaking=not reply)
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
    """Whether a new limit excludes values that the old limit allowed. A default excludes none."""
    if new is None or limit == "default":
        return False
    return old is None or limit in ("pattern", "multipleOf") or (new < old) == ("max" in limit.lower())


def compare_nullable(place: Place, ours: Kind, theirs: Kind, *, was_optional: bool) -> Iterator[Change]:
    """Yield a change if null is allowed on one side only.

    A new null breaks no reader of a field that could already be absent.
    """
    if theirs.nullable and not ours.nullable:
        yield place.change("may now be null", breaking=place.direction == REPLY and not was_optional)
    elif ours.nullable and not theirs.nullable:
        yield place.change("may no longer be null", breaking=place.direction == REQUEST)


def compare_enums(place: Place, ours: str, theirs: str) -> Iterator[Change]:
    """Yield the members that are gone and those that are new.

    The client accepts any member, so none of its promises depends on them.
    """
    old, new = place.ours.facts["enums"][ours]["values"], place.theirs.facts["enums"][theirs]["values"]
    gone, fresh = [m for m in old if m not in new], [m for m in new if m not in old]
    renamed = dict(pairs(gone, fresh, lambda one, other: similar(str(one), str(other), 0.7)))
    for member in gone:
        also = f", and `{renamed[member]}` is new: likely a rename" if member in renamed else ""
        what = f"no longer has the member `{member}` of `{ours}`{also}"
        note = waiting(place, member, gone=True)
        yield replace(place.change(what, breaking=True, names=(str(member),), note=note), danger=None)
    for member in fresh:
        if member not in renamed.values():
            note = waiting(place, member, gone=False)
            yield place.change(f"has the new member `{member}` of `{ours}`", breaking=False, names=(), note=note)


def waiting(place: Place, member: object, *, gone: bool) -> str | None:
    """Say what a new or removed status means for a wait. None if the enum is not an instruction's status."""
    if place[:3] != STATUS:
        return None
    if not gone:
        return f"waiting: it counts as not terminal until it is added to {STATES}"
    kind = "terminal" if member in _tables()["TERMINAL_STATES"] else "not terminal"
    return f"waiting: remove it from {STATES} (where it is {kind}); a wait for it alone would last until its deadline"


def _tables() -> dict[str, Any]:
    """Return the tables of `STATES`. That module cannot be imported here, because its package is not installed."""
    found: dict[str, Any] = {}
    for node in ast.parse((ROOT / STATES).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            exec(compile(ast.Module([node], []), STATES, "exec"), found)
    return found


# Likeness


def pairs(gone: Iterable[T], fresh: Iterable[T], alike: Callable[[T, T], float]) -> list[tuple[T, T]]:
    """Pair each item that is gone with the new item that looks most like it. Each item is in at most one pair."""
    left, right = list(gone), list(fresh)
    scored = [(alike(one, other), i, j) for i, one in enumerate(left) for j, other in enumerate(right)]
    found: list[tuple[int, int]] = []
    for score, i, j in sorted(scored, key=lambda pair: -pair[0]):
        if score > 0 and all(i != a and j != b for a, b in found):
            found.append((i, j))
    return [(left[i], right[j]) for i, j in sorted(found)]


def similar(one: str, other: str, least: float) -> float:
    """Return how similar two names are, from 0 to 1, by their letters and by the words that they share.

    Anything below `least` is returned as 0.
    """
    words = [set(re.findall(r"[a-z]+|[0-9]+", name.lower())) for name in (one, other)]
    shared = len(words[0] & words[1])
    score = SequenceMatcher(None, one, other).ratio()
    if shared and shared == min(map(len, words)):
        score = max(score, 0.9)
    elif 2 * shared >= max(map(len, words)):
        score = max(score, 0.6)
    return score if score >= least else 0


def alike_slots(one: Slot, other: Slot) -> float:
    """Return how likely it is that one was renamed to the other, from 0 to 1.

    If both have the same model or enum, less similar names are enough.
    """
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
        """The method and the path, without the names of its parameters. Operations with one route are the same."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


def listed(document: Json) -> list[Listed]:
    """Return the operations of a document."""
    return [
        Listed(module_name(item[method].get("operationId", f"{method}_{path}")), method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if isinstance(item, dict) and isinstance(item.get(method), dict)
    ]


def names_of(operation: str) -> tuple[str, ...]:
    """Return the names that code uses for an operation."""
    return (operation, operation.upper())


def only(document: Json, operation: Listed) -> Json:
    """Return the document with only this operation and the components that it needs.

    So an error in another part of the document does not stop the comparison.
    """
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
    """Return the changes of each of our operations, and the operations of the other document that we do not support."""
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
    """Return the changes of servers and credentials, which concern every operation.

    What the other document leaves out is not a change.
    """
    changes: list[Change] = []
    for what, find in (("server", servers), ("credentials", credentials)):
        old, new = find(ours), find(theirs)
        if new and old != new:
            was, now = (", ".join(found) or "none" for found in (old, new))
            removed = tuple(one for one in old if one not in new)
            text = f"was {was} and is now {now}"
            changes.append(Change(SERVICE, REQUEST, what, text, bool(removed), removed if what == "server" else ()))
    return changes


def servers(document: Json) -> list[str]:
    """Return the URLs of the service."""
    return sorted(server["url"].rstrip("/") for server in document.get("servers") or ())


def credentials(document: Json) -> list[str]:
    """Return the ways in which a request carries its credentials."""
    found: set[str] = set()
    for scheme in (document.get("components") or {}).get("securitySchemes", {}).values():
        name = str(scheme.get("name", scheme.get("scheme", ""))).lower()
        is_bearer = scheme.get("type") in ("oauth2", "openIdConnect") or name in ("bearer", "authorization")
        found.add("bearer" if is_bearer else f"{scheme.get('in', 'http')} {name}")
    return sorted(found)


def compare_operations(mine: Listed, other: Listed, ours: Json, theirs: Json) -> list[Change]:
    """Return the changes of one operation."""
    changes: list[Change] = []

    def note(what: str, *, breaking: bool) -> None:
        changes.append(Change(mine.name, REQUEST, "", what, breaking, names_of(mine.name)))

    if mine.name != other.name:
        note(f"is now called `{other.name}`: requests stay the same, and so can our name", breaking=False)
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
    """Return a document of one operation without its headers and cookies, and these with whether each is required."""
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
    """Whether an operation needs credentials. None if the document does not say."""
    security = operation.operation.get("security", document.get("security"))
    return None if security is None else any(security)


def compare_requests(place: Place, ours: Call, theirs: Call) -> Iterator[Change]:
    """Yield the differences between the parameters and the bodies of two calls."""
    yield from compare_slots(
        place, ours.parameters, path_aligned(ours, theirs), lambda slot: f"{slot.place} {slot.key}"
    )
    if ours.body is not None and theirs.body is not None:
        for change in compare_slot(place, ours.body, theirs.body):
            yield change if change.where else replace(change, what=f"the body {change.what}")
    elif ours.body is not None:
        yield place.change("no longer takes a body", breaking=True)
    elif theirs.body is not None:
        how = "needs" if theirs.body.required else "can now have"
        yield place.change(f"{how} a body ({label(theirs.body.kind)})", breaking=theirs.body.required)


def path_aligned(ours: Call, theirs: Call) -> list[Slot]:
    """Return the other call's parameters, those of the path under our names if both paths have the same shape.

    A path parameter's name is never sent, so another name is not a change.
    """
    old, new = (re.findall(r"\{([^}]*)\}", call.path) for call in (ours, theirs))
    forms = {re.sub(r"\{[^}]*\}", "{}", call.path) for call in (ours, theirs)}
    names = dict(zip(new, old, strict=True)) if len(forms) == 1 else {}
    return [replace(s, key=names.get(s.key, s.key)) if s.place == "path" else s for s in theirs.parameters]


def compare_replies(place: Place, ours: Call, theirs: Call) -> list[Change]:
    """Return the differences between the replies. A difference that several statuses have is listed once."""
    found: dict[Change, list[str]] = {}
    for status, model in ours.replies.items():
        other = reply(theirs, status)
        if other is not None:
            differences = list(compare_models(place, model, other))
        else:
            alone = is_success(status) and not any(is_success(one) for one in theirs.replies)
            differences = [place.change("is no longer documented", breaking=alone, names=(status_name(status),))]
        for change in differences:
            found.setdefault(change, []).append(status_name(status))
    for status, model in theirs.replies.items():
        if reply(ours, status) is None:
            change = place.change(f"is a new status ({model})", breaking=is_success(status), names=())
            found.setdefault(change, []).append(status_name(status))
    return [replace(change, statuses=tuple(statuses)) for change, statuses in found.items()]


def reply(call: Call, status: int) -> str | None:
    """Return the model of a status, also if only its class (4XX) or `default` has one. None if neither does."""
    return call.replies.get(status) or call.replies.get(status // 100) or call.replies.get(0)


def status_name(status: int) -> str:
    """Return a status as a document writes it."""
    return "default" if status == 0 else f"{status}XX" if status < 100 else str(status)
