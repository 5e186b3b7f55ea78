"""`make snapshots`: print each fact about the service that the client relies on, one a line so that diffs are short.

The page is committed as tests/surface.md. If openapi.yaml changes, review the diff of that page.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from compare import ROOT, label, listed, needs_key, status_name
from generate import read
from prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations import Slot
    from schemas import Json


def surface(document: Json) -> Iterator[str]:
    """Yield the lines of the page."""
    plan = prepare(document)
    key = {operation.name: needs_key(document, operation) for operation in listed(document)}
    yield from ["# What the client relies on", "", "From openapi.yaml, by `make snapshots`.", "", "# Operations", ""]
    for name, call in sorted(plan.calls.items()):
        yield from [f"## {name}", "", f"- {call.method} {call.path}", f"- tag: {call.tag}"]
        yield from ["- changes nothing"] if call.is_read and call.method not in ("GET", "HEAD") else []
        yield "- sends the API key" if key[name] else "- sends no API key"
        yield from (f"- {slot.place} {fact(slot)}" for slot in call.parameters)
        if call.body is not None:
            yield f"- body: {facts(call.body)}"
        yield from (f"- {status_name(status)}: {model}" for status, model in sorted(call.replies.items()))
        yield ""
    yield from ["# Objects", ""]
    for name, slots in sorted(plan.shapes.items()):
        yield from [f"## {name}", "", *(f"- {fact(slot)}" for slot in slots), ""]
    yield from ["# Enums", ""]
    for name, enum in sorted(plan.facts["enums"].items()):
        yield from [f"## {name}", "", *(f"- {value}" for value in enum["values"]), ""]


def fact(slot: Slot) -> str:
    """Return a property or parameter as one line."""
    return f"{slot.key}: {facts(slot)}"


def facts(slot: Slot) -> str:
    """Return the kind, limits and other facts of a property, parameter or body."""
    found = [label(slot.kind)]
    found += [] if slot.required else ["optional"]
    found += ["may be null"] if slot.kind.nullable else []
    found += ["comma-joined"] if slot.joined else []
    return ", ".join([*found, *(f"{limit} {value}" for limit, value in sorted(slot.limits.items()))])


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", nargs="?", default=str(ROOT / "openapi.yaml"), help="the document: a path or a URL")
    print("\n".join(surface(read(parser.parse_args().spec))).rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
