"""Let annotations be evaluated at run time, although the names in them are imported only for type checkers."""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from typing import Any


class _Builtins(dict[str, object]):
    """The builtins of a module, and in addition the names that its ``if TYPE_CHECKING:`` blocks define."""

    __slots__ = ("_names", "module")

    if TYPE_CHECKING:
        module: str
        _names: dict[str, object]

    def __missing__(self, name: str) -> object:
        if not hasattr(self, "_names"):
            self._names = _checked_names(self.module)
        return self._names[name]


def resolvable(namespace: dict[str, Any], *classes: type) -> None:
    """Let `typing.get_type_hints` and ``inspect.signature(eval_str=True)`` find the names in a module's annotations.

    Both look a name up in the module and then in its builtins. For `classes`, which have annotated attributes, they use
    the builtins of the class. Nothing is imported until a name is looked up.
    """
    found = namespace["__builtins__"] = _Builtins(vars(builtins))
    found.module = namespace["__name__"]
    for kind in classes:
        kind.__builtins__ = found  # type: ignore[attr-defined]


def _checked_names(module: str) -> dict[str, object]:
    """Return the names that a module defines for type checkers; none if it has no source, as in a frozen program."""
    import __future__

    import ast
    import linecache

    namespace = vars(sys.modules[module])
    loader = namespace["__spec__"].loader
    # pytest's loader, which loads the packages of its plugins, gives no source.
    is_rewritten = not hasattr(loader, "get_source")
    source = "".join(linecache.getlines(namespace["__file__"])) if is_rewritten else loader.get_source(module)
    blocks = [node.body for node in ast.parse(source or "").body if isinstance(node, ast.If) and _is_check(node.test)]
    found: dict[str, object] = {}
    for statement in [each for block in blocks for each in block]:
        tree = ast.Module([statement], [])
        code = compile(tree, module, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
        try:
            exec(code, namespace, found)
        except ImportError as error:  # the other module may define such a name for type checkers too
            home = vars(sys.modules[str(error.name)])
            imported: Any = statement
            for alias in imported.names:
                known = home if alias.name in home else home["__builtins__"]
                found[alias.asname or alias.name] = known[alias.name]
    return found


def _is_check(test: Any) -> bool:
    return getattr(test, "id", None) == "TYPE_CHECKING"
