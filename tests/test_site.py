"""The site of the documentation: it asks no other host for anything, its links exist, and it has every page.

`make docs` builds it, with tools that are in another environment than the tests.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.key_names import NEWER_KEY_NAME

ROOT = Path(__file__).parents[1]
SITE = ROOT / ".tools/site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))

each_page = pytest.mark.parametrize("page", PAGES)


class Seen(HTMLParser):
    """What a page links to, what it loads, and the anchors that it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed((SITE / page).read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        self.anchors |= {named[name] for name in ("id", "name") if name in named}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag == "link" and "href" in named:
            self.loaded.append(named["href"])
        self.loaded += [named[name] for name in ("src", "srcset", "data", "poster", "action") if name in named]


read = cache(Seen)


def test_the_site_has_been_built() -> None:
    assert PAGES, "run `make docs` first"


@each_page
def test_it_loads_nothing_from_another_host(page: str) -> None:
    seen = read(page)

    assert [url for url in seen.loaded if urlsplit(url).scheme or url.startswith("//")] == []
    policy = {tag["content"] for name, tag in seen.tags if tag.get("http-equiv") == "Content-Security-Policy"}
    assert policy == {"default-src 'self' file: data: 'unsafe-inline'"}


@each_page
def test_it_has_nothing_for_which_its_script_asks_another_host(page: str) -> None:
    assert not {tag.get("data-md-component") for _, tag in read(page).tags} & {"source"}
    assert not {word for _, tag in read(page).tags for word in tag.get("class", "").split()} & {"mermaid"}


def test_no_style_loads_from_another_host() -> None:
    styles = [path.read_text(encoding="utf-8") for path in SITE.rglob("*.css")]
    assert styles
    urls = {url.strip("'\"") for style in styles for url in re.findall(r"(?:url\(|@import\s+)([^)\s;]+)", style)}
    assert [url for url in urls if not url.startswith("data:") and (urlsplit(url).scheme or url.startswith("//"))] == []


@each_page
def test_its_links_lead_to_pages_and_anchors_that_are_there(page: str) -> None:
    lost: list[str] = []
    for link in read(page).links:
        url = urlsplit(link)
        if url.scheme:
            continue
        home = SITE if page == "404.html" else (SITE / page).parent  # a server shows it under any address
        target = home / unquote(url.path).removeprefix("/" if page == "404.html" else "") if url.path else SITE / page
        if target.is_dir():
            target /= "index.html"
        there = target.is_file()
        if there and url.fragment:
            there = unquote(url.fragment) in read(target.resolve().relative_to(SITE).as_posix()).anchors
        if not there:
            lost.append(link)
    assert lost == []


def test_every_public_name_has_its_heading() -> None:
    text = (ROOT / "tests/public_api.txt").read_text(encoding="utf-8")
    names = re.findall(r"^(clear_street[\w.]*?)(?:\.__init__)?(?=[(: ]|$)", text, re.MULTILINE)
    headings = {anchor for page in PAGES for anchor in read(page).anchors if anchor.startswith("clear_street")}

    assert len(names) > 1400
    assert set(names) - headings == set()


def test_a_name_that_is_shown_as_code_leads_to_its_heading() -> None:
    assert "reference/errors.html#clear_street.ClearStreetError.outcome_unknown" in read("safety.html").links
    assert "reference/positions.html#clear_street.v1.Positions.get_position_instruction" in read("safety.html").links


@pytest.mark.parametrize(
    "page", ["safety", "concepts/call", "concepts/house", "concepts/instruction", "concepts/order"]
)
def test_a_diagram_is_a_part_of_its_page(page: str) -> None:
    text = (SITE / f"{page}.html").read_text(encoding="utf-8")
    drawn = text.partition('<figure><svg xmlns="http://www.w3.org/2000/svg" class="diagram"')[2].partition("</figure>")[
        0
    ]

    assert drawn.rstrip().endswith("</svg>")
    assert "<title " in drawn
    assert "<p>" not in drawn


@pytest.mark.parametrize(
    ("page", "name", "members"),
    [
        ("clients", "ClearStreet", ["with_options", "service_time", "interrupted"]),
        ("types-positions", "types.v1.PositionInstruction", ["status", NEWER_KEY_NAME, "option"]),
        ("types-positions", "types.v1.PositionInstructionStatus", ["SENT", "CANCEL_FAILED", "UNKNOWN", "is_terminal"]),
        ("types-positions", "types.v1.PositionGetPositionsParams", ["page_size"]),
        ("errors", "APIError", ["outcomes", "candidates", "attempts"]),
    ],
)
def test_the_reference_has_what_people_use_and_not_the_machinery(page: str, name: str, members: list[str]) -> None:
    anchors = read(f"reference/{page}.html").anchors

    assert {f"clear_street.{name}.{member}" for member in members} <= anchors
    machinery = {"FIELDS", "KEYS", "decode", "decode_in", "decode_rows", "encode", "encoded"}
    assert not {anchor.rpartition(".")[2] for anchor in anchors if "v1" in anchor} & machinery


def test_every_page_of_the_documentation_is_on_it() -> None:
    sources = [path for path in (ROOT / "docs").rglob("*.md") if "site" not in path.relative_to(ROOT / "docs").parts]
    expected = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in sources}

    assert expected | {"changelog.html"} <= {*PAGES}


@each_page
def test_every_page_is_reached_from_the_menu(page: str) -> None:
    menu = {urlsplit(link).path for link in read("index.html").links}

    assert page == "404.html" or {page, "." if page == "index.html" else page} & menu
