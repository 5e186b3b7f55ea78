"""Replace each string of a document in turn by hostile text, and generate what is not refused with its place.

Run by tests/test_other_documents.py in the generator's environment: `hostile_documents.py document.json folder stride`
takes each `stride`-th string. Those that can be replaced together go into one package in the folder. Prints what went
wrong as JSON.
"""

from __future__ import annotations

import copy
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2] / "codegen"))

from generate import generate
from naming import Ungeneratable
from prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = (
    '"""\n\'\\{{{{x}}}}\x00{{% y %}}\nraise SystemExit("executed {number}")\n"""',
    '")\nraise SystemExit("executed {number}")\n#\u2028\ud800 \\',
)


def strings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Find each string of a document: the path to it, and whether it is a key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), True
            yield from strings(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from strings(inner, (*path, index))
    elif isinstance(value, str):
        yield path, False


def replaced(document: Any, path: tuple[Any, ...], text: str, *, is_key: bool) -> Any:
    """Return a copy of the document with another string in this place."""
    changed = copy.deepcopy(document)
    parent = changed
    for step in path[:-1]:
        parent = parent[step]
    last = path[-1]
    if is_key:
        items = [(text if key == last else key, value) for key, value in parent.items()]
        parent.clear()
        parent.update(items)
    else:
        parent[last] = text
    return changed


def problem(document: Any) -> str | None:
    """What is wrong with how a document is taken; "" where it is refused with its place, None where it is taken."""
    try:
        prepare(document)
    except Ungeneratable as error:
        return "" if str(error).startswith("#") else f"refused without its place: {error}"
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def main() -> None:
    """Print the places whose replacement went wrong."""
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    wrong: list[str] = []
    for which, text in enumerate(TEXTS):
        together = document
        for number, (path, is_key) in list(enumerate(strings(document)))[which :: int(sys.argv[3])]:
            hostile = text.format(number=number)
            said = problem(replaced(document, path, hostile, is_key=is_key))
            if said:
                wrong.append(f"{'/'.join(map(str, path))}: {said}")
            if said is None and not is_key:
                # A key that is another is not found again by the places below it.
                more = replaced(together, path, hostile, is_key=False)
                together = more if problem(more) is None else together
        with TemporaryDirectory() as scratch:
            shutil.copytree(generate(together, Path(scratch)), Path(sys.argv[2]) / str(which) / "clear_street_api")
    sys.stdout.write(json.dumps(wrong))


if __name__ == "__main__":
    main()
