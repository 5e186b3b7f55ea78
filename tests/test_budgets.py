"""Starting, calling and decoding cost no more than budgets.json says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support import budgets

BUDGETS: dict[str, dict[str, Any]] = json.loads(budgets.PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    return budgets.counted()


@pytest.mark.skipif(budgets.VERSION not in BUDGETS, reason=f"there is no budget for Python {budgets.VERSION}")
@pytest.mark.parametrize("name", next(iter(BUDGETS.values())))
def test_what_is_counted_is_within_its_budget(name: str, counted: dict[str, Any]) -> None:
    budget, value = BUDGETS[budgets.VERSION][name], counted[name]
    if isinstance(budget, list):
        assert set(value) <= set(budget)
    else:
        assert value <= budget, "if it is worth it, `make budgets` moves the budget of each Python that is here"


def test_the_probe_notices_what_a_change_would_add() -> None:
    def one_more() -> int:
        return sum(number for number in range(10))

    assert budgets.opcodes(one_more) > 10
    assert budgets.opcodes(one_more, of=("clear_street",)) == 0
