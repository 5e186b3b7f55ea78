"""One client at services of either dialect: whichever name they know the idempotency key by, and whatever they do with
a name that they do not know. No effect happens twice, every clean submit has a known outcome, and no report is false.
"""

from __future__ import annotations

import json
import logging
import pickle
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from clear_street import APIError, ArgumentError, BadRequestError, ClearStreet, ConflictError, UnprocessableEntityError
from clear_street.sandbox import SandboxClock
from clear_street.types.v1 import PositionInstructionRequest
from support.client_modes import Mode, settled
from support.key_names import KEY_NAME, KEY_NAMES, NEWER_KEY_NAME
from support.scripted_service import ACCOUNT, INSTRUMENT, NIL_ID, NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD, NEW, NEXT = KEY_NAME, NEWER_KEY_NAME, "order_reference"
"""The names that the key has had, and one that it may get."""


class Kind(NamedTuple):
    """What a service knows, and what it does with what it does not know."""

    name: str
    """The name that it knows the key by."""
    unknown: str
    """``"ignored"``; ``"400"`` or ``"422"``, with a text that names the field; ``"alias"``: it takes the other name
    too, but not both; or ``"opaque"``: a 400 that does not say why.
    """


KINDS = {
    **{f"contract, {unknown}": Kind(OLD, unknown) for unknown in ("ignored", "400", "422", "alias")},
    **{f"today, {unknown}": Kind(NEW, unknown) for unknown in ("ignored", "400", "422", "alias")},
    "the next": Kind(NEXT, "ignored"),
}


def posts_at(kind: str) -> int:
    """How many requests the first submit at a service of this kind takes: one for each name that is refused."""
    return {"ignored": 1, "alias": 2}.get(KINDS[kind].unknown, len(KEY_NAMES))


class Service(httpx.MockTransport):
    """Keeps keys under its own name; its ledger has every effect, with its key."""

    def __init__(self, kind: str | Kind, *, others: int = 1, lags: bool = False) -> None:
        super().__init__(self.answer)
        self.kind = KINDS[kind] if isinstance(kind, str) else kind
        self.others = others
        """How many rows of somebody else's the account has."""
        self.lags = lags
        """Whether the list does not show what was submitted."""
        self.ledger: list[dict[str, Any]] = []
        self.posts: list[list[dict[str, Any]]] = []
        self.lose: str = ""
        """Which replies are lost: that to the next ``"effect"``, or to the next ``"request"``, which never arrives."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The reply to a submit or a list."""
        if request.method == "GET":
            others = [self.row(f"other-{number}", "7") for number in range(self.others)]
            return self.reply(200, [*others, *([] if self.lags else self.ledger)])
        rows = json.loads(request.content)
        self.posts.append(rows)
        if self.lose == "request":
            self.lose = ""
            raise httpx.ReadError("lost")
        refusal = next(filter(None, map(self.refusal, rows)), None)
        if refusal is not None:
            return refusal
        taken = [self.take(row) for row in rows]
        if self.lose == "effect":
            self.lose = ""
            raise httpx.ReadError("lost")
        refused = sum(row["status"] == "REJECTED" for row in taken)
        return self.reply(409 if refused == len(taken) else 207 if refused else 200, taken)

    def reply(self, status: int, data: Any, message: str = "It is refused") -> httpx.Response:
        error = {"code": status, "message": message} if status > 207 else None
        return httpx.Response(status, json={"metadata": {"request_id": "r"}, "data": data, "error": error})

    def refusal(self, row: Mapping[str, Any]) -> httpx.Response | None:
        """What it says to a row with a name that it does not know."""
        odd = [name for name in (*KEY_NAMES, NEXT) if name in row and name != self.kind.name]
        if not odd or self.kind.unknown == "ignored":
            return None
        if self.kind.unknown == "alias":
            text = f"duplicate field `{self.kind.name}` at line 1 column 90"
            return self.reply(422, None, text) if self.kind.name in row else None
        if self.kind.unknown == "opaque":
            return self.reply(400, None, "Bad request")
        text = f"unknown field `{odd[0]}`, expected one of `instrument_id`, `{self.kind.name}` at line 1 column 90"
        return self.reply(int(self.kind.unknown), None, text)

    def take(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Carry a row out, unless its key was used before."""
        names = (NEW, OLD) if self.kind.unknown == "alias" else (self.kind.name,)
        key = next((row[name] for name in names if name in row), f"made-up-{len(self.ledger)}")
        first = next((one for one in self.ledger if one[self.kind.name] == key), None)
        if first is None:
            self.ledger.append(self.row(key, row["quantity"]))
            return self.ledger[-1]
        why: dict[str, Any] = {"rejection_reason": f"Duplicate exercise instruction; existing_id={first['id']}"}
        if self.kind.name != OLD:
            facts = {"existing_id": first["id"]}
            code = {"reason": "DUPLICATE_INSTRUCTION", "domain": "com.clearstreet.oems.exercise", "metadata": facts}
            why = {"rejection_reason": None, "rejection": {**code, "description": "You have this one already"}}
        return {**self.row(key, row["quantity"]), "id": NIL_ID, "status": "REJECTED", **why}

    def row(self, key: str, quantity: str) -> dict[str, Any]:
        return {
            "id": f"id-of-{key}",
            "account_id": ACCOUNT,
            self.kind.name: key,
            "instruction_type": "EXERCISE",
            "instrument_id": INSTRUMENT,
            "quantity": quantity,
            "status": "SENT",
            "symbol": "AAPL 280121C00195000",
            "created_at": NOW,
        }

    @property
    def keys(self) -> list[str]:
        """The key of each effect."""
        return [row[self.kind.name] for row in self.ledger]


def asked(key: str | None = "key-0", name: str = OLD, quantity: int = 1) -> Any:
    """An instruction to submit, as a dict."""
    row = {"instruction_type": "EXERCISE", "instrument_id": INSTRUMENT, "quantity": quantity}
    return row if key is None else {**row, name: key}


FACES = [Mode(name) for name in ("sync", "asyncio", "trio")]
WAYS = ("value", "raw", "streamed")


class Client:
    """A client of one mode, that submits in one way."""

    def __init__(self, mode: Mode, way: str) -> None:
        self.mode, self.way = mode, way
        self.client: Any = None

    def of(self, service: Service, **options: Any) -> Client:
        """This client at a service."""
        self.client = self.mode.client(service, base_url="https://x.invalid", **options)
        return self

    def submit(self, *rows: Any) -> Any:
        """The value of a submit."""
        return self.mode.play(self._submit, list(rows) or [asked()])

    def failure(self, *rows: Any) -> APIError:
        """The error of a submit."""
        with pytest.raises(APIError) as caught:
            self.submit(*rows)
        return caught.value

    async def _submit(self, rows: list[Any]) -> Any:
        positions = self.client.v1.positions
        if self.way == "value":
            return await settled(positions.submit_position_instructions(ACCOUNT, instructions=rows))
        if self.way == "raw":
            submitting = positions.with_raw_response.submit_position_instructions(ACCOUNT, instructions=rows)
            return await settled((await settled(submitting)).parse())
        manager = positions.with_streaming_response.submit_position_instructions(ACCOUNT, instructions=rows)
        if self.mode.is_async:
            async with manager as response:
                return await response.parse()
        with manager as response:
            return response.parse()


@pytest.fixture(params=[(mode, way) for mode in FACES for way in WAYS], ids=lambda each: f"{each[0].name}-{each[1]}")
def client(request: pytest.FixtureRequest) -> Client:
    return Client(*request.param)


def known(kinds: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds)


TWO_NAMES = [name for name in KINDS if name != "the next"]

# --- The truth table --------------------------------------------------------------------------------------------------


@known(TWO_NAMES)
def test_a_clean_submit_is_known_after_two_requests_and_the_next_after_one(client: Client, kind: str) -> None:
    service = Service(kind, others=0)
    client.of(service)

    first = client.submit(asked("a"), asked(None))
    posts = len(service.posts)
    second = client.submit(asked("b", NEW))

    assert [row.status for row in (*first.data, *second.data)] == ["SENT"] * 3
    assert [row.instruction_id for row in (*first.data, *second.data)] == service.keys
    assert [row.client_instruction_id for row in second.data] == ["b"]
    assert posts == posts_at(kind)
    assert len(service.posts) == posts + 1
    assert (first.drift, second.drift) == ((), ())


@known(TWO_NAMES)
def test_a_lost_reply_whose_row_the_list_shows_is_settled(client: Client, kind: str) -> None:
    service = Service(kind, others=0)
    service.lose = "effect"

    submitted = client.of(service).submit(asked("a"), asked(None))

    assert [row.status for row in submitted.accepted] == ["SENT", "SENT"]
    assert submitted.reconciled
    assert len(service.ledger) == 2


@known(TWO_NAMES)
def test_a_request_that_never_arrived_is_sent_again_where_keys_are_kept(client: Client, kind: str) -> None:
    service = Service(kind)
    service.lose = "request"

    submitted = client.of(service).submit(asked("a"))

    assert [row.instruction_id for row in submitted.accepted] == service.keys == ["a"]
    assert len(service.posts) == 1 + posts_at(kind)


@known(list(KINDS))
@pytest.mark.parametrize("lost", ["effect", "request"])
def test_an_empty_list_is_evidence_of_nothing(client: Client, kind: str, lost: str) -> None:
    service = Service(kind, others=0, lags=True)
    service.lose = lost

    error = client.of(service).failure(asked("a"))

    assert error.outcome_unknown
    assert error.outcomes == {"a": "unknown"}
    assert len(service.ledger) == (lost == "effect")


@known(TWO_NAMES)
def test_a_reply_is_evidence_for_a_list_that_lags(client: Client, kind: str) -> None:
    service = Service(kind, others=0, lags=True)
    client.of(service).submit(asked("a"))
    service.lose = "effect"

    error = client.failure(asked("b"))

    # Sent again, and refused as a duplicate: the row is there, and the list does not show it yet.
    assert error.outcome_unknown
    assert error.existing_ids == {"b": "id-of-b"}
    assert service.keys == ["a", "b"]


def test_the_next_name_is_met_without_a_second_effect(client: Client) -> None:
    service = Service("the next", others=0)
    client.of(service)

    for count, key in enumerate(("a", "b"), 1):
        submitted = client.submit(asked(key))
        assert [row.instruction_id for row in submitted.undetermined if row.id is None] == [key]
        assert len(service.posts) == len(service.ledger) == count
    service.lose = "effect"
    error = client.failure(asked("c", quantity=2))
    assert error.outcome_unknown
    assert "made-up-2" in [row.model_extra.get(NEXT) for row in error.candidates]
    assert len(service.posts) == len(service.ledger) == 3


@pytest.mark.parametrize("others", [0, 1])
def test_a_lost_reply_at_the_next_name_leaves_candidates(client: Client, others: int) -> None:
    service = Service("the next", others=others)
    service.lose = "effect"

    error = client.of(service).failure(asked("a"))

    assert error.outcomes == {"a": "unknown"}
    assert [row.model_extra.get(NEXT) for row in error.candidates] == ["made-up-0"]
    assert len(service.posts) == len(service.ledger) == 1


@pytest.mark.parametrize("others", [0, 1])
def test_a_request_that_never_arrived_at_the_next_name_is_not_repeated(client: Client, others: int) -> None:
    service = Service("the next", others=others)
    service.lose = "request"

    assert client.of(service).failure(asked("a")).outcomes == {"a": "unknown"}
    assert (len(service.posts), len(service.ledger)) == (1, 0)


@pytest.mark.parametrize("unknown", ["400", "422", "opaque"])
def test_a_strict_service_of_the_next_name_refuses_and_that_is_known(client: Client, unknown: str) -> None:
    service = Service(Kind(NEXT, unknown), others=0)
    client.of(service)

    for key in ("a", "b"):
        posts = len(service.posts)
        error = client.failure(asked(key))
        assert not error.outcome_unknown
        assert error.outcomes == {key: "rejected"}
        assert len(service.posts) - posts == (1 if unknown == "opaque" else len(KEY_NAMES))
    assert service.ledger == []


OPAQUE = [OLD, NEW, NEXT]
each_opaque = pytest.mark.parametrize("name", OPAQUE)


@each_opaque
@pytest.mark.parametrize(("others", "posts"), [(1, 2), (0, 1)])
def test_a_lost_request_at_a_service_that_names_no_field(client: Client, name: str, others: int, posts: int) -> None:
    service = Service(Kind(name, "opaque"), others=others)
    service.lose = "request"

    error = client.of(service).failure(asked("a"))

    # The list shows rows with keys, or is no evidence. The refusal of the second attempt says nothing of the first.
    assert error.outcomes == {"a": "unknown"}
    assert len(service.posts) == (1 if name == NEXT else posts)
    assert service.ledger == []


@pytest.mark.parametrize("name", [OLD, NEW])
@pytest.mark.parametrize("lost", ["effect", "request"])
def test_a_lost_reply_under_the_pinned_name_is_like_any_other(client: Client, name: str, lost: str) -> None:
    shown = Service(Kind(name, "opaque"))
    shown.lose = lost
    submitted = client.of(shown, idempotency_key_name=name).submit(asked("a"))
    assert [row.status for row in submitted.accepted] == ["SENT"]
    assert shown.keys == ["a"]

    empty = Service(Kind(name, "opaque"), others=0, lags=True)
    empty.lose = lost
    assert client.of(empty, idempotency_key_name=name).failure(asked("a")).outcomes == {"a": "unknown"}
    assert len(empty.posts) == 1


@pytest.mark.parametrize(("pinned", "kind"), [(OLD, "today, ignored"), (NEW, "contract, ignored")])
def test_a_wrong_pin_costs_the_key_and_no_second_effect(client: Client, pinned: str, kind: str) -> None:
    service = Service(kind, others=0)
    client.of(service, idempotency_key_name=pinned)

    submitted = client.submit(asked("a"))

    assert [row.instruction_id for row in submitted.undetermined if row.id is None] == ["a"]
    assert len(service.posts) == len(service.ledger) == 1
    service.lose = "effect"
    assert client.failure(asked("b")).outcomes == {"b": "unknown"}
    assert len(service.posts) == len(service.ledger) == 2


@pytest.mark.parametrize(("pinned", "kind"), [(OLD, "today, ignored"), (NEW, "contract, ignored")])
def test_keys_under_a_name_that_is_not_sent_are_no_evidence(client: Client, pinned: str, kind: str) -> None:
    service = Service(kind, lags=True)
    service.lose = "effect"

    error = client.of(service, idempotency_key_name=pinned).failure(asked("a", quantity=2))

    assert error.outcomes == {"a": "unknown"}
    assert len(service.posts) == len(service.ledger) == 1


@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (NEW, OLD)])
def test_a_rename_after_one_name_was_learnt_is_seen_in_the_list(client: Client, before: str, after: str) -> None:
    service = Service(Kind(before, "400"), lags=True)
    client.of(service).submit(asked("a"))
    service.kind, service.ledger = Kind(after, "ignored"), []
    service.lose = "effect"

    error = client.failure(asked("b", quantity=2))

    # The reply of yesterday is evidence no more: the list shows keys under a name that is not sent.
    assert error.outcomes == {"b": "unknown"}
    assert len(service.ledger) == 1


@pytest.mark.parametrize("name", [OLD, NEW])
def test_the_pinned_name_in_the_list_is_evidence(client: Client, name: str) -> None:
    service = Service(Kind(name, "ignored"))
    service.lose = "request"

    submitted = client.of(service, idempotency_key_name=name).submit(asked("a"))

    assert [row.status for row in submitted.accepted] == ["SENT"]
    assert service.keys == ["a"]


@pytest.mark.parametrize("unknown", ["ignored", "400", "422"])
@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (NEW, OLD)])
def test_a_rename_under_a_running_client_costs_one_refusal(
    client: Client, unknown: str, before: str, after: str
) -> None:
    service = Service(Kind(before, unknown), others=0)
    client.of(service).submit(asked("a"))
    renamed = Service(Kind(after, unknown), others=0)
    service.kind, service.ledger = renamed.kind, renamed.ledger
    posts = len(service.posts)

    counts = []
    for key in ("b", "c"):
        assert [row.status for row in client.submit(asked(key)).data] == ["SENT"]
        counts.append(len(service.posts) - posts)

    first = 1 if unknown == "ignored" else len(KEY_NAMES)
    assert counts == [first, first + 1]
    assert service.keys == ["b", "c"]


@pytest.mark.parametrize("name", [OLD, NEW])
def test_a_refusal_that_names_no_field_is_final_and_says_what_to_pin(client: Client, name: str) -> None:
    service = Service(Kind(name, "opaque"), others=0)

    error = client.of(service).failure(asked("a"))

    assert isinstance(error, BadRequestError)
    assert not error.outcome_unknown
    assert len(service.posts) == 1
    assert "set idempotency_key_name" in str(error)
    submitted = client.of(service, idempotency_key_name=name).submit(asked("a"))
    assert [row.status for row in submitted.data] == ["SENT"]
    assert [sorted({OLD, NEW} & row.keys()) for row in service.posts[-1]] == [[name]]


@known(TWO_NAMES)
def test_a_used_key_is_a_duplicate_by_code_or_by_words(client: Client, kind: str) -> None:
    service = Service(kind, others=0)
    client.of(service).submit(asked("a"))

    submitted = client.submit(asked("a"), asked("b"))

    [rejection] = submitted.rejections
    assert rejection.is_duplicate
    assert rejection.existing_id == "id-of-a"
    assert rejection.code == ("DUPLICATE_INSTRUCTION" if KINDS[kind].name == NEW else None)
    assert rejection.reason
    assert service.keys == ["a", "b"]


# --- Names that are refused -------------------------------------------------------------------------------------------


def texts(name: str) -> list[str]:
    return [
        f"unknown field `{name}`, expected one of `{OLD}`, `{NEW}`",
        f"Unrecognized field '{name}' (class Row)",
        f"Additional properties are not allowed ('{name}' was unexpected)",
        f"[0].{name}: Extra inputs are not permitted",
        f'"{name}" is not allowed',
        f"The field {name} is not recognized",
        f"The row with {OLD if name == NEW else NEW} 'key-0' has an unknown field: {name}",
    ]


def at(*replies: httpx.Response, **options: Any) -> tuple[ClearStreet, list[Any]]:
    """A client that is answered so, and the rows of each submit that it makes."""
    left, bodies = list(replies), []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": []})
        bodies.append(json.loads(request.content))
        return left.pop(0)

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    options = {"api_key": "key", "base_url": "https://x.invalid", "http_client": http_client, **options}
    return ClearStreet(**options, clock=SandboxClock()), bodies


def submit(client: ClearStreet, *rows: Any, **options: Any) -> Any:
    return client.v1.positions.submit_position_instructions(ACCOUNT, instructions=list(rows) or [asked()], **options)


def names_in(rows: list[dict[str, Any]]) -> list[str]:
    return sorted({OLD, NEW} & rows[0].keys())


def said(status: int, text: str) -> httpx.Response:
    return httpx.Response(status, json={"metadata": {"request_id": "r"}, "error": {"code": status, "message": text}})


def taken(key: str = "key-0", name: str = OLD) -> httpx.Response:
    row = Service(Kind(name, "ignored")).row(key, "1")
    return httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": [row]})


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("text", texts(NEW))
def test_a_name_that_is_called_unknown_is_dropped(status: int, text: str) -> None:
    client, bodies = at(said(status, text), taken())

    assert submit(client).accepted
    assert [names_in(rows) for rows in bodies] == [[NEW, OLD], [OLD]]


def test_a_text_that_is_no_envelope_is_read_as_well() -> None:
    client, bodies = at(httpx.Response(422, text=texts(OLD)[0]), taken(name=NEW))

    assert submit(client).accepted
    assert [names_in(rows) for rows in bodies] == [[NEW, OLD], [NEW]]


def test_what_a_text_says_after_20_000_bytes_is_not_read() -> None:
    client, bodies = at(httpx.Response(422, text=" " * 20_000 + texts(OLD)[0]))
    with pytest.raises(UnprocessableEntityError):
        submit(client)
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{OLD} must have at most 32 characters",
        f'"{OLD}" is not allowed to be empty',
        f"{NEW} has an unexpected character",
        f"invalid value for {NEW}: unknown account",
        "unknown field `memo`",
        "Bad request",
    ],
)
def test_what_is_said_of_a_value_is_no_refusal_of_its_name(text: str) -> None:
    client, bodies = at(said(400, text))

    with pytest.raises(BadRequestError) as caught:
        submit(client)

    assert not caught.value.outcome_unknown
    assert len(bodies) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 409])
def test_another_refusal_is_not_about_names(status: int) -> None:
    client, bodies = at(said(status, texts(NEW)[0]))

    with pytest.raises(APIError):
        submit(client)
    assert len(bodies) == 1


def test_names_are_switched_twice_at_most() -> None:
    refusals = [said(422, texts(name)[0]) for name in KEY_NAMES]
    client, bodies = at(*refusals, *refusals)

    # No name is known, so the second call begins with all of them again.
    for first in (0, len(KEY_NAMES)):
        with pytest.raises(UnprocessableEntityError):
            submit(client)
        sent = [[name for name in KEY_NAMES if name in rows[0]] for rows in bodies[first:]]
        assert sent == [list(KEY_NAMES[gone:]) for gone in range(len(KEY_NAMES))]


def test_a_switch_is_no_retry_and_takes_no_time() -> None:
    client, bodies = at(said(400, texts(NEW)[0]), taken(), max_retries=0)

    response = submit(client)

    assert [attempt.outcome for attempt in response.attempts] == ["refused", "done"]
    assert {rows[0].get(OLD) for rows in bodies} == {"key-0"}


def test_a_switch_leaves_all_the_retries() -> None:
    client, bodies = at(said(400, texts(NEW)[0]), said(429, "Slow down"), taken(), max_retries=1)
    assert len(submit(client).accepted) == 1
    assert [names_in(rows) for rows in bodies] == [[NEW, OLD], [OLD], [OLD]]


@pytest.mark.parametrize("name", [OLD, NEW])
def test_of_two_names_for_one_field_the_one_that_is_named_stays(name: str) -> None:
    client, bodies = at(said(400, f"duplicate field `{name}`"), taken(name=name))
    assert len(submit(client).accepted) == 1
    assert [names_in(rows) for rows in bodies] == [[NEW, OLD], [name]]


def test_a_name_that_was_not_sent_cannot_be_there_twice() -> None:
    client, bodies = at(said(400, texts(NEW)[0]), said(400, f"duplicate field `{NEW}`"))
    with pytest.raises(BadRequestError):
        submit(client)
    assert [names_in(rows) for rows in bodies] == [[NEW, OLD], [OLD]]


def test_a_refusal_with_rows_is_one_of_the_rows_whatever_its_words() -> None:
    refusal = json.loads(taken().content)
    refusal["data"][0].update(id=NIL_ID, status="REJECTED", rejection_reason="No position")
    refusal["error"] = {"code": 400, "message": texts(NEW)[0]}
    client, bodies = at(httpx.Response(400, json=refusal))
    with pytest.raises(BadRequestError):
        submit(client)
    assert len(bodies) == 1


@pytest.mark.parametrize("bound", ["deadline", "not_after"])
def test_nothing_is_sent_under_another_name_when_the_time_is_over(bound: str) -> None:
    clock, bodies = SandboxClock(), []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        clock.advance(60)
        return said(400, texts(NEW)[0])

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = ClearStreet(api_key="key", base_url="https://x.invalid", http_client=http_client, clock=clock)
    until: Any = 60 if bound == "deadline" else clock.now() + timedelta(seconds=60)
    with pytest.raises(BadRequestError) as caught:
        submit(client, **{bound: until})
    assert set(caught.value.outcomes.values()) == {"rejected"}
    assert len(bodies) == 1


def test_nothing_is_sent_under_another_name_before_retry_after() -> None:
    refusal = said(400, texts(NEW)[0])
    refusal.headers["Retry-After"] = "30"
    client, bodies = at(refusal)

    with pytest.raises(BadRequestError):
        submit(client)
    assert len(bodies) == 1


def test_what_was_learnt_at_one_address_holds_for_that_alone() -> None:
    client, bodies = at(said(400, texts(NEW)[0]), taken(), taken(), taken())
    submit(client)

    submit(client.with_options(base_url="https://y.invalid"))
    submit(client.with_options(max_retries=1))

    assert [names_in(rows) for rows in bodies[2:]] == [[NEW, OLD], [OLD]]


def test_a_pinned_name_is_kept_and_the_refusal_of_it_says_so() -> None:
    client, bodies = at(said(400, texts(NEW)[0]), idempotency_key_name=NEW)

    with pytest.raises(BadRequestError, match=f"idempotency_key_name='{NEW}'") as caught:
        submit(client)

    assert not caught.value.outcome_unknown
    assert [names_in(rows) for rows in bodies] == [[NEW]]


def test_a_name_that_the_key_never_had_cannot_be_pinned() -> None:
    with pytest.raises(ArgumentError, match=f"one of {', '.join(map(repr, KEY_NAMES))}, or None"):
        ClearStreet(api_key="key", idempotency_key_name="order_reference")  # type: ignore[arg-type]


# --- Rows under either name -------------------------------------------------------------------------------------------


def models() -> list[PositionInstructionRequest]:
    """Rows with the key under its newer name."""
    read = PositionInstructionRequest.from_dict({**asked("key-0", NEW), "quantity": "1"})
    written = PositionInstructionRequest(instruction_type="EXERCISE", instrument_id=INSTRUMENT, quantity="1")  # type: ignore[arg-type]
    written.client_instruction_id = "key-0"
    return [read, written, pickle.loads(pickle.dumps(read))]


@pytest.mark.parametrize(
    "row",
    [
        asked("key-0", OLD),
        asked("key-0", NEW),
        asked("key-0", OLD) | {NEW: None},
        asked("key-0", NEW) | {OLD: None},
        asked("key-0", NEW) | {OLD: "key-0"},
        *models(),
    ],
)
def test_a_row_may_have_its_key_under_either_name(row: Any) -> None:
    client, bodies = at(taken())

    assert submit(client, row).accepted
    assert bodies[0][0][OLD] == bodies[0][0][NEW] == "key-0"


@pytest.mark.parametrize(
    "row",
    [
        asked("a", OLD) | {NEW: "b"},
        PositionInstructionRequest.from_dict({**asked("a", OLD), NEW: "b", "quantity": "1"}),
    ],
)
def test_two_keys_for_one_row_are_refused(row: Any) -> None:
    client, bodies = at()

    with pytest.raises(ArgumentError, match=r"Two idempotency keys in `instructions\[0\]`: 'b' .*, 'a' .*only one"):
        submit(client, row)
    assert bodies == []


@pytest.mark.parametrize("name", [OLD, NEW])
def test_a_blank_key_is_refused_under_its_own_name(name: str) -> None:
    with pytest.raises(ArgumentError, match=rf"`instructions\[0\]\.{name}`"):
        submit(at()[0], asked(" ", name))


# --- Duplicates -------------------------------------------------------------------------------------------------------


def test_a_409_of_a_minted_key_is_our_own_row_in_other_words() -> None:
    row = {"id": NIL_ID, "status": "REJECTED", "rejection_reason": "You have already submitted this instruction"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent = json.loads(request.content)[0]
            stored.append(Service(Kind(OLD, "ignored")).row(sent[OLD], "1"))
            return httpx.Response(409, json={"metadata": {"request_id": "r"}, "data": [{**stored[0], **row}]})
        return httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": stored})

    stored: list[dict[str, Any]] = []
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = ClearStreet(api_key="key", http_client=http_client, clock=SandboxClock())

    assert [row.status for row in submit(client, asked(None)).accepted] == ["SENT"]


def test_a_code_that_is_no_duplicate_is_believed_before_words_and_status() -> None:
    why = {"reason": "INSUFFICIENT_POSITION", "domain": "d", "description": "Duplicate instruction?", "metadata": {}}

    def answer(request: httpx.Request) -> httpx.Response:
        sent = Service(Kind(NEW, "ignored")).row(json.loads(request.content)[0][NEW], "1")
        row = {**sent, "id": NIL_ID, "status": "REJECTED", "rejection": why}
        return httpx.Response(409, json={"metadata": {"request_id": "r"}, "data": [row]})

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = ClearStreet(api_key="key", http_client=http_client, clock=SandboxClock())

    with pytest.raises(ConflictError) as caught:
        submit(client, asked(None))
    [rejection] = caught.value.rejections
    assert (rejection.code, rejection.is_duplicate) == ("INSUFFICIENT_POSITION", False)
    assert not caught.value.outcome_unknown


# --- What stays open is loud ------------------------------------------------------------------------------------------


def test_an_undetermined_row_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="clear_street"):
        response = submit(at(taken("another"))[0])

    assert "not mentioned by the 2xx" in repr(response.data[0])
    assert "not mentioned by the 2xx" not in repr(response.data[1])
    assert "the reply does not say what happened to 1 row(s)" in caplog.text
    assert "key-0" not in caplog.text
    assert pickle.loads(pickle.dumps(response.data[0])) == response.data[0]


@pytest.mark.parametrize("kind", ["contract, ignored", "today, ignored"])
def test_strict_takes_either_dialect_whole(kind: str) -> None:
    client = Client(FACES[0], "value").of(Service(kind), strict=True)

    assert client.submit().drift == ()


@pytest.mark.parametrize("name", [OLD, NEW])
def test_the_hint_of_a_404_names_both(name: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"metadata": {"request_id": "r"}, "data": rows})
        return said(404, "Not found")

    rows = [Service(Kind(name, "ignored")).row("key-0", "1")]
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = ClearStreet(api_key="key", http_client=http_client, clock=SandboxClock())
    for hint in ("'id-of-key-0'", f"`{OLD}` or `{NEW}`"):
        with pytest.raises(APIError) as caught:
            client.v1.positions.cancel_position_instruction("key-0", account_id=ACCOUNT)
        assert hint in str(caught.value)
        rows.clear()


def test_a_model_and_a_cancel_take_their_arguments_under_one_name() -> None:
    model: Any = PositionInstructionRequest
    client, bodies = at()
    cancel: Any = client.v1.positions.cancel_position_instruction
    with pytest.raises(TypeError, match=NEW):
        model(instruction_type="EXERCISE", instrument_id=INSTRUMENT, quantity="1", **{NEW: "k"})
    with pytest.raises(TypeError):
        cancel(account_id=ACCOUNT, **{NEW: "k"})
    assert bodies == []


def test_on_intent_is_told_the_keys_and_the_first_body() -> None:
    told: list[Any] = []
    client, bodies = at(said(400, texts(NEW)[0]), taken(), on_intent=lambda keys, request: told.append((keys, request)))

    submit(client)

    [(keys, request)] = told
    assert list(keys) == ["key-0"]
    assert names_in(json.loads(request.content())) == [NEW, OLD]
    assert [rows[0][OLD] for rows in bodies] == ["key-0", "key-0"]
