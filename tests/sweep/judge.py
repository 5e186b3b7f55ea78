"""Compare what a client reported of a call with what really happened."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from clear_street.sandbox import SandboxClock
from clear_street.sandbox.dialects import KEY_NAMES
from clear_street.sandbox.faults import HOUR
from sweep.cases import CANCEL, CANCEL_ORDER, CANCEL_ORDERS, ONCE, READS, REPLACE_ORDER, SUBMIT, SUBMIT_ORDERS
from sweep.scene import ACCOUNT, KEY

if TYPE_CHECKING:
    from clear_street.sandbox import RequestSeen
    from sweep.cases import Case
    from sweep.scene import Scene

NEVER_SENT = frozenset({"connect_error", "connect_timeout", "pool_timeout", "proxy_error"})
CANCELLING = {"CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"}
ALIVE = {"PENDING_NEW", "NEW", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE"}
ENDED = {"FILLED", "REJECTED", "EXPIRED"}
"""States of an order in which it can no longer be cancelled or replaced."""
LANDED = {"SENT", "ACCEPTED", "FILLED", "CANCELED", "EXPIRED"} | ALIVE | CANCELLING
REFUSED = {"REJECTED", "ENGINE_REJECTED"}

COLUMNS = ("duplicated", "misreported", "foreign", "hung", "early", "wasted", "leaked")
"""The ways in which a call may not end."""


@dataclass
class Told:
    """What a client told of a call: for each row "landed", "rejected" or "unknown" (a cancel or close is one row)."""

    rows: list[str]
    error: BaseException | None
    text: str
    """All that could show a secret; empty where the error is none of the client's own."""


def verdict(
    scene: Scene, told: Told, *, bound: float, real_bound: float = 10.0, never_sent: frozenset[str] = NEVER_SENT
) -> list[str]:
    """List what is wrong with a report. `never_sent` names the faults that happen before anything is sent."""
    case, sandbox = scene.case, scene.sandbox
    found: list[str] = []
    if scene.clock.monotonic() - scene.began_for_client > bound or monotonic() - scene.began_for_real > real_bound:
        found.append("hung")
    requests = [request for request in scene.requests if request.operation == case.operation]
    looks = [request for request in scene.requests if request.operation == case.listed != case.operation]
    if _is_late(scene, requests):
        found.append("hung")
    if (told.error is not None and not told.text) or (scene.time.has_stopped and told.error is not scene.stop):
        found.append("foreign")
    if KEY in told.text:
        found.append("leaked")
    asked = requests[:-1]
    if (for_names := next((request for request in asked if _is_refused_for_names(case, request)), None)) is not None:
        asked.remove(for_names)  # which name is known cannot be seen otherwise
    asked_again = any(map(_is_final, asked)) or any(map(_is_refusal, looks[:-1]))
    if (asked_again and case.event != "fork") or scene.time.went_on():
        found.append("wasted")
    if _is_early(scene):
        found.append("early")
    sandbox.list_lag = 0.0
    shown = {row["id"]: row for row in (*sandbox.instructions(ACCOUNT), *sandbox.orders(ACCOUNT))}
    SandboxClock.advance(sandbox.clock, 3 * HOUR)
    done = _truth(scene)
    repeatable = never_sent | {"rate_limited"}
    if any(count > 1 for count in done) or (
        case.operation in ONCE and any(request.fault not in repeatable for request in requests[:-1])
    ):
        found.append("duplicated")
    # Where nothing is lost, nothing is unknown, whatever the process went through.
    needs_nothing = case.operation in READS or (bool(case.event) and case.event != "signal")
    # Nor where nothing went wrong and rows show their keys, whatever the service calls them.
    needs_nothing = needs_nothing or (case.echo and not any(request.fault for request in scene.requests))
    if "unknown" in told.rows and needs_nothing and told.error is not scene.stop:
        found.append("misreported")
    if case.operation in READS:
        return found
    replayed = case.keys and any(request.fault == "replayed" for request in requests)
    for count, state, quantity in zip(done, told.rows, scene.quantities, strict=True):
        # A row under a key of the caller's that a proxy replayed is a duplicate by the service's own word, and no
        # client can tell it from a key that was used before.
        is_refused = not count or replayed or _died(scene, quantity)
        if (state == "landed" and not count) or (state == "rejected" and not is_refused) or state == "odd":
            found.append("misreported")
        if state == "unknown" and case.echo and _is_among(scene, quantity, shown):
            found.append("undecided")
    return found


def _truth(scene: Scene) -> list[int]:
    """Count how often each row of the call took effect."""
    ledger = scene.sandbox.ledger
    if scene.case.submits:
        return [sum(row["quantity"] == str(quantity) for row in _new_rows(scene)) for quantity in scene.quantities]
    kind = {
        CANCEL: "cancel_requested",
        CANCEL_ORDER: "order_cancel_requested",
        CANCEL_ORDERS: "order_cancel_requested",
        REPLACE_ORDER: "order_replace_requested",
    }.get(scene.case.operation, "order_created")
    return [min(1, sum(entry.kind == kind for entry in ledger[scene.logged :]))]


def _new_rows(scene: Scene) -> list[Any]:
    """What the call stored."""
    is_of_orders = scene.case.operation == SUBMIT_ORDERS
    rows = scene.sandbox.orders(ACCOUNT) if is_of_orders else scene.sandbox.instructions(ACCOUNT)
    return [row for row in rows if row["id"] not in scene.stored]


def _died(scene: Scene, quantity: int) -> bool:
    """Return whether a row was stored, and refused later."""
    if scene.case.operation in (CANCEL_ORDER, REPLACE_ORDER):
        # Whether or not the request arrived: the order ended before it had its effect, and that is what was told.
        return any(row["id"] == scene.order_id and row["status"] in ENDED for row in scene.sandbox.orders(ACCOUNT))
    return scene.case.submits and any(
        row["quantity"] == str(quantity) and row["status"] in REFUSED for row in _new_rows(scene)
    )


def _is_among(scene: Scene, quantity: int, shown: dict[str, Any]) -> bool:
    """Return whether the list of instructions shows what happened to a row."""
    if scene.case.submits:
        return any(row["quantity"] == str(quantity) for id_, row in shown.items() if id_ not in scene.stored)
    return scene.case.operation == CANCEL and shown.get(scene.id, {}).get("status") in CANCELLING


def _is_late(scene: Scene, requests: list[RequestSeen]) -> bool:
    """Return whether anything was sent after the call's `not_after`."""
    seconds: float = dict(scene.case.options).get("not_after", math.inf)
    began = scene.sandbox.clock.at(scene.began)
    return any((request.time - began).total_seconds() > seconds + 0.001 for request in requests)


def _is_early(scene: Scene) -> bool:
    """Return whether anything was sent before the time that the service had given."""
    seen: Counter[str | None] = Counter()
    quiet_until = scene.sandbox.clock.at(scene.began)
    for request in scene.requests:
        if request.time < quiet_until - timedelta(microseconds=10):
            return True
        faults = scene.case.faults if request.operation == scene.case.operation else scene.case.looks
        nth = seen[request.operation]
        seen[request.operation] += 1
        fault = faults[nth] if nth < len(faults) else None
        # The looks after a close have no faults, whatever the case says.
        if fault is not None and fault.name == request.fault and fault.retry_after is not None:
            quiet_until = request.time + timedelta(seconds=fault.retry_after)
    return False


def _is_refused_for_names(case: Case, request: RequestSeen) -> bool:
    """Return whether the service refused a submit for a name that it does not know, or for both names in one row."""
    if case.operation != SUBMIT or request.status != case.refusal_status or case.unknown_fields == "ignore":
        return False
    if not _is_refusal(request):
        return False  # it was lost on its way
    named = {name for row in json.loads(request.body) for name in row}
    unknown = set(KEY_NAMES.values()) - {KEY_NAMES[case.dialect]}
    return named >= (unknown if case.unknown_fields == "refuse" else set(KEY_NAMES.values()))


def _is_refusal(request: RequestSeen) -> bool:
    """Return whether a request had an answer that cannot change."""
    arrived = not (request.fault or "").startswith(
        ("breaks_off", "after_effect", "slow", "stray before", "odd_body other_account")
    )
    status = request.status or 0
    return arrived and 300 <= status < 500 and status not in (303, 408, 429)


def _is_final(request: RequestSeen) -> bool:
    return _is_refusal(request) or (request.fault is None and request.status is not None and request.status < 300)
