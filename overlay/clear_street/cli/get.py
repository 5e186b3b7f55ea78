"""``clear-street get``: any GET of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._exit import Exit
from ._text import compact_json, pretty_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._session import Session


def get(session: Session, path: str, *, query: Sequence[tuple[str, str]]) -> Exit:
    """GET a path, and write what is answered."""
    body = session.client.get(path, cast_to=object, extra_query=dict(query) or None)
    session.write(f"{compact_json(body) if session.format == 'jsonl' else pretty_json(body)}\n")
    return Exit.DONE


resolvable(globals())
