"""One client and one service through many calls: what was reported stays true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from clear_street import ClearStreet
from clear_street.errors import APIError
from clear_street.sandbox import Fault, Sandbox
from clear_street.sandbox.faults import CATALOGUE, HOUR
from support.key_names import KEY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = 122503
SYMBOL = "AAPL 280121C00195000"
BOUND = 181.0
"""Seconds: the deadline of a call, and a little more."""

# A row under the caller's key that a proxy replays comes back as a duplicate, as one under a key used before does.
FAULTS = [fault for fault in CATALOGUE if fault.name != "replayed"]

faults = st.lists(st.none() | st.sampled_from(FAULTS), max_size=4)


class Life(RuleBasedStateMachine):
    """Calls of all kinds, with faults on their way, while time passes and the service does its own things."""

    keys = Bundle("keys")
    ids = Bundle("ids")

    @initialize(resend=st.booleans())
    def begin(self, resend: bool) -> None:
        self.sandbox = Sandbox()
        self.sandbox.add_position(ACCOUNT, SYMBOL, 1_000_000)
        self.sandbox.plan(then=(), cancel_then=())
        self.instrument_id = self.sandbox.add_instrument(SYMBOL)
        self.client = ClearStreet.sandbox(self.sandbox, resend_after_unknown=resend)
        self.positions = self.client.v1.positions
        self.told: dict[str, set[str]] = {}
        """What calls reported of each key."""
        self.cancels: dict[str, set[str]] = {}
        self.closes: set[str] = set()
        self.made = 0

    def set_faults(self, operation: str, faults: list[Fault | None], looks: list[Fault | None] | None = None) -> None:
        self.sandbox.faults.clear()
        for name, struck in ((operation, faults), ("get_position_instructions", looks or [])):
            for nth, fault in enumerate(struck, 1):
                if fault is not None:
                    self.sandbox.faults.add(fault, operation=name, nth=nth)

    def call(self, call: Callable[[], Any]) -> Any:
        """The result of a call or its error; it keeps within its deadline."""
        began = self.sandbox.clock.monotonic()
        try:
            return call()
        except APIError as error:
            return error
        finally:
            assert self.sandbox.clock.monotonic() - began <= BOUND

    def stored(self) -> dict[str, Any]:
        """The instructions that were submitted, by key."""
        submitted = {entry.id: entry.key for entry in self.sandbox.ledger if entry.kind == "submitted"}
        return {submitted[row["id"]]: row for row in self.sandbox.instructions(ACCOUNT) if row["id"] in submitted}

    @rule(
        target=keys,
        faults=faults,
        looks=faults,
        fresh=st.integers(0, 3),
        minted=st.integers(0, 2),
        used=st.lists(keys, max_size=2, unique=True),
    )
    def submit(self, faults: Any, looks: Any, fresh: int, minted: int, used: list[str]) -> Any:
        keys = [*(f"key-{self.made + index}" for index in range(fresh)), *[None] * minted, *used]
        if not keys:
            return multiple()
        self.made += fresh
        wanted: Any = [
            {"instruction_type": "EXERCISE", "instrument_id": self.instrument_id, "quantity": 1, KEY_NAME: key}
            for key in keys
        ]
        before = self.stored()
        self.set_faults("submit_position_instructions", faults, looks)
        result = self.call(lambda: self.positions.submit_position_instructions(ACCOUNT, instructions=wanted))
        if isinstance(result, APIError):
            outcomes = result.outcomes
            assert result.outcome_unknown == ("unknown" in outcomes.values())
        else:
            kinds = [(result.accepted, "landed"), (result.rejected, "rejected"), (result.undetermined, "unknown")]
            by_row = {id(row): outcome for rows, outcome in kinds for row in rows}
            outcomes = {row.instruction_id: by_row[id(row)] for row in result.data[: len(keys)]}
            assert len(by_row) == len(result.data)
        assert len(outcomes) == len(keys)
        assert all(key is None or key == told for key, told in zip(keys, outcomes, strict=True))
        for key, outcome in outcomes.items():
            told = "rejected" if outcome == "not_sent" else outcome
            # A key that was used before is refused as a duplicate, whatever happened at its first use.
            self.told.setdefault(key, set()).add("used" if key in before and told == "rejected" else told)
        return multiple(*outcomes)

    @rule(target=ids)
    def something_to_cancel(self) -> str:
        return self.sandbox.add_instruction(ACCOUNT, SYMBOL)

    @rule(id=ids, faults=faults, looks=faults)
    def cancel(self, id: str, faults: Any, looks: Any) -> None:
        self.set_faults("cancel_position_instruction", faults, looks)
        before = [entry.id for entry in self.sandbox.ledger if entry.kind == "cancel_requested"]
        result = self.call(lambda: self.positions.cancel_position_instruction(id, account_id=ACCOUNT))
        if not isinstance(result, APIError):
            assert id in [entry.id for entry in self.sandbox.ledger if entry.kind == "cancel_requested"]
        told = "landed" if not isinstance(result, APIError) else "unknown" if result.outcome_unknown else "rejected"
        self.cancels.setdefault(id, set()).add("used" if id in before else told)

    @rule(faults=faults)
    def close(self, faults: Any) -> None:
        self.set_faults("close_positions", faults)
        result = self.call(lambda: self.positions.close_positions(ACCOUNT))
        known = not isinstance(result, APIError) or not result.outcome_unknown
        self.closes.add("unknown" if not known else "rejected" if isinstance(result, APIError) else "landed")

    @rule(id=ids, status=st.sampled_from(["ACCEPTED", "REJECTED", "ENGINE_REJECTED"]))
    def settle(self, id: str, status: str) -> None:
        self.sandbox.settle(id, status)

    @rule(seconds=st.sampled_from([0.1, 1.0, 30.0, HOUR]))
    def wait(self, seconds: float) -> None:
        self.sandbox.clock.advance(seconds)

    @rule(seconds=st.sampled_from([0.0, 0.0, 2.0, 120.0]))
    def lag(self, seconds: float) -> None:
        self.sandbox.list_lag = seconds

    @rule(keys=st.lists(keys, min_size=1, unique=True))
    def look(self, keys: list[str]) -> None:
        self.sandbox.faults.clear()
        self.sandbox.list_lag = 0.0
        stored = self.stored()
        found = self.positions.find_position_instructions(ACCOUNT, idempotency_keys=keys)
        assert {key for key, row in found.items() if row is not None} == {key for key in keys if key in stored}

    @invariant()
    def nothing_happened_twice(self) -> None:
        submitted = Counter(entry.key for entry in self.sandbox.ledger if entry.kind == "submitted")
        assert not [key for key, count in submitted.items() if count > 1]
        assert set(submitted) <= set(self.told)

    @invariant()
    def what_was_told_is_so(self) -> None:
        stored = self.stored()
        for key, told in self.told.items():
            if "landed" in told:
                assert key in stored
            if told == {"rejected"}:
                assert key not in stored
        cancelled = {entry.id for entry in self.sandbox.ledger if entry.kind == "cancel_requested"}
        assert not {which for which, told in self.cancels.items() if told == {"rejected"}} & cancelled
        if self.closes <= {"rejected"}:
            assert not self.sandbox.orders(ACCOUNT)

    def teardown(self) -> None:
        if hasattr(self, "sandbox"):
            self.sandbox.clock.advance(2 * HOUR)
            self.nothing_happened_twice()
            self.what_was_told_is_so()
            self.client.close()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=80, stateful_step_count=20, deadline=None)
