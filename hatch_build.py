"""Make the long description of the distribution from the README: the same text, without links to files beside it.

An index shows the text alone, so such links lead nowhere there. The pages that they name are in the sdist.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?![a-z]+:)([^)#]*)(?:#[^)]*)?\)")


def _in_words(link: re.Match[str]) -> str:
    text, path = link.groups()
    return f"`{path}`" if text == path or not path else f"{text} (`{path}`)"


class LongDescription(MetadataHookInterface):
    """Set the field ``readme``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Read the README, and replace each relative link by its text and the file's name."""
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = RELATIVE_LINK.sub(_in_words, readme)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
