"""The command line, ``clear-street``: for people minutes before a cut-off, and for scripts that rely on what they are
told. It needs the extra ``cli``.

`_main` alone knows click, `_screen` alone knows rich. A module for each group of commands says what there is, as plain
values (`_command`), and does it, with what a `_session` gives: settings, the client, questions, output.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("click", "rich")
"""What the extra brings."""


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"clear-street needs {' and '.join(missing)}, which the extra brings: "
            "pip install 'clear-street-client[cli]'\n"
            "Nothing was sent.\n"
        )
        sys.exit(2)
    # Beside click and rich, httpx would import its own command line, which takes longer than all else that we load.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    from ._main import run

    sys.exit(run(sys.argv[1:]))
