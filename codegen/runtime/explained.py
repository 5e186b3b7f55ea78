"""Say in the docstring of a class what each of its fields or members means, as the source does beneath it.

``help()``, editors and notebooks show the docstring of a class, and know nothing of the text beneath its fields.
"""

from __future__ import annotations

import sys
from functools import cache

__all__ = ["explain", "meanings"]


def explain(*kinds: type) -> None:
    """Let the docstrings of classes say what their fields or members mean. The source is read when one is asked for."""
    for kind in kinds:
        text = vars(kind).get("__doc__")
        if isinstance(text, str):
            kind.__doc__ = _Explained(text)  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


def meanings(kind: type) -> dict[str, str]:
    """Return what each field or member of a class means, those that it inherits first; nothing without the source."""
    return {
        name: text
        for one in reversed(kind.__mro__)
        for name, text in _written(one.__module__).get(one.__qualname__, {}).items()
    }


class _Explained:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __get__(self, _: object, kind: type) -> str:
        from inspect import cleandoc
        from textwrap import fill

        lines = [
            fill(f"- `{name}`: {text}", 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
            for name, text in meanings(kind).items()
        ]
        return "\n".join([cleandoc(self.text), *([""] if lines else []), *lines])


@cache
def _written(module: str) -> dict[str, dict[str, str]]:
    """Return the texts beneath the fields of a module's classes."""
    import ast
    from inspect import getsource

    if module not in sys.modules:
        return {}
    try:
        tree = ast.parse(getsource(sys.modules[module]))
    except (OSError, TypeError):  # a program that was frozen; a module of C
        return {}
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            # A TypedDict does not know what it was made of: its only base is dict.
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            texts = found[node.name] = {name: text for base in bases for name, text in found.get(base, {}).items()}
            for above, below in zip(node.body, node.body[1:], strict=False):
                target = above.targets[0] if isinstance(above, ast.Assign) else getattr(above, "target", None)
                if (
                    isinstance(target, ast.Name)
                    and isinstance(below, ast.Expr)
                    and isinstance(below.value, ast.Constant)
                    and isinstance(below.value.value, str)
                ):
                    texts[target.id] = " ".join(below.value.value.split())
    return found
