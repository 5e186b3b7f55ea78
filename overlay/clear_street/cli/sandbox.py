"""``clear-street sandbox``: the sandbox as a server, with the options of ``python -m clear_street.sandbox``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._annotations import resolvable
from ._exit import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._session import Session


def sandbox(_: Session, words: Sequence[str]) -> Exit:
    """Serve the sandbox until interrupted."""
    from ..sandbox.__main__ import main

    main(list(words))
    return Exit.DONE


resolvable(globals())
