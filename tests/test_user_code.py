"""Code as applications write it runs on the sandbox. Type checkers check the same code in `typing/`."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

NAMES: dict[str, Any] = runpy.run_path(str(Path(__file__).parent / "typing" / "user_code.py"))


@pytest.mark.parametrize("story", ["read", "change", "look_closer"])
def test_it_runs(story: str) -> None:
    with NAMES["configure"]() as client:
        NAMES[story](client)


def test_it_handles_errors() -> None:
    with NAMES["configure"]() as client:
        assert NAMES["fail"](client) == "status"
    assert [NAMES["report"](came) for came in ("known", "unknown")] == [False, True]


@pytest.mark.anyio
async def test_it_runs_on_every_loop() -> None:
    async with NAMES["configure_async"]() as client:
        await NAMES["on_every_loop"](client)


def test_the_mistakes_that_a_type_checker_finds_are_refused_when_run() -> None:
    with NAMES["configure"]() as client, pytest.raises(ValueError, match="http_client"):
        NAMES["mistakes"](client)
