"""Find out whether a refusal says that the *name* of the idempotency key is wrong, and which name it means.

docs/safety.md, "A submit whose reply was lost".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._api import requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._outcomes import Reply

_TEXT_MAX = 20_000
_FIELD = r"(?:json )?(?:fields?|property|properties|keys?|members?|attributes?|names?|parameters?|inputs?)"
# Compiled only when such a refusal is read, which is rare.
_UNKNOWN = rf"(?:unknown|unrecogni[sz]ed|unexpected|unsupported|undeclared|additional|extra|no such) {_FIELD}\b"
_DOUBLE = rf"(?:duplicate|duplicated|conflicting) {_FIELD}\b"
_IS_UNKNOWN = (
    r"\W+(?:is|was) (?:an? )?(?:unknown|unrecogni[sz]ed|unexpected|unsupported|not (?:known|recogni[sz]ed|expected|"
    r"supported|allowed|permitted)|not an? (?:known|recogni[sz]ed|valid|supported))(?! to be)\b"
)


class RefusedName(NamedTuple):
    """A name that the service refused."""

    name: str
    """The name."""
    is_double: bool
    """Whether it was refused because the field had another of its names too, and not because it is unknown."""


def refused_name(reply: Reply, names: Sequence[str]) -> RefusedName | None:
    """Return the one of `names` that a reply refuses; None if it does not say that a *name* is wrong, but, for example,
    a value.
    """
    body = (reply.body or b"")[:_TEXT_MAX].decode("utf-8", "replace")
    for text in (requests.error_message_in(reply.json), body):
        if text and (refused := _refused(text, names)):
            return refused
    return None


def _refused(text: str, names: Sequence[str]) -> RefusedName | None:
    known = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    for pattern, is_double in ((_DOUBLE, True), (_UNKNOWN, False)):
        if says := re.search(pattern, text, re.IGNORECASE):
            # In "unknown field `a`, expected `b`" the first name after the words is the refused one.
            named = known.search(text, says.end()) or known.search(text)
            return RefusedName(named[0], is_double) if named else None
    named = re.search(rf"\b({'|'.join(map(re.escape, names))})\b{_IS_UNKNOWN}", text, re.IGNORECASE)
    return RefusedName(named[1], is_double=False) if named else None
