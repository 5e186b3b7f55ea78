"""Import and call all of a package generated from tests/every_kind.yaml, and print what was never called.

Run by tests/test_generator_upgrade.py, with that package on the path.
"""

from __future__ import annotations

import asyncio
import copy
import inspect
import io
import itertools
import json
import pickle
import pkgutil
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import httpx
import pytest
import rich.console

SQUARE = {"shape": "square", "side": 2.5}
THING: dict[str, Any] = {
    "text": "x",
    "whole": 1,
    "real": 1.5,
    "truth": True,
    "at": "2026-04-24T14:30:00Z",
    "day": "2026-04-24",
    "colour": "RED",
    "size": 2,
    "shape": {"shape": "circle", "radius": 1},
    "form": SQUARE,
    "number_or_text": "one",
    "parts": [SQUARE],
    "names": ["a", None],
    "limits": {"a": 1},
    "nothing": None,
    "anything": [1],
}
THING = {**THING, "at": "2026-04-24T14:30:00.123456789Z", "inner": THING}
MARK: dict[str, Any] = {
    "datetime": "2026-04-24T14:30:00Z",
    "date": "2026-04-24",
    "until": "2026-04-25",
    "then": "2026-04-24T14:30:00.123456789Z",
    "int": 1,
    "bool": True,
    "float": 1.5,
    "str": "x",
    "list": [SQUARE],
    "dict": {"a": 1},
    "tuple": {"shape": "circle", "radius": 1},
    "classmethod": "m",
    "property": "p",
    "object": ["RED", "BLUE"],
    "length": 2,
    "price": "1.50",
    "prices": ["1.50"],
    "symbol": "AAPL 280121C00195000",
    "moments": ["2026-04-24T14:30:00Z"],
    "days": ["2026-04-24"],
}
FOUND = {"data": [MARK], "day": {"date": "Friday"}}
ODD = [None, True, 7, 1.5, "odd", [], [None, "odd"], {}, {"odd": "odd"}, {"shape": "line"}, float("nan"), "\ud800"]

if TYPE_CHECKING:
    from types import CodeType, FrameType

called: set[tuple[str, str, int]] = set()


def key(code: CodeType) -> tuple[str, str, int]:
    """Identify a function."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def notice(frame: FrameType, event: str, argument: object) -> None:
    """Remember what is called."""
    if event == "call":
        called.add(key(frame.f_code))


def functions(code: CodeType) -> list[CodeType]:
    """List every function, method and class body in a module."""
    inner = [one for one in code.co_consts if inspect.iscode(one)]
    return inner + [one for each in inner for one in functions(each)]


def use_models(models: Any) -> None:
    """Read, write, show, compare and copy, whatever the fields hold."""
    thing = models.Thing.from_dict(THING)
    assert thing.to_dict() == THING == json.loads(thing.to_json())
    assert thing == pickle.loads(pickle.dumps(thing)) == copy.deepcopy(thing) != 1
    assert "Thing(text='x'" in repr(thing)
    assert "unheard_of" in repr(models.Thing.from_dict({**THING, "unheard_of": 1}))
    runtime = sys.modules[models.Thing.__mro__[-2].__module__]
    assert repr(runtime._PERSONAL) == "<personal>"
    assert thing.model_fields_set == set(THING)
    for name in THING:
        for value in ODD:
            drift: list[Any] = []
            found = models.Thing.from_dict({**THING, name: value, "new": value}, drift=drift)
            assert found.model_extra == {"new": value} or value != value
            assert drift
            with suppress(TypeError, ValueError):
                found.to_dict()
    for name in ("label", "caption"):
        body = {(name if key == "text" else key): value for key, value in THING.items()}
        named = models.Thing.from_dict(body, drift=(drift := []))
        assert named.to_dict() == body
        assert (named.text, named.label, named.caption, drift) == ("x", "x", "x", [])
        assert named == thing
        named.caption = named.label = "y"
        assert named.to_dict() == {**body, name: "y"}
    assert models.Thing.from_dict({**THING, "label": "x"}) == thing
    thing.either = 7
    assert thing.number_or_text == thing.either == 7
    thing.either = "one"
    for row in ("odd", None):
        reply = models.ThingReply.from_dict({"data": row, "more": 1}, drift=[])
        assert [departure.path for departure in reply.drift] == ["data", "more"]
        assert models.Thing.from_dict({**THING, "parts": [row]}).to_dict()["parts"] == [row]
    for enum, member in ((models.Colour, "GREEN"), (models.Size, 9)):
        assert not enum(member).is_known
        assert pickle.loads(pickle.dumps(enum(member))) == member
        assert all(known.is_known for known in enum)
        with suppress(ValueError):
            enum([])


def use_names(models: Any) -> None:
    """Check that a field keeps the API's name, even if the code around it uses that name for a type."""
    drift: list[Any] = []
    mark = models.Mark.from_dict(MARK, drift=drift)
    assert (drift, mark.to_dict()) == ([], MARK)
    assert (mark.date, mark.datetime) == (date(2026, 4, 24), datetime(2026, 4, 24, 14, 30, tzinfo=UTC))
    assert (mark.int, mark.str, mark.list[0].side, mark.dict, mark.tuple.radius) == (1, "x", 2.5, {"a": 1}, 1)
    made = models.Mark(**{spec.name: getattr(mark, spec.name) for spec in models.Mark.FIELDS})
    assert made.to_dict() == {**MARK, "then": "2026-04-24T14:30:00.123456Z"}
    mark.attribute = "q"
    assert mark.property == mark.attribute == "q"
    for name in MARK:
        for value in ODD:
            assert models.Mark.from_dict({**MARK, name: value}).model_fields_set == set(MARK)
    for newer in itertools.product(("absent", None, "there"), repeat=2):
        for more in ({}, {"one": 1}, {"one": 1, "two": 2}):
            body = {**MARK, **more}
            for name, state in zip(("then", "tuple"), newer, strict=True):
                if state != "there":
                    body[name] = None
                if state == "absent":
                    del body[name]
            read = models.Mark.from_dict(body, drift=(drift := []))
            assert (read.to_dict(), read.model_extra, len(drift)) == (body, more, len(more))
            assert read.model_fields_set == body.keys() - more.keys()
    search = {"any_of": [SQUARE], "colour": "RED", "shape": None}
    assert models.Search.from_dict(search).to_dict() == search
    assert get_type_hints(models.Mark)["until"] == date | None
    assert get_args(models.ColourName) == ("RED", "BLUE")
    assert models.ToneName.from_dict({"text": "x"}).to_dict() == {"text": "x"}


def use_views(models: Any) -> None:
    """Numbers, symbols, rows and tables."""
    mark = models.Mark.from_dict(MARK)
    assert mark.decimals.price == Decimal("1.50")
    assert mark.decimals.int is mark.decimals.attribute is None
    assert copy.copy(mark.decimals).price == Decimal("1.50")
    assert (dir(mark.decimals), repr(mark.decimals)) == (["price"], "<decimals of Mark: price=1.50>")
    assert {spec.name for spec in mark.FIELDS} | {"attribute", "decimals", "option"} <= set(dir(mark))
    assert (mark.option.root, mark.option.words) == ("AAPL", "AAPL 21 Jan 2028 195 call")
    assert type(mark.option)(*mark.option).api == mark.option.compact.replace("2", " 2", 1) == "AAPL 280121C00195000"
    assert (str(mark.option), mark.option.is_adjusted) == ("AAPL  280121C00195000", False)
    assert type(mark.option).parse("AAPL 21 Jan 2028 195 call") == mark.option
    assert get_type_hints(type(mark.option))["strike"] is Decimal
    reply = models.MarksReply.from_dict({**FOUND, "data": [MARK] * 5})
    assert (bool(reply), len(reply), reply[0], reply[1:], list(reply)) == (True, 5, mark, [mark] * 4, [mark] * 5)
    assert "... and 2 more" in repr(reply)
    for numbers, price in (("text", "1.50"), ("decimal", Decimal("1.50")), ("float", 1.5)):
        for times, day in (("datetime", date(2026, 4, 24)), ("text", "2026-04-24")):
            (record, *_) = reply.records(numbers=numbers, times=times)
            assert (record["price"], record["prices"], record["date"]) == (price, [price], day)
            assert (record["object"], record["moments"][0] == day) == (["RED", "BLUE"], False)
            assert (record["tuple"], record["dict"]) == ({"shape": "circle", "radius": 1}, {"a": 1})
            assert record["days"] == [day]
    for shown in (mark, reply, models.MarksReply.from_dict({"data": None})):
        assert shown._repr_html_().startswith("<table>")
    for width in (10, 200):
        rich.console.Console(file=io.StringIO(), width=width).print(reply, models.MarksReply.from_dict({"data": None}))
    assert "- `kind`: What is wrong with it." in str(sys.modules["clear_street_api.types"].Drift.__doc__)
    with pytest.raises(TypeError):
        hash(mark)


def use_calls(package: Any, models: Any) -> None:
    """Build requests, send them, and parse replies, right ones and wrong ones."""
    put = import_module("clear_street_api.api.things.put_thing")
    post = import_module("clear_street_api.api.things.post_things")
    at = datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
    thing = models.Thing.from_dict(THING)
    given: dict[str, Any] = {
        "thing_id": "a/b", "body": thing, "colours": ["RED"], "sizes": [1], "is_new": True, "day": date(2026, 4, 24),
        "at": at, "made": models.ThingPutThingMade.from_dict({"after": "x"}),
    }  # fmt: skip
    request = put.build_request(1, **given)
    assert request == pickle.loads(pickle.dumps(request)) != 1
    assert repr(request) == "<Request PUT /v1/things/{thing_id}/parts/{number}>"
    assert request.target.startswith("/v1/things/a%2Fb/parts/1?colours=RED&sizes=1&is_new=true&day=2026-04-24&at=")
    with pytest.raises(AttributeError):
        request.path = "/"
    with pytest.raises(AttributeError):
        del request.path
    for argument in (*given, "number"):
        for value in ODD:
            with suppress(TypeError, ValueError):
                put.build_request(**{"number": 1, **given, argument: value})
    plain = {**THING, "at": at, "day": date(2026, 4, 24), "inner": thing}
    for row in ({**plain, "typo": 1}, *({**plain, name: value} for name in THING for value in ODD)):
        with suppress(TypeError, ValueError):
            post.build_request(1, thing_id="t", body=[row])
    assert json.loads(post.build_request(1, thing_id="t", body=[plain]).content())[0]["at"].startswith(
        "2026-04-24T14:30"
    )
    assert post.build_request(1, thing_id="t").content() is None
    patch = import_module("clear_street_api.api.things.patch_thing")
    assert patch.build_request(1, thing_id="t", shape="square", side=2).content() == b'{"shape":"square","side":2}'
    find = import_module("clear_street_api.api.thing_marks.find_marks")
    drop = import_module("clear_street_api.api.thing_marks.drop_marks")
    asked: dict[str, Any] = {
        "any_of": [models.Square(shape="square", side=2)], "date": date(2026, 4, 24), "datetime": at, "int": 1,
        "list": [models.Colour.RED, "GREEN"], "str": models.Colour.BLUE, "size": models.Size(2), "self_": True,
        "client_": 1.5, "segment": "s", "price": "1.50", "colour": "RED", "tone": "DARK",
        "shape": {"shape": "square", "side": 1},
    }  # fmt: skip
    assert find.build_request(**asked).target == (
        "/v1/marks?date=2026-04-24&datetime=2026-04-24T14%3A30%3A00Z&int=1&list=RED,GREEN&str=BLUE&size=2&self=true"
        "&client=1.5&segment=s&price=1.50"
    )
    assert json.loads(find.build_request(**asked).content()) == {
        "any_of": [{"shape": "square", "side": 2}], "colour": "RED", "tone": "DARK",
        "shape": {"shape": "square", "side": 1},
    }  # fmt: skip
    assert drop.build_request(date="today").target == "/v1/marks?date=today"
    for one in (find.sync, find.asyncio):
        assert "Finds the marks of things.\n\n    - Which ones, the arguments say." in one.__doc__
    with pytest.raises(TypeError, match=r"`body\.whole`"):
        put.build_request(1, **{**given, "body": {**plain, "whole": "1"}})

    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": THING}))
    with httpx.Client(transport=transport, base_url="https://x.invalid") as client:
        assert put.sync(client, 1, **given).data == thing
        assert post.sync(client, 1, thing_id="t", body=[thing]).data == thing
        assert patch.sync(client, 1, thing_id="t", shape="square", side=2).to_dict() == {"data": THING}
    marks = httpx.MockTransport(lambda request: httpx.Response(200 if request.method == "POST" else 204, json=FOUND))
    with httpx.Client(transport=marks, base_url="https://x.invalid") as client:
        assert find.sync(client, **asked).to_dict() == FOUND
        assert drop.sync(client, date="today") is None

    async def main() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="https://x.invalid") as client:
            assert (await put.asyncio(client, 1, **given)).data == thing
            assert (await post.asyncio(client, 1, thing_id="t", body=[thing])).data == thing
            assert (await patch.asyncio(client, 1, thing_id="t", shape="square", side=2)).data == thing
        async with httpx.AsyncClient(transport=marks, base_url="https://x.invalid") as client:
            assert (await find.asyncio(client, **asked)).to_dict() == FOUND
            assert await drop.asyncio(client) is None

    asyncio.run(main())
    assert patch.parse_response(204, b"") is None
    errors = package.errors
    for parse in (put.parse_response, post.parse_response, patch.parse_response):
        for status, content, kind in (
            (500, b"{}", errors.UnexpectedStatus), (200, b"<html>", errors.UnreadableBody),
            (200, b"[]", errors.UnreadableBody),
        ):  # fmt: skip
            with pytest.raises(kind) as caught:
                parse(status, content)
            assert pickle.loads(pickle.dumps(caught.value)).content == content


def main() -> None:
    """Print, as JSON, the functions that were never called."""
    sys.setprofile(notice)
    package = import_module("clear_street_api")
    folder = str(Path(str(package.__file__)).parent)
    modules = [import_module(one.name) for one in pkgutil.walk_packages([folder], "clear_street_api.")]
    models = import_module("clear_street_api.models")
    assert set(models.__all__) <= set(dir(models))
    for tag, operation in (("things", "put_thing"), ("thing_marks", "find_marks")):
        operations: Any = import_module(f"clear_street_api.api.{tag}")
        assert operation in dir(operations)
        delattr(operations, operation)
        assert getattr(operations, operation) is import_module(f"clear_street_api.api.{tag}.{operation}")
        with pytest.raises(AttributeError, match="no attribute 'none'"):
            _ = operations.none
    use_models(models)
    use_names(models)
    use_views(models)
    use_calls(package, models)
    sys.setprofile(None)
    files = [str(module.__file__) for module in (package, *modules)]
    known = [one for file in files for one in functions(compile(Path(file).read_text("utf-8"), file, "exec"))]
    never = [code for code in known if key(code) not in called]
    sys.stdout.write(json.dumps([f"{code.co_filename.removeprefix(folder)}:{code.co_qualname}" for code in never]))


if __name__ == "__main__":
    main()
