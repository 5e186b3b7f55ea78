"""Submits: what is sent and sent again under idempotency keys, and what is reported after each reply."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clear_street import AsyncClearStreet, ClearStreet
from clear_street._calls.batch import Entry, Wanted
from clear_street._calls.kinds import INSTRUCTION
from clear_street._calls.policy import backoff
from clear_street.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ArgumentError,
    BadRequestError,
    ClearStreetError,
    ConflictError,
    CutoffPassedError,
    InternalServerError,
    RateLimitError,
    UnprocessableEntityError,
)
from clear_street.sandbox import Fault, Sandbox
from clear_street.types.v1 import Order, PositionInstruction, PositionInstructionRequest
from support.key_names import KEY_NAME, KEY_NAMES, NEWER_KEY_NAME
from support.scripted_service import (
    ACCOUNT,
    INSTRUMENT,
    LONG_AGO,
    NIL_ID,
    Service,
    asked,
    breaking,
    duplicate,
    lost,
    refused,
    reply,
    row,
    under_every_name,
    unsent,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clear_street.types.v1 import PositionInstructionRequestParam, PositionSubmitPositionInstructionsResponse

ANOTHER = "0195f6d0-a1b2-7c3d-8e4f-5a6b7c8d9e03"
"""Another instrument than `INSTRUMENT`."""
DATE = "Fri, 24 Apr 2026 14:30:00 GMT"
LOOKS = 4
"""How often a look is tried at most."""


def submit(
    client: ClearStreet, *rows: PositionInstructionRequestParam, **options: Any
) -> PositionSubmitPositionInstructionsResponse:
    return client.v1.positions.submit_position_instructions(ACCOUNT, instructions=rows or [asked()], **options)


def failure(service: Service, *rows: PositionInstructionRequestParam, **options: Any) -> APIError:
    with pytest.raises(APIError) as raised:
        submit(service.client(), *rows, **options)
    return raised.value


def keys_of(rows: Sequence[PositionInstruction | Order]) -> list[str]:
    return [row.instruction_id for row in rows if isinstance(row, PositionInstruction)]


def refusal(service: Service, *rows: PositionInstructionRequestParam, **options: Any) -> APIStatusError:
    error = failure(service, *rows, **options)
    assert isinstance(error, APIStatusError)
    return error


def done(request: httpx.Request) -> httpx.Response:
    """Every row is accepted."""
    return reply(200, [row(key) for key in keys_in(request)])


def keys_in(request: httpx.Request) -> list[str]:
    return [sent[KEY_NAME] for sent in json.loads(request.content)]


def sent_keys(service: Service) -> list[list[str]]:
    """The keys in the body of each submit."""
    return [[sent[KEY_NAME] for sent in seen.json] for seen in service.seen if seen.method == "POST"]


def listed(*rows: Any) -> httpx.Response:
    return reply(200, list(rows))


def keyed() -> httpx.Response:
    """A list that shows that the service keeps keys, and nothing of ours."""
    return listed(row("other", created_at=LONG_AGO))


def looks(count: int = LOOKS, *rows: Any) -> list[httpx.Response]:
    return [listed(*rows) for _ in range(count)]


UNKNOWN: dict[str, Any] = {
    "reset": lost,
    "write error": lambda: httpx.WriteError("Broken pipe"),
    "closed": lambda: httpx.RemoteProtocolError("Peer closed"),
    "too slow": lambda: httpx.ReadTimeout("slow"),
    "too slow to write": lambda: httpx.WriteTimeout("slow"),
    "303": lambda: httpx.Response(303, headers={"Location": "/v1/version"}),
    "408": lambda: reply(408),
    "408 with rows refused": lambda: reply(408, [refused()]),
    "500": lambda: reply(500),
    "502": lambda: httpx.Response(502, html="<html>"),
    "503 with rows accepted": lambda: reply(503, [row()]),
    "503 with stored rows": lambda: reply(503, [refused(id="stored")]),
    "503 with rows of the engine": lambda: reply(503, [refused(status="ENGINE_REJECTED")]),
    "503 with no row": lambda: reply(503, []),
    "503 with two rows": lambda: reply(503, [refused(), refused()]),
    "503 with a duplicate": lambda: reply(503, [duplicate()]),
    "504": lambda: httpx.Response(504),
    "broken success": breaking,
    "broken refusal": lambda: breaking(400),
    "broken off in the middle": lambda: breaking(200, httpx.ReadTimeout("slow")),
    "empty": lambda: httpx.Response(200),
    "no JSON": lambda: httpx.Response(200, text="OK"),
    "no object": lambda: httpx.Response(200, json=[row()]),
    "no data": lambda: httpx.Response(200, json={"metadata": {"request_id": "r"}}),
    "null data": lambda: reply(200, None),
    "data that are no list": lambda: reply(200, row()),
    "no content": lambda: httpx.Response(204),
}
"""Replies and errors that say nothing about what an attempt did."""


# --- Keys, and what is sent -------------------------------------------------------------------------------------------


def test_rows_without_a_key_get_a_fresh_one_and_others_keep_theirs() -> None:
    service = Service(done, done)
    client = service.client()
    rows = [asked("mine"), asked(None), asked(None)]
    for _ in range(2):
        assert [r.instruction_id for r in submit(client, *rows).data] == sent_keys(service)[-1]
    keys = [key for batch in sent_keys(service) for key in batch]
    assert keys[0] == keys[3] == "mine"
    minted = {UUID(key) for key in keys if key != "mine"}
    assert len(minted) == 4
    assert {key.version for key in minted} == {4}
    assert rows == [asked("mine"), asked(None), asked(None)]


def test_the_body_is_what_was_asked_for() -> None:
    service = Service(done)
    submit(service.client(), asked("a", quantity="007"), asked("b", instruction_type="DO_NOT_EXERCISE"))
    assert service.seen[0].json == [
        {"instruction_type": "EXERCISE", "instrument_id": INSTRUMENT, "quantity": "007", **under_every_name("a")},
        {"instruction_type": "DO_NOT_EXERCISE", "instrument_id": INSTRUMENT, "quantity": "1", **under_every_name("b")},
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "at least one instruction"),
        ([asked("a"), asked("a")], "used twice"),
        ([asked("")], "non-empty"),
        ([asked(" ")], "non-empty"),
        ([asked(instrument_id=NIL_ID)], "all-zero"),
        ([asked(quantity=0)], "positive whole number"),
        ([asked(quantity=-1)], "positive whole number"),
        ([asked(quantity="1.5")], "positive whole number"),
        ([asked(quantity=True)], "positive whole number"),
        ([asked(quantity=1.0)], "positive whole number"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    rows: list[PositionInstructionRequestParam], words: str
) -> None:
    service = Service()
    with pytest.raises(ArgumentError, match=words) as raised:
        service.client().v1.positions.submit_position_instructions(ACCOUNT, instructions=rows)
    assert raised.value.outcome_unknown is False


def test_the_hook_gets_the_keys_and_the_request_once_before_sending() -> None:
    service = Service(unsent(), done)
    told: list[Any] = []

    def on_intent(keys: Any, request: Any) -> None:
        told.append((keys, request.path, request.json, len(service.seen)))
        request.json.clear()

    submit(service.client(on_intent=on_intent), asked("a"))
    assert told == [(("a",), f"/v1/accounts/{ACCOUNT}/positions/instructions", [], 0)]
    assert sent_keys(service) == [["a"], ["a"]]


def test_an_exception_of_the_hook_stops_the_call() -> None:
    def on_intent(keys: object, request: object) -> None:
        raise RuntimeError("no room in the journal")

    with pytest.raises(RuntimeError, match="no room") as raised:
        submit(Service().client(on_intent=on_intent))
    assert not hasattr(raised.value, "outcome_unknown")


# --- Sent again with the same keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503])
def test_rows_that_were_not_taken_are_sent_again_under_the_same_keys(status: int) -> None:
    def put_off(request: httpx.Request) -> httpx.Response:
        return reply(status, [refused(key) for key in reversed(keys_in(request))])

    service = Service(unsent(), reply(429), put_off, done)
    response = submit(service.client(), asked(None), asked("b"), max_retries=3)
    assert service.methods == ["POST"] * 4
    assert len({tuple(keys) for keys in sent_keys(service)}) == 1
    assert [attempt.outcome for attempt in response.attempts] == ["never_sent", "rate_limited", "refused", "done"]
    assert response.reconciled is False


@pytest.mark.parametrize(
    "other", [refused("b", id="stored"), refused(None), row("b")], ids=["stored", "keyless", "sent"]
)
def test_rows_of_which_one_may_be_stored_are_looked_for(other: dict[str, Any]) -> None:
    service = Service(reply(503, [refused("a"), other]), listed(row("a"), row("b")))
    assert len(submit(service.client(), asked("a"), asked("b")).accepted) == 2
    assert service.methods == ["POST", "GET"]


def test_rows_that_are_never_taken_are_a_known_refusal() -> None:
    error = refusal(Service(*(reply(503, [refused()]) for _ in range(3))))
    assert isinstance(error, InternalServerError)
    assert error.outcome_unknown is False
    assert error.outcomes == {"key-0": "refused_for_now"}
    assert keys_of(error.data) == ["key-0"]
    assert [r.reason for r in error.rejections] == ["Quantity exceeds the position"]


def test_a_429_to_the_end_is_a_known_refusal() -> None:
    error = refusal(Service(*(reply(429) for _ in range(3))))
    assert isinstance(error, RateLimitError)
    assert (error.outcome_unknown, error.outcomes, error.data) == (False, {"key-0": "refused_for_now"}, ())


def test_what_was_never_sent_is_known_not_to_have_been() -> None:
    error = failure(Service(unsent(), unsent(), unsent()))
    assert isinstance(error, APIConnectionError)
    assert (error.outcome_unknown, error.outcomes) == (False, {"key-0": "not_sent"})
    assert error.idempotency_keys == ("key-0",)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 409, 413, 422, 425])
def test_a_refusal_is_definite(status: int) -> None:
    service = Service(reply(status, [refused()]))
    error = refusal(service)
    assert error.status_code == status
    assert (error.outcome_unknown, error.outcomes) == (False, {"key-0": "rejected"})
    assert [each.reason for each in error.rejections] == ["Quantity exceeds the position"]


def test_a_409_to_keys_of_our_own_is_looked_into() -> None:
    # It says that every key was used before: only a copy of the request can have done that.
    service = Service(reply(409), *looks())
    error = failure(service, asked(None))
    assert (error.outcome_unknown, service.methods) == (True, ["POST", *["GET"] * LOOKS])


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_without_rows_is_definite_too(status: int) -> None:
    for count in (1, 2):
        error = refusal(Service(reply(status)), *[asked(None)] * count)
        assert (error.outcome_unknown, set(error.outcomes.values()), error.data) == (False, {"rejected"}, ())


# --- Unknown: look, and send again what was not found -----------------------------------------------------------------


@pytest.mark.parametrize("how", UNKNOWN)
def test_what_may_have_landed_is_looked_for_and_found(how: str) -> None:
    service = Service(UNKNOWN[how](), listed(row(), row("other", created_at=LONG_AGO)))
    response = submit(service.client())
    assert service.methods == ["POST", "GET"]
    assert service.seen[1].path == f"/v1/accounts/{ACCOUNT}/positions/instructions"
    assert [r.id for r in response.data] == ["id-of-key-0"]
    assert response.reconciled is True
    assert response.accepted == response.data
    assert [attempt.outcome for attempt in response.attempts] == ["unknown"]


@pytest.mark.parametrize("how", UNKNOWN)
def test_what_is_not_found_is_sent_again_under_its_key(how: str) -> None:
    service = Service(UNKNOWN[how](), listed(row("other", created_at=LONG_AGO)), done)
    response = submit(service.client())
    assert service.methods == ["POST", "GET", "POST"]
    assert sent_keys(service) == [["key-0"], ["key-0"]]
    assert response.reconciled is False


@pytest.mark.parametrize("how", UNKNOWN)
def test_what_is_never_found_is_unknown(how: str) -> None:
    error = failure(Service(UNKNOWN[how](), *looks()), max_retries=0)
    assert error.outcome_unknown is True
    assert error.outcomes == {"key-0": "unknown"}
    assert "OUTCOME UNKNOWN" in str(error)
    assert "Unknown: key-0" in str(error)
    assert "find_position_instructions()" in str(error)


def test_only_the_rows_that_were_not_found_are_sent_again() -> None:
    service = Service(lost(), listed(row("b"), row("d", status="ACCEPTED")), done)
    response = submit(service.client(), *map(asked, "abcd"))
    assert sent_keys(service) == [["a", "b", "c", "d"], ["a", "c"]]
    assert [r.instruction_id for r in response.data] == ["a", "b", "c", "d"]
    assert response.reconciled is True


def test_a_row_that_landed_and_was_refused_later_is_rejected() -> None:
    service = Service(lost(), listed(row("a"), row("b", status="ENGINE_REJECTED", rejection_reason="Too late")))
    response = submit(service.client(), asked("a"), asked("b"))
    assert [r.instruction_id for r in response.accepted] == ["a"]
    assert [(r.instruction.instruction_id, r.reason, r.is_duplicate) for r in response.rejections] == [
        ("b", "Too late", False)
    ]


def test_a_row_found_in_a_state_never_heard_of_is_there_and_undetermined() -> None:
    service = Service(lost(), listed(row(status="NEVER_HEARD_OF")))
    response = submit(service.client())
    assert [r.status for r in response.undetermined] == ["NEVER_HEARD_OF"]


def test_a_result_from_the_list_has_its_envelope_and_our_rows_departures() -> None:
    service = Service(lost(), listed(row("other", symbol=...), row(venue="XCBO")))
    response = submit(service.client())
    assert response.request_id == "request-200"
    assert [(drift.path, drift.kind) for drift in response.drift] == [("data[0].venue", "unknown_field")]


@pytest.mark.parametrize("status", [300, 400, 409])
def test_rows_found_beside_rows_refused_have_the_envelope_of_the_list(status: int) -> None:
    service = Service(
        lambda request: reply(status, [duplicate(keys_in(request)[0])], error="No"),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    response = submit(service.client(), asked(None), asked("b"))
    assert [r.instruction_id for r in response.rejected] == ["b"]
    assert (response.request_id, response.error) == ("request-200", None)


def test_rows_found_after_an_unreadable_success_have_the_lists_envelope() -> None:
    response = submit(Service(httpx.Response(200, text="OK"), listed(row())).client())
    assert (response.request_id, response.reconciled) == ("request-200", True)


# --- Rule 2: no sending again without evidence that keys are kept, or where they may not be honoured ------------------


def test_an_empty_list_is_no_evidence_that_keys_are_kept() -> None:
    service = Service(lost(), *looks())
    error = failure(service)
    assert (error.outcome_unknown, error.outcomes, error.idempotency_keys) == (True, {"key-0": "unknown"}, ("key-0",))
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_a_list_that_fills_with_rows_under_keys_is_evidence() -> None:
    service = Service(lost(), listed(), keyed(), done)
    assert len(submit(service.client()).accepted) == 1


ECHOES: dict[str, Any] = {
    "accepted": lambda: reply(200, [row()]),
    "refused": lambda: reply(400, [refused()]),
    "unavailable": lambda: reply(503, [refused()]),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_in_a_reply_is_evidence_for_later_calls_at_that_address(echo: str) -> None:
    service = Service(ECHOES[echo](), lost(), listed(), done, lost(), *looks())
    client = service.client()
    with contextlib.suppress(APIError):
        submit(client, max_retries=0)
    assert len(submit(client.with_options(max_retries=1), asked("second")).accepted) == 1
    with pytest.raises(APIConnectionError) as raised:
        submit(client.with_options(base_url="https://elsewhere.test"), asked("third"))
    assert raised.value.outcome_unknown is True
    assert service.methods == ["POST", "POST", "GET", "POST", "POST", *["GET"] * LOOKS]


def test_what_speaks_against_keys_at_one_address_says_nothing_of_another() -> None:
    service = Service(reply(200, [row("made-up")]), *looks(), lost(), keyed(), done)
    client = service.client()
    submit(client)
    assert len(submit(client.with_options(base_url="https://elsewhere.test")).accepted) == 1


def test_the_keys_of_another_accounts_reply_are_no_evidence() -> None:
    service = Service(reply(200, [row(account_id=1)]), *looks())
    error = failure(service)
    assert isinstance(error, APIResponseValidationError)
    assert (error.outcome_unknown, service.methods) == (True, ["POST", *["GET"] * LOOKS])


def test_a_refusal_about_another_account_is_none_of_ours() -> None:
    error = failure(Service(reply(400, [refused(account_id=1)]), *looks()), asked("another"))
    assert (error.outcome_unknown, error.outcomes) == (True, {"another": "unknown"})


def test_after_a_reply_without_our_key_the_client_does_not_send_again() -> None:
    service = Service(reply(200, [row("made-up")]), *looks(), reply(500), *looks())
    client = service.client()
    submit(client)
    with pytest.raises(InternalServerError) as raised:
        submit(client.with_options(max_retries=5))
    assert raised.value.outcome_unknown is True
    assert service.methods == ["POST", *["GET"] * LOOKS] * 2


def test_after_a_429_without_our_key_what_is_unknown_is_not_sent_again() -> None:
    service = Service(lost(), keyed(), reply(429, [refused("made-up")]), *(keyed() for _ in range(LOOKS)))
    assert failure(service, max_retries=5).outcome_unknown is True
    assert service.methods == ["POST", "GET", "POST", *["GET"] * LOOKS]


def test_nothing_unknown_is_sent_again_where_no_list_can_be_read() -> None:
    service = Service(done, lost(), *(reply(500) for _ in range(LOOKS)))
    client = service.client()
    submit(client)
    with pytest.raises(APIConnectionError) as raised:
        submit(client, asked("second"))
    assert raised.value.outcome_unknown is True
    assert service.methods == ["POST", "POST", *["GET"] * LOOKS]


WITHOUT_OUR_KEY: dict[str, Any] = {
    "refused": lambda: reply(400, [refused("made-up")]),
    "unavailable": lambda: reply(503, [refused("made-up")]),
    "no key": lambda: reply(200, [row(...)]),
    "null": lambda: reply(200, [row(None)]),
    "one more": lambda: reply(200, [row(), row("made-up")]),
}


@pytest.mark.parametrize("first", WITHOUT_OUR_KEY)
def test_any_reply_without_our_key_is_remembered(first: str) -> None:
    service = Service(
        WITHOUT_OUR_KEY[first](), otherwise=lambda request: lost() if request.method == "POST" else keyed()
    )
    client = service.client()
    with contextlib.suppress(APIError):
        submit(client, max_retries=0)
    before = len(sent_keys(service))
    with pytest.raises(APIConnectionError) as raised:
        submit(client, asked("second"))
    assert raised.value.outcome_unknown is True
    assert sent_keys(service)[before:] == [["second"]]


def test_a_row_in_the_list_without_a_key_forbids_to_send_again() -> None:
    keyless = row(...)
    service = Service(lost(), listed(keyless), *looks(LOOKS - 1))
    error = failure(service)
    assert error.outcome_unknown is True
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_a_row_without_a_key_is_remembered_when_a_later_list_has_none() -> None:
    service = Service(lost(), listed(row(..., quantity="2")), *(keyed() for _ in range(LOOKS - 1)))
    assert failure(service).outcome_unknown is True
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_rows_without_a_key_are_candidates_where_they_may_be_ours() -> None:
    error = failure(Service(lost(), *looks(LOOKS, row(..., id="may be"), row(..., id="other", quantity="2"))))
    assert [r.id for r in error.candidates] == ["may be"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"quantity": "1.000"},
        {"instrument_id": INSTRUMENT.upper()},
        {"instrument_id": "AAPL 280121C00195000"},
        {"created_at": "2026-04-24T14:29:58Z"},
        {"created_at": None},
        {"created_at": "whenever"},
        {"created_at": "0001-01-01T00:00:00Z"},
        {"quantity": None},
        {"quantity": "NaN"},
        {"quantity": "sNaN"},
        {"instruction_type": ...},
        {"instrument_id": 7},
        {"status": "NEVER_HEARD_OF"},
    ],
    ids=str,
)
def test_a_new_row_that_may_be_ours_under_another_key_forbids_to_resend(fields: dict[str, Any]) -> None:
    service = Service(lost(), *looks(LOOKS, row("made-up", **fields)))
    error = failure(service)
    assert error.outcome_unknown is True
    assert keys_of(error.candidates) == ["made-up"]
    assert service.methods == ["POST", *["GET"] * LOOKS]


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "2"},
        {"instrument_id": ANOTHER},
        {"instruction_type": "DO_NOT_EXERCISE"},
        {"instruction_type": "NEVER_HEARD_OF"},
        {"created_at": "2026-04-24T14:29:57Z"},
        {"created_at": LONG_AGO, "quantity": None},
    ],
    ids=str,
)
def test_a_row_that_cannot_be_ours_does_not(fields: dict[str, Any]) -> None:
    service = Service(lost(), listed(row("other", **fields)), done)
    assert len(submit(service.client()).accepted) == 1
    assert service.methods == ["POST", "GET", "POST"]


def test_a_row_under_another_key_of_the_batch_is_no_candidate() -> None:
    service = Service(lost(), listed(row("a")), done)
    submit(service.client(), asked("a"), asked("b"))
    assert sent_keys(service) == [["a", "b"], ["b"]]


def test_a_candidate_is_forgotten_when_the_row_itself_is_found() -> None:
    service = Service(lost(), listed(row("made-up")), listed(row("made-up"), row()))
    assert [r.instruction_id for r in submit(service.client()).data] == ["key-0"]


def test_a_candidate_is_not_forgotten_when_a_later_list_does_not_show_it() -> None:
    service = Service(lost(), listed(row("made-up")), *(keyed() for _ in range(LOOKS - 1)))
    assert keys_of(failure(service).candidates) == ["made-up"]
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_neither_is_a_row_whose_key_has_another_name() -> None:
    elsewhere = row("other", quantity="2", **{KEY_NAME: ..., NEWER_KEY_NAME: "other"})
    service = Service(done, lost(), listed(elsewhere), *looks(LOOKS - 1))
    client = service.client(idempotency_key_name=KEY_NAME)
    submit(client, asked("key-1"))
    with pytest.raises(APIConnectionError):
        submit(client)
    assert service.methods == ["POST", "POST", *["GET"] * LOOKS]


@pytest.mark.parametrize("where", ["client", "call"])
def test_sending_again_can_be_switched_off(where: str) -> None:
    service = Service(unsent(), reply(429), lost(), *looks())
    option = {"resend_after_unknown": False}
    client = service.client(max_retries=5, **(option if where == "client" else {}))
    with pytest.raises(APIConnectionError) as raised:
        submit(client, **(option if where == "call" else {}))
    assert raised.value.outcome_unknown is True
    assert service.methods == ["POST"] * 3 + ["GET"] * LOOKS


# --- Rule 3: whose row it is that was found ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"quantity": "1.00"},
        {"created_at": "2026-04-24T14:29:58Z"},
        {"created_at": "2026-04-24 14:29:59+00:00"},
        {"created_at": "9999-12-31T23:59:59Z"},
        {"created_at": None},
        {"created_at": "0001-01-01T00:00:00Z"},
        {"created_at": "1970-01-01T00:00:00Z"},
        {"instrument_id": INSTRUMENT.replace("-", "").upper()},
        {"instrument_id": f"urn:uuid:{INSTRUMENT}"},
    ],
    ids=str,
)
def test_a_row_under_the_callers_key_that_asks_for_the_same_is_ours(fields: dict[str, Any]) -> None:
    assert submit(Service(lost(), listed(row(**fields))).client()).reconciled is True


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "2"},
        {"instrument_id": ANOTHER},
        {"instruction_type": "DO_NOT_EXERCISE"},
        {"quantity": "2", "created_at": "2026-04-24T14:29:57Z"},
        {"quantity": "2", "created_at": "2010-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_an_older_row_for_something_else_makes_ours_a_duplicate(fields: dict[str, Any]) -> None:
    service = Service(lost(), listed(row(**{"id": "the-first", "created_at": LONG_AGO, **fields})))
    error = refusal(service)
    assert isinstance(error, ConflictError)
    assert (error.status_code, error.outcome_unknown, error.reconciled) == (409, False, True)
    assert error.outcomes == {"key-0": "rejected"}
    ((rejected, reason, existing_id, code),) = error.rejections
    assert (rejected.id, rejected.status, rejected.quantity) == (NIL_ID, "REJECTED", "1")
    assert reason == "Duplicate exercise instruction; existing_id=the-first"
    assert existing_id == "the-first"
    assert code is None


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": None},
        {"instrument_id": ...},
        {"instruction_type": 3},
        {"quantity": None, "created_at": LONG_AGO},
        {"instrument_id": "AAPL 280121C00195000"},
        {"instrument_id": "AAPL 280121C00195000", "created_at": LONG_AGO},
        {"quantity": "2"},
        {"instrument_id": ANOTHER, "created_at": None},
        {"instrument_id": ANOTHER, "created_at": "1970-01-01T00:00:00Z"},
        {"instrument_id": ANOTHER, "created_at": "2009-12-31T23:59:59Z"},
        {"created_at": LONG_AGO},
        {"created_at": "2026-04-24T14:29:57Z"},
    ],
    ids=str,
)
def test_a_row_under_the_callers_key_that_may_be_ours_is_unknown(fields: dict[str, Any]) -> None:
    """It says too little, is new and asks for something else, or only its age speaks against it."""
    service = Service(lost(), *looks(LOOKS, row(**fields)))
    error = failure(service)
    assert (error.outcome_unknown, error.outcomes) == (True, {"key-0": "unknown"})
    assert keys_of(error.candidates) == ["key-0"]
    assert len(sent_keys(service)) == 1


# --- Age, by the clock of the service ---------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [-86400, -600, -90, 90, 600, 86400])
@pytest.mark.parametrize(("created_at", "known"), [("2026-04-24T14:30:00Z", True), (LONG_AGO, False)])
def test_a_rows_age_is_judged_by_the_clock_of_the_service(
    skew: float, created_at: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(lost(), *(reply(200, [row(created_at=created_at)], headers={"Date": DATE}) for _ in range(LOOKS)))
    now = service.clock.now
    monkeypatch.setattr(service.clock, "now", lambda: now() + timedelta(seconds=skew))
    if known:
        assert [r.status for r in submit(service.client()).accepted] == ["SENT"]
    else:
        assert failure(service).outcomes == {"key-0": "unknown"}


def test_two_seconds_are_the_error_of_the_services_own_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(lost(), listed(row(created_at="2026-04-24T14:29:58Z")))
    monkeypatch.setattr(service.clock, "random", lambda: 0.0)
    assert len(submit(service.client()).accepted) == 1


def test_the_way_of_a_reply_is_the_error_of_the_services_clock() -> None:
    """Its date may have been written when it was asked for, ten seconds before it came."""
    service = Service()
    took_long = reply(200, [row(created_at="2026-04-24T14:29:48Z")], headers={"Date": DATE})
    service.steps.extend([lost(), service.taking(10.0, took_long)])
    assert len(submit(service.client()).accepted) == 1


@pytest.mark.parametrize("headers", [{}, {"Date": "whenever"}, {"Date": DATE, "Age": "3600"}], ids=str)
@pytest.mark.parametrize(
    ("created_at", "known"), [(None, True), ("2026-04-24T14:29:00Z", True), ("2026-04-24T14:28:59Z", False)]
)
def test_where_the_service_does_not_tell_its_time_ours_can_only_cast_doubt(
    headers: dict[str, str], created_at: str, known: bool
) -> None:
    service = Service(lost(), *(reply(200, [row(created_at=created_at)], headers=headers) for _ in range(LOOKS)))
    service.dated = False
    if known:
        assert len(submit(service.client()).accepted) == 1
    else:
        assert [r.created_at for r in failure(service).candidates] == [datetime(2026, 4, 24, 14, 28, 59, tzinfo=UTC)]


def test_the_time_that_a_service_told_outlives_replies_that_tell_none() -> None:
    told = reply(200, [], headers={"Date": DATE})
    service = Service(told, *looks(10), lost(), *looks(LOOKS, row(created_at=LONG_AGO, quantity="2")))
    service.dated = False
    client = service.client()
    for _ in range(11):
        client.v1.positions.get_position_instructions(ACCOUNT)
    with pytest.raises(ConflictError, match="Duplicate"):
        submit(client)


def test_a_date_at_the_end_of_time_tells_none() -> None:
    service = Service(reply(200, [row()], headers={"Date": "Fri, 31 Dec 9999 23:59:59 GMT"}), lost(), listed(row("b")))
    service.dated = False
    client = service.client()
    submit(client)
    service.clock.advance(10.0)
    assert len(submit(client, asked("b")).accepted) == 1


def test_by_our_clock_alone_no_row_is_a_duplicate_and_none_cannot_be_ours() -> None:
    for fields in ({"quantity": "2"}, {KEY_NAME: "made-up"}):
        service = Service(lost(), *looks(LOOKS, row(**{"created_at": LONG_AGO, **fields})))
        service.dated = False
        error = failure(service)
        assert (error.outcomes, len(error.candidates)) == ({"key-0": "unknown"}, 1)


def test_a_row_under_a_minted_key_is_ours_whatever_it_says() -> None:
    def found(_: httpx.Request) -> httpx.Response:
        return listed(row(sent_keys(service)[0][0], quantity="2", created_at=LONG_AGO))

    service = Service(lost(), found)
    assert len(submit(service.client(), asked(None)).accepted) == 1


def test_two_rows_under_one_key_are_unknown() -> None:
    service = Service(lost(), *looks(LOOKS, row(id="one"), row(id="two")))
    error = failure(service)
    assert error.outcome_unknown is True
    assert [r.id for r in error.candidates] == ["one", "two"]
    assert len(sent_keys(service)) == 1


def test_rows_listed_as_rejected_for_several_reasons_have_one_error() -> None:
    stored = [row("a", quantity="2", created_at=LONG_AGO), row("b", status="REJECTED", rejection_reason="No position")]
    error = refusal(Service(lost(), listed(*stored)), asked("a"), asked("b"))
    assert isinstance(error, UnprocessableEntityError)
    assert [r.is_duplicate for r in error.rejections] == [True, False]
    assert "No position" in str(error)


def test_rows_found_to_be_refused_after_a_5xx_are_a_refusal() -> None:
    service = Service(reply(500), listed(row(status="REJECTED", rejection_reason="No position")))
    error = refusal(service)
    assert isinstance(error, UnprocessableEntityError)
    assert (error.outcome_unknown, error.reconciled) == (False, True)


def test_rows_refused_beside_one_found_to_be_are_the_replys_refusal() -> None:
    service = Service(
        lambda request: reply(400, [duplicate(keys_in(request)[0])], error="Bad quantity"),
        lambda _: listed(row(sent_keys(service)[0][0], status="REJECTED", rejection_reason="No position")),
    )
    error = refusal(service, asked(None), asked("b"))
    assert isinstance(error, BadRequestError)
    assert "Bad quantity" in str(error)
    assert set(error.outcomes.values()) == {"rejected"}


# --- Rule 4: duplicates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 207, 400, 409])
def test_a_duplicate_of_a_minted_key_is_our_own_also_at_the_first_attempt(status: int) -> None:
    service = Service(
        lambda request: reply(status, [duplicate(keys_in(request)[0])]),
        lambda _: listed(row(sent_keys(service)[0][0], status="ACCEPTED")),
    )
    response = submit(service.client(), asked(None))
    assert [r.status for r in response.data] == ["ACCEPTED"]
    assert response.reconciled is True
    assert service.methods == ["POST", "GET"]


@pytest.mark.parametrize("reason", ["Duplicate exercise instruction", "duplicate of another\ninstruction"])
def test_a_duplicate_that_does_not_name_the_first_is_looked_for_as_well(reason: str) -> None:
    service = Service(
        lambda request: reply(409, [refused(keys_in(request)[0], reason)]),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    assert submit(service.client(), asked(None)).reconciled is True


def test_a_reason_of_any_length_is_read_in_no_time() -> None:
    begun = time.process_time()
    error = refusal(Service(reply(400, [refused(reason="duplicate " * 50_000)])))
    assert (error.outcomes, error.existing_ids) == ({"key-0": "rejected"}, {})
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("data", [None, []])
def test_a_conflict_is_looked_for_if_only_its_message_says_duplicate(data: Any) -> None:
    service = Service(
        reply(409, data, error="Duplicate exercise instruction; existing_id=the-first"),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    assert submit(service.client(), asked(None)).reconciled is True


def test_a_conflict_of_one_row_names_the_first_in_its_message() -> None:
    message = "Duplicate exercise instruction; existing_id=the-first"
    error = refusal(Service(reply(409, error=message), *looks()), asked(None))
    assert (error.outcome_unknown, list(error.existing_ids.values())) == (True, ["the-first"])
    error = refusal(Service(reply(409, error=message), *looks()), asked(None), asked(None))
    assert (error.outcome_unknown, error.existing_ids) == (True, {})


def test_a_duplicate_of_the_callers_key_at_once_is_a_duplicate() -> None:
    service = Service(reply(409, [duplicate()], error="Duplicate exercise instruction; existing_id=the-first"))
    error = refusal(service)
    assert isinstance(error, ConflictError)
    assert (error.outcome_unknown, error.outcomes, error.existing_ids) == (False, {"key-0": "rejected"}, {})
    assert [r.existing_id for r in error.rejections] == ["the-first"]
    assert error.message == "Duplicate exercise instruction; existing_id=the-first"


@pytest.mark.parametrize("status", [207, 409])
def test_a_duplicate_of_the_same_after_an_unknown_attempt_is_our_own(status: int) -> None:
    service = Service(lost(), keyed(), reply(status, [duplicate(of="id-of-key-0")]), listed(row(status="ACCEPTED")))
    response = submit(service.client())
    assert [r.status for r in response.data] == ["ACCEPTED"]


def test_a_duplicate_of_something_else_after_an_unknown_one_is_a_conflict() -> None:
    error = refusal(Service(lost(), keyed(), reply(409, [duplicate()]), listed(row(quantity="5", created_at=LONG_AGO))))
    assert isinstance(error, ConflictError)
    assert (error.outcome_unknown, [r.existing_id for r in error.rejections]) == (False, ["id-of-key-0"])


@pytest.mark.parametrize("status", [200, 409])
def test_a_duplicate_that_is_not_listed_is_unknown_under_the_id_named(status: int) -> None:
    service = Service(lambda request: reply(status, [duplicate(keys_in(request)[0])]), *looks())
    error = refusal(service, asked(None))
    (key,) = error.idempotency_keys
    assert (error.outcome_unknown, error.outcomes, error.data) == (True, {key: "unknown"}, ())
    assert error.existing_ids == {key: "the-first"}
    assert error.message == (
        "It is a 409" if status == 409 else "the reply does not say what happened to every instruction"
    )
    assert f"{key} (existing_id the-first)" in str(error)
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_so_is_one_of_the_callers_key_after_an_unknown_attempt() -> None:
    service = Service(lost(), keyed(), reply(409, [duplicate()]), *looks())
    error = refusal(service)
    assert (error.outcome_unknown, error.existing_ids) == (True, {"key-0": "the-first"})


def test_duplicates_without_their_keys_in_the_reply_are_looked_for() -> None:
    """A proxy replayed a batch to a service that does not echo keys: a landed, b was refused."""
    service = Service(reply(400, [duplicate("made-up-1"), refused("made-up-2")]), *looks(LOOKS, row("made-up-0")))
    error = refusal(service, asked(None), asked(None))
    assert (error.outcome_unknown, set(error.outcomes.values()), error.existing_ids) == (True, {"unknown"}, {})
    assert keys_of(error.candidates) == ["made-up-0"]


def test_of_a_replayed_batch_each_row_is_reported_as_it_is() -> None:
    service = Service(
        lambda request: reply(400, [duplicate(keys_in(request)[0]), refused(keys_in(request)[1])]),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    response = submit(service.client(), asked(None), asked(None))
    assert [r.status for r in response.data] == ["SENT", "REJECTED"]
    assert (len(response.accepted), len(response.rejected), response.undetermined) == (1, 1, [])


def test_a_row_refused_without_its_own_reply_is_rejected_beside_a_success() -> None:
    service = Service(
        lambda request: reply(409, [duplicate(keys_in(request)[0])]),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    response = submit(service.client(), asked(None), asked("b"))
    assert [r.status for r in response.accepted] == ["SENT"]
    assert [(r.instruction_id, r.id, r.status) for r in response.rejected] == [("b", NIL_ID, "REJECTED")]
    assert response.undetermined == []


def test_a_duplicate_among_the_rows_of_a_refusal_is_none_of_the_others() -> None:
    service = Service(
        lambda request: reply(422, [duplicate(keys_in(request)[0])]),
        lambda _: listed(row(sent_keys(service)[0][0])),
    )
    response = submit(service.client(), asked(None), asked(None))
    _, key = sent_keys(service)[0]
    assert [r.status for r in response.accepted] == ["SENT"]
    assert [r.instruction_id for r in response.rejected] == [key]


def test_a_refusal_whose_rows_say_that_they_were_accepted_is_looked_for() -> None:
    service = Service(reply(400, [row()]), listed(row()))
    assert len(submit(service.client()).accepted) == 1


# --- Rule 5: an unknown attempt stays unknown -------------------------------------------------------------------------

LATER: dict[str, Any] = {
    "400": lambda: [reply(400, [refused()])],
    "401": lambda: [reply(401)],
    "302": lambda: [reply(302)],
    "409": lambda: [reply(409)],
    "409 that says duplicate": lambda: [reply(409, error="Duplicate exercise instruction")],
    "422": lambda: [reply(422, [refused()])],
    "429": lambda: [reply(429), reply(429)],
    "never sent": lambda: [unsent(), unsent()],
    "5xx with every row refused": lambda: [reply(503, [refused()]), listed(), reply(503, [refused()])],
    "2xx with every row refused": lambda: [reply(200, [refused()])],
    "207 with the row refused": lambda: [reply(207, [refused()])],
    "2xx without the row": lambda: [reply(200, [])],
    "2xx with the row undetermined": lambda: [reply(200, [row(status="NEVER_HEARD_OF")])],
    "2xx with the row UNKNOWN": lambda: [reply(200, [row(status="UNKNOWN")])],
}


@pytest.mark.parametrize("later", LATER)
def test_nothing_but_its_row_clears_an_unknown_attempt(later: str) -> None:
    service = Service(lost(), keyed(), *LATER[later](), otherwise=lambda _: listed())
    error = failure(service)
    assert error.outcome_unknown is True
    assert error.outcomes == {"key-0": "unknown"}


@pytest.mark.parametrize("later", LATER)
def test_its_row_does(later: str) -> None:
    service = Service(lost(), keyed(), *LATER[later](), otherwise=lambda _: listed(row()))
    response = submit(service.client())
    assert [r.status for r in response.data] == ["SENT"]
    assert response.reconciled is True


def test_rows_refused_after_an_unknown_attempt_are_looked_for_first() -> None:
    service = Service(lost(), keyed(), reply(503, [refused()]), listed(), done)
    submit(service.client())
    assert service.methods == ["POST", "GET", "POST", "GET", "POST"]


def test_what_later_attempts_tell_of_other_rows_counts() -> None:
    service = Service(
        lost(), listed(row("a")), reply(207, [row("b"), refused("c")]), otherwise=lambda _: listed(row("a"), row("b"))
    )
    error = refusal(service, *map(asked, "abc"))
    assert error.outcomes == {"a": "landed", "b": "landed", "c": "unknown"}
    assert error.outcome_unknown is True
    assert error.reconciled is True
    assert (error.status_code, error.data) == (207, ())
    assert "Unknown: c; known: a landed, b landed" in str(error)


# --- Rule 6: the result -----------------------------------------------------------------------------------------------


def test_the_rows_are_in_the_callers_order_matched_by_key() -> None:
    service = Service(reply(207, [row("c"), refused("b"), row("a", id="id-of-c")]))
    response = submit(service.client(), *map(asked, "abc"))
    assert [(r.instruction_id, r.status) for r in response.data] == [("a", "SENT"), ("b", "REJECTED"), ("c", "SENT")]
    assert response.request_id == "request-207"


def test_the_rows_are_parted_into_accepted_rejected_and_undetermined() -> None:
    statuses: list[Any] = [
        "SENT",
        "ACCEPTED",
        "REJECTED",
        "ENGINE_REJECTED",
        "CANCEL_REQUESTED",
        "CANCELLED",
        "CANCEL_FAILED",
    ]
    statuses += ["UNKNOWN", "NEVER_HEARD_OF", ...]
    rows = [row(f"key-{index}", status=status) for index, status in enumerate(statuses)]
    response = submit(Service(reply(200, rows)).client(), *(asked(r[KEY_NAME]) for r in rows))
    assert [r.status for r in response.accepted] == [*statuses[:2], *statuses[4:7]]
    assert [r.status for r in response.rejected] == statuses[2:4]
    assert [r.status for r in response.undetermined] == ["UNKNOWN", "NEVER_HEARD_OF", None]


def test_an_error_beside_data_does_not_raise() -> None:
    response = submit(Service(reply(200, [row()], error="Order quantity must be greater than zero")).client())
    assert response.error is not None
    assert len(response.accepted) == 1


def test_a_key_that_the_reply_lacks_is_looked_for() -> None:
    service = Service(reply(200, [row("b")]), listed(row("a"), row("b")))
    response = submit(service.client(), asked("a"), asked("b"))
    assert [r.id for r in response.data] == ["id-of-a", "id-of-b"]
    assert response.reconciled is True


@pytest.mark.parametrize("data", [[], [None], [7, "text"]])
def test_a_key_that_neither_the_reply_nor_a_look_shows_is_undetermined(data: list[Any]) -> None:
    service = Service(reply(200, data), *looks())
    (undetermined,) = (response := submit(service.client())).undetermined
    assert (undetermined.instruction_id, undetermined.status, undetermined.quantity) == ("key-0", "UNKNOWN", "1")
    assert response.data == [undetermined]
    assert service.methods == ["POST", *["GET"] * LOOKS]


def test_rows_that_cannot_be_matched_come_after_those_that_can() -> None:
    service = Service(reply(200, [row("made-up"), row("b"), row("a", id="1"), row("a", id="2")]), *looks())
    response = submit(service.client(), asked("a"), asked("b"))
    assert [(r.instruction_id, r.id) for r in response.data] == [
        ("a", None),
        ("b", "id-of-b"),
        ("made-up", "id-of-made-up"),
        ("a", "1"),
        ("a", "2"),
    ]
    assert len(response.undetermined) == 1


@pytest.mark.parametrize("status", [200, 207])
def test_a_success_with_every_row_refused_raises_with_the_rows(status: int) -> None:
    error = refusal(Service(reply(status, [refused("b", "No"), refused("a", "Nor this")])), asked("a"), asked("b"))
    assert (error.status_code, error.outcome_unknown) == (status, False)
    assert [r.reason for r in error.rejections] == ["Nor this", "No"]
    assert "a: Nor this; b: No" in str(error)


def test_a_refusal_has_its_rows_in_the_callers_order() -> None:
    error = refusal(Service(reply(400, [refused("b"), refused("a")])), asked("a"), asked("b"))
    assert isinstance(error, BadRequestError)
    assert keys_of(error.data) == ["a", "b"]


def test_a_refusal_has_its_rows_also_where_their_keys_are_not_ours() -> None:
    error = refusal(Service(reply(400, [refused("made-up")])))
    assert keys_of(error.data) == ["made-up"]
    assert (error.outcome_unknown, error.outcomes) == (False, {"key-0": "rejected"})


def test_a_refusal_is_one_whatever_state_its_rows_claim() -> None:
    error = refusal(
        Service(reply(400, [refused("a", status="NEVER_HEARD_OF"), refused("b", status=...)])), asked("a"), asked("b")
    )
    assert error.outcomes == {"a": "rejected", "b": "rejected"}


# --- Looks ------------------------------------------------------------------------------------------------------------

NO_COUNT: dict[str, Any] = {
    "a page of more": lambda: httpx.Response(200, json={"metadata": {"next_page_token": "t"}, "data": [row()]}),
    "a token that is none": lambda: httpx.Response(200, json={"metadata": {"next_page_token": 7}, "data": [row()]}),
    "a part": lambda: reply(206, [row()]),
    "no data": lambda: reply(200, None),
    "an object": lambda: reply(200, row()),
    "a row without id": lambda: listed(row(), row("other", id=...)),
    "a row with another id": lambda: listed(row(), row("other", id=7)),
    "a row that is none": lambda: listed(row(), None),
    "a row without key": lambda: listed(row(), row(...)),
    "a row of another account": lambda: listed(row(), row("other", account_id=1)),
    "ours in another account": lambda: listed(row(account_id="999")),
    "an id in two states": lambda: listed(row(), row("other"), row("other", status="ACCEPTED")),
    "an id under two keys": lambda: listed(row(), row("other", id="i"), row("another", id="i")),
    "no JSON": lambda: httpx.Response(200, text="OK"),
    "broken off": breaking,
    "lost": lost,
    "no connection": unsent,
    "500": lambda: reply(500),
    "429": lambda: reply(429),
}


@pytest.mark.parametrize("look", NO_COUNT)
def test_a_look_counts_only_if_it_is_whole(look: str) -> None:
    service = Service(lost(), *(NO_COUNT[look]() for _ in range(LOOKS)))
    assert failure(service).outcome_unknown is True
    assert service.methods == ["POST", *["GET"] * LOOKS]


@pytest.mark.parametrize("look", NO_COUNT)
def test_a_look_that_does_not_count_is_repeated(look: str) -> None:
    service = Service(lost(), NO_COUNT[look](), listed(row()))
    assert submit(service.client()).reconciled is True


@pytest.mark.parametrize("metadata", [None, {}, {"next_page_token": None}, {"next_page_token": ""}])
def test_a_look_counts_whatever_else_it_lacks(metadata: Any) -> None:
    service = Service(lost(), httpx.Response(200, json={"metadata": metadata, "data": [row()]}))
    assert submit(service.client()).reconciled is True


@pytest.mark.parametrize("fields", [{"account_id": None}, {"account_id": ...}, {"account_id": str(ACCOUNT)}], ids=str)
def test_a_row_that_does_not_name_its_account_is_of_ours(fields: dict[str, Any]) -> None:
    assert submit(Service(lost(), listed(row(**fields), row("twice"), row("twice"))).client()).reconciled is True


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409])
def test_a_look_that_is_refused_is_not_repeated(status: int) -> None:
    service = Service(lost(), reply(status))
    error = failure(service)
    assert isinstance(error, APIConnectionError)
    assert error.outcome_unknown is True


def test_looks_are_waited_between_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(lost(), *looks())
    monkeypatch.setattr(service.clock, "random", lambda: 0.5)
    failure(service, max_retries=0)
    assert service.times == pytest.approx([0, 0, *accumulate(backoff(number, 0.5) for number in (1, 2, 3))])


def test_rows_that_a_look_did_not_find_are_sent_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(lost(), keyed(), done)
    monkeypatch.setattr(service.clock, "random", lambda: 0.5)
    submit(service.client())
    assert service.times == pytest.approx([0, backoff(1, 0.5), backoff(1, 0.5)])


def test_a_row_that_the_list_shows_late_is_found() -> None:
    service = Service(lost(), *looks(LOOKS - 1), listed(row()))
    response = submit(service.client(), max_retries=0)
    assert (response.reconciled, len(response.attempts)) == (True, 1)


def test_looks_happen_without_retries_too_and_are_not_counted_as_such() -> None:
    service = Service(reply(500), listed(row()))
    raw = service.client(max_retries=0).v1.positions.with_raw_response.submit_position_instructions(
        ACCOUNT, instructions=[asked()]
    )
    assert (raw.retries_taken, len(raw.attempts), raw.reconciled) == (0, 1, True)
    assert [r.instruction_id for r in raw.parse().data] == ["key-0"]


def test_a_look_asks_for_the_whole_list_with_the_headers_of_the_call() -> None:
    service = Service(lost(), listed(row()))
    submit(service.client(), extra_query={"trace": "1"}, extra_headers={"X-Trace": "2"})
    path = f"/v1/accounts/{ACCOUNT}/positions/instructions"
    assert [seen.path for seen in service.seen] == [f"{path}?trace=1", path]
    assert [seen.headers["x-trace"] for seen in service.seen] == ["2", "2"]


def test_a_look_obeys_the_retry_after_of_the_attempt_and_its_own() -> None:
    service = Service(
        reply(503, headers={"Retry-After": "3"}),
        reply(429, headers={"Retry-After": "5"}),
        reply(200, [row("other", created_at=LONG_AGO)], headers={"Retry-After": "7"}),
        done,
    )
    submit(service.client())
    assert service.times == [0, 3, 8, 15]


def test_there_is_no_look_where_the_service_asks_for_more_than_is_waited() -> None:
    service = Service(reply(503, headers={"Retry-After": "61"}))
    error = refusal(service)
    assert (error.outcome_unknown, error.retry_after, service.clock.monotonic()) == (True, 61, 0)


def test_the_last_part_of_the_deadline_is_kept_for_looks() -> None:
    service = Service()
    service.steps.extend([service.taking(8.0, httpx.ReadTimeout("slow")), service.taking(1.0, listed(row()))])
    response = submit(service.client(), deadline=10.0)
    assert service.seen[0].timeout["read"] == 8
    assert service.seen[1].timeout["read"] == 2
    assert response.reconciled is True


def test_looks_share_the_deadline() -> None:
    service = Service()
    service.steps.extend([service.taking(2.0, lost()), *(service.taking(0.9, listed()) for _ in range(LOOKS))])
    error = failure(service, deadline=4.0, max_retries=0)
    assert error.outcome_unknown is True
    assert service.times[-1] < 4
    assert len(service.seen) < 1 + LOOKS


def test_a_look_that_leaves_no_time_to_resend_ends_in_the_attempts_error() -> None:
    service = Service()
    service.steps.extend([reply(500), service.taking(9.9, listed())])
    error = refusal(service, deadline=10.0)
    assert isinstance(error, InternalServerError)
    assert (error.outcome_unknown, service.methods) == (True, ["POST", "GET"])


# --- Bounds in time ---------------------------------------------------------------------------------------------------


def test_nothing_is_sent_after_the_last_moment() -> None:
    service = Service()
    past = service.clock.now() - timedelta(seconds=1)
    with pytest.raises(CutoffPassedError, match=r"has passed .*: nothing was sent") as raised:
        submit(service.client(), not_after=past)
    assert (raised.value.outcomes, raised.value.idempotency_keys) == ({"key-0": "not_sent"}, ("key-0",))
    assert (raised.value.not_after, raised.value.client_time) == (past, service.clock.now())
    assert raised.value.request == ("POST", "/v1/accounts/{account_id}/positions/instructions")
    with pytest.raises(ArgumentError, match="time zone"):
        submit(service.client(), not_after=datetime(2030, 1, 1))  # noqa: DTZ001


def test_a_row_without_a_key_that_is_not_sent_has_no_outcome() -> None:
    service = Service()
    with pytest.raises(CutoffPassedError) as raised:
        submit(service.client(), asked(None), not_after=service.clock.now())
    assert raised.value.outcomes == {}


def test_drift_is_that_of_the_reply_whatever_a_look_adds() -> None:
    service = Service(reply(data=[7, row()]), listed(row(), row("key-1")))
    response = submit(service.client(), asked("key-0"), asked("key-1"))
    assert (response.reconciled, [drift.path for drift in response.drift]) == (True, ["data[0]"])


def test_nothing_is_intended_after_the_last_moment() -> None:
    intents: list[Any] = []
    service = Service()
    with pytest.raises(CutoffPassedError):
        submit(service.client(on_intent=lambda *intent: intents.append(intent)), not_after=service.clock.now())
    assert intents == []


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(seconds=3)], ids=["set back", "set forward"])
@pytest.mark.parametrize("spare", [0, 0.001])
def test_no_pause_lasts_to_the_last_moment_by_either_clock(ahead: timedelta, spare: float) -> None:
    service = Service()
    now, not_after = service.clock.now, service.clock.now() + max(timedelta(0), ahead) + timedelta(seconds=5 + spare)

    def change_the_clock(_: httpx.Request) -> Any:
        service.clock.now = lambda: now() + ahead  # type: ignore[method-assign]
        return reply(429, headers={"Retry-After": "5"})

    service.steps.extend([change_the_clock, listed(row())])
    if spare:
        assert submit(service.client(), not_after=not_after).data
        return
    with pytest.raises(CutoffPassedError):
        submit(service.client(), not_after=not_after)
    assert service.clock.monotonic() == 0


def test_no_retry_is_sent_after_the_last_moment() -> None:
    service = Service(reply(429, headers={"Retry-After": "5"}))
    with pytest.raises(
        CutoffPassedError, match=r"comes before the call may be sent again .*: it was not sent again"
    ) as raised:
        submit(service.client(), not_after=service.clock.now() + timedelta(seconds=5))
    error, last = raised.value, raised.value.__cause__
    assert isinstance(last, RateLimitError)
    assert (error.outcome_unknown, error.outcomes, last.retry_after) == (False, {"key-0": "refused_for_now"}, 5)
    assert service.clock.monotonic() == 0


def test_looks_are_taken_after_the_last_moment() -> None:
    service = Service()
    service.steps.extend([service.taking(9.0, lost()), listed(), listed(row())])
    response = submit(service.client(), not_after=service.clock.now() + timedelta(seconds=5))
    assert (response.reconciled, service.methods) == (True, ["POST", "GET", "GET"])


def test_no_row_is_sent_again_after_a_look_that_took_until_the_last_moment() -> None:
    service = Service()
    service.steps.extend([lost(), service.taking(5.0, keyed())])
    with pytest.raises(CutoffPassedError, match="OUTCOME UNKNOWN") as raised:
        submit(service.client(), not_after=service.clock.now() + timedelta(seconds=5))
    assert isinstance(raised.value.__cause__, APIConnectionError)
    assert (raised.value.outcomes, raised.value.outcome_unknown) == ({"key-0": "unknown"}, True)
    assert service.methods == ["POST", "GET"]


@pytest.mark.parametrize("bound", ["deadline", "not_after"])
def test_nothing_is_sent_where_the_hook_took_until_the_last_moment(bound: str) -> None:
    service = Service()
    last = {"deadline": 5.0, "not_after": service.clock.now() + timedelta(seconds=4)}[bound]
    kind = CutoffPassedError if bound == "not_after" else APITimeoutError
    with pytest.raises(kind, match=bound) as raised:
        submit(service.client(on_intent=lambda *_: service.clock.advance(5.0)), **{bound: last})
    assert raised.value.outcome_unknown is False
    assert raised.value.outcomes == {"key-0": "not_sent"}
    assert raised.value.attempts == ()
    assert (raised.value.__cause__ is None) == (bound == "not_after")


# --- Errors that were asked for ---------------------------------------------------------------------------------------


def test_strict_raises_where_a_reply_departs_from_the_spec_with_the_reply() -> None:
    service = Service(reply(200, [row(venue="XCBO")]))
    with pytest.raises(APIResponseValidationError, match=r"data\[0\].venue: unknown_field") as raised:
        submit(service.client(strict=True))
    assert raised.value.outcome_unknown is False
    assert raised.value.outcomes == {"key-0": "landed"}
    assert raised.value.reply is not None
    assert raised.value.reply.drift


def test_strict_says_that_the_outcome_is_unknown_where_a_key_is_missing() -> None:
    service = Service(reply(200, [row("b", venue="XCBO")]), *looks())
    with pytest.raises(APIResponseValidationError) as raised:
        submit(service.client(strict=True), asked("a"), asked("b"))
    assert raised.value.outcome_unknown is True
    assert raised.value.outcomes == {"a": "unknown", "b": "landed"}
    assert "Unknown: a; known: b landed. " in str(raised.value)


def test_an_error_tells_what_is_known_only_where_something_is_not() -> None:
    unknown = failure(Service(lost(), *looks()), resend_after_unknown=False)
    assert "Unknown: key-0. " in str(unknown)
    refusal_ = failure(Service(reply(422, [refused()])))
    assert "unknown" not in str(refusal_).lower()


@pytest.mark.parametrize("status", [300, 400, 404])
def test_a_refusal_without_words_has_none(status: int) -> None:
    error = refusal(Service(httpx.Response(status)))
    assert error.message == "no message"
    assert "Is the id" not in str(error)


def test_an_error_names_three_of_the_rows_that_were_refused() -> None:
    keys = [f"key-{number}" for number in range(4)]
    rows = [refused(key, "No") for key in keys]
    error = refusal(Service(httpx.Response(422, json={"data": rows})), *map(asked, keys))
    assert error.message == "key-0: No; key-1: No; key-2: No"


@pytest.mark.parametrize(("second", "is_evidence"), [(KEY_NAME, True), (NEWER_KEY_NAME, False)])
def test_a_list_is_evidence_if_each_key_has_a_name_that_is_sent(second: str, is_evidence: bool) -> None:
    rows = [row("x", created_at=LONG_AGO), row(..., id="i-2", created_at=LONG_AGO, **{second: "y"})]
    answer: list[Any] = [listed(*rows), done] if is_evidence else []
    service = Service(lost(), *answer, otherwise=lambda _: listed(*rows))
    client = service.client(idempotency_key_name=KEY_NAME)
    if is_evidence:
        submit(client)
    else:
        with pytest.raises(APIConnectionError) as raised:
            submit(client)
        assert raised.value.outcome_unknown
    assert service.methods.count("POST") == (2 if is_evidence else 1)


@pytest.mark.parametrize(
    ("answer", "options", "told"),
    [
        (reply(400), {}, True),
        (reply(422), {}, True),
        (reply(403), {}, False),
        (reply(400, [refused()]), {}, False),
        (reply(400, [refused("another")]), {}, False),
        (reply(400), {"idempotency_key_name": KEY_NAME}, False),
    ],
    ids=["400", "422", "403", "rows", "other rows", "pinned"],
)
def test_only_a_refusal_that_a_name_may_explain_says_so(answer: Any, options: dict[str, Any], told: bool) -> None:
    with pytest.raises(APIStatusError) as raised:
        submit(Service(answer).client(**options))
    assert ("idempotency_key_name" in str(raised.value)) is told


def test_names_of_keys_explain_no_refusal_where_keys_were_kept() -> None:
    client = Service(done, reply(400)).client()
    submit(client)
    with pytest.raises(BadRequestError) as raised:
        submit(client, asked("key-1"))
    assert "idempotency_key_name" not in str(raised.value)


def test_a_name_that_was_not_pinned_is_not_said_to_be() -> None:
    service = Service(*(reply(400, error=f"unknown field `{name}`") for name in KEY_NAMES))
    assert "leave that option" not in str(failure(service))


def test_a_success_puts_off_no_look_whatever_its_headers() -> None:
    service = Service(reply(200, [], headers={"Retry-After": "90"}), listed(row()))
    assert submit(service.client()).reconciled is True
    assert service.times == [0, 0]


@pytest.mark.parametrize("where", ["client", "call"])
def test_refused_rows_raise_where_that_was_asked_for(where: str) -> None:
    option = {"raise_on_rejection": True}
    service = Service(reply(207, [row("a"), refused("b")], error="1 of 2 were rejected"))
    client = service.client(**(option if where == "client" else {}))
    with pytest.raises(APIStatusError, match="b: Quantity exceeds the position") as raised:
        submit(client, asked("a"), asked("b"), **(option if where == "call" else {}))
    error = raised.value
    assert (error.outcome_unknown, error.status_code, error.code) == (False, 207, 207)
    assert error.outcomes == {"a": "landed", "b": "rejected"}
    assert keys_of(error.data) == ["b"]
    assert error.reply is not None
    assert [r.instruction_id for r in error.reply.data] == ["a", "b"]  # type: ignore[attr-defined]


def test_refused_rows_beside_a_missing_key_leave_the_outcome_unknown() -> None:
    service = Service(reply(207, [row("a"), refused("b")]), *looks())
    error = refusal(service, *map(asked, "abc"), raise_on_rejection=True)
    assert (error.outcome_unknown, error.outcomes) == (True, {"a": "landed", "b": "rejected", "c": "unknown"})


def test_accepted_rows_do_not_raise() -> None:
    service = Service(done)
    response = submit(service.client(strict=True, raise_on_rejection=True))
    response.raise_for_rejections()
    assert len(response.accepted) == 1


# --- Interrupted ------------------------------------------------------------------------------------------------------


def test_ctrl_c_while_a_request_is_on_its_way_leaves_the_outcome_unknown() -> None:
    service = Service(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as raised:
        submit(service.client())
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]
    assert raised.value.idempotency_keys == ("key-0",)  # type: ignore[attr-defined]
    (note,) = raised.value.__notes__
    assert "OUTCOME UNKNOWN" in note
    assert "key-0" in note


@pytest.mark.parametrize(
    ("steps", "unknown"),
    [
        ([reply(429)], False),
        ([unsent()], False),
        ([reply(503, [refused()])], False),
        ([lost()], True),
        ([reply(503)], True),
    ],
    ids=["429", "never sent", "every row refused", "lost", "503"],
)
def test_ctrl_c_in_a_wait_tells_what_came_before(
    steps: list[Any], unknown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(*steps)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service.clock, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        submit(service.client())
    assert getattr(raised.value, "outcome_unknown", False) is unknown


def test_ctrl_c_during_the_look_after_a_success_leaves_it_unknown() -> None:
    service = Service(reply(200, []), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as raised:
        submit(service.client())
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]


def test_ctrl_c_while_our_duplicate_is_looked_for_leaves_it_unknown() -> None:
    service = Service(lambda request: reply(409, [duplicate(keys_in(request)[0])]), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as raised:
        submit(service.client(), asked(None))
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]
    assert raised.value.idempotency_keys == tuple(sent_keys(service)[0])  # type: ignore[attr-defined]


def test_ctrl_c_before_anything_was_sent_says_nothing() -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        submit(Service().client(api_key=interrupted))
    assert not hasattr(raised.value, "outcome_unknown")


def test_a_client_closed_during_a_call_says_what_may_have_happened() -> None:
    service = Service()
    client = service.client()

    def lost_while_closing(_: httpx.Request) -> httpx.ReadError:
        client.close()
        return lost()

    service.steps.append(lost_while_closing)
    with pytest.raises(ClearStreetError, match="closed") as raised:
        submit(client)
    assert raised.value.outcome_unknown is True


@pytest.mark.anyio
async def test_a_task_cancelled_after_sending_leaves_the_outcome_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox = Sandbox()
    told: list[BaseException] = []

    async def never(_: float) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr(sandbox.clock, "asleep", never)
    sandbox.faults.add(Fault.slow(5.0))
    async with AsyncClearStreet.sandbox(sandbox) as client:

        async def call() -> None:
            try:
                await client.v1.positions.submit_position_instructions(ACCOUNT, instructions=[asked("mine")])
            except BaseException as error:
                told.append(error)
                raise

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            with anyio.fail_after(5.0):
                while not sandbox.requests:
                    await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    (error,) = told
    assert error.outcome_unknown is True  # type: ignore[attr-defined]
    assert error.idempotency_keys == ("mine",)  # type: ignore[attr-defined]
    assert "OUTCOME UNKNOWN" in error.__notes__[0]


# --- Streamed ---------------------------------------------------------------------------------------------------------


def streamed(service: Service, *rows: PositionInstructionRequestParam) -> PositionSubmitPositionInstructionsResponse:
    positions = service.client().v1.positions.with_streaming_response
    with positions.submit_position_instructions(ACCOUNT, instructions=rows or [asked()]) as response:
        return response.parse()


def test_a_streamed_reply_is_merged_when_it_is_parsed() -> None:
    response = streamed(Service(reply(200, [row("b"), row("a")])), asked("a"), asked("b"))
    assert [r.instruction_id for r in response.data] == ["a", "b"]


@pytest.mark.parametrize("how", ["broken success", "no JSON", "null data"])
def test_a_streamed_reply_that_cannot_be_read_is_looked_for(how: str) -> None:
    assert streamed(Service(UNKNOWN[how](), listed(row()))).reconciled is True


def test_a_streamed_reply_that_lacks_a_key_is_completed_by_a_look() -> None:
    assert streamed(Service(reply(200, []), listed(row()))).reconciled is True


def test_an_unreadable_streamed_reply_is_looked_for_until_the_list_has_it() -> None:
    assert streamed(Service(breaking(), listed(), keyed(), listed(row()))).reconciled is True


def test_a_streamed_reply_that_cannot_be_read_nor_found_is_unknown() -> None:
    service = Service(breaking(), otherwise=lambda _: listed())
    positions = service.client().v1.positions.with_streaming_response
    with (
        positions.submit_position_instructions(ACCOUNT, instructions=[asked()]) as response,
        pytest.raises(APIConnectionError) as raised,
    ):
        response.parse()
    assert raised.value.outcome_unknown is True
    assert raised.value.outcomes == {"key-0": "unknown"}
    assert [(a.outcome, a.status_code, a.failure) for a in raised.value.attempts] == [
        ("unknown", 200, "RemoteProtocolError")
    ]


def test_ctrl_c_while_a_streamed_reply_is_read_leaves_the_outcome_unknown() -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        streamed(Service(breaking(200, KeyboardInterrupt())))
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]


# --- What is said of it all -------------------------------------------------------------------------------------------


def test_an_error_tells_every_attempt() -> None:
    service = Service()
    service.steps.extend([service.taking(2.0, unsent()), service.taking(1.0, reply(500)), keyed(), lost(), *looks()])
    error = failure(service)
    assert [(a.elapsed, a.outcome, a.failure, a.status_code, a.request_id) for a in error.attempts] == [
        (2.0, "never_sent", "ConnectError", None, None),
        (1.0, "unknown", None, 500, "request-500"),
        (0.0, "unknown", "ReadError", None, None),
    ]
    assert error.attempts[0].started_at == datetime(2026, 4, 24, 14, 30, tzinfo=UTC)
    assert "3 attempts" in str(error)


# --- Large lists ------------------------------------------------------------------------------------------------------


def test_a_large_look_after_a_large_submit_is_soon_gone_through() -> None:
    others = [row(f"other-{number}", quantity=str(10**6 + number)) for number in range(2000)]
    service = Service(lost(), *looks(LOOKS, *others))
    rows = [asked(f"key-{number}", quantity=number + 1) for number in range(2000)]
    started = time.process_time()
    error = failure(service, *rows, resend_after_unknown=False)
    assert time.process_time() - started < 5
    assert error.outcome_unknown
    assert error.candidates == ()


some_instruments = st.sampled_from([INSTRUMENT, INSTRUMENT.upper().replace("-", ""), str(UUID(int=7)), "AAPL", " aapl"])
some_quantities = st.sampled_from(["1", "1.0", "2", "x", None])


@given(
    asked=st.lists(st.tuples(st.sampled_from(["EXERCISE", "OTHER"]), some_instruments, st.integers(1, 2)), max_size=3),
    found=st.tuples(
        st.sampled_from(["EXERCISE", "OTHER", None]), st.one_of(some_instruments, st.none()), some_quantities
    ),
)
def test_a_row_is_held_against_all_that_were_asked_for_as_against_each(
    asked: list[tuple[str, str, int]], found: tuple[str | None, str | None, str | None]
) -> None:
    entries = [
        Entry(
            INSTRUCTION,
            f"key-{number}",
            PositionInstructionRequest(instruction_type=type_, instrument_id=instrument, quantity=str(quantity)),  # type: ignore[arg-type]
            minted=False,
        )
        for number, (type_, instrument, quantity) in enumerate(asked)
    ]
    names = ("instruction_type", "instrument_id", "quantity")
    shown = PositionInstruction.from_dict({name: value for name, value in zip(names, found, strict=True) if value})
    assert Wanted(INSTRUCTION, entries).may_have(shown) == any(entry.is_same(shown) is not False for entry in entries)
