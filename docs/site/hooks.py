"""Pages of the site that are made from files outside of docs/, each when the site is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "changelog.md", content=changelog))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead links to a file outside of docs/ to the page that is made of it, and put diagrams into the page itself.

    There they have the colours of the page, whichever of its two modes it is in.
    """
    markdown = re.sub(r"^!\[[^]]*\]\((?:\.\./)?site/diagrams/(\w+\.svg)\)$", _diagram, markdown, flags=re.MULTILINE)
    return markdown.replace("](../CHANGELOG.md)", "](changelog.md)")


def _diagram(match: re.Match[str]) -> str:
    return f"<figure>{(ROOT / 'docs/site/diagrams' / match[1]).read_text(encoding='utf-8')}</figure>"
