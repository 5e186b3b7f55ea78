"""``clear-street conformance``: judge a program, with the options of ``python -m clear_street.testing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._session import Session


def conformance(_: Session, words: Sequence[str]) -> Exit:
    """Judge the program whose command follows ``--``."""
    from ..testing.command import main

    return Exit(main(list(words)))


resolvable(globals())
