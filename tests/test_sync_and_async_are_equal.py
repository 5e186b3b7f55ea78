"""The two clients have the same names, signatures and docstrings, except for `await`."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

import pytest

import clear_street
from clear_street import AsyncClearStreet, AsyncRawResponse, ClearStreet, RawResponse, v1
from clear_street.v1 import V1, AsyncV1, positions, positions_async

NAMESPACES = sorted(name for name in v1.__all__ if not name.endswith("V1") and not name.startswith("Async"))
SHAPES = ("", "WithRawResponse", "WithStreamingResponse")


def of_shape(name: str, shape: str) -> Any:
    """A class of a namespace; None where it holds nothing but others."""
    return getattr(sys.modules[getattr(v1, name).__module__], f"{name}{shape}", None)


PAIRS: list[tuple[type[Any], type[Any]]] = [
    (ClearStreet, AsyncClearStreet),
    (V1, AsyncV1),
    (RawResponse, AsyncRawResponse),
    *(
        (blocking, of_shape(f"Async{name}", shape))
        for name in NAMESPACES
        for shape in SHAPES
        if (blocking := of_shape(name, shape)) is not None
    ),
    *(
        (getattr(clear_street, name), getattr(clear_street, f"Async{name}"))
        for name in ("PositionIterator", "RowIterator", "InstructionWatch")
    ),
]
both = pytest.mark.parametrize(("blocking", "awaiting"), PAIRS, ids=[pair[0].__name__ for pair in PAIRS])

PROTOCOLS = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}
DO_NOT_WAIT = {"with_options", "copy", "sandbox", "service_time"}
ONLY_AWAITED = {"aclose"}  # `contextlib.closing` asks for `close`, `contextlib.aclosing` for `aclose`


def public(kind: type[Any]) -> dict[str, Any]:
    """The public members of a class, under the names of the blocking one."""
    members = {PROTOCOLS.get(name, name): inspect.getattr_static(kind, name) for name in dir(kind)}
    if "close" not in members and "aclose" in members:
        members["close"] = members["aclose"]
    shared = members.keys() - ONLY_AWAITED
    return {name: members[name] for name in shared if not name.startswith("_") or name in PROTOCOLS.values()}


def function(member: Any) -> Any:
    """What is behind a property, a class method or a plain one."""
    return member.fget if isinstance(member, property) else getattr(member, "__func__", member)


def signature(member: Any) -> str:
    """Its signature, with what must differ taken out."""
    text = str(inspect.signature(function(member)))
    text = re.sub(r"\bAsync(?!\w*Client\b)", "", text)
    return re.sub(r"Awaitable\[(.*)\]", r"\1", text)


@both
def test_the_same_names(blocking: type[Any], awaiting: type[Any]) -> None:
    assert public(blocking).keys() == public(awaiting).keys()


@both
def test_the_same_signatures(blocking: type[Any], awaiting: type[Any]) -> None:
    others = public(awaiting)
    for name, member in public(blocking).items():
        if callable(function(member)):
            assert signature(others[name]) == signature(member), name


@both
def test_the_same_docstrings(blocking: type[Any], awaiting: type[Any]) -> None:
    others = public(awaiting)
    for name, member in public(blocking).items():
        assert inspect.getdoc(function(others[name])) == inspect.getdoc(function(member)), name


@both
def test_what_asks_the_service_is_awaited_and_nothing_else(blocking: type[Any], awaiting: type[Any]) -> None:
    for name, member in public(awaiting).items():
        waits = inspect.iscoroutinefunction(function(member)) or inspect.isasyncgenfunction(function(member))
        assert not inspect.iscoroutinefunction(function(public(blocking)[name]))
        if awaiting.__name__.removeprefix("Async") in {*NAMESPACES, "ClearStreet"}:
            is_iterated = name.startswith(("iter_", "watch_"))
            expected = not isinstance(member, property) and name not in DO_NOT_WAIT and not is_iterated
            assert waits is expected, name


@both
def test_every_public_name_has_a_docstring(blocking: type[Any], awaiting: type[Any]) -> None:
    for kind in (blocking, awaiting):
        assert kind.__doc__
        for name, member in public(kind).items():
            if not name.startswith("__"):
                assert inspect.getdoc(function(member)), f"{kind.__name__}.{name}"


def test_the_raw_and_streamed_operations_are_those_of_the_plain_ones() -> None:
    client = ClearStreet.sandbox()
    plain = {
        name
        for name in public(positions.Positions)
        if not name.startswith(("with_", "iter_", "wait_", "watch_", "find_", "cancel_and_", "ensure_"))
        and name != "get_position_instruction"
    }
    for shaped in (client.v1.positions.with_raw_response, client.v1.positions.with_streaming_response):
        assert set(vars(shaped)) == plain
        for name in plain:
            method = inspect.unwrap(getattr(shaped, name))
            assert inspect.getdoc(method) == inspect.getdoc(getattr(positions.Positions, name))
            assert list(inspect.signature(method).parameters) == list(
                inspect.signature(getattr(client.v1.positions, name)).parameters
            )


@pytest.mark.parametrize("kind", [positions.Positions, positions_async.AsyncPositions])
def test_an_iterator_takes_the_arguments_of_its_operation(kind: Any) -> None:
    for name in [name for name in vars(kind) if name.startswith("iter_")]:
        operation = inspect.signature(getattr(kind, f"get_{name.removeprefix('iter_')}")).parameters
        iterator = inspect.signature(getattr(kind, name)).parameters
        assert iterator == {**operation, "listing_deadline": iterator["listing_deadline"]}, name
