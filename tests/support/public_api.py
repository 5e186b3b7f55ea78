"""List the public Python API, a line for each name, as it is committed in tests/public_api.txt.

Run as a program (`make snapshots`), it renews that page if the newest section of CHANGELOG.md has changed since the
page was last written.
"""

from __future__ import annotations

import enum
import hashlib
import inspect
import re
import sys
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "tests/public_api.txt"
CHANGELOG = ROOT / "CHANGELOG.md"
MODULES = (
    "clear_street",
    "clear_street.errors",
    "clear_street.events",
    "clear_street.market",
    "clear_street.migrate",
    "clear_street.opentelemetry",
    "clear_street.sandbox",
    "clear_street.testing",
    "clear_street.types.v1",
    "clear_street.v1",
    "clear_street_api.errors",
)
GENERATED = {
    "clear_street_api.client": ["Request"],
    "clear_street_api.types": ["Drift", "Model", "OpenIntEnum", "OpenStrEnum", "Refused", "Response"],
}
"""Names that applications may use from modules of the generated code. Its operations are in surface.md."""
HANDED_OUT = re.compile(r"(Error|Iterator|RawResponse|Watch)$|^clear_street\.v1")
"""Classes of which only the client makes instances."""
ENTRY = "CHANGELOG.md of this API: "


def public() -> tuple[dict[str, Any], dict[int, str]]:
    """Return what is public, by each of its names, and the first name of each, by its id."""
    exported = {**{module: sorted(import_module(module).__all__) for module in MODULES}, **GENERATED}
    names = {
        f"{module}.{name}": getattr(import_module(module), name) for module in exported for name in exported[module]
    }
    homes: dict[int, str] = {}
    for name, value in names.items():
        homes.setdefault(id(value), name)
    return names, homes


def page() -> list[str]:
    """List what can be named, called and read, with types and defaults, each where it is exported first."""
    names, homes = public()
    lines: list[str] = []
    for name, value in names.items():
        home = homes[id(value)]
        lines += _described(name, value, homes) if home == name else [f"{name} = {home}"]
    return lines


def members(kind: type, homes: dict[int, str]) -> dict[str, str]:
    """Return what a class has, in the order of the source, each with its type, its value or its signature."""
    # What it has from a base of ours without a public name is its own.
    kinds = [one for one in reversed(kind.__mro__) if one is kind or id(one) not in homes]
    found = {member: text for one in kinds for member, text in _members(one)}
    if HANDED_OUT.search(f"{kind.__module__}.{kind.__name__}"):
        found.pop("__init__", None)
    return found


def _described(name: str, value: Any, homes: dict[int, str]) -> Iterator[str]:
    if inspect.isclass(value):
        bases = [base.__name__ for base in value.__bases__ if id(base) in homes or base in (Exception, ValueError)]
        yield f"{name}({', '.join(bases)})"
        yield from (f"{name}.{member}{found}" for member, found in sorted(members(value, homes).items()))
    elif inspect.isfunction(value):
        yield f"{name}{signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def _members(kind: type) -> Iterator[tuple[str, str]]:
    """The public members that a class of ours defines itself."""
    if kind.__module__.split(".")[0] not in ("clear_street", "clear_street_api"):
        return
    if issubclass(kind, enum.Enum):
        yield from ((name, f" = {member.value!r}") for name, member in kind.__members__.items())
    for name, annotation in inspect.get_annotations(kind).items():
        text = getattr(annotation, "__forward_arg__", annotation)
        if not name.startswith("_") and not str(text).startswith("ClassVar"):
            yield name, f": {text}"
    for name, found in vars(kind).items():
        # What attrs writes has the fields again.
        if name == "__init__" and Path(found.__code__.co_filename).exists():
            yield name, signature(found)
        elif name.startswith("_"):
            continue
        elif isinstance(found, property):
            yield name, signature(found.fget).removeprefix("(self)")
        elif isinstance(found, (classmethod, staticmethod)):
            yield name, f"{signature(found.__func__)} {type(found).__name__}"
        elif inspect.isfunction(found):
            yield name, signature(found)


class _Plain(str):
    """An annotation that shows itself as it is written."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature(function: Any) -> str:
    """Return the signature of a function as it is written, and whether it is async."""
    found = inspect.signature(function)
    # Annotations are strings, and would be shown in quotes.
    parameters = [one.replace(annotation=_plain(one.annotation)) for one in found.parameters.values()]
    shown = str(found.replace(parameters=parameters, return_annotation=_plain(found.return_annotation)))
    return f"{shown} async" if inspect.iscoroutinefunction(function) else shown


def _plain(annotation: Any) -> Any:
    return _Plain(annotation) if isinstance(annotation, str) else annotation


def newest(changelog: str) -> str:
    """A digest of the newest section of a changelog."""
    section = [*re.split(r"^## ", changelog, flags=re.MULTILINE), ""][1]
    return hashlib.sha256(section.strip().encode()).hexdigest()[:12]


def renewed(committed: str, lines: list[str], changelog: str) -> str:
    """Return the page to commit. Raises ValueError if the API has changed and the changelog has not."""
    entry, known = newest(changelog), committed.splitlines()
    if known[2:] == lines:
        return committed
    if known and known[0] == f"{ENTRY}{entry}":
        raise ValueError("the public API has changed, and the newest section of CHANGELOG.md does not say so yet")
    return "\n".join([f"{ENTRY}{entry}", "", *lines]) + "\n"


def difference(committed: str, lines: list[str]) -> str:
    """List the added (+) and removed (-) lines."""
    return "\n".join(list(unified_diff(committed.splitlines()[2:], lines, n=0, lineterm=""))[2:])


def main() -> int:
    """Renew the page, and return the exit status."""
    committed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    changelog = CHANGELOG.read_text(encoding="utf-8") if CHANGELOG.exists() else ""
    lines = page()
    try:
        PAGE.write_text(renewed(committed, lines, changelog), encoding="utf-8")
    except ValueError as error:
        sys.exit(f"{difference(committed, lines)}\n{error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
