"""Change one decision at a time, and see whether a test fails. If none notices the change, a test is missing.

``python tests/mutants.py batch policy`` changes these modules of ``_calls/`` (all, if none is named). For each change,
it runs the tests that reach the changed line, in a forked process, until the first fails. ``--tests`` names the files
of tests to run. ``--limit`` stops after so many seconds of tests, the quickest first, so a change may survive that a
slower test would notice. mutants_equivalent.toml lists the changes that make no difference, each with the reason. The
exit status is 1 if any other change survives, or if a listed change no longer exists.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import os
import pickle
import resource
import select
import signal
import sys
import time
import tomllib
from collections import Counter
from functools import partial
from importlib import import_module
from itertools import accumulate
from math import inf
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TESTS = Path(__file__).parent
PACKAGE = "clear_street._calls"
MODULES = (
    *("batch", "call", "cancel", "effects", "ensure", "failures", "kinds", "lifecycle", "policy"),
    *("renaming", "shared", "steps", "streamed", "submit", "telling", "waiting"),
)
EQUIVALENT = TESTS / "mutants_equivalent.toml"
# What reaches a decision of a call in another process alone, where the change is not, or not at all.
UNCONCERNED = (
    *("aiohttp_extra", "budgets", "generation", "generator_upgrade", "imports", "models", "new_operation"),
    *("other_documents", "pytest_plugin", "readme", "rehearsal", "spec", "spec_check", "speed_extra", "surface"),
    *("user_code", "wheel"),
)
SECONDS_MAX = 10.0
"""Seconds that a test may take, beside ten times what it takes unchanged, before it counts as failed."""
MEMORY_MAX = 4 << 30
"""Bytes."""

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    one: other
    for pair in (
        *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn)),
        *((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.BitOr, ast.BitAnd)),
    )
    for one, other in (pair, pair[::-1])
}
_OTHER_NAME = {"min": "max", "max": "min", "all": "any", "any": "all"}
_UNCHANGED_FIELDS = ("annotation", "returns", "decorator_list", "bases")


class Mutant(NamedTuple):
    """One change of one module."""

    module: str
    where: str
    """The qualified name of the function or class that it is in."""
    line: str
    """The source line, stripped."""
    change: str
    """What it is, in words."""
    lines: range
    """The lines of which one is reached where the change can make a difference."""
    is_constant: bool
    """Whether what changes is computed once, when the module is loaded."""
    place: tuple[ast.AST, str, int | None]
    """What is replaced: a node's field, or an element of it."""
    by: ast.AST

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others, whatever else changes in the module."""
        return self.module, self.where, self.line, self.change


class Mutants(ast.NodeVisitor):
    """The changes that can be made to a module."""

    def __init__(self, module: str, source: str) -> None:
        self.tree = ast.parse(source)
        self.found: list[Mutant] = []
        self._module = module
        self._lines = source.splitlines()
        self._where: list[str] = []
        self._functions: int = 0
        self._place: tuple[ast.AST, str, int | None] = (self.tree, "body", 0)
        self._reached = range(1)
        self.visit(self.tree)

    def _add(
        self, node: ast.expr | ast.stmt, change: str, by: ast.AST, place: tuple[ast.AST, str, int | None] | None = None
    ) -> None:
        line = self._lines[node.lineno - 1].strip()
        where, place = ".".join(self._where), place or self._place
        by = ast.copy_location(by, node)
        same = sum(mutant[1:3] == (where, line) and mutant.change.startswith(change) for mutant in self.found)
        change += f" ({same + 1})" if same else ""
        self.found.append(Mutant(self._module, where, line, change, self._reached, not self._functions, place, by))

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            self._reached = _own_lines(node)
        reached = self._reached
        for name, value in ast.iter_fields(node):
            if name not in _UNCHANGED_FIELDS:
                for index, child in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(child, ast.AST):
                        self._reached = reached
                        self._place = (node, name, index if isinstance(value, list) else None)
                        self.visit(child)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._where.append(node.name)
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1
        self._where.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._where.append(node.name)
        self.generic_visit(node)
        self._where.pop()

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self._decide(node, (True, False))

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._decide(node, (True, False))

    def visit_While(self, node: ast.While) -> None:
        self._decide(node, () if isinstance(node.test, ast.Constant) else (False,))

    def _decide(self, node: ast.If | ast.IfExp | ast.While, truths: Sequence[bool]) -> None:
        place, reached = self._place, self._reached
        if isinstance(node, ast.stmt):
            self._reached = _own_lines(node)
        for truth in truths:
            self._add(node.test, f"`{ast.unparse(node.test)}` is {truth}", ast.Constant(truth), (node, "test", None))
        self._place, self._reached = place, reached
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for index, test in enumerate(node.ifs):
            for truth in (True, False):
                self._add(test, f"`{ast.unparse(test)}` is {truth}", ast.Constant(truth), (node, "ifs", index))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operator in enumerate(node.ops):
            self._swap(node, operator, (node, "ops", index))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._swap(node, node.op, (node, "op", None))
        self.generic_visit(node)

    def _swap(self, node: ast.expr, operator: ast.AST, place: tuple[ast.AST, str, int | None]) -> None:
        if (other := _SWAPPED.get(type(operator))) is not None:
            change = f"`{_sign(operator)}` becomes `{_sign(other())}` in `{ast.unparse(node)}`"
            self._add(node, change, other(), place)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for index, value in enumerate(node.values):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            by = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            self._add(node, f"without `{ast.unparse(value)}` in `{ast.unparse(node)}`", by)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, f"`{ast.unparse(node)}` is turned round", node.operand)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, f"{node.value} becomes {not node.value}", ast.Constant(not node.value))
        elif isinstance(node.value, int | float):
            other = node.value + 1 if self._functions or not node.value else node.value * 2
            self._add(node, f"{node.value} becomes {other}", ast.Constant(other))
        elif isinstance(node.value, str) and isinstance(self._place[0], ast.Compare | ast.Tuple | ast.Set):
            self._add(node, f"{node.value!r} is another text", ast.Constant("another text"))

    def visit_Name(self, node: ast.Name) -> None:
        if (other := _OTHER_NAME.get(node.id)) is not None:
            self._add(node, f"`{node.id}` becomes `{other}`", ast.Name(other, ast.Load()))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        # The texts of a `Literal` are for type checkers.
        if not (isinstance(node.value, ast.Name) and node.value.id == "Literal"):
            self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        self._reached = _own_lines(node)
        self._add(node, "no `break`", ast.Pass())

    def visit_Continue(self, node: ast.Continue) -> None:
        self._reached = _own_lines(node)
        self._add(node, "no `continue`", ast.Pass())

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._leave_out(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(isinstance(target, ast.Attribute) for target in node.targets):
            self._leave_out(node)
        elif ast.unparse(node.targets[0]) not in ("TYPE_CHECKING", "__slots__"):
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._leave_out(node)

    def _leave_out(self, node: ast.stmt) -> None:
        if self._functions:
            self._reached = _own_lines(node)
            self._add(node, f"no `{ast.unparse(node)}`", ast.Pass())
        self.generic_visit(node)


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement but for the statements in it; all of a function's."""
    lasts = [node.lineno]
    if not hasattr(node, "body") or isinstance(node, ast.FunctionDef):
        lasts.append(node.end_lineno or 0)
    lasts += [child.end_lineno or 0 for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return range(node.lineno, max(lasts) + 1)


def _sign(operator: ast.AST) -> str:
    """An operator as it is written."""
    name = ast.Name("x")
    whole: ast.AST = ast.Compare(name, [], [name])
    if isinstance(operator, ast.cmpop):
        whole = ast.Compare(name, [operator], [name])
    elif isinstance(operator, ast.operator):
        whole = ast.BinOp(name, operator, name)
    return ast.unparse(whole)[2:-2]


@contextlib.contextmanager
def changed(mutant: Mutant) -> Iterator[None]:
    """Have the change in the module's tree."""
    node, name, index = mutant.place
    old = getattr(node, name)
    setattr(node, name, mutant.by if index is None else [*old[:index], mutant.by, *old[index + 1 :]])
    yield
    setattr(node, name, old)


def put_in(module: ModuleType, functions: Sequence[FunctionType], tree: ast.Module, mutant: Mutant) -> None:
    """Let a loaded module, its functions and what others have imported from it be as its changed tree says."""
    code: dict[tuple[str, int], CodeType] = {}
    with changed(mutant):
        todo: list[CodeType] = [compile(tree, module.__file__ or "", "exec")]
        if mutant.is_constant:
            _assign_again(module, tree)
        defaults = _defaults(tree)
    while todo:
        one = todo.pop()
        code[one.co_qualname, one.co_firstlineno] = one
        todo += [constant for constant in one.co_consts if isinstance(constant, CodeType)]
    for function in functions:
        key = function.__code__.co_qualname, function.__code__.co_firstlineno
        function.__code__ = code.get(key, function.__code__)
        if function.__kwdefaults__:
            function.__kwdefaults__.update(defaults.get(key, {}))


def _assign_again(module: ModuleType, tree: ast.Module) -> None:
    """Compute the constants of a module and of its classes once more, and let other modules have the new ones."""
    package = [other for name, other in sys.modules.items() if name.startswith("clear_street")]
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.bases]
    holders: list[ast.Module | ast.ClassDef] = [tree, *classes]
    for holder in holders:
        for node in holder.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            value: ast.expr | None = getattr(node, "value", None)
            if not isinstance(target, ast.Name) or value is None:
                continue
            new = eval(compile(ast.Expression(value), module.__file__ or "", "eval"), vars(module))
            if isinstance(holder, ast.ClassDef):
                setattr(getattr(module, holder.name), target.id, new)
                continue
            old = getattr(module, target.id)
            for other in package:
                if vars(other).get(target.id, module) is old:
                    setattr(other, target.id, new)


def _defaults(tree: ast.Module) -> dict[tuple[str, int], dict[str, Any]]:
    """The defaults of arguments that are given by name, by qualified name and line of the function."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    holders: list[ast.Module | ast.ClassDef] = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    for holder in holders:
        prefix = f"{holder.name}." if isinstance(holder, ast.ClassDef) else ""
        for node in holder.body:
            if isinstance(node, ast.FunctionDef):
                line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                constants = {each.arg: default.value for each, default in pairs if isinstance(default, ast.Constant)}
                found[prefix + node.name, line] = constants
    return found


class Session:
    """A plugin of pytest that, instead of running the tests once, runs them for each mutant."""

    def __init__(self, names: Sequence[str], limit: float, out: Callable[[str], object]) -> None:
        self.is_clean: bool = True
        self._names = names
        self._limit = limit
        self._modules: dict[str, ModuleType] = {}
        self._out = out
        self._pipe: int | None = None
        """Where a test that fails is told of, and ends the process."""
        self._has_failed = False
        self._items: Sequence[pytest.Item] = ()
        self._reached: dict[str, dict[int, set[int]]] = {}
        """The tests that reach a line, by module and line."""
        self._took: dict[int, float] = {}
        """The seconds that each test takes."""
        self._killers: list[int] = []
        """The tests that failed lately, which are likely to fail again."""

    def pytest_collection(self) -> None:
        import hypothesis  # pytest wants to be the first to import its plugins

        self._modules = {name: import_module(f"{PACKAGE}.{name}") for name in self._names}
        # An example that fails is enough: nobody wants to see the smallest one.
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=phases)
        hypothesis.settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._has_failed |= report.failed
        if report.failed and self._pipe is not None:
            os.write(self._pipe, b"F")
            os._exit(1)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        plugins = session.config.pluginmanager
        plugins.unregister(plugins.getplugin("terminalreporter"))
        self._items = session.items
        began = time.monotonic()
        self._run_unchanged()
        self._out(
            f"{len(self._took)} of {len(self._items)} tests pass unchanged, in {time.monotonic() - began:.0f} s\n"
        )
        known = {tuple(entry[name] for name in ("module", "where", "line", "change")) for entry in equivalent()}
        for name, module in self._modules.items():
            self._try_all(name, module, {identity for identity in known if identity[0] == name})
        return True

    def _run_unchanged(self) -> None:
        """Find out which tests pass, which lines they reach and how long they take."""
        read, write = os.pipe()
        if not (child := os.fork()):
            os.close(read)
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(self._covered(), pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            self._reached, self._took, failing = pickle.load(pipe)
        os.waitpid(child, 0)
        for index in failing:
            self._out(f"fails unchanged: {self._items[index].nodeid}\n")

    def _covered(self) -> tuple[dict[str, dict[int, set[int]]], dict[int, float], list[int]]:
        from coverage import Coverage

        _be_quiet()
        files = {name: module.__file__ or "" for name, module in self._modules.items()}
        coverage = Coverage(data_file=None, include=list(files.values()), config_file=False)
        took: dict[int, float] = {}
        failing: list[int] = []
        coverage.start()
        for index in range(len(self._items)):
            coverage.switch_context(str(index))
            self._has_failed = False
            began = time.monotonic()
            self._run(index)
            if self._has_failed:
                failing.append(index)
            else:
                took[index] = time.monotonic() - began
        coverage.stop()
        data = coverage.get_data()
        reached = {
            name: {line: {int(one) for one in tests if one} for line, tests in data.contexts_by_lineno(file).items()}
            for name, file in files.items()
        }
        return reached, took, failing

    def _run(self, index: int) -> None:
        item = self._items[index]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)

    def _try_all(self, name: str, module: ModuleType, known: set[tuple[str, ...]]) -> None:
        """Try every change of a module."""
        mutants = Mutants(name, Path(module.__file__ or "").read_text("utf-8"))
        gc.unfreeze()
        functions = [thing for thing in gc.get_objects() if isinstance(thing, FunctionType)]
        functions = [function for function in functions if function.__code__.co_filename == module.__file__]
        gc.freeze()
        began, counts = time.monotonic(), Counter[str]()
        for mutant in mutants.found:
            if mutant.identity in known:
                counts["equivalent"] += 1
            elif self._is_killed(mutant, partial(put_in, module, functions, mutants.tree, mutant)):
                counts["killed"] += 1
            else:
                counts["survived"] += 1
                self._out(f"survived: {name}: {mutant.where}: {mutant.line}\n    {mutant.change}\n")
        gone = known - {mutant.identity for mutant in mutants.found}
        for identity in sorted(gone):
            self._out(f"listed as equivalent, and not there: {identity}\n")
        self.is_clean &= not counts["survived"] and not gone
        figures = ", ".join(f"{counts[key]} {key}" for key in ("killed", "equivalent", "survived"))
        self._out(f"{name}: {len(mutants.found)} mutants: {figures}, in {time.monotonic() - began:.0f} s\n")

    def _is_killed(self, mutant: Mutant, change: Callable[[], None]) -> bool:
        """Whether a test fails, or takes far too long, once `change` was made."""
        lines = self._reached[mutant.module]
        # A constant may be read anywhere, but hardly by a test that reaches nothing of its module.
        reaching = lines.values() if mutant.is_constant else [lines.get(line, set()) for line in mutant.lines]
        recent = {index: rank for rank, index in enumerate(reversed(self._killers[-30:]))}
        tests = sorted(
            set[int]().union(*reaching) & self._took.keys(),
            key=lambda index: (recent.get(index, len(recent)), self._took[index]),
        )
        spent = accumulate(self._took[index] for index in tests)
        tests = [index for index, seconds in zip(tests, spent, strict=True) if seconds < self._limit]
        read, write = os.pipe()
        if not (child := os.fork()):
            os.close(read)
            self._pipe = write
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
            _be_quiet()
            change()
            for index in tests:
                self._run(index)
                os.write(write, b".")
            os._exit(0)
        os.close(write)
        passed = 0
        for index in tests:
            ready, _, _ = select.select([read], [], [], SECONDS_MAX + 10 * self._took[index])
            if not ready or os.read(read, 1) != b".":
                self._killers = [*(each for each in self._killers if each != index), index]
                break
            passed += 1
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return passed < len(tests)


def _be_quiet() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)


def equivalent() -> list[dict[str, str]]:
    """The changes that are known to make no difference."""
    entries: list[dict[str, str]] = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("mutant", [])
    return entries


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="module", help=f"one of {', '.join(MODULES)}")
    parser.add_argument("--tests", nargs="+", help="files of tests")
    parser.add_argument("--limit", type=float, default=inf, help="seconds that the tests of one change may take")
    chosen = parser.parse_args(arguments)
    unconcerned = {f"test_{name}.py" for name in UNCONCERNED}
    tests = chosen.tests or [str(path) for path in sorted(TESTS.glob("test_*.py")) if path.name not in unconcerned]
    plugins_left_out = [word for name in ("randomly", "cacheprovider", "faulthandler") for word in ("-p", f"no:{name}")]
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        session = Session(chosen.modules or MODULES, chosen.limit, out.write)
        status = pytest.main(["-q", *plugins_left_out, *tests], plugins=[session])
    return int(status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not session.is_clean)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
