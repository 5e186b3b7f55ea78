"""What a program can do or say wrong: one judge for each kind of finding, over what happened and what was claimed."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple

from .._annotations import resolvable
from .stage import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .intents import Intent
    from .stage import Stage

_NOT_STANDING = ("REJECTED", "ENGINE_REJECTED", "CANCELLED")
_KEY_FORMS = (KEY, b64encode(KEY.encode()).decode().rstrip("="))


class Start(NamedTuple):
    """One start of a program."""

    claims: Sequence[str]
    """What it claimed, "unknown" of each row where it claimed nothing."""
    text: str = ""
    """What it wrote: output, log, traceback, and what it keeps."""
    why: str | None = None
    """Why it claimed nothing."""
    is_hung: bool = False
    """Whether it took too long, and was ended."""


class Row(NamedTuple):
    """What happened of one row of an intent."""

    effects: int
    """How many instructions came of it."""
    statuses: tuple[str, ...]
    """The statuses of the last one of these, in order."""
    right: frozenset[str]
    """What may be claimed of it; empty where it has not come to an end."""
    is_left: bool = False
    """Whether it could have been brought about, and nobody did."""


class Played(NamedTuple):
    """A scenario that was played to its end."""

    rows: Sequence[Row]
    """What happened of each row."""
    claims: Sequence[tuple[Sequence[str], str | None]]
    """The last claims of the program, and why there are none."""
    starts: Sequence[Start]
    """Its starts."""
    early: Sequence[str]
    """Its requests before the time that the service had given."""
    is_open: bool
    """Whether nobody can learn what happened."""

    def claimed(self) -> Iterator[tuple[int, Row, str, str | None]]:
        """Go through what was claimed of each row, and why nothing was."""
        for claims, why in self.claims:
            for index, (row, claim) in enumerate(zip(self.rows, claims, strict=True)):
                yield index, row, claim, why


def rows_of(stage: Stage, intent: Intent, *, is_possible: bool) -> list[Row]:
    """Return what happened of each row of an intent; whether the first one can be brought about."""
    if intent.cancel:
        return [_cancelled(_statuses(stage, each), is_possible=is_possible) for each in intent.cancel]
    made = {entry.id for entry in stage.ledger if entry.kind == "submitted"}
    stored = [row for row in stage.instructions(intent.account_id) if row["id"] in made]
    found: list[Row] = []
    for asked in intent.rows:
        same = [row for row in stored if all(row[name] == value for name, value in asked.items())]
        histories = [_statuses(stage, row["id"]) for row in same]
        is_left = is_possible and not same and not found
        right = {_submitted(history) for history in histories} or {"refused"}
        found.append(Row(len(same), histories[-1] if histories else (), frozenset(right - {""}), is_left))
    return found


def _statuses(stage: Stage, instruction_id: str) -> tuple[str, ...]:
    return tuple(entry.status for entry in stage.ledger if entry.id == instruction_id)


def _submitted(statuses: tuple[str, ...]) -> str:
    if statuses[-1] == "ACCEPTED":
        return "done"
    return "refused" if statuses[-1] in _NOT_STANDING else ""


def _cancelled(statuses: tuple[str, ...], *, is_possible: bool) -> Row:
    last = statuses[-1] if statuses else "SENT"
    right = {"CANCELLED": "done", "CANCEL_FAILED": "failed"}.get(last, "refused")
    # Whoever saw the failure may say so, whatever followed.
    also = {"failed"} if "CANCEL_FAILED" in statuses else set[str]()
    return Row(len(statuses[:1]), statuses, frozenset({right} | also), is_possible and not statuses)


def acted_twice(played: Played) -> Iterable[str]:
    """One row came to more than one effect."""
    for index, row in enumerate(played.rows):
        if row.effects > 1:
            yield f"row {index}: {row.effects} effects"


def lost_track(played: Played) -> Iterable[str]:
    """A row is said to be refused, and is there."""
    for index, row, claim, _ in played.claimed():
        if claim == "refused" and "done" in row.right:
            yield f"row {index}: says refused, it is {row.statuses[-1]}"


def told_wrong(played: Played) -> Iterable[str]:
    """Something is said that is not so, in any other way."""
    for index, row, claim, _ in played.claimed():
        is_other = claim == "unknown" or (claim == "refused" and "done" in row.right) or _is_ignored(row, claim)
        if claim not in row.right and not is_other:
            what = f"it is {row.statuses[-1]}" if row.statuses else "the ledger has nothing"
            yield f"row {index}: says {claim}, {what}"


def ignored(played: Played) -> Iterable[str]:
    """A cancel failed, and nobody is told."""
    for index, row, claim, _ in played.claimed():
        if _is_ignored(row, claim):
            yield f"row {index}: says {claim}, it is CANCEL_FAILED, and a person must look into that"


def _is_ignored(row: Row, claim: str) -> bool:
    return row.statuses[-1:] == ("CANCEL_FAILED",) and claim in ("done", "refused")


def gave_up(played: Played) -> Iterable[str]:
    """Nothing is claimed to the end, although a look settles it; or a refusal is, although nobody refused."""
    if played.is_open or played.starts[-1].is_hung:
        return
    for index, row, claim, why in played.claimed():
        if claim == "unknown" and row.right and why is None:
            shown = row.statuses[-1] if row.statuses else "that it is not there"
            yield f"row {index}: says unknown, a look shows {shown}"
        elif claim == "unknown" and row.right:
            yield f"claims nothing: {why}"
        elif claim == "refused" and row.is_left:
            yield f"row {index}: says refused, and the service did not refuse it"


def too_early(played: Played) -> Iterable[str]:
    """Something was sent before the time that the service had given."""
    yield from played.early[:1]


def hung(played: Played) -> Iterable[str]:
    """A start did not come to an end."""
    count = sum(start.is_hung for start in played.starts)
    if count:
        yield f"{count} of {len(played.starts)} starts did not come to an end"


def leaked(played: Played) -> Iterable[str]:
    """The API key is in what the program wrote."""
    for start in played.starts:
        for line in start.text.splitlines():
            if hidden(line) != line:
                yield f"it wrote: {hidden(line.strip()):.120}"
                return


def hidden(text: str) -> str:
    """Return a text without the API key."""
    for form in _KEY_FORMS:
        text = text.replace(form, "<the API key>")
    return text


JUDGES: Mapping[str, Callable[[Played], Iterable[str]]] = {
    "ACTED TWICE": acted_twice,
    "LOST TRACK": lost_track,
    "TOLD WRONG": told_wrong,
    "GAVE UP": gave_up,
    "TOO EARLY": too_early,
    "HUNG": hung,
    "LEAKED": leaked,
    "IGNORED": ignored,
}
"""The judges, by the kind of what they find."""

resolvable(globals(), Start, Row, Played)
