"""Cancels: what is sent and sent again, and what is reported after each reply. Repeated by id, settled by looking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clear_street.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    ConflictError,
    CutoffPassedError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
)
from support.scripted_service import ACCOUNT, Service, breaking, lost, reply, row, unsent

if TYPE_CHECKING:
    from clear_street import ClearStreet
    from clear_street.types.v1 import PositionCancelPositionInstructionResponse

ID = "the-id"
PATH = f"/v1/accounts/{ACCOUNT}/positions/instructions"
LOOKS = 4


def cancel(client: ClearStreet, id: str = ID, **options: Any) -> PositionCancelPositionInstructionResponse:
    return client.v1.positions.cancel_position_instruction(id, account_id=ACCOUNT, **options)


def failure(service: Service, **options: Any) -> APIError:
    with pytest.raises(APIError) as raised:
        cancel(service.client(), **options)
    return raised.value


def instruction(status: Any = "CANCEL_REQUESTED", **fields: Any) -> dict[str, Any]:
    return row(**{"id": ID, "status": status, **fields})


def done() -> httpx.Response:
    return reply(200, instruction())


def listed(*rows: Any) -> httpx.Response:
    return reply(200, list(rows))


UNKNOWN: dict[str, Any] = {
    "reset": lost,
    "too slow": lambda: httpx.ReadTimeout("slow"),
    "303": lambda: reply(303),
    "408": lambda: reply(408),
    "500": lambda: reply(500),
    "502": lambda: httpx.Response(502, html="<html>"),
    "503": lambda: reply(503),
    "broken refusal": lambda: breaking(404),
    "broken conflict": lambda: breaking(409),
}
"""Replies that say nothing, after which a cancel is repeated."""

UNREADABLE: dict[str, Any] = {
    "broken off": breaking,
    "broken off too slowly": lambda: breaking(200, httpx.ReadTimeout("slow")),
    "empty": lambda: httpx.Response(200),
    "no content": lambda: httpx.Response(204),
    "no JSON": lambda: httpx.Response(200, text="OK"),
    "no object": lambda: httpx.Response(200, json=[]),
    "no data": lambda: httpx.Response(200, json={}),
    "null data": lambda: reply(200, None),
    "a list": lambda: reply(200, [instruction()]),
    "another instruction": lambda: reply(200, instruction(id="another")),
    "another account": lambda: reply(200, instruction(account_id=1)),
    "an error and an empty row": lambda: reply(200, {}, error="Endpoint request timed out"),
}
"""Successes that tell nothing but that the cancel arrived: they are looked for and not repeated."""


def test_the_answer_is_the_row() -> None:
    service = Service(done())
    response = cancel(service.client())
    assert (response.data.id, response.data.status) == (ID, "CANCEL_REQUESTED")
    assert [(seen.method, seen.path, seen.json) for seen in service.seen] == [("DELETE", f"{PATH}/{ID}", None)]
    assert (response.reconciled, [attempt.outcome for attempt in response.attempts]) == (False, ["done"])


@pytest.mark.parametrize("body", [{"data": {}}, {"data": {"status": "NEVER_HEARD_OF"}}, {"data": {"id": 7}}], ids=str)
def test_a_success_with_its_data_is_one_whatever_they_are(body: dict[str, Any]) -> None:
    response = cancel(Service(httpx.Response(200, json=body)).client())
    assert response.drift
    assert response.reconciled is False


def test_an_error_beside_data_does_not_raise() -> None:
    response = cancel(
        Service(reply(200, instruction("SENT"), error="Order quantity must be greater than zero")).client()
    )
    assert response.data.status == "SENT"
    assert response.error is not None


def test_strict_raises_with_the_reply_where_it_departs_from_the_spec() -> None:
    with pytest.raises(APIResponseValidationError) as raised:
        cancel(Service(reply(200, instruction("NEVER_HEARD_OF"))).client(strict=True))
    assert raised.value.outcome_unknown is False
    assert raised.value.reply is not None


# --- Sent again -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", UNKNOWN)
def test_a_cancel_of_which_nothing_is_known_is_repeated(how: str) -> None:
    service = Service(unsent(), reply(429), UNKNOWN[how](), done())
    response = cancel(service.client(max_retries=3))
    assert [seen.path for seen in service.seen] == [f"{PATH}/{ID}"] * 4
    assert [attempt.outcome for attempt in response.attempts] == ["never_sent", "rate_limited", "unknown", "done"]
    assert response.reconciled is False


@pytest.mark.parametrize("status", [302, 400, 401, 403, 405, 422, 425])
def test_a_refusal_at_first_is_definite(status: int) -> None:
    error = failure(Service(reply(status)))
    assert (error.outcome_unknown, len(error.attempts)) == (False, 1)


@pytest.mark.parametrize("status", [404, 409])
def test_a_refusal_after_one_that_did_nothing_is_definite_too(status: int) -> None:
    error = failure(Service(unsent(), reply(429), reply(status), otherwise=lambda _: listed(instruction("CANCELLED"))))
    assert error.outcome_unknown is False


@pytest.mark.parametrize("steps", [[unsent()] * 3, [reply(429)] * 3], ids=["never sent", "429"])
def test_what_did_nothing_to_the_end_is_known_to_have_done_nothing(steps: list[Any]) -> None:
    assert failure(Service(*steps)).outcome_unknown is False


# --- Settled by looking -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", UNKNOWN)
@pytest.mark.parametrize("status", ["CANCEL_REQUESTED", "CANCELLED", "CANCEL_FAILED"])
def test_a_cancel_that_arrived_is_found(how: str, status: str) -> None:
    service = Service(*(UNKNOWN[how]() for _ in range(3)), listed(row("other"), instruction(status)))
    response = cancel(service.client())
    assert (response.data.id, response.data.status, response.reconciled) == (ID, status, True)
    assert service.seen[-1].path == PATH
    assert len(response.attempts) == 3
    assert response.request_id == "request-200"


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_unreadable_success_is_looked_for_and_not_repeated(how: str) -> None:
    service = Service(UNREADABLE[how](), listed(instruction()))
    assert cancel(service.client()).reconciled is True
    assert service.methods == ["DELETE", "GET"]


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_unreadable_success_that_is_not_found_is_unknown(how: str) -> None:
    service = Service(UNREADABLE[how](), otherwise=lambda _: listed(instruction("SENT")))
    assert failure(service).outcome_unknown is True
    assert service.methods == ["DELETE", *["GET"] * LOOKS]


def test_a_cancel_that_failed_is_a_result_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    response = cancel(Service(lost(), listed(instruction("CANCEL_FAILED"))).client(max_retries=0))
    assert response.data.status == "CANCEL_FAILED"
    assert [(record.levelname, "CANCEL_FAILED" in record.getMessage()) for record in caplog.records] == [
        ("WARNING", True)
    ]


def test_a_cancel_that_worked_is_a_result_without_one(caplog: pytest.LogCaptureFixture) -> None:
    assert cancel(Service(lost(), listed(instruction("CANCELLED"))).client(max_retries=0)).reconciled is True
    assert caplog.records == []


LAST: dict[str, Any] = {
    "never sent": unsent,
    "409": lambda: reply(409),
    "429": lambda: reply(429),
    "404": lambda: reply(404),
    **UNKNOWN,
}


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("status", ["REJECTED", "ENGINE_REJECTED"])
def test_an_instruction_that_was_refused_can_no_longer_be_cancelled(last: str, status: str) -> None:
    error = failure(Service(lost(), LAST[last](), listed(instruction(status))), max_retries=1)
    assert isinstance(error, ConflictError)
    assert (error.outcome_unknown, error.status_code, error.reconciled) == (False, 409, True)
    assert [r.status for r in error.data] == [status]
    assert f"as {status}: it can no longer be cancelled" in str(error)


def test_a_409_is_a_conflict_if_the_list_says_accepted_too() -> None:
    error = failure(Service(lost(), reply(409), listed(instruction("ACCEPTED"))))
    assert isinstance(error, ConflictError)
    assert (error.outcome_unknown, [r.status for r in error.data]) == (False, ["ACCEPTED"])


def test_a_conflict_after_our_own_cancel_took_hold_is_that_cancel() -> None:
    response = cancel(Service(lost(), reply(409), listed(instruction("CANCELLED"))).client())
    assert (response.data.status, response.reconciled) == ("CANCELLED", True)


NOT_SETTLED: dict[str, Any] = {
    "SENT": lambda: listed(instruction("SENT")),
    "UNKNOWN": lambda: listed(instruction("UNKNOWN")),
    "never heard of": lambda: listed(instruction("NEVER_HEARD_OF")),
    "no status": lambda: listed(instruction(...)),
    "ACCEPTED": lambda: listed(instruction("ACCEPTED")),
    "absent": lambda: listed(row("other")),
    "under its key": lambda: listed(row(ID, status="CANCELLED")),
    "nothing": listed,
    "a page": lambda: httpx.Response(
        200, json={"metadata": {"next_page_token": "t"}, "data": [instruction("CANCELLED")]}
    ),
    "a row without id": lambda: listed(instruction("CANCELLED"), row(id=...)),
    "a row of another account": lambda: listed(instruction("CANCELLED"), row(account_id=1)),
    "two states": lambda: listed(instruction("CANCELLED"), instruction("ACCEPTED")),
    "two states under two spellings": lambda: listed(
        instruction("CANCELLED", id=ID.upper()), instruction("SENT", id=ID.title())
    ),
    "500": lambda: reply(500),
    "lost": lost,
}


@pytest.mark.parametrize("look", NOT_SETTLED)
@pytest.mark.parametrize("last", sorted(LAST.keys() - {"409"}))
def test_what_a_look_does_not_settle_is_unknown(look: str, last: str) -> None:
    service = Service(lost(), LAST[last](), otherwise=lambda _: NOT_SETTLED[look]())
    error = failure(service, max_retries=1)
    assert error.outcome_unknown is True
    assert "OUTCOME UNKNOWN" in str(error)
    assert "get_position_instruction()" in str(error)
    assert service.methods == ["DELETE"] * 2 + ["GET"] * LOOKS


def test_what_is_settled_late_is_found() -> None:
    service = Service(lost(), listed(), reply(500), listed(instruction("SENT")), listed(instruction("CANCELLED")))
    assert cancel(service.client(max_retries=0)).data.status == "CANCELLED"


def test_a_look_that_is_refused_is_not_repeated() -> None:
    error = failure(Service(lost(), reply(403)), max_retries=0)
    assert isinstance(error, APIConnectionError)
    assert error.outcome_unknown is True


def test_a_service_that_asks_for_more_than_is_waited_is_not_looked_at() -> None:
    service = Service(lost(), reply(429, headers={"Retry-After": "90"}))
    error = failure(service)
    assert isinstance(error, RateLimitError)
    assert (error.outcome_unknown, error.retry_after) == (True, 90)
    assert service.clock.monotonic() < 1


# --- What the list says of a refusal ----------------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [404, 409])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("CANCELLED", "it is CANCELLED already"),
        ("CANCEL_REQUESTED", "it is CANCEL_REQUESTED already"),
        ("ACCEPTED", "it was ACCEPTED"),
        ("ENGINE_REJECTED", "it was ENGINE_REJECTED"),
        ("SENT", "shows it as SENT"),
    ],
)
def test_a_refusal_tells_how_the_list_shows_the_instruction(refusal: int, status: str, words: str) -> None:
    service = Service(reply(refusal), listed(row("other"), instruction(status)))
    error = failure(service)
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.outcome_unknown) == (refusal, False)
    assert [shown.status for shown in error.data] == [status]
    assert words in str(error)
    assert service.methods == ["DELETE", "GET"]


@pytest.mark.parametrize(
    "look",
    [listed(), reply(500), listed(instruction("SENT"), instruction("ACCEPTED"))],
    ids=["nothing", "500", "two states"],
)
def test_a_conflict_that_the_list_says_nothing_of_is_definite(look: Any) -> None:
    error = failure(Service(reply(409), look))
    assert isinstance(error, ConflictError)
    assert (error.outcome_unknown, error.data) == (False, ())
    assert "Is the id" not in str(error)


def test_a_refusal_about_another_account_is_no_answer() -> None:
    service = Service(reply(409, [instruction(account_id=1)]), done())
    assert cancel(service.client()).data.status == "CANCEL_REQUESTED"
    conflict = reply(409, [instruction(account_id=1)])
    error = failure(Service(lost(), conflict, otherwise=lambda _: listed(instruction("ACCEPTED"))), max_retries=1)
    assert error.outcome_unknown is True


def test_a_call_for_account_0_is_not_held_against_its_reply() -> None:
    """So the page of the contract has it: a call for account 0, and a reply with a row of another."""
    service = Service(lost(), listed(instruction("CANCELLED")))
    response = service.client(max_retries=0).v1.positions.cancel_position_instruction(ID, account_id=0)
    assert (response.data.status, response.reconciled) == ("CANCELLED", True)
    assert [seen.path for seen in service.seen[1:]] == ["/v1/accounts/0/positions/instructions"]
    of_another = Service(reply(200, instruction(id="another", account_id=1))).client()
    assert of_another.v1.positions.cancel_position_instruction(ID, account_id=0).data.id == "another"


def test_an_id_is_the_same_however_it_is_written() -> None:
    asked_for = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    spelt = f"URN:UUID:{asked_for.upper().replace('-', '')}"
    answer, shown = reply(200, instruction(id=spelt)), listed(row("other"), instruction("CANCELLED", id=spelt))
    assert cancel(Service(answer).client(), asked_for).data.id == spelt
    found = cancel(Service(lost(), shown).client(max_retries=0), asked_for)
    assert (found.data.status, found.reconciled) == ("CANCELLED", True)


def test_one_instruction_in_two_states_is_none_that_can_be_shown() -> None:
    client = Service(listed(instruction("SENT"), instruction("ACCEPTED"))).client()
    with pytest.raises(APIResponseValidationError, match="in different states"):
        client.v1.positions.get_position_instruction(ID.upper(), account_id=ACCOUNT)


def test_a_look_needs_ids_and_states_but_no_keys() -> None:
    shown = listed(row("other", instruction_id=...), instruction("CANCELLED", instruction_id=None))
    assert cancel(Service(lost(), shown).client(max_retries=0)).reconciled is True


# --- The wrong id -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "look",
    [listed(), listed(row("other")), reply(500), reply(401), httpx.ReadError("lost")],
    ids=["nothing", "another row", "500", "401", "lost"],
)
def test_a_404_asks_whether_the_id_is_the_right_one_after_a_single_look(look: Any) -> None:
    service = Service(reply(404), look)
    error = failure(service)
    assert isinstance(error, NotFoundError)
    assert "Is the id the server's `id` of the instruction, and not the idempotency key" in str(error)
    assert error.outcome_unknown is False
    assert service.methods == ["DELETE", "GET"]
    assert service.times == [0, 0]


def test_a_look_is_taken_after_the_longest_wait_but_not_at_the_deadline() -> None:
    service = Service(reply(503, headers={"Retry-After": "60"}), listed(instruction()))
    assert cancel(service.client(max_retries=0), deadline=180.0).reconciled is True
    assert service.times == [0, 60]
    service = Service(reply(503, headers={"Retry-After": "5"}))
    assert failure(service, max_retries=0, deadline=5.0).outcome_unknown is True
    assert service.clock.monotonic() == 0


def test_a_404_is_not_held_up_by_a_look_that_would_have_to_wait() -> None:
    service = Service(reply(404, headers={"Retry-After": "5"}))
    assert isinstance(failure(service), NotFoundError)
    assert service.clock.monotonic() == 0


def test_a_404_says_so_where_the_id_is_some_rows_key() -> None:
    error = failure(Service(reply(404), listed(row("other"), row(ID, id="the-right-one"))))
    assert "idempotency key of the instruction whose server `id` is 'the-right-one'" in str(error)
    assert "Is the id" not in str(error)


def test_an_id_that_is_some_rows_key_is_told_after_an_unknown_attempt_too() -> None:
    error = failure(Service(lost(), reply(500), lost(), *(listed(row(ID, id="the-right-one")) for _ in range(LOOKS))))
    assert error.outcome_unknown is True
    assert "idempotency key of the instruction whose server `id` is 'the-right-one'" in str(error)


def test_a_404_after_an_unknown_attempt_asks_too() -> None:
    error = failure(Service(lost(), reply(404), otherwise=lambda _: listed()))
    assert isinstance(error, NotFoundError)
    assert error.outcome_unknown is True
    assert "Is the id the server's `id`" in str(error)
    assert "get_position_instruction()" in str(error)


# --- Bounds in time, hooks, interruptions -----------------------------------------------------------------------------


def test_the_last_part_of_the_deadline_is_kept_for_looks() -> None:
    service = Service()
    service.steps.extend([service.taking(8.0, httpx.ReadTimeout("slow")), service.taking(1.0, listed(instruction()))])
    response = cancel(service.client(), deadline=10.0)
    assert [seen.timeout["read"] for seen in service.seen] == [8, 2]
    assert response.reconciled is True


def test_no_cancel_is_sent_after_the_last_moment_but_looks_are() -> None:
    service = Service()
    service.steps.extend([service.taking(5.0, lost()), listed(instruction())])
    response = cancel(service.client(), not_after=datetime(2026, 4, 24, 14, 30, 5, tzinfo=UTC))
    assert (response.reconciled, service.methods) == (True, ["DELETE", "GET"])


def test_a_cancel_that_the_last_moment_ends_hides_no_earlier_attempt() -> None:
    service = Service(unsent())
    service.steps.extend([service.taking(5.0, lost()), *(listed() for _ in range(LOOKS))])
    error = failure(service, not_after=datetime(2026, 4, 24, 14, 30, 5, tzinfo=UTC))
    assert isinstance(error, CutoffPassedError)
    assert error.outcome_unknown is True
    assert "it was not sent again" in str(error)
    assert "nothing was sent" not in str(error)
    assert [attempt.outcome for attempt in error.attempts] == ["never_sent", "unknown"]


def test_the_hook_is_told_before_the_first_byte() -> None:
    service, told = Service(lost(), done()), []

    def on_intent(keys: Any, request: Any) -> None:
        told.append((keys, request.method, request.path, len(service.seen)))

    cancel(service.client(on_intent=on_intent))
    assert told == [((), "DELETE", f"{PATH}/{ID}", 0)]


def test_ctrl_c_leaves_the_outcome_unknown() -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        cancel(Service(KeyboardInterrupt()).client())
    assert raised.value.outcome_unknown is True  # type: ignore[attr-defined]
    assert raised.value.idempotency_keys == ()  # type: ignore[attr-defined]
    assert "Keys:" not in raised.value.__notes__[0]
    assert "get_position_instruction()" in raised.value.__notes__[0]


def test_ctrl_c_after_a_refusal_says_nothing() -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        cancel(Service(reply(404), KeyboardInterrupt()).client())
    assert not hasattr(raised.value, "outcome_unknown")


def test_a_last_moment_in_another_zone_is_the_same_moment() -> None:
    from datetime import timezone

    service = Service(done())
    soon = service.clock.now() + timedelta(seconds=1)
    assert cancel(service.client(), not_after=soon.astimezone(timezone(timedelta(hours=-5)))).data is not None


# --- Streamed ---------------------------------------------------------------------------------------------------------


def streamed(service: Service) -> PositionCancelPositionInstructionResponse:
    positions = service.client().v1.positions.with_streaming_response
    with positions.cancel_position_instruction(ID, account_id=ACCOUNT) as response:
        return response.parse()


def test_a_streamed_reply_is_read_when_it_is_parsed() -> None:
    assert streamed(Service(done())).data.id == ID


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_streamed_reply_that_cannot_be_read_is_looked_for(how: str) -> None:
    assert streamed(Service(UNREADABLE[how](), listed(instruction()))).reconciled is True


def test_a_streamed_reply_that_cannot_be_read_nor_found_is_unknown() -> None:
    with pytest.raises(APIError) as raised:
        streamed(Service(breaking(), otherwise=lambda _: listed()))
    assert raised.value.outcome_unknown is True
    assert [attempt.outcome for attempt in raised.value.attempts] == ["unknown"]


def test_what_a_look_shows_is_parsed_without_streaming() -> None:
    service = Service(*(reply(500) for _ in range(3)), listed(instruction()))
    assert streamed(service).reconciled is True


def test_an_error_that_nothing_settles_is_that_of_the_last_attempt() -> None:
    error = failure(Service(lost(), unsent(), reply(503), otherwise=lambda _: listed()))
    assert isinstance(error, InternalServerError)
    assert [attempt.outcome for attempt in error.attempts] == ["unknown", "never_sent", "unknown"]
