"""``python -m clear_street.cli``: the same as ``clear-street``."""

from __future__ import annotations

from . import main

if __name__ == "__main__":
    main()
