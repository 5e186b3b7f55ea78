"""What `help()` says of the package: every public name, argument, option, field and member has its meaning there."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import clear_street
from clear_street import CallOptions, ChangingCallOptions, SubmitCallOptions, v1
from clear_street._explained import explain, meanings
from support import public_api

if TYPE_CHECKING:
    import pytest

OPTIONS = {kind.__name__: kind.__annotations__ for kind in (CallOptions, ChangingCallOptions, SubmitCallOptions)}
NAMESPACES = [getattr(v1, name) for name in v1.__all__]
PUBLIC = {
    f"{module}.{name}": cast("Any", getattr(import_module(module), name))
    for module in (*public_api.MODULES, *public_api.GENERATED)
    for name in public_api.GENERATED.get(module) or import_module(module).__all__
}
CLASSES = {
    name: value
    for name, value in PUBLIC.items()
    # What the keyword arguments of an operation mean is said by its method.
    if inspect.isclass(value) and not name.endswith("Params")
}
METHODS = {
    f"{kind.__name__}.{name}": method
    for kind in NAMESPACES
    for name, method in vars(kind).items()
    if inspect.isfunction(method) and not name.startswith("_")
}


def test_a_public_name_says_what_it_is() -> None:
    values = {name: value for name, value in PUBLIC.items() if inspect.isclass(value) or inspect.isfunction(value)}

    assert [name for name, value in values.items() if not inspect.getdoc(value)] == []


def test_a_class_says_what_its_fields_and_members_mean() -> None:
    unsaid: list[str] = []
    for name, kind in CLASSES.items():
        listed = re.findall(r"^- (`.*?):", inspect.getdoc(kind) or "", re.MULTILINE)
        named = {word for line in listed for word in re.findall(r"`(\w+)`", line)}
        for member in {member for one in kind.__mro__ for member, _ in public_api._members(one)} - {"__init__"}:
            found = inspect.getattr_static(kind, member, None)
            function = getattr(found, "fget", None) or getattr(found, "__func__", found)
            if not (function.__doc__ if inspect.isfunction(function) else member in named):
                unsaid.append(f"{name}.{member}")
    assert unsaid == []


def test_a_call_says_what_its_arguments_and_options_mean() -> None:
    unsaid: list[str] = []
    for name, method in METHODS.items():
        kind = name.partition(".")[0]
        text = inspect.getdoc(method) or ""
        # "The arguments are those of `get_positions`."
        others = [METHODS.get(f"{kind}.{word}") for word in re.findall(r"`(\w+)`", text)]
        said = set(re.findall(r"`(\w+)`", "".join([text, *(inspect.getdoc(other) or "" for other in others if other)])))
        for one in inspect.signature(method).parameters.values():
            taken = OPTIONS.get(str(one.annotation)[7:-1], []) if one.kind is one.VAR_KEYWORD else [one.name]
            unsaid += [f"{name}({word})" for word in {*taken} - said - {"self"}]
    assert unsaid == []


def test_the_client_says_what_its_arguments_mean() -> None:
    text = inspect.getdoc(clear_street.ClearStreet.__init__) or ""

    assert all(f"- `{name}`: " in text for name in inspect.signature(clear_street.ClearStreet).parameters)


def test_a_subclass_has_the_meanings_of_what_it_inherits() -> None:
    assert meanings(SubmitCallOptions).keys() == SubmitCallOptions.__annotations__.keys()
    assert "status_code" in meanings(clear_street.NotFoundError)


def test_a_class_without_source_has_its_docstring_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type("Reply", (), {"__doc__": "A reply.", "__module__": "not_imported"})
    explain(kind)

    assert inspect.getdoc(kind) == "A reply."
    monkeypatch.setattr(kind, "__module__", "builtins")
    assert inspect.getdoc(kind) == "A reply."
