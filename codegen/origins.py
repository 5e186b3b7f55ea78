"""Print which stock templates ours replace, and the digest of each: the file codegen/origins.txt.

Run `python codegen/origins.py > codegen/origins.txt` after reviewing each template that has changed upstream.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

GENERATOR = "openapi-python-client"
OURS = Path(__file__).resolve().parent / "templates"


def origins() -> list[str]:
    """Return the generator's version, then the digest and the name of each stock template that one of ours replaces."""
    stock = files("openapi_python_client") / "templates"
    names = sorted(path.name for path in OURS.iterdir() if (stock / path.name).is_file())
    digests = {name: hashlib.sha256((stock / name).read_bytes()).hexdigest() for name in names}
    return [f"{GENERATOR} {version(GENERATOR)}", *(f"{digest}  {name}" for name, digest in digests.items())]


if __name__ == "__main__":
    print("\n".join(origins()))
    sys.exit(0)
