"""``clear-street help``: what is told of the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._exit import MEANINGS, Exit
from ._table import Column

if TYPE_CHECKING:
    from ._exit import Meaning
    from ._session import Session


def tell(session: Session, topic: str) -> Exit:
    """Tell about a topic."""
    del topic  # there is one
    columns: tuple[Column[Meaning], ...] = (
        Column("CODE", lambda line: int(line.code), is_number=True),
        Column("MEANING", lambda line: line.meaning, is_words=True),
        Column("AGAIN?", lambda line: line.again, is_words=True, goes_under=True),
    )
    records = [{"code": int(line.code), "meaning": line.meaning, "again": line.again} for line in MEANINGS]
    session.show(columns, MEANINGS, records=records)
    if session.format == "table":
        session.tell("AGAIN? says whether it is safe to run the same again. Where several hold: 4, then 7, 6, 3, 5, 8.")
    return Exit.DONE


resolvable(globals())
